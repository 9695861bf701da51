"""Critical temperatures: predicted, and measured on EM itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import brentq, minimize_scalar
from scipy.special import logsumexp

from iem import (
    AnnealedMixture,
    BadInput,
    critical_temperature,
    free_energy,
    responsibilities,
    variance_proxy,
)

POINTS = arrays(float, st.tuples(st.integers(3, 12), st.just(2)), elements=st.integers(-8, 8))


def em(x, means, weights, tau):
    """One EM step, written out."""
    d = ((x[:, None] - means) ** 2).sum(2) / 2
    r = responsibilities(d, tau, prior=weights)
    return (r.T @ x) / r.sum(0)[:, None], r.mean(0)


def growth(x, means, weights, h, direction, tau):
    """By what factor EM widens a tiny gap between two halves of component h."""
    gap = 1e-6 * direction
    twice = np.concatenate([means, means[h : h + 1] - gap])
    twice[h] += gap
    masses = np.concatenate([weights, weights[h : h + 1] / 2])
    masses[h] /= 2
    moved, _ = em(x, twice, masses, tau)
    return np.linalg.norm(moved[h] - moved[-1]) / np.linalg.norm(2 * gap)


def test_the_gap_of_two_halves_grows_below_the_critical_temperature():
    """N1: EM multiplies it by the critical temperature over the temperature, for any data."""
    g = np.random.default_rng(0)
    for _ in range(10):
        x = g.standard_normal((30, 3)) * g.random(3)
        value, vector = np.linalg.eigh(np.cov(x.T, bias=True))
        assert math.isclose(critical_temperature(x), value[-1], rel_tol=1e-12)
        for tau in (0.5 * value[-1], value[-1], 2 * value[-1]):
            found = growth(x, x.mean(0)[None], np.ones(1), 0, vector[:, -1], tau)
            assert math.isclose(found, value[-1] / tau, rel_tol=1e-6)


def settled(x, means, weights, tau):
    for _ in range(3000):
        means, weights = em(x, means, weights, tau)
    return means, weights


def test_a_later_split_is_where_its_own_covariance_says():
    """Self-consistently: the temperature at which the weighted covariance of a cluster meets it."""
    g = np.random.default_rng(1)
    x = np.concatenate([m + 0.3 * g.standard_normal((25, 1)) for m in (-3, -1, 1.5, 2.7)])
    start = np.asarray([[-2.0], [2.0]]), np.asarray([0.5, 0.5])

    def predicted(tau):
        means, weights = settled(x, *start, tau)
        r = responsibilities(((x[:, None] - means) ** 2).sum(2) / 2, tau, prior=weights)
        return critical_temperature(x, r=r[:, 0]) - tau

    def measured(tau):
        means, weights = settled(x, *start, tau)
        return growth(x, means, weights, 0, np.ones(1), tau) - 1

    here, there = (brentq(of, 0.6, 3.0, xtol=1e-10) for of in (predicted, measured))
    assert math.isclose(here, there, rel_tol=1e-6)
    assert not math.isclose(
        here, critical_temperature(x[:50]), rel_tol=1e-3
    )  # hard assignment is not enough


@pytest.mark.parametrize("energy", ["laplace", "student-t"])
def test_other_energies_lose_stability_where_they_should(energy):
    """The second difference of the free energy along the split changes its sign there."""
    x = np.concatenate([np.random.default_rng(2).standard_normal((200, 2)) * (1.0, 0.6)])
    fit = AnnealedMixture(1, energy=energy, scale="fixed", start=3.0, stop=2.9).fit(x)
    tau = fit.history_[-1].critical

    def split(gap, tau):
        halves = fit.means_ + gap * np.asarray([[1.0, 0.0], [-1.0, 0.0]])
        q = ((x[:, None] - halves) ** 2).sum(2) / fit.covariances_
        d = np.sqrt(q + 0.01) if energy == "laplace" else 3 * np.log1p(q / 4)
        return free_energy(d, tau, prior=[0.5, 0.5]).mean()

    turn = [split(1e-3, t) - split(0.0, t) for t in (0.9 * tau, 1.1 * tau)]
    assert turn[0] < 0 < turn[1]
    cooled = AnnealedMixture(2, energy=energy, scale="fixed", stop=0.9 * tau, max_iter=5000)
    assert cooled.fit(x).n_components_ == 2


@given(POINTS, st.integers(0, 10**6))
def test_weights_are_repetitions(x, seed):
    w = np.random.default_rng(seed).integers(0, 4, len(x))
    w[0] = 1
    one, two = critical_temperature(x, sample_weight=w), critical_temperature(np.repeat(x, w, axis=0))
    assert math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)


# The variance proxy


@given(st.floats(1e-6, 0.5, exclude_max=True))
def test_the_proxy_of_a_coin(p):
    """N1b: (1 - 2p)/(2 log((1 - p)/p)), more than the variance p(1 - p)."""
    proxy = variance_proxy([0.0, 1.0], sample_weight=[1 - p, p])
    assert math.isclose(proxy, (1 - 2 * p) / (2 * math.log((1 - p) / p)), rel_tol=1e-8)
    assert proxy >= p * (1 - p) * (1 - 1e-12)


def test_a_fair_coin_has_one_critical_temperature():
    assert variance_proxy([-1.0, 1.0]) == critical_temperature([-1.0, 1.0]) == 1


@given(arrays(float, st.integers(2, 9), elements=st.integers(-20, 20)), st.floats(0.1, 9), st.floats(-9, 9))
def test_the_proxy_bounds_every_tilt(x, scale, shift):
    proxy, y = variance_proxy(x), x - x.mean()
    for s in np.linspace(-30, 30, 201):
        assert logsumexp(s * y) - math.log(len(y)) <= proxy * s**2 / 2 * (1 + 1e-8) + 1e-9
    assert proxy >= critical_temperature(x) * (1 - 1e-9)
    assert math.isclose(variance_proxy(scale * x + shift), scale**2 * proxy, rel_tol=1e-6, abs_tol=1e-9)


def test_above_the_proxy_one_component_is_best_and_below_it_is_not():
    x, p = np.asarray([0.0, 1.0]), np.asarray([0.9, 0.1])
    proxy = variance_proxy(x, sample_weight=p)

    def gain(tau):
        """The most that a second component of small mass lowers the free energy, to first order."""

        def lowered(m):
            d = (x - np.asarray([[0.1], [m]])) ** 2 / 2
            return p @ (1 - np.exp((d[0] - d[1]) / tau))

        return minimize_scalar(lowered, bounds=(0.2, 3), method="bounded").fun

    assert gain(1.001 * proxy) > 0 > gain(0.999 * proxy)
    assert proxy > 2 * critical_temperature(np.repeat(x, [9, 1]))


def test_a_line_of_many():
    x = np.random.default_rng(0).standard_normal(5000)
    assert x.var() <= variance_proxy(x) < 1.2
    assert variance_proxy([3.0, 3.0]) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: variance_proxy([[0.0, 1.0]]), "got 2 dimensions"),
        (lambda: variance_proxy([0.0, math.inf]), "NaN or infinity"),
        (lambda: variance_proxy([0.0, 1.0], rtol=math.nan), "rtol lies between 0 and 1, got nan"),
        (lambda: critical_temperature([]), "got shape"),
        (lambda: critical_temperature(np.zeros((2, 2, 2))), r"got shape \(2, 2, 2\)"),
        (lambda: critical_temperature([1.0, 2.0], r=[1.0]), r"responsibilities are 2 .* got shape \(1,\)"),
        (lambda: critical_temperature([1.0, 2.0], sample_weight=[0, 0]), "sample weights are 2"),
        (lambda: critical_temperature([1.0, 2.0], sample_weight=[1, -1]), "values"),
        (lambda: critical_temperature([1.0, 2.0], energy="huber"), "unknown energy 'huber'"),
        (lambda: critical_temperature("abc"), "must be"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(BadInput, match=message):
        call()
