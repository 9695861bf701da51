"""How the book is published: the workflows, Binder, the buttons that depend on the place, the citation."""

import re
import runpy
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@(v\d+(\.\d+)*|[0-9a-f]{40})")
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
KNOWN = r"(github|steps|needs|matrix|env)\.[\w.]+"


def targets(makefile):
    """The targets that a reader may name: those with a line of help."""
    return set(re.findall(r"^([a-z]+):.*## ", makefile, re.M))


TARGETS = targets((ROOT / "Makefile").read_text("utf-8"))


def faults(workflow):
    """What is wrong with a workflow: an action without a version, an unknown target, a job without end."""
    found = []
    jobs = workflow.get("jobs", {})
    if "permissions" not in workflow:
        found.append("the token is not restricted")
    if True not in workflow and "on" not in workflow:  # YAML 1.1 reads `on` as true
        found.append("never starts")
    for name, job in jobs.items():
        found += [f"{name}: no time limit"] if "timeout-minutes" not in job else []
        found += [f"{name}: {job['runs-on']}"] if not re.search(r"-\d", job["runs-on"]) else []
        needs = job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        found += [f"{name}: needs {other}" for other in needs if other not in jobs]
        for step in job["steps"]:
            if ("uses" in step) == ("run" in step):
                found.append(f"{name}: a step has to use an action or run a command: {step}")
            if "uses" in step and not PINNED.fullmatch(step["uses"]):
                found.append(f"{name}: {step['uses']} is not pinned")
            run = step.get("run", "")
            found += [f"{name}: make {t}" for t in re.findall(r"\bmake (\w+)", run) if t not in TARGETS]
            found += [f"{name}: an expression in a command: {e}" for e in EXPRESSION.findall(run)]
    text = yaml.safe_dump(workflow, width=10000)
    found += [e for e in EXPRESSION.findall(text) if not re.match(KNOWN, e)]
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_sound(path):
    assert faults(yaml.safe_load(path.read_text("utf-8"))) == []


def workflow(**job):
    job = {"runs-on": "ubuntu-24.04", "timeout-minutes": 5, "steps": [], **job}
    return {"on": "push", "permissions": {}, "jobs": {"a": job}}


@pytest.mark.parametrize(
    "job",
    [
        {"timeout-minutes": None},
        {"runs-on": "ubuntu-latest"},
        {"needs": "b"},
        {"steps": [{"uses": "actions/checkout"}]},
        {"steps": [{"uses": "actions/checkout@main"}]},
        {"steps": [{"run": "make nothing"}]},
        {"steps": [{"run": "echo ${{ github.event.head_commit.message }}"}]},
        {"steps": [{"name": "neither"}]},
        {"env": {"A": "${{ secret.token }}"}},
    ],
)
def test_a_fault_of_a_workflow_is_found(job):
    made = workflow(**job)
    made["jobs"]["a"] = {key: value for key, value in made["jobs"]["a"].items() if value is not None}
    assert len(faults(made)) == 1
    assert faults(workflow()) == []


def commands(name):
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8"))["jobs"]
    return {job: [s["run"] for s in jobs[job]["steps"] if "run" in s] for job in jobs}


def test_the_book_is_executed_tested_and_built_before_it_is_published():
    install, *made = commands("publish")["build"]
    assert "apt-get install" in install
    assert made == ["make claims", "make test", "make pdf && make epub", "make book", "make dist"]


def test_what_sets_the_book_is_installed_before_the_tests():
    for path in WORKFLOWS:
        for runs in commands(path.stem).values():
            if "make test" in runs:
                assert any("ext/printed --missing" in run for run in runs[: runs.index("make test")]), path


def test_the_schedule_covers_the_newest_and_the_oldest():
    scheduled = commands("scheduled")
    assert "make lock ARGS=--upgrade" in scheduled["newest"] and "make test" in scheduled["newest"]
    assert scheduled["oldest"] == ["make oldest"]


def test_the_file_of_the_release_is_tested_first():
    assert commands("release")["build"][-2:] == ["make test", "make dist"]


def test_the_buttons_need_an_address():
    options = runpy.run_path(str(ROOT / "chapters/_assets/ext/repository.py"))["options"]
    assert options({}) == options({"BOOK_REPOSITORY": "", "BOOK_BRANCH": "main"}) == {}
    here = options({"BOOK_REPOSITORY": "https://github.com/someone/book.git", "BOOK_BRANCH": "trunk"})
    assert here["repository_url"] == "https://github.com/someone/book"
    assert here["repository_branch"] == "trunk"
    assert set(here["launch_buttons"]) == {"binderhub_url", "colab_url", "notebook_interface"}
    other = options({"BOOK_REPOSITORY": "https://git.example.org/someone/book/"})
    assert other["repository_branch"] == "main"
    assert "colab_url" not in other["launch_buttons"]  # Colab opens notebooks from GitHub


@pytest.mark.parametrize(
    "address", ["book", "https://github.com/book", "javascript:alert(1)", "https://a/b/c d"]
)
def test_what_is_no_address_is_refused(address):
    options = runpy.run_path(str(ROOT / "chapters/_assets/ext/repository.py"))["options"]
    with pytest.raises(ValueError, match="expected an address"):
        options({"BOOK_REPOSITORY": address})


def test_the_address_is_put_into_the_commands(monkeypatch):
    module = runpy.run_path(str(ROOT / "chapters/_assets/ext/repository.py"))
    text = (ROOT / "chapters/run.md").read_text("utf-8")
    assert module["PLACEHOLDER"] in text
    monkeypatch.delenv("BOOK_REPOSITORY", raising=False)
    source = [text]
    module["name_repository"](None, "chapters/run", source)
    assert source == [text]
    monkeypatch.setenv("BOOK_REPOSITORY", "https://github.com/someone/book")
    module["name_repository"](None, "chapters/run", source)
    assert "git clone --depth 1 https://github.com/someone/book book" in source[0]


def test_binder_has_the_locked_versions_and_the_package():
    (line,) = (ROOT / ".binder/requirements.txt").read_text("utf-8").split("\n")[:-1]
    assert line.startswith("-r ") and (ROOT / ".binder" / line[3:]).resolve() == ROOT / "requirements.txt"
    script = ROOT / ".binder" / "postBuild"
    assert script.stat().st_mode & stat.S_IXUSR
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert "pip install --no-deps" in script.read_text("utf-8")


# The fields of version 1.2.0 of the Citation File Format, as far as they are used here.
CITATION = {
    "cff-version": str,
    "message": str,
    "title": str,
    "abstract": str,
    "type": str,
    "authors": list,
    "version": str,
    "license": list,
    "keywords": list,
}


def test_the_citation_file_is_valid():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert {key: type(value) for key, value in cited.items()} == CITATION
    assert (cited["cff-version"], cited["type"]) == ("1.2.0", "software")
    assert cited["authors"] == [{"name": "the contributors of this project"}]
    assert all(isinstance(word, str) for word in cited["keywords"] + cited["license"])


def test_the_licences_are_whole():
    texts = [(ROOT / name).read_text("utf-8") for name in ("LICENSE", "LICENSES/CC-BY-4.0.txt")]
    for text, words in zip(texts, ("Permission is hereby granted", "Section 8 "), strict=True):
        assert words in text
    named = (ROOT / "LICENSE-text.md").read_text("utf-8")
    assert "LICENSES/CC-BY-4.0.txt" in named and "MIT" in named
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["license"] == ["MIT", "CC-BY-4.0"]


def test_the_guide_names_targets_and_files_that_exist():
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`make ([a-z]+)", guide))
    assert {"book", "test", "notebooks"} <= named <= TARGETS
    paths = re.findall(r"`([\w./-]+/[\w./-]*|\w+\.(?:md|yml|toml|in|txt))`", guide)
    assert paths and [path for path in paths if not (ROOT / path).exists()] == []
