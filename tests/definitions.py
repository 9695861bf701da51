"""Every statistic by its definition, written apart from the package: what the tests compare with."""

import numpy as np
from scipy.special import log_softmax, logsumexp, xlogy

VECTORS = ("full", "log-full")
DEFINED = ("mean", "mode", "full", "variance", "entropy", "log-evidence", "log-full", "gated")


def defined(name, d, tau, values, prior=None, payload=None):
    """A statistic of the posterior of energies along the last axis; at tau = 0 its cold limit."""
    d, values = np.asarray(d, float), np.asarray(values, float)
    weights = np.ones(d.shape[-1]) if prior is None else np.asarray(prior, float) / np.sum(prior)
    with np.errstate(divide="ignore"):
        if tau == 0:
            best = (d == d.min(axis=-1, keepdims=True)) * weights
            r = best / best.sum(axis=-1, keepdims=True)
            log_r, free = np.log(r), d.min(axis=-1)
        else:
            low = d.min(axis=-1, keepdims=True)
            x = np.log(weights) - (d - low) / tau
            log_r, free = log_softmax(x, axis=-1), low[..., 0] - tau * logsumexp(x, axis=-1)
            r = np.exp(log_r)
    mean = (r * values).sum(axis=-1)
    top = r == r.max(axis=-1, keepdims=True)
    return {
        "mean": mean,
        "mode": (top * values).sum(axis=-1) / top.sum(axis=-1),
        "full": r,
        "variance": (r * (values - mean[..., None]) ** 2).sum(axis=-1),
        "entropy": -xlogy(r, r).sum(axis=-1),
        "log-evidence": free,
        "log-full": log_r,
        "gated": mean if payload is None else np.asarray(payload, float) * mean,
    }[name]
