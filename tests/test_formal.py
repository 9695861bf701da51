"""The formal proofs as the book shows them: how far each claim goes; nothing stale is shown as proved."""

import importlib.util
import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import sympy as sp
import yaml
from coq_values import MEANING, Function, bounds_and_value
from docutils import nodes
from docutils.utils import new_document

import iem
from iem import BadInput, formal, ledger

ROOT = Path(__file__).parent.parent
BOOK = ROOT / "chapters"
FOUND = formal.proofs(BOOK)

spec = importlib.util.spec_from_file_location("proofs_audit", ROOT / "proofs" / "audit.py")
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)


@pytest.fixture
def copy(tmp_path):
    """A copy of the proofs and of the claims, to be changed."""
    shutil.copytree(ROOT / "proofs", tmp_path / "proofs")
    (tmp_path / "chapters").mkdir()
    shutil.copy(BOOK / "claims.yml", tmp_path / "chapters")
    return tmp_path


def change(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# --- how far each claim goes ---


def test_the_stored_audit_is_current_and_every_entry_was_read():
    assert not FOUND.older, "proofs/*.v changed since: make proofs"
    assert FOUND.unread == []
    assert len(FOUND.theorems) == len(FOUND.audit["theorems"])


def test_every_claim_is_spoken_of():
    assert {*FOUND.formal, *FOUND.missing} == set(ledger.claims(BOOK)) >= set(FOUND.coverage)
    for claim, entry in FOUND.coverage.items():
        assert set(entry) <= {"covers", "says", "lacks", "also", "read"}
        assert bool(entry.get("says")) == (entry["covers"] in ("whole", "part")), claim
        assert bool(entry.get("lacks")) == (entry["covers"] in ("part", "none")), claim
        assert bool(FOUND.of(claim)) == (entry["covers"] != "none"), claim


def test_the_rows_that_were_asked_for_are_formally_proved():
    """All of them as a whole, K7 by its gap alone."""
    whole = {claim for claim, row in FOUND.formal.items() if row.covers == "whole"}
    names = [
        *(f"T{i}" for i in range(1, 8)),
        *(f"I{i}" for i in range(1, 5)),
        *(f"G{i}" for i in range(1, 8)),
    ]
    names += ["K2", "K4", "K5", "K6", "K8", "A1", "A2", "A3", "A4", "N3", "N3b", "F1", "R1", "B1", "B2"]
    names += [f"D{i}" for i in range(1, 7)]
    assert set(names) <= whole
    assert "K7" in FOUND.formal
    tails = {theorem.name for theorem in FOUND.of("K6")}
    assert {f"K6_{kernel}" for kernel in ("gaussian", "laplace", "logistic", "student", "cauchy")} <= tails


def test_a_reading_or_an_experiment_alone_is_never_formally_proved():
    kinds = {claim.id: claim.kind for claim in ledger.claims(BOOK).values()}
    assert {kinds[name] for name in FOUND.formal}.isdisjoint({"reading", "experiment", "check"})


def test_the_hashes_are_those_of_the_audit():
    assert formal.source_hash(ROOT / "proofs") == audit.source_hash(ROOT / "proofs")
    assert FOUND.audit["sources"] == audit.source_hash(ROOT / "proofs")


# --- what changes is no longer shown as proved ---


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("Temperature.v", "(0 < H)%nat -> 0 < tau -> csimplex H q ->", "(0 < H)%nat -> csimplex H q ->"),
        ("Degeneracy.v", "tau * ln 2", "tau * ln 3"),
        ("Defs.v", "- tau * ln (Z H tau d)", "- tau * ln (Z H tau d) + 1"),
    ],
    ids=["a hypothesis", "a constant", "a definition"],
)
def test_a_changed_source_makes_the_audit_older(copy, file, old, new):
    change(copy / "proofs" / file, old, new)
    found = formal.proofs(copy / "chapters")
    assert found.older and found.formal == {}
    assert "older than its sources: run `make proofs`" in found.summary()
    assert "formally" not in re.sub(r"the audit of.*", "", ledger.table(copy / "chapters"))
    assert "iem-formal" not in ledger.html(copy / "chapters")


def test_a_changed_statement_is_not_counted(copy):
    """As after `make proofs` with another statement: its hash is another, and is not in fidelity.yml."""
    path = copy / "proofs" / "audit.json"
    record = json.loads(path.read_text())
    row = next(row for row in record["theorems"] if row["theorem"] == "T2_gibbs")
    row["sha"] = "0" * 12
    path.write_text(json.dumps(record))
    found = formal.proofs(copy / "chapters")
    assert "T2_gibbs" not in found.theorems
    assert "T2" not in found.formal and "T1" in found.formal
    assert [line.split(" (")[0] for line in found.unread] == ["T2: to be read again"]
    assert audit.unread(record, found.entries) == [f"T2_gibbs: changed since it was read (sha {'0' * 12})"]


def test_a_changed_constant_in_a_formula_or_a_scope_must_be_read_again(copy):
    path = copy / "proofs" / "fidelity.yml"
    for old, new in ((r"\le\tau\log2", r"\le\tau\log3"), ("All real x.", "All real x > 0.")):
        before = path.read_text("utf-8")
        change(path, old, new)
        lines = audit.unread(FOUND.audit, yaml.safe_load(path.read_text("utf-8")))
        assert len(lines) == 1 and "said in other words" in lines[0]
        path.write_text(before, "utf-8")


def test_a_claim_in_other_words_must_be_covered_again(copy):
    change(copy / "chapters" / "claims.yml", "are positive and sum to one", "are positive and sum to two")
    found = formal.proofs(copy / "chapters")
    assert [line.split(" (")[0] for line in found.unread] == ["T1: to be read again"]
    assert "T1" not in found.formal and "T2" in found.formal


def test_what_is_not_covered_or_no_claim_is_named(copy):
    path = copy / "proofs" / "coverage.yml"
    coverage = yaml.safe_load(path.read_text("utf-8"))
    del coverage["T3"]
    path.write_text(yaml.safe_dump(coverage), "utf-8")
    assert [line.split(" (")[0] for line in formal.proofs(copy / "chapters").unread] == ["T3: not read"]
    path.write_text(yaml.safe_dump(coverage | {"Z9": {"covers": "none"}}), "utf-8")
    with pytest.raises(BadInput, match="Z9"):
        formal.proofs(copy / "chapters")


# --- where it is shown ---


def test_without_the_folder_nothing_is_said(tmp_path):
    (tmp_path / "claims.yml").write_text("[]\n")
    assert formal.proofs(tmp_path) is None
    assert "formal" not in ledger.table(tmp_path) + ledger.html(tmp_path) + ledger.badge(tmp_path)


def test_the_ledger_leads_to_each_statement_and_its_source():
    page = ledger.html(BOOK)
    for claim, row in FOUND.formal.items():
        assert f'<a href="formal.html#formal-{claim}">{row.status}</a>' in page
        for theorem in (*row.theorems, *row.also):
            assert f'<a href="formal.html#{theorem.name}">{theorem.name}</a>' in page
            place = f"{theorem.file}:{theorem.line}"
            assert f'<a href="../proofs/{theorem.file}.txt">{place}</a>' in page
    assert page.count("formally proved in part</a>") == sum(
        r.covers == "part" for r in FOUND.formal.values()
    )
    assert ">Not formalised:" not in page and "Not formalised: the Fisher information" in page


def test_a_line_of_the_ledger_is_where_the_theorem_stands():
    for theorem in FOUND.theorems.values():
        line = (ROOT / "proofs" / theorem.file).read_text("utf-8").splitlines()[theorem.line - 1]
        assert line.startswith(f"Theorem {theorem.name}")


def test_the_table_and_the_badge_count():
    lines = {line.split()[0]: line for line in ledger.table(BOOK).splitlines() if line}
    assert " formally " in lines["T1"] and "in part" not in lines["T1"]
    assert " formally in part " in lines["K7"]
    assert " formally" not in lines["X"]
    assert ledger.table(BOOK).endswith(FOUND.summary())
    whole = sum(row.covers == "whole" for row in FOUND.formal.values())
    assert f"{whole} formally proved</text>" in ledger.badge(BOOK)


def test_only_blanks_change_when_a_statement_is_wrapped():
    for theorem in FOUND.theorems.values():
        shown = formal.wrapped(theorem.statement)
        assert shown.split() == theorem.statement.split()
    text = formal.wrapped("forall x y : R, 0 < x -> (x = y -> y < 1) /\\ x <> y")
    assert text.splitlines() == ["forall x y : R,", "  0 < x ->", "  (x = y -> y < 1) /\\", "  x <> y"]


def test_letters_are_written_as_such_and_names_are_left():
    assert formal.with_symbols("tau >= sigma^2, T2_tau") == "τ ≥ σ², T2_tau"


def test_the_page_names_the_axioms_of_the_audit():
    page = (BOOK / "formal.md").read_text("utf-8")
    assert set(re.findall(r"^`([\w.]+)`$", page, re.M)) == set(FOUND.audit["axioms"]) == audit.AXIOMS
    assert FOUND.audit["coq"].startswith(re.search(r"Coq (\d+\.\d+)", page)[1])


# --- the definitions of the proofs against the package ---

VALUES = FOUND.audit["values"]


@pytest.mark.parametrize("row", VALUES, ids=lambda row: row["theorem"])
def test_the_package_computes_the_values_that_coq_proved(row):
    low, value, high = bounds_and_value(row["statement"], MEANING)
    assert low <= value <= high and high - low < 3e-6


def test_every_group_has_values():
    assert {row["claim"][0] for row in VALUES} == set("TIGKANFDRB")


# What the package gives from end to end, for the same numbers as in the statement of the value.
END_TO_END = {
    "value_T4_student": lambda: mean("student-t", 1.0, m=1.0, nu=1.0, sigma=1.0, tau=2.0),
    "value_I6_sech": lambda: mean("sech", 3.0, m=1.0, s=2.0, tau=1.0),
    "value_G2_tanh": lambda: mean("gaussian", 3.0, m=1.0, sigma=2.0, tau=0.5),
    "value_G5_prior": lambda: iem.activation("gaussian", "mean", iem.Signs(prior=(0.75, 0.25)))(
        0.5, m=1.0, sigma=1.0, tau=2.0
    ),
    "value_K2_entropy": lambda: iem.activation("gaussian", "entropy")(1.5, m=1.0, sigma=1.0, tau=2.0),
    "value_K4_laplace": lambda: mean("laplace", 1 / 3, m=1.0, b=0.5, tau=2.0),
    "value_K4_flat": lambda: mean("laplace", 5.0, m=1.0, b=0.5, tau=2.0),
    "value_K6_logistic": lambda: mean("logistic", 3.0, m=1.0, s=0.5, tau=2.0),
    "value_K6_student": lambda: mean("student-t", 4.0, m=1.0, nu=3.0, sigma=2.0, tau=0.5),
    "value_K7_gap": lambda: iem.gap_of("z/(1+abs(z))").at_one.subs(sp.Symbol("z", real=True), 3),
    "value_D4_gate": lambda: 1.2784645 * (iem.responsibilities([0.0, 1.2784645])[0] - 1),
    "value_R1_activation": lambda: mean("gaussian", 3.0, m=1.0, sigma=2.0, tau=0.5),
    "value_B2_shrinkage": lambda: iem.activation("gaussian", "mean", iem.Line(prior=iem.Normal(c=2.0)))(
        5.0, sigma=3.0, tau=0.5
    ),
    "value_B4_variance": lambda: iem.activation("gaussian", "variance")(3.0, m=1.0, sigma=2.0, tau=0.5),
}


def mean(kernel, z, **parameters):
    return iem.activation(kernel, "mean")(z, **parameters)


@pytest.mark.parametrize("name", END_TO_END)
def test_an_activation_has_the_value_that_coq_proved(name):
    row = next(row for row in VALUES if row["theorem"] == name)
    low, _, high = bounds_and_value(row["statement"], MEANING)
    assert low <= float(END_TO_END[name]()) <= high


def test_a_changed_constant_anywhere_is_noticed():
    """Each function that a value rests on, one per cent off, puts some value out of its bounds."""
    used = {name for row in VALUES for name in re.findall(r"[A-Z]\w*\.\w+", row["statement"])}
    for name in used - {name for name in used if name.startswith("Values.") and name != "Values.sech"}:
        off = MEANING | {name: slightly_off(MEANING[name])}
        ranges = [bounds_and_value(row["statement"], off) for row in VALUES if name in row["statement"]]
        assert not all(low <= value <= high for low, value, high in ranges), name


def slightly_off(function):
    return replace(function, of=lambda *given: 1.01 * function.of(*given))


@pytest.mark.parametrize("text", ["0 <= 1 ? 2 <= 3", "0 <= Unknown.name 2 <= 3", "0 <= (1 <= 2", "0 <= 1"])
def test_a_value_that_is_not_understood_is_refused(text):
    with pytest.raises((ValueError, IndexError)):
        bounds_and_value(text, MEANING)


def test_terms_are_read_as_coq_writes_them():
    half = {"half": Function(1, lambda x: x / 2), "add": Function(2, lambda x, y: x + y)}
    assert bounds_and_value("- 2 ^ 2 <= half 3%nat * / 2 - add 1 (-1) <= 1 / 2 ^ 2", half) == (
        -4,
        0.75,
        0.25,
    )


# --- the extension ---


@pytest.fixture
def extension(monkeypatch):
    monkeypatch.syspath_prepend(BOOK / "_assets" / "ext")
    monkeypatch.delenv("BOOK_BRANCH", raising=False)
    monkeypatch.delitem(sys.modules, "formal", raising=False)
    return importlib.import_module("formal")


def test_a_source_is_in_the_repository_where_that_is_known(extension, monkeypatch):
    theorem = FOUND.theorems["T1_simplex"]
    monkeypatch.delenv("BOOK_REPOSITORY", raising=False)
    assert extension.source(theorem) == "../proofs/Temperature.v.txt"
    link = r"<a href=\"../proofs/Temperature.v.txt\">Temperature.v:7</a>"  # as a notebook stores it
    text = [link]
    extension.point_to_repository(None, "chapters/ledger", text)
    assert text == [link]
    monkeypatch.setenv("BOOK_REPOSITORY", "https://github.com/owner/name")
    address = f"https://github.com/owner/name/blob/main/proofs/Temperature.v#L{theorem.line}"
    assert extension.source(theorem) == address
    extension.point_to_repository(None, "chapters/ledger", text)
    address = "https://github.com/owner/name/blob/main/proofs/Temperature.v#L7"
    assert text == [rf"<a href=\"{address}\">Temperature.v:7</a>"]


def test_every_group_of_claims_has_a_title(extension):
    assert {claim[0] for claim in FOUND.formal} <= set(extension.GROUPS)


@pytest.mark.parametrize(("name", "kind"), [("html", "html"), ("epub", "html"), ("latex", "latex")])
def test_each_builder_gets_what_it_can_show(extension, name, kind):
    document = new_document("formal")
    link = nodes.reference("", "Temperature.v", refuri="../proofs/Temperature.v.txt")
    document += [nodes.paragraph("", "", link), extension.folded(summary="As Coq states it")]
    document += nodes.section("", ids=["formal-definitions"])
    app = SimpleNamespace(builder=SimpleNamespace(name=name, format=kind))
    extension.suit_the_builder(app, document, "chapters/formal")
    assert document.astext().strip() == "Temperature.v"
    assert len(list(document.findall(nodes.reference))) == (name == "html")
    assert len(list(document.findall(extension.folded))) == (kind == "html")
    assert len(list(document.findall(nodes.section))) == (kind == "html")


def test_long_statements_stand_in_lines_cut_at_outermost_quads_only(extension):
    part = r"\sum_n r_{nh}\Big(x_n-\mu_h\Big)"
    held = r"\left(a\quad b\right)+{c\quad d}"
    lines = [part, held, part]
    assert extension.in_lines(r"a,\quad b") == r"a,\quad b"
    assert extension.in_lines(part * 4) == part * 4
    cut = extension.in_lines(r"\quad".join(lines))
    assert cut == r"\begin{gathered}" + r"\\".join(lines) + r"\end{gathered}"
