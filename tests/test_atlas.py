"""The atlas: every card's evidence exists, covers its classes, and computes what it says."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import iem
from iem.atlas import CLASSES, MODULES, card
from iem.classes import Curve, Gate, Maximum, Mode, Threshold, drop, growth, kink, rising, t, z

LOGISTIC = 1 / (1 + sp.exp(-z))


@pytest.mark.parametrize("name", MODULES)
def test_the_evidence_of_a_card_exists(name):
    module = MODULES[name]
    assert module.evidence.status == "proved"
    assert set(module.yes) | set(module.excluded) <= set(CLASSES)
    assert not set(module.yes) & set(module.excluded)


@pytest.mark.parametrize("name", MODULES)
def test_the_shown_formula_is_the_computed_one(name):
    module = MODULES[name]
    if module.compute is not None or name == "GLU":
        pytest.skip("not a function of one number")
    names = {"lambd": "lambda", "negative_slope": "a", "weight": "a", "scale": "lambda"}
    values = {names.get(k, k): sp.Float(v, 30) for k, v in module.defaults.items()}
    expr = module.expr.subs({s: values[s.name] for s in module.expr.free_symbols if s != z})
    for point in (-7, -3, -1, -sp.Rational(1, 3), 0, sp.Rational(2, 7), 1, 3, 8):
        exact = float(sp.N(expr.subs(z, point), 30))
        assert module(np.float64(point)) == pytest.approx(exact, rel=1e-13, abs=1e-15)


@given(st.floats(-1e3, 1e3))
def test_a_card_of_the_mode_class_never_falls(x):
    for module in MODULES.values():
        if module.state("mode") == "yes" and module.compute is None:
            assert module(np.float64(x)) <= module(np.float64(x) + 1e-3) + 1e-12


def test_a_false_derivation_is_refused():
    relu = Curve.of(sp.Max(z, 0), [0])
    with pytest.raises(iem.Refuted):
        Threshold("no", (LOGISTIC,), (LOGISTIC,)).evidence("Sigmoid", Curve((LOGISTIC,)))
    with pytest.raises(iem.Refuted):
        Gate("no", (0, 1), (0, 0), (0,)).evidence("ReLU", relu)
    with pytest.raises(iem.Refuted):
        Mode((z * 0, Mode.x)).evidence("ReLU", relu)
    with pytest.raises(iem.Refuted):
        Maximum((0, 2 * z)).evidence("ReLU", relu)


def test_a_false_certificate_is_refused():
    tanh = Curve((sp.tanh(z),))
    with pytest.raises(iem.Refused):
        drop(tanh, -1, 1)
    with pytest.raises(iem.Refused):
        drop(Curve.of(-sp.Max(z, 0), [0]), 1, 0)
    with pytest.raises(iem.Refused):
        growth(tanh, sp.oo, 0)
    with pytest.raises(iem.Refused):
        kink(Curve.of(sp.Max(z, 0) - sp.Max(-z, 0), [0]), 0, 1)
    with pytest.raises(iem.Refused):
        rising(Curve((-sp.tanh(z),)))


def test_curves():
    assert Curve.of(sp.Abs(z), [0]).pieces == (-z, z)
    assert Curve.of(sp.Abs(z), [0]).at(0) == 0
    with pytest.raises(iem.BadInput):
        Curve((z, z))
    with pytest.raises(iem.Undecided):
        Curve((0, 1), (0,)).at(0)
    assert Curve((0, z, 1), (0, 1)).inside(1) == {z: t / (1 + t)}


def test_bad_input():
    with pytest.raises(iem.BadInput, match="did you mean 'ReLU6'"):
        card("ReLu66")
    with pytest.raises(iem.BadInput, match="Softshrink takes lambd, got alpha"):
        card("Softshrink")(np.zeros(1), alpha=2.0)


def test_cards_are_shown():
    html = card("Hardtanh")._repr_mimebundle_()["text/html"]
    assert "<svg" in html and "aria-label" in html and "details" in html


@pytest.mark.parametrize("name", MODULES)
def test_cards_keep_the_floating_type(name):
    z32 = np.zeros((2, 3, 2), dtype=np.float32)
    assert MODULES[name](z32).dtype == np.float32
