"""Speed beside what one would use instead: `make bench`, or `make bench ARGS="scipy torch"` for a part.

Each pair is timed in turns, A B A B; the ratio is the median over the rounds, with its least and largest
value. The tables are stored in chapters/data/speed.md, which the page Speed shows; those that are not
measured again stay as they are.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import activations
import derivations
import mixture
import posteriors
import whole
from pairs import Row, table

from iem.storing import store

STORED = Path(__file__).resolve().parent.parent / "chapters" / "data" / "speed.md"
PACKAGES = ("numpy", "scipy", "sympy", "scikit-learn", "torch", "jax")


class Group(NamedTuple):
    """A table: its title, what its two columns of times are, and its rows."""

    title: str
    ours: str
    theirs: str
    rows: Callable[[], Iterator[Row]]


GROUPS = {
    "scipy": Group(
        "Responsibilities beside SciPy", "responsibilities", "softmax(d / -tau)", posteriors.beside_scipy
    ),
    "free-energy": Group(
        "Free energy beside SciPy", "free_energy", "-tau logsumexp(d / -tau)", posteriors.free_energies
    ),
    "torch": Group(
        "Responsibilities beside PyTorch", "responsibilities", "torch.softmax", posteriors.beside_torch
    ),
    "memory": Group("Responsibilities beside a copy", "responsibilities", "copy", posteriors.beside_memory),
    "call": Group("Where a small call spends its time", "part", "call", posteriors.overhead),
    "growth": Group("Growth with size", "this size", "ten times a tenth of it", posteriors.growth),
    "tanh": Group("Activations beside tanh", "activation", "tanh", activations.beside_tanh),
    "simplify": Group(
        "Derivations beside simplify", "derived and checked", "simplify", derivations.beside_simplify
    ),
    "stats": Group(
        "Derivations beside sympy.stats",
        "derived and checked",
        "E(H), simplified",
        derivations.beside_stats,
    ),
    "grid": Group("Lemmas and the whole table", "derived and checked", "simplify", derivations.whole),
    "shares": Group("Where a derivation spends its time", "part", "derivation", derivations.shares),
    "mixture": Group("An EM iteration", "AnnealedMixture", "GaussianMixture", mixture.iterations),
    "optimum": Group(
        "Until the best known optimum has probability 0.95", "annealed", "k-means++ starts", mixture.until
    ),
    "large": Group("Data larger than memory", "in chunks", "in memory", mixture.large),
    "starts": Group("A fresh interpreter", "iem", "beside", whole.starts),
    "book": Group("The book", "by the project", "by nbconvert", whole.book),
}


def measured(name: str) -> str:
    """A table in Markdown."""
    group = GROUPS[name]
    columns = ["", group.ours, group.theirs, "ratio (range)", "goal", ""]
    return "\n".join(table(group.title, columns, group.rows()))


def stored() -> dict[str, str]:
    """The tables that are stored, by their titles."""
    text = STORED.read_text("utf-8") if STORED.exists() else ""
    parts = re.split(r"^(?=## )", text, flags=re.M)[1:]
    return {part.split("\n", 1)[0].removeprefix("## "): part.strip() for part in parts}


def main(names: list[str]) -> None:
    """Measure these groups, or all, each in a fresh process; store each table as soon as it is there."""
    if strange := sorted(set(names) - set(GROUPS)):
        raise SystemExit(f"expected some of {', '.join(GROUPS)}, got {', '.join(strange)}")
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    head = f"Python {platform.python_version()}, {packages}."
    tables = stored()
    print(head)
    for name in names or GROUPS:
        with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
            tables[GROUPS[name].title] = fresh.submit(measured, name).result()
        kept = [tables[g.title] for g in GROUPS.values() if g.title in tables]
        store(STORED, "\n\n".join([head, *kept]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
