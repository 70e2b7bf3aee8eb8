"""Special functions, by the standard library, element by element: ops/ knows NumPy alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..arithmetic import Array

__all__ = [
    "erf",
]  # fmt: skip

_erf: Any = np.frompyfunc(math.erf, 1, 1)


@primitive(symbol="erf", formula="erf x", latex=r"\operatorname{erf} {x}", torch="erf", elementwise=True)
def erf(x: Array) -> Array:
    """Elementwise error function, 2/√π ∫₀ˣ exp(−t²) dt."""
    return np.asarray(_erf(x)).astype(np.result_type(x, np.float16))


erf.gradients(lambda g, x: g * (2 / math.sqrt(math.pi) * np.exp(-x * x)))
