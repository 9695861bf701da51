"""Named problems for mixtures: data drawn anew for each seed, and how many components to fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Problem = Callable[[np.random.Generator], tuple[np.ndarray, int]]


def drawn(rng: np.random.Generator, centres: np.ndarray, sizes: np.ndarray, sd: float) -> np.ndarray:
    """Gaussian samples about centres, so many for each, all with one standard deviation."""
    return np.repeat(centres, sizes, axis=0) + sd * rng.standard_normal((sizes.sum(), centres.shape[1]))


def square(k: int) -> np.ndarray:
    """The points of a k x k grid, one apart."""
    return np.stack(np.meshgrid(np.arange(k), np.arange(k)), axis=-1).reshape(-1, 2).astype(float)


def line(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Three components on a line, eight standard deviations apart."""
    return drawn(rng, np.asarray([[-8.0], [0.0], [8.0]]), np.full(3, 100), 1.0), 3


def grid(k: int, sd: float = 0.2) -> Problem:
    """k x k components of fifty samples, five standard deviations apart."""
    return lambda rng: (drawn(rng, square(k), np.full(k * k, 50), sd), k * k)


def unbalanced(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Three large components on the left, close together, and five small ones on the right."""
    large = [[0.0, 0.0], [0.0, 2.0], [1.7, 1.0]]
    small = [[6.0, -2.0], [6.0, 1.0], [6.0, 4.0], [9.0, -0.5], [9.0, 2.5]]
    return drawn(rng, np.asarray(large + small), np.asarray([400] * 3 + [20] * 5), 0.2), 8


def overlapping(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """The 3 x 3 grid with components two standard deviations apart."""
    return drawn(rng, square(3), np.full(9, 50), 0.5), 9


def uniform(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """A square without components, fitted with nine."""
    return rng.uniform(0, 3, (450, 2)), 9


PROBLEMS: dict[str, Problem] = {
    "line": line,
    "grid3": grid(3),
    "grid4": grid(4),
    "grid5": grid(5),
    "unbalanced": unbalanced,
    "overlapping": overlapping,
    "uniform": uniform,
}
