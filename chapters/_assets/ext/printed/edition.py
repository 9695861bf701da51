"""What is different on paper, said at the end of the first chapter of the PDF and of the EPUB."""

from docutils import nodes

from . import figures

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def about(app):
    """The section that says what this edition is."""
    from iem import __version__

    site = figures.site(app)
    web = nodes.reference("", "web edition", refuri=site) if site else nodes.Text("web edition")
    solved = (
        "The solutions of the exercises stand together at the end. " if app.builder.name == "latex" else ""
    )
    same = nodes.paragraph()
    same += [
        nodes.Text("This edition was written from the same executed notebooks as the "),
        web,
        nodes.Text(
            ". Live figures are stills, at the values where their sliders start. Code that the web "
            "edition folds, mostly of figures and of longer proofs, is left out here; it is in the "
            "notebooks. "
            f"{solved}Where the text speaks of buttons, of folding, or of a page that computes, it means "
            "the web edition."
        ),
    ]
    free = nodes.paragraph()
    free += [
        nodes.Text(f"Version {__version__}. Text and figures are under the "),
        nodes.reference("", "Creative Commons Attribution 4.0 International licence", refuri=LICENCE),
        nodes.Text(", all code is under the MIT licence."),
    ]
    title = nodes.title("", "About this edition")
    return nodes.section("", title, same, free, ids=["about-this-edition"])


def add(app, doctree, docname):
    if app.builder.name not in ("latex", "epub") or docname != app.config.root_doc:
        return
    book = next(doctree.findall(nodes.section))
    places = [i for i, part in enumerate(book.children) if isinstance(part, nodes.compound)]
    book.insert(places[0] if places else len(book), about(app))


def setup(app):
    app.connect("doctree-resolved", add, priority=850)
