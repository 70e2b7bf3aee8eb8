"""Padding, windows and rearrangements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrid.nn import functional as F

CALLS: dict[str, Callable[..., Any]] = {
    **{f"nn.functional.pad.{mode}": F.pad for mode in ("constant", "reflect", "replicate", "circular")},
    "nn.functional.pad.replicate_negative": F.pad,
    "nn.functional.unfold": F.unfold,
}
LEFT_OUT: dict[str, str] = {}
