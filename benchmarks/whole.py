"""Starting, and building the whole book, beside the nearest that has to be done anyway."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pairs import Function, Row, in_turns, row

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / ".venv" / "bin" / "python"
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
    """The book from its stored notebooks, beside their bare pages."""
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as folder:
        pages = ["-m", "nbconvert", "--to", "html", "--output-dir", f"{folder}/pages"]
        build = run(LOCKED.with_name("jupyter-book"), *BUILD, f"{folder}/book")
        yield row("the book, nbconvert to HTML", in_turns(build, run(*pages, *chapters), [None], 3))
