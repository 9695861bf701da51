"""Is an expression zero? A decision that is either proved, refuted at a point, or left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import sympy as sp

from . import sums
from .errors import Undecided
from .exact import clip

Rule = tuple[Any, Any]
Point = dict[Any, Any]
PENDING = (sp.Derivative, sp.Limit, sp.Integral, sp.Subs)
OPAQUE = (sp.sign, sp.Abs, sp.Heaviside, sp.Max, sp.Min, clip, sp.Piecewise)


def zero(expr: Any, given: Sequence[Rule] = ()) -> bool | None:
    r"""Whether `expr` is identically zero: True if proved, False if refuted, None if undecided.

    Proof: everything becomes a rational function of exponentials, logarithms and sums; its expanded
    numerator is 0. Logarithms in rational proportion are combined into one and exponentiated.
    Refutation: a point, with 30 digits, at which the expression is not 0. `given` lists equalities
    `(left, right)` that may be used, such as \(\sum_h p_h = 1\).

    >>> x = sp.Symbol("x", real=True)
    >>> zero((sp.exp(x) - sp.exp(-x))/(sp.exp(x) + sp.exp(-x)) - sp.tanh(x))
    True
    >>> zero(sp.tanh(2*x) - 2*sp.tanh(x))
    False
    """
    if isinstance(expr, sp.Tuple):
        verdicts = [zero(e, given) for e in expr]
        return False if False in verdicts else None if None in verdicts else True
    if proved(expr, given):
        return True
    return None if witness(expr, given) is None else False


def proved(expr: Any, given: Sequence[Rule] = ()) -> bool:
    """True when the expression is shown to be zero; False says only that it was not shown."""
    e = _use(sums.normal(evaluated(sp.sympify(expr))), given)
    if e == 0:
        return True
    e = _congruent(_atoms_for_sums(sp.expand_log(e)), given)
    flat = e.rewrite(sp.exp)
    if _vanishes(flat) or _vanishes(sp.expand_log(sp.expand(flat))):
        return True
    return _log_vanishes(sp.expand_log(sp.expand(e)))


def evaluated(expr: Any) -> Any:
    """Derivatives, limits and integrals carried out; sums are left as they stand."""
    while todo := [e for e in expr.atoms(*PENDING) if not e.args[0].has(*PENDING)]:
        for e in todo:
            try:
                done = e.doit(deep=False)
            except NotImplementedError:
                done = e
            if isinstance(done, PENDING):
                raise Undecided(f"SymPy cannot evaluate {e}")
            expr = expr.subs(e, done)
    return expr


def _use(expr: Any, given: Sequence[Rule]) -> Any:
    for left, right in given:
        expr = expr.subs(sums.normal(sp.sympify(left)), right)
    return expr


def _vanishes(expr: Any) -> bool:
    numerator = sp.numer(sp.together(expr))
    return bool(sp.expand(numerator) == 0 or sp.expand(sp.powsimp(sp.expand(numerator))) == 0)


def _atoms_for_sums(expr: Any) -> Any:
    """Each symbolic sum becomes one symbol of the same sign."""
    for total in sorted(expr.atoms(sp.Sum), key=sp.default_sort_key):
        sign = {"positive": True} if total.is_positive else {"real": True}
        expr = expr.subs(total, sp.Dummy("S", **sign))
    return expr


def _sign(call: Any) -> Any:
    """sign(A - B) = sign(log A - log B) for positive A and B, and sign(tanh x) = sign x."""
    x = call.args[0]
    if isinstance(x, sp.tanh):
        return sp.sign(x.args[0])
    terms = sp.Add.make_args(x)
    plus = [t for t in terms if t.is_positive]
    minus = [-t for t in terms if t.is_negative]
    if x.has(sp.exp) and len(plus) == len(minus) == 1 and len(terms) == 2:
        return sp.sign(sp.expand(sp.expand_log(sp.log(plus[0]) - sp.log(minus[0]))))
    return call


def _same(one: Any, two: Any, given: Sequence[Rule]) -> bool:
    """Whether two calls of one function have equal arguments; for signs, up to a positive factor."""
    if one.func != two.func or len(one.args) != len(two.args):
        return False
    if isinstance(one, sp.sign):
        ratio = sp.cancel(sp.expand(one.args[0]) / sp.expand(two.args[0]))
        if ratio.is_positive:
            return True
    pairs = zip(one.args, two.args, strict=True)
    return all(isinstance(a, sp.Expr) and proved(a - b, given) for a, b in pairs)


def _congruent(expr: Any, given: Sequence[Rule]) -> Any:
    """Calls of one function whose arguments are proved equal become one symbol."""
    expr = expr.replace(lambda e: isinstance(e, sp.sign), _sign)
    calls = sorted(expr.atoms(*OPAQUE), key=lambda c: (c.count_ops(), sp.default_sort_key(c)))
    seen: list[Any] = []
    for call in calls:
        known = next((k for k in seen if _same(k, call, given)), None)
        if known is None:
            seen.append(call)
        else:
            expr = expr.subs(call, known)
    return expr


def _log_vanishes(expr: Any) -> bool:
    """Show c + sum k_i log A_i = 0, when k_i = q_i k, q_i whole, and e^{c/k} prod A_i^{q_i} = 1."""
    logs = sorted(expr.atoms(sp.log), key=sp.default_sort_key)
    outer = [entry for entry in logs if not any(entry in o.args[0].atoms(sp.log) for o in logs)]
    if not outer or expr.has(sp.I) or not all(entry.args[0].is_positive for entry in outer):
        return False
    names = {entry: sp.Dummy("L") for entry in outer}
    linear = sp.expand(expr.subs(names))
    scale = linear.coeff(names[outer[0]])
    if scale == 0:
        return False
    powers = {e: sp.cancel(linear.coeff(n) / scale) for e, n in names.items()}
    if not all(q.is_Rational for q in powers.values()):
        return False
    whole = sp.ilcm(1, *(q.q for q in powers.values()))
    rest = sp.expand(linear - sum(linear.coeff(n) * n for n in names.values()))
    if rest.has(*names.values()):
        return False
    product = sp.Mul(*(e.args[0] ** (q * whole) for e, q in powers.items()))
    return _vanishes((product * sp.exp(sp.expand(whole * rest / scale)) - 1).rewrite(sp.exp))


def witness(
    expr: Any, given: Sequence[Rule] = (), where: Callable[[Point], bool] | None = None
) -> Point | None:
    """A point at which the expression is not zero, or None if none was met.

    Symbolic sums are written out for three hypotheses; values respect the assumptions of each
    symbol, the equalities in `given` and the condition `where`.

    >>> x = sp.Symbol("x", positive=True)
    >>> witness(x - x)
    >>> sorted(witness(x**2 - x))
    [x]
    """
    concrete = small(evaluated(sp.sympify(expr)))
    rules = [tuple(sums.at(sp.sympify(side), 3) for side in rule) for rule in given]
    named = sp.Tuple(concrete, *(side for rule in rules for side in rule))
    atoms = sorted(named.atoms(sp.Indexed) | _plain(named), key=str)
    random = Random(0)
    for _ in range(24):
        point = _constrain({a: _value(a, random) for a in atoms}, rules)
        if point is None or (where is not None and not where(point)):
            continue
        value = concrete.subs(point).evalf(30)
        if value.is_number and value.is_finite and sp.Abs(value) > sp.Float("1e-12"):
            return point
    return None


def small(expr: Any) -> Any:
    """The expression for three hypotheses, free indices set to 1, 2, 3."""
    concrete = sums.at(expr, 3)
    index = sorted((s for s in concrete.free_symbols if s.is_integer), key=str)
    return concrete.subs({s: 1 + i % 3 for i, s in enumerate(index)})


def _plain(expr: Any) -> set[Any]:
    bases = {i.base.label for i in expr.atoms(sp.Indexed)}
    return {s for s in expr.free_symbols if s not in bases and not isinstance(s, sp.Indexed)}


def _value(atom: Any, random: Random) -> sp.Rational:
    low = 1 if atom.is_positive else 0 if atom.is_nonnegative else -24
    return sp.Rational(random.randint(low, 24), 8)


def _constrain(point: Point, rules: Sequence[Any]) -> Point | None:
    """The point changed until every rule holds: a symbol is set, a family scaled to its sum; or None."""
    for left, right in rules:
        if left.is_Symbol:
            point = point | {left: right.subs(point)}
        family, value = left.atoms(sp.Indexed), left.subs(point)
        if family and value.is_number and value != 0 and right.is_number:
            point = {a: v * right / value if a in family else v for a, v in point.items()}
    holds = all(sp.simplify((left - right).subs(point)) == 0 for left, right in rules)
    return point if holds else None
