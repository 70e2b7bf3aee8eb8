"""Distances between vectors, and vectors of length 1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..linalg.norms import vector_norm
from ..products.vectors import product
from ..reductions.reduction import added, largest, smallest
from ..shapes.shape import broadcast_to
from ..wording import clash

__all__ = [
    "cdist", "cosine_similarity", "dist", "pairwise_distance", "pdist",
]  # fmt: skip


def _guarded(s: Array) -> tuple[Array, Any]:
    """s with 1 for 0, and where it is 0: what has no derivative there gets 0 instead."""
    zero = detach(s) == 0
    return np.where(zero, 1.0, s), zero


def _length(x: Array, p: float, axis: int) -> Array:
    """The p-norm along an axis, kept."""
    if p == 2:
        s = added(x * x, axis, None, None, True)
        if not isinstance(s, Tensor):
            return np.sqrt(s)
        safe, zero = _guarded(s)
        return np.where(zero, 0.0, np.sqrt(safe))
    if p == 0:
        return added(np.asarray(detach(x)) != 0, axis, x.dtype, None, True)
    size = np.abs(x)
    if p in (1, math.inf, -math.inf):
        return {1: added, math.inf: largest}.get(p, smallest)(size, axis, None, None, True)
    if not isinstance(size, Tensor):
        return added(size**p, axis, None, None, True) ** (1 / p)
    safe, zero = _guarded(size)
    safe, zero = _guarded(np.where(zero, 0.0 if p > 0 else math.inf, safe**p).sum(axis=axis, keepdims=True))
    return np.where(zero, 0.0, safe ** (1 / p))


def _slope(x: Array, length: Array, p: float, axis: int) -> Array:
    """The derivative of a p-norm: sign(x) |x|ᵖ⁻¹ / lengthᵖ⁻¹; 0 where the length is 0, shared evenly by the largest."""
    if p == 0:
        return np.zeros_like(x)
    if p == 1:
        return np.sign(x)
    if p in (math.inf, -math.inf):
        top = (np.abs(detach(x)) == detach(length)).astype(x.dtype)
        return np.sign(detach(x)) * (top / top.sum(axis=axis, keepdims=True))
    long, none = _guarded(length)
    if p == 2:
        return np.where(none, 0.0, x / long)
    size, zero = _guarded(np.abs(x))
    return np.where(zero | none, 0.0, np.sign(detach(x)) * (size / long) ** (p - 1))


def _clash(x: tuple[int, ...], y: tuple[int, ...], **how: Any) -> str | None:
    return clash([x, y])


@primitive(symbol="‖x − y‖", formula="‖x − y + ε‖ₚ", torch="pairwise_distance", broadcasts=True, explain=_clash)
def pairwise_distance(x: Array, y: Array, *, p: float = 2.0, eps: float = 1e-6, keepdims: bool = False) -> Array:
    """The p-norm of x − y + ε along the last axis."""
    out = _length(x - y + eps, p, -1)
    return out if keepdims else out.squeeze(-1)


def _pairwise_x(g: Array, out: Array, x: Array, y: Array, p: float, eps: float, keepdims: bool) -> Array:
    """g (x − y + ε)ᵖ⁻¹ / outᵖ⁻¹"""
    if not keepdims:
        g, out = g[..., None], out[..., None]
    return g * _slope(x - y + eps, out, p, -1)


pairwise_distance.gradients(
    _pairwise_x,
    lambda g, out, x, y, p, eps, keepdims: -_pairwise_x(g, out, x, y, p, eps, keepdims),
)


def _cdist_clash(x: tuple[int, ...], y: tuple[int, ...], **how: Any) -> str | None:
    if len(x) < 2 or len(y) < 2 or x[-1] != y[-1]:
        return f"x {x} and y {y}: expected (…, P, M) and (…, R, M), rows of one length"
    return clash([x[:-2], y[:-2]])


MODES = (
    "use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist",
)  # fmt: skip


@primitive(symbol="cdist", formula="‖xᵢ − yⱼ‖ₚ", torch="cdist", broadcasts=True, explain=_cdist_clash)
def cdist(x: Array, y: Array, *, p: float = 2.0, compute_mode: str | None = None) -> Array:
    """The p-norm of the difference of each row of x and each row of y: (…, P, M), (…, R, M) → (…, P, R).

    compute_mode: whether Euclidean distances come from a matrix product, as Torch spells it; by default where there
    are more than 25 rows. (Of rows that nearly agree it cancels.)"""
    if x.ndim < 2 or y.ndim < 2 or x.shape[-1] != y.shape[-1]:
        raise ValueError("shapes")
    if compute_mode is not None and compute_mode not in MODES:
        raise ValueError(f"compute_mode is {compute_mode!r}, expected one of {', '.join(MODES)}")
    many = max(x.shape[-2], y.shape[-2]) > 25 if compute_mode in (None, MODES[0]) else compute_mode == MODES[1]
    if p == 2 and many and x.shape[-1]:
        s = (x * x).sum(axis=-1)[..., None] + (y * y).sum(axis=-1)[..., None, :] - 2 * product(x, y.mT)
        return np.sqrt(np.maximum(s, 0.0))
    if not x.shape[-1]:
        return (x[..., :, None, :] - y[..., None, :, :]).sum(axis=-1)
    return _length(x[..., :, None, :] - y[..., None, :, :], p, -1).squeeze(-1)


def _over(g: Array, out: Array) -> Array:
    """g / out, 0 where the distance is 0"""
    safe, zero = _guarded(out)
    return np.where(zero, 0.0, g / safe)


def _cdist_x(g: Array, out: Array, x: Array, y: Array, p: float) -> Array:
    """Σⱼ g (xᵢ − yⱼ)ᵖ⁻¹ / outᵖ⁻¹"""
    if p == 2:
        g = _over(g, out)
        return x * g.sum(axis=-1)[..., None] - product(g, y)
    d = x[..., :, None, :] - y[..., None, :, :]
    return (g[..., None] * _slope(d, out[..., None], p, -1)).sum(axis=-2)


def _cdist_y(g: Array, out: Array, x: Array, y: Array, p: float) -> Array:
    """Σᵢ g (yⱼ − xᵢ)ᵖ⁻¹ / outᵖ⁻¹"""
    return _cdist_x(g.mT, out.mT, y, x, p)


cdist.gradients(_cdist_x, _cdist_y)


@composed()
def pdist(x: Any, p: float = 2.0) -> Any:
    """The p-norm of the difference of each two rows of x: (N, M) → (N (N − 1) / 2), in the order 01, 02, …, 12, ….

    Raises ValueError unless x has two axes."""
    if x.ndim != 2:
        raise ValueError(f"pdist: x has shape {x.shape}, expected (N, M): N rows")
    i, j = np.triu_indices(x.shape[0], 1)
    return pairwise_distance(x[i], x[j], p=p, eps=0.0)


@composed()
def dist(x: Any, y: Any, p: float = 2.0) -> Any:
    """The p-norm of all of x − y, which broadcast: one number."""
    return vector_norm(x - y, ord=p)


@primitive(symbol="cos", formula="x · y / (‖x‖ ‖y‖)", latex=r"\frac{{x} \cdot {y}}{\|{x}\| \|{y}\|}",
           torch="cosine_similarity", saves=("a", "b"), broadcasts=True, explain=_clash)  # fmt: skip
def cosine_similarity(x: Array, y: Array, *, axis: int = 1, eps: float = 1e-8) -> Any:
    """The cosine of the angle between x and y along an axis; lengths count as at least eps."""
    x, y, axis = _aligned(x, y, axis)
    a, b = np.maximum(_length(x, 2, axis), eps), np.maximum(_length(y, 2, axis), eps)
    return ((x / a) * (y / b)).sum(axis=axis), a, b


def _aligned(x: Array, y: Array, axis: int) -> tuple[Array, Array, int]:
    """Of one size along the axis, which is counted from the end, as it is the same in both then."""
    if not x.ndim and not y.ndim:
        x, y = x.reshape((1,)), y.reshape((1,))
    n = max(x.ndim, y.ndim)
    if not -n <= axis < n:
        raise np.exceptions.AxisError(axis, n)
    axis = axis % n - n
    if min(x.ndim, y.ndim) < -axis or x.shape[axis] != y.shape[axis]:
        shape = np.broadcast_shapes(x.shape, y.shape)
        x, y = broadcast_to(x, shape=shape), broadcast_to(y, shape=shape)
    return x, y, axis


def _cosine(g: Array, out: Array, x: Array, y: Array, a: Array, b: Array, axis: int) -> Array:
    """g (y / (‖x‖ ‖y‖) − out x / ‖x‖²)"""
    x, y, axis = _aligned(x, y, axis)
    g, out = np.expand_dims(g, axis), np.expand_dims(out, axis)
    return (g / a) * (y / b - out * (x / a))


cosine_similarity.gradients(
    lambda g, out, x, y, a, b, axis: _cosine(g, out, x, y, a, b, axis),
    lambda g, out, x, y, a, b, axis: _cosine(g, out, y, x, b, a, axis),
)


@primitive(symbol="x/‖x‖", formula="x / max(‖x‖ₚ, ε)", torch="normalize", saves=("length",))
def normalize(x: Array, *, p: float = 2.0, axis: int = 1, eps: float = 1e-12) -> Any:
    """x divided by its p-norm along an axis, or by eps where that is larger."""
    length = _length(x, p, axis)
    return x / np.maximum(length, eps), length


def _normalize_x(g: Array, out: Array, x: Array, length: Array, p: float, axis: int, eps: float) -> Array:
    """(g − (Σ g out) ∂‖x‖) / ‖x‖"""
    inner = np.where(length >= eps, (g * out).sum(axis=axis, keepdims=True), 0.0)
    return (g - inner * _slope(x, length, p, axis)) / np.maximum(length, eps)


normalize.gradients(_normalize_x)
