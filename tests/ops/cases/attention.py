"""Attention."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.layers.attention import attention
from tests.ops.optional import torch
from tests.ops.table import Row, at, booleans, kink, on, positive, real, refused

q = mg.tensor(np.ones((4, 3)), name="q")
MASK = np.array([[True, False, True, True, False], [False, True, True, False, True]])
NONE = np.where(MASK, 0.5, -np.inf)


def _attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, mask: Any = None, kept: Any = None, causal: bool = False,
    scale: float | None = None,
) -> np.ndarray:  # fmt: skip
    s = q @ np.swapaxes(k, -1, -2) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if causal:
        mask = np.tri(*s.shape[-2:], dtype=bool)
    if mask is not None:
        s = np.where(mask, s, -np.inf) if mask.dtype == bool else s + mask
    p = np.exp(s - s.max(axis=-1, keepdims=True, initial=-1e3))
    total = p.sum(axis=-1, keepdims=True)
    p = p / np.where(total == 0, 1, total)  # of nothing to look at
    return ((p if kept is None else p * kept) @ v).astype(v.dtype)


def _torch_attention(
    q: Any, k: Any, v: Any, mask: Any = None, kept: Any = None, causal: bool = False, scale: float | None = None
) -> Any:
    if kept is not None:  # Torch would draw it
        return (torch.softmax(q @ k.mT / math.sqrt(q.shape[-1]) + mask, -1) * kept) @ v
    lead = torch.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
    q, k, v = (x.expand(*lead, *x.shape[-2:]) for x in (q, k, v))
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):  # the twice differentiable one
        return torch.nn.functional.scaled_dot_product_attention(q, k, v, mask, is_causal=causal, scale=scale)


ROWS = [
    Row("attention", attention, _attention, _torch_attention, [
        on(real(4, 3), real(5, 3), real(5, 2)), on(real(2, 4, 3), real(2, 5, 3), real(2, 5, 3), causal=True),
        on(real(2, 3, 4, 2), real(2, 3, 4, 2), real(2, 3, 4, 2), causal=True, scale=0.3),
        on(real(2, 3), real(5, 3), real(5, 2), at(MASK)), on(real(3, 2, 3), real(3, 5, 3), real(3, 5, 2), real(2, 5)),
        on(real(3, 2, 3), real(1, 5, 3), real(3, 5, 2), real(3, 2, 5)), on(real(2, 3), real(5, 3), real(5, 2), real(5)),
        on(real(2, 3), real(5, 3), real(5, 2), real(2, 5), positive(2, 5)),
        on(real(2, 3).still(), real(5, 3), real(5, 2).still()), on(real(0, 3), real(5, 3), real(5, 2)),
        on(real(1, 1), real(1, 1), real(1, 1)), on(real(2, 3), real(5, 3), real(5, 2), at(NONE)),
        kink(real(2, 3), real(4, 3), real(4, 2), at([[True, False, True, False], [False] * 4])),  # nothing to look at
        on(real(3, 4, 3), real(3, 5, 3), real(3, 5, 2), booleans(1, 4, 5).still()),
        ], [
        refused(lambda: attention(q, mg.ones((5, 2)), mg.ones((5, 2))), ValueError, "attention: q (4, 3)", "L, E"),
        refused(lambda: attention(q, mg.ones((5, 3)), mg.ones((4, 2))), ValueError, "values (…, S, V)"),
        refused(lambda: attention(mg.ones(3), mg.ones((5, 3)), mg.ones((5, 2))), ValueError, "queries (…, L, E)"),
        refused(lambda: attention(q, q, q, mg.ones((3, 3))), ValueError, "must broadcast to the scores (…, 4, 4)")],
        dispatches=False),
]  # fmt: skip
