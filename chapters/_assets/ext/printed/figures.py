"""Pictures of the printed book: the drawings of the outputs in the colours of paper, as SVG or as PDF."""

import hashlib
import os
import re
import subprocess
from html import unescape
from pathlib import Path

from docutils import nodes

INK = "#000000"
FULL = 518.4  # the width in points of a figure that takes the whole line


def site(app):
    """The address of the published site, where it is known: on GitHub Pages, from the repository's."""
    if app.config.html_baseurl:
        return app.config.html_baseurl
    known = re.fullmatch(
        r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", os.environ.get("BOOK_REPOSITORY", "")
    )
    return f"https://{known[1].lower()}.github.io/{known[2]}/" if known else ""


def on_paper(svg, patterns=""):
    """A drawing of the site with the ink, the light colours and the patterns of its own."""
    if "url(#" in svg and "<pattern" not in svg:
        svg = svg.replace(">", f"><defs>{patterns}</defs>", 1)
    svg = re.sub(r"var\(--[\w-]+,\s*([^()]+)\)", r"\1", svg)
    svg = re.sub(r"var\(--pst-color-(?:background|surface|on-background)\)", "#ffffff", svg)
    svg = re.sub(r"var\(--[\w-]+\)", INK, svg)
    svg = re.sub(r"<a\b[^>]*>|</a>", "", svg)  # no link, no keyboard
    svg = re.sub(r"<path(?![^>]*\bd=)", '<path d="M0 0"', svg)  # Matplotlib's space and empty lines
    return svg.replace("currentColor", INK)


def alternative(svg):
    """What the drawing shows, in words."""
    found = re.search(r'aria-label="([^"]*)"', svg) or re.search(r"<title>([^<]*)</title>", svg)
    return unescape(found[1]) if found else ""


def size(svg):
    """Width and height in points."""
    head = svg[: svg.index(">")]
    wide, high = (re.search(rf'\b{side}="([\d.]+)(pt|px)?"', head) for side in ("width", "height"))
    if wide and high:
        return tuple(float(m[1]) * (1 if m[2] == "pt" else 0.75) for m in (wide, high))
    _, _, wide, high = re.search(r'viewBox="([^"]*)"', head)[1].split()
    return float(wide) * 0.75, float(high) * 0.75


def image(app, docname, svg, patterns=""):
    """An image node; its file is made once, in the folder of the doctrees."""
    wide, high = size(svg)
    drawn = on_paper(svg, patterns)
    if "xmlns=" not in drawn[: drawn.index(">")]:
        drawn = drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    if not re.search(r'\bwidth="', drawn[: drawn.index(">")]):
        drawn = drawn.replace("<svg", f'<svg width="{wide:.1f}pt" height="{high:.1f}pt"', 1)
    drawn = re.sub(r'(<svg[^>]*?) style="[^"]*"', r"\1", drawn, count=1)
    store = Path(app.doctreedir) / "figures"
    store.mkdir(exist_ok=True)
    name = hashlib.sha256(drawn.encode()).hexdigest()[:16]
    path = store / f"{name}.svg"
    if not path.exists():
        path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{drawn}', "utf-8")
    if app.builder.format == "latex":
        path = as_pdf(path)
    uri = os.path.relpath(path, app.srcdir)
    app.env.images.add_file(docname, uri)
    made = nodes.image(uri=uri, candidates={"*": uri}, alt=alternative(svg))
    made["width"] = f"{min(wide / FULL, 1):.0%}"
    return made


def name_of(picture):
    """An id for the figure around an image."""
    return f"figure-{Path(picture['uri']).stem}"


def as_pdf(path):
    """The same drawing for LaTeX, which reads no SVG."""
    made = path.with_suffix(".pdf")
    if not made.exists():
        draft = path.with_suffix(".draft")
        subprocess.run(["rsvg-convert", "--format=pdf", f"--output={draft}", path], check=True)
        draft.replace(made)
    return made
