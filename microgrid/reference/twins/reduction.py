"""Reductions: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import dims, row


def _reduction(name: str, **more: str) -> None:
    """Over several axes at once; a 0-d input as one of one element."""

    @row(name)
    def reduce(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
        (x,) = xs
        f = getattr(t, {"max": "amax", "min": "amin"}.get(name, name))
        extra = {theirs: kw[ours] for ours, theirs in more.items()}
        if x.ndim == 0:
            return f(x.reshape(1), dim=(0,), **extra).reshape(())
        over = dims(x, kw["axis"])
        if not over:  # axis=(): of each element alone
            return f(x.unsqueeze(-1), dim=(-1,), **extra)
        return f(x, dim=over, keepdim=kw["keepdims"], **extra)


for _name in ("sum", "mean", "max", "min", "logsumexp", "all", "any"):
    _reduction(_name)
for _name in ("var", "std"):
    _reduction(_name, ddof="correction")


@row("prod")
def _prod(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    (x,) = xs
    for a in sorted((a % max(x.ndim, 1) for a in dims(x, kw["axis"])), reverse=True):  # Torch's takes one at a time
        x = t.prod(x, dim=a, keepdim=kw["keepdims"])
    return x.clone()


@row("count_nonzero")
def _count_nonzero(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.count_nonzero(xs[0], dim=dims(xs[0], kw["axis"])).reshape(n.shape)


@row("argmax", "argmin")
def _arg(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    f = getattr(t, n.op.name)  # type: ignore[union-attr]
    if kw["axis"] is None:
        return f(xs[0]).reshape(n.shape)
    return f(xs[0], dim=kw["axis"], keepdim=kw["keepdims"])
