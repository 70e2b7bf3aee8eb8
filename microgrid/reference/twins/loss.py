"""Losses: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


def _class_axis_second(x: Any, target: Any, axis: int) -> tuple[Any, Any]:
    """As Torch wants its classes: on axis 1, or the only one."""
    if x.ndim < 2:
        return x, target
    return x.movedim(axis, 1), target.movedim(axis, 1) if target.ndim == x.ndim else target


@row("cross_entropy", keep=(1,))
def _cross_entropy(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, target = _class_axis_second(xs[0], xs[1], kw["axis"])
    if not target.is_floating_point():
        target = target.long()
    return t.nn.functional.cross_entropy(x, target, reduction=kw["reduction"])


@row("nll", keep=(1,))
def _nll(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, target = _class_axis_second(xs[0], xs[1], kw["axis"])
    return t.nn.functional.nll_loss(x, target.long(), reduction=kw["reduction"])


@row("mse")
def _mse(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.mse_loss(*t.broadcast_tensors(*xs), reduction=kw["reduction"])
