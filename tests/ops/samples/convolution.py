"""Convolutions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CALLS: dict[str, Callable[..., Any]] = {}
LEFT_OUT: dict[str, str] = {}
