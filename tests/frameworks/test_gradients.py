"""Derivatives through the package by autograd: the implicit-EM identity, and finite differences."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backends import KERNELS, PARAMETERS, called, made
from jax.test_util import check_grads

from iem import entropy, free_energy, responsibilities

INF = float("inf")
PRIORS = [None, [1.0, 2.0, 3.5]]


def energies(count=3, masked=False):
    d = 3 * np.random.default_rng(5).standard_normal((6, count))
    if masked:
        d[::2, 1] = INF
    return d


@pytest.mark.parametrize("tau", [1e-3, 0.3, 1.0, 1e3])
@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("masked", [False, True])
def test_the_gradient_of_the_free_energy_is_the_responsibilities(tau, prior, masked):  # T3
    d = energies(masked=masked)
    x = torch.tensor(d, requires_grad=True)
    free_energy(x, tau, prior=prior).sum().backward()
    np.testing.assert_allclose(x.grad, responsibilities(d, tau, prior=prior), atol=1e-14)
    slope = jax.grad(lambda x: free_energy(x, tau, prior=prior).sum())(jnp.asarray(d))
    np.testing.assert_allclose(slope, responsibilities(d, tau, prior=prior), atol=1e-14)


def test_the_identity_at_ties_and_for_a_pair():
    for d in (np.zeros((2, 2)), np.asarray([[1.0, 1.0, 2.0]]), np.asarray([[0.0, INF]])):
        x = torch.tensor(d, requires_grad=True)
        free_energy(x).sum().backward()
        np.testing.assert_allclose(x.grad, responsibilities(d), atol=1e-15)
        slope = jax.grad(lambda x: free_energy(x).sum())(jnp.asarray(d))
        np.testing.assert_allclose(slope, responsibilities(d), atol=1e-15)


@pytest.mark.parametrize("tau", [0.3, 1.0, 20.0])
@pytest.mark.parametrize("prior", PRIORS)
@pytest.mark.parametrize("count", [2, 3])
def test_gradients_are_finite_differences(tau, prior, count):
    prior = prior and prior[:count]
    d = energies(count)
    x = torch.tensor(d, requires_grad=True)
    for function in (responsibilities, free_energy):
        assert torch.autograd.gradcheck(lambda x, f=function: f(x, tau, prior=prior), x)
        assert torch.autograd.gradgradcheck(lambda x, f=function: f(x, tau, prior=prior), x)
        check_grads(lambda x, f=function: f(x, tau, prior=prior), (jnp.asarray(d),), order=2)
    assert torch.autograd.gradcheck(lambda x: entropy(responsibilities(x, tau)), x)


@pytest.mark.parametrize("tau", [0.3, 2.0])
@pytest.mark.parametrize("d", [[1.0, 1.0, 1.0], [0.0, 0.0, 2.5], [0.4, INF, 0.4], [INF, 1.0, INF]])
def test_gradients_at_ties_and_under_masks_are_finite_differences(d, tau):
    """A masked energy does not move: the finite ones are varied around where they tie."""
    finite = np.isfinite(d)
    moved = np.asarray(d)[finite]
    weights = np.asarray([1.0, -2.0, 0.5])

    def of_torch(x, function):
        whole = torch.tensor(d, dtype=torch.float64).masked_scatter(torch.tensor(finite), x)
        return (torch.tensor(weights) * function(whole, tau)).sum()

    def of_jax(x, function):
        return (weights * function(jnp.asarray(d).at[np.flatnonzero(finite)].set(x), tau)).sum()

    def entropy_of(x, tau):
        return entropy(responsibilities(x, tau))[..., None]

    for function in (responsibilities, free_energy, entropy_of):
        x = torch.tensor(moved, requires_grad=True)
        assert torch.autograd.gradcheck(partial(of_torch, function=function), x)
        assert torch.autograd.gradgradcheck(partial(of_torch, function=function), x)
        check_grads(partial(of_jax, function=function), (jnp.asarray(moved),), order=2)


@pytest.mark.parametrize("tau", [0.5, 2.0])
def test_the_jacobian_of_the_responsibilities(tau):  # I4
    d = energies()[0]
    r = responsibilities(d, tau)
    expected = (np.outer(r, r) - np.diag(r)) / tau
    np.testing.assert_allclose(
        torch.autograd.functional.jacobian(lambda x: responsibilities(x, tau), torch.tensor(d)),
        expected,
        atol=1e-15,
    )
    np.testing.assert_allclose(
        jax.jacobian(lambda x: responsibilities(x, tau))(jnp.asarray(d)), expected, atol=1e-15
    )


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("statistic", ["mean", "full"])
@pytest.mark.parametrize("prior", [None, (0.75, 0.25)])
def test_activations_have_the_slope_of_finite_differences(kernel, statistic, prior):
    z = np.asarray([-4.1, -1.7, -0.4, 0.3, 0.9, 2.2])  # away from kinks
    a = made(kernel, statistic, prior)
    assert torch.autograd.gradcheck(lambda z: called(a, z), torch.tensor(z, requires_grad=True))
    check_grads(lambda z: called(a, z), (jnp.asarray(z),), order=1)


@pytest.mark.parametrize("kernel", ["gaussian", "student-t", "sech"])
def test_parameters_that_are_arrays_have_gradients(kernel):
    a = made(kernel, "mean")
    values = {name: torch.full((4,), PARAMETERS[name], dtype=torch.float64) for name in a.free()}
    z = torch.tensor([-2.0, -0.3, 0.6, 3.0], dtype=torch.float64)
    for name in a.free():
        x = values[name].clone().requires_grad_()
        assert torch.autograd.gradcheck(lambda x, n=name: a(z, tau=0.6, **(values | {n: x})), x)
