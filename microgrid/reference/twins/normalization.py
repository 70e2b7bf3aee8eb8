"""Normalisation: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("layer_norm", "rms_norm")
def _last_axes(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    assert n.op is not None
    x, *affine = xs
    return getattr(t.nn.functional, n.op.name)(x, x.shape[x.ndim - kw["axes"] :], *affine, eps=kw["eps"])


@row("group_norm")
def _group_norm(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.group_norm(xs[0], kw["groups"], *xs[1:], eps=kw["eps"])


@row("batch_norm")
def _batch_norm(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, weight, bias, mean, var = xs
    if any(p is not None and p.requires_grad for p in (mean, var)):  # Torch's own has no gradient for these
        shape = (-1,) + (1,) * (x.ndim - 2)
        out = (x - mean.reshape(shape)) / (var.reshape(shape) + kw["eps"]).sqrt()
        out = out if weight is None else out * weight.reshape(shape)
        return out if bias is None else out + bias.reshape(shape)
    return t.nn.functional.batch_norm(x, mean, var, weight, bias, training=mean is None, eps=kw["eps"])
