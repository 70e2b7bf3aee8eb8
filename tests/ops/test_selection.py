"""Selection and replacement under NumPy's and Torch's names. What only moves elements is held to NumPy's value, and
its gradients are counted: numbering the elements tells where each went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops.checks import grad_of, listed
from tests.ops.counting import counted, numbered, numbers
from tests.ops.optional import torch

F = mg.nn.functional
A, B = numbers((3, 4)), numbers((3, 4), 1)
SORTED, MASK, ROWS = np.argsort(A, axis=1), A > 0, np.array([2, 0, 2, -1])
CALLS: dict[str, Callable[..., Any]] = {  # (namespace, x)
    "take": lambda xp, x: xp.take(x, ROWS, axis=0), "take flat": lambda xp, x: xp.take(x, [[0, 11], [5, 5]]),
    "take one": lambda xp, x: xp.take(x, 3), "take one of an axis": lambda xp, x: xp.take(x, -1, axis=1),
    "take wrapped": lambda xp, x: xp.take(x, [13, -14, 5], mode="wrap"),
    "take clipped": lambda xp, x: xp.take(x, [13, -14, 1], axis=1, mode="clip"),
    "take none": lambda xp, x: xp.take(x, np.zeros((0, 2), int), axis=0),
    "take small integers": lambda xp, x: xp.take(x, np.array([1, 2], np.uint8), axis=1),
    "take_along_axis": lambda xp, x: xp.take_along_axis(x, SORTED, axis=1),
    "take_along_axis by default": lambda xp, x: xp.take_along_axis(x, SORTED, -1),
    "take_along_axis, one": lambda xp, x: xp.take_along_axis(x, A.argmax(1)[:, None], axis=1),
    "take_along_axis, broadcast indices": lambda xp, x: xp.take_along_axis(x, np.array([[1, 3, 1, -1, 0]]), axis=1),
    "take_along_axis, broadcast x": lambda xp, x: xp.take_along_axis(x[:1], SORTED, axis=1),
    "take_along_axis, flat": lambda xp, x: xp.take_along_axis(x, np.array([5, 0, -1]), axis=None),
    "compress": lambda xp, x: xp.compress([False, True, True], x, axis=0),
    "compress, short": lambda xp, x: xp.compress([0, 1], x, axis=1), "compress, flat": lambda xp, x: xp.compress([1,
        0, 1],
        x), "extract": lambda xp, x: xp.extract(MASK, x),
    "choose": lambda xp, x: xp.choose([2, 0, 1, 0], [x[0], x[1], x[2]]),
    "choose, broadcast": lambda xp, x: xp.choose(np.array([[0], [1]]), (x[0], x[0, 1])),
    "choose, wrapped": lambda xp, x: xp.choose([3, -1, 0, 5], [x[0], x[1], x[2]], mode="wrap"),
    "choose, clipped": lambda xp, x: xp.choose([3, -1, 0, 5], [x[0], x[1], x[2]], mode="clip"),
    "select": lambda xp, x: xp.select([MASK, B > 0], [x, x[::-1]], x[0, 0]),
    "select, no default": lambda xp, x: xp.select([MASK], [x[0]]), "where": lambda xp, x: xp.where(MASK, x, x[::-1]),
    "piecewise": lambda xp, x: xp.piecewise(x, [MASK, B > 1], [lambda v: v[::-1], 0.0]),
    "piecewise, the rest": lambda xp, x: xp.piecewise(x, [MASK], [lambda v: v + 0.0, lambda v: v[::-1]]),
    "apply_along_axis": lambda xp, x: xp.apply_along_axis(lambda v: v[::-1], 0, x),
    "apply_along_axis, other sizes": lambda xp, x: xp.apply_along_axis(lambda v: v[:2], 1, x),
    "apply_along_axis, a number": lambda xp, x: xp.apply_along_axis(lambda v: v[0], 1, x),
    "apply_along_axis, a matrix": lambda xp, x: xp.apply_along_axis(lambda v: v.reshape(2, 2), 1, x),
    "methods": lambda xp, x: (x.take([1, 2], 0), x.compress([True, False, True], 0), x.take(5)),
}  # fmt: skip


@pytest.mark.parametrize("home", [np, mg], ids=["NumPy's name", "our name"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_value_and_gradients_are_those_of_chosen_elements(call: Callable[..., Any], home: Any) -> None:
    """NumPy's value, shape and dtype; each cotangent where its element came from; and the same for the second."""
    expected, ids = (listed(call(np, a)) for a in (A, numbered(A.shape, 1000).astype(float)))
    x = mg.tensor(A, requires_grad=True)
    for out, e, i in zip(listed(call(home, x)), expected, ids, strict=True):
        assert (out.shape, out.dtype) == (np.shape(e), np.asarray(e).dtype)
        np.testing.assert_array_equal(out.numpy(), e)
        x.grad = None
        u = mg.tensor(numbers(out.shape, 3), requires_grad=True)
        out.backward(u, create_graph=True)
        np.testing.assert_allclose(
            x.grad.numpy(), counted(np.asarray(i).astype(int), u.numpy(), 1000, A.shape), rtol=1e-12, atol=1e-12
        )
        w, g = numbers(A.shape, 7), x.grad
        (g * w).sum().backward()
        from_x = np.asarray(i) >= 1000
        back = np.where(from_x, w.ravel()[np.where(from_x, np.asarray(i) - 1000, 0).astype(int)], 0.0)
        np.testing.assert_allclose(grad_of(u), back, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int32, np.uint8, np.bool_], ids=lambda t: t.__name__)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_dtype_passes_as_it_is(call: Callable[..., Any], dtype: type) -> None:
    """NumPy's value, shape and dtype, under its name and ours, of Tensors and of arrays."""
    b = np.asarray(np.round(np.abs(A) * 10).astype(dtype))
    expected = listed(call(np, b))
    for home, x in ((np, mg.tensor(b)), (mg, mg.tensor(b)), (mg, b)):
        for out, e in zip(listed(call(home, x)), expected, strict=True):
            assert (out.shape, out.dtype) == (np.shape(e), np.asarray(e).dtype)
            np.testing.assert_array_equal(out.numpy() if isinstance(out, mg.Tensor) else out, e)


def test_apply_over_axes_and_functions_that_compute() -> None:
    """Sums over axes one after the other; a norm of each row: NumPy's value, the gradient by hand."""
    x = mg.tensor(A, requires_grad=True)
    out = np.apply_over_axes(np.sum, x, [0, 1])
    np.testing.assert_allclose(out.numpy(), np.apply_over_axes(np.sum, A, [0, 1]))
    norms = np.apply_along_axis(lambda row: (row * row).sum(), 1, x)
    np.testing.assert_allclose(norms.numpy(), (A * A).sum(axis=1))
    norms.backward(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(x.grad.numpy(), 2 * A * np.array([[1.0], [2.0], [3.0]]))
    np.testing.assert_allclose(np.piecewise(x, [A < 0, A >= 0], [lambda v: -v, lambda v: v * v]).numpy(),
                               np.where(A < 0, -A, A * A))  # fmt: skip


REPLACED: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {  # (x, y): ours; NumPy's write to a copy
    "masked_fill": (lambda x, y: mg.masked_fill(x, MASK, 0.0), lambda x, y: x.__setitem__(MASK, 0.0)),
    "masked_fill, a Tensor": (lambda x, y: mg.masked_fill(x, MASK, y[0, 0]), lambda x, y: x.__setitem__(MASK, y[0, 0])),
    "masked_fill, broadcast": (lambda x, y: mg.masked_fill(x, MASK[0], 9.0), lambda x, y: x.__setitem__((slice(None),
        MASK[0]), 9.0)),
    "masked_scatter": (lambda x, y: mg.masked_scatter(x, MASK, y), lambda x, y: x.__setitem__(MASK, y.ravel()[:
        MASK.sum()])),
    "index_copy": (lambda x, y: mg.index_copy(x, 1, [3, 0], y[:, :2]), lambda x, y: x.__setitem__((slice(None), [3, 0]),
        y[:, :2])),
    "index_copy, twice": (lambda x, y: mg.index_copy(x, 0, [1, 1], y[:2]), lambda x, y: x.__setitem__(1, y[1])),
    "index_fill": (lambda x, y: mg.index_fill(x, 0, [0, -1], 7.0), lambda x, y: x.__setitem__([0, 2], 7.0)),
    "index_fill, a Tensor": (lambda x, y: mg.index_fill(x, 1, [0], y[1, 1]), lambda x, y: x.__setitem__((slice(None),
        0),
        y[1, 1])),
    "index_put": (lambda x, y: mg.index_put(x, ([0, 2], [1, 1]), y[0, :2]), lambda x, y: x.__setitem__(([0, 2], [1, 1]),
        y[0, :2])),
    "index_put, added": (lambda x, y: mg.index_put(x, ([0, 0], [1, 1]), y[0, :2], accumulate=True),
        lambda x, y: np.add.at(x, ([0, 0], [1, 1]), y[0, :2])),
    "index_add": (lambda x, y: mg.index_add(x, 0, [1, 1, 0], y, alpha=2), lambda x, y: np.add.at(x, [1, 1, 0], 2 * y)),
    "select_scatter": (lambda x, y: mg.select_scatter(x, y[0], 0, -1), lambda x, y: x.__setitem__(-1, y[0])),
    "slice_scatter": (lambda x, y: mg.slice_scatter(x, y[:, :2], 1, 0, None, 2), lambda x,
        y: x.__setitem__((slice(None),
        slice(None, None, 2)), y[:, :2])),
    "diagonal_scatter": (lambda x, y: mg.diagonal_scatter(x, y[0, :3], 1), lambda x, y: x.__setitem__(([0, 1, 2], [1, 2,
        3]), y[0, :3])),
    "scatter": (lambda x, y: mg.scatter(x, 1, SORTED[:, :2], y[:, :2]), lambda x, y: np.put_along_axis(x, SORTED[:, :2],
        y[:, :2], 1)),
    "scatter of a larger source": (lambda x, y: mg.scatter(x, 0, np.array([[2, 0]]), y), lambda x, y: np.put_along_axis(
        x[:, :2], np.array([[2, 0]]), y[:1, :2], 0)),
    "scatter, written twice": (lambda x, y: mg.scatter(x, 1, np.array([[1, 1, 0]]), y), lambda x, y: x.__setitem__((0,
        [1,
        0]), y[0, 1:3])),
    "scatter a number": (lambda x, y: mg.scatter(x, 1, SORTED[:, :1], value=5.0), lambda x, y: np.put_along_axis(x,
        SORTED[:, :1], 5.0, 1)),
    "scatter add": (lambda x, y: mg.scatter(x, 0, np.array([[1], [1]]), y, reduce="add"), lambda x, y: np.add.at(x,
        ([1, 1],
        [0, 0]), y[:2, 0])),
    "scatter_add of a larger source": (lambda x, y: mg.scatter_add(x, 0, np.array([[2, 2]]), y), lambda x,
        y: np.add.at(x,
        ([2, 2], [0, 1]), y[0, :2])),
    "put": (lambda x, y: F.put(x, [[1, 5]], y[0, :2].reshape(1, 2)), lambda x, y: np.put(x, [1, 5], y[0, :2])),
    "put, added": (lambda x, y: F.put(x, [1, 1], y[0, :2], accumulate=True), lambda x, y: np.add.at(x, ([0, 0], [1, 1]),
        y[0, :2])),
}  # fmt: skip


@pytest.mark.parametrize(("ours", "write"), REPLACED.values(), ids=REPLACED)
def test_a_replacement_is_a_write_to_a_copy(ours: Callable[..., Any], write: Callable[..., Any]) -> None:
    """NumPy's value; the derivative along a direction as differences have it, of the first and of the second order."""
    x, y = mg.tensor(A, requires_grad=True), mg.tensor(B, requires_grad=True)
    out = ours(x, y)
    expected = A.copy()
    write(expected, B)
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-15)
    np.testing.assert_array_equal(x.numpy(), A)
    np.testing.assert_array_equal(ours(A, B), expected)

    def total(a: Any, b: Any) -> Any:
        out = ours(a, b)
        return (out * out * out).sum()

    assert mg.reference.gradcheck(total, A, B)


def test_scatter_reduce_is_a_loop_over_its_elements() -> None:
    """Of a larger source, and with ties where x takes no part; beside a loop, and finite differences."""
    index, x = np.array([[0, 0, 2, 0]]), mg.tensor(A, requires_grad=True)
    out = mg.scatter_reduce(x, 0, index, B, "amax", include_self=False)
    expected = A.copy()
    expected[0, [0, 1, 3]], expected[2, 2] = B[0, [0, 1, 3]], B[0, 2]
    np.testing.assert_array_equal(out.numpy(), expected)
    a, y = mg.tensor([2.0, 1.0], requires_grad=True), mg.tensor([2.0, 2.0], requires_grad=True)
    mg.scatter_reduce(a, 0, [0, 0], y, "amax", include_self=False).sum().backward()
    np.testing.assert_array_equal(a.grad.numpy(), [0.0, 1.0])  # x is not asked, so its tie shares nothing
    np.testing.assert_array_equal(y.grad.numpy(), [0.5, 0.5])


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_the_gradient_of_a_product_does_not_divide_by_zero(zeros: int) -> None:
    """The product of the others, whatever is 0; beside differences. The second derivative is refused where two are."""
    y = np.array([0.0] * zeros + [1.5, -2.0, 0.7][: 3 - zeros])
    index, a = np.zeros(3, int), np.array([1.3, 2.0])

    def f(a: Any, y: Any) -> Any:
        return (mg.scatter_reduce(a, 0, index, y, "prod") * np.array([2.0, 3.0])).sum()

    _, g = mg.grad(f, argnums=(0, 1))(a, y)
    others = [np.prod(np.delete(y, k)) for k in range(3)]
    np.testing.assert_allclose(g, 2 * a[0] * np.array(others), rtol=1e-12)
    if zeros < 2:
        assert mg.reference.gradcheck(f, a, y)
    else:
        with pytest.raises(ValueError, match="two zeros of y fall in one place"):
            mg.hessian(f, argnums=1)(a, y)


def test_places_are_tensors_of_tensors_and_arrays_of_arrays() -> None:
    """nonzero, argwhere, flatnonzero, unravel_index under our names."""
    for f in (mg.nonzero, mg.argwhere, mg.flatnonzero):
        theirs = getattr(np, f.__name__)(A > 0)
        for out, e in zip(listed(f(mg.tensor(A) > 0)), listed(theirs), strict=True):
            assert isinstance(out, mg.Tensor)
            np.testing.assert_array_equal(out.numpy(), e)
        for out, e in zip(listed(f(A > 0)), listed(theirs), strict=True):
            assert type(out) is np.ndarray
            np.testing.assert_array_equal(out, e)
    x = mg.tensor(A)
    np.testing.assert_array_equal(x[mg.nonzero(x > 0)].numpy(), A[A > 0])
    np.testing.assert_array_equal(x[np.where(x > 0)].numpy(), A[A > 0])
    assert [i.tolist() for i in mg.unravel_index(mg.tensor([5]), (3, 4))] == [[1], [1]]
    assert F.nonzero(x > 0).shape == (int((A > 0).sum()), 2)
    assert len(x.nonzero()) == 2


REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "take": (lambda: mg.take(A, 12), IndexError, "index 12 is out of bounds"),
    "take_along_axis": (lambda: mg.take_along_axis(A, np.array([0]), 0), ValueError, "as many axes"),
    "take_along_axis, flat": (lambda: mg.take_along_axis(A, np.array([[0]]), None), ValueError, "expected one axis"),
    "take_along_axis, shapes": (lambda: mg.take_along_axis(A, np.zeros((2, 1), int), 1), ValueError,
        "do not broadcast"),
    "compress": (lambda: mg.compress(MASK, A, axis=0), ValueError, "expected a vector"),
    "choose": (lambda: mg.choose([2], [A, A]), ValueError, "numbers 2 to 2 of 2 choices"),
    "choose mode": (lambda: mg.choose([0], [A], mode="no"), ValueError, "'raise', 'wrap' or 'clip'"),
    "select": (lambda: mg.select([MASK], [A, A]), ValueError, "1 conditions for 2 choices"),
    "select conditions": (lambda: mg.select([A], [A]), TypeError, "a condition of float64"),
    "piecewise": (lambda: mg.piecewise(A, [MASK], [0.0, 0.0, 0.0]), ValueError, "3 functions for"),
    "nonzero": (lambda: mg.nonzero(mg.tensor(1.0)), ValueError, "atleast_1d"),
    "masked_fill": (lambda: mg.masked_fill(A, A, 0.0), TypeError, "a mask of float64"),
    "masked_fill value": (lambda: mg.masked_fill(A, MASK, [1.0]), ValueError, "expected one number"),
    "masked_fill dtype": (lambda: mg.masked_fill(np.ones(2, int), [True, False], 0.5), TypeError,
        "does not go into int64"),
    "masked_scatter": (lambda: mg.masked_scatter(A, MASK, A[0, :1]), ValueError, "source has 1 elements"),
    "masked_scatter dtype": (lambda: mg.masked_scatter(A, MASK, np.ones(12, int)), TypeError, "source is int64"),
    "select_scatter": (lambda: mg.select_scatter(A, A, 0, 0), ValueError, r"src \(3, 4\); expected \(4,\)"),
    "index_fill": (lambda: mg.index_fill(A, 0, [0], [1.0, 2.0]), ValueError, "expected one number"),
    "index_put": (lambda: mg.index_put(A, ([5],), 1.0), IndexError, "index 5 is out of bounds"),
    "apply_along_axis": (lambda: mg.apply_along_axis(sum, 0, np.zeros((2, 0))), ValueError,
        "has no vector along axis 0"),
    "index_reduce": (lambda: F.index_reduce(mg.tensor(A), 0, [0], mg.tensor(A[:1]), "sum"), ValueError, "'sum'"),
    "gather": (lambda: mg.gather(A, 2, SORTED), np.exceptions.AxisError, "axis 2 is out of bounds"),
    "slice": (lambda: mg.slice(A, 0, None, None, 0), ValueError, "step is 0"),
    "diagonal_scatter": (lambda: mg.diagonal_scatter(A, A[0], 0), ValueError, r"expected \(3,\)"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_words(call: Callable[[], Any], kind: type[Exception], says: str) -> None:
    """With what was seen, and what was expected."""
    with pytest.raises(kind, match=says):
        call()


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("count", [3, 40, 300])
def test_sums_along_an_axis_are_torchs_however_they_are_added(axis: int, count: int) -> None:
    """Few indices or many, of long rows or short, named once or often: each way of adding gives the same sums."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    rng = np.random.default_rng(count + axis)
    for shape in ((7, 50, 6), (5, 50, 1), (1, 50, 300), (50, 50, 50)):
        a = numbers(shape)
        n = shape[axis]
        for index in (rng.integers(-n, n, count), rng.permutation(n)[: min(count, n)]):
            x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
            out = mg.take(x, index, axis=axis)
            u = numbers(out.shape, 1)
            out.backward(u)
            torch.index_select(t, axis, torch.from_numpy(index % n)).backward(torch.from_numpy(u))
            np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-12, atol=1e-12)


MANY: dict[str, Any] = {
    "gather": lambda m, x, i, y, k: m.gather(x, k, i),
    "scatter_add": lambda m, x, i, y, k: m.scatter_add(x, k, i, y),
    "scatter": lambda m, x, i, y, k: m.scatter(x, k, i, y),
    "scatter one value": lambda m, x, i, y, k: m.scatter(x, k, i, 0.5),
    "scatter_reduce": lambda m, x, i, y, k: m.scatter_reduce(x, k, i, y, "amax", include_self=False),
    "scatter_reduce mean": lambda m, x, i, y, k: m.scatter_reduce(x, k, i, y, "mean"),
}


@pytest.mark.parametrize("call", MANY.values(), ids=MANY)
@pytest.mark.parametrize(("shape", "indices", "axis"), [((300, 200), (300, 200), 1), ((300, 200), (300, 150), 1),
    ((200, 300), (250, 300), 0), ((70, 30, 25), (70, 40, 25), 1), ((300, 200), (250, 150), 1), ((50, 3), (50, 900), -1)
    ], ids=str)  # fmt: skip
def test_a_large_array_of_indices_is_worked_through_in_stretches(call: Any, shape: Any, indices: Any, axis: int
                                                                 ) -> None:  # fmt: skip
    """Values and gradients are Torch's, whether the stretches are many or one, at places that are named once."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    r = np.random.default_rng(8)
    n, m = shape[axis], indices[axis]
    if m <= n:  # Torch does not say whose is the gradient of a place that is written twice
        i = np.argsort(r.random((*indices[:axis], n, *indices[axis % len(indices) + 1 :])), axis).take(range(m), axis)
    else:
        if call is MANY["scatter"]:
            pytest.skip("an index this long names places twice, and Torch does not say which value stays")
        i = r.integers(0, n, indices)
    a, b = r.normal(size=shape), r.normal(size=indices)
    x, y = mg.tensor(a, requires_grad=True), mg.tensor(b, requires_grad=True)
    t, u = torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)
    ours, theirs = call(mg, x, mg.tensor(i), y, axis), call(torch, t, torch.tensor(i), u, axis)
    np.testing.assert_allclose(ours.numpy(), theirs.detach().numpy(), rtol=1e-12, atol=1e-12)
    g = r.normal(size=ours.shape)
    ours.backward(g)
    theirs.backward(torch.tensor(g))
    for mine, other in ((x, t), (y, u)):
        if other.grad is not None:
            np.testing.assert_allclose(mine.grad.numpy(), other.grad.numpy(), rtol=1e-12, atol=1e-12)


def test_of_many_values_written_to_one_place_the_last_has_the_gradient() -> None:
    """As NumPy writes them, in order."""
    r = np.random.default_rng(9)
    i, b, g = r.integers(0, 40, (300, 50)), r.normal(size=(300, 50)), r.normal(size=(300, 40))
    y = mg.tensor(b, requires_grad=True)
    out = mg.scatter(np.zeros((300, 40)), 1, i, y)
    expected, grad = np.zeros((300, 40)), np.zeros((300, 50))
    for row in range(300):
        last = {}
        for k in range(50):
            expected[row, i[row, k]] = b[row, k]
            last[i[row, k]] = k
        for place, k in last.items():
            grad[row, k] = g[row, place]
    np.testing.assert_array_equal(out.numpy(), expected)
    out.backward(g)
    np.testing.assert_array_equal(y.grad.numpy(), grad)
    with pytest.raises(IndexError, match="out of bounds"):
        mg.gather(y, 1, np.where(i == 3, 50, i))
