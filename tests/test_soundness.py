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
ROOT = sp.sqrt(1 + y**2)
HIDDEN = (  # each is 0 everywhere, and none of them looks it
    exp(2 * y) - 2 * sp.cosh(y) * exp(y) + 1,
    tanh(y) * sp.cosh(y) - sp.sinh(y),
    sp.sin(y) ** 2 + sp.cos(y) ** 2 - 1,
    sp.sin(2 * y) - 2 * sp.sin(y) * sp.cos(y),
)


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
    "0/0 in exponentials": lambda: chain(HIDDEN[0] / HIDDEN[1], Integer(5)),
    "0/0 in angles": lambda: chain(HIDDEN[2] / HIDDEN[3], Integer(5)),
    "0/0 in angles, the other way": lambda: chain(HIDDEN[3] / HIDDEN[2], Integer(5)),
    "0/0 in both": lambda: chain(HIDDEN[0] / HIDDEN[2], Integer(5)),
    "0/0 in merged exponentials": lambda: chain(
        (exp(y / (1 + p) + y * p / (1 + p)) - exp(y)) / (exp(z / (1 + p) + z * p / (1 + p)) - exp(z)),
        Integer(5),
    ),
    "0/0 in roots": lambda: chain((ROOT**2 - 1 - y**2) / ((ROOT + y) * (ROOT - y) - 1), Integer(5)),
    "0/0 in sums": lambda: chain(
        (Sum(A[h], (h, 1, H)) - Sum(A[k], (k, 1, H)))
        / (Sum(A[h] + 1, (h, 1, H)) - Sum(A[h], (h, 1, H)) - H),
        Integer(5),
    ),
    "a logarithm whose factor vanishes": lambda: chain(
        HIDDEN[0] * log(1 + exp(y)) + HIDDEN[1] * log(2 + exp(y)), y
    ),
    "a logarithm whose factor vanishes, divided by it": lambda: chain(
        HIDDEN[0] * log(1 + exp(z / HIDDEN[0])) - HIDDEN[0] * log(1 + exp(-z / HIDDEN[0])), z
    ),
    "logarithms in another proportion": lambda: chain(y * log(1 + exp(z)) - z * log(1 + exp(-z)), y * z),
    "a product of logarithms": lambda: chain(log(1 + p) * log(2 + p), log(3 + p) * log(1 + p)),
    "logarithms within": lambda: chain(log(1 + log(2 + exp(y))), log(1 + log(2 + exp(-y)))),
    "a factor with the wrong sign": lambda: chain(
        sp.sinh(y) / sp.cosh(y) * log(1 + exp(z)) - tanh(y) * log(1 + exp(-z)), -tanh(y) * z
    ),
    "a sign of a sum of angles": lambda: chain(
        tanh(y) * sp.cos(y + z), tanh(y) * (sp.cos(y) * sp.cos(z) + sp.sin(y) * sp.sin(z))
    ),
    "half a turn": lambda: chain(sp.sin(y + pi), sp.sin(y)),
    "a root of a square of an angle": lambda: chain(sp.sqrt(1 - sp.sin(y) ** 2), sp.cos(y)),
    "an angle in an exponential": lambda: chain(exp(sp.cos(2 * y)), exp(2 * sp.cos(y) ** 2)),
    "an angle in a logarithm": lambda: chain(log(2 + sp.sin(y) ** 2), log(3 + sp.cos(y) ** 2)),
    "angles and hyperbolas": lambda: chain(sp.cos(tanh(y)), sp.cos(sp.sinh(y)) / sp.cosh(y)),
    "a root of a square": lambda: chain(sp.sqrt((y - 1) ** 2), y - 1),
    "a product of roots": lambda: chain(sp.sqrt(y - 1) * sp.sqrt(z - 1), sp.sqrt((y - 1) * (z - 1))),
    "the error function is not even": lambda: chain(sp.erf(y - z), sp.erf(z - y)),
    "the complement is not odd": lambda: chain(sp.erfc(-y), sp.erfc(y)),
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
