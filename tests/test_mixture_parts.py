"""What the annealed mixture is made of: radial energies, scale matrices, chunks, schedules."""

import math
from itertools import pairwise, product

import dask.array as da
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iem import BadInput
from iem.chunks import ROWS, Samples
from iem.mixture import Mixture
from iem.radial import GaussianEnergy, LaplaceEnergy, StudentTEnergy, radial
from iem.scatter import KINDS, Scatter
from iem.schedules import ByEntropy, Cosine, Geometric, Linear, Stage, falling

FAMILIES = [GaussianEnergy(), StudentTEnergy(2.5), LaplaceEnergy()]
FORMS = list(product(KINDS, (True, False)))


# Energies


@pytest.mark.parametrize("family", FAMILIES, ids=repr)
@pytest.mark.parametrize("D", [1, 3])
def test_weight_and_bend_are_derivatives(family, D):
    for q in (mpmath.mpf("0.3"), mpmath.mpf(7)):
        slope = mpmath.diff(lambda t: family.energy(t, D, mpmath), q)
        curve = mpmath.diff(lambda t: family.energy(t, D, mpmath), q, 2)
        q = np.asarray([float(q)])
        assert np.isclose(family.weight(q, D, np)[0], float(2 * slope), rtol=1e-9)
        assert np.isclose(family.bend(q, D, np)[0], float(4 * curve), rtol=1e-6)


@pytest.mark.parametrize("family", FAMILIES, ids=repr)
@pytest.mark.parametrize(("D", "tau"), [(1, 1.0), (1, 0.3), (2, 1.0), (3, 0.7), (5, 0.1)])
def test_the_mass_is_the_integral(family, D, tau):
    shell = 2 * mpmath.pi ** (mpmath.mpf(D) / 2) / mpmath.gamma(mpmath.mpf(D) / 2)
    integral = mpmath.quad(
        lambda u: u ** (D - 1) * mpmath.exp(-family.energy(u * u, D, mpmath) / tau),
        [0, 0.1, 1, 3, 10, 100, mpmath.inf],
    )
    assert math.isclose(family.log_mass(tau, D), float(mpmath.log(shell * integral)), rel_tol=1e-7)


def test_a_hot_student_t_has_no_mass():
    assert StudentTEnergy(1.0).log_mass(2.0, 1) == math.inf
    assert math.isfinite(StudentTEnergy(1.0).log_mass(1.99, 1))


# Scale matrices


def case(seed, form, D=3, H=4, n=30):
    g = np.random.default_rng(seed)
    scatter = Scatter(*form)
    x, means, p = g.standard_normal((n, D)), g.standard_normal((H, D)), g.random((n, H))
    scale = scatter.unit(H, D) * 0.0
    raw = g.standard_normal((H, D, D))
    whole = raw @ np.swapaxes(raw, 1, 2) + 0.1 * np.eye(D)
    if form[0] == "spherical":
        scale = np.trace(whole, axis1=1, axis2=2) / D
    elif form[0] == "diag":
        scale = np.diagonal(whole, axis1=1, axis2=2)
    else:
        scale = whole
    if form[1]:
        scale = scale[0]
    matrices = np.broadcast_to(scale, (H, *scale.shape)) if form[1] else scale
    if form[0] == "spherical":
        matrices = matrices[:, None, None] * np.eye(D)
    elif form[0] == "diag":
        matrices = matrices[:, None, :] * np.eye(D)
    return scatter, x, means, p, scale, matrices


@pytest.mark.parametrize("form", FORMS)
def test_residuals_and_determinants(form):
    scatter, x, means, _, scale, matrices = case(0, form)
    roots, logs = scatter.roots(scale, 3)
    apart = x[:, None] - means
    expected = np.einsum("nhi,hij,nhj->nh", apart, np.linalg.inv(matrices), apart)
    assert np.allclose(scatter.squared(x, means, roots, np), expected)
    assert np.allclose(logs, np.linalg.slogdet(matrices)[1])
    for h in range(4):
        u = scatter.residuals(x, means, roots, h)
        assert np.allclose((u * u).sum(1), expected[:, h])
    mixture = Mixture.of(1.0, np.full(4, 0.25), means, scale, scatter, radial("gaussian"), np.zeros(3))
    inward = mixture.inward(means)
    assert np.allclose((inward**2).sum(1), np.einsum("hi,hij,hj->h", means, np.linalg.inv(matrices), means))
    assert np.allclose(mixture.outward(inward), means)
    assert np.allclose(mixture.inward(means, 2)[2], inward[2])


@pytest.mark.parametrize("form", FORMS)
def test_estimates_are_weighted_covariances(form):
    scatter, x, means, p, scale, _ = case(1, form)
    roots, _ = scatter.roots(scale, 3)
    q = scatter.squared(x, means, roots, np)
    pulls, mass = p.sum(0), p.sum(0) * 1.3
    step = (p.T @ x) / pulls[:, None] - means
    found = scatter.estimate(scatter.seconds(x, p, q, means, roots, np), pulls, mass, step, 1e-9)
    apart = x[:, None] - (means + step)
    sums = np.einsum("nh,nhi,nhj->hij", p, apart, apart)
    whole = sums.sum(0) / mass.sum() if form[1] else sums / mass[:, None, None]
    if form[0] == "spherical":
        whole = np.trace(whole, axis1=-2, axis2=-1) / 3
    elif form[0] == "diag":
        whole = np.diagonal(whole, axis1=-2, axis2=-1)
    assert np.allclose(found, whole)
    floored = scatter.estimate(scatter.seconds(x, p, q, means, roots, np), pulls, mass, step, 50.0)
    assert np.allclose(floored, scatter.unit(4, 3) * 50.0)


def test_bad_forms():
    for form, message in (
        (("round", True), "unknown covariance type"),
        (("diag", 2), "True or False, got 2"),
    ):
        with pytest.raises(BadInput, match=message):
            Scatter(*form)


# Chunks


@given(st.integers(0, 10**6), st.booleans())
def test_moments(seed, weighted):
    g = np.random.default_rng(seed)
    x = 1e6 + g.standard_normal((ROWS + 3 if seed % 5 == 0 else 17, 2))
    w = g.random(len(x)) if weighted else None
    mean, cov, total = Samples.of(x, w).moments()
    assert np.allclose(mean, np.average(x, axis=0, weights=w))
    assert np.allclose(cov, np.cov(x.T, aweights=w, bias=True))
    assert math.isclose(total, len(x) if w is None else w.sum())
    lazy = Samples.of(da.from_array(x, chunks=(5000, 1)), w).moments()
    assert np.allclose(lazy[0], mean) and np.allclose(lazy[1], cov)


# Schedules


@pytest.mark.parametrize(
    "schedule", [Geometric(), Linear(7), Cosine(7), ByEntropy(), ByEntropy(1.0)], ids=repr
)
@given(start=st.floats(0.1, 100), ratio=st.floats(0.001, 0.9), heat=st.floats(0, 10))
def test_schedules_fall(schedule, start, ratio, heat):
    taus = [start]
    while taus[-1] > ratio * start * (1 + 1e-12) and len(taus) < 10000:
        taus.append(max(schedule(Stage(len(taus), taus[-1], start, ratio * start, heat)), ratio * start))
    assert all(b < a for a, b in pairwise(taus))
    assert math.isclose(taus[-1], ratio * start)
    if isinstance(schedule, Linear | Cosine):
        assert len(taus) == 8


def test_information_is_gained_in_equal_steps():
    """For two energies the KL divergence rises by the wanted amount, while the steps are small."""
    from iem import responsibilities

    def state(tau):
        r = responsibilities([0.0, 1.0], tau)
        return (r * np.log(2 * r)).sum(), r[1] * (1 - r[1]) / tau**2

    tau, gains = 0.6, []
    for step in range(1, 4):
        before, heat = state(tau)
        tau = ByEntropy(0.01, 0.1, 0.999)(Stage(step, tau, 0.6, 0.01, heat))
        gains.append(state(tau)[0] - before)
    assert np.allclose(gains, 0.01, rtol=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Geometric(1.0), "the rate of a geometric schedule lies between 0 and 1, got 1.0"),
        (lambda: Linear(0), "a whole number of steps from 1, got 0"),
        (lambda: Cosine(2.5), "got 2.5"),
        (lambda: ByEntropy(0), "the gain of information a step"),
        (lambda: ByEntropy(fastest=0.9, slowest=0.8), "the slowest rate lies between 0.9 and 1, got 0.8"),
        (lambda: falling([]), "at least one temperature"),
        (lambda: falling([1, 1]), "got 1.0 after 1.0"),
        (lambda: falling([math.inf]), "positive and finite, got inf"),
        (lambda: StudentTEnergy(-1), "got -1"),
        (lambda: radial("gaus"), "did you mean 'gaussian'"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(BadInput, match=message):
        call()
