"""Files that are written whole or not at all: what was stored survives a full disk and an interruption."""

from __future__ import annotations

import os
from pathlib import Path


def store(path: Path, text: str) -> None:
    """Put `text` in place of what the file at `path` holds, which stays as it is if that fails.

    Raises `OSError` if it cannot be written.
    """
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text, "utf-8", newline="\n")
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
