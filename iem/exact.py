"""The exact namespace: the array functions that kernels and statistics use, on SymPy expressions.

A kernel or a statistic is written once against a namespace `xp`. With NumPy or another
Array-API library `xp` computes; with this module it derives. Nothing here imports NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from .errors import BadInput

abs = sp.Abs
exp = sp.exp
log = sp.log
sqrt = sp.sqrt
sign = sp.sign
tanh = sp.tanh
cosh = sp.cosh
cos = sp.cos

POSITIVE = {"m", "b", "s", "p", "sigma", "nu", "delta", "kappa", "tau", "beta", "pi_plus", "pi_minus"}


def logcosh(x: sp.Expr) -> sp.Expr:
    """The logarithm of cosh x."""
    return sp.log(sp.cosh(x))


def log1p(x: sp.Expr) -> sp.Expr:
    """The logarithm of 1 + x."""
    return sp.log(1 + x)


def total(terms: Sequence[Any]) -> sp.Expr:
    """The sum over hypotheses."""
    return sp.Add(*terms)


def top(r: Sequence[sp.Expr]) -> list[sp.Expr]:
    """The share of each hypothesis in the mode: all of it for the heaviest, split evenly on ties."""
    if len(r) == 2:
        lead = sp.sign(r[0] - r[1])
        return [(1 + lead) / 2, (1 - lead) / 2]
    best = [sp.Mul(*(sp.Heaviside(a - b, 1) for b in r if b is not a)) for a in r]
    return [w / sp.Add(*best) for w in best]


class clip(sp.Function):  # type: ignore[misc]
    """Hold a value: clip(x, lo, hi) is x held between lo and hi, for lo <= hi.

    >>> z, m = symbol("z"), symbol("m")
    >>> clip(z, -m, m).subs({z: 5, m: 2})
    2
    """

    nargs = 3
    is_real = True

    @classmethod
    def eval(cls, x: sp.Expr, lo: sp.Expr, hi: sp.Expr) -> sp.Expr | None:
        if (x - hi).is_nonnegative:
            return hi
        if (x - lo).is_nonpositive:
            return lo
        if (x - lo).is_nonnegative and (hi - x).is_nonnegative:
            return x
        return None

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = r"\operatorname{clip}\left(" + ", ".join(map(printer._print, self.args)) + r"\right)"
        return body if exp is None else rf"{body}^{{{exp}}}"


def symbol(name: str) -> sp.Symbol:
    """The symbol of the book's notation for a name.

    Scales, temperatures and priors are positive, everything else is real.

    >>> symbol("sigma").is_positive, symbol("z").is_positive
    (True, None)
    """
    if name in POSITIVE:
        return sp.Symbol(name, positive=True)
    return sp.Symbol(name, real=True)


def expression(value: Any, positive: bool = False) -> sp.Expr:
    """A free parameter given by name becomes its symbol, a number itself, exactly.

    >>> expression("m"), expression(0.5)
    (m, 1/2)
    """
    if isinstance(value, str):
        return sp.Symbol(value, positive=True) if positive else symbol(value)
    if getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, float):
        return sp.Rational(str(value))
    if hasattr(value, "shape"):
        raise BadInput(f"a derivation needs a name, a number or an expression, got {value!r}")
    return sp.sympify(value, strict=True)


def vector(entries: Sequence[Any]) -> sp.Tuple:
    """Several expressions side by side."""
    return sp.Tuple(*entries)
