"""A mixture at a temperature: its components, and what they make of samples."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .arrays import quiet
from .chunks import to
from .posterior import shifted_weights
from .radial import Radial
from .scatter import Scatter

Array = Any


class Mixture(NamedTuple):
    """A mixture at a temperature: masses, means relative to a centre, scale matrices."""

    tau: float
    weights: Array
    means: Array
    scale: Array
    roots: Array
    logs: Array
    scatter: Scatter
    radial: Radial
    centre: Array

    @classmethod
    def of(
        cls,
        tau: float,
        weights: Array,
        means: Array,
        scale: Array,
        scatter: Scatter,
        radial: Radial,
        centre: Array,
    ) -> Mixture:
        """A mixture, with the inverse square roots of its scale matrices."""
        roots, logs = scatter.roots(scale, means.shape[1])
        return cls(tau, weights, means, scale, roots, logs, scatter, radial, centre)

    def changed(self, weights: Array, means: Array, scale: Array) -> Mixture:
        """The mixture with other components."""
        return Mixture.of(self.tau, weights, means, scale, self.scatter, self.radial, self.centre)

    def inward(self, moves: Array, h: int | None = None) -> Array:
        """Moves of the means, one a component or all of component h, in units of the scale."""
        root = self.roots if self.scatter.shared or h is None else self.roots[h]
        if self.scatter.kind == "full":
            return np.einsum("hi,ij->hj" if root.ndim == 2 else "hi,hij->hj", moves, root)
        return moves * (root[:, None] if self.scatter.kind == "spherical" and root.ndim else root)

    def outward(self, moves: Array) -> Array:
        """The inverse of `inward`."""
        if self.scatter.kind == "full":
            back = np.linalg.inv(self.roots)
            return np.einsum("hi,ij->hj" if back.ndim == 2 else "hi,hij->hj", moves, back)
        root = self.roots
        return moves / (root[:, None] if self.scatter.kind == "spherical" and root.ndim else root)

    def shares(self, x: Array, xp: Any) -> tuple[Array, ...]:
        """Samples about the centre, squared residuals, energies, responsibilities, free energies."""
        centre, means, roots, logs, prior = (
            to(xp, v, x) for v in (self.centre, self.means, self.roots, self.logs, self.weights)
        )
        x = x - centre
        q = self.scatter.squared(x, means, roots, xp)
        d = self.radial.energy(q, x.shape[1], xp) + logs / 2
        with quiet():
            r, low = shifted_weights(d, xp, self.tau, prior, -1)
            z = xp.sum(r, axis=-1, keepdims=True)
            r = r / z
            return x, q, d, r, (low - self.tau * xp.log(z))[:, 0]


def some(model: Mixture, keep: Array) -> Mixture:
    """The mixture of some of its components: a mask, or their numbers in the order wanted."""
    weights = model.weights[keep] / model.weights[keep].sum()
    scale = model.scale if model.scatter.shared else model.scale[keep]
    return model.changed(weights, model.means[keep], scale)
