"""ARCHITECTURE.md: its path is run, its order of imports holds, what it adds is added in a copy."""

import ast
import doctest
import json
import re
import shutil
import subprocess
import sys
from os import environ
from pathlib import Path

import pytest
from nbformat import v4, write

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
PACKAGE = ROOT / "iem"
LINES = {
    group: re.findall(r"`(\w+)`", modules)
    for group, modules in re.findall(r"^- \*\*(\w+)\*\*: ((?:`\w+` ?)+):", PAGE, re.M)
}


def blocks(heading):
    """The blocks of code below a heading."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)[1]
    return re.findall(r"^```\w+\n(.*?)^```", section, re.M | re.S)


def imported(path):
    """The modules of the package that a module imports at its top."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
    return found


def misplaced(lines, imports):
    """The imports that go from a line to a line below it."""
    place = {name: number for number, names in enumerate(lines.values()) for name in names}
    return [(one, two) for one, used in imports.items() for two in used if place[two] > place[one]]


def test_every_module_is_named_once():
    named = [name for names in LINES.values() for name in names]
    assert sorted(named) == sorted(path.stem for path in PACKAGE.glob("*.py"))


def test_the_order_of_imports_holds():
    names = {path.stem for path in PACKAGE.glob("*.py")}
    imports = {name: imported(PACKAGE / f"{name}.py") & names for name in names}
    assert misplaced(LINES, imports) == []
    assert imports["activations"] >= {"kernels", "proof", "statistics"}
    upside_down = dict(reversed(LINES.items()))
    assert ("activations", "kernels") in misplaced(upside_down, imports)


def test_the_path_of_one_number():
    (path,) = blocks("The path of one number")
    test = doctest.DocTestParser().get_doctest(path, {}, "the path", "ARCHITECTURE.md", 0)
    report = []
    doctest.DocTestRunner().run(test, out=report.append)
    assert report == []


def test_it_is_linked():
    for name in ("README.md", "CONTRIBUTING.md"):
        assert "(ARCHITECTURE.md)" in (ROOT / name).read_text("utf-8")


# What it tells to add, in a copy

TESTS = [
    *("tests/test_kernels.py", "tests/test_statistics.py", "tests/test_lemmas.py", "tests/test_light.py"),
    *("tests/test_page.py", "iem/kernels.py", "iem/statistics.py"),
]
CHOSEN = "geman or Geman or Purity or (purity and (gaussian or statistic or summaries or form))"


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the repository with a kernel, a statistic, a claim and a chapter more."""
    folder = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and "vendor" not in name:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for heading, module, before in (
        ("Add a kernel", "kernels", "@dataclass(frozen=True)\nclass Formula"),
        ("Add a statistic", "statistics", "def _weighted"),
    ):
        (block,) = blocks(heading)
        path = folder / "iem" / f"{module}.py"
        text = path.read_text("utf-8")
        assert text.count(before) == 1
        path.write_text(text.replace(before, f"{block}\n\n{before}"), "utf-8")
    row, cell = blocks("Add a claim")
    claims = folder / "chapters" / "claims.yml"
    claims.write_text(claims.read_text("utf-8") + "\n" + row, "utf-8")
    write(
        v4.new_notebook(
            cells=[v4.new_markdown_cell("(chapter-purity)=\n# Purity"), v4.new_code_cell(cell.rstrip())]
        ),
        folder / "chapters" / "purity.ipynb",
    )
    (line,) = blocks("Add a chapter")
    contents = folder / "_toc.yml"
    text = contents.read_text("utf-8")
    contents.write_text(
        text.replace("  - caption: Back matter", f"{line}  - caption: Back matter"), "utf-8"
    )
    return folder


def started(folder, *arguments):
    """A Python with the package of the copy."""
    surroundings = {**environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process):
    """What a process printed, if all went well."""
    out, _ = process.communicate(timeout=600)
    assert process.returncode == 0, out[-4000:]
    return out


def pytest_of(folder, chosen, *paths):
    options = ["-q", "-n0", "-p", "no:nbval", "-p", "no:cacheprovider", "-k", chosen]
    return started(
        folder, "-m", "pytest", "-o", "addopts=--strict-markers --doctest-modules", *options, *paths
    )


def test_what_is_added_is_seen_everywhere(copy, tmp_path):
    tested = pytest_of(copy, CHOSEN, *TESTS)
    (tmp_path / "source").mkdir()
    look = started(
        copy, copy / "tests" / "everywhere.py", copy, tmp_path / "source", tmp_path / "seen.json"
    )
    finished(look)
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["public"] == ["GemanMcClure", "Purity"]
    assert seen["grid"] == [["geman-mcclure", "mean"], ["geman-mcclure", "purity"]]
    assert seen["whole grid"]
    assert {"iem.kernels.GemanMcClure", "iem.statistics.Purity"} <= set(seen["reference"])
    assert {"kernel; Geman-McClure", "statistic; purity"} <= set(seen["index"])
    assert '<option value="geman-mcclure">' in seen["form"] and '<option value="purity">' in seen["form"]
    assert seen["atlas"] == ["kernel", "gaussian", "geman-mcclure"]
    assert seen["live"] == ["Gaussian", "Geman-McClure"] and seen["curves"] == 4
    assert int(re.search(r"(\d+) passed", finished(tested))[1]) > 30


def test_a_claim_and_a_chapter_that_are_added(copy):
    assert "[1/1] purity: stored" in finished(
        started(copy, "-m", "iem.notebooks", copy / "chapters" / "purity.ipynb")
    )
    listed = started(copy, "-m", "iem", "claims")
    chosen = "contents_list or (purity and (current or as_it_should or no_change))"
    tested = pytest_of(copy, chosen, "tests/test_chapters.py", "tests/test_claims.py")
    (row,) = [line.split() for line in finished(listed).splitlines() if line.startswith("Z1 ")]
    assert row[1:3] == ["theorem", "proved"]
    assert "4 passed" in finished(tested)
