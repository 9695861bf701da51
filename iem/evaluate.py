"""A SymPy expression computed on arrays: numbers are folded first, arrays are touched once an operation.

Values may be numbers or arrays of any Array-API library; float32 stays float32. Only the functions of
the table are known, and only the branch that is needed is computed for numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import reduce
from operator import add, mul
from typing import Any

import sympy as sp

from .arrays import logcosh
from .errors import BadInput
from .exact import clip

BLOCK = 1 << 15


def _array(x: Any) -> bool:
    return not isinstance(x, (int, float))


def _alike(parts: list[Any], xp: Any) -> list[Any]:
    """Arrays as they are, for a copy may leave the graph of derivatives, and numbers like the first."""
    from array_api_compat import device

    like: dict[str, Any] = next(({"dtype": p.dtype, "device": device(p)} for p in parts if _array(p)), {})
    return [p if _array(p) else xp.asarray(p, **like) for p in parts]


def _function(name: str) -> Callable[[Any, Any], Any]:
    def call(x: Any, xp: Any) -> Any:
        if _array(x):
            return getattr(xp, name)(x)
        try:
            return float(getattr(math, name)(x))
        except OverflowError:
            return math.copysign(math.inf, x if name == "sinh" else 1.0)

    return call


def _sign(x: Any, xp: Any) -> Any:
    return xp.sign(x) if _array(x) else float(x > 0) - float(x < 0)


def _abs(x: Any, xp: Any) -> Any:
    return xp.abs(x) if _array(x) else abs(x)


def _log(x: Any, xp: Any) -> Any:
    if _array(x):
        return xp.log(x)
    if x > 0:
        return math.log(x)
    return -math.inf if x == 0 else math.nan


def _atanh(x: Any, xp: Any) -> Any:
    if _array(x):
        return xp.atanh(x)
    if abs(x) < 1:
        return math.atanh(x)
    return math.copysign(math.inf, x) if abs(x) == 1 else math.nan


def _exp(x: Any, xp: Any) -> Any:
    if _array(x):
        return xp.exp(x)
    return math.exp(x) if x < 709.0 else math.inf


def _log1p(x: Any, xp: Any) -> Any:
    if _array(x):
        return xp.log1p(x)
    return math.log1p(x) if x > -1 else _log(1 + x, xp)


def _expm1(x: Any, xp: Any) -> Any:
    if _array(x):
        return xp.expm1(x)
    return math.expm1(x) if x < 709.0 else math.inf


def _erf(x: Any, xp: Any) -> Any:
    """The error function: the library's own, else SciPy's."""
    if not _array(x):
        return math.erf(x)
    if hasattr(xp, "erf"):
        return xp.erf(x)
    from scipy.special import erf

    return xp.asarray(erf(x))


def _extreme(name: str) -> Callable[..., Any]:
    """The largest or the smallest of several values."""

    def call(*args: Any) -> Any:
        *values, xp = args
        if not any(map(_array, values)):
            return max(values) if name == "maximum" else min(values)
        return reduce(getattr(xp, name), _alike(values, xp))

    return call


def _clip(x: Any, low: Any, high: Any, xp: Any) -> Any:
    if any(map(_array, (x, low, high))):
        x, low, high = _alike([x, low, high], xp)
        return xp.minimum(xp.maximum(x, low), high)
    return min(max(x, low), high)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    sp.tanh: _function("tanh"),
    sp.cosh: _function("cosh"),
    sp.sinh: _function("sinh"),
    sp.cos: _function("cos"),
    sp.sin: _function("sin"),
    sp.asinh: _function("asinh"),
    sp.atan: _function("atan"),
    sp.atanh: _atanh,
    sp.log: _log,
    sp.exp: _exp,
    sp.sign: _sign,
    sp.Abs: _abs,
    sp.erf: _erf,
    sp.Max: _extreme("maximum"),
    sp.Min: _extreme("minimum"),
    clip: _clip,
}


def evaluate(expr: Any, values: Mapping[str, Any], xp: Any) -> Any:
    """The value of an expression, its symbols taken by name from `values`.

    >>> import numpy
    >>> z, m = sp.symbols("z m")
    >>> evaluate(sp.tanh(m*z), {"z": numpy.asarray([0.0, 50.0]), "m": 2.0}, numpy)
    array([0., 1.])
    """
    if expr.is_Symbol:
        return values[expr.name]
    if not expr.args:
        return float(expr)
    if isinstance(expr, (sp.Tuple, sp.Piecewise)):
        return _branches(expr, values, xp)
    if expr.func is sp.tanh and expr.args[0].is_Mul:
        return _tanh([evaluate(a, values, xp) for a in expr.args[0].args], xp)
    if expr.func is sp.log and expr.args[0].func is sp.cosh:
        (inside,) = _alike([evaluate(expr.args[0].args[0], values, xp)], xp)
        return logcosh(inside, xp)
    if expr.func is sp.log and (rest := _beside(expr.args[0], 1)) is not None:
        return _log1p(evaluate(rest, values, xp), xp)
    if (rest := _beside(expr, -1)) is not None and rest.func is sp.exp:
        return _expm1(evaluate(rest.args[0], values, xp), xp)
    args = [evaluate(a, values, xp) for a in expr.args]
    if expr.is_Add or expr.is_Mul:
        return _fold(add if expr.is_Add else mul, args, xp)
    if expr.is_Pow:
        return _power(*args)
    try:
        return FUNCTIONS[expr.func](*args, xp)
    except KeyError:
        raise BadInput(f"{expr.func.__name__} has no array form here, in {expr}") from None


def _beside(expr: Any, number: int) -> Any:
    """The rest of a sum that holds this number: 1 + x is computed by log1p, e^x - 1 by expm1."""
    return expr - number if expr.is_Add and number in expr.args else None


def _fold(operate: Callable[[Any, Any], Any], args: list[Any], xp: Any) -> Any:
    """Numbers before arrays, so that an array is multiplied by one number, once."""
    numbers, arrays = _split(args)
    if not numbers or not arrays:
        return reduce(operate, args)
    number = reduce(operate, numbers)
    return reduce(operate, arrays, _within(number, arrays[0], xp) if operate is mul else number)


def _split(args: list[Any]) -> tuple[list[Any], list[Any]]:
    return [a for a in args if not _array(a)], [a for a in args if _array(a)]


def _within(factor: float, x: Any, xp: Any) -> float:
    """A factor within the floats of x: it stands for a finite number, so that 0 times it is 0."""
    if abs(factor) < 1e4:
        return factor
    largest = float(xp.finfo(x.dtype).max)
    return min(max(factor, -largest), largest)


def _tanh(factors: list[Any], xp: Any) -> Any:
    """The tanh of a product. NumPy does it in blocks, so that the product stays in the cache."""
    numbers, arrays = _split(factors)
    x: Any = arrays[0] if len(arrays) == 1 else None
    if not getattr(x, "ndim", 0) or not hasattr(x, "flags") or not x.flags.c_contiguous:
        return FUNCTIONS[sp.tanh](_fold(mul, factors, xp), xp)
    factor = _within(reduce(mul, numbers, 1.0), x, xp)
    result = xp.empty_like(x)
    source, target = xp.reshape(x, (-1,)), xp.reshape(result, (-1,))
    for i in range(0, x.size, BLOCK):
        xp.tanh(source[i : i + BLOCK] * factor, out=target[i : i + BLOCK])
    return result


def _power(base: Any, exponent: Any) -> Any:
    if _array(base) or _array(exponent):
        return base * base if not _array(exponent) and exponent == 2 else base**exponent
    if base == 0 and exponent < 0:
        return math.inf
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:  # a negative number to a power that is not whole
        return math.nan


def _branches(expr: Any, values: Mapping[str, Any], xp: Any) -> Any:
    if isinstance(expr, sp.Tuple):
        parts = _alike([evaluate(e, values, xp) for e in expr], xp)
        return xp.stack(xp.broadcast_arrays(*parts), axis=-1)
    result: Any = None
    for value, condition in reversed(expr.args):
        here = evaluate(value, values, xp)
        if result is None:
            result = here
            continue
        side = evaluate(condition.lhs - condition.rhs, values, xp)
        holds = _compare(condition, side)
        if not _array(holds) or isinstance(holds, bool):
            result = here if holds else result
        else:
            _, here, result = _alike([side, here, result], xp)
            result = xp.where(holds, here, result)
    return result


def _compare(condition: Any, side: Any) -> Any:
    tests = {sp.Gt: side > 0, sp.Ge: side >= 0, sp.Lt: side < 0, sp.Le: side <= 0,
             sp.Eq: side == 0, sp.Ne: side != 0}  # fmt: skip
    return tests[type(condition)]
