"""Linear inequalities in real unknowns: whether a Boolean combination of them has a solution.

The combination becomes alternatives, each a conjunction of bounds `form > 0` or `form >= 0`. A conjunction
is decided exactly by Fourier-Motzkin elimination: an unknown goes when each of its lower bounds has been
added to each of its upper bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

from .errors import BadInput
from .quotients import remembered

Direction = frozenset[tuple[Any, int]]  # whole slopes by unknown, without a common divisor
Level = tuple[Fraction, bool]
Bounds = dict[Direction, Level]  # the direction with its constant: positive, or nonnegative where True


def solvable(*conditions: Any) -> bool:
    """Whether some real point satisfies these Boolean combinations of linear inequalities, all of them.

    Symbols declared positive or nonnegative count as such.
    Raises `BadInput` for what is not linear with rational coefficients.

    >>> x, y = sp.symbols("x y", real=True)
    >>> solvable(x < y, (y < 0) | (y < x), x > -1), solvable(x < y, y < x)
    (True, False)
    """
    signed = {s for c in conditions for s in c.free_symbols if s.is_nonnegative}
    domain = [(frozenset([(s, 1)]), (Fraction(0), not s.is_positive)) for s in signed]
    return bool(_all([[dict(domain)], *(_alternatives(c, True) for c in conditions)]))


def _alternatives(condition: Any, holds: bool) -> list[Bounds]:
    """The condition, or its opposite: conjunctions of which one must hold."""
    if isinstance(condition, sp.Not):
        return _alternatives(condition.args[0], not holds)
    if condition in (sp.true, sp.false):
        return [{}] if (condition == sp.true) == holds else []
    if isinstance(condition, (sp.And, sp.Or)):
        parts = [_alternatives(a, holds) for a in condition.args]
        return [b for part in parts for b in part] if isinstance(condition, sp.Or) == holds else _all(parts)
    if isinstance(condition, BooleanFunction):
        return _alternatives(condition.to_nnf(simplify=False), holds)
    if not isinstance(condition, Relational):
        raise BadInput(f"cases must be linear inequalities, got {condition}")
    return _compared(condition if holds else condition.negated)


def _all(parts: list[list[Bounds]]) -> list[Bounds]:
    """One alternative of each part, together: the conjunctions that have a solution."""
    found: list[Bounds] = [{}]
    for part in sorted(parts, key=len):
        joined = (_joined([*one.items(), *two.items()]) for one in found for two in part)
        found = [bounds for bounds in joined if _consistent(bounds)]
    return found


@remembered
def _compared(relation: Any) -> list[Bounds]:
    """A relation as alternatives."""
    try:
        slopes, constant = _form(relation.lhs, relation.rhs)
    except BadInput:
        slopes, constant = _form(sp.expand(relation.lhs - relation.rhs), sp.S.Zero)
    up, closed_up, down, closed_down = (
        _bound({x: sign * c for x, c in slopes.items()}, sign * constant, closed)
        for sign in (1, -1)
        for closed in (False, True)
    )
    bounds = {
        "<": [[down]],
        "<=": [[closed_down]],
        ">": [[up]],
        ">=": [[closed_up]],
        "==": [[closed_up, closed_down]],
        "!=": [[up], [down]],
    }
    return [_joined(b) for b in bounds[relation.rel_op]]


def _form(left: Any, right: Any) -> tuple[dict[Any, Fraction], Fraction]:
    """The slopes of left - right in its unknowns, and its constant."""
    slopes: dict[Any, Fraction] = {}
    constant = Fraction(0)
    left_over = [(left, Fraction(1)), (right, Fraction(-1))]
    while left_over:
        expr, scale = left_over.pop()
        c, rest = expr.as_coeff_Mul(rational=True)
        scale *= Fraction(int(c.p), int(c.q))
        if rest == 1:
            constant += scale
        elif rest.is_Symbol:
            slopes[rest] = slopes.get(rest, Fraction(0)) + scale
        elif rest.is_Add:
            left_over += [(a, scale) for a in rest.args]
        else:
            raise BadInput(f"cases must be linear with rational coefficients, got {left - right}")
    return slopes, constant


def _bound(slopes: dict[Any, Any], constant: Fraction, closed: bool) -> tuple[Direction, Level]:
    """The bound that slopes and a constant are positive, or nonnegative if it is closed."""
    slopes = {x: c for x, c in slopes.items() if c}
    if not slopes:
        return frozenset(), (constant, closed)
    scale = lcm(*(c.denominator for c in slopes.values()))
    whole = {x: int(c * scale) for x, c in slopes.items()}
    common = gcd(*whole.values())
    return frozenset((x, c // common) for x, c in whole.items()), (constant * scale / common, closed)


def _joined(bounds: Iterable[tuple[Direction, Level]]) -> Bounds:
    """The strongest bound in each direction."""
    found: Bounds = {}
    for direction, level in bounds:
        found[direction] = min(level, found.get(direction, level))
    return found


def _consistent(bounds: Bounds) -> bool:
    """Whether a conjunction has a solution."""
    bounds = dict(bounds)
    while True:
        constant, closed = bounds.pop(frozenset(), (Fraction(1), True))
        if constant < 0 or (constant == 0 and not closed):
            return False
        if len(bounds) < 2:
            return True
        bounds = _without(_cheapest(bounds), bounds)


def _cheapest(bounds: Bounds) -> Any:
    """The unknown whose elimination leaves the fewest bounds."""
    lower: Counter[Any] = Counter()
    upper: Counter[Any] = Counter()
    for direction in bounds:
        for x, slope in direction:
            (lower if slope > 0 else upper)[x] += 1
    return min({**lower, **upper}, key=lambda x: lower[x] * upper[x] - lower[x] - upper[x])


def _without(x: Any, bounds: Bounds) -> Bounds:
    """What bounds say of the other unknowns: there is a value of x wherever these hold."""
    kept: list[tuple[Direction, Level]] = []
    lower: list[Any] = []
    upper: list[Any] = []
    for direction, (constant, closed) in bounds.items():
        slopes = dict(direction)
        slope = slopes.pop(x, 0)
        if slope == 0:
            kept.append((direction, (constant, closed)))
        else:
            (lower if slope > 0 else upper).append((abs(slope), slopes, constant, closed))
    for a, one, low, closed in lower:
        for b, two, high, shut in upper:
            total = {y: b * one.get(y, 0) + a * two.get(y, 0) for y in one | two}
            kept.append(_bound(total, b * low + a * high, closed and shut))
    return _joined(kept)
