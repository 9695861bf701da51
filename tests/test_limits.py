"""What activations know of themselves, against numbers: symmetry, growth, limits, slopes, saturation."""

import itertools

import numpy as np
import pytest
import sympy as sp
from numbers_of import made, number, values_of
from sympy import cosh

from iem import KERNELS, STATISTICS, BadInput, Gate, Gated, Mode, Points, Signs, activation, kernel, zero
from iem.exact import symbol
from iem.shapes import Z, slope

m, b, tau = map(symbol, ("m", "b", "tau"))
GRID = list(itertools.product(KERNELS, STATISTICS))
DENSE = np.linspace(-6, 6, 2_001)
KINDS = [  # every cell, and gates and priors where they make a difference
    *((name, statistic, "signs") for name, statistic in GRID),
    *itertools.product(("gaussian",), STATISTICS, ("prior",)),
    *itertools.product(("cauchy",), STATISTICS, ("gate",)),
    *itertools.product(("cosine",), ("mean", "mode", "gated"), ("gate", "prior")),
]


@pytest.mark.parametrize(("name", "statistic", "kind"), KINDS)
def test_symmetry_is_never_wrong(name, statistic, kind):
    a = made(name, statistic, kind)
    up, down = values_of(a, DENSE), values_of(a, -DENSE)
    even, odd = np.allclose(up, down, atol=1e-9), np.allclose(up, -down, atol=1e-9)
    assert {"even": even, "odd": odd, None: True}[a.parity]
    if kind == "signs":  # equal weights and even energies: it is always found
        assert a.parity == ("even" if even else "odd" if odd else None)


@pytest.mark.parametrize(("name", "statistic", "kind"), KINDS)
def test_monotony_is_never_wrong(name, statistic, kind):
    a = made(name, statistic, kind)
    if statistic in ("full", "log-full"):
        assert a.monotone is None
        return
    steps = np.diff(values_of(a, DENSE))
    if a.monotone in ("increasing", "nondecreasing"):
        assert (steps > -1e-12).all()
    if a.monotone == "increasing":
        assert (np.diff(values_of(a, DENSE[np.abs(DENSE) < 1])) > 0).all()
    if a.monotone == "not monotone":
        wide = np.diff(values_of(a, np.linspace(-25, 25, 2_001)))
        assert wide.min() < 0 < wide.max()


def test_what_is_found_of_the_mean():
    turns = dict.fromkeys(("student-t", "cauchy", "cosine"), ("odd", "not monotone"))
    flat = dict.fromkeys(("laplace", "huber"), ("odd", "nondecreasing"))
    rises = dict.fromkeys(("gaussian", "logistic", "pseudo-huber", "sech"), ("odd", "increasing"))
    known = turns | flat | rises | {"power": ("odd", None)}
    assert {name: (made(name, "mean").parity, made(name, "mean").monotone) for name in known} == known
    assert all(
        made(name, "mode").monotone == "nondecreasing" for name in KERNELS if kernel(name).increasing
    )


@pytest.mark.parametrize(
    ("text", "parity", "monotone"),
    [
        ("u**4", "odd", "increasing"),
        ("abs(u) + u**2", "odd", "increasing"),
        ("abs(u - 1) + abs(u + 1)", "odd", "nondecreasing"),
        ("abs(u) - 2*abs(abs(u) - 1)", "odd", "not monotone"),
        ("clip(u, -1, 1)**2", "odd", "not monotone"),
        ("-u**2", "odd", None),  # it falls: that is not a word here, and it does not turn
        ("exp(u)", None, "increasing"),
        ("u**3", "even", "not monotone"),
        ("u**2 + 100*cos(u)", "odd", "not monotone"),
    ],
)
def test_typed_kernels_too(text, parity, monotone):
    a = activation(text, "mean")
    assert (a.parity, a.monotone) == (parity, monotone)


def test_an_energy_with_a_hole_has_no_activation():
    """It jumps down where it is undefined: whatever is proved of its pieces must not be said of it."""
    with pytest.raises(BadInput, match="stands for .* real numbers"):
        _ = activation("u**2/4 - 3*abs(u - 2)/(u - 2)", "mean", Signs(m=1)).monotone


# Limits against numbers


EVIDENCE = np.asarray([-5.0, -1.7, -0.4, 0.0, 0.9, 2.2, 4.4])


@pytest.mark.parametrize(("name", "statistic", "kind"), KINDS)
def test_cold_limits(name, statistic, kind):
    a = made(name, statistic, kind)
    cold, near = values_of(a, EVIDENCE, 0), values_of(a, EVIDENCE, 1e-4)
    clear = EVIDENCE != 0  # at a tie the limit of a mode is not its value there
    told = np.broadcast_to(number(a.cold, z=EVIDENCE), cold.shape)
    if statistic == "log-full":
        near = np.where(near < -500, -np.inf, near)
    np.testing.assert_allclose(cold[clear], near[clear], rtol=2e-3, atol=2e-3)
    np.testing.assert_allclose(told[clear], cold[clear], rtol=1e-9, atol=1e-9)
    if statistic != "mode":
        np.testing.assert_allclose(told, near, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize(("name", "statistic", "kind"), KINDS)
def test_hot_limits(name, statistic, kind):
    a = made(name, statistic, kind)
    measured = values_of(a, EVIDENCE, 1e7)
    told = np.broadcast_to(number(a.hot, z=EVIDENCE), measured.shape)
    finite = np.isfinite(told)
    np.testing.assert_allclose(measured[finite], told[finite], rtol=1e-4, atol=1e-4)
    assert (np.sign(measured) == np.sign(told))[~finite].all()
    assert (np.abs(measured)[~finite] > 1e6).all()


def test_the_hot_free_energy_is_the_mean_energy_under_a_normalised_prior():  # T5: F rises to <d> under pi
    for prior in ((0.75, 0.25), (3, 1)):
        a = activation("gaussian", "log-evidence", Signs(prior=prior))
        d_plus, d_minus = a.energies
        for z in (-2, 0, sp.Rational(1, 3)):
            assert sp.simplify((a.hot - sp.Rational(3, 4) * d_plus - d_minus / 4).subs(Z, z)) == 0
    assert activation("gaussian", "log-evidence").hot == -sp.oo
    assert activation("gaussian", "log-evidence", Signs(prior=("p", "q"))).hot is None  # by p + q


def test_the_free_energy_of_weights_is_that_of_the_normalised_prior():
    a, twice = (activation("laplace", "log-evidence", Signs(prior=p)) for p in ((3, 1), (0.75, 0.25)))
    assert zero(a.expr - twice.expr) is True
    at = {"z": 0.4, "m": 1.3, "b": 0.7, "tau": 0.7}
    assert number(a.expr, **at) == pytest.approx(float(values_of(a, 0.4)), rel=1e-12)


@pytest.mark.parametrize(("name", "statistic", "kind"), KINDS)
def test_slopes(name, statistic, kind):
    a = made(name, statistic, kind)
    if a.slope is None:
        return
    step = 1e-6
    measured = (values_of(a, step) - values_of(a, -step)) / (2 * step)
    told = number(a.slope)
    if np.isinf(told).any():
        assert np.sign(measured) == np.sign(told) and abs(measured) > 1e4
    else:
        np.testing.assert_allclose(measured, told, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("name", "statistic", "kind"), KINDS)
def test_saturation(name, statistic, kind):
    a = made(name, statistic, kind)
    far = a.saturation
    if far is None:
        return
    measured, told = np.atleast_1d(values_of(a, 1e7)), np.atleast_1d(number(far))
    finite = np.isfinite(told)
    np.testing.assert_allclose(measured[finite], told[finite], rtol=1e-4, atol=1e-4)
    assert (np.sign(measured) == np.sign(told))[~finite].all()
    assert (np.abs(measured)[~finite] > 10).all()


def test_what_saturation_is():
    assert [made(k, "mode").saturation for k in ("gaussian", "student-t", "cauchy", "huber")] == [1] * 4
    assert made("cauchy", "gated").saturation is None  # z times what returns to 0 tends to 2m/tau
    assert made("cauchy", "gated", "gate").saturation == sp.oo
    assert made("cauchy", "entropy").saturation == sp.log(2)
    assert made("cauchy", "full").saturation == sp.Tuple(sp.S.Half, sp.S.Half)
    assert made("gaussian", "log-full").saturation == sp.Tuple(0, -sp.oo)
    assert made("laplace", "variance").saturation == 1 / cosh(m / (b * tau)) ** 2
    assert activation("-u**2", "mode").saturation == -1
    assert activation("gaussian", Gated(payload="v")).saturation == sp.Symbol("v", real=True)


def test_tails_in_words():
    words = {name: made(name, "mean").tail for name in ("gaussian", "laplace", "cauchy", "cosine")}
    assert words == {
        "gaussian": "saturates at 1",
        "laplace": "saturates at tanh(m/(b*tau))",
        "cauchy": "returns to 0: far evidence is ignored",
        "cosine": None,
    }
    assert made("gaussian", "gated", "gate").tail == "grows without bound"
    assert made("gaussian", "full").tail is None


def test_slopes_at_jumps_and_kinks():
    relu = activation("gaussian", Gated(Mode()), Gate())
    assert relu.slope is None
    assert (slope(Z**2 * sp.sign(Z)), slope(Z * sp.sign(Z)), slope(sp.sign(Z) ** 2 + Z)) == (0, None, None)
    assert activation("gaussian", "mode").slope == sp.oo
    assert activation("-u**2", "mode").slope == -sp.oo
    assert activation("gaussian", "mode", Points((1, -1), (-1, 1))).slope == -sp.oo
    assert activation("gaussian", "mode", Points((1, -1), (2, 2))).slope == 0
    assert activation("gaussian", "mode", Points((1, 2))).slope == 0
    assert activation("cosine", "mode").slope is None  # it jumps up or down, as sin m is positive or not
