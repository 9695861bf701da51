"""A book served on this machine, opened in a real browser: what goes wrong with a page there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Literal
from urllib.parse import unquote, urlsplit

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page, ViewportSize

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Once MathJax is done: its errors, the formulas it passed over, and whether the page is too wide.
INSPECT = r"""async () => {
    await window.MathJax?.startup?.promise;
    await document.fonts.ready;
    const faults = [...document.querySelectorAll("mjx-merror, [data-mjx-error]")].map(
        (error) => `formula: ${error.getAttribute("data-mjx-error") ?? error.textContent}`);
    const prose = document.body.cloneNode(true);
    prose.querySelectorAll("script, style, noscript, pre, code").forEach((tag) => tag.remove());
    for (const raw of prose.textContent.match(/\\[([][^]{0,60}|\$[^$\n]+\$/g) ?? [])
        faults.push(`not typeset: ${raw}`);
    const width = document.scrollingElement.scrollWidth;
    if (width > innerWidth + 1) faults.push(`${width} pixels wide in a window of ${innerWidth}`);
    return faults;
}"""


# A page has followed a change of its window: the event comes before the frame, and scripts wait 0.3 s.
FOLLOWED = """() => new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 450))))"""

# Formulas that scroll in their box but cannot be reached with the keyboard.
REACH = """async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    return [...document.querySelectorAll("mjx-container[display], td.math")]
        .filter((box) => box.scrollWidth > box.clientWidth + 1 && box.tabIndex < 0 && box.offsetParent)
        .filter((box) => getComputedStyle(box).overflowX === "auto")
        .map((box) => `scrolls without focus: ${box.textContent.slice(0, 60)}`);
}"""

# Each formula as one letter and each picture without its lines, for axe to pass over them quickly.
THIN = """() => {
    for (const formula of document.querySelectorAll("mjx-container")) formula.textContent = "x";
    for (const picture of document.querySelectorAll("article svg")) picture.replaceChildren();
}"""

# Serious and critical violations that axe finds. The contrast of a text depends on its ink, size, weight
# and the grounds below it: one text of each combination is measured; all else everywhere.
AXE = """async ([only]) => {
    const options = {resultTypes: ["violations"], preload: false};
    const grounds = new Map();
    const ground = (tag) => {
        if (!tag) return "";
        if (!grounds.has(tag)) {
            const {backgroundColor, backgroundImage, opacity, filter} = getComputedStyle(tag);
            const own = [backgroundColor, backgroundImage, opacity, filter].join();
            grounds.set(tag, `${ground(tag.parentElement)}|${own}`);
        }
        return grounds.get(tag);
    };
    const kinds = new Map();
    for (const tag of document.querySelectorAll("body *:not(mjx-container *, svg *)")) {
        if (![...tag.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        if (!tag.checkVisibility({visibilityProperty: true})) continue;
        const {color, fontSize, fontWeight, textShadow, position} = getComputedStyle(tag);
        const kind = [color, fontSize, fontWeight, textShadow, position, ground(tag)].join();
        if (!kinds.has(kind)) kinds.set(kind, tag);
    }
    const runs = [await axe.run({include: [...kinds.values()]}, {...options, runOnly: ["color-contrast"]})];
    const others = only.length ? {runOnly: only} : {rules: {"color-contrast": {enabled: false}}};
    runs.push(await axe.run(document, {...options, ...others}));
    return runs.flatMap(({violations}) => violations)
        .filter(({impact}) => ["serious", "critical"].includes(impact))
        .flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${
            (node.any[0] ?? node.all[0] ?? node.none[0]).message}`));
}"""
AXE_SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")


def chromium() -> str | None:
    """The path of a Chromium: the one named by IEM_CHROMIUM, or the first on the PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("IEM_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def built(source: Path, output: Path) -> Path:
    """The folder of the book of `source`, built strictly below `output`."""
    build = subprocess.run(
        [Path(sys.executable).with_name("jupyter-book"), "build", source, "--path-output", output]
        + ["-W", "-n", "--keep-going", "--quiet"],
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stdout + build.stderr
    return output / "_build" / "html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A browser may close a connection before its answer is written."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of a server of the folder `site`."""
    with Server(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def lasting(look: Callable[[], list[str]], seconds: float = 5.0) -> list[str]:
    """What a look finds again and again: a busy machine may be late to follow a change."""
    end = monotonic() + seconds
    while (found := look()) and monotonic() < end:
        sleep(0.25)
    return found


class Visit:
    """A page that opens at `address`, loading nothing from outside `site`: what fails, what it loads."""

    def __init__(self, page: Page, address: str, site: str, **options: str) -> None:
        self.page, self.site = page, site
        self.faults: list[str] = []
        self.requests: list[str] = []
        failed = self.faults.append
        page.on("console", lambda m: failed(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda error: failed(f"script: {error}"))
        page.on("response", lambda r: failed(f"{r.status}: {r.url}") if r.status > 399 else None)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("requestfailed", lambda request: failed(f"failed: {request.url}"))
        page.route(lambda url: not url.startswith((site, "data:", "blob:")), lambda route: route.abort())
        page.goto(address, **options)

    def become(self, viewport: ViewportSize, theme: Literal["light", "dark"]) -> None:
        """Let the page follow a change of its window and of its theme."""
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(color_scheme=theme)
        self.page.locator(f"html[data-theme={theme}]").wait_for(state="attached")
        self.page.wait_for_function("(width) => innerWidth === width", arg=viewport["width"])
        self.page.evaluate(FOLLOWED)

    def inspect(self, *looks: Callable[[Page], list[str]]) -> None:
        """Look at the page, once it is loaded and typeset; a fault is what is still there after seconds."""
        self.page.wait_for_load_state()
        for look in (lambda page: page.evaluate(INSPECT), *looks):
            self.faults += lasting(lambda look=look: look(self.page))

    def weight(self, folder: Path, *apart: str) -> int:
        """The bytes of the files loaded so far, uncompressed, but those with one of `apart` in the path."""
        paths = {unquote(urlsplit(url).path)[1:] for url in self.requests if url.startswith(self.site)}
        counted = [path for path in paths if not any(part in path for part in apart)]
        return sum((folder / path).stat().st_size for path in counted)

    def violations(self, *only: str) -> list[str]:
        """What axe finds serious or critical, by all rules or by `only` these and contrast."""
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(AXE_SCRIPT.read_text("utf-8"))
        return self.page.evaluate(AXE, [only])


def visits(context: BrowserContext, site: str, names: Iterable[str]) -> Iterator[tuple[str, Visit]]:
    """The pages of a site in turn; while one is looked at, the next one loads."""

    def start(name: str) -> tuple[str, Visit]:
        return name, Visit(context.new_page(), site + name, site, wait_until="commit")

    coming = map(start, names)
    here = next(coming, None)
    while here:
        after = next(coming, None)
        yield here
        here[1].page.close()
        here = after


def faults_of(page: Page, address: str, site: str) -> list[str]:
    """Open `address`, loading nothing from outside `site`; what failed, and what looks wrong."""
    visit = Visit(page, address, site)
    visit.inspect()
    return visit.faults
