"""Resampling along an axis: each element of the value is a weighted sum of a few of the input. Interpolation, padding
by reflection and adaptive averages are tables of which and how much."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.primitive import primitive
from .arithmetic import Array


@primitive(name="resample", symbol="⇅", formula="Σ weights ⊙ x[columns], by rows", torch="index_add", linear=True)
def resample(x: Array, *, rows: Any, columns: Any, weights: Any, size: int, axis: int) -> Array:
    """Along an axis, value[rows] the sum of weights × x[columns] (None: weights of 1), of the size given."""
    axis %= x.ndim
    x, before = np.ascontiguousarray(x), (slice(None),) * axis
    if np.any(rows[1:] < rows[:-1]):
        order = np.argsort(rows, kind="stable")
        rows, columns = rows[order], columns[order]
        weights = None if weights is None else weights[order]
    scale = None if weights is None else weights.astype(x.dtype).reshape(-1, *(1,) * (x.ndim - axis - 1))
    taps = len(rows) // size if size else 0
    if taps and len(rows) == taps * size and np.array_equal(rows, np.repeat(np.arange(size), taps)):
        out = None  # as many for each
        for k in range(taps):
            part = x.take(columns[k::taps], axis)
            if scale is not None:
                part *= scale[k::taps]
            out = part if out is None else np.add(out, part, out=out)
        return out
    parts = x.take(columns, axis)
    if scale is not None:
        parts *= scale
    out = np.zeros((*x.shape[:axis], size, *x.shape[axis + 1 :]), x.dtype)
    if len(rows) and x.size:
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        out[(*before, rows[starts])] = np.add.reduceat(parts, starts, axis, x.dtype)
    return out


resample.gradients(
    lambda g, x, rows, columns, weights, axis: resample(
        g, rows=columns, columns=rows, weights=weights, size=x.shape[axis], axis=axis
    )
)
