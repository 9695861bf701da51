"""What is proved once and used often: two-hypothesis forms, instances, growing energies, links on them."""

from functools import cache

import pytest
import sympy as sp

from iem import (
    STATISTICS,
    BadInput,
    Bound,
    Cosine,
    Counterexample,
    Custom,
    Derivation,
    Farther,
    Gaussian,
    Huber,
    Instance,
    Instances,
    Laplace,
    Link,
    Manifest,
    Reading,
    Refused,
    Refuted,
    Undecided,
    kernel,
)
from iem.activations import GAP, ONE, SHARED, TAU, TWO, pair_lemma
from iem.exact import clip, symbol
from iem.statistics import statistic

x, y, z = sp.symbols("x y z", real=True)
a, m = sp.symbols("a m", positive=True)
n = sp.Symbol("n", negative=True)
whole = sp.Symbol("k", integer=True)
c = sp.Symbol("c")
PRIORS = {
    "unit": None,
    "free": (symbol("pi_plus"), symbol("pi_minus")),
    "given": (sp.Rational(3, 4), sp.Rational(1, 4)),
}
VALUES = {"signs": (1, -1), "gate": (1, 0), "free": (x, y)}
KINDS = [("signs", "unit"), ("signs", "free"), ("gate", "unit"), ("gate", "given"), ("free", "free")]
ROWS = [(name, *kind) for name in STATISTICS for kind in KINDS]


@cache
def lemma(name, values="signs", prior="unit"):
    values = tuple(map(sp.sympify, VALUES[values]))
    return pair_lemma(statistic(name).exact(), values, PRIORS[prior])


def doubled(expr):
    """The expression with a factor 2, one component at a time."""
    if not isinstance(expr, sp.Tuple):
        return [2 * expr]
    return [sp.Tuple(*(2 * e if i == j else e for j, e in enumerate(expr))) for i in range(len(expr))]


# Two hypotheses


@pytest.mark.parametrize(("name", "values", "prior"), ROWS)
def test_the_form_for_two_hypotheses_is_proved_from_the_weights(name, values, prior):
    chain = lemma(name, values, prior)
    assert chain.status == "proved" and len(chain.links) == 2
    assert {sp.exp(-ONE / TAU), sp.exp(-TWO / TAU)} <= chain.start.atoms(sp.exp)
    assert {GAP, ONE, TWO} & chain.end.free_symbols == {GAP}
    assert chain.end.has(SHARED) is STATISTICS[name].sees_shared  # K2: all else sees the gap alone


@pytest.mark.parametrize(("name", "values", "prior"), ROWS)
def test_what_is_doubled_is_refuted(name, values, prior):
    chain = lemma(name, values, prior)
    for number, link in enumerate(chain.links, 1):
        for twin in doubled(link.expr):
            with pytest.raises(Refuted, match=rf"link {number} "):
                chain.changed(number, twin)


@pytest.mark.parametrize("name", STATISTICS)
def test_another_gap_or_temperature_is_refuted(name):
    chain = lemma(name, "gate")
    twins = [chain.end.subs(GAP, -2 * GAP), chain.end.subs(GAP, GAP + 1)]
    twins += [chain.end.subs(TAU, 3 * TAU)] if name != "mode" else []
    for twin in twins:
        with pytest.raises(Refuted):
            chain.ending(twin)


def test_a_prior_that_is_forgotten_is_refuted():
    for name in STATISTICS:
        with pytest.raises(Refuted):
            lemma(name, "signs", "given").ending(lemma(name).end)


# Instances


SQUARE = Derivation(
    "f", x**2 - 1, [Link(y * (x + 1), "factor"), Link(x * y + y, "out")], where=[(y, x - 1)]
)
GIVEN = Derivation("f", x, [Link(1 - y, "they sum to 1")], given=[(x + y, 1)])


def test_an_instance():
    used = Instance(SQUARE, 1, {x: sp.exp(z), y: sp.exp(z) - 1})
    assert (used.left, used.right) == (sp.exp(2 * z) - 1, (sp.exp(z) - 1) * (sp.exp(z) + 1))
    assert (used.status, used.method) == ("proved", "by a lemma")
    assert str(used) == repr(used) == "exp(2*z) - 1 = (exp(z) - 1)*(exp(z) + 1)"
    assert "=" in used.statement and "iem-chain" in used._repr_html_()
    assert Instance(SQUARE, 2, {x: 3, y: 2}).right == 8
    assert Instance(GIVEN, 1, {x: z, y: 1 - z}).left == z


@pytest.mark.parametrize("wrong", [sp.exp(z), sp.exp(z) + 1, 2 * sp.exp(z) - 2, sp.Integer(0), z], ids=str)
def test_a_definition_that_fails_is_refused(wrong):
    with pytest.raises(Refuted, match="the value of y is false"):
        Instance(SQUARE, 1, {x: sp.exp(z), y: wrong})


def test_a_definition_that_is_left_out_is_refused():
    with pytest.raises(Refuted):
        Instance(SQUARE, 1, {x: sp.exp(z)})
    with pytest.raises(Refuted):
        Instance(SQUARE, 1, {y: sp.exp(z)})


@pytest.mark.parametrize("values", [{x: 5, y: 5}, {x: 5}, {}, {x: z, y: z}], ids=str)
def test_what_was_given_must_hold_at_the_values(values):
    with pytest.raises(Refuted, match="what is given of x [+] y"):
        Instance(GIVEN, 1, values)


@pytest.mark.parametrize("name", STATISTICS)
def test_a_gap_that_is_not_the_gap_is_refuted(name):
    values = {ONE: (z - m) ** 2 / 2, TWO: (z + m) ** 2 / 2, GAP: 2 * m * z, SHARED: (z**2 + m**2) / 2}
    for number in (1, 2):
        assert Instance(lemma(name), number, values).right.has(z)
        wrong = [{GAP: m * z}, {GAP: -2 * m * z}, {ONE: z**2}]
        wrong += [{SHARED: z**2 / 2}] if STATISTICS[name].sees_shared else []
        for changed in wrong:
            with pytest.raises(Refuted, match="the value of"):
                Instance(lemma(name), number, values | changed)


def test_the_cases_of_a_gap():
    gap, cases = 2 * clip(z, -m, m), (z <= -m, (z >= -m) & (z <= m), z >= m)
    values = {ONE: sp.Abs(z - m), TWO: sp.Abs(z + m), GAP: gap, SHARED: (sp.Abs(z - m) + sp.Abs(z + m)) / 2}
    assert Instance(lemma("mean"), 1, values, cases).right.has(clip)
    with pytest.raises(Refuted, match="leaves values out"):
        Instance(lemma("mean"), 1, values, cases[:2])
    with pytest.raises(Refuted, match="is false for"):
        Instance(lemma("mean"), 1, values | {GAP: 2 * clip(z, -m, 2 * m)}, cases)
    with pytest.raises(Undecided):
        Instance(lemma("mean"), 1, values)


SIGNED = {
    "positive": (a, sp.sqrt(a**2), a, [-1, 0, x, x**2, sp.cos(x)]),
    "negative": (n, sp.Abs(n), -n, [1, 0, x, a]),
    "real": (x, sp.Abs(x) ** 2, x**2, [sp.I, sp.sqrt(x), sp.log(x), 1 / x, c, sp.oo, sp.nan]),
    "whole": (whole, sp.cos(2 * sp.pi * whole), sp.Integer(1), [sp.Rational(1, 2), x, a]),
}


@pytest.mark.parametrize("kind", SIGNED)
def test_values_keep_the_sign_of_their_symbol(kind):
    name, left, right, wrong = SIGNED[kind]
    chain = Derivation("f", left, [Link(right, "by its sign")])
    for value in wrong:
        with pytest.raises(BadInput, match="real numbers, got"):
            Instance(chain, 1, {name: value})


def test_values_are_of_symbols():
    with pytest.raises(BadInput, match="stands for"):
        Instance(SQUARE, 1, {x + 1: 2})


@pytest.mark.parametrize("number", [0, 3, -1, 1.5, "1", None], ids=repr)
def test_a_link_that_is_not_there(number):
    with pytest.raises(BadInput, match="links 1 to 2"):
        Instance(SQUARE, number, {x: 3, y: 2})


# Energies that grow with distance


GROWING = ["gaussian", "laplace", "logistic", "student-t", "huber", "pseudo-huber", "sech", "power"]
FALLING = {  # false at a point that trying finds
    "cosine": "cosine",
    "a hill": "-u**2",
    "two wells": "(u**2 - 1)**2",
    "a kink downwards": "abs(u) - 2*abs(abs(u) - 1)",
    "a plateau": "clip(u, -1, 1)**2",
    "flat in the middle": "abs(u - 1) + abs(u + 1)",
    "a slope": "u",
    "a cube": "u**3",
    "one side": "exp(u)",
    "not even": "exp(-u) + u**2",
    "a jump": "u**2 - 10*abs(abs(u) - 1)/(abs(u) - 1)",
    "a pole": "-1/(abs(u) - 1)",
    "it returns": "u**2/(1 + u**4)",
    "not even by a little": "u**2 + clip(u, -1, 1)",
}


@pytest.mark.parametrize("name", GROWING)
def test_the_farther_has_the_higher_energy(name):
    used = Farther(kernel(name), z + m, z - m)
    assert (used.status, used.method) == ("proved", "the energy is even and rises")
    assert used.right == sp.sign(m * z) or used.right == sp.sign(z)
    assert str(used) == repr(used) and "iem-chain" in used._repr_html_()
    with pytest.raises(Refuted):
        used.twin(Cosine()).build()


@pytest.mark.parametrize("name", FALLING)
def test_where_it_does_not_two_residuals_tell(name):
    with pytest.raises(Refuted, match="does not rise with .*: at .* they are"):
        Farther(kernel(FALLING[name]), x, y)


def test_a_fall_that_is_far_out_is_never_called_growth():
    for text in ("u**2/(1 + u**4/10**9)", "abs(u) - 2*abs(abs(u) - 10**6)", "-abs(u)*(abs(u) - 10**9)"):
        with pytest.raises(Refused):
            Farther(kernel(text), x, y)


def test_a_hole_at_zero_is_no_growth():
    for function in (lambda u, xp: u**2 - 5 * xp.abs(xp.sign(u)), lambda u, xp: xp.log(u**2)):
        with pytest.raises(Refused):
            Farther(Custom(function), x, y)


@pytest.mark.parametrize("residual", [c, sp.I, sp.sqrt(x), sp.log(x)], ids=str)
def test_residuals_are_real(residual):
    for pair in ((residual, y), (y, residual)):
        with pytest.raises(BadInput, match="a residual is a real number"):
            Farther(Laplace(), *pair)


# Links that rest on evidence


FARTHER = Farther(Huber(), z + m, z - m)
ROOT = Instance(SQUARE, 1, {x: sp.exp(z), y: sp.exp(z) - 1})


def test_a_link_may_rest_on_an_equality():
    chain = Derivation("f", FARTHER.left, [Link(sp.sign(z), "the energy grows", by=FARTHER)])
    assert chain.end == sp.sign(z)
    assert chain.method == "derivation, 1 link, the energy is even and rises"
    assert list(chain.parts()) == [chain, FARTHER]
    longer = Derivation("f", 2 * ROOT.left / 2, [Link(sp.expand(ROOT.right), "factor", by=ROOT)])
    assert longer.links[0].by is ROOT


def test_where_the_evidence_does_not_fit():
    with pytest.raises(Refuted, match="where it begins"):
        Derivation("f", sp.exp(2 * z), [Link(ROOT.right, "factor", by=ROOT)])
    with pytest.raises(Refuted, match=r"link 1 \(factor\) is false"):
        Derivation("f", ROOT.left, [Link(2 * ROOT.right, "factor", by=ROOT)])
    with pytest.raises(Refused, match="where it begins"):
        other = Farther(Gaussian(), z + m, z - m)
        Derivation("f", FARTHER.left, [Link(sp.sign(z), "the energy grows", by=other)])
    with pytest.raises(Refuted):
        Derivation("f", FARTHER.left, [Link(-sp.sign(z), "the energy grows", by=FARTHER)])


BOUND = Bound(2 * x, x**2 + 1, Manifest((x - 1) ** 2))
DIFFERENT = Counterexample(x, 2 * x, {x: 1})
SAME = Derivation("g", 2 * x, [Link(x + x, "twice")])
NO_EQUALITY = [
    BOUND,
    DIFFERENT,
    SAME,
    Reading("so it seems"),
    Instances("so", {2: SAME}),
    "a lemma",
    3,
    Huber(),
]


@pytest.mark.parametrize("evidence", NO_EQUALITY, ids=lambda e: type(e).__name__)
def test_a_link_rests_on_nothing_else(evidence):
    """A bound and a counterexample have a left and a right side too: they are not equal."""
    for start, end in ((2 * x, x**2 + 1), (x, 2 * x), (2 * x, x + x)):
        with pytest.raises(BadInput, match="rests on evidence of an equality"):
            Derivation("f", start, [Link(end, "a slip", by=evidence)])


def test_a_left_side_without_a_right_is_no_equality():
    fake = type("Fake", (), {"left": x, "right": 2 * x, "method": "none"})()
    with pytest.raises(BadInput, match="rests on evidence"):
        Derivation("f", x, [Link(2 * x, "a slip", by=fake)])
