"""What no formula accepts: the error names what came and what was expected."""

import array_api_strict
import numpy as np
import pytest
import sympy as sp

import iem
from iem import BadInput, Gaussian, Laplace, Link, Mean, Mode, Points, Signs, activation
from iem.decide import zero

INF, NAN = float("inf"), float("nan")
X = sp.Symbol("x", real=True)
PAIR = activation("gaussian", "mean")
TRIPLE = activation("gaussian", "full", Points((-1, 0, 1)))
BIASED = activation("laplace", "mean", Signs(prior=("pi_plus", "pi_minus")))


def refused(task, *words):
    """The task raises `BadInput`, and the message has every one of these words."""
    with pytest.raises(BadInput) as caught:
        task()
    for word in words:
        assert str(word) in str(caught.value)


def test_bad_input_is_an_error_of_the_package_and_of_values():
    assert issubclass(BadInput, iem.IemError)
    assert issubclass(BadInput, ValueError)


TEMPERATURES = [-1, -1e-300, NAN, INF, -INF, "1", "warm", b"1", None, 1j, [1], (1, 2), np.ones(2), 10**400]


@pytest.mark.parametrize("tau", TEMPERATURES, ids=lambda t: repr(t)[:12])
@pytest.mark.parametrize(
    "call",
    [
        lambda tau: iem.responsibilities([0.0, 1.0], tau),
        lambda tau: iem.free_energy([0.0, 1.0], tau),
        lambda tau: PAIR([0.0], m=1.0, sigma=1.0, tau=tau),
        lambda tau: TRIPLE([0.0], sigma=1.0, tau=tau),
    ],
    ids=["responsibilities", "free_energy", "pair", "triple"],
)
def test_temperature(call, tau):
    refused(lambda: call(tau), "temperature tau must be a finite number >= 0", repr(tau))


def test_temperature_beyond_the_type():
    d = np.zeros(2, "float32")
    refused(lambda: iem.responsibilities(d, 1e50), "1e+50", "largest float")


@pytest.mark.parametrize("tau", [0, -1, NAN, INF, sp.Integer(0), sp.Integer(-2), sp.nan, sp.oo, "1"])
def test_temperature_with_expressions(tau):
    for function in (iem.responsibilities, iem.free_energy):
        refused(lambda function=function: function([X, X], tau), "tau must be finite and > 0", repr(tau))


@pytest.mark.parametrize("function", [iem.responsibilities, iem.free_energy, iem.entropy])
def test_empty_hypothesis_set(function):
    refused(lambda: function([]), "empty", "(0,)")
    refused(lambda: function(np.zeros((3, 0))), "empty", "(3, 0)", "axis -1")
    refused(lambda: function(np.zeros((0, 3)), axis=0), "empty", "(0, 3)", "axis 0")


def test_empty_points():
    refused(lambda: Points(()), "empty", "at least one location")
    refused(lambda: Points([]), "empty")
    refused(
        lambda: iem.responsibilities([], sp.Symbol("tau", positive=True)),
        "the hypothesis set is empty: expected at least one energy",
    )


@pytest.mark.parametrize("function", [iem.responsibilities, iem.free_energy, iem.entropy])
@pytest.mark.parametrize(
    "d",
    [["a", "b"], ["1", "2"], None, [None, 1.0], [1j, 0], [[0, 1], [1]], np.array([1, "a"], object)],
    ids=repr,
)
def test_no_numbers(function, d):
    what = "the responsibilities" if function is iem.entropy else "the energies"
    refused(lambda: function(d), f"{what} must be", "numbers", repr(d))


def test_no_expressions():
    for function in (iem.responsibilities, iem.free_energy):
        refused(lambda function=function: function([X, "a"]), "numbers or expressions", "[x, 'a']")


@pytest.mark.parametrize("axis", [1, -2, 7, None, 0.5, "last"])
def test_axis(axis):
    for function in (iem.responsibilities, iem.free_energy, iem.entropy):
        refused(lambda function=function: function([0.5, 0.5], axis=axis), f"axis {axis!r}", "(2,)")
    refused(lambda: iem.responsibilities(3.0, axis=axis), f"axis {axis!r}", "()")


@pytest.mark.parametrize("prior", [[1, 0], [1, -1], [1, NAN], [INF, 1], [0, 0]])
def test_prior_not_positive(prior):
    fault = "positive and finite"
    refused(lambda: iem.responsibilities([0.0, 1.0], prior=prior), fault, prior)
    refused(lambda: iem.free_energy(array_api_strict.asarray([0.0, 1.0]), prior=prior), fault, prior)
    bad = next(p for p in prior if not 0 < p < INF)
    refused(lambda: Points((0, 1), prior=prior), "of prior must be a positive finite number", bad)
    refused(lambda: Signs(prior=prior), "of prior must be a positive finite number", bad)
    refused(
        lambda: BIASED([0.0], m=1.0, b=1.0, pi_plus=prior[0], pi_minus=prior[1]),
        "must be a positive finite number",
        bad,
    )


def test_prior_of_expressions_not_positive():
    positive = sp.Symbol("p", positive=True)
    refused(lambda: iem.responsibilities([X, X], prior=[positive, -positive]), "positive", "-p")
    refused(lambda: Signs(prior=(positive, X)), "positive", "x")


def test_prior_that_vanishes_in_the_type():
    d = np.zeros(2, "float32")
    refused(lambda: iem.responsibilities(d, prior=[1e-50, 1]), "positive and finite in float32", "1e-50")


@pytest.mark.parametrize("prior", ["ab", ["a", "b"], ["1", "2"], [None, 1], [1j, 1]], ids=repr)
def test_prior_no_numbers(prior):
    refused(
        lambda: iem.responsibilities([0.0, 1.0], prior=prior), "the prior must be real numbers", repr(prior)
    )
    refused(
        lambda: iem.responsibilities([X, X], prior=prior), "prior weights must be positive", repr(prior)
    )


@pytest.mark.parametrize(
    ("shape", "prior", "axis"),
    [
        ((2,), np.ones(3), -1),
        ((2,), np.ones(()), -1),
        ((2,), np.ones(1), -1),
        ((2,), np.ones((2, 2)), -1),
        ((4, 2), np.ones(4), -1),
        ((4, 2), np.ones(2), 0),
        ((4, 2), np.ones((4, 1)), -1),
        ((4, 2), np.ones((3, 2)), -1),
    ],
)
def test_prior_of_the_wrong_shape(xp, shape, prior, axis):
    d = xp.zeros(shape)
    for function in (iem.responsibilities, iem.free_energy):
        refused(lambda function=function: function(d, prior=prior, axis=axis), "a prior of shape", shape)


def test_prior_of_the_wrong_length():
    refused(lambda: iem.responsibilities([X, X], prior=[1]), "1 weights", "2 energies")
    refused(lambda: Points((0, 1), prior=(1,)), "prior has 1 entries", "2 locations")
    refused(lambda: Points((0, 1), values=(1, 2, 3)), "values has 3 entries", "2 locations")
    refused(lambda: Signs(prior=(1, 2, 3)), "two prior weights", "(1, 2, 3)")


@pytest.mark.parametrize("statistic", ["mean", "mode", "full"])
@pytest.mark.parametrize("hypotheses", [Signs(), Points(("m", 0, 1))], ids=["pair", "triple"])
def test_evidence_and_parameters_that_do_not_broadcast(xp, statistic, hypotheses):
    a = activation("gaussian", statistic, hypotheses)
    z, two = xp.zeros(3), xp.ones(2)
    for tau in (0, 1):
        fault = "z of shape (3,) does not broadcast"
        refused(lambda tau=tau: a(z, m=two, sigma=1.0, tau=tau), fault, "m of shape (2,)")
        refused(lambda tau=tau: a(z, m=1.0, sigma=two, tau=tau), fault, "sigma of shape (2,)")


@pytest.mark.parametrize("z", ["x", None, [None], [1j], [[1.0], [1.0, 2.0]], {}], ids=repr)
def test_evidence(z):
    for a, scales in ((PAIR, {"m": 1.0}), (TRIPLE, {})):
        refused(lambda a=a, s=scales: a(z, sigma=1.0, **s), "evidence z must be", repr(z))


@pytest.mark.parametrize(
    ("kernel", "nearest"),
    [("gausian", "gaussian"), ("Gauss", "gaussian"), ("laplac", "laplace"), ("LAPLACES", "laplace")],
)
def test_unknown_kernel(kernel, nearest):
    words = "unknown kernel", repr(kernel), f"did you mean {nearest!r}", "Known are cauchy, "
    refused(lambda: activation(kernel, "mean"), *words)


@pytest.mark.parametrize(
    ("statistic", "nearest"), [("meen", "mean"), ("moda", "mode"), ("ful", "full"), ("Means", "mean")]
)
def test_unknown_statistic(statistic, nearest):
    words = (
        "unknown statistic",
        repr(statistic),
        f"did you mean {nearest!r}",
        "Known are entropy, full, gated, ",
    )
    refused(lambda: activation("gaussian", statistic), *words)


def test_unknown_with_nothing_near():
    with pytest.raises(BadInput, match="unknown kernel 'zzz': Known are"):
        activation("zzz", "mean")


@pytest.mark.parametrize("kernel", [3, None, Mean(), Gaussian, Signs()])
def test_no_kernel(kernel):
    refused(lambda: activation(kernel, "mean"), "expected a kernel", repr(kernel))


@pytest.mark.parametrize("statistic", [3, None, Gaussian(), Mean], ids=repr)
def test_no_statistic(statistic):
    refused(lambda: activation("gaussian", statistic), "expected a statistic", repr(statistic))


@pytest.mark.parametrize("hypotheses", [3, "signs", (0, 1), Signs, Gaussian()], ids=repr)
def test_no_hypotheses(hypotheses):
    refused(lambda: activation("gaussian", "mean", hypotheses), "expected hypotheses", repr(hypotheses))


@pytest.mark.parametrize("locations", [3, "abc", b"ab", None], ids=repr)
def test_no_locations(locations):
    refused(lambda: Points(locations), "locations must be a sequence", repr(locations))


@pytest.mark.parametrize("entry", [None, NAN, INF, 1j, [1], "no name", "2x", ""], ids=repr)
def test_no_location(entry):
    refused(lambda: Points((0, entry)), "entry 2 of locations", repr(entry))
    refused(lambda: Points((0, 1), values=(entry, 1)), "entry 1 of values", repr(entry))


@pytest.mark.parametrize("name", ["z", "tau"])
def test_names_that_are_taken(name):
    for task in (lambda: Gaussian(sigma=name), lambda: Signs(m=name), lambda: Points((name, 0))):
        refused(task, "other than z and tau", repr(name))


@pytest.mark.parametrize("scale", [0, -1, 0.0, NAN, INF, None, 1j, [1.0], sp.Integer(-1), sp.Integer(0), X])
def test_scale(scale):
    for name, task in (("sigma", Gaussian), ("b", Laplace), ("m", Signs)):
        refused(lambda task=task: task(scale), f"{name} must be", "positive", repr(scale))


@pytest.mark.parametrize(
    "scale", [0, -1.5, NAN, INF, None, "2", 1j, [1.0], np.asarray([1.0, 0.0]), X], ids=repr
)
def test_scale_in_a_call(scale):
    for call in (
        lambda **s: PAIR([0.0], **{"m": 1.0, "sigma": 1.0} | s),
        lambda **s: TRIPLE([0.0], **{"sigma": 1.0} | s),
    ):
        refused(lambda call=call: call(sigma=scale), "sigma must be a positive finite number", repr(scale))
    refused(lambda: PAIR([0.0], m=scale, sigma=1.0), "m must be a positive finite number", repr(scale))


def test_parameters_missing_or_unknown():
    refused(lambda: PAIR([0.0]), "takes m, sigma besides tau", "m is missing", "sigma is missing")
    refused(lambda: PAIR([0.0], m=1.0), "sigma is missing")
    refused(lambda: PAIR([0.0], m=1.0, sigma=1.0, b=2.0), "b is unknown")
    refused(lambda: PAIR([0.0], m=1.0, sigmo=1.0), "sigma is missing", "sigmo is unknown")
    refused(lambda: activation(Gaussian(1), "mean", Signs(1))([0.0], m=1), "no parameters", "m is unknown")


def test_a_derivation_from_an_array():
    for task in (lambda: Gaussian(np.ones(2)).exact(), lambda: Points((np.ones(2), 0)).exact()):
        refused(task, "a name, a number or an expression", "array([1., 1.])")


def test_what_needs_two_hypotheses():
    three = activation("gaussian", "mean", Points((-1, 0, 1)))
    refused(lambda: three.gap, "two hypotheses", "3")
    for name in ("cold", "hot", "slope", "saturation"):
        refused(lambda name=name: getattr(three, name), name, "two hypotheses")


def test_what_has_no_closed_form():
    a = activation("gaussian", Mode(), Points((-1, 0, 1)))
    assert a.expr is None
    refused(lambda: a.derivation, "no closed form", "Mode()")
    assert "no closed form" in a._repr_html_()


def test_a_false_link_names_itself_both_sides_and_a_point():
    with pytest.raises(iem.Refuted) as caught:
        iem.Derivation("f", X + X, [Link(2 * X, "collected"), Link(3 * X, "a slip")])
    told = str(caught.value)
    assert told.startswith("link 2 (a slip) is false: 2*x is not 3*x; at x = ")
    x = sp.sympify(told.split("x = ")[1].split(" they")[0])
    assert f"{sp.N(2 * x, 5)} and {sp.N(3 * x, 5)}" in told


def test_a_derivation_that_is_none():
    refused(lambda: iem.Derivation("f", X, []), "at least one link")
    refused(lambda: iem.Derivation("f", sp.Tuple(X, X), [Link(X, "lost")]), "1 components", "expected 2")
    nonlinear = (X**2 >= X, X**2 <= X)
    refused(lambda: iem.Derivation("f", X, [Link(X, "odd", nonlinear)]), "linear", "x**2")


def test_no_arguments_and_instances():
    refused(lambda: iem.Argument(), "at least one step")
    refused(lambda: iem.Argument(("only words",)), "a sentence and its evidence", "only words")
    refused(lambda: iem.Argument(("words", "words")), "a sentence and its evidence")
    refused(lambda: iem.Instances("sums", {}), "no instance", "sums")
    refused(lambda: iem.Instances("sums", {2: None}), "H = 2", "None")
    refused(lambda: iem.Instances("sums", {2: iem.Reading("so it seems")}), "H = 2", "so it seems")


def test_unknown_names_of_the_package():
    with pytest.raises(AttributeError, match="no attribute 'gaussian'"):
        _ = iem.gaussian


def test_what_sympy_cannot_evaluate_is_undecided():
    f = sp.Function("f", real=True)
    assert zero(sp.Derivative(f(X), X)) is None
    with pytest.raises(iem.Undecided, match="cannot evaluate"):
        iem.Derivation("g", sp.Derivative(f(X), X), [Link(sp.S.Zero, "who knows")])
