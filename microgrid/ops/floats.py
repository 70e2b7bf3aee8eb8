"""What the elementwise families share: inputs as floating-point numbers, and the gradient of a step."""

from __future__ import annotations

from typing import Any

import numpy as np


def zeros(g: Any) -> Any:
    """0"""
    return np.zeros(g.shape, g.dtype)


def array(x: Any) -> Any:
    """A Tensor or an array as it is, anything else as an array. Raises TypeError for what is no number."""
    a = x if hasattr(x, "dtype") else np.asarray(x)
    if a.dtype.kind not in "biuf":
        raise TypeError(f"{type(x).__name__} is no number; expected a Tensor, an array or a number")
    return a


def double(x: Any) -> Any:
    """The input in float64."""
    x = array(x)
    return x if x.dtype == np.float64 else x.astype(np.float64)


def floating(x: Any) -> Any:
    """Integers and booleans in the floating-point dtype that NumPy computes them in, the rest as it is."""
    x = array(x)
    return x if x.dtype.kind == "f" else x.astype(np.result_type(x.dtype, np.float16))


def single(x: Any) -> Any:
    """float16 in float32, in which what lies between is computed; the rest as it is."""
    x = array(x)
    return x.astype(np.float32) if x.dtype == np.float16 else x


def halved(out: Any, x: Any) -> Any:
    """What was computed in `single`, in float16 again where x is."""
    return out.astype(np.float16) if x.dtype == np.float16 else out
