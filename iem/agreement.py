"""Agreement of two programs on named inputs, to a tolerance that comes from rounding."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, ClassVar

from . import render
from .arrays import as_array
from .errors import BadInput, Refuted
from .proof import Evidence, Twin


@dataclass(frozen=True, eq=False)
class Agreement(Evidence):
    r"""Two implementations give the same, \(|a_i - b_i| \le t\) in every entry, on every named case.

    `one` and `two` take the arguments of a case and return arrays, equal in shape and floating type, NaN in
    the same places. `tolerance` takes them too and returns t, a bound on what rounding alone can do. It is
    a check of programs on these inputs and proves nothing about others. Raises `Refuted` with the case
    and the entry that differs most, and `BadInput` where a case is no test: t is not positive, or so large that
    zeros would pass. Source: claim A5.

    >>> same = Agreement("sums", sum, math.fsum, {"tenths": ([0.1] * 3,)}, lambda x: 1e-15)
    >>> same.method
    'agreement to rounding, 1 case'
    >>> Agreement("sums", sum, max, {"tenths": ([0.1] * 3,)}, lambda x: 1e-15)
    Traceback (most recent call last):
    iem.errors.Refuted: sums, case tenths: 0.3 is not 0.1 at entry (), a difference of 0.2 where 1e-15 is allowed
    """  # noqa: E501

    says: str
    one: Callable[..., Any]
    two: Callable[..., Any]
    cases: Mapping[str, tuple[Any, ...]]
    tolerance: Callable[..., float]
    status: ClassVar[str] = "checked"

    def __post_init__(self) -> None:
        object.__setattr__(self, "cases", dict(self.cases))
        if not self.cases:
            raise BadInput(f"no case given for: {self.says}")
        for name, given in self.cases.items():
            self._compare(f"{self.says}, case {name}", given)

    def _compare(self, what: str, given: tuple[Any, ...]) -> None:
        import numpy

        a, b = (numpy.asarray(as_array(f(*given), what)[0]) for f in (self.one, self.two))
        allowed = float(self.tolerance(*given))
        if a.shape != b.shape or a.dtype != b.dtype:
            raise Refuted(f"{what}: {a.dtype} of shape {a.shape} is not {b.dtype} of shape {b.shape}")
        size = max((abs(float(x)) for x in b.flat if math.isfinite(x)), default=0.0)
        if not 0 < allowed < size:
            raise BadInput(f"{what} is no test: a tolerance of {allowed:.3g} for results up to {size:.3g}")
        difference = numpy.where(numpy.isnan(a) & numpy.isnan(b), 0.0, numpy.abs(a - b))
        worst = numpy.unravel_index(int(numpy.argmax(difference)), a.shape)
        if not difference[worst] <= allowed:
            at = tuple(map(int, worst))
            raise Refuted(
                f"{what}: {a[worst]:.6g} is not {b[worst]:.6g} at entry {at}, a difference of "
                f"{difference[worst]:.3g} where {allowed:.3g} is allowed"
            )

    def twin(self, **changes: Any) -> Twin:
        """The false twin: the same check of another program, or on other cases."""
        return Twin(self, lambda: replace(self, **changes))

    @property
    def statement(self) -> str:
        return rf"\text{{{self.says}: {self.method}}}"

    @property
    def method(self) -> str:
        return f"agreement to rounding, {len(self.cases)} case{'s' * (len(self.cases) > 1)}"

    def __str__(self) -> str:
        return f"{self.says}: {self.method}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(name)}</li>" for name in self.cases)
        return f'<div class="iem-agreement"><p>{render.inline(str(self))}.</p><ul>{rows}</ul></div>'
