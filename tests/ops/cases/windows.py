"""Sliding windows."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.shapes.windows import overlap_add, windows
from tests.ops.optional import torch
from tests.ops.table import Row, on, real, refused

x = mg.tensor(np.ones((2, 3)), name="x")


def _windows(x: np.ndarray, kernel: Any, stride: Any, dilation: Any) -> np.ndarray:
    lead = x.ndim - len(kernel)
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]
    every = np.lib.stride_tricks.sliding_window_view(x, spans, tuple(range(lead, x.ndim)))
    every = every[(..., *(slice(None, None, s) for s in stride), *(slice(None, None, d) for d in dilation))]
    d = len(kernel)
    return np.moveaxis(every, range(lead + d, lead + 2 * d), range(lead, lead + d))


def _torch_windows(x: Any, kernel: Any, stride: Any, dilation: Any) -> Any:
    lead, d = x.ndim - len(kernel), len(kernel)
    for k in range(d):
        x = x.unfold(lead + k, (kernel[k] - 1) * dilation[k] + 1, stride[k])[..., :: dilation[k]]
    return x.movedim(tuple(range(lead + d, lead + 2 * d)), tuple(range(lead, lead + d)))


def _overlap_add(x: np.ndarray, shape: Any, stride: Any, dilation: Any) -> np.ndarray:
    d = len(shape)
    out = np.zeros((*x.shape[: x.ndim - 2 * d], *shape), x.dtype)
    for at in itertools.product(*map(range, x.shape[x.ndim - 2 * d :])):
        place = tuple(k * t + p * s for k, t, p, s in zip(at[:d], dilation, at[d:], stride))
        out[(..., *place)] += x[(..., *at)]
    return out


def _torch_overlap_add(x: Any, shape: Any, stride: Any, dilation: Any) -> Any:
    d = len(shape)
    lead = x.shape[: x.ndim - 2 * d]
    flat = torch.zeros((*lead, int(np.prod(shape))), dtype=x.dtype)
    places = torch.arange(flat.shape[-1]).reshape(shape)
    at = _torch_windows(places, x.shape[x.ndim - 2 * d : x.ndim - d], stride, dilation)
    return flat.index_add(-1, at.reshape(-1), x.reshape(*lead, at.numel())).reshape(*lead, *shape)


ROWS = [
    Row("windows", windows, _windows, _torch_windows, [
        on(real(2, 6), kernel=(3,), stride=(1,), dilation=(1,)), on(real(7), kernel=(2,), stride=(2,), dilation=(3,)),
        on(real(2, 5, 6), kernel=(2, 3), stride=(1, 2), dilation=(2, 1)),
        on(real(0, 4), kernel=(4,), stride=(1,), dilation=(1,)), on(real(1), kernel=(1,), stride=(1,), dilation=(1,)),
        on(real(3, 4, 2), kernel=(2, 2, 2), stride=(1, 1, 1), dilation=(1, 1, 1))],
        [refused(lambda: windows(x, kernel=(4,), stride=(1,), dilation=(1,)), ValueError, "x (2, 3)",
            "a window of size (4,) does not fit", "(3,)"),
         refused(lambda: windows(x, kernel=(1, 1, 1), stride=(1, 1, 1), dilation=(1, 1, 1)), ValueError,
            "does not fit")],
        dispatches=False, in_place="a view of strides, copied"),
    Row("overlap_add", overlap_add, _overlap_add, _torch_overlap_add, [
        on(real(2, 3, 4), shape=(6,), stride=(1,), dilation=(1,)), on(real(2, 2), shape=(7,), stride=(2,),
            dilation=(3,)),
        on(real(2, 2, 3, 3, 2), shape=(5, 6), stride=(1, 2), dilation=(2, 1)),
        on(real(0, 4, 1), shape=(4,), stride=(1,), dilation=(1,)), on(real(1, 1), shape=(1,), stride=(1,),
            dilation=(1,))],
        [refused(lambda: overlap_add(x, shape=(6,), stride=(1,), dilation=(1,)), ValueError, "windows (2, 3)",
            "shape (6,)")],
        dispatches=False, in_place="adds into an array of zeros"),
]  # fmt: skip
