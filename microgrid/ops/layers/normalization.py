"""Normalisation: over the last axes (layer, rms), over groups of channels (group, instance), over the batch."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from ..reductions.reduction import added

__all__ = [
    "layer_norm",
]  # fmt: skip


@functools.lru_cache(maxsize=64)
def _weights(n: int, dtype: np.dtype[Any], of: float = 1.0) -> np.ndarray:
    """n times a number: a product with it is a sum, or a mean, at BLAS's speed."""
    made = np.full(n, of, dtype)
    made.flags.writeable = False
    return made


@functools.lru_cache(maxsize=256)
def _number(value: float, dtype: np.dtype[Any]) -> np.ndarray:
    """A number as NumPy takes it fastest."""
    made = np.asarray(value, dtype)
    made.flags.writeable = False
    return made


MANY = 4096  # from how many on rounding asks for NumPy's pairwise sum
SHORT = 512  # elements of a row up to which what goes between rows counts
BLOCK = 131072  # elements that are worked on at a time, so that what lies between stays in the processor's cache


def _fast(x: Array, n: int) -> bool:
    """Whether BLAS may sum: arrays of single and double precision."""
    return isinstance(x, np.ndarray) and x.dtype.itemsize >= 4 and n > 0


def _sum(x: np.ndarray, over: Any) -> Array:
    """Over the last axis (kept), the first, or both but the middle one."""
    if over == -1:
        n = x.shape[-1]
        return (x.dot(_weights(n, x.dtype)) if n <= MANY else added(x, -1))[..., None]
    if over == 0:
        n = x.shape[0]
        return _weights(n, x.dtype).dot(x) if n <= MANY else added(x, 0)
    return added(_sum(x.reshape(-1, x.shape[2]), -1).reshape(x.shape[:2]), 0)[:, None]


def _mean(x: Array, over: Any, n: int) -> Array:
    """The mean of n elements along axes, to broadcast with x."""
    if not _fast(x, n):
        return np.mean(x, axis=over, keepdims=True) if n else added(x, over, None, None, True)
    if n > MANY or over not in (0, -1):
        return _sum(x, over) / n
    even = _weights(n, x.dtype, 1 / n)
    return x.dot(even)[:, None] if over else even.dot(x)


def _mean_product(x: Array, y: Array, over: Any, n: int) -> Array:
    """The mean of x y."""
    if over == 0 or not _fast(x, n):
        return _mean(x * y, over, n)
    if over == -1 and x.size <= MANY and x.dtype is y.dtype:
        return (x * y).dot(_weights(n, x.dtype, 1 / n))[:, None]
    rows = np.vecdot(x, y)
    return ((rows if over == -1 else added(rows, 0)) * (1 / n))[..., None]


def _inverse_root(var: Array, eps: float) -> Array:
    """1 / √(var + ε)"""
    if not isinstance(var, np.ndarray):
        return 1 / np.sqrt(var + eps)
    return np.reciprocal(np.sqrt(var + _number(float(eps), var.dtype)))


def _standardized(x: Array, over: Any, n: int, eps: float) -> tuple[Array, Array, Array, Array]:
    """x with mean 0 and variance 1 over n elements along axes; 1 / √(var + ε), the mean and the variance."""
    mean = _mean(x, over, n)
    xhat = x - mean
    var = _mean_product(xhat, xhat, over, n)
    r = _inverse_root(var, eps)
    xhat *= r
    return xhat, r, mean, var


def _standardized_x(g: Array, xhat: Array, r: Array, over: Any, n: int, slope: Array = None) -> Array:
    """r (g − mean g − x̂ mean(g x̂)); on arrays g is written to.  slope: the last mean, if it is known."""
    slope = _mean_product(g, xhat, over, n) if slope is None else slope
    if not isinstance(g, np.ndarray):
        return (g - _mean(g, over, n) - xhat * slope) * r
    back = xhat * slope
    back += _mean(g, over, n)
    g -= back
    g *= r
    return g


def _shaped(x: Array, shape: tuple[int, ...]) -> Array:
    """x of a shape; x itself if it has it, for a view would be copied where its array becomes a gradient."""
    return x if x.shape == shape else x.reshape(shape)


def _repeated(p: Array, rows: np.ndarray) -> list[Array]:
    """A vector to broadcast with each block of rows; as rows of its own where they are short, as NumPy takes what is
    contiguous at twice the speed."""
    blocks = _blocks(rows)
    if p is None or rows.shape[1] > SHORT:
        return [p] * len(blocks)
    whole = np.broadcast_to(p, (min(blocks[0].stop, len(rows)), rows.shape[1])).copy()
    return [whole[: min(k.stop, len(rows)) - k.start] for k in blocks]


def _blocks(rows: np.ndarray) -> list[slice]:
    """Some rows at a time."""
    step = max(BLOCK // rows.shape[1], 1)
    return [slice(k, k + step) for k in range(0, len(rows), step)]


def _affine(xhat: Array, weight: Array, bias: Array) -> Array:
    """x̂ scaled and shifted."""
    out = xhat if weight is None else xhat * weight
    if bias is None:
        return out
    if weight is None or bias.dtype != out.dtype:
        return out + bias
    out += bias
    return out


def _scaled(g: Array, weight: Array) -> Array:
    """The cotangent of x̂, in an array of its own."""
    return g * weight if weight is not None else g.copy() if isinstance(g, np.ndarray) else g


# ------------------------------------------------------------------------------------------------ the last axes


def _rows(x: Array, axes: int) -> Array:
    """The last axes as one, and the others."""
    if axes == 1 and x.ndim == 2:
        return x
    n = math.prod(x.shape[-axes:])
    return x.reshape((math.prod(x.shape[:-axes]), n))


def _affine_clash(x: tuple[int, ...], *affine: tuple[int, ...], axes: int, eps: Any) -> str:
    return f"weight and bias must have the shape {x[-axes:]} of the last {axes} axes of x"


@primitive(
    symbol="layer norm", formula="(x − mean) / √(var + ε) ⊙ w + b", torch="layer_norm", saves=("xhat", "r"),
    broadcasts=True, explain=_affine_clash,
)  # fmt: skip
def layer_norm(x: Array, weight: Array = None, bias: Array = None, *, axes: int = 1, eps: float = 1e-5) -> Any:
    """x normalised over its last `axes` axes to mean 0 and variance 1, scaled and shifted (Ba, Kiros, Hinton, 2016)."""
    for p in (weight, bias):
        if p is not None and p.shape != x.shape[-axes:]:
            raise ValueError("shapes")
    if axes == 1 and x.ndim == 2:
        return _rows_normed(x, weight, bias, eps)
    weight, bias = (p if p is None else p.reshape((-1,)) for p in (weight, bias))
    out, xhat, r = _rows_normed(_rows(x, axes), weight, bias, eps)
    return out.reshape(x.shape), xhat.reshape(x.shape), r


def _rows_normed(x: Array, weight: Array, bias: Array, eps: float) -> tuple[Array, Array, Array]:
    """(rows normalised, scaled and shifted; normalised; 1 / √(var + ε))"""
    if x.size <= BLOCK or len(x) == 1 or not isinstance(x, np.ndarray):
        xhat, r, _, _ = _standardized(x, -1, x.shape[1], eps)
        return _affine(xhat, weight, bias), xhat, r
    xhat, r = np.empty_like(x), np.empty((len(x), 1), x.dtype)
    affine = [p.dtype for p in (weight, bias) if p is not None]
    out = np.empty(x.shape, np.result_type(x.dtype, *affine)) if affine else xhat
    for k, w, b in zip(_blocks(x), _repeated(weight, x), _repeated(bias, x), strict=True):
        part, normed, shown = x[k], xhat[k], out[k]
        np.subtract(part, _mean(part, -1, x.shape[1]), out=normed)
        r[k] = _inverse_root(_mean_product(normed, normed, -1, x.shape[1]), eps)
        normed *= r[k]
        if weight is not None:
            np.multiply(normed, w, out=shown)
        elif bias is not None:
            shown[...] = normed
        if bias is not None:
            shown += b
    return out, xhat, r


def _layer_norm_x(g: Array, weight: Array, xhat: Array, r: Array, axes: int) -> Array:
    """r (gw − mean gw − x̂ mean(gw x̂))"""
    rows = _rows(xhat, axes)
    return _shaped(_standardized_x(_rows(_scaled(g, weight), axes), rows, r, -1, rows.shape[1]), xhat.shape)


def _layer_norm_part(g: Array, hat: Array, r: Array, w: Array, vector: Array, gx: Array, need: list[bool]) -> Any:
    """All three of some rows.  w: the weight, to broadcast; vector: the weight; gx: where to write x's."""
    n, gw, slope = g.shape[1], None, None
    if need[1]:
        moved = g * hat
        gw = _sum(moved, 0)
        if n <= MANY and _fast(moved, n):  # of them the sum over a row is a product with the weight
            slope = (moved.dot(vector) * _number(1 / n, moved.dtype))[:, None]
    if need[0]:
        gx = _standardized_x(np.multiply(g, w, out=gx), hat, r, -1, n, slope)
    return gx, gw, _sum(g, 0) if need[2] else None


def _layer_norm_joint(g: Array, weight: Array, xhat: Array, r: Array, axes: int, need: list[bool]) -> Any:
    """All three at once, in place."""
    rows, normed, shape = _rows(g, axes), _rows(xhat, axes), g.shape[-axes:]
    n = rows.shape[1]
    vector = _weights(n, g.dtype) if weight is None else weight.reshape(-1)
    if g.size <= BLOCK or len(rows) == 1:
        gx, gw, gb = _layer_norm_part(rows, normed, r, vector, vector, None, need)
    else:
        gx, gw, gb = np.empty_like(rows) if need[0] else None, np.zeros(n, g.dtype), np.zeros(n, g.dtype)
        for k, w in zip(_blocks(rows), _repeated(vector, rows), strict=True):
            part = _layer_norm_part(rows[k], normed[k], r[k], w, vector, gx if gx is None else gx[k], need)
            gw += part[1] if need[1] else 0
            gb += part[2] if need[2] else 0
    if axes == 1 and g.ndim == 2:
        return gx, gw, gb
    return tuple(p if p is None else p.reshape(s) for p, s in zip((gx, gw, gb), (g.shape, shape, shape), strict=True))


layer_norm.gradients(
    _layer_norm_x,
    lambda g, xhat: g * xhat,
    lambda g: g,
    joint=_layer_norm_joint,
)


@primitive(
    symbol="rms norm", formula="x / √(mean x² + ε) ⊙ w", torch="rms_norm", saves=("xhat", "r"), broadcasts=True,
    explain=_affine_clash,
)  # fmt: skip
def rms_norm(x: Array, weight: Array = None, *, axes: int = 1, eps: float | None = None) -> Any:
    """x divided by the root of the mean of its squares over its last `axes` axes, scaled (Zhang, Sennrich, 2019).

    eps: that of the dtype if None."""
    if weight is not None and weight.shape != x.shape[-axes:]:
        raise ValueError("shapes")
    rows = _rows(x, axes)
    r = _inverse_root(_mean_product(rows, rows, -1, rows.shape[1]), np.finfo(x.dtype).eps if eps is None else eps)
    xhat = (rows * r).reshape(x.shape)
    return _affine(xhat, weight, None), xhat, r


def _rms_norm_x(g: Array, weight: Array, xhat: Array, r: Array, axes: int) -> Array:
    """r (gw − x̂ mean(gw x̂))"""
    rows = _rows(xhat, axes)
    g = _rows(g if weight is None else g * weight, axes)
    return _shaped((g - rows * _mean_product(g, rows, -1, rows.shape[1])) * r, xhat.shape)


rms_norm.gradients(_rms_norm_x, lambda g, xhat: g * xhat)


# ------------------------------------------------------------------------------------------------ channels


def _per_channel(p: Array, x: Array) -> Array:
    """One number a channel, to broadcast with x (N, C, …)."""
    return p if p is None or x.ndim == 2 else p.reshape((p.shape[0],) + (1,) * (x.ndim - 2))


def by_channel(g: Array) -> Array:
    """Summed over all axes but the second, the channels."""
    if isinstance(g, np.ndarray) and g.dtype.itemsize >= 4:
        flat, over, _ = _channels(g)
        return _sum(flat, over).reshape(-1)
    return added(g, (0, *range(2, g.ndim)))


def _channel_clash(x: tuple[int, ...], *given: tuple[int, ...], **how: Any) -> str:
    if len(x) < 2:
        return f"x has shape {x}, expected (N, C, …): examples and channels"
    if "groups" in how and (how["groups"] < 1 or x[1] % how["groups"]):
        return f"{x[1]} channels do not divide into {how['groups']} groups"
    return f"weight, bias, mean and var must have the shape {x[1:2]}: one number a channel"


def _checked(x: Array, *given: Array) -> None:
    if x.ndim < 2:
        raise ValueError("axes")
    for p in given:
        if p is not None and p.shape != x.shape[1:2]:
            raise ValueError("shapes")


@primitive(
    symbol="group norm", formula="(x − mean) / √(var + ε) ⊙ w + b", torch="group_norm", saves=("xhat", "r"),
    explain=_channel_clash,
)  # fmt: skip
def group_norm(x: Array, weight: Array = None, bias: Array = None, *, groups: int, eps: float = 1e-5) -> Any:
    """x (N, C, …) normalised, in each example, over each group of channels; scaled and shifted by channel.

    As many groups as channels: instance normalisation. (Wu, He, 2018)"""
    _checked(x, weight, bias)
    if groups < 1 or x.shape[1] % groups:
        raise ValueError("groups")
    _, xhat, r = _rows_normed(_groups(x, groups), None, None, eps)
    xhat = xhat.reshape(x.shape)
    return _affine(xhat, _per_channel(weight, x), _per_channel(bias, x)), xhat, r


def _groups(x: Array, groups: int) -> Array:
    """A row a group of an example."""
    return x.reshape((x.shape[0] * groups, x.shape[1] // groups * math.prod(x.shape[2:])))


def _group_norm_x(g: Array, weight: Array, xhat: Array, r: Array, groups: int) -> Array:
    """r (gw − mean gw − x̂ mean(gw x̂))"""
    rows = _groups(xhat, groups)
    g = _groups(_scaled(g, _per_channel(weight, xhat)), groups)
    return _shaped(_standardized_x(g, rows, r, -1, rows.shape[1]), xhat.shape)


group_norm.gradients(
    _group_norm_x,
    lambda g, xhat: by_channel(g * xhat),
    lambda g: by_channel(g),
)


@primitive(
    symbol="batch norm", formula="(x − mean) / √(var + ε) ⊙ w + b", torch="batch_norm",
    saves=("xhat", "r", "m", "v"), explain=_channel_clash,
)  # fmt: skip
def batch_norm(
    x: Array, weight: Array = None, bias: Array = None, mean: Array = None, var: Array = None, *, eps: float = 1e-5
) -> Any:
    """x (N, C, …) normalised by channel, over all else; scaled and shifted by channel (Ioffe, Szegedy, 2015).

    mean, var: what to normalise by, instead of the batch's own."""
    _checked(x, weight, bias, mean, var)
    weight, bias = _per_channel(weight, x), _per_channel(bias, x)
    if mean is None:
        flat, over, n = _channels(x)
        xhat, r, m, v = _standardized(flat, over, n, eps)
        xhat = xhat.reshape(x.shape)
        return _affine(xhat, weight, bias), xhat, r, m, v
    r = _inverse_root(_per_channel(var, x), eps)
    scale = r if weight is None else r * weight
    shift = -_per_channel(mean, x) * scale
    return _affine(x, scale, shift if bias is None else shift + bias), None, r, None, None


def _channels(x: Array) -> tuple[Array, Any, int]:
    """x as (N, C) or (N, C, S), the axes but that of the channels, and how many elements they have."""
    if x.ndim == 2:
        return x, 0, x.shape[0]
    size = math.prod(x.shape[2:])
    return x.reshape((*x.shape[:2], size)), (0, 2), x.shape[0] * size


def _batch_norm_x(g: Array, weight: Array, xhat: Array, r: Array) -> Array:
    """r (gw − mean gw − x̂ mean(gw x̂)); r gw where mean and var are given"""
    weight = _per_channel(weight, g)
    if xhat is None:
        return g * (r if weight is None else r * weight)
    flat, over, n = _channels(xhat)
    return _shaped(_standardized_x(_channels(_scaled(g, weight))[0], flat, r, over, n), g.shape)


def _batch_norm_weight(g: Array, x: Array, mean: Array, xhat: Array, r: Array) -> Array:
    """Σ g x̂"""
    return by_channel(g * ((x - _per_channel(mean, x)) * r if xhat is None else xhat))


def _batch_norm_mean(g: Array, weight: Array, r: Array) -> Array:
    """−r Σ gw"""
    return -by_channel(_batch_norm_x(g, weight, None, r))


def _batch_norm_var(g: Array, x: Array, weight: Array, mean: Array, r: Array) -> Array:
    """−½ r² Σ gw x̂"""
    g = _batch_norm_x(g, weight, None, r)
    return -0.5 * by_channel(g * (x - _per_channel(mean, x)) * (r * r))


batch_norm.gradients(
    _batch_norm_x,
    _batch_norm_weight,
    lambda g: by_channel(g),
    _batch_norm_mean,
    _batch_norm_var,
)
