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
    how = {name: kw[name] for name in ("reduction", "ignore_index", "label_smoothing")}
    return t.nn.functional.cross_entropy(x, target, xs[2], **how)


@row("nll", keep=(1,))
def _nll(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, target = _class_axis_second(xs[0], xs[1], kw["axis"])
    how = {name: kw[name] for name in ("reduction", "ignore_index")}
    return t.nn.functional.nll_loss(x, target.long(), xs[2], **how)


@row("mse", "l1", "huber", "smooth_l1")
def _pointwise(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    assert n.op is not None
    return getattr(t.nn.functional, n.op.torch)(*t.broadcast_tensors(*xs), **kw)


@row("kl")
def _kl(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    each = t.nn.functional.kl_div(*t.broadcast_tensors(*xs), reduction="none", log_target=kw["log_target"])
    return each if kw["reduction"] == "none" else getattr(each, kw["reduction"])()  # Torch warns of its "mean"


@row("binary_cross_entropy_with_logits")
def _with_logits(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, target, p = xs
    if p is None or not p.requires_grad:
        return t.nn.functional.binary_cross_entropy_with_logits(x, target, pos_weight=p, reduction=kw["reduction"])
    each = (1 - target) * x + (1 + (p - 1) * target) * t.nn.functional.softplus(-x)  # Torch's has no gradient for p
    return each if kw["reduction"] == "none" else getattr(each, kw["reduction"])()
