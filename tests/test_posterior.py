"""Responsibilities, free energy and entropy: their laws, their limits, and every array library."""

import dask.array as da
import numpy as np
import pytest
import sympy as sp
from conftest import numpy_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.special import logsumexp, softmax

from iem import entropy, free_energy, log_responsibilities, responsibilities
from iem.posterior import BLOCK, FEW, ExactPosterior, Posterior, exact_weights

INF = float("inf")
HUGE = 1e308
TEMPERATURES = st.floats(0.01, 100)
SHAPES = array_shapes(min_dims=1, max_dims=3, max_side=5)
ENERGIES = arrays(float, SHAPES, elements=st.floats(-50, 50))
MASKED = arrays(float, SHAPES, elements=st.one_of(st.floats(-50, 50), st.just(INF)))
EXTREME = arrays(
    float, SHAPES, elements=st.one_of(st.floats(-HUGE, HUGE), st.sampled_from([HUGE, -HUGE, INF]))
)


def kept(d):
    """The rows in which not every hypothesis is masked."""
    return np.isfinite(d).any(axis=-1)


def same(one, two, tolerance=1e-12):
    np.testing.assert_allclose(one, two, rtol=tolerance, atol=tolerance)


# Laws


@given(MASKED, TEMPERATURES)
def test_they_are_the_softmin(d, tau):
    d = d[kept(d)] if d.ndim > 1 else d
    if not d.size or not kept(d).all():
        return
    same(responsibilities(d, tau), softmax(-d / tau, axis=-1))
    same(free_energy(d, tau), -tau * logsumexp(-d / tau, axis=-1))


@given(EXTREME, st.one_of(st.just(0.0), st.floats(5e-324, HUGE)))
def test_they_are_a_distribution_at_every_energy_and_temperature(d, tau):
    r = responsibilities(d, tau)
    assert r.shape == d.shape
    assert np.isnan(r[~kept(d)]).all()
    assert (r[kept(d)] >= 0).all()
    same(r[kept(d)].sum(axis=-1), 1)


@given(EXTREME, st.floats(0, HUGE))
def test_the_lowest_energy_has_the_largest_share(d, tau):
    d, r = d[kept(d)], responsibilities(d, tau)[kept(d)]
    best = d == d.min(axis=-1, keepdims=True)
    assert (r == r.max(axis=-1, keepdims=True))[best].all()


@given(ENERGIES, TEMPERATURES, st.floats(-50, 50))
def test_a_shared_energy_drops_out(d, tau, shift):  # I1
    same(responsibilities(d + shift, tau), responsibilities(d, tau))
    same(free_energy(d + shift, tau), free_energy(d, tau) + shift)


@given(MASKED, TEMPERATURES, st.sampled_from([2.0**k for k in range(-30, 31)]))
def test_energies_and_temperature_scale_together(d, tau, scale):  # I2
    np.testing.assert_array_equal(responsibilities(scale * d, scale * tau), responsibilities(d, tau))


@given(MASKED, TEMPERATURES, st.randoms(use_true_random=False))
def test_names_do_not_matter(d, tau, random):
    order = list(range(d.shape[-1]))
    random.shuffle(order)
    same(responsibilities(d[..., order], tau), responsibilities(d, tau)[..., order])
    same(free_energy(d[..., order], tau), free_energy(d, tau))


@given(ENERGIES, TEMPERATURES)
def test_free_energy_is_mean_energy_less_entropy(d, tau):  # T2
    r = responsibilities(d, tau)
    same(free_energy(d, tau), (r * d).sum(axis=-1) - tau * entropy(r), 1e-10)


@given(ENERGIES)
def test_entropy_lies_between_none_and_all(d):
    s = entropy(responsibilities(d))
    assert (s >= 0).all()
    assert (s <= np.log(d.shape[-1]) + 1e-12).all()


@given(MASKED, TEMPERATURES, st.data())
def test_any_axis(d, tau, data):
    axis = data.draw(st.integers(-d.ndim, d.ndim - 1))
    moved = np.moveaxis(d, axis, -1)
    np.testing.assert_allclose(
        responsibilities(d, tau, axis=axis), np.moveaxis(responsibilities(moved, tau), -1, axis), 1e-14
    )
    np.testing.assert_allclose(free_energy(d, tau, axis=axis), free_energy(moved, tau), 1e-13)
    r = responsibilities(moved, tau)
    np.testing.assert_allclose(entropy(np.moveaxis(r, -1, axis), axis=axis), entropy(r), 1e-13, 1e-14)


# Priors


@given(MASKED, TEMPERATURES, st.data())
def test_a_prior_adds_to_the_log_weights_outside_the_temperature(d, tau, data):
    prior = data.draw(arrays(float, d.shape[-1], elements=st.floats(0.01, 100)))
    d = d[kept(d)] if d.ndim > 1 else d
    if not d.size or not kept(d).all():
        return
    share = prior / prior.sum()
    same(responsibilities(d, tau, prior=prior), softmax(np.log(share) - d / tau, axis=-1))
    same(free_energy(d, tau, prior=prior), -tau * logsumexp(-d / tau, b=share, axis=-1), 1e-10)


@given(MASKED, TEMPERATURES, st.floats(0.1, 10))
def test_equal_priors_change_nothing_but_the_free_energy(d, tau, weight):
    count = d.shape[-1]
    prior = [weight] * count
    same(responsibilities(d, tau, prior=prior), responsibilities(d, tau))
    same(free_energy(d, tau, prior=prior), free_energy(d, tau) + tau * np.log(count), 1e-10)


def test_a_prior_broadcasts_along_the_axis_of_the_hypotheses(xp):
    d = xp.zeros((2, 3, 4))
    for axis, size in ((0, 2), (1, 3), (2, 4), (-3, 2)):
        r = responsibilities(d, prior=[1.0] * (size - 1) + [3.0], axis=axis)
        same(np.take(numpy_of(r), -1, axis=axis), 3 / (size + 2))


def test_a_prior_may_differ_from_row_to_row():
    r = responsibilities(np.zeros((2, 2)), prior=[[1, 3], [3, 1]])
    same(r, [[0.25, 0.75], [0.75, 0.25]])


@pytest.mark.parametrize("weights", [(HUGE, HUGE), (1e-308, 1e-308), (5e-324, 5e-324)])
def test_the_size_of_prior_weights_does_not_matter(weights):
    same(responsibilities([0.0, 0.0], prior=weights), [0.5, 0.5])


# Limits


@given(MASKED)
def test_cold_is_even_over_the_lowest(d):
    r = responsibilities(d, 0)
    best = d == d.min(axis=-1, keepdims=True)
    expected = best / best.sum(axis=-1, keepdims=True)
    np.testing.assert_array_equal(r[kept(d)], expected[kept(d)])
    np.testing.assert_array_equal(free_energy(d, 0), d.min(axis=-1))


@pytest.mark.parametrize("ties", range(1, 6))
def test_cold_ties_are_split_evenly(xp, dtype, ties):
    d = xp.asarray([1.5] * ties + [2.0, INF], dtype=getattr(xp, dtype))
    share = np.asarray(1, dtype) / np.asarray(ties, dtype)
    assert numpy_of(responsibilities(d, tau=0)).tolist() == [share] * ties + [0, 0]


def test_cold_ties_follow_the_prior():
    same(responsibilities([1.0, 1.0, 0.0, 0.0], 0, prior=[5, 1, 3, 1]), [0, 0, 0.75, 0.25])


def test_the_cold_limit_is_the_limit(xp):
    d = xp.asarray([[0.3, 0.1, 0.1], [2.0, 1.0, 3.0]])
    same(numpy_of(responsibilities(d, 1e-5)), numpy_of(responsibilities(d, 0)))


def test_the_hot_limit_is_the_prior(xp):
    d = xp.asarray([3.0, -2.0, 0.0])
    same(numpy_of(responsibilities(d, HUGE)), [1 / 3] * 3)
    same(numpy_of(responsibilities(d, HUGE, prior=[1, 2, 5])), [1 / 8, 1 / 4, 5 / 8])


@pytest.mark.parametrize(("dtype", "tau"), [("float32", 1e-50), ("float64", 5e-324)])
def test_a_temperature_that_underflows_is_cold(xp, dtype, tau):
    d = xp.asarray([1.0, 1.0, 2.0], dtype=getattr(xp, dtype))
    assert numpy_of(responsibilities(d, tau)).tolist() == [0.5, 0.5, 0]
    assert float(free_energy(d, tau)) == 1


# Masks and extremes


def test_masks(xp, dtype):
    d = xp.asarray([[0.0, INF, 0.0], [INF, 7.0, INF]], dtype=getattr(xp, dtype))
    for tau in (0, 1e-30, 1, 1e30):
        assert numpy_of(responsibilities(d, tau)).tolist() == [[0.5, 0, 0.5], [0, 1, 0]]
    assert float(free_energy(d)[1]) == 7


@pytest.mark.parametrize("tau", [0, 1e-300, 1, 1e300])
@pytest.mark.parametrize("prior", [None, [1, 2]])
def test_a_fully_masked_row_has_no_posterior(xp, tau, prior):
    d = xp.asarray([[INF, INF], [INF, 3.0]])
    r = numpy_of(responsibilities(d, tau, prior=prior))
    assert np.isnan(r[0]).all()
    assert r[1].tolist() == [0, 1]
    assert float(free_energy(d, tau, prior=prior)[0]) == INF


@pytest.mark.parametrize("tau", [5e-324, 1e-300, 1, 1e300])
def test_the_largest_energies(xp, tau):
    d = xp.asarray([HUGE, -HUGE, 0.0])
    assert numpy_of(responsibilities(d, tau)).tolist() == [0, 1, 0]
    assert float(free_energy(d, tau)) == -HUGE


def test_the_largest_energies_at_the_largest_temperature(xp):
    d = xp.asarray([HUGE, -HUGE, 0.0])
    same(numpy_of(responsibilities(d, HUGE)), softmax([-1, 1, 0]))


def test_equal_extremes_are_ties(xp):
    for energy in (HUGE, -HUGE, 5e-324):
        assert numpy_of(responsibilities(xp.asarray([energy, energy]))).tolist() == [0.5, 0.5]


def test_not_a_number_stays_in_its_row(xp):
    r = numpy_of(responsibilities(xp.asarray([[float("nan"), 0.0], [0.0, 0.0]])))
    assert np.isnan(r[0]).all()
    assert r[1].tolist() == [0.5, 0.5]


# Libraries and types


def test_library_and_type_are_kept(xp, dtype):
    d = xp.asarray([[0.0, 1.0, 2.0]], dtype=getattr(xp, dtype))
    for tau in (0, 0.5):
        for prior in (None, [1, 2, 3], np.asarray([1.0, 2.0, 3.0])):
            r = responsibilities(d, tau, prior=prior)
            for x in (r, free_energy(d, tau, prior=prior), entropy(r)):
                assert x.dtype == d.dtype
                assert type(xp.asarray(x)) is type(d)


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8", "bool"])
def test_whole_numbers_become_floats(xp, dtype):
    r = responsibilities(xp.asarray([0, 1], dtype=getattr(xp, dtype)))
    assert r.dtype == xp.float64
    same(numpy_of(r), softmax([0, -1]))


def test_lists_and_numbers_become_arrays():
    assert isinstance(responsibilities([0, 1]), np.ndarray)
    assert responsibilities(([0, 1], [1.5, 2])).shape == (2, 2)


def test_both_libraries_agree(xp):
    d = np.random.default_rng(0).normal(size=(4, 3, 2))
    for axis in (-1, 0, 1):
        r = responsibilities(xp.asarray(d), 0.7, axis=axis)
        same(numpy_of(r), softmax(-d / 0.7, axis=axis))
        same(numpy_of(entropy(r, axis=axis)), -(numpy_of(r) * np.log(numpy_of(r))).sum(axis=axis))


def test_the_input_is_left_alone(xp):
    d = xp.asarray([[1.0, 2.0], [INF, 0.0]])
    before = numpy_of(d).copy()
    for tau in (0, 1):
        responsibilities(d, tau, prior=[1, 2])
        free_energy(d, tau)
    np.testing.assert_array_equal(numpy_of(d), before)


def test_nothing_to_do_is_no_fault(xp):
    assert responsibilities(xp.zeros((0, 3))).shape == (0, 3)
    assert free_energy(xp.zeros((0, 3))).shape == (0,)


def test_entropy_takes_zero_log_zero_for_zero(xp):
    assert numpy_of(entropy(xp.asarray([[1.0, 0.0], [0.5, 0.5]]))).tolist() == [0, np.log(2)]


# Expressions


WHOLE = st.lists(st.integers(-4, 4), min_size=2, max_size=4)


@given(WHOLE, st.sampled_from([sp.Rational(1, 3), sp.Integer(2)]), st.booleans())
def test_expressions_agree_with_numbers(d, tau, with_prior):
    prior = list(range(1, len(d) + 1)) if with_prior else None
    exact, number = [sp.Integer(e) for e in d], float(tau)
    r = responsibilities(exact, tau, prior=prior)
    assert isinstance(r, list)
    same([float(x) for x in r], responsibilities(d, number, prior=prior))
    same(float(free_energy(exact, tau, prior=prior)), free_energy(d, number, prior=prior))
    same(float(entropy(r)), entropy(responsibilities(d, number, prior=prior)))


def test_symbols():
    x, y = sp.symbols("x y", real=True)
    tau = sp.Symbol("tau", positive=True)
    one, two = responsibilities([x, y], tau)
    assert sp.simplify(one + two) == 1
    assert sp.simplify(one / two - sp.exp((y - x) / tau)) == 0
    assert sp.simplify(sp.diff(free_energy([x, y], tau), x) - one) == 0  # T3
    assert entropy([sp.Integer(1), sp.Integer(0)]) == 0


def test_a_temperature_that_vanishes_in_the_type_is_zero():
    d = np.asarray([1.0, 0.0, 0.0], "float32")
    np.testing.assert_array_equal(responsibilities(d, 1e-50), [0, 0.5, 0.5])
    assert free_energy(d, 7e-46) == 0
    r = responsibilities(np.asarray([0.0, 1e-45], "float32"), 1e-45)  # the smallest that does not vanish
    same(r, np.exp([0, -1]) / (1 + np.exp(-1)), 1e-6)


@pytest.mark.parametrize("function", [responsibilities, free_energy, log_responsibilities])
@pytest.mark.parametrize(("H", "tau"), [(2, 0.7), (5, 0.0), (FEW, 1e308), (FEW + 1, 0.7)])
def test_many_rows_are_computed_like_few(function, H, tau):
    """Blocks of rows, the last one short, give what hypotheses along the first axis give at once."""
    rng = np.random.default_rng(H)
    d = rng.uniform(0, 8, (2, BLOCK // H + 7, H))
    d[..., 1:][rng.random((*d.shape[:-1], H - 1)) < 0.2] = np.inf
    for prior in (None, rng.uniform(0.1, 1, H)):
        here = function(d, tau, prior=prior)
        first = function(np.moveaxis(d, -1, 0), tau, prior=prior, axis=0)
        there = np.moveaxis(first, 0, -1) if function is not free_energy else first
        assert here.flags.c_contiguous
        np.testing.assert_allclose(here, there, rtol=1e-13, atol=0)


def test_a_lazy_library_has_nothing_to_warn_of_when_it_computes():
    found = log_responsibilities(da.from_array(np.asarray([[0.0, 1.0]]), chunks=1), 0)
    np.testing.assert_array_equal(found.compute(scheduler="synchronous"), [[0, -np.inf]])
    assert np.isnan(log_responsibilities([np.nan, 1.0], 0)).all()


@pytest.mark.parametrize("function", [responsibilities, free_energy, log_responsibilities])
@pytest.mark.parametrize(("n", "H"), [(12, 2), (12, 3), (12, 12), (2, 2), (2, 3)])
def test_rows_along_any_axis_with_any_prior(function, n, H):
    rng = np.random.default_rng(H)
    d, prior = (rng.uniform(low, low + 2, (n, H)).astype("float32") for low in (0, 1))
    for p, each in ((None, [None] * n), (prior[0], [prior[0]] * n), (prior, prior)):
        rows = np.stack([function(row, 0.5, prior=q) for row, q in zip(d, each, strict=True)])
        for axis in (-2, -1, 0, 1):
            last = axis in (-1, 1)
            turned = p if last or p is None or p.ndim == 1 else p.T
            found = function(d if last else d.T, 0.5, prior=turned, axis=axis)
            assert found.dtype == np.float32
            np.testing.assert_allclose(found if last else found.T, rows, rtol=1e-6, atol=1e-6)


def test_each_row_of_priors_is_normalised():
    prior = np.asarray([[1e-300, 1e-300], [1e300, 3e300]])
    same(responsibilities(np.zeros((2, 2)), prior=prior), [[0.5, 0.5], [0.25, 0.75]])
    same(free_energy(np.zeros((2, 2)), prior=prior), [0, 0])
    same(responsibilities(np.zeros((2, 2)), prior=[1, 3], axis=0), [[0.25, 0.25], [0.75, 0.75]])


def test_logarithms_where_a_difference_exceeds_the_floats():
    same(log_responsibilities([-1e308, 1e308], 1.5)[1] / 1e308, -4 / 3)


def test_the_smallest_temperature_of_a_type(xp):
    info = xp.finfo(xp.float32)
    rounded = float(info.smallest_normal) * float(info.eps) / 2  # half the least number: a tie, to 0
    d = xp.asarray([0.0, 1.0, 0.0], dtype=xp.float32)
    np.testing.assert_array_equal(numpy_of(responsibilities(d, rounded)), [0.5, 0, 0.5])
    least = float(info.smallest_normal) / 2  # below the normal numbers, but not zero
    d = xp.asarray([0.0, least], dtype=xp.float32)
    same(numpy_of(responsibilities(d, least)), responsibilities([0.0, 1.0]), 1e-6)


# Expressions


@pytest.mark.parametrize("function", [responsibilities, free_energy, log_responsibilities])
@pytest.mark.parametrize("name", ["d", "tau", "prior"])
def test_one_symbol_makes_it_an_expression(function, name):
    given = {"d": [0.5, 1.25], "tau": 0.5, "prior": [0.25, 0.75]}
    s = sp.Symbol("s", positive=True)
    value = given[name] if name == "tau" else given[name][0]
    held = given | {name: s if name == "tau" else [s, given[name][1]]}
    found = function(**held)
    found = found if isinstance(found, list) else [found]
    assert all(x.has(s) for x in found)
    same([float(x.subs(s, value)) for x in found], np.reshape(function(**given), -1))


def test_a_named_prior_is_taken_as_normalised():
    p, q, tau = sp.symbols("p q tau", positive=True)
    assert free_energy([0, 0], tau, prior=[p, q]) == -tau * sp.log(p + q)
    assert free_energy([0, 0], tau, prior=[1, 3]) == 0
    x, unknown = sp.symbols("x q")
    assert responsibilities([x, x], tau, prior=[unknown, unknown]) == [sp.S.Half] * 2


def test_a_decimal_temperature_is_a_fraction():
    x = sp.Symbol("x", real=True)
    assert exact_weights([x], 0.1, None) == [sp.exp(-10 * x)]


def test_a_posterior_from_weights_is_the_posterior():
    d, tau, prior, shared = [sp.Rational(1, 3), sp.Integer(2)], sp.Rational(3, 2), (1, 3), sp.Rational(1, 5)
    weights = exact_weights([e - shared for e in d], tau, prior)
    total = sp.Symbol("W", positive=True)
    held = ExactPosterior(weights, tau, total=total, shared=shared)
    whole = Posterior.of(d, tau, prior)
    for one, two in (
        (held.r, whole.r),
        (held.log_r, whole.log_r),
        ([held.entropy], [whole.entropy]),
        ([held.free_energy], [whole.free_energy - tau * sp.log(4)]),  # with the mass of the prior
    ):
        same([float(x.subs(total, sum(weights))) for x in one], [float(x) for x in two])


def test_the_temperature_of_a_posterior_is_1():
    same(Posterior.of([0.0, 1.0]).r, softmax([0.0, -1.0]))
