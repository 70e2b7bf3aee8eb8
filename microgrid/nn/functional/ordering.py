"""Sorting, searching, distinct values and scans as Torch has them: places beside values, scalars as lines of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor
from .inputs import as_tensor
from .reduction import Found

__all__ = [
    "argsort", "bucketize", "cummax", "cummin", "cumprod", "cumsum", "gradient", "histc", "histogram", "kthvalue",
    "logcumsumexp", "mode", "msort", "searchsorted", "sort", "topk", "trapz", "unique", "unique_consecutive",
]  # fmt: skip

bucketize, cummax, cummin, kthvalue, logcumsumexp, msort, topk = (
    ops.bucketize, ops.cummax, ops.cummin, ops.kthvalue, ops.logcumsumexp, ops.msort, ops.topk,
)  # fmt: skip
trapz = ops.trapezoid


def sort(input: Operand, dim: int = -1, descending: bool = False, stable: bool = False) -> Found:
    """(elements in order along an axis, their indices); always stable, NaN counts as the largest."""
    x = as_tensor(input)
    if not x.ndim:
        return Found(x * 1, argsort(x, dim))
    index = ops.argsort(x, dim, descending=descending)
    return Found(ops.gather(x, dim, index), index)


def argsort(input: Operand, dim: int = -1, descending: bool = False, stable: bool = False) -> Tensor:
    """Indices that sort along an axis, always stably; NaN counts as the largest."""
    x = as_tensor(input)
    found: Tensor = ops.argsort(x if x.ndim else x.reshape(1), dim, descending=descending)
    return found if x.ndim else found.reshape(())


def mode(input: Operand, dim: int = -1, keepdim: bool = False) -> Found:
    """(the most frequent element along an axis, of several the least; the last index at which it stands). A NaN equals
    no other.

    Raises ValueError for an axis without elements."""
    x = as_tensor(input)
    line = x if x.ndim else x.reshape(1)
    order = ops.argsort(line, dim).numpy()
    if not line.shape[dim]:
        raise ValueError(f"mode: input {x.shape} has no elements along axis {dim}; none of none is the most frequent")
    ranked, order = (np.moveaxis(a, dim, -1) for a in (np.take_along_axis(line.numpy(), order, dim), order))
    place = np.arange(ranked.shape[-1])
    begins = np.ones(ranked.shape, bool)
    begins[..., 1:] = ranked[..., 1:] != ranked[..., :-1]
    so_far = place - np.maximum.accumulate(np.where(begins, place, 0), axis=-1)  # how many equal ones came before
    last = so_far.argmax(-1, keepdims=True)
    index = Tensor(np.moveaxis(np.take_along_axis(order, last, -1), -1, dim))
    values = ops.gather(line, dim, index)
    if not x.ndim:
        return Found(values.reshape(()), index.reshape(()))
    return Found(values, index) if keepdim else Found(values.squeeze(dim), index.squeeze(dim))


def _side(right: bool, side: str | None) -> str:
    if right and side == "left":
        raise ValueError("searchsorted: right=True and side='left' contradict each other; give one of them")
    return side or ("right" if right else "left")


def searchsorted(
    sorted_sequence: Operand, input: Operand, *, out_int32: bool = False, right: bool = False, side: str | None = None,
    sorter: Any = None,
) -> Tensor:  # fmt: skip
    """The indices at which values would be put into a sorted sequence, or lines of them into lines; before equal
    elements, or after them (right).

    Raises ValueError for a contradiction of right and side, or lines that differ."""
    a = as_tensor(sorted_sequence)
    found = ops.searchsorted(a, as_tensor(input), _side(right, side), sorter)
    return ops.astype(found, np.int32) if out_int32 else found  # type: ignore[no-any-return]


def unique(
    input: Operand, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
    dim: int | None = None,
) -> Any:  # fmt: skip
    """The distinct elements in order, or slices along an axis; on request where each went, and how many there were."""
    x = as_tensor(input)
    if dim is not None and not x.ndim:
        x, dim = x.reshape(1), 0
    return ops.unique(x, False, return_inverse, return_counts, dim)


def unique_consecutive(
    input: Operand, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:  # fmt: skip
    """Of each run of equal elements (slices along an axis) the first; on request the run each belongs to, and their
    lengths."""
    x = as_tensor(input)
    shape = x.shape
    if dim is None or not x.ndim:
        x, dim = x.reshape(-1), 0
    dim = int(np.lib.array_utils.normalize_axis_index(dim, x.ndim))
    rows = np.moveaxis(x.numpy(), dim, 0).reshape(x.shape[dim], x.size // max(x.shape[dim], 1))
    begins = np.ones(len(rows), bool)
    begins[1:] = (rows[1:] != rows[:-1]).any(1)
    starts = np.flatnonzero(begins)
    values = x[(slice(None),) * dim + (starts,)]
    if not (return_inverse or return_counts):
        return values
    inverse = np.cumsum(begins) - 1
    more = [Tensor(inverse.reshape(shape if x.ndim == 1 else -1))] if return_inverse else []
    return (values, *more, *([Tensor(np.diff(np.append(starts, len(rows))))] if return_counts else []))


def _scan(f: Any, input: Operand, dim: int, dtype: Any) -> Tensor:
    x = as_tensor(input)
    return f(x, dim, dtype).reshape(x.shape)  # type: ignore[no-any-return]


def cumsum(input: Operand, dim: int, *, dtype: Any = None) -> Tensor:
    """Running sum along an axis."""
    return _scan(ops.cumsum, input, dim, dtype)


def cumprod(input: Operand, dim: int, *, dtype: Any = None) -> Tensor:
    """Running product along an axis; zeros have their right derivatives."""
    return _scan(ops.cumprod, input, dim, dtype)


def gradient(input: Operand, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1) -> tuple[Tensor, ...]:
    """Derivatives along axes (all by default), a tuple of them: spacing is a number, one an axis, or coordinates.

    Raises ValueError for a wrong number of spacings or an axis named twice."""
    x = as_tensor(input)
    axes = range(x.ndim) if dim is None else dim if isinstance(dim, Sequence) else (dim,)
    if isinstance(spacing, Sequence) and len(spacing) != len(axes):
        raise ValueError(f"gradient: {len(spacing)} spacings for {len(axes)} axes; give a number, or one an axis")
    given = tuple(spacing) if isinstance(spacing, Sequence) else (1 if spacing is None else spacing,)
    found = ops.gradient(x, *given, axis=tuple(dim) if isinstance(dim, Sequence) else dim, edge_order=edge_order)
    return found if isinstance(found, tuple) else (found,)


def histogram(
    input: Operand, bins: Any, *, range: tuple[float, float] | None = None, weight: Any = None, density: bool = False
) -> tuple[Tensor, Tensor]:
    """(counts, or sums of weights, as floats; the edges of the bins)."""
    x = as_tensor(input)
    counts, edges = ops.histogram(x, bins, range, density, weight)
    return ops.astype(counts, x.dtype), ops.astype(edges, x.dtype)


def histc(input: Operand, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many elements fall into bins of equal width from min to max, as floats; from the least to the largest if
    these are equal."""
    x = as_tensor(input)
    if bins <= 0:
        raise ValueError(f"histc: bins={bins}; expected at least 1")
    ends = (min, max) if min != max else (float(x.numpy().min()), float(x.numpy().max())) if x.size else (0.0, 1.0)
    counts, _ = np.histogram(x.numpy(), bins, ends if ends[0] != ends[1] else (ends[0] - 1, ends[1] + 1))
    return Tensor(counts.astype(x.dtype))
