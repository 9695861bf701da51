"""Hypotheses that fill a half-line, an interval or the line: shapes, numbers, laws and bad input."""

import math
import sys
from dataclasses import dataclass, replace
from functools import cache

import mpmath
import numpy as np
import pytest
import sympy as sp
from conftest import numpy_of
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot

from iem import BadInput, Refused, Refuted, Undecided, statistics, zero
from iem.argmin import Argmin
from iem.continuous import ContinuousActivation
from iem.continuum import Exponential, Flat, HalfLine, Interval, Laplacian, Line, Normal
from iem.exact import clip, symbol
from iem.integrals import Integral, Piece, Resting, at
from iem.kernels import Cauchy, Cosine, Formula, Gaussian, Huber, Laplace, Logistic, Power, StudentT
from iem.proof import Link
from iem.statistics import Full, Mean, Mode, Statistic
from iem.truncated import truncated_laplace, truncated_normal


@dataclass(frozen=True)
class _Variance(Statistic):
    pass


@dataclass(frozen=True)
class _LogEvidence(Statistic):
    pass


_Variance.__name__, _LogEvidence.__name__ = "Variance", "LogEvidence"
Variance = getattr(statistics, "Variance", _Variance)
LogEvidence = getattr(statistics, "LogEvidence", _LogEvidence)
KINDS = {"mean": Mean(), "mode": Mode(), "variance": Variance(), "log-evidence": LogEvidence()}

z, tau, sigma, b = (symbol(name) for name in ("z", "tau", "sigma", "b"))
c = sp.Symbol("c", positive=True)
low, high = symbol("low"), symbol("high")
h = sp.Symbol("h", real=True)
v = sigma**2 * tau
TAU = 0.6
NUMBERS = {
    "sigma": 0.8,
    "b": 0.7,
    "c": 1.3,
    "low": -0.7,
    "high": 1.9,
    "s": 0.6,
    "nu": 8.0,
    "delta": 0.5,
    "p": 3.0,
}


@cache
def made(kernel, kind, hypotheses):
    return ContinuousActivation(kernel, KINDS[kind], hypotheses)


def called(a, x, temperature=TAU, **changes):
    values = NUMBERS | changes
    return a(x, tau=temperature, **{name: values[name] for name in a.free()})


def tail(m):
    """The mean of a normal density with variance v, cut off below 0."""
    return m + sp.sqrt(2 * v / sp.pi) * sp.exp(-(m**2) / (2 * v)) / (1 + sp.erf(m / sp.sqrt(2 * v)))


def normal_cdf(x):
    return (1 + sp.erf(x / sp.sqrt(2))) / 2


def normal_pdf(x):
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)


S = sigma * sp.sqrt(tau)
A, B = (low - z) / S, (high - z) / S
SHRUNK = c**2 / (c**2 + v) * z
W = (
    sp.exp(-z / c) * sp.erfc((v / c - z) / sp.sqrt(2 * v)),
    sp.exp(z / c) * sp.erfc((z + v / c) / sp.sqrt(2 * v)),
)
RELU, HELD = sp.Max(0, z), clip(z, low, high)
SHAPES = {
    "ReLU": (Gaussian(), "mode", HalfLine(), RELU),
    "ReLU of any kernel": (StudentT(), "mode", HalfLine(), RELU),
    "truncated normal mean": (
        Gaussian(),
        "mean",
        HalfLine(),
        z + S * normal_pdf(z / S) / normal_cdf(z / S),
    ),
    "ReLU with a bias": (Gaussian(), "mode", HalfLine(Exponential()), sp.Max(0, z - v / c)),
    "its mean": (Gaussian(), "mean", HalfLine(Exponential()), tail(z - v / c)),
    "a Laplacian prior on one side": (Gaussian(), "mean", HalfLine(Laplacian()), tail(z - v / c)),
    "half of a normal prior": (Gaussian(), "mode", HalfLine(Normal()), sp.Max(0, SHRUNK)),
    "soft threshold": (Gaussian(), "mode", Line(Laplacian()), z - clip(z, -v / c, v / c)),
    "its mean under the same prior": (
        Gaussian(),
        "mean",
        Line(Laplacian()),
        z - v / c * (W[0] - W[1]) / (W[0] + W[1]),
    ),
    "shrinkage, mode": (Gaussian(), "mode", Line(Normal()), SHRUNK),
    "shrinkage, mean": (Gaussian(), "mean", Line(Normal()), SHRUNK),
    "shrunk variance": (Gaussian(), "variance", Line(Normal()), c**2 * v / (c**2 + v)),
    "a normal evidence": (
        Gaussian(),
        "log-evidence",
        Line(Normal()),
        tau * z**2 / (2 * (c**2 + v)) + tau * sp.log((c**2 + v) / v) / 2,
    ),
    "identity, mode": (Gaussian(), "mode", Line(), z),
    "identity, mean": (Gaussian(), "mean", Line(), z),
    "identity of another kernel": (Laplace(), "mean", Line(), z),
    "identity, variance": (Laplace(), "variance", Line(), 2 * b**2 * tau**2),
    "hardtanh": (Gaussian(), "mode", Interval(-1, 1), clip(z, -1, 1)),
    "hardtanh of any kernel": (Logistic(), "mode", Interval(), HELD),
    "hardtanh as a Laplace mode": (
        Laplace(),
        "mode",
        Line(Normal()),
        clip(z, -(c**2) / (b * tau), c**2 / (b * tau)),
    ),
    "truncated on an interval": (
        Gaussian(),
        "mean",
        Interval(),
        z + S * (normal_pdf(A) - normal_pdf(B)) / (normal_cdf(B) - normal_cdf(A)),
    ),
    "Laplace on the half-line": (
        Laplace(),
        "mean",
        HalfLine(),
        (2 * RELU + b * tau * sp.exp(-RELU / (b * tau))) / (2 - sp.exp(-RELU / (b * tau))),
    ),
    "half of the evidence": (
        Gaussian(),
        "log-evidence",
        HalfLine(),
        -tau * sp.log(sp.sqrt(2 * sp.pi) * S * normal_cdf(z / S)),
    ),
}  # fmt: skip
CLOSED = {name: made(*row[:3]) for name, row in SHAPES.items()}


# Shapes


@pytest.mark.parametrize("name", SHAPES)
def test_known_shapes_are_proved(name):
    a, claimed = CLOSED[name], SHAPES[name][3]
    assert a.numeric is None
    assert a.derivation.status == "proved"
    assert a.derivation.end == a.expr
    if isinstance(a.expr, sp.Expr) and a.kind == "log-evidence":
        point = {z: sp.Rational(7, 10), sigma: 2, tau: sp.Rational(3, 5), c: 3}
        assert abs(sp.N((a.expr - claimed).subs(point), 40)) < 1e-35
    elif a.expr.has(sp.Max):
        inside, other = (next(iter(e.atoms(sp.Max))) for e in (a.expr, claimed))
        assert zero(sp.Add(*inside.args) - sp.Add(*other.args)) is True
        top = sp.Dummy("top", nonnegative=True)
        assert zero(a.expr.xreplace({inside: top}) - claimed.xreplace({other: top})) is True
    else:
        assert zero(a.expr - claimed) is True


@pytest.mark.parametrize("name", SHAPES)
def test_the_chain_starts_at_the_energy(name):
    a = CLOSED[name]
    chain = a.derivation
    if isinstance(chain, Argmin):
        assert sp.expand(chain.objective - a.energy - tau * a.penalty) == 0
    else:
        assert chain.on[0].integrand == sp.exp(-a.energy / tau - a.penalty)
        assert [i.name for i in chain.on if chain.start.has(i.name)] == [i.name for i in chain.on]
    assert a._repr_html_().count("iem-chain") >= 1
    assert a._repr_latex_().startswith("$")


@pytest.mark.parametrize("name", SHAPES)
def test_false_twins_are_refused(name):
    chain = CLOSED[name].derivation
    if isinstance(chain, Argmin):
        wrong = [2 * chain.at, chain.at + 1, -chain.at, sp.Integer(3)]
        for place in wrong:
            with pytest.raises(Refuted):
                chain.twin(at=place).build()
        return
    with pytest.raises(Refuted):
        chain.ending(2 * chain.end)
    with pytest.raises(Refuted):
        chain.ending(chain.end + sp.Rational(1, 100))
    for part in chain.on:
        one, *rest = part.pieces
        for change in (
            {"value": 2 * part.value},
            {"value": part.value + 1},
            {"integrand": part.integrand + sp.exp(-(h**2))},
            {"pieces": [replace(one, antiderivative=2 * one.antiderivative), *rest]},
        ):
            with pytest.raises(Refuted):
                part.twin(**change).build()
        with pytest.raises(Refused):
            part.twin(pieces=[replace(one, low=one.low - 1 if one.low.is_finite else 0), *rest]).build()


def test_an_integral_needs_pieces_that_meet_and_run_forwards():
    rise, fall = sp.exp(h), -sp.exp(-h)
    pieces = [Piece(-sp.oo, 0, rise), Piece(0, sp.oo, fall)]
    assert Integral("I", sp.exp(-sp.Abs(h)), h, pieces, 2).range == (-sp.oo, sp.oo)
    with pytest.raises(Refuted, match="meeting"):
        Integral("I", sp.exp(-sp.Abs(h)), h, [pieces[0], Piece(1, sp.oo, fall)], 1 + sp.exp(-1))
    with pytest.raises(Refuted, match="derivative"):
        Integral(
            "I", sp.exp(-sp.Abs(h)), h, [Piece(-sp.oo, 1, rise), Piece(1, sp.oo, fall)], sp.E + sp.exp(-1)
        )
    with pytest.raises(Undecided, match="backwards"):
        Integral("I", sp.exp(-h), h, [Piece(1, 0, fall)], sp.exp(-1) - 1)
    with pytest.raises(Undecided, match="backwards"):
        Integral("I", sp.exp(-h), h, [Piece(low, high, fall)], sp.exp(-low) - sp.exp(-high))
    with pytest.raises(Undecided, match="smooth"):
        Integral("I", 1 / h**2, h, [Piece(-1, 1, -1 / h)], -2)
    with pytest.raises(Undecided, match="limit"):
        Integral("I", sp.exp(h), h, [Piece(0, sp.oo, sp.exp(h))], 5)
    with pytest.raises(BadInput, match="at least one piece"):
        Integral("I", sp.exp(h), h, [], 0)
    with pytest.raises(BadInput, match="names the integral"):
        Integral(z, z * sp.exp(-h), h, [Piece(0, sp.oo, z * fall)], z)
    with pytest.raises(BadInput, match="cannot depend"):
        Integral("I", sp.exp(-h), h, [Piece(0, sp.oo, fall)], h)


def test_limits_at_the_ends():
    assert at(h**5 * sp.exp(-v * h**2 + 7 * h) + sp.erf(c * h) * z, h, sp.oo) == z
    assert at(sp.exp(h / c) * h + sp.erf(h - z), h, -sp.oo) == -1
    for open_end in (h, sp.exp(z * h), sp.erf(z * h), sp.exp(-h), h * sp.erf(h)):
        with pytest.raises(Undecided):
            at(open_end, h, -sp.oo)


def test_a_chain_rests_on_its_integrals_only():
    one = Integral("I", sp.exp(-h), h, [Piece(0, sp.oo, -sp.exp(-h))], 1)
    chain = Resting("f", z * one.name, [Link(z, "the integral is 1")], on=(one,))
    assert [type(p) for p in chain.parts()] == [Resting, Integral]
    with pytest.raises(Refuted):
        chain.changed(1, 2 * z)
    with pytest.raises(Refuted):
        replace(chain, where=[(one.name, sp.Integer(2))])
    with pytest.raises(BadInput):
        replace(chain, on=())


def test_an_arg_min_can_fail():
    square, ends = (z - h) ** 2 / 2, (0, sp.oo)
    good = Argmin(square, h, ends, RELU, z, square)
    assert good.method == "arg-min, 2 cases"
    for changes in (
        {"at": z},
        {"at": sp.Max(1, z)},
        {"at": 2 * RELU},
        {"ends": (1, sp.oo)},
        {"ends": (-sp.oo, sp.oo)},
        {"objective": square + h, "measure": square + h},
        {"measure": (z + h) ** 2 / 2},
        {"objective": -square, "measure": -square},
    ):
        with pytest.raises(Refuted):
            good.twin(**changes).build()
    with pytest.raises(Undecided, match="positive"):
        good.twin(factor=z).build()
    k = sp.Symbol("k", positive=True)
    with pytest.raises(Refuted):
        Argmin(
            square + k * sp.Abs(h),
            h,
            (-sp.oo, sp.oo),
            z - clip(z, -2 * k, 2 * k),
            z,
            square + k * sp.Abs(h),
        )
    with pytest.raises(Undecided, match="increase"):
        Argmin(Cosine().exact().energy(z - h, sp), h, ends, RELU, z, sp.Abs(z - h), Cosine())


# Limits, slope, saturation


def test_limits():
    assert CLOSED["truncated normal mean"].cold == RELU
    assert CLOSED["truncated on an interval"].cold == CLOSED["hardtanh of any kernel"].cold == HELD
    assert CLOSED["shrinkage, mean"].cold == z
    assert (CLOSED["shrunk variance"].cold, CLOSED["half of the evidence"].cold) == (
        0,
        (z - RELU) ** 2 / (2 * sigma**2),
    )
    assert CLOSED["identity, mean"].hot == z
    assert CLOSED["truncated normal mean"].hot == sp.oo
    assert sp.simplify(CLOSED["truncated on an interval"].hot - (low + high) / 2) == 0
    assert (CLOSED["shrinkage, mean"].hot, CLOSED["shrunk variance"].hot) == (0, c**2)
    assert CLOSED["its mean"].hot == c
    assert CLOSED["ReLU with a bias"].hot == 0
    assert CLOSED["ReLU"].hot == RELU
    assert sp.simplify(made(Gaussian(), "variance", Interval()).hot - (high - low) ** 2 / 12) == 0
    with pytest.raises(BadInput, match="cold limit"):
        _ = made(Cosine(), "mean", Interval(-1, 1)).cold
    with pytest.raises(BadInput, match="hot limit"):
        _ = CLOSED["half of the evidence"].hot


def test_slopes_and_saturation():
    assert CLOSED["ReLU"].slope is None
    assert CLOSED["hardtanh"].slope == 1
    assert CLOSED["soft threshold"].slope == CLOSED["ReLU with a bias"].slope == 0
    assert CLOSED["half of a normal prior"].slope is None
    assert zero(CLOSED["shrinkage, mode"].slope - c**2 / (c**2 + v)) is True
    with pytest.raises(BadInput, match="depends"):
        _ = made(Gaussian(), "mode", Interval(-1, 1, Exponential())).slope
    assert zero(CLOSED["truncated normal mean"].slope - (1 - 2 / sp.pi)) is True
    assert zero(CLOSED["shrinkage, mean"].slope - c**2 / (c**2 + v)) is True
    assert CLOSED["hardtanh"].saturation == 1
    assert CLOSED["truncated on an interval"].saturation == high
    assert CLOSED["truncated normal mean"].saturation == sp.oo
    laplace = made(Laplace(), "mean", Interval(-1, 1))
    far = float(laplace.saturation.subs({b: 0.7, tau: 0.6}))
    assert far < 1
    np.testing.assert_allclose(called(laplace, 50.0), far, 1e-12)
    with pytest.raises(BadInput, match="closed form"):
        _ = made(Logistic(), "mean", HalfLine()).slope


# Numbers


def exact_tail(x, scale):
    """The mean of a normal density about x, cut off below 0, to 50 digits."""
    with mpmath.workdps(120):
        x, scale = mpmath.mpf(x), mpmath.mpf(scale)
        u = x / scale
        return x + scale * mpmath.sqrt(2 / mpmath.pi) * mpmath.exp(-(u**2) / 2) / mpmath.erfc(
            -u / mpmath.sqrt(2)
        )


FAR = [
    0.0,
    *(s * x for s in (1.0, -1.0) for x in (1e-8, 0.1, 1.0, 2.9, 3.0, 3.1, 7.0, 37.5, 38.5, 300.0, 1e4)),
]


@pytest.mark.parametrize("scale", [1.0, 1e-3, 250.0])
def test_truncated_normal_mean_far_out(scale):
    a = CLOSED["truncated normal mean"]
    x = scale * np.asarray(FAR)
    got = a(x, sigma=scale)
    want = [float(exact_tail(value, scale)) for value in x]
    np.testing.assert_allclose(got, want, 3e-15)


def bounded(m, a, e, order):
    """Moments of a standard normal density about m on a..e, to many digits."""
    with mpmath.workdps(400):
        m, a, e = map(mpmath.mpf, (m, a, e))
        one, two = (a - m), (e - m)
        mass = mpmath.sqrt(mpmath.pi / 2) * (
            mpmath.erf(two / mpmath.sqrt(2)) - mpmath.erf(one / mpmath.sqrt(2))
        )
        if one > 0 or two < 0:
            sides = (one, two) if one > 0 else (-two, -one)
            near, far = (mpmath.erfc(s / mpmath.sqrt(2)) for s in sides)
            mass = mpmath.sqrt(mpmath.pi / 2) * (near - far)
        p, q = (mpmath.exp(-(s**2) / 2) for s in (one, two))
        lift = (p - q) / mass
        return [mpmath.log(mass), m + lift, 1 + (one * p - two * q) / mass - lift**2][order]


@pytest.mark.parametrize("ends", [(-1.0, 1.0), (0.0, 1e-3), (0.0, 9.0), (-3.0, 20.0)])
def test_truncated_normal_on_an_interval_far_out(ends):
    x = np.asarray([0.0, 0.3, 1.5, 4.0, 8.0, 12.0, 30.0, 300.0, -0.3, -2.0, -4.0, -9.0, -30.0, -300.0])
    found = truncated_normal(x, 1.0, *ends)
    place = np.clip(x, *ends)
    log_mass = found.log_mass - (x - place) ** 2 / 2
    np.testing.assert_allclose(log_mass, [float(bounded(m, *ends, 0)) for m in x], 1e-13)
    np.testing.assert_allclose(found.mean, [float(bounded(m, *ends, 1)) for m in x], 1e-12, 2e-14)
    np.testing.assert_allclose(found.variance, [float(bounded(m, *ends, 2)) for m in x], 1e-12)


def test_truncated_laplace_at_every_width():
    for width in (1e-9, 1e-3, 0.5, 1.999, 2.001, 30.0, 1e4):
        found = truncated_laplace(0.0, 1.0, 0.0, width)
        with mpmath.workdps(60):
            x = mpmath.mpf(width)
            ratio = x / mpmath.expm1(x)
            want = mpmath.log(-mpmath.expm1(-x)), 1 - ratio, 1 - ratio * (ratio + x)
        np.testing.assert_allclose([float(f) for f in found], [float(w) for w in want], 1e-13, 1e-16)


def by_mpmath(a, x):
    """Mean, variance and log-evidence by quadrature to 30 digits, from the energy and the penalty alone."""
    values = {symbol(n): sp.Rational(str(NUMBERS[n])) for n in a.free()}
    values |= {
        s: sp.Rational(str(NUMBERS[s.name]))
        for s in (a.energy + a.penalty).free_symbols
        if s.name in a.free()
    }
    names = {s: values[s] for s in values}
    energy = sp.lambdify(h, a.energy.subs(names).subs(z, sp.Rational(str(x))), "mpmath")
    penalty = sp.lambdify(h, a.penalty.subs(names), "mpmath")
    ends = [sp.sympify(e).subs(names) for e in a._ends]
    left, right = (mpmath.mpf(-80 if e == -sp.oo else 80 if e == sp.oo else float(e)) for e in ends)
    heavy = isinstance(a.kernel, StudentT)
    cuts = sorted(
        {left, right, *(mpmath.mpf(p) for p in (-3, -1, 0, x, x - 0.5, x + 0.5, 3) if left < p < right)}
    )
    if heavy and isinstance(a.hypotheses.density, Flat):
        cuts = [-mpmath.inf if e == -80 else mpmath.inf if e == 80 else e for e in cuts]

    def total(order, energetic=1):
        def f(y):
            return y**order * mpmath.exp(-energetic * energy(y) / mpmath.mpf(TAU) - penalty(y))

        return mpmath.quad(f, cuts)

    mass, first, second = (total(k) for k in range(3))
    prior = total(0, 0) if a.hypotheses.proper else 1
    return {
        "mean": first / mass,
        "variance": second / mass - (first / mass) ** 2,
        "log-evidence": -TAU * mpmath.log(mass / prior),
    }


SETS = (
    HalfLine(),
    Interval(),
    Line(),
    HalfLine(Exponential()),
    Line(Normal()),
    Line(Laplacian()),
    Interval(-1, 2, Laplacian()),
)


@pytest.mark.parametrize(
    "kernel", [Gaussian(), Laplace(), Logistic(), StudentT(), Formula("u**4/s")], ids=repr
)
@pytest.mark.parametrize("hypotheses", SETS, ids=repr)
def test_numbers_agree_with_quadrature_to_many_digits(kernel, hypotheses):
    points = [-1.3, 0.4]
    for kind in ("mean", "variance", "log-evidence"):
        a = made(kernel, kind, hypotheses)
        got = called(a, points)
        if kind == "mean":
            wanted = [by_mpmath(a, x) for x in points]
        np.testing.assert_allclose(got, [float(w[kind]) for w in wanted], 2e-9, 1e-10)
        assert (a.numeric is None) == (a.expr is not None)
        if a.expr is None:
            assert "quadrature" in a.numeric and a.numeric in a._repr_html_()
            with pytest.raises(BadInput, match="no closed form"):
                _ = a.derivation


@pytest.mark.parametrize(
    "kernel", [Gaussian(), Laplace(), Logistic(), Huber(), Cauchy(), Power()], ids=repr
)
@pytest.mark.parametrize(
    "hypotheses", [*SETS, HalfLine(Normal()), Interval(-1, 1, Exponential())], ids=repr
)
def test_modes_are_the_least_on_a_fine_grid(kernel, hypotheses):
    a = made(kernel, "mode", hypotheses)
    x = np.asarray([-2.3, -0.2, 0.0, 0.4, 3.1])
    got = called(a, x)
    values = {n: NUMBERS[n] for n in a.free()}
    bound, places = kernel.bound(values), hypotheses.bound(values)
    ends = [float(e) for e in places.ends]
    grid = np.linspace(max(ends[0], -5), min(ends[1], 5), 40001)

    def objective(y, p):
        return bound.energy(y - p, np) + TAU * places.density.penalty(p, np)

    for y, mode in zip(x, got, strict=True):
        assert ends[0] <= mode <= ends[1]
        assert objective(y, mode) <= np.min(objective(y, grid)) + 1e-9


def test_a_kernel_that_does_not_grow():
    a = made(Cosine(), "mean", Interval(-3, 3))
    assert -3 < a(0.5, kappa=2.0) < 3
    assert made(Cosine(), "mode", Interval(-1, 3))(7.0, kappa=2.0) == pytest.approx(
        7 - 2 * math.pi, abs=1e-6
    )
    with pytest.raises(BadInput, match="unbounded set"):
        made(Cosine(), "mode", Line())(0.5, kappa=2.0)
    with pytest.raises(BadInput, match="no mean"):
        made(Cosine(), "mean", Line())(0.5, kappa=2.0)


@pytest.mark.parametrize(("kind", "needed"), [("log-evidence", 1), ("mean", 2), ("variance", 3)])
@pytest.mark.parametrize("hypotheses", [Line(), HalfLine()], ids=repr)
def test_moments_that_do_not_exist_are_refused(kind, needed, hypotheses):
    a = made(StudentT(), kind, hypotheses)
    for temperature in (0.5, 1.0, 2.0):
        edge = needed * temperature - 1
        if edge > 0:
            with pytest.raises(BadInput, match="needed"):
                a(0.3, tau=temperature, nu=edge, sigma=1.0)
        assert np.isfinite(a(0.3, tau=temperature, nu=max(edge, 0) + 1.0, sigma=1.0))
    with pytest.raises(BadInput, match="has no variance"):
        made(Cauchy(), "variance", hypotheses)(0.0, sigma=1.0)
    assert np.isfinite(made(Cauchy(), "variance", Line(Normal()))(0.0, sigma=1.0, c=1.0))


def test_temperature_zero_and_close_to_it():
    x = np.asarray([-2.0, 0.0, 0.3, 5.0])
    for kernel in (Gaussian(), Laplace(), Logistic()):
        for hypotheses in (HalfLine(), Interval(), Line(Normal()), Line(Laplacian())):
            ends = [
                float(sp.sympify(e).subs({low: -0.7, high: 1.9}))
                for e in made(kernel, "mode", hypotheses)._ends
            ]
            nearest = np.clip(x, *ends)
            for kind in ("mean", "mode"):
                a = made(kernel, kind, hypotheses)
                np.testing.assert_array_equal(called(a, x, 0), nearest)
                np.testing.assert_allclose(called(a, x, 1e-9), nearest, atol=1e-4)
            assert not np.any(called(made(kernel, "variance", hypotheses), x, 0))
            free = made(kernel, "log-evidence", hypotheses)
            np.testing.assert_allclose(called(free, x, 1e-9), called(free, x, 0), atol=1e-6)
    np.testing.assert_allclose(
        called(CLOSED["truncated normal mean"], x, 1e-320), np.maximum(x, 0), atol=1e-150
    )


# Laws


GAUSSIAN = {k: {n: made(Gaussian(), k, hs) for n, hs in {
    "half-line": HalfLine(), "interval": Interval(), "biased": HalfLine(Exponential()),
    "laplacian": Line(Laplacian()), "bounded": Interval(-1, 2, Laplacian()), "normal": HalfLine(Normal()),
}.items()} for k in KINDS}  # fmt: skip
PLACES = st.sampled_from(list(GAUSSIAN["mean"]))
SIZES = st.floats(0.3, 3)
ANYWHERE = {
    "place": PLACES, "x": st.floats(-5, 5), "sigma": SIZES, "c": SIZES, "temperature": st.floats(0.2, 5)
}  # fmt: skip
EVIDENCE = st.lists(st.floats(-60, 60), min_size=2, max_size=6)
SCALES = st.floats(0.05, 20)


@settings(max_examples=50)
@given(place=PLACES, x=EVIDENCE, sigma=SCALES, c=SCALES, temperature=st.floats(1e-3, 50))
def test_means_stay_within_and_never_fall(place, x, sigma, c, temperature):
    a, x = GAUSSIAN["mean"][place], np.sort(x)
    means = called(a, x, temperature, sigma=sigma, c=c)
    ends = [float(sp.sympify(e).subs({low: -0.7, high: 1.9})) for e in a._ends]
    assert np.all((ends[0] <= means) & (means <= ends[1]))
    assert np.all(np.diff(means) >= -1e-12 * (1 + np.abs(means[1:])))


@settings(max_examples=50)
@given(**ANYWHERE)
def test_the_slope_is_the_variance_over_the_noise(place, x, sigma, c, temperature):
    noise = temperature * sigma**2
    step = 1e-4 * math.sqrt(noise)
    mean, variance = (GAUSSIAN[k][place] for k in ("mean", "variance"))
    there, here = called(mean, np.asarray([x + step, x - step]), temperature, sigma=sigma, c=c)
    expected = called(variance, x, temperature, sigma=sigma, c=c) / noise
    np.testing.assert_allclose((there - here) / (2 * step), expected, 1e-5, 1e-9)


@settings(max_examples=40)
@given(**ANYWHERE)
def test_the_free_energy_falls_with_the_pull(place, x, sigma, c, temperature):
    """F'(z) = (z - mean)/sigma^2, the force of the evidence."""
    step = 1e-4 * sigma
    free, mean = (GAUSSIAN[k][place] for k in ("log-evidence", "mean"))
    there, here = called(free, np.asarray([x + step, x - step]), temperature, sigma=sigma, c=c)
    force = (x - called(mean, x, temperature, sigma=sigma, c=c)) / sigma**2
    np.testing.assert_allclose((there - here) / (2 * step), force, 1e-5, 1e-6)


@settings(max_examples=30)
@given(place=PLACES, x=st.floats(-3, 3), sigma=SIZES, c=SIZES)
def test_the_mode_is_where_the_mean_goes_in_the_cold(place, x, sigma, c):
    mean, mode = (GAUSSIAN[k][place] for k in ("mean", "mode"))
    cold = called(mode, x, 0, sigma=sigma, c=c)
    for temperature in (1e-4, 1e-8):
        room = 3 * sigma * math.sqrt(temperature) + temperature * sigma**2 / c
        assert abs(called(mean, x, temperature, sigma=sigma, c=c) - cold) <= room
        assert abs(called(mode, x, temperature, sigma=sigma, c=c) - cold) <= room + temperature * 10


# Calls


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("kernel", [Gaussian(), Logistic()], ids=repr)
@pytest.mark.parametrize("hypotheses", [HalfLine(), Interval(-1, 1), Line(Laplacian())], ids=repr)
def test_libraries_and_types(xp, dtype, kind, kernel, hypotheses):
    a = made(kernel, kind, hypotheses)
    x = xp.asarray([[-2.0, -0.3, 0.0], [0.3, 1.3, 4.0]], dtype=getattr(xp, dtype))
    for temperature in (0, 0.6):
        got = called(a, x, temperature)
        assert (got.dtype, type(got), got.shape) == (x.dtype, type(x), (2, 3))
        np.testing.assert_allclose(
            numpy_of(got), called(a, numpy_of(x).astype(float), temperature), 1e-5, 1e-6
        )


def test_lists_numbers_arrays_of_parameters_and_nan():
    a = CLOSED["truncated on an interval"]
    many = called(a, [-1, 0, 2.5])
    assert [float(called(a, x)) for x in (-1, 0, 2.5)] == many.tolist()
    assert np.ndim(called(a, 1)) == 0
    widths = np.asarray([0.5, 1.0, 2.0])
    for b_kind in ("mean", "mode", "variance"):
        for kernel in (Gaussian(), Logistic()):
            made_here = made(kernel, b_kind, Interval())
            grid = called(made_here, np.asarray([[0.3], [2.0]]), high=widths)
            for column, width in enumerate(widths):
                np.testing.assert_allclose(
                    grid[:, column], called(made_here, [0.3, 2.0], high=float(width)), 1e-9
                )
    assert np.isnan(called(a, [np.nan, 0.0])).tolist() == [True, False]
    np.testing.assert_array_equal(called(CLOSED["ReLU"], [-np.inf, np.inf]), [0, np.inf])


def test_scales_that_are_given_or_named():
    assert made(Gaussian(2), "mode", Line(Laplacian(4))).expr == z - clip(z, -tau, tau)
    assert made(Gaussian("s"), "mean", Line(Normal("w"))).free() == ["w", "s"]
    assert made(Gaussian(), "mode", Interval("a", "e")).free() == ["a", "e", "sigma"]
    assert 0 < made(Gaussian(), "mean", Interval(0, sp.sqrt(2)))(0.3, sigma=1.0) < math.sqrt(2)
    own = made(Formula("u**2/(2*s)"), "mean", HalfLine())
    np.testing.assert_allclose(
        own(0.3, s=0.64), made(Gaussian(), "mean", HalfLine())(0.3, sigma=0.8), 1e-14
    )
    assert own.expr is not None


def test_bad_input():
    a = CLOSED["truncated normal mean"]
    for wrong, match in (
        (lambda: a(1.0), "sigma is missing"),
        (lambda: a(1.0, sigma=1.0, m=2.0), "m is unknown"),
        (lambda: a(1.0, sigma=-1.0), "positive"),
        (lambda: a(1.0, sigma=1.0, tau=-1.0), "temperature"),
        (lambda: a("one", sigma=1.0), "real numbers"),
        (lambda: a([np.inf], sigma=1.0), "finite"),
        (lambda: a([1.0, 2.0], sigma=np.ones(3)), "broadcast"),
        (
            lambda: made(Gaussian(), "mean", Interval())(0.0, sigma=1.0, low=2.0, high=1.0),
            "below the upper",
        ),
        (lambda: Interval(1, 1), "below the upper"),
        (lambda: Interval("low", "low"), "below the upper"),
        (lambda: Interval(0, float("inf")), "finite"),
        (lambda: HalfLine(prior="flat"), "expected a prior"),
        (lambda: HalfLine(Gaussian()), "expected a prior"),
        (lambda: Normal(-1), "positive"),
        (lambda: Line(Exponential()), "no density on the line"),
        (lambda: ContinuousActivation(Gaussian(), Full(), HalfLine()), "Mean, Mode, Variance, LogEvidence"),
        (lambda: ContinuousActivation(Gaussian(), "mean", HalfLine()), "Mean, Mode"),
        (lambda: ContinuousActivation("gaussian", Mean(), HalfLine()), "expected a kernel"),
        (lambda: ContinuousActivation(Gaussian(), Mean(), (0, 1)), "HalfLine, Interval or Line"),
        (lambda: made(Gaussian("h"), "mean", HalfLine()), "meaning of its own"),
    ):
        with pytest.raises(BadInput, match=match):
            wrong()


def test_scipy_is_named_where_it_is_missing(monkeypatch):
    for name in [n for n in sys.modules if n.split(".")[0] == "scipy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy", None)
    np.testing.assert_array_equal(called(CLOSED["ReLU"], [-1.0, 2.0]), [0, 2])
    for a in (CLOSED["truncated normal mean"], made(Logistic(), "mean", HalfLine())):
        with pytest.raises(BadInput, match="install scipy"):
            called(a, 1.0)


def test_shown_and_evaluated_back():
    names = {k.__name__: k for k in (HalfLine, Interval, Line, Normal, Exponential, Laplacian, Flat)}
    for hypotheses in (
        HalfLine(),
        Interval(-1, "high", Normal(2)),
        Line(Laplacian()),
        HalfLine(Exponential("w")),
    ):
        assert eval(repr(hypotheses), names) == hypotheses
    a = CLOSED["soft threshold"]
    assert str(a) == f"{a.kernel} x {a.statistic} over {a.hypotheses}"


def test_an_answer_about_the_shape():
    relu = ContinuousActivation(Gaussian(), Mode(), HalfLine())
    assert (relu.parity, relu.monotone) == (None, "nondecreasing")
    assert "np.maximum(z, 0)" in relu.code()
    assert relu.plot().lines
    pyplot.close("all")


def test_the_mean_on_a_half_line_is_not_called_turning():
    """Far from the set its form cancels: with too few digits it seems to fall."""
    mean = ContinuousActivation(Gaussian(), Mean(), HalfLine())
    assert mean.monotone is None
    with pytest.raises(BadInput, match="0/0 far from the set"):
        mean.code()
