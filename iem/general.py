"""The model with any number of hypotheses: energies d_1, ..., d_H, as symbolic sums.

`General()` has unit weights, `General(prior=True)` a normalised prior pi_1, ..., pi_H. Quantities of
the posterior have names (`r[k]`, `F(tau)`, `S(tau)`, `V(tau)`), so that statements stay readable;
`where` holds their definitions, which a `Derivation` unfolds when it checks. `given` holds what is
assumed: the prior sums to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from .errors import BadInput
from .exact import symbol

h, j, k = sp.symbols("h j k", integer=True)
H = sp.Symbol("H", integer=True, positive=True)
tau = symbol("tau")
d = sp.IndexedBase("d", real=True)
pi = sp.IndexedBase("pi", positive=True)
p = sp.IndexedBase("p", positive=True)
r = sp.IndexedBase("r", positive=True)


def quantity(name: str, code: str) -> Any:
    r"""A named quantity: a function that prints as its LaTeX code, without its arguments.

    >>> F(tau), sp.latex(F(tau))
    (F(tau), 'F_\\tau')
    """

    def latex(self: Any, printer: Any, exp: str | None = None) -> str:
        rest = [a for a in self.args if not (a.is_Symbol or isinstance(a, sp.Indexed))]
        shown = code if not rest else rf"{code}\left({', '.join(map(printer._print, self.args))}\right)"
        return shown if exp is None else rf"\left({shown}\right)^{{{exp}}}"

    return UndefinedFunction(name, real=True, __dict__={"_latex": latex})


R = quantity("r_k", "r_k")
F = quantity("F", r"F_\tau")
S = quantity("S", "S(r)")
D = quantity("D", r"\langle d\rangle_r")
V = quantity("V", r"\operatorname{Var}_r(d)")
KL = quantity("KL", r"\operatorname{KL}(r\Vert\pi)")
S_p = quantity("S_p", "S(p)")
KL_p = quantity("KL_p", r"\operatorname{KL}(p\Vert r)")
KL_p_pi = quantity("KL_p_pi", r"\operatorname{KL}(p\Vert\pi)")


def total(term: Callable[[Any], Any]) -> Any:
    """The sum of a term over all hypotheses.

    >>> total(lambda i: d[i])
    Sum(d[h], (h, 1, H))
    """
    return sp.Sum(term(h), (h, 1, H))


@dataclass(frozen=True)
class General:
    r"""A posterior over any number of hypotheses, with unit weights or with a normalised prior.

    >>> General().Z
    Sum(exp(-d[j]/tau), (j, 1, H))
    """

    prior: bool = False

    def weight(self, i: Any) -> Any:
        """The unnormalised weight of hypothesis i."""
        return (pi[i] if self.prior else 1) * sp.exp(-d[i] / tau)

    @property
    def Z(self) -> Any:
        """The normaliser."""
        return sp.Sum(self.weight(j), (j, 1, H))

    @property
    def free_energy(self) -> Any:
        """The free energy, written out."""
        return -tau * sp.log(self.Z)

    @property
    def where(self) -> list[tuple[Any, Any]]:
        """The definitions of the named quantities."""
        prior = pi if self.prior else dict.fromkeys((h, k), 1)
        return [
            (F(d[k]), self.free_energy),
            (F(tau), self.free_energy),
            (V(tau), total(lambda i: r[i] * d[i] ** 2) - D(tau) ** 2),
            (D(tau), total(lambda i: r[i] * d[i])),
            (S(tau), -total(lambda i: r[i] * sp.log(r[i]))),
            (KL(tau), total(lambda i: r[i] * sp.log(r[i] / prior[i]))),
            (S_p(tau), -total(lambda i: p[i] * sp.log(p[i]))),
            (KL_p(tau), total(lambda i: p[i] * sp.log(p[i] / r[i]))),
            (KL_p_pi(tau), total(lambda i: p[i] * sp.log(p[i] / prior[i]))),
            (R(tau), r[k]),
            (r[k], self.weight(k) / self.Z),
        ]

    @property
    def given(self) -> list[tuple[Any, Any]]:
        """What is assumed."""
        return [(total(lambda i: pi[i]), 1)] if self.prior else []


def unfold(expr: Any, where: Sequence[tuple[Any, Any]]) -> Any:
    """The expression with every named quantity replaced by its definition.

    A definition may use names that are defined after it.

    >>> unfold(r[k], General().where)
    exp(-d[k]/tau)/Sum(exp(-d[j]/tau), (j, 1, H))
    """
    return _replaced(expr, _full(tuple(where)))


@cache
def _full(where: tuple[tuple[Any, Any], ...]) -> list[tuple[Any, Any]]:
    """The definitions with their own names replaced, the later ones in the earlier ones."""
    full: list[tuple[Any, Any]] = []
    for name, meaning in reversed(where):
        if not isinstance(name, (sp.Symbol, sp.Indexed, AppliedUndef)):
            raise BadInput(f"a definition needs a symbol, an indexed name or a function, got {name}")
        full.insert(0, (name, _replaced(sp.sympify(meaning), full)))
    return full


def _replaced(expr: Any, full: Sequence[tuple[Any, Any]]) -> Any:
    """Replace names: exact ones first, then functions and indexed names with any arguments."""
    expr = expr.xreplace({name: meaning for name, meaning in full if not isinstance(name, sp.Indexed)})
    for name, meaning in full:
        if isinstance(name, sp.Indexed):
            slots, head = name.indices, name.base
        elif isinstance(name, AppliedUndef) and all(a.is_Symbol for a in name.args):
            slots, head = name.args, name.func
        else:
            continue

        def is_named(e: Any, head: Any = head) -> bool:
            return head in (getattr(e, "base", None), e.func) and isinstance(e, (sp.Indexed, AppliedUndef))

        def instance(e: Any, slots: Any = slots, meaning: Any = meaning) -> Any:
            values = e.indices if isinstance(e, sp.Indexed) else e.args
            return meaning.subs(dict(zip(slots, values, strict=True)), simultaneous=True)

        expr = expr.replace(is_named, instance)
    return expr


def energies(count: int) -> list[sp.Symbol]:
    """Symbols for the energies of a given number of hypotheses.

    >>> energies(2)
    [d_1, d_2]
    """
    return [sp.Symbol(f"d_{i}", real=True) for i in range(1, count + 1)]


def weights(name: str, count: int) -> list[sp.Expr]:
    """Positive symbols, normalised to sum 1.

    >>> weights("q", 2)
    [q_1/(q_1 + q_2), q_2/(q_1 + q_2)]
    """
    raw = [sp.Symbol(f"{name}_{i}", positive=True) for i in range(1, count + 1)]
    return [x / sp.Add(*raw) for x in raw]
