"""Elements taken from places along one axis, which an array of integers names for each line of the others: what
sorting, ranking and running extremes pick, and where their cotangents go."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from .arithmetic import Array
from .indexing import scatter, taken


def array_of(x: Any) -> Any:
    """The value alone, of what is looked at and not differentiated."""
    return np.asarray(x._node.data) if isinstance(x, Tensor) else np.asarray(x)


def grid(index: np.ndarray, axis: int) -> Any:
    """The index that takes from `index` along an axis, and everywhere else what stands there."""
    axis %= index.ndim
    if index.ndim == 1:
        return index
    lines = [np.arange(n).reshape((-1,) + (1,) * (index.ndim - k - 1)) for k, n in enumerate(index.shape)]
    lines[axis] = index
    return tuple(lines)


def picked(x: Array, index: np.ndarray, axis: int) -> Array:
    """x's elements at an index along an axis."""
    return taken(x, index=grid(index, axis)) if isinstance(x, Tensor) else x[grid(index, axis)]


def added_at(g: Array, index: np.ndarray, axis: int, size: int) -> Array:
    """Zeros, `size` along the axis, with g added where the index says."""
    axis %= index.ndim
    shape = (*index.shape[:axis], size, *index.shape[axis + 1 :])
    if isinstance(g, Tensor):
        return scatter(g, index=grid(index, axis), shape=shape)
    stride = math.prod(shape[axis + 1 :])
    flat = index * stride  # where each falls among all elements, counted in C order
    for k, n in enumerate(shape):
        if k != axis and n > 1:
            flat = flat + np.arange(n).reshape((-1,) + (1,) * (index.ndim - k - 1)) * math.prod(shape[k + 1 :])
    summed = np.bincount(flat.ravel(), np.broadcast_to(g, index.shape).ravel(), math.prod(shape))
    return summed.reshape(shape).astype(g.dtype, copy=False)


def permuted_back(g: Array, order: np.ndarray, axis: int) -> Array:
    """g's elements where the permutation took them from."""
    if isinstance(g, Tensor):
        return taken(g, index=grid(inverse(order, axis), axis))
    out = np.empty_like(g)
    out[grid(order, axis)] = g
    return out


def inverse(order: np.ndarray, axis: int) -> np.ndarray:
    """The permutation along an axis that undoes another."""
    back = np.empty_like(order)
    back[grid(order, axis)] = np.arange(order.shape[axis]).reshape((-1,) + (1,) * (order.ndim - axis % order.ndim - 1))
    return back
