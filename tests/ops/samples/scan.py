"""Scans and derivatives along an axis: where Torch's call is another than NumPy's."""

from __future__ import annotations

import microgrid as mg

F = mg.nn.functional
CALLS = {"cumsum": F.cumsum, "cumprod": F.cumprod, "gradient": F.gradient}
LEFT_OUT: dict[str, str] = {}
