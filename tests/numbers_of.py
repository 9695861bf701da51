"""Activations and expressions at one set of numbers, for tests that compare forms with values."""

from functools import cache

import numpy as np
import sympy as sp

from iem import KERNELS, Gate, Signs, activation
from iem.evaluate import evaluate

GIVEN = {
    "m": 1.3,
    "sigma": 0.8,
    "b": 0.7,
    "s": 0.9,
    "nu": 2.5,
    "delta": 0.6,
    "p": 3.0,
    "kappa": 1.1,
    "t": 1.7,
}
NUMBERS = {  # a parameter that no test knows of is 0.9
    name: GIVEN.get(name, 0.9)
    for name in [*GIVEN, *(n for kind in KERNELS.values() for n in kind().free())]
}


@cache
def made(name, statistic, kind="signs"):
    prior = (0.75, 0.25) if kind == "prior" else None
    return activation(name, statistic, Gate() if kind == "gate" else Signs(prior=prior))


def values_of(a, z, temperature=0.7):
    return a(np.asarray(z, float), tau=temperature, **{name: NUMBERS[name] for name in a.free()})


def number(expr, **changes):
    """The value of an expression, or of each of its components, at the numbers."""
    if isinstance(expr, sp.Tuple):
        return np.stack([number(e, **changes) for e in expr], axis=-1)
    values = {"tau": 0.7, **NUMBERS, **changes}
    with np.errstate(all="ignore"):
        return (
            np.asarray(evaluate(expr, values, np), float) if expr.free_symbols else np.asarray(float(expr))
        )
