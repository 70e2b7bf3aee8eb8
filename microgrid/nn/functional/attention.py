"""Attention, under Torch's names."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor
from ...ops.layers import attention as core
from .inputs import as_tensor
from .noise import probability

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Operand | None = None, dropout_p: float = 0.0,
    is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False,
) -> Tensor:  # fmt: skip
    """softmax(query · keyᵀ · scale + mask) · value: (…, L, E), (…, S, E), (…, S, V) → (…, L, V).

    attn_mask: broadcasts to (…, L, S); booleans are true where a query may look, numbers are added to the scores.
    is_causal: query i looks at keys up to i, without attn_mask.  scale: 1/√E if None.  dropout_p: weights are dropped
    with this probability, in evaluation too: pass 0.  enable_gqa: several heads (axis −3) of the query share one of
    key and value.  A query that may look nowhere gives 0.
    Raises ValueError for shapes that do not fit, or a mask beside is_causal."""
    if attn_mask is not None and is_causal:
        raise ValueError("scaled_dot_product_attention: give attn_mask or is_causal=True, not both")
    if enable_gqa and query.ndim > 2 and key.ndim > 2 and query.shape[-3] != key.shape[-3]:
        return _grouped(query, key, value, attn_mask, dropout_p, is_causal, scale)
    kept = _kept(query, key, value, attn_mask, dropout_p) if dropout_p else None
    return core.attention(query, key, value, attn_mask, kept, causal=bool(is_causal), scale=scale)


def _kept(query: Tensor, key: Tensor, value: Tensor, mask: Any, p: float) -> Tensor:
    """Which weights are kept, drawn by a recorded operation, and what they are multiplied by."""
    keep = 1.0 - probability(p)
    lead = np.broadcast_shapes(query.shape[:-2], key.shape[:-2], *(() if mask is None else (mask.shape[:-2],)))
    shape = (*lead, query.shape[-2], key.shape[-2])
    scale = 1.0 / keep if keep else 1.0
    return ops.random.bernoulli(p=keep, shape=shape, dtype=query.dtype, scale=scale, generator=None)


def _grouped(query: Tensor, key: Tensor, value: Tensor, mask: Any, p: float, causal: bool, scale: Any) -> Tensor:
    """Heads of the query in groups, each of which shares a head of key and value."""
    heads, shared = query.shape[-3], key.shape[-3]
    if shared == 0 or heads % shared or value.shape[-3] != shared:
        raise ValueError(
            f"scaled_dot_product_attention: query {query.shape} has {heads} heads, key {key.shape} {shared} and value "
            f"{value.shape} {value.shape[-3]}; the query's must be a multiple of theirs"
        )

    def split(x: Any) -> Any:
        return x.reshape((*x.shape[:-3], shared, heads // shared, *x.shape[-2:]))

    if mask is not None and mask.ndim > 2:
        mask = as_tensor(mask)
        mask = split(mask) if mask.shape[-3] == heads else mask.reshape((*mask.shape[:-2], 1, *mask.shape[-2:]))
    out = scaled_dot_product_attention(
        split(query), key.reshape((*key.shape[:-2], 1, *key.shape[-2:])),
        value.reshape((*value.shape[:-2], 1, *value.shape[-2:])), mask, p, causal, scale,
    )  # fmt: skip
    return out.reshape((*query.shape[:-1], value.shape[-1]))
