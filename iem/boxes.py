"""Inequalities by rigorous interval arithmetic: a stated domain is cut into boxes until each is decided."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from heapq import heappop, heappush
from math import inf
from typing import Any, ClassVar

import sympy as sp

from .bounds import Report, check_smooth, everywhere
from .decide import OPAQUE, Point, Rule, evaluated
from .errors import BadInput, Refused, Refuted, Undecided
from .proof import check
from .render import plain, tex

BITS = 80
Box = dict[Any, tuple[Any, Any]]


@dataclass(frozen=True)
class Boxes:
    r"""The difference f is not negative on a box: enclosed there, and nothing is sampled.

    `domain` gives the two ends of one to three symbols, exact fractions or infinities. The box is cut
    until on each piece a lower bound of f with guaranteed rounding (Arb's) is \(\ge0\), or \(>0\) for a
    strict bound; a point where f is rigorously negative refutes it. Where f touches 0 no
    cutting suffices: `near` hands the part around a point of equality to a `Contact`, `tails` an
    unbounded part to a `Tail`; the rest is enclosed, so that all of the domain is covered. `forms` are
    expressions proved equal to f that are enclosed beside it: a form that says a term only once, or
    \(x^3(\tfrac13-x^{-2})\) for an unbounded end, is sharper. Positive factors are dropped. Raises
    `Refuted` with a point, `Undecided` when `budget` boxes are used up, `BadInput` for a domain that is no
    such box.

    >>> from iem import Bound
    >>> x = sp.Symbol("x", real=True)
    >>> Bound(sp.tanh(x) * x, x**2 + sp.Rational(1, 9), Boxes({x: (-sp.oo, sp.oo)}, forms=[
    ...     x**2*(1 - sp.tanh(x)/x) + sp.Rational(1, 9)])).status
    'bounded'
    """

    domain: Mapping[Any, tuple[Any, Any]]
    near: Sequence[Contact] = ()
    tails: Sequence[Tail] = ()
    forms: Sequence[Any] = ()
    budget: int = 20_000
    name: ClassVar[str] = "interval arithmetic"

    def __post_init__(self) -> None:
        for name in ("near", "tails", "forms"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not 1 <= len(self.domain) <= 3:
            raise BadInput(f"a domain is a box in one to three symbols, got {len(self.domain)}")
        object.__setattr__(self, "domain", {x: _side(x, *ends) for x, ends in self.domain.items()})

    def whole(self) -> bool:
        """Whether the domain holds every value that its symbols may have."""
        return all(ends == _range(x) for x, ends in self.domain.items())

    def inside(self, point: Point) -> bool:
        """Whether a point lies in the domain."""
        return all(low <= point[x] <= high for x, (low, high) in self.domain.items() if x in point)

    def where(self) -> str:
        """The domain as LaTeX, where it is not all that the symbols may be."""
        return r",\ ".join(_told(x, *ends) for x, ends in self.domain.items() if ends != _range(x))

    def check(self, gap: Any, strict: bool, given: Sequence[Rule]) -> Report:
        start = time.perf_counter()
        if given:
            raise BadInput("boxes know of no hypotheses between symbols: `given` must be empty")
        if free := sorted(gap.free_symbols - set(self.domain), key=str):
            raise BadInput(f"the domain must name every symbol of the inequality, it leaves out {free}")
        forms, wrong = _equal(gap, self.forms)
        pieces: list[Box] = [dict(self.domain)]
        parts: list[tuple[Contact | Tail, Box]] = []
        both: list[Contact | Tail] = [*self.tails, *self.near]
        for part in both:
            inner, pieces = part.cut(pieces)
            parts += [(part, box) for box in inner]
        search = _Search([gap, *forms], strict, self.budget)
        for _, box in parts:
            search.probe(box)
        report = search.run(pieces)
        if wrong:
            raise Undecided(str(wrong[0]))
        for part, box in parts:
            report += part.check(gap, box, strict, self.budget)
        return report + Report(0, seconds=time.perf_counter() - start)

    def words(self) -> str:
        parts = ["is enclosed by interval arithmetic"]
        parts += [f"touches 0 at ${tex(c.x)} = {tex(c.at)}$, where {c.words()}" for c in self.near]
        parts += [
            f"for ${tex(t.x)} {'<' if t.below else '>'} {tex(t.start)}$ {t.words()}" for t in self.tails
        ]
        return "; ".join(parts)


@dataclass(frozen=True)
class Contact:
    r"""Near a point of equality \(x=c\), between `low` and `high`.

    f and its derivatives below `order` vanish at c. This is proved exactly. The derivative of this order
    is enclosed: it is not negative between `low` and `high`, where f is seen to be analytic, so that by
    Taylor's formula f is not negative there. An odd order is for a point at an end. `forms` are
    expressions equal to that derivative. Raises `BadInput` for other points and for a strict bound.

    >>> from iem import Bound, Boxes
    >>> x = sp.Symbol("x", real=True)
    >>> Bound(1 - x**2 / 2, sp.cos(x), Boxes({x: (-1, 1)}, near=[Contact(x, 0, -1, 1, 4)])).status
    'bounded'
    """

    x: Any
    at: Any
    low: Any
    high: Any
    order: int = 2
    forms: Sequence[Any] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", sp.sympify(self.at))
        low, high = _side(self.x, self.low, self.high)
        if (
            self.order < 1
            or not (self.at.is_real and low <= self.at <= high)
            or {low, high} & {sp.oo, -sp.oo}
        ):
            raise BadInput(f"expected a point of equality within finite ends, got {self}")
        if self.order % 2 and self.at not in (low, high):
            raise BadInput(f"an odd order is for contact at an end: {self.at} is inside ({low}, {high})")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    def cut(self, boxes: Sequence[Box]) -> tuple[list[Box], list[Box]]:
        """The parts of the boxes between `low` and `high`, and all the other parts."""
        inner: list[Box] = []
        outer: list[Box] = []
        for box in boxes:
            a, b = box[self.x]
            low, high = max(a, self.low), min(b, self.high)
            if low >= high:
                outer.append(box)
                continue
            inner.append(box | {self.x: (low, high)})
            outer += [box | {self.x: ends} for ends in ((a, low), (high, b)) if ends[0] < ends[1]]
        return inner, outer

    def check(self, gap: Any, box: Box, strict: bool, budget: int) -> Report:
        if strict and not (self.at == 0 and self.x.is_positive):
            raise BadInput("a bound attained at a point is not strict; state it with <=")
        if gap.has(*OPAQUE):
            raise Undecided(f"{plain(gap)} may have kinks; near equality it must be smooth")
        for order in range(self.order):
            there = _lambert(evaluated(sp.diff(gap, self.x, order)).subs(self.x, self.at))
            if wrong := _equal(there, [sp.S.Zero])[1]:
                raise Undecided(
                    f"derivative {order} was not shown to vanish at {self.x} = {self.at}: {wrong[0]}"
                )
        top = sp.diff(gap, self.x, self.order) * (-1 if self.order % 2 and self.at == self.high else 1)
        forms, wrong = _equal(top, self.forms)
        if wrong:
            raise Undecided(str(wrong[0]))
        search = _Search([top, *forms], strict, budget, analytic=gap)
        try:
            report = search.run([box | {self.x: (self.low, self.high)}])
        except Refuted as error:
            raise Undecided(
                f"derivative {self.order} near {self.x} = {self.at} is not of one sign: {error}"
            ) from error
        return report + Report(0, touches=True)

    def words(self) -> str:
        return f"its derivative of order {self.order} is enclosed and not negative"


@dataclass(frozen=True)
class Tail:
    """An unbounded part, x from `start` upwards (downwards if `below`), by a reason in t > 0.

    The reason (`Manifest`, `Increasing`, `Falling`) is checked for f at `start + t`, or `start - t`; t is a
    positive symbol, or `BadInput` is raised.

    >>> from iem import Bound, Boxes, Manifest
    >>> t, x = sp.symbols("t x", positive=True)
    >>> beyond = Tail(x, 1, t, Manifest(t**2 + t + 1))
    >>> Bound(x, x**2 + 1, Boxes({x: (0, sp.oo)}, tails=[beyond])).status
    'bounded'
    """

    x: Any
    start: Any
    t: Any
    because: Any
    below: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _side(self.x, self.start, self.start)[0])
        if not self.t.is_positive or isinstance(self.because, Boxes):
            raise BadInput(f"a tail has a positive symbol t and a symbolic reason in it, got {self}")

    def cut(self, boxes: Sequence[Box]) -> tuple[list[Box], list[Box]]:
        """The parts of the boxes beyond `start`, and all the other parts."""
        inner: list[Box] = []
        outer: list[Box] = []
        for box in boxes:
            a, b = box[self.x]
            middle = min(max(a, self.start), b)
            near, far = ((middle, b), (a, middle)) if self.below else ((a, middle), (middle, b))
            if far[0] < far[1]:
                inner.append(box | {self.x: far})
            if near[0] < near[1] or far[0] >= far[1]:
                outer.append(box | {self.x: near})
        return inner, outer

    def check(self, gap: Any, box: Box, strict: bool, budget: int) -> Report:
        there = gap.subs(self.x, self.start - self.t if self.below else self.start + self.t)
        try:
            return self.because.check(there, strict, ()) or Report(0)
        except Refuted as error:
            raise Undecided(f"beyond {self.x} = {self.start} the reason does not hold: {error}") from error

    def words(self) -> str:
        return f"it {self.because.words()}"


@dataclass(frozen=True)
class Falling:
    """The difference f tends to 0 (or more) as t grows without bound, and -f' is not negative for t > 0.

    Raises `BadInput` unless t is a positive symbol.

    >>> from iem import Bound, Boxes, Manifest
    >>> t, x = sp.symbols("t x", positive=True)
    >>> slope = Falling(t, Manifest(sp.sech(t + 3) ** 2))
    >>> Bound(sp.tanh(x), 1, Boxes({x: (0, sp.oo)}, tails=[Tail(x, 3, t, slope)])).status
    'bounded'
    """

    t: Any
    fall: Any
    name: ClassVar[str] = "falls to its limit"

    def check(self, gap: Any, strict: bool, given: Sequence[Rule]) -> Report | None:
        if not self.t.is_positive:
            raise BadInput(f"{self.t} must be a positive symbol")
        check_smooth(gap, self.t)
        end = evaluated(sp.Limit(gap, self.t, sp.oo, "-"))
        if not end.is_nonnegative:
            raise Undecided(f"{plain(gap)} tends to {end}, which is not known to be >= 0")
        return everywhere(self.fall).check(-sp.diff(gap, self.t), strict, given)  # type: ignore[no-any-return]

    def words(self) -> str:
        return f"falls to a limit that is not negative: minus its derivative {self.fall.words()}"


def _equal(expr: Any, forms: Sequence[Any]) -> tuple[list[Any], list[Refused]]:
    """The forms proved equal to an expression, its own factored one included; why others are not."""
    good: list[Any] = []
    wrong: list[Refused] = []
    own = sp.factor_terms(expr)
    for given in (own, *map(sp.sympify, forms)):
        for form in dict.fromkeys((given, *(_leading(given, x) for x in expr.free_symbols))):
            try:
                check(expr, form, (), (), "the form")
                good.append(form)
            except Refused as error:
                wrong += [error] * (form == given != own)
    return good, wrong


def _leading(expr: Any, x: Any) -> Any:
    """The expression, the leading power outside each polynomial in x: sharp where x is large."""

    def far(e: Any) -> Any:
        top = sp.degree(e, x)
        return x**top * sp.Add(*(t * x**-top for t in sp.Add.make_args(sp.expand(e))))

    return expr.replace(lambda e: e.is_Add and e.is_polynomial(x) and sp.degree(e, x) > 1, far)


def _lambert(expr: Any) -> Any:
    """The expression with e to the power W(a) written as a/W(a)."""
    full = sp.expand(expr, power_exp=True)
    times, w = sp.Wild("k", properties=[lambda k: k.is_Integer]), sp.Wild("a")
    return full.replace(sp.exp(times * sp.LambertW(w)), (w / sp.LambertW(w)) ** times)


def _range(x: Any) -> tuple[Any, Any]:
    """Between which ends a symbol lies by its assumptions."""
    low = sp.S.Zero if x.is_nonnegative else -sp.oo
    return low, (sp.S.Zero if x.is_nonpositive else sp.oo)


def _side(x: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """The two ends of a symbol, exact, in order and within its assumptions."""
    if not (isinstance(x, sp.Symbol) and x.is_real) or x.is_integer:
        raise BadInput(f"a domain is stated for real symbols, got {x!r}")
    a, b = sp.sympify(low), sp.sympify(high)
    if not all(e.is_Rational or e in (sp.oo, -sp.oo) for e in (a, b)):
        raise BadInput(f"the ends of {x} must be exact fractions or infinite, got {low} and {high}")
    least, most = _range(x)
    if not least <= a <= b <= most:
        raise BadInput(
            f"the ends of {x} must be in order, between {least} and {most}; got {low} and {high}"
        )
    return a, b


def _told(x: Any, low: Any, high: Any) -> str:
    least = "<" if x.is_positive and low == 0 else r"\le"
    left = "" if low == -sp.oo else rf"{tex(low)} {least} "
    return f"{left}{tex(x)}" + ("" if high == sp.oo else rf" \le {tex(high)}")


class _Search:
    """Branch and bound: each box is decided by the best of its enclosures, or cut in two."""

    def __init__(self, forms: Sequence[Any], strict: bool, budget: int, analytic: Any = None) -> None:
        from .intervals import Enclosed

        self.gap, self.strict, self.budget = forms[0], strict, budget
        self.whole = [Enclosed(f) for f in dict.fromkeys(forms)]
        self.signs = [Enclosed(f) for f in dict.fromkeys(map(_positive_dropped, forms)) if f not in forms]
        self.analytic = None if analytic is None else Enclosed(analytic)
        self.names = sorted(sp.Tuple(self.gap, analytic or 0).free_symbols, key=str)

    @cached_property
    def slopes(self) -> list[Any] | None:
        """The partial derivatives, for the mean value form."""
        from .intervals import Enclosed

        if self.gap.has(*OPAQUE):
            return None
        try:
            return [Enclosed(sp.diff(self.gap, x)) for x in self.names]
        except Undecided:
            return None

    def run(self, boxes: Sequence[Box]) -> Report:
        import flint

        with flint.ctx.workprec(BITS):
            return self._run(boxes)

    def probe(self, box: Box) -> None:
        """Raise `Refuted` if the difference is rigorously negative at one of some points of a box."""
        for part in range(1, 16):
            self._refute(
                {
                    x: _between(_exact(ends[0]), _exact(ends[1]), Fraction(part, 16))
                    for x, ends in box.items()
                }
            )

    def _run(self, boxes: Sequence[Box]) -> Report:
        """The least decided box is cut first, so that a false inequality is soon refuted."""
        todo: list[tuple[float, int, Box, list[float]]] = []
        count, margin = 0, inf

        def enter(box: Box) -> None:
            nonlocal count, margin
            count += 1
            low, decided, sharp = self._decide(box)
            if decided:
                margin = min(margin, max(low, 0.0))
            else:
                self._refute({x: _middle(*ends) for x, ends in box.items()})
                heappush(todo, (low, count, box, sharp))

        for box in boxes:
            enter({x: tuple(map(_exact, box[x])) for x in self.names})
        while todo:
            _, _, box, sharp = heappop(todo)
            x = self._widest(box, sharp) if box else None
            if x is None or count >= self.budget or _tiny(*box[x]):
                raise Undecided(
                    f"{self._told(box)} is not decided after {count} boxes: {plain(self.gap)} >= 0"
                )
            middle = _middle(*box[x])
            enter(box | {x: (box[x][0], middle)})
            enter(box | {x: (middle, box[x][1])})
        return Report(count, margin)

    def _decide(self, box: Box) -> tuple[float, bool, list[float]]:
        """A lower bound, whether the box is decided, and how much each symbol adds to the width."""
        from .intervals import Undefined, interval, number

        ball = {x: interval(number(a), number(b)) for x, (a, b) in box.items()}
        lows: list[float] = []
        decided = smooth = False
        for place, form in enumerate((*self.whole, *self.signs)):
            try:
                found = form(ball)
            except Undefined:
                if place == 0:  # another form may have a value where the difference has none
                    return -inf, False, []
                continue
            smooth = smooth or (place == 0 and form.smooth)
            decided = decided or bool(found.low > 0 if self.strict else found.low >= 0)
            if place < len(self.whole):
                lows.append(_below(found.low))
            if decided:
                break
        sharp: list[float] = []
        if not decided and smooth and self.slopes and all(abs(e) != inf for ab in box.values() for e in ab):
            low, sharp = self._mean_value(box, ball)
            lows.append(low)
            decided = low > 0 or (low == 0 and not self.strict)
        if decided and self.analytic is not None:
            try:
                self.analytic(ball)
            except Undefined:
                decided = False
            decided = decided and self.analytic.smooth
        return max(lows, default=-inf), decided, sharp

    def _mean_value(self, box: Box, ball: Any) -> tuple[float, list[float]]:
        """A lower bound from the value in the middle and the slopes over the box."""
        from .intervals import Undefined, interval, number

        try:
            middle = {x: _middle(*box[x]) for x in self.names}
            low = self.whole[0]({x: interval(number(m), number(m)) for x, m in middle.items()}).low
            sharp = []
            for x, slope in zip(self.names, self.slopes or (), strict=True):
                steep, half = slope(ball), number((box[x][1] - box[x][0]) / 2)
                size = max(abs(steep.low), abs(steep.high))
                low = (low - size.upper() * half).lower()
                sharp.append(float((size * half).upper()))
            return _below(low), sharp
        except Undefined:
            return -inf, []

    def _refute(self, point: Point) -> None:
        """Raise `Refuted` where the difference is rigorously negative at a point."""
        from .intervals import Undefined, interval, number

        try:
            at = {x: interval(number(v), number(v)) for x, v in point.items()}
            high = self.whole[0](at).high
        except Undefined:
            return
        if high < 0 or (self.strict and self.analytic is None and high <= 0):
            where = ", ".join(f"{x} = {v}" for x, v in point.items())
            raise Refuted(f"{plain(self.gap)} >= 0 is false: at {where} it is about {float(high):.4g}")

    def _widest(self, box: Box, sharp: list[float]) -> Any:
        for x, (a, b) in box.items():
            if inf in (-a, b):
                return x
        if sharp and max(sharp) < inf and max(sharp) > 0:
            return self.names[sharp.index(max(sharp))]
        return max(box, key=lambda x: (box[x][1] - box[x][0]) / (1 + abs(box[x][0] + box[x][1])))

    def _told(self, box: Box) -> str:
        return "the box " + ", ".join(
            f"{float(a):.4g} <= {x} <= {float(b):.4g}" for x, (a, b) in box.items()
        )


def _positive_dropped(form: Any) -> Any:
    """The expression without the factors that are positive by their assumptions."""
    return sp.Mul(*(f for f in sp.Mul.make_args(form) if not f.is_positive))


def _exact(end: Any) -> Any:
    return Fraction(int(end.p), int(end.q)) if end.is_Rational else (inf if end == sp.oo else -inf)


def _middle(a: Any, b: Any) -> Any:
    """Where an interval is cut; an unbounded one at twice its end, or further from 0."""
    if -a == b == inf:
        return Fraction(0)
    if b == inf:
        return max(2 * a, a + 1)
    if a == -inf:
        return min(2 * b, b - 1)
    return (a + b) / 2


def _between(a: Any, b: Any, part: Fraction) -> Any:
    """A point inside an interval, `part` of the way from one end to the other."""
    if inf not in (-a, b):
        return a + (b - a) * part
    far = part / (1 - part)
    return a + far if b == inf and a != -inf else b - far if b != inf else far - 1 / far


def _tiny(a: Any, b: Any) -> bool:
    """Whether an interval is too short, or too far out, for cutting it to help."""
    if inf in (-a, b):
        return not -a == b == inf and min(abs(a), abs(b)) > 1e15
    return bool(b - a < Fraction(1, 10**10) * (1 + abs(a)))


def _below(low: Any) -> float:
    """A float that is no more than an end."""
    if not low.is_finite():
        return -inf if low < 0 else inf
    near = float(low)
    return near if low >= near else near - abs(near) * 2.0**-50 - 5e-324
