"""A book served on this machine, opened in a real browser: what goes wrong with a page there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Page

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


def faults_of(page: Page, address: str, site: str) -> list[str]:
    """Open `address`, loading nothing from outside `site`; what failed, and what looks wrong."""
    faults: list[str] = []
    page.on("console", lambda m: faults.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("response", lambda r: faults.append(f"{r.status}: {r.url}") if r.status > 399 else None)
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    page.route(lambda url: not url.startswith((site, "data:", "blob:")), lambda route: route.abort())
    page.goto(address)
    return faults + page.evaluate(INSPECT)
