"""Fifty digits: every closed form against the statistic of the energies, and each call against both.

The energies are written here a second time, for mpmath, from the table of kernels in the theory.
"""

import itertools
import math
from functools import cache, partial

import mpmath
import numpy as np
import pytest
import sympy as sp
from mpmath import mpf

from iem import KERNELS, Signs, activation, entropy, exact, free_energy, responsibilities
from iem.exact import symbol

DIGITS = 50
ENERGIES = {  # of u >= 0, parameters by name
    "gaussian": lambda u, sigma: u**2 / (2 * sigma**2),
    "laplace": lambda u, b: u / b,
    "logistic": lambda u, s: u / s + 2 * mpmath.log1p(mpmath.exp(-u / s)) - 2 * mpmath.log(2),
    "student-t": lambda u, nu, sigma: (nu + 1) / 2 * mpmath.log1p(u**2 / (nu * sigma**2)),
    "cauchy": lambda u, sigma: mpmath.log1p((u / sigma) ** 2),
    "huber": lambda u, delta: u**2 / 2 if u <= delta else delta * (u - delta / 2),
    "pseudo-huber": lambda u, delta: delta * (mpmath.hypot(delta, u) - delta),
    "sech": lambda u, s: u / s + mpmath.log1p(mpmath.exp(-2 * u / s)) - mpmath.ln2,
    "power": lambda u, p, s: (u / s) ** p / p,
    "cosine": lambda u, kappa: 2 * kappa * mpmath.sin(u / 2) ** 2,
}
EPS = mpf(2) ** -52
SETTINGS = [  # exact numbers: m, the other parameters in turn, the temperature
    ("1", ("1", "1"), "1"),
    ("13/10", ("5/2", "4/5"), "3/5"),
    ("1/100", ("3", "7"), "20"),
    ("40", ("2", "1/3"), "1/7"),
]
POINTS = ("-1000000", "-310", "-41", "-7/5", "-1/3", "0", "1/1000000000", "1/1000", "1", "13/10", "39")
FREE = ("gaussian", "laplace", "student-t")  # the kernels taken with free prior weights, too
PRIORS = {"unit": None, "free": ("pi_plus", "pi_minus")}
ODDS = {"pi_plus": "9/10", "pi_minus": "1/5"}
GRID = [*itertools.product(ENERGIES, ("mean", "full"), ["unit"]), *((k, "mean", "free") for k in FREE)]


@cache
def made(kernel, statistic, prior="unit"):
    return activation(kernel, statistic, Signs(prior=PRIORS[prior]))


def parameters(a, setting):
    """The exact numbers of a setting by name."""
    m, others, _ = setting
    names = [n for n in a.free() if n != "m" and n not in ODDS]
    return {"m": m} | dict(zip(names, others, strict=False)) | {n: ODDS[n] for n in a.free() if n in ODDS}


def number(text):
    """An exact number in text, for mpmath."""
    top, _, low = text.partition("/")
    return mpf(top) / mpf(low or 1)


def posterior(kernel, z, given, tau):
    """The two responsibilities by definition, from energies relative to the lower one."""
    others = [value for name, value in given.items() if name not in ("m", *ODDS)]
    d = [ENERGIES[kernel](abs(z - h * given["m"]), *others) for h in (1, -1)]
    prior = given.get("pi_plus", mpf(1)), given.get("pi_minus", mpf(1))
    w = [p * mpmath.exp((min(d) - e) / tau) for p, e in zip(prior, d, strict=True)]
    return [x / sum(w) for x in w]


def statistic_of(r, name):
    return [r[0] - r[1]] if name == "mean" else r


@cache
def function(kernel, statistic, prior):
    """The closed form as a function in mpmath."""
    a = made(kernel, statistic, prior)
    names = ["z", "tau", *a.free()]
    held = {"clip": lambda x, low, high: min(max(x, low), high)}
    return names, sp.lambdify([symbol(n) for n in names], list(a.expr) if statistic == "full" else [a.expr],
                              modules=[held, "mpmath"])  # fmt: skip


@pytest.mark.parametrize(("kernel", "statistic", "prior"), GRID)
def test_closed_forms_are_the_statistic_of_the_energies(kernel, statistic, prior):
    names, form = function(kernel, statistic, prior)
    for setting, point in list(itertools.product(SETTINGS, POINTS))[
        GRID.index((kernel, statistic, prior)) % 2 :: 2
    ]:
        text = parameters(made(kernel, statistic, prior), setting) | {"z": point, "tau": setting[2]}
        with mpmath.workdps(DIGITS + 40):  # energies of 1e18 lose their first digits to each other
            given = {n: number(t) for n, t in text.items()}
            z, tau = given.pop("z"), given.pop("tau")
            truth = statistic_of(posterior(kernel, z, given, tau), statistic)
            given |= {"z": z, "tau": tau}
            found = form(*(given[n] for n in names))
            for one, two in zip(found, truth, strict=True):
                assert abs(one - two) <= mpf(10) ** -DIGITS, (text, one, two)


CALLED = list(itertools.product(ENERGIES, ("mean", "full")))
CLOSED = {"gaussian": 8, "laplace": 8}  # the call is within so many ulp of the result itself, for the mean


@pytest.mark.parametrize(("kernel", "statistic"), CALLED)
def test_calls_are_within_their_rounding(kernel, statistic):
    """The error of a call is that of its energies, divided by tau: a few ulp of the larger one.

    Far out, or close to z = 0, a difference of nearly equal energies loses digits relative to the result:
    at |z| = 1e6 the worst relative error is about 1e-9, at |z| = 1e-9 about 1e-6, in the middle 1e-14. The
    Gaussian and the Laplace gap are not differences, and their mean has every digit.
    """
    a = made(kernel, statistic)

    def energy(others, u):
        return ENERGIES[kernel](u, *others)

    for setting, point in itertools.product(SETTINGS, POINTS):
        given = {n: float(number(t)) for n, t in parameters(a, setting).items()}
        z, tau = float(number(point)), float(number(setting[2]))
        got = np.atleast_1d(a(z, tau=tau, **given))
        with mpmath.workdps(DIGITS + 40):
            held = {n: mpf(value) for n, value in given.items()}
            truth = statistic_of(posterior(kernel, mpf(z), held, mpf(tau)), statistic)
            others = [value for name, value in held.items() if name != "m"]
            u = abs(z) + held["m"]
            slope = abs(mpmath.diff(partial(energy, others), u * (1 + mpf(10) ** -9)))
            size = (abs(ENERGIES[kernel](u, *others)) + u * slope) / tau
            for one, two in zip(got, truth, strict=True):
                one = mpf(float(one))
                assert abs(one - two) <= 4 * EPS * (1 + size), (given, z, tau, one, two)
                if statistic == "mean" and kernel in CLOSED:
                    assert abs(one - two) <= CLOSED[kernel] * EPS * abs(two)


LIMITS = [*((k, "unit") for k in ENERGIES if k != "cosine"), *((k, "free") for k in FREE)]


def at(expr, text):
    """The value of an expression at exact numbers."""
    return mpf(expr.subs({symbol(n): sp.Rational(t) for n, t in text.items()}).n(DIGITS + 10))


@pytest.mark.parametrize(("kernel", "prior"), LIMITS)
def test_limits_and_slopes_are_those_of_the_energies(kernel, prior):
    a = made(kernel, "mean", prior)
    for setting in SETTINGS[1:3]:
        text = parameters(a, setting)
        with mpmath.workdps(4 * DIGITS):
            given, tau = {n: number(t) for n, t in text.items()}, number(setting[2])

            def mean(z, tau, given=given):
                r = posterior(kernel, z, given, tau)
                return r[0] - r[1]

            for z in ("-3", "1/7", "0"):
                if kernel != "power" or z != "0":
                    cold = mean(number(z), mpf(10) ** -10)
                    assert abs(cold - at(a.cold, text | {"z": z})) < mpf(10) ** -30 or prior == "free"
                hot = mean(number(z), mpf(10) ** 80)
                assert abs(hot - at(sp.sympify(a.hot), text | {"z": z})) < mpf(10) ** -60
            step = mpf(10) ** -60
            slope = (mean(step, tau) - mean(-step, tau)) / (2 * step)
            if text["m"] == text.get("delta"):
                continue  # the slope of huber is given by cases, which exclude the border
            expected = at(a.slope, text | {"tau": setting[2]})
            assert abs(slope - expected) <= mpf(10) ** -40 * (1 + abs(expected))
            if a.saturation is not None:
                far = mean(mpf(10) ** 120, tau)
                expected = at(sp.sympify(a.saturation), text | {"tau": setting[2]})
                reach = 30 if kernel in ("student-t", "cauchy") else 40  # powers of z fall slowly
                assert abs(far - expected) < mpf(10) ** (-reach if setting[2] != "20" else -3)


def test_free_energy_and_entropy():  # T2, T3, T5
    d, tau = ["3/7", "-2", "5", "41"], "3/5"
    prior = ["1", "1/3", "7", "2"]
    with mpmath.workdps(DIGITS + 10):
        e, t = [number(x) for x in d], number(tau)
        p = [number(x) / sum(map(number, prior)) for x in prior]
        for weights, given in (([mpf(1)] * 4, None), (p, [float(number(x)) for x in prior])):
            z = sum(w * mpmath.exp(-x / t) for w, x in zip(weights, e, strict=True))
            r = [w * mpmath.exp(-x / t) / z for w, x in zip(weights, e, strict=True)]
            f, s = -t * mpmath.log(z), -sum(x * mpmath.log(x) for x in r)
            got = responsibilities([float(x) for x in e], float(t), prior=given)
            assert max(abs(mpf(float(a)) / b - 1) for a, b in zip(got, r, strict=True)) < 64 * EPS
            assert abs(float(free_energy([float(x) for x in e], float(t), prior=given)) - f) < 4 * EPS * t
            assert abs(float(entropy(got)) - s) < 8 * EPS
            exact_d, exact_tau = [sp.Rational(x) for x in d], sp.Rational(tau)
            exact_prior = given and [sp.Rational(x) for x in prior]
            form = free_energy(exact_d, exact_tau, prior=exact_prior)
            assert abs(mpf(form.n(DIGITS + 5)) - f) < mpf(10) ** -DIGITS
            forms = responsibilities(exact_d, exact_tau, prior=exact_prior)
            assert (
                max(abs(mpf(x.n(DIGITS + 5)) - y) for x, y in zip(forms, r, strict=True))
                < mpf(10) ** -DIGITS
            )

            def shifted(i, x, weights=weights):
                moved = [x if j == i else y for j, y in enumerate(e)]
                return -t * mpmath.log(
                    sum(w * mpmath.exp(-y / t) for w, y in zip(weights, moved, strict=True))
                )

            slopes = [mpmath.diff(partial(shifted, i), e[i]) for i in range(4)]
            assert max(abs(x - y) for x, y in zip(slopes, r, strict=True)) < mpf(10) ** -20


IDENTITIES = {  # at temperature 1: claims I6, K6 and T4
    "sech": lambda z, m, s: mpmath.tanh(m / s) * mpmath.tanh(z / s),
    "cauchy": lambda z, m, sigma: 2 * m * z / (sigma**2 + m**2 + z**2),
}


@pytest.mark.parametrize("kernel", IDENTITIES)
def test_identities(kernel):
    names, form = function(kernel, "mean", "unit")
    for point, m, s in itertools.product(("-17", "1/9", "2"), ("1", "13/10"), ("1/3", "2")):
        with mpmath.workdps(DIGITS + 20):
            z, m_, s_ = map(number, (point, m, s))
            (found,) = form(*({"z": z, "m": m_, "tau": mpf(1)}.get(n, s_) for n in names))
            assert abs(found - IDENTITIES[kernel](z, m_, s_)) < mpf(10) ** -DIGITS


@pytest.mark.parametrize(("kernel", "degree"), [("gaussian", 2), ("laplace", 1), ("power", 3)])
def test_scale_and_temperature_are_one_knob(kernel, degree):  # T4
    with mpmath.workdps(DIGITS + 20):
        z, m, c = mpf(5) / 7, mpf(1), mpf(9) / 4
        rest = [mpf(3)] if kernel == "power" else []
        one = posterior(kernel, z, dict(enumerate([*rest, mpf(2)])) | {"m": m}, mpf(1) / 3)
        two = posterior(kernel, z, dict(enumerate([*rest, 2 * c])) | {"m": m}, mpf(1) / 3 / c**degree)
        assert abs(one[0] - two[0]) < mpf(10) ** -DIGITS
        assert (
            abs(posterior("logistic", z, {"m": m, "s": 2 * c}, mpf(1) / 3 / c)[0] - one[0]) > mpf(10) ** -3
        )


def test_the_energies_here_are_those_of_the_package():
    for kernel in ENERGIES:
        free = KERNELS[kernel]()
        given = dict(zip(free.free(), ("3", "4/5"), strict=False))
        form = free.exact().energy(symbol("z"), exact)
        for u in ("0", "1/3", "17"):
            with mpmath.workdps(DIGITS):
                expected = at(form, given | {"z": u})
                assert (
                    abs(ENERGIES[kernel](number(u), *map(number, given.values())) - expected)
                    < mpf(10) ** -40
                )
    assert math.isclose(float(EPS), np.finfo(float).eps)
