"""Linear algebra: Torch's calls. Vectors that are determined up to their sign take the sign that they have here."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.node import Node
from .table import CONDITION, row

VECTORS = "eigh", "eig", "svd"


def _condition(n: Node) -> float:
    """The square of the largest value over the smallest (or, for vectors, over the smallest gap between two): so much
    do inverses and their derivatives enlarge rounding."""
    x = np.asarray(n.inputs[0].data, float)
    if x.ndim < 2 or 0 in x.shape or not np.all(np.isfinite(x)):
        return 1.0
    s = np.linalg.svd(x, compute_uv=False)
    if n.op.name == "matrix_exp":  # type: ignore[union-attr]
        return 1.0 + float(s.max())
    small = s[..., -1].min()
    if n.op.name in VECTORS and s.shape[-1] > 1:  # type: ignore[union-attr]
        values = s if n.op.name == "svd" else np.sort(n.data[0], -1)  # type: ignore[union-attr]
        small = min(small, np.abs(np.diff(values, axis=-1)).min())
    return float((s.max() / small) ** 2) if small > 0 else np.inf


for _name in ("inv", "solve", "det", "slogdet", "cholesky", "qr", "lu", "pinv", "matrix_exp", *VECTORS):
    CONDITION[_name] = _condition


def _signs(t: Any, theirs: Any, ours: Any) -> Any:
    """±1 for each column: what turns theirs into ours."""
    along = (theirs.detach() * t.from_numpy(np.array(ours)).to(theirs.dtype)).sum(-2, keepdim=True)
    return t.where(along < 0, -1.0, 1.0).to(theirs.dtype)


@row("inv", "svdvals")
def _named(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return getattr(t.linalg, n.op.name)(*xs)  # type: ignore[union-attr]


@row("solve")
def _solve(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, y = xs
    return t.linalg.solve(x, y.reshape((1,) * (x.ndim - y.ndim) + tuple(y.shape)))  # never a batch of vectors


@row("cholesky")
def _cholesky(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.linalg.cholesky(xs[0], upper=kw["upper"])


@row("matrix_rank")
def _matrix_rank(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.linalg.matrix_rank(xs[0], rtol=kw["rtol"], atol=kw["atol"])


@row("qr")
def _qr(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.linalg.qr(xs[0], mode=kw["mode"])


@row("lu")
def _lu(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.linalg.lu(xs[0])


@row("eigh")
def _eigh(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    w, v = t.linalg.eigh(xs[0], UPLO=kw["UPLO"])
    return w, v * _signs(t, v, n.data[1])


@row("eigvalsh")
def _eigvalsh(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.linalg.eigvalsh(xs[0], UPLO=kw["UPLO"])


@row("eig")
def _eig(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    w, v = (z.real for z in t.linalg.eig(xs[0]))
    return w, v * _signs(t, v, n.data[1])


@row("svd")
def _svd(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    u, s, vh = t.linalg.svd(xs[0], full_matrices=kw["full_matrices"])
    k = s.shape[-1]
    signs = _signs(t, u[..., :k], n.data[0][..., :k])
    left, right = u[..., :k] * signs, vh[..., :k, :] * signs.mT
    return t.cat([left, u[..., k:]], -1), s, t.cat([right, vh[..., k:, :]], -2)
