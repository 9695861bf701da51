"""The EPUB: formulas as MathML, pages without scripts, what a book says of itself, a cover."""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.builders.epub3 import Epub3Builder
from sphinx.util import logging

from . import cover
from .mathml import Unreadable, writer
from .nodes import chain, claim, link, reason
from .paper import LONG, breakable, equation_number, one_line

HERE = Path(__file__).resolve().parent
STYLES = ("pygments.css", "book.css")
ACCESS = (
    ("accessMode", "textual"),
    ("accessMode", "visual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "MathML"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityFeature", "index"),
    ("accessibilityHazard", "none"),
    ("accessibilitySummary", "Formulas are MathML, every figure has a description in words."),
)
log = logging.getLogger(__name__)


class Book(Epub3Builder):
    """Pages with the styles of a book and no script."""

    def init_js_files(self):
        self._js_files = []

    def add_js_file(self, filename, **kwargs):
        """A book runs no script."""

    def init_css_files(self):
        self._css_files = []
        for name in STYLES:
            super().add_css_file(name)

    def add_css_file(self, filename, **kwargs):
        """The site's styles are not the book's."""

    def copy_static_files(self):
        static = Path(self.outdir) / "_static"
        static.mkdir(exist_ok=True)
        self.create_pygments_style_file()
        (static / "book.css").write_text((HERE / "book.css").read_text("utf-8"), "utf-8")
        (static / "cover.png").write_bytes(
            cover.picture(self.config.epub_title, cover.SUBTITLE, self.config.epub_author)
        )

    def copy_extra_files(self):
        """The site's scripts and data are not the book's."""

    def build_epub(self):
        """The list of files says which hold MathML, which is the cover, and whom the book serves."""
        path = Path(self.outdir) / "content.opf"
        text = path.read_text("utf-8")
        for href in re.findall(r'href="([^"]+\.xhtml)"', text):
            if "<math" in (Path(self.outdir) / href).read_text("utf-8"):
                text = declared(text, href, "mathml")
        text = declared(text, "_static/cover.png", "cover-image")
        # the index is in the contents and among the pages, so that Sphinx has it twice in their order
        text = re.sub(
            r'(?s)(<itemref idref="([^"]+)"[^>]*/>)(.*?)\s*<itemref idref="\2"[^>]*/>', r"\1\3", text
        )
        served = "".join(f'    <meta property="schema:{name}">{said}</meta>\n' for name, said in ACCESS)
        path.write_text(text.replace("  </metadata>", f"{served}  </metadata>", 1), "utf-8")
        super().build_epub()

    def build_toc(self):
        """The old table of contents names the book as the new one does."""
        super().build_toc()
        path = Path(self.outdir) / "toc.ncx"
        name = f'content="{self.config.epub_identifier}"'
        path.write_text(path.read_text("utf-8").replace(f'content="{self.config.epub_uid}"', name), "utf-8")


def declared(opf, href, name):
    """The list of files with a property of one of them."""

    def add(item):
        said = re.search(r'properties="([^"]*)"', item[0])
        if not said:
            return item[0].replace("href=", f'properties="{name}" href=', 1)
        return item[0] if name in said[1].split() else item[0].replace(said[0], f'{said[0][:-1]} {name}"')

    return re.sub(rf'<item [^>]*href="{re.escape(href)}"[^>]*>', add, opf)


def formula(self, tex, display=False):
    try:
        return writer(self.builder.app).mathml(tex, display)
    except Unreadable as error:
        log.warning("a formula is not readable: %s", error)
        return f"<code>{escape(tex)}</code>"


def visit_math(self, node):
    self.body.append(formula(self, node.astext()))
    raise nodes.SkipNode


def visit_math_block(self, node):
    label = node.get("label")
    ids = "".join(f' id="{name}"' for name in node["ids"][:1])
    self.body.append(f'<div class="math"{ids}>{formula(self, node.astext().strip(), True)}')
    if isinstance(label, str) and label != "True":
        self.body.append(f'<span class="eqno">({equation_number(self.builder.env, node)})</span>')
    self.body.append("</div>\n")
    raise nodes.SkipNode


def pieces(tex):
    r"""A long formula in parts that may stand in lines of their own, cut before outermost relations, sums.

    >>> pieces("a = b + c")
    ['a = b + c']
    """
    if len(tex) < LONG:
        return [tex]
    first, *others = re.split(r"\\iem(?:relation|sum) ", breakable(one_line(tex)))
    return [first, *(f"{{}}{part}" for part in others)]


def visit_chain(self, node):
    self.body.append(f'<ul class="iem-chain" aria-label="{escape(node["label"])}">')


def depart_chain(self, node):
    self.body.append("</ul>\n")


def visit_link(self, node):
    code, *said = node.children
    shown = " ".join(formula(self, rf"\displaystyle {part}") for part in pieces(code.astext()))
    self.body.append(f'<li><div class="formula">{shown}</div>')
    for part in said:
        self.body.append(f'<div class="{node["kind"]}">')
        part.walkabout(self)
        self.body.append("</div>")
    self.body.append("</li>")
    raise nodes.SkipNode


def visit_claim(self, node):
    self.body.append('<div class="iem-claim">')


def depart_claim(self, node):
    self.body.append("</div>\n")


def nothing(self, node):
    """The children say it."""


def configure(app, config):
    from iem import __version__

    config.html_math_renderer = "mathjax"  # of two renderers Sphinx would choose the other for the site
    name = config.html_title or config.project
    config.epub_title = name
    config.epub_basename = "implicit-em"
    config.epub_author = config.epub_publisher = config.author
    config.epub_contributor = config.author
    config.epub_description = (
        "Activation functions derived from energies over hypotheses, a temperature and a summary of the "
        "posterior; every step proved by the program that wrote it."
    )
    config.epub_language = "en"
    config.epub_identifier = "urn:uuid:8b6a3f0e-5d0f-4c4b-9d5e-6a1b2f8e7c10"
    config.epub_uid = "BookId"
    config.epub_copyright = "Text and figures: CC BY 4.0. Code: MIT. 2026, the contributors of this project"
    config.epub_show_urls = "no"
    config.epub_tocscope = "includehidden"
    config.epub_tocdepth = 2
    config.epub_cover = ("_static/cover.png", "epub-cover.html")
    config.epub_use_index = True
    config.epub_post_files = [("genindex.xhtml", "Index")]
    if not config.version:
        config.version = config.release = __version__


def setup(app):
    app.add_builder(Book, override=True)
    for kind, visit, depart in (
        (chain, visit_chain, depart_chain),
        (link, visit_link, None),
        (reason, nothing, nothing),
        (claim, visit_claim, depart_claim),
    ):
        app.add_node(kind, override=True, html=(visit, depart))
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("config-inited", configure, priority=950)
    app.connect("builder-inited", choose)


def choose(app):
    if app.builder.name == "epub":
        app.config.html_math_renderer = "mathml"
        app.config.html_domain_indices = False
