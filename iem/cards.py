r"""Cards: one module of a framework with all that is checked about it.

A `Module` holds the formula, the ways to derive it, the certificates against the other classes and, as a
`Warm`, what cold and heat make of it. It shows itself in a notebook and computes on arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import sympy as sp

from . import render
from .cases import cells, resolve
from .classes import Curve, Step, Way, named, put, t, z
from .errors import BadInput
from .exact import symbol
from .proof import Argument, Derivation, Link
from .render import tex

CLASSES = {
    "location": "mean of the location",
    "posterior": "responsibility, log-posterior, free energy, residual",
    "threshold": "threshold",
    "gate": "gate",
    "hinge": "hinge",
    "maximum": "maximum at zero temperature",
    "mode": "mode",
}
RENAMED = {"lambd": "lambda", "negative_slope": "a", "weight": "a", "scale": "lambda"}
tau = symbol("tau")


@dataclass(frozen=True)
class Warm:
    """The module at temperature tau, and what it becomes in the cold and in the heat, for z < 0 and z > 0.

    `near` gives the expressions that hold close to each end where the formula changes with tau.
    """

    expr: Any
    cold: Sequence[Any]
    hot: Sequence[Any]
    words: str = ""
    until: Any = sp.oo
    near: Sequence[Any] = ()
    wall: Any = 0
    start: Any = None
    step: Any = t
    way: Way | None = None
    curve: Curve | None = None

    def sides(self, end: int) -> list[Any]:
        """The formula left and right of the wall (usually 0), close to an end of the temperatures."""
        if self.near:
            return list(self.near[end])
        return [resolve(self.expr, z < self.wall), resolve(self.expr, z > self.wall)]

    def under(self, domain: dict[Any, Any]) -> Warm:
        """The same with parameters replaced."""
        names = {f.name: put(getattr(self, f.name), domain) for f in fields(self)}
        way = self.way.under(domain) if self.way else None
        return replace(self, **{**names, "way": way, "curve": self.curve and self.curve.subs(domain)})

    def evidence(self) -> Argument:
        """The formula at temperature tau, from its posterior (`start`) or its `way`, and its two limits."""
        steps: list[Step] = []
        if self.start is not None:
            link = Link(self.expr, "the formula", (z <= 0, z >= 0) if self.expr.has(sp.Abs) else ())
            steps.append(("At temperature $\\tau$:", Derivation("f", self.start, [link])))
        if self.way is not None and self.curve is not None:
            steps.append(("At temperature $\\tau$:", self.way.evidence("f_tau", self.curve)))
        for end, name, goal in ((0, "cold", self.cold), (1, "heat", self.hot)):
            at, side = (0, "+") if end == 0 else (self.until, "-")
            places = (self.wall - self.step, self.wall + self.step)
            limits = [sp.Limit(sp.sympify(e).subs(z, p), tau, at, side)
                      for e, p in zip(self.sides(end), places, strict=True)]  # fmt: skip
            goals = [sp.sympify(g).subs(z, p) for g, p in zip(goal, places, strict=True)]
            chain = Derivation(sp.Tuple(*limits), None, [Link(sp.Tuple(*goals), f"in the {name}")])
            steps.append((f"In the {name}, at $z={tex(places[0])}$ and $z={tex(places[1])}$:", chain))
        return Argument(*steps)


@dataclass(frozen=True)
class Module:
    """A card: one module of the framework, the ways to derive it, and what it is not.

    `expr` is its formula, `walls` are its kinks, `domain` writes parameters so that their range is plain,
    `defaults` are the framework's, `no` names for each class the certificate and where it is taken.
    """

    name: str
    expr: Any
    ways: tuple[Way, ...]
    no: dict[str, Any] = field(default_factory=dict)
    walls: tuple[Any, ...] = ()
    warm: Warm | None = None
    defaults: dict[str, Any] = field(default_factory=dict)
    domain: dict[Any, Any] = field(default_factory=dict)
    range: str = ""
    stable: Any = None
    compute: Any = None
    pictured: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    heat: str = ""

    @cached_property
    def curve(self) -> Curve:
        """The pieces, with parameters in their range."""
        walls = [sp.sympify(w).subs(self.domain) for w in self.walls]
        return Curve.of(self.expr.subs(self.domain), walls)

    @cached_property
    def yes(self) -> dict[str, Argument]:
        """The derivation within each class that holds the module."""
        return {w.key: w.under(self.domain).evidence(self.name, self.curve) for w in self.ways}

    @cached_property
    def excluded(self) -> dict[str, Step]:
        """The certificate for each class that is shown not to hold it."""
        return {key: how(self.curve, *args) for key, (how, *args) in self.no.items()}

    @cached_property
    def limits(self) -> Argument | None:
        """What the module becomes in the cold and in the heat, where that is a formula."""
        return self.warm.under(self.domain).evidence() if self.warm else None

    @cached_property
    def evidence(self) -> Argument:
        """All that is checked about the module."""
        steps: list[Step] = [(f"{self.name}: {CLASSES[key]}.", e) for key, e in self.yes.items()]
        steps += [
            (f"{self.name}: not a {CLASSES[key]}. {says}", e) for key, (says, e) in self.excluded.items()
        ]
        if self.limits:
            steps.append((f"{self.name}: cold and heat.", self.limits))
        if self.stable is not None:
            steps.append((f"{self.name}: its numeric form.", self.numeric_form))
        return Argument(*steps)

    @cached_property
    def numeric_form(self) -> Derivation:
        """That the form which is computed is the formula."""
        cases = tuple(cells(z, self.stable, self.expr))
        return Derivation(named(self.name), self.expr, [Link(self.stable, "the numeric form", cases)])

    def __call__(self, z: Any, **parameters: Any) -> Any:
        """The module on an array of any library; parameters are those of the framework.

        >>> import numpy
        >>> from iem.atlas import card
        >>> card("Softshrink")(numpy.asarray([-2.0, 0.0, 1.0]), lambd=0.5)
        array([-1.5,  0. ,  0.5])
        """
        from .arrays import as_array, quiet
        from .evaluate import evaluate

        if self.compute is not None:
            return self.compute(z, **parameters)
        z, xp = as_array(z, "z")
        values = {**self.defaults, **parameters}
        if strange := set(values) - set(self.defaults):
            expected = ", ".join(self.defaults) or "no parameters"
            raise BadInput(f"{self.name} takes {expected}, got {', '.join(sorted(strange))}")
        with quiet():
            named = {RENAMED.get(k, k): v for k, v in values.items()}
            return evaluate(self.stable or self.expr, {"z": z, **named}, xp)

    def state(self, key: str) -> str:
        """Whether the module is in a class: `yes`, `no` (with a certificate) or "" (not claimed)."""
        return "yes" if any(w.key == key for w in self.ways) else "no" if key in self.no else ""

    def __repr__(self) -> str:
        return f"{self.name}: {render.plain(self.expr)}"

    @cached_property
    def figure(self) -> Any:
        """The curve as a small figure."""
        import numpy as np

        from . import plots

        ax = plots.axes(width=2.6, height=1.5)
        grid = np.linspace(-4, 4, 321)
        values = self(grid, **self.pictured)
        jumps = np.append(np.abs(np.diff(values)) > 0.3, False)
        ax.axhline(0, color=plots.GREY, linewidth=0.6)
        ax.axvline(0, color=plots.GREY, linewidth=0.6)
        ax.plot(grid, np.where(jumps, np.nan, values), color=plots.BLUE)
        ax.set_xticks([-4, 0, 4])
        ax.set_yticks([round(float(v), 1) for v in (values.min(), values.max())])
        span = f"between {values.min():.2g} and {values.max():.2g}"
        alt = f"The curve of {self.name} for z from -4 to 4, {span}."
        held = (self.pictured or self.defaults) if self.name != "SELU" else {}
        given = ", ".join(f"{k} = {v:.3g}" for k, v in held.items())
        return plots.Figure(ax, alt=alt, caption=self.name + (f" with {given}" if given else ""))

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        if self.compute is not None:
            return {"text/plain": repr(self), "text/html": self.html("")}
        shown = self.figure._repr_mimebundle_()
        del self.__dict__["figure"]
        text = f"{self!r}\n{shown['text/plain']}"
        return {**shown, "text/plain": text, "text/html": self.html(shown["text/html"])}

    def html(self, figure: str) -> str:
        """The card, with the figure that belongs to it."""
        rows = [f"<p>{render.math(rf'{tex(named(self.name))} = {tex(self.expr)}')}</p>", figure]
        if self.range:
            rows.append(f"<p>Checked for {render.inline(self.range)}.</p>")
        for key, argument in self.yes.items():
            way = next(w for w in self.ways if w.key == key)
            rows.append(_folded(f"Yes, {CLASSES[key]}: {way.says}", argument))
        for key, (says, evidence) in self.excluded.items():
            rows.append(_folded(f"No {CLASSES[key]}. {says}", evidence))
        if self.warm and self.limits:
            more = f"; {self.warm.words}" if self.warm.words else ""
            rows.append(_folded(f"Temperature: ${tex(self.warm.expr)}${more}", self.limits))
        rows += [f"<p>{render.inline(words)}</p>" for words in (self.heat, self.note) if words]
        return f'<div class="iem-card" id="card-{self.name.lower()}">{"".join(rows)}</div>'


def _folded(summary: str, evidence: Any) -> str:
    """Evidence behind its summary."""
    return f"<details><summary>{render.inline(summary)}</summary>{evidence._repr_html_()}</details>"
