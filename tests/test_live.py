"""Live figures: formulas in Vega's language, what a notebook stores, and the page that moves."""

import json
import math
from contextlib import closing
from pathlib import Path
from shutil import copytree

import mpmath
import numpy as np
import pytest
import sympy as sp
from browsing import faults_of, served
from bs4 import BeautifulSoup
from scipy.optimize import brentq
from scipy.special import lambertw

import iem
from iem.exact import clip, symbol
from iem.flow import em_step
from iem.live import Choice, Curve, Live, Number, Panel, Root, Slider
from iem.stamps import code_cells, load
from iem.vega import code

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "chapters" / "_assets"
FOUND = [
    (path.stem, output.data["text/html"])
    for path in sorted((ROOT / "chapters").glob("*.ipynb"))
    for cell in code_cells(load(path))
    for output in cell.outputs
    if "iem-live" in output.get("data", {}).get("text/html", "")
]
STORED = dict(FOUND)
LIVE = {"temperature", "tanh", "kernel_statistic", "attention", "annealing", "degeneracy", "robustness"}
z, m, s, tau, here = symbol("z"), symbol("m"), symbol("s"), symbol("tau"), sp.Symbol("here", real=True)
k = sp.Symbol("k")
MEAN = iem.activation("gaussian", "mean")

# The formulas


def energies_of(kernel):
    return iem.activation(kernel, "mean").energies


KERNELS = (iem.Gaussian("s"), iem.Laplace("s"), iem.Huber("s"), iem.StudentT(3, "s"), iem.Logistic("s"))
FORMS = [
    *(iem.activation(kernel, name).expr for kernel in KERNELS for name in ("mean", "variance", "entropy")),
    *(iem.activation(kernel, "full").expr[i] for kernel in KERNELS for i in (0, 1)),
    *(energy for kernel in KERNELS for energy in energies_of(kernel)),
    iem.activation("gaussian", "mode").expr,
    iem.free_energy([sp.Integer(0), -z], tau),
    *iem.responsibilities([sp.Integer(0), z, m], tau),
    tau * sp.LambertW(sp.exp(-1)) + sp.pi * z - sp.E,
    sp.Piecewise((z, z < m), (sp.cosh(z / 9) - sp.sinh(z / 7), True)),
    sp.Max(0, z) + sp.Min(m, z) - sp.cbrt(m) + m**s + clip(z, -m, m) - m / 3 * -z,
    sp.cos(z) - sp.sin(z) * sp.sqrt(m) + sp.sign(z - m) + sp.Heaviside(z - m, 1),
]
POINTS = [
    {"z": place, "m": m_, "s": s_, "tau": t}
    for place in (-6.0, -0.5, 0.0, 1e-7, 2.0, 40.0)
    for m_, s_, t in ((1.0, 1.0, 1.0), (3.0, 0.4, 0.05), (0.2, 2.5, 4.0))
]
EVALUATE = """([codes, points]) => points.map((point) => {
    const given = Object.entries(point).map(([name, value]) => ({name, value}));
    const asked = codes.map((update, i) => ({name: `asked${i}`, update}));
    const view = new vega.View(vega.parse({signals: [...given, ...asked]})).run();
    return codes.map((_, i) => view.signal(`asked${i}`));
})"""


def exactly(form):
    """A function of a point that computes the value of a form with forty digits."""
    names = sorted(form.free_symbols, key=str)
    held = {"clip": lambda x, low, high: min(max(x, low), high)}
    value = sp.lambdify(names, form, [held, "mpmath"])

    def at(point):
        with mpmath.workdps(40):
            return float(value(*(mpmath.mpf(point[name.name]) for name in names)))

    return at


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A small site with each chapter's live figure on a page of its own, and one without any."""
    folder = tmp_path_factory.mktemp("live")
    copytree(ASSETS / "site" / "vendor" / "vega", folder / "vendor" / "vega")
    (folder / "live.js").write_text((ASSETS / "site" / "live.js").read_text("utf-8"), "utf-8")
    (folder / "iem.css").write_text((ASSETS / "static" / "iem.css").read_text("utf-8"), "utf-8")
    head = (
        '<!doctype html><html data-theme="light"><meta charset="utf-8"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="iem.css"><style>body {margin: 0} html[data-theme="dark"] '
        "{background: #14181e; color: #ced6dd}</style>"
    )
    for name, figure in {**STORED, "plain": "<p>No figure.</p>"}.items():
        text = figure.replace(r"\(", "").replace(r"\)", "")
        (folder / f"{name}.html").write_text(f'{head}{text}<script src="live.js"></script>', "utf-8")
    return folder


@pytest.fixture(scope="module")
def address(site):
    with served(site) as address:
        yield address


@pytest.fixture
def opened(page, address):
    """Opens a page by name, and waits until its figure is live."""

    def open_page(name):
        assert faults_of(page, f"{address}{name}.html", address) == []
        page.locator(".is-live").wait_for()
        return page

    return open_page


def test_every_form_has_its_value_in_the_browser(page, address):
    page.goto(f"{address}plain.html")
    page.add_script_tag(url="vendor/vega/vega.min.js")
    codes = [code(form) for form in FORMS]
    rows = page.evaluate(EVALUATE, [codes, POINTS])
    for form, values in zip(FORMS, zip(*rows, strict=True), strict=True):
        wanted = list(map(exactly(form), POINTS))
        assert list(values) == pytest.approx(wanted, rel=1e-12, abs=1e-12), form


def test_fields_are_read_from_the_data():
    assert code(m * z, frozenset({"z"})) == "m*datum.z"
    assert code(z > 0) == "z > 0"


@pytest.mark.parametrize("form", [sp.gamma(z), sp.erf(z), sp.Symbol("pi_+"), sp.atanh(z), sp.zeta(z)])
def test_what_the_language_lacks_is_refused(form):
    with pytest.raises(iem.BadInput, match="no form in Vega|live figure"):
        code(form)


# The object


def figure(expr=None, **changes):
    given = {
        "variable": z,
        "words": "evidence z",
        "low": -4,
        "high": 4,
        "panels": [
            Panel("mean", [Curve(MEAN.expr if expr is None else expr, "tanh", at=1)], -1.1, 1.1, marks=(0,))
        ],
        "parameters": [
            Slider(here, "evidence z", -4, 4, 0.1, start=0.5),
            Slider(m, "location m", 0.2, 3, 0.1, start=1),
            Slider(symbol("sigma"), "noise", 0.5, 2, 0.1, start=1),
            Slider(tau, "temperature", 0.1, 4, 0.1, start=1),
        ],
        "numbers": [Number("$a$", -MEAN.expr.subs(z, here), 4)],
        "cursor": here,
        "alt": 'A "tanh" that follows < four sliders',
        "caption": "The mean $a(z)$.",
    }
    return Live(**given | changes)


def test_what_a_notebook_stores():
    made = figure()
    bundle = made._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert bundle["text/plain"] == repr(made) == repr(figure())
    assert repr(made).startswith("Live figure: 1 curves that follow here, m, sigma, tau, data ")
    html = BeautifulSoup(bundle["text/html"], "html.parser")
    assert html.figcaption.get_text() == r"The mean \(a(z)\)."
    assert [tag["aria-label"] for tag in html.select('[role="img"]')] == [made.alt] * 2
    assert json.loads(html.script.get_text()) == made.spec()
    assert [tag.get_text() for tag in html("output")] == made.readings() == ["−0.4621"]
    assert "$schema" not in made.spec() and "http" not in html.script.get_text()


def test_the_digest_is_of_formulas_and_sliders():
    same = figure().digest
    assert figure(sp.tanh(2 * z)).digest != same
    assert figure(numbers=[]).digest != same
    assert figure(low=-3).digest != same


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"alt": "too short"}, "alt text of five words"),
        ({"caption": ""}, "needs a caption"),
        ({"cursor": z}, "not a parameter"),
        ({"cursor": None}, "marks lie at the cursor"),
        ({"expr": z * s}, "no slider for s"),
        ({"numbers": [Number("a", z)]}, "no slider for z"),
        ({"numbers": [Number("a", k)], "roots": [Root(k, k - s, 1)]}, "no slider for s"),
        ({"roots": [Root(k, k - m, k)]}, "no slider for k"),
        ({"roots": [Root(k, k - m, 1, given=z > 0)]}, "no slider for z"),
        ({"panels": [Panel("a", [Curve(z)], -1, 1, spots=[(0, k, "blue")])]}, "no slider for k"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(changes, words):
    with pytest.raises(iem.BadInput, match=words):
        figure(**changes)


def test_parameters_that_cannot_be_are_refused():
    for low, high, step, start in ((0, 1, 0.1, 2), (1, 0, 0.1, 0.5), (0, 1, 0, 0.5), (0, 1, 3, 0.5)):
        with pytest.raises(iem.BadInput, match="low <= start <= high"):
            Slider(m, "m", low, high, step, start)
    with pytest.raises(iem.BadInput, match="one of its 2 options"):
        Choice(k, "kernel", ("a", "b"), start=2)
    with pytest.raises(iem.BadInput, match="2 options, got 1"):
        Choice(k, "kernel", ("a", "b")).pick([z])


def test_a_root_is_found_and_marked():
    """The square root of m + 1, the same for the numbers, the still picture and, by its steps, the page."""
    square = Root(k, k**2 - m - 1, 3, steps=6)
    spots = [(0, k, "orange")]
    panel = Panel("mean", [Curve(z / 5, within=(-1, 2))], -1, 1, spots=spots)
    made = figure(numbers=[Number("root", k, 6)], roots=[square], panels=[panel])
    assert made.readings() == [f"{math.sqrt(2):.6f}"]
    lines = made.still().figure.axes[0].lines
    assert [len(line.get_xdata()) for line in lines] == [2, 401, 1]
    assert (lines[1].get_xdata()[[0, -1]] == [-1, 2]).all()
    assert np.allclose([lines[2].get_xdata(), lines[2].get_ydata()], [[2**0.5], [2**0.5 / 5]])
    names = [p["name"] for p in made.spec()["params"] if "expr" in p]
    assert names == [f"k_{i}" for i in range(6)] + ["k", "number0"]
    off = figure(numbers=[Number("root", k)], roots=[Root(k, k - m, 1, given=m > 1)])
    assert off.readings() == ["0.000"]
    fewer = figure(numbers=[], roots=[Root(k, k**2 - m - 1, 3, steps=5)], panels=[panel])
    assert fewer.digest != made.digest


def test_the_still_picture_shows_the_same_curve():
    still = figure().still()
    (line,) = [line for line in still.figure.axes[0].lines if len(line.get_xdata()) > 2]
    assert np.allclose(line.get_ydata(), np.tanh(line.get_xdata()), atol=1e-12)
    still._repr_mimebundle_()


# The chapters


def kernels_at(v):
    options = ("mean", "mode", "variance", "entropy")
    kernel = list(iem.KERNELS.values())[v["kernel"]].scaled(v["s"])
    d = [float(kernel.energy(np.asarray(v["here"] - mu), np)) for mu in (v["m"], -v["m"])]
    r, first = iem.responsibilities(d, v["tau"]), iem.responsibilities(d, 0)
    answers = {
        "mean": r[0] - r[1],
        "mode": first[0] - first[1] if v["here"] else 0.0,
        "variance": 4 * r[0] * r[1],
        "entropy": iem.entropy(r),
    }
    return [answers[options[v["statistic"]]], d[1] - d[0]]


def temperatures_at(v):
    d = [0.0, v["d_2"], v["d_3"]]
    r = iem.responsibilities(d, v["tau"])
    return [*r, iem.entropy(r), iem.free_energy(d, v["tau"])]


def signs_at(v):
    d = [
        (v["here"] - v["m"]) ** 2 / (2 * v["sigma"] ** 2),
        (v["here"] + v["m"]) ** 2 / (2 * v["sigma"] ** 2),
    ]
    r = iem.responsibilities(d, v["tau"])
    return [d[1] - d[0], *r, r[0] - r[1]]


def keys_at(v):
    at = np.deg2rad([30.0, 110.0, 240.0])
    keys = np.stack([np.cos(at), np.sin(at)], axis=-1) * [[1.0], [v["length"]], [1.0]]
    query = np.array([np.cos(np.deg2rad(v["angle"])), np.sin(np.deg2rad(v["angle"]))])
    r = iem.responsibilities(((query - keys) ** 2).sum(axis=-1) / 2, v["tau"])
    return [*r, r[0] - r[2]]


def soft_at(v):
    place, t = v["here"], v["tau"]
    r = iem.responsibilities([0.0, -place], t)
    relu = max(place, 0.0)
    plus = -iem.free_energy([0.0, -place], t)
    return [plus - relu, t * math.log(2), relu - place * r[1], t * float(lambertw(math.exp(-1)).real)]


def slopes_at(v):
    gain = v["m"] / (v["tau"] * v["sigma"] ** 2)
    x = gain * abs(v["here"])
    return [x, gain / math.cosh(x) ** 2, gain, 2 * x * math.tanh(x) - 1]


def pair_at(v):
    t, samples = v["tau"], np.array([[1.0], [-1.0]])
    y = brentq(lambda y: math.tanh(y / t) - y, 1e-9, 1.0, xtol=1e-15) if t < 1 else 0.0
    means, equal = np.array([[1.0], [-1.0]]), np.full(2, 0.5)
    d = (samples - y * means.T) ** 2 / 2
    moved = em_step(samples, v["here"] * means, equal, t)[0]
    energy = iem.free_energy(d, t, prior=equal).mean()
    return [y, energy - 0.5, iem.responsibilities(d, t)[0, 0], moved[0, 0]]


NUMBERS = {
    "annealing": pair_at,
    "temperature": temperatures_at,
    "tanh": signs_at,
    "kernel_statistic": kernels_at,
    "attention": keys_at,
    "degeneracy": soft_at,
    "robustness": slopes_at,
}


def parameters(name):
    """The parameters of a chapter's figure, as its chart declares them."""
    spec = json.loads(BeautifulSoup(STORED[name], "html.parser").select_one("figure script").get_text())
    return {p["name"]: (p["bind"], p["value"]) for p in spec["params"] if "bind" in p}


def settings_of(name, count=12):
    """Where the sliders of a chapter may stand: as they start, at both ends, and at random."""
    inputs, rng = parameters(name), np.random.default_rng(0)

    def ends(bind):
        return (
            (bind["min"], bind["max"])
            if bind["input"] == "range"
            else bind["options"][:: len(bind["options"]) - 1]
        )

    def anywhere(bind):
        if bind["input"] == "range":
            return float(
                bind["min"]
                + rng.integers(0, round((bind["max"] - bind["min"]) / bind["step"])) * bind["step"]
            )
        return int(rng.choice(bind["options"]))

    yield {key: value for key, (_, value) in inputs.items()}
    for end in (0, 1):
        yield {key: ends(bind)[end] for key, (bind, _) in inputs.items()}
    for _ in range(count):
        yield {key: anywhere(bind) for key, (bind, _) in inputs.items()}


SET = """async ([figure, values]) => {
    const {view} = document.querySelector(figure);
    for (const [name, value] of Object.entries(values)) view.signal(name, value);
    await view.runAsync();
    const outputs = [...document.querySelectorAll(`${figure} output`)];
    const rows = Object.keys(view.getState({data: () => true}).data).flatMap((name) => view.data(name));
    return {
        numbers: outputs.map((_, i) => view.signal(`number${i}`)),
        shown: outputs.map((output) => output.value),
        wrong: rows.filter((row) => "value" in row && !Number.isFinite(row.value)).length,
        count: rows.filter((row) => "value" in row).length,
    };
}"""


def test_the_chapters_have_their_live_figures():
    assert LIVE <= set(STORED)
    assert len(STORED) == len(FOUND)
    assert set(NUMBERS) == set(STORED)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_the_numbers_of_a_chapter_are_those_of_the_package(opened, name):
    page = opened(name)
    for values in settings_of(name):
        seen = page.evaluate(SET, [".is-live", values])
        wanted = [float(x) for x in NUMBERS[name](values)]
        assert seen["numbers"] == pytest.approx(wanted, rel=1e-9, abs=1e-9), values
        read = [float(x.replace("−", "-")) for x in seen["shown"]]
        assert read == pytest.approx(wanted, abs=6e-4), values
        assert seen["count"] > 400 and seen["wrong"] == 0, values


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_the_keyboard_moves_every_input(opened, name):
    page = opened(name)
    paths = ".iem-live-view path"
    inputs = page.locator(".iem-live-inputs").locator("input, select")
    assert inputs.count() == len(parameters(name))
    changed = 0
    for i in reversed(range(inputs.count())):  # the last choice, the mode, would not see a temperature
        box, before = inputs.nth(i), page.locator(paths).evaluate_all("all => all.map(p => p.outerHTML)")
        assert box.get_attribute("aria-label").strip()
        box.focus()
        value = box.evaluate("box => box.value || box.selectedIndex")
        page.keyboard.press("ArrowDown" if box.evaluate("box => box.tagName") == "SELECT" else "ArrowRight")
        page.wait_for_timeout(50)
        assert box.evaluate("box => box.value || box.selectedIndex") != value
        changed += page.locator(paths).evaluate_all("all => all.map(p => p.outerHTML)") != before
    assert changed == inputs.count()


def test_a_dragged_slider_moves_curve_and_numbers(opened):
    page = opened("tanh")
    slider = page.get_by_role("slider", name="temperature τ")
    box = slider.bounding_box()
    seen = []
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    for part in (0.4, 0.6, 0.9):
        page.mouse.move(box["x"] + part * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_timeout(100)
        numbers = [x.replace("−", "-") for x in page.locator("output").all_inner_texts()]
        t = float(slider.input_value())
        assert float(numbers[3]) == pytest.approx(math.tanh(0.5 / t), abs=6e-4)
        seen.append(page.locator(".iem-live-view path").evaluate_all("all => all.map(p => p.outerHTML)"))
    page.mouse.up()
    assert seen[0] != seen[1] != seen[2]


# Light and dark, wide and narrow, on paper, without scripts, without a server

LUMINANCE = """(tags) => tags.map((tag) => {
    const style = getComputedStyle(tag);
    const colour = style.fill !== "none" ? style.fill : style.stroke;
    return [tag.tagName, ...colour.match(/[\\d.]+/g).map(Number).slice(0, 3)];
})"""


def contrast(one, two):
    """The contrast of two colours, after WCAG 2."""

    def luminance(colour):
        parts = [c / 255 for c in colour]
        return np.dot(
            [0.2126, 0.7152, 0.0722],
            [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts],
        )

    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "ground"), [("light", (255, 255, 255)), ("dark", (20, 24, 30))])
@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_a_figure_is_readable_in_both_modes(opened, name, theme, ground):
    page = opened(name)
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    drawn = page.locator(".iem-live-view").locator("text, .mark-line path, .mark-symbol path")
    colours = drawn.evaluate_all(LUMINANCE)
    assert len(colours) > 10
    faint = [(tag, colour) for tag, *colour in colours if contrast(colour, ground) < 3.8]
    assert faint == []


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_a_figure_fits_its_page(browser, address, name, width):
    with closing(browser.new_context(viewport={"width": width, "height": 800})) as context:
        page = context.new_page()
        assert faults_of(page, f"{address}{name}.html", address) == []
        page.locator(".is-live").wait_for()
        page.wait_for_timeout(200)
        view = page.locator(".iem-live-view").bounding_box()
        drawing = page.locator(".iem-live-view svg").bounding_box()
        assert drawing["width"] <= view["width"] + 1
        assert drawing["width"] >= min(width, 720) * 0.8
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width + 1


def test_paper_shows_the_still_picture_and_its_numbers(opened):
    page = opened("tanh")
    before = page.locator("output").all_inner_texts()
    page.evaluate(SET, [".is-live", {"tau": 3.0}])
    assert page.locator("output").all_inner_texts() != before
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".iem-live-still").is_visible()
    assert not page.locator(".iem-live-view, .iem-live-inputs").filter(visible=True).count()
    assert page.locator("output").all_inner_texts() == before
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("output").all_inner_texts() != before


def test_without_scripts_the_still_picture_is_shown(browser, address):
    with closing(browser.new_context(java_script_enabled=False)) as context:
        page = context.new_page()
        page.goto(f"{address}tanh.html")
        assert page.locator(".iem-live-still svg").is_visible()
        assert not page.locator(".iem-live-view, .iem-live-inputs").filter(visible=True).count()


def test_without_its_libraries_the_still_picture_stays(page, address):
    page.route("**/vega/**", lambda route: route.abort())
    page.goto(f"{address}tanh.html")
    page.wait_for_timeout(300)
    assert page.locator(".iem-live-still svg").is_visible()
    assert not page.locator(".is-live").count()


def test_a_figure_lives_from_a_file(page, site):
    page.goto((site / "tanh.html").as_uri())
    page.locator(".is-live").wait_for()


def test_libraries_are_loaded_only_when_a_figure_comes_near(page, address, site):
    loaded = []
    page.on("request", lambda request: loaded.append(request.url.rsplit("/", 1)[-1]))
    page.goto(f"{address}plain.html")
    far = (
        (site / "tanh.html")
        .read_text("utf-8")
        .replace("<figure", "<p style='height: 9000px'>far</p><figure", 1)
    )
    (site / "far.html").write_text(far, "utf-8")
    page.goto(f"{address}far.html")
    page.wait_for_timeout(300)
    assert not [name for name in loaded if name.startswith("vega")]
    page.locator(".iem-live").scroll_into_view_if_needed()
    page.locator(".is-live").wait_for()
    assert sorted(name for name in loaded if name.startswith("vega")) == ["vega-lite.min.js", "vega.min.js"]
