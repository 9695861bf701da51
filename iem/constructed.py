"""A kernel made from a gap by its recursion d(u + 2m) = d(u) + Delta(u + m), computed on arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .arrays import as_array, quiet
from .errors import BadInput
from .evaluate import evaluate
from .render import plain

STEPS = 10**5


@dataclass(frozen=True, repr=False)
class Constructed:
    """An even kernel made from a gap by its recursion; call it with residuals, or use `energy`.

    `gap` is the gap as an expression in z, finite for |z| < `edge`; a `rising` one is halved on [0, 2m].
    `Gap.kernel` makes one. Source: claim K7.
    """

    gap: Any
    m: float
    edge: float
    rising: bool
    values: tuple[tuple[str, Any], ...]

    def __call__(self, u: Any) -> Any:
        """The energy of the residuals u (any Array-API array, a number or a list), in the shape of u."""
        return self.energy(*as_array(u, "the residual u"))

    def energy(self, u: Any, xp: Any) -> Any:
        """The energy of an array of residuals: infinite where the gap is not finite."""
        m, size = self.m, xp.abs(u)
        if not bool(xp.all(xp.isfinite(u))):
            raise BadInput(f"residuals must be finite numbers, got {u!r}")
        inside = size < m + self.edge
        size = xp.where(inside, size, xp.zeros_like(size))
        count = xp.floor(size / (2 * m))
        rest, last = size - 2 * m * count, int(xp.max(count)) if math.prod(u.shape) else 0
        if last > STEPS:
            raise BadInput(
                f"the kernel is built in steps of 2m, up to {STEPS} of them; "
                f"got a residual of size {float(xp.max(size))}"
            )
        with quiet():
            if self.rising:
                d = (self._delta(xp.zeros_like(rest) + m, xp) + self._delta(rest - m, xp)) / 2
            else:
                d = self._delta(xp.maximum(rest - m, xp.zeros_like(rest)), xp)
            for j in range(1, last + 1):
                at = xp.where(count >= j, rest + (2 * j - 1) * m, xp.zeros_like(rest))
                d = d + self._delta(at, xp)
        return xp.where(inside, d, xp.full_like(d, math.inf))

    def _delta(self, z: Any, xp: Any) -> Any:
        return evaluate(self.gap, dict(self.values) | {"z": z}, xp)

    def __repr__(self) -> str:
        return f"Constructed({plain(self.gap)}, m={self.m})"
