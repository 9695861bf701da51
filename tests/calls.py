"""Every public function of arrays, called on arrays of any library and type, and laws that they obey.

`A` makes an array of the library and the type under test, `t` is the table of numbers for this call.
The tests here take the locked libraries, those in `frameworks` take PyTorch and JAX.
"""

import inspect
from functools import cache
from itertools import cycle

import numpy as np
from array_api_compat import array_namespace
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numbers_of import NUMBERS
from scipy.special import softmax

import iem

INF = float("inf")
EPS = {"bfloat16": 2.0**-7, "float16": 2.0**-10, "float32": 2.0**-23, "float64": 2.0**-52}
WHOLE = ("int8", "int64", "uint8", "bool")
SHAPES = st.tuples(st.integers(2, 6), st.just(3))
EIGHTHS = st.integers(-32, 32).map(lambda n: n / 8)  # what is a sum of two of them no type rounds
TABLES = arrays(float, SHAPES, elements=EIGHTHS)
ONES = 64 * np.eye(3)[[0, 2, 1, 1]]  # whole numbers, which are as good as Booleans
TAUS = st.sampled_from([0.5, 1.0, 2.0])
BLOBS = np.asarray([[-3.0, 1], [-3.25, 1], [-2.75, 1], [3, 0.5], [3.25, 0.75], [2.75, 0.5]])


made = cache(iem.activation)


def shares(t):
    """A distribution in each row."""
    return softmax(t, axis=-1)


def quarters(t):
    """A distribution in each row, of numbers that every type holds."""
    p = np.abs(t[:, :2]) % 0.5
    return np.column_stack([p, 1 - p.sum(axis=-1)])


def weights(t):
    """A positive number for each row."""
    return 1 + t[:, 0] ** 2


def called(a, *args, **changes):
    """An activation with the numbers of the tests for its parameters."""
    return a(*args, **({"tau": 0.7} | {name: NUMBERS[name] for name in a.free()} | changes))


def of_signs(kernel, statistic, tau):
    return lambda A, t: called(made(kernel, statistic), A(t), tau=tau)


def over(hypotheses, kernel="gaussian", statistic="mean", tau=0.7):
    return lambda A, t: called(made(kernel, statistic, hypotheses), A(t), tau=tau)


def over_keys(A, t, statistic="mean", mask=None):
    keys = iem.Vectors(A(t), values=A(t[:, 1:]), prior=A(weights(t)))
    return called(iem.activation("gaussian", statistic, keys), A(t[:2]), mask=mask)


def energy_of(kernel):
    kernel = kernel if isinstance(kernel, iem.Mahalanobis) else iem.kernel(kernel).bound(NUMBERS)
    return lambda A, t: kernel.energy(A(t), array_namespace(A(t)))


def of_a_mixture(A, t):
    fit = iem.AnnealedMixture(2).fit(A(BLOBS))
    return fit.predict_proba(A(BLOBS)), fit.score_samples(A(BLOBS)), fit.free_energy(A(BLOBS))


GRID = list(zip(iem.KERNELS, cycle(iem.STATISTICS), strict=False))
HALVES = [[1.0, 0.5, 0.0], [0.5, 2.0, 1.0], [0.0, 0.0, 1.0]]

ENERGIES = {f"the energy {name}": energy_of(name) for name in iem.KERNELS}
KEPT = {  # give arrays of the library and of the floating type that they are given
    "responsibilities": lambda A, t: iem.responsibilities(A(t), 0.5, prior=A(1 + t[0] ** 2)),
    "responsibilities, cold": lambda A, t: iem.responsibilities(A(t), 0),
    "log_responsibilities": lambda A, t: iem.log_responsibilities(A(t), 2.0),
    "free_energy": lambda A, t: iem.free_energy(A(t), 0.5, axis=0),
    "free_energy, cold": lambda A, t: iem.free_energy(A(t), 0),
    "entropy": lambda A, t: iem.entropy(A(shares(t))),
    **{f"{k} {s} at {tau}": of_signs(k, s, tau) for k, s in GRID for tau in (0, 0.7) if s != "log-full"},
    "log-full at 0.7": of_signs("gaussian", "log-full", 0.7),
    "an array for m": lambda A, t: called(made("sech", "full"), A(t), m=A(1 + t**2)),
    "points": over(iem.Points((-1, 0, 2), prior=(1, 2, 1)), "student-t", "variance"),
    "a gate": over(iem.Gate(), "gaussian", "gated"),
    "a half-line": over(iem.HalfLine(), "gaussian", "mode"),
    "a half-line, in numbers": over(iem.HalfLine(iem.Exponential(2.0)), "gaussian", "mean"),
    "an interval": over(iem.Interval(-1, 1), "laplace", "log-evidence"),
    "the line, by quadrature": over(iem.Line(iem.Normal(2.0)), "logistic", "mean"),
    "vectors": over(iem.Vectors(HALVES)),
    "vectors, cold": over(iem.Vectors(HALVES), statistic="mode", tau=0),
    "covariance": over(iem.Vectors(HALVES), iem.Mahalanobis([[2, 1, 0], [1, 2, 0], [0, 0, 1]]), "full"),
    "keys": over_keys,
    "masked keys": lambda A, t: over_keys(A, t, "full", np.arange(len(t)) != 1),
    "Mahalanobis": energy_of(iem.Mahalanobis([[2, 1, 0], [1, 2, 0], [0, 0, 1]])),
    "Mahalanobis, diagonal": energy_of(iem.Mahalanobis([2.0, 0.5, 1.0])),
    "absorbing": lambda A, t: iem.absorbing(A(t), 2.0),
    "em_step": lambda A, t: iem.em_step(A(t), A(t[:2]), A([1, 2]), 0.5, A([1, 2])),
    "mean_gradient": lambda A, t: iem.mean_gradient(A(t), A(t[:2]), A([1, 2])),
    "preconditioner": lambda A, t: iem.preconditioner(A(t), A(t[:2]), sigma=2.0),
}
WIDENED = {"AnnealedMixture": of_a_mixture}  # gives arrays of the library, in its widest floating type
NUMERIC = {  # give numbers, or arrays of NumPy, in double precision
    "total_free_energy": lambda A, t: iem.total_free_energy(A(t), A(t[:2]), A([1, 2])),
    "em_rate": lambda A, t: iem.em_rate(A([[0, 1], [1, 0]]), [[0.5, 0.5]] * 2, A([1, 2]), 1 + t[0, 0] ** 2),
    "gradient_flow": lambda A, t: (
        iem.gradient_flow(A(t), A(t[:2]), 1.0, 1.0, pi=A([1, 2]), free_masses=True, count=2).means
    ),
    "fit_temperature": lambda A, t: (
        (
            iem.fit_temperature(
                A(t**2), A(np.arange(len(t)) % 2), prior=A([1, 2, 1]), sample_weight=A(weights(t))
            )
        ).tau
    ),
    "calibration_error": lambda A, t: iem.calibration_error(A(quarters(t)), A(np.arange(len(t)) % 2)).value,
    "critical_temperature": lambda A, t: iem.critical_temperature(
        A(t), r=A(weights(t)), sample_weight=A(weights(t))
    ),
    "variance_proxy": lambda A, t: iem.variance_proxy(A(t[:, 0]), sample_weight=A(weights(t))),
}
CALLS = KEPT | WIDENED | NUMERIC
OTHERS = {"activation", "establish", "gap_of", "grid", "kernel", "zero"}  # functions that take no array
DRAWN = {"reliability"}  # draws what calibration_error finds


def functions():
    """The public functions that take arrays."""
    found = {name for name in iem.__all__ if inspect.isfunction(getattr(iem, name))}
    return found - OTHERS - DRAWN


def parts(found):
    """What a call gives, as a tuple."""
    return found if isinstance(found, tuple) else (found,)


def rounded(dtype):
    """Maker of NumPy arrays in double precision, of numbers as the type holds them."""
    if dtype == "bfloat16":
        from ml_dtypes import bfloat16 as dtype
    return lambda x: np.asarray(x).astype(dtype).astype(float)


def compared(call, A, dtype, t):
    """The parts of what a call gives in the library, each with what NumPy gives in double precision."""
    return zip(parts(call(A, t)), parts(call(rounded(dtype), t)), strict=True)


def same(found, expected, room):
    np.testing.assert_allclose(found, expected, rtol=room, atol=room)


# Laws of the posterior: V reads an array of the library as one of NumPy in double precision


def a_shift_drops_out(A, V, t, tau, eps):  # I1
    shift = t[0, 0]
    for function in (iem.responsibilities, iem.log_responsibilities):
        np.testing.assert_array_equal(V(function(A(t + shift), tau)), V(function(A(t), tau)))
    same(V(iem.free_energy(A(t + shift), tau)), V(iem.free_energy(A(t), tau)) + shift, 16 * eps)


def scales_go_together(A, V, t, tau, eps):  # I2
    for scale in (0.25, 2.0):
        np.testing.assert_array_equal(
            V(iem.responsibilities(A(scale * t), scale * tau)), V(iem.responsibilities(A(t), tau))
        )


def the_order_does_not_matter(A, V, t, tau, eps):
    order = [2, 0, 1]
    for function in (iem.responsibilities, iem.log_responsibilities):
        same(V(function(A(t[:, order]), tau)), V(function(A(t), tau))[:, order], 16 * eps)
    same(V(iem.free_energy(A(t[:, order]), tau)), V(iem.free_energy(A(t), tau)), 16 * eps)


def it_is_a_distribution(A, V, t, tau, eps):
    for temperature in (0, tau):
        r = iem.responsibilities(A(t), temperature)
        assert (V(r) >= 0).all()
        same(V(r).sum(axis=-1), 1, 4 * eps)
        assert (V(r)[t == t.min(axis=-1, keepdims=True)] >= 1 / 3 - eps).all()
        assert (-eps <= V(iem.entropy(r))).all()
        assert (V(iem.entropy(r)) <= np.log(3) + 4 * eps).all()


def cold_is_even_over_the_lowest(A, V, t, tau, eps):
    best = t == t.min(axis=-1, keepdims=True)
    same(V(iem.responsibilities(A(t), 0)), best / best.sum(axis=-1, keepdims=True), eps)
    same(V(iem.responsibilities(A(t), 1e-3)), V(iem.responsibilities(A(t), 0)), eps)
    np.testing.assert_array_equal(V(iem.free_energy(A(t), 0)), t.min(axis=-1))


def a_mask_takes_a_hypothesis_out(A, V, t, tau, eps):
    masked = np.where([False, True, False], INF, t)
    masked[0] = INF
    for temperature in (0, tau):
        r, rest = (V(iem.responsibilities(A(x), temperature)) for x in (masked, t[:, ::2]))
        assert np.isnan(r[0]).all() and (r[1:, 1] == 0).all()
        same(r[1:, ::2], rest[1:], 4 * eps)
        free, rest = (V(iem.free_energy(A(x), temperature)) for x in (masked, t[:, ::2]))
        assert free[0] == INF
        same(free[1:], rest[1:], 16 * eps)


def free_energy_is_energy_less_entropy(A, V, t, tau, eps):  # T2
    r = iem.responsibilities(A(t), tau)
    F = (V(r) * t).sum(axis=-1) - tau * V(iem.entropy(r))
    same(V(iem.free_energy(A(t), tau)), F, 64 * eps)


def logarithms_are_logarithms(A, V, t, tau, eps):
    same(np.exp(V(iem.log_responsibilities(A(t), tau))), V(iem.responsibilities(A(t), tau)), 16 * eps)


def a_mean_of_signs_is_odd(A, V, t, tau, eps):
    for kernel in iem.KERNELS:
        a = made(kernel, "mean")
        room = 64 * eps * (1 + np.abs(t) ** 3) / tau
        assert (np.abs(V(called(a, A(-t), tau=tau)) + V(called(a, A(t), tau=tau))) <= room).all()


def keys_have_no_order(A, V, t, tau, eps):
    a, turned = (iem.activation(iem.Gaussian(1.0), "full", iem.Vectors(A(k))) for k in (t, t[::-1].copy()))
    same(V(turned(A(t), tau=tau)), V(a(A(t), tau=tau))[:, ::-1], 512 * eps)


def a_step_of_em_is_a_preconditioned_gradient_step(A, V, t, tau, eps):  # N3
    x, mu = A(t), A(t[:2] / 2)
    step = V(mu) - V(iem.preconditioner(x, mu, tau=tau))[:, None] * V(iem.mean_gradient(x, mu, tau=tau))
    held = V(iem.preconditioner(x, mu, tau=tau)) < 1e3  # where rounding divides by a small mass
    same(step[held], V(iem.em_step(x, mu, tau=tau)[0])[held], 4096 * eps)


LAWS = [
    a_shift_drops_out,
    scales_go_together,
    the_order_does_not_matter,
    it_is_a_distribution,
    cold_is_even_over_the_lowest,
    a_mask_takes_a_hypothesis_out,
    free_energy_is_energy_less_entropy,
    logarithms_are_logarithms,
    a_mean_of_signs_is_odd,
    keys_have_no_order,
    a_step_of_em_is_a_preconditioned_gradient_step,
]
