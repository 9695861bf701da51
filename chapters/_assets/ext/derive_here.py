"""What the page that derives in the browser loads: this project's packages, and a started interpreter.

`packages.zip` holds iem as it is here, SymPy and mpmath as they are installed. `snapshot.bin` is the memory
of Pyodide's interpreter with them imported, made by the Node that comes with playwright, while the pages
are written; without a Node the page imports them itself, which takes longer. Both are kept in
`_build/derive` until one of their sources changes.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

from sphinx.util import logging

PACKAGES = ("iem", "sympy", "mpmath")
TESTS = {"tests", "benchmarks", "__pycache__"}
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
STORE = ROOT / "_build" / "derive"
VENDOR = HERE.parent / "site" / "vendor" / "pyodide"
LOADED = ("pyodide.asm.wasm", "python_stdlib.zip")  # by Pyodide itself; the page counts their bytes
log = logging.getLogger(__name__)


def packed() -> bytes:
    """The sources of the packages as a zip file, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in PACKAGES:
            folder = ROOT / name if name == "iem" else Path(find_spec(name).origin).parent
            for path in sorted(folder.rglob("*.py")):
                inside = path.relative_to(folder.parent)
                if not TESTS.intersection(inside.parts):
                    archive.writestr(
                        zipfile.ZipInfo(inside.as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED
                    )
    return buffer.getvalue()


def node() -> str | None:
    """The path of a Node: playwright's own, or one on the PATH."""
    spec = find_spec("playwright")
    if spec:
        own = Path(spec.origin).parent / "driver" / ("node.exe" if sys.platform == "win32" else "node")
        if own.is_file():
            return str(own)
    return shutil.which("node")


def start(app):
    """Begin the snapshot beside the build, unless it is there already."""
    if app.builder.format != "html":
        return
    STORE.mkdir(parents=True, exist_ok=True)
    packages = packed()
    sources = [packages, (HERE / "snapshot.mjs").read_bytes()]
    sources += [path.read_bytes() for path in sorted(VENDOR.iterdir())]
    key = hashlib.sha256(b"".join(hashlib.sha256(s).digest() for s in sources)).hexdigest()[:16]
    app.derive = {"packages": STORE / f"{key}.zip", "snapshot": STORE / f"{key}.bin", "key": key}
    if not app.derive["packages"].exists():
        for old in STORE.iterdir():
            if old.suffix in (".zip", ".bin"):
                old.unlink(missing_ok=True)
        _put(app.derive["packages"], packages)
    runs = node()
    if app.derive["snapshot"].exists() or not runs:
        return
    app.derive["draft"] = STORE / f"{key}.{os.getpid()}"
    command = [runs, HERE / "snapshot.mjs", f"{VENDOR}/", app.derive["packages"], app.derive["draft"]]
    app.derive["process"] = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _put(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


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
    shutil.copyfile(made["packages"], target / "packages.zip")
    sizes = {name: (VENDOR / name).stat().st_size for name in LOADED}
    sizes["packages.zip"] = made["packages"].stat().st_size
    if made["snapshot"].exists():
        shutil.copyfile(made["snapshot"], target / "snapshot.bin")
        sizes["snapshot.bin"] = made["snapshot"].stat().st_size
    else:
        (target / "snapshot.bin").unlink(missing_ok=True)
    (target / "files.json").write_text(json.dumps({"key": made["key"], "sizes": sizes}), "utf-8")


def setup(app):
    app.connect("builder-inited", start)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
