"""The README shows what the package and the book show."""

import json
import re
from base64 import b64decode
from pathlib import Path

from iem import ledger
from iem.__main__ import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_derivation_is_what_the_command_prints(capsys):
    shown = re.search(r"\$ iem derive gaussian mean\n(.*?)```", README, re.DOTALL).group(1)
    assert main(["derive", "gaussian", "mean"]) == 0
    assert shown == capsys.readouterr().out


def test_the_picture_is_the_one_of_the_intro():
    cells = json.loads((ROOT / "chapters/intro.ipynb").read_text(encoding="utf-8"))["cells"]
    pictures = [
        o["data"]["image/png"]
        for c in cells
        for o in c.get("outputs", ())
        if "image/png" in o.get("data", {})
    ]
    assert b64decode(pictures[0]) == (ROOT / "chapters/_assets/idea.png").read_bytes()


def test_the_badge_is_current():
    assert "](chapters/_assets/badge.svg)" in README
    stored = (ROOT / "chapters/_assets/badge.svg").read_text(encoding="utf-8")
    assert stored == ledger.badge(ROOT), "run `make notebooks`"


def test_every_module_is_in_the_layout():
    layout = README[README.index("## Layout") :]
    missing = [p.stem for p in (ROOT / "iem").glob("[a-z]*.py") if not re.search(rf"\b{p.stem}\b", layout)]
    assert missing == []
