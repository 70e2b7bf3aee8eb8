"""Selection: parts of an array by place, by condition, by mask; and functions applied part by part."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.tensor import Tensor, ops, wrap_constant
from ..composition import composed
from ..shapes.joining import stack
from ..shapes.shape import array_like, astype, broadcast_shapes, broadcast_to, flat, shape_of, whole_axis
from .gathering import gathered
from .indexing import along

__all__ = [
    "apply_along_axis", "apply_over_axes", "argwhere", "choose", "compress", "extract", "flatnonzero", "index_select",
    "narrow", "nonzero", "piecewise", "select", "slice", "take", "unravel_index",
]  # fmt: skip


def plain(x: Any) -> np.ndarray:
    """The numbers alone, of what chooses and is not differentiated: conditions, masks, indices."""
    return np.asarray(x.numpy() if isinstance(x, Tensor) else x)


def as_index(index: Any, what: str) -> Any:
    """Indices as an array of integers. Raises TypeError for other numbers."""
    i = array_like(index)
    if i.dtype.kind not in "iu" and i.size:
        raise TypeError(f"{what}: an index of {i.dtype}; indices are integers (a mask selects with x[mask])")
    return i if i.dtype.kind in "iu" else i.astype(np.intp)


def at_axis(axis: int, index: Any) -> tuple[Any, ...]:
    """The index of places of one axis."""
    return ((builtins.slice(None),) * axis + (index,))


# --------------------------------------------------------------------------------------------- by place


@composed(np.take)
def take(x: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    """The elements that indices name along an axis, or of the flat array: rows of a table for axis 0.

    mode: "raise" IndexError for an index out of bounds; "wrap" it around; "clip" it to the ends."""
    x, i = array_like(x), as_index(indices, "take")
    if axis is None or not x.ndim:
        x, axis = x.reshape(-1), whole_axis(axis or 0, 1, "take")
    n = x.shape[whole_axis(axis, x.ndim, "take")]
    if mode == "wrap":
        i = plain(i) % builtins.max(n, 1)
    elif mode == "clip":
        i = plain(i).clip(0, builtins.max(n - 1, 0))
    elif mode != "raise":
        raise ValueError(f"take: mode is {mode!r}, expected 'raise', 'wrap' or 'clip'")
    return along(x, i, axis=operator.index(axis))


@composed()
def index_select(input: Any, axis: int, index: Any) -> Any:
    """The places that a vector of indices names along an axis (Torch's `take`)."""
    x, i = array_like(input), as_index(index, "index_select")
    if i.ndim > 1:
        raise IndexError(f"index_select: index {i.shape}; expected a vector")
    if not x.ndim:
        return along(x.reshape(1), i.reshape(-1), axis=operator.index(axis)).reshape(())
    return along(x, i.reshape(-1), axis=operator.index(axis))


@composed()
def narrow(input: Any, axis: int, start: Any, length: int) -> Any:
    """A view of `length` places of an axis from start on.

    Raises IndexError for a start outside, ValueError for a length that does not fit."""
    x = array_like(input)
    a = whole_axis(axis, x.ndim, "narrow")
    n, first = x.shape[a], operator.index(start)
    if not -n <= first <= n:
        raise IndexError(f"narrow: start {first} is outside axis {axis} of size {n}")
    first += n if first < 0 else 0
    if length < 0 or first + length > n:
        raise ValueError(f"narrow: {length} places from {first} on do not fit in axis {axis} of size {n}")
    return x[at_axis(a, builtins.slice(first, first + length))]


@composed()
def slice(input: Any, axis: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Any:
    """A view of an axis from start to before end, in steps: x[…, start:end:step, …]."""
    x = array_like(input)
    if step < 1:
        raise ValueError(f"slice: step is {step}, expected at least 1 (flip mirrors)")
    return x[at_axis(whole_axis(axis, x.ndim, "slice"), builtins.slice(start, end, step))]


@implements(np.compress)
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """The places along an axis (of the flat array) where a vector of conditions holds; it may be shorter."""
    chosen = plain(condition)
    if chosen.ndim != 1:
        raise ValueError(f"compress: condition {chosen.shape}; expected a vector (x[mask] takes others)")
    return take(a, np.flatnonzero(chosen), axis=axis)


@implements(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements of the flat array where the condition holds."""
    return along(flat(array_like(arr)), np.flatnonzero(plain(condition)), axis=0)


@implements(np.choose)
def choose(a: Any, choices: Any, mode: str = "raise") -> Any:
    """Elementwise the a-th of several arrays, broadcast together.

    mode: "raise" ValueError for a number out of bounds; "wrap" it around; "clip" it to the ends."""
    which, n = plain(a), len(choices)
    if which.dtype.kind not in "iub":
        raise TypeError(f"choose: numbers of choices are {which.dtype}, expected integers")
    if mode == "wrap":
        which = which % n
    elif mode == "clip":
        which = which.clip(0, n - 1)
    elif mode != "raise":
        raise ValueError(f"choose: mode is {mode!r}, expected 'raise', 'wrap' or 'clip'")
    elif which.size and not (which.min() >= 0 and which.max() < n):
        raise ValueError(f"choose: numbers {which.min()} to {which.max()} of {n} choices")
    shape = broadcast_shapes(which.shape, *(shape_of(c) for c in choices))
    options = stack([broadcast_to(array_like(c), shape=shape) for c in choices])
    return gathered(options, np.broadcast_to(which.astype(np.intp), shape)[None], axis=0)[0]


# --------------------------------------------------------------------------------------------- by condition


@composed()
def nonzero(x: Any) -> Any:
    """The indices of what is not 0: an array an axis. Raises ValueError for a scalar (atleast_1d it)."""
    if not shape_of(x):
        raise ValueError("nonzero: a scalar has no axis to index; atleast_1d(x) has")
    found = np.nonzero(plain(x))
    return tuple(map(wrap_constant, found)) if isinstance(x, Tensor) else found


@composed()
def argwhere(x: Any) -> Any:
    """The indices of what is not 0: a row an element."""
    found = np.argwhere(plain(x))
    return wrap_constant(found) if isinstance(x, Tensor) else found


@composed()
def flatnonzero(x: Any) -> Any:
    """The indices of what is not 0, in the flat array."""
    found = np.flatnonzero(plain(x))
    return wrap_constant(found) if isinstance(x, Tensor) else found


@implements(np.unravel_index)
def unravel_index(indices: Any, shape: Any, order: str = "C") -> Any:
    """The indices, an array an axis, of places in the flat array. Raises TypeError for a shape that is none."""
    if shape is None:  # older NumPys take it for ()
        raise TypeError("unravel_index: shape is None, expected a tuple of sizes")
    found = np.unravel_index(plain(indices), shape, order)  # type: ignore[call-overload]
    return tuple(wrap_constant(np.asarray(f)) for f in found) if isinstance(indices, Tensor) else found


@implements(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Elementwise the choice of the first condition that holds, else the default. (Of one array, an axis and an
    index, what Torch calls select: the view of the axis at the index.)

    Raises ValueError for lists of different lengths, TypeError for conditions that are not booleans."""
    if isinstance(condlist, Tensor) and np.ndim(choicelist) == 0:
        return condlist[at_axis(whole_axis(choicelist, condlist.ndim, "select"), operator.index(default))]
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ValueError(f"select: {len(condlist)} conditions for {len(choicelist)} choices")
    conditions, choices = [array_like(c) for c in condlist], [array_like(c) for c in choicelist]
    for c in conditions:
        if c.dtype != bool:
            raise TypeError(f"select: a condition of {c.dtype}, expected booleans")
    dtype = np.result_type(*(c.dtype for c in choices), default if not hasattr(default, "dtype") else default.dtype)
    shape = broadcast_shapes(*(c.shape for c in (*conditions, *choices)), shape_of(default))
    out = array_like(default)
    for c, v in zip(conditions[::-1], choices[::-1], strict=True):
        out = ops.where(c, v, out)
    out = out if out.dtype == dtype else astype(out, dtype=dtype)
    return out if out.shape == shape else broadcast_to(out, shape=shape)


@implements(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Each function at the elements where its condition holds; one function more is for where none does, else 0.

    Raises ValueError for as many functions as do not fit."""
    x = array_like(x)
    single = not isinstance(condlist, list | tuple) or (len(condlist) > 0 and not shape_of(condlist[0]) and x.ndim > 0)
    conditions = [plain(c).astype(bool) for c in ([condlist] if single and np.ndim(condlist) <= x.ndim else condlist)]
    if len(funclist) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    if len(funclist) != len(conditions):
        raise ValueError(f"piecewise: {len(funclist)} functions for {len(conditions)} conditions")
    parts = [f if not callable(f) else f(x[c], *args, **kw) if c.any() else None
             for c, f in zip(conditions, funclist, strict=True)]  # fmt: skip
    zeros = np.zeros(x.shape, x.dtype)
    out = Tensor(zeros) if any(isinstance(p, Tensor) for p in (x, *parts)) else zeros
    for condition, part in zip(conditions, parts, strict=True):
        if part is not None:
            out[condition] = part
    return out


# --------------------------------------------------------------------------------------------- part by part


@implements(np.apply_along_axis)
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """A function of vectors at every vector along an axis; what it gives stands in that axis's place.

    Raises ValueError where there is no vector to call it on."""
    x = array_like(arr)
    a = whole_axis(axis, x.ndim, "apply_along_axis")
    others = x.shape[:a] + x.shape[a + 1 :]
    order = (*(k for k in range(x.ndim) if k != a), a)
    rows = x.transpose(order).reshape((-1, x.shape[a]))
    if not rows.shape[0]:
        raise ValueError(f"apply_along_axis: {x.shape} has no vector along axis {axis} to call the function on")
    done = stack([func1d(row, *args, **kwargs) for row in rows])
    inner, n = done.shape[1:], len(others)
    out = done.reshape(others + inner)
    return out.transpose((*range(a), *range(n, n + len(inner)), *range(a, n)))


@implements(np.apply_over_axes)
def apply_over_axes(func: Callable[[Any, int], Any], a: Any, axes: int | Sequence[int]) -> Any:
    """A function of an array and an axis, called for each axis in turn; axes that it drops are put back.

    Raises ValueError where it gives another number of axes."""
    x = array_like(a)
    for axis in (axes,) if isinstance(axes, int) else axes:
        k = whole_axis(axis, x.ndim, "apply_over_axes")
        out = func(x, k)
        if out.ndim == x.ndim - 1:
            out = out.reshape((*x.shape[:k], 1, *x.shape[k + 1 :]))
        if out.ndim != x.ndim:
            raise ValueError(f"apply_over_axes: {x.shape} became {out.shape}; expected as many axes, or one less")
        x = out
    return x
