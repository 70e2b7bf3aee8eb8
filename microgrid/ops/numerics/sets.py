"""Distinct values, and counts: how often each occurs, or falls into which bin. A value that occurs several times gives
its gradient to the first occurrence; counts have none but in their weights."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...core.tensor import Tensor
from ..composition import composed
from ..reductions.places import array_of
from ..reductions.reduction import as_array, sum
from ..selection.gathering import scattered_sum
from ..shapes.shape import astype, ravel

__all__ = [
    "bincount", "histogram", "unique", "unique_all", "unique_counts", "unique_inverse", "unique_values",
]  # fmt: skip


class UniqueAll(NamedTuple):
    """What `unique_all` gives."""

    values: Any
    indices: Any
    inverse_indices: Any
    counts: Any


class UniqueCounts(NamedTuple):
    """What `unique_counts` gives."""

    values: Any
    counts: Any


class UniqueInverse(NamedTuple):
    """What `unique_inverse` gives."""

    values: Any
    inverse_indices: Any


def _like(x: Any, found: np.ndarray) -> Any:
    """Counts and indices as Tensors where x is one."""
    return Tensor(found) if isinstance(x, Tensor) else found


@composed(np.unique)
def unique(
    x: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False, axis: Any = None,
    *, equal_nan: bool = True, sorted: bool = True,
) -> Any:  # fmt: skip
    """The distinct elements in order (slices along an axis), and on request the index of the first of each, where each
    element of x went, and how many there were."""
    x = as_array(x)
    _, index, inverse, counts = np.unique(array_of(x), True, True, True, axis, equal_nan=equal_nan)
    if axis is None:
        values, inverse = ravel(x)[index], inverse.reshape(x.shape)
    else:
        values = x[(slice(None),) * (axis % x.ndim) + (index,)]
        inverse = inverse.reshape(-1)  # as in every NumPy but 2.0
    wanted = ((return_index, index), (return_inverse, inverse), (return_counts, counts))
    more = [_like(x, found) for want, found in wanted if want]
    return (values, *more) if more else values


@composed(np.unique_all)
def unique_all(x: Any) -> UniqueAll:
    """(distinct elements, index of the first of each, where each element of x went, counts); a NaN equals no other."""
    return UniqueAll(*unique(x, True, True, True, equal_nan=False))


@composed(np.unique_counts)
def unique_counts(x: Any) -> UniqueCounts:
    """(distinct elements, counts); a NaN equals no other."""
    return UniqueCounts(*unique(x, return_counts=True, equal_nan=False))


@composed(np.unique_inverse)
def unique_inverse(x: Any) -> UniqueInverse:
    """(distinct elements, where each element of x went); a NaN equals no other."""
    return UniqueInverse(*unique(x, return_inverse=True, equal_nan=False))


@composed(np.unique_values)
def unique_values(x: Any) -> Any:
    """The distinct elements, in order; a NaN equals no other."""
    return unique(x, equal_nan=False)


@composed(np.bincount)
def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """How often each integer from 0 occurs, or the sum of the weights there, which carry gradients.

    Raises ValueError for negative integers or weights of another shape, TypeError for what is no integer."""
    x = as_array(x)
    at = array_of(x)
    if at.ndim != 1:
        raise ValueError(f"bincount: x {at.shape}; expected one axis")
    if at.dtype.kind not in "iub" and at.size:
        raise TypeError(f"bincount: x is {at.dtype}; expected integers (x.astype(int))")
    if minlength < 0:
        raise ValueError(f"bincount: minlength={minlength}; expected at least 0")
    at = at.astype(np.intp)
    if at.size and at.min() < 0:
        raise ValueError(f"bincount: x has {at.min()}; expected integers from 0")
    if weights is None:
        return _like(x, np.bincount(at, minlength=minlength))
    weights = as_array(weights)
    if weights.shape != at.shape:
        raise ValueError(f"bincount: weights {weights.shape} for x {at.shape}; expected a weight each")
    if weights.dtype != np.float64:
        weights = astype(weights, np.float64)
    if not isinstance(weights, Tensor):
        return _like(x, np.bincount(at, weights, minlength))
    size = max(int(at.max(initial=-1)) + 1, minlength)
    return scattered_sum(np.zeros(size), at, weights, axis=0) if at.size else Tensor(np.zeros(size))


@composed(np.histogram)
def histogram(x: Any, bins: Any = 10, range: Any = None, density: bool = False, weights: Any = None) -> tuple[Any, Any]:
    """(how many elements, or what weights, fall between edges; the edges): of the flat x. Weights carry gradients, x
    has none: a count does not change with it.

    bins: how many of equal width, the edges, or NumPy's name of a rule.  density: of integral 1.
    Raises ValueError for edges that do not rise, or weights of another shape."""
    x = as_array(x)
    values = array_of(x).ravel()
    edges = np.histogram_bin_edges(values, array_of(bins) if hasattr(bins, "dtype") else bins, range)
    if weights is None:
        counts, _ = np.histogram(values, edges, density=density)
        tensors = isinstance(x, Tensor)
        return (Tensor(counts), Tensor(edges)) if tensors else (counts, edges)
    weights = as_array(weights)
    if weights.shape != x.shape:
        raise ValueError(f"histogram: weights {weights.shape} for x {x.shape}; expected a weight each")
    k = np.searchsorted(edges, values, "right") - 1
    k = np.where(values == edges[-1], len(edges) - 2, k)
    inside = np.flatnonzero((k >= 0) & (k < len(edges) - 1))
    sums = bincount(k[inside], ravel(weights)[inside], len(edges) - 1)
    if weights.dtype != sums.dtype:
        sums = astype(sums, weights.dtype)
    if density:
        sums = sums / np.diff(edges) / sum(sums)
    tensors = isinstance(sums, Tensor) or isinstance(x, Tensor)
    sums = sums if isinstance(sums, Tensor) or not tensors else Tensor(sums)
    return sums, Tensor(edges) if tensors else edges
