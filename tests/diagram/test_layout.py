"""Layout: what stands where, by counting cards, edges and clusters; never by pixels."""

from __future__ import annotations

import random
import re
import time

import pytest

from microgrid.diagram import Card, Diagram, DiagramWarning, Scope, Verdict, summarize
from microgrid.diagram.cards import check
from microgrid.diagram.fold import fold, unbroken
from microgrid.diagram.layout import dot_text, spine
from tests.diagram.exercise_cards import diagram, exercise


def count(dot: str) -> tuple[int, int, int]:
    """Cards, edges, clusters."""
    nodes, edges = len(re.findall(r'\[id="card_', dot)), len(re.findall(r'\[id="edge_', dot))
    return nodes, edges, len(re.findall("^subgraph", dot, re.MULTILINE))


def chain(n: int, scope: str = "") -> list[Card]:
    """x → op → op → …, each with a gradient."""
    g = summarize(1.0)
    return [
        Card(f"c{k}", "op" if k else "input", inputs=[f"c{k - 1}"] if k else [], gradient=g, scope=scope)
        for k in range(n)
    ]


def test_the_exercise_has_its_cards_edges_and_layers() -> None:
    """Thirteen cards, twelve edges; ReLU, a layer of one operation, is a card, so two clusters."""
    dot = diagram().dot
    assert count(dot) == (13, 12, 2)
    assert "relu : ReLU" in dot and dot.count("{rank=same") == 4
    assert len(re.findall(r"dir=both", dot)) == 10 and len(re.findall(r"dir=forward", dot)) == 2


def test_spine_is_the_longest_chain_and_the_first_input_wins() -> None:
    """x, not W1, begins it."""
    cards, _, _ = exercise()
    assert spine(cards) == ["x", "h", "a", "d", "z", "y", "l", "p", "loss"]


def test_dot_is_deterministic() -> None:
    """The same cards give the same text."""
    assert diagram().dot == diagram().dot


def test_the_legend_shows_only_what_occurs() -> None:
    """No entry for a kind or state that is not in the picture, nor for gradients where none flows."""
    dot = Diagram([Card("a", "input"), Card("b", "op", inputs=["a"])]).dot
    legend = next(line for line in dot.splitlines() if line.startswith('"(legend)"'))
    assert "operation" in legend and "random" not in legend and "wrong" not in legend and "gradients" not in legend


def test_a_layer_called_twice_is_two_clusters() -> None:
    """An interleaved scope is split into its unbroken runs."""
    kinds = "AABBAAB"
    cards = [Card(f"c{k}", "op", inputs=[f"c{k - 1}"] if k else [], scope=s) for k, s in enumerate(kinds)]
    split, scopes = unbroken(cards, [Scope("A", "A"), Scope("B", "B")])
    assert [s.title for s in scopes] == ["A", "B", "A (2)"] and [c.scope for c in split] == [
        "A",
        "A",
        "B",
        "B",
        "A.2",
        "A.2",
        "",
    ]


def test_parameters_stand_in_the_cluster_of_their_user() -> None:
    """Made long before, used in the layer: drawn in it, and folded with it; an input is neither."""
    cards = [
        Card("W", "parameter", parameters=6),
        Card("b", "parameter", parameters=2),
        Card("x", "input"),
        Card("m", "op", inputs=["x", "W"], scope="fc"),
        Card("a", "op", inputs=["m", "b"], scope="fc"),
    ]
    placed, scopes = unbroken(cards, [Scope("fc", "fc : Linear")])
    assert {c.id: c.scope for c in placed} == {"W": "fc", "b": "fc", "x": "", "m": "fc", "a": "fc"}
    folded, left = fold(placed, scopes, {"fc"})
    assert [c.id for c in folded] == ["x", "fc"] and not left
    assert folded[1].parameters == 8 and folded[1].operations == 2 and list(folded[1].inputs) == ["x"]


def test_nested_layers_nest() -> None:
    """Clusters within clusters, folded from outside."""
    scopes = [Scope("m", "model"), Scope("a", "a", parent="m"), Scope("b", "b", parent="m")]
    cards = [Card(f"c{k}", "op", inputs=[f"c{k - 1}"] if k else [], scope=s) for k, s in enumerate("aabb")]
    assert count(Diagram(cards, scopes).dot) == (4, 3, 3)
    assert count(dot_text(*fold(*unbroken(cards, scopes), {"m"}))) == (1, 0, 0)
    assert count(dot_text(*fold(*unbroken(cards, scopes), {"a"}))) == (3, 2, 2)


def test_a_folded_layer_bears_the_gravest_verdict_inside() -> None:
    """One wrong operation makes the closed layer wrong; one that was not judged keeps it from being right."""
    states = ["ok", "wrong", "tainted"]
    cards = [
        Card(f"c{k}", "op", inputs=[f"c{k - 1}"] if k else [], scope="s", verdict=Verdict(v))
        for k, v in enumerate(states)
    ]  # type: ignore[arg-type]
    assert fold(*unbroken(cards, [Scope("s", "s")]), {"s"})[0][0].verdict.state == "wrong"
    cards[1:] = [Card("c1", "op", inputs=["c0"], scope="s")]
    assert fold(*unbroken(cards, [Scope("s", "s")]), {"s"})[0][0].verdict.state == ""


def shared(n: int) -> list[Card]:
    """x → op → … → op, n of them, and each of them uses W."""
    g = summarize(1.0)
    ops = [Card(f"c{k}", "op", inputs=[f"c{k - 1}" if k else "x", "W"], gradient=g) for k in range(n)]
    return [Card("x", "input", gradient=g), Card("W", "parameter", name="W", gradient=g), *ops]


def test_a_leaf_used_often_has_a_stub_at_each_further_use() -> None:
    """Four uses: the card beside the first, three dotted stubs. Used twice: edges only. Every edge keeps its id."""
    dot = Diagram(shared(4)).dot
    assert re.findall(r'^"(again_W__c\d)" \[id', dot, re.MULTILINE) == ["again_W__c1", "again_W__c2", "again_W__c3"]
    assert count(dot) == (6, 8, 0) and '"W" -> "c0"' in dot and '"again_W__c3" -> "c3" [id="edge_W__c3"' in dot
    assert dot.count("rank=same") == 4 and "used again" in dot
    twice = Diagram(shared(2)).dot
    assert "again" not in twice and count(twice) == (4, 4, 0)


def test_one_leaf_stands_beside_its_user_and_the_others_above() -> None:
    """Two on one rank: the farther one's edge would arch over the nearer one. The last is beside."""
    cards = [Card(i, "parameter") for i in "xwb"] + [Card("norm", "op", inputs=["x", "w", "b"])]
    assert re.findall(r'rank=same; "(\w+)"', Diagram(cards).dot) == ["b"]


def test_a_hundred_thousand_cards_in_a_row() -> None:
    """No recursion, DOT in seconds; what is drawn is short and says what it leaves out."""
    cards = chain(100_000)
    start = time.perf_counter()
    dot = Diagram(cards).dot
    assert count(dot)[0] <= 32 and "… 99,970 operations left out …" in dot and "100,000 cards shown as" in dot
    assert dot_text(cards, []).count("\n") > 200_000
    assert time.perf_counter() - start < 60


def test_deep_layers_are_folded_until_the_picture_is_readable() -> None:
    """40 layers of 50 cards: 40 cards; and the note says so."""
    cards = [Card(f"c{k}", "op", inputs=[f"c{k - 1}"] if k else [], scope=f"s{k // 50}") for k in range(2000)]
    dot = Diagram(cards, [Scope(f"s{k}", f"layer {k}") for k in range(40)]).dot
    assert count(dot) == (40, 39, 0) and "2,000 cards shown as 40" in dot


def test_parameters_made_first_do_not_crowd_the_operations_out() -> None:
    """A thousand parameters, then a thousand operations: both ends of the chain are drawn."""
    cards = [Card(f"p{k}", "parameter") for k in range(1000)]
    cards += [Card(f"c{k}", "op", inputs=[f"c{k - 1}" if k else "p0", f"p{k}"]) for k in range(1000)]
    dot = Diagram(cards).dot
    assert 'id="card_c0"' in dot and 'id="card_c999"' in dot and count(dot)[0] <= 150
    assert Diagram(cards).svg.count('id="card_') == count(dot)[0]


@pytest.mark.parametrize("seed", range(12))
def test_random_graphs_with_interleaved_scopes_are_drawn(seed: int) -> None:
    """Every card in the picture, without falling back."""
    rng = random.Random(seed)
    scopes = [Scope("m", "model"), *(Scope(f"s{k}", f"s{k}", parent=rng.choice(["", "m"])) for k in range(4))]
    cards: list[Card] = []
    for k in range(40):
        leaf = k == 0 or rng.random() < 0.2
        inputs = [] if leaf else sorted({f"c{max(0, k - rng.choice([1, 1, 2, 3, 9]))}" for _ in range(2)})
        cards.append(
            Card(
                f"c{k}",
                rng.choice(["parameter", "input", "random"]) if leaf else "op",
                inputs=inputs,
                gradient=summarize(1.0),
                scope=rng.choice(scopes).id,
            )
        )
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", DiagramWarning)
        assert Diagram(cards, scopes).svg.count('id="card_') == 40


def test_an_empty_graph_says_so() -> None:
    """A picture, a page and a repr of nothing."""
    assert "Nothing to draw" in Diagram([]).svg and "no nodes" in Diagram([]).html and "0 cards" in repr(Diagram([]))


def test_one_constant() -> None:
    """A graph without operations is one card."""
    assert count(Diagram([Card("c", "constant", value=summarize(2.0))]).dot) == (1, 0, 0)


def test_direction_and_theme() -> None:
    """Sideways, and dark: the same cards; the light ink is gone."""
    sideways, dark = diagram(direction="LR"), diagram(theme="dark")
    assert "rankdir=LR" in sideways.dot and count(sideways.dot) == count(dark.dot) == count(diagram().dot)
    assert '"#1f2936"' not in dark.dot and dark.svg.count('id="card_') == 13


@pytest.mark.parametrize(
    ("cards", "scopes", "message"),
    [
        ([Card("a", "op"), Card("a", "op")], [], "used twice"),
        ([Card("a", "op", inputs=["b"]), Card("b", "op")], [], "no earlier card"),
        ([Card("a", "op", scope="s")], [], "scope 's' is unknown"),
        ([Card("s", "op")], [Scope("s", "s")], "used twice"),
        ([], [Scope("s", "s", parent="s")], "is in itself"),
        ([], [Scope("s", "s", parent="t")], "'t' is unknown"),
    ],
)
def test_what_cannot_be_drawn_is_refused(cards: list[Card], scopes: list[Scope], message: str) -> None:
    """Each says what was seen."""
    with pytest.raises(ValueError, match=message):
        check(cards, scopes)


def test_ids_and_kinds_are_checked() -> None:
    """A user's name is no id."""
    with pytest.raises(ValueError, match="goes into `name`"):
        Card('a"b', "op")
    with pytest.raises(ValueError, match="none of input"):
        Card("a", "operation")
    for wrong in ({"direction": "up"}, {"theme": "blue"}, {"limit": 0}):
        with pytest.raises(ValueError, match="expected"):
            Diagram([], **wrong)  # type: ignore[arg-type]
