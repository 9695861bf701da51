"""What the stored outputs of a notebook depend on, and whether that has changed since its run."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

PACKAGE = Path(__file__).parent
UNUSED = {  # no chapter's output depends on these
    *("__main__.py", "notebooks.py", "recheck.py", "stamps.py", "storing.py"),
    *("page.py", "sketch.py", "snippet.py", "typed.py"),
}
VERDICT = "application/vnd.iem.verdict+json"
STATED = re.compile(r"^:label: thm-(\w+)\s*$", re.MULTILINE)


def load(path: Path) -> NotebookNode:
    """The notebook at `path`; a missing or copied cell id becomes the first free `cell-<k>`."""
    try:
        raw = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not a notebook: {error}") from error
    if not isinstance(raw, dict) or raw.get("nbformat") != 4:
        raise ValueError(f"{path} is not a notebook of format 4")
    raw["nbformat_minor"] = 5  # the first with cell ids
    taken = {cell.get("id") for cell in raw["cells"]}
    free = (name for k in itertools.count(1) if (name := f"cell-{k}") not in taken)
    seen: set[str] = set()
    for cell in raw["cells"]:
        if not cell.get("id") or cell["id"] in seen:
            cell["id"] = next(free)
        seen.add(cell["id"])
    nb: NotebookNode = nbformat.reads(json.dumps(raw), as_version=4)  # type: ignore[no-untyped-call]
    return nb


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    """The cells of `nb` that run."""
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def reads_chapters(nb: NotebookNode) -> bool:
    """Whether `nb` is computed from what the other chapters stored."""
    return bool(nb.metadata.get("iem", {}).get("reads") == "chapters")


def digest(path: Path) -> dict[str, str]:
    """What the outputs of a notebook depend on, part by part, each as its SHA-256.

    `package`: the sources of `iem`; `cells`: the notebook's own code; `claims`: the `claims.yml`
    beside it, if any; for a notebook that reads the chapters, `verdicts`: those stored in them,
    `stated`: the claims that they state, and `proofs`: the formal proofs, if any.
    """
    nb = load(path)
    sources = [source for source in PACKAGE.rglob("*.py") if source.name not in UNUSED]
    parts: dict[str, Any] = {
        "package": {s.relative_to(PACKAGE).as_posix(): s.read_text("utf-8") for s in sources},
        "cells": [cell.source for cell in code_cells(nb)],
    }
    claims = path.with_name("claims.yml")
    if claims.exists():
        parts["claims"] = claims.read_text("utf-8")
    if reads_chapters(nb):
        others = {other.name: load(other) for other in path.parent.glob("*.ipynb")}
        parts["verdicts"] = {
            name: [
                output.data[VERDICT]
                for cell in code_cells(other)
                for output in cell.outputs
                if VERDICT in output.get("data", {})
            ]
            for name, other in others.items()
            if not reads_chapters(other)
        }
        texts = [c.source for nb in others.values() for c in nb.cells if c.cell_type == "markdown"]
        parts["stated"] = sorted({name for text in texts for name in STATED.findall(text)})
        formal = path.parent.parent / "proofs"
        parts["proofs"] = {
            source.name: source.read_text("utf-8")
            for source in sorted(formal.glob("*"))
            if source.suffix in {".v", ".json", ".yml"}
        }
    return {
        name: hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()
        for name, part in parts.items()
    }


def stale(path: Path) -> str | None:
    """Why the stored outputs may differ from those of a new run; None if nothing has changed."""
    stored = load(path).metadata.get("iem", {}).get("code")
    if not stored:
        return "never executed by iem.notebooks"
    now = digest(path)
    changed = sorted(part for part in now | stored if now.get(part) != stored.get(part))
    return f"changed since it was executed: {', '.join(changed)}" if changed else None
