"""Deriving an activation beside `sympy.simplify` and `sympy.stats`, from the same energies.

The caches of SymPy and of case distinctions are emptied before each run, and each side ran once before.
The lemma of a statistic, which holds for every kernel, is proved once in a process; the time of that is a
row of its own. SymPy succeeds where it finds the hyperbolic tangent, and there the goal is set. It proves
nothing on its way; each link of a derivation is checked.
"""

from __future__ import annotations

import cProfile
import multiprocessing
import pstats
from collections.abc import Callable, Iterator
from queue import Empty
from time import perf_counter
from typing import Any

import sympy as sp
import sympy.stats
from pairs import Row, row
from sympy.core.cache import clear_cache

import iem
from iem import activations, cases, elimination, exact, lemmas, proof, shapes
from iem.shapes import Z

ROUNDS = 3
LIMIT = 60  # seconds
M, TAU = exact.symbol("m"), exact.symbol("tau")


def weights(kernel: str) -> list[Any]:
    """The unnormalised posterior weights of the signed pair."""
    energy = iem.kernel(kernel).exact().energy
    return [sp.exp(-energy(Z - mu, exact) / TAU) for mu in (M, -M)]


def raw_mean(kernel: str) -> Any:
    """The posterior mean as it is written down, in units of m."""
    one, two = weights(kernel)
    return (one - two) / (one + two)


def by_stats(kernel: str) -> Any:
    """The posterior mean as the expectation of a random variable."""
    one, two = weights(kernel)
    density = {sp.S.One: one / (one + two), sp.S.NegativeOne: two / (one + two)}
    return sp.simplify(sympy.stats.E(sympy.stats.FiniteRV("H", density, check=False)))


def derived(kernel: str, statistic: str = "mean") -> Any:
    """The checked closed form."""
    return iem.activation(kernel, statistic).expr


def forget() -> None:
    """Empty the caches of SymPy and of case distinctions."""
    clear_cache()
    cases.possible.cache_clear()


def timed(function: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """Seconds with the caches of SymPy and of case distinctions empty, and the result."""
    forget()
    start = perf_counter()
    result = function(*arguments)
    return perf_counter() - start, result


def _send(queue: Any, function: Callable[..., Any], *arguments: Any) -> None:
    queue.put(timed(function, *arguments))


def limited(function: Callable[..., Any], *arguments: Any) -> tuple[float, Any] | None:
    """The same in a process of its own, or None after the limit."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_send, args=(queue, function, *arguments))
    process.start()
    try:
        return queue.get(timeout=LIMIT)
    except Empty:
        return None
    finally:
        process.kill()
        process.join()


def _simplified(kernel: str) -> Any:
    return sp.simplify(raw_mean(kernel))


def means(theirs: Callable[[str], Any]) -> Iterator[Row]:
    """The posterior mean of every kernel of the table."""
    for kernel in iem.KERNELS:
        derived(kernel)
        if limited(theirs, kernel):
            theirs(kernel)  # what either side sets up at its first run is there for both
        found = [(limited(derived, kernel), limited(theirs, kernel)) for _ in range(ROUNDS)]
        pairs = [(a[0], b[0]) for a, b in found if a and b]
        if not pairs:
            yield Row(kernel, found[0][0][0] if found[0][0] else None, None, note=f"over {LIMIT} s")
            continue
        mine, other = next((a[1], b[1]) for a, b in found if a and b)
        closed = isinstance(other, sp.tanh)
        words = f"{sp.count_ops(mine)} and {sp.count_ops(other)} operations"
        yield row(kernel, pairs, 0.2 if closed else None, words + ("" if closed else ", no closed form"))


def beside_simplify() -> Iterator[Row]:
    """Beside `simplify` of the raw posterior mean."""
    yield from means(_simplified)


def beside_stats() -> Iterator[Row]:
    """Beside the expectation of a random variable of `sympy.stats`, simplified."""
    yield from means(by_stats)


def _lemma() -> Any:
    activations.pair_lemma.cache_clear()
    return derived("gaussian")


def _grid() -> Any:
    activations.pair_lemma.cache_clear()
    return [derived(kernel, name) for kernel in iem.KERNELS for name in iem.STATISTICS]


def whole() -> Iterator[Row]:
    """A first derivation with its lemma, and the whole table, beside `simplify` of the means alone."""
    first = [(timed(_lemma)[0], timed(_simplified, "gaussian")[0]) for _ in range(ROUNDS)]
    yield row("gaussian mean with its lemma", first)
    cells = len(iem.KERNELS) * len(iem.STATISTICS)
    every = timed(_grid)[0]
    means_alone = [limited(_simplified, kernel) for kernel in iem.KERNELS]
    spent = sum(one[0] if one else LIMIT for one in means_alone)
    yield Row(
        f"all {cells} cells, beside the {len(iem.KERNELS)} means",
        every / cells,
        spent / len(means_alone),
        every / cells / (spent / len(means_alone)),
        note="seconds a cell",
    )


def shares() -> Iterator[Row]:
    """Parts of a derivation, beside all of it, by a profile."""
    for kernel in ("gaussian", "laplace"):
        derived(kernel)
        forget()
        profile = cProfile.Profile()
        profile.runcall(derived, kernel)
        spent = {where[0:3:2]: entry[3] for where, entry in pstats.Stats(profile).stats.items()}
        total = max(spent.values())
        for module, name, words in (
            (proof, "check", "links checked"),
            (shapes, "gap_shape", "the gap brought into its shape"),
            (lemmas, "__post_init__", "the lemma put at these energies"),
            (elimination, "solvable", "cases decided, in all of these"),
        ):
            part = spent.get((module.__file__, name), 0.0)
            yield Row(f"{kernel} mean: {words}", part, total, part / total)
