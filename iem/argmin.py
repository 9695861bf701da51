r"""Where a function of the hypothesis is least: by its fall up to one point and its rise after it.

The function is first brought to one that is linear or quadratic between kinks, by completing the square or
because the energy grows with the distance. Whether that one falls before the point and rises after it is
then a question of linear inequalities, which is decided exactly, case by case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from . import exact, render
from .cases import cells, covered, follows, linear, possible, resolve
from .decide import Point, Rule, witness
from .errors import BadInput, Refuted, Undecided
from .general import unfold
from .kernels import Kernel
from .proof import Evidence, Twin, check
from .render import condition, plain, tex


@dataclass(frozen=True)
class Argmin(Evidence):
    r"""The one point of an interval at which `objective` is least.

    `measure` is simpler and least at the same point: either `objective` is `factor` times it plus what is
    free of h, with a positive `factor`; or `factor` is a kernel whose energy increases with \(|u|\),
    the objective its energy of \(z - h\) and the measure \(|z - h|\). The measure is checked to fall
    strictly up to `at` and to rise strictly after it, in every case. `where` defines names by their
    meanings, `given` is a linear condition such as `low < high`. Raises `Refuted` or `Undecided`, and `BadInput` for cases
    over what is no real symbol.

    >>> h, z = sp.symbols("h z", real=True)
    >>> print(Argmin((z - h)**2/2, h, (0, sp.oo), sp.Max(0, z), z, (z - h)**2/2))
    argmin over 0 <= h < oo of (z - h)**2/2 = Max(0, z)
    >>> Argmin((z - h)**2/2, h, (0, sp.oo), z, z, (z - h)**2/2)
    Traceback (most recent call last):
    iem.errors.Refuted: the point z is not within 0 <= h < oo in every case
    >>> Argmin((z - h)**2/2, h, (0, sp.oo), sp.Max(1, z), z, (z - h)**2/2)
    Traceback (most recent call last):
    iem.errors.Refuted: Max(1, z) is not where (z - h)**2/2 is least over 0 <= h < oo: at z = -11/4 it is less at h = 0.25000
    """  # noqa: E501

    objective: Any
    variable: sp.Symbol
    ends: tuple[Any, Any]
    at: Any
    over: sp.Symbol
    measure: Any
    factor: Any = sp.S.One
    where: Sequence[Rule] = ()
    given: Any = sp.true

    def __post_init__(self) -> None:
        object.__setattr__(self, "where", tuple(self.where))
        object.__setattr__(self, "ends", tuple(map(sp.sympify, self.ends)))
        for name in ("objective", "at", "measure"):
            object.__setattr__(self, name, sp.sympify(getattr(self, name)))
        if not (self.over.is_real and self.over.is_positive is None):
            raise BadInput(f"the cases run over a real symbol, got {self.over}")
        self._check_reduction()
        cases = self.cases
        if not covered([*cases, sp.Not(self.given)]):
            raise Refuted(f"the cases of {plain(self.at)} do not cover the domain")
        self._search()
        for case in cases:
            if possible(sp.And(case, self.given)):
                self._check_case(sp.And(case, self.given))

    @property
    def cases(self) -> list[Any]:
        """The cases in which the point is known."""
        return cells(self.over, self.at)

    def _check_reduction(self) -> None:
        h = self.variable
        if isinstance(self.factor, Kernel):
            distances = sp.Abs(self.over - h)
            check(self.objective, self.factor.exact().energy(self.over - h, exact), what="the energy")
            check(self.measure, distances, what="the distance")
            if not self.factor.increasing:
                raise Undecided(f"the energy of {self.factor} is not known to increase with the distance")
            return
        factor = unfold(sp.sympify(self.factor), self.where)
        if not factor.is_positive:
            raise Undecided(f"the factor {plain(factor)} is not known to be positive")
        rest = unfold(self.objective, self.where) - factor * unfold(self.measure, self.where)
        check(rest, rest.subs(h, 0), what="the objective less the measure is free of the hypothesis: it")

    def _search(self) -> None:
        """Look for a hypothesis that does better than the point."""
        h, step = self.variable, sp.Dummy("t", real=True)
        low, high = (unfold(e, self.where) for e in self.ends)
        given, f = unfold(self.given, self.where), unfold(self.objective, self.where)
        for other in (h, self.end + step):
            gain = f.subs(h, self.end) - f.subs(h, other)

            def better(point: Point, other: Any = other, gain: Any = gain) -> bool:
                place, *ends = (sp.N(e.subs(point), 30) for e in (other, low, high))
                known = all(e.is_number for e in (place, *ends))
                within = known and given.subs(point) == sp.true and ends[0] <= place <= ends[1]
                return bool(within and sp.N(gain.subs(point)) > 0)

            point = witness(gain, where=better)
            if point is not None:
                place = sp.N(other.subs(point), 5)
                names = ", ".join(f"{plain(n)} = {v}" for n, v in point.items() if n not in (h, step))
                raise Refuted(
                    f"{plain(self.end)} is not where {plain(self.objective)} is least over {self.domain}: "
                    f"at {names} it is less at {plain(h)} = {place}"
                )

    def _check_case(self, case: Any) -> None:
        h, point = self.variable, resolve(self.at, case)
        low, high = self.ends
        if not all(_known(a, b, case) for a, b in ((low, point), (point, high))):
            raise Refuted(f"the point {plain(self.at)} is not within {self.domain} in every case")
        t = sp.Dummy("t", positive=True)
        for side, end in ((1, high), (-1, low)):
            if end == point:
                continue
            place = sp.expand(point + side * t)
            inside = sp.true if end.is_infinite else side * sp.expand(end - place) >= 0
            along = self.measure.subs(h, place)
            for cell in cells(t, along):
                within = sp.And(case, cell, inside)
                if possible(within):
                    self._check_rise(along, t, within, place)

    def _check_rise(self, along: Any, t: sp.Symbol, within: Any, place: Any) -> None:
        """The measure is smooth in the cell and moves up as t grows."""
        resolved = sp.expand(resolve(along, within))
        if not resolved.is_polynomial(t):
            raise Undecided(f"{plain(along)} is not a polynomial between its kinks")
        slope = sp.expand(sp.diff(resolved, t))
        if slope.is_positive:
            return
        if not linear(slope):
            raise Undecided(f"the slope {plain(slope)} is not linear")
        if not follows(sp.And(within, t > 0), slope > 0):
            raise Undecided(f"whether {plain(self.measure)} rises away from {plain(self.at)} is undecided")

    @property
    def domain(self) -> str:
        """The interval as it is read."""
        return self._domain(plain, "<=", "<")

    def _domain(self, show: Any, closed: str, opened: str) -> str:
        low, high = self.ends
        left, right = (opened if e.is_infinite else closed for e in self.ends)
        return f"{show(low)} {left} {show(self.variable)} {right} {show(high)}"

    @property
    def end(self) -> Any:
        """The point, its definitions unfolded."""
        return unfold(self.at, self.where)

    def twin(self, **changes: Any) -> Twin:
        """The false twin: the same with another point, objective or interval."""
        return Twin(self, lambda: replace(self, **changes))

    @property
    def statement(self) -> str:
        least = rf"\operatorname*{{arg\,min}}_{{{self._domain(tex, render.LATEX[sp.Le], '<')}}}"
        return rf"{least} \left({tex(self.objective)}\right) = {tex(self.end)}"

    @property
    def method(self) -> str:
        count = len(self.cases)
        return f"arg-min, {count} cases" if count > 1 else "arg-min"

    def __str__(self) -> str:
        return f"argmin over {self.domain} of {plain(self.objective)} = {plain(self.end)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = [(self.statement, "")]
        h, same = tex(self.variable), tex(self.measure)
        if isinstance(self.factor, Kernel):
            why = f"for the energy increases with ${same}$, which falls up to this point and rises after it"
        else:
            why = (
                f"up to the factor ${tex(self.factor)}$ and what is free of ${h}$ it is ${same}$, "
                "which falls up to this point and rises after it"
            )
        names = ", ".join(render.math(condition(c, latex=True)) for c in self.cases if c != sp.true)
        told = (
            f'<br><span class="cases">in each of the cases {names}; they cover all</span>' if names else ""
        )
        rows.append((rf"\quad = {tex(self.at)}", render.inline(why) + told))
        rows += [(rf"\text{{where }} {tex(a)} = {tex(b)}", "") for a, b in self.where]
        return render.chain(rows, "Checked arg-min", False)


def _known(low: Any, high: Any, case: Any) -> bool:
    if low == -sp.oo or high == sp.oo or low == high:
        return True
    gap = sp.expand(high - low)
    if gap.is_nonnegative is None and not linear(gap):
        raise Undecided(f"whether {plain(low)} <= {plain(high)} is not linear")
    return bool(gap.is_nonnegative) or (gap.is_negative is not True and follows(case, gap >= 0))
