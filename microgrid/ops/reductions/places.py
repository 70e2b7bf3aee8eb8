"""Places along one axis, which an array of integers names for each line of the others: what sorting, ranking and
running extremes pick, and where their cotangents go."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ..elementwise.arithmetic import Array
from ..selection.gathering import gathered, scattered_sum


def array_of(x: Any) -> Any:
    """The value alone, of what is looked at and not differentiated."""
    return np.asarray(x._node.data) if isinstance(x, Tensor) else np.asarray(x)


def numbers(n: int, axis: int, ndim: int) -> np.ndarray:
    """0 … n − 1 along an axis, to be broadcast."""
    return np.arange(n).reshape((-1,) + (1,) * (ndim - axis % ndim - 1))


def grid(index: np.ndarray, axis: int) -> Any:
    """The index that takes from `index` along an axis, and everywhere else what stands there."""
    if index.ndim == 1:
        return index
    lines: list[np.ndarray] = [numbers(n, k, index.ndim) for k, n in enumerate(index.shape)]
    lines[axis] = index
    return tuple(lines)


def added_at(g: Array, index: np.ndarray, axis: int, size: int) -> Array:
    """Zeros, `size` along the axis, with g added where the index says."""
    axis %= index.ndim
    shape = (*index.shape[:axis], size, *index.shape[axis + 1 :])
    if isinstance(g, Tensor):
        return scattered_sum(np.zeros(shape, g.dtype), index, g, axis=axis)
    flat = index * math.prod(shape[axis + 1 :])  # where each falls among all elements, counted in C order
    for k, n in enumerate(shape):
        if k != axis and n > 1:
            flat = flat + numbers(n, k, index.ndim) * math.prod(shape[k + 1 :])
    summed = np.bincount(flat.ravel(), np.broadcast_to(g, index.shape).ravel(), math.prod(shape))
    return summed.reshape(shape).astype(g.dtype, copy=False)


def put_back(g: Array, order: np.ndarray, axis: int) -> Array:
    """g's elements where a permutation along the axis took them from."""
    if isinstance(g, Tensor):
        return gathered(g, inverse(order, axis), axis=axis)
    out = np.empty(g.shape, g.dtype)
    out[grid(order, axis)] = g
    return out


def inverse(order: np.ndarray, axis: int) -> np.ndarray:
    """The permutation along an axis that undoes another."""
    back = np.empty_like(order)
    back[grid(order, axis)] = numbers(order.shape[axis], axis, order.ndim)
    return back
