"""Selection, under Torch's names."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor
from .inputs import as_tensor

__all__ = [
    "argwhere", "diagonal_scatter", "gather", "index_add", "index_copy", "index_fill", "index_put", "index_reduce",
    "index_select", "masked_fill", "masked_scatter", "masked_select", "narrow", "nonzero", "put", "scatter",
    "scatter_add", "scatter_reduce", "select", "select_scatter", "slice", "slice_scatter", "take", "take_along_dim",
    "where",
]  # fmt: skip

argwhere, masked_fill, masked_scatter, masked_select = (
    ops.argwhere, ops.masked_fill, ops.masked_scatter, ops.masked_select,
)  # fmt: skip
gather, scatter, scatter_add, scatter_reduce, take_along_dim = (
    ops.gather, ops.scatter, ops.scatter_add, ops.scatter_reduce, ops.take_along_dim,
)  # fmt: skip
index_add, index_copy, index_fill, index_put, index_select = (
    ops.index_add, ops.index_copy, ops.index_fill, ops.index_put, ops.index_select,
)  # fmt: skip
narrow, slice, select_scatter, slice_scatter = ops.narrow, ops.slice, ops.select_scatter, ops.slice_scatter


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """The view of an axis at one index, without that axis."""
    return ops.select(as_tensor(input), dim, index)  # type: ignore[no-any-return]


def take(input: Operand, index: Any) -> Tensor:
    """Elements of the flat input. Raises IndexError for an index out of bounds."""
    return ops.take(as_tensor(input), index)  # type: ignore[no-any-return]


def nonzero(input: Tensor, *, as_tuple: bool = False) -> Any:
    """The indices of what is not 0: a row an element; or, as_tuple, an array an axis."""
    return ops.nonzero(ops.atleast_1d(input)) if as_tuple else ops.argwhere(input)


def where(condition: Any, input: Any = None, other: Any = None) -> Any:
    """Elements of the input where the condition holds, of the other elsewhere; of a condition alone, its indices."""
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    return ops.where(condition, input, other)


def diagonal_scatter(input: Tensor, src: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The input with src written on a diagonal."""
    return ops.diagonal_scatter(input, src, offset, dim1, dim2)  # type: ignore[no-any-return]


def put(input: Tensor, index: Any, source: Tensor, accumulate: bool = False) -> Tensor:
    """The input with the source's elements written at places of the flat input, or added (accumulate).

    Raises ValueError for as many as do not fit, TypeError for another dtype."""
    flat, i, y = ops.ravel(input), ops.ravel(as_tensor(index)), ops.ravel(source)
    f = ops.index_add if accumulate else ops.index_copy
    return f(flat, 0, i, y).reshape(input.shape)  # type: ignore[no-any-return]


def index_reduce(
    input: Tensor, dim: int, index: Any, source: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """What a vector of indices along an axis gives each place of the input, reduced: "prod", "mean", "amax", "amin"."""
    x, i = as_tensor(input), np.atleast_1d(np.asarray(as_tensor(index).numpy()))
    if reduce not in ("prod", "mean", "amax", "amin"):
        raise ValueError(f"index_reduce: reduce is {reduce!r}, expected 'prod', 'mean', 'amax' or 'amin'")
    if i.ndim != 1 or i.dtype.kind not in "iu":
        raise IndexError(f"index_reduce: index {i.shape} of {i.dtype}; expected a vector of integers")
    whole = x if x.ndim else x.reshape(1)
    a = dim % whole.ndim
    wanted = (*whole.shape[:a], i.size, *whole.shape[a + 1 :])
    if source.size != np.prod(wanted, dtype=int):
        raise ValueError(f"index_reduce: source {source.shape} for {i.size} indices along axis {dim} of {x.shape}")
    column = i.reshape((-1,) + (1,) * (whole.ndim - a - 1))
    out = ops.scatter_reduce(
        whole, a, np.broadcast_to(column, wanted), source.reshape(wanted), reduce, include_self=include_self
    )
    return out.reshape(x.shape)  # type: ignore[no-any-return]
