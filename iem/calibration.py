"""Calibration: whether a classifier that is sure to 80% is right in 80% of the cases."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .errors import BadInput, unknown
from .labels import labels_of, numbers_of

KINDS = ("equal-width", "equal-mass")
NORMS = ("l1", "l2", "max")


@dataclass(frozen=True, eq=False)
class Calibration:
    r"""The calibration error with the bins it was computed from.

    `value`: the error, between 0 and 1. `edges`: the ends of the bins, one more than there are bins.
    `counts`: how many samples each bin holds; `confidence` and `accuracy`: their mean confidence and the
    share of them that is right, NaN where a bin is empty. See `calibration_error`. Source: claim F2.

    >>> from iem import calibration_error
    >>> found = calibration_error([[0.9, 0.1], [0.2, 0.8]], [0, 0], bins=2)
    >>> round(float(found.value), 6), found.counts.tolist()
    (0.35, [0, 2])
    """

    value: float
    edges: Any
    confidence: Any
    accuracy: Any
    counts: Any
    kind: str
    norm: str

    def __str__(self) -> str:
        bins, count = len(self.counts), int(self.counts.sum())
        return (
            f"calibration error {self.value:.4g} ({self.norm}, {bins} bins of {self.kind}, {count} samples)"
        )

    __repr__ = __str__


def calibration_error(
    probabilities: Any,
    labels: Any,
    *,
    bins: int = 15,
    kind: str = "equal-width",
    norm: str = "l1",
    axis: int = -1,
) -> Calibration:
    r"""\(\sum_b \frac{N_b}{N} |\mathrm{acc}_b - \mathrm{conf}_b|\) over bins of the confidence.

    `probabilities`: of any array library, at least 0, with sum 1 over the classes along `axis`; `labels`:
    integers from 0, one for each sample. The confidence of a sample is its largest probability; it is
    right if the class of that probability is its label, on ties the first class. `kind`: bins of
    `equal-width` on [0, 1], or of `equal-mass`, with as many samples each as ties permit; a bin holds its
    right end. `norm`: `l1` as above, the expected calibration error; `l2`, the root of the mean square;
    `max`, the largest bin error. It is an estimate: with few samples in a bin it is biased upwards.
    Raises `BadInput`. Source: claim F2; Guo et al. 2017.

    >>> calibration_error([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]], [0, 1, 1])
    calibration error 0.4 (l1, 15 bins of equal-width, 3 samples)
    """
    import numpy

    if kind not in KINDS:
        raise unknown("kind of bins", kind, KINDS)
    if norm not in NORMS:
        raise unknown("norm", norm, NORMS)
    if isinstance(bins, bool) or not hasattr(bins, "__index__") or bins < 1:
        raise BadInput(f"bins is a whole number from 1, got {bins!r}")
    p, y = _checked(probabilities, labels, axis)
    confidence, right = p.max(-1), p.argmax(-1) == y
    if kind == "equal-width":
        edges = numpy.linspace(0.0, 1.0, bins + 1)
    else:
        edges = numpy.unique(numpy.quantile(confidence, numpy.linspace(0.0, 1.0, bins + 1)))
        edges = edges if len(edges) > 1 else numpy.repeat(edges, 2)
    count = len(edges) - 1
    place = numpy.searchsorted(edges[1:-1], confidence)
    counts = numpy.bincount(place, minlength=count)
    sums = (numpy.bincount(place, weights=x, minlength=count) for x in (confidence, right))
    whole = numpy.where(counts > 0, counts, 1)
    mean, accuracy = (numpy.where(counts > 0, s / whole, math.nan) for s in sums)
    gaps = numpy.abs(accuracy - mean)[counts > 0]
    share = counts[counts > 0] / len(y)
    value = {
        "l1": float(share @ gaps),
        "l2": math.sqrt(float(share @ gaps**2)),
        "max": float(gaps.max()),
    }[norm]
    return Calibration(value, edges, mean, accuracy, counts, kind, norm)


def reliability(
    probabilities: Any,
    labels: Any,
    *,
    ax: Any = None,
    bins: int = 15,
    kind: str = "equal-width",
    axis: int = -1,
    **style: Any,
) -> Any:
    """Draw the share that is right against the confidence, bin by bin; returns the Matplotlib axes.

    Arguments and errors as for `calibration_error`. The area of a point shows how many samples its bin
    holds; on the dotted diagonal confidence is deserved, below it is too high. `style` goes to the line.
    Source: claim F2; Guo et al. 2017.

    >>> ax = reliability([[0.9, 0.1], [0.2, 0.8]], [0, 0], bins=2)
    >>> ax.get_xlabel()
    'confidence'
    """
    from . import plots

    found = calibration_error(probabilities, labels, bins=bins, kind=kind, axis=axis)
    ax = plots.axes(width=4.2, height=3.8) if ax is None else ax
    full = found.counts > 0
    x, y, share = found.confidence[full], found.accuracy[full], found.counts[full] / found.counts.sum()
    ax.plot([0, 1], [0, 1], color=plots.GREY, linewidth=1, linestyle=":")
    (line,) = ax.plot(x, y, **{"color": plots.BLUE, "linewidth": 1, **style})
    ax.scatter(x, y, s=12 + 300 * share, color=line.get_color(), zorder=3)
    ax.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1.02), ylim=(0, 1.03))
    return ax


def _checked(probabilities: Any, labels: Any, axis: int) -> tuple[Any, Any]:
    """Probabilities as rows, and their labels."""
    import numpy

    from .arrays import as_array
    from .posterior import check_axis

    p = numbers_of(probabilities, "the probabilities")
    check_axis(p, axis)
    p = numpy.moveaxis(p, axis, -1)
    eps = float(as_array(probabilities)[1].finfo(as_array(probabilities)[0].dtype).eps)
    y = labels_of(labels, p.shape[:-1], p.shape[-1])
    p = p.reshape(-1, p.shape[-1])
    if not (p >= 0).all():
        raise BadInput(f"probabilities are numbers from 0 to 1, got {float(p[~(p >= 0)][0]):g}")
    off = numpy.abs(p.sum(-1) - 1)
    if not (off <= 8 * math.sqrt(eps)).all():
        n = int(numpy.argmax(off))
        raise BadInput(f"probabilities sum to 1 in each sample, but in sample {n} to {p[n].sum():g}")
    return p, y
