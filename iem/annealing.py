r"""A mixture fitted by deterministic annealing: cooled from one component, split where one is unstable.

At temperature \(\tau\) an EM step in means and masses lowers the mean free energy
\(F_\tau = -\tau\log\sum_h\pi_he^{-d_h/\tau}\) (N3). Hot, all components rest at the mean; each is split
when the temperature falls below its critical one (N1), and components that coincide are merged.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from .arrays import xlogx
from .chunks import Samples, is_dask, numpy_of, to
from .critical import Look, Mixture, instabilities, look
from .errors import BadInput, unknown
from .radial import radial
from .scatter import Scatter
from .schedules import Geometric, Stage, falling, lower

Array = Any
EMPTY = 1e-10  # of the mass, below which a component is dropped
FINE = 0.01  # of the tolerance, at the end
ROUNDING = 1e-12  # length of a step, below which it is rounding
CLOSE = 0.03  # distance in units of sqrt(tau), below which two components are one
CASCADE = 5  # rounds of splits at one temperature
SCALES = ("released", "fixed", "annealed")
MASSES = ("free", "equal")
GROWTH = ("split", "copies")


class Step(NamedTuple):
    """What a fit found at one temperature: a row of `history_`.

    `free_energy` is the mean over samples; `entropy` that of the responsibilities, in nats;
    `information` is the mean KL divergence of the responsibilities from the masses; `effective` the
    exponential of the entropy of the masses; `critical` the highest critical temperature of a component.
    """

    tau: float
    free_energy: float
    entropy: float
    information: float
    heat: float
    components: int
    effective: float
    critical: float
    splits: int
    merges: int
    iterations: int
    weights: Array
    means: Array


class Sums(NamedTuple):
    """What an EM step needs from the samples."""

    mass: Array
    pulls: Array
    firsts: Array
    seconds: Array
    free_energy: Array


def expect(x: Array, w: Array | None, xp: Any, mixture: Mixture, scaled: bool) -> Sums:
    """The E-step of a chunk of samples."""
    x, q, _, r, free = mixture.shares(x, xp)
    D, family, scatter = x.shape[1], mixture.radial, mixture.scatter
    if w is not None:
        r, free = r * w[:, None], free * w
    p = r if family.plain else r * family.weight(q, D, xp)
    mass = xp.sum(r, axis=0)
    pulls = mass if family.plain else xp.sum(p, axis=0)
    means, roots = to(xp, mixture.means, x), to(xp, mixture.roots, x)
    seconds = scatter.seconds(x, p, q, means, roots, xp) if scaled else xp.zeros(1)
    return Sums(*map(numpy_of, (mass, pulls, p.T @ x, seconds, xp.sum(free))))


class AnnealedMixture(DensityMixin, BaseEstimator):
    r"""A mixture of at most `n_components` components, fitted by deterministic annealing.

    Parameters follow scikit-learn's protocol.

    - `energy`: "gaussian", "laplace" (rounded at its tip) or "student-t" (with `nu` degrees of freedom).
    - `covariance_type`: "spherical", "diag" or "full"; `shared`: one scale matrix for all, or one each.
    - `scale`: "released" holds unit scale while cooling and fits scale matrices at the end, at
      temperature 1; "fixed" never fits them, so that cooling ends at a quantiser of the data; "annealed"
      fits them at every temperature (the deterministic annealing EM of Ueda and Nakano, which absorbs
      the temperature: see the chapter Annealing).
    - `masses`: "free" or "equal". `growth`: "split" starts from one component and splits those that are
      unstable; "copies" starts from `n_components` copies of the mean, jittered at each temperature by
      a hundredth of its square root.
    - `schedule`: `Geometric`, `Linear`, `Cosine`, `ByEntropy`, any callable that takes a `Stage`, or a
      list of falling temperatures. `start` (default 1.05 times the critical temperature) and `stop`
      (default 1e-3 of the start for a fixed scale, 1e-4 for a released one, 1 for an annealed one):
      temperatures, for unit scale in squared units of the data if the energy is Gaussian, else relative
      to the mean variance of the data. A released fit also ends its cooling by itself where all
      components are present and the temperature has come down to \(\tfrac1D\langle u\cdot\nabla
      d\rangle\), for Gaussian energies the variance that EM would choose (F3).
    - `tol`: the distance from rest at which a temperature counts as settled, between posteriors (means
      in units of \(\sqrt\tau\)), and a hundredth of it at the end. It is judged by the last two steps
      \(a>b\), whose series has \(b^2/(a-b)\) to go; it never compares two temperatures. `max_iter`:
      iterations at one temperature.
    - `floor`: the least eigenvalue of a scale matrix, relative to the mean variance of the data: constant
      columns and duplicates stay finite.
    - `warm_start`: begin from the components of the last fit. `rng`: seed or generator of the jitter.
    - `verbose`: True or False for a progress bar; None shows one at a terminal after two seconds.

    Fitted: `weights_`, `means_`, `covariances_` (shapes as in `Scatter`), `tau_`, `n_components_`,
    `n_iter_`, `converged_`, `lower_bound_` (mean log-likelihood), `history_` (a `Step` a temperature).
    `fit` takes NumPy arrays, arrays of any Array-API library, and Dask arrays, which it reads once an
    iteration, a chunk at a time. Raises `BadInput`, a ValueError. Source: Rose 1998, claims N1 to N4.

    >>> import numpy
    >>> x = numpy.asarray([[-3.0], [-2.9], [-3.1], [3.0], [2.9], [3.1]])
    >>> AnnealedMixture(2).fit(x).means_.round(3).ravel().tolist()
    [-3.0, 3.0]
    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        energy: str = "gaussian",
        nu: float = 4.0,
        covariance_type: str = "spherical",
        shared: bool = True,
        scale: str = "released",
        masses: str = "free",
        growth: str = "split",
        schedule: Any = None,
        start: float | None = None,
        stop: float | None = None,
        tol: float = 1e-2,
        max_iter: int = 300,
        floor: float = 1e-6,
        warm_start: bool = False,
        rng: Any = 0,
        verbose: bool | None = None,
    ) -> None:
        self.n_components = n_components
        self.energy = energy
        self.nu = nu
        self.covariance_type = covariance_type
        self.shared = shared
        self.scale = scale
        self.masses = masses
        self.growth = growth
        self.schedule = schedule
        self.start = start
        self.stop = stop
        self.tol = tol
        self.max_iter = max_iter
        self.floor = floor
        self.warm_start = warm_start
        self.rng = rng
        self.verbose = verbose

    # Fitting

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> AnnealedMixture:
        """Fit to samples by dimensions, each with a weight; `y` is ignored."""
        self._check()
        x = self._table(X, reset=True)
        samples = Samples.of(x, self._sample_weight(sample_weight, x))
        n, D = samples.shape
        if n < self.n_components:
            raise BadInput(
                f"n_samples={n} must be at least n_components={self.n_components}: found fewer samples "
                "than components"
            )
        centre, cov, total = samples.moments()
        spread = float(np.trace(cov) / D) or 1.0
        scatter, family = Scatter(self.covariance_type, self.shared), radial(self.energy, self.nu)
        unit = Scatter() if self.scale != "annealed" else scatter
        scale = unit.unit(1, D) * (1.0 if self.energy == "gaussian" and unit is not scatter else spread)
        begin = Mixture.of(1.0, np.ones(1), np.zeros((1, D)), scale, unit, family, centre)
        critical = instabilities(samples.total(look, begin))[0][0]
        size = spread * self.floor
        start, stop = self._range(critical, size if self.energy == "gaussian" else self.floor)
        self.history_: list[Step] = []
        self.n_iter_ = 0
        fit = _Cooling(self, samples, total, size)
        model = self._begin(begin._replace(tau=start))
        for tau, last in self._temperatures(start, stop):
            model, done = fit.at(model._replace(tau=tau), last)
            if done:
                break
        if self.scale != "fixed":
            model = fit.released(model, scatter)
        self._store(model, fit)
        return self

    def _begin(self, one: Mixture) -> Mixture:
        """The components with which cooling begins: one, copies of it, or those of the last fit."""
        H, D = self.n_components, len(one.centre)
        if self.warm_start and hasattr(self, "means_"):
            if self.means_.shape[1] != D:
                raise BadInput(f"a warm start needs samples in {self.means_.shape[1]} dimensions, got {D}")
            means, weights = self.means_ - one.centre, self.weights_
        elif self.growth == "copies":
            means, weights = np.zeros((H, D)), np.full(H, 1 / H)
        else:
            return one
        scale = one.scale if one.scatter.shared else np.repeat(one.scale, len(means), axis=0)
        return Mixture.of(one.tau, weights, means, scale, one.scatter, one.radial, one.centre)

    def _range(self, critical: float, least: float) -> tuple[float, float]:
        """The first and the last temperature."""
        annealed = self.scale == "annealed"
        start, stop = self.start, self.stop
        if start is None:
            start = 1.05 * critical if math.isfinite(critical) else 10.0
            start = max(start, 1.0 if annealed else least)
        if stop is None:
            stop = (
                min(1.0, start)
                if annealed
                else max(start * (1e-3 if self.scale == "fixed" else 1e-4), least)
            )
            stop = min(stop, start)
        for name, value in (("start", start), ("stop", stop)):
            if not (isinstance(value, (int, float, np.number)) and 0 < value < math.inf):
                raise BadInput(f"`{name}` is a positive finite temperature, got {value!r}")
        if stop > start:
            raise BadInput(f"a schedule falls: `stop` is {stop!r}, above the start {start!r}")
        return float(start), float(stop)

    def _temperatures(self, start: float, stop: float) -> Iterator[tuple[float, bool]]:
        """The schedule, each temperature with whether it is the last, and progress."""
        from tqdm import tqdm

        given = Geometric() if self.schedule is None else self.schedule
        listed = None if callable(given) else falling(given)
        if listed:
            start, stop = listed[0], listed[-1]
        show = None if self.verbose is None else not self.verbose
        whole = max(math.log(start / stop), 1e-12)
        form = "{l_bar}{bar}| {elapsed} {postfix}"
        with tqdm(total=1.0, disable=show, delay=2 if self.verbose is None else 0, bar_format=form) as bar:
            tau, step = start, 0
            while True:
                last = tau <= stop * (1 + 1e-12)
                yield tau, last
                row = self.history_[-1]
                bar.set_postfix_str(f"tau={tau:.3g}, {row.components} components", refresh=False)
                bar.update(math.log(start / tau) / whole - bar.n)
                step += 1
                if last:
                    return
                if listed:
                    tau = listed[step]
                else:
                    tau = max(lower(given(Stage(step, tau, start, stop, row.heat)), tau), stop)

    def _store(self, model: Mixture, fit: _Cooling) -> None:
        """The fitted attributes, components in the order of their means."""
        order = np.lexsort(model.means.T[::-1])
        model = _some(model, order)
        self.weights_, self.means_ = model.weights, model.means + model.centre
        self.covariances_, self.tau_ = model.scale, model.tau
        self.n_components_ = len(model.weights)
        self.converged_ = fit.settled
        self._mixture = model
        self.lower_bound_ = self._log_density(fit.free_energy)
        if not fit.settled:
            warnings.warn(
                f"EM did not settle within max_iter={self.max_iter} iterations at the last temperature, "
                f"{model.tau:.4g}: allow more, or a larger tol",
                ConvergenceWarning,
                stacklevel=3,
            )

    # Reading

    def predict_proba(self, X: Any) -> Any:
        """The responsibilities at the last temperature: samples by components."""
        return self._samples(X).map(_shares, self._mixture)

    def predict(self, X: Any) -> Any:
        """The component with the highest responsibility, for each sample."""
        return self._samples(X).map(_best, self._mixture)

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Fit, and the component of each sample."""
        return self.fit(X, sample_weight=sample_weight).predict(X)

    def score_samples(self, X: Any) -> Any:
        """The log-density of each sample, in nats.

        Raises `BadInput` where the energy has no normaliser (Student-t at a high temperature).
        """
        samples = self._samples(X)
        return samples.map(_density, self._mixture, self._log_mass())

    def score(self, X: Any, y: Any = None) -> float:
        """The mean log-density of the samples."""
        return float(numpy_of(self.score_samples(X)).mean())

    def free_energy(self, X: Any) -> Any:
        r"""\(F_\tau\) of each sample at the last temperature."""
        return self._samples(X).map(_free_energy, self._mixture)

    def plot(self, ax: Any = None) -> Any:
        """Draw free energy and effective components against temperature; returns two axes."""
        from . import plots

        check_is_fitted(self)
        ax = plots.axes(2, width=8.4) if ax is None else ax
        tau = [row.tau for row in self.history_]
        ax[0].semilogx(tau, [row.free_energy for row in self.history_], color=plots.BLUE, marker=".")
        ax[1].semilogx(tau, [row.effective for row in self.history_], color=plots.ORANGE, marker=".")
        for one, words in zip(ax, ("mean free energy", "effective components"), strict=True):
            one.set_xlabel("temperature")
            one.set_ylabel(words)
            one.invert_xaxis()
        return ax

    def _log_mass(self) -> float:
        model = self._mixture
        shift = model.radial.log_mass(model.tau, model.means.shape[1])
        if not math.isfinite(shift):
            raise BadInput(
                f"the {self.energy} energy has no normaliser at temperature {model.tau:.4g}: there is "
                "no density to score"
            )
        if model.tau != 1:  # the scale stands outside the temperature
            logs = float(np.atleast_1d(model.logs)[0])
            shift += logs / 2 * (1 - 1 / model.tau)
        return shift

    def _log_density(self, free_energy: float) -> float:
        try:
            return -free_energy / self._mixture.tau - self._log_mass()
        except BadInput:
            return math.nan

    def _samples(self, X: Any) -> Samples:
        check_is_fitted(self)
        return Samples.of(self._table(X, reset=False))

    # Input

    def _check(self) -> None:
        """Refuse parameters that mean nothing."""
        n = self.n_components
        if not (isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n >= 1):
            raise BadInput(f"n_components is a whole number from 1, got {n!r}")
        for name, value, known in (
            ("scale", self.scale, SCALES),
            ("masses", self.masses, MASSES),
            ("growth", self.growth, GROWTH),
        ):
            if value not in known:
                raise unknown(name, value, known)
        if not self.tol > 0 or not self.floor > 0:
            raise BadInput(f"tol and floor are positive, got {self.tol!r} and {self.floor!r}")
        if not (isinstance(self.max_iter, (int, np.integer)) and self.max_iter >= 1):
            raise BadInput(f"max_iter is a whole number from 1, got {self.max_iter!r}")

    def _table(self, X: Any, reset: bool) -> Array:
        """The samples as a table of floats, of whatever library."""
        from array_api_compat import is_array_api_obj, is_numpy_array

        if not is_dask(X) and (not is_array_api_obj(X) or is_numpy_array(X)):
            return validate_data(self, X, reset=reset, dtype=[np.float64, np.float32])
        if X.ndim != 2 or 0 in X.shape:
            raise BadInput(f"expected samples by dimensions, at least one of each, got shape {X.shape}")
        if is_dask(X):
            if any(math.isnan(n) for n in X.shape):
                raise BadInput(f"expected a Dask array of known chunks, got {X}: call compute_chunk_sizes")
            X = X.astype(float) if X.dtype.kind in "biu" else X
        else:
            from .arrays import as_array

            X, _ = as_array(X, "the samples")
        validate_data(self, X, reset=reset, skip_check_array=True)
        return X

    def _sample_weight(self, weight: Any, x: Array) -> Any:
        if weight is None or is_dask(weight):
            return weight
        like = np.empty((x.shape[0], 1))
        weight = _check_sample_weight(numpy_of(weight), like, ensure_non_negative=True)
        if not weight.sum() > 0:
            raise BadInput(f"the sample weights sum to {float(weight.sum())!r}, expected more than 0")
        return weight


class _Cooling:
    """The work of a fit: EM at one temperature, splits and merges, the release of the scale."""

    def __init__(self, options: AnnealedMixture, samples: Samples, total: float, size: float) -> None:
        self.options, self.samples, self.total, self.size = options, samples, total, size
        self.settled, self.free_energy = True, math.nan
        self.rng = np.random.default_rng(options.rng)

    def at(self, model: Mixture, last: bool) -> tuple[Mixture, bool]:
        """Settle at the temperature of the mixture, perhaps the last; tell whether cooling is over."""
        options, splits, merges, iterations = self.options, 0, 0, 0
        tol = options.tol * (FINE if last and options.scale == "fixed" else 1)
        if options.growth == "copies":
            model = self.jittered(model)
        for cascade in range(CASCADE + 1):
            model, used = self.settle(model, options.scale == "annealed", tol)
            model, merged = self.merged(model)
            seen = self.samples.total(look, model)
            found = instabilities(seen)
            merges, iterations = merges + merged, iterations + used
            if options.growth == "copies" or merged or cascade == CASCADE:
                break  # what is recorded is what was looked at, so that the last round splits nothing
            model, new = self.split(model, found)
            splits += new
            if not new:
                break
        self._record(model, seen, max(c for c, _ in found), splits, merges, iterations)
        virial = float(seen.virial) / self.total / model.means.shape[1]
        full = _apart(model) == options.n_components and not splits
        return model, options.scale == "released" and full and model.tau <= virial

    def settle(self, model: Mixture, scaled: bool, tol: float) -> tuple[Mixture, int]:
        """EM at one temperature until the steps to come, a geometric series, sum to the tolerance.

        Steps that grow leave an unstable state, however short they are: there the series has no sum.
        """
        used, before, self.settled = 0, 0.0, False
        while used < self.options.max_iter and not self.settled:
            sums = self.samples.total(expect, model, scaled)
            self.free_energy = float(sums.free_energy) / self.total
            model, length = self.maximise(model, sums, scaled)
            left = length**2 / (before - length) if length < before else math.inf
            self.settled = left <= tol or length <= ROUNDING
            used, before = used + 1, length
        self.options.n_iter_ += used
        return model, used

    def maximise(self, model: Mixture, sums: Sums, scaled: bool) -> tuple[Mixture, float]:
        """The M-step, and its length as a distance between posteriors."""
        mass, pulls = (np.maximum(v, np.finfo(float).tiny) for v in (sums.mass, sums.pulls))
        step = np.where(sums.pulls[:, None] > 0, sums.firsts / pulls[:, None] - model.means, 0.0)
        free = self.options.masses == "free"
        weights = sums.mass / sums.mass.sum() if free else model.weights
        scale = model.scale
        if scaled:
            scale = model.scatter.estimate(sums.seconds, sums.pulls, mass, step, self.size)
        new = model.changed(weights, model.means + step, scale)
        both = (new.weights + model.weights) / 2
        along = both @ (model.inward(step) ** 2).sum(1) / model.tau
        across = 4 * ((np.sqrt(new.weights) - np.sqrt(model.weights)) ** 2).sum()
        grown = float(np.max(np.abs(new.logs - model.logs))) / step.shape[1]
        keep = weights > EMPTY
        new = new if keep.all() or not free else _some(new, keep)
        return new, max(math.sqrt(along + across), grown)

    def split(self, model: Mixture, found: list[tuple[float, Array]]) -> tuple[Mixture, int]:
        """Replace the most unstable components by pairs that keep their mean and match their spread."""
        room = self.options.n_components - len(model.weights)
        order = sorted(range(len(found)), key=lambda h: -found[h][0])
        chosen = [h for h in order if found[h][0] > model.tau * (1 + 1e-9)][:room]
        if not chosen:
            return model, 0
        apart = np.zeros_like(model.means)
        for h in chosen:
            critical, direction = found[h]
            excess = critical - model.tau if math.isfinite(critical) else 3 * model.tau
            apart[h] = math.sqrt(excess) * direction
        apart = model.outward(apart)[chosen]
        means = np.concatenate([model.means, model.means[chosen] - apart])
        means[chosen] += apart
        weights = np.concatenate([model.weights, model.weights[chosen] / 2])
        weights[chosen] /= 2
        if self.options.masses == "equal":
            weights = np.full(len(means), 1 / len(means))
        shared = model.scatter.shared
        scale = model.scale if shared else np.concatenate([model.scale, model.scale[chosen]])
        return model.changed(weights, means, scale), len(chosen)

    def jittered(self, model: Mixture) -> Mixture:
        """Moved a little, so that copies can part."""
        jitter = 0.01 * math.sqrt(model.tau) * self.rng.standard_normal(model.means.shape)
        return model.changed(model.weights, model.means + model.outward(jitter), model.scale)

    def merged(self, model: Mixture) -> tuple[Mixture, int]:
        """Join components that coincide, unless they are copies made to coincide."""
        if self.options.growth == "copies":
            return model, 0
        count = len(model.weights)
        for h in range(count - 1, 0, -1):
            distance = (model.inward(model.means[:h] - model.means[h], h) ** 2).sum(1)
            near = int(distance.argmin())
            if distance[near] > CLOSE**2 * model.tau:
                continue
            one, two = model.weights[near], model.weights[h]
            means, weights = model.means.copy(), model.weights.copy()
            means[near] = (one * means[near] + two * means[h]) / (one + two)
            weights[near] = one + two
            keep = np.arange(len(weights)) != h
            model = _some(model.changed(weights, means, model.scale), keep)
        if self.options.masses == "equal":
            model = model.changed(np.full(len(model.means), 1 / len(model.means)), model.means, model.scale)
        return model, count - len(model.weights)

    def released(self, model: Mixture, scatter: Scatter) -> Mixture:
        """Fit scale matrices to the last responsibilities, then EM at temperature 1."""
        if self.options.scale == "released":
            H, D = model.means.shape
            size = np.asarray(model.scale * model.tau)
            wide = scatter.unit(H, D) * size
            loose = Mixture.of(1.0, model.weights, model.means, wide, scatter, model.radial, model.centre)
            model, _ = self.maximise(loose, self.samples.total(expect, loose, True), True)
        return self.settle(model._replace(tau=1.0), True, FINE * self.options.tol)[0]

    def _record(
        self, model: Mixture, seen: Look, critical: float, splits: int, merges: int, iterations: int
    ) -> None:
        free, mean, variance = (
            float(v) / self.total for v in (seen.free_energy, seen.energy, seen.variance)
        )
        share = seen.mass / self.total
        masses = float(-(share * np.log(np.where(share > 0, model.weights, 1.0))).sum())
        information = max((free - mean) / model.tau, 0.0)
        self.options.history_.append(
            Step(
                tau=model.tau,
                free_energy=free,
                entropy=max(masses - information, 0.0),
                information=information,
                heat=variance / model.tau**2,
                components=len(model.weights),
                effective=math.exp(-float(xlogx(model.weights, np).sum())),
                critical=critical,
                splits=splits,
                merges=merges,
                iterations=iterations,
                weights=model.weights,
                means=model.means + model.centre,
            )
        )


def _apart(model: Mixture) -> int:
    """How many components there are, those that coincide counted once."""
    H, places = len(model.weights), 1
    for h in range(1, H):
        distance = (model.inward(model.means[:h] - model.means[h], h) ** 2).sum(1)
        places += bool(distance.min() > CLOSE**2 * model.tau)
    return places


def _some(model: Mixture, keep: Array) -> Mixture:
    """The mixture of some of its components: a mask, or their numbers in the order wanted."""
    weights = model.weights[keep] / model.weights[keep].sum()
    scale = model.scale if model.scatter.shared else model.scale[keep]
    return model.changed(weights, model.means[keep], scale)


def _shares(x: Array, w: Array | None, xp: Any, mixture: Mixture) -> Array:
    return mixture.shares(x, xp)[3]


def _best(x: Array, w: Array | None, xp: Any, mixture: Mixture) -> Array:
    return xp.argmax(mixture.shares(x, xp)[3], axis=1)


def _free_energy(x: Array, w: Array | None, xp: Any, mixture: Mixture) -> Array:
    return mixture.shares(x, xp)[4]


def _density(x: Array, w: Array | None, xp: Any, mixture: Mixture, shift: float) -> Array:
    return mixture.shares(x, xp)[4] / -mixture.tau - shift
