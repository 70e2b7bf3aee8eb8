"""Sums of exponentials, with SciPy's arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.tensor import Tensor, detach
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..reductions.reduction import logsumexp as _log_of_sum

__all__ = ["log_softmax", "logsumexp", "softmax"]


def _array(x: Any) -> Array:
    return x if isinstance(x, Tensor) else np.asarray(x)


@composed()
def logsumexp(a: Array, axis: Any = None, b: Array = None, keepdims: bool = False, return_sign: bool = False) -> Array:
    """log Σ b eᵃ over axes (all by default), without overflow; b = 1 by default.

    return_sign: (log |Σ b eᵃ|, the sum's sign); without it a negative sum gives NaN.
    Raises TypeError for b=True: in Torch's place of keepdim stand SciPy's weights."""
    if isinstance(b, bool):
        raise TypeError(f"logsumexp: b is {b}, expected weights; keepdims is given by name: keepdims={b}")
    a = _array(a)
    if a.dtype.kind != "f":
        a = a.astype(np.float64)
    if b is None and not return_sign:
        return _log_of_sum(a, axis=axis, keepdims=keepdims)
    b = _array(1.0 if b is None else b)
    a, b = np.broadcast_arrays(a, b) if a.shape != b.shape else (a, b)
    a = np.where(b == 0, -np.inf, a)  # what is counted 0 times does not count, were it infinite
    top = np.max(detach(a), axis=axis, keepdims=True) if a.size else 0.0
    top = np.where(np.isfinite(detach(top)), detach(top), 0.0)
    total = (b * np.exp(a - top)).sum(axis=axis, keepdims=True)
    sign = np.sign(detach(total))
    with np.errstate(divide="ignore", invalid="ignore"):  # the log of 0 is −∞ here, that of a negative sum NaN
        value = np.log(np.abs(total) if return_sign else total) + top
    if not keepdims:
        value, sign = value.squeeze(axis)[()], sign.squeeze(axis)[()]
    return (value, sign) if return_sign else value


@composed()
def softmax(x: Array, axis: Any = None) -> Array:
    """Exponentials normalised to sum 1 over axes (all together by default)."""
    from ..elementwise.activation import softmax  # here: activation builds on this package

    return _along(softmax, x, axis)


@composed()
def log_softmax(x: Array, axis: Any = None) -> Array:
    """Logarithm of the softmax over axes (all together by default)."""
    from ..elementwise.activation import log_softmax

    return _along(log_softmax, x, axis)


def _along(f: Any, x: Array, axis: Any) -> Array:
    """f along one axis: several are laid flat as one and spread again."""
    x = _array(x)
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    if isinstance(axis, int | np.integer):
        return f(x, axis=axis)
    axes = range(x.ndim) if axis is None else [int(a) % x.ndim for a in axis]
    rest = [k for k in range(x.ndim) if k not in axes]
    order = [*rest, *axes]
    turned = x.transpose(order) if x.ndim else x
    flat = f(turned.reshape((*(x.shape[k] for k in rest), -1)), axis=-1).reshape(turned.shape)
    return flat.transpose([order.index(k) for k in range(x.ndim)]) if x.ndim else flat
