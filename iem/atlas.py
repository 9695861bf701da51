r"""The atlas: every activation module of a mainstream framework as a card.

A card holds the module's formula with the framework's parameters, the posteriors that derive it, and for
each other class the exact certificate that it lies outside. `MODULES` is the one table of all cards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp

from . import general
from .cards import CLASSES, Module, Warm, tau
from .classes import (
    Curve,
    Gate,
    Hinge,
    Locations,
    Maximum,
    Mode,
    Posterior,
    Threshold,
    bend,
    curved,
    drop,
    fall_of_slope,
    growth,
    kink,
    pole,
    t,
    value,
    z,
)  # fmt: skip
from .errors import unknown
from .exact import clip, symbol
from .posterior import free_energy, responsibilities

__all__ = ["CLASSES", "MODULES", "Module", "card"]

a, s, u = symbol("a"), sp.Symbol("s", positive=True), sp.Symbol("s", nonnegative=True)
alpha, lam, beta = (sp.Symbol(n, positive=True) for n in ("alpha", "lambda", "beta"))
low, high = symbol("min_val"), symbol("max_val")
theta, held = symbol("threshold"), symbol("value")
width, k = sp.symbols("w k", positive=True)
x = Mode.x
above, under = sp.Symbol("x", positive=True), sp.Symbol("x", negative=True)
half, oo = sp.Rational(1, 2), sp.oo


def on(temperature: Any = sp.S.One, gap: Any = z) -> Any:
    """The responsibility of one of two hypotheses, with energies minus the gap and 0."""
    return responsibilities([-gap, 0], temperature)[0]


def sign(temperature: Any = sp.S.One) -> Any:
    """The mean of the sign of the signed pair, with m = sigma = 1."""
    plus, minus = responsibilities([(z - 1) ** 2 / 2, (z + 1) ** 2 / 2], temperature)
    return plus - minus


def opened(temperature: Any = sp.S.One) -> Any:
    """The probability of k >= 1 among k = 0, 1, 2 with energies -kz and prior 2:2:1."""
    _, once, twice = responsibilities([0, -z, -2 * z], temperature, prior=[2, 2, 1])
    return once + twice


ON = on()
SIGNS = sign()
SIGMOID = 1 / (1 + sp.exp(-z))
BELL = sp.exp(-z) / (1 + sp.exp(-z)) ** 2
STABLE = sp.exp(sp.Min(z, 0)) / (1 + sp.exp(-sp.Abs(z)))
NORMAL = (1 + sp.erf(z / sp.sqrt(2))) / 2
CUBIC = sp.sqrt(2 / sp.pi) * (z + sp.Rational(44715, 10**6) * z**3)
RISE = 1 / (1 + sp.exp(-2 * CUBIC))
SWITCH = 2 * sp.diff(CUBIC, z) * sp.exp(-2 * CUBIC) / (1 + sp.exp(-2 * CUBIC)) ** 2
LEAK = sp.Max(z, 0) + a * sp.Min(z, 0)
MEAN_SLOPE = (symbol("lower") + symbol("upper")) / 2
LEAKS = sp.Max(z, 0) + MEAN_SLOPE * sp.Min(z, 0)
MISH = z * sp.tanh(sp.log(1 + sp.exp(z)))


def soft_maximum(slope: Any) -> Warm:
    """Minus the free energy of the lines z and slope times z, with equal normalised prior weights."""
    start = -free_energy([-z, -slope * z], tau, prior=[half, half])
    lead = sp.Max(z, 0) + slope * sp.Min(z, 0)
    expr = lead + tau * sp.log((1 + sp.exp(-(1 - slope) * sp.Abs(z) / tau)) / 2)
    mean = z * (1 + slope) / 2
    return Warm(expr, (slope * z, z), (mean, mean), start=start)


def leak(name: str, expr: Any, slope: Any, domain: dict[Any, Any], range: str, **more: Any) -> Module:
    """A card of the family with a slope for negative evidence."""
    return Module(
        name, expr, walls=(0,), domain=domain, range=range,
        ways=(Maximum((z, slope * z)), Mode(((1 / slope - 1) * x**2 / 2, 0))),
        no={"location": (kink, 0, 1), "threshold": (growth, oo, 0), "gate": (growth, -oo, 0),
            "hinge": (growth, -oo, 0)},
        warm=soft_maximum(slope), **more,
    )  # fmt: skip


UNIFORM = "A uniform density has energy 0 on its interval and none outside: no temperature changes it."
TO_LINE, NO_ZERO = (growth, oo, 1), (value,)
UNBOUNDED, BOUNDED = (growth, oo, 0), (growth, oo, 1)
LAMBDA_TAU = sp.sqrt(tau) * lam

vector, energy = sp.IndexedBase("z", real=True), general.d


def several(name: str, sign: int, log: bool, words: str, note: str, compute: Any) -> Module:
    """A card of the softmax family, for any number of entries."""
    j, k = general.j, general.k
    weight = sp.exp(sign * vector[k]) / sp.Sum(sp.exp(sign * vector[j]), (j, 1, general.H))
    start = general.General().weight(k) / general.General().Z
    start = start.subs(general.tau, 1)
    expr = sp.log(weight) if log else weight
    way = Posterior(words, sp.log(start) if log else start, expr, where=((energy[k], -sign * vector[k]),))
    return Module(name, expr, (way,), compute=compute, note=note)


def _softmax(z: Any, axis: int = -1) -> Any:
    from .arrays import as_array

    return responsibilities(-as_array(z, "z")[0], axis=axis)


def _softmin(z: Any, axis: int = -1) -> Any:
    from .arrays import as_array

    return responsibilities(as_array(z, "z")[0], axis=axis)


def _log_softmax(z: Any, axis: int = -1) -> Any:
    from .arrays import as_array

    z, xp = as_array(z, "z")
    return z + xp.expand_dims(free_energy(-z, axis=axis), axis=axis)


COLD = "Temperature (claim T6): cold, all on the largest, ties split evenly; hot, uniform."
TABLE: tuple[Module, ...] = (
    Module(
        "Sigmoid", SIGMOID, stable=STABLE,
        ways=(Locations(0, 1, 1 + sp.exp(z), sp.I * sp.pi),
              Posterior("the responsibility of “on”, with energies $-z$ and 0", ON),
              Threshold("logistic $\\theta$", (SIGMOID,), (BELL,)),
              Mode(slope=sp.log(above / (1 - above)) - above, words="for $0<x<1$")),
        no={"gate": NO_ZERO, "hinge": BOUNDED, "maximum": (bend, 1)},
        warm=Warm(1 / (1 + sp.exp(-z / tau)), (0, 1), (half, half), start=on(tau)),
    ),
    Module(
        "Tanh", sp.tanh(z),
        ways=(Locations(-1, 1, sp.cosh(z), sp.I * sp.pi / 2),
              Posterior("the mean of the sign, with $m=\\sigma=\\tau=1$", SIGNS),
              Threshold("logistic $\\theta$ of scale one half", ((1 + sp.tanh(z)) / 2,),
                        (2 * sp.exp(2 * z) / (1 + sp.exp(2 * z)) ** 2,), -1, 1),
              Mode(path=z * sp.tanh(z) - sp.log(sp.cosh(z)) - sp.tanh(z) ** 2 / 2)),
        no={"gate": BOUNDED, "hinge": BOUNDED, "maximum": (bend, 1)},
        warm=Warm(sp.tanh(z / tau), (-1, 1), (0, 0), start=sign(tau)),
    ),
    Module(
        "Hardsigmoid", clip(z / 6 + half, 0, 1), walls=(-3, 3), stable=clip(z + 3, 0, 6) / 6,
        ways=(Threshold("$\\theta$ uniform on $(-3,3)$", (0, z / 6 + half, 1), (0, sp.Rational(1, 6), 0)),
              Mode((0, 5 * x**2 / 2 - 3 * x, -half), words="on $0\\le x\\le 1$")),
        no={"location": (kink, 0, 1), "gate": NO_ZERO, "hinge": BOUNDED, "maximum": (fall_of_slope, 1)},
        heat=UNIFORM,
    ),
    Module(
        "Hardtanh", clip(z, low, high), walls=(low, high), domain={high: low + width},
        range="$u = l+w$ with $w>0$", defaults={"min_val": -1.0, "max_val": 1.0},
        ways=(Threshold("$\\theta$ uniform on the interval", (0, (z - low) / (high - low), 1),
                        (0, 1 / (high - low), 0), low, high),
              Mode((0, 0, 0), words="flat on the interval")),
        no={"location": (kink, 0, 1), "gate": BOUNDED, "hinge": BOUNDED, "maximum": (fall_of_slope, 1)},
        heat=UNIFORM,
    ),
    Module(
        "ReLU6", clip(z, 0, 6), walls=(0, 6),
        ways=(Threshold("$\\theta$ uniform on $(0,6)$", (0, z / 6, 1), (0, sp.Rational(1, 6), 0), 0, 6),
              Mode((0, 0, 0), words="flat on $0\\le x\\le 6$")),
        no={"location": (kink, 0, 1), "gate": BOUNDED, "hinge": BOUNDED, "maximum": (fall_of_slope, 1)},
        heat=UNIFORM,
    ),
    Module(
        "Softsign", z / (1 + sp.Abs(z)), walls=(0,),
        ways=(Threshold("$\\theta$ a ratio of two Laplace variables",
                        ((1 + z / (1 - z)) / 2, (1 + z / (1 + z)) / 2),
                        (1 / (2 * (1 - z) ** 2), 1 / (2 * (1 + z) ** 2)), -1, 1),
              Mode((x - sp.log(1 + x) - x**2 / 2, -x - sp.log(1 - x) - x**2 / 2), words="for $|x|<1$")),
        no={"location": (kink, 0, 2), "gate": BOUNDED, "hinge": BOUNDED, "maximum": (bend, 1)},
        warm=Warm(sp.sign(z) * (1 - sp.exp(-(2 / tau - 1) * sp.log(1 + sp.Abs(z)))), (-1, 1), (0, 0),
                  until=2, step=sp.exp(t) - 1,
                  words="from $\\tau = 2$ on the density has no normaliser",
                  way=Threshold("density in proportion to $(1+|\\theta|)^{-2/\\tau}$, $\\tau=2/(1+k)$",
                                ((1 - z) ** -k / 2, 1 - (1 + z) ** -k / 2),
                                (k * (1 - z) ** (-k - 1) / 2, k * (1 + z) ** (-k - 1) / 2), -1, 1,
                                (1 - sp.exp(-z), sp.exp(z) - 1)),
                  curve=Curve(((1 - z) ** -k - 1, 1 - (1 + z) ** -k), (0,))),
    ),
    Module(
        "SiLU", z * SIGMOID, stable=z * STABLE,
        ways=(Posterior("the payload $z$ times the responsibility of “on”, energies $-z$ and 0", z * ON),
              Gate("logistic $\\theta$", (SIGMOID,), (BELL,))),
        no={"location": (drop, -4, -1), "threshold": (drop, -4, -1), "hinge": (bend, 3),
            "maximum": (bend, 3), "mode": (drop, -4, -1)},
        warm=Warm(z / (1 + sp.exp(-z / tau)), (0, z), (z / 2, z / 2), start=z * on(tau)),
    ),
    Module(
        "GELU", z * NORMAL,
        ways=(Gate("normal $\\theta$", (NORMAL,), (sp.exp(-z**2 / 2) / sp.sqrt(2 * sp.pi),)),),
        no={"location": (drop, -4, -1), "threshold": (drop, -4, -1), "hinge": (bend, 2),
            "maximum": (bend, 2), "mode": (drop, -4, -1)},
        warm=Warm(z * (1 + sp.erf(z / sp.sqrt(2 * tau))) / 2, (0, z), (z / 2, z / 2),
                  way=Gate("normal $\\theta$, variance $\\tau$", ((1 + sp.erf(z / sp.sqrt(2 * tau))) / 2,),
                           (sp.exp(-(z**2) / (2 * tau)) / sp.sqrt(2 * sp.pi * tau),)),
                  curve=Curve((z * (1 + sp.erf(z / sp.sqrt(2 * tau))) / 2,))),
    ),
    Module(
        "GELU_tanh", z * (1 + sp.tanh(CUBIC)) / 2,
        ways=(Gate("$\\theta$ with a logistic law of a cubic", (RISE,), (SWITCH,)),),
        no={"location": (drop, -4, -1), "threshold": (drop, -4, -1), "hinge": (bend, 2),
            "maximum": (bend, 2), "mode": (drop, -4, -1)},
        warm=Warm(z / (1 + sp.exp(-2 * CUBIC / tau)), (0, z), (z / 2, z / 2),
                  start=z * on(tau, 2 * CUBIC)),
    ),
    Module(
        "Hardswish", z * clip(z / 6 + half, 0, 1), walls=(-3, 3), stable=z * clip(z + 3, 0, 6) / 6,
        ways=(Gate("$\\theta$ uniform on $(-3,3)$", (0, z / 6 + half, 1), (0, sp.Rational(1, 6), 0)),),
        no={"location": (drop, -3, -1), "threshold": (drop, -3, -1), "hinge": (fall_of_slope, 1),
            "maximum": (fall_of_slope, 1), "mode": (drop, -3, -1)},
        heat=UNIFORM,
    ),
    Module(
        "Mish", MISH, stable=z * sp.tanh(sp.Max(z, 0) + sp.log(1 + sp.exp(-sp.Abs(z)))),
        ways=(Posterior("the payload $z$ times the probability of $k\\ge1$, for $k=0,1,2$ with "
                        "energies $-kz$ and prior $2:2:1$", z * opened()),
              Gate("$\\theta$ with the odds $e^z+e^{2z}/2$", (opened(),),
                   (4 * sp.exp(z) * (1 + sp.exp(z)) / (2 + 2 * sp.exp(z) + sp.exp(2 * z)) ** 2,))),
        no={"location": (drop, -4, -1), "threshold": (drop, -4, -1), "hinge": (bend, 3),
            "maximum": (bend, 3), "mode": (drop, -4, -1)},
        warm=Warm(z * (2 * sp.exp(z / tau) + sp.exp(2 * z / tau))
                  / (2 + 2 * sp.exp(z / tau) + sp.exp(2 * z / tau)), (0, z), (3 * z / 5, 3 * z / 5),
                  start=z * opened(tau)),
    ),
    Module(
        "ReLU", sp.Max(z, 0), walls=(0,),
        ways=(Gate("$\\theta=0$ for certain", (0, 1), (0, 0), (1,)),
              Hinge("$\\theta=0$ for certain", (0, z), (0, 1), (0, 0), atoms=(1,)),
              Maximum((0, z)), Mode((0, 0), words="flat on $x\\ge0$")),
        no={"location": (kink, 0, 1), "threshold": UNBOUNDED},
        warm=soft_maximum(0),
    ),
    leak("LeakyReLU", LEAK, a, {a: 1 / (1 + s)}, "$a = 1/(1+s)$ with $s>0$, so $0<a<1$",
         defaults={"negative_slope": 0.01}, pictured={"negative_slope": 0.1}),
    leak("PReLU", LEAK, a, {a: 1 / (1 + s)}, "$a = 1/(1+s)$ with $s>0$, so $0<a<1$",
         defaults={"weight": 0.25}),
    leak("RReLU", LEAKS, MEAN_SLOPE, {symbol("lower"): 2 / (1 + s) - symbol("upper")},
         "the mean of both bounds is $1/(1+s)$ with $s>0$, so between 0 and 1",
         defaults={"lower": 1 / 8, "upper": 1 / 3}, note="In evaluation mode. In training its slope is "
         "drawn at random: then it is no function of $z$, and outside every class here."),
    Module(
        "ELU", sp.Max(z, 0) + alpha * (sp.exp(sp.Min(z, 0)) - 1), walls=(0,), defaults={"alpha": 1.0},
        domain={alpha: 1 / (1 + u)}, range="$\\alpha = 1/(1+s)$ with $s\\ge0$, so $0<\\alpha\\le1$",
        ways=(Gate("an atom $1-\\alpha$ at 0, else minus an exponential over a uniform variable",
                   (alpha * (sp.exp(z) - 1) / z, 1), (alpha * (z * sp.exp(z) - sp.exp(z) + 1) / z**2, 0),
                   (1 - alpha,)),
              Hinge("an atom $1-\\alpha$ at 0, else minus an exponential variable",
                    (alpha * sp.exp(z), z + alpha),
                    (alpha * sp.exp(z), 1), (alpha * sp.exp(z), 0), -alpha, (1 - alpha,)),
              Mode(((x + alpha) * sp.log(1 + x / alpha) - x - x**2 / 2, 0))),
        no={"location": (kink, 0, 2), "threshold": UNBOUNDED, "maximum": (curved, -1)},
        warm=Warm(sp.Max(z, 0) + alpha * tau * (sp.exp(sp.Min(z, 0) / tau) - 1), (0, z), (alpha * z, z),
                  way=Hinge("the exponential variable with mean $\\tau$",
                            (alpha * tau * sp.exp(z / tau), z + alpha * tau), (alpha * sp.exp(z / tau), 1),
                            (alpha * sp.exp(z / tau) / tau, 0), -alpha * tau, (1 - alpha,)),
                  curve=Curve((alpha * tau * (sp.exp(z / tau) - 1), z), (0,))),
    ),
    Module(
        "CELU", sp.Max(z, 0) + alpha * (sp.exp(sp.Min(z, 0) / alpha) - 1), walls=(0,),
        defaults={"alpha": 1.0},
        ways=(Gate("minus $\\alpha$ times an exponential over a uniform variable",
                   (alpha * (sp.exp(z / alpha) - 1) / z, 1),
                   ((z * sp.exp(z / alpha) - alpha * sp.exp(z / alpha) + alpha) / z**2, 0)),
              Hinge("minus an exponential variable of mean $\\alpha$",
                    (alpha * sp.exp(z / alpha), z + alpha),
                    (sp.exp(z / alpha), 1), (sp.exp(z / alpha) / alpha, 0), -alpha),
              Mode((alpha * (x + alpha) * sp.log(1 + x / alpha) - alpha * x - x**2 / 2, 0))),
        no={"location": (kink, 0, 2), "threshold": UNBOUNDED, "maximum": (curved, -1)},
        warm=Warm(sp.Max(z, 0) + alpha * tau * (sp.exp(sp.Min(z, 0) / (alpha * tau)) - 1), (0, z), (z, z),
                  way=Hinge("the exponential variable with mean $\\tau\\alpha$",
                            (alpha * tau * sp.exp(z / alpha / tau), z + alpha * tau),
                            (sp.exp(z / alpha / tau), 1), (sp.exp(z / alpha / tau) / alpha / tau, 0),
                            -alpha * tau),
                  curve=Curve((alpha * tau * (sp.exp(z / alpha / tau) - 1), z), (0,))),
        note="Its parameter is a temperature: at $\\tau$ the module has $\\tau\\alpha$ for $\\alpha$.",
    ),
    Module(
        "SELU", lam * (sp.Max(z, 0) + alpha * (sp.exp(sp.Min(z, 0)) - 1)), walls=(0,),
        defaults={"alpha": 1.6732632423543772848170429916717, "scale": 1.0507009873554804934193349852946},
        domain={alpha: 1 + s, lam: 1 + width}, range="$\\alpha = 1+s$, $\\lambda = 1+w$ with $s,w>0$",
        ways=(Mode(((x + lam * alpha) * sp.log(1 + x / (lam * alpha)) - x - x**2 / 2,
                    (1 / lam - 1) * x**2 / 2)),),
        no={"location": (kink, 0, 1), "threshold": UNBOUNDED, "gate": TO_LINE,
            "hinge": (fall_of_slope, 0), "maximum": (fall_of_slope, 0)},
        heat="For $z>0$ the mode at temperature $\\tau$ is $z/(1-\\tau(1-1/\\lambda))$: the identity in "
        "the cold, and without bound as $\\tau$ rises to $\\lambda/(\\lambda-1)$; beyond it, no mode.",
    ),
    Module(
        "Softplus", sp.log(1 + sp.exp(beta * z)) / beta, defaults={"beta": 1.0},
        stable=sp.Max(z, 0) + sp.log(1 + sp.exp(-beta * sp.Abs(z))) / beta,
        ways=(Posterior("minus the free energy of the energies $-z$ and 0 at $\\tau=1/\\beta$",
                        -free_energy([-z, 0], 1 / beta)),
              Hinge("logistic $\\theta$ of scale $1/\\beta$", (sp.log(1 + sp.exp(beta * z)) / beta,),
                    (1 / (1 + sp.exp(-beta * z)),),
                    (beta * sp.exp(-beta * z) / (1 + sp.exp(-beta * z)) ** 2,)),
              Mode(slope=sp.log(1 - sp.exp(-beta * above)) / beta, words="for $x>0$, a dilogarithm")),
        no={"location": (pole, sp.I * sp.pi / beta, 1), "threshold": UNBOUNDED, "gate": NO_ZERO,
            "maximum": (curved, 0)},
        warm=replace(soft_maximum(0), words="with a normalised prior; with unit weights it is "
                  "$\\tau\\log2$ more, and grows without bound in the heat"),
        note="The framework returns $z$ itself above $\\beta z = 20$, at most $e^{-20}/\\beta$ away.",
    ),
    Module(
        "LogSigmoid", sp.log(SIGMOID), stable=sp.Min(z, 0) - sp.log(1 + sp.exp(-sp.Abs(z))),
        ways=(Posterior("the log-posterior of “on”, with energies $-z$ and 0", sp.log(ON)),
              Mode(slope=-sp.log(1 - sp.exp(under)), words="for $x<0$, a dilogarithm")),
        no={"location": (pole, sp.I * sp.pi, 1), "threshold": (growth, -oo, 0), "gate": NO_ZERO,
            "hinge": (growth, -oo, 0), "maximum": (bend, 0)},
        warm=Warm(-tau * sp.log(1 + sp.exp(-z / tau)), (z, 0), (-sp.log(2), -sp.log(2)),
                  "in the cold times $\\tau$; in the heat the log-posterior itself",
                  start=tau * sp.log(on(tau)),
                  near=((-tau * sp.log(1 + sp.exp(-z / tau)),) * 2, (-sp.log(1 + sp.exp(-z / tau)),) * 2)),
    ),
    Module(
        "Tanhshrink", z - sp.tanh(z),
        ways=(Posterior("the residual $z-\\mathbb E[h\\mid z]$, with $m=\\sigma=\\tau=1$", z - SIGNS),
              Mode(path=sp.log(sp.cosh(z)) - sp.tanh(z) ** 2 / 2)),
        no={"location": (pole, sp.I * sp.pi / 2), "threshold": UNBOUNDED, "gate": (growth, -oo, 0),
            "hinge": (growth, -oo, 0), "maximum": (bend, -1)},
        warm=Warm(z - sp.tanh(z / tau), (z + 1, z - 1), (z, z), start=z - sign(tau)),
    ),
    Module(
        "Softshrink", z - clip(z, -lam, lam), walls=(-lam, lam), defaults={"lambd": 0.5},
        ways=(Mode((-lam * x, 0, lam * x), words="$\\lambda|x|$: a Laplace prior"),),
        no={"location": (kink, 0, 1), "threshold": UNBOUNDED, "gate": (growth, -oo, 0),
            "hinge": (fall_of_slope, 0), "maximum": (fall_of_slope, 0)},
        warm=Warm(z - clip(z, -tau * lam, tau * lam), (z, z), (0, 0),
                  near=((z + tau * lam, z - tau * lam), (sp.S.Zero, sp.S.Zero)),
                  words="once $\\tau\\lambda\\ge|z|$ it is 0",
                  way=Mode((-tau * lam * x, 0, tau * lam * x), words="the penalty times $\\tau$"),
                  curve=Curve((z + tau * lam, 0, z - tau * lam), (-tau * lam, tau * lam))),
    ),
    Module(
        "Hardshrink", sp.Piecewise((z, z > lam), (0, z >= -lam), (z, True)), walls=(-lam, lam),
        defaults={"lambd": 0.5},
        ways=(Mode((lam**2 / 2, 0, lam**2 / 2), words="the same charge for every $x\\ne0$"),),
        no={"location": (kink, 0, 0), "threshold": UNBOUNDED, "gate": (growth, -oo, 0),
            "hinge": (fall_of_slope, 0), "maximum": (fall_of_slope, 0)},
        warm=Warm(sp.Piecewise((z, z > LAMBDA_TAU), (0, z >= -LAMBDA_TAU), (z, True)), (z, z), (0, 0),
                  near=((z, z), (sp.S.Zero, sp.S.Zero)),
                  words="the threshold is $\\sqrt\\tau\\lambda$",
                  way=Mode((tau * lam**2 / 2, 0, tau * lam**2 / 2), words="the penalty times $\\tau$"),
                  curve=Curve((z, 0, z), (-LAMBDA_TAU, LAMBDA_TAU))),
    ),
    Module(
        "Threshold", sp.Piecewise((z, z > theta), (held, True)), walls=(theta,), domain={theta: held + s},
        defaults={"threshold": 0.0, "value": 0.0}, range="threshold = value + $s$ with $s>0$",
        pictured={"threshold": 1.0, "value": -1.0},
        ways=(Mode((0, (theta - held) ** 2 / 2), words="on the value and above it"),),
        no={"location": (kink, 0, 0), "threshold": UNBOUNDED, "hinge": (fall_of_slope, 0),
            "maximum": (fall_of_slope, 0)},
        warm=Warm(sp.Piecewise((z, z > held + sp.sqrt(tau) * (theta - held)), (held, True)), (held, z),
                  (held, held), near=((held, z), (held, held)), wall=held,
                  words="the threshold is $v+\\sqrt\\tau(\\theta-v)$, $v$ the value",
                  way=Mode((0, tau * (theta - held) ** 2 / 2), words="the penalty times $\\tau$"),
                  curve=Curve((held, z), (held + sp.sqrt(tau) * (theta - held),))),
    ),
    Module(
        "GLU", a * SIGMOID, stable=a * STABLE, defaults={"a": 1.0},
        ways=(Posterior("the payload $a$ times the responsibility of “on”, energies $-z$ and 0", a * ON),),
        warm=Warm(a / (1 + sp.exp(-z / tau)), (0, a), (a / 2, a / 2), start=a * on(tau)),
        note="Of two inputs: one half, $a$, is the payload, the other, $z$, the evidence for the gate.",
    ),
    several("Softmax", 1, False, "the responsibilities, with energies $d_h=-z_h$", COLD, _softmax),
    several("Softmin", -1, False, "the responsibilities, with energies $d_h=z_h$",
            COLD.replace("largest", "smallest"), _softmin),
    several("Softmax2d", 1, False, "the responsibilities over channels, energies $d_h=-z_h$ at every place",
            COLD, lambda z: _softmax(z, axis=-3)),
    several("LogSoftmax", 1, True, "the log-posterior, with energies $d_h=-z_h$",
            COLD + " The log-posterior then tends to minus infinity off the largest, and to $-\\log H$.",
            _log_softmax),
)  # fmt: skip
MODULES = {module.name: module for module in TABLE}


def card(name: str) -> Module:
    """The card of a module, by its name in the framework.

    >>> card("ReLU").expr
    Max(0, z)
    """
    if name not in MODULES:
        raise unknown("module", name, MODULES)
    return MODULES[name]
