"""Formulas that a fuzzer makes up: each is refused with an error of our own, or is a kernel that computes.

`make fuzz` runs it, guided by coverage. What it needs, atheris, is in an environment of its own.
"""

import math
import sys

import atheris

with atheris.instrument_imports(include=["iem"]):
    import numpy as np

    import iem
    from iem import exact
    from iem.parse import FUNCTIONS

PIECES = [
    *FUNCTIONS,
    *"uszh0123456789.,()+-*/ _'\"[]{}:=<>!@~&|^%#\\\n",
    "**",
    "1e9",
    "tau",
    "lambda",
    "import",
]
EVIDENCE = np.asarray([-2.5, 0.0, 1.0])


def text(data: atheris.FuzzedDataProvider) -> str:
    """Any characters, or pieces of formulas."""
    if data.ConsumeBool():
        return data.ConsumeUnicodeNoSurrogates(60)
    return "".join(
        PIECES[data.ConsumeIntInRange(0, len(PIECES) - 1)] for _ in range(data.ConsumeIntInRange(0, 40))
    )


def once(raw: bytes) -> None:
    """One formula."""
    given = text(atheris.FuzzedDataProvider(raw))
    try:
        kernel = iem.kernel(given)
    except iem.BadInput as error:
        assert str(error)
        return
    free = kernel.free()
    assert not {"z", "tau", "h"} & set(free)
    if isinstance(kernel, iem.Formula):
        assert str(iem.kernel(kernel.text)) == str(kernel)
    bound = kernel.bound(dict.fromkeys(free, 1.5))
    try:
        values = np.asarray(bound.energy(EVIDENCE, np))
    except iem.BadInput:
        return
    symbolic = bound.exact().energy(exact.symbol("w"), exact)
    assert values.shape in ((), EVIDENCE.shape), (given, values)
    for u, value in zip(EVIDENCE, np.broadcast_to(values, EVIDENCE.shape), strict=True):
        point = {s: u if s.name == "w" else 1.5 for s in symbolic.free_symbols}
        try:
            there = complex(symbolic.subs(point).evalf(30))
        except (OverflowError, TypeError):  # a tower of powers; a pole
            continue
        if math.isfinite(value) and abs(there) < 1e12 and not there.imag:
            assert math.isclose(value, there.real, rel_tol=1e-6, abs_tol=1e-6), (given, u, value, there)


if __name__ == "__main__":
    atheris.Setup(sys.argv, once)
    atheris.Fuzz()
