"""Hypergeometric functions: each one's derivative is the next of its kind, so every order is exact everywhere."""

from __future__ import annotations

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from ..values import scipy
from .refusal import no_gradient

__all__ = ["exprel", "hyp0f1", "hyp1f1", "hyp2f1"]


@primitive(symbol="₀F₁", formula="Σ xᵏ / (v)ₖ k!", latex="{}_0F_1({v}; {x})", elementwise=True)
def hyp0f1(v: Array, x: Array) -> Array:
    """Elementwise confluent hypergeometric limit function ₀F₁(v; x); its gradient is in x."""
    return scipy.hyp0f1(v, x)


hyp0f1.gradients(no_gradient("hyp0f1", "v"), lambda g, v, x: g * (hyp0f1(v + 1, x) / v))


@primitive(symbol="₁F₁", formula="Σ (a)ₖ xᵏ / (b)ₖ k!", latex="{}_1F_1({a}; {b}; {x})", elementwise=True)
def hyp1f1(a: Array, b: Array, x: Array) -> Array:
    """Elementwise confluent hypergeometric function ₁F₁(a; b; x); its gradient is in x."""
    return scipy.hyp1f1(a, b, x)


hyp1f1.gradients(
    no_gradient("hyp1f1", "a"),
    no_gradient("hyp1f1", "b"),
    lambda g, a, b, x: g * (a / b * hyp1f1(a + 1, b + 1, x)),
)


@primitive(symbol="₂F₁", formula="Σ (a)ₖ (b)ₖ xᵏ / (c)ₖ k!", latex="{}_2F_1({a}, {b}; {c}; {x})", elementwise=True)
def hyp2f1(a: Array, b: Array, c: Array, x: Array) -> Array:
    """Elementwise Gauss hypergeometric function ₂F₁(a, b; c; x); its gradient is in x."""
    return scipy.hyp2f1(a, b, c, x)


hyp2f1.gradients(
    no_gradient("hyp2f1", "a"),
    no_gradient("hyp2f1", "b"),
    no_gradient("hyp2f1", "c"),
    lambda g, a, b, c, x: g * (a * b / c * hyp2f1(a + 1, b + 1, c + 1, x)),
)


@primitive(symbol="(eˣ − 1) / x", formula="(eˣ − 1) / x", latex=r"\frac{e^{{x}} - 1}{{x}}", elementwise=True)
def exprel(x: Array) -> Array:
    """Elementwise (exp(x) − 1) / x, exact near 0, where it is 1."""
    return scipy.exprel(x)


exprel.gradients(lambda g, x: g * (0.5 * hyp1f1(2.0, 3.0, x)))
