r"""A line under a chapter's title: the symbols of its formulas, each leading to its entry under Notation.

The symbols are those of the table on the notation page, and the chapter's own mathematics is scanned for
them, so the line cannot name one that the chapter lacks. A letter with a meaning of its own in a chapter is
left out if a comment there says so: `<!-- own letters: $z$, $u$ -->`.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

ROW = re.compile(r"^\| \[(.+?)\]\((symbol-\w+)\) \|[^|]*\| (.+?) \|$", re.M)
OWN = re.compile(r"<!--\s*own letters:(.*?)-->", re.S)
INDEX = re.compile(r"[hijkln]|[+\-]|\\pm|\d")  # what may stand for the index of a hypothesis
ALWAYS = {r"\Delta", r"\KL", r"\langle"}  # with any index, with an argument or without
NAME = re.compile(r"\\(?:mathrm|operatorname)\{(\w+)\}")
IGNORED = re.compile(r"\\text\{[^}]*\}|\\(?:big|Big|bigl|bigr|left|right)(?![A-Za-z])|\\[,;!: ]|'")
BRACED = re.compile(r"\{(\\?[A-Za-z]+)\}(?=\s*_)|\{(?=\s*\()")  # as SymPy writes: {r}_{k}, a{(z)}
ATOM = re.compile(r"(\\[A-Za-z]+|[A-Za-z])\s*(?:_\s*(?:\{([^}]*)\}|(\\[A-Za-z]+|[^\s\\])))?\s*(\()?")


def formulas(text):
    """The formulas between dollar signs in a text."""
    return re.findall(r"\$([^$]+)\$", text)


def atoms(tex):
    """The letters and names of a formula, each with its index, if any, and whether an argument follows."""
    tex = BRACED.sub(r"\1", IGNORED.sub(" ", NAME.sub(r"\\\1 ", tex)))
    return [
        (name, (braced or plain).strip(), bool(call)) for name, braced, plain, call in ATOM.findall(tex)
    ]


def shows(tex, symbol):
    """Whether a formula shows a symbol, which is written as in the table.

    A letter is shown by itself, without index or argument; with the index `h` by any index of a hypothesis,
    with another index by that one; with an argument by any argument.
    """
    name, index, call = atoms(symbol)[0]

    def fits(at, called):
        if name in ALWAYS:
            return True
        if index:
            return bool(INDEX.fullmatch(at)) if index == "h" else at == index
        return not at and called == call

    return any(other == name and fits(at, called) for other, at, called in atoms(tex))


def table(page):
    """The symbols of the notation page, in its order: each with the label of its entry and its meaning."""
    return [
        (symbol, label, meaning.translate({ord(c): None for c in "$\\\\"}))
        for cell, label, meaning in ROW.findall(page)
        for symbol in formulas(cell)
    ]


def used(texts, own, symbols):
    """The rows of the symbols that some formulas show, but for those with a meaning of their own there."""
    return [row for row in symbols if row[0] not in own and any(shows(tex, row[0]) for tex in texts)]


def line(found, docname):
    """The line itself; the meaning is the name of the link, for those who do not see the symbol."""
    paragraph = nodes.paragraph(classes=["iem-symbols"])
    paragraph += nodes.inline("", "Symbols", classes=["iem-symbols-title"])
    for symbol, label, meaning in found:
        link = addnodes.pending_xref(
            "", refdomain=None, reftype="myst", reftarget=label, refexplicit=True, refdoc=docname
        )
        named = addnodes.only(
            "", nodes.inline("", f" {meaning}", classes=["visually-hidden"]), expr="builder_html"
        )
        link += nodes.inline("", "", nodes.math(symbol, symbol), named, classes=["xref", "myst"])
        paragraph += [nodes.Text(" "), link]
    return paragraph


def add_line(app, document):
    env = app.env
    source = Path(env.doc2path(env.docname))
    notation = source.with_name("notation.md")
    if source.suffix != ".ipynb" or not notation.exists():
        return
    env.note_dependency(str(notation))
    said = [node for node in document.findall(nodes.raw) if OWN.search(node.astext())]
    own = {tex for node in said for tex in formulas(OWN.search(node.astext())[1])}
    for node in said:
        node.parent.remove(node)
    texts = [
        node.astext() for node in document.findall(lambda n: isinstance(n, nodes.math | nodes.math_block))
    ]
    found = used(texts, own, table(notation.read_text("utf-8")))
    title = next(document.findall(nodes.title), None)
    if found and title is not None:
        title.parent.insert(1, line(found, env.docname))


def setup(app):
    app.connect("doctree-read", add_line)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
