"""Shape: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import dims, dtype_of, row


@row("reshape", "ravel", "expand_dims")
def _reshape(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].reshape(n.shape)


@row("squeeze")
def _squeeze(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].squeeze() if kw["axis"] is None else xs[0].squeeze(dims(xs[0], kw["axis"]))


@row("transpose")
def _transpose(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    axes = kw["axes"]
    return t.permute(xs[0], tuple(reversed(range(xs[0].ndim)) if axes is None else map(int, axes)))


@row("matrix_transpose")
def _mt(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].mT


@row("swapaxes")
def _swapaxes(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.swapaxes(xs[0], kw["axis1"], kw["axis2"])


@row("broadcast_to")
def _broadcast(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.broadcast_to(xs[0], n.shape)


@row("copy")
def _copy(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].clone()


@row("astype", "truncate", keep=(0,))
def _astype(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].to(dtype_of(t, kw["dtype"]))


@row("concatenate", "stack")
def _joined(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return (t.cat if n.op.name == "concatenate" else t.stack)(xs, dim=kw["axis"])  # type: ignore[union-attr]
