"""Sums over samples, chunk by chunk: arrays in memory of any Array-API library, and Dask arrays.

Each chunk is brought to the widest float of its library before anything is computed, relative to a
centre, so that data far from the origin keep their digits. Chunks are added in their order: the same
data give the same sums, whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeVar

import numpy as np

from .arrays import quiet
from .errors import BadInput

ROWS = 8192  # a chunk in memory: small enough for the cache, large enough for the overhead
Array = Any
Sums = TypeVar("Sums", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Samples:
    """Weighted samples, in chunks of rows: `x` of shape (N, D), `weight` (N,) or None for 1 each.

    Raises `BadInput` for what are no finite real numbers. Source: claim N1, for the covariance.

    >>> import numpy
    >>> Samples.of(numpy.asarray([[1.0], [3.0]])).moments()[0]
    array([2.])
    """

    x: Array
    weight: Array | None = None

    @classmethod
    def of(cls, x: Array, weight: Any = None) -> Samples:
        """The samples of a two-dimensional array; a Dask array is cut into chunks of whole rows.

        Raises `BadInput` for what are no real numbers.
        """
        from array_api_compat import array_namespace

        if not array_namespace(x).isdtype(x.dtype, ("bool", "integral", "real floating")):
            raise BadInput(f"the samples must be real numbers, got the type {x.dtype}")
        if is_dask(x):
            import dask.array as da

            x = x.rechunk({1: -1}) if x.numblocks[1] > 1 else x
            if weight is not None:
                weight = da.asarray(weight).rechunk(x.chunks[0])
        elif weight is not None:
            weight = np.asarray(weight, dtype=np.float64)
        return cls(x, weight)

    @property
    def shape(self) -> tuple[int, int]:
        """How many samples there are, and in how many dimensions."""
        rows, columns = self.x.shape
        return int(rows), int(columns)

    def total(self, of: Callable[..., Sums], *given: Any) -> Sums:
        """The sum over all chunks of a tuple of arrays, `of(chunk, weights, xp, *given)`."""
        if not is_dask(self.x):
            return reduce(_add, (of(x, w, xp, *given) for x, w, xp in _rows(self.x, self.weight)))
        import dask

        def block(x: Array, weight: Array | None) -> Sums:
            return reduce(_add, (of(rows, w, xp, *given) for rows, w, xp in _rows(x, weight)))

        parts = [dask.delayed(block)(x, w) for x, w in self._blocks()]
        while len(parts) > 1:  # by pairs, so that no more than a few partial sums are alive at a time
            parts = [dask.delayed(_add)(*two) if len(two) == 2 else two[0] for two in _pairs(parts)]
        total: Sums = dask.compute(parts[0])[0]
        return total

    def map(self, of: Callable[..., Array], *given: Any) -> Array:
        """One row of output for each sample: an array of the library, lazy for Dask."""
        if is_dask(self.x):
            import dask.array as da

            def block(x: Array) -> Array:
                return np.concatenate([of(rows, None, xp, *given) for rows, _, xp in _rows(x, None)])

            like = block(np.zeros((1, self.shape[1])))
            chunks = (self.x.chunks[0], *((n,) for n in like.shape[1:]))
            drop = None if like.ndim == 2 else [1]
            return da.map_blocks(block, self.x, dtype=like.dtype, chunks=chunks, drop_axis=drop)
        pieces = list(_rows(self.x, None))
        return pieces[0][2].concat([of(x, None, xp, *given) for x, _, xp in pieces])

    def _blocks(self) -> Iterator[tuple[Any, Any]]:
        rows = self.x.to_delayed().ravel()
        weights = [None] * len(rows) if self.weight is None else self.weight.to_delayed().ravel()
        return zip(rows, weights, strict=True)

    def moments(self) -> tuple[Array, Array, float]:
        """Mean, covariance and total weight, in two passes. Raises `BadInput` for NaN or infinity."""
        total, sums, below = self.total(_mass)
        if not (below >= 0 and 0 < total < np.inf):
            raise BadInput(
                "the weights of the samples are finite, not negative, and some are positive; got a sum of "
                f"{float(total)!r}, and of those below 0 {float(below)!r}"
            )
        if not np.isfinite(sums).all():
            raise BadInput(
                "samples must be finite: the input contains NaN or infinity "
                f"(or its sum overflows), in columns {np.flatnonzero(~np.isfinite(sums)).tolist()}"
            )
        mean = sums / total
        moved, second = self.total(_spread, mean)
        step = moved / total
        return mean + step, second / total - step[:, None] * step, float(total)


def is_dask(x: Any) -> bool:
    """Whether x is a Dask array, without importing Dask.

    >>> is_dask([0.0])
    False
    """
    return type(x).__module__.startswith("dask.array")


def numpy_of(x: Array) -> Array:
    """The numbers of any array, wherever it is, in NumPy: float32 for bfloat16, which NumPy lacks."""
    if isinstance(x, np.ndarray | float | np.generic):
        return np.asarray(x)
    if "bfloat16" in str(getattr(x, "dtype", "")):
        from array_api_compat import array_namespace

        x = array_namespace(x).astype(x, array_namespace(x).float32)
    return np.asarray(x.detach().cpu() if hasattr(x, "detach") else x)


def _rows(x: Array, weight: Array | None) -> Iterator[tuple[Array, Array | None, Any]]:
    """Chunks of an array in memory, in the widest float of its library, with the namespace."""
    from array_api_compat import array_namespace, device, is_numpy_array

    xp = array_namespace(x)
    wide = np.float64 if is_numpy_array(x) else _widest(xp)
    for start in range(0, x.shape[0], ROWS):
        end = min(start + ROWS, x.shape[0])
        rows = xp.astype(x[start:end, ...], wide, copy=False)
        w = None if weight is None else weight[start:end]
        if w is not None and not is_numpy_array(rows):
            w = xp.asarray(w, dtype=rows.dtype, device=device(rows))
        yield rows, w, xp


def _widest(xp: Any) -> Any:
    """The widest float that a library has at present: JAX has no float64 unless it is told to."""
    known = xp.__array_namespace_info__().dtypes(kind="real floating")
    return known.get("float64", known["float32"])


def _mass(x: Array, w: Array | None, xp: Any) -> tuple[Array, ...]:
    with quiet():
        if w is None:
            return np.asarray(float(x.shape[0])), numpy_of(xp.sum(x, axis=0)), np.asarray(0.0)
        below = xp.sum(xp.where(w < 0, w, xp.zeros_like(w)))
        return numpy_of(xp.sum(w)), numpy_of(xp.sum(x * w[:, None], axis=0)), numpy_of(below)


def _spread(x: Array, w: Array | None, xp: Any, centre: Array) -> tuple[Array, ...]:
    y = x - to(xp, centre, x)
    z = y if w is None else y * w[:, None]
    return numpy_of(xp.sum(z, axis=0)), numpy_of(z.T @ y)


def to(xp: Any, value: Array, like: Array) -> Array:
    """A NumPy array as an array like another: its library, type and device."""
    from array_api_compat import device, is_numpy_array

    if is_numpy_array(like):
        return value
    return xp.asarray(value, dtype=like.dtype, device=device(like))


def _add(one: Sums, two: Sums) -> Sums:
    summed = [a + b for a, b in zip(one, two, strict=True)]
    return type(one)(*summed) if hasattr(one, "_fields") else type(one)(summed)


def _pairs(parts: list[Any]) -> list[list[Any]]:
    return [parts[i : i + 2] for i in range(0, len(parts), 2)]
