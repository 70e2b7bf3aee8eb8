"""Attention: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("attention", keep=(3,))
def _attention(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    q, k, v, mask, kept = xs
    if kept is None:
        with t.nn.attention.sdpa_kernel(t.nn.attention.SDPBackend.MATH):  # the others are once differentiable
            lead = t.broadcast_shapes(q.shape[:-2], k.shape[:-2], v.shape[:-2])
            q, k, v = (x.expand(*lead, *x.shape[-2:]) for x in (q, k, v))
            return t.nn.functional.scaled_dot_product_attention(
                q, k, v, mask, is_causal=kw["causal"], scale=kw["scale"]
            )
    s = q @ k.mT * (q.shape[-1] ** -0.5 if kw["scale"] is None else kw["scale"])  # Torch would draw what is kept
    if kw["causal"]:
        s = s.masked_fill(t.ones(s.shape[-2:], dtype=t.bool).triu(1), -t.inf)
    if mask is not None:
        s = s.masked_fill(~mask, -t.inf) if mask.dtype == t.bool else s + mask
    return (t.softmax(s, -1) * kept) @ v
