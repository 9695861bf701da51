"""Is an expression zero? A decision that is either proved, refuted at a point, or left open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from . import quotients, sums
from .errors import Undecided
from .exact import clip
from .quotients import remembered

Rule = tuple[Any, Any]
Point = dict[Any, Any]
Roots = dict[Any, tuple[Any, int]]
PENDING = (sp.Derivative, sp.Limit, sp.Integral, sp.Subs)
OPAQUE = (sp.sign, sp.Abs, sp.Heaviside, sp.Max, sp.Min, clip, sp.Piecewise)


def zero(expr: Any, given: Sequence[Rule] = ()) -> bool | None:
    r"""Whether `expr` is identically zero: True if proved, False if refuted, None if undecided.

    Proof: everything becomes a rational function of exponentials, logarithms and sums; its expanded
    numerator is 0. What `quotients` shows is shown there first, since that is fast.
    Logarithms in rational proportion are combined into one and exponentiated.
    The error function is an odd function of which nothing else is used.
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
    try:
        if proved(expr, given):
            return True
        return None if witness(expr, given) is None else False
    except Undecided:
        return None


def proved(expr: Any, given: Sequence[Rule] = ()) -> bool:
    """True when the expression is shown to be zero; False says only that it was not shown.

    Raises `Undecided` for what is outside the decision: floats, and symbols that are not known to be real.
    """
    if given and proved(expr):
        return True  # the hypotheses are not needed
    e = admissible(evaluated(sp.sympify(expr)))
    if quotients.vanishes(e):
        return True
    e = e.replace(sp.erfc, lambda x: 1 - sp.erf(x))
    e = _use(sums.normal(e), given)
    if e == 0:
        return True
    plain = _congruent(_atoms_for_sums(sp.expand_log(e)), given)
    e, roots = _roots(plain)
    flat = e.rewrite(sp.exp)
    forms = [flat, sp.expand_log(sp.expand(flat))]
    if e.has(sp.sin, sp.cos):
        forms.append(sp.expand_trig(e).rewrite([sp.sinh, sp.cosh, sp.tanh], sp.exp))
    if any(_vanishes(form, roots) for form in forms) or _vanishes_merged(plain):
        return True
    return _log_vanishes(sp.expand_log(sp.expand(e)), roots)


@remembered
def admissible(expr: Any) -> Any:
    """The expression itself, if it is exact, speaks of real numbers and divides by nothing that is zero."""
    parts = expr.atoms(sp.Float, AppliedUndef, sp.Pow)
    if any(part.is_Float for part in parts):
        raise Undecided(f"a proof needs exact numbers, got a float in {expr}")
    for name in sorted(expr.free_symbols | {p for p in parts if isinstance(p, AppliedUndef)}, key=str):
        if name.is_real is False or (name.is_real is None and not isinstance(name, sp.Indexed)):
            raise Undecided(f"{name} is not known to be a real number, in {expr}")
    for power in parts:
        base = power.base if power.is_Pow else sp.S.One
        if base.is_Add and power.exp.is_negative and not quotients.nonzero(base) and sp.expand(base) == 0:
            raise Undecided(f"{expr} divides by zero")
    return expr


@remembered
def evaluated(expr: Any) -> Any:
    """Derivatives, limits and integrals carried out; sums are left as they stand."""
    while todo := [e for e in expr.atoms(*PENDING) if not e.args[0].has(*PENDING)]:
        for e in todo:
            if isinstance(e, sp.Derivative) and e.expr.has(*OPAQUE):
                raise Undecided(f"{e} is taken of a function with kinks or jumps")
            try:
                done = e.doit(deep=False)
            except NotImplementedError:
                done = e
            if isinstance(done, PENDING) or done.has(sp.AccumBounds):
                raise Undecided(f"SymPy cannot evaluate {e}")
            if isinstance(e, (sp.Limit, sp.Integral)) and not _plausible(e, done):
                raise Undecided(f"SymPy evaluates {e} to {done}, which numbers do not bear out")
            expr = expr.subs(e, done)
    return expr


def _plausible(pending: Any, done: Any) -> bool:
    """Whether a limit or an integral agrees with numbers, at random parameters and where they vanish."""
    random = Random(1)
    variable = pending.args[1] if isinstance(pending, sp.Limit) else pending.limits[0][0]
    body = small(pending.args[0])
    ends = [] if isinstance(pending, sp.Limit) else pending.limits[0][1:]
    whole = sp.Tuple(body, *ends) if ends else sp.Tuple(body, pending.args[2])
    names = _plain(whole) | body.atoms(sp.Indexed)
    names = sorted(names - {variable}, key=str)
    for vanish in (False, False, True):
        point = {n: 0 if vanish and n.is_positive is None else _value(n, random) for n in names}
        value = sp.N(small(done).subs(point), 20)
        if isinstance(pending, sp.Integral):
            near = sp.N(pending.subs(point), 15)
        else:
            at, side = pending.args[2].subs(point), pending.args[3]
            step = sp.Integer(10) ** 9
            here = sp.sign(at) * step if at.is_infinite else at + (1 if str(side) == "+" else -1) / step
            near = sp.N(body.subs(point).subs(variable, here), 20)
        if not all(x.is_finite and not x.has(clip) and not x.free_symbols for x in (near, value)):
            return False
        if sp.Abs(near - value) > sp.Float("1e-4") * (1 + sp.Abs(value)):
            return False
    return True


def _roots(expr: Any) -> tuple[Any, Roots]:
    """Each root of a sum becomes a power of one symbol of its sign; what the symbols stand for."""
    names: dict[Any, Any] = {}
    for root in sorted(expr.atoms(sp.Pow), key=sp.default_sort_key):
        if root.exp.is_Rational and not root.exp.is_Integer and root.base.is_Add:
            key = sp.expand(root.base), root.exp.q
            sign = {"positive": True} if root.is_positive else {"real": root.is_real}
            name = names.setdefault(key, sp.Dummy("R", **sign))
            expr = expr.subs(root, name**root.exp.p)
    return expr, {name: key for key, name in names.items()}


def _use(expr: Any, given: Sequence[Rule]) -> Any:
    for left, right in given:
        expr = expr.subs(sums.normal(sp.sympify(left)), right)
    return expr


def _vanishes(expr: Any, roots: Roots | None = None) -> bool:
    """Whether a fraction has a numerator that is 0 and a denominator that is not."""
    top, bottom = sp.fraction(sp.together(expr))
    return _null(top, roots or {}) and not _null(bottom, roots or {})


def _null(expr: Any, roots: Roots) -> bool:
    expr = sp.expand(expr)
    if expr == 0 or sp.expand(sp.powsimp(expr)) == 0:
        return True
    for name, (base, order) in roots.items():  # a power of a root may be one of its base
        expr = expr.replace(
            lambda e, name=name, order=order: e.is_Pow and e.base == name and e.exp >= order,
            lambda e, base=base, order=order: e.base ** (e.exp % order) * base ** (e.exp // order),
        )
    return bool(roots and sp.expand(expr) == 0)


def _vanishes_merged(expr: Any) -> bool:
    """The same with one exponential in each product, its exponent a single fraction, and roots reduced."""
    if not any(sp.denom(sp.together(e.args[0])).has(sp.Add) for e in expr.atoms(sp.exp)):
        return False
    roots: dict[Any, Any] = {}

    def named(root: Any) -> Any:
        base, power = sp.expand(root.base), root.exp
        name = roots.setdefault((base, power.q), sp.Dummy("R", positive=True))
        return name ** (power.p % power.q) * base ** (power.p // power.q)

    expr = expr.replace(
        lambda e: e.is_Pow and e.exp.is_Rational and not e.exp.is_Integer and e.base.is_positive, named
    )
    top, bottom = sp.fraction(sp.together(expr))
    if _null(bottom, {}) or _null(bottom.rewrite(sp.exp), {}):
        return False
    merged = sp.powsimp(sp.expand(top), combine="exp")
    merged = merged.replace(sp.exp, lambda x: sp.exp(sp.cancel(sp.expand(x))))
    merged = sp.expand(merged, power_exp=False)
    for (base, order), name in roots.items():
        merged = merged.replace(
            lambda e, name=name, order=order: e.is_Pow and e.base == name and e.exp >= order,
            lambda e, base=base, order=order: e.base ** (e.exp % order) * base ** (e.exp // order),
        )
    return bool(sp.expand(merged, power_exp=False) == 0)


def _atoms_for_sums(expr: Any) -> Any:
    """Each symbolic sum becomes one symbol of the same sign."""
    for total in sorted(expr.atoms(sp.Sum), key=sp.default_sort_key):
        sign = {"positive": True} if total.is_positive else {"real": total.is_real}
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
    calls = sorted(expr.atoms(*OPAQUE, sp.erf), key=lambda c: (c.count_ops(), sp.default_sort_key(c)))
    seen: list[Any] = []
    for call in calls:
        known = next((k for k in seen if _same(k, call, given)), None)
        if known is None and isinstance(call, sp.erf):
            mirror = call.func(-call.args[0], evaluate=False)
            known = next((-k for k in seen if _same(k, mirror, given)), None)
        if known is None:
            seen.append(call)
        else:
            expr = expr.subs(call, known)
    return expr


def _tidy(expr: Any) -> Any:
    """A fraction in exponentials in lowest terms."""
    fraction = expr.rewrite(sp.exp)
    return sp.cancel(sp.together(sp.expand(fraction))) if fraction.has(sp.exp) else expr


def _log_vanishes(expr: Any, roots: Roots) -> bool:
    """Show c + sum k_i log A_i = 0, when k_i = q_i k, q_i whole, and e^{c/k} prod A_i^{q_i} = 1."""
    logs = sorted(expr.atoms(sp.log), key=sp.default_sort_key)
    outer = [entry for entry in logs if not any(entry in o.args[0].atoms(sp.log) for o in logs)]
    if not outer or expr.has(sp.I) or not all(entry.args[0].is_positive for entry in outer):
        return False
    names = {entry: sp.Dummy("L") for entry in outer}
    linear = sp.expand(expr.subs(names))
    rest = sp.expand(linear - sum(linear.coeff(n) * n for n in names.values()))
    if rest.has(*names.values()):
        return False
    rest = _tidy(rest)
    rates = {e: rate for e, n in names.items() if (rate := _tidy(linear.coeff(n))) != 0}
    if not rates:
        return _vanishes(rest, roots)
    scale = next(iter(rates.values()))
    powers = {e: sp.cancel(rate / scale) for e, rate in rates.items()}
    if not all(q.is_Rational for q in powers.values()):
        return False
    whole = sp.ilcm(1, *(q.q for q in powers.values()))
    product = sp.Mul(*(e.args[0] ** (q * whole) for e, q in powers.items()))
    return _vanishes((product * sp.exp(sp.expand(whole * rest / scale)) - 1).rewrite(sp.exp), roots)


def witness(
    expr: Any,
    given: Sequence[Rule] = (),
    where: Callable[[Point], bool] | None = None,
    attempts: int = 36,
) -> Point | None:
    """A point at which the expression is not zero, or None if none was met.

    Symbolic sums are written out for three hypotheses; values respect the assumptions of each
    symbol, the equalities in `given` and the condition `where`.

    >>> x = sp.Symbol("x", positive=True)
    >>> witness(x - x)
    >>> sorted(witness(x**2 - x))
    [x]
    """
    sides = [sp.sympify(side) for rule in given for side in rule]
    concrete, *sides = small(sp.Tuple(evaluated(sp.sympify(expr)), *sides))  # free indices alike in all
    rules = list(zip(sides[::2], sides[1::2], strict=True))
    named = sp.Tuple(concrete, *(side for rule in rules for side in rule))
    atoms = sorted(named.atoms(sp.Indexed) | _plain(named), key=str)
    random = Random(0)
    for attempt in range(attempts):
        scale = (1, 1, 24, sp.Rational(1, 24))[attempt // 9]
        point = _constrain({a: scale * _value(a, random) for a in atoms}, rules)
        if point is None or (where is not None and not where(point)):
            continue
        once, again = (concrete.subs(point).evalf(digits) for digits in (30, 60))
        if not (again.is_number and again.is_finite and sp.Abs(again) > sp.Float("1e-12")):
            continue
        if sp.Abs(once - again) < sp.Float("1e-15") * sp.Abs(again):
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
    high = -1 if atom.is_negative else 0 if atom.is_nonpositive else 24
    return sp.Rational(random.randint(low, high), 8)


def _constrain(point: Point, rules: Sequence[Any]) -> Point | None:
    """The point changed until every rule holds: a symbol is set, a family scaled; or None."""
    for left, right in rules:
        if left.is_Symbol:
            point = point | {left: right.subs(point)}
        family = left.atoms(sp.Indexed) or left.free_symbols
        value, goal = left.subs(point), right.subs(point)
        degree = sp.homogeneous_order(left, *family) if family else None
        if degree and value.is_number and value != 0 and (goal / value).is_positive:
            scale = (goal / value) ** sp.Rational(1, degree)
            point = {a: v * scale if a in family else v for a, v in point.items()}
    holds = all(sp.simplify((left - right).subs(point)) == 0 for left, right in rules)
    return point if holds else None
