"""The ledger: claims, the evidence that establishes them, and the verdicts read back from the chapters.

A chapter establishes a claim in one line, `establish("G2", derivation, twin=...)`. The verdict is stored
as data in the cell's output; the ledger is computed from these outputs and is never written by hand.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

from . import render
from .errors import BadInput, Refused, Refuted, unknown
from .proof import Argument, Evidence, Reading, Twin

MIME = "application/vnd.iem.verdict+json"


@dataclass(frozen=True)
class Claim:
    """A row of `chapters/claims.yml`."""

    id: str
    says: str
    note: str
    kind: str
    chapter: str
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What was established of one claim, how, and how its false twin was refused."""

    claim: str
    status: str
    method: str
    statement: str
    twin: str = ""
    steps: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        twin = f"\n  false twin refused: {self.twin}" if self.twin else ""
        return f"{self.claim} {self.status}: {self.method}{twin}"

    def _repr_html_(self) -> str:
        summary = "<summary>The false twin was refused.</summary>"
        twin = f"<details>{summary}<p>{render.inline(self.twin)}</p></details>" if self.twin else ""
        head = f"<p><strong>{self.claim} {escape(self.status)}</strong>: {escape(self.method)}.</p>"
        kind, anchor = self.status.split(",")[0], f"verdict-{self.claim.lower()}"
        return f'<div class="iem-verdict {kind}" id="{anchor}">{head}{twin}</div>'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return {"text/plain": str(self), "text/html": self._repr_html_(), MIME: asdict(self)}


def find_book(start: Path | None = None) -> Path:
    """The folder of chapters: the nearest one, from `start` upwards, that holds `claims.yml`."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        for book in (folder, folder / "chapters"):
            if (book / "claims.yml").is_file():
                return book
    raise BadInput(f"no claims.yml in {here}, its folder chapters, or above: expected the book's folder")


def claims(book: Path | None = None) -> dict[str, Claim]:
    """Every claim of the book, by id, in its order."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = yaml.load((find_book(book) / "claims.yml").read_text(encoding="utf-8"), loader)
    return {row["id"]: Claim(**{**row, "uses": tuple(row.get("uses", ()))}) for row in rows}


def establish(claim: str, evidence: Evidence, twin: Twin | None = None) -> Verdict:
    """Enter a claim in the ledger: its evidence, and a false twin that the same check refuses.

    `twin` is a part of the evidence changed in one place (`chain.twin(expr)`, `bound.twin(right=...)`);
    building it must raise `Refuted`, or nothing is established. A `Reading` has no twin. In a notebook the
    statement also becomes available to the text under the claim's id, and each step of an argument under
    the id with its number (`T4.2`). Raises `BadInput` for an unknown claim, or for evidence or a twin that
    do not fit it, `Refused` for a twin that passes.
    """
    known = claims()
    if claim not in known:
        raise unknown("claim", claim, known)
    if not isinstance(evidence, Evidence):
        raise BadInput(f"{claim} needs evidence (a derivation, bound, argument), got {evidence!r}")
    kind = known[claim].kind
    if kind == "experiment" or ("reading" in evidence.status and "reading" not in kind):
        raise BadInput(f"{claim} is of kind {kind!r}, which {evidence.status} evidence cannot establish")
    if kind == "reading" and not isinstance(evidence, Reading):
        raise BadInput(f"{claim} is a reading: it takes a Reading, got {evidence!r}")
    refusal = "" if isinstance(evidence, Reading) else _refusal(claim, evidence, twin)
    _glue(claim, evidence)
    steps = tuple((says, e.method) for says, e in evidence.steps) if isinstance(evidence, Argument) else ()
    return Verdict(claim, evidence.status, evidence.method, evidence.statement, refusal, steps)


def _refusal(claim: str, evidence: Evidence, twin: Twin | None) -> str:
    if not isinstance(twin, Twin) or not any(twin.part is part for part in evidence.parts()):
        raise BadInput(f"{claim} needs a false twin of a part of its evidence, got {twin!r}")
    try:
        accepted = twin.build()
    except Refuted as error:
        return str(error)
    except Refused as error:
        raise Refused(f"the false twin of {claim} was not refuted, only undecided: {error}") from error
    raise Refused(f"the false twin of {claim} passed its check: {accepted}")


def _glue(claim: str, evidence: Evidence) -> None:
    """Hand the statements to the text of the chapter, as typeset from the checked objects."""
    from IPython.core.getipython import get_ipython
    from IPython.display import publish_display_data

    if get_ipython() is None:
        return
    named = {claim: evidence.statement}
    if isinstance(evidence, Argument):
        named |= {f"{claim}.{i}": e.statement for i, (_, e) in enumerate(evidence.steps, 1)}
    prefix = "application/papermill.record/"
    for name, statement in named.items():
        data = {prefix + "text/latex": rf"$\displaystyle {statement}$"}
        publish_display_data(data, {"scrapbook": {"name": name, "mime_prefix": prefix}})  # type: ignore[no-untyped-call]


def verdicts(book: Path | None = None) -> dict[str, Verdict]:
    """The verdicts stored in the executed chapters, by claim."""
    found: dict[str, Verdict] = {}
    for path in sorted(find_book(book).glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                if MIME in output.get("data", {}):
                    verdict = Verdict(**output["data"][MIME])
                    if verdict.claim in found:
                        raise BadInput(f"{verdict.claim} is established twice, again in {path.name}")
                    found[verdict.claim] = verdict
    return found


def status(claim: Claim, found: dict[str, Verdict]) -> str:
    """The status of a claim, computed from its verdict."""
    return found[claim.id].status if claim.id in found else "open"


def totals(book: Path | None = None) -> Counter[str]:
    """How many claims have each status."""
    found = verdicts(book)
    return Counter(status(claim, found) for claim in claims(book).values())


def table(book: Path | None = None) -> str:
    """The ledger as plain text, a claim a line."""
    found, rows = verdicts(book), []
    for claim in claims(book).values():
        verdict = found.get(claim.id)
        how = verdict.method if verdict else ""
        rows.append(f"{claim.id:4} {claim.kind:20} {status(claim, found):24} {how}".rstrip())
    count = ", ".join(f"{n} {name}" for name, n in sorted(totals(book).items()))
    return "\n".join([*rows, "", f"{len(rows)} claims: {count}"])


def html(book: Path | None = None) -> str:
    """The ledger as a table for the book, each established claim linked to its theorem."""
    found, rows = verdicts(book), []
    for claim in claims(book).values():
        state = status(claim, found)
        verdict = found.get(claim.id)
        name = f'<a href="{claim.chapter}.html#verdict-{claim.id.lower()}">{claim.id}</a>'
        kind, how = escape(claim.kind), _how(verdict) if verdict else ""
        rows.append(
            f'<tr><th scope="row">{name if verdict else claim.id}</th>'
            f'<td class="says">{render.inline(claim.says)}</td><td data-label="kind">{kind}</td>'
            f'<td data-label="status">{escape(state)}</td>'
            + (f'<td data-label="checked by">{how}</td></tr>' if how else "<td></td></tr>")
        )
    head = "".join(
        f'<th scope="col">{h}</th>' for h in ("claim", "it says", "kind", "status", "checked by")
    )
    return f'<table class="iem-ledger"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _how(verdict: Verdict) -> str:
    """What checked which part of a claim."""
    if not verdict.steps:
        return escape(verdict.method)
    steps = "".join(f"<li>{render.inline(says)} <em>{escape(how)}</em></li>" for says, how in verdict.steps)
    return f"<details><summary>{escape(verdict.method)}</summary><ol>{steps}</ol></details>"


def overview(book: Path | None = None) -> str:
    """How far each chapter of the theory has come, as a small table."""
    found, rows = verdicts(book), []
    everything = list(claims(book).values())
    for chapter in dict.fromkeys(claim.chapter for claim in everything):
        ids = [claim.id for claim in everything if claim.chapter == chapter]
        done = sum(name in found for name in ids)
        title = escape(chapter.replace("_", " × ").capitalize())
        name = f'<a href="{chapter}.html">{title}</a>' if done else title
        span = ids[0] if len(ids) == 1 else f"{ids[0]} to {ids[-1]}"
        rows.append(
            f'<tr><th scope="row">{name}</th><td>{span}</td><td>{done} of {len(ids)} established</td></tr>'
        )
    head = "".join(f'<th scope="col">{h}</th>' for h in ("chapter", "claims", "state"))
    return f'<table class="iem-ledger"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
