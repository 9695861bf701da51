"""The annealed mixture on tensors of PyTorch and arrays of JAX."""

import math

import numpy as np
import pytest
from backends import BACKENDS, values

from iem import AnnealedMixture

OPTIONS = [
    {},
    {"covariance_type": "full", "shared": False, "energy": "student-t"},
    {"covariance_type": "diag"},
]


def blobs():
    g = np.random.default_rng(0)
    return np.concatenate([c + 0.3 * g.standard_normal((60, 2)) for c in ((0, 0), (4, 0), (0, 4), (4, 4))])


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_fit_is_that_of_numpy(name, dtype, options):
    x = blobs().astype(dtype)
    given = BACKENDS[name].array(x, dtype)
    fit, other = (AnnealedMixture(4, **options).fit(v) for v in (x, given))
    assert np.allclose(fit.means_, other.means_, atol=1e-9)
    r = other.predict_proba(given)
    assert isinstance(r, BACKENDS[name].kind) and np.allclose(values(r), fit.predict_proba(x))
    assert math.isclose(other.score(given), fit.score(x), rel_tol=1e-9)
    assert np.array_equal(values(other.predict(given)), fit.predict(x))
