"""The annealed mixture in small steps: temperatures, progress, what a schedule is told, what is refused."""

import math
import re

import dask.array as da
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from iem import AnnealedMixture, BadInput
from iem.schedules import Stage

X = np.asarray([[-3.0], [-2.9], [-3.1], [3.0], [2.9], [3.1]])
SPREAD = float(X.var())


def taus(fit):
    return [row.tau for row in fit.history_]


# Temperatures


@pytest.mark.parametrize(
    ("options", "critical", "least", "expected"),
    [
        ({}, 4.0, 1e-9, (4.2, 4.2e-4)),
        ({"scale": "fixed"}, 4.0, 1e-9, (4.2, 4.2e-3)),
        ({"scale": "annealed"}, 4.0, 1e-9, (4.2, 1.0)),
        ({"scale": "annealed"}, 0.5, 1e-9, (1.0, 1.0)),
        ({"scale": "annealed", "start": 0.5}, 4.0, 1e-9, (0.5, 0.5)),
        ({"scale": "annealed", "stop": 0.5}, 4.0, 1e-9, (4.2, 0.5)),
        ({}, math.inf, 1e-9, (10.0, 1e-3)),
        ({}, 4.0, 0.1, (4.2, 0.1)),
        ({}, 0.0, 0.1, (0.1, 0.1)),
        ({"start": 0.05}, 4.0, 0.1, (0.05, 0.05)),
        ({"start": 7}, 4.0, 1e-9, (7.0, 7e-4)),
        ({"stop": 0.3}, 4.0, 1e-9, (4.2, 0.3)),
        ({"start": 2, "stop": 2}, 4.0, 1e-9, (2.0, 2.0)),
    ],
)
def test_the_range_of_temperatures(options, critical, least, expected):
    found = AnnealedMixture(**options)._range(critical, least)
    assert found == pytest.approx(expected, rel=1e-12) and all(type(v) is float for v in found)


@pytest.mark.parametrize(("energy", "power"), [("gaussian", 2), ("laplace", 0), ("student-t", 0)])
@pytest.mark.parametrize("scale", ["fixed", "released", "annealed"])
def test_the_unit_of_the_first_temperature(energy, power, scale):
    """Squared units of the data where the energy is Gaussian and its scale is held, else none."""
    one, two = (AnnealedMixture(energy=energy, scale=scale).fit(x).history_[0] for x in (X, 10 * X))
    assert two.tau / one.tau == pytest.approx(10 ** (power if scale != "annealed" else 0), rel=1e-9)
    if energy == "gaussian":
        assert one.critical == pytest.approx(SPREAD if scale != "annealed" else 1, rel=1e-9)
        assert one.tau == pytest.approx(1.05 * one.critical, rel=1e-9)


def test_the_mean_variance_is_over_the_dimensions():
    x = np.c_[X, np.zeros(6), np.zeros(6)]
    fit = AnnealedMixture(energy="laplace", scale="annealed").fit(x)
    first = fit.history_[0]
    assert first.components == 1 and np.allclose(first.means, X.mean())
    held = AnnealedMixture(scale="fixed", floor=0.5).fit(x)
    assert taus(held)[-1] == pytest.approx(SPREAD / 3 / 2, rel=1e-12)
    heavy = AnnealedMixture(scale="fixed", floor=0.5, energy="student-t").fit(x)
    assert taus(heavy)[-1] == pytest.approx(0.5, rel=1e-12)


def test_data_in_one_place_have_unit_spread():
    for energy in ("gaussian", "student-t"):
        fit = AnnealedMixture(scale="fixed", energy=energy, floor=1e-3).fit(np.ones((4, 1)))
        assert taus(fit)[-1] == pytest.approx(1e-3, rel=1e-12) and fit.means_.ravel() == [1.0]


def test_cooling_begins_with_one_component():
    first = AnnealedMixture(scale="fixed", schedule=[20.0]).fit(X).history_[0]
    assert (first.components, first.merges, first.splits) == (1, 0, 0)
    assert first.weights == [1.0] and first.means.shape == (1, 1)
    one = AnnealedMixture(1, scale="annealed", shared=False, schedule=[20.0]).fit(X)
    assert one.covariances_.shape == (1,)
    three = AnnealedMixture(3, scale="annealed", shared=False, growth="copies", schedule=[20.0]).fit(X)
    assert three.covariances_.shape == three.weights_.shape


def test_a_list_is_gone_through_to_its_end():
    listed = [12.0, 3.0, 1.0, 0.5]
    assert taus(AnnealedMixture(scale="fixed", schedule=listed).fit(X)) == listed
    assert taus(AnnealedMixture(scale="fixed", schedule=tuple(listed[:1])).fit(X)) == listed[:1]


def test_what_a_schedule_is_told():
    seen = []

    def halved(stage):
        seen.append(stage)
        return stage.tau / 2

    fit = AnnealedMixture(scale="fixed", start=20.0, stop=3.0, schedule=halved).fit(X)
    assert taus(fit) == [20.0, 10.0, 5.0, 3.0]
    heats = [row.heat for row in fit.history_]
    assert seen == [Stage(k + 1, t, 20.0, 3.0, heats[k]) for k, t in enumerate((20.0, 10.0, 5.0))]
    assert heats[2] > 0


def test_iterations_and_history_are_of_the_last_fit():
    fit = AnnealedMixture(scale="fixed", schedule=[12.0, 3.0, 1.0])
    for _ in range(2):
        fit.fit(X)
        assert len(fit.history_) == 3 and fit.n_iter_ == sum(row.iterations for row in fit.history_)
    held, freed = AnnealedMixture(scale="fixed").fit(X), AnnealedMixture().fit(X)
    assert held.covariances_ == 1.0 and held.tau_ == taus(held)[-1] < 1
    assert freed.tau_ == 1.0 and freed.covariances_ == pytest.approx(0.02 / 3, rel=1e-6)
    assert AnnealedMixture(scale="annealed").fit(X).covariances_ == pytest.approx(SPREAD, rel=1e-6)


# Progress


def test_the_bar_ends_at_the_whole(capsys):
    """A part of the logarithm of the temperature, whatever its unit."""
    for listed in ([1.0, 0.7, 0.5], [12.0, 3.0, 0.5]):
        AnnealedMixture(schedule=listed, scale="fixed", verbose=True).fit(X)
        shown = capsys.readouterr().err.strip().split("\r")
        assert re.fullmatch(r" *100%\|\S+\| \d\d:\d\d , tau=0.5, 2 components", shown[-1].strip())
        parts = [int(line.strip().partition("%")[0]) for line in shown if "%" in line]
        assert parts == sorted(parts) and parts[0] == 0


def test_the_bar_is_hidden(capsys):
    for wanted in (False, None):
        AnnealedMixture(verbose=wanted).fit(X)
        assert capsys.readouterr().err == ""


# What is refused, in full


def refused(task, told):
    with pytest.raises(BadInput) as caught:
        task()
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"n_components": 0}, "n_components is a whole number from 1, got 0"),
        ({"n_components": 1.5}, "n_components is a whole number from 1, got 1.5"),
        ({"n_components": True}, "n_components is a whole number from 1, got True"),
        ({"max_iter": 0}, "max_iter is a whole number from 1, got 0"),
        ({"max_iter": 1.5}, "max_iter is a whole number from 1, got 1.5"),
        *(
            ({name: value}, f"`{name}` is a positive finite number, got {value!r}")
            for name in ("tol", "floor", "nu", "start", "stop")
            for value in (0, math.inf, "1", None)
            if value is not None or name not in ("start", "stop")
        ),
        (
            {"schedule": [3.0, 2.0], "stop": 1.0},
            "a list of temperatures has its own start and stop, got also start=None and stop=1.0",
        ),
        (
            {"n_components": 7},
            "n_samples=6 must be at least n_components=7: found fewer samples than components",
        ),
        ({"start": 1.0, "stop": 2.0}, "a schedule falls: `stop` is 2.0, above the start 1.0"),
    ],
)
def test_options_that_mean_nothing(options, told):
    refused(lambda: AnnealedMixture(**options).fit(X), told)


@pytest.mark.parametrize("name", ["scale", "masses", "growth"])
def test_words_that_are_not_known(name):
    with pytest.raises(BadInput, match=f"unknown {name} 'slow'.*(released|free|split)"):
        AnnealedMixture(**{name: "slow"}).fit(X)


@pytest.mark.parametrize(
    "options",
    [
        {"n_components": 1, "max_iter": 1},
        {"n_components": 6},
        {"floor": 0.5, "nu": 0.5, "tol": 0.5, "start": 0.5, "stop": 0.25, "scale": "fixed"},
        {"schedule": lambda stage: stage.tau / 3, "start": 9.0, "stop": 0.9},
        {"start": 9.0},
        {"stop": 2.0},
    ],
)
def test_the_least_that_is_taken(options):
    assert AnnealedMixture(**options).fit(X).n_components_ >= 1


def test_samples_that_are_refused():
    refused(
        lambda: AnnealedMixture().fit(X.astype(complex)),
        "Complex data not supported: the samples are complex128",
    )
    refused(
        lambda: AnnealedMixture().fit(da.zeros((0, 2))),
        "expected samples by dimensions, at least one of each, got shape (0, 2)",
    )
    lazy = da.from_array(X, chunks=(3, 1))
    unknown = lazy[lazy[:, 0] > 0]
    refused(
        lambda: AnnealedMixture().fit(unknown),
        f"expected a Dask array of known chunks, got {unknown}: call compute_chunk_sizes",
    )


def test_other_dimensions_are_refused_after_a_fit(xp):
    wide = np.c_[X, X]
    fit = AnnealedMixture(scale="fixed", schedule=[1.0]).fit(X)
    assert fit.n_features_in_ == 1
    for other in (wide, xp.asarray(wide), da.from_array(wide)):
        with pytest.raises(ValueError, match="2 features, but AnnealedMixture is expecting 1"):
            fit.predict(other)
    for other in (wide, xp.asarray(wide), da.from_array(wide)):
        assert AnnealedMixture(scale="fixed", schedule=[1.0]).fit(other).n_features_in_ == 2
        assert fit.fit(other).n_features_in_ == 2
    with pytest.raises(NotFittedError):
        AnnealedMixture().predict(X)


def test_samples_of_other_types_are_numbers(xp):
    whole = X.round().astype(int)
    fit = AnnealedMixture(scale="fixed", schedule=[1.0]).fit(whole.astype(float))
    for other in (whole, whole.tolist(), xp.asarray(whole), da.from_array(whole)):
        again = AnnealedMixture(scale="fixed", schedule=[1.0]).fit(other)
        assert np.allclose(again.means_, fit.means_, rtol=1e-6)


def test_small_weights_count():
    """Only their proportions do, even where their sum is below 1."""
    w = np.asarray([1.0, 2.0, 1.0, 1.0, 1.0, 1.0])
    one, two = (AnnealedMixture().fit(X, sample_weight=v) for v in (w, w / 20))
    assert np.allclose(one.means_, two.means_) and np.allclose(one.weights_, [4 / 7, 3 / 7])
    with pytest.raises(ValueError, match="Negative"):
        AnnealedMixture().fit(X, sample_weight=[-1.0, 2.0, 1.0, 1.0, 1.0, 1.0])


def test_the_table_that_is_read(xp):
    def table(samples):
        return AnnealedMixture()._table(samples, reset=True)

    whole = X.round().astype(int)
    for samples, dtype in (
        (X.astype(np.float16), np.float64),
        (X.astype(np.float32), np.float32),
        (whole, np.float64),
        (whole.tolist(), np.float64),
        (da.from_array(X.astype(np.float32)), np.float32),
        (da.from_array(whole), np.float64),
        (da.from_array(whole.astype(np.uint8)), np.float64),
        (da.from_array(whole > 0), np.float64),
    ):
        found = table(samples)
        assert found.dtype == dtype and isinstance(
            found, da.Array if isinstance(samples, da.Array) else np.ndarray
        )
    assert type(table(xp.asarray(X))) is type(xp.asarray(X))
    with pytest.raises(BadInput, match="(^| )the samples (must be real|are complex)"):
        table(xp.asarray(X.astype(complex)))


def test_weights_without_a_sum():
    told = "the sample weights sum to 0.0, expected more than 0"
    with pytest.raises(ValueError, match=f"{told}|non-zero"):
        AnnealedMixture().fit(X, sample_weight=np.zeros(6))


def test_the_last_temperature_of_a_fixed_scale_is_settled_more_finely():
    on, ended = (AnnealedMixture(scale="fixed", schedule=s).fit(X) for s in ([20.0, 5.0, 4.9], [20.0, 5.0]))
    assert ended.history_[1].iterations > on.history_[1].iterations
