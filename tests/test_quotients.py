"""The fast normal form: what it shows holds, what it does not know it does not show."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from iem.decide import proved
from iem.exact import clip
from iem.quotients import nonzero, product, real, vanishes

x, y, z = sp.symbols("x y z", real=True)
m, s, tau = sp.symbols("m sigma tau", positive=True)
c = clip(z, -m, m)
f = sp.Function("f", real=True)

SHOWN = [
    sp.tanh(x) - (sp.exp(2 * x) - 1) / (sp.exp(2 * x) + 1),
    sp.tanh(c / tau) - (sp.exp(2 * c / tau) - 1) / (sp.exp(2 * c / tau) + 1),
    (z + m) ** 2 / (2 * s**2) - (z - m) ** 2 / (2 * s**2) - 2 * m * z / s**2,
    sp.cosh(x + y) - sp.cosh(x) * sp.cosh(y) - sp.sinh(x) * sp.sinh(y),
    sp.cos(3 * x) - 4 * sp.cos(x) ** 3 + 3 * sp.cos(x),
    sp.sin(x + y) - sp.sin(x) * sp.cos(y) - sp.cos(x) * sp.sin(y),
    sp.exp(x + 1) - sp.E * sp.exp(x),
    1 / (1 + 1 / x) - x / (1 + x),
    sp.exp(z / (1 + z**2)) ** 2 - sp.exp(((z + 1) ** 2 - 1 - z**2) / (1 + z**2)),
    (sp.Abs(z) / s) ** m - sp.Abs(z) ** m * s ** (-m),
    (1 + x**2) ** sp.Rational(3, 2) - sp.sqrt(1 + x**2) - x**2 * sp.sqrt(1 + x**2),
    f((x + y) ** 2) - f(x**2 + 2 * x * y + y**2),
    sp.log(2 * sp.cosh(x)) - sp.log(1 + sp.exp(-2 * x)) - x,
    sp.log(6 * m**2 / (1 + x**2)) - 2 * sp.log(m) - sp.log(2) - sp.log(3) + sp.log(1 + x**2),
    sp.sign(m * x - m * y) - sp.sign((x - y) / (1 + z**2)),
    sp.sign(x - y) + sp.sign(2 * y - 2 * x),
]
OPEN = [
    x - y,
    x * y,
    sp.Abs(x) - x,
    sp.sqrt(x**2) - x,
    sp.exp(x) - 1 - x,
    sp.tanh(2 * x) - 2 * sp.tanh(x),
    sp.log(x**2) - 2 * sp.log(x),
    sp.sign(x * y) - sp.sign(y),
    sp.sign(x - y) - sp.sign(y - x),
    f(x) - f(-x),
    (x**2) ** m - x ** (2 * m),
    sp.cos(x) - 1,
    sp.sin(sp.pi * sp.Symbol("n", integer=True) / 2),
    sp.nan,
    sp.oo * x,
    sp.I * x,
    0.1 * x - y,
]


@pytest.mark.parametrize("expr", SHOWN, ids=str)
def test_what_is_zero_is_shown(expr):
    assert expr != 0
    assert vanishes(expr)
    assert not vanishes(expr + x**2 / 1000)


@pytest.mark.parametrize("expr", OPEN, ids=str)
def test_what_is_not_zero_or_not_known_is_not_shown(expr):
    assert not vanishes(expr)


ZEROS = [
    (x + 1) ** 2 - x**2 - 2 * x - 1,
    sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1,
    sp.exp(x + y) * sp.exp(-y) - sp.exp(x),
    sp.sqrt(1 + x**2) ** 2 - (1 + x) ** 2 + 2 * x,
    sp.log(m**2) - 2 * sp.log(m) + f(x) - f(x + y - y),
    sp.Abs(x) ** 2 - x * sp.Abs(x) * sp.sign(x),
    sp.sign(x) ** 3 - sp.sign(x),
    sp.erf(x) + sp.erf(-x) + sp.Max(x, y) - x / 2 - y / 2 - sp.Abs(x - y) / 2,
]


@pytest.mark.parametrize("zero", [e for e in ZEROS if e != 0], ids=str)
def test_nothing_follows_from_a_division_by_zero(zero):
    """Zeros in the denominator, known or not: neither the fraction nor its numerator is shown to vanish."""
    assert not nonzero(zero)
    for top in (x, y, zero):
        assert not vanishes(sp.Mul(top, sp.Pow(zero, -1, evaluate=False), evaluate=False) - x)
        assert not vanishes(sp.Mul(zero - zero * y, sp.Pow(zero, -1, evaluate=False), evaluate=False))


def test_what_plainly_is_not_zero():
    for expr in (x - y, 1 + x**2 + c**2, sp.exp(x) + sp.exp(y), x + sp.exp(x), sp.cosh(c), -1 - m):
        assert nonzero(expr)
    for expr in (c, 1 - c, x**2 + c**2, sp.log(m), f(x) - 1):  # zero somewhere, or not known
        assert not nonzero(expr)


def test_what_plainly_is_real():
    for expr in (x, x / (1 + y**2), x / m**2, sp.exp(c / tau), sp.log(1 + x**2), sp.tanh(x) + sp.Abs(y)):
        assert real(expr) and expr.is_real is not False
    for expr in (1 / x, sp.log(x), sp.sqrt(x), sp.I, sp.Symbol("w"), x / (m - 1), sp.oo, sp.exp(1 / x)):
        assert not real(expr)


def test_products():
    assert product((z + m) ** 2 / s**2 - (z - m) ** 2 / s**2) == 4 * m * z / s**2
    assert product(sp.sqrt(m) * sp.sqrt(m * s) / 3) == m * sp.sqrt(s) / 3
    for expr in (x + y, sp.exp(x), sp.S.Zero, c, x / (1 + x), sp.cos(x)):
        assert product(expr) is None


LEAVES = st.sampled_from([x, y, m, sp.Integer(1), sp.Integer(-2), sp.Rational(1, 2), c, sp.Abs(x)])


def larger(parts):
    return st.one_of(
        st.builds(lambda a, b: a + b, parts, parts),
        st.builds(lambda a, b: a * b, parts, parts),
        st.builds(lambda a: a**2, parts),
        st.builds(lambda a: 1 / (1 + a**2), parts),
        st.sampled_from([sp.exp, sp.tanh, sp.cosh, sp.sign]).flatmap(lambda g: parts.map(g)),
        parts.map(lambda a: sp.log(1 + a**2)),
    )


@given(st.recursive(LEAVES, larger, max_leaves=5), st.recursive(LEAVES, larger, max_leaves=4))
@settings(max_examples=120, deadline=None)
def test_what_is_shown_holds_in_numbers(one, two):
    """Where a difference, or a square multiplied out, is shown to vanish, numbers do."""
    at = {x: sp.Rational(3, 7), y: -sp.Rational(5, 11), m: sp.Rational(13, 10), z: sp.Rational(9, 10)}
    for expr in (one - two, (one + two) ** 2 - one**2 - 2 * one * two - two**2, one**2 - two**2):
        if vanishes(expr):
            assert abs(sp.N(expr.subs(at), 30)) < 1e-20
        if nonzero(expr):
            assert expr.subs(at).evalf(30) != 0


def test_the_decision_takes_what_is_shown():
    assert all(proved(e) for e in SHOWN)
