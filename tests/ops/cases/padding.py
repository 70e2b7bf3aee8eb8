"""Padding, and the resampling that takes its frame back."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.layers.padding import padding
from microgrid.ops.layers.resampling import resample
from tests.ops.optional import torch
from tests.ops.table import Row, on, real, refused

x = mg.tensor([[1.0, 2.0, 3.0]], name="x")


def _pad(x: np.ndarray, width: Any, mode: str, value: Any) -> np.ndarray:
    kept = x[tuple(slice(max(-a, 0), s - max(-b, 0)) for s, (a, b) in zip(x.shape, width))]
    rest = np.maximum(np.array(width, int).reshape(-1, 2), 0)
    if not width:  # np.pad takes no scalar
        return np.array(kept)
    if mode == "constant":
        return np.pad(kept, rest, constant_values=value)
    return np.pad(kept, rest, mode)  # type: ignore[call-overload]


def _torch_pad(x: Any, width: Any, mode: str, value: Any) -> Any:
    """By Torch's own modes where it has them for so many axes, else as indices of the elements of x."""
    flat = [p for pair in reversed(width) for p in pair]
    if mode == "constant" and not isinstance(value, tuple):
        return torch.nn.functional.pad(x, flat, value=value)
    known = {"edge": "replicate", "reflect": "reflect", "wrap": "circular"}.get(mode)
    if known and x.ndim == 3 and not any(flat[2:]):
        return torch.nn.functional.pad(x, flat[:2], known)
    places = np.arange(x.numel()).reshape(x.shape)
    at = torch.from_numpy(_pad(places, width, mode, tuple((-1, -1) for _ in width)))
    if mode != "constant":
        return x.reshape(-1)[at]
    frame = torch.from_numpy(_pad(np.zeros(x.shape), width, mode, value)).to(x.dtype)
    return torch.where(at < 0, frame, x.reshape(-1)[at.clamp(min=0)])


def _resample(x: np.ndarray, rows: Any, columns: Any, weights: Any, size: int, axis: int) -> np.ndarray:
    matrix = np.zeros((size, x.shape[axis]))
    np.add.at(matrix, (rows, columns), 1.0 if weights is None else weights)
    return np.moveaxis(np.tensordot(matrix, x.astype(float), (1, axis)), 0, axis).astype(x.dtype)


def _torch_resample(x: Any, rows: Any, columns: Any, weights: Any, size: int, axis: int) -> Any:
    matrix = np.zeros((size, x.shape[axis]))
    np.add.at(matrix, (rows, columns), 1.0 if weights is None else weights)
    return torch.tensordot(torch.from_numpy(matrix).to(x.dtype), x, ([1], [axis])).movedim(0, axis)


def framed(*shape: int, width: Any, mode: str = "constant", value: Any = 0.0) -> Any:
    """A case of padding."""
    return on(real(*shape), width=width, mode=mode, value=value)


def how(rows: Any, columns: Any, weights: Any, size: int, axis: int) -> dict[str, Any]:
    """A case of resampling."""
    return {"rows": np.array(rows, int), "columns": np.array(columns, int),
            "weights": None if weights is None else np.array(weights), "size": size, "axis": axis}  # fmt: skip


ROWS = [
    Row("pad", padding, _pad, _torch_pad, [
        framed(3, 4, width=((1, 2), (0, 3))), framed(3, 4, width=((1, 2), (0, 3)), value=2.5),
        framed(3, 4, width=((-1, 2), (1, -2)), value=-1.0), framed(width=()), framed(1, width=((0, 0),)),
        framed(0, 3, width=((1, 1), (2, 0))), framed(2, 2, width=((1, 1), (2, 1)), value=((1.0, 2.0), (3.0, 4.0))),
        *(framed(2, 3, 4, width=((0, 0), (0, 0), (2, 3)), mode=m) for m in ("edge", "reflect", "wrap", "symmetric")),
        *(framed(3, 4, width=((2, 0), (1, 2)), mode=m) for m in ("edge", "reflect", "wrap", "symmetric")),
        framed(2, width=((5, 7),), mode="reflect"), framed(1, width=((1, 2),), mode="wrap"),
        framed(2, 3, width=((0, 0), (0, 0)), mode="edge"), framed(0, 3, width=((0, 0), (1, 1)), mode="edge")],
        [refused(lambda: padding(x, width=((0, 0),), mode="constant", value=0), ValueError, "pad", "x (1, 3)",
            "1 pairs of widths for 2 axes"),
         refused(lambda: padding(x, width=((0, 0), (-2, -2)), mode="constant", value=0), ValueError,
            "take more than the 3 elements of axis 1"),
         refused(lambda: padding(mg.ones((0, 2)), width=((1, 0), (0, 0)), mode="edge", value=0), ValueError,
            "axis 0 is empty")],
        dispatches=False, in_place="fills an array of the new shape"),
    Row("resample", resample, _resample, _torch_resample, [
        on(real(3, 4), **how([0, 1, 2, 3, 4], [0, 0, 1, 3, 3], None, 5, 1)),
        on(real(3, 4), **how([0, 0, 1, 1], [0, 1, 1, 3], [0.5, 0.5, 0.25, -2.0], 2, -1)),
        on(real(3, 4), **how([2, 0, 2, 0, 0], [1, 2, 0, 0, 2], [1.0, 2.0, 3.0, 4.0, 5.0], 4, 0)),
        on(real(2, 3, 2), **how([2, 0, 2], [1, 2, 0], None, 3, 1)), on(real(4), **how([], [], None, 3, 0)),
        on(real(0, 3), **how([0, 1], [2, 2], None, 2, 1))],
        dispatches=False, in_place="takes and adds up in arrays of its own"),
]  # fmt: skip
