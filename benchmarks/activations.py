"""The Gaussian-mean activation beside the hyperbolic tangents of NumPy, PyTorch and JAX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from pairs import Row, beside

import iem

SIZES = (("$10^6$", 10**6), ("$10^4$", 10**4))
POINT = {"m": 1.2, "sigma": 1.1, "tau": 0.7}
SCALE = 1.2 / (1.1**2 * 0.7)


def values(size: int) -> list[np.ndarray]:
    """Several inputs, since where an array happens to lie in memory moves these times by a fifth."""
    rng = np.random.default_rng(1)
    return [rng.normal(0, 2, size) for _ in range(10)]


def beside_tanh() -> Iterator[Row]:
    """Beside `tanh(z)`, and beside `tanh(scale * z)`, which is what the activation computes."""
    import jax
    import torch

    jax.config.update("jax_enable_x64", True)
    torch.set_num_threads(1)
    a = iem.activation("gaussian", "mean")

    def called(z: Any) -> Any:
        return a(z, **POINT)

    jitted, theirs = jax.jit(called), jax.jit(lambda z: jax.numpy.tanh(SCALE * z))
    for size, count in SIZES:
        inputs = values(count)
        goal = 1.2 if count == 10**6 else None
        yield beside(f"NumPy, {size} values, tanh(z)", called, np.tanh, inputs, goal)
        yield beside(f"NumPy, {size} values, tanh(scale z)", called, lambda z: np.tanh(SCALE * z), inputs)
        tensors = [torch.from_numpy(z) for z in inputs]
        yield beside(
            f"PyTorch, {size} values, tanh(scale z)", called, lambda z: torch.tanh(SCALE * z), tensors
        )
        arrays = [jax.numpy.asarray(z) for z in inputs]
        yield beside(
            f"JAX, compiled, {size} values, tanh(scale z)",
            lambda z: jitted(z).block_until_ready(),
            lambda z: theirs(z).block_until_ready(),
            arrays,
        )
