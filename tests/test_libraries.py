"""Every public function of arrays on NumPy, on a strict Array-API library, and on Dask, in every type."""

import itertools

import array_api_strict
import dask.array as da
import numpy as np
import pytest
from calls import (
    CALLS,
    ENERGIES,
    EPS,
    KEPT,
    LAWS,
    NUMERIC,
    ONES,
    TABLES,
    TAUS,
    WHOLE,
    WIDENED,
    compared,
    functions,
    same,
)
from conftest import numpy_of
from hypothesis import given, settings

from iem import BadInput

LIBRARIES = {
    "numpy": np.asarray,
    "array_api_strict": array_api_strict.asarray,
    "dask": lambda x: da.from_array(x, chunks=2),  # the three hypotheses lie in two chunks
}
TYPES = [
    (library, dtype)
    for library, dtype in itertools.product(LIBRARIES, ("float16", "float32", "float64"))
    if (library, dtype) != ("array_api_strict", "float16")
]
SOME = settings(max_examples=3)  # for each library and type


def maker(library, dtype):
    return lambda x: LIBRARIES[library](np.asarray(x).astype(dtype))


def values(x):
    """An array of any of the libraries as one of NumPy. What Dask computes only now, NumPy may warn of."""
    with np.errstate(all="ignore"):
        x = x.compute(scheduler="synchronous") if hasattr(x, "compute") else x
    return numpy_of(x).astype(float)


def type_of(x):
    return str(x.dtype).removeprefix("array_api_strict.")


def test_every_function_of_arrays_is_called():
    assert functions() <= {name.split(",")[0] for name in CALLS}


@pytest.mark.parametrize("name", KEPT | ENERGIES)
@given(t=TABLES)
@SOME
def test_library_type_and_values_are_kept(name, t):
    for library, dtype in TYPES:
        for found, expected in compared((KEPT | ENERGIES)[name], maker(library, dtype), dtype, t):
            assert type(found) is type(LIBRARIES[library](np.zeros(2)))
            assert type_of(found) == dtype
            same(values(found), expected, 64 * EPS[dtype])


@pytest.mark.parametrize("name", NUMERIC)
@given(t=TABLES)
@SOME
def test_numbers_are_those_of_double_precision(name, t):
    for library, dtype in TYPES:
        for found, expected in compared(NUMERIC[name], maker(library, dtype), dtype, t):
            same(found, expected, 64 * EPS[dtype] if name == "total_free_energy" else 1e-6)


@pytest.mark.parametrize(("library", "dtype"), TYPES)
def test_a_mixture_computes_in_double_precision(library, dtype):
    for found, expected in compared(WIDENED["AnnealedMixture"], maker(library, dtype), dtype, None):
        assert type(found) is type(LIBRARIES[library](np.zeros(2)))
        assert type_of(found) == "float64"
        same(values(found), expected, 1e-6)


@pytest.mark.parametrize("name", CALLS)
def test_whole_numbers_are_numbers(name):
    for library, dtype in itertools.product(LIBRARIES, WHOLE):
        for found, expected in compared(CALLS[name], maker(library, dtype), dtype, ONES):
            if name not in NUMERIC:
                assert type_of(found) == "float64"
                found = values(found)
            same(found, expected, 1e-12)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", ["complex64", "object", "datetime64[s]"])
def test_what_are_no_numbers_is_refused(name, dtype):
    for library in ("numpy", "dask"):
        if (name, library) == ("AnnealedMixture", "numpy"):
            continue  # scikit-learn reads these arrays, and refuses or converts them by its own rules
        with pytest.raises(BadInput, match="real"):
            CALLS[name](maker(library, dtype), ONES)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(t=TABLES, tau=TAUS)
@SOME
def test_laws(law, t, tau):
    for library, dtype in TYPES:
        law(maker(library, dtype), values, t, tau, EPS[dtype])
