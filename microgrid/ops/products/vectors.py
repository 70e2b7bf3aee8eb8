"""Products of vectors and matrices, under NumPy's names."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..composition import composed
from ..elementwise.arithmetic import Array, multiply
from ..shapes.shape import moveaxis, ravel, reshape
from .contraction import tensordot

__all__ = [
    "cross", "dot", "inner", "kron", "matmul", "matvec", "outer", "trace", "vdot", "vecdot", "vecmat",
]  # fmt: skip


_vecdot: Any = np.vecdot  # typed without its axis


def _matmul_clash(x: tuple[int, ...], y: tuple[int, ...]) -> str | None:
    if not x or not y:
        return "a scalar has no matrix product; use x * y"
    inner = y[-2] if len(y) > 1 else y[0]
    if x[-1] != inner:
        return f"inner sizes {x[-1]} and {inner} differ; {{0}}'s last size must equal {{1}}'s " + (
            "second to last" if len(y) > 1 else "size"
        )
    return f"leading axes {x[:-2]} and {y[:-2]} do not broadcast"


def product(x: Array, y: Array) -> Array:
    """x @ y. Of two matrices NumPy's dot is three times faster on small ones, and one product beats a batch of them."""
    if type(x) is type(y) is np.ndarray and y.ndim == 2:  # an array's dot would not see that y is a Tensor
        if x.ndim == 2:
            return x.dot(y)
        if x.ndim > 2 and x.size:
            return x.reshape(-1, x.shape[-1]).dot(y).reshape(*x.shape[:-1], y.shape[-1])
    return x @ y


@primitive(
    symbol="@", formula="x @ y", latex="{x} {y}", torch="matmul", operator="matmul",
    numpy=[np.matmul, np.linalg.matmul], broadcasts=True, batched=True, explain=_matmul_clash,
)  # fmt: skip
def matmul(x: Array, y: Array) -> Array:
    """Matrix product over the last two axes, the others broadcast; 1-D operands are a row and a column."""
    return product(x, y)


def _matmul_x(g: Array, x: Array, y: Array) -> Array:
    """g @ yᵀ"""
    if y.ndim == 1:
        return g[..., None] * y
    if x.ndim == 1:
        return (y @ g[..., None])[..., 0]
    return product(g, y.mT)


def _matmul_y(g: Array, x: Array, y: Array) -> Array:
    """xᵀ @ g"""
    if x.ndim == 1:
        return (g[..., None] if g.ndim else g) * x if y.ndim == 1 else x[:, None] * g[..., None, :]
    if y.ndim == 1:
        return (x.mT @ g[..., None])[..., 0]
    if y.ndim == 2 and x.ndim > 2 and x.ndim == g.ndim:  # one product instead of a batch of them, summed
        rows = math.prod(x.shape[:-1])
        return product(x.reshape(rows, x.shape[-1]).mT, g.reshape(rows, g.shape[-1]))
    return product(x.mT, g)


matmul.gradients(_matmul_x, _matmul_y)


@primitive(symbol="⊗", formula="x yᵀ", latex="{x} {y}^T", torch="outer", batched=True,
           numpy=[np.outer])  # fmt: skip
def outer(x: Array, y: Array) -> Array:
    """Each element of x times each of y, a matrix; both are taken flat."""
    return np.ravel(x)[:, None] * np.ravel(y)


outer.gradients(
    lambda g, x, y: (g @ y.ravel()).reshape((*g.shape[:-2], *x.shape)),
    lambda g, x, y: (x.ravel() @ g).reshape((*g.shape[:-2], *y.shape)),
)


@primitive(symbol="·", formula="Σ x ⊙ y", latex=r"\sum {x} \odot {y}", torch="vecdot", broadcasts=True,
           batched=True, numpy=[np.vecdot, np.linalg.vecdot])  # fmt: skip
def vecdot(x: Array, y: Array, *, axis: int = -1) -> Array:
    """Dot products of the vectors along an axis, the other axes broadcast.

    Raises ValueError for vectors of different length."""
    return _vecdot(x, y, axis=axis) if type(x) is np.ndarray else (x * y).sum(axis=axis)


def _along(g: Array, x: Array, y: Array, axis: int) -> Array:
    return g[..., None] if axis == -1 else np.expand_dims(g, axis if axis < 0 else axis - max(x.ndim, y.ndim))


vecdot.gradients(
    lambda g, x, y, axis: _along(g, x, y, axis) * y,
    lambda g, x, y, axis: _along(g, x, y, axis) * x,
)


def _components(x: Array, axis: int) -> list[Array]:
    return [x[(..., k, *(slice(None),) * (-1 - axis))] for k in range(3)]


_NEXT, _LAST = np.array([1, 2, 0]), np.array([2, 0, 1])


@primitive(name="cross", symbol="×", formula="x × y", latex=r"{x} \times {y}", torch="cross", broadcasts=True,
           batched=True)  # fmt: skip
def cross3(x: Array, y: Array, *, axis: int = -1) -> Array:
    """Cross product of the vectors of three components along an axis (counted from the end)."""
    if type(x) is type(y) is np.ndarray and max(x.size, y.size) <= 1024:  # half the calls
        return x.take(_NEXT, axis) * y.take(_LAST, axis) - x.take(_LAST, axis) * y.take(_NEXT, axis)
    (a, b, c), (p, q, r) = _components(x, axis), _components(y, axis)
    return np.stack([b * r - c * q, c * p - a * r, a * q - b * p], axis)


cross3.gradients(
    lambda g, y, axis: cross3(y, g, axis=axis),
    lambda g, x, axis: cross3(g, x, axis=axis),
)


@primitive(name="trace", symbol="tr", formula="tr x", latex=r"\operatorname{tr} {x}", torch="trace", linear=True,
           batched=True)  # fmt: skip
def traced(x: Array, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """Sum over the diagonal of two axes, or over one beside it."""
    return x.trace(offset, axis1, axis2) if type(x) is np.ndarray else np.trace(x, offset, axis1, axis2)


def _trace_x(g: Array, x: Array, offset: int, axis1: int, axis2: int) -> Array:
    """g on the diagonal, 0 elsewhere"""
    diagonal = np.eye(x.shape[axis1], x.shape[axis2], offset, dtype=x.dtype)
    spread = g[..., None, None] * diagonal
    if x.ndim == 2 and (axis1, axis2) == (0, 1):
        return spread
    return np.moveaxis(spread, (-2, -1), [k if k < 0 else k - x.ndim for k in (axis1, axis2)])


traced.gradients(_trace_x)


# ------------------------------------------------------------------------------- composed of the above: no primitive


def known(x: Any) -> Any:
    """A Tensor or an array as it is, anything else as an array."""
    return x if isinstance(x, Tensor | np.ndarray) else np.asarray(x)


@composed(np.trace)
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    """Sum over the diagonal of two axes, or over one beside it: offset columns to the right."""
    x = known(x) if dtype is None else known(x).astype(dtype)
    return traced(x, offset=offset, axis1=axis1, axis2=axis2)


@composed(np.dot)
def dot(x: Any, y: Any) -> Any:
    """NumPy's dot: the product of scalars, vectors and matrices; the sum over x's last and y's second to last axis."""
    x, y = known(x), known(y)
    if x.ndim == 0 or y.ndim == 0:
        return multiply(x, y)
    if y.ndim <= 2:
        return matmul(x, y)
    rows, columns = x.reshape((-1, x.shape[-1])), moveaxis(y, -2, 0).reshape((y.shape[-2], -1))
    return matmul(rows, columns).reshape((*x.shape[:-1], *y.shape[:-2], y.shape[-1]))


@composed(np.vdot)
def vdot(x: Any, y: Any) -> Any:
    """Sum of the products of all elements; both are taken flat.

    Raises ValueError unless they have as many elements."""
    x, y = known(x), known(y)
    return matmul(x if x.ndim == 1 else ravel(x), y if y.ndim == 1 else ravel(y))


@composed(np.inner)
def inner(x: Any, y: Any) -> Any:
    """Sum of products over the last axes of both: every vector of x with every one of y.

    Raises ValueError for vectors of different length."""
    x, y = known(x), known(y)
    if x.ndim == 0 or y.ndim == 0:
        return multiply(x, y)
    return matmul(x, y) if y.ndim == 1 else tensordot(x, y, (-1, -1))


@composed(*([np.matvec] if hasattr(np, "matvec") else []))  # NumPy 2.2
def matvec(x: Any, y: Any) -> Any:
    """Matrices (…, m, n) times vectors (…, n), the leading axes broadcast: (…, m)."""
    x, y = known(x), known(y)
    if x.ndim < 2 or y.ndim < 1:
        raise ValueError(f"matvec: x {x.shape}, y {y.shape}; expected matrices (…, m, n) and vectors (…, n)")
    return matmul(x, y) if y.ndim == 1 else matmul(x, y[..., None])[..., 0]


@composed(*([np.vecmat] if hasattr(np, "vecmat") else []))  # NumPy 2.2
def vecmat(x: Any, y: Any) -> Any:
    """Vectors (…, m) times matrices (…, m, n), the leading axes broadcast: (…, n)."""
    x, y = known(x), known(y)
    if x.ndim < 1 or y.ndim < 2:
        raise ValueError(f"vecmat: x {x.shape}, y {y.shape}; expected vectors (…, m) and matrices (…, m, n)")
    return matmul(x, y) if x.ndim == 1 else matmul(x[..., None, :], y)[..., 0, :]


@composed(np.kron)
def kron(x: Any, y: Any) -> Any:
    """Kronecker product: the blocks x[i, j] · y, of any number of axes."""
    x, y = known(x), known(y)
    n = max(x.ndim, y.ndim)
    p, q = ((1,) * (n - z.ndim) + z.shape for z in (x, y))
    left = reshape(x, shape=tuple(itertools.chain.from_iterable((s, 1) for s in p)))
    right = reshape(y, shape=tuple(itertools.chain.from_iterable((1, s) for s in q)))
    return reshape(left * right, shape=tuple(s * t for s, t in zip(p, q, strict=True)))


@composed(np.cross)
def cross(x: Any, y: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Cross product of the vectors of three components along an axis, the other axes broadcast. Of two
    vectors of two components the third component of the product, as NumPy has it.

    Raises ValueError for vectors of another length."""
    x, y = known(x), known(y)
    if axis is not None:
        axisa = axisb = axisc = axis
    sizes = [z.shape[k] if -z.ndim <= k < z.ndim else None for z, k in ((x, axisa), (y, axisb))]
    if sizes not in ([3, 3], [2, 2]):
        raise ValueError(
            f"cross: x {x.shape} along axis {axisa}, y {y.shape} along axis {axisb}; expected vectors of 3 components"
            + ("; append a zero to those of 2" if sorted(map(str, sizes)) == ["2", "3"] else "")
        )
    if axisa == axisb == axisc and (axisa < 0 or x.ndim == y.ndim):
        at = axisa if axisa < 0 else axisa - x.ndim
        if sizes == [3, 3]:
            return cross3(x, y, axis=at)
    x, y = moveaxis(x, axisa, -1), moveaxis(y, axisb, -1)
    if sizes == [2, 2]:
        return x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0]
    return moveaxis(cross3(x, y), -1, axisc)
