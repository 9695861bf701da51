"""What must be there, and what need not: light to import, at home where only SymPy is installed."""

import subprocess
import sys
from importlib.resources import files
from inspect import isroutine
from pathlib import Path

import mpmath
import pytest
import sympy

import iem

HEAVY = {
    "sympy",
    "mpmath",
    "numpy",
    "array_api_compat",
    "matplotlib",
    "yaml",
    "IPython",
    "nbformat",
    "scipy",
    "sklearn",
    "dask",
}


def fresh(code, *options):
    """What a new interpreter prints."""
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "code",
    ["import iem", "import iem; dir(iem), iem.__version__", "import iem.__main__, iem.errors, iem.kernels"],
)
def test_an_import_loads_nothing_heavy(code):
    loaded = fresh(f"{code}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})").split()
    assert HEAVY.isdisjoint(loaded)


def test_a_derivation_loads_no_numpy():
    code = "import iem; iem.activation('laplace', 'mean').derivation"
    loaded = fresh(f"{code}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})").split()
    assert "sympy" in loaded
    assert {"numpy", "array_api_compat", "matplotlib"}.isdisjoint(loaded)


def test_numbers_load_no_sympy():
    code = "import iem; iem.responsibilities([0.0, 1.0]), iem.free_energy([0.0]), iem.entropy([1.0])"
    loaded = fresh(f"{code}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})").split()
    assert "numpy" in loaded
    assert "sympy" not in loaded


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """An interpreter to which nothing is installed but SymPy, its mpmath, and this package."""
    folder = tmp_path_factory.mktemp("bare")
    for package in (sympy, mpmath, iem):
        (folder / package.__name__).symlink_to(Path(package.__file__).parent)

    def run(code):
        return fresh(f"import sys; sys.path.append({str(folder)!r})\n{code}", "-I", "-S", "-W", "error")

    return run


def test_the_bare_environment_is_bare(bare):
    for name in ("numpy", "array_api_compat", "yaml", "matplotlib", "IPython"):
        code = f"from importlib.util import find_spec; print(find_spec({name!r}))"
        assert bare(code) == "None\n"


def test_derivations_run_where_only_sympy_is(bare):
    code = "import iem; print(iem.activation({!r}, {!r}).expr)"
    assert bare(code.format("gaussian", "mean")) == "tanh(m*z/(sigma**2*tau))\n"
    assert bare(code.format("laplace", "mean")) == "tanh(clip(z, -m, m)/(b*tau))\n"


def test_limits_and_pages_run_where_only_sympy_is(bare):
    code = """import iem
a = iem.activation("laplace", "full", iem.Signs(prior=("pi_plus", "pi_minus")))
print(a.cold, a.hot, a.slope, a.saturation, len(a._repr_html_()) > 0, len(a.derivation.latex()) > 0)
"""
    assert bare(code).endswith("True True\n")


def test_evidence_runs_where_only_sympy_is(bare):
    code = """import iem, sympy as sp
x, y = sp.symbols("x y", positive=True)
print(iem.Bound(2*x, x**2 + 1, iem.Manifest((x - 1)**2)).method)
print(iem.zero(sum(iem.responsibilities([x, y], sp.Integer(2))) - 1))
try:
    iem.Derivation("f", x, [iem.Link(2*x, "a slip")])
except iem.Refuted as error:
    print("refuted")
"""
    assert bare(code) == "bound: manifest\nTrue\nrefuted\n"


def test_the_command_runs_where_only_sympy_is(bare):
    code = "from iem.__main__ import main; main(['derive', 'gaussian', 'mean'])"
    assert "tanh(m*z/(sigma**2*tau))" in bare(code)


def test_it_is_typed():
    assert files("iem").joinpath("py.typed").is_file()


@pytest.mark.parametrize("name", iem.__all__)
def test_every_name_is_there_and_documented(name):
    value = getattr(iem, name)
    assert name in dir(iem)
    if isroutine(value) or isinstance(value, type):
        assert value.__name__ == name
        assert value.__doc__
        assert not value.__doc__.startswith(f"{name}(")  # what a dataclass writes where nothing is
