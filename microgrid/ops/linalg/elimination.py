"""Gaussian elimination: P, L, U. NumPy has none, so it is written out here, for batches of matrices at once.

Source of the rule: F. de Hoog, R. Anderssen and M. Lukas, Differentiation of matrix functionals using triangular
factorization, 2011.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach, ops
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..products.vectors import known, matmul
from .inverse import fine, square, triangle
from .inverse import solve as solve_
from .results import LUFactorExResult, LUFactorResult, LUResult

__all__ = ["lu", "lu_factor", "lu_factor_ex", "lu_solve"]


def _plain(x: Any) -> Any:
    return np.asarray(detach(x))


@primitive(name="lu", symbol="LU", formula="P, L, U, x = P L U", latex=r"\operatorname{lu} {x}", torch="lu", outputs=3)
def lus(x: Array) -> tuple[Array, Array, Array]:
    """A permutation, a lower triangle with ones on its diagonal, an upper triangle, whose product is x."""
    if x.ndim < 2:
        raise np.linalg.LinAlgError("expected matrices")
    m, n = x.shape[-2:]
    k = min(m, n)
    a = np.array(x, x.dtype if x.dtype.kind == "f" else float).reshape((math.prod(x.shape[:-2]), m, n))
    every, order = np.arange(len(a)), np.tile(np.arange(m), (len(a), 1))
    for j in range(k):
        at = j + np.abs(a[:, j:, j]).argmax(-1)
        for rows in (a, order):
            rows[every, j], rows[every, at] = rows[every, at], rows[every, j].copy()
        pivot = a[:, j, j, None]
        a[:, j + 1 :, j] /= np.where(pivot == 0, 1, pivot)
        a[:, j + 1 :, j + 1 :] -= a[:, j + 1 :, j, None] * a[:, j, None, j + 1 :]
    p = np.zeros((len(a), m, m), a.dtype)
    p[every[:, None], order, np.arange(m)] = 1
    lower = np.tril(a[:, :, :k], -1) + np.eye(m, k, dtype=a.dtype)
    parts = p, lower, np.triu(a[:, :k])
    return tuple(part.reshape(x.shape[:-2] + part.shape[1:]) for part in parts)  # type: ignore[return-value]


def _lu_x(g: tuple[Array, ...], x: Array, out: tuple[Array, ...]) -> Array:
    """P L⁻ᵀ (tril(Lᵀ gL) + triu(gU Uᵀ)) U⁻ᵀ of a square; below a tall one's square L = x U⁻¹, beside a wide one's
    U = L⁻¹ x"""
    (p, low, up), (_, gl, gu) = out, g
    m, n = x.shape[-2:]
    k = min(m, n)
    strict = np.tri(k, k, -1, dtype=x.dtype)
    l1, l2, u1, u2 = low[..., :k, :], low[..., k:, :], up[..., :k], up[..., k:]
    below = (l1.mT @ gl[..., :k, :] - (gu[..., k:] @ u2.mT if n > k else 0)) * strict
    above = (gu[..., :k] @ u1.mT - (l2.mT @ gl[..., k:, :] if m > k else 0)) * (1 - strict)
    total = np.linalg.solve(l1.mT, np.linalg.solve(u1, (below + above).mT).mT)
    if m > k:
        total = np.concatenate([total, np.linalg.solve(u1, gl[..., k:, :].mT).mT], axis=-2)
    if n > k:
        total = np.concatenate([total, np.linalg.solve(l1.mT, gu[..., k:])], axis=-1)
    return p @ total


lus.gradients(_lu_x)


# ------------------------------------------------------------------------------- composed of the above: no primitive


def _pivoted(pivot: bool, what: str) -> None:
    if not pivot:
        raise ValueError(f"{what}: pivot=False; without pivoting it is not stable, and not offered")


@composed()
def lu(x: Any, *, pivot: bool = True) -> LUResult:
    """(P, L, U), x = P L U: a permutation, ones on the diagonal of the lower triangle L, an upper triangle U."""
    _pivoted(pivot, "lu")
    return LUResult(*lus(known(x)))


def _pivots(p: np.ndarray, k: int) -> np.ndarray:
    """The exchanges, counted from 1, that make a permutation."""
    m = p.shape[-1]
    goals = (p.argmax(-2) if m else p.sum(-1)).reshape((math.prod(p.shape[:-2]), m))  # which row came to each place
    pivots = np.empty((len(goals), k), np.int32)
    for goal, exchanged in zip(goals, pivots, strict=True):
        rows = list(range(m))
        for j in range(k):
            at = rows.index(goal[j])
            rows[j], rows[at] = rows[at], rows[j]
            exchanged[j] = at + 1
    return pivots.reshape((*p.shape[:-2], k))


@composed()
def lu_factor(x: Any, *, pivot: bool = True) -> LUFactorResult:
    """(LU, pivots): L, without its ones, and U in one matrix, and the row that each row was exchanged with, from 1."""
    _pivoted(pivot, "lu_factor")
    p, low, up = lus(known(x))
    m, n = low.shape[-2], up.shape[-1]
    k = min(m, n)
    lead, dtype = low.shape[:-2], low.dtype
    strict = low - np.eye(m, k, dtype=dtype)
    if n > k:
        strict = ops.concatenate([strict, np.zeros((*lead, m, n - k), dtype)], axis=-1)
    if m > k:
        up = ops.concatenate([up, np.zeros((*lead, m - k, n), dtype)], axis=-2)
    pivots = _pivots(_plain(p), k)
    return LUFactorResult(strict + up, Tensor(pivots) if isinstance(p, Tensor) else pivots)


@composed()
def lu_factor_ex(x: Any, *, pivot: bool = True, check_errors: bool = False) -> LUFactorExResult:
    """(LU, pivots, zeros): lu_factor, under Torch's name."""
    return LUFactorExResult(*lu_factor(x, pivot=pivot), fine(known(x)))


@composed()
def lu_solve(factor: Any, pivots: Any, b: Any, *, left: bool = True, adjoint: bool = False) -> Any:
    """Solutions of a x = b (x a = b for left=False, aᵀ for a with adjoint), given (LU, pivots) of lu_factor(a).

    Raises LinAlgError for a singular a, ValueError for shapes that do not fit."""
    factor, b, pivots = known(factor), known(b), _plain(known(pivots))
    if (said := square(factor.shape)) or b.ndim < 2:
        raise ValueError(f"lu_solve: {said or f'b {b.shape}; expected matrices'}")
    n = factor.shape[-1]
    swaps = pivots.reshape((math.prod(pivots.shape[:-1]), n)) - 1
    order = np.tile(np.arange(n), (len(swaps), 1))
    for j in range(n):
        for row, at in zip(order, swaps[:, j], strict=True):
            row[j], row[at] = row[at], row[j]
    p = np.zeros((len(order), n, n), factor.dtype)
    p[np.arange(len(order))[:, None], order, np.arange(n)] = 1
    a = matmul(p.reshape((*pivots.shape, n)), matmul(triangle(factor, False, True), triangle(factor, True)))
    return solve_(a.mT if adjoint else a, b, left=left)
