"""Sliding windows: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("windows")
def _windows(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return _of(xs[0], kw, n.shape)


def _of(x: Any, kw: dict[str, Any], shape: tuple[int, ...]) -> Any:
    d = len(kw["stride"])
    lead = x.ndim - d
    kernel = shape[lead : lead + d]
    for k in range(d):
        x = x.unfold(lead + k, (kernel[k] - 1) * kw["dilation"][k] + 1, kw["stride"][k])[..., :: kw["dilation"][k]]
    return x.permute(*range(lead), *range(lead + d, lead + 2 * d), *range(lead, lead + d))


@row("overlap_add")
def _overlap_add(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    """The transpose of the windows: each is added where an array of places says that it came from."""
    d = len(kw["shape"])
    plane = xs[0].shape[: xs[0].ndim - 2 * d]
    places = t.arange(t.Size(kw["shape"]).numel()).reshape(kw["shape"])
    at = _of(places, kw, tuple(xs[0].shape[xs[0].ndim - 2 * d :]))
    zeros = t.zeros((*plane, places.numel()), dtype=xs[0].dtype)
    flat = xs[0].reshape(*plane, at.numel())
    return zeros.index_add(-1, at.reshape(-1), flat).reshape(n.shape)
