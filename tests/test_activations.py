"""Activations: the closed forms, the chains that prove them, their limits, and what a call returns."""

import itertools
from functools import cache

import mpmath
import numpy as np
import pytest
import sympy as sp
from conftest import numpy_of
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from iem import STATISTICS, Gaussian, Laplace, Points, Signs, activation, responsibilities
from iem.exact import clip, symbol

z, m, b, sigma, tau, one, two = map(symbol, ("z", "m", "b", "sigma", "tau", "pi_plus", "pi_minus"))
held = clip(z, -m, m)
odds = sp.log(one / two)
PRIORS = {"unit": None, "free": ("pi_plus", "pi_minus"), "given": (0.75, 0.25)}
KERNELS = ("gaussian", "laplace")  # their closed forms in full; every kernel is in test_kernels
GRID = list(itertools.product(KERNELS, STATISTICS))
SCALE = {"gaussian": "sigma", "laplace": "b"}
NUMBERS = {"m": 1.3, "sigma": 0.8, "b": 0.7, "tau": 0.6, "pi_plus": 0.9, "pi_minus": 0.2}

GAP = {"gaussian": 2 * m * z / sigma**2, "laplace": 2 * held / b}
FORMS = {
    "mean": lambda x: sp.tanh(x / 2),
    "mode": sp.sign,
    "full": lambda x: sp.Tuple(1 / (1 + sp.exp(-x)), 1 / (1 + sp.exp(x))),
}


@cache
def made(kernel, statistic, prior="unit"):
    return activation(kernel, statistic, Signs(prior=PRIORS[prior]))


def called(a, evidence, temperature, **changes):
    """A call with these parameters, those that it takes."""
    return a(evidence, tau=temperature, **{name: (NUMBERS | changes)[name] for name in a.free()})


def direct(a, evidence, temperature, **changes):
    """The definition: energies, responsibilities, summary."""
    numbers = NUMBERS | changes
    points = a.hypotheses.bound({name: numbers[name] for name in a.hypotheses.free()})
    kernel = a.kernel.bound({name: numbers[name] for name in a.kernel.free()})
    d = np.stack([kernel.energy(evidence - mu, np) for mu in points.locations], axis=-1)
    return a.statistic.summary(responsibilities(d, temperature, prior=points.prior), points.values, np)


# Closed forms


def test_the_two_of_the_note():
    assert activation("gaussian", "mean").expr == sp.tanh(m * z / (sigma**2 * tau))
    assert activation("laplace", "mean").expr == sp.tanh(held / (b * tau))
    assert activation(Gaussian(), "mode").expr == activation(Laplace(), "mode").expr == sp.sign(z)


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_closed_forms(kernel, statistic):
    x = GAP[kernel] / tau
    form = made(kernel, statistic).expr
    assert form == (sp.sign(z) if statistic == "mode" else FORMS[statistic](x))


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_closed_forms_with_priors(kernel, statistic):  # G5
    gap, form = GAP[kernel], made(kernel, statistic, "free").expr
    if statistic == "mode":
        assert form == sp.sign(gap + tau * odds)
    elif statistic == "mean":
        assert form == sp.tanh(gap / (2 * tau) + odds / 2)
    else:
        weight = one / two * sp.exp(gap / tau)
        assert form == sp.Tuple(1 / (1 + 1 / weight), 1 / (1 + weight))


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
@pytest.mark.parametrize("prior", PRIORS)
def test_the_chain_runs_from_the_energies_to_the_form(kernel, statistic, prior):
    a = made(kernel, statistic, prior)
    d_plus, d_minus = a.energies
    assert a.gap.start == d_minus - d_plus
    assert a.gap.end == GAP[kernel]
    assert a.derivation.end == a.expr
    weights = [sp.exp(-d / tau) for d in a.energies]
    assert all(a.derivation.start.has(w) for w in weights)
    assert not a.derivation.start.has(sp.tanh)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("prior", PRIORS)
def test_closed_forms_to_fifty_digits(kernel, prior):
    for statistic in ("mean", "full"):
        a = made(kernel, statistic, prior)
        values = {symbol(name): sp.Rational(str(value)) for name, value in NUMBERS.items()}
        for point in ("-7", "-1.3", "-0.4", "0", "0.25", "1.3", "9"):
            at = values | {z: sp.Rational(point)}
            sides = (a.derivation.start.subs(at), a.expr.subs(at))
            components = zip(*(s if isinstance(s, sp.Tuple) else (s,) for s in sides), strict=True)
            with mpmath.workdps(60):
                for start, end in components:
                    difference = mpmath.mpf(sp.N(start, 60)) - mpmath.mpf(sp.N(end, 60))
                    assert abs(difference) < mpmath.mpf(10) ** -50


def test_scales_that_are_given_or_named():
    assert activation(Gaussian(0.5), "mean", Signs(2)).expr == sp.tanh(8 * z / tau)
    assert activation(Gaussian(sp.sqrt(2)), "mean").expr == sp.tanh(m * z / (2 * tau))
    assert activation(Gaussian("s"), "mean").free() == ["m", "s"]
    s, p, q = sp.symbols("s p q", positive=True)
    assert activation(Laplace("s"), "mean").expr == sp.tanh(held / (s * tau))
    assert activation("gaussian", "mean", Signs(prior=("p", "q"))).expr == sp.tanh(
        m * z / (sigma**2 * tau) + sp.log(p / q) / 2
    )


# Limits, slope, saturation


@pytest.mark.parametrize("kernel", KERNELS)
def test_limits_with_unit_weights(kernel):
    mean, mode, full = (made(kernel, s) for s in ("mean", "mode", "full"))
    step = sp.sign(z)
    assert (mean.cold, mode.cold) == (step, step)
    assert full.cold == sp.Tuple(*(sp.together((1 + s) / 2) for s in (step, -step)))
    assert (mean.hot, mode.hot) == (0, step)
    assert full.hot == sp.Tuple(sp.S.Half, sp.S.Half)


@pytest.mark.parametrize("kernel", KERNELS)
def test_limits_with_priors(kernel):
    mean, mode, full = (made(kernel, s, "free") for s in ("mean", "mode", "full"))
    middle = (one - two) / (one + two)
    assert sp.simplify(mean.hot - middle) == 0
    assert mode.hot == sp.sign(odds)
    assert full.hot == sp.Tuple(one / (one + two), two / (one + two))
    for a, at_tie in ((mean, middle), (mode, sp.sign(odds))):
        assert [a.cold.subs(z, value) for value in (2, -2)] == [1, -1]
        assert sp.simplify(a.cold.subs(z, 0) - at_tie) == 0
    assert [e.subs(z, 0) for e in full.cold] == list(full.hot)


def test_slopes():  # G3
    assert made("gaussian", "mean").slope == m / (sigma**2 * tau)
    assert made("laplace", "mean").slope == 1 / (b * tau)
    gain = m / (2 * sigma**2 * tau)
    assert made("gaussian", "full").slope == sp.Tuple(gain, -gain)
    assert made("gaussian", "mode").slope == made("laplace", "mode").slope == sp.oo
    biased = made("gaussian", "mean", "free")
    assert sp.simplify(biased.slope - sp.diff(biased.expr, z).subs(z, 0)) == 0
    assert made("gaussian", "mode", "given").slope == 0


def test_slope_at_a_kink_there_is_none():
    assert activation("laplace", "mean", Points((2, 0))).slope is None


def test_saturation():  # G3, K6
    assert made("gaussian", "mean").saturation == made("gaussian", "mode").saturation == 1
    assert made("gaussian", "full").saturation == sp.Tuple(1, 0)
    assert made("laplace", "mean").saturation == sp.tanh(m / (b * tau))
    assert made("laplace", "mode").saturation == 1


# Calls


GRAIN = 2.0**-10  # evidence and locations are multiples: their differences are exact
HALVES = st.integers(1, 2**15).map(lambda n: n * GRAIN)


@settings(max_examples=300)
@given(
    x=arrays(float, 7, elements=st.integers(-(2**20), 2**20)),
    row=st.sampled_from(GRID),
    prior=st.sampled_from(list(PRIORS)),
    temperature=st.sampled_from([0, 1e-6, 0.01, 0.6, 3.0, 1e6]),
    scale=st.floats(0.01, 100),
    half=HALVES,
)
def test_a_call_is_the_statistic_of_the_posterior(x, row, prior, temperature, scale, half):
    kernel, statistic = row
    a = made(kernel, statistic, prior)
    x = np.append(GRAIN * x, [0.0, half, -half])
    changes = {"m": half, SCALE[kernel]: scale}
    got, expected = called(a, x, temperature, **changes), direct(a, x, temperature, **changes)
    assert got.shape == (*x.shape, 2) if statistic == "full" else x.shape
    if temperature == 0 and statistic != "mode":
        np.testing.assert_allclose(got, expected, atol=1e-15)
    elif statistic == "mode":  # a difference of rounding alone may break a tie
        weights = direct(made(kernel, "full", prior), x, temperature, **changes)
        clear = np.abs(weights[:, 0] - weights[:, 1]) > 1e-6
        np.testing.assert_array_equal(got[clear], expected[clear])
    else:
        size = np.max(np.abs(x)) ** (2 if kernel == "gaussian" else 1)
        room = size / (scale ** (2 if kernel == "gaussian" else 1) * temperature) * 1e-15
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=max(1e-12, room))


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("hypotheses", ["pair", "triple"])
def test_libraries_and_types(xp, dtype, kernel, statistic, prior, hypotheses):
    a = made(kernel, statistic, prior)
    if hypotheses == "triple":
        a = activation(kernel, statistic, Points((-1, 0, "m"), prior=prior and (1, 2, 3)))
    x = xp.asarray([[-2.0, -0.3, 0.0], [0.3, 1.3, 9.0]], dtype=getattr(xp, dtype))
    for temperature in (0, 0.6):
        got = called(a, x, temperature)
        assert got.dtype == x.dtype
        assert type(got) is type(x)
        assert got.shape == ((2, 3, len(a.energies)) if statistic == "full" else (2, 3))
        np.testing.assert_allclose(numpy_of(got), direct(a, numpy_of(x), temperature), 1e-5, 1e-6)


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_lists_and_numbers(kernel, statistic):
    a = made(kernel, statistic)
    many = called(a, [0, 1, 2.5], 0.6)
    assert isinstance(many, np.ndarray)
    for x, y in zip([0, 1, 2.5], many, strict=True):
        np.testing.assert_allclose(called(a, x, 0.6), y, 1e-12)
        assert np.ndim(called(a, x, 0.6)) == (1 if statistic == "full" else 0)


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_parameters_may_be_arrays(xp, kernel, statistic):
    a = made(kernel, statistic)
    x, halves = xp.asarray([[0.5], [-2.0]]), xp.asarray([0.5, 1.0, 2.0])
    for temperature in (0, 0.6):
        got = numpy_of(called(a, x, temperature, m=halves))
        for column, half in enumerate([0.5, 1.0, 2.0]):
            expected = direct(a, numpy_of(x)[:, 0], temperature, m=half)
            np.testing.assert_allclose(got[:, column], expected, 1e-12)


def test_whole_numbers_may_be_parameters():
    a = made("gaussian", "mean")
    np.testing.assert_allclose(a([1, 2], m=2, sigma=np.asarray([1, 2])), np.tanh([2, 1]))


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_cold_ties(kernel, statistic):
    unit, given_prior = made(kernel, statistic), made(kernel, statistic, "given")
    tie = {"mean": (0, 0.5), "mode": (0, 1), "full": ([0.5, 0.5], [0.75, 0.25])}[statistic]
    sides = {"mean": [1, -1], "mode": [1, -1], "full": [[1, 0], [0, 1]]}[statistic]
    for a, at_zero in zip((unit, given_prior), tie, strict=True):
        got = called(a, np.asarray([3.0, -3.0, 0.0]), 0)
        np.testing.assert_array_equal(got, np.asarray([*sides, at_zero]))
        assert not np.signbit(got[got == 0]).any()


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_extreme_scales_and_temperatures_reach_the_limit(statistic, dtype):
    a = made("gaussian", statistic)
    x = np.asarray([-1.0, 0.0, 1.0], dtype)
    cold, hot = called(a, x, 0), called(made("gaussian", statistic), x, 1e300)
    for sharp in ({"sigma": 1e-200}, {"sigma": 1e-170, "m": 1e-20}):
        np.testing.assert_array_equal(called(a, x, 1.0, **sharp), cold)
    np.testing.assert_array_equal(called(a, x, 1e-320), cold)
    np.testing.assert_allclose(called(a, x, 1.0, sigma=1e200), hot, atol=1e-299)


def test_infinite_evidence():
    x = np.asarray([-np.inf, np.inf])
    np.testing.assert_array_equal(called(made("gaussian", "mean"), x, 1.0), [-1, 1])
    np.testing.assert_allclose(called(made("laplace", "mean"), x, 1.0), np.tanh([-1.3 / 0.7, 1.3 / 0.7]))


def test_large_arrays_are_computed_like_small_ones():
    a, x = made("gaussian", "mean"), np.linspace(-5, 5, 300_001)
    gain = NUMBERS["m"] / (NUMBERS["sigma"] ** 2 * NUMBERS["tau"])
    np.testing.assert_allclose(called(a, x, NUMBERS["tau"]), np.tanh(gain * x), 1e-14)
    np.testing.assert_array_equal(called(a, x[::-1], 0.6), called(a, x, 0.6)[::-1])
    grid = x[:300_000].reshape(500, 600)
    np.testing.assert_array_equal(called(a, grid.T, 0.6), called(a, grid, 0.6).T)


def test_the_evidence_is_left_alone():
    for kernel, statistic in GRID:
        x = np.linspace(-2, 2, 5)
        called(made(kernel, statistic), x, 0.6)
        np.testing.assert_array_equal(x, np.linspace(-2, 2, 5))


# Points


@pytest.mark.parametrize("kernel", KERNELS)
def test_two_points_anywhere(kernel):
    a = activation(kernel, "mean", Points((1, 0)))
    assert a.expr is not None
    x = np.linspace(-3, 4, 29)
    np.testing.assert_allclose(called(a, x, 0.6), direct(a, x, 0.6), 1e-12, 1e-15)
    np.testing.assert_allclose(called(a, x, 0), direct(a, x, 0), 1e-12, 1e-15)


def test_two_points_with_names_for_everything():
    a = activation("gaussian", "mean", Points(("u", "v"), ("x", "y"), ("p", "q")))
    assert a.free() == ["u", "v", "x", "y", "p", "q", "sigma"]
    values = {"u": 2.0, "v": -1.0, "x": 5.0, "y": 3.0, "p": 0.3, "q": 0.9, "sigma": 1.1}
    x = np.linspace(-3, 4, 15)
    np.testing.assert_allclose(a(x, tau=0.6, **values), direct(a, x, 0.6, **values), 1e-12)
    np.testing.assert_allclose(a(x, tau=0, **values), direct(a, x, 0, **values), 1e-12)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_hypotheses_in_one_place(kernel, statistic):
    a = activation(kernel, statistic, Points((0, 0), values=(2, 6), prior=(3, 1)))
    expected = {"mean": 3, "mode": 2, "full": [0.75, 0.25]}[statistic]
    for temperature in (0, 0.6):
        got = called(a, np.asarray([-1.0, 0.0, 1.0]), temperature)
        np.testing.assert_array_equal(got, np.asarray([expected] * 3))


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("count", [1, 3, 4])
@pytest.mark.parametrize("with_prior", [False, True])
def test_other_numbers_of_points(kernel, statistic, count, with_prior):
    locations = (-1.5, 0.5, "m", 4)[:count]
    points = Points(locations, (2, 3, 5, 7)[:count], (1, 2, 3, 4)[:count] if with_prior else None)
    a = activation(kernel, statistic, points)
    x = np.linspace(-3, 6, 10)
    for temperature in (0, 0.6):
        got = called(a, x, temperature)
        assert got.shape == ((10, count) if statistic == "full" else (10,))
        np.testing.assert_allclose(got, direct(a, x, temperature), 1e-12, 1e-15)


def test_ties_of_many_points_are_split_evenly(xp):
    a = activation("laplace", "mode", Points((-1, 0, 1), (0, 2, 6)))
    for temperature in (0, 0.6):
        got = called(a, xp.asarray([-0.5, 0.0, 0.5, 2.0]), temperature)
        assert numpy_of(got).tolist() == [1, 2, 4, 6]


def test_three_points_by_chain():
    a = activation("gaussian", "mean", Points((-1, 0, 1)))
    assert a.derivation.end == a.expr
    assert not a.expr.has(z**2)
    x = np.linspace(-2, 2, 9)
    form = [float(a.expr.subs({z: v, sigma: 0.8, tau: 0.6})) for v in x]
    np.testing.assert_allclose(called(a, x, 0.6), form, 1e-12)


def test_points_with_arrays_for_places_and_values():
    a = activation("gaussian", "mean", Points(("u", 0, 1)))
    places = np.asarray([-1.0, -2.0, -4.0])
    got = a([[0.3], [-0.3]], u=places, sigma=1.0)
    expected = [[a(v, u=float(u), sigma=1.0) for u in places] for v in (0.3, -0.3)]
    np.testing.assert_allclose(got, expected, 1e-12)


# As it is shown


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_shown(kernel, statistic):
    a = made(kernel, statistic)
    assert str(a) == f"{a.kernel} x {a.statistic} over {a.hypotheses}"
    assert "iem-chain" in a._repr_html_()
    assert a._repr_latex_().startswith("$")


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_repr_evaluates_back(kernel, statistic):
    import iem

    names = {name: getattr(iem, name) for name in iem.__all__}
    for a in (made(kernel, statistic), made(kernel, statistic, "free")):
        assert eval(repr(a), names) == a
