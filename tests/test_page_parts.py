"""What the book's own extensions add to a page: its symbols, its sources, its entries in the index."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes

from iem.kernels import KERNELS
from iem.stamps import load

ROOT = Path(__file__).parent.parent
CHAPTERS = ROOT / "chapters"
NOTEBOOKS = sorted(CHAPTERS.glob("*.ipynb"))


@pytest.fixture(scope="module")
def extensions():
    """The modules `symbols`, `sources` and `entries`."""
    folder = str(CHAPTERS / "_assets" / "ext")
    sys.path.insert(0, folder)
    try:
        import entries
        import sources
        import symbols
    finally:
        sys.path.remove(folder)
    return SimpleNamespace(symbols=symbols, sources=sources, entries=entries)


@pytest.mark.parametrize(
    ("symbol", "tex", "shown"),
    [
        ("z", r"\tfrac12(z-m)^2", True),
        ("z", r"\zeta + z_k + z(t)", False),
        ("z", r"\bar{z}", True),
        ("d_h(z)", "d_h", True),
        ("d_h(z)", r"{d}_{k}/\tau", True),
        ("d_h(z)", r"d_\pm(z) \ge d_-", True),
        ("d_h(z)", r"\frac{d}{d\tau} + d_0' d_{best}", True),
        ("d_h(z)", r"d(u) + \frac{d}{d\tau}", False),
        ("r_h(z)", r"r_{\max}", False),
        (r"\pi_h", r"2\pi + \pi_{best}", False),
        (r"\tau", r"\tau_c", False),
        (r"\tau", r"m/\tau\sigma^2", True),
        (r"\tau_c", r"\tau<\tau_c", True),
        (r"F_\tau(z)", r"F_{\tau}/\tau", True),
        (r"F_\tau(z)", r"F'", False),
        (r"\sigma", r"\sigma(x) + \sigma_h", False),
        (r"\sigma(x)", r"\sigma\big(\Delta/\tau\big)", True),
        (r"\sigma(x)", r"\sigma^2(1-x)", False),
        ("a(z)", r"a{\left(z \right)}", True),
        ("a(z)", "a'(z)", True),
        ("a(z)", "a_h+a", False),
        (r"\Delta(z)", r"\tanh\frac\Delta{2\tau}", True),
        (r"\mathrm{Var}_r", r"\operatorname{Var}_r(d)", True),
        (r"\mathrm{Var}_r", r"\mathrm{Var}\,x", False),
        (r"\mathrm{KL}(p\Vert q)", r"\operatorname{KL}(r\Vert\pi)", True),
        (r"\langle d\rangle_r", r"\langle v\rangle_r", True),
        ("s", r"\cos s + \text{for all s}", True),
        ("s", r"\cos x + \text{for all s}", False),
    ],
)
def test_a_symbol_is_found_where_it_is_meant(extensions, symbol, tex, shown):
    assert extensions.symbols.shows(tex, symbol) == shown


def test_the_line_names_what_a_chapter_uses_and_leads_to_it(extensions):
    symbols = extensions.symbols.table((CHAPTERS / "notation.md").read_text("utf-8"))
    assert len(symbols) > 25 and (r"\sigma(x)", "symbol-logistic", "logistic function") in symbols
    assert ("b", "symbol-sigma", "scale of a kernel") in symbols
    found = extensions.symbols.used([r"r_h\propto e^{-d_h/\tau}", "s"], {"s"}, symbols)
    assert [label for _, label, _ in found] == ["symbol-d", "symbol-tau", "symbol-r"]
    line = extensions.symbols.line(found, "chapters/a")
    assert [n.astext() for n in line.findall(nodes.math)] == ["d_h(z)", r"\tau", "r_h(z)"]
    assert "temperature" in [n.astext().strip() for n in line.findall(nodes.inline)]
    assert [
        n["reftarget"] for n in line.findall(lambda n: "reftarget" in getattr(n, "attributes", ()))
    ] == [label for _, label, _ in found]


def test_every_symbol_has_an_entry_and_every_entry_is_in_the_table(extensions):
    page = (CHAPTERS / "notation.md").read_text("utf-8")
    entries = set(re.findall(r"^\((symbol-\w+)\)=$", page, re.M))
    assert {label for _, label, _ in extensions.symbols.table(page)} == entries


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_letters_of_its_own_are_letters_of_the_table_that_a_chapter_shows(extensions, path):
    """Else the comment that takes a letter out of the line has no use."""
    known = {
        symbol for symbol, _, _ in extensions.symbols.table((CHAPTERS / "notation.md").read_text("utf-8"))
    }
    cells = load(path).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text += "".join(
        f"${tex.strip('$')}$"
        for cell in cells
        for output in cell.get("outputs", ())
        for kind, tex in output.get("data", {}).items()
        if kind.endswith("text/latex")  # what a theorem is glued from, too
    )
    own = [
        tex for said in extensions.symbols.OWN.findall(text) for tex in extensions.symbols.formulas(said)
    ]
    shown = extensions.symbols.formulas(extensions.symbols.OWN.sub("", text).replace("$$", "$"))
    assert len(own) == len(set(own))
    for letter in own:
        assert letter in known
        assert any(extensions.symbols.shows(tex, letter) for tex in shown), letter


def page_of(*parts):
    document = nodes.document(None, None)
    document += nodes.section("", nodes.title("", "A page"), *parts, ids=["a-page"])
    return document


def test_the_index_names_theorems_activations_kernels(extensions):
    theorem = nodes.admonition(
        "", nodes.title("", "(A “linear” unit)"), ids=["thm-B2-b"], classes=["proof"]
    )
    remark = nodes.admonition("", nodes.title("", "A remark"), ids=["rem-B2"], classes=["proof"])
    card = nodes.section("", nodes.title("", "Mish"), ids=["mish", "card-mish"])
    table = nodes.section("", nodes.title("", "The table"), ids=["the-table", "kernel-table"])
    found = dict(extensions.entries.names(page_of(theorem, remark, card, table)))
    assert found["Linear unit (claim B2)"] == "thm-B2-b"
    assert found["activation; Mish"] == "card-mish"
    assert {"kernel; Gaussian", "kernel; hyperbolic secant", "statistic; mean"} <= set(found)
    assert len([words for words in found if words.startswith("kernel; ")]) == len(KERNELS)
    assert "rem-B2" not in found.values()


def test_what_a_page_cites_is_found(extensions):
    from sphinx.addnodes import pending_xref

    cites = pending_xref("", refdomain="cite", reftype="p", reftarget="rose1990,lloyd1982")
    other = pending_xref("", refdomain="std", reftype="ref", reftarget="huber1981")
    assert extensions.sources.cited(page_of(cites, other)) == {"rose1990", "lloyd1982"}
