"""The graph of claims: circles are refused, what rests on what is computed, and the drawing can be read."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from iem import BadInput, graph, ledger
from iem.ledger import MIME, Claim


def claim(name, *uses, kind="theorem"):
    return Claim(name, f"{name} holds", "none", kind, "first", uses)


def known(*rows):
    return {row.id: row for row in rows}


DIAMOND = known(claim("A"), claim("B", "A"), claim("C", "A"), claim("D", "B", "C", "A"))


def test_what_a_claim_rests_on_comes_first():
    made = graph.order(dict(reversed(DIAMOND.items())))
    assert sorted(made) == ["A", "B", "C", "D"]
    assert made[0] == "A" and made[-1] == "D"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((claim("A", "A"),), "circle: A, A"),
        ((claim("A", "B"), claim("B", "A")), "circle: A, B, A"),
        ((claim("O"), claim("A", "O", "C"), claim("B", "A"), claim("C", "B")), "circle: A, C, B, A"),
        ((claim("Z", "A"), claim("A", "B"), claim("B", "A")), "circle: A, B, A"),
        ((claim("A", "Q"),), "which A rests on, 'Q'"),
    ],
)
def test_circles_and_strangers_are_refused(rows, words):
    for task in (graph.order, graph.direct, lambda k: graph.grounded(k, k)):
        with pytest.raises(BadInput, match=words):
            task(known(*rows))


@pytest.mark.parametrize(
    ("found", "solid"),
    [("", ""), ("A", "A"), ("BD", ""), ("AB", "AB"), ("ABD", "AB"), ("ABC", "ABC"), ("ABCD", "ABCD")],
)
def test_established_with_all_it_rests_on(found, solid):
    assert graph.grounded(DIAMOND, found) == set(solid)


def test_connections_that_follow_are_left_out():
    assert set(graph.direct(DIAMOND)) == {("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")}


@pytest.fixture
def book(tmp_path, monkeypatch):
    rows = [
        "{id: A, says: a, note: none, kind: theorem, chapter: first, uses: []}",
        "{id: B, says: b, note: none, kind: bound, chapter: first, uses: [A]}",
        "{id: C, says: c, note: none, kind: experiment, chapter: first, uses: [A]}",
        "{id: D, says: d, note: none, kind: reading, chapter: second, uses: [B, C]}",
    ]
    (tmp_path / "claims.yml").write_text("".join(f"- {row}\n" for row in rows))
    verdicts = [{"claim": c, "status": "proved", "method": "by hand", "statement": "x"} for c in "BD"]
    outputs = [{"data": {MIME: verdict}} for verdict in verdicts]
    text = "```{prf:theorem} C\n:label: thm-C\n```\n"
    cells = [{"cell_type": "code", "outputs": outputs}, {"cell_type": "markdown", "source": [text]}]
    (tmp_path / "first.ipynb").write_text(json.dumps({"cells": cells}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def nodes(page):
    soup = BeautifulSoup(page, "html.parser")
    picked = soup.select("svg a, svg g[role=img]")
    return {node.find("text").get_text(): node for node in picked}


def test_what_is_stated(book):
    assert graph.stated(book) == {"C"}


def test_the_drawing_says_how_far_each_claim_has_come(book):
    page = graph.graph(book)
    found = nodes(page)
    assert sorted(found) == list("ABCD")
    assert [found[n].name for n in "ABCD"] == ["g", "a", "g", "a"]
    assert found["B"]["href"] == "first.html#verdict-b"
    words = {name: node["aria-label"] for name, node in found.items()}
    assert words["A"] == "A, theorem: open, not stated yet; rests on no other claim"
    assert words["B"] == "B, bound: proved; rests on A"
    assert words["C"] == "C, experiment: open, stated; rests on A"
    assert all(node.find("title").get_text() == words[name] for name, node in found.items())


def test_border_and_filling_are_read_without_colour(book):
    def outline(name):
        return nodes(graph.graph(book))[name].find(["rect", "polygon"])

    assert outline("A").get("stroke-dasharray") and outline("A")["fill"] == "none"
    assert not outline("C").get("stroke-dasharray") and outline("C")["fill"] == "none"
    assert "hatch" in outline("B")["fill"]
    assert outline("D").name == "polygon"
    assert float(outline("C")["rx"]) > float(outline("A")["rx"])
    verdict = {"claim": "A", "status": "proved", "method": "by hand", "statement": "x"}
    cells = [{"cell_type": "code", "outputs": [{"data": {MIME: verdict}}]}]
    (book / "second.ipynb").write_text(json.dumps({"cells": cells}))
    assert outline("A")["fill"] == outline("B")["fill"] == "currentColor"
    assert "hatch" in outline("D")["fill"]
    assert "established with all it rests on" in nodes(graph.graph(book))["B"]["aria-label"]


def test_the_book_s_own_graph():
    page = graph.graph()
    found = nodes(page)
    assert sorted(found) == sorted(ledger.claims())
    soup = BeautifulSoup(page, "html.parser")
    frame = soup.select_one("div.iem-graph")
    assert "overflow-x:auto" in frame["style"] and frame["tabindex"] == "0"
    svg = frame.find("svg")
    _, _, wide, high = map(float, svg["viewbox"].split())
    assert wide < 1000
    spots = [(float(t["x"]), float(t["y"])) for t in (n.find("text") for n in found.values())]
    assert all(0 < a < wide and 0 < b < high for a, b in spots)
    for place, (a, b) in enumerate(spots):
        assert not any(abs(a - c) < graph.WIDTH and abs(b - d) < graph.HEIGHT for c, d in spots[:place])
    numbers = [float(n) for path in svg.select("g > path") for n in re.findall(r"-?\d+", path["d"])]
    assert min(numbers) >= 0
    assert page == graph.graph()


def test_the_claims_of_the_book_rest_on_each_other_in_order():
    rows = ledger.claims()
    assert len(graph.order(rows)) == len(rows)
