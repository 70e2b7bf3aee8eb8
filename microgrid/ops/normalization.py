"""Normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.primitive import primitive
from .arithmetic import Array
from .reduction import mean

__all__ = [
    "layer_norm",
]  # fmt: skip


def _affine_clash(x: tuple[int, ...], *affine: tuple[int, ...], axes: int, eps: float) -> str:
    return f"weight and bias must have the shape {x[-axes:]} of the last {axes} axes of x"


@primitive(
    symbol="layer norm", formula="(x − mean) / √(var + ε) ⊙ w + b", torch="layer_norm", saves=("xhat", "r"),
    broadcasts=True, explain=_affine_clash,
)  # fmt: skip
def layer_norm(x: Array, weight: Array = None, bias: Array = None, *, axes: int = 1, eps: float = 1e-5) -> Any:
    """x normalised over its last `axes` axes to mean 0 and variance 1, scaled and shifted (Ba, Kiros, Hinton, 2016)."""
    if any(p is not None and p.shape != x.shape[-axes:] for p in (weight, bias)):
        raise ValueError("shapes")
    over = tuple(range(-axes, 0))
    xhat = x - mean(x, axis=over, keepdims=True)
    r = 1 / np.sqrt(mean(xhat * xhat, axis=over, keepdims=True) + eps)
    xhat = xhat * r
    out = xhat if weight is None else xhat * weight
    return out if bias is None else out + bias, xhat, r


def _layer_norm_x(g: Array, weight: Array, xhat: Array, r: Array, axes: int) -> Array:
    """r (gw − mean gw − x̂ mean(gw x̂))"""
    over = tuple(range(-axes, 0))
    g = g if weight is None else g * weight
    return (g - mean(g, axis=over, keepdims=True) - xhat * mean(g * xhat, axis=over, keepdims=True)) * r


def _layer_norm_joint(g: Array, x: Array, weight: Array, xhat: Array, r: Array, axes: int, need: list[bool]) -> Any:
    """All three at once, in place."""
    lead, over = tuple(range(g.ndim - axes)), tuple(range(-axes, 0))
    gx = None
    if need[0]:
        gx = np.array(g) if weight is None else g * weight
        slope = mean(gx * xhat, axis=over, keepdims=True)
        gx -= mean(gx, axis=over, keepdims=True)
        gx -= xhat * slope
        gx *= r
    return gx, (g * xhat).sum(axis=lead) if need[1] else None, g.sum(axis=lead) if need[2] else None


layer_norm.gradients(
    _layer_norm_x,
    lambda g, xhat: g * xhat,
    lambda g: g,
    joint=_layer_norm_joint,
)
