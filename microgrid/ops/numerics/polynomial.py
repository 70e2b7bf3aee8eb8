"""NumPy's polynomials: coefficients from the highest power down, in Tensors that keep their history."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.tensor import Tensor, ops
from ..composition import composed
from ..linalg import pinv
from .signals import convolve

__all__ = ["poly", "polyadd", "polyder", "polydiv", "polyfit", "polyint", "polymul", "polysub", "polyval"]


def _coefficients(p: Any, what: str) -> Any:
    """A vector. Raises ValueError for a matrix."""
    p = p if isinstance(p, Tensor) else np.asarray(p)
    if p.ndim > 1:
        raise ValueError(f"{what}: coefficients {p.shape}, expected a vector, from the highest power down")
    return p.reshape(-1)


def _led(p: Any) -> Any:
    """Without the zeros that lead it."""
    nonzero = np.flatnonzero(np.asarray(p._node.data if isinstance(p, Tensor) else p))
    return p[nonzero[0] if nonzero.size else p.size - 1 :]


@composed(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The polynomial's value at each element of x, by Horner's rule; differentiable in both."""
    x = x if isinstance(x, Tensor) else np.asarray(x)
    y = np.zeros_like(x.numpy() if isinstance(x, Tensor) else x)
    for c in _coefficients(p, "polyval"):
        y = y * x + c
    return y


@composed(np.polyder)
def polyder(p: Any, m: int = 1) -> Any:
    """Coefficients of the m-th derivative.

    Raises ValueError for a negative m."""
    if m < 0:
        raise ValueError(f"polyder: m is {m}, expected at least 0; polyint integrates")
    p = _coefficients(p, "polyder")
    for _ in range(int(m)):
        p = p[:-1] * np.arange(p.size - 1, 0, -1)
    return p


@composed(np.polyint)
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """Coefficients of the m-th integral, its constants k (0).

    Raises ValueError for a negative m or another number of constants."""
    p, m = _coefficients(p, "polyint"), int(m)
    constants = [0.0] * m if k is None else list(np.atleast_1d(k) if not isinstance(k, Tensor) else k.reshape(-1))
    constants = constants * m if len(constants) == 1 and m > 1 else constants
    if m < 0 or len(constants) < m:
        raise ValueError(f"polyint: m is {m} and there are {len(constants)} constants; expected one an integration")
    for c in constants[:m]:
        p = ops.concatenate([p / np.arange(p.size, 0, -1), ops.reshape(ops.asarray(c), shape=(1,))])
    return p


def _aligned(a1: Any, a2: Any, what: str) -> tuple[Any, Any]:
    """Both of one length, the shorter led by zeros."""
    a, b = _coefficients(a1, what), _coefficients(a2, what)
    short = a.size - b.size
    a = ops.concatenate([np.zeros(-short, a.dtype), a]) if short < 0 else a
    return a, ops.concatenate([np.zeros(short, b.dtype), b]) if short > 0 else b


@composed(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """Coefficients of the sum."""
    a, b = _aligned(a1, a2, "polyadd")
    return a + b


@composed(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """Coefficients of the difference."""
    a, b = _aligned(a1, a2, "polysub")
    return a - b


@composed(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """Coefficients of the product."""
    return convolve(_led(_coefficients(a1, "polymul")), _led(_coefficients(a2, "polymul")))


@composed(np.polydiv)
def polydiv(u: Any, v: Any) -> tuple[Any, Any]:
    """(coefficients of the quotient, of the remainder).

    Raises ZeroDivisionError where v leads with 0."""
    u, v = _coefficients(u, "polydiv") + 0.0, _coefficients(v, "polydiv") + 0.0
    if v[0] == 0:
        raise ZeroDivisionError("polydiv: v leads with the coefficient 0; leave it out")
    quotient, r = [], u
    for k in range(u.size - v.size + 1):
        q = r[k] / v[0]
        quotient.append(q)
        r = ops.concatenate([r[:k], r[k : k + v.size] - q * v, r[k + v.size :]])
    small = np.isclose(r.numpy() if isinstance(r, Tensor) else r, 0, rtol=1e-14)
    first = int(np.argmin(small)) if not small.all() else r.size - 1
    return ops.stack(quotient) if quotient else 0.0 * u[:1], r[first:]


@composed(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """Coefficients of the polynomial with these zeros.

    Raises ValueError for a matrix: its characteristic polynomial may have complex zeros."""
    zeros = seq_of_zeros if isinstance(seq_of_zeros, Tensor) else np.asarray(seq_of_zeros)
    if zeros.ndim > 1:
        raise ValueError(f"poly: {zeros.shape}, expected a vector of zeros; a matrix' may be complex")
    a: Any = np.ones(1)
    for zero in zeros.reshape(-1):
        a = ops.concatenate([a, np.zeros(1)]) - zero * ops.concatenate([np.zeros(1), a])
    return a


@composed(np.polyfit)
def polyfit(x: Any, y: Any, deg: int, rcond: float | None = None, *, w: Any = None) -> Any:
    """Coefficients of the polynomial of degree deg that fits y at x best, by least squares, weighted by w; a column of
    y each where y is a matrix. Differentiable in x, y and w.

    Raises ValueError for fewer points than coefficients, which have no unique fit, and for shapes that differ."""
    x, y = (v if isinstance(v, Tensor) else np.asarray(v) + 0.0 for v in (x, y))
    if x.ndim != 1 or y.ndim not in (1, 2) or len(x) != len(y) or deg < 0:
        raise ValueError(f"polyfit: x {x.shape}, y {y.shape}, deg {deg}; expected vectors of one length, deg ≥ 0")
    if len(x) <= deg:
        raise ValueError(f"polyfit: {len(x)} points for {deg + 1} coefficients; expected at least as many points")
    columns = [x**k for k in range(deg, 0, -1)]
    a = ops.stack([*columns, np.ones(x.shape, x.dtype)], axis=1)
    if w is not None:
        w = w if isinstance(w, Tensor) else np.asarray(w) + 0.0
        a, y = a * w[:, None], y * (w if y.ndim == 1 else w[:, None])
    scale = np.sqrt((a * a).sum(axis=0))
    right = y[:, None] if y.ndim == 1 else y
    c = pinv(a / scale, rcond=len(x) * np.finfo(x.dtype).eps if rcond is None else rcond) @ right
    return c[:, 0] / scale if y.ndim == 1 else c / scale[:, None]
