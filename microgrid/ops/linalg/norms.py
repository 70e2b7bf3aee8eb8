"""Norms of vectors and matrices."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach, ops
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..leading import of_input
from ..products.vectors import known
from ..reductions.reduction import max as max_
from ..reductions.reduction import min as min_
from ..reductions.reduction import sum as sum_
from ..shapes.shape import moveaxis
from .inverse import inv
from .spectral import svdvals

__all__ = ["cond", "matrix_norm", "norm", "vector_norm"]

added: Any = np.add.reduce
largest: Any = np.maximum.reduce
smallest: Any = np.minimum.reduce


@primitive(name="vector_norm", symbol="‖x‖", formula="(Σ |x|ᵖ)^(1/p), p = {ord}", latex=r"\|{x}\|", torch="vector_norm",
           batched=of_input)  # fmt: skip
def lengths(x: Array, *, ord: Any = 2, axis: Any = None, keepdims: bool = False) -> Array:
    """p-norms of vectors along axes: 2, 1, ±∞, 0 (how many are not 0), any other number.

    Where the norm is 0 its gradient is 0; ±∞ share a tie evenly."""
    x = x if x.dtype.kind == "f" else x.astype(float)
    if ord == 2:
        return np.sqrt(added(x * x, axis, None, None, keepdims))
    if ord == 0:
        return added((x != 0).astype(x.dtype), axis, None, None, keepdims)
    if ord == 1 or (ord == math.inf and x.size == 0):  # of nothing 0
        return added(np.abs(x), axis, None, None, keepdims)
    if math.isinf(ord):
        return (largest if ord > 0 else smallest)(np.abs(x), axis, None, None, keepdims)
    return added(np.abs(x) ** ord, axis, None, None, keepdims) ** (1 / ord)


def _kept(g: Array, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Array:
    """What was reduced, with its axes as axes of size 1."""
    if keepdims or axis is None or not shape:
        return g
    axes = {a % len(shape) for a in (axis if isinstance(axis, tuple) else (axis,))}
    return g.reshape(tuple(1 if k in axes else n for k, n in enumerate(shape)))


def _where_positive(x: Array, out: Array) -> Array:
    """x / ‖x‖, 0 where that is 0 / 0. There is no second derivative there: it is NaN, as in Torch."""
    zero = detach(out) == 0
    if not np.any(zero):
        return x / out
    if not isinstance(x, Tensor):
        return x / np.where(zero, 1, out)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(zero, 0, x / out)


def _lengths_x(g: Array, x: Array, out: Array, ord: Any, axis: Any, keepdims: bool) -> Array:
    """g sgn(x) (|x| / ‖x‖)ᵖ⁻¹"""
    g, out = _kept(g, x.shape, axis, keepdims), _kept(out, x.shape, axis, keepdims)
    if ord == 2:
        return g * _where_positive(x, out)
    if ord == 0:
        return g * np.zeros_like(x)
    if ord == 1:
        return g * np.sign(x)
    size = np.abs(x)
    if math.isinf(ord):
        won = (detach(size) == detach(out)).astype(x.dtype)
        return g * np.sign(x) * (won / added(won, axis, None, None, True))
    zero = detach(size) == 0
    size = np.where(zero, 1, size)
    ratio = _where_positive(size, out) if ord < 2 else size / np.where(detach(out) == 0, 1, out)
    return g * np.sign(x) * np.where(zero, 0, ratio ** (ord - 1))


lengths.gradients(_lengths_x)


# ------------------------------------------------------------------------------- composed of the above: no primitive


def _order(ord: Any, what: str) -> Any:
    if not isinstance(ord, int | float | np.number) or ord != ord:
        raise ValueError(f"{what}: ord={ord!r}; expected a number, inf or -inf")
    return int(ord) if ord in (0, 1, 2) else float(ord)


@composed(np.linalg.vector_norm)
def vector_norm(x: Any, ord: Any = 2, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """p-norms of vectors along axes (of all elements by default): ord 2, 1, ±inf, 0 (how many are not 0), any other
    number. Where the norm is 0 its gradient is 0.

    Raises ValueError for ord=-inf of no elements."""
    x = known(x) if dtype is None else known(x).astype(dtype)
    axis = tuple(axis) if isinstance(axis, list) else axis
    if axis == ():  # of each element alone
        return lengths(x[..., None], ord=_order(ord, "vector_norm"), axis=-1, keepdims=False)
    return lengths(x, ord=_order(ord, "vector_norm"), axis=axis, keepdims=bool(keepdims))


def _extreme(x: Any, ord: Any, axis: int) -> Any:
    """The largest, 0 of none; the smallest for a negative ord."""
    return min_(x, axis=axis) if ord < 0 else max_(x, axis=axis) if x.shape[axis] else sum_(x, axis=axis)


@composed(np.linalg.matrix_norm)
def matrix_norm(
    x: Any, ord: Any = "fro", axis: Any = (-2, -1), keepdims: bool = False, dtype: Any = None
) -> Any:
    """Norms of matrices: "fro", "nuc" (the sum of the singular values), 2 and -2 (the largest, the smallest), ±1 (the
    largest, the smallest sum of a column), ±inf (of a row).

    Raises ValueError for another ord, or axes that are not two."""
    x = known(x) if dtype is None else known(x).astype(dtype)
    if not isinstance(axis, tuple | list) or len(axis) != 2 or x.ndim < 2:
        raise ValueError(f"matrix_norm: x {x.shape}, axis={axis!r}; expected a matrix, and two of its axes")
    rows, columns = (int(k) for k in axis)
    for k in (rows, columns):
        if not -x.ndim <= k < x.ndim:
            raise np.exceptions.AxisError(k, x.ndim, f"matrix_norm: x {x.shape}")
    rows, columns = rows % x.ndim, columns % x.ndim
    if rows == columns:
        raise ValueError(f"matrix_norm: axis={axis!r} names one axis twice")
    if ord in ("fro", "f", None):
        return lengths(x, ord=2, axis=(rows, columns), keepdims=bool(keepdims))
    x = x if x.dtype.kind == "f" else x.astype(float)
    if ord in ("nuc", 2, -2):
        moved = x if (rows, columns) == (x.ndim - 2, x.ndim - 1) else moveaxis(x, (rows, columns), (-2, -1))
        s = svdvals(moved)
        out = sum_(s, axis=-1) if ord == "nuc" else _extreme(s, ord, -1)
    elif ord in (1, -1, math.inf, -math.inf):
        summed, over = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = sum_(ops.abs(x), axis=summed)
        out = _extreme(sums, ord, over - (over > summed))
    else:
        raise ValueError(f"matrix_norm: ord={ord!r}; expected 'fro', 'nuc', 1, -1, 2, -2, inf or -inf")
    return out.reshape(tuple(1 if k in (rows, columns) else n for k, n in enumerate(x.shape))) if keepdims else out


@composed(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Any:
    """NumPy's norm: of a vector (one axis), a matrix (two), or, with neither ord nor axis, of all elements.

    Raises ValueError for an ord that neither kind has, or axes that are not one or two."""
    x = known(x) if dtype is None else known(x).astype(dtype)
    if ord is None and (axis is None or isinstance(axis, tuple | list)):
        return vector_norm(x, 2, axis, keepdims)
    if axis is None:
        if x.ndim not in (1, 2):
            raise ValueError(f"norm: x {x.shape}, ord={ord!r}; name one axis (vectors) or two (matrices)")
        axis = (0,) if x.ndim == 1 else (0, 1)
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    if len(axes) == 1:
        if isinstance(ord, str):
            raise ValueError(f"norm: ord={ord!r} of vectors; it is a norm of matrices: name two axes")
        return vector_norm(x, 2 if ord is None else ord, axes[0], keepdims)
    return matrix_norm(x, ord, axes, keepdims)


@composed(np.linalg.cond)
def cond(x: Any, p: Any = None) -> Any:
    """Condition numbers: the largest singular value over the smallest (p None or 2; the reverse for -2), or
    norm(x, p) · norm(x⁻¹, p) for p "fro", "nuc", ±1, ±inf.

    Raises ValueError for what is no matrix, or is empty."""
    x = known(x)
    if x.ndim < 2 or 0 in x.shape[-2:]:
        raise ValueError(f"cond: x {x.shape}; expected matrices with elements")
    if p is None or p in (2, -2):
        s = svdvals(x if x.dtype.kind == "f" else x.astype(float))
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return matrix_norm(x, p) * matrix_norm(inv(x), p)
