"""Special functions. Values by SciPy where it is installed, else by the standard library, element by element."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.primitive import primitive
from .arithmetic import Array


@functools.cache
def _erf() -> Callable[[Any], Any]:
    try:
        from scipy.special import erf as ufunc
    except ImportError:
        slow = np.frompyfunc(math.erf, 1, 1)
        return lambda x: np.asarray(slow(x)).astype(np.result_type(x, np.float16))
    return ufunc  # type: ignore[no-any-return]


@primitive(symbol="erf", formula="erf x", latex=r"\operatorname{erf} {x}", torch="erf", elementwise=True)
def erf(x: Array) -> Array:
    """Elementwise error function, 2/√π ∫₀ˣ exp(−t²) dt."""
    return _erf()(x)


erf.gradients(lambda g, x: g * (2 / math.sqrt(math.pi) * np.exp(-x * x)))
