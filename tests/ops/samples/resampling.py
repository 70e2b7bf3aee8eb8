"""Interpolation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrid.nn import functional as F

MODES = ("nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area")
CALLS: dict[str, Callable[..., Any]] = {f"nn.functional.interpolate.{mode}": F.interpolate for mode in MODES}
LEFT_OUT: dict[str, str] = {}
