"""What the page that derives in a browser asks of `iem`: the same answers, as JSON, without NumPy."""

import json
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import iem
from iem import page, sketch, typed
from iem.render import plain

PAGE = Path(__file__).parent.parent / "chapters" / "derive_here.md"
ATTACKS = [
    "__import__('os').system('x')",
    "u.__class__",
    "(lambda: u)()",
    "exec('u')",
    "</script><img src=x onerror=alert(1)>",
    "u**(10**9)",
    "(((u**32)**32)**32)**32",
    "u" + "+u" * 5000,
    "abs(" * 300 + "u" + ")" * 300,
    "log(u) if u else u",
    "[u for u in u]",
    "u\u202e",
    "",
]


def ask(count=None, **request):
    return [json.loads(part) for part in islice(page.answer(json.dumps(request)), count)]


# The grid itself is tested elsewhere: here each kernel and each statistic is asked for once or twice.
CELLS = [(kernel, "mean") for kernel in [*iem.KERNELS, "log(cosh(u/s))"]]
CELLS += [(kernel, statistic) for kernel in ("gaussian", "laplace") for statistic in iem.STATISTICS]


@pytest.mark.parametrize(("kernel", "statistic"), sorted(set(CELLS)))
def test_every_kernel_and_every_statistic(kernel, statistic):
    derivation, curve, code = ask(3, kernel=kernel, statistic=statistic)
    a = iem.activation(kernel, statistic)
    assert derivation["expr"] == plain(a.expr)
    assert a._repr_html_() in derivation["html"]
    assert a.gap._repr_html_() in derivation["html"]
    assert code["texts"]["torch"] == a.code("torch")
    values = {p["name"]: float(p["value"]) for p in curve["parameters"]}
    given = {name: values.get(name, 1.0) for name in a.free()}
    places = np.asarray([float(row[0]) for row in curve["rows"]])
    expected = a(places, tau=values.get("tau", 1.0), **given).reshape(len(places), -1)
    found = [[float(y) for y in row[1:]] for row in curve["rows"]]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert curve["svg"].count("<polyline") >= len(curve["columns"]) - 1


OTHERS = [
    {"kernel": "gaussian", "hypotheses": "gate", "statistic": "gated"},
    {"kernel": "gaussian", "hypotheses": "signs", "prior": "pi_plus, pi_minus"},
    {"kernel": "gaussian", "hypotheses": "half-line", "statistic": "mode"},
    {"kernel": "gaussian", "hypotheses": "half-line", "statistic": "mean", "density": "exponential"},
    {"kernel": "gaussian", "hypotheses": "line", "statistic": "mode", "density": "laplacian"},
    {"kernel": "laplace", "hypotheses": "interval", "statistic": "mean", "ends": "-1, 1"},
    {"kernel": "gaussian", "hypotheses": "points", "locations": "-m, 0, m", "prior": "1, 2, 1"},
    {"kernel": "gaussian", "hypotheses": "points", "locations": "a, 1/2", "values": "0, 1"},
]


@pytest.mark.parametrize("request_", OTHERS)
def test_other_hypotheses(request_):
    derivation, curve, code = ask(3, **request_)
    a = typed.chosen(request_)
    assert derivation["expr"] == plain(a.expr)
    places = [float(row[0]) for row in curve["rows"]]
    values = {p["name"]: float(p["value"]) for p in curve["parameters"]}
    given = {name: values.get(name, 1.0) for name in a.free()}
    try:
        expected = a(places, tau=values.get("tau", 1.0), **given)
    except iem.BadInput:  # an expression among the locations holds a name that a call does not take
        expected = [
            float(a.expr.subs({s: values.get(s.name, z) for s in a.expr.free_symbols})) for z in places
        ]
    np.testing.assert_allclose([float(row[1]) for row in curve["rows"]], expected, rtol=1e-5, atol=1e-6)
    made = {}
    exec(code["texts"]["iem"], made)  # what is shown to be copied makes the same
    assert plain(made["a"].expr) == derivation["expr"]


@pytest.mark.parametrize("kernel", ATTACKS)
def test_an_attack_is_refused(kernel):
    (part,) = ask(kernel=kernel, statistic="mean")
    assert part["part"] == "refused"


@pytest.mark.parametrize("field", ["locations", "values", "prior"])
@pytest.mark.parametrize(
    "text", ["__import__('os')", "z", "tau + 1", "1,,2", "1;2", "(1).real", "<b>", "1,2,3,4,5,6,7"]
)
def test_entries_are_read_by_the_same_whitelist(field, text):
    given = {"kernel": "gaussian", "hypotheses": "points", "locations": "a, b", field: text}
    (part,) = ask(**given)
    assert part["part"] == "refused"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "null",
        '{"kernel": 1}',
        '{"kernel": {"a": 1}}',
        "[" * 10**5,
        f'{{"kernel": "{"u" * 3000}"}}',
    ],
)
def test_what_is_no_request_is_refused(text):
    (part,) = map(json.loads, page.answer(text))
    assert part["part"] == "refused"


def test_the_offending_piece_is_underlined():
    (part,) = ask(kernel="log(1 + u.real)")
    assert part["message"].splitlines()[1:] == ["    log(1 + u.real)", "            ^^^^^^"]


def test_what_is_undecided_is_said_to_be():
    (part,) = ask(kernel="logistic", statistic="mean", hypotheses="half-line")
    assert part["part"] == "undecided"
    assert "HalfLine" in part["title"] and part["numeric"]


def test_what_is_known_is_told():
    told = {p["name"]: p["html"] for p in ask(kernel="gaussian") if p["part"] == "property"}
    assert told["Symmetry"] == "odd"
    assert told["Moves with z"] == "increasing"
    assert told["Cold limit, τ → 0"].startswith(r"\(\operatorname{sign}")
    told = {p["name"]: p["html"] for p in ask(kernel="cosine") if p["part"] == "property"}
    assert told["The energy rises with |u|"] == "not shown"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("at_sigma", "-1", "sigma must be a positive finite number"),
        ("at_sigma", "inf", "sigma must be a positive finite number"),
        ("at_m", "1+1", "m: expected a number, got '1+1'"),
        ("at_tau", "-1", "tau must be"),
    ],
)
def test_numbers_are_checked(name, value, message):
    part = ask(kernel="gaussian", only="curve", **{name: value})[0]
    assert message in part["message"]
    assert "svg" not in part


def test_at_temperature_0_the_curve_is_the_cold_limit():
    (part,) = ask(kernel="gaussian", only="curve", at_tau="0")
    assert {row[0]: float(row[1]) for row in part["rows"]} == {
        f"{z:g}": float(np.sign(z)) for z in page.PLACES
    }


def test_ends_out_of_order_are_refused():
    given = {"kernel": "laplace", "hypotheses": "interval", "only": "curve"}
    (part,) = ask(**given, at_low="2", at_high="1")
    assert "the lower end of an interval must be below the upper" in part["message"]


def test_no_html_comes_from_a_text():
    for part in ask(kernel="u**2/img_src", statistic="full", hypotheses="points", locations="a, b"):
        shown = part.get("html", "") + part.get("svg", "") + part.get("answer", "")
        assert set(re.findall(r"<(\w+)", shown)) <= {
            *("table", "tbody", "tr", "td", "p", "svg", "line", "text", "polyline", "circle")
        }


# Curves


def test_a_jump_is_not_drawn_as_a_line():
    left, point, right = sketch.polylines(lambda z: float(np.sign(z)), -1.0, 1.0)
    assert point == [(0.0, 0.0)]
    assert left[-1][1] == -1.0 and right[0][1] == 1.0
    assert -1e-6 < left[-1][0] < 0 < right[0][0] < 1e-6


def test_what_is_steep_but_continuous_is_one_line():
    (line,) = sketch.polylines(lambda z: float(np.tanh(500 * z)), -1.0, 1.0)
    assert line[0][0] == -1.0 and line[-1][0] == 1.0


def test_a_gap_is_left_where_there_is_no_number():
    pieces = sketch.polylines(lambda z: None if abs(z) < 0.5 else z, -1.0, 1.0, 20)
    assert [(round(p[0][0], 6), round(p[-1][0], 6)) for p in pieces] == [(-1.0, -0.5), (0.5, 1.0)]


@pytest.mark.parametrize("tau", ["1", "0.05", "0.01"])
def test_a_difference_of_error_functions_keeps_its_digits(tau):
    given = {"kernel": "gaussian", "hypotheses": "half-line", "only": "curve", "at_tau": tau}
    (part,) = ask(**given)
    a = typed.chosen(given)
    for z, y in part["rows"]:
        if y != "none":
            assert float(y) == pytest.approx(float(a([float(z)], tau=float(tau), sigma=1.0)[0]), rel=1e-4)
    assert [y for z, y in part["rows"] if float(z) > -2 and y == "none"] == []


# The page itself


def test_the_form_offers_what_there_is(monkeypatch):
    monkeypatch.syspath_prepend(PAGE.parent / "_assets" / "ext")
    import derive_here

    source = [PAGE.read_text("utf-8")]
    derive_here.offer(None, "chapters/derive_here", source)
    (text,) = source

    def offered(name):
        inside = re.search(rf'<select[^>]*name="{name}".*?</select>', text, re.S).group()
        return re.findall(r'<option value="([^"]*)"', inside)

    assert offered("statistic") == list(iem.STATISTICS)
    assert offered("hypotheses") == list(typed.HYPOTHESES)
    assert offered("density") == list(iem.PRIORS)
    examples = re.findall(r'<option value="([^"]*)"', text[: text.index("</datalist>")])
    assert set(iem.KERNELS) <= set(examples)
    for example in examples:
        assert iem.activation(example, "mean").expr is not None


def test_the_form_names_every_function_that_is_read():
    from iem.parse import FUNCTIONS

    told = re.search(r"Functions: ([^;]*);", PAGE.read_text("utf-8")).group(1)
    assert told.split(", ") == list(FUNCTIONS)


def test_it_needs_no_numpy():
    code = (
        "import sys; sys.modules['numpy'] = None\nfrom iem import page\n"
        "for h in ('signs', 'half-line'):\n"
        '    for part in page.answer(\'{"kernel": "laplace", "hypotheses": "%s"}\' % h): pass\n'
        "page.warm()\nprint(part)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert '"part": "property"' in done.stdout
