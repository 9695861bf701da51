"""JupyterLite with every chapter, built beside the book into `lite/`, and the menu that opens it there.

The Python of the browser is the vendored Pyodide. `pyodide-lock.json` says where its packages are: those of
the kernel, `iem`, SymPy and mpmath are wheels of this site (see `wheels.py`), all others stay in Pyodide's
own distribution, from which the reader's browser fetches them. What is made is kept in `_build/lite` until
one of its sources changes.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from urllib.parse import quote

import wheels
from plain import plain, statements
from sphinx.util import logging

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
STORE = ROOT / "_build" / "lite"
LITE = HERE.parent / "lite"
VENDOR = HERE.parent / "site" / "vendor" / "pyodide"
PLUGIN = "@jupyterlite/pyodide-kernel-extension"
BESIDE = ("claims.yml", "data/success.json")  # what the chapters read, beside each other
# Packed from the locked environment; the browser loads them at the start, with `browser_kernel` and `iem`.
PACKED = (
    *("sympy", "mpmath", "pyyaml", "array-api-compat", "comm", "traitlets", "ipython", "jedi", "parso"),
    *("ipython-pygments-lexers", "pygments", "prompt-toolkit", "wcwidth", "stack-data", "executing"),
    *("asttokens", "pure-eval", "matplotlib-inline", "threadpoolctl"),
)
# A build for Pyodide that is not in its distribution but on PyPI, with the hash given there.
FLINT = {
    "version": "0.9.0",
    "file_name": "https://files.pythonhosted.org/packages/2f/6b/660e6982354b07080fc23459b0e30e02b84076dc7876"
    "c48de07e30e1da4b/python_flint-0.9.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl",
    "sha256": "b31f5c00e0e36040ab58d00b3025156e20869b990d776e4bf90f870b1ee11ad3",
    "imports": ["flint"],
}
UNUSED = (  # fonts for old browsers, and what JupyterLite itself is built with
    *("build/fa-*.svg", "build/fa-*.eot", "build/fa-*.ttf", "build/fa-*.woff"),
    *("rspack.*", "package.json", "*/package.json"),
)
log = logging.getLogger(__name__)


# What the browser loads


def own_wheels(folder: Path) -> dict[str, Path]:
    """The wheels of this site by the names of their packages; those not made elsewhere go into `folder`."""
    found = {name: wheels.wheel(name) for name in ("iem", *PACKED)}
    kernel = _extension() / "static" / "pypi"
    for path in (*kernel.glob("*.whl"), *VENDOR.glob("*.whl")):
        name = path.name.split("-")[0].replace("_", "-")
        if name != "widgetsnbextension":
            found[name] = path
    start = folder / "browser_kernel-1-py3-none-any.whl"
    title = "browser_kernel-1.dist-info"
    with zipfile.ZipFile(start, "w") as archive:
        for path in sorted([LITE / "browser_kernel.py", *(LITE / "profile_default").iterdir()]):
            inside = path.relative_to(LITE).as_posix()
            if path.is_file():
                place = inside if path.parent == LITE else f"browser_profile/{inside}"
                archive.writestr(zipfile.ZipInfo(place), path.read_bytes())
        metadata = "Metadata-Version: 2.1\nName: browser-kernel\nVersion: 1\n"
        for name, text in (("METADATA", metadata), ("WHEEL", wheels.PURE), ("RECORD", "")):
            archive.writestr(zipfile.ZipInfo(f"{title}/{name}"), text)
    return {**found, "browser-kernel": start}


def lock(own: dict[str, Path], distribution: str) -> dict:
    """Pyodide's lock: `own` wheels by their place in this site, others by an address in `distribution`."""
    made = json.loads((VENDOR / "pyodide-lock.json").read_text("utf-8"))
    packages = made["packages"]
    for package in packages.values():
        package["file_name"] = f"{distribution}/{package['file_name']}"
    common = {"depends": [], "install_dir": "site", "package_type": "package", "unvendored_tests": False}
    packages["python-flint"] = {"name": "python-flint", **common, **FLINT}
    for name, path in own.items():
        with zipfile.ZipFile(path) as archive:
            roots = {entry.split("/")[0].removesuffix(".py") for entry in archive.namelist()}
        packages[name] = {
            "name": name,
            "version": path.name.split("-")[1],
            "file_name": f"../{wheels.address(path)}",
            "sha256": wheels.sha256(path),
            "imports": sorted(root for root in roots if root.isidentifier()),
            **common,
        }
    return made


# The chapters there


def banner(name: str, notebook: dict) -> str:
    """What the reader of a chapter is told first: what it needs from the network."""
    measured = json.loads((LITE / "offline.json").read_text("utf-8")).get(name, {})
    sys.path.insert(0, str(LITE))
    from browser_kernel import OUTSIDE, needed
    from measure import digest

    sys.path.remove(str(LITE))
    runs, wants, cells = [], set(), [c for c in notebook["cells"] if c["cell_type"] == "code"]
    for number, cell in enumerate(cells, 1):
        source, wanted = measured.get(cell["id"], ("", None))
        if source == digest("".join(cell["source"])) and wanted is not None:
            wants |= {wanted} - {""}
            runs += [] if wanted else [number]
        wants |= needed("".join(cell["source"]))
    titles = [title for module, (_, title, _) in OUTSIDE.items() if module in wants]
    hosts = sorted({host for module, (_, _, host) in OUTSIDE.items() if module in wants})
    text = [
        "**This chapter runs in your browser**, on your own machine. Python, SymPy and `iem` come from the "
        "site of this book. Run it from the top with *Run*, *Run All Cells*; the start takes some seconds.",
        f"**Without a network** {len(runs)} of its {len(cells)} code cells run"
        + (": all of them." if len(runs) == len(cells) else f": {ranges(runs)}, counted from the top."),
    ]
    if wants:
        text.append(
            f"**The others need the network**: {' and '.join(hosts)}, for {', '.join(titles)}. These are "
            "fetched, up to some 50 MB, before the first cell that uses them. Without a network such a "
            "cell says that it was not finished, and the others go on."
        )
    text.append(
        "What you change is kept in this browser alone; *Help*, *Clear Browser Data* brings back the "
        "chapters as they were published."
    )
    return "\n\n".join(text)


def ranges(numbers: list[int]) -> str:
    """Numbers in rising order in few words: `1 to 3, 5`."""
    parts, start = [], 0
    for i, number in enumerate(numbers, 1):
        if i == len(numbers) or numbers[i] != number + 1:
            first = numbers[start]
            parts.append(
                f"{first}"
                if first == number
                else f"{first}{', ' if number == first + 1 else ' to '}{number}"
            )
            start = i
    return ", ".join(parts)


def joined(text):
    """Lines as one text, which is what is shown as it is stored; anything else unchanged."""
    return "".join(text) if isinstance(text, list) and all(isinstance(line, str) for line in text) else text


def prepared(name: str, notebook: dict, formulas: dict[str, str]) -> dict:
    """A chapter with its stored outputs as JupyterLite shows it, in place, below a banner."""
    for cell in notebook["cells"]:
        cell["source"] = joined(cell["source"])
        if cell["cell_type"] == "markdown":
            cell["source"] = plain(cell["source"], formulas)
        else:
            cell["metadata"]["trusted"] = True  # or the stored figures are not shown
        for output in cell.get("outputs", ()):
            if "text" in output:
                output["text"] = joined(output["text"])
            data = output.get("data", {})
            data.update({kind: joined(text) for kind, text in data.items()})
            if "text/html" in data:  # the only one of them that is shown
                data.pop("image/png", None)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" or cell["source"]]
    told = {
        "cell_type": "markdown",
        "id": "in-the-browser",
        "metadata": {},
        "source": banner(name, notebook),
    }
    notebook["cells"] = [told, *cells]
    notebook["metadata"]["kernelspec"] = {
        "display_name": "Python (Pyodide)",
        "language": "python",
        "name": "python",
    }
    return notebook


# The site


def _extension() -> Path:
    """The kernel for browsers, as it is installed."""
    return Path(sys.prefix) / "share" / "jupyter" / "labextensions" / PLUGIN


def assemble(chapters: Path, target: Path) -> None:
    """Build the site of JupyterLite into `target`."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_VERSION

    if f'"{PYODIDE_VERSION}"' not in (VENDOR / "pyodide.mjs").read_text("utf-8"):
        raise SystemExit(
            f"the kernel of JupyterLite is made for Pyodide {PYODIDE_VERSION}, not for the vendored one"
        )
    work = target.with_suffix(f".{os.getpid()}")
    contents = work / "contents"
    contents.mkdir(parents=True)
    notebooks = {path: json.loads(path.read_text("utf-8")) for path in sorted(chapters.glob("*.ipynb"))}
    formulas = statements(list(notebooks.values()))
    for path, notebook in notebooks.items():
        (contents / path.name).write_text(json.dumps(prepared(path.stem, notebook, formulas)), "utf-8")
    for name in BESIDE:
        if (chapters / name).exists():
            (contents / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(chapters / name, contents / name)

    own = own_wheels(work)
    kernel = {
        "pyodideUrl": "../../vendor/pyodide/pyodide.mjs",  # from a page in `lite/notebooks`
        "loadPyodideOptions": {
            "lockFileURL": "./pyodide-lock.json",
            "packages": sorted(own),
            "env": {"HOME": "/home/pyodide", "IPYTHONDIR": "/lib/python3.14/site-packages/browser_profile"},
        },
    }
    settings = {
        "appName": "Implicit EM",
        "exposeAppInBrowser": True,
        "litePluginSettings": {f"{PLUGIN}:kernel": kernel},
    }
    page = {"jupyter-lite-schema-version": 0, "jupyter-config-data": settings}
    (work / "jupyter-lite.json").write_text(json.dumps(page), "utf-8")
    options = {
        "apps": ["notebooks"],
        "contents": [str(contents)],
        "output_dir": str(work / "site"),
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(_extension())],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "no_libarchive": True,
    }
    (work / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": options}), "utf-8")
    command = [sys.executable, "-m", "jupyterlite_core", "build", "--lite-dir", work]
    made = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"JupyterLite was not built:\n{made.stdout[-1500:]}\n{made.stderr[-1500:]}")
    site = work / "site"
    for pattern in UNUSED:
        for path in site.glob(pattern):
            path.unlink()
    (site / "pyodide-lock.json").write_text(json.dumps(lock(own, PYODIDE_CDN_URL)), "utf-8")
    for path in own.values():
        wheels.place(path, work)
    (work / "wheels").rename(site / "wheels")
    try:
        site.rename(target)
    except OSError:  # another build was first
        if not target.exists():
            raise
    shutil.rmtree(work)


# The book


def begin(chapters: Path) -> tuple[Path, subprocess.Popen | None]:
    """The folder of the site of JupyterLite, and what is at work on it, unless it is there already."""
    sources = [*chapters.glob("*.ipynb"), *(chapters / name for name in BESIDE), *VENDOR.iterdir()]
    sources += [*LITE.rglob("*.*"), *HERE.glob("*.py"), _extension() / "package.json"]
    sources += [wheels.wheel(name) for name in ("iem", *PACKED)]
    sums = [
        f"{path.name} {wheels.sha256(path)}" for path in sources if path.is_file() and path.suffix != ".pyc"
    ]
    site = STORE / hashlib.sha256("\n".join(sorted(sums)).encode()).hexdigest()[:16]
    if site.exists():
        return site, None
    STORE.mkdir(parents=True, exist_ok=True)
    for old in STORE.iterdir():
        if "." not in old.name or time.time() - old.stat().st_mtime > 3600:  # not what another build is at
            shutil.rmtree(old, ignore_errors=True)
    command = [sys.executable, __file__, chapters, site]
    return site, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def put(made: Path, site: Path) -> None:
    """Copy what was made into a site."""
    shutil.rmtree(site / "lite", ignore_errors=True)
    shutil.copytree(made, site / "lite", ignore=shutil.ignore_patterns("wheels"))
    shutil.copytree(made / "wheels", site / "wheels", dirs_exist_ok=True)


def start(app):
    """Begin to build beside the book."""
    chapters = Path(app.srcdir) / "chapters"
    if app.builder.format == "html" and any(chapters.glob("*.ipynb")):
        app.lite = begin(chapters)


def finish(app, exception):
    """Put what was made into the book."""
    made, process = getattr(app, "lite", (None, None))
    if process:
        if exception:
            process.kill()
        _, told = process.communicate()
        if process.returncode and not exception:
            log.warning(
                "the chapters cannot be run in the browser:\n%s", told.decode(errors="replace")[-3000:]
            )
            return
    if made and not exception:
        put(made, Path(app.outdir))


def add_menu(app, pagename, templatename, context, doctree):
    """The ways to run a chapter, in one menu at its top."""
    if not hasattr(app, "lite") or not (Path(app.srcdir) / f"{pagename}.ipynb").exists():
        return
    pathto, buttons = context["pathto"], context["header_buttons"]
    name = Path(pagename).name
    group = next((b for b in buttons if b.get("label") == "launch-buttons"), None)
    if group is None:
        group = {"type": "group", "icon": "fas fa-rocket", "buttons": [], "label": "launch-buttons"}
        buttons.insert(0, group)
    group["tooltip"] = "Run this chapter"
    links = [
        ("JupyterLite", "Run it in this browser", "_static/images/logo_jupyterlite.svg",
         f"{pathto('lite/notebooks/index.html', 1)}?path={quote(name)}.ipynb"),
        ("Download", "The notebook, as .ipynb", "fas fa-download",
         f"{pathto('_sources', 1)}/{context['sourcename']}"),
        ("How to run it", "The ways to run a chapter", "fas fa-circle-question", pathto("chapters/run")),
    ]  # fmt: skip
    own = [{"type": "link", "text": t, "tooltip": tip, "icon": i, "url": url} for t, tip, i, url in links]
    group["buttons"] = [own[0], *group["buttons"], *own[1:]]


def setup(app):
    app.setup_extension("wheels")
    app.connect("builder-inited", start)
    app.connect("html-page-context", add_menu, priority=510)  # after the theme's own buttons
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    assemble(Path(sys.argv[1]), Path(sys.argv[2]))
