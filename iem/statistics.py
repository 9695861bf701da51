"""Statistics: what of the posterior is passed forward, one definition each for exact and numeric use.

A statistic supplies its `summary` of responsibilities and values, and `of_gap`, the form it takes for
two hypotheses, where everything depends on the evidence gap alone. The posterior never depends on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from .errors import unknown


@dataclass(frozen=True)
class Statistic:
    """A summary of the posterior: subclasses give `summary`, `of_gap`, and words for derivations."""

    name: ClassVar[str] = "a"
    lemma: ClassVar[str] = ""

    def summary(self, r: Any, values: Any, xp: Any) -> Any:
        """From responsibilities along the last axis (exact: a list) and one value a hypothesis."""
        raise NotImplementedError

    def of_gap(self, gap: Any, tau: Any, log_odds: Any, values: Sequence[Any], xp: Any) -> Any:
        """The summary for two hypotheses with gap d_2 - d_1 and log prior odds log(pi_1/pi_2)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Mean(Statistic):
    r"""The posterior mean \(\sum_h v_h r_h\): keeps the balance between hypotheses.

    For values \(\pm1\) it is \(\tanh(\Delta/2\tau + \tfrac12\log(\pi_+/\pi_-))\). Source: claim K2.

    >>> import numpy
    >>> float(Mean().summary(numpy.asarray([0.75, 0.25]), (1, -1), numpy))
    0.5
    """

    lemma: ClassVar[str] = "for two hypotheses the mean is a tanh of half the gap"

    def summary(self, r: Any, values: Any, xp: Any) -> Any:
        return _weighted(r, values, xp)

    def of_gap(self, gap: Any, tau: Any, log_odds: Any, values: Sequence[Any], xp: Any) -> Any:
        one, two = values
        middle, half = (one + two) / 2, (one - two) / 2
        return middle + half * xp.tanh(gap / (2 * tau) + log_odds / 2)


@dataclass(frozen=True)
class Mode(Statistic):
    r"""The value of the heaviest hypothesis, ties split evenly: keeps the decision only.

    For values \(\pm1\) it is \(\operatorname{sign}(\Delta + \tau\log(\pi_+/\pi_-))\). Source: claim K2.

    >>> import numpy
    >>> float(Mode().summary(numpy.asarray([0.75, 0.25]), (1, -1), numpy))
    1.0
    """

    lemma: ClassVar[str] = "for two hypotheses the sign of the gap decides"

    def summary(self, r: Any, values: Any, xp: Any) -> Any:
        if isinstance(r, list):
            return _weighted(xp.top(r), values, xp)
        top = xp.astype(r == xp.max(r, axis=-1, keepdims=True), r.dtype)
        top = top / xp.sum(top, axis=-1, keepdims=True)
        return _weighted(top, values, xp)

    def of_gap(self, gap: Any, tau: Any, log_odds: Any, values: Sequence[Any], xp: Any) -> Any:
        one, two = values
        return (one + two) / 2 + (one - two) / 2 * xp.sign(gap + tau * log_odds)


@dataclass(frozen=True)
class Full(Statistic):
    r"""The whole posterior, one responsibility a hypothesis: keeps everything.

    For two hypotheses \((\sigma(x), \sigma(-x))\) with \(x = \Delta/\tau + \log(\pi_+/\pi_-)\) and the
    logistic function \(\sigma\). Source: claim K2.

    >>> import numpy
    >>> Full().summary(numpy.asarray([0.75, 0.25]), (1, -1), numpy)
    array([0.75, 0.25])
    """

    name: ClassVar[str] = "r"
    lemma: ClassVar[str] = "for two hypotheses, the logistic function of the gap"

    def summary(self, r: Any, values: Any, xp: Any) -> Any:
        return xp.vector(r) if isinstance(r, list) else r

    def of_gap(self, gap: Any, tau: Any, log_odds: Any, values: Sequence[Any], xp: Any) -> Any:
        x = gap / tau + log_odds
        return xp.vector([1 / (1 + xp.exp(-x)), 1 / (1 + xp.exp(x))])


def _weighted(r: Any, values: Any, xp: Any) -> Any:
    if isinstance(r, list):
        return xp.total([v * w for v, w in zip(values, r, strict=True)])
    return xp.sum(r * xp.asarray(values, dtype=r.dtype), axis=-1)


STATISTICS: dict[str, type[Statistic]] = {"mean": Mean, "mode": Mode, "full": Full}


def statistic(name: str) -> Statistic:
    """The statistic of that name.

    >>> statistic("mean")
    Mean()
    """
    try:
        return STATISTICS[name.lower()]()
    except (KeyError, AttributeError):
        raise unknown("statistic", name, STATISTICS) from None
