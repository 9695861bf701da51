"""The index names every theorem, the activations of the atlas, and the table's kernels and statistics."""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from iem.kernels import KERNELS
from iem.statistics import STATISTICS

TABLES = {"kernel-table": [("kernel", KERNELS), ("statistic", STATISTICS)]}  # by the label of a section


def names(document):
    """What the index says of a page: words and the place to which they lead."""
    for node in document.findall(nodes.Element):
        ids = node["ids"]
        for name in ids if isinstance(node, nodes.section) else ():
            if name.startswith("card-"):
                yield f"activation; {node[0].astext()}", name
            for kind, table in TABLES.get(name, ()):
                for entry in table.values():
                    yield f"{kind}; {entry.title}", name
        if "proof" in node["classes"] and ids and ids[0].startswith("thm-"):
            claim = ids[0].split("-")[1]
            title = node[0].astext().strip().removeprefix("(").removesuffix(")")
            title = re.sub(r"^(A|An|The) |[“”\"]", "", title)
            yield f"{title[0].upper()}{title[1:]} (claim {claim})", ids[0]


class Entries(SphinxTransform):
    """Puts the entries at the head of a page, where the index finds them."""

    default_priority = 800  # the domains read the tree at 850

    def apply(self, **kwargs):
        entries = [("single", words, place, "", None) for words, place in names(self.document)]
        if entries and len(self.document):
            self.document[0].insert(1, addnodes.index(entries=entries))


def setup(app):
    app.add_transform(Entries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
