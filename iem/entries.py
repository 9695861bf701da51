"""Tables of numbers and expressions: arrays of any library, nested lists or SymPy matrices, read alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .arrays import as_array, is_exact
from .errors import BadInput
from .parameters import number


def entries(x: Any, what: str) -> Any:
    """Numbers as an array or nested tuples, expressions as nested tuples: finite, and no text."""
    if type(x).__module__.startswith("sympy") and hasattr(x, "tolist") and hasattr(x, "shape"):
        x = x.tolist()
        x = [row[0] for row in x] if what == "the prior" and x and len(x[0]) == 1 else x
    if hasattr(x, "shape") and x.shape != ():
        array, xp = as_array(x, what)
        if not bool(xp.all(xp.isfinite(array))):
            raise BadInput(f"{what} must be finite numbers, got {x!r}")
        return array
    rows = _nested(x, what)
    shape_of(rows, what)
    return rows


def _nested(x: Any, what: str) -> Any:
    if isinstance(x, (list, tuple)):
        return tuple(_nested(item, what) for item in x)
    if hasattr(x, "shape") and x.shape != ():
        return tuple(_nested(item, what) for item in x.tolist())
    if isinstance(x, str) or x is None:
        raise BadInput(f"{what} must be numbers or expressions, got {x!r}")
    if is_exact(x) and not x.is_number:
        return x
    number(f"an entry of {what}", x)
    return x


def shape_of(x: Any, what: str = "it") -> tuple[int, ...]:
    """The shape of an array or of nested tuples."""
    if not isinstance(x, tuple):
        return tuple(getattr(x, "shape", ()))
    below = {shape_of(item, what) for item in x}
    if len(below) > 1:
        raise BadInput(f"{what} must be rows of one length, got {x!r}")
    return (len(x), *(below.pop() if below else ()))


def flat(x: Any) -> list[Any]:
    """The entries one after the other."""
    return [e for item in x for e in flat(item)] if isinstance(x, tuple) else [x]


def exact_entries(x: Any) -> Any:
    """The entries as SymPy expressions, in nested tuples."""
    from .exact import expression

    x = x.tolist() if hasattr(x, "tolist") else x
    return tuple(map(exact_entries, x)) if isinstance(x, (list, tuple)) else expression(x)


def floats(x: Any, values: Mapping[str, Any], what: str) -> Any:
    """The entries as floats, their symbols taken by name from `values`."""
    if isinstance(x, (list, tuple)):
        return [floats(item, values, what) for item in x]
    if is_exact(x):
        x = x.subs({s: values[s.name] for s in x.free_symbols if s.name in values})
    return x if hasattr(x, "shape") and x.shape != () else number(f"an entry of {what}", x)


def array_of(x: Any, values: Mapping[str, Any], z: Any, xp: Any, what: str) -> Any:
    """The entries as an array of the library and floating type of z."""
    from array_api_compat import array_namespace, device

    try:
        if hasattr(x, "shape") and x.shape != () and array_namespace(x) is xp:
            return xp.astype(x, z.dtype)
        return xp.asarray(floats(x, values, what), dtype=z.dtype, device=device(z))
    except TypeError as error:
        raise BadInput(f"{what} and the evidence z must be arrays of one library, got {x!r}") from error
