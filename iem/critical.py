r"""Critical temperatures: where a component loses stability, and where one component stops being best.

With Gaussian energies \(\tfrac12\lVert x-\mu\rVert^2\) a component at rest is unstable below the largest
eigenvalue of its covariance (N1); one component is the best of all mixtures down to the sub-Gaussian
variance proxy of the data, which is never lower (N1b).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from .arrays import quiet
from .chunks import Samples, numpy_of, to
from .errors import BadInput
from .mixture import Mixture
from .radial import radial
from .scatter import Scatter
from .schedules import between

Array = Any


class Look(NamedTuple):
    r"""Sums over samples that tell how a mixture stands at its temperature.

    `energy` and `variance`: of the mean energy under r and of its variance; `virial`: of
    \(\langle u\cdot\nabla d\rangle_r\); `pull` and `stiff`: by component, of
    \(\nabla d\,\nabla d^\top\) and of the second derivative of d.
    """

    mass: Array
    free_energy: Array
    energy: Array
    variance: Array
    virial: Array
    pull: Array
    stiff: Array


def look(x: Array, w: Array | None, xp: Any, mixture: Mixture) -> Look:
    """One pass over a chunk."""
    x, q, d, r, free = mixture.shares(x, xp)
    D, family = x.shape[1], mixture.radial
    mean = xp.sum(r * d, axis=1)
    variance = xp.sum(r * (d - mean[:, None]) ** 2, axis=1)
    if w is not None:
        r, mean, variance, free = r * w[:, None], mean * w, variance * w, free * w
    means, roots = to(xp, mixture.means, x), to(xp, mixture.roots, x)
    weight, bend = (None, None) if family.plain else (family.weight(q, D, xp), family.bend(q, D, xp))
    pulled = r if weight is None else r * weight
    pull, stiff = [], []
    for h in range(means.shape[0]):
        u = mixture.scatter.residuals(x, means, roots, h)
        p, now = r[:, h : h + 1], pulled[:, h : h + 1]
        pull.append((u * (p if weight is None else now * weight[:, h : h + 1])).T @ u)
        plain = xp.sum(now) * xp.eye(D, dtype=x.dtype)
        stiff.append(plain if bend is None else plain + (u * (p * bend[:, h : h + 1])).T @ u)
    parts = (xp.sum(r, axis=0), xp.sum(free), xp.sum(mean), xp.sum(variance), xp.sum(pulled * q))
    return Look(*map(numpy_of, (*parts, xp.stack(pull), xp.stack(stiff))))


def instabilities(sums: Look) -> list[tuple[float, Array]]:
    r"""For each component the temperature below which it is unstable, and the direction of its split.

    The largest \(\tau\) at which \(\langle\nabla^2d\rangle-\tau^{-1}\langle\nabla d\nabla d^\top\rangle\)
    is singular, in units of the scale matrix; infinite where the first term is not positive definite.
    """
    from scipy.linalg import eigh

    found = []
    for pull, stiff in zip(sums.pull, sums.stiff, strict=True):
        size = np.trace(stiff)
        if not size > 0 or np.linalg.eigvalsh(stiff)[0] <= 1e-12 * size:
            value, vector = np.linalg.eigh(pull)
            found.append((math.inf if size > 0 else 0.0, vector[:, -1]))
            continue
        value, vector = eigh(pull, stiff)
        found.append((float(value[-1]), vector[:, -1] / np.linalg.norm(vector[:, -1])))
    return found


def critical_temperature(
    x: Any, *, r: Any = None, sample_weight: Any = None, energy: str = "gaussian", nu: float = 4.0
) -> float:
    r"""The temperature below which a component at rest at the data is unstable.

    \[\tau_c = \lambda_{\max}\bigl(\langle\nabla^2 d\rangle^{-1}\langle\nabla d\,\nabla d^\top\rangle\bigr),
    \qquad \tau_c = \lambda_{\max}(\operatorname{Cov} x)\ \text{for Gaussian energies}\]

    `x`: samples by dimensions, or a line of samples. `r`: responsibilities of one component for the
    samples; at a state where EM rests at temperature \(\tau\), the component is unstable exactly if the
    result exceeds \(\tau\), so the next split is where the two meet. `energy`: "gaussian", with
    \(\tau\) in squared units of the data; "laplace" and "student-t" (with `nu` degrees of freedom) are
    taken at the mean, in units of the root mean variance of the data, and are infinite where no
    temperature is stable. This is a local statement: see `variance_proxy` for the global one.
    Raises `BadInput`. Source: Rose, Gurewitz and Fox 1990, claim N1.

    >>> critical_temperature([-1.0, 1.0])
    1.0
    """
    x = _table(x)
    weight = _weights(sample_weight, r, x.shape[0])
    samples = Samples.of(x, weight)
    centre, cov, _ = samples.moments()
    if energy == "gaussian":
        return float(np.linalg.eigvalsh(cov)[-1])
    family, scatter, D = radial(energy, nu), Scatter(), x.shape[1]
    scale = np.asarray(np.trace(cov) / D)
    if not scale > 0:
        return 0.0
    one = Mixture.of(1.0, np.ones(1), np.zeros((1, D)), scale, scatter, family, centre)
    return instabilities(samples.total(look, one))[0][0]


def variance_proxy(x: Any, *, sample_weight: Any = None, rtol: float = 1e-9) -> float:
    r"""The sub-Gaussian variance proxy of a line of samples: the global critical temperature.

    \[\sup_{s\ne0}\frac{2\log\mathbb E\,e^{s(x-\bar x)}}{s^2}\]

    Above it one component at the mean is the best of all mixtures with free masses; below it, it is not
    (N1b). Never less than the variance, which is the limit \(s\to0\). The supremum is enclosed: the
    logarithm is convex in s and lies below its chords, so that intervals are halved until none can beat
    the best value found by more than `rtol` of it, between 0 and 1. `x`: samples on a line, finite;
    in more dimensions the supremum is not convex and is not computed. The result is in squared units of
    the data. Raises `BadInput`. Source: claim N1b.

    >>> round(variance_proxy([0.0] * 9 + [1.0]), 6)  # 0.8/(2 log 9), against the variance 0.09
    0.182048
    """
    x = _table(x)
    if x.shape[1] != 1:
        raise BadInput(
            f"the variance proxy is computed for samples on a line, got {x.shape[1]} dimensions: "
            "project them first"
        )
    between(rtol, 0, 1, "the relative tolerance rtol")
    weight = _weights(sample_weight, None, x.shape[0])
    samples = Samples.of(x, weight)
    mean, cov, _ = samples.moments()
    variance = float(cov[0, 0])
    if variance <= 0:
        return 0.0
    y = (numpy_of(x)[:, 0] - mean[0]) / math.sqrt(variance)
    y, count = np.unique(y, return_inverse=True)
    p = np.bincount(count, weights=weight)
    p = p / p.sum()
    return variance * max(1.0, *(_supremum(sign * y, p, rtol) for sign in (1, -1)))


def _supremum(y: Array, p: Array, rtol: float) -> float:
    """The supremum over s > 0 of 2 log E exp(s y)/s^2, for y of mean 0 and variance 1."""
    top, width = float(y[p > 0].max()), float(np.abs(y[p > 0]).max())
    if top <= 0:
        return 1.0

    def logs(s: Array) -> Array:
        """The cumulant function, without cancellation near zero."""
        found = np.empty_like(s)
        for i in range(0, len(s), max(1, 10**6 // len(y))):
            sy = s[i : i + max(1, 10**6 // len(y)), None] * y
            shift = np.maximum(sy.max(axis=1), 1.0)
            far = shift + np.log(np.exp(sy - shift[:, None]) @ p)
            with quiet():
                close = np.log1p((np.expm1(sy) - sy) @ p)
            found[i : i + len(sy)] = np.where(shift > 1, far, close)
        return found

    # Below `near` the fraction is max(1, its value at `near`) up to (near width)^2; beyond `far`, below 1.
    near = 1e-5 / width
    ends = np.geomspace(near, 2 * max(top, near), 65)
    low, high, at_low, at_high = ends[:-1], ends[1:], *(logs(e) for e in (ends[:-1], ends[1:]))
    best = max(1.0, float((2 * at_low / low**2).max()))
    for _ in range(60):
        slope = (at_high - at_low) / (high - low)  # the chord lies above the convex cumulant function
        start = at_low - slope * low
        with quiet():
            worst = np.clip(np.where(start < 0, -2 * start / slope, low), low, high)
        bound = 2 * np.maximum(
            (start + slope * worst) / worst**2, np.maximum(at_low / low**2, at_high / high**2)
        )
        keep = bound > best * (1 + rtol)
        if not keep.any():
            break
        low, high, at_low, at_high = (v[keep] for v in (low, high, at_low, at_high))
        middle = (low + high) / 2
        at_middle = logs(middle)
        best = max(best, float((2 * at_middle / middle**2).max()))
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
        at_low, at_high = np.concatenate([at_low, at_middle]), np.concatenate([at_middle, at_high])
    return best


def _table(x: Any) -> Array:
    from .arrays import as_array

    x, _ = as_array(x, "the samples")
    if x.ndim == 1:
        x = x[:, None]
    if x.ndim != 2 or 0 in x.shape:
        raise BadInput(f"samples are a table of at least one row and column, got shape {tuple(x.shape)}")
    return x


def _weights(weight: Any, r: Any, n: int) -> Array | None:
    both = None
    for given, what in ((weight, "sample weights"), (r, "responsibilities")):
        if given is None:
            continue
        given = np.asarray(numpy_of(given), dtype=np.float64)
        if given.shape != (n,) or not ((given >= 0) & (given < math.inf)).all() or not given.sum() > 0:
            raise BadInput(
                f"{what} are {n} finite numbers >= 0 with a positive sum, got shape {given.shape}, "
                f"values {given.ravel()[:4]}"
            )
        both = given if both is None else both * given
    return both
