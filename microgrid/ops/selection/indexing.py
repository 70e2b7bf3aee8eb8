"""Indexing of every NumPy kind, indexed assignment, and elements taken from one axis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.errors import described
from ...core.primitive import primitive
from ...core.recording import current
from ...core.tensor import Tensor
from ...core.views import follow
from ..elementwise.arithmetic import Array


def plain_index(index: Any) -> Any:
    """An index without Tensors; its arrays copied, since the rule reads them."""
    if type(index) is tuple:
        arrays = any(isinstance(i, Tensor | np.ndarray | list | tuple) for i in index)
        return tuple(plain_index(list(i) if type(i) is tuple else i) for i in index) if arrays else index
    if isinstance(index, Tensor):
        if index.dtype.kind == "f":
            raise IndexError(f"an index of {index.dtype}; indices are integers or booleans (x[i.astype(int)])")
        return index._node.data
    return np.array(index) if isinstance(index, np.ndarray) else _listed(index) if isinstance(index, list) else index


def _listed(index: list[Any]) -> Any:
    array = np.array([plain_index(i) for i in index])
    return array.astype(int) if array.size == 0 else array


def _repeats(index: Any) -> bool:
    """Whether an index can name one place twice: integer arrays can, slices and masks cannot."""
    return any(
        isinstance(i, list) or (isinstance(i, np.ndarray) and i.dtype.kind != "b")
        for i in (index if type(index) is tuple else (index,))
    )


def names_once(index: np.ndarray, n: int) -> bool:
    """Whether an array of integers names no place of an axis of size n twice."""
    if index.size > n:
        return False
    if index.size <= 64:
        names = [i % n for i in index.reshape(-1).tolist()]
        return len(set(names)) == len(names)
    return bool((np.bincount(index.reshape(-1) % n) <= 1).all())


def add_along(out: np.ndarray, index: np.ndarray, x: np.ndarray, axis: int) -> np.ndarray:
    """out[…, index, …] += x along an axis, where an index named twice counts twice. `out` is contiguous."""
    n, count, whole = out.shape[axis], index.size, slice(None)
    if out.size == n:
        places = index.reshape(-1)
        np.add.at(out.reshape(-1), places if places.dtype == np.intp else places.astype(np.intp), x.reshape(-1))
        return out
    if x.size <= 64:
        np.add.at(out, (whole,) * axis + (index,), x)  # type: ignore[arg-type]
        return out
    if names_once(index, n):
        out[(whole,) * axis + (index,)] += x
        return out
    before, after = math.prod(out.shape[:axis]), math.prod(out.shape[axis + 1 :])
    if before * after >= 256:  # long rows, one after the other
        to, rows = out.reshape(before, n, after), x.reshape(before, count, after)
        for k, i in enumerate(index.reshape(-1).tolist()):
            to[:, i] += rows[:, k]
        return out
    places = index.reshape(-1).astype(np.intp)  # np.add.at is quick on one axis only, by a factor of five
    places = np.where(places < 0, places + n, places)[:, None] * after + np.arange(after)
    if before != 1:
        places = places + np.arange(0, out.size, n * after)[:, None, None]
    np.add.at(out.reshape(-1), places.reshape(-1), x.reshape(-1))
    return out


@primitive(symbol="scatter", formula="0 with x added at [{index}]", torch="index_put", linear=True, broadcasts=True)
def scatter(x: Array, *, index: Any, shape: tuple[int, ...]) -> Array:
    """Zeros of a shape with x added at [index]; what falls in one place twice is summed."""
    out = np.zeros(shape, x.dtype)
    if not _repeats(index):
        out[index] = x
        return out
    if isinstance(index, np.ndarray) and x.shape == index.shape + shape[1:]:
        return add_along(out, index, x, 0)
    if x.size * 16 < out.size:
        np.add.at(out, index, x)
        return out
    places = np.arange(out.size).reshape(shape)[index]
    np.add.at(out.reshape(-1), places.reshape(-1), np.broadcast_to(x, places.shape).reshape(-1))
    return out


scatter.gradients(lambda g, index: g[index])


def _after_one(kw: dict[str, Any], x: tuple[int, ...], out: tuple[int, ...]) -> dict[str, Any] | None:
    """The index behind one more axis; None where arrays beside others would put their axes elsewhere."""
    index = kw["index"] if type(kw["index"]) is tuple else (kw["index"],)
    arrays = [i for i in index if isinstance(i, np.ndarray | list | bool | np.bool_)]
    if arrays and (len(arrays) > 1 or len(index) > 1 or not isinstance(arrays[0], np.ndarray) or not arrays[0].ndim):
        return None
    return {"index": (slice(None), *index)}


@primitive(name="getitem", symbol="[ ]", formula="x[{index}]", torch="__getitem__", view=True, linear=True,
           batched=_after_one)  # fmt: skip
def taken(x: Array, *, index: Any) -> Array:
    """x[index], of every NumPy kind: a view where NumPy gives one."""
    return x[index]


taken.gradients(lambda g, x, index: scatter(g, index=index, shape=x.shape))


def _add_at(total: np.ndarray, g: np.ndarray, index: Any) -> None:
    """total[index] += g, where an index named twice counts twice."""
    if not _repeats(index):
        total[index] += g
    elif isinstance(index, np.ndarray) and total.flags.c_contiguous:
        add_along(total, index, g, 0)
    else:
        total += scatter(g, index=index, shape=total.shape)


taken.op.into = _add_at


def getitem(x: Any, index: Any) -> Any:
    """x[index]: integers, slices, `...`, `None`, integer arrays, masks, and tuples of them."""
    simple = type(index) is int or type(index) is slice
    return taken(x, index=index if simple else plain_index(index))


def _laid(x: Array, order: Any) -> Array:
    """A copy in the layout that the path was taken in: on another, a reshape in it might copy, and a write be lost."""
    return np.array(x) if order is None else np.array(x.transpose(order), order="C").transpose(np.argsort(order))


def _put_clash(x: tuple[int, ...], v: tuple[int, ...], *, path: Any, index: Any, order: Any) -> str | None:
    try:
        view = follow(np.empty(x), path)
        target = view[index].shape
    except IndexError as error:
        return str(error)
    if not view.flags.writeable:
        return "this view cannot be written to"
    return f"a value of shape {v} does not broadcast to {target}, the shape of x[i]"


@primitive(name="setitem", symbol="[ ]=", formula="x with v at [{index}]", torch="index_put", explain=_put_clash)
def written(x: Array, v: Array, *, path: Any = (), index: Any, order: Any = None) -> Array:
    """x with v written at [index] of the view that path leads to: one operation for every write."""
    x = _laid(x, order)
    follow(x, path)[index] = v
    return x


def _staying(index: Any, shape: tuple[int, ...], path: Any, order: Any) -> np.ndarray | None:
    """Which of the values that were written are still there at the end: of several for one place the last. None: all
    of them."""
    *before, last = index if type(index) is tuple else (index,)
    if not path and isinstance(last, np.ndarray) and all(
        isinstance(i, slice) and i == slice(None) for i in before
    ):  # along one axis
        shape, index, alone = (shape[len(before)],), last, (1,) * len(before)
    else:
        alone = ()
    target = _laid(np.empty(shape, np.intp), order if path else None)
    view = follow(target, path)
    number = np.arange(view[index].size).reshape(view[index].shape)
    view[index] = number
    stays = view[index] == number
    return None if stays.all() else stays.reshape(alone + stays.shape)


def _put_v(g: Array, v: Array, path: Any, index: Any, order: Any) -> Array:
    """g[index]"""
    got = follow(g, path)[index]
    if _repeats(index) and (stays := _staying(index, g.shape, path, order)) is not None:
        got = np.where(stays.reshape((*stays.shape, *(1,) * (got.ndim - stays.ndim))), got, 0.0)
    if got.ndim < v.ndim:
        got = got.reshape((1,) * (v.ndim - got.ndim) + got.shape)  # NumPy stores (1, 1, 3) in (3,)
    return _summed_to(got, v.shape)


def _summed_to(g: Array, shape: tuple[int, ...]) -> Array:
    lead = g.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(k + lead for k, s in enumerate(shape) if s == 1 and g.shape[k + lead] != 1)
    return g.sum(axis=axes, keepdims=True).reshape(shape) if axes else g


written.gradients(
    lambda g, path, index, order: written(g, 0.0, path=path, index=index, order=order),
    _put_v,
)


def put(x: Tensor, v: Any, **how: Any) -> Tensor:
    """x with v written where path and index say.

    Raises TypeError where an integer or boolean x would cut v's gradient."""
    if x.dtype.kind != "f" and isinstance(v, Tensor) and v.requires_grad and current().on:
        raise TypeError(
            f"x[i] = v: {described(x)} holds {x.dtype}, and v {v.shape} carries a gradient, which integers cannot; "
            "make x of floating-point numbers (x.astype(float)), or write v.detach()"
        )
    try:
        result: Tensor = written(x, v, **how)
    except (IndexError, ValueError) as error:
        kind = IndexError if isinstance(error, IndexError) else ValueError
        reason = _put_clash(x.shape, np.shape(v), order=None, path=how["path"], index=how["index"])
        raise kind(f"x[i] = v: {described(x)}, v {np.shape(v)}, i = {how['index']!r}: {reason}") from None
    return result


# ------------------------------------------------------------------------------- along one axis; the index an input


def _index_clash(x: tuple[int, ...], index: tuple[int, ...], *more: Any, axis: int) -> str | None:
    return f"axis {axis} is out of bounds for {x}" if not -len(x) <= axis < len(x) else None


def checked(index: Array, n: int) -> Any:
    """An index array of integers within an axis of size n, counted from 0. Raises IndexError otherwise."""
    index = np.asarray(index)
    if index.dtype.kind not in "iu":
        if index.size or index.dtype.kind != "f":
            raise IndexError(f"an index of {index.dtype}; indices are integers (a mask selects with x[mask])")
        return index.astype(np.intp)
    if not index.size:
        return index
    if index.size <= 32:  # NumPy's own take longer to start
        names = index.reshape(-1).tolist()
        low, high = min(names), max(names)
    else:
        low, high = index.min(), index.max()
    if low < -n or high >= n:
        raise IndexError(f"index {low if low < -n else high} is out of bounds for an axis of size {n}")
    return np.where(index < 0, index + n, index) if low < 0 else index


@primitive(name="take", symbol="take", formula="x[index] along axis {axis}", torch="index_select", linear=False,
           explain=_index_clash)  # fmt: skip
def along(x: Array, index: Array, *, axis: int) -> Array:
    """The elements that an index array names along an axis: rows of a table, for axis 0."""
    index = np.asarray(index)
    if index.dtype.kind not in "iu":
        index = checked(index, x.shape[axis])
    return x.take(index, axis)


def _along_x(g: Array, x: Array, index: Array, axis: int) -> Array:
    """0 with g added at [index]"""
    zeros = np.zeros(x.shape, g.dtype)
    if isinstance(g, Tensor):
        return added(zeros, index, g, axis=axis)
    return add_along(zeros, np.asarray(index), g, axis % x.ndim)


along.gradients(_along_x, None)


@primitive(name="index_add", symbol="+[ ]", formula="x with y added at [index]", torch="index_add", linear=False,
           explain=_index_clash)  # fmt: skip
def added(x: Array, index: Array, y: Array, *, axis: int) -> Array:
    """x with y added at the places that an index array names along an axis; one named twice counts twice."""
    index = checked(index, x.shape[axis])
    axis %= x.ndim
    wanted = x.shape[:axis] + index.shape + x.shape[axis + 1 :]
    if y.shape != wanted:
        raise ValueError(f"y {y.shape} for {index.shape} indices along axis {axis} of {x.shape}; expected {wanted}")
    return add_along(np.array(x, order="C"), index, y, axis)


added.gradients(
    lambda g: g,
    None,
    lambda g, index, axis: along(g, index, axis=axis),
)
