"""User text is read by a whitelist: formulas pass, attacks are refused with the piece underlined."""

import pytest
import sympy as sp

from iem.errors import BadInput
from iem.parse import LENGTH, parse

u, s, sigma = sp.Symbol("u", real=True), sp.Symbol("s", positive=True), sp.Symbol("sigma", positive=True)

FORMULAS = {
    "u**2/(2*sigma**2)": u**2 / (2 * sigma**2),
    "log(cosh(u/sigma))": sp.log(sp.cosh(u / sigma)),
    "-abs(u) + +1.5e-1": -sp.Abs(u) + sp.Rational(3, 20),
    "2*log1p(exp(-abs(u)))": 2 * sp.log(1 + sp.exp(-sp.Abs(u))),
    "  sqrt(1 + u**2) ": sp.sqrt(1 + u**2),
    "asinh(u) + atan(u/sigma)": sp.asinh(u) + sp.atan(u / sigma),
    "erf(u)*sign(u - sigma)": sp.erf(u) * sp.sign(u - sigma),
    "(" * 90 + "u" + ")" * 90: u,
    "0.1 + 0.2": sp.Rational(3, 10),
}


@pytest.mark.parametrize("text", FORMULAS, ids=lambda text: text[:20])
def test_formulas(text):
    assert parse(text) == FORMULAS[text]


def test_clip():
    assert parse("clip(u, -sigma, sigma)").subs({u: 5, sigma: 2}) == 2


# Each attack with the piece of it that must be underlined; None stands for the whole text.
ATTACKS = {
    "__import__('os').system('id')": None,
    "u.__class__.__bases__": None,
    "log(u.__class__)": "u.__class__",
    "(lambda: u)()": None,
    "[x for x in u]": None,
    "{u: 1}": None,
    "u[0]": None,
    "u if u else u": None,
    "u < 1": None,
    "u and u": None,
    "not u": None,
    "~u": None,
    "u @ u": None,
    "u // 2": None,
    "u % 2": None,
    "u | 2": None,
    "u << 2": None,
    "(u := 1)": "u := 1",
    "f'{u}'": None,
    "'text'": None,
    "b'text'": None,
    "None": None,
    "True + u": "True",
    "...": None,
    "1j*u": "1j",
    "0x10": None,
    "1_000": None,
    "1e999": None,
    "12345678901234567890": None,
    "9**9**9": None,
    "9**9**9**9": "9**9**9",
    "u**1000000": None,
    "u**-999": None,
    "(10**30)**30": None,
    "1/0": None,
    "log(0)": None,
    "sqrt(-1)": None,
    "__u": None,
    "u__class__": None,
    "_": None,
    "log": None,
    "log(u, u)": None,
    "log()": None,
    "log(*u)": None,
    "clip(u, sigma, -sigma)": None,
    "1 + clip(u, v, w)": "clip(u, v, w)",
    "log(x=u)": None,
    "eval('u')": None,
    "factorial(u)": None,
    "sympify(u)": None,
    "log(u)(u)": None,
    "u, u": None,
    "await u": None,
    "*u": "*",
}


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks(text):
    with pytest.raises(BadInput) as caught:
        parse(text)
    _, shown, mark = str(caught.value).split("\n")
    start = mark.index("^")
    assert shown.strip() == text
    assert shown[start : start + mark.count("^")] == (ATTACKS[text] or text)


NO_FORMULA = [
    *(
        "",
        " ",
        "u +",
        "u u",
        "(u",
        "u)",
        "import os",
        "u = 1",
        "u; u",
        "def f(): 0",
        "u\nu",
        "u\x00",
        "\tu",
    ),
    "\N{FULLWIDTH LATIN SMALL LETTER E}xp(u)",
    "\N{GREEK SMALL LETTER SIGMA}*u",
    "u\N{SUPERSCRIPT TWO}",
    "u\N{RIGHT-TO-LEFT OVERRIDE}",
    "c\N{CYRILLIC SMALL LETTER O}s(u)",
    *("u" * (LENGTH + 1), "-" * 300 + "u", "exp(" * 60 + "u" + ")" * 60, "+".join(["u"] * 150)),
    *(None, 1, b"u"),
]


@pytest.mark.parametrize("text", NO_FORMULA, ids=lambda text: ascii(text)[:24])
def test_what_is_no_formula(text):
    with pytest.raises(BadInput):
        parse(text)


@pytest.mark.parametrize("text", ["(u+s)**32", "(u+s)**9*(u+w)**9", "exp(u**8)", "1/(u+s)**32"])
def test_what_expands_too_far(text):
    with pytest.raises(BadInput, match="may expand to 300 terms"):
        parse(text)


@pytest.mark.parametrize(
    "text", ["exp(exp(exp(exp(exp(exp(9))))))", "((((u**32)**32)**32)**32)**32", "(9**32)**32", "2**32**2"]
)
def test_large_numbers_end(text):
    try:
        assert len(str(parse(text))) < 1000
    except BadInput as error:
        assert text in str(error)
