"""PyTorch and JAX as the tests use them: arrays of a type, their values, their own functions."""

from functools import cache
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import torch

import iem

jax.config.update("jax_enable_x64", True)
torch.set_num_threads(1)

GIVEN = {"m": 1.3, "sigma": 0.8, "b": 0.7, "s": 0.9, "nu": 2.5, "delta": 0.6, "p": 3.0, "kappa": 1.1,
         "pi_plus": 0.9, "pi_minus": 0.2}  # fmt: skip
PARAMETERS = {name: 0.9 for kind in iem.KERNELS.values() for name in kind().free()} | GIVEN
EPS = {"float32": 2.0**-23, "float64": 2.0**-52}
BACKENDS = {
    "torch": SimpleNamespace(
        array=lambda x, dtype="float64": torch.tensor(np.asarray(x), dtype=getattr(torch, dtype)),
        tanh=torch.tanh,
        softmax=lambda x: torch.softmax(x, dim=-1),
        logsumexp=lambda x: torch.logsumexp(x, dim=-1),
        softplus=lambda x: torch.nn.functional.softplus(x, threshold=40),  # beyond it, the identity
        kind=torch.Tensor,
    ),
    "jax": SimpleNamespace(
        array=lambda x, dtype="float64": jnp.asarray(x, dtype),
        tanh=jnp.tanh,
        softmax=lambda x: jax.nn.softmax(x, axis=-1),
        logsumexp=lambda x: jax.nn.logsumexp(x, axis=-1),
        softplus=jax.nn.softplus,
        kind=jax.Array,
    ),
}


@cache
def made(kernel, statistic, prior=None):
    return iem.activation(kernel, statistic, iem.Signs(prior=prior))


def values(x):
    """An array of either library as a NumPy array."""
    return x.detach().numpy() if isinstance(x, torch.Tensor) else np.asarray(x)


def type_of(x):
    """The name of the floating type."""
    return str(x.dtype).removeprefix("torch.")


def called(a, z, tau=0.6):
    """The activation with the parameters above."""
    return a(z, tau=tau, **{name: PARAMETERS[name] for name in a.free()})


def energy_size(a, z):
    """The larger energy of each z and z itself, which bound what rounding can do to a gap."""
    kernel = a.kernel.bound({name: PARAMETERS[name] for name in a.kernel.free()})
    m = PARAMETERS["m"]
    return 1 + np.abs(z) + np.abs([kernel.energy(z - m, np), kernel.energy(z + m, np)]).max(axis=0)


def evidence(dtype="float64"):
    """Evidence from -1e4 to 1e4, dense about 0."""
    far = np.geomspace(1e-4, 1e4, 33)
    return np.concatenate([-far[::-1], [0.0], far]).astype(dtype)


KERNELS = list(iem.KERNELS)
