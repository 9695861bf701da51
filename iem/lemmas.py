"""An equality proved once in symbols, used at expressions: what holds for any energies holds for these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from .decide import PENDING
from .errors import BadInput
from .proof import Derivation, Equality, check
from .quotients import real, remembered
from .render import plain
from .shapes import each

SIGNS = (
    "positive", "negative", "nonnegative", "nonpositive", "nonzero", "rational", "integer", "even", "odd"
)  # fmt: skip
BINDERS = (sp.Sum, sp.Product, sp.Lambda, *PENDING)  # what has symbols that stand for nothing outside


@dataclass(frozen=True, repr=False)
class Instance(Equality):
    """Link `number` of a chain in real symbols, at these values of its symbols.

    What the chain was given, and each of its definitions `(name, meaning)`, is checked at the values, in
    the given cases. Raises `Refuted` or `Undecided` where one fails, `BadInput` for a value that may not be
    real or not of the sign of its symbol, and for a link that the chain does not have.

    >>> from iem import Link
    >>> x, y = sp.symbols("x y", real=True)
    >>> chain = Derivation("f", x**2 - 1, [Link(y*(x + 1), "factor")], where=[(y, x - 1)])
    >>> print(Instance(chain, 1, {x: sp.exp(x), y: sp.exp(x) - 1}))
    exp(2*x) - 1 = (exp(x) - 1)*(exp(x) + 1)
    """

    chain: Derivation
    number: int
    values: Mapping[Any, Any]
    cases: tuple[Any, ...] = ()
    left: Any = field(init=False)
    right: Any = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.chain.links)
        if self.number not in range(1, count + 1):
            raise BadInput(f"the chain has links 1 to {count}, got {self.number!r}")
        object.__setattr__(self, "values", {k: sp.sympify(v) for k, v in self.values.items()})
        for name, value in self.values.items():
            signs = [s for s in SIGNS if name.assumptions0.get(s)]
            fits = (real(value) or value.is_real) and all(getattr(value, f"is_{s}") for s in signs)
            if not name.is_Symbol or not fits:
                raise BadInput(f"{name} stands for {' '.join(signs)} real numbers, got {plain(value)}")
        for left, right in self.chain.given:
            check(self._at(left), self._at(right), (), self.cases, f"what is given of {plain(left)}")
        for name, meaning in self.chain.where:
            here, there = self._at(name), self._at(meaning)
            check(there, here, (), self.cases, f"the value of {plain(name)}")
        before, after = self.chain.sides(self.number)
        object.__setattr__(self, "left", self._at(before))
        object.__setattr__(self, "right", self._at(after))

    def _at(self, expr: Any) -> Any:
        return _put(sp.sympify(expr), tuple(self.values.items()))

    @property
    def method(self) -> str:
        return "by a lemma"


@remembered
def _put(expr: Any, values: tuple[tuple[Any, Any], ...]) -> Any:
    """An expression, or several, at values of its symbols."""
    at = dict(values)
    return each(expr, lambda e: e.subs(at, simultaneous=True) if e.has(*BINDERS) else e.xreplace(at))
