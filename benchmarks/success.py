"""How often each way of fitting a mixture reaches the best known optimum: `make success`.

Seed s of a problem draws its data anew; all methods see the same data, and those with ten starts share
their first start with those with one. The objective is one for all: the mean log-likelihood of Gaussian
components that share one full covariance. The best known optimum of a data set is the best of all
methods and of a hundred more starts. What a method found is taken to rest by the same EM before it is
judged, so that basins are compared and not tolerances; its seconds are those of its own fit, in the time
of one core. The result is stored in chapters/data/success.json, which the chapter Annealing reads.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from math import inf, log, pi
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, NamedTuple

import numpy as np
from problems import PROBLEMS
from scipy.spatial.distance import cdist
from scipy.stats import binomtest
from sklearn.cluster import kmeans_plusplus
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from iem.annealing import AnnealedMixture
from iem.schedules import Geometric
from iem.storing import store

STORED = Path(__file__).parent.parent / "chapters" / "data" / "success.json"
SEEDS = 30
STARTS = 10
EXTRA = {"k-means++": 50, "k-means": 50}  # more starts, for the best known optimum
NEAR = 1e-4  # nats a sample: what is closer to the best known optimum has reached it
FAR = 0.02  # nats a sample: what starts as far below the best is not one of the best known
REST = 1e-6  # nats a sample that EM has still to gain, when it counts as at rest
TEN = "k-means++, 10 starts"
Array = Any


class Found(NamedTuple):
    """A mixture, the iterations and seconds it took; `value` before it is taken to rest."""

    weights: Array
    means: Array
    covariance: Array
    value: float
    iterations: int
    seconds: float


ANNEALED: dict[str, dict[str, Any]] = {
    "annealing": {},
    "annealing, fast": {"schedule": Geometric(0.4)},
    "equal masses": {"masses": "equal", "growth": "copies"},
    "free copies": {"growth": "copies"},
    "refitted scale": {"scale": "annealed", "growth": "copies", "start": 5.0},
}
STARTED = ("random", "k-means++", "k-means")
METHODS = (*ANNEALED, *(f"{kind}, {n} start{'s' * (n > 1)}" for kind in STARTED for n in (1, STARTS)))


def annealed(x: Array, K: int, seed: int, **options: Any) -> Found:
    """By annealing."""
    begin = process_time()
    m = AnnealedMixture(K, covariance_type="full", rng=seed, verbose=False, **options).fit(x)
    seconds = process_time() - begin
    return Found(m.weights_, m.means_, m.covariances_, m.lower_bound_, m.n_iter_, seconds)


def started(x: Array, K: int, seed: int, kind: str) -> Found:
    """By EM from one start: K samples at random or by k-means++, or k-means as scikit-learn has it.

    From samples, the first masses and covariance are those of the nearest samples.
    """
    begin = process_time()
    options: dict[str, Any] = {"covariance_type": "tied", "max_iter": 1000, "random_state": seed}
    if kind != "k-means":
        if kind == "random":
            means = x[np.random.default_rng(seed).choice(len(x), K, replace=False)]
        else:
            means, _ = kmeans_plusplus(x, K, random_state=seed)
        near = cdist(x, means).argmin(axis=1)
        rest = x - means[near]
        precision = np.linalg.inv(rest.T @ rest / len(x) + 1e-6 * np.eye(x.shape[1]))
        weights = np.bincount(near, minlength=K) / len(x)
        options |= {"means_init": means, "weights_init": weights, "precisions_init": precision}
    m = GaussianMixture(K, **options).fit(x)
    seconds = process_time() - begin
    return Found(m.weights_, m.means_, m.covariances_, m.lower_bound_, m.n_iter_, seconds)


def at_rest(x: Array, found: Found) -> float:
    """The mean log-likelihood after EM has come to rest: its last two rises promise less than `REST`."""
    weights, means, covariance = found.weights, found.means, found.covariance
    n, D = x.shape
    second, value, before = x.T @ x / n, -inf, 0.0
    for _ in range(5000):
        root = np.linalg.cholesky(np.linalg.inv(covariance))
        y, m = x @ root, means @ root
        q = (y * y).sum(1)[:, None] - 2 * (y @ m.T) + (m * m).sum(1)
        r = np.log(np.maximum(weights, 1e-300)) - q / 2
        top = r.max(axis=1, keepdims=True)
        np.exp(r - top, out=r)
        z = r.sum(axis=1, keepdims=True)
        now = float((top + np.log(z)).mean() + np.log(np.diag(root)).sum() - D / 2 * log(2 * pi))
        rise, value = now - value, now
        if rise < 1e-9 or (rise < before and rise**2 / (before - rise) < REST):
            break
        before = rise if rise < inf else 0.0
        r /= z
        mass = r.sum(axis=0)
        weights, means = mass / n, (r.T @ x) / np.maximum(mass, 1e-300)[:, None]
        covariance = second - (weights[:, None] * means).T @ means
    return value


def best(found: list[Found]) -> Found:
    """The best of several starts, with the time of all."""
    chosen = max(found, key=lambda f: f.value)
    iterations, seconds = sum(f.iterations for f in found), sum(f.seconds for f in found)
    return chosen._replace(iterations=iterations, seconds=seconds)


def one(problem: str, seed: int, methods: tuple[str, ...] = METHODS, extra: bool = True) -> dict[str, Any]:
    """All methods on one data set: what each reached, below the best known optimum in nats a sample."""
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # starts that end early or late are what is measured
        x, K = PROBLEMS[problem](np.random.default_rng(seed))
        found = {m: annealed(x, K, seed, **o) for m, o in ANNEALED.items() if m in methods}
        single: dict[str, list[Found]] = {}
        for kind in STARTED:
            count = STARTS if f"{kind}, {STARTS} starts" in methods else 1
            if f"{kind}, 1 start" in methods:
                single[kind] = [started(x, K, 1000 * seed + i, kind) for i in range(count)]
                found[f"{kind}, 1 start"] = single[kind][0]
            if count > 1:
                found[f"{kind}, {STARTS} starts"] = best(single[kind])
        values = {m: at_rest(x, f) for m, f in found.items()}
        top, restarts, reached = max(values.values()), single.get("k-means++", []), 0
        if extra:
            more = [
                started(x, K, 10**6 + 1000 * seed + i, kind) for kind, n in EXTRA.items() for i in range(n)
            ]
            more.sort(key=lambda f: -f.value)
            top = max(top, *(at_rest(x, f) for f in more[:6]))
            ends = [at_rest(x, f) for f in restarts if f.value > top - FAR]
            top = max(top, *ends, -inf)
            reached = sum(top - v < NEAR for v in ends)
    return {
        "problem": problem,
        "seed": seed,
        "shape": [*x.shape, K],
        "best": top,
        "below": {m: top - v for m, v in values.items()},
        "iterations": {m: f.iterations for m, f in found.items()},
        "seconds": {m: f.seconds for m, f in found.items()},
        "restarts": [reached, len(restarts), sum(f.seconds for f in restarts)],
    }


def within(seconds: float, rate: float) -> float | None:
    """Seconds until a restarted method has reached the optimum with probability 0.95."""
    if rate <= 0:
        return None
    return seconds * max(1.0, log(0.05) / log(1 - rate)) if rate < 1 else seconds


def rounded(x: float | None) -> float | None:
    """To three digits."""
    return None if x is None else float(f"{x:.3g}")


def row(
    reached: list[bool], below: list[float], iterations: list[int], seconds: list[float]
) -> dict[str, Any]:
    """A method on a problem."""
    count = sum(reached)
    low, high = binomtest(count, len(reached)).proportion_ci(0.95, method="wilson")
    return {
        "reached": "".join("01"[r] for r in reached),
        "successes": count,
        "low": round(float(low), 4),
        "high": round(float(high), 4),
        "worst": rounded(max(max(below), 0.0)) if max(below) >= NEAR else 0.0,
        "iterations": median(iterations),
        "seconds": rounded(median(seconds)),
        "within": rounded(within(median(seconds), count / len(reached))),
    }


def table(results: list[dict[str, Any]]) -> dict[str, Any]:
    """What is stored."""
    problems = {}
    for problem in PROBLEMS:
        rows = sorted((r for r in results if r["problem"] == problem), key=lambda r: r["seed"])
        if not rows:
            continue
        methods = {}
        for m in METHODS:
            below = [r["below"][m] for r in rows]
            methods[m] = row(
                [b < NEAR for b in below],
                below,
                [r["iterations"][m] for r in rows],
                [r["seconds"][m] for r in rows],
            )
        for m in METHODS:
            methods[m]["ratio"] = rounded(methods[m]["seconds"] / methods[TEN]["seconds"])
        reached, count, seconds = (sum(c) for c in zip(*(r["restarts"] for r in rows), strict=True))
        problems[problem] = {
            "shape": rows[0]["shape"],
            "best": [round(r["best"], 4) for r in rows],
            "methods": methods,
            "restarts": {  # of k-means++, over all data sets: reached, of how many, seconds of one
                "reached": reached,
                "of": count,
                "seconds": rounded(seconds / count),
                "within": rounded(within(seconds / count, reached / count)),
            },
        }
    return {"command": "make success", "seeds": SEEDS, "near": NEAR, "problems": problems}


def main(processes: int = 2) -> None:
    """Run everything and store it."""
    jobs = [(p, s) for p in PROBLEMS for s in range(SEEDS)]
    with ProcessPoolExecutor(processes) as pool:
        work: list[Callable[[], Any]] = [pool.submit(one, *job) for job in jobs]
        results = [w.result() for w in tqdm(as_completed(work), total=len(work), desc="data sets")]
    STORED.parent.mkdir(exist_ok=True)
    text = json.dumps(table(results), indent=1, sort_keys=True)
    store(STORED, text + "\n")


if __name__ == "__main__":
    main()
