"""The package on PyTorch tensors and JAX arrays, against NumPy and against their own functions."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from backends import (
    BACKENDS,
    EPS,
    KERNELS,
    PARAMETERS,
    called,
    energy_size,
    evidence,
    made,
    type_of,
    values,
)

import iem
from iem import Points, activation, entropy, free_energy, responsibilities

INF = float("inf")
TEMPERATURES = [1e-6, 0.6, 1e3, 1e6]
SHAPES = [(4, 3, 7), (5, 2), (6, 1), (20, 300)]


@pytest.fixture(params=BACKENDS)
def library(request):
    return BACKENDS[request.param]


def energies(shape, scale, masked):
    """Energies of every size, with +inf in a third of the places and one row of nothing else."""
    rng = np.random.default_rng(7)
    d = scale * rng.standard_normal(shape) * np.exp(rng.uniform(-4, 0, shape))
    if masked:
        d[rng.random(shape) < 1 / 3] = INF
        d[(0,) * (d.ndim - 1)] = INF
    return d


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("statistic", iem.STATISTICS)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("tau", [0, *TEMPERATURES])
def test_activations_are_those_of_numpy(library, kernel, statistic, dtype, tau):
    a = made(kernel, statistic)
    if statistic not in ("mean", "full", "mode"):
        pytest.skip("its size is not bounded by 1")
    z = evidence(dtype)
    got = called(a, library.array(z, dtype), tau)
    assert isinstance(got, library.kind)
    assert type_of(got) == dtype
    expected = called(a, z, tau)
    z = z.astype("float64")
    gap = (
        np.abs(called(made(kernel, "mean"), z, 1e9)) * 2e9
    )  # the size of the gap, for the ties of rounding
    room = 16 * EPS[dtype] * energy_size(a, z)
    sure = gap > room + 8 * EPS[dtype] * tau
    if statistic == "mode" or tau == 0:
        np.testing.assert_array_equal(values(got)[sure], expected[sure])
    else:
        room = np.minimum(room / tau, 1) + 4 * EPS[dtype]
        room = room[:, None] if statistic == "full" else room
        assert (np.abs(values(got) - expected) <= room).all()
    assert sure.sum() >= 20 or tau > 1


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("tau", TEMPERATURES)
def test_the_gaussian_mean_is_their_tanh(library, dtype, tau):
    z = library.array(evidence(dtype), dtype)
    got = made("gaussian", "mean")(z, m=1.3, sigma=0.8, tau=tau)
    expected = library.tanh(z * (1.3 / (0.8**2 * tau)))
    np.testing.assert_allclose(values(got), values(expected), rtol=8 * EPS[dtype], atol=1e-37)


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("tau", TEMPERATURES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_responsibilities_and_free_energy_are_theirs(library, dtype, tau, shape, masked, scale):
    d = energies(shape, scale, masked).astype(dtype)
    x = library.array(d, dtype)
    size = np.where(np.isfinite(d), np.abs(d), 0).max()
    room = min(8 * EPS[dtype] * (1 + size / tau), 1)
    r, f = responsibilities(x, tau), free_energy(x, tau)
    assert type_of(r) == type_of(f) == dtype
    np.testing.assert_allclose(
        values(r), values(library.softmax(-x / tau)), atol=room
    )  # NaN where all is masked
    expected = values(-tau * library.logsumexp(-x / tau))
    np.testing.assert_allclose(values(f), expected, rtol=8 * EPS[dtype], atol=room * tau)
    np.testing.assert_allclose(values(r), responsibilities(d, tau), rtol=8 * EPS[dtype], atol=room)
    np.testing.assert_allclose(values(f), free_energy(d, tau), rtol=8 * EPS[dtype], atol=room * tau)


@pytest.mark.parametrize("tau", [1e-6, 0.25, 1.0, 1e6])
def test_a_free_energy_is_minus_their_softplus(library, tau):
    z = library.array(evidence())
    d = BACKENDS["torch"].array(0) if library.kind is torch.Tensor else jnp.asarray(0.0)
    stack = torch.stack if library.kind is torch.Tensor else jnp.stack
    both = stack([d * z, -z], -1)
    expected = -tau * values(library.softplus(z / tau))
    np.testing.assert_allclose(values(free_energy(both, tau)), expected, rtol=1e-14, atol=1e-15 * tau)


@pytest.mark.parametrize("prior", [[1, 2, 3.5], [1e-3, 1, 1e3]])
def test_a_prior_is_a_shift_of_their_logits(library, prior):
    x = library.array(energies((50, 3), 5.0, True))
    shift = library.array(np.log(prior))
    r = responsibilities(x, 0.7, prior=prior)
    np.testing.assert_allclose(values(r), values(library.softmax(-x / 0.7 + shift)), atol=1e-14)
    np.testing.assert_allclose(values(entropy(r)), entropy(values(r)), atol=1e-14)


@pytest.mark.parametrize("dtype", EPS)
def test_limits_at_temperature_zero(library, dtype):
    d = library.array([[1.0, 0.0, 0.0], [2.0, 1.0, INF], [INF, INF, INF]], dtype)
    np.testing.assert_array_equal(values(responsibilities(d, 0)), [[0, 0.5, 0.5], [0, 1, 0], [np.nan] * 3])
    np.testing.assert_array_equal(values(free_energy(d, 0)), [0, 1, INF])
    tiny = 1e-40 if dtype == "float32" else 1e-310  # no normal number: JAX takes it for zero
    np.testing.assert_array_equal(values(responsibilities(d, tiny)), values(responsibilities(d, 0)))


# Attention


def attention(q, k, v, allowed, xp):
    """Attention as inference: Gaussian energies at tau sigma**2 = sqrt(D), then the mean of the values."""
    size = q.shape[-1]
    d = ((q[..., :, None, :] - k[..., None, :, :]) ** 2).sum(-1) / 2
    d = d if allowed is None else xp.where(allowed, d, xp.asarray(INF, dtype=d.dtype))
    return responsibilities(d, float(np.sqrt(size))) @ v


def tokens(dtype="float64", heads=3, queries=6, keys=8, size=16):
    """Queries, keys of one norm, values."""
    rng = np.random.default_rng(11)
    q, k, v = (rng.standard_normal((2, heads, n, size)) for n in (queries, keys, keys))
    k *= 3 / np.linalg.norm(k, axis=-1, keepdims=True)
    return [x.astype(dtype) for x in (3 * q, k, v)]


MASKS = {
    "none": None,
    "causal": np.tril(np.ones((6, 8), bool)),
    "random": np.random.default_rng(3).random((2, 1, 6, 8)) < 0.5,
    "one key": np.eye(6, 8, dtype=bool),
}
MASKS["random"][..., 0] = True


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("mask", MASKS)
def test_scaled_dot_product_attention(dtype, mask):
    q, k, v = (torch.tensor(x) for x in tokens(dtype))
    allowed = None if MASKS[mask] is None else torch.tensor(MASKS[mask])
    theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
    np.testing.assert_allclose(attention(q, k, v, allowed, torch), theirs, atol=100 * EPS[dtype])
    if mask == "causal":
        theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        np.testing.assert_allclose(attention(q, k, v, allowed, torch), theirs, atol=100 * EPS[dtype])


@pytest.mark.parametrize("dtype", EPS)
@pytest.mark.parametrize("mask", MASKS)
def test_dot_product_attention(dtype, mask):
    q, k, v = (jnp.asarray(x) for x in tokens(dtype))
    allowed = None if MASKS[mask] is None else jnp.asarray(MASKS[mask])
    turned = [jnp.swapaxes(x, 1, 2) for x in (q, k, v)]  # (batch, tokens, heads, size)
    whole = None if allowed is None else jnp.broadcast_to(allowed, (2, 3, 6, 8))
    theirs = jnp.swapaxes(jax.nn.dot_product_attention(*turned, mask=whole), 1, 2)
    np.testing.assert_allclose(
        attention(q, k, v, allowed, jnp), theirs, atol=2e-5
    )  # its softmax is float32


def test_keys_of_different_norms_are_another_attention():
    q, k, v = (torch.tensor(x) for x in tokens())
    k = k * torch.linspace(0.5, 2, 8, dtype=k.dtype)[:, None]
    theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v)
    ours = attention(q, k, v, None, torch)
    assert float((ours - theirs).abs().max()) > 0.1
    bias = -((k**2).sum(-1) / 2)[..., None, :] / 16**0.5
    theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    np.testing.assert_allclose(ours, theirs, atol=1e-13)


def test_where_every_key_is_masked_there_is_no_posterior():
    """The package says NaN. PyTorch returns zeros: no mixture of the values."""
    q, k, v = (torch.tensor(x) for x in tokens())
    allowed = torch.tensor(MASKS["random"]) & True
    allowed[0, 0, 2] = False
    ours = attention(q, k, v, allowed, torch)
    theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
    assert ours[0, :, 2].isnan().all()
    assert (theirs[0, :, 2] == 0).all()
    rest = torch.ones(6, dtype=bool)
    rest[2] = False
    np.testing.assert_allclose(ours[:, :, rest], theirs[:, :, rest], atol=1e-13)


# Devices and compilation


ROWS = [*((k, "full", None) for k in KERNELS), *((k, s, p) for k in ("gaussian", "laplace", "huber")
        for s in ("mean", "full", "mode") for p in (None, (0.75, 0.25)))]  # fmt: skip


@pytest.mark.parametrize(("kernel", "statistic", "prior"), ROWS)
def test_tensors_stay_on_their_device(kernel, statistic, prior):
    z = torch.zeros(5, device="meta", dtype=torch.float32)  # a device without numbers
    for tau in (0, 0.6):
        got = called(made(kernel, statistic, prior), z, tau)
        assert (got.device.type, got.dtype) == ("meta", torch.float32)


@pytest.mark.parametrize("statistic", ["mean", "full"])
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("prior", [None, (0.75, 0.25)])
def test_compiled_calls_are_the_calls(kernel, statistic, prior):
    z = jnp.asarray(np.linspace(-3, 3, 12))
    a = made(kernel, statistic, prior)
    plain = called(a, z)
    np.testing.assert_allclose(jax.jit(lambda z: called(a, z))(z), plain, atol=1e-14)
    np.testing.assert_allclose(jax.vmap(lambda z: called(a, z))(z), plain, atol=1e-14)


def test_many_hypotheses(library):
    a = activation("student-t", "mean", Points((-1, 0, 2), prior=(1, 2, 1)))
    z = np.linspace(-4, 4, 9)
    got = a(library.array(z), nu=PARAMETERS["nu"], sigma=0.8, tau=0.6)
    np.testing.assert_allclose(values(got), a(z, nu=PARAMETERS["nu"], sigma=0.8, tau=0.6), atol=1e-14)
