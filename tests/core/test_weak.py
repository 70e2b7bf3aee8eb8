"""What carries no gradient is still known: comparisons, logic and argmax know their operation and, weakly, their
inputs; they keep nothing alive."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import microgrid as mg

A = np.arange(-2.0, 4.0).reshape(2, 3)
DISCRETE = {
    "x > 0": A > 0,
    "x < y": A[:] < A[::-1],
    "x == x": A == A,
    "(x > 0) & (x < 2)": (A > 0) & (A < 2),
    "~(x > 0)": ~(A > 0),
    "x.argmax(1)": A.argmax(1),
    "x.argmin()": A.argmin(),
    "np.isnan(x)": np.isnan(A),
    "np.logical_or(x, y)": np.logical_or(A, A[::-1]),
    "(x > 0).any()": True,
    "(x > 0).all(0)": (A > 0).all(0),
    "x // 2.0": A // 2.0,
    "x != 0": A != 0,
}


def computed():
    p = mg.tensor(A, requires_grad=True)
    return {"np": np, "p": p, "x": p * 1.0, "y": p[::-1] * 1.0}


@pytest.mark.parametrize("source", DISCRETE)
def test_comparisons_logic_and_argmax_give_tensors_without_a_gradient(source):
    """Their values are NumPy's; they are Tensors that require no gradient and know their operation."""
    t = eval(source, computed())
    assert isinstance(t, mg.Tensor)
    assert not t.requires_grad
    assert t._node.op is not None
    assert np.array_equal(t.numpy(), DISCRETE[source])
    assert t.dtype == np.asarray(DISCRETE[source]).dtype


def test_inputs_are_known_while_they_live():
    """`where(x > 0, ...)` is drawn from x: the mask's parent is x's node as long as x lives."""
    p = mg.tensor(A, requires_grad=True)
    x = p * 1.0
    mask = x > 0
    assert mask._node.parents()[0] is x._node
    y = np.where(mask, x, 0.0)
    graph = mg.graph(y)
    assert [n.op.name for n in graph if n.op] == ["multiply", "greater", "where"]
    assert graph.operands(mask._node)[0] is x._node


def test_a_released_input_is_told():
    """The inner masks of `(x > 0) & (x < 1)` are gone: the parent is None, the value is there."""
    x = mg.tensor(A, requires_grad=True) * 1.0
    both = (x > 0) & (x < 2)
    assert both._node.parents() == [None, None]
    assert np.array_equal(both.numpy(), (A > 0) & (A < 2))
    assert "released" in str(mg.graph(both))


@pytest.mark.parametrize("source", DISCRETE)
def test_they_keep_nothing_alive(source):
    """With x gone, its node is gone at once, though the mask lives."""
    names = computed()
    node = weakref.ref(names["x"]._node)
    t = eval(source, names)
    del names
    assert node() is None, "kept alive"
    assert t is not None


def test_a_loop_that_counts_hits_leaks_nothing():
    """n_right += (pred.argmax(1) == t).sum() over many steps: the number of nodes does not grow."""
    target = mg.tensor([1, 0])
    w = mg.tensor(np.eye(3), requires_grad=True)

    def nodes():
        gc.collect()
        return sum(type(o).__module__ == "microgrid.core.node" for o in gc.get_objects())

    hits, seen = 0, []
    for _ in range(5):
        for _ in range(20):
            hits += (mg.matmul(A, w).argmax(1) == target).sum()
        seen.append(nodes())
    assert seen[1:] == seen[:-1]
    assert hits.item() == 100 * (A.argmax(1) == [1, 0]).sum()


def test_under_record_links_are_strong():
    """`mg.record()` keeps the inputs, gradient or not."""
    with mg.record():
        x = mg.tensor(A) * 1.0
        node = weakref.ref(x._node)
        mask = x > 0
        del x
    assert node() is not None
    assert mask._node.parents()[0] is node()


def test_under_record_everything_on_tensors_is_recorded():
    """... constants too; outside, a computation on constants leaves no graph."""
    c = mg.tensor(A)
    assert (c * 2.0).is_leaf
    with mg.record():
        y = (c * 2.0).sum()
    assert [n.op.name for n in mg.graph(y) if n.op] == ["multiply", "sum"]
    assert not y.requires_grad


def test_a_sum_over_a_mask_is_a_constant():
    """Ordinary operations on masks give constants: their history is not kept."""
    x = mg.tensor(A, requires_grad=True) * 1.0
    hits = (x > 0).sum()
    assert hits.is_leaf
    assert hits.item() == 3


def test_a_mask_of_leaves_that_carry_nothing_is_a_constant():
    """Data compared with data is no part of a graph."""
    assert (mg.tensor(A) > 0).is_leaf


def test_detach_inside_bodies_and_rules_takes_what_must_not_be_differentiated():
    """mg.detach gives the value of a Tensor without history, and an array as it is."""
    x = mg.tensor(A, requires_grad=True)
    y = (mg.detach(x) * x).sum()
    y.backward()
    assert np.array_equal(x.grad.numpy(), A)
    assert mg.detach(A) is A


# ------------------------------------------------------------------------------------------ recording on and off


def test_no_grad_records_nothing_and_enable_grad_does_again():
    """Nested, as context managers and as decorators."""
    p = mg.tensor(A, requires_grad=True)
    with mg.no_grad():
        assert not (p * 2.0).requires_grad
        with mg.enable_grad():
            assert (p * 2.0).requires_grad
        assert not (p * 2.0).requires_grad
    assert (p * 2.0).requires_grad
    assert not mg.no_grad()(lambda: p * 2.0)().requires_grad
    with mg.no_grad():
        assert mg.enable_grad()(lambda: p * 2.0)().requires_grad


def test_recording_is_restored_after_an_error():
    """An exception inside no_grad does not leave recording off."""
    p = mg.tensor(A, requires_grad=True)
    with pytest.raises(ZeroDivisionError), mg.no_grad():
        1 / 0  # noqa: B018
    assert (p * 2.0).requires_grad


def test_a_context_manager_can_be_used_again_and_nested_in_itself():
    """off = mg.no_grad(); with off: with off: ..."""
    p, off = mg.tensor(A, requires_grad=True), mg.no_grad()
    for _ in range(2):
        with off:
            with off:
                assert not (p * 2.0).requires_grad
            assert not (p * 2.0).requires_grad
        assert (p * 2.0).requires_grad


def test_a_decorated_generator_and_method_work():
    """no_grad as a decorator of a method passes self, arguments and the return value."""

    class Model:
        @mg.no_grad()
        def predict(self, x, *, scale=1.0):
            """Predict."""
            return x * scale

    p = mg.tensor(A, requires_grad=True)
    assert not Model().predict(p, scale=3.0).requires_grad
    assert Model.predict.__doc__ == "Predict."


def test_scopes_nest_and_every_entry_is_its_own():
    """mg.scope names a stretch of the computation; entering the same name twice gives two scopes."""
    p = mg.tensor(A, requires_grad=True)
    with mg.scope("encoder"):
        a = p * 2.0
        with mg.scope("block"):
            b = a * 2.0
    with mg.scope("encoder"):
        c = b * 2.0
    graph = mg.graph(c)
    assert [[s.name for s in graph.scope(t._node)] for t in (a, b, c)] == [
        ["encoder"],
        ["encoder", "block"],
        ["encoder"],
    ]
    assert graph.scope(a._node)[0] is graph.scope(b._node)[0]
    assert graph.scope(a._node)[0] is not graph.scope(c._node)[0]
    assert graph.scope(p._node) == ()


def test_a_scope_can_be_a_decorator_and_wants_a_string():
    """@mg.scope("f"); scope(3) is a TypeError."""
    p = mg.tensor(A, requires_grad=True)
    t = mg.scope("f")(lambda: p * 2.0)()
    assert [s.name for s in mg.graph(t).scope(t._node)] == ["f"]
    with pytest.raises(TypeError, match="scope: the name is a string, got int"):
        mg.scope(3)
