#!/usr/bin/env python3
"""Build the formal proofs from nothing, refuse everything doubtful, and write what they establish.

    python proofs/audit.py              build, audit, write proofs/audit.json
    python proofs/audit.py --coqchk     the same, and check what was compiled with Coq's own checker
    python proofs/audit.py --unread     name the theorems whose statement fidelity.yml has not read

What is refused: a source that is not listed or not present, a word that could add an assumption or switch
a check off, a theorem without a claim, two theorems of one name, an axiom beyond the classical reals.
The hash of a theorem covers its statement as Coq prints it and every definition that it rests on. A lemma
named `value_` and a claim evaluates definitions at given numbers: it is recorded for the tests to compare,
and proves no claim.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

HERE = Path(__file__).resolve().parent

# What `Print Assumptions` may name: the construction of Coq's real numbers, functional extensionality,
# the excluded middle. Nothing else, the choice axioms of ClassicalEpsilon included.
AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)

# Words that add assumptions, switch checks off, change how a statement reads, or reach outside the files.
FORBIDDEN = re.compile(
    r"""\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|Hypothes[ie]s|Variables?|Context
    |Section|Module|Declare|Include|Unset|bypass_check|type_in_type|Program|Obligations?|Abort|Fail
    |Load|Cd|Drop|Redirect|Extract\w*|Separate|Recursive|Primitive|Register|LoadPath|ML
    |(?:Reserved\s+)?Notation|Infix|Abbreviation|Coercion|Canonical|Structure|Class|Instances?|Strategy
    |Polymorphic|Universe\w*|Constraint|Rewrite|SProp|Export|Undelimit|Arguments|Implicit|Generalizable|Set)\b|\#\[""",
    re.VERBOSE,
)
ALLOWED_SCOPE = re.compile(r"Open\s+Scope\s+(?!R_scope\b)\w+|Delimit|Bind\s+Scope")
CLAIM = re.compile(r"([A-Z]\d+[a-z]?)_\w+")
VALUE = re.compile(r"value_([A-Z]\d+[a-z]?)_\w+")
NEEDED = re.compile(r"From\s+Resp\s+Require\s+(?:Import\s+)?([\w\s]+?)\.(?=\s|$)")
NAMED = re.compile(
    r"\b(Theorem|Lemma|Example|Corollary|Fact|Remark|Proposition|Definition|Fixpoint)\s+(\w+)"
)


class Rejected(Exception):
    """The proofs are refused; the message says why."""


def stripped(source: str) -> str:
    """The source without comments and strings, as Coq reads it; newlines stay, and the numbers of lines."""
    out: list[str] = []
    depth = i = 0
    while i < len(source):
        if source.startswith("(*", i):
            depth, i = depth + 1, i + 2
            out.append(" ")
        elif depth and source.startswith("*)", i):
            depth, i = depth - 1, i + 2
        elif source[i] == '"':  # a string, inside a comment too: "*)" does not end one
            end = i + 1
            while end < len(source) and not (source[end] == '"' and source[end + 1 : end + 2] != '"'):
                end += 2 if source[end] == '"' else 1
            if end >= len(source):
                raise Rejected("a string is not closed")
            out.append("\n" * source.count("\n", i, end) + ' ""' * (not depth))
            i = end + 1
        else:
            if not depth or source[i] == "\n":
                out.append(source[i])
            i += 1
    if depth:
        raise Rejected("a comment is not closed")
    return "".join(out)


def listed(folder: Path) -> list[str]:
    """The modules of `_CoqProject`, which must be exactly the files present."""
    lines = (folder / "_CoqProject").read_text().split("\n")
    if lines[0].split() != ["-Q", ".", "Resp"]:
        raise Rejected("_CoqProject must begin with: -Q . Resp")
    names = [line.strip() for line in lines[1:] if line.strip()]
    if any(not re.fullmatch(r"[A-Z]\w*\.v", name) for name in names):
        raise Rejected(f"_CoqProject must name one file a line, got {names}")
    present = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.v"))
    if sorted(names) != present:
        raise Rejected(f"_CoqProject and the files differ: {sorted(set(names) ^ set(present)) or names}")
    return [name[:-2] for name in names]


def examine(name: str, source: str) -> str:
    """Refuse a source by its words alone; give it back stripped."""
    try:
        source.encode("ascii")
    except UnicodeEncodeError as error:
        raise Rejected(f"{name}: not ASCII: {source[error.start]!r}") from None
    text = stripped(source)
    for pattern in (FORBIDDEN, ALLOWED_SCOPE):
        if found := pattern.search(text):
            line = 1 + text.count("\n", 0, found.start())
            raise Rejected(f"{name}:{line}: not allowed: {found[0]}")
    for found in NAMED.finditer(text):
        if (found[1] == "Theorem") != bool(CLAIM.fullmatch(found[2])):
            raise Rejected(
                f"{name}: a Theorem carries the id of its claim, and nothing else does: {found[0]}"
            )
    return text


def needs(text: str) -> list[str]:
    """The modules of this project which a stripped source requires."""
    return [name for found in NEEDED.findall(text) for name in found.split()]


def source_hash(folder: Path = HERE) -> str:
    """One hash over the names and contents of all sources."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.v")):
        digest.update(f"{path.relative_to(folder)}\0{path.read_text()}\0".encode())
    return digest.hexdigest()[:16]


def coqc(build: Path, name: str) -> tuple[str, float]:
    """Compile one module in the build folder; what it printed, and the seconds it took."""
    begin = time.monotonic()
    run = subprocess.run(
        ["coqc", "-w", "none", "-Q", ".", "Resp", f"{name}.v"], cwd=build, capture_output=True, text=True
    )
    if run.returncode:
        raise Rejected(f"{name} does not compile:\n{run.stderr.strip()}")
    return run.stdout, time.monotonic() - begin


def compile_all(build: Path, order: dict[str, list[str]], say=print) -> None:
    """Compile every module after those it needs, as many at once as there are cores."""
    done: set[str] = set()
    waiting = dict(order)
    running: dict = {}
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        while waiting or running:
            for name in [name for name, before in waiting.items() if done.issuperset(before)]:
                del waiting[name]
                running[pool.submit(coqc, build, name)] = name
            if not running:
                raise Rejected(f"these modules need one another or one that is missing: {sorted(waiting)}")
            for task in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(task)
                say(f"{name:16} {task.result()[1]:6.1f} s")
                done.add(name)


Lines = list[tuple[str, int]]


def declared(build: Path, name: str) -> tuple[Lines, Lines, list[str]]:
    """The theorems and examples (with their lines) and the definitions of a module, by Coq's own record."""
    source = (build / f"{name}.v").read_bytes()
    theorems, examples, definitions = [], [], []
    for kind, start, path, what in re.findall(
        r"^(\w+) (\d+):\d+ (\S+) (\S+)$", (build / f"{name}.glob").read_text(), re.M
    ):
        if kind == "prf" and (CLAIM.fullmatch(what) or VALUE.fullmatch(what)):
            found = theorems if CLAIM.fullmatch(what) else examples
            found.append((what, 1 + source.count(b"\n", 0, int(start))))
        elif kind == "def":
            definitions.append(what)
        elif kind in ("ax", "var", "sec", "modtype", "mod") and path == "<>":
            raise Rejected(f"{name}: Coq records {kind} {what}")
    return theorems, examples, definitions


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def closure(statement: str, definitions: dict[str, str]) -> list[str]:
    """The definitions that a printed text rests on, however deep."""
    found: set[str] = set()
    open_ = [statement]
    while open_:
        names = set(re.findall(r"\b[A-Z]\w*\.\w+", open_.pop())) & definitions.keys() - found
        found |= names
        open_ += [definitions[name] for name in names]
    return sorted(found)


def report(
    build: Path, modules: list[str], theorems: list[str], examples: list[str], definitions: list[str]
) -> str:
    """What Coq prints of every definition and statement, and of the axioms of the theorems."""
    lines = [
        "Require Import Reals.",
        "From Coquelicot Require Import Coquelicot.",
        f"From Resp Require {' '.join(modules)}.",
        "Open Scope R_scope.",
        "Set Printing Width 100000.",
        "Set Printing Depth 100000.",
    ]
    stated = [*theorems, *examples]
    for kind, names, command in (("definition", definitions, "Print"), ("theorem", stated, "Check")):
        for name in names:
            lines += [
                f'Lemma mark{len(lines)} : True. idtac "@@ {kind} {name}". exact I. Qed.',
                f"{command} {name}.",
            ]
    # one question for all: asked of each theorem alone it takes minutes
    lines += [
        f"Definition all := ({', '.join(['I', *theorems])}).",
        'Lemma marked : True. idtac "@@ axioms all". exact I. Qed.',
        "Print Assumptions all.",
    ]
    (build / "Report.v").write_text("\n".join(lines) + "\n")
    return coqc(build, "Report")[0]


def audit(folder: Path = HERE, build: Path | None = None, check: bool = False, say=print) -> dict:
    """Build and audit the proofs in a folder; the record of what they establish."""
    begin = time.monotonic()
    build = build or folder.parent / "_build" / "proofs"
    modules = listed(folder)
    texts = {name: examine(f"{name}.v", (folder / f"{name}.v").read_text()) for name in modules}
    shutil.rmtree(build, ignore_errors=True)  # nothing compiled earlier is trusted
    build.mkdir(parents=True)
    for name in modules:
        shutil.copy(folder / f"{name}.v", build)
    compile_all(build, {name: needs(text) for name, text in texts.items()}, say)

    where: dict[str, tuple[str, int]] = {}
    values: dict[str, tuple[str, int]] = {}
    definitions: list[str] = []
    for name in modules:
        theorems, examples, defined = declared(build, name)
        stated = re.findall(r"\bTheorem\s+(\w+)", texts[name])
        if sorted(stated) != sorted(theorem for theorem, _ in theorems):
            raise Rejected(f"{name}: Coq records other theorems than the source states")
        for theorem, line in theorems:
            if theorem in where:
                raise Rejected(f"{theorem} is stated twice, in {where[theorem][0]} and {name}")
            where[theorem] = name, line
        values |= {example: (name, line) for example, line in examples}
        definitions += [f"{name}.{what}" for what in defined]
    if not where:
        raise Rejected("there is no theorem")

    printed = report(
        build,
        modules,
        *([f"{name}.{stated}" for stated, (name, _) in of.items()] for of in (where, values)),
        definitions,
    )
    parts = {
        (kind, name): body
        for kind, name, body in re.findall(r"^@@ (\w+) (\S+)\n(.*?)(?=^@@ |\Z)", printed, re.M | re.S)
    }
    prints = {name: flat(parts["definition", name]) for name in definitions}
    assumed = parts["axioms", "all"]
    axioms = sorted(re.findall(r"^([\w.]+)\s*:", assumed.replace("Axioms:", ""), re.M))
    if not axioms and "Closed under the global context" not in assumed:
        raise Rejected(f"the axioms could not be read: {assumed!r}")
    if extra := sorted(set(axioms) - AXIOMS):
        raise Rejected(f"the theorems assume {', '.join(extra)}")

    def row(pattern: re.Pattern, what: str, name: str, line: int) -> dict:
        statement = flat(parts["theorem", f"{name}.{what}"]).split(" : ", 1)[1]
        rests = closure(statement, prints)
        text = "\n".join([statement, *(prints[d] for d in rests)])
        return {
            "claim": pattern.fullmatch(what)[1],
            "theorem": what,
            "file": f"{name}.v",
            "line": line,
            "statement": statement,
            "definitions": rests,
            "sha": hashlib.sha256(text.encode()).hexdigest()[:12],
        }

    rows = [row(CLAIM, what, *place) for what, place in where.items()]
    examples = [row(VALUE, what, *place) for what, place in values.items()]
    if check:  # the modules with theorems; values and sanity checks would pull in the interval library
        proved = sorted({f"Resp.{name}" for name, _ in where.values()})
        run = subprocess.run(
            ["coqchk", "-silent", "-o", "-Q", ".", "Resp", *proved],
            cwd=build,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # where it writes its summary
            text=True,
        )
        if run.returncode:
            raise Rejected(f"coqchk refuses the compiled files:\n{run.stdout.strip()}")
        say(run.stdout)
    version = subprocess.run(["coqc", "--print-version"], capture_output=True, text=True).stdout.split()[0]
    say(
        f"{len(rows)} theorems on {len({row['claim'] for row in rows})} claims, {len(examples)} values, "
        f"{time.monotonic() - begin:.0f} s; axioms: {', '.join(axioms)}"
    )
    return {
        "coq": version,
        "sources": source_hash(folder),
        "axioms": axioms,
        "theorems": rows,
        "values": examples,
        "definitions": {name: prints[name] for name in sorted(prints)},
    }


def words(entry: dict) -> str:
    """The hash of what an entry of fidelity.yml says of its statement."""
    return hashlib.sha256(f"{entry['scope']}\n{entry['latex']}".encode()).hexdigest()[:12]


def unread(record: dict, entries: dict) -> list[str]:
    """What fidelity.yml says of another statement than the one proved, in other words, or not at all."""
    shas = {row["theorem"]: row["sha"] for row in record["theorems"]}
    return (
        [f"{name}: not read (sha {sha})" for name, sha in shas.items() if name not in entries]
        + [
            f"{name}: changed since it was read (sha {sha})"
            for name, sha in shas.items()
            if name in entries and str(entries[name].get("sha")) != sha
        ]
        + [
            f"{name}: said in other words since (words {words(entry)})"
            for name, entry in entries.items()
            if str(entry.get("words")) != words(entry)
        ]
        + [f"{name}: no such theorem" for name in entries if name not in shas]
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--coqchk", action="store_true", help="run Coq's independent checker too (minutes)")
    parser.add_argument("--unread", action="store_true", help="compare audit.json with fidelity.yml only")
    options = parser.parse_args(arguments)
    target = HERE / "audit.json"
    if options.unread:
        import yaml

        lines = unread(json.loads(target.read_text()), yaml.safe_load((HERE / "fidelity.yml").read_text()))
        print("\n".join(lines))
        return bool(lines)
    if shutil.which("coqc") is None:
        print("coqc is missing: apt-get install coq libcoq-coquelicot libcoq-interval", file=sys.stderr)
        return 2
    try:
        record = audit(check=options.coqchk)
    except Rejected as error:
        print(f"rejected: {error}", file=sys.stderr)
        return 1
    whole = target.with_suffix(".new")
    whole.write_text(json.dumps(record, indent=1) + "\n")
    whole.replace(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
