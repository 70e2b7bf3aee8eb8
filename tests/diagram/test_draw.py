"""mg.draw: what of a recorded graph stands on its cards. Structure and words, never pixels."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid import nn
from microgrid.diagram import Card, Diagram
from tests.diagram.test_labels import NASTY

FILE = Path(__file__).name


def leaf(data: Any, name: str | None = None) -> mg.Tensor:
    """A float64 leaf that wants a gradient."""
    return mg.tensor(np.asarray(data, float), requires_grad=True, name=name)


def card(diagram: Diagram, name: str) -> Card:
    """The one card of a name, or of an operation."""
    (found,) = [c for c in diagram.cards if name in (c.name, c.operation)]
    return found


def edges(diagram: Diagram) -> set[tuple[str, str]]:
    """(from, to) by name, or by operation where there is no name."""
    called = {c.id: c.name or c.operation for c in diagram.cards}
    return {(called[i], called[c.id]) for c in diagram.cards for i in c.inputs}


def facts(diagram: Diagram) -> str:
    """What the header says, in one line."""
    return " | ".join(text for text, _ in diagram.header.facts)


def network() -> mg.Tensor:
    """The exercise's network: 3 → 4 → 2 with dropout, cross-entropy written out."""
    mg.manual_seed(3)
    x, t = mg.tensor(np.array([[1.0, 2, 3]]), name="x"), mg.tensor(np.array([[0.0, 1]]), name="t")
    W1, W2 = leaf(np.arange(1, 13).reshape(3, 4) / 10, "W1"), leaf(np.arange(2, 10).reshape(4, 2) / 10, "W2")
    h = x @ W1
    h.name = "h"
    a = mg.relu(h)
    with mg.scope("drop", "Dropout", "p 0.4"):
        d = nn.functional.dropout(a, p=0.4)
    z = d @ W2
    with mg.scope("loss", "CrossEntropy"):
        loss = -(t * mg.log(nn.functional.softmax(z, dim=1))).sum()
    loss.name = "loss"
    return loss


# ------------------------------------------------------------------------------------------------ the exercise network


def test_every_operation_and_leaf_has_a_card_and_every_use_an_edge() -> None:
    """Ten operations, four leaves, the scopes' two clusters; edges as the program has them."""
    drawn = mg.draw(network())
    assert len(drawn.cards) == 14 and [s.title for s in drawn.scopes] == ["drop : Dropout", "loss : CrossEntropy"]
    assert edges(drawn) == {
        ("x", "h"), ("W1", "h"), ("h", "Relu"), ("Relu", "Multiply"), ("mask", "Multiply"), ("Multiply", "MatMul"),
        ("W2", "MatMul"), ("MatMul", "Softmax"), ("Softmax", "Log"), ("t", "Multiply"), ("Log", "Multiply"),
        ("Multiply", "Sum"), ("Sum", "loss"),
    }  # fmt: skip
    kinds = {c.name: c.kind for c in drawn.cards if c.name}
    assert kinds == {"x": "input", "t": "input", "W1": "parameter", "W2": "parameter", "h": "op", "mask": "random"} | {
        "loss": "loss"
    }


def test_a_card_says_name_operation_line_shape_and_expression() -> None:
    """`h : MatMul`, the user's own expression and line, W1 beside it with its count."""
    drawn = mg.draw(network())
    h = card(drawn, "h")
    assert h.operation == "MatMul" and h.symbol == "@" and h.code == "h = x @ W1"
    line = network.__code__.co_firstlineno + 5
    assert h.source == f"{FILE}:{line}" and h.role == "x @ W1"
    assert h.value is not None and h.value.shape == (1, 4) and h.value.dtype == "float64"
    assert card(drawn, "W1").parameters == 12 and card(drawn, "mask").remark == "3 of 4 kept"
    assert card(drawn, "mask").role == "Bernoulli(0.6) / 0.6"
    assert "x @ W1 · " + h.source in drawn.svg and "(1, 4) f64" in drawn.svg and "12 params" in drawn.svg


def test_each_card_has_its_own_piece_of_the_line() -> None:
    """Two operations in one line: each its expression. Python 3.10 knows only the line, without its left side."""
    w = leaf([1.0, 2.0], "w")
    y = mg.tanh(w * w)
    drawn = mg.draw(y.sum())
    exact = sys.version_info >= (3, 11)
    assert card(drawn, "Multiply").role == ("w * w" if exact else "mg.tanh(w * w)")
    assert card(drawn, "y").role == "mg.tanh(w * w)" and card(drawn, "Multiply").code == "y = mg.tanh(w * w)"


def test_a_long_expression_gives_way_to_the_operands_names() -> None:
    """What does not fit beside a title is said shorter."""
    a_rather_long_name, another_long_name = leaf([1.0, 2.0], "first"), leaf([1.0, 2.0], "second")
    total = a_rather_long_name + another_long_name
    assert card(mg.draw(total.sum()), "total").role == "first + second"


def test_the_line_of_a_layer_stands_at_the_layer() -> None:
    """Linear's cards were all made by one line of the user's; a layer of one operation is a card, and has the line."""
    fc, act = nn.Linear(3, 2), nn.Tanh()
    h = fc(mg.tensor(np.ones((1, 3), np.float32)))
    drawn = mg.draw(act(h).sum())
    line = test_the_line_of_a_layer_stands_at_the_layer.__code__.co_firstlineno + 3
    assert drawn.scopes[0].aside == f"{FILE}:{line}" and card(drawn, "MatMul").source == ""
    assert card(drawn, "MatMul").detail["line"] == f"{FILE}:{line}"
    assert card(drawn, "Tanh").source == f"{FILE}:{line + 1}"


def test_a_target_stands_in_the_layer_that_reads_it() -> None:
    """t × log y, t written first: it is a side input all the same, beside its user; x, which enters, is not."""
    drawn = mg.draw(network())
    ids = {c.name: c.id for c in drawn.cards}
    assert f'rank=same; "{ids["t"]}"' in drawn.dot and f'rank=same; "{ids["x"]}"' not in drawn.dot


def test_values_and_gradients_on_the_cards_are_those_of_torch() -> None:
    """Every number in the cards, against Torch under the same mask."""
    torch = pytest.importorskip("torch", reason="what it compares with is Torch")
    drawn = mg.draw(network())
    mask = card(drawn, "mask").value
    assert mask is not None and mask.values is not None
    x, W1, W2 = (torch.tensor(card(drawn, n).value.values, requires_grad=n != "x") for n in ("x", "W1", "W2"))  # type: ignore[union-attr]
    h = x @ W1
    h.retain_grad()
    y = torch.softmax((torch.relu(h) * torch.tensor(mask.values)) @ W2, 1)
    y.retain_grad()
    loss = -(torch.tensor([[0.0, 1.0]]) * y.log()).sum()
    loss.backward()
    for name, ours in (("h", h), ("Softmax", y), ("W1", W1), ("W2", W2), ("loss", loss)):
        c = card(drawn, name)
        np.testing.assert_allclose(c.value.values, ours.detach().numpy(), rtol=1e-12)  # type: ignore[union-attr,arg-type]
        if name != "loss":
            np.testing.assert_allclose(c.gradient.values, ours.grad.numpy(), rtol=1e-12)  # type: ignore[union-attr,arg-type]
            assert math.isclose(c.gradient.norm, float(ours.grad.norm()), rel_tol=1e-12)  # type: ignore[union-attr,arg-type]
    assert card(drawn, "x").gradient is None and card(drawn, "loss").gradient_text == "1  (seed)"
    assert f"loss {loss.item():.6g}" in facts(drawn)


def test_the_header_says_what_it_is_and_how_large() -> None:
    """Sizes along the products, dtype, parameters, operations; a title given replaces what was found."""
    drawn = mg.draw(network())
    assert drawn.header.title == "loss: 3 → 4 → 2" and drawn.header.aside == "float64 · 20 parameters · 10 operations"
    assert mg.draw(network(), title="Exercise 3").header.title == "Exercise 3"
    a, b = leaf(np.ones((2, 3)), "a"), leaf(np.ones((5, 4)), "b")
    apart = mg.draw((np.ones((1, 2)) @ a).sum() + (np.ones((1, 5)) @ b).sum())
    assert "→" not in apart.header.title and "6 operations" not in apart.header.aside
    q, r = divmod(leaf([7.0, 8]), 3.0)
    assert mg.draw((q + r).sum()).header.aside.endswith("3 operations")


def test_the_panel_has_formula_and_gradient_formula() -> None:
    """The declaration's formula with what its letters stand for, and the rule of each input."""
    h = card(mg.draw(network()), "h")
    assert h.formula == "x @ y\nwhere y = W1"
    assert h.gradient_formula == "∂x = g @ yᵀ\n∂y = xᵀ @ g\nwhere g = ∂out"
    assert "Matrix product" in h.detail["means"]


def test_lanes_back_run_only_where_a_gradient_flows() -> None:
    """x, t and the mask have one lane; eleven edges have two."""
    dot = mg.draw(network()).dot
    forward, both = dot.count("dir=forward"), dot.count("dir=both")
    assert forward == 3 and both == 10, (forward, both)


# --------------------------------------------------------------------------------------------------- what can be drawn


def test_a_forward_pass_without_gradient_is_drawn() -> None:
    """mg.draw(f, *arrays): exercise 1 as it stands, integers and all; arguments bear the parameters' names."""

    def NN(x: Any, w1: Any, w2: Any) -> Any:
        return mg.softmax(mg.relu(x @ w1) @ w2, axis=0)

    drawn = mg.draw(NN, np.array([1, 2, 3]), np.ones((3, 4)), np.ones((4, 2)))
    assert edges(drawn) >= {("x", "MatMul"), ("w1", "MatMul"), ("w2", "MatMul"), ("MatMul", "Softmax")}
    assert drawn.header.title == "NN: 3 → 4 → 2" and card(drawn, "Softmax").kind == "output"
    assert "dir=both" not in drawn.dot and "orange" not in drawn.dot


def test_several_outputs_and_a_graph_are_drawn() -> None:
    """The nodes of both in one picture; a Graph like the Tensor it came from."""
    w = leaf([1.0, 2.0], "w")
    a, b = w * 2.0, w.sum()
    both = mg.draw([b, a])
    assert len(both.cards) == 3 and {c.kind for c in both.cards} == {"parameter", "output", "loss"}
    assert "the first of 2 outputs" in facts(both)
    assert mg.draw(mg.graph(b)).dot == mg.draw(b).dot


def test_a_module_is_boxes_and_parameters_beside_their_users() -> None:
    """Linear is a cluster of two cards and its two parameters: the weight's transpose has no card of its own."""
    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    drawn = mg.draw(model, np.ones((5, 4), np.float32), gradient=np.ones((5, 2), np.float32))
    assert [s.title for s in drawn.scopes] == ["0 : Linear", "1 : Tanh", "2 : Linear"]
    assert drawn.header.title == "Sequential: 4 → 3 → 2"
    assert [c.name for c in drawn.cards if c.kind == "parameter"] == ["weight", "bias", "weight", "bias"]
    products = [c for c in drawn.cards if c.operation == "MatMul"]
    assert [p.role for p in products] == ["args @ weightᵀ", "@ weightᵀ"] or products[1].role == "@ weightᵀ"
    assert sum(c.operations for c in drawn.cards if c.inputs) == 7 and drawn.dot.count("subgraph") == 2
    assert all(c.gradient is not None for c in drawn.cards if c.kind == "parameter")


def test_a_network_that_is_all_of_it_has_no_box_of_its_own() -> None:
    """Its name is the title. One that is a part has a box, and so has a lone layer."""
    x = mg.tensor(np.ones((1, 4), np.float32))
    model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    whole = mg.draw(model(x).sum())
    assert "Sequential" in whole.header.title and "Sequential" not in {s.title for s in whole.scopes}
    part = mg.draw((mg.exp(mg.tanh(model(x))) * 2.0).sum())
    assert "Sequential" in {s.title for s in part.scopes} and part.scopes[1].parent == part.scopes[0].id
    assert {s.title for s in mg.draw(nn.Linear(4, 3)(x).sum()).scopes} == {"Linear"}


def test_a_module_called_twice_is_two_boxes() -> None:
    """Each call is an entry of its own, numbered."""
    cell, x = nn.Linear(3, 3), mg.tensor(np.ones((1, 3), np.float32))
    drawn = mg.draw(cell(cell(x)).sum())
    assert [s.title for s in drawn.scopes] == ["Linear", "Linear (2)"] and drawn.dot.count("subgraph") == 2


def test_numbers_are_told_on_the_card_that_uses_them() -> None:
    """`× 2.5`, `1 −`: no card for a constant without a name; one that is named, or large, has its card."""
    w = leaf([1.0, 2.0], "w")
    drawn = mg.draw(((1 - w * 2.5) * mg.tensor(3.0)).sum())
    assert [c.kind for c in drawn.cards] == ["parameter", "op", "op", "op", "loss"]
    assert [c.symbol for c in drawn.cards[1:4]] == ["× 2.5", "1 −", "× 3"]
    scale = mg.tensor(3.0, name="scale")
    named = mg.draw((w * scale).sum())
    assert card(named, "scale").kind == "input" and len(named.cards) == 4
    large = mg.draw((w * np.array([3.0, 4])).sum())
    assert card(large, "constant").kind == "constant"
    assert card(mg.draw(leaf([1.0, 2.0]).sum()), "leaf").kind == "parameter"


def test_each_value_of_several_is_a_card_on_the_operations_inputs() -> None:
    """divmod: quotient and remainder hang on x; no card for the pair."""
    x = leaf([7.0, 8], "x")
    q, r = divmod(x, 3.0)
    drawn = mg.draw((q + r).sum())
    assert edges(drawn) == {("x", "q"), ("x", "r"), ("q", "Add"), ("r", "Add"), ("Add", "Sum")}
    assert (card(drawn, "q").operation, card(drawn, "r").operation) == ("DivMod [0]", "DivMod [1]")
    assert card(drawn, "r").gradient_formula.startswith("∂x = g[1]")


# ----------------------------------------------------------------------------------------------------------- the check


def judged(loss: mg.Tensor, **states: str) -> dict[Any, Any]:
    """Annotations as a check gives them, a plain mapping: by operation's name."""
    texts = {"ok": "= torch 6.3e-15", "wrong": "≠ torch by 105%", "tainted": "≠ torch by 95%"}
    return {
        n: {"text": texts[states[n.op.name]], "state": states[n.op.name], "notes": ["all of them have x ≤ 0"]}
        for n in mg.graph(loss)
        if n.op is not None and n.op.name in states
    }


def test_verdicts_stand_on_the_cards() -> None:
    """Text, colour and words of each state; the count in the header; random draws say that they were replayed."""
    loss = network()
    check = judged(loss, softmax="wrong", relu="tainted", log="ok")
    drawn = mg.draw(loss, check=check)
    assert card(drawn, "Softmax").verdict.state == "wrong" and card(drawn, "Relu").look == "tainted"
    assert "1/3 agree" in facts(drawn) and card(drawn, "mask").notes == ["random: replayed in torch"]
    for said in ("FIRST WRONG GRADIENT", "≠ torch by 105%", "= torch 6.3e-15", "all of them have x ≤ 0", "dashed"):
        assert said in drawn.dot


def test_a_report_annotates_the_cards() -> None:
    """What a check returns is taken as it is: annotations(), and a verdict that counts."""

    class Report:
        verdict = "values 8 of 8, gradients 7 of 11"

        def annotations(self) -> dict[Any, Any]:
            return judged(loss, relu="tainted")

    loss = network()
    drawn = mg.draw(loss, check=Report())
    assert ("values 8/8 = torch", "good") in drawn.header.facts
    assert ("gradients 7/11 = torch", "bad") in drawn.header.facts


def test_a_wrong_transpose_is_not_folded_away() -> None:
    """What a check finds wrong has its card, also where it would go without saying."""
    layer = nn.Linear(3, 2)
    loss = layer(mg.tensor(np.ones((1, 3), np.float32))).sum()
    assert "MatrixTranspose" not in {c.operation for c in mg.draw(loss).cards}
    assert card(mg.draw(loss, check=judged(loss, matrix_transpose="wrong")), "MatrixTranspose").verdict.state == "wrong"


def test_the_real_check_goes_with_the_real_picture() -> None:
    """reference.check's report, end to end."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    loss = network()
    drawn = mg.draw(loss, check=mg.reference.check(loss))
    assert all(tone != "bad" for _, tone in drawn.header.facts) and facts(drawn).count("= torch") == 2
    assert {c.verdict.state for c in drawn.cards if c.gradient is not None} == {"ok"}
    assert {card(drawn, name).verdict.text for name in ("x", "t", "mask")} == {""}  # "given" goes without saying


def test_a_wrong_rule_is_red_and_what_it_spoils_is_dashed() -> None:
    """A relu that lets everything through, found by the real check: it alone is the culprit, what is before it is
    wrong because of it, what is after it agrees."""
    pytest.importorskip("torch", reason="what it compares with is Torch")

    @mg.primitive(torch="relu")
    def leaky(x: Any) -> Any:
        """max(x, 0), its rule wrong."""
        return np.maximum(x, 0)

    leaky.gradients(lambda g: g)
    w = leaf([[-1.0, 2.0], [3.0, -4.0]], "w")
    loss = (mg.tanh(leaky(w * 2.0)) * np.array([1.0, 3.0])).sum()
    drawn = mg.draw(loss, check=mg.reference.check(loss))
    states = {c.name or c.operation: c.verdict.state for c in drawn.cards}
    assert (states["Leaky"], states["Tanh"]) == ("wrong", "ok") and states["w"] == "tainted"
    assert "1 wrong operation" in facts(drawn) and "FIRST WRONG GRADIENT" in drawn.dot and "dashed" in drawn.dot
    assert any(text.startswith("gradients ") and tone == "bad" for text, tone in drawn.header.facts)


def test_the_readmes_picture_is_made_by_its_program(tmp_path: Path) -> None:
    """docs/examples/picture.py, in a process of its own: fourteen cards, SVG and PNG."""
    program = Path(__file__).parents[2] / "docs/examples/picture.py"
    subprocess.run([sys.executable, program, tmp_path], check=True, capture_output=True)
    assert (tmp_path / "exercise.svg").read_text().count('<g id="card_') == 14
    assert (tmp_path / "exercise.png").read_bytes().startswith(b"\x89PNG")


# ----------------------------------------------------------------------------------------------------- what is not well


def test_without_history_there_is_one_card_and_a_hint() -> None:
    """The hint names the ways to record."""
    drawn = mg.draw(mg.tensor([1.0, 2.0]))
    assert len(drawn.cards) == 1 and "mg.record()" in facts(drawn) and "draw(f, *args)" in facts(drawn)
    assert drawn.dot.count("card_") == 1
    alone = mg.draw(leaf([1.0, 2.0], "w"))
    assert card(alone, "w").kind == "parameter" and "no gradients" not in facts(alone) and "seed" not in alone.dot


def test_a_result_that_is_no_scalar_is_drawn_without_gradients() -> None:
    """It says so, and how to have them; with gradient= they are there."""
    w = leaf([[1.0, 2], [3, 4]], "w")
    drawn = mg.draw(w * 2.0)
    assert "no gradients: the output is (2, 2)" in facts(drawn) and card(drawn, "w").gradient is None
    with_seed = mg.draw(w * 2.0, gradient=np.full((2, 2), 3.0))
    np.testing.assert_array_equal(card(with_seed, "w").gradient.values, np.full((2, 2), 6.0))  # type: ignore[union-attr,arg-type]
    assert card(with_seed, "Multiply").gradient_text == ""


def test_a_gradient_of_the_wrong_shape_is_told_in_the_picture() -> None:
    """The picture is drawn all the same."""
    w = leaf([1.0, 2.0], "w")
    drawn = mg.draw(w * 2.0, gradient=np.ones(3))
    assert len(drawn.cards) == 2 and any("(3,)" in text and tone == "bad" for text, tone in drawn.header.facts)


def test_freed_and_overwritten_values_are_drawn_without_them() -> None:
    """Shape and dtype stay; the card says what became of the value."""
    w = leaf([1.0, 2.0], "w")
    loss = mg.tanh(w * 2.0).sum()
    loss.backward(retain_graph=False)
    drawn = mg.draw(loss)
    assert card(drawn, "Multiply").remark == "value freed" and card(drawn, "Multiply").value.shape == (2,)  # type: ignore[union-attr]
    assert "no gradients: " in facts(drawn) and "freed" in facts(drawn) and "value freed" in drawn.svg

    v = leaf([1.0, 2.0], "v")
    loss = (v * v).sum()
    v.data[0] = 5.0
    drawn = mg.draw(loss)
    assert card(drawn, "v").remark == "overwritten since" and "no gradients: " in facts(drawn)


def test_a_released_input_is_told() -> None:
    """A comparison keeps its inputs weakly; where one is gone the card says so."""
    w = leaf([1.0, -2.0], "w")
    hits = (w * 2.0 > 0) & (w > 0)
    (drawn,) = [mg.draw(hits)]
    assert any("released" in note for c in drawn.cards for note in c.notes)


def test_nan_is_traced_to_where_it_was_born() -> None:
    """The first NaN is named in the header and on its card; NaN everywhere is drawn."""
    w = leaf([-1.0, 1.0], "w")
    with np.errstate(invalid="ignore"):
        drawn = mg.draw((mg.log(w * 2.0) * 3.0).sum())
    assert "the first NaN: log" in facts(drawn) and any("first NaN" in n for n in card(drawn, "Log").notes)
    assert not any("first NaN" in n for n in card(drawn, "Sum").notes) and "1 NaN of 2" in drawn.svg
    assert "the first NaN: bad" in facts(mg.draw(leaf(np.full((3, 3), math.nan), "bad").sum()))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0, 2)])
def test_zero_size_nodes_are_drawn(shape: tuple[int, ...]) -> None:
    """They say that they have no elements."""
    drawn = mg.draw((leaf(np.zeros(shape), "empty") * 2.0).sum())
    assert "no elements" in drawn.svg and len(drawn.cards) == 3


@pytest.mark.parametrize("name", NASTY)
def test_any_name_is_drawn(name: str) -> None:
    """Quotes, HTML, newlines, 10,000 characters, in a name and in a scope: every card is in the picture."""
    w = leaf([1.0, 2.0], name or None)
    with mg.scope(name, "kind"):
        loss = mg.tanh(w * w).sum()
    drawn = mg.draw(loss)
    assert drawn.svg.count('<g id="card_') == 4 and len(drawn.html) < 200_000


def test_a_rule_that_fails_does_not_keep_the_picture_away() -> None:
    """The values are drawn; the header repeats what the rule said."""

    @mg.primitive
    def broken(x: Any) -> Any:
        """Twice x."""
        return x * 2

    broken.gradients(lambda g: g[None, :] if g.ndim else 1 / 0)
    drawn = mg.draw(broken(leaf(3.0, "w")))
    assert ("no gradients: division by zero", "bad") in drawn.header.facts and card(drawn, "Broken").value is not None


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: mg.draw("text"), TypeError, "str given"),
        (lambda: mg.draw(np.ones(3)), TypeError, "ndarray given"),
        (lambda: mg.draw(lambda: 3), TypeError, "the function returned int"),
        (lambda: mg.draw(leaf(1.0), 2), TypeError, "arguments given with a Tensor"),
        (lambda: mg.draw(leaf(1.0), values="all"), ValueError, "values 'all'"),
        (lambda: mg.draw(leaf(1.0), direction="up"), ValueError, "direction 'up'"),
        (lambda: mg.draw(leaf(1.0)).save("/nowhere/at/all.svg"), OSError, "there is no folder"),
        (lambda: mg.draw(leaf(1.0)).save("graph.bmp"), ValueError, "'.bmp' names no format; expected one of .svg .png"),
    ],
)
def test_bad_input_is_told_with_the_way_out(call: Callable[[], Any], error: type[Exception], said: str) -> None:
    """What was seen and what was expected."""
    with pytest.raises(error, match="(?s).*" + said.replace("(", r"\(").replace(".", r"\.")):
        call()


# --------------------------------------------------------------------------------------------------------- any size


def test_a_hundred_thousand_operations_are_drawn_in_seconds() -> None:
    """Both ends and one card that counts what is between; no recursion; a short picture."""
    a = y = leaf(np.ones(8), "a")
    for _ in range(100_000):
        y = y * 1.000001
    loss = y.sum()
    start = time.perf_counter()
    drawn = mg.draw(loss)
    assert len(drawn.dot) < 300_000 and time.perf_counter() - start < 20  # 1.3 s alone on the machine
    (rest,) = [c for c in drawn.cards if c.kind == "left out"]
    made = [c for c in drawn.cards if c.inputs]
    assert sum(c.operations for c in made) == 100_001 and f"{rest.operations:,} operations left out" in drawn.svg
    assert "∂ ∂" not in drawn.dot  # no norm stands for many
    assert len(drawn.cards) < 40 and made[-1].kind == "loss" and drawn.cards[0].gradient is not None
    assert "100,002 cards shown as" in drawn.dot and a is not None


def test_a_long_run_of_layers_is_folded() -> None:
    """100 blocks of five operations: one card a block (x is at home in the first), and the sum."""
    x = leaf(np.ones(2), "x")
    for _ in range(100):
        with mg.scope("block", "Block"):
            x = mg.tanh(x * 2.0) + mg.relu(x) * 0.5
    drawn = mg.draw(x.sum())
    assert drawn.dot.count('[id="card_') == 101 and "(100)" in drawn.dot and "5 ops" in drawn.dot


def test_grids_are_shown_when_wanted() -> None:
    """values=False shows none, not even of three numbers; the loss's value always stands there."""
    loss = (leaf([1.5, 2.25, 3.125], "w") * 2.0).sum()
    assert "3.12" in mg.draw(loss).svg and "2.25" not in mg.draw(loss, values=False).svg
    assert "13.75" in mg.draw(loss, values=False).svg


def test_the_same_graph_gives_the_same_dot() -> None:
    """Nothing random, no address, no id in it: in another process too."""
    program = (
        "import numpy as np, microgrid as mg\n"
        "w = mg.tensor(np.arange(3.0), requires_grad=True)\n"
        "print(mg.draw((mg.tanh(w) * w).sum()).dot)"
    )
    once, again = (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout for _ in "12"
    )
    assert once == again and "tanh" in once.lower()
