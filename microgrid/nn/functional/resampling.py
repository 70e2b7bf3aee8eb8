"""Interpolation, under Torch's names."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from ...core.tensor import Operand, Tensor
from ...ops.layers.resampling import resample
from . import adaptive
from .inputs import as_tensor

__all__ = ["interpolate", "upsample", "upsample_bilinear", "upsample_nearest"]

Table: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray | None]  # rows, columns, weights, as `resample` takes them
AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}


def interpolate(
    input: Operand, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest", align_corners: bool | None = None, recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:  # fmt: skip
    """The input resampled to a size, or by a factor.  input: (N, C, L), (N, C, H, W) or (N, C, D, H, W).

    mode: "nearest", "nearest-exact", "linear" (of 3 axes), "bilinear", "bicubic" (of 4), "trilinear" (of 5), or "area"
    (adaptive_avg_pool). align_corners: the corners' centres stay where they are, instead of the corners. antialias:
    bilinear and bicubic average over what falls together when the size shrinks. Where the size follows from a factor,
    recompute_scale_factor says that the coordinates follow from the size, not the factor.
    Raises ValueError for sizes or a mode that do not fit, TypeError for a mean of integers.
    """
    x = as_tensor(input)
    d = x.ndim - 2
    if not 1 <= d <= 3 or 0 in x.shape[1:]:
        raise ValueError(
            f"interpolate: input {x.shape}; expected (N, C, L), (N, C, H, W) or (N, C, D, H, W), nothing but N 0"
        )
    _mode(mode, d, align_corners, antialias, x)
    sizes, factors = _sizes(x.shape[2:], size, scale_factor, recompute_scale_factor)
    if mode == "area":
        return getattr(adaptive, f"adaptive_avg_pool{d}d")(x, sizes)  # type: ignore[no-any-return]
    out: Any = x
    for axis, (n, factor) in enumerate(zip(sizes, factors, strict=True), 2):
        if n != x.shape[axis] or factor is not None:
            rows, columns, weights = _table(mode, x.shape[axis], n, factor, bool(align_corners), antialias)
            out = resample(out, rows=rows, columns=columns, weights=weights, size=n, axis=axis)
    return out if out is not x else x + 0  # type: ignore[no-any-return]


def upsample(
    input: Operand, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest", align_corners: bool | None = None,
) -> Tensor:  # fmt: skip
    """`interpolate`, by its older name."""
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(
    input: Operand, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
) -> Tensor:
    """`interpolate` to the nearest element."""
    return interpolate(input, size, scale_factor)


def upsample_bilinear(
    input: Operand, size: int | Sequence[int] | None = None, scale_factor: float | Sequence[float] | None = None
) -> Tensor:
    """`interpolate` of mode "bilinear", with the corners aligned."""
    return interpolate(input, size, scale_factor, "bilinear", True)


def _mode(mode: str, d: int, align_corners: bool | None, antialias: bool, x: Tensor) -> None:
    known = ("nearest", "nearest-exact", "area", *AXES)
    if mode not in known:
        raise ValueError(f"interpolate: mode={mode!r}, expected {', '.join(map(repr, known[:-1]))} or {known[-1]!r}")
    if mode in AXES and AXES[mode] != d:
        raise ValueError(
            f"interpolate: mode={mode!r} for input {x.shape}; expected {AXES[mode] + 2} axes (N, C and {AXES[mode]} "
            "more)"
        )
    if align_corners is not None and mode not in AXES:
        raise ValueError(f"interpolate: align_corners={align_corners} with mode={mode!r}; expected {', '.join(AXES)}")
    if antialias and mode not in ("bilinear", "bicubic"):
        raise ValueError(f"interpolate: antialias=True with mode={mode!r}; expected 'bilinear' or 'bicubic'")
    if mode in (*AXES, "area") and x.dtype.kind != "f":
        raise TypeError(f"interpolate: the input is {x.dtype}, expected floating-point numbers for mode={mode!r}")


def _sizes(
    shape: tuple[int, ...], size: Any, scale_factor: Any, recompute: bool | None
) -> tuple[tuple[int, ...], Sequence[float | None]]:
    """The value's size, and the factor that gives the coordinates along each axis; None where the sizes do."""
    d = len(shape)
    if (size is None) == (scale_factor is None):
        raise ValueError("interpolate: give either size or scale_factor" + (", not both" if size is not None else ""))
    if size is not None:
        if recompute:
            raise ValueError("interpolate: recompute_scale_factor goes with scale_factor, not with size")
        given = size if isinstance(size, tuple | list) else (size,) * d
        sizes = tuple(map(operator.index, given))
        factors: list[float | None] = [None] * d
    else:
        scales = [*map(float, scale_factor)] if isinstance(scale_factor, tuple | list) else [float(scale_factor)] * d
        if len(scales) != d or any(s <= 0 for s in scales):
            raise ValueError(f"interpolate: scale_factor {scale_factor}; expected a positive number, or {d} of them")
        sizes = tuple(math.floor(s * f) for s, f in zip(shape, scales, strict=True))
        factors = [None] * d if recompute else [*scales]
    if len(sizes) != d or any(s < 1 for s in sizes):
        raise ValueError(f"interpolate: the value would have the size {sizes}; expected {d} sizes of at least 1")
    return sizes, factors


# ------------------------------------------------------------------------------------------------ tables


def _table(mode: str, s: int, n: int, factor: float | None, align: bool, antialias: bool) -> Table:
    """Which elements of an axis of s give each of n, and with which weight."""
    if mode.startswith("nearest"):
        ratio = np.float32(1 / factor if factor else s / n)  # as Torch counts, whatever the dtype
        at = np.arange(n, dtype=np.float32) + np.float32(0.5 if mode == "nearest-exact" else 0)
        return np.arange(n), np.minimum((at * ratio).astype(int), s - 1), None
    scale = ((s - 1) / (n - 1) if n > 1 else 0.0) if align else 1 / factor if factor else s / n
    cubic = mode == "bicubic"
    if antialias:
        return _averaged(s, n, scale, cubic)
    at = np.arange(n) * scale if align else (np.arange(n) + 0.5) * scale - 0.5
    if not cubic:
        at = np.clip(at, 0, s - 1)
    low = np.floor(at).astype(int)
    taps = np.arange(-1, 3) if cubic else np.arange(2)
    columns = low[:, None] + taps
    weights = _cubic(at[:, None] - columns, -0.75) if cubic else np.maximum(1 - np.abs(at[:, None] - columns), 0)
    return np.repeat(np.arange(n), len(taps)), np.clip(columns, 0, s - 1).ravel(), weights.ravel()


def _cubic(x: np.ndarray, a: float) -> np.ndarray:
    """The convolution kernel of cubic interpolation (Keys, 1981), of parameter a."""
    x = np.abs(x)
    near, far = ((a + 2) * x - (a + 3)) * x * x + 1, a * (((x - 5) * x + 8) * x - 4)
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


def _averaged(s: int, n: int, scale: float, cubic: bool) -> Table:
    """The kernel as wide as what falls together."""
    wide = max(scale, 1.0)
    kernel: Callable[[np.ndarray], np.ndarray] = (
        (lambda x: _cubic(x, -0.5)) if cubic else lambda x: np.maximum(1 - np.abs(x), 0)
    )
    reach = (2 if cubic else 1) * wide
    rows, columns, weights = [], [], []
    for i in range(n):
        centre = scale * (i + 0.5)
        at = np.arange(max(int(centre - reach + 0.5), 0), min(int(centre + reach + 0.5), s))
        w = kernel((at - centre + 0.5) / wide)
        rows.append(np.full(len(at), i))
        columns.append(at)
        weights.append(w / w.sum())
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(weights)
