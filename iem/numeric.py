"""The numbers of an activation over a continuum: stable closed forms, else quadrature. See `continuous`."""

from __future__ import annotations

from typing import Any

import sympy as sp

from .continuum import Exponential, Flat, Normal
from .errors import BadInput
from .evaluate import evaluate
from .exact import clip
from .quadrature import minimum, moments
from .truncated import Moments, mixture, truncated_laplace, truncated_normal


def compute(activation: Any, z: Any, xp: Any, tau: float, parameters: dict[str, Any]) -> Any:
    """The statistic at the evidence z, in its library and type; computed by NumPy in double precision."""
    import numpy as np
    from array_api_compat import device

    arrays = {name: _numpy(activation, name, value) for name, value in parameters.items()}
    x = _numpy(activation, "the evidence z", z)
    try:
        shape = np.broadcast_shapes(x.shape, *(a.shape for a in arrays.values()))
    except ValueError as error:
        told = ", ".join(f"{n} of shape {a.shape}" for n, a in arrays.items() if a.shape)
        raise BadInput(f"z of shape {x.shape} does not broadcast with {told}") from error
    flat = np.broadcast_to(x, shape).ravel()
    known = np.isfinite(flat)
    if not np.all(known | np.isnan(flat)):
        raise BadInput(f"the evidence z must be finite for {activation}, got an infinite value")
    flat = np.where(known, flat, 0.0)
    values = {n: float(a) if a.ndim == 0 else np.broadcast_to(a, shape).ravel() for n, a in arrays.items()}
    result = np.where(known, _statistic(activation, flat, tau, values), np.nan)
    return xp.asarray(result.reshape(shape), dtype=z.dtype, device=device(z))


def _numpy(activation: Any, what: str, x: Any) -> Any:
    """Numbers in NumPy's float64, in which no library follows derivatives."""
    from .chunks import numpy_of

    if getattr(x, "requires_grad", False):
        raise BadInput(f"{activation} is computed without derivatives: detach {what}, got {x!r}")
    return numpy_of(x).astype(float)


class Model:
    """The objective f(h, i) = d(z_i - h) + tau penalty(h) of the elements i of flattened arrays."""

    def __init__(self, activation: Any, z: Any, tau: float, values: dict[str, Any]) -> None:
        import numpy as np

        self.z, self.tau, self.values, self.activation = z, tau, values, activation
        self.fixed = all(isinstance(v, float) for v in values.values())
        self.kernel, self.hypotheses = self._bound(slice(None))
        low, high = (np.asarray(_float(e)) for e in self.hypotheses.ends)
        self.low, self.high = (np.broadcast_to(e, z.shape).astype(float) for e in (low, high))

    def _bound(self, i: Any) -> Any:
        at = {n: v if isinstance(v, float) else v[i] for n, v in self.values.items()}
        return self.activation.kernel.bound(at), self.activation.hypotheses.bound(at)

    def __call__(self, h: Any, i: Any) -> Any:
        import numpy as np

        kernel, hypotheses = (self.kernel, self.hypotheses) if self.fixed else self._bound(i)
        with np.errstate(all="ignore"):
            energy = kernel.energy(self.z[i] - h, np)
            return energy + self.tau * hypotheses.density.penalty(h, np)

    def log_normaliser(self) -> Any:
        """The log of the prior's mass over the set; 0 for an improper prior."""
        import numpy as np

        density = self.hypotheses.density
        if not self.hypotheses.proper:
            return np.zeros_like(self.z)
        if isinstance(density, Flat):
            return np.log(self.high - self.low)
        nearest = np.clip(0.0, self.low, self.high)
        if isinstance(density, Normal):
            return truncated_normal(0.0, density.c**2, self.low, self.high).log_mass - density.penalty(
                nearest, np
            )
        if isinstance(density, Exponential):
            nearest = self.low
        return truncated_laplace(nearest, density.c, self.low, self.high).log_mass - density.penalty(
            nearest, np
        )


def _float(end: Any) -> Any:
    return float(end) if getattr(end, "is_infinite", False) or not hasattr(end, "shape") else end


def _statistic(activation: Any, z: Any, tau: float, values: dict[str, Any]) -> Any:
    import numpy as np

    model, kind = Model(activation, z, tau, values), activation.kind
    if kind == "mode" or tau == 0:
        place = _mode(model)
        cold = {"variance": np.zeros_like(z), "log-evidence": model(place, np.arange(z.size))}
        return cold.get(kind, place)
    found, least = _closed(model) if activation.expr is not None else _by_quadrature(model)
    if kind == "log-evidence":
        return least - tau * (found.log_mass - model.log_normaliser())
    return found.mean if kind == "mean" else found.variance


def _closed(model: Model) -> tuple[Moments, Any]:
    """The moments of each stretch without cancellation, put together; and the least value of f."""
    import numpy as np

    names = {**model.values, "z": model.z, "tau": model.tau}
    i = np.arange(model.z.size)
    parts, heights = [], []
    cut = model.activation._stretches
    if cut[0].variance is None:
        p = np.clip(model.z, model.low, model.high)
        rate = evaluate(_rate(cut[-1]), names, np)
        return truncated_laplace(p, 1 / rate, model.low, model.high), model(p, i)
    for stretch in cut:
        m, v, low, high = (
            np.broadcast_to(np.asarray(evaluate(e, names, np), dtype=float), model.z.shape)
            for e in (stretch.centre, stretch.variance, stretch.low, stretch.high)
        )
        parts.append(truncated_normal(m, v, low, high))
        heights.append(model(np.clip(m, low, high), i))
    least = np.min(np.stack(heights), axis=0)
    lowered = [
        Moments(p.log_mass - (f - least) / model.tau, p.mean, p.variance)
        for p, f in zip(parts, heights, strict=True)
    ]
    return mixture(lowered), least


def _rate(stretch: Any) -> Any:
    from .continuous import H

    return sp.factor(sp.Poly(stretch.exponent, H).LC())


def _mode(model: Model) -> Any:
    """The mode: between the evidence and the prior's mode where both energies grow with distance."""
    import numpy as np

    near = np.clip(model.z, model.low, model.high)
    density = model.hypotheses.density
    if model.activation.grows:
        if isinstance(density, Flat) or model.tau == 0:
            return near
        other = model.low if isinstance(density, Exponential) else np.clip(0.0, model.low, model.high)
        start, stop = np.minimum(near, other), np.maximum(near, other)
    else:
        start, stop = model.low, model.high
        if not (np.all(np.isfinite(start)) and np.all(np.isfinite(stop))):
            raise BadInput(
                f"the mode of {model.activation} over an unbounded set is found only for energies "
                "that are known to increase with the distance"
            )
    return minimum(model, start, stop)


def _kinks(model: Model) -> list[Any]:
    """Where the energy of the evidence has a kink: the ends of its clips, as places of h."""
    import numpy as np

    from .continuous import H

    places = set()
    for call in model.activation.energy.atoms(clip):
        for bound in call.args[1:]:
            gap = sp.expand(call.args[0] - bound)
            slope = gap.coeff(H)
            if slope != 0 and not sp.expand(gap - slope * H).has(H):
                places.add(sp.expand(H - gap / slope))
    names = {**model.values, "z": model.z, "tau": model.tau}
    found = (evaluate(place, names, np) for place in sorted(places, key=str))
    return [np.clip(np.broadcast_to(f, model.z.shape), model.low, model.high) for f in found]


def _by_quadrature(model: Model) -> tuple[Moments, Any]:
    import numpy as np

    near = np.clip(model.z, model.low, model.high)
    zero = np.clip(np.zeros_like(near), model.low, model.high)
    cuts = [near, zero, *_kinks(model)]
    if model.activation.grows and not isinstance(model.hypotheses.density, Flat):
        cuts.append(_mode(model))
    orders = {"mean": 1, "variance": 2, "log-evidence": 0}[model.activation.kind]
    found = moments(model, model.tau, (model.low, model.high), cuts, str(model.activation), orders)
    i = np.arange(near.size)
    return found, np.min(np.stack([model(c, i) for c in cuts]), axis=0)
