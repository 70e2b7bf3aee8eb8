"""What is known without SciPy: by the standard library, an element at a time, by NumPy, and ψ and ζ by their sums.
Enough for erf, gelu, Γ and log Γ with their derivatives. Many numbers: errorfunction.py and gammafunction.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .elementwise.arithmetic import Array

FURTHEST = 1000  # terms before the tail; NaN beyond
BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798]  # B₂, B₄, …


def _guarded(f: Callable[[float], float], pole: Callable[[float], float]) -> Callable[[float], float]:
    """The standard library's function with IEEE's values where it raises."""

    def guarded(x: float) -> float:
        try:
            return f(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return pole(x)

    return guarded


def _each(f: Callable[[float], float]) -> Callable[..., Array]:
    """A function of one number, element by element."""
    loop: Any = np.frompyfunc(f, 1, 1)
    return lambda x: np.asarray(loop(x), np.result_type(x, np.float32))


def _far(x: Array, p: Array) -> tuple[Array, Array]:
    """(Σ 1 / (x + k)ᵖ up to where x + k is far, that place): there a tail in Bernoulli's numbers is exact."""
    total, y, far = np.zeros_like(x), x.copy(), p + 10
    for _ in range(FURTHEST):
        near = y < far
        if not near.any():
            break
        total[near] += y[near] ** -p[near]
        y[near] += 1
    y[y < far] = np.nan
    return total, y


def psi(x: Array) -> Array:
    """Digamma: log x − 1/2x − Σ B₂ₖ / 2k x²ᵏ far out, 1/x less a step before, and its reflection below 0."""
    given = np.asarray(x)
    with np.errstate(all="ignore"):
        low = given <= 0
        v = np.atleast_1d(np.where(low, 1.0 - given, given)).astype(np.float64)
        total, y = _far(v, np.ones_like(v))
        tail = sum((b / (2 * k * y ** (2 * k)) for k, b in enumerate(BERNOULLI, 1)), np.zeros_like(y))
        out = (np.log(y) - 0.5 / y - tail - total).reshape(given.shape)
        turn = given - np.round(given)  # in (−½, ½], so that the tangent keeps its digits
        out = np.where(low, out - math.pi / np.tan(math.pi * turn), out)
        out = np.where(given == 0, -np.copysign(np.inf, given), np.where(low & (turn == 0), np.nan, out))
    return out.astype(np.result_type(given, np.float32))[()]


def zeta(s: Array, q: Array = 1.0) -> Array:
    """Hurwitz's sum of 1 / (k + q)ˢ for s > 1, by Euler's and Maclaurin's tail."""
    given, power = np.broadcast_arrays(np.asarray(q), np.asarray(s, np.float64))
    p: Array = np.atleast_1d(power)
    with np.errstate(all="ignore"):
        x = np.atleast_1d(given).astype(np.float64)
        total, y = _far(x, p)
        tail, factor = y ** (1 - p) / (p - 1) + 0.5 * y**-p, p / 2 * y ** (-p - 1)
        for k, b in enumerate(BERNOULLI, 1):
            tail = tail + b * factor
            factor = factor * ((p + 2 * k - 1) * (p + 2 * k) / ((2 * k + 1) * (2 * k + 2)) / (y * y))
        out = np.where(p > 1, total + tail, np.nan).reshape(given.shape)
    dtypes = [v.dtype for v in (s, q) if hasattr(v, "dtype")]  # a Python number has no say
    return out.astype(np.result_type(*dtypes, np.float32) if dtypes else np.float64)[()]


# By its name in SciPy. A pole of Γ at 0 has the zero's sign.
WITHOUT: dict[str, Callable[..., Array]] = {
    "erf": _each(math.erf),
    "erfc": _each(math.erfc),
    "gammaln": _each(_guarded(math.lgamma, lambda x: math.inf)),
    "gamma": _each(_guarded(math.gamma, lambda x: math.copysign(math.inf, x) if x == 0 else math.nan)),
    "psi": psi,
    "zeta": zeta,
    "ndtr": lambda x: 0.5 * WITHOUT["erfc"](-math.sqrt(0.5) * x),
    "logit": lambda x: np.log(x) - np.log1p(-x),
    "log_expit": lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))),
    "xlog1py": lambda x, y: np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log1p(np.where(x == 0, 0.0, y))),
}


