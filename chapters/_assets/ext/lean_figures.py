"""Matplotlib's figures in a page, at a third of their bytes and the same to the eye.

Coordinates keep two decimals (0.01 pt) and are relative; comments, line breaks and ids to which nothing
refers go; a letter's outline stands once on a page, not once in each of its figures.
"""

import re
from collections import Counter

from lean_styles import of_the_site

DIGITS = 2
FIGURE = re.compile(r"<svg\b(?:(?!</svg>).)*?\bid=\"figure_1\".*?</svg>", re.S)
PATH = re.compile(r"(?<=\sd=\")[^\"]*")
PLACES = re.compile(r"(?<=\s)(?:x|y|width|height|viewBox|transform)=\"[^\"]*\"")
LONG = re.compile(r"-?\d+\.\d{3,}")
VARIABLE = re.compile(r"var\((--iem-\w+), #\w+\)")
USES = re.compile(r"<g([^>]*)>((?:<use [^>]*/>)+)</g>")
GLYPH = re.compile(r"<path id=\"DejaVu[\w-]+\" d=\"[^\"]*\"[^>]*/>")
STYLED = re.compile(r"\sstyle=\"([^\"]*)\"")
STYLE = re.compile(r"(?<=\sstyle=\")[^\"]*")
REFERENCE = re.compile(r"(?:href=\"|url\()#([\w.-]+)")
ID = re.compile(r"(\sid=\"|\shref=\"#|url\(#)([\w.-]+)")


def short(hundredths):
    """A number of hundredths as the shortest decimal: -50 is -.5."""
    text = f"{hundredths / 10**DIGITS:.{DIGITS}f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0(?=\.)", r"\1", text)


def joined(numbers):
    """Numbers with a space only where the next one does not begin with a sign."""
    return re.sub(r" (?=-)", "", " ".join(map(short, numbers)))


def relative(path):
    """The data of a path, absolute as Matplotlib writes it, in relative coordinates; others as they are."""
    steps = re.findall(r"([A-Za-z])([^A-Za-z]*)", path)
    if any(letter not in "MLQCz" for letter, _ in steps):
        return path
    code, here, start, last = [], (0, 0), (0, 0), ""
    for letter, numbers in steps:
        if letter == "z":
            code.append("z")
            here, last = start, ""
            continue
        points = [round(float(number) * 10**DIGITS) for number in numbers.split()]
        if letter == "M":
            code.append("M" + joined(points))
            here = start = tuple(points)
            last = ""
            continue
        moved = joined(value - here[i % 2] for i, value in enumerate(points))
        kind = letter.lower()
        code.append((kind if kind != last else "" if moved.startswith("-") else " ") + moved)
        here, last = tuple(points[-2:]), kind
    return "".join(code)


def rounded(attribute):
    """Long decimals in an attribute, shortened; a factor of a scale keeps its digits."""
    keep = re.split(r"(scale\([^)]*\))", attribute[0])
    shorter = [LONG.sub(lambda m: f"{float(m[0]):.{DIGITS}f}", part) for part in keep[::2]]
    keep[::2] = shorter
    return "".join(keep)


def hoisted(group):
    """Marks of one style, each with it, as a group with it."""
    styles = set(re.findall(r"<use [^>]*?(?<=\s)style=\"([^\"]*)\"", group[2]))
    if len(styles) != 1 or group[2].count("style=") != group[2].count("<use ") or "style=" in group[1]:
        return group[0]
    uses = re.sub(r"(<use [^>]*?) style=\"[^\"]*\"", r"\1", group[2])
    return f'<g{group[1]} style="{styles.pop()}">{uses}</g>'


def lean(svg):
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.S)
    svg = PATH.sub(lambda m: relative(m[0]), svg)
    svg = PLACES.sub(rounded, svg)
    svg = STYLE.sub(lambda m: re.sub(r"(?<=[;:]) ", "", m[0]), svg)
    used = set(REFERENCE.findall(svg))
    svg = re.sub(r"\sid=\"([\w.-]+)\"", lambda m: m[0] if m[1] in used else "", svg)
    svg = VARIABLE.sub(r"var(\1)", svg)  # the book's own style sheet names every colour
    svg = re.sub(r">\s+<", "><", svg).replace("<g></g>", "").replace("xlink:href", "href")
    return USES.sub(hoisted, svg)


def shared(figures):
    """Figures with short ids, and with the outline of a letter in the first that shows it."""
    names, seen = {}, set()

    def name(found):
        return found[1] + names.setdefault(found[2], f"_{len(names):x}")

    def first(glyph):
        if glyph[0] in seen:
            return ""
        seen.add(glyph[0])
        return glyph[0]

    styles = Counter(style for svg in figures for style in STYLE.findall(svg))
    classes = {style: f"_{i:x}" for i, (style, count) in enumerate(styles.items()) if count > 2}
    rules = "".join(f".{name}{{{style}}}" for style, name in classes.items())
    for svg in figures:
        svg = ID.sub(name, GLYPH.sub(first, svg)).replace("<defs></defs>", "")
        svg = STYLED.sub(lambda m: f' class="{classes[m[1]]}"' if m[1] in classes else m[0], svg)
        yield svg.replace("</style>", rules + "</style>", 1)
        rules = ""


def light(html):
    """A page, its figures lighter."""
    figures = shared([lean(svg) for svg in FIGURE.findall(html)])
    return FIGURE.sub(lambda _: next(figures), html)


def lighten(app, pagename, templatename, context, doctree):
    if "body" in context and of_the_site(app):
        context["body"] = light(context["body"])


def setup(app):
    app.connect("html-page-context", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
