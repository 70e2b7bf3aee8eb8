"""Activations: Torch's calls here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import microgrid as mg

F = mg.nn.functional
CALLS: dict[str, Callable[..., Any]] = {
    "softmax": F.softmax, "softmax.with_dtype": F.softmax, "log_softmax": F.log_softmax,
    "log_softmax.with_dtype": F.log_softmax, "nn.functional.softmin.with_dtype": F.softmin,
}  # fmt: skip
LEFT_OUT: dict[str, str] = {
    "nn.functional.rrelu: training=True": "its slopes are drawn, here by another generator",
    "nn.functional.silu.complex": "complex numbers",
}
