"""Elementwise operations: Torch's calls."""

from __future__ import annotations

from typing import Any

from ...core.node import Node
from .table import row


@row("divmod")
def _divmod(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    floor = t.floor_divide(*(x.detach() for x in xs))  # Torch has no derivative of it, not even 0
    return floor, t.remainder(*xs)


@row("clip")
def _clip(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, low, high = xs
    return x.clone() if low is None and high is None else t.clamp(x, low, high)


@row("where", keep=(0,))
def _where(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.where(*xs)


@row("modf")
def _modf(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.frac(xs[0]), t.trunc(xs[0])


@row("cbrt")
def _cbrt(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.sign(xs[0]) * t.abs(xs[0]) ** (1 / 3)


@row("round")
def _round(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.round(xs[0], decimals=kw["decimals"])


@row("heaviside")
def _heaviside(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, y = xs  # Torch's own has no derivative
    return t.where(x == 0, y, (x > 0).to(y.dtype)) + t.zeros_like(x) * x


@row("ldexp", keep=(1,))
def _ldexp(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, power = xs
    return x * t.exp2(power.to(x.dtype))  # the gradient of its own is 0 where the power is negative


@row("exponent")
def _exponent(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.frexp(xs[0]).exponent


@row("spacing")
def _spacing(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nextafter(xs[0], xs[0] * t.inf) - xs[0]


@row("bitwise_count")
def _bitwise_count(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    size = t.abs(xs[0].to(t.int64))
    return sum((size >> k) & 1 for k in range(63))


@row("sinc_derivative")
def _sinc_derivative(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    """By its recurrence (x f)⁽ⁿ⁾ = x f⁽ⁿ⁾ + n f⁽ⁿ⁻¹⁾; at 0 by its value there."""
    (x,), order = xs, kw["order"]
    zero = x == 0
    safe = t.where(zero, 1.0, x)
    out = t.sinc(safe)
    for k in range(1, order + 1):
        out = (t.pi ** (k - 1) * t.sin(t.pi * safe + k * (t.pi / 2)) - k * out) / safe
    return t.where(zero, 0.0 if order % 2 else (-1) ** (order // 2) * t.pi**order / (order + 1), out)
