"""The nodes that only the printed book has."""

from docutils import nodes


class chain(nodes.General, nodes.Element):
    """A derivation: its children are links."""


class link(nodes.Part, nodes.Element):
    """One line of a derivation: a formula and, if it has one, the reason why it holds.

    `kind` is "link" for a checked one, "given" for where the derivation starts, "note" for what is assumed.
    """


class reason(nodes.Part, nodes.TextElement):
    """Why a link holds."""


class statement(nodes.General, nodes.Element):
    """A theorem, an exercise or a solution on paper: a heading, then what it says."""


class heading(nodes.Part, nodes.TextElement):
    """The heading of a statement."""


class claim(nodes.Part, nodes.Element):
    """What the ledger says of one claim, where the page is too narrow for its table: a name, then parts."""
