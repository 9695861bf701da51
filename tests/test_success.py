"""The stored success rates: well formed, what N4 says of them, and a small part measured again."""

import json
import sys
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.mixture import GaussianMixture

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))

import success
from problems import PROBLEMS, grid

AGAIN = 3  # seeds that are measured again


@pytest.fixture(scope="module")
def stored():
    return json.loads(success.STORED.read_text("utf-8"))


def faults(stored):
    """What is wrong with stored rates: all parts, and each interval that of its successes."""
    found = [f"no {p}" for p in PROBLEMS if p not in stored["problems"]]
    for problem, rows in stored["problems"].items():
        found += [f"{problem}: {m}?" for m in set(success.METHODS) ^ set(rows["methods"])]
        if len(rows["best"]) != stored["seeds"]:
            found.append(f"{problem}: {len(rows['best'])} data sets")
        for method, row in rows["methods"].items():
            reached = row["reached"]
            rate = binomtest(reached.count("1"), len(reached)).proportion_ci(0.95, method="wilson")
            if len(reached) != stored["seeds"] or reached.count("1") != row["successes"]:
                found.append(f"{problem}, {method}: {row['successes']} of {reached}")
            if not np.allclose((row["low"], row["high"]), (rate.low, rate.high), atol=6e-5):
                found.append(f"{problem}, {method}: {row['low']} to {row['high']}")
            if not (row["seconds"] > 0 and row["iterations"] >= 1 and row["ratio"] > 0):
                found.append(f"{problem}, {method}: no time")
            if (row["worst"] > 0) != (row["successes"] < stored["seeds"]):
                found.append(f"{problem}, {method}: at worst {row['worst']} below")
    return found


def test_the_stored_rates_are_well_formed(stored):
    assert stored["command"] == "make success"
    assert (stored["seeds"], stored["near"]) == (30, success.NEAR)
    assert faults(stored) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows["methods"].pop("annealing"),
        lambda rows: rows["best"].pop(),
        lambda rows: rows["methods"]["annealing"].update(reached="0" * 30),
        lambda rows: rows["methods"]["annealing"].update(successes=29),
        lambda rows: rows["methods"]["annealing"].update(low=0.5),
        lambda rows: rows["methods"]["annealing"].update(worst=0.1),
    ],
)
def test_a_wrong_entry_is_found(stored, change):
    wrong = deepcopy(stored)
    change(wrong["problems"]["grid4"])
    assert faults(wrong)


@pytest.mark.parametrize("problem", ["line", "grid3"])
def test_a_part_is_measured_again(stored, problem):
    rows = stored["problems"][problem]
    for seed in range(AGAIN):
        again = success.one(problem, seed, extra=False)
        assert again["shape"] == rows["shape"]
        for method, below in again["below"].items():
            reached = again["best"] - below > rows["best"][seed] - success.NEAR - 1e-4
            assert reached == (rows["methods"][method]["reached"][seed] == "1"), (method, seed, below)


@pytest.mark.parametrize("problem", ["grid4", "unbalanced"])
@pytest.mark.parametrize("method", ["annealing", "annealing, fast"])
def test_annealing_reaches_the_best_known_optimum(stored, problem, method):
    rows = stored["problems"][problem]
    assert rows["methods"][method]["successes"] == 30
    for seed in range(AGAIN):
        again = success.one(problem, seed, (method,), extra=False)
        assert again["best"] == pytest.approx(rows["best"][seed], abs=success.NEAR)


def test_one_start_at_random_does_not(stored):
    for problem in ("grid4", "unbalanced"):
        assert stored["problems"][problem]["methods"]["random, 1 start"]["high"] < 0.5
    seed = stored["problems"]["grid4"]["methods"]["random, 1 start"]["reached"].index("0")
    again = success.one("grid4", seed, ("random, 1 start",), extra=False)
    assert again["best"] < stored["problems"]["grid4"]["best"][seed] - success.FAR


def test_rest_is_where_the_library_rests():
    x, K = grid(3)(np.random.default_rng(0))
    found = success.started(x, K, 0, "k-means")
    m = GaussianMixture(
        K,
        covariance_type="tied",
        weights_init=found.weights,
        means_init=found.means,
        precisions_init=np.linalg.inv(found.covariance),
        reg_covar=0.0,
        tol=1e-10,
        max_iter=5000,
    ).fit(x)
    assert success.at_rest(x, found) == pytest.approx(m.score(x), abs=1e-6)
    assert success.at_rest(x, found) >= found.value


def test_the_time_to_reach_the_optimum():
    assert success.within(2.0, 1.0) == 2.0
    assert success.within(2.0, 0.0) is None
    assert success.within(1.0, 0.95) == pytest.approx(1.0)
    assert success.within(1.0, 0.5) == pytest.approx(np.log(0.05) / np.log(0.5))
    with pytest.raises(AssertionError):  # it waits for ten of the others
        assert success.within(1.0, 0.1) < 10


@pytest.mark.parametrize("problem", PROBLEMS)
def test_data_follow_their_seed(problem):
    one, two, other = (PROBLEMS[problem](np.random.default_rng(s))[0] for s in (0, 0, 1))
    assert (one == two).all() and (one != other).all()
    assert np.isfinite(one).all()
