"""The reference: every public name once, each with an example that runs, symbols written for people."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import iem

PAGE = (Path(__file__).parent.parent / "chapters" / "api.md").read_text("utf-8")
DIRECTIVES = r"^\.\. (autoclass|autofunction|autoexception|every):: (iem\.\w+)\.(\w+)$"


def listed():
    """What the page describes, by its full name."""
    for directive, module, name in re.findall(DIRECTIVES, PAGE, re.M):
        value = getattr(import_module(module), name)
        for one in value.values() if directive == "every" else [value]:
            yield f"{one.__module__}.{one.__qualname__}", one


LISTED = list(listed())
EXCUSED = {
    ("no example", "iem.recheck.recheck"),  # it executes the book
    ("no example", "iem.activations.pair_lemma"),  # every use of an activation is one
}


def faults(value):
    """What the documentation of a name lacks."""
    text = inspect.getdoc(value) or ""
    formulas = re.findall(r"\\\((.+?)\\\)", text, re.S)
    prose = re.sub(
        r"\\\(.+?\\\)|\\\[.+?\\\]|`[^`]*`|^\s*>>> .*$", "", text.split(">>>")[0], flags=re.S | re.M
    )
    found = []
    if ">>> " not in text:
        found.append("no example")
    if re.search(r"\\(frac|sum|tau|log)\b", prose):
        found.append("LaTeX outside of a formula")
    if any(formula.count("{") != formula.count("}") for formula in formulas):
        found.append("an open brace")
    return found


def test_every_public_name_is_listed_once():
    names = [name for name, _ in LISTED]
    assert len(names) == len(set(names))
    described = {value for _, value in LISTED}
    public = [getattr(iem, name) for name in iem.__all__]
    assert [value for value in public if callable(value) and value not in described] == []


@pytest.mark.parametrize(("name", "value"), LISTED, ids=[name for name, _ in LISTED])
def test_a_name_is_described(name, value):
    assert [fault for fault in faults(value) if (fault, name) not in EXCUSED] == []


def test_faults_are_found():
    def bare():
        r"""A sum of \(\frac{a}{b\), that is \frac ab."""

    assert faults(bare) == ["no example", "LaTeX outside of a formula", "an open brace"]
