"""Linear inequalities beside SymPy's solver for them, and what is not linear."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.logic.inference import satisfiable

from iem import BadInput
from iem.elimination import solvable

x, y, z = sp.symbols("x y z", real=True)
m = sp.Symbol("m", positive=True)

RELATIONS = st.builds(
    lambda kind, a, b, c, d: kind(a * x + b * y + c * z, d),
    st.sampled_from([sp.Lt, sp.Le, sp.Gt, sp.Ge]),
    *[st.integers(-2, 2)] * 3,
    st.integers(-3, 3),
)
CONDITIONS = st.recursive(
    RELATIONS,
    lambda parts: st.one_of(
        st.builds(sp.And, parts, parts), st.builds(sp.Or, parts, parts), parts.map(sp.Not)
    ),
    max_leaves=8,
)


@given(CONDITIONS)
@settings(max_examples=150, deadline=None)
def test_beside_another_solver(condition):
    other = condition not in (sp.false,) and bool(satisfiable(condition, use_lra_theory=True))
    assert solvable(condition) is other
    assert solvable(condition) or solvable(sp.Not(condition))


@given(st.lists(RELATIONS, max_size=6), st.tuples(*[st.integers(-3, 3)] * 3))
def test_a_point_is_a_solution(relations, point):
    at = dict(zip((x, y, z), point, strict=True))
    turned = [r if r.subs(at) == sp.true else sp.Not(r) for r in relations]
    assert solvable(*turned)
    assert not solvable(*turned, sp.Or(*map(sp.Not, turned)))


def test_equations_signs_and_other_connectives():
    assert solvable(sp.Eq(x, y), x < 1, y > 0)
    assert not solvable(sp.Eq(x, y), sp.Ne(x, y))
    assert not solvable(sp.Eq(2 * x, 1), sp.Eq(x, y), y > 1)
    assert not solvable(x < -m, x > 0)
    assert not solvable(x + m < 0, sp.Ge(x, 0))
    assert not solvable(sp.Xor(x < 1, x < 1 + m), x < 0)
    assert solvable(sp.Implies(x < 0, x > 1))
    assert not solvable(sp.ITE(x < 0, x > 1, x < -1))
    assert solvable() and solvable(sp.true) and not solvable(sp.false)
    assert not solvable((x + 1) * (x - 1) - x**2 > 0)  # linear once it is multiplied out


def test_many_unknowns():
    names = sp.symbols("x0:12", real=True)
    chain = [a < b for a, b in zip(names, names[1:], strict=False)]
    assert solvable(*chain)
    assert not solvable(*chain, names[-1] < names[0])


@pytest.mark.parametrize(
    "condition", [x * y > 0, x**2 > y, x > sp.pi, sp.exp(x) > 2, x > 0.5, sp.Symbol("p")]
)
def test_what_is_not_linear_is_refused(condition):
    with pytest.raises(BadInput, match="cases must be linear"):
        solvable(condition, x < y)
