"""The graph of claims: which rests on which, how far each has come, and a drawing of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from .errors import BadInput, unknown
from .ledger import Claim, Verdict, claims, find_book, status, verdicts

STATED = re.compile(r"^:label: thm-(\w+)\s*$", re.MULTILINE)  # as in `stamps`, which needs nbformat
WIDTH, HEIGHT, ACROSS, DOWN, EDGE = 52, 26, 118, 33, 6


def order(known: Mapping[str, Claim]) -> list[str]:
    """The claims, each after all that it rests on. Raises `BadInput` for a cycle or an unknown claim."""
    made: list[str] = []
    waiting = dict(known)
    for claim in known.values():
        for name in claim.uses:
            if name not in known:
                raise unknown(f"claim, which {claim.id} rests on,", name, known)
    while waiting:
        ready = [name for name, claim in waiting.items() if all(use not in waiting for use in claim.uses)]
        if not ready:
            raise BadInput(f"claims rest on each other in a circle: {', '.join(_circle(waiting))}")
        made += ready
        for name in ready:
            del waiting[name]
    return made


def _circle(waiting: Mapping[str, Claim]) -> list[str]:
    """A circle among claims of which each rests on another of them."""
    path = [next(iter(waiting))]
    while path[-1] not in path[:-1]:
        path.append(next(use for use in waiting[path[-1]].uses if use in waiting))
    return path[path.index(path[-1]) :]


def grounded(known: Mapping[str, Claim], found: Iterable[str]) -> set[str]:
    """The claims that are established with all they rest on.

    >>> from iem.ledger import Claim
    >>> one = Claim("T1", "It is so.", "none", "theorem", "temperature")
    >>> two = Claim("T2", "So is this.", "none", "theorem", "temperature", ("T1",))
    >>> grounded({"T1": one, "T2": two}, ["T2"]), sorted(grounded({"T1": one, "T2": two}, ["T1", "T2"]))
    (set(), ['T1', 'T2'])
    """
    done, solid = set(found), set[str]()
    for name in order(known):
        if name in done and solid.issuperset(known[name].uses):
            solid.add(name)
    return solid


def direct(known: Mapping[str, Claim]) -> list[tuple[str, str]]:
    """The pairs (what a claim rests on, the claim), without those that follow from others."""
    above: dict[str, set[str]] = {}
    for name in order(known):
        above[name] = set(known[name].uses).union(*(above[use] for use in known[name].uses))
    return [
        (use, name)
        for name, claim in known.items()
        for use in claim.uses
        if not any(use in above[other] for other in claim.uses)
    ]


def stated(book: Path | None = None) -> set[str]:
    """The claims that a chapter states as a theorem, whether or not it establishes them."""
    labels: set[str] = set()
    for path in find_book(book).glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell.get("cell_type") == "markdown":
                labels |= set(STATED.findall("".join(cell["source"])))
    return labels


def graph(book: Path | None = None) -> str:
    """The graph as HTML: a drawing (SVG), each claim linked to its theorem.

    A claim stands to the right of all it rests on; lines that follow from others are left out. The border
    says whether a chapter states a claim, the filling whether it is established; both are read without
    colour.

    >>> graph().count("</svg>") > 0
    True
    """
    known, found = claims(book), verdicts(book)
    solid, said = grounded(known, found), stated(book) | set(found)
    spots, ways = _layout(known)
    wide = max(x for x, _ in spots.values()) + WIDTH / 2 + EDGE
    high = max(y for way in [list(spots.values()), *ways] for _, y in way) + HEIGHT / 2 + EDGE
    lines = "".join(f'<path d="{_curve(way)}"/>' for way in ways)
    nodes = "".join(
        _node(claim, spots[claim.id], claim.id in said, claim.id in solid, found)
        for claim in known.values()
    )
    count = f"{len(known)} claims, {len(found)} established, {len(solid)} with all they rest on"
    return (
        f'<div class="iem-graph" tabindex="0" role="group" aria-label="Graph of claims: {count}" '
        f'style="overflow-x:auto">'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" '
        f'style="width:100%;min-width:{wide * 0.8:.0f}px;max-width:{wide * 1.2:.0f}px;height:auto" '
        f'font-size="13" font-family="sans-serif"><title>Graph of claims: {count}</title>'
        f"<defs>{PATTERN}</defs>"
        f'<g fill="none" stroke="currentColor" stroke-opacity="0.35">{lines}</g>{nodes}</svg></div>'
        f"{_legend()}"
    )


PATTERN = (
    '<pattern id="iem-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0 0V6" stroke="currentColor" stroke-opacity="0.45" '
    'stroke-width="2"/></pattern>'
)


def _layout(known: Mapping[str, Claim]) -> tuple[dict[str, Any], list[list[tuple[float, float]]]]:
    """Where each claim stands, in layers from left to right, and which points each line passes."""
    import igraph

    number = {name: place for place, name in enumerate(known)}
    edges = [(number[use], number[name]) for use, name in direct(known)]
    drawn = igraph.Graph(len(known), edges, directed=True).layout_sugiyama(maxiter=1000)
    bends = [point for way in drawn.edge_routing for point in way]
    top = min(point[0] for point in [*drawn.coords, *bends])

    def place(point: Any) -> tuple[float, float]:
        return point[1] * ACROSS + WIDTH / 2 + EDGE, (point[0] - top) * DOWN + HEIGHT / 2 + EDGE

    spots = {name: place(drawn.coords[number[name]]) for name in known}
    ways = []
    for (start, end), between in zip(edges, drawn.edge_routing, strict=True):
        (a, b), (c, d) = place(drawn.coords[start]), place(drawn.coords[end])
        ways.append([(a + WIDTH / 2, b), *map(place, between), (c - WIDTH / 2, d)])
    return spots, ways


def _curve(way: list[tuple[float, float]]) -> str:
    """A line that leaves and enters every layer level."""
    path = f"M{way[0][0]:.0f} {way[0][1]:.0f}"
    for (a, b), (c, d) in zip(way, way[1:], strict=False):
        middle = (a + c) / 2
        path += f"C{middle:.0f} {b:.0f} {middle:.0f} {d:.0f} {c:.0f} {d:.0f}"
    return path


def _box(x: float, y: float, kind: str, said: bool, done: bool, solid: bool) -> str:
    """The outline of a node: round for what is measured, slanted for a reading, else a rectangle."""
    fill = "currentColor" if solid else "url(#iem-hatch)" if done else "none"
    line = f'stroke="currentColor" stroke-width="{1.6 if said else 1}"' + (
        "" if said else ' stroke-dasharray="3 3" stroke-opacity="0.7"'
    )
    left, top = x - WIDTH / 2, y - HEIGHT / 2
    if kind == "reading":
        points = f"{left + 7:.0f},{top:.0f} {left + WIDTH:.0f},{top:.0f} " + (
            f"{left + WIDTH - 7:.0f},{top + HEIGHT:.0f} {left:.0f},{top + HEIGHT:.0f}"
        )
        return f'<polygon points="{points}" fill="{fill}" {line}/>'
    round_ = HEIGHT / 2 if kind in ("experiment", "check") else 3
    return (
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="{round_:g}" '
        f'fill="{fill}" {line}/>'
    )


def _node(
    claim: Claim, at: tuple[float, float], said: bool, solid: bool, found: Mapping[str, Verdict]
) -> str:
    """A claim: its outline, its name, and for those who do not see it a sentence; linked if established."""
    x, y = at
    done = claim.id in found
    words = f"{claim.id}, {claim.kind}: {status(claim, dict(found))}" + (
        "" if done else ", stated" if said else ", not stated yet"
    )
    words += f"; rests on {', '.join(claim.uses)}" if claim.uses else "; rests on no other claim"
    words += "; established with all it rests on" if solid else ""
    weight = ' font-weight="bold"' if done else ""
    label = _label(x, y, claim.id, solid, done, weight)
    inner = f"<title>{escape(words)}</title>{_box(x, y, claim.kind, said, done, solid)}{label}"
    if not done:
        return f'<g role="img" aria-label="{escape(words)}">{inner}</g>'
    href = f"{claim.chapter}.html#verdict-{claim.id.lower()}"
    return f'<a href="{href}" aria-label="{escape(words)}" style="color:inherit">{inner}</a>'


def _label(x: float, y: float, name: str, solid: bool, done: bool, weight: str) -> str:
    """The name of a claim, light where the node is filled, on a plate where it is hatched."""
    plate = ""
    if done and not solid:
        plate = (
            f'<rect x="{x - 14:.0f}" y="{y - 9:.0f}" width="28" height="18" '
            'fill="var(--pst-color-background, #fff)"/>'
        )
    fill = "var(--pst-color-background, #fff)" if solid else "currentColor"
    where = f'x="{x:.0f}" y="{y + 4.5:.1f}" text-anchor="middle"'
    return f'{plate}<text {where} fill="{fill}"{weight}>{name}</text>'


def _legend() -> str:
    """What the borders, fillings and shapes say."""
    rows = (
        ("theorem", False, False, False, "not stated yet"),
        ("theorem", True, False, False, "stated, open"),
        ("theorem", True, True, False, "established, but not all it rests on"),
        ("theorem", True, True, True, "established with all it rests on"),
        ("experiment", True, False, False, "an experiment or a check"),
        ("reading", True, False, False, "a reading, which counts as no proof"),
    )
    items = "".join(
        f'<li style="list-style:none"><svg width="60" height="36" aria-hidden="true" '
        f'style="vertical-align:middle">'
        f"{_box(30, 18, kind, said, done, solid)}</svg> {words}</li>"
        for kind, said, done, solid, words in rows
    )
    return f'<ul class="iem-graph-legend" style="padding:0;columns:16rem">{items}</ul>'
