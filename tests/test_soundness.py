"""False statements that a careless check would accept; none of them may come into being."""

import pytest
import sympy as sp
from sympy import (
    Abs,
    Derivative,
    Float,
    Integer,
    Integral,
    KroneckerDelta,
    Limit,
    Piecewise,
    Rational,
    Sum,
    acot,
    atan,
    exp,
    gamma,
    log,
    oo,
    pi,
    sign,
    tanh,
)

from iem import (
    BadInput,
    Bound,
    Convex,
    Counterexample,
    Derivation,
    Increasing,
    Link,
    Manifest,
    Refused,
    zero,
)
from iem.general import F, General, d, tau, total
from iem.render import tex

x = sp.Symbol("x", positive=True)
y, z, q = sp.symbols("y z q", real=True)
c = sp.Symbol("c")
n = sp.Symbol("n", negative=True)
p = sp.Symbol("p", positive=True)
h, k, j = sp.symbols("h k j", integer=True)
H = sp.Symbol("H", integer=True, positive=True)
A = sp.IndexedBase("A", real=True)
Q = sp.IndexedBase("Q", complex=True)


def chain(left, right, **options):
    return Derivation(left, None, [Link(right, "false")], **options)


FALSE = {
    "0/0": lambda: chain(((y + 1) ** 2 - y**2 - 2 * y - 1) / ((y + 2) ** 2 - y**2 - 4 * y - 4), Integer(5)),
    "floats": lambda: chain((Float(1e20) + 1) * y, Float(1e20) * y),
    "sign of a complex number": lambda: chain(sign(tanh(c)), sign(c)),
    "cases of a complex number": lambda: Derivation(
        "f", Abs(c) ** 2, [Link(c**2, "", (c > 0, c < 0, sp.Eq(c, 0)))]
    ),
    "kink": lambda: chain(Derivative(Abs(y), y), sign(y)),
    "integral that is not 0": lambda: chain(Integral(1 / (y**2 + q), (y, 0, 1)), Integer(0)),
    "divergent integral": lambda: chain(Integral(1 / (y - p) ** 2, (y, 0, 1)), -1 / (1 - p) - 1 / p),
    "limit that depends on a parameter": lambda: chain(Limit((q * x + 1) / (q * x + 2), x, oo), Integer(1)),
    "range that depends on an index": lambda: chain(
        Sum(Sum(A[j], (j, 1, h)), (h, 1, H)), H * Sum(A[j], (j, 1, h))
    ),
    "delta outside its range": lambda: chain(Sum(KroneckerDelta(h, k) * d[h], (h, 5, H)), d[k]),
    "sum from 2": lambda: chain(Derivative(Sum(d[h], (h, 2, H)), d[k]), Integer(1)),
    "infinite sums": lambda: chain(Sum(A[h] + 1, (h, 1, oo)), Sum(A[h], (h, 1, oo)) + oo),
    "complex sums": lambda: chain(Abs(Sum(Q[h], (h, 1, H))) ** 2, Sum(Q[h], (h, 1, H)) ** 2),
    "a hypothesis without symbols": lambda: chain(y, y + 1, given=[(Integer(1), 0)]),
    "a number redefined": lambda: chain(2 * y, 3 * y, where=[(Integer(2), Integer(3))]),
    "a function redefined": lambda: chain(tanh(y), y, where=[(tanh(y), y)]),
    "two definitions that read alike": lambda: chain(F(tau), Integer(2), where=[(F(d[k]), 1), (F(tau), 2)]),
    "a symbol of the theory as a name": lambda: Derivation(tau, Integer(1), [Link(Integer(1), "")]),
    "a jump": lambda: Bound(
        0, Piecewise((x, x < 10), (x - 100, True)), Increasing(x, Manifest(Integer(1))), strict=True
    ),
    "a pole": lambda: Bound(0, acot(10 - x) - acot(10), Increasing(x, Manifest(1 / ((x - 10) ** 2 + 1)))),
    "another pole": lambda: Bound(0, atan(1 / (10 - x)) - atan(Rational(1, 10)),
                                  Increasing(x, Manifest(1 / ((x - 10) ** 2 + 1)))),
    "tangent outside the domain": lambda: Bound(
        0, ((16 * x) ** 3 / 6 - 8 * x - Rational(1, 3)), Convex(x, -Rational(1, 16), Manifest(4096 * x))
    ),
    "a bound of a complex number": lambda: Bound(c, c + 1, Manifest(Integer(1))),
    "an infinite counterexample": lambda: Counterexample(1 / (y - 1), y, {y: 1}),
    "a complex counterexample": lambda: Counterexample(2 * log(y), log(y**2), {y: -1}),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_false_statements_are_refused(name):
    with pytest.raises((Refused, BadInput)):
        FALSE[name]()


def test_a_bound_keeps_its_hypotheses():
    conditional = Bound(0, 10 - x, Manifest(Integer(9)), given=[(x, 1)])
    with pytest.raises((Refused, BadInput)):
        Bound(0, 10 - x, Manifest(10 - x, using=[conditional]))


TRUE_BUT_HARD = {
    "loss of precision": gamma(50 * x + 1) - 50 * x * gamma(50 * x),
    "a negative symbol": atan(n) + atan(1 / n) + pi / 2,
}


@pytest.mark.parametrize("name", TRUE_BUT_HARD)
def test_true_statements_are_not_refuted(name):
    assert zero(TRUE_BUT_HARD[name]) is not False


def test_hypotheses_are_shown():
    assumed = chain(y * z, Integer(0), given=[(y, 0)])
    assert "assuming y = 0" in str(assumed)
    assert "assuming" in assumed._repr_html_()


def test_definitions_are_shown_down_to_the_last():
    f = sp.Function("f")
    defined = Derivation(f(y), None, [Link(5 * y, "insert")], where=[(f(y), q * y), (q, Integer(5))])
    assert r"\text{where } q = 5" in defined._repr_html_()


def test_what_is_hidden_stays_distinct():
    free, twice = General().free_energy, -2 * tau * log(total(lambda i: exp(-d[i] / (2 * tau))))
    assert chain(F(2 * tau), twice, where=[(F(tau), free)]).statement.startswith(r"F_\tau\left(")
    assert tex(F(tau) ** 2) != tex(F(tau))


def test_what_was_checked_cannot_change():
    rules = [(sp.Function("f")(y), y)]
    derivation = Derivation(sp.Function("f")(y) * 2, None, [Link(2 * y, "")], where=rules)
    rules.clear()
    assert len(derivation.where) == 1
