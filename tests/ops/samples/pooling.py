"""Pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microgrid.nn import functional as F

CALLS: dict[str, Callable[..., Any]] = {
    f"nn.functional.max_unpool{d}d.grad": getattr(F, f"max_unpool{d}d") for d in (1, 2, 3)
}
LEFT_OUT: dict[str, str] = {}
