r"""Outputs of cells, stored as HTML for the site, as nodes of the document.

The package writes a small HTML of its own: figures, chains of formulas, arguments, verdicts, tables, with
formulas between `\(` and `\)`. An element that is not among them is an error: nothing is lost unseen.
"""

import re

from bs4 import BeautifulSoup, NavigableString
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from . import figures
from .nodes import chain, claim, link, reason

log = logging.getLogger(__name__)
FORMULA = re.compile(r"\\\((.+?)\\\)", re.DOTALL)
PATTERN = re.compile(r"<pattern\b.*?</pattern>", re.DOTALL)
DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
INLINE = {"a", "br", "code", "em", "i", "output", "small", "span", "strong", "b", "img"}
HIDDEN = ("iem-live-view", "iem-live-inputs")
PAGE = re.compile(r"([\w-]+)\.html(?:#([\w-]+))?|#([\w-]+)")


def words(text):
    """Text and the formulas in it."""
    for place, piece in enumerate(FORMULA.split(text)):
        if place % 2:
            yield nodes.math(piece, piece)
        elif piece:
            yield nodes.Text(re.sub(r"\s+", " ", piece))


class Converter:
    """The nodes of one output; `address` says where a link leads from here, `draw` makes an image."""

    def __init__(self, address, draw, warn):
        self.address, self.draw, self.warn = address, draw, warn

    def __call__(self, html):
        self.drawings = DRAWING.findall(html)
        count = iter(range(len(self.drawings)))
        soup = BeautifulSoup(DRAWING.sub(lambda _: f'<img src="{next(count)}">', html), "html.parser")
        return self.blocks(soup)

    # Text

    def inline(self, element):
        """What stands in a line."""
        if isinstance(element, NavigableString):
            return list(words(str(element)))
        inside = self.inline_of(element)
        name, classes = element.name, element.get("class", [])
        if name in ("em", "i"):
            return [nodes.emphasis("", "", *inside)]
        if name in ("strong", "b"):
            return [nodes.strong("", "", *inside)]
        if name == "code":
            return [nodes.literal("", element.get_text())]
        if name == "br":
            return [nodes.Text("; ")]
        if name == "a":
            return [self.reference(element, inside)]
        if name == "img":
            return [self.image(element)]
        if name in ("span", "small", "output"):
            return [nodes.inline("", "", *inside, classes=classes)] if classes else inside
        self.warn(f"an element <{name}> in a line of an output is not known to the printed book")
        return inside

    def reference(self, element, inside):
        where = self.address(element.get("href", ""))
        if not where:
            return nodes.inline("", "", *inside)
        return nodes.reference("", "", *inside, refuri=where, internal=not where.startswith("http"))

    def image(self, element):
        patterns = "".join(PATTERN.findall("".join(self.drawings)))
        return self.draw(self.drawings[int(element["src"])], patterns)

    # Blocks

    def blocks(self, parent):
        """What stands in paragraphs of its own."""
        result, line = [], []

        def end():
            if any(not isinstance(n, nodes.Text) or n.strip() for n in line):
                result.append(nodes.paragraph("", "", *line))
            line.clear()

        for child in parent.children:
            if isinstance(child, NavigableString) or child.name in INLINE:
                line += self.inline(child)
            else:
                end()
                result += self.block(child)
        end()
        return result

    def block(self, element):
        name, classes = element.name, element.get("class", [])
        if name == "script" or any(c in HIDDEN for c in classes):
            return []
        make = getattr(self, f"block_{name}", None)
        if make is None:
            self.warn(f"an element <{name}> of an output is not known to the printed book")
            return self.blocks(element)
        return make(element, classes)

    def block_p(self, element, classes):
        inside = self.inline_of(element)
        if len(inside) == 1 and isinstance(inside[0], nodes.math):  # the formula of a card
            code = inside[0].astext()
            return [nodes.math_block(code, code, nowrap=False, number=None, label=None)]
        return [nodes.paragraph("", "", *inside, classes=classes)]

    def block_div(self, element, classes):
        if "iem-live-still" in classes or not classes:
            return self.blocks(element)
        box = nodes.container("", *self.blocks(element), classes=classes)
        if anchor := element.get("id"):
            box.insert(0, nodes.target("", "", ids=[anchor]))
        return [box]

    def block_details(self, element, classes):
        summary = element.find("summary", recursive=False)
        said = self.inline_of(summary.extract())
        said = nodes.paragraph("", "", nodes.emphasis("", "", *said), classes=["iem-summary"])
        return [said, *self.blocks(element)]

    def list(self, kind, element, classes):
        items = [
            nodes.list_item("", *self.blocks(item)) for item in element.find_all("li", recursive=False)
        ]
        return [kind("", *items, classes=classes)]

    def block_ol(self, element, classes):
        (made,) = self.list(nodes.enumerated_list, element, classes)
        made["enumtype"], made["prefix"], made["suffix"] = "arabic", "", "."
        return [made]

    def block_ul(self, element, classes):
        if "iem-graph-legend" in classes:
            lines = [nodes.line("", "", *self.inline_of(item)) for item in element.find_all("li")]
            return [nodes.line_block("", *lines)]
        (made,) = self.list(nodes.bullet_list, element, classes)
        made["bullet"] = "-"
        return [made]

    def block_figure(self, element, classes):
        picture = self.image(element.find("img"))
        made = nodes.figure("", picture, classes=classes, align="center", ids=[figures.name_of(picture)])
        caption = element.find("figcaption")
        said = self.inline_of(caption)
        if numbers := element.find_all(class_="iem-live-number"):
            for number in numbers:
                inside = self.inline_of(number)
                said += [nodes.Text(" " if number is numbers[0] else ", "), *inside]
            said.append(nodes.Text("."))
        if "iem-live" in classes:
            site = self.address("")
            live = nodes.reference("", "live figure", refuri=site) if site else nodes.Text("live figure")
            said += [nodes.Text(" A still of a "), live, nodes.Text(" of the web edition.")]
        made += nodes.caption("", "", *said)
        return [made]

    def block_table(self, element, classes):
        return self.chain(element) if "iem-chain" in classes else self.table(element)

    def chain(self, element):
        made = chain("", label=element.get("aria-label", "Derivation"))
        for row in element.find_all("tr"):
            cells = row.find_all("td", recursive=False)
            (formula,) = FORMULA.findall(cells[0].get_text())
            code = formula.removeprefix(r"\displaystyle").strip()
            kind = "note" if code.startswith(r"\text") else "link"
            line = link("", nodes.math(code, code), kind=kind)
            if len(cells) > 1 and cells[1].get_text().strip():
                if "given" in cells[1]["class"]:
                    line["kind"] = "given"
                said = self.inline_of(cells[1])
                line += reason("", "", *said)
            made += line
        return [made]

    def table(self, element):
        rows = [row.find_all(["th", "td"], recursive=False) for row in element.find_all("tr")]
        if element.find(["ol", "ul", "details"]):
            return self.entries(rows)
        body = nodes.tgroup(cols=len(rows[0]))
        made = nodes.table("", body, classes=["iem-table"], align="default")
        body += [nodes.colspec(colwidth=1) for _ in rows[0]]
        parts = {"thead": nodes.thead(), "tbody": nodes.tbody()}
        for row, cells in zip(element.find_all("tr"), rows, strict=True):
            line = nodes.row()
            for cell in cells:
                line += nodes.entry("", *(self.blocks(cell) or [nodes.paragraph()]))
            parts[row.parent.name] += line
        body += [part for part in parts.values() if len(part)]
        return [made]

    def entries(self, rows):
        """A table with lists in its cells is too wide for a page: each row as a paragraph with its list."""
        titles = [cell.get_text() for cell in rows[0]]
        result = []
        for name, *cells in rows[1:]:
            said = dict(zip(titles[1:], cells, strict=True))
            formal = said["status"].find(class_="iem-formal") if "status" in said else None
            if formal:
                formal.extract()
            head = [nodes.strong("", "", *self.inline_of(name)), nodes.Text(" ")]
            told = [(t, c) for t, c in said.items() if t not in ("it says", "checked by")]
            for title, cell in told:
                said_here = self.inline_of(cell)
                if title == "rests on":
                    said_here.insert(0, nodes.Text("rests on "))
                head += [nodes.Text(", " if title != told[0][0] else ""), *said_here]
            made = claim("", nodes.paragraph("", "", *head, classes=["iem-claim-head"]))
            made += nodes.paragraph("", "", *self.inline_of(said["it says"]))
            made += [self.formal(formal)] if formal else []
            made += self.blocks(said["checked by"])
            result.append(made)
        return result

    def formal(self, element):
        """What is formally proved of a claim, and for what; the names stand on a page of their own."""
        how_many, scope = element.find("summary"), element.find("p")
        said = [*self.inline(element.find("a")), nodes.Text(", "), *self.inline_of(how_many)]
        made = nodes.paragraph("", "", *said, nodes.Text(". "), *self.inline_of(scope))
        first = next(made.findall(nodes.Text))
        first.parent.replace(first, nodes.Text(first[:1].upper() + first[1:]))
        return made

    def inline_of(self, element):
        """What stands in a line of an element."""
        return [node for child in element.children for node in self.inline(child)]


def docname_of(node, otherwise):
    """The page that a node comes from, in the assembled document, too."""
    while node is not None:
        if isinstance(node, nodes.section | addnodes.start_of_file | nodes.document) and node.get(
            "docname"
        ):
            return node["docname"]
        node = node.parent
    return otherwise


def address_from(app, docname):
    """Where links of the HTML lead from a page."""
    folder = docname.rpartition("/")[0]

    def address(href):
        if not href:
            return figures.site(app)
        if href.startswith("http"):
            return href
        found = PAGE.fullmatch(href)
        if not found:
            return ""
        page, anchor, here = found.groups()
        target = f"{folder}/{page}".lstrip("/") if page else docname
        if target not in app.env.found_docs:
            return ""
        anchor = anchor or here
        return app.builder.get_relative_uri(docname, target) + (f"#{anchor}" if anchor else "")

    return address


class Outputs(SphinxPostTransform):
    """After myst_nb has chosen the HTML of an output, and before references are resolved."""

    default_priority = 5
    builders = ("latex", "epub")

    def run(self, **kwargs):
        for cell in list(self.document.findall(nodes.container)):
            classes = cell.get("classes", [])
            if "cell_input" in classes and "tag_hide-input" in cell.parent["classes"]:
                cell.parent.remove(cell)  # the site folds it, and it is in the notebook
        for raw in list(self.document.findall(nodes.raw)):
            if raw.get("format") == "html":
                self.replace(raw)
        for symbols in self.document.findall(nodes.paragraph):
            if "iem-symbols" in symbols["classes"]:
                separate(symbols)
        for cell in list(self.document.findall(nodes.container)):
            if "cell" in cell.get("classes", []) and not len(cell):
                cell.parent.remove(cell)

    def replace(self, raw):
        docname = docname_of(raw, self.env.docname)
        if "text_html" not in raw.get("classes", []):
            raw.replace_self(self.elsewhere(docname))
            return
        convert = Converter(
            address_from(self.app, docname),
            lambda *drawing: figures.image(self.app, docname, *drawing),
            lambda told: log.warning("%s", told, location=docname),
        )
        raw.replace_self(convert(raw.astext()))

    def elsewhere(self, docname):
        """What stands for a part of a page that only a browser can show."""
        site = figures.site(self.app)
        said = nodes.paragraph("", "Here the web edition computes in the page, in the reader's browser")
        if site:
            where = f"{site}{docname}.html"
            said += [nodes.Text(": "), nodes.reference("", where, refuri=where)]
        said += nodes.Text(".")
        return said


def separate(symbols):
    """The line of a chapter's symbols with commas, where no style sets them apart."""
    links = [n for n in symbols.children[1:] if not isinstance(n, nodes.Text)]
    title = symbols[0]
    symbols.clear()
    symbols += [title, nodes.Text(": ")]
    for place, symbol in enumerate(links):
        symbols += [*([nodes.Text(", ")] if place else []), symbol]


def name_once(app, doctree, docname):
    """No name twice on a page: a book's checker is strict about what a browser forgives."""
    if app.builder.name not in Outputs.builders:
        return
    seen = set()
    for node in doctree.findall(nodes.Element):
        page = docname_of(node, docname) if app.builder.format == "latex" else docname
        kept = [name for name in node["ids"] if (page, name) not in seen and not name.endswith("-content")]
        seen.update((page, name) for name in kept)
        node["ids"] = kept


def setup(app):
    app.add_post_transform(Outputs)
    app.connect("doctree-resolved", name_once, priority=800)
