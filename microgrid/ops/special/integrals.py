"""Integrals without a name among the elementary functions: exponential, Dawson's, dilogarithm, elliptic."""

from __future__ import annotations

import math

import numpy as np

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from ..values import scipy
from .hypergeometric import exprel, hyp2f1
from .refusal import no_gradient

__all__ = ["dawsn", "ellipe", "ellipk", "ellipkm1", "erfi", "exp1", "expi", "expn", "spence"]


@primitive(symbol="Ei", formula="∫₋∞ˣ eᵗ / t dt", latex=r"\operatorname{Ei}({x})", elementwise=True)
def expi(x: Array) -> Array:
    """Elementwise exponential integral Ei, the principal value of ∫ exp(t) / t from −∞ to x."""
    return scipy.expi(x)


expi.gradients(lambda g, x: g * np.exp(x) / x)


@primitive(symbol="E₁", formula="∫ₓ^∞ e⁻ᵗ / t dt", latex="E_1({x})", elementwise=True)
def exp1(x: Array) -> Array:
    """Elementwise exponential integral E₁, ∫ exp(−t) / t from x to ∞."""
    return scipy.exp1(x)


exp1.gradients(lambda g, x: -g * np.exp(-x) / x)


@primitive(symbol="Eₙ", formula="∫₁^∞ e⁻ˣᵗ / tⁿ dt", latex="E_{{n}}({x})", elementwise=True)
def expn(n: Array, x: Array) -> Array:
    """Elementwise exponential integral Eₙ, ∫ exp(−x t) / tⁿ from 1 to ∞, of integer order n ≥ 0."""
    return scipy.expn(n, x)


def _expn_x(g: Array, n: Array, x: Array) -> Array:
    """−g Eₙ₋₁(x)"""
    zero = np.equal(n, 0)  # E₀ is e⁻ˣ / x, whose slope is no Eₙ
    return -g * np.where(zero, np.exp(-x) * (1 + x) / (x * x), expn(np.where(zero, 1, n) - 1, x))


expn.gradients(no_gradient("expn", "n"), _expn_x)


@primitive(symbol="D", formula="e⁻ˣ² ∫₀ˣ eᵗ² dt", latex="D({x})", elementwise=True)
def dawsn(x: Array) -> Array:
    """Elementwise Dawson's integral, exp(−x²) ∫₀ˣ exp(t²) dt."""
    return scipy.dawsn(x)


dawsn.gradients(lambda g, x, out: g * (1 - 2 * x * out))


@primitive(symbol="erfi", formula="2/√π ∫₀ˣ eᵗ² dt", latex=r"\operatorname{erfi} {x}", elementwise=True)
def erfi(x: Array) -> Array:
    """Elementwise imaginary error function, 2/√π ∫₀ˣ exp(t²) dt."""
    return scipy.erfi(x)


erfi.gradients(lambda g, x: g * (2 / math.sqrt(math.pi) * np.exp(x * x)))


@primitive(symbol="Li₂(1 − x)", formula="∫₁ˣ log t / (1 − t) dt", latex=r"\operatorname{Li}_2(1 - {x})",
           elementwise=True)  # fmt: skip
def spence(x: Array) -> Array:
    """Elementwise dilogarithm in SciPy's form, Li₂(1 − x) = ∫ log t / (1 − t) from 1 to x."""
    return scipy.spence(x)


spence.gradients(lambda g, x: -g / exprel(np.log(x)))  # log x / (1 − x), smooth at 1


@primitive(symbol="K", formula="∫₀^π/2 (1 − m sin²t)^−½ dt", latex="K({m})", elementwise=True)
def ellipk(m: Array) -> Array:
    """Elementwise complete elliptic integral of the first kind, of the parameter m = k²."""
    return scipy.ellipk(m)


@primitive(symbol="E", formula="∫₀^π/2 (1 − m sin²t)^½ dt", latex="E({m})", elementwise=True)
def ellipe(m: Array) -> Array:
    """Elementwise complete elliptic integral of the second kind, of the parameter m = k²."""
    return scipy.ellipe(m)


@primitive(symbol="K(1 − p)", formula="K(1 − p)", latex="K(1 - {p})", elementwise=True)
def ellipkm1(p: Array) -> Array:
    """Elementwise complete elliptic integral of the first kind, of 1 − p, exact for small p."""
    return scipy.ellipkm1(p)


# K = π/2 ₂F₁(½, ½; 1; m) and E = π/2 ₂F₁(−½, ½; 1; m), whose slopes are smooth at 0, where the textbook's quotients
# by m are not.
ellipk.gradients(lambda g, m: g * (math.pi / 8 * hyp2f1(1.5, 1.5, 2.0, m)))
ellipe.gradients(lambda g, m: -g * (math.pi / 8 * hyp2f1(0.5, 1.5, 2.0, m)))
ellipkm1.gradients(lambda g, p: -g * (math.pi / 8 * hyp2f1(1.5, 1.5, 2.0, 1 - p)))
