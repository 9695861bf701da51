"""Formulas as MathML, by the very MathJax of the site, which runs in Node."""

import atexit
import json
import re
import subprocess
from functools import cache
from html import escape
from pathlib import Path

from derive_here import node

HERE = Path(__file__).resolve().parent
SITE = HERE.parents[1] / "site"
ERROR = re.compile(r'data-mjx-error="([^"]*)"')
NOTES = re.compile(r'\s(?:data-[\w-]+|class|style)="[^"]*"')


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
        return made.replace("<math", f'<math alttext="{escape(tex)}"', 1)


def writer(app):
    """The one of this build, with the site's MathJax and configuration."""
    if not hasattr(app, "iem_mathml"):
        startup = (SITE / "_static" / app.config.mathjax_path).resolve()
        app.iem_mathml = Writer(startup, app.config.mathjax3_config or {})
    return app.iem_mathml
