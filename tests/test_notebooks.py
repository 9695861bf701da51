"""The execution of notebooks, on small ones."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from iem import stamps
from iem.notebooks import main, settle
from iem.stamps import stale

VERDICT = "get_ipython().display_pub.publish({'application/vnd.iem.verdict+json': {'id': 'G%d'}})"


def write(path: Path, *sources: str, **metadata: object) -> Path:
    """A notebook as an editor leaves it: no ids, timings, foreign kernel, old outputs."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": 7,
            "metadata": {"execution": {"iopub.execute_input": "2020"}, "tags": ["kept"]},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["old\n"]}],
            "source": source.splitlines(keepends=True),
        }
        for source in sources
    ]
    kernel = {"name": "elsewhere", "display_name": "Elsewhere"}
    metadata = {"kernelspec": kernel, "widgets": {}, **metadata}
    path.write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4}))
    return path


def execute(*paths: Path) -> int:
    return main([str(path) for path in paths])


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of one module, in the place of `iem`."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "module.py").write_text("x = 1")
    monkeypatch.setattr(stamps, "PACKAGE", folder)
    return folder


def test_a_run_is_stored_in_canonical_form(tmp_path, capsys):
    path = write(
        tmp_path / "a.ipynb",
        "import sys, pathlib\nprint(1)\nsys.stdout.flush()\nprint(2)",
        "",
        "pathlib.Path.cwd().name, 1 + 1",
        mystnb={"kept": True},
    )
    assert execute(path) == 0
    assert "[1/1] a: stored" in capsys.readouterr().out
    text = path.read_text()
    nb = json.loads(text)
    first, empty, last = nb["cells"]
    assert first["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]},
    ]
    assert (empty["outputs"], empty["execution_count"]) == ([], None)
    assert last["outputs"][0]["data"]["text/plain"] == [f"('{tmp_path.name}', 2)"]
    assert [c["execution_count"] for c in (first, last, last["outputs"][0])] == [1, 2, 2]
    assert [cell["id"] for cell in nb["cells"]] == ["cell-1", "cell-2", "cell-3"]
    assert all(cell["metadata"] == {"tags": ["kept"]} for cell in nb["cells"])
    assert nb["metadata"].keys() == {"iem", "kernelspec", "language_info", "mystnb"}
    assert nb["metadata"]["kernelspec"]["name"] == "python3"
    assert nb["metadata"]["language_info"] == {"name": "python"}
    assert text.endswith("}\n")
    assert execute(path) == 0
    assert path.read_text() == text


def test_ids_are_kept_and_only_missing_or_copied_ones_are_made(tmp_path):
    path = write(tmp_path / "a.ipynb", "1", "2", "3", "4")
    nb = json.loads(path.read_text())
    for cell, id in zip(nb["cells"], ["mine", None, "mine", "cell-1"], strict=True):
        cell.update({"id": id} if id else {})
    path.write_text(json.dumps(nb))
    ids = [cell.id for cell in stamps.load(path).cells]
    assert ids == ["mine", "cell-2", "cell-3", "cell-1"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("value = 41\nraise ValueError(f'{value + 1} is the answer')", "42 is the answer"),
        ("import time; time.sleep(60)", "timed out"),
        ("import os; os._exit(3)", "Kernel died"),
    ],
)
def test_a_failing_run_leaves_what_is_stored(tmp_path, capfd, source, shown):
    good, bad = write(tmp_path / "good.ipynb", "1"), write(tmp_path / "bad.ipynb", "2", source)
    before = bad.read_text()
    assert main(["--timeout", "8", str(bad), str(good)]) == 1
    assert bad.read_text() == before
    assert stale(good) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.ipynb", "good.ipynb"]
    told = capfd.readouterr()
    assert "bad: FAILED" in told.out and "good: stored" in told.out
    assert shown in told.err and str(bad) in told.err and "\x1b" not in told.err
    if "Kernel died" not in shown:
        assert source.splitlines()[-1] in told.err


def test_an_edit_made_meanwhile_is_not_overwritten(tmp_path, capsys):
    path = write(tmp_path / "a.ipynb", "open('a.ipynb', 'a').write(' ')")
    before = path.read_text()
    assert execute(path) == 1
    assert path.read_text() == before + " "
    assert "edited while it was executed" in capsys.readouterr().err


@pytest.mark.parametrize("delay", [0.0, 0.4, 3.0])
def test_an_interrupted_run_leaves_what_is_stored(tmp_path, delay):
    slow = "import os, time, pathlib; pathlib.Path('pid').write_text(str(os.getpid()))"
    paths = [write(tmp_path / f"{name}.ipynb", slow, "time.sleep(60)") for name in "abc"]
    before = [path.read_text() for path in paths]
    run = subprocess.Popen(
        [sys.executable, "-m", "iem.notebooks", *map(str, paths)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # in the background it is ignored
    )
    with run:
        assert "executing" in run.stdout.readline()
        time.sleep(delay)
        run.send_signal(signal.SIGINT)
        _, error = run.communicate(timeout=120)
    assert run.returncode == 130
    assert "interrupted" in error and "Traceback" not in error
    assert [path.read_text() for path in paths] == before
    assert {path.suffix for path in tmp_path.iterdir()} <= {".ipynb", ""}
    if (pid := tmp_path / "pid").exists():
        assert not Path(f"/proc/{pid.read_text()}").exists()


def test_what_reads_the_chapters_runs_after_them(tmp_path, capsys):
    count = "import pathlib; print(pathlib.Path('b.ipynb').read_text().count('G1'))"
    ledger = write(tmp_path / "a.ipynb", count, iem={"reads": "chapters"})
    chapter = write(tmp_path / "b.ipynb", VERDICT % 1)
    assert execute(ledger, chapter) == 0
    assert stamps.load(ledger).cells[0].outputs[0].text == "2\n"
    assert [stale(path) for path in (ledger, chapter)] == [None, None]
    before = ledger.read_text()
    write(chapter, "1 / 0")
    capsys.readouterr()
    assert execute(ledger, chapter) == 1
    assert "skipped, since they read the chapters: a" in capsys.readouterr().out
    assert ledger.read_text() == before


def test_staleness_names_what_changed(tmp_path, package):
    chapter = write(tmp_path / "a.ipynb", VERDICT % 1)
    ledger = write(tmp_path / "b.ipynb", "2", iem={"reads": "chapters"})
    assert stale(chapter) == "never executed by iem.notebooks"
    assert execute(chapter, ledger) == 0
    assert (stale(chapter), stale(ledger)) == (None, None)

    (package / "__main__.py").write_text("no output depends on this")
    assert stale(chapter) is None
    (package / "module.py").write_text("x = 2")
    assert stale(chapter) == "changed since it was executed: package"
    (package / "module.py").write_text("x = 1")
    (tmp_path / "claims.yml").write_text("G1: a claim")
    assert stale(chapter) == "changed since it was executed: claims"
    (tmp_path / "claims.yml").unlink()

    chapter.write_text(chapter.read_text().replace("G1", "G2"))
    assert stale(chapter) == "changed since it was executed: cells"
    assert stale(ledger) == "changed since it was executed: verdicts"


def test_without_notebooks_the_folder_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as exit:
        main([])
    assert exit.value.code == 2
    assert f"no notebook in {tmp_path / 'chapters'}" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", '{"nbformat": 3}', None])
def test_what_is_no_notebook_is_named(tmp_path, capsys, text):
    path = tmp_path / "a.ipynb"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SystemExit) as exit:
        execute(path)
    assert exit.value.code == 2
    assert str(path) in capsys.readouterr().err


def test_a_time_alone_changes_no_stored_run(tmp_path):
    """A verdict's time is kept from the earlier run, unless the verdict itself has changed."""
    kind = stamps.VERDICT

    def run(seconds, method):
        data = {kind: {"claim": "A1", "method": method}}
        output = new_output("execute_result", data, metadata={kind: {"seconds": seconds}})
        return new_notebook(cells=[new_code_cell("1", outputs=[output, new_output("stream", text="a")])])

    before = run(1.0, "experiment")
    again = settle(run(2.0, "experiment"), before)
    assert again.cells[0].outputs[0].metadata == {kind: {"seconds": 1.0}}
    other = settle(run(2.0, "another"), before)
    assert other.cells[0].outputs[0].metadata == {kind: {"seconds": 2.0}}
