"""The ledger: claims, the evidence that establishes them, and the verdicts read back from the chapters.

A chapter establishes a claim in one line, `establish("G2", derivation, twin=...)`. The verdict is stored
as data in the cell's output; the ledger is computed from these outputs and is never written by hand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

from . import render
from .bounds import Bound, Counterexample
from .errors import BadInput, Refused, Refuted, unknown
from .experiment import Experiment
from .proof import Argument, Evidence, Reading, Twin

MIME = "application/vnd.iem.verdict+json"

# What each word of a claim's kind asks for: in words, and as a test of one part of the evidence.
NEEDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "theorem": ("a proof", lambda e: e.status == "proved"),
    "bound": ("a Bound", lambda e: isinstance(e, Bound)),
    "experiment": ("an Experiment", lambda e: isinstance(e, Experiment)),
    "numbers": ("an Enclosure, or a Bound by Boxes", lambda e: e.status == "bounded"),
    "check": ("an Agreement", lambda e: e.status == "checked"),
    "reading": ("a Reading", lambda e: isinstance(e, Reading)),
}
WEAK = {"reading": "reading", "checked": "check", "measured": "experiment"}
MEANS = {
    "formally proved": "by a proof assistant, for every number of hypotheses that it names",
    "proved": "every formula symbolically",
    "bounded": "rigorous interval arithmetic",
    "measured": "seeded experiment, with interval",
    "checked": "two programs agree to rounding",
    "reading": "an interpretation, which counts as no proof",
    "open": "no verdict yet",
}


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
    """What was established of one claim, how, and how its false twin was refused.

    >>> print(Verdict("G2", "proved", "derivation, 2 links", "x = x", twin="x = 2x"))
    G2 proved: derivation, 2 links
      false twin refused: x = 2x
    """

    claim: str
    status: str
    method: str
    statement: str
    twin: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    refutes: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def data(self) -> dict[str, Any]:
        """All of it but the time, which no two runs share."""
        return {name: value for name, value in asdict(self).items() if name != "seconds"}

    def __str__(self) -> str:
        twin = f"\n  false twin refused: {self.twin}" if self.twin else ""
        return f"{self.claim} {self.status}: {self.method}{twin}"

    def _repr_html_(self) -> str:
        summary = "<summary>The false twin was refused.</summary>"
        twin = f"<details>{summary}<p>{render.inline(self.twin)}</p></details>" if self.twin else ""
        head = f"<p><strong>{self.claim} {escape(self.status)}</strong>: {escape(self.method)}.</p>"
        if self.refutes:
            head += f"<p>As stated it fails: {render.math(self.refutes)}. The corrected form holds.</p>"
        kind, anchor = self.status.split()[0].strip(","), f"verdict-{self.claim.lower()}"
        return f'<div class="iem-verdict {kind}" id="{anchor}">{head}{twin}</div>'

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is compared from run to run; the time beside it, as metadata, which is not."""
        data = {"text/plain": str(self), "text/html": self._repr_html_(), MIME: self.data}
        return data, {MIME: {"seconds": self.seconds}} if self.seconds else {}


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


def establish(
    claim: str, evidence: Evidence, twin: Twin | None = None, refutes: Counterexample | None = None
) -> Verdict:
    """Enter a claim in the ledger: its evidence, and a false twin that the same check refuses.

    `twin` is a part of the evidence changed in one place (`chain.twin(expr)`, `bound.twin(right=...)`);
    building it must raise `Refuted`, or nothing is established. A `Reading` has no twin. In a notebook
    the statement also becomes available to the text under the claim's id, and each step of an argument
    under the id with its number (`T4.2`). `refutes` is for a claim of the notes that does not hold as
    stated: a counterexample to it, while the evidence establishes the corrected form. The evidence must
    hold what the kind of the claim asks for (see `NEEDS`). Raises `BadInput` for an unknown claim, or for
    evidence or a twin that do not fit it, `Refused` for a twin that passes.

    >>> import sympy as sp
    >>> from iem import Derivation, Link
    >>> x = sp.Symbol("x", real=True)
    >>> chain = Derivation("f", x * (x + 1), [Link(x**2 + x, "multiplied out")])
    >>> establish("T1", chain, twin=chain.twin(x**2)).status
    'proved'
    """
    known = claims()
    if claim not in known:
        raise unknown("claim", claim, known)
    if not isinstance(evidence, Evidence):
        raise BadInput(f"{claim} needs evidence (a derivation, bound, argument), got {evidence!r}")
    _fits(claim, known[claim].kind, evidence)
    if refutes is not None and not isinstance(refutes, Counterexample):
        raise BadInput(f"what refutes {claim} as stated is a Counterexample, got {refutes!r}")
    parts = [*evidence.parts(), *([refutes] if refutes else [])]
    refusal = "" if isinstance(evidence, Reading) else _refusal(claim, parts, twin)
    _glue(claim, evidence)
    state = f"refuted as stated, corrected form {evidence.status}" if refutes else evidence.status
    steps = tuple((says, e.method) for says, e in evidence.steps) if isinstance(evidence, Argument) else ()
    seconds = sum(getattr(part, "seconds", 0.0) for part in parts)
    return Verdict(
        claim,
        state,
        evidence.method,
        evidence.statement,
        refusal,
        steps,
        refutes.statement if refutes else "",
        float(f"{seconds:.1g}"),
    )


def _fits(claim: str, kind: str, evidence: Evidence) -> None:
    """Refuse evidence that lacks what the kind of a claim asks for, or rests on what it does not name."""
    if kind == "reading" and not isinstance(evidence, Reading):
        raise BadInput(f"{claim} is a reading: it takes a Reading, got {evidence!r}")
    words = kind.split(" + ")
    for state, word in WEAK.items():
        if state in evidence.status and word not in words:
            raise BadInput(
                f"{claim} is of kind {kind!r}, which {evidence.status} evidence cannot establish"
            )
    parts = list(evidence.parts())
    for word in words:
        if word not in NEEDS:
            raise unknown("kind of claim", word, NEEDS)
        what, has = NEEDS[word]
        if not any(has(part) for part in parts):
            raise BadInput(
                f"{claim} is of kind {kind!r}, which {evidence.status} evidence cannot establish: "
                f"it needs {what}"
            )


def _refusal(claim: str, parts: Sequence[Evidence], twin: Twin | None) -> str:
    if not isinstance(twin, Twin) or not any(twin.part is part for part in parts):
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
                    time = output.get("metadata", {}).get(MIME, {})
                    verdict = Verdict(**{**output["data"][MIME], **time})
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


def meaning(state: str) -> str:
    """A status with what it means, for those who do not know the words."""
    first = state.split()[0].strip(",")
    return f"{state} ({MEANS[first]})" if state in MEANS else state


def established(book: Path | None = None) -> tuple[int, int]:
    """How many claims are established, of all that are more than a reading."""
    found = verdicts(book)
    rows = [claim for claim in claims(book).values() if claim.kind != "reading"]
    return sum(claim.id in found for claim in rows), len(rows)


def badge(book: Path | None = None) -> str:
    """The count of established claims, and of formally proved ones, as a small picture (SVG).

    >>> badge().startswith("<svg"), "claims" in badge()
    (True, True)
    """
    from .formal import proofs

    done, count = established(book)
    label, value = "claims established", f"{done} of {count}"
    coq = proofs(book)
    whole = sum(formal.covers == "whole" for formal in coq.formal.values()) if coq else 0
    width, said, more = 190, f"{label}: {value}", ""
    if whole:
        width, said = 310, f"{said}, {whole} formally proved"
        more = f'<text x="250" y="14">{whole} formally proved</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" '
        f'aria-label="{said}"><title>{said}</title>'
        f'<rect width="{width}" height="20" rx="3" fill="#333"/>'
        f'<path d="M122 0h{width - 125}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{width - 125}z" fill="#005e45"/>'
        '<g fill="#fff" font-family="Verdana,Geneva,sans-serif" font-size="11" text-anchor="middle">'
        f'<text x="61" y="14">{label}</text><text x="156" y="14">{value}</text>{more}</g></svg>\n'
    )


def table(book: Path | None = None) -> str:
    """The ledger as plain text, a claim a line.

    >>> str(table()).splitlines()[0].split()[:2]
    ['T1', 'theorem']
    """
    from .formal import proofs

    found, rows, coq = verdicts(book), [], proofs(book)
    formal = coq.formal if coq else {}
    for claim in claims(book).values():
        verdict = found.get(claim.id)
        how = verdict.method if verdict else ""
        far = (
            {"whole": "formally", "part": "formally in part"}[formal[claim.id].covers]
            if claim.id in formal
            else ""
        )
        column = f"{far:17}" if coq else ""
        rows.append(f"{claim.id:4} {claim.kind:20} {status(claim, found):24} {column}{how}".rstrip())
    count = ", ".join(f"{n} {name}" for name, n in sorted(totals(book).items()))
    return "\n".join([*rows, "", f"{len(rows)} claims: {count}", *([coq.summary()] if coq else [])])


def html(book: Path | None = None) -> str:
    """The ledger as a table for the book, each established claim linked to its theorem."""
    from .formal import cell, proofs
    from .graph import grounded as rooted

    found, rows, coq = verdicts(book), [], proofs(book)
    formal = coq.formal if coq else {}
    grounded = rooted(claims(book), set(found))
    for claim in claims(book).values():
        state = status(claim, found)
        verdict = found.get(claim.id)
        name = f'<a href="{claim.chapter}.html#verdict-{claim.id.lower()}">{claim.id}</a>'
        kind, how = escape(claim.kind), _how(verdict) if verdict else ""
        rows.append(
            f'<tr><th scope="row">{name if verdict else claim.id}</th>'
            f'<td class="says">{render.inline(claim.says)}</td><td data-label="kind">{kind}</td>'
            f'<td data-label="status">{escape(state)}'
            f"{cell(formal[claim.id]) if claim.id in formal else ''}</td>"
            f'<td data-label="rests on">{_uses(claim, grounded)}</td>'
            + (f'<td data-label="checked by">{how}</td></tr>' if how else "<td></td></tr>")
        )
    head = "".join(
        f'<th scope="col">{h}</th>'
        for h in ("claim", "it says", "kind", "status", "rests on", "checked by")
    )
    return f'<table class="iem-ledger"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _uses(claim: Claim, grounded: set[str]) -> str:
    """What a claim rests on, and whether all of that is established too."""
    names = ", ".join(claim.uses) or "nothing else"
    return f"{names}<br>all established" if claim.id in grounded and claim.uses else names


def _how(verdict: Verdict) -> str:
    """What checked which part of a claim."""
    if verdict.refutes:
        return f"as stated it fails: {render.math(verdict.refutes)}; {_how(replace(verdict, refutes=''))}"
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
