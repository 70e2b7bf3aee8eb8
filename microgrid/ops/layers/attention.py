"""Scaled dot-product attention: one operation, so that the weights are kept once and its gradients share work."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..elementwise.arithmetic import Array
from ..reductions.reduction import added, largest

__all__: list[str] = []


def _attention_clash(
    q: tuple[int, ...], k: tuple[int, ...], v: tuple[int, ...], *more: tuple[int, ...], **how: Any
) -> str | None:
    if min(len(q), len(k), len(v)) < 2 or q[-1] != k[-1] or k[-2] != v[-2]:
        return "expected queries (…, L, E), keys (…, S, E) and values (…, S, V)"
    return f"the mask must broadcast to the scores (…, {q[-2]}, {k[-2]}), and leading axes with each other"


def _scores(q: Array, k: Array, mask: Array, causal: bool, scale: float) -> Array:
    """q kᵀ scale, −∞ where a query must not look."""
    s = (q * scale) @ k.mT
    if causal:
        s = s + np.triu(np.full(s.shape[-2:], -math.inf, s.dtype), 1)
    if mask is not None:
        s = np.where(mask, s, -math.inf) if mask.dtype.kind == "b" else s + mask
    return s


def _softmax(s: Array) -> Array:
    """The softmax along the last axis; zeros where all is −∞. An array is written to."""
    if not s.shape[-1]:
        return s
    top = largest(detach(s), -1, None, None, True)
    top = np.where(np.asarray(top) == -math.inf, 0, top)
    if isinstance(s, Tensor):
        e = np.exp(s - top)
        total = e.sum(axis=-1, keepdims=True)
        return e / np.where(detach(total) == 0, 1.0, total)
    s -= top
    np.exp(s, out=s)
    total = added(s, -1, None, None, True)
    total[total == 0] = 1
    s /= total
    return s


@primitive(
    symbol="attention", formula="softmax(q kᵀ scale + mask) v", latex=r"\operatorname{softmax}({q} {k}^T) {v}",
    torch="scaled_dot_product_attention", saves=("p",), broadcasts=True, explain=_attention_clash,
)  # fmt: skip
def attention(
    q: Array, k: Array, v: Array, mask: Array = None, kept: Array = None, *, causal: bool = False,
    scale: float | None = None,
) -> Any:  # fmt: skip
    """Values v (…, S, V) averaged by how queries q (…, L, E) match keys k (…, S, E) (Vaswani et al., 2017).

    mask: (…, L, S), true where a query may look, or added to the scores; a query that may look nowhere gives 0.
    kept: (…, L, S), what the weights are multiplied by, which is dropout.  causal: query i looks at keys up to i.
    scale: 1/√E if None."""
    if min(q.ndim, k.ndim, v.ndim) < 2:
        raise ValueError("axes")
    p = _softmax(_scores(q, k, mask, causal, _scale(q, scale)))
    return (p if kept is None else p * kept) @ v, p


def _scale(q: Array, scale: float | None) -> float:
    return 1 / math.sqrt(q.shape[-1] or 1) if scale is None else scale


def _scores_slope(g: Array, v: Array, kept: Array, p: Array) -> Array:
    """p ⊙ (g vᵀ − Σ p ⊙ g vᵀ)"""
    d = g @ v.mT
    if kept is not None:
        d = d * kept
    if isinstance(d, Tensor):
        return p * (d - (p * d).sum(axis=-1, keepdims=True))
    d -= np.einsum("...i,...i->...", p, d)[..., None]
    d *= p
    return d


def _attention_q(g: Array, q: Array, k: Array, v: Array, kept: Array, p: Array, scale: float | None) -> Array:
    """(p ⊙ (g vᵀ − Σ p ⊙ g vᵀ)) k scale"""
    return (_scores_slope(g, v, kept, p) @ k) * _scale(q, scale)


def _attention_k(g: Array, q: Array, v: Array, kept: Array, p: Array, scale: float | None) -> Array:
    """(p ⊙ (g vᵀ − Σ p ⊙ g vᵀ))ᵀ q scale"""
    return _scores_slope(g, v, kept, p).mT @ (q * _scale(q, scale))


def _attention_v(g: Array, kept: Array, p: Array) -> Array:
    """pᵀ g"""
    return (p if kept is None else p * kept).mT @ g


def _attention_joint(
    g: Array, q: Array, k: Array, v: Array, mask: Array, kept: Array, p: Array, scale: float | None, need: list[bool]
) -> Any:
    """All at once: the slope of the scores is shared."""
    gq = gk = s = None
    if need[0] or need[1] or need[3]:
        s = _scores_slope(g, v, kept, p)
        by = _scale(q, scale)
        gq = (s @ k) * by if need[0] else None
        gk = s.mT @ (q * by) if need[1] else None
    gv = _attention_v(g, kept, p) if need[2] else None
    return gq, gk, gv, s if need[3] else None, (g @ v.mT) * p if need[4] else None


attention.gradients(
    _attention_q,
    _attention_k,
    _attention_v,
    lambda g, v, kept, p: _scores_slope(g, v, kept, p),
    lambda g, v, p: (g @ v.mT) * p,
    joint=_attention_joint,
)
