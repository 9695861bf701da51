"""Builds the PDF and the EPUB: `python chapters/_assets/ext/printed [--to DIR] pdf epub`.

Both come to `_build/print`, where the next build of the site finds them. A warning, a box that runs out of
the page, a missing letter, an unknown reference, a formula that is not typeset, or what the checker of
EPUBs finds is an error: see `checks`.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import checks

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
NAME = "implicit-em"
JAR = Path("/usr/share/java/epubcheck.jar")

FILES = {  # what LaTeX reads, and the Debian package that has it
    "sphinx's own packages": ("titlesec.sty", "texlive-latex-extra"),
    "unicode-math": ("unicode-math.sty", "texlive-xetex texlive-latex-recommended"),
    "hyperref's dingbats": ("pzdr.tfm", "texlive-fonts-recommended"),
}
FONTS = {"texgyrepagella-regular.otf": "fonts-texgyre", "texgyrepagella-math.otf": "fonts-texgyre-math"}
PROGRAMS = {"xelatex": "texlive-xetex", "latexmk": "latexmk", "rsvg-convert": "librsvg2-bin"}


def missing():
    """The Debian packages that a PDF needs and that are not installed."""
    wanted = [package for name, package in PROGRAMS.items() if not shutil.which(name)]
    if shutil.which("kpsewhich"):
        for file, package in FILES.values():
            if not told(["kpsewhich", file]):
                wanted += package.split()
    else:
        wanted += [name for _, package in FILES.values() for name in package.split()]
    known = told(["fc-list", ":", "file"]) if shutil.which("fc-list") else ""
    wanted += [package for file, package in FONTS.items() if file not in known]
    if "DejaVuSansMono.ttf" not in known:
        wanted.append("fonts-dejavu-core")
    return list(dict.fromkeys(wanted))


def told(command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace").stdout.strip()


def checker():
    """The command of epubcheck, or nothing."""
    if shutil.which("java") and JAR.exists():
        return ["java", "-jar", str(JAR)]
    found = shutil.which("epubcheck")
    return [found] if found else []


def refused(command, book):
    """What the checker of EPUBs says of a book that is not right, warnings included."""
    done = subprocess.run([*command, "--failonwarnings", book], capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""


def sphinx(builder, to, fresh):
    """Run Jupyter Book, strictly; the folder of what it wrote."""
    where = to / "_build" / builder
    shutil.rmtree(where, ignore_errors=True)
    kind = ["latex"] if builder == "latex" else ["custom", "--custom-builder", builder]
    command = [
        Path(sys.executable).with_name("jupyter-book"),
        "build",
        ROOT,
        "--path-output",
        to,
        "-W",
        "-n",
    ]
    command += ["--keep-going", "--quiet", *(["--all"] if fresh else []), "--builder", *kind]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "NO_COLOR": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode:
        said = [line for line in done.stderr.split("\n") if re.search("WARNING|ERROR|Error", line)]
        sys.exit(
            "\n".join(
                [f"The book could not be written for {builder}:", *(said[:20] or [done.stderr[-3000:]])]
            )
        )
    return where


def pdf(to, fresh=True):
    """The book as a PDF."""
    if wanted := missing():
        sys.exit(f"The PDF needs more Debian packages: apt-get install {' '.join(wanted)}")
    where = sphinx("latex", to, fresh)
    environment = {**os.environ, "max_print_line": "10000"}
    command = ["latexmk", "-xelatex", "-interaction=nonstopmode", "-halt-on-error", f"{NAME}.tex"]
    done = subprocess.run(
        command, cwd=where, env=environment, capture_output=True, text=True, errors="replace"
    )
    log = (where / f"{NAME}.log").read_text("utf-8", errors="replace")
    found = checks.log_faults(log)
    if done.returncode or found:
        sys.exit("\n".join(["LaTeX complains:", *found[:20], f"The log: {where / NAME}.log"]))
    if found := checks.pdf_faults(
        where / f"{NAME}.pdf", list(checks.titles(ROOT)), checks.live_figures(ROOT)
    ):
        sys.exit("\n".join(["The PDF is not right:", *found[:20], f"The file: {where / NAME}.pdf"]))
    return shutil.copy(where / f"{NAME}.pdf", to / f"{NAME}.pdf")


def epub(to, fresh=True):
    """The book as an EPUB, checked where the checker is installed."""
    where = sphinx("epub", to, fresh)
    made = where / f"{NAME}.epub"
    if found := checks.epub_faults(made, list(checks.titles(ROOT)), checks.live_figures(ROOT)):
        sys.exit("\n".join(["The EPUB is not right:", *found[:20], f"The file: {made}"]))
    if command := checker():
        if said := refused(command, made):
            sys.exit(f"epubcheck complains:\n{said[:3000]}")
    else:
        print("epubcheck is not installed: the EPUB was not checked (Debian package epubcheck)")
    return shutil.copy(made, to / f"{NAME}.epub")


def main():
    read = argparse.ArgumentParser(description=__doc__)
    read.add_argument("what", nargs="*", metavar="pdf|epub")
    read.add_argument("--to", type=Path, default=ROOT / "_build" / "print", metavar="DIR")
    read.add_argument(
        "--missing", action="store_true", help="name the Debian packages that are missing, and end"
    )
    given = read.parse_args()
    if given.missing:
        print(*missing(), *([] if checker() else ["epubcheck"]))
        return
    makers = {"pdf": pdf, "epub": epub}
    if not given.what or not set(given.what) <= set(makers):
        read.error("say what to build: pdf, epub, or both")
    to = given.to.resolve()
    to.mkdir(parents=True, exist_ok=True)
    for place, what in enumerate(given.what):
        made = makers[what](to, fresh=place == 0)
        print(f"{what.upper()}: {made}, {Path(made).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
