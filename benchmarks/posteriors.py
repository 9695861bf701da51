"""Responsibilities and free energies beside SciPy, PyTorch and a copy of the memory; growth with size."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from pairs import Row, beside, row
from scipy.special import logsumexp, softmax

import iem
from iem import posterior

TAU = 0.7
SHAPES = [(10,), (1000, 2), (10**6, 2), (1000, 10), (10**6, 3), (10**6, 10), (10**5, 100), (1000, 1000)]


def name_of(shape: tuple[int, ...], *more: str) -> str:
    """A shape in words, large numbers as powers of ten."""
    powers = {10**n: f"$10^{n}$" for n in range(3, 9)}
    return ", ".join([" x ".join(powers.get(n, str(n)) for n in shape), *more])


def energies(*shape: int, dtype: str = "float64", masked: float = 0.0) -> np.ndarray:
    """Random energies in [0, 8); a share of them is masked, never a whole row."""
    rng = np.random.default_rng(0)
    d = rng.uniform(0, 8, shape)
    d[..., 1:][rng.random((*shape[:-1], shape[-1] - 1)) < masked] = np.inf
    return d.astype(dtype)


def ours(d: Any) -> Any:
    """The responsibilities."""
    return iem.responsibilities(d, TAU)


def warm(d: np.ndarray) -> np.ndarray:
    """The same by a softmax."""
    return softmax(d / -TAU, axis=-1)


def cold(d: np.ndarray) -> np.ndarray:
    """The limit at temperature 0 by a softmax: all but the lowest energies masked."""
    return softmax(np.where(d == np.min(d, axis=-1, keepdims=True), 0.0, -np.inf), axis=-1)


def beside_scipy() -> Iterator[Row]:
    """`responsibilities(d, tau)` beside `softmax(d / -tau)`."""
    for dtype in ("float64", "float32"):
        for shape in SHAPES:
            goal = 0.5 if shape[-1] == 2 else 0.9
            yield beside(name_of(shape, dtype), ours, warm, [energies(*shape, dtype=dtype)], goal)
    large = 10**6, 10
    yield beside(name_of(large, "30 % masked"), ours, warm, [energies(*large, masked=0.3)], 0.9)
    yield beside(
        name_of(large, "tau = 0, 30 % masked"),
        lambda d: iem.responsibilities(d, 0),
        cold,
        [energies(*large, masked=0.3)],
        0.9,
    )


def free_energies() -> Iterator[Row]:
    """`free_energy(d, tau)` beside `-tau * logsumexp(d / -tau)`."""
    for dtype in ("float64", "float32"):
        for shape in SHAPES:
            yield beside(
                name_of(shape, dtype),
                lambda d: iem.free_energy(d, TAU),
                lambda d: -TAU * logsumexp(d / -TAU, axis=-1),
                [energies(*shape, dtype=dtype)],
                0.9,
            )


def beside_memory() -> Iterator[Row]:
    """`responsibilities` beside a copy of the energies, the least that any such function can take."""
    for shape in ((10**6, 2), (10**6, 10), (10**5, 100)):
        yield beside(name_of(shape), ours, np.copy, [energies(*shape)])


def beside_torch() -> Iterator[Row]:
    """The same on tensors of PyTorch, beside its softmax; one thread, as other work may share the cores."""
    import torch

    torch.set_num_threads(1)
    for dtype in ("float64", "float32"):
        for shape in SHAPES:
            d = torch.from_numpy(energies(*shape, dtype=dtype))
            yield beside(name_of(shape, dtype), ours, lambda d: torch.softmax(d / -TAU, -1), [d], 1.3)


def growth() -> Iterator[Row]:
    """Each size beside the one before it, ten times as often: 1 where the cost is linear."""

    def seconds(shape: tuple[int, ...]) -> float:
        d = energies(*shape)
        times = []
        for _ in range(5):
            start = perf_counter()
            ours(d)
            times.append(perf_counter() - start)
        return median(times)

    for shapes in (
        [(10**n, 10) for n in range(3, 8)],
        [(10**3, 10**n) for n in range(0, 5)],
    ):
        for less, more in zip(shapes, shapes[1:], strict=False):
            times = [(seconds(more), 10 * seconds(less)) for _ in range(5)]
            yield row(name_of(more), times)


def overhead() -> Iterator[Row]:
    """Parts of a call with ten energies, beside the whole call; the rest is choosing what to compute."""
    d = energies(10)

    def bare(d: np.ndarray) -> np.ndarray:
        w = np.exp((d - d.min(-1, keepdims=True)) / -TAU)
        return w / w.sum(-1, keepdims=True)

    def read(d: np.ndarray) -> Any:
        return posterior._prepare(d, TAU, None, -1)

    yield beside("responsibilities of 10 energies: input read and checked", read, ours, [d])
    yield beside("responsibilities of 10 energies: the arithmetic alone", bare, ours, [d])
