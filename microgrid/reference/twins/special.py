"""Special functions: Torch's calls."""

from __future__ import annotations

import math
from typing import Any

from ...core.node import Node
from .table import row


def _with_slope(value: Any, slope: Any, x: Any) -> Any:
    """The value, with this derivative in x: in place of Torch's own, where that has lost digits."""
    return value.detach() + slope * (x - x.detach())


def _polygamma(t: Any, k: int, x: Any) -> Any:
    """ψ⁽ᵏ⁾(x) by Torch's zeta to the last digit; its own trigamma keeps nine."""
    return (-1) ** (k + 1) * math.factorial(k) * t.special.zeta(t.full_like(x, k + 1.0), x) if k else t.digamma(x)


@row("digamma")
def _digamma(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return _with_slope(t.digamma(xs[0]), _polygamma(t, 1, xs[0]), xs[0])


@row("polygamma", keep=(0,))
def _polygammas(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    orders, x = t.broadcast_tensors(*xs)
    if not orders.numel():
        return _polygamma(t, 0, x)
    values = [t.where(orders == k, _polygamma(t, int(k), x) if k else _digamma(t, [x], kw, n), 0.0)
              for k in orders.unique()]  # fmt: skip
    return sum(values)


@row("ndtr")
def _ndtr(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x = xs[0]  # Torch squares x / √2, and exp enlarges what that rounds
    return _with_slope(t.special.ndtr(x), t.exp(-0.5 * (x * x)) / math.sqrt(2 * math.pi), x)


@row("log_ndtr")
def _log_ndtr(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, value = xs[0], t.special.log_ndtr(xs[0])  # Torch takes the exponential of a difference of large numbers
    low = math.sqrt(2 / math.pi) / t.special.erfcx(t.clamp(x, max=0.0) * -math.sqrt(0.5))
    return _with_slope(value, t.where(x < 0, low, t.exp(-0.5 * (x * x) - value) / math.sqrt(2 * math.pi)), x)


@row("logit")
def _logit(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.logit(xs[0], kw["eps"])
