"""Kernels: the energy of a residual u = z - mu, one definition each for exact and numeric use.

A kernel supplies its energy and nothing else. A parameter may be a number, a SymPy expression or,
by default, its own name: then it stays free until the activation is called. The class statement of a kernel
is the one place where it is entered: with `named="..."` it is in `KERNELS`, and so in the grid, the index,
the reference, the tests, and wherever a kernel can be chosen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from inspect import Parameter, signature
from typing import Any, ClassVar, Self

from .arrays import logcosh
from .errors import BadInput, unknown
from .parameters import Parametric, number
from .registry import enter

KERNELS: dict[str, type[Kernel]] = {}  # by name, in the order of the classes below


@dataclass(frozen=True)
class Kernel(Parametric):
    """A kernel: subclasses give `energy(u, xp)` for a residual u against the namespace `xp`.

    A subclass `named="cauchy"` is entered in `KERNELS`; its `title` is the name in running text, `starts`
    are numbers at which its parameters start in a figure, if not at 1, and the last parameter is its scale.
    Source: claim K1.

    >>> Gaussian.named, StudentT.title, Power.starts, isinstance(kernel("u**4"), Kernel)
    ('gaussian', 'Student-t', {'p': 3}, True)
    """

    named: ClassVar[str | None] = None
    title: ClassVar[str] = ""
    starts: ClassVar[Mapping[str, int]] = {}

    def __init_subclass__(
        cls,
        *,
        named: str | None = None,
        title: str | None = None,
        starts: Mapping[str, int] | None = None,
        **rest: Any,
    ) -> None:
        super().__init_subclass__(**rest)
        cls.named, cls.title, cls.starts = named, title or named or cls.__name__, starts or {}
        enter(KERNELS, "kernel", named, cls)

    @classmethod
    def scaled(cls, scale: Any = "s") -> Self:
        """The kernel with its last parameter, the scale, given or named, and the others where they start.

        >>> StudentT.scaled(), Power.scaled(2)
        (StudentT(nu=1, sigma='s'), Power(p=3, s=2))
        """
        names = [f.name for f in fields(cls)]
        given = {name: cls.starts.get(name, 1) for name in names[:-1]}
        return cls(**given, **dict.fromkeys(names[-1:], scale))

    def energy(self, u: Any, xp: Any) -> Any:
        """The energy of a residual u, floats or an expression, in nats at temperature 1; of its shape."""
        raise NotImplementedError

    @cached_property
    def increasing(self) -> bool:
        r"""Whether the energy is even and proved to increase strictly with \(|u|\).

        >>> Laplace().increasing, Cosine().increasing
        (True, False)
        """
        from .shapes import increasing

        return increasing(self.exact())

    @cached_property
    def convex(self) -> str | None:
        """Whether the energy is proved "strictly convex" or "convex"; None where neither was shown.

        >>> Gaussian().convex, Laplace().convex, Cauchy().convex
        ('strictly convex', 'convex', None)
        """
        from .shapes import convex

        return convex(self.exact())

    @cached_property
    def tail(self) -> str | None:
        """How the energy grows far out, by its degree; None where it stays bounded or no limit was found.

        >>> Gaussian().tail, Huber().tail, StudentT().tail, Cosine().tail
        ('quadratic', 'linear', 'logarithmic', None)
        """
        from .shapes import tail

        return tail(self.exact())


@dataclass(frozen=True)
class Gaussian(Kernel, named="gaussian", title="Gaussian"):
    r"""\(d(u) = u^2 / 2\sigma^2\), scale `sigma` > 0.

    Strictly increasing in \(|u|\); tail quadratic; homogeneous of degree 2. Source: claims G1 to G7.

    >>> Gaussian(sigma=2.0).energy(2.0, None)
    0.5
    """

    sigma: Any = "sigma"

    def energy(self, u: Any, xp: Any) -> Any:
        return (u / self.sigma) ** 2 / 2


@dataclass(frozen=True)
class Laplace(Kernel, named="laplace", title="Laplace"):
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
class Logistic(Kernel, named="logistic"):
    r"""\(d(u) = 2\log\cosh(u/2s)\), scale `s` > 0: minus a logistic log-density, up to a constant.

    Strictly increasing in \(|u|\); tail linear; not homogeneous. Source: claims T4 and K6.

    >>> import numpy
    >>> round(float(Logistic(s=1.0).energy(numpy.asarray(1.0), numpy)), 6)
    0.240229
    """

    s: Any = "s"

    def energy(self, u: Any, xp: Any) -> Any:
        return 2 * logcosh(u / (2 * self.s), xp)


@dataclass(frozen=True)
class StudentT(Kernel, named="student-t", title="Student-t"):
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
class Cauchy(Kernel, named="cauchy", title="Cauchy"):
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
class Huber(Kernel, named="huber", title="Huber"):
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
class PseudoHuber(Kernel, named="pseudo-huber", title="pseudo-Huber"):
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
class Sech(Kernel, named="sech", title="hyperbolic secant"):
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
class Power(Kernel, named="power", starts={"p": 3}):
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
class Cosine(Kernel, named="cosine"):
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
    Source: claim K1.

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


@dataclass(frozen=True)
class Custom(Kernel):
    """A kernel of your own, as a function of the residual, a namespace, and any positive parameters.

    The function is written once for SymPy and for arrays: `f(u, xp, ...)` with the functions of `xp`.
    Raises `BadInput` for what is no such function. Source: claim K1.

    >>> Custom(lambda u, xp, s: xp.log(1 + (u/s)**4)).free()
    ['s']
    """

    function: Callable[..., Any]
    values: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        try:
            names = list(signature(self.function).parameters)
        except (TypeError, ValueError):
            names = []
        if len(names) < 2 or _gathers(self.function) or {"z", "tau", "h"} & set(names):
            raise BadInput(
                f"a kernel is a function of (u, xp) and parameters other than z, tau and h, got "
                f"{self.function!r}"
            )

        if not self.values:
            self._check_energy()

    def _check_energy(self) -> None:
        """Refuse a function that gives no expression in the residual and all of the parameters."""
        import sympy as sp

        from . import exact

        u = sp.Symbol("u", real=True)
        try:
            energy = self.function(u, exact, **{n: sp.Symbol(n, positive=True) for n in self._names})
        except Exception as error:
            raise BadInput(
                f"a kernel is a function that takes SymPy expressions with the functions of xp, "
                f"{self.function!r} raises {type(error).__name__}: {error}"
            ) from error
        if not isinstance(energy, sp.Expr) or {s.name for s in energy.free_symbols} != {"u", *self.free()}:
            raise BadInput(
                f"a kernel is a function of the residual and all of its parameters {self.free()}, "
                f"got the energy {energy!r}"
            )

    @property
    def _names(self) -> list[str]:
        return list(signature(self.function).parameters)[2:]

    def free(self) -> list[str]:
        return [name for name in self._names if name not in dict(self.values)]

    def exact(self) -> Custom:
        from .exact import expression

        return self._with({name: expression(name, positive=True) for name in self.free()})

    def bound(self, values: Mapping[str, Any]) -> Custom:
        return self._with({name: number(name, values[name], positive=True) for name in self.free()})

    def _with(self, given: Mapping[str, Any]) -> Custom:
        return replace(self, values=(*self.values, *given.items()))

    def energy(self, u: Any, xp: Any) -> Any:
        from .arrays import is_exact

        energy = self.function(u, xp, **dict(self.values))
        return _without_floats(energy) if is_exact(energy) else energy

    def __repr__(self) -> str:
        return f"Custom({getattr(self.function, '__name__', self.function)})"


def _gathers(function: Callable[..., Any]) -> bool:
    """Whether a function takes any number of arguments, or some by position only."""
    kinds = {p.kind for p in list(signature(function).parameters.values())[2:]}
    return not kinds <= {Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY}


def _without_floats(energy: Any) -> Any:
    """Decimal numbers as the fractions that they are written as."""
    import sympy as sp

    return energy.xreplace({x: sp.Rational(str(float(x))) for x in energy.atoms(sp.Float)})


def _constants(given: Any) -> list[Any]:
    """The constants of an expression that would read as names, such as pi."""
    atoms = given.atoms() if hasattr(given, "atoms") else ()
    return [a for a in atoms if a.is_number and not (a.is_Rational or a.is_Float)]


def kernel(given: Any) -> Kernel:
    """A kernel of that name, of a formula or a SymPy expression in the residual u, or of a function.

    Parameters stay free. A function takes `(u, xp)` and further positive parameters by name.
    Raises `BadInput`. Source: claim K1.

    >>> kernel("laplace")
    Laplace(b='b')
    >>> kernel("u**4/s")
    Formula('u**4/s')
    >>> kernel(lambda u, xp, s: xp.abs(u/s)**3).free()
    ['s']
    """
    from .arrays import is_exact

    if isinstance(given, Kernel):
        return given
    if is_exact(given):
        if constants := _constants(given):
            raise BadInput(f"a formula has names and numbers only, write {constants} as a parameter")
        return Formula(str(given).replace("Abs(", "abs("))
    if callable(given) and not isinstance(given, type):
        return Custom(given)
    if not isinstance(given, str):
        raise BadInput(f"expected a kernel, its name, a formula or a function, got {given!r}")
    name = given.lower().replace("_", "-")
    if name in KERNELS:
        return KERNELS[name]()
    if re.fullmatch(r"[A-Za-z_ -]*", given) and given != "u":
        raise unknown("kernel", given, KERNELS)
    return Formula(given)
