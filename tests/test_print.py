"""The book for paper and for e-readers: built once, checked as a reader gets it; every check can fail."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure
from pypdf import PdfReader

ROOT = Path(__file__).parent.parent
EXT = ROOT / "chapters" / "_assets" / "ext"
sys.path.append(str(EXT))

from printed import checks, downloads, ebook, figures, mathml, outputs, paper  # noqa: E402


def tool(*arguments, **environment):
    """The command that writes the book."""
    command = [sys.executable, EXT / "printed", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the PDF and the EPUB. The command checks both itself, and fails at any fault."""
    if lacking := tool("--missing").stdout.split():
        said = f"Debian packages are missing: {' '.join(lacking)}"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
    folder = tmp_path_factory.mktemp("print")
    done = tool("--to", folder, "epub", "pdf")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


# The book


def test_the_command_checks_against_what_the_book_has():
    titles = list(checks.titles(ROOT))
    assert titles[0] == "Implicit EM" and "Formally proved" in titles and len(titles) > 20
    assert checks.live_figures(ROOT) == 7


def test_the_pdf_is_a_book(folder):
    reader = PdfReader(folder / "implicit-em.pdf")
    contents = list(checks.outline(reader.outline))
    for part in ("Introduction", "About this edition", "Solutions to the exercises", "Index"):
        assert part in contents
    assert len(reader.pages) < 500 and (folder / "implicit-em.pdf").stat().st_size < 6e6
    assert reader.metadata["/Title"] == "Implicit EM"
    assert reader.trailer["/Root"]["/Lang"] == "en"


def test_what_stands_only_on_the_web_is_not_on_paper(folder):
    written = (folder / "_build" / "latex" / "implicit-em.tex").read_text("utf-8")
    assert "iem-live-view" not in written and "<div" not in written
    assert r"\begin{iemstatement}{theorem}" in written
    assert written.count(r"\iemlink{link}") > 1000
    asked, answered = (
        written.count(rf"\begin{{iemstatement}}{{{kind}}}") for kind in ("exercise", "solution")
    )
    assert asked == answered > 40
    assert not re.findall(r"\\iemlink\{\w+\}\{\s*\}", written)


def test_the_index_on_paper_leads_to_theorems_and_activations(folder):
    index = (folder / "_build" / "latex" / "implicit-em.ind").read_text("utf-8")
    places = [
        re.search(rf"spxentry{{{name}}}.*?hyperpage{{(\d+)}}", index) for name in ("Softsign", "CELU")
    ]
    assert all(places) and len({place[1] for place in places}) == 2


def test_the_epub_is_a_book(folder):
    book = zipfile.ZipFile(folder / "implicit-em.epub")
    assert book.infolist()[0].filename == "mimetype" and not book.infolist()[0].compress_type
    assert (folder / "implicit-em.epub").stat().st_size < 3e6
    chapter = BeautifulSoup(book.read("chapters/tanh.xhtml"), "html.parser")
    assert len(chapter.find_all("math")) > 100
    assert chapter.select(".iem-chain") and chapter.select("figure.iem-live img")
    assert all(formula.get("alttext") for formula in chapter.find_all("math"))
    assert not [name for name in book.namelist() if name.endswith((".js", ".wasm", ".woff2", ".ipynb"))]
    assert "iem-coq" in book.read("chapters/formal.xhtml").decode()


def test_links_to_the_files_are_on_the_first_page_if_they_are_there(folder, tmp_path):
    assert downloads.found({"BOOK_PRINT": str(tmp_path)}) == []
    there = downloads.found({"BOOK_PRINT": str(folder)})
    assert [path.name for path in there] == ["implicit-em.pdf", "implicit-em.epub"]
    line = downloads.line(there, lambda name: f"../{name}")
    pages = len(PdfReader(there[0]).pages)
    assert f'<a href="../downloads/implicit-em.pdf">PDF</a> ({pages} pages, ' in line
    assert '<a href="../downloads/implicit-em.epub">EPUB</a> (' in line


# The checks can fail


BAD_TEX = r"""\documentclass{article}
\usepackage{fontspec,hyperref}\setmainfont{texgyrepagella-regular.otf}
\begin{document}
\noindent\rule{\linewidth}{1pt}\rule{3pt}{1pt}

\noindent\rule{\linewidth}{1pt}\rule{1pt}{1pt}

A letter that the font lacks: 字. A reference to \ref{nowhere}.
\end{document}
"""


def test_a_log_of_latex_is_read(tmp_path):
    if not shutil.which("xelatex"):
        pytest.skip("no XeLaTeX")
    (tmp_path / "bad.tex").write_text(BAD_TEX, "utf-8")
    command = ["xelatex", "-no-pdf", "-interaction=nonstopmode", "bad.tex"]
    environment = {**os.environ, "max_print_line": "10000"}
    subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment)
    found = checks.log_faults((tmp_path / "bad.log").read_text("utf-8"))
    assert any("Missing character: There is no 字" in fault for fault in found)
    assert any("Reference `nowhere'" in fault for fault in found)
    assert ["(3.0pt too wide)" in fault for fault in found if "Overfull" in fault] == [True]
    assert checks.log_faults("! Undefined control sequence.") == ["! Undefined control sequence."]
    assert checks.log_faults(r"Overfull \vbox (13.0pt too high) detected at line 3") != []
    assert checks.log_faults(r"Overfull \hbox (1.0pt too wide) in paragraph") == []


def test_a_bad_pdf_is_refused(tmp_path):
    with matplotlib.rc_context({"pdf.use14corefonts": True}):
        figure = Figure()
        figure.text(0.1, 0.5, r"\frac{a}{b} and $x$", parse_math=False, family="sans-serif")
        figure.savefig(tmp_path / "bad.pdf", metadata={"Title": "Another"})
    found = checks.pdf_faults(tmp_path / "bad.pdf", ["Implicit EM", "Temperature"], 1)
    for fault in (
        "Author is not said",
        "not called Implicit EM",
        "no language is said",
        "not in the outline: Temperature",
        "not embedded: /Helvetica",
        "0 stills of 1 live figures",
    ):
        assert fault in found
    assert any(fault.startswith("page 1, not typeset: ") for fault in found)


FRACTION = "<mfrac><mrow>{0}</mrow><mrow>{0}</mrow></mfrac>"
PAGE = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>"""
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">{}</math>'
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="a">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>x</dc:title></metadata><manifest/><spine/></package>"""


def zipped(path, *bodies):
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("content.opf", PACKAGE)
        for number, body in enumerate(bodies):
            book.writestr(f"p{number}.xhtml", PAGE.format(body))
    return path


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (r"<p>so \(x\) is</p>", r"not typeset: so \(x\) is"),
        ("<p>so $x_1$ is</p>", "not typeset: so $x_1$ is"),
        (r"<p>so <code>y</code> \frac{a}{b}</p>", r"not typeset"),
        (MATH.format(r"<mtext>$z$</mtext>"), "not typeset: $z$"),
        (MATH.format("<merror><mtext>Undefined</mtext></merror>"), "a formula in error: Undefined"),
        ("<script>1</script>", "a script"),
        ('<figure class="iem-live"><p/></figure>', "0 stills of 1 live figures"),
        ('<img src="none.png" alt="x"/>', "no picture none.png"),
        ('<figure><img src="p0.xhtml" alt=""/></figure>', "a picture without words"),
        ('<img src="p0.xhtml"/>', "a picture without words"),
    ],
)
def test_a_bad_page_of_an_epub_is_refused(tmp_path, body, fault):
    found = checks.epub_faults(zipped(tmp_path / "bad.epub", body), [], int("stills" in fault))
    assert any(fault in said for said in found), found


def test_a_bad_epub_is_refused(tmp_path):
    bad = zipped(tmp_path / "bad.epub", r"<pre>$x$ \n</pre><code>\frac</code>")
    found = checks.epub_faults(bad, ["Temperature"], 0)
    wanted = ["creator is not said", "language is not said", "no cover"]
    assert found == [*wanted, "not in the table of contents: Temperature"]


def test_the_checker_of_epubs_is_heard(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(EXT / "printed")
    from printed import __main__ as command

    if not command.checker():
        pytest.skip("no epubcheck")
    assert "ERROR" in command.refused(command.checker(), zipped(tmp_path / "bad.epub", "<p>x</p>"))


def test_what_is_missing_is_named():
    done = tool("pdf", PATH="/nowhere")
    assert done.returncode and not done.stdout
    said = done.stderr.strip()
    assert "\n" not in said and "apt-get install" in said and "texlive-xetex" in said and "latexmk" in said
    assert "epubcheck" in tool("--missing", PATH="/nowhere").stdout.split()


# The parts


def converted(html):
    warned = []
    convert = outputs.Converter(lambda href: href, lambda *_: None, warned.append)
    return convert(html), warned


def test_an_unknown_element_is_a_warning():
    assert converted("<p>a</p>")[1] == []
    assert converted("<marquee>a</marquee>")[1] != []
    assert converted("<p><blink>a</blink></p>")[1] != []


def test_a_formula_in_text_becomes_one():
    (paragraph,), warned = converted(r"<p>so \(x^2\) holds</p>")
    assert [type(part).__name__ for part in paragraph] == ["Text", "math", "Text"] and not warned


def test_a_drawing_has_its_colours_on_paper():
    drawn = figures.on_paper('<svg><path d="M0 0" stroke="var(--a, #0072b2)" fill="currentColor"/></svg>')
    assert "var(" not in drawn and "#0072b2" in drawn and "currentColor" not in drawn


def test_a_wide_formula_of_the_epub_is_set_smaller_or_in_pieces():
    long = r"a = \frac{b + c}{d} - e" + " + f" * 40
    assert ebook.pieces("a = b") == ["a = b"]
    assert ebook.pieces(long)[:3] == ["a ", r"{}= \frac{b + c}{d} ", "{}- e "]
    wide, high = (
        "<math>" + row.format("<mi>x</mi><mo>+</mo><mi>y</mi>") + "</math>" for row in ("{0}{0}", FRACTION)
    )
    assert mathml.width(ElementTree.fromstring(wide)) > 1.9 * mathml.width(ElementTree.fromstring(high))


def test_long_formulas_may_break_only_outside_brackets():
    assert paper.breakable("a = (b) + c").count("iem") == 2
    assert "iem" not in paper.breakable(r"\frac{a + b}{c - d}")
    assert "iem" not in paper.breakable(r"\left(a + b = c\right)")
