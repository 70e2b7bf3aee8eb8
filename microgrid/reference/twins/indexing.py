"""Indexing: which places an index names is NumPy's to say (Torch knows no negative step); what happens there is
Torch's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.node import Node
from ...core.views import follow
from .table import row


def _places(shape: tuple[int, ...], index: Any, path: Any = ()) -> Any:
    every = np.arange(math.prod(shape)).reshape(shape)
    return np.asarray((follow(every, path) if path else every)[index])


@row("getitem", keep=(0,))
def _getitem(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    at = _places(tuple(xs[0].shape), kw["index"])
    return xs[0].reshape(-1)[t.from_numpy(at.ravel().copy())].reshape(at.shape)


@row("scatter")
def _scatter(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    at = _places(n.shape, kw["index"])
    zeros = t.zeros(math.prod(n.shape), dtype=xs[0].dtype)
    values = t.broadcast_to(xs[0], at.shape).reshape(-1)
    return zeros.index_put((t.from_numpy(at.ravel().copy()),), values, accumulate=True).reshape(n.shape)


@row("setitem", keep=(0, 1))
def _put(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, v = xs
    at = _places(n.shape, kw["index"], kw["path"])
    if v.ndim > at.ndim:  # NumPy stores (1, 1, 3) in (3,)
        v = v.reshape(v.shape[v.ndim - at.ndim :])
    last = np.full(math.prod(n.shape), -1)
    last[at.ravel()] = np.arange(at.size)  # of several values for one place, the last one stays
    if not at.size:
        return x.clone()
    taken = t.broadcast_to(v, at.shape).reshape(-1)[t.from_numpy(np.maximum(last, 0))]
    return t.where(t.from_numpy(last >= 0), taken, x.reshape(-1)).reshape(n.shape)


def _from_0(index: Any, n: int) -> Any:
    """Indices counted from 0: Torch knows no others here."""
    return (index.long() % n) if n else index.long()


@row("take", keep=(1,))
def _take(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, index = xs
    axis = kw["axis"] % x.ndim
    return t.index_select(x, axis, _from_0(index, x.shape[axis]).reshape(-1)).reshape(n.shape)


@row("index_add", keep=(1,))
def _index_add(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, index, y = xs
    axis = kw["axis"] % x.ndim
    rows = y.reshape((*x.shape[:axis], -1, *x.shape[axis + 1 :]))
    return t.index_add(x, axis, _from_0(index, x.shape[axis]).reshape(-1), rows)


@row("gather", keep=(1,))
def _gather(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.gather(xs[0], kw["axis"], _from_0(xs[1], xs[0].shape[kw["axis"]]))


@row("scatter_add", "put_along_axis", "scatter_reduce", keep=(1,))
def _scatter_along(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, index, y = xs
    index = _from_0(index, x.shape[kw["axis"]])
    y = y if y.ndim else y.expand(index.shape)
    if n.op.name == "scatter_reduce":  # type: ignore[union-attr]
        return t.scatter_reduce(x, kw["axis"], index, y, kw["reduce"], include_self=kw["include_self"])
    return (t.scatter_add if n.op.name == "scatter_add" else t.scatter)(x, kw["axis"], index, y)  # type: ignore[union-attr]
