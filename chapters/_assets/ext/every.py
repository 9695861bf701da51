"""The reference of every class in one of the package's tables: `.. every:: iem.kernels.KERNELS`."""

from importlib import import_module

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.util.nodes import nested_parse_with_titles


def lines(place):
    """The directive of each class in a table, in the order of the table."""
    module, _, table = place.rpartition(".")
    classes = getattr(import_module(module), table).values()
    return [f".. autoclass:: {kind.__module__}.{kind.__qualname__}" for kind in classes]


class Every(Directive):
    """Writes the reference of each class of a table where it stands."""

    required_arguments = 1

    def run(self):
        made = nodes.container()
        source = f"every {self.arguments[0]}"
        nested_parse_with_titles(self.state, StringList(lines(self.arguments[0]), source), made)
        return made.children


def setup(app):
    app.add_directive("every", Every)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
