"""Labels: everything a user may write is escaped, everything fits what Graphviz takes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from microgrid.diagram import Card, Diagram, Header, Scope, Verdict, summarize
from microgrid.diagram.labels import LIMIT, clean, gradient_text, label, number, range_text, shape_text, text

NASTY = [
    "a\"b'c",
    "<b>bold</b>",
    "</script><script>alert(1)</script>",
    "]]> <!-- --> &amp; &#x27;",
    "line\nbreak\ttab\r\n",
    "\x00\x01\x1b[31m\x7f",
    "重み 입력 вес ∂ω العربية",
    "\u202eright to left",
    "\ud800lone",
    "back\\slash \\N \\G \\",
    "{{data}} {{title}} $1 \\1 \\g<0>",
    "😀" * 10,
    "x" * 10_000,
    "重" * 10_000,
    "   ",
]


def nasty_card(s: str) -> Card:
    """A card that has `s` wherever text can stand."""
    return Card(
        "c",
        "op",
        s,
        s,
        "@",
        s,
        s,
        s,
        summarize([[1.0]]),
        s,
        notes=[s] * 10,
        formula=s,
        gradient_formula=s,
        verdict=Verdict("wrong", s, s, {s: s}),
        detail={s: s},
        scope="s",
    )


@pytest.mark.parametrize("s", NASTY, ids=range(len(NASTY)))
def test_any_text_gives_well_formed_labels_of_bounded_size(s: str) -> None:
    """The label is well-formed XML on one line, below Graphviz's limit."""
    made = label(nasty_card(s))
    ET.fromstring(made)
    assert "\n" not in made and len(made.encode()) < LIMIT


@pytest.mark.parametrize("s", NASTY, ids=range(len(NASTY)))
def test_any_text_is_drawn(s: str) -> None:
    """The SVG is well-formed and has both cards; the page keeps its one data and two script elements."""
    cards = [Card("a", "input", s), nasty_card(s), Card("d", "op", s, inputs=["c", "a"], scope="s")]
    diagram = Diagram(cards, [Scope("s", s, s)], Header(s, s, [(s, "bad")]))
    root = ET.fromstring(diagram.svg)
    assert root.tag.endswith("svg") and diagram.svg.count('id="card_') == 3
    assert "<script>alert" not in diagram.html and diagram.html.count("</script>") == 2


def test_clean_shortens_in_the_middle() -> None:
    """Head and tail of a long name are kept: the tail of a path says what it is."""
    short = clean("encoder." + "x" * 10_000 + ".softmax", 40)
    assert len(short) == 40 and short.startswith("encoder.") and short.endswith(".softmax") and "…" in short


def test_nothing_gives_no_font_element() -> None:
    """An empty FONT is a syntax error to Graphviz."""
    assert text("") == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-2, "−2"),
        (0.5, ".5"),
        (-0.0866, "−.087"),
        (3.14159, "3.14"),
        (99999, "99999"),
        (1234567.0, "1.23e6"),
        (-1.5e-7, "−1.5e−7"),
        (2e-5, "2e−5"),
        (1e300, "1e300"),
        (np.nan, "NaN"),
        (np.inf, "∞"),
        (-np.inf, "−∞"),
    ],
)
def test_numbers_are_short(value: float, shown: str) -> None:
    """Numbers as one would write them by hand, at most eight characters."""
    assert number(value) == shown and len(number(value)) <= 8


@pytest.mark.parametrize(
    ("array", "shape", "span"),
    [
        (np.zeros((2, 3), np.float32), "(2, 3) f32", "all 0"),
        (np.arange(4), "(4,) i64", "0 .. 3 · 25% zero"),
        (np.array([True, False]), "(2,) bool", "0 .. 1 · 50% zero"),
        (np.zeros((0, 3)), "(0, 3) f64", "no elements"),
        (np.full(3, np.nan), "(3,) f64", "nothing finite"),
        (np.array(["a"]), "(1,) <U1", ""),
        (np.zeros((1,) * 9, np.uint8), "(9 axes) u8", "0"),
    ],
)
def test_shape_and_range(array: np.ndarray, shape: str, span: str) -> None:
    """Second line of a card: shape and short dtype at left, the range at right."""
    assert (shape_text(summarize(array)), range_text(summarize(array))) == (shape, span)


def test_nan_and_infinity_are_counted_and_said() -> None:
    """A card says how many elements are not finite, and shows which."""
    made = label(Card("c", "op", value=summarize([1.0, np.nan, np.inf, -np.inf]), gradient=summarize([np.nan] * 4)))
    assert "value: 1 NaN and 2 infinite of 4" in made and "gradient: 4 NaN of 4" in made
    assert "∂ NaN" in made and made.count("∞") == 2


def test_small_arrays_show_their_numbers_and_large_ones_do_not() -> None:
    """At most 32 numbers, eight across."""
    small, large = Card("c", "op", value=summarize(np.ones((4, 8)))), Card("c", "op", value=summarize(np.ones((4, 9))))
    assert label(small).count("BGCOLOR") == 32 and label(large).count("BGCOLOR") == 0


def test_a_scalar_is_written_large() -> None:
    """The loss is the number one looks for."""
    assert 'POINT-SIZE="15"' in label(Card("c", "loss", value=summarize(0.25)))


def test_a_freed_value_is_drawn_without_figures() -> None:
    """Shape and dtype are known, the numbers are not."""
    from microgrid.diagram import Summary

    made = label(Card("c", "op", value=Summary((3, 4), "float32")))
    assert "(3, 4) f32" in made and ".." not in made


def test_statistics() -> None:
    """Summary of values with zeros and NaN: over the finite ones."""
    s = summarize(np.array([0.0, 1, 2, np.nan]))
    assert (s.low, s.high, s.mean, s.zeros, s.nans, s.infs, s.size) == (0, 2, 1, 1, 1, 0, 4) and sum(s.bins) == 3
    assert summarize(np.array([3.0, 4.0])).norm == 5
    assert summarize(np.array([1e308, -1e308])).bins == ()


def test_a_summary_keeps_its_numbers() -> None:
    """What the caller writes to its array later does not show."""
    a = np.zeros(3)
    s = summarize(a)
    a[:] = 7
    assert s.values is not None and not s.values.any()


@pytest.mark.parametrize(
    ("norm", "said"), [(0.0263, "0.0263"), (59.44, "59.4"), (1014.3, "1,014"), (2.5e-7, "2.5e−7"), (3.21e9, "3.21e9")]
)
def test_a_gradients_norm_has_three_digits(norm: float, said: str) -> None:
    """As one writes it: no e+09, no e-07."""
    assert gradient_text(Card("c", "op", gradient=summarize([norm]))) == said
