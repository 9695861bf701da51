"""The checks of pages, on small pages: each finds its fault, and passes what is right."""

import pytest
from pages import broken_links, empty_blocks, foreign, foreign_css, raw_markup, unnamed_images

CDN = "https://unpkg.com/thebe/lib/index.js"


@pytest.mark.parametrize(
    ("check", "html"),
    [
        (foreign, f'<script src="{CDN}"></script>'),
        (foreign, '<link rel="stylesheet" href="//cdnjs.cloudflare.com/a.css">'),
        (foreign, '<img alt="a" src="http://example.org/a.png">'),
        (foreign, '<img alt="a" srcset="https://example.org/a.png 2x">'),
        (foreign, '<iframe src="https://example.org"></iframe>'),
        (foreign, '<object data="https://example.org/a.svg"></object>'),
        (foreign, '<svg><image xlink:href="https://example.org/a.png"/></svg>'),
        (foreign, "<style>@import 'https://fonts.googleapis.com/css'</style>"),
        (foreign, '<p style="background: url(//example.org/a.png)">'),
        (foreign, f'<script>const THEBE_JS_URL = "{CDN}"</script>'),
        (unnamed_images, '<img src="a.png">'),
        (unnamed_images, '<article><img src="a.png" alt=""></article>'),
        (unnamed_images, '<article><img src="a.png" alt="../_images/a.png"></article>'),
        (unnamed_images, '<svg role="img"></svg>'),
        (raw_markup, "<p>for all $x$</p>"),
        (raw_markup, r"<p>for all \(x\)</p>"),
        (raw_markup, "<p>see {prf:ref}`thm-a`</p>"),
        (raw_markup, "<p>the {math}`x` and</p>"),
        (raw_markup, "<p>```{glue:figure} a</p>"),
        (raw_markup, r"<p>\begin{align}</p>"),
        (empty_blocks, '<div class="proof"><p class="admonition-title">Theorem 1</p> </div>'),
        (empty_blocks, '<div class="solution"></div>'),
    ],
)
def test_a_fault_is_found(check, html):
    assert len(check(html)) == 1


@pytest.mark.parametrize(
    ("check", "html"),
    [
        (foreign, '<a href="https://example.org">elsewhere</a><script src="a.js"></script>'),
        (foreign, '<link rel="canonical" href="https://example.org/a.html">'),
        (foreign, '<svg xmlns="http://www.w3.org/2000/svg"><a href="https://example.org"/></svg>'),
        (foreign, "<script>a = 1 // a comment</script>"),
        (unnamed_images, '<img alt="" src="logo.svg"><article><img alt="A curve"></article>'),
        (unnamed_images, '<svg role="img" aria-label="A curve"></svg><svg></svg>'),
        (raw_markup, r'<p>for <span class="math">\(x\)</span> <code>$HOME {math}`x`</code></p>'),
        (empty_blocks, '<div class="proof"><p class="admonition-title">1</p><p>True.</p></div>'),
    ],
)
def test_what_is_right_passes(check, html):
    assert check(html) == []


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("@import url('https://fonts.example.org/a.css');", ["https://fonts.example.org/a.css"]),
        ("@font-face {src: url(//example.org/a.woff2)}", ["//example.org/a.woff2"]),
        ("a {background: url(../a.png), url('data:image/svg+xml,http://www.w3.org')}", []),
    ],
)
def test_what_a_style_sheet_loads(css, found):
    assert foreign_css(css) == found


def test_broken_links_are_found(tmp_path):
    (tmp_path / "part").mkdir()
    (tmp_path / "a.css").touch()
    (tmp_path / "index.html").write_text(
        '<link href="a.css"><p id="here"><a href="#here">1</a><a href="part/b.html?q=1#there">2</a>'
        '<a href="https://example.org/#x">3</a><a href="#">4</a><a href="a.css#any">5</a>'
        '<a href="part">6</a><a href="#nowhere">7</a><img src="part/a%20b.png">'
    )
    (tmp_path / "part" / "b.html").write_text(
        '<p id="there"><a href="../index.html#there">1</a><a href="c.html">2</a>'
    )
    assert broken_links(tmp_path) == [
        "index.html: part",
        "index.html: #nowhere",
        "index.html: part/a%20b.png",
        "part/b.html: ../index.html#there",
        "part/b.html: c.html",
    ]
