"""Statistics: what of the posterior is passed forward, one definition each for exact and numeric use.

A statistic supplies its `summary` of a posterior, and `of_gap`, the form that it takes for two hypotheses,
where everything but the log-evidence depends on the gap alone. The posterior never depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .errors import BadInput, unknown
from .parameters import declared, number
from .posterior import Posterior
from .registry import enter

STATISTICS: dict[str, type[Statistic]] = {}  # by name, in the order of the classes below


@dataclass(frozen=True)
class Pair:
    r"""Two hypotheses, seen through their gap \(\Delta=d_2-d_1\) and what their energies share.

    Source: claims G1 and K2.

    >>> import numpy
    >>> pair = Pair(gap=2.0, shared=0.5, tau=1.0, values=(1, -1), prior=(1.0, 1.0))
    >>> float(pair.half(numpy)), float(Mean().of_gap(pair, numpy).round(6))
    (1.0, 0.761594)
    """

    gap: Any
    shared: Any
    tau: Any
    values: Sequence[Any]
    prior: Sequence[Any]

    def half(self, xp: Any) -> Any:
        r"""Half the log-odds \(x=\Delta/2\tau+\tfrac12\log(\pi_1/\pi_2)\)."""
        return self.gap / (2 * self.tau) + xp.log(self.prior[0] / self.prior[1]) / 2


@dataclass(frozen=True)
class Statistic:
    """A summary of the posterior: subclasses give `summary`, `of_gap`, and words for derivations.

    A subclass `named="mean"` is entered in `STATISTICS`; its `title` is the name in running text, and
    what it `shows` stands beside the axis of a curve. Source: claim K1.

    >>> Mean.named, LogEvidence.shows, LogFull.title, isinstance(statistic("mode"), Statistic)
    ('mean', 'free energy', 'log-posterior', True)
    """

    named: ClassVar[str | None] = None
    title: ClassVar[str] = ""
    shows: ClassVar[str] = ""
    name: ClassVar[str] = "a"
    keeps: ClassVar[str] = ""
    lemma: ClassVar[str] = ""
    sees_shared: ClassVar[bool] = False  # whether it depends on what all energies share
    direct: ClassVar[bool] = False  # whether the closed form also computes well in floating point

    def __init_subclass__(
        cls, *, named: str | None = None, title: str | None = None, shows: str | None = None, **rest: Any
    ) -> None:
        super().__init_subclass__(**rest)
        cls.named, cls.title = named, title or named or cls.__name__
        cls.shows = shows or named or cls.__name__.lower()
        enter(STATISTICS, "statistic", named, cls)

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        """From a posterior, hypotheses along the last axis (exact: a list), one value a hypothesis."""
        raise NotImplementedError

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        """The summary for two hypotheses."""
        raise NotImplementedError

    def free(self) -> list[str]:
        """The names of the free parameters."""
        return []

    def exact(self) -> Statistic:
        """The same with SymPy expressions for parameters."""
        return self

    def bound(self, values: Mapping[str, Any]) -> Statistic:
        """The same with numbers for parameters, free ones taken from `values`."""
        return self


@dataclass(frozen=True)
class Mean(Statistic, named="mean"):
    r"""The posterior mean \(\sum_h v_h r_h\).

    For values \(\pm1\) it is \(\tanh(\Delta/2\tau + \tfrac12\log(\pi_+/\pi_-))\). Source: claim K2.

    >>> import numpy
    >>> float(Mean().summary(Posterior.of([0.0, 1.0]), (1, -1), numpy).round(6))
    0.462117
    """

    keeps: ClassVar[str] = "the balance; of two hypotheses everything"
    lemma: ClassVar[str] = "for two hypotheses the mean is a tanh of half the gap"
    direct: ClassVar[bool] = True

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        return _weighted(p.r, values, xp)

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        one, two = pair.values
        if (one, two) == (1, 0):
            return 1 / (1 + xp.exp(-2 * pair.half(xp)))
        return (one + two) / 2 + (one - two) / 2 * xp.tanh(pair.half(xp))


@dataclass(frozen=True)
class Mode(Statistic, named="mode"):
    r"""The value of the heaviest hypothesis, ties split evenly.

    For values \(\pm1\) it is \(\operatorname{sign}(\Delta + \tau\log(\pi_+/\pi_-))\). Source: claim K2.

    >>> import numpy
    >>> float(Mode().summary(Posterior.of([0.0, 1.0]), (1, -1), numpy))
    1.0
    """

    keeps: ClassVar[str] = "the decision, not how sure it is"
    lemma: ClassVar[str] = "for two hypotheses the sign of the gap decides"
    direct: ClassVar[bool] = True

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        r = p.r
        if isinstance(r, list):
            return _weighted(xp.top(r), values, xp)
        top = xp.astype(r == xp.max(r, axis=-1, keepdims=True), r.dtype)
        top = top / xp.sum(top, axis=-1, keepdims=True)
        return _weighted(top, values, xp)

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        one, two = pair.values
        odds = xp.log(pair.prior[0] / pair.prior[1])
        return (one + two) / 2 + (one - two) / 2 * xp.sign(pair.gap + pair.tau * odds)


@dataclass(frozen=True)
class Full(Statistic, named="full", title="full posterior", shows="responsibilities"):
    r"""The whole posterior, one responsibility a hypothesis.

    For two hypotheses \((\sigma(2x), \sigma(-2x))\) with \(2x = \Delta/\tau + \log(\pi_+/\pi_-)\) and the
    logistic function \(\sigma\). Source: claim K2.

    >>> import numpy
    >>> Full().summary(Posterior.of([0.0, 0.0]), (1, -1), numpy)
    array([0.5, 0.5])
    """

    name: ClassVar[str] = "r"
    keeps: ClassVar[str] = "everything"
    lemma: ClassVar[str] = "for two hypotheses, the logistic function of the gap"
    direct: ClassVar[bool] = True

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        return xp.vector(p.r) if isinstance(p.r, list) else p.r

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        x = 2 * pair.half(xp)
        return xp.vector([1 / (1 + xp.exp(-x)), 1 / (1 + xp.exp(x))])


@dataclass(frozen=True)
class Variance(Statistic, named="variance"):
    r"""The posterior variance of the values, \(\sum_h v_h^2 r_h - (\sum_h v_h r_h)^2\).

    For values \(\pm1\) it is \(1/\cosh^2 x\), with \(x\) half the log-odds. Source: claims K2 and B4.

    >>> import numpy
    >>> float(Variance().summary(Posterior.of([0.0, 0.0]), (1, -1), numpy))
    1.0
    """

    name: ClassVar[str] = "V"
    keeps: ClassVar[str] = "how far the values still spread"
    lemma: ClassVar[str] = "for two hypotheses, half the distance of the values squared, over cosh squared"
    direct: ClassVar[bool] = True

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        if isinstance(p.r, list):
            mean = _weighted(p.r, values, xp)
            return _weighted(p.r, [v**2 for v in values], xp) - mean**2
        values = _beside(values, p.r, xp)
        mean = xp.sum(p.r * values, axis=-1, keepdims=True)
        return xp.sum(p.r * (values - mean) ** 2, axis=-1)

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        one, two = pair.values
        return ((one - two) / 2) ** 2 / xp.cosh(pair.half(xp)) ** 2


@dataclass(frozen=True)
class Entropy(Statistic, named="entropy"):
    r"""The entropy of the posterior, \(-\sum_h r_h\log r_h\), in nats.

    For two hypotheses it is \(\log(2\cosh x) - x\tanh x\), with \(x\) half the log-odds. Source: claim K2.

    >>> import numpy
    >>> float(Entropy().summary(Posterior.of([0.0, 0.0]), (1, -1), numpy).round(6))
    0.693147
    """

    name: ClassVar[str] = "S"
    keeps: ClassVar[str] = "how unsure, not of which"
    lemma: ClassVar[str] = "for two hypotheses, a function of half the log-odds"

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        return p.entropy

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        x = pair.half(xp)
        return xp.log(2 * xp.cosh(x)) - x * xp.tanh(x)


@dataclass(frozen=True)
class LogEvidence(Statistic, named="log-evidence", shows="free energy"):
    r"""The free energy \(F_\tau = -\tau\log\sum_h\pi_h e^{-d_h/\tau}\): minus tau times the log-evidence.

    For two hypotheses it is what the energies share less \(\tau\log(2\cosh x)\): the one statistic that
    sees more of the kernel than the gap. Source: claims T2, T7 and K2.

    >>> import numpy
    >>> float(LogEvidence().summary(Posterior.of([0.0, 0.0]), (1, -1), numpy).round(6))
    -0.693147
    """

    name: ClassVar[str] = "F"
    keeps: ClassVar[str] = "how well the best hypotheses fit, not which"
    lemma: ClassVar[str] = "for two hypotheses the sum is a cosh of half the gap"
    sees_shared: ClassVar[bool] = True

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        return p.free_energy

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        one, two = pair.prior
        return pair.shared - pair.tau * xp.log(2 * xp.sqrt(one * two) * xp.cosh(pair.half(xp)))


@dataclass(frozen=True)
class LogFull(Statistic, named="log-full", title="log-posterior", shows="log-responsibilities"):
    r"""The logarithms of all responsibilities, \(\log r_h\), in nats.

    For two hypotheses \((-\log(1+e^{-2x}), -\log(1+e^{2x}))\), with \(x\) half the log-odds.
    Source: claims K2 and X.

    >>> import numpy
    >>> LogFull().summary(Posterior.of([0.0, 2000.0]), (1, -1), numpy)
    array([    0., -2000.])
    """

    name: ClassVar[str] = "l"
    keeps: ClassVar[str] = "everything, on the scale of evidence"
    lemma: ClassVar[str] = "for two hypotheses, minus a softplus of the gap"

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        return xp.vector(p.log_r) if isinstance(p.log_r, list) else p.log_r

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        x = 2 * pair.half(xp)
        return xp.vector([-xp.log(1 + xp.exp(-x)), -xp.log(1 + xp.exp(x))])


@dataclass(frozen=True)
class Gated(Statistic, named="gated", title="gated mean", shows="evidence times the mean"):
    r"""A payload \(v\) times another statistic of a gate: \(v\,r_1\) for the mean, with values 1 and 0.

    The payload is by default the evidence `z` itself; any other name is a free parameter of the call, as
    in a gated linear unit. With the mode of a Gaussian gate it is the ReLU, with the mean a SiLU.
    Raises `BadInput` for a payload that is no name or number. Source: claims D5 and X.

    >>> import numpy
    >>> float(Gated(Mode(), payload=3.0).summary(Posterior.of([0.0, 1.0]), (1, 0), numpy))
    3.0
    """

    of: Statistic = field(default_factory=Mean)
    payload: Any = "z"

    keeps: ClassVar[str] = "the payload where the gate is open"
    lemma: ClassVar[str] = "the payload times the two-hypothesis form of the gate"
    direct: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.of, (Mean, Mode)):
            raise BadInput(f"a payload is gated by the mean or the mode of a gate, got {self.of!r}")
        if not hasattr(self.payload, "shape") and self.payload != "z":  # arrays are checked when bound
            declared("payload", self.payload)

    def summary(self, p: Posterior, values: Any, xp: Any) -> Any:
        return self.payload * self.of.summary(p, values, xp)

    def of_gap(self, pair: Pair, xp: Any) -> Any:
        return self.payload * self.of.of_gap(pair, xp)

    def free(self) -> list[str]:
        return [self.payload] if isinstance(self.payload, str) and self.payload != "z" else []

    def exact(self) -> Gated:
        from .exact import expression

        return replace(self, payload=expression(self.payload))

    def bound(self, values: Mapping[str, Any]) -> Gated:
        if self.payload == "z":
            return replace(self, payload=values["z"])
        given = values[self.payload] if isinstance(self.payload, str) else self.payload
        return replace(self, payload=number("payload", given))

    def __str__(self) -> str:
        return f"{self.payload} x {self.of}"


def _weighted(r: Any, values: Any, xp: Any) -> Any:
    if isinstance(r, list):
        return xp.total([v * w for v, w in zip(values, r, strict=True)])
    return xp.sum(r * _beside(values, r, xp), axis=-1)


def _beside(values: Any, r: Any, xp: Any) -> Any:
    """The values as an array on the device of the responsibilities."""
    from array_api_compat import device

    return xp.asarray(values, dtype=r.dtype, device=device(r))


def statistic(name: str) -> Statistic:
    """The statistic of that name.

    >>> statistic("mean")
    Mean()
    """
    try:
        return STATISTICS[name.lower().replace("_", "-")]()
    except (KeyError, AttributeError):
        raise unknown("statistic", name, STATISTICS) from None
