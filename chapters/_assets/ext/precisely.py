"""Boxes titled "What the note says, precisely" can be linked: as `precisely-G4`, after the theorem above.

The errata page lists them; a box that is not listed there, or a link to none, fails the tests.
"""

from docutils import nodes

TITLE = "What the note says, precisely"


def boxes(document):
    """The boxes of a page with their labels, in order."""
    theorem = None
    for node in document.findall():
        for name in node["ids"] if isinstance(node, nodes.Element) else ():
            if name.startswith("thm-"):
                theorem = name.split("-")[1]
        if isinstance(node, nodes.admonition) and node[0].astext() == TITLE:
            yield f"precisely-{theorem}", node


def label_boxes(app, document):
    labels = app.env.get_domain("std").anonlabels
    for label, box in boxes(document):
        if label.lower() in labels:
            raise ValueError(f"two boxes after one theorem: {label}")
        box["ids"].append(label.lower())
        labels[label.lower()] = (app.env.docname, label.lower())


def setup(app):
    app.connect("doctree-read", label_boxes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
