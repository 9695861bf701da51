"""The book's figures: one look, readable in light and dark, with words for those who cannot see them.

A `Figure` is shown inline as SVG whose ink follows the page's text colour and whose named colours are
CSS variables of the book; it carries alternative text, a caption, and a digest of the plotted data.
"""

from __future__ import annotations

import re
from hashlib import sha256
from html import escape
from io import BytesIO, StringIO
from typing import Any

from . import render
from .errors import BadInput

COLOURS = {
    "blue": "#0072b2",
    "orange": "#d55e00",
    "green": "#007a5a",
    "purple": "#9b4f96",
    "grey": "#6b7280",
}
BLUE, ORANGE, GREEN, PURPLE, GREY = COLOURS.values()
KERNEL_COLOURS = {"Gaussian": BLUE, "Laplace": ORANGE, "Student-t": GREEN, "Huber": PURPLE}
INK = "#010203"
STYLE: Any = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 11,
    "mathtext.fontset": "dejavusans",
    "lines.linewidth": 2,
    "svg.fonttype": "path",
    "figure.dpi": 100,
}


def axes(
    columns: int = 1, *, rows: int = 1, width: float = 7.2, height: float = 3.4, **options: Any
) -> Any:
    """Axes in the book's look: one, or an array of them.

    >>> len(axes(2)), axes().get_facecolor()[-1]
    (2, 0.0)
    """
    import matplotlib

    matplotlib.use("agg", force=False)
    import matplotlib.pyplot as plt

    with plt.rc_context(STYLE):
        _, ax = plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)
    return ax


def label(ax: Any, x: float, y: float, words: str, colour: str = INK, **options: Any) -> None:
    """A direct label at a point of the data, in the colour of what it names.

    >>> ax = axes()
    >>> label(ax, 0.5, 0.5, "tanh", BLUE)
    >>> ax.texts[0].get_text(), ax.texts[0].get_color()
    ('tanh', '#0072b2')
    """
    ax.annotate(words, (x, y), color=colour, **options)


class Figure:
    """A finished figure with its alternative text and caption; the last line of a plotting cell.

    Raises `BadInput` when the alternative text or the caption is missing.

    >>> ax = axes()
    >>> _ = ax.plot([0, 1], [0, 1])
    >>> Figure(ax, alt="A line from zero to one", caption="The identity.")
    Figure: 1 lines and areas, data 4e1c30e1
    >>> Figure(ax, alt="A line", caption="")
    Traceback (most recent call last):
    iem.errors.BadInput: a figure needs a caption and alt text of five words or more, got 'A line'
    """

    def __init__(self, ax: Any, *, alt: str, caption: str) -> None:
        if len(alt.split()) < 5 or not caption:
            raise BadInput(f"a figure needs a caption and alt text of five words or more, got {alt!r}")
        self.figure = (ax.flat[0] if hasattr(ax, "flat") else ax).figure
        self.alt, self.caption = alt, caption

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits of the plotted data, at eight significant digits each."""
        lines = []
        for ax in self.figure.axes:
            for line in ax.lines:
                lines.append(_digits(line.get_xydata()))
            for points in ax.collections:
                lines.append(_digits(points.get_offsets()))
                lines += [_digits(path.vertices) for path in points.get_paths()]
            for patch in ax.patches:
                lines.append(_digits(patch.get_patch_transform().transform(patch.get_path().vertices)))
            lines += [text.get_text() for text in ax.texts]
        return sha256("\n".join(lines).encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        count = sum(len(ax.lines) + len(ax.collections) for ax in self.figure.axes)
        return f"Figure: {count} lines and areas, data {self.digest}"

    def svg(self) -> str:
        """The figure as inline SVG in the colours of the page that shows it."""
        import matplotlib.pyplot as plt

        out = StringIO()
        with plt.rc_context({**STYLE, "svg.hashsalt": self.digest}):
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        code = out.getvalue()
        code = code[code.index("<svg") :]
        code = re.sub(r"<metadata>[\s\S]*?</metadata>", "", code).replace(INK, "currentColor")
        for name, value in COLOURS.items():
            code = code.replace(value, f"var(--iem-{name}, {value})")
        marked = f'<svg role="img" aria-label="{escape(self.alt)}"'
        return re.sub(r"\n\s*", "\n", code.replace("<svg", marked, 1))

    def png(self) -> bytes:
        """The figure as a picture on white, for print and for viewers without SVG."""
        out = BytesIO()
        self.figure.savefig(out, format="png", dpi=110, facecolor="white", metadata={"Software": None})
        return out.getvalue()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        from base64 import b64encode

        import matplotlib.pyplot as plt

        bundle = {
            "text/plain": repr(self),
            "text/html": f'<figure class="iem-figure">{self.svg()}'
            f"<figcaption>{render.inline(self.caption)}</figcaption></figure>",
            "image/png": b64encode(self.png()).decode(),
        }
        plt.close(self.figure)
        return bundle


def _digits(data: Any) -> str:
    return " ".join(f"{float(x) + 0.0:.7e}" for row in data for x in row)
