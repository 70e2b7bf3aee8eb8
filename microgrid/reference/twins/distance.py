"""Distances: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("cdist")
def _cdist(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    # not torch.cdist, which is once differentiable
    return t.linalg.vector_norm(xs[0].unsqueeze(-2) - xs[1].unsqueeze(-3), ord=float(kw["p"]), dim=-1)


@row("normalize")
def _normalize(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.normalize(xs[0], p=kw["p"], dim=kw["axis"], eps=kw["eps"])


@row("cosine_similarity")
def _cosine_similarity(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.cosine_similarity(*xs, dim=kw["axis"], eps=kw["eps"])
