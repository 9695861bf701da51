r"""A normal form that decides fast: quotients of sums of monomials, in exponentials, symbols and the rest.

An exponent is a sum \(c_1\mu_1+c_2\mu_2+\dots\) of monomials with rational coefficients, and its
exponential a product of powers of the \(e^{\mu_i}\). These are taken for unknowns; so are symbols, roots,
and calls of functions of which nothing more is used than that equal arguments give equal values.
Hyperbolic functions and powers of positive bases are written with exponentials, sines and cosines with
those of \(i\mu\); logarithms of positive products are taken apart, and signs lose positive factors.

What is zero as a polynomial in the unknowns is zero. A divisor is accepted where it plainly is not zero:
its terms have one sign, or its unknowns are symbols and exponentials of their monomials, which are
algebraically independent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple, TypeVar, cast

import sympy as sp
from sympy.core.cache import cacheit
from sympy.polys.domains import QQ, QQ_I

Monomial = frozenset[tuple[int, Any]]  # powers of numbered unknowns; they may be negative, or fractions
Sum = dict[Monomial, Any]  # coefficients by monomial, none of them 0

Decided = TypeVar("Decided", bound=Callable[..., Any])

NONE: Monomial = frozenset()
MOST = 2000  # products of terms at once
STRANGE = (sp.AccumBounds, sp.Order, sp.core.numbers.NaN, sp.core.numbers.ImaginaryUnit)
EXPONENTIALS = {sp.sinh: False, sp.cosh: False, sp.tanh: False, sp.sin: True, sp.cos: True}


def remembered(function: Decided) -> Decided:
    """The function, with its results kept as long as SymPy keeps its own."""
    return cast(Decided, cacheit(function))


class Beyond(Exception):
    """The expression is not of this form, or would grow too long."""


@remembered
def vanishes(expr: Any) -> bool:
    """Whether the normal form shows that an expression is zero; False says only that it does not.

    >>> x, y = sp.symbols("x y", real=True)
    >>> vanishes(sp.sinh(x + y) - sp.sinh(x)*sp.cosh(y) - sp.cosh(x)*sp.sinh(y))
    True
    >>> vanishes(sp.cos(x)**2 + sp.sin(x)**2 - 1), vanishes(sp.log(1 + x**2) - x)
    (True, False)
    """
    try:
        return not _Forms.for_(expr).of(expr).top
    except Beyond:
        return False


@remembered
def nonzero(expr: Any) -> bool:
    """Whether the normal form plainly is not zero: its terms have one sign, or its unknowns are free.

    >>> x, y = sp.symbols("x y", real=True)
    >>> nonzero(1 + sp.exp(x)), nonzero((x + y)**2 - x**2 - y*(2*x + y))
    (True, False)
    """
    forms = _Forms.for_(expr)
    try:
        return forms.nonzero(forms.of(expr).top)
    except Beyond:
        return False


@remembered
def real(expr: Any) -> bool:
    """Whether the normal form plainly is a real number: its unknowns are, and its divisors are positive.

    >>> x, y = sp.symbols("x y", real=True)
    >>> real(x*sp.tanh(y)/(1 + x**2)), real(x/y)
    (True, False)
    """
    forms = _Forms.for_(expr)
    try:
        return forms.real(forms.of(expr))
    except Beyond:
        return False


def product(expr: Any) -> Any:
    """A quotient with a single term, of symbols alone, as a product of their powers; None for any other.

    >>> x, y = sp.symbols("x y", real=True)
    >>> product((x + y)**2 - (x - y)**2)
    4*x*y
    """
    forms = _Forms.for_(expr)
    try:
        top, bottom = forms.of(expr)
    except Beyond:
        return None
    if len(top) != 1 or len(bottom) > 1:
        return None
    [(monomial, c)] = top.items()
    powers = [(forms.unknowns[n].symbol, QQ.to_sympy(p)) for n, p in monomial]
    if not all(symbol for symbol, _ in powers):
        return None
    return sp.Mul(forms.domain.to_sympy(c), *(symbol**p for symbol, p in powers))


class Quotient(NamedTuple):
    """Two sums; the lower one is scaled so that its least term is 1."""

    top: Sum
    bottom: Sum

    @property
    def key(self) -> Any:
        """What tells quotients apart: where it is equal, they are."""
        return frozenset(self.top.items()), frozenset(self.bottom.items())


@dataclass(frozen=True)
class _Unknown:
    """What is known of an unknown. No polynomial relates those that are free; some of these are symbols."""

    real: bool
    positive: bool
    free: bool = False
    symbol: Any = None
    exponent: Any = None  # of an exponential, its quotient


@dataclass
class _Forms:
    """Normal forms over a field of coefficients, with the unknowns that were met so far."""

    domain: Any
    unknowns: list[_Unknown] = field(default_factory=list)
    numbers: dict[Any, int] = field(default_factory=dict)
    known: dict[Any, Quotient] = field(default_factory=dict)

    @classmethod
    def for_(cls, expr: Any) -> _Forms:
        """Forms over the rational numbers, with the imaginary unit where there are sines or cosines."""
        return cls(QQ_I if expr.has(sp.sin, sp.cos) else QQ)

    def of(self, expr: Any) -> Quotient:
        """An expression as a quotient. Raises `Beyond`."""
        if expr not in self.known:
            self.known[expr] = self._of(expr)
        return self.known[expr]

    def _of(self, expr: Any) -> Quotient:
        if expr.is_Rational:
            return self._number(self.domain.from_sympy(expr))
        if expr.is_Add:
            return self._added(map(self.of, expr.args))
        if expr.is_Mul:
            return self._multiplied(map(self.of, expr.args))
        if isinstance(expr, sp.exp) or expr is sp.E:
            return self._exponential(self.of(sp.S.One if expr is sp.E else expr.args[0]))
        if expr.is_Pow:
            return self._power(expr)
        if type(expr) in EXPONENTIALS:
            return self._by_exponentials(expr)
        if isinstance(expr, sp.log):
            return self._logarithm(expr)
        if isinstance(expr, sp.sign):
            return self._signum(expr)
        return self._opaque(expr)

    def _number(self, value: Any) -> Quotient:
        return Quotient({NONE: value} if value else {}, {NONE: self.domain.one})

    def _unknown(self, key: Any, power: Any, known: _Unknown) -> Quotient:
        """A power of the unknown of this key, which is entered where it is new."""
        number = self.numbers.setdefault(key, len(self.unknowns))
        if number == len(self.unknowns):
            self.unknowns.append(known)
        return Quotient({frozenset([(number, power)]): self.domain.one}, {NONE: self.domain.one})

    def _opaque(self, expr: Any) -> Quotient:
        """A symbol, or a call of which nothing is used but its arguments."""
        if not isinstance(expr, sp.Expr) or isinstance(expr, STRANGE) or expr.is_Float:
            raise Beyond
        if not expr.is_commutative or expr.is_finite is False:
            raise Beyond
        key = (
            (expr.func, *map(self._key, expr.args))
            if isinstance(expr, sp.Function) or expr.is_Pow
            else expr
        )
        name = expr if expr.is_Symbol else None
        known = _Unknown(bool(expr.is_real), bool(expr.is_positive), free=expr.is_Symbol, symbol=name)
        return self._unknown(key, QQ.one, known)

    def _key(self, argument: Any) -> Any:
        """What an argument is known by; where it has no normal form, the argument itself."""
        try:
            return self.of(argument).key
        except Beyond:
            return argument

    def _power(self, expr: Any) -> Quotient:
        base, power = expr.base, expr.exp
        if power.is_Integer:
            return self._raised(self.of(base), int(power))
        positive = [a for a in sp.Mul.make_args(base) if a.is_positive]
        if positive and not base.is_positive:
            rest = sp.Mul(*(a for a in base.args if not a.is_positive))
            return self._multiplied(self.of(a**power) for a in (*positive, rest))
        if not base.is_positive:
            return self._opaque(expr)
        if not power.is_Rational:
            return self._exponential(self.of(power * sp.log(base)))
        form = self.of(base)
        if len(form.top) == len(form.bottom) == 1:
            [(monomial, c)] = form.top.items()
            if c == 1 and all(self.unknowns[n].positive for n, _ in monomial):
                return Quotient({_raised(monomial, QQ(power.p, power.q)): c}, form.bottom)
        root = self._unknown(("root", form.key, power.q), QQ(power.p % power.q), _Unknown(True, True))
        return self._multiplied([root, self._raised(form, power.p // power.q)])

    def _exponential(self, exponent: Quotient, imaginary: bool = False) -> Quotient:
        """The exponential of a quotient, or of the imaginary unit times it."""
        below = [n for m in exponent.bottom for n, _ in m]
        factors = [self._number(self.domain.one)]
        for monomial, c in exponent.top.items():
            met = [self.unknowns[n] for n in (*below, *(n for n, _ in monomial))]
            free = len(exponent.bottom) == 1 and None not in {u.symbol for u in met}
            unit = Quotient({monomial: self.domain.one}, exponent.bottom)
            real = not imaginary and self.real(unit)
            known = _Unknown(real, real, free, exponent=unit)
            factors.append(self._unknown(("exp", imaginary, unit.key), self.rational(c), known))
        return self._multiplied(factors)

    def _logarithm(self, call: Any) -> Quotient:
        """Of a positive quotient the logarithm is the sum of those of its factors."""
        form, parts = self.of(call.args[0]), []
        for terms, side in ((form.top, 1), (form.bottom, -1)):
            least = min(terms, key=self._powers, default=NONE)
            positive = self.signed(terms) and self._sign(least, terms[least]) == 1
            if not positive or call.args[0].is_Rational:
                return self._opaque(call)
            logs = [self.of(sp.expand_log(sp.log(self.domain.to_sympy(terms[least])), factor=True))]
            rest = frozenset(_times(terms, {_raised(least, -1): 1 / terms[least]}).items())
            if len(rest) > 1:
                logs.append(self._unknown(("log", rest), QQ.one, _Unknown(True, False)))
            for n, power in least:
                log = self.unknowns[n].exponent or self._unknown(("log", n), QQ.one, _Unknown(True, False))
                logs.append(self._times(self._number(self.domain.convert(power, QQ)), log))
            parts += [self._times(self._number(self.domain.convert(side)), log) for log in logs]
        return self._added(parts)

    def _signum(self, call: Any) -> Quotient:
        """The sign of a quotient does not change with positive factors of its terms."""
        top, bottom = self.of(call.args[0])
        if not top or self.domain is not QQ or not self.signed(bottom):
            return self._opaque(call)
        least = min(top, key=self._powers)
        factor = frozenset((n, power) for n, power in least if self.unknowns[n].positive)
        terms = _times(top, {_raised(factor, -1): 1 / top[least]})
        side = (1 if top[least] > 0 else -1) * (1 if min(bottom.values()) > 0 else -1)
        sign = self._unknown(("sign", frozenset(terms.items())), QQ.one, _Unknown(True, False))
        return self._times(self._number(self.domain(side)), sign)

    def rational(self, c: Any) -> Any:
        """A coefficient as a rational number."""
        if self.domain is QQ:
            return c
        if c.y:
            raise Beyond
        return c.x

    def _by_exponentials(self, call: Any) -> Quotient:
        circular = EXPONENTIALS[type(call)]
        up = self._exponential(self.of(call.args[0]), circular)
        down = self._inverse(up)
        even = self._added([up, down])
        odd = self._added([up, self._multiplied([self._number(-self.domain.one), down])])
        if isinstance(call, sp.tanh):
            return self._multiplied([odd, self._inverse(even)])
        half = self.domain.one / (2 * self.domain(0, 1) if isinstance(call, sp.sin) else 2)
        return self._multiplied([self._number(half), even if isinstance(call, (sp.cos, sp.cosh)) else odd])

    def _added(self, terms: Iterable[Quotient]) -> Quotient:
        return reduce(self._plus, terms)

    def _plus(self, one: Quotient, two: Quotient) -> Quotient:
        if one.bottom == two.bottom:
            return Quotient(_plus(one.top, two.top), one.bottom)
        top = _plus(_times(one.top, two.bottom), _times(two.top, one.bottom))
        return self._scaled(top, _times(one.bottom, two.bottom))

    def _multiplied(self, factors: Iterable[Quotient]) -> Quotient:
        return reduce(self._times, factors)

    def _times(self, one: Quotient, two: Quotient) -> Quotient:
        if one.top == two.bottom:
            return Quotient(two.top, one.bottom)
        if two.top == one.bottom:
            return Quotient(one.top, two.bottom)
        return self._scaled(_times(one.top, two.top), _times(one.bottom, two.bottom))

    def _raised(self, form: Quotient, power: int) -> Quotient:
        if power < 0:
            return self._inverse(self._raised(form, -power))
        if len(form.top) == len(form.bottom) == 1:
            [(monomial, c)] = form.top.items()
            return Quotient({_raised(monomial, power): c**power}, form.bottom)
        if power > MOST:
            raise Beyond
        return self._multiplied([self._number(self.domain.one), *[form] * power])

    def _inverse(self, form: Quotient) -> Quotient:
        if not self.nonzero(form.top):
            raise Beyond
        return self._scaled(form.bottom, form.top)

    def _scaled(self, top: Sum, bottom: Sum) -> Quotient:
        """The quotient with 1 for the least term of its divisor."""
        least = min(bottom, key=self._powers)
        if least == NONE and bottom[least] == 1:
            return Quotient(top, bottom)
        back = {_raised(least, -1): 1 / bottom[least]}
        return Quotient(_times(top, back), _times(bottom, back))

    def _powers(self, monomial: Monomial) -> list[Any]:
        """The powers of all unknowns, an order that a factor does not change."""
        powers = dict(monomial)
        return [powers.get(n, 0) for n in range(len(self.unknowns))]

    def real(self, form: Quotient) -> bool:
        """Whether a quotient plainly is a real number."""
        if self.domain is not QQ and any(c.y for c in (*form.top.values(), *form.bottom.values())):
            return False
        met = [(self.unknowns[n], power) for m in (*form.top, *form.bottom) for n, power in m]
        return self.signed(form.bottom) and all(u.positive or (u.real and power > 0) for u, power in met)

    def nonzero(self, terms: Sum) -> bool:
        """Whether a sum plainly is not zero."""
        return bool(terms and all(self.unknowns[n].free for m in terms for n, _ in m)) or self.signed(terms)

    def signed(self, terms: Sum) -> bool:
        """Whether the terms of a sum are all positive or all negative; some of them may vanish."""
        signs = {self._sign(monomial, c) for monomial, c in terms.items()}
        return signs in ({1}, {1, 0.5}, {-1}, {-1, -0.5})

    def _sign(self, monomial: Monomial, c: Any) -> float | None:
        """1 or -1 for a term of this sign, half of it where it may be zero, None where it is not known."""
        c = self.rational(c)
        met = [(self.unknowns[n], power) for n, power in monomial]
        if not all(u.positive or (u.real and QQ.denom(power / 2) == 1) for u, power in met):
            return None
        return (1 if all(u.positive for u, _ in met) else 0.5) * (1 if c > 0 else -1)


def _plus(one: Sum, two: Sum) -> Sum:
    total = dict(one)
    for monomial, c in two.items():
        if value := total.pop(monomial, 0) + c:
            total[monomial] = value
    return total


def _times(one: Sum, two: Sum) -> Sum:
    if len(one) * len(two) > MOST:
        raise Beyond
    total: Sum = {}
    for left, a in one.items():
        for right, b in two.items():
            monomial = _product(left, right)
            if value := total.pop(monomial, 0) + a * b:
                total[monomial] = value
    return total


def _product(one: Monomial, two: Monomial) -> Monomial:
    if not one or not two:
        return one or two
    powers = dict(one)
    for n, power in two:
        if total := powers.pop(n, 0) + power:
            powers[n] = total
    return frozenset(powers.items())


def _raised(monomial: Monomial, power: Any) -> Monomial:
    return frozenset((n, p * power) for n, p in monomial) if power else NONE
