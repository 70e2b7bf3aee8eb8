"""Reductions that are declared without a gradient: truths, counts, and the places of the largest and smallest."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..elementwise.functions import where as chosen
from .reduction import as_array, empty, over

__all__ = ["all", "any", "argmax", "argmin", "count_nonzero"]


@primitive(symbol="argmax", formula="argmax x", torch="argmax", numpy=[np.argmax], gradient=False, explain=empty)
def argmax(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Index of the (first) largest along an axis, or in the flat array."""
    return x.argmax(axis, keepdims=keepdims)


@primitive(symbol="argmin", formula="argmin x", torch="argmin", numpy=[np.argmin], gradient=False, explain=empty)
def argmin(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Index of the (first) smallest along an axis, or in the flat array."""
    return x.argmin(axis, keepdims=keepdims)


@primitive(name="all", symbol="∀", formula="∀ x", torch="all", gradient=False)
def every(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Whether all elements along axes are true."""
    return np.all(x, axis=axis, keepdims=keepdims)


@primitive(name="any", symbol="∃", formula="∃ x", torch="any", gradient=False)
def some(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Whether any element along axes is true."""
    return np.any(x, axis=axis, keepdims=keepdims)


@composed(np.all, (np.logical_and, "reduce"))
def all(x: Any, axis: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether all elements along axes are true, of those where `where` holds."""
    return every(x if where is True else chosen(where, as_array(x) != 0, True), axis=over(axis), keepdims=keepdims)


@composed(np.any, (np.logical_or, "reduce"))
def any(x: Any, axis: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Whether any element along axes is true, of those where `where` holds."""
    return some(x if where is True else chosen(where, as_array(x) != 0, False), axis=over(axis), keepdims=keepdims)


@primitive(symbol="#", formula="# x ≠ 0", torch="count_nonzero", numpy=[np.count_nonzero], gradient=False)
def count_nonzero(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """How many elements along axes are not 0."""
    return np.asarray(np.count_nonzero(x, axis=axis, keepdims=keepdims))
