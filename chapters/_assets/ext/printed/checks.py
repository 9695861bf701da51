"""What is wrong with a log of LaTeX, with a PDF, with an EPUB: each a list, empty where nothing is.

What has to be there is read from the table of contents and from the notebooks, not from what was built.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from urllib.parse import unquote
from xml.etree import ElementTree

# Points by which a line may be too wide, and a box that goes on to the next page too high: less than a
# line, in a lower margin of six.
LIMITS = {"h": 2.0, "v": 12.0}
LINE = re.compile(r"^Overfull \\([hv])box \(([\d.]+)pt too (?:wide|high)\).*", re.MULTILINE)
SAID = re.compile(
    r"^! .*|^Missing character:.*|^LaTeX Warning: .*(?:undefined|multiply.defined).*|"
    r"^LaTeX Font Warning: .*(?:undefined|not available).*|.*destination with duplicate identifier.*",
    re.MULTILINE,
)
RAW = re.compile(r"\\(?:[a-zA-Z]+|[()\[\]])|\$[^$\n]{1,80}\$|\ufffd")
STILL = re.compile(r"A\s+still\s+of\s+a\s+live\s+figure")
CODE = ("Mono",)  # in the names of the fonts that only code is set in
SPACES = {"h": "http://www.w3.org/1999/xhtml", "m": "http://www.w3.org/1998/Math/MathML"}
OPF = {"o": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/"}


def titles(root):
    """The titles of the pages, in the order of the table of contents."""
    toc = (root / "_toc.yml").read_text("utf-8")
    for page in re.findall(r"^(?:root:|\s*- file:)\s*(\S+)", toc, re.MULTILINE):
        notebook = root / f"{page}.ipynb"
        if notebook.exists():
            cells = json.loads(notebook.read_text("utf-8"))["cells"]
            text = "".join(cells[0]["source"])
        else:
            text = (root / f"{page}.md").read_text("utf-8")
        yield re.search(r"^# (.+)$", text, re.MULTILINE)[1].strip()


def live_figures(root):
    """How many live figures the notebooks have stored."""
    return sum(
        path.read_text("utf-8").count(r"class=\"iem-figure iem-live\"")
        for path in root.glob("chapters/*.ipynb")
    )


def log_faults(log):
    """What LaTeX complains of."""
    wide = [found[0] for found in LINE.finditer(log) if float(found[2]) > LIMITS[found[1]]]
    return list(dict.fromkeys([*SAID.findall(log), *wide]))


def raw(text):
    """What a reader sees as it was typed: LaTeX, formulas between dollar signs; and missing letters."""
    return [text[max(0, m.start() - 20) : m.end() + 20].strip() for m in RAW.finditer(text)]


def prose(page):
    """The text of a page of a PDF without what is set as code."""
    pieces = []

    def keep(text, _now, _line, font, _size):
        if not any(name in (font or {}).get("/BaseFont", "") for name in CODE):
            pieces.append(text)

    page.extract_text(visitor_text=keep)
    return "".join(pieces)


def outline(items) -> Iterator[str]:
    """The titles in the outline of a PDF, however deep."""
    for item in items:
        if isinstance(item, list):
            yield from outline(item)
        else:
            yield item.title


def fonts(reader):
    """The fonts of a PDF: the name of each, and whether it is embedded."""
    found = {}
    for page in reader.pages:
        for font in (page.get("/Resources") or {}).get("/Font", {}).values():
            font = font.get_object()
            for part in [one.get_object() for one in font.get("/DescendantFonts", [font])]:
                about = (part.get("/FontDescriptor") or {}) and part["/FontDescriptor"].get_object()
                embedded = any(key in about for key in ("/FontFile", "/FontFile2", "/FontFile3"))
                found[str(font.get("/BaseFont"))] = embedded or font.get("/Subtype") == "/Type3"
    return found


def pdf_faults(path, expected, stills):
    """What a PDF lacks: titles, stills, letters, what it says of itself; and what is not typeset."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    about, book = reader.metadata or {}, expected[0]
    found = [f"{key[1:]} is not said" for key in ("/Title", "/Author") if not about.get(key)]
    found += [] if book in (about.get("/Title") or "") else [f"not called {book}"]
    found += [] if reader.trailer["/Root"].get("/Lang") else ["no language is said"]
    there = set(outline(reader.outline))
    found += [f"not in the outline: {title}" for title in expected[1:] if title not in there]
    found += [f"not embedded: {name}" for name, embedded in fonts(reader).items() if not embedded]
    text = [prose(page) for page in reader.pages]
    found += [
        f"page {number}, not typeset: {said}" for number, page in enumerate(text, 1) for said in raw(page)
    ]
    if (shown := len(STILL.findall("\n".join(text)))) != stills:
        found.append(f"{shown} stills of {stills} live figures")
    return found


def words(element):
    """The text of an element, without formulas and code; the text within formulas is looked at, too."""
    if element.tag in {f"{{{SPACES['h']}}}{name}" for name in ("pre", "code", "head")}:
        return ""
    if element.tag == f"{{{SPACES['m']}}}math":
        return " ".join(part.text or "" for part in element.iter(f"{{{SPACES['m']}}}mtext"))
    return (element.text or "") + "".join(words(child) + (child.tail or "") for child in element)


def epub_faults(path, expected, stills):
    """What an EPUB lacks, or shows as it was typed."""
    book = zipfile.ZipFile(path)
    pages = {
        name: ElementTree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xhtml")
    }
    package = ElementTree.fromstring(book.read("content.opf"))
    found = [
        f"{name} is not said"
        for name in ("title", "creator", "language")
        if not package.findtext(f".//dc:{name}", "", OPF)
    ]
    if not package.findall(".//o:item[@properties='cover-image']", OPF):
        found.append("no cover")
    contents = pages["nav.xhtml"].findall(".//h:a", SPACES) if "nav.xhtml" in pages else []
    there = {re.sub(r"^[\d.]+\s+", "", "".join(link.itertext()).strip()) for link in contents}
    found += [f"not in the table of contents: {title}" for title in expected if title not in there]
    shown = 0
    for name, page in pages.items():
        text = words(page)
        found += [f"{name}, not typeset: {said}" for said in raw(text)]
        found += [
            f"{name}, a formula in error: {''.join(e.itertext())}"
            for e in page.findall(".//m:merror", SPACES)
        ]
        found += [f"{name}, a script" for _ in page.findall(".//h:script", SPACES)]
        for picture in page.findall(".//h:img", SPACES):
            file = (PurePosixPath(name).parent / unquote(picture.get("src", ""))).as_posix()
            file = re.sub(r"[^/]+/\.\./", "", file)
            found += [] if file in book.namelist() else [f"{name}, no picture {file}"]
        told = [p.get("alt") is not None for p in page.findall(".//h:img", SPACES)]
        told += [bool(p.get("alt")) for p in page.findall(".//h:figure//h:img", SPACES)]
        found += [] if all(told) else [f"{name}, a picture without words"]
        live = [f for f in page.findall(".//h:figure", SPACES) if "iem-live" in f.get("class", "").split()]
        shown += sum(f.find(".//h:img", SPACES) is not None for f in live)
    if shown != stills:
        found.append(f"{shown} stills of {stills} live figures")
    return found
