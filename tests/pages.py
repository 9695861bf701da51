"""What is wrong with built pages: each check lists the faults of some HTML, or of a whole site."""

import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from bs4 import BeautifulSoup, Tag

LOADED = {"src", "srcset", "poster", "data", "href", "xlink:href"}  # but an <a> loads nothing
ELSEWHERE = re.compile(r"(?:^|,)\s*(?:https?:)?//", re.I)
LOADED_BY_CSS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:https?:)?//[^'\")\s]+)", re.I)
ADDRESS_IN_SCRIPT = re.compile(r"['\"`]((?:https?:)?//[\w.-]+\.\w[^'\"`\s]*)")
MARKUP = re.compile(r"\$|[_^]\{|\\[()\[\]]|\\begin\{|\{[a-z:-]+\}`|^(?:```|:::)", re.M)


def parse(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def read_pages(site: Path) -> dict[str, str]:
    """The HTML of every page of a site, by its name; `_static` holds templates, `lite` a program."""
    paths = sorted(path.relative_to(site) for path in site.rglob("*.html"))
    return {
        path.as_posix(): (site / path).read_text("utf-8")
        for path in paths
        if path.parts[0] not in ("_static", "lite")
    }


def broken_links(site: Path) -> list[str]:
    """Links and loaded files, in all pages, that lead to no file or no element of the site."""
    pages = {(site / name).resolve(): parse(html) for name, html in read_pages(site).items()}
    ids = {path: {tag["id"] for tag in page.select("[id]")} for path, page in pages.items()}

    def leads_nowhere(path: Path, link: str) -> bool:
        address, fragment = urldefrag(link)
        if urlsplit(address).scheme or address.startswith("//"):
            return False
        target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file():
            return True
        return bool(fragment) and target in ids and unquote(fragment) not in ids[target]

    return [
        f"{path.relative_to(site.resolve())}: {tag[name]}"
        for path, page in pages.items()
        for selector, name in [("a[href], link[href]", "href"), ("[src]", "src")]
        for tag in page.select(selector)
        if leads_nowhere(path, str(tag[name]))
    ]


def foreign(html: str) -> list[str]:
    """Addresses on other hosts that a page loads, or names in a script of its own."""
    page = parse(html)
    found = [
        str(value)
        for tag in page.find_all(True)
        if tag.name != "a" and "canonical" not in tag.get("rel", [])
        for name, value in tag.attrs.items()
        if name in LOADED and ELSEWHERE.search(str(value))
    ]
    styles = [tag.get_text() for tag in page("style")]
    styles += [str(tag["style"]) for tag in page.select("[style]")]
    found += [address for style in styles for address in foreign_css(style)]
    scripts = "\n".join(tag.get_text() for tag in page("script"))
    return found + ADDRESS_IN_SCRIPT.findall(scripts)


def foreign_css(css: str) -> list[str]:
    """Addresses on other hosts that a style sheet loads."""
    return LOADED_BY_CSS.findall(css)


def unnamed_images(html: str) -> list[str]:
    """Images without a text in their place; only outside the article may that text be empty."""
    page = parse(html)
    unnamed = [image for image in page("img") if "alt" not in image.attrs]
    for image in page.select("article img[alt], main img[alt]"):
        alt = str(image["alt"]).strip()
        if not alt or alt == image.get("src") or re.search(r"\.(png|svg|jpe?g|gif)$", alt):
            unnamed.append(image)
    unnamed += [svg for svg in page.select("svg[role=img]") if not svg.get("aria-label")]
    return [str(tag)[:120] for tag in unnamed]


def raw_markup(html: str) -> list[str]:
    """Lines of the article's prose that still hold markup, which should have become something."""
    article = parse(html).select_one("article") or parse(html)
    for tag in article.select("script, style, pre, code, svg, .math, .text_html"):
        tag.decompose()
    return [line for line in article.get_text().splitlines() if MARKUP.search(line)]


def empty_blocks(html: str) -> list[str]:
    """Theorems, exercises and solutions with a title only."""

    def text(block: Tag) -> str:
        title = block.find(class_="admonition-title")
        return block.get_text().replace(title.get_text() if title else "", "").strip()

    blocks = parse(html).select(".proof, .exercise, .solution")
    return [block.get_text().strip() for block in blocks if not text(block)]
