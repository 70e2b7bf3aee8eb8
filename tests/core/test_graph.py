"""Graph: a DAG taken in hand: nodes in order, names, scopes, lines, gradients, and the text tree."""

from __future__ import annotations

import numpy as np
import pytest

import microgrid as mg

A = np.arange(1.0, 7.0).reshape(2, 3)


def network():
    x = mg.tensor(A)
    W1 = mg.tensor(np.ones((3, 4)) / 4, requires_grad=True)
    b1 = mg.tensor(np.zeros(4), requires_grad=True, name="bias")
    h = mg.tanh(x @ W1 + b1)
    loss = (h * h).mean()
    return mg.graph(loss), {"x": x, "W1": W1, "b1": b1, "h": h, "loss": loss}


# ------------------------------------------------------------------------------------------ nodes and order


def test_every_node_comes_after_its_inputs():
    """Iteration is in order: oldest first, leaves before their first user."""
    graph, _ = network()
    place = {n: i for i, n in enumerate(graph)}
    assert len(graph) == len(place) == 8
    for n in graph:
        for p in graph.operands(n):
            if p in place:
                assert place[p] < place[n]
    assert [n.op.name if n.op else "leaf" for n in graph] == [
        "leaf",
        "leaf",
        "matmul",
        "leaf",
        "add",
        "tanh",
        "multiply",
        "mean",
    ]


def test_inputs_and_outputs():
    """inputs: what no recorded operation made; outputs: what was asked for."""
    graph, t = network()
    assert graph.inputs == (t["x"]._node, t["W1"]._node, t["b1"]._node)
    assert graph.outputs == (t["loss"]._node,)
    assert t["h"]._node in graph
    assert mg.tensor(1.0)._node not in graph


def test_several_outputs_share_one_graph():
    """mg.graph([a, b]): each node once."""
    p = mg.tensor(A, requires_grad=True)
    h = p * 2.0
    graph = mg.graph([h.sum(), h.mean()])
    assert [n.op.name for n in graph if n.op] == ["multiply", "sum", "mean"]
    assert len(graph.outputs) == 2


def test_users():
    """The nodes that read a node, in order; one that reads it twice is one user."""
    graph, t = network()
    assert [n.op.name for n in graph.users(t["h"]._node)] == ["multiply"]
    assert graph.users(t["loss"]._node) == ()


def test_plain_arrays_are_constants_and_numbers_stay_numbers():
    """An array given as it was is a node of its own; 2.0 is 2.0."""
    p = mg.tensor(A, requires_grad=True)
    graph = mg.graph(p * np.ones((2, 3)) * 2.0)
    (first, second) = (n for n in graph if n.op)
    array = graph.operands(first)[1]
    assert array in graph
    assert array in graph.inputs
    assert np.array_equal(array.data, np.ones((2, 3)))
    assert graph.operands(second)[1] == 2.0


def test_a_graph_is_a_snapshot():
    """Writes to a handle after it was taken do not change it."""
    p = mg.tensor(A, requires_grad=True)
    x = p * 2.0
    graph = mg.graph(x)
    x[0] = 5.0
    assert [n.op.name for n in graph if n.op] == ["multiply"]
    assert [n.op.name for n in mg.graph(x) if n.op] == ["multiply", "setitem"]


def test_a_graph_of_a_graph_is_itself():
    """mg.graph(graph) passes."""
    graph, _ = network()
    assert mg.graph(graph) is graph


# ------------------------------------------------------------------------------------------ names


def test_names_given_name_variable_operation():
    """The given name, else the variable's in the code that asks, else the operation; each unlike any other."""
    p = mg.tensor(A, requires_grad=True)
    q = mg.tensor(A, requires_grad=True, name="given")
    hidden = p * q
    graph = mg.graph((hidden + 1.0 + 1.0).sum())
    assert [graph.name(n) for n in graph] == ["p", "given", "hidden", "add", "add.2", "sum"]


def test_find_by_name():
    """find gives the node of a name, whatever gave it the name."""
    graph, t = network()
    assert graph.find("bias") is t["b1"]._node
    assert graph.find("h").op.name == "tanh"
    assert graph.find("matmul").op.name == "matmul"
    loss = t["loss"]
    assert mg.graph(loss).find("loss") is loss._node


def test_find_raises_naming_the_nearest():
    """KeyError, and an IDE-like suggestion."""
    graph, _ = network()
    with pytest.raises(KeyError, match="no node is called 'matmull'; near to it: matmul"):
        graph.find("matmull")
    with pytest.raises(KeyError, match="near to it: "):
        graph.find("zzzzzz")


def test_two_of_one_given_name_are_told_apart():
    """The second is w.2."""
    a, b = (mg.tensor(A, requires_grad=True, name="w") for _ in range(2))
    graph = mg.graph(a + b)
    assert (graph.find("w"), graph.find("w.2")) == (a._node, b._node)


def test_a_name_that_looks_like_a_second_one_stays_unique():
    """w, w, and one that is really called w.2."""
    a, b, c = (mg.tensor(A, requires_grad=True, name=n) for n in ("w", "w", "w.2"))
    graph = mg.graph(a + b + c)
    names = [graph.name(n) for n in graph]
    assert len(set(names)) == len(names)


def test_the_name_of_a_view_held_by_a_variable():
    """row = x[0]: the getitem is called row."""
    x = mg.tensor(A, requires_grad=True) * 1.0
    row = x[0]
    graph = mg.graph(row.sum())
    assert graph.find("row").op.name == "getitem"


# ------------------------------------------------------------------------------------------ scopes and lines


def test_scopes_of_nodes():
    """Outermost first; a leaf has none."""
    p = mg.tensor(A, requires_grad=True)
    with mg.scope("outer"), mg.scope("inner"):
        y = p * 2.0
    graph = mg.graph(y)
    assert [s.name for s in graph.scope(y._node)] == ["outer", "inner"]
    assert graph.scope(p._node) == ()


def test_lines():
    """(file, line, text) of the user's code, through helpers of microgrid's and through NumPy's dispatch."""
    p = mg.tensor(A, requires_grad=True)
    y = np.tanh(p)  # the tanh
    z = y.mean()  # the mean
    graph = mg.graph(mg.nn.functional.mse_loss(z, mg.tensor(1.0, dtype=float)))  # the loss
    for node, text in ((y._node, "# the tanh"), (z._node, "# the mean"), (graph.outputs[0], "# the loss")):
        file, line, code = graph.line(node)
        assert file == __file__
        assert code.endswith(text)
        assert line > 0
    assert graph.line(p._node) == ("", 0, "")


def test_the_line_of_a_write_and_of_a_multi_line_expression():
    """x[0] = v is the line of the assignment; in an expression over several lines, that of the operation."""
    p = mg.tensor(A, requires_grad=True)
    x = p * 1.0
    x[0] = 2.0  # the write
    # fmt: off
    y = (
        x
        + x  # the addition
    ).sum()
    # fmt: on
    graph = mg.graph(y)
    put, add = (next(n for n in graph if n.op and n.op.name == name) for name in ("setitem", "add"))
    assert graph.line(put)[2].endswith("# the write")
    assert graph.line(add)[2] in ("x", "+ x  # the addition")


# ------------------------------------------------------------------------------------------ gradients


def test_gradients_of_every_node_that_carries_one():
    """Computed again, by node; the root's is 1; against the chain rule by hand."""
    graph, t = network()
    got = graph.gradients()
    h = np.tanh(A @ (np.ones((3, 4)) / 4))
    gh = 2 * h / h.size
    assert got[t["loss"]._node] == 1.0
    np.testing.assert_allclose(got[t["h"]._node], gh, rtol=1e-14)
    np.testing.assert_allclose(got[t["W1"]._node], A.T @ (gh * (1 - h * h)), rtol=1e-13)
    assert t["x"]._node not in got
    assert set(got) == {n for n in graph if n.need}


def test_gradients_touch_no_leafs_grad():
    """Reading a graph is no backward."""
    graph, t = network()
    graph.gradients()
    assert t["W1"].grad is None


def test_gradients_take_a_cotangent():
    """For a result that is no scalar; without one it is an error."""
    p = mg.tensor(A, requires_grad=True)
    graph = mg.graph(p * 3.0)
    assert np.array_equal(graph.gradients(np.ones((2, 3)))[p._node], np.full((2, 3), 3.0))
    with pytest.raises(ValueError, match="only a scalar"):
        graph.gradients()


def test_gradients_without_a_gradient_are_none():
    """A graph of constants has no cotangents."""
    with mg.record():
        y = mg.tensor(A).sum()
    assert mg.graph(y).gradients() == {}


# ------------------------------------------------------------------------------------------ of a function


def test_the_graph_of_a_call():
    """graph(f, *args): everything is recorded, gradient or not; arrays are named after their parameters."""

    def f(x, w):
        return np.maximum(x @ w, 0.0).sum(axis=1)

    graph = mg.graph(f, A, np.ones((3, 2)))
    assert [n.op.name for n in graph if n.op] == ["matmul", "maximum", "sum"]
    assert [graph.name(n) for n in graph.inputs] == ["x", "w"]
    assert not any(n.need for n in graph)


def test_the_graph_of_a_call_with_tensors_and_keywords():
    """Tensors are taken as they are; keyword arguments and lists pass through."""
    w = mg.tensor(np.ones(3), requires_grad=True, name="weights")

    def f(x, w, *, scale):
        return (x * w).sum() * scale, w.mean()

    graph = mg.graph(f, A, w, scale=2.0)
    assert len(graph.outputs) == 2
    assert graph.find("weights") is w._node
    assert graph.find("x").need == 0


def test_comparisons_in_a_call_keep_their_inputs():
    """Under record links are strong: the masks' own inputs are there."""
    graph = mg.graph(lambda x: np.where((x > 2) & (x < 5), x, 0.0), A)
    assert [n.op.name for n in graph if n.op] == ["greater", "less", "bitwise_and", "where"]
    assert "released" not in str(graph)


def test_what_is_no_graph_is_refused():
    """A number, an empty list, a function that gives no Tensor."""
    with pytest.raises(TypeError, match="graph: int given, expected Tensors, or a function"):
        mg.graph(3)
    with pytest.raises(TypeError, match="graph: list given"):
        mg.graph([])
    with pytest.raises(TypeError, match=r"the function returned float.*\.numpy\(\) or \.item\(\)"):
        mg.graph(lambda x: float(x.sum()), A)


# ------------------------------------------------------------------------------------------ text


def test_the_text_tree_shows_the_main_line_and_what_joins_it():
    """From the loss back to the inputs: operation, operands, shape, dtype, range and line."""
    graph, _ = network()
    text = str(graph)
    lines = text.splitlines()
    assert lines[0].startswith("loss = mean(multiply)   () float64   0.")
    assert lines[1].startswith("multiply(h, h)   (2, 4) float64")
    assert any(line.startswith("│  bias  (leaf)") for line in lines)
    assert any("matmul(" in line and "test_graph.py:" in line for line in lines)
    assert all(graph.name(n) in text for n in graph)


def test_a_shared_node_is_shown_once():
    """Later it is `(above)`."""
    p = mg.tensor(A, requires_grad=True)
    a = mg.exp(p)
    y = a.sum() + (a * 2.0).sum()
    lines = str(mg.graph(y)).splitlines()
    assert sum("(above)" in line for line in lines) == 1
    assert sum("exp(" in line for line in lines) == 1


def test_the_tree_of_a_deep_graph_is_cut_in_its_middle():
    """100,000 operations: no recursion, and a page of text that says how many lines are left out."""
    y = mg.tensor(np.ones(2), requires_grad=True)
    for _ in range(100_000):
        y = y * 1.0
    lines = str(mg.graph(y)).splitlines()
    assert len(lines) <= 202
    assert any("more lines" in line for line in lines)
    assert "(leaf)" in lines[-1]


def test_the_tree_of_a_wide_graph():
    """A sum of 150 parameters: every one is there, indented by one."""
    ps = [mg.tensor(np.ones(2), requires_grad=True, name=f"p{i}") for i in range(150)]
    text = str(mg.graph(mg.concatenate(ps).sum()))
    assert all(f"p{i}  (leaf)" in text for i in range(150))
    assert max(line.count("│") for line in text.splitlines()) == 1


def test_a_long_operation_list_in_a_line_is_cut():
    """concatenate of 150 does not make a line of thousands of characters."""
    ps = [mg.tensor(np.ones(2), requires_grad=True, name=f"parameter{i}") for i in range(150)]
    assert max(map(len, str(mg.graph(mg.concatenate(ps).sum())).splitlines())) < 200


def test_a_graph_without_history_is_one_node_and_a_hint():
    """... how to record."""
    x = mg.tensor(A)
    graph = mg.graph(x * 2.0)
    assert len(graph) == 1
    assert "no history" in str(graph)
    assert "mg.record()" in str(graph)
    assert "mg.graph(f, *args)" in str(graph)


def test_a_leaf_alone_is_one_node():
    """mg.graph(p)."""
    p = mg.tensor(A, requires_grad=True)
    assert [n.op for n in mg.graph(p)] == [None]


def test_stale_and_freed_values_are_told_in_the_tree():
    """It can still be drawn."""
    p = mg.tensor(A, requires_grad=True)
    y = (mg.exp(p) * 2.0).sum()
    y.backward(retain_graph=False)
    assert "freed or overwritten" in str(mg.graph(y))


def test_nan_and_empty_values_in_the_tree():
    """nan … nan for NaN, nothing for no elements."""
    with np.errstate(invalid="ignore"):
        y = mg.log(mg.tensor(np.array([-1.0, 1.0]), requires_grad=True))
    assert "nan" in str(mg.graph(y))
    assert "(0,)" in str(mg.graph(mg.tensor(np.zeros(0), requires_grad=True) * 2.0))


def test_repr_counts():
    """<Graph of 5 operations on 3 inputs>"""
    graph, _ = network()
    assert repr(graph) == "<Graph of 5 operations on 3 inputs>"


def test_the_tree_of_several_outputs_operation():
    """divmod has two: each is an output of one node."""
    a = mg.tensor(A, requires_grad=True)
    q, r = divmod(a, 2.0)
    text = str(mg.graph([q, r]))
    assert "divmod(a, 2)" in text
    assert "output" in text


def test_recorded_backward_operations_are_no_line_of_a_string():
    """A rule that records itself is microgrid's: its nodes show the user's line that asked for the gradient."""
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward(create_graph=True)
    taken = mg.graph(x.grad)
    files = {taken.line(n)[0] for n in taken if n.op is not None}
    assert "<string>" not in files and files == {__file__}


def test_a_modules_input_is_named_by_its_forward():
    """`graph(module, x)` calls the module, whose `__call__` takes anything; its `forward` says what."""
    net = mg.nn.Linear(2, 3)
    assert mg.graph(net, np.ones((1, 2))).find("input").shape == (1, 2)
