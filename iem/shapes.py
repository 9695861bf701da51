"""Bringing expressions into their simplest known shape. Shapes are found here and proved elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from . import exact
from .cases import cells, possible, resolve
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
    forms = [sp.factor(sp.expand(gap)), gap, sp.factor_terms(gap)]
    return min(forms, key=sp.count_ops), ()


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
    """A one-sided limit, component by component; None where there is none, or none was found."""
    if isinstance(expr, sp.Tuple):
        parts = [limit(e, variable, point, side) for e in expr]
        return None if None in parts else sp.Tuple(*parts)
    if not expr.has(variable):
        return expr
    try:
        found = sp.limit(expr, variable, point, side)
    except (NotImplementedError, AttributeError):
        return None
    return None if found.has(sp.Limit, sp.AccumBounds) else found


def increasing(kernel: Any) -> bool:
    """Whether the energy of a kernel is even and has a positive derivative for u > 0, in every case."""
    u = sp.Dummy("u", positive=True)
    energy, mirrored = kernel.energy(u, exact), kernel.energy(-u, exact)
    for case in cells(u, energy, mirrored):
        here, there = resolve(energy, case), resolve(mirrored, case)
        if not (proved(here - there) and _positive(sp.diff(here, u), u)):
            return False
    return True


def _positive(slope: Any, u: Any) -> bool:
    """Whether a slope is plainly positive, as it stands or with u = s log(1 + t) for a scale s."""
    t = sp.Dummy("t", positive=True)
    scales = sorted(slope.free_symbols - {u}, key=str)
    forms = [slope, *(slope.rewrite(sp.exp).subs(u, s * sp.log(1 + t)) for s in scales)]
    return any(sp.factor(form).is_positive for form in forms)


def equal(one: Any, two: Any) -> bool:
    """Whether two expressions, or all their components, are proved equal."""
    if isinstance(one, sp.Tuple):
        return all(equal(a, b) for a, b in zip(one, two, strict=True))
    return proved(one - two)


def slope(expr: Any) -> Any:
    """The derivative at z = 0: infinite at a jump, by cases of the parameters, None at a kink."""
    for jump in expr.atoms(sp.sign):
        at_zero = resolve(jump.args[0], sp.Eq(Z, 0))
        return sp.Piecewise((sp.oo, sp.Eq(at_zero, 0)), (0, True))
    found = []
    for case in cells(Z, expr):
        inside = sp.And(*map(_strict, sp.And.make_args(case))).subs(Z, 0)
        if possible(inside):
            found.append((sp.factor_terms(sp.diff(resolve(expr, case), Z).subs(Z, 0)), inside))
    if len(found) == 1:
        return found[0][0]
    return sp.Piecewise(*found) if found else None


def _strict(relation: Any) -> Any:
    """The relation without its boundary."""
    if relation == sp.true:
        return relation
    strict = {sp.Le: sp.Lt, sp.Ge: sp.Gt}
    return strict.get(type(relation), type(relation))(relation.lhs, relation.rhs)
