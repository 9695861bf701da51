"""The formal proofs in the book: a mark on each theorem that Coq has checked, and a page of statements.

A theorem whose label is `thm-T1` gets a link to what is formally proved of claim T1, if anything is. The
directive `formal-statements` writes that: for each claim, in the theory's order, its formal statements with
their sources; the directive `formal-gaps` what is not formalised, and why. All is read from `proofs`.
"""

import os
import re
import shutil
from itertools import groupby
from pathlib import Path

from docutils import nodes
from repository import options
from sphinx.addnodes import pending_xref
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from iem.formal import AGAIN, in_book, proofs, used, with_symbols, wrapped

LOG = logging.getLogger(__name__)
LONG = 90  # letters of LaTeX that fit in a line of a page
OPENING = {"{", r"\left", r"\begin"}
CLOSING = {"}", r"\right", r"\end"}
FILES = ("audit.json", "fidelity.yml", "coverage.yml")
GROUPS = {
    "T": "Temperature",
    "I": "Identifiability",
    "G": "The tanh unit",
    "K": "Kernel and statistic",
    "A": "Attention",
    "N": "Annealing",
    "F": "Temperature fixed, learned, scheduled",
    "D": "Degeneracy",
    "R": "Robustness",
    "B": "Boundaries",
}


class folded(nodes.General, nodes.Element):
    """Content that is folded away where a page can fold; elsewhere it stands there."""


def open_fold(self, node):
    self.body.append(f'<details class="iem-folded"><summary>{self.encode(node["summary"])}</summary>')


def close_fold(self, node):
    self.body.append("</details>")


def stored(env):
    """The formal proofs of the book, read once in a build."""
    if not hasattr(env.app, "iem_proofs"):
        env.app.iem_proofs = found = proofs(Path(env.srcdir) / "chapters")
        if found and found.older:
            LOG.warning(f"proofs/audit.json is older than its sources: {AGAIN}")
        for line in found.unread if found else ():
            LOG.warning(f"proofs/coverage.yml, {line}")
    return env.app.iem_proofs


def link_to(claim, words, *classes):
    """A link to what is formally proved of a claim, resolved by each builder in its own way."""
    target = pending_xref(
        "",
        refdomain="std",
        reftype="ref",
        reftarget=f"formal-{claim}".lower(),
        refexplicit=True,
        refwarn=True,
    )
    target += nodes.inline("", words, classes=["std", "std-ref", *classes])
    return target


def mark_theorems(app, document):
    """A line at the end of each theorem that is formally proved."""
    env = app.env
    theorems = {
        name.removeprefix("thm-"): node
        for node in document.findall(nodes.Element)
        for name in node.get("ids", ())
        if name.startswith("thm-") and "label" in node
    }
    found = stored(env) if theorems else None
    for claim, node in theorems.items():
        if found and (formal := found.formal.get(claim)):
            words = formal.status.capitalize()
            body = node.children[-1] if isinstance(node.children[-1], nodes.section) else node
            body += nodes.paragraph("", "", link_to(claim, words), classes=["iem-formally"])
    if found:
        for name in FILES:
            env.note_dependency(str(found.folder / name))


def in_repository(file, line):
    """The address of a line of a source in the book's repository; empty where it is not known."""
    known = options(os.environ)
    address = known.get("repository_url", "")
    if not address.startswith("https://github.com/"):
        return ""
    return f"{address}/blob/{known['repository_branch']}/proofs/{file}#L{line}"


def source(theorem):
    """The address of a theorem's source: in the repository where it is known, otherwise in the book."""
    return in_repository(theorem.file, theorem.line) or in_book(theorem.file)


def point_to_repository(app, docname, source):
    """The ledger's stored links to sources, led to their lines in the repository where it is known."""

    def line_of(found):
        return (in_repository(found[1], found[3]) or in_book(found[1])) + f"{found[2]}{found[1]}:{found[3]}"

    if docname.endswith("ledger"):
        source[0] = re.sub(r"\.\./proofs/(\w+\.v)\.txt(\\?\">)\1:(\d+)", line_of, source[0])


def code(text):
    block = nodes.literal_block(text, text, language="none")
    block["classes"].append("iem-coq")
    return block


def mathematics(latex):
    return nodes.math_block(latex, latex, nowrap=False, number=None, label=None)


def in_lines(latex):
    r"""A long formula with its parts, which outermost quads separate, in lines of their own.

    >>> in_lines(r"a = b,\quad c = d")
    'a = b,\\quad c = d'
    """
    parts, depth = [""], 0
    for token in re.findall(r"\\[a-zA-Z]+|\\?.", latex):
        depth += (token in OPENING) - (token in CLOSING)
        if token == r"\quad" and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    if len(parts) == 1 or len(latex) < LONG:
        return latex
    return r"\begin{gathered}" + r"\\".join(parts) + r"\end{gathered}"


def listed(items):
    return [part for item in items for part in (nodes.Text(", "), item)][1:]


class Statements(SphinxDirective):
    """Every formal statement, claim by claim, and the definitions that they are made of."""

    def run(self):
        found = stored(self.env)
        for name in FILES:
            self.env.note_dependency(str(found.folder / name))
        made = [
            self.group(letter, list(names), found)
            for letter, names in groupby(found.formal, lambda c: c[0])
        ]
        return [*made, self.definitions(found)]

    def section(self, title, *ids):
        section = nodes.section("", ids=list(ids), names=[ids[0].lower()])
        section += nodes.title(title, title)
        return section

    def group(self, letter, claims, found):
        section = self.section(GROUPS[letter], f"formal-group-{letter}")
        section += [self.claim(found.formal[claim], found.book[claim].chapter) for claim in claims]
        return section

    def claim(self, formal, chapter):
        name = formal.claim
        section = self.section(f"{name}: {formal.status}", f"formal-{name}")
        labels = self.env.get_domain("std")
        place = (self.env.docname, f"formal-{name}")
        labels.anonlabels[f"formal-{name}".lower()] = place
        labels.labels[f"formal-{name}".lower()] = (*place, f"{name}, {formal.status}")
        lacks = f" Not formalised: {formal.lacks}" if formal.lacks else ""
        says = nodes.paragraph("", with_symbols(formal.says + lacks))
        says += nodes.Text(" ")
        says += self.chapter(name, chapter)
        section += says
        section += [self.statement(theorem) for theorem in formal.theorems]
        if formal.also:
            also = nodes.paragraph("", "With these, stated under other claims: ")
            also += listed(self.local(theorem.name, theorem.name) for theorem in formal.also)
            also += nodes.Text(".")
            section += also
        return section

    def chapter(self, claim, chapter):
        target = pending_xref(
            "", refdomain="prf", reftype="ref", reftarget=f"thm-{claim}", refexplicit=True
        )
        target["refdoc"] = self.env.docname
        target += nodes.inline("", "The theorem in its chapter.")
        return target

    def local(self, name, words):
        return nodes.reference("", "", nodes.literal(words, words), refid=name, internal=True)

    def statement(self, theorem):
        box = nodes.container(ids=[theorem.name], classes=["iem-statement"])
        head = nodes.paragraph(classes=["iem-statement-name"])
        head += nodes.literal(theorem.name, theorem.name)
        head += nodes.Text(" ")
        place = f"{theorem.file}, line {theorem.line}"
        head += nodes.reference("", place, refuri=source(theorem), internal=False)
        on_a_page = self.env.app.builder.name == "html"  # paper and e-readers break formulas themselves
        latex = in_lines(theorem.latex) if on_a_page else theorem.latex
        box += [head, nodes.paragraph("", with_symbols(theorem.scope)), mathematics(latex)]
        coq = folded(summary="As Coq states it")
        coq += code(wrapped(theorem.statement))
        if theorem.definitions:
            rests = nodes.paragraph("", "Defined: ", classes=["iem-defined"])
            rests += listed(  # as plain text: there are a thousand of them
                nodes.reference("", name, refid=f"coq-{name}", internal=True)
                for name in theorem.definitions
            )
            coq += rests
        box += coq
        return box

    def definitions(self, found):
        section = self.section("Definitions", "formal-definitions")
        section += nodes.paragraph(
            "", "All that the statements rest on beyond the libraries, as Coq prints it."
        )
        for name in used(found.theorems.values()):
            text = found.audit["definitions"][name].split(" Arguments ")[0]
            box = nodes.container(ids=[f"coq-{name}"], classes=["iem-definition"])
            box += code(text.replace(" := ", " :=\n  ", 1))
            section += box
        return section


class Gaps(SphinxDirective):
    """What is not formalised, with the reason: parts of claims, then whole claims."""

    def run(self):
        found = stored(self.env)
        parts = {claim: row.lacks for claim, row in found.formal.items() if row.lacks}
        return [
            nodes.paragraph("", f"{found.summary()}. What is missing of those in part:"),
            self.reasons(parts, lambda claim: link_to(claim, claim)),
            nodes.paragraph("", "Claims of which nothing is formalised:"),
            self.reasons(found.missing, lambda claim: nodes.strong(claim, claim)),
        ]

    def reasons(self, why, named):
        items = nodes.bullet_list()
        for claim, reason in why.items():
            text = nodes.Text(f": {with_symbols(reason)}")
            items += nodes.list_item("", nodes.paragraph("", "", named(claim), text))
        return items


def copy_sources(app, error):
    """The Coq files beside the pages, as text that a browser shows."""
    sources = Path(app.srcdir) / "proofs"
    if error is None and app.builder.format == "html" and app.builder.name != "epub":
        folder = Path(app.outdir) / "proofs"
        folder.mkdir(exist_ok=True)
        for path in sources.glob("*.v"):
            shutil.copyfile(path, folder / f"{path.name}.txt")


def suit_the_builder(app, document, docname):
    """Off the web nothing leads to a file of the site; paper shows statements without Coq's own text."""
    if app.builder.name not in ("html", "dirhtml", "singlehtml"):
        for link in list(document.findall(nodes.reference)):
            if link.get("refuri", "").startswith("../proofs/"):
                link.replace_self(link.children)
    if app.builder.format == "latex":
        for node in list(document.findall(nodes.Element)):
            if isinstance(node, folded) or "formal-definitions" in node.get("ids", ()):
                node.parent.remove(node)


def pass_on(self, node):
    """Nothing around what is folded elsewhere."""


def setup(app):
    other = (pass_on, pass_on)
    app.add_node(folded, html=(open_fold, close_fold), latex=other, text=other, man=other, texinfo=other)
    app.add_directive("formal-statements", Statements)
    app.add_directive("formal-gaps", Gaps)
    app.add_css_file("formal.css")
    app.connect("source-read", point_to_repository)
    app.connect("doctree-read", mark_theorems)
    app.connect("doctree-resolved", suit_the_builder)
    app.connect("build-finished", copy_sources)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
