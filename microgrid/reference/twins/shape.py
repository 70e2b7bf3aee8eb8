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


@row("flip")
def _flip(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.flip(xs[0], dims(xs[0], kw["axis"]))


@row("roll")
def _roll(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    (x,), axis, shift = xs, kw["axis"], kw["shift"]
    if axis is None or not x.ndim:
        return t.roll(x.reshape(-1), sum(shift) if isinstance(shift, tuple | list) else shift).reshape(x.shape)
    shifts, axes = (v if isinstance(v, tuple | list) else (v,) for v in (shift, axis))
    k = max(len(shifts), len(axes))
    return t.roll(x, tuple(shifts) * (k // len(shifts)), tuple(axes) * (k // len(axes)))


@row("tile")
def _tile(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].repeat(kw["reps"])


@row("repeat")
def _repeat(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.repeat_interleave(xs[0], kw["times"], kw["axis"])


@row("diagonal")
def _diagonal(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.diagonal(xs[0], kw["offset"], kw["axis1"], kw["axis2"])


@row("diag_embed")
def _diag_embed(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    zeros = t.zeros(n.shape, dtype=xs[0].dtype)
    return t.diagonal_scatter(zeros, xs[0], kw["offset"], kw["axis1"], kw["axis2"])


@row("tril", "triu")
def _triangle(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return getattr(t, n.op.name)(t.broadcast_to(xs[0], n.shape), kw["k"])  # type: ignore[union-attr]
