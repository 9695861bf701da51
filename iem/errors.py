"""The errors of `iem`: each names the value received and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class IemError(Exception):
    """Any error that `iem` raises on purpose."""


class BadInput(IemError, ValueError):
    """A value that no formula of the theory accepts."""


class Refused(IemError):
    """Evidence that could not be built, because its check did not pass."""


class Refuted(Refused):
    """The check found the statement false, and says where."""


class Undecided(Refused):
    """The check could not decide the statement; that is never taken for true."""


def unknown(kind: str, name: object, known: Iterable[str]) -> BadInput:
    """The error for a name outside a table, with the nearest name of the table.

    >>> print(unknown("kernel", "gausian", ["gaussian", "laplace"]))
    unknown kernel 'gausian': did you mean 'gaussian'? Known are gaussian, laplace
    """
    table = {entry.lower(): entry for entry in sorted(known)}
    near = get_close_matches(str(name).lower(), table, n=1, cutoff=0.4)
    hint = f"did you mean {table[near[0]]!r}? " if near else ""
    return BadInput(f"unknown {kind} {name!r}: {hint}Known are {', '.join(table.values())}")
