"""Sampling at places that are themselves computed, under Torch's names (spatial transformers: Jaderberg, Simonyan,
Zisserman, Kavukcuoglu, 2015). Both the input and the places carry gradients."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.tensor import Operand, Tensor
from ...ops import matmul, moveaxis
from .inputs import as_tensor

__all__ = ["affine_grid", "grid_sample"]


def affine_grid(theta: Operand, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The places that `grid_sample` needs for an affine map.  theta: (N, 2, 3) for a size (N, C, H, W), (N, 3, 4) for
    (N, C, D, H, W); gives (N, H, W, 2) or (N, D, H, W, 3): coordinates from −1 to 1, the last axis's first.

    Raises ValueError for shapes that do not fit, TypeError for integers."""
    t, sizes = as_tensor(theta), tuple(map(int, size))
    d = len(sizes) - 2
    if d not in (2, 3) or t.shape != (sizes[0], d, d + 1) or any(s < 1 for s in sizes):
        raise ValueError(
            f"affine_grid: theta {t.shape}, size {sizes}; expected (N, 2, 3) and (N, C, H, W), or (N, 3, 4) and "
            "(N, C, D, H, W), no size 0"
        )
    if t.dtype.kind != "f":
        raise TypeError(f"affine_grid: theta is {t.dtype}, expected floating-point numbers")
    lines = [
        np.linspace(-1, 1, s) * (1 if s > 1 else 0) if align_corners else (2 * np.arange(s) + 1) / s - 1
        for s in sizes[2:]
    ]
    places = [*np.meshgrid(*lines, indexing="ij")[::-1], np.ones(sizes[2:])]
    base = np.stack(places, -1).reshape(-1, d + 1).astype(t.dtype)
    return matmul(base, t.mT).reshape((sizes[0], *sizes[2:], d))  # type: ignore[no-any-return]


def grid_sample(
    input: Operand, grid: Operand, mode: str = "bilinear", padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:  # fmt: skip
    """The input at the places of a grid.  input: (N, C, H, W) and grid: (N, H', W', 2), or (N, C, D, H, W) and
    (N, D', H', W', 3): coordinates from −1 to 1, the last axis's first; gives (N, C, *the grid's size).

    mode: "bilinear", "nearest", or "bicubic" (of 4 axes). padding_mode, for places outside: "zeros", "border",
    "reflection". align_corners: −1 and 1 are the centres of the corners, instead of their edges.
    Raises ValueError for what does not fit, TypeError for integers.
    """
    x, places = as_tensor(input), as_tensor(grid)
    d = x.ndim - 2
    if d not in (2, 3) or places.ndim != d + 2 or places.shape[-1] != d or len(x) != len(places) or 0 in x.shape[1:]:
        raise ValueError(
            f"grid_sample: input {x.shape}, grid {places.shape}; expected (N, C, H, W) and (N, H', W', 2), or "
            "(N, C, D, H, W) and (N, D', H', W', 3), nothing but N and the grid's sizes 0"
        )
    if mode not in ("bilinear", "nearest", "bicubic") or (mode == "bicubic" and d != 2):
        raise ValueError(f"grid_sample: mode={mode!r}, expected 'bilinear' or 'nearest', or 'bicubic' of 4 axes")
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(f"grid_sample: padding_mode={padding_mode!r}, expected 'zeros', 'border' or 'reflection'")
    if x.dtype != places.dtype or x.dtype.kind != "f":
        raise TypeError(
            f"grid_sample: input {x.dtype}, grid {places.dtype}; expected one dtype of floating-point numbers"
        )
    taps = [
        _taps(places[..., d - 1 - k], s, mode, padding_mode, bool(align_corners)) for k, s in enumerate(x.shape[2:])
    ]
    steps = [math.prod(x.shape[3 + k :]) for k in range(d)]
    flat = x.reshape((*x.shape[:2], math.prod(x.shape[2:])))
    example = np.arange(len(x)).reshape(-1, *(1,) * d)
    total: Any = None
    for corner in itertools.product(*taps):
        index = sum(at * step for (at, _), step in zip(corner, steps, strict=True))
        weight: Any = 1
        for _, w in corner:
            weight = w * weight
        part = flat[example, :, index] * weight[..., None]  # (N, *the grid's size, C)
        total = part if total is None else total + part
    return moveaxis(total, -1, 1)  # type: ignore[no-any-return]


def _taps(g: Tensor, s: int, mode: str, outside: str, align: bool) -> list[tuple[np.ndarray, Any]]:
    """(places along one axis, their weights): what a coordinate is made of."""
    c: Any = (g + 1) * ((s - 1) / 2) if align else ((g + 1) * s - 1) / 2
    if mode != "bicubic" and outside != "zeros":
        value, slope = _brought_in(c.numpy(), s, outside, align)
        c = c * slope + (value - slope * np.nan_to_num(c.numpy()))
    at = c.numpy()
    if mode == "nearest":
        return [_seen(np.rint(at), s, outside, align, c.dtype)]
    low = np.floor(at)
    f = c - low  # the part after the point carries the gradient
    if mode == "bilinear":
        pairs = [(low, 1 - f), (low + 1, f)]
    else:
        a = -0.75  # Keys's cubic kernel (1981)
        near = [((a + 2) * y - (a + 3)) * y * y + 1 for y in (f, 1 - f)]
        far = [((a * y - 5 * a) * y + 8 * a) * y - 4 * a for y in (f + 1, 2 - f)]
        pairs = [(low - 1, far[0]), (low, near[0]), (low + 1, near[1]), (low + 2, far[1])]
    found = []
    for place, w in pairs:
        index, inside = _seen(place, s, outside, align, c.dtype)
        found.append((index, w * inside))
    return found


def _seen(place: np.ndarray, s: int, outside: str, align: bool, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """(a place as an index, 1 where it lies inside, 0 where it counts as zero)."""
    if outside != "zeros":
        place = _brought_in(place, s, outside, align)[0]
    inside = (place >= 0) & (place <= s - 1)
    return np.where(inside, place, 0).astype(int), inside.astype(dtype)


def _brought_in(c: np.ndarray, s: int, outside: str, align: bool) -> tuple[np.ndarray, np.ndarray]:
    """(coordinates moved to within the axis, how they change with the coordinate: 1, −1, 0 at and beyond a border)."""
    c, slope = np.nan_to_num(c), np.ones_like(c)
    if outside == "reflection":
        low, span = (0.0, s - 1) if align else (-0.5, s)
        if span:
            away = np.abs(c - low)
            turns = np.floor(away / span)
            rest = away - turns * span
            odd = turns % 2 == 1
            slope = np.where(odd, -1, 1) * np.where(c < low, -1, 1).astype(c.dtype)
            c = (np.where(odd, span - rest, rest) + low).astype(c.dtype)
        else:
            c, slope = np.zeros_like(c), np.zeros_like(c)
    slope = np.where((c <= 0) | (c >= s - 1), 0, slope).astype(c.dtype)
    return np.clip(c, 0, s - 1), slope
