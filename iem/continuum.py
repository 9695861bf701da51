r"""Hypotheses that fill a half-line, an interval or the line, each with a prior density.

The prior stands outside the temperature: the posterior density is proportional to
\(\pi(h)\,e^{-d(z-h)/\tau}\). A prior is known by its penalty \(-\log\pi(h)\), up to a constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from . import exact
from .arrays import as_array
from .errors import BadInput
from .parameters import Parametric, declared, number


@dataclass(frozen=True)
class Prior(Parametric):
    """A prior density on hypotheses: subclasses give `penalty(h, xp)`, minus its logarithm."""

    def penalty(self, h: Any, xp: Any) -> Any:
        """Minus the log-density, up to a constant, in nats; same shape as h."""
        raise NotImplementedError


@dataclass(frozen=True)
class Flat(Prior):
    r"""The density that is constant: \(-\log\pi(h) = 0\). Improper on the half-line and the line.

    Source: claims D5 and B2.

    >>> Flat().penalty(3.0, None)
    0.0
    """

    def penalty(self, h: Any, xp: Any) -> Any:
        return 0 * h


@dataclass(frozen=True)
class Normal(Prior):
    r"""The normal density about 0: \(-\log\pi(h) = h^2 / 2c^2\), scale `c` > 0 in the unit of h.

    Raises `BadInput`. Source: claim B2.

    >>> Normal(c=2.0).penalty(2.0, None)
    0.5
    """

    c: Any = "c"

    def penalty(self, h: Any, xp: Any) -> Any:
        return (h / self.c) ** 2 / 2


@dataclass(frozen=True)
class Exponential(Prior):
    r"""The density that falls with h: \(-\log\pi(h) = h / c\), scale `c` > 0 in the unit of h.

    For the half-line or an interval; on the line it is no density. Raises `BadInput`. Source: claim D5,
    whose prior is flat.

    >>> Exponential(c=2.0).penalty(3.0, None)
    1.5
    """

    c: Any = "c"

    def penalty(self, h: Any, xp: Any) -> Any:
        return h / self.c


@dataclass(frozen=True)
class Laplacian(Prior):
    r"""The density that falls on both sides of 0: \(-\log\pi(h) = |h| / c\), scale `c` > 0 as h.

    Raises `BadInput`. Source: claim B2, whose prior is normal.

    >>> import numpy
    >>> float(Laplacian(c=2.0).penalty(numpy.asarray(-3.0), numpy))
    1.5
    """

    c: Any = "c"

    def penalty(self, h: Any, xp: Any) -> Any:
        return xp.abs(h) / self.c


class Continuum:
    """A closed interval of hypotheses, bounded or not, with a prior density on it."""

    prior: Prior | None

    @property
    def ends(self) -> tuple[Any, Any]:
        """The lower and the upper end, as given; infinite ends are SymPy infinities."""
        raise NotImplementedError

    @property
    def density(self) -> Prior:
        """The prior density; flat unless one is given."""
        return Flat() if self.prior is None else self.prior

    def free(self) -> list[str]:
        """The names of the free parameters."""
        names = [e for e in self.ends if isinstance(e, str)]
        return list(dict.fromkeys([*names, *self.density.free()]))

    def positive(self) -> list[str]:
        """The names of the free parameters that must be positive."""
        return self.density.free()

    def exact(self) -> Continuum:
        """The same with SymPy expressions for parameters."""
        raise NotImplementedError

    def bound(self, values: Mapping[str, Any]) -> Continuum:
        """The same with numbers for parameters, free ones taken from `values`."""
        raise NotImplementedError

    def _check_prior(self) -> None:
        if not (self.prior is None or isinstance(self.prior, Prior)):
            known = ", ".join(PRIORS)
            raise BadInput(f"expected a prior ({known}) or None, got {self.prior!r}")

    @property
    def proper(self) -> bool:
        """Whether the prior has a finite integral over the set.

        >>> HalfLine().proper, HalfLine(Exponential()).proper
        (False, True)
        """
        bounded = all(e not in (sp.oo, -sp.oo) for e in self.ends)
        return bounded or not isinstance(self.density, Flat)


@dataclass(frozen=True)
class HalfLine(Continuum):
    r"""The hypotheses \(h \ge 0\), by default with a flat prior. Source: claim D5.

    >>> HalfLine(Exponential()).free()
    ['c']
    """

    prior: Prior | None = None

    def __post_init__(self) -> None:
        self._check_prior()

    @property
    def ends(self) -> tuple[Any, Any]:
        return sp.S.Zero, sp.oo

    def exact(self) -> HalfLine:
        return HalfLine(self.density.exact())

    def bound(self, values: Mapping[str, Any]) -> HalfLine:
        return HalfLine(self.density.bound(values))


@dataclass(frozen=True)
class Line(Continuum):
    """The hypotheses of the whole real line, by default with a flat prior.

    Raises `BadInput` for an exponential prior. Source: claim B2.

    >>> Line(Exponential())
    Traceback (most recent call last):
    iem.errors.BadInput: an exponential prior is no density on the line: expected Laplacian, Normal or Flat
    """

    prior: Prior | None = None

    def __post_init__(self) -> None:
        self._check_prior()
        if isinstance(self.prior, Exponential):
            raise BadInput(
                "an exponential prior is no density on the line: expected Laplacian, Normal or Flat"
            )

    @property
    def ends(self) -> tuple[Any, Any]:
        return -sp.oo, sp.oo

    def exact(self) -> Line:
        return Line(self.density.exact())

    def bound(self, values: Mapping[str, Any]) -> Line:
        return Line(self.density.bound(values))


@dataclass(frozen=True)
class Interval(Continuum):
    r"""The hypotheses \(low \le h \le high\), by default with a flat prior, which is then proper.

    Ends are numbers, SymPy expressions or names of free parameters. Raises `BadInput` unless the lower
    end is below the upper one. Source: claims D5 and B2.

    >>> Interval(-1, "high").free()
    ['high']
    >>> Interval(1, -1)
    Traceback (most recent call last):
    iem.errors.BadInput: the lower end of an interval must be below the upper, got low = 1 and high = -1
    """

    low: Any = "low"
    high: Any = "high"
    prior: Prior | None = None

    def __post_init__(self) -> None:
        self._check_prior()
        for name in ("low", "high"):
            declared(name, getattr(self, name))
        self._check_order()

    def _check_order(self) -> None:
        if any(isinstance(e, str) for e in self.ends):
            ordered = self.low is not self.high and self.ends[0] != self.ends[1]
        elif getattr(below := self.low < self.high, "shape", ()):
            ordered = bool(as_array(below)[1].all(below))
        else:
            ordered = below not in (False, sp.false)
        if not ordered:
            raise BadInput(
                "the lower end of an interval must be below the upper, "
                f"got low = {self.low} and high = {self.high}"
            )

    @property
    def ends(self) -> tuple[Any, Any]:
        return self.low, self.high

    def exact(self) -> Interval:
        low, high = (exact.expression(e) for e in self.ends)
        return Interval(low, high, self.density.exact())

    def bound(self, values: Mapping[str, Any]) -> Interval:
        low, high = (
            number(e if isinstance(e, str) else name, values[e] if isinstance(e, str) else e)
            for name, e in (("low", self.low), ("high", self.high))
        )
        return Interval(low, high, self.density.bound(values))


PRIORS: dict[str, type[Prior]] = {
    "flat": Flat,
    "normal": Normal,
    "exponential": Exponential,
    "laplacian": Laplacian,
}
