"""Elementary functions in SciPy's spelling, each exact where the plain formula would cancel; composed of operations."""

from __future__ import annotations

import math

import numpy as np

from ...core.tensor import Tensor
from ..elementwise.arithmetic import Array
from .hypergeometric import exprel

__all__ = [
    "boxcox", "boxcox1p", "cosdg", "cosm1", "cotdg", "exp10", "huber", "inv_boxcox", "inv_boxcox1p", "pseudo_huber",
    "radian", "sindg", "softplus", "tandg",
]  # fmt: skip


def _array(x: Array) -> Array:
    return x if isinstance(x, Tensor) else np.asarray(x)


def exp10(x: Array) -> Array:
    """Elementwise 10 to the power x."""
    return np.power(10.0, x)


def cosm1(x: Array) -> Array:
    """Elementwise cos x − 1, exact near 0."""
    return -2 * np.square(np.sin(x / 2))


def softplus(x: Array) -> Array:
    """Elementwise log(1 + exp(x)), without overflow."""
    return np.logaddexp(x, 0.0)


def boxcox(x: Array, lmbda: Array) -> Array:
    """Elementwise Box–Cox transform (x^λ − 1) / λ; log x for λ = 0, smoothly."""
    log = np.log(x)
    return log * exprel(lmbda * log)


def boxcox1p(x: Array, lmbda: Array) -> Array:
    """Elementwise Box–Cox transform of 1 + x."""
    log = np.log1p(x)
    return log * exprel(lmbda * log)


def inv_boxcox(y: Array, lmbda: Array) -> Array:
    """Elementwise inverse of boxcox: (1 + λ y)^(1/λ); exp(y) for λ = 0."""
    return np.exp(_log_inverse(y, lmbda))


def inv_boxcox1p(y: Array, lmbda: Array) -> Array:
    """Elementwise inverse of boxcox1p."""
    return np.expm1(_log_inverse(y, lmbda))


def _log_inverse(y: Array, lmbda: Array) -> Array:
    """log(1 + λ y) / λ, and y for λ = 0: y / exprel(log(1 + λ y)), without a quotient by λ."""
    return y / exprel(np.log1p(_array(lmbda) * y))


def huber(delta: Array, r: Array) -> Array:
    """Elementwise Huber loss: r² / 2 for |r| ≤ δ, δ (|r| − δ / 2) beyond; ∞ for δ < 0."""
    delta, r = _array(delta), _array(r)
    size = np.abs(r)
    return np.where(delta < 0, np.inf, np.where(size <= delta, 0.5 * (r * r), delta * (size - 0.5 * delta)))


def pseudo_huber(delta: Array, r: Array) -> Array:
    """Elementwise smooth Huber loss δ² (√(1 + (r / δ)²) − 1); 0 for δ = 0 or r = 0, ∞ for δ < 0."""
    delta, r = _array(delta), _array(r)
    still = delta == 0
    u = r / np.where(still, 1.0, delta)
    u = u * u
    value = np.where(still, 0.0, delta) ** 2 * (u / (1 + np.sqrt(1 + u)))
    return np.where(delta < 0, np.inf, value)


def sindg(x: Array) -> Array:
    """Elementwise sine of degrees."""
    return np.sin(x * (math.pi / 180))


def cosdg(x: Array) -> Array:
    """Elementwise cosine of degrees."""
    return np.cos(x * (math.pi / 180))


def tandg(x: Array) -> Array:
    """Elementwise tangent of degrees."""
    return np.tan(x * (math.pi / 180))


def cotdg(x: Array) -> Array:
    """Elementwise cotangent of degrees."""
    return 1 / tandg(x)


def radian(d: Array, m: Array, s: Array) -> Array:
    """Elementwise radians of degrees, minutes and seconds."""
    return (d + m / 60 + s / 3600) * (math.pi / 180)
