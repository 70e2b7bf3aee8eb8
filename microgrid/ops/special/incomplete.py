"""The incomplete gamma and beta functions, and their inverses."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from ..elementwise.exponential import xlogy
from ..values import scipy
from .gammas import betaln, digamma, gammaln
from .refusal import no_gradient

__all__ = ["betainc", "betaincinv", "gammainc", "gammaincc", "gammainccinv", "gammaincinv"]

EPS = 4e-16  # two roundings: where sums stop growing
LONGEST = 100_000  # terms: enough for a shape of 10⁸; NaN beyond


# ------------------------------------------------------------------------------------------------ gamma


def gamma_density(a: Array, x: Array) -> Array:
    """xᵃ⁻¹ e⁻ˣ / Γ(a)"""
    return np.exp(xlogy(a - 1, x) - x - gammaln(a))  # 1 at x = 0 for a = 1, where 0 log 0 counts nothing


@primitive(symbol="∂P/∂a", formula="∂P(a, x) / ∂a", latex=r"\frac{\partial P}{\partial a}({a}, {x})", elementwise=True)
def gammainc_shape(a: Array, x: Array) -> Array:
    """Elementwise derivative of gammainc in its shape a.

    By the series below the bulk and the continued fraction above it, where neither cancels."""
    dtype = np.result_type(a, x)
    u, v = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(x, np.float64))
    inside = (u > 0) & (v > 0) & np.isfinite(v)
    out = np.where((u > 0) & ((v == 0) | (v == np.inf)), 0.0, np.nan)
    for where, by in ((inside & (v < u + 1), _by_series), (inside & (v >= u + 1), _by_fraction)):
        if where.any():
            with np.errstate(all="ignore"):  # of shapes beyond what converges, which give NaN
                out[where] = by(u[where], v[where])
    return out.astype(dtype if dtype.kind == "f" else np.float64)


def _by_series(a: Any, x: Any) -> Any:
    """P = xᵃ e⁻ˣ / Γ(a + 1) Σ xⁿ / ((a + 1) … (a + n)), differentiated term by term."""
    total, slope = np.ones_like(a), np.zeros_like(a)
    term, harmonic, n, more = total.copy(), slope.copy(), 0, np.ones(a.shape, bool)
    while more.any() and n < LONGEST:
        n += 1
        term *= x / (a + n)
        harmonic += 1 / (a + n)
        total += term
        slope -= term * harmonic
        more = term * (1 + harmonic) > EPS / 16 * total
    total[more] = np.nan
    return np.exp(a * np.log(x) - x - scipy.gammaln(a + 1)) * (total * (np.log(x) - scipy.psi(a + 1)) + slope)


def _by_fraction(a: Any, x: Any) -> Any:
    """1 − P = xᵃ e⁻ˣ / Γ(a) times a continued fraction, by Lentz's algorithm, which carries the logarithmic derivative
    of each factor along."""
    found, place, b = np.full_like(a, np.nan), np.arange(a.size), x + 1 - a
    k, d, c = a, 1 / b, np.full_like(b, 1e300)
    slope, dd, dc, n = d.copy(), d * d, np.zeros_like(b), 0
    while place.size and n < LONGEST:
        n += 1
        an, b = -n * (n - k), b + 2
        e = an * d + b
        de = n * d + an * dd - 1
        c, dc = b + an / c, n / c - an * (dc / c) / c - 1
        d, dd = 1 / e, -de / e / e
        step = dd / d + dc / c
        slope += step
        more = (np.abs(c * d - 1) > EPS) | (np.abs(step) > EPS * (np.abs(slope) + np.abs(dc / c)))
        if not more.all():
            found[place] = slope
            place, k, b, c, d, dc, dd, slope = (v[more] for v in (place, k, b, c, d, dc, dd, slope))
    return -scipy.gammaincc(a, x) * (np.log(x) - scipy.psi(a) + found)


gammainc_shape.gradients(
    no_gradient("gammainc's derivative in a", "a"),
    lambda g, a, x: g * (gamma_density(a, x) * (np.log(x) - digamma(a))),
)


@primitive(symbol="P(a, x)", formula="1/Γ(a) ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt", latex=r"P({a}, {x})", torch="gammainc",
           elementwise=True)  # fmt: skip
def gammainc(a: Array, x: Array) -> Array:
    """Elementwise regularised lower incomplete gamma function, 1/Γ(a) ∫₀ˣ tᵃ⁻¹ e⁻ᵗ dt.

    Its second derivative in a, twice, raises NotImplementedError."""
    return scipy.gammainc(a, x)


gammainc.gradients(
    lambda g, a, x: g * gammainc_shape(a, x),
    lambda g, a, x: g * gamma_density(a, x),
)


@primitive(symbol="Q(a, x)", formula="1/Γ(a) ∫ₓ^∞ tᵃ⁻¹ e⁻ᵗ dt", latex=r"Q({a}, {x})", torch="gammaincc",
           elementwise=True)  # fmt: skip
def gammaincc(a: Array, x: Array) -> Array:
    """Elementwise regularised upper incomplete gamma function, 1 − gammainc(a, x).

    Its second derivative in a, twice, raises NotImplementedError."""
    return scipy.gammaincc(a, x)


gammaincc.gradients(
    lambda g, a, x: -g * gammainc_shape(a, x),
    lambda g, a, x: -g * gamma_density(a, x),
)


@primitive(symbol="P⁻¹(a, y)", formula="x with P(a, x) = y", latex="P^{-1}({a}, {y})", elementwise=True)
def gammaincinv(a: Array, y: Array) -> Array:
    """Elementwise inverse of gammainc in its second argument."""
    return scipy.gammaincinv(a, y)


gammaincinv.gradients(
    lambda g, a, out: -g * (gammainc_shape(a, out) / gamma_density(a, out)),
    lambda g, a, out: g / gamma_density(a, out),
)


@primitive(symbol="Q⁻¹(a, y)", formula="x with Q(a, x) = y", latex="Q^{-1}({a}, {y})", elementwise=True)
def gammainccinv(a: Array, y: Array) -> Array:
    """Elementwise inverse of gammaincc in its second argument."""
    return scipy.gammainccinv(a, y)


gammainccinv.gradients(
    lambda g, a, out: -g * (gammainc_shape(a, out) / gamma_density(a, out)),
    lambda g, a, out: -g / gamma_density(a, out),
)


# ------------------------------------------------------------------------------------------------ beta


def beta_density(a: Array, b: Array, x: Array) -> Array:
    """xᵃ⁻¹ (1 − x)ᵇ⁻¹ / B(a, b)"""
    return np.exp(xlogy(a - 1, x) + xlogy(b - 1, 1 - x) - betaln(a, b))


@primitive(symbol="I(a, b, x)", formula="1/B(a, b) ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt", latex=r"I_{{x}}({a}, {b})",
           elementwise=True)  # fmt: skip
def betainc(a: Array, b: Array, x: Array) -> Array:
    """Elementwise regularised incomplete beta function, 1/B(a, b) ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt.

    It has a gradient in x only: asking for one in a or b raises NotImplementedError."""
    return scipy.betainc(a, b, x)


betainc.gradients(
    no_gradient("betainc", "a"),
    no_gradient("betainc", "b"),
    lambda g, a, b, x: g * beta_density(a, b, x),
)


@primitive(symbol="I⁻¹(a, b, y)", formula="x with I(a, b, x) = y", latex="I^{-1}_{{y}}({a}, {b})", elementwise=True)
def betaincinv(a: Array, b: Array, y: Array) -> Array:
    """Elementwise inverse of betainc in its third argument; its gradient is in that one."""
    return scipy.betaincinv(a, b, y)


betaincinv.gradients(
    no_gradient("betaincinv", "a"),
    no_gradient("betaincinv", "b"),
    lambda g, a, b, out: g / beta_density(a, b, out),
)
