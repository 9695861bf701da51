"""Energies that grow with distance: the one fact about a kernel that its mode depends on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

import sympy as sp

from . import exact
from .decide import small
from .errors import BadInput, Refuted, Undecided
from .kernels import Kernel
from .proof import Equality, Twin, told
from .render import plain


@dataclass(frozen=True, repr=False)
class Farther(Equality):
    r"""The farther of two residuals has the higher energy.

    \(\mathrm{sign}(d(u)-d(v))=\mathrm{sign}(u^2-v^2)\) for a kernel with energy d. Source: claim K5.

    Holds when the energy is even with a positive derivative for u > 0, which is checked in every case of
    its absolute values and clips. Raises `Refuted` with two residuals in the wrong order, or `Undecided`,
    and `BadInput` for residuals that may not be real.

    >>> from iem import Cosine, Huber
    >>> u, v = sp.symbols("u v", real=True)
    >>> Farther(Huber(), u, v).method
    'the energy is even and rises'
    >>> Farther(Cosine(), u, v)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    iem.errors.Refuted: the energy kappa*(1 - cos(u)) does not rise with |u|: at ...
    """

    kernel: Kernel
    one: Any
    two: Any

    def __post_init__(self) -> None:
        for residual in (self.one, self.two):
            if not sp.sympify(residual).is_real:
                raise BadInput(f"a residual is a real number, got {plain(residual)}")
        if self.kernel.increasing:
            return
        point = self._fails()
        u = sp.Symbol("u", real=True)
        energy = plain(self.kernel.exact().energy(u, exact))
        if point is None:
            raise Undecided(f"the energy {energy} was not shown to rise with |u|")
        raise Refuted(f"the energy {energy} does not rise with |u|: {told(point, *self._plain())}")

    def _plain(self) -> tuple[Any, Any]:
        u, v = (sp.Symbol(name, real=True) for name in ("u", "v"))
        kernel = self.kernel.exact()
        return sp.sign(kernel.energy(u, exact) - kernel.energy(v, exact)), sp.sign(u**2 - v**2)

    def _fails(self) -> Any:
        """Two residuals in the wrong order, found by trying."""
        left, right = self._plain()
        random = Random(0)
        names = sorted(left.free_symbols | right.free_symbols, key=str)
        for _ in range(60):
            point = {s: sp.Rational(random.randint(1 if s.is_positive else -64, 64), 8) for s in names}
            one, two = (sp.N(small(side).subs(point), 20) for side in (left, right))
            if one.is_number and two.is_number and one.is_real and one != two:
                return point
        return None

    @property
    def left(self) -> Any:
        """The sign of the difference of the energies."""
        kernel = self.kernel.exact()
        return sp.sign(kernel.energy(self.one, exact) - kernel.energy(self.two, exact))

    @property
    def right(self) -> Any:
        """The sign of the difference of the squared residuals."""
        return sp.sign(sp.factor(sp.expand(self.one**2 - self.two**2)))

    def twin(self, kernel: Kernel) -> Twin:
        """The false twin: the same for a kernel whose energy does not rise."""
        return Twin(self, lambda: replace(self, kernel=kernel))

    @property
    def method(self) -> str:
        return "the energy is even and rises"
