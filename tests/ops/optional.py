"""Torch where it is installed: the table spells its twins, and is read without it too."""

from __future__ import annotations

from typing import Any

torch: Any
try:
    import torch
except ImportError:
    torch = None
