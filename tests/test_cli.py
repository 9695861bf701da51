"""The command line: what it prints, and what it says when it cannot."""

import json
import subprocess
import sys

import pytest

from iem import KERNELS, STATISTICS, activation
from iem.__main__ import main
from iem.ledger import MIME

CLAIMS = """
- {id: A1, says: one, note: none, kind: theorem, chapter: first, uses: []}
- {id: A2, says: two, note: none, kind: reading, chapter: first, uses: [A1]}
"""


def run(capsys, *arguments):
    """The exit status, what went to standard output, and what to standard error."""
    status = main(arguments)
    return status, *capsys.readouterr()


def test_derive(capsys):
    status, out, err = run(capsys, "derive", "gaussian", "mean")
    assert (status, err) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "d_+(z) = (z - m)**2/(2*sigma**2)" in lines
    assert "d_-(z) = (m + z)**2/(2*sigma**2)" in lines
    assert "= 2*m*z/sigma**2 what the energies share cancels" in lines
    assert lines[-1].startswith("= tanh(m*z/(sigma**2*tau)) ")


def test_derive_laplace(capsys):
    status, out, _ = run(capsys, "derive", "laplace", "mean")
    assert status == 0
    assert "= 2*clip(z, -m, m)/b" in out
    assert "[z <= -m; -m <= z <= m; z >= m]" in out
    assert "= tanh(clip(z, -m, m)/(b*tau))" in out.splitlines()[-1]


@pytest.mark.parametrize("number", range(max(len(KERNELS), len(STATISTICS))))
def test_rows(capsys, number):  # every kernel and every statistic once
    kernel, statistic = (list(table)[number % len(table)] for table in (KERNELS, STATISTICS))
    a = activation(kernel, statistic)
    status, out, err = run(capsys, "derive", kernel, statistic)
    assert (status, err) == (0, "")
    assert str(a.gap) in out
    assert str(a.derivation) in out
    assert run(capsys, "derive", kernel.upper(), statistic.title())[1] == out


@pytest.mark.parametrize("kernel", KERNELS)
def test_latex(capsys, kernel):
    a = activation(kernel, "mean")
    status, out, err = run(capsys, "derive", kernel, "mean", "--latex")
    assert (status, err) == (0, "")
    assert out == f"\\[\n{a.gap.latex()}\n\\]\n\n\\[\n{a.derivation.latex()}\n\\]\n"


def test_claims(capsys, tmp_path):
    (tmp_path / "claims.yml").write_text(CLAIMS)
    verdict = {"claim": "A1", "status": "proved", "method": "by hand", "statement": "x", "twin": "no"}
    cells = [{"cell_type": "code", "outputs": [{"data": {MIME: verdict}}]}]
    (tmp_path / "first.ipynb").write_text(json.dumps({"cells": cells}))
    status, out, err = run(capsys, "claims", "--book", str(tmp_path))
    assert (status, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [
        ["A1", "theorem", "proved", "by", "hand"],
        ["A2", "reading", "open"],
        [],
        ["2", "claims:", "1", "open,", "1", "proved"],
    ]


def test_claims_from_where_we_stand(capsys, tmp_path, monkeypatch):
    (tmp_path / "claims.yml").write_text(CLAIMS)
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "claims")[1].endswith("2 claims: 2 open\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("derive", "gausian", "mean"), "unknown kernel 'gausian': did you mean 'gaussian'?"),
        (("derive", "gaussian", "meen"), "unknown statistic 'meen': did you mean 'mean'?"),
        (("claims", "--book", "/nowhere"), "no claims.yml in /nowhere"),
    ],
)
def test_errors(capsys, arguments, words):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("iem: ")
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "arguments", [(), ("derive",), ("derive", "gaussian"), ("prove",), ("claims", "A1")]
)
def test_wrong_use(capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: iem" in capsys.readouterr().err


def test_as_a_program():
    for arguments, status in ((["derive", "gaussian", "mean"], 0), (["derive", "x", "mean"], 2)):
        done = subprocess.run([sys.executable, "-m", "iem", *arguments], capture_output=True, text=True)
        assert done.returncode == status
        assert bool(done.stdout) is (status == 0)
        assert bool(done.stderr) is (status == 2)


def test_a_reader_that_has_seen_enough():
    command = f"{sys.executable} -m iem derive laplace full | true"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
