"""Evidence: objects whose construction is their check.

A `Derivation` is a chain of equal expressions, an `Argument` a written proof whose steps are evidence
themselves; `bounds` adds inequalities and counterexamples. Each raises `Refuted` (false, and where) or
`Undecided` instead of coming into being, so an unproved one cannot exist.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import sympy as sp
from sympy.core.function import AppliedUndef

from . import render
from .cases import covered, possible, resolve
from .decide import Point, Rule, admissible, evaluated, proved, small, witness
from .errors import BadInput, Refuted, Undecided
from .general import unfold
from .quotients import vanishes
from .render import plain, tex


class Evidence:
    """What a claim may rest on.

    >>> from iem import Reading
    >>> isinstance(Reading("A picture."), Evidence), Reading("A picture.").status
    (True, 'reading')
    """

    status: ClassVar[str] = "proved"

    @property
    def statement(self) -> str:
        """What was checked, as LaTeX, made from the checked object."""
        raise NotImplementedError

    @property
    def method(self) -> str:
        """How it was checked, in a few words."""
        raise NotImplementedError

    def parts(self) -> Iterator[Evidence]:
        """The evidence itself and all that it contains."""
        yield self

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.statement}$"


class Equality(Evidence):
    """Evidence that two expressions, `left` and `right`, are equal: what a link may rest on.

    >>> from iem import Instance
    >>> x = sp.Symbol("x", real=True)
    >>> chain = Derivation("f", x * (x + 1), [Link(x**2 + x, "multiplied out")])
    >>> used = Instance(chain, 1, {x: sp.tanh(x)})
    >>> isinstance(used, Equality), used.right
    (True, tanh(x)**2 + tanh(x))
    """

    left: Any
    right: Any

    @property
    def statement(self) -> str:
        return f"{tex(self.left)} = {tex(self.right)}"

    def __str__(self) -> str:
        return f"{plain(self.left)} = {plain(self.right)}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return render.chain([(self.statement, render.inline(self.method))], "Checked equality", False)


@dataclass(frozen=True)
class Twin:
    """A part of some evidence, and a way to build it changed in one place, which must be refused."""

    part: Evidence
    build: Callable[[], Any]


@dataclass(frozen=True)
class Link:
    """One step of a chain: the next expression, why it is equal, and the cases in which it is.

    `by` is evidence of an equality `left = right` that carries the step: then the expression before is
    checked to equal its left side, and the next one its right side.

    >>> x = sp.Symbol("x", real=True)
    >>> print(Derivation("f", sp.Abs(x) ** 2, [Link(x**2, "by cases", (x >= 0, x < 0))]))
    f = x**2
      = x**2    by cases [x >= 0; x < 0]
    """

    expr: Any
    reason: str
    cases: tuple[Any, ...] = ()
    by: Any = None


@dataclass(frozen=True)
class Derivation(Evidence):
    r"""A chain \(x_0 = x_1 = \dots = x_n\) in which every link was checked.

    `lhs` is what the chain is about: a new name for `start`, such as `a(z)`, or an expression that is then
    checked to equal `start` (with `start` None it is the start itself). `given` lists equalities
    `(left, right)` that hold by hypothesis, `where` definitions `(name, meaning)`, unfolded for the check.
    A link with cases is checked in each of them, and the cases must cover every value.
    Raises `Refuted`, naming the link, both sides and a point where they differ, or `Undecided`; `BadInput`
    without a link, or for a link that rests on no evidence.

    >>> x = sp.Symbol("x", real=True)
    >>> print(Derivation("f", sp.tanh(x), [Link((sp.exp(2*x) - 1)/(sp.exp(2*x) + 1), "by definition")]))
    f = tanh(x)
      = (exp(2*x) - 1)/(exp(2*x) + 1)    by definition
    >>> Derivation("f", 3*x, [Link(2*x, "a slip")])
    Traceback (most recent call last):
    iem.errors.Refuted: link 1 (a slip) is false: 3*x is not 2*x; at x = 3 they are 9.0000 and 6.0000
    """

    lhs: Any
    start: Any
    links: Sequence[Link]
    given: Sequence[Rule] = ()
    why: str = ""
    where: Sequence[Rule] = ()

    def __post_init__(self) -> None:
        for name in ("links", "given", "where"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        check_rules(self.given, self.where)
        if isinstance(self.lhs, str):
            object.__setattr__(self, "lhs", sp.Symbol(self.lhs))
        for link in self.links:
            if link.by is not None and not isinstance(link.by, Equality):
                raise BadInput(f"a link rests on evidence of an equality, got {link.by!r}")
        if not self.links:
            raise BadInput(f"a derivation of {self.lhs} needs at least one link, got none")
        if self.start is not None and not self._names_start:
            check(self.lhs, self.start, self.given, (), "the left side", self.where)
        before = self.lhs if self.start is None else self.start
        for number, link in enumerate(self.links, 1):
            what = f"link {number} ({link.reason})"
            if link.by is not None:
                check(before, link.by.left, self.given, link.cases, f"{what}, where it begins", self.where)
                before = link.by.right
            check(before, link.expr, self.given, link.cases, what, self.where)
            before = link.expr

    @property
    def _names_start(self) -> bool:
        """Whether the left side is a new name: a bare symbol or an undefined function."""
        bare = isinstance(self.lhs, sp.Symbol) and self.lhs.is_real is None
        taken = map(str, sp.sympify(self.start).atoms(sp.Symbol, AppliedUndef))
        fresh = str(self.lhs) not in taken and unfold(self.lhs, self.where) == self.lhs
        return fresh and (bare or isinstance(self.lhs, AppliedUndef))

    def parts(self) -> Iterator[Evidence]:
        yield self
        for link in self.links:
            if link.by is not None:
                yield from link.by.parts()

    @property
    def end(self) -> Any:
        """The last expression of the chain."""
        return self.links[-1].expr

    @property
    def statement(self) -> str:
        return f"{tex(self.lhs)} = {tex(self.end)}"

    @property
    def method(self) -> str:
        count = len(self.links)
        cases = sum(len(link.cases) for link in self.links)
        chain = f"derivation, {count} link{'s' * (count > 1)}"
        sizes = sorted(str(n) for n in self._sizes)
        by = dict.fromkeys(link.by.method for link in self.links if link.by is not None)
        parts = [chain, *([f"{cases} cases"] if cases else []), *(f"any {n}" for n in sizes), *by]
        return ", ".join(parts)

    @property
    def _sizes(self) -> set[Any]:
        """The symbols over which its sums run: how general it is."""
        exprs = (unfold(sp.sympify(expr), self.where) for expr, _, _ in self._rows())
        return {high for e in exprs for s in e.atoms(sp.Sum) for _, _, high in s.limits if high.is_Symbol}

    def twin(self, expr: Any, number: int = 0) -> Twin:
        """The false twin: another expression at link `number`, by default at the last."""
        return Twin(self, lambda: self.changed(number or len(self.links), expr))

    def ending(self, expr: Any) -> Derivation:
        """The same chain with another last expression: the false twin of a true one."""
        return self.changed(len(self.links), expr)

    def changed(self, number: int, expr: Any) -> Derivation:
        """The same chain with another expression at link `number` (from 1)."""
        links = list(self.links)
        links[number - 1] = replace(links[number - 1], expr=expr)
        return replace(self, links=links)

    def sides(self, number: int) -> tuple[Any, Any]:
        """The two expressions that link `number` (from 1) declares equal."""
        before = self.lhs if self.start is None else self.start
        rows = [before, *(link.expr for link in self.links)]
        return rows[number - 1], rows[number]

    def _rows(self) -> list[tuple[Any, str, tuple[Any, ...]]]:
        """Each expression of the chain with its reason and its cases."""
        first = [] if self.start is None else [(self.start, self.why, ())]
        return [*first, *((link.expr, link.reason, link.cases) for link in self.links)]

    def _used(self) -> list[Rule]:
        """The definitions that the displayed expressions use."""
        shown = sp.Tuple(self.lhs, *(expr for expr, _, _ in self._rows()))
        heads = {_head(e) for e in shown.atoms(sp.Indexed, AppliedUndef, sp.Symbol)}
        used: dict[str, Rule] = {}
        for name, meaning in self.where:
            if _head(name) in heads and _reads(name) != _reads(meaning):
                used.setdefault(tex(name), (name, meaning))
                heads |= {_head(e) for e in sp.sympify(meaning).atoms(sp.Indexed, AppliedUndef, sp.Symbol)}
        return list(used.values())

    def __str__(self) -> str:
        left, rows = plain(self.lhs), self._rows()
        width = max(len(plain(expr)) for expr, _, _ in rows)
        lines: list[str] = []
        for expr, why, cases in rows:
            reason = why + (f" [{'; '.join(map(render.condition, cases))}]" if cases else "")
            lead = left if not lines else " " * len(left)
            lines.append(f"{lead} = {plain(expr).ljust(width)}    {reason}".rstrip())
        lines += [f"assuming {plain(a)} = {plain(b)}" for a, b in self.given]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.html({})

    def html(self, shown: dict[str, str]) -> str:
        """The chain as a table; definitions that `shown` holds already are left out, others entered."""
        rows = []
        for number, (expr, why, cases) in enumerate(self._rows()):
            lead = rf"{tex(self.lhs)} =" if number == 0 else r"\quad ="
            reason = render.inline(why)
            if cases:
                names = ", ".join(render.math(render.condition(c, latex=True)) for c in cases)
                reason += f'<br><span class="cases">in each of the cases {names}; they cover all</span>'
            rows.append((f"{lead} {tex(expr)}", reason))
        rows += [(rf"\text{{assuming }} {tex(a)} = {tex(b)}", "") for a, b in self.given]
        for name, meaning in ((tex(a), tex(b)) for a, b in self._used()):
            if shown.get(name) != meaning:
                rows.append((rf"\text{{where }} {name} = {meaning}", ""))
                shown[name] = meaning
        return render.chain(rows, f"Derivation, links checked: {len(self.links)}", self.start is not None)

    def latex(self) -> str:
        """The chain as an `aligned` display, one line a link."""
        lines: list[str] = []
        for expr, why, _ in self._rows():
            lead = f"{tex(self.lhs)} &=" if not lines else "&="
            reason = rf" && \text{{{why}}}" if why else ""
            lines.append(f"{lead} {tex(expr)}{reason}")
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def _reads(expr: Any) -> str:
    """LaTeX without grouping, to see whether two expressions read alike."""
    return tex(expr).replace("{", "").replace("}", "")


def _head(name: Any) -> Any:
    """What a definition is recognised by: the base of an indexed name, the function of an applied one."""
    return (
        name.base if isinstance(name, sp.Indexed) else name.func if isinstance(name, AppliedUndef) else name
    )


def check_rules(given: Sequence[Rule], where: Sequence[Rule]) -> None:
    """Refuse hypotheses without symbols, and two definitions that would read alike."""
    for left, right in given:
        if not sp.sympify(left).free_symbols:
            raise BadInput(f"a hypothesis speaks of symbols, got {left} = {right}")
    seen: dict[str, Any] = {}
    for name, meaning in where:
        alias = _reads(name) == _reads(meaning)
        if not alias and seen.setdefault(_reads(name), meaning) != meaning:
            raise BadInput(f"{plain(name)} is defined twice: as {seen[_reads(name)]} and as {meaning}")


def check(
    left: Any,
    right: Any,
    given: Sequence[Rule] = (),
    cases: Sequence[Any] = (),
    what: str = "it",
    where: Sequence[Rule] = (),
) -> None:
    """Pass when `left = right` is proved, in every case; raise `Refuted` or `Undecided` otherwise."""
    if cases and not covered(cases):
        words = "; ".join(render.condition(c) for c in cases)
        raise Refuted(f"{what} leaves values out: the cases {words} do not cover the domain")
    left, right = sp.sympify(left), sp.sympify(right)
    sizes = [len(side) if isinstance(side, sp.Tuple) else 1 for side in (left, right)]
    if sizes[0] != sizes[1]:
        raise BadInput(f"{what} has {sizes[1]} components, expected {sizes[0]}: {right} for {left}")
    pairs = list(zip(left, right, strict=True)) if isinstance(left, sp.Tuple) else [(left, right)]
    for shown in pairs:
        full = tuple(admissible(evaluated(unfold(side, where))) for side in dict.fromkeys(shown))
        full = full if len(full) == 2 else full * 2
        for case in cases or [sp.true]:
            _check_case(shown, full, given, case, what)


def _check_case(shown: Any, full: Any, given: Sequence[Rule], case: Any, what: str) -> None:
    if full[0] == full[1]:
        return
    one, two = full if case == sp.true else (resolve(side, case) for side in full)
    if vanishes(one - two):
        return

    def within(point: Point) -> bool:
        return possible(case.subs(point))

    where = None if case == sp.true else within
    point = witness(full[0] - full[1], given, where, attempts=3)
    if point is None:
        if proved(one - two, given):
            return
        point = witness(full[0] - full[1], given, where)
    inside = "" if case == sp.true else f" for {render.condition(case)}"
    left, right = map(plain, shown)
    if point is None:
        raise Undecided(f"{what} is undecided{inside}: {left} = {right} was not shown")
    raise Refuted(f"{what} is false{inside}: {left} is not {right}; {told(point, *full)}")


def told(point: Point, left: Any, right: Any) -> str:
    """The two sides at a point, in words."""
    one, two = (sp.N(side.subs(point), 5) for side in small(sp.Tuple(left, right)))
    where = ", ".join(f"{plain(name)} = {value}" for name, value in point.items())
    return f"at {where} they are {one} and {two}" if where else f"they are {one} and {two}"


@dataclass(frozen=True)
class Instances(Evidence):
    """One statement checked for several numbers of hypotheses (or dimensions), or for named things.

    Raises `BadInput` without an instance, or for one that proves nothing.

    >>> x = sp.Symbol("x", real=True)
    >>> powers = {n: Derivation("f", x * x**n, [Link(x ** (n + 1), "one more")]) for n in (1, 2)}
    >>> Instances("powers of x", powers, count="n").method
    'exact for n = 1, 2'
    """

    says: str
    by_count: Mapping[Any, Evidence]
    count: str = "H"

    def __post_init__(self) -> None:
        if not self.by_count:
            raise BadInput(f"no instance given for: {self.says}")
        for count, evidence in self.by_count.items():
            if not isinstance(evidence, Evidence) or evidence.status != "proved":
                raise BadInput(f"{self.count} = {count} needs evidence that proves, got {evidence!r}")

    @property
    def statement(self) -> str:
        if all(isinstance(n, int) for n in self.by_count):
            return rf"{self.count} \in \{{" + ", ".join(str(n) for n in self.by_count) + r"\}"
        return rf"\text{{{self.method}}}"

    @property
    def method(self) -> str:
        names = ", ".join(str(n) for n in self.by_count)
        if all(isinstance(n, int) for n in self.by_count):
            return f"exact for {self.count} = {names}"
        return f"each {self.count}: {names}"

    def parts(self) -> Iterator[Evidence]:
        yield self
        for evidence in self.by_count.values():
            yield from evidence.parts()

    def __str__(self) -> str:
        return f"{self.says}: {self.method}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f'<p class="iem-instances">{render.inline(self.says)}: {self.method}.</p>'


@dataclass(frozen=True)
class Reading(Evidence):
    """An interpretation. It is labelled as one, and nothing is claimed to be proved.

    >>> Reading("A scale is read as a temperature.").status
    'reading'
    """

    text: str
    status: ClassVar[str] = "reading"

    @property
    def statement(self) -> str:
        return rf"\text{{{self.text}}}"

    @property
    def method(self) -> str:
        return "reading"

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f'<p class="iem-reading">Reading: {render.inline(self.text)}</p>'


class Argument(Evidence):
    """A written proof: sentences, each resting on evidence of its own.

    Raises `BadInput` without a step, or for a step without evidence.

    >>> x = sp.Symbol("x", real=True)
    >>> even = Derivation("f", sp.cosh(-x), [Link(sp.cosh(x), "even")])
    >>> print(Argument(("cosh is even", even)))
    1. cosh is even  [derivation, 1 link]
    """

    def __init__(self, *steps: tuple[str, Evidence]) -> None:
        for step in steps:
            if not isinstance(step, tuple) or len(step) != 2 or not isinstance(step[1], Evidence):
                raise BadInput(f"a step is a sentence and its evidence, got {step!r}")
        if not steps:
            raise BadInput("an argument needs at least one step, got none")
        self.steps = steps

    @property
    def status(self) -> str:  # type: ignore[override]
        kinds = " ".join(e.status for _, e in self.steps)
        if "checked" in kinds:
            return "checked"
        rigour = " and ".join(k for k in ("proved", "bounded", "measured") if k in kinds)
        return ", with a ".join(k for k in (rigour, "reading" if "reading" in kinds else "") if k)

    @property
    def statement(self) -> str:
        return self.steps[0][1].statement

    @property
    def method(self) -> str:
        kinds = Counter(type(e).__name__.lower() for _, e in self.steps if not isinstance(e, Instances))
        counts = [f"{n} {kind}{'s' * (n > 1)}" for kind, n in kinds.items()]
        exact = Counter(e.method for _, e in self.steps if isinstance(e, Instances))
        told = [method if n == 1 else f"{n} times {method}" for method, n in exact.items()]
        return "; ".join([*filter(None, [", ".join(counts)]), *told])

    def parts(self) -> Iterator[Evidence]:
        yield self
        for _, evidence in self.steps:
            yield from evidence.parts()

    def __str__(self) -> str:
        return "\n".join(f"{i}. {says}  [{e.method}]" for i, (says, e) in enumerate(self.steps, 1))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        shown: dict[str, str] = {}
        items = ""
        for says, e in self.steps:
            body = e.html(shown) if isinstance(e, Derivation) else e._repr_html_()  # type: ignore[attr-defined]
            items += f"<li>{render.inline(says)}{body}</li>"
        return f'<ol class="iem-argument">{items}</ol>'
