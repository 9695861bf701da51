"""Every claim established anew: what a fallen or a changed claim does to `iem claims --check`."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from iem import ledger
from iem.__main__ import main
from iem.recheck import compare, recheck

CLAIMS = """
- {id: A1, says: one, note: none, kind: theorem, chapter: first, uses: []}
- {id: A2, says: two, note: none, kind: reading, chapter: first, uses: [A1]}
"""
HEAD = """
import sympy as sp
from iem import Derivation, Link, Reading, establish
x = sp.Symbol("x", real=True)
part = Derivation("f", x + x, [Link({} * x, "twice")])
establish("A1", part, part.twin(3 * x))
"""
READ = 'from iem import Reading, establish\nestablish("A2", Reading("a way to see it"))'


def write(book, factor=2, read=READ):
    cells = [new_code_cell(HEAD.format(factor)), new_code_cell(read)]
    (book / "first.ipynb").write_text(json.dumps(new_notebook(cells=cells)))


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A book of one chapter with its stored run."""
    from iem.notebooks import main as notebooks

    book = tmp_path_factory.mktemp("book")
    (book / "claims.yml").write_text(CLAIMS)
    write(book)
    assert notebooks([str(book / "first.ipynb")]) == 0
    assert sorted(ledger.verdicts(book)) == ["A1", "A2"]
    return book


@pytest.fixture
def book(executed, tmp_path):
    for name in ("claims.yml", "first.ipynb"):
        (tmp_path / name).write_bytes((executed / name).read_bytes())
    return tmp_path


def changed(book, old, new):
    path = book / "first.ipynb"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_every_verdict_is_reached_again(book, capsys):
    before = (book / "first.ipynb").read_bytes()
    assert main(["claims", "--check", "--book", str(book)]) == 0
    out, err = capsys.readouterr()
    assert out == "every verdict was reached again\n"
    assert "[1/1] first" in err
    assert (book / "first.ipynb").read_bytes() == before
    assert sorted(p.name for p in book.iterdir()) == ["claims.yml", "first.ipynb"]


def test_a_claim_that_falls(book, capsys):
    changed(book, "Link(2 * x", "Link(5 * x")
    assert main(["claims", "--check", "--book", str(book)]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "A1: stored as proved, now open",
        "A2: stored as reading, now open",
        "2 differ",
    ]
    assert "is false" in err


def test_a_verdict_that_was_stored_by_hand(book):
    changed(book, '"method": "derivation, 1 link"', '"method": "derivation, 9 links"')
    (line,) = recheck(book)
    assert line.startswith("A1: method was 'derivation, 9 links', is 'derivation, 1 link'")


def test_a_verdict_that_no_run_reaches(book):
    changed(book, 'establish(\\"A2\\"', 'print(\\"A2\\"')
    assert recheck(book) == ["A2: stored as reading, now open"]


def test_times_are_not_compared():
    one = ledger.Verdict("A1", "measured", "experiment", "x", seconds=1.0)
    two = ledger.Verdict("A1", "measured", "experiment", "x", seconds=2.0)
    assert compare({"A1": one}, {"A1": two}, ["A1"]) == []
    assert compare({}, {"A1": two}, ["A1"]) == ["A1: stored as open, now measured"]


def test_the_badge(book, capsys):
    assert main(["claims", "--badge", "--book", str(book)]) == 0
    assert capsys.readouterr().out == ledger.badge(book)
    assert ">1 of 1<" in ledger.badge(book)


def test_one_thing_at_a_time():
    with pytest.raises(SystemExit) as caught:
        main(["claims", "--check", "--badge"])
    assert caught.value.code == 2
