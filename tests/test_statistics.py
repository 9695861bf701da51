"""Every statistic: its definition at every temperature, its laws, its cold limit, and what it refuses."""

import mpmath
import numpy as np
import pytest
import sympy as sp
from conftest import numpy_of
from definitions import DEFINED, VECTORS, defined
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import iem
from iem import (
    STATISTICS,
    BadInput,
    Full,
    Gated,
    LogEvidence,
    LogFull,
    Mean,
    Mode,
    Variance,
    entropy,
    exact,
    log_responsibilities,
    responsibilities,
)
from iem.exact import symbol
from iem.posterior import Posterior
from iem.statistics import Pair, Statistic, statistic

INF = float("inf")
TEMPERATURES = [0, 1e-3, 0.02, 0.6, 1.0, 30.0, 1e3]
VALUES, PRIOR = (-1.5, 0.25, 2.0, 7.0), (0.1, 0.2, 0.3, 0.4)
ENERGIES = {
    "near": [0.3, 0.1, 0.7, 0.25],
    "far": [0.0, 3.0, 40.0, 2000.0],
    "ties": [1.5, 0.5, 0.5, 2.0],
    "all tied": [2.0, 2.0, 2.0, 2.0],
    "masked": [0.4, INF, 0.9, INF],
    "one left": [INF, INF, 3.0, INF],
    "rows": [[0.0, 1.0, 2.0, 3.0], [5.0, INF, 4.0, 4.0]],
    "negative": [-700.0, -701.0, -650.0, 0.0],
}
ROWS = array_shapes(min_dims=1, max_dims=2, min_side=2, max_side=5)
ANY = arrays(float, ROWS, elements=st.floats(-50, 50))
TAUS = st.floats(0.01, 100)


def summary(name, d, tau, prior=None, xp=np, values=VALUES):
    made = statistic(name).bound({"z": 1.0})
    return made.summary(Posterior.of(d, tau, prior), values, xp)


@pytest.mark.parametrize("name", DEFINED)
@pytest.mark.parametrize("energies", ENERGIES)
@pytest.mark.parametrize("prior", [None, PRIOR], ids=["unit", "prior"])
def test_it_is_what_it_is_defined_to_be(name, energies, prior):
    d = np.asarray(ENERGIES[energies])
    for tau in TEMPERATURES:
        got = summary(name, d, tau, prior)
        assert got.shape == (d.shape if name in VECTORS else d.shape[:-1])
        np.testing.assert_allclose(got, defined(name, d, tau, VALUES, prior), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", DEFINED)
def test_it_keeps_library_and_type(xp, dtype, name):
    d = xp.asarray([[0.0, 1.0, 0.5, INF], [2.0, 2.0, 9.0, 1.0]], dtype=getattr(xp, dtype))
    for tau in (0, 0.6):
        got = summary(name, d, tau, PRIOR, xp)
        assert got.dtype == d.dtype
        assert isinstance(got, type(d)) or got.ndim == 0
        np.testing.assert_allclose(
            numpy_of(got), defined(name, numpy_of(d), tau, VALUES, PRIOR), rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("name", STATISTICS)
def test_the_cold_limit_is_the_limit(name):
    for d in ([0.3, 0.1, 0.1, 0.9], [0.0, 1.0, 2.0, INF]):
        cold, cool = summary(name, np.asarray(d), 0, PRIOR), summary(name, np.asarray(d), 1e-5, PRIOR)
        if name == "mode":  # a tie is split by the prior first, as long as there is a temperature
            continue
        if name == "log-full":
            cool = np.where(cool < -1e3, -INF, cool)
        np.testing.assert_allclose(cold, cool, rtol=1e-4, atol=1e-4)


# Laws


@given(ANY, TAUS)
def test_entropy_lies_between_none_and_all(d, tau):
    s = summary("entropy", d, tau)
    assert (s >= 0).all()
    assert (s <= np.log(d.shape[-1]) * (1 + 1e-12)).all()
    np.testing.assert_array_equal(s, entropy(responsibilities(d, tau)))


@given(ANY, TAUS)
def test_logarithms_are_those_of_the_responsibilities(d, tau):
    log_r, r = summary("log-full", d, tau), summary("full", d, tau)
    np.testing.assert_allclose(np.exp(log_r), r, rtol=1e-11, atol=1e-300)
    assert (log_r <= 0).all()
    np.testing.assert_array_equal(log_r, log_responsibilities(d, tau))


@given(ANY, TAUS, st.data())
def test_free_energy_is_mean_energy_less_temperature_times_entropy(d, tau, data):  # T2
    share = data.draw(arrays(float, d.shape[-1], elements=st.floats(0.1, 10)))
    r, log_r = summary("full", d, tau), summary("log-full", d, tau)
    F = summary("log-evidence", d, tau)
    np.testing.assert_allclose(F, (r * (d + tau * log_r)).sum(axis=-1), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(F[..., None] - d, tau * log_r, rtol=1e-9, atol=1e-9)  # for every h
    r, log_r = summary("full", d, tau, share), summary("log-full", d, tau, share)
    gain = log_r - np.log(share / share.sum())
    F = summary("log-evidence", d, tau, share)
    np.testing.assert_allclose(F, (r * (d + tau * gain)).sum(axis=-1), rtol=1e-9, atol=1e-9)


@given(ANY, TAUS, st.data())
def test_mean_and_mode_lie_among_the_values_and_variance_is_theirs(d, tau, data):
    values = data.draw(arrays(float, d.shape[-1], elements=st.floats(-9, 9)))
    mean, mode, variance = (summary(s, d, tau, values=values) for s in ("mean", "mode", "variance"))
    low, high = values.min() - 1e-12, values.max() + 1e-12
    assert ((low <= mean) & (mean <= high) & (low <= mode) & (mode <= high)).all()
    assert (variance >= 0).all()
    assert (variance <= ((high - low) / 2) ** 2 + 1e-12).all()  # the widest: half at each end
    r = summary("full", d, tau)
    second = (r * values**2).sum(axis=-1)
    np.testing.assert_allclose(variance, second - mean**2, rtol=1e-7, atol=1e-9)


@given(ANY, TAUS, st.floats(-30, 30))
def test_what_is_shared_drops_out_of_all_but_the_evidence(d, tau, shift):  # I1
    for name in STATISTICS:
        if name == "mode":
            continue  # a rounding may break a tie
        one, two = (
            summary(name, d, tau, values=range(d.shape[-1])),
            summary(name, d + shift, tau, values=range(d.shape[-1])),
        )
        extra = shift if STATISTICS[name].sees_shared else 0
        np.testing.assert_allclose(two, one + extra, rtol=1e-8, atol=1e-8)


# The logarithms, where responsibilities underflow


@pytest.mark.parametrize("tau", [1e-3, 0.5, 1.0, 7.0, 1e3])
@pytest.mark.parametrize("prior", [None, (1, 2, 5)])
def test_logarithms_to_rounding(tau, prior):
    d = [0.1, 900.0, 12345.5]
    got = log_responsibilities(d, tau, prior=prior)
    with mpmath.workdps(60):
        weights = prior or (1, 1, 1)
        logs = [mpmath.log(w) - mpmath.mpf(e) / mpmath.mpf(tau) for w, e in zip(weights, d, strict=True)]
        top = max(logs)
        norm = top + mpmath.log(sum(mpmath.exp(x - top) for x in logs))
        exact = [float(x - norm) for x in logs]
    np.testing.assert_allclose(got, exact, rtol=1e-15, atol=3e-16)
    assert tau > 10 or (responsibilities(d, tau, prior=prior)[1:] == 0).any()


@pytest.mark.parametrize(("dtype", "tau"), [("float32", 1e-45), ("float64", 5e-324), ("float64", 1e-310)])
def test_logarithms_at_the_smallest_temperatures(xp, dtype, tau):
    d = xp.asarray([0.0, 1.0], dtype=getattr(xp, dtype))
    assert numpy_of(log_responsibilities(d, tau)).tolist() == [0, -INF]


def test_logarithms_of_the_largest_energies():
    got = log_responsibilities([1e308, -1e308], 1e308)
    np.testing.assert_allclose(got, [-2 - np.log1p(np.exp(-2)), -np.log1p(np.exp(-2))], rtol=1e-14)
    assert np.isnan(log_responsibilities([INF, INF])).all()
    assert log_responsibilities([0.0, INF, 0.0], 0).tolist() == [np.log(0.5), -INF, np.log(0.5)]


# A payload


def test_a_payload_multiplies():
    d, payload = np.asarray([[0.0, 1.0], [3.0, 1.0]]), np.asarray([2.0, -5.0])
    p = Posterior.of(d, 0.5)
    for inner in (Mean(), Mode()):
        got = Gated(inner, "v").bound({"v": payload, "z": 0.0}).summary(p, (1, 0), np)
        np.testing.assert_allclose(got, payload * inner.summary(p, (1, 0), np), rtol=1e-15)
    assert Gated(payload="v").free() == ["v"]
    assert Gated().free() == Gated(payload=3).free() == []
    assert str(Gated(Mode())) == "z x Mode()"
    assert Gated(payload=3.0).bound({"z": 1.0}).payload == 3.0
    z = np.asarray([1.0, INF])
    assert Gated().bound({"z": z}).payload is z  # the evidence, as it is
    with pytest.raises(BadInput, match="payload must be a finite number.*got 'warm'"):
        Gated(payload="v").bound({"v": "warm"})


@pytest.mark.parametrize("inner", [Full(), LogFull(), Variance(), Gated(), "mean", None], ids=repr)
def test_a_payload_gates_by_mean_or_mode(inner):
    with pytest.raises(BadInput, match="mean or the mode"):
        Gated(inner)


@pytest.mark.parametrize("payload", ["tau", "2x", "", float("nan"), float("inf"), None, [1]], ids=repr)
def test_what_is_no_payload(payload):
    with pytest.raises(BadInput, match="payload must be"):
        Gated(payload=payload)


def test_a_statistic_says_what_it_keeps():
    for made in (statistic(name) for name in STATISTICS):
        assert made.keeps and made.lemma and made.name
    assert statistic("Log_Evidence") == LogEvidence()
    assert len({STATISTICS[name].name for name in DEFINED}) == len(DEFINED) - 2  # mean, mode and gated: a


@pytest.mark.parametrize("name", STATISTICS)
def test_the_class_is_the_one_place_of_a_statistic(name):
    kind = STATISTICS[name]
    assert kind.named == name and kind.title and kind.shows
    assert getattr(iem, kind.__name__) is kind and kind.__name__ in iem.__all__
    assert ">>> " in kind.__doc__ and "Source: claim" in kind.__doc__ and r"\(" in kind.__doc__


def test_a_statistic_is_entered_when_it_is_defined(monkeypatch):
    monkeypatch.setitem(STATISTICS, "purity", None)  # as it was, when the test is over

    def define(**options):
        class Purity(Statistic, **options):
            pass

        return Purity

    own = define(named="purity", title="Purity", shows="agreement")
    assert statistic("purity") == own()
    assert (own.named, own.title, own.shows) == ("purity", "Purity", "agreement")
    plain = define(named="purity")
    assert STATISTICS["purity"] is plain and (plain.title, plain.shows) == ("purity", "purity")
    assert (define().named, define().title, define().shows) == (None, "Purity", "purity")
    for wrong, told in {
        "mean": "the statistic 'mean' is Mean",
        "M": "a statistic is named in small",
    }.items():
        with pytest.raises(BadInput, match=told):
            define(named=wrong)


@pytest.mark.parametrize("values", [(1, -1), (1, 0), (1, 1), (2, 0), (sp.Rational(5, 2), -3)], ids=str)
@pytest.mark.parametrize("prior", [(1, 1), (1, 3)], ids=str)
@pytest.mark.parametrize("name", STATISTICS)
def test_the_form_for_two_hypotheses_is_the_summary(name, values, prior):  # K2
    made = statistic(name).exact()
    tau, shared = sp.Rational(3, 5), sp.Rational(1, 4)
    prior = [sp.Rational(p, sum(prior)) for p in prior]
    for gap in (sp.Rational(-7, 5), sp.S.Zero, sp.Integer(2)):
        p = Posterior.of([shared - gap / 2, shared + gap / 2], tau, prior)
        found = made.of_gap(Pair(gap, shared, tau, values, prior), exact)
        given = made.summary(p, values, exact)
        found, given = (sp.Tuple(*(x if isinstance(x, sp.Tuple) else [x])) for x in (found, given))
        for one, two in zip(found, given, strict=True):
            assert abs(sp.N((one - two).subs(symbol("z"), 2), 30)) < 1e-20


def test_there_is_a_value_for_each_hypothesis():
    with pytest.raises(ValueError, match="zip"):
        Mean().summary(Posterior.of([sp.S.Zero] * 3), (1, -1), exact)


@pytest.mark.parametrize("name", STATISTICS)
def test_exact_and_numeric_summaries_agree(name):
    d, tau, values, prior = (0.3, 1.1, 0.7), 0.6, (-1.5, 0.25, 2.0), (0.2, 0.5, 0.3)
    made = statistic(name).bound({"z": 1.25})
    got = made.summary(Posterior.of(np.asarray(d), tau, prior), values, np)
    e, t, v, p = ([sp.Rational(str(x)) for x in xs] for xs in (d, [tau], values, prior))
    held = statistic(name).exact().summary(Posterior.of(e, *t, p), v, exact)
    form = held.subs(symbol("z"), sp.Rational(5, 4))
    found = [float(x) for x in form] if isinstance(form, sp.Tuple) else float(form)
    np.testing.assert_allclose(got, found, rtol=1e-12)
