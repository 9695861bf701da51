"""The pages at the back: errata for every box, a glossary of all that is linked, sources to be found."""

import re
from pathlib import Path

import pytest
from pybtex.database import parse_file

from iem.stamps import load

ROOT = Path(__file__).parent.parent
CHAPTERS = ROOT / "chapters"
BOX = re.compile(r":label: thm-(\w+)|\{admonition\} What the note says, precisely$", re.M)
CITED = re.compile(r"\{cite:\w+\}`([^`]+)`")
NOTEBOOKS = sorted(CHAPTERS.glob("*.ipynb"))


def prose(path):
    """The text of a page."""
    if path.suffix == ".md":
        return path.read_text("utf-8")
    return "\n".join(cell.source for cell in load(path).cells if cell.cell_type == "markdown")


def boxes(text):
    """The labels of the boxes, each after the theorem above it, as the extension `precisely` gives them."""
    theorem, found = None, []
    for match in BOX.finditer(text):
        if match[1]:
            theorem = match[1]
        else:
            found.append(f"precisely-{theorem}")
    return found


def terms(text):
    """What the glossary defines."""
    body = re.search(r"```\{glossary\}\n(?::\w+:\n)*(.*?)^```", text, re.S | re.M)[1]
    return [line for line in body.splitlines() if line and not line.startswith(" ")]


def linked(text):
    """The terms that a text links to."""
    return [re.sub(r".*<(.+)>$", r"\1", t, flags=re.S) for t in re.findall(r"\{term\}`([^`]+)`", text)]


def test_boxes_are_named_after_the_theorem_above_them():
    box = "\n:::{admonition} What the note says, precisely\n"
    text = f":label: thm-A1{box}:label: thm-A2-b\n:::{{admonition}} Else"
    assert boxes(text) == ["precisely-A1"]
    assert boxes(text + box) == ["precisely-A1", "precisely-A2"]


def test_the_errata_list_every_box_and_no_other():
    errata = prose(CHAPTERS / "errata.md")
    listed = re.findall(r"<(precisely-\w+)>", errata)
    found = [label for path in NOTEBOOKS for label in boxes(prose(path))]
    assert found
    assert sorted(listed) == sorted(found)
    assert all(f"{{ref}}`{name[10:]} <{name}>`" in errata for name in listed)


def test_every_term_is_defined_once_and_in_order():
    defined = terms(prose(CHAPTERS / "glossary.md"))
    assert len(defined) >= 40
    assert defined == sorted(set(defined), key=str.lower)


@pytest.mark.parametrize("path", sorted({*CHAPTERS.glob("*.md"), *NOTEBOOKS}), ids=lambda path: path.stem)
def test_a_linked_term_is_in_the_glossary(path):
    defined = {term.lower() for term in terms(prose(CHAPTERS / "glossary.md"))}
    assert [term for term in linked(prose(path)) if term.lower() not in defined] == []


def test_every_term_is_linked_from_a_chapter():
    used = {term.lower() for path in NOTEBOOKS for term in linked(prose(path))}
    assert [term for term in terms(prose(CHAPTERS / "glossary.md")) if term.lower() not in used] == []


@pytest.mark.parametrize("path", [*NOTEBOOKS, CHAPTERS / "notation.md"], ids=lambda path: path.stem)
def test_a_page_links_a_term_once_and_not_all_of_them(path):
    used = [term.lower() for term in linked(prose(path))]
    assert sorted(used) == sorted(set(used))
    assert len(used) <= (16 if path.stem == "intro" else 10)


def test_links_to_terms_are_found():
    text = "a {term}`kernel`, {term}`two\nkernels <kernel>` and {term}`Gate`"
    assert linked(text) == ["kernel", "kernel", "Gate"]


def test_every_source_can_be_found():
    entries = parse_file(str(CHAPTERS / "references.bib")).entries
    identified = {k for k, e in entries.items() if {"doi", "eprint", "url"} & set(map(str.lower, e.fields))}
    assert set(entries) == identified
    cited = {key for path in NOTEBOOKS for keys in CITED.findall(prose(path)) for key in keys.split(",")}
    assert cited == set(entries)
