"""No gradient is ever silently wrong: `.data`, `mg.asarray`, `x.numpy()` and plain operands."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import microgrid as mg

A = np.arange(1.0, 7.0).reshape(2, 3)


def leaf(a=A, **kw):
    return mg.tensor(a, requires_grad=True, **kw)


def numbers(x):
    return np.asarray(x.detach())


# ------------------------------------------------------------------------------------------ .data


def test_data_is_the_array_itself():
    """x.data of a tensor that nothing else uses is its memory: a write shows, and later uses read it."""
    p = leaf()
    p.data[0] = 10.0
    assert np.array_equal(p.numpy()[0], [10, 10, 10])
    (p * p).sum().backward()
    assert np.array_equal(numbers(p.grad)[0], [20, 20, 20])


def test_data_minus_equals():
    """`p.data -= lr * p.grad` works, step after step, and p stays a named leaf."""
    p, a = leaf(name="p"), A.copy()
    for _ in range(4):
        p.grad = None
        ((p - 1.0) ** 2).sum().backward()
        p.data -= 0.1 * p.grad.data
        a -= 0.1 * 2 * (a - 1)
    assert (p.is_leaf, p.requires_grad, p.name) == (True, True, "p")
    assert np.allclose(p.numpy(), a, rtol=1e-14)


@pytest.mark.parametrize(
    "write", ["p.data.fill(0.0)", "p.data -= 1.0", "p.data[0, 0] = 7.0", "d = p.data; d *= 2.0", "p.data.T[0] = 5.0"]
)
def test_a_backward_over_a_use_whose_value_was_changed_raises(write):
    """... GraphError naming the tensor, when a rule reads it."""
    p = leaf(name="W1")
    y = (p * p).sum()
    exec(write, {"p": p})
    with pytest.raises(mg.GraphError, match=r"W1 \(2, 3\): written through \.data after"):
        y.backward()
    assert p.grad is None


def test_a_use_whose_rule_does_not_read_the_value_is_differentiated_still():
    """(x + 1) needs no x: a write through .data spoils nothing."""
    p = leaf()
    y = (p + 1.0).sum()
    p.data -= 1.0
    y.backward()
    assert np.array_equal(numbers(p.grad), np.ones((2, 3)))


def test_reading_through_data_is_no_write():
    """Printing p.data between forward and backward changes nothing; a NaN that stayed is no change either."""
    p = leaf(np.array([1.0, np.nan]))
    y = (p * p).sum()
    assert p.data[0] == 1.0
    y.backward()
    assert numbers(p.grad)[0] == 2.0


def test_writing_the_same_numbers_is_no_change():
    """p.data[...] = p.data leaves the graph right."""
    p = leaf()
    y = (p * p).sum()
    p.data[...] = A
    y.backward()
    assert np.array_equal(numbers(p.grad), 2 * A)


def test_an_array_kept_across_the_use_is_watched():
    """d = p.data before the use, written after it: found out."""
    p = leaf(name="p")
    d = p.data
    y = (p * p).sum()
    d[0] = 100.0
    with pytest.raises(mg.GraphError, match="p "):
        y.backward()
    z = (p * p).sum()  # a new use reads what is there now
    assert float(z) == (d * d).sum()
    z.backward()
    assert np.array_equal(numbers(p.grad), 2 * d)


def test_a_legal_write_between_uses():
    """d = p.data, use and backward, write, use and backward: every gradient is of its own numbers."""
    p = leaf()
    d = p.data
    for k in range(1, 4):
        p.grad = None
        d[...] = float(k)
        (p * p).sum().backward()
        assert np.array_equal(numbers(p.grad), np.full((2, 3), 2.0 * k))


def test_a_second_backward_after_a_legal_one_and_a_write_raises():
    """The graph stays, and so does the watch."""
    p = leaf()
    y = (p * p).sum()
    y.backward()
    p.data += 1.0
    with pytest.raises(mg.GraphError, match="overwritten"):
        y.backward()


def test_a_backward_that_raises_leaves_no_half_gradients():
    """p.grad of the other leaves is as it was."""
    p, q = leaf(name="p"), leaf()
    y = (p * p).sum() + (q * q).sum()
    p.data += 1.0
    with pytest.raises(mg.GraphError):
        y.backward()
    assert p.grad is None
    assert q.grad is None


def test_the_data_of_an_intermediate():
    """h.data written after a rule's value was recorded: exp reads its own output, so it raises."""
    p = leaf()
    h = mg.exp(p)
    h.name = "h"
    y = h.sum()
    h.data[0] = 0.0
    with pytest.raises(mg.GraphError, match=r"h \(2, 3\)"):
        y.backward()


def test_the_data_of_an_intermediate_read_only():
    """h.data read, not written: the gradient is right."""
    p = leaf()
    h = mg.exp(p)
    assert h.data.shape == (2, 3)
    h.sum().backward()
    assert np.allclose(numbers(p.grad), np.exp(A), rtol=1e-15)


def test_a_view_of_a_constant_written_through_data():
    """c.T was read by a product and shares c's memory: the graph keeps the numbers that it read."""
    p, c = leaf(), mg.tensor(A, name="c")
    y = (p.T * c.T).sum()
    c.data[0] = 0.0
    y.backward()
    assert np.array_equal(numbers(p.grad), A)
    assert np.array_equal(c.numpy()[0], np.zeros(3))


def test_a_twin_does_not_see_a_write():
    """x.detach() shares memory; a write through x.data is x's alone."""
    c = mg.tensor(A)
    twin = c.detach()
    c.data.fill(0.0)
    assert np.array_equal(twin.numpy(), A)
    assert np.array_equal(c.numpy(), np.zeros((2, 3)))


def test_a_snapshot_does_not_see_a_write():
    """a = x.numpy(); x.data[...] = 0: a keeps the numbers, or could not be told from the tensor."""
    c = mg.tensor(A)
    a = c.numpy()
    c.data.fill(0.0)
    assert np.array_equal(a, A)


def test_assigning_data_makes_a_fresh_leaf_and_the_old_graph_stays_right():
    """p.data = array: p is that leaf from now on; what was computed keeps its numbers."""
    p = leaf(name="p")
    y = (p * p).sum()
    p.data = np.zeros((2, 3))
    y.backward()
    assert np.array_equal(numbers(p.grad), 2 * A)
    assert (p.is_leaf, p.requires_grad, p.name) == (True, True, "p")
    assert np.array_equal(p.numpy(), np.zeros((2, 3)))


def test_assigning_data_refuses_what_the_tensor_cannot_hold():
    """Integers for a leaf that requires grad, text for any, and a computed tensor with a history."""
    p = leaf(name="p")
    with pytest.raises(TypeError, match="int64"):
        p.data = np.array([1, 2])
    with pytest.raises(TypeError):
        mg.tensor(A).data = np.array(["a"])
    x = p * 1.0
    with pytest.raises(mg.GraphError, match="detach"):
        x.data = A
    assert np.array_equal(p.numpy(), A)


def test_an_array_whose_owner_still_holds_it_is_watched_after_data_equals():
    """p.data = a, use, a[0] = 0: found out."""
    p, a = leaf(name="p"), A.copy()
    p.data = a
    y = (p * p).sum()
    a[0] = 0.0
    with pytest.raises(mg.GraphError, match="p "):
        y.backward()


def test_asarray_shares_memory_and_is_watched():
    """mg.asarray(a) shares memory; a write to a after a use is found out by the backward that needs it."""
    a = A.copy()
    x = mg.asarray(a)
    a[0, 0] = 50.0
    assert x.numpy()[0, 0] == 50.0
    p = leaf()
    y = (p * x).sum()
    a[0, 0] = 60.0
    with pytest.raises(mg.GraphError, match="overwritten"):
        y.backward()
    assert np.shares_memory(mg.asarray(A).data, A)


def test_the_data_of_a_scalar():
    """x.data of a 0-d tensor is a 0-d array, and writes stick."""
    x = mg.tensor(2.0)
    x.data[...] = 3.0
    assert x.item() == 3.0
    y = mg.tensor(A).sum()
    assert isinstance(y.data, np.ndarray)
    y.data += 1.0
    assert y.item() == A.sum() + 1


def test_data_of_a_freed_value_raises():
    """... since nothing is there."""
    p = leaf()
    x = p * 2.0
    n = x._node
    del x
    (mg.Tensor(A) * 1.0).sum()
    y = leaf()
    z = mg.exp(y)
    w = z * z
    kept = w.sum()
    del z, w, n
    kept.backward(retain_graph=False)
    with pytest.raises(mg.GraphError, match="freed"):
        kept.backward()


@pytest.mark.parametrize("shared", ["view", "product", "detach", "snapshot", "kept"])
def test_data_is_private_however_the_array_is_shared(shared):
    """Whatever else refers to the memory, a write through .data is either seen as a write or spoils nothing."""
    p, c = leaf(), mg.tensor(A)
    other = {
        "view": lambda: c[0],
        "product": lambda: c * 1.0,
        "detach": lambda: c.detach(),
        "snapshot": lambda: c.numpy(),
        "kept": lambda: c.data,
    }[shared]()
    y = (p * c).sum()
    d = c.data
    d += 1.0
    with pytest.raises(mg.GraphError):
        y.backward()
    assert np.array_equal(c.numpy(), A + 1)
    assert other is not None


def test_a_write_through_data_shows_in_views():
    """As in NumPy: the view reads the root's numbers."""
    c = mg.tensor(A)
    v = c[0]
    c.data[0] = 9.0
    assert np.array_equal(v.numpy(), [9, 9, 9])


def test_watching_ends_when_the_array_is_let_go():
    """After `del d` the tensor is an ordinary one again: its memory is handed out without a copy."""
    p = mg.tensor(A)
    d = p.data
    (p * 1.0).sum()
    del d
    gc.collect()
    (p * 1.0).sum()
    d = p.data
    assert np.shares_memory(d, p.data)


# ------------------------------------------------------------------------------------------ x.numpy()


def test_numpy_is_a_read_only_snapshot():
    """Writing to it raises; later writes to the tensor do not show in it."""
    x = leaf() * 1.0
    a = x.numpy()
    with pytest.raises(ValueError, match="read-only"):
        a[0] = 0.0
    x[0] = 9.0
    x += 1.0
    assert np.array_equal(a, A)


# ------------------------------------------------------------------------------------------ plain operands


@pytest.mark.parametrize(
    ("use", "grad"),
    [
        ("p * b", "b"),
        ("b * p", "b"),
        ("p / b", "1 / b"),
        ("b @ p.T", "ones @ b"),
        ("np.where(m, p, 0.0)", "m * 1.0"),
        ("p[i]", "hits"),
        ("np.maximum(p, b)", "(p > b) * 1.0"),
        ("mg.concatenate([p, b])", "np.ones((2, 3))"),
        ("p ** b", "b * p ** (b - 1)"),
    ],
)
def test_a_plain_operand_that_a_rule_will_read_is_copied_when_recorded(use, grad):
    """b written after `x = p * b` spoils no gradient."""
    b = np.array([[2.5, 2.5, 2.5], [9, 9, 9]])
    m = np.array([[True, False, True], [False, False, True]])
    i = np.array([0, 0])
    env = {"p": leaf(), "b": b, "m": m, "i": i, "np": np, "mg": mg}
    y = eval(f"({use}).sum()", env)
    want = eval(
        grad,
        {
            "p": A,
            "b": b.copy(),
            "m": m.copy(),
            "np": np,
            "ones": np.ones((1, 2)),
            "hits": np.array([[2.0] * 3, [0.0] * 3]),
        },
    )
    b[:], m[:], i[:] = 77.0, False, 1
    y.backward()
    assert np.allclose(numbers(env["p"].grad), want * np.ones((2, 3)), rtol=1e-14)


def test_mg_tensor_once_avoids_the_copy():
    """A Tensor is the operand itself: its array is not copied again."""
    p, b = leaf(), mg.tensor(A)
    y = p * b
    assert np.shares_memory(y._node.inputs[1].data, b.numpy())


def test_an_operand_that_no_rule_reads_is_not_copied():
    """p + b keeps b's array as it is: nothing will read it."""
    p, b = leaf(), A.copy()
    y = p + b
    assert y._node.inputs[1] is b


def test_an_index_is_copied_in_a_write_too():
    """x[i] = v, then i changes: the gradient goes where the value went."""
    p, i = leaf(), np.array([0])
    x = mg.zeros((2, 3), dtype=float)
    x[i] = p[1] * 2.0
    i[0] = 1
    c = np.arange(6.0).reshape(2, 3)
    (x * c).sum().backward()
    assert np.array_equal(numbers(p.grad), [[0, 0, 0], [0, 2, 4]])


def test_a_list_index_is_copied():
    """x[[0, 1]] with a list that is changed afterwards."""
    p, i = leaf(), [0]
    y = p[i].sum()
    i[0] = 1
    y.backward()
    assert np.array_equal(numbers(p.grad), [[1, 1, 1], [0, 0, 0]])
