"""Reductions and scans of the elements that are not NaN: NaN is put to what changes
nothing, and has no gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..composition import composed
from ..elementwise.functions import where as chosen
from .places import array_of
from .reduction import as_array, max, min, over, prod, sum
from .scan import cumprod, cumsum
from .statistics import root, var
from .truth import argmax, argmin

__all__ = [
    "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum",
    "nanvar",
]  # fmt: skip


def _without(x: Any, neutral: float, dtype: Any = None) -> tuple[Any, Any]:
    """(x with NaN replaced, where x was no NaN: True if everywhere)."""
    x = as_array(x)
    if x.dtype.kind != "f":
        return x, True
    missing = np.isnan(array_of(x))
    return (chosen(missing, x.dtype.type(neutral), x), ~missing) if missing.any() else (x, True)


@composed(np.nansum)
def nansum(
    x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = True
) -> Any:  # fmt: skip
    """Sum over axes (all by default), NaN counted as 0."""
    return sum(_without(x, 0)[0], axis, dtype, keepdims, initial=initial, where=where)


@composed(np.nanprod)
def nanprod(
    x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = True
) -> Any:  # fmt: skip
    """Product over axes (all by default), NaN counted as 1."""
    return prod(_without(x, 1)[0], axis, dtype, keepdims, initial=initial, where=where)


@composed(np.nancumsum)
def nancumsum(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running sum along an axis, NaN counted as 0."""
    return cumsum(_without(x, 0)[0], axis, dtype)


@composed(np.nancumprod)
def nancumprod(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running product along an axis, NaN counted as 1."""
    return cumprod(_without(x, 1)[0], axis, dtype)


def _extreme(f: Any, worst: float, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    x, there = _without(x, worst)
    out = f(x, axis, keepdims, initial=initial, where=where)
    if there is True or initial is not None:
        return out
    none = ~np.any(there & where, axis=over(axis), keepdims=keepdims)
    return chosen(none, np.nan, out) if np.any(none) else out


@composed(np.nanmax, (np.fmax, "reduce"))
def nanmax(x: Any, axis: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Any:
    """Largest over axes (all by default) of the elements that are not NaN; NaN where all are."""
    return _extreme(max, -np.inf, x, axis, keepdims, initial, where)


@composed(np.nanmin, (np.fmin, "reduce"))
def nanmin(x: Any, axis: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Any:
    """Smallest over axes (all by default) of the elements that are not NaN; NaN where all are."""
    return _extreme(min, np.inf, x, axis, keepdims, initial, where)


@composed(np.nanmean)
def nanmean(x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Mean over axes (all by default) of the elements that are not NaN; NaN where all are."""
    x, there = _without(x, 0)
    kind = dtype or (x.dtype if x.dtype.kind == "f" else float)
    n = np.sum(np.broadcast_to(there & array_of(where), x.shape), axis=over(axis), dtype=kind, keepdims=keepdims)
    return sum(x, axis, kind, keepdims, where=where) / n


@composed(np.nanvar)
def nanvar(
    x: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False, *, correction: Any = None,
    mean: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """Variance over axes (all by default) of the elements that are not NaN, with var's arguments; NaN where no more are
    left than the divisor takes away."""
    x, there = _without(x, 0)
    counts = np.broadcast_to(there & array_of(where), x.shape)
    out = var(x, axis, dtype, ddof, keepdims, correction=correction, mean=mean, where=counts)
    few = counts.sum(over(axis), keepdims=keepdims) <= (ddof if correction is None else correction)
    return chosen(few, np.nan, out) if np.any(few) else out


@composed(np.nanstd)
def nanstd(
    x: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False, *, correction: Any = None,
    mean: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """Standard deviation over axes (all by default) of the elements that are not NaN: √nanvar."""
    return root(nanvar(x, axis, dtype, ddof, keepdims, correction=correction, mean=mean, where=where))


def _place(f: Any, worst: float, x: Any, axis: Any, keepdims: bool) -> Any:
    x, there = _without(x, worst)
    if there is not True and not np.all(np.any(there, axis=axis)):
        raise ValueError(f"nan{f.op.name}: all elements along the axis are NaN")
    return f(x, axis=axis, keepdims=keepdims)


@composed(np.nanargmax)
def nanargmax(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Index of the (first) largest that is not NaN, along an axis or in the flat array.

    Raises ValueError where all are NaN."""
    return _place(argmax, -np.inf, x, axis, keepdims)


@composed(np.nanargmin)
def nanargmin(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Index of the (first) smallest that is not NaN, along an axis or in the flat array.

    Raises ValueError where all are NaN."""
    return _place(argmin, np.inf, x, axis, keepdims)
