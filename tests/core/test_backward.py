"""The graph stays: backward, again and again; intermediate gradients; freed values; graphs of gradients; any depth."""

from __future__ import annotations

import gc
import sys
import weakref

import numpy as np
import pytest

import microgrid as mg

A = np.arange(1.0, 7.0).reshape(2, 3)


def leaf(a=A, **kw):
    return mg.tensor(a, requires_grad=True, **kw)


def numbers(x):
    return np.asarray(x.detach())


# ------------------------------------------------------------------------------------------ accumulation


def test_backward_twice_accumulates():
    """Gradients accumulate in the leaves' .grad, over calls on one graph and over graphs."""
    p = leaf()
    y = (p * p).sum()
    y.backward()
    y.backward()
    (p * 3.0).sum().backward()
    assert np.array_equal(numbers(p.grad), 4 * A + 3)


def test_a_leaf_used_many_times_gets_the_sum():
    """One leaf in five terms, and in both places of one product."""
    p = leaf()
    (p * p + p * 2.0 + p - p / 4.0 + p[::-1]).sum().backward()
    assert np.allclose(numbers(p.grad), 2 * A + 2 + 1 - 0.25 + 1, rtol=1e-15)


def test_two_leaves_do_not_share_their_gradients_array():
    """z = x + y hands both one cotangent: a write to one .grad does not show in the other."""
    x, y = leaf(), leaf()
    (x + y).backward(np.ones((2, 3)))
    x.grad.data[:] = 7.0
    assert np.array_equal(numbers(y.grad), np.ones((2, 3)))
    x.grad += 1.0
    assert np.array_equal(numbers(y.grad), np.ones((2, 3)))


def test_the_gradient_given_is_not_the_array_that_grad_holds():
    """backward(gradient=g): g is the caller's, before and after."""
    p, g = leaf(), np.ones((2, 3))
    (p + 0.0).backward(g)
    g[:] = 5.0
    assert np.array_equal(numbers(p.grad), np.ones((2, 3)))
    p.grad.data[:] = 9.0
    assert np.array_equal(g, np.full((2, 3), 5.0))


def test_a_second_backward_does_not_change_a_gradient_taken_before():
    """g = p.grad; another backward binds p.grad anew, g stays what it was."""
    p = leaf()
    y = (p * p).sum()
    y.backward()
    g = p.grad
    y.backward()
    assert np.array_equal(numbers(g), 2 * A)
    assert np.array_equal(numbers(p.grad), 4 * A)


def test_grad_is_none_at_first_and_can_be_set():
    """p.grad = None forgets it; arrays become Tensors of p's dtype; another shape is a ValueError."""
    p = leaf()
    assert p.grad is None
    p.grad = np.ones((2, 3), np.float32)
    assert isinstance(p.grad, mg.Tensor)
    assert p.grad.dtype == np.float64
    with pytest.raises(ValueError, match=r"grad: \(3,\) given.*\(2, 3\)"):
        p.grad = np.ones(3)
    p.grad = None
    assert p.grad is None


def test_the_gradient_carries_no_history_of_its_own():
    """Without create_graph, p.grad is a constant."""
    p = leaf()
    (p * p).sum().backward()
    assert not p.grad.requires_grad
    assert p.grad.is_leaf


def test_backward_of_a_leaf_itself():
    """p.backward(g) puts g in p.grad."""
    p = leaf(np.array(3.0))
    p.backward()
    assert p.grad.item() == 1.0


def test_a_one_element_tensor_needs_no_gradient():
    """Shape (1, 1) counts as a scalar, as in Torch."""
    p = leaf(np.array([[3.0]]))
    (p * p).backward()
    assert np.array_equal(numbers(p.grad), [[6.0]])


def test_backward_works_under_no_grad():
    """The graph is there already: recording need not be on, as in Torch."""
    p = leaf()
    y = (p * p).sum()
    with mg.no_grad():
        y.backward()
    assert np.array_equal(numbers(p.grad), 2 * A)


def test_leaves_that_the_result_does_not_depend_on_get_none():
    """None, not zeros, as in Torch."""
    p, q = leaf(), leaf()
    (p * 1.0).sum().backward()
    assert q.grad is None


def test_a_leaf_whose_handle_is_gone_is_no_trouble():
    """Nobody could read its gradient."""
    p = leaf()
    y = (p * leaf()).sum()
    y.backward()
    assert np.array_equal(numbers(p.grad), A)


# ------------------------------------------------------------------------------------------ intermediate gradients


def test_retain_grad_fills_in_the_gradient_of_an_intermediate():
    """h.retain_grad(): then h.grad, as in Torch; without it None."""
    p = leaf()
    h, k = p * 2.0, p * 3.0
    h.retain_grad()
    (h * h + k).sum().backward()
    assert np.array_equal(numbers(h.grad), 4 * A)
    assert k.grad is None


def test_retain_grad_of_a_constant_raises():
    """It carries no gradient."""
    with pytest.raises(mg.GraphError, match="carries no gradient"):
        mg.tensor(A, name="x").retain_grad()


def test_retained_gradients_accumulate_too():
    """Two backward calls give the sum."""
    p = leaf()
    h = p * 2.0
    h.retain_grad()
    y = h.sum()
    y.backward()
    y.backward()
    assert np.array_equal(numbers(h.grad), np.full((2, 3), 2.0))


def test_readers_recompute_intermediate_gradients_after_backward():
    """Graph.gradients gives every node's cotangent, though nothing was retained."""
    p = leaf()
    h = p * p
    y = h.sum()
    y.backward()
    got = mg.graph(y).gradients()
    assert np.array_equal(got[h._node], np.ones((2, 3)))
    assert np.array_equal(got[p._node], 2 * A)


# ------------------------------------------------------------------------------------------ freeing


def chain(p):
    return mg.exp(mg.tanh(p * 2.0)).sum()


def test_retain_graph_false_gives_the_gradient_and_frees_the_values():
    """What no handle shows is freed; its shape, dtype, operation and place in the graph stay."""
    p = leaf()
    y = chain(p)
    arrays = [weakref.ref(n) for n in mg.graph(y)]
    y.backward(retain_graph=False)
    expected = 2 * np.exp(np.tanh(2 * A)) / np.cosh(2 * A) ** 2
    assert np.allclose(numbers(p.grad), expected, rtol=1e-12)
    graph = mg.graph(y)
    assert [n.op.name for n in graph if n.op] == ["multiply", "tanh", "exp", "sum"]
    assert [n.available for n in graph if n.op] == [False, False, False, True]
    assert [(n.shape, str(n.dtype)) for n in graph if n.op] == [((2, 3), "float64")] * 3 + [((), "float64")]
    assert "freed" in str(graph)
    assert len(arrays) == len([n for n in arrays if n() is not None])


def test_retain_graph_false_frees_the_memory():
    """The arrays themselves are gone."""
    p = leaf()
    h = mg.exp(p)
    array = weakref.ref(h._node.data)
    y = (h * h).sum()
    del h
    gc.collect()
    assert array() is not None
    y.backward(retain_graph=False)
    assert array() is None


def test_retain_graph_false_keeps_what_a_handle_shows():
    """h is held by a name: its value is the user's."""
    p = leaf()
    h = mg.exp(p)
    y = (h * h).sum()
    y.backward(retain_graph=False)
    assert np.allclose(numbers(h), np.exp(A))


def test_a_freed_value_used_again_raises():
    """backward again: GraphError naming what was freed and the way out."""
    p = leaf()
    y = chain(p)
    y.backward(retain_graph=False)
    with pytest.raises(mg.GraphError, match=r"\(2, 3\): its value was freed by backward\(retain_graph=False\); leave"):
        y.backward()


def test_residuals_are_freed_too():
    """layer_norm's saved arrays go with its value, and their loss is told."""
    p, w, b = leaf(), leaf(np.ones(3)), leaf(np.zeros(3))
    y = (mg.layer_norm(p, w, b) * A).sum()
    y.backward(retain_graph=False)
    with pytest.raises(mg.GraphError, match="freed"):
        y.backward()


def test_a_view_of_a_freed_value_raises_when_used():
    """A graph that was freed cannot be built upon through its views either."""
    p = leaf()
    v = mg.exp(p)[0]
    y = (v * v).sum()
    y.backward(retain_graph=False)
    z = v * 1.0  # the view is held by a name: it has its value
    assert np.allclose(numbers(z), np.exp(A[0]))


# ------------------------------------------------------------------------------------------ graphs of gradients


def test_create_graph_gives_gradients_that_can_be_differentiated():
    """y = x⁴: 4x³, 12x², 24x, 24, by repeated backward."""
    p = leaf()
    y = ((p * p) * (p * p)).sum()
    for expected in (4 * A**3, 12 * A**2, 24 * A, 24 + 0 * A):
        p.grad = None
        y.backward(create_graph=True)
        assert np.allclose(numbers(p.grad), expected, rtol=1e-14)
        y = p.grad.sum()
    assert not y.requires_grad  # the fourth derivative is a constant


def test_create_graph_on_top_of_a_gradient_accumulates_with_history():
    """A gradient penalty: the sum of two recorded gradients is differentiated as a whole."""
    p = leaf()
    (p * p * p).sum().backward(create_graph=True)
    (p * p).sum().backward(create_graph=True)
    g = p.grad
    p.grad = None
    (g * g).sum().backward()
    assert np.allclose(numbers(p.grad), 2 * (3 * A**2 + 2 * A) * (6 * A + 2), rtol=1e-14)


def test_create_graph_with_a_gradient_that_carries_one():
    """The cotangent given is differentiated too."""
    p, v = leaf(), leaf(np.ones((2, 3)))
    (p * p).backward(v, create_graph=True)
    g = p.grad
    p.grad = None
    (g * g).sum().backward()
    assert np.allclose(numbers(v.grad), 2 * (2 * A) * (2 * A), rtol=1e-14)


def test_create_graph_works_under_no_grad():
    """The sweep records itself whatever holds outside."""
    p = leaf()
    y = (p * p * p).sum()
    with mg.no_grad():
        y.backward(create_graph=True)
    assert p.grad.requires_grad


# ------------------------------------------------------------------------------------------ errors


def test_backward_without_a_graph_raises():
    """GraphError: what was seen and the way out."""
    with pytest.raises(mg.GraphError, match=r"backward: x \(2, 3\) carries no gradient.*requires_grad=True"):
        x = mg.tensor(A)
        x.backward()


def test_backward_of_what_was_computed_under_no_grad_raises():
    """... and so does a detached value."""
    p = leaf()
    with mg.no_grad():
        y = (p * p).sum()
    with pytest.raises(mg.GraphError, match="no_grad or detached"):
        y.backward()
    with pytest.raises(mg.GraphError, match="no_grad or detached"):
        (p * p).sum().detach().backward()


def test_backward_of_a_non_scalar_needs_a_gradient():
    """ValueError: it names the shape, and what to do."""
    y = leaf() * 2.0
    with pytest.raises(
        ValueError, match=r"backward: y has shape \(2, 3\).*\.sum\(\), \.mean\(\).*gradient= of shape \(2, 3\)"
    ):
        y.backward()


def test_a_gradient_of_the_wrong_shape_raises():
    """ValueError: both shapes."""
    y = leaf() * 2.0
    with pytest.raises(ValueError, match=r"gradient has shape \(3,\), expected \(2, 3\), the shape of y"):
        y.backward(np.ones(3))


def test_a_gradient_of_another_dtype_is_cast():
    """float32 ones for a float64 value; integers too."""
    p = leaf()
    (p * 2.0).backward(np.ones((2, 3), np.float32))
    (p * 2.0).backward(np.ones((2, 3), int))
    assert p.grad.dtype == np.float64
    assert np.array_equal(numbers(p.grad), np.full((2, 3), 4.0))


# ------------------------------------------------------------------------------------------ depth


def depth(n):
    """Record, differentiate and free a chain of n operations; the gradient is known."""
    x = mg.tensor(np.ones(8), requires_grad=True)
    y = x
    for _ in range(n // 2):
        y = y * 1.0000001
        y = y + 0.0
    y.sum().backward()
    assert np.allclose(numbers(x.grad), 1.0000001 ** (n // 2), rtol=1e-9)
    node = weakref.ref(y._node)
    y = None
    assert node() is None


def test_a_chain_of_a_hundred_thousand_operations():
    """Recorded, differentiated and freed without recursion."""
    limit = sys.getrecursionlimit()
    depth(100_000)
    assert sys.getrecursionlimit() == limit


@pytest.mark.slow
def test_a_chain_of_a_million_operations():
    """Depth is not a limit."""
    depth(1_000_000)


def test_a_deep_chain_with_a_recorded_backward():
    """20,000 operations, differentiated twice, and freed."""
    x = mg.tensor(np.full(2, 0.5), requires_grad=True)
    y = x
    for _ in range(10_000):
        y = y * 1.0001 + 0.0
    (y * y).sum().backward(create_graph=True)
    g = x.grad
    x.grad = None
    g.sum().backward()
    assert np.allclose(numbers(x.grad), 2 * 1.0001**20_000, rtol=1e-9)


def test_a_deep_chain_freed_as_the_sweep_passes():
    """retain_graph=False over 50,000 operations."""
    x = mg.tensor(np.ones(8), requires_grad=True)
    y = x
    for _ in range(50_000):
        y = mg.tanh(y)
    y.sum().backward(retain_graph=False)
    assert np.isfinite(numbers(x.grad)).all()


def test_a_deep_chain_of_views_and_writes():
    """20,000 views of views and 5,000 writes to one Tensor: no recursion."""
    x = mg.tensor(np.ones(4), requires_grad=True)
    h = x * 1.0
    for t in range(5_000):
        h[t % 4] = h[(t + 1) % 4] * 0.999
    v = h
    for _ in range(5_000):
        v = v[:]
    v.sum().backward()
    assert np.isfinite(numbers(x.grad)).all()
    h[0] = 5.0
    assert float(v[0]) == 5.0
