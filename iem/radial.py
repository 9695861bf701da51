r"""Energies of a residual's squared length alone: \(d = g(q)\) with \(q = u^\top\Sigma^{-1}u\).

EM sees such an energy as a weighted Gaussian: a sample weighs \(w(q) = 2g'(q)\) in the mean and in the
scale, and an EM step with these weights never raises the free energy where \(g\) is concave in \(q\).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .errors import BadInput, unknown

Array = Any


class Radial:
    r"""An energy \(g(q)\), its weight \(2g'(q)\), its bend \(4g''(q)\), and its mass.

    `q`: squared residuals; `D`: the dimension; `xp`: the namespace of the array. `plain` says that every
    sample weighs the same, so that weight and bend are 1 and 0 and need not be computed.
    """

    plain = False

    def energy(self, q: Array, D: int, xp: Any) -> Array:
        """The energy, in nats at temperature 1."""
        raise NotImplementedError

    def weight(self, q: Array, D: int, xp: Any) -> Array:
        """Twice the derivative of the energy in q."""
        raise NotImplementedError

    def bend(self, q: Array, D: int, xp: Any) -> Array:
        """Four times the second derivative of the energy in q."""
        raise NotImplementedError

    def log_mass(self, tau: float, D: int) -> float:
        r"""\(\log\int_{\mathbb R^D}e^{-g/\tau}\,du\), infinite where there is no normaliser."""
        raise NotImplementedError


@dataclass(frozen=True)
class GaussianEnergy(Radial):
    r"""\(g = q/2\), in nats at temperature 1.

    Source: claims G7 and N1.

    >>> GaussianEnergy().energy(4.0, 1, math)
    2.0
    """

    plain = True

    def energy(self, q: Array, D: int, xp: Any) -> Array:
        return q / 2

    def weight(self, q: Array, D: int, xp: Any) -> Array:
        return xp.ones_like(q)

    def bend(self, q: Array, D: int, xp: Any) -> Array:
        return xp.zeros_like(q)

    def log_mass(self, tau: float, D: int) -> float:
        return D / 2 * math.log(2 * math.pi * tau)


@dataclass(frozen=True)
class StudentTEnergy(Radial):
    r"""\(g = \tfrac{\nu+D}2\log(1+q/\nu)\): far samples weigh less and less.

    In nats at temperature 1; `nu` > 0 degrees of freedom. Raises `BadInput`. Source: claim T4.

    >>> round(StudentTEnergy(1.0).energy(3.0, 1, math), 6)
    1.386294
    """

    nu: float = 4.0

    def __post_init__(self) -> None:
        if not 0 < self.nu < math.inf:
            raise BadInput(
                f"the degrees of freedom of a Student-t energy are positive and finite, got {self.nu!r}"
            )

    def energy(self, q: Array, D: int, xp: Any) -> Array:
        return (self.nu + D) / 2 * xp.log1p(q / self.nu)

    def weight(self, q: Array, D: int, xp: Any) -> Array:
        return (self.nu + D) / (self.nu + q)

    def bend(self, q: Array, D: int, xp: Any) -> Array:
        return -2 * (self.nu + D) / (self.nu + q) ** 2

    def log_mass(self, tau: float, D: int) -> float:
        power = (self.nu + D) / (2 * tau)
        if power <= D / 2:
            return math.inf
        return D / 2 * math.log(self.nu * math.pi) + math.lgamma(power - D / 2) - math.lgamma(power)


@dataclass(frozen=True)
class LaplaceEnergy(Radial):
    r"""\(g = \sqrt{q+\rho^2}\): the Laplace energy, rounded at its tip over \(\rho\) of the scale.

    Rounded, it has a curvature everywhere, so that critical temperatures exist, and its normaliser is
    known: \(2(2\pi\tau)^{(D-1)/2}\rho^{(D+1)/2}K_{(D+1)/2}(\rho/\tau)\). In nats at temperature 1.
    Source: claim T4.

    >>> round(LaplaceEnergy().energy(1.0, 1, math), 6)
    1.004988
    """

    rounding: float = 0.1

    def energy(self, q: Array, D: int, xp: Any) -> Array:
        return xp.sqrt(q + self.rounding**2)

    def weight(self, q: Array, D: int, xp: Any) -> Array:
        return 1 / xp.sqrt(q + self.rounding**2)

    def bend(self, q: Array, D: int, xp: Any) -> Array:
        return -1 / (q + self.rounding**2) ** 1.5

    def log_mass(self, tau: float, D: int) -> float:
        from scipy.special import kve

        order = (D + 1) / 2
        bessel = math.log(kve(order, self.rounding / tau)) - self.rounding / tau
        powers = (D - 1) / 2 * math.log(2 * math.pi * tau) + order * math.log(self.rounding)
        return math.log(2) + powers + bessel


RADIAL = {"gaussian": GaussianEnergy, "laplace": LaplaceEnergy, "student-t": StudentTEnergy}


def radial(name: str, nu: float = 4.0) -> Radial:
    """An energy by its name; `nu` is for Student-t.

    >>> radial("cauchy")
    Traceback (most recent call last):
    iem.errors.BadInput: unknown energy 'cauchy': Known are gaussian, laplace, student-t
    """
    if name not in RADIAL:
        raise unknown("energy", name, RADIAL)
    return StudentTEnergy(nu) if name == "student-t" else RADIAL[name]()
