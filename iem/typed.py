"""What a reader types into a form, as an activation; each text is read by the whitelist of `parse`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .activations import activation
from .continuum import PRIORS, HalfLine, Interval, Line
from .errors import BadInput, unknown
from .hypotheses import Gate, Points, Signs
from .parse import parse

HYPOTHESES = ("signs", "gate", "points", "half-line", "line", "interval")
CHOICES = ("kernel", "statistic", "hypotheses", "locations", "values", "prior", "density", "ends")
USUAL = {"statistic": "mean", "hypotheses": "signs", "density": "flat", "ends": "low, high"}
MOST = 6


def chosen(request: Mapping[str, str]) -> Any:
    """The activation that a form describes by its texts. Raises `BadInput`.

    >>> chosen({"kernel": "laplace", "statistic": "mode"}).expr
    sign(z)
    """
    return _chosen(*(request.get(name, "").strip() or USUAL.get(name, "") for name in CHOICES))


@lru_cache(maxsize=64)
def _chosen(*choices: str) -> Any:
    """The activation of these choices."""
    given = dict(zip(CHOICES, choices, strict=True))
    if not given["kernel"]:
        raise BadInput("a kernel is expected: a name such as gaussian, or a formula in u such as abs(u)/b")
    return activation(given["kernel"], given["statistic"], _hypotheses(given))


def _hypotheses(given: Mapping[str, str]) -> Any:
    name = given["hypotheses"]
    if name not in HYPOTHESES:
        raise unknown("set of hypotheses", name, HYPOTHESES)
    prior = _entries("prior", given["prior"]) if given["prior"] else None
    if name in ("signs", "gate"):
        return (Signs if name == "signs" else Gate)(prior=prior)
    if name == "points":
        values = _entries("values", given["values"]) if given["values"] else None
        return Points(_entries("locations", given["locations"]), values, prior)
    density = given["density"]
    if density not in PRIORS:
        raise unknown("prior density", density, PRIORS)
    over = None if density == "flat" else PRIORS[density]()
    if name != "interval":
        return (HalfLine if name == "half-line" else Line)(over)
    ends = _entries("ends", given["ends"])
    if len(ends) != 2:
        raise BadInput(f"an interval has two ends, got {given['ends']!r}")
    return Interval(*ends, over)


def _entries(name: str, text: str) -> tuple[Any, ...]:
    """Numbers, names and formulas between commas."""
    pieces = text.split(",") if text.strip() else []
    if not 1 <= len(pieces) <= MOST:
        raise BadInput(f"{name}: expected 1 to {MOST} entries between commas, got {len(pieces)}")
    return tuple(_entry(name, piece) for piece in pieces)


def _entry(name: str, piece: str) -> Any:
    try:
        expr = parse(piece)
    except BadInput as error:
        raise BadInput(f"{name}: {error}") from None
    if {s.name for s in expr.free_symbols} & {"z", "u", "tau", "h"}:
        raise BadInput(f"{name}: z, u, tau and h are taken, got {piece.strip()!r}")
    return expr.name if expr.is_Symbol else expr
