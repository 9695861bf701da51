"""Mutation testing: what fails the command, and the list of changes that may survive."""

import ast
from pathlib import Path

import pytest
import yaml
from mutants import GOAL, LISTED, ROOT, TABLE, Change, Outcome, faults, table

CHANGE = Change("half", "return x / 2", "return x / 3")
KNOWN = yaml.safe_load(LISTED.read_text("utf-8"))
MODULES = {"kernels", "posterior", "statistics", "proof", "activations", "annealing", "temperature"}


def entry(why="The caller rounds.", **changed):
    return {"in": CHANGE.function, "why": why, "changes": [[CHANGE.was, CHANGE.now]]} | changed


def outcome(noticed=99, survived=(CHANGE,), unjudged=0):
    return {"halves": Outcome(noticed, list(survived), unjudged)}


def test_what_is_noticed_or_explained_is_no_fault():
    assert faults(outcome(), {"halves": [entry()]}) == []
    assert faults(outcome(survived=()), {}) == []


@pytest.mark.parametrize(
    "listed",
    [
        {},
        {"thirds": [entry()]},
        {"halves": [entry(why=" ")]},
        {"halves": [entry(**{"in": "third"})]},
        {"halves": [entry(changes=[["return x / 2", "return x / 4"]])]},
        {"halves": [entry(changes=[["return x", "return x / 3"]])]},
    ],
    ids=["no list", "another module", "no reason", "another function", "another change", "other code"],
)
def test_a_survivor_needs_a_reason_of_its_own(listed):
    (fault,) = faults(outcome(), listed)
    assert "halves: in half, not explained" in fault and "return x / 3" in fault


def test_a_module_below_the_goal_fails_though_all_is_explained():
    least = round(100 * GOAL)
    for noticed, wrong in ((least, 0), (least - 1, 1)):
        survived = [Change("half", "x", str(i)) for i in range(100 - noticed)]
        listed = [entry(changes=[[c.was, c.now] for c in survived])]
        found = faults(outcome(noticed, survived), {"halves": listed})
        assert len(found) == wrong and all("89.0%" in fault for fault in found)


def test_a_module_that_was_not_run_to_its_end_fails():
    (fault,) = faults(outcome(unjudged=3), {"halves": [entry()]})
    assert fault == "halves: 3 changes were not judged"
    assert len(faults({"halves": Outcome()}, {})) == 1  # nothing was changed at all


def test_the_table_counts():
    outcomes = outcome(98, [CHANGE, CHANGE]) | {"thirds": Outcome(50), "fourths": Outcome(9, [CHANGE], 1)}
    assert table(outcomes, {"halves": 1}).splitlines()[2:] == [
        "| `halves` | 100 | 98 | 98.0% | 2 | 1 |",
        "| `thirds` | 50 | 50 | 100.0% | 0 | 0 |",
        "| `fourths` | not run to its end |  |  |  |  |",
        "| together | 150 | 148 | 98.7% | 2 | 1 |",
    ]


# The list


def functions(module):
    """The lines of each function of a module, without indentation, its name and those of its class."""
    text = (ROOT / "iem" / f"{module}.py").read_text("utf-8")
    found = {}
    for node in ast.parse(text).body:
        for f in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(f, ast.FunctionDef):
                lines = ast.get_source_segment(text, f).splitlines()
                name = f"{node.name}.{f.name}" if f is not node else f.name
                found[name] = {line.strip().replace(f"def {f.name}(", "def (") for line in lines}
    return found


@pytest.mark.parametrize("module", KNOWN)
def test_the_list_speaks_of_code_that_is_there(module):
    for test in KNOWN[module]["tests"]:
        assert Path(ROOT, test.removeprefix("--deselect=").partition("::")[0]).exists()
    known = functions(module)
    for listed in KNOWN[module].get("survivors") or []:
        assert listed["why"].strip() and listed["changes"]
        for was, now in listed["changes"]:
            assert was != now and set(was.splitlines()) <= known[listed["in"]], (listed["in"], was)


def test_every_module_is_there():
    assert set(KNOWN) == MODULES


def test_the_stored_table_is_of_these_modules_and_adds_up():
    rows = [row.strip("| ").split(" | ") for row in TABLE.read_text("utf-8").splitlines()[2:]]
    assert [row[0].strip("`") for row in rows] == [*KNOWN, "together"]
    *whole, total = ([int(row[i]) for i in (1, 2, 4, 5)] for row in rows if len(row) == 6)
    assert total == [sum(column) for column in zip(*whole, strict=True)]
    for changes, noticed, survived, explained in (*whole, total):
        assert changes == noticed + survived and noticed >= GOAL * changes and explained == survived
