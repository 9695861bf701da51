"""Which library computes: the Array-API namespace of an array, or `exact` for SymPy expressions."""

from __future__ import annotations

import math
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from .errors import BadInput

Array = Any


def is_exact(x: Any) -> bool:
    """Whether x is symbolic: a SymPy expression, or a list or tuple that holds one.

    >>> is_exact([0.0, 1.0])
    False
    """
    if "sympy" not in sys.modules:
        return False
    from sympy import Basic, MatrixBase

    if isinstance(x, (list, tuple)):
        return any(is_exact(item) for item in x)
    return isinstance(x, (Basic, MatrixBase))


def as_array(x: Any, what: str = "the input") -> tuple[Array, Any]:
    """Return x as a floating array, with its namespace. Numbers and lists become NumPy arrays.

    Integers and Booleans become the library's default float; float32 stays float32.

    >>> as_array([0, 1])[0].dtype.name
    'float64'
    """
    from array_api_compat import array_namespace, is_array_api_obj

    received = x
    if not is_array_api_obj(x):
        import numpy

        try:
            x = numpy.asarray(x)
        except (TypeError, ValueError) as error:
            raise BadInput(f"{what} must be numbers in an array, got {x!r}") from error
    xp = array_namespace(x)
    if not xp.isdtype(x.dtype, "real floating"):
        if not xp.isdtype(x.dtype, ("bool", "integral")):
            raise BadInput(f"{what} must be real numbers, got {received!r}")
        x = xp.astype(x, xp.asarray(0.0).dtype)
    return x, xp


def quiet() -> AbstractContextManager[None]:
    """Silence NumPy's floating-point warnings where infinities are meant: masks and cold limits."""
    numpy = sys.modules.get("numpy")
    return nullcontext() if numpy is None else numpy.errstate(all="ignore")


def in_numpy(x: Array) -> bool:
    """Whether x is an array of NumPy itself."""
    return type(x).__module__ == "numpy"


def exp_into(x: Array, xp: Any) -> Array:
    """exp(x), written over x where that is allowed: x must not be used afterwards."""
    if in_numpy(x):
        return xp.exp(x, out=x)
    return x.exp_() if _untracked(x) else xp.exp(x)


def divide_into(x: Array, y: Any) -> Array:
    """Divide x by y, over x itself where that is allowed."""
    if in_numpy(x) or _untracked(x):
        x /= y
        return x
    return x / y


def _untracked(x: Array) -> bool:
    """Whether x is a tensor of PyTorch that no derivative needs."""
    return type(x).__module__ == "torch" and not x.requires_grad


def xlogx(x: Array, xp: Any) -> Array:
    """Compute x log x with the convention 0 log 0 = 0.

    >>> import numpy
    >>> xlogx(numpy.asarray([0.0, 1.0]), numpy)
    array([0., 0.])
    """
    return x * xp.log(xp.where(x > 0, x, xp.ones_like(x)))


def logcosh(x: Any, xp: Any) -> Any:
    """Compute log cosh x without overflow, or keep it exact.

    >>> import numpy
    >>> float(logcosh(numpy.asarray(0.0), numpy))
    0.0
    """
    if is_exact(x):
        return xp.logcosh(x)
    r = xp.abs(x)
    return r + (xp.log1p(xp.exp(-2 * r)) - math.log(2))


def temperature(tau: Any, dtype_max: float = math.inf) -> float:
    """A temperature as a number: finite and not negative.

    >>> temperature(-1)
    Traceback (most recent call last):
    iem.errors.BadInput: the temperature tau must be a finite number >= 0, got -1
    """
    try:
        value = math.nan if isinstance(tau, (str, bytes)) else float(tau)
    except (TypeError, ValueError, OverflowError):
        value = math.nan
    if not 0 <= value < math.inf:
        raise BadInput(f"the temperature tau must be a finite number >= 0, got {tau!r}")
    if value > dtype_max:
        raise BadInput(f"the temperature tau = {tau!r} exceeds the largest float of the energies")
    return value
