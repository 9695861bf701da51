"""A closed form as numbers and as a drawn curve, without NumPy or Matplotlib: for a page in a browser."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import groupby, pairwise
from typing import Any

import mpmath
import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.codegen.numpy_nodes import logaddexp

from .evaluate import evaluate
from .exact import clip
from .source import logistic, softplus, stable

DIGITS = (25, 50, 100, 200, 400)
MANY_DIGITS: dict[Any, Callable[..., Any]] = {
    sp.Add: lambda *args: mpmath.fsum(args),
    sp.Mul: lambda *args: mpmath.fprod(args),
    sp.Pow: mpmath.power,
    sp.exp: mpmath.exp,
    sp.log: mpmath.log,
    sp.erf: mpmath.erf,
    sp.Abs: mpmath.fabs,
    sp.Max: max,
    sp.Min: min,
    clip: lambda x, low, high: min(max(x, low), high),
}
Line = list[tuple[float, float]]
COLOURS = ("blue", "orange", "green", "purple", "grey")
DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 2")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 340, 62, 70, 14, 46


def _larger(a: Any, b: Any) -> Any:
    return (a + b + sp.Abs(a - b)) / 2


def _sum_of_exponentials(a: Any, b: Any) -> Any:
    return _larger(a, b) + sp.log(1 + sp.exp(-sp.Abs(a - b)))


def computable(form: Any) -> Any:
    r"""The same value by the functions of `evaluate`, so that floats do not overflow on the way.

    >>> x = sp.Symbol("x", real=True)
    >>> evaluate(computable(sp.log(sp.cosh(x))), {"x": 1000.0}, None) == 1000 - math.log(2)
    True
    """
    form = stable(form)
    for node, written in (
        (logistic, lambda x: sp.exp(-_sum_of_exponentials(sp.S.Zero, -x))),
        (softplus, lambda x: _sum_of_exponentials(sp.S.Zero, x)),
        (logaddexp, _sum_of_exponentials),
        (log1p, lambda x: sp.log(1 + x)),
        (expm1, lambda x: sp.exp(x) - 1),
    ):
        form = form.replace(node, written)
    return form


def numbers(form: Any, values: Mapping[str, float]) -> Callable[[float], list[float | None]]:
    """The closed form as a function of z, one number a component; None where there is no number.

    >>> z, m = sp.symbols("z m", real=True)
    >>> numbers(sp.tanh(m*z), {"m": 2.0})(0.0)
    [0.0]
    """
    parts = [
        _certain(e, values) if e.has(sp.erf) else computable(e)
        for e in (form if isinstance(form, sp.Tuple) else (form,))
    ]

    def value(part: Any, z: float) -> float | None:
        try:
            found = part(z) if callable(part) else evaluate(part, {**values, "z": z}, None)
        except (ArithmeticError, ValueError):
            return None
        return float(found) if isinstance(found, (int, float)) and math.isfinite(found) else None

    return lambda z: [value(part, z) for part in parts]


def component(f: Callable[[float], list[float | None]], i: int) -> Callable[[float], float | None]:
    """One of the numbers of a function."""
    return lambda z: f(z)[i]


def _certain(form: Any, values: Mapping[str, float]) -> Callable[[float], float]:
    """A form in which floats would cancel: with more digits until twice as many give the same number.

    The function raises `ArithmeticError` where that many do not suffice.
    """

    def value(z: float) -> float:
        before = None
        for digits in DIGITS:
            with mpmath.workdps(digits):
                try:
                    now = _digits(form, {**values, "z": z})
                except ZeroDivisionError:
                    continue
                if before is not None and abs(now - before) <= 1e-9 * abs(now):
                    return float(now)
                before = now
        raise ArithmeticError

    return value


def _digits(e: Any, values: Mapping[str, float]) -> Any:
    """An expression with as many digits as mpmath now works with."""
    if not e.args:
        return mpmath.mpf(values[e.name]) if e.is_Symbol else mpmath.mpmathify(e._to_mpmath(mpmath.mp.prec))
    args = [_digits(a, values) for a in e.args]
    if e.func not in MANY_DIGITS:
        raise ArithmeticError
    return MANY_DIGITS[e.func](*args)


def polylines(f: Callable[[float], float | None], low: float, high: float, steps: int = 120) -> list[Line]:
    """The graph of f as connected pieces: cut where it has no value, and at each jump.

    >>> [[round(x, 3) for x, _ in (piece[0], piece[-1])] for piece in polylines(lambda x: x > 0, -1, 1, 4)]
    [[-1.0, 0.0], [0.0, 1.0]]
    """
    places = [low + (high - low) * k / steps for k in range(steps + 1)]
    points = [(x, f(x)) for x in places]
    seen = [y for _, y in points if y is not None]
    large = 0.1 * (max(seen) - min(seen)) if seen else 0.0
    pieces: list[Line] = [[]]
    for (x, y), (right, after) in pairwise([*points, (high, None)]):
        if y is None:
            pieces.append([])
            continue
        pieces[-1].append((x, float(y)))
        if after is None or abs(after - y) <= large or right == x:
            continue
        left, end = _closest(f, (x, y), (right, after))
        if abs(end[1] - left[1]) > large:
            pieces[-1].append(left)
            pieces.append([end])
    return [[point for point, _ in groupby(piece)] for piece in pieces if piece]


def _closest(
    f: Callable[[float], float | None], left: tuple[float, float], right: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Two points of the graph close together, between which most of the change lies."""
    for _ in range(30):
        x = (left[0] + right[0]) / 2
        if (y := f(x)) is None:
            break
        if abs(right[1] - y) >= abs(y - left[1]):
            left = (x, y)
        else:
            right = (x, y)
    return left, right


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers within a range, four or so.

    >>> _ticks(-1.1, 1.1)
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    rough = (high - low) / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * k for k in (1, 2, 2.5, 5, 10) if unit * k >= rough * 0.8)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(step * k, 12) + 0.0 for k in range(first, last + 1)]


def svg(curves: Mapping[str, list[Line]], low: float, high: float, alt: str, upright: str) -> str:
    """Curves by their labels, as an SVG that follows the colours of the page; `alt` says it in words."""
    heights = [y for lines in curves.values() for line in lines for _, y in line] or [0.0]
    bottom, top = min(heights), max(heights)
    room = 0.07 * (top - bottom) or 1.0
    bottom, top = bottom - room, top + room

    def across(x: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (x - low) / (high - low), 2)

    def up(y: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (y - bottom) / (top - bottom), 2)

    drawn = []
    for x in _ticks(low, high):
        style = "stroke: var(--iem-grey); stroke-width: 1" + ("" if x == 0 else "; opacity: 0.25")
        drawn.append(_line(across(x), TOP, across(x), HEIGHT - BOTTOM, style))
        drawn.append(_text(across(x), HEIGHT - BOTTOM + 18, f"{x:g}", "middle"))
    for y in _ticks(bottom, top):
        style = "stroke: var(--iem-grey); stroke-width: 1" + ("" if y == 0 else "; opacity: 0.25")
        drawn.append(_line(LEFT, up(y), WIDTH - RIGHT, up(y), style))
        drawn.append(_text(LEFT - 8, up(y) + 4, f"{y:g}", "end"))
    drawn.append(_text(across((low + high) / 2), HEIGHT - 8, "evidence z", "middle"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    drawn.append(_text(14, middle, upright, "middle", f' transform="rotate(-90 14 {middle})"'))
    taken: list[float] = []
    for i, (label, lines) in enumerate(curves.items()):
        colour, dash = f"var(--iem-{COLOURS[i % 5]})", DASHES[i % 5]
        style = f"fill: none; stroke: {colour}; stroke-width: 2.5; stroke-dasharray: {dash or 'none'}"
        for line in lines:
            path = " ".join(f"{across(x)},{up(y)}" for x, y in line)
            if len(line) == 1:
                x, y = line[0]
                drawn.append(f'<circle cx="{across(x)}" cy="{up(y)}" r="3.5" style="fill: {colour}"/>')
            drawn.append(f'<polyline points="{path}" style="{style}"/>')
        if len(curves) > 1 and lines:
            height = up(lines[-1][-1][1])
            while any(abs(height - other) < 14 for other in taken):
                height -= 14
            taken.append(height)
            drawn.append(_text(WIDTH - RIGHT + 6, height + 4, label, "start", f' style="fill: {colour}"'))
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(alt)}" '
        f'font-size="13" font-family="inherit">{"".join(drawn)}</svg>'
    )


def _line(x: float, y: float, right: float, low: float, style: str) -> str:
    return f'<line x1="{x}" y1="{y}" x2="{right}" y2="{low}" style="{style}"/>'


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="currentColor"{more}>{escape(words)}</text>'


def labels(symbol: str, count: int, names: Sequence[str]) -> list[str]:
    """One label a component: the symbol alone, or with what each hypothesis is called."""
    return [symbol] if count == 1 else [f"{symbol}({name})" for name in names]
