"""Scans: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("cummax", "cummin")
def _extreme(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return getattr(t, n.op.name)(xs[0], dim=kw["axis"])[0]  # type: ignore[union-attr]


@row("argcummax", "argcummin")
def _where_extreme(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return getattr(t, n.op.name.removeprefix("arg"))(xs[0], dim=kw["axis"])[1]  # type: ignore[union-attr]


@row("recurrence")
def _recurrence(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    a, b = (x.movedim(kw["axis"], 0) for x in xs)
    s: list[Any] = []
    for k in range(len(b)):
        s.append(t.addcmul(b[k], a[k], s[-1]) if s else b[k])
    return t.stack(s).movedim(0, kw["axis"]) if s else xs[1].clone()
