"""The table of kernels and statistics."""

import pytest

from iem import KERNELS, STATISTICS, BadInput, Points, grid
from iem.__main__ import main
from iem.table import NOTED


@pytest.fixture(scope="module")
def whole():
    return grid()


def test_every_cell_is_there_and_says_what_it_is(whole):
    assert set(whole.cells) == {(k, s) for k in KERNELS for s in STATISTICS}
    for row in whole.rows():
        assert row[2] == "no closed form" or row[3].startswith("proved: derivation")


def test_the_rows_of_the_notes(whole):  # K3
    forms = {row[:2]: row[2] for row in whole.rows() if row[4]}
    assert set(forms) == set(NOTED)
    assert forms["gaussian", "mean"] == "tanh(m*z/(sigma**2*tau))"
    assert forms["gaussian", "mode"] == forms["laplace", "mode"] == "sign(z)"
    assert forms["laplace", "mean"] == "tanh(clip(z, -m, m)/(b*tau))"


def test_what_has_no_closed_form_says_so():
    odd = grid(["gaussian"], ["mode"], Points((-1, 0, 1)))
    assert "no closed form    [it can be called]" in str(odd)
    assert "no closed form" in odd.markdown() and "no closed form" in odd.latex()


def test_formats(whole):
    lines = whole.markdown().split("\n")
    assert len(lines) == 2 + len(whole.cells)
    assert all(line.count("|") == 6 for line in lines)
    assert whole.latex().count(r"\\") == 1 + len(whole.cells)
    assert whole._repr_html_().count("<tr>") == 1 + len(whole.cells)


def test_the_command(capsys):
    assert main(["grid", "laplace", "u**4/s", "--format", "markdown"]) == 0
    out = capsys.readouterr().out
    assert "| `laplace` | mean | $" in out and "| `u**4/s` | full | $" in out
    assert main(["grid", "gausian"]) == 2
    assert "did you mean 'gaussian'" in capsys.readouterr().err


def test_unknown_names():
    with pytest.raises(BadInput):
        grid(["gaussian"], ["median"])
