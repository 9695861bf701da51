"""A formula typed by a user, read by a whitelist over Python's syntax and never evaluated.

Allowed are names, whole and decimal numbers, + - * / ** and calls of the listed functions. Everything
else is refused with the offending piece underlined; so is what is too long, too deep, or too large a power.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from typing import Any, NoReturn

import sympy as sp

from . import exact
from .errors import BadInput

LENGTH, DEPTH, DIGITS, POWER, TERMS = 400, 20, 15, 32, 300
FUNCTIONS: dict[str, tuple[Callable[..., Any], int]] = {
    "abs": (exact.abs, 1),
    "asinh": (sp.asinh, 1),
    "atan": (sp.atan, 1),
    "clip": (exact.clip, 3),
    "cos": (exact.cos, 1),
    "cosh": (exact.cosh, 1),
    "erf": (sp.erf, 1),
    "exp": (exact.exp, 1),
    "log": (exact.log, 1),
    "log1p": (exact.log1p, 1),
    "sign": (exact.sign, 1),
    "sqrt": (exact.sqrt, 1),
    "tanh": (exact.tanh, 1),
}
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}


def parse(text: str, symbol: Callable[[str], Any] = exact.symbol, most: int = TERMS) -> Any:
    """The SymPy expression of a formula; `symbol` makes the symbol of a name.

    It may expand to `most` terms.

    Raises `BadInput` with the offending piece underlined.

    >>> parse("u**2/(2*sigma**2)")
    u**2/(2*sigma**2)
    >>> parse("log(u.real)")
    Traceback (most recent call last):
    iem.errors.BadInput: an attribute is not allowed here:
        log(u.real)
            ^^^^^^
    """
    if not isinstance(text, str):
        raise BadInput(f"a formula must be text, got {text!r}")
    text = text.strip(" ")
    if len(text) > LENGTH:
        raise BadInput(f"a formula may have {LENGTH} characters, got {len(text)}")
    if strange := re.search(r"[^\x20-\x7e]", text):
        _refuse(text, strange.start(), strange.end(), f"the character {strange.group()!r} is not allowed")
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        start = max((error.offset or 1) - 1, 0)
        _refuse(text, start, max(error.end_offset or 0, start + 2) - 1, f"not a formula ({error.msg})")
    except (ValueError, MemoryError, RecursionError):
        raise BadInput(f"not a formula: {text!r}") from None
    formula = _read(tree.body, text, symbol, 0)
    if (terms := max(map(_terms, sp.preorder_traversal(formula)))) > most:
        raise BadInput(f"a formula may expand to {most} terms, {text!r} has up to {terms}")
    return formula


def _terms(expr: Any) -> int:
    """A bound on the terms of an expanded expression, where u, which is z - mu, counts as two.

    An exponential of a sum becomes a product of as many, which is dearer: each term counts for 35.
    """
    if isinstance(expr, (sp.exp, sp.cosh, sp.tanh)):
        return 35 * _terms(expr.args[0])
    if expr.is_Add:
        return sum(map(_terms, expr.args))
    if expr.is_Mul:
        return math.prod(map(_terms, expr.args))
    if expr.is_Pow and expr.exp.is_Integer:
        power, base = abs(int(expr.exp)), _terms(expr.base)
        return math.comb(base + power - 1, power)
    return 2 if expr.is_Symbol and expr.is_positive is None else 1


def _read(node: ast.AST, text: str, symbol: Callable[[str], Any], depth: int) -> Any:
    def refuse(what: str) -> NoReturn:
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", len(text))
        _refuse(text, start, end, what)

    def inner(child: ast.AST) -> Any:
        return _read(child, text, symbol, depth + 1)

    if depth > DEPTH:
        refuse(f"nested deeper than {DEPTH}")
    match node:
        case ast.Constant(value=bool()):
            refuse("a truth value is not allowed here")
        case ast.Constant(value=int() | float()):
            return _number(ast.get_source_segment(text, node) or "", refuse)
        case ast.Name(id=name):
            if name in FUNCTIONS:
                refuse(f"the function {name} needs its argument in parentheses")
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)?", name):
                refuse("this name is not allowed: letters and digits, at most one underscore inside")
            return symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -inner(operand)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return inner(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, power = inner(left), inner(right)
            if power.is_number and abs(power) > POWER:
                refuse(f"a power beyond {POWER} is not allowed")
            return _finite(base**power, refuse)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return _finite(OPERATORS[type(op)](inner(left), inner(right)), refuse)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            function, count = FUNCTIONS[name]
            if len(args) != count or any(isinstance(a, ast.Starred) for a in args):
                refuse(f"{name} takes {count} argument{'s' * (count > 1)}")
            values = [inner(a) for a in args]
            if name == "clip" and not (values[2] - values[1]).is_nonnegative:
                refuse("clip(x, low, high) needs bounds that are known to be in order, as -s and s are")
            return _finite(function(*values), refuse)
        case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
            refuse(f"the function {name} is not known; known are {', '.join(FUNCTIONS)}")
    refuse(f"{_words(node)} is not allowed here")


def _number(source: str, refuse: Callable[[str], NoReturn]) -> Any:
    if not re.fullmatch(r"\d*\.?\d*([eE][+-]?\d{1,2})?", source) or len(source) > DIGITS:
        refuse(f"a number is written in digits, at most {DIGITS} of them")
    return sp.Rational(source)


def _finite(value: Any, refuse: Callable[[str], NoReturn]) -> Any:
    if value.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I):
        refuse("this is no real number")
    if any(max(abs(n.p), n.q) > 10**60 for n in value.atoms(sp.Rational)):
        refuse("this number is too large")
    return value


def _words(node: ast.AST) -> str:
    """A node of Python's syntax, as a reader would call it."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _refuse(text: str, start: int, end: int, what: str) -> NoReturn:
    mark = " " * start + "^" * max(end - start, 1)
    raise BadInput(f"{what}:\n    {text}\n    {mark}")
