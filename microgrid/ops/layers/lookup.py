"""Rows of a table by number: embeddings and one-hot vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import detach
from ..elementwise.arithmetic import Array
from ..reductions.reduction import largest, smallest
from ..selection.indexing import scatter

__all__ = [
    "one_hot",
]  # fmt: skip


def _checked(i: Array, rows: int, what: str) -> None:
    """Raises TypeError for what is no index, IndexError for rows that there are not."""
    if i.dtype.kind not in "iu":
        raise TypeError(f"the indices are {i.dtype}, expected integers")
    if i.size:
        low, high = smallest(i, None), largest(i, None)
        if low < 0 or high >= rows:
            raise IndexError(f"{what} run from {low} to {high}, expected 0 to {rows - 1}")


def _table_clash(i: tuple[int, ...], weight: tuple[int, ...], **how: Any) -> str | None:
    return None if len(weight) == 2 else f"weight has shape {weight}, expected (V, D): V rows of D numbers"


@primitive(symbol="embedding", formula="w[x]", torch="embedding", explain=_table_clash)
def embedding(x: Array, weight: Array, *, padding_idx: int | None = None, scale_grad_by_freq: bool = False) -> Array:
    """The row of the table (V, D) at each index: (…) → (…, D).

    padding_idx: a row that gets no gradient.  scale_grad_by_freq: a row's gradient is divided by how often it is taken.
    """
    if weight.ndim != 2:
        raise ValueError("shape")
    x = np.asarray(detach(x))
    _checked(x, weight.shape[0], "indices")
    return weight[x]


def _embedding_weight(g: Array, x: Array, weight: Array, padding_idx: int | None, scale_grad_by_freq: bool) -> Array:
    """Σ g at each row taken"""
    x = np.asarray(detach(x))
    if padding_idx is not None:
        g = g * (x != padding_idx)[..., None]
    if scale_grad_by_freq:
        g = g / np.bincount(x.ravel(), minlength=weight.shape[0])[x][..., None].astype(g.dtype)
    return rows_added(g, x, weight.shape)


embedding.gradients(None, _embedding_weight)


def rows_added(g: Array, i: Array, shape: tuple[int, ...]) -> Array:
    """Zeros of a shape, with each row of g added at its index."""
    if not isinstance(g, np.ndarray):
        return scatter(g, index=i, shape=shape)
    out = np.zeros(shape, g.dtype)
    if g.size < 64:
        np.add.at(out, i, g)
    else:  # element by element, which NumPy does four times as fast as row by row
        np.add.at(out.reshape(-1), (i.reshape(-1, 1) * shape[1] + np.arange(shape[1])).reshape(-1), g.reshape(-1))
    return out


@primitive(symbol="one-hot", formula="1 at x, else 0", torch="one_hot", gradient=False)
def one_hot(x: Array, *, num_classes: int = -1) -> Array:
    """1 at each index along a new last axis, 0 elsewhere, as integers: (…) → (…, num_classes).

    num_classes: one more than the largest index if −1.  Raises TypeError for what is no integer, IndexError for an
    index out of range."""
    if num_classes == -1:
        if not x.size:
            raise ValueError("of no indices: how many classes there are must be given, num_classes=")
        num_classes = int(x.max()) + 1 if x.dtype.kind in "iu" else 1
    elif num_classes < 1:
        raise ValueError(f"num_classes is {num_classes}, expected a positive number, or −1 to take it from the indices")
    _checked(x, num_classes, "indices")
    return (np.expand_dims(x, -1) == np.arange(num_classes)).astype(np.int64)
