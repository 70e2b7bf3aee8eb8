"""np.pad, in all its spellings and modes."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.tensor import Tensor
from ..elementwise.rounding import around, floor
from ..numerics.quantiles import median
from ..reductions import reduction
from ..shapes.joining import concatenate
from ..shapes.shape import astype, broadcast_to
from .padding import COPIED, Pairs, padding

__all__ = [
    "pad",
]  # fmt: skip

STATISTICS: dict[str, Any] = {
    "maximum": reduction.max,
    "mean": reduction.mean,
    "median": median,
    "minimum": reduction.min,
}


@implements(np.pad)
def pad(
    array: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0, end_values: Any = 0,
    stat_length: Any = None, reflect_type: str = "even",
) -> Any:  # fmt: skip
    """The array with a frame of `pad_width` elements, as np.pad: one number, (before, after), one such pair an axis, or
    a dict from axis to them.

    mode: "constant" (of constant_values, spelt as pad_width), "edge", "reflect", "symmetric", "wrap", "linear_ramp" (to
    end_values), "maximum", "mean", "median", "minimum" (of stat_length elements, all by default). torch's pad, which
    counts its axes from the last, is mg.nn.functional.pad.
    Raises ValueError for widths that do not fit or other modes, TypeError for widths that are no integers.
    """
    x: Any = array if isinstance(array, Tensor) else np.asarray(array)
    width = _pairs(pad_width, x.ndim)
    if reflect_type == "odd" and mode in ("reflect", "symmetric"):
        return _framed_along(x, width, functools.partial(_odd, mode))
    if mode == "linear_ramp":
        ends = _spread(np.asarray(end_values), x.ndim)  # raises where a gradient would be lost
        return _framed_along(x, width, lambda x, axis, a, b: _ramps(x, axis, a, b, ends[axis]))
    if mode in STATISTICS:
        lengths = [(None, None)] * x.ndim if stat_length is None else _spread(np.asarray(stat_length), x.ndim).tolist()
        if any(n is not None and n < 1 for pair in lengths for n in pair):
            raise ValueError(f"pad: stat_length is {stat_length!r}, expected at least 1 (None: all elements)")
        return _framed_along(x, width, lambda x, axis, a, b: _statistics(x, axis, a, b, mode, lengths[axis]))
    if mode not in ("constant", *COPIED) or reflect_type != "even":
        odd = f", reflect_type={reflect_type!r}" if reflect_type != "even" else ""
        raise ValueError(
            f"pad: mode={mode!r}{odd} is not differentiated here; expected one of NumPy's modes but 'empty', by name; "
            "mg.concatenate joins any frame"
        )
    value: Any = 0
    if mode == "constant":
        constants = np.asarray(constant_values)  # raises where a gradient would be lost
        value = constants.item() if constants.size == 1 else tuple(map(tuple, _spread(constants, x.ndim).tolist()))
    return padding(x, width=width, mode=mode, value=value)


def _framed_along(x: Any, width: Pairs, sides: Any) -> Any:
    """One axis after the other; sides(x, axis, before, after) are what comes before and after."""
    for axis, (a, b) in enumerate(width):
        if a or b:
            if not x.shape[axis]:
                raise ValueError(f"pad: axis {axis} is empty, which only mode='constant' can extend")
            before, after = sides(x, axis, a, b)
            x = concatenate([before, x, after], axis=axis)
    return x


def _stretch(x: Any, axis: int, start: int, stop: int) -> Any:
    return x[(*(slice(None),) * axis, slice(start, stop))]


def _odd(mode: str, x: Any, axis: int, a: int, b: int) -> tuple[Any, Any]:
    """The reflection turned upside down at the edge."""
    n = x.shape[axis]
    if max(a, b) > n - (mode == "reflect"):
        raise ValueError(
            f"pad: {(a, b)} elements of reflect_type='odd' beside {n}; expected at most {n - (mode == 'reflect')} on a "
            "side (pad twice for more)"
        )
    even = padding(x, width=((0, 0),) * axis + ((a, b),) + ((0, 0),) * (x.ndim - axis - 1), mode=mode, value=0)
    first, last = _stretch(x, axis, 0, 1), _stretch(x, axis, n - 1, n)
    return 2 * first - _stretch(even, axis, 0, a), 2 * last - _stretch(even, axis, a + n, a + n + b)


def _ramps(x: Any, axis: int, a: int, b: int, ends: Any) -> tuple[Any, Any]:
    """Straight lines from the end values to the edges."""
    n, along = x.shape[axis], (-1, *(1,) * (x.ndim - axis - 1))

    def ramp(edge: Any, end: Any, part: np.ndarray) -> Any:
        line = end + (edge - end) * part.reshape(along)
        return astype(line if x.dtype.kind == "f" else floor(line), x.dtype)

    before = ramp(_stretch(x, axis, 0, 1), ends[0], np.arange(a) / max(a, 1))
    return before, ramp(_stretch(x, axis, n - 1, n), ends[1], np.arange(b)[::-1] / max(b, 1))


def _statistics(x: Any, axis: int, a: int, b: int, mode: str, lengths: Any) -> tuple[Any, Any]:
    """Of so many elements at either end, repeated."""
    n, found = x.shape[axis], []
    for count, length, last in ((a, lengths[0], False), (b, lengths[1], True)):
        m = n if length is None else min(length, n)
        value = STATISTICS[mode](_stretch(x, axis, n - m if last else 0, n if last else m), axis=axis, keepdims=True)
        value = astype(value if x.dtype.kind == "f" else around(value), x.dtype)
        found.append(broadcast_to(value, shape=(*x.shape[:axis], count, *x.shape[axis + 1 :])))
    return found[0], found[1]


def _spread(values: np.ndarray, n: int) -> np.ndarray:
    """(before, after) of each of n axes, from NumPy's spellings: one number, a pair, a pair an axis, one an axis."""
    try:
        return np.broadcast_to(values, (n, 2))
    except ValueError:
        raise ValueError(
            f"pad: got shape {values.shape}; expected one number, a pair (before, after), or a pair for each of the "
            f"{n} axes"
        ) from None


def _pairs(given: Any, n: int) -> Pairs:
    if isinstance(given, dict):
        pairs: list[Any] = [(0, 0)] * n
        for axis, width in given.items():
            if not -n <= axis < n:
                raise np.exceptions.AxisError(axis, n, "pad")
            pairs[axis] = (width, width) if isinstance(width, int | np.integer) else tuple(width)
        given = pairs
    widths = np.asarray(given)
    if widths.dtype.kind not in "iu" and widths.size:
        raise TypeError(f"pad: pad_width is {given!r}, expected integers")
    widths = _spread(widths.astype(int), n)
    if (widths < 0).any():
        raise ValueError(
            f"pad: pad_width {given!r} holds a negative number; to cut, index: x[1:-1] (or mg.nn.functional.pad)"
        )
    return tuple((int(a), int(b)) for a, b in widths)
