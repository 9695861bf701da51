"""Intervals with guaranteed ends: an expression over a box, enclosed with Arb's ball arithmetic.

An interval is kept by its two ends, either of which may be infinite: at an end a monotone function costs
one ball and loses nothing, and an unbounded box needs no change of variable. Every end is rounded
outwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp
from flint import arb, fmpq

from .errors import Undecided
from .exact import clip

End = arb
ZERO = arb(0)


class Undefined(Exception):
    """The expression may have no value, or no bound, somewhere in the box."""


@dataclass(frozen=True)
class Interval:
    """All numbers from `low` to `high`; an end that is infinite is not a member."""

    low: End
    high: End


def interval(low: arb, high: arb) -> Interval:
    """The ends of two balls, rounded outwards."""
    a, b = low.lower(), high.upper()
    if a.is_nan() or b.is_nan():
        raise Undefined
    return Interval(a, b)


def number(value: Any) -> arb:
    """A ball around an exact number: an integer, a fraction, or an infinity."""
    if value in (sp.oo, float("inf")):
        return arb.pos_inf()
    if value in (-sp.oo, float("-inf")):
        return arb.neg_inf()
    top, bottom = (
        (value.p, value.q) if isinstance(value, sp.Rational) else Fraction(value).as_integer_ratio()
    )
    return arb(fmpq(int(top), int(bottom)))


def _whole(x: Interval) -> bool:
    return bool(x.low.is_finite() and x.high.is_finite())


def _add(x: Interval, y: Interval) -> Interval:
    low = x.low + y.low if x.low.is_finite() and y.low.is_finite() else arb.neg_inf()
    high = x.high + y.high if x.high.is_finite() and y.high.is_finite() else arb.pos_inf()
    return interval(low, high)


def _times(a: arb, b: arb) -> arb:
    return ZERO if a == 0 or b == 0 else a * b  # an infinite end is no member, so 0 times it is 0


def _mul(x: Interval, y: Interval) -> Interval:
    ends = [_times(a, b) for a in (x.low, x.high) for b in (y.low, y.high)]
    lows, highs = [e.lower() for e in ends], [e.upper() for e in ends]
    return interval(reduce(_least, lows), reduce(_most, highs))


def _least(a: arb, b: arb) -> arb:
    return a if a <= b else b


def _most(a: arb, b: arb) -> arb:
    return a if a >= b else b


def _rising(f: Callable[[arb], arb], least: Any, most: Any) -> Callable[[Interval], Interval]:
    """An increasing function on the whole line, with its limits at both ends of it."""

    def at(end: arb, limit: Any) -> arb:
        return f(end) if end.is_finite() else number(limit)

    def call(x: Interval) -> Interval:
        found = interval(at(x.low, least), at(x.high, most))
        low = _most(found.low, number(least)) if least != -sp.oo else found.low
        return Interval(low, _least(found.high, number(most)) if most != sp.oo else found.high)

    return call


def _even(x: Interval) -> Interval:
    """The absolute value."""
    if x.low >= 0:
        return x
    if x.high <= 0:
        return Interval(-x.high, -x.low)
    return Interval(ZERO, _most(-x.low, x.high))


def _max(x: Interval, y: Interval) -> Interval:
    return Interval(_most(x.low, y.low), _most(x.high, y.high))


def _min(x: Interval, y: Interval) -> Interval:
    return Interval(_least(x.low, y.low), _least(x.high, y.high))


def _log(x: Interval) -> Interval:
    low = x.low.log() if x.low > 0 else arb.neg_inf()
    return interval(low, x.high.log() if x.high.is_finite() else x.high)


def _sign(x: Interval) -> Interval:
    return Interval(
        arb(1 if x.low > 0 else 0 if x.low >= 0 else -1), arb(-1 if x.high < 0 else 0 if x.high <= 0 else 1)
    )


def _wave(f: Callable[[arb], arb]) -> Callable[[Interval], Interval]:
    """Sine or cosine, as one ball."""

    def call(x: Interval) -> Interval:
        if not _whole(x):
            return Interval(arb(-1), arb(1))
        ball = f(x.low.union(x.high))
        return _max(Interval(arb(-1), arb(-1)), _min(interval(ball, ball), Interval(arb(1), arb(1))))

    return call


def _lambert(x: Interval) -> Interval:
    if not (x.low * arb.const_e() >= -1):
        raise Undefined
    return interval(x.low.lambertw(), x.high.lambertw() if x.high.is_finite() else x.high)


def _power(x: Interval, n: int) -> Interval:
    base = _even(x) if n % 2 == 0 else x
    low, high = (
        e**n if e.is_finite() else (-e if e < 0 and n % 2 == 0 else e) for e in (base.low, base.high)
    )
    return interval(low, high)


def _root(x: Interval, n: int) -> Interval:
    return interval(*(e.root(n) if e.is_finite() else e for e in (x.low, x.high)))


def _inverse(x: Interval) -> Interval:
    """One over an interval that holds no zero inside; 0 may be an end that is no member."""
    if x.low < 0 < x.high or x.low == x.high == 0:
        raise Undefined
    low = 1 / x.high if x.high.is_finite() else ZERO
    high = 1 / x.low if x.low.is_finite() else ZERO
    if x.low >= 0:
        return interval(low, high if x.low != 0 else arb.pos_inf())
    return interval(arb.neg_inf() if x.high == 0 else low, high)


RISING = {
    sp.exp: _rising(lambda e: e.exp(), 0, sp.oo),
    sp.tanh: _rising(lambda e: e.tanh(), -1, 1),
    sp.sinh: _rising(lambda e: e.sinh(), -sp.oo, sp.oo),
    sp.asinh: _rising(lambda e: e.asinh(), -sp.oo, sp.oo),
    sp.erf: _rising(lambda e: e.erf(), -1, 1),
}
SMOOTH: dict[Any, Callable[[Interval], Interval]] = {
    **RISING,
    sp.cosh: lambda x: _max(Interval(arb(1), arb(1)), _rising(lambda e: e.cosh(), -sp.oo, sp.oo)(_even(x))),
    sp.sech: lambda x: _inverse(SMOOTH[sp.cosh](x)),
    sp.erfc: lambda x: _add(Interval(arb(1), arb(1)), _mul(Interval(arb(-1), arb(-1)), RISING[sp.erf](x))),
    sp.sin: _wave(lambda b: b.sin()),
    sp.cos: _wave(lambda b: b.cos()),
}
KINKED: dict[Any, Callable[..., Interval]] = {
    sp.Abs: _even,
    sp.sign: _sign,
    sp.Max: lambda *xs: reduce(_max, xs),
    sp.Min: lambda *xs: reduce(_min, xs),
    clip: lambda x, low, high: _min(_max(x, low), high),
}
CONSTANTS = {sp.pi: arb.pi, sp.E: arb.const_e, sp.EulerGamma: arb.const_euler}


def _constant(ball: arb) -> Callable[[Any], Interval]:
    here = interval(ball, ball)
    return lambda _: here


class Enclosed:
    """An exact expression, ready to be enclosed over boxes.

    Calling it gives an interval that contains every value; `smooth` says whether the expression was seen
    to be analytic on a neighbourhood of the box of the last call. Raises `Undefined` where it may have no
    value, and `Undecided` for a function that has no enclosure here.
    """

    def __init__(self, expr: Any) -> None:
        self._steps: list[Any] = []
        self._places: dict[Any, int] = {}
        self._names: dict[int, Any] = {}
        self.smooth = True
        self._place(sp.sympify(expr))

    def _place(self, e: Any) -> int:
        """Where the value of a subexpression stands; equal ones share a place."""
        if e not in self._places:
            step = self._step(e)
            self._places[e] = len(self._steps)
            if e.is_Symbol:
                self._names[len(self._steps)] = e
            self._steps.append(step)
        return self._places[e]

    def _step(self, e: Any) -> Any:
        if e.is_Symbol:
            return None
        if e.is_Rational:
            return _constant(number(e))
        if e in CONSTANTS:
            return _constant(CONSTANTS[e]())
        if e.is_Add or e.is_Mul:
            places, join = [self._place(a) for a in e.args], _add if e.is_Add else _mul
            return lambda v: reduce(join, (v[i] for i in places))
        if e.is_Pow:
            return self._pow(e)
        if e.func is sp.log:
            return self._guarded(e.args[0], _log)
        if e.func is sp.LambertW and len(e.args) == 1:
            return self._guarded(e.args[0], _lambert, e.args[0] + sp.exp(-1))
        if e.func in SMOOTH or e.func in KINKED:
            return self._call(e)
        raise Undecided(f"{e.func.__name__} has no rigorous enclosure here, in {e}")

    def _call(self, e: Any) -> Any:
        places, smooth = [self._place(a) for a in e.args], e.func in SMOOTH
        f: Callable[..., Interval] = SMOOTH[e.func] if smooth else KINKED[e.func]

        def call(v: Sequence[Interval]) -> Interval:
            self.smooth = self.smooth and smooth
            return f(*(v[i] for i in places))

        return call

    def _guarded(self, arg: Any, f: Callable[[Interval], Interval], guard: Any = None) -> Any:
        """A function of what must be positive; at an open end 0 the assumptions may say so."""
        place, positive = self._place(arg), bool(arg.is_positive)
        other = None if guard is None else self._place(guard)

        def call(v: Sequence[Interval]) -> Interval:
            x = v[place]
            near = x if other is None else v[other]
            if not near.low > 0:
                self.smooth = False
                if other is None and not positive:
                    raise Undefined
            return f(_max(x, Interval(ZERO, ZERO)) if positive else x)

        return call

    def _pow(self, e: Any) -> Any:
        base, power = e.as_base_exp()
        if not power.is_Rational:
            return self._steps_of(sp.exp(power * sp.log(base), evaluate=False), e)
        place, nonzero = self._place(base), bool(base.is_nonzero)
        nonnegative = bool(base.is_nonnegative)
        top, bottom = abs(int(power.p)), int(power.q)

        def call(v: Sequence[Interval]) -> Interval:
            x = v[place]
            away = bool(x.low > 0 or x.high < 0)
            if bottom > 1:
                self.smooth = self.smooth and bool(x.low > 0)
                if nonnegative:
                    x = _max(x, Interval(ZERO, ZERO))
                if not x.low >= 0:
                    raise Undefined
                x = _root(x, bottom)
            x = _power(x, top)
            if power > 0:
                return x
            self.smooth = self.smooth and away
            if not (away or nonzero):
                raise Undefined
            return _inverse(x)

        return call

    def _steps_of(self, other: Any, e: Any) -> Any:
        if other == e:
            raise Undecided(f"{e} has no rigorous enclosure here")
        place = self._place(other)
        return lambda v: v[place]

    def __call__(self, box: Mapping[Any, Interval]) -> Interval:
        self.smooth = True
        values: list[Any] = []
        for place, step in enumerate(self._steps):
            values.append(box[self._names[place]] if step is None else step(values))
        result: Interval = values[-1]
        return result
