"""Kernel x statistic over vectors: attention, nearest prototypes, Mahalanobis units.

The exact side derives from the energies, as `activations` does for numbers. The numeric side never forms
the energy that all hypotheses share (claim I1): it is dropped before it can cost digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .arrays import as_array, quiet, temperature
from .derived import Derived
from .entries import array_of, exact_entries, shape_of
from .errors import BadInput, Refused
from .kernels import Gaussian, Kernel
from .posterior import responsibilities
from .statistics import Statistic
from .vectors import Mahalanobis, Vectors

SMALL = 24  # entries of the locations up to which a derivation is shown without being asked for


@dataclass(frozen=True, eq=False)
class VectorActivation(Derived):
    r"""A statistic of the posterior over vectors, under a `Gaussian` (isotropic) or `Mahalanobis` kernel.

    Called with evidence z of shape (..., D), a temperature, a mask and the free parameters by name, it
    returns shape (..., K) for the full posterior, else the shape of z without its last axis, followed by
    that of one value. `mask`: Booleans that broadcast to (..., K), True where a hypothesis takes part; the
    others have energy \(+\infty\). A row with none has no posterior: its results are NaN. (Frameworks
    give such a row NaN, zeros, or the plain average over all values, by library and version.) At `tau` = 0
    it is hard attention, ties split evenly. Raises `BadInput`. Source: claims A1 to A5.

    >>> from iem import Mean
    >>> nearest = VectorActivation(Gaussian(1.0), Mean(), Vectors([[0.0, 0.0], [4.0, 0.0]]))
    >>> nearest([3.0, 1.0], tau=0)
    array([4., 0.])
    """

    kernel: Kernel
    statistic: Statistic
    hypotheses: Vectors

    def __post_init__(self) -> None:
        if not isinstance(self.kernel, (Gaussian, Mahalanobis)):
            raise BadInput(f"vectors take a Gaussian or a Mahalanobis kernel, got {self.kernel!r}")
        if not isinstance(self.statistic, Statistic) or self._kind not in SUMMARIES:
            raise BadInput(f"vectors take the statistics Mean, Mode and Full, got {self.statistic!r}")
        if not isinstance(self.hypotheses, Vectors):
            raise BadInput(f"expected Vectors as hypotheses, got {self.hypotheses!r}")
        wanted = getattr(self.kernel, "dimension", None)
        if wanted not in (None, self.hypotheses.dimension):
            raise BadInput(
                f"a covariance of dimension {wanted} does not fit locations of dimension "
                f"{self.hypotheses.dimension}"
            )

    @property
    def scalar(self) -> bool:  # type: ignore[override]
        """Whether the evidence has one dimension."""
        return self.hypotheses.dimension == 1

    @property
    def _kind(self) -> str:
        return type(self.statistic).__name__

    # Exact

    @cached_property
    def _evidence(self) -> list[Any]:
        from .exact import symbol

        count = self.hypotheses.dimension
        return [symbol("z")] if count == 1 else [symbol(f"z_{i}") for i in range(1, count + 1)]

    @cached_property
    def _keys(self) -> Any:
        if len(shape_of(self.hypotheses.locations)) > 2:
            raise BadInput(f"a derivation is for one set of locations, got {self.hypotheses}")
        return exact_entries(self.hypotheses.locations)

    def _energy(self, u: Sequence[Any]) -> Any:
        import sympy as sp

        from . import exact

        kernel = self.kernel.exact()
        if isinstance(kernel, Gaussian):
            return sp.factor_terms(sp.Add(*(kernel.energy(x, exact) for x in u)))
        return sp.factor_terms(kernel.energy(list(map(sp.sympify, u)), exact))

    @cached_property
    def energies(self) -> tuple[Any, ...]:
        """The energy of z under each hypothesis, as SymPy expressions."""
        return tuple(
            self._energy([z - x for z, x in zip(self._evidence, key, strict=True)]) for key in self._keys
        )

    @cached_property
    def _chain(self) -> Any:
        import sympy as sp

        from .exact import symbol
        from .proof import Derivation, Link
        from .render import tex

        if self._kind == "Mode" and len(self._keys) != 2:
            return None
        tau, shared = symbol("tau"), self._energy(self._evidence)
        norms = [self._energy(key) for key in self._keys]
        dots = [sp.factor(sp.expand(shared + n - d)) for n, d in zip(norms, self.energies, strict=True)]
        prior = exact_entries(self.hypotheses.prior) if self.hypotheses.prior else [sp.S.One] * len(norms)
        biased = [p * sp.exp(s / tau - n / tau) for p, s, n in zip(prior, dots, norms, strict=True)]
        why = f"the shared energy ${tex(shared)}$ drops out"
        links = [Link(self._summary(biased), why)]
        odds = [sp.log(p) - n / tau for p, n in zip(prior, norms, strict=True)]
        given = self._given()
        reason = self._absorbed(prior, norms, tau, given)
        if reason:
            odds = [sp.S.Zero if "prior" in reason else sp.log(p) for p in prior]
            plain = [sp.exp(s / tau + o) for s, o in zip(dots, odds, strict=True)]
            links.append(Link(self._summary(plain), reason))
        if len(norms) == 2:
            x = sp.factor(sp.expand((dots[0] - dots[1]) / tau)) + odds[0] - odds[1]
            links.append(Link(self._pair(x), "two hypotheses: only the difference of their scores counts"))
        start = self._summary([p * sp.exp(-d / tau) for p, d in zip(prior, self.energies, strict=True)])
        seen = [start, *(link.expr for link in links)]
        steps = [link for before, link in zip(seen, links, strict=False) if link.expr != before]
        name = "r" if self._kind == "Full" else "a"
        try:
            lhs = sp.Function(name)(*self._evidence)
            return Derivation(lhs, start, steps or links[-1:], given, why="the energies inserted")
        except Refused:
            return None

    def _given(self) -> list[Any]:
        """The hypothesis that all locations have one norm, if it is made and says something."""
        import sympy as sp

        if self.hypotheses.norm is None:
            return []
        squares = (sp.Add(*(x**2 for x in key)) for key in self._keys)
        return [(square, self.hypotheses.norm**2) for square in squares if square.free_symbols]

    @staticmethod
    def _absorbed(prior: Any, norms: Any, tau: Any, given: Any) -> str:
        """Why the norms leave the posterior, if they do."""
        import sympy as sp

        from .decide import proved

        if all(n == 0 for n in norms):
            return ""
        if all(proved(n - norms[0], given) for n in norms):
            return "the keys have one norm: it drops out as well"
        weights = [p * sp.exp(-n / tau) for p, n in zip(prior, norms, strict=True)]
        if all(proved(w - weights[0]) for w in weights):
            return "the prior absorbs the norms of the keys"
        return ""

    def _summary(self, weights: Any) -> Any:
        """The statistic of these weights, for each component of the values."""
        import sympy as sp

        from .exact import top

        total = sp.Add(*weights)
        if self._kind == "Full":
            return sp.Tuple(*(w / total for w in weights))
        if self._kind == "Mode":
            weights, total = top(list(weights)), sp.S.One
        return self._each(lambda v: sp.Add(*(x * w for x, w in zip(v, weights, strict=True))) / total)

    def _pair(self, x: Any) -> Any:
        """The statistic of two hypotheses with log-odds x."""
        import sympy as sp

        if self._kind == "Full":
            return sp.Tuple(1 / (1 + sp.exp(-x)), 1 / (1 + sp.exp(x)))
        half = sp.Add(*(term / 2 for term in sp.Add.make_args(x)))
        step = sp.sign(x) if self._kind == "Mode" else sp.tanh(half)
        return self._each(lambda v: (v[0] + v[1]) / 2 + (v[0] - v[1]) / 2 * step)

    def _each(self, build: Callable[[Any], Any]) -> Any:
        import sympy as sp

        values = exact_entries(self.hypotheses.values)
        if len(shape_of(values)) == 1:
            return build(values)
        return sp.Tuple(*(build(component) for component in zip(*values, strict=True)))

    # Numeric

    def free(self) -> list[str]:
        return list(dict.fromkeys([*self.hypotheses.free(), *self.kernel.free()]))

    def _positive(self) -> set[str]:
        return set(self.kernel.free())

    def __call__(self, z: Any, *, tau: Any = 1.0, mask: Any = None, **parameters: Any) -> Any:
        parameters = self._checked(parameters)
        tau = temperature(tau)
        z, xp = as_array(z, "the evidence z")
        places = shape_of(self.hypotheses.locations)
        if z.ndim == 0 or z.shape[-1] != places[-1] or (len(places) > 2 and z.ndim < 2):
            raise BadInput(f"z of shape {tuple(z.shape)} does not fit locations of shape {places}")
        entries = {**parameters, "tau": tau}
        keys = array_of(self.hypotheses.locations, entries, z, xp, "the locations")
        values = array_of(self.hypotheses.values, entries, z, xp, "the values")
        prior = None
        if self.hypotheses.prior is not None:
            prior = array_of(self.hypotheses.prior, entries, z, xp, "the prior")
            prior = prior if prior.ndim == 1 else xp.expand_dims(prior, axis=-2)
        single = z.ndim == 1
        z = xp.expand_dims(z, axis=0) if single else z
        with quiet():
            try:
                z, keys = self._whitened(z - keys[..., :1, :], keys - keys[..., :1, :], parameters, xp)
                d = relative_energies(z, keys, tau, xp)
            except (ValueError, RuntimeError, TypeError) as error:
                received = tuple(z.shape)
                raise BadInput(f"z of shape {received} does not fit locations of shape {places}") from error
            d = d if mask is None else _masked(d, mask, xp)
            decides = self._kind == "Mode" and prior is None
            r = responsibilities(d, 0.0 if decides else tau, prior=prior)
            result = SUMMARIES[self._kind](r, values, keys.ndim, xp)
        return result[0, ...] if single else result

    def _whitened(self, z: Any, keys: Any, parameters: dict[str, float], xp: Any) -> tuple[Any, Any]:
        kernel = self.kernel.bound(parameters)
        if isinstance(kernel, Mahalanobis):
            return kernel.whitened(z, xp), kernel.whitened(keys, xp)
        return z / kernel.sigma, keys / kernel.sigma  # type: ignore[attr-defined]

    def _checked(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        for name, value in parameters.items():
            if getattr(value, "shape", ()) != ():
                raise BadInput(f"{name} must be one number for all vectors, got shape {tuple(value.shape)}")
        return super()._checked(parameters)

    # Shown

    def __str__(self) -> str:
        return f"{self.kernel} x {self.statistic} over {self.hypotheses}"

    def _repr_html_(self) -> str:
        shape = shape_of(self.hypotheses.locations)
        if len(shape) > 2 or math.prod(shape) > SMALL or self._chain is None:
            return f"<p>{self}: it can be called.</p>"
        return str(self._chain._repr_html_())


def relative_energies(z: Any, keys: Any, tau: float, xp: Any) -> Any:
    r"""Energies \(\tfrac12\lVert z - k_j\rVert^2\) less a part that all keys share, in float arrays.

    The fast form is \(\tfrac12\lVert k_j\rVert^2 - z\cdot k_j\): one matrix product, without
    \(\lVert z\rVert^2\). Its rounding is of the order \(\epsilon\sqrt D\,\lVert k\rVert(\lVert z\rVert +
    \lVert k\rVert)\), which may exceed the differences of near keys, or matter at a low temperature. Where
    it could move an exponent by 4096 epsilons each energy is taken relative to that of the nearest key, as
    \((k_n - k_j)\cdot(z - (k_j + k_n)/2)\), which is small where the difference is. Callers measure z and
    keys from one of the keys, so that a common offset cancels first. Source: claim I1.
    """
    half = xp.sum(keys * keys, axis=-1) / 2
    fast = xp.expand_dims(half, axis=-2) - xp.matmul(z, xp.matrix_transpose(keys))
    if math.prod(z.shape) == 0 or _settled(z, half, keys.shape[-1], tau, xp):
        return fast
    count = keys.shape[-2]
    best = xp.argmin(fast, axis=-1, keepdims=True)
    chosen = xp.astype(best == xp.arange(count, dtype=best.dtype), z.dtype)
    nearest = xp.matmul(chosen, keys)
    columns = []
    for j in range(count):
        key = keys[..., j : j + 1, :]
        columns.append(xp.sum((nearest - key) * (z - (key / 2 + nearest / 2)), axis=-1))
    return xp.stack(columns, axis=-1)


def _settled(z: Any, half: Any, dimension: int, tau: float, xp: Any) -> bool:
    """Whether rounding in the fast form moves no exponent by as much as 4096 epsilons."""
    longest = math.sqrt(2 * float(xp.max(half)))
    size = longest * (math.sqrt(float(xp.max(xp.sum(z * z, axis=-1)))) + longest / 2)
    return math.sqrt(dimension) * size <= 4096 * tau


def _masked(d: Any, mask: Any, xp: Any) -> Any:
    """The energies, infinite where the mask is False."""
    from array_api_compat import device

    try:
        mask = xp.asarray(mask, device=device(d))
        boolean = xp.isdtype(mask.dtype, "bool")
        fits = tuple(xp.broadcast_to(mask, d.shape).shape) == tuple(d.shape) if boolean else False
    except (ValueError, RuntimeError, TypeError):
        fits = False
    if not fits:
        shape = tuple(getattr(mask, "shape", ())) or mask
        raise BadInput(
            f"a mask holds Booleans that broadcast to {tuple(d.shape)}, True where a hypothesis takes "
            f"part, got {shape}"
        )
    return xp.where(mask, d, xp.asarray(math.inf, dtype=d.dtype))


def _mean(r: Any, values: Any, rank: int, xp: Any) -> Any:
    if values.ndim == rank:
        return xp.matmul(r, values)
    return xp.matmul(r, xp.expand_dims(values, axis=-1))[..., 0]


def _mode(r: Any, values: Any, rank: int, xp: Any) -> Any:
    top = xp.astype(r == xp.max(r, axis=-1, keepdims=True), r.dtype)
    return _mean(top / xp.sum(top, axis=-1, keepdims=True), values, rank, xp)


SUMMARIES: dict[str, Callable[..., Any]] = {"Mean": _mean, "Mode": _mode, "Full": lambda r, *_: r}
