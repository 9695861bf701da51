"""Mutation testing: is there a test that notices each small change of the code?

`make mutants` runs it; what it needs, mutmut, is in an environment of its own. For each module of
`tests/mutants.yml` mutmut makes one change at a time (`+` to `-`, `<` to `<=`, an argument to None, a text
to another) and runs the tests that reach the changed function, the fastest first, until one fails. A change
that no test notices has survived. Survivors are listed in `tests/mutants.yml` with the reason why each is
harmless; the command fails when one is not, and when fewer than nine in ten of a module are noticed.

    python tests/mutants.py [--anew] [--list] [module ...]

A change that was noticed before is not tried again until its function is changed; `--anew` forgets. With
`--list` nothing is run: what the last run left is compared again. Where no module is named, the summary for
the book is written.
"""

from __future__ import annotations

import argparse
import difflib
import gc
import json
import multiprocessing
import os
import shutil
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".mutants"
LISTED = ROOT / "tests" / "mutants.yml"
TABLE = ROOT / "chapters" / "data" / "mutants.md"
GOAL = 0.9
PLAIN = {"property", "cached_property", "cache"}  # decorators around which a function can be exchanged
NOTICED = {1, 2, 3, 24, -24, 152, -9, -11}  # pytest's failures, errors in collecting, time limits, crashes
UNNOTICED = {0, 5, 33}  # no failure, or no test


class Change(NamedTuple):
    """A change of one function: its lines before and after, without indentation."""

    function: str
    was: str
    now: str


@dataclass
class Outcome:
    """What became of the changes of a module."""

    noticed: int = 0
    survived: list[Change] = field(default_factory=list)
    unjudged: int = 0

    @property
    def mutants(self) -> int:
        return self.noticed + len(self.survived)

    @property
    def share(self) -> float:
        return self.noticed / self.mutants if self.mutants else 0.0


def faults(outcomes: dict[str, Outcome], listed: dict[str, list[dict[str, Any]]]) -> list[str]:
    """What is wrong: a module below the goal or not run to its end, a survivor that no entry explains."""
    found = []
    for module, outcome in outcomes.items():
        if outcome.unjudged:
            found.append(f"{module}: {outcome.unjudged} changes were not judged")
        if outcome.share < GOAL:
            found.append(f"{module}: {outcome.share:.1%} of the changes noticed, the goal is {GOAL:.0%}")
        known = reasons(listed.get(module, []))
        for change in outcome.survived:
            if not known.get(change):
                found.append(f"{module}: in {change.function}, not explained{shown(change)}")
    return found


def shown(change: Change) -> str:
    """The lines of a change as a difference."""
    was, now = change.was.split("\n"), change.now.split("\n")
    return "".join([*(f"\n- {line}" for line in was), *(f"\n+ {line}" for line in now)])


def reasons(entries: list[dict[str, Any]]) -> dict[Change, str]:
    """The reason given for each change that may survive."""
    return {
        Change(entry["in"], was, now): entry["why"].strip()
        for entry in entries
        for was, now in entry["changes"]
    }


def table(outcomes: dict[str, Outcome], unexplained: Mapping[str, int]) -> str:
    """The summary as a table in Markdown."""
    rows = [
        "| module | changes | noticed | share | not noticed | with a reason |",
        "|---|---|---|---|---|---|",
    ]
    for module, o in outcomes.items():
        if o.unjudged:
            rows.append(f"| `{module}` | not run to its end |  |  |  |  |")
        else:
            rows.append(_row(f"`{module}`", o.noticed, len(o.survived), unexplained.get(module, 0)))
    whole = {module: o for module, o in outcomes.items() if not o.unjudged}
    noticed = sum(o.noticed for o in whole.values())
    survived = sum(len(o.survived) for o in whole.values())
    rows.append(_row("together", noticed, survived, sum(unexplained.get(m, 0) for m in whole)))
    return "\n".join(rows) + "\n"


def _row(name: str, noticed: int, survived: int, unexplained: int) -> str:
    changes, explained = noticed + survived, survived - unexplained
    return f"| {name} | {changes} | {noticed} | {noticed / changes:.1%} | {survived} | {explained} |"


def run(module: str, tests: list[str], given: argparse.Namespace) -> None:
    """Have mutmut try every change of a module, in a directory of its own."""
    work = WORK / module
    if given.anew:
        shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(work / "mutants" / "tests", ignore_errors=True)
    (work / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    for name in ("iem", "tests", "pyproject.toml"):
        (work / name).unlink(missing_ok=True)
        (work / name).symlink_to(ROOT / name)
    _try_survivors_again(work / "mutants" / "iem" / f"{module}.py.meta")
    os.chdir(work)
    sys.path[:] = [p for p in sys.path if Path(p).resolve() not in (ROOT, ROOT / "tests")]
    _extend(given.seconds)
    from mutmut.__main__ import _run
    from mutmut.configuration import config

    config().only_mutate = [f"iem/{module}.py"]
    config().pytest_add_cli_args_test_selection = [f"iem/{module}.py", *tests]
    _run([], given.processes)


def _try_survivors_again(meta: Path) -> None:
    if meta.exists():
        known = json.loads(meta.read_text("utf-8"))
        codes = known["exit_code_by_key"]
        known["exit_code_by_key"] = {k: c if c in NOTICED else None for k, c in codes.items()}
        meta.write_text(json.dumps(known), "utf-8")


def _extend(seconds: float) -> None:
    """Two additions to mutmut: functions behind some decorators are changed too, fast tests come first."""
    import libcst as cst
    import mutmut.__main__ as main
    import pytest
    from mutmut.mutation import file_mutation
    from mutmut.runners.harness import PytestRunner
    from mutmut.state import state
    from mutmut.utils.file_utils import change_cwd
    from mutmut.workers.isolation import ForkServerRunner

    def plain(node: cst.CSTNode) -> bool:
        decorators = [d.decorator for d in node.decorators] if isinstance(node, cst.FunctionDef) else []
        return len(decorators) == 1 and getattr(decorators[0], "value", None) in PLAIN

    class Visitor(file_mutation.MutationVisitor):
        def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
            return not plain(node) and super()._skip_node_and_children(node)

    arrangement = file_mutation.function_trampoline_arrangement

    def undecorated(function: Any, mutants: Any, class_name: Any) -> Any:
        """The decorator stays at the switch between the versions, and is taken from these."""
        empty, (switch, *versions), filled, names = arrangement(function, mutants, class_name)
        if plain(function):
            versions = [v.with_changes(decorators=()) for v in versions]
        return empty, [switch, *versions], filled, names

    class Limit:
        """Tests that come too late are skipped. With caches still empty they take longer than measured."""

        def pytest_collection_finish(self) -> None:
            self.start = monotonic()

        def pytest_runtest_setup(self) -> None:
            if monotonic() - self.start > seconds:
                pytest.skip("too late")

    class Collected(PytestRunner):
        def warm_up(self) -> None:
            super().warm_up()
            gc.freeze()  # what was collected once is not looked through in every copy

        def run_tests(self, *, mutant_name: str | None, tests: Any) -> int:
            with change_cwd("mutants"):
                return self.execute_pytest(self._pytest_args_regular_run(tests), plugins=[Limit()])

    class Runner(ForkServerRunner):
        """Each change meets fresh caches, in a copy of a process that has only collected the tests."""

        def run_clean_tests(self, tests: Any) -> int:
            return 0  # that the tests pass was seen when their times were measured

        def submit(self, mutant_name: str, tests: list[str], cpu_time_limit: int, estimated: float) -> None:
            chosen, total = [], 0.0
            for test in sorted(tests, key=lambda t: (state().duration_by_test[t], t)):
                if chosen and total + state().duration_by_test[test] > seconds:
                    break
                chosen.append(test)
                total += state().duration_by_test[test]
            # of processor time; mutmut stops at half of it by the clock: what takes as long does not end
            super().submit(mutant_name, chosen, ceil(2 * (2 * seconds + 5)), total)

    def runner(max_workers: int = 1) -> Runner:
        return Runner(max_workers=max_workers, test_runner_class=Collected, test_runner_args={})

    file_mutation.MutationVisitor = Visitor
    file_mutation.function_trampoline_arrangement = undecorated
    main.get_mutant_runner = runner


def read(module: str) -> Outcome:
    """What the last run of a module left."""
    from mutmut.utils.format_utils import orig_function_and_class_names_from_key as names

    folder = WORK / module / "mutants" / "iem"
    outcome = Outcome()
    if not (folder / f"{module}.py.meta").exists():
        return Outcome(unjudged=1)
    codes = json.loads((folder / f"{module}.py.meta").read_text("utf-8"))["exit_code_by_key"]
    spans = json.loads((folder / f"{module}.py.spans").read_text("utf-8"))["spans"]
    lines = (folder / f"{module}.py").read_text("utf-8").splitlines()

    def version(name: str) -> list[str]:
        first, last = spans[name]
        return [line.strip().replace(name, "") for line in lines[first - 1 : last]]

    for key, code in codes.items():
        if code in NOTICED:
            outcome.noticed += 1
        elif code in UNNOTICED:
            function, owner = names(key)
            mutant = key.rpartition(".")[2]
            before, after = version(mutant.partition("__mutmut_")[0] + "__mutmut_orig"), version(mutant)
            edits = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
            was = [line for op, a, b, _, _ in edits if op != "equal" for line in before[a:b]]
            now = [line for op, _, _, a, b in edits if op != "equal" for line in after[a:b]]
            name = f"{owner}.{function}" if owner else function
            outcome.survived.append(Change(name, "\n".join(was), "\n".join(now)))
        else:
            outcome.unjudged += 1
    return outcome


def main() -> int:
    """Run the modules that are named, or all, and compare what survived with the list."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    known = yaml.safe_load(LISTED.read_text("utf-8"))
    parser.add_argument("modules", nargs="*", metavar="module", help=", ".join(known))
    parser.add_argument("--anew", action="store_true", help="try again also what was noticed before")
    parser.add_argument("--list", action="store_true", help="run nothing")
    parser.add_argument(
        "--seconds", type=float, default=15, help="of tests against one change, fastest first"
    )
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    if unknown := set(given.modules) - set(known):
        parser.error(f"not among {', '.join(known)}: {', '.join(sorted(unknown))}")
    modules = given.modules or list(known)
    for module in [] if given.list else modules:
        print(f"{module}:", flush=True)
        process = multiprocessing.get_context("fork").Process(
            target=run, args=(module, known[module]["tests"], given)
        )
        process.start()
        process.join()
        if process.exitcode:
            return 1
    outcomes = {module: read(module) for module in modules}
    found = faults(outcomes, {module: known[module].get("survivors") or [] for module in modules})
    unexplained = Counter(fault.partition(":")[0] for fault in found if "not explained" in fault)
    print(*found, sep="\n")
    for module, o in outcomes.items():
        for change in set(reasons(known[module].get("survivors") or [])) - set(o.survived):
            print(f"{module}: in {change.function}, listed but noticed{shown(change)}")
    for module, o in outcomes.items():
        print(
            f"{module:12} {o.mutants:5} changes, {o.noticed:5} noticed ({o.share:.1%}), "
            f"{len(o.survived):4} survived, {unexplained[module]:4} of them not explained"
        )
    if not given.modules:
        TABLE.write_text(table(outcomes, unexplained), "utf-8")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
