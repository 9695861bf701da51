"""What kernels and activations know of themselves, against numbers: growth, symmetry, limits, shapes."""

import itertools

import numpy as np
import pytest
import sympy as sp
from numbers_of import NUMBERS, made, number
from sympy import cosh, sinh, tanh

from iem import (
    KERNELS,
    STATISTICS,
    BadInput,
    Custom,
    Gate,
    Gated,
    Gaussian,
    Mode,
    Points,
    Refuted,
    Signs,
    activation,
    kernel,
    zero,
)
from iem.cases import cells
from iem.exact import symbol
from iem.shapes import Z, continuous, gap_shape, known, meetings, paired

m, b, s, sigma, delta, kappa, tau = map(symbol, ("m", "b", "s", "sigma", "delta", "kappa", "tau"))
GRID = list(itertools.product(KERNELS, STATISTICS))

# What is said, and what must not be: (formula, increasing, convex, tail)
TYPED = {
    "a square": ("u**2", True, "strictly convex", "quadratic"),
    "a fourth power": ("u**4", True, "convex", "of degree 4"),
    "an absolute value": ("abs(u)", True, "convex", "linear"),
    "a kink upwards": ("u**2 + abs(u)", True, "strictly convex", "quadratic"),
    "a root of squares": ("sqrt(1 + u**2)", True, "strictly convex", "linear"),
    "cosh": ("cosh(u)", True, "strictly convex", None),
    "log cosh": ("log(cosh(u/s))", True, "strictly convex", "linear"),
    "an exponential": ("exp(abs(u))", True, "strictly convex", None),
    "a root": ("sqrt(abs(u))", True, None, "of degree 1/2"),
    "a cube": ("abs(u)**3", True, None, "of degree 3"),
    "a well that saturates": ("-exp(-u**2)", True, None, None),
    "bounded": ("abs(u)/(1 + abs(u))", True, None, None),
    "a square, then a line": ("u*clip(u, -1, 1)", True, None, "linear"),
    "barely more than linear": ("abs(u)*log(1 + abs(u))", True, None, "linear"),
    "a ripple": ("u**2 + cos(u)", None, None, "quadratic"),
    "waves": ("u**2 + 100*cos(u)", False, None, "quadratic"),
    "a kink downwards": ("abs(u) - 2*abs(abs(u) - 1)", False, None, None),
    "a hump": ("u**2 - abs(u)", False, None, "quadratic"),
    "two wells": ("(u**2 - 1)**2", False, None, "of degree 4"),
    "absolute two wells": ("abs(u**2 - 1)", False, None, "quadratic"),
    "flat in the middle": ("abs(u - 1) + abs(u + 1)", False, "convex", "linear"),
    "flat in the middle, scaled": ("abs(u - s) + abs(u + t)", False, "convex", "linear"),
    "a plateau": ("clip(u, -1, 1)**2", False, None, None),
    "a shifted plateau": ("clip(u, -1, 2)**2", False, None, None),
    "it falls far out": ("u**2/(1 + u**4)", False, None, None),
    "upside down": ("-abs(u)", False, None, None),
    "a slope": ("u", False, "convex", None),
    "an odd cube": ("u**3", False, None, None),
    "one side": ("exp(u)", False, "strictly convex", None),
    "two different sides": ("exp(-u) + u**2", False, "strictly convex", None),
    "softplus": ("log(1 + exp(u))", False, "strictly convex", None),
    "a slope and a clip": ("abs(u) + clip(u, -1, 1)", False, None, "linear"),
    "a slope that drops": ("2*abs(u) - clip(u, -s, s)", False, None, "linear"),
    "a jump": ("abs(u)/u", False, None, None),
    "a slope and a jump": ("u + abs(u)/u", False, None, None),
    "a fall at a jump": ("u**2 - 10*abs(abs(u) - 1)/(abs(u) - 1)", False, None, "quadratic"),
    "a rise at a jump": ("u**2 + 10*abs(abs(u) - 1)/(abs(u) - 1)", None, None, "quadratic"),
    "a pole": ("1/u**2", False, None, None),
    "poles": ("-1/(abs(u) - 1)", False, None, None),
    "no floor": ("log(u**2)", False, None, "logarithmic"),
    "no ceiling": ("-log(u**2)", False, None, None),
    "an error function": ("erf(abs(u))", True, None, None),
    "an angle": ("atan(u**2)", True, None, None),
    "an area": ("asinh(abs(u))", True, None, "logarithmic"),
    "a sign": ("sign(u)", False, None, None),
    "a fall at zero by a sign": ("u**2 - 5*abs(sign(u))", False, None, "quadratic"),
    "a fall by a sign": ("u**2 - 10*sign(abs(u) - 1)", False, None, "quadratic"),
    "periodic": ("1 - cos(u)", False, None, None),
}


def numeric(k):
    """The energy of a kernel on a dense grid that has no wall of these formulas on it."""
    u = np.linspace(-12, 12, 9_603) + 1e-4
    bound = k.bound({name: NUMBERS[name] for name in k.free()})
    return u, np.asarray(bound.energy(u, np), float)


@pytest.mark.parametrize("name", TYPED)
def test_what_a_typed_kernel_knows_of_itself(name):
    text, increasing, convex, tail = TYPED[name]
    k = kernel(text)
    assert k.increasing is bool(increasing)
    assert k.convex == convex
    assert k.tail == tail


@pytest.mark.parametrize("text", [row[0] for row in TYPED.values()] + list(KERNELS))
def test_nothing_is_said_that_numbers_deny(text):
    k = kernel(text)
    u, d = numeric(k)
    if k.increasing:
        order = np.argsort(np.abs(u))
        far, near = np.abs(u)[order], d[order]
        assert (np.diff(near)[np.diff(far) > 1e-9] > -1e-9).all()
        bound = k.bound({name: NUMBERS[name] for name in k.free()})
        np.testing.assert_allclose(d, bound.energy(-u, np), rtol=1e-9, atol=1e-12)
    if k.convex:
        bends = d[2:] - 2 * d[1:-1] + d[:-2]
        assert (bends > -1e-9 * np.abs(d[1:-1]).clip(1)).all()
        if k.convex == "strictly convex":
            inner = np.abs(u[1:-1]) < 2
            assert (bends[inner] > 0).all()
    if k.tail:
        bound = k.bound({name: NUMBERS[name] for name in k.free()})
        degree = {"logarithmic": 0, "linear": 1, "quadratic": 2}.get(k.tail)
        if degree is None and k.tail != "of degree p":
            degree = float(sp.Rational(k.tail.split()[-1]))
        for side in (-1, 1):
            one, two = (float(bound.energy(np.asarray(side * v), np)) for v in (1e40, 1e42))
            assert two > one
            assert degree is None or np.log(two / one) / np.log(100) == pytest.approx(degree, abs=0.03)


def test_a_strictly_convex_energy_has_no_straight_piece():
    for text in ("huber", "laplace", "abs(u - 1) + abs(u + 1)", "u", "abs(u)"):
        assert kernel(text).convex == "convex"


def test_a_sign_in_a_function_is_seen():
    fall_at_zero = Custom(lambda u, xp: u**2 - 5 * xp.abs(xp.sign(u)))
    assert not fall_at_zero.increasing and fall_at_zero.convex is None
    assert Custom(lambda u, xp: u * xp.sign(u)).increasing


def test_continuous():
    u = sp.Symbol("u", real=True)
    for whole in (
        u**3,
        sp.log(1 + u**2),
        sp.exp(u) / (1 + sp.exp(u)),
        sp.Abs(u),
        sp.sqrt(sp.Abs(u)),
        cosh(u),
    ):
        assert continuous(whole, u)
    for broken in (
        1 / u,
        sp.sign(u),
        sp.log(u),
        sp.sqrt(u),
        sp.tan(u),
        sp.floor(u),
        1 / (1 - sp.exp(u)),
        u**m / u**2,
    ):
        assert not continuous(broken, u)


def test_meetings_of_cases_in_two_orders():
    """Where two walls may come in either order, each case meets its own neighbours."""
    u, one, two = sp.Symbol("u", real=True), *sp.symbols("s t", positive=True)
    cases = cells(u, sp.Abs(u - one) + sp.Abs(u - two))
    found = {(cases[i], cases[j], wall) for i, j, wall in meetings(u, cases)}
    assert len(cases) == 4 and len(found) == 4
    assert {wall for *_, wall in found} == {one, two}


# Known shapes


AT = {
    "cauchy": (("cauchy", {"tau": 1}), 2 * m * Z / (sigma**2 + m**2 + Z**2)),
    "student": (("student-t", {"nu": 1, "tau": 1}), 2 * m * Z / (sigma**2 + m**2 + Z**2)),
    "sech": (("sech", {"tau": 1}), tanh(m / s) * tanh(Z / s)),
    "logistic": (("logistic", {"tau": 1}), sinh(m / s) * sinh(Z / s) / (1 + cosh(m / s) * cosh(Z / s))),
    "gaussian": (("gaussian", {"tau": 1}), tanh(m * Z / sigma**2)),
    "cosine": (("cosine", {"tau": 1}), tanh(kappa * sp.sin(m) * sp.sin(Z))),
}


@pytest.mark.parametrize("name", AT)
def test_known_shapes(name):  # I6, K6
    (kind, fixed), shape = AT[name]
    chain = activation(kind, "mean").at(**fixed)
    assert chain.status == "proved"
    assert zero(chain.end - shape) is True
    assert zero(chain.end - 2 * shape) is False
    assert len(str(chain.end)) <= len(str(shape)) + 8  # it was brought into that shape
    with pytest.raises(Refuted):
        chain.ending(2 * chain.end)


def test_the_shape_at_one_temperature_is_not_that_at_another():
    one = activation("cauchy", "mean").at(tau=1).end
    assert zero(activation("cauchy", "mean").at(tau=2).end - one) is False


def test_three_points():
    x, noise = m * Z / (sigma**2 * tau), m**2 / (2 * sigma**2 * tau)
    a = activation("gaussian", "mean", Points((m, 0, -m)))
    shape = m * 2 * sinh(x) / (2 * cosh(x) + sp.exp(noise))
    assert zero(a.expr - shape) is True
    assert a.expr.has(sinh, cosh) and not a.expr.has(Z**2)


def test_gates():
    silu, relu = activation("gaussian", "gated", Gate()), activation("gaussian", Gated(Mode()), Gate())
    assert zero(silu.expr - Z / (1 + sp.exp(-2 * m * Z / (sigma**2 * tau)))) is True
    assert zero(relu.expr - Z * (1 + sp.sign(Z)) / 2) is True
    z = np.asarray([-2.0, -0.5, 0.0, 0.5, 2.0])
    np.testing.assert_array_equal(relu(z, m=1.3, sigma=0.8), np.maximum(z, 0))
    np.testing.assert_allclose(silu(z, m=0.5, sigma=1.0), z / (1 + np.exp(-z)))


POINTS = [-3.1, -0.7, 0.0, 0.4, 1.3, 5.2]
FIXED = [{"tau": 1}, {"m": 2}, {"tau": 2, "m": sp.Rational(1, 2)}, {"tau": 0.7}]


@pytest.mark.parametrize(("name", "statistic"), GRID[::3])
def test_a_shape_at_a_point_is_the_form_there(name, statistic):
    a = made(name, statistic)
    fixed = FIXED[(list(KERNELS).index(name) + list(STATISTICS).index(statistic)) % len(FIXED)]
    names = {s.name for s in a.expr.free_symbols}
    fixed = {key: value for key, value in fixed.items() if key in names}
    if not fixed:
        return
    end = a.at(**fixed).end
    for z in POINTS:
        changes = {"z": z, **{key: float(value) for key, value in fixed.items()}}
        np.testing.assert_allclose(number(end, **changes), number(a.expr, **changes), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "fixed",
    [{"q": 1}, {"z": 1}, {"tau": 0}, {"tau": -1}, {"sigma": -2}, {"tau": float("nan")}, {"tau": 1j},
     {"tau": sp.oo}, {"tau": None}, {"m": sp.Symbol("k")}, {"m": sp.Symbol("k", real=True)}, {"tau": "2"},
     {"m": [1]}, {"m": np.ones(2)}],
    ids=str,
)  # fmt: skip
def test_what_no_parameter_can_be(fixed):
    with pytest.raises(BadInput):
        made("gaussian", "mean").at(**fixed)


def test_a_parameter_may_be_an_expression():
    k = sp.Symbol("k", positive=True)
    assert activation("gaussian", "mean").at(m=k, tau=1).end == tanh(k * Z / sigma**2)
    assert activation(Gaussian(1), "mean", Signs(1)).at(tau=k).end == tanh(Z / k)


def test_shapes_are_only_candidates():
    """A shape is used where it is proved equal, whatever finds it."""
    x = sp.Symbol("x", real=True)
    for expr in (tanh(sp.log(1 + x**2) / 2), tanh(x), cosh(x) ** -2, sp.exp(sp.log(2 + x**2))):
        assert all(zero(expr - shape) is True for shape in known(expr))
    quotient = (sp.exp(x) - sp.exp(-x)) / (1 + sp.exp(x) + sp.exp(-x))
    assert paired(quotient) == 2 * sinh(x) / (2 * cosh(x) + 1)
    shape, cases = gap_shape(sp.Abs(Z + m) - sp.Abs(Z - m))
    assert len(cases) == 3 and zero(shape.subs(Z, 3 * m) - 2 * m) is True
