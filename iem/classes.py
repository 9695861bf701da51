r"""Classes of posterior statistics: how a function is derived as one, and what shows that it is none.

A `Curve` is a function of the evidence z, smooth between its walls. Each way (`Threshold`, `Gate`, `Hinge`,
`Maximum`, `Mode`, `Posterior`, `Locations`) starts from a posterior and builds the checked chain to the
curve; each obstacle (`drop`, `kink`, `growth`, ...) is an exact certificate that there is no such way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import sympy as sp

from .bounds import Bound, Increasing, Manifest
from .cases import resolve
from .errors import BadInput, Refuted, Undecided
from .exact import symbol
from .general import quantity
from .proof import Argument, Derivation, Evidence, Instances, Link
from .render import condition, tex

z = symbol("z")
t = sp.Symbol("t", positive=True)
Step = tuple[str, Evidence]


def many(parts: Sequence[Any]) -> Any:
    """One expression as itself, several as a tuple, one for each piece."""
    return parts[0] if len(parts) == 1 else sp.Tuple(*parts)


@dataclass(frozen=True)
class Curve:
    """A function of z: one smooth expression on each side of every wall, walls in ascending order.

    >>> Curve.of(sp.Max(z, 0), [0]).pieces
    (0, z)
    """

    pieces: tuple[Any, ...]
    walls: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        for name in ("pieces", "walls"):
            object.__setattr__(self, name, tuple(map(sp.sympify, getattr(self, name))))
        if len(self.pieces) != len(self.walls) + 1:
            raise BadInput(f"{len(self.walls)} walls make one piece more, got {len(self.pieces)}")

    @classmethod
    def of(cls, expr: Any, walls: Sequence[Any] = ()) -> Curve:
        """The pieces of an expression with kinks at the walls."""
        walls = tuple(map(sp.sympify, walls))
        blank = cls((0,) * (len(walls) + 1), walls)
        return cls(tuple(resolve(expr, case) for case in blank.cases), walls)

    @property
    def cases(self) -> list[Any]:
        """The open intervals between the walls, as conditions on z."""
        above = [sp.true, *(z > w for w in self.walls)]
        below = [*(z < w for w in self.walls), sp.true]
        return [sp.And(a, b) for a, b in zip(above, below, strict=True)]

    @property
    def regions(self) -> str:
        """The intervals in words."""
        shown = [f"${condition(case, latex=True)}$" for case in self.cases if case != sp.true]
        return f" for {', '.join(shown)}" if shown else ""

    def inside(self, i: int) -> dict[Any, Any]:
        """The evidence z in interval i, in terms of some t > 0 that runs through all of it."""
        walls = self.walls
        if not walls:
            return {}
        if i == 0:
            return {z: walls[0] - t}
        if i == len(walls):
            return {z: walls[-1] + t}
        return {z: (walls[i - 1] + walls[i] * t) / (1 + t)}

    def map(self, change: Callable[[Any], Any]) -> Curve:
        """The same change made to every piece."""
        return Curve(tuple(change(p) for p in self.pieces), self.walls)

    def subs(self, values: Any) -> Curve:
        """The curve for other parameters."""
        replace = [sp.sympify(e).subs(values) for e in (*self.pieces, *self.walls)]
        return Curve(tuple(replace[: len(self.pieces)]), tuple(replace[len(self.pieces) :]))

    def diff(self, order: int = 1) -> Curve:
        """The derivatives of the pieces."""
        return self.map(lambda p: sp.diff(p, z, order))

    def jumps(self) -> list[Any]:
        """The limit from the right less the limit from the left, at each wall."""
        sides = zip(self.walls, self.pieces, self.pieces[1:], strict=False)
        return [sp.Limit(b, z, w, "+") - sp.Limit(a, z, w, "-") for w, a, b in sides]

    def at(self, point: Any) -> Any:
        """The value at a number, a wall taken from the right where the pieces agree."""
        point = sp.sympify(point)
        holds = [i for i, case in enumerate(self.cases) if case.subs(z, point) == sp.true]
        if holds:
            return self.pieces[holds[0]].subs(z, point)
        i = self.walls.index(point)
        left, right = (sp.limit(self.pieces[i + k], z, point, "-+"[k]) for k in (0, 1))
        if sp.simplify(left - right) != 0:
            raise Undecided(f"at {point} the curve jumps from {left} to {right}")
        return right


def plain_sign(expr: Any) -> Any:
    """A form of the expression whose sign is plain; raises `Undecided` when none is found."""
    forms: tuple[Callable[[Any], Any], ...] = (
        lambda e: e,
        lambda e: sp.factor(sp.together(e)),
        lambda e: sp.factor(sp.together(sp.expand(e.rewrite(sp.exp)))),
        lambda e: sp.factor(sp.together(sp.simplify(e.rewrite(sp.exp)))),
    )
    for form in forms:
        if (found := form(sp.sympify(expr))).is_nonnegative:
            return found
    raise Undecided(f"the sign of {expr} is not manifest")


def because(gap: Any, depth: int = 2) -> Any:
    """Why an expression in t > 0 is not negative: its sign is plain, or it rises from 0."""
    try:
        return Manifest(plain_sign(gap))
    except Undecided:
        if depth == 0 or not gap.has(t):
            raise
        return Increasing(t, because(sp.diff(gap, t), depth - 1))


def positive(expr: Any, strict: bool = False) -> Bound:
    """The bound 0 <= expr, or 0 < expr; one factor of it may be a bound of its own."""
    try:
        return Bound(0, expr, Manifest(plain_sign(expr)), strict=strict)
    except Undecided:
        form = sp.factor(sp.together(expr))
        open_ = [f for f in sp.Mul.make_args(form) if not f.is_nonnegative]
        inner = sp.Mul(*open_)
        lemma = Bound(0, inner, because(inner), strict=strict)
        return Bound(0, expr, Manifest(form / inner * lemma.difference, using=[lemma]), strict=strict)


def signs(curve: Curve, says: str) -> list[Step]:
    """That no piece of a curve is negative; pieces that are zero need no bound."""
    inner = [p.subs(curve.inside(i)) for i, p in enumerate(curve.pieces)]
    return [(says, positive(e)) for e in dict.fromkeys(inner) if e != 0]


def equal(left: Sequence[Any], right: Sequence[Any], why: str, where: Sequence[Any] = ()) -> Derivation:
    """Piece by piece, that two lists of expressions are equal."""
    return Derivation(many(left), None, [Link(many(right), why)], where=where)


def distribution(
    P: Curve, density: Sequence[Any], atoms: Sequence[Any] = (), far: Sequence[Any] = (z, z)
) -> list[Step]:
    """The steps that make P the distribution function of a density by pieces, with atoms at the walls.

    `far` names expressions that go to the two ends with z, along which the limits are taken.
    """
    p = Curve(tuple(density), P.walls)
    atoms = [sp.sympify(a) for a in (atoms or [0] * len(P.walls))]
    steps = signs(p, "The density of $\\theta$ is not negative:")
    slopes = [sp.Derivative(piece, z) for piece in P.pieces]
    steps.append(("$P(\\theta\\le z)$ grows by it" + P.regions + ":",
                  equal(slopes, p.pieces, "the density")))  # fmt: skip
    if P.walls:
        what = "jumps by the mass of the atoms" if any(atoms) else "is continuous"
        steps.append((f"at the walls it {what}:", equal(P.jumps(), atoms, "right less left")))
        steps += [("a mass, hence", positive(a)) for a in dict.fromkeys(atoms) if a != 0]
    outer = P.pieces[0].subs(z, far[0]), P.pieces[-1].subs(z, far[1])
    ends = [sp.Limit(outer[0], z, -sp.oo), sp.Limit(outer[1], z, sp.oo)]
    steps.append(("and it runs from 0 to 1:", equal(ends, [sp.S.Zero, sp.S.One], "far left, far right")))
    return steps


def put(value: Any, domain: dict[Any, Any]) -> Any:
    """Parameters replaced in an expression or in a sequence of them; anything else as it is."""
    if isinstance(value, (tuple, list)):
        return tuple(put(v, domain) for v in value)
    return value.subs(domain) if isinstance(value, sp.Basic) else value


def named(name: str) -> Any:
    """The function of z with the name of a module."""
    code = {"GELU_tanh": r"\operatorname{GELU}_{\tanh}", "f_tau": r"f_\tau"}.get(name)
    return quantity(name, (code or rf"\operatorname{{{name}}}") + "(z)")(z)


@dataclass(frozen=True)
class Way:
    """How a curve is derived within a class."""

    key: ClassVar[str]

    def steps(self, name: str, f: Curve) -> list[Step]:
        """The checked steps, the first of which states the result."""
        raise NotImplementedError

    @property
    def says(self) -> str:
        """The way in a few words."""
        raise NotImplementedError

    def under(self, domain: dict[Any, Any]) -> Way:
        """The same way with parameters replaced."""
        return replace(self, **{f.name: put(getattr(self, f.name), domain) for f in fields(self)})

    def evidence(self, name: str, f: Curve) -> Argument:
        """The argument for a curve; raises `Refuted` or `Undecided` when it does not hold."""
        return Argument(*self.steps(name, f))


def chain(name: str, start: Sequence[Any], f: Curve, why: str, where: Sequence[Any] = ()) -> Derivation:
    """From a statistic, piece by piece, to the curve."""
    return Derivation(named(name), many(start), [Link(many(f.pieces), why)], where=where)


@dataclass(frozen=True)
class Threshold(Way):
    r"""An affine function of \(P(\theta\le z)\): a threshold that is not known exactly."""

    theta: str
    P: Sequence[Any]
    density: Sequence[Any]
    low: Any = 0
    high: Any = 1
    far: Sequence[Any] = (z, z)
    key = "threshold"

    @property
    def says(self) -> str:
        low, span = sp.sympify(self.low), sp.sympify(self.high) - self.low
        scale = "" if span == 1 else f"{tex(span)}\\," if not span.is_Add else rf"({tex(span)})\,"
        shift = "" if low == 0 else f"{tex(low)} + "
        return rf"${shift}{scale}P(\theta\le z)$, {self.theta}"

    def steps(self, name: str, f: Curve) -> list[Step]:
        P = Curve(tuple(self.P), f.walls)
        start = [self.low + (self.high - self.low) * piece for piece in P.pieces]
        head = (f"It is {self.says}{f.regions}.", chain(name, start, f, "the module"))
        return [head, *distribution(P, self.density, far=self.far)]


@dataclass(frozen=True)
class Gate(Way):
    r"""The payload z times the probability \(P(\theta\le z)\) that the gate is open."""

    theta: str
    P: Sequence[Any]
    density: Sequence[Any]
    atoms: Sequence[Any] = ()
    key = "gate"

    @property
    def says(self) -> str:
        return rf"$z\,P(\theta\le z)$, {self.theta}"

    def steps(self, name: str, f: Curve) -> list[Step]:
        P = Curve(tuple(self.P), f.walls)
        head = (f"It is {self.says}{f.regions}.", chain(name, [z * p for p in P.pieces], f, "the module"))
        return [head, *distribution(P, self.density, self.atoms)]


@dataclass(frozen=True)
class Hinge(Way):
    r"""A constant plus the expected excess \(\mathbb E(z-\theta)_+=\int_{-\infty}^zP(\theta\le s)\,ds\)."""

    theta: str
    excess: Sequence[Any]
    P: Sequence[Any]
    density: Sequence[Any]
    offset: Any = 0
    atoms: Sequence[Any] = ()
    key = "hinge"

    @property
    def says(self) -> str:
        shift = "" if self.offset == 0 else f" - {tex(-sp.sympify(self.offset))}"
        return rf"$\mathbb E(z-\theta)_+{shift}$, {self.theta}"

    def steps(self, name: str, f: Curve) -> list[Step]:
        P, E = Curve(tuple(self.P), f.walls), Curve(tuple(self.excess), f.walls)
        start = [self.offset + piece for piece in E.pieces]
        steps = [
            (f"It is {self.says}{f.regions}.", chain(name, start, f, "the module")),
            ("The expected excess grows by $P(\\theta\\le z)$:",
             equal([sp.Derivative(e, z) for e in E.pieces], P.pieces, "the distribution function")),
        ]  # fmt: skip
        if E.walls:
            steps.append(("is continuous:", equal(E.jumps(), [sp.S.Zero] * len(E.walls), "no jump")))
        far = Derivation(sp.Limit(E.pieces[0], z, -sp.oo), None, [Link(sp.S.Zero, "far left")])
        return [*steps, ("and starts at 0:", far), *distribution(P, self.density, self.atoms)]


@dataclass(frozen=True)
class Maximum(Way):
    """The largest of finitely many affine functions of z: minus a free energy at temperature 0."""

    lines: Sequence[Any]
    key = "maximum"

    @property
    def says(self) -> str:
        return rf"$\max({', '.join(tex(sp.sympify(line)) for line in self.lines)})$"

    def steps(self, name: str, f: Curve) -> list[Step]:
        lines = [sp.sympify(line) for line in self.lines]
        best = [next((e for e in lines if sp.simplify(e - p) == 0), lines[0]) for p in f.pieces]
        steps: list[Step] = [(f"It is {self.says}{f.regions}.", chain(name, best, f, "the largest line"))]
        for i, piece in enumerate(f.pieces):
            for line in self.lines:
                gap = sp.factor(sp.together((piece - line).subs(f.inside(i))))
                if gap != 0:
                    steps.append(("The other line is not above it:", positive(gap)))
        return steps


@dataclass(frozen=True)
class Mode(Way):
    r"""The arg-min over x of \((z-x)^2/2+\varphi(x)\), with one penalty for each piece of the curve.

    `slope` says instead what \(\varphi'\) is on the range, where \(\varphi\) is not elementary; `path`
    gives \(\varphi(f(z))\) where the inverse of f is not.
    """

    phi: Sequence[Any] = ()
    slope: Any = None
    path: Any = None
    words: str = ""
    key = "mode"
    x: ClassVar[Any] = sp.Symbol("x", real=True)

    @property
    def says(self) -> str:
        words = f", {self.words}" if self.words else ""
        if self.slope is not None:
            return rf"$\varphi'(x) = {tex(self.slope)}${words}"
        if self.path is not None:
            return rf"$\varphi(f(z)) = {tex(self.path)}${words}"
        return rf"$\varphi(x) = {tex(many([sp.sympify(e) for e in self.phi]))}${words}"

    def steps(self, name: str, f: Curve) -> list[Step]:
        steps = [self._penalty(name, f)]
        if f.walls and self.slope is None:
            total = self._total(f)
            steps.append(("without a jump, so that both sides of a wall tie:",
                          equal(total.jumps(), [sp.S.Zero] * len(f.walls), "right less left")))  # fmt: skip
        return [*steps, *rising(f)]

    def _total(self, f: Curve) -> Curve:
        phi = list(self.phi) * (1 if len(self.phi) == len(f.pieces) else len(f.pieces))
        held = [self.path] if self.path is not None else [
            sp.sympify(e).subs(self.x, p) for e, p in zip(phi, f.pieces, strict=True)]  # fmt: skip
        return Curve(tuple(z * p - p**2 / 2 - e for p, e in zip(f.pieces, held, strict=True)), f.walls)

    def _penalty(self, name: str, f: Curve) -> Step:
        if self.slope is not None:
            inverse = f.pieces[0].subs(z, self._point + self.slope_at(self._point))
            back = Derivation(inverse, None, [Link(self._point, "the inverse")])
            return (
                "The penalty with " + self.says + ": the curve takes $x+\\varphi'(x)$ back to $x$.",
                back,
            )
        says = f"The penalty {self.says}: $z f-f^2/2-\\varphi(f)$ has the derivative $f${f.regions},"
        slopes = [sp.Derivative(e, z) for e in self._total(f).pieces]
        return (says, equal(slopes, f.pieces, "the module"))

    @property
    def _point(self) -> Any:
        """A point of the range: the symbol of `slope`, with the sign it was given."""
        return next(s for s in self.slope.free_symbols if s.name == "x")

    def slope_at(self, x: Any) -> Any:
        """The derivative of the penalty at x."""
        return self.slope.subs(self._point, x)


@dataclass(frozen=True)
class Posterior(Way):
    """A statistic of a posterior over finitely many hypotheses, written out from its energies."""

    words: str
    start: Any
    end: Any = None
    where: Sequence[Any] = ()
    key = "posterior"

    @property
    def says(self) -> str:
        return self.words

    def steps(self, name: str, f: Curve) -> list[Step]:
        end = many(f.pieces) if self.end is None else self.end
        link = Link(end, "the module")
        return [(f"It is {self.words}.", Derivation(named(name), self.start, [link], where=self.where))]


@dataclass(frozen=True)
class Locations(Way):
    """The mean of n + 1 equally spaced locations, binomial times Gaussian weights, noise 1/n."""

    low: Any
    high: Any
    moment: Any
    zero: Any
    count: ClassVar[Any] = sp.Symbol("n", integer=True, positive=True)
    key = "location"

    @property
    def says(self) -> str:
        return rf"noise $v=1/n$, $n+1$ locations from ${tex(self.low)}$ to ${tex(self.high)}$"

    def mean(self, n: int) -> Any:
        """The posterior mean of the location, from the energies."""
        from .posterior import responsibilities

        places = [self.low + (self.high - self.low) * sp.Rational(k, n) for k in range(n + 1)]
        prior = [sp.binomial(n, k) * sp.exp(n * mu**2 / 2) for k, mu in enumerate(places)]
        d = [n * (z - mu) ** 2 / 2 for mu in places]
        return sum(mu * r for mu, r in zip(places, responsibilities(d, sp.S.One, prior=prior), strict=True))

    def steps(self, name: str, f: Curve) -> list[Step]:
        n = self.count
        slope = sp.Derivative(n * sp.log(self.moment), z) / n
        by_count: dict[int, Evidence] = {
            k: chain(name, [self.mean(k)], f, "the module") for k in (1, 2, 3, 4)
        }
        residue = sp.Limit(t * f.pieces[0].subs(z, t + self.zero), t, 0, "+")
        return [
            ("For every $n$: $v$ times the derivative of $\\log M$, with $M$ the $n$-th power of "
             f"${tex(self.moment)}$.", Derivation(named(name), slope, [Link(f.pieces[0], "the module")])),
            ("From the energies, written out.", Instances("the mean", by_count, count="n")),
            (f"No other noise: at $z={tex(self.zero)}+t$ the residue is 1, $v$ times a whole number.",
             Derivation(residue, None, [Link(sp.S.One, "the residue")])),
        ]  # fmt: skip


def rising(f: Curve) -> list[Step]:
    """That a curve nowhere decreases."""
    steps = signs(f.diff(), "The curve rises where it is not flat:")
    if f.walls:
        values = [sp.simplify(j.doit()) for j in f.jumps()]
        steps.append(("at the walls it does not fall:", equal(f.jumps(), values, "right less left")))
        steps += [("upwards:", positive(v)) for v in dict.fromkeys(values) if v != 0]
    return steps


def below(left: Any, right: Any) -> Bound:
    """The strict bound left < right, between expressions whose difference has a plain sign."""
    gap = sp.sympify(right) - left
    try:
        form = plain_sign(gap)
    except Undecided:
        form = gap
    return Bound(left, right, Manifest(form), strict=True)


def drop(f: Curve, a: Any, b: Any) -> Step:
    """That f(b) < f(a) although a < b."""
    positive(sp.sympify(b) - a, strict=True)
    return rf"It falls between ${tex(sp.sympify(a))}$ and ${tex(sp.sympify(b))}$:", below(f.at(b), f.at(a))


def kink(f: Curve, wall: int, order: int) -> Step:
    """That a one-sided derivative jumps at a wall, so that no analytic function is the curve."""
    step = sp.simplify(f.diff(order).jumps()[wall].doit()) if order else sp.simplify(f.jumps()[wall].doit())
    words = ("value", "slope", "second derivative")[order]
    says = f"Its {words} jumps at ${tex(f.walls[wall])}$:"
    jump = f.diff(order).jumps()[wall] if order else f.jumps()[wall]
    sign = Argument((says, Derivation(jump, None, [Link(step, "right less left")])),
                    ("which is not zero:", apart(step)))  # fmt: skip
    return f"{says} it is not analytic.", sign


def apart(value: Any, target: Any = 0) -> Bound:
    """That a value differs from another: it is above, or below."""
    try:
        return below(target, value)
    except (Refuted, Undecided):
        return below(value, target)


def pole(f: Curve, point: Any, order: int = 0) -> Step:
    """A residue that no posterior mean has: one that is negative, or one of the derivative."""
    curve = f.diff(order).pieces[0] if order else f.pieces[0]
    shifted = sp.expand(t * curve.subs(z, sp.expand(t + point)))
    residue = sp.Limit(shifted, t, 0, "+")
    limit = Derivation(residue, None, [Link(residue.doit(), "the residue")])
    if order:
        says = f"At $z={tex(point)}$ its derivative has a residue: it is not meromorphic."
        return says, Argument((says, limit), ("which is not zero:", apart(limit.end)))
    says = f"At $z={tex(point)}$ its residue is negative:"
    return says, Argument((says, limit), ("a sign that no zero of $M$ has:", below(limit.end, 0)))


def growth(f: Curve, end: Any, target: Any) -> Step:
    """That f(z)/z has another limit than the class asks for."""
    piece = f.pieces[-1] if end == sp.oo else f.pieces[0]
    ratio = sp.Limit(sp.expand(piece / z), z, end)
    limit = Derivation(ratio, None, [Link(sp.simplify(ratio.doit()), "far out")])
    far = "right" if end == sp.oo else "left"
    says = f"Far on the {far} its growth is not ${tex(sp.sympify(target))}$:"
    return says, Argument((says, limit), ("another number:", apart(limit.end, target)))


def value(f: Curve) -> Step:
    """That the curve is not 0 at 0, where every gate is."""
    held = f.at(0)
    return "At $z=0$ a gate is 0, and this is not:", apart(held)


def fall_of_slope(f: Curve, wall: int) -> Step:
    """That the slope drops, or the value jumps, at a wall, which no convex function does."""
    jump = sp.simplify(f.jumps()[wall].doit())
    if jump != 0:
        return kink(f, wall, 0)[0].replace("analytic", "convex"), kink(f, wall, 0)[1]
    found = f.diff().jumps()[wall]
    step = Derivation(found, None, [Link(sp.simplify(found.doit()), "right less left")])
    says = f"Its slope drops at ${tex(f.walls[wall])}$: it is not convex."
    return says, Argument((says, step), ("a drop:", below(step.end, 0)))


def bend(f: Curve, point: Any) -> Step:
    """That f'' is negative at a point, so that the curve is not convex."""
    return rf"At ${tex(sp.sympify(point))}$ it is concave:", below(f.diff(2).at(point), 0)


def curved(f: Curve, point: Any) -> Step:
    """That f'' is not 0 at a point, so that the curve is not made of finitely many lines."""
    return rf"At ${tex(sp.sympify(point))}$ it is curved:", apart(f.diff(2).at(point))
