"""Every public function of arrays on PyTorch and JAX, in every type that they have."""

import itertools

import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backends import BACKENDS, type_of
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
    same,
)
from hypothesis import given, settings

from iem import BadInput, Interval, activation

TYPES = list(itertools.product(BACKENDS, EPS))
WHOLE_IS = {"torch": "float32", "jax": "float64"}  # the default of the library
SOME = settings(max_examples=3)  # for each library and type


def maker(library, dtype):
    def held(x):
        """Whole numbers as NumPy holds them: libraries differ on those that do not fit."""
        return np.asarray(x).astype(dtype) if dtype in WHOLE else np.asarray(x)

    if library == "jax":
        return lambda x: jnp.asarray(held(x)).astype(dtype)
    return lambda x: torch.tensor(held(x)).to(getattr(torch, dtype))


def values(x):
    """An array of either library as one of NumPy in double precision."""
    return np.asarray(x.double() if isinstance(x, torch.Tensor) else x.astype(float))


@pytest.mark.parametrize("name", KEPT | ENERGIES)
@given(t=TABLES)
@SOME
def test_library_type_and_values_are_kept(name, t):
    for library, dtype in TYPES:
        for found, expected in compared((KEPT | ENERGIES)[name], maker(library, dtype), dtype, t):
            assert isinstance(found, BACKENDS[library].kind)
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
        assert isinstance(found, BACKENDS[library].kind)
        assert type_of(found) == "float64"
        same(values(found), expected, 1e-6)


@pytest.mark.parametrize("name", CALLS)
def test_whole_numbers_are_numbers(name):
    for library, dtype in itertools.product(BACKENDS, WHOLE):
        for found, expected in compared(CALLS[name], maker(library, dtype), dtype, ONES):
            if name in KEPT:
                assert type_of(found) == WHOLE_IS[library]
            same(values(found) if name not in NUMERIC else found, expected, 1e-5)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("library", BACKENDS)
def test_complex_numbers_are_refused(library, name):
    with pytest.raises(BadInput, match="real"):
        CALLS[name](maker(library, "complex64"), ONES)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@given(t=TABLES, tau=TAUS)
@SOME
def test_laws(law, t, tau):
    for library, dtype in TYPES:
        law(maker(library, dtype), values, t, tau, EPS[dtype])


def test_a_call_without_derivatives_says_so():
    a = activation("laplace", "mean", Interval(-1, 1))
    z = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    with pytest.raises(BadInput, match="detach the evidence z"):
        a(z, b=1.0)
    with pytest.raises(BadInput, match="detach b"):
        a(z.detach(), b=z.exp())
    assert (a(z.detach(), b=1.0) == 0).all()
