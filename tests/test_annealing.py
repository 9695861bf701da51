"""The annealed mixture: scikit-learn's protocol, descent, splits, scale, and data that are hard to hold."""

import math
import warnings
from itertools import pairwise, product

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot
from scipy.stats import multivariate_normal, multivariate_t
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.utils.estimator_checks import parametrize_with_checks

from iem import AnnealedMixture, BadInput, critical_temperature, entropy, free_energy, responsibilities
from iem.chunks import Samples
from iem.cooling import Cooling
from iem.mixture import Mixture
from iem.radial import radial
from iem.scatter import KINDS, Scatter
from iem.schedules import ByEntropy, Cosine, Geometric, Linear

ENERGIES = ("gaussian", "laplace", "student-t")
FORMS = list(product(KINDS, (True, False)))
CORNERS = np.asarray([(0.0, 0.0), (4.0, 0.0), (0.0, 4.0), (4.0, 4.0)])


def blobs(seed=0, each=60, spread=0.3):
    g = np.random.default_rng(seed)
    return np.concatenate([corner + spread * g.standard_normal((each, 2)) for corner in CORNERS])


def furthest(means):
    """How far the worst corner is from its nearest mean."""
    return np.linalg.norm(means[:, None] - CORNERS, axis=2).min(axis=0).max()


@parametrize_with_checks(
    [
        AnnealedMixture(),
        AnnealedMixture(3, covariance_type="full", shared=False),
        AnnealedMixture(energy="student-t", covariance_type="diag"),
        AnnealedMixture(scale="fixed", energy="laplace"),
        AnnealedMixture(3, scale="annealed", growth="copies", start=4.0),
    ]
)
def test_scikit_learn_protocol(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        check(estimator)


def test_the_parameters_and_what_they_are_by_default():
    assert AnnealedMixture().get_params() == {
        "n_components": 2,
        "energy": "gaussian",
        "nu": 4.0,
        "covariance_type": "spherical",
        "shared": True,
        "scale": "released",
        "masses": "free",
        "growth": "split",
        "schedule": None,
        "start": None,
        "stop": None,
        "tol": 1e-2,
        "max_iter": 300,
        "floor": 1e-6,
        "warm_start": False,
        "rng": 0,
        "verbose": None,
    }


# Descent


@given(
    seed=st.integers(0, 10**6),
    energy=st.sampled_from(ENERGIES),
    form=st.sampled_from(FORMS),
    tau=st.floats(0.2, 5),
    scaled=st.booleans(),
    weighted=st.booleans(),
)
def test_a_step_never_raises_the_free_energy(seed, energy, form, tau, scaled, weighted):
    """N3: in means and masses at any temperature, and in the scale with the normaliser in the objective."""
    g = np.random.default_rng(seed)
    x = g.standard_normal((40, 2)) * (1, 3) + g.integers(0, 3, (40, 1))
    w = g.random(40) if weighted else None
    total = 40.0 if w is None else w.sum()
    scatter, samples = Scatter(*form), Samples.of(x, w)
    model = Mixture.of(
        tau, g.dirichlet(np.ones(3)), x[:3], scatter.unit(3, 2), scatter, radial(energy), np.zeros(2)
    )
    options = AnnealedMixture(3, max_iter=1, tol=1e-300)
    options.n_iter_ = 0
    cooling, reached = Cooling(options, samples, total, 1e-6), []
    for _ in range(5):
        model, _ = cooling.settle(model, scaled, 1e-300)
        reached.append(cooling.free_energy)
    assert all(b <= a + 1e-9 * (1 + abs(a)) for a, b in pairwise(reached))


@given(seed=st.integers(0, 10**6))
def test_cooling_is_one_descent(seed):
    """N3b: with masses that sum to 1 the free energy also falls with the temperature."""
    x = np.random.default_rng(seed).standard_normal((50, 1)) ** 3
    fit = AnnealedMixture(4, scale="fixed", stop=0.05).fit(x)
    rows = fit.history_
    assert all(b.free_energy <= a.free_energy + 1e-6 * (1 + abs(a.free_energy)) for a, b in pairwise(rows))


def test_the_history_is_of_the_posterior():
    x = blobs()
    fit = AnnealedMixture(4, scale="fixed", stop=0.5).fit(x)
    row = fit.history_[-1]
    d = ((x[:, None] - row.means) ** 2).sum(2) / 2
    r = responsibilities(d, row.tau, prior=row.weights)
    assert math.isclose(row.free_energy, free_energy(d, row.tau, prior=row.weights).mean(), rel_tol=1e-12)
    assert math.isclose(row.entropy, entropy(r).mean(), rel_tol=1e-9)
    assert math.isclose(row.information, (r * np.log(r / row.weights)).sum(1).mean(), rel_tol=1e-9)
    spread = (r * d**2).sum(1) - (r * d).sum(1) ** 2
    assert math.isclose(row.heat, spread.mean() / row.tau**2, rel_tol=1e-9)
    assert math.isclose(row.effective, math.exp(entropy(row.weights)), rel_tol=1e-12)
    assert row.tau == fit.tau_ == 0.5


# What is fitted


@pytest.mark.parametrize("energy", ENERGIES)
@pytest.mark.parametrize("form", FORMS)
def test_four_corners(energy, form):
    x = blobs()
    fit = AnnealedMixture(4, energy=energy, covariance_type=form[0], shared=form[1]).fit(x)
    assert furthest(fit.means_) < 0.15
    assert fit.converged_ and fit.n_components_ == 4 and fit.tau_ == 1
    assert math.isclose(fit.lower_bound_, fit.score(x), rel_tol=1e-4)
    assert np.array_equal(fit.predict(x), fit.predict_proba(x).argmax(1))


@pytest.mark.parametrize("form", [*product(KINDS, (False,)), ("full", True)])
def test_the_optimum_is_that_of_scikit_learn(form):
    """EM of another library, started from the fit, stays where it is and reads the same densities."""
    x = blobs()
    fit = AnnealedMixture(4, covariance_type=form[0], shared=form[1], tol=1e-8).fit(x)
    kind = "tied" if form[1] else form[0]
    precision = np.linalg.inv(fit.covariances_) if form[0] == "full" else 1 / fit.covariances_
    other = GaussianMixture(
        4, covariance_type=kind, weights_init=fit.weights_, means_init=fit.means_, reg_covar=0, tol=1e-12,
        precisions_init=precision,
    ).fit(x)  # fmt: skip
    assert np.allclose(other.means_, fit.means_, atol=1e-6)
    assert np.allclose(other.covariances_, fit.covariances_, atol=1e-6)
    assert np.allclose(other.score_samples(x), fit.score_samples(x), atol=1e-6)
    assert np.allclose(other.predict_proba(x), fit.predict_proba(x), atol=1e-6)


def test_densities_of_a_fixed_scale_and_of_student_t():
    x = blobs()
    fixed = AnnealedMixture(4, scale="fixed", stop=0.3).fit(x)
    p = sum(
        w * multivariate_normal(m, 0.3).pdf(x) for w, m in zip(fixed.weights_, fixed.means_, strict=True)
    )
    p_fixed = p
    assert np.allclose(fixed.score_samples(x), np.log(p))
    assert np.allclose(fixed.free_energy(x), -0.3 * (fixed.score_samples(x) + math.log(2 * math.pi * 0.3)))
    heavy = AnnealedMixture(4, energy="student-t", nu=3.0, covariance_type="full", shared=False).fit(x)
    parts = zip(heavy.weights_, heavy.means_, heavy.covariances_, strict=True)
    p = sum(w * multivariate_t(m, c, df=3.0).pdf(x) for w, m, c in parts)
    assert np.allclose(heavy.score_samples(x), np.log(p))
    hot = AnnealedMixture(2, energy="student-t", nu=1.0, scale="fixed", start=9.0, stop=8.0).fit(x)
    told = "the student-t energy has no normaliser at temperature 8: there is no density to score$"
    with pytest.raises(BadInput, match=told):
        hot.score_samples(x)
    assert math.isnan(hot.lower_bound_) and math.isclose(fixed.lower_bound_, fixed.score(x))
    assert math.isclose(fixed.score(x), np.log(p_fixed).mean())


def test_a_fixed_scale_of_student_t_is_a_density():
    x = blobs()[:, :1]
    line = np.linspace(-400, 400, 400001)[:, None]
    for stop in (0.2, 2.0):
        fit = AnnealedMixture(2, energy="student-t", nu=9.0, scale="fixed", start=3.0, stop=stop).fit(x)
        mass = np.trapezoid(np.exp(fit.score_samples(line)), line[:, 0])
        assert fit.tau_ == stop and math.isclose(mass, 1, abs_tol=1e-4)


def test_heavy_tails_are_held_by_student_t():
    x = np.concatenate([blobs(), [[300.0, 300.0]]])
    assert furthest(AnnealedMixture(5, energy="student-t").fit(x).means_) < 0.3


def test_cooling_ends_where_the_temperature_is_the_variance():
    fit = AnnealedMixture(4).fit(blobs())
    assert fit.history_[-1].tau < 1.05 * fit.covariances_ < 1.05 * fit.history_[-2].tau


def test_components_appear_where_one_is_unstable():
    rows = AnnealedMixture(4).fit(blobs()).history_
    born = [row for row in rows if row.splits]
    assert rows[0].components == 1 and rows[-1].components == 4 and sum(row.splits for row in born) == 3
    for before, row in pairwise(rows):
        assert (row.splits > 0) <= (before.critical > row.tau)


def test_coincident_components_are_merged():
    fit = AnnealedMixture(4, warm_start=True, scale="fixed", stop=0.05).fit(blobs())
    assert fit.n_components_ == 4
    fit.set_params(start=100.0, stop=90.0).fit(blobs())
    assert fit.n_components_ == 1 and fit.history_[0].merges == 3


def test_a_refitted_scale_absorbs_the_temperature():
    """In one dimension the pair is unstable only below temperature 1, however far the groups are apart."""
    x = blobs()[:, :1]
    annealed = AnnealedMixture(2, scale="annealed", start=5.0).fit(x)
    held = AnnealedMixture(2).fit(x)
    assert annealed.n_components_ == 1 and held.n_components_ == 2
    assert [round(row.critical, 6) for row in annealed.history_[:3]] == [1, 1, 1]


@pytest.mark.parametrize("masses", ["free", "equal"])
def test_copies_part(masses):
    fit = AnnealedMixture(4, masses=masses, growth="copies", rng=np.random.default_rng(1)).fit(blobs())
    assert furthest(fit.means_) < 0.15
    assert masses == "free" or np.array_equal(fit.weights_, np.full(4, 0.25))


@pytest.mark.parametrize(
    "schedule",
    [Geometric(0.8), Linear(30), Cosine(30), ByEntropy(), [9.0, 3.0, 1.0, 0.3, 0.1], lambda s: s.tau / 2],
)
@pytest.mark.parametrize("scale", ["released", "fixed"])
def test_schedules(schedule, scale):
    fit = AnnealedMixture(4, schedule=schedule, scale=scale).fit(blobs())
    taus = [row.tau for row in fit.history_]
    assert furthest(fit.means_) < 0.15 and all(b < a for a, b in pairwise(taus))
    if isinstance(schedule, list):
        assert taus == schedule[: len(taus)]


def test_a_warm_start_goes_on():
    fit = AnnealedMixture(4, scale="fixed", stop=1.0, warm_start=True).fit(blobs())
    cold = AnnealedMixture(4, scale="fixed", stop=0.1).fit(blobs())
    fit.set_params(start=0.9, stop=0.1).fit(blobs())
    assert np.allclose(fit.means_, cold.means_, atol=1e-3) and len(fit.history_) < len(cold.history_)
    with pytest.raises(BadInput, match="a warm start needs samples in 2 dimensions, got 1"):
        fit.fit(blobs()[:, :1])
    with pytest.raises(BadInput, match="from 4 components needs n_components of as many, got 3"):
        fit.set_params(n_components=3).fit(blobs())


def test_the_temperatures_by_default():
    x = blobs()
    spread = np.trace(np.cov(x.T, bias=True)) / 2
    for scale, end in (("fixed", 1e-3), ("released", 1e-4)):
        rows = AnnealedMixture(1, scale=scale).fit(x).history_
        assert math.isclose(rows[0].tau, 1.05 * critical_temperature(x))
        assert scale == "released" or math.isclose(rows[-1].tau, end * rows[0].tau)
        least = 0.5 * spread  # a floor for the temperature too
        assert math.isclose(AnnealedMixture(4, scale=scale, floor=0.5).fit(x).history_[-1].tau, least)
    annealed = AnnealedMixture(2, scale="annealed").fit(x).history_
    assert annealed[0].tau >= 1.0 == annealed[-1].tau
    assert AnnealedMixture(2, scale="annealed", start=0.5).fit(x).history_[-1].tau == 0.5
    alone = AnnealedMixture(2, scale="fixed", start=0.7, stop=0.7).fit(x)
    assert [row.tau for row in alone.history_] == [0.7] and alone.tau_ == 0.7
    assert AnnealedMixture(len(x[:3])).fit(x[:3]).n_components_ <= 3


@pytest.mark.parametrize(("kind", "shared"), FORMS)
def test_what_cooling_begins_with(kind, shared):
    scatter, centre = Scatter(kind, shared), np.asarray([1.0, 2.0])
    scale = 3 * scatter.unit(1, 2)
    one = Mixture.of(2.0, np.ones(1), np.zeros((1, 2)), scale, scatter, radial("gaussian"), centre)
    assert AnnealedMixture(3)._begin(one) is one
    copies = AnnealedMixture(3, growth="copies")
    warm = AnnealedMixture(4, warm_start=True)
    warm.means_, warm.weights_ = CORNERS[:3], np.asarray([0.5, 0.2, 0.3])
    for made, means, weights in (
        (copies, np.zeros((3, 2)), np.full(3, 1 / 3)),
        (warm, warm.means_ - centre, warm.weights_),
    ):
        begun = made._begin(one)
        assert begun.tau == 2.0 and np.array_equal(begun.weights, weights)
        assert np.array_equal(begun.means, means) and np.array_equal(begun.centre, centre)
        assert np.array_equal(begun.scale, 3 * scatter.unit(3, 2))


def test_components_are_in_the_order_of_their_means():
    means = AnnealedMixture(4).fit(blobs()).means_
    assert means.tolist() == sorted(means.tolist())


# Laws of the data


@given(seed=st.integers(0, 10**6), scale=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_units_do_not_matter(seed, scale, shift):
    x = blobs(seed, each=15)
    one, two = (AnnealedMixture(4, covariance_type="full").fit(v) for v in (x, scale * x + shift))
    assert np.allclose(scale * one.means_ + shift, two.means_, atol=1e-5 * (scale + abs(shift)))
    assert math.isclose(one.lower_bound_, two.lower_bound_ + 2 * math.log(scale), abs_tol=1e-5)


def test_weights_are_repetitions():
    g = np.random.default_rng(3)
    x, w = blobs(each=20), g.integers(0, 4, 80)
    one = AnnealedMixture(4, covariance_type="diag", shared=False).fit(x, sample_weight=w)
    two = AnnealedMixture(4, covariance_type="diag", shared=False).fit(np.repeat(x, w, axis=0))
    assert np.allclose(one.means_, two.means_) and np.allclose(one.covariances_, two.covariances_)
    assert math.isclose(one.lower_bound_, two.lower_bound_)


@pytest.mark.parametrize("form", FORMS)
def test_float32_far_from_the_origin(form):
    x = blobs() + 1e4
    one, two = (
        AnnealedMixture(4, covariance_type=form[0], shared=form[1]).fit(v)
        for v in (x.astype(np.float32), x.astype(np.float32).astype(np.float64))
    )
    assert np.allclose(one.means_, two.means_) and np.allclose(one.covariances_, two.covariances_)
    assert one.converged_


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "x",
    [
        np.zeros((1, 2)),
        np.ones((9, 2)),
        np.repeat([[0.0, 1.0], [3.0, 1.0]], 5, axis=0),
        np.c_[blobs(each=9), np.full(36, 7.0)],
        np.r_[np.zeros((20, 1)), [[1.0]]],
    ],
    ids=["one sample", "duplicates", "two places", "constant column", "one apart"],
)
def test_data_without_spread_stay_finite(x, form):
    count = min(3, len(x))
    fit = AnnealedMixture(count, covariance_type=form[0], shared=form[1]).fit(x)
    for values in (fit.means_, fit.weights_, fit.covariances_, fit.score_samples(x), fit.predict_proba(x)):
        assert np.isfinite(values).all()
    assert math.isclose(fit.weights_.sum(), 1)


def test_a_floor_holds_the_scale():
    x = np.repeat([[0.0, 1.0], [3.0, 1.0]], 5, axis=0)
    fit = AnnealedMixture(2, covariance_type="full", shared=False, floor=1e-3).fit(x)
    assert np.allclose(fit.covariances_, 1e-3 * x.var(axis=0).mean() * np.eye(2))


# Arrays of other kinds


@pytest.mark.parametrize("form", FORMS)
def test_any_array_library(xp, form):
    x = blobs()
    fit = AnnealedMixture(4, covariance_type=form[0], shared=form[1]).fit(x)
    other = AnnealedMixture(4, covariance_type=form[0], shared=form[1]).fit(xp.asarray(x))
    assert np.allclose(fit.means_, other.means_)
    r = other.predict_proba(xp.asarray(x))
    assert isinstance(r, type(xp.asarray(x))) and np.allclose(np.asarray(r), fit.predict_proba(x))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("chunks", [(60, 2), (77, 1), (1000, 2)])
def test_dask_gives_what_memory_gives(form, chunks):
    x, w = blobs(), np.random.default_rng(0).random(240)
    options = {"covariance_type": form[0], "shared": form[1], "energy": "student-t"}
    fit = AnnealedMixture(4, **options).fit(x, sample_weight=w)
    lazy = da.from_array(x, chunks=chunks)
    other = AnnealedMixture(4, **options).fit(lazy, sample_weight=da.from_array(w, chunks=50))
    assert np.allclose(fit.means_, other.means_, rtol=1e-9)
    assert np.allclose(fit.covariances_, other.covariances_, rtol=1e-9)
    assert [row.tau for row in fit.history_] == pytest.approx([row.tau for row in other.history_])
    for name in ("predict_proba", "predict", "score_samples", "free_energy"):
        found = getattr(other, name)(lazy)
        assert isinstance(found, da.Array) and np.allclose(found.compute(), getattr(fit, name)(x))
    assert math.isclose(other.score(lazy), fit.score(x), rel_tol=1e-9)


def test_dask_reads_the_data_once_an_iteration():
    x, reads = blobs(), []

    def block(i):
        reads.append(i)
        return x[60 * i : 60 * (i + 1)]

    rows = [da.from_delayed(dask.delayed(block)(i), (60, 2), dtype=float) for i in range(4)]
    fit = AnnealedMixture(4).fit(da.concatenate(rows))
    passes = len(reads) / 4
    looks = len(fit.history_) + sum(row.splits for row in fit.history_)  # one a temperature and a split
    moments, release = 3, 1
    assert fit.n_iter_ < passes <= fit.n_iter_ + looks + moments + release


# Bad input

X = blobs(each=5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_components": 0}, "n_components is a whole number from 1, got 0"),
        ({"n_components": 2.0}, "got 2.0"),
        ({"n_components": 21}, "n_samples=20 must be at least n_components=21"),
        ({"energy": "gausian"}, "did you mean 'gaussian'"),
        ({"covariance_type": "tied"}, "unknown covariance type 'tied'"),
        ({"shared": 3}, "`shared` is True or False, got 3"),
        ({"scale": "free"}, "unknown scale 'free'"),
        ({"masses": "none"}, "unknown masses 'none'"),
        ({"growth": "slow"}, "unknown growth 'slow'"),
        ({"energy": "student-t", "nu": "four"}, "`nu` is a positive finite number, got 'four'"),
        ({"n_components": True}, "n_components is a whole number from 1, got True"),
        ({"max_iter": 2.0}, "max_iter is a whole number from 1, got 2.0"),
        ({"tol": None}, "`tol` is a positive finite number, got None"),
        ({"nu": 0}, "`nu` is a positive finite number, got 0"),
        ({"stop": math.inf}, "`stop` is a positive finite number, got inf"),
        (
            {"schedule": [3.0, 2.0], "start": 3.0},
            "its own start and stop, got also start=3.0 and stop=None",
        ),
        ({"tol": 0}, "`tol` is a positive finite number, got 0"),
        ({"floor": -1.0}, "`floor` is a positive finite number, got -1.0"),
        ({"max_iter": 0}, "max_iter is a whole number from 1, got 0"),
        ({"start": -1.0}, "`start` is a positive finite number, got -1.0"),
        ({"stop": math.nan}, "`stop` is a positive finite number, got nan"),
        ({"start": 1.0, "stop": 2.0}, "`stop` is 2.0, above the start 1.0"),
        ({"schedule": [3.0, 4.0]}, "a schedule falls: got 4.0 after 3.0"),
        ({"schedule": [3.0, -1.0]}, "positive and finite, got -1.0"),
        ({"schedule": 0.9}, "a callable or a list of falling temperatures, got 0.9"),
        ({"schedule": [3.0, 2.0], "stop": 1.0}, "its own start and stop, got also start=None and stop=1.0"),
        ({"schedule": lambda s: 2 * s.tau}, "a schedule falls: got "),
        ({"schedule": lambda s: 0}, "positive and finite, got 0"),
        ({"schedule": lambda s: "cold"}, "a schedule gives temperatures, got 'cold'"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(BadInput, match=message):
        AnnealedMixture(**options).fit(X)


def test_bad_data(xp):
    for bad in (math.nan, math.inf):
        x = X.copy()
        x[3, 1] = bad
        with pytest.raises(ValueError, match="NaN|infinity"):
            AnnealedMixture().fit(xp.asarray(x))
        with pytest.raises(ValueError, match=r"NaN or infinity .* in columns \[1\]"):
            AnnealedMixture().fit(da.from_array(x))
    with pytest.raises(BadInput, match="not supported: the samples are complex128"):
        AnnealedMixture().fit(X * 1j)
    with pytest.raises(BadInput, match=r"got shape \(20,\)"):
        AnnealedMixture().fit(da.from_array(X[:, 0]))
    with pytest.raises(BadInput, match="compute_chunk_sizes"):
        lazy = da.from_array(X)
        AnnealedMixture().fit(lazy[lazy[:, 0] > 0])
    for weights, told in (
        (np.zeros(20), "a sum of 0.0"),
        (np.full(20, math.nan), "a sum of nan"),
        (np.r_[-0.5, np.ones(19)], "those below 0 -0.5"),
        (np.ones(19), r"20 samples, got shape \(19,\)"),
    ):
        with pytest.raises(BadInput, match=told):
            AnnealedMixture().fit(da.from_array(X), sample_weight=da.from_array(weights))
    with pytest.raises(ValueError, match="non-zero|sum to 0"):
        AnnealedMixture().fit(X, sample_weight=np.zeros(20))
    with pytest.raises(ValueError, match="Negative"):
        AnnealedMixture().fit(X, sample_weight=-np.ones(20))


def test_numbers_of_numpy_are_numbers():
    fit = AnnealedMixture(np.int64(1), max_iter=np.int64(1), tol=np.float32(0.5), nu=3).fit(X)
    assert fit.n_components_ == 1 and fit.n_iter_ >= 1


def test_whole_numbers_in_dask_are_numbers():
    whole = X.round().astype(int)
    for x in (whole, whole > 1):
        fit = AnnealedMixture(2, scale="fixed", stop=0.1).fit(da.from_array(x))
        assert np.allclose(
            fit.means_, AnnealedMixture(2, scale="fixed", stop=0.1).fit(x.astype(float)).means_
        )


def test_arrays_that_are_no_table(xp):
    for shape in ((20,), (0, 2), (3, 0), (2, 2, 2)):
        with pytest.raises(ValueError, match="shape|feature|sample|dim"):
            AnnealedMixture().fit(xp.zeros(shape))


def test_weights_count_in_fit_predict():
    x, w = blobs(), np.r_[np.ones(120), np.zeros(120)]
    fit = AnnealedMixture(2).fit(x, sample_weight=w)
    found = AnnealedMixture(2).fit_predict(x, sample_weight=w)
    assert np.array_equal(found, fit.predict(x))
    assert not np.array_equal(found, AnnealedMixture(2).fit_predict(x))


def test_too_few_iterations_are_told():
    told = "EM did not settle within max_iter=1 iterations at the last temperature, 1.*: allow more, or"
    with pytest.warns(ConvergenceWarning, match=told):
        assert not AnnealedMixture(4, max_iter=1).fit(blobs()).converged_


def test_progress_is_shown_when_wanted(capsys):
    AnnealedMixture(4).fit(blobs())
    assert capsys.readouterr().err == ""
    AnnealedMixture(4, verbose=True).fit(blobs())
    told = capsys.readouterr().err
    assert "tau=" in told and "4 components" in told


def test_the_plot():
    fit = AnnealedMixture(4).fit(blobs())
    ax = fit.plot()
    assert [one.get_ylabel() for one in ax] == ["mean free energy", "effective components"]
    for one, name in zip(ax, ("free_energy", "effective"), strict=True):
        assert one.get_xlabel() == "temperature" and one.xaxis_inverted() and one.get_xscale() == "log"
        rows = [(row.tau, getattr(row, name)) for row in fit.history_]
        assert one.lines[0].get_xydata().tolist() == [list(row) for row in rows]
    given = pyplot.subplots(1, 2)[1]
    assert fit.plot(given) is given and all(len(one.lines) == 1 for one in given)
    pyplot.close("all")
