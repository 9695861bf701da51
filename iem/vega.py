"""A SymPy expression in Vega's expression language, in which the live figures compute.

The language has the functions of `FUNCTIONS` and no hyperbolic ones, so those are written with
exponentials that neither overflow into NaN nor cancel.
"""

from __future__ import annotations

import re
from typing import Any

import sympy as sp
from sympy.printing.jscode import JavascriptCodePrinter

from .errors import BadInput

FUNCTIONS = {"abs", "atan", "clamp", "cos", "exp", "log", "max", "min", "pow", "sin", "sqrt"}


class _Vega(JavascriptCodePrinter):  # type: ignore[misc]
    """SymPy's printer of JavaScript, with what Vega lacks written out."""

    def __init__(self, fields: frozenset[str]) -> None:
        super().__init__({"allow_unknown_functions": False})
        self.fields = fields

    def _print_Symbol(self, expr: Any) -> str:
        if not re.fullmatch(r"[a-z]\w*", expr.name, re.I):
            raise BadInput(f"a live figure needs names of letters and digits, got {expr.name!r}")
        return f"datum.{expr.name}" if expr.name in self.fields else str(expr.name)

    def _print_Pow(self, expr: Any) -> str:
        if expr.base.func is sp.cosh and expr.exp.is_negative:  # no quotient of infinities
            x = self._print(sp.Abs(expr.base.args[0]))
            return f"pow(2*exp(-{x})/(1 + exp(-2*{x})), {self._print(-expr.exp)})"
        if not expr.exp.is_number:
            return f"exp({self._print(expr.exp * sp.log(expr.base))})"
        if expr.exp.is_Rational and expr.exp.q == 3:
            return f"pow({self._print(expr.base)}, {self._print(expr.exp)})"
        return str(super()._print_Pow(expr))

    def _print_tanh(self, expr: Any) -> str:
        return f"(1 - 2/(1 + exp({self._print(2 * expr.args[0])})))"

    def _print_cosh(self, expr: Any) -> str:
        x = self._print(expr.args[0])
        return f"(exp({x})/2 + exp(-({x}))/2)"

    def _print_sinh(self, expr: Any) -> str:
        x = self._print(expr.args[0])
        return f"(exp({x})/2 - exp(-({x}))/2)"

    def _print_sign(self, expr: Any) -> str:
        x = self._print(expr.args[0])
        return f"({x} > 0 ? 1 : {x} < 0 ? -1 : 0)"

    def _print_clip(self, expr: Any) -> str:
        return f"clamp({', '.join(map(self._print, expr.args))})"

    def _print_LambertW(self, expr: Any) -> str:
        return str(float(expr))

    def _print_log(self, expr: Any) -> str:
        """Logarithms of sums of exponentials, the largest taken out."""
        inner = expr.args[0]
        factor, rest = inner.as_independent(*inner.free_symbols)
        if rest.func is sp.cosh:
            x = self._print(sp.Abs(rest.args[0]))
            return f"({x} + log(1 + exp(-2*{x})) + log({self._print(factor)}/2))"
        terms = sp.Add.make_args(inner)
        if len(terms) == 2 and sp.S.One in terms:
            (term,) = (t for t in terms if t != 1)
            if term.func is sp.exp:
                x = self._print(term.args[0])
                return f"(max({x}, 0) + log(1 + exp(-abs({x}))))"
        return f"log({self._print(inner)})"


def code(expr: Any, fields: frozenset[str] = frozenset()) -> str:
    """An expression as Vega reads it; symbols in `fields` are columns of the data, the others signals.

    Raises `BadInput` for what the language cannot say.

    >>> z, m = sp.symbols("z m")
    >>> code(sp.tanh(m*z), frozenset({"z"}))
    '(1 - 2/(1 + exp(2*m*datum.z)))'
    """
    try:
        text = re.sub(r"\s+", " ", _Vega(fields).doprint(expr).replace("Math.", ""))
    except (ValueError, NotImplementedError, TypeError) as error:
        raise BadInput(f"{expr} has no form in Vega's expressions: {error}") from error
    called = set(re.findall(r"(\w+)\(", text))
    if strange := sorted(called - FUNCTIONS):
        raise BadInput(f"{expr} needs {', '.join(strange)}, which a live figure does not have")
    return text
