"""Measured against predicted: a seeded experiment with replications and an interval."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from html import escape
from math import inf, isfinite
from typing import Any, ClassVar

from . import render
from .errors import BadInput, Refuted, Undecided
from .proof import Evidence, Twin
from .render import tex

INTERVALS = ("t", "bootstrap", "wilson")


@dataclass(frozen=True, eq=False)
class Experiment(Evidence):
    r"""A quantity is measured in independent replications; its prediction lies in the interval of the mean.

    `measure` takes a NumPy generator and returns one replication: a number, or for `interval="wilson"`
    whether it succeeded. Replication i of seed `rng` always has the same generator. The tolerance is the
    replication error itself: half the width of the interval of confidence `level` (Student's t, the
    bootstrap's BCa, or Wilson's for a rate, all SciPy's). `prediction` is a number, or a pair (low, high)
    within which the whole interval must lie; an end may be infinite. `precision` is the half width beyond
    which the interval is worth nothing. Raises `Refuted` when the prediction leaves the interval,
    `Undecided` when the interval is too wide, or straddles an end of a pair, `BadInput` for what is
    no such measurement. It proves nothing.

    >>> mean = Experiment("mean of a die", lambda g: g.integers(1, 7), 3.5, 400, precision=0.3, rng=1)
    >>> mean.status, mean.low < 3.5 < mean.high
    ('measured', True)
    >>> mean.twin(4)  # doctest: +ELLIPSIS
    Twin(...)
    """

    says: str
    measure: Callable[[Any], Any]
    prediction: Any
    replications: int
    precision: float
    rng: int
    interval: str = "t"
    level: float = 0.99
    samples: Any = field(init=False, repr=False)
    low: float = field(init=False, repr=False)
    high: float = field(init=False, repr=False)
    seconds: float = field(init=False, repr=False)
    status: ClassVar[str] = "measured"

    def __post_init__(self) -> None:
        import numpy

        if self.interval not in INTERVALS:
            raise BadInput(f"an interval is one of {', '.join(INTERVALS)}, got {self.interval!r}")
        if not (isinstance(self.rng, int) and self.rng >= 0):
            raise BadInput(
                f"rng is a seed, a whole number from 0, so that a run can be repeated; got {self.rng!r}"
            )
        if not (isinstance(self.replications, int) and self.replications >= 8):
            raise BadInput(f"an interval needs at least 8 replications, got {self.replications!r}")
        if not (0.5 <= self.level < 1 and self.precision > 0 and isfinite(self.precision)):
            raise BadInput(
                f"expected a level in [0.5, 1) and a precision > 0, got {self.level}, {self.precision}"
            )
        self._range()
        start = time.perf_counter()
        generators = numpy.random.default_rng(self.rng).spawn(self.replications + 1)
        samples = numpy.asarray([self.measure(g) for g in generators[1:]])
        if samples.shape != (self.replications,) or not numpy.isfinite(samples.astype(float)).all():
            raise BadInput(f"{self.says}: a replication is one finite number, got {samples[:3]}")
        if self.interval == "wilson" and samples.dtype != bool:
            raise BadInput(
                f"{self.says}: Wilson's interval is for successes, True or False, got {samples.dtype}"
            )
        object.__setattr__(self, "samples", samples)
        low, high = self._interval(generators[0])
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)
        object.__setattr__(self, "seconds", time.perf_counter() - start)
        self._compare()

    def _range(self) -> tuple[float, float]:
        """The prediction as a pair of ends."""
        pair = self.prediction if isinstance(self.prediction, tuple) else (self.prediction,) * 2
        try:
            low, high = map(float, pair)
        except (TypeError, ValueError):
            raise BadInput(f"a prediction is a number or a pair of ends, got {self.prediction!r}") from None
        if not low <= high or (
            isinstance(self.prediction, tuple) and (low == high or (low, high) == (-inf, inf))
        ):
            raise BadInput(
                f"the ends of a prediction are in order and exclude something, got {self.prediction}"
            )
        return low, high

    def _interval(self, generator: Any) -> tuple[float, float]:
        """The interval of the mean, by SciPy."""
        import numpy
        from scipy import stats

        x = self.samples
        if self.interval == "wilson":
            rate = stats.binomtest(int(x.sum()), len(x))
            found = rate.proportion_ci(confidence_level=self.level, method="wilson")
        elif numpy.ptp(x) == 0:
            raise Undecided(f"{self.says}: all replications gave {x[0]}, so that their error is not known")
        elif self.interval == "t":
            found = stats.ttest_1samp(x, 0.0).confidence_interval(self.level)
        else:
            found = stats.bootstrap(
                (x,), numpy.mean, confidence_level=self.level, method="BCa", rng=generator
            ).confidence_interval
        return float(found.low), float(found.high)

    def _compare(self) -> None:
        low, high = self._range()
        found = f"{self.says}: measured {self._told()}, predicted {self._predicted()}"
        if self.high < low or high < self.low:
            raise Refuted(found)
        if (self.high - self.low) / 2 > self.precision:
            raise Undecided(f"{found}; too wide to tell, a half width of {self.precision:g} is required")
        if low < high and not (low <= self.low and self.high <= high):
            raise Undecided(f"{found}; the interval is not within it")

    def twin(self, prediction: Any) -> Twin:
        """The false twin: a wrong prediction for the same measurement."""

        def build() -> Experiment:
            other = copy(self)
            object.__setattr__(other, "prediction", prediction)
            other._compare()
            return other

        return Twin(self, build)

    @property
    def mean(self) -> float:
        """The mean of the replications."""
        return float(self.samples.mean())

    def _told(self) -> str:
        return f"{self.mean:.4g}, in [{self.low:.4g}, {self.high:.4g}]"

    def _predicted(self) -> str:
        low, high = self._range()
        if low == high:
            return f"{low:.4g}"
        return (
            f"{low:.4g} to {high:.4g}"
            if isfinite(low) and isfinite(high)
            else (f"at least {low:.4g}" if isfinite(low) else f"at most {high:.4g}")
        )

    @property
    def statement(self) -> str:
        return rf"\text{{{self.says}: {self._told()}; predicted {self._predicted()}}}"

    @property
    def method(self) -> str:
        name = {"t": "t", "bootstrap": "bootstrap", "wilson": "Wilson"}[self.interval]
        return f"experiment, {self.replications} replications, {self.level:.4g} interval ({name})"

    def __str__(self) -> str:
        return f"{self.says}: measured {self._told()}, predicted {self._predicted()}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        number = isinstance(self.prediction, (tuple, int, float))
        predicted = escape(self._predicted()) + (
            "" if number else f" = {render.math(tex(self.prediction))}"
        )
        return (
            f'<p class="iem-experiment">{render.inline(self.says)}: measured {escape(self._told())}, '
            f"predicted {predicted}. {self.method.capitalize()}, seed {self.rng}.</p>"
        )
