"""Gather and scatter: elements that an array of indices names one by one along an axis, read, added, written."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..leading import of_input
from ..shapes.shape import array_like, broadcast_shapes, broadcast_to, copied, shape_of, whole_axis
from .indexing import checked
from .indexing import scatter as padded

__all__ = [
    "gather", "scatter", "scatter_add", "scatter_reduce", "take_along_axis", "take_along_dim",
]  # fmt: skip


@functools.lru_cache(256)
def _small_grid(shape: tuple[int, ...], within: tuple[int, ...], axis: int) -> Any:
    return _grid(shape, within, axis)


def _grid(shape: tuple[int, ...], within: tuple[int, ...], axis: int) -> Any:
    """The flat places, in an array of shape `within`, of the elements at 0 along the axis; to be broadcast."""
    total: Any = 0
    stride = 1
    for k in range(len(within) - 1, -1, -1):
        if k != axis and shape[k] != 1:
            at = np.arange(0, shape[k] * stride, stride).reshape((-1,) + (1,) * (len(within) - 1 - k))
            total = at if isinstance(total, int) else total + at
        stride *= within[k] or 1  # of no elements, but of a shape
    return total


def _places(index: Array, within: tuple[int, ...], axis: int) -> Any:
    """The flat places that an array of indices along an axis names, in an array of shape `within`.

    Raises IndexError for one out of bounds, ValueError for an array of indices that is larger elsewhere."""
    n = within[axis]
    index = checked(index, n)
    shape = index.shape
    if shape != within and (len(shape) != len(within) or any(map(operator.gt, shape, (*within[:axis], shape[axis],
            *within[axis + 1 :])))):  # fmt: skip
        raise ValueError("an index array has as many axes as what it indexes, and none larger but along the axis")
    after = math.prod(within[axis + 1 :])
    flat = index if after == 1 else index * np.intp(after)
    others = _small_grid(shape, within, axis) if index.size <= 1024 else _grid(shape, within, axis)
    return flat if isinstance(others, int) else flat + others


def _stretches(index: Array, within: tuple[int, ...], axis: int) -> Iterator[tuple[slice, slice, Any]]:
    """`_places` of a large array of indices by stretches that stay in the processor's cache: of what is indexed, of
    the indices, both flat, and the flat places of these in that."""
    rows, m = math.prod(within[:axis]), math.prod(index.shape[axis:])
    step = max(1, (1 << 15) // max(m, 1))
    if step >= rows or index.shape[:axis] + index.shape[axis + 1 :] != within[:axis] + within[axis + 1 :]:
        yield slice(None), slice(None), _places(index, within, axis).reshape(-1)
        return
    n, after = math.prod(within[axis:]), math.prod(within[axis + 1 :])
    lines = checked(index, within[axis]).reshape(rows, -1, after)
    start = np.arange(0, step * n, n)[:, None, None] + np.arange(after)
    for k in range(0, rows, step):
        some = lines[k : k + step]
        flat = (some if after == 1 else some * np.intp(after)) + start[: len(some)]
        yield slice(k * n, (k + step) * n), slice(k * m, (k + step) * m), flat.reshape(-1)


def _part(y: Array, shape: tuple[int, ...]) -> Array:
    """The corner of y that an array of indices of a shape goes with; a scalar goes with all of them."""
    if not shape_of(y):
        return y
    if y.ndim != len(shape) or any(a > b for a, b in zip(shape, y.shape, strict=True)):
        raise ValueError(f"source {y.shape} for indices of shape {shape}; expected a source at least as large")
    return y if y.shape == shape else y[tuple(map(slice, shape))]


def _whole(g: Array, y: Array) -> Array:
    """A cotangent of that corner as one of y"""
    if g.shape == y.shape:
        return g
    return g.sum() if not y.shape else padded(g, index=tuple(map(slice, g.shape)), shape=y.shape)


def _clash(x: tuple[int, ...], index: tuple[int, ...], *more: Any, axis: int, **_: Any) -> str | None:
    if not -len(x) <= axis < len(x):
        return f"axis {axis} is out of bounds; expected {-len(x)} to {len(x) - 1}"
    off = [k for k, (a, b) in enumerate(zip(index, x, strict=False)) if a > b and k != axis % len(x)]
    if len(index) != len(x) or off:
        return (f"indices {index} for {x}: expected as many axes, and none larger but axis {axis}")  # fmt: skip
    return None


@primitive(name="gather", symbol="gather", formula="x at [index] along axis {axis}", torch="gather", batched=of_input,
           explain=_clash)  # fmt: skip
def gathered(x: Array, index: Array, *, axis: int) -> Array:
    """x[…, index[…, i, …], …]: each place of the index array reads the element it names along the axis."""
    index = np.asarray(index)
    if index.size <= 4096:
        return x.reshape(-1).take(_places(index, x.shape, axis % x.ndim))
    out, flat = np.empty(index.size, x.dtype), x.reshape(-1)
    for whole, some, places in _stretches(index, x.shape, axis % x.ndim):
        flat[whole].take(places, out=out[some], mode="wrap")  # within bounds: the way that asks no more
    return out.reshape(index.shape)


def _gather_x(g: Array, x: Array, index: Array, axis: int) -> Array:
    """0 with g added at [index]"""
    zeros = np.zeros(x.shape, g.dtype)
    if isinstance(g, Tensor):
        return scattered_sum(zeros, index, g, axis=axis)
    return _taken_in(np.add, zeros, np.asarray(index), g.reshape(-1), axis % x.ndim)


def _taken_in(ufunc: Any, out: np.ndarray, index: np.ndarray, values: Array, axis: int) -> np.ndarray:
    """out, contiguous, with the flat values (or one) added at the places that the indices name along the axis, or
    multiplied, or compared."""
    flat = out.reshape(-1)
    if index.size <= 4096:
        ufunc.at(flat, _places(index, out.shape, axis).reshape(-1), values)
        return out
    for whole, some, places in _stretches(index, out.shape, axis):
        ufunc.at(flat[whole], places, values[some] if shape_of(values) else values)
    return out


gathered.gradients(_gather_x, None)


@primitive(name="scatter_add", symbol="+gather", formula="x with y added at [index]", torch="scatter_add",
           explain=_clash)  # fmt: skip
def scattered_sum(x: Array, index: Array, y: Array, *, axis: int) -> Array:
    """x with each element of y added at the place that the index array names along the axis."""
    out, index = np.array(x, order="C"), np.asarray(index)
    values = _part(y, index.shape)
    values = values.reshape(-1) if shape_of(values) else values
    return _taken_in(np.add, out, index, values, axis % out.ndim)


scattered_sum.gradients(
    lambda g: g,
    None,
    lambda g, index, y, axis: _whole(gathered(g, index, axis=axis), y),
)


@primitive(name="put_along_axis", symbol="scatter", formula="x with y at [index]", torch="scatter", explain=_clash)
def scattered(x: Array, index: Array, y: Array, *, axis: int) -> Array:
    """x with each element of y written at the place that the index array names along the axis; the last one stays."""
    out, index = np.array(x, order="C"), np.asarray(index)
    flat, values = out.reshape(-1), _part(y, index.shape)
    if index.size <= 4096:
        flat[_places(index, out.shape, axis % out.ndim)] = values
        return out
    values = np.broadcast_to(values, index.shape).reshape(-1) if shape_of(values) else values
    for whole, some, places in _stretches(index, out.shape, axis % out.ndim):
        flat[whole][places] = values[some] if shape_of(values) else values
    return out


def _last(index: np.ndarray, within: tuple[int, ...], axis: int) -> np.ndarray:
    """Whether what is written where the indices name it is still there in the end."""
    kind = np.int32 if index.size < 1 << 31 else np.int64
    stays, last = np.empty(index.size, bool), np.empty(math.prod(within), kind)
    for whole, some, places in _stretches(index, within, axis):
        number, there = np.arange(len(places), dtype=kind), last[whole]
        there[places] = number
        np.equal(there.take(places), number, out=stays[some])
    return stays.reshape(index.shape)


def _scatter_y(g: Array, x: Array, index: Array, y: Array, axis: int) -> Array:
    """g at [index], where it was written last"""
    index = np.asarray(index)
    got, kept = gathered(g, index, axis=axis), _last(index, x.shape, axis % len(x.shape))
    return _whole(got if kept.all() else np.where(kept, got, 0.0), y)


scattered.gradients(
    lambda g, index, axis: scattered(g, index, 0.0, axis=axis),
    None,
    _scatter_y,
)


REDUCTIONS = {"sum": (np.add, 0), "prod": (np.multiply, 1), "mean": (np.add, 0), "amax": (np.maximum, -np.inf),
              "amin": (np.minimum, np.inf)}  # fmt: skip


def _counts(index: np.ndarray, shape: tuple[int, ...], axis: int) -> np.ndarray:
    """How many indices name each place."""
    return np.bincount(_places(index, shape, axis).reshape(-1), minlength=math.prod(shape)).reshape(shape)


@primitive(name="scatter_reduce", symbol="reduce", formula="{reduce} of x and y at [index]", torch="scatter_reduce",
           explain=_clash)  # fmt: skip
def scattered_reduction(x: Array, index: Array, y: Array, *, axis: int, reduce: str, include_self: bool) -> Array:
    """What each place of x is given by the index array, reduced: with what was there, or without (include_self)."""
    index, axis = np.asarray(index), axis % x.ndim
    ufunc, neutral = REDUCTIONS[reduce]
    out = np.array(x, order="C")
    if not include_self:
        if np.isinf(neutral) and out.dtype.kind != "f":
            info = np.iinfo(out.dtype) if out.dtype.kind != "b" else None
            neutral = (neutral > 0) if info is None else info.max if neutral > 0 else info.min
        out.reshape(-1)[_places(index, x.shape, axis).reshape(-1)] = neutral
    _taken_in(ufunc, out, index, np.broadcast_to(_part(y, index.shape), index.shape).reshape(-1), axis)
    if reduce == "mean":
        counts = np.maximum(_counts(index, x.shape, axis) + include_self, 1)
        out = (out / counts).astype(out.dtype) if out.dtype.kind == "f" else out // counts
    return out


def _kept(g: Array, index: Array, axis: int, include_self: bool) -> Array:
    """g where x takes part: everywhere, or where no index points"""
    return g if include_self else scattered(g, index, 0.0, axis=axis)


def _winners(x: Array, index: Array, y: Array, out: Array, axis: int, include_self: bool) -> tuple[Any, ...]:
    """Who is the largest or smallest, x's elements and y's, and how many are; ties share evenly, as in Torch."""
    plain = [np.asarray(a.numpy() if isinstance(a, Tensor) else a) for a in (x, index, y, out)]
    x, index, y, out = plain
    mine = (x == out) if include_self else (x == out) & (_counts(index, x.shape, axis % x.ndim) == 0)
    theirs = _part(y, index.shape) == gathered(out, index, axis=axis)
    return mine, theirs, scattered_sum(mine.astype(out.dtype), index, theirs.astype(out.dtype), axis=axis)


def _productwide(x: Array, index: Array, y: Array, axis: int, include_self: bool) -> Array:
    return scattered_reduction(x, index, y, axis=axis, reduce="prod", include_self=include_self)


def _reduced_x(g: Array, x: Array, index: Array, y: Array, out: Array, axis: int, reduce: str, include_self: bool
               ) -> Array:  # fmt: skip
    """x's share of g"""
    if reduce in ("sum", "mean"):
        n = np.maximum(_counts(np.asarray(index), x.shape, axis % len(x.shape)) + include_self, 1)
        return _kept(g / n.astype(g.dtype) if reduce == "mean" else g, index, axis, include_self)
    if reduce == "prod":  # the product of all the others
        return _kept(g * _productwide(np.ones_like(x), index, y, axis, True), index, axis, include_self)
    mine, _, n = _winners(x, index, y, out, axis, include_self)
    return np.where(mine, g / np.maximum(n, 1), 0.0)


def _reduced_y(g: Array, x: Array, index: Array, y: Array, out: Array, axis: int, reduce: str, include_self: bool
               ) -> Array:  # fmt: skip
    """y's share of g"""
    if reduce == "mean":
        n = np.maximum(_counts(np.asarray(index), x.shape, axis % len(x.shape)) + include_self, 1)
        g = g / n.astype(g.dtype)
    if reduce in ("sum", "mean"):
        return _whole(gathered(g, index, axis=axis), y)
    if reduce == "prod":
        part = _part(y, index.shape)
        zero = np.broadcast_to(np.asarray(part.numpy() if isinstance(part, Tensor) else part) == 0, index.shape)
        zeros = scattered_sum(np.zeros(x.shape, np.intp), np.asarray(index), zero.astype(np.intp), axis=axis)
        zeros = gathered(zeros, np.asarray(index), axis=axis)
        if isinstance(g, Tensor) and (zero & (zeros > 1)).any():
            raise ValueError("the second derivative of a product where two zeros of y fall in one place")
        lone = zero & (zeros == 1)  # the only zero: the product of the others, as if it were 1
        filled = np.where(zero, 1.0, part)
        others = _productwide(x, index, np.where(lone, 1.0, part), axis, include_self)
        return _whole(np.where(lone, gathered(g * others, index, axis=axis), gathered(g * out, index, axis=axis)
                               / filled), y)  # fmt: skip
    _, theirs, n = _winners(x, index, y, out, axis, include_self)
    return _whole(np.where(theirs, gathered(g / np.maximum(n, 1), index, axis=axis), 0.0), y)


scattered_reduction.gradients(_reduced_x, None, _reduced_y)


# ------------------------------------------------------------------------------- composed of the above: no primitive


def _with_axes(x: Any, *more: Any) -> list[Any]:
    """Scalars as vectors of one element, as Torch takes them here."""
    return [a.reshape(1) if not shape_of(a) and hasattr(a, "reshape") else a for a in (x, *more)]


@composed()
def gather(input: Any, axis: int, index: Any, sparse_grad: bool = False) -> Any:
    """input[…, index[…, i, …], …]: each place of the index array reads the element it names along an axis, Torch's.

    Raises ValueError for an index array of another number of axes, or larger than the input but along the axis;
    IndexError for an index out of bounds."""
    if sparse_grad:
        raise ValueError("gather: sparse_grad=True; there are no sparse gradients here")
    x, i = _with_axes(array_like(input), array_like(index))
    if i.ndim != x.ndim and not i.size:  # no element of whatever shape, as Torch has it
        return gathered(x, i.reshape((0,) * x.ndim), axis=whole_axis(axis, x.ndim, "gather")).reshape(i.shape)
    out = gathered(x, i, axis=whole_axis(axis, x.ndim, "gather"))
    return out if shape_of(index) else out.reshape(())


@composed()
def scatter_add(input: Any, axis: int, index: Any, src: Any) -> Any:
    """The input with each element of src added at the place that the index array names along an axis (Torch's).

    Raises TypeError where the dtypes differ; otherwise as `gather`."""
    return _scattered(input, axis, index, src, "sum", scattered_sum)


def _scattered(input: Any, axis: int, index: Any, src: Any, what: str, call: Any, **how: Any) -> Any:
    given = array_like(input)
    if isinstance(src, Tensor | np.ndarray) and src.dtype != given.dtype:
        raise TypeError(f"scatter: the input is {given.dtype}, the source {src.dtype}; cast one with astype")
    x, i = _with_axes(given, array_like(index))
    if not i.size:
        return copied(given)
    y = src if not hasattr(src, "shape") or i.ndim == src.ndim else src.reshape(i.shape if src.size == i.size else -1)
    out = call(x, i, y, axis=whole_axis(axis, x.ndim, "scatter"), **how)
    return out if given.ndim else out.reshape(())


@composed()
def scatter(input: Any, axis: int, index: Any, src: Any = None, reduce: str | None = None, *, value: Any = None) -> Any:
    """The input with each element of src (or one value) written at the place that the index array names along an axis
    (Torch's); where a place is named twice the last one stays. reduce: "add" or "multiply" instead of writing.

    Raises as `scatter_add`; ValueError for another reduction."""
    if reduce not in (None, "add", "multiply"):
        raise ValueError(f"scatter: reduce is {reduce!r}, expected 'add' or 'multiply' (scatter_reduce has the others)")
    src = value if src is None else src
    if src is None:
        raise TypeError("scatter: neither src nor value given")
    if reduce == "multiply":
        return scatter_reduce(input, axis, index, broadcast_to(np.asarray(src, array_like(input).dtype), shape=shape_of(
            index)) if not isinstance(src, Tensor) else src, "prod")  # fmt: skip
    return _scattered(input, axis, index, src, "", scattered_sum if reduce else scattered)


@composed()
def scatter_reduce(input: Any, axis: int, index: Any, src: Any, reduce: str, *, include_self: bool = True) -> Any:
    """What each place of the input is given by the index array along an axis, reduced (Torch's).

    reduce: "sum", "prod", "mean", "amax", "amin"; include_self: with what was there.
    Raises as `scatter_add`; ValueError for another reduction."""
    if reduce not in REDUCTIONS:
        raise ValueError(f"scatter_reduce: reduce is {reduce!r}, expected one of {', '.join(REDUCTIONS)}")
    if reduce == "sum" and include_self:
        return _scattered(input, axis, index, src, "", scattered_sum)
    return _scattered(input, axis, index, src, "", scattered_reduction, reduce=reduce, include_self=include_self)


@composed(np.take_along_axis)
def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Any:
    """The elements that indices name along an axis, the other axes broadcast (axis=None: of the flat array): what
    argsort and argmax give goes in.

    Raises ValueError for another number of axes, IndexError for an index out of bounds."""
    x, i = array_like(x), array_like(indices)
    if axis is None:
        if i.ndim != 1:
            raise ValueError(f"take_along_axis: indices {i.shape} into the flat array; expected one axis")
        x, axis = x.reshape(-1), 0
    if i.ndim != x.ndim:
        raise ValueError(f"take_along_axis: indices {i.shape} for {x.shape}; expected as many axes")
    a = whole_axis(axis, x.ndim, "take_along_axis")
    if i.shape[:a] != x.shape[:a] or i.shape[a + 1 :] != x.shape[a + 1 :]:
        x, i = (b if b.shape == s else broadcast_to(b, shape=s) for b, s in zip((x, i), wide(a, x, i), strict=True))
    return gathered(x, i, axis=a)


def wide(axis: int, *arrays: Any) -> list[tuple[int, ...]]:
    """The shapes of arrays broadcast to each other but along an axis."""
    others = broadcast_shapes(*((*b.shape[:axis], 1, *b.shape[axis + 1 :]) for b in arrays))
    return [(*others[:axis], b.shape[axis], *others[axis + 1 :]) for b in arrays]


@composed()
def take_along_dim(input: Any, indices: Any, axis: int | None = None) -> Any:
    """Torch's `take_along_axis`: of the flat arrays without an axis."""
    if axis is None:
        return gathered(array_like(input).reshape(-1), array_like(indices).reshape(-1), axis=0)
    return take_along_axis(input, indices, axis)
