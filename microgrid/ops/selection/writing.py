"""NumPy's functions that write to their first argument: here its handle points to what was written, as with x[i] = v.

On plain arrays they do what NumPy's do; a value that carries a gradient is refused there."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.tensor import Tensor
from ..composition import composed
from ..shapes.shape import array_like, broadcast_shapes, broadcast_to, shape_of, whole_axis
from .gathering import scattered, wide
from .indexing import along, checked
from .picking import plain

__all__ = ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"]


def fill(x: Tensor, value: Any) -> None:
    """One value everywhere, in place."""
    if shape_of(value):
        raise ValueError(f"fill: value {shape_of(value)}; expected one number")
    x[...] = value


def _cycled(values: Any, count: int, what: str) -> Any:
    """So many of the values, from the first on again where they end. Raises ValueError for none."""
    v = array_like(values).reshape(-1)
    if v.size == count:
        return v
    if not v.size:
        raise ValueError(f"{what}: no values")
    return along(v, np.arange(count) % v.size, axis=0)


@implements(np.copyto)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """The values of src, broadcast, written to dst where the condition holds.

    Raises TypeError where casting forbids it."""
    if not isinstance(dst, Tensor):
        np.copyto(dst, np.asarray(src), casting, where=plain(where))  # type: ignore[arg-type]
        return
    s: Any = src if isinstance(src, int | float) else array_like(src)
    kind = np.result_type(dst.dtype, s) if isinstance(src, int | float) else s.dtype
    if not np.can_cast(kind, dst.dtype, casting):  # type: ignore[arg-type]
        raise TypeError(f"copyto: {kind} is not cast to {dst.dtype} under the rule {casting!r}")
    if where is True:
        dst[...] = s
        return
    chosen = np.broadcast_to(plain(where), dst.shape)
    dst[chosen] = broadcast_to(array_like(s), shape=dst.shape)[chosen]


@implements(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """The main diagonal of a matrix (of more axes: of one size) written, with values in turn; wrap: and on below it.

    Raises ValueError for a vector, or more axes of different sizes."""
    if not isinstance(a, Tensor):
        np.fill_diagonal(a, np.asarray(val), wrap)
        return
    if a.ndim < 2 or (a.ndim > 2 and len(set(a.shape)) > 1):
        raise ValueError(f"fill_diagonal: {a.shape}; expected a matrix, or axes of one size")
    step = a.shape[1] + 1 if a.ndim == 2 else 1 + int(np.cumprod(a.shape[:-1]).sum())
    end = a.size if wrap or a.ndim > 2 else min(a.size, a.shape[1] * a.shape[1])
    places = np.arange(0, end, step)
    a[np.unravel_index(places, a.shape)] = val if not shape_of(val) else _cycled(val, places.size, "fill_diagonal")


@implements(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """The first values written, in order and in turn, where the mask holds."""
    if not isinstance(arr, Tensor):
        np.place(arr, plain(mask), np.asarray(vals))
        return
    chosen = plain(mask).astype(bool).reshape(arr.shape)
    if count := np.count_nonzero(chosen):
        arr[chosen] = _cycled(vals, int(count), "place")


@implements(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """The values, repeated to the size of a, written where the mask holds."""
    if not isinstance(a, Tensor):
        np.putmask(a, plain(mask), np.asarray(values))
        return
    chosen = plain(mask).astype(bool)
    if chosen.size != a.size:
        raise ValueError(f"putmask: mask {chosen.shape} for {a.shape}; expected as many elements")
    chosen = chosen.reshape(a.shape)
    if chosen.any():
        a[chosen] = _cycled(values, a.size, "putmask").reshape(a.shape)[chosen]


@implements(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Values written, in turn, at places of the flat array; of several for one place the last stays.

    mode: "raise" IndexError for a place out of bounds; "wrap" it around; "clip" it to the ends."""
    if not isinstance(a, Tensor):
        np.put(a, plain(ind), np.asarray(v), mode)  # type: ignore[arg-type]
        return
    places = plain(ind).reshape(-1)
    if mode == "raise":
        places = checked(places, a.size)
    elif mode == "clip":
        places = places.clip(0, a.size - 1)
    elif mode != "wrap":
        raise ValueError(f"put: mode is {mode!r}, expected 'raise', 'wrap' or 'clip'")
    if places.size:
        a[np.unravel_index(places % a.size, a.shape)] = _cycled(v, places.size, "put")


@composed(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None) -> None:
    """Values written at the places that indices name along an axis, the other axes broadcast."""
    if not isinstance(arr, Tensor):
        np.put_along_axis(arr, plain(indices), np.asarray(values), axis)
        return
    i = array_like(indices)
    if axis is None:
        arr[np.unravel_index(checked(plain(i), arr.size) % max(arr.size, 1), arr.shape)] = values
        return
    a = whole_axis(axis, arr.ndim, "put_along_axis")
    _, shape = wide(a, arr, i)
    v = values if not shape_of(values) else broadcast_to(array_like(values), shape=broadcast_shapes(shape))
    arr[...] = scattered(arr, broadcast_to(i, shape=shape), v, axis=a)
