"""Methods of NumPy's arrays, on Tensors: the same call, the same value, shape and dtype; the gradient by counting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops.checks import listed
from tests.ops.counting import counted, numbered, numbers

A = numbers((3, 4))
MOVES: dict[str, Callable[[Any], Any]] = {
    "reshape": lambda x: (x.reshape(4, 3), x.reshape((2, -1)), x.reshape(-1, order="F"), x.reshape(12)),
    "ravel": lambda x: (x.ravel(), x.ravel("F"), x.ravel(order="K"), x.T.ravel(order="A")),
    "flatten": lambda x: (x.flatten(), x.flatten("F"), x.flatten(order="C")),
    "transpose": lambda x: (x.T, x.transpose(), x.transpose(1, 0), x.transpose((1, 0)), x.swapaxes(0, -1), x.mT),
    "squeeze": lambda x: (x[None].squeeze(), x[None].squeeze(0), x[None].squeeze(axis=0)),
    "repeat": lambda x: (x.repeat(2), x.repeat([1, 0, 2], 0), x.repeat(repeats=2, axis=1)),
    "take": lambda x: (x.take([0, 5]), x.take([0, -1], 1), x.take([[7]], axis=1, mode="wrap")),
    "compress": lambda x: (x.compress([True, False, True], 0), x.compress([0, 1])),
    "diagonal": lambda x: (x.diagonal(), x.diagonal(1), x.diagonal(offset=-1, axis1=1, axis2=0)),
    "copy": lambda x: (x.copy(), x.copy("F"), x.copy(order="K")),
    "astype": lambda x: (x.astype(float), x.astype("float64", copy=False), x.astype(np.float64, "C", "safe")),
    "views": lambda x: (x[...], x[:, None], x[-1], x[0, 1]),
}  # fmt: skip


@pytest.mark.parametrize("call", MOVES.values(), ids=MOVES)
def test_methods_that_move_elements_are_numpys(call: Callable[[Any], Any]) -> None:
    """As on an array; each cotangent where its element came from."""
    x = mg.tensor(A, requires_grad=True)
    for out, e, i in zip(listed(call(x)), listed(call(A)), listed(call(numbered(A.shape))), strict=True):
        assert isinstance(out, mg.Tensor) and (out.shape, out.dtype) == (np.shape(e), np.asarray(e).dtype)
        np.testing.assert_array_equal(out.numpy(), e)
        x.grad = None
        u = numbers(out.shape, 1)
        out.backward(u)
        np.testing.assert_allclose(x.grad.numpy(), counted(np.asarray(i).astype(int), u, 0, A.shape), atol=1e-15)


PLAIN: dict[str, Callable[[Any], Any]] = {
    "nonzero": lambda x: (x > 0).nonzero(), "item": lambda x: (x[0, 0].item(), x.item(5), x.item(1, 2), x.item((2, 3))),
    "tolist": lambda x: x.tolist(), "choose": lambda x: (x > 0).astype(int).choose([np.zeros(4), np.ones((3, 4))]),
    "astype": lambda x: (x.astype(np.float32), x.astype(int), x.astype(bool)), "trace": lambda x: (x.trace(),
        x.trace(1)),
    "sizes": lambda x: (x.shape, x.ndim, x.size, x.itemsize, x.nbytes, len(x)),
}  # fmt: skip


@pytest.mark.parametrize("call", PLAIN.values(), ids=PLAIN)
def test_methods_that_give_values_are_numpys(call: Callable[[Any], Any]) -> None:
    """As on an array."""
    for out, e in zip(listed(call(mg.tensor(A))), listed(call(A)), strict=True):
        np.testing.assert_array_equal(out.numpy() if isinstance(out, mg.Tensor) else out, e)


def test_flat_reads_and_writes_elements_in_order() -> None:
    """x.flat of any layout: indices, slices, iteration, assignment, `+=`, as on an array; gradients follow."""
    for turned in (False, True):
        a = A.T.copy() if turned else A.copy()
        x = mg.tensor(A, requires_grad=True)
        y, b = (x.T * 1.0, a) if turned else (x * 1.0, a)
        np.testing.assert_array_equal([v.item() for v in y.flat], list(b.flat))
        np.testing.assert_array_equal(y.flat[2:9:3].numpy(), b.flat[2:9:3])
        assert len(y.flat) == 12 and y.flat[5].item() == b.flat[5]
        for z in (y, b):
            z.flat[:: z.shape[1] + 1] += 1.0
            z.flat[[1, 2]] = 7.0
            z.T.flat[-1] = 8.0
        np.testing.assert_array_equal(y.numpy(), b)
        y.sum().backward()
        written = np.zeros(a.shape)
        written.flat[[1, 2, 11]] = 1.0
        np.testing.assert_array_equal(x.grad.numpy(), 1.0 - (written.T if turned else written))
        y.flat = [1.0, 2.0]
        np.testing.assert_array_equal(y.numpy().ravel(), [1.0, 2.0] * 6)


def test_torchs_methods_of_shape() -> None:
    """view, permute, expand, unsqueeze, masked_fill: what NumPy has under other names."""
    x = mg.tensor(A)
    for out, e in (
        (x.view(4, -1), A.reshape(4, 3)), (x.permute(1, 0), A.T), (x.permute((1, 0)), A.T), (x.unsqueeze(-1), A[...,
        None]),
        (x.expand(2, -1, 4), np.broadcast_to(A, (2, 3, 4))), (x.masked_fill(x > 0, 0.0), np.where(A > 0, 0.0, A)),
    ):  # fmt: skip
        np.testing.assert_array_equal(out.numpy(), e)


def test_what_methods_refuse() -> None:
    """In words."""
    x = mg.tensor(A)
    with pytest.raises(TypeError, match="float64 is not cast to int64 under the rule 'safe'"):
        x.astype(int, casting="safe")
    with pytest.raises(TypeError, match=r"view: .*astype casts"):
        x.view(np.float32)
    with pytest.raises(ValueError, match="order is 'Q'"):
        x.reshape(12, order="Q")


@pytest.mark.parametrize("axis", [-1, 0, None])
def test_sort_and_partition_write_in_place(axis: int | None) -> None:
    """As an array's own methods: every alias sees it, and each cotangent goes back to where its element was."""
    for name, args in (("sort", ()), ("partition", (1,))):
        x = mg.tensor(A, requires_grad=True)
        y, a = (x * 1.0, A.copy()) if axis is not None else ((x * 1.0).ravel(), A.ravel().copy())
        alias = y
        for z in (y, a):
            assert getattr(z, name)(*args, axis=-1 if axis is None else axis) is None
        np.testing.assert_array_equal(alias.numpy(), a)
        u = numbers(a.shape, 1)
        y.backward(u)
        where = dict(zip(a.ravel(), u.ravel(), strict=True))
        np.testing.assert_allclose(x.grad.numpy(), np.vectorize(where.get)(A))
