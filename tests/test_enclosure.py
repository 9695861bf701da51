"""Numbers with a guarantee: what integrals are, and that nothing is claimed beyond the enclosure."""

import mpmath
import pytest
import sympy as sp

from iem import BadInput, Bound, Boxes, Enclosure, Envelope, Manifest, Refuted, Undecided

x, y = sp.symbols("x y", real=True)
R, oo = sp.Rational, sp.oo
TINY = R(1, 10**12)


def integral(f, low, high):
    return sp.Integral(f, (x, low, high))


GAUSS = sp.exp(-(x**2))
KNOWN = [
    (integral(x**2, 0, 3), 9),
    (integral(GAUSS, 0, 1), sp.sqrt(sp.pi) * sp.erf(1) / 2),
    (integral(1 / (1 + x**2), -1, 1), sp.pi / 2),
    (integral(sp.sqrt(x), 0, 4), R(16, 3)),
    (integral(sp.log(1 + x), 0, 1), 2 * sp.log(2) - 1),
    (integral(sp.tanh(x), 0, 2), sp.log(sp.cosh(2))),
    (integral(sp.Abs(x), -1, 2), R(5, 2)),
    (integral(x ** R(3, 2) * sp.cos(0), 1, 2), (2 ** R(5, 2) - 1) * R(2, 5)),
    (integral(sp.sech(x) ** 2 + sp.sin(x), -2, 2), 2 * sp.tanh(2)),
    (integral(sp.exp(x), 0, 1) * integral(x, 0, 2) + 1, 2 * sp.E - 1),
    (sp.LambertW(sp.exp(-1)) + sp.erf(R(1, 3)) + sp.pi, sp.LambertW(sp.exp(-1)) + sp.erf(R(1, 3)) + sp.pi),
]


@pytest.mark.parametrize(("value", "known"), KNOWN, ids=str)
def test_known_numbers(value, known):
    near = Enclosure(value, known - TINY, known + TINY)
    assert near.status == "bounded"
    assert near.seconds > 0
    with mpmath.workdps(50):
        number = mpmath.mpf(str(sp.N(known, 50)))
        assert mpmath.mpf(str(near.found.low.str(60, radius=False))) <= number + mpmath.mpf("1e-40")
    with pytest.raises(Refuted, match="is false: the value is about"):
        near.twin(low=known + TINY, high=known + 1).build()
    with pytest.raises(Refuted):
        Enclosure(value, -oo, known - TINY)


TAIL = {x: Envelope(sp.exp(-(x**2) / 2), -12, 12)}


def test_an_unbounded_range():
    whole = Enclosure(integral(GAUSS, -oo, oo), sp.sqrt(sp.pi) - TINY, sp.sqrt(sp.pi) + TINY, TAIL)
    half = Enclosure(
        integral(x**2 * GAUSS, 0, oo), sp.sqrt(sp.pi) / 4 - TINY, 1, {x: Envelope(2 * x**2 * GAUSS, 0, 10)}
    )
    assert [len(list(e.parts())) for e in (whole, half)] == [5, 3]
    assert all(isinstance(b, Bound) and b.status == "bounded" for b in whole.bounds)
    assert whole.digits == "1.772453851"
    assert "beyond the ends" in whole._repr_html_()
    assert "20 decimal places" in whole.method


def test_an_envelope_must_hold():
    with pytest.raises(Undecided, match="does not hold the integrand"):
        Enclosure(integral(GAUSS, -oo, oo), 1, 2, {x: Envelope(sp.exp(-2 * x**2), -12, 12)})
    with pytest.raises(Undecided, match="does not hold the integrand"):
        Enclosure(integral(-GAUSS, -oo, oo), -2, -1, {x: Envelope(sp.exp(-2 * x**2), -12, 12)})


def test_a_reason_for_an_envelope_reaches_as_far_as_it_is_used():
    near = Envelope(GAUSS, -12, 12, over=Boxes({x: (12, 20)}))
    with pytest.raises(BadInput, match="the reason for the envelope must hold"):
        Enclosure(integral(GAUSS / 2, 0, oo), 0, 1, {x: near})
    given = Envelope(GAUSS, -12, 12, over=Manifest(GAUSS / 2), under=Manifest(3 * GAUSS / 2))
    assert Enclosure(integral(GAUSS / 2, 0, oo), 0, 1, {x: given}).status == "bounded"


def test_a_wide_envelope_is_counted():
    """The part beyond the ends belongs to the enclosure: a cut too early tells little."""
    with pytest.raises(Undecided, match="only known to be within"):
        Enclosure(
            integral(GAUSS, -oo, oo), R(177, 100), R(178, 100), {x: Envelope(sp.exp(-(x**2) / 2), -2, 2)}
        )


def test_an_enclosure_of_an_inequality():
    assert Enclosure(integral(GAUSS, 0, 1), 0, oo).statement.startswith(r"0 \le \int")
    assert r"\le 1" in Enclosure(integral(GAUSS, 0, 1), -oo, 1).statement


def test_what_is_not_told_apart():
    with pytest.raises(Undecided, match="only known to be within"):
        Enclosure(sp.sqrt(2) ** 2 - 2 + sp.erf(0) + sp.pi - sp.pi + integral(x, -1, 1), 0, 1)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (integral(1 / x, -1, 1), Undecided),
        (integral(sp.sqrt(x), -1, 1), Undecided),
        (integral(sp.Piecewise((x, x > 0), (0, True)), -1, 1), Undecided),
        (integral(sp.gamma(x), 1, 2), Undecided),
        (integral(GAUSS, 0, oo), BadInput),
        (integral(x * y, 0, 1), BadInput),
        (sp.Integral(x * y, (x, 0, 1), (y, 0, 1)), BadInput),
        (sp.Integral(x), BadInput),
        (x, BadInput),
        (sp.Float(0.5), Undecided),
        (sp.Integral(sp.Symbol("w"), (sp.Symbol("w"), 0, 1)), BadInput),
    ],
    ids=str,
)
def test_what_has_no_enclosure(value, kind):
    with pytest.raises(kind):
        Enclosure(value, 0, 1)
