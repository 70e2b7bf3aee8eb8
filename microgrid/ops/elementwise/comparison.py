"""Comparisons, logic and tests of each element: declared without a gradient; the results know their inputs weakly."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.dispatch import values_of
from ...core.primitive import primitive
from .arithmetic import Array

__all__ = [
    "allclose", "array_equal", "array_equiv", "eq", "equal", "ge", "greater", "greater_equal", "gt", "isclose",
    "isfinite", "isinf", "isnan", "isneginf", "isposinf", "le", "less", "less_equal", "logical_and", "logical_not",
    "logical_or", "logical_xor", "lt", "ne", "not_equal",
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


@primitive(symbol="nan?", formula="x is NaN", torch="isnan", numpy=[np.isnan], elementwise=True, gradient=False)
def isnan(x: Array) -> Array:
    """Elementwise whether it is NaN."""
    return np.isnan(x)


@primitive(symbol="∞?", formula="|x| = ∞", torch="isinf", numpy=[np.isinf], elementwise=True, gradient=False)
def isinf(x: Array) -> Array:
    """Elementwise whether it is infinite."""
    return np.isinf(x)


@primitive(symbol="finite?", formula="|x| < ∞", torch="isfinite", numpy=[np.isfinite], elementwise=True, gradient=False)
def isfinite(x: Array) -> Array:
    """Elementwise whether it is neither infinite nor NaN."""
    return np.isfinite(x)


@primitive(symbol="+∞?", formula="x = ∞", torch="isposinf", numpy=[np.isposinf], elementwise=True, gradient=False)
def isposinf(x: Array) -> Array:
    """Elementwise whether it is +∞."""
    return np.isposinf(x)


@primitive(symbol="−∞?", formula="x = −∞", torch="isneginf", numpy=[np.isneginf], elementwise=True, gradient=False)
def isneginf(x: Array) -> Array:
    """Elementwise whether it is −∞."""
    return np.isneginf(x)


@primitive(symbol="≈", formula="|x − y| ≤ {atol} + {rtol} |y|", torch="isclose", numpy=[np.isclose], elementwise=True,
           gradient=False)  # fmt: skip
def isclose(x: Array, y: Array, *, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Array:
    """Elementwise whether two are equal within a tolerance; infinities of one sign are.

    Raises ValueError for a negative tolerance."""
    if rtol < 0 or atol < 0:
        raise ValueError("rtol and atol must not be negative")
    return np.isclose(x, y, rtol, atol, equal_nan)


eq, ne, gt, ge, lt, le = equal, not_equal, greater, greater_equal, less, less_equal


def allclose(x: Any, y: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Whether all elements are equal within a tolerance, as True or False."""
    return bool(np.allclose(values_of(x), values_of(y), rtol, atol, equal_nan))


def array_equal(x: Any, y: Any, equal_nan: bool = False) -> bool:
    """Whether shapes and all elements are equal, as True or False."""
    return bool(np.array_equal(values_of(x), values_of(y), equal_nan))


def array_equiv(x: Any, y: Any) -> bool:
    """Whether all elements are equal once broadcast, as True or False."""
    return bool(np.array_equiv(values_of(x), values_of(y)))
