"""Airy's functions, the solutions of y″ = x y: each one's slope is another, or x times another, so every order is
exact."""

from __future__ import annotations

from typing import Any

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from ..values import scipy

__all__ = ["airy", "airy_ai"]


@primitive(symbol="Ai", formula="Ai(x)", latex=r"\operatorname{Ai}({x})", elementwise=True)
def airy_ai(x: Array) -> Array:
    """Elementwise Airy function Ai."""
    return scipy.airy_ai(x)


@primitive(symbol="Ai′", formula="Ai′(x)", latex=r"\operatorname{Ai}'({x})", elementwise=True)
def airy_ai_slope(x: Array) -> Array:
    """Elementwise derivative of the Airy function Ai."""
    return scipy.airy_ai_slope(x)


@primitive(symbol="Bi", formula="Bi(x)", latex=r"\operatorname{Bi}({x})", elementwise=True)
def airy_bi(x: Array) -> Array:
    """Elementwise Airy function Bi."""
    return scipy.airy_bi(x)


@primitive(symbol="Bi′", formula="Bi′(x)", latex=r"\operatorname{Bi}'({x})", elementwise=True)
def airy_bi_slope(x: Array) -> Array:
    """Elementwise derivative of the Airy function Bi."""
    return scipy.airy_bi_slope(x)


airy_ai.gradients(lambda g, x: g * airy_ai_slope(x))
airy_ai_slope.gradients(lambda g, x: g * (x * airy_ai(x)))
airy_bi.gradients(lambda g, x: g * airy_bi_slope(x))
airy_bi_slope.gradients(lambda g, x: g * (x * airy_bi(x)))


def airy(x: Array) -> tuple[Any, Any, Any, Any]:
    """Elementwise Airy functions and their derivatives: (Ai, Ai′, Bi, Bi′)."""
    return airy_ai(x), airy_ai_slope(x), airy_bi(x), airy_bi_slope(x)
