"""What keeps the pages small and open to all: the extensions take away what nobody uses, and only that."""

import re
import sys
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent
EXTENSIONS = ROOT / "chapters" / "_assets" / "ext"


@pytest.fixture(scope="module")
def ext():
    """The extensions, as modules."""
    sys.path.insert(0, str(EXTENSIONS))
    try:
        import icons
        import lean_code
        import lean_figures
        import lean_styles
        import mathjax_everywhere
        import previews
        import roles
    finally:
        sys.path.remove(str(EXTENSIONS))
    return SimpleNamespace(
        icons=icons,
        code=lean_code,
        figures=lean_figures,
        styles=lean_styles,
        mathjax=mathjax_everywhere,
        previews=previews,
        roles=roles,
    )


def highlighted(formatter, text):
    from pygments import highlight
    from pygments.lexers import PythonLexer

    return highlight(text, PythonLexer(), formatter())


def test_code_keeps_its_text_and_its_colours(ext):
    from bs4 import BeautifulSoup
    from pygments.formatters import HtmlFormatter

    source = "def f(x):  # a remark\n    return x**2 + 1 == 'y'\n"
    lean, whole = (highlighted(formatter, source) for formatter in (ext.code.Lean, HtmlFormatter))
    assert BeautifulSoup(lean, "html.parser").get_text() == BeautifulSoup(whole, "html.parser").get_text()
    kinds = set(re.findall(r'<span class="(\w+)"', lean))
    assert {"k", "c1", "s1", "mi"} <= kinds and not kinds & {"n", "p", "o", "w"}


def test_a_relative_path_draws_the_same(ext):
    path = "M 10 20 L 11.5 19.25 L 12 22 Q 13 23 14 22 C 1 2 3 4 5.555 6 z M 0 0 L 1 -1"
    assert ext.figures.relative(path) == "M10 20l1.5-.75 .5 2.75q1 1 2 0c-13-20-11-18-8.44-16zM0 0l1-1"
    assert ext.figures.relative("M 0 0 H 5") == "M 0 0 H 5"  # not Matplotlib's


def ends(path):
    """Where the steps of a path lead, in absolute coordinates."""
    here, found = [0.0, 0.0], []
    letter = ""
    for kind, numbers in re.findall(r"([A-Za-z ]?)((?:-?\d*\.?\d+[ ]?(?=[-.\d]|$|[A-Za-z]))*)", path):
        values = [float(v) for v in re.findall(r"-?\d*\.?\d+", numbers)]
        letter = kind.strip() or letter
        for i in range(0, len(values), 2):
            here = [
                a + b * letter.islower() if letter.islower() else b
                for a, b in zip(here, values[i:], strict=False)
            ]
            found.append(here)
    return found


def test_rounding_does_not_add_up(ext):
    points = [(i * 0.333333, i * -0.777777) for i in range(400)]
    path = f"M {points[0][0]} {points[0][1]} " + " ".join(f"L {x} {y}" for x, y in points[1:])
    steps = ends(ext.figures.relative(path))
    assert len(steps) == len(points)
    assert all(
        abs(a - b) < 0.0051 for p, q in zip(steps, points, strict=True) for a, b in zip(p, q, strict=True)
    )


FIGURE = """<svg viewBox="0 0 100.123456 50"><!-- made by -->
<g id="figure_1"><g id="axes_1">
<defs><path id="DejaVuSans-41" d="M 0 0 L 1 1 z" transform="scale(0.015625)"/></defs>
<use xlink:href="#DejaVuSans-41" x="1.23456"/>
<path d="M 0 0 L 1 1" style="fill: none; stroke: var(--iem-blue, #0072b2)"/>
</g></g><style>a{b:c}</style></svg>"""


def test_a_figure_keeps_what_is_seen(ext):
    html = f"<p>$1.23456$</p>{FIGURE}<p>between</p>{FIGURE}"
    lean = ext.figures.light(html)
    assert lean.startswith("<p>$1.23456$</p><svg") and "<p>between</p>" in lean
    assert lean.count("<use ") == 2 and lean.count("<path ") == 3  # the letter is drawn once
    assert "made by" not in lean and "axes_1" not in lean and 'viewBox="0 0 100.12 50"' in lean
    assert "scale(0.015625)" in lean and "stroke:var(--iem-blue)" in lean
    (letter,) = re.findall(r'<path id="(\w+)"', lean)
    assert re.findall(r'href="#(\w+)"', lean) == [letter, letter]
    assert ext.figures.light("<svg><path d='M 0 0'/></svg>") == "<svg><path d='M 0 0'/></svg>"  # another's


CSS = """/*! a licence */ /* a remark */
.here, .nowhere { color: red }
.nowhere > p, #lost { color: blue }
p:not(.nowhere) { color: green }
.set-by-script:hover { top: 0 }
@media print { .here { top: 1px } .nowhere { top: 2px } }
@media print { .nowhere { top: 3px } }
@font-face { font-family: a }
"""


def test_a_rule_that_a_page_can_use_stays(ext):
    known = {"here", "set-by-script"}
    lean = ext.styles.lean(CSS, known)
    assert (
        "a licence" in lean
        and "a remark" not in lean
        and "nowhere" not in lean.replace(":not(.nowhere)", "")
    )
    for rule in (".here{color: red}", "p:not(.nowhere){color: green}", ".set-by-script:hover{top: 0}"):
        assert rule in lean
    assert "@media print {.here{top: 1px}}" in lean and "3px" not in lean and "font-family: a" in lean
    assert ext.styles.lean(lean, known) == lean


def site_of(folder):
    static = folder / "_static"
    static.mkdir()
    (static / "a.css").write_text(CSS)
    (static / "a.js").write_text('tag.classList.add("set-by-script")')
    (folder / "searchindex.js").write_text('"nowhere"')  # words of the book, not names of classes
    (folder / "a.html").write_text('<link href="_static/a.css?v=1" /><p class="here">')
    return SimpleNamespace(outdir=folder, builder=SimpleNamespace(format="html", name="html"))


def test_style_sheets_may_be_made_lean_twice(ext, tmp_path):
    app = site_of(tmp_path)
    ext.styles.finish(app, RuntimeError())
    ext.styles.number(app, RuntimeError())  # an interrupted build is left as it is
    assert (tmp_path / "_static" / "a.css").read_text() == CSS
    states = []
    for _ in range(2):
        ext.styles.finish(app, None)
        ext.styles.number(app, None)
        states.append([(tmp_path / name).read_text() for name in ("_static/a.css", "a.html")])
    assert states[0] == states[1]
    css, html = states[0]
    assert ".here" in css and "#lost" not in css
    assert re.search(r'href="_static/a.css\?v=[0-9a-f]{8}"', html)


def test_an_ebook_is_left_as_it_is(ext, tmp_path):
    app = site_of(tmp_path)
    app.builder.name = "epub"
    before = [path.read_bytes() for path in sorted(tmp_path.rglob("*.*"))]
    for finish in (ext.styles.finish, ext.styles.number, ext.icons.finish, ext.previews.tidy):
        finish(app, None)
    assert before == [path.read_bytes() for path in sorted(tmp_path.rglob("*.*"))]
    context = {"body": FIGURE + '<p role="doc-biblioentry">'}
    for change in (ext.figures.lighten, ext.roles.give_names, ext.mathjax.preload):
        change(app, "a", "page.html", context, None)
    assert context == {"body": FIGURE + '<p role="doc-biblioentry">'}


def test_the_font_of_icons_holds_those_in_use(ext):
    from fontTools.ttLib import TTFont
    from pydata_sphinx_theme import __file__ as theme

    fonts = (
        Path(theme).parent
        / "theme"
        / "pydata_sphinx_theme"
        / "static"
        / "vendor"
        / "fontawesome"
        / "webfonts"
    )
    whole = (fonts / "fa-solid-900.ttf").read_bytes()
    made = ext.icons.subset(whole, {0xF002, 0xF0C9})
    font = TTFont(BytesIO(made))
    assert font.flavor == "woff" and len(made) < 5000 < len(whole)
    assert set(font.getBestCmap()) == {0xF002, 0xF0C9}
    assert made == ext.icons.subset(whole, {0xF0C9, 0xF002})


def test_icons_are_silent(ext):
    html = '<i class="fa-solid fa-bars"></i><span class="fas fa-x"></span><span class="fable"></span>'
    silent = ext.icons.ICON.sub(r'<\1 aria-hidden="true" ', html)
    assert silent.count('aria-hidden="true"') == 2 and '<span class="fable">' in silent
    assert ext.icons.ICON.sub(r'<\1 aria-hidden="true" ', silent) == silent


def test_previews_are_of_what_readers_are_led_to(ext):
    own = '<a class="headerlink" href="#here">¶</a>'
    body = f'{own}<a class="reference" href="#there">x</a><a href="b.html#c">y</a>'
    assert ext.previews.led_to(body) == {"there"}


def test_texts_of_previews_that_no_page_names_go(ext, tmp_path):
    folder = tmp_path / "_static" / "tippy" / "part"
    folder.mkdir(parents=True)
    for name in ("a.1-2.js", "a.3-4.js"):
        (folder / name).touch()
    (tmp_path / "a.html").write_text(
        '<script data-parts="../x.js ../_static/tippy/part/a.3-4.js"></script>'
    )
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html", name="html"))
    ext.previews.tidy(app, RuntimeError())
    assert len(list(folder.iterdir())) == 2
    for _ in range(2):
        ext.previews.tidy(app, None)
        assert [path.name for path in folder.iterdir()] == ["a.3-4.js"]


def test_a_link_of_a_formula_has_the_words_of_its_heading(ext):
    math = r'<span class="math notranslate nohighlight">\(z\)</span>'

    def link(text):
        return f'<a class="reference internal" href="#symbol-z"><span class="std std-ref">{text}</span></a>'

    sign = '<a class="headerlink" href="#a">#</a>'
    heading = f'<section><span id="symbol-z"></span><h3>Evidence &amp; {math}{sign}</h3>'
    named = ext.roles.named(link(math) + link(f"{math}, {math}") + link("words") + heading)
    assert named.count('aria-label="Evidence &amp;"') == 2
    assert link("words") in named
    assert ext.roles.named(named) == named
    assert ext.roles.named(link(math)) == link(math)  # leads to another page, or nowhere


def test_the_parts_of_mathjax_are_there(ext):
    import yaml

    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
    parts = ext.mathjax.parts(SimpleNamespace(mathjax3_config=config["mathjax3_config"]))
    assert len(parts) == 6
    for part in parts:
        assert (EXTENSIONS.parent / "site" / ext.mathjax.FOLDER / part).is_file()
