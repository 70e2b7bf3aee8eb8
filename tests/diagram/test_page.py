"""The page, driven in a real headless Chromium: clicks, keys, search, layers, table, dark, print; no console error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import microgrid.diagram.renderer as rendering
from microgrid.diagram import Card, Diagram, Header, Scope, summarize
from tests.diagram.chromium import CHROMIUM, Browser
from tests.diagram.exercise_cards import diagram
from tests.diagram.test_labels import NASTY

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on PATH to drive")

TITLE = "document.querySelector('#panel h2').textContent"
CARDS = "document.querySelectorAll('#stage [id^=card_]').length"
CLUSTERS = "document.querySelectorAll('#stage .cluster').length"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium for all of these tests."""
    with Browser(tmp_path_factory.mktemp("profile")) as b:
        yield b


@pytest.fixture(autouse=True)
def silent(browser: Browser) -> Iterator[None]:
    """Whatever a test does, the console stays empty, and only the page itself was requested."""
    browser.errors.clear()
    browser.requests.clear()
    yield
    assert browser.errors == []
    assert [r for r in browser.requests if not r.startswith(("file:", "about:"))] == []


def whole(b: Browser) -> None:
    """Zoom out until every card is on the screen."""
    b.press("0")
    b.until("document.querySelector('#legend').getBoundingClientRect().bottom < innerHeight")


@pytest.fixture
def exercise(browser: Browser, tmp_path: Path) -> Browser:
    """The exercise's page, open."""
    browser.open(diagram().save(tmp_path / "exercise.html").as_uri())
    return browser


def test_it_opens_with_every_layer_and_the_help(exercise: Browser) -> None:
    """Thirteen cards, two boxes, keys explained."""
    assert exercise.js(CARDS) == 13 and exercise.js(CLUSTERS) == 2
    assert exercise.js(TITLE) == "Details" and exercise.js("document.title").startswith("Exercise 3")


def test_a_click_shows_the_details(exercise: Browser) -> None:
    """Formula, statistics, histogram, source line; inputs and consumers are highlighted."""
    exercise.click("#card_h")
    assert exercise.js(TITLE) == "h : matmul"
    panel = exercise.js("document.querySelector('#panel').innerText")
    for piece in ("= torch", "h = x @ W1", "step.py:1", "∂ = ∂a ⊙ [h > 0]", "min 3.8", "float64", "Inputs", "Used by"):
        assert piece in panel
    assert exercise.js("[...document.querySelectorAll('#stage .node.near')].map(n => n.id).sort().join()") == (
        "card_W1,card_a,card_x"
    )
    assert exercise.js("document.querySelectorAll('#stage .edge.near').length") == 3
    assert exercise.js("document.querySelectorAll('#panel .bars').length") == 2
    assert exercise.js("document.querySelectorAll('#panel .grid td').length") == 8


def test_a_stub_leads_to_its_card(browser: Browser, tmp_path: Path) -> None:
    """A leaf that is used often: a click on one of its stubs shows the leaf."""
    cards = [Card("x", "input"), Card("W", "parameter", name="W")]
    cards += [Card(f"c{k}", "op", inputs=[f"c{k - 1}" if k else "x", "W"]) for k in range(3)]
    browser.open(Diagram(cards).save(tmp_path / "shared.html").as_uri())
    browser.click("#again_W__c1")
    assert browser.js(TITLE) == "W" and browser.js("document.querySelectorAll('#stage .edge.near').length") == 3


def test_arrows_walk_along_the_graph(exercise: Browser) -> None:
    """Down the spine, up again, aside to the parameter."""
    titles = []
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Escape"):
        exercise.press(key)
        titles.append(exercise.js(TITLE))
    assert titles == ["x", "h : matmul", "relu : ReLU", "h : matmul", "W1", "h : matmul", "Details"]


def test_a_layer_folds_and_unfolds(exercise: Browser) -> None:
    """By its name, by double click, by key; what was chosen stays chosen, as the layer that it is now in."""
    whole(exercise)
    exercise.click("#scope_ce text:nth-of-type(2)")
    exercise.until(f"{CLUSTERS} === 1")
    assert exercise.js(CARDS) == 10
    exercise.click("#card_ce")
    assert exercise.js(TITLE) == "loss : CrossEntropy"
    exercise.press("e")
    exercise.until(f"{CLUSTERS} === 2")
    exercise.click("#card_d")
    exercise.press("e")
    exercise.until(f"{CLUSTERS} === 1")
    assert exercise.js(TITLE) == "drop : Dropout" and exercise.js("document.activeElement.id") == "card_drop"
    exercise.press("Enter")
    exercise.until(f"{CLUSTERS} === 2")
    exercise.press("a")
    exercise.until(f"{CLUSTERS} === 0")
    assert exercise.js(CARDS) == 9 and exercise.js("document.querySelector('#layers').textContent") == "Open layers"
    exercise.click("#layers")
    exercise.until(f"{CLUSTERS} === 2")


def test_search_dims_the_rest_and_walks_through_the_hits(exercise: Browser) -> None:
    """By name, operation, formula; a hit inside a closed layer is that layer."""
    exercise.press("/")
    exercise.type("matmul")
    assert exercise.js("document.querySelector('#count').textContent") == "2 found"
    assert exercise.js("document.querySelectorAll('#stage .dim').length") == 11
    exercise.press("Enter")
    first = exercise.js(TITLE)
    exercise.press("Enter")
    assert [first, exercise.js(TITLE)] == ["h : matmul", "z : matmul"]
    exercise.press("Escape")
    assert exercise.js("document.querySelectorAll('#stage .dim').length") == 0
    exercise.press("a")
    exercise.until(f"{CLUSTERS} === 0")
    exercise.press("/")
    exercise.type("softmax")
    assert exercise.js("document.querySelector('#count').textContent") == "1 found"
    exercise.press("Enter")
    assert exercise.js(TITLE) == "loss : CrossEntropy"


def test_pan_zoom_and_fit(exercise: Browser) -> None:
    """Dragging moves, and is not a click; wheel and keys zoom about the pointer; 0 shows the whole."""
    box = "document.querySelector('#card_x').getBoundingClientRect()"
    x, width = exercise.js(f"{box}.x"), exercise.js(f"{box}.width")
    exercise.drag(exercise.middle("#card_x"), (60, 30))
    assert exercise.js(f"{box}.x") == pytest.approx(x + 60, abs=1) and exercise.js(TITLE) == "Details"
    px, py = exercise.middle("#card_x")
    exercise("Input.dispatchMouseEvent", type="mouseWheel", x=px, y=py, deltaX=0, deltaY=-200)
    exercise.until(f"{box}.width > {1.2 * width}")
    assert exercise.middle("#card_x") == pytest.approx((px, py), abs=2)
    exercise.press("0")
    exercise.until(
        "(s => s.height <= innerHeight && s.top >= 0)(document.querySelector('#stage svg').getBoundingClientRect())"
    )
    before = exercise.js(f"{box}.width")
    exercise.click("#plus")
    exercise.until(f"Math.abs({box}.width / {before} - 1.25) < .02")


def test_the_table_shows_the_same_cards(exercise: Browser) -> None:
    """Rows in place of the picture; a row shows the same details; and back."""
    exercise.press("t")
    assert exercise.js("[stage.hidden, list.hidden].join()") == "true,false"
    assert exercise.js("document.querySelectorAll('#list tbody tr').length") == 13
    exercise.click("#list tr[data-id=z] button")
    assert exercise.js(TITLE) == "z : matmul" and exercise.js("document.querySelector('tr.on').dataset.id") == "z"
    exercise.press("t")
    assert exercise.js("document.querySelector('.node.on').id") == "card_z"


def test_dark_mode_and_print(exercise: Browser) -> None:
    """`d` turns dark and back; every text stands out from what it is on; printing prints the picture alone, light."""
    contrast = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
    exercise.click("#card_h")
    for theme in ("dark", "light"):
        exercise.press("d")
        assert exercise.js("document.documentElement.dataset.theme") == theme
        assert exercise.js(contrast) == []
    exercise.press("d")
    exercise.media("print")
    try:
        assert exercise.js("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert exercise.js("getComputedStyle(document.querySelector('aside')).display") == "none"
        assert exercise.js("getComputedStyle(document.querySelector('#card_x text')).fill") == "rgb(31, 41, 54)"
    finally:
        exercise.media("")
    assert len(exercise("Page.printToPDF", paperHeight=11.7, paperWidth=8.3)["data"]) > 10_000


def test_what_is_shown_can_be_sent_as_a_link(exercise: Browser) -> None:
    """The address keeps the open layers and the chosen card."""
    whole(exercise)
    exercise.click("#scope_drop text:nth-of-type(2)")
    exercise.until(f"{CLUSTERS} === 1")
    exercise.click("#card_z")
    link = exercise.js("location.href")
    exercise.open(link)
    assert exercise.js(CLUSTERS) == 1 and exercise.js(TITLE) == "z : matmul"


def test_a_phone(exercise: Browser) -> None:
    """On 390 pixels nothing scrolls sideways, and the details are below."""
    exercise("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)
    try:
        exercise.open(exercise.js("location.href"))
        assert exercise.js("document.documentElement.scrollWidth") <= 390
        assert exercise.js("document.querySelector('aside').getBoundingClientRect().top") > 300
        exercise.click("#card_h")
        assert exercise.js(TITLE) == "h : matmul"
    finally:
        exercise("Emulation.clearDeviceMetricsOverride")


def test_a_screen_reader_finds_names_and_states(exercise: Browser) -> None:
    """Every card is a button with a name, layers say whether they are open, the picture has a title."""
    nodes = exercise("Accessibility.getFullAXTree")["nodes"]
    named = {(n["role"]["value"], n["name"]["value"]) for n in nodes if n.get("name", {}).get("value")}
    buttons = " | ".join(name for role, name in named if role == "button")
    for piece in ("h : matmul", "relu : ReLU", "drop : Dropout", "Zoom in", "Table"):
        assert piece in buttons
    assert not [n for n in nodes if n["role"]["value"] == "button" and not n["name"]["value"]]
    assert ("searchbox", "Search cards by name, operation, shape or formula") in named


def test_any_text_is_shown_and_none_is_run(browser: Browser, tmp_path: Path) -> None:
    """Names that are HTML, scripts, template marks or not Latin."""
    cards = [
        Card(f"c{k}", "op", s, s, role=s, code=s, formula=s, notes=[s], inputs=[f"c{k - 1}"] if k else [], scope="s")
        for k, s in enumerate(NASTY)
    ]
    browser.open(Diagram(cards, [Scope("s", NASTY[2])], Header(NASTY[2], NASTY[1])).save(tmp_path / "x.html").as_uri())
    assert browser.js(CARDS) == len(NASTY) and browser.js("document.scripts.length") == 2
    for k in range(len(NASTY)):
        browser.js(f"show('c{k}')")
    browser.press("a")
    browser.until(f"{CLUSTERS} === 0")


def test_values_that_are_no_numbers(browser: Browser, tmp_path: Path) -> None:
    """NaN everywhere, infinities, nothing, a freed value: details without a hitch."""
    from microgrid.diagram import Summary

    values = [
        [float("nan")] * 4,
        [1.0, float("inf")],
        [],
        3.0,
        [[[1.0, 2.0]], [[3.0, 4.0]]],
        [True, False],
        [1e308, -1e308],
    ]
    cards = [Card(f"v{k}", "op", value=summarize(v), gradient=summarize(v)) for k, v in enumerate(values)]
    cards.append(Card("freed", "op", value=Summary((2, 2), "float32")))
    browser.open(Diagram(cards).save(tmp_path / "x.html").as_uri())
    texts = []
    for c in cards:
        browser.js(f"show('{c.id}')")
        texts.append(browser.js("document.querySelector('#panel').innerText"))
    assert "4 NaN" in texts[0] and "1 infinite" in texts[1] and "no elements" in texts[2] and "freed" in texts[-1]


def test_without_a_renderer_there_is_the_table(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what to install; rows, search and details work."""
    monkeypatch.setattr(rendering, "engines", lambda: iter(()))
    browser.open(diagram().save(tmp_path / "x.html").as_uri())
    assert "microgrid[draw]" in browser.js("document.querySelector('#note').innerText")
    browser.press("ArrowDown", "ArrowDown")
    assert browser.js(TITLE) == "h : matmul"
    browser.press("/")
    browser.type("softmax")
    assert browser.js("document.querySelector('#count').textContent") == "1 found"


def test_many_layers_open_one_by_one(browser: Browser, tmp_path: Path) -> None:
    """Not every combination is laid out: a step leads to the nearest that is."""
    n = 12
    cards = [Card(f"c{k}", "op", inputs=[f"c{k - 1}"] if k else [], scope=f"s{k // 20}") for k in range(20 * n)]
    scopes = [Scope(f"s{k}", f"layer {k}") for k in range(n)]
    browser.open(Diagram(cards, scopes).save(tmp_path / "x.html").as_uri())
    assert browser.js(CARDS) == n
    for k in (3, 7):
        browser.js(f"show('s{k}')")
        browser.press("e")
        browser.until(f"{CLUSTERS} === 1 && !!document.querySelector('#scope_s{k}')")
        assert browser.js(CARDS) == n + 19
    assert (tmp_path / "x.html").stat().st_size < 1_000_000
