"""Shape, joining and layout in every spelling: NumPy's value, shape and dtype; a gradient by counting, and its own.

All of these only move, repeat and join elements, so numbering the elements and doing the same to the numbers tells
where each cotangent goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops.checks import listed
from tests.ops.counting import counted, numbered, numbers

F = mg.nn.functional
M, V, C, E, S = numbers((3, 4)), numbers((3,), 1), numbers((2, 3, 4), 2), numbers((0, 3), 3), numbers((), 4)
ARRAYS = {"matrix": M, "vector": V, "cube": C, "empty": E, "scalar": S}
MATRIX: dict[str, Callable[[Any, Any], Any]] = {  # (namespace, x)
    "reshape F": lambda xp, x: xp.reshape(x, (2, 6), order="F"), "reshape -1 F": lambda xp, x: xp.reshape(x, (-1, 2),
        "F"),
    "reshape A": lambda xp, x: xp.reshape(x, (2, 6), order="A"), "reshape A of F": lambda xp, x: xp.reshape(x.T, (2, 6),
        order="A"), "reshape copy": lambda xp, x: xp.reshape(x, -1, order="C"),
    "ravel F": lambda xp, x: xp.ravel(x, order="F"), "ravel K": lambda xp, x: xp.ravel(x.T, order="K"),
    "ravel A": lambda xp, x: xp.ravel(x.T, "A"), "permute_dims": lambda xp, x: xp.permute_dims(x, (1, 0)),
    "rollaxis": lambda xp, x: xp.rollaxis(x, 1), "fliplr": lambda xp, x: xp.fliplr(x),
    "flipud": lambda xp, x: xp.flipud(x), "rot90": lambda xp, x: xp.rot90(x), "rot90 2": lambda xp, x: xp.rot90(x, 2),
    "rot90 3": lambda xp, x: xp.rot90(x, 3, (1, 0)), "rot90 -1": lambda xp, x: xp.rot90(x, -1),
    "rot90 4": lambda xp, x: xp.rot90(x, k=4), "roll list": lambda xp, x: xp.roll(x, [1, -1], axis=[0, 1]),
    "roll once, two axes": lambda xp, x: xp.roll(x, 1, axis=(0, 1)), "tile": lambda xp, x: xp.tile(x, 2),
    "tile more": lambda xp, x: xp.tile(x, (2, 1, 3)), "tile none": lambda xp, x: xp.tile(x, ()),
    "repeat flat": lambda xp, x: xp.repeat(x, 2), "repeat each": lambda xp, x: xp.repeat(x, [0, 2, 1], axis=0),
    "repeat array": lambda xp, x: xp.repeat(x, np.array([1, 0, 2, 3]), axis=-1),
    "repeat one": lambda xp, x: xp.repeat(x, [2], axis=1), "concat flat": lambda xp, x: xp.concatenate([x, x],
        axis=None),
    "concatenate dtype": lambda xp, x: xp.concatenate([x, x], dtype=np.float32, casting="unsafe"),
    "stack dtype": lambda xp, x: xp.stack([x, x], 1, dtype=np.float32), "hstack": lambda xp, x: xp.hstack([x, x, M]),
    "vstack": lambda xp, x: xp.vstack((x, x[0], M)), "dstack": lambda xp, x: xp.dstack((x, x)),
    "hstack cast": lambda xp, x: xp.hstack((x, x), dtype=np.float32, casting="same_kind"),
    "column_stack": lambda xp, x: xp.column_stack((x[:, 0], x)), "append": lambda xp, x: xp.append(x, [[1.0] * 4],
        axis=0),
    "append flat": lambda xp, x: xp.append(x, x[0]), "block": lambda xp, x: xp.block([[x, x], [x[:1], x[:1] * 1.0]]),
    "block of one": lambda xp, x: xp.block(x), "block of a row": lambda xp, x: xp.block([x[0], 1.0, x[1]]),
    "split": lambda xp, x: xp.split(x, 2, axis=1), "split at": lambda xp, x: xp.split(x, [1, 3], axis=1),
    "split past the end": lambda xp, x: xp.split(x, [1, 7], axis=0), "split from behind": lambda xp, x: xp.split(x,
        [-1]),
    "array_split": lambda xp, x: xp.array_split(x, 3, axis=1), "array_split many": lambda xp, x: xp.array_split(x, 5),
    "hsplit": lambda xp, x: xp.hsplit(x, 2), "vsplit": lambda xp, x: xp.vsplit(x, [1]),
    "atleast": lambda xp, x: (*xp.atleast_1d(x, 1.0), xp.atleast_2d(x), xp.atleast_3d(x)),
    "atleast of a row": lambda xp, x: (xp.atleast_1d(x[0]), xp.atleast_2d(x[0]), xp.atleast_3d(x[0])),
    "atleast of one": lambda xp, x: (xp.atleast_1d(x[0, 0]), xp.atleast_2d(x[0, 0]), xp.atleast_3d(x[0, 0])),
    "broadcast_arrays": lambda xp, x: xp.broadcast_arrays(x, x[:1], x[0, 0]),
    "meshgrid": lambda xp, x: xp.meshgrid(x[0], x[:, 0]), "meshgrid ij": lambda xp, x: xp.meshgrid(x[0], x[:, 0], x[1],
        indexing="ij"), "meshgrid sparse": lambda xp, x: xp.meshgrid(x[0], x[:, 0], sparse=True),
    "meshgrid of one": lambda xp, x: xp.meshgrid(x[0]), "diag": lambda xp, x: (xp.diag(x), xp.diag(x, 1), xp.diag(x,
        -2)),
    "diag of a vector": lambda xp, x: (xp.diag(x[0]), xp.diag(x[0], -1), xp.diag(x[0], k=2)),
    "diagflat": lambda xp, x: xp.diagflat(x, 1), "diagonal": lambda xp, x: xp.diagonal(x, -1, 1, 0),
    "tril of a vector": lambda xp, x: (xp.tril(x[0]), xp.triu(x[0], 1)), "copy": lambda xp, x: xp.copy(x, order="F"),
    "methods": lambda xp, x: (x.repeat(2, 0), x.diagonal(1), x.flatten(), x.ravel(), x.swapaxes(0, 1)),
    "delete": lambda xp, x: (xp.delete(x, 1, axis=1), xp.delete(x, [0, 5])), "insert": lambda xp, x: xp.insert(x, 1,
        x[0],
        axis=0), "insert numbers": lambda xp, x: xp.insert(x, [1, 3], 9.0, axis=1), "resize": lambda xp, x: xp.resize(x,
        (5, 4)), "insert flat": lambda xp, x: xp.insert(x, 2, [1.0, 2.0]),
}  # fmt: skip
OTHERS: dict[str, tuple[np.ndarray, Callable[[Any, Any], Any]]] = {
    "dsplit": (C, lambda xp, x: xp.dsplit(x, 2)), "cube rot90": (C, lambda xp, x: xp.rot90(x, 1, (2, 0))),
    "cube hstack": (C, lambda xp, x: (xp.hstack((x, x)), xp.vstack((x, x)), xp.dstack((x, x)))),
    "cube moveaxis": (C, lambda xp, x: (xp.moveaxis(x, (0, 1), (-1, 0)), xp.rollaxis(x, 2, 1))),
    "cube ravel": (C, lambda xp, x: (xp.ravel(x, "F"), xp.reshape(x, (4, -1), "F"))),
    "vector stacks": (V, lambda xp, x: (xp.hstack((x, x)), xp.vstack((x, x)), xp.dstack((x, x)), xp.column_stack((x,
        x)))),
    "vector hsplit": (V, lambda xp, x: xp.hsplit(x, 3)), "empty": (E, lambda xp, x: (xp.tile(x, 2), xp.repeat(x, 2, 1),
        xp.concatenate([x, x]), xp.flipud(x), xp.rot90(x), xp.roll(x, 1), xp.vstack((x, M[:, :3])), xp.diag(x))),
    "scalar": (S, lambda xp, x: (xp.hstack((x, x)), xp.vstack((x, x)), xp.repeat(x, 3), xp.tile(x, (2, 2)),
        xp.append(x, x),
        xp.atleast_2d(x), xp.roll(x, 1), xp.column_stack((x, x)), *xp.meshgrid(x, x), xp.diagflat(x))),
}  # fmt: skip
CASES = {**{name: (M, f) for name, f in MATRIX.items()}, **OTHERS}


@pytest.mark.parametrize("home", [np, mg], ids=["NumPy's name", "our name"])
@pytest.mark.parametrize(("a", "call"), CASES.values(), ids=CASES)
def test_value_and_gradients_are_those_of_moved_elements(a: np.ndarray, call: Callable[..., Any], home: Any) -> None:
    """Of every output: NumPy's value, shape and dtype; each cotangent where its element came from; and back again."""
    expected = listed(call(np, a))
    ids = [np.asarray(i) for i in listed(call(np, numbered(a.shape, 1000).astype(float)))]
    x = mg.tensor(a, requires_grad=True)
    outs = listed(call(home, x))
    assert len(outs) == len(expected)
    for k, (out, e, i) in enumerate(zip(outs, expected, ids)):
        if not isinstance(out, mg.Tensor):  # of arrays alone
            np.testing.assert_array_equal(out, e)
            continue
        assert (out.shape, out.dtype) == (np.shape(e), np.asarray(e).dtype), k
        np.testing.assert_array_equal(out.numpy(), e)
        x.grad = None
        u = mg.tensor(numbers(out.shape, k).astype(out.dtype), requires_grad=True)
        if not out.requires_grad:
            continue
        out.backward(u, create_graph=True)
        wanted = counted(np.rint(i).astype(int), u.numpy().astype(float), 1000, a.shape)
        np.testing.assert_allclose(x.grad.numpy(), wanted, rtol=1e-6, atol=1e-12)
        w, g = numbers(a.shape, 7), x.grad
        (g * w).sum().backward()
        from_x = (i >= 1000) & (i < 1000 + a.size)
        back = np.where(from_x, np.append(w.ravel(), 0.0)[np.where(from_x, i - 1000, -1).astype(int)], 0.0)
        np.testing.assert_allclose(u.grad.numpy(), back, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int32, np.uint8, np.bool_], ids=lambda t: t.__name__)
@pytest.mark.parametrize(("a", "call"), CASES.values(), ids=CASES)
def test_every_dtype_passes_as_it_is(a: np.ndarray, call: Callable[..., Any], dtype: type) -> None:
    """NumPy's value, shape and dtype, under its name and ours, of Tensors and of arrays."""
    b = np.asarray(np.round(np.abs(a) * 10).astype(dtype))
    expected = listed(call(np, b))
    for home, x in ((np, mg.tensor(b)), (mg, mg.tensor(b)), (mg, b)):
        for out, e in zip(listed(call(home, x)), expected, strict=True):
            assert (out.shape, out.dtype) == (np.shape(e), np.asarray(e).dtype)
            np.testing.assert_array_equal(out.numpy() if isinstance(out, mg.Tensor) else out, e)


TORCHS: dict[str, Callable[[Any], tuple[Any, Any]]] = {  # x → (ours, in NumPy's names)
    "flatten": lambda x: (mg.flatten(x, 1), x.reshape(2, 12)), "unflatten": lambda x: (mg.unflatten(x, -1, (2, -1)),
        x.reshape(2, 3, 2, 2)), "unsqueeze": lambda x: (mg.unsqueeze(x, -1), x[..., None]),
    "expand": lambda x: (mg.expand(x[:, :1], 2, -1, 4), x[:, :1] + 0.0), "unbind": lambda x: (mg.unbind(x, 1)[2], x[:,
        2]),
    "unstack": lambda x: (mg.unstack(x, axis=-1)[0], x[..., 0]), "movedim": lambda x: (mg.movedim(x, 0, 2),
        x.transpose(1, 2, 0)), "chunk": lambda x: (mg.chunk(x, 3, -1)[1], x[..., 2:4]), "tensor_split": lambda x: (
        mg.tensor_split(x, 3, dim=2)[0], x[..., :2]), "cat": lambda x: (mg.cat([x, np.zeros(0), x], dim=1)[:, 3:], x),
    "diag_embed": lambda x: (mg.diag_embed(x[0, 0])[1], x[0, 0] * np.array([0, 1, 0, 0])),
    "split": lambda x: (F.split(x, 3, dim=2)[1], x[..., 3:]), "split sizes": lambda x: (F.split(x, [1, 3], -1)[1],
        x[..., 1:]), "transpose": lambda x: (F.transpose(x, 0, 1), x.swapaxes(0, 1)), "t": lambda x: (F.t(x[0]),
        x[0].T),
    "repeat": lambda x: (F.repeat(x, 1, 2, 1)[:, 3:], x), "squeeze": lambda x: (F.squeeze(x[:1], (0, 1)), x[0]),
    "meshgrid": lambda x: (F.meshgrid(x[0, 0], x[0, :, 0])[1][2], x[0, :, 0]), "view": lambda x: (F.view(x, 6, -1),
        x.reshape(6, 4)), "flip": lambda x: (F.flip(x, (0, 2)), x[::-1, :, ::-1]), "roll": lambda x: (F.roll(x, 1, 0),
        x[::-1]), "sum_to_size": lambda x: (F.sum_to_size(x, 3, 1), x.sum(axis=(0, 2))[:, None]), "narrow": lambda x: (
        mg.narrow(x, 1, -2, 2), x[:, 1:]), "unfold": lambda x: (F.unfold_dim(x, 2, 2, 2)[:, :, 1], x[:, :, 2:]),
}  # fmt: skip


@pytest.mark.parametrize("call", TORCHS.values(), ids=TORCHS)
def test_torchs_own_names_say_it_otherwise(call: Callable[..., Any]) -> None:
    """The same as an indexing or a method of NumPy's (its gradient too); Torch's samples hold them to Torch."""
    ours, theirs = call(mg.tensor(C))
    assert isinstance(ours, mg.Tensor)
    np.testing.assert_array_equal(ours.numpy(), np.broadcast_to(theirs.numpy(), ours.shape))
    x, y = mg.tensor(C, requires_grad=True), mg.tensor(C, requires_grad=True)
    call(x)[0].sum().backward()
    out = call(y)[1]
    (out.sum() * (ours.size / out.size)).backward()
    np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), rtol=1e-12)


REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "split": (lambda: mg.split(M, 5), ValueError, "3 elements, which 5 parts do not divide"),
    "split of nothing": (lambda: mg.split(mg.tensor(1.0), 1), np.exceptions.AxisError, "axis 0 is out of bounds"),
    "hsplit": (lambda: mg.hsplit(S, 1), ValueError, "needs at least 1 axis"),
    "vsplit": (lambda: mg.vsplit(V, 1), ValueError, "needs at least 2 axes"),
    "chunk": (lambda: mg.chunk(M, 0), ValueError, "chunks is 0"),
    "block": (lambda: mg.block([[M], M]), ValueError, "different depths"),
    "block of a tuple": (lambda: mg.block((M, M)), TypeError, "only lists nest"),
    "block of none": (lambda: mg.block([]), ValueError, "empty list"),
    "concatenate": (lambda: mg.concatenate([M, M], dtype=int), TypeError, "float64 is not cast to int64"),
    "hstack": (lambda: mg.hstack([]), ValueError, "empty sequence"),
    "meshgrid": (lambda: mg.meshgrid(V, indexing="yx"), ValueError, "expected 'xy' or 'ij'"),
    "fliplr": (lambda: mg.fliplr(V), ValueError, "needs at least 2 axes"),
    "rot90": (lambda: mg.rot90(M, axes=(0, 0)), ValueError, "name the same axis twice"),
    "rot90 outside": (lambda: mg.rot90(M, axes=(0, 2)), np.exceptions.AxisError, "axis 2 is out of bounds"),
    "expand": (lambda: mg.expand(M, 2, 4), ValueError, "does not broadcast to|does not expand to"),
    "unflatten": (lambda: mg.unflatten(M, 1, (3, -1)), ValueError, "do not multiply to 4"),
    "flatten": (lambda: mg.flatten(M, 1, 0), ValueError, "start_dim 1 comes after end_dim 0"),
    "broadcast_shapes": (lambda: mg.broadcast_shapes((2,), (3,)), ValueError, r"\(2,\), \(3,\) do not broadcast"),
    "ravel": (lambda: mg.ravel(M, "Q"), ValueError, "order is 'Q'"),
    "transpose twice": (lambda: mg.permute_dims(M, (0, 0)), ValueError, "repeated axis"),
    "narrow": (lambda: mg.narrow(M, 0, 2, 2), ValueError, "2 places from 2 on do not fit in axis 0 of size 3"),
    "split sizes": (lambda: F.split(mg.tensor(M), [1, 1]), ValueError, "do not add up to 3"),
    "astype elsewhere": (lambda: mg.astype(M, float, device="gpu"), ValueError, "there is only 'cpu'"),
    "repeat_interleave": (lambda: mg.repeat_interleave(M, 2, 0, output_size=7), ValueError, "output_size is 7"),
    "resize": (lambda: mg.resize(M, (-1,)), ValueError, "negative"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_in_words(call: Callable[[], Any], kind: type[Exception], says: str) -> None:
    """With what was seen, and what was expected."""
    with pytest.raises(kind, match=says):
        call()


def test_views_of_views_write_to_their_root() -> None:
    """flip, diagonal, split, unbind and atleast give views, as NumPy's do (its diagonal is read-only: ours is not)."""
    x = mg.tensor(M)
    mg.flip(x, axis=0)[0] = 1.0
    mg.diagonal(x)[...] = 2.0
    mg.split(x, 2, axis=1)[1][0, 0] = 3.0
    mg.unbind(x)[1][3] = 4.0
    mg.atleast_3d(x)[2, 1, 0] = 5.0
    expected = M.copy()
    expected[2] = 1.0
    expected[[0, 1, 2], [0, 1, 2]] = 2.0
    expected[0, 2], expected[1, 3], expected[2, 1] = 3.0, 4.0, 5.0
    np.testing.assert_array_equal(x.numpy(), expected)


@pytest.mark.parametrize(("order", "copy", "shared"), [("C", False, True), ("C", None, True), ("C", True, False)])
def test_reshape_shares_memory_unless_told(order: str, copy: bool | None, shared: bool) -> None:
    """As NumPy's: a write to the reshaped Tensor shows in the other where they share."""
    x = mg.tensor(M)
    mg.reshape(x, (12,), order=order, copy=copy)[0] = 99.0
    assert (x[0, 0].item() == 99.0) == shared


@pytest.mark.parametrize(("trim", "kept"), [("fb", slice(2, 5)), ("f", slice(2, None)), ("b", slice(None, 5))])
def test_trim_zeros_keeps_what_lies_between(trim: str, kept: slice) -> None:
    """NumPy's value; the gradient of the slice that it keeps."""
    a = np.array([0.0, 0.0, 1.5, 0.0, 2.5, 0.0])
    x = mg.tensor(a, requires_grad=True)
    out = np.trim_zeros(x, trim)
    np.testing.assert_array_equal(out.numpy(), np.trim_zeros(a, trim))
    (out * out).sum().backward()
    expected = np.zeros(6)
    expected[kept] = 2 * a[kept]
    np.testing.assert_array_equal(x.grad.numpy(), expected)
