"""The package as it is released: what the wheel and the sdist hold, and that the wheel works installed."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
from email.parser import BytesParser
from pathlib import Path
from sysconfig import get_path
from zipfile import ZipFile

import pytest
import yaml
from flit_core.buildapi import build_sdist, build_wheel

import iem

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NAME = f"iem-{PROJECT['version']}"
PACKAGE = {f"iem/{path.name}" for path in (ROOT / "iem").glob("*.py")} | {"iem/py.typed"}


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    """The folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    here = Path.cwd()
    os.chdir(ROOT)  # where the standard says that a back end is called
    try:
        build_sdist(str(folder))
        build_wheel(str(folder))
    finally:
        os.chdir(here)
    return folder


@pytest.fixture(scope="module")
def wheel(dist):
    (path,) = dist.glob("*.whl")
    return path


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    about = f"{NAME}.dist-info/"
    own = {about + name for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")}
    with ZipFile(wheel) as archive:
        assert set(archive.namelist()) == PACKAGE | own
        assert archive.read(about + "licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_the_sdist_holds_what_builds_the_wheel(dist, wheel):
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.removeprefix(f"{NAME}/") for name in archive.getnames()}
        assert names == PACKAGE | {"LICENSE", "README.md", "pyproject.toml", "PKG-INFO"}
        archive.extractall(dist / "unpacked", filter="data")
    (dist / "again").mkdir()
    build = "from flit_core.buildapi import build_wheel as b; b('../../again')"
    subprocess.run([sys.executable, "-c", build], check=True, cwd=dist / "unpacked" / NAME)
    with ZipFile(wheel) as first, ZipFile(next((dist / "again").glob("*.whl"))) as second:
        contents = [{name: z.read(name) for name in z.namelist()} for z in (first, second)]
    assert contents[0] == contents[1]


def test_the_metadata_are_complete(dist):
    check = [sys.executable, "-m", "twine", "--no-color", "check", "--strict", *dist.glob("iem-*")]
    done = subprocess.run(check, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASSED") == 2


def test_the_metadata_say_what_the_project_says(wheel):
    with ZipFile(wheel) as archive:
        data = BytesParser().parsebytes(archive.read(f"{NAME}.dist-info/METADATA"))
    assert data["Version"] == iem.__version__
    assert data["License-Expression"] == "MIT"
    assert data["Author"] == "the contributors of this project"
    assert data["Requires-Python"] == ">=3.11"
    for field in ("Summary", "Keywords", "Classifier", "Description-Content-Type"):
        assert data[field], field
    assert "Project-URL" not in data  # none is known
    assert not [c for c in data.get_all("Classifier") if c.startswith("License ::")]  # PEP 639


@pytest.mark.parametrize(
    "requirement", sum(PROJECT["optional-dependencies"].values(), PROJECT["dependencies"])
)
def test_every_dependency_has_a_lower_bound(requirement):
    assert ">=" in requirement  # or "the oldest allowed" would mean nothing


def test_the_wheel_works_where_it_is_installed(wheel, tmp_path):
    place = tmp_path / "fresh"
    venv.create(place, with_pip=False)
    scripts = place / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    target = Path(get_path("purelib", "venv", {"base": str(place)}))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
        + ["--disable-pip-version-check", wheel],
        check=True,
    )
    # Its dependencies are seen by name, one by one: the source folder must not stand in for the wheel.
    for name in ("sympy", "mpmath"):
        module = __import__(name)
        (target / name).symlink_to(Path(module.__file__).parent, target_is_directory=True)

    def run(*command):
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""}
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    where = run(python, "-c", "import iem; print(iem.__file__, iem.__version__)")
    assert where == f"{target / 'iem' / '__init__.py'} {PROJECT['version']}"
    assert "usage: iem" in run(scripts / "iem", "--help")
    assert "tanh(m*z/(sigma**2*tau))" in run(scripts / "iem", "derive", "gaussian", "mean")
    typed = "from importlib.resources import files; print((files('iem') / 'py.typed').is_file())"
    assert run(python, "-c", typed) == "True"


def test_one_version_everywhere():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["version"]
    log = (ROOT / "CHANGELOG.md").read_text("utf-8")
    latest = re.findall(r"^## (\d+\.\d+\.\d+)", log, re.M)[:1]
    assert {iem.__version__, PROJECT["version"], cited, *latest} == {iem.__version__}
    assert latest
