"""The work of annealing: EM at one temperature, splits and merges, the release of the scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .arrays import xlogx
from .chunks import Samples, numpy_of, to
from .critical import Look, instabilities, look
from .mixture import Mixture, some
from .scatter import Scatter

if TYPE_CHECKING:
    from .annealing import AnnealedMixture

Array = Any
EMPTY = 1e-10  # of the mass, below which a component is dropped
FINE = 0.01  # of the tolerance, at the end
ROUNDING = 1e-12  # length of a step, below which it is rounding
CLOSE = 0.03  # distance in units of sqrt(tau), below which two components are one
CASCADE = 5  # rounds of splits at one temperature


class Step(NamedTuple):
    r"""What a fit found at one temperature: a row of `history_`.

    `free_energy` is the mean of \(F_\tau\) over samples, in the unit of `tau`; `entropy` that of the
    responsibilities, in nats; `information` is the mean KL divergence of the responsibilities from the
    masses, in nats; `heat` as in `Stage`; `effective` the exponential of the entropy of the masses;
    `critical` the highest critical temperature of a component, in the unit of `tau`; `weights` has shape
    (H,), `means` (H, D). Source: claims N1 and T5.

    >>> Step._fields[:4]
    ('tau', 'free_energy', 'entropy', 'information')
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


class Cooling:
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
        new = new if keep.all() or not free else some(new, keep)
        return new, max(math.sqrt(along + across), grown)

    def split(self, model: Mixture, found: list[tuple[float, Array]]) -> tuple[Mixture, int]:
        """Replace the most unstable components by pairs that keep their mean and match their spread."""
        room = self.options.n_components - len(model.weights)
        order = sorted(range(len(found)), key=lambda h: -found[h][0])
        chosen = [h for h in order if found[h][0] > model.tau * (1 + 1e-9)][: max(room, 0)]
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
            model = some(model.changed(weights, means, model.scale), keep)
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
