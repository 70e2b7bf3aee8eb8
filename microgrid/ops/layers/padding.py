"""Padding: a frame around an array, constant or taken from what it holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from .resampling import resample

Pairs = tuple[tuple[int, int], ...]
COPIED = ("edge", "reflect", "symmetric", "wrap")  # the frame repeats elements of x


def framed(x: Array, pairs: Pairs, value: Any = 0) -> Array:
    """x with so many elements of a value before and after, along its last axes; negative: with so many fewer."""
    if not any(map(any, pairs)):
        return x
    lead = x.ndim - len(pairs)
    sizes = x.shape[lead:]
    out: Any = np.full((*x.shape[:lead], *(s + a + b for s, (a, b) in zip(sizes, pairs, strict=True))), value, x.dtype)
    source = tuple(slice(max(-a, 0), s - max(-b, 0)) for s, (a, b) in zip(sizes, pairs, strict=True))
    target = tuple(slice(max(a, 0), s + a + b - max(b, 0)) for s, (a, b) in zip(sizes, pairs, strict=True))
    out[(..., *target)] = x[(..., *source)]
    return out


def mapped(size: int, width: tuple[int, int], mode: str) -> np.ndarray:
    """Which element of an axis stands at each place after padding."""
    a, b = width
    at = np.pad(np.arange(size), (max(a, 0), max(b, 0)), mode)  # type: ignore[call-overload]
    return at[max(-a, 0) : len(at) - max(-b, 0)]  # type: ignore[no-any-return]


def negated(pairs: Pairs) -> Pairs:
    """What undoes the padding."""
    return tuple((-a, -b) for a, b in pairs)


def _unfit(x: tuple[int, ...], *, width: Pairs, mode: str, value: Any) -> str | None:
    if len(width) != len(x):
        return f"{len(width)} pairs of widths for {len(x)} axes"
    for k, (s, (a, b)) in enumerate(zip(x, width, strict=True)):
        if s + a + b < 0 or max(-a, 0) > s or max(-b, 0) > s:
            return f"widths {(a, b)} take more than the {s} elements of axis {k}"
        if mode != "constant" and not s and (a or b):
            return f"axis {k} is empty, which mode={mode!r} cannot extend; mode='constant' can"
    return None


def _leading(kw: dict[str, Any], x: tuple[int, ...], out: tuple[int, ...]) -> dict[str, Any]:
    value = kw["value"]
    return {**kw, "width": ((0, 0), *kw["width"]), "value": ((0, 0), *value) if isinstance(value, tuple) else value}


@primitive(name="pad", symbol="pad", formula="x padded by {width}", torch="pad", explain=_unfit, batched=_leading)
def padding(x: Array, *, width: Pairs, mode: str, value: Any) -> Array:
    """x with a frame of a constant, or of elements of x as NumPy's modes take them.

    width: (before, after) of each axis, negative to cut. mode: "constant", "edge", "reflect", "symmetric", "wrap"."""
    if _unfit(x.shape, width=width, mode=mode, value=value):
        raise ValueError("widths")
    if mode == "constant":
        if isinstance(value, tuple):
            return np.pad(x, width, constant_values=value)
        return framed(x, width, value) if any(map(any, width)) else np.array(x)
    for axis, pair in enumerate(width):
        if any(pair):
            x = x.take(mapped(x.shape[axis], pair, mode), axis)
    return x if any(map(any, width)) else np.array(x)


def _pad_x(g: Array, x: Array, width: Pairs, mode: str) -> Array:
    """g without the frame, and what the frame took from x added to where it was taken"""
    if mode == "constant":
        return padding(g, width=negated(width), mode=mode, value=0)
    for axis, pair in enumerate(width):
        if any(pair):
            rows = mapped(x.shape[axis], pair, mode)
            g = resample(
                g, rows=rows, columns=np.arange(len(rows)), weights=None, size=x.shape[axis], axis=axis
            )  # fmt: skip
    return g


padding.gradients(_pad_x)
