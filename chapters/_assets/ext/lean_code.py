"""Highlighted code without the marks that colour nothing, operators as plain text: a third of the bytes."""

from functools import cache

from pygments.formatters import HtmlFormatter
from pygments.styles import get_style_by_name
from pygments.token import Operator, Text
from sphinx.highlighting import PygmentsBridge

STYLES = "a11y-high-contrast-light", "a11y-high-contrast-dark"  # the theme's


@cache
def lean(kind):
    """The kind of a token, or plain text where every style shows it as such, and for signs such as =."""
    if kind is Operator:
        return Text
    styles = [get_style_by_name(name) for name in STYLES]
    plain = all(style.style_for_token(kind) == style.style_for_token(Text) for style in styles)
    return Text if plain else kind


class Lean(HtmlFormatter):
    def format_unencoded(self, tokensource, outfile):
        super().format_unencoded(((lean(kind), text) for kind, text in tokensource), outfile)


def setup(app):
    PygmentsBridge.html_formatter = Lean
    return {"parallel_read_safe": True, "parallel_write_safe": True}
