"""Comparisons, logic and bits: declared without a gradient; the results know their inputs weakly."""

from __future__ import annotations

import numpy as np

from ..core.primitive import primitive
from .arithmetic import Array

__all__ = [
    "bitwise_and", "bitwise_or", "bitwise_xor", "equal", "greater", "greater_equal", "invert", "less", "less_equal",
    "logical_and", "logical_not", "logical_or", "logical_xor", "not_equal",
]  # fmt: skip



@primitive(symbol=">", formula="x > y", torch="gt", operator="gt", numpy=[np.greater], elementwise=True, gradient=False)
def greater(x: Array, y: Array) -> Array:
    """Elementwise x > y."""
    return x > y


@primitive(
    symbol="≥", formula="x ≥ y", torch="ge", operator="ge", numpy=[np.greater_equal], elementwise=True, gradient=False
)
def greater_equal(x: Array, y: Array) -> Array:
    """Elementwise x ≥ y."""
    return x >= y


@primitive(symbol="<", formula="x < y", torch="lt", operator="lt", numpy=[np.less], elementwise=True, gradient=False)
def less(x: Array, y: Array) -> Array:
    """Elementwise x < y."""
    return x < y


@primitive(
    symbol="≤", formula="x ≤ y", torch="le", operator="le", numpy=[np.less_equal], elementwise=True, gradient=False
)
def less_equal(x: Array, y: Array) -> Array:
    """Elementwise x ≤ y."""
    return x <= y


@primitive(symbol="=", formula="x = y", torch="eq", operator="eq", numpy=[np.equal], elementwise=True, gradient=False)
def equal(x: Array, y: Array) -> Array:
    """Elementwise x = y."""
    return np.equal(x, y)


@primitive(
    symbol="≠", formula="x ≠ y", torch="ne", operator="ne", numpy=[np.not_equal], elementwise=True, gradient=False
)
def not_equal(x: Array, y: Array) -> Array:
    """Elementwise x ≠ y."""
    return np.not_equal(x, y)


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


@primitive(symbol="∧", formula="x ∧ y", torch="logical_and", numpy=[np.logical_and], elementwise=True, gradient=False)
def logical_and(x: Array, y: Array) -> Array:
    """Elementwise truth of x and y."""
    return np.logical_and(x, y)


@primitive(symbol="∨", formula="x ∨ y", torch="logical_or", numpy=[np.logical_or], elementwise=True, gradient=False)
def logical_or(x: Array, y: Array) -> Array:
    """Elementwise truth of x or y."""
    return np.logical_or(x, y)


@primitive(symbol="⊻", formula="x ⊻ y", torch="logical_xor", numpy=[np.logical_xor], elementwise=True, gradient=False)
def logical_xor(x: Array, y: Array) -> Array:
    """Elementwise truth of x or y but not both."""
    return np.logical_xor(x, y)


@primitive(symbol="¬", formula="¬x", torch="logical_not", numpy=[np.logical_not], elementwise=True, gradient=False)
def logical_not(x: Array) -> Array:
    """Elementwise falsehood."""
    return np.logical_not(x)
