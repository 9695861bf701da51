"""The ledger: what enters it, what is refused, and what is read back from the stored runs."""

import json
from dataclasses import asdict

import pytest
import sympy as sp

from iem import (
    Argument,
    BadInput,
    Bound,
    Counterexample,
    Derivation,
    Instances,
    Link,
    Manifest,
    Reading,
    Refused,
    Refuted,
    establish,
    ledger,
)
from iem.proof import Twin

x = sp.Symbol("x", real=True)
TRUE = Derivation("f", x + x, [Link(2 * x, "twice")])
READING = Reading("a way to see it")
CLAIMS = """
- id: A1
  says: Twice is the sum, $x + x = 2x$.
  note: none
  kind: theorem
  chapter: first
  uses: []
- id: A2
  says: A square & its <tangent>.
  note: Section 1
  kind: bound
  chapter: first
  uses: [A1]
- id: A3
  says: It can be seen so.
  note: none
  kind: reading
  chapter: second
- id: B1
  says: Seen and shown.
  note: none
  kind: reading + theorem
  chapter: second
"""


@pytest.fixture(autouse=True)
def book(tmp_path, monkeypatch):
    """A book with four claims, in which we stand."""
    (tmp_path / "claims.yml").write_text(CLAIMS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


TWIN = TRUE.twin(3 * x)


def stored(book, name, *verdicts):
    """A notebook whose stored outputs hold these verdicts, among others."""
    other = {"output_type": "stream", "name": "stdout", "text": ["seen\n"]}
    outputs = [{"output_type": "display_data", "data": {ledger.MIME: asdict(v)}} for v in verdicts]
    cells = [
        {"cell_type": "markdown", "source": "words"},
        {"cell_type": "code", "outputs": [other, *outputs]},
        {"cell_type": "code", "outputs": []},
    ]
    (book / name).write_text(json.dumps({"cells": cells, "nbformat": 4}))


# What enters


def test_a_claim_is_established():
    verdict = establish("A1", TRUE, TWIN)
    assert (verdict.claim, verdict.status, verdict.method) == ("A1", "proved", "derivation, 1 link")
    assert verdict.statement == TRUE.statement
    assert "link 1 (twice) is false: 2*x is not 3*x" in verdict.twin


def test_each_kind_of_evidence():
    bound = Bound(2 * x, x**2 + 1, Manifest((x - 1) ** 2))
    seen = Counterexample(x, -x, {x: 1})
    for evidence, false in (
        (bound, bound.twin(right=x**2)),
        (seen, seen.twin(at={x: 0})),
        (Instances("twice", {2: TRUE}), TWIN),
        (Argument(("so", bound), ("and", TRUE)), TWIN),
    ):
        verdict = establish("A2", evidence, false)
        assert verdict.method == evidence.method
        assert verdict.twin


def test_a_reading_is_established_as_one():
    verdict = establish("A3", READING)
    assert (verdict.status, verdict.method, verdict.twin) == ("reading", "reading", "")


def test_a_theorem_with_a_reading_says_so():
    argument = Argument(("shown", TRUE), ("seen", READING))
    verdict = establish("B1", argument, TWIN)
    assert verdict.status == "proved, with a reading"
    assert [tuple(step) for step in verdict.steps] == [("shown", TRUE.method), ("seen", "reading")]


# What is refused


def refused(kind, task, *words):
    with pytest.raises(kind) as caught:
        task()
    for word in words:
        assert word in str(caught.value)


def test_an_unknown_claim():
    refused(BadInput, lambda: establish("A9", TRUE, TWIN), "unknown claim 'A9'", "did you mean", "A1, A2")


@pytest.mark.parametrize("evidence", [None, True, "proved", 2 * x, Derivation, lambda: TRUE])
def test_what_is_no_evidence(evidence):
    refused(BadInput, lambda: establish("A1", evidence, TWIN), "A1 needs evidence", repr(evidence))


def test_a_missing_twin():
    for nothing in (None, lambda: TRUE.ending(3 * x), TRUE):
        refused(
            BadInput, lambda t=nothing: establish("A1", TRUE, t), "A1 needs a false twin", repr(nothing)
        )
    argument = Argument(("shown", TRUE), ("seen", READING))
    refused(BadInput, lambda: establish("B1", argument), "B1 needs a false twin")


def test_a_twin_that_passes():
    refused(
        Refused, lambda: establish("A1", TRUE, TRUE.twin(x + x)), "the false twin of A1 passed its check"
    )
    refused(Refused, lambda: establish("A1", TRUE, Twin(TRUE, lambda: None)), "passed its check: None")


def test_a_twin_of_something_else():
    other = Derivation("f", x, [Link(x, "the same")])
    refused(BadInput, lambda: establish("A1", TRUE, other.twin(2 * x)), "a false twin of a part")


def test_a_twin_that_is_only_undecided():
    unsure = TRUE.twin(x * sp.gamma(x) / sp.gamma(x + 1) * 2 * x)
    refused(Refused, lambda: establish("A1", TRUE, unsure), "not refuted, only undecided", "gamma")


def test_a_twin_that_fails_for_another_reason():
    odd = TRUE.twin(sp.Tuple(x, x))
    refused(BadInput, lambda: establish("A1", TRUE, odd), "2 components")
    refused(ZeroDivisionError, lambda: establish("A1", TRUE, Twin(TRUE, lambda: 1 / 0)))


def test_a_reading_for_a_theorem_and_a_theorem_for_a_reading():
    refused(
        BadInput, lambda: establish("A1", READING, TWIN), "A1 is of kind 'theorem', which reading evidence"
    )
    only = Argument(("seen", READING))
    refused(BadInput, lambda: establish("A1", only, TWIN), "A1 is of kind 'theorem'")
    refused(BadInput, lambda: establish("A3", TRUE, TWIN), "A3 is a reading")


def test_no_book(tmp_path_factory, monkeypatch):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    refused(BadInput, lambda: establish("A1", TRUE, TWIN), "no claims.yml", str(elsewhere))
    refused(BadInput, lambda: ledger.table(elsewhere), "no claims.yml")


# What is read back


def test_the_book_is_found_from_within_and_beside(book):
    deeper = book / "figures" / "one"
    deeper.mkdir(parents=True)
    assert ledger.find_book(deeper) == book == ledger.find_book()
    beside = book / "project"
    (beside / "chapters").mkdir(parents=True)
    (beside / "chapters" / "claims.yml").write_text(CLAIMS)
    assert ledger.find_book(beside) == beside / "chapters"


def test_claims(book):
    claims = ledger.claims()
    assert list(claims) == ["A1", "A2", "A3", "B1"]
    assert claims["A2"].uses == ("A1",)
    assert claims["A3"].uses == ()
    assert claims["A2"].chapter == "first"


def test_without_runs_everything_is_open(book):
    assert ledger.verdicts() == {}
    assert ledger.totals() == {"open": 4}
    assert ledger.table().splitlines()[-1] == "4 claims: 4 open"


def test_verdicts_are_read_from_the_stored_runs(book):
    argument = Argument(("shown for $H$", TRUE), ("seen", READING))
    made = [establish("A1", TRUE, TWIN), establish("A3", READING), establish("B1", argument, TWIN)]
    stored(book, "first.ipynb", made[0])
    stored(book, "second.ipynb", *made[1:])
    found = ledger.verdicts()
    assert sorted(found) == ["A1", "A3", "B1"]
    for verdict in made:
        assert json.dumps(asdict(found[verdict.claim])) == json.dumps(asdict(verdict))
    states = [ledger.status(c, found) for c in ledger.claims().values()]
    assert states == ["proved", "open", "reading", "proved, with a reading"]
    assert ledger.totals() == {"proved": 1, "open": 1, "reading": 1, "proved, with a reading": 1}


def test_the_table(book):
    stored(book, "first.ipynb", establish("A1", TRUE, TWIN))
    lines = ledger.table().splitlines()
    assert lines[0].split(maxsplit=3) == ["A1", "theorem", "proved", "derivation, 1 link"]
    assert lines[1].split() == ["A2", "bound", "open"]
    assert lines[-1] == "4 claims: 3 open, 1 proved"
    assert ledger.table(book) == ledger.table()


def test_the_page(book):
    argument = Argument(("shown for $H < 3$", TRUE), ("seen", READING))
    stored(book, "first.ipynb", establish("A1", TRUE, TWIN), establish("B1", argument, TWIN))
    page = ledger.html()
    assert page.count("<tr>") == page.count("</tr>") == 5
    assert '<a href="first.html#verdict-a1">A1</a>' in page
    assert "A square &amp; its &lt;tangent&gt;." in page
    assert "<details>" in page
    assert r"\(H &lt; 3\)" in page
    assert '<a href="first.html#verdict-a2">' not in page
    assert "1 of 2 established" in ledger.overview()


def test_a_claim_established_twice(book):
    verdict = establish("A1", TRUE, TWIN)
    stored(book, "first.ipynb", verdict)
    stored(book, "second.ipynb", verdict)
    refused(BadInput, ledger.verdicts, "A1 is established twice", "second.ipynb")
    stored(book, "second.ipynb")
    assert list(ledger.verdicts()) == ["A1"]


# As it is shown


def test_a_verdict_is_shown_with_its_data(book):
    verdict = establish("A1", TRUE, TWIN)
    bundle = verdict._repr_mimebundle_()
    assert (
        bundle["text/plain"]
        == str(verdict)
        == f"A1 proved: derivation, 1 link\n  false twin refused: {verdict.twin}"
    )
    assert 'id="verdict-a1"' in bundle["text/html"]
    assert bundle[ledger.MIME] == asdict(verdict)
    assert json.loads(json.dumps(bundle))
    assert "twin" not in str(establish("A3", READING))


def test_a_refused_twin_is_told_in_the_verdict():
    with pytest.raises(Refuted) as caught:
        TRUE.ending(3 * x)
    assert establish("A1", TRUE, TWIN).twin == str(caught.value)
