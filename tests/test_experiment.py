"""Measured against predicted: right predictions are within the interval, wrong ones are refused."""

import math

import numpy as np
import pytest
import sympy as sp

from iem import BadInput, Experiment, Refuted, Undecided


def die(prediction=3.5, measure=lambda g: g.integers(1, 7), **changes):
    given = {"replications": 400, "precision": 0.3, "rng": 1} | changes
    return Experiment("mean of a die", measure, prediction, **given)


def coin(prediction=0.5, **changes):
    return die(
        prediction, lambda g: bool(g.random() < 0.5), interval="wilson", **{"precision": 0.1} | changes
    )


@pytest.mark.parametrize("interval", ["t", "bootstrap"])
def test_a_mean(interval):
    mean = die(interval=interval)
    assert mean.status == "measured"
    assert mean.low < mean.mean < mean.high
    assert mean.low < 3.5 < mean.high
    assert mean.seconds > 0
    assert f"({interval})" in mean.method
    assert "400 replications, 0.99 interval" in mean.method
    assert str(mean).startswith("mean of a die: measured 3.")


def test_the_interval_is_the_students_one():
    mean = die()
    half = 2.5882 * mean.samples.std(ddof=1) / 20  # the 99.5 percent point of t with 399 degrees of freedom
    assert math.isclose((mean.high - mean.low) / 2, half, rel_tol=1e-4)


def test_a_rate():
    rate = coin()
    n, k, z = 400, int(rate.samples.sum()), 2.5758293
    middle, half = (k + z * z / 2) / (n + z * z), z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    assert math.isclose(rate.low, middle - half, rel_tol=1e-6)
    assert math.isclose(rate.high, middle + half, rel_tol=1e-6)


def test_a_rate_that_is_always_one():
    sure = die((0.9, 1.0), lambda g: True, interval="wilson")
    assert (sure.mean, sure.high) == (1.0, 1.0)
    assert 0.9 < sure.low < 1


def test_a_seed_repeats_the_run():
    assert np.array_equal(die().samples, die().samples)
    assert not np.array_equal(die().samples, die(rng=2).samples)
    more = die(replications=500)
    assert np.array_equal(more.samples[:400], die().samples)


def test_replications_are_independent():
    assert len(set(die(0.5, lambda g: g.random()).samples)) == 400


def test_a_symbolic_prediction():
    shown = die(sp.Rational(7, 2))._repr_html_()
    assert r"\(\frac{7}{2}\)" in shown
    assert "seed 1" in shown


def test_neither_text_nor_page_tells_the_time():
    mean = die()
    object.__setattr__(mean, "seconds", 123.456)
    assert "123" not in str(mean) + mean.method + mean.statement + mean._repr_html_()


@pytest.mark.parametrize("wrong", [3, 4, (4.2, math.inf), (-math.inf, 3), (0, 1)])
def test_a_wrong_prediction_is_refuted(wrong):
    with pytest.raises(Refuted, match="mean of a die: measured"):
        die(wrong)
    with pytest.raises(Refuted, match="predicted"):
        die().twin(wrong).build()


def test_a_twin_measures_nothing_anew():
    calls = []
    mean = die(measure=lambda g: calls.append(1) or g.integers(1, 7))
    with pytest.raises(Refuted):
        mean.twin(5).build()
    assert len(calls) == 400
    assert mean.prediction == 3.5
    assert mean.twin(3.5).build() is not mean
    assert mean.twin(5).part is mean


def test_a_wide_interval_is_worth_nothing():
    with pytest.raises(Undecided, match="too wide to tell, a half width of 0.01"):
        die(precision=0.01)


def test_a_range_must_hold_the_whole_interval():
    assert die((3, 4)).status == "measured"
    assert die((3, math.inf)).status == "measured"
    with pytest.raises(Undecided, match="not within it"):
        die((3.5, math.inf))


def test_without_any_error_nothing_is_measured():
    with pytest.raises(Undecided, match="all replications gave"):
        die(1, lambda g: 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"rng": np.random.default_rng(1)},
        {"rng": None},
        {"rng": -1},
        {"replications": 7},
        {"precision": 0},
        {"precision": math.inf},
        {"level": 1.0},
        {"interval": "normal"},
        {"interval": "wilson"},
        {"prediction": "three"},
        {"prediction": (4, 3)},
        {"prediction": (-math.inf, math.inf)},
        {"prediction": math.nan},
        {"measure": lambda g: math.nan},
        {"measure": lambda g: (1, 2)},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_bad_input(changes):
    with pytest.raises(BadInput):
        die(**changes)
