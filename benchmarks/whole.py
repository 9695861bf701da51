"""Starting, building the book and executing chapters, beside the nearest that has to be done anyway."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pairs import Function, Row, in_turns, row

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / ".venv" / "bin" / "python"
EXECUTED = "tanh.ipynb", "attention.ipynb"
BUILD = ["build", ".", "--all", "-W", "-n", "--keep-going", "--path-output"]


def run(*arguments: Any) -> Function:
    """A call of Python in the locked environment, as a function to be timed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def call(_: Any) -> None:
        command = [LOCKED, *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    return call


def starts() -> Iterator[Row]:
    """A fresh interpreter, beside what it has to load in any case."""
    derive, load = run("-m", "iem", "derive", "gaussian", "mean"), run("-c", "import sympy")
    yield row("iem derive gaussian mean, import sympy", in_turns(derive, load, [None], 7))
    yield row("import iem, nothing", in_turns(run("-c", "import iem"), run("-c", ""), [None], 7))


def book() -> Iterator[Row]:
    """The book from its stored notebooks, and a run of two of them, beside nbconvert's."""
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as folder:
        pages = ["-m", "nbconvert", "--to", "html", "--output-dir", f"{folder}/pages"]
        build = run(LOCKED.with_name("jupyter-book"), *BUILD, f"{folder}/book")
        yield row(
            "the book, its notebooks as bare pages", in_turns(build, run(*pages, *chapters), [None], 3)
        )
        copies = [shutil.copy(ROOT / "chapters" / name, folder) for name in ("claims.yml", *EXECUTED)][1:]
        execute = ["-m", "nbconvert", "--to", "notebook", "--execute", "--output-dir", f"{folder}/executed"]
        stored = run("-m", "iem.notebooks", *copies)
        yield row("two chapters, executed", in_turns(stored, run(*execute, *copies), [None], 3))
