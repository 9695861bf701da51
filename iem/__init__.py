"""Implicit EM: activations as posterior statistics, derived, checked and callable.

>>> import iem
>>> iem.activation(iem.Gaussian(), iem.Mean()).expr
tanh(m*z/(sigma**2*tau))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .kernels import KERNELS as _KERNELS
from .statistics import STATISTICS as _STATISTICS

if TYPE_CHECKING:  # every kernel and statistic with its own type
    from .kernels import *  # noqa: F403
    from .statistics import *  # noqa: F403

__version__ = "0.1.0"

HOME = {  # the module of each public name; kernels and statistics are entered by themselves
    **{kind.__name__: "kernels" for kind in _KERNELS.values()},
    **{kind.__name__: "statistics" for kind in _STATISTICS.values()},
    "Formula": "kernels",
    "Custom": "kernels",
    "kernel": "kernels",
    "KERNELS": "kernels",
    "Points": "hypotheses",
    "Signs": "hypotheses",
    "PRIORS": "continuum",
    "ContinuousActivation": "continuous",
    "Exponential": "continuum",
    "Flat": "continuum",
    "HalfLine": "continuum",
    "Laplacian": "continuum",
    "Normal": "continuum",
    "Interval": "continuum",
    "Line": "continuum",
    "Vectors": "vectors",
    "Mahalanobis": "vectors",
    "absorbing": "vectors",
    "VectorActivation": "vector_activations",
    "Agreement": "agreement",
    "Gate": "hypotheses",
    "STATISTICS": "statistics",
    "responsibilities": "posterior",
    "free_energy": "posterior",
    "entropy": "posterior",
    "log_responsibilities": "posterior",
    "Activation": "activations",
    "activation": "activations",
    "Argument": "proof",
    "Bound": "bounds",
    "Convex": "bounds",
    "Counterexample": "bounds",
    "Derivation": "proof",
    "Equality": "proof",
    "Farther": "rising",
    "Instance": "lemmas",
    "Argmin": "argmin",
    "Integral": "integrals",
    "Piece": "integrals",
    "Resting": "integrals",
    "Increasing": "bounds",
    "Instances": "proof",
    "Link": "proof",
    "Manifest": "bounds",
    "Reading": "proof",
    "Boxes": "boxes",
    "Contact": "boxes",
    "Enclosure": "enclosure",
    "Envelope": "enclosure",
    "Experiment": "experiment",
    "Falling": "boxes",
    "Tail": "boxes",
    "zero": "decide",
    "Gap": "inverse",
    "gap_of": "inverse",
    "Grid": "table",
    "grid": "table",
    "AnnealedMixture": "annealing",
    "FlowPath": "flow",
    "em_rate": "flow",
    "em_step": "flow",
    "gradient_flow": "flow",
    "mean_gradient": "flow",
    "preconditioner": "flow",
    "total_free_energy": "flow",
    "critical_temperature": "critical",
    "variance_proxy": "critical",
    "Fit": "temperature",
    "fit_temperature": "temperature",
    "Calibration": "calibration",
    "calibration_error": "calibration",
    "reliability": "calibration",
    "Live": "live",
    "establish": "ledger",
    "IemError": "errors",
    "BadInput": "errors",
    "Refused": "errors",
    "Refuted": "errors",
    "Undecided": "errors",
}
__all__ = sorted(HOME)


def __getattr__(name: str) -> Any:
    """Public names are loaded when first used, and SymPy with them."""
    if name in HOME:
        value = getattr(import_module(f"{__name__}.{HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
