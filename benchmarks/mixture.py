"""The annealed mixture beside scikit-learn, and on data larger than memory: called by `make bench`.

Seconds of iterations and of starts are those of one core, so that other work on the machine does not
count. An iteration is the difference between a long and a short fit from the same start, by iterations.
"""

from __future__ import annotations

import resource
import warnings
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import success
from problems import grid
from run import head
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from iem.annealing import AnnealedMixture

ROUNDS = 5
SIZES = ((100_000, 8, 8), (20_000, 32, 8), (10_000, 2, 16))
GRIDS = ((4, 4, 20), (5, 4, 20), (6, 4, 20), (8, 2, 30))  # side, data sets, starts for each
ROWS, COLUMNS, CHUNK = 10**7, 8, 10**5


def per_iteration(make: Any, x: np.ndarray, few: int, many: int) -> float:
    """Milliseconds an iteration."""

    def fit(n: int) -> tuple[float, int]:
        begin = process_time()
        m = make(n).fit(x)
        return process_time() - begin, m.n_iter_

    (short, less), (long, more) = fit(few), fit(many)
    return 1000 * (long - short) / (more - less)


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


def iterations() -> None:
    """An EM iteration, means, masses and scales, for each covariance type and size."""
    head("an EM iteration beside GaussianMixture", "iem ms", "sklearn ms")
    for n, D, K in SIZES:
        rng = np.random.default_rng(0)
        centres = rng.normal(0, 4, (K, D))
        x = centres[rng.integers(0, K, n)] + rng.standard_normal((n, D))
        for kind in ("spherical", "diag", "full", "tied"):
            ours, theirs = makers(x, K, kind)
            pairs = [(per_iteration(ours, x, 2, 8), per_iteration(theirs, x, 3, 13)) for _ in range(ROUNDS)]
            ratios = [a / b for a, b in pairs]
            one, two = (median(column) for column in zip(*pairs, strict=True))
            spread = f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
            name = f"{n} x {D}, {K} components, {kind}"
            print(f"{name:56}{one:11.2f}{two:11.2f}  {spread:22} 1.0", flush=True)


def until() -> None:
    """Seconds until the best known optimum is reached with probability 0.95, beside k-means++ restarts."""
    head("until the best known optimum has probability 0.95", "iem s", "k-means++ s")
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
        shown = [f"{t:11.3f}" if t is not None else f"{'never':>11}" for t in (one, two)]
        ratio = f"{one / two:.2f}" if one is not None and two is not None else ""
        rates = f"annealed {reached} of {data}, k-means++ {hit} of {len(theirs)} starts"
        print(f"{f'{k} x {k} grid: {rates}':56}{shown[0]}{shown[1]}  {ratio:22} 1.0", flush=True)


def large() -> None:
    """A pass over data that are never in memory as a whole, beside the same in memory."""
    import dask.array as da

    head(f"{ROWS} x {COLUMNS}, generated in chunks of {CHUNK}, one core", "seconds", "MB")
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
    print(f"{'a pass, chunks generated in it':56}{pass_:11.2f}{peak():11.0f}  the data: {size:.0f} MB")
    print(f"{'a pass, in memory, by ten chunks':56}{memory:11.2f}{before:11.0f}")


def main() -> None:
    """All of it."""
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        iterations()
        until()
        large()


if __name__ == "__main__":
    main()
