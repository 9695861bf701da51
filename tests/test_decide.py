"""Decisions: what is zero, what cases cover, what sums have in common. Never true for what is false."""

import pytest
import sympy as sp
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from iem import BadInput, Undecided, general, sums
from iem.cases import cells, covered, follows, possible, resolve
from iem.decide import evaluated, proved, witness, zero
from iem.exact import clip

x, y, z = sp.symbols("x y z", real=True)
m, n, b, delta = sp.symbols("m n b delta", positive=True)
h, k, j = sp.symbols("h k j", integer=True)
H = sp.Symbol("H", integer=True, positive=True)
d, e = sp.IndexedBase("d", real=True), sp.IndexedBase("e", real=True)
p = sp.IndexedBase("p", positive=True)
tau = sp.Symbol("tau", positive=True)
one = sp.S.One


def total(body, index=h):
    return sp.Sum(body, (index, 1, H))


def same(i, other):
    return sp.KroneckerDelta(i, other)


Z = total(sp.exp(-d[h] / tau))
WEIGHT = sp.exp(-d[k] / tau)

TRUE = {
    "a double sum that is a product": total(total(d[h] * e[k], k)) - total(d[h]) * total(e[h]),
    "nothing": sp.S.Zero,
    "arithmetic": (x + y) ** 2 - x**2 - 2 * x * y - y**2,
    "fractions": 1 / x + 1 / y - (x + y) / (x * y),
    "tanh by exponentials": sp.tanh(x) - (sp.exp(x) - sp.exp(-x)) / (sp.exp(x) + sp.exp(-x)),
    "tanh of a sum": sp.tanh(x + y) - (sp.tanh(x) + sp.tanh(y)) / (1 + sp.tanh(x) * sp.tanh(y)),
    "tanh and the logistic": sp.tanh(x) - 2 / (1 + sp.exp(-2 * x)) + 1,
    "tanh with prior odds": sp.tanh(x + sp.log(m / n) / 2)
    - (m * sp.exp(x) - n * sp.exp(-x)) / (m * sp.exp(x) + n * sp.exp(-x)),
    "logarithm of a product": sp.log(m * n) - sp.log(m) - sp.log(n),
    "logarithms exponentiated": sp.log(m * sp.exp(x) + n * sp.exp(y)) - x - sp.log(m + n * sp.exp(y - x)),
    "logarithms in proportion": 3 * sp.log(1 + m) - 2 * sp.log((1 + m) ** 2) + sp.log(1 + m),
    "cosh": sp.log(2 * sp.cosh(x)) - x - sp.log(1 + sp.exp(-2 * x)),
    "circles": sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1,
    "a derivative": sp.Derivative(sp.tanh(m * x), x) - m * (1 - sp.tanh(m * x) ** 2),
    "a limit": sp.Limit(sp.tanh(m * n), n, sp.oo) - 1,
    "an integral": sp.Integral(x, (x, 0, m)) - m**2 / 2,
    "absolute value": sp.Abs(x) ** 2 - x**2,
    "signs of one sign": sp.sign(m * x) - sp.sign(x),
    "sign of exponentials": sp.sign(sp.exp(x) - sp.exp(y)) - sp.sign(x - y),
    "equal arguments": clip((x + y) ** 2, 0, m) - clip(x**2 + 2 * x * y + y**2, 0, m),
    "sum of shares": total(sp.exp(-d[h] / tau) / Z.xreplace({h: k})) - 1,
    "the name of an index": total(d[h]) - total(d[k], k),
    "constants leave": total(x * d[h] + y) - x * total(d[h]) - H * y,
    "sums of sums": total(d[h] * total(e[k], k)) - total(d[h]) * total(e[h]),
    "order of summation": total(total(sp.exp(d[h] * e[k]), k)) - total(total(sp.exp(d[h] * e[k])), k),
    "a delta is summed out": total(same(h, k) * d[h] ** 2) - d[k] ** 2,
    "gradient": sp.Derivative(-tau * sp.log(Z), d[k]) - WEIGHT / Z,
    "the error function is odd": sp.erf((x - y) / m) + sp.erf((y - x) / m),
    "its complement": sp.erfc(x) + sp.erf(x) - 1,
    "its mirrored complement": sp.erfc(x - y) + sp.erfc(y - x) - 2,
    "one error function": sp.erf((x + y) ** 2 / m) - sp.erf((x**2 + 2 * x * y + y**2) / m),
    "an error function with roots": sp.erf(x / sp.sqrt(m * n**2)) - sp.erf(x / (n * sp.sqrt(m))),
    "slope of the error function": sp.Derivative(sp.erf(m * x), x)
    - 2 * m / sp.sqrt(sp.pi) * sp.exp(-(m**2) * x**2),
    "exponents with sums below": sp.exp(x / (m + n) - x / m) - sp.exp(-n * x / (m**2 + m * n)),
    "powers of one root": (m + n) ** sp.Rational(3, 2) * sp.exp(x / (m + n))
    - (m + n) * sp.sqrt(m + n) * sp.exp(2 * x / (2 * m + 2 * n)),
    "a root and its square": sp.exp(x / (m + n)) * (m / sp.sqrt(m + n) + n / sp.sqrt(m + n))
    - sp.sqrt(m + n) * sp.exp(2 * x / (2 * m + 2 * n)),
    "exponents that cancel": sp.exp(m * x / (m + n)) * sp.exp(n * x / (m + n)) - sp.exp(x),
    "a pair": sp.Tuple(x - x, sp.sin(x) ** 2 + sp.cos(x) ** 2 - 1),
    "a logarithm with a factor": x * sp.log(1 + sp.exp(y)) - x * sp.log(1 + sp.exp(-y)) - x * y,
    "a logarithm over a factor": sp.log(1 + sp.exp(y)) / x - sp.log(1 + sp.exp(-y)) / x - y / x,
    "a logarithm whose factor vanishes": (sp.exp(2 * x) - 2 * sp.cosh(x) * sp.exp(x) + 1)
    * sp.log(1 + sp.exp(y)),
    "entropy by half the log-odds": sp.log(2 * sp.cosh(x))
    - x * sp.tanh(x)
    - sp.log(1 + sp.exp(2 * x))
    + 2 * x * sp.exp(2 * x) / (1 + sp.exp(2 * x)),
    "sums of angles": sp.tanh(x) * sp.cos(y + z)
    - sp.sinh(x) / sp.cosh(x) * (sp.cos(y) * sp.cos(z) - sp.sin(y) * sp.sin(z)),
    "angles in an exponential": sp.exp(sp.cos(2 * x)) - sp.exp(2 * sp.cos(x) ** 2 - 1),
}

FALSE = {
    "a number": one / 1000,
    "a slip": sp.tanh(2 * x) - 2 * sp.tanh(x),
    "only for positive": sp.Abs(x) - x,
    "only for one sign": sp.sign(x * y) - sp.sign(y),
    "the wrong order": sp.sign(sp.exp(x) - sp.exp(y)) - sp.sign(y - x),
    "logarithm of a square": sp.log(x**2) - 2 * sp.log(x),
    "a factor in a sum": total(2 * d[h]) - total(d[h]),
    "square of a sum": total(d[h]) ** 2 - total(d[h] ** 2),
    "one index for two": total(total(d[h] * e[k], k)) - H * total(d[h] * e[h]),
    "a sum within a function": total(sp.exp(total(d[h] * e[k], k)) * d[h])
    - total(sp.exp(total(d[k] * e[k], k)) * d[h]),
    "gradient, twice": sp.Derivative(-tau * sp.log(Z), d[k]) - 2 * WEIGHT / Z,
    "the error function is not linear": sp.erf(2 * x) - 2 * sp.erf(x),
    "the error function is not even": sp.erf(x - y) - sp.erf(y - x),
    "the complement is not odd": sp.erfc(x) + sp.erfc(-x),
    "a factor inside the error function": sp.erf(m * x) - sp.erf(n * x),
    "the wrong slope": sp.Derivative(sp.erf(x), x) - sp.exp(-(x**2)),
    "exponents with other sums below": sp.exp(x / (m + n) - x / m) - sp.exp(n * x / (m**2 + m * n)),
    "another root": sp.exp(x / (m + n)) * ((m + n) ** sp.Rational(3, 2) - (m + n)),
    "one of a pair": sp.Tuple(x - x, x),
    "whole turns": sp.log(m * (1 + n)) - sp.log(m + m * n) + 2 * sp.pi * sp.I,
}

OPEN = {
    "too small to see": x * sp.Rational(1, 10**15),
    "not known here": sp.atanh(sp.tanh(x)) - x,
    "a function without properties": sp.gamma(x + 1) - x * sp.gamma(x),
    "a limit of the error function": sp.erf(10 + m**2) - 1,
    "no number": sp.nan,
    "one of a pair": sp.Tuple(x - x, sp.atanh(sp.tanh(x)) - x),
}


# Zero


@pytest.mark.parametrize("name", TRUE)
def test_proved(name):
    assert zero(TRUE[name]) is True


@pytest.mark.parametrize("name", FALSE)
def test_refuted(name):
    assert zero(FALSE[name]) is False


@pytest.mark.parametrize("name", OPEN)
def test_left_open(name):
    assert zero(OPEN[name]) is None


@pytest.mark.parametrize("name", [n for n in TRUE if not isinstance(TRUE[n], sp.Tuple)])
@pytest.mark.parametrize("extra", [sp.Rational(1, 10**3), x, sp.exp(x), sp.tanh(y), total(d[h])], ids=str)
def test_what_is_added_to_an_identity_is_seen(name, extra):
    assert not proved(TRUE[name] + extra)


SMALL = st.integers(-3, 3)
PARTS = st.sampled_from([x, y, -x / 2, x - y, sp.S.One])
IDENTITIES = {
    "addition": lambda a, c: (
        sp.tanh(a + c),
        (sp.tanh(a) + sp.tanh(c)) / (1 + sp.tanh(a) * sp.tanh(c)),
    ),
    "half the gap": lambda a, c: (
        sp.tanh((a - c) / 2),
        (sp.exp(a) - sp.exp(c)) / (sp.exp(a) + sp.exp(c)),
    ),
    "prior odds": lambda a, c: (
        1 / (1 + sp.exp(a - c + sp.log(m / n))),
        n * sp.exp(c) / (n * sp.exp(c) + m * sp.exp(a)),
    ),
    "free energy": lambda a, c: (
        -tau * sp.log(sp.exp(-a / tau) + sp.exp(-c / tau)),
        (a + c) / 2 - tau * sp.log(2 * sp.cosh((a - c) / (2 * tau))),
    ),
    "squares": lambda a, c: (a**2 - c**2 + m, (a - c) * (a + c) + m),
}


@settings(max_examples=25)
@given(st.sampled_from(list(IDENTITIES)), SMALL, SMALL, PARTS, PARTS, st.data())
def test_identities_are_proved_and_never_their_perturbations(name, i, j, a, c, data):
    left, right = IDENTITIES[name](i * a + c, j * c - a)
    assert zero(left - right) is True
    by = data.draw(st.sampled_from([1, x, sp.tanh(y), sp.exp(-m), m / n]))
    size = data.draw(st.sampled_from([sp.Rational(1, 10**6), -sp.Rational(1, 9), 3]))
    point = {x: sp.Rational(13, 10), y: -sp.Rational(7, 10), m: 2, n: 3, tau: 2}
    assume(abs(sp.N(left.subs(point), 30)) > 1e-20)
    assert zero(left - right * (1 + size * by)) is not True


# Hypotheses that are given


def test_a_prior_that_sums_to_one():
    given_sum = [(total(p[h]), 1)]
    assert zero(total(p[h] * (d[h] - x)) - total(p[h] * d[h]) + x, given_sum) is True
    assert zero(total(p[h]) - 2, given_sum) is False
    assert zero(total(p[h] * d[h]) - total(d[h]), given_sum) is False
    assert zero(total(p[h] * (d[h] - x)) - total(p[h] * d[h]) + x) is False


def test_a_norm_that_is_given():
    one, two = sp.symbols("k_1 k_2", real=True)
    rho = sp.Symbol("rho", positive=True)
    sphere = [(one**2 + two**2, rho**2)]
    assert zero(sp.exp((one**2 + two**2) / rho) - sp.exp(rho), sphere) is True
    assert zero((one - two) ** 2 - one**2 - two**2 + 2 * one * two, sphere) is True
    assert zero(sp.exp((one**2 + two**2) / rho) - sp.exp(2 * rho), sphere) is False
    assert zero(sp.exp((one**2 + two**2) / rho) - sp.exp(rho)) is False


def test_a_refutation_respects_what_is_given():
    assert zero(x**2 - (1 - y) ** 2, [(x + y, 1)]) is None
    assert zero(x - 2, [(x, 2)]) is True
    assert zero(x - 2, [(x, 1)]) is False
    assert zero(y * (x - 1), [(x, 1)]) is True
    assert zero(total(p[h]) - d[1], [(total(p[h]), 1), (d[1], 1)]) is not False


def test_a_hypothesis_shares_its_free_index_with_the_expression():
    k, n, y = sp.symbols("k n y", integer=True)
    C = sp.Symbol("C", integer=True, positive=True)
    w, m = sp.IndexedBase("w", positive=True), sp.IndexedBase("m", positive=True)
    row = sp.Sum(w[n, y], (y, 1, C))
    assert zero(m[k] * (row - 1), [(row, 1)])
    assert witness(m[k] * (row - 1), [(row, 1)]) is None
    assert witness(m[k] * (row - 2), [(row, 1)]) is not None


def test_a_witness_keeps_to_the_domain():
    assert witness(sp.Abs(m) - m) is None
    point = witness(x**2 - x, where=lambda at: at[x] < 0)
    assert point[x] < 0
    point = witness(total(p[h] * d[h]), [(total(p[h]), 1)])
    assert sum(value for name, value in point.items() if name.base == p) == 1


def test_what_sympy_cannot_evaluate_is_undecided():
    f = sp.Function("f", real=True)
    step = sp.Limit(sp.tanh(x * m), m, sp.oo)
    for pending in (sp.Derivative(f(x), x), sp.Integral(sp.gamma(x) ** x, x), step):
        assert zero(pending) is None
        with pytest.raises(Undecided, match="cannot evaluate"):
            evaluated(pending)


# Sums


def nest(body, *indices):
    for index in indices:
        body = total(body, index)
    return body


SUMS = {
    "constant": nest(x, h, k),
    "polynomial": nest((d[h] + e[k]) ** 2, h, k),
    "weights": nest(sp.exp(-d[h] / tau) * (d[h] - x), h),
    "product of sums": nest(d[h], h) * nest(e[h], h),
    "sum in a logarithm": nest(sp.log(nest(p[h] * p[k], k)), h),
    "sum in an exponential": nest(sp.exp(nest(sp.sin(d[h] * e[k]), k)), h),
    "the same name within": nest(d[h] * nest(e[h], h), h),
    "three deep": nest(d[h] * sp.exp(d[k] * e[j]), h, k, j),
    "deltas": nest(same(h, k) * same(k, j) * d[h] * e[k], h, k),
    "a delta in a function": nest(sp.exp(same(h, k)), h),
    "a delta with a number": nest(same(h, 2) * d[h], h),
    "a fraction": nest(d[h], h) / nest(p[h], h),
    "functions within": nest(d[h] * sp.exp(nest(sp.exp(e[k] + d[h] * d[k]), k)), h),
}


@pytest.mark.parametrize("name", SUMS)
def test_the_normal_form_is_equal(name):
    whole, form = SUMS[name], sums.normal(SUMS[name])
    at = {p[i]: sp.Rational(i, 7) for i in (1, 2, 3)} | {d[i]: sp.Rational(3 - i, 5) for i in (1, 2, 3)}
    at |= {e[i]: sp.Rational(i * i, 9) for i in (1, 2, 3)}
    at |= {x: sp.Rational(2, 3), tau: sp.Rational(5, 4)}
    for count in (2, 3):
        written = sums.at(sp.Tuple(whole, form, total(1)), count).doit()
        one_way, other, _ = (sp.N(s.subs({k: 2, j: 2}).subs(at), 20) for s in written)
        assert abs(one_way - other) < 1e-15


@pytest.mark.parametrize("name", SUMS)
def test_the_normal_form_is_its_own(name):
    form = sums.normal(SUMS[name])
    assert sums.normal(form) == form


def test_an_index_is_not_captured():
    by_row = total(d[h] * sp.exp(total(sp.sin(e[k] * d[h]), k)))
    by_column = total(d[h] * sp.exp(total(sp.sin(e[h] * d[k]), k)))
    assert sums.normal(by_row) != sums.normal(by_column)
    assert zero(by_row - by_column) is False


def test_a_delta_is_summed_out_only_where_it_is_a_factor():
    assert not proved(total(sp.exp(same(h, k))) - sp.E)
    assert not proved(total(same(h, k + 1) * d[h]) - d[k + 1])
    assert not proved(total(same(h, 2) * d[h]) - d[2])
    other = sp.Symbol("N", integer=True, positive=True)
    two_ranges = sp.Sum(same(h, k) * d[h], (h, 1, H), (k, 1, other))
    assert not proved(two_ranges - sp.Sum(d[k], (k, 1, other)))


@pytest.mark.parametrize("prior", [False, True])
def test_the_general_model(prior):
    g = general.General(prior)
    F, D, S, KL, r = general.F(tau), general.D(tau), general.S(tau), general.KL(tau), general.r[k]
    uncertainty = -KL if prior else S

    def holds(expr):
        return zero(general.unfold(expr, g.where), g.given)

    assert holds(F - D + tau * uncertainty) is True
    assert holds(F - D + 2 * tau * uncertainty) is False
    assert holds(sp.Derivative(F, tau) + uncertainty) is True
    assert holds(sp.Derivative(F, tau) - uncertainty) is False
    assert holds(sp.Derivative(general.F(general.d[k]), general.d[k]) - r) is True
    assert holds(sp.Derivative(general.F(general.d[k]), general.d[k]) - r**2) is False


# Cases


COVERED = [
    [z <= -m, (z >= -m) & (z <= m), z >= m],
    [z < 0, sp.Eq(z, 0), z > 0],
    [z <= m, z >= -m],
    [z <= m / 2, z >= m / 3],
    [m > 0],
    [sp.true],
    [z <= m + delta, z >= m, delta < 0],
    [(z >= x) & (z >= y), (x >= z) & (x >= y), (y >= z) & (y >= x)],
]
GAPS = [
    [],
    [z <= -m, z >= m],
    [z < 0, z > 0],
    [z <= -m, (z >= -m) & (z < m), z > m],
    [z <= m, z >= m + delta],
    [z <= m / 3, z >= m / 2],
    [(z >= x) & (z >= y), (x >= z) & (x >= y)],
    [sp.false],
]


@pytest.mark.parametrize("cases", COVERED, ids=str)
def test_covered(cases):
    assert covered(cases)


@pytest.mark.parametrize("cases", GAPS, ids=str)
def test_gaps(cases):
    assert not covered(cases)


def test_follows():
    assert follows(z >= m, z > 0)
    assert follows(sp.Eq(z, m), z > 0)
    assert follows((z >= m) & (m >= delta), z >= delta)
    assert follows(z > m + delta, sp.Ne(z, m))
    assert not follows(z > 0, z >= m)
    assert not follows(z >= m, z > m)
    assert not follows(sp.true, z >= 0)
    assert follows(sp.false, z >= 0)


def test_possible():
    assert possible((z >= m) & (z <= 2 * m))
    assert not possible((z >= m) & (z <= -m))
    assert not possible((z >= m) & (m >= delta) & (z < delta))
    assert not possible(sp.Ne(z, m) & (z >= m) & (z <= m))


@pytest.mark.parametrize(
    "case", [z * m >= 1, z >= sp.sqrt(2), z >= sp.pi, sp.exp(z) >= 2, z**2 >= x], ids=str
)
def test_only_linear_cases_are_decided(case):
    try:
        assert covered([case, sp.Not(case)])  # a tautology needs no arithmetic
    except BadInput as error:
        assert "linear" in str(error)
    with pytest.raises(BadInput, match="linear with rational coefficients"):
        covered([case, z <= m])


def test_cells_in_order():
    assert cells(z, sp.Abs(z)) == [z <= 0, z >= 0]
    assert cells(z, sp.sign(z)) == [z < 0, sp.Eq(z, 0), z > 0]
    assert cells(z, sp.Abs(z - m) - sp.Abs(z + m)) == [z <= -m, (z >= -m) & (z <= m), z >= m]
    assert cells(z, clip(z, -m, m)) == [z <= -m, (z >= -m) & (z <= m), z >= m]
    assert cells(z, z**2) == [sp.true]


def test_cells_with_a_sign_in_the_middle():
    three_way = cells(z, clip(z, -m, m), sp.sign(z))
    assert three_way == [z <= -m, (z >= -m) & (z < 0), sp.Eq(z, 0), (z > 0) & (z <= m), z >= m]


def test_cells_of_several_symbols():
    """The two orders of m and delta make different cells; together they cover everything."""
    huber = [clip(z - m, -delta, delta), clip(z + m, -delta, delta)]
    found = cells(z, *huber)
    assert covered(found)
    assert len(found) >= 6
    for case in found:
        assert possible(case)
        assert not any(resolve(part, case).has(clip) for part in huber)


PIECES = st.sampled_from(
    [sp.Abs(z), sp.Abs(z - m), sp.Abs(2 * z + m), clip(z, -m, m), clip(z - m, -delta, delta), sp.sign(z)]
    + [sp.Max(z, m), sp.Min(z, -delta), sp.Max(z, 0, m), sp.sign(z - m)]
)


@given(st.lists(PIECES, min_size=1, max_size=3), st.integers(-12, 12), st.integers(1, 8), st.integers(1, 8))
def test_inside_its_case_an_expression_is_what_it_resolves_to(pieces, at, half, width):
    expr = sum((i + 1) * piece for i, piece in enumerate(pieces))
    values = {z: sp.Rational(at, 3), m: half, delta: width}
    found = cells(z, expr)
    assert covered(found)
    inside = [case for case in found if case.subs(values) == sp.true]
    assert inside
    for case in inside:
        assert resolve(expr, case).subs(values) == expr.subs(values)
        assert not resolve(expr, case).has(sp.sign)


def test_resolve():
    assert resolve(sp.Abs(z - m) + clip(z, -m, m), z >= m) == z
    assert resolve(sp.Abs(z), z <= 0) == -z
    assert resolve(sp.Abs(z), z >= -m) == sp.Abs(z)
    assert resolve(sp.sign(z + m), z > 0) == 1
    assert resolve(sp.sign(z), sp.Eq(z, 0)) == 0
    assert resolve(sp.sign(z), z >= 0) == sp.sign(z)
    assert resolve(sp.Max(z, m), z >= m) == z
    assert resolve(sp.Min(z, m), z >= m) == m
    assert resolve(sp.Max(x, y, z), z >= x) == sp.Max(x, y, z)
    assert resolve(sp.sqrt(z**2), z > 0) == z
