"""Replacement: an array with other elements at some places, chosen by mask or by index; the array itself stays."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ...core.tensor import Tensor, ops
from ..composition import composed
from ..shapes.layout import diagonal
from ..shapes.shape import array_like, astype, broadcast_arrays, broadcast_shapes, broadcast_to, shape_of, whole_axis
from .indexing import added, getitem, put, scatter
from .picking import as_index, at_axis, plain

__all__ = [
    "diagonal_scatter", "index_add", "index_copy", "index_fill", "index_put", "masked_fill", "masked_scatter",
    "masked_select", "select_scatter", "slice_scatter",
]  # fmt: skip


# --------------------------------------------------------------------------------------------- by mask


def _mask(mask: Any, what: str) -> Any:
    m = array_like(mask)
    if m.dtype != bool:
        raise TypeError(f"{what}: a mask of {m.dtype}, expected booleans")
    return m


@composed()
def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """The input with one value where the mask, broadcast, holds; of the input's dtype.

    Raises TypeError for a mask that is no booleans or a value that does not cast, ValueError for a value of several
    elements."""
    x, m = array_like(input), _mask(mask, "masked_fill")
    v = array_like(value)
    if v.dtype.kind not in "biufc":
        raise TypeError(f"masked_fill: value {value!r} is no number")
    if v.ndim:
        raise ValueError(f"masked_fill: value {v.shape}; expected one number")
    if np.result_type(x.dtype, value if not hasattr(value, "dtype") else value.dtype).kind != x.dtype.kind:
        raise TypeError(f"masked_fill: a value of {v.dtype} does not go into {x.dtype}; cast with astype")
    v = v if v.dtype == x.dtype else astype(v, dtype=x.dtype)
    return ops.where(m, v, x)


@composed()
def masked_select(input: Any, mask: Any) -> Any:
    """The elements where the mask holds, in order; the two are broadcast together."""
    x, m = broadcast_arrays(array_like(input), _mask(mask, "masked_select"))
    return getitem(x, index=m) if isinstance(x, Tensor) else x[plain(m)]


@composed()
def masked_scatter(input: Any, mask: Any, source: Any) -> Any:
    """The input with the elements of source, in order, where the mask, broadcast to it, holds.

    Raises ValueError for too few of them, TypeError for another dtype."""
    x, m, s = array_like(input), _mask(mask, "masked_scatter"), array_like(source)
    if s.dtype != x.dtype:
        raise TypeError(f"masked_scatter: source is {s.dtype}, the input {x.dtype}; cast with astype")
    shape = broadcast_shapes(x.shape, m.shape)
    x, m = x if x.shape == shape else broadcast_to(x, shape=shape), np.broadcast_to(plain(m), shape)
    count = int(np.count_nonzero(m))
    if s.size < count:
        raise ValueError(f"masked_scatter: the mask holds {count} times, source has {s.size} elements")
    return _written(x, s.reshape(-1)[:count], m)


def _written(x: Any, v: Any, index: Any, path: Any = ()) -> Any:
    """x with v at an index: a new array, x stays."""
    x = x if isinstance(x, Tensor) or not isinstance(v, Tensor) else Tensor(x)
    if not isinstance(x, Tensor):
        return put(Tensor(x), v, path=path, index=index, order=None).numpy()
    return put(x, v, path=path, index=index, order=None)


# --------------------------------------------------------------------------------------------- into an axis


def _vector(index: Any, what: str) -> Any:
    i = as_index(index, what)
    if i.ndim > 1:
        raise IndexError(f"{what}: index {i.shape}; expected a vector")
    return i.reshape(-1)


def _indexed(input: Any, axis: int, index: Any, what: str) -> tuple[Any, int, Any]:
    """The input, its axis, the indices: a scalar as a vector of one element. Raises IndexError out of bounds."""
    x = array_like(input)
    x = x if x.ndim else x.reshape(1)
    return x, whole_axis(axis, x.ndim, what), _vector(index, what)


def _source(source: Any, x: Any, axis: int, index: Any, what: str) -> Any:
    """What is put at the indices of an axis, as large as they ask for. Raises ValueError, TypeError otherwise."""
    y = array_like(source)
    if y.dtype != x.dtype:
        raise TypeError(f"{what}: the source is {y.dtype}, the input {x.dtype}; cast one with astype")
    wanted = (*x.shape[:axis], index.size, *x.shape[axis + 1 :])
    if not y.ndim and index.size == 1 and x.ndim == 1:
        y = y.reshape(1)
    if y.shape != wanted:
        raise ValueError(f"{what}: source {y.shape} for {index.size} indices along axis {axis} of {x.shape}; expected "
                         f"{wanted}")  # fmt: skip
    return y


@composed()
def index_add(input: Any, axis: int, index: Any, source: Any, *, alpha: float = 1) -> Any:
    """The input with alpha times the source added at a vector of indices along an axis; one named twice counts twice.

    Raises ValueError for a source of another shape, TypeError of another dtype, IndexError for an index outside."""
    x, a, i = _indexed(input, axis, index, "index_add")
    y = _source(source, x, a, i, "index_add")
    out = added(x, i, y if alpha == 1 else y * alpha, axis=a)
    return out if shape_of(input) else out.reshape(())


@composed()
def index_copy(input: Any, axis: int, index: Any, source: Any) -> Any:
    """The input with the source written at a vector of indices along an axis; raises as `index_add`."""
    x, a, i = _indexed(input, axis, index, "index_copy")
    out = _written(x, _source(source, x, a, i, "index_copy"), at_axis(a, plain(i)))
    return out if shape_of(input) else out.reshape(())


@composed()
def index_fill(input: Any, axis: int, index: Any, value: Any) -> Any:
    """The input with one value at a vector of indices along an axis.

    Raises ValueError for a value of several elements, IndexError for an index outside."""
    x, a, i = _indexed(input, axis, index, "index_fill")
    if shape_of(value):
        raise ValueError(f"index_fill: value {shape_of(value)}; expected one number")
    out = _written(x, value, at_axis(a, plain(i)))
    return out if shape_of(input) else out.reshape(())


@composed()
def index_put(input: Any, indices: Any, values: Any, accumulate: bool = False) -> Any:
    """The input with values written at input[indices] (accumulate: added, one named twice counts twice)."""
    x = array_like(input)
    index = tuple(plain(i) if i is not None else slice(None) for i in indices)
    if not accumulate:
        return _written(x, values, index)
    shape = np.empty(x.shape, bool)[index].shape
    return x + scatter(broadcast_to(array_like(values), shape=shape), index=index, shape=x.shape)


@composed()
def select_scatter(input: Any, src: Any, axis: int, index: int) -> Any:
    """The input with src written at one place of an axis. Raises ValueError for a src of another shape."""
    x = array_like(input)
    return _into(x, src, at_axis(whole_axis(axis, x.ndim, "select_scatter"), operator.index(index)), "select_scatter")


@composed()
def slice_scatter(
    input: Any, src: Any, axis: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Any:
    """The input with src written from start to before end of an axis, in steps."""
    x = array_like(input)
    return _into(x, src, at_axis(whole_axis(axis, x.ndim, "slice_scatter"), slice(start, end, step)),
                 "slice_scatter")  # fmt: skip


@composed()
def diagonal_scatter(input: Any, src: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The input with src written on a diagonal. Raises ValueError for a src of another shape."""
    path = ((diagonal.op, {"offset": offset, "axis1": axis1, "axis2": axis2}),)
    return _into(array_like(input), src, ..., "diagonal_scatter", path)


def _into(x: Any, src: Any, index: Any, what: str, path: Any = ()) -> Any:
    view = np.empty(x.shape, bool)
    for op, statics in path:
        view = op.call(view, **statics)
    wanted = view[index].shape
    if shape_of(src) != wanted:
        raise ValueError(f"{what}: src {shape_of(src)}; expected {wanted}, the shape of what it is written to")
    return _written(x, src, index, path)
