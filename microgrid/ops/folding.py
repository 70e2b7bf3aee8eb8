"""The methods of a ufunc that go along an axis or an index one element after the other."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ..core.dispatch import unsupported, values_of
from ..core.leaving import LOST, carries
from ..core.tensor import Tensor, ops
from ..core.views import assign
from .selection.indexing import plain_index

REORDERABLE = {np.maximum, np.minimum, np.fmax, np.fmin}  # without an identity, yet over several axes


def folded(
    uf: np.ufunc, call: Any, method: str, x: Any, *, axis: Any = 0, dtype: Any = None, keepdims: bool = False,
    initial: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """`reduce` and `accumulate` of any ufunc of two, one element after the other along an axis."""
    if where is not True:
        raise unsupported(uf, "where")
    if method == "reduce" and (axis is None or isinstance(axis, tuple)):
        axes = sorted(k % x.ndim for k in (range(x.ndim) if axis is None else axis))
        if len(axes) > 1 and uf.identity is None and uf not in REORDERABLE:
            raise ValueError(f"np.{uf.__name__}.reduce: the order of its operands matters, so name one axis")
        for k in axes[::-1]:
            x = folded(uf, call, method, x, axis=k, dtype=dtype, keepdims=keepdims)
        return x if initial is None else call(initial, x)
    x = x if dtype is None else ops.astype(x, dtype=dtype)
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim, f"np.{uf.__name__}.{method} of {x.shape}")
    parts = list(ops.moveaxis(x, axis, 0)) if axis else list(x)
    if method == "accumulate":
        sums = parts[:1]
        for part in parts[1:]:
            sums.append(call(sums[-1], part))
        return ops.stack(sums, axis=axis) if sums else x
    if initial is not None or not parts:
        if initial is None and uf.identity is None:
            raise ValueError(f"np.{uf.__name__}.reduce: no elements along axis {axis} of {x.shape}, and no identity")
        shape = tuple(s for k, s in enumerate(x.shape) if k != axis % x.ndim)
        parts.insert(0, Tensor(np.full(shape, uf.identity if initial is None else initial, x.dtype)))
    total = functools.reduce(call, parts)
    return ops.expand_dims(total, axis=axis) if keepdims else total


def reduceat(uf: np.ufunc, x: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Any:
    """The reductions of x[i:j] for each index and the next; of x[i] alone where the next is not larger."""
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim, f"np.{uf.__name__}.reduceat of {x.shape}")
    starts, x = np.asarray(values_of(indices)), ops.moveaxis(x, axis, 0)
    if starts.ndim != 1:
        raise ValueError(f"np.{uf.__name__}.reduceat: indices {starts.shape}; expected one axis")
    if wrong := [int(i) for i in starts if not 0 <= i < len(x)]:
        raise IndexError(f"np.{uf.__name__}.reduceat: index {wrong[0]} is out of bounds; expected 0 to {len(x) - 1}")
    stops = [*starts[1:], len(x)]
    parts = [uf.reduce(x[i : max(i + 1, j)], axis=0, dtype=dtype) for i, j in zip(starts, stops)]
    return ops.stack(parts, axis=axis) if parts else ops.moveaxis(x[:0], 0, axis)


def at(uf: np.ufunc, call: Any, x: Any, index: Any, *values: Any) -> None:
    """`np.add.at(x, i, v)`: x[i] = x[i] + v in place, once for every time that an element is named.

    Raises TypeError where an array would have to hold a history, or an element that is a leaf would be written."""
    if not isinstance(x, Tensor):
        if any(isinstance(v, Tensor) and carries(v) for v in values):
            raise TypeError(f"np.{uf.__name__}.at of a plain array: {LOST}")
        uf.at(x, values_of(plain_index(index)), *map(values_of, values))
        return
    places = np.arange(x.size).reshape(x.shape)[plain_index(index)]
    flat = ops.reshape(x, shape=(-1,))
    values = tuple(ops.reshape(ops.broadcast_to(v, shape=places.shape), shape=(-1,)) for v in values)
    for chosen in _rounds(places.ravel()):
        where = places.ravel()[chosen]
        new = call(flat[where], *(v[chosen] for v in values))
        if not np.can_cast(new.dtype, x.dtype, "same_kind"):
            raise TypeError(f"np.{uf.__name__}.at: the result is {new.dtype}, x holds {x.dtype}; cast with astype")
        flat = ops.put(flat, new, path=(), index=where, order=None)
    assign(x, ops.reshape(flat, shape=x.shape), f"np.{uf.__name__}.at")


def _rounds(places: np.ndarray) -> list[np.ndarray]:
    """Which of the places come for the first time, which for the second, and so on: none twice in a round."""
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    turn = np.arange(places.size) - np.searchsorted(ordered, ordered)
    return [order[turn == k] for k in range(turn.max(initial=-1) + 1)]
