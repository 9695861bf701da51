"""Every kernel: its energy, what it knows of itself, and its activations, proved and computed."""

import itertools
import re
from functools import cache, partial

import numpy as np
import pytest
import sympy as sp
from definitions import DEFINED, VECTORS, defined
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numbers_of import NUMBERS

import iem
from iem import KERNELS, STATISTICS, BadInput, Custom, Formula, activation, exact, kernel, zero
from iem.exact import symbol
from iem.kernels import Kernel
from iem.shapes import Z
from iem.snippet import snippet

ENERGIES = {
    "gaussian": lambda u: u**2 / (2 * 0.8**2),
    "laplace": lambda u: abs(u) / 0.7,
    "logistic": lambda u: 2 * np.log(np.cosh(u / 1.8)),
    "student-t": lambda u: 1.75 * np.log(1 + u**2 / (2.5 * 0.8**2)),
    "cauchy": lambda u: np.log(1 + (u / 0.8) ** 2),
    "huber": lambda u: np.where(abs(u) <= 0.6, u**2 / 2, 0.6 * (abs(u) - 0.3)),
    "pseudo-huber": lambda u: 0.36 * (np.sqrt(1 + (u / 0.6) ** 2) - 1),
    "sech": lambda u: np.log(np.cosh(u / 0.9)),
    "power": lambda u: abs(u / 0.9) ** 3 / 3,
    "cosine": lambda u: 1.1 * (1 - np.cos(u)),
}
FORMULAS = {
    "gaussian": "u**2/(2*sigma**2)",
    "laplace": "abs(u)/b",
    "logistic": "abs(u)/s + 2*log1p(exp(-abs(u)/s))",
    "student-t": "(nu + 1)/2*log(1 + u**2/(nu*sigma**2))",
    "huber": "clip(u, -delta, delta)*(u - clip(u, -delta, delta)/2)",
    "sech": "log(cosh(u/s))",
    "power": "abs(u/s)**p/p",
    "cosine": "kappa*(1 - cos(u))",
}
m, b, s, sigma, delta, tau = map(symbol, ("m", "b", "s", "sigma", "delta", "tau"))
TAILS = {  # K6: the saturation of the posterior mean of the signed pair
    "gaussian": sp.Integer(1),
    "laplace": sp.tanh(m / (b * tau)),
    "logistic": sp.tanh(m / (s * tau)),
    "student-t": sp.Integer(0),
    "cauchy": sp.Integer(0),
    "huber": sp.tanh(delta * m / tau),
    "pseudo-huber": sp.tanh(delta * m / tau),
    "sech": sp.tanh(m / (s * tau)),
    "power": None,
    "cosine": None,
}
GRID = list(itertools.product(KERNELS, STATISTICS))


@cache
def made(name, statistic):
    return activation(name, statistic)


def numbers(a):
    return {name: NUMBERS[name] for name in a.free()}


def test_the_tables_speak_of_the_same_kernels():
    assert set(ENERGIES) == set(TAILS) <= set(KERNELS)


@pytest.mark.parametrize("name", ENERGIES)
def test_energies(name):
    u = np.linspace(-4, 4, 41)
    free = kernel(name)
    bound = free.bound({p: NUMBERS[p] for p in free.free()})
    np.testing.assert_allclose(bound.energy(u, np), ENERGIES[name](u), rtol=1e-12, atol=1e-14)
    form = free.exact().energy(Z, exact)
    for at in (-2, sp.Rational(1, 3), 3):
        values = {symbol(p): sp.Rational(str(NUMBERS[p])) for p in free.free()} | {Z: at}
        assert float(form.subs(values)) == pytest.approx(float(ENERGIES[name](float(at))), rel=1e-12)


@pytest.mark.parametrize("name", ENERGIES)
def test_what_a_kernel_knows_of_itself(name):
    assert kernel(name).increasing is (name != "cosine")


# What holds for each kernel that is entered


def bound(name):
    return kernel(name).bound({p: NUMBERS[p] for p in kernel(name).free()})


@pytest.mark.parametrize("name", KERNELS)
def test_the_class_is_the_one_place_of_a_kernel(name):
    kind = KERNELS[name]
    assert kind.named == name and kind.title
    assert kernel(name) == kernel(name.upper().replace("-", "_")) == kind()
    assert getattr(iem, kind.__name__) is kind and kind.__name__ in iem.__all__
    assert ">>> " in kind.__doc__ and "Source: claim" in kind.__doc__ and r"\(d(u)" in kind.__doc__
    assert not set(kind.starts) - set(kind().free())
    assert kind.scaled().free() == (["s"] if kind().free() else [])


@pytest.mark.parametrize("name", KERNELS)
@given(u=arrays(float, 20, elements=st.floats(-50, 50)))
def test_an_energy_is_even_and_least_at_zero(name, u):
    energy = bound(name).energy
    assert energy(np.zeros(1), np) == 0
    assert (energy(u, np) >= -1e-15).all()
    np.testing.assert_allclose(energy(u, np), energy(-u, np), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", KERNELS)
def test_an_exact_energy_is_the_one_that_is_computed(name):
    form = kernel(name).exact().energy(Z, exact)
    assert form.subs(Z, 0) == 0
    assert zero(form - form.subs(Z, -Z)) is not False
    assert zero(form - form.subs(Z, 1 - Z)) is not True
    values = {symbol(p): sp.Rational(str(NUMBERS[p])) for p in kernel(name).free()}
    for at in (-7, sp.Rational(-1, 2), sp.Rational(1, 3), 3, 20):
        computed = float(bound(name).energy(np.asarray(float(at)), np))
        assert float(form.subs(values | {Z: at}).n(30)) == pytest.approx(computed, rel=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_the_gap_comes_back_from_the_activation(name):
    a = made(name, "mean")
    assert zero(iem.gap_of(a).expr - a.gap.end) is True
    assert zero(iem.gap_of(a).expr - 2 * a.gap.end) is False


@pytest.mark.parametrize("name", KERNELS)
def test_its_text_makes_it_again(name):
    space = {}
    exec(snippet(made(name, "mean")), space)
    assert space["a"] == made(name, "mean")


def test_a_kernel_is_entered_when_it_is_defined(monkeypatch):
    monkeypatch.setitem(KERNELS, "quartic", None)  # as it was, when the test is over

    def define(**options):
        class Quartic(Kernel, **options):
            def energy(self, u, xp):
                return u**4

        return Quartic

    own = define(named="quartic")
    assert kernel("quartic") == own() and own.title == "quartic"
    assert zero(activation("quartic", "mean").gap.end - 8 * m * Z * (m**2 + Z**2)) is True
    again = define(named="quartic", title="Quartic")  # a cell that is run again
    assert KERNELS["quartic"] is again and again.title == "Quartic"
    assert define().named is None
    assert again.starts == {} and define(starts={"p": 2}).starts == {"p": 2}
    for wrong, told in {
        "cauchy": "the kernel 'cauchy' is Cauchy already",
        "u": "a kernel is named in small letters",
        "U**2": "small letters",
    }.items():
        with pytest.raises(BadInput, match=told):
            define(named=wrong)


@pytest.mark.parametrize("text", ["-u**2", "u", "u**3", "(u**2 - 1)**2", "cos(u)", "exp(u)"])
def test_what_does_not_increase_is_not_said_to(text):
    assert not kernel(text).increasing


@pytest.mark.parametrize(("name", "statistic"), GRID)
def test_every_cell_is_proved(name, statistic):
    a = made(name, statistic)
    assert a.derivation.end == a.expr
    d_plus, d_minus = a.energies
    assert a.gap.start == d_minus - d_plus


@pytest.mark.parametrize("name", KERNELS)
def test_cold_limits_are_steps(name):  # K5, and where it fails
    steps = {"mean": sp.sign(Z), "mode": sp.sign(Z)}
    for statistic, step in steps.items():
        if kernel(name).increasing:
            assert made(name, statistic).cold == step
        else:
            assert made(name, statistic).cold != step


@pytest.mark.parametrize("name", TAILS)
def test_tails(name):
    assert made(name, "mean").saturation == TAILS[name]


@pytest.mark.parametrize("name", KERNELS)
def test_hot_limits_and_slopes(name):
    a = made(name, "mean")
    assert a.hot == 0
    step = 1e-6
    at = {symbol(p): v for p, v in numbers(a).items()} | {tau: 0.7}
    measured = (a(step, tau=0.7, **numbers(a)) - a(-step, tau=0.7, **numbers(a))) / (2 * step)
    assert float(a.slope.subs(at)) == pytest.approx(float(measured), rel=1e-6)


@pytest.mark.parametrize(("name", "statistic"), list(itertools.product(ENERGIES, DEFINED)))
@given(
    evidence=arrays(float, 8, elements=st.floats(-30, 30)),
    temperature=st.sampled_from([0.0, 0.3, 1.0, 5.0]),
)
def test_a_call_is_the_statistic_of_the_posterior(name, statistic, evidence, temperature):
    a = made(name, statistic)
    evidence = np.where(abs(evidence) < 1e-6, 0.0, evidence)  # ties are exact or away
    d = np.stack([ENERGIES[name](evidence - mu) for mu in (1.3, -1.3)], axis=-1)
    d = np.where(abs(d[:, :1] - d[:, 1:]) < 1e-9, d[:, :1], d)
    expected = defined(statistic, d, temperature, (1, -1), payload=evidence)
    got = a(evidence, tau=temperature, **numbers(a))
    assert got.shape == ((8, 2) if statistic in VECTORS else (8,))
    tied = np.all(d[:, :1] == d[:, 1:], axis=-1)
    np.testing.assert_allclose(got[~tied], expected[~tied], rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_is_the_kernel_that_it_spells(name):
    typed = activation(FORMULAS[name], "mean")
    assert typed.kernel == Formula(FORMULAS[name])
    assert sorted(typed.free()) == sorted(made(name, "mean").free())
    grid = np.linspace(-5, 5, 21)
    np.testing.assert_allclose(
        typed(grid, tau=0.7, **numbers(typed)),
        made(name, "mean")(grid, tau=0.7, **numbers(typed)),
        atol=1e-12,
    )
    assert typed.saturation == TAILS[name]


def test_a_gap_says_whether_it_was_simplified():
    assert made("gaussian", "mean").gap.links[0].reason == "what the energies share cancels"
    assert made("sech", "mean").gap.links[0].reason == "no simpler shape is known"


def test_far_evidence_does_not_overflow():
    for text in ("log(cosh(u/s))", "sech"):
        a = activation(text, "mean")
        np.testing.assert_allclose(a([-1e5, 1e5], m=1.0, s=1.0), [-np.tanh(1.0), np.tanh(1.0)])


FUNCTIONS = {
    "gaussian": lambda u, xp, sigma: u**2 / (2 * sigma**2),
    "laplace": lambda u, xp, b: xp.abs(u) / b,
    "logistic": lambda u, xp, s: xp.abs(u) / s + 2 * xp.log1p(xp.exp(-xp.abs(u) / s)),
    "student-t": lambda u, xp, nu, sigma: (nu + 1) / 2 * xp.log(1 + u**2 / (nu * sigma**2)),
    "huber": lambda u, xp, delta: xp.clip(u, -delta, delta) * (u - xp.clip(u, -delta, delta) / 2),
    "power": lambda u, xp, p, s: xp.abs(u / s) ** p / p,
    "cosine": lambda u, xp, kappa: kappa * (1 - xp.cos(u)),
}
U = sp.Symbol("u", real=True)
EXPRESSIONS = {
    "gaussian": U**2 / (2 * sigma**2),
    "laplace": sp.Abs(U) / b,
    "student-t": (symbol("nu") + 1) / 2 * sp.log(1 + U**2 / (symbol("nu") * sigma**2)),
    "sech": sp.log(sp.cosh(U / s)),
    "cosine": symbol("kappa") * (1 - sp.cos(U)),
}


@pytest.mark.parametrize("statistic", ["mean", "mode", "entropy"])
@pytest.mark.parametrize(
    ("name", "given"),
    [*FUNCTIONS.items(), *EXPRESSIONS.items()],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_function_or_an_expression_is_the_kernel_that_it_spells(name, given, statistic):
    typed, named = activation(given, statistic), made(name, statistic)
    assert isinstance(
        typed.kernel, Custom if callable(given) and not isinstance(given, sp.Basic) else Formula
    )
    assert sorted(typed.free()) == sorted(named.free())
    assert typed.derivation.end == typed.expr
    evidence = np.linspace(-5, 5, 22)
    for temperature in (0, 0.7):
        one, two = (a(evidence, tau=temperature, **numbers(a)) for a in (typed, named))
        np.testing.assert_allclose(one, two, atol=1e-12)
    if statistic == "mean":
        assert zero(typed.expr - named.expr) is not False
        assert (typed.kernel.increasing, typed.kernel.convex) == (
            named.kernel.increasing,
            named.kernel.convex,
        )


def test_decimal_numbers_in_a_function_are_fractions():
    assert zero(activation(lambda u, xp: 0.5 * u**2, "mean").expr - sp.tanh(m * Z / tau)) is True


def keyword(u, xp, *, width):
    return (u / width) ** 2


def mixed(u, xp, s, *, width):
    return s * (u / width) ** 2


def test_parameters_by_keyword_and_what_is_shown():
    assert kernel(keyword).free() == ["width"]
    assert kernel(mixed).free() == ["s", "width"]
    assert repr(kernel(keyword)) == "Custom(keyword)"
    assert "functools.partial" in repr(kernel(partial(keyword)))  # which has no name
    for wrong in (0, -1, None, "1"):
        with pytest.raises(BadInput, match="width must be a positive finite number"):
            activation(keyword, "mean")(0.0, m=1.0, width=wrong)


BAD = {
    "a constant": lambda u, xp: 1,
    "nothing": lambda u, xp: None,
    "text": lambda u, xp: "u",
    "a list": lambda u, xp: [u, u],
    "a truth value": lambda u, xp: u > 0,
    "a fault": lambda u, xp: u / 0 + 1 / 0,
    "NumPy": lambda u, xp: np.exp(u),
    "no such function": lambda u, xp: xp.nosuch(u),
    "without the residual": lambda u, xp, s: s,
    "without its parameter": lambda u, xp, s: u**2,
    "a symbol from outside": lambda u, xp: sp.Symbol("q", positive=True) * u**2,
    "no namespace": lambda u: u**2,
    "the evidence": lambda u, xp, z: u**2 + z,
    "the temperature": lambda u, xp, tau: u**2 / tau,
    "the index": lambda u, xp, h: u**2 / h,
    "no signature": min,
    "any arguments": lambda u, xp, *more: u**2,
    "by position only": lambda u, xp, s, /: u**2 / s,
    "any names": lambda u, xp, **more: u**2,
    "a built-in": len,
    "a type": float,
}


@pytest.mark.parametrize("name", BAD)
def test_functions_that_are_no_kernel(name):
    with pytest.raises(BadInput):
        kernel(BAD[name])


FAULTS = {
    "any arguments": r"a function of \(u, xp\) and parameters other than z, tau and h, got <function",
    "by position only": "and parameters other than z, tau and h",
    "no namespace": "and parameters other than z, tau and h",
    "no signature": "and parameters other than z, tau and h, got <built-in",
    "the index": "and parameters other than z, tau and h",
    "a type": "or a function, got <class 'float'>",
    "a constant": r"of the residual and all of its parameters \[\], got the energy 1$",
    "no such function": "with the functions of xp, <function .* raises AttributeError: .*nosuch",
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_a_function_needs(name):
    with pytest.raises(BadInput, match=FAULTS[name]):
        kernel(BAD[name])


def test_expressions_as_formulas():
    assert repr(kernel(sp.Abs(U) / s)) == "Formula('abs(u)/s')"
    with pytest.raises(BadInput, match=r"names and numbers only, write \[pi\] as a parameter"):
        kernel(sp.pi * U)


@pytest.mark.parametrize(
    "expression",
    [
        sp.pi * U**2,
        sp.E * U**2,
        sp.I * U,
        sp.oo * U,
        sp.floor(U),
        sp.Symbol("s"),
        Z * U,
        sp.Integer(1),
        sp.true,
    ],
    ids=str,
)
def test_expressions_that_are_no_kernel(expression):
    with pytest.raises(BadInput):
        kernel(expression)


SHAPES = {  # at temperature 1
    "sech": sp.tanh(m / s) * sp.tanh(Z / s),  # I6
    "cauchy": 2 * m * Z / (sigma**2 + m**2 + Z**2),  # K6
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_at_temperature_one(name):
    form = made(name, "mean").expr.subs(tau, 1)
    assert zero(form - SHAPES[name]) is True
    assert zero(form - 2 * SHAPES[name]) is False


def test_parameters_of_ones_own_are_positive():
    for own in (kernel("u**2/w"), kernel(lambda u, xp, w: u**2 / w)):
        assert kernel(lambda u, xp, w: u**2 / w if w > 0 else None).free() == ["w"]
        (scale,) = own.exact().energy(U, exact).free_symbols - {U}
        assert scale.is_positive
        assert own.bound({"w": 2.0}).energy(np.asarray(2.0), np) == 2.0
        for wrong in (0, -1):
            with pytest.raises(BadInput, match="w must be a positive finite number.*got " + str(wrong)):
                own.bound({"w": wrong})


def test_the_residual_of_a_formula_is_real():
    assert kernel("abs(log(exp(u)))").energy(np.asarray(1000.0), np) == 1000.0  # and not infinite


@pytest.mark.parametrize(
    "text", ["1", "sigma", "u + z", "u*tau", "h*u", "u.real", "", "laplacian", "student t!"]
)
def test_what_is_no_kernel(text):
    with pytest.raises(BadInput):
        kernel(text)


@pytest.mark.parametrize("text", ["1", "2*s", "u + z", "u*tau", "h*u"])
def test_what_a_formula_needs(text):
    told = f"a formula in the residual u, without z, tau or h; got {text!r}"
    with pytest.raises(BadInput, match=re.escape(told)):
        kernel(text)


def test_a_list_is_no_kernel():
    with pytest.raises(BadInput, match="a list is not allowed"):
        kernel([U])


def test_parameters_of_a_formula_are_checked():
    a = activation("u**2/w", "mean")
    assert a.free() == ["m", "w"]
    for wrong in (-1.0, 0.0, float("nan"), "1"):
        with pytest.raises(BadInput, match="w must be a positive finite number"):
            a(0.0, m=1.0, w=wrong)
    with pytest.raises(BadInput, match="w is missing"):
        a(0.0, m=1.0)
