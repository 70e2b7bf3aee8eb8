"""The normal distribution function as GELU takes it: of many numbers in single precision by a rational function,
several times as fast as by erf."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..blocks import MANY, Rational, but, mapped
from .gaussian import erf

# (Φ(x) − ½) / x as a rational function of x², fitted for |x| ≤ 5.7 by least squares of the absolute error, reweighted
# towards the largest: 1.2e-8. In single precision Φ comes out to 3e-7.
_END = 5.7
_CDF = Rational(
    (0.398942215675629, 0.03488738310706486, 0.0047371836438172945, 0.00017879238923097085, 6.3651148106845724e-06,
     2.1592862572249595e-08),
    (1.0, 0.25411526864893635, 0.02922897127271762, 0.001941210963343415, 7.654786512906902e-05,
          1.1646483606547308e-06),
)  # fmt: skip


def cdf(x: Any) -> Any:
    """Φ(x), of a Tensor or an array."""
    if type(x) is not np.ndarray or x.dtype != np.float32 or x.size < MANY:
        return 0.5 * (1 + erf(x * math.sqrt(0.5)))
    return mapped(_cdf, x)


def _cdf(x: Any) -> Any:
    y = np.clip(x, -_END, _END)
    out = _CDF(y * y)
    out *= y
    out += 0.5
    return np.clip(out, 0, 1, out=out)


def cdf_of_value(x: Any, out: Any) -> Any:
    """Φ(x) again: from out = x Φ(x) on arrays; on Tensors anew, with the history that a second derivative needs."""
    if type(x) is not np.ndarray:
        return cdf(x)
    with np.errstate(invalid="ignore"):
        phi = np.asarray(out / x)
    return but(np.abs(x) < 1e-5, phi, x, lambda x: 0.5 + x * (1 / math.sqrt(2 * math.pi)))
