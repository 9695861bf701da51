r"""Moments of truncated normal and two-sided exponential densities, without cancellation.

In units of the scale, with \(M(t) = \int_0^\infty e^{-tu-u^2/2}\,du\) the Mills ratio, the mean of the tail
beyond t lies \(1/M(t) - t\) above t. For large t that difference is the continued fraction
\(1/(t + 2/(t + 3/(t + \dots)))\) of Laplace. For a bounded range a second tail is taken away where it
is small; where it is not, the integrand is smooth over the range and a Gauss rule is used.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .errors import BadInput

ORDER = 48
STEEP = 24.0
WIDE = 8.0


class Moments(NamedTuple):
    """Log of the mass relative to the highest density, mean and variance."""

    log_mass: Any
    mean: Any
    variance: Any


def scipy_part(name: str) -> Any:
    """A part of SciPy, loaded when used; `BadInput` says what to install where it is missing."""
    from importlib import import_module

    try:
        return import_module(f"scipy.{name}")
    except ImportError as error:
        raise BadInput(
            f"continuous hypotheses are computed with scipy.{name}: install scipy to call them"
        ) from error


def truncated_normal(m: Any, v: Any, low: Any, high: Any) -> Moments:
    r"""Moments of the density proportional to \(e^{-(h-m)^2/2v}\) on low <= h <= high.

    >>> import numpy
    >>> round(float(truncated_normal(-1e4, 1.0, 0.0, numpy.inf).mean) * 1e4, 12)
    0.99999998
    """
    import numpy as np

    m, v, low, high = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (m, v, low, high)))
    with np.errstate(all="ignore"):
        s = np.sqrt(v)
        flip = low - m < m - high  # the lower end is made the nearer one, or the one within
        low, high, m = np.where(flip, -high, low), np.where(flip, -low, high), np.where(flip, -m, m)
        a, b, w = (low - m) / s, (high - m) / s, (high - low) / s
        log_mass, lift, variance = _standard(a, b, w)
        mean = np.where(a >= 0, low + s * lift, m + s * lift)
        frozen = ~(s > 0)
        mean = np.where(frozen, m, mean)
        mean = np.clip(mean, low, high)
        variance = np.where(frozen, 0.0, v * variance)
        return Moments(np.log(np.maximum(s, 5e-324)) + log_mass, np.where(flip, -mean, mean), variance)


def _standard(a: Any, b: Any, w: Any) -> tuple[Any, Any, Any]:
    """Log-mass, lift of the mean (over a if a >= 0, else over 0) and variance of a standard normal on a..b.

    The nearer end is a, and the mass is relative to the density at max(a, 0).
    """
    import numpy as np

    ndtr = scipy_part("special").ndtr
    drop = w * (a + b) / 2
    gauss = np.isfinite(w) & (w <= WIDE) & (drop <= STEEP)
    all_of_it = np.isneginf(a) & np.isposinf(b)
    log_tail, lift, variance = _tail(a)
    far, beyond, spread = _tail(np.where(np.isfinite(b), b, 0.0))
    positive = a >= 0
    share = np.where(positive, np.exp(far - log_tail - drop), ndtr(-b) / ndtr(-a))
    share = np.where(np.isfinite(b) & np.isfinite(share) & ~gauss, share, 0.0)
    out = np.where(positive, w + beyond, b + beyond)
    out, spread = (np.where(share > 0, x, 0.0) for x in (out, spread))
    lift_in = (lift - share * out) / (1 - share)
    variance = (variance - share * spread - share * (1 - share) * (lift_in - out) ** 2) / (1 - share)
    log_mass = np.where(positive, log_tail, np.log(np.sqrt(2 * np.pi) * ndtr(-a))) + np.log1p(-share)
    if np.any(gauss):
        log_mass, lift_in, variance = (np.array(x) for x in (log_mass, lift_in, variance))
        log_mass[gauss], lift_in[gauss], variance[gauss] = _gauss(a[gauss], w[gauss])
    whole = np.log(np.sqrt(2 * np.pi))
    cut = (np.where(all_of_it, x, y) for x, y in ((whole, log_mass), (0.0, lift_in), (1.0, variance)))
    log_mass, lift_in, variance = cut
    return log_mass, lift_in, variance


def _tail(a: Any) -> tuple[Any, Any, Any]:
    """The same for all beyond a; the log-mass is relative to the density at a, also for a < 0."""
    import numpy as np

    mills = np.sqrt(np.pi / 2) * scipy_part("special").erfcx(a / np.sqrt(2))
    rate = 1 / mills
    t = np.maximum(a, 3.0)
    second = np.zeros_like(t)
    for k in range(ORDER, 1, -1):
        second = k / (t + second)
    first = 1 / (t + second)
    over = np.where(a > 3, first, rate - a)
    variance = np.where(a > 3, first * (second - first), 1 - rate * over)
    log_tail = np.where(a > 3, -np.log(t + first), np.log(mills))
    return log_tail, np.where(a >= 0, over, rate), variance


def _gauss(a: Any, w: Any) -> tuple[Any, Any, Any]:
    import numpy as np

    x, weight = _rule()
    u = w[:, None] * x
    depth = np.minimum(a, 0.0)[:, None]
    f = weight * np.exp(-(a[:, None] * u + u * u / 2 + depth * depth / 2))
    mass = np.sum(f, axis=-1)
    mean = np.sum(f * u, axis=-1) / mass
    variance = np.sum(f * (u - mean[:, None]) ** 2, axis=-1) / mass
    return np.log(w * mass), mean + np.minimum(a, 0.0), variance


def _rule() -> tuple[Any, Any]:
    """Nodes and weights of the Gauss rule on 0..1."""
    import numpy as np

    x, weight = np.polynomial.legendre.leggauss(ORDER)
    return (1 + x) / 2, weight / 2


def truncated_laplace(p: Any, s: Any, low: Any, high: Any) -> Moments:
    r"""Moments of the density proportional to \(e^{-|h-p|/s}\) on low <= h <= high, for p within.

    >>> float(truncated_laplace(0.0, 2.0, 0.0, float("inf")).mean)
    2.0
    """
    import numpy as np

    p, s, low, high = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (p, s, low, high)))
    with np.errstate(all="ignore"):
        left, right = _exponential((p - low) / s), _exponential((high - p) / s)
        share = right[0] / (left[0] + right[0])
        lift = share * right[1] - (1 - share) * left[1]
        within = share * right[2] + (1 - share) * left[2]
        variance = within + share * (1 - share) * (left[1] + right[1]) ** 2
        mass = left[0] + right[0]
        mean = np.where(s > 0, p + s * lift, p)
        return Moments(
            np.log(np.maximum(s, 5e-324) * mass),
            np.clip(mean, low, high),
            np.where(s > 0, s * s * variance, 0.0),
        )


def _exponential(x: Any) -> tuple[Any, Any, Any]:
    r"""Mass, mean and variance of \(e^{-u}\) on 0 <= u <= x."""
    import numpy as np

    nodes, weight = _rule()
    few = np.minimum(x, 2.0)
    u = few[..., None] * nodes
    f = weight * np.exp(-u)
    total = np.sum(f, axis=-1)
    mean = np.sum(f * u, axis=-1) / total
    variance = np.sum(f * (u - mean[..., None]) ** 2, axis=-1) / total
    far = np.where(x < 700, x, 0.0) * (x > 2)
    ratio = np.where(far > 0, far / np.expm1(np.where(far > 0, far, 1.0)), 0.0)
    mean = np.where(x > 2, 1 - ratio, mean)
    variance = np.where(x > 2, 1 - ratio * (ratio + far), variance)
    return -np.expm1(-x), mean, variance


def mixture(parts: list[Moments]) -> Moments:
    """The moments of several densities together, each with its own log-mass."""
    import numpy as np

    if len(parts) == 1:
        return parts[0]
    logs = np.stack([p.log_mass for p in parts])
    top = np.max(logs, axis=0)
    weight = np.exp(logs - top)
    total = np.sum(weight, axis=0)
    weight = weight / total
    mean = sum(w * p.mean for w, p in zip(weight, parts, strict=True))
    variance = sum(w * (p.variance + (p.mean - mean) ** 2) for w, p in zip(weight, parts, strict=True))
    return Moments(top + np.log(total), mean, variance)
