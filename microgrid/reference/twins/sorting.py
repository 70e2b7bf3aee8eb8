"""Sorting and ranking: Torch's calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.node import Node
from .table import row


@row("sort", "argsort")
def _sort(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    values, order = t.sort(xs[0], dim=kw["axis"], descending=kw["descending"], stable=True)
    return values if n.op.name == "sort" else order  # type: ignore[union-attr]


@row("argtopk")
def _argtopk(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.topk(xs[0], kw["k"], dim=kw["axis"], largest=kw["largest"])[1]


@row("argpartition")
def _argpartition(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.from_numpy(np.argpartition(xs[0].numpy(force=True), kw["kth"], kw["axis"]))  # NumPy's alone to say


@row("searchsorted", keep=(0, 1))
def _searchsorted(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, v = (a.contiguous() for a in xs)
    return t.searchsorted(x, v, side=kw["side"]).reshape(n.shape)
