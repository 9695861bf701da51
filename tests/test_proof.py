"""Evidence: what is true can be built, its false twin cannot, and both say why."""

import itertools
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
import sympy as sp

from iem import (
    KERNELS,
    STATISTICS,
    Argument,
    BadInput,
    Bound,
    Convex,
    Counterexample,
    Derivation,
    Increasing,
    Instances,
    Link,
    Manifest,
    Points,
    Reading,
    Refused,
    Refuted,
    Signs,
    Undecided,
    activation,
)
from iem.exact import clip
from iem.lemmas import Instance
from iem.proof import Evidence, check
from iem.render import condition, inline, plain, tex

x, y, z = sp.symbols("x y z", real=True)
m, n = sp.symbols("m n", positive=True)
h, k = sp.symbols("h k", integer=True)
H = sp.Symbol("H", integer=True, positive=True)
d, p = sp.IndexedBase("d", real=True), sp.IndexedBase("p", positive=True)
EXPONENTIALS = (sp.exp(2 * x) - 1) / (sp.exp(2 * x) + 1)
CASES = (z <= -m, (z >= -m) & (z <= m), z >= m)
PIECEWISE = sp.Abs(z + m) - sp.Abs(z - m)


def total(body, index=h):
    return sp.Sum(body, (index, 1, H))


def refused(kind, task, *words):
    """The task raises exactly this kind of refusal, and its message has these words."""
    with pytest.raises(Refused) as caught:
        task()
    assert type(caught.value) is kind
    for word in words:
        assert str(word) in str(caught.value)


# Derivations


def test_a_derivation():
    chain = Derivation("f", sp.tanh(x), [Link(EXPONENTIALS, "by definition"), Link(sp.tanh(x), "and back")])
    assert chain.end == sp.tanh(x)
    assert chain.status == "proved"
    assert chain.method == "derivation, 2 links"
    assert chain.statement == r"f = \tanh{\left(x \right)}"
    assert list(chain.parts()) == [chain]


@pytest.mark.parametrize("number", [1, 2])
def test_a_derivation_with_one_link_changed_is_refused(number):
    chain = Derivation("f", sp.tanh(x), [Link(EXPONENTIALS, "by definition"), Link(sp.tanh(x), "and back")])
    old = chain.links[number - 1]
    for twin in (2 * old.expr, -old.expr, old.expr + sp.Rational(1, 10**6), old.expr * sp.tanh(y)):
        refused(Refuted, lambda twin=twin: chain.changed(number, twin), f"link {number}", old.reason)
    refused(Refuted, lambda: chain.ending(sp.tanh(2 * x)), "link 2 (and back) is false", "tanh(2*x)")


def test_links_are_checked_one_by_one():
    """A slip is refused though a second slip undoes it."""
    refused(
        Refuted, lambda: Derivation("f", x, [Link(2 * x, "there"), Link(x, "and back")]), "link 1 (there)"
    )


def test_the_left_side_is_checked_where_it_has_a_meaning():
    link = [Link(EXPONENTIALS, "by definition")]
    assert Derivation(sp.tanh(x), None, link).statement.startswith(r"\tanh")
    assert Derivation(sp.sinh(x) / sp.cosh(x), sp.tanh(x), link).end == EXPONENTIALS
    refused(Refuted, lambda: Derivation(sp.tanh(y), sp.tanh(x), link), "the left side is false")
    refused(Refuted, lambda: Derivation(2 * sp.tanh(x), None, link), "link 1")


def test_a_name_in_its_own_definition_is_not_new():
    refused(Refuted, lambda: Derivation(x, 2 * x, [Link(x + x, "twice")]), "the left side is false")
    with pytest.raises(Refused):
        Derivation("x", 2 * x, [Link(x + x, "twice")])
    f = sp.Function("f", real=True)
    refused(Undecided, lambda: Derivation(f(x), 2 * f(x), [Link(f(x) + f(x), "twice")]), "the left side")


def test_undecided_is_not_true():
    gamma = [Link(x * sp.gamma(x), "a property not known here")]
    refused(Undecided, lambda: Derivation("f", sp.gamma(x + 1), gamma), "link 1", "undecided", "not shown")
    refused(Undecided, lambda: Derivation("f", x, [Link(x * (1 + sp.Rational(1, 10**15)), "close")]))


def test_what_is_given():
    share = [(total(p[h]), 1)]
    body, links = total(p[h] * (d[h] - x)), [Link(total(p[h] * d[h]) - x, "the weights sum to 1")]
    assert Derivation("f", body, links, given=share).method == "derivation, 1 link, any H"
    refused(Refuted, lambda: Derivation("f", body, links), "link 1 (the weights sum to 1) is false")
    twice = [Link(total(p[h] * d[h]) - 2 * x, "a slip")]
    refused(Refuted, lambda: Derivation("f", body, twice, given=share), "p[1] = ")


def test_definitions_are_unfolded():
    g = sp.Function("g", real=True)
    where = [(g(x), sp.tanh(x))]
    chain = Derivation(g(2 * x), None, [Link(2 * g(x) / (1 + g(x) ** 2), "double angle")], where=where)
    assert r"\text{where }" in chain._repr_html_()
    refused(Refuted, lambda: chain.ending(2 * g(x)), "g(2*x) is not 2*g(x)")


def test_definitions_hold_for_the_left_side_and_for_what_a_link_rests_on():
    g = sp.Function("g", real=True)
    where = [(g(x), sp.tanh(x))]
    links = [Link(EXPONENTIALS + 1, "by definition")]
    assert Derivation(g(x) + 1, sp.tanh(x) + 1, links, where=where)
    wrong = "the left side is false: g(x) + 2 is not tanh(x) + 1"
    refused(Refuted, lambda: Derivation(g(x) + 2, sp.tanh(x) + 1, links, where=where), wrong)
    by = Instance(Derivation("f", x * (x + 1), [Link(x**2 + x, "out")]), 1, {x: sp.tanh(x)})
    assert Derivation("f", g(x) * (g(x) + 1), [Link(g(x) ** 2 + g(x), "so", by=by)], where=where)
    with pytest.raises(BadInput, match="a link rests on evidence of an equality, got f = "):
        Derivation("f", x, [Link(x, "so", by=SURE)])


def test_what_is_supposed_and_what_is_defined():
    with pytest.raises(BadInput, match="a hypothesis speaks of symbols, got 1 = 1"):
        Derivation("f", x, [Link(x, "so")], given=[(1, 1)])
    g, alias = sp.Function("g", real=True), sp.Symbol("p_1", positive=True)
    with pytest.raises(BadInput, match=r"g\(x\) is defined twice: as x and as y"):
        Derivation("f", x, [Link(x, "so")], where=[(g(x), x), (g(x), y)])
    assert Derivation(
        "f", x, [Link(x, "so")], where=[(p[1], alias), (alias, x)]
    )  # two ways to write one name


def test_a_refusal_says_where():
    refused(Refuted, lambda: check(x, 2 * x), "it is false: x is not 2*x; at x = ")
    refused(Refuted, lambda: check(x * y, 2 * x * y), "it is false: x*y is not 2*x*y; at x = ", ", y = ")
    refused(Refuted, lambda: check(sp.Integer(2), 3), "it is false: 2 is not 3; they are 2.0000 and 3.0000")
    part = [Link(x, "a slip", (x > 1, x < 0))]
    words = "link 1 (a slip) leaves values out: the cases x > 1; x < 0 do not cover the domain"
    refused(Refuted, lambda: Derivation("f", x, part), words)
    halves = [Link(x, "a slip", (x >= 0, x < 0))]
    refused(Refuted, lambda: Derivation("f", sp.Abs(x), halves), "is false for x < 0", "at x = -")


def test_vectors():
    pair = sp.Tuple(sp.tanh(x), sp.Abs(m))
    chain = Derivation("f", pair, [Link(sp.Tuple(EXPONENTIALS, m), "each")])
    assert chain.end == sp.Tuple(EXPONENTIALS, m)
    refused(Refuted, lambda: chain.ending(sp.Tuple(EXPONENTIALS, 2 * m)), "m is not 2*m")


def test_a_derivation_is_frozen():
    chain = Derivation("f", x, [Link(x, "the same")])
    with pytest.raises(AttributeError):
        chain.start = y
    assert isinstance(chain.links, tuple)


# Cases


def test_cases():
    chain = Derivation("g", PIECEWISE, [Link(2 * clip(z, -m, m), "piece by piece", CASES)])
    assert chain.method == "derivation, 1 link, 3 cases"
    assert "[z <= -m; -m <= z <= m; z >= m]" in str(chain)


@pytest.mark.parametrize("missing", range(3))
def test_a_missing_case_is_refused(missing):
    cases = CASES[:missing] + CASES[missing + 1 :]
    link = Link(2 * clip(z, -m, m), "piece by piece", cases)
    refused(Refuted, lambda: Derivation("g", PIECEWISE, [link]), "leaves values out", "do not cover")


def test_a_missing_boundary_is_refused():
    cases = (z <= -m, (z >= -m) & (z < m), z > m)
    link = Link(2 * clip(z, -m, m), "piece by piece", cases)
    refused(Refuted, lambda: Derivation("g", PIECEWISE, [link]), "leaves values out")


def test_cases_are_needed():
    link = Link(2 * clip(z, -m, m), "at once")
    refused(Undecided, lambda: Derivation("g", PIECEWISE, [link]), "link 1 (at once)")


@pytest.mark.parametrize(
    "wrong",
    [2 * clip(z, -m, 2 * m), clip(z, -m, m), 2 * clip(z, -2 * m, m), 2 * z, 2 * m * sp.sign(z)],
    ids=str,
)
def test_one_wrong_case_is_refused(wrong):
    link = Link(wrong, "piece by piece", CASES)
    refused(
        Refuted, lambda: Derivation("g", PIECEWISE, [link]), "link 1 (piece by piece) is false for", "z = "
    )


def test_a_case_about_another_symbol():
    link = Link(2 * x, "whatever y", (y >= 0, y <= 0))
    assert Derivation("f", x + x, [link]).end == 2 * x
    refused(Refuted, lambda: Derivation("f", x, [link]), "is false for y >= 0", "x = ")


# The whole table


@cache
def chains(kernel, statistic, prior):
    a = activation(kernel, statistic, Signs(prior=("pi_plus", "pi_minus") if prior else None))
    return a.gap, a.derivation


ROWS = [  # every kernel with every statistic, and priors for a few kernels
    *itertools.product(KERNELS, STATISTICS, [False]),
    *itertools.product(("gaussian", "laplace", "cauchy"), STATISTICS, [True]),
]


@pytest.mark.parametrize(("kernel", "statistic", "prior"), ROWS)
def test_a_factor_changed_in_any_link_is_refused(kernel, statistic, prior):
    gap, derivation = chains(kernel, statistic, prior)
    for true in [gap, derivation] if statistic == "mean" else [derivation]:  # the gap is one for all
        for number in range(len(true.links)):
            factors_are_refused(true, number)


def factors_are_refused(true, number):
    expr = true.links[number].expr
    twins = [2 * expr] if not isinstance(expr, sp.Tuple) else []
    if isinstance(expr, sp.Tuple):
        twins = [sp.Tuple(*(2 * e if i == j else e for j, e in enumerate(expr))) for i in range(len(expr))]
    for twin in twins:
        refused(
            Refuted, lambda twin=twin: true.changed(number + 1, twin), f"link {number + 1} (", "is false"
        )
    for name in ("m", "sigma", "b", "tau"):  # a scale changed
        s = sp.Symbol(name, positive=True)
        twin = expr.subs(s, 3 * s)
        if twin != expr and not expr.has(sp.sign):
            refused(Refuted, lambda twin=twin: true.changed(number + 1, twin), f"link {number + 1} (")


@pytest.mark.parametrize(("kernel", "prior"), [(k, p) for k, s, p in ROWS if s == "mode"])
def test_a_sign_changed_is_refused(kernel, prior):
    _, true = chains(kernel, "mode", prior)
    for number, link in enumerate(true.links, 1):
        if link.expr.has(sp.sign):
            flipped = link.expr.subs(z, -z)
            refused(Refuted, lambda n=number, twin=flipped: true.changed(n, twin), f"link {number} (")


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("prior", [False, True])
def test_every_case_of_every_link_is_needed(statistic, prior):
    for chain in chains("laplace", statistic, prior):
        for number, link in enumerate(chain.links):
            for i in range(len(link.cases)):
                fewer = replace(link, cases=link.cases[:i] + link.cases[i + 1 :])
                links = [*chain.links[:number], fewer, *chain.links[number + 1 :]]
                refused(
                    Refuted,
                    lambda links=links, chain=chain: Derivation(chain.lhs, chain.start, links),
                    f"link {number + 1} (",
                    "leaves values out",
                )


def test_the_wrong_kernel_is_refused():
    for statistic in STATISTICS:
        if statistic == "mode":  # it is blind to the kernel
            continue
        one, two = chains("gaussian", statistic, False)[1], chains("laplace", statistic, False)[1]
        refused(Refuted, lambda one=one, two=two: one.ending(two.end), "is false")


# Bounds


BOUNDS = {
    "a square": (2 * x, x**2 + 1, Manifest((x - 1) ** 2)),
    "a sum of squares": (2 * x * y, x**2 + y**2 + 1, Manifest((x - y) ** 2 + 1), True),
    "rising": (sp.tanh(m), m, Increasing(m, Manifest(sp.tanh(m) ** 2))),
    "rising strictly": (sp.log(1 + m), m, Increasing(m, Manifest(m / (1 + m))), True),
    "rising twice": (
        1 + m + m**2 / 2,
        sp.exp(m),
        Increasing(
            m,
            Increasing(
                m, Manifest(sp.exp(m) - 1, [Bound(1, sp.exp(m), Increasing(m, Manifest(sp.exp(m))))])
            ),
        ),
    ),
    "a tangent": (sp.log(m), m - 1, Convex(m, 1, Manifest(1 / m**2))),
}
FALSE_BOUNDS = {
    "the wrong way": (x**2 + 1, 2 * x, Manifest(-((x - 1) ** 2))),
    "a larger factor": (2 * m, sp.sinh(m), Increasing(m, Manifest(sp.cosh(m) - 2))),
    "true but not strict": (2 * x, x**2 + 1, Manifest((x - 2) ** 2), True),
    "the wrong form": (2 * x, x**2 + 1, Manifest((x - 2) ** 2)),
    "the wrong slope": (sp.tanh(m), m, Increasing(m, Manifest(2 * sp.tanh(m) ** 2))),
    "the wrong tangent": (x, x**2 + 1, Convex(x, 1, Manifest(sp.Integer(2)))),
    "the wrong touching point": (2 * x, x**2 + 2, Convex(x, 1, Manifest(sp.Integer(2)))),
    "touching with a slope": (
        (x - 1) * (1 - x) - (x - 1) / 10**9,
        0,
        Convex(x, 1, Manifest(sp.Integer(2))),
    ),
    "not defined everywhere": (0, sp.log(x), Manifest(sp.Integer(1))),
}
UNSURE_BOUNDS = {
    "a sign not manifest": (0, 100 - x, Manifest(100 - x)),
    "strict at an equality": (0, x**2, Manifest(x**2), True),
    "a start just below": (sp.Rational(1, 10**9), m, Increasing(m, Manifest(sp.Integer(1)))),
    "far beyond what is sampled": (0, x**2 * (1 - x**2 / 10**6), Manifest(x**2 * (1 - x**2 / 10**6))),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_bounds(name):
    bound = Bound(*BOUNDS[name])
    assert bound.status == "proved"
    assert bound.method == f"bound: {bound.because.name}"
    assert (" < " if bound.strict else r" \le ") in bound.statement
    assert bound.difference == sp.sympify(bound.right) - sp.sympify(bound.left)


@pytest.mark.parametrize("name", FALSE_BOUNDS)
def test_false_bounds_are_refuted(name):
    refused(Refuted, lambda: Bound(*FALSE_BOUNDS[name]), "is false")


@pytest.mark.parametrize("name", UNSURE_BOUNDS)
def test_bounds_that_are_not_shown_are_undecided(name):
    refused(Undecided, lambda: Bound(*UNSURE_BOUNDS[name]))


def test_sampling_refutes_with_a_point():
    refused(Refuted, lambda: Bound(2 * m, m**2, Manifest((m - 1) ** 2)), "2*m <= m**2 is false: at m = ")


def test_rising_is_for_positive_symbols():
    with pytest.raises(BadInput, match="x must be a positive symbol"):
        Bound(0, (x + 300) ** 3, Increasing(x, Manifest(3 * (x + 300) ** 2)))


def test_touching_is_not_strict():
    with pytest.raises(BadInput, match="not strict"):
        Bound(sp.log(m), m - 1, Convex(m, 1, Manifest(1 / m**2)), True)


# Counterexamples


def test_counterexamples():
    found = Counterexample(sp.sin(2 * x), 2 * sp.sin(x), {x: sp.pi / 2})
    assert found.values == (0, 2)
    assert r" \ne " in found.statement
    assert found.statement.endswith(r"\text{at } x = \frac{\pi}{2}")
    assert (found.method, str(found)) == ("counterexample", "sin(2*x) is not 2*sin(x)")


def test_points_that_are_no_counterexample_are_refuted():
    refused(Refuted, lambda: Counterexample(sp.sin(2 * x), 2 * sp.sin(x), {x: 0}), "agree", "both are 0")
    refused(Refuted, lambda: Counterexample((x + 1) ** 2, x**2 + 2 * x + 1, {x: sp.sqrt(2)}), "agree")


def test_values_that_are_too_close_are_undecided():
    refused(Undecided, lambda: Counterexample(x, x + sp.Rational(1, 10**13), {x: 0}), "not told apart")


def test_a_counterexample_lies_in_the_domain():
    for at, words in (({m: -1}, "m is positive"), ({m: 0}, "m is positive"), ({}, "open")):
        with pytest.raises(BadInput, match=words):
            Counterexample(m, sp.Abs(m) + m, at)
    with pytest.raises(BadInput, match="integer"):
        Counterexample(sp.cos(2 * sp.pi * h + h), sp.cos(h) + 1, {h: sp.S.Half})


# Instances, arguments, readings


SURE = Derivation("f", x + x, [Link(2 * x, "twice")])
SOUND = Counterexample(x, -x, {x: 1})
READING = Reading("temperature is a *noise* scale")


def test_instances():
    by_count = {n: Derivation("s", n * x - x, [Link((n - 1) * x, "collected")]) for n in (2, 3)}
    several = Instances("the sum", by_count)
    assert several.statement == r"H \in \{2, 3\}"
    assert several.method == "exact for H = 2, 3"
    assert str(several) == repr(several) == "the sum: exact for H = 2, 3"
    assert [*several.parts()] == [several, *by_count.values()]
    assert Instances("the sum", by_count, count="D").method == "exact for D = 2, 3"


def test_arguments():
    argument = Argument(("first", SURE), ("then", SOUND), ("again", SURE))
    assert argument.status == "proved"
    assert argument.statement == SURE.statement
    assert argument.method == "2 derivations, 1 counterexample"
    assert [*argument.parts()] == [argument, SURE, SOUND, SURE]
    assert str(argument).splitlines()[1] == "2. then  [counterexample]"


def test_an_argument_with_a_reading_says_so():
    assert Argument(("only this", READING)).status == "reading"
    mixed = Argument(("first", SURE), ("meaning", READING))
    assert mixed.status == "proved, with a reading"
    assert Argument(("a", READING), ("b", mixed)).status == "proved, with a reading"
    assert Argument(("a", SURE), ("b", mixed)).status == "proved, with a reading"


class Held(Evidence):
    statement = method = "held"

    def __init__(self, status):
        self.status = status


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        ("proved bounded", "proved and bounded"),
        ("measured proved", "proved and measured"),
        ("bounded measured reading", "bounded and measured, with a reading"),
        ("proved checked reading", "checked"),
    ],
)
def test_an_argument_is_as_sure_as_its_steps(kinds, status):
    assert Argument(*((kind, Held(kind)) for kind in kinds.split())).status == status


def test_how_an_argument_was_checked():
    several = Instances("the sum", {2: SURE, 3: SURE})
    assert Argument(("a", several)).method == "exact for H = 2, 3"
    assert Argument(("a", several), ("b", SURE)).method == "1 derivation; exact for H = 2, 3"
    assert Argument(("a", several), ("b", several)).method == "2 times exact for H = 2, 3"
    assert READING.method == "reading"
    with pytest.raises(BadInput, match="^an argument needs at least one step, got none$"):
        Argument()


def test_a_twin_is_a_change_of_one_link():
    chain = Derivation("f", (x + 1) ** 2, [Link(x**2 + 2 * x + 1, "one"), Link(x * (x + 2) + 1, "two")])
    for twin, link in ((chain.twin(x), "link 2 (two)"), (chain.twin(x, 1), "link 1 (one)")):
        assert twin.part is chain
        refused(Refuted, twin.build, link, "is not x;")


def test_instances_do_not_rest_on_readings():
    for evidence in (READING, Argument(("a", SURE), ("b", READING)), None):
        with pytest.raises(BadInput, match="needs evidence that proves"):
            Instances("so it is said", {2: evidence})


# As they are shown


class Tags(HTMLParser):
    """Checks that every tag is closed in its turn, and collects the text."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(html):
    page = Tags()
    page.feed(html)
    assert not page.open
    return page


def balanced(code):
    """The braces, and each \\left with its \\right, match."""
    depth, bare = 0, code.replace(r"\{", "").replace(r"\}", "")
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    return depth == 0 and code.count(r"\left") == code.count(r"\right")


LAPLACE = chains("laplace", "mean", False)[0]
EVIDENCE = [
    SURE,
    LAPLACE,
    Bound(*BOUNDS["rising"]),
    Bound(*BOUNDS["a tangent"]),
    SOUND,
    Instances("the sum for $H$", {2: SURE}),
    READING,
    Argument(("one & two <b>", SURE), ("three", READING)),
]


@pytest.mark.parametrize("evidence", EVIDENCE, ids=lambda e: type(e).__name__)
def test_html_and_latex(evidence):
    assert parsed(evidence._repr_html_()).text
    assert balanced(evidence.statement)
    assert evidence._repr_latex_() == rf"$\displaystyle {evidence.statement}$"
    assert repr(evidence) == str(evidence)


def test_a_chain_as_a_table():
    page = parsed(LAPLACE._repr_html_())
    tags = [tag for tag, _ in page.seen]
    assert tags.count("tr") == len(LAPLACE.links) + 1
    assert "links checked: 1" in page.seen[0][1]["aria-label"]
    for words in (
        r"\operatorname{clip}",
        "constant, linear, constant",
        r"- m \le z \le m",
        "cover",
    ):
        assert words in page.text


def test_an_equality_as_it_is_shown():
    used = Instance(Derivation("f", x * (x + 1), [Link(x**2 + x, "multiplied out")]), 1, {x: z})
    assert used.statement == r"z \left(z + 1\right) = z^{2} + z"
    assert str(used) == repr(used) == "z*(z + 1) = z**2 + z"
    page = parsed(used._repr_html_())
    assert page.seen[0][1]["aria-label"] == "Checked equality"
    assert page.seen[-1] == ("td", {"class": "why"}) and used.method in page.text


def test_a_chain_as_text_and_as_latex():
    chain = Derivation("f", (x + 1) ** 2, [Link(x**2 + 2 * x + 1, "out")], why="a square")
    assert str(chain) == "f = (x + 1)**2        a square\n  = x**2 + 2*x + 1    out"
    assert chain.latex() == (
        "\\begin{aligned}\nf &= \\left(x + 1\\right)^{2} && \\text{a square} \\\\\n"
        "&= x^{2} + 2 x + 1 && \\text{out}\n\\end{aligned}"
    )
    assert SURE.latex().splitlines()[1] == "f &= 2 x \\\\"


def cells(html):
    """Of each row of a chain: its formula, and what stands beside it."""
    rows = html.split("<tr>")[1:]
    return [[parsed(f"<td{cell}").text for cell in row.split("</tr>")[0].split("<td")[1:]] for row in rows]


def test_the_rows_of_a_chain():
    chain = Derivation("f", sp.Abs(x), [Link(sp.sqrt(x**2), "by $x$", (x >= 0, x <= 0))], why="a size")
    (first, why), (second, reason) = cells(chain.html({}))
    assert r"\displaystyle f = \left|{x}\right|" in first and why == "a size"
    assert r"\displaystyle \quad = " in second and "f" not in second.replace("left", "")
    assert reason == r"by \(x\)in each of the cases \(x \ge 0\), \(x \le 0\); they cover all"
    assert 'class="given"' in chain.html({})
    plain_start = Derivation((x + 1) ** 2, None, [Link(x**2 + 2 * x + 1, "out")], why="a square")
    assert 'class="given"' not in plain_start.html({})
    assert len(cells(plain_start.html({}))) == len(str(plain_start).splitlines()) == 1
    assert plain_start.sides(1) == ((x + 1) ** 2, x**2 + 2 * x + 1)
    given = Derivation("f", x + y, [Link(z + y, "given")], given=[(x, z)])
    assert cells(given.html({}))[-1] == [r"\(\displaystyle \text{assuming } x = z\)"]


G, Q, W = (sp.Function(name, real=True) for name in "gqw")
C, E = sp.symbols("c e", real=True)


@pytest.mark.parametrize(
    ("start", "end", "where", "shown"),
    [
        (G(2 * x), sp.tanh(2 * x), [(G(x), sp.tanh(x)), (W(x), x)], [0]),
        (
            G(x) + W(x),
            sp.tanh(x) + 1 + x,
            [(G(x), Q(x) + 1), (Q(x), sp.tanh(x)), (W(x), x), (E, y)],
            [0, 1, 2],
        ),
        (sp.tanh(x), G(x), [(G(x), sp.tanh(x))], [0]),
        (C + y, x + 1 + y, [(C, x + 1), (E, y)], [0]),
        (d[1] + y, x + y, [(d[1], x), (p[1], m)], [0]),
        (d[1] + y, x + y, [(d[1], x), (d[2], m)], [0, 1]),  # of one family
        (G(x), C, [(G(x), C), (C, x + E), (E, d[1]), (d[1], y)], [0, 1, 2, 3]),
        (sp.Symbol("y_1", real=True), d[2], [(sp.Symbol("y_1", real=True), d[2])], [0]),
        (p[1] + x, sp.Symbol("p_1", positive=True) + x, [(p[1], sp.Symbol("p_1", positive=True))], []),
    ],
    ids=str,
)
def test_definitions_that_a_chain_uses_are_shown_once(start, end, where, shown):
    chain = Derivation("f", start, [Link(end, "by definition")], where=where)
    rows = {tex(where[i][0]): tex(where[i][1]) for i in shown}
    told = {}
    html = chain.html(told)
    assert told == rows and html.count(r"\text{where }") == len(rows)
    found = cells(html)[2:]
    assert found == [[rf"\(\displaystyle \text{{where }} {a} = {b}\)"] for a, b in rows.items()]
    assert r"\text{where }" not in chain.html(told)
    assert chain.html(dict.fromkeys(told, "")) == html  # another meaning was shown
    assert Argument(("a", chain), ("b", chain))._repr_html_().count(r"\text{where }") == len(rows)


def test_an_argument_as_it_is_shown():
    html = Argument(("one", SURE), ("two", READING))._repr_html_()
    assert (
        html
        == f'<ol class="iem-argument"><li>one{SURE.html({})}</li><li>two{READING._repr_html_()}</li></ol>'
    )


def test_words_are_escaped_and_mathematics_is_marked():
    assert inline("a < b & $a < b$") == r"a &lt; b &amp; \(a &lt; b\)"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_chain_as_latex(row):
    for chain in chains(*row):
        code = chain.latex()
        assert code.startswith("\\begin{aligned}\n")
        assert code.endswith("\n\\end{aligned}")
        assert balanced(code)
        assert code.count("&=") == len(chain.links) + 1 == code.count(r"\\" + "\n") + 1
        for link in chain.links:
            assert link.reason in code


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_chain_as_text(row):
    for chain in chains(*row):
        lines = str(chain).splitlines()
        assert len(lines) == len(chain.links) + 1
        assert all(" = " in line for line in lines)
        assert all(link.reason in line for link, line in zip(chain.links, lines[1:], strict=True))


def test_plain_text_reads_back():
    names = {str(s): s for s in (x, y, z, m, n)} | {"clip": clip, "pi_plus": sp.Symbol("pi_plus")}
    for expr in ((z - m) ** 2, sp.tanh(m * z / n**2), clip(z, -m, m), sp.Abs(z - m), sp.exp(-x) / (1 + y)):
        assert sp.sympify(plain(expr), locals=names) == expr
    assert plain(z - m) == "z - m"


def test_latex_in_the_notation_of_the_book():
    assert tex(sp.Symbol("pi_plus")) == r"\pi_+"
    assert tex(z - m) == "z - m"
    assert tex(clip(z, -m, m)) == r"\operatorname{clip}\left(z, - m, m\right)"


def test_conditions():
    assert condition((z >= -m) & (z <= m)) == "-m <= z <= m"
    assert condition((z > -m) & (z < m)) == "-m < z < m"
    assert condition(z >= m) == "z >= m"
    assert condition(sp.Eq(z, 0)) == "z = 0"
    assert condition((z >= -m) & (z < 0), latex=True) == r"- m \le z < 0"


def test_three_points_have_no_gap_but_a_chain():
    a = activation("gaussian", "mean", Points((-1, 0, 1)))
    for number in range(1, len(a.derivation.links) + 1):
        twin = 2 * a.derivation.links[number - 1].expr
        refused(Refuted, lambda n=number, twin=twin: a.derivation.changed(n, twin), f"link {number} (")


def test_a_bound_may_serve_in_every_term_of_a_sum():
    i = sp.Symbol("i", integer=True)
    N = sp.Symbol("N", integer=True, positive=True)
    x = sp.IndexedBase("x", nonnegative=True)
    weight = sp.exp(-x[i])
    below_one = Bound(weight, 1, Manifest(2 * sp.exp(-x[i] / 2) * sp.sinh(x[i] / 2)))
    slack = sp.Sum(1 - weight, (i, 1, N))
    sum_of_weights = sp.Sum(weight, (i, 1, N))
    assert Bound(sum_of_weights, N, Manifest(slack, using=[below_one])).strict is False
    with pytest.raises(Undecided):
        Bound(sum_of_weights, N, Manifest(slack))
    with pytest.raises(Undecided):  # the bound allows equality
        Bound(sum_of_weights, N, Manifest(slack, using=[below_one]), strict=True)


def test_a_check_says_of_what_it_speaks():
    cases = "leaves values out: the cases x > 0; x < -1 do not cover the domain"
    for what, given in (("it", {}), ("the third", {"what": "the third"})):
        for task, told in (
            (lambda given=given: check(x, 2 * x, **given), f"{what} is false: x is not 2*x; at x = "),
            (lambda given=given: check(x, x, cases=(x > 0, x < -1), **given), f"{what} {cases}"),
            (
                lambda given=given: check(sp.Tuple(x, y), x, **given),
                f"{what} has 1 components, expected 2: x",
            ),
        ):
            with pytest.raises((Refused, BadInput), match=f"^{re.escape(told)}"):
                task()
