r"""The sign of a function of x > 0, proved from the signs of its derivatives.

A function whose derivative has one sign is monotone, so that its limits at 0 and at infinity settle its
own sign; one that first falls and then rises is settled likewise. Nothing is sampled.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy as sp

SMOOTH = (sp.exp, sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.atan, sp.erf, sp.sin, sp.cos)
DEPTH, LONG = 4, 120
Signs = tuple[int, ...]


def smooth(f: Any, x: sp.Symbol, depth: int = DEPTH) -> bool:
    """Whether f is built from functions that are smooth where x > 0.

    >>> x = sp.Symbol("x", positive=True)
    >>> smooth(x/(1 + x), x), smooth(1/(x - 1), x)
    (True, False)
    """
    if not f.has(x) or f == x:
        return True
    if f.is_Pow and not (f.exp.is_Integer and f.exp.is_nonnegative):
        sign = _sign(f.base, x, depth)
        if not (sign == 1 and f.exp.is_real or sign == -1 and f.exp.is_Integer):
            return False
    elif isinstance(f, sp.log):
        if _sign(f.args[0], x, depth) != 1:
            return False
    elif not (f.is_Add or f.is_Mul or f.is_Pow or isinstance(f, SMOOTH)):
        return False
    return all(smooth(a, x, depth) for a in f.args)


@cache
def pattern(f: Any, x: sp.Symbol, depth: int = DEPTH) -> Signs | None:
    r"""The signs that f takes in order as x runs through the positive numbers, or None if undecided.

    `(1,)` says that f > 0 for every x > 0, `(-1, 1)` that there is one point (which may be 0 or infinity)
    before which f < 0 and after which f > 0; `(0,)` that f is 0 throughout.

    >>> x = sp.Symbol("x", positive=True)
    >>> pattern(x - sp.tanh(x), x), pattern(sp.exp(x) - 2 - x, x), pattern(sp.cos(x), x)
    ((1,), (-1, 1), None)
    """
    forms = _forms(f, x)
    for form in forms:
        if form == 0:
            return (0,)
        if sign := _plain(form, x):
            return (sign,)
    if depth == 0 or not f.has(x):
        return None
    best: Signs | None = None
    for sign, core in _cores(forms, x, depth):
        found = (1,) if core == 1 else _by_slope(core, x, depth)
        if found is not None and (best is None or len(found) < len(best)):
            best = tuple(sign * s for s in found)
        if best is not None and len(best) == 1:
            return best
    return best


def _plain(f: Any, x: sp.Symbol) -> int | None:
    """The sign of what SymPy knows to have one, and of quadratics in x without a real root."""
    if f.is_positive or f.is_negative:
        return 1 if f.is_positive else -1
    if f.is_Add and f.is_polynomial(x) and sp.degree(f, x) == 2:
        a, b, c = sp.Poly(f, x).all_coeffs()
        if sp.factor(b**2 - 4 * a * c).is_negative and (a.is_positive or a.is_negative):
            return 1 if a.is_positive else -1
    if f.is_Add and f.free_symbols == {x} and f.is_polynomial(x):
        whole = sp.Poly(f, x)
        if whole.domain.is_QQ or whole.domain.is_ZZ:
            roots = whole.count_roots(0, sp.oo) - (whole.eval(0) == 0)
            return None if roots else 1 if whole.eval(1) > 0 else -1
    return None


def _sign(f: Any, x: sp.Symbol, depth: int) -> int | None:
    """1 or -1 where f is of this sign for every x > 0."""
    if sign := _plain(f, x):
        return sign
    found = pattern(f, x, depth - 1) if depth > 0 else None
    return found[0] if found in ((1,), (-1,)) else None


def _forms(f: Any, x: sp.Symbol) -> list[Any]:
    """The function as it stands, as one fraction in factors, and in t where exponentials of x are 1 + t."""
    forms = [f, sp.factor(sp.together(f))]
    rates = [sp.cancel(e.args[0] / x) for e in f.rewrite(sp.exp).atoms(sp.exp)]
    if rates and all(not r.has(x) and r.is_nonzero for r in rates):
        ratios = [sp.cancel(r / rates[0]) for r in rates]
        if rates[0].is_real and all(q.is_Rational for q in ratios):
            t = sp.Dummy("t", positive=True)
            unit = sp.Abs(rates[0]) / sp.ilcm(1, *(q.q for q in ratios))
            swapped = f.rewrite(sp.exp).subs(x, sp.log(1 + t) / unit)
            if not swapped.has(x, sp.exp, sp.log):
                forms.append(sp.factor(sp.together(swapped)))
    return forms


def _core(form: Any, x: sp.Symbol, depth: int) -> tuple[int, Any]:
    """A product without the factors whose sign is known, and the sign of those."""
    sign, rest = 1, []
    for factor in sp.Mul.make_args(form):
        base, power = factor.as_base_exp()
        known = None
        if plain := _plain(factor, x):
            known = plain
        elif power.is_Integer and (power.is_negative or power.is_even):
            known = _sign(base, x, depth)
            known = known if known is None or power.is_odd else 1
        if known is None:
            rest.append(factor)
        else:
            sign *= known
    return sign, sp.Mul(*rest)


def _cores(forms: list[Any], x: sp.Symbol, depth: int) -> list[tuple[int, Any]]:
    """Functions of the same sign, up to a factor 1 or -1: the two with the simplest derivatives.

    Each form is also divided by the exponentials that multiply its terms.
    """
    found: dict[tuple[int, Any], int] = {}
    for sign, core in dict.fromkeys(_core(form, x, depth) for form in forms):
        terms = sp.Add.make_args(sp.expand(core))
        factors = {sp.Mul(*(e for e in sp.Mul.make_args(t) if isinstance(e, sp.exp))) for t in terms}
        for factor in sorted(factors | {sp.S.One}, key=sp.default_sort_key):
            scaled = (core if factor == 1 else sp.expand(core / factor)).primitive()[1]
            found[sign, scaled] = sp.expand(sp.diff(scaled, x)).count_ops()
    return [core for core in sorted(found, key=lambda c: found[c]) if found[core] < LONG][:2]


def _by_slope(f: Any, x: sp.Symbol, depth: int) -> Signs | None:
    """From the signs of the derivative and the limits of f at both ends."""
    if not f.has(x) or not smooth(f, x, depth):
        return None
    slope = pattern(sp.diff(f, x), x, depth - 1)
    if slope is None or slope == (0,):
        return None
    first, start, end = slope[0], limit(f, x, 0), limit(f, x, sp.oo)
    starts = start is not None and bool((first * start).is_nonnegative)
    if len(slope) == 1:
        if starts:
            return (first,)
        if end is not None and (first * end).is_nonpositive:
            return (-first,)
        return (-first, first)
    ends = end is not None and bool((first * end).is_nonnegative)
    if starts and ends:
        return (first,)
    return (first, -first) if starts else (-first, first) if ends else None


def limit(f: Any, x: sp.Symbol, at: Any) -> Any:
    """A finite one-sided limit, if SymPy finds one and the function is seen to come closer to it."""
    try:
        found = sp.limit(f, x, at, "+" if at == 0 else "-")
        if not (found.is_real and found.is_finite) or found.has(sp.Limit, sp.AccumBounds):
            return None
        names = sorted(f.free_symbols - {x}, key=str)
        for shift in (3, 7):
            values = {n: sp.Rational(shift + 2 * i, 5) for i, n in enumerate(names)}
            ends = (
                (sp.Rational(1, 50), sp.Rational(1, 1000)) if at == 0 else (sp.Integer(5), sp.Integer(25))
            )
            far, near = (sp.N(sp.Abs(f - found).subs(values).subs(x, e), 15) for e in ends)
            if not (near < far * sp.Float("0.9") or near < sp.Float("1e-12")):
                return None
    except (NotImplementedError, ValueError, TypeError, AttributeError):
        return None
    return found
