"""Command lines that a fuzzer makes up: each ends with a status, and what is wrong is said in one place.

`make fuzz` runs it, guided by coverage. What it needs, atheris, is in an environment of its own.
"""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout

import atheris

with atheris.instrument_imports(include=["iem"]):
    import iem
    from iem.__main__ import main

WORDS = [
    *(
        "derive",
        "grid",
        "claims",
        "--latex",
        "--code",
        "--format",
        "--book",
        "--badge",
        "--help",
        "-h",
        "--",
    ),
    *("numpy", "torch", "jax", "text", "markdown", "latex", "html", "", "-", "nowhere", "."),
    *iem.KERNELS,
    *iem.STATISTICS,
    *("u**2", "abs(u)/b", "log(cosh(u/s))", "u*u*u", "u/0", "u**(1/2)", "__import__('os')", "u.real", "1"),
]


def once(raw: bytes) -> None:
    """One command line."""
    data = atheris.FuzzedDataProvider(raw)
    arguments = []
    for _ in range(data.ConsumeIntInRange(0, 6)):
        if data.ConsumeIntInRange(0, 7):
            arguments.append(WORDS[data.ConsumeIntInRange(0, len(WORDS) - 1)])
        else:
            arguments.append(data.ConsumeUnicodeNoSurrogates(12))
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as end:  # argparse, which says what it expects
            status = end.code
    assert status in (0, 2), (arguments, status)
    assert bool(err.getvalue()) == (status == 2), (arguments, err.getvalue())
    assert bool(out.getvalue()) == (status == 0), arguments


if __name__ == "__main__":
    atheris.Setup(sys.argv, once)
    atheris.Fuzz()
