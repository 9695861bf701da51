"""Numbers with a guarantee: an expression, integrals included, enclosed between two exact numbers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil, log10
from typing import Any, ClassVar

import sympy as sp

from . import render
from .bounds import Bound
from .boxes import BITS, Boxes
from .decide import admissible, evaluated
from .errors import BadInput, Refuted, Undecided
from .proof import Evidence, Twin
from .render import plain, tex


@dataclass(frozen=True)
class Envelope:
    """How an unbounded range is closed: beyond `low` and `high`, the integrand f is within `g`.

    Both f <= g and -f <= g are proved there: by interval arithmetic, or by the reason given in `over` and
    `under` (a `Manifest`, say). A polynomial that multiplies f should multiply g as well. The integral of
    g beyond the ends is evaluated exactly.

    >>> x = sp.Symbol("x", real=True)
    >>> beyond = Envelope(2 * x**2 * sp.exp(-(x**2)), 0, 10)
    >>> second = sp.Integral(x**2 * sp.exp(-(x**2)), (x, 0, sp.oo))
    >>> Enclosure(second, sp.Rational(44, 100), sp.Rational(45, 100), {x: beyond}).status
    'bounded'
    """

    g: Any
    low: Any
    high: Any
    over: Any = None
    under: Any = None


@dataclass(frozen=True)
class Enclosure(Evidence):
    r"""A number, integrals included, lies between two others: \(a \le v \le b\).

    `value` is an expression without free symbols, integrals over one variable among its parts. They are
    enclosed with Arb's rigorous integration; for one with an infinite end, `tails` names an `Envelope` by
    the variable. Raises `Refuted` when the number lies outside, `Undecided` when the enclosure does not
    tell, `BadInput` for what is no number or no such integral.

    >>> x = sp.Symbol("x", real=True)
    >>> gauss = sp.Integral(sp.exp(-x**2), (x, -sp.oo, sp.oo))
    >>> tails = {x: Envelope(sp.exp(-x**2/2), -12, 12)}
    >>> Enclosure(gauss**2, sp.pi - sp.Rational(1, 10**9), sp.pi + sp.Rational(1, 10**9), tails).digits
    '3.141592654'
    """

    value: Any
    low: Any
    high: Any
    tails: Mapping[Any, Envelope] = field(default_factory=dict)
    found: Any = field(init=False, default=None, compare=False, repr=False)
    seconds: float = field(init=False, default=0.0, compare=False, repr=False)
    bounds: tuple[Bound, ...] = field(init=False, default=(), compare=False, repr=False)
    status: ClassVar[str] = "bounded"

    def __post_init__(self) -> None:
        import flint

        from .intervals import Enclosed, Undefined

        start = time.perf_counter()
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, admissible(sp.sympify(getattr(self, name))))
        if free := sorted(sp.Tuple(self.value, self.low, self.high).free_symbols, key=str):
            raise BadInput(f"an enclosure is of a number, but {free} are free in {plain(self.value)}")
        with flint.ctx.workprec(BITS):
            try:
                integrals = sorted(self.value.atoms(sp.Integral), key=sp.default_sort_key)
                names = {i: sp.Dummy(f"I{n}", real=True) for n, i in enumerate(integrals)}
                box = {name: self._integral(i) for i, name in names.items()}
                v = Enclosed(self.value.subs(names))(box)
                a, b = map(_end, (self.low, self.high))
            except Undefined:
                raise Undecided(f"{plain(self.value)} was not enclosed") from None
            object.__setattr__(self, "found", v)
            if v.high < a.low or v.low > b.high:
                raise Refuted(f"{self} is false: the value is about {float((v.low + v.high) / 2):.6g}")
            if not (a.high <= v.low and v.high <= b.low):
                raise Undecided(f"{self}: the value is only known to be within {self._width():.1e}")
        object.__setattr__(self, "seconds", time.perf_counter() - start)

    def _integral(self, integral: Any) -> Any:
        """An interval that holds the value of one integral."""
        from flint import acb, arb

        from .intervals import Enclosed, interval

        if (
            len(integral.limits) != 1
            or len(integral.limits[0]) != 3
            or integral.function.atoms(sp.Integral)
        ):
            raise BadInput(f"expected an integral over one variable with two ends, got {integral}")
        x, low, high = integral.limits[0]
        if not x.is_real:
            raise BadInput(f"the variable of an integral must be a real symbol, got {x!r}")
        rest = arb(0)
        if low == -sp.oo or high == sp.oo:
            if x not in self.tails:
                raise BadInput(
                    f"the integral over {x} has an infinite end: `tails` must name an Envelope for {x}"
                )
            envelope = self.tails[x]
            ends = [sp.sympify(envelope.low), sp.sympify(envelope.high)]
            for far, end in ((low, ends[0]), (high, ends[1])):
                if far.is_infinite:
                    size = Enclosed(self._beyond(integral.function, x, far, end, envelope))({})
                    rest += arb(0).union(size.high).union(-size.high)
            low = ends[0] if low == -sp.oo else low
            high = ends[1] if high == sp.oo else high
        a, b = (Enclosed(end)({}) for end in (low, high))
        middle = acb.integral(
            _complex(integral.function, x), acb(a.low.union(a.high)), acb(b.low.union(b.high))
        )
        if not (middle.is_finite() and middle.imag.contains(0)):
            raise Undecided(
                f"{plain(integral)} was not enclosed: is its integrand analytic near the range?"
            )
        return interval(middle.real + rest, middle.real + rest)

    def _beyond(self, f: Any, x: Any, far: Any, end: Any, envelope: Envelope) -> Any:
        """The integral of the envelope beyond an end, once the envelope is shown to hold the integrand."""
        g = envelope.g
        sides = (end, sp.oo) if far == sp.oo else (-sp.oo, end)
        for side, because in ((f, envelope.over), (-f, envelope.under)):
            if isinstance(because, Boxes) and not (
                because.domain[x][0] <= sides[0] and sides[1] <= because.domain[x][1]
            ):
                raise BadInput(
                    f"the reason for the envelope must hold for {x} from {sides[0]} to {sides[1]}"
                )
            form = g * (1 - sp.powsimp(sp.expand(side / g, power_exp=True)))
            try:
                bound = Bound(side, g, because or Boxes({x: sides}, forms=[form]))
            except Refuted as error:
                raise Undecided(f"the envelope {plain(g)} does not hold the integrand: {error}") from error
            object.__setattr__(self, "bounds", (*self.bounds, bound))
        return evaluated(sp.Integral(g, (x, *sides)))

    def _width(self) -> float:
        return float((self.found.high - self.found.low).upper())

    @property
    def digits(self) -> str:
        """The value, as far as it is known, at most ten digits."""
        places = min(10, max(1, -ceil(log10(self._width() or 1e-20))))
        return f"{float((self.found.low + self.found.high) / 2):.{places}g}"

    def parts(self) -> Iterator[Evidence]:
        yield self
        yield from self.bounds

    def twin(self, **changes: Any) -> Twin:
        """The false twin: the same number between other ends."""
        return Twin(self, lambda: replace(self, **changes))

    @property
    def statement(self) -> str:
        left = "" if self.low == -sp.oo else rf"{tex(self.low)} \le "
        return f"{left}{tex(self.value)}" + ("" if self.high == sp.oo else rf" \le {tex(self.high)}")

    @property
    def method(self) -> str:
        places = min(20, -ceil(log10(self._width() or 1e-20)))
        kind = "integration with error bounds" if self.value.has(sp.Integral) else "interval arithmetic"
        return f"{kind}, to {places} decimal places"

    def __str__(self) -> str:
        return f"{plain(self.low)} <= {plain(self.value)} <= {plain(self.high)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [(self.statement, render.inline(f"the value is {self.digits}, by {self.method}"))]
        for bound in self.bounds:
            rows.append((bound.statement, "beyond the ends of the integration"))
        return render.chain(rows, "Checked enclosure", False)


def _end(end: Any) -> Any:
    """An interval around an end, which may be infinite."""
    from .intervals import Enclosed, Interval, number

    return Interval(number(end), number(end)) if end.is_infinite else Enclosed(end)({})


COMPLEX: dict[Any, Callable[[Any, bool], Any]] = {
    sp.exp: lambda z, a: z.exp(),
    sp.log: lambda z, a: z.log(analytic=a),
    sp.tanh: lambda z, a: z.tanh(),
    sp.sinh: lambda z, a: z.sinh(),
    sp.cosh: lambda z, a: z.cosh(),
    sp.sech: lambda z, a: z.sech(),
    sp.sin: lambda z, a: z.sin(),
    sp.cos: lambda z, a: z.cos(),
    sp.erf: lambda z, a: z.erf(),
    sp.erfc: lambda z, a: z.erfc(),
    sp.Abs: lambda z, a: z.real_abs(analytic=a),
}


def _complex(f: Any, x: Any) -> Callable[[Any, bool], Any]:
    """The integrand on complex balls; not finite where it may not be analytic, when that is asked."""
    from flint import acb

    from .intervals import Enclosed

    places: dict[Any, Any] = {}

    def value(e: Any, z: Any, analytic: bool) -> Any:
        if e == x:
            return z
        if not e.has(x):
            if e not in places:
                ends = Enclosed(e)({})
                places[e] = acb(ends.low.union(ends.high))
            return places[e]
        parts = [value(a, z, analytic) for a in e.args]
        if e.is_Add or e.is_Mul:
            result = parts[0]
            for part in parts[1:]:
                result = result + part if e.is_Add else result * part
            return result
        if e.is_Pow:
            return parts[0] ** int(e.exp) if e.exp.is_Integer else parts[0].pow(parts[1], analytic=analytic)
        return COMPLEX[e.func](parts[0], analytic)

    for part in sp.preorder_traversal(f):
        if (
            part.args
            and part.has(x)
            and not (part.is_Add or part.is_Mul or part.is_Pow or part.func in COMPLEX)
        ):
            raise Undecided(f"{part.func.__name__} cannot be integrated rigorously here, in {plain(f)}")
    return lambda z, analytic: value(f, z, analytic)
