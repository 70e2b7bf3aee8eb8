"""Arithmetic of several steps in one call, as Torch names it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from .arithmetic import Array, divide, multiply, negative, subtract
from .arithmetic import add as plus
from .floats import select, zeros

__all__ = [
    "add", "addcdiv", "addcmul", "div", "lerp", "mul", "neg", "rsub", "sub",
]  # fmt: skip


def _scaled(y: Any, alpha: Any) -> Any:
    """alpha y. Raises TypeError where Torch does: it would not stay a number of y's kind."""
    if isinstance(alpha, float) and hasattr(y, "dtype") and y.dtype.kind != "f":
        raise TypeError(f"alpha is {alpha!r} for {y.dtype}; integers are scaled by integers")
    return multiply(y, alpha)


def add(x: Any, y: Any, *, alpha: Any = 1) -> Any:
    """Elementwise x + alpha y."""
    return plus(x, y if alpha == 1 else _scaled(y, alpha))


def sub(x: Any, y: Any, *, alpha: Any = 1) -> Any:
    """Elementwise x − alpha y."""
    return subtract(x, y if alpha == 1 else _scaled(y, alpha))


def rsub(x: Any, y: Any, *, alpha: Any = 1) -> Any:
    """Elementwise y − alpha x."""
    return sub(y, x, alpha=alpha)


@primitive(symbol="÷", formula="x / y, rounded", torch="div", elementwise=True)
def quotient(x: Array, y: Array, *, rounding_mode: str) -> Array:
    """Elementwise quotient, rounded to an integer; its derivative is 0 everywhere, as in Torch."""
    if rounding_mode == "floor":
        return x // y
    if rounding_mode != "trunc":
        raise ValueError(f"rounding_mode is {rounding_mode!r}, expected None, 'floor' or 'trunc'")
    exact = np.result_type(x, y).kind == "f"
    return np.trunc(x / y) if exact else (x - np.fmod(x, y)) // y


quotient.gradients(zeros, zeros)


def div(x: Any, y: Any, *, rounding_mode: str | None = None) -> Any:
    """Elementwise x / y, rounded to an integer with rounding_mode="floor" or "trunc".

    Raises ValueError for another mode."""
    return divide(x, y) if rounding_mode is None else quotient(x, y, rounding_mode=rounding_mode)


mul, neg = multiply, negative


@primitive(symbol="x + c a b", formula="x + {value} a b", torch="addcmul", elementwise=True)
def addcmul(x: Array, a: Array, b: Array, *, value: float = 1) -> Array:
    """Elementwise x + value · a · b."""
    return x + a * b * value


addcmul.gradients(
    lambda g: g,
    lambda g, b, value: g * b * value,
    lambda g, a, value: g * a * value,
)


@primitive(symbol="x + c a / b", formula="x + {value} a / b", torch="addcdiv", elementwise=True)
def addcdiv(x: Array, a: Array, b: Array, *, value: float = 1) -> Array:
    """Elementwise x + value · a / b."""
    return x + a / b * value


addcdiv.gradients(
    lambda g: g,
    lambda g, b, value: g / b * value,
    lambda g, a, b, value: -g * a / (b * b) * value,
)


@primitive(symbol="lerp", formula="x + w (y − x)", torch="lerp", elementwise=True)
def lerp(x: Array, y: Array, w: Array) -> Array:
    """Elementwise point between x and y, at a part w of the way; exact at both ends."""
    way = y - x
    if np.ndim(w):
        return select(np.abs(w) < 0.5, x + w * way, y - (1 - w) * way)
    return x + w * way if -0.5 < w < 0.5 else y - (1 - w) * way


lerp.gradients(
    lambda g, w: g * (1 - w),
    lambda g, w: g * w,
    lambda g, x, y: g * (y - x),
)
