"""Losses of two arrays compared element by element; those of classes are in likelihood.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..elementwise.activation import sigmoid
from ..elementwise.arithmetic import Array
from ..elementwise.functions import exp, log
from ..reductions.reduction import added, mean
from ..shapes.shape import broadcast_to
from ..wording import clash

__all__ = [
    "mse",
]  # fmt: skip

REDUCTIONS = ("mean", "sum", "none")


def reduced(values: Array, reduction: str, n: Any = None) -> Array:
    """Losses reduced as asked; the mean of none is NaN, as in Torch.  n: what "mean" divides by, their number if not
    given.

    Raises ValueError for another reduction."""
    if reduction == "mean":
        if n is None:
            n = values.size
            if n and (values.dtype.itemsize < 4 or isinstance(values, Tensor)):
                return mean(values)  # which cares for small dtypes, and is one node
        total = added(values, None)
        return total / n if n else total * math.nan
    if reduction == "sum":
        return added(values, None)
    if reduction != "none":
        raise ValueError(f"reduction is {reduction!r}, expected 'mean', 'sum' or 'none'")
    return values


def share(g: Array, reduction: str, n: Any) -> Array:
    """The cotangent of each of n losses."""
    return g / (n or 1) if reduction == "mean" else g


def _pair_clash(*shapes: tuple[int, ...], **how: Any) -> str | None:
    return clash(list(shapes))


@primitive(symbol="mse", formula="Σ (x − y)² / n", latex=r"\frac{1}{n} \sum ({x} - {y})^2", torch="mse_loss",
           broadcasts=True, explain=_pair_clash)  # fmt: skip
def mse(x: Array, y: Array, *, reduction: str = "mean") -> Array:
    """Squared error, its mean by default."""
    d = x - y
    return reduced(d * d, reduction)


def _mse_x(g: Array, x: Array, y: Array, reduction: str) -> Array:
    """2 (x − y) g / n"""
    d = x - y
    return 2 * share(g, reduction, d.size) * d


mse.gradients(_mse_x, lambda g, x, y, reduction: _mse_x(g, y, x, reduction))


@primitive(symbol="l1", formula="Σ |x − y| / n", latex=r"\frac{1}{n} \sum |{x} - {y}|", torch="l1_loss",
           broadcasts=True, explain=_pair_clash)  # fmt: skip
def l1(x: Array, y: Array, *, reduction: str = "mean") -> Array:
    """Absolute error, its mean by default."""
    return reduced(np.abs(x - y), reduction)


def _l1_x(g: Array, x: Array, y: Array, reduction: str) -> Array:
    """sign(x − y) g / n"""
    d = x - y
    return share(g, reduction, d.size) * np.sign(d)


l1.gradients(_l1_x, lambda g, x, y, reduction: _l1_x(g, y, x, reduction))


def _between(d: Array, bound: float) -> Array:
    """d kept within ±bound; beyond and at it the derivative is 0, as in Torch."""
    if isinstance(d, Tensor):
        return np.where(np.abs(d) < bound, d, bound * np.sign(d))
    return np.minimum(np.maximum(d, -bound), bound) if d.size < 1000 else np.clip(d, -bound, bound)


@primitive(symbol="huber", formula="Σ huber(x − y) / n", torch="huber_loss", broadcasts=True, explain=_pair_clash)
def huber(x: Array, y: Array, *, reduction: str = "mean", delta: float = 1.0) -> Array:
    """Half the squared error up to delta, linear from there on (Huber, 1964)."""
    if delta <= 0:
        raise ValueError(f"delta is {delta}, expected a positive number")
    d = np.abs(x - y)
    near = np.minimum(d, delta)
    return reduced(near * (d - 0.5 * near), reduction)


def _huber_x(g: Array, x: Array, y: Array, reduction: str, delta: float) -> Array:
    """(x − y within ±δ) g / n"""
    d = x - y
    return share(g, reduction, d.size) * _between(d, delta)


huber.gradients(_huber_x, lambda g, x, y, reduction, delta: _huber_x(g, y, x, reduction, delta))


@primitive(symbol="smooth l1", formula="Σ huber(x − y) / (β n)", torch="smooth_l1_loss", broadcasts=True,
           explain=_pair_clash)  # fmt: skip
def smooth_l1(x: Array, y: Array, *, reduction: str = "mean", beta: float = 1.0) -> Array:
    """Absolute error less β/2, rounded off by a parabola up to β: Huber's over β; β = 0 is the absolute error."""
    if beta < 0:
        raise ValueError(f"beta is {beta}, expected a number of at least 0")
    d = np.abs(x - y)
    if not beta:
        return reduced(d, reduction)
    near = np.minimum(d, beta)
    return reduced(near * (d - 0.5 * near) * (1 / beta), reduction)


def _smooth_l1_x(g: Array, x: Array, y: Array, reduction: str, beta: float) -> Array:
    """((x − y) / β within ±1) g / n"""
    d = x - y
    return share(g, reduction, d.size) * (_between(d / beta, 1.0) if beta else np.sign(d))


smooth_l1.gradients(_smooth_l1_x, lambda g, x, y, reduction, beta: _smooth_l1_x(g, y, x, reduction, beta))


# ------------------------------------------------------------------------------------------------ of probabilities

LOWEST = -100.0  # of a logarithm, as in Torch: a loss stays finite where a probability is 0
SMALLEST = float(np.float32(1e-12))  # of what a gradient is divided by, as in Torch


def _log(x: Array) -> Array:
    """log x, at least −100."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(x), LOWEST)


def _log_rest(x: Array) -> Array:
    """log(1 − x), at least −100."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log1p(-x), LOWEST)


@primitive(symbol="bce", formula="−Σ (t log x + (1 − t) log(1 − x)) / n", torch="binary_cross_entropy",
           latex=r"-\frac{1}{n} \sum {t} \log {x} + (1 - {t}) \log(1 - {x})", explain=_pair_clash)  # fmt: skip
def binary_cross_entropy(x: Array, t: Array, *, reduction: str = "mean") -> Array:
    """Cross-entropy of probabilities x with targets t in [0, 1]; logarithms are at least −100."""
    if x.shape != t.shape:
        raise ValueError(f"x {x.shape} and t {t.shape} must have one shape")
    if x.size and not (x.min() >= 0 and x.max() <= 1):
        raise ValueError(f"x runs from {x.min()} to {x.max()}, expected probabilities; of logits it is "
                         "binary_cross_entropy_with_logits")  # fmt: skip
    return reduced(-(t * _log(x) + (1 - t) * _log_rest(x)), reduction)


binary_cross_entropy.gradients(
    lambda g, x, t, reduction: share(g, reduction, x.size) * (x - t) / np.maximum((1 - x) * x, SMALLEST),
    lambda g, x, reduction: share(g, reduction, x.size) * (_log_rest(x) - _log(x)),
)


def softplus(x: Array) -> Array:
    """log(1 + eˣ), without overflow."""
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


@primitive(symbol="bce σ", formula="Σ ((1 − t) x + (1 + (p − 1) t) log(1 + e⁻ˣ)) / n", broadcasts=True,
           torch="binary_cross_entropy_with_logits", explain=_pair_clash)  # fmt: skip
def binary_cross_entropy_with_logits(x: Array, t: Array, p: Array = None, *, reduction: str = "mean") -> Array:
    """Cross-entropy of sigmoid(x) with targets t in [0, 1], without overflow; p weighs the positive, t = 1."""
    if x.shape != t.shape:
        raise ValueError(f"x {x.shape} and t {t.shape} must have one shape")
    soft = softplus(-x)
    return reduced((1 - t) * x + (soft if p is None else (1 + (p - 1) * t) * soft), reduction)


def _logits_x(g: Array, x: Array, t: Array, p: Array, reduction: str) -> Array:
    """(1 − t − (1 + (p − 1) t) σ(−x)) g / n"""
    d = sigmoid(x) - t if p is None else 1 - t - (1 + (p - 1) * t) * sigmoid(-x)
    return share(g, reduction, d.size) * d


def _logits_t(g: Array, x: Array, p: Array, reduction: str) -> Array:
    """((p − 1) log(1 + e⁻ˣ) − x) g / n"""
    d = -x if p is None else (p - 1) * softplus(-x) - x
    return share(g, reduction, d.size) * d


def _logits_p(g: Array, x: Array, t: Array, p: Array, reduction: str) -> Array:
    """t log(1 + e⁻ˣ) g / n"""
    d = t * softplus(-x)
    return share(g, reduction, d.size) * d


binary_cross_entropy_with_logits.gradients(_logits_x, _logits_t, _logits_p)


@primitive(symbol="KL", formula="Σ t (log t − x) / n", latex=r"\frac{1}{n} \sum {t} (\log {t} - {x})", torch="kl_div",
           broadcasts=True, explain=_pair_clash)  # fmt: skip
def kl(x: Array, t: Array, *, reduction: str = "mean", log_target: bool = False) -> Array:
    """Kullback-Leibler divergence of log-probabilities x from probabilities t (from their logarithms: log_target)."""
    if log_target:
        return reduced(np.exp(t) * (t - x), reduction)
    return reduced(t * np.log(np.where(t > 0, t, 1.0)) - t * x, reduction)  # 0 log 0 is 0


def _kl_x(g: Array, x: Array, t: Array, reduction: str, log_target: bool) -> Array:
    """−t g / n"""
    shape = np.broadcast_shapes(x.shape, t.shape)
    t = exp(t) if log_target else t
    return -share(g, reduction, math.prod(shape)) * (t if t.shape == shape else broadcast_to(t, shape=shape))


def _kl_t(g: Array, x: Array, t: Array, reduction: str, log_target: bool) -> Array:
    """(log t + 1 − x) g / n; of logarithms eᵗ (t + 1 − x) g / n"""
    d = exp(t) * (t + 1 - x) if log_target else log(t) + 1 - x
    return share(g, reduction, d.size) * d


kl.gradients(_kl_x, _kl_t)
