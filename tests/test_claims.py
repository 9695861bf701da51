"""Every claim of the chapters, changed in any one place, is refused.

Each chapter is run here cell by cell, its evidence is caught, and every link of every derivation is
doubled, every bound reversed, every counterexample made to agree, every compared program doubled.
"""

from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from matplotlib import pyplot

import iem
from iem import ledger, stamps
from iem.agreement import Agreement
from iem.argmin import Argmin
from iem.bounds import Bound, Counterexample
from iem.enclosure import Enclosure
from iem.experiment import Experiment
from iem.integrals import Integral
from iem.proof import Derivation, Reading

CHAPTERS = Path(__file__).parents[1] / "chapters"
CLAIMS = ledger.claims(CHAPTERS)
THEORY = sorted({claim.chapter for claim in CLAIMS.values()})


def caught(chapter, monkeypatch):
    """The evidence with which a chapter establishes its claims, by claim."""
    evidence = {}

    def catch(claim, found, twin=None, refutes=None):
        evidence[claim] = found
        return ledger.establish(claim, found, twin, refutes)

    monkeypatch.setattr(iem, "establish", catch)
    monkeypatch.chdir(CHAPTERS)
    names = {}
    for cell in stamps.code_cells(stamps.load(CHAPTERS / f"{chapter}.ipynb")):
        exec(cell.source, names)
        pyplot.close("all")
    return evidence


def doubled(expr):
    """The expression with one factor changed; zero, which has no factors, becomes one."""
    if isinstance(expr, sp.Tuple):
        return sp.Tuple(*map(doubled, expr))
    return sp.Integer(1) if expr == 0 else 2 * expr


def changes(evidence):
    """Ways to build the same evidence, changed in one place."""
    for part in evidence.parts():
        if isinstance(part, Derivation):
            for number, link in enumerate(part.links, 1):
                yield lambda part=part, number=number, link=link: part.changed(number, doubled(link.expr))
        elif isinstance(part, Bound):
            yield lambda part=part: replace(part, left=part.right, right=part.left)
        elif isinstance(part, Counterexample):
            yield lambda part=part: replace(part, right=part.left)
        elif isinstance(part, Integral):
            yield lambda part=part: replace(part, value=2 * part.value if part.value != 0 else 1)
        elif isinstance(part, Argmin):
            yield lambda part=part: replace(part, at=part.at + 1)
        elif isinstance(part, Enclosure):
            yield lambda part=part: replace(part, low=part.high + 1, high=part.high + 2)
        elif isinstance(part, Experiment):
            yield lambda part=part: part.twin(2 * part.high - part.low + 1).build()
        elif isinstance(part, Agreement):
            yield lambda part=part: replace(part, one=lambda *given, one=part.one: 2 * one(*given))


@pytest.mark.parametrize("chapter", THEORY)
def test_no_change_is_accepted(chapter, monkeypatch):
    evidence = caught(chapter, monkeypatch)
    assert sorted(evidence) == sorted(name for name, claim in CLAIMS.items() if claim.chapter == chapter)
    for claim, found in evidence.items():
        refused = 0
        for change in changes(found):
            with pytest.raises(iem.Refuted):
                change()
                pytest.fail(f"a changed part of {claim} passed its check")
            refused += 1
        assert refused > 0 or isinstance(found, Reading), f"{claim} rests on nothing that can be changed"
        for part in found.parts():
            if isinstance(part, Derivation):
                assert "\\" not in str(part.lhs), f"{claim}: typed by hand, {part.lhs}"
