"""Case distinctions on linear conditions, with coverage decided exactly.

A case is a conjunction of linear inequalities in real symbols (`z >= m`). Whether cases cover the
domain, and whether a case fixes the sign of an argument, are questions of linear real arithmetic,
which `elimination` decides for any number of symbols.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sympy as sp

from .elimination import solvable
from .errors import Undecided
from .exact import clip


@cache
def possible(*conditions: Any) -> bool:
    """Whether some point satisfies Boolean combinations of linear inequalities, all of them.

    Symbols declared positive or nonnegative count as such.

    >>> z = sp.Symbol("z", real=True)
    >>> m = sp.Symbol("m", positive=True)
    >>> possible(z >= m, z <= -m), possible((z >= m) & (z <= 2*m))
    (False, True)
    """
    conditions = tuple(map(sp.sympify, conditions))
    if vague := [s for c in conditions for s in c.free_symbols if not s.is_real]:
        raise Undecided(f"{vague} are not known to be real numbers, in {sp.And(*conditions)}")
    return solvable(*conditions)


def follows(condition: Any, conclusion: Any) -> bool:
    """Whether the condition implies the conclusion.

    >>> z, m = sp.Symbol("z", real=True), sp.Symbol("m", positive=True)
    >>> follows(z >= m, z > 0), follows(z > 0, z >= m)
    (True, False)
    """
    return not possible(condition, sp.Not(conclusion))


def covered(cases: Sequence[Any]) -> bool:
    """Whether the cases together cover every value of their symbols.

    >>> z, m = sp.Symbol("z", real=True), sp.Symbol("m", positive=True)
    >>> covered([z <= -m, (z >= -m) & (z <= m), z >= m]), covered([z <= -m, z >= m])
    (True, False)
    """
    return not possible(*map(sp.Not, cases))


def linear(expr: Any) -> bool:
    """Whether an expression is linear in its symbols, with rational coefficients."""
    symbols = sorted(expr.free_symbols, key=str)
    if not symbols or not all(s.is_real for s in symbols):
        return False
    try:
        return bool(sp.Poly(expr, *symbols, domain="QQ").total_degree() <= 1)
    except sp.PolynomialError:
        return False


def resolve(expr: Any, case: Any) -> Any:
    """The expression inside one case.

    Absolute values, signs, clips, minima, maxima and branches whose arguments have a known sign there
    are replaced by what they are.

    >>> z, m = sp.Symbol("z", real=True), sp.Symbol("m", positive=True)
    >>> resolve(sp.Abs(z - m) + clip(z, -m, m), z >= m)
    z
    """
    known, back = _signed(expr, case)

    def value(call: Any) -> Any:
        if isinstance(call, sp.Abs):
            x = call.args[0]
            return x if _at_least(x, 0, case) else -x if _at_least(0, x, case) else call
        if isinstance(call, sp.sign):
            x = call.args[0]
            if not linear(x):
                return call
            signs = {sp.S.One: x > 0, sp.S.NegativeOne: x < 0, sp.S.Zero: sp.Eq(x, 0)}
            return next((s for s, rel in signs.items() if _holds(rel, case)), call)
        if isinstance(call, clip):
            x, low, high = call.args
            if _at_least(x, high, case):
                return high
            if _at_least(low, x, case):
                return low
            return x if _at_least(x, low, case) and _at_least(high, x, case) else call
        if isinstance(call, sp.Piecewise):
            left = [(e, c) for e, c in call.args if possible(case, c)]
            return left[0][0] if left and follows(case, left[0][1]) else call
        best = [a for a in call.args if all(_beats(call, a, b, case) for b in call.args)]
        return best[0] if best else call

    kinds = (sp.Abs, sp.sign, clip, sp.Max, sp.Min, sp.Piecewise)
    done = expr.replace(lambda e: isinstance(e, kinds), value)
    return done.subs(known).subs(back)


def _holds(relation: Any, case: Any) -> bool:
    if relation in (sp.true, sp.false):
        return bool(relation)
    if isinstance(relation, sp.Eq):
        return follows(case, relation.lhs <= 0) and follows(case, relation.lhs >= 0)
    return follows(case, relation)


def _at_least(x: Any, y: Any, case: Any) -> bool:
    return linear(sp.expand(x - y)) and follows(case, sp.expand(x - y) >= 0)


def _beats(call: Any, a: Any, b: Any, case: Any) -> bool:
    return a == b or (_at_least(a, b, case) if isinstance(call, sp.Max) else _at_least(b, a, case))


def _signed(expr: Any, case: Any) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Symbols whose sign the case fixes, replaced by symbols that carry it; and the way back."""
    known: dict[Any, Any] = {}
    for s in sorted(expr.free_symbols & case.free_symbols, key=str):
        if s.is_positive:
            continue
        if _holds(sp.Eq(s, 0), case):
            known[s] = sp.Integer(0)
        elif follows(case, s > 0):
            known[s] = sp.Dummy(s.name, positive=True)
        elif follows(case, s < 0):
            known[s] = sp.Dummy(s.name, negative=True)
    return known, {new: old for old, new in known.items() if new != 0}


def cells(variable: sp.Symbol, *exprs: Any) -> list[Any]:
    """Cases, in order of `variable`, that resolve an expression.

    In each of them every absolute value, clip, minimum, maximum and sign of a linear argument is known.

    >>> z, m = sp.Symbol("z", real=True), sp.Symbol("m", positive=True)
    >>> cells(z, sp.Abs(z - m) - sp.Abs(z + m))
    [z <= -m, (z <= m) & (z >= -m), z >= m]
    """
    regions: list[tuple[Any, ...]] = [()]
    for bound, three_way in walls(variable, *exprs).items():
        sides = (
            [variable < bound, sp.Eq(variable, bound), variable > bound]
            if three_way
            else [variable <= bound, variable >= bound]
        )
        inner = [variable < bound, variable > bound]
        regions = [
            (*region, side)
            for region in regions
            for side in sides
            if possible(*region, side) and _opens(region, side, inner)
        ]
    return [sp.And(*_needed(r)) for r in sorted(regions, key=lambda r: _order(r, variable))]


def walls(variable: sp.Symbol, *exprs: Any) -> dict[Any, bool]:
    """Where the cells of an expression end: at each wall, whether the wall itself is a cell.

    >>> z, m = sp.Symbol("z", real=True), sp.Symbol("m", positive=True)
    >>> walls(z, sp.Abs(z - m) - sp.sign(z))
    {m: False, 0: True}
    """
    found: dict[Any, bool] = {}
    for call in sorted(set().union(*(_calls(e) for e in exprs)), key=sp.default_sort_key):
        for argument in _arguments(call):
            slope = argument.coeff(variable)
            if linear(argument) and slope != 0:
                bound = sp.expand(variable - argument / slope)
                found[bound] = found.get(bound, False) or isinstance(call, sp.sign)
    return found


def _calls(expr: Any) -> set[Any]:
    return set(expr.atoms(sp.Abs, sp.sign, clip, sp.Max, sp.Min))


def _arguments(call: Any) -> list[Any]:
    if isinstance(call, clip):
        x, low, high = call.args
        return [sp.expand(x - low), sp.expand(x - high)]
    if isinstance(call, (sp.Max, sp.Min)):
        return [sp.expand(a - b) for i, a in enumerate(call.args) for b in call.args[:i]]
    return [sp.expand(call.args[0])]


def _opens(region: tuple[Any, ...], side: Any, inner: list[Any]) -> bool:
    """Whether a closed side meets the region in more than its boundary."""
    if isinstance(side, sp.Eq) or side in inner:
        return True
    strict = side.lhs < side.rhs if isinstance(side, sp.Le) else side.lhs > side.rhs
    return possible(*region, strict)


def _needed(region: tuple[Any, ...]) -> list[Any]:
    """The conditions of a region without those that follow from the others."""
    keep = list(region)
    for condition in region:
        others = [c for c in keep if c is not condition]
        if others and not possible(*others, sp.Not(condition)):
            keep = others
    return keep


def _order(region: tuple[Any, ...], variable: sp.Symbol) -> Any:
    below = sum(isinstance(c, (sp.Gt, sp.Ge)) for c in region)
    above = sum(isinstance(c, (sp.Lt, sp.Le)) for c in region)
    return below - above
