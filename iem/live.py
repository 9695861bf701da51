"""Live figures: curves that follow sliders in the page itself, without a kernel and without a network.

A `Live` figure is declared in SymPy expressions, the package's own. Altair writes them as a Vega-Lite
chart, `plots` draws the same ones as the still picture for print and for pages without scripts, and the
numbers below it are evaluated by `evaluate`: one source for all three, so that they cannot drift apart.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from typing import Any

import sympy as sp

from . import plots, render
from .errors import BadInput
from .evaluate import evaluate
from .vega import code

STEPS = 400
PALE = 0.4
FONT = 13
CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {
        **{f"{part}Color": "currentColor" for part in ("label", "title", "domain", "tick")},
        "grid": False,
        "labelFontSize": 12,
        "titleFontSize": FONT,
        "titleFontWeight": "normal",
    },
}


@dataclass(frozen=True)
class Slider:
    r"""A parameter between `low` and `high` in steps of `step`; `symbol` is its SymPy symbol.

    `words` name it in plain text, for the label beside it and for those who do not see it. Raises
    `BadInput` unless it starts between its ends.

    >>> from iem.exact import symbol
    >>> Slider(symbol("tau"), "temperature τ", 0.1, 4.0, 0.1, start=1.0).name
    'tau'
    """

    symbol: Any
    words: str
    low: float
    high: float
    step: float
    start: float

    def __post_init__(self) -> None:
        if not self.low <= self.start <= self.high or not 0 < self.step <= self.high - self.low:
            raise BadInput(
                f"a slider needs low <= start <= high and a step that fits, got {self.low}, "
                f"{self.start}, {self.high} and {self.step}"
            )

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return str(self.symbol.name)

    def bind(self, alt: Any) -> Any:
        """The input that Vega makes of it."""
        return alt.binding_range(min=self.low, max=self.high, step=self.step, name=self.words)


@dataclass(frozen=True)
class Choice:
    """One of several; the value of `symbol` is the place of the chosen one, from 0.

    Raises `BadInput` for a start, or a number of expressions, that does not fit the options.

    >>> Choice(sp.Symbol("kernel"), "kernel", ("Gaussian", "Laplace")).pick([1, 2])
    Piecewise((1, Eq(kernel, 0)), (2, True))
    """

    symbol: Any
    words: str
    options: tuple[str, ...]
    start: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.start < len(self.options):
            raise BadInput(f"a choice starts at one of its {len(self.options)} options, got {self.start}")

    @property
    def name(self) -> str:
        """The name of the parameter."""
        return str(self.symbol.name)

    def pick(self, exprs: Sequence[Any]) -> Any:
        """The expression of the chosen option, one given for each."""
        if len(exprs) != len(self.options):
            raise BadInput(f"{self.name} has {len(self.options)} options, got {len(exprs)} expressions")
        cases = [(e, sp.Eq(self.symbol, i)) for i, e in enumerate(exprs[:-1])]
        return sp.Piecewise(*cases, (exprs[-1], True))

    def bind(self, alt: Any) -> Any:
        """The input that Vega makes of it."""
        places = list(range(len(self.options)))
        return alt.binding_select(options=places, labels=list(self.options), name=self.words)


@dataclass(frozen=True)
class Root:
    r"""A place that follows the parameters: the zero of `expr` in `symbol` that Newton's steps reach.

    They begin at `start`, an expression in the parameters; where `given`, a condition on them, fails, the
    place is 0. Page and still picture take the same number of steps.

    >>> y, tau = sp.symbols("y tau", positive=True)
    >>> list(Root(y, y**2 - tau, 1 + tau, steps=2).stages().values())
    [tau + 1, y_0 - (-tau + y_0**2)/(2*y_0), y_1 - (-tau + y_1**2)/(2*y_1)]
    """

    symbol: Any
    expr: Any
    start: Any
    given: Any = sp.true
    steps: int = 10

    def stages(self) -> dict[str, Any]:
        """Each step by its name, in terms of the step before; the last is the root's own."""
        place, step = self.symbol, self.symbol - self.expr / sp.diff(self.expr, self.symbol)
        names = [sp.Symbol(f"{place.name}_{i}", **place.assumptions0) for i in range(self.steps)]
        found = [self.start, *(step.subs(place, name) for name in names)]
        held = [sp.Piecewise((expr, self.given), (0, True)) for expr in found]
        return dict(zip([*(name.name for name in names), place.name], held, strict=True))


@dataclass(frozen=True)
class Curve:
    """An expression in the figure's variable, with a label `words` at the place `at` on it.

    The label stands above the curve or below it, and by `align` beside that place. `dash` draws the curve
    thin and dotted; where `chosen`, a condition on the parameters, fails, it is pale and has no mark, or is
    not drawn at all if it is shown `alone`. It is drawn `within` a part of the axis, if one is given.

    >>> from iem.exact import symbol
    >>> Curve(sp.tanh(symbol("z")), "tanh", at=2).otherwise, Curve(symbol("z"), alone=True).otherwise
    (0.4, 0.0)
    """

    expr: Any
    words: str = ""
    colour: str = "blue"
    at: float = 0.0
    above: bool = True
    align: str = "center"
    dash: bool = False
    chosen: Any = sp.true
    within: tuple[float, float] | None = None
    alone: bool = False

    @property
    def otherwise(self) -> float:
        """How much of it is seen where it is not chosen."""
        return 0.0 if self.alone else PALE


@dataclass(frozen=True)
class Panel:
    """Curves over one axis from `low` to `high`; `marks` are points at the parameter `Live.cursor`.

    `spots` are points on other places: the number of a curve, an expression in parameters and roots, and
    a colour.

    >>> from iem.exact import symbol
    >>> len(Panel("mean", [Curve(sp.tanh(symbol("z")))], -1, 1).curves)
    1
    """

    title: str
    curves: Sequence[Curve]
    low: float
    high: float
    height: int = 200
    marks: Sequence[int] = ()
    spots: Sequence[tuple[int, Any, str]] = ()


@dataclass(frozen=True)
class Number:
    """A number below the figure; its `words` may hold mathematics between dollar signs.

    >>> from iem.exact import symbol
    >>> Number("share of the first", 1 / (1 + symbol("tau"))).digits
    3
    """

    words: str
    expr: Any
    digits: int = 3


@dataclass(frozen=True)
class Live:
    """A figure that follows its sliders; the last line of a plotting cell.

    `variable` runs along the horizontal axis from `low` to `high`, on a logarithmic one if `log`; `cursor`
    is the slider's symbol that marks a place on it, and `roots` are places that the parameters decide.
    Raises `BadInput` for an expression with a symbol that is neither the variable nor a parameter nor a
    root, and where words are missing.

    >>> from iem.exact import symbol
    >>> z, tau = symbol("z"), symbol("tau")
    >>> mean = Panel("mean", [Curve(sp.tanh(z / tau))], -1, 1)
    >>> warm = Slider(tau, "temperature", 0.1, 4.0, 0.1, start=1.0)
    >>> told = {"alt": "A curve that flattens with temperature", "caption": "The mean."}
    >>> Live(z, "z", -3, 3, [mean], [warm], [Number("at 1", sp.tanh(1 / tau))], **told).readings()
    ['0.762']
    """

    variable: Any
    words: str
    low: float
    high: float
    panels: Sequence[Panel]
    parameters: Sequence[Slider | Choice]
    numbers: Sequence[Number] = ()
    cursor: Any = None
    log: bool = False
    roots: Sequence[Root] = ()
    alt: str = field(kw_only=True)
    caption: str = field(kw_only=True)

    def __post_init__(self) -> None:
        if len(self.alt.split()) < 5 or not self.caption:
            raise BadInput(f"a figure needs a caption and alt text of five words or more, got {self.alt!r}")
        known = {p.symbol for p in self.parameters}
        if self.cursor is not None and self.cursor not in known:
            raise BadInput(f"the cursor {self.cursor} is not a parameter of the figure")
        if self.cursor is None and any(panel.marks for panel in self.panels):
            raise BadInput("marks lie at the cursor, and the figure has none")
        for root in self.roots:
            for part in (root.start, root.given):
                self._check(part, known)
            self._check(root.expr, known | {root.symbol})
            known = known | {root.symbol}
        for curve in self._curves:
            self._check(curve.expr, known | {self.variable})
            self._check(curve.chosen, known)
        for told in (*(n.expr for n in self.numbers), *(s[1] for p in self.panels for s in p.spots)):
            self._check(told, known)

    @staticmethod
    def _check(expr: Any, known: set[Any]) -> None:
        if strange := sorted(map(str, sp.sympify(expr).free_symbols - known)):
            raise BadInput(f"{expr} has no slider for {', '.join(strange)}")

    @property
    def _curves(self) -> list[Curve]:
        return [curve for panel in self.panels for curve in panel.curves]

    @property
    def start(self) -> dict[str, Any]:
        """The values at which the parameters start."""
        return {p.name: p.start for p in self.parameters}

    # The chart

    def spec(self) -> dict[str, Any]:
        """The Vega-Lite chart, as Altair writes it."""
        import altair as alt

        fields = frozenset({self.variable.name})
        rows = [self._panel(alt, panel, fields, panel is self.panels[-1]) for panel in self.panels]
        parameters = [alt.param(name=p.name, value=p.start, bind=p.bind(alt)) for p in self.parameters]
        parameters += [alt.param(name=n, expr=code(e)) for r in self.roots for n, e in r.stages().items()]
        outputs = [alt.param(name=f"number{i}", expr=code(n.expr)) for i, n in enumerate(self.numbers)]
        chart = alt.vconcat(*rows, spacing=12, description=self.alt).add_params(*parameters, *outputs)
        chart = chart.configure(**CONFIG)
        # by its own name, without the address of the schema: a page names no other host
        spec: dict[str, Any] = json.loads(chart.to_json(indent=None))
        return {key: value for key, value in spec.items() if key != "$schema"}

    def _line(self, alt: Any, curve: Curve) -> Any:
        """The places at which a curve is drawn."""
        low, high = curve.within or (self.low, self.high)
        ratio = f"datum.step/{STEPS}"
        place = f"{low}*pow({high / low!r}, {ratio})" if self.log else f"{low} + {high - low!r}*{ratio}"
        steps = alt.Chart(alt.sequence(0, STEPS + 1, as_="step"))
        return steps.transform_calculate(**{self.variable.name: place})

    def _panel(self, alt: Any, panel: Panel, fields: frozenset[str], last: bool) -> Any:
        kind = "log" if self.log else "linear"
        name = self.variable.name
        scale = alt.Scale(type=kind, domain=[self.low, self.high], nice=False)
        title = self.words if last else None
        ticks = {"values": _decades(self.low, self.high)} if self.log else {"tickCount": 8}
        x = alt.X(f"{name}:Q", scale=scale, axis=alt.Axis(title=title, labels=last, **ticks))
        rise = alt.Scale(domain=[panel.low, panel.high], nice=False)
        y = alt.Y("value:Q", scale=rise, axis=alt.Axis(title=panel.title, tickCount=panel.height // 40))

        def placed(where: str, expr: Any) -> Any:
            """One datum on a curve."""
            one = alt.Chart(alt.Data(values=[{}])).transform_calculate(**{name: where})
            return one.transform_calculate(value=code(expr, fields))

        layers = []
        if self.cursor is not None:
            rule = alt.Chart(alt.Data(values=[{}])).transform_calculate(**{name: self.cursor.name})
            layers.append(rule.mark_rule(color=_ink("grey"), aria=False).encode(x=x))
        for i, curve in enumerate(panel.curves):
            shown = {"color": _ink(curve.colour), "aria": False}
            thin = {"strokeWidth": 1.2, "strokeDash": [2, 3]} if curve.dash else {"strokeWidth": 2}
            drawn = self._line(alt, curve).transform_calculate(value=code(curve.expr, fields))
            drawn = drawn.mark_line(
                clip=True, opacity=_when(alt, curve.chosen, curve.otherwise), **shown, **thin
            )
            layers.append(drawn.encode(x=x, y=y))
            if curve.words:
                beside = {"align": curve.align, "dy": -9 if curve.above else 13}
                text = placed(repr(float(curve.at)), curve.expr).mark_text(
                    text=curve.words, fontSize=FONT, clip=True, **beside, **shown
                )
                layers.append(text.encode(x=x, y=y))
            if i in panel.marks:
                dot = placed(self.cursor.name, curve.expr).mark_point(
                    filled=True, size=70, opacity=_when(alt, curve.chosen, 0), clip=True, **shown
                )
                layers.append(dot.encode(x=x, y=y))
        for i, at, colour in panel.spots:
            dot = placed(code(at), panel.curves[i].expr)
            dot = dot.mark_point(filled=True, size=70, clip=True, color=_ink(colour), opacity=1, aria=False)
            layers.append(dot.encode(x=x, y=y))
        return alt.layer(*layers, height=panel.height)

    # The still picture

    def still(self) -> Any:
        """The same curves at the values where the parameters start, as a `plots.Figure`."""
        import numpy as np

        space = np.geomspace if self.log else np.linspace
        height = sum(panel.height for panel in self.panels) / 62 + 0.5
        axes = plots.axes(rows=len(self.panels), height=height, sharex=True, squeeze=False)[:, 0]
        for ax, panel in zip(axes, self.panels, strict=True):
            ax.set(xlim=(self.low, self.high), ylim=(panel.low, panel.high), ylabel=panel.title)
            if self.log:
                ax.set_xscale("log")
            if self.cursor is not None:
                ax.axvline(self.start[self.cursor.name], color=plots.GREY, linewidth=0.8)
            for i, curve in enumerate(panel.curves):
                colour, on = plots.COLOURS[curve.colour], self._holds(curve.chosen)
                thin = {"linewidth": 1.2, "linestyle": ":"} if curve.dash else {}
                grid = space(*(curve.within or (self.low, self.high)), STEPS + 1)
                ax.plot(
                    grid,
                    self._value(curve.expr, grid),
                    color=colour,
                    alpha=1 if on else curve.otherwise,
                    **thin,
                )
                if curve.words:
                    (top,) = self._value(curve.expr, np.asarray([float(curve.at)]))
                    beside = {"xytext": (0, 6 if curve.above else -14), "textcoords": "offset points"}
                    plots.label(ax, curve.at, top, curve.words, colour, ha=curve.align, **beside)
                if i in panel.marks and on:
                    place = np.asarray([float(self.start[self.cursor.name])])
                    ax.plot(place, self._value(curve.expr, place), "o", color=colour)
            for i, at, dye in panel.spots:
                place = self._value(at, np.zeros(1))
                ax.plot(place, self._value(panel.curves[i].expr, place), "o", color=plots.COLOURS[dye])
        axes[-1].set_xlabel(self.words)
        return plots.Figure(axes, alt=self.alt, caption=self.caption)

    def _set(self, expr: Any) -> Any:
        """An expression with each choice made, and constants that `evaluate` does not know as numbers."""
        choices = {p.symbol: p.start for p in self.parameters if isinstance(p, Choice)}
        return expr.subs(choices).xreplace({w: w.evalf(17) for w in expr.atoms(sp.LambertW)})

    def _holds(self, condition: Any) -> bool:
        values = {p.symbol: p.start for p in self.parameters}
        return bool(condition.subs(values))

    def _value(self, expr: Any, at: Any) -> Any:
        import numpy as np

        values = {name: float(v) for name, v in self.start.items()}
        for root in self.roots:
            for name, stage in root.stages().items():
                values[name] = float(evaluate(self._set(stage), values, np))
        values[self.variable.name] = at
        return np.broadcast_to(evaluate(self._set(expr), values, np), np.shape(at))

    def readings(self) -> list[str]:
        """The numbers at the values where the parameters start, as they are shown.

        They are those of `evaluate`, the package's own arithmetic, not of the chart.
        """
        values = [round(float(self._value(n.expr, 0.0)), n.digits) + 0.0 for n in self.numbers]
        return [f"{x:.{n.digits}f}".replace("-", "−") for x, n in zip(values, self.numbers, strict=True)]

    # What a notebook stores

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits of the chart and of the numbers at its start."""
        told = json.dumps([self.spec(), self.readings()], sort_keys=True)
        return sha256(told.encode()).hexdigest()[:8]

    def __repr__(self) -> str:
        names = ", ".join(p.name for p in self.parameters)
        return f"Live figure: {len(self._curves)} curves that follow {names}, data {self.digest}"

    def html(self, still: str) -> str:
        """The figure for a page, around the still picture; the script of the book brings it to life."""
        spec = json.dumps(self.spec(), ensure_ascii=False, separators=(",", ":")).replace("<", r"\u003c")
        rows = "".join(
            f'<span class="iem-live-number">{render.inline(n.words)} = '
            f'<output data-digits="{n.digits}">{value}</output></span> '
            for n, value in zip(self.numbers, self.readings(), strict=True)
        )
        return (
            f'<figure class="iem-figure iem-live"><div class="iem-live-still">{still}</div>'
            f'<div class="iem-live-view" role="img" aria-label="{escape(self.alt)}" hidden></div>'
            f'<div class="iem-live-numbers">{rows}</div>'
            f'<div class="iem-live-inputs" role="group" aria-label="Parameters of the figure" hidden></div>'
            f'<script type="application/json">{spec}</script>'
            f"<figcaption>{render.inline(self.caption)}</figcaption></figure>"
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        still = self.still()
        svg = still.svg()
        return {**still._repr_mimebundle_(), "text/plain": repr(self), "text/html": self.html(svg)}


def _ink(colour: str) -> str:
    """A colour of the book, in the mode of the page."""
    return f"var(--iem-{colour}, {plots.COLOURS[colour]})"


def _when(alt: Any, condition: Any, otherwise: float) -> Any:
    """An opacity: full where the condition holds."""
    return 1 if condition == sp.true else alt.expr(f"{code(condition)} ? 1 : {otherwise}")


def _decades(low: float, high: float) -> list[float]:
    """The powers of ten in a range, with twos and fives."""
    return [m * 10.0**e for e in range(-6, 7) for m in (1, 2, 5) if low <= m * 10.0**e <= high]
