"""Agreement of programs: what counts as the same, and that every kind of difference is found."""

import numpy as np
import pytest

from iem import BadInput, Refuted
from iem.agreement import Agreement

X = np.linspace(-2, 2, 9)
CASES = {"double": (X,), "single": (X.astype("float32"),)}


def two_ways(one, two=np.tanh, cases=CASES, allowed=lambda x: 8 * np.finfo(x.dtype).eps):
    return Agreement("the tanh", one, two, cases, allowed)


def ratio(x):
    return (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)


def test_two_ways_to_one_function():
    same = two_ways(ratio)
    assert (same.status, same.method) == ("checked", "agreement to rounding, 2 cases")
    assert str(same) == "the tanh: agreement to rounding, 2 cases"
    assert same.statement == r"\text{the tanh: agreement to rounding, 2 cases}"
    assert "<li>single</li>" in same._repr_html_()
    assert list(same.parts()) == [same]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (lambda x: ratio(x) * (1 + 40 * np.finfo(x.dtype).eps), "is not"),
        (lambda x: np.where(x == 1, 0, ratio(x)).astype(x.dtype), "at entry (6,)"),
        (lambda x: ratio(x)[1:], "of shape (8,) is not float64 of shape (9,)"),
        (lambda x: ratio(x).astype("float64"), "case single: float64 of shape (9,) is not float32"),
        (lambda x: np.where(x == 1, np.nan, ratio(x)).astype(x.dtype), "nan is not 0.761594"),
        (lambda x: np.where(x == 1, np.inf, ratio(x)).astype(x.dtype), "inf is not 0.761594"),
    ],
)
def test_a_difference_is_refuted(one, words):
    with pytest.raises(Refuted) as caught:
        two_ways(one)
    assert words in str(caught.value)
    with pytest.raises(Refuted):
        two_ways(ratio).twin(one=one).build()


def test_nan_in_the_same_places_agrees():
    def holed(f):
        return lambda x: np.where(x == 1, np.nan, f(x)).astype(x.dtype)

    assert two_ways(holed(ratio), holed(np.tanh)).method
    with pytest.raises(Refuted):
        two_ways(ratio, holed(np.tanh))


@pytest.mark.parametrize("allowed", [0.0, -1.0, float("nan"), 1.0, float("inf")])
def test_a_tolerance_that_could_not_fail_is_refused(allowed):
    with pytest.raises(BadInput, match="is no test"):
        two_ways(ratio, allowed=lambda x: allowed)


def test_what_is_compared_must_be_there():
    with pytest.raises(BadInput, match="no case"):
        two_ways(ratio, cases={})
    with pytest.raises(BadInput, match="is no test"):
        two_ways(np.zeros_like, np.zeros_like)
    with pytest.raises(BadInput, match="must be numbers|must be real"):
        two_ways(lambda x: "tanh")
