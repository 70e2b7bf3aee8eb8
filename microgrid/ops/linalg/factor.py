"""Cholesky and QR. All take batches of matrices.

Sources: I. Murray, Differentiation of the Cholesky decomposition, 2016; S. F. Walter and L. Lehmann, Algorithmic
differentiation of linear algebra functions, 2010.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..products.vectors import known
from .inverse import fine, inv, solved, square, triangle
from .results import CholeskyResult, QRResult

__all__ = ["cholesky", "cholesky_ex", "cholesky_inverse", "cholesky_solve", "householder_product", "qr"]


@primitive(name="cholesky", symbol="√", formula="L, x = L Lᵀ", latex=r"\operatorname{chol} {x}", torch="cholesky",
           batched=True, explain=square)  # fmt: skip
def choleskys(x: Array, *, upper: bool = False) -> Array:
    """Cholesky factors L of symmetric positive definite matrices, x = L Lᵀ.

    Only the lower triangle is read; upper=True gives Lᵀ, and reads the upper one."""
    return np.linalg.cholesky(x, upper=upper)


def _halved(n: int, dtype: Any) -> Any:
    """Ones below the diagonal, halves on it."""
    return np.tri(n, dtype=dtype) - np.eye(n, dtype=dtype) * dtype.type(0.5)


def _cholesky_x(g: Array, out: Array, upper: bool) -> Array:
    """L⁻ᵀ Φ(Lᵀ g) L⁻¹, made symmetric; Φ takes the lower triangle, half the diagonal"""
    low, g = (out.mT, g.mT) if upper else (out, g)
    inner = (low.mT @ g) * _halved(out.shape[-1], out.dtype)
    inverse = np.linalg.inv(low)
    s = inverse.mT @ inner @ inverse
    return (s + s.mT) * 0.5


choleskys.gradients(_cholesky_x)


@primitive(name="qr", symbol="QR", formula="Q, R, x = Q R", latex=r"\operatorname{qr} {x}", torch="qr", outputs=2)
def qrs(x: Array, *, mode: Any = "reduced") -> tuple[Array, Array]:
    """Orthonormal columns and an upper triangle whose product is x."""
    q, r = np.linalg.qr(x, mode)
    return q, r


def _tall(q: Array, r: Array, gq: Array, gr: Array) -> Array:
    """(gQ + Q sym(R gRᵀ − gQᵀ Q)) R⁻ᵀ, for no more columns than rows; sym copies the lower triangle to the upper one"""
    m = r @ gr.mT - gq.mT @ q  # of gR's lower triangle nothing comes into m's
    lower = np.tri(r.shape[-1], dtype=r.dtype)
    copied = m * lower + (m * (lower - np.eye(r.shape[-1], dtype=r.dtype))).mT
    return np.linalg.solve(r, (gq + q @ copied).mT).mT


def _qr_x(g: tuple[Array, Array], x: Array, out: tuple[Array, Array], mode: str) -> Array:
    """Of a wide matrix [X | Y] with R = [U | V]: X = Q U is square, and Y = Q V"""
    (q, r), (gq, gr) = out, g
    m, n = x.shape[-2:]
    if mode == "complete" and m > n:
        raise ValueError(
            f"qr: x {x.shape}, mode='complete': the further columns of Q are any orthonormal ones, so they have no "
            "derivative; use mode='reduced'"
        )
    if m >= n:
        return _tall(q, r, gq, gr)
    left = _tall(q, r[..., :m], gq + x[..., m:] @ gr[..., m:].mT, gr[..., :m])
    return np.concatenate([left, q @ gr[..., m:]], axis=-1)


qrs.gradients(_qr_x)


# ------------------------------------------------------------------------------- composed of the above: no primitive


@composed(np.linalg.cholesky)
def cholesky(x: Any, upper: bool = False) -> Any:
    """Cholesky factors L, x = L Lᵀ, of symmetric positive definite matrices; only the lower triangle is read. upper:
    Lᵀ, and only the upper one. The gradient is symmetric.

    Raises LinAlgError where x is not positive definite."""
    return choleskys(known(x), upper=upper)


@composed()
def cholesky_ex(x: Any, upper: bool = False, check_errors: bool = False) -> CholeskyResult:
    """(cholesky(x), zeros): under Torch's name. Where x is not positive definite LinAlgError is raised here too."""
    return CholeskyResult(cholesky(x, upper), fine(known(x)))


@composed()
def cholesky_solve(b: Any, factor: Any, upper: bool = False) -> Any:
    """Solutions of a x = b, given the Cholesky factor of a (its lower triangle, or the upper one).

    Raises LinAlgError for a zero on its diagonal, ValueError for shapes that do not fit."""
    b, t = known(b), triangle(known(factor), upper)
    if t.ndim < 2 or b.ndim < 2:
        raise ValueError(f"cholesky_solve: b {b.shape}, factor {t.shape}; expected matrices")
    return solved(t.mT @ t if upper else t @ t.mT, b)


@composed()
def cholesky_inverse(factor: Any, upper: bool = False) -> Any:
    """The inverse of a, given its Cholesky factor (its lower triangle, or the upper one)."""
    t = triangle(known(factor), upper)
    return inv(t.mT @ t if upper else t @ t.mT)


@composed(np.linalg.qr)
def qr(x: Any, mode: str = "reduced") -> Any:
    """(Q, R), x = Q R: Q's columns orthonormal, R an upper triangle.

    mode: "reduced" (Q: m × k, R: k × n, k the smaller of m and n), "complete" (m × m, m × n; of a tall matrix without
    a derivative), "r" (R alone).
    Raises ValueError for another mode; LinAlgError, in the derivative, where x lacks rank."""
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"qr: mode={mode!r}; expected 'reduced', 'complete' or 'r'")
    found = qrs(known(x), mode="reduced" if mode == "r" else mode)
    return found[1] if mode == "r" else QRResult(*found)


@composed()
def householder_product(x: Any, tau: Any) -> Any:
    """The first columns of a product of Householder's reflections 1 − τ v vᵀ, in the order of x's columns; each v is a
    column from its diagonal on, which counts as 1 (what QR decompositions of LAPACK are kept in).

    x: (…, m, n), n at most m.  tau: (…, k), k at most n.  Raises ValueError for other shapes."""
    x, tau = known(x), known(tau)
    k = tau.shape[-1] if tau.ndim else -1
    if x.ndim < 2 or not 0 <= k <= x.shape[-1] <= x.shape[-2] or tau.shape[:-1] != x.shape[:-2]:
        raise ValueError(
            f"householder_product: x {x.shape}, tau {tau.shape}; expected (…, m, n) with n at most m, and (…, k) with "
            "k at most n"
        )
    if x.dtype != tau.dtype:
        raise TypeError(f"householder_product: x is {x.dtype}, tau {tau.dtype}; expected one dtype")
    m, n = x.shape[-2:]
    vectors = triangle(x, False, True)[..., :k]
    out: Any = np.eye(m, n, dtype=x.dtype) + np.zeros_like(x)
    for i in reversed(range(k)):
        v = vectors[..., i : i + 1]
        out = out - (tau[..., i, None, None] * v) @ (v.mT @ out)
    return out if k else out + tau.sum()  # of none, so that it carries a gradient all the same
