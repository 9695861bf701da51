"""Interval arithmetic as evidence: enclosures hold every value, and boxes establish only what is true."""

from dataclasses import replace

import mpmath
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from iem import (
    BadInput,
    Bound,
    Boxes,
    Contact,
    Convex,
    Falling,
    Increasing,
    Manifest,
    Refuted,
    Tail,
    Undecided,
    establish,
)
from iem.exact import clip
from iem.intervals import Enclosed, Interval, Undefined, interval, number

x, y = sp.symbols("x y", real=True)
p, q, t = sp.symbols("p q t", positive=True)
R, oo = sp.Rational, sp.oo

FUNCTIONS = [
    sp.exp(x) - x**3,
    sp.tanh(x) * sp.cosh(y),
    sp.sinh(x) / (1 + x**2),
    sp.log(1 + x**2) * sp.erf(y),
    sp.sqrt(2 + sp.sin(x)) - sp.cos(x * y),
    sp.Abs(x - y) ** 3,
    sp.Max(x, y) - sp.Min(x, 1 - y),
    clip(x, -1, 1) * y,
    sp.sign(x) + sp.erfc(x),
    sp.sech(x) * sp.asinh(y),
    sp.LambertW(x**2) + sp.LambertW(sp.exp(-1)),
    (1 + x**2) ** R(-3, 2),
    (1 + x**2) ** sp.pi * sp.E,
    x**-2 + y**3,
    (x - y) ** 4 / 7,
    R(1, 3) - sp.log(sp.cosh(x)) / sp.pi,
]
MPMATH = {"clip": lambda v, a, b: min(max(v, a), b), "LambertW": mpmath.lambertw}


def ball(low, high):
    return interval(number(low), number(high))


def exact(end):
    """An end as a number of 50 digits; it is dyadic, so that nothing is lost at 120."""
    if not end.is_finite():
        return mpmath.inf if end > 0 else -mpmath.inf
    mantissa, power = end.man_exp()
    return mpmath.mpf(int(mantissa)) * mpmath.mpf(2) ** int(power)


def holds(found, value):
    return exact(found.low) <= value <= exact(found.high)


def value_of(expr, at):
    """What mpmath makes of an expression, with 50 digits."""
    names = sorted(expr.free_symbols, key=str)
    return sp.lambdify(names, expr, [MPMATH, "mpmath"])(
        *(mpmath.mpf(v.p) / v.q for v in map(at.get, names))
    )


# The enclosure of an expression


@pytest.mark.parametrize("expr", FUNCTIONS, ids=str)
def test_a_point_is_enclosed_tightly(expr):
    with mpmath.workdps(50):
        for at in ({x: R(3, 7), y: R(-5, 3)}, {x: R(-11, 4), y: R(1, 10)}, {x: R(1, 1000), y: R(40)}):
            found = Enclosed(expr)({s: ball(v, v) for s, v in at.items()})
            value = value_of(expr, at)
            assert holds(Interval(found.low, found.high), value)
            assert exact(found.high) - exact(found.low) < mpmath.mpf("1e-8") * (1 + abs(value))


fractions = st.fractions(min_value=-30, max_value=30, max_denominator=64)


@pytest.mark.parametrize("expr", FUNCTIONS, ids=str)
@given(
    ends=st.tuples(fractions, fractions, fractions, fractions), parts=st.tuples(*[st.fractions(0, 1)] * 2)
)
def test_an_enclosure_holds_every_value(expr, ends, parts):
    a, b, c, d = ends
    box, at = {}, {}
    for name, (low, high), part in zip((x, y), ((a, b), (c, d)), parts, strict=True):
        low, high = sorted((low, high))
        box[name] = ball(low, high)
        at[name] = sp.Rational(low + (high - low) * part)
    try:
        found = Enclosed(expr)(box)
    except Undefined:
        assert expr == x**-2 + y**3
        return
    with mpmath.workdps(50):
        if expr == x**-2 + y**3 and at[x] == 0:
            return
        value = value_of(expr, at)
        slack = mpmath.mpf("1e-40") * (1 + abs(value))  # of mpmath
        assert exact(found.low) - slack <= value <= exact(found.high) + slack


@pytest.mark.parametrize(
    ("expr", "low", "high", "least", "most"),
    [
        (sp.tanh(x), 0, oo, 0, 1),
        (sp.exp(-x), 0, oo, 0, 1),
        (1 / p, 0, oo, 0, oo),
        (sp.exp(-1 / p), 0, oo, 0, 1),
        (x**-3, -oo, -1, -1, 0),
        (x**2, -oo, oo, 0, oo),
        (sp.log(p), 0, 1, -oo, 0),
        (x**3 - x, 2, oo, -oo, oo),
        (sp.sech(x), -oo, oo, 0, 1),
        (sp.sin(x), 0, oo, -1, 1),
    ],
    ids=str,
)
def test_unbounded_boxes(expr, low, high, least, most):
    found = Enclosed(expr)({s: ball(low, high) for s in expr.free_symbols})
    ends = exact(found.low), exact(found.high)
    for end, known in zip(ends, (least, most), strict=True):
        known = float(known)
        assert end == known or abs(end - known) < 1e-15


@pytest.mark.parametrize(
    "expr", [1 / x, sp.log(x), sp.sqrt(x), x ** R(-1, 3), sp.LambertW(x), x**sp.pi, 1 / sp.sinh(x)], ids=str
)
def test_what_may_be_undefined_has_no_enclosure(expr):
    with pytest.raises(Undefined):
        Enclosed(expr)({x: ball(-1, 2)})


@pytest.mark.parametrize(
    "expr", [sp.Piecewise((x, x > 0), (-x, True)), sp.gamma(x), sp.Heaviside(x)], ids=str
)
def test_what_has_no_rigorous_form_is_undecided(expr):
    with pytest.raises(Undecided, match="no rigorous enclosure"):
        Enclosed(expr)


@pytest.mark.parametrize(
    ("expr", "smooth"),
    [(sp.tanh(x), True), (sp.Abs(x), False), (sp.sqrt((x - R(1, 2)) ** 2), False), (1 / (2 + x), True)],
)
def test_smoothness_is_seen(expr, smooth):
    enclosed = Enclosed(expr)
    enclosed({x: ball(-1, 1)})
    assert enclosed.smooth is smooth


def test_smoothness_needs_more_than_an_assumption():
    enclosed = Enclosed(p ** R(3, 2))
    enclosed({p: ball(0, 1)})
    assert not enclosed.smooth


# Bounds by boxes

CUBIC = [x**3 * (R(1, 3) - x**-2 + sp.tanh(x) / x**3)]
PEAK = 1 + sp.LambertW(sp.exp(-1))
TRUE = {
    "everywhere": lambda: Bound(
        x * sp.tanh(x), x**2 + R(1, 9), Boxes({x: (-oo, oo)}, forms=[x**2 * (1 - sp.tanh(x) / x) + R(1, 9)])
    ),
    "contact at an end": lambda: Bound(
        x - sp.tanh(x), x**3 / 3, Boxes({x: (0, oo)}, near=[Contact(x, 0, 0, R(1, 2), 3)], forms=CUBIC)
    ),
    "contact at a peak": lambda: Bound(
        p / (1 + sp.exp(p)),
        sp.LambertW(sp.exp(-1)),
        Boxes({p: (0, 4)}, near=[Contact(p, PEAK, R(6, 5), R(7, 5))]),
    ),
    "a tail that rises": lambda: Bound(
        p**2 * sp.exp(-p),
        R(11, 20),
        Boxes(
            {p: (0, oo)}, tails=[Tail(p, 4, t, Increasing(t, Manifest((t + 4) * (t + 2) * sp.exp(-t - 4))))]
        ),
    ),
    "a tail that falls": lambda: Bound(
        sp.tanh(x), 1, Boxes({x: (0, oo)}, tails=[Tail(x, 3, t, Falling(t, Manifest(sp.sech(t + 3) ** 2)))])
    ),
    "two symbols": lambda: Bound(p * q * sp.exp(-p - q), R(1, 7), Boxes({p: (0, 10), q: (0, 10)})),
    "strict": lambda: Bound(p / (1 + sp.exp(p)), R(27847, 100000), Boxes({p: (0, 4)}), strict=True),
    "strict, open at contact": lambda: Bound(
        p - sp.tanh(p),
        p**3 / 3,
        Boxes({p: (0, 3)}, near=[Contact(p, 0, 0, R(1, 4), 5)]),
        strict=True,
    ),
    "kinks": lambda: Bound(clip(x, -1, 1), sp.Abs(x) + R(1, 100), Boxes({x: (-oo, oo)})),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_holds_is_established(name):
    bound = TRUE[name]()
    assert bound.status == "bounded"
    assert bound.method.startswith("bound: interval arithmetic, ")
    assert " box" in bound.method and bound.report.boxes > 0 and bound.seconds > 0
    assert ("equality apart" in bound.method) is ("contact" in name)


@pytest.mark.parametrize("name", TRUE)
def test_the_reverse_is_refuted(name):
    bound = TRUE[name]()
    with pytest.raises(Refuted):
        replace(bound, left=bound.right, right=bound.left)


def test_a_margin_is_a_lower_bound():
    bound = Bound(x**2, 2, Boxes({x: (-1, 1)}))
    assert 0 < bound.report.margin <= 1
    assert "margin at least" in bound.method


def test_the_domain_is_part_of_the_statement():
    assert Bound(x**2, 2, Boxes({x: (-1, 1)})).statement.endswith(r",\quad -1 \le x \le 1")
    assert Bound(p, 2, Boxes({p: (0, 2)})).statement.endswith(r",\quad 0 < p \le 2")
    assert "quad" not in Bound(-(x**2), 1, Boxes({x: (-oo, oo)})).statement


@pytest.mark.parametrize(
    ("left", "right", "because"),
    [
        (x - sp.tanh(x), x**3 / 4, Boxes({x: (0, oo)}, near=[Contact(x, 0, 0, R(1, 2), 3)])),
        (x**2, 1, Boxes({x: (-1, R(10001, 10000))})),
        (p * q * sp.exp(-p - q), R(135, 1000), Boxes({p: (0, 10), q: (0, 10)})),
        (0, (x - R(1, 3)) ** 2 - R(1, 10**8), Boxes({x: (0, 1)})),
        (0, sp.Abs(x - 2**9) - R(1, 100), Boxes({x: (0, oo)})),
        (0, x**2 - R(1, 10), Boxes({x: (-1, 1)}, near=[Contact(x, 0, R(-1, 2), R(1, 2))])),
    ],
    ids=str,
)
def test_what_fails_is_refuted_with_a_point(left, right, because):
    with pytest.raises(Refuted, match="is false: at"):
        Bound(left, right, because)


@pytest.mark.parametrize(
    ("left", "right", "because", "words"),
    [
        (2 * x, x**2 + 1, Boxes({x: (0, 3)}), "is not decided after"),
        (0, x**2 - 2 * x / 3 + R(1, 9) + R(1, 10**9), Boxes({x: (0, 1)}, budget=5), "after 5 boxes"),
        (0, 1 / x + 2, Boxes({x: (-R(1, 4), 1)}), "is false|is not decided"),
        (0, sp.exp(1 / x), Boxes({x: (-1, 1)}), "is not decided"),
        (0, x**2 / sp.Abs(x), Boxes({x: (-1, 1)}), "is not decided"),
        (0, sp.log(x) ** 2, Boxes({x: (-1, 1)}), "is false|is not decided"),
        (0, sp.Abs(x), Boxes({x: (-1, 1)}, near=[Contact(x, 0, -R(1, 2), R(1, 2))]), "may have kinks"),
        (0, x**4 + x**2, Boxes({x: (-1, 1)}, near=[Contact(x, 0, -R(1, 2), R(1, 2), 4)]), "vanish"),
        (0, x**2 + R(1, 5), Boxes({x: (-1, 1)}, near=[Contact(x, 0, -R(1, 2), R(1, 2))]), "vanish"),
        (0, 1 - sp.cos(x), Boxes({x: (-1, 4)}, near=[Contact(x, 0, -1, 4)]), "not of one sign"),
        (x**2, 2, Boxes({x: (-1, 1)}, forms=[3 - x**2]), "the form"),
        (sp.tanh(p), 1, Boxes({p: (0, oo)}, tails=[Tail(p, 1, t, Falling(t, Manifest(1)))]), "beyond p"),
        (-1, sp.tanh(p), Boxes({p: (0, oo)}, tails=[Tail(p, 1, t, Falling(t, Manifest(t)))]), "beyond p"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_shown_is_not_established(left, right, because, words):
    with pytest.raises((Undecided, Refuted) if "|" in words else Undecided, match=words):
        Bound(left, right, because)


def test_a_form_gives_no_value_where_there_is_none():
    gap = (x**2 - 1) / (x - 1) + 3
    assert Bound(0, gap, Boxes({x: (2, 3)}, forms=[x + 4])).status == "bounded"
    with pytest.raises(Undecided, match="is not decided"):
        Bound(0, gap, Boxes({x: (0, 2)}, forms=[x + 4]))


def test_contact_needs_a_neighbourhood_without_roots():
    """The second derivative of p^(3/2) is positive, but there is no Taylor formula at 0."""
    with pytest.raises(Undecided, match="is not decided"):
        Bound(0, p ** R(3, 2), Boxes({p: (0, 1)}, near=[Contact(p, 0, 0, R(1, 2), 2)]))


def test_a_root_hidden_in_a_square_is_no_contact():
    kink = sp.sqrt((x - 1) ** 2 + 0, evaluate=False)
    with pytest.raises(Undecided):
        Bound(0, kink, Boxes({x: (0, 2)}, near=[Contact(x, 1, R(1, 2), R(3, 2))]))


@pytest.mark.parametrize(
    "task",
    [
        lambda: Boxes({}),
        lambda: Boxes({s: (0, 1) for s in sp.symbols("a:d", real=True)}),
        lambda: Boxes({x: (1, 0)}),
        lambda: Boxes({x: (0, 0.5)}),
        lambda: Boxes({x: (0, sp.pi)}),
        lambda: Boxes({p: (-1, 1)}),
        lambda: Boxes({sp.Symbol("z"): (0, 1)}),
        lambda: Bound(x * y, 1, Boxes({x: (0, 1)})),
        lambda: Contact(x, 2, 0, 1),
        lambda: Contact(x, R(1, 2), 0, 1, 3),
        lambda: Contact(x, 0, -oo, 1),
        lambda: Tail(x, 3, x, Manifest(x)),
        lambda: Tail(x, 3, t, Boxes({t: (0, oo)})),
        lambda: Bound(x**2, 1, Boxes({x: (0, 1)}), given=[(x, 1)]),
        lambda: Bound(0, x**2, Boxes({x: (0, 1)}, near=[Contact(x, 0, 0, R(1, 2))]), strict=True),
    ],
)
def test_bad_domains(task):
    with pytest.raises(BadInput):
        task()


def test_a_smaller_domain_serves_no_global_reason():
    """A second derivative known on a part says nothing about the whole."""
    with pytest.raises(BadInput, match="for all values"):
        Bound(2 * x, x**2 + 1, Convex(x, 1, Boxes({x: (0, 3)})))
    with pytest.raises(BadInput, match="for all values"):
        Bound(0, p, Increasing(p, Boxes({p: (0, 1)})))
    with pytest.raises(BadInput, match="for all values"):
        tail = Tail(x, 3, t, Falling(t, Boxes({t: (0, 5)})))
        Bound(sp.tanh(x), 1, Boxes({x: (0, oo)}, tails=[tail]))
    part = Bound(sp.sin(x), 2, Boxes({x: (-1, 1)}))
    with pytest.raises(BadInput, match="for all values"):
        Bound(sp.sin(x), 2, Manifest(part.difference, using=[part]))


def test_a_reason_that_rests_on_boxes_is_bounded():
    inner = Bound(2 * x, x**2 + 1, Convex(x, 1, Boxes({x: (-oo, oo)})))
    assert inner.status == "bounded"
    positive = Bound(sp.sin(x), 2, Boxes({x: (-oo, oo)}), strict=True)
    assert Bound(sp.sin(x), 2, Manifest(positive.difference, using=[positive])).status == "bounded"
    assert Bound(2 * x, x**2 + 1, Manifest((x - 1) ** 2)).status == "proved"


@given(
    centre=st.fractions(-2, 2, max_denominator=8),
    depth=st.fractions(R(-1, 4), R(1, 4), max_denominator=64),
)
def test_a_parabola_is_decided_as_it_is(centre, depth):
    """x^2 - 2cx + c^2 + depth >= 0 on [-3, 3] exactly when depth >= 0; at depth 0 by contact."""
    c, e = sp.Rational(centre), sp.Rational(depth)
    gap = sp.expand((x - c) ** 2 + e)

    def build():
        return Bound(0, gap, Boxes({x: (-3, 3)}))

    if e > 0:
        assert build().status == "bounded"
    elif e < 0:
        with pytest.raises(Refuted):
            build()
    else:
        contact = Contact(x, c, c - 1, c + 1)
        assert Bound(0, gap, Boxes({x: (-3, 3)}, near=[contact])).status == "bounded"


def test_a_claim_of_numbers(tmp_path, monkeypatch):
    row = "- {id: B1, says: It is so., note: none, kind: bound, chapter: first}\n"
    (tmp_path / "claims.yml").write_text(row)
    monkeypatch.chdir(tmp_path)
    bound = Bound(x**2, 2, Boxes({x: (-1, 1)}))
    verdict = establish("B1", bound, bound.twin(right=R(1, 2)))
    assert verdict.status == "bounded"
    assert "is false" in verdict.twin
