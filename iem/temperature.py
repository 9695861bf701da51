r"""A learned temperature: the one at which the labels of a calibration set are likeliest.

Energies \(d_{nh}\) of sample n under class h, in nats at temperature 1; the prior stays outside the
temperature. Whether a finite optimum exists is decided exactly, before anything is searched for.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .arrays import quiet
from .errors import BadInput
from .labels import Loss, prepare

EPS = 2.0**-52
TINY, HUGE = math.ulp(0.0), math.nextafter(math.inf, 0)
MEANS = {
    "finite": "what is minimised is least there",
    "separable": "no label has a higher energy than another class: the loss falls as tau falls to 0",
    "anti-informative": "at beta = 0 the loss rises with beta: it falls as tau grows without bound",
    "uninformative": "at beta = 0 the loss has slope 0: it falls as tau grows without bound",
    "constant": "in every sample all energies are equal: every temperature has the same loss",
    "floor": "the loss still falls towards lower temperatures, and the floor stops it",
}


@dataclass(frozen=True)
class Fit:
    r"""A learned temperature, and what kind of optimum it is.

    `tau` and `beta` = 1 / tau; `nll`, the mean negative log-likelihood of the labels there, in nats, or its
    limit; `state`, the kind of optimum; `alone`, its kind without floor and prior on tau; `curvature`, the
    second derivative of `nll` in beta, the mean variance of the energies; `iterations`, how often the loss
    was evaluated. See `fit_temperature`. Source: claim F1.

    >>> print(fit_temperature([[0.0, 1.0], [0.0, 2.0]], [0, 0]))
    tau = 0, separable: no label has a higher energy than another class: the loss falls as tau falls to 0
    """

    tau: float
    beta: float
    nll: float
    state: str
    alone: str
    curvature: float
    iterations: int

    @property
    def explanation(self) -> str:
        """What the state means, in words."""
        words = MEANS[self.state]
        if self.state == "finite" and self.alone != "finite":
            words = f"the prior on tau holds it; by the labels alone it is {self.alone}"
        if self.state == "finite" and not 0 < self.tau < math.inf:
            words += "; it exceeds the range of floating-point numbers"
        return words

    def __str__(self) -> str:
        return f"tau = {self.tau:.6g}, {self.state}: {self.explanation}"


def fit_temperature(
    energies: Any,
    labels: Any,
    *,
    prior: Any = None,
    sample_weight: Any = None,
    log_normal: tuple[float, float] | None = None,
    floor: float | None = None,
    axis: int = -1,
) -> Fit:
    r"""Minimise \(-\sum_n w_n \log r_{n,y_n}\) over the temperature \(\tau\).

    `energies`: above minus infinity, of any array library, the classes along `axis`; \(+\infty\) masks a
    class. `labels`: integers from 0, one for each sample. `prior`: positive class weights as in
    `responsibilities`, outside the temperature. `sample_weight`: weights \(w_n \ge 0\).

    The loss is convex in \(\beta = 1/\tau\). Its derivative in sample n is \(d_y - \langle d \rangle_r\).
    It rises from \(d_y - \sum_h \pi_h d_h\) at \(\beta = 0\), with the prior restricted to classes that are
    not masked, to \(d_y - \min_h d_h\), which no prior enters. Samples of positive weight decide, and ties
    count as right:

    - all energies of each sample equal: every temperature is optimal, `tau` is NaN, state `constant`;
    - the weighted sum of the derivatives at 0 is positive, or 0: `tau` is infinite, state
      `anti-informative`, or `uninformative`;
    - otherwise, if no label has an energy above the lowest of its sample: `tau` is 0, state `separable`;
    - otherwise there is one finite optimum, state `finite`, found by Newton's method inside a bracket.

    These conditions are decided without rounding, in rational numbers where floats leave a sign open.

    `floor`: a lowest temperature; where the loss still falls towards it, it is the optimum, state `floor`.
    `log_normal`: mean and deviation \((\mu, s)\) of a Gaussian prior on \(\log\tau\): what is minimised is
    the sum above plus \((\log\tau - \mu)^2 / 2s^2\), not divided by the sum of the weights. It always has
    a finite optimum, but may have several local ones: cells of \(\log\tau\) are cut until no temperature
    can be better than the one returned by more than \(10^{-10}\) of the objective, up to rounding.
    Raises `BadInput`. Source: claims F1 and F4; Guo et al. 2017 learn one temperature for a network.

    >>> fit = fit_temperature([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [0, 0, 0])
    >>> fit.state, round(fit.tau * math.log(2), 12)
    ('finite', 1.0)
    """
    loss, unit = prepare(energies, labels, prior, sample_weight, axis)
    centre, spread = _log_normal(log_normal)
    low = _floor(floor)
    if log_normal is None:
        start = _newton(loss) if loss.alone == "finite" else _END[loss.alone]
    else:
        lowest = math.log(low) - unit * math.log(2) if low else -math.inf
        start = _global(loss, centre - unit * math.log(2), spread, lowest)
    with quiet():
        beta, tau = _ldexp(start, -unit), _ldexp(1 / start if start else math.inf, unit)
    state = loss.alone if log_normal is None else "finite"
    if low and tau <= low * (1 + 1e-12):  # a constant loss has tau NaN
        tau, beta, state = low, 1 / low, "floor"
        start = _ldexp(beta, unit)
    nll, _, curvature = loss.at(start)
    curvature = _ldexp(curvature, 2 * unit)
    return Fit(tau, beta, nll, state, loss.alone, curvature, loss.count)


_END = {"separable": math.inf, "anti-informative": 0.0, "uninformative": 0.0, "constant": math.nan}


def _ldexp(x: float, power: int) -> float:
    """The product of x and a power of 2; infinite where it is too large for a float."""
    try:
        return math.ldexp(x, power)
    except OverflowError:
        return math.inf


def _exp(x: float) -> float:
    """The exponential of x; infinite where it is too large for a float."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _newton(loss: Loss) -> float:
    """The zero of the derivative: Newton's steps, and halvings of the bracket in log b where they fail."""
    low = high = 1.0
    step = 2.0
    while loss.at(low)[1] > 0:
        if low == TINY:
            return 0.0
        high, low, step = low, max(low / step, TINY), step * step
    step = 2.0
    while loss.at(high)[1] < 0:
        if high == HUGE:
            return math.inf
        low, high, step = high, min(high * step, HUGE), step * step
    b, last = high, math.inf
    for _ in range(400):
        _, slope, second = loss.at(b)
        if slope == 0:
            break
        low, high = (b, high) if slope < 0 else (low, b)
        with quiet():
            new = b - slope / second if second > 0 else math.nan
        step = abs(new - b)
        if step <= 4 * EPS * b or last <= 1e-13 * b:  # beyond it, only rounding moves b
            break
        if not (low < new < high and step < last / 2):
            new = math.sqrt(low) * math.sqrt(high)
        b, last = new, abs(new - b)
    return b


def _global(loss: Loss, centre: float, spread: float, lowest: float) -> float:
    r"""The b = e^{-v} of least objective f(v) = mass loss(e^{-v}) + (v - centre)^2 / 2 spread^2.

    The loss has an increasing derivative in b, which encloses f' on a cell of v; so each cell has a lower
    bound on f, and the cells that may hold something better are cut in half. Where the loss rises with b in
    a whole cell, it is there at least what it is at the end of least b, even if f exceeds the floats.
    """
    seen: dict[float, tuple[float, float, float, float, float]] = {}

    def look(v: float) -> tuple[float, float, float, float, float]:
        if v not in seen:
            b = math.exp(min(-v, 709.0))
            nll, slope, _ = loss.at(b)
            f = loss.mass * nll + ((v - centre) / spread) ** 2 / 2
            seen[v] = b, slope, f, -loss.mass * b * slope + (v - centre) / spread**2, loss.mass * nll
        return seen[v]

    def bound(cell: tuple[float, float]) -> float:
        (b1, g1, f1, _, _), (b2, g2, _, _, end) = look(cell[0]), look(cell[1])
        steepest = loss.mass * max(b1 * g1, b2 * g1)
        least = (cell[0] - centre) / spread**2 - steepest
        slanted = f1 + min(least, 0.0) * (cell[1] - cell[0]) if math.isfinite(least) else -math.inf
        return max(slanted, end) if g2 >= 0 else slanted

    def middle(cell: tuple[float, float]) -> float:
        return cell[0] + (cell[1] - cell[0]) / 2

    low, high = (max(v, lowest) for v in _ends(loss, centre, spread))
    cells = [(low, high)]
    best = low
    while True:
        best = min([best, *(v for cell in cells for v in cell)], key=lambda v: look(v)[2])
        limit = look(best)[2] * (1 - 1e-10)
        cells = [c for c in cells if bound(c) < limit and c[0] < middle(c) < c[1]]
        if not cells:
            break
        cells = [half for c in cells for half in ((c[0], middle(c)), (middle(c), c[1]))]
    return _exp(-_polished(lambda v: look(v)[3], best, sorted(seen)))


def _ends(loss: Loss, centre: float, spread: float) -> tuple[float, float]:
    """An interval of v outside which the objective rises away from it."""
    import numpy

    if loss.alone == "finite":
        data = -math.log(min(max(_newton(loss), TINY), HUGE))
        return min(centre, data), max(centre, data)
    if loss.alone == "separable":  # x e^{-x} <= 1/e bounds how much the labels can push
        own = numpy.take_along_axis(loss.p, loss.y, -1)
        push = loss.mass * float(loss.w @ (loss.p / own).sum(-1)) / math.e
        return max(centre - spread**2 * push, min(centre, -709.0)), centre
    b = math.exp(min(-centre, 709.0))
    return centre, min(centre + spread**2 * loss.mass * b * loss.at(b)[1], max(centre, 746.0) + 1)


def _polished(slope: Callable[[float], float], best: float, seen: list[float]) -> float:
    """The zero of the derivative next to the best point seen, if it is bracketed there."""
    from scipy.optimize import brentq

    here = seen.index(best)
    low, high = seen[max(here - 1, 0)], seen[min(here + 1, len(seen) - 1)]
    low, high = (best, high) if slope(best) < 0 else (low, best)
    if slope(low) < 0 < slope(high):
        return float(brentq(slope, low, high, xtol=1e-15, rtol=4 * EPS))
    return best


def _log_normal(pair: Any) -> tuple[float, float]:
    """The mean and the standard deviation of log tau."""
    if pair is None:
        return 0.0, 1.0
    try:
        centre, spread = map(float, pair)
    except (TypeError, ValueError):
        centre = spread = math.nan
    if not (math.isfinite(centre) and 0 < spread < math.inf):
        raise BadInput(f"log_normal is a pair, a finite mean and a deviation > 0 of log tau, got {pair!r}")
    return centre, spread


def _floor(floor: Any) -> float:
    """The lowest temperature allowed, 0 where there is none."""
    if floor is None:
        return 0.0
    try:
        value = math.nan if isinstance(floor, (str, bytes)) else float(floor)
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not 0 < value < math.inf:
        raise BadInput(f"a floor is a finite temperature > 0, got {floor!r}")
    return value
