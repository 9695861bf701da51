"""How the code is written: ruff, with the rules for docstrings, its format, and mypy's strict types."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command, given=None):
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, input=given, capture_output=True, text=True
    )


@pytest.mark.parametrize("command", ["ruff check .", "ruff format --check .", "mypy"])
def test_nothing_is_found(command):
    done = run(*command.split())
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_folder_with_code_is_looked_at():
    seen = {Path(line) for line in run("ruff", "check", ".", "--show-files").stdout.splitlines()}
    for folder in ("iem", "tests", "benchmarks", "proofs", "chapters/_assets"):
        written = set((ROOT / folder).rglob("*.py"))
        assert written and written <= seen


@pytest.mark.parametrize(
    ("where", "code", "fault"),
    [
        ("iem/new.py", '"""A module."""\n\n\ndef new():\n    return 1\n', "D103"),
        ("iem/new.py", '"""A module."""\n\n\ndef new():\n    """No full stop"""\n', "D415"),
        ("proofs/new.py", f"x = {'1 + ' * 30}1\n", "E501"),
        ("chapters/_assets/ext/new.py", "import os\n", "F401"),
        ("tests/new.py", "print(zip([], []))\n", "B905"),
    ],
)
def test_faults_are_found(where, code, fault):
    done = run("ruff", "check", "--stdin-filename", where, "-", given=code)
    assert done.returncode == 1 and fault in done.stdout


def test_missing_types_are_found(tmp_path):
    (tmp_path / "new.py").write_text("def new(x):\n    return x\n")
    done = run("mypy", str(tmp_path / "new.py"))
    assert done.returncode == 1 and "no-untyped-def" in done.stdout
