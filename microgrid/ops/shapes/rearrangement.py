"""Rearrangement: NumPy's functions that insert, delete and resize. What they do to the elements, they do to the
elements' numbers; taking by those is all there is to the gradient."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.tensor import Tensor
from ..composition import composed
from ..selection.indexing import along
from ..selection.picking import plain
from .joining import concatenate
from .shape import array_like, astype

__all__ = ["as_strided", "delete", "insert", "resize", "trim_zeros"]


def _numbered(shape: tuple[int, ...], start: int = 0) -> np.ndarray:
    return np.arange(start, start + math.prod(shape)).reshape(shape)


@implements(np.delete)
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """Without the places that an index, a slice or a mask names along an axis (of the flat array)."""
    x = array_like(arr)
    return along(x.reshape(-1), np.delete(_numbered(x.shape), plain_index(obj), axis), axis=0)


def plain_index(obj: Any) -> Any:
    """An index without Tensors."""
    return plain(obj) if isinstance(obj, Tensor) else obj


@implements(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """With values, broadcast and cast to arr's dtype, put in before the places named along an axis (of the flat
    array)."""
    x, v = array_like(arr), array_like(values)
    v = v if v.dtype == x.dtype else astype(v, dtype=x.dtype)
    places = np.insert(_numbered(x.shape), plain_index(obj), _numbered(v.shape, x.size), axis)
    return along(concatenate((x.reshape(-1), v.reshape(-1))), places, axis=0)


@implements(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """The elements in C order in another shape, from the first on again where they end; zeros of none.

    Raises ValueError for a negative size."""
    x = array_like(a)
    sizes = (new_shape,) if isinstance(new_shape, int | np.integer) else tuple(new_shape)
    shape = tuple(map(operator.index, sizes))
    if min(shape, default=0) < 0:
        raise ValueError(f"resize: {shape}: a negative size")
    if not x.size:
        return Tensor(np.zeros(shape, x.dtype))
    return along(x.reshape(-1), np.resize(np.arange(x.size), shape), axis=0)


@implements(np.trim_zeros)
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """Without the zeros at the ends of each axis (or of some): "f" the front ones, "b" the back ones.

    Raises ValueError for other letters."""
    x, ends = array_like(filt), trim.lower()
    if ends not in ("f", "b", "fb", "bf"):
        raise ValueError(f"trim_zeros: trim is {trim!r}, expected 'f', 'b' or 'fb'")
    found = np.argwhere(plain(x))
    axes = range(x.ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    kept = []
    for k in range(x.ndim):
        if k not in axes:
            kept.append(slice(None))
        elif not len(found):
            kept.append(slice(0, 0))
        else:
            first = found[:, k].min() if "f" in ends else 0
            kept.append(slice(int(first), int(found[:, k].max()) + 1 if "b" in ends else None))
    return x[tuple(kept)]


@composed()
def as_strided(input: Any, size: Any, stride: Any, storage_offset: int | None = None) -> Any:
    """A copy of the elements at offset + Σ index × stride, in elements of the flat input in C order (Torch's, of a
    contiguous input).

    Raises ValueError for negative strides, or places outside."""
    x = array_like(input).reshape(-1)
    shape, steps = tuple(map(operator.index, size)), tuple(map(operator.index, stride))
    if len(shape) != len(steps) or min(steps, default=0) < 0 or min(shape, default=0) < 0:
        raise ValueError(f"as_strided: size {shape}, stride {steps}; expected as many, none negative")
    first = operator.index(storage_offset or 0)
    last = first + sum((n - 1) * s for n, s in zip(shape, steps, strict=True))
    if first < 0 or (0 not in shape and last >= x.size):
        raise ValueError(f"as_strided: places {first} to {last} of {x.size} elements")
    places = np.full(shape, first)
    for k, (n, s) in enumerate(zip(shape, steps, strict=True)):
        places += (np.arange(n) * s).reshape((n,) + (1,) * (len(shape) - 1 - k))
    return along(x, places, axis=0)
