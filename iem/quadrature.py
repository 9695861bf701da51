r"""Posterior moments over an interval by quadrature, where no closed form is known.

The range is cut at the evidence, at kinks and at the mode. Each part is integrated by SciPy's tanh-sinh
rule, which adapts element by element and takes infinite ends. The least energy is taken out first, so that
nothing overflows or underflows. What does not converge is refused, and so is a moment that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import BadInput
from .truncated import Moments, scipy_part

GRID = 129
STEPS = 100
TAIL = (1e100, 1e150)


def minimum(f: Callable[[Any, Any], Any], start: Any, stop: Any) -> Any:
    """Where f(h, i) is least between start[i] and stop[i]: on a grid, then by golden section.

    The place is good to about half the digits, as far as the values of f tell.

    >>> import numpy
    >>> print(minimum(lambda h, i: (h - 0.3)**2, numpy.asarray([0.0]), numpy.asarray([1.0])).round(6))
    [0.3]
    """
    import numpy as np

    i = np.arange(start.size)
    grid = start[:, None] + (stop - start)[:, None] * np.linspace(0, 1, GRID)
    values = f(grid, i[:, None])
    best = np.argmin(values, axis=-1)
    low, high = grid[i, np.maximum(best - 1, 0)], grid[i, np.minimum(best + 1, GRID - 1)]
    ratio = (np.sqrt(5) - 1) / 2
    for _ in range(STEPS):
        one, two = high - ratio * (high - low), low + ratio * (high - low)
        left = f(one, i) <= f(two, i)
        low, high = np.where(left, low, one), np.where(left, two, high)
    found = np.stack([(low + high) / 2, grid[i, best], start, stop])
    return found[np.argmin(np.stack([f(h, i) for h in found]), axis=0), i]


def moments(
    f: Callable[[Any, Any], Any], tau: float, ends: tuple[Any, Any], cuts: list[Any], what: str, orders: int
) -> Moments:
    r"""Log-mass, mean and variance of \(e^{-(f(h, i) - f_0)/\tau}\), \(f_0\) the least value at the cuts.

    `cuts` are arrays of places at which the range is cut; `orders` says how many moments are needed.
    """
    import numpy as np

    low, high = ends
    cuts = [np.clip(c, low, high) for c in cuts]
    i = np.arange(low.size)
    values = np.stack([f(c, i) for c in cuts])
    centre = np.stack(cuts)[np.argmin(values, axis=0), i]
    least = np.min(values, axis=0)
    for sign, end in ((1.0, high), (-1.0, low)):
        _proper(f, tau, sign, end, i, orders, what)
    inner = np.sort(np.stack(cuts), axis=0)
    scale = _scale(f, tau, centre, least, low, high, i)
    knots = [low, *inner, high]
    totals = [np.zeros(low.size) for _ in range(orders + 1)]
    for left, right in zip(knots, knots[1:], strict=False):
        used = left < right
        if not np.any(used):
            continue
        for order in range(orders + 1):
            totals[order] += _part(f, tau, (left, right), centre, scale, least, order, used, what)
    mass = totals[0]
    if not (np.all(mass > 0) and np.all(np.isfinite(mass))):
        raise BadInput(f"the posterior of {what} has no finite positive mass as far as floats tell")
    first = totals[1] / mass if orders > 0 else np.zeros_like(mass)
    second = totals[2] / mass if orders > 1 else first * first
    mean = np.clip(centre + scale * first, low, high)
    return Moments(np.log(scale * mass), mean, scale**2 * (second - first * first))


def _proper(f: Any, tau: float, sign: float, end: Any, i: Any, orders: int, what: str) -> None:
    """Refuse a tail whose energy grows too slowly: k log u needs k > (1 + order) tau."""
    import numpy as np

    free = np.isinf(end)
    if not np.any(free):
        return
    one, two = (f(np.full(i.size, sign * u), i) for u in TAIL)
    growth = (two - one) / np.log(TAIL[1] / TAIL[0])
    enough = (growth > (1 + orders) * tau * (1 + 1e-9)) | (np.isposinf(two) & ~np.isnan(one))
    bad = free & ~enough
    if np.any(bad):
        moment = ("integral", "mean", "variance")[orders]
        raise BadInput(
            f"{what} has no {moment} at tau = {tau}: far out the energy grows like "
            f"{float(growth[bad][0]):.4g} log|u|, and more than {(1 + orders) * tau:.4g} log|u| is needed"
        )


def _scale(f: Any, tau: float, centre: Any, least: Any, low: Any, high: Any, i: Any) -> Any:
    """How far from the centre the exponent has risen by about 1."""
    import numpy as np

    steps = 2.0 ** np.arange(-120, 121)
    scale = np.full(i.size, np.inf)
    for sign, end in ((1.0, high), (-1.0, low)):
        room = np.abs(end - centre)[:, None]
        risen = (f(centre[:, None] + sign * steps, i[:, None]) - least[:, None]) / tau >= 1
        first = np.where(np.any(risen, axis=-1), steps[np.argmax(risen, axis=-1)], np.inf)
        width = np.minimum(first, room[:, 0])
        scale = np.where(width > 0, np.minimum(scale, width), scale)
    return np.where(np.isfinite(scale), scale, 1.0)


def _part(
    f: Any, tau: float, ends: Any, centre: Any, scale: Any, least: Any, order: int, used: Any, what: str
) -> Any:
    import numpy as np

    i = np.flatnonzero(used)
    left, right = ends[0][i], ends[1][i]
    anchor = np.where(np.isinf(left), right, left)  # the end from which a place is measured
    start, stop = (left - anchor) / scale[i], (right - anchor) / scale[i]

    def integrand(x: Any, k: Any) -> Any:
        k = k.astype(int)
        h = anchor[k] + scale[i][k] * x
        weight = np.exp(-(f(h, i[k]) - least[i][k]) / tau)
        return weight * ((h - centre[i][k]) / scale[i][k]) ** order

    found = scipy_part("integrate").tanhsinh(
        integrand, start, stop, args=(np.arange(i.size),), atol=1e-14, rtol=1e-12, maxlevel=12
    )
    if np.any(bad := ~found.success & ~(np.abs(found.error) <= 1e-8)):
        raise BadInput(f"the quadrature for {what} did not converge for {int(np.sum(bad))} values of z")
    result = np.zeros(used.size)
    result[i] = found.integral
    return result
