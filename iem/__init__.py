"""Implicit EM: activations as posterior statistics, derived, checked and callable.

>>> import iem
>>> iem.activation(iem.Gaussian(), iem.Mean()).expr
tanh(m*z/(sigma**2*tau))
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

HOME = {
    "Gaussian": "kernels",
    "Laplace": "kernels",
    "Cauchy": "kernels",
    "Cosine": "kernels",
    "Formula": "kernels",
    "Custom": "kernels",
    "Huber": "kernels",
    "Logistic": "kernels",
    "Power": "kernels",
    "PseudoHuber": "kernels",
    "Sech": "kernels",
    "StudentT": "kernels",
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
    "Mean": "statistics",
    "Mode": "statistics",
    "Full": "statistics",
    "Variance": "statistics",
    "Entropy": "statistics",
    "LogEvidence": "statistics",
    "LogFull": "statistics",
    "Gated": "statistics",
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
