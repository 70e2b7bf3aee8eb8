"""Exponentials, logarithms and roots."""

from __future__ import annotations

import math

import numpy as np

from ...core.primitive import primitive
from . import passes
from .arithmetic import Array
from .floats import select

__all__ = [
    "cbrt",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logaddexp2",
    "rsqrt",
    "sqrt",
    "xlogy",
]  # fmt: skip

LN2, LN10 = math.log(2), math.log(10)


@primitive(symbol="exp", formula="eˣ", latex="e^{x}", torch="exp", numpy=[np.exp], elementwise=True)
def exp(x: Array) -> Array:
    """Elementwise exponential."""
    return np.exp(x)


exp.gradients(lambda g, out: g * out)


@primitive(symbol="exp2", formula="2ˣ", latex="2^{x}", torch="exp2", numpy=[np.exp2], elementwise=True)
def exp2(x: Array) -> Array:
    """Elementwise 2 to the power x."""
    return np.exp2(x)


exp2.gradients(lambda g, out: g * out * LN2)


@primitive(symbol="expm1", formula="eˣ − 1", latex="e^{x} - 1", torch="expm1", numpy=[np.expm1], elementwise=True)
def expm1(x: Array) -> Array:
    """Elementwise eˣ − 1, exact near 0."""
    return np.expm1(x)


expm1.gradients(lambda g, out: g * (out + 1))


@primitive(symbol="log", formula="log x", latex=r"\log {x}", torch="log", numpy=[np.log], elementwise=True)
def log(x: Array) -> Array:
    """Elementwise natural logarithm."""
    return np.log(x)


log.gradients(lambda g, x: g / x)


@primitive(symbol="log2", formula="log₂ x", latex=r"\log_2 {x}", torch="log2", numpy=[np.log2], elementwise=True)
def log2(x: Array) -> Array:
    """Elementwise logarithm to base 2."""
    return np.log2(x)


log2.gradients(lambda g, x: g / (x * LN2))


@primitive(symbol="log10", formula="log₁₀ x", latex=r"\log_{10} {x}", torch="log10", numpy=[np.log10], elementwise=True)
def log10(x: Array) -> Array:
    """Elementwise logarithm to base 10."""
    return np.log10(x)


log10.gradients(lambda g, x: g / (x * LN10))


@primitive(symbol="log1p", formula="log(1 + x)", latex=r"\log(1 + {x})", torch="log1p", numpy=[np.log1p],
           elementwise=True)  # fmt: skip
def log1p(x: Array) -> Array:
    """Elementwise log(1 + x), exact near 0."""
    return np.log1p(x)


log1p.gradients(lambda g, x: g / (x + 1))


@primitive(symbol="√", formula="√x", latex=r"\sqrt{{x}}", torch="sqrt", numpy=[np.sqrt], elementwise=True)
def sqrt(x: Array) -> Array:
    """Elementwise square root."""
    return np.sqrt(x)


sqrt.gradients(lambda g, out: g / (2 * out))


@primitive(symbol="1/√", formula="1 / √x", latex=r"\frac{1}{\sqrt{{x}}}", torch="rsqrt", elementwise=True)
def rsqrt(x: Array) -> Array:
    """Elementwise 1 / √x."""
    return 1 / np.sqrt(x)


rsqrt.gradients(lambda g, out: -0.5 * g * (out * out * out))


@primitive(symbol="∛", formula="∛x", latex=r"\sqrt[3]{{x}}", torch="pow", numpy=[np.cbrt], elementwise=True)
def cbrt(x: Array) -> Array:
    """Elementwise cube root, of negative numbers too."""
    return np.cbrt(x)


cbrt.gradients(lambda g, out: g / (3 * (out * out)))


def _share(x: Array, out: Array) -> Array:
    """x − out, 0 where x is all of it (an infinity is)."""
    return select(x == out, 0.0, x - out)


@primitive(symbol="log(eˣ + eʸ)", formula="log(eˣ + eʸ)", latex=r"\log(e^{x} + e^{y})", torch="logaddexp",
           numpy=[np.logaddexp], elementwise=True)  # fmt: skip
def logaddexp(x: Array, y: Array) -> Array:
    """Elementwise log(eˣ + eʸ), without overflow."""
    return passes.logaddexp(x, y)


def _logaddexp_x(g: Array, x: Array, out: Array) -> Array:
    """g eˣ⁻ᵒᵘᵗ"""
    return g * np.exp(_share(x, out))


def _logaddexp_y(g: Array, y: Array, out: Array) -> Array:
    """g eʸ⁻ᵒᵘᵗ"""
    return g * np.exp(_share(y, out))


logaddexp.gradients(_logaddexp_x, _logaddexp_y)


@primitive(symbol="log₂(2ˣ + 2ʸ)", formula="log₂(2ˣ + 2ʸ)", latex=r"\log_2(2^{x} + 2^{y})", torch="logaddexp2",
           numpy=[np.logaddexp2], elementwise=True)  # fmt: skip
def logaddexp2(x: Array, y: Array) -> Array:
    """Elementwise log₂(2ˣ + 2ʸ), without overflow."""
    return passes.logaddexp2(x, y)


def _logaddexp2_x(g: Array, x: Array, out: Array) -> Array:
    """g 2ˣ⁻ᵒᵘᵗ"""
    return g * np.exp2(_share(x, out))


def _logaddexp2_y(g: Array, y: Array, out: Array) -> Array:
    """g 2ʸ⁻ᵒᵘᵗ"""
    return g * np.exp2(_share(y, out))


logaddexp2.gradients(_logaddexp2_x, _logaddexp2_y)


@primitive(symbol="x log y", formula="x log y", latex=r"{x} \log {y}", torch="xlogy", elementwise=True)
def xlogy(x: Array, y: Array) -> Array:
    """Elementwise x log y, and 0 where x is 0, unless y is NaN."""
    zero = (x == 0) & (y == y)
    return np.where(zero, 0.0, x) * np.log(np.where(zero, 1.0, y))


def _xlogy_x(g: Array, x: Array, y: Array) -> Array:
    """g log y, 0 where x = 0 ≥ y"""
    return np.where((x == 0) & (y <= 0), 0.0, xlogy(g, y))


def _xlogy_y(g: Array, x: Array, y: Array) -> Array:
    """g x / y, 0 where x = 0 = y"""
    return g * (x / np.where((x == 0) & (y == 0), 1.0, y))


xlogy.gradients(_xlogy_x, _xlogy_y)
