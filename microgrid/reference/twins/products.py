"""Products: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("outer")
def _outer(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.outer(*(x.reshape(-1) for x in xs))


@row("vecdot", "cross")
def _along(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return getattr(t.linalg, n.op.name)(*t.broadcast_tensors(*xs), dim=kw["axis"])  # type: ignore[union-attr]


@row("trace")
def _trace(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.diagonal(xs[0], kw["offset"], kw["axis1"], kw["axis2"]).sum(-1)


@row("einsum")
def _einsum(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.einsum(kw["subscripts"], *xs)
