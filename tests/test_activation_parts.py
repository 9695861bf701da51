"""How an activation is derived, step by step: the gap, the lemma, the links, the limits, the refusals."""

import math

import numpy as np
import pytest
import sympy as sp
from sympy import cosh, exp, log, sign, tanh

from iem import (
    STATISTICS,
    BadInput,
    Cauchy,
    Gate,
    Gated,
    Gaussian,
    HalfLine,
    Mode,
    Points,
    Signs,
    Vectors,
    activation,
    shapes,
    zero,
)
from iem.activations import GAP, ONE, SHARED, TWO, Activation, _endless, _last_axis, pair_lemma
from iem.cases import cells
from iem.continuous import ContinuousActivation
from iem.derived import TAU
from iem.exact import clip, symbol
from iem.shapes import Z
from iem.vector_activations import VectorActivation

m, b, s, sigma, kappa = map(symbol, ("m", "b", "s", "sigma", "kappa"))
p, q = sp.symbols("p q", positive=True)
V = sp.Symbol("v", real=True)

INSERTED, OUT = "the energies inserted", "the shared energy drops out, the gap is left"
G = m * Z / (sigma**2 * TAU)  # half the log-odds of the Gaussian pair
ODDS = exp(G) + exp(-G)
SHARES = sp.Tuple(exp(G) / ODDS, exp(-G) / ODDS)


def told(chain):
    """The reason, the cases and what vouches for each link."""
    return [(link.reason, link.cases, type(link.by).__name__) for link in chain.links]


# The gap


@pytest.mark.parametrize(
    ("name", "end", "reason", "cases"),
    [
        ("gaussian", 2 * m * Z / sigma**2, "what the energies share cancels", 0),
        ("laplace", 2 * clip(Z, -m, m) / b, "constant, linear, constant", 3),
        ("cosine", 2 * kappa * sp.sin(m) * sp.sin(Z), "what the energies share cancels", 0),
        ("sech", log(cosh((Z + m) / s)) - log(cosh((Z - m) / s)), "no simpler shape is known", 0),
    ],
)
def test_the_gap_and_how_it_is_found(name, end, reason, cases):
    a = activation(name, "mean")
    gap = a.gap
    assert (
        gap.lhs == sp.Function("Delta")(Z) and gap.start == a.energies[1] - a.energies[0] and gap.end == end
    )
    assert gap.why == "the energy of the second less that of the first" and a.gap is gap
    assert [(link.reason, len(link.cases)) for link in gap.links] == [(reason, cases)]


def test_what_the_energies_share_is_their_mean_as_short_as_it_gets():
    shared = activation("gaussian", "log-evidence")._shared
    assert str(shared) == "(m**2 + z**2)/(2*sigma**2)"
    assert str(activation("laplace", "mean")._shared) == "(Abs(m - z) + Abs(m + z))/(2*b)"


# The lemma and its instances


@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("prior", [None, (sp.Integer(3), sp.Integer(1)), (p, q)])
def test_the_lemma_of_a_statistic(name, prior):
    statistic = STATISTICS[name]().exact()
    lemma = pair_lemma(statistic, (sp.S.One, -sp.S.One), prior)
    weights = prior or (1, 1)
    first = [w * exp(-d / TAU) for w, d in zip(weights, (ONE, TWO), strict=True)]
    second = [w * exp(d / (2 * TAU)) for w, d in zip(weights, (GAP, -GAP), strict=True)]
    assert all(lemma.start.has(w) for w in first) and not lemma.start.has(GAP, SHARED)
    assert all(lemma.links[0].expr.has(e.args[-1] if prior else e) for e in second)
    assert not lemma.links[0].expr.has(ONE, TWO) and not lemma.end.has(ONE, TWO)
    shared = name == "log-evidence"
    assert lemma.end.has(SHARED) == lemma.links[0].expr.has(SHARED) == shared
    reason = "the shared energy is taken out, the gap is left" if shared else OUT
    assert [link.reason for link in lemma.links] == [reason, statistic.lemma]
    meanings = [(GAP, TWO - ONE)] + [(SHARED, (ONE + TWO) / 2)] * shared
    assert [tuple(rule) for rule in lemma.where] == meanings
    assert lemma.lhs == sp.Function(statistic.name)(Z) and lemma.why == INSERTED
    assert pair_lemma(statistic, (sp.S.One, -sp.S.One), prior) is lemma


@pytest.mark.parametrize(
    ("name", "middle", "end"),
    [
        ("mean", (exp(G) - exp(-G)) / ODDS, tanh(G)),
        ("mode", sign(exp(G) - exp(-G)), sign(Z)),
        ("full", SHARES, sp.Tuple(1 / (1 + exp(-2 * G)), 1 / (1 + exp(2 * G)))),
        ("gated", (Z * exp(G) - Z * exp(-G)) / ODDS, Z * tanh(G)),
        ("variance", None, cosh(G) ** -2),
        ("entropy", None, log(2 * cosh(G)) - G * tanh(G)),
        ("log-evidence", None, (m**2 + Z**2) / (2 * sigma**2) - TAU * log(2 * cosh(G))),
        ("log-full", sp.Tuple(*map(log, SHARES)), None),
    ],
)  # fmt: skip
def test_the_chain_of_the_gaussian_pair(name, middle, end):
    a = activation("gaussian", name)
    chain, statistic = a.derivation, a.statistic
    reason = "the shared energy is taken out, the gap is left" if name == "log-evidence" else OUT
    assert told(chain) == [(reason, (), "Instance"), (statistic.lemma, (), "Instance")]
    assert chain.lhs == sp.Function(statistic.name)(Z) and chain.why == INSERTED
    assert middle is None or chain.links[0].expr == middle
    assert end is None or chain.end == end
    assert chain.start.has(*(exp(-d / TAU) for d in a.energies)) and not chain.start.has(tanh, cosh)


def test_the_cases_of_the_gap_are_those_of_the_first_link_alone():
    a = activation("laplace", "mean", Signs(prior=(3, 1)))
    (_, first, _), (_, second, _) = told(a.derivation)
    assert first == a.gap.links[0].cases and len(first) == 3 and second == ()
    assert zero(a.expr - tanh(clip(Z, -m, m) / (b * TAU) + log(3) / 2)) is True


@pytest.mark.parametrize(
    ("name", "hypotheses", "end", "last"),
    [
        ("laplace", None, sign(Z), ("they have one sign", 5, "NoneType")),
        ("cauchy", None, sign(Z), ("the energy grows with distance", 0, "Farther")),
        ("cosine", None, sign(sp.sin(m) * sp.sin(Z)), (Mode.lemma, 0, "Instance")),
        ("cauchy", Points((1, -1)), None, (Mode.lemma, 0, "Instance")),
        ("gaussian", Points((3, 1), (1, -1)), sign(Z - 2), (Mode.lemma, 0, "Instance")),
        ("cauchy", Signs(prior=(3, 1)), None, (Mode.lemma, 0, "Instance")),
        ("-u**2", None, -sign(Z), (Mode.lemma, 0, "Instance")),
    ],
)
def test_the_last_link_of_a_mode(name, hypotheses, end, last):
    chain = activation(name, "mode", hypotheses).derivation
    reason, cases, by = told(chain)[-1]
    assert (reason, len(cases), by) == last and (end is None or chain.end == end)
    assert len(chain.links) == (2 if reason == Mode.lemma else 3)
    if cases:
        assert cases == tuple(cells(Z, chain.links[1].expr, chain.end))


def test_the_distances_that_are_compared():
    farther = activation("cauchy", "mode").derivation.links[-1].by
    assert (farther.kernel, farther.one, farther.two) == (Cauchy(), Z + m, Z - m)


def test_three_hypotheses_share_what_all_their_energies_share():
    a = activation("gaussian", "mean", Points((-1, 0, 1)))
    assert [link.reason for link in a.derivation.links] == [
        r"the shared energy $\frac{z^{2}}{2 \sigma^{2}}$ drops out",
        "opposite exponentials pair up",
    ]
    heavier = activation("gaussian", "mean", Points((-1, 0, 1), prior=(1, 2, 5))).derivation
    assert heavier.start.has(5 * exp(-((Z - 1) ** 2) / (2 * sigma**2 * TAU)))
    energy = activation("gaussian", "log-evidence", Points((-1, 0, 1)))
    at = {Z: 0.3, sigma: 0.8, TAU: 0.7}
    expected = -0.7 * math.log(sum(math.exp(-((0.3 - h) ** 2) / (2 * 0.64 * 0.7)) for h in (-1, 0, 1)))
    assert float(energy.expr.subs(at)) == pytest.approx(expected, rel=1e-12)
    assert [link.reason for link in activation("cauchy", "mean", Points((0, 1, 5))).derivation.links] == [
        "the shared energy $0$ drops out"
    ]


def test_a_free_energy_takes_a_normalised_prior_and_other_statistics_the_given_one():
    for name, prior in (("log-evidence", (sp.Rational(3, 4), sp.Rational(1, 4))), ("mean", (3, 1))):
        assert activation("gaussian", name, Signs(prior=(3, 1)))._points.prior == prior
    named = activation("gaussian", "log-evidence", Signs(prior=("p", "q")))
    assert named._points.prior == (p, q)
    assert activation("gaussian", "log-evidence")._points.prior is None
    assert activation("gaussian", "mean")._prior == (1, 1)
    assert activation("gaussian", "mean", Points((0, 1, 2)))._prior == (1, 1, 1)


# Limits, region by region

UNIT, THREE, FREE = None, (3, 1), ("p", "q")
HALF, QUARTERS = sp.S.Half, (sp.Rational(3, 4), sp.Rational(1, 4))


@pytest.mark.parametrize(
    ("name", "prior", "up", "down", "tie", "hot"),
    [
        ("mean", UNIT, 1, -1, 0, 0),
        ("mean", THREE, 1, -1, HALF, HALF),
        ("mean", FREE, 1, -1, (p - q) / (p + q), (p - q) / (p + q)),
        ("mode", THREE, 1, -1, 1, 1),
        ("mode", FREE, 1, -1, sign(log(p / q)), sign(log(p / q))),
        ("full", UNIT, (1, 0), (0, 1), (HALF, HALF), (HALF, HALF)),
        ("full", THREE, (1, 0), (0, 1), QUARTERS, QUARTERS),
        ("variance", THREE, 0, 0, QUARTERS[0], QUARTERS[0]),
        ("entropy", UNIT, 0, 0, log(2), log(2)),
        ("log-full", THREE, (0, -sp.oo), (-sp.oo, 0), tuple(map(log, QUARTERS)), tuple(map(log, QUARTERS))),
        ("gated", THREE, 2, 2, 0, Z / 2),
    ],
)
def test_limits_by_the_sign_of_the_gap(name, prior, up, down, tie, hot):
    a = activation("gaussian", name, Signs(prior=prior))
    for at, expected in ((2, up), (-2, down), (0, tie)):
        value = a.cold.subs(Z, at)
        assert value == (sp.Tuple(*expected) if isinstance(expected, tuple) else sp.sympify(expected))
    assert a.hot == (sp.Tuple(*hot) if isinstance(hot, tuple) else hot)


@pytest.mark.parametrize(("prior", "hot"), [(UNIT, -sp.oo), (FREE, None)])
def test_the_hot_free_energy_of_weights_that_do_not_sum_to_1(prior, hot):
    assert activation("gaussian", "log-evidence", Signs(prior=prior)).hot == hot


def test_the_hot_free_energy_is_the_mean_energy():
    a = activation("gaussian", "log-evidence", Signs(prior=THREE))
    one, two = a.energies
    for at in (-2, 0, 3):
        assert sp.expand((a.hot - QUARTERS[0] * one - QUARTERS[1] * two).subs(Z, at)) == 0


@pytest.mark.parametrize("prior", [UNIT, THREE])
def test_the_cold_free_energy_is_the_lower_energy(prior):
    a = activation("gaussian", "log-evidence", Signs(prior=prior))
    for at in (-2, 0, 3):
        assert sp.expand((a.cold - a.energies[at < 0]).subs(Z, at)) == 0


def test_limits_of_a_pair_elsewhere():
    a = activation("gaussian", "mean", Points((2, 0), (5, 1)))
    assert (a.cold, a.hot) == (2 * sign(Z - 1) + 3, 3)
    assert activation("gaussian", "variance", Points((2, 0), (5, 1))).cold.subs(Z, 1) == 4
    falls = activation("-u**2", "mean")
    assert falls.cold.subs(Z, 2) == -1 and falls.cold.subs(Z, -2) == 1


# Far out


@pytest.mark.parametrize(
    ("name", "statistic", "hypotheses", "far"),
    [
        ("gaussian", "mean", None, 1),
        ("gaussian", "mean", Points((2, 0), (5, 1)), 5),
        ("gaussian", "mean", Points((0, 2), (5, 1)), 1),
        ("-u**2", "mean", None, -1),
        ("-u**2", "gated", None, -sp.oo),
        ("gaussian", "gated", None, sp.oo),
        ("gaussian", Gated(payload="v"), None, V),
        ("laplace", Gated(payload="v"), None, V * tanh(m / (b * TAU))),
        ("gaussian", Gated(Mode(), "v"), Gate(), V),
        ("laplace", "mean", None, tanh(m / (b * TAU))),
        ("laplace", "gated", None, sp.oo),
        ("laplace", "log-evidence", None, sp.oo),
        ("huber", "log-evidence", None, sp.oo),
        ("laplace", "mode", None, 1),
        ("cauchy", "mean", None, 0),
        ("cauchy", "gated", None, None),
        ("cauchy", "mode", None, 1),
        ("cauchy", "mode", Points((1, -1)), None),
        ("cauchy", "mode", Signs(prior=(3, 1)), 1),
        ("cauchy", "mode", Signs(prior=(1, 3)), -1),
        ("cauchy", "mode", Signs(prior=("p", "q")), None),
        ("cauchy", "mean", Signs(prior=(3, 1)), tanh(log(3) / 2)),
        ("cauchy", "full", Signs(prior=(3, 1)), sp.Tuple(*QUARTERS)),
        ("laplace", "mode", Signs(prior=("p", "q")), sign(2 * m / b + TAU * log(p / q))),
        ("cauchy", "mode", Signs(prior=(3, sp.Rational(1, 3))), 1),
        ("cauchy", "mode", Signs(prior=(2, 2)), None),
        ("pseudo-huber", "mode", Signs(prior=(3, 1)), 1),
        ("pseudo-huber", "mode", Signs(prior=(1, 3)), None),
        ("laplace", Gated(Mode(), "v"), None, V),
        ("laplace", Gated(Mode(), "v"), Signs(prior=(3, 1)), V),
        ("laplace", Gated(payload="v"), Signs(prior=(3, 1)), V * tanh(m / (b * TAU) + log(3) / 2)),
        ("gaussian", "full", None, sp.Tuple(1, 0)),
        ("gaussian", "log-full", None, sp.Tuple(0, -sp.oo)),
        ("gaussian", "log-evidence", None, None),
        ("gaussian", "entropy", None, 0),
        ("cauchy", "entropy", None, log(2)),
        ("cosine", "mean", None, None),
        ("cosine", "mode", None, None),
        ("power", "mean", None, None),
        ("abs(u) - 2*abs(abs(u) - 1)", "mode", Signs(m=2), -1),
    ],
)  # fmt: skip
def test_far_out(name, statistic, hypotheses, far):
    assert activation(name, statistic, hypotheses).saturation == far


def test_slopes_component_by_component():
    a = activation("gaussian", "full", Signs(prior=(3, 1)))
    gain = m / (sigma**2 * TAU)
    assert a.slope == sp.Tuple(3 * gain / 8, -3 * gain / 8)
    assert activation("laplace", "mean").slope == 1 / (b * TAU)


@pytest.mark.parametrize(
    ("name", "statistic", "hypotheses", "found"),
    [
        ("logistic", "mean", None, "increasing"),
        ("huber", "mean", None, "nondecreasing"),
        ("sech", "mean", None, "increasing"),
        ("u**4", "mean", Points((1, -1)), "increasing"),
        ("power", "mean", None, None),
        ("power", "variance", None, "not monotone"),
        ("sech", "variance", None, "not monotone"),
        ("gaussian", "mode", Signs(prior=(3, 1)), None),
    ],
)
def test_how_it_moves(name, statistic, hypotheses, found):
    assert activation(name, statistic, hypotheses).monotone == found


@pytest.mark.parametrize(
    ("name", "statistic", "hypotheses", "found"),
    [
        ("gaussian", "mean", None, "increasing"),
        ("laplace", "mean", None, "nondecreasing"),
        ("cauchy", "mean", None, None),
        ("gaussian", "variance", None, None),
        ("gaussian", "mean", Points((1, -1)), None),
    ],
)
def test_what_convexity_tells_where_derivatives_do_not(monkeypatch, name, statistic, hypotheses, found):
    monkeypatch.setattr(shapes, "monotone", lambda form: None)
    assert activation(name, statistic, hypotheses).monotone == found


# Calls


def test_calls_in_numbers(xp):
    """With the closed form, and from energies where there is none that computes well."""
    z = xp.asarray([-0.5, 0.0, 2.0])
    for name, gap in (
        ("gaussian", lambda x: 2 * 1.5 * x / 0.64),
        ("sech", lambda x: np.log(np.cosh((x + 1.5) / 0.8)) - np.log(np.cosh((x - 1.5) / 0.8))),
    ):
        free = {"m": 1.5, "sigma" if name == "gaussian" else "s": 0.8}
        half = gap(np.asarray(z)) / 2
        for tau in (0.7, 1.0, 0):
            means = np.tanh(half / tau) if tau else np.sign(half)
            shares = np.stack([(1 + means) / 2, (1 - means) / 2], axis=-1)
            for statistic, expected in (
                ("mean", means),
                ("gated", means * np.asarray(z)),
                ("full", shares),
            ):
                got = activation(name, statistic)(z, tau=tau, **free)
                assert type(got) is type(z) and got.dtype == z.dtype
                np.testing.assert_allclose(np.asarray(got), expected, rtol=1e-12, atol=1e-15)
        heavier = activation(name, "mean", Signs(prior=(3, 1)))(z, tau=0.7, **free)
        np.testing.assert_allclose(np.asarray(heavier), np.tanh(half / 0.7 + np.log(3) / 2), rtol=1e-12)


def test_a_call_without_a_temperature_is_at_temperature_1():
    for name in ("gaussian", "sech"):
        a = activation(name, "mean", Signs(m=1))
        scale = dict.fromkeys(a.free(), 0.8)
        assert a(0.3, **scale) == a(0.3, tau=1, **scale) != a(0.3, tau=2, **scale)


@pytest.mark.parametrize(
    ("name", "statistic", "hypotheses", "closed"),
    [
        ("gaussian", "mean", None, True),
        ("laplace", "mode", None, True),
        ("cosine", "mean", None, True),
        ("sech", "mean", None, False),
        ("cauchy", "mean", None, False),
        ("pseudo-huber", "mean", None, False),
        ("gaussian", "entropy", None, False),
        ("gaussian", "log-full", None, False),
        ("gaussian", "mean", Points((1, 1)), False),
        ("gaussian", "mean", Points((-1, 0, 1)), False),
        ("gaussian", "mode", Points((-1, 0, 1)), False),
    ],
)
def test_which_calls_use_the_closed_form(name, statistic, hypotheses, closed):
    assert activation(name, statistic, hypotheses)._closed is closed


def test_entries_are_laid_along_a_last_axis(xp):
    z = xp.asarray([0.0, 1.0, 2.0], dtype=xp.float32)
    assert _last_axis(None, z, xp) is None and _last_axis((1, 2.5), z, xp) == (1, 2.5)
    laid = _last_axis((xp.asarray([5.0, 6.0, 7.0]), 2), z, xp)
    assert laid.dtype == xp.float32 and laid.shape == (3, 2)
    assert np.asarray(laid).tolist() == [[5, 2], [6, 2], [7, 2]]


def test_calls_with_arrays_for_priors_and_values(xp):
    """One prior, value or place for each evidence, of one type and laid along the last axis."""
    x = np.asarray([-0.4, 0.1, 0.7], dtype=np.float32)
    a = activation("sech", "mean", Points((1, 0, -1), ("v", 2, 3), ("w", 1, 2)))
    v, w = np.asarray([1.0, 4.0, 9.0]), np.asarray([0.5, 1.0, 3.0])
    got = a(x, tau=0.7, v=v, w=w, s=0.8)
    one = [
        float(a(float(e), tau=0.7, v=float(f), w=float(g), s=0.8)) for e, f, g in zip(x, v, w, strict=True)
    ]
    np.testing.assert_allclose(got, one, rtol=1e-5)
    assert got.shape == (3,) and got.dtype == np.float32
    other = a(xp.asarray(x), tau=0.7, v=xp.asarray(v), w=xp.asarray(w), s=0.8)
    assert other.dtype == xp.float32
    np.testing.assert_allclose(np.asarray(other), got, rtol=1e-5)
    grid = a(x.reshape(3, 1), tau=0.7, v=v, w=w, s=0.8)
    assert grid.shape == (3, 3)
    np.testing.assert_allclose(np.diag(grid), one, rtol=1e-5)


# What is free, what is positive, what is refused


def test_free_parameters_in_the_order_of_hypotheses_kernel_and_statistic():
    a = activation("gaussian", Gated(payload="v"), Points(("u", "m"), ("x", "u"), ("p", "q")))
    assert a.free() == ["u", "m", "x", "p", "q", "sigma", "v"]
    assert a._positive() == {"m", "p", "q", "sigma"}


def refused(task, *words):
    with pytest.raises(BadInput) as caught:
        task()
    assert str(caught.value) == "".join(words)


def test_questions_for_two_hypotheses_are_refused_for_others():
    mean, mode = (activation("gaussian", name, Points((-1, 0, 1))) for name in ("mean", "mode"))
    refused(lambda: mean.gap, "a gap needs two hypotheses, got 3")
    for what, question in (
        ("slope", "slope"), ("saturation", "saturation"), ("cold limit", "cold"), ("hot limit", "hot")
    ):  # fmt: skip
        for a in (mean, mode):
            told = f"the {what} is derived from a closed form for two hypotheses; {a} has none"
            refused(lambda a=a, question=question: getattr(a, question), told)
    assert mode.expr is None
    refused(lambda: mode.derivation, f"no closed form was reached for {mode}; it can still be called")


def test_what_makes_no_activation():
    refused(lambda: activation("gaussian", 3), "expected a statistic, got 3")
    told = "expected hypotheses, such as Signs, Points or HalfLine, got 'signs'"
    refused(lambda: activation("gaussian", "mean", "signs"), told)
    a = activation("gaussian", "mean")
    assert isinstance(a, Activation) and a == activation("gaussian", "mean", Signs())
    assert activation("gaussian", "mean", Gate()).hypotheses == Gate()
    with pytest.raises(BadInput, match="the evidence z"):
        a("z", m=1.0, sigma=1.0)


def test_the_sign_that_decides():
    def direction(name, hypotheses=None):
        return activation(name, "mean", hypotheses)._direction

    assert direction("cauchy") == direction("laplace") == Z
    assert direction("gaussian", Points((3, 1))) == Z - 2
    assert sp.cancel(direction("cosine") / (kappa * sp.sin(m) * sp.sin(Z))).is_positive
    assert direction("-u**2") == -4 * m * Z


def test_an_infinity_with_an_unknown_sign():
    x = sp.Symbol("x", real=True)
    assert _endless(sp.oo * sign(x)) is True
    assert _endless(sp.oo) is _endless(sign(x)) is _endless(x) is False


@pytest.mark.parametrize(
    ("kind", "hypotheses"),
    [
        (VectorActivation, Vectors([[3, 4], [5, 0]])),
        (ContinuousActivation, HalfLine()),
        (Activation, Gate()),
    ],
)
def test_each_set_of_hypotheses_has_its_kind_of_activation(kind, hypotheses):
    a = activation("gaussian", "mode", hypotheses)
    assert type(a) is kind and a.hypotheses is hypotheses
    assert (a.kernel, a.statistic) == (Gaussian(), Mode())
