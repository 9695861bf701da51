"""Hypotheses that are vectors, prototypes or the keys of attention, and the kernel of their covariance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .arrays import as_array, is_exact
from .entries import entries, exact_entries, flat, floats, shape_of
from .errors import BadInput
from .kernels import Kernel
from .parameters import number


@dataclass(frozen=True, eq=False)
class Mahalanobis(Kernel):
    r"""\(d(u) = \tfrac12 u^\top \Sigma^{-1} u\) for residual vectors u along the last axis.

    `covariance`: a symmetric positive definite matrix of numbers or a SymPy matrix; a sequence for a
    diagonal one; or one positive number or expression times the identity, in any dimension.
    Raises `BadInput`. Source: Oursland 2024, claim G7.

    >>> import numpy
    >>> round(float(Mahalanobis([[2.0, 0.0], [0.0, 0.5]]).energy(numpy.asarray([2.0, 1.0]), numpy)), 6)
    2.0
    """

    covariance: Any

    def __post_init__(self) -> None:
        rows = entries(self.covariance, "the covariance")
        shape = shape_of(rows)
        if len(shape) > 2 or (len(shape) == 2 and shape[0] != shape[1]):
            raise BadInput(f"the covariance must be a number, a diagonal or a square matrix, not {shape}")
        object.__setattr__(self, "covariance", rows)
        if not self._definite():
            raise BadInput(f"the covariance must be symmetric and positive definite, got {rows!r}")

    @property
    def dimension(self) -> int | None:
        """The dimension of the residuals, None where any will do."""
        shape = shape_of(self.covariance)
        return shape[0] if shape else None

    def free(self) -> list[str]:
        return []

    def exact(self) -> Mahalanobis:
        return self

    def bound(self, values: Mapping[str, Any]) -> Mahalanobis:
        return self

    def energy(self, u: Any, xp: Any) -> Any:
        if is_exact(u):
            return self._quadratic(list(u)) / 2
        w = self.whitened(as_array(u, "the residuals")[0], xp)
        return xp.sum(w * w, axis=-1) / 2

    def whitened(self, u: Any, xp: Any) -> Any:
        """The residuals in coordinates in which the covariance is the identity."""
        root = self._root
        if root.ndim < 2:
            return u / (float(root) if root.ndim == 0 else xp.asarray(root.tolist(), dtype=u.dtype))
        return xp.matmul(u, xp.asarray(root.tolist(), dtype=u.dtype))

    def _quadratic(self, u: list[Any]) -> Any:
        import sympy as sp

        covariance = exact_entries(self.covariance)
        if not shape_of(covariance):
            return sp.Add(*(x**2 for x in u)) / covariance
        if len(shape_of(covariance)) == 1:
            return sp.Add(*(x**2 / c for x, c in zip(u, covariance, strict=True)))
        column = sp.Matrix(u)
        return (column.T * sp.Matrix(covariance).inv() * column)[0]

    def _definite(self) -> bool:
        shape = shape_of(self.covariance)
        if is_exact(self.covariance):
            import sympy as sp

            if len(shape) < 2:
                diagonal = self.covariance if shape else (self.covariance,)
                return all(sp.sympify(c).is_positive for c in diagonal)
            matrix = sp.Matrix(self.covariance)
            minors = (sp.factor(matrix[:n, :n].det()) for n in range(1, shape[0] + 1))
            return bool(matrix.is_symmetric() and all(minor.is_positive for minor in minors))
        import numpy

        matrix = numpy.asarray(self.covariance, dtype=float)
        if matrix.ndim < 2:
            return bool((matrix > 0).all())
        if not numpy.allclose(matrix, matrix.T, rtol=1e-12, atol=0):
            return False
        try:
            numpy.linalg.cholesky(matrix)
        except numpy.linalg.LinAlgError:
            return False
        return True

    @cached_property
    def _root(self) -> Any:
        """What whitens: for a matrix the inverse of its transposed Cholesky factor, else the scales."""
        import numpy

        matrix = numpy.asarray(floats(self.covariance, {}, "the covariance"))
        if matrix.ndim < 2:
            return numpy.sqrt(matrix)
        return numpy.linalg.inv(numpy.linalg.cholesky(matrix)).T


@dataclass(frozen=True, eq=False)
class Vectors:
    r"""K hypotheses at vectors of dimension D: prototypes, or keys with their values.

    `locations`: an array of shape (K, D), or nested lists or a SymPy matrix of numbers and expressions;
    leading axes are batches, which meet those of the evidence as in `matmul`. `values`: K numbers or K
    vectors, by default the locations. `prior`: K positive weights, by default all 1. The symbols of
    expressions are free parameters. `norm`: one length that derivations assume of all symbolic locations;
    calls do not need it. Raises `BadInput`. Source: claims A1 and A2.

    >>> Vectors([[3, 4], [5, 0]], values=[1, -1])
    Vectors(2 locations in 2 dimensions, each with a number)
    """

    locations: Any
    values: Any = None
    prior: Any = None
    norm: Any = None

    def __post_init__(self) -> None:
        locations = entries(self.locations, "the locations")
        shape = shape_of(locations)
        if len(shape) < 2 or 0 in shape:
            raise BadInput(f"locations must have the shape (K, D) of K vectors, got shape {shape}")
        values = locations if self.values is None else entries(self.values, "the values")
        if len(shape_of(values)) not in (len(shape) - 1, len(shape)) or (
            shape_of(values)[: len(shape) - 1] != shape[:-1]
        ):
            raise BadInput(
                f"values of shape {shape_of(values)} do not give one number or vector to each of the "
                f"locations of shape {shape}"
            )
        prior = None if self.prior is None else entries(self.prior, "the prior")
        if prior is not None and shape_of(prior) not in (shape[-2:-1], shape[:-1]):
            raise BadInput(f"a prior of shape {shape_of(prior)} does not fit locations of shape {shape}")
        if self.norm is not None and not (is_exact(locations) and is_exact(self.norm)):
            raise BadInput(f"a norm is an expression assumed of symbolic locations, got {self.norm!r}")
        for name, table in (("locations", locations), ("values", values), ("prior", prior)):
            object.__setattr__(self, name, table)

    @property
    def count(self) -> int:
        """How many hypotheses there are."""
        return int(shape_of(self.locations)[-2])

    @property
    def dimension(self) -> int:
        """The dimension of the locations, and of the evidence."""
        return int(shape_of(self.locations)[-1])

    def free(self) -> list[str]:
        """The names of the symbols in its entries, besides tau."""
        parts = [p for p in (self.locations, self.values, self.prior) if is_exact(p)]
        names = {s.name for part in parts for e in flat(part) for s in getattr(e, "free_symbols", ())}
        return sorted(names - {"tau"})

    def __repr__(self) -> str:
        each = "number" if len(shape_of(self.values)) < len(shape_of(self.locations)) else "vector"
        prior = "" if self.prior is None else ", with a prior"
        batch = shape_of(self.locations)[:-2]
        batches = f", in batches of shape {batch}" if batch else ""
        where = f"{self.count} location{'s' * (self.count > 1)} in {self.dimension} dimension"
        return f"Vectors({where}{'s' * (self.dimension > 1)}, each with a {each}{prior}{batches})"


def absorbing(locations: Any, scale: Any) -> Any:
    r"""The prior that absorbs the norms of keys: \(\pi_j \propto e^{\lVert k_j\rVert^2/2s}\).

    With `scale` \(s = \tau\sigma^2\) the posterior over Gaussian keys of any norms is the softmax of
    \(q\cdot k_j/s\); at another temperature it is another prior. `locations` as for `Vectors`; returns
    expressions for expressions, else an array without the last axis. Raises `BadInput`. Source: claim A1.

    >>> absorbing([[3.0, 4.0], [5.0, 0.0]], 8.0)
    array([1., 1.])
    """
    locations = entries(locations, "the locations")
    if len(shape := shape_of(locations)) < 2:
        raise BadInput(f"locations must have the shape (K, D) of K vectors, got shape {shape}")
    if is_exact(locations) or is_exact(scale):
        import sympy as sp

        if sp.sympify(scale).is_positive is not True:
            raise BadInput(f"the scale must be positive, got {scale!r}")
        return [sp.exp(sp.Add(*(x**2 for x in k)) / (2 * scale)) for k in exact_entries(locations)]
    k, xp = as_array(locations, "the locations")
    norms = xp.sum(k * k, axis=-1)
    return xp.exp((norms - xp.max(norms, axis=-1, keepdims=True)) / (2 * number("scale", scale, True)))
