r"""Schedules of temperature: from a `Stage` of the cooling to the next temperature.

A schedule is any callable that takes a `Stage` and returns a lower temperature. The fit holds what is
returned above `stop`, and ends there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from .errors import BadInput


class Stage(NamedTuple):
    r"""Where a cooling stands: how many temperatures were visited, the present one, the first, the last.

    `heat` is the heat capacity \(\langle\operatorname{Var}_r(d)\rangle/\tau^2\) at the present
    temperature, in nats: as \(\log\tau\) falls, \(\operatorname{KL}(r\Vert\pi)\) rises at this rate.
    Temperatures are in the unit of the energy. Source: claim T5.

    >>> stage = Stage(step=1, tau=4.0, start=4.0, stop=0.1)
    >>> Geometric(0.5)(stage), stage.heat
    (2.0, 0.0)
    """

    step: int
    tau: float
    start: float
    stop: float
    heat: float = 0.0


@dataclass(frozen=True)
class Geometric:
    r"""\(\tau_{k+1} = \rho\,\tau_k\), the `rate` \(\rho\) between 0 and 1.

    Raises `BadInput`. Source: Rose 1998, claim N5.

    >>> Geometric(0.5)(Stage(1, 4.0, 4.0, 1.0))
    2.0
    """

    rate: float = 0.9

    def __post_init__(self) -> None:
        between(self.rate, 0, 1, "the rate of a geometric schedule")

    def __call__(self, stage: Stage) -> float:
        return self.rate * stage.tau


@dataclass(frozen=True)
class Linear:
    r"""Equal steps: \(\tau_k = \tau_0 - (\tau_0 - \tau_{\text{stop}})\,k/n\).

    `steps`: their number n, from 1. Raises `BadInput`. Source: claim N5.

    >>> Linear(3)(Stage(1, 4.0, 4.0, 1.0))
    3.0
    """

    steps: int = 50

    def __post_init__(self) -> None:
        _whole(self.steps)

    def __call__(self, stage: Stage) -> float:
        return stage.start - (stage.start - stage.stop) * min(stage.step / self.steps, 1)


@dataclass(frozen=True)
class Cosine:
    r"""Half a cosine: \(\tau_k = \tau_{\text{stop}} + (\tau_0 - \tau_{\text{stop}})(1 + \cos(\pi k/n))/2\).

    `steps`: their number n, from 1. Raises `BadInput`. Source: claim N5.

    >>> round(Cosine(2)(Stage(1, 4.0, 4.0, 1.0)), 6)
    2.5
    """

    steps: int = 50

    def __post_init__(self) -> None:
        _whole(self.steps)

    def __call__(self, stage: Stage) -> float:
        share = (1 + math.cos(math.pi * min(stage.step / self.steps, 1))) / 2
        return stage.stop + (stage.start - stage.stop) * share


@dataclass(frozen=True)
class ByEntropy:
    r"""Equal gains of information: \(\operatorname{KL}(r\Vert\pi)\) rises by about `nats` a step.

    Its rate in \(\log\tau\) is the heat capacity, so the step is slow where assignments are being decided
    and as fast as `fastest` where nothing happens; it is never slower than `slowest`. Raises `BadInput`.
    Source: claim T5.

    >>> ByEntropy()(Stage(1, 4.0, 4.0, 1.0, heat=0.0))
    2.0
    """

    nats: float = 0.05
    fastest: float = 0.5
    slowest: float = 0.98

    def __post_init__(self) -> None:
        between(self.nats, 0, math.inf, "the gain of information a step")
        between(self.fastest, 0, 1, "the fastest rate")
        between(self.slowest, self.fastest, 1, "the slowest rate")

    def __call__(self, stage: Stage) -> float:
        rate = math.exp(-self.nats / stage.heat) if stage.heat > 0 else 0.0
        return stage.tau * min(max(rate, self.fastest), self.slowest)


def falling(temperatures: Iterable[float]) -> list[float]:
    """A list of temperatures, each positive and lower than the one before.

    >>> falling([3, 2, 2.5])
    Traceback (most recent call last):
    iem.errors.BadInput: a schedule falls: got 2.5 after 2.0
    """
    visited: list[float] = []
    if not isinstance(temperatures, Iterable):
        raise BadInput(f"a schedule is a callable or a list of falling temperatures, got {temperatures!r}")
    for value in temperatures:
        lower(value, visited[-1] if visited else math.inf)
        visited.append(float(value))
    if not visited:
        raise BadInput("a schedule names at least one temperature, got none")
    return visited


def lower(value: float, present: float) -> float:
    """The next temperature, if it is positive and lower than the present one."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise BadInput(f"a schedule gives temperatures, got {value!r}") from None
    if not 0 < number < math.inf:
        raise BadInput(f"the temperatures of a schedule are positive and finite, got {value!r}")
    if number >= present:
        raise BadInput(f"a schedule falls: got {number!r} after {present!r}")
    return number


def between(value: Any, low: float, high: float, what: str) -> None:
    """Refuse what is no number between the two, ends excluded."""
    try:
        inside = bool(low < value < high)
    except (TypeError, ValueError):
        inside = False
    if not inside:
        raise BadInput(f"{what} lies between {low} and {high}, got {value!r}")


def _whole(steps: int) -> None:
    if not (isinstance(steps, int) and steps >= 1):
        raise BadInput(f"a schedule takes a whole number of steps from 1, got {steps!r}")
