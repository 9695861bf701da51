r"""The posterior over hypotheses: responsibilities, free energy, entropy.

Energies \(d_h\) lie along `axis`, in nats at temperature 1; lower is better and \(+\infty\) masks a
hypothesis. Without a prior all weights are 1; a prior is normalised and stays outside the temperature.
At temperature 0 the exact limits are returned, ties split evenly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .arrays import Array, as_array, divide_into, exp_into, in_numpy, is_exact, quiet, temperature, xlogx
from .errors import BadInput

FEW, BLOCK = 64, 2**15  # the most hypotheses that go first, and the numbers in a block


def responsibilities(d: Any, tau: Any = 1.0, *, prior: Any = None, axis: int = -1) -> Any:
    r"""\(r_h = \pi_h e^{-d_h/\tau} / \sum_k \pi_k e^{-d_k/\tau}\), the softmin of the energies.

    `d`: energies (nats) above minus infinity, any shape with the hypotheses along `axis`; a list or
    tuple with SymPy expressions gives a list of expressions. `tau`: temperature, a finite number >= 0;
    at 0 the prior restricted to the lowest energies. `prior`: positive weights that broadcast along `axis`.
    Returns an array of the shape, library and floating type of `d`. Where every hypothesis is masked
    there is no posterior, and the result is NaN. Raises `BadInput`. Source: Oursland 2024, claim T1.

    >>> responsibilities([0.0, 0.0, float("inf")])
    array([0.5, 0.5, 0. ])
    >>> responsibilities([0.0, 1.0, 0.0], tau=0)
    array([0.5, 0. , 0.5])
    """
    if is_exact(d) or is_exact(tau) or is_exact(prior):
        weights = exact_weights(d, tau, prior)
        total = sum(weights)
        return [w / total for w in weights]
    return _blockwise(_shares, *_prepare(d, tau, prior, axis), axis)


def free_energy(d: Any, tau: Any = 1.0, *, prior: Any = None, axis: int = -1) -> Any:
    r"""\(F_\tau = -\tau \log \sum_h \pi_h e^{-d_h/\tau}\), in nats at temperature 1.

    Arguments as for `responsibilities`; the result has the shape of `d` without `axis`. At
    `tau` = 0 it is the lowest energy; where every hypothesis is masked it is \(+\infty\).
    Raises `BadInput`. Source: claims T2 and T3.

    >>> round(float(free_energy([0.0, 0.0])), 6)
    -0.693147
    >>> float(free_energy([3.0, 1.0], tau=0))
    1.0
    """
    if is_exact(d) or is_exact(tau) or is_exact(prior):
        import sympy as sp

        weights = sp.Add(*exact_weights(d, tau, prior))
        mass = sp.Add(*((1,) if prior is None else prior))
        return -tau * sp.log(weights if mass.free_symbols else weights / mass)
    return _blockwise(_log_sum, *_prepare(d, tau, prior, axis), axis)


def entropy(r: Any, *, axis: int = -1) -> Any:
    r"""\(S(r) = -\sum_h r_h \log r_h\) in nats, with \(0 \log 0 = 0\).

    `r`: responsibilities along `axis`; a list of SymPy expressions gives an expression.
    Raises `BadInput` for what is no array of numbers with hypotheses along `axis`. Source: claim T5.

    >>> float(entropy([1.0, 0.0]))
    0.0
    """
    if is_exact(r):
        import sympy as sp

        return -sp.Add(*(x * sp.log(x) for x in r if x != 0))
    r, xp = as_array(r, "the responsibilities")
    check_axis(r, axis)
    with quiet():
        return 0 - xp.sum(xlogx(r, xp), axis=axis)


def log_responsibilities(d: Any, tau: Any = 1.0, *, prior: Any = None, axis: int = -1) -> Any:
    r"""\(\log r_h\), computed in the log domain: exact to rounding where \(r_h\) itself underflows.

    Arguments, result and errors as for `responsibilities`; a hypothesis of weight 0 has \(-\infty\).
    Source: claims K2 and X.

    >>> log_responsibilities([0.0, 2000.0])
    array([    0., -2000.])
    """
    if is_exact(d) or is_exact(tau) or is_exact(prior):
        import sympy as sp

        weights = exact_weights(d, tau, prior)
        return [sp.log(w / sum(weights)) for w in weights]
    return _blockwise(_log_shares, *_prepare(d, tau, prior, axis), axis)


@dataclass(frozen=True)
class Posterior:
    """A posterior as a statistic sees it: responsibilities, their logarithms, free energy, entropy.

    Source: claims T1 and T2.

    >>> Posterior.of([0.0, 0.0]).r
    array([0.5, 0.5])
    """

    d: Any
    tau: Any
    prior: Any = None

    @classmethod
    def of(cls, d: Any, tau: Any = 1.0, prior: Any = None) -> Posterior:
        """The posterior of energies along the last axis."""
        return cls(d, tau, prior)

    @cached_property
    def r(self) -> Any:
        """The responsibilities."""
        return responsibilities(self.d, self.tau, prior=self.prior)

    @cached_property
    def log_r(self) -> Any:
        """The logarithms of the responsibilities."""
        return log_responsibilities(self.d, self.tau, prior=self.prior)

    @cached_property
    def free_energy(self) -> Any:
        """The free energy."""
        return free_energy(self.d, self.tau, prior=self.prior)

    @cached_property
    def entropy(self) -> Any:
        """The entropy of the responsibilities."""
        return entropy(self.r)


@dataclass(frozen=True)
class ExactPosterior(Posterior):
    """The same from weights and a symbol for their sum, so that fractions keep one denominator.

    `d` holds the weights here; `shared` is an energy that was taken out of all of them.
    """

    total: Any = None
    shared: Any = 0

    @property
    def r(self) -> Any:
        return [w / self.total for w in self.d]

    @property
    def log_r(self) -> Any:
        from .exact import log

        return [log(w / self.total) for w in self.d]

    @property
    def free_energy(self) -> Any:
        from .exact import log

        return self.shared - self.tau * log(self.total)

    @property
    def entropy(self) -> Any:
        return entropy(self.r)


def exact_weights(d: Sequence[Any], tau: Any, prior: Sequence[Any] | None) -> list[Any]:
    """The unnormalised weights as SymPy expressions; a named prior is taken as normalised."""
    import sympy as sp

    from .exact import expression

    if len(d) == 0:
        raise BadInput("the hypothesis set is empty: expected at least one energy")
    if prior is not None and len(prior) != len(d):
        raise BadInput(f"the prior has {len(prior)} weights, but there are {len(d)} energies")
    weights = [1] * len(d) if prior is None else list(prior)
    if not all(map(_may_be_positive, weights)):
        raise BadInput(f"prior weights must be positive and finite, got {prior!r}")
    tau = expression(tau) if isinstance(tau, float) and math.isfinite(tau) else tau
    if not _may_be_positive(tau):
        raise BadInput(f"with expressions the temperature tau must be finite and > 0, got {tau!r}")
    if any(isinstance(e, str) or e is None for e in d):
        raise BadInput(f"the energies must be numbers or expressions, got {d!r}")
    return [p * sp.exp(-e / tau) for p, e in zip(weights, d, strict=True)]


def _may_be_positive(x: Any) -> bool:
    """Whether x is a positive finite number, or an expression that does not rule it out."""
    import sympy as sp

    try:
        x = sp.sympify(x, strict=True)
    except sp.SympifyError:
        return False
    return bool(x.is_positive and x.is_finite) if x.is_number else x.is_positive is not False


def _prepare(d: Any, tau: Any, prior: Any, axis: int) -> tuple[Array, Any, float, Array | None]:
    d, xp = as_array(d, "the energies")
    check_axis(d, axis)
    tau = temperature(tau, float(xp.finfo(d.dtype).max))
    if tau <= _vanishing(d, xp):
        tau = 0.0
    if prior is not None:
        prior = check_prior(prior, d, xp, axis)
    return d, xp, tau, prior


def _vanishing(d: Array, xp: Any) -> float:
    """The largest temperature that is zero in the type of d. JAX takes subnormal numbers for zero."""
    from array_api_compat import is_jax_array

    info = xp.finfo(d.dtype)
    normal, eps = float(info.smallest_normal), float(info.eps)
    return normal * (1 - eps) if not in_numpy(d) and is_jax_array(d) else normal * (eps / 2)


def check_axis(d: Array, axis: int) -> None:
    """Raise `BadInput` unless an array has an axis with hypotheses along it."""
    if not hasattr(axis, "__index__") or not -d.ndim <= axis < d.ndim:
        raise BadInput(f"axis {axis!r} does not exist in an array of shape {tuple(d.shape)}")
    if d.shape[axis] == 0:
        raise BadInput(
            f"the hypothesis set is empty: shape {tuple(d.shape)} has no entry along axis {axis}"
        )


def check_prior(prior: Any, d: Array, xp: Any, axis: int) -> Array:
    """The normalised prior, laid along `axis` of the energies."""
    from array_api_compat import device

    received = prior
    try:
        with quiet():
            prior = xp.asarray(as_array(prior, "the prior")[0], dtype=d.dtype, device=device(d))
    except TypeError as error:
        raise BadInput(f"the prior must be numbers in an array, got {received!r}") from error
    if prior.ndim == 1 and d.ndim > 1:
        shape = [1] * d.ndim
        shape[axis] = prior.shape[0]
        prior = xp.reshape(prior, tuple(shape))
    try:
        shape = xp.broadcast_arrays(prior, d)[0].shape
    except (ValueError, RuntimeError, TypeError) as error:
        raise BadInput(
            f"a prior of shape {tuple(prior.shape)} does not broadcast to energies of shape "
            f"{tuple(d.shape)}"
        ) from error
    if tuple(shape) != tuple(d.shape) or prior.ndim == 0 or prior.shape[axis] != d.shape[axis]:
        raise BadInput(
            f"a prior of shape {tuple(prior.shape)} does not fit energies of shape {tuple(d.shape)}"
        )
    try:
        good = bool(xp.all((prior > 0) & (prior < math.inf)))
    except TypeError:  # JAX compiles the call: there are no numbers to look at
        good = True
    if not good:
        raise BadInput(f"prior weights must be positive and finite in {d.dtype}, got {received!r}")
    prior = prior / xp.max(prior, axis=axis, keepdims=True)
    return prior / xp.sum(prior, axis=axis, keepdims=True)


def _blockwise(compute: Any, d: Array, xp: Any, tau: float, prior: Array | None, axis: int) -> Array:
    """`compute(d, xp, tau, prior, axis)`; of few hypotheses along the last axis, NumPy computes in blocks.

    A block, which fits in a cache of the processor, is copied with the hypotheses along its first axis,
    since reducing a short last axis is slow.
    """
    H = d.shape[-1]
    many = in_numpy(d) and axis in (-1, d.ndim - 1) and H <= FEW and d.size > 8 * H
    with quiet():
        if not many or (prior is not None and prior.size != H):
            return compute(d, xp, tau, prior, axis)
        rows, step = xp.reshape(d, (-1, H)), BLOCK // H
        prior = prior if prior is None else xp.reshape(prior, (H, 1))
        result = None
        for i in range(0, len(rows), step):
            part = compute(rows[i : i + step].T.copy(), xp, tau, prior, 0)
            if result is None:
                result = xp.empty(d.shape if part.ndim == 2 else d.shape[:-1], dtype=d.dtype)
                flat = xp.reshape(result, (len(rows), *part.shape[:-1]))
            flat[i : i + step] = part.T
        return result


def _shares(d: Array, xp: Any, tau: float, prior: Array | None, axis: int) -> Array:
    r, _ = shifted_weights(d, xp, tau, prior, axis)
    if _pair(r, axis):
        return divide_into(r, r[..., :1] + r[..., 1:])
    return divide_into(r, xp.sum(r, axis=axis, keepdims=True))


def _log_sum(d: Array, xp: Any, tau: float, prior: Array | None, axis: int) -> Array:
    if tau == 0:
        return xp.min(d, axis=axis)
    w, low = shifted_weights(d, xp, tau, prior, axis)
    return xp.squeeze(low, axis=axis) - tau * xp.log(xp.sum(w, axis=axis))


def _log_shares(d: Array, xp: Any, tau: float, prior: Array | None, axis: int) -> Array:
    w, low = shifted_weights(d, xp, tau, prior, axis)
    total = xp.sum(w, axis=axis, keepdims=True)
    if tau == 0:
        r, one = w / total, xp.ones_like(w)  # a lazy library warns of log(0) when it computes
        return xp.where(r == 0, -math.inf * one, xp.log(xp.where(r == 0, one, r)))
    exponent = (d / 2 - low / 2) / -(tau / 2) if tau > 1 else (d - low) / -tau  # tau / 2 may be 0
    return (0 + exponent if prior is None else exponent + xp.log(prior)) - xp.log(total)


def _pair(d: Array, axis: int) -> bool:
    """Two hypotheses along the last axis: slices are added faster than reduced."""
    return bool(axis in (-1, d.ndim - 1) and d.shape[-1] == 2)


def shifted_weights(d: Array, xp: Any, tau: float, prior: Array | None, axis: int) -> tuple[Array, Array]:
    """The weights relative to the lowest energy, which is returned with them."""
    low = xp.minimum(d[..., :1], d[..., 1:]) if _pair(d, axis) else xp.min(d, axis=axis, keepdims=True)
    low = xp.where(low == math.inf, xp.zeros_like(low), low)
    if tau == 0:
        w = xp.astype(d == low, d.dtype)
    else:
        huge = tau > float(xp.finfo(d.dtype).max) / 1024  # where d - low may overflow and still matter
        w = d / 2 - low / 2 if huge else d - low
        w = exp_into(divide_into(w, -(tau / 2 if huge else tau)), xp)
    return (w if prior is None else w * prior), low
