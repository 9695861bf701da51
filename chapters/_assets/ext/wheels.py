"""Wheels for browsers: `iem` as it is here, other pure-Python packages as the locked environment has them.

Each is made once and kept in `_build/wheels`. In the site a wheel has a folder named by its content,
`wheels/HASH/NAME-VERSION-py3-none-any.whl`, so that no browser takes an older one from its cache.
"""

import base64
import hashlib
import os
import shutil
import tempfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[3]
STORE = ROOT / "_build" / "wheels"
UNUSED = {
    "tests",
    "benchmarks",
    "__pycache__",
    "django-stubs",
    "stubs",
}  # jedi's stubs: other packages' types
COMPILED = (".so", ".pyd", ".pyc", ".pyx", ".pxd", ".c", ".h")
KEPT = ("METADATA", "licenses", "LICENSE", "entry_points.txt")  # of an installed package's .dist-info
PURE = "Wheel-Version: 1.0\nGenerator: wheels.py\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel(name: str) -> Path:
    """The wheel of `iem` or of an installed package; of the latter without tests and compiled parts."""
    rule = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    if name == "iem":
        sources = sorted((ROOT / "iem").rglob("*.py")) + [ROOT / "pyproject.toml", ROOT / "README.md"]
        digest = hashlib.sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()[:12]
        folder = STORE / f"iem-0-{digest}-{rule}"
    else:
        folder = STORE / f"{name}-{distribution(name).version}-{rule}"
    if not folder.exists():
        STORE.mkdir(parents=True, exist_ok=True)
        for old in STORE.glob(f"{name}-[0-9]*"):
            shutil.rmtree(old, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=STORE) as draft:
            (_project if name == "iem" else _installed)(name, Path(draft) / "whl")
            try:
                (Path(draft) / "whl").rename(folder)
            except OSError:  # another build was first
                if not folder.exists():
                    raise
    return next(folder.glob("*.whl"))


def _project(name: str, folder: Path) -> None:
    from flit_core.wheel import make_wheel_in

    folder.mkdir()
    with patch.dict(os.environ, SOURCE_DATE_EPOCH="315532800"):  # the same bytes each time
        make_wheel_in(ROOT / "pyproject.toml", folder)


def _installed(name: str, folder: Path) -> None:
    made, files = distribution(name), {}
    for entry in made.files or ():
        parts = entry.parts
        if ".." in parts or UNUSED.intersection(parts) or entry.name.endswith(COMPILED):
            continue
        if parts[0].endswith(".dist-info") and parts[1] not in KEPT:
            continue
        files[entry.as_posix()] = entry.read_binary()
    (title,) = {path.split(".dist-info/")[0] for path in files if ".dist-info/" in path}
    files[f"{title}.dist-info/WHEEL"] = PURE.encode()
    record = f"{title}.dist-info/RECORD"
    sums = {path: base64.urlsafe_b64encode(hashlib.sha256(f).digest()) for path, f in files.items()}
    lines = [f"{p},sha256={s.decode().rstrip('=')},{len(files[p])}\n" for p, s in sorted(sums.items())]
    files[record] = "".join([*lines, f"{record},,\n"]).encode()
    folder.mkdir()
    with zipfile.ZipFile(folder / f"{title}-py3-none-any.whl", "w") as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path), files[path], zipfile.ZIP_DEFLATED, 9)


def sha256(path: Path) -> str:
    """The hash of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def address(made: Path) -> str:
    """Where a wheel is in the site."""
    return f"wheels/{sha256(made)[:16]}/{made.name}"


def place(made: Path, site: Path) -> str:
    """Put a wheel into the site; returns its address there."""
    (site / address(made)).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, site / address(made))
    return address(made)


def clear(app):
    """Wheels of an earlier build."""
    shutil.rmtree(Path(app.outdir) / "wheels", ignore_errors=True)


def setup(app):
    app.connect("builder-inited", clear)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
