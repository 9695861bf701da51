r"""The loss of labels as a function of the inverse temperature, and whether it has a finite optimum.

Everything here is prepared for `fit_temperature`: inputs are checked, energies are taken relative to the
lowest of their sample, and the kind of optimum is decided without rounding.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import Any

from .arrays import as_array, quiet
from .errors import BadInput
from .posterior import check_axis, check_prior


class Loss:
    """The mean loss as a function of b, the inverse temperature in units in which energies are at most 1.

    `e`: energies above the lowest of their sample, 0 where masked; `p`: the prior, 0 where masked; `y`:
    labels; `w`: weights that sum to 1; `mass`: what they summed to; `at_zero`: the derivative at b = 0;
    `alone`: the kind of optimum.
    """

    def __init__(self, e: Any, p: Any, y: Any, w: Any, mass: float, at_zero: float, alone: str) -> None:
        self.e, self.p, self.y, self.w, self.mass = e, p, y[:, None], w, mass
        self.at_zero, self.alone, self.count = at_zero, alone, 0

    @cached_property
    def centred(self) -> Any:
        """Energies relative to their mean under the prior."""
        import numpy

        return numpy.where(self.p > 0, self.e - (self.p * self.e).sum(-1, keepdims=True), 0.0)

    def at(self, b: float) -> tuple[float, float, float]:
        """The loss with its first and second derivative in b; limits at 0 and infinity."""
        import numpy

        self.count += 1
        if math.isnan(b):
            b = 1.0  # every temperature has the same loss
        with quiet():
            if math.isinf(b):
                weight = self.p * (self.e == 0)
            else:
                weight = self.p * numpy.exp(-b * self.e)
            total = weight.sum(-1, keepdims=True)
            own = numpy.take_along_axis(self.e, self.y, -1)
            part = numpy.take_along_axis(self.p, self.y, -1)
            push = numpy.where(own > 0, b * own, 0.0)
            nll = push - numpy.log(part / total)
            r = weight / total
            mean = (r * self.e).sum(-1, keepdims=True)
            second = (r * (self.e - mean) ** 2).sum(-1)
            if b <= 1:  # near 0 what is added to the slope there is a sum of terms of one sign
                shift = numpy.expm1(-b * self.centred)
                added = (self.p * shift * self.centred).sum(-1) / (1 + (self.p * shift).sum(-1))
                slope = self.at_zero - self.w @ added
            else:
                slope = self.w @ (own - mean)[:, 0]
        return float(self.w @ nll[:, 0]), float(slope), float(self.w @ second)


def prepare(energies: Any, labels: Any, prior: Any, sample_weight: Any, axis: int) -> tuple[Loss, int]:
    """The loss, and the power of 2 by which its energies were divided."""
    import numpy

    d = numbers_of(energies, "the energies")
    check_axis(d, axis)
    p = numpy.ones_like(d) if prior is None else _prior(numbers_of(prior, "the prior"), d, axis)
    p, d = numpy.moveaxis(p, axis, -1), numpy.moveaxis(d, axis, -1)
    if numpy.isnan(d).any() or (d == -math.inf).any():
        raise BadInput(f"energies are numbers above minus infinity, got {energies!r}")
    y = labels_of(labels, d.shape[:-1], d.shape[-1])
    w = _weights(sample_weight, d.shape[:-1])
    kept = w > 0
    d, p, y, w = d.reshape(-1, d.shape[-1])[kept], p.reshape(-1, d.shape[-1])[kept], y[kept], w[kept]
    own = numpy.take_along_axis(d, y[:, None], -1)[:, 0]
    if numpy.isinf(own).any():
        n = int(numpy.flatnonzero(kept)[numpy.argmax(numpy.isinf(own))])
        label = int(y[int(own.argmax())])
        raise BadInput(f"a label has a finite energy, but in sample {n} its class {label} is masked")
    mass = float(w.sum())
    masked = numpy.isinf(d)
    whole = numpy.where(masked, own[:, None], d)
    given = numpy.where(masked, 0.0, p)
    p = given / given.max(-1, keepdims=True)
    p = p / p.sum(-1, keepdims=True)
    low = whole.min(-1)
    unit, e = _scaled(whole, low)
    constant, right = bool((whole == low[:, None]).all()), bool((own == low).all())
    at_zero = 0.0 if constant else _at_zero(whole, e, p, given, y, w, unit)
    alone = (
        "constant" if constant
        else "anti-informative" if at_zero > 0
        else "uninformative" if at_zero == 0
        else "separable" if right
        else "finite"
    )  # fmt: skip
    return Loss(numpy.where(masked, 0.0, e), p, y, w / mass, mass, at_zero, alone), unit


def _scaled(whole: Any, low: Any) -> tuple[int, Any]:
    """Energies above the lowest of their sample, divided by a power of 2 so that none exceeds 1."""
    import numpy

    halves = numpy.ldexp(whole, -1) - numpy.ldexp(low, -1)[:, None]
    huge = bool((halves > 2.0**1021).any())
    e = halves if huge else whole - low[:, None]
    power = math.frexp(float(e.max()))[1]
    return power + huge, numpy.ldexp(numpy.ldexp(e, -(power // 2)), -(power - power // 2))


def _at_zero(d: Any, e: Any, p: Any, given: Any, y: Any, w: Any, unit: int) -> float:
    """The mean derivative at 0, the label's energy less the prior mean; exact where floats would cancel."""
    import numpy

    own = numpy.take_along_axis(e, y[:, None], -1)[:, 0]
    mean = (p * e).sum(-1)
    share = w / w.sum()
    quick, size = float(share @ (own - mean)), float(share @ (own + mean))
    if abs(quick) > 1e-4 * size + 1e-290:
        return quick
    total = Fraction(0)
    for row, shares, label, weight in zip(d.tolist(), given.tolist(), y.tolist(), w.tolist(), strict=True):
        parts = [(Fraction(share), Fraction(x)) for share, x in zip(shares, row, strict=True) if share > 0]
        mass = sum((share for share, _ in parts), Fraction(0))
        total += Fraction(weight) * (Fraction(row[label]) - sum(s * x for s, x in parts) / mass)
    exact = total / sum(map(Fraction, w.tolist()), Fraction(0)) / Fraction(2) ** unit
    return float(exact) or math.copysign(math.ulp(0.0), exact) * (exact != 0)


def _prior(prior: Any, d: Any, axis: int) -> Any:
    """The weights as they were given, one for each energy."""
    import numpy

    check_prior(prior, d, numpy, axis)
    if prior.ndim == 1 and d.ndim > 1:
        prior = prior.reshape([-1 if i == axis % d.ndim else 1 for i in range(d.ndim)])
    return numpy.broadcast_to(prior, d.shape)


def numbers_of(x: Any, what: str) -> Any:
    """An array of any library as a NumPy array of float64."""
    from .chunks import numpy_of

    return numpy_of(as_array(x, what)[0]).astype(float)


def labels_of(labels: Any, shape: tuple[int, ...], classes: int) -> Any:
    """The labels as a flat array of integers."""
    import numpy

    y = numbers_of(labels, "the labels")
    if y.shape != shape:
        raise BadInput(f"expected one label for each sample, shape {shape}, got labels of shape {y.shape}")
    if y.size == 0:
        raise BadInput("expected at least one sample, got none")
    wrong = ~((y == numpy.floor(y)) & (y >= 0) & (y < classes))
    if wrong.any():
        raise BadInput(f"a label is an integer from 0 to {classes - 1}, got {float(y[wrong][0]):g}")
    return y.reshape(-1).astype(numpy.int64)


def _weights(weights: Any, shape: tuple[int, ...]) -> Any:
    """The weights of the samples, flat; 1 each by default."""
    import numpy

    w = numpy.ones(shape) if weights is None else numbers_of(weights, "the sample weights")
    if w.shape != shape:
        raise BadInput(
            f"expected one weight for each sample, shape {shape}, got weights of shape {w.shape}"
        )
    if not ((w >= 0) & (w < math.inf)).all():
        raise BadInput(f"sample weights are finite and not negative, got {weights!r}")
    with quiet():
        total = float(w.sum())
    if not 0 < total < math.inf:
        raise BadInput(f"sample weights need a positive, finite sum, got {total:g} from {weights!r}")
    return w.reshape(-1)
