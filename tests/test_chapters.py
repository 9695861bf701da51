"""The chapters as they are stored. That their outputs are what they compute is nbval's to say."""

import re
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from iem.stamps import code_cells, load, stale

ROOT = Path(__file__).parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
EXERCISES_NOT_IN = {"intro", "ledger"}
WITH_EXERCISES = {path.stem for path in CHAPTERS} - EXERCISES_NOT_IN
MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|Users|work)/")


def in_contents(entry):
    """The files that an entry of `_toc.yml` names, and those below it."""
    below = [part for key in ("parts", "chapters", "sections") for part in entry.get(key, [])]
    own = [entry[key] for key in ("root", "file") if key in entry]
    return own + [file for part in below for file in in_contents(part)]


def out_of_order(nb):
    """The execution counts, unless the cells ran once each, from top to bottom."""
    counts = [cell.execution_count for cell in code_cells(nb) if cell.source.strip()]
    return counts if counts != list(range(1, len(counts) + 1)) else []


def unwanted_outputs(nb):
    """Errors, what was written to stderr, and text that names a path of the executing machine."""

    def text(output):
        data = output.get("data", {})
        return output.get("text", "") + str([data[kind] for kind in data if "image/" not in kind])

    return [
        output
        for cell in code_cells(nb)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr" or MACHINE.search(text(output))
    ]


def figures(nb):
    """The outputs that show a figure."""
    outputs = [output.get("data", {}) for cell in code_cells(nb) for output in cell.outputs]
    return [data for data in outputs if "<figure" in data.get("text/html", "")]


def incomplete_figure(data):
    """What a figure lacks for readers who do not see it, for print, or for nbval."""
    page = BeautifulSoup(data["text/html"], "html.parser")
    pictures = page.select('figure.iem-figure [role="img"]')
    captions = [caption.get_text().strip() for caption in page.select("figure figcaption")]
    lacks = {
        "label": not pictures or any(len(p.get("aria-label", "")) < 20 for p in pictures),
        "caption": not captions or not all(captions),
        "picture": "image/png" not in data,
        "digest": not re.search(r"\bdata [0-9a-f]{8}\b", data.get("text/plain", "")),
    }
    return [what for what, lacking in lacks.items() if lacking]


def exercises(nb):
    """The labels of the exercises, and of those that have a solution."""
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    posed = re.findall(r"\{exercise(?:-start)?\}[^\n]*\n(?::(?!label)[^\n]*\n)*:label: (\S+)", text)
    return posed, re.findall(r"\{solution(?:-start)?\} (\S+)", text)


def test_the_contents_list_every_chapter():
    folder = ROOT / "chapters"
    files = {f"chapters/{p.stem}" for kind in ("*.ipynb", "*.md") for p in folder.glob(kind)}
    contents = in_contents(yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8")))
    assert sorted(contents) == sorted(files)
    assert {f"chapters/{name}" for name in WITH_EXERCISES} <= files


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_stored_outputs_are_current(path):
    reason = stale(path)
    assert reason is None, f"{path.name}: {reason}; run `make notebooks`"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_stored_as_it_should_be(path):
    nb = load(path)
    assert out_of_order(nb) == []
    assert unwanted_outputs(nb) == []
    assert [lacks for data in figures(nb) if (lacks := incomplete_figure(data))] == []


@pytest.mark.parametrize("name", sorted(WITH_EXERCISES))
def test_a_chapter_has_a_figure_and_exercises_with_solutions(name):
    nb = load(ROOT / "chapters" / f"{name}.ipynb")
    assert figures(nb)
    posed, solved = exercises(nb)
    assert len(posed) >= 4
    assert sorted(posed) == sorted(solved)


# The checks themselves, on what they should refuse and what they should accept.

LABEL = "A curve that rises from -1 to 1"
SVG = f'<svg role="img" aria-label="{LABEL}"></svg>'
FIGURE = {
    "text/html": f'<figure class="iem-figure">{SVG}<figcaption>tanh</figcaption></figure>',
    "text/plain": "Figure: 1 line, data 5f2c91ab",
    "image/png": "iVBORw0KGgo=",
}


def shown(**data):
    """A notebook of one cell, which shows `data`."""
    return new_notebook(
        cells=[new_code_cell("1", execution_count=1, outputs=[new_output("display_data", data)])]
    )


def test_contents_are_found_at_any_depth():
    contents = {
        "root": "a",
        "parts": [{"chapters": [{"file": "b", "sections": [{"file": "c"}]}, {"url": "d"}]}],
    }
    assert in_contents(contents) == ["a", "b", "c"]


@pytest.mark.parametrize(("counts", "fault"), [((1, 2), False), ((2, 1), True), ((1, None), True)])
def test_cells_out_of_order_are_found(counts, fault):
    cells = [new_code_cell("1", execution_count=count) for count in counts]
    assert bool(out_of_order(new_notebook(cells=cells))) == fault


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (new_output("error", ename="E", evalue="", traceback=[]), True),
        (new_output("stream", name="stderr", text="a warning"), True),
        (new_output("stream", text="stored in /home/someone/book"), True),
        (new_output("display_data", {"text/html": "<a href='/tmp/a.png'>"}), True),
        (new_output("stream", text="https://example.org/home/ and a/tmp/b"), False),
    ],
)
def test_unwanted_outputs_are_found(output, fault):
    nb = new_notebook(cells=[new_code_cell("1", outputs=[output])])
    assert bool(unwanted_outputs(nb)) == fault


@pytest.mark.parametrize(
    ("kind", "old", "new", "lacks"),
    [
        ("text/html", "", "", []),
        ("text/html", 'role="img"', "", ["label"]),
        ("text/html", LABEL, "curve", ["label"]),
        ("text/html", ">tanh<", "> <", ["caption"]),
        ("text/html", "<figcaption>tanh</figcaption>", "", ["caption"]),
        ("text/plain", "data 5f2c91ab", "data", ["digest"]),
    ],
)
def test_incomplete_figures_are_found(kind, old, new, lacks):
    data = FIGURE | {kind: FIGURE[kind].replace(old, new)}
    (found,) = figures(shown(**data))
    assert incomplete_figure(found) == lacks


def test_a_figure_without_a_picture_is_found():
    assert incomplete_figure({"text/html": FIGURE["text/html"]}) == ["picture", "digest"]


def test_exercises_are_matched_with_their_solutions():
    text = """
```{exercise} A title
:class: dropdown
:label: ex-a
```
:::{exercise-start}
:label: ex-b
:::
```{solution} ex-a
```
:::{solution-start} ex-b
:::
```{solution-end}
```
"""
    assert exercises(new_notebook(cells=[new_markdown_cell(text)])) == (["ex-a", "ex-b"],) * 2
