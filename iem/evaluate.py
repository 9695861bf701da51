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


def _function(name: str) -> Callable[[Any, Any], Any]:
    def call(x: Any, xp: Any) -> Any:
        return getattr(xp, name)(x) if _array(x) else float(getattr(math, name)(x))

    return call


def _sign(x: Any, xp: Any) -> Any:
    return xp.sign(x) if _array(x) else float((x > 0) - (x < 0))


def _abs(x: Any, xp: Any) -> Any:
    return xp.abs(x) if _array(x) else abs(x)


def _log(x: Any, xp: Any) -> Any:
    if _array(x):
        return xp.log(x)
    return math.log(x) if x > 0 else -math.inf


def _exp(x: Any, xp: Any) -> Any:
    if _array(x):
        return xp.exp(x)
    return math.exp(x) if x < 709.0 else math.inf


def _clip(x: Any, low: Any, high: Any, xp: Any) -> Any:
    if any(map(_array, (x, low, high))):
        dtype = next(v.dtype for v in (x, low, high) if _array(v))
        x, low, high = (v if _array(v) else xp.asarray(v, dtype=dtype) for v in (x, low, high))
        return xp.minimum(xp.maximum(x, low), high)
    return min(max(x, low), high)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    sp.tanh: _function("tanh"),
    sp.cosh: _function("cosh"),
    sp.cos: _function("cos"),
    sp.log: _log,
    sp.exp: _exp,
    sp.sign: _sign,
    sp.Abs: _abs,
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
        return logcosh(xp.asarray(evaluate(expr.args[0].args[0], values, xp)), xp)
    args = [evaluate(a, values, xp) for a in expr.args]
    if expr.is_Add or expr.is_Mul:
        return _fold(add if expr.is_Add else mul, args, xp)
    if expr.is_Pow:
        return _power(*args)
    try:
        return FUNCTIONS[expr.func](*args, xp)
    except KeyError:
        raise BadInput(f"{expr.func.__name__} has no array form here, in {expr}") from None


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
    if exponent == 2:
        return base * base
    if not _array(base):
        if base == 0 and exponent < 0:
            return math.inf
        try:
            return float(base) ** exponent
        except OverflowError:
            return math.inf
    return base**exponent


def _branches(expr: Any, values: Mapping[str, Any], xp: Any) -> Any:
    if isinstance(expr, sp.Tuple):
        parts = [xp.asarray(evaluate(e, values, xp)) for e in expr]
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
            here, result = (xp.asarray(v, dtype=side.dtype) for v in (here, result))
            result = xp.where(holds, here, result)
    return result


def _compare(condition: Any, side: Any) -> Any:
    tests = {sp.Gt: side > 0, sp.Ge: side >= 0, sp.Lt: side < 0, sp.Le: side <= 0,
             sp.Eq: side == 0, sp.Ne: side != 0}  # fmt: skip
    return tests[type(condition)]
