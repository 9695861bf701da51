"""The formal proofs: which claims a proof assistant has checked, how far, and where each statement stands.

Read from the folder `proofs` of a checkout: `audit.json` (what Coq proved), `fidelity.yml` (each statement
in words and LaTeX), `coverage.yml` (how much of each claim they make up). Each of the last two names, by a
hash, what was read when it was written: a statement, a wording or a claim that changed since counts as not
proved. An installed package has no such folder, and then no claim is formally proved.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from .errors import BadInput
from .ledger import Claim, claims, find_book

LETTERS = {
    "tau": "τ",
    "beta": "β",
    "delta": "δ",
    "sigma": "σ",
    "Sigma": "Σ",
    "lambda": "λ",
    "eps": "ε",
    "mu": "μ",
    "nu": "ν",
    "pi": "π",
}
HOW_FAR = {"whole": "formally proved", "part": "formally proved in part"}


@dataclass(frozen=True)
class Theorem:
    """A theorem that Coq proved, as Coq prints it, and what its statement is meant to say."""

    name: str
    claim: str
    file: str
    line: int
    statement: str
    definitions: tuple[str, ...]
    scope: str
    latex: str


@dataclass(frozen=True)
class Formal:
    """What the theorems of a claim make up of it."""

    claim: str
    covers: str
    says: str
    lacks: str
    theorems: tuple[Theorem, ...]
    also: tuple[Theorem, ...] = ()

    @property
    def status(self) -> str:
        """How far the claim is formally proved, in words."""
        return HOW_FAR[self.covers]


@dataclass(frozen=True)
class Proofs:
    """The formal proofs of a book, as they are stored."""

    folder: Path
    audit: dict[str, Any]
    entries: dict[str, dict[str, str]]
    coverage: dict[str, dict[str, Any]]
    book: dict[str, Claim]

    @cached_property
    def older(self) -> bool:
        """Whether the sources have changed since they were audited."""
        return bool(self.audit["sources"] != source_hash(self.folder))

    @cached_property
    def theorems(self) -> dict[str, Theorem]:
        """Every theorem whose statement was read as it is, by name."""
        return {
            row["theorem"]: Theorem(
                row["theorem"],
                row["claim"],
                row["file"],
                row["line"],
                row["statement"],
                tuple(row["definitions"]),
                entry["scope"],
                entry["latex"],
            )
            for row in self.audit["theorems"]
            if (entry := self.entries.get(row["theorem"])) and entry["sha"] == row["sha"]
        }

    def of(self, claim: str) -> tuple[Theorem, ...]:
        """The theorems named after a claim."""
        return tuple(theorem for theorem in self.theorems.values() if theorem.claim == claim)

    def read(self, claim: str) -> str:
        """The hash of what an entry of `coverage.yml` is about: the claim's words and its statements."""
        names = self.coverage.get(claim, {}).get("also", ())
        shas = {row["theorem"]: row["sha"] for row in self.audit["theorems"]}
        about = sorted(f"{name} {sha}" for name, sha in shas.items() if name.split("_")[0] == claim)
        about += [f"{name} {shas.get(name)}" for name in names]
        return hashlib.sha256("\n".join([self.book[claim].says, *about]).encode()).hexdigest()[:12]

    @cached_property
    def unread(self) -> list[str]:
        """Claims whose entry in `coverage.yml` is missing or is about something else by now."""
        stated = {row["claim"] for row in self.audit["theorems"]}
        return [
            f"{claim}: {'to be read again' if claim in self.coverage else 'not read'} "
            f"(read {self.read(claim)})"
            for claim in self.book
            if (claim in self.coverage and str(self.coverage[claim]["read"]) != self.read(claim))
            or (claim in stated and claim not in self.coverage)
        ]

    @cached_property
    def formal(self) -> dict[str, Formal]:
        """The claims that are formally proved, in part or whole; none while the audit is older."""
        if self.older:
            return {}
        doubtful = {line.split(":")[0] for line in self.unread}
        return {
            claim: Formal(
                claim,
                entry["covers"],
                entry["says"],
                entry.get("lacks", ""),
                self.of(claim),
                tuple(self.theorems[name] for name in entry.get("also", ())),
            )
            for claim in self.book
            if (entry := self.coverage.get(claim)) and entry["covers"] in HOW_FAR and claim not in doubtful
        }

    @cached_property
    def missing(self) -> dict[str, str]:
        """Why nothing of a claim is formally proved."""
        untried = {"covers": "none", "lacks": "not tried yet."}
        entries = {claim: self.coverage.get(claim, untried) for claim in self.book}
        return {claim: entry["lacks"] for claim, entry in entries.items() if entry["covers"] == "none"}

    def summary(self) -> str:
        """One line on what is formally proved."""
        if self.older:
            return f"the audit of the formal proofs is older than its sources: {AGAIN}"
        covers = [formal.covers for formal in self.formal.values()]
        return (
            f"{covers.count('whole')} claims formally proved and {covers.count('part')} in part, "
            f"by {len(self.theorems)} theorems checked with Coq {self.audit['coq']}"
        )


AGAIN = "run `make proofs`"


def source_hash(folder: Path) -> str:
    """One hash over the names and contents of all Coq sources, as `proofs/audit.py` makes it."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.v")):
        digest.update(f"{path.relative_to(folder)}\0{path.read_text()}\0".encode())
    return digest.hexdigest()[:16]


def proofs(book: Path | None = None) -> Proofs | None:
    """The formal proofs beside a book, or None. Raises `BadInput` for a book without claims."""
    import yaml

    here = find_book(book)
    folder = here.parent / "proofs"
    if not (folder / "audit.json").is_file():
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    fidelity, coverage = (
        yaml.load((folder / name).read_text("utf-8"), loader) for name in ("fidelity.yml", "coverage.yml")
    )
    known = claims(here)
    if strange := coverage.keys() - known.keys():
        raise BadInput(f"coverage.yml speaks of {sorted(strange)}, expected claims of the book")
    return Proofs(folder, json.loads((folder / "audit.json").read_text("utf-8")), fidelity, coverage, known)


def cell(formal: Formal) -> str:
    """How far a claim is formally proved, with links to statements and sources, for the ledger."""
    lacks = f" Not formalised: {formal.lacks}" if formal.lacks else ""
    lines = "".join(f"<li>{_links(theorem)}</li>" for theorem in (*formal.theorems, *formal.also))
    count = len(formal.theorems) + len(formal.also)
    return (
        f'<div class="iem-formal"><a href="formal.html#formal-{formal.claim}">{formal.status}</a>'
        f"<details><summary>{count} theorem{'s' * (count > 1)}</summary>"
        f"<p>{escape(with_symbols(formal.says + lacks))}</p><ul>{lines}</ul></details></div>"
    )


def _links(theorem: Theorem) -> str:
    statement = f'<a href="formal.html#{theorem.name}">{theorem.name}</a>'
    source = f'<a href="{in_book(theorem.file)}">{theorem.file}:{theorem.line}</a>'
    return f"{statement}, {source}"


def in_book(file: str) -> str:
    """The address of a Coq file within the built book, from one of its chapters."""
    return f"../proofs/{file}.txt"


def with_symbols(text: str) -> str:
    """A scope as people write it: Greek letters, signs and small powers instead of their names."""
    names = "|".join(LETTERS)
    text = re.sub(rf"\b({names})\b", lambda found: LETTERS[found[1]], text)
    for plain, sign in (("<=", "≤"), (">=", "≥"), ("sqrt ", "√"), ("^2", "²"), ("^n", "ⁿ")):
        text = text.replace(plain, sign)
    return text


def wrapped(statement: str) -> str:
    """A statement as Coq prints it, in lines, one for each premise and each part. Only blanks change."""
    lines, depth, begin = [], 0, 0
    for i, letter in enumerate(statement):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0 and (end := _breaks(statement, i)):
            lines.append(statement[begin:end].strip())
            begin = end
    return "\n  ".join([*lines, statement[begin:].strip()])


def _breaks(statement: str, i: int) -> int:
    """Where a line ends if it ends at letter i, or 0."""
    for mark, after in ((", ", 2), (" -> ", 4), (" <-> ", 5), (" /\\ ", 4), (" in ", 4)):
        if statement.startswith(mark, i) and (mark != ", " or _binds(statement[:i])):
            return i + after
    return 0


def _binds(text: str) -> bool:
    return max(text.rfind("forall "), text.rfind("exists ")) > max(text.rfind(", "), -1)


def used(theorems: Iterable[Theorem]) -> list[str]:
    """The definitions that some statements rest on, in alphabetical order."""
    return sorted({name for theorem in theorems for name in theorem.definitions})
