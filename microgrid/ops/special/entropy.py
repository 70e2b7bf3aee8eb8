"""Entropies, x log(1 + y) where x = 0 counts nothing, and the logistic function's inverse."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from ..values import scipy

__all__ = ["entr", "kl_div", "log_expit", "logit", "rel_entr", "xlog1py"]


@primitive(symbol="x log(1 + y)", formula="x log(1 + y)", latex=r"{x} \log(1 + {y})", torch="xlog1py",
           elementwise=True)  # fmt: skip
def xlog1py(x: Array, y: Array) -> Array:
    """Elementwise x log(1 + y), exact for small y; 0 where x is 0 and y is a number."""
    return scipy.xlog1py(x, y)


def _xlog1py_x(g: Array, x: Array, y: Array) -> Array:
    """g log(1 + y)"""
    still = (x == 0) & (y <= -1)
    return np.where(still, 0.0, xlog1py(g, np.where(still, 0.0, y)))


xlog1py.gradients(_xlog1py_x, lambda g, x, y: g * x / (1 + y))


@primitive(symbol="−x log x", formula="−x log x", latex=r"-{x} \log {x}", torch="entr", elementwise=True)
def entr(x: Array) -> Array:
    """Elementwise entropy −x log x; 0 at 0, −∞ below."""
    return scipy.entr(x)


entr.gradients(lambda g, x: -g * (1 + np.log(x)))


@primitive(symbol="x log x/y", formula="x log(x / y)", latex=r"{x} \log \frac{{x}}{{y}}", elementwise=True)
def rel_entr(x: Array, y: Array) -> Array:
    """Elementwise relative entropy x log(x / y); 0 for x = 0, y ≥ 0; ∞ outside."""
    return scipy.rel_entr(x, y)


rel_entr.gradients(
    lambda g, x, y: g * (np.log(x / y) + 1),
    lambda g, x, y: -g * x / y,
)


@primitive(symbol="KL", formula="x log(x / y) − x + y", latex=r"{x} \log \frac{{x}}{{y}} - {x} + {y}",
           elementwise=True)  # fmt: skip
def kl_div(x: Array, y: Array) -> Array:
    """Elementwise Kullback–Leibler divergence x log(x / y) − x + y; y for x = 0, y ≥ 0; ∞ outside."""
    return scipy.kl_div(x, y)


kl_div.gradients(
    lambda g, x, y: g * np.log(x / y),
    lambda g, x, y: g * (1 - x / y),
)


@primitive(symbol="logit", formula="log(x / (1 − x))", latex=r"\log \frac{{x}}{1 - {x}}", torch="logit",
           elementwise=True)  # fmt: skip
def logit(x: Array, *, eps: Any = None) -> Array:
    """Elementwise inverse of the logistic function, log(x / (1 − x)); NaN outside [0, 1].

    eps: x is clipped to [eps, 1 − eps] first, and the gradient is 0 outside, as in Torch."""
    return scipy.logit(x if eps is None else np.clip(x, eps, 1 - eps))


def _logit_x(g: Array, x: Array, eps: Any) -> Array:
    """g / (x (1 − x))"""
    low, edge = (0.0, np.nan) if eps is None else (eps, 0.0)
    inside = (x >= low) & (x <= 1 - low)
    if type(x) is np.ndarray and inside.all():
        return g / (x * (1 - x))
    x = np.where(inside, x, 0.5)
    return np.where(inside, g / (x * (1 - x)), edge)


logit.gradients(_logit_x)


@primitive(symbol="log σ", formula="−log(1 + e⁻ˣ)", latex=r"\log \sigma({x})", torch="logsigmoid", elementwise=True)
def log_expit(x: Array) -> Array:
    """Elementwise logarithm of the logistic function, −log(1 + exp(−x)), without overflow."""
    return scipy.log_expit(x)


def _log_expit_x(g: Array, x: Array) -> Array:
    """g σ(−x)"""
    from ..elementwise.activation import sigmoid  # here: activation builds on this package

    return g * sigmoid(-x)


log_expit.gradients(_log_expit_x)
