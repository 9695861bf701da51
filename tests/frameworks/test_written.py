"""The code that the package writes for PyTorch and JAX: it runs, agrees, and has derivatives."""

import itertools
import subprocess
import sys
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp
import torch
from backends import BACKENDS, EPS, KERNELS, PARAMETERS, called, energy_size, evidence, type_of, values
from jax.test_util import check_grads

from iem import Points, Signs, activation
from iem.exact import clip, symbol
from iem.source import source

GRID = list(itertools.product([*KERNELS, "u**4/s", "abs(u) + u**2", "log1p(u**2)"], ("mean", "full")))
PRIORS = {"unit": None, "free": ("pi_plus", "pi_minus")}
z, m = symbol("z"), symbol("m")
OTHERS = [
    z / (1 + sp.exp(-z)),
    z * (1 + sp.erf(z / sp.sqrt(2))) / 2,
    sp.Max(0, z),
    sp.Min(z, m),
    sp.Max(z, m * z, m),
    sp.Piecewise((z, z > 0), (sp.exp(z) - 1, True)),
    sp.Piecewise((1, z > m), (-1, z < -m), (0, True)),
    sp.Piecewise((z, (z > 0) & (z < m)), (m, True)),
    sp.log(1 + sp.exp(z)),
    sp.log(2 + sp.exp(z) + sp.exp(m * z)),
    clip(z, 0, m),
    clip(z, -1, 1),
    sp.cosh(z) ** -2,
    sp.tanh(m) * sp.tanh(z),
    sp.sqrt(m) * sp.sqrt(1 + z**2),
    sp.Tuple(1, m, z),
    sp.Tuple(sp.tanh(z), -sp.tanh(m * z)),
    sp.S.Half,
    sp.log(m) + z,
    sp.erfc(z),
    sp.atan(z),
    sp.asinh(z),
    sp.atanh(sp.tanh(z) / 2),
    sp.sinh(z),
    sp.cos(z) + sp.sin(m * z),
    sp.pi * z,
    (sp.exp(z) - 1) / (sp.exp(z) + 1),
    sp.sign(z - m),
    sp.Abs(m - z) ** m,
]


@pytest.fixture(params=BACKENDS)
def name(request):
    return request.param


@cache
def made(kernel, statistic, prior="unit"):
    return activation(kernel, statistic, Signs(prior=PRIORS[prior]))


def run(expr, name):
    space = {}
    exec(source(expr, name), space)
    function = space["activation"]
    wanted = function.__kwdefaults__ or {}
    names = function.__code__.co_varnames[1 : 1 + function.__code__.co_kwonlyargcount]

    def call(x, **changes):
        given = PARAMETERS | {"tau": 0.6} | changes
        return function(x, **{n: given[n] for n in names})

    assert set(wanted) <= {"tau"}
    return call


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("dtype", EPS)
def test_written_code_computes_what_the_package_computes(name, kernel, statistic, prior, dtype):
    a, x = made(kernel, statistic, prior), evidence(dtype)
    function, backend = run(a.expr, name), BACKENDS[name]
    for tau in (0.05, 0.6, 50.0):
        got = function(backend.array(x, dtype), tau=tau)
        assert isinstance(got, backend.kind)
        assert type_of(got) == dtype
        room = (
            4 * EPS[dtype]
            + 1e-12
            + np.minimum(32 * EPS[dtype] * energy_size(a, x.astype("float64")) / tau, 1)
        )
        room = room[:, None] if statistic == "full" else room
        assert (np.abs(values(got) - called(a, x.astype("float64"), tau)) <= room).all()
        assert np.isfinite(values(got)).all()


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
@pytest.mark.parametrize("prior", PRIORS)
def test_written_code_has_derivatives_in_everything(kernel, statistic, prior):
    a = made(kernel, statistic, prior)
    x = np.asarray([-4.1, -1.7, -0.4, 0.3, 0.9, 2.2])
    names = a.free()
    at = [torch.tensor(x, requires_grad=True)]
    at += [torch.tensor(PARAMETERS[n], dtype=torch.float64, requires_grad=True) for n in (*names,)]
    call = run(a.expr, "torch")
    assert torch.autograd.gradcheck(lambda z, *p: call(z, **dict(zip(names, p, strict=True))), at)
    call = run(a.expr, "jax")
    at = (jnp.asarray(x), *(jnp.asarray(PARAMETERS[n]) for n in names))
    check_grads(lambda z, *p: call(z, **dict(zip(names, p, strict=True))), at, order=1)
    np.testing.assert_allclose(jax.jit(call)(at[0]), call(at[0]), atol=1e-14)


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_derivatives_are_finite_far_out(name, kernel, statistic):
    call, x = run(made(kernel, statistic).expr, name), np.asarray([-1e4, -300.0, -40.0, 40.0, 300.0, 1e4])
    if name == "torch":
        at = torch.tensor(x, requires_grad=True)
        call(at).sum().backward()
        assert at.grad.isfinite().all()
    else:
        assert np.isfinite(jax.grad(lambda z: call(z).sum())(jnp.asarray(x))).all()


@pytest.mark.parametrize("expr", OTHERS, ids=str)
@pytest.mark.parametrize("dtype", EPS)
def test_other_expressions(name, expr, dtype):
    points = np.asarray([-2.25, -1.0, -0.375, 0.0, 0.5, 1.0, 3.125])
    call = run(expr, name)
    got = call(BACKENDS[name].array(points, dtype))
    assert type_of(got) == dtype
    at = {m: sp.Rational(13, 10)}
    for point, row in zip(points, values(got), strict=True):
        exact = expr.subs(at | {z: sp.Rational(str(point))})
        exact = [float(e.n(30)) for e in (exact if isinstance(exact, sp.Tuple) else [exact])]
        np.testing.assert_allclose(np.atleast_1d(row), exact, rtol=32 * EPS[dtype], atol=4 * EPS[dtype])
    # a parameter may be an array, too
    many = call(BACKENDS[name].array(points, dtype), m=BACKENDS[name].array(np.full(7, 1.3), dtype))
    np.testing.assert_allclose(values(many), values(got), rtol=8 * EPS[dtype], atol=EPS[dtype])


def test_more_than_two_hypotheses(name):
    for statistic in ("mean", "full"):
        a = activation("gaussian", statistic, Points((-1, 0, 2), prior=(1, 2, 1)))
        x = evidence()
        got = values(run(a.expr, name)(BACKENDS[name].array(x)))
        np.testing.assert_allclose(got, called(a, x), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize(("kernel", "statistic"), GRID)
def test_written_code_stays_on_its_device(kernel, statistic, prior):
    x = torch.zeros(5, device="meta", dtype=torch.float32)
    got = run(made(kernel, statistic, prior).expr, "torch")(x)
    assert (got.device.type, got.dtype) == ("meta", torch.float32)


def test_written_code_needs_the_library_alone(name):
    text = source(made("laplace", "full", "free").expr, name)
    array = {"torch": "torch.zeros(3)", "jax": "jax.numpy.zeros(3)"}[name]
    check = "import sys; assert 'iem' not in sys.modules"
    call = f"{text}\nprint(activation({array}, b=1.0, m=1.0, pi_plus=0.5, pi_minus=0.5).shape)\n{check}"
    done = subprocess.run([sys.executable, "-c", call], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "3, 2" in done.stdout
