"""NumPy's functions and methods that write to an array, called on Tensors; and what a loop over Tensors is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops.checks import grad_of
from tests.ops.counting import counted, numbered, numbers

A, W = numbers((3, 4)), numbers((12,), 1)
MASK, SORTED = A > 0, np.argsort(A, axis=1)
WRITES: dict[str, Callable[[Any, Any], Any]] = {  # (x, w)
    "copyto": lambda x, w: np.copyto(x, w.reshape(3, 4)), "copyto, broadcast": lambda x, w: np.copyto(x, w[:4]),
    "copyto, where": lambda x, w: np.copyto(x, w.reshape(3, 4), where=MASK),
    "copyto, where broadcast": lambda x, w: np.copyto(x, w[0], where=MASK[0]),
    "fill_diagonal": lambda x, w: np.fill_diagonal(x, w[2]), "fill_diagonal, in turn": lambda x, w: np.fill_diagonal(x,
        w[:2]), "fill_diagonal, tall": lambda x, w: np.fill_diagonal(x.T, w[0]),
    "fill_diagonal, wrapped": lambda x, w: np.fill_diagonal(x.reshape(6, 2), w[0], wrap=True),
    "put": lambda x, w: np.put(x, [0, 5, -1], w[:3]), "put, in turn": lambda x, w: np.put(x, [[7, 1], [2, 3]], w[:3]),
    "put, twice": lambda x, w: np.put(x, [4, 4, 4], w[:3]), "put, wrapped": lambda x, w: np.put(x, [13, -14], w[:2],
        mode="wrap"), "put, clipped": lambda x, w: np.put(x, [99, -9], w[:2], mode="clip"),
    "put, a number": lambda x, w: np.put(x, [1, 2], w[3]), "put, nothing": lambda x, w: np.put(x, [], w),
    "place": lambda x, w: np.place(x, MASK, w), "place, in turn": lambda x, w: np.place(x, MASK, w[:2]),
    "putmask": lambda x, w: np.putmask(x, MASK, w.reshape(3, 4)), "putmask, in turn": lambda x, w: np.putmask(x, MASK,
        w[:5]), "put_along_axis": lambda x, w: np.put_along_axis(x, SORTED[:, :2], w[:6].reshape(3, 2), axis=1),
    "put_along_axis, broadcast": lambda x, w: np.put_along_axis(x, np.array([[1], [2], [0]]), w[0], axis=1),
    "put_along_axis, flat": lambda x, w: np.put_along_axis(x, np.array([3, -1]), w[:2], axis=None),
    "method fill": lambda x, w: x.fill(w[0]) if isinstance(x, mg.Tensor) else x.fill(float(w[0])),
    "method put": lambda x, w: x.put([1, 2], w[:2]), "of a view": lambda x, w: np.copyto(x[1:, ::2], w[:2]),
    "of a view of a view": lambda x, w: np.put(x.T[1], [0, 2], w[:2]),
    "item by item": lambda x, w: [x.__setitem__((i, j), w[i]) for i in range(3) for j in range(i)],
    "rows": lambda x, w: [x.__setitem__(k, w[4 * k : 4 * k + 4]) for k in (2, 0)],
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_it_writes_what_numpy_writes_and_cotangents_go_where_their_elements_stay(write: Callable[..., Any]) -> None:
    """NumPy's value in the very Tensor; the gradient of what is there at the end, of its own elements and of the new.
    A plain array is written to as ever."""
    expected, ids = A.copy(), numbered(A.shape, 1000).astype(float)
    write(expected, W)
    write(ids, numbered(W.shape, 5000).astype(float))
    x, w = mg.tensor(A, requires_grad=True), mg.tensor(W, requires_grad=True)
    y = x * 1.0
    alias = y
    write(y, w)
    np.testing.assert_array_equal(y.numpy(), expected)
    assert alias is y and y.dtype == A.dtype
    u = numbers(A.shape, 2)
    y.backward(u)
    np.testing.assert_allclose(grad_of(x), counted(ids.astype(int), u, 1000, A.shape), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(grad_of(w), counted(ids.astype(int), u, 5000, W.shape), rtol=1e-12, atol=1e-12)


REFUSED: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "copyto": (lambda x: np.copyto(x, np.ones((2, 4))), ValueError, r"\(2, 4\) does not broadcast to \(3, 4\)"),
    "copyto, cast": (lambda x: np.copyto(x, A, casting="equiv"), TypeError, "float64 is not cast to float32"),
    "fill_diagonal": (lambda x: np.fill_diagonal(x[0], 1.0), ValueError, "expected a matrix"),
    "put": (lambda x: np.put(x, [12], 1.0), IndexError, "index 12 is out of bounds"),
    "place": (lambda x: np.place(x, MASK, []), ValueError, "no values"),
    "putmask": (lambda x: np.putmask(x, MASK[0], 1.0), ValueError, "expected as many elements"),
    "put_along_axis": (lambda x: np.put_along_axis(x, np.array([[4]]), 1.0, 1), IndexError, "index 4 is out of bounds"),
    "fill": (lambda x: x.fill([1.0, 2.0]), ValueError, "expected one number"),
    "setitem": (lambda x: x.__setitem__(0, np.ones(5)), ValueError,
        r"x\[i\] = v: .*\(5,\) does not broadcast to \(4,\)"),
    "setitem outside": (lambda x: x.__setitem__(3, 1.0), IndexError, r"x\[i\] = v: .*index 3 is out of bounds"),
    "setitem of a view": (lambda x: x.T.__setitem__(0, np.ones(2)), ValueError, r"x\[i\] = v: .*broadcast to \(3,\)"),
}  # fmt: skip


@pytest.mark.parametrize(("write", "kind", "says"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_in_words(write: Callable[[Any], Any], kind: type[Exception], says: str) -> None:
    """With what was seen and what was expected; nothing is written."""
    x = mg.tensor(A.astype(np.float32))
    with pytest.raises(kind, match=says):
        write(x)
    np.testing.assert_array_equal(x.numpy(), A.astype(np.float32))


@pytest.mark.parametrize("write", [np.copyto, lambda a, x: np.put(a, [0, 1, 2], x[0, :3]),
                                   lambda a, x: np.place(a, MASK, x), lambda a, x: np.fill_diagonal(a, x[0, 0]),
                                   lambda a, x: np.putmask(a, MASK, x),
                                   lambda a, x: np.put_along_axis(a, SORTED, x, 1)],
                         ids=["copyto", "put", "place", "fill_diagonal", "putmask", "put_along_axis"])  # fmt: skip
def test_a_plain_array_takes_values_but_no_history(write: Callable[..., Any]) -> None:
    """A Tensor without history is an array like any; the gradient of one that has some would be lost."""
    a, b = np.zeros((3, 4)), np.zeros((3, 4))
    write(a, mg.tensor(A))
    write(b, A)
    np.testing.assert_array_equal(a, b)
    with pytest.raises((TypeError, ValueError), match="cannot hold a Tensor's history"):
        write(a, mg.tensor(A, requires_grad=True))


def test_leaves_are_written_under_no_grad_only() -> None:
    """As with x[i] = v."""
    x = mg.tensor(A, requires_grad=True)
    for write in (lambda: np.copyto(x, A), lambda: x.fill(0.0), lambda: np.fill_diagonal(x, 1.0)):
        with pytest.raises(mg.GraphError, match="leaf that requires grad"):
            write()
    with mg.no_grad():
        np.fill_diagonal(x, 1.0)
        x[0].fill(2.0)
    assert x.is_leaf and x.requires_grad and x[1, 1].item() == 1.0 and x[0, 3].item() == 2.0


# ------------------------------------------------------------------------------------- what loops are made of


def test_an_array_filled_in_a_loop_differentiates() -> None:
    """np.zeros_like(x), then assignment, `+=` on items and slices."""
    x = mg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    out = np.zeros_like(x)
    for i in range(3):
        out[i] = x[i] ** 2
        out[: i + 1] += x[i]
    np.testing.assert_allclose(out.numpy(), [7.0, 9.0, 12.0])
    out.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [3.0, 6.0, 9.0])


def test_iteration_unpacking_len_in_and_zip() -> None:
    """As over an array; each part carries its gradient."""
    x = mg.tensor(A, requires_grad=True)
    first, *_, last = x
    (a, b, c) = x[:, 0]
    assert len(x) == 3 and [row.shape for row in x] == [(4,)] * 3
    assert x.numpy()[1, 2] in x and 77.0 not in x
    pairs = sum((p * q).sum() for p, q in zip(x, x[::-1], strict=True))
    (pairs + first.sum() * 2 + last.sum() + a * b * c).backward()
    expected = 2 * A[::-1] + np.array([[2.0], [0.0], [1.0]])
    expected[:, 0] += np.prod(A[:, 0]) / A[:, 0]
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-6)
    for bad in (lambda: len(x.sum()), lambda: list(x.sum())):
        with pytest.raises(TypeError, match="0-d"):
            bad()
    assert [float(v) for v in reversed(mg.tensor([1.0, 2.0]))] == [2.0, 1.0]
    assert max(mg.tensor([1.0, 3.0, 2.0])).item() == 3.0 and sorted(mg.tensor([2.0, 1.0]))[0].item() == 1.0


def test_formatting_shows_numbers_and_branches_read_them() -> None:
    """f"{x:.3f}" of one number, `if x > 0`, comparisons as masks, `any`, `all`."""
    x = mg.tensor([1.23456, -2.0], requires_grad=True)
    assert f"{x[0]:.3f} {x[1]:+.1e}" == "1.235 -2.0e+00"
    assert (1 if x[0] > 0 else 2) == 1 and not x[1] > 0
    mask = x > 0
    assert mask.dtype == bool and mask.tolist() == [True, False] and mask.any() and not mask.all()
    y = x * 1.0
    y[mask] = 0.0
    y[~mask] *= 3.0
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [0.0, 3.0])
    assert format(x[1], ".2f") == "-2.00"
