"""Expressions computed on numbers and on arrays: the same value, exact arithmetic's where there is one."""

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
        (-10.0, 400.0, math.inf),
        (-10.0, 401.0, -math.inf),
        (-2.0, 3.0, -8.0),
        (0.0, 0.0, 1.0),
    ],
)
def test_powers_of_numbers(base, exponent, value):
    a, b = sp.symbols("a b")
    assert evaluate(sp.Pow(a, b), {"a": base, "b": exponent}, np) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize("x", [-math.inf, -3.0, -1.0, -0.5, 0.0, 1.0, 3.0, 800.0, math.inf])
@pytest.mark.parametrize("f", [sp.log, lambda y: sp.log(1 + y), sp.atanh, sp.exp, lambda y: sp.exp(y) - 1])
def test_functions_of_a_number_are_those_of_an_array(f, x):
    y = sp.Symbol("y")
    with np.errstate(all="ignore"):
        wanted = evaluate(f(y), {"y": np.asarray([x])}, np)[0]
    assert evaluate(f(y), {"y": x}, np) == pytest.approx(wanted, rel=1e-15, nan_ok=True)
