"""Inequalities and counterexamples: evidence beside equality. Sampling refutes; it never establishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Context
from math import inf
from typing import Any, ClassVar

import sympy as sp

from . import render
from .decide import Point, Rule, admissible, evaluated, proved, small, witness
from .errors import BadInput, Refuted, Undecided
from .general import unfold
from .proof import Evidence, Twin, check, check_rules, told
from .render import plain, tex


@dataclass(frozen=True)
class Bound(Evidence):
    r"""An inequality `left <= right` (`<` if strict) on the domain of its symbols.

    `because` says why \(f = \text{right} - \text{left}\) is not negative: see `Manifest`, `Increasing`
    and `Convex`; `Boxes` says it by rigorous interval arithmetic, on a domain that the statement then
    names. Raises `Refuted` with a point where the inequality fails, or `Undecided`.

    >>> x = sp.Symbol("x", positive=True)
    >>> Bound(2*x, x**2 + 1, Manifest((x - 1)**2)).method
    'bound: manifest'
    >>> Bound(2*x, x**2, Manifest((x - 1)**2))
    Traceback (most recent call last):
    iem.errors.Refuted: 2*x <= x**2 is false: at x = 13/8 they are 3.2500 and 2.6406
    """

    left: Any
    right: Any
    because: Any
    strict: bool = False
    given: Sequence[Rule] = ()
    report: Report | None = field(init=False, default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "given", tuple(self.given))
        check_rules(self.given, ())
        gap = admissible(evaluated(self.difference))
        for side in (self.left, self.right):
            admissible(evaluated(sp.sympify(side)))
        self._search(gap)
        object.__setattr__(self, "report", self.because.check(gap, self.strict, self.given))

    def _search(self, gap: Any) -> None:
        inside = getattr(self.because, "inside", None)

        def bad(point: Point) -> bool:
            if inside is not None and not inside(point):
                return False
            value = sp.N(small(gap).subs(point), 30)
            return bool(value.is_real and (value < 0 or (self.strict and value == 0)))

        point = witness(gap, self.given, bad)
        if point is not None:
            raise Refuted(f"{self} is false: {told(point, self.left, self.right)}")

    def twin(self, **changes: Any) -> Twin:
        """The false twin: the same bound with another `left` or `right`."""
        return Twin(self, lambda: replace(self, **changes))

    @property
    def difference(self) -> Any:
        """The right side less the left, which is not negative."""
        return sp.sympify(self.right) - sp.sympify(self.left)

    @property
    def statement(self) -> str:
        sign = "<" if self.strict else r"\le"
        return f"{tex(self.left)} {sign} {tex(self.right)}" + (
            rf",\quad {self.where}" if self.where else ""
        )

    @property
    def where(self) -> str:
        """The domain as LaTeX, where it is not all that the symbols may be."""
        return self.because.where() if hasattr(self.because, "where") else ""

    @property
    def status(self) -> str:  # type: ignore[override]
        return "proved" if self.report is None else "bounded"

    @property
    def seconds(self) -> float:
        """How long the enclosing took."""
        return self.report.seconds if self.report else 0.0

    @property
    def method(self) -> str:
        return f"bound: {self.because.name}" + (f", {self.report}" if self.report else "")

    def __str__(self) -> str:
        return f"{plain(self.left)} {'<' if self.strict else '<='} {plain(self.right)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return render.chain(
            [(self.statement, render.inline(f"the difference {self.because.words()}"))],
            "Checked bound",
            False,
        )


@dataclass(frozen=True)
class Report:
    """What interval arithmetic took: boxes, the smallest margin, whether 0 is touched, and time."""

    boxes: int
    margin: float = inf
    touches: bool = False
    seconds: float = 0.0

    def __add__(self, other: Report) -> Report:
        return Report(
            self.boxes + other.boxes,
            min(self.margin, other.margin),
            self.touches or other.touches,
            self.seconds + other.seconds,
        )

    def __str__(self) -> str:
        rounded = float(Context(prec=2, rounding=ROUND_FLOOR).create_decimal(self.margin))
        margin = f"margin at least {rounded:.2g}" if 0 < self.margin < inf else "no margin to spare"
        return f"{self.boxes} box{'es' * (self.boxes != 1)}, {margin}{', equality apart' * self.touches}"


def everywhere(reason: Any) -> Any:
    """The reason itself, if it holds for all values of the symbols and not on a smaller domain only."""
    if hasattr(reason, "whole") and not reason.whole():
        raise BadInput(
            f"this reason must hold for all values of its symbols, but its domain is {reason.where()}"
        )
    return reason


@dataclass(frozen=True)
class Manifest:
    """The difference f equals a form whose sign is plain: sums of squares and products of what is positive.

    `using` names bounds whose differences may count as nonnegative factors of the form; `BadInput` if they
    have other hypotheses.

    >>> x = sp.Symbol("x", real=True)
    >>> Bound(2 * x, x**2 + 1, Manifest((x - 1) ** 2)).method
    'bound: manifest'
    """

    form: Any
    using: Sequence[Bound] = ()
    name: ClassVar[str] = "manifest"

    def check(self, gap: Any, strict: bool, given: Sequence[Rule]) -> Report | None:
        check(gap, self.form, given, (), "the form of the difference")
        form = sp.sympify(self.form)
        for bound in self.using:
            if not isinstance(bound, Bound) or not set(bound.given) <= set(given):
                raise BadInput(f"`using` takes bounds under the same hypotheses, got {bound!r}")
            everywhere(bound.because)
            sign = {"positive": True} if bound.strict else {"nonnegative": True}
            factor = sp.Dummy("u", **sign)
            form = form.xreplace({bound.difference: factor})  # also in every term of a sum
            form = form.subs(bound.difference, factor)
        if not (form.is_positive if strict else form.is_nonnegative):
            raise Undecided(f"the sign of {self.form} is not manifest")
        reports = [bound.report for bound in self.using if bound.report]
        return sum(reports[1:], reports[0]) if reports else None

    def words(self) -> str:
        return f"is ${tex(self.form)}$, whose sign is plain"


@dataclass(frozen=True)
class Increasing:
    """The difference f tends to 0 (or more) as x falls to 0, and f' is not negative for x > 0.

    Raises `BadInput` unless x is a positive symbol.

    >>> x = sp.Symbol("x", positive=True)
    >>> Bound(sp.tanh(x), x, Increasing(x, Manifest(sp.tanh(x) ** 2))).method
    'bound: 0 at 0 and a derivative of one sign'
    """

    x: sp.Symbol
    slope: Any
    name: ClassVar[str] = "0 at 0 and a derivative of one sign"

    def check(self, gap: Any, strict: bool, given: Sequence[Rule]) -> Report | None:
        if not self.x.is_positive:
            raise BadInput(f"a bound that rises from 0 is for x > 0: {self.x} must be a positive symbol")
        check_smooth(gap, self.x)
        start = evaluated(sp.Limit(gap, self.x, 0, "+"))
        if not start.is_nonnegative:
            raise Undecided(f"{gap} tends to {start} at {self.x} = 0, which is not known to be >= 0")
        slope: Report | None = everywhere(self.slope).check(sp.diff(gap, self.x), strict, given)
        return slope

    def words(self) -> str:
        x = tex(self.x)
        return f"is 0 at ${x} = 0$ and rises: its derivative {self.slope.words()}"


@dataclass(frozen=True)
class Convex:
    """The difference f and f' vanish at one point, and f'' is not negative: f lies above its tangent.

    Raises `BadInput` for a strict bound, and for a point outside of the domain of x.

    >>> x = sp.Symbol("x", real=True)
    >>> Bound(x, sp.exp(x) - 1, Convex(x, 0, Manifest(sp.exp(x)))).method
    'bound: convex, with its tangent at the point of equality'
    """

    x: sp.Symbol
    at: Any
    second: Any
    name: ClassVar[str] = "convex, with its tangent at the point of equality"

    def check(self, gap: Any, strict: bool, given: Sequence[Rule]) -> Report | None:
        if strict:
            raise BadInput("a bound attained at a point is not strict; state it with <=")
        check_smooth(gap, self.x)
        if not (sp.sympify(self.at).is_positive or not self.x.is_positive):
            raise BadInput(f"{self.x} is positive, but the point of equality is {self.at}")
        for order in (0, 1):
            check(sp.diff(gap, self.x, order).subs(self.x, self.at), 0, (), (), f"derivative {order}")
        second: Report | None = everywhere(self.second).check(sp.diff(gap, self.x, 2), False, given)
        return second

    def words(self) -> str:
        at = f"${tex(self.x)} = {tex(self.at)}$"
        second = self.second.words()
        return f"touches 0 at {at} and is convex: its second derivative {second}"


def check_smooth(f: Any, x: sp.Symbol) -> None:
    """Refuse functions that may jump or have kinks for real x, or for x > 0 where x is positive."""
    if not x.is_real:
        raise BadInput(f"{x} must be a real symbol")
    for part in sp.preorder_traversal(f):
        whole = part.is_Pow and (part.exp.is_nonnegative and part.exp.is_integer)
        fine = (
            not part.has(x)
            or part == x
            or part.is_Add
            or part.is_Mul
            or (part.is_Pow and (whole or part.base.is_positive))
            or isinstance(part, (sp.exp, sp.sinh, sp.cosh, sp.tanh))
            or (isinstance(part, sp.log) and part.args[0].is_positive)
        )
        if not fine:
            raise Undecided(f"{plain(part)} is not known to be smooth in {x}")


@dataclass(frozen=True)
class Counterexample(Evidence):
    """A point at which `left = right` fails, so that the statement does not hold in general.

    Raises `Refuted` when the two sides agree at the point after all, and `BadInput` for a point that does
    not fix every symbol within its domain.

    >>> x = sp.Symbol("x", real=True)
    >>> Counterexample(sp.sin(2*x), 2*sp.sin(x), {x: sp.pi/2}).values
    (0, 2)
    """

    left: Any
    right: Any
    at: Point = field(default_factory=dict)
    where: Sequence[Rule] = ()

    def __post_init__(self) -> None:
        for name, value in self.at.items():
            for sign in ("positive", "nonnegative", "integer"):
                if name.assumptions0.get(sign) and not getattr(sp.sympify(value), f"is_{sign}"):
                    raise BadInput(f"{name} is {sign}, but the point has {name} = {value}")
        object.__setattr__(self, "at", dict(self.at))
        object.__setattr__(self, "where", tuple(self.where))
        check_rules((), self.where)
        one, two = self.values
        if free := sorted((one - two).free_symbols, key=str):
            raise BadInput(f"the point leaves {free} open: expected a value for each symbol")
        if not (one.is_real and one.is_finite and two.is_real and two.is_finite):
            raise Undecided(f"{plain(one)} and {plain(two)} are not both known to be real numbers")
        if proved(one - two):
            raise Refuted(f"{plain(self.left)} and {plain(self.right)} agree: both are {plain(one)}")
        if not sp.Abs(sp.N(one - two, 30)) > sp.Float("1e-12"):
            raise Undecided(f"{plain(one)} and {plain(two)} were not told apart")

    def twin(self, **changes: Any) -> Twin:
        """The false twin: the same with another side, point or definition, where the sides agree."""
        return Twin(self, lambda: replace(self, **changes))

    @property
    def values(self) -> tuple[Any, Any]:
        """The two sides at the point."""
        full = (evaluated(unfold(sp.sympify(side), self.where)) for side in (self.left, self.right))
        one, two = (sp.radsimp(sp.together(side.subs(self.at))) for side in full)
        return one, two

    @property
    def statement(self) -> str:
        point = rf"\quad\text{{at }} {', '.join(f'{tex(a)} = {tex(b)}' for a, b in self.at.items())}"
        return rf"{tex(self.left)} \ne {tex(self.right)}{point if self.at else ''}"

    @property
    def method(self) -> str:
        return "counterexample"

    def __str__(self) -> str:
        return f"{plain(self.left)} is not {plain(self.right)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        one, two = self.values
        rows = [(self.statement, "")]
        rows += [(f"{tex(side)} = {tex(value)}", f"about {sp.N(value, 4)}")
                 for side, value in ((self.left, one), (self.right, two))]  # fmt: skip
        rows += [(rf"\text{{where }} {tex(a)} = {tex(b)}", "") for a, b in self.where]
        return render.chain(rows, "Counterexample", False)
