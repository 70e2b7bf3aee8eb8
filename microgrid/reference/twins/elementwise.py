"""Elementwise operations: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("divmod")
def _divmod(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.floor_divide(*(x.detach() for x in xs)), t.remainder(
        *xs
    )  # Torch has no derivative of the floor, not even 0


@row("clip")
def _clip(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, low, high = xs
    return x.clone() if low is None and high is None else t.clamp(x, low, high)


@row("where", keep=(0,))
def _where(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.where(*xs)
