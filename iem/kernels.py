"""Kernels: the energy of a residual u = z - mu, one definition each for exact and numeric use.

A kernel supplies its energy and nothing else. A parameter may be a number, a SymPy expression or,
by default, its own name: then it stays free until the activation is called.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Self

from .arrays import logcosh
from .errors import BadInput, unknown


def number(name: str, value: Any, positive: bool = False) -> Any:
    """A parameter as given for computing: a finite float, or a floating array of finite numbers."""
    from .arrays import as_array

    low = 0.0 if positive else -math.inf
    if getattr(value, "shape", ()) != ():
        result, xp = as_array(value, name)
        good = bool(xp.all((result > low) & (result < math.inf)))
    else:
        try:
            result = math.nan if isinstance(value, (str, bytes)) else float(value)
        except (TypeError, ValueError, OverflowError):
            result = math.nan
        good = low < result < math.inf
    if not good:
        kind = "positive finite" if positive else "finite"
        raise BadInput(f"{name} must be a {kind} number or an array of such, got {value!r}")
    return result


def declared(name: str, value: Any, positive: bool = False) -> None:
    """Check a parameter as it is declared: a free name, a SymPy expression, a number or an array."""
    from .arrays import is_exact

    if isinstance(value, str):
        if not value.isidentifier() or value in ("z", "tau"):
            raise BadInput(f"{name} must be named by an identifier other than z and tau, got {value!r}")
    elif not is_exact(value) or getattr(value, "is_number", False):
        number(name, value, positive)
    elif positive and not getattr(value, "is_positive", False):
        raise BadInput(f"{name} must be positive, got {value!r}, which is not declared so")


@dataclass(frozen=True)
class Parametric:
    """Something with positive parameters that may still be free, that is, given by name."""

    def __post_init__(self) -> None:
        for f in fields(self):
            declared(f.name, getattr(self, f.name), positive=True)

    def free(self) -> list[str]:
        """The names of the free parameters.

        >>> Gaussian().free(), Gaussian(sigma=2).free()
        (['sigma'], [])
        """
        return [v for f in fields(self) if isinstance(v := getattr(self, f.name), str)]

    def exact(self) -> Self:
        """The same with SymPy expressions for parameters."""
        from .exact import expression

        return replace(
            self, **{f.name: expression(getattr(self, f.name), positive=True) for f in fields(self)}
        )

    def bound(self, values: Mapping[str, Any]) -> Self:
        """The same with numbers for parameters, free ones taken from `values`."""
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in given.items():
            given[name] = number(name, values[value] if isinstance(value, str) else value, positive=True)
        return replace(self, **given)


@dataclass(frozen=True)
class Kernel(Parametric):
    """A kernel: subclasses give `energy(u, xp)` for a residual u against the namespace `xp`."""

    def energy(self, u: Any, xp: Any) -> Any:
        """The energy of a residual, in nats at temperature 1; same shape as u."""
        raise NotImplementedError

    @cached_property
    def increasing(self) -> bool:
        r"""Whether the energy is even and proved to increase strictly with \(|u|\).

        >>> Laplace().increasing, Cosine().increasing
        (True, False)
        """
        from .shapes import increasing

        return increasing(self.exact())


@dataclass(frozen=True)
class Gaussian(Kernel):
    r"""\(d(u) = u^2 / 2\sigma^2\), scale `sigma` > 0.

    Strictly increasing in \(|u|\); tail quadratic; homogeneous of degree 2. Source: claims G1 to G7.

    >>> Gaussian(sigma=2.0).energy(2.0, None)
    0.5
    """

    sigma: Any = "sigma"

    def energy(self, u: Any, xp: Any) -> Any:
        return (u / self.sigma) ** 2 / 2


@dataclass(frozen=True)
class Laplace(Kernel):
    r"""\(d(u) = |u| / b\), scale `b` > 0.

    Strictly increasing in \(|u|\); tail linear; homogeneous of degree 1. Source: claims T4, K3, K4.

    >>> import numpy
    >>> float(Laplace(b=2.0).energy(numpy.asarray(-3.0), numpy))
    1.5
    """

    b: Any = "b"

    def energy(self, u: Any, xp: Any) -> Any:
        return xp.abs(u) / self.b


@dataclass(frozen=True)
class Logistic(Kernel):
    r"""\(d(u) = |u|/s + 2\log(1 + e^{-|u|/s})\), scale `s` > 0: minus a logistic log-density.

    Strictly increasing in \(|u|\); tail linear; not homogeneous. Source: claims T4 and K6.

    >>> import numpy
    >>> round(float(Logistic(s=1.0).energy(numpy.asarray(0.0), numpy)), 6)
    1.386294
    """

    s: Any = "s"

    def energy(self, u: Any, xp: Any) -> Any:
        r = xp.abs(u) / self.s
        return r + 2 * xp.log1p(xp.exp(-r))


@dataclass(frozen=True)
class StudentT(Kernel):
    r"""\(d(u) = \frac{\nu+1}{2}\log(1 + u^2/\nu\sigma^2)\), degrees of freedom `nu` > 0, scale `sigma` > 0.

    Strictly increasing in \(|u|\); tail logarithmic; not homogeneous. Source: claims T4 and K6.

    >>> import numpy
    >>> round(float(StudentT(nu=1.0, sigma=1.0).energy(numpy.asarray(1.0), numpy)), 6)
    0.693147
    """

    nu: Any = "nu"
    sigma: Any = "sigma"

    def energy(self, u: Any, xp: Any) -> Any:
        return (self.nu + 1) / 2 * xp.log1p(u**2 / (self.nu * self.sigma**2))


@dataclass(frozen=True)
class Cauchy(Kernel):
    r"""\(d(u) = \log(1 + u^2/\sigma^2)\), scale `sigma` > 0: the Student-t with one degree of freedom.

    Strictly increasing in \(|u|\); tail logarithmic; not homogeneous. Source: claims T4 and K6.

    >>> import numpy
    >>> round(float(Cauchy(sigma=2.0).energy(numpy.asarray(2.0), numpy)), 6)
    0.693147
    """

    sigma: Any = "sigma"

    def energy(self, u: Any, xp: Any) -> Any:
        return xp.log1p(u**2 / self.sigma**2)


@dataclass(frozen=True)
class Huber(Kernel):
    r"""\(d(u) = c\,(u - c/2)\), \(c\) = clip(u, -delta, delta): quadratic up to `delta` > 0, then linear.

    Strictly increasing in \(|u|\); tail linear; not homogeneous. Source: claim K6.

    >>> import numpy
    >>> Huber(delta=1.0).energy(numpy.asarray([0.5, 2.0]), numpy)
    array([0.125, 1.5  ])
    """

    delta: Any = "delta"

    def energy(self, u: Any, xp: Any) -> Any:
        c = xp.clip(u, -self.delta, self.delta)
        return c * (u - c / 2)


@dataclass(frozen=True)
class PseudoHuber(Kernel):
    r"""\(d(u) = \delta^2(\sqrt{1 + u^2/\delta^2} - 1)\), `delta` > 0: a smooth Huber energy.

    Strictly increasing in \(|u|\); tail linear; not homogeneous. Source: claim K6.

    >>> import numpy
    >>> round(float(PseudoHuber(delta=1.0).energy(numpy.asarray(1.0), numpy)), 6)
    0.414214
    """

    delta: Any = "delta"

    def energy(self, u: Any, xp: Any) -> Any:
        return self.delta**2 * (xp.sqrt(1 + u**2 / self.delta**2) - 1)


@dataclass(frozen=True)
class Sech(Kernel):
    r"""\(d(u) = \log\cosh(u/s)\), scale `s` > 0: minus a hyperbolic secant log-density.

    Strictly increasing in \(|u|\); tail linear; not homogeneous. Source: claims I6 and K6.

    >>> import numpy
    >>> round(float(Sech(s=1.0).energy(numpy.asarray(1000.0), numpy)), 6)
    999.306853
    """

    s: Any = "s"

    def energy(self, u: Any, xp: Any) -> Any:
        return logcosh(u / self.s, xp)


@dataclass(frozen=True)
class Power(Kernel):
    r"""\(d(u) = |u/s|^p / p\), power `p` > 0 and scale `s` > 0: generalised Gaussian.

    Strictly increasing in \(|u|\); tail of degree p; homogeneous of degree p. Source: claim T4.

    >>> import numpy
    >>> float(Power(p=4.0, s=1.0).energy(numpy.asarray(2.0), numpy))
    4.0
    """

    p: Any = "p"
    s: Any = "s"

    def energy(self, u: Any, xp: Any) -> Any:
        return xp.abs(u / self.s) ** self.p / self.p


@dataclass(frozen=True)
class Cosine(Kernel):
    r"""\(d(u) = \kappa\,(1 - \cos u)\), concentration `kappa` > 0: the von Mises kernel on angles.

    Periodic: not increasing in \(|u|\) beyond \(\pi\). Source: claim K5.

    >>> import numpy
    >>> float(Cosine(kappa=2.0).energy(numpy.asarray(numpy.pi), numpy))
    4.0
    """

    kappa: Any = "kappa"

    def energy(self, u: Any, xp: Any) -> Any:
        return self.kappa * (1 - xp.cos(u))


@dataclass(frozen=True)
class Formula(Kernel):
    """A kernel of your own, as a formula in the residual `u`; every other name is a positive parameter.

    The text is read by a whitelist and never evaluated; see `iem.parse`. Raises `BadInput`.

    >>> Formula("log(cosh(u/s))").free()
    ['s']
    """

    text: str
    values: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        names = {s.name for s in self._formula.free_symbols}
        if "u" not in names or names & {"z", "tau", "h"}:
            raise BadInput(
                f"a kernel is a formula in the residual u, without z, tau or h; got {self.text!r}"
            )

    @cached_property
    def _formula(self) -> Any:
        from .parse import parse

        return parse(self.text, self._symbol)

    @staticmethod
    def _symbol(name: str) -> Any:
        import sympy as sp

        return sp.Symbol(name, real=True) if name == "u" else sp.Symbol(name, positive=True)

    def free(self) -> list[str]:
        known = {"u", *(name for name, _ in self.values)}
        return sorted({s.name for s in self._formula.free_symbols} - known)

    def exact(self) -> Formula:
        return self

    def bound(self, values: Mapping[str, Any]) -> Formula:
        given = {name: number(name, values[name], positive=True) for name in self.free()}
        return replace(self, values=tuple(given.items()))

    def energy(self, u: Any, xp: Any) -> Any:
        from .arrays import is_exact
        from .evaluate import evaluate

        if is_exact(u):
            return self._formula.subs(self._symbol("u"), u)
        return evaluate(self._formula, {"u": u, **dict(self.values)}, xp)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"


KERNELS: dict[str, type[Kernel]] = {
    "gaussian": Gaussian,
    "laplace": Laplace,
    "logistic": Logistic,
    "student-t": StudentT,
    "cauchy": Cauchy,
    "huber": Huber,
    "pseudo-huber": PseudoHuber,
    "sech": Sech,
    "power": Power,
    "cosine": Cosine,
}


def kernel(text: str) -> Kernel:
    """The kernel of that name with its parameters free, or the kernel of a formula in the residual u.

    >>> kernel("laplace")
    Laplace(b='b')
    >>> kernel("u**4/s")
    Formula('u**4/s')
    """
    if not isinstance(text, str):
        raise unknown("kernel", text, KERNELS)
    name = text.lower().replace("_", "-")
    if name in KERNELS:
        return KERNELS[name]()
    if re.fullmatch(r"[A-Za-z_ -]*", text) and text != "u":
        raise unknown("kernel", text, KERNELS)
    return Formula(text)
