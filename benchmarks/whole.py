"""Starting, and making the whole book, beside the nearest that has to be done anyway."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pairs import Function, Row, in_turns, row

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
BUILD = ["build", ".", "--all", "-W", "-n", "--keep-going", "--path-output"]


def run(*arguments: Any) -> Function:
    """A call of Python, as a function to be timed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def call(_: Any) -> None:
        command = [sys.executable, *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    return call


def starts() -> Iterator[Row]:
    """A fresh interpreter, beside what it has to load in any case."""
    derive, load = run("-m", "iem", "derive", "gaussian", "mean"), run("-c", "import sympy")
    yield row("iem derive gaussian mean, import sympy", in_turns(derive, load, [None], 7))
    yield row("import iem, nothing", in_turns(run("-c", "import iem"), run("-c", ""), [None], 7))


def book() -> Iterator[Row]:
    """The book from its stored notebooks beside their bare pages; running them beside one after another."""
    chapters = sorted((ROOT / "chapters").glob("*.ipynb"))
    with tempfile.TemporaryDirectory() as folder:
        pages = ["-m", "nbconvert", "--to", "html", "--output-dir", f"{folder}/pages"]
        build = run("-m", "jupyter_book.cli.main", *BUILD, f"{folder}/book")
        yield row("the book, nbconvert to HTML", in_turns(build, run(*pages, *chapters), [None], 3))
        for name in ("chapters", "proofs"):
            shutil.copytree(ROOT / name, Path(folder, name), ignore=shutil.ignore_patterns("_*"))
        copies = [Path(folder, "chapters", path.name) for path in chapters]
        ours = run("-m", "iem.notebooks", *copies)
        theirs = run("-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", *copies)
        yield row("running every chapter, nbconvert --execute", in_turns(ours, theirs, [None], 1))
