r"""The inverse problem: which energies have a given activation as their posterior mean?

An odd activation with \(|a| < 1\) fixes the evidence gap \(\Delta = 2\tau\,\mathrm{artanh}\,a\), and the
gap fixes an even kernel d with \(d(z+m) - d(z-m) = \Delta(z)\) up to a ripple of period 2m. What such a
kernel can be (increasing, convex, normalisable, one for all m) is found here, or said to be undecided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

import sympy as sp

from . import exact, shapes
from .activations import Activation
from .arrays import temperature
from .cases import cells, follows, possible, resolve
from .constructed import Constructed
from .decide import OPAQUE, proved
from .errors import BadInput, Refused, Refuted, Undecided
from .evaluate import FUNCTIONS
from .monotone import limit, pattern, smooth
from .parameters import number
from .parse import parse
from .proof import Derivation, Link, check
from .render import plain, tex
from .shapes import Z

TAU, M = exact.symbol("tau"), exact.symbol("m")
X = sp.Symbol("x", positive=True)
TRANSCENDENTAL = (sp.exp, sp.log, sp.cosh, sp.sinh, sp.tanh, sp.cos, sp.sin, sp.asinh, sp.atan, sp.erf)
TERMS = 10**4


@dataclass(frozen=True)
class Finding:
    """An answer that was proved (`holds` True), refuted (False) or left open (None), and why.

    >>> Finding(None, "no criterion applies")
    undecided: no criterion applies
    """

    holds: bool | None
    why: str

    def __str__(self) -> str:
        return f"{ {True: 'yes', False: 'no', None: 'undecided'}[self.holds] }: {self.why}"

    __repr__ = __str__


@dataclass(frozen=True)
class Piece:
    """The activation between two bounds on the positive half-line, as a function of x > 0."""

    expr: Any
    low: Any
    high: Any
    case: Any = sp.true

    def signs(self, f: Any) -> tuple[int, ...] | None:
        """The pattern of f(x) on the piece."""
        if self.low == 0 and self.high == sp.oo:
            return pattern(f, X)
        inside = X if self.high == sp.oo else (self.high - self.low) * X / (1 + X)
        return pattern(f.subs(X, self.low + inside), X)


@dataclass(frozen=True)
class Gap:
    r"""The evidence gap of an odd activation, and what is known of the kernels that produce it.

    `gap_of` makes one, and says what it raises. Questions of a kernel that is not determined raise
    `BadInput`. Source: claims K7 and I6.

    >>> softsign = gap_of("z/(1+abs(z))")
    >>> softsign.at_one
    log(2*Abs(z) + 1)*sign(z)
    >>> print(softsign.convex_kernel.holds, softsign.normalisable_kernel.holds)
    False True
    """

    activation: Any

    def __post_init__(self) -> None:
        self._check_values()
        self._check_odd()
        _ = self.domain

    # The gap

    @cached_property
    def derivation(self) -> Derivation:
        r"""The chain from \(\tanh(\Delta/2\tau)\) back to the activation, every link checked."""
        return self._chain

    @cached_property
    def expr(self) -> Any:
        """The gap in its simplest known shape."""
        return self._chain.where[0][1]

    @property
    def at_one(self) -> Any:
        """The gap at temperature 1."""
        return self.expr.subs(TAU, 1)

    @cached_property
    def _chain(self) -> Derivation:
        shapes_found = sorted(dict.fromkeys(self._shapes()), key=self._cost)
        return self.shaped(next(shape for shape in shapes_found if self._gives_back(shape)))

    def _gives_back(self, shape: Any) -> bool:
        """Whether the mean for this gap is proved to be the activation."""
        difference = sp.tanh(shape / (2 * TAU)) - self.activation
        return all(proved(resolve(difference, case)) for case in cells(Z, self.activation, shape))

    @staticmethod
    def _cost(shape: Any) -> tuple[bool, int, int]:
        """How simple a shape is: no artanh where another will do, few functions, few operations."""
        calls = {f for f in shape.atoms(sp.Function) if not isinstance(f, (sp.sign, sp.Abs))}
        return shape.has(sp.atanh), len(calls), shape.count_ops()

    def shaped(self, shape: Any) -> Derivation:
        """The chain that proves a shape of the gap; `Refuted` or `Undecided` where it is not one.

        >>> gap_of("z/sqrt(1+z**2)").shaped(3*TAU*sp.asinh(Z))
        Traceback (most recent call last):
        iem.errors.Refuted: link 1 (the mean for this gap) is false: tanh(Delta(z)/(2*tau)) is not ...
        """
        name = sp.Function("Delta", real=True)(Z)
        walls = tuple(cells(Z, self.activation, shape))
        cases = walls if len(walls) > 1 else ()
        return Derivation(
            sp.Function("a")(Z), sp.tanh(name / (2 * TAU)),
            [Link(self.activation, "the mean for this gap", cases)],
            where=[(name, shape)], why="for two hypotheses the mean is a tanh of half the gap",
        )  # fmt: skip

    def _shapes(self) -> list[Any]:
        """Candidates; which of them are right is for the chain to say."""
        a = self.activation
        found = [2 * TAU * sp.atanh(a)]
        if isinstance(a, sp.tanh):
            found += [2 * TAU * a.args[0], shapes.gap_shape(2 * TAU * a.args[0])[0]]
        if a.is_Mul and len(a.args) == 2 and all(isinstance(f, sp.tanh) for f in a.args):
            one, two = (f.args[0] for f in a.args)
            found.append(TAU * (sp.log(sp.cosh(one + two)) - sp.log(sp.cosh(one - two))))
        if isinstance(a, sp.tanh) or len(self.pieces) != 1 or a.has(exact.clip):
            return found
        half = self.pieces[0].expr
        odds = sp.factor(sp.cancel(sp.together((1 + half) / (1 - half))))
        over, under = map(_squared, sp.fraction(odds))
        forms = [TAU * sp.log(odds), TAU * (sp.log(over) - sp.log(under))]
        if half.has(*TRANSCENDENTAL):
            forms = [f for f in forms if not f.has(sp.log)]
        elif half.has(sp.Pow):
            forms.append(2 * TAU * sp.asinh(sp.simplify(half / sp.sqrt(1 - half**2))))
        for f in forms:
            found += [f.subs(X, Z), sp.sign(Z) * f.subs(X, sp.Abs(Z))]
        return found

    # Where it is finite

    @cached_property
    def pieces(self) -> list[Piece]:
        """The activation on z > 0, piece by piece."""
        found = []
        for case in cells(Z, self.activation):
            here = sp.And(case, Z > 0)
            if here == sp.false or not possible(here):
                continue
            low, high = _ends(case)
            found.append(Piece(resolve(self.activation, here).subs(Z, X), low, high, here))
        return found

    @cached_property
    def edge(self) -> Any:
        """Where the gap stops being finite on the right: a bound on z, or infinity."""
        if isinstance(self.activation, sp.tanh) and self.activation.args[0].is_real:
            return sp.oo
        for i, piece in enumerate(self.pieces):
            if proved(piece.expr - 1):
                if not all(proved(p.expr - 1) for p in self.pieces[i:]):
                    raise Undecided(f"{plain(self.activation)} is 1 from {piece.low} on, but not for good")
                return piece.low
            _need_below_one(piece, self.activation)
        return sp.oo

    @cached_property
    def domain(self) -> Any:
        """Where the gap is finite, which is where the activation lies strictly between -1 and 1.

        >>> gap_of("clip(z, -1, 1)").domain
        Interval.open(-1, 1)
        """
        if self.edge == 0:
            raise BadInput(
                f"{plain(self.activation)} is 1 for every z > 0: its gap is nowhere finite but at 0"
            )
        return sp.S.Reals if self.edge == sp.oo else sp.Interval.open(-self.edge, self.edge)

    def _inner(self) -> list[Piece]:
        return [p for p in self.pieces if self.edge == sp.oo or not proved(p.expr - 1)]

    def _check_values(self) -> None:
        """Refuse, at a point, values that are not real or exceed 1."""
        names = sorted(self.activation.free_symbols - {Z}, key=str)
        random = Random(0)
        for z in [sp.Rational(k, 8) for k in (*range(0, 41, 2), 64, 160, 800, 8000)]:
            point = {n: sp.Rational(random.randint(1, 24), 8) for n in names} | {Z: z}
            value = sp.N(self.activation.subs(point), 30)
            told = ", ".join(f"{plain(n)} = {v}" for n, v in point.items())
            if not (value.is_real and value.is_finite):
                raise BadInput(
                    f"an activation is a real number, but {plain(self.activation)} is {value} at {told}"
                )
            if sp.Abs(value) > 1 + sp.Float("1e-12"):
                raise BadInput(
                    f"an activation that is a mean of the values 1 and -1 lies between them, but "
                    f"{plain(self.activation)} is {sp.N(value, 5)} at {told}"
                )

    def _check_odd(self) -> None:
        a, zero = self.activation, sp.Integer(0)
        if _even_part_vanishes(a):
            return
        hint = ""
        if _even_part_vanishes(2 * a - 1):
            hint = (
                f"; {plain(sp.factor_terms(2 * a - 1))} is, the mean for the values 1 and 0 doubled less 1"
            )
        try:
            check(a + a.subs(Z, -Z), zero, (), tuple(cells(Z, a, a.subs(Z, -Z))), "a(z) + a(-z) = 0")
        except Refuted as error:
            raise BadInput(f"{plain(a)} is not odd: {error}{hint}") from error

    # What the kernels can be

    @cached_property
    def continuous(self) -> Finding:
        """Whether the gap is continuous where it is finite."""
        before, at = sp.Integer(0), sp.Integer(0)
        for piece in self._inner():
            if not smooth(piece.expr, X):
                return Finding(None, f"{plain(piece.expr)} is not known to be smooth")
            here = limit(piece.expr, X, 0) if at == 0 else piece.expr.subs(X, at)
            if here is None:
                return Finding(None, f"the limit at z = {at} was not found")
            if not proved(here - before):
                gone = sp.N((here - before).subs(_ones(here - before)), 20)
                if sp.Abs(gone) > sp.Float("1e-9"):
                    return Finding(False, f"it jumps at z = {at}")
                return Finding(None, f"whether it jumps at z = {at} was not decided")
            at = piece.high
            before = piece.expr.subs(X, at) if at != sp.oo else None
        return Finding(True, "it is smooth in between and the pieces meet")

    @cached_property
    def increasing(self) -> Finding:
        """Whether the gap increases strictly; the activation does then, and conversely."""
        strict, fall, flat = self._rise
        if fall is not None:
            return Finding(False, f"it falls {fall[1]}")
        if flat is not None:
            return Finding(False, f"it is constant from z = {flat} on")
        if strict:
            return Finding(True, "the derivative of the activation is positive for z > 0, and it is odd")
        return Finding(None, "the sign of its derivative was not decided")

    @cached_property
    def _rise(self) -> tuple[bool, Any, Any]:
        """Whether it rises strictly up to where it is flat; where it falls; where it gets flat for good."""
        flat = None
        for piece in self._inner():
            form = self._rate_on(piece) if isinstance(self.activation, sp.tanh) else piece.expr
            slope = sp.diff(form, X) if smooth(form, X) else None
            signs = None if slope is None else piece.signs(slope)
            if slope is not None and signs != (1,) and (fall := _negative(slope, piece)) is not None:
                return False, fall, None
            if signs == (0,) and flat is None:
                flat = piece.low
            elif signs != (1,) or flat is not None or slope is None:
                return False, None, None
        return self.continuous.holds is True, None, flat

    @cached_property
    def one_for_all_m(self) -> Any:
        r"""The one kernel d of all m, as a function of u > 0, or None where m does not occur.

        It must be \(d(u) = \Delta(u/2; u/2)\), so that \(\Delta(z; m) = d(z+m) - d(|z-m|)\) decides.
        Raises `Refuted` with a point where that fails, or `Undecided`.

        >>> gap_of("2*m*z/(1+m**2+z**2)").one_for_all_m
        tau*log(u**2 + 1)
        """
        if M not in self.activation.free_symbols:
            return None
        u, s = sp.Symbol("u", positive=True), sp.Symbol("s", positive=True)
        d = self.expr.subs({Z: u / 2, M: u / 2}, simultaneous=True)
        d = min([d, sp.factor(d), sp.expand_log(sp.factor(sp.together(d)), force=True)], key=sp.count_ops)

        def energy(at: Any) -> Any:
            return d.subs(u, at)

        for z, m, near, where in (
            (M + s, M, s, "z = m + s"),
            (s, M + s, M, "z = s and the location m + s"),
        ):
            here = self.expr.subs({Z: z, M: m}, simultaneous=True)
            check(here, energy(z + m) - energy(near), (), (), f"one kernel for all m (at {where})")
        if limit(d, u, 0) != 0:
            raise Undecided(f"{plain(d)} is not known to vanish at 0")
        return d

    @cached_property
    def _family(self) -> Any:
        try:
            return self.one_for_all_m
        except Refused:
            return None

    @cached_property
    def increasing_kernel(self) -> Finding:
        """Whether some kernel that produces the gap increases strictly in the size of u."""
        strict, fall, flat = self._rise
        u = sp.Symbol("u", positive=True)
        if self._family is not None and pattern(sp.diff(self._family, u), u) == (1,):
            return Finding(True, f"d(u) = {plain(self._family)} for u > 0")
        if strict and (flat is None or (flat - M).is_nonnegative):
            return Finding(True, "d(u) = (Delta(m) + Delta(|u| - m))/2 for |u| <= 2m, and its extension")
        if flat is not None:
            return Finding(None, f"there is one for every m <= {flat}, and none for a larger m")
        if fall is not None and M not in self.activation.free_symbols:
            return Finding(None, f"there is none for any m > {fall[0]}; smaller m were not decided")
        return Finding(None, "the sign of the derivative of the gap was not decided")

    @cached_property
    def convex_kernel(self) -> Finding:
        """Whether some kernel that produces the gap is convex, for locations m and -m."""
        _, fall, _ = self._rise
        if fall is not None:
            return Finding(False, f"the gap of a convex kernel never falls, this one does {fall[1]}")
        u = sp.Symbol("u", positive=True)
        if self._family is not None:
            bends, start = pattern(sp.diff(self._family, u, 2), u), limit(sp.diff(self._family, u), u, 0)
            if bends in ((0,), (1,)) and start is not None and start.is_nonnegative:
                return Finding(True, f"d(u) = {plain(self._family)} for u > 0 is convex, and one for all m")
        inner = self._inner()
        if len(inner) != 1 or not smooth(inner[0].expr, X) or self.continuous.holds is not True:
            return Finding(None, "the gap is not known to be smooth on z > 0")
        piece, gap = inner[0], self._rate_on(inner[0])
        slopes = [sp.diff(gap, X, k) for k in (1, 2, 3)]
        bends = piece.signs(slopes[1])
        if bends in ((0,), (1,)):
            return Finding(
                True, "the gap is convex on z > 0: d(u) = Delta'(0) u^2/4m for |u| <= m extends to one"
            )
        if self.edge != sp.oo or limit(slopes[0], X, sp.oo) != 0 or limit(slopes[0], X, 0) is None:
            return Finding(None, "the gap is not convex on z > 0, and its slope does not fall to 0")
        if piece.signs(slopes[2]) == (1,):
            return Finding(False, "the slope of the gap is strictly convex on z > 0 and falls to 0")
        if _root_of_quadratic(slopes[0]):
            return Finding(False, "the slope of the gap is a mixture of 1/(s + z^2), and falls to 0")
        if bends == (-1,):
            return Finding(None, "at most one is, and it is one if and only if the slope of the gap, "
                           "shifted by all multiples of 2m, adds up to a constant")  # fmt: skip
        return Finding(None, "no criterion applies")

    @cached_property
    def normalisable_kernel(self) -> Finding:
        r"""Whether \(e^{-d/\tau}\) has a finite integral, which is the same for all continuous kernels."""
        strict, _, _ = self._rise
        if self.continuous.holds is not True:
            return Finding(None, "the gap is not known to be continuous")
        if self.edge != sp.oo:
            return Finding(True, f"d is infinite where |u| >= m + {self.edge}")
        if strict:
            return Finding(True, "the gap stays above a positive number, so that d grows at least linearly")
        rate = self._rate_on(self.pieces[-1])
        end = limit(rate, X, sp.oo)
        if end is not None and end.is_positive:
            return Finding(
                True, f"the gap tends to tau times {plain(end)}, so that d grows at least linearly"
            )
        decay = limit(X * rate, X, sp.oo)
        if decay is None:
            return Finding(None, "no limit of the gap, or of z times the gap, was found")
        if decay == 0:
            return Finding(False, "z times the gap tends to 0: d grows less than any multiple of log |u|")
        share = sp.factor(decay / (2 * M))
        if (share - 1).is_positive or (share - 1).is_negative:
            grows = bool((share - 1).is_positive)
            return Finding(grows, f"e^(-d/tau) falls like |u| to the power {plain(-share)}")
        return Finding(None, f"for m < {plain(decay / 2)} it has, for a larger m it has not")

    def _rate_on(self, piece: Piece) -> Any:
        """The gap in units of the temperature, 2 artanh a, on one piece."""
        return sp.cancel(resolve(self.expr, piece.case).subs(Z, X) / TAU)

    @property
    def verdict(self) -> dict[str, Finding]:
        """What is known of the gap and of its kernels."""
        try:
            d = self.one_for_all_m
            family = None if d is None else Finding(True, f"d(u) = {plain(d)} for u > 0")
        except Refused as error:
            family = Finding(False if isinstance(error, Refuted) else None, str(error))
        any_kernel = Finding(True, "choose d on [0, m] and extend by d(u + 2m) = d(u) + Delta(u + m)")
        if self.continuous.holds is not True:
            any_kernel = Finding(self.continuous.holds, "a continuous kernel needs a continuous gap")
        if self.edge != sp.oo:
            any_kernel = Finding(True, f"for |z| < {self.edge}; beyond, the gap is infinite")
        found = {
            "continuous gap": self.continuous,
            "strictly increasing gap": self.increasing,
            "continuous kernel": any_kernel,
            "strictly increasing kernel": self.increasing_kernel,
            "convex kernel": self.convex_kernel,
            "normalisable kernel": self.normalisable_kernel,
        }
        return found if family is None else found | {"one kernel for all m": family}

    def kernel(self, m: Any, *, tau: Any = 1.0, **parameters: Any) -> Constructed:
        r"""A kernel that produces the gap for locations m and -m, to be called with residuals.

        On \([0, 2m]\) it is \((\Delta(m) + \Delta(u-m))/2\) where the gap is known to increase, so that it
        increases too, and otherwise \(\Delta(\max(u-m, 0))\); beyond by \(d(u+2m) = d(u) + \Delta(u+m)\).

        >>> d = gap_of("z/(1+abs(z))").kernel(0.5)
        >>> d([-1.0, 0.0, 1.0]).round(6)
        array([0.693147, 0.      , 0.693147])
        """
        free = sorted(s.name for s in self.activation.free_symbols - {Z, TAU, M})
        if set(parameters) != set(free):
            raise BadInput(
                f"the gap takes {', '.join(free) or 'no parameters'} besides m and tau, "
                f"got {', '.join(parameters) or 'none'}"
            )
        values = {name: number(name, value, positive=True) for name, value in parameters.items()}
        m, tau = number("m", m, positive=True), temperature(tau)
        if tau == 0 or hasattr(m, "shape"):
            raise BadInput(f"a kernel is made for one m and one tau > 0, got m = {m!r} and tau = {tau!r}")
        values |= {"m": m, "tau": tau}
        edge = (
            math.inf
            if self.edge == sp.oo
            else float(self.edge.subs({s: values[s.name] for s in self.edge.free_symbols}))
        )
        return Constructed(self.expr, m, edge, self._rise[0] and m < edge, tuple(values.items()))

    def __str__(self) -> str:
        lines = [f"Delta(z) = {plain(self.expr)} on {self.domain}"]
        return "\n".join([*lines, *(f"{what}: {found}" for what, found in self.verdict.items())])

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle \Delta\left(z\right) = {tex(self.expr)}$"


def gap_of(activation: Any) -> Gap:
    r"""The gap \(2\tau\,\mathrm{artanh}\,a(z)\) of an odd activation, and what its kernels can be.

    The activation is a formula in z as text (other names are positive parameters, pi is the number), a
    SymPy expression in z, or an `Activation` with a closed form. Raises `BadInput` for one that exceeds 1
    or is not odd, with a point, and `Undecided` where it was not shown to stay below 1. Source: claim K7.

    >>> gap_of("z/sqrt(1+z**2)").expr
    2*tau*asinh(z)
    >>> gap_of("1/(1+exp(-z))")
    Traceback (most recent call last):
    iem.errors.BadInput: 1/(1 + exp(-z)) is not odd: ...
    """
    return Gap(_expression(activation))


def _expression(activation: Any) -> Any:
    if isinstance(activation, str):
        expr = parse(activation, _symbol, TERMS)
    elif isinstance(activation, Activation):
        if activation.expr is None:
            raise BadInput(f"no closed form was reached for {activation}")
        expr = activation.expr
    elif isinstance(activation, sp.Expr):
        expr = activation.xreplace({s: Z for s in activation.free_symbols if s.name == "z"})
    else:
        raise BadInput(f"expected a formula in z, an expression or an activation, got {activation!r}")
    if not isinstance(expr, sp.Expr) or Z not in expr.free_symbols:
        raise BadInput(f"an activation is a function of z, got {activation!r}")
    if expr.atoms(sp.Float):
        raise BadInput(f"an exact activation has no floats: write 1/2 for 0.5, got {expr}")
    if vague := sorted(s.name for s in expr.free_symbols - {Z} if not s.is_positive):
        raise BadInput(f"parameters must be declared positive, but {', '.join(vague)} of {expr} are not")
    known = {*FUNCTIONS, sp.sqrt, sp.sinh, sp.sin}
    if strange := sorted({f.func.__name__ for f in expr.atoms(sp.Function) if f.func not in known}):
        raise BadInput(f"no criterion knows {', '.join(strange)}, in {expr}")
    return expr


def _symbol(name: str) -> Any:
    if name == "pi":
        return sp.pi
    return Z if name == "z" else sp.Symbol(name, positive=True)


def _ends(case: Any) -> tuple[Any, Any]:
    """The bounds of z > 0 in a case."""
    low, high = sp.Integer(0), sp.oo
    for relation in sp.And.make_args(case):
        if relation == sp.true:
            continue
        bound = relation.rhs if relation.lhs == Z else None
        if bound is None:
            raise Undecided(f"the case {case} is not an interval of z")
        if isinstance(relation, (sp.Ge, sp.Gt)) and not follows(sp.true, bound <= 0):
            low = bound
        elif isinstance(relation, (sp.Le, sp.Lt)):
            if high != sp.oo:
                raise Undecided(f"the case {case} has two upper bounds")
            high = bound
    return low, high


def _even_part_vanishes(a: Any) -> bool:
    """Whether a(z) + a(-z) = 0 is proved, in every case."""
    mirrored = a.subs(Z, -Z)
    try:
        if not a.has(*OPAQUE):
            return proved(a + mirrored)
        return all(proved(resolve(a + mirrored, case)) for case in cells(Z, a, mirrored))
    except Undecided:
        return False


def _need_below_one(piece: Piece, a: Any) -> None:
    for margin in (1 - piece.expr, 1 + piece.expr):
        if piece.signs(margin) == (1,):
            continue
        inside = (X > piece.low) & (X < piece.high) if piece.high != sp.oo else X > piece.low
        if margin.is_polynomial(X) and sp.degree(margin, X) <= 1 and follows(inside, margin > 0):
            continue
        raise Undecided(f"it was not shown that {plain(a)} stays below 1 in size")


def _negative(slope: Any, piece: Piece) -> tuple[Any, str] | None:
    """A point of the piece at which the slope is negative, with words for it; or None."""
    names = sorted(
        set().union(*(sp.sympify(e).free_symbols for e in (slope, piece.low, piece.high))) - {X}, key=str
    )
    point = {n: sp.Integer(1) for n in names}
    slope, low, high = (sp.sympify(e).subs(point) for e in (slope, piece.low, piece.high))
    for k in (sp.Rational(1, 8), sp.Rational(1, 2), 1, 2, 4, 8, 64):
        at = low + (k if high == sp.oo else (high - low) * k / (1 + k))
        value = sp.N(slope.subs(X, at), 30)
        if value.is_real and value < -sp.Float("1e-12"):
            return at, ", ".join([f"at z = {at}", *(f"{n} = {v}" for n, v in point.items())])
    return None


def _squared(f: Any) -> Any:
    """A quadratic in x as a square and a rest; anything else as it is."""
    if not (f.is_Add and f.is_polynomial(X) and sp.degree(f, X) == 2):
        return f
    a, b, c = sp.Poly(f, X).all_coeffs()
    return a * (X + b / (2 * a)) ** 2 + sp.factor(c - b**2 / (4 * a))


def _ones(expr: Any) -> dict[Any, int]:
    return {s: 1 for s in expr.free_symbols}


def _root_of_quadratic(slope: Any) -> bool:
    """Whether the slope is k/sqrt(p + q z^2) for positive k, p, q."""
    form = sp.factor(sp.simplify(1 / slope**2))
    if not form.is_polynomial(X) or sp.degree(form, X) != 2:
        return False
    q, odd, p = sp.Poly(form, X).all_coeffs()
    return bool(odd == 0 and q.is_positive and p.is_positive)
