"""Roles and names that a reader's software knows.

An entry of the bibliography is an item of its list. A link that shows a formula only has no name where the
software does not read mathematics: it gets the words of the heading that it leads to.
"""

import re
from html import escape, unescape

from lean_styles import of_the_site

FORMULAS = r"(?:<span class=\"math[^\"]*\">[^<]*</span>[,\s]*)+"
ONLY = re.compile(
    r"<a (class=\"reference internal\" href=\"#([\w-]+)\")>"
    rf"(?=<span class=\"std std-ref\">{FORMULAS}</span></a>)"
)
HEADING = r"\bid=\"{}\"(?:(?!<h\d).)*<h\d>(.*?)(?:<a class=\"headerlink\"|</h\d>)"


def words(heading):
    """The words of a heading, without its formulas."""
    text = re.sub(r"<[^>]+>", "", re.sub(FORMULAS, "", heading))
    return " ".join(unescape(text).split()).rstrip(",")


def named(body):
    """A page with a name for each link that shows formulas only and leads to a place on it."""

    def name(link):
        found = re.search(HEADING.format(re.escape(link[2])), body, re.S)
        label = words(found[1]) if found else ""
        return f'<a {link[1]} aria-label="{escape(label)}">' if label else link[0]

    return ONLY.sub(name, body)


def give_names(app, pagename, templatename, context, doctree):
    if "body" in context and of_the_site(app):
        context["body"] = named(context["body"].replace('role="doc-biblioentry"', 'role="listitem"'))


def setup(app):
    app.connect("html-page-context", give_names)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
