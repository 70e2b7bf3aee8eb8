"""Trigonometric and hyperbolic functions, their inverses, and angles."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from . import passes
from .arithmetic import Array

__all__ = [
    "acos", "acosh", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan",
    "atan2", "atanh", "cos", "cosh", "deg2rad", "degrees", "hypot", "rad2deg", "radians", "sin", "sinc", "sinh", "tan",
    "tanh",
]  # fmt: skip


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


@primitive(symbol="tan", formula="tan x", latex=r"\tan {x}", torch="tan", numpy=[np.tan], elementwise=True)
def tan(x: Array) -> Array:
    """Elementwise tangent of radians."""
    return np.tan(x)


tan.gradients(lambda g, out: g * (1 + out * out))


@primitive(symbol="asin", formula="asin x", latex=r"\arcsin {x}", torch="asin", numpy=[np.arcsin], elementwise=True)
def arcsin(x: Array) -> Array:
    """Elementwise inverse sine, in radians."""
    return np.arcsin(x)


arcsin.gradients(lambda g, x: g / np.sqrt(1 - x * x))


@primitive(symbol="acos", formula="acos x", latex=r"\arccos {x}", torch="acos", numpy=[np.arccos], elementwise=True)
def arccos(x: Array) -> Array:
    """Elementwise inverse cosine, in radians."""
    return np.arccos(x)


arccos.gradients(lambda g, x: -g / np.sqrt(1 - x * x))


@primitive(symbol="atan", formula="atan x", latex=r"\arctan {x}", torch="atan", numpy=[np.arctan], elementwise=True)
def arctan(x: Array) -> Array:
    """Elementwise inverse tangent, in radians."""
    return np.arctan(x)


arctan.gradients(lambda g, x: g / (1 + x * x))


@primitive(symbol="atan2", formula="atan2(y, x)", latex=r"\operatorname{atan2}({y}, {x})", torch="atan2",
           numpy=[np.arctan2], elementwise=True)  # fmt: skip
def arctan2(y: Array, x: Array) -> Array:
    """Elementwise angle of the point (x, y), in radians; its derivative at the origin is 0, as in Torch."""
    return np.arctan2(y, x)


def _squared(y: Array, x: Array) -> Array:
    """x² + y²; 1 at the origin, where a quotient by it shall be 0."""
    r = x * x + y * y
    return np.where(r == 0, 1.0, r)


def _arctan2_y(g: Array, y: Array, x: Array) -> Array:
    """g x / (x² + y²)"""
    return g * (x / _squared(y, x))


def _arctan2_x(g: Array, y: Array, x: Array) -> Array:
    """−g y / (x² + y²)"""
    return -g * (y / _squared(y, x))


arctan2.gradients(_arctan2_y, _arctan2_x)


@primitive(symbol="hypot", formula="√(x² + y²)", latex=r"\sqrt{{x}^2 + {y}^2}", torch="hypot", numpy=[np.hypot],
           elementwise=True)  # fmt: skip
def hypot(x: Array, y: Array) -> Array:
    """Elementwise √(x² + y²), without overflow; its derivative at the origin is 0, as that of a norm."""
    return passes.hypot(x, y)


def _off_zero(out: Array) -> Array:
    return out if type(out) is np.ndarray and out.all() else np.where(out == 0, 1.0, out)


def _hypot_x(g: Array, x: Array, out: Array) -> Array:
    """g x / out"""
    return g * (x / _off_zero(out))


def _hypot_y(g: Array, y: Array, out: Array) -> Array:
    """g y / out"""
    return g * (y / _off_zero(out))


hypot.gradients(_hypot_x, _hypot_y)


@primitive(symbol="sinh", formula="sinh x", latex=r"\sinh {x}", torch="sinh", numpy=[np.sinh], elementwise=True)
def sinh(x: Array) -> Array:
    """Elementwise hyperbolic sine."""
    return np.sinh(x)


sinh.gradients(lambda g, x: g * np.cosh(x))


@primitive(symbol="cosh", formula="cosh x", latex=r"\cosh {x}", torch="cosh", numpy=[np.cosh], elementwise=True)
def cosh(x: Array) -> Array:
    """Elementwise hyperbolic cosine."""
    return np.cosh(x)


cosh.gradients(lambda g, x: g * np.sinh(x))


@primitive(symbol="tanh", formula="tanh x", latex=r"\tanh {x}", torch="tanh", numpy=[np.tanh], elementwise=True)
def tanh(x: Array) -> Array:
    """Elementwise hyperbolic tangent."""
    return np.tanh(x)


tanh.gradients(lambda g, out: g * (1 - out * out))


@primitive(symbol="asinh", formula="asinh x", latex=r"\operatorname{arsinh} {x}", torch="asinh", numpy=[np.arcsinh],
           elementwise=True)  # fmt: skip
def arcsinh(x: Array) -> Array:
    """Elementwise inverse hyperbolic sine."""
    return np.arcsinh(x)


arcsinh.gradients(lambda g, x: g / np.sqrt(1 + x * x))


@primitive(symbol="acosh", formula="acosh x", latex=r"\operatorname{arcosh} {x}", torch="acosh", numpy=[np.arccosh],
           elementwise=True)  # fmt: skip
def arccosh(x: Array) -> Array:
    """Elementwise inverse hyperbolic cosine."""
    return np.arccosh(x)


arccosh.gradients(lambda g, x: g / np.sqrt(x * x - 1))


@primitive(symbol="atanh", formula="atanh x", latex=r"\operatorname{artanh} {x}", torch="atanh", numpy=[np.arctanh],
           elementwise=True)  # fmt: skip
def arctanh(x: Array) -> Array:
    """Elementwise inverse hyperbolic tangent."""
    return np.arctanh(x)


arctanh.gradients(lambda g, x: g / (1 - x * x))


def _floats(x: Array) -> bool:
    """Whether x is an array of floating-point numbers, of which a product is ten times as fast as NumPy's function."""
    return type(x) is np.ndarray and x.dtype.kind == "f"


@primitive(symbol="rad", formula="π x / 180", latex=r"\frac{\pi {x}}{180}", torch="deg2rad",
           numpy=[np.deg2rad, np.radians], elementwise=True, linear=True)  # fmt: skip
def deg2rad(x: Array) -> Array:
    """Elementwise degrees in radians."""
    return x * (math.pi / 180) if _floats(x) else np.deg2rad(x)


deg2rad.gradients(lambda g: g * (math.pi / 180))


@primitive(symbol="deg", formula="180 x / π", latex=r"\frac{180 {x}}{\pi}", torch="rad2deg",
           numpy=[np.rad2deg, np.degrees], elementwise=True, linear=True)  # fmt: skip
def rad2deg(x: Array) -> Array:
    """Elementwise radians in degrees."""
    return x * (180 / math.pi) if _floats(x) else np.rad2deg(x)


rad2deg.gradients(lambda g: g * (180 / math.pi))


# ------------------------------------------------------------------------------- sin(πx) / πx, smooth at 0 to any order


@primitive(symbol="sinc", formula="sin πx / πx", latex=r"\operatorname{sinc} {x}", torch="sinc", elementwise=True,
           numpy=[np.sinc])  # fmt: skip
def sinc(x: Array) -> Array:
    """Elementwise sin(πx) / πx, 1 at 0."""
    return np.sinc(x)


@primitive(symbol="sinc⁽ⁿ⁾", formula="dⁿ(sin πx / πx)/dxⁿ", latex=r"\operatorname{sinc}^{({order})} {x}", torch="sinc",
           elementwise=True)  # fmt: skip
def sinc_derivative(x: Array, *, order: int) -> Array:
    """Elementwise derivative of sinc of some order: by its recurrence, near 0 by its series."""
    x = np.asarray(x)
    near = np.abs(x) < 0.25 * order
    safe: Any = np.where(near, 1.0, x)
    out: Any = np.sinc(safe)
    for n in range(1, order + 1):  # (x f)⁽ⁿ⁾ = x f⁽ⁿ⁾ + n f⁽ⁿ⁻¹⁾
        out = (math.pi ** (n - 1) * np.sin(math.pi * safe + n * (math.pi / 2)) - n * out) / safe
    out = np.asarray(out)
    out[near] = _series(x[near], order)
    return out


def _series(x: Any, order: int) -> Any:
    """Σ (−1)ᵏ π²ᵏ x²ᵏ⁻ⁿ / ((2k + 1) (2k − n)!), n the order."""
    first, square, total = -(-order // 2), x * x, 0.0
    for k in reversed(range(first, first + 9 + 2 * order)):
        total = total * square + (-1) ** k * math.pi ** (2 * k) / ((2 * k + 1) * math.factorial(2 * k - order))
    return total * x if order % 2 else total


sinc.gradients(lambda g, x: g * sinc_derivative(x, order=1))
sinc_derivative.gradients(lambda g, x, order: g * sinc_derivative(x, order=order + 1))

acos, acosh, asin, asinh = arccos, arccosh, arcsin, arcsinh
atan, atan2, atanh = arctan, arctan2, arctanh
degrees, radians = rad2deg, deg2rad
