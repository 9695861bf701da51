"""A normal form for sums over any number of hypotheses.

Sums are kept symbolic: `Sum(f(h), (h, 1, H))` with `H` a symbol, and from 1 to `H` only. Free indices
(`k` in a responsibility `r_k`) are understood to run over the same range. What is free of the index
leaves the sum, sums of sums are split, a Kronecker delta is summed out, and the bound index gets one name.
"""

from __future__ import annotations

from itertools import count, islice, permutations
from typing import Any

import sympy as sp

from .errors import Undecided


def _names(number: int, used: set[sp.Symbol]) -> list[sp.Symbol]:
    """Names for bound indices, none of them used already: nothing is captured."""
    names = (sp.Symbol(f"_h{i}", integer=True) for i in count())
    return list(islice((name for name in names if name not in used), number))


def normal(expr: sp.Expr) -> sp.Expr:
    """The expression with every symbolic sum in normal form.

    >>> h, k = sp.symbols("h k", integer=True)
    >>> H = sp.Symbol("H", integer=True, positive=True)
    >>> d, c = sp.IndexedBase("d"), sp.Symbol("c")
    >>> normal(sp.Sum(c*d[h] + 1, (h, 1, H)) - c*sp.Sum(d[k], (k, 1, H)))
    H
    """
    if not expr.has(sp.Sum):
        return expr
    if isinstance(expr, sp.Sum):
        return _sum(expr)
    return expr.func(*(normal(a) if isinstance(a, sp.Expr) else a for a in expr.args))


def _sum(total: sp.Sum) -> sp.Expr:
    body, limits = total.function, total.limits
    if all(low.is_Integer and high.is_Integer for _, low, high in limits):
        return normal(_written(total))
    if not all(low == 1 and high.is_Symbol and high.is_positive for _, low, high in limits):
        raise Undecided(f"only sums from 1 to a positive symbol are decided, got {total}")
    bound = [index for index, _, _ in limits]
    body = sp.expand_log(sp.expand(normal(body)))
    return sp.Add(*(_term(term, bound, limits) for term in sp.Add.make_args(sp.expand(body))))


def _term(term: sp.Expr, bound: list[sp.Symbol], limits: Any) -> sp.Expr:
    spans = {index: span for index, *span in limits}
    for delta in sp.Mul.make_args(term):
        inside = [a for a in delta.args if a in bound] if isinstance(delta, sp.KroneckerDelta) else []
        if inside and all(a.is_Symbol for a in delta.args):
            index = inside[0]
            other = next(a for a in delta.args if a != index)
            if spans.get(other, spans[index]) != spans[index]:
                continue
            rest = [lim for lim in limits if lim[0] != index]
            term = sp.expand((term / delta).subs(index, other))
            return _sum(sp.Sum(term, *rest)) if rest else term
    outside, inside = term.as_independent(*bound, as_Add=False)
    idle = [lim for lim in limits if not inside.has(lim[0])]
    for _, low, high in idle:
        outside *= high - low + 1
    limits = [lim for lim in limits if lim not in idle]
    if not limits:
        return outside * inside
    nested = [factor for factor in sp.Mul.make_args(inside) if isinstance(factor, sp.Sum)]
    if len(nested) == 1:
        deeper = nested[0]
        names = _names(len(deeper.limits), term.atoms(sp.Symbol))
        fresh = [(name, *lim[1:]) for name, lim in zip(names, deeper.limits, strict=True)]
        body = deeper.function.subs({lim[0]: new[0] for lim, new in zip(deeper.limits, fresh, strict=True)})
        return outside * _sum(sp.Sum(inside / deeper * body, *limits, *fresh))
    parts = _separate(inside, limits)
    return outside * sp.Mul(*(_rename(body, own) for body, own in parts))


def _separate(body: sp.Expr, limits: Any) -> list[tuple[sp.Expr, list[Any]]]:
    """Factors that share no index are summed by themselves: a double sum of a product is a product."""
    groups: list[tuple[sp.Expr, list[Any]]] = []
    for factor in sp.Mul.make_args(body):
        own = [lim for lim in limits if factor.has(lim[0])]
        joined = [g for g in groups if any(lim in g[1] for lim in own)]
        groups = [g for g in groups if g not in joined]
        merged = [lim for lim in limits if lim in own or any(lim in g[1] for g in joined)]
        groups.append((sp.Mul(factor, *(g[0] for g in joined)), merged))
    return groups


def _rename(body: sp.Expr, limits: Any) -> sp.Expr:
    """Name the bound indices canonically: the smallest of all orders."""
    forms = []
    names = _names(len(limits), body.atoms(sp.Symbol) - {lim[0] for lim in limits})
    for order in permutations(limits):
        new = {lim[0]: name for name, lim in zip(names, order, strict=True)}
        spans = [(name, *lim[1:]) for name, lim in zip(names, order, strict=True)]
        forms.append(sp.Sum(body.subs(new, simultaneous=True), *spans))
    return min(forms, key=sp.default_sort_key)


def at(expr: Any, count: int) -> Any:
    """The same expression for a given number of hypotheses, its sums written out.

    >>> h = sp.Symbol("h", integer=True)
    >>> d, H = sp.IndexedBase("d"), sp.Symbol("H", integer=True, positive=True)
    >>> at(sp.Sum(d[h], (h, 1, H)), 2)
    d[1] + d[2]
    """
    sizes = {high for s in expr.atoms(sp.Sum) for _, _, high in s.limits if high.is_Symbol}
    return expr.subs(dict.fromkeys(sizes, count)).replace(lambda e: isinstance(e, sp.Sum), _written)


def _written(total: sp.Sum) -> Any:
    """A sum between numbers, term by term."""
    terms = [total.function]
    for index, low, high in total.limits:
        if not (low.is_Integer and high.is_Integer):
            raise Undecided(f"only sums between numbers are written out, got {total}")
        terms = [t.subs(index, i) for t in terms for i in range(int(low), int(high) + 1)]
    return sp.Add(*terms)
