r"""The PDF: the order of its parts, and how formulas, derivations and theorems are set.

A formula that is wider than the line is broken before its outermost relations and sums, and if that is not
enough it is set smaller; `preamble.tex` measures it.
"""

import re
import unicodedata
from pathlib import Path

from docutils import nodes
from entries import names
from sphinx import addnodes
from sphinx.util.texescape import escape

from . import cover
from .nodes import chain, claim, heading, link, reason, statement
from .outputs import docname_of

LONG = 80  # characters of TeX from which a formula in a line may be wider than the line
WIDE = 80  # letters that a line of a table holds
HERE = Path(__file__).resolve().parent
PRINTED = re.compile(r"\$[^$\n]+\$")
TOKEN = re.compile(r"\\[a-zA-Z]+\*?|\\.|[^\\]", re.DOTALL)
RELATIONS = {
    "=",
    "<",
    ">",
    r"\le",
    r"\leq",
    r"\ge",
    r"\geq",
    r"\ne",
    r"\approx",
    r"\simeq",
    r"\propto",
    r"\to",
}
SIGNS = {"+", "-", r"\pm", r"\mp", r"\cdot", r"\times"}
OPENING = {"{", r"\left", r"\begin"}
CLOSING = {"}", r"\right", r"\end"}


def breakable(code):
    r"""A formula with the places where it may be broken marked: before outermost relations and sums.

    >>> print(breakable(r"a = \frac{b + c}{d} - e"))
    a \iemrelation = \frac{b + c}{d} \iemsum - e
    """
    made, depth, left = [], 0, ""
    for token in TOKEN.findall(code):
        bare = token.strip()
        if bare in OPENING:
            depth += 1
        elif bare in CLOSING:
            depth -= 1
        if depth == 0 and left and left not in RELATIONS | SIGNS | {"(", "[", "_", "^", r"\quad"}:
            if bare in RELATIONS:
                made.append(r"\iemrelation ")
            elif bare in SIGNS:
                made.append(r"\iemsum ")
        if bare:
            left = bare
        made.append(token)
    return "".join(made)


SIGN_NAMES = {"infty": "∞", "Vert": "‖", "mathrm": "", "operatorname": "", "varepsilon": "ε", "lambda": "λ"}


def spoken(code):
    r"""A short formula in plain letters, for the outline of the PDF.

    >>> spoken(r"F_\tau(z)")
    'F\\_τ(z)'
    """

    def sign(found):
        name = found[1]
        if name in SIGN_NAMES:
            return SIGN_NAMES[name]
        case = "SMALL" if name.islower() else "CAPITAL"
        try:
            return unicodedata.lookup(f"GREEK {case} LETTER {name.upper()}")
        except KeyError:
            return name

    return re.sub(r"[{}]", "", re.sub(r"\\([a-zA-Z]+)\s*", sign, code)).replace("_", r"\_")


def one_line(code):
    return re.sub(r"\s+", " ", code.removeprefix(r"\displaystyle")).strip()


# What LaTeX is written


def visit_math(self, node):
    code = one_line(node.astext()) if node.astext().startswith(r"\displaystyle") else node.astext()
    start = r"\displaystyle " if code != node.astext() else ""
    shown = rf"\({start}{code}\)"
    if self.in_title:
        shown = rf"\texorpdfstring{{\protect{shown[:-2]}\protect\)}}{{{spoken(code)}}}"
    elif len(code) > LONG or self.table:
        shown = rf"\iemfitted{{{start}{code}}}"
    self.body.append(shown)
    raise nodes.SkipNode


def visit_math_block(self, node):
    code = re.sub(r"\n\s*\n", "\n", node.astext()).strip()
    label, number = node.get("label"), ""
    if isinstance(label, str) and label != "True":
        number = equation_number(self.builder.env, node)
        label = rf"\label{{equation:{node['docname']}:{label}}}"
    else:
        label = ""
    before = [n for n in node.parent[: node.parent.index(node)] if not isinstance(n, nodes.Invisible)]
    goes_on = before and isinstance(before[-1], nodes.paragraph | nodes.math_block)
    self.body.append("" if goes_on else "\n")  # a display belongs to the paragraph before it
    if node.get("nowrap"):
        self.body.append(f"{label}{code}\n")
    elif re.search(r"\\\\|(?<!\\)&", code):
        name = "aligned" if r"\begin" not in code else ""
        inner = rf"\begin{{aligned}}{code}\end{{aligned}}" if name else code
        self.body.append(rf"\iemdisplay{{{number}}}{{{label}}}{{{inner}}}" + "\n")
    else:
        self.body.append(rf"\iemdisplay{{{number}}}{{{label}}}{{{breakable(one_line(code))}}}" + "\n")
    raise nodes.SkipNode


def equation_number(env, node):
    """The number that the site shows."""
    if env.config.math_numfig and env.config.numfig:
        numbers = env.toc_fignumbers.get(node["docname"], {}).get("displaymath", {})
        return ".".join(map(str, numbers.get(node["ids"][0], ())))
    return node.get("number") or ""


def visit_chain(self, node):
    self.body.append("\n" + r"\begin{iemchain}")


def depart_chain(self, node):
    self.body.append("\n" + r"\end{iemchain}" + "\n")


def visit_link(self, node):
    formula, *said = node.children
    self.body.append("\n" + rf"\iemlink{{{node['kind']}}}{{{breakable(one_line(formula.astext()))}}}{{")
    for part in said:
        part.walkabout(self)
    self.body.append("}")
    raise nodes.SkipNode


def visit_statement(self, node):
    labels = "".join(rf"\label{{{name}}}" for name in node["labels"])
    self.body.append("\n" + rf"\begin{{iemstatement}}{{{node['kind']}}}{{\phantomsection{labels}}}")


def depart_statement(self, node):
    self.body.append("\n" + r"\end{iemstatement}" + "\n")


def visit_heading(self, node):
    self.body.append(r"\iemheading{")


def depart_heading(self, node):
    self.body.append("}\n")


def visit_claim(self, node):
    self.body.append("\n" + r"\begin{iemclaim}" + "\n")


def depart_claim(self, node):
    self.body.append("\n" + r"\end{iemclaim}" + "\n")


def nothing(self, node):
    """The children say it."""


# The order of the parts


def arrange(app, doctree, docname):
    if app.builder.name != "latex":
        return
    enter(doctree)
    for node in list(doctree.findall(nodes.Admonition)):
        if node.get("label") and isinstance(node[0], nodes.title):
            state(app.env, node, docname)
    for box in doctree.findall(nodes.admonition):
        if box["ids"]:
            box.insert(1, nodes.target("", "", ids=box["ids"]))
    for box in doctree.findall(nodes.container):
        if box["ids"]:
            box.insert(0, nodes.target("", "", ids=box["ids"]))
    for table in list(doctree.findall(nodes.table)):
        place = table.parent.index(table)
        table.parent.insert(place, addnodes.tabular_col_spec(spec=columns(table)))
        if len(list(table.findall(nodes.row))) > 8:
            table["classes"].append("longtable")
    for code in list(doctree.findall(nodes.literal_block)):
        if "output" in code["classes"] and PRINTED.search(code.astext()):
            code.replace_self(lines(code.astext()))
    book = next(doctree.findall(nodes.section))
    front = nodes.section("", nodes.title("", "Introduction"), ids=book["ids"], names=[], docname=docname)
    book["ids"] = []
    title, *rest = book.children
    book.clear()
    book += [title, latex(r"\iemunnumbered"), front]
    solved = solutions(doctree)
    wrappers = [part for part in rest if isinstance(part, nodes.compound)]
    front += [part for part in rest if part not in wrappers]
    captions = [tree["caption"] for tree in app.env.get_doctree(docname).findall(addnodes.toctree)]
    for place, (caption, wrapper) in enumerate(zip(captions, wrappers, strict=True)):
        solved += solutions(wrapper)
        files = list(wrapper.findall(addnodes.start_of_file))
        kind = r"\iemnumbered" if place == 0 else r"\iemunnumbered"
        book += latex(rf"{kind}\part{{{escape(caption)}}}")
        if place == len(wrappers) - 1 and solved:
            book += gathered(app.env, solved)
        book += files


def enter(doctree):
    """The entries of the index at their places, where its page numbers are taken."""
    places = {name: node for node in doctree.findall(nodes.Element) for name in node.get("ids", ())}
    found = list(names(doctree))
    known = {said for said, _ in found}
    for node in list(doctree.findall(addnodes.index)):
        if any(entry[1] in known for entry in node["entries"]):
            node.parent.remove(node)
    for said, name in found:
        places[name].insert(1, addnodes.index(entries=[("single", said, name, "", None)]))


def lines(text):
    """What a cell printed with formulas between dollar signs, typeset."""
    made = nodes.line_block("", classes=["iem-printed"])
    for line in text.rstrip("\n").split("\n"):
        made += nodes.line(
            "",
            "",
            *(
                nodes.math(piece, piece) if place % 2 else nodes.Text(piece)
                for place, piece in enumerate(line.split("$"))
                if piece
            ),
        )
    return made


def columns(table):
    """Columns whose widths follow what they hold, where a table would be wider than the page."""
    rows = [row.children for row in table.findall(nodes.row)]
    wide = [max(length(row[i]) for row in rows) for i in range(len(rows[0]))]
    if sum(wide) <= WIDE:
        return "l" * len(wide)
    word = [
        max(max(map(len, row[i].astext().split()), default=1) for row in rows) for i in range(len(wide))
    ]
    narrow = [max(3, min(n, w, WIDE // 4)) + 2 for n, w in zip(wide, word, strict=True)]
    wide = [max(m, min(n, WIDE // 2)) for n, m in zip(wide, narrow, strict=True)]
    share = min(1, (WIDE - sum(narrow)) / max(1, sum(wide) - sum(narrow)))
    shares = [round(m + (n - m) * share) for n, m in zip(wide, narrow, strict=True)]
    return "".join(
        rf">{{\raggedright\arraybackslash}}\X{{{n}}}{{{max(WIDE, sum(shares))}}}" for n in shares
    )


def length(cell):
    """About how many letters a cell holds in one line."""
    return max((sum(letters(n) for n in block.findall(nodes.Text)) for block in cell.children), default=0)


def letters(text):
    if isinstance(text.parent, nodes.math):
        return len(
            re.sub(r"\\[a-zA-Z]+", "x", re.sub(r"\\(?:left|right|operatorname|frac)|[\s{}_^]", "", text))
        )
    return len(text)


def latex(code):
    return nodes.raw("", code + "\n", format="latex")


def state(env, node, root):
    """A theorem, an exercise or a solution as a statement with a heading."""
    label, docname = node["label"], docname_of(node, root)
    title, *body = node.children
    if kind := node.get("realtype"):
        numbers = (
            env.toc_fignumbers.get(docname, {}).get(node.get("countertype"), {}).get(node["ids"][0], ())
        )
        name = [nodes.Text(f"{kind.title()} {'.'.join(map(str, numbers))}".strip())]
        said = title.children
        labels = [rf"\detokenize{{{docname}:{label}}}"]
    else:
        name, _, rest = title.astext().partition(" (")
        kind = "solution" if name.startswith("Solution") else "exercise"
        name = [nodes.Text(name)]
        said = split(title)
        labels = [f"exercise:{label}" if kind == "exercise" else f"{docname}:{label}"]
    head = heading("", "", nodes.strong("", "", *name))
    if said:
        head += [nodes.Text(" "), *trimmed(said)]
    if kind == "exercise":
        head += latex(rf"\iemsolved{{{docname}:{label.replace('ex-', 'sol-', 1)}}}")
    inside = [n for part in body for n in (part.children if isinstance(part, nodes.section) else [part])]
    node.replace_self(statement("", head, *inside, kind=kind, labels=labels, docname=docname))


def split(title):
    """What stands in the title after its name and number."""
    seen, result = False, []
    for child in title.children:
        if seen:
            result.append(child)
        elif isinstance(child, nodes.Text) and " (" in child:
            seen = True
            result.append(nodes.Text(child[child.index("(") :]))
    return result


def trimmed(said):
    """A title without the brackets around it."""
    said = [n.deepcopy() for n in said]
    if isinstance(said[0], nodes.Text):
        said[0] = nodes.Text(said[0].lstrip().removeprefix("("))
    if isinstance(said[-1], nodes.Text):
        said[-1] = nodes.Text(said[-1].rstrip().removesuffix(")"))
    return said


def solutions(tree):
    """The solutions in a part of the book, taken out of it."""
    found = [node for node in tree.findall(statement) if node["kind"] == "solution"]
    for node in found:
        node.parent.remove(node)
    return found


def gathered(env, solved):
    """The solutions as a chapter, a section for each chapter that asked."""
    title = nodes.title("", "Solutions to the exercises")
    made = nodes.section("", title, ids=["solutions-to-the-exercises"])
    files = dict.fromkeys(node["docname"] for node in solved)
    for docname in files:
        title = env.titles[docname].deepcopy()
        section = nodes.section("", nodes.title("", "", *title.children), ids=[f"solutions-{docname}"])
        section += [node for node in solved if node["docname"] == docname]
        made += addnodes.start_of_file("", section, docname=docname)
    return made


def said_of_itself(config):
    """What readers of PDFs show of a book."""
    title = config.html_title or config.project
    known = {"title": title, "author": config.author, "subject": cover.SUBTITLE}
    fields = ", ".join(f"pdf{key}={{{escape(text)}}}" for key, text in known.items())
    return "\n" + rf"\AtBeginDocument{{\hypersetup{{{fields}}}}}" + "\n"


def configure(app, config):
    config.latex_engine = "xelatex"
    config.latex_use_xindy = False
    config.latex_domain_indices = False
    config.latex_show_urls = "no"
    config.latex_toplevel_sectioning = "chapter"
    config.latex_logo = None
    config.latex_table_style = ["booktabs"]
    title = config.html_title or config.project
    config.latex_documents = [
        (config.root_doc, "implicit-em.tex", title, config.author, "manual", False),
    ]
    config.latex_elements = {
        "papersize": "a4paper",
        "pointsize": "11pt",
        "classoptions": ",oneside,openany",
        "fontpkg": "",
        "fncychap": "",
        "fvset": r"\fvset{fontsize=\iemcodesize}",
        "figure_align": "H",
        "preamble": (HERE / "preamble.tex").read_text("utf-8") + said_of_itself(config),
        "maketitle": r"\iemtitlepage",
        "tableofcontents": r"{\hypersetup{linkcolor=black}\sphinxtableofcontents}",
    }


def draw(app):
    """The curves of the title page."""
    if app.builder.name == "latex":
        Path(app.outdir).mkdir(parents=True, exist_ok=True)
        (Path(app.outdir) / "iem-curves.pdf").write_bytes(cover.drawing())


def setup(app):
    app.add_node(nodes.math, override=True, latex=(visit_math, None))
    app.add_node(nodes.math_block, override=True, latex=(visit_math_block, None))
    app.add_node(chain, latex=(visit_chain, depart_chain))
    app.add_node(link, latex=(visit_link, None))
    app.add_node(reason, latex=(nothing, nothing))
    app.add_node(statement, latex=(visit_statement, depart_statement))
    app.add_node(heading, latex=(visit_heading, depart_heading))
    app.add_node(claim, latex=(visit_claim, depart_claim))
    app.connect("builder-inited", draw)
    app.connect("config-inited", configure, priority=950)
    app.connect("doctree-resolved", arrange, priority=900)
