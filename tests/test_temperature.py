"""A learned temperature: every kind of optimum, against brute force, fifty digits and scikit-learn."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.frozen import FrozenEstimator
from test_bad_input import refused

from iem import log_responsibilities
from iem.temperature import fit_temperature

INF, NAN = math.inf, math.nan
RIGHT, WRONG = [0.0, 1.0], [1.0, 0.0]
THREE = [RIGHT, RIGHT, WRONG]  # all labels 0: tau = 1/log 2
TILTED = -1 / math.log((math.sqrt(649) - 1) / 36)  # the same with prior (9, 1)


def loss(d, y, beta, prior=None, weights=None):
    """The mean loss with fifty digits, from the definition."""
    weights = [1] * len(d) if weights is None else weights
    with mpmath.workdps(50):
        terms = []
        for row, label, weight in zip(d, y, weights, strict=True):
            shares = [1] * len(row) if prior is None else prior
            parts = [mpmath.mpf(float(p)) * (mpmath.exp(-beta * mpmath.mpf(float(e))) if e < INF else 0)
                     for p, e in zip(shares, row, strict=True)]  # fmt: skip
            terms.append(-mpmath.log(parts[label] / sum(parts)) * float(weight))
        return sum(terms) / sum(map(float, weights))


def slope(d, y, beta, prior=None, weights=None):
    """Its derivative in beta with eighty digits: the label's energy less the posterior mean."""
    weights = [1] * len(d) if weights is None else weights
    with mpmath.workdps(80):
        terms = []
        for row, label, weight in zip(d, y, weights, strict=True):
            shares = [1] * len(row) if prior is None else prior
            open_ = [(mpmath.mpf(float(e)), mpmath.mpf(float(p)))
                     for e, p in zip(row, shares, strict=True) if e < INF]  # fmt: skip
            parts = [(e, p * mpmath.exp(-mpmath.mpf(beta) * e)) for e, p in open_]
            mean = sum(e * w for e, w in parts) / sum(w for _, w in parts)
            terms.append((mpmath.mpf(float(row[label])) - mean) * float(weight))
        return sum(terms) / sum(map(float, weights))


STATES = [  # energies, labels, options, state, tau
    (THREE, [0, 0, 0], {}, "finite", 1 / math.log(2)),
    ([RIGHT], [0], {}, "separable", 0.0),
    ([[0.0, 0.0], RIGHT], [1, 0], {}, "separable", 0.0),  # a tie counts as right
    ([[0.0, 0.0, 1.0]], [1], {}, "separable", 0.0),
    ([WRONG, WRONG, RIGHT], [0, 0, 0], {}, "anti-informative", INF),
    ([WRONG, RIGHT], [0, 0], {}, "uninformative", INF),
    ([[3.0, 3.0], [1.0, 1.0]], [0, 1], {}, "constant", NAN),
    ([[5.0]], [0], {}, "constant", NAN),
    # the prior decides whether energies are informative, not what is misclassified
    ([WRONG, RIGHT], [0, 0], {"prior": [1, 3]}, "uninformative", INF),
    ([WRONG, RIGHT], [0, 1], {"prior": [1, 3]}, "anti-informative", INF),
    (
        [WRONG, RIGHT, RIGHT],
        [0, 0, 0],
        {"prior": [9, 1]},
        "finite",
        -1 / math.log((math.sqrt(649) - 1) / 36),
    ),
    ([RIGHT], [0], {"prior": [1, 9]}, "separable", 0.0),
    # weights
    ([WRONG, RIGHT], [0, 0], {"sample_weight": [1, 2]}, "finite", 1 / math.log(2)),
    ([WRONG, RIGHT], [0, 0], {"sample_weight": [0, 2]}, "separable", 0.0),
    ([WRONG, RIGHT], [0, 0], {"sample_weight": [3, 2]}, "anti-informative", INF),
    ([RIGHT, [2.0, 2.0]], [0, 0], {"sample_weight": [0, 1]}, "constant", NAN),
    # masked classes take no part
    ([[*row, INF] for row in THREE], [0, 0, 0], {}, "finite", 1 / math.log(2)),
    ([[0.0, INF], [4.0, INF]], [0, 0], {}, "constant", NAN),
    ([[0.0, INF, 1.0]], [0], {}, "separable", 0.0),
    ([[INF, *row] for row in THREE], [1, 1, 1], {"prior": [5, 2, 2]}, "finite", 1 / math.log(2)),
    # floors and priors on tau
    (THREE, [0, 0, 0], {"floor": 0.5}, "finite", 1 / math.log(2)),
    (THREE, [0, 0, 0], {"floor": 5}, "floor", 5.0),
    ([RIGHT], [0], {"floor": 0.5}, "floor", 0.5),
    ([RIGHT], [0], {"floor": 0.5, "log_normal": (-9, 0.1)}, "floor", 0.5),
    ([WRONG], [0], {"floor": 0.5}, "anti-informative", INF),
    ([[1.0, 1.0]], [0], {"floor": 0.5}, "constant", NAN),
    ([[1.0, 1.0]], [0], {"log_normal": (1, 2)}, "finite", math.e),
]


@pytest.mark.parametrize(("d", "y", "options", "state", "tau"), STATES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_kind_of_optimum(d, y, options, state, tau, dtype):
    fit = fit_temperature(np.asarray(d, dtype), y, **options)
    assert fit.state == state
    assert fit.tau == pytest.approx(tau, rel=1e-14, nan_ok=True)
    assert isinstance(fit.tau, float)
    assert state in str(fit) and fit.explanation in str(fit)
    if state not in ("constant",):
        assert fit.beta == (0 if tau == INF else INF if tau == 0 else pytest.approx(1 / tau, rel=1e-14))


@pytest.mark.parametrize(("d", "y", "options", "state", "tau"), STATES)
def test_the_loss_there_is_the_limit(d, y, options, state, tau):
    fit = fit_temperature(d, y, **options)
    given = {"prior": options.get("prior"), "weights": options.get("sample_weight")}
    beta = {"separable": 200, "constant": 3}.get(fit.state, 1e-30 if tau == INF else fit.beta)
    assert fit.nll == pytest.approx(float(loss(d, y, beta, **given)), abs=1e-14)


@pytest.mark.parametrize("count", [2, 3, 7, 1000])
def test_ties_in_the_cold_limit_cost_their_number(count):
    fit = fit_temperature(np.zeros((1, count)) + ([0] * (count - 1) + [1]), [0])
    assert fit.state == "separable"
    assert fit.nll == pytest.approx(math.log(count - 1))


# What floats cannot decide is decided.

HAIR = math.ulp(0.3)


@pytest.mark.parametrize(
    ("gaps", "state"),
    [
        ([0.1, 0.2, -0.3], "finite"),  # as floats the sum of these is a little above 0
        ([0.1, 0.2, -0.3 - HAIR], "anti-informative"),
        ([1.0, 2.0, -3.0], "uninformative"),
        ([1e16, 1.0, -1e16], "finite"),
        ([1e16, -1.0, -1e16], "anti-informative"),
        ([1e300, 1e-300, -1e300], "finite"),
    ],
)
def test_the_slope_at_zero_has_its_true_sign(gaps, state):
    fit = fit_temperature([[0.0, gap] for gap in gaps], [0] * len(gaps))
    assert fit.state == state
    if state == "finite" and fit.beta > 0:
        d, y = [[0.0, gap] for gap in gaps], [0] * len(gaps)
        assert slope(d, y, fit.beta * (1 - 1e-6)) < 0 < slope(d, y, fit.beta * (1 + 1e-6))


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e-3, 1.0, 1e10, 1e200, 1e307])
def test_huge_and_tiny_energies(scale):
    d = np.array([*THREE, [1.0, 3.0]]) * scale
    base = fit_temperature(np.array([*THREE, [1.0, 3.0]]), [0] * 4)
    fit = fit_temperature(d, [0] * 4)
    assert fit.state == "finite"
    assert fit.tau == pytest.approx(base.tau * scale, rel=1e-3 if scale < 1e-310 else 1e-13)
    assert fit.nll == pytest.approx(base.nll, rel=1e-3 if scale < 1e-310 else 1e-13)


def test_differences_beyond_the_floats():
    fit = fit_temperature([[-1e308, 1e308], [-1e308, 1e308], [1e308, -1e308]], [0, 0, 0])
    assert fit.state == "finite"
    assert fit.beta == pytest.approx(math.log(2) / 2 / 1e308)
    assert fit.tau == INF and "exceeds the range" in str(fit)


def test_nearly_separable_and_nearly_uninformative():
    near = fit_temperature([RIGHT] * 5 + [[1e-9, 0.0]], [0] * 6)
    far = fit_temperature([[0.0, 1 + 1e-9], WRONG], [0, 0])
    for fit, d in ((near, [RIGHT] * 5 + [[1e-9, 0.0]]), (far, [[0.0, 1 + 1e-9], WRONG])):
        y = [0] * len(d)
        assert fit.state == "finite"
        assert slope(d, y, fit.beta * (1 - 1e-9)) < 0 < slope(d, y, fit.beta * (1 + 1e-9))


# Laws for all inputs.

NUMBERS = st.floats(-50, 50, width=32).map(lambda x: round(x, 2))


@st.composite
def problems(draw, masks=True):
    """Energies with ties and masks, labels that are not masked, a prior and weights."""
    samples, classes = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    d = draw(hnp.arrays(float, (samples, classes), elements=NUMBERS))
    y = draw(hnp.arrays(int, samples, elements=st.integers(0, classes - 1)))
    if masks:
        masked = draw(hnp.arrays(bool, d.shape))
        masked[np.arange(samples), y] = False
        d = np.where(masked, INF, d)
    prior = draw(st.none() | hnp.arrays(float, classes, elements=st.integers(1, 9).map(float)))
    weights = draw(st.none() | hnp.arrays(float, samples, elements=st.integers(0, 4).map(float)))
    assume(weights is None or weights.sum() > 0)
    return d, y, prior, weights


def by_definition(d, y, prior, weights):
    """The kind of optimum, from the signs of the slopes at both ends with fifty digits."""
    shares = np.ones(d.shape[1]) if prior is None else prior
    w = np.ones(len(d)) if weights is None else weights
    with mpmath.workdps(50):
        start = end = mpmath.mpf(0)
        moving = False
        for row, label, weight in zip(d, y, w, strict=True):
            open_ = [(mpmath.mpf(float(p)), mpmath.mpf(float(e)))
                     for p, e in zip(shares, row, strict=True) if e < INF]  # fmt: skip
            mean = sum(p * e for p, e in open_) / sum(p for p, _ in open_)
            low = min(e for _, e in open_)
            start += float(weight) * (mpmath.mpf(float(row[label])) - mean)
            end += float(weight) * (mpmath.mpf(float(row[label])) - low)
            moving = moving or (weight > 0 and any(e != low for _, e in open_))
        if not moving:
            return "constant"
        if abs(start) < mpmath.mpf("1e-40"):
            return "uninformative"
        return "anti-informative" if start > 0 else "separable" if end == 0 else "finite"


@given(problems())
def test_the_state_is_that_of_the_definition(problem):
    d, y, prior, weights = problem
    fit = fit_temperature(d, y, prior=prior, sample_weight=weights)
    assert fit.state == fit.alone == by_definition(*problem)
    if fit.state == "finite":
        for factor, sign in ((0.999999, -1), (1.000001, 1)):
            assert slope(d, y, fit.beta * factor, prior=prior, weights=weights) * sign > 0


@given(problems())
def test_no_other_temperature_is_better(problem):
    d, y, prior, weights = problem
    fit = fit_temperature(d, y, prior=prior, sample_weight=weights)
    w = np.ones(len(y)) if weights is None else weights
    for tau in np.geomspace(1e-3, 1e4, 30):
        logs = log_responsibilities(d, tau, prior=prior)[np.arange(len(y)), y]
        kept = w > 0
        assert fit.nll <= -(w[kept] @ logs[kept]) / w.sum() + 1e-9 * (1 + abs(fit.nll))


@given(problems(), st.floats(0.01, 100), st.integers(-20, 20))
def test_shifts_drop_out_and_scales_are_the_temperature(problem, alpha, shift):
    d, y, prior, weights = problem
    d, shift = np.round(d * 64) / 64, shift + np.arange(len(y))[:, None]  # sums without rounding
    power = 2.0 ** round(math.log2(alpha))
    one = fit_temperature(d, y, prior=prior, sample_weight=weights)
    two = fit_temperature((d + shift) * power, y, prior=prior, sample_weight=weights)
    assert one.state == two.state
    assert two.tau == pytest.approx(one.tau * power, rel=1e-9, nan_ok=True)
    assert two.nll == pytest.approx(one.nll, rel=1e-9, abs=1e-12)


@given(problems(masks=False), st.randoms())
def test_a_weight_is_a_number_of_copies(problem, random):
    d, y, prior, _ = problem
    counts = [random.randint(1, 3) for _ in y]
    one = fit_temperature(d, y, prior=prior, sample_weight=counts)
    two = fit_temperature(np.repeat(d, counts, 0), np.repeat(y, counts), prior=prior)
    assert one.state == two.state
    assert one.tau == pytest.approx(two.tau, rel=1e-9, nan_ok=True)


@given(problems())
def test_the_curvature_is_the_mean_variance(problem):
    d, y, prior, weights = problem
    fit = fit_temperature(d, y, prior=prior, sample_weight=weights)
    if fit.state != "finite":
        return
    with mpmath.workdps(50):
        step = mpmath.mpf(fit.beta) / 10**12
        ends = [slope(d, y, fit.beta + s, prior=prior, weights=weights) for s in (-step, step)]
        second = float((ends[1] - ends[0]) / (2 * step))
    assert fit.curvature == pytest.approx(second, rel=1e-6, abs=1e-300)


def test_axes_and_shapes():
    d = np.random.default_rng(0).normal(size=(4, 3, 5))
    y = np.random.default_rng(1).integers(3, size=(4, 5))
    taus = {
        fit_temperature(d, y, axis=1).tau,
        fit_temperature(d, y, axis=-2).tau,
        fit_temperature(np.moveaxis(d, 1, 2), y).tau,
        fit_temperature(np.moveaxis(d, 1, 2).reshape(-1, 3), y.reshape(-1)).tau,
    }
    assert len(taus) == 1
    assert (
        fit_temperature(d, y, axis=1, prior=[1, 2, 3]).tau
        == fit_temperature(np.moveaxis(d, 1, 2), y, prior=[1, 2, 3]).tau
    )


def test_any_library(xp):
    fit = fit_temperature(xp.asarray(THREE), xp.asarray([0, 0, 0]), prior=xp.asarray([1.0, 1.0]))
    assert fit == fit_temperature(THREE, [0, 0, 0])


def test_one_sample_without_a_batch():
    assert fit_temperature(RIGHT, 0).state == "separable"


# A prior on log tau: not convex, and its best optimum is found.


def objective(d, y, u, centre, spread):
    """What is minimised, at each log tau in u."""
    gaps = np.array([row[1 - label] - row[label] for row, label in zip(d, y, strict=True)])
    data = np.logaddexp(0, -gaps * np.exp(-u)[:, None]).sum(-1)
    return data + (u - centre) ** 2 / (2 * spread**2)


@given(
    st.lists(st.floats(-3, 3).map(lambda x: round(x, 1)), min_size=1, max_size=6),
    st.sampled_from([1, 10, 100]),
    st.floats(-3, 8),
    st.sampled_from([0.2, 0.7, 2.0]),
)
def test_the_best_optimum_under_a_prior(gaps, copies, centre, spread):
    d = np.repeat([[0.0, gap] for gap in gaps], copies, 0)
    y = np.zeros(len(d), int)
    fit = fit_temperature(d, y, log_normal=(centre, spread))
    assert fit.state == "finite" and 0 < fit.tau < INF
    # x e^-x <= 1/e bounds how far the labels can push
    grid = np.linspace(min(centre, -5) - 3, max(centre, 5) + 3, 4001)
    found = objective(d, y, np.array([math.log(fit.tau)]), centre, spread)[0]
    assert found <= objective(d, y, grid, centre, spread).min() * (1 + 1e-9) + 1e-12
    near = math.log(fit.tau) + np.array([-1e-4, 0, 1e-4])
    assert objective(d, y, near, centre, spread).argmin() == 1


def test_the_best_of_many_optima():
    """Gaps of many sizes and weights: several local optima, the lowest of which a fine grid finds."""
    several = 0
    grid = np.linspace(-14, 14, 3001)
    rng = np.random.default_rng(0)
    for _ in range(150):
        sizes = 10.0 ** rng.integers(-4, 4, size=rng.integers(1, 4))
        counts = 10.0 ** rng.integers(0, 4, size=len(sizes))
        gaps = np.concatenate([sizes, -sizes])
        weights = np.concatenate([counts, counts * rng.choice([0, 0.01, 0.1, 0.3], size=len(sizes))])
        centre, spread = rng.uniform(-8, 12), rng.choice([0.1, 0.3, 1.0, 3.0])

        def f(u, gaps=gaps, weights=weights, centre=centre, spread=spread):
            data = weights * np.logaddexp(0, -gaps * np.exp(-np.reshape(u, (-1, 1))))
            return data.sum(-1) + (u - centre) ** 2 / (2 * spread**2)

        tried = f(grid)
        several += ((tried[1:-1] < tried[:-2]) & (tried[1:-1] < tried[2:])).sum() > 1
        d = np.stack([0 * gaps, gaps], -1)
        fit = fit_temperature(d, 0 * gaps, sample_weight=weights, log_normal=(centre, spread))
        assert f(math.log(fit.tau))[0] <= tried.min() * (1 + 1e-9) + 1e-9
    assert several > 10


def test_two_optima_and_which_of_them_is_returned():
    d, y = np.array([RIGHT] * 60 + [WRONG] * 4), np.zeros(64, int)
    grid = np.linspace(-2, 8, 4001)
    for centre, expected in ((4.5, -0.51), (5.5, 5.44)):
        f = objective(d, y, grid, centre, 0.7)
        assert ((f[1:-1] < f[:-2]) & (f[1:-1] < f[2:])).sum() == 2
        tau = fit_temperature(d, y, log_normal=(centre, 0.7)).tau
        assert math.log(tau) == pytest.approx(expected, abs=0.01)


def test_a_prior_without_labels_to_speak_of_and_one_with_many():
    few = fit_temperature(np.zeros((5, 2)), [0] * 5, log_normal=(2, 1))
    assert few.tau == pytest.approx(math.exp(2)) and few.alone == "constant"
    many = fit_temperature(np.repeat(THREE, 10**5, 0), [0] * 300000, log_normal=(5, 1))
    assert many.tau == pytest.approx(1 / math.log(2), rel=1e-3)


def test_the_words_of_an_optimum():
    assert fit_temperature(THREE, [0, 0, 0]).explanation == "what is minimised is least there"
    held = fit_temperature([RIGHT], [0], log_normal=(0, 1))
    words = "the prior on tau holds it; by the labels alone it is separable"
    assert str(held) == f"tau = {held.tau:.6g}, finite: {words}"
    cool = fit_temperature(THREE, [0, 0, 0], log_normal=(-2, 1))
    assert 0 < cool.tau < 1 and cool.explanation == "what is minimised is least there"


@pytest.mark.parametrize(("centre", "tau"), [(-1000, 0.0), (-700, math.exp(-700)), (1000, INF)])
@pytest.mark.parametrize("d", [RIGHT, [3.0, 3.0]], ids=["separable", "constant"])
def test_a_prior_far_beyond_the_floats(d, centre, tau):
    fit = fit_temperature([d], [0], log_normal=(centre, 1))
    assert fit.state == "finite" and fit.tau == pytest.approx(tau, rel=1e-9)
    words = f"the prior on tau holds it; by the labels alone it is {fit.alone}"
    assert fit.explanation == words + "; it exceeds the range of floating-point numbers" * (tau in (0, INF))


def test_a_prior_against_the_labels():
    """The labels are wrong, and push from where the prior would have the temperature: hardly above 0."""
    fit = fit_temperature([RIGHT], [1], sample_weight=[8.0], log_normal=(-1000, 1))
    assert math.log(fit.tau) == pytest.approx(8 * fit.beta - 1000, rel=1e-9)


@pytest.mark.parametrize("scale", [1, 2**10, 2**-10])
def test_a_floor_under_a_prior_leaves_the_best_above_it(scale):
    d, y = scale * np.array([RIGHT] * 60 + [WRONG] * 4), np.zeros(64, int)
    grid = np.linspace(1, 8, 3001)
    above = grid[objective(d / scale, y, grid, 4.5, 0.7).argmin()]
    assert 2 < above < 8
    given = {"log_normal": (4.5 + math.log(scale), 0.7)}
    free = fit_temperature(d, y, **given)
    fit = fit_temperature(d, y, floor=scale * math.e, **given)
    assert math.log(free.tau / scale) < 0 and fit.state == "finite"
    assert math.log(fit.tau / scale) == pytest.approx(above, abs=0.01)


def test_a_floor_below_the_optimum_is_not_felt():
    fit, free = fit_temperature(THREE, [0, 0, 0], floor=1.0), fit_temperature(THREE, [0, 0, 0])
    assert fit == free and free.state == "finite" and free.iterations > 1


@pytest.mark.parametrize("spread", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("gap", [0.02, 0.3, 1.0, 5.0, -0.3, -1.0])
def test_the_slope_vanishes_at_the_optimum_under_a_prior(gap, spread):
    """With class weights 9 and 1 on the two classes, the label on the second, from the definition."""
    for centre in (-4.0, 0.0, 0.7, 2.0, 4.0):
        fit = fit_temperature([[gap, 0.0]], [1], prior=[9, 1], log_normal=(centre, spread))
        grid = np.linspace(centre - 40, centre + 40, 16001)
        f = np.logaddexp(0, math.log(9) - gap * np.exp(-grid)) + (grid - centre) ** 2 / (2 * spread**2)
        v = math.log(fit.tau)
        odds = 9 * math.exp(-gap * fit.beta)
        pull, push = (v - centre) / spread**2, gap * fit.beta * odds / (1 + odds)
        assert abs(pull + push) <= 1e-9 * (abs(pull) + abs(push)) + 1e-12
        assert math.log1p(odds) + (v - centre) ** 2 / (2 * spread**2) <= f.min() * (1 + 1e-9)


# Other programs.


def by_scikit_learn(model, x, y):
    """The inverse temperature of `CalibratedClassifierCV`, and the energies of the model."""
    pytest.importorskip("sklearn", minversion="1.8")
    fitted = CalibratedClassifierCV(FrozenEstimator(model), method="temperature").fit(x, y)
    (beta,) = (c.beta_ for one in fitted.calibrated_classifiers_ for c in one.calibrators)
    score = model.decision_function(x)
    return float(beta), -(score if score.ndim == 2 else np.stack([-score, score], -1))


@pytest.mark.parametrize("load", [load_digits, load_breast_cancer])
def test_scikit_learn_finds_the_same_temperature(load):
    x, y = load(return_X_y=True)
    train, known = np.array_split(np.random.default_rng(0).permutation(len(y)), 2)
    model = LinearDiscriminantAnalysis().fit(x[train], y[train])
    beta, d = by_scikit_learn(model, x[known], y[known])
    fit = fit_temperature(d, y[known])
    assert fit.state == "finite"
    assert fit.beta == pytest.approx(beta, rel=1e-6)


def test_where_a_bounded_search_returns_a_number():
    x, y = np.arange(-8.0, 9.0)[:, None], (np.arange(-8, 9) > 0).astype(int)
    beta, d = by_scikit_learn(LinearDiscriminantAnalysis().fit(x, y), x, y)  # separable
    assert 0 < beta < 1.01 * math.exp(10)  # where it stops, which the data do not say
    assert fit_temperature(d, y).beta == INF


# What is refused.


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": [0, 0, 2]}, ("integer from 0 to 1", "got 2")),
        ({"labels": [0, 0, -1]}, ("integer from 0 to 1", "got -1")),
        ({"labels": [0, 0, 0.5]}, ("integer", "0.5")),
        ({"labels": [0, 0, NAN]}, ("integer", "nan")),
        ({"labels": ["a", "b", "c"]}, ("labels", "'a'")),
        ({"labels": [0, 0]}, ("one label for each sample", "(3,)", "(2,)")),
        ({"labels": 0}, ("one label for each sample", "()")),
        ({"energies": [RIGHT, RIGHT, [NAN, 0.0]]}, ("above minus infinity", "nan")),
        ({"energies": [RIGHT, RIGHT, [-INF, 0.0]]}, ("above minus infinity", "-inf")),
        ({"energies": [RIGHT, RIGHT, [INF, 0.0]]}, ("finite energy", "sample 2", "class 0")),
        ({"energies": np.zeros((3, 0))}, ("empty", "(3, 0)")),
        ({"energies": np.zeros((0, 2)), "labels": np.zeros(0)}, ("at least one sample",)),
        ({"energies": "warm"}, ("energies", "'warm'")),
        ({"axis": 2}, ("axis 2", "(3, 2)")),
        ({"prior": [1, 0]}, ("positive",)),
        ({"prior": [1, 1, 1]}, ("prior", "(1, 3)")),
        ({"sample_weight": [1, 1]}, ("one weight for each sample", "(2,)")),
        ({"sample_weight": [1, 1, -1]}, ("not negative", "-1")),
        ({"sample_weight": [1, 1, NAN]}, ("finite", "nan")),
        ({"sample_weight": [1, 1, INF]}, ("finite", "inf")),
        ({"sample_weight": [0, 0, 0]}, ("positive", "0")),
        ({"sample_weight": [1e308] * 3}, ("finite sum", "inf")),
        ({"log_normal": 1}, ("log_normal", "got 1")),
        ({"log_normal": (0, 0)}, ("deviation > 0", "(0, 0)")),
        ({"log_normal": (0, -1)}, ("deviation > 0", "(0, -1)")),
        ({"log_normal": (NAN, 1)}, ("finite mean", "nan")),
        ({"floor": 0}, ("finite temperature > 0", "0")),
        ({"floor": -1}, ("finite temperature > 0", "-1")),
        ({"floor": INF}, ("finite temperature > 0", "inf")),
        ({"floor": [1]}, ("finite temperature > 0", "[1]")),
        ({"log_normal": (0, INF)}, ("deviation > 0", "(0, inf)")),
        ({"floor": "1"}, ("finite temperature > 0", "'1'")),
    ],
)
def test_bad_input_is_named(change, words):
    given = {"energies": THREE, "labels": [0, 0, 0]} | change
    refused(lambda: fit_temperature(given.pop("energies"), given.pop("labels"), **given), *words)


def test_a_masked_label_without_weight_is_no_matter():
    d = [*THREE, [INF, 0.0]]
    assert fit_temperature(d, [0] * 4, sample_weight=[1, 1, 1, 0]).state == "finite"
