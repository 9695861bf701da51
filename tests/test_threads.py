"""What several threads reach at once is what one reaches alone."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest

from iem import AnnealedMixture, activation, entropy, free_energy, responsibilities

THREADS = 4
CELLS = [
    *(("gaussian", s) for s in ("mean", "mode", "variance", "entropy")),
    *((k, "mean") for k in ("laplace", "huber", "cosine", "power", "log(cosh(u/s))", "u**4 + u**2")),
]
DERIVED = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import iem

def derived(cell):
    a = iem.activation(*cell)
    return list(map(str, (a, *a.energies, a.gap, a.derivation, a.code("numpy"))))

sys.setswitchinterval(1e-5)
count, cells = int(sys.argv[1]), json.loads(sys.argv[2])
with ThreadPoolExecutor(count) as threads:
    print(json.dumps(list(threads.map(derived, [cell for cell in cells for _ in range(count)]))))
"""


def test_derivations():
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", DERIVED, str(count), json.dumps(CELLS)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for count in (1, THREADS)
    ]
    alone, together = (json.loads(run.communicate(timeout=300)[0]) for run in runs)
    assert len(together) == THREADS * len(alone) == THREADS * len(CELLS)
    for i, cell in enumerate(alone):
        assert together[THREADS * i : THREADS * (i + 1)] == THREADS * [cell]


def numbers(seed):
    """Functions of the package on numbers of their own."""
    random = np.random.default_rng(seed)
    d, z = 3 * random.standard_normal((40_000, 3)), random.standard_normal(50_000)
    x = random.standard_normal((300, 2)) + random.integers(0, 2, (300, 1)) * 5
    model = AnnealedMixture(2, rng=seed).fit(x)
    a = activation("student-t", "mean")
    return [
        responsibilities(d, 0.7),
        free_energy(d, 0.7, prior=[1, 2, 3]),
        entropy(responsibilities(d, 0.7)),
        a(z, tau=0.6, **dict.fromkeys(a.free(), 1.5)),
        model.means_,
        model.predict_proba(x),
    ]


@pytest.fixture
def switching():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def test_numbers(switching):
    start = Barrier(THREADS)

    def work(seed):
        start.wait()
        return numbers(seed)

    alone = [numbers(seed) for seed in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as threads:
        together = list(threads.map(work, range(THREADS)))
    for one, other in zip(alone, together, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_one_fitted_model_serves_all():
    x = np.random.default_rng(0).standard_normal((2000, 2)) + 6 * np.repeat(np.eye(2), 1000, axis=0)
    model = AnnealedMixture(2, rng=0).fit(x)
    alone = model.predict_proba(x)
    with ThreadPoolExecutor(THREADS) as threads:
        for r in threads.map(lambda _: model.predict_proba(x), range(20)):
            np.testing.assert_array_equal(r, alone)
