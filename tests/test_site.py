"""The book as a reader gets it: built strictly, read as HTML, and opened in a browser."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from browsing import REACH, THIN, built, faults_of, lasting, served, visits
from pages import (
    broken_links,
    empty_blocks,
    foreign,
    foreign_css,
    parse,
    raw_markup,
    read_pages,
    unnamed_images,
)

from iem.formal import proofs

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder of the built book."""
    return built(ROOT, tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def pages(book):
    """The HTML of every page, by its name; of all but the first, which only leads on."""
    pages = read_pages(book)
    first = parse(pages.pop("index.html"))
    assert first.select_one('meta[http-equiv="Refresh"][content$="url=chapters/intro.html"]')
    return pages


@pytest.mark.parametrize("check", [foreign, unnamed_images, raw_markup, empty_blocks])
def test_every_page_is_right(pages, check):
    assert {name: faults for name, html in pages.items() if (faults := check(html))} == {}


def test_every_link_leads_somewhere(book):
    assert broken_links(book) == []


def test_no_style_sheet_loads_from_elsewhere(book):
    sheets = sorted(book.rglob("*.css"))
    assert sheets
    assert [found for sheet in sheets for found in foreign_css(sheet.read_text("utf-8"))] == []


def test_a_chapter_shows_all_its_parts(pages):
    article = parse(pages["chapters/tanh.html"]).select_one("article")
    for part in (".proof.theorem", ".exercise", ".solution", "figure.iem-figure", ".math"):
        assert article.select(part), f"no {part}"


@pytest.fixture(scope="module")
def site(book):
    """The address of the book, served."""
    with served(book) as address:
        yield address


PHONE, DESK = {"width": 390, "height": 900}, {"width": 1280, "height": 900}
LIMIT = 1_500_000
APART = "vendor/pyodide/", "wheels/", "derive/snapshot.bin"
WHOLE = "chapters/notation.html"  # where axe looks into the formulas, too
WIDTH = ("scrollable-region-focusable",)  # what depends on the width of a page


def search_boxes(page):
    boxes = [".search-button__button", "form.bd-search"]
    visible = [page.locator(box).filter(visible=True).count() for box in boxes]
    return [] if visible == [1, int("search.html" in page.url)] else [f"{visible} search boxes"]


def look(visit):
    """A page as it stands: its faults, its search boxes, what the keyboard does not reach."""
    visit.inspect(search_boxes, lambda page: page.evaluate(REACH))


def come_to_life(visit):
    """A live figure loads its libraries when the reader comes near, and then moves."""
    figure = visit.page.locator(".iem-live")
    if any("/vega/" in url for url in visit.requests):
        visit.faults.append("loads the libraries of the live figure on first view")
    figure.scroll_into_view_if_needed()
    visit.page.locator(".iem-live.is-live").wait_for()
    visit.page.wait_for_timeout(300)
    visit.inspect()


@pytest.fixture(scope="module")
def seen(browser, book, site, pages):
    """Every page, opened once: dark on a phone, then light on a desk. What is wrong, and what it weighs."""
    found = {}
    with closing(browser.new_context(viewport=PHONE, color_scheme="dark")) as context:
        for name, visit in visits(context, site, pages):
            visit.page.wait_for_load_state()
            visit.become(PHONE, "dark")
            look(visit)
            weight = visit.weight(book, *APART)
            if "iem-live" in pages[name]:
                come_to_life(visit)
            visit.become(DESK, "light")
            look(visit)
            if name != WHOLE:
                visit.page.evaluate(THIN)
            violations = lasting(visit.violations)
            visit.become(PHONE, "dark")
            violations += lasting(lambda visit=visit: visit.violations(*WIDTH))
            found[name] = {"faults": visit.faults, "weight": weight, "violations": violations}
    return found


def those(seen, what):
    return {name: found[what] for name, found in seen.items() if found[what]}


def test_every_page_opens(seen):
    assert those(seen, "faults") == {}


def test_every_page_is_open_to_all(seen):
    assert those(seen, "violations") == {}


def test_every_page_is_light(seen):
    weights = {name: found["weight"] for name, found in seen.items()}
    assert min(weights.values()) > 100_000
    assert {name: weight for name, weight in weights.items() if weight > LIMIT} == {}


def test_previews_load_when_a_reader_comes_to_a_link(page, site, pages):
    """Not before, and not on a page without links that have one; the keyboard brings them, too."""
    assert 'previews.js"' not in re.sub(r"\?v=\w+", "", pages["chapters/run.html"])
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}chapters/tanh.html")
    assert not any("/tippy/" in url for url in asked)
    page.locator("article a.reference[href='identifiability.html#thm-I1']").first.focus()
    page.locator(".tippy-content").wait_for()
    assert len([url for url in asked if "/tippy/" in url]) == 3


def test_the_script_of_live_figures_is_on_their_pages_only(pages):
    found = {name: parse(html) for name, html in pages.items()}
    live = {name for name, page in found.items() if page.select(".iem-live")}
    assert live
    assert {name for name, page in found.items() if page.select('script[src*="live.js"]')} == live


def test_the_theme_can_be_chosen(page, site):
    page.goto(f"{site}chapters/intro.html")
    seen = []
    for _ in range(3):
        page.locator(".theme-switch-button").filter(visible=True).click()
        seen.append(page.locator("html").get_attribute("data-theme"))
    assert set(seen) == {"light", "dark"}


def test_the_search_finds_a_word(page, site):
    page.goto(f"{site}chapters/intro.html")
    page.locator(".search-button__button").filter(visible=True).click()
    page.keyboard.type("tanh")
    page.keyboard.press("Enter")
    page.locator("#search-results a[href*='chapters/tanh.html']").first.wait_for()


@pytest.mark.parametrize(
    ("name", "link", "shown"),
    [
        ("tanh", "identifiability.html#thm-I1", "Theorem"),
        ("glossary", "#term-posterior-mean", "posterior mean"),
        ("errata", "degeneracy.html#precisely-d5", "What the note says, precisely"),
        ("attention", "bibliography.html#", "doi|arXiv"),
    ],
)
def test_a_link_previews_what_it_leads_to(page, site, name, link, shown):
    assert faults_of(page, f"{site}chapters/{name}.html", site) == []
    page.locator(f"article a.reference[href^='{link}']").first.hover()
    page.locator(".tippy-content").wait_for()
    assert re.search(shown, page.locator(".tippy-content").inner_text(), re.I)
    page.wait_for_function("!/\\\\[(\\[]/.test(document.querySelector('.tippy-content').textContent)")
    assert page.locator(".tippy-content mjx-merror").count() == 0


def test_the_index_holds_the_words_and_the_names_of_the_package(pages):
    index = parse(pages["genindex.html"])
    leads = {link["href"] for link in index.select("article a, main a") if link.get("href")}
    names = {"chapters/glossary.html#term-temperature", "chapters/api.html#iem.activations.activation"}
    names |= {f"chapters/{name}" for name in ("annealing.html#thm-N1", "atlas.html#card-mish")}
    assert names | {"chapters/kernel_statistic.html#kernel-table"} <= leads
    assert parse(pages["chapters/glossary.html"]).select("article a[href='../genindex.html']")


def test_every_chapter_leads_to_its_symbols_and_lists_its_sources(pages):
    for name, html in pages.items():
        page = parse(html)
        symbols = page.select("p.iem-symbols a .math")
        if page.select("article .proof.theorem"):
            assert len(symbols) >= 6, name
        links = {link["href"].split("#")[0] for link in page.select("p.iem-symbols a")}
        assert links <= {"notation.html"}, name
        cited = {a["href"] for a in page.select("article a[href^='bibliography.html#']")}
        listed = page.select("#sources li")
        assert len(listed) == len(cited), name
        assert all(item.select("a.external") for item in listed), name


def test_a_formally_proved_theorem_leads_to_its_statement(page, site, pages):
    """Each mark is a link in words to the section of its claim; by keyboard, on a phone, it opens there."""
    found = proofs(ROOT / "chapters")
    target = parse(pages["chapters/formal.html"])
    marked = {}
    for html in pages.values():
        for theorem in parse(html).select("div.proof.theorem:has(.iem-formally)"):
            (link,) = theorem.select(".iem-formally a")
            claim = theorem["id"].removeprefix("thm-")
            assert link["href"] == f"formal.html#formal-{claim}" and target.find(id=f"formal-{claim}")
            marked[claim] = link.get_text(strip=True).lower()
    assert marked == {claim: row.status for claim, row in found.formal.items()}
    for theorem in found.theorems.values():
        box = target.find(id=theorem.name)
        assert theorem.statement.split() == box.select_one("details pre").get_text().split()
        assert box.select_one("div.math") and box.select_one("a[href*='" + theorem.file + "']")
    assert len(pages["chapters/formal.html"]) < 700_000

    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{site}chapters/tanh.html")
    page.locator("#thm-G2 .iem-formally a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/formal.html#formal-G2")
    fold = page.locator("#G2_tanh details")
    fold.locator("summary").click()
    assert "Defs.mean 2" in fold.locator("pre").inner_text()


def test_a_chapter_names_its_neighbours(pages):
    page = parse(pages["chapters/tanh.html"])
    titles = [tag.get_text(strip=True) for tag in page.select(".prev-next-area .prev-next-title")]
    assert len(titles) == 2 and all(titles)


def test_every_chapter_can_be_run(book, pages):
    for path in (ROOT / "chapters").glob("*.ipynb"):
        menu = parse(pages[f"chapters/{path.stem}.html"]).select_one(".dropdown-launch-buttons")
        assert menu.button["aria-label"] == "Run this chapter"
        links = {link.get_text(strip=True): link["href"] for link in menu.select("a")}
        assert links["JupyterLite"] == f"../lite/notebooks/index.html?path={path.name}"
        assert (book / "lite" / "files" / path.name).is_file()
        assert (book / "chapters" / links["Download"]).read_bytes() == path.read_bytes()
        assert links["How to run it"] == "run.html"


def test_the_site_stays_small(book):
    assert sum(file.stat().st_size for file in book.rglob("*") if file.is_file()) < 100e6


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<img src='http://192.0.2.1/a.png'>", "failed: http://192.0.2.1/a.png"),
        ("<img src='lost.png'>", "404: SITE/lost.png"),
        ("<script>console.error('no')</script>", "console: no"),
        ("<script>throw Error('no')</script>", "script: no"),
        ("<mjx-merror data-mjx-error='no such macro'></mjx-merror>", "formula: no such macro"),
        (r"<p>so \(x\)</p>", r"not typeset: \(x\)"),
        ("<p>so $x$</p>", "not typeset: $x$"),
        ("<p style='width: 5000px'>wide</p>", "5000 pixels wide in a window of 1280"),
    ],
)
def test_a_fault_is_found(page, tmp_path, html, fault):
    style = "<link rel='icon' href='data:,'><style>body {margin: 0}</style>"
    (tmp_path / "a.html").write_text(f"<!doctype html><html>{style}<body>{html}</body></html>")
    with served(tmp_path) as site:
        found = faults_of(page, f"{site}a.html", site)
        assert fault.replace("SITE/", site) in found


def test_a_page_without_fault_passes(page, tmp_path):
    (tmp_path / "a.html").write_text("<link rel='icon' href='data:,'><p><code>$x$</code>")
    with served(tmp_path) as site:
        assert faults_of(page, f"{site}a.html", site) == []
