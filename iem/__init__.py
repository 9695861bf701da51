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
    "Mean": "statistics",
    "Mode": "statistics",
    "Full": "statistics",
    "STATISTICS": "statistics",
    "responsibilities": "posterior",
    "free_energy": "posterior",
    "entropy": "posterior",
    "Activation": "activations",
    "activation": "activations",
    "Argument": "proof",
    "Bound": "bounds",
    "Convex": "bounds",
    "Counterexample": "bounds",
    "Derivation": "proof",
    "Increasing": "bounds",
    "Instances": "proof",
    "Link": "proof",
    "Manifest": "bounds",
    "Reading": "proof",
    "zero": "decide",
    "Grid": "table",
    "grid": "table",
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
