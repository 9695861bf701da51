"""What the book's page for deriving in the browser asks of `iem`: JSON in, JSON out, without NumPy.

A request names a kernel, hypotheses and a statistic as text. Its answer comes in parts, so that a page can
show the derivation while the rest is still computed. Text is read by the whitelist of `parse` only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from html import escape
from itertools import islice
from typing import Any

import sympy as sp

from . import sketch
from .activations import Activation
from .continuum import Continuum
from .errors import BadInput, IemError
from .hypotheses import Points
from .kernels import KERNELS
from .parameters import number
from .render import chain, math, plain, tex
from .snippet import snippet
from .statistics import STATISTICS
from .typed import chosen

LIBRARIES = ("numpy", "torch", "jax")
LONGEST = 2000
SPAN, PLACES = 4.0, (-4.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0)
START = {"low": -1, "high": 1}  # where a parameter's number starts; others as kernels say, or at 1


def answer(text: str) -> Iterator[str]:
    """The parts of the answer to a request, each as JSON; what goes wrong is a part, too.

    >>> parts = answer('{"kernel": "gaussian", "statistic": "mean"}')
    >>> json.loads(next(parts))["expr"]
    'tanh(m*z/(sigma**2*tau))'
    >>> json.loads(next(answer('{"kernel": "os.getpid()", "statistic": "mean"}')))["part"]
    'refused'
    """
    try:
        request = _request(text)
        for part in _parts(request):
            yield json.dumps(part)
    except IemError as error:
        yield json.dumps({"part": "refused", "message": str(error)})
    except RecursionError:
        yield json.dumps({"part": "refused", "message": "this is too deep to be derived here"})


def _request(text: str) -> dict[str, str]:
    try:
        request = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise BadInput("a request is JSON") from None
    if not isinstance(request, dict) or not all(isinstance(v, str) for v in request.values()):
        raise BadInput("a request is an object of texts")
    if any(len(v) > LONGEST for v in request.values()):
        raise BadInput(f"a text may have {LONGEST} characters")
    return request


def _parts(request: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    a = chosen(request)
    if request.get("only") != "curve":
        yield _derivation(a)
    if a.expr is None:
        return
    yield _curve(a, request)
    if request.get("only") != "curve":
        yield _code(a)
        yield from _properties(a)


# The derivation


@lru_cache(maxsize=64)
def _derivation(a: Any) -> dict[str, Any]:
    if a.expr is None:
        return {
            "part": "undecided",
            "title": str(a),
            "numeric": a.numeric or "",
            "iem": snippet(a),
        }
    done = a.derivation
    html = [a._repr_html_()]
    if isinstance(a, Activation):
        rows = [
            (rf"d_{{{i}}}(z) = {tex(d)}", f"the energy of {_called(a, i - 1)}")
            for i, d in enumerate(a.energies, 1)
        ]
        html.insert(0, chain(rows, "the energies", given=True).replace('class="why"', 'class="given"'))
        if len(a.energies) == 2:
            html.insert(1, a.gap._repr_html_())
    lhs = getattr(done, "lhs", sp.Function("a")(sp.Symbol("z")))
    return {
        "part": "derivation",
        "title": str(a),
        "answer": math(rf"\displaystyle {tex(lhs)} = {tex(a.expr)}"),
        "expr": plain(a.expr),
        "html": "".join(html),
        "method": done.method,
    }


def _called(a: Activation, i: int) -> str:
    points = a.hypotheses.exact()
    place, value = points.locations[i], (points.values or points.locations)[i]
    return escape(f"the hypothesis at {plain(place)}, with the value {plain(value)}")


# The curve


def _form(a: Any, cold: bool) -> Any:
    if not cold:
        return a.expr
    if a.cold is None:
        raise BadInput("tau: no cold limit was found for this one, choose a temperature above 0")
    return a.cold


def _curve(a: Any, request: Mapping[str, str]) -> dict[str, Any]:
    """The curve, its values in a table, and the parameters with their numbers."""
    found = {s.name: s for s in sorted(a.expr.free_symbols, key=lambda s: bool(s.is_positive))}
    symbols = [found[name] for name in sorted(set(found) - {"z"}, key=lambda name: (name == "tau", name))]
    typed = {s.name: request.get(f"at_{s.name}", "").strip() for s in symbols}
    part: dict[str, Any] = {"part": "curve"}
    starts = _starts(a)
    part["parameters"] = [
        {"name": name, "value": text or f"{starts.get(name, 1.0):g}"} for name, text in typed.items()
    ]
    try:
        values = {s.name: _typed(s, p["value"]) for s, p in zip(symbols, part["parameters"], strict=True)}
        _check_order(a, values)
        form = _form(a, values.get("tau") == 0)
    except BadInput as error:
        return {**part, "message": str(error)}
    f = sketch.numbers(form, values)
    count = len(f(0.0))
    names = [plain(h) for h in a.hypotheses.exact().locations] if count > 1 else []
    shown = sketch.labels("r" if count > 1 else "", count, names)
    curves = {name: sketch.polylines(sketch.component(f, i), -SPAN, SPAN) for i, name in enumerate(shown)}
    upright = a.statistic.shows
    told = ", ".join(f"{name} = {value:g}" for name, value in values.items())
    rows = [[f"{z:g}", *("none" if y is None else f"{y:.6g}" for y in f(z))] for z in PLACES]
    ends = "; ".join(f"at z = {row[0]}: {', '.join(row[1:])}" for row in (rows[0], rows[4], rows[-1]))
    alt = f"The {upright} for z from -4 to 4" + (f", with {told}" if told else "") + f": {ends}."
    return {
        **part,
        "svg": sketch.svg(curves, -SPAN, SPAN, alt, upright),
        "caption": f"With {told}." if told else "",
        "columns": ["z", *(name or "value" for name in shown)],
        "rows": rows,
    }


def _starts(a: Any) -> dict[str, float]:
    """Where the numbers start; locations that are names start apart from each other."""
    starts: dict[str, float]
    starts = {name: start for kind in KERNELS.values() for name, start in kind.starts.items()}
    starts |= START
    if not isinstance(a.hypotheses, Points):
        return starts
    named = dict.fromkeys(e for e in a.hypotheses.locations if isinstance(e, str))
    return {**starts, **{name: float(k) for k, name in enumerate(named, 1)}}


def _typed(symbol: Any, text: str) -> float:
    """The number typed for a parameter; a temperature may be 0."""
    try:
        value = float(text)
    except ValueError:
        raise BadInput(f"{symbol.name}: expected a number, got {text!r}") from None
    if symbol.name == "tau" and value == 0:
        return 0.0
    return float(number(symbol.name, value, positive=bool(symbol.is_positive)))


def _check_order(a: Any, values: Mapping[str, float]) -> None:
    """Refuse ends of an interval that are not in order."""
    if isinstance(a.hypotheses, Continuum):
        a.hypotheses.bound({name: values.get(name, 1.0) for name in a.hypotheses.free()})


# Code


@lru_cache(maxsize=64)
def _code(a: Any) -> dict[str, Any]:
    def written(library: str) -> str:
        try:
            return str(a.code(library))
        except BadInput as error:
            return f"# {error}\n"

    texts = {library: written(library) for library in LIBRARIES}
    return {"part": "code", "texts": {**texts, "iem": snippet(a)}}


# What else is known


def _properties(a: Any) -> Iterator[dict[str, str]]:
    """What is decided about the activation and its kernel, one at a time."""
    rows: list[tuple[str, Callable[[], Any], str]] = [
        ("At temperature 1", lambda: a.at(tau=1).end, ""),
        ("Symmetry", lambda: a.parity, "none was shown"),
        ("Moves with z", lambda: a.monotone, "not decided"),
        ("Slope at z = 0", lambda: a.slope, "none: a kink, or not decided"),
        ("Cold limit, τ → 0", lambda: a.cold, "not decided"),
        ("Hot limit, τ → ∞", lambda: a.hot, "not decided"),
        ("Far evidence, z → ∞", lambda: a.saturation, "no limit was found"),
        ("The energy rises with |u|", lambda: "proved" if a.kernel.increasing else None, "not shown"),
        ("The energy is convex", lambda: a.kernel.convex, "not shown"),
        ("Its tail", lambda: a.kernel.tail, "bounded, or no limit was found"),
    ]
    for name, value, otherwise in rows:
        if (html := _shown(value, otherwise)) is not None:
            yield {"part": "property", "name": name, "html": html}


def _shown(value: Callable[[], Any], otherwise: str) -> str | None:
    try:
        found = value()
    except IemError:
        return None  # not asked of such an activation
    if found is None:
        return otherwise
    return escape(found) if isinstance(found, str) else math(tex(found))


def warm() -> None:
    """Answer once what readers ask first, so that a stored interpreter has it loaded."""
    requests = [{"kernel": "gaussian", "statistic": name} for name in STATISTICS]
    requests += [
        {"kernel": kernel, "statistic": "mean"} for kernel in ("log(cosh(u/s))", "huber", "u**4/s")
    ]
    requests += [{"kernel": "gaussian", "statistic": "mode", "hypotheses": "half-line"}]
    requests += [
        {"kernel": "laplace", "statistic": "mean", "hypotheses": "points", "locations": "-1, 0, 1"}
    ]
    requests += [{"kernel": "gaussian", "statistic": "gated", "hypotheses": "gate"}]
    for i, request in enumerate(requests):
        list(islice(answer(json.dumps(request)), None if i == 0 else 3))  # of the properties, one is enough
