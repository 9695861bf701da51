"""The reference: every public name once, each with an example that runs, symbols written for people."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

import iem
from iem import BadInput

PAGE = (Path(__file__).parent.parent / "chapters" / "api.md").read_text("utf-8")
DIRECTIVES = r"^\.\. (autoclass|autofunction|autoexception|every):: (iem\.\w+)\.(\w+)$"


THEORY = {  # the parts whose formulas have a source; the others are about checks, records and figures
    "Deriving activations",
    "Every kernel with every statistic",
    "Kernels",
    "Hypotheses",
    "Statistics",
    "The posterior",
    "Annealing",
    "Learned temperatures and calibration",
}


def listed():
    """What the page describes, by its full name, and whether it is in a part on the theory."""
    for part in PAGE.split("\n## ")[1:]:
        for directive, module, name in re.findall(DIRECTIVES, part, re.M):
            value = getattr(import_module(module), name)
            for one in value.values() if directive == "every" else [value]:
                yield f"{one.__module__}.{one.__qualname__}", one, part.splitlines()[0] in THEORY


LISTED = list(listed())
EXCUSED = {
    ("no example", "iem.recheck.recheck"),  # it executes the book
    ("no example", "iem.activations.pair_lemma"),  # every use of an activation is one
    ("no source", "iem.derived.Derived"),  # what all activations share, whose formulas are their own
    ("no source", "iem.parse.parse"),  # reads a text
}


def members(value):
    """The documentation of a name, and of what it defines."""
    inner = vars(value).values() if inspect.isclass(value) else []
    return [text for one in (value, *inner) if isinstance(text := getattr(one, "__doc__", None), str)]


def faults(value, theory=False):
    """What the documentation of a name lacks."""
    text = value.__doc__ or ""  # its own, no one's above it
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
    if theory and "Source: " not in text:
        found.append("no source")
    if "raise BadInput" in inspect.getsource(value) and "`BadInput`" not in "".join(members(value)):
        found.append("no errors")
    if inspect.isfunction(value) and "tau" in inspect.signature(value).parameters:
        found += [] if re.search("temperature|as for `", text) else ["no word on the temperature"]
    return found


def test_every_public_name_is_listed_once():
    names = [name for name, *_ in LISTED]
    assert len(names) == len(set(names))
    described = {value for _, value, _ in LISTED}
    public = [getattr(iem, name) for name in iem.__all__]
    assert [value for value in public if callable(value) and value not in described] == []


@pytest.mark.parametrize(("name", "value", "theory"), LISTED, ids=[name for name, *_ in LISTED])
def test_a_name_is_described(name, value, theory):
    excused = [fault for fault, other in EXCUSED if other == name]
    assert sorted(faults(value, theory)) == sorted(excused)  # an excuse that is not needed is a fault, too


def test_the_parts_on_the_theory_are_there():
    assert {part.splitlines()[0] for part in PAGE.split("\n## ")} >= THEORY
    assert all(">>> " in getattr(iem, name).__doc__ for name in iem.__all__ if callable(getattr(iem, name)))


def test_faults_are_found():
    def bare():
        r"""A sum of \(\frac{a}{b\), that is \frac ab."""

    assert faults(bare) == ["no example", "LaTeX outside of a formula", "an open brace"]

    def silent(tau):
        """The temperament.

        >>> 1
        1
        """
        return tau

    assert faults(silent, theory=True) == ["no source", "no word on the temperature"]

    def refusing():
        """Refuse. Source: claim T1.

        >>> 1
        1
        """
        raise BadInput("it")

    assert faults(refusing, theory=True) == ["no errors"]
