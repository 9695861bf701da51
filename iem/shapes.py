"""Bringing expressions into their simplest known shape. Shapes are found here and proved elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from .cases import cells, follows, resolve
from .decide import proved
from .exact import clip, symbol

Z = symbol("z")


def each(expr: Any, change: Callable[[Any], Any]) -> Any:
    """Apply a change to an expression, or to each component of several."""
    return sp.Tuple(*map(change, expr)) if isinstance(expr, sp.Tuple) else change(expr)


def over(total: Any, build: Callable[[Any], Any]) -> Any:
    """An expression built from 1/total, written as one fraction, component by component.

    >>> a, b = sp.symbols("a b", positive=True)
    >>> over(a + b, lambda t: a/t - b/t)
    (a - b)/(a + b)
    """
    t = sp.Dummy("t", positive=True)

    def one(e: Any) -> Any:
        e = e.replace(lambda s: isinstance(s, sp.sign), lambda s: sp.sign(one(s.args[0])))
        return (sp.expand_mul(e * t, deep=False) / t).subs(t, total)

    return each(build(t), one)


def gap_shape(gap: Any) -> tuple[Any, tuple[Any, ...]]:
    """A gap in its simplest known shape, with the cases in which it was found.

    Smooth gaps are factored; one that is constant, then linear, then constant is a clip.

    >>> m, b = symbol("m"), symbol("b")
    >>> gap_shape((sp.Abs(Z + m) - sp.Abs(Z - m))/b)[0]
    2*clip(z, -m, m)/b
    """
    cases = tuple(cells(Z, gap))
    if len(cases) == 3:
        pieces = [sp.expand(resolve(gap, case)) for case in cases]
        slopes = [sp.diff(piece, Z) for piece in pieces]
        if slopes[0] == slopes[2] == 0 and not slopes[1].has(Z):
            shape = clip(Z, cases[0].rhs, cases[2].rhs)
            return slopes[1] * shape + pieces[1].subs(Z, 0), cases
    return sp.factor(sp.expand(gap)), ()


def direction(gap: Any) -> Any:
    """The simplest expression with the sign of the gap, everywhere.

    >>> direction(3*clip(Z, -2, 2))
    z
    """
    _, rest = sp.factor(gap).as_independent(Z, as_Add=False)
    if isinstance(rest, clip) and rest.args[0] == Z and rest.args[1] + rest.args[2] == 0:
        return Z
    return rest if (gap / rest).is_positive else gap


def by_sign(values: Mapping[int, Any], of: Any) -> Any:
    """One expression from its values where `of` is positive (1), zero (0) and negative (-1)."""
    up, tie, down = values[1], values[0], values[-1]
    if isinstance(up, sp.Tuple):
        rows = zip(up, tie, down, strict=True)
        return sp.Tuple(*(by_sign({1: u, 0: t, -1: d}, of) for u, t, d in rows))
    if proved(up - down) and proved(up - tie):
        return tie
    if proved(up + down - 2 * tie):
        return sp.together(tie + (up - down) / 2 * sp.sign(of))
    return sp.Piecewise((up, of > 0), (down, of < 0), (tie, True))


def limit(expr: Any, variable: Any, point: Any, side: str) -> Any:
    """A one-sided limit, component by component."""
    return each(expr, lambda e: sp.limit(e, variable, point, side) if e.has(variable) else e)


def equal(one: Any, two: Any) -> bool:
    """Whether two expressions, or all their components, are proved equal."""
    if isinstance(one, sp.Tuple):
        return all(equal(a, b) for a, b in zip(one, two, strict=True))
    return proved(one - two)


def slope(expr: Any) -> Any:
    """The derivative at z = 0, infinite at a jump and None at a kink."""
    here = sp.Eq(Z, 0)
    case = next(c for c in cells(Z, expr) if follows(here, c))
    for jump in expr.atoms(sp.sign):
        at_zero = resolve(jump.args[0], here)
        return sp.Piecewise((sp.oo, sp.Eq(at_zero, 0)), (0, True))
    if not follows(here, sp.And(*map(_strict, sp.And.make_args(case)))):
        return None
    return sp.diff(resolve(expr, case), Z).subs(Z, 0)


def _strict(relation: Any) -> Any:
    """The relation without its boundary."""
    if relation == sp.true:
        return relation
    strict = {sp.Le: sp.Lt, sp.Ge: sp.Gt}
    return strict.get(type(relation), type(relation))(relation.lhs, relation.rhs)
