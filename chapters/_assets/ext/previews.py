"""Previews that are fetched when a reader first points at a link, and only of what readers are led to.

sphinx_tippy would have each page load two libraries and the text of all its previews, though many see
none. `previews.js` loads them when they are needed. The sign beside a heading or a name leads to itself:
sphinx_tippy shows no preview for these, but would store theirs with each page.
"""

import re
from pathlib import Path

from lean_styles import of_the_site, pages

LINK = re.compile(r"<a\b[^>]*>")
TARGET = re.compile(r"\bhref=\"#([^\"]+)\"")
TEXTS = re.compile(r"_static/tippy/[^\" ]*?([^/\" ]+\.js)\b")
OWN = re.compile(r"\bclass=\"[^\"]*\bheaderlink\b")


def led_to(body):
    """The places of a page to which a link in its text leads."""
    return {t for link in LINK.findall(body) if not OWN.search(link) for t in TARGET.findall(link)}


def defer(app, pagename, templatename, context, doctree):
    page = getattr(app.env, "tippy_data", {}).get("pages", {}).get(pagename)
    if doctree is None or page is None or not of_the_site(app):
        return
    led = led_to(context["body"])
    page["refs_in_page"] = {ref for ref in page["refs_in_page"] if ref[0] is not None or ref[1] in led}

    scripts = context["script_files"]
    parts = [script for script in scripts if "tippy/" in str(getattr(script, "filename", ""))]
    scripts[:] = [script for script in scripts if script not in parts]
    if page["refs_in_page"]:
        places = " ".join(context["pathto"](script.filename, 1) for script in parts)
        app.add_js_file("previews.js", loading_method="defer", **{"data-parts": places})


def tidy(app, exception):
    """Take away the texts that no page names: sphinx_tippy names its files anew whenever it writes them."""
    if exception or not of_the_site(app):
        return
    site = Path(app.outdir)
    named = {name for page in pages(site) for name in TEXTS.findall(page.read_text("utf-8"))}
    for path in (site / "_static" / "tippy").rglob("*.js"):
        if path.name not in named:
            path.unlink()


def setup(app):
    app.connect("html-page-context", defer, priority=460)  # after sphinx_tippy
    app.connect("build-finished", tidy, priority=890)  # before lean_styles, which reads them
    return {"parallel_read_safe": True, "parallel_write_safe": True}
