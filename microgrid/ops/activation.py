"""Activations."""

from __future__ import annotations

import math

import numpy as np

from ..core.primitive import primitive
from .arithmetic import Array
from .elementwise import exp, tanh
from .reduction import peak
from .special import erf

__all__ = [
    "gelu", "log_softmax", "relu", "sigmoid", "softmax",
]  # fmt: skip


@primitive(symbol="relu", formula="max(x, 0)", latex=r"\max({x}, 0)", torch="relu", elementwise=True)
def relu(x: Array) -> Array:
    """Elementwise max(x, 0); its derivative at 0 is 0."""
    return np.maximum(x, 0)


relu.gradients(lambda g, out: np.where(out <= 0, 0.0, g))


@primitive(symbol="σ", formula="1 / (1 + e⁻ˣ)", latex=r"\sigma({x})", torch="sigmoid", elementwise=True)
def sigmoid(x: Array) -> Array:
    """Elementwise logistic function, without overflow at either end."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


sigmoid.gradients(lambda g, out: g * (out * (1 - out)))


@primitive(symbol="gelu", formula="x Φ(x)", latex=r"{x} \, \Phi({x})", torch="gelu", elementwise=True)
def gelu(x: Array, *, approximate: str = "none") -> Array:
    """Elementwise x Φ(x), Φ the normal distribution function; or its tanh form (Hendrycks and Gimpel, 2016)."""
    if approximate == "none":
        return x * (0.5 * (1 + erf(x * math.sqrt(0.5))))
    if approximate != "tanh":
        raise ValueError(f"approximate is {approximate!r}, expected 'none' or 'tanh'")
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))))


def _gelu_x(g: Array, x: Array, approximate: str) -> Array:
    """g (Φ(x) + x φ(x))"""
    if approximate == "none":
        normal = exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))
        return g * (0.5 * (1 + erf(x * math.sqrt(0.5))) + x * normal)
    k = math.sqrt(2 / math.pi)
    t = tanh(k * (x + 0.044715 * (x * x * x)))
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (k * (1 + 3 * 0.044715 * (x * x))))


gelu.gradients(_gelu_x)


@primitive(symbol="softmax", formula="eˣ / Σ eˣ", latex=r"\operatorname{softmax}({x})", torch="softmax")
def softmax(x: Array, *, axis: int = -1) -> Array:
    """Exponentials normalised to sum 1 along an axis, without overflow."""
    e = np.exp(x - peak(x, axis))
    return e / e.sum(axis=axis, keepdims=True)


softmax.gradients(lambda g, out, axis: out * (g - (g * out).sum(axis=axis, keepdims=True)))


@primitive(symbol="log softmax", formula="x − log Σ eˣ", latex=r"\log \operatorname{softmax}({x})", torch="log_softmax")
def log_softmax(x: Array, *, axis: int = -1) -> Array:
    """Logarithm of the softmax along an axis, without overflow."""
    shifted = x - peak(x, axis)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


log_softmax.gradients(lambda g, out, axis: g - exp(out) * g.sum(axis=axis, keepdims=True))
