"""Layers: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("layer_norm")
def _layer_norm(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, *affine = xs
    shape = x.shape[x.ndim - kw["axes"] :]
    weight, bias = (None if a is None else t.broadcast_to(a, shape) for a in affine)
    return t.nn.functional.layer_norm(x, shape, weight, bias, kw["eps"])
