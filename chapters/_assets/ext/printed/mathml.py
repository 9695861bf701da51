"""Formulas as MathML, by the very MathJax of the site, which runs in Node."""

import atexit
import json
import re
import subprocess
from functools import cache
from html import escape
from pathlib import Path
from xml.etree import ElementTree

from derive_here import node

HERE = Path(__file__).resolve().parent
SITE = HERE.parents[1] / "site"
ERROR = re.compile(r'data-mjx-error="([^"]*)"')
NOTES = re.compile(r'\s(?:data-[\w-]+|class|style)="[^"]*"')


LINE = 46  # letters that a narrow page holds
BESIDE = {"mfrac", "munder", "mover", "munderover"}  # what stands above each other
SMALL = {"msup": 0.7, "msub": 0.7, "msubsup": 0.7}


def width(element):
    """About how wide a formula is, in letters."""
    name = element.tag.rpartition("}")[2]
    parts = [width(child) for child in element]
    if name in BESIDE:
        return max(parts, default=0)
    if name in SMALL:
        return parts[0] + SMALL[name] * max(parts[1:], default=0)
    if name == "mtable":
        return max((sum(width(cell) for cell in row) for row in element), default=0)
    letters = len((element.text or "").strip("\u2061\u2062\u2063"))  # without what is only spoken
    return 1.6 * letters if name == "mo" and letters == 1 else letters + sum(parts)


class Unreadable(Exception):
    """A formula that MathJax does not read."""


class Writer:
    """One Node with MathJax in it, for as long as the build lasts."""

    def __init__(self, startup, config):
        runs = node()
        if not runs:
            raise FileNotFoundError("no Node found: it comes with the Python package playwright")
        command = [runs, HERE / "mathml.mjs", startup, json.dumps(config)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        atexit.register(self.process.kill)
        self.mathml = cache(self.mathml)

    def mathml(self, tex, display=False):
        """A formula as an element `math`; raises Unreadable for what MathJax does not read."""
        self.process.stdin.write(json.dumps({"tex": tex, "display": display}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Unreadable(f"MathJax ended at {tex!r}")
        told = json.loads(line)
        if "error" in told:
            raise Unreadable(f"{told['error']} in {tex!r}")
        if found := ERROR.search(told["mathml"]):
            raise Unreadable(f"{found[1]} in {tex!r}")
        made = NOTES.sub("", re.sub(r"\n\s*", "", told["mathml"]))
        shrunk = LINE / max(LINE, width(ElementTree.fromstring(made)))
        style = "" if shrunk == 1 else f' style="font-size: {max(shrunk, 0.4):.0%}"'
        return made.replace("<math", f'<math alttext="{escape(tex)}"{style}', 1)


def writer(app):
    """The one of this build, with the site's MathJax and configuration."""
    if not hasattr(app, "iem_mathml"):
        startup = (SITE / "_static" / app.config.mathjax_path).resolve()
        app.iem_mathml = Writer(startup, app.config.mathjax3_config or {})
    return app.iem_mathml
