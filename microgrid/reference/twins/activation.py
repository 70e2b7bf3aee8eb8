"""Activations: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("gelu")
def _gelu(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.gelu(xs[0], approximate=kw["approximate"])


@row("softmax", "log_softmax", "glu")
def _softmax(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return getattr(t.nn.functional, n.op.name)(xs[0], dim=kw["axis"])  # type: ignore[union-attr]


@row("elu")
def _elu(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.ops.aten.elu(xs[0], kw["alpha"], kw["scale"], kw["input_scale"])


@row("prelu")
def _prelu(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, w = xs  # Torch's own wants one axis of weights
    return t.where(x > 0, x, x * w)


@row("hardsigmoid")
def _hardsigmoid(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.relu6(xs[0] + 3) / 6  # the gradient of its own is a sixth in single precision
