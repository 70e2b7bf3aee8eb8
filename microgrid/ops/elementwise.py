"""Elementwise functions of one input, choices between several, and tests of each element."""

from __future__ import annotations

import numpy as np

from ..core.dispatch import implements, values_of
from ..core.primitive import primitive
from .arithmetic import Array

__all__ = [
    "clip", "cos", "exp", "floor", "isfinite", "isinf", "isnan", "log", "maximum", "minimum", "sign", "sin", "sqrt",
    "square", "tanh", "where",
]  # fmt: skip


@primitive(symbol="exp", formula="eˣ", latex="e^{x}", torch="exp", numpy=[np.exp], elementwise=True)
def exp(x: Array) -> Array:
    """Elementwise exponential."""
    return np.exp(x)


exp.gradients(lambda g, out: g * out)


@primitive(symbol="log", formula="log x", latex=r"\log {x}", torch="log", numpy=[np.log], elementwise=True)
def log(x: Array) -> Array:
    """Elementwise natural logarithm."""
    return np.log(x)


log.gradients(lambda g, x: g / x)


@primitive(symbol="√", formula="√x", latex=r"\sqrt{{x}}", torch="sqrt", numpy=[np.sqrt], elementwise=True)
def sqrt(x: Array) -> Array:
    """Elementwise square root."""
    return np.sqrt(x)


sqrt.gradients(lambda g, out: g / (2 * out))


@primitive(symbol="x²", formula="x²", latex="{x}^2", torch="square", numpy=[np.square], elementwise=True)
def square(x: Array) -> Array:
    """Elementwise x · x."""
    return np.square(x)


square.gradients(lambda g, x: g * (2 * x))


@primitive(symbol="sin", formula="sin x", latex=r"\sin {x}", torch="sin", numpy=[np.sin], elementwise=True)
def sin(x: Array) -> Array:
    """Elementwise sine of radians."""
    return np.sin(x)


sin.gradients(lambda g, x: g * np.cos(x))


@primitive(symbol="cos", formula="cos x", latex=r"\cos {x}", torch="cos", numpy=[np.cos], elementwise=True)
def cos(x: Array) -> Array:
    """Elementwise cosine of radians."""
    return np.cos(x)


cos.gradients(lambda g, x: -g * np.sin(x))


@primitive(symbol="tanh", formula="tanh x", latex=r"\tanh {x}", torch="tanh", numpy=[np.tanh], elementwise=True)
def tanh(x: Array) -> Array:
    """Elementwise hyperbolic tangent."""
    return np.tanh(x)


tanh.gradients(lambda g, out: g * (1 - out * out))


@primitive(symbol="sign", formula="sign x", torch="sign", numpy=[np.sign], elementwise=True)
def sign(x: Array) -> Array:
    """Elementwise −1, 0 or 1; its derivative is 0 everywhere, as in Torch."""
    return np.sign(x)


sign.gradients(lambda g: np.zeros_like(g))


@primitive(symbol="⌊x⌋", formula="⌊x⌋", torch="floor", numpy=[np.floor], elementwise=True)
def floor(x: Array) -> Array:
    """Elementwise largest integer at most x; its derivative is 0 everywhere, as in Torch."""
    return np.floor(x)


floor.gradients(lambda g: np.zeros_like(g))


@primitive(symbol="max", formula="max(x, y)", latex=r"\max({x}, {y})", torch="maximum", numpy=[np.maximum],
           elementwise=True)  # fmt: skip
def maximum(x: Array, y: Array) -> Array:
    """Elementwise larger of two; a tie gives half of the gradient to each, as in Torch."""
    return np.maximum(x, y)


maximum.gradients(
    lambda g, x, y: np.where(x == y, g / 2, np.where(x < y, 0.0, g)),
    lambda g, x, y: np.where(x == y, g / 2, np.where(x > y, 0.0, g)),
)


@primitive(symbol="min", formula="min(x, y)", latex=r"\min({x}, {y})", torch="minimum", numpy=[np.minimum],
           elementwise=True)  # fmt: skip
def minimum(x: Array, y: Array) -> Array:
    """Elementwise smaller of two; a tie gives half of the gradient to each, as in Torch."""
    return np.minimum(x, y)


minimum.gradients(
    lambda g, x, y: np.where(x == y, g / 2, np.where(x > y, 0.0, g)),
    lambda g, x, y: np.where(x == y, g / 2, np.where(x < y, 0.0, g)),
)


@primitive(symbol="where", formula="x where c, else y", torch="where", elementwise=True)
def where(condition: Array, x: Array, y: Array) -> Array:
    """Elements of x where the condition holds, of y elsewhere."""
    return np.where(condition, x, y)


where.gradients(
    None,
    lambda g, condition: np.where(condition, g, 0.0),
    lambda g, condition: np.where(condition, 0.0, g),
)


@implements(np.where)
def _where(condition: Array, x: Array = None, y: Array = None) -> Array:
    """np.where of a condition alone is np.nonzero: indices."""
    return np.where(values_of(condition)) if x is None and y is None else where(condition, x, y)


@primitive(symbol="clip", formula="min(max(x, lo), hi)", torch="clamp", numpy=[np.clip], elementwise=True)
def clip(x: Array, min: Array = None, max: Array = None) -> Array:
    """Elements of x kept within bounds; either bound may be None. At a bound the gradient passes, as in Torch."""
    return np.clip(x, min, max)


def _within(x: Array, low: Array, high: Array) -> Array:
    """Where x lies within its bounds, ends included."""
    if low is None or high is None:
        return x <= high if low is None else x >= low
    return (x >= low) & (x <= high)


def _clip_x(g: Array, x: Array, min: Array, max: Array) -> Array:
    """g where lo ≤ x ≤ hi"""
    return g if min is None and max is None else np.where(_within(x, min, max), g, 0.0)


def _clip_min(g: Array, x: Array, min: Array, max: Array) -> Array:
    """g where x < lo"""
    return np.where(x < min if max is None else (x < min) & (min < max), g, 0.0)


def _clip_max(g: Array, x: Array, min: Array, max: Array) -> Array:
    """g where x > hi"""
    return np.where(x > max if min is None else (x > max) | (max < min), g, 0.0)


clip.gradients(_clip_x, _clip_min, _clip_max)


@primitive(symbol="nan?", formula="x is NaN", torch="isnan", numpy=[np.isnan], elementwise=True, gradient=False)
def isnan(x: Array) -> Array:
    """Elementwise whether it is NaN."""
    return np.isnan(x)


@primitive(symbol="∞?", formula="|x| = ∞", torch="isinf", numpy=[np.isinf], elementwise=True, gradient=False)
def isinf(x: Array) -> Array:
    """Elementwise whether it is infinite."""
    return np.isinf(x)


@primitive(symbol="finite?", formula="|x| < ∞", torch="isfinite", numpy=[np.isfinite], elementwise=True, gradient=False)
def isfinite(x: Array) -> Array:
    """Elementwise whether it is neither infinite nor NaN."""
    return np.isfinite(x)
