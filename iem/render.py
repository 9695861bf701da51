"""How expressions, conditions and tables are written: plain text, LaTeX and HTML, the one place."""

from __future__ import annotations

from html import escape
from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

TEX = {
    "pi_plus": r"\pi_+",
    "pi_minus": r"\pi_-",
    "r_plus": "r_+",
    "value": r"\mathrm{value}\,",
    "threshold": r"\mathrm{threshold}",
    "min_val": r"\mathrm{min}",
    "max_val": r"\mathrm{max}",
}

PLAIN = {sp.Le: "<=", sp.Lt: "<", sp.Ge: ">=", sp.Gt: ">", sp.Eq: "=", sp.Ne: "!="}
LATEX = {sp.Le: r"\le", sp.Lt: "<", sp.Ge: r"\ge", sp.Gt: ">", sp.Eq: "=", sp.Ne: r"\ne"}


class _PositiveFirst:
    """Sums are written with their positive terms first: z - m, not -m + z."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        terms = super()._as_ordered_terms(expr, order=order)  # type: ignore[misc]
        return sorted(terms, key=lambda t: bool(t.as_coeff_Mul()[0].is_negative))


class _Latex(_PositiveFirst, LatexPrinter):  # type: ignore[misc]
    """Products start with what weighs (p, r, pi) and end with energies, exponentials and logarithms."""

    WEIGHTS = ("p", "r", "pi")
    FIRST, LAST = chr(1), chr(0x10FFFD)

    def __init__(self) -> None:
        super().__init__()
        self._moved: dict[str, str] = {}

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        known = self._moved.get(expr.name) or TEX.get(expr.name)
        return known or str(super()._print_Symbol(expr, style=style))

    def _print_Mul(self, expr: Any) -> str:
        if not expr.is_Mul:  # SymPy hands over powers such as 1/log(3)
            return str(super()._print_Mul(expr))
        names = {}
        for factor in expr.args:
            if side := self._side(factor):
                names[factor] = sp.Symbol(f"{side}{len(self._moved):04}")
                self._moved[names[factor].name] = self._print(factor)
        if 0 < len(names) < len(expr.args) or len(names) > 1:
            expr = sp.Mul(*(names.get(a, a) for a in expr.args))
        return str(super()._print_Mul(expr))

    def _side(self, factor: Any) -> str:
        if isinstance(factor, sp.Indexed):
            return self.FIRST if str(factor.base) in self.WEIGHTS else ""
        return self.LAST if isinstance(factor, (sp.exp, sp.log)) else ""

    def _print_ExpBase(self, expr: Any, exp: Any = None) -> str:
        top, bottom = sp.fraction(expr.args[0])
        if bottom == 1 or expr.args[0].is_Add:
            power = self._print(expr.args[0])
        else:
            minus, size = ("-", -top) if top.could_extract_minus_sign() else ("", top)
            over = self._print(size) if not size.is_Add else rf"\left({self._print(size)}\right)"
            under = self._print(bottom) if bottom.is_Atom else rf"\left({self._print(bottom)}\right)"
            power = f"{minus}{over}/{under}"
        return str(self._do_exponent(f"e^{{{power}}}", exp))


class _Plain(_PositiveFirst, StrPrinter):  # type: ignore[misc]
    pass


def tex(expr: Any) -> str:
    r"""LaTeX of an expression in the book's notation; a string is LaTeX already.

    >>> z, p = sp.symbols("z pi_plus")
    >>> print(tex(z - p))
    z - \pi_+
    >>> print(tex(1 / sp.log(z)))
    \frac{1}{\log{\left(z \right)}}
    """
    return expr if isinstance(expr, str) else str(_Latex().doprint(expr))


def plain(expr: Any) -> str:
    """An expression as plain text that SymPy reads back.

    >>> z, m = sp.symbols("z m")
    >>> plain((z - m)**2)
    '(z - m)**2'
    """
    return expr if isinstance(expr, str) else str(_Plain().doprint(expr))


def condition(case: Any, latex: bool = False) -> str:
    """A case as it is read: two bounds on one symbol become one chain.

    >>> z, m = sp.Symbol("z", real=True), sp.Symbol("m", positive=True)
    >>> print(condition((z >= -m) & (z <= m)))
    -m <= z <= m
    """
    show = tex if latex else plain
    sign = LATEX if latex else PLAIN
    parts = list(case.args) if isinstance(case, sp.And) else [case]
    low = next((p for p in parts if isinstance(p, (sp.Ge, sp.Gt))), None)
    high = next((p for p in parts if isinstance(p, (sp.Le, sp.Lt))), None)
    if len(parts) == 2 and low is not None and high is not None and low.lhs == high.lhs:
        first = sign[type(low.reversed)]
        second = sign[type(high)]
        return f"{show(low.rhs)} {first} {show(low.lhs)} {second} {show(high.rhs)}"
    joint = r",\ " if latex else ", "
    return joint.join(f"{show(p.lhs)} {sign[type(p)]} {show(p.rhs)}" for p in parts)


def math(code: str) -> str:
    """Inline mathematics in an HTML output."""
    return rf"\({escape(code)}\)"


def chain(rows: list[tuple[str, str]], label: str, given: bool) -> str:
    """A derivation as a table: a formula and its reason in each row; `given` says the first is no link."""
    body = []
    for number, (code, why) in enumerate(rows):
        kind = "given" if given and number == 0 else "why"
        formula = math(rf"\displaystyle {code}")
        cells = (
            f'<td class="math">{formula}</td><td class="{kind}">{why}</td>'
            if why
            else f'<td class="math" colspan="2">{formula}</td>'
        )
        body.append(f"<tr>{cells}</tr>")
    return f'<table class="iem-chain" aria-label="{escape(label)}"><tbody>{"".join(body)}</tbody></table>'


def inline(words: str) -> str:
    r"""Words with mathematics between dollar signs, as HTML.

    >>> inline("for $z > 0$")
    'for \\(z &gt; 0\\)'
    """
    pieces = words.split("$")
    return "".join(math(p) if i % 2 else escape(p) for i, p in enumerate(pieces))
