"""A closed term of the formal proofs, as Coq prints it, computed with the functions of the package.

`Defs.r 3 1 (Values.three 0 1 3) 0` is read as a function with its arguments; what each name means is said
in `MEANING` by a call into `iem`, with NumPy for sums and vectors only. Nothing here knows a formula for
which the package has a function.
"""

import re
from dataclasses import dataclass
from math import ldexp, log, prod

import numpy as np

import iem
from iem.labels import prepare

TOKEN = re.compile(r"\s*(\d+\.\d+|\d+|[A-Za-z_][\w.']*|<=|[-+*/^()])(?:%\w+)?")


@dataclass(frozen=True)
class Function:
    """A function of so many arguments; with fewer it waits for the rest, with more its value is applied."""

    arity: int
    of: object

    def __call__(self, *given):
        if len(given) < self.arity:
            return Function(self.arity - len(given), lambda *rest: self.of(*given, *rest))
        value = self.of(*given[: self.arity])
        return value(*given[self.arity :]) if given[self.arity :] else value


def bounds_and_value(statement, meaning):
    """The two bounds of a printed `low <= term <= high`, and the value of the term."""
    tokens, end = [], 0
    while end < len(statement.rstrip()):
        found = TOKEN.match(statement, end)
        if not found:
            raise ValueError(f"not read: {statement[end:]!r}")
        tokens.append(found[1])
        end = found.end()
    tokens.append("")
    low = _sum(tokens, meaning)
    _expect(tokens, "<=")
    value = _sum(tokens, meaning)
    _expect(tokens, "<=")
    high = _sum(tokens, meaning)
    _expect(tokens, "")
    return low, value, high


def _expect(tokens, what):
    if (got := tokens.pop(0)) != what:
        raise ValueError(f"expected {what!r}, got {got!r}")


def _sum(tokens, meaning):
    value = _product(tokens, meaning)
    while tokens[0] in ("+", "-"):
        sign = 1 if tokens.pop(0) == "+" else -1
        value = value + sign * _product(tokens, meaning)
    return value


def _product(tokens, meaning):
    value = _signed(tokens, meaning)
    while tokens[0] in ("*", "/"):
        times = tokens.pop(0) == "*"
        other = _signed(tokens, meaning)
        value = value * other if times else value / other
    return value


def _signed(tokens, meaning):
    if tokens[0] == "-":
        tokens.pop(0)
        return -_signed(tokens, meaning)
    if tokens[0] == "/":
        tokens.pop(0)
        return 1 / _signed(tokens, meaning)
    value = _applied(tokens, meaning)
    if tokens[0] == "^":
        tokens.pop(0)
        return value ** _signed(tokens, meaning)
    return value


def _applied(tokens, meaning):
    value = _atom(tokens, meaning)
    given = []
    while tokens[0] == "(" or re.match(r"[\w]", tokens[0]):
        given.append(_atom(tokens, meaning))
    return value(*given) if given else value


def _atom(tokens, meaning):
    token = tokens.pop(0)
    if token == "(":
        value = _sum(tokens, meaning)
        _expect(tokens, ")")
        return value
    if re.fullmatch(r"\d+", token):
        return int(token)
    if re.fullmatch(r"\d+\.\d+", token):
        return float(token)
    if token not in meaning:
        raise ValueError(f"no meaning for {token!r}")
    return meaning[token]


# --- what the names mean ---


def listed(count, f):
    return np.array([float(f(i)) for i in range(count)])


def table(rows, columns, f):
    return np.array([[float(f(i, j)) for j in range(columns)] for i in range(rows)])


def sgn2(i):
    return 1 if i == 0 else -1


def pair_of(kernel):
    return lambda m, z, i: kernel.energy(np.float64(z - sgn2(i) * m), np)


def loss(N, H, pi, d, y):
    """The loss of labels, the power of 2 that its energies were divided by, and the number of samples."""
    return (*prepare(table(N, H, d), [int(y(n)) for n in range(N)], listed(H, pi), None, -1), N)


def nll(N, H, pi, d, y, beta, order=0):
    loss_, unit, n = loss(N, H, pi, d, y)
    return n * ldexp(loss_.at(ldexp(beta, unit))[order], order * unit)


def mixture(N, H, D, tau, pi, s, mu, x):
    """The arguments of `iem.em_step`: one scale for each component."""
    variance = table(H, D, s)
    assert (variance == variance[:, :1]).all()
    return table(N, D, x), table(H, D, mu), listed(H, pi), float(tau), np.sqrt(variance[:, 0])


def quad(n, Q, u, v):
    return listed(n, u) @ table(n, n, Q) @ listed(n, v)


def new_means(N, H, D, tau, pi, x, mu):
    return iem.em_step(table(N, D, x), table(H, D, mu), listed(H, pi), float(tau))[0]


def divergence(H, q, p):
    q, p = listed(H, q), listed(H, p)
    return float(np.sum(q * (np.log(q) - np.log(p))))


def spread(H, p, a):
    p, a = listed(H, p), listed(H, a)
    return float(p @ (a - p @ a) ** 2)


def mean_unit(m, sigma, tau, z):
    return float(
        iem.activation("gaussian", "mean")(float(z), m=float(m), sigma=float(sigma), tau=float(tau))
    )


MEANING = {
    name: Function(arity, of) if arity else of
    for name, (arity, of) in {
        "ln": (1, log),
        "exp": (1, np.exp),
        "sqrt": (1, np.sqrt),
        "Rabs": (1, abs),
        "Rmax": (2, max),
        "tanh": (1, np.tanh),
        "Values.two": (3, lambda a, b, i: (a, b)[min(i, 1)]),
        "Values.three": (4, lambda a, b, c, i: (a, b, c)[min(i, 2)]),
        "Values.rows2": (3, lambda p, q, i: (p, q)[min(i, 1)]),
        "Values.rows3": (4, lambda p, q, s, i: (p, q, s)[min(i, 2)]),
        "Values.labels3": (4, lambda a, b, c, i: (a, b, c)[min(i, 2)]),
        "Values.sech": (2, lambda s, u: iem.Sech(float(s)).energy(np.float64(u), np)),
        "Temperature.sgn2": (1, sgn2),
        "Defs.r": (4, lambda H, tau, d, h: iem.responsibilities(listed(H, d), float(tau))[h]),
        "Defs.F": (3, lambda H, tau, d: float(iem.free_energy(listed(H, d), float(tau)))),
        "Defs.mean": (3, lambda H, p, a: float(listed(H, p) @ listed(H, a))),
        "Defs.var": (3, spread),
        "Defs.ent": (2, lambda H, p: float(iem.entropy(listed(H, p)))),
        "Defs.KL": (3, divergence),
        "Prior.rp": (
            5,
            lambda H, tau, p, d, h: iem.responsibilities(listed(H, d), float(tau), prior=listed(H, p))[h],
        ),
        "Prior.Fp": (
            4,
            lambda H, tau, p, d: float(iem.free_energy(listed(H, d), float(tau), prior=listed(H, p))),
        ),
        "Temperature.gauss": (4, lambda s, m, z, i: pair_of(iem.Gaussian(float(s)))(m, z, i)),
        "Temperature.student": (
            3,
            lambda nu, s, u: iem.StudentT(nu=float(nu), sigma=float(s)).energy(np.float64(u), np),
        ),
        "Temperature.logistic": (  # the package leaves out a constant that all hypotheses share
            2,
            lambda s, u: iem.Logistic(float(s)).energy(np.float64(u), np) + 2 * log(2),
        ),
        "Kernel.pair": (4, lambda g, m, z, i: g(z - sgn2(i) * m)),
        "Kernel.laplace": (4, lambda b, z, m, i: pair_of(iem.Laplace(float(b)))(m, z, i)),
        "Kernel.sigmoid": (1, lambda x: iem.responsibilities([0.0, float(x)], 1.0)[0]),
        "Kernel.gap": (1, lambda d: d(1) - d(0)),
        "Tanh.quad": (4, quad),
        "Tanh.gap_unequal": (
            4,
            lambda p, n, m, z: (
                iem.Gaussian(float(n)).energy(np.float64(z + m), np)
                - iem.Gaussian(float(p)).energy(np.float64(z - m), np)
            ),
        ),
        "Attention.dot": (3, lambda D, x, y: float(listed(D, x) @ listed(D, y))),
        "Attention.gauss": (
            5,
            lambda D, s, q, k, j: prod(
                [iem.Mahalanobis(np.eye(D) * float(s) ** 2).energy(listed(D, q) - listed(D, k(j)), np)]
            ),
        ),
        "Attention.softmax": (3, lambda H, x, h: iem.responsibilities(-listed(H, x), 1.0)[h]),
        "Attention.wide": (
            2,
            lambda z, h: iem.Gaussian((2.0, 1.0, 1.0)[h]).energy(np.float64(z - (1, 0, -1)[h]), np),
        ),
        "Attention.locations": (1, lambda h: (1, 0, -1)[h]),
        "Degeneracy.softplus": (2, lambda tau, x: -float(iem.free_energy([0.0, -float(x)], float(tau)))),
        "Degeneracy.sigmoid": (1, lambda x: iem.responsibilities([0.0, float(x)], 1.0)[0]),
        "Degeneracy.nrm2": (2, lambda H, v: float(np.sum(listed(H, v) ** 2))),
        "Robustness.act": (4, mean_unit),
        "Annealing.variance": (
            2,
            lambda N, x: float(iem.critical_temperature(listed(N, x)[:, None])),
        ),
        "Annealing.total": (8, lambda *a: iem.total_free_energy(*mixture(*a))),
        "Annealing.new_mean": (10, lambda *a: iem.em_step(*mixture(*a[:8]))[0][a[8], a[9]]),
        "Annealing.new_mass": (9, lambda *a: iem.em_step(*mixture(*a[:8]))[1][a[8]]),
        "Rates.em": (9, lambda *a: new_means(*a[:7])[a[7], a[8]]),
        "Annealing.field_map": (
            5,
            lambda n, p, x, tau, y: sum(
                p(i) * abs(x(i)) * mean_unit(abs(x(i)), 1, tau, y)
                for i in range(n)  # x tanh(x y) is even in x
            ),
        ),
        "Regimes.nll": (6, nll),
        "Regimes.slope": (6, lambda *a: nll(*a, order=1)),
        "Regimes.curv": (5, lambda N, H, pi, d, beta: nll(N, H, pi, d, lambda n: 0, beta, order=2)),
        "Regimes.rbp": (
            5,
            lambda H, pi, beta, d, h: iem.responsibilities(
                listed(H, d), 1 / float(beta), prior=listed(H, pi)
            )[h],
        ),
        "Boundaries.rb": (4, lambda H, beta, d, h: iem.responsibilities(listed(H, d), 1 / float(beta))[h]),
    }.items()
}
