"""Parameters: numbers, arrays and SymPy expressions as they may be given, or names that stay free."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from .errors import BadInput


def number(name: str, value: Any, positive: bool = False) -> Any:
    """A parameter as given for computing: a finite float, or a floating array of finite numbers."""
    from .arrays import as_array

    low = 0.0 if positive else -math.inf
    if getattr(value, "shape", ()) != ():
        result, xp = as_array(value, name)
        good = bool(xp.all((result > low) & (result < math.inf)))
    else:
        try:
            result = math.nan if isinstance(value, (str, bytes)) else float(value)
        except (TypeError, ValueError, OverflowError):
            result = math.nan
        good = low < result < math.inf
    if not good:
        kind = "positive finite" if positive else "finite"
        raise BadInput(f"{name} must be a {kind} number or an array of such, got {value!r}")
    return result


def declared(name: str, value: Any, positive: bool = False) -> None:
    """Check a parameter as it is declared: a free name, a SymPy expression, a number or an array."""
    from .arrays import is_exact

    if isinstance(value, str):
        if not value.isidentifier() or value in ("z", "tau"):
            raise BadInput(f"{name} must be named by an identifier other than z and tau, got {value!r}")
    elif not is_exact(value) or getattr(value, "is_number", False):
        number(name, value, positive)
    elif positive and not getattr(value, "is_positive", False):
        raise BadInput(f"{name} must be positive, got {value!r}, which is not declared so")


@dataclass(frozen=True)
class Parametric:
    """Something with positive parameters that may still be free, that is, given by name."""

    def __post_init__(self) -> None:
        for f in fields(self):
            declared(f.name, getattr(self, f.name), positive=True)

    def free(self) -> list[str]:
        """The names of the free parameters.

        >>> from iem import Gaussian
        >>> Gaussian().free(), Gaussian(sigma=2).free()
        (['sigma'], [])
        """
        return [v for f in fields(self) if isinstance(v := getattr(self, f.name), str)]

    def exact(self) -> Self:
        """The same with SymPy expressions for parameters."""
        from .exact import expression

        return replace(
            self, **{f.name: expression(getattr(self, f.name), positive=True) for f in fields(self)}
        )

    def bound(self, values: Mapping[str, Any]) -> Self:
        """The same with numbers for parameters, free ones taken from `values`."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in given.items():
            given[name] = number(name, values[value] if isinstance(value, str) else value, positive=True)
        return replace(self, **given)
