"""Sorting and ranking: order along an axis, the largest and the k-th of it, and where a value belongs in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, wrap_constant
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..leading import of_input
from ..selection.gathering import gathered
from ..shapes.shape import astype, ravel, shape_of
from .places import array_of, grid, numbers, put_back
from .reduction import as_array
from .scan import along, reverse

__all__ = [
    "argpartition", "argsort", "bucketize", "digitize", "kthvalue", "lexsort", "msort", "partition", "searchsorted",
    "sort", "topk",
]  # fmt: skip

KINDS = (None, "quicksort", "heapsort", "mergesort", "stable")


def order_of(x: np.ndarray, axis: int, descending: bool = False) -> np.ndarray:
    """The stable order along an axis; NaN counts as the largest."""
    if descending:  # of equal elements the first stays the first
        return x.shape[axis] - 1 - reverse(order_of(reverse(x, axis), axis), axis)  # type: ignore[no-any-return]
    if x.size < 4096 or x.size >= 1 << 32 or x.dtype.itemsize > 8:
        return x.argsort(axis, kind="stable")
    place = numbers(x.shape[axis], axis, x.ndim).astype(np.uint64)
    if x.dtype.itemsize <= 4:  # beside its place each key is its own, and sorting numbers is faster than their places
        rank = _rank(x)
    else:  # the fast order is the stable one where nothing is equal; else places are sorted among equals
        order = np.argsort(x, axis)
        ranked = x[grid(order, axis)]
        before, after = (ranked[along(axis, x.ndim, s)] for s in (slice(None, -1), slice(1, None)))
        rising = ~((after <= before) | (before != before))
        if rising.all():
            return order
        rank, place = np.zeros(x.shape, np.uint64), order.astype(np.uint64)
        np.cumsum(rising, axis, out=rank[along(axis, x.ndim, slice(1, None))])
    return (np.sort(rank << 32 | place, axis) & 0xFFFFFFFF).astype(np.intp)


def _rank(x: np.ndarray) -> np.ndarray:
    """Unsigned integers in the order of numbers of at most 32 bits: those bits, but with the sign turned."""
    if x.dtype.kind != "f":
        return (x.astype(np.int64) + (1 << 31 if x.dtype.kind == "i" else 0)).astype(np.uint64)
    bits = (x.astype(np.float32) + np.float32(0)).view(np.int32)  # −0 is 0
    rank = np.where(bits < 0, ~bits, bits ^ np.int32(-(1 << 31))).view(np.uint32).astype(np.uint64)
    rank[np.isnan(x)] = 0xFFFFFFFF
    return rank


@primitive(name="sort", symbol="sort", formula="x in order", torch="sort", batched=of_input)
def in_order(x: Array, *, axis: int = -1, descending: bool = False) -> Array:
    """Elements in order along an axis; NaN counts as the largest. Of a tie the cotangents keep their order."""
    out = np.sort(x, axis)
    return reverse(out, axis) if descending else out


in_order.gradients(
    lambda g, x, axis, descending: put_back(g, order_of(array_of(x), axis, descending), axis),
)


@primitive(name="argsort", symbol="order", formula="order of x", torch="argsort", gradient=False)
def places_in_order(x: Array, *, axis: int = -1, descending: bool = False) -> Array:
    """Indices that sort along an axis, stably."""
    return order_of(x, axis, descending)


def _line(what: str, x: Any, axis: Any, kind: Any) -> tuple[Any, int]:
    """(x, axis), of the flat x for None."""
    if kind not in KINDS:
        raise ValueError(f"{what}: kind={kind!r}; expected one of {', '.join(map(repr, KINDS))}; all are stable here")
    x = as_array(x)
    return (ravel(x), 0) if axis is None else (x, axis)


@composed(np.sort)
def sort(
    x: Any, axis: Any = -1, kind: Any = None, *, descending: bool = False, stable: Any = None
) -> Any:  # fmt: skip
    """Elements in order along an axis, of the flat array for None; NaN counts as the largest. Always stable.

    Raises ValueError for a kind that NumPy has not."""
    x, axis = _line("sort", x, axis, kind)
    return in_order(x, axis=axis, descending=descending)


@composed(np.argsort)
def argsort(
    x: Any, axis: Any = -1, kind: Any = None, *, descending: bool = False, stable: Any = None
) -> Any:  # fmt: skip
    """Indices that sort along an axis, or the flat array for None; NaN counts as the largest. Always stable.

    Raises ValueError for a kind that NumPy has not."""
    x, axis = _line("argsort", x, axis, kind)
    return places_in_order(x, axis=axis, descending=descending)


def msort(x: Any) -> Any:
    """Elements in order along the first axis (Torch's)."""
    return sort(x, 0)


@primitive(name="argpartition", symbol="part", formula="order of x about its k-th", torch="topk", gradient=False)
def places_about(x: Array, *, kth: Any, axis: int = -1) -> Array:
    """Indices that put the k-th smallest in its place, smaller ones before it."""
    return np.argpartition(x, kth, axis)


@composed(np.argpartition)
def argpartition(x: Any, kth: Any, axis: Any = -1, kind: str = "introselect") -> Any:
    """Indices that put the k-th smallest (or several) in its place along an axis, smaller ones before it, larger after.

    Raises ValueError for a k out of bounds."""
    x = as_array(x)
    x, axis = (ravel(x), 0) if axis is None else (x, axis)
    return places_about(x, kth=kth, axis=axis)


@composed(np.partition)
def partition(x: Any, kth: Any, axis: Any = -1, kind: str = "introselect") -> Any:
    """Elements with the k-th smallest (or several) in its place along an axis, smaller ones before it, larger after.

    Raises ValueError for a k out of bounds."""
    x = as_array(x)
    x, axis = (ravel(x), 0) if axis is None else (x, axis)
    return gathered(x, places_about(x, kth=kth, axis=axis), axis=axis)


def _too_many(x: tuple[int, ...], *, k: int, axis: int, **_: Any) -> str | None:
    if -len(x) <= axis < len(x) and not 0 <= k <= x[axis]:
        return f"k={k} of the {x[axis]} elements along axis {axis}; expected 0 to {x[axis]}"
    return None


def _one_by_one(x: np.ndarray, k: int, axis: int, largest: bool) -> np.ndarray | None:
    """Indices of the k largest along an axis, each found among those that are left, which for a few is many times
    faster than a partition; None where that cannot be told: infinities that are found, and NaN."""
    lines = np.array(np.moveaxis(x, axis, -1), order="C")
    left = lines.reshape(-1, x.shape[axis])
    void = x.dtype.type(-np.inf if largest else np.inf)
    places, each = np.empty((len(left), k), np.intp), np.arange(len(left))
    for i in range(k):
        places[:, i] = at = left.argmax(-1) if largest else left.argmin(-1)
        found = left[each, at]
        if not np.isfinite(found).all():
            return None
        left[each, at] = void
    return np.moveaxis(places.reshape(*lines.shape[:-1], k), -1, axis)


@primitive(name="argtopk", symbol="argtop", formula="where x has its {k} largest", torch="topk", gradient=False,
           explain=_too_many)  # fmt: skip
def places_of_top(x: Array, *, k: int, axis: int = -1, largest: bool = True) -> Array:
    """Indices of the k largest (smallest) along an axis, in order."""
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim)
    n = x.shape[axis]
    if not 0 <= k <= n:
        raise ValueError("k out of bounds")
    if 0 < k <= 8 < n // 8 and x.dtype.kind == "f" and (found := _one_by_one(x, k, axis, largest)) is not None:
        return found
    if 0 < 8 * k < n:  # a few of many
        some = np.argpartition(x, n - k if largest else k - 1, axis)
        some = some[along(axis, x.ndim, slice(n - k, None) if largest else slice(k))]
        return some[grid(order_of(x[grid(some, axis)], axis, largest), axis)]
    return order_of(x, axis, largest)[along(axis, x.ndim, slice(k))]


def _of_line(x: Any) -> Any:
    """Torch's rankings take scalars as well, which have an axis to it."""
    x = as_array(x)
    return x if x.ndim else x.reshape(1)


@composed()
def topk(x: Any, k: int, axis: int = -1, largest: bool = True, sorted: bool = True) -> tuple[Any, Any]:
    """(the k largest along an axis, their indices), in order; the smallest with largest=False (Torch's).

    Raises ValueError for a k out of bounds."""
    line = _of_line(x)
    index = places_of_top(line, k=int(k), axis=axis, largest=largest)
    values = gathered(line, index, axis=axis)
    return (values, index) if line is x or not k or shape_of(x) else (values.reshape(()), index.reshape(()))


@composed()
def kthvalue(x: Any, k: int, axis: int = -1, keepdims: bool = False) -> tuple[Any, Any]:
    """(the k-th smallest along an axis, counted from 1; its index) (Torch's).

    Raises ValueError for a k out of bounds."""
    line = _of_line(x)
    if not -line.ndim <= axis < line.ndim:
        raise np.exceptions.AxisError(axis, line.ndim, "kthvalue")
    n = line.shape[axis]
    if not 1 <= k <= n:
        raise ValueError(f"kthvalue: k={k} of the {n} elements along axis {axis}; expected 1 to {n}")
    index = places_about(line, kth=k - 1, axis=axis)[along(axis, line.ndim, slice(k - 1, k))]
    values = gathered(line, index, axis=axis)
    if not shape_of(x):
        return values.reshape(()), index.reshape(())
    return (values, index) if keepdims else (values.squeeze(axis), index.squeeze(axis))


# ------------------------------------------------------------------------------------------- where a value belongs


def _not_one_axis(x: tuple[int, ...], v: tuple[int, ...], **_: Any) -> str | None:
    if len(x) != 1 and (not x or x[:-1] != v[:-1]):
        return f"a sorted sequence {x} for values {v}; expected one axis, or the values' own but the last"
    return None


@primitive(name="searchsorted", symbol="place", formula="place of v in x", torch="searchsorted", gradient=False,
           explain=_not_one_axis)  # fmt: skip
def places_among(x: Array, v: Array, *, side: Any = "left") -> Array:
    """Where each v belongs in the sorted x, or in its line of it."""
    if x.ndim == 1:
        return np.asarray(np.searchsorted(x, v, side))
    if x.shape[:-1] != v.shape[:-1]:
        raise ValueError("lines differ")
    if not x.size or not v.size:
        return np.zeros(v.shape, np.intp)
    lines = zip(x.reshape(-1, x.shape[-1]), v.reshape(-1, v.shape[-1]), strict=True)
    return np.stack([np.searchsorted(a, b, side) for a, b in lines]).reshape(v.shape)


@composed(np.searchsorted)
def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """The indices at which v would be put into the sorted a to keep it in order; before equal elements, or after them
    (side="right"). Lines of a, if it has more axes, are for lines of v, as in Torch.

    sorter: indices that sort a.
    Raises ValueError for another side, or lines that differ."""
    if side not in ("left", "right"):
        raise ValueError(f"searchsorted: side={side!r}; expected 'left' or 'right'")
    a, v = as_array(a), as_array(v)
    if sorter is not None:
        sorter = array_of(sorter)
        if sorter.dtype.kind not in "iu":
            raise TypeError(f"searchsorted: a sorter of {sorter.dtype}; expected integers, as argsort gives them")
        if sorter.shape != a.shape:
            raise ValueError(f"searchsorted: a sorter {sorter.shape} for a sequence {a.shape}; expected one for each")
        a = gathered(a, sorter, axis=-1)
    return places_among(a, v, side=side)


@composed()
def bucketize(x: Any, boundaries: Any, *, right: bool = False, out_int32: bool = False) -> Any:
    """In which bucket between sorted boundaries each x lies; at a boundary the lower one, or the higher (right=True)
    (Torch's)."""
    boundaries = as_array(boundaries)
    if boundaries.ndim != 1:
        raise ValueError(f"bucketize: boundaries {boundaries.shape}; expected one axis")
    found = places_among(boundaries, as_array(x), side="right" if right else "left")
    return astype(found, np.int32) if out_int32 else found


@composed(np.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """In which bin each x lies, of edges that rise or fall; an edge belongs to the bin after it, or before it
    (right=True).

    Raises ValueError for edges that do neither."""
    bins = as_array(bins)
    edges = array_of(bins)
    if edges.ndim != 1:
        raise ValueError(f"digitize: bins {edges.shape}; expected one axis")
    if np.all(edges[1:] >= edges[:-1]):
        return places_among(bins, as_array(x), side="left" if right else "right")
    if np.all(edges[1:] <= edges[:-1]):
        return len(edges) - places_among(bins[::-1], as_array(x), side="left" if right else "right")
    raise ValueError("digitize: bins neither rise nor fall; sort them")


@composed(np.lexsort)
def lexsort(keys: Any, axis: int = -1) -> Any:
    """Indices that sort by several keys, the last one first."""
    order = np.lexsort(tuple(map(array_of, keys)) if not hasattr(keys, "dtype") else array_of(keys), axis)
    tensors = isinstance(keys, Tensor) or any(isinstance(k, Tensor) for k in keys)
    return wrap_constant(np.asarray(order)) if tensors else order
