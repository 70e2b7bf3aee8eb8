"""Activations: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("gelu")
def _gelu(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.gelu(xs[0], approximate=kw["approximate"])


@row("softmax", "log_softmax")
def _softmax(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return getattr(t.nn.functional, n.op.name)(xs[0], dim=kw["axis"])  # type: ignore[union-attr]
