"""Resampling along an axis: each element of the value is a weighted sum of a few of the input. Interpolation, padding
by reflection and adaptive averages are tables of which and how much."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from ..leading import of_input

LAYERS = 32  # beyond so many terms in one sum, NumPy's reduceat is the faster


def _chosen(x: np.ndarray, columns: np.ndarray, axis: int) -> np.ndarray:
    """x at these places along an axis: a view where they are evenly spaced, as most are."""
    n = len(columns)
    step = int(columns[1] - columns[0]) if n > 1 else 1
    if (
        n
        and step > 0
        and int(columns[-1] - columns[0]) == step * (n - 1)
        and (columns[1:] - columns[:-1] == step).all()
    ):
        return x[(*(slice(None),) * axis, slice(int(columns[0]), int(columns[-1]) + 1, step))]
    return x.take(columns, axis)


@primitive(name="resample", symbol="⇅", formula="Σ weights ⊙ x[columns], by rows", torch="index_add", linear=True,
           batched=of_input)  # fmt: skip
def resample(x: Array, *, rows: Any, columns: Any, weights: Any, size: int, axis: int) -> Array:
    """Along an axis, value[rows] the sum of weights × x[columns] (None: weights of 1), of the size given."""
    axis %= x.ndim
    if np.any(rows[1:] < rows[:-1]):
        order = np.argsort(rows, kind="stable")
        rows, columns = rows[order], columns[order]
        weights = None if weights is None else weights[order]
    scale = None if weights is None else weights.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - axis - 1))
    before, shape = (slice(None),) * axis, (*x.shape[:axis], size, *x.shape[axis + 1 :])
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    layer = np.arange(len(rows)) - np.repeat(starts, np.diff(starts, append=len(rows)))  # the how-manieth of its sum
    count = int(layer.max(initial=-1)) + 1
    out = np.zeros(shape, x.dtype) if len(starts) < size or not x.size else None
    if count > LAYERS and x.size:
        parts = x.take(columns, axis) if scale is None else x.take(columns, axis) * scale
        out = np.zeros(shape, x.dtype) if out is None else out
        out[(*before, rows[starts])] = np.add.reduceat(parts, starts, axis, x.dtype)
        return out
    for k in range(count if x.size else 0):
        these = np.flatnonzero(layer == k)
        part = _chosen(x, columns[these], axis)
        if scale is not None:
            part = part * scale[these]
        if out is None:  # the first of each sum
            out = np.array(part, order="C")
        elif len(these) == size:
            out += part
        else:
            out[(*before, rows[these])] += part
    return out


resample.gradients(
    lambda g, x, rows, columns, weights, axis: resample(
        g, rows=columns, columns=rows, weights=weights, size=x.shape[axis], axis=axis
    )
)
