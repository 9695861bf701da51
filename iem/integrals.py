r"""Integrals with an exhibited antiderivative, and chains that rest on them.

Nothing here trusts a symbolic integrator. An antiderivative is stated for each piece of the range; its
derivative is decided to be the integrand, and its limits at the ends are found by one rule: a polynomial
times \(e^{q(h)}\) tends to 0 where the polynomial q tends to minus infinity, and erf to 1 or -1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from . import render
from .cases import cells, covered, follows, possible, resolve
from .decide import Rule
from .errors import BadInput, Refuted, Undecided
from .exact import clip
from .proof import Derivation, Evidence, Twin, check
from .render import plain, tex

KINKS = (sp.Abs, sp.sign, sp.Max, sp.Min, clip)


@dataclass(frozen=True)
class Piece:
    """A part of the range, from `low` to `high`, and an antiderivative of the integrand on it.

    >>> x = sp.Symbol("x", real=True)
    >>> Integral("A", 2 * x, x, [Piece(0, 1, x**2)], 1).status
    'proved'
    """

    low: Any
    high: Any
    antiderivative: Any


@dataclass(frozen=True)
class Integral(Evidence):
    r"""The integral of a function over an interval, by the fundamental theorem of calculus.

    `pieces` lie end to end and cover the interval; on each the stated antiderivative is smooth and its
    derivative is the integrand; `value` is the sum of their differences, limits at infinite ends
    included. `name` is a symbol for the integral, `given` a linear condition such as `low < high`.
    Raises `Refuted` or `Undecided`, and `BadInput` where the parts do not belong together.

    >>> x = sp.Symbol("x", real=True)
    >>> one = Integral("I", sp.exp(-x), x, [Piece(0, sp.oo, -sp.exp(-x))], 1)
    >>> print(one)
    I = Integral(exp(-x), (x, 0, oo)) = 1
    >>> Integral("I", sp.exp(-x), x, [Piece(0, sp.oo, sp.exp(-x))], 1)
    Traceback (most recent call last):
    iem.errors.Refuted: the derivative of the antiderivative is false: -exp(-x) is not exp(-x); at x = 0 they are -1.0000 and 1.0000
    """  # noqa: E501

    name: Any
    integrand: Any
    variable: sp.Symbol
    pieces: Sequence[Piece]
    value: Any
    given: Any = sp.true

    def __post_init__(self) -> None:
        if isinstance(self.name, str):
            object.__setattr__(self, "name", sp.Symbol(self.name, real=True))
        for name in ("integrand", "value"):
            object.__setattr__(self, name, sp.sympify(getattr(self, name)))
        pieces = [Piece(*map(sp.sympify, (p.low, p.high, p.antiderivative))) for p in self.pieces]
        object.__setattr__(self, "pieces", tuple(pieces))
        if not pieces:
            raise BadInput(f"the integral {self.name} needs at least one piece, got none")
        if self.name in self.integrand.free_symbols | self.value.free_symbols:
            raise BadInput(f"{self.name} names the integral and cannot be used in it")
        if self.value.has(self.variable):
            raise BadInput(f"the value of an integral over {self.variable} cannot depend on it")
        for one, two in zip(pieces, pieces[1:], strict=False):
            check(one.high, two.low, what="the meeting of two pieces")
        for piece in pieces:
            self._check_piece(piece)
        check(self._sum(), self.value, what=f"the value of {self.name}")

    def _check_piece(self, piece: Piece) -> None:
        h, f = self.variable, piece.antiderivative
        _check_smooth(f, h)
        ends = [e for e in (piece.low, piece.high) if e.is_finite is not False]
        for case in self._cases(ends):
            within = sp.And(case, self.given)
            low, high = (resolve(e, within) for e in (piece.low, piece.high))
            if low in (sp.oo, h) or high in (-sp.oo, h) or not _ordered(low, high, within):
                raise Undecided(
                    f"the piece from {plain(piece.low)} to {plain(piece.high)} may run backwards"
                )
            integrand = self.integrand
            if integrand.has(*KINKS):
                inside = [h > low] * (low != -sp.oo) + [h < high] * (high != sp.oo)
                within = sp.And(within, *inside)
                if not possible(within):
                    continue
                integrand = resolve(integrand, within)
            check(sp.diff(f, h), integrand, what="the derivative of the antiderivative")

    def _cases(self, ends: list[Any]) -> list[Any]:
        """Every way in which the ends that are clips, minima or maxima resolve."""
        folded = [e for e in ends if e.has(*KINKS)]
        names = sorted(set().union(*(e.free_symbols for e in folded)), key=str)
        variable = next((s for s in names if s.name == "z"), names[0] if names else None)
        cases = [sp.true] if variable is None else cells(variable, *folded)
        if not covered(cases):
            raise Undecided(f"the cases of {', '.join(map(plain, folded))} may leave values out")
        return cases

    def _sum(self) -> Any:
        total = sp.S.Zero
        for p in self.pieces:
            total += at(p.antiderivative, self.variable, p.high) - at(
                p.antiderivative, self.variable, p.low
            )
        return total

    @property
    def range(self) -> tuple[Any, Any]:
        """The ends of the interval."""
        return self.pieces[0].low, self.pieces[-1].high

    @property
    def integral(self) -> Any:
        """The integral itself, not evaluated."""
        return sp.Integral(self.integrand, (self.variable, *self.range))

    @property
    def rule(self) -> Rule:
        """The name and the value, as a definition for a chain that rests on this integral."""
        return self.name, self.value

    def twin(self, **changes: Any) -> Twin:
        """The false twin: the same with another integrand, value or pieces."""
        return Twin(self, lambda: replace(self, **changes))

    @property
    def statement(self) -> str:
        return f"{tex(self.name)} = {tex(self.integral)} = {tex(self.value)}"

    @property
    def method(self) -> str:
        return "antiderivative" if len(self.pieces) == 1 else f"antiderivative, {len(self.pieces)} pieces"

    def __str__(self) -> str:
        return f"{plain(self.name)} = {plain(self.integral)} = {plain(self.value)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        d = rf"\frac{{d}}{{d{tex(self.variable)}}}"
        rows = [(f"{tex(self.name)} = {tex(self.integral)}", "")]
        for p in self.pieces:
            where = f"for ${tex(p.low)} < {tex(self.variable)} < {tex(p.high)}$"
            slope = rf"{d}\left({tex(p.antiderivative)}\right) = {tex(self.integrand)}"
            rows.append((slope, render.inline(where if len(self.pieces) > 1 else "decided")))
        rows.append((rf"\quad = {tex(self.value)}", "the difference of the limits at the ends"))
        return render.chain(rows, "Integral by its antiderivative", False)


def _ordered(low: Any, high: Any, within: Any) -> bool:
    if low == -sp.oo or high == sp.oo:
        return True
    gap = sp.expand(high - low)
    return bool(gap.is_nonnegative) or follows(within, gap >= 0)


def at(f: Any, h: sp.Symbol, end: Any) -> Any:
    """A sum of polynomials times exponentials of polynomials and of error functions, at an end.

    >>> x = sp.Symbol("x", real=True)
    >>> at(sp.erf(2*x) + x**3*sp.exp(-x) + 5, x, sp.oo)
    6
    """
    if end not in (sp.oo, -sp.oo):
        return f.subs(h, end)
    return sp.Add(*(_term_at(t, h, end) for t in sp.Add.make_args(sp.expand(f, power_exp=False))))


def _term_at(term: Any, h: sp.Symbol, end: Any) -> Any:
    outside, inside = term.as_independent(h, as_Add=False)
    power, exponent, rest = sp.S.Zero, sp.S.Zero, sp.S.One
    for factor in sp.Mul.make_args(inside):
        if isinstance(factor, sp.exp):
            exponent += factor.args[0]
        elif factor == h or (factor.is_Pow and factor.base == h and factor.exp.is_Integer):
            power += factor.as_base_exp()[1]
        else:
            rest *= factor
    if rest == 1 and exponent != 0 and _direction(exponent, h, end) == -1:
        return sp.S.Zero
    if isinstance(rest, sp.erf) and power == exponent == 0 and (side := _direction(rest.args[0], h, end)):
        return outside * side
    if inside == 1:
        return outside
    raise Undecided(f"the limit of {plain(term)} as {h} tends to {end} is not known here")


def _direction(polynomial: Any, h: sp.Symbol, end: Any) -> int:
    """The sign of the infinity to which a polynomial tends; 0 where that is not known."""
    try:
        degree = sp.Poly(polynomial, h).degree()
    except sp.PolynomialError:
        return 0
    lead = sp.factor(sp.Poly(polynomial, h).LC())
    sign = 1 if lead.is_positive else -1 if lead.is_negative else 0
    return sign if end == sp.oo or degree % 2 == 0 else -sign if degree else 0


def _check_smooth(f: Any, h: sp.Symbol) -> None:
    """Refuse what may have poles, jumps or kinks; polynomials, exponentials and error functions pass."""
    for part in sp.preorder_traversal(f):
        whole = part.is_Pow and part.exp.is_Integer and part.exp.is_nonnegative
        entire = part.is_Add or part.is_Mul or whole or isinstance(part, (sp.exp, sp.erf))
        if part.has(h) and part != h and not entire:
            raise Undecided(f"{plain(part)} is not known to be smooth in {h}")


@dataclass(frozen=True, repr=False)
class Resting(Derivation):
    """A chain whose definitions are the values of integrals, each proved by evidence in `on`.

    Raises `BadInput` without a proved integral, and what `Derivation` raises.

    >>> x, z = sp.symbols("x z", real=True)
    >>> one = Integral("I", sp.exp(-x), x, [Piece(0, sp.oo, -sp.exp(-x))], 1)
    >>> from iem.proof import Link
    >>> print(Resting("f", z*one.name, [Link(z, "the integral is 1")], on=(one,)))
    f = I*z
      = z      the integral is 1
    with I = Integral(exp(-x), (x, 0, oo)) = 1
    """

    on: tuple[Integral, ...] = ()

    def __post_init__(self) -> None:
        if not self.on or not all(isinstance(e, Integral) for e in self.on):
            raise BadInput(f"a chain rests on at least one proved integral, got {self.on!r}")
        rules = [e.rule for e in self.on]
        if any(rule not in rules for rule in self.where):
            raise Refuted("a chain that rests on integrals takes no other definitions")
        object.__setattr__(self, "where", tuple(rules))
        super().__post_init__()

    def parts(self) -> Iterator[Evidence]:
        yield self
        for evidence in self.on:
            yield from evidence.parts()

    @property
    def method(self) -> str:
        count = len(self.on)
        return f"{super().method}; {count} antiderivative{'s' * (count > 1)}"

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(f"with {e}" for e in self.on)])

    __repr__ = __str__

    def html(self, shown: dict[str, str]) -> str:
        shown = shown | {tex(e.name): tex(e.value) for e in self.on}
        return "".join(e._repr_html_() for e in self.on) + super().html(shown)
