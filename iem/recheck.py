"""Every claim established anew: the chapters executed in a temporary copy, their verdicts compared."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import redirect_stdout
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

from .ledger import Verdict, claims, find_book, verdicts


def recheck(book: Path | None = None, timeout: int = 600) -> list[str]:
    """How the verdicts of new runs differ from the stored ones, a line for each claim.

    Times are not compared. Each chapter runs in a clean kernel, with this package, in a copy of the book
    that holds no outputs; the progress goes to standard error. A chapter that fails establishes nothing.
    """
    from .notebooks import execute_all, interruptible
    from .stamps import load, reads_chapters

    book = find_book(book)
    stored = verdicts(book)
    with TemporaryDirectory(prefix="iem-") as folder:
        copy = Path(folder) / book.name
        shutil.copytree(book, copy, ignore=shutil.ignore_patterns("_build", ".*", "site"))
        paths = [path for path in sorted(copy.glob("*.ipynb")) if not reads_chapters(load(path))]
        for path in paths:
            _empty(path)
        with _kernels_import_this_package(), redirect_stdout(sys.stderr):
            interruptible(execute_all(paths, timeout))
        found = verdicts(copy)
    return compare(stored, found, list(claims(book)))


def compare(stored: dict[str, Verdict], found: dict[str, Verdict], names: list[str]) -> list[str]:
    """How verdicts differ from stored ones, a line for each claim."""
    lines = []
    for name in names:
        old, new = stored.get(name), found.get(name)
        if old == new:
            continue
        if old is None or new is None:
            states = [v.status if v else "open" for v in (old, new)]
            lines.append(f"{name}: stored as {states[0]}, now {states[1]}")
        else:
            parts = [
                f.name for f in fields(old) if f.compare and getattr(old, f.name) != getattr(new, f.name)
            ]
            told = "; ".join(f"{p} was {getattr(old, p)!r}, is {getattr(new, p)!r}" for p in parts)
            lines.append(f"{name}: {told}")
    return lines


def _empty(path: Path) -> None:
    """Drop the stored outputs of a notebook, so that nothing old can be taken for new."""
    import nbformat

    from .stamps import code_cells, load

    nb = load(path)
    for cell in code_cells(nb):
        cell.outputs, cell.execution_count = [], None
    path.write_text(nbformat.writes(nb), encoding="utf-8")  # type: ignore[no-untyped-call]


class _kernels_import_this_package:
    """Within it, a kernel that starts in any folder imports the package that runs here."""

    def __enter__(self) -> None:
        self.before = os.environ.get("PYTHONPATH")
        root = str(Path(__file__).parents[1])
        os.environ["PYTHONPATH"] = root if not self.before else os.pathsep.join([root, self.before])

    def __exit__(self, *_: object) -> None:
        if self.before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = self.before
