"""The table of kernels and statistics: two independent choices, every combination derived and proved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from . import render
from .activations import Activation, activation
from .hypotheses import Signs
from .kernels import KERNELS
from .statistics import STATISTICS

NOTED = {
    ("gaussian", "mean"): "tanh",
    ("gaussian", "mode"): "step function",
    ("gaussian", "full"): "2D responsibility vector",
    ("laplace", "mean"): "hard-tanh variant",
    ("laplace", "mode"): "step function",
}


@dataclass(frozen=True)
class Grid:
    """Activations by names of kernel and statistic, over one set of hypotheses; `grid` makes one.

    Source: claim K1.

    >>> from iem import grid
    >>> grid(["gaussian"], ["mean", "mode"]).rows()[0][2]
    'tanh(m*z/(sigma**2*tau))'
    """

    cells: dict[tuple[str, str], Activation]

    def rows(self, latex: bool = False) -> list[tuple[str, str, str, str, str]]:
        """Kernel, statistic, closed form, how it is known, and what the notes call it, cell by cell."""
        show = render.tex if latex else render.plain
        rows = []
        for (kernel, statistic), a in self.cells.items():
            form = "no closed form" if a.expr is None else show(a.expr)
            proof = "" if a.expr is None else f"proved: {a.derivation.method}"
            note = NOTED.get((kernel, statistic), "") if a.hypotheses == Signs() else ""
            rows.append((kernel, statistic, form, proof, note))
        return rows

    def __str__(self) -> str:
        lines = [
            f"{kernel:13} {statistic:5} {form}    [{proof or 'it can be called'}]"
            + (f"  ({note} in the notes)" if note else "")
            for kernel, statistic, form, proof, note in self.rows()
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def markdown(self) -> str:
        """The table as Markdown, formulas between dollar signs."""
        head = "| kernel | statistic | activation | known by | in the notes |\n|---|---|---|---|---|"
        body = [
            f"| `{kernel}` | {statistic} | {f'${form}$' if proof else form} | {proof} | {note} |"
            for kernel, statistic, form, proof, note in self.rows(latex=True)
        ]
        bars = {r"\left|": r"\lvert ", r"\right|": r"\rvert "}  # a bar would end the cell
        for bar, name in bars.items():
            body = [line.replace(bar, name) for line in body]
        return "\n".join([head, *body])

    def latex(self) -> str:
        """The table as a LaTeX `tabular`."""
        body = [
            rf"\verb|{kernel}| & {statistic} & {f'${form}$' if proof else form} & {note} \\"
            for kernel, statistic, form, proof, note in self.rows(latex=True)
        ]
        head = [r"\begin{tabular}{llll}", r"kernel & statistic & activation & in the notes \\ \hline"]
        return "\n".join([*head, *body, r"\end{tabular}"])

    def html(self) -> str:
        """The table as HTML."""
        names = ("kernel", "statistic", "activation", "known by", "in the notes")
        head = "".join(f'<th scope="col">{name}</th>' for name in names)
        body = ""
        for kernel, *cells in self.rows(latex=True):
            cells[1] = render.math(cells[1]) if cells[2] else cells[1]
            texts = [c if i == 1 else escape(c) for i, c in enumerate(cells)]
            columns = "".join(f"<td>{text}</td>" for text in texts)
            body += f'<tr><th scope="row">{escape(kernel)}</th>{columns}</tr>'
        return f'<table class="iem-ledger"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    _repr_html_ = html


def grid(
    kernels: Iterable[str] = KERNELS, statistics: Iterable[str] = STATISTICS, hypotheses: Any = None
) -> Grid:
    """Derive every combination of the kernels and statistics, for the signed pair or other hypotheses.

    Names are those of the tables, or formulas in u for kernels. Raises `BadInput`. Source: claims K1, K3.

    >>> print(grid(["laplace"], ["mean"]))
    laplace       mean  tanh(clip(z, -m, m)/(b*tau))    [proved: derivation, 2 links, 3 cases, by a lemma]  (hard-tanh variant in the notes)
    """  # noqa: E501
    statistics = list(statistics)
    return Grid({(k, s): activation(k, s, hypotheses) for k in kernels for s in statistics})
