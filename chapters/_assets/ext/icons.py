"""The icons of the theme as a font of the few that the book shows: 3 kB instead of 1.6 MB.

The theme's style sheets name the icons by their characters; after `lean_styles` they name those in use.
"""

import logging
import re
from io import BytesIO
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from lean_styles import of_the_site, pages
from sphinx.errors import ExtensionError

logging.getLogger("fontTools").setLevel(logging.WARNING)

SCRIPT = re.compile(r"\s*<script src=\"[^\"]*/scripts/fontawesome\.js[^\"]*\"></script>")
ICON = re.compile(r"<(i|span) (?=class=\"(?:[^\"]* )?fa[srb]?[ -])")
CHARACTER = re.compile(r"content:\s*\"(.)\"")
# What a build finds that had nothing to write.
DONE = re.compile(r"url\([^)]*/fa-[\w-]+\.woff\) format\(\"woff\"\)")
SOURCE = re.compile(
    r"src:\s*url\(([^)]*/fa-[\w-]+)\.woff2\) format\(\"woff2\"\),"
    r"\s*url\(\1\.ttf\) format\(\"truetype\"\)"
)


def subset(font, characters):
    """The part of a font file for these characters, as WOFF."""
    options = Options(flavor="woff", layout_features=[], notdef_outline=False, hinting=False)
    loaded = TTFont(BytesIO(font), recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(loaded)
    loaded.flavor = "woff"
    out = BytesIO()
    loaded.save(out)
    return out.getvalue()


def finish(app, exception):
    if exception or not of_the_site(app):
        return
    static = Path(app.outdir) / "_static"
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    css = sheet.read_text("utf-8")
    texts = [path.read_text("utf-8") for path in static.rglob("*.css")]
    characters = {ord(letter) for text in texts for letter in CHARACTER.findall(text)}
    found = SOURCE.findall(css)
    if not characters or not (found or DONE.search(css)):
        raise ExtensionError("the theme's style sheet names no icons as it did")
    for place in found:
        whole = (sheet.parent / place).with_suffix(".ttf")
        whole.with_suffix(".woff").write_bytes(subset(whole.read_bytes(), characters))
    sheet.write_text(SOURCE.sub(r'src:url(\1.woff) format("woff")', css), "utf-8")

    for path in pages(Path(app.outdir)):
        html = path.read_text("utf-8")
        path.write_text(ICON.sub(r'<\1 aria-hidden="true" ', SCRIPT.sub("", html)), "utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=910)  # after lean_styles
    return {"parallel_read_safe": True, "parallel_write_safe": True}
