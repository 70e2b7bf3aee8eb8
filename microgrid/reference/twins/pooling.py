"""Pooling: Torch's calls, over planes of one channel."""

from __future__ import annotations

import math
from typing import Any

from ...core.node import Node
from .table import row


def _planes(x: Any, d: int) -> Any:
    return x.reshape(-1, 1, *x.shape[x.ndim - d :])


def _largest(t: Any, x: Any, kw: dict[str, Any], n: Node) -> Any:
    d = len(kw["kernel"])
    if not x.numel():
        return t.zeros(n.shape, dtype=x.dtype) + x.sum(), t.zeros(n.shape, dtype=t.int64)
    f = getattr(t.nn.functional, f"max_pool{d}d")
    out, at = f(
        _planes(x, d), kw["kernel"], kw["stride"], kw["padding"], kw["dilation"], kw["ceil"], return_indices=True
    )  # fmt: skip
    return out.reshape(n.shape), at.reshape(n.shape)


@row("max_pool")
def _max_pool(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return _largest(t, xs[0], kw, n)[0]


@row("max_pool_places")
def _max_pool_places(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return _largest(t, xs[0], kw, n)[1]


def _adaptive(t: Any, x: Any, kw: dict[str, Any], n: Node) -> Any:
    d = len(kw["size"])
    if not math.prod(n.shape):
        return t.zeros(n.shape, dtype=x.dtype) + x.sum(), t.zeros(n.shape, dtype=t.int64)
    f = getattr(t.nn.functional, f"adaptive_max_pool{d}d")
    out, at = f(_planes(x, d), kw["size"], return_indices=True)
    return out.reshape(n.shape), at.reshape(n.shape)


@row("adaptive_max_pool")
def _adaptive_max_pool(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return _adaptive(t, xs[0], kw, n)[0]


@row("adaptive_max_pool_places")
def _adaptive_max_pool_places(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return _adaptive(t, xs[0], kw, n)[1]


@row("max_unpool")
def _max_unpool(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    d = len(kw["shape"])
    x, lead = xs[0], xs[0].shape[: xs[0].ndim - d]
    at = t.as_tensor(kw["at"]).reshape(math.prod(lead), -1)
    zeros = t.zeros((math.prod(lead), math.prod(kw["shape"])), dtype=x.dtype)
    return zeros.scatter(1, at, x.reshape(at.shape)).reshape(n.shape)


def _mean(t: Any, x: Any, kw: dict[str, Any]) -> Any:
    d = len(kw["kernel"])
    more = {} if d == 1 else {"divisor_override": kw["divisor"]}
    f = getattr(t.nn.functional, f"avg_pool{d}d")
    scale = math.prod(kw["kernel"]) / kw["divisor"] if d == 1 and kw["divisor"] else 1
    include = kw["include"] or scale != 1
    return f(_planes(x, d), kw["kernel"], kw["stride"], kw["padding"], kw["ceil"], include, **more) * scale


@row("avg_pool")
def _avg_pool(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    if not xs[0].numel():
        return t.zeros(n.shape, dtype=xs[0].dtype) + xs[0].sum()
    return _mean(t, xs[0], kw).reshape(n.shape)


@row("avg_unpool")
def _avg_unpool(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    """The transpose of Torch's mean, which is linear: its gradient at zeros."""
    if not xs[0].numel():
        return t.zeros(n.shape, dtype=xs[0].dtype) + xs[0].sum()
    zeros = t.zeros(n.shape, dtype=xs[0].dtype, requires_grad=True)
    with t.enable_grad():
        out = _mean(t, zeros, kw)
        (found,) = t.autograd.grad(out, zeros, xs[0].reshape(out.shape), create_graph=True)
    return found
