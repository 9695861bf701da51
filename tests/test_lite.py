"""The chapters in JupyterLite: what is built, and one that runs in a browser without a network."""

import ast
import json
import re
import sys
import time
import zipfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from browsing import served

import iem

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
VENDOR = ROOT / "chapters/_assets/site/vendor"
for folder in ("ext", "lite"):
    sys.path.append(str(ROOT / "chapters/_assets" / folder))

import browser_kernel  # noqa: E402
import lite  # noqa: E402
import measure  # noqa: E402
from plain import plain  # noqa: E402

DISTRIBUTION = "https://cdn.jsdelivr.net/pyodide/v314.0.6/full"
MARKUP = re.compile(r"\{[a-z:-]+\}`|^(?:> )*(?::::|```\{|:\w+:)|^\([\w-]+\)=", re.M)
MEASURED = json.loads(measure.STORED.read_text("utf-8"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with JupyterLite and what it loads, built as the book builds it."""
    folder = tmp_path_factory.mktemp("site")
    made, process = lite.begin(ROOT / "chapters")
    if process:
        _, told = process.communicate()
        assert process.returncode == 0, told.decode()
    lite.put(made, folder)
    (folder / "vendor").symlink_to(VENDOR)
    return folder


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def comparable(outputs):
    """Outputs without what differs from run to run: counts, times, and how text is cut into lines."""
    found = []
    for output in outputs:
        data = {**output.get("data", {}), **({"stream": output["text"]} if "text" in output else {})}
        data.pop("image/png", None)
        found.append(
            {kind: "".join(text) if isinstance(text, list) else text for kind, text in data.items()}
        )
    return found


# What is built


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_has_its_copy(site, path):
    ours = json.loads(path.read_text("utf-8"))
    copy = json.loads((site / "lite" / "files" / path.name).read_text("utf-8"))
    assert copy["metadata"]["kernelspec"]["name"] == "python"
    banner = copy["cells"].pop(0)
    assert banner["cell_type"] == "markdown" and "Without a network" in banner["source"]
    assert [c["source"] for c in code_cells(copy)] == ["".join(c["source"]) for c in code_cells(ours)]
    shown = [o.get("text", "") for c in code_cells(copy) for o in c["outputs"]]
    assert all(isinstance(text, str) for text in shown)  # a list would be shown with its commas
    assert [comparable(c["outputs"]) for c in code_cells(copy)] == [
        comparable(c["outputs"]) for c in code_cells(ours)
    ]
    left = [
        c["source"] for c in copy["cells"] if c["cell_type"] == "markdown" and MARKUP.search(c["source"])
    ]
    assert left == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_it_is_known_of_every_cell_whether_it_needs_the_network(path):
    assert measure.known(path, MEASURED), f"run {Path(measure.__file__).relative_to(ROOT)} {path.stem}"


def test_every_chapter_is_listed_with_what_it_reads(site):
    listed = json.loads((site / "lite/api/contents/all.json").read_text("utf-8"))["content"]
    names = {entry["name"] for entry in listed}
    assert {path.name for path in CHAPTERS} | {"claims.yml", "data"} <= names


def test_the_lock_names_files_of_this_site_or_of_the_distribution(site):
    lock = json.loads((site / "lite/pyodide-lock.json").read_text("utf-8"))
    theirs = json.loads((VENDOR / "pyodide/pyodide-lock.json").read_text("utf-8"))
    assert lock["info"] == theirs["info"]
    own = set()
    for name, package in lock["packages"].items():
        if not package["file_name"].startswith("https:"):
            own.add(name)
            wheel = (site / "lite" / package["file_name"]).resolve()
            assert sha256(wheel.read_bytes()).hexdigest() == package["sha256"], name
        elif name != "python-flint":
            assert package["file_name"] == f"{DISTRIBUTION}/{theirs['packages'][name]['file_name']}"
            assert package["sha256"] == theirs["packages"][name]["sha256"]
    assert {"iem", "sympy", "mpmath", "ipython", "micropip", "piplite", "browser-kernel"} <= own
    config = json.loads((site / "lite/jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    (settings,) = config["litePluginSettings"].values()
    assert set(settings["loadPyodideOptions"]["packages"]) == own
    assert (site / "lite/notebooks" / settings["pyodideUrl"]).resolve().is_file()


def test_the_locked_python_flint_is_the_one_of_the_book():
    assert f"python-flint=={lite.FLINT['version']} " in (ROOT / "requirements.txt").read_text("utf-8")


def test_the_wheel_is_of_the_package_as_it_is(site):
    (wheel,) = (site / "wheels").glob("*/iem-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    assert found == {
        path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / "iem").rglob("*.py")
    }


def test_it_stays_small(site):
    size = {
        f: f.stat().st_size for part in ("lite", "wheels") for f in (site / part).rglob("*") if f.is_file()
    }
    assert sum(size.values()) < 30e6
    assert not [f for f in size if f.suffix == ".map"]


def test_markup_of_the_book_becomes_plain():
    text = (
        "(here)=\nSee {prf:ref}`thm-A1`, {term}`there <x>`.\n\n````{prf:theorem} Title\n:label: thm-B2\n\n"
    )
    text += "```{glue:math} B2.1\n```\n$$y\nz$$\n````\n\n```python\n{ref}`kept`\n```"
    assert plain(text, {"B2.1": "x"}) == (
        "See A1, there.\n\n> **Theorem B2. Title.**\n>\n> $$x$$\n> $$y z$$\n\n\n```python\n{ref}`kept`\n```"
    )
    with pytest.raises(ValueError, match="no plain form of {unknown}"):
        plain("```{unknown}\n```", {})


# What a cell needs


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_what_a_chapter_imports_is_here_or_known_to_be_outside(site, path):
    lock = json.loads((site / "lite/pyodide-lock.json").read_text("utf-8"))["packages"].values()
    here = {name for package in lock if "https:" not in package["file_name"] for name in package["imports"]}
    imported = set()
    for cell in code_cells(json.loads(path.read_text("utf-8"))):
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    assert imported <= {*here, *browser_kernel.OUTSIDE, *sys.stdlib_module_names}


@pytest.mark.parametrize(
    ("cell", "needs"),
    [
        ("import sympy as sp", set()),
        ("import numpy.linalg", {"numpy"}),
        ("from iem import Enclosure", {"numpy", "scipy", "flint"}),
        ("iem.Live(1)", {"altair"}),
        ("from iem import plots", {"numpy", "scipy", "matplotlib"}),
        ("not Python", set()),
    ],
)
def test_what_a_cell_needs(cell, needs):
    assert browser_kernel.needed(cell) == needs


def test_the_names_that_show_a_need_are_those_of_iem():
    loads = {}
    for path in (ROOT / "iem").glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        names = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
        names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        loads[path.stem] = {name.split(".")[0] for name in names}
    for module in ("sklearn", "tqdm", "altair", "igraph", "flint"):
        signs = browser_kernel.USED[module]
        assert signs <= {*iem.__all__, *loads}
        for name in (name for name, loaded in loads.items() if module in loaded and name != "intervals"):
            assert {name, *(public for public in iem.__all__ if iem.HOME[public] == name)} <= signs


@pytest.fixture
def shell(monkeypatch):
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setattr(
        browser_kernel, "OUTSIDE", {"absent_one": ("absent-one", "Absent One", "nowhere.example")}
    )
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    cells = browser_kernel.tolerate(shell)

    def run(source):
        cells.begin(source)
        return shell.run_cell(source)

    yield run
    InteractiveShell.clear_instance()


def test_a_cell_that_wants_a_package_is_skipped_and_said_to_be(shell, capsys):
    shell("import absent_one as one, math\nfrom absent_one.part import thing\nx = y = 1")
    assert capsys.readouterr().out == ""  # an import alone is no use
    shell("y = 2\nx = one.f(y)")
    assert (
        "Not finished: this cell needs Absent One, which is fetched from nowhere.example"
        in capsys.readouterr().out
    )
    shell("print(math.floor(2.5), y)")
    assert capsys.readouterr().out == "2 2\n"
    shell("print(x)")  # not the 1 of before
    assert "Not finished: this cell needs Absent One" in capsys.readouterr().out
    shell("class Bad:\n    def __repr__(self): import absent_one")
    shell("Bad()")
    assert capsys.readouterr().out.count("Not finished") == 1
    shell("print(unheard_of)")
    assert "NameError" in capsys.readouterr().out
    shell("import nothing_else")
    assert "ModuleNotFoundError" in capsys.readouterr().out
    shell("x = 3")
    shell("print(x)")
    assert capsys.readouterr().out == "3\n"


@pytest.mark.parametrize(
    ("numbers", "words"), [([], ""), ([4], "4"), ([1, 2], "1, 2"), ([1, 2, 3, 5, 7, 8], "1 to 3, 5, 7, 8")]
)
def test_numbers_in_few_words(numbers, words):
    assert lite.ranges(numbers) == words


# The menu of a chapter


def test_the_menu_offers_every_way(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/a.ipynb").touch()
    app = SimpleNamespace(srcdir=tmp_path, lite=None)

    def menu(name, *buttons):
        pathto = lambda target, resource=0: f"../{target}" + ("" if resource else ".html")  # noqa: E731
        context = {"pathto": pathto, "sourcename": f"{name}.ipynb", "header_buttons": list(buttons)}
        lite.add_menu(app, name, "page.html", context, None)
        return context["header_buttons"]

    (group,) = menu("chapters/a")
    assert group["tooltip"] == "Run this chapter" and group["type"] == "group"
    assert {button["text"]: button["url"] for button in group["buttons"]} == {
        "JupyterLite": "../lite/notebooks/index.html?path=a.ipynb",
        "Download": "../_sources/chapters/a.ipynb",
        "How to run it": "../chapters/run.html",
    }
    assert menu("chapters/b") == []
    theirs = {"label": "launch-buttons", "buttons": [{"text": "Binder"}, {"text": "Colab"}]}
    (group,) = menu("chapters/a", theirs)
    assert [b["text"] for b in group["buttons"]] == "JupyterLite,Binder,Colab,Download,How to run it".split(
        ","
    )


# In a browser

SETTLED = """() => {
    const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map(
        (e) => e.textContent);
    return prompts.length && prompts.every((text) => /^\\[\\d+\\]/.test(text));
}"""


NOTEBOOK = "jupyterapp.shell.currentWidget.content"
RUN = f"(i) => {{ {NOTEBOOK}.activeCellIndex = i; jupyterapp.commands.execute('notebook:run-cell'); }}"
SAID = f"""([i, words]) => JSON.stringify({NOTEBOOK}.model.cells.get(i).toJSON().outputs).includes(words)"""


def test_a_chapter_runs_without_a_network(browser, site):
    """All of `tanh`: the symbolic cells give what is stored, the others say what they need."""
    path, asked, answered = ROOT / "chapters/tanh.ipynb", [], []
    stored = code_cells(json.loads(path.read_text("utf-8")))
    with served(site) as address, closing(browser.new_context()) as context:

        def elsewhere(route):
            asked.append(route.request.url)
            if answered and route.request.method == "HEAD":
                route.fulfill(status=200, headers={"Access-Control-Allow-Origin": "*"})
            else:
                route.abort()

        context.route(lambda url: not url.startswith(address), elsewhere)
        page = context.new_page()
        begun = time.perf_counter()
        page.goto(f"{address}lite/notebooks/index.html?path=tanh.ipynb")
        banner = page.locator(".jp-RenderedMarkdown", has_text="This chapter runs in your browser")
        banner.first.wait_for(timeout=120_000)
        shown = time.perf_counter()
        page.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
        page.locator(".lm-Menu-itemLabel").get_by_text("Run All Cells", exact=True).click()
        page.locator(".jp-CodeCell .jp-InputPrompt", has_text="*").first.wait_for()
        page.wait_for_function(SETTLED, timeout=300_000, polling=500)
        ran = time.perf_counter()
        model = page.evaluate(f"() => {NOTEBOOK}.model.toJSON()")
        told = 0
        for ours, theirs in zip(stored, code_cells(model), strict=True):
            _, wanted = MEASURED["tanh"][ours["id"]]
            if not wanted:
                assert comparable(theirs["outputs"]) == comparable(ours["outputs"]), ours["id"]
            elif theirs["outputs"]:
                told += 1
                first = "".join(theirs["outputs"][0]["text"])
                assert first.startswith("Not finished: this cell needs NumPy"), ours["id"]
        assert told == sum(bool(wanted) for _, wanted in MEASURED["tanh"].values()) > 0
        assert set(asked) == {f"{DISTRIBUTION}/pyodide-lock.json"}

        # The distribution answers: what a cell needs is asked of it.
        answered.append(True)
        page.wait_for_timeout(1000 * browser_kernel.PAUSE)
        asked.clear()
        first = next(i for i, cell in enumerate(model["cells"]) if cell["cell_type"] == "code")
        page.evaluate(RUN, first)
        page.wait_for_function(
            SAID, arg=[first, "Fetching matplotlib, numpy, scipy over the network"], timeout=120_000
        )
        page.wait_for_function(SETTLED, timeout=120_000)
        lock = json.loads((site / "lite/pyodide-lock.json").read_text("utf-8"))["packages"]
        assert {lock["numpy"]["file_name"], lock["scipy"]["file_name"]} <= set(asked)
    print(f"shown after {shown - begun:.0f} s, run after {ran - shown:.0f} s more")
