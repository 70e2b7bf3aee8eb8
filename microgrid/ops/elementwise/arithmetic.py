"""Arithmetic with broadcasting: what Python's operators mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..composition import composed
from . import passes
from .floats import double, floating

__all__ = [
    "abs", "absolute", "divide", "divmod", "fabs", "float_power", "floor_divide", "fmod", "mod", "multiply",
    "negative", "positive", "pow", "power", "reciprocal", "remainder", "square", "subtract", "true_divide",
]  # fmt: skip

Array = Any  # an array or a Tensor: bodies and rules run on both


@primitive(
    symbol="+", formula="x + y", latex="{x} + {y}", torch="add", operator="add", numpy=[np.add],
    elementwise=True, linear=True,
)  # fmt: skip
def add(x: Array, y: Array) -> Array:
    """Elementwise sum."""
    return x + y


add.gradients(
    lambda g: g,
    lambda g: g,
)


@primitive(
    symbol="−", formula="x − y", latex="{x} - {y}", torch="sub", operator="sub", numpy=[np.subtract],
    elementwise=True, linear=True,
)  # fmt: skip
def subtract(x: Array, y: Array) -> Array:
    """Elementwise difference."""
    return x - y


subtract.gradients(
    lambda g: g,
    lambda g: -g,
)


@primitive(
    symbol="×", formula="x ⊙ y", latex=r"{x} \odot {y}", torch="mul", operator="mul", numpy=[np.multiply],
    elementwise=True,
)  # fmt: skip
def multiply(x: Array, y: Array) -> Array:
    """Elementwise product."""
    return x * y


multiply.gradients(
    lambda g, y: g * y,
    lambda g, x: g * x,
)


@primitive(
    symbol="÷", formula="x / y", latex=r"\frac{{x}}{{y}}", torch="div", operator="truediv",
    numpy=[np.divide], elementwise=True,
)  # fmt: skip
def divide(x: Array, y: Array) -> Array:
    """Elementwise quotient."""
    return x / y


divide.gradients(
    lambda g, y: g / y,
    lambda g, y, out: -g * out / y,
)


_PRODUCTS: dict[float, Any] = {
    3: lambda x: x * x * x, 4: lambda x: (x * x) * (x * x), -1: lambda x: 1 / x, -2: lambda x: np.square(1 / x),
}  # fmt: skip


def raised(x: Array, y: Array) -> Array:
    """x to the power y; many numbers to a small whole power by products, a hundred times as fast as NumPy's."""
    if type(x) is not np.ndarray or x.size < 64 or x.dtype.kind != "f":
        return x**y
    one = type(y) in (int, float) or (isinstance(y, np.ndarray | np.generic) and not y.ndim and y.dtype == x.dtype)
    products = _PRODUCTS.get(float(y)) if one else None
    return products(x) if products else x**y


@primitive(symbol="^", formula="xʸ", latex="{x}^{y}", torch="pow", operator="pow", numpy=[np.power], elementwise=True)
def power(x: Array, y: Array) -> Array:
    """Elementwise x to the power y. x⁰ has derivative 0 in x, and 0ʸ in y, as in Torch."""
    return raised(x, y)


def _power_x(g: Array, x: Array, y: Array) -> Array:
    """g ⊙ y ⊙ xʸ⁻¹"""
    if np.ndim(y) == 0 and not hasattr(y, "requires_grad"):  # a constant exponent, the usual case
        return g * (y * raised(x, y - 1)) if y != 0 else g * np.zeros_like(x)
    zero = y == 0
    return g * np.where(zero, 0.0, y * x ** np.where(zero, 1.0, y - 1))


def _power_y(g: Array, x: Array, y: Array, out: Array) -> Array:
    """g ⊙ xʸ ⊙ log x"""
    zero = (x == 0) & (y >= 0)
    return g * np.where(zero, 0.0, out * np.log(np.where(zero, 1.0, x)))


power.gradients(_power_x, _power_y)


@primitive(symbol="−", formula="−x", latex="-{x}", torch="neg", operator="neg", numpy=[np.negative],
           elementwise=True, linear=True)  # fmt: skip
def negative(x: Array) -> Array:
    """Elementwise −x."""
    return -x


negative.gradients(lambda g: -g)


@primitive(symbol="+", formula="x", latex="{x}", torch="positive", operator="pos", numpy=[np.positive],
           elementwise=True, linear=True)  # fmt: skip
def positive(x: Array) -> Array:
    """Elementwise +x: a copy."""
    return +x


positive.gradients(lambda g: g)


@primitive(name="abs", symbol="|x|", formula="|x|", latex="|{x}|", torch="abs", operator="abs",
           numpy=[np.absolute], elementwise=True)  # fmt: skip
def absolute(x: Array) -> Array:
    """Elementwise absolute value; its derivative at 0 is 0."""
    return np.abs(x)


absolute.gradients(lambda g, x: g * np.sign(x))


@primitive(symbol="mod", formula="x − y ⌊x / y⌋", torch="remainder", operator="mod", numpy=[np.remainder],
           elementwise=True)  # fmt: skip
def remainder(x: Array, y: Array) -> Array:
    """Elementwise remainder with the sign of y, as Python's %."""
    return passes.remainder(x, y)


remainder.gradients(
    lambda g: g,
    lambda g, x, y, out: -g * np.rint((x - out) / y),
)


@primitive(symbol="fmod", formula="x − y trunc(x / y)", torch="fmod", numpy=[np.fmod], elementwise=True)
def fmod(x: Array, y: Array) -> Array:
    """Elementwise remainder with the sign of x, as C's."""
    return passes.fmod(x, y)


fmod.gradients(
    lambda g: g,
    lambda g, x, y: -g * np.trunc(x / y),
)


@primitive(name="divmod", symbol="÷ mod", formula="⌊x / y⌋, x mod y", operator="divmod", numpy=[np.divmod],
           torch="floor_divide, remainder", outputs=2, broadcasts=True)  # fmt: skip
def divmod_(x: Array, y: Array) -> tuple[Array, Array]:
    """Elementwise floor of the quotient, and remainder."""
    return np.divmod(x, y)


divmod_.gradients(
    lambda g: g[1],
    lambda g, out: -g[1] * out[0],
)


@primitive(symbol="//", formula="⌊x / y⌋", torch="floor_divide", operator="floordiv", numpy=[np.floor_divide],
           elementwise=True, gradient=False)  # fmt: skip
def floor_divide(x: Array, y: Array) -> Array:
    """Elementwise floor of the quotient; piecewise constant, so declared without a gradient."""
    return x // y


@primitive(symbol="1/x", formula="1 / x", latex=r"\frac{1}{{x}}", torch="reciprocal", numpy=[np.reciprocal],
           elementwise=True)  # fmt: skip
def reciprocal(x: Array) -> Array:
    """Elementwise 1 / x; of integers an integer, as in NumPy."""
    return np.reciprocal(x)


reciprocal.gradients(lambda g, out: -g * (out * out))


@primitive(symbol="x²", formula="x²", latex="{x}^2", torch="square", numpy=[np.square], elementwise=True)
def square(x: Array) -> Array:
    """Elementwise x · x."""
    return np.square(x)


square.gradients(lambda g, x: g * (2 * x))

abs = absolute
divmod = divmod_
mod = remainder
pow = power
true_divide = divide


@composed(np.float_power)
def float_power(x: Any, y: Any) -> Any:
    """Elementwise x to the power y, in float64 whatever the inputs are."""
    return power(double(x), double(y))


@composed(np.fabs)
def fabs(x: Any) -> Any:
    """Elementwise absolute value, in floating point whatever the input is."""
    return absolute(floating(x))
