"""Indexing and indexed assignment of every NumPy kind. Values are NumPy's; gradients are counted: numbering the
elements and indexing the numbers tells where each went, which is all there is to a gradient of indexing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import microgrid as mg
from tests.ops.checks import grad_of
from tests.ops.counting import counted, numbered, numbers
from tests.ops.optional import torch

# An index of nothing may lie outside in older NumPys, which say that it will be refused one day.
pytestmark = pytest.mark.filterwarnings("ignore:Out of bound index found:DeprecationWarning")

shapes = st.lists(st.integers(0, 4), max_size=3).map(tuple)


@st.composite
def slices(draw: st.DrawFn, n: int) -> slice:
    """Any slice of n elements, also backwards, also past the ends."""
    ends = st.none() | st.integers(-n - 1, n + 1)
    return slice(draw(ends), draw(ends), draw(st.sampled_from([None, 1, 2, -1, -2])))


@st.composite
def indexed(draw: st.DrawFn) -> tuple[tuple[int, ...], Any]:
    """A shape, and an index of it: integers, slices, arrays of integers (repeated, negative), masks, None, `...`."""
    shape, parts, k = draw(shapes), [], 0
    common = draw(st.sampled_from([(), (1,), (2,), (3,), (2, 1), (2, 2), (0,)]))
    while k < len(shape) and draw(st.integers(0, 5)):
        n = shape[k]
        kinds = ["slice", "mask"] + (["int", "array", "list"] if n else []) + (["plane"] if k + 1 < len(shape) else [])
        kind = draw(st.sampled_from(kinds))
        if kind == "slice":
            parts.append(draw(slices(n)))
        elif kind == "int":
            parts.append(draw(st.sampled_from([int, np.int64, np.int8]))(draw(st.integers(-n, n - 1))))
        elif kind in ("array", "list"):
            count = int(np.prod(common))
            values = draw(st.lists(st.integers(-n, n - 1), min_size=count, max_size=count))
            array = np.array(values, draw(st.sampled_from([np.int64, np.int32, np.int8]))).reshape(common)
            parts.append(array.tolist() if kind == "list" and common else array)
        else:
            size = shape[k : k + (2 if kind == "plane" else 1)]
            count = int(np.prod(size))
            parts.append(np.array(draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool).reshape(size))
            k += len(size) - 1
        k += 1
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), ...)
    for _ in range(draw(st.integers(0, 1))):
        parts.insert(draw(st.integers(0, len(parts))), None)
    if draw(st.integers(0, 7)) == 0:  # a truth takes no axis, and gives one of size 1 or 0
        truth = draw(st.sampled_from([True, False, np.bool_(True), np.array(True)]))
        parts.insert(draw(st.integers(0, len(parts))), truth)
    index = parts[0] if len(parts) == 1 and draw(st.booleans()) else tuple(parts)
    try:
        np.empty(shape)[index]
    except IndexError:  # masks and arrays that do not broadcast
        assume(False)
    return shape, index


def check_getitem(a: np.ndarray, index: Any, plain: Any) -> None:
    """Value, gradient, and the gradient's own gradient of x[index]; `plain` is the index without Tensors."""
    x = mg.tensor(a, requires_grad=True)
    y = x[index]
    expected = np.asarray(a[plain])
    np.testing.assert_array_equal(y.numpy(), expected)
    assert y.shape == expected.shape
    c = mg.tensor(numbers(expected.shape, 1), requires_grad=True)
    y.backward(c, create_graph=True)
    gradient = counted(np.asarray(numbered(a.shape)[plain]), c.numpy(), 0, a.shape)
    np.testing.assert_allclose(x.grad.numpy(), gradient, rtol=1e-12, atol=1e-12)
    v, g = numbers(a.shape, 2), x.grad
    c.grad = None
    (g * v).sum().backward()
    np.testing.assert_allclose(c.grad.numpy(), v[plain], rtol=1e-12)


@settings(max_examples=300, deadline=None)
@given(indexed())
def test_getitem_is_numpys_with_its_gradients(case: tuple[tuple[int, ...], Any]) -> None:
    """Any index: NumPy's value, each cotangent added where its element came from, and the same again for the second."""
    shape, index = case
    check_getitem(numbers(shape), index, index)


def with_tensors(index: Any) -> Any:
    """The same index, its arrays as Tensors."""
    if isinstance(index, tuple):
        return tuple(map(with_tensors, index))
    return mg.tensor(index) if isinstance(index, np.ndarray) else index


@settings(max_examples=100, deadline=None)
@given(indexed())
def test_tensors_index_as_arrays_do(case: tuple[tuple[int, ...], Any]) -> None:
    """Integer and boolean Tensors anywhere in an index, and on either side of an assignment."""
    shape, index = case
    check_getitem(numbers(shape), with_tensors(index), index)
    a, x = numbers(shape), mg.tensor(numbers(shape))
    a[index] = 5.0
    x[with_tensors(index)] = mg.tensor(5.0)
    np.testing.assert_array_equal(x.numpy(), a)


@settings(max_examples=150, deadline=None)
@given(indexed())
def test_getitem_is_torchs_where_torch_can(case: tuple[tuple[int, ...], Any]) -> None:
    """Value and gradient of the indices that Torch has: it takes no negative steps, counts integers beside arrays as
    slices, and an `...` for no axes as one between arrays."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    shape, index = case
    parts = index if isinstance(index, tuple) else (index,)
    assume(not any(isinstance(p, slice) and (p.step or 1) < 0 for p in parts))
    arrays = [p for p in parts if isinstance(p, np.ndarray | list)]
    assume(not any(isinstance(p, bool | np.bool_) for p in parts))  # Torch counts truths otherwise beside arrays
    assume(not arrays or not any(np.ndim(p) == 0 for p in parts if isinstance(p, np.ndarray | np.integer | int)))
    assume(not arrays or all(p is not ... for p in parts))
    theirs = tuple(torch.from_numpy(p.astype(bool if p.dtype == bool else int)) if isinstance(p, np.ndarray) else p
                   for p in parts)  # fmt: skip
    t = torch.from_numpy(numbers(shape)).requires_grad_()
    out = t[theirs]
    x = mg.tensor(numbers(shape), requires_grad=True)
    y = x[index]
    assert y.shape == tuple(out.shape)
    np.testing.assert_array_equal(y.numpy(), out.detach().numpy())
    u = numbers(y.shape, 1)
    y.backward(u)
    out.backward(torch.from_numpy(u))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-12, atol=1e-12)


@st.composite
def assigned(draw: st.DrawFn) -> tuple[tuple[int, ...], Any, tuple[int, ...]]:
    """A shape, an index of it, and the shape of a value that broadcasts to x[index]."""
    shape, index = draw(indexed())
    target = np.empty(shape)[index].shape
    value = tuple(1 if draw(st.booleans()) else n for n in target)
    return shape, index, value[draw(st.integers(0, len(value))) :]


@settings(max_examples=300, deadline=None)
@given(assigned())
def test_setitem_is_numpys_with_its_gradients(case: tuple[tuple[int, ...], Any, tuple[int, ...]]) -> None:
    """x[index] = v: NumPy's value; a place's cotangent goes to what is there at the end, x's element or v's."""
    shape, index, value = case
    a, w = numbers(shape), numbers(value, 1)
    x, v = mg.tensor(a, requires_grad=True), mg.tensor(w, requires_grad=True)
    y = x * 1.0
    y[index] = v
    expected, ids = a.copy(), numbered(shape)
    expected[index], ids[index] = w, numbered(value, a.size)
    np.testing.assert_array_equal(y.numpy(), expected)
    u = numbers(shape, 2)
    y.backward(u)
    np.testing.assert_allclose(grad_of(x), counted(ids, u, 0, shape), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(grad_of(v), counted(ids, u, a.size, value), rtol=1e-12, atol=1e-12)


@settings(max_examples=100, deadline=None)
@given(assigned())
def test_the_second_derivative_of_setitem(case: tuple[tuple[int, ...], Any, tuple[int, ...]]) -> None:
    """The gradients of a write are linear in its cotangent: their own gradient puts v's weights over x's."""
    shape, index, value = case
    a, w = numbers(shape), numbers(value, 1)
    x, v = mg.tensor(a, requires_grad=True), mg.tensor(w, requires_grad=True)
    y = x * 1.0
    y[index] = v
    c = mg.tensor(numbers(shape, 2), requires_grad=True)
    y.backward(c, create_graph=True)
    s, t = numbers(shape, 3), numbers(value, 4)
    expected = s.copy()
    expected[index] = t
    total = (x.grad * s).sum() + (0.0 if v.grad is None else (v.grad * t).sum())
    c.grad = None
    total.backward()
    np.testing.assert_allclose(grad_of(c), expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=200, deadline=None)
@given(assigned())
def test_adding_to_a_place_is_numpys_with_its_gradients(case: tuple[tuple[int, ...], Any, tuple[int, ...]]) -> None:
    """x[index] += v: where a place is named twice only the last counts, as in NumPy; x's gradient passes whole."""
    shape, index, value = case
    assume(np.ndim(np.empty(shape)[index]) or shape)
    a, w = numbers(shape), numbers(value, 1)
    x, v = mg.tensor(a, requires_grad=True), mg.tensor(w, requires_grad=True)
    y = x * 1.0
    y[index] += v
    expected, ids = a.copy(), numbered(shape)
    expected[index] += w
    ids[index] = np.broadcast_to(numbered(value, a.size), np.shape(ids[index]))
    np.testing.assert_array_equal(y.numpy(), expected)
    u = numbers(shape, 2)
    y.backward(u)
    np.testing.assert_allclose(x.grad.numpy(), u, rtol=1e-12)
    np.testing.assert_allclose(grad_of(v), counted(ids, u, a.size, value), rtol=1e-12, atol=1e-12)


A = numbers((3, 4, 2))
WRITTEN: dict[str, Any] = {
    "negative step": np.s_[::-1], "steps": np.s_[::2, 1:-1], "newaxis between": np.s_[:, None, 1],
        "ellipsis": np.s_[..., 0],
    "ellipsis of none": np.s_[0, 1, 1, ...], "repeated": [0, 0, 2], "repeated backwards": np.array([[2, -1], [2, 0]]),
    "arrays of two axes": ([0, 2], [1, 1]), "tuples of two axes": ((0, 0), (1, 1)), "arrays apart": np.s_[[0, 2], :,
        [1, 1]],
    "array after slice": np.s_[:, [3, 0, 3]], "broadcast arrays": (np.array([[0], [2]]), np.array([1, 1, 3])),
    "open grid": np.ix_([0, 2], [1, 1]), "mask": A > 0, "mask of an axis": np.array([True, False, True]),
    "mask of two axes": A[..., 0] > 0, "mask and array": (np.array([True, False, True]), [1, 1]),
    "mask that is all false": np.zeros(3, bool), "True": True, "False": False, "True and an index": (True, 1),
    "list of booleans": [True, False, True], "empty list": [], "empty array": np.array([], int),
        "0-d array": np.array(1),
    "NumPy integer": np.int16(-1), "unsigned": np.array([2, 0], np.uint8), "nothing": (), "two new axes": (None, None,
        1),
}  # fmt: skip


@pytest.mark.parametrize("index", WRITTEN.values(), ids=WRITTEN)
def test_every_kind_of_index(index: Any) -> None:
    """The kinds that NumPy's manual lists, each once and by name."""
    check_getitem(A, index, index)


TENSORS: dict[str, tuple[Any, Any]] = {
    "integers": (mg.tensor([2, 0, 0]), np.array([2, 0, 0])), "0-d": (mg.tensor(1), 1),
    "mask": (mg.tensor(A) > 0, A > 0), "in a tuple": ((slice(None), mg.tensor([3, 1, 3])), np.s_[:, [3, 1, 3]]),
    "in a list": ([mg.tensor(2), 0], [2, 0]), "argmax": (mg.tensor(A).argmax(axis=0), A.argmax(axis=0)),
}  # fmt: skip


@pytest.mark.parametrize(("index", "plain"), TENSORS.values(), ids=TENSORS)
def test_tensors_as_indices(index: Any, plain: Any) -> None:
    """Integer and boolean Tensors index like arrays."""
    check_getitem(A, index, plain)


def test_an_index_array_may_be_overwritten_afterwards() -> None:
    """The gradient is that of the index as it was."""
    x, i, mask = mg.tensor([1.0, 2.0, 3.0], requires_grad=True), np.array([0, 0, 2]), np.array([True, False, False])
    y = x[i].sum() + (x * 1.0)[mask].sum()
    i[:], mask[:] = 1, True
    y.backward()
    np.testing.assert_array_equal(x.grad.numpy(), [3.0, 0.0, 1.0])


@pytest.mark.parametrize(
    ("dtype", "value"), [(np.float32, np.float64(0.1)), (np.float64, np.float32(0.1)), (np.float32, 2)]
)
def test_a_write_keeps_the_dtype(dtype: type, value: Any) -> None:
    """The value is cast to the Tensor's dtype, its gradient back to the value's."""
    x = mg.tensor(np.zeros(3, dtype))
    v = mg.tensor(np.array(value, float if isinstance(value, int) else None), requires_grad=True)
    x[1] = v
    assert x.dtype == dtype
    np.testing.assert_array_equal(x.numpy(), np.array([0, value, 0], dtype))
    (x * np.arange(3, dtype=dtype)).sum().backward()
    assert v.grad.dtype == v.dtype
    assert v.grad.item() == 1.0


@pytest.mark.parametrize("turned", [False, True])
def test_many_parts_of_one_tensor_add_up(turned: bool) -> None:
    """Slices, rows, masks and repeated indices of one Tensor, its other uses between: beside Torch; and every
    intermediate that is asked for keeps its own."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    a, rows, mask = numbers((6, 4)), np.array([1, 1, 5]), numbers((6, 4), 1) > 0

    def f(x: Any, rows: Any, mask: Any) -> tuple[Any, Any]:
        y = x.T * 1.5 if turned else x * 1.5
        parts = [y[0], y[1:3], y[rows % y.shape[0]], y[:, 1], y[mask.T if turned else mask], y, y[-1] * y[0], y[1]]
        return y, sum(((k + 1) * p * p).sum() for k, p in enumerate(parts))

    x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
    y, total = f(x, rows, mask)
    z, theirs = f(t, torch.from_numpy(rows), torch.from_numpy(mask))
    y.retain_grad()
    z.retain_grad()
    total.backward()
    theirs.backward()
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-12)
    np.testing.assert_allclose(y.grad.numpy(), z.grad.numpy(), rtol=1e-12)
