r"""Continuous EM: the gradient flow of the total free energy in the means of a Gaussian mixture.

Samples `x` of shape (N, D), means `mu` of shape (H, D), energies
\(d_h(x) = \lVert x-\mu_h\rVert^2/2\sigma_h^2\). `pi`: masses of shape (H,), or None for unit weights.
`sigma`: one scale, or one for each component. The objective is \(G = \sum_n F_\tau(x_n)\).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .arrays import Array, as_array, temperature
from .errors import BadInput
from .labels import numbers_of
from .posterior import free_energy, responsibilities
from .schedules import between


def em_step(x: Any, mu: Any, pi: Any = None, tau: float = 1.0, sigma: Any = 1.0) -> tuple[Array, Array]:
    r"""One step of EM at a fixed temperature: the new means and the new masses.

    \[\mu_h' = \frac{\sum_n r_{nh}x_n}{R_h},\qquad \pi_h' = \frac{R_h}{N},\qquad R_h = \sum_n r_{nh}\]

    `x`: samples (N, D); `mu`: means (H, D); `pi`: masses (H,), or None for unit weights; `tau`: a
    temperature above 0; `sigma`: one scale, or one for each component (H,), in units of the data.
    A component that no sample answers to stays where it is. The masses are those that EM would take;
    to hold them fixed, pass the old ones on. Neither step raises G (claim N3).
    Raises `BadInput`. Source: Dempster, Laird and Rubin 1977.

    >>> mu, pi = em_step([[-1.0], [1.0]], [[-0.5], [0.5]], tau=0.5)
    >>> mu.round(3).tolist(), pi.round(3).tolist()
    ([[-0.762], [0.762]], [0.5, 0.5])
    """
    x, mu, sigma, xp = _given(x, mu, sigma, tau)
    r = responsibilities(_energies(x, mu, sigma, xp), tau, prior=pi)
    mass, held = _held(r, xp)
    moved = (r.T @ x) / xp.where(held, mass, xp.ones_like(mass))[:, None]
    return xp.where(held[:, None], moved, mu), mass / x.shape[0]


def total_free_energy(x: Any, mu: Any, pi: Any = None, tau: float = 1.0, sigma: Any = 1.0) -> float:
    r"""The objective \(G = \sum_n F_\tau(x_n)\), without the normaliser of the Gaussian.

    In nats at temperature 1; arguments as for `em_step`. Right for comparing means, masses and
    temperatures; scales need the normaliser. Raises `BadInput`. Source: claim N3.

    >>> round(total_free_energy([[-1.0], [1.0]], [[0.0]]), 6)
    1.0
    """
    x, mu, sigma, xp = _given(x, mu, sigma, tau)
    return float(xp.sum(free_energy(_energies(x, mu, sigma, xp), tau, prior=pi)))


def mean_gradient(x: Any, mu: Any, pi: Any = None, tau: float = 1.0, sigma: Any = 1.0) -> Array:
    r"""The gradient of G in the means: responsibilities times gradients of energies, shape (H, D).

    \[\nabla_{\mu_h}G = -\sum_n r_{nh}\,\frac{x_n-\mu_h}{\sigma_h^2}\]

    Arguments as for `em_step`, at that temperature. Raises `BadInput`. Source: claims T3 and N3.

    >>> mean_gradient([[-1.0], [1.0]], [[0.0], [0.0]]).tolist()
    [[0.0], [0.0]]
    """
    x, mu, sigma, xp = _given(x, mu, sigma, tau)
    r = responsibilities(_energies(x, mu, sigma, xp), tau, prior=pi)
    return (xp.sum(r, axis=0)[:, None] * mu - r.T @ x) / sigma[:, None] ** 2


def preconditioner(x: Any, mu: Any, pi: Any = None, tau: float = 1.0, sigma: Any = 1.0) -> Array:
    r"""The step sizes \(\sigma_h^2/R_h\) that make a gradient step the EM step, shape (H,).

    Arguments as for `em_step`, at that temperature. They differ between components: no common step size
    does it (claim N3). 0 for a component that no sample answers to, which stays. Raises `BadInput`.
    Source: Xu and Jordan 1996.

    >>> x, mu = [[-1.0], [0.0], [2.0]], [[-1.0], [1.0]]
    >>> step = mu - preconditioner(x, mu)[:, None] * mean_gradient(x, mu)
    >>> bool(abs(step - em_step(x, mu)[0]).max() < 1e-15)
    True
    """
    x, mu, sigma, xp = _given(x, mu, sigma, tau)
    mass, held = _held(responsibilities(_energies(x, mu, sigma, xp), tau, prior=pi), xp)
    safe = xp.where(held, mass, xp.ones_like(mass))
    return xp.where(held, sigma**2 / safe, xp.zeros_like(mass))


def em_rate(x: Any, mu: Any, pi: Any = None, tau: float = 1.0, sigma: Any = 1.0) -> float:
    r"""The factor by which EM in the means contracts near a fixed point, temperature and masses held.

    The largest eigenvalue of \(I - I_c^{-1}I_o\), the fraction of missing information:
    \(I_c = \operatorname{diag}(R_h/\sigma_h^2)\) is the curvature when the assignments are known, and
    \(I_o = \nabla^2G\) the one when they are not. Above 1 the fixed point is unstable. With all means at
    the mean of the data it is \(\tau_c/\tau\). `mu` must be a fixed point, or the number means nothing:
    `BadInput` if a step of EM moves a mean by more than \(10^{-6}\) of the spread of the data.
    Source: claim N3.

    >>> round(em_rate([[-1.0], [1.0]], [[0.0], [0.0]], tau=4.0), 6)
    0.25
    """
    import numpy as np

    x, mu, sigma, pi = _in_numpy(x, mu, sigma, pi, tau)
    moved = np.abs(em_step(x, mu, pi, tau, sigma)[0] - mu).max()
    if moved > 1e-6 * np.abs(x - x.mean(axis=0)).max():
        raise BadInput(f"EM's rate is taken at a fixed point, but a step of EM moves a mean by {moved:.2g}")
    r = responsibilities(_energies(x, mu, sigma, np), tau, prior=pi)
    _, held = _held(r, np)
    r, mu, sigma = r[:, held], mu[held], sigma[held]
    (H, D), mass = mu.shape, r.sum(axis=0)
    score = (x[:, None] - mu) / (sigma * np.sqrt(mass))[:, None]  # (N, H, D), in units where I_c = 1
    spread = r[:, :, None] * np.eye(H) - r[:, :, None] * r[:, None, :]
    missing = np.einsum("nhk,nhi,nkj->hikj", spread, score, score) / tau
    return float(np.linalg.eigvalsh(missing.reshape(H * D, H * D))[-1])


@dataclass(frozen=True, eq=False)
class FlowPath:
    """A path of continuous EM: T times with the state at each.

    `times`, `temperatures` and `free_energies` have shape (T,), `means` (T, H, D), `masses` (T, H), all in
    the float64 of NumPy. The free energy is G at that time's temperature, in nats at temperature 1; with
    unit weights `masses` is None. Source: claims N3 and N3b.

    >>> path = gradient_flow([[-1.0], [1.0]], [[-0.1], [0.1]], 0.5, 2.0, count=5)
    >>> path.times.tolist(), path.means.shape, path.masses
    ([0.0, 0.5, 1.0, 1.5, 2.0], (5, 2, 1), None)
    """

    times: Array
    temperatures: Array
    means: Array
    masses: Array | None
    free_energies: Array


def gradient_flow(
    x: Any,
    mu: Any,
    schedule: float | Callable[[float], float],
    t_end: float,
    *,
    pi: Any = None,
    sigma: Any = 1.0,
    preconditioned: bool = True,
    free_masses: bool = False,
    count: int = 200,
    rtol: float = 1e-8,
) -> FlowPath:
    r"""Follow the flow of G from `mu` at time 0 to `t_end`, while `schedule` sets the temperature.

    \[\dot\mu_h = -P_h\,\nabla_{\mu_h}G,\qquad \dot\pi_h = \frac{R_h}{N}-\pi_h\ \text{with free masses}\]

    `preconditioned`: \(P_h = \sigma_h^2/R_h\), so that one Euler step of size 1 is exactly the EM step;
    else \(P_h = 1/N\), plain gradient descent on the average. `schedule`: a function of time, or one
    temperature. `free_masses` needs masses `pi`. Returns `count` states at equal times, by SciPy's LSODA
    at the relative tolerance `rtol`, between 0 and 1, in the float64 of NumPy. Raises `BadInput`.
    Source: claims N3 and N3b.

    >>> path = gradient_flow([[-1.0], [1.0]], [[-0.1], [0.1]], 0.5, 30.0)
    >>> path.means[-1].round(3).tolist()  # y = tanh(2 y)
    [[-0.958], [0.958]]
    """
    import numpy as np
    from scipy.integrate import solve_ivp

    tau_at = schedule if callable(schedule) else lambda _, fixed=schedule: fixed
    x, mu, sigma, pi = _in_numpy(x, mu, sigma, pi, tau_at(0.0))
    if not (isinstance(count, int) and count >= 2 and 0 < t_end < math.inf):
        raise BadInput(f"a flow takes a time t_end > 0 and at least 2 states, got {t_end!r} and {count!r}")
    between(rtol, 0, 1, "the relative tolerance rtol")
    if free_masses and pi is None:
        raise BadInput("free masses start from masses: expected pi, got None")
    shape, H = mu.shape, mu.shape[0]
    start = None if pi is None else np.broadcast_to(pi, (H,))

    def state(y: Array) -> tuple[Array, Array | None]:
        return y[: mu.size].reshape(shape), y[mu.size :] if free_masses else start

    def velocity(t: float, y: Array) -> Array:
        means, masses = state(y)
        tau = _positive(tau_at(t))
        target, shares = em_step(x, means, masses, tau, sigma)
        if preconditioned:
            drift = target - means
        else:
            drift = -mean_gradient(x, means, masses, tau, sigma) / len(x)
        return np.concatenate([drift.ravel(), shares - masses]) if free_masses else drift.ravel()

    times = np.linspace(0.0, t_end, count)
    parts = [mu.ravel(), start / start.sum()] if free_masses and start is not None else [mu.ravel()]
    found = solve_ivp(
        velocity,
        (0.0, t_end),
        np.concatenate(parts),
        "LSODA",
        times,
        rtol=rtol,
        atol=1e-4 * rtol * float(np.ptp(x) or np.ptp(mu) or 1.0),
    )
    if not found.success:
        raise BadInput(f"the flow could not be followed beyond time {found.t[-1]:.3g}: {found.message}")
    states = [state(y) for y in found.y.T]
    taus = np.asarray([_positive(tau_at(t)) for t in times])
    values = [total_free_energy(x, m, p, t, sigma) for (m, p), t in zip(states, taus, strict=True)]
    masses = np.stack([p / p.sum() for _, p in states if p is not None]) if start is not None else None
    return FlowPath(times, taus, np.stack([m for m, _ in states]), masses, np.asarray(values))


def _energies(x: Array, mu: Array, sigma: Array, xp: Any) -> Array:
    """The energies of N samples under H components, shape (N, H)."""
    return xp.sum(((x[:, None, :] - mu[None, :, :]) / sigma[None, :, None]) ** 2, axis=-1) / 2


def _held(r: Array, xp: Any) -> tuple[Array, Array]:
    """What each component holds, and whether it is a number with all its digits: not underflown."""
    mass, kind = xp.sum(r, axis=0), xp.finfo(r.dtype)
    return mass, mass > float(kind.smallest_normal) / float(kind.eps)


def _given(x: Any, mu: Any, sigma: Any, tau: Any) -> tuple[Array, Array, Array, Any]:
    """Samples, means and one scale for each component as arrays of one library, with its namespace."""
    x, xp = as_array(x, "the samples")
    mu, sigma = (as_array(xp.asarray(given, dtype=x.dtype), what)[0]
                 for given, what in ((mu, "the means"), (sigma, "the scales")))  # fmt: skip
    if x.ndim != 2 or 0 in x.shape:
        raise BadInput(f"samples are a table of N rows and D columns, got shape {tuple(x.shape)}")
    if mu.ndim != 2 or mu.shape[0] == 0 or mu.shape[1] != x.shape[1]:
        raise BadInput(
            f"expected means of shape (H, {x.shape[1]}), like the samples, got {tuple(mu.shape)}"
        )
    for what, array in (("samples", x), ("means", mu)):
        if not bool(xp.all(xp.isfinite(array))):
            raise BadInput(f"{what} must be finite, got {array!r}")
    if tuple(sigma.shape) not in ((), (mu.shape[0],)):
        raise BadInput(f"expected one scale, or one for each of {mu.shape[0]} components, got {sigma!r}")
    if not bool(xp.all((sigma > 0) & xp.isfinite(sigma))):
        raise BadInput(f"a scale is positive and finite, got {sigma!r}")
    _positive(tau)
    return x, mu, xp.broadcast_to(sigma, (mu.shape[0],)), xp


def _in_numpy(x: Any, mu: Any, sigma: Any, pi: Any, tau: Any) -> tuple[Array, Array, Array, Array | None]:
    """Samples, means, scales and masses in the float64 of NumPy, in which SciPy and LAPACK compute."""
    x, mu, sigma, _ = _given(x, mu, sigma, tau)
    x, mu, sigma = (numbers_of(given, "the samples") for given in (x, mu, sigma))
    return x, mu, sigma, None if pi is None else numbers_of(pi, "the masses")


def _positive(tau: Any) -> float:
    """A temperature above 0, where EM is smooth."""
    value = temperature(tau)
    if value == 0:
        raise BadInput("EM as a flow needs a temperature above 0, got 0")
    return value
