"""The audit of the formal proofs: each of its checks refuses a file that it must refuse."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest
import yaml

FOLDER = Path(__file__).parent.parent / "proofs"
spec = importlib.util.spec_from_file_location("proofs_audit", FOLDER / "audit.py")
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)

HEAD = "Require Import Reals Lra.\nOpen Scope R_scope.\n"
GOOD = (
    HEAD
    + """Definition two : R := 2.
Theorem T1_good x : 0 < x -> x < two * x.
Proof. unfold two; intros; lra. Qed.
"""
)
NO_COQ = shutil.which("coqc") is None
coq = pytest.mark.skipif(NO_COQ, reason="needs Coq with Coquelicot (Debian: libcoq-coquelicot)")


def project(tmp_path, **files):
    """A folder of proofs with these modules, listed in this order."""
    folder = tmp_path / "proofs"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.v").write_text(text)
    (folder / "_CoqProject").write_text("\n".join(["-Q . Resp", *(f"{name}.v" for name in files)]) + "\n")
    return folder


def run(folder):
    return audit.audit(folder, say=lambda *_: None)


# --- the sources, without Coq ---

BAD = [
    "Theorem T1_x : 0 = 1. Admitted.",
    "Theorem T1_x : 0 = 1. Proof. admit. Defined.",
    "Theorem T1_x : 0 = 1. Proof. give_up. Qed.",
    "Axiom a : 0 = 1.",
    "Axioms (a : 0 = 1) (b : 0 = 1).",
    "Parameter a : 0 = 1.",
    "Conjecture a : 0 = 1.",
    "Hypothesis a : 0 = 1.",
    "Hypotheses a : 0 = 1.",
    "Variable a : 0 = 1.",
    "Context (a : 0 = 1).",
    "Section s.",
    "Module M.",
    "Declare Module M : T.",
    'Declare ML Module "x".',
    "Unset Guard Checking.",
    "Unset Universe Checking.",
    "Set Universe Checking.",
    "#[bypass_check(guard)] Fixpoint f (n : nat) : nat := f n.",
    "Load other.",
    "Extraction two.",
    "Extract Constant two => x.",
    "Primitive add := #int63_add.",
    'Notation "x <= y" := True.',
    'Infix "<=" := (fun x y => True).',
    "Coercion f : A >-> B.",
    "Program Definition x : 0 = 1 := _.",
    "Open Scope nat_scope.",
    "Lemma T1_hidden : True. exact I. Qed.",
    "Theorem unnamed : True. exact I. Qed.",
    "Definition caf\u00e9 := 1.",
]


@pytest.mark.parametrize("line", BAD)
def test_a_bad_source_is_rejected(line):
    with pytest.raises(audit.Rejected):
        audit.examine("Bad.v", GOOD + line)


def test_a_good_source_is_accepted():
    assert "Theorem T1_good" in audit.examine("Good.v", GOOD)


@pytest.mark.parametrize("line", ["(* Admitted. *)", "(* (* Axiom *) Section *)", '(* "*)" Axiom a. *)'])
def test_comments_do_not_count(line):
    assert audit.examine("Good.v", GOOD + line)


@pytest.mark.parametrize(
    "line",
    [
        '(* "(*" *) Axiom a : False.',  # what opens inside a string does not count
        'Lemma l : True. idtac "(*". Admitted. (* *)',
        'Lemma l : True. idtac "a""(*". Admitted. (* *)',
        "(* (* *) *) Admitted.",
    ],
)
def test_nothing_hides_behind_a_comment_or_a_string(line):
    with pytest.raises(audit.Rejected):
        audit.examine("Bad.v", GOOD + line)


@pytest.mark.parametrize("text", ["(* open", "(* (* *)", 'idtac "open'])
def test_what_is_not_closed_is_rejected(text):
    with pytest.raises(audit.Rejected, match="not closed"):
        audit.stripped(text)


def test_lines_keep_their_numbers():
    assert audit.stripped('a\n(* b\n c *)\n"d\n"\ne').count("\n") == 5


def test_the_list_is_the_files_present(tmp_path):
    folder = project(tmp_path, Good=GOOD)
    assert audit.listed(folder) == ["Good"]
    (folder / "Extra.v").write_text(GOOD)
    with pytest.raises(audit.Rejected, match="Extra"):
        audit.listed(folder)
    (folder / "Extra.v").unlink()
    (folder / "Good.v").unlink()
    with pytest.raises(audit.Rejected, match="Good"):
        audit.listed(folder)


def test_no_flag_slips_into_the_list(tmp_path):
    folder = project(tmp_path, Good=GOOD)
    (folder / "_CoqProject").write_text("-Q . Resp\n-arg -type-in-type\nGood.v\n")
    with pytest.raises(audit.Rejected, match="one file a line"):
        audit.listed(folder)


def test_only_four_axioms():
    assert len(audit.AXIOMS) == 4 and not any("Epsilon" in name for name in audit.AXIOMS)


# --- the stored record, without Coq ---

RECORD = json.loads((FOLDER / "audit.json").read_text())
ENTRIES = yaml.safe_load((FOLDER / "fidelity.yml").read_text())


def test_the_sources_pass_by_their_words():
    for name in audit.listed(FOLDER):
        audit.examine(f"{name}.v", (FOLDER / f"{name}.v").read_text())


def test_the_record_is_of_these_sources():
    assert RECORD["sources"] == audit.source_hash(FOLDER), "proofs/*.v changed since: make proofs"


def test_the_record_assumes_the_four_axioms_at_most():
    assert RECORD["theorems"] and set(RECORD["axioms"]) <= audit.AXIOMS


def test_every_statement_was_read():
    assert not audit.unread(RECORD, ENTRIES)
    for row in RECORD["theorems"]:
        entry = ENTRIES[row["theorem"]]
        keys = {"claim", "scope", "latex", "sha", "words"}
        assert set(entry) == keys and all(entry.values()), row["theorem"]
        assert entry["claim"] == row["claim"] == row["theorem"].split("_")[0]


def test_a_changed_statement_must_be_read_again():
    row = RECORD["theorems"][0]
    changed = RECORD | {"theorems": [row | {"sha": "0" * 12}, *RECORD["theorems"][1:]]}
    name = row["theorem"]
    assert audit.unread(changed, ENTRIES) == [f"{name}: changed since it was read (sha {'0' * 12})"]
    assert any("not read" in line for line in audit.unread(RECORD, {}))
    assert any("no such theorem" in line for line in audit.unread({"theorems": []}, ENTRIES))


# --- with Coq ---


@coq
def test_a_statement_and_its_definitions_are_hashed(tmp_path):
    def sha(text, name):
        folder = tmp_path / name
        folder.mkdir()
        return run(project(folder, Good=text))["theorems"][0]["sha"]

    first = sha(GOOD, "a")
    assert first == sha(GOOD + "(* a remark *)", "b")
    assert first != sha(GOOD.replace("0 < x", "1 < x"), "c")  # a constant
    assert first != sha(GOOD.replace("R := 2", "R := 3"), "d")  # a constant in a definition
    assert first != sha(GOOD.replace("0 < x ->", "0 < x -> x < 9 ->"), "e")  # a hypothesis


@coq
def test_a_hypothesis_less_or_another_constant_turns_red(tmp_path):
    """On copies: without the hypothesis nothing compiles; what still compiles has another hash."""
    (tmp_path / "a").mkdir()
    before = run(project(tmp_path / "a", Good=GOOD))
    row = before["theorems"][0]
    entry = {"claim": "T1", "scope": "x > 0", "latex": "x<2x", "sha": row["sha"]}
    entries = {row["theorem"]: entry | {"words": audit.words(entry)}}
    assert audit.unread(before, entries) == []
    (tmp_path / "b").mkdir()
    with pytest.raises(audit.Rejected, match="does not compile"):
        run(project(tmp_path / "b", Good=GOOD.replace("0 < x -> ", "")))
    (tmp_path / "c").mkdir()
    after = run(project(tmp_path / "c", Good=GOOD.replace("R := 2", "R := 3")))
    assert len(audit.unread(after, entries)) == 1 and after["sources"] != before["sources"]


@coq
def test_a_hypothesis_less_in_the_real_proofs_is_rejected(tmp_path):
    """Gibbs' inequality without a positive temperature, and the derivative of F with another sign."""
    chain = ["Sums", "Defs", "Calculus", "Prior", "Temperature"]
    sources = {name: (FOLDER / f"{name}.v").read_text() for name in chain}
    head = "Theorem T2_gibbs H tau d q : (0 < H)%nat -> 0 < tau -> csimplex"
    assert head in sources["Temperature"]
    sources["Temperature"] = sources["Temperature"].replace(head, head.replace("0 < tau -> ", ""))
    with pytest.raises(audit.Rejected, match="Temperature does not compile"):
        run(project(tmp_path, **sources))


VALUE = (
    HEAD + "Definition two : R := 2.\nLemma value_T1_two : 1 <= two <= 3.\nProof. unfold two; lra. Qed.\n"
)


@coq
def test_a_value_is_recorded_and_is_no_theorem(tmp_path):
    record = run(project(tmp_path, Good=GOOD, Values=VALUE))
    assert [row["theorem"] for row in record["theorems"]] == ["T1_good"]
    (row,) = record["values"]
    assert (row["theorem"], row["claim"], row["file"]) == ("value_T1_two", "T1", "Values.v")
    assert row["statement"] == "1 <= Values.two <= 3" and row["definitions"] == ["Values.two"]


CHOICE = (
    HEAD
    + """Require Import ClassicalEpsilon.
Theorem T1_bad (P : R -> Prop) : (exists x, P x) -> exists f : unit -> R, P (f tt).
Proof.
  intros E. exists (fun _ => proj1_sig (constructive_indefinite_description P E)). apply proj2_sig.
Qed.
"""
)
FALSE = HEAD + "Theorem T1_bad x : 0 <= x.\nProof. intros; lra. Qed.\n"


def needing(name):
    return f"From Resp Require Import {name}.\n" + GOOD


@coq
@pytest.mark.parametrize(
    "files, why",
    [
        ({"Bad": FALSE}, "does not compile"),
        ({"Bad": CHOICE}, "assume .*constructive_indefinite_description"),
        ({"Good": GOOD, "Other": GOOD}, "stated twice"),
        ({"Empty": HEAD}, "no theorem"),
        ({"One": needing("Two"), "Two": needing("One")}, "need one another"),
        ({"Bad": needing("Gone")}, "need one another or one that is missing"),
    ],
)
def test_bad_proofs_are_rejected(tmp_path, files, why):
    with pytest.raises(audit.Rejected, match=why):
        run(project(tmp_path, **files))


@coq
def test_nothing_compiled_earlier_is_trusted(tmp_path):
    folder = project(tmp_path, Good=GOOD)
    build = tmp_path / "_build" / "proofs"
    build.mkdir(parents=True)
    (build / "Good.vo").write_text("stale")
    (folder / "Stale.vo").write_text("stale")
    assert [row["theorem"] for row in run(folder)["theorems"]] == ["T1_good"]
    assert (build / "Good.vo").read_bytes() != b"stale" and not (build / "Stale.vo").exists()
