"""Tables of classes by name: a kernel or a statistic enters its own when it is defined."""

from __future__ import annotations

import re
from typing import Any

from .errors import BadInput


def enter(table: dict[str, Any], kind: str, name: str | None, cls: type) -> None:
    """Enter a class under its name, if it has one; a class that is defined anew takes its place again.

    Raises `BadInput` for what is no name in small letters, and for a name that another class has.

    >>> table = {}
    >>> enter(table, "statistic", "median", int)
    >>> enter(table, "statistic", "median", float)
    Traceback (most recent call last):
    iem.errors.BadInput: the statistic 'median' is int already, and cannot be float
    """
    if name is None:
        return
    if not re.fullmatch(r"[a-z]{2,}(-[a-z]+)*", name):
        raise BadInput(f"a {kind} is named in small letters and hyphens, got {name!r}")
    old = table.get(name)
    if old and (old.__module__, old.__qualname__) != (cls.__module__, cls.__qualname__):
        raise BadInput(
            f"the {kind} {name!r} is {old.__qualname__} already, and cannot be {cls.__qualname__}"
        )
    table[name] = cls
