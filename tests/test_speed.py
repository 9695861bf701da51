"""The stored speed tables: whole, well formed, and what their own numbers say of the goals."""

import re
import sys
from functools import partial
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "benchmarks"))

import pairs  # noqa: E402
import run  # noqa: E402

RATIO = re.compile(r"(\d+\.\d\d)(?: \(\d+\.\d\d to \d+\.\d\d\))?")
GOAL = re.compile(r"([\d.]+): (met|missed)")
TITLES = [group.title for group in run.GROUPS.values()]


def faults(text):
    """What is wrong with stored tables."""
    parts = dict(part.split("\n", 1) for part in re.split(r"^## ", text, flags=re.M)[1:])
    found = [f"{title}: missing" for title in TITLES if title not in parts]
    for title, part in parts.items():
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in part.strip().splitlines()]
        if title not in TITLES or len(rows) < 3:
            found.append(f"{title}: not a table of `make bench`")
        for name, one, two, ratio, goal, *_ in rows[2:]:
            value, wanted = RATIO.fullmatch(ratio), GOAL.fullmatch(goal)
            if not value and "never" not in (one, two) and "over" not in "".join(_):
                found.append(f"{title}, {name}: {ratio}?")
            if goal and (
                not wanted or (wanted[2] == "met") != bool(value and float(value[1]) <= float(wanted[1]))
            ):
                found.append(f"{title}, {name}: {ratio} beside {goal}")
    return found


@pytest.fixture(scope="module")
def stored():
    return (ROOT / "chapters/data/speed.md").read_text("utf-8")


def test_every_table_is_stored_and_says_of_its_goals_what_its_numbers_say(stored):
    assert len(TITLES) > 10
    assert faults(stored) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(": missed", ": met"),
        lambda text: text.replace("## Growth with size", "## Growth"),
        lambda text: re.sub(r"0\.\d\d \(", "(", text, count=1),
    ],
)
def test_tables_that_are_not_true_are_found(stored, spoil):
    assert faults(spoil(stored))


def test_a_row_holds_medians_of_pairs():
    row = pairs.row("a", [(1.0, 2.0), (4.0, 2.0), (3.0, 2.0)], goal=1.0)
    assert (row.ours, row.theirs, row.ratio, row.low, row.high) == (3.0, 2.0, 1.5, 0.5, 2.0)
    assert row.cells() == ["a", "3 s", "2 s", "1.50 (0.50 to 2.00)", "1: missed", ""]
    assert pairs.Row("b", None, 2e-6, goal=1.0).cells()[1:5] == ["never", "2 µs", "", "1: missed"]


def test_functions_take_turns():
    calls = []
    ours, theirs = (partial(lambda name, x: calls.append((name, x)), name) for name in ("ours", "theirs"))
    times = pairs.in_turns(ours, theirs, [1, 2], 3)
    assert len(times) == 3
    assert calls == 4 * [("ours", 1), ("ours", 2), ("theirs", 1), ("theirs", 2)]
