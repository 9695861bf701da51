"""The style sheets of the theme without the rules that no page can use, two thirds of them.

A rule goes when it asks for a class or an id that is in no page of the book and in none of its scripts,
which might set one. What stays is as it was, in its order. The book's own sheets stay whole: some of their
rules are for what is computed in a page.
"""

import re
from binascii import crc32
from pathlib import Path

import tinycss2

HERE = Path(__file__).resolve().parent
WORD = re.compile(r"[A-Za-z_][\w-]*")
NAMED = re.compile(r"\s(?:class|id)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
LINK = re.compile(r"(<link\b[^>]*\bhref=\")([^\"?]*\.css)(?:\?[^\"]*)?(\")")
BLOCKS = {"media", "supports", "layer", "container"}


def of_the_site(app):
    """Whether these are the pages of the site: an EPUB is written as HTML too, and has its own needs."""
    return app.builder.format == "html" and app.builder.name != "epub"


def pages(site):
    """The pages of the book: not the templates of its theme, nor what other programs bring along."""
    return [path for path in sorted(site.rglob("*.html")) if is_own(path.relative_to(site))]


def is_own(path):
    return path.parts[0] not in ("_static", "lite", "vendor")


def words(site):
    """Every class and id of the pages, and every word of the scripts."""
    found = set()
    for path in pages(site):
        for pair in NAMED.findall(path.read_text("utf-8")):
            found.update("".join(pair).split())
    for path in site.rglob("*.js"):
        parts = path.relative_to(site).parts
        if parts[0] not in ("lite", "vendor", "searchindex.js") or "tippy" in parts:
            found.update(WORD.findall(path.read_text("utf-8")))
    return found


def asked(selector):
    """The classes and ids that an element must have for this selector, those within :not() left out."""
    before = None
    for token in selector:
        if token.type == "hash" or (token.type == "ident" and before == "."):
            yield token.value
        before = token.value if token.type == "literal" else None


def selectors(prelude):
    """A list of selectors, split at its commas."""
    one = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield one
            one = []
        else:
            one.append(token)
    yield one


def kept(rules, known):
    """The rules that a page can use, as CSS."""
    for rule in rules:
        if rule.type == "qualified-rule":
            usable = [one for one in selectors(rule.prelude) if known.issuperset(asked(one))]
            if usable:
                heads = ",".join(tinycss2.serialize(one).strip() for one in usable)
                yield f"{heads}{{{tinycss2.serialize(rule.content).strip()}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in BLOCKS and rule.content is not None:
            within = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            if inner := "".join(kept(within, known)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        elif rule.type == "comment" and rule.value.startswith("!"):
            yield rule.serialize()  # a licence
        elif rule.type != "comment":
            yield rule.serialize()


def lean(css, known):
    return "".join(kept(tinycss2.parse_stylesheet(css, skip_whitespace=True), known))


def sheets(site):
    return sorted((site / "_static").rglob("*.css"))


def finish(app, exception):
    if exception or not of_the_site(app):
        return
    site = Path(app.outdir)
    known = words(site)
    own = {sheet.name for sheet in HERE.with_name("static").glob("*.css")}
    for sheet in (sheet for sheet in sheets(site) if sheet.name not in own):
        sheet.write_text(lean(sheet.read_text("utf-8"), known), "utf-8")


def number(app, exception):
    """Name in each link the version of the style sheet that it has become, for the stores of browsers."""
    if exception or not of_the_site(app):
        return
    site = Path(app.outdir)
    version = {sheet.resolve(): f"{crc32(sheet.read_bytes()):08x}" for sheet in sheets(site)}
    for path in pages(site):

        def renew(link, page=path):
            sheet = (page.parent / link[2]).resolve()
            return f"{link[1]}{link[2]}?v={version[sheet]}{link[3]}" if sheet in version else link[0]

        html = path.read_text("utf-8")
        path.write_text(LINK.sub(renew, html), "utf-8")


def setup(app):
    app.connect("build-finished", finish, priority=900)  # when every page and every style sheet is there
    app.connect("build-finished", number, priority=920)  # after icons, which change a sheet
    return {"parallel_read_safe": True, "parallel_write_safe": True}
