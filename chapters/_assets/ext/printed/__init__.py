"""The book as a PDF, by LaTeX, and as an EPUB: `make pdf` and `make epub`.

Outputs of cells are stored as HTML for the site; `outputs` makes nodes of the document of them, which every
builder can write. `paper` arranges the PDF, `ebook` the EPUB, whose formulas `mathml` writes as MathML;
`downloads` puts links to both on the first page of the site. Pages of the site are left as they are.
"""

from . import downloads, ebook, edition, outputs, paper


def setup(app):
    for part in (outputs, edition, paper, ebook, downloads):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
