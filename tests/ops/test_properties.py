"""Any shapes that broadcast, any axes: values are NumPy's; gradients are counted, element by element."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import BroadcastableShapes, array_shapes, mutually_broadcastable_shapes

import microgrid as mg
from tests.ops.checks import grad_of
from tests.ops.counting import counted, numbered, numbers

pairs = mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=0, max_side=3)


@settings(max_examples=100, deadline=None)
@given(pairs, st.sampled_from([np.float64, np.float32]), st.sampled_from([np.float64, np.float32]))
def test_arithmetic_of_all_shapes_that_broadcast(shapes: BroadcastableShapes, s: type, t: type) -> None:
    """The value is NumPy's; each input's gradient is the sum over the places that it was repeated to, in its dtype."""
    (p, q), out = shapes.input_shapes, shapes.result_shape
    a, b = numbers(p).astype(s), (numbers(q, 1) + 3).astype(t)
    here, there = np.broadcast_to(numbered(p), out), np.broadcast_to(numbered(q), out)
    u = numbers(out, 2)
    for f, by_a, by_b in (
        (np.add, 1, 1), (np.subtract, 1, -1), (np.multiply, b, a), (np.divide, 1 / b, -a / b**2),
        (np.maximum, a > b, b > a),
    ):  # fmt: skip
        x, y = mg.tensor(a, requires_grad=True), mg.tensor(b, requires_grad=True)
        z = f(x, y)
        expected = np.asarray(f(a, b))
        assert (z.shape, z.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_array_equal(z.numpy(), expected)
        z.backward(u)
        rtol = 1e-12 if s is t is np.float64 else 1e-5
        for leaf, ids, slope in ((x, here, by_a), (y, there, by_b)):
            assert leaf.grad.dtype == leaf.dtype
            np.testing.assert_allclose(
                leaf.grad.numpy(), counted(ids, u * np.broadcast_to(slope, out), 0, leaf.shape), rtol=rtol, atol=rtol
            )


@settings(max_examples=100, deadline=None)
@given(mutually_broadcastable_shapes(num_shapes=3, max_dims=3, min_side=0, max_side=3))
def test_where_of_all_shapes_that_broadcast(shapes: BroadcastableShapes) -> None:
    """Each cotangent goes to the one that was chosen."""
    (c, p, q), out = shapes.input_shapes, shapes.result_shape
    mask = numbers(c) > 0
    x, y = mg.tensor(numbers(p, 1), requires_grad=True), mg.tensor(numbers(q, 2), requires_grad=True)
    z = mg.where(mask, x, y)
    np.testing.assert_array_equal(z.numpy(), np.where(mask, x.numpy(), y.numpy()))
    ids, u = np.where(mask, numbered(p), numbered(q, x.size)), numbers(out, 3)
    z.backward(u)
    np.testing.assert_allclose(grad_of(x), counted(ids, u, 0, p), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(grad_of(y), counted(ids, u, x.size, q), rtol=1e-12, atol=1e-12)


@st.composite
def reduced(draw: st.DrawFn) -> tuple[tuple[int, ...], Any, bool]:
    """A shape, axes of it (None, one, several, from the end), and whether they are kept."""
    shape = draw(array_shapes(min_dims=0, max_dims=4, min_side=1, max_side=3))
    axes = draw(st.lists(st.sampled_from(range(len(shape))), unique=True) if shape else st.just([]))
    signed = tuple(a - len(shape) if draw(st.booleans()) else a for a in axes)
    axis = draw(st.sampled_from([None, signed, signed[0] if len(signed) == 1 else signed]))
    return shape, axis, draw(st.booleans())


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "var"])
@settings(max_examples=60, deadline=None)
@given(reduced())
def test_reductions_over_all_axes(name: str, case: tuple[tuple[int, ...], Any, bool]) -> None:
    """The value is NumPy's; an element's gradient is its result's cotangent times the textbook's factor."""
    shape, axis, keepdims = case
    a = numbers(shape)
    how = {"axis": axis, "keepdims": keepdims}
    x = mg.tensor(a, requires_grad=True)
    y = getattr(np, name)(x, **how)
    expected = np.asarray(getattr(np, name)(a, **how))
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-13)
    assert y.shape == expected.shape
    u = numbers(expected.shape, 1)
    y.backward(u)
    kept = {"axis": axis, "keepdims": True}
    n = a.size / max(np.asarray(a.sum(**kept)).size, 1)
    factor = {"sum": 1.0, "mean": 1 / n, "max": a == a.max(**kept), "min": a == a.min(**kept),
              "var": 2 / n * (a - a.mean(**kept))}[name]  # fmt: skip
    spread = np.broadcast_to(u.reshape(np.shape(a.sum(**kept))), shape)
    np.testing.assert_allclose(x.grad.numpy(), spread * factor, rtol=1e-11, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=3), st.data())
def test_moving_axes_moves_the_gradient_back(shape: tuple[int, ...], data: st.DataObject) -> None:
    """transpose, moveaxis, swapaxes, by axes from either end: the numbers of the elements say where each went."""
    n = len(shape)
    order = data.draw(st.permutations(range(n)))
    axes = tuple(a - n if data.draw(st.booleans()) else a for a in order)
    i, j = data.draw(st.integers(-n, n - 1)), data.draw(st.integers(-n, n - 1))
    several = data.draw(st.lists(st.sampled_from(range(n)), unique=True, max_size=n))
    places = data.draw(st.permutations(range(n)))[: len(several)]
    for f in (lambda x: np.transpose(x, axes), lambda x: np.swapaxes(x, i, j), lambda x: np.moveaxis(x, i, j),
              lambda x: np.moveaxis(x, several, places), lambda x: x.transpose(*axes)):  # fmt: skip
        x = mg.tensor(numbers(shape), requires_grad=True)
        y = f(x)
        assert isinstance(y, mg.Tensor)
        ids = f(numbered(shape))
        np.testing.assert_array_equal(y.numpy(), f(numbers(shape)))
        u = numbers(ids.shape, 1)
        y.backward(u)
        np.testing.assert_array_equal(x.grad.numpy(), counted(ids, u, 0, shape))


@pytest.mark.parametrize(
    ("cut", "axis"), [(3, 0), (2, 1), (1, -1), ([1], 0), ([2, 4], -1), ([0, 2], 1), ([3, 1], 0), ([-1], 1)]
)
def test_split_cuts_value_and_gradient(cut: Any, axis: int) -> None:
    """The parts are np.split's; each part's cotangent goes back to its stretch."""
    a = numbers((3, 4))
    x = mg.tensor(a, requires_grad=True)
    parts, expected, ids = np.split(x, cut, axis), np.split(a, cut, axis), np.split(numbered((3, 4)), cut, axis)
    assert len(parts) == len(expected)
    total, gradient = 0.0, np.zeros((3, 4))
    for k, (part, e, i) in enumerate(zip(parts, expected, ids)):
        np.testing.assert_array_equal(part.numpy(), e)
        u = numbers(e.shape, k)
        total = total + (part * u).sum()
        gradient += counted(i, u, 0, (3, 4))
    total.backward()
    np.testing.assert_allclose(x.grad.numpy(), gradient, rtol=1e-12, atol=1e-12)


def test_split_refuses_unequal_parts_and_axes_that_are_not_there() -> None:
    """The message says how many elements there are."""
    x = mg.ones((3, 4))
    with pytest.raises(ValueError, match="axis 0 has 3 elements, which 2 parts do not divide"):
        mg.split(x, 2)
    with pytest.raises(np.exceptions.AxisError, match="axis 2 is out of bounds"):
        mg.split(x, 2, axis=2)
