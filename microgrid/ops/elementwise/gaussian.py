"""The error function and the normal distribution."""

from __future__ import annotations

import math

import numpy as np

from ...core.primitive import primitive
from ..values import scipy
from .arithmetic import Array

__all__ = ["erf", "erfc", "erfcinv", "erfcx", "erfinv", "log_ndtr", "ndtr", "ndtri"]


@primitive(symbol="erf", formula="erf x", latex=r"\operatorname{erf} {x}", torch="erf", elementwise=True)
def erf(x: Array) -> Array:
    """Elementwise error function, 2/√π ∫₀ˣ exp(−t²) dt."""
    return scipy.erf(x)


erf.gradients(lambda g, x: g * (2 / math.sqrt(math.pi) * np.exp(-x * x)))


@primitive(symbol="erfc", formula="1 − erf x", latex=r"\operatorname{erfc} {x}", torch="erfc", elementwise=True)
def erfc(x: Array) -> Array:
    """Elementwise complementary error function, 1 − erf x, exact where that is small."""
    return scipy.erfc(x)


erfc.gradients(lambda g, x: -g * (2 / math.sqrt(math.pi) * np.exp(-x * x)))


@primitive(symbol="erfcx", formula="eˣ² erfc x", latex=r"e^{{x}^2} \operatorname{erfc} {x}", torch="erfcx",
           elementwise=True)  # fmt: skip
def erfcx(x: Array) -> Array:
    """Elementwise scaled complementary error function, exp(x²) erfc x."""
    return scipy.erfcx(x)


erfcx.gradients(lambda g, x, out: g * (2 * x * out - 2 / math.sqrt(math.pi)))


@primitive(symbol="erf⁻¹", formula="erf⁻¹ x", latex=r"\operatorname{erf}^{-1} {x}", torch="erfinv", elementwise=True)
def erfinv(x: Array) -> Array:
    """Elementwise inverse of erf, for −1 ≤ x ≤ 1; NaN elsewhere."""
    return scipy.erfinv(x)


erfinv.gradients(lambda g, out: g * (math.sqrt(math.pi) / 2 * np.exp(out * out)))


@primitive(symbol="erfc⁻¹", formula="erfc⁻¹ x", latex=r"\operatorname{erfc}^{-1} {x}", elementwise=True)
def erfcinv(x: Array) -> Array:
    """Elementwise inverse of erfc, for 0 ≤ x ≤ 2; NaN elsewhere."""
    return scipy.erfcinv(x)


erfcinv.gradients(lambda g, out: -g * (math.sqrt(math.pi) / 2 * np.exp(out * out)))


@primitive(symbol="Φ", formula="Φ(x)", latex=r"\Phi({x})", torch="ndtr", elementwise=True)
def ndtr(x: Array) -> Array:
    """Elementwise normal distribution function Φ, the area below the bell curve up to x."""
    return scipy.ndtr(x)


ndtr.gradients(lambda g, x: g * (np.exp(-0.5 * (x * x)) / math.sqrt(2 * math.pi)))


@primitive(symbol="Φ⁻¹", formula="Φ⁻¹(x)", latex=r"\Phi^{-1}({x})", torch="ndtri", elementwise=True)
def ndtri(x: Array) -> Array:
    """Elementwise inverse of the normal distribution function, for 0 ≤ x ≤ 1; NaN elsewhere."""
    return scipy.ndtri(x)


ndtri.gradients(lambda g, out: g * (math.sqrt(2 * math.pi) * np.exp(0.5 * (out * out))))


@primitive(symbol="log Φ", formula="log Φ(x)", latex=r"\log \Phi({x})", torch="log_ndtr", elementwise=True)
def log_ndtr(x: Array) -> Array:
    """Elementwise logarithm of the normal distribution function, exact far below 0 too."""
    return scipy.log_ndtr(x)


def _log_ndtr_x(g: Array, x: Array, out: Array) -> Array:
    """g φ(x) / Φ(x)"""
    low = x < 0  # there Φ vanishes, and erfcx has the ratio; above it is erfcx that overflows
    tail = math.sqrt(2 / math.pi) / erfcx(np.where(low, x, 0.0) * -math.sqrt(0.5))
    return g * np.where(low, tail, np.exp(-0.5 * (x * x) - out) / math.sqrt(2 * math.pi))


log_ndtr.gradients(_log_ndtr_x)
