"""What competes for the evidence: where each hypothesis sits, what it stands for, its prior weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .errors import BadInput
from .parameters import declared, number


def _tuple(name: str, values: Any) -> tuple[Any, ...]:
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise BadInput(f"{name} must be a sequence, one entry a hypothesis, got {values!r}")
    entries = tuple(v.item() if hasattr(v, "item") and v.shape == () else v for v in values)
    for i, entry in enumerate(entries, 1):
        declared(f"entry {i} of {name}", entry, positive=name == "prior")
    return entries


@dataclass(frozen=True)
class Points:
    """Finitely many hypotheses: locations, values (by default the locations) and prior weights.

    Entries are numbers, SymPy expressions or names of free parameters. Without a prior every weight
    is 1. Raises `BadInput` for an empty set, lengths that differ or weights that are not positive.
    Source: claims T1 and K1.

    >>> Points((-1, 0, 1)).values
    (-1, 0, 1)
    >>> Points(())
    Traceback (most recent call last):
    iem.errors.BadInput: the hypothesis set is empty: expected at least one location
    """

    locations: tuple[Any, ...]
    values: tuple[Any, ...] | None = None
    prior: tuple[Any, ...] | None = None

    def __post_init__(self) -> None:
        locations = _tuple("locations", self.locations)
        if not locations:
            raise BadInput("the hypothesis set is empty: expected at least one location")
        object.__setattr__(self, "locations", locations)
        object.__setattr__(
            self, "values", locations if self.values is None else _tuple("values", self.values)
        )
        if self.prior is not None:
            object.__setattr__(self, "prior", _tuple("prior", self.prior))
        for name in ("values", "prior"):
            entries = getattr(self, name)
            if entries is not None and len(entries) != len(locations):
                raise BadInput(
                    f"{name} has {len(entries)} entries, but there are {len(locations)} locations"
                )

    def _entries(self) -> list[Any]:
        return [*self.locations, *(self.values or ()), *(self.prior or ())]

    def free(self) -> list[str]:
        """The names of the free parameters."""
        return list(dict.fromkeys(e for e in self._entries() if isinstance(e, str)))

    def positive(self) -> list[str]:
        """The names of the free parameters that must be positive."""
        return [e for e in self.prior or () if isinstance(e, str)]

    def exact(self) -> Points:
        """The same with SymPy expressions for entries."""
        from .exact import expression

        return self._mapped(lambda name, e: expression(e, positive=name == "prior"))

    def bound(self, values: Mapping[str, Any]) -> Points:
        """The same with numbers for entries, free ones taken from `values`."""

        def value(name: str, entry: Any) -> Any:
            given = values[entry] if isinstance(entry, str) else entry
            label = entry if isinstance(entry, str) else name
            return number(label, given, positive=name == "prior")

        return self._mapped(value)

    def _mapped(self, change: Any) -> Points:
        def each(name: str) -> Any:
            entries = getattr(self, name)
            return None if entries is None else tuple(change(name, e) for e in entries)

        return Points(each("locations"), each("values"), each("prior"))


@dataclass(frozen=True)
class Signs:
    """The signed pair: h = +1 at m and h = -1 at -m, in this order.

    `m` > 0 is half the distance. `prior` = (weight of +1, weight of -1), by default both 1; write
    `("pi_plus", "pi_minus")` to keep them free. Raises `BadInput`. Source: the model of claims G1 to G7.

    >>> Signs(m=2).points().locations
    (2, -2)
    """

    m: Any = "m"
    prior: tuple[Any, Any] | None = None

    def __post_init__(self) -> None:
        declared("m", self.m, positive=True)
        if self.prior is not None:
            prior = _tuple("prior", self.prior)
            if len(prior) != 2:
                raise BadInput(f"a signed pair needs two prior weights, got {self.prior!r}")
            object.__setattr__(self, "prior", prior)

    def points(self) -> Points:
        """The same hypotheses as points; `m` must not be a name any more."""
        return Points((self.m, -self.m), (1, -1), self.prior)

    def free(self) -> list[str]:
        """The names of the free parameters."""
        return [e for e in (self.m, *(self.prior or ())) if isinstance(e, str)]

    def positive(self) -> list[str]:
        """The names of the free parameters that must be positive: all."""
        return self.free()

    def exact(self) -> Points:
        """The pair as points with SymPy expressions for entries."""
        from .exact import expression

        return replace(self, m=expression(self.m, positive=True)).points().exact()

    def bound(self, values: Mapping[str, Any]) -> Points:
        """The pair as points with numbers for entries, free ones taken from `values`."""
        m = number("m", values[self.m] if isinstance(self.m, str) else self.m, positive=True)
        return replace(self, m=m).points().bound(values)


@dataclass(frozen=True)
class Gate(Signs):
    """The gate: h = 1 (open) at m and h = 0 (closed) at -m, in this order; otherwise as the signed pair.

    It sits where the signed pair sits, so that it opens at z = 0. Source: claims D5 and X.

    >>> Gate(m=2).points().values
    (1, 0)
    """

    def points(self) -> Points:
        return Points((self.m, -self.m), (1, 0), self.prior)


Hypotheses = Points | Signs
