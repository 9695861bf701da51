"""Kernel x statistic -> activation: derived from the energies, proved link by link, and callable.

How the answer is found: the gap between the two energies is brought into its simplest shape, what the
energies share drops out (claim I1), and the two-hypothesis form of the statistic follows. Every step is a
checked link. Where no closed form is reached the activation is still callable, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import sympy as sp

from . import exact, shapes
from .arrays import as_array, quiet, temperature
from .cases import cells, resolve
from .continuous import ContinuousActivation
from .continuum import Continuum
from .derived import TAU, Derived, broadcast
from .errors import BadInput, Refused, Undecided
from .evaluate import evaluate
from .hypotheses import Hypotheses, Points, Signs
from .kernels import Kernel
from .kernels import kernel as kernel_of
from .lemmas import Instance
from .posterior import ExactPosterior, Posterior, exact_weights
from .proof import Derivation, Link
from .render import plain, tex
from .rising import Farther
from .shapes import Z, each, over
from .statistics import Gated, Mean, Mode, Pair, Statistic
from .statistics import statistic as named_statistic
from .vector_activations import VectorActivation
from .vectors import Vectors

ONE, TWO, GAP, SHARED = (sp.Symbol(name, real=True) for name in ("d_1", "d_2", "Delta", "dbar"))
TRANSCENDENTAL = (sp.exp, sp.log, sp.cosh, sp.cos)


@dataclass(frozen=True)
class Activation(Derived):
    r"""A statistic of the posterior that a kernel induces over hypotheses; `activation` makes one.

    Called with evidence z (any Array-API array, a number or a list), a temperature and the free parameters
    by name, it returns the statistic: the shape of z, and for the full posterior a last axis for the
    hypotheses. At temperature 0 it returns the exact cold limit. Raises `BadInput` for
    parameters that are missing, unknown or not positive, and for questions that need a closed form for two
    hypotheses. Source: claims G1 to G5, K1 to K6.

    >>> a = activation("gaussian", "mean")
    >>> a([0.0, 0.5], m=1.0, sigma=1.0, tau=0)
    array([0., 1.])
    """

    kernel: Kernel
    statistic: Statistic
    hypotheses: Hypotheses

    @cached_property
    def _points(self) -> Points:
        points = self.hypotheses.exact()
        if self.statistic.sees_shared and points.prior and all(p.is_number for p in points.prior):
            total = sp.Add(*points.prior)  # the free energy is that of a normalised prior
            return replace(points, prior=tuple(p / total for p in points.prior))
        return points

    @cached_property
    def _prior(self) -> tuple[Any, ...]:
        return self._points.prior or (sp.S.One,) * len(self._points.locations)

    @cached_property
    def energies(self) -> tuple[Any, ...]:
        """The energy of z under each hypothesis, as SymPy expressions."""
        kernel = self.kernel.exact()
        return tuple(kernel.energy(Z - mu, exact) for mu in self._points.locations)

    @cached_property
    def gap(self) -> Derivation:
        """The evidence gap d_2 - d_1 of a two-hypothesis model, brought into its simplest shape."""
        if len(self.energies) != 2:
            raise BadInput(f"a gap needs two hypotheses, got {len(self.energies)}")
        raw = self.energies[1] - self.energies[0]
        shape, cases = shapes.gap_shape(raw)
        reason = "constant, linear, constant" if cases else "what the energies share cancels"
        reason = "no simpler shape is known" if shape == raw else reason
        why = "the energy of the second less that of the first"
        return Derivation(sp.Function("Delta")(Z), raw, [Link(shape, reason, cases)], why=why)

    @cached_property
    def _chain(self) -> Derivation | None:
        try:
            links = self._pair_links() if len(self.energies) == 2 else self._links()
            start = links[0].by.left if links[0].by else self._summary(self.energies)
            name = sp.Function(self.statistic.name)
            return Derivation(name(Z), start, links, why="the energies inserted")
        except Refused:
            return None

    def _summary(self, energies: Any) -> Any:
        """The statistic of the posterior for these energies, as one fraction."""
        weights = exact_weights(energies, TAU, self._points.prior)
        return _summary(self._statistic, weights, self._points.values)

    @cached_property
    def _statistic(self) -> Statistic:
        return self.statistic.exact()

    def _of_gap(self, gap: Any, shared: Any = 0, statistic: Statistic | None = None) -> Any:
        pair = Pair(gap, shared, TAU, self._points.values or (), self._prior)
        return (statistic or self._statistic).of_gap(pair, exact)

    @cached_property
    def _shared(self) -> Any:
        """What the two energies share: their mean."""
        raw = sp.Add(*self.energies) / 2
        forms = [sp.factor(sp.expand(raw)), raw, sp.factor_terms(raw)]
        return min(forms, key=sp.count_ops)

    def _pair_links(self) -> list[Link]:
        gap, cases = self.gap.end, self.gap.links[-1].cases
        lemma = pair_lemma(self._statistic, self._points.values or (), self._points.prior)
        values = {ONE: self.energies[0], TWO: self.energies[1], GAP: gap}
        if self._statistic.sees_shared:
            values[SHARED] = self._shared
        steps = [Instance(lemma, number, values, cases) for number in (1, 2)]
        links = [
            Link(step.right, link.reason, here, step)
            for step, link, here in zip(steps, lemma.links, (cases, ()), strict=True)
        ]
        return [*links, *self._sign_links(links[-1].expr, gap)]

    def _sign_links(self, form: Any, gap: Any) -> list[Link]:
        """The sign of the gap is that of z, where it plainly is or where the energy grows with distance."""
        if form != sp.sign(gap) or form == sp.sign(Z):
            return []
        simple = sp.sign(shapes.direction(gap))
        if simple != form:
            return [Link(simple, "they have one sign", tuple(cells(Z, form, simple)))]
        if isinstance(self.hypotheses, Signs) and self.kernel.increasing:
            m = self._points.locations[0]
            farther = Farther(self.kernel, Z + m, Z - m)
            return [Link(sp.sign(Z), "the energy grows with distance", by=farther)]
        return []

    def _links(self) -> list[Link]:
        """For other numbers of hypotheses: what they share drops out, and exponentials pair up."""
        terms = [set(sp.Add.make_args(sp.expand(d))) for d in self.energies]
        shared = sp.Add(*set.intersection(*terms))
        reduced = [sp.factor(sp.expand(d) - shared) for d in self.energies]
        start = self._summary(reduced)
        if start.has(sp.Heaviside):
            raise Undecided("the mode of three or more hypotheses has no closed form here")
        if self.statistic.sees_shared:
            start += shared
        links = [Link(start, f"the shared energy ${tex(shared)}$ drops out")]
        paired = shapes.paired(start)
        return links if paired == start else [*links, Link(paired, "opposite exponentials pair up")]

    @cached_property
    def cold(self) -> Any:
        """The limit as the temperature falls to 0, ties included."""
        return self._limit_in_tau("cold limit", 0, "+")

    @cached_property
    def hot(self) -> Any:
        """The limit as the temperature grows without bound."""
        return self._limit_in_tau("hot limit", sp.oo, "-")

    def _limit_in_tau(self, what: str, point: Any, side: str) -> Any:
        """Region by region in the sign of the gap, of any size."""
        self._need_pair(what)
        size, shared = sp.Dummy("G", positive=True), sp.Dummy("C", real=True)
        forms = {s: self._of_gap(s * size, shared) for s in (1, 0, -1)}
        if self.statistic.sees_shared:  # from the weights, whose sum is seen to be 1 where it is
            values, prior = self._points.values, self._points.prior
            pairs = {s: exact_weights((-s * size / 2, s * size / 2), TAU, prior) for s in forms}
            forms = {s: _summary(self._statistic, pair, values, shared) for s, pair in pairs.items()}
        limits = {s: shapes.limit(form, TAU, point, side) for s, form in forms.items()}
        if any(v is None or v.has(sp.zoo, sp.nan) or _endless(v) for v in limits.values()):
            return None
        gap, prior = self.gap.end, _summary(self._statistic, self._prior, self._points.values)
        back = {s: {shared: self._shared, size: s * gap} for s in limits}
        known = {s: v.subs(back[s]) for s, v in limits.items()}
        if not prior.has(TAU):
            known = {s: prior if shapes.equal(v, prior) else v for s, v in known.items()}
        return shapes.by_sign(known, self._direction)

    @cached_property
    def slope(self) -> Any:
        """The derivative at z = 0, infinite at a jump and None at a kink."""
        self._need_pair("slope")
        return each(self.expr, lambda e: shapes.ratios(shapes.slope(e)))

    @cached_property
    def saturation(self) -> Any:
        """The limit as z grows without bound; None where there is none, or none was found."""
        self._need_pair("saturation")
        last = resolve(self.gap.end, cells(Z, self.gap.end)[-1])
        gap = shapes.limit(last, Z, sp.oo, "-")
        if gap is None or not (gap.is_finite or gap in (sp.oo, -sp.oo)):
            return None
        statistic = self._statistic
        payload = statistic.payload if isinstance(statistic, Gated) else sp.S.One
        inner = statistic.of if isinstance(statistic, Gated) else statistic
        far = self._far(inner, last, gap)
        if payload != Z or far is None:
            return None if far is None else each(far, lambda e: payload * e)
        return sp.oo if far.is_positive else -sp.oo if far.is_negative else None  # 0 times oo is open

    def _far(self, statistic: Statistic, last: Any, gap: Any) -> Any:
        """A statistic as the gap, in its last case, goes to its limit."""
        if isinstance(statistic, Mode) and gap.is_finite:
            return self._far_mode(statistic, last, gap)
        if gap.is_finite:
            far = self._of_gap(gap, self._shared, statistic)
            return shapes.limit(resolve(far, cells(Z, far)[-1]), Z, sp.oo, "-") if far.has(Z) else far
        size, shared = sp.Dummy("G", positive=True), sp.Dummy("C", real=True)
        far = self._of_gap(size if gap == sp.oo else -size, shared, statistic)
        return None if far.has(shared) else shapes.limit(far, size, sp.oo, "-")

    def _far_mode(self, statistic: Statistic, last: Any, gap: Any) -> Any:
        """The mode far out: the limit of its sign, which is open where the gap only tends to a tie."""
        if isinstance(self.hypotheses, Signs) and self.kernel.increasing and self.hypotheses.prior is None:
            return self._of_gap(sp.S.One, 0, statistic)
        tie = self._prior[0] / self._prior[1]
        if last.has(Z) and not (gap + TAU * sp.log(tie)).is_nonzero:
            return None
        return self._of_gap(gap, 0, statistic)

    @cached_property
    def tail(self) -> str | None:
        """What becomes of the activation far out, in words; None where no limit was found.

        >>> [activation(k, "mean").tail for k in ("gaussian", "laplace", "cauchy")]
        ['saturates at 1', 'saturates at tanh(m/(b*tau))', 'returns to 0: far evidence is ignored']
        """
        far = self.saturation
        if far is None or isinstance(far, sp.Tuple):
            return None
        if far.is_infinite:
            return "grows without bound"
        return "returns to 0: far evidence is ignored" if far == 0 else f"saturates at {plain(far)}"

    @cached_property
    def monotone(self) -> str | None:
        """How it moves with z: see `Derived.monotone`. A convex energy has a gap that never falls."""
        known = shapes.monotone(self.derivation.end)
        pair = isinstance(self.hypotheses, Signs) and isinstance(self.statistic, Mean)
        if known is None and pair and self.kernel.convex:
            return "increasing" if self.kernel.convex == "strictly convex" else "nondecreasing"
        return known

    @cached_property
    def _direction(self) -> Any:
        """The simplest expression with the sign of the gap: z itself, if energies grow with distance."""
        if isinstance(self.hypotheses, Signs) and self.kernel.increasing:
            return Z
        return shapes.direction(self.gap.end)

    def _need_pair(self, what: str) -> None:
        if self.expr is None or len(self.energies) != 2:
            raise BadInput(f"the {what} is derived from a closed form for two hypotheses; {self} has none")

    def free(self) -> list[str]:
        return list(dict.fromkeys([*self.hypotheses.free(), *self.kernel.free(), *self.statistic.free()]))

    def _positive(self) -> set[str]:
        notation = {name for name in self.free() if exact.symbol(name).is_positive}
        return {*self.kernel.free(), *self.hypotheses.positive(), *notation}

    def __call__(self, z: Any, *, tau: Any = 1.0, **parameters: Any) -> Any:
        parameters = self._checked(parameters)
        tau = temperature(tau)
        z, xp = as_array(z, "the evidence z")
        z = broadcast(z, parameters, xp)
        with quiet():
            if self._closed:
                form = self.cold if tau == 0 else self.expr
                return evaluate(form, {**parameters, "z": z, "tau": tau}, xp)
            kernel, points = self.kernel.bound(parameters), self.hypotheses.bound(parameters)
            d = xp.stack([kernel.energy(z - mu, xp) for mu in points.locations], axis=-1)
            p = Posterior.of(d, tau, _last_axis(points.prior, z, xp))
            statistic = self.statistic.bound({**parameters, "z": z})
            return statistic.summary(p, _last_axis(points.values, z, xp), xp)

    @cached_property
    def _closed(self) -> bool:
        """Whether a call uses the closed form: that of two hypotheses with a rational or clipped gap."""
        if len(self.energies) != 2 or self.expr is None or not self.expr.has(Z):
            return False
        gap = self.gap.end
        plain = not gap.has(*TRANSCENDENTAL) and all(p.exp.is_Integer for p in gap.atoms(sp.Pow))
        return plain and self.statistic.direct

    def __str__(self) -> str:
        return f"{self.kernel} x {self.statistic} over {self.hypotheses}"


def _summary(statistic: Statistic, weights: Any, values: Any, shared: Any = 0) -> Any:
    """A statistic of the posterior with these weights, as one fraction."""

    def summary(total: Any) -> Any:
        return statistic.summary(ExactPosterior(weights, TAU, total=total, shared=shared), values, exact)

    return over(sp.Add(*weights), summary)


@cache
def pair_lemma(statistic: Statistic, values: Any, prior: Any) -> Derivation:
    """The two-hypothesis form of a statistic, proved for any two energies. Source: claim K2."""
    first = _summary(statistic, exact_weights((ONE, TWO), TAU, prior), values)
    second = _summary(statistic, exact_weights((-GAP / 2, GAP / 2), TAU, prior), values, SHARED)
    weights = prior or (sp.S.One, sp.S.One)
    third = statistic.of_gap(Pair(GAP, SHARED, TAU, values, weights), exact)
    left = "the shared energy is taken out" if third.has(SHARED) else "the shared energy drops out"
    where = [(GAP, TWO - ONE)]
    if statistic.sees_shared:
        where.append((SHARED, (ONE + TWO) / 2))
    links = [Link(second, f"{left}, the gap is left"), Link(third, statistic.lemma)]
    name = sp.Function(statistic.name)
    return Derivation(name(Z), first, links, where=where, why="the energies inserted")


def _endless(expr: Any) -> bool:
    """Whether an expression is infinite with a sign that is not known."""
    return bool(expr.has(sp.oo) and expr.has(sp.sign))


def _last_axis(entries: tuple[Any, ...] | None, z: Any, xp: Any) -> Any:
    """One entry a hypothesis, laid along a last axis where entries are arrays."""
    from array_api_compat import device

    if entries is None or not any(hasattr(e, "shape") for e in entries):
        return entries
    columns = [xp.broadcast_to(xp.asarray(e, dtype=z.dtype, device=device(z)), z.shape) for e in entries]
    return xp.stack(columns, axis=-1)


def activation(kernel: Any, statistic: Statistic | str, hypotheses: Any = None) -> Any:
    r"""The activation of a kernel and a statistic, for the signed pair unless other hypotheses are given.

    The kernel is an object, a name, or what `iem.kernel` reads: a formula, an expression, a function.
    Raises `BadInput` for an unknown name, or for what is no kernel, statistic or set of hypotheses.
    Source: claims G2 and K3.

    >>> activation("gaussian", "mean").expr
    tanh(m*z/(sigma**2*tau))
    >>> activation("laplace", "mean").expr
    tanh(clip(z, -m, m)/(b*tau))
    """
    kernel = kernel_of(kernel)
    statistic = named_statistic(statistic) if isinstance(statistic, str) else statistic
    hypotheses = Signs() if hypotheses is None else hypotheses
    if not isinstance(statistic, Statistic):
        raise BadInput(f"expected a statistic, got {statistic!r}")
    if isinstance(hypotheses, Vectors):
        return VectorActivation(kernel, statistic, hypotheses)
    if isinstance(hypotheses, Continuum):
        return ContinuousActivation(kernel, statistic, hypotheses)
    if not isinstance(hypotheses, (Points, Signs)):
        raise BadInput(f"expected hypotheses, such as Signs, Points or HalfLine, got {hypotheses!r}")
    return Activation(kernel, statistic, hypotheses)
