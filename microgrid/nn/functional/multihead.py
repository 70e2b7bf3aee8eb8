"""Attention by several heads at once, under Torch's name."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import math
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor
from .affine import linear
from .attention import scaled_dot_product_attention
from .inputs import as_tensor
from .noise import dropout

__all__ = ["multi_head_attention_forward"]

NAME = "multi_head_attention_forward"


def multi_head_attention_forward(
    query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: int, num_heads: int,
    in_proj_weight: Tensor | None, in_proj_bias: Tensor | None, bias_k: Tensor | None, bias_v: Tensor | None,
    add_zero_attn: bool, dropout_p: float, out_proj_weight: Tensor, out_proj_bias: Tensor | None,
    training: bool = True, key_padding_mask: Operand | None = None, need_weights: bool = True,
    attn_mask: Operand | None = None, use_separate_proj_weight: bool = False, q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None, v_proj_weight: Tensor | None = None, static_k: Tensor | None = None,
    static_v: Tensor | None = None, average_attn_weights: bool = True, is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:  # fmt: skip
    """(attention's value, its weights or None) of `num_heads` heads, each with its slice of the projections (Vaswani et
    al., 2017).

    query: (L, N, E) or (L, E).  key, value: (S, N, …) or (S, …).  in_proj_weight: (3 E, E), the projections of query,
    key and value one below the other, or use_separate_proj_weight with three of them.  bias_k, bias_v: one more key and
    value, (1, 1, E).  add_zero_attn: one more of zeros.  key_padding_mask: (N, S), attn_mask: (L, S) or (N heads, L,
    S); true where a query must *not* look, numbers are added to the scores.  static_k, static_v: (N heads, S, E /
    heads) in the place of projected keys and values.  is_causal says that attn_mask is causal, and needs one.
    Weights: (N, L, S), the heads' mean, or (N, heads, L, S); those that were dropped are 0 in them.
    Raises ValueError for shapes that do not fit."""
    q, k, v = as_tensor(query), as_tensor(key), as_tensor(value)
    alone = q.ndim == 2
    _fitting(q, k, v, embed_dim_to_check, num_heads, use_separate_proj_weight)
    if is_causal and attn_mask is None:
        raise ValueError(f"{NAME}: is_causal=True says how attn_mask looks; give the mask too")
    if alone:
        q, k, v = (x.reshape((x.shape[0], 1, x.shape[1])) for x in (q, k, v))
    length, batch, embed = q.shape
    if use_separate_proj_weight:
        weights: Any = q_proj_weight, k_proj_weight, v_proj_weight
        if any(w is None for w in weights):
            raise ValueError(f"{NAME}: use_separate_proj_weight=True; give q_proj_weight, k_proj_weight, v_proj_weight")
    elif in_proj_weight is None:
        raise ValueError(f"{NAME}: in_proj_weight is None; give it, or use_separate_proj_weight=True and three of them")
    else:
        weights = ops.split(as_tensor(in_proj_weight), 3)
    biases: Any = (None,) * 3 if in_proj_bias is None else ops.split(as_tensor(in_proj_bias), 3)
    q, k, v = (linear(x, w, b) for x, w, b in zip((q, k, v), weights, biases, strict=True))
    more = 0  # keys that no mask tells of
    if bias_k is not None and bias_v is not None:
        k, v = (
            ops.concatenate([x, ops.broadcast_to(b, (1, batch, embed))]) for x, b in ((k, bias_k), (v, bias_v))
        )  # fmt: skip
        more += 1
    each = embed // num_heads
    q, k, v = (_heads(x, num_heads, each) for x in (q, k, v))
    if static_k is not None:
        k = _given(static_k, batch, num_heads, each, "static_k")
    if static_v is not None:
        v = _given(static_v, batch, num_heads, each, "static_v")
    if add_zero_attn:
        nothing = np.zeros((batch, num_heads, 1, each), q.dtype)
        k, v = (ops.concatenate([x, nothing], axis=-2) for x in (k, v))
        more += 1
    mask = _masked(attn_mask, key_padding_mask, (batch, num_heads, length, k.shape[-2]), more, alone, q.dtype)
    p = dropout_p if training else 0.0
    if need_weights:
        scores = (q * math.sqrt(1 / each)) @ k.mT
        shares = dropout(ops.softmax(scores if mask is None else scores + mask, axis=-1), p)
        out = shares @ v
    else:
        out = scaled_dot_product_attention(q, k, v, mask, p)
    out = linear(ops.moveaxis(out, 2, 0).reshape((length, batch, embed)), out_proj_weight, out_proj_bias)
    out = out.reshape((length, out.shape[-1])) if alone else out
    if not need_weights:
        return out, None
    shares = shares.mean(axis=1) if average_attn_weights else shares
    return out, shares.reshape(shares.shape[1:]) if alone else shares


def _fitting(q: Tensor, k: Tensor, v: Tensor, embed: int, heads: int, separate: bool) -> None:
    """Raises ValueError for what does not fit."""
    if q.ndim not in (2, 3) or not q.ndim == k.ndim == v.ndim:
        raise ValueError(
            f"{NAME}: query {q.shape}, key {k.shape}, value {v.shape}; expected (L, N, E) or (L, E) of all"
        )
    if q.shape[-1] != embed:
        raise ValueError(f"{NAME}: query {q.shape}, expected {embed} features, embed_dim_to_check")
    if heads < 1 or embed % heads:
        raise ValueError(f"{NAME}: {embed} features and {heads} heads; each head takes an equal share of the features")
    if k.shape[:-1] != v.shape[:-1] if separate else k.shape != v.shape:
        raise ValueError(f"{NAME}: key {k.shape}, value {v.shape}; expected as many of both")


def _heads(x: Tensor, heads: int, each: int) -> Tensor:
    """(S, N, E) → (N, heads, S, E / heads)"""
    return ops.permute_dims(x.reshape((*x.shape[:2], heads, each)), (1, 2, 0, 3))


def _given(x: Tensor, batch: int, heads: int, each: int, name: str) -> Tensor:
    if x.ndim != 3 or (x.shape[0], x.shape[2]) != (batch * heads, each):
        raise ValueError(f"{NAME}: {name} {x.shape}, expected ({batch * heads}, S, {each})")
    return x.reshape((batch, heads, *x.shape[1:]))


def _numbers(mask: Any, dtype: Any) -> Tensor:
    """What is added to the scores: −∞ where a mask is true."""
    x = as_tensor(mask)
    if x.dtype.kind not in "bf":
        raise TypeError(f"{NAME}: a mask of {x.dtype}, expected booleans or floating-point numbers")
    return ops.where(x, np.asarray(-math.inf, dtype), np.asarray(0, dtype)) if x.dtype.kind == "b" else x


def _masked(
    mask: Any, padding: Any, shape: tuple[int, ...], more: int, alone: bool, dtype: Any
) -> Tensor | None:  # fmt: skip
    """Both masks as one, of keys that came later too; None where there is none."""
    batch, heads, length, keys = shape
    told = keys - more
    total: Tensor | None = None
    if mask is not None:
        total = _numbers(mask, dtype)
        if total.shape not in ((length, told), (batch * heads, length, told)):
            raise ValueError(
                f"{NAME}: attn_mask {total.shape}, expected {(length, told)} or {(batch * heads, length, told)}"
            )
        total = total.reshape((1, 1, length, told) if total.ndim == 2 else (batch, heads, length, told))
    if padding is not None:
        missing = _numbers(padding, dtype)
        if missing.shape != ((told,) if alone else (batch, told)):
            raise ValueError(
                f"{NAME}: key_padding_mask {missing.shape}, expected {(told,) if alone else (batch, told)}"
            )
        missing = missing.reshape((batch, 1, 1, told))
        total = missing if total is None else total + missing
    if total is None or not more:
        return total
    return ops.concatenate([total, np.zeros((*total.shape[:-1], more), total.dtype)], axis=-1)
