"""Functions that NumPy takes number by number: of many in whole passes, several times as fast, with its values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..blocks import many, mapped

MANY = 4096
_BLOCK = 16384
_EXACT = 2.0**28  # quotients of single precision below it are told from whole numbers in double precision


def _many(x: Any, y: Any, kinds: str) -> bool:
    """Whether these are arrays of one of these dtypes, and large."""
    return type(x) is type(y) is np.ndarray and x.size >= MANY and x.dtype == y.dtype and x.dtype.char in kinds


def _divided(x: Any, y: Any, whole: Callable[..., Any], sign: Any) -> Any:
    """x − y whole(x / y) with the sign of `sign`, by way of double precision, in which it is exact; None where it would
    not be. Block by block, since fresh memory costs more than the arithmetic."""
    if x.shape != y.shape or not (x.flags.c_contiguous and y.flags.c_contiguous):
        return None
    out = np.empty(x.shape, x.dtype)
    flat, xs, ys, signs = out.reshape(-1), x.reshape(-1), y.reshape(-1), sign.reshape(-1)
    with np.errstate(all="ignore"):
        for start in range(0, x.size, _BLOCK):
            block = slice(start, start + _BLOCK)
            a, b = xs[block].astype(np.float64), ys[block].astype(np.float64)
            quotient = a / b
            whole(quotient, out=quotient)
            if not (np.abs(quotient).max() < _EXACT and np.isfinite(b).all()):
                return None
            quotient *= b
            a -= quotient
            np.copysign(a, signs[block], out=flat[block], casting="same_kind")
    return out


def remainder(x: Any, y: Any) -> Any:
    """x % y"""
    out = _divided(x, y, np.floor, y) if _many(x, y, "f") else None
    return x % y if out is None else out


def fmod(x: Any, y: Any) -> Any:
    """np.fmod(x, y)"""
    out = _divided(x, y, np.trunc, x) if _many(x, y, "f") else None
    return np.fmod(x, y) if out is None else out


def logaddexp(x: Any, y: Any) -> Any:
    """np.logaddexp(x, y)"""
    return _log_sum(x, y, np.exp, 1.0) if _many(x, y, "fd") else np.logaddexp(x, y)


def logaddexp2(x: Any, y: Any) -> Any:
    """np.logaddexp2(x, y)"""
    return _log_sum(x, y, np.exp2, 1 / math.log(2)) if _many(x, y, "fd") else np.logaddexp2(x, y)


def _log_sum(x: Any, y: Any, exp: Callable[..., Any], unit: float) -> Any:
    """max(x, y) + log(1 + exp(−|x − y|))"""
    with np.errstate(invalid="ignore"):
        out = np.abs(x - y)
    np.negative(out, out=out)
    np.fmin(out, 0, out=out)  # equal infinities are 0 apart
    np.log1p(exp(out, out=out), out=out)
    if unit != 1:
        out *= unit
    out += np.maximum(x, y)
    return out


def hypot(x: Any, y: Any) -> Any:
    """np.hypot(x, y)"""
    return mapped(_hypot, x, y) if many(x, y) else np.hypot(x, y)


def _hypot(x: Any, y: Any) -> Any:
    """√(x² + y²), in double precision: squares of float32 are exact there. A block where a square is too large or too
    small, infinite or NaN goes to NumPy."""
    out, b = x.astype(np.float64), y.astype(np.float64)
    out *= out
    b *= b
    out += b
    low = 1e-290 if x.dtype == np.float64 else 0.0
    return np.sqrt(out, out=out) if low <= out.min() and out.max() < 1e300 else np.hypot(x, y)
