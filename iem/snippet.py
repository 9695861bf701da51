"""The lines of Python that make an activation with `iem`, as text to copy."""

from __future__ import annotations

import json
from typing import Any

from .continuum import Interval
from .hypotheses import Points, Signs
from .kernels import Formula
from .render import plain


def snippet(a: Any) -> str:
    """The lines that make this activation, of a kernel that has a name or is a formula.

    >>> from iem import activation
    >>> print(snippet(activation("u**4/s", "mean")).replace('"', "'"))
    import iem
    <BLANKLINE>
    a = iem.activation('u**4/s', 'mean', iem.Signs())
    a.derivation
    <BLANKLINE>
    """
    names: set[str] = set()

    def entry(e: Any) -> str:
        if isinstance(e, (str, int)):
            return repr(e)
        if e.is_Rational:
            return str(e) if e.is_Integer else f"sp.Rational({e.p}, {e.q})"
        names.update(s.name for s in e.free_symbols)
        return plain(e)

    def several(entries: Any) -> str:
        inside = ", ".join(map(entry, entries))
        return f"({inside}{',' * (len(entries) == 1)})"

    h = a.hypotheses
    if isinstance(h, Points):
        told = f"iem.Points({several(h.locations)}"
        told += f", {several(h.values)}" if h.values != h.locations else ""
        told += f", prior={several(h.prior)})" if h.prior else ")"
    elif isinstance(h, Signs):
        told = f"iem.{type(h).__name__}({f'prior={several(h.prior)}' if h.prior else ''})"
    else:
        ends = [entry(e) for e in h.ends] if isinstance(h, Interval) else []
        over = [] if h.prior is None else [f"prior=iem.{type(h.prior).__name__}()"]
        told = f"iem.{type(h).__name__}({', '.join(ends + over)})"
    text = a.kernel.text if isinstance(a.kernel, Formula) else a.kernel.named
    lines = ["import iem"]
    if "sp." in told or names:
        lines.append("import sympy as sp")
    if names:
        lines.append("from iem.exact import symbol")
        lines += ["", *(f'{name} = symbol("{name}")' for name in sorted(names))]
    lines += ["", f'a = iem.activation({json.dumps(text)}, "{a.statistic.named}", {told})', "a.derivation"]
    return "\n".join(lines) + "\n"
