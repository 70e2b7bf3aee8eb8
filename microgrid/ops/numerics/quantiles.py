"""Medians and quantiles: order statistics, and straight lines between neighbouring ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ..composition import composed
from ..elementwise.functions import where as chosen
from ..reductions.places import array_of, grid
from ..reductions.reduction import as_array, largest, over, sum, total
from ..reductions.scan import along
from ..reductions.sorting import order_of
from ..selection.gathering import gathered
from ..shapes.shape import astype, reshape, transpose

__all__ = [
    "median", "nanmedian", "nanpercentile", "nanquantile", "percentile", "quantile",
]  # fmt: skip

# The ranks between which a quantile lies: n q + a + q (1 − a − b) − 1 (Hyndman & Fan 1996); the others take one
# element, or the middle of two.
LINES = {
    "linear": (1.0, 1.0), "interpolated_inverted_cdf": (0.0, 1.0), "hazen": (0.5, 0.5), "weibull": (0.0, 0.0),
    "median_unbiased": (1 / 3, 1 / 3), "normal_unbiased": (3 / 8, 3 / 8),
}  # fmt: skip
STEPS = ("inverted_cdf", "closest_observation", "lower", "higher", "nearest")
MIDDLES = ("averaged_inverted_cdf", "midpoint")


def _rank(q: Any, n: Any, method: Any) -> Any:
    """Where among n elements in order a quantile lies, counted from 0: a whole number, or between two. n: one number,
    or an array of them that broadcasts with q."""
    if method in LINES:
        a, b = LINES[method]
        return np.clip(n * q + (a + q * (1 - a - b)) - 1, 0, np.maximum(n - 1, 0))
    q = array_of(q)
    q, n = np.broadcast_arrays(q, n)
    ranks = np.zeros(q.shape)
    for size in np.unique(n):  # NumPy's own, of the ranks themselves
        if size:
            ranks[n == size] = np.quantile(np.arange(float(size)), q[n == size], method=method)
    return ranks


def _line(x: Any, axis: Any) -> tuple[Any, int, tuple[int, ...]]:
    """(x with the axes that are reduced joined to one; that axis; the shape with them kept)."""
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if wrong := [a for a in axes if not -max(x.ndim, 1) <= a < max(x.ndim, 1)]:
        raise np.exceptions.AxisError(wrong[0], x.ndim)
    if not x.ndim:
        return x.reshape(1), 0, ()
    axes = tuple(a % x.ndim for a in axes)
    kept = tuple(1 if k in axes else s for k, s in enumerate(x.shape))
    if len(axes) == 1:
        return x, axes[0], kept
    others = tuple(k for k in range(x.ndim) if k not in axes)
    moved = transpose(x, axes=others + axes)
    return moved.reshape((*(x.shape[k] for k in others), -1)), len(others), kept


def _quantile(what: str, x: Any, q: Any, axis: Any, keepdims: bool, method: str, weights: Any, skipping: bool) -> Any:
    """The quantiles q, their axes first."""
    if weights is not None:
        raise TypeError(f"{what}(weights=): not supported; np.{what}(x.numpy(), …) gives the value alone")
    if method not in LINES and method not in STEPS and method not in MIDDLES:
        raise ValueError(f"{what}: method={method!r}; expected one of {', '.join((*LINES, *STEPS, *MIDDLES))}")
    x, axis = as_array(x), over(axis)
    if type(q) is float and type(axis) is int and 0 <= q <= 1 and method in LINES:  # the usual call
        values = array_of(x)
        kind = values.dtype
        if kind.kind == "f" and values.size and -values.ndim <= axis < values.ndim and not _has_nan(values):
            return _alone(x, values, float(kind.type(q)), kind, axis, method, keepdims)
    if type(q) in (int, float) or isinstance(q, np.floating):
        q = x.dtype.type(q) if x.dtype.kind == "f" else float(q)
    wanted = as_array(q)
    if not np.all((array_of(wanted) >= 0) & (array_of(wanted) <= 1)):
        raise ValueError(f"{what}: q={array_of(q)} outside 0 … 1 (percentiles: 0 … 100)")
    if x.dtype.kind != "f":
        if method in STEPS:
            f: Any = np.nanquantile if skipping else np.quantile
            out = f(array_of(x), array_of(wanted), axis, keepdims=keepdims, method=method)
            return Tensor(out) if isinstance(x, Tensor) else out
        x = astype(x, float)
    line, along_axis, kept = _line(x, axis)
    alone = wanted.ndim == 0 and method in LINES and not isinstance(wanted, Tensor)
    values = array_of(line)
    if alone and values.size and not _has_nan(values):
        kind = np.result_type(values.dtype, wanted.dtype)
        found = _alone(line, values, float(wanted), kind, along_axis, method, False)
    else:
        found = _between(line, wanted, along_axis, method, skipping)
    rest = kept if keepdims else tuple(s for k, s in enumerate(line.shape) if k != along_axis) if x.ndim else ()
    shape = (*wanted.shape, *rest)
    return found if found.shape == shape else found.reshape(shape)


def _has_nan(x: np.ndarray) -> bool:
    peak = largest(x, None)  # a NaN, where there is one
    return bool(peak != peak)


def _alone(x: Any, values: np.ndarray, q: float, kind: Any, axis: int, method: str, keepdims: bool) -> Any:
    """One quantile of what has no NaN, the usual case."""
    n, shape = values.shape[axis], values.shape
    axis %= len(shape)
    a, b = LINES[method]
    rank = min(max(n * q + (a + q * (1 - a - b)) - 1, 0.0), n - 1.0)
    low = int(rank)
    part = rank - low
    ranks = [low, low + 1] if part else [low]
    order = values.argsort(axis, kind="stable") if values.size < 1024 else np.argpartition(values, ranks, axis)
    ends = gathered(x, order[(slice(None),) * axis + (slice(low, low + len(ranks)),)], axis=axis)
    if part:
        ends = ends * np.array([1 - part, part], kind).reshape((2,) + (1,) * (len(shape) - axis - 1))
        return total(ends, axis=axis, keepdims=keepdims)
    ends = ends if values.dtype == kind else astype(ends, kind)
    return ends if keepdims else reshape(ends, shape=shape[:axis] + shape[axis + 1 :])


def _between(x: Any, q: Any, axis: int, method: str, skipping: bool) -> Any:
    """The quantiles along an axis, which they have in front."""
    values, n = array_of(x), x.shape[axis]
    kind = x.dtype if method in STEPS else np.result_type(x.dtype, q.dtype)
    shape = (q.size, *values.shape[:axis], *values.shape[axis + 1 :])
    missing = np.isnan(values)
    if n == 0 or (skipping and not np.ndim(n) and missing.all()):
        return np.full(shape, np.nan, kind) + 0 * sum(chosen(missing, 0, x))
    q = q.reshape((-1,) + (1,) * (x.ndim - 1))
    counts: Any = n
    if skipping and missing.any():
        counts = n - missing.sum(axis)[None]
    rank = _rank(q if isinstance(q, Tensor) and q.requires_grad else array_of(q).astype(float), counts, method)
    low = np.floor(array_of(rank)).astype(np.intp)
    high = np.minimum(low + (array_of(rank) > low), np.maximum(counts - 1, 0))
    order = _places(values, low, high, axis)
    ranks = np.moveaxis(np.broadcast_to(np.stack([low, high]), (2, *shape)), (0, 1), (axis, axis + 1))
    ranks = ranks.reshape((*values.shape[:axis], 2 * shape[0], *values.shape[axis + 1 :]))
    index = order[grid(ranks, axis)]
    both = gathered(x, index, axis=axis)
    first, second = (both[along(axis, x.ndim, s)] for s in (slice(shape[0]), slice(shape[0], None)))
    if axis:
        front = (axis, *(k for k in range(x.ndim) if k != axis))
        first, second = transpose(first, axes=front), transpose(second, axes=front)
    part = rank - low
    part = astype(part, kind) if part.dtype != kind else part
    out = chosen(np.broadcast_to(low == high, shape), first, first + (second - first) * part)
    lost = (missing.all(axis) if skipping else missing.any(axis))[None]
    return chosen(lost, np.nan, out) if lost.any() else out


def _places(values: np.ndarray, low: np.ndarray, high: np.ndarray, axis: int) -> np.ndarray:
    """An order in which the elements of the ranks asked for are in their places."""
    ranks = np.union1d(low, high)
    if len(ranks) > 8 or values.size < 1024:
        return order_of(values, axis)
    return np.argpartition(values, ranks, axis)


def _method(method: str, interpolation: Any) -> str:
    """Torch's name for the argument is `interpolation`."""
    return method if interpolation is None else interpolation


@composed(np.quantile)
def quantile(
    x: Any, q: Any, axis: Any = None, keepdims: bool = False, *, method: str = "linear", weights: Any = None,
    interpolation: Any = None,
) -> Any:  # fmt: skip
    """The elements below which a part q of all lies, over axes (all by default); the axes of q come first. Of the
    elements that it lies between the gradient is shared as the value is; q has one too, with a method that draws lines.

    method: any of NumPy's (also named interpolation).  A NaN along the axes makes NaN.
    Raises ValueError for a q outside 0 … 1 or another method, TypeError for weights."""
    return _quantile("quantile", x, q, axis, keepdims, _method(method, interpolation), weights, False)


@composed(np.nanquantile)
def nanquantile(
    x: Any, q: Any, axis: Any = None, keepdims: bool = False, *, method: str = "linear", weights: Any = None,
    interpolation: Any = None,
) -> Any:  # fmt: skip
    """`quantile` of the elements that are not NaN; NaN where all are."""
    return _quantile("nanquantile", x, q, axis, keepdims, _method(method, interpolation), weights, True)


@composed(np.percentile)
def percentile(
    x: Any, q: Any, axis: Any = None, keepdims: bool = False, *, method: str = "linear", weights: Any = None,
    interpolation: Any = None,
) -> Any:  # fmt: skip
    """`quantile` of q / 100."""
    return _quantile("percentile", x, _hundredth(q, x), axis, keepdims, _method(method, interpolation), weights, False)


@composed(np.nanpercentile)
def nanpercentile(
    x: Any, q: Any, axis: Any = None, keepdims: bool = False, *, method: str = "linear", weights: Any = None,
    interpolation: Any = None,
) -> Any:  # fmt: skip
    """`nanquantile` of q / 100."""
    how = _method(method, interpolation)
    return _quantile("nanpercentile", x, _hundredth(q, x), axis, keepdims, how, weights, True)


def _hundredth(q: Any, x: Any) -> Any:
    return q / 100 if isinstance(q, int | float | Tensor) else np.asarray(q) / 100


@composed(np.median)
def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle element over axes (all by default), or the mean of the middle two; a NaN makes NaN."""
    return _quantile("median", x, 0.5, axis, keepdims, "linear", None, False)


@composed(np.nanmedian)
def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """`median` of the elements that are not NaN; NaN where all are."""
    return _quantile("nanmedian", x, 0.5, axis, keepdims, "linear", None, True)
