"""A closed form as the text of a Python function for NumPy, PyTorch or JAX.

Two steps. The expression is first brought into a form that does not overflow; then SymPy's own printer of
the library writes it, with the few names added that it lacks. Nothing is run.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable
from itertools import chain, count
from typing import Any

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.codegen.numpy_nodes import logaddexp
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.pycode import PythonCodePrinter
from sympy.simplify.cse_main import Unevaluated, tree_cse

from .errors import BadInput, unknown
from .exact import clip

FUNCTIONS = (sp.Abs, sp.sign, sp.exp, sp.log, sp.tanh, sp.cosh, sp.sinh, sp.atanh, sp.asinh, sp.atan,
             sp.cos, sp.sin, sp.erf, sp.erfc, sp.Max, sp.Min, clip)  # fmt: skip
STRUCTURE = (sp.Add, sp.Mul, sp.Pow, sp.Tuple, sp.Piecewise, ExprCondPair,
             Relational, sp.And, sp.Or, sp.Not)  # fmt: skip
WIDTH = 88
LONG = 5  # operations from which a repeated part gets a name of its own


class logistic(sp.Function):  # type: ignore[misc]
    """The logistic function 1/(1 + exp(-x)), kept whole."""


class softplus(sp.Function):  # type: ignore[misc]
    """The logarithm of 1 + exp(x), kept whole."""


def source(expr: Any, library: str, name: str = "activation", positive: Iterable[str] = ()) -> str:
    r"""The text of a Python function that computes a closed form with "numpy", "torch" or "jax".

    `expr`: a SymPy expression in z, or a `sp.Tuple` of them for components along a last axis. The other
    symbols become keyword-only arguments in alphabetical order, tau the last with default 1.0. `positive`:
    names to be taken as positive besides those declared so. The function takes an array z of any shape
    and keeps its floating type; parameters are numbers or arrays that broadcast with z. What would overflow
    though its value does not is written anew: \(\log\cosh x\), \(1/(1 + e^{-x})\), \(\log(1 + e^x)\),
    \(\cosh^{-2} x\) and ratios of sums of exponentials. Raises `BadInput`. Source: claim K3.

    >>> m, z, tau = sp.symbols("m z tau")
    >>> print(source(sp.tanh(m*z/tau), "torch").replace('"', "'"))
    import torch
    <BLANKLINE>
    <BLANKLINE>
    def activation(z, *, m, tau=1.0):
        '''tanh(m*z/tau)'''
        return torch.tanh(m*z/tau)
    <BLANKLINE>
    """
    if library not in LIBRARIES:
        raise unknown("library", library, LIBRARIES)
    _check(expr, library)
    names = {s.name for s in expr.free_symbols}
    for each in (name, *sorted(names)):
        if not each.isidentifier() or keyword.iskeyword(each) or each in RESERVED:
            raise BadInput(f"expected a name that Python leaves free, got {each!r}")
    known = {s: sp.Symbol(s.name, positive=True) for s in expr.free_symbols if s.name in set(positive)}
    parts, form = _shared(stable(expr.xreplace(known)))
    printer = LIBRARIES[library](["z", *(s.name for s, _ in parts)])
    lines = [f"{s.name} = {printer.outermost(part)}" for s, part in parts]
    lines.append(f"return {printer.result(form)}")
    lines = [f'"""{_told(expr)}"""', *printer.lifted(), *lines]
    arguments = [*sorted(names - {"z", "tau"}), *["tau=1.0"] * ("tau" in names)]
    signature = ", ".join(["z", *["*"] * bool(arguments), *arguments])
    body = "\n".join(f"    {line}" for line in lines)
    return f"{printer.imports()}\n\n\ndef {name}({signature}):\n{body}\n"


def _check(expr: Any, library: str) -> None:
    if not isinstance(expr, (sp.Expr, sp.Tuple)):
        raise BadInput(f"code is written from a closed form, a SymPy expression; got {expr!r}")
    components = list(expr) if isinstance(expr, sp.Tuple) else [expr]
    if not components or any(isinstance(e, sp.Tuple) for e in components):
        raise BadInput(f"the components must be expressions, at least one; got {expr!r}")
    for node in sp.preorder_traversal(expr):
        if node in (sp.nan, sp.zoo, sp.I) or not (node.is_Atom or isinstance(node, FUNCTIONS + STRUCTURE)):
            what = node if node.is_Atom else node.func.__name__
            raise BadInput(f"{what} cannot be written in {library}, in {expr}")


def _told(expr: Any) -> str:
    """The docstring: the formula, where it fits a line."""
    text = str(expr)
    return text if len(text) <= WIDTH else "A posterior statistic in closed form, as derived by iem."


# Forms that do not overflow


def stable(expr: Any) -> Any:
    """The same value by operations that do not overflow where the value itself does not.

    >>> x = sp.Symbol("x", real=True)
    >>> stable(1/(1 + sp.exp(-x))), stable(sp.log(sp.cosh(x)))
    (logistic(x), logaddexp(-x, x) - log(2))
    """
    if expr.is_Atom:
        return expr
    if isinstance(expr, sp.log):
        return _log(expr.args[0])
    if expr.is_Pow and expr.exp.is_Integer and expr.exp.is_negative and expr.base.func is sp.cosh:
        return sp.exp(expr.exp * _log(expr.base))
    if expr.is_Mul or expr.is_Pow:
        return _ratio(expr)
    if expr.is_Add:
        return _minus_one(expr.func(*map(stable, expr.args)))
    return expr.func(*map(stable, expr.args))


def _exponentials(expr: Any) -> list[tuple[Any, Any]] | None:
    """A sum as pairs (c, x) for its terms c exp(x), where every c is known to be positive."""
    pairs = []
    for term in sp.Add.make_args(expr):
        factors = sp.Mul.make_args(term)
        power = sp.Add(*(f.args[0] for f in factors if isinstance(f, sp.exp)))
        pairs.append((sp.Mul(*(f for f in factors if not isinstance(f, sp.exp))), power))
    grows = any(x != 0 for _, x in pairs)
    return pairs if len(pairs) > 1 and grows and all(c.is_positive for c, _ in pairs) else None


def _log(x: Any) -> Any:
    factor, rest = x.as_independent(sp.cosh, as_Add=False)
    if isinstance(rest, sp.cosh) and factor != 1 and factor.is_positive:
        return stable(sp.expand_log(sp.log(factor))) + _log(rest)
    if isinstance(x, sp.cosh):
        half = stable(x.args[0])
        return logaddexp(half, -half) - sp.log(2)
    if pairs := _exponentials(x):
        constant = sp.Add(*(c for c, power in pairs if power == 0))
        powers = [stable(power) + _log(c) for c, power in pairs if power != 0]
        total = powers[0]
        for power in powers[1:]:
            total = logaddexp(total, power)
        if constant == 0:
            return total
        shift = sp.log(constant)
        small = (total - shift).is_nonpositive
        return shift + (log1p(sp.exp(total - shift)) if small else softplus(total - shift))
    if x.is_Add and sp.S.One in x.args:
        return log1p(stable(x - 1))
    return sp.log(stable(x))


def _ratio(expr: Any) -> Any:
    """A product: a sum of exponentials below the line becomes a logistic function, or is scaled."""
    factors = list(sp.Mul.make_args(expr))
    for i, factor in enumerate(factors):
        low = factor.is_Pow and factor.exp.is_Integer and factor.exp.is_negative
        pairs = _exponentials(factor.base) if low else None
        if pairs is None:
            continue
        above = sp.Mul(*factors[:i], *factors[i + 1 :])
        if len(pairs) == 2 and (form := _logistic(above, pairs, -factor.exp)) is not None:
            return form
        top = sp.Max(*(x for _, x in pairs))
        below = sp.Add(*(c * sp.exp(stable(x - top)) for c, x in pairs))
        terms = sp.Add.make_args(sp.expand_mul(above, deep=False))
        scaled = sp.Add(*(sp.Mul(*_joined(t, factor.exp * top)) for t in terms))
        return stable(scaled) * below**factor.exp
    return expr.func(*map(stable, expr.args))


def _joined(term: Any, power: Any) -> list[Any]:
    """The factors of term * exp(power), in one exponential."""
    factors = sp.Mul.make_args(term)
    powers = [f.args[0] for f in factors if isinstance(f, sp.exp)]
    return [*(f for f in factors if not isinstance(f, sp.exp)), sp.exp(sp.Add(*powers, power))]


def _logistic(above: Any, pairs: list[tuple[Any, Any]], times: Any) -> Any:
    """`above`/(c1 exp(x1) + c2 exp(x2))**times, where a logistic function does it, else None."""
    for (c, x), (k, y) in (pairs, pairs[::-1]):
        if not (rest := above / (sp.exp(x) ** times)).has(sp.exp):
            odds = stable(x - y) + _log(c) - _log(k)
            return stable(rest) / c**times * logistic(odds) ** times
    return None


def _minus_one(expr: Any) -> Any:
    """A sum with exp(x) - 1 in it, by expm1."""
    if not expr.is_Add or sp.S.NegativeOne not in expr.args:
        return expr
    for term in expr.args:
        if isinstance(term, sp.exp):
            return expr - term + 1 + expm1(term.args[0])
    return expr


def _shared(expr: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """The longer parts that occur again, up to their sign, under names of their own, and the rest."""
    nodes = set(sp.preorder_traversal(expr))
    signed = {e: Unevaluated(sp.Mul, (sp.S.NegativeOne, -e)) for e in nodes
              if isinstance(e, sp.Expr) and _negative(e) and -e in nodes and not (-e).is_Atom}  # fmt: skip
    taken = {s.name for s in expr.free_symbols} | RESERVED
    names = (n for n in chain("xyw", map("x{}".format, count(1))) if n not in taken)
    drafts, (form,) = tree_cse([expr], (sp.Dummy(real=True) for _ in count()), signed)
    small: dict[Any, Any] = {}
    parts: list[tuple[Any, Any]] = []
    depends = {s for s in expr.free_symbols if s.name == "z"}
    for name, draft in drafts:
        part = draft.xreplace(small)
        worth = part.count_ops() >= LONG or part.has(sp.Max, sp.Min)
        if worth and part.free_symbols & depends and isinstance(part, sp.Expr):
            small[name] = sp.Symbol(next(names), real=True)
            depends.add(small[name])
            parts.append((small[name], part))
        else:
            small[name] = part
    return parts, form.xreplace(small)


def _negative(expr: Any) -> bool:
    return bool(expr.could_extract_minus_sign())


# Printers


class Writer:
    """What the printers of all libraries share; mixed into SymPy's printer of one of them."""

    root, short, stack = "numpy", "np", "np.stack(({}), axis=-1)"
    broadcast = "np.broadcast_arrays"
    lift = "np.asarray({}, np.result_type(z, 0.0))"
    relu = ""

    def __init__(self, evidence: Iterable[str]) -> None:
        super().__init__()
        self.evidence = set(evidence)
        self.modules: set[str] = set()
        self.lifts: set[str] = set()

    def outermost(self, expr: Any) -> str:
        """The text of an expression."""
        return str(self._print(expr))

    def result(self, expr: Any) -> str:
        """The text of what is returned: components are stacked, and constants have the shape of z."""
        if not isinstance(expr, sp.Tuple):
            return self._filled(expr)
        self.modules.add(self.root)
        parts = [self._filled(e) for e in expr]
        inside = ", ".join(parts)
        if len({frozenset(e.free_symbols) for e in expr}) > 1:
            return self.stack.replace("({})", f"{self.broadcast}({inside})")
        text = self.stack.format(inside if len(parts) > 1 else f"{inside},")
        if len(text) > WIDTH:
            return self.stack.format("\n        " + ",\n        ".join(parts) + ",\n    ")
        return text

    def lifted(self) -> list[str]:
        """The lines that make arrays of the parameters whose functions the library computes."""
        if not self.lifts or not self.lift:
            return []
        names = sorted(self.lifts)
        if len(names) == 1:
            return [f"{names[0]} = {self.lift.format(names[0])}"]
        every = ", ".join(names)
        return [f"{every} = ({self.lift.format('p')} for p in ({every}))"]

    def imports(self) -> str:
        """The import lines."""
        alias = {self.root: f" as {self.short}"} if self.root != self.short else {}
        lines = [f"import {module}{alias.get(module, '')}" for module in sorted(self.modules)]
        return "\n".join(lines) or "# no library is needed"

    def _filled(self, expr: Any) -> str:
        if self._depends(expr):
            return self.outermost(expr)
        zeros = self._module_format(f"{self.root}.zeros_like")
        return f"{zeros}(z)" if expr == 0 else f"{zeros}(z) + {self._within(expr, 'Add')}"

    def _within(self, expr: Any, level: str, strict: bool = False) -> str:
        return str(self.parenthesize(expr, PRECEDENCE[level], strict=strict))  # type: ignore[attr-defined]

    def _depends(self, expr: Any) -> bool:
        return any(s.name in self.evidence for s in expr.free_symbols)

    def _need(self, *arrays: Any) -> None:
        """Parameters in these expressions must be arrays, for the library to take and keep their type."""
        for expr in arrays:
            if not self._depends(expr):
                self.lifts |= {s.name for s in expr.free_symbols}

    def _call(self, name: str, *args: Any) -> str:
        texts = ", ".join(a if isinstance(a, str) else self._print(a) for a in args)
        return f"{self._module_format(name)}({texts})"

    def _module_format(self, fqn: str, register: bool = True) -> str:
        module, _, name = fqn.rpartition(".")
        if module == self.root:
            self.modules.add(module)
            return f"{self.short}.{name}"
        self.modules.add("jax" if module.startswith("jax.nn") else module)
        return fqn

    def _print(self, expr: Any, **settings: Any) -> str:
        constant = isinstance(expr, (sp.Function, sp.Pow, sp.NumberSymbol)) or expr in (sp.oo, -sp.oo)
        if constant and not expr.free_symbols:
            self.modules.add("math")
            return str(PythonCodePrinter()._print(expr))
        if isinstance(expr, sp.Function) and not isinstance(expr, (sp.Abs, clip, sp.Piecewise)):
            self._need(*expr.args)
        return str(super()._print(expr, **settings))  # type: ignore[misc]

    def _print_Abs(self, expr: Any) -> str:
        (x,) = expr.args
        return self._call(f"{self.root}.abs", x) if self._depends(x) else f"abs({self._print(x)})"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        base, power = expr.args
        if power.is_Rational and power.is_negative:
            return f"1/{self._within(base**-power, 'Mul')}"
        if power == sp.S.Half and self._depends(base):
            return self._call(f"{self.root}.sqrt", base)
        right = "0.5" if power == sp.S.Half else self._within(power, "Pow")
        return f"{self._within(base, 'Pow')}**{right}"

    def _print_Add(self, expr: Any, order: Any = None) -> str:
        terms = sorted(self._as_ordered_terms(expr), key=_negative)  # type: ignore[attr-defined]
        text = self._within(terms[0], "Add", strict=True)
        for term in terms[1:]:
            sign, size = ("-", -term) if _negative(term) else ("+", term)
            text += f" {sign} {self._within(size, 'Add')}"
        return text

    def _print_Mul(self, expr: Any) -> str:
        number, rest = expr.as_coeff_Mul(rational=True)
        if number.is_negative:
            return f"-{self._within(-expr, 'Mul', strict=True)}"
        above, below = ([sp.Integer(n)] * (n != 1) for n in (number.p, number.q))
        for factor in rest.as_ordered_factors() if rest != 1 else []:
            if factor.is_Pow and _negative(factor.exp):
                below.append(factor.base**-factor.exp)
            else:
                above.append(factor)
        top = "*".join(self._within(f, "Mul", strict=f.is_Add is False) for f in above) or "1"
        low = "*".join(self._within(f, "Mul") for f in below)
        return f"{top}/({low})" if len(below) > 1 else f"{top}/{low}" if below else top

    def _print_logaddexp(self, expr: Any) -> str:
        return self._call(f"{self.root}.logaddexp", *sorted(expr.args, key=_negative))

    def _print_clip(self, expr: Any) -> str:
        return self._call(f"{self.root}.clip", *expr.args)

    def _print_Max(self, expr: Any) -> str:
        return self._extreme("maximum", expr.args)

    def _print_Min(self, expr: Any) -> str:
        return self._extreme("minimum", expr.args)

    def _extreme(self, name: str, args: Iterable[Any]) -> str:
        first, *others = sorted(args, key=lambda a: (not self._depends(a), sp.default_sort_key(a)))
        self._need(first)
        if name == "maximum" and self.relu and others == [0]:
            return self._call(self.relu, first)
        text = str(self._print(first))
        for other in others:
            text = self._larger(name, text, other)
        return text

    def _larger(self, name: str, text: str, other: Any) -> str:
        return self._call(f"{self.root}.{name}", text, other)

    def _print_Piecewise(self, expr: Any) -> str:
        *cases, (value, last) = expr.args
        text = "math.nan"
        if last == sp.true:
            free = not any(self._depends(v) for v, _ in expr.args)
            text = self._filled(value) if free else self._print(value)
        else:
            self.modules.add("math")
            cases = expr.args
        for value, condition in reversed(cases):
            self._need(condition)
            text = self._call(f"{self.root}.where", condition, value, text)
        return str(text)

    def _print_Relational(self, expr: Any) -> str:
        return f"{self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)}"

    def _print_And(self, expr: Any) -> str:
        return " & ".join(f"({self._print(a)})" for a in sorted(expr.args, key=sp.default_sort_key))

    def _print_Or(self, expr: Any) -> str:
        return " | ".join(f"({self._print(a)})" for a in sorted(expr.args, key=sp.default_sort_key))

    def _print_Not(self, expr: Any) -> str:
        return f"~({self._print(expr.args[0])})"

    def _print_logistic(self, expr: Any) -> str:
        return self._call(f"{self.root}.exp", -logaddexp(0, -expr.args[0]))

    def _print_softplus(self, expr: Any) -> str:
        return self._call(f"{self.root}.logaddexp", sp.S.Zero, expr.args[0])


def _numpy(evidence: Iterable[str]) -> Writer:
    from sympy.printing.numpy import NumPyPrinter

    class Printer(Writer, NumPyPrinter):  # type: ignore[misc]
        _kf = {**NumPyPrinter._kf, "erf": "scipy.special.erf", "erfc": "scipy.special.erfc"}

    return Printer(evidence)


def _jax(evidence: Iterable[str]) -> Writer:
    from sympy.printing.numpy import JaxPrinter

    class Printer(Writer, JaxPrinter):  # type: ignore[misc]
        root, short, stack = "jax.numpy", "jnp", "jnp.stack(({}), axis=-1)"
        broadcast, lift, relu = "jnp.broadcast_arrays", "", "jax.nn.relu"
        _kf = {**JaxPrinter._kf, "erf": "jax.scipy.special.erf", "erfc": "jax.scipy.special.erfc"}

        def _print_logistic(self, expr: Any) -> str:
            return self._call("jax.nn.sigmoid", *expr.args)

        def _print_softplus(self, expr: Any) -> str:
            return self._call("jax.nn.softplus", *expr.args)

    return Printer(evidence)


def _torch(evidence: Iterable[str]) -> Writer:
    from sympy.printing.pytorch import TorchPrinter

    class Printer(Writer, TorchPrinter):  # type: ignore[misc]
        root, short, stack = "torch", "torch", "torch.stack(({}), dim=-1)"
        broadcast, relu = "torch.broadcast_tensors", "torch.relu"
        lift = "torch.as_tensor({}, dtype=z.dtype, device=z.device)"
        mapping = {
            **TorchPrinter.mapping,
            log1p: "torch.log1p",
            expm1: "torch.expm1",
            logaddexp: "torch.logaddexp",
            logistic: "torch.sigmoid",
            sp.erfc: "torch.erfc",
        }
        _print_logistic = TorchPrinter._print_Function

        def _print_softplus(self, expr: Any) -> str:  # beyond the threshold it is the identity
            return self._call("torch.nn.functional.softplus", expr.args[0], "threshold=40")

        def _print_clip(self, expr: Any) -> str:
            x, low, high = expr.args
            self._need(x)
            if low.free_symbols == high.free_symbols:
                return self._call("torch.clamp", x, low, high)
            inner = self._call("torch.clamp", x, f"min={self._print(low)}")
            return self._call("torch.clamp", inner, f"max={self._print(high)}")

        def _larger(self, name: str, text: str, other: Any) -> str:
            if self._depends(other):
                return self._call(f"torch.{name}", text, other)
            side = {"maximum": "min", "minimum": "max"}[name]
            return self._call("torch.clamp", text, f"{side}={self._print(other)}")

    return Printer(evidence)


LIBRARIES: dict[str, Callable[[Iterable[str]], Writer]] = {"numpy": _numpy, "torch": _torch, "jax": _jax}
RESERVED = {"np", "jnp", "torch", "jax", "math", "scipy", "abs"}
