"""Least squares: the pseudo-inverse, the rank. All take batches of matrices.

Source of the rule: G. H. Golub and V. Pereyra, The differentiation of pseudo-inverses, 1973.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..products.vectors import known, matmul
from ..reductions.reduction import sum as sum_
from .results import LstsqResult
from .spectral import svdvals, symmetric

__all__ = ["lstsq", "matrix_rank", "pinv"]


def _cutoff(s: Array, rtol: Any, atol: Any) -> Array:
    """Up to where singular values count as 0."""
    relative = (np.asarray(rtol)[..., None] if np.ndim(rtol) else rtol) * s[..., :1]
    if atol is None:
        return relative
    return np.maximum(relative, np.asarray(atol)[..., None] if np.ndim(atol) else atol)


@primitive(name="pinv", symbol="⁺", formula="x⁺", latex="{x}^{+}", torch="pinv", batched=True)
def pseudo_inverses(x: Array, *, rtol: Any, atol: Any = None) -> Array:
    """Moore-Penrose inverses; singular values up to rtol times the largest, or up to atol, count as 0."""
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    kept = detach(s) > _cutoff(detach(s), rtol, atol)
    return (vh.mT * np.where(kept, 1 / np.where(kept, s, 1), 0)[..., None, :]) @ u.mT


def _pinv_x(g: Array, x: Array, out: Array) -> Array:
    """−x⁺ᵀ g x⁺ᵀ + (1 − x x⁺) gᵀ x⁺ x⁺ᵀ + x⁺ᵀ x⁺ gᵀ (1 − x⁺ x), of constant rank"""
    p, pt, gt = out, out.mT, g.mT
    right, left = gt @ p @ pt, pt @ p @ gt
    return -(pt @ g @ pt) + (right - x @ (p @ right)) + (left - (left @ p) @ x)


pseudo_inverses.gradients(_pinv_x)


@primitive(name="matrix_rank", symbol="rank", formula="rank x", torch="matrix_rank", gradient=False)
def ranks(x: Array, *, rtol: Any, atol: Any = None) -> Array:
    """How many singular values are greater than rtol times the largest, and than atol."""
    if x.ndim < 2:
        return np.asarray(int(np.any(x != 0)))
    s = np.linalg.svd(x, compute_uv=False)
    return np.count_nonzero(s > _cutoff(s, rtol, atol), axis=-1)


# ------------------------------------------------------------------------------- composed of the above: no primitive


def _rtol(x: Any, rtol: Any, atol: Any) -> Any:
    """The usual one is the rounding error of x; 0 where only atol is given."""
    if rtol is not None:
        return detach(rtol)
    eps = np.finfo(x.dtype if x.dtype.kind == "f" else float).eps
    usual = float(max(x.shape[-2:], default=1) * eps)
    if atol is None:
        return usual
    return 0.0 if np.ndim(atol) == 0 and atol > 0 else np.where(np.asarray(atol) > 0, 0.0, usual)


def _plain(x: Any) -> Any:
    return np.asarray(detach(x)) if hasattr(x, "dtype") else x


@composed(np.linalg.pinv)
def pinv(x: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None, atol: Any = None) -> Any:
    """Moore-Penrose inverses; singular values up to rtol (the usual rounding error; rcond is NumPy's older name) times
    the largest, or up to atol, count as 0. The gradient holds while the rank does not change.

    hermitian: of symmetric matrices, of which the lower triangle is read."""
    x = symmetric(known(x)) if hermitian else known(x)
    if x.ndim < 2:
        raise np.linalg.LinAlgError(f"pinv: x {x.shape}; expected matrices")
    rtol = rcond if rtol is None else rtol
    return pseudo_inverses(x, rtol=_rtol(x, _plain(rtol), _plain(atol)), atol=_plain(atol))


@composed(np.linalg.matrix_rank)
def matrix_rank(x: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None, atol: Any = None) -> Any:
    """Ranks: how many singular values are greater than tol (or atol), or than rtol times the largest.

    hermitian: of symmetric matrices, of which the lower triangle is read."""
    x = symmetric(known(x)) if hermitian else known(x)
    atol = _plain(tol if atol is None else atol)
    return ranks(x, rtol=_rtol(x, _plain(rtol), atol), atol=atol)


@composed(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None, *, driver: Any = None) -> LstsqResult:
    """(x, residuals, rank, singular values) of the least-squares solutions of a x = b, the shortest where there are
    several. b is a vector (m,) or matrices (…, m, k); residuals are there where a has more rows than columns, and its
    full rank.

    Raises ValueError for shapes that do not fit."""
    a, b = known(a), known(b)
    if a.ndim < 2 or b.ndim < 1:
        raise ValueError(f"lstsq: a {a.shape}, b {b.shape}; expected matrices, and right sides")
    vector = b.ndim == 1 or (a.ndim > 2 and b.shape == a.shape[:-1])
    side = b[..., None] if vector else b
    if side.shape[-2] != a.shape[-2]:
        raise ValueError(f"lstsq: a {a.shape} has {a.shape[-2]} rows, b {b.shape} {side.shape[-2]}; expected as many")
    m, n = a.shape[-2:]
    s = svdvals(a)
    above = np.asarray(detach(s)) > _cutoff(np.asarray(detach(s)), _rtol(a, _plain(rcond), None), None)
    count = np.count_nonzero(above, axis=-1)
    x = matmul(pinv(a, rcond), side)
    if m > n and driver != "gelsy" and np.all(count == n):
        rest = matmul(a, x) - side
        residuals = sum_(rest * rest, axis=-2)
    else:
        residuals = Tensor(x.dtype.type([])) if isinstance(x, Tensor) else np.zeros(0, x.dtype)
    x = x[..., 0] if vector else x
    rank = Tensor(np.asarray(count)) if isinstance(x, Tensor) else count
    if driver in ("gels", "gelsy"):  # Torch's ways: they tell no singular values, gels no rank, gelsy no residuals
        none, no_rank = Tensor(np.zeros(0, x.dtype)), Tensor(np.zeros(0, int))
        return LstsqResult(x, residuals, rank if driver == "gelsy" else no_rank, none)
    return LstsqResult(x, residuals, rank, s)
