"""A disk that is full and a run that is interrupted: nothing that was stored is lost."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from iem.stamps import load, stale
from iem.storing import store

OLD = "what was stored"


def limited(size, *arguments, **options):
    """A Python that can write no file beyond `size` bytes, as on a disk with no more room."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "a.json"
    for text in (OLD, "τ\nother\n"):
        store(path, text)
        assert path.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_without_room_it_stays_as_it_is(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(OLD)
    code = (
        f"from pathlib import Path; from iem.storing import store; store(Path({str(path)!r}), 'x' * 9999)"
    )
    assert "File too large" in limited(1000, "-c", code).stderr
    assert path.read_text() == OLD
    assert list(tmp_path.iterdir()) == [path]
    assert limited(10_000, "-c", code).returncode == 0
    assert len(path.read_text()) == 9999


def test_interrupted_it_stays_as_it_is(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    path = tmp_path / "a.json"
    path.write_text(OLD)
    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        store(path, "new")
    assert path.read_text() == OLD
    assert list(tmp_path.iterdir()) == [path]


def test_a_chapter_without_room_stays_as_it_is_and_the_others_go_on(tmp_path):
    size = 1 << 22
    chapters = {"long": f"print('x' * {size})", "short": "print(1)"}
    for name, source in chapters.items():
        nb = v4.new_notebook(cells=[v4.new_code_cell(source)])
        (tmp_path / f"{name}.ipynb").write_text(nbformat.writes(nb), "utf-8")
    paths = [tmp_path / f"{name}.ipynb" for name in chapters]
    before = paths[0].read_text("utf-8")
    run = limited(
        size, "-m", "iem.notebooks", *paths, env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")}
    )
    assert run.returncode == 1
    assert "long: FAILED" in run.stdout and "short: stored" in run.stdout
    assert f"{paths[0]}: [Errno 27] File too large" in run.stderr
    assert paths[0].read_text("utf-8") == before
    assert stale(paths[1]) is None and load(paths[1]).cells[0].outputs[0].text == "1\n"
    assert {path.name for path in tmp_path.iterdir()} == {"long.ipynb", "short.ipynb", "ipython"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_the_command_line_says_that_there_is_no_room():
    with open("/dev/full", "w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "iem", "derive", "gaussian", "mean"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (run.returncode, run.stderr) == (2, "iem: [Errno 28] No space left on device\n")
