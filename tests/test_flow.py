"""Continuous EM: its step, its flow, its rate, and what it is not."""

import math

import array_api_strict
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from iem.errors import BadInput
from iem.flow import (
    em_rate,
    em_step,
    gradient_flow,
    mean_gradient,
    preconditioner,
    total_free_energy,
)

numbers = st.floats(-3, 3, allow_subnormal=False)
scales = st.floats(0.2, 5)


@st.composite
def mixtures(draw):
    """Samples, means, masses, a temperature and scales, of any small shape."""
    N, H, D = draw(st.integers(1, 6)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    x, mu = draw(arrays(float, (N, D), elements=numbers)), draw(arrays(float, (H, D), elements=numbers))
    pi = draw(arrays(float, H, elements=st.floats(0.05, 1)))
    return x, mu, pi / pi.sum(), draw(st.floats(0.2, 5)), draw(arrays(float, H, elements=scales))


def two_groups(seed=1, spread=0.4):
    """Two unequal groups in the plane."""
    rng = np.random.default_rng(seed)
    groups = np.vstack([rng.standard_normal((30, 2)), rng.standard_normal((12, 2)) + [6, 2]])
    return spread * groups


def converged(x, mu, pi, tau, steps=4000):
    for _ in range(steps):
        mu, _ = em_step(x, mu, pi, tau)
    return mu


def growth(x, mu, pi, tau, push, steps=60):
    """By which factor EM multiplies a small push from a fixed point, along its slowest direction."""
    for _ in range(steps):
        push = 1e-5 * push / np.linalg.norm(push)
        after = em_step(x, mu + push, pi, tau)[0] - mu
        factor, push = np.linalg.norm(after) / 1e-5, after
    return factor


@given(mixtures())
def test_a_step_never_raises_the_free_energy(mixture):
    x, mu, pi, tau, sigma = mixture
    means, masses = em_step(*mixture)
    before = total_free_energy(*mixture)
    slack = 1e-12 * (1 + abs(before))
    assert total_free_energy(x, means, pi, tau, sigma) <= before + slack
    assert total_free_energy(x, means, np.maximum(masses, 1e-300), tau, sigma) <= before + slack


@given(mixtures())
def test_what_a_step_gains_is_known(mixture):
    """Two divergences and a square: the identity of claim N3."""
    x, mu, pi, tau, sigma = mixture
    means, masses = em_step(*mixture)
    if masses.min() < 1e-9:
        return

    def shares(mu, pi):
        logs = np.log(pi) - (((x[:, None] - mu) / sigma[:, None]) ** 2).sum(-1) / (2 * tau)
        logs -= logs.max(axis=1, keepdims=True)
        return np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)

    old, new = shares(mu, pi), shares(means, masses)
    divergence = (old * np.log(np.maximum(old, 1e-300) / np.maximum(new, 1e-300))).sum()
    moved = (old.sum(axis=0) * ((mu - means) ** 2).sum(axis=1) / (2 * sigma**2)).sum()
    gain = tau * divergence + tau * len(x) * (masses * np.log(masses / pi)).sum() + moved
    found = total_free_energy(*mixture) - total_free_energy(x, means, masses, tau, sigma)
    assert found == pytest.approx(gain, abs=1e-10)


@given(mixtures())
@settings(max_examples=40)
def test_the_gradient_is_that_of_the_free_energy(mixture):
    x, mu, pi, tau, sigma = mixture
    found = mean_gradient(*mixture)
    for place in np.ndindex(mu.shape):
        nudge = np.zeros_like(mu)
        nudge[place] = 1e-5
        ends = [total_free_energy(x, mu + s * nudge, pi, tau, sigma) for s in (-1, 1)]
        assert (ends[1] - ends[0]) / 2e-5 == pytest.approx(found[place], abs=2e-4)


def test_one_common_step_size_is_not_the_em_step():
    x, mu, tau = np.array([[-1.0], [1.0], [1.0]]), np.array([[-1.0], [1.0]]), 2 / math.log(3)
    sizes = ((mu - em_step(x, mu, tau=tau)[0]) / mean_gradient(x, mu, tau=tau))[:, 0]
    assert sizes == pytest.approx([4 / 5, 4 / 7])
    assert preconditioner(x, mu, tau=tau) == pytest.approx(sizes)


def test_a_component_without_samples_stays():
    x, mu = np.array([[0.0], [1.0]]), np.array([[0.5], [1e3]])
    means, masses = em_step(x, mu, tau=0.01)
    assert means.tolist() == [[0.5], [1e3]] and masses.tolist() == [1.0, 0.0]
    assert preconditioner(x, mu, tau=0.01)[1] == 0


@example((np.array([[2.0]]), np.array([[-3.0], [0.0]]), np.array([0.5, 0.5]), 0.25, np.full(2, 0.21875)))
@example((np.array([[2.0]]), np.array([[-3.0], [0.0]]), np.array([0.5, 0.5]), 0.25, np.full(2, 0.23)))
@given(mixtures())
def test_a_preconditioned_gradient_step_is_the_em_step(mixture):
    x, mu, *_ = mixture
    step = mu - preconditioner(*mixture)[:, None] * mean_gradient(*mixture)
    assert np.allclose(step, em_step(*mixture)[0], rtol=0, atol=64 * np.finfo(float).eps * 3)


@pytest.mark.parametrize("factor", [1.05, 1.5, 4.0])
@pytest.mark.parametrize("H", [2, 3])
def test_above_the_critical_temperature_the_rate_is_theirs(factor, H):
    x = two_groups()
    top = np.linalg.eigvalsh(np.cov(x.T, bias=True))[-1]
    mu, pi = np.tile(x.mean(axis=0), (H, 1)), np.arange(1, H + 1) / sum(range(1, H + 1))
    assert em_rate(x, mu, pi, factor * top) == pytest.approx(1 / factor, rel=1e-12)


@pytest.mark.parametrize("tau", [0.3, 0.8, 1.2])
def test_the_rate_is_the_observed_contraction(tau):
    x, pi = two_groups(), np.array([0.3, 0.7])
    mu = converged(x, np.array([[2.0, 1.0], [0.0, 0.0]]), pi, tau)
    assert np.linalg.norm(mu[0] - mu[1]) > 0.5
    rate = em_rate(x, mu, pi, tau)
    push = np.random.default_rng(0).standard_normal(mu.shape)
    assert 0 < rate < 1 and growth(x, mu, pi, tau, push) == pytest.approx(rate, rel=1e-4)


def test_the_rate_is_refused_away_from_a_fixed_point():
    with pytest.raises(BadInput, match="fixed point"):
        em_rate(two_groups(), [[0.0, 0.0], [1.0, 1.0]], tau=1.0)


def test_scales_enter_the_rate():
    x = two_groups()
    mu = np.tile(x.mean(axis=0), (2, 1))
    assert em_rate(x, mu, tau=6.0, sigma=1.0) == pytest.approx(em_rate(x, mu, tau=1.5, sigma=2.0))


@pytest.mark.parametrize("preconditioned", [True, False])
@pytest.mark.parametrize("free_masses", [True, False])
def test_at_a_fixed_temperature_the_flow_descends(preconditioned, free_masses):
    x, pi = two_groups(), np.array([0.2, 0.3, 0.5])
    mu = np.array([[0.0, 0.1], [1.0, 0.0], [1.0, 1.0]])
    options = {"preconditioned": preconditioned, "free_masses": free_masses}
    path = gradient_flow(x, mu, 0.4, 30.0, pi=pi, **options)
    assert np.diff(path.free_energies).max() < 1e-6
    assert path.free_energies[-1] < path.free_energies[0] - 1
    assert path.means.shape == (200, 3, 2) and path.masses.shape == (200, 3)
    assert np.allclose(path.masses.sum(axis=1), 1)
    assert (np.ptp(path.masses, axis=0).max() > 0.01) == free_masses


SCHEDULES = {
    "exponential": lambda t: 3 * math.exp(-t / 8) + 0.05,
    "linear": lambda t: 3 - 2.9 * t / 30,
    "sudden": lambda t: 0.1 + 2.9 / (1 + math.exp(2 * (t - 15))),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_cooling_is_descent_with_masses_and_not_with_unit_weights(name):
    x, mu = two_groups(), np.array([[0.5, 0.0], [1.5, 1.0]])
    with_masses = gradient_flow(x, mu, SCHEDULES[name], 30.0, pi=[0.5, 0.5], free_masses=True)
    assert np.diff(with_masses.free_energies).max() < 1e-6
    with_units = gradient_flow(x, mu, SCHEDULES[name], 30.0)
    assert np.diff(with_units.free_energies).max() > 1e-2
    assert with_units.masses is None


def test_a_fixed_temperature_leads_to_a_fixed_point_of_em():
    x = two_groups()
    path = gradient_flow(x, [[0.0, 0.0], [2.0, 1.0]], 0.5, 80.0)
    moved = em_step(x, path.means[-1], tau=0.5)[0] - path.means[-1]
    assert np.abs(moved).max() < 1e-6


def test_the_arrays_of_another_library_pass_through():
    x, mu = ([[-1.0], [0.0], [2.0]], [[-1.0], [1.0]])
    strict = [array_api_strict.asarray(given) for given in (x, mu)]
    for function in (mean_gradient, preconditioner):
        found = function(*strict, tau=0.7)
        assert isinstance(found, type(strict[0]))
        assert np.allclose(np.from_dlpack(found), function(x, mu, tau=0.7))
    for one, two in zip(em_step(*strict), em_step(x, mu), strict=True):
        assert np.allclose(np.from_dlpack(one), two)
    assert em_step(np.float32(x), np.float32(mu))[0].dtype == np.float32


@pytest.mark.parametrize("mu", [[[2.0]], [[2.0], [2.0]], [[0.0], [2.0]]])
def test_samples_that_coincide_are_followed(mu):
    path = gradient_flow([[2.0], [2.0]], mu, 1.0, 30.0, count=2)
    assert np.allclose(path.means[-1], 2.0)


X, MU = [[-1.0], [1.0]], [[0.0], [0.5]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: em_step([1.0], MU), "N rows and D columns"),
        (lambda: em_step(X, [[0.0, 1.0]]), r"shape \(H, 1\)"),
        (lambda: em_step([[math.nan]], MU), "finite"),
        (lambda: em_step(X, MU, tau=0.0), "above 0"),
        (lambda: em_step(X, MU, tau=-1.0), ">= 0"),
        (lambda: em_step(X, MU, sigma=0.0), "positive"),
        (lambda: em_step(X, MU, sigma=[1.0, 1.0, 1.0]), "each of 2 components"),
        (lambda: em_step(X, MU, [0.5, -0.5]), "prior"),
        (lambda: gradient_flow(X, MU, 1.0, -1.0), "t_end > 0"),
        (lambda: gradient_flow(X, MU, 1.0, 1.0, count=1), "2 states"),
        (lambda: gradient_flow(X, MU, 1.0, 1.0, free_masses=True), "expected pi"),
        (lambda: gradient_flow(X, MU, 1.0, 1.0, rtol=0), "rtol lies between 0 and 1, got 0"),
        (lambda: gradient_flow(X, MU, 1.0, 1.0, rtol="fine"), "rtol lies between 0 and 1, got 'fine'"),
        (lambda: gradient_flow(X, MU, lambda t: 1 - t, 2.0), "temperature"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(BadInput, match=words):
        call()
