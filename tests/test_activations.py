"""Activations: the closed forms, the chains that prove them, their limits, and what a call returns."""

import itertools
from functools import cache

import mpmath
import numpy as np
import pytest
import sympy as sp
from conftest import numpy_of
from definitions import VECTORS
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from iem import STATISTICS, Gate, Gated, Gaussian, Laplace, Mode, Points, Signs, activation, zero
from iem.evaluate import evaluate
from iem.exact import clip, symbol
from iem.posterior import Posterior

z, m, b, sigma, tau, one, two = map(symbol, ("z", "m", "b", "sigma", "tau", "pi_plus", "pi_minus"))
held = clip(z, -m, m)
odds = sp.log(one / two)
PRIORS = {"unit": None, "free": ("pi_plus", "pi_minus"), "given": (0.75, 0.25)}
KERNELS = ("gaussian", "laplace")  # their closed forms in full; every kernel is in test_kernels
SCALE = {"gaussian": "sigma", "laplace": "b"}
NUMBERS = {"m": 1.3, "sigma": 0.8, "b": 0.7, "tau": 0.6, "pi_plus": 0.9, "pi_minus": 0.2}

GAP = {"gaussian": 2 * m * z / sigma**2, "laplace": 2 * held / b}
SHARED = {
    "gaussian": (m**2 + z**2) / (2 * sigma**2),
    "laplace": (sp.Abs(m - z) + sp.Abs(m + z)) / (2 * b),
}
FORMS = {  # of the log-odds x, what the energies share, and the geometric mean of the prior
    "mean": lambda x, shared, prior: sp.tanh(x / 2),
    "mode": lambda x, shared, prior: sp.sign(tau * x),
    "full": lambda x, shared, prior: sp.Tuple(1 / (1 + sp.exp(-x)), 1 / (1 + sp.exp(x))),
    "variance": lambda x, shared, prior: 1 / sp.cosh(x / 2) ** 2,
    "entropy": lambda x, shared, prior: sp.log(2 * sp.cosh(x / 2)) - x / 2 * sp.tanh(x / 2),
    "log-evidence": lambda x, shared, prior: shared - tau * sp.log(2 * prior * sp.cosh(x / 2)),
    "log-full": lambda x, shared, prior: sp.Tuple(-sp.log(1 + sp.exp(-x)), -sp.log(1 + sp.exp(x))),
    "gated": lambda x, shared, prior: z * sp.tanh(x / 2),
}
GRID = list(itertools.product(KERNELS, FORMS))
DIRECT = [name for name in STATISTICS if STATISTICS[name].direct]


@cache
def made(kernel, statistic, prior="unit"):
    return activation(kernel, statistic, Signs(prior=PRIORS[prior]))


def called(a, evidence, temperature, **changes):
    """A call with these parameters, those that it takes."""
    return a(evidence, tau=temperature, **{name: (NUMBERS | changes)[name] for name in a.free()})


def equal(one, two):
    """Whether two forms, or all of their components, are proved equal."""
    pairs = zip(one, two, strict=True) if isinstance(one, sp.Tuple) else [(one, two)]
    return all(e == f or zero(e - f) is True for e, f in pairs)


def direct(a, evidence, temperature, **changes):
    """The definition: energies, their posterior, its summary."""
    numbers = NUMBERS | changes
    points = a.hypotheses.bound({name: numbers[name] for name in a.hypotheses.free()})
    kernel = a.kernel.bound({name: numbers[name] for name in a.kernel.free()})
    d = np.stack([kernel.energy(evidence - mu, np) for mu in points.locations], axis=-1)
    statistic = a.statistic.bound({**numbers, "z": evidence})
    return statistic.summary(Posterior.of(d, temperature, points.prior), points.values, np)


# Closed forms


def test_the_two_of_the_note():
    assert activation("gaussian", "mean").expr == sp.tanh(m * z / (sigma**2 * tau))
    assert activation("laplace", "mean").expr == sp.tanh(held / (b * tau))
    assert activation(Gaussian(), "mode").expr == activation(Laplace(), "mode").expr == sp.sign(z)


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_closed_forms(kernel, statistic):
    form = made(kernel, statistic).expr
    expected = FORMS[statistic](GAP[kernel] / tau, SHARED[kernel], 1)
    assert form == sp.sign(z) if statistic == "mode" else equal(form, expected)


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_closed_forms_with_priors(kernel, statistic):  # G5
    form = made(kernel, statistic, "free").expr
    assert equal(form, FORMS[statistic](GAP[kernel] / tau + odds, SHARED[kernel], sp.sqrt(one * two)))


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
    for statistic in STATISTICS:
        if statistic == "mode":
            continue
        a = made(kernel, statistic, prior)
        values = {symbol(name): sp.Rational(str(value)) for name, value in NUMBERS.items()}
        for point in ("-7", "-1.3", "0", "0.25"):
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


STEP, EVEN = sp.sign(z), sp.Tuple(sp.S.Half, sp.S.Half)
LIMITS = {  # with unit weights: cold away from the tie, cold at it, hot
    "mean": (STEP, 0, 0),
    "mode": (STEP, 0, STEP),
    "full": (sp.Tuple((1 + STEP) / 2, (1 - STEP) / 2), EVEN, EVEN),
    "variance": (0, 1, 1),
    "entropy": (0, sp.log(2), sp.log(2)),
    "log-full": (None, sp.Tuple(-sp.log(2), -sp.log(2)), sp.Tuple(-sp.log(2), -sp.log(2))),
    "log-evidence": (None, None, -sp.oo),
    "gated": (z * STEP, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_limits_with_unit_weights(kernel, statistic):
    a, (cold, tie, hot) = made(kernel, statistic), LIMITS[statistic]
    assert a.hot == hot
    for side in (3, -2):
        if cold is not None:
            assert each_at(a.cold, side) == each_at(cold, side)
    if tie is not None:
        assert each_at(a.cold, 0) == tie
    if statistic == "log-full":
        assert (each_at(a.cold, 3), each_at(a.cold, -2)) == (sp.Tuple(0, -sp.oo), sp.Tuple(-sp.oo, 0))
    if statistic == "log-evidence":
        d_plus, d_minus = (d.subs({m: 1, sigma: 1, b: 1}) for d in a.energies)
        for value in (-3, 0, sp.S.Half, 2):
            assert a.cold.subs({m: 1, sigma: 1, b: 1, z: value}) == min(
                d_plus.subs(z, value), d_minus.subs(z, value)
            )


def each_at(expr, value):
    """An expression, or each of its components, at an evidence."""
    expr = sp.sympify(expr)
    return (
        sp.Tuple(*(e.subs(z, value) for e in expr)) if isinstance(expr, sp.Tuple) else expr.subs(z, value)
    )


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_limits_with_priors(kernel, statistic):
    a = made(kernel, statistic, "free")
    shares = one / (one + two), two / (one + two)
    middle = (one - two) / (one + two)
    hot = {
        "mean": middle,
        "mode": sp.sign(odds),
        "full": sp.Tuple(*shares),
        "variance": 1 - middle**2,
        "entropy": -sum(p * sp.log(p) for p in shares),
        "log-full": sp.Tuple(*map(sp.log, shares)),
        "gated": z * middle,
    }
    if statistic == "entropy":
        at = {one: sp.Rational(9, 10), two: sp.Rational(1, 5)}
        assert abs(sp.N((a.hot - hot[statistic]).subs(at), 30)) < 1e-25
    elif statistic in hot:
        assert equal(a.hot, hot[statistic])
    ends = {"mean": (1, -1), "mode": (1, -1), "variance": (0, 0), "entropy": (0, 0), "gated": (2, 2)}
    if statistic in ends:
        assert tuple(a.cold.subs(z, value) for value in (2, -2)) == ends[statistic]
    if statistic in ("mean", "mode", "variance", "full", "log-full"):
        assert equal(each_at(a.cold, 0), hot[statistic])  # ties follow the prior


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


@settings(max_examples=200)
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
    assert got.shape == ((*x.shape, 2) if statistic in VECTORS else x.shape)
    if temperature == 0 and statistic != "mode":
        np.testing.assert_allclose(got, expected, atol=1e-15)
    elif statistic == "mode":  # a difference of rounding alone may break a tie
        weights = direct(made(kernel, "full", prior), x, temperature, **changes)
        clear = np.abs(weights[:, 0] - weights[:, 1]) > 1e-6
        np.testing.assert_array_equal(got[clear], expected[clear])
    else:
        size = np.max(np.abs(x)) ** (2 if kernel == "gaussian" else 1)
        room = size / (scale ** (2 if kernel == "gaussian" else 1) * temperature) * 1e-15
        room *= np.max(np.abs(x)) if statistic == "gated" else 1
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=max(1e-12, room))


@pytest.mark.parametrize("hypotheses", ["pair", "triple"])
@pytest.mark.parametrize("number", range(len(STATISTICS)))
def test_libraries_and_types(xp, dtype, number, hypotheses):  # kernels and priors in turn
    statistic = list(STATISTICS)[number]
    kernel, prior = KERNELS[number % 2], list(PRIORS)[(number + (xp is np)) % 3]
    a = made(kernel, statistic, prior)
    if hypotheses == "triple":
        a = activation(kernel, statistic, Points((-1, 0, "m"), prior=prior != "unit" and (1, 2, 3) or None))
    tie = 0.0 if dtype == "float64" else 0.1  # old NumPy's powers of float32 differ for u and -u
    x = xp.asarray([[-2.0, -0.3, tie], [0.3, 1.3, 9.0]], dtype=getattr(xp, dtype))
    for temperature in (0, 0.6):
        got = called(a, x, temperature)
        assert got.dtype == x.dtype
        assert type(got) is type(x)
        assert got.shape == ((2, 3, len(a.energies)) if statistic in VECTORS else (2, 3))
        np.testing.assert_allclose(numpy_of(got), direct(a, numpy_of(x), temperature), 1e-5, 1e-6)


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_lists_and_numbers(kernel, statistic):
    a = made(kernel, statistic)
    many = called(a, [0, 1, 2.5], 0.6)
    assert isinstance(many, np.ndarray)
    for x, y in zip([0, 1, 2.5], many, strict=True):
        np.testing.assert_allclose(called(a, x, 0.6), y, 1e-12)
        assert np.ndim(called(a, x, 0.6)) == (1 if statistic in VECTORS else 0)


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
    uncertain = -0.75 * np.log(0.75) - 0.25 * np.log(0.25)
    energy = {"gaussian": lambda u: u**2 / (2 * 0.8**2), "laplace": lambda u: u / 0.7}[kernel]
    tie = {"mean": (0, 0.5), "mode": (0, 1), "full": ([0.5, 0.5], [0.75, 0.25]), "variance": (1, 0.75),
           "entropy": (np.log(2), uncertain), "log-evidence": (energy(1.3), energy(1.3)),
           "log-full": (np.log([0.5, 0.5]), np.log([0.75, 0.25])), "gated": (0, 0)}[statistic]  # fmt: skip
    sides = {"mean": [1, -1], "mode": [1, -1], "full": [[1, 0], [0, 1]], "variance": [0, 0],
             "entropy": [0, 0], "log-evidence": [energy(1.7)] * 2,
             "log-full": [[0, -np.inf], [-np.inf, 0]], "gated": [3, 3]}[statistic]  # fmt: skip
    for a, at_zero in zip((unit, given_prior), tie, strict=True):
        got = called(a, np.asarray([3.0, -3.0, 0.0]), 0)
        np.testing.assert_allclose(got, np.asarray([*sides, at_zero]), rtol=1e-12)
        assert not np.signbit(got[got == 0]).any()


@pytest.mark.parametrize("statistic", DIRECT)
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
    x = np.asarray([-1.0, 0.0, 1.0])
    energy = {"gaussian": x**2 / (2 * 0.8**2), "laplace": np.abs(x) / 0.7}[kernel]
    same = {"mean": 3, "mode": 2, "full": [0.75, 0.25], "variance": 3, "log-full": np.log([0.75, 0.25]),
            "entropy": -0.75 * np.log(0.75) - 0.25 * np.log(0.25)}  # fmt: skip
    each = {"gated": 3 * x, "log-evidence": energy}
    expected = each[statistic] if statistic in each else np.asarray([same[statistic]] * 3)
    for temperature in (0, 0.6):
        np.testing.assert_allclose(called(a, x, temperature), expected, rtol=1e-12, atol=1e-15)


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
        assert got.shape == ((10, count) if statistic in VECTORS else (10,))
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


def test_a_payload_by_name():
    glu = activation("gaussian", Gated(payload="v"), Points((1, -1), (1, 0)))
    assert glu.free() == ["sigma", "v"]
    x, v = np.asarray([-1.0, 0.0, 2.0]), np.asarray([3.0, -2.0, 5.0])
    np.testing.assert_allclose(glu(x, sigma=1.0, v=v), v / (1 + np.exp(-2 * x)), rtol=1e-14)
    step = activation("logistic", Gated(Mode(), "v"))
    np.testing.assert_array_equal(step(x, m=1.0, s=1.0, v=v), v * np.sign(x))


def test_names_of_the_notation_are_positive_wherever_they_stand():
    """The proof took m for positive: a call must not do without it."""
    a = activation("gaussian", "mode", Points(("m", 0), (1, 0)))
    for task in (
        lambda: a(0.0, m=-2.0, sigma=1.0),
        lambda: activation("gaussian", Gated(payload="s"))(0.0, m=1.0, sigma=1.0, s=-1.0),
    ):
        with pytest.raises(ValueError, match="must be a positive finite number"):
            task()


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


@pytest.mark.parametrize("name", STATISTICS)
def test_three_hypotheses_with_a_prior(name):
    a = activation("gaussian", name, Points((-1, 0, 1), prior=(1, 2, 1)))
    if name == "mode":
        assert a.expr is None
        return
    grid = np.linspace(-2, 2, 9)
    form = evaluate(a.expr, {"z": grid, "tau": 0.7, "sigma": 0.9}, np)
    np.testing.assert_allclose(form, a(grid, tau=0.7, sigma=0.9), rtol=1e-12, atol=1e-12)
    first, *paired = [link.reason for link in a.derivation.links]
    assert first == r"the shared energy $\frac{z^{2}}{2 \sigma^{2}}$ drops out"
    assert paired == ["opposite exponentials pair up"] * (name in ("mean", "full", "variance", "gated"))


def test_a_tail_in_words():
    assert activation("gaussian", "gated", Gate()).tail == "grows without bound"
    assert activation("gaussian", "full").tail is None  # a value for each hypothesis
