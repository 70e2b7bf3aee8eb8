"""The gamma function and its kin: factorials, beta, zeta."""

from __future__ import annotations

import math

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..elementwise.arithmetic import Array
from ..values import scipy
from .refusal import no_gradient

__all__ = [
    "beta", "betaln", "binom", "digamma", "factorial", "gamma", "gammaln",
    "gammasgn", "loggamma", "multigammaln", "poch", "polygamma", "psi", "rgamma", "zeta", "zetac",
]  # fmt: skip


@primitive(symbol="ψ", formula="ψ(x)", latex=r"\psi({x})", torch="digamma", elementwise=True)
def digamma(x: Array) -> Array:
    """Elementwise derivative of log Γ, Γ'(x) / Γ(x)."""
    return scipy.psi(x)


@primitive(symbol="ψ⁽ⁿ⁾", formula="ψ⁽ⁿ⁾(x)", latex=r"\psi^{({n})}({x})", torch="polygamma", elementwise=True)
def polygamma(n: Array, x: Array) -> Array:
    """Elementwise n-th derivative of the digamma function; n are integers from 0 on.

    Raises ValueError for a negative n."""
    if np.ndim(n) == 0 and 1 <= n <= 170 and (k := int(n)) == n:  # SciPy's own computes ψ besides, and throws it away
        if k == 1:
            return scipy.trigamma(x)
        return scipy.zeta(k + 1.0, x) * ((-1.0) ** (k + 1) * math.gamma(k + 1.0))
    if np.any(np.less(n, 0)):
        raise ValueError(f"n is {n}, expected 0 (the digamma function) or more")
    x = np.asarray(x)
    return scipy.polygamma(np.asarray(n, x.dtype) if x.dtype.kind == "f" else n, x)  # the order has no say in the dtype


digamma.gradients(lambda g, x: g * polygamma(1, x))
polygamma.gradients(
    None,
    lambda g, n, x: g * polygamma(n + 1, x),
)


@primitive(symbol="Γ", formula="Γ(x)", latex=r"\Gamma({x})", elementwise=True)
def gamma(x: Array) -> Array:
    """Elementwise gamma function, ∫₀^∞ tˣ⁻¹ e⁻ᵗ dt."""
    return scipy.gamma(x)


gamma.gradients(lambda g, x, out: g * (out * digamma(x)))


@primitive(symbol="log Γ", formula="log |Γ(x)|", latex=r"\log |\Gamma({x})|", torch="lgamma", elementwise=True)
def gammaln(x: Array) -> Array:
    """Elementwise logarithm of the gamma function's absolute value."""
    return scipy.gammaln(x)


gammaln.gradients(lambda g, x: g * digamma(x))


@primitive(symbol="1/Γ", formula="1 / Γ(x)", latex=r"\frac{1}{\Gamma({x})}", elementwise=True)
def rgamma(x: Array) -> Array:
    """Elementwise reciprocal of the gamma function; 0 at its poles."""
    return scipy.rgamma(x)


def _rgamma_x(g: Array, x: Array, out: Array) -> Array:
    """−g ψ(x) / Γ(x)"""
    low = x < 0.5  # there by the reflection 1 / Γ(x) = Γ(1 − x) sin πx / π, which is smooth at the poles
    y = np.where(low, 1 - x, 1.0)
    t = np.where(low, x, 0.0) * math.pi
    reflected = gamma(y) * (np.cos(t) - digamma(y) * (np.sin(t) / math.pi))
    return g * np.where(low, reflected, -out * digamma(np.where(low, 1.0, x)))


rgamma.gradients(_rgamma_x)


@primitive(symbol="sign Γ", formula="sign Γ(x)", latex=r"\operatorname{sign} \Gamma({x})", elementwise=True,
           gradient=False)  # fmt: skip
def gammasgn(x: Array) -> Array:
    """Elementwise sign of the gamma function."""
    return scipy.gammasgn(x)


@primitive(symbol="ζ", formula="Σ (k + q)⁻ˣ", latex=r"\zeta({x}, {q})", torch="zeta", elementwise=True)
def zeta(x: Array, q: Array = None) -> Array:
    """Elementwise Hurwitz zeta function, the sum over k ≥ 0 of 1 / (k + q)ˣ; Riemann's without q.

    It has a gradient in q only: asking for one in x raises NotImplementedError."""
    return scipy.zeta(x) if q is None else scipy.zeta(x, q)


zeta.gradients(
    no_gradient("zeta", "x"),
    lambda g, x, q: -g * (x * zeta(x + 1, q)),
)


@primitive(symbol="B", formula="Γ(a) Γ(b) / Γ(a + b)", latex=r"B({a}, {b})", elementwise=True)
def beta(a: Array, b: Array) -> Array:
    """Elementwise beta function, Γ(a) Γ(b) / Γ(a + b)."""
    return scipy.beta(a, b)


beta.gradients(
    lambda g, a, b, out: g * (out * (digamma(a) - digamma(a + b))),
    lambda g, a, b, out: g * (out * (digamma(b) - digamma(a + b))),
)


@primitive(symbol="log B", formula="log |B(a, b)|", latex=r"\log |B({a}, {b})|", elementwise=True)
def betaln(a: Array, b: Array) -> Array:
    """Elementwise logarithm of the beta function's absolute value."""
    return scipy.betaln(a, b)


betaln.gradients(
    lambda g, a, b: g * (digamma(a) - digamma(a + b)),
    lambda g, a, b: g * (digamma(b) - digamma(a + b)),
)


@primitive(symbol="n over k", formula="Γ(n + 1) / (Γ(k + 1) Γ(n − k + 1))", latex=r"\binom{{n}}{{k}}",
           elementwise=True)  # fmt: skip
def binom(n: Array, k: Array) -> Array:
    """Elementwise binomial coefficient, of real numbers too."""
    return scipy.binom(n, k)


binom.gradients(
    lambda g, n, k, out: g * (out * (digamma(n + 1) - digamma(n - k + 1))),
    lambda g, n, k, out: g * (out * (digamma(n - k + 1) - digamma(k + 1))),
)


@primitive(symbol="poch", formula="Γ(x + m) / Γ(x)", latex=r"({x})_{m}", elementwise=True)
def poch(x: Array, m: Array) -> Array:
    """Elementwise rising factorial, Γ(x + m) / Γ(x)."""
    return scipy.poch(x, m)


poch.gradients(
    lambda g, x, m, out: g * (out * (digamma(x + m) - digamma(x))),
    lambda g, x, m, out: g * (out * digamma(x + m)),
)


# ------------------------------------------------------------------------------------------------ composed of them

psi = digamma


def multigammaln(a: Array, d: int) -> Array:
    """Elementwise logarithm of the multivariate gamma function of dimension d.

    Raises ValueError unless d is a positive integer and each a exceeds (d − 1) / 2."""
    if d != int(d) or d < 1:
        raise ValueError(f"multigammaln: d is {d!r}, expected a positive integer (the dimension)")
    x: Array = a if isinstance(a, Tensor) else np.asarray(a)
    if not np.all(detach(x) > (d - 1) / 2):
        raise ValueError(f"multigammaln: a must exceed (d − 1) / 2 = {(d - 1) / 2} everywhere, for d = {d}")
    total = gammaln(x) + d * (d - 1) / 4 * math.log(math.pi)
    for j in range(1, int(d)):
        total = total + gammaln(x - j / 2)
    return total


def loggamma(x: Array) -> Array:
    """Elementwise logarithm of the gamma function; NaN below 0, where it is not real."""
    x = x if isinstance(x, Tensor) else np.asarray(x)
    return gammaln(np.where(x < 0, np.nan, x))


def zetac(x: Array) -> Array:
    """Elementwise Riemann zeta function less 1. It has no gradient: asking for it raises NotImplementedError."""
    return zeta(x) - 1


def factorial(n: Array) -> Array:
    """Elementwise n! = Γ(n + 1), of real numbers too; 0 for a negative n, as in SciPy."""
    x: Array = n if isinstance(n, Tensor) else np.asarray(n)
    low = x < 0
    return np.where(low, 0.0, gamma(np.where(low, 0.0, x) + 1.0))
