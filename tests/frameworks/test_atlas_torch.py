"""Every card of the atlas against PyTorch's own module, in double precision.

Where torch is installed only; the job that installs it must see these tests run.
"""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from iem.atlas import MODULES  # noqa: E402

KINKS = [-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0]
TINY = [5e-324, -5e-324, 1e-310, -1e-310, 1e-160, -1e-160, 1e-8, -1e-8]
AROUND = [np.nextafter(k, s) for k in KINKS for s in (-np.inf, np.inf)]
WIDE = [-1e3, 1e3, -745.2, 745.2, -40.0, 40.0, -20.5, 20.5, 1e6, -1e6]
Z = np.concatenate([KINKS, TINY, AROUND, WIDE, np.linspace(-30, 30, 2001)])

nn = torch.nn
PAIRS = [
    ("ELU", nn.ELU(), {}), ("ELU", nn.ELU(0.4), {"alpha": 0.4}),
    ("Hardshrink", nn.Hardshrink(), {}), ("Hardshrink", nn.Hardshrink(1.0), {"lambd": 1.0}),
    ("Hardsigmoid", nn.Hardsigmoid(), {}),
    ("Hardtanh", nn.Hardtanh(), {}),
    ("Hardtanh", nn.Hardtanh(-0.5, 3.0), {"min_val": -0.5, "max_val": 3.0}),
    ("Hardswish", nn.Hardswish(), {}),
    ("LeakyReLU", nn.LeakyReLU(), {}), ("LeakyReLU", nn.LeakyReLU(0.3), {"negative_slope": 0.3}),
    ("LogSigmoid", nn.LogSigmoid(), {}),
    ("PReLU", nn.PReLU(dtype=torch.float64), {}),
    ("PReLU", nn.PReLU(init=-0.5, dtype=torch.float64), {"weight": -0.5}),
    ("ReLU", nn.ReLU(), {}), ("ReLU6", nn.ReLU6(), {}),
    ("RReLU", nn.RReLU().eval(), {}), ("RReLU", nn.RReLU(0.1, 0.9).eval(), {"lower": 0.1, "upper": 0.9}),
    ("SELU", nn.SELU(), {}), ("CELU", nn.CELU(), {}), ("CELU", nn.CELU(2.0), {"alpha": 2.0}),
    ("GELU", nn.GELU(), {}), ("GELU_tanh", nn.GELU("tanh"), {}),
    ("Sigmoid", nn.Sigmoid(), {}), ("SiLU", nn.SiLU(), {}), ("Mish", nn.Mish(), {}),
    ("Softplus", nn.Softplus(threshold=1e9), {}), ("Softplus", nn.Softplus(2.0, 1e9), {"beta": 2.0}),
    ("Softshrink", nn.Softshrink(), {}), ("Softshrink", nn.Softshrink(1.0), {"lambd": 1.0}),
    ("Softsign", nn.Softsign(), {}), ("Tanh", nn.Tanh(), {}), ("Tanhshrink", nn.Tanhshrink(), {}),
    ("Threshold", nn.Threshold(0.5, -1.0), {"threshold": 0.5, "value": -1.0}),
    ("Threshold", nn.Threshold(-0.5, 3.0), {"threshold": -0.5, "value": 3.0}),
]  # fmt: skip
FAMILY = [
    ("Softmax", nn.Softmax(-1)), ("Softmin", nn.Softmin(-1)),
    ("Softmax2d", nn.Softmax2d()), ("LogSoftmax", nn.LogSoftmax(-1)),
]  # fmt: skip


def test_every_module_of_the_framework_has_a_card():
    theirs = {name for name in nn.modules.activation.__all__ if name != "MultiheadAttention"}
    assert theirs == set(MODULES) - {"GELU_tanh"} and len(theirs) == 28


def test_every_card_is_compared():
    assert {p[0] for p in PAIRS} | {p[0] for p in FAMILY} | {"GLU"} == set(MODULES)


@pytest.mark.parametrize("name, theirs, parameters", PAIRS)
def test_card_is_the_module(name, theirs, parameters):
    with torch.no_grad():
        expected = theirs(torch.from_numpy(Z)).numpy()
    ours = MODULES[name](Z, **parameters)
    # 1 + erf, 1 + tanh and z - tanh z cancel: there only the absolute error means anything
    rest = 1e-15 * np.abs(Z) if name in ("GELU", "GELU_tanh", "Tanhshrink") else 0.0
    error = np.abs(ours - expected)
    assert np.all(error <= 1e-14 * np.abs(expected) + rest + 1e-323), Z[
        error > 1e-14 * np.abs(expected) + rest
    ]


@pytest.mark.parametrize("name, theirs", FAMILY)
def test_family_is_the_module(name, theirs):
    z = np.random.default_rng(0).normal(scale=20.0, size=(3, 4, 5, 6))
    z[0, 0] = 1e3
    z[1, 1] = -1e3
    expected = theirs(torch.from_numpy(z)).numpy()
    np.testing.assert_allclose(MODULES[name](z), expected, rtol=1e-12, atol=2e-14)


def test_the_gated_linear_unit():
    gate, payload = Z, np.linspace(-3, 3, Z.size)
    theirs = nn.GLU()(torch.from_numpy(np.stack([payload, gate], axis=-1))).numpy()[..., 0]
    np.testing.assert_allclose(MODULES["GLU"](gate, a=payload), theirs, rtol=1e-14, atol=1e-323)


def test_softplus_is_cut_by_the_framework():
    """Above beta z = 20 torch returns z: less than exp(-20) below."""
    theirs = nn.Softplus()(torch.from_numpy(Z)).numpy()
    error = MODULES["Softplus"](Z) - theirs
    assert np.all(error <= np.exp(-20.0)) and np.max(error) > 1e-10


def test_the_card_computes_on_tensors():
    z = torch.from_numpy(Z)
    for name in ("GELU", "Mish", "SELU", "Hardshrink"):
        ours = MODULES[name](z)
        assert isinstance(ours, torch.Tensor)
        np.testing.assert_allclose(ours.numpy(), MODULES[name](Z), rtol=1e-13, atol=1e-13)
