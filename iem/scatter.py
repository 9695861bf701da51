r"""Scale matrices of the components: spherical, diagonal or full, one each or one for all.

A `Scatter` says how squared residuals are computed in it, which sums over samples its estimate needs,
and how the estimate follows from them. Sums are taken about the present means, so that the estimate
subtracts only the step of the mean. An eigenvalue below the floor is set to it, which is the best scale
matrix among those above the floor: data without spread stay finite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import BadInput, unknown

KINDS = ("spherical", "diag", "full")
Array = Any


@dataclass(frozen=True)
class Scatter:
    """The form of the scale matrices: `kind`, and whether all components share one.

    With H components in D dimensions a matrix is stored as a number (spherical), D numbers (diag) or
    D by D numbers (full), with a first axis of length H unless it is shared, in squared units of the data.
    Raises `BadInput`. Source: claim F4, for the floor.

    >>> Scatter("diag", shared=False).unit(2, 3).shape
    (2, 3)
    """

    kind: str = "spherical"
    shared: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise unknown("covariance type", self.kind, KINDS)
        if not isinstance(self.shared, (bool, np.bool_)):
            raise BadInput(f"`shared` is True or False, got {self.shared!r}")

    def unit(self, H: int, D: int) -> Array:
        """Unit matrices."""
        one = {"spherical": np.ones(()), "diag": np.ones(D), "full": np.eye(D)}[self.kind]
        return one if self.shared else np.repeat(one[None], H, axis=0)

    def roots(self, scale: Array, D: int) -> tuple[Array, Array]:
        """Inverse square roots of the matrices, and their log-determinants (one, or one a component)."""
        if self.kind == "full":
            value, vector = np.linalg.eigh(scale)
            return vector / np.sqrt(value)[..., None, :], np.log(value).sum(-1)
        logs = np.log(scale)
        return 1 / np.sqrt(scale), D * logs if self.kind == "spherical" else logs.sum(-1)

    def residuals(self, x: Array, means: Array, roots: Array, h: int) -> Array:
        """The residuals of component h in units of its scale."""
        root = roots if self.shared else roots[h, ...]
        u = x - means[h, ...]
        return u @ root if self.kind == "full" else u * root

    def squared(self, x: Array, means: Array, roots: Array, xp: Any) -> Array:
        """Squared residuals: samples by components."""
        if self.kind == "full" and not self.shared:
            columns = [self.residuals(x, means, roots, h) for h in range(means.shape[0])]
            return xp.stack([xp.sum(u * u, axis=1) for u in columns], axis=1)
        if self.kind == "diag" and not self.shared:
            precision = roots * roots
            q = (x * x) @ precision.T - 2 * (x @ (means * precision).T)
            return xp.clip(q + xp.sum(means * means * precision, axis=1), 0, None)
        x, means = self._scaled(x, roots), self._scaled(means, roots)
        q = xp.sum(x * x, axis=1)[:, None] - 2 * (x @ means.T) + xp.sum(means * means, axis=1)
        q = xp.clip(q, 0, None)
        return q if self.shared else q * (roots * roots)

    def _scaled(self, x: Array, roots: Array) -> Array:
        if not self.shared:
            return x
        return x @ roots if self.kind == "full" else x * roots

    def seconds(self, x: Array, p: Array, q: Array, means: Array, roots: Array, xp: Any) -> Array:
        r"""\(\sum_n p_{nh}(x_n-\mu_h)(x_n-\mu_h)^\top\), as far as the kind needs it.

        `p`: weights of samples by components; `q`: squared residuals, from which a spherical one follows.
        """
        if self.kind == "spherical":
            second = xp.sum(p * q, axis=0) / (roots * roots)
        elif self.kind == "diag":
            second = p.T @ (x * x) - 2 * means * (p.T @ x) + means**2 * xp.sum(p, axis=0)[:, None]
        elif self.shared:
            cross, total = means.T @ (p.T @ x), xp.sum(p, axis=1)[:, None]
            own = means.T @ (xp.sum(p, axis=0)[:, None] * means)
            return (x * total).T @ x - cross - cross.T + own
        else:
            pieces = []
            for h in range(means.shape[0]):
                y = x - means[h, ...]
                pieces.append((y * p[:, h : h + 1]).T @ y)
            return xp.stack(pieces)
        return xp.sum(second, axis=0) if self.shared else second

    def estimate(self, second: Array, pulls: Array, mass: Array, step: Array, floor: float) -> Array:
        r"""\((\sum_n p_{nh}(x_n-\mu_h)(x_n-\mu_h)^\top - p_h\delta_h\delta_h^\top)/m_h\), floored.

        `second`: the sums about the old means; `pulls`: \(p_h=\sum_n p_{nh}\); `mass`: \(m_h\); `step`:
        \(\delta_h\), the steps of the means.
        """
        D = step.shape[1]
        if self.kind == "full":
            own = pulls[:, None, None] * step[:, :, None] * step[:, None, :]
        elif self.kind == "diag":
            own = pulls[:, None] * step**2
        else:
            own = pulls * (step**2).sum(1)
        if self.shared:
            own, total = own.sum(0), mass.sum()
        else:
            total = mass.reshape(-1, *(1,) * (own.ndim - 1))
        scale = (second - own) / total / (D if self.kind == "spherical" else 1)
        if self.kind != "full":
            return np.maximum(scale, floor)
        value, vector = np.linalg.eigh((scale + np.swapaxes(scale, -1, -2)) / 2)
        return (vector * np.maximum(value, floor)[..., None, :]) @ np.swapaxes(vector, -1, -2)
