"""At the end of each page that cites: the works that it cites, in full, with their identifiers as links.

The bibliography lists all works of the book; this list is made from the page's own citations.
"""

from docutils import nodes
from pybtex.plugin import find_plugin
from sphinx import addnodes

TITLE = "Sources"


def cited(document):
    """The keys of the works that a page cites."""
    links = document.findall(addnodes.pending_xref)
    return {key.strip() for n in links if n.get("refdomain") == "cite" for key in n["reftarget"].split(",")}


def section(entries, app):
    """A section that lists some entries of the bibliography."""
    style = find_plugin("pybtex.style.formatting", app.config.bibtex_default_style)()
    backend = app.env.get_domain("cite").backend
    made = nodes.section(
        "", nodes.title("", TITLE), ids=["sources"], names=["sources"], classes=["iem-sources"]
    )
    items = nodes.bullet_list()
    for entry in style.sort(entries):
        items += nodes.list_item("", backend.paragraph(style.format_entry(label="", entry=entry)))
    made += items
    return made


def add_sources(app, document):
    known = app.env.get_domain("cite").bibdata.data.entries
    entries = [known[key] for key in sorted(cited(document)) if key in known]
    page = next(document.findall(nodes.section), None)
    if entries and page is not None:
        page += section(entries, app)


def setup(app):
    app.connect("doctree-read", add_sources, priority=400)  # before the table of contents is collected
    return {"parallel_read_safe": True, "parallel_write_safe": True}
