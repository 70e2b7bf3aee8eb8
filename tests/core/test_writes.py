"""A Tensor is a name, a Node is a value: what `x[i] = v`, `x += y` and `out=x` do to handles, aliases and leaves."""

from __future__ import annotations

import numpy as np
import pytest

import microgrid as mg

A = np.arange(1.0, 7.0).reshape(2, 3)


def leaf(a=A, **kw):
    return mg.tensor(a, requires_grad=True, **kw)


def numbers(x):
    return np.asarray(x.detach())


# ------------------------------------------------------------------------------------------ names and values


@pytest.mark.parametrize(
    "write",
    [
        "x[0] = 9.0",
        "x += 1.0",
        "x -= 1.0",
        "x *= 2.0",
        "x /= 2.0",
        "x **= 2.0",
        "np.add(x, 1.0, out=x)",
        "x[:, 1] += 3.0",
    ],
)
def test_every_alias_of_the_object_sees_a_write(write):
    """`x[i] = v`, `x += y`, `out=x` point the handle at a new Node: every alias of the object sees it."""
    x = leaf() * 1.0
    y, a = x, A * 1.0
    exec(write, {"x": x, "np": np})
    exec(write, {"x": a, "np": np})
    assert y is x
    assert np.array_equal(numbers(y), a)


@pytest.mark.parametrize("write", ["m &= n", "m |= n", "m ^= n", "i //= 2", "i %= 2", "i <<= 1"])
def test_masks_and_integers_are_written_in_place_too(write):
    """`m &= n` is seen by every alias, as in NumPy."""
    arrays = {"m": np.array([True, False, True]), "n": np.array([True, True, False]), "i": np.array([5, 6, 7])}
    tensors = {k: mg.tensor(a) for k, a in arrays.items()}
    aliases = dict(tensors)
    try:
        exec(write, tensors)
    except TypeError:
        assert "<<" in write  # no shifts: an error, not a silent rebinding
        return
    exec(write, arrays)
    for k in aliases:
        assert np.array_equal(aliases[k].numpy(), arrays[k])


def test_a_write_makes_a_new_node_and_leaves_the_old_one_alone():
    """A Node never changes: the one that the handle pointed to keeps its value."""
    x = leaf() * 1.0
    before = x._node
    x[0] = 9.0
    assert x._node is not before
    assert np.array_equal(before.data, A)


def test_results_made_earlier_keep_what_they_read():
    """y = x * x, made before the write, is differentiated with the numbers that it read."""
    p = leaf()
    x = p * 1.0
    y = (x * x).sum()
    x[0] = 100.0
    x += 5.0
    y.backward()
    assert np.array_equal(numbers(y), (A * A).sum())
    assert np.array_equal(numbers(p.grad), 2 * A)


def test_a_loop_over_time_differentiates():
    """`h[t] = f(h[t-1])` in a loop differentiates."""
    w = leaf(np.array(0.9))
    h = mg.zeros(6, dtype=float)
    h[0] = 1.0
    for t in range(1, 6):
        h[t] = mg.tanh(w * h[t - 1])
    h.sum().backward()

    def loss(w):
        h, total = 1.0, 1.0
        for _ in range(5):
            h = np.tanh(w * h)
            total += h
        return total

    assert float(w.grad) == pytest.approx((loss(0.9 + 1e-6) - loss(0.9 - 1e-6)) / 2e-6, rel=1e-8)


def test_a_write_of_history_into_a_constant_gives_it_the_history():
    """np.zeros_like(x) is a constant Tensor; z[i] = t then carries t's history."""
    p = leaf()
    z = np.zeros_like(p)
    assert isinstance(z, mg.Tensor)
    assert not z.requires_grad
    z[0] = p[1] * 3.0
    assert z.requires_grad
    z.sum().backward()
    assert np.array_equal(numbers(p.grad), [[0, 0, 0], [3, 3, 3]])


def test_what_is_overwritten_gets_no_gradient():
    """x[0] = v cuts the gradient of the old x[0], and v gets it summed to its own shape."""
    p, v = leaf(), leaf(np.array(2.0))
    x = p * 1.0
    x[0] = v
    (x * x).sum().backward()
    assert np.array_equal(numbers(p.grad), [[0, 0, 0], [8, 10, 12]])
    assert float(v.grad) == 12.0


def test_a_repeated_index_gives_the_gradient_to_the_last():
    """`x[[0, 0]] = v` gives the gradient to the last."""
    p, v = leaf(), leaf(np.array([[1.0, 2, 3], [4, 5, 6]]))
    x = p * 1.0
    x[[0, 0]] = v
    assert np.array_equal(numbers(x)[0], [4, 5, 6])
    x.sum().backward()
    assert np.array_equal(numbers(v.grad), [[0, 0, 0], [1, 1, 1]])
    assert np.array_equal(numbers(p.grad), [[0, 0, 0], [1, 1, 1]])


@pytest.mark.parametrize(
    "index",
    [
        [0, 0, 1],
        [-2, 0, 0],
        [1, -1],
        np.array([[0, 1], [1, 0]]),
        (0, [0, 0, 2]),
        ([1, 1], [2, -1]),
        (slice(None), [0, 0]),
    ],
    ids=str,
)
def test_repeated_indices_of_every_kind_give_the_gradient_to_the_last(index):
    """Only the value that stays in a place has a gradient there, negative indices, pairs and grids included."""
    p = leaf()
    v = leaf(np.random.default_rng(0).normal(size=A[index].shape))
    x = p * 1.0
    x[index] = v
    c = np.random.default_rng(1).normal(size=A.shape)
    (x * c).sum().backward()
    for t, place in ((v, 0), (p, 1)):
        for k in np.ndindex(t.shape):
            values = [v.numpy().copy(), A.copy()]
            values[place][k] += 1.0
            a = values[1]
            a[index] = values[0]
            b = A.copy()
            b[index] = v.numpy()
            assert numbers(t.grad)[k] == pytest.approx(((a - b) * c).sum(), abs=1e-12)


def test_in_place_keeps_shape_and_dtype():
    """`x += y` keeps x's shape and dtype; what does not fit raises, as in NumPy."""
    x = mg.tensor(A, dtype=np.float32)
    x += np.ones((2, 3))
    assert x.dtype == np.float32
    with pytest.raises(ValueError, match=r"\(4, 2, 3\)"):
        x += np.ones((4, 2, 3))
    n = mg.tensor([1, 2, 3])
    with pytest.raises(TypeError, match="int64"):
        n += 0.5


def test_float32_into_which_float64_is_added_keeps_its_dtype_and_its_gradient():
    """x32 += y64: the value is float32, the gradients come back in the dtype of each."""
    p, q = leaf(A.astype(np.float32)), leaf(A)
    x = p * np.float32(1)
    x += q * 2.0
    assert x.dtype == np.float32
    x.sum().backward()
    assert p.grad.dtype == np.float32
    assert q.grad.dtype == np.float64
    assert np.array_equal(numbers(q.grad), np.full((2, 3), 2.0))


def test_a_scalar_taken_from_a_vector_does_not_change():
    """`r = x[0]` of a vector is a scalar: `r += 1` binds the name anew, as in NumPy."""
    x = leaf(np.array([1.0, 2.0])) * 1.0
    r = x[0]
    s = r
    r += 1.0
    assert (float(r), float(s), float(x[0])) == (2.0, 1.0, 1.0)
    x[0] = 7.0
    assert float(s) == 1.0


def test_out_into_a_tensor_takes_the_history():
    """np.multiply(p, 2, out=x) points x at the product."""
    p = leaf()
    x = mg.zeros((2, 3), dtype=float)
    r = np.multiply(p, 2.0, out=x)
    assert r is x
    x.sum().backward()
    assert np.array_equal(numbers(p.grad), np.full((2, 3), 2.0))


def test_the_name_stays_with_the_handle_through_a_write():
    """x.name survives x += y and x[i] = v."""
    x = leaf() * 1.0
    x.name = "h"
    x += 1.0
    x[0] = 0.0
    assert x.name == "h"


# ------------------------------------------------------------------------------------------ leaves


@pytest.mark.parametrize(
    "write",
    ["p[0] = 1.0", "p += 1.0", "p *= 2.0", "np.add(p, 1.0, out=p)", "p[0] += 1.0", "p.T[0] = 1.0", "p[0][1] = 5.0"],
)
def test_a_leaf_that_requires_grad_is_written_only_under_no_grad(write):
    """While recording, a write to such a leaf (or to a view of it) raises and changes nothing."""
    p = leaf(name="W")
    with pytest.raises(mg.GraphError, match=r"W \(2, 3\).*leaf.*no_grad"):
        exec(write, {"p": p, "np": np})
    assert np.array_equal(p.numpy(), A)


@pytest.mark.parametrize(
    "write",
    ["p[0] = 1.0", "p += 1.0", "p *= 2.0", "np.add(p, 1.0, out=p)", "p[0] += 1.0", "p.T[0] = 1.0", "p[0][1] = 5.0"],
)
def test_a_leaf_written_under_no_grad_stays_a_leaf(write):
    """... and so does one that is written through a view of it, whose gradient comes as before."""
    p, a = leaf(), A.copy()
    with mg.no_grad():
        exec(write, {"p": p, "np": np})
    exec(write, {"p": a, "np": np})
    assert p.is_leaf
    assert p.requires_grad
    assert np.array_equal(p.numpy(), a)
    (p * p).sum().backward()
    assert np.allclose(numbers(p.grad), 2 * a, rtol=1e-15)


def test_hand_written_gradient_descent():
    """`with mg.no_grad(): p -= lr * p.grad` is the loop that it is in Torch."""
    p, a = leaf(name="p"), A.copy()
    for _ in range(5):
        p.grad = None
        ((p - 1.0) ** 2).sum().backward()
        with mg.no_grad():
            for q in [p]:
                q -= 0.1 * q.grad
        a = a - 0.1 * 2 * (a - 1)
    assert p.is_leaf
    assert p.name == "p"
    assert np.allclose(p.numpy(), a, rtol=1e-14)


def test_rows_of_a_leaf_in_a_loop():
    """`for row in p: row -= g` under no_grad writes p, which stays a leaf."""
    p = leaf()
    with mg.no_grad():
        for row in p:
            row -= 1.0
    assert p.is_leaf
    assert p.requires_grad
    assert np.array_equal(p.numpy(), A - 1)


def test_the_graph_made_before_an_update_stays_right():
    """An update under no_grad changes the name, not the value that the graph holds."""
    p = leaf()
    y = (p * p).sum()
    with mg.no_grad():
        p -= 100.0
    y.backward()
    assert np.array_equal(numbers(p.grad), 2 * A)


@pytest.mark.parametrize("write", ["x[0] = 1.0", "x += 1.0", "np.add(x, 1.0, out=x)", "x.T[0] = 1.0"])
def test_a_write_under_no_grad_to_a_non_leaf_that_carries_a_gradient_raises(write):
    """It would cut a history; nothing is changed."""
    x = leaf() * 1.0
    with mg.no_grad(), pytest.raises(mg.GraphError, match="history of x"):
        exec(write, {"x": x, "np": np})
    assert np.array_equal(numbers(x), A)


def test_a_constant_is_written_anywhere():
    """What carries no gradient is written while recording and under no_grad."""
    x = mg.tensor(A)
    x[0] = 1.0
    with mg.no_grad():
        x += 1.0
    assert np.array_equal(x.numpy(), [[2, 2, 2], [5, 6, 7]])


# ------------------------------------------------------------------------------------------ detach


def test_detach_shares_the_value_and_never_the_history():
    """d = x.detach() is a constant leaf on the very same array."""
    x = leaf() * 2.0
    d = x.detach()
    assert d.is_leaf
    assert not d.requires_grad
    assert np.shares_memory(d.numpy(), x.numpy())


def test_later_writes_to_either_do_not_show_in_the_other():
    """... by x[i] = v, by x += y, and by .data."""
    x = leaf() * 1.0
    d = x.detach()
    x[0] = 9.0
    d += 100.0
    assert np.array_equal(numbers(x)[1], A[1])
    assert np.array_equal(d.numpy(), A + 100)
    c = mg.tensor(A)
    e = c.detach()
    c.data[:] = 0
    assert np.array_equal(e.numpy(), A)
    e.data[:] = 7
    assert np.array_equal(c.numpy(), np.zeros((2, 3)))


def test_detach_of_a_leaf_view_and_of_an_alias():
    """A write to a detached view does not reach its root."""
    p = leaf()
    d = p[0].detach()
    d[0] = 50.0
    assert np.array_equal(p.numpy(), A)
