"""Two functions timed in turns, and the table of their ratios."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

ROUNDS = 15
Function = Callable[[Any], Any]


@dataclass(frozen=True)
class Row:
    """What was compared, the median seconds of both, their ratio with its range, and the goal for it."""

    name: str
    ours: float | None
    theirs: float | None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    goal: float | None = None
    note: str = ""

    def cells(self) -> list[str]:
        """The row as it is printed and shown; a time of None was never reached."""
        spread = "" if self.ratio is None else f"{self.ratio:.2f}"
        if self.low is not None and self.high is not None:
            spread += f" ({self.low:.2f} to {self.high:.2f})"
        goal = ""
        if self.goal is not None:
            met = self.ratio is not None and self.ratio <= self.goal
            goal = f"{self.goal:g}: {'met' if met else 'missed'}"
        return [self.name, shown(self.ours), shown(self.theirs), spread, goal, self.note]


def shown(seconds: float | None) -> str:
    """A time in the unit that suits it."""
    if seconds is None:
        return "never"
    unit, scale = next(((u, s) for u, s in (("s", 1), ("ms", 1e3)) if seconds * s >= 0.5), ("µs", 1e6))
    return f"{seconds * scale:.3g} {unit}"


def in_turns(
    ours: Function, theirs: Function, inputs: Sequence[Any], rounds: int = ROUNDS
) -> list[tuple[float, float]]:
    """Seconds an input for both functions, run alternately after a round that is not counted."""

    def seconds(function: Function) -> float:
        start = perf_counter()
        for x in inputs:
            function(x)
        return (perf_counter() - start) / len(inputs)

    return [(seconds(ours), seconds(theirs)) for _ in range(rounds + 1)][1:]


def row(name: str, times: Sequence[tuple[float, float]], goal: float | None = None, note: str = "") -> Row:
    """A row from pairs of times: medians, and the range of the ratios of the pairs."""
    one, two = (median(column) for column in zip(*times, strict=True))
    ratios = [a / b for a, b in times]
    return Row(name, one, two, median(ratios), min(ratios), max(ratios), goal, note)


def beside(
    name: str, ours: Function, theirs: Function, inputs: Sequence[Any], goal: float | None = None
) -> Row:
    """A row that is timed now. Small inputs are repeated, so that a round takes some milliseconds."""
    start = perf_counter()
    theirs(inputs[0])
    repeats = max(1, min(300, int(0.003 / max(perf_counter() - start, 1e-7))))
    return row(name, in_turns(ours, theirs, [*inputs] * repeats), goal)


def table(title: str, columns: Sequence[str], rows: Iterable[Row]) -> list[str]:
    """A table in Markdown; each row is printed as soon as it is there."""
    lines = [f"## {title}", "", f"| {' | '.join(columns)} |", f"|{'|'.join(['---'] * len(columns))}|"]
    print(f"\n{title}", flush=True)
    for entry in rows:
        cells = entry.cells()[: len(columns)]
        print("  ".join(f"{cell:{'54' if i == 0 else '10'}}" for i, cell in enumerate(cells)), flush=True)
        lines.append(f"| {' | '.join(cells)} |")
    return lines
