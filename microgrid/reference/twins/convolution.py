"""Convolution: Torch's calls. Its padding is one number a side, so a frame is put around the input beforehand."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


def framed(t: Any, x: Any, pairs: Any, sign: int = 1) -> Any:
    """Zeros before and after along the last axes (negative: cut)."""
    return t.nn.functional.pad(x, [sign * p for pair in reversed(pairs) for p in pair])


@row("conv")
def _conv(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, w, b = xs
    f = getattr(t.nn.functional, f"conv{w.ndim - 2}d")
    return f(framed(t, x, kw["padding"]), w, b, kw["stride"], 0, kw["dilation"], kw["groups"])


@row("conv_transpose")
def _conv_transpose(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, w = xs
    f = getattr(t.nn.functional, f"conv_transpose{w.ndim - 2}d")
    whole = f(x, w, None, kw["stride"], 0, 0, kw["groups"], kw["dilation"])
    after = [s + a + b - k for s, (a, b), k in zip(kw["shape"], kw["padding"], whole.shape[2:], strict=True)]
    whole = framed(t, whole, [(0, e) for e in after])  # what no window reaches
    return framed(t, whole, kw["padding"], -1)


@row("conv_weight")
def _conv_weight(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, y = xs
    if not len(x):  # Torch has no second derivative of no examples
        return t.zeros(n.shape, dtype=x.dtype) * (x.sum() + y.sum())
    f = getattr(t.nn.grad, f"conv{y.ndim - 2}d_weight")
    return f(framed(t, x, kw["padding"]), n.shape, y, kw["stride"], 0, kw["dilation"], kw["groups"])
