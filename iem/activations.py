"""Kernel x statistic -> activation: derived from the energies, proved link by link, and callable.

How the answer is found: the gap between the two energies is brought into its simplest shape, what the
energies share drops out (claim I1), and the two-hypothesis form of the statistic follows. Every step is a
checked link. Where no closed form is reached the activation is still callable, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from . import exact, shapes
from .arrays import as_array, quiet, temperature
from .cases import cells, resolve
from .errors import BadInput, Refused
from .evaluate import evaluate
from .hypotheses import Hypotheses, Points, Signs
from .kernels import Kernel, number
from .kernels import kernel as named_kernel
from .posterior import exact_weights, responsibilities
from .proof import Derivation, Link
from .render import tex
from .shapes import Z, each, over
from .statistics import Statistic
from .statistics import statistic as named_statistic

TAU = exact.symbol("tau")
TRANSCENDENTAL = (sp.exp, sp.log, sp.cosh, sp.cos)


@dataclass(frozen=True)
class Activation:
    r"""A statistic of the posterior that a kernel induces over hypotheses; `activation` makes one.

    Called with evidence z (any Array-API array, a number or a list), a temperature and the free parameters
    by name, it returns the statistic: the shape of z, and for the full posterior a last axis for the
    hypotheses. At temperature 0 it returns the exact cold limit. Source: claims G1 to G5, K1 to K3.

    >>> a = activation("gaussian", "mean")
    >>> a([0.0, 0.5], m=1.0, sigma=1.0, tau=0)
    array([0., 1.])
    """

    kernel: Kernel
    statistic: Statistic
    hypotheses: Hypotheses

    @cached_property
    def _points(self) -> Points:
        return self.hypotheses.exact()

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
    def derivation(self) -> Derivation:
        """The chain from the energies to the closed form, every link checked.

        Raises `BadInput` where no closed form was reached.
        """
        if self._chain is None:
            raise BadInput(f"no closed form was reached for {self}; it can still be called")
        return self._chain

    @property
    def expr(self) -> Any:
        """The closed form as a SymPy expression, or None where none was reached."""
        return None if self._chain is None else self._chain.end

    @cached_property
    def _chain(self) -> Derivation | None:
        start = self._summary(self.energies)
        if start.has(sp.Heaviside):
            return None
        links = self._pair_links() if len(self.energies) == 2 else [self._reduced_link()]
        try:
            return Derivation(
                sp.Function(self.statistic.name)(Z), start, links, why="the energies inserted"
            )
        except Refused:
            return None

    def _summary(self, energies: Any) -> Any:
        """The statistic of the posterior for these energies, as one fraction."""
        weights = exact_weights(energies, TAU, self._points.prior)
        return self._over(weights)

    def _over(self, weights: Any) -> Any:
        def summary(total: Any) -> Any:
            return self.statistic.summary([w / total for w in weights], self._points.values, exact)

        return over(sp.Add(*weights), summary)

    def _of_gap(self, gap: Any) -> Any:
        odds = sp.log(self._prior[0] / self._prior[1])
        return self.statistic.of_gap(gap, TAU, odds, self._points.values or (), exact)

    def _pair_links(self) -> list[Link]:
        gap, cases = self.gap.end, self.gap.links[-1].cases
        form = self._of_gap(gap)
        links = [
            Link(
                self._summary((-gap / 2, gap / 2)),
                "the shared energy drops out, the gap is left",
                cases,
            ),
            Link(form, self.statistic.lemma),
        ]
        plain = sp.sign(shapes.direction(gap))
        if form == sp.sign(gap) and plain != form:
            links.append(Link(plain, "they have one sign", tuple(cells(Z, form, plain))))
        return links

    def _reduced_link(self) -> Link:
        terms = [set(sp.Add.make_args(sp.expand(d))) for d in self.energies]
        shared = sp.Add(*set.intersection(*terms))
        reduced = [sp.factor(sp.expand(d) - shared) for d in self.energies]
        return Link(self._summary(reduced), f"the shared energy ${tex(shared)}$ drops out")

    @cached_property
    def cold(self) -> Any:
        """The limit as the temperature falls to 0, ties included."""
        return self._limit_in_tau("cold limit", 0, "+")

    @cached_property
    def hot(self) -> Any:
        """The limit as the temperature grows without bound."""
        return self._limit_in_tau("hot limit", sp.oo, "-")

    def _limit_in_tau(self, what: str, point: Any, side: str) -> Any:
        """Region by region in the sign of the gap, whose size does not matter."""
        self._need_pair(what)
        size = sp.Dummy("G", positive=True)
        limits = {s: shapes.limit(self._of_gap(s * size), TAU, point, side) for s in (1, 0, -1)}
        prior = self._over(self._prior)
        known = {s: prior if shapes.equal(v, prior) else v for s, v in limits.items()}
        return shapes.by_sign(known, self._direction)

    @cached_property
    def slope(self) -> Any:
        """The derivative at z = 0, infinite at a jump and None at a kink."""
        self._need_pair("slope")
        return each(self.expr, shapes.slope)

    @cached_property
    def saturation(self) -> Any:
        """The limit as z grows without bound; None where there is none, or none was found."""
        self._need_pair("saturation")
        gap = shapes.limit(resolve(self.gap.end, cells(Z, self.gap.end)[-1]), Z, sp.oo, "-")
        if gap is None or gap.is_finite:
            return None if gap is None else self._of_gap(gap)
        if gap not in (sp.oo, -sp.oo):
            return None
        size = sp.Dummy("G", positive=True)
        return shapes.limit(self._of_gap(size if gap == sp.oo else -size), size, sp.oo, "-")

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
        """The names of the parameters that a call must give, besides tau."""
        return list(dict.fromkeys([*self.hypotheses.free(), *self.kernel.free()]))

    def __call__(self, z: Any, *, tau: Any = 1.0, **parameters: Any) -> Any:
        parameters = self._checked(parameters)
        tau = temperature(tau)
        z, xp = as_array(z, "the evidence z")
        z = _broadcast(z, parameters, xp)
        with quiet():
            if self._closed:
                form = self.cold if tau == 0 else self.expr
                return evaluate(form, {**parameters, "z": z, "tau": tau}, xp)
            kernel, points = self.kernel.bound(parameters), self.hypotheses.bound(parameters)
            d = xp.stack([kernel.energy(z - mu, xp) for mu in points.locations], axis=-1)
            r = responsibilities(d, tau, prior=_last_axis(points.prior, z, xp))
            return self.statistic.summary(r, _last_axis(points.values, z, xp), xp)

    @cached_property
    def _closed(self) -> bool:
        """Whether a call uses the closed form: that of two hypotheses with a rational or clipped gap."""
        if len(self.energies) != 2 or self.expr is None or not self.expr.has(Z):
            return False
        gap = self.gap.end
        return not gap.has(*TRANSCENDENTAL) and all(p.exp.is_Integer for p in gap.atoms(sp.Pow))

    @cached_property
    def _signature(self) -> dict[str, bool]:
        """The free parameters, and whether each must be positive."""
        positive = {*self.kernel.free(), *self.hypotheses.positive()}
        return {name: name in positive for name in self.free()}

    def _checked(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """The parameters of a call as floats and floating arrays."""
        wanted = self._signature
        faults = [f"{name} is missing" for name in wanted if name not in parameters]
        faults += [f"{name} is unknown" for name in parameters if name not in wanted]
        if faults:
            takes = ", ".join(wanted) or "no parameters"
            raise BadInput(f"{self} takes {takes} besides tau: {', '.join(faults)}")
        return {name: number(name, parameters[name], positive) for name, positive in wanted.items()}

    def __str__(self) -> str:
        return f"{self.kernel} x {self.statistic} over {self.hypotheses}"

    def _repr_html_(self) -> str:
        if self._chain is None:
            return f"<p>{self}: no closed form was reached; it can be called.</p>"
        return self._chain._repr_html_()

    def _repr_latex_(self) -> str:
        return self.derivation._repr_latex_()


def _broadcast(z: Any, parameters: dict[str, Any], xp: Any) -> Any:
    """The evidence in the common shape of itself and of the parameters."""
    arrays = {name: value for name, value in parameters.items() if hasattr(value, "shape")}
    try:
        return xp.broadcast_arrays(z, *arrays.values())[0] if arrays else z
    except (ValueError, RuntimeError, TypeError) as error:
        told = ", ".join(f"{name} of shape {tuple(a.shape)}" for name, a in arrays.items())
        raise BadInput(f"z of shape {tuple(z.shape)} does not broadcast with {told}") from error


def _last_axis(entries: tuple[Any, ...] | None, z: Any, xp: Any) -> Any:
    """One entry a hypothesis, laid along a last axis where entries are arrays."""
    if entries is None or not any(hasattr(e, "shape") for e in entries):
        return entries
    columns = [xp.broadcast_to(xp.asarray(e, dtype=z.dtype), z.shape) for e in entries]
    return xp.stack(columns, axis=-1)


def activation(
    kernel: Kernel | str, statistic: Statistic | str, hypotheses: Hypotheses | None = None
) -> Activation:
    r"""The activation of a kernel and a statistic, for the signed pair unless other hypotheses are given.

    Raises `BadInput` for an unknown name, or for what is no kernel, statistic or set of hypotheses.
    Source: claims G2 and K3.

    >>> activation("gaussian", "mean").expr
    tanh(m*z/(sigma**2*tau))
    >>> activation("laplace", "mean").expr
    tanh(clip(z, -m, m)/(b*tau))
    """
    kernel = named_kernel(kernel) if isinstance(kernel, str) else kernel
    statistic = named_statistic(statistic) if isinstance(statistic, str) else statistic
    hypotheses = Signs() if hypotheses is None else hypotheses
    if not isinstance(kernel, Kernel):
        raise BadInput(f"expected a kernel, got {kernel!r}")
    if not isinstance(statistic, Statistic):
        raise BadInput(f"expected a statistic, got {statistic!r}")
    if not isinstance(hypotheses, (Points, Signs)):
        raise BadInput(f"expected Points or Signs as hypotheses, got {hypotheses!r}")
    return Activation(kernel, statistic, hypotheses)
