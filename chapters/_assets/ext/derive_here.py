"""What the page that derives in the browser loads: this project's packages, and a started interpreter.

The packages are wheels, see `wheels.py`. `snapshot.bin` is the memory of Pyodide's interpreter with them
imported, made by the Node that comes with playwright, while the pages are written; without a Node the page
imports them itself, which takes longer. It is kept in `_build/derive` until one of its sources changes.
Its form offers every kernel and every statistic that the package names.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import wheels
from sphinx.util import logging

from iem.kernels import KERNELS
from iem.statistics import STATISTICS

PACKAGES = ("iem", "sympy", "mpmath")
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
STORE = ROOT / "_build" / "derive"
VENDOR = HERE.parent / "site" / "vendor" / "pyodide"
LOADED = ("pyodide.asm.wasm", "python_stdlib.zip")  # by Pyodide itself; the page counts their bytes
log = logging.getLogger(__name__)


def node() -> str | None:
    """The path of a Node: playwright's own, or one on the PATH."""
    spec = find_spec("playwright")
    if spec:
        own = Path(spec.origin).parent / "driver" / ("node.exe" if sys.platform == "win32" else "node")
        if own.is_file():
            return str(own)
    return shutil.which("node")


def options(table):
    """What a form offers of a table: each name, and what it shows where that says more."""
    shown = {name: getattr(kind, "shows", name) for name, kind in table.items()}
    return "".join(
        f'<option value="{name}">{name if name == more else f"{name}: {more}"}</option>'
        for name, more in shown.items()
    )


def offer(app, docname, source):
    """Fill the form of the page."""
    if docname.endswith("derive_here"):
        filled = source[0].replace("<!-- every kernel -->", options(KERNELS))
        source[0] = filled.replace("<!-- every statistic -->", options(STATISTICS))


def start(app):
    """Begin the snapshot beside the build, unless it is there already."""
    if app.builder.format != "html" or app.builder.name == "epub":
        return
    STORE.mkdir(parents=True, exist_ok=True)
    packages = [wheels.wheel(name) for name in PACKAGES]
    sources = [*packages, HERE / "snapshot.mjs", *sorted(VENDOR.iterdir())]
    key = hashlib.sha256("".join(map(wheels.sha256, sources)).encode()).hexdigest()[:16]
    app.derive = {"packages": packages, "snapshot": STORE / f"{key}.bin", "key": key}
    runs = node()
    if app.derive["snapshot"].exists() or not runs:
        return
    for old in STORE.glob("*.bin"):
        old.unlink(missing_ok=True)
    app.derive["draft"] = STORE / f"{key}.{os.getpid()}"
    command = [runs, HERE / "snapshot.mjs", f"{VENDOR}/", app.derive["draft"], *packages]
    app.derive["process"] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(app, exception):
    """Put what was made beside the page's scripts, with a list of sizes."""
    made = getattr(app, "derive", None)
    if made is None:
        return
    if process := made.pop("process", None):
        if exception:
            process.kill()
        _, told = process.communicate()
        if process.returncode == 0:
            made["draft"].replace(made["snapshot"])
        elif not exception:
            words = "\n".join(
                line[-200:] for line in told.decode(errors="replace").split("\n") if line.strip()
            )
            log.warning("no snapshot of the page's interpreter:\n%s", words[-1500:])
    if exception:
        return
    target = Path(app.outdir) / "derive"
    target.mkdir(exist_ok=True)
    sizes = {name: (VENDOR / name).stat().st_size for name in LOADED}
    addresses = [f"../{wheels.place(package, Path(app.outdir))}" for package in made["packages"]]
    sizes |= {package.name: package.stat().st_size for package in made["packages"]}
    if made["snapshot"].exists():
        shutil.copyfile(made["snapshot"], target / "snapshot.bin")
        sizes["snapshot.bin"] = made["snapshot"].stat().st_size
    else:
        (target / "snapshot.bin").unlink(missing_ok=True)
    files = {"key": made["key"], "packages": addresses, "sizes": sizes}
    (target / "files.json").write_text(json.dumps(files), "utf-8")


def setup(app):
    app.setup_extension("wheels")
    app.connect("source-read", offer)
    app.connect("builder-inited", start)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
