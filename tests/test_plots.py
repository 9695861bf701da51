"""Figures: words for all, the colours of the page, and the same bytes from the same data."""

import re
from base64 import b64decode
from html import unescape
from xml.etree import ElementTree

import numpy as np
import pytest

from iem import BadInput

plt = pytest.importorskip("matplotlib.pyplot")
plots = pytest.importorskip("iem.plots")
ALT = 'Two curves, the first "above" the second < everywhere'
X = np.linspace(0, 1, 5)


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    assert plt.get_fignums() == []
    yield
    left = plt.get_fignums()
    plt.close("all")
    assert left == []


def drawn(scale=1.0, colour=plots.BLUE, **options):
    """A figure with a line, an area, a point, a bar and a label."""
    ax = plots.axes()
    ax.plot(X, scale * X**2, color=colour, **options)
    ax.fill_between(X, X, color=plots.ORANGE, alpha=0.3)
    ax.scatter([0.5], [0.25], color=plots.GREEN)
    ax.bar([0.2], [0.4], width=0.1, color=plots.GREY)
    plots.label(ax, 0.5, 0.5, "a label", plots.PURPLE)
    return plots.Figure(ax, alt=ALT, caption="The curve $x^2$ for $x < 1$.")


@pytest.fixture
def figure():
    made = drawn()
    yield made
    plt.close(made.figure)


def digest(*arguments, **options):
    made = drawn(*arguments, **options)
    plt.close(made.figure)
    return made.digest


@pytest.mark.parametrize(
    ("alt", "caption"), [("", "A caption."), ("too few words here", "A caption."), (ALT, "")]
)
def test_words_are_required(alt, caption):
    ax = plots.axes()
    with pytest.raises(BadInput, match="caption and alt text of five words") as caught:
        plots.Figure(ax, alt=alt, caption=caption)
    assert repr(alt) in str(caught.value)
    with pytest.raises(TypeError):
        plots.Figure(ax)
    plt.close(ax.figure)


def test_the_digest_is_of_the_data():
    same = digest()
    assert re.fullmatch("[0-9a-f]{8}", same)
    assert digest() == same
    assert digest(1 + 1e-6) != same
    assert digest(1 + 1e-12) == same


def test_the_digest_is_not_of_the_style():
    same = digest()
    assert digest(colour=plots.ORANGE) == same
    assert digest(linestyle="--", linewidth=5, alpha=0.5) == same
    with plt.style.context("dark_background"):
        assert digest() == same


@pytest.mark.parametrize(
    "change",
    [
        lambda ax: ax.plot([0, 1], [0, 1]),
        lambda ax: ax.scatter([0.1], [0.1]),
        lambda ax: ax.fill_between(X, 2 * X),
        lambda ax: ax.bar([0.7], [0.1]),
        lambda ax: ax.add_patch(plt.Circle((0.5, 0.5), 0.1)),
        lambda ax: ax.add_patch(plt.Polygon([[0, 0], [1, 0], [1, 1]])),
        lambda ax: plots.label(ax, 0, 0, "more"),
    ],
    ids=["line", "points", "area", "bar", "circle", "polygon", "label"],
)
def test_the_digest_sees_everything(figure, change):
    before = figure.digest
    change(figure.figure.axes[0])
    assert figure.digest != before


def test_the_digest_sees_where_a_patch_lies(figure):
    circle = figure.figure.axes[0].add_patch(plt.Circle((0.5, 0.5), 0.1))
    before = figure.digest
    circle.set_radius(0.2)
    assert figure.digest != before


def test_text(figure):
    assert repr(figure) == f"Figure: 3 lines and areas, data {figure.digest}"


def test_svg_has_words_for_those_who_cannot_see(figure):
    code = figure.svg()
    assert code.startswith('<svg role="img" aria-label="')
    root = ElementTree.fromstring(code)
    assert root.get("aria-label") == ALT
    assert unescape(re.search('aria-label="([^"]*)"', code)[1]) == ALT


def test_svg_takes_the_colours_of_the_page(figure):
    code = figure.svg()
    assert "currentColor" in code
    assert plots.INK not in code
    for name in ("blue", "orange", "green", "purple", "grey"):
        assert f"var(--iem-{name}, {plots.COLOURS[name]})" in code
    fixed = re.sub(r"var\([^)]*\)", "", code)
    assert not any(colour in fixed for colour in plots.COLOURS.values())


def test_svg_names_no_date_and_no_program(figure):
    code = figure.svg()
    assert "<metadata" not in code
    assert "Matplotlib" not in code


def test_the_same_data_give_the_same_bytes():
    one, two = drawn(), drawn()
    assert one.svg() == one.svg() == two.svg()
    assert one.png() == two.png()
    plt.close(one.figure)
    plt.close(two.figure)


def test_what_a_notebook_stores():
    made = drawn()
    bundle = made._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert bundle["text/plain"] == repr(made)
    assert bundle["text/html"].startswith('<figure class="iem-figure"><svg role="img"')
    assert r"The curve \(x^2\) for \(x &lt; 1\)." in bundle["text/html"]
    assert b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_several_axes():
    pair = plots.axes(2)
    assert pair.shape == (2,)
    made = plots.Figure(pair, alt=ALT, caption="Two.")
    assert len(made.figure.axes) == 2
    pair[1].plot(X, X)
    assert repr(made).startswith("Figure: 1 lines")
    made._repr_mimebundle_()


def test_each_kernel_has_its_colour():
    assert set(plots.KERNEL_COLOURS) == {"Gaussian", "Laplace", "Student-t", "Huber"}
    assert len(set(plots.COLOURS.values())) == len(plots.COLOURS)
    assert set(plots.KERNEL_COLOURS.values()) <= set(plots.COLOURS.values())
