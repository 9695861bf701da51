"""A line below the title of the site's first page that links the PDF and the EPUB, where they are built.

They are taken from `_build/print`, or the folder that `BOOK_PRINT` names; a site built without them says
nothing of them.
"""

import os
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
FOLDER = "downloads"


def found(environment=os.environ):
    """The files there are, the PDF first."""
    folder = Path(environment.get("BOOK_PRINT") or ROOT / "_build" / "print")
    return [path for kind in ("pdf", "epub") if (path := folder / f"implicit-em.{kind}").is_file()]


def described(path):
    """A file's kind with its length."""
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    if path.suffix == ".epub":
        return f"EPUB</a> ({size})"
    from pypdf import PdfReader

    return f"PDF</a> ({len(PdfReader(path).pages)} pages, {size})"


def line(files, address):
    """The line itself; `address` says how a file of the site is reached from the page."""
    links = [f'<a href="{address(f"{FOLDER}/{path.name}")}">{described(path)}' for path in files]
    return f'<p class="iem-downloads">Also as {" and as ".join(links)}.</p>'


def add_line(app, pagename, templatename, context, doctree):
    if app.builder.name != "html" or pagename != app.config.root_doc or not (files := found()):
        return
    said = line(files, lambda name: context["pathto"](name, 1))
    context["body"] = re.sub(r"</h1>", lambda end: f"{end[0]}\n{said}", context["body"], count=1)


def copy(app, exception):
    if exception or app.builder.name != "html":
        return
    target = Path(app.outdir) / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    for path in found():
        target.mkdir(exist_ok=True)
        shutil.copyfile(path, target / path.name)


def setup(app):
    app.connect("html-page-context", add_line)
    app.connect("build-finished", copy)
