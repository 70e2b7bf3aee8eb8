"""Bits and integers: declared without a gradient."""

from __future__ import annotations

import numpy as np

from ...core.primitive import primitive
from .arithmetic import Array

__all__ = [
    "bitwise_and", "bitwise_count", "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or",
    "bitwise_right_shift", "bitwise_xor", "gcd", "invert", "lcm", "left_shift", "right_shift",
]  # fmt: skip


@primitive(symbol="∧", formula="x ∧ y", torch="bitwise_and", operator="and", numpy=[np.bitwise_and], elementwise=True,
           gradient=False)  # fmt: skip
def bitwise_and(x: Array, y: Array) -> Array:
    """Elementwise x & y, of booleans or integers."""
    return x & y


@primitive(symbol="∨", formula="x ∨ y", torch="bitwise_or", operator="or", numpy=[np.bitwise_or], elementwise=True,
           gradient=False)  # fmt: skip
def bitwise_or(x: Array, y: Array) -> Array:
    """Elementwise x | y, of booleans or integers."""
    return x | y


@primitive(symbol="⊻", formula="x ⊻ y", torch="bitwise_xor", operator="xor", numpy=[np.bitwise_xor], elementwise=True,
           gradient=False)  # fmt: skip
def bitwise_xor(x: Array, y: Array) -> Array:
    """Elementwise x ^ y, of booleans or integers."""
    return x ^ y


@primitive(symbol="¬", formula="¬x", torch="bitwise_not", operator="invert", numpy=[np.invert], elementwise=True,
           gradient=False)  # fmt: skip
def invert(x: Array) -> Array:
    """Elementwise ~x, of booleans or integers."""
    return ~x


@primitive(symbol="≪", formula="x 2ʸ", torch="bitwise_left_shift", operator="lshift", numpy=[np.left_shift],
           elementwise=True, gradient=False)  # fmt: skip
def left_shift(x: Array, y: Array) -> Array:
    """Elementwise x << y, of integers."""
    return np.left_shift(x, y)


@primitive(symbol="≫", formula="⌊x / 2ʸ⌋", torch="bitwise_right_shift", operator="rshift", numpy=[np.right_shift],
           elementwise=True, gradient=False)  # fmt: skip
def right_shift(x: Array, y: Array) -> Array:
    """Elementwise x >> y, of integers."""
    return np.right_shift(x, y)


@primitive(symbol="#1", formula="bits set in |x|", torch="bitwise_right_shift", numpy=[np.bitwise_count],
           elementwise=True, gradient=False)  # fmt: skip
def bitwise_count(x: Array) -> Array:
    """Elementwise number of bits set in |x|, of integers."""
    return np.bitwise_count(x)


@primitive(symbol="gcd", formula="gcd(x, y)", torch="gcd", numpy=[np.gcd], elementwise=True, gradient=False)
def gcd(x: Array, y: Array) -> Array:
    """Elementwise greatest common divisor, of integers."""
    return np.gcd(x, y)


@primitive(symbol="lcm", formula="lcm(x, y)", torch="lcm", numpy=[np.lcm], elementwise=True, gradient=False)
def lcm(x: Array, y: Array) -> Array:
    """Elementwise least common multiple, of integers."""
    return np.lcm(x, y)


bitwise_invert = bitwise_not = invert
bitwise_left_shift, bitwise_right_shift = left_shift, right_shift
