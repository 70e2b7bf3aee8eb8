"""Rows of a table by number, and bags of them, under Torch's names."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...core.recording import setting
from ...core.tensor import Operand, Tensor, detach
from ...ops.layers import lookup
from ...ops.selection import indexing
from .inputs import as_tensor, shape_of

__all__ = ["embedding", "embedding_bag", "one_hot"]


def one_hot(tensor: Operand, num_classes: int = -1) -> Tensor:
    """1 at each index along a new last axis, 0 elsewhere, as integers; one more class than the largest index if −1."""
    return ops.one_hot(tensor, num_classes=num_classes)


def _row(padding_idx: int | None, weight: Tensor, name: str) -> int | None:
    """padding_idx counted from the start. Raises ValueError out of range."""
    n = weight.shape[0]
    if padding_idx is not None and not -n <= padding_idx < n:
        raise ValueError(f"{name}: padding_idx is {padding_idx}, expected a row of weight {weight.shape}")
    return None if padding_idx is None else padding_idx % n


def _shortened(weight: Tensor, i: np.ndarray, max_norm: float, norm_type: float) -> None:
    """The rows taken, where their norm exceeds max_norm, scaled to it: in place, without a gradient."""
    at = np.unique(i)
    table = weight.numpy()[at]
    norm = (np.abs(table) ** norm_type).sum(axis=1) ** (1 / norm_type)
    if (long := norm > max_norm).any():
        with setting(on=False):
            weight[at[long]] = table[long] * (max_norm / (norm[long, None] + 1e-7)).astype(table.dtype)


def _refused(name: str, sparse: bool) -> None:
    if sparse:
        raise ValueError(f"{name}: sparse gradients are not supported; leave sparse=False")


def embedding(
    input: Operand, weight: Tensor, padding_idx: int | None = None, max_norm: float | None = None,
    norm_type: float = 2.0, scale_grad_by_freq: bool = False, sparse: bool = False,
) -> Tensor:  # fmt: skip
    """The row of the table `weight` (V, D) at each index: (…) → (…, D).

    padding_idx: a row that gets no gradient.  max_norm: rows taken whose `norm_type`-norm exceeds it are scaled to it
    first, in the table itself.  scale_grad_by_freq: a row's gradient is divided by how often it is taken.
    Raises IndexError for an index out of range, ValueError for sparse=True."""
    _refused("embedding", sparse)
    padding_idx = _row(padding_idx, weight, "embedding")
    if max_norm is not None:
        _shortened(weight, as_tensor(input).numpy(), max_norm, norm_type)
    return lookup.embedding(input, weight, padding_idx=padding_idx, scale_grad_by_freq=scale_grad_by_freq)


def embedding_bag(
    input: Operand, weight: Tensor, offsets: Operand | None = None, max_norm: float | None = None,
    norm_type: float = 2.0, scale_grad_by_freq: bool = False, mode: str = "mean", sparse: bool = False,
    per_sample_weights: Operand | None = None, include_last_offset: bool = False, padding_idx: int | None = None,
) -> Tensor:  # fmt: skip
    """Sums, means or maxima (`mode`) of bags of rows of the table `weight` (V, D): (B, D).

    input: indices, (B, N): B bags of N; or (N,) with offsets (B,), where each bag begins (include_last_offset: one
    more, where the last ends).  per_sample_weights: of the input's shape, with mode="sum".  padding_idx: a row that no
    bag counts. An empty bag gives 0.
    Raises ValueError for other shapes or modes, IndexError for an index out of range."""
    _refused("embedding_bag", sparse)
    i = np.asarray(detach(as_tensor(input)).numpy())
    if mode not in ("sum", "mean", "max"):
        raise ValueError(f"embedding_bag: mode is {mode!r}, expected 'sum', 'mean' or 'max'")
    if per_sample_weights is not None and (mode != "sum" or shape_of(per_sample_weights) != i.shape):
        raise ValueError(
            f"embedding_bag: per_sample_weights {shape_of(per_sample_weights)} with mode {mode!r}, expected the shape "
            f"of the indices, {i.shape}, and mode='sum'"
        )
    if scale_grad_by_freq and mode == "max":
        raise ValueError("embedding_bag: scale_grad_by_freq goes with mode='sum' or 'mean'")
    bag, count = _bags(i, offsets, include_last_offset)
    flat = i.ravel()
    padding_idx = _row(padding_idx, weight, "embedding_bag")
    if max_norm is not None:
        _shortened(weight, flat, max_norm, norm_type)
    taken = lookup.embedding(flat, weight, padding_idx=padding_idx, scale_grad_by_freq=scale_grad_by_freq)
    counted = np.ones(flat.shape, bool) if padding_idx is None else flat != padding_idx
    if mode == "max":
        return _largest(taken, bag, counted, count)
    w: Any = counted.astype(taken.dtype)[:, None]
    if per_sample_weights is not None:
        w = as_tensor(per_sample_weights).reshape((-1, 1)) * w
    total = indexing.scatter(taken * w, index=bag, shape=(count, weight.shape[1]))
    if mode == "sum":
        return total
    n = np.maximum(np.bincount(bag[counted], minlength=count), 1).astype(taken.dtype)
    return total / n[:, None]


def _bags(i: np.ndarray, offsets: Any, include_last_offset: bool) -> tuple[np.ndarray, int]:
    """The bag that each index is in, and how many bags there are."""
    if i.ndim == 2:
        if offsets is not None:
            raise ValueError(f"embedding_bag: offsets given for indices {i.shape}, whose rows are the bags already")
        return np.repeat(np.arange(i.shape[0]), i.shape[1]), i.shape[0]
    starts = None if offsets is None else as_tensor(offsets).numpy()
    if i.ndim != 1 or starts is None or starts.ndim != 1:
        raise ValueError(f"embedding_bag: indices {i.shape}, expected (B, N), or (N,) with offsets (B,)")
    if include_last_offset:
        starts = starts[:-1]
    if starts.size and (starts[0] != 0 or (np.diff(starts) < 0).any() or starts[-1] > i.size):
        raise ValueError(f"embedding_bag: offsets {starts}, expected to rise from 0 to at most {i.size}")
    return np.searchsorted(starts, np.arange(i.size), side="right") - 1, len(starts)


def _largest(taken: Tensor, bag: np.ndarray, counted: np.ndarray, count: int) -> Tensor:
    """The largest of each bag, column by column."""
    values, columns = taken.numpy(), np.arange(taken.shape[1])
    first = np.full((count, taken.shape[1]), -1)
    for k in np.flatnonzero(counted):
        seen = first[bag[k]]
        better = (seen < 0) | (values[k] > values[seen, columns])
        first[bag[k]] = np.where(better, k, seen)
    full = (first >= 0).astype(taken.dtype)
    return taken[np.maximum(first, 0), columns] * full if taken.shape[0] else as_tensor(full)
