r"""A mixture fitted by deterministic annealing: cooled from one component, split where one is unstable.

At temperature \(\tau\) an EM step in means and masses lowers the mean free energy
\(F_\tau = -\tau\log\sum_h\pi_he^{-d_h/\tau}\) (N3). Hot, all components rest at the mean; each is split
when the temperature falls below its critical one (N1), and components that coincide are merged.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from .chunks import Samples, is_dask, numpy_of
from .cooling import Cooling, Step
from .critical import instabilities, look
from .errors import BadInput, unknown
from .mixture import Mixture, some
from .radial import radial
from .scatter import Scatter
from .schedules import Geometric, Stage, falling, lower

Array = Any
SCALES = ("released", "fixed", "annealed")
MASSES = ("free", "equal")
GROWTH = ("split", "copies")


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
        fit = Cooling(self, samples, total, size)
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
            if len(self.means_) > H:
                raise BadInput(
                    f"a warm start from {len(self.means_)} components needs n_components of as many, "
                    f"got {H}"
                )
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

    def _store(self, model: Mixture, fit: Cooling) -> None:
        """The fitted attributes, components in the order of their means."""
        order = np.lexsort(model.means.T[::-1])
        model = some(model, order)
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
        """Draw free energy and effective components against temperature.

        `ax`: a pair of Matplotlib axes, made if not given; returns them.
        """
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
        for name in ("tol", "floor", "nu", "start", "stop"):
            value = getattr(self, name)
            number = isinstance(value, (int, float, np.number)) and 0 < value < math.inf
            if not number and not (value is None and name in ("start", "stop")):
                raise BadInput(f"`{name}` is a positive finite number, got {value!r}")
        if not (self.schedule is None or callable(self.schedule)) and (self.start or self.stop):
            raise BadInput(
                "a list of temperatures has its own start and stop, got also "
                f"start={self.start!r} and stop={self.stop!r}"
            )
        if not (isinstance(self.max_iter, (int, np.integer)) and self.max_iter >= 1):
            raise BadInput(f"max_iter is a whole number from 1, got {self.max_iter!r}")

    def _table(self, X: Any, reset: bool) -> Array:
        """The samples as a table of floats, of whatever library."""
        from array_api_compat import is_array_api_obj, is_numpy_array

        if not is_dask(X) and (not is_array_api_obj(X) or is_numpy_array(X)):
            if (dtype := np.asarray(X).dtype).kind == "c":
                raise BadInput(f"Complex data not supported: the samples are {dtype}")
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
        if weight is None:
            return None
        if is_dask(weight):
            if weight.shape != (x.shape[0],):
                raise BadInput(
                    f"expected a weight for each of {x.shape[0]} samples, got shape {weight.shape}"
                )
            return weight
        like = np.empty((x.shape[0], 1))
        weight = _check_sample_weight(numpy_of(weight), like, ensure_non_negative=True)
        if not weight.sum() > 0:
            raise BadInput(f"the sample weights sum to {float(weight.sum())!r}, expected more than 0")
        return weight


def _shares(x: Array, w: Array | None, xp: Any, mixture: Mixture) -> Array:
    return mixture.shares(x, xp)[3]


def _best(x: Array, w: Array | None, xp: Any, mixture: Mixture) -> Array:
    return xp.argmax(mixture.shares(x, xp)[3], axis=1)


def _free_energy(x: Array, w: Array | None, xp: Any, mixture: Mixture) -> Array:
    return mixture.shares(x, xp)[4]


def _density(x: Array, w: Array | None, xp: Any, mixture: Mixture, shift: float) -> Array:
    return mixture.shares(x, xp)[4] / -mixture.tau - shift
