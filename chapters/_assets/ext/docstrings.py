r"""Docstrings are written for people: `\(x\)` is mathematics, and a single backtick is code."""

import re


def to_rst(app, what, name, obj, options, lines):
    lines[:] = re.sub(r"\\\((.+?)\\\)", r":math:`\1`", "\n".join(lines)).split("\n")


def setup(app):
    app.connect("autodoc-process-docstring", to_rst)
    return {"parallel_read_safe": True}
