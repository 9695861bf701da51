"""Hypotheses that are vectors: what is derived, what is computed, how exactly, and what is refused."""

import mpmath
import numpy as np
import pytest
import sympy as sp
from conftest import numpy_of
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import iem
from iem import BadInput, Full, Gaussian, Laplace, Mean, Mode, Points, Refuted, Signs, responsibilities
from iem.arrays import as_array
from iem.exact import symbol
from iem.vector_activations import VectorActivation
from iem.vectors import Mahalanobis, Vectors, absorbing

m, sigma, tau, z, z_1, z_2 = map(symbol, ("m", "sigma", "tau", "z", "z_1", "z_2"))
rho = sp.Symbol("rho", positive=True)
STATISTICS = (Mean(), Mode(), Full())


def keys(count, dimension=2):
    """Symbolic keys k_11, k_12, ..."""
    return sp.Matrix(count, dimension, lambda i, j: sp.Symbol(f"k_{i + 1}{j + 1}", real=True))


def scores(table):
    return [sp.Add(*(x * y for x, y in zip((z_1, z_2), row, strict=True))) for row in table.tolist()]


def lengths(table):
    return [sp.Add(*(x**2 for x in row)) for row in table.tolist()]


def softmax(exponents):
    total = sp.Add(*map(sp.exp, exponents))
    return [sp.exp(x) / total for x in exponents]


def same(one, two):
    return all(iem.zero(a - b) for a, b in zip(one, two, strict=True))


def direct(q, k, v, temperature, prior=None, mask=None):
    """The definition in double precision, with every energy written out."""
    d = ((np.asarray(q)[..., None, :] - np.asarray(k)) ** 2).sum(-1) / 2
    d = d if mask is None else np.where(mask, d, np.inf)
    return responsibilities(d, temperature, prior=prior) @ np.asarray(v)


# What is derived


def test_the_chain_starts_from_the_energies():
    a = VectorActivation(Gaussian(), Full(), Vectors(keys(3)))
    table = keys(3).tolist()
    assert same(a.energies, [((z_1 - x) ** 2 + (z_2 - y) ** 2) / (2 * sigma**2) for x, y in table])
    assert all(a.derivation.start.has(sp.exp(-d / tau)) for d in a.energies)
    assert a.derivation.end == a.expr


def test_keys_of_any_length_have_a_bias():
    k = keys(3)
    a = VectorActivation(Gaussian(), Full(), Vectors(k))
    s, n = scores(k), lengths(k)
    assert a.expr == sp.Tuple(
        *softmax([x / (sigma**2 * tau) - y / (2 * sigma**2 * tau) for x, y in zip(s, n, strict=True)])
    )
    assert not same(a.expr, softmax([x / (sigma**2 * tau) for x in s]))


def test_keys_of_one_length_have_none():
    k = keys(3)
    a = VectorActivation(Gaussian(), Full(), Vectors(k, norm=rho))
    assert a.expr == sp.Tuple(*softmax([x / (sigma**2 * tau) for x in scores(k)]))
    assert a.derivation.given == tuple((n, rho**2) for n in lengths(k))
    with pytest.raises(Refuted):
        a.derivation.ending(sp.Tuple(*softmax([x / (sigma * tau) for x in scores(k)])))


def test_equal_lengths_of_numbers_are_noticed():
    a = VectorActivation(Gaussian(), Full(), Vectors([[3, 4], [5, 0], [0, -5]]))
    assert not a.derivation.given
    table = sp.Matrix([[3, 4], [5, 0], [0, -5]])
    assert same(a.expr, softmax([x / (sigma**2 * tau) for x in scores(table)]))
    assert "one norm" in a.derivation.links[-1].reason
    unequal = VectorActivation(Gaussian(), Full(), Vectors([[3, 4], [5, 0], [0, -6]]))
    assert "one norm" not in unequal.derivation.links[-1].reason


def test_a_prior_absorbs_the_lengths():
    k = keys(3)
    prior = absorbing(k, tau * sigma**2)
    a = VectorActivation(Gaussian(), Full(), Vectors(k, prior=prior))
    assert a.expr == sp.Tuple(*softmax([x / (sigma**2 * tau) for x in scores(k)]))
    assert "the prior absorbs" in a.derivation.links[-1].reason
    half = VectorActivation(Gaussian(), Full(), Vectors(k, prior=absorbing(k, 2 * tau * sigma**2)))
    assert "absorbs" not in half.derivation.links[-1].reason


@pytest.mark.parametrize("statistic", STATISTICS)
def test_on_the_line_it_is_the_signed_pair(statistic):
    pair = Vectors([[m], [-m]], values=[1, -1])
    a = VectorActivation(Gaussian(), statistic, pair)
    assert a.expr == iem.activation(Gaussian(), statistic, Signs()).expr
    assert a.free() == ["m", "sigma"]


def test_two_keys_are_a_tanh_of_half_the_difference():
    k = keys(2)
    a = VectorActivation(Gaussian(), Mean(), Vectors(k, values=[1, -1], norm=rho))
    one, two = scores(k)
    assert iem.zero(a.expr - sp.tanh((one - two) / (2 * sigma**2 * tau)))
    free = VectorActivation(Gaussian(), Mean(), Vectors(k, values=[1, -1]))
    gap = one - two - (lengths(k)[0] - lengths(k)[1]) / 2
    assert iem.zero(free.expr - sp.tanh(gap / (2 * sigma**2 * tau)))


def test_two_keys_with_priors_and_vector_values():
    p, r = sp.symbols("p r", positive=True)
    a = VectorActivation(Gaussian(), Mean(), Vectors([[m], [-m]], [[1, 3], [-1, 1]], prior=[p, r]))
    step = sp.tanh(m * z / (sigma**2 * tau) + sp.log(p / r) / 2)
    assert same(a.expr, (step, 2 + step))


def test_mahalanobis_is_a_linear_layer_and_tanh():  # G7
    e = sp.Symbol("e", real=True)
    f, g = sp.symbols("f g", positive=True)
    root = sp.Matrix([[f, 0], [e, g]])
    covariance = root * root.T
    key = keys(1)
    pair = Vectors(sp.Matrix([key, -key]), values=[1, -1])
    a = VectorActivation(Mahalanobis(covariance), Mean(), pair)
    projection = (key * covariance.inv() * sp.Matrix([z_1, z_2]))[0]
    assert iem.zero(a.expr - sp.tanh(projection / tau))


def test_no_closed_form_for_the_mode_of_three():
    a = VectorActivation(Gaussian(), Mode(), Vectors(keys(3)))
    assert a.expr is None
    with pytest.raises(BadInput, match="no closed form"):
        _ = a.derivation
    assert "it can be called" in a._repr_html_()


def test_one_key_is_its_value():
    a = VectorActivation(Gaussian(), Mean(), Vectors([[1, 2]], values=[7]))
    assert a.expr == 7
    assert a([0.0, 0.0], sigma=1.0) == 7


@pytest.mark.parametrize("statistic", STATISTICS)
def test_the_closed_form_and_the_call_agree_to_fifty_digits_and_to_rounding(statistic):
    k = Vectors([[0.5, -1.25], [2, 0.75]], [[1, 4], [-3, 0.5]], prior=[0.25, 0.75])
    a = VectorActivation(Gaussian(0.75), statistic, k)
    at = {z_1: sp.Rational(3, 8), z_2: sp.Rational(-5, 4), tau: sp.Rational(3, 5)}
    sides = [e.subs(at) for e in (a.derivation.start, a.expr)]
    with mpmath.workdps(60):
        for start, end in zip(*sides, strict=True):
            assert abs(mpmath.mpf(sp.N(start, 60)) - mpmath.mpf(sp.N(end, 60))) < mpmath.mpf(10) ** -50
    called = a([0.375, -1.25], tau=0.6)
    assert np.allclose(called, [float(x) for x in sides[1]], rtol=1e-14, atol=0)


def test_a_derivation_loads_no_numpy():
    import subprocess
    import sys

    code = (
        "import sys, sympy as sp; from iem import Gaussian, Mean; from iem.vector_activations import *;"
        "VectorActivation(Gaussian(), Mean(), Vectors([[1, 2], [sp.Rational(1, 2), 0]])).derivation;"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_how_it_is_shown():
    a = VectorActivation(Gaussian(), Mean(), Vectors([[3, 4], [5, 0]], values=[1, -1]))
    assert str(a) == (
        "Gaussian(sigma='sigma') x Mean() over Vectors(2 locations in 2 dimensions, each with a number)"
    )
    assert a._repr_html_() == a.derivation._repr_html_()
    assert r"\tanh" in a._repr_latex_()
    large = VectorActivation(Gaussian(1.0), Mean(), Vectors(np.ones((50, 8))))
    assert large._repr_html_() == f"<p>{large}: it can be called.</p>"


# What is computed

NUMBERS = np.random.default_rng(3)
Q, K, V = (NUMBERS.standard_normal(s) for s in ((6, 3), (5, 3), (5, 2)))


@pytest.mark.parametrize("temperature", [0.0, 0.05, 1.0, 40.0])
@pytest.mark.parametrize("values", [V, V[:, 0], None])
@pytest.mark.parametrize("prior", [None, (0.1, 0.2, 0.3, 0.1, 0.3)])
def test_a_call_is_the_definition(temperature, values, prior):
    a = VectorActivation(Gaussian(1.0), Mean(), Vectors(K, values, prior))
    expected = direct(Q, K, K if values is None else values, temperature, prior)
    assert np.allclose(a(Q, tau=temperature), expected, rtol=1e-12, atol=1e-13)
    assert np.allclose(a(Q[0], tau=temperature), expected[0], rtol=1e-12, atol=1e-13)
    assert a(Q[None, :2], tau=temperature).shape == (1, 2, *expected.shape[1:])


@pytest.mark.parametrize("covariance", [[[2.0, 0.0], [0.0, 0.5]], [2.0, 0.5]])
def test_energies_of_whole_numbers(covariance):
    energy = iem.Mahalanobis(covariance).energy
    np.testing.assert_allclose(energy(np.asarray([[1, 0], [1, 1]]), np), [0.25, 1.25], rtol=1e-15)


def test_every_array_library_and_type(xp, dtype):
    kind = getattr(xp, dtype)
    z, k, v = (xp.asarray(x.tolist(), dtype=kind) for x in (Q, K, V))
    mask = xp.asarray((np.arange(30).reshape(6, 5) % 4 > 0).tolist())
    tolerance = 1e-5 if dtype == "float32" else 1e-13
    for kernel in (Gaussian(0.7), Mahalanobis(0.49), Mahalanobis(np.diag([0.49] * 3))):
        for statistic in STATISTICS:
            a = VectorActivation(kernel, statistic, Vectors(k, v, prior=[1, 2, 1, 1, 1]))
            result = a(z, tau=0.8, mask=mask)
            assert result.dtype == kind
            assert type(result) is type(z)
            plain = VectorActivation(kernel, statistic, Vectors(K, V, prior=[1, 2, 1, 1, 1]))
            expected = plain(Q, tau=0.8, mask=numpy_of(mask))
            assert np.allclose(numpy_of(result), expected, rtol=tolerance, atol=tolerance)
            assert as_array(result)[1] is as_array(z)[1]


def test_batches_meet_as_in_matmul():
    k, v = NUMBERS.standard_normal((2, 4, 5, 3)), NUMBERS.standard_normal((2, 4, 5))
    q = NUMBERS.standard_normal((2, 4, 6, 3))
    prior = NUMBERS.uniform(0.5, 1, (2, 4, 5))
    a = VectorActivation(Gaussian(1.0), Mean(), Vectors(k, v, prior))
    for index in np.ndindex(2, 4):
        one = VectorActivation(Gaussian(1.0), Mean(), Vectors(k[index], v[index], prior[index]))
        assert np.allclose(a(q)[index], one(q[index]), rtol=1e-13)
    shared = VectorActivation(Gaussian(1.0), Mean(), Vectors(k, v, prior[0, 0]))
    assert shared(q[0, 0]).shape == (2, 4, 6)


def test_mahalanobis_against_its_definition():
    root = NUMBERS.standard_normal((3, 3))
    covariance = root @ root.T + np.eye(3)
    u = Q[:, None] - K
    d = np.einsum("qki,ij,qkj->qk", u, np.linalg.inv(covariance), u) / 2
    assert np.allclose(Mahalanobis(covariance).energy(u, np), d)
    a = VectorActivation(Mahalanobis(covariance), Full(), Vectors(K))
    assert np.allclose(a(Q, tau=0.5), responsibilities(d, 0.5), rtol=1e-12)
    exact = VectorActivation(Mahalanobis(sp.Matrix([[2, 1], [1, 3]])), Full(), Vectors([[0, 1], [2, 1]]))
    at = {z_1: 1, z_2: sp.Rational(1, 2), tau: 1}
    assert np.allclose(exact([1.0, 0.5]), [float(x) for x in exact.expr.subs(at)], rtol=1e-14)


def test_symbols_in_the_entries_are_parameters():
    a = VectorActivation(Gaussian(), Mean(), Vectors(keys(2), values=[m, -m]))
    assert a.free() == ["k_11", "k_12", "k_21", "k_22", "m", "sigma"]
    numbers = {"k_11": 0.5, "k_12": 1.0, "k_21": -2.0, "k_22": 0.25, "m": 2.0, "sigma": 0.5}
    expected = direct([0.1, 0.2], [[1.0, 2.0], [-4.0, 0.5]], [2.0, -2.0], 1.0)
    assert not np.isclose(a([0.1, 0.2], **numbers), expected)
    expected = direct([0.2, 0.4], [[1.0, 2.0], [-4.0, 0.5]], [2.0, -2.0], 1.0)
    assert np.isclose(a([0.1, 0.2], **numbers), expected, rtol=1e-14)


def test_the_absorbing_prior_gives_the_softmax_of_scores(dtype):
    q, k = Q.astype(dtype), K.astype(dtype)
    a = VectorActivation(Gaussian(0.5), Full(), Vectors(k, prior=absorbing(k, 2.0 * 0.25)))
    expected = responsibilities(-(Q @ K.T), 0.5)
    assert np.allclose(a(q, tau=2.0), expected, rtol=1e-5 if dtype == "float32" else 1e-12)


# Cold, ties, masks


def test_cold_is_the_nearest_and_ties_are_split_evenly():
    places = Vectors([[0, 0], [4, 0], [0, 4], [4, 4]], values=[1.0, 2.0, 6.0, 7.0])
    hard = VectorActivation(Gaussian(1.0), Mean(), places)
    z = [[1, 1], [2, 1], [2, 2], [3, 1]]
    assert hard(z, tau=0).tolist() == [1.0, 1.5, 4.0, 2.0]
    mode = VectorActivation(Gaussian(1.0), Mode(), places)
    assert mode(z, tau=3.0).tolist() == [1.0, 1.5, 4.0, 2.0]
    assert mode([1, 2]).tolist() == 3.5


def test_cold_with_a_prior_restricts_it():
    places = Vectors([[-1.0], [1.0], [3.0]], values=[1.0, 2.0, 5.0], prior=[3, 1, 1])
    full = VectorActivation(Gaussian(1.0), Full(), places)
    assert np.allclose(full([0.0], tau=0), [0.75, 0.25, 0.0], rtol=1e-15, atol=0)
    assert VectorActivation(Gaussian(1.0), Mode(), places)([0.0]).tolist() == 1.0


def test_the_mode_does_not_melt_and_weighs_a_prior():
    pair = Vectors([[1.0], [-1.0]], values=[1.0, -1.0])
    assert VectorActivation(Gaussian(1.0), Mode(), pair)([[0.5]], tau=1e20).tolist() == [1.0]
    weighed = Vectors([[1.0], [-1.0]], values=[1.0, -1.0], prior=[1, 50])
    mode = VectorActivation(Gaussian(1.0), Mode(), weighed)
    assert [mode([0.5], tau=t).tolist() for t in (0.1, 1.0)] == [1.0, -1.0]


def test_a_masked_key_is_no_key():
    mask = np.array([True, False, True, True, False])
    some = VectorActivation(Gaussian(1.0), Mean(), Vectors(K[mask], V[mask]))
    a = VectorActivation(Gaussian(1.0), Mean(), Vectors(K, V))
    assert np.allclose(a(Q, mask=mask), some(Q), rtol=1e-14)
    full = VectorActivation(Gaussian(1.0), Full(), Vectors(K))
    assert (full(Q, mask=mask)[:, ~mask] == 0).all()
    assert (full(Q, mask=mask.tolist()) == full(Q, mask=mask)).all()


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_row_without_a_key_has_no_posterior(statistic, temperature, capfd):
    mask = np.ones((6, 5), dtype=bool)
    mask[2] = False
    result = VectorActivation(Gaussian(1.0), statistic, Vectors(K, V))(Q, tau=temperature, mask=mask)
    assert np.isnan(result[2]).all()
    assert np.isfinite(np.delete(result, 2, axis=0)).all()
    assert capfd.readouterr().err == ""


# How exactly


def reference(z, k, temperature):
    """Responsibilities with 60 digits, from the numbers as they are stored."""
    with mpmath.workdps(60):
        rows = []
        for one in z:
            d = [sum((mpmath.mpf(float(x)) - mpmath.mpf(float(y))) ** 2
                     for x, y in zip(one, key, strict=True)) / 2 for key in k]  # fmt: skip
            w = [mpmath.exp(-(x - min(d)) / mpmath.mpf(temperature)) for x in d]
            rows.append([float(x / sum(w)) for x in w])
        return np.array(rows)


@pytest.mark.parametrize(
    ("z", "k", "temperature"),
    [
        ([[1e8, 0.25]], [[1e8, 0.0], [1e8 + 1, 0.0], [1e8, 1.0]], 1.0),  # a far origin
        ([[1e9, 0.0]], [[1.0, 0.0], [-1.0, 0.0]], 1e9),  # a far query
        ([[0.4, 0.0]], [[-1e7, 0.0], [1.0, 0.0], [0.0, 0.0]], 1.0),  # a far first key
        ([[0.3, 0.1]], [[0.3, 0.1 + 1e-6], [0.3 - 1e-6, 0.1], [5.0, 5.0]], 1e-12),  # near and cold
        (Q.tolist(), K.tolist(), 0.02),
    ],
)
def test_no_digits_are_lost_to_what_is_shared(z, k, temperature):
    a = VectorActivation(Gaussian(1.0), Full(), Vectors(k))
    assert np.allclose(a(z, tau=temperature), reference(z, k, temperature), rtol=1e-9, atol=1e-12)


finite = st.floats(-8, 8, width=16)


@settings(max_examples=60)
@given(
    z=arrays(float, (2, 2), elements=finite),
    k=arrays(float, (4, 2), elements=finite),
    temperature=st.sampled_from([0.0, 1e-3, 0.3, 5.0]),
    offset=arrays(float, 2, elements=st.integers(-1024, 1024)),
)
def test_it_is_a_posterior_wherever_the_origin_is(z, k, temperature, offset):
    a = VectorActivation(Gaussian(1.0), Full(), Vectors(k))
    r = a(z, tau=temperature)
    assert (r >= 0).all()
    assert np.allclose(r.sum(-1), 1, rtol=1e-14)
    moved = VectorActivation(Gaussian(1.0), Full(), Vectors(k + offset))(z + offset, tau=temperature)
    assert np.allclose(moved, r, rtol=1e-9, atol=1e-9)
    d = ((z[:, None] - k) ** 2).sum(-1) / 2
    assert np.allclose(r, responsibilities(d, temperature), rtol=1e-9, atol=1e-12)


@settings(max_examples=40)
@given(k=arrays(float, (5, 2), elements=finite), v=arrays(float, (5, 3), elements=finite))
def test_the_output_lies_in_the_hull_of_the_values(k, v):  # A2
    out = VectorActivation(Gaussian(1.0), Mean(), Vectors(k, v))(Q[:, :2], tau=0.7)
    assert (out <= v.max(axis=0) + 1e-12).all()
    assert (out >= v.min(axis=0) - 1e-12).all()


# What is refused


def refused(task, *words):
    with pytest.raises(BadInput) as caught:
        task()
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"locations": [1.0, 2.0]}, ("shape (K, D)", "(2,)")),
        ({"locations": []}, ("shape (K, D)",)),
        ({"locations": [[]]}, ("shape (K, D)", "(1, 0)")),
        ({"locations": np.ones((0, 2))}, ("shape (K, D)", "(0, 2)")),
        ({"locations": [[1, 2], [3]]}, ("rows of one length",)),
        ({"locations": [["m"], [1]]}, ("numbers or expressions", "'m'")),
        ({"locations": [[1, float("nan")]]}, ("finite", "nan")),
        ({"locations": np.array([[1, np.inf]])}, ("finite", "inf")),
        ({"locations": [[1j]]}, ("finite number", "1j")),
        ({"locations": [[1], [2]], "values": [1, 2, 3]}, ("values of shape (3,)", "(2, 1)")),
        ({"locations": [[1], [2]], "values": [[[1]], [[2]]]}, ("values of shape (2, 1, 1)",)),
        ({"locations": [[1], [2]], "prior": [1]}, ("prior of shape (1,)", "(2, 1)")),
        ({"locations": [[1], [2]], "norm": 1}, ("norm", "symbolic", "1")),
        ({"locations": keys(2), "norm": 2.0}, ("norm", "2.0")),
    ],
)
def test_vectors_that_are_none(given, words):
    refused(lambda: Vectors(**given), *words)


@pytest.mark.parametrize(
    "covariance",
    [0.0, -1.0, [1.0, 0.0], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [0.0, 1.0]], [[1.0, 2.0]], "sigma",
     [[[1.0]]], float("nan"), sp.Matrix([[1, 2], [2, 1]]), sp.Matrix([[1, m], [m, 1]]),
     sp.Matrix([[1, 1], [0, 1]]), sp.Symbol("x", real=True)],
)  # fmt: skip
def test_covariances_that_are_none(covariance):
    refused(lambda: Mahalanobis(covariance), "covariance")


def test_what_does_not_go_together():
    two = Vectors([[1, 2], [3, 4]])
    refused(lambda: VectorActivation(Laplace(), Mean(), two), "Gaussian or a Mahalanobis", "Laplace")
    refused(lambda: VectorActivation(Gaussian(), "mean", two), "Mean, Mode and Full", "'mean'")
    refused(lambda: VectorActivation(Gaussian(), Mean(), Points((1, 2))), "Vectors", "Points")
    refused(lambda: VectorActivation(Mahalanobis([1, 1, 1]), Mean(), two), "dimension 3", "dimension 2")


def test_calls_that_do_not_fit():
    a = VectorActivation(Gaussian(), Mean(), Vectors(K, V))
    refused(lambda: a(Q), "sigma is missing")
    refused(lambda: a(Q, sigma=1.0, b=2.0), "b is unknown")
    refused(lambda: a(Q, sigma=-1.0), "sigma must be a positive finite number", "-1.0")
    refused(lambda: a(Q, sigma=np.ones(6)), "sigma must be one number", "(6,)")
    refused(lambda: a(Q[:, :2], sigma=1.0), "z of shape (6, 2)", "(5, 3)")
    refused(lambda: a(1.0, sigma=1.0), "z of shape ()")
    refused(lambda: a(Q, sigma=1.0, tau=-1), "tau", "-1")
    refused(lambda: a(Q, sigma=1.0, mask=np.ones(5)), "Booleans", "(6, 5)")
    refused(lambda: a(Q, sigma=1.0, mask=np.ones(4, dtype=bool)), "(6, 5)", "(4,)")
    refused(lambda: a(Q, sigma=1.0, mask=np.ones((2, 6, 5), dtype=bool)), "(2, 6, 5)")
    weights = VectorActivation(Gaussian(1.0), Mean(), Vectors(K, V, prior=[1, 1, 1, 1, 0]))
    refused(lambda: weights(Q), "prior", "positive")
    batches = VectorActivation(Gaussian(1.0), Mean(), Vectors(np.ones((2, 5, 3))))
    refused(lambda: batches(Q[0]), "z of shape (3,)", "(2, 5, 3)")
    refused(lambda: batches(np.ones((3, 6, 3))), "z of shape (3, 6, 3)", "(2, 5, 3)")
    refused(lambda: batches.energies, "one set of locations")


def test_absorbing_needs_keys_and_a_scale():
    refused(lambda: absorbing([1.0, 2.0], 1.0), "shape (K, D)")
    refused(lambda: absorbing(K, 0.0), "scale", "0.0")
    refused(lambda: absorbing(keys(2), sp.Symbol("x", real=True)), "scale", "x")


@pytest.mark.parametrize("question", ["parity", "monotone"])
def test_what_is_asked_of_a_number_is_refused_for_a_vector(question):
    attention = VectorActivation(Gaussian(1), Full(), Vectors([[1, 0], [0, 1]]))
    with pytest.raises(BadInput, match="evidence that is a number"):
        getattr(attention, question)
    for ask in (attention.code, attention.plot, attention.at):
        with pytest.raises(BadInput, match="evidence that is a number"):
            ask()
