"""Choices between several: the larger, the smaller, one or the other, within bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..composition import composed
from .arithmetic import Array
from .floats import array, select

__all__ = [
    "clamp", "clamp_max", "clamp_min", "clip", "fmax", "fmin", "maximum", "minimum", "nan_to_num", "where",
]  # fmt: skip


@primitive(symbol="max", formula="max(x, y)", latex=r"\max({x}, {y})", torch="maximum", numpy=[np.maximum],
           elementwise=True)  # fmt: skip
def maximum(x: Array, y: Array) -> Array:
    """Elementwise larger of two; a tie gives half of the gradient to each, as in Torch."""
    return np.maximum(x, y)


maximum.gradients(
    lambda g, x, y: select(x == y, g / 2, select(x < y, 0.0, g)),
    lambda g, x, y: select(x == y, g / 2, select(x > y, 0.0, g)),
)


@primitive(symbol="min", formula="min(x, y)", latex=r"\min({x}, {y})", torch="minimum", numpy=[np.minimum],
           elementwise=True)  # fmt: skip
def minimum(x: Array, y: Array) -> Array:
    """Elementwise smaller of two; a tie gives half of the gradient to each, as in Torch."""
    return np.minimum(x, y)


minimum.gradients(
    lambda g, x, y: select(x == y, g / 2, select(x > y, 0.0, g)),
    lambda g, x, y: select(x == y, g / 2, select(x < y, 0.0, g)),
)


@primitive(symbol="fmax", formula="max(x, y)", latex=r"\max({x}, {y})", torch="fmax", numpy=[np.fmax],
           elementwise=True)  # fmt: skip
def fmax(x: Array, y: Array) -> Array:
    """Elementwise larger of two, the number where one is NaN; a tie gives the gradient to x, as in Torch."""
    return np.fmax(x, y)


fmax.gradients(
    lambda g, x, y: select((x >= y) | (y != y), g, 0.0),
    lambda g, x, y: select((x >= y) | (y != y), 0.0, g),
)


@primitive(symbol="fmin", formula="min(x, y)", latex=r"\min({x}, {y})", torch="fmin", numpy=[np.fmin],
           elementwise=True)  # fmt: skip
def fmin(x: Array, y: Array) -> Array:
    """Elementwise smaller of two, the number where one is NaN; a tie gives the gradient to x, as in Torch."""
    return np.fmin(x, y)


fmin.gradients(
    lambda g, x, y: select((x <= y) | (y != y), g, 0.0),
    lambda g, x, y: select((x <= y) | (y != y), 0.0, g),
)


@primitive(name="where", symbol="where", formula="x where c, else y", torch="where", elementwise=True)
def chosen(condition: Array, x: Array, y: Array) -> Array:
    """Elements of x where the condition holds, of y elsewhere."""
    return select(condition, x, y)


chosen.gradients(
    None,
    lambda g, condition: select(condition, g, 0.0),
    lambda g, condition: select(condition, 0.0, g),
)


@composed(np.where)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """Elements of x where the condition holds, of y elsewhere; of a condition alone, the indices where it holds, one
    array an axis, as `np.nonzero`.

    Raises TypeError for x without y."""
    if x is None and y is None:
        given = isinstance(condition, Tensor)
        places = np.nonzero(condition._node.data if given else condition)
        return tuple(map(Tensor, places)) if given else places
    if x is None or y is None:
        missing = "x" if x is None else "y"
        raise TypeError(f"where takes condition, x, y; {missing} is missing (a condition alone gives indices)")
    return chosen(condition, x, y)




_UFUNC = getattr(np._core.umath, "clip", None)  # type: ignore[attr-defined]  # what the method of an array calls


@primitive(symbol="clip", formula="min(max(x, lo), hi)", torch="clamp", numpy=[np.clip, *([_UFUNC] if _UFUNC else [])],
           elementwise=True)  # fmt: skip
def clip(x: Array, min: Array = None, max: Array = None) -> Array:
    """Elements of x kept within bounds; either bound may be None. At a bound the gradient passes, as in Torch."""
    return np.clip(x, min, max)


def _within(x: Array, low: Array, high: Array) -> Array:
    """Where x lies within its bounds, ends included."""
    if low is None or high is None:
        return x <= high if low is None else x >= low
    return (x >= low) & (x <= high)


def _clip_x(g: Array, x: Array, min: Array, max: Array) -> Array:
    """g where lo ≤ x ≤ hi"""
    return g if min is None and max is None else select(_within(x, min, max), g, 0.0)


def _clip_min(g: Array, x: Array, min: Array, max: Array) -> Array:
    """g where x < lo"""
    return select(x < min if max is None else (x < min) & (min < max), g, 0.0)


def _clip_max(g: Array, x: Array, min: Array, max: Array) -> Array:
    """g where x > hi"""
    return select(x > max if min is None else (x > max) | (max < min), g, 0.0)


clip.gradients(_clip_x, _clip_min, _clip_max)


def clamp(x: Any, min: Any = None, max: Any = None) -> Any:
    """Elements of x kept within bounds, one of which may be None: Torch's name for `clip`.

    Raises ValueError without a bound."""
    if min is None and max is None:
        raise ValueError("clamp: neither min nor max is given; at least one must be")
    return clip(x, min, max)


def clamp_min(x: Any, min: Any) -> Any:
    """Elements of x, at least min; a tie gives the gradient to x."""
    return clamp(x, min=min)


def clamp_max(x: Any, max: Any) -> Any:
    """Elements of x, at most max; a tie gives the gradient to x."""
    return clamp(x, max=max)


@primitive(name="nan_to_num", symbol="NaN→0", formula="x, NaN as {nan}", torch="nan_to_num", elementwise=True)
def finite(x: Array, *, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Array:
    """Elements of x with numbers for NaN and infinities."""
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


finite.gradients(lambda g, x: select(np.isfinite(x), g, 0.0))


@composed(np.nan_to_num)
def nan_to_num(
    x: Any, copy: bool = True, nan: float | None = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """Elements of x with numbers for NaN, +∞ and −∞: `nan`, and the largest and smallest of the dtype unless given.

    A Tensor never changes, so `copy` says nothing."""
    return finite(array(x), nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)
