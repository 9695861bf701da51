"""Closed forms as code: the text runs and agrees with the package, or is refused."""

import ast
import itertools
import math
import warnings
from functools import cache

import numbers_of
import numpy as np
import pytest
import scipy.special
import sympy as sp

from iem import KERNELS, BadInput, Points, Signs, activation
from iem.exact import clip, symbol
from iem.source import LIBRARIES, source, stable

z, m, x, tau = map(symbol, ("z", "m", "x", "tau"))
NUMBERS = numbers_of.NUMBERS | {"pi_plus": 0.9, "pi_minus": 0.2}
TYPED = ["u**4/s", "abs(u) + u**2", "log1p(u**2)", "sqrt(1 + u**2)", "log(cosh(u/s))", "clip(u, -s, s)*u"]
GRID = list(itertools.product([*KERNELS, *TYPED], ("mean", "full")))
PRIORS = {"unit": None, "free": ("pi_plus", "pi_minus"), "given": (0.75, 0.25)}
ROOTS = {"numpy": {"numpy", "scipy", "math"}, "torch": {"torch", "math"}, "jax": {"jax", "math"}}


@cache
def made(kernel, statistic, prior="unit"):
    return activation(kernel, statistic, Signs(prior=PRIORS[prior]))


def run(text):
    """The function of a text, in a namespace with nothing but the import of three modules."""

    def imported(name, *_):
        assert name in {"numpy", "scipy.special", "math"}
        return {"numpy": np, "scipy.special": scipy, "math": math}[name]

    space = {"__builtins__": {"__import__": imported, "abs": abs}}
    exec(compile(text, "<text>", "exec"), space)
    return space["activation"]


def arguments(text):
    """The names of the parameters in the text, in order, and its imported packages."""
    tree = ast.parse(text)
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    imports = [alias.name.split(".")[0] for node in tree.body if isinstance(node, ast.Import)
               for alias in node.names]  # fmt: skip
    assert len(tree.body) == len(imports) + 1
    return [a.arg for a in (*function.args.args, *function.args.kwonlyargs)], set(imports)


def called(function, text, evidence, **changes):
    values = {"tau": 0.6} | NUMBERS | changes
    return function(evidence, **{name: values[name] for name in arguments(text)[0][1:]})


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("temperature", [0.05, 0.6, 4.0])
def test_the_text_computes_what_the_package_computes(kernel, statistic, prior, temperature):
    a = made(kernel, statistic, prior)
    text = source(a.expr, "numpy")
    evidence = np.linspace(-30, 30, 241)
    got = called(run(text), text, evidence, tau=temperature)
    expected = a(evidence, tau=temperature, **{name: NUMBERS[name] for name in a.free()})
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("statistic", ["mean", "full"])
@pytest.mark.parametrize("kernel", ["gaussian", "laplace", "student-t"])
def test_more_than_two_hypotheses(kernel, statistic):
    a = activation(kernel, statistic, Points((-1, 0, 2), prior=(1, 2, 1)))
    assert a.expr is not None
    text = source(a.expr, "numpy")
    for evidence in (np.linspace(-5, 5, 41), np.asarray([-1e5, -300.0, 300.0, 1e5])):
        expected = a(evidence, tau=0.6, **{name: NUMBERS[name] for name in a.free()})
        np.testing.assert_allclose(called(run(text), text, evidence), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("kernel", "statistic"), GRID)
@pytest.mark.parametrize("prior", ["unit", "free"])
def test_far_evidence_warns_of_nothing_and_types_are_kept(kernel, statistic, prior):
    text = source(made(kernel, statistic, prior).expr, "numpy")
    far = np.asarray([-1e6, -1e3, -40.0, 0.0, 40.0, 1e3, 1e6])
    for dtype in ("float32", "float64"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            got = called(run(text), text, far.astype(dtype))
        assert got.dtype == dtype
        assert np.isfinite(got).all()
        assert (np.abs(got) <= 1).all()


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(("kernel", "statistic"), GRID)
@pytest.mark.parametrize("prior", PRIORS)
def test_every_text_parses_and_imports_its_library_only(library, kernel, statistic, prior):
    a = made(kernel, statistic, prior)
    text = source(a.expr, library)
    names, imports = arguments(text)
    assert names == ["z", *sorted(set(a.free()) & set(names)), "tau"]
    assert library in imports <= ROOTS[library]
    assert "lambda" not in text and "import *" not in text
    bound = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
    assert bound <= {*names, "np", "jnp", "jax", "torch", "math", "scipy", "abs", "x", "y", "w", "x1", "p"}


FORMS = {  # expression: the text returned for numpy, torch and jax
    sp.tanh(m * z / tau): ("np.tanh(m*z/tau)", "torch.tanh(m*z/tau)", "jnp.tanh(m*z/tau)"),
    clip(z, -m, m) / 2: ("np.clip(z, -m, m)/2", "torch.clamp(z, -m, m)/2", "jnp.clip(z, -m, m)/2"),
    clip(z, 0, m): ("np.clip(z, 0, m)", "torch.clamp(torch.clamp(z, min=0), max=m)", "jnp.clip(z, 0, m)"),
    z / (1 + sp.exp(-z)): ("z*np.exp(-np.logaddexp(0, -z))", "z*torch.sigmoid(z)", "z*jax.nn.sigmoid(z)"),
    sp.exp(z) / (1 + sp.exp(z)): ("np.exp(-np.logaddexp(0, -z))", "torch.sigmoid(z)", "jax.nn.sigmoid(z)"),
    sp.log(1 + sp.exp(z)): (
        "np.logaddexp(0, z)", "torch.nn.functional.softplus(z, threshold=40)", "jax.nn.softplus(z)"),
    sp.log(sp.exp(z) + sp.exp(m * z)): (
        "np.logaddexp(z, m*z)", "torch.logaddexp(z, m*z)", "jnp.logaddexp(z, m*z)"),
    sp.log(sp.cosh(z)): (
        "np.logaddexp(z, -z) - math.log(2)", "torch.logaddexp(z, -z) - math.log(2)",
        "jnp.logaddexp(z, -z) - math.log(2)"),
    1 / sp.cosh(z) ** 2: (
        "4*np.exp(-2*np.logaddexp(z, -z))", "4*torch.exp(-2*torch.logaddexp(z, -z))",
        "4*jnp.exp(-2*jnp.logaddexp(z, -z))"),
    sp.Max(0, z): ("np.maximum(z, 0)", "torch.relu(z)", "jax.nn.relu(z)"),
    sp.Min(z, m): ("np.minimum(z, m)", "torch.clamp(z, max=m)", "jnp.minimum(z, m)"),
    sp.Max(z, m * z): ("np.maximum(z, m*z)", "torch.maximum(z, m*z)", "jnp.maximum(z, m*z)"),
    sp.erf(z / sp.sqrt(2)): (
        "scipy.special.erf(math.sqrt(2)*z/2)", "torch.erf(math.sqrt(2)*z/2)",
        "jax.scipy.special.erf(math.sqrt(2)*z/2)"),
    sp.Piecewise((z, z > 0), (sp.exp(z) - 1, True)): (
        "np.where(z > 0, z, np.expm1(z))", "torch.where(z > 0, z, torch.expm1(z))",
        "jnp.where(z > 0, z, jnp.expm1(z))"),
    sp.log(1 + z**2): ("np.log1p(z**2)", "torch.log1p(z**2)", "jnp.log1p(z**2)"),
    sp.sqrt(m) * sp.Abs(z): ("m**0.5*np.abs(z)", "m**0.5*torch.abs(z)", "m**0.5*jnp.abs(z)"),
    sp.Tuple(z, -z): ("np.stack((z, -z), axis=-1)", "torch.stack((z, -z), dim=-1)",
                      "jnp.stack((z, -z), axis=-1)"),
    sp.Tuple(z): ("np.stack((z,), axis=-1)", "torch.stack((z,), dim=-1)", "jnp.stack((z,), axis=-1)"),
    sp.S.Half: ("np.zeros_like(z) + 1/2", "torch.zeros_like(z) + 1/2", "jnp.zeros_like(z) + 1/2"),
    z**3 / (m**2 * tau): ("z**3/(m**2*tau)",) * 3,
    (z - m) ** 2 / m**2 - z: ("(z - m)**2/m**2 - z",) * 3,
    -((z + m) ** 2): ("-(m + z)**2",) * 3,
    2 ** (-z): ("2**(-z)",) * 3,
}  # fmt: skip


@pytest.mark.parametrize("expr", FORMS, ids=str)
def test_the_line_that_one_would_write(expr):
    for library, line in zip(("numpy", "torch", "jax"), FORMS[expr], strict=True):
        assert source(expr, library).splitlines()[-1] == f"    return {line}"


EXPRESSIONS = [
    *FORMS,
    2 * sp.atanh(sp.tanh(m) * sp.tanh(z)),
    sp.log(2 + sp.exp(z) + m * sp.exp(2 * z)),
    sp.exp(2 * z) / (sp.exp(z) + 2) ** 2,
    (sp.exp(z) - 1) / (sp.exp(z) + 1),
    z * sp.exp(-sp.Abs(z)) * sp.sinh(m),
    sp.Piecewise((1, z > m), (-1, z < -m), (0, True)),
    sp.Piecewise((z, (z > 0) & (z < m)), (m, True)),
    sp.Piecewise((z, ~(z > m) | (z > 2)), (0, True)),
    3 / (m + sp.exp(-z)) ** 2,
    sp.sin(z) * sp.pi,
    sp.asinh(z),
    sp.Tuple(1, m, z, tau * z),
    sp.log(m) * z,
    sp.Max(m, 1, z, z**2),
    sp.atan(z) / sp.sqrt(1 + z**2),
    sp.erfc(z),
    sp.log(sp.exp(z) - z),
    sp.cosh(z) ** -3 * sp.sinh(z),
    (sp.Abs(z - m) - sp.Abs(z + m)) / (2 * m),
    sp.sign(z - m),
]


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=str)
def test_a_text_is_the_expression_to_fifteen_digits(expr):
    text = source(expr, "numpy")
    points = np.asarray([-2.25, -1.0, -0.375, 0.0, 0.5, 1.0, 3.125])
    got = called(run(text), text, points)
    assert got.shape == ((7, len(expr)) if isinstance(expr, sp.Tuple) else (7,))
    at = {m: sp.Rational(13, 10), tau: sp.Rational(3, 5)}
    for point, row in zip(points, got, strict=True):
        exact = expr.subs(at | {z: sp.Rational(str(point))})
        exact = [float(e.n(30)) for e in (exact if isinstance(exact, sp.Tuple) else [exact])]
        np.testing.assert_allclose(np.atleast_1d(row), exact, rtol=4e-15, atol=4e-16)


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=str)
@pytest.mark.parametrize("library", LIBRARIES)
def test_expressions_parse_in_every_library(expr, library):
    names, imports = arguments(source(expr, library))
    wanted = {s.name for s in expr.free_symbols} - {"z", "tau"}
    assert names == ["z", *sorted(wanted), *["tau"] * expr.has(tau)]
    assert imports <= ROOTS[library]


def test_parameters_may_be_arrays_and_keep_the_type():
    text = source(made("laplace", "full", "free").expr, "numpy")
    halves = np.asarray([0.5, 1.0, 2.0], "float32")
    got = called(run(text), text, np.asarray([[0.5], [-2.0]], "float32"), m=halves)
    assert got.shape == (2, 3, 2)
    assert got.dtype == "float32"
    one = called(run(text), text, np.asarray(-2.0), m=2.0)
    np.testing.assert_allclose(got[1, 2], one, rtol=1e-6)
    assert called(run(text), text, 0.5).shape == (2,)


def test_components_that_depend_on_different_parameters_are_broadcast():
    text = source(sp.Tuple(z, m * z), "numpy")
    assert called(run(text), text, 1.0, m=np.ones(3)).shape == (3, 2)


def test_constants_have_the_shape_of_the_evidence():
    text = source(sp.Tuple(sp.S.Half, m), "numpy")
    got = called(run(text), text, np.zeros((4, 3), "float32"))
    assert got.shape == (4, 3, 2)
    assert got.dtype == "float32"
    np.testing.assert_allclose(got[0, 0], [0.5, 1.3], rtol=1e-7)


def test_names_taken_as_positive():
    free = sp.Symbol("w", real=True)
    expr = sp.log(free + sp.exp(z))
    assert "logaddexp" not in source(expr, "numpy")
    text = source(expr, "numpy", positive=["w"])
    assert "logaddexp" in text
    np.testing.assert_allclose(run(text)(np.asarray([-1e4, 1e4]), w=2.0), [math.log(2), 1e4])


def test_the_name_and_the_docstring():
    text = source(sp.tanh(z), "torch", name="unit")
    assert text == 'import torch\n\n\ndef unit(z):\n    """tanh(z)"""\n    return torch.tanh(z)\n'
    long = source(made("huber", "full").expr, "jax").splitlines()
    assert next(line for line in long if '"""' in line).count('"""') == 2
    assert source(z**2, "jax").startswith("# no library is needed\n")


def test_stable_forms_are_equal():
    for expr in EXPRESSIONS:
        if not isinstance(expr, sp.Tuple):
            assert stable(expr).free_symbols == expr.free_symbols


def test_names_of_parts_avoid_the_parameters():
    y = sp.Symbol("x", positive=True)
    part = y * z**3 / (m * tau**2)
    text = source(sp.Tuple(sp.tanh(part), sp.cos(part)), "numpy")
    assert "    y = x*z**3/(m*tau**2)" in text.splitlines()


@pytest.mark.parametrize("library", ["tensorflow", "Numpy", None, 3])
def test_no_library(library):
    with pytest.raises(BadInput, match=f"unknown library {library!r}.*Known are jax, numpy, torch"):
        source(z, library)


@pytest.mark.parametrize("expr", [None, "tanh(z)", 3, [z], sp.Tuple(), sp.Tuple(z, sp.Tuple(z)), sp.true])
def test_no_closed_form(expr):
    with pytest.raises(BadInput, match="closed form|components"):
        source(expr, "numpy")


@pytest.mark.parametrize(
    ("expr", "word"),
    [
        (sp.gamma(z), "gamma"),
        (sp.Function("f")(z), "f"),
        (sp.Integral(z, z), "Integral"),
        (sp.nan * z, "nan"),
        (sp.I * z, "I"),
        (sp.zoo + z, "zoo"),
        (sp.Heaviside(z), "Heaviside"),
        (sp.Derivative(sp.Function("g")(z), z), "g"),
    ],
)
def test_what_cannot_be_written(expr, word):
    with pytest.raises(BadInput, match=f"{word}.*cannot be written in torch|Derivative"):
        source(expr, "torch")


@pytest.mark.parametrize("name", ["lambda", "two words", "2x", "", "import", "np", "jax", "None", "a; b"])
def test_names_that_python_refuses(name):
    with pytest.raises(BadInput, match="a name that Python leaves free, got"):
        source(sp.Symbol(name) * z if name else sp.Symbol("") * z, "numpy")
    with pytest.raises(BadInput, match="a name that Python leaves free"):
        source(z, "numpy", name=name)
