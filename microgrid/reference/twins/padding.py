"""Padding: Torch's calls. The modes that repeat elements are NumPy's to say where; what happens there is Torch's."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.node import Node
from .table import row


@row("pad")
def _pad(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    (x,), width = xs, kw["width"]
    if kw["mode"] == "constant" and not isinstance(kw["value"], tuple):
        return t.nn.functional.pad(x, [p for pair in reversed(width) for p in pair], value=kw["value"])
    mode: dict[str, Any] = {} if kw["mode"] == "constant" else {"mode": kw["mode"]}
    at = np.arange(1, x.numel() + 1).reshape(x.shape)  # 0: no element of x
    at = np.pad(at, [(max(a, 0), max(b, 0)) for a, b in width], **mode)
    frame = np.pad(np.zeros(x.shape), width, constant_values=kw["value"]) if not mode else np.zeros(at.shape)
    cut = tuple(slice(max(-a, 0), s - max(-b, 0)) for s, (a, b) in zip(at.shape, width, strict=True))
    at, frame = t.from_numpy(at[cut].copy()), t.from_numpy(frame[cut].copy()).to(x.dtype)
    if not x.numel():
        return frame
    return t.where(at > 0, x.reshape(-1)[(at - 1).clamp(min=0)], frame)


@row("resample")
def _resample(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    (x,), axis = xs, kw["axis"] % xs[0].ndim
    parts = x.index_select(axis, t.from_numpy(np.array(kw["columns"])))
    if kw["weights"] is not None:
        scale = t.from_numpy(np.array(kw["weights"])).to(x.dtype)
        parts = parts * scale.reshape(-1, *(1,) * (x.ndim - axis - 1))
    return t.zeros(n.shape, dtype=x.dtype).index_add(axis, t.from_numpy(np.array(kw["rows"])), parts)
