"""The annealed mixture beside scikit-learn, and on data larger than memory.

Seconds of iterations and of starts are those of one core, so that other work on the machine does not
count. An iteration is the difference between a long and a short fit from the same start, by iterations.
"""

from __future__ import annotations

import resource
import warnings
from collections.abc import Callable, Iterator
from functools import wraps
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import success
from pairs import Row, row
from problems import grid
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from iem.annealing import AnnealedMixture

ROUNDS = 5
SIZES = ((100_000, 8, 8), (20_000, 32, 8), (10_000, 2, 16))
GRIDS = ((4, 4, 20), (5, 4, 20), (6, 4, 20), (8, 2, 30))  # side, data sets, starts for each
ROWS, COLUMNS, CHUNK = 10**7, 8, 10**5


def one_core(rows: Callable[[], Iterator[Row]]) -> Callable[[], Iterator[Row]]:
    """Rows that are timed on one core, without warnings of what has not converged."""

    @wraps(rows)
    def timed() -> Iterator[Row]:
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")
            yield from rows()

    return timed


def per_iteration(make: Any, x: np.ndarray, few: int, many: int) -> float:
    """Seconds an iteration."""

    def fit(n: int) -> tuple[float, int]:
        begin = process_time()
        m = make(n).fit(x)
        return process_time() - begin, m.n_iter_

    (short, less), (long, more) = fit(few), fit(many)
    return (long - short) / (more - less)


def makers(x: np.ndarray, K: int, kind: str) -> tuple[Any, Any]:
    """Both mixtures, from the same means and masses, by the number of iterations."""
    D, even = x.shape[1], np.full(K, 1 / K)
    one = {"spherical": np.ones(()), "diag": np.ones(D), "full": np.eye(D), "tied": np.eye(D)}[kind]
    unit = one if kind == "tied" else np.repeat(one[None], K, axis=0)

    def ours(count: int) -> AnnealedMixture:
        m = AnnealedMixture(
            K,
            covariance_type="full" if kind == "tied" else kind,
            shared=kind == "tied",
            scale="annealed",
            growth="copies",
            start=1.0,
            stop=1.0,
            max_iter=count,
            tol=1e-300,
            warm_start=True,
            verbose=False,
        )
        m.means_, m.weights_ = x[:K].copy(), even
        return m

    def theirs(count: int) -> GaussianMixture:
        start = {"means_init": x[:K], "weights_init": even, "precisions_init": unit / x.var()}
        return GaussianMixture(K, covariance_type=kind, max_iter=count, tol=0, **start)

    return ours, theirs


@one_core
def iterations() -> Iterator[Row]:
    """An EM iteration, means, masses and scales, for each covariance type and size."""
    for n, D, K in SIZES:
        rng = np.random.default_rng(0)
        centres = rng.normal(0, 4, (K, D))
        x = centres[rng.integers(0, K, n)] + rng.standard_normal((n, D))
        for kind in ("spherical", "diag", "full", "tied"):
            ours, theirs = makers(x, K, kind)
            pairs = [(per_iteration(ours, x, 2, 8), per_iteration(theirs, x, 3, 13)) for _ in range(ROUNDS)]
            yield row(f"{n} x {D}, {K} components, {kind}", pairs, 1.0)


@one_core
def until() -> Iterator[Row]:
    """Seconds until the best known optimum is reached with probability 0.95, beside k-means++ restarts."""
    for k, data, starts in GRIDS:
        ours, theirs, reached, hit = [], [], 0, 0
        for seed in range(data):
            x, K = grid(k)(np.random.default_rng(seed))
            cooled = success.annealed(x, K, seed, **success.ANNEALED["annealing, fast"])
            found = [success.started(x, K, 1000 * seed + i, "k-means++") for i in range(starts)]
            value = success.at_rest(x, cooled)
            ends = [success.at_rest(x, f) for f in found if f.value > value - success.FAR]
            top = max([value, *ends])
            ours.append(cooled.seconds)
            theirs += [f.seconds for f in found]
            reached += value > top - success.NEAR
            hit += sum(v > top - success.NEAR for v in ends)
        one, two = (
            success.within(median(ours), reached / data),
            success.within(median(theirs), hit / len(theirs)),
        )
        ratio = one / two if one is not None and two is not None else None
        rates = f"annealed {reached} of {data}, k-means++ {hit} of {len(theirs)} starts"
        yield Row(f"{k} x {k} grid", one, two, ratio, goal=1.0, note=rates)


@one_core
def large() -> Iterator[Row]:
    """A pass over data that are never in memory as a whole, beside the same in memory."""
    import dask.array as da

    centres = 6 * np.eye(4, COLUMNS)

    def moved(block: np.ndarray) -> np.ndarray:
        return block + centres[np.arange(len(block)) % 4]

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def seconds(x: Any) -> float:
        """Of one core and one pass: between fits of one iteration and of three, at one temperature."""
        times = []
        for count in (1, 3):
            m = AnnealedMixture(
                4, scale="fixed", growth="copies", schedule=[4.0], tol=1e-300, max_iter=count
            )
            begin = process_time()
            m.set_params(verbose=False).fit(x)
            times.append(process_time() - begin)
        return (times[1] - times[0]) / 2

    lazy = (
        da.random.default_rng(0).standard_normal((ROWS, COLUMNS), chunks=(CHUNK, COLUMNS)).map_blocks(moved)
    )
    small = lazy[: 10 * CHUNK].compute()
    memory = seconds(small) * ROWS / len(small)
    before = peak()
    pass_ = seconds(lazy)
    size = 8e-6 * ROWS * COLUMNS
    note = f"data {size:.0f} MB; process at most {before:.0f} MB before, {peak():.0f} MB after"
    yield Row(f"{ROWS} x {COLUMNS}, in chunks of {CHUNK}", pass_, memory, pass_ / memory, note=note)
