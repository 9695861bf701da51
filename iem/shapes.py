"""Bringing expressions into their simplest known shape. Shapes are found here and proved elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sympy as sp

from . import exact
from .cases import cells, possible, resolve, walls
from .decide import proved
from .exact import clip, symbol
from .quotients import product

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
    cases = tuple(cells(Z, gap)) if len(walls(Z, gap)) < 3 else ()  # three walls part four cells
    if len(cases) == 3:
        pieces = [sp.expand(resolve(gap, case)) for case in cases]
        slopes = [sp.diff(piece, Z) for piece in pieces]
        if slopes[0] == slopes[2] == 0 and not slopes[1].has(Z):
            shape = clip(Z, cases[0].rhs, cases[2].rhs)
            return slopes[1] * shape + pieces[1].subs(Z, 0), cases
    if (short := product(gap)) is not None:
        return short, ()
    forms = [sp.factor(sp.expand(gap)), gap, sp.factor_terms(gap)]
    if gap.has(sp.cos):
        forms.append(sp.factor(sp.expand(sp.expand_trig(gap))))
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
    finite = up.is_finite is not False and down.is_finite is not False
    if finite and proved(up - down):
        return tie if proved(up - tie) else sp.Piecewise((tie, sp.Eq(of, 0)), (up, True))
    if finite and proved(up + down - 2 * tie):
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


CONTINUOUS = (sp.exp, sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.sin, sp.cos, sp.atan, sp.erf,
              sp.Abs, sp.Max, sp.Min, clip)  # fmt: skip


def continuous(expr: Any, u: Any) -> bool:
    """Whether an expression is plainly continuous in u: without a jump, a pole or a root that ends.

    >>> u = sp.Symbol("u", real=True)
    >>> continuous(sp.log(1 + u**2), u), continuous(1/(1 - u), u)
    (True, False)
    """
    return all(
        not part.has(u)
        or part == u
        or isinstance(part, (sp.Add, sp.Mul, *CONTINUOUS))
        or (part.is_Pow and bool(part.base.is_positive or (part.exp.is_Integer and part.exp > 0)))
        or (part.is_Pow and bool(part.base.is_nonnegative and part.exp.is_positive))
        or (isinstance(part, sp.log) and bool(part.args[0].is_positive))
        for part in sp.preorder_traversal(expr)
    )


def pieces(u: Any, *exprs: Any) -> list[tuple[Any, ...]] | None:
    """The cases of expressions with what these are there; None where one may jump or have a pole.

    Neighbours must agree where they meet.
    """
    if any(e.has(sp.sign) for e in exprs):
        return None
    found = [(case, *(resolve(e, case) for e in exprs)) for case in cells(u, *exprs)]
    if not all(continuous(e, u) for _, *here in found for e in here):
        return None
    for before, after, wall in meetings(u, [case for case, *_ in found]):
        pairs = zip(found[before][1:], found[after][1:], strict=True)
        if not all(proved((a - b).subs(u, wall)) for a, b in pairs):
            return None
    return found


def meetings(u: Any, cases: Sequence[Any]) -> Iterator[tuple[int, int, Any]]:
    """Which cases meet, the lower first, and the value of u at which they do."""
    for i, low in enumerate(cases):
        for j, high in enumerate(cases):
            tops = {c.rhs for c in sp.And.make_args(low) if isinstance(c, sp.Le) and c.lhs == u}
            ends = {c.rhs for c in sp.And.make_args(high) if isinstance(c, sp.Ge) and c.lhs == u}
            for wall in tops & ends:
                rest = [c for c in (*sp.And.make_args(low), *sp.And.make_args(high)) if c.rhs != wall]
                if possible(sp.And(*map(_strict, rest), sp.Eq(u, wall))):
                    yield i, j, wall


def increasing(kernel: Any) -> bool:
    """Whether an energy is even and continuous with a positive derivative for u > 0, in every case."""
    u = sp.Dummy("u", positive=True)
    energy, mirrored = kernel.energy(u, exact), kernel.energy(-u, exact)
    found = pieces(u, energy, mirrored)
    if found is None or not all(proved(a - b) and _positive(sp.diff(a, u), u) for _, a, b in found):
        return False
    at_zero, near = kernel.energy(sp.S.Zero, exact), sp.Dummy("u", nonnegative=True)
    start = found[0][1].subs(u, near)
    if at_zero.is_finite is False or not continuous(start, near):
        return False
    return proved(start.subs(near, 0) - at_zero)


def convex(kernel: Any) -> str | None:
    """Whether an energy is proved to be "convex" or "strictly convex"; None where neither was shown.

    It is continuous, in every case its second derivative has the sign, and where two cases meet its
    derivative does not drop.
    """
    u = sp.Symbol("u", real=True)
    found = pieces(u, kernel.energy(u, exact))
    if found is None or any(here.has(sp.Abs, sp.Max, sp.Min, clip) for _, here in found):
        return None
    bends = [sp.diff(here, u, 2) for _, here in found]
    strict = [bool(bend.is_positive or _rises(bend)) for bend in bends]
    if not all(s or bend.is_nonnegative for s, bend in zip(strict, bends, strict=True)):
        return None
    slopes = [sp.diff(here, u) for _, here in found]
    for before, after, wall in meetings(u, [case for case, _ in found]):
        if not sp.simplify((slopes[after] - slopes[before]).subs(u, wall)).is_nonnegative:
            return None
    return "strictly convex" if all(strict) else "convex"


def tail(kernel: Any) -> str | None:
    """How the energy grows far out: "quadratic", "linear", "logarithmic", "of degree p"; None if unknown.

    The degree is the limit of u d'(u)/d(u), and the same on both sides.
    """
    u = sp.Symbol("u", real=True)
    energy, far = kernel.energy(u, exact), sp.Dummy("u", positive=True)
    walls = cells(u, energy)
    ends = (resolve(energy, walls[-1]).subs(u, far), resolve(energy, walls[0]).subs(u, -far))
    degrees = {_degree(end, far) for end in ends}
    if len(degrees) > 1 or None in degrees:
        return None
    degree = degrees.pop()
    return {0: "logarithmic", 1: "linear", 2: "quadratic"}.get(degree, f"of degree {degree}")


def _degree(expr: Any, u: Any) -> Any:
    """The degree of what grows without bound; None where it does not, or none was found."""
    if limit(expr, u, sp.oo, "-") != sp.oo:
        return None
    degree = limit(u * sp.diff(expr, u) / expr, u, sp.oo, "-")
    return None if degree is None or not degree.is_finite else sp.simplify(degree)


def _positive(slope: Any, u: Any) -> bool:
    """Whether a slope is plainly positive, as it stands or with u = s log(1 + t) for a scale s."""
    t = sp.Dummy("t", positive=True)
    scales = sorted((s for s in slope.free_symbols - {u} if s.is_positive), key=str)
    forms = [slope, *(slope.rewrite(sp.exp).subs(u, s * sp.log(1 + t)) for s in scales)]
    return any(f.is_positive for form in forms for f in (form, sp.together(form), sp.factor(form)))


def size(expr: Any) -> int:
    """How long an expression is: what is small is simple."""
    return len(str(expr))


def known(expr: Any) -> list[Any]:
    """Candidates for a simpler shape: hyperbolic functions of logarithms, and sums of angles, taken apart.

    >>> x = sp.Symbol("x", real=True)
    >>> known(sp.tanh(sp.log(1 + x**2)/2))[0]
    x**2/(x**2 + 2)
    """
    if isinstance(expr, sp.Tuple):
        rows = zip(*map(known, expr), strict=True)
        return [sp.Tuple(*row) for row in rows]
    if expr.has(clip):  # their products expand without end
        return [expr]
    expr = expr.replace(lambda e: e.is_Pow and isinstance(e.base, sp.cosh) and e.exp == -2,
                        lambda e: 1 - sp.tanh(e.base.args[0]) ** 2)  # fmt: skip
    rational = expr.replace(lambda e: isinstance(e, (sp.tanh, sp.exp, sp.cosh)), _of_logs)
    flat = sp.factor(sp.cancel(sp.together(rational)))
    angles = sp.factor(sp.cancel(sp.expand(sp.expand_trig(flat))))
    ratio = _doubled(flat)
    forms = [flat, ratios(angles), ratios(ratio)]
    return [*forms, *(sp.factor_terms(form) for form in forms)]


def _of_logs(call: Any) -> Any:
    """Turn tanh, exp or cosh of a rational combination of logarithms into a rational function."""
    times = 2 if isinstance(call, sp.tanh) else 1
    x = sp.expand_log(sp.expand(times * call.args[0]))
    logs = [t for t in sp.Add.make_args(x) if t.has(sp.log)]
    if not logs:
        return call
    product = sp.exp(x - sp.Add(*logs))
    for term in logs:
        rate, rest = term.as_independent(sp.log, as_Add=False)
        if not (isinstance(rest, sp.log) and rate.is_Integer):
            return call
        product *= rest.args[0] ** rate
    if isinstance(call, sp.tanh):
        return (product - 1) / (product + 1)
    return product if isinstance(call, sp.exp) else (product + 1 / product) / 2


def _doubled(expr: Any) -> Any:
    """Squares of cosh and sinh as functions of the double angle."""
    top, bottom = sp.fraction(sp.together(expr))
    expr = (sp.expand(top) / sp.expand(bottom)).replace(
        lambda e: e.is_Pow and isinstance(e.base, (sp.cosh, sp.sinh)) and e.exp == 2,
        lambda e: (sp.cosh(sp.expand(2 * e.base.args[0])) + (1 if isinstance(e.base, sp.cosh) else -1)) / 2,
    )
    return sp.factor(sp.cancel(sp.expand(sp.expand_trig(sp.cancel(sp.together(expr))))))


def paired(expr: Any) -> Any:
    """Sums of opposite exponentials as cosh and sinh, where that makes a fraction shorter.

    >>> x = sp.Symbol("x", real=True)
    >>> paired((sp.exp(x) - sp.exp(-x))/(1 + sp.exp(x) + sp.exp(-x)))
    2*sinh(x)/(2*cosh(x) + 1)
    """

    def one(e: Any) -> Any:
        top, bottom = (_terms(side) for side in sp.fraction(sp.together(e)))
        if top is None or bottom is None or not any(bottom):
            return e
        rates = list(bottom)
        middles = {sp.expand((a + b) / 2) for i, a in enumerate(rates) for b in rates[:i]}
        forms = [_hyperbolic(top, c) / _hyperbolic(bottom, c) for c in sorted(middles, key=str)]
        return min([e, *forms], key=size)

    return each(expr, one)


def _terms(expr: Any) -> dict[Any, Any] | None:
    """A sum of exponentials as exponent -> coefficient; None where it is none."""
    found: dict[Any, Any] = {}
    for term in sp.Add.make_args(sp.expand(expr)):
        powers = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
        rest = term / sp.Mul(*powers)
        if rest.has(sp.exp, sp.tanh, sp.log):
            return None
        exponent = sp.expand(sp.Add(*(f.args[0] for f in powers)))
        found[exponent] = found.get(exponent, 0) + rest
    return found


def _hyperbolic(terms: dict[Any, Any], centre: Any) -> Any:
    """The sum of exponentials divided by exp(centre), opposite ones as cosh and sinh."""
    left = {sp.expand(rate - centre): c for rate, c in terms.items()}
    result = []
    while left:
        rate, c = left.popitem()
        other = left.pop(sp.expand(-rate), 0) if rate != 0 else 0
        x, odd = sp.factor(rate), (c - other) / 2
        if x.could_extract_minus_sign():
            x, odd = -x, -odd
        if other == 0:
            result.append(c * sp.exp(sp.factor(rate)))
        else:
            result.append(sp.expand(c + other) * sp.cosh(x) + 2 * sp.expand(odd) * sp.sinh(x))
    return sp.factor_terms(sp.Add(*result))


def ratios(expr: Any) -> Any:
    """Quotients sinh x / cosh x in a product become tanh x."""
    if expr is None or not expr.is_Mul:
        return expr
    powers = expr.as_powers_dict()
    for call in [f for f in powers if isinstance(f, sp.sinh)]:
        n, below = powers[call], sp.cosh(call.args[0])
        if n.is_Integer and n > 0 and powers.get(below) == -n:
            expr = expr / call**n * below**n * sp.tanh(call.args[0]) ** n
    return expr


def parity(expr: Any) -> str | None:
    """Whether an expression is proved odd or even in z, component by component."""
    mirrored = each(expr, lambda e: e.subs(Z, -Z))
    walls = cells(Z, *(expr if isinstance(expr, sp.Tuple) else [expr]), *(
        mirrored if isinstance(mirrored, sp.Tuple) else [mirrored]))  # fmt: skip

    def vanishes(e: Any) -> bool:
        return all(proved(resolve(e, case)) for case in walls)

    pairs = list(zip(*(e if isinstance(e, sp.Tuple) else [e] for e in (expr, mirrored)), strict=True))
    if all(vanishes(a - b) for a, b in pairs):
        return "even"
    return "odd" if all(vanishes(a + b) for a, b in pairs) else None


def monotone(expr: Any) -> str | None:
    """How an expression moves with z: see `Derived.monotone`."""
    if isinstance(expr, sp.Tuple) or expr.has(sp.Piecewise):
        return None
    if isinstance(expr, sp.sign) and expr.args[0] == Z:
        return "nondecreasing"
    if _turns(expr):
        return "not monotone"
    slopes = []
    for _, here in pieces(Z, expr) or ():
        slope = sp.diff(here, Z)
        if slope.has(sp.Derivative, sp.Subs):
            return None
        slopes.append("zero" if proved(slope) else "rises" if _rises(slope) else None)
    if not slopes or None in slopes:
        return None
    return "nondecreasing" if "zero" in slopes else "increasing"


def _rises(slope: Any) -> bool:
    """Whether a derivative is plainly positive."""
    forms = [slope, sp.factor(slope), sp.factor(slope.rewrite(sp.exp)), sp.factor_terms(slope)]
    forms.append(slope.replace(sp.tanh, lambda x: sp.sinh(x) / sp.cosh(x)))
    return any(form.is_positive or _square(form) for form in forms)


def _square(form: Any) -> bool:
    """Whether a derivative is c (1 - tanh(x)^2) or a product with such, c plainly positive."""
    calls = form.atoms(sp.tanh)
    if len(calls) != 1:
        return False
    s = sp.Dummy("s", positive=True)  # tanh runs through (s - 1)/(s + 1)
    return bool(sp.factor(sp.cancel(form.subs(calls.pop(), (s - 1) / (s + 1)))).is_positive)


def _turns(expr: Any) -> bool:
    """Whether the expression falls between two points and rises between two others, at some parameters."""
    names = sorted(expr.free_symbols - {Z}, key=str)
    for seed in range(3):
        point = {s: sp.Rational(3 + (seed + i) % 4, 4) for i, s in enumerate(names)}
        here = expr.subs(point)
        values = [_sure(here.subs(Z, sp.Rational(k, 2))) for k in range(-40, 41)]
        steps = [b - a for a, b in zip(values, values[1:], strict=False) if None not in (a, b)]
        if steps and min(steps) < -1e-12 and max(steps) > 1e-12:
            return True
    return False


def _sure(value: Any) -> Any:
    """A real number that 30 and 60 digits agree on, or None: cancellation may leave none of them right."""
    once, again = (sp.N(value, digits, maxn=400) for digits in (30, 60))
    finite = once.is_real and again.is_real and again.is_finite
    return again if finite and abs(once - again) <= sp.Float("1e-15") * (1 + abs(again)) else None


def equal(one: Any, two: Any) -> bool:
    """Whether two expressions, or all their components, are proved equal."""
    if isinstance(one, sp.Tuple):
        return all(equal(a, b) for a, b in zip(one, two, strict=True))
    return proved(one - two)


def slope(expr: Any) -> Any:
    """The derivative at z = 0: infinite at a jump, by cases of the parameters, None at a kink."""
    if jump := next(iter(expr.atoms(sp.sign)), None):
        return _slope_at_sign(expr, jump)
    found = []
    for case in cells(Z, expr):
        inside = sp.And(*map(_strict, sp.And.make_args(case))).subs(Z, 0)
        if possible(inside):
            found.append((sp.factor_terms(sp.diff(resolve(expr, case), Z).subs(Z, 0)), inside))
    if len(found) == 1:
        return found[0][0]
    return sp.Piecewise(*found) if found else None


def _slope_at_sign(expr: Any, jump: Any) -> Any:
    """The derivative at 0 of what has a sign: what is on its two sides decides, where it changes at 0."""
    at_zero = resolve(jump.args[0], sp.Eq(Z, 0)).subs(Z, 0)
    held = sp.Dummy("s", real=True)
    smooth = slope(expr.subs(jump, held))
    away = None if smooth is None else smooth.subs(held, sp.sign(at_zero))
    if at_zero.is_nonzero:
        return away
    up = slope(jump.args[0])
    if up is None or not (up.is_positive or up.is_negative):
        return None
    side = 1 if up.is_positive else -1
    left, tie, right = (expr.subs(jump, s).subs(Z, 0) for s in (-side, 0, side))
    first, second = sp.simplify(tie - left), sp.simplify(right - tie)
    if first == second == 0:
        one, two = (None if smooth is None else smooth.subs(held, s) for s in (-side, side))
        here = one if one is not None and equal(one, two) else None
    else:
        rises, falls = first.is_positive and second.is_positive, first.is_negative and second.is_negative
        here = sp.oo if rises else -sp.oo if falls else None
    if at_zero == 0 or here is None or away is None:
        return here if at_zero == 0 else None
    return sp.Piecewise((here, sp.Eq(at_zero, 0)), (away, True))


def _strict(relation: Any) -> Any:
    """The relation without its boundary."""
    if relation == sp.true:
        return relation
    strict = {sp.Le: sp.Lt, sp.Ge: sp.Gt}
    return strict.get(type(relation), type(relation))(relation.lhs, relation.rhs)
