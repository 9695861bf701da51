"""The calibration error: against its definition, scikit-learn's curve, and cases known by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot
from sklearn.calibration import calibration_curve
from test_bad_input import refused

from iem.calibration import calibration_error, reliability

PAIR = [[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]]


def by_definition(p, y, bins):
    """The l1 error over bins of equal width, sample by sample."""
    total, p = 0.0, np.asarray(p)
    for b in range(bins):
        inside = [n for n, row in enumerate(p)
                  if b / bins < max(row) <= (b + 1) / bins or (b == 0 and max(row) == 0)]  # fmt: skip
        if inside:
            right = np.mean([np.argmax(p[n]) == y[n] for n in inside])
            total += len(inside) / len(p) * abs(right - np.mean([max(p[n]) for n in inside]))
    return total


@st.composite
def classified(draw):
    """Probabilities on a grid that no bin edge meets by rounding, and labels."""
    samples, classes = draw(st.integers(1, 30)), draw(st.integers(1, 4))
    rows = [[draw(st.integers(1, 97)) for _ in range(classes)] for _ in range(samples)]
    p = np.array([np.array(row) / sum(row) for row in rows])
    return p, np.array([draw(st.integers(0, classes - 1)) for _ in range(samples)])


@given(classified(), st.sampled_from([1, 2, 4, 8, 16]))
def test_the_error_is_that_of_the_definition(data, bins):
    p, y = data
    found = calibration_error(p, y, bins=bins)
    assert found.value == pytest.approx(by_definition(p, y, bins), abs=1e-12)
    assert found.counts.sum() == len(y)
    assert len(found.edges) == len(found.counts) + 1 == bins + 1


@given(classified(), st.sampled_from(["equal-width", "equal-mass"]), st.integers(1, 20))
def test_norms_are_in_order_and_within_one(data, kind, bins):
    l1, l2, largest = (
        calibration_error(*data, kind=kind, bins=bins, norm=norm).value for norm in ("l1", "l2", "max")
    )
    assert 0 <= l1 <= l2 + 1e-15 and l2 <= largest + 1e-15 and largest <= 1


@given(classified(), st.sampled_from(["uniform", "quantile"]))
def test_the_bins_are_those_of_scikit_learn(data, strategy):
    p, y = data
    kind = {"uniform": "equal-width", "quantile": "equal-mass"}[strategy]
    found = calibration_error(p, y, bins=8, kind=kind)
    right = p.argmax(-1) == y
    accuracy, confidence = calibration_curve(right, p.max(-1), n_bins=8, strategy=strategy, pos_label=True)
    full = found.counts > 0
    if strategy == "uniform":
        assert found.accuracy[full] == pytest.approx(accuracy)
        assert found.confidence[full] == pytest.approx(confidence)
    else:  # there, edges that coincide make empty bins
        assert np.sum(found.counts[full] * found.accuracy[full]) == pytest.approx(right.sum())
        if len(np.unique(p.max(-1))) == len(y) >= 9:
            assert found.accuracy[full] == pytest.approx(accuracy)


def test_cases_by_hand():
    assert calibration_error(PAIR, [0, 1, 1]).value == pytest.approx((2 * 0.4 + 0.4) / 3)
    assert calibration_error(PAIR, [0, 1, 1], norm="max").value == pytest.approx(0.4)
    assert calibration_error(PAIR, [0, 0, 1], bins=1).value == pytest.approx(1 - 0.8)
    assert calibration_error([[1.0, 0.0]] * 4, [0] * 4).value == 0
    assert calibration_error([[1.0, 0.0]] * 4, [1] * 4).value == 1
    tie = calibration_error([[0.5, 0.5]], [0])
    assert tie.value == 0.5 and tie.counts.sum() == 1


def test_an_honest_classifier_has_a_small_error_and_a_sharpened_one_a_large_one():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(3), size=40000)
    y = (p.cumsum(-1) > rng.random((40000, 1))).argmax(-1)
    assert calibration_error(p, y).value < 0.02
    sharp = p**3 / (p**3).sum(-1, keepdims=True)
    assert calibration_error(sharp, y).value > 0.1


def test_equal_mass_shares_the_samples():
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.ones(3), size=1000)
    counts = calibration_error(p, np.zeros(1000, int), kind="equal-mass", bins=10).counts
    assert counts.min() >= 99 and counts.max() <= 101


def test_empty_bins_have_no_means():
    found = calibration_error(PAIR, [0, 1, 1], bins=10)
    assert np.isnan(found.accuracy[found.counts == 0]).all()
    assert str(found) == "calibration error 0.4 (l1, 10 bins of equal-width, 3 samples)"


def test_any_library_axis_and_type(xp, dtype):
    p = xp.asarray(PAIR, dtype=getattr(xp, dtype))
    found = calibration_error(p, xp.asarray([0, 1, 1]))
    assert found.value == pytest.approx(0.4)
    assert calibration_error(xp.permute_dims(p, (1, 0)), [0, 1, 1], axis=0).value == found.value


def test_the_diagram_shows_the_bins():
    ax = reliability(PAIR, [0, 1, 1], bins=10, color="#123456")
    found = calibration_error(PAIR, [0, 1, 1], bins=10)
    full = found.counts > 0
    diagonal, curve = ax.lines
    assert np.allclose(diagonal.get_xdata(), diagonal.get_ydata())
    assert np.allclose(curve.get_xdata(), found.confidence[full])
    assert np.allclose(curve.get_ydata(), found.accuracy[full])
    assert curve.get_color() == "#123456"
    again = reliability(PAIR, [0, 1, 1], ax=ax)
    assert again is ax and len(ax.lines) == 4
    pyplot.close("all")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"probabilities": [[0.9, 0.2]] * 3}, ("sum to 1", "sample 0", "1.1")),
        ({"probabilities": [[1.1, -0.1]] * 3}, ("from 0 to 1", "-0.1")),
        ({"probabilities": [[math.nan, 1.0]] * 3}, ("from 0 to 1", "nan")),
        ({"probabilities": [0.5, 0.5]}, ("one label",)),
        ({"probabilities": "sure"}, ("probabilities", "'sure'")),
        ({"labels": [0, 1]}, ("one label for each sample", "(2,)")),
        ({"labels": [0, 1, 2]}, ("integer from 0 to 1", "2")),
        ({"labels": [0, 1, 0.5]}, ("integer", "0.5")),
        ({"bins": 0}, ("whole number from 1", "0")),
        ({"bins": 2.5}, ("whole number", "2.5")),
        ({"bins": True}, ("whole number", "True")),
        ({"kind": "equal-weight"}, ("'equal-weight'", "equal-width")),
        ({"norm": "l3"}, ("'l3'", "l1")),
        ({"axis": 5}, ("axis 5",)),
    ],
)
def test_bad_input_is_named(change, words):
    given = {"probabilities": PAIR, "labels": [0, 1, 1]} | change
    refused(lambda: calibration_error(given.pop("probabilities"), given.pop("labels"), **given), *words)
