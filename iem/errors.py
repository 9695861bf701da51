"""The errors of `iem`: each names the value received and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class IemError(Exception):
    """Any error that `iem` raises on purpose.

    >>> import iem
    >>> issubclass(iem.BadInput, iem.IemError), issubclass(iem.Undecided, iem.IemError)
    (True, True)
    """


class BadInput(IemError, ValueError):
    """A value that no formula of the theory accepts.

    >>> import iem
    >>> iem.activation("gaussian", "median")
    Traceback (most recent call last):
    iem.errors.BadInput: unknown statistic 'median': did you mean 'mean'? ...
    """


class Refused(IemError):
    """Evidence that could not be built, because its check did not pass.

    >>> import iem
    >>> [kind.__name__ for kind in Refused.__subclasses__()]
    ['Refuted', 'Undecided']
    """


class Refuted(Refused):
    """The check found the statement false, and says where.

    >>> import iem, sympy as sp
    >>> x = sp.Symbol("x", positive=True)
    >>> iem.Bound(x, 1, iem.Manifest(1 - x))
    Traceback (most recent call last):
    iem.errors.Refuted: x <= 1 is false: at x = 13/8 they are 1.6250 and 1.0000
    """


class Undecided(Refused):
    """The check could not decide the statement; that is never taken for true.

    >>> import iem, sympy as sp
    >>> x = sp.Symbol("x", positive=True)
    >>> iem.Bound(x, x**2 + 1, iem.Manifest(x**2 - x + 1))
    Traceback (most recent call last):
    iem.errors.Undecided: the sign of x**2 - x + 1 is not manifest
    """


def unknown(kind: str, name: object, known: Iterable[str]) -> BadInput:
    """The error for a name outside a table, with the nearest name of the table.

    >>> print(unknown("kernel", "gausian", ["gaussian", "laplace"]))
    unknown kernel 'gausian': did you mean 'gaussian'? Known are gaussian, laplace
    """
    table = {entry.lower(): entry for entry in sorted(known)}
    near = get_close_matches(str(name).lower(), table, n=1, cutoff=0.4)
    hint = f"did you mean {table[near[0]]!r}? " if near else ""
    return BadInput(f"unknown {kind} {name!r}: {hint}Known are {', '.join(table.values())}")
