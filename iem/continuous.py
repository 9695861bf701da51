r"""Kernel x statistic -> activation, over hypotheses that fill a half-line, an interval or the line.

Means, variances and evidences are integrals: an antiderivative is exhibited and checked (`integrals`).
Modes are arg-mins, decided case by case (`argmin`). Where neither is found the value is computed by
quadrature or by search, and the activation says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import sympy as sp

from . import exact, shapes
from .argmin import Argmin
from .arrays import as_array, quiet, temperature
from .cases import cells, resolve
from .continuum import Continuum, Exponential, Flat, Line
from .derived import TAU, Derived
from .errors import BadInput, Refused
from .evaluate import evaluate
from .exact import clip
from .integrals import KINKS, Integral, Piece, Resting, at
from .kernels import Kernel
from .proof import Link
from .shapes import Z

H = sp.Symbol("h", real=True)
KINDS = {"Mean": "mean", "Mode": "mode", "Variance": "variance", "LogEvidence": "log-evidence"}
NAMES = {"mean": "a", "variance": "V", "log-evidence": "F"}


class Normalised(NamedTuple):
    """A stretch of the range on which the exponent is a quadratic (or linear) polynomial of h."""

    low: Any
    high: Any
    exponent: Any

    @property
    def variance(self) -> Any:
        """The variance v of the exponent (h - m)^2/2v + C; None where it is not quadratic."""
        lead = sp.Poly(self.exponent, H).coeff_monomial(H**2)
        return sp.factor(1 / (2 * lead)) if lead.is_positive else None

    @property
    def centre(self) -> Any:
        """The place m of its minimum."""
        return sp.factor(-sp.Poly(self.exponent, H).coeff_monomial(H) * self.variance)

    @property
    def height(self) -> Any:
        """The constant C, its least value."""
        v, m = self.variance, self.centre
        return sp.factor(sp.Poly(self.exponent, H).coeff_monomial(1) - m**2 / (2 * v))

    def antiderivative(self, order: int) -> Any:
        r"""An antiderivative of \(h^k e^{-E(h)}\) for k = 0, 1, 2; None where none is known here."""
        polynomial = sp.Poly(self.exponent, H)
        weight = sp.exp(-self.exponent)
        if polynomial.degree() == 2 and self.variance is not None:
            v, m = self.variance, self.centre
            mass = sp.sqrt(sp.pi * v / 2) * sp.exp(-self.height) * sp.erf((H - m) / sp.sqrt(2 * v))
            forms = [mass, m * mass - v * weight, (m**2 + v) * mass - v * (H + m) * weight]
            return forms[order]
        if polynomial.degree() == 1:
            rate = sp.factor(polynomial.LC())
            if not (rate.is_positive or rate.is_negative):
                return None
            forms = [1 / rate, H / rate + 1 / rate**2, H**2 / rate + 2 * H / rate**2 + 2 / rate**3]
            return -forms[order] * weight
        if (
            polynomial.degree() <= 0
            and self.low.is_finite is not False
            and self.high.is_finite is not False
        ):
            return weight * H ** (order + 1) / (order + 1)
        return None


@dataclass(frozen=True)
class ContinuousActivation(Derived):
    r"""A statistic of the posterior density over a continuum of hypotheses.

    The density is proportional to \(\pi(h)\,e^{-d(z-h)/\tau}\): the prior stands outside the temperature.
    Statistics are the mean, the mode, the variance and the log-evidence, which is the free energy
    \(F = -\tau\log\int \pi(h)\,e^{-d(z-h)/\tau}\,dh\). A proper prior is normalised; an improper flat prior
    has the density 1, so that F is then known up to a constant multiple of tau only.

    Called with evidence z (any Array-API array, a number or a list), a temperature (a number) and the
    free parameters by name, it returns the statistic in the shape of z. Means, variances and evidences are
    computed in double precision with NumPy and SciPy and returned in the library and type of z. At
    temperature 0 it returns the cold limit. Raises `BadInput` for a posterior without the moment asked for.
    Source: claims D5 and B2.

    >>> from iem.continuum import HalfLine
    >>> from iem.kernels import Gaussian
    >>> from iem.statistics import Mean, Mode
    >>> ContinuousActivation(Gaussian(), Mode(), HalfLine()).expr
    Max(0, z)
    >>> relu_like = ContinuousActivation(Gaussian(), Mean(), HalfLine())
    >>> relu_like([-1.0, 0.0, 1.0], sigma=1.0).round(4)
    array([0.5251, 0.7979, 1.2876])
    """

    kernel: Kernel
    statistic: Any
    hypotheses: Continuum

    def __post_init__(self) -> None:
        if not isinstance(self.kernel, Kernel):
            raise BadInput(f"expected a kernel, got {self.kernel!r}")
        if not isinstance(self.hypotheses, Continuum):
            raise BadInput(f"expected HalfLine, Interval or Line as hypotheses, got {self.hypotheses!r}")
        if type(self.statistic).__name__ not in KINDS:
            known = ", ".join(KINDS)
            raise BadInput(f"over a continuum the statistics are {known}; got {self.statistic!r}")
        if taken := {"h", "y", "k", "I_0", "I_1", "I_2", "N"} & set(self.free()):
            names = ", ".join(sorted(taken))
            raise BadInput(f"{names} has a meaning of its own here: name the parameter otherwise")

    @property
    def kind(self) -> str:
        """The name of the statistic."""
        return KINDS[type(self.statistic).__name__]

    # From the energy to the closed form

    @cached_property
    def _set(self) -> Any:
        return self.hypotheses.exact()

    @cached_property
    def _ends(self) -> tuple[Any, Any]:
        low, high = self._set.ends
        return low, high

    @cached_property
    def energy(self) -> Any:
        """The energy of the evidence z under the hypothesis h, as a SymPy expression."""
        return self.kernel.exact().energy(Z - H, exact)

    @cached_property
    def penalty(self) -> Any:
        """Minus the logarithm of the prior density of h, up to a constant."""
        penalty = self._set.density.penalty(H, exact)
        signs = [s for s in (1, -1) if self._side(s)]
        return penalty.subs(sp.Abs(H), signs[0] * H) if len(signs) == 1 else penalty

    def _side(self, sign: int) -> bool:
        """Whether the set may hold hypotheses of that sign."""
        end = self._ends[1] if sign > 0 else -self._ends[0]
        return not end.is_nonpositive

    @cached_property
    def _given(self) -> Any:
        low, high = self._ends
        return sp.true if low.is_infinite or high.is_infinite else low < high

    @cached_property
    def grows(self) -> bool:
        """Whether the energy is known to increase with the distance."""
        try:
            return self.kernel.increasing
        except (Refused, BadInput):
            return False

    @cached_property
    def held(self) -> Any:
        """The hypothesis nearest to the evidence: z held within the set."""
        return _hold(Z, self._ends)

    @property
    def numeric(self) -> str | None:
        """How a value is computed where no closed form was reached; None where one was."""
        if self.expr is not None:
            return None
        if self.kind == "mode":
            return "no closed form was reached: the mode is found by search on a grid and by golden section"
        return "no closed form was reached: the integrals are computed by tanh-sinh quadrature (SciPy)"

    @cached_property
    def _chain(self) -> Any:
        try:
            return self._argmin() if self.kind == "mode" else self._integrated()
        except (Refused, BadInput):  # undecided, or with cases that are not linear: then there is no chain
            return None

    # Modes

    def _argmin(self) -> Argmin | None:
        objective = self.energy + TAU * self.penalty
        if self.grows and self.penalty == 0:
            return Argmin(
                objective, H, self._ends, self.held, Z, sp.Abs(Z - H), self.kernel, (), self._given
            )
        stretches = self._stretches
        if stretches is None or any(s.variance is None for s in stretches):
            return None
        v = stretches[0].variance
        if len(stretches) == 1:
            y = sp.Symbol("y", real=True)
            place, rule = _hold(y, self._ends), (y, stretches[0].centre)
            return Argmin(
                objective, H, self._ends, place, y, (H - y) ** 2 / 2, TAU / v, [rule], self._given
            )
        if self._ends != (-sp.oo, sp.oo):
            return None
        k, jump = sp.Symbol("k", positive=True), sp.factor(stretches[0].centre - stretches[1].centre) / 2
        kept = clip(Z, -k, k)
        if stretches[0].high == 0:  # the kink is the prior's
            place, measure = Z - kept, (Z - H) ** 2 / 2 + k * sp.Abs(H)
        else:
            place, measure = kept, H**2 / 2 + k * sp.Abs(Z - H)
        return Argmin(objective, H, self._ends, place, Z, measure, TAU / v, [(k, jump)])

    # Integrals

    @cached_property
    def _stretches(self) -> list[Normalised] | None:
        """The range cut at the kinks of the exponent, a polynomial between them; None if it is none."""
        return self._cut(self.energy / TAU + self.penalty)

    def _cut(self, exponent: Any) -> list[Normalised] | None:
        low, high = self._ends
        walls: dict[Any, Any] = {}
        for call in exponent.atoms(sp.Abs):
            if sp.expand(call.args[0] - H) == 0 or sp.expand(call.args[0] + H) == 0:
                inside = (low.is_negative or low == -sp.oo) and (high.is_positive or high == sp.oo)
                if not inside:
                    return None
                walls[call] = (sp.S.Zero, H)
            elif sp.expand(call.args[0] ** 2 - (Z - H) ** 2) == 0:
                walls[call] = (self.held, H - Z)
            else:
                return None
        whole = self._ends == (-sp.oo, sp.oo)
        tilted = not whole and self.penalty != 0 and any(wall == self.held for wall, _ in walls.values())
        if len(walls) > 1 or tilted or exponent.has(clip, sp.Max, sp.Min, sp.sign):
            return None
        knots = [low, *(wall for wall, _ in walls.values()), high]
        found = []
        for sign, (one, two) in zip((-1, 1), zip(knots, knots[1:], strict=False), strict=False):
            here = exponent.subs({call: sign * side for call, (_, side) in walls.items()})
            if not sp.expand(here).is_polynomial(H) or sp.Poly(sp.expand(here), H).degree() > 2:
                return None
            found.append(Normalised(one, two, sp.expand(here)))
        return found

    def _integral(self, name: str, exponent: Any, order: int, cut: list[Normalised]) -> Integral | None:
        pieces = []
        for part in cut:
            antiderivative = part.antiderivative(order)
            if antiderivative is None:
                return None
            pieces.append(Piece(part.low, part.high, antiderivative))
        value = sp.Add(*(at(p.antiderivative, H, p.high) - at(p.antiderivative, H, p.low) for p in pieces))
        integrand = H**order * sp.exp(-exponent)
        return Integral(name, integrand, H, pieces, sp.factor_terms(value), self._given)

    def _moment(self, order: int) -> Integral | None:
        cut = self._stretches
        exponent = self.energy / TAU + self.penalty
        return None if cut is None else self._integral(f"I_{order}", exponent, order, cut)

    @cached_property
    def _mass(self) -> Integral | None:
        """The mass of the prior, where it is proper and not 1."""
        cut = self._cut(self.penalty) if self._set.proper else None
        return None if cut is None else self._integral("N", self.penalty, 0, cut)

    def _integrated(self) -> Resting | None:
        orders = {"mean": 2, "variance": 3, "log-evidence": 1}[self.kind]
        found = [self._moment(order) for order in range(orders)]
        if self.kind == "log-evidence" and self._set.proper:
            found.append(self._mass)
        on = tuple(i for i in found if i is not None)
        if len(on) < len(found):
            return None
        names = [i.name for i in on]
        mass = names[0]
        if self.kind == "mean":
            start, why = names[1] / mass, "the first moment over the mass"
        elif self.kind == "variance":
            start, why = names[2] / mass - (names[1] / mass) ** 2, "the second moment about the mean"
        else:
            start, why = -TAU * sp.log(mass / (names[1] if len(names) > 1 else 1)), "the free energy"
        form, cases, reason = self._form(on)
        return Resting(sp.Function(NAMES[self.kind])(Z), start, [Link(form, reason, cases)], why=why, on=on)

    def _form(self, on: tuple[Integral, ...]) -> tuple[Any, tuple[Any, ...], str]:
        """The closed form, the cases in which it is checked, and why it holds."""
        cut, reason = self._stretches or [], "by the antiderivatives"
        if self.kind == "log-evidence":
            inside = on[0].value / (on[1].value if len(on) > 1 else 1)
            logarithm = sp.log(inside) if inside.has(sp.erf, *KINKS) else sp.expand_log(sp.log(inside))
            return -TAU * logarithm, (), reason
        if all(s.variance is not None for s in cut):
            mean, spread = _normal_form(cut)
            return (mean if self.kind == "mean" else spread), (), reason
        mean, spread = self._two_sided_form(cut)
        cases = tuple(cells(Z, self.held)) if self.held != Z else ()
        return (mean if self.kind == "mean" else spread), cases, f"{reason}; what lies outside drops out"

    def _two_sided_form(self, cut: list[Normalised]) -> tuple[Any, Any]:
        """Mean and variance of a density that falls exponentially on both sides of z."""
        (low, high), p = self._ends, self.held
        s = sp.factor(1 / sp.Poly(cut[-1].exponent, H).LC())
        a, b = (sp.S.Zero if e.is_infinite else side for e, side in ((low, p - low), (high, high - p)))
        below, above = (sp.S.Zero if e.is_infinite else sp.exp(-x / s) for e, x in ((low, a), (high, b)))
        total = 2 - below - above
        lift = ((s + a) * below - (s + b) * above) / total
        second = 4 * s**2 - (2 * s**2 + 2 * s * a + a**2) * below - (2 * s**2 + 2 * s * b + b**2) * above
        return p + lift, second / total - lift**2

    # Limits

    @cached_property
    def cold(self) -> Any:
        """The limit as the temperature falls to 0, the nearest hypothesis whatever the prior.

        For the variance it is 0, for the log-evidence the least energy. For energies that increase with
        the distance.
        """
        if not self.grows:
            raise BadInput(
                f"the cold limit is for energies that increase with the distance: {self} has none"
            )
        if self.kind in ("mean", "mode"):
            return self.held
        return sp.S.Zero if self.kind == "variance" else self.kernel.exact().energy(Z - self.held, exact)

    @cached_property
    def hot(self) -> Any:
        """The limit as the temperature grows: the same statistic of the prior; infinite where it has none.

        With a flat prior the mode does not depend on the temperature, nor does the mean over the line.
        """
        if self.kind == "log-evidence":
            raise BadInput("the hot limit is given for mean, mode and variance, not for the log-evidence")
        density = self._set.density
        if isinstance(density, Flat) and (self.kind == "mode" or isinstance(self.hypotheses, Line)):
            return self.cold if self.kind in ("mean", "mode") else sp.oo
        if self.kind == "mode":
            low, _ = self._ends
            return low if isinstance(density, Exponential) else _hold(sp.S.Zero, self._ends)
        if not self._set.proper:
            return sp.oo
        cut = self._cut(self.penalty)
        found = None if cut is None else [self._integral(f"I_{k}", self.penalty, k, cut) for k in range(3)]
        if found is None or None in found:
            raise BadInput(f"the moments of the prior of {self} have no closed form here")
        mass, first, second = (i.value for i in found if i is not None)
        mean = sp.factor(sp.cancel(sp.expand(first / mass)))
        return mean if self.kind == "mean" else sp.factor(sp.expand(second / mass) - mean**2)

    @cached_property
    def slope(self) -> Any:
        """The derivative at z = 0, and None at a kink."""
        self._need("slope")
        if not isinstance(self._chain, Argmin):
            return shapes.slope(self.expr)
        chain = self._chain
        if chain.over == Z:
            found = shapes.slope(chain.at)
            return None if found is None else found.subs(dict(chain.where))
        place = dict(chain.where)[chain.over]
        start, gaps = place.subs(Z, 0), []
        for end, sign in zip(self._ends, (1, -1), strict=True):
            gaps.append(sp.S.One if end.is_infinite else sp.factor(sign * (start - end)))
        if any(gap.is_negative for gap in gaps):
            return sp.S.Zero
        if all(gap.is_positive for gap in gaps):
            return sp.factor(sp.diff(place, Z))
        if any(gap.is_zero for gap in gaps):
            return None
        raise BadInput(f"the slope of {self} at z = 0 depends on how {start} lies to the ends of the set")

    @cached_property
    def saturation(self) -> Any:
        """The limit of a mean or a mode as z grows without bound, infinite where the set is."""
        self._need("saturation")
        if self.kind not in ("mean", "mode"):
            raise BadInput(f"the saturation is given for means and modes, not for the {self.kind}")
        _, high = self._ends
        if high == sp.oo:
            return sp.oo
        last = [s.variance for s in self._stretches or []]
        if self.kind == "mode" or None not in last:
            return high
        return resolve(self.expr, cells(Z, self.held)[-1])

    def _need(self, what: str) -> None:
        if self.expr is None:
            raise BadInput(f"the {what} is derived from a closed form; {self} has none")

    # Calls

    def code(self, library: str = "numpy") -> str:
        """The closed form as a Python function, as text: see `Derived.code`.

        Raises `BadInput` also for the forms with an error function: written out they are 0/0 far from the
        set, where a call uses another form.
        """
        if self.expr is not None and self.expr.has(sp.erf):
            raise BadInput(f"the form of {self}, written out, is 0/0 far from the set; call it instead")
        return super().code(library)

    def free(self) -> list[str]:
        return list(dict.fromkeys([*self.hypotheses.free(), *self.kernel.free()]))

    def _positive(self) -> set[str]:
        return {*self.kernel.free(), *self.hypotheses.positive()}

    def __call__(self, z: Any, *, tau: Any = 1.0, **parameters: Any) -> Any:
        parameters = self._checked(parameters)
        tau = temperature(tau)
        z, xp = as_array(z, "the evidence z")
        self.hypotheses.bound(parameters)  # the ends of an interval are in order
        with quiet():
            form = self.cold if tau == 0 and self.grows else self.expr if self.kind == "mode" else None
            if form is None or any(hasattr(p, "shape") for p in parameters.values()):
                from .numeric import compute

                return compute(self, z, xp, tau, parameters)
            form = form.replace(sp.Max, lambda *args: clip(sp.Add(*args), 0, sp.oo))  # all are Max(0, x)
            result = evaluate(form, {**parameters, "z": z, "tau": tau}, xp)
            return result if form.has(Z) else xp.zeros_like(z) + result

    def __str__(self) -> str:
        return f"{self.kernel} x {self.statistic} over {self.hypotheses}"


def _hold(x: Any, ends: tuple[Any, Any]) -> Any:
    """Hold a value within the ends."""
    low, high = ends
    if low == -sp.oo:
        return x if high == sp.oo else sp.Min(x, high)
    return sp.Max(low, x) if high == sp.oo else clip(x, low, high)


def _normal_form(cut: list[Normalised]) -> tuple[Any, Any]:
    """Mean and variance of the density exp(-E), with E a quadratic on each stretch."""
    v, root = cut[0].variance, sp.sqrt(2 * cut[0].variance / sp.pi)
    shared = set.intersection(*({*sp.Add.make_args(sp.expand(s.height))} for s in cut))
    common = cut[0].height if len(cut) == 1 else sp.Add(*shared)
    masses = []
    for s in cut:
        one, two = (
            (1 if e == sp.oo else -1) if e.is_infinite else sp.erf((e - s.centre) / sp.sqrt(2 * v))
            for e in (s.low, s.high)
        )
        masses.append(sp.exp(-sp.expand(s.height - common)) * (two - one))
    total = sp.Add(*masses)
    first, last = cut[0], cut[-1]

    def edge(s: Normalised, e: Any) -> Any:
        return sp.S.Zero if e.is_infinite else sp.exp(-((e - s.centre) ** 2) / (2 * v) - s.height + common)

    low, high = edge(first, first.low), edge(last, last.high)
    if len(cut) == 1:
        m = first.centre
        lift = root * (low - high) / total
        one, two = (0 if e.is_infinite else e - m for e in (first.low, first.high))
        return m + lift, v + root * (one * low - two * high) / total - lift**2
    sums = sp.Add(*(s.centre * w for s, w in zip(cut, masses, strict=True)))
    mean = (sums + root * (low - high)) / total
    squares = sp.Add(*(s.centre**2 * w for s, w in zip(cut, masses, strict=True)))
    ends = (first.low, low, first), (last.high, high, last)
    one, two = (0 if e.is_infinite else (e + s.centre) * w for e, w, s in ends)
    kink = (cut[0].centre - cut[1].centre) * edge(cut[1], cut[1].low)
    return mean, v + (squares + root * (one - two - kink)) / total - mean**2
