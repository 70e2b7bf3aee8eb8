"""Padding, windows and rearrangements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrid.nn import functional as F
from microgrid.ops.shapes.windows import unfold

CALLS: dict[str, Callable[..., Any]] = {
    **{f"nn.functional.pad.{mode}": F.pad for mode in ("constant", "reflect", "replicate", "circular")},
    "nn.functional.pad.replicate_negative": F.pad,
    "constant_pad_nd": lambda x, pad, value=0: F.pad(x, pad, value=value),
    "nn.functional.unfold": F.unfold,
    "unfold": unfold,
    "unfold_copy": unfold,
}
LEFT_OUT: dict[str, str] = {}
