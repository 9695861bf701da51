"""Speed beside the nearest known function: `make bench`.

Each pair is timed in turns, A B A B, in one process; the ratio is the median over the rounds, with its
least and largest value. Each round takes several inputs, since where an array happens to lie in memory
moves these times by a fifth. Start-up times are those of fresh interpreters, in turns too.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from scipy.special import softmax

import iem

ROUNDS = 15
STARTS = 7
TAU = 0.7
Function = Callable[[Any], Any]


def in_turns(
    ours: Function, theirs: Function, inputs: Sequence[Any], rounds: int
) -> list[tuple[float, float]]:
    """Seconds an input for both functions, run alternately after a round that is not counted."""

    def seconds(function: Function) -> float:
        start = perf_counter()
        for x in inputs:
            function(x)
        return (perf_counter() - start) / len(inputs)

    return [(seconds(ours), seconds(theirs)) for _ in range(rounds + 1)][1:]


def head(title: str, *columns: str) -> None:
    """The first line of a table."""
    print(f"\n{title:56}" + "".join(f"{c:>11}" for c in columns) + f"  {'median (range)':22} goal")


def beside(name: str, ours: Function, theirs: Function, inputs: Sequence[Any], goal: str) -> None:
    """A row: both times in milliseconds and their ratio."""
    times = in_turns(ours, theirs, inputs, ROUNDS)
    ratios = [a / b for a, b in times]
    one, two = (1000 * median(column) for column in zip(*times, strict=True))
    spread = f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
    print(f"{name:56}{one:11.3f}{two:11.3f}  {spread:22} {goal}", flush=True)


def beyond(name: str, ours: list[str], theirs: list[str], goal: str) -> None:
    """A row: the seconds that a fresh interpreter takes for `ours` beyond `theirs`."""

    def start(arguments: list[str]) -> Function:
        return lambda _: subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)

    extra = [a - b for a, b in in_turns(start(ours), start(theirs), [None], STARTS)]
    spread = f"{median(extra):.3f} ({min(extra):.3f}–{max(extra):.3f})"
    print(f"{name:56}{'':24}{spread:22} {goal}", flush=True)


def energies(rows: int, columns: int, dtype: str = "float64", masked: float = 0.0) -> np.ndarray:
    """Random energies in [0, 8); a share of them is masked, never a whole row."""
    rng = np.random.default_rng(0)
    d = rng.uniform(0, 8, (rows, columns))
    d[:, 1:][rng.random((rows, columns - 1)) < masked] = np.inf
    return d.astype(dtype)


def warm(d: np.ndarray) -> np.ndarray:
    """The same by a softmax."""
    return softmax(d / -TAU, axis=-1)


def cold(d: np.ndarray) -> np.ndarray:
    """The limit at temperature 0 by a softmax: all but the lowest energies masked."""
    return softmax(np.where(d == np.min(d, axis=-1, keepdims=True), 0.0, -np.inf), axis=-1)


def posteriors() -> None:
    """`responsibilities` beside `scipy.special.softmax`, on the same energies."""
    head("responsibilities(d, tau) beside softmax(d / -tau)", "iem ms", "scipy ms")
    for name, d in [
        ("10^6 x 10, float64", energies(10**6, 10)),
        ("10^6 x 10, float32", energies(10**6, 10, "float32")),
        ("10^6 x 2, float64", energies(10**6, 2)),
        ("10^6 x 10, float64, 30% masked", energies(10**6, 10, masked=0.3)),
    ]:
        beside(name, lambda d: iem.responsibilities(d, TAU), warm, [d], "1.0")
    for name, d in [
        ("10^6 x 10, float64, tau = 0 beside masks", energies(10**6, 10)),
        ("10^6 x 10, float64, tau = 0, 30% masked", energies(10**6, 10, masked=0.3)),
    ]:
        beside(name, lambda d: iem.responsibilities(d, 0), cold, [d], "1.0")


def activations() -> None:
    """The Gaussian-mean activation beside `numpy.tanh`: bare, and of the scaled input, its equal."""
    head("gaussian mean, m, sigma, tau given, beside numpy", "iem ms", "numpy ms")
    a, scale = iem.activation("gaussian", "mean"), 1.2 / (1.1**2 * TAU)

    def ours(z: np.ndarray) -> np.ndarray:
        return a(z, m=1.2, sigma=1.1, tau=TAU)

    rng = np.random.default_rng(1)
    for size, count, goal in [("10^6", 10**6, "1.2"), ("10^4", 10**4, "")]:
        inputs = [rng.normal(0, 2, count) for _ in range(10)]
        beside(f"{size} values, beside tanh(z)", ours, np.tanh, inputs, goal)
        beside(f"{size} values, beside tanh(scale * z)", ours, lambda z: np.tanh(scale * z), inputs, "")


def starts() -> None:
    """What a fresh interpreter takes, beyond what it takes anyway."""
    head("a fresh interpreter, seconds", "", "")
    derive = ["-m", "iem", "derive", "gaussian", "mean"]
    beyond("iem derive gaussian mean, beyond import sympy", derive, ["-c", "import sympy"], "0.3")
    beyond("import iem, beyond an empty interpreter", ["-c", "import iem"], ["-c", ""], "0.1")


if __name__ == "__main__":
    print(f"numpy {np.__version__}, Python {sys.version.split()[0]}, {ROUNDS} rounds")
    posteriors()
    activations()
    starts()
    import mixture  # which prints with the functions of this file

    mixture.main()
