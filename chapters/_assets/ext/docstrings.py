r"""Docstrings are written for people: `\(x\)` and `\[x\]` are mathematics, a single backtick is code."""

import re


def to_rst(app, what, name, obj, options, lines):
    text = re.sub(r"\\\((.+?)\\\)", r":math:`\1`", "\n".join(lines))
    lines[:] = re.sub(r"^\\\[(.+?)\\\]$", display, text, flags=re.M | re.S).split("\n")


def display(found):
    return f"\n.. math:: {' '.join(found[1].split())}\n"


def setup(app):
    app.connect("autodoc-process-docstring", to_rst)
    return {"parallel_read_safe": True}
