"""Rows of a table by number: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("embedding", keep=(0,))
def _embedding(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.embedding(
        xs[0].long(), xs[1], padding_idx=kw["padding_idx"], scale_grad_by_freq=kw["scale_grad_by_freq"]
    )


@row("one_hot", keep=(0,))
def _one_hot(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.one_hot(xs[0].long(), kw["num_classes"])
