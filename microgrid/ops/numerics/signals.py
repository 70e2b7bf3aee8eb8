"""Sequences of samples: discrete convolution, interpolation between samples, phases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.dispatch import values_of
from ...core.tensor import Tensor, ops
from ..composition import composed
from ..layers.convolution import conv

__all__ = ["angle", "convolve", "correlate", "interp", "unwrap"]


def _vector(x: Any, what: str) -> Any:
    """At least one element along one axis."""
    x = x if isinstance(x, Tensor) else np.asarray(x)
    x = ops.reshape(x, shape=(1,)) if x.ndim == 0 else x
    if x.ndim > 1 or x.size == 0:
        raise ValueError(f"{what}: an input {x.shape}, expected a vector of at least one element; conv1d takes batches")
    return x


def _full(a: Any, v: Any) -> Any:
    """Σ aⱼ vₖ₋ⱼ for every k where they overlap."""
    if a.dtype.kind != "f" and v.dtype.kind != "f":
        plain = np.convolve(values_of(a), values_of(v))
        return Tensor(plain) if isinstance(a, Tensor) or isinstance(v, Tensor) else plain
    dtype = np.result_type(a.dtype, v.dtype)
    a, v = (x if x.dtype == dtype else ops.astype(x, dtype=dtype) for x in (a, v))
    reach = v.size - 1
    out = conv(a.reshape((1, 1, -1)), v[::-1].reshape((1, 1, -1)), stride=(1,), padding=((reach, reach),),
               dilation=(1,), groups=1)  # fmt: skip
    return out.reshape((-1,))


def _moded(full: Any, large: int, small: int, mode: str, late: bool, what: str) -> Any:
    """The part of a full convolution that a mode keeps; of an even window's two middles the earlier or the later."""
    if mode == "full":
        return full
    if mode not in ("same", "valid"):
        raise ValueError(f"{what}: mode is {mode!r}, expected 'full', 'same' or 'valid'")
    if mode == "valid":
        return full[small - 1 : large]
    start = small // 2 if late else (small - 1) // 2
    return full[start : start + large]


@composed(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """Discrete convolution of two vectors: all overlaps, as many as the longer has ("same"), or the complete ones
    ("valid").

    Raises ValueError for matrices, for vectors without elements and for another mode."""
    a, v = _vector(a, "convolve"), _vector(v, "convolve")
    large, small = (a, v) if a.size >= v.size else (v, a)
    return _moded(_full(large, small), large.size, small.size, mode, False, "convolve")


@composed(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """Cross-correlation of two vectors, Σ aₙ₊ₖ vₙ for each shift k; modes as of `convolve`."""
    a, v = _vector(a, "correlate"), _vector(v, "correlate")
    large, small = (a, v[::-1]) if a.size >= v.size else (v[::-1], a)
    return _moded(_full(large, small), large.size, small.size, mode, a.size < v.size, "correlate")


@composed(np.interp)
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: float | None = None) -> Any:
    """The piecewise linear function through (xp, fp) at x; left and right of it the outer values, or those given.

    xp: increasing, unless there is a period.  period: of the function; left and right do not matter then.
    Differentiable in x, xp and fp; at a sample with the slope to its right.
    Raises ValueError for xp and fp that are no vectors of one length."""
    x, xp, fp = (v if isinstance(v, Tensor) else np.asarray(v) for v in (x, xp, fp))
    x, xp, fp = (v if v.dtype == np.float64 else ops.astype(v, dtype=np.float64) for v in (x, xp, fp))
    if xp.ndim != 1 or xp.shape != fp.shape or not xp.size:
        raise ValueError(f"interp: xp {xp.shape}, fp {fp.shape}; expected vectors of one length, at least 1")
    if period is not None:
        if period == 0:
            raise ValueError("interp: period is 0, expected another number")
        period, left, right = abs(period), None, None
        x, xp = x % period, xp % period
        order = np.argsort(values_of(xp))
        xp, fp = xp[order], fp[order]
        xp = ops.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        fp = ops.concatenate([fp[-1:], fp, fp[:1]])
    at, knots = np.asarray(values_of(x)), values_of(xp)
    i = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, max(xp.size - 2, 0))
    j = np.minimum(i + 1, xp.size - 1)
    width = np.where(knots[j] == knots[i], 1.0, xp[j] - xp[i])
    out = fp[i] + (fp[j] - fp[i]) / width * (x - xp[i])
    out = np.where(at < knots[0], fp[0] if left is None else left, out)
    return np.where(at > knots[-1], fp[-1] if right is None else right, out)


@composed(np.unwrap)
def unwrap(p: Any, discont: float | None = None, axis: int = -1, *, period: float = 2 * math.pi) -> Any:
    """Phases without their jumps of a period or more along an axis: each has a multiple of the period added, a
    constant, so the gradient passes."""
    values = np.asarray(values_of(p))
    steps = np.unwrap(values, discont, axis, period=period) - values
    return p + steps if isinstance(p, Tensor) else values + steps


@composed(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """The angle in the complex plane: of a real number 0 or π (180 in degrees), so its derivative is 0."""
    found = np.angle(values_of(z), deg)
    return found if not isinstance(z, Tensor) else Tensor(found) if z.dtype.kind != "f" else ops.sign(z) * 0.0 + found


def _shifted(x: Any, axes: Any, back: bool) -> Any:
    axes = tuple(range(x.ndim)) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
    return ops.roll(x, tuple((s + 1) // 2 if back else s // 2 for s in (x.shape[k] for k in axes)), axis=axes)


@composed(np.fft.fftshift)
def _fftshift(x: Any, axes: Any = None) -> Any:
    return _shifted(x, axes, False)


@composed(np.fft.ifftshift)
def _ifftshift(x: Any, axes: Any = None) -> Any:
    return _shifted(x, axes, True)
