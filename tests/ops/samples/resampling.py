"""Interpolation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrid.nn import functional as F

MODES = ("nearest", "nearest-exact", "linear", "bilinear", "bicubic", "trilinear", "area")
CALLS: dict[str, Callable[..., Any]] = {f"nn.functional.interpolate.{mode}": F.interpolate for mode in MODES}
MODES_OF = ("bilinear", "nearest", "bicubic"), ("zeros", "border", "reflection")


def _sampled(x: Any, grid: Any, mode: int, outside: int, align: bool) -> Any:
    return F.grid_sample(x, grid, MODES_OF[0][mode], MODES_OF[1][outside], align)


CALLS |= {f"grid_sampler_{d}d": _sampled for d in (2, 3)}
LEFT_OUT: dict[str, str] = {}
