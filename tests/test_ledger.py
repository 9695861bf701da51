"""The ledger: what enters it, what is refused, and what is read back from the stored runs."""

import json
import math
from dataclasses import asdict, replace

import pytest
import sympy as sp

from iem import (
    Argument,
    BadInput,
    Bound,
    Boxes,
    Counterexample,
    Derivation,
    Enclosure,
    Experiment,
    Instances,
    Link,
    Manifest,
    Reading,
    Refused,
    Refuted,
    establish,
    ledger,
)
from iem.agreement import Agreement
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
    for claim, evidence, false in (
        ("A2", bound, bound.twin(right=x**2)),
        ("A1", seen, seen.twin(at={x: 0})),
        ("A1", Instances("twice", {2: TRUE}), TWIN),
        ("A2", Argument(("so", bound), ("and", TRUE)), TWIN),
    ):
        verdict = establish(claim, evidence, false)
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


def test_a_check_proves_no_theorem(book):
    row = "- {id: C1, says: Computed twice., note: none, kind: check, chapter: second}\n"
    (book / "claims.yml").write_text(CLAIMS + row)
    same = Agreement("sums", sum, math.fsum, {"tenths": ([0.1] * 3,)}, lambda x: 1e-15)
    both = Argument(("shown", TRUE), ("compared", same))
    assert both.status == "checked"
    for evidence in (same, both):
        refused(BadInput, lambda e=evidence: establish("A1", e, TWIN), "of kind 'theorem', which checked")
        refused(BadInput, lambda e=evidence: establish("B1", e, TWIN), "which checked evidence")
    verdict = establish("C1", same, same.twin(one=max))
    assert verdict.status == "checked"
    assert "a difference of 0.2" in verdict.twin
    refused(BadInput, lambda: Instances("sums", {2: same}), "needs evidence that proves")


MORE = """
- {id: E1, says: Measured., note: none, kind: experiment, chapter: third, uses: [A1]}
- {id: E2, says: Both., note: none, kind: theorem + experiment, chapter: third, uses: [E1, A2]}
- {id: E3, says: Shown and enclosed., note: none, kind: theorem + numbers, chapter: third, uses: []}
- {id: E4, says: Shown and bounded., note: none, kind: theorem + bound, chapter: third, uses: []}
- {id: E5, says: Odd., note: none, kind: rumour, chapter: third, uses: []}
"""
BOUND = Bound(2 * x, x**2 + 1, Manifest((x - 1) ** 2))
BOXED = Bound(x**2, 2, Boxes({x: (-1, 1)}))
ROOT = Enclosure(sp.sqrt(2), sp.Rational(7, 5), sp.Rational(3, 2))


@pytest.fixture
def more(book):
    (book / "claims.yml").write_text(CLAIMS + MORE)


@pytest.fixture(scope="module")
def die():
    return Experiment("mean of a die", lambda g: g.integers(1, 7), 3.5, 200, precision=0.5, rng=1)


def test_an_experiment_for_an_experiment(more, die):
    verdict = establish("E1", die, die.twin(4.5))
    assert verdict.status == "measured"
    assert "predicted 4.5" in verdict.twin
    for evidence in (TRUE, BOUND, ROOT, Argument(("shown", TRUE))):
        refused(
            BadInput, lambda e=evidence: establish("E1", e, TWIN), "E1 is of kind", "needs an Experiment"
        )
    for claim in ("A1", "A2", "E3"):
        refused(BadInput, lambda c=claim: establish(c, die, die.twin(4.5)), "which measured evidence")


def test_a_theorem_with_an_experiment_needs_both(more, die):
    both = Argument(("shown", TRUE), ("measured", die))
    verdict = establish("E2", both, die.twin(9))
    assert verdict.status == "proved and measured"
    assert 'class="iem-verdict proved"' in verdict._repr_html_()
    refused(BadInput, lambda: establish("E2", TRUE, TWIN), "needs an Experiment")
    refused(BadInput, lambda: establish("E2", die, die.twin(9)), "needs a proof")
    refused(BadInput, lambda: establish("A1", both, TWIN), "of kind 'theorem', which proved and measured")


@pytest.mark.parametrize("number", [ROOT, BOXED], ids=["enclosure", "boxes"])
def test_a_theorem_with_numbers_needs_both(more, number):
    verdict = establish("E3", Argument(("shown", TRUE), ("enclosed", number)), TWIN)
    assert verdict.status == "proved and bounded"
    refused(BadInput, lambda: establish("E3", TRUE, TWIN), "needs an Enclosure, or a Bound by Boxes")
    refused(BadInput, lambda: establish("E3", Argument(("so", BOUND)), TWIN), "needs an Enclosure")
    refused(BadInput, lambda: establish("E3", number, number.twin()), "needs a proof")


@pytest.mark.parametrize("bound", [BOUND, BOXED], ids=["symbolic", "boxes"])
def test_any_bound_for_a_bound(more, bound):
    verdict = establish("A2", bound, bound.twin(right=-1))
    assert verdict.status == bound.status
    assert establish("E4", Argument(("shown", TRUE), ("bounded", bound)), TWIN).status.startswith("proved")
    for evidence in (TRUE, ROOT):
        refused(BadInput, lambda e=evidence: establish("A2", e, TWIN), "needs a Bound")


def test_a_kind_that_nothing_establishes(more):
    refused(BadInput, lambda: establish("E5", TRUE, TWIN), "unknown kind of claim 'rumour'")


def test_a_claim_of_the_notes_refuted_as_stated(book):
    fails = Counterexample(sp.sin(2 * x), 2 * sp.sin(x), {x: sp.pi / 2})
    verdict = establish("A1", TRUE, TWIN, refutes=fails)
    assert verdict.status == "refuted as stated, corrected form proved"
    assert verdict.refutes == fails.statement
    page = verdict._repr_html_()
    assert 'class="iem-verdict refuted"' in page
    assert "The corrected form holds" in page
    assert establish("A1", TRUE, fails.twin(right=sp.sin(2 * x)), refutes=fails).twin
    stored(book, "first.ipynb", verdict)
    assert "as stated it fails" in ledger.html()
    assert ledger.totals()["refuted as stated, corrected form proved"] == 1
    for other in (TRUE, BOUND, "no", READING):
        refused(
            BadInput, lambda o=other: establish("A1", TRUE, TWIN, refutes=o), "is a Counterexample, got"
        )


def test_the_time_is_beside_what_is_compared(more, book):
    quick = establish("A2", BOXED, BOXED.twin(right=-1))
    slow = replace(quick, seconds=9.0)
    assert quick == slow
    assert quick.data == slow.data
    data, beside = slow._repr_mimebundle_()
    assert "seconds" not in str(data)
    assert beside == {ledger.MIME: {"seconds": 9.0}}
    output = {"output_type": "display_data", "data": data, "metadata": beside}
    cells = [{"cell_type": "code", "outputs": [json.loads(json.dumps(output))]}]
    (book / "first.ipynb").write_text(json.dumps({"cells": cells}))
    assert ledger.verdicts()["A2"].seconds == 9.0


def test_the_badge_counts_what_asks_for_more_than_a_reading(book):
    assert ledger.established() == (0, 3)
    stored(book, "first.ipynb", establish("A1", TRUE, TWIN), establish("A3", READING))
    assert ledger.established() == (1, 3)
    assert ">1 of 3<" in ledger.badge()
    assert 'aria-label="claims established: 1 of 3"' in ledger.badge()


def test_what_the_words_mean():
    assert ledger.meaning("bounded") == "bounded (rigorous interval arithmetic)"
    assert ledger.meaning("proved, with a reading") == "proved, with a reading"


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
    bundle, beside = verdict._repr_mimebundle_()
    assert beside == {}
    assert (
        bundle["text/plain"]
        == str(verdict)
        == f"A1 proved: derivation, 1 link\n  false twin refused: {verdict.twin}"
    )
    assert 'id="verdict-a1"' in bundle["text/html"]
    assert bundle[ledger.MIME] == verdict.data
    assert asdict(verdict) == verdict.data | {"seconds": 0.0}
    assert json.loads(json.dumps(bundle))
    assert "twin" not in str(establish("A3", READING))


def test_a_refused_twin_is_told_in_the_verdict():
    with pytest.raises(Refuted) as caught:
        TRUE.ending(3 * x)
    assert establish("A1", TRUE, TWIN).twin == str(caught.value)
