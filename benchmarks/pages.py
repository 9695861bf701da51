"""When the largest part of each page is painted, opened from this machine: a goal of 1.5 s.

Each page of the built book (`make book`) is opened several times, each time with nothing of it in store,
and the median is printed with the least and the largest value.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from browsing import FLAGS, chromium, served  # noqa: E402
from pages import read_pages  # noqa: E402

BOOK = ROOT / "_build" / "html"
LOADS = 3
GOAL = 1.5

# The time of the last entry, when half a second has passed without another one.
LARGEST = """() => new Promise((done) => {
    let last = 0, due;
    const look = (list) => {
        for (const entry of list.getEntries()) last = Math.max(last, entry.startTime);
        clearTimeout(due);
        due = setTimeout(() => done(last / 1000), 500);
    };
    new PerformanceObserver(look).observe({type: "largest-contentful-paint", buffered: true});
})"""


def largest_paint(browser: Browser, address: str) -> float:
    """Seconds from the start of a load to its largest contentful paint."""
    with closing(browser.new_context(viewport={"width": 1280, "height": 900})) as context:
        page = context.new_page()
        page.goto(address)
        page.evaluate("() => window.MathJax?.startup?.promise.then(() => {})")
        return float(page.evaluate(LARGEST))


def main(book: Path = BOOK) -> None:
    """A row for each page."""
    path = chromium()
    if not path or not (book / "index.html").is_file():
        print("\npages: needs a Chromium and a built book (make book)")
        return
    names = [name for name in read_pages(book) if name != "index.html"]
    print(f"\n{f'largest contentful paint, seconds, {LOADS} loads':56}  {'median (range)':22} goal")
    with sync_playwright() as playwright, served(book) as site:
        with closing(playwright.chromium.launch(executable_path=path, args=FLAGS)) as browser:
            for name in names:
                times = [largest_paint(browser, site + name) for _ in range(LOADS)]
                spread = f"{median(times):.2f} ({min(times):.2f}–{max(times):.2f})"
                print(f"{name:56}  {spread:22} {GOAL}", flush=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
