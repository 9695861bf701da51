"""What every activation offers once its closed form is derived: shapes, symmetry, code, a plot."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import sympy as sp

from . import exact, shapes
from .errors import BadInput, Refused
from .parameters import declared, number
from .proof import Derivation, Link
from .render import plain
from .shapes import Z, each

TAU = exact.symbol("tau")


class Derived:
    """The face that activations share; a subclass gives `_chain`, `free`, `_positive` and `__call__`.

    >>> from iem import activation
    >>> a = activation("gaussian", "mean")
    >>> isinstance(a, Derived), a.parity, a.free()
    (True, 'odd', ['m', 'sigma'])
    """

    scalar = True  # whether the evidence is a number

    @property
    def _chain(self) -> Derivation | None:
        raise NotImplementedError

    def free(self) -> list[str]:
        """The names of the parameters that a call must give, besides tau."""
        raise NotImplementedError

    def _positive(self) -> set[str]:
        """Those of them that must be positive."""
        raise NotImplementedError

    def __call__(self, z: Any, *, tau: Any = 1.0, **parameters: Any) -> Any:
        raise NotImplementedError

    @property
    def derivation(self) -> Derivation:
        """The chain from the energies to the closed form, every link checked.

        Raises `BadInput` where no closed form was reached.
        """
        if self._chain is None:
            raise BadInput(f"no closed form was reached for {self}; it can still be called")
        return self._chain

    @property
    def numeric(self) -> str | None:
        """How a value is computed where no closed form was reached, if more is to be said than that."""
        return None

    @property
    def expr(self) -> Any:
        """The closed form as a SymPy expression, or None where none was reached."""
        return None if self._chain is None else self._chain.end

    def _of_a_number(self, what: str) -> Any:
        """The chain, for evidence that is a number."""
        if not self.scalar:
            raise BadInput(f"{what} is given for evidence that is a number, not for {self}")
        return self.derivation

    def at(self, **values: Any) -> Derivation:
        r"""The closed form with some parameters fixed, in its simplest known shape: a checked chain.

        Values are numbers or SymPy expressions. Raises `BadInput` for a name that does not occur, and for a
        value that is not positive where the parameter is.
        Source: claims I6 and K6.

        >>> from iem import activation
        >>> activation("cauchy", "mean").at(tau=1).end
        2*m*z/(m**2 + sigma**2 + z**2)
        """
        form, lhs = self._of_a_number("a shape").end, getattr(self.derivation, "lhs", sp.Function("a")(Z))
        names = {s.name: s for s in form.free_symbols if s != Z}
        if strange := sorted(set(values) - set(names)):
            raise BadInput(f"{self} has {', '.join(sorted(names))} to fix, got {', '.join(strange)}")
        point = {names[name]: _fixed(names[name], value) for name, value in values.items()}
        start = each(form, lambda e: e.subs(point))
        told = ", ".join(f"{plain(name)} = {plain(value)}" for name, value in point.items())
        shorter = [e for e in dict.fromkeys(shapes.known(start)) if shapes.size(e) < shapes.size(start)]
        for shape in sorted(shorter, key=shapes.size):
            try:
                link = Link(shape, "a known shape")
                return Derivation(lhs, start, [link], why=f"with {told}")
            except Refused:
                continue
        link = Link(start, "no simpler shape is known")
        return Derivation(lhs, start, [link], why=f"with {told}")

    @cached_property
    def parity(self) -> str | None:
        """Whether the closed form is proved "odd" or "even" in z, or None for neither.

        >>> from iem import activation
        >>> activation("gaussian", "mean").parity, activation("gaussian", "variance").parity
        ('odd', 'even')
        """
        return shapes.parity(self._of_a_number("parity").end)

    @cached_property
    def monotone(self) -> str | None:
        """How the closed form moves with z, as "increasing", "nondecreasing", "not monotone" or None.

        The first two are proved by the sign of the derivative in every case, the third by two points.

        >>> from iem import activation
        >>> [activation(k, "mean").monotone for k in ("gaussian", "laplace", "cauchy")]
        ['increasing', 'nondecreasing', 'not monotone']
        """
        return shapes.monotone(self._of_a_number("monotonicity").end)

    def code(self, library: str = "numpy") -> str:
        """The closed form as a Python function for "numpy", "torch" or "jax", as text.

        Raises `BadInput` for another library, or where no closed form was reached.

        >>> from iem import activation
        >>> print(activation("gaussian", "mean").code().splitlines()[-1].strip())
        return np.tanh(m*z/(sigma**2*tau))
        """
        from .source import source

        return source(self._of_a_number("code").end, library)

    def plot(self, ax: Any = None, *, tau: Any = 1.0, **parameters: Any) -> Any:
        """Draw the activation over evidence from -4 to 4; returns the Matplotlib axes.

        Parameters that are not given are 1. Raises `BadInput` for an unknown one.
        """
        import numpy

        from . import plots

        if not self.scalar:
            raise BadInput(f"a plot is given for evidence that is a number, not for {self}")
        ax = plots.axes() if ax is None else ax
        given = {name: 1.0 for name in self.free()} | parameters
        z = numpy.linspace(-4.0, 4.0, 801)
        ax.plot(z, self(z, tau=tau, **given))
        ax.set(xlabel="evidence $z$", ylabel=str(self))
        return ax

    @cached_property
    def _signature(self) -> dict[str, bool]:
        """The free parameters, and whether each must be positive."""
        positive = self._positive()
        return {name: name in positive for name in self.free()}

    def _checked(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a call as floats and floating arrays."""
        wanted = self._signature
        faults = [f"{name} is missing" for name in wanted if name not in parameters]
        faults += [f"{name} is unknown" for name in parameters if name not in wanted]
        if faults:
            takes = ", ".join(wanted) or "no parameters"
            raise BadInput(f"{self} takes {takes} besides tau: {', '.join(faults)}")
        return {name: number(name, parameters[name], positive) for name, positive in wanted.items()}

    def _repr_html_(self) -> str:
        if self._chain is None:
            return f"<p>{self}: {self.numeric or 'no closed form was reached; it can be called'}.</p>"
        return self._chain._repr_html_()

    def _repr_latex_(self) -> str:
        return self.derivation._repr_latex_()


def _fixed(name: Any, value: Any) -> Any:
    """The value of a symbol as an expression of its sign."""
    declared(name.name, value, positive=bool(name.is_positive))
    given = exact.expression(value, positive=bool(name.is_positive))
    if not given.is_real:
        raise BadInput(f"{name} must be real, got {value!r}, which is not declared so")
    return given


def broadcast(z: Any, parameters: Mapping[str, Any], xp: Any) -> Any:
    """The evidence in the common shape of itself and of the parameters."""
    arrays = {name: value for name, value in parameters.items() if hasattr(value, "shape")}
    try:
        return xp.broadcast_arrays(z, *arrays.values())[0] if arrays else z
    except (ValueError, RuntimeError, TypeError) as error:
        told = ", ".join(f"{name} of shape {tuple(a.shape)}" for name, a in arrays.items())
        raise BadInput(f"z of shape {tuple(z.shape)} does not broadcast with {told}") from error
