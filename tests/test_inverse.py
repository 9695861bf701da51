"""The inverse problem: gaps in known shapes, what their kernels can be, and kernels that give them back."""

import array_api_strict
import numpy as np
import pytest
import sympy as sp
from conftest import numpy_of
from hypothesis import given, settings
from hypothesis import strategies as st

import iem
from iem import BadInput, Refuted, Undecided
from iem.constructed import Constructed
from iem.evaluate import evaluate
from iem.inverse import TAU, Gap, gap_of
from iem.kernels import KERNELS
from iem.monotone import limit, pattern, smooth
from iem.shapes import Z

x = sp.Symbol("x", positive=True)
g, m, b, s, sigma = sp.symbols("g m b s sigma", positive=True)

# Each activation with its gap in units of the temperature.
SHAPES = {
    "tanh(g*z)": 2 * g * Z,
    "(exp(z)-1)/(exp(z)+1)": Z,
    "z/(1+abs(z))": sp.sign(Z) * sp.log(1 + 2 * sp.Abs(Z)),
    "s*z/(1+s*abs(z))": sp.sign(Z) * sp.log(1 + 2 * s * sp.Abs(Z)),
    "z*abs(z)/(1+z**2)": sp.sign(Z) * sp.log(1 + 2 * Z**2),
    "z/sqrt(1+z**2)": 2 * sp.asinh(Z),
    "2/pi*atan(pi*z/2)": 2 * sp.atanh(2 / sp.pi * sp.atan(sp.pi * Z / 2)),
    "erf(z)": 2 * sp.atanh(sp.erf(Z)),
    "2*m*z/(1+m**2+z**2)": sp.log((m + Z) ** 2 + 1) - sp.log((Z - m) ** 2 + 1),
    "tanh(m)*tanh(z)": sp.log(sp.cosh(m + Z)) - sp.log(sp.cosh(m - Z)),
}
PLAIN = {
    "tanh(z)": np.tanh,
    "z/(1+abs(z))": lambda z: z / (1 + np.abs(z)),
    "z/sqrt(1+z**2)": lambda z: z / np.sqrt(1 + z**2),
    "2/pi*atan(pi*z/2)": lambda z: 2 / np.pi * np.arctan(np.pi * z / 2),
    "2*z/(2+z**2)": lambda z: 2 * z / (2 + z**2),
    "tanh(clip(z, -1, 1))": lambda z: np.tanh(np.clip(z, -1, 1)),
    "z/(1+z**4)": lambda z: z / (1 + z**4),
}


@pytest.mark.parametrize("text", SHAPES)
def test_gaps_come_in_known_shapes(text):
    gap = gap_of(text)
    assert sp.expand(gap.expr / TAU - SHAPES[text]) == 0
    assert gap.at_one == gap.expr.subs(TAU, 1)
    assert gap.derivation.end == gap.activation


@pytest.mark.parametrize("text", SHAPES)
def test_false_shapes_are_refused(text):
    gap = gap_of(text)
    for false in (2 * gap.expr, gap.expr + Z, -gap.expr, gap.expr.subs(Z, 2 * Z)):
        with pytest.raises(Refuted):
            gap.shaped(false)


def test_the_sign_cannot_be_dropped():
    with pytest.raises(Refuted, match="z < 0"):
        gap_of("z/(1+abs(z))").shaped(TAU * sp.log(1 + 2 * sp.Abs(Z)) * sp.sign(Z) ** 2)


@pytest.mark.parametrize("name", ["gaussian", "laplace"])
def test_an_activation_gives_the_gap_of_its_energies_back(name):
    made = iem.activation(name, "mean")
    assert gap_of(made).expr == made.gap.end
    assert gap_of(made.expr).expr == made.gap.end


@settings(max_examples=12)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 2), st.integers(1, 9))
def test_the_mean_gives_the_activation_back(p, q, power, top):
    scale = sp.Rational(p, q)
    a = (
        sp.Rational(min(top, 9), 9)
        * (scale * Z) ** (2 * power - 1)
        / (1 + sp.Abs(scale * Z) ** (2 * power - 1))
    )
    gap = gap_of(a)
    z = np.linspace(-3, 3, 13)
    back = np.tanh(evaluate(gap.at_one, {"z": z}, np) / 2)
    w = float(scale) * z
    size = np.abs(w) ** (2 * power - 1)
    np.testing.assert_allclose(back, min(top, 9) / 9 * np.sign(w) * size / (1 + size), rtol=0, atol=1e-14)


# Domains


def test_domains():
    assert gap_of("z/(1+abs(z))").domain == sp.S.Reals
    assert gap_of("clip(z, -1, 1)").domain == sp.Interval.open(-1, 1)
    assert gap_of("clip(2*z, -1, 1)").domain == sp.Interval.open(-sp.Rational(1, 2), sp.Rational(1, 2))
    assert gap_of("clip(z, -s, s)/s").domain == sp.Interval.open(-s, s)
    assert gap_of("clip(z, -1, 1)/2").domain == sp.S.Reals


REFUSED = {
    "z": "is 1.2500 at z = 5/4",
    "1.01*tanh(z)": "lies between them",
    "z**3": "lies between them",
    "1/(1+exp(-z))": "is not odd.*2/\\(1 \\+ exp\\(-z\\)\\) - 1 is",
    "cos(z)/2": "is not odd",
    "tanh(z+1)": "is not odd",
    "abs(z)/(1+abs(z))": "is not odd",
    "sign(z)": "nowhere finite but at 0",
    "1/z": "zoo at z = 0",
    "log(z)": "zoo at z = 0",
    "sqrt(z)": "lies between them, but sqrt",
    "3": "a function of z",
    "m": "a function of z",
    "sin(z)": "the function sin is not known",
    "z +": "not a formula",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_odd_activation(text):
    with pytest.raises(BadInput, match=REFUSED[text]):
        gap_of(text)


@pytest.mark.parametrize(
    "value",
    [None, 1.0, b"z", ["z"], sp.Symbol("y", real=True), Z / (2 + sp.Float(1) * Z**2),
     sp.Symbol("q") * Z, sp.gamma(Z) * Z, iem.activation("gaussian", "full")],
    ids=str,
)  # fmt: skip
def test_what_is_no_activation(value):
    with pytest.raises(BadInput):
        gap_of(value)


@pytest.mark.parametrize("text", ["z*cos(z)/(1+z**2)", "tanh(z)*abs(cos(z))"])
def test_a_bound_that_was_not_shown_is_not_assumed(text):
    with pytest.raises(Undecided):
        gap_of(text)


# What the kernels can be

# continuous, increasing, and kernels: increasing, convex, normalisable
VERDICTS = {
    "tanh(g*z)": (True, True, True, True, True),
    "tanh(z**3)": (True, True, True, True, True),
    "erf(z)": (True, True, True, True, True),
    "z/(1+abs(z))": (True, True, True, False, True),
    "z/sqrt(1+z**2)": (True, True, True, False, True),
    "2/pi*atan(pi*z/2)": (True, True, True, None, True),
    "tanh(clip(z,-m,m)/b)": (True, False, True, True, True),
    "tanh(clip(z,-1,1))": (True, False, None, None, True),
    "tanh(m)*tanh(z)": (True, True, True, True, True),
    "2*m*z/(1+m**2+z**2)": (True, False, True, False, True),
    "2*z/(2+z**2)": (True, False, None, False, None),
    "m*z/(2+2*m**2+2*z**2)": (True, False, None, False, False),
    "z/(1+z**4)": (True, False, None, False, False),
    "sign(z)/2": (False, False, None, None, None),
    "clip(z,-1,1)": (True, True, True, True, True),
    "z/(2+sign(z)**2*abs(z))": (True, True, True, False, True),
}


@pytest.mark.parametrize("text", VERDICTS)
def test_verdicts(text):
    gap = gap_of(text)
    found = (
        gap.continuous,
        gap.increasing,
        gap.increasing_kernel,
        gap.convex_kernel,
        gap.normalisable_kernel,
    )
    assert tuple(f.holds for f in found) == VERDICTS[text]
    assert all(str(f) in str(gap) for f in found)


def test_how_fast_a_redescending_kernel_grows():
    assert "power -2" in gap_of("2*m*z/(1+m**2+z**2)").normalisable_kernel.why
    assert "power -1/2" in gap_of("m*z/(2+2*m**2+2*z**2)").normalisable_kernel.why
    assert "for m < 2 " in gap_of("2*z/(2+z**2)").normalisable_kernel.why
    assert "for any m > 2;" in gap_of("2*z/(2+z**2)").increasing_kernel.why


FAMILIES = {
    "tanh(m*z/(tau*sigma**2))": "u**2/(2*sigma**2)",
    "tanh(clip(z,-m,m)/(tau*b))": "u/b",
    "2*m*z/(1+m**2+z**2)": "tau*log(1+u**2)",
    "tanh(m)*tanh(z)": "tau*log(cosh(u))",
    "tanh(z*m*(z**2+m**2))": "tau*u**4/4",
}


@pytest.mark.parametrize("text", FAMILIES)
def test_one_kernel_for_all_m(text):
    from iem.parse import parse

    u = sp.Symbol("u", positive=True)
    expected = parse(FAMILIES[text], lambda name: sp.Symbol(name, positive=True))
    assert sp.simplify(gap_of(text).one_for_all_m - expected.subs(sp.Symbol("u", positive=True), u)) == 0


@pytest.mark.parametrize("text", ["m*z/(1+m*abs(z))", "tanh(m*z**3)", "tanh(z/m)", "tanh(m**3*z**3)"])
def test_a_family_without_one_kernel(text):
    gap = gap_of(text)
    with pytest.raises(Refuted, match="one kernel for all m"):
        _ = gap.one_for_all_m
    assert gap.verdict["one kernel for all m"].holds is False


def test_without_m_there_is_no_family():
    assert gap_of("tanh(z)").one_for_all_m is None
    assert "one kernel for all m" not in gap_of("tanh(z)").verdict


# Kernels that give the activation back


def mean(d, z, m, tau=1.0, xp=np):
    energies = xp.stack([d(z - m), d(z + m)], axis=-1)
    return iem.responsibilities(energies, tau)[..., 0] * 2 - 1


@pytest.mark.parametrize("tau", [1.0, 0.5])
@pytest.mark.parametrize("m", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("text", PLAIN)
def test_the_constructed_kernel_gives_the_activation_back(text, m, tau):
    z = np.concatenate([np.linspace(-30, 30, 601), [-1e3, -m, 0, m, 1e3]])
    d = gap_of(text).kernel(m, tau=tau)
    np.testing.assert_allclose(mean(d, z, m, tau), PLAIN[text](z), rtol=0, atol=1e-12)
    u = np.linspace(0, 20, 2001)
    np.testing.assert_array_equal(d(u), d(-u))


def test_with_parameters_and_special_functions():
    from math import erf

    z = np.linspace(-2, 2, 41)
    d = gap_of("erf(g*z)").kernel(0.5, g=0.5)
    np.testing.assert_allclose(mean(d, z, 0.5), [erf(v / 2) for v in z], rtol=0, atol=1e-12)
    d = gap_of("tanh(m*z/(tau*sigma**2))").kernel(0.5, sigma=2.0)
    np.testing.assert_allclose(mean(d, z, 0.5), np.tanh(z / 8), rtol=0, atol=1e-12)


@pytest.mark.parametrize("text", [t for t in VERDICTS if VERDICTS[t][1] and "g" not in t])
@pytest.mark.parametrize("m", [0.3, 0.9])
def test_an_increasing_gap_has_an_increasing_kernel(text, m):
    d = gap_of(text).kernel(m)
    u = np.linspace(0, min(2.0, d.edge + m - 0.01), 400)
    assert np.all(np.diff(d(u)) > 0)


@pytest.mark.parametrize("m", [0.5, 2.0])
def test_a_gap_on_an_interval(m):
    d = gap_of("clip(z, -1, 1)").kernel(m)
    z = np.linspace(-1, 1, 41) * min(1 + 2 * m - 0.01, 3)
    np.testing.assert_allclose(mean(d, z, m), np.clip(z, -1, 1), rtol=0, atol=1e-12)
    assert np.isinf(d(m + 1.0)) and np.isfinite(d(m + 0.99))


def test_every_array_library(xp, dtype):
    d = gap_of("z/(1+abs(z))").kernel(0.5)
    u = xp.asarray([-3.0, -0.25, 0.0, 2.0], dtype=getattr(xp, dtype))
    found = d(u)
    assert found.dtype == u.dtype
    np.testing.assert_allclose(numpy_of(found), d(numpy_of(u).astype("float64")), rtol=1e-6)
    assert d(array_api_strict.zeros((0,))).shape == (0,)


@pytest.mark.parametrize("m", [0, -1, float("nan"), "m", None, np.ones(2)], ids=str)
def test_a_kernel_needs_one_location(m):
    with pytest.raises(BadInput):
        gap_of("z/(1+abs(z))").kernel(m)


def test_bad_calls_of_kernels():
    gap = gap_of("tanh(g*z)")
    for wrong in ({}, {"g": -1}, {"g": 1, "s": 1}, {"g": 1, "tau": 0}, {"g": 1, "tau": -1}):
        with pytest.raises(BadInput):
            gap.kernel(1.0, **wrong)
    d = gap.kernel(1e-3, g=1.0)
    for u in ([np.nan], [np.inf], [1e9], "u", [1j]):
        with pytest.raises(BadInput):
            d(u)
    assert isinstance(d, Constructed) and isinstance(gap, Gap) and "2*g*tau*z" in repr(d)


# The sign of a function, from its derivatives

SIGNS = {
    x - sp.tanh(x): (1,),
    sp.log(1 + x) - x: (-1,),
    sp.exp(x) - 2 - x: (-1, 1),
    x**2 - 1: (-1, 1),
    1 - x: (1, -1),
    sp.tanh(x) - x / 2: (1, -1),
    x / 2 - sp.log(1 + x): (-1, 1),
    1 - sp.erf(x): (1,),
    1 - x / sp.sqrt(1 + x**2): (1,),
    x**4 - x + 1: (1,),
    -(x**4) + x - 1: (-1,),
    x**2 - 2 * m * x + m**2 + 1: (1,),
    sp.S.Zero: (0,),
    (x + 1) ** 2 - x**2 - 2 * x - 1: (0,),
}  # fmt: skip
OPEN = [
    sp.cos(x),
    1 - sp.sin(x),
    sp.Abs(x - 1),
    1 / (x - 1),
    sp.log(x - 1),
    (x - 1) * (x - 2),
    m - x * m**2 - sp.sin(x),
]


@pytest.mark.parametrize("f", SIGNS, ids=str)
def test_signs(f):
    assert pattern(f, x) == SIGNS[f]


@pytest.mark.parametrize("f", OPEN, ids=str)
def test_signs_that_are_left_open(f):
    assert pattern(f, x) is None


def test_a_pattern_is_never_false():
    """Random combinations: wherever a pattern is claimed, numbers agree."""
    parts = [sp.S.One, x, x**2, sp.tanh(x), sp.exp(-x), sp.log(1 + x), 1 / (1 + x), sp.sqrt(1 + x)]
    random = np.random.default_rng(7)
    at = np.array([1e-6, 1e-3, 0.1, 0.5, 1, 2, 5, 20, 100, 1e4])
    claimed = 0
    for _ in range(16):
        chosen = random.choice(len(parts), 3, replace=False)
        f = sp.Add(*(int(random.choice([-2, -1, 1, 2])) * parts[i] for i in chosen))
        signs = pattern(f, x)
        if signs is None:
            continue
        claimed += 1
        values = np.sign([float(sp.N(f.subs(x, sp.Rational(v)), 20)) for v in at])
        runs = [v for i, v in enumerate(values) if v and (i == 0 or v != values[i - 1])]
        assert runs in ([list(signs), [signs[0]], [signs[-1]]]), f
    assert claimed > 7


def test_smooth_and_limits():
    assert smooth(sp.log(1 - sp.tanh(x)), x) and not smooth(sp.log(x - 1), x)
    assert limit(sp.tanh(x), x, sp.oo) == 1 and limit(x / sp.sqrt(1 + x**2), x, sp.oo) == 1
    assert limit(sp.log(x), x, 0) is None and limit(sp.sin(x), x, sp.oo) is None


def test_kernels_know_the_new_functions():
    u = np.linspace(-2, 2, 9)
    for text in ("asinh(u)**2", "atan(u)**2", "erf(u)**2", "u*sign(u)"):
        d = iem.kernel(text)
        assert text not in KERNELS
        np.testing.assert_allclose(d.energy(u, np), d.energy(-u, np))
    assert float(evaluate(sp.erf(Z), {"z": 0.5}, np)) == pytest.approx(0.5204998778, abs=1e-10)
    assert evaluate(sp.atanh(Z), {"z": 1.0}, np) == float("inf")
