"""Activations: smooth ones, and those that normalise along an axis. The straight ones: rectifier.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..leading import of_input
from ..reductions.reduction import added, peak
from .arithmetic import Array
from .exponential import exp
from .floats import array, halved, select, single
from .normal import cdf, cdf_of_value
from .trigonometry import tanh

__all__ = [
    "gelu", "glu", "log_softmax", "logsigmoid", "mish", "sigmoid", "silu", "softmax", "softmin", "softplus", "softsign",
    "tanhshrink",
]  # fmt: skip


@primitive(symbol="σ", formula="1 / (1 + e⁻ˣ)", latex=r"\sigma({x})", torch="sigmoid", elementwise=True)
def sigmoid(x: Array) -> Array:
    """Elementwise logistic function, without overflow at either end."""
    with np.errstate(over="ignore"):  # of e⁻ˣ, far below 0: its reciprocal is 0
        return halved(1.0 / (1.0 + np.exp(-single(x))), x)


sigmoid.gradients(lambda g, out: g * (out * (1 - out)))


@primitive(symbol="log σ", formula="−log(1 + e⁻ˣ)", latex=r"\log \sigma({x})", torch="logsigmoid", elementwise=True)
def logsigmoid(x: Array) -> Array:
    """Elementwise logarithm of the logistic function, without overflow."""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


logsigmoid.gradients(lambda g, x: g * sigmoid(-x))


@primitive(symbol="softplus", formula="log(1 + eˣ)", latex=r"\log(1 + e^{x})", torch="softplus", elementwise=True)
def softplus(x: Array, *, beta: float = 1.0, threshold: float = 20.0) -> Array:
    """Elementwise log(1 + exp(beta · x)) / beta; x itself where beta · x is above the threshold."""
    inner = single(x) if beta == 1 else single(x) * beta  # e²⁰ is beyond float16
    soft = np.log1p(np.exp(np.minimum(inner, threshold)))
    if beta > 0:
        return np.maximum(x, halved(soft if beta == 1 else soft / beta, x))  # log(1 + eˣ) > x
    return select(inner > threshold, x, halved(soft / beta, x))


def _softplus_x(g: Array, x: Array, beta: float, threshold: float) -> Array:
    """g σ({beta} x)"""
    inner = x if beta == 1 else x * beta
    return g * select(inner > threshold, 1.0, sigmoid(inner))


softplus.gradients(_softplus_x)


@primitive(symbol="silu", formula="x σ(x)", latex=r"{x} \, \sigma({x})", torch="silu", elementwise=True)
def silu(x: Array) -> Array:
    """Elementwise x σ(x), σ the logistic function."""
    return x * sigmoid(x)


def _silu_x(g: Array, x: Array) -> Array:
    """g (σ(x) + x σ(x) (1 − σ(x)))"""
    s = sigmoid(x)
    return g * (s * (1 + x * (1 - s)))


silu.gradients(_silu_x)


def _tanh_softplus(x: Array) -> Array:
    """tanh log(1 + eˣ), of one exponential: with n = eˣ (eˣ + 2), it is n / (n + 2)."""
    e = np.exp(np.minimum(single(x), 20.0))  # e⁴⁰ is beyond float16
    n = e * (e + 2)
    return n / (n + 2)


@primitive(symbol="mish", formula="x tanh log(1 + eˣ)", latex=r"{x} \tanh \log(1 + e^{x})", torch="mish",
           elementwise=True)  # fmt: skip
def mish(x: Array) -> Array:
    """Elementwise x tanh(softplus(x))."""
    return halved(x * _tanh_softplus(x), x)


def _mish_x(g: Array, x: Array) -> Array:
    """g (t + x (1 − t²) σ(x)), t = tanh log(1 + eˣ)"""
    t = _tanh_softplus(x)
    return g * (t + x * (1 - t * t) * sigmoid(x))


mish.gradients(_mish_x)


@primitive(symbol="softsign", formula="x / (1 + |x|)", latex=r"\frac{{x}}{1 + |{x}|}", torch="softsign",
           elementwise=True)  # fmt: skip
def softsign(x: Array) -> Array:
    """Elementwise x / (1 + |x|)."""
    return x / (1 + np.abs(x))


def _softsign_x(g: Array, x: Array) -> Array:
    """g / (1 + |x|)²"""
    whole = 1 + np.abs(x)
    return g / (whole * whole)


softsign.gradients(_softsign_x)


@primitive(symbol="x − tanh x", formula="x − tanh x", latex=r"{x} - \tanh {x}", torch="tanhshrink", elementwise=True)
def tanhshrink(x: Array) -> Array:
    """Elementwise x − tanh x."""
    return x - np.tanh(x)


def _tanhshrink_x(g: Array, x: Array) -> Array:
    """g tanh² x"""
    t = np.tanh(x)
    return g * (t * t)


tanhshrink.gradients(_tanhshrink_x)


@primitive(symbol="gelu", formula="x Φ(x)", latex=r"{x} \, \Phi({x})", torch="gelu", elementwise=True)
def gelu(x: Array, *, approximate: str = "none") -> Array:
    """Elementwise x Φ(x), Φ the normal distribution function; or its tanh form (Hendrycks and Gimpel, 2016)."""
    if approximate == "none":
        return x * cdf(x)
    if approximate != "tanh":
        raise ValueError(f"approximate is {approximate!r}, expected 'none' or 'tanh'")
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x))))


def _gelu_x(g: Array, x: Array, out: Array, approximate: str) -> Array:
    """g (Φ(x) + x φ(x))"""
    if approximate == "none":
        return g * (cdf_of_value(x, out) + x * (exp(-0.5 * (x * x)) * (1 / math.sqrt(2 * math.pi))))
    k = math.sqrt(2 / math.pi)
    t = tanh(k * (x + 0.044715 * (x * x * x)))
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (k * (1 + 3 * 0.044715 * (x * x))))


gelu.gradients(_gelu_x)


# ------------------------------------------------------------------------------------------------- along an axis


def _led(statics: dict[str, Any], x: tuple[int, ...], out: tuple[int, ...]) -> dict[str, Any] | None:
    """`of_input`; a 0-d array has no axis of its own beside a leading one."""
    return of_input(statics, x, out) if x else None


def _raised(x: Array) -> Array:
    """eˣ, in the memory of x where that is an array of its own."""
    return np.exp(x, out=x) if type(x) is np.ndarray and x.dtype.kind == "f" else np.exp(x)


@primitive(symbol="softmax", formula="eˣ / Σ eˣ", latex=r"\operatorname{softmax}({x})", torch="softmax",
           batched=_led)  # fmt: skip
def softmax(x: Array, *, axis: int = -1) -> Array:
    """Exponentials normalised to sum 1 along an axis, without overflow."""
    e = _raised(x - peak(x, axis))
    e /= added(e, axis, None, None, True)
    return e


softmax.gradients(lambda g, out, axis: out * (g - added(g * out, axis, None, None, True)))


@primitive(symbol="log softmax", formula="x − log Σ eˣ", latex=r"\log \operatorname{softmax}({x})", torch="log_softmax",
           batched=_led)  # fmt: skip
def log_softmax(x: Array, *, axis: int = -1) -> Array:
    """Logarithm of the softmax along an axis, without overflow."""
    out = x - peak(x, axis)
    out -= np.log(added(np.exp(out), axis, None, None, True))
    return out


log_softmax.gradients(lambda g, out, axis: g - exp(out) * added(g, axis, None, None, True))


def softmin(x: Any, axis: int = -1) -> Any:
    """Softmax of −x along an axis."""
    return softmax(-array(x), axis=axis)


# ------------------------------------------------------------------------------------------------ halves


def _odd(x: tuple[int, ...], *, axis: int) -> str | None:
    if not x:
        return "a 0-d array has no axis to halve"
    n = x[axis] if -len(x) <= axis < len(x) else 0
    return f"{n} elements at axis {axis}; an even number is needed" if n % 2 else None


def _halves(x: Array, axis: int) -> tuple[Array, Array]:
    """The first and the second half along an axis."""
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim)
    n, before = x.shape[axis], (slice(None),) * (axis % x.ndim)
    if n % 2:
        raise ValueError("odd")
    return x[(*before, slice(0, n // 2))], x[(*before, slice(n // 2, None))]


@primitive(symbol="glu", formula="x₁ σ(x₂), halves of x", latex=r"{x}_1 \, \sigma({x}_2)", torch="glu", explain=_odd,
           batched=_led)  # fmt: skip
def glu(x: Array, *, axis: int = -1) -> Array:
    """The first half of x along an axis, times the logistic function of the second (Dauphin et al., 2017)."""
    a, b = _halves(x, axis)
    return a * sigmoid(b)


def _glu_x(g: Array, x: Array, axis: int) -> Array:
    """[g σ(x₂), g x₁ σ(x₂) (1 − σ(x₂))]"""
    a, b = _halves(x, axis)
    s = sigmoid(b)
    left = g * s
    return np.concatenate((left, left * a * (1 - s)), axis)


glu.gradients(_glu_x)
