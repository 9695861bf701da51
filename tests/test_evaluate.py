"""Powers of what is typed: on arrays as in exact arithmetic, wherever there is a real number."""

import math

import numpy as np
import pytest
import sympy as sp

import iem
from iem.evaluate import evaluate

U = np.asarray([-1.5, 0.0, 2.0])


@pytest.mark.parametrize(
    "text", ["2**u", "abs(u)**abs(u)", "(1 + u**2)**u", "s**u + u**s", "(1 + abs(u))**(-abs(u))"]
)
def test_exponents_may_depend_on_the_residual(text):
    kernel = iem.kernel(text).bound({"s": 2.0} if "s" in text.replace("abs", "") else {})
    u, s = sp.symbols("u s")
    exact = sp.sympify(text, {"abs": sp.Abs, "u": u, "s": s})
    wanted = [float(exact.subs({u: sp.Rational(x), s: 2})) for x in U.tolist()]
    np.testing.assert_allclose(kernel.energy(U, np), wanted, rtol=1e-14)


@pytest.mark.parametrize(
    ("base", "exponent", "value"),
    [
        (0.0, -1.0, math.inf),
        (-1.0, 0.5, math.nan),
        (10.0, 400.0, math.inf),
        (-2.0, 3.0, -8.0),
        (0.0, 0.0, 1.0),
    ],
)
def test_powers_of_numbers(base, exponent, value):
    a, b = sp.symbols("a b")
    assert evaluate(sp.Pow(a, b), {"a": base, "b": exponent}, np) == pytest.approx(value, nan_ok=True)
