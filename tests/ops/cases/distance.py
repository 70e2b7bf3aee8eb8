"""Distances."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.layers.distance import normalize
from tests.ops.optional import torch
from tests.ops.table import Row, Variant, at, kink, on, once, real, refused

x = mg.tensor(np.ones((4, 3)), name="x")
NORMS = (2.0, 1.0, 3.0, 1.5, 0.5, np.inf, 0.0, -1.0, -np.inf)


def _norm(d: np.ndarray, p: float, axis: int) -> np.ndarray:
    """NumPy's own, where it has one along an axis."""
    return np.asarray(np.linalg.norm(d, ord=p, axis=axis)).astype(d.dtype) if d.ndim else np.abs(d)


def _pairwise(x: np.ndarray, y: np.ndarray, p: float = 2.0, eps: float = 1e-6, keepdims: bool = False) -> np.ndarray:
    out = _norm(x - y + eps, p, -1)
    return out[..., None] if keepdims else out


def _cdist(x: np.ndarray, y: np.ndarray, p: float = 2.0, compute_mode: Any = None) -> np.ndarray:
    return _norm(x[..., :, None, :] - y[..., None, :, :], p, -1)


def _torch_cdist(x: Any, y: Any, p: float = 2.0, compute_mode: Any = None) -> Any:
    """Twice differentiable, which torch.cdist is not."""
    return torch.linalg.vector_norm(x.unsqueeze(-2) - y.unsqueeze(-3), ord=p, dim=-1)


def _cosine(x: np.ndarray, y: np.ndarray, axis: int = 1, eps: float = 1e-8) -> np.ndarray:
    x, y = np.broadcast_arrays(x, y)
    if not x.ndim:
        return np.sign(x * y)
    lengths = [np.maximum(_norm(a, 2, axis), eps) for a in (x, y)]
    return (x * y).sum(axis=axis) / lengths[0] / lengths[1]


def _normalize(x: np.ndarray, p: float = 2.0, axis: int = 1, eps: float = 1e-12) -> np.ndarray:
    return x / np.maximum(np.expand_dims(_norm(x, p, axis), axis), x.dtype.type(eps))


def _away(x: np.ndarray, y: Any = None, **how: Any) -> np.ndarray:
    """No element that is 0, and no two that tie in size."""
    d = np.sort(np.abs(x if y is None or x.ndim != y.ndim or x.shape != y.shape else x - y), axis=-1)
    return np.concatenate([d.ravel(), np.diff(d, axis=-1).ravel()])


def _p(*inputs: Any, **how: Any) -> list[Variant]:
    return [(on if p else kink)(*inputs, p=p, **how) for p in NORMS]  # p = 0 counts


ROWS = [
    Row("pairwise_distance", mg.pairwise_distance, _pairwise,
        lambda x, y, p=2.0, eps=1e-6, keepdims=False: torch.nn.functional.pairwise_distance(x, y, p, eps, keepdims), [
        *_p(real(4, 3), real(4, 3)), on(real(3), real(3)), on(real(4, 3), real(3)), on(real(2, 1, 3), real(4, 3)),
        on(real(4, 3), real(4, 3), keepdims=True), on(real(4, 3), real(4, 3).still(), eps=0.1), on(real(0, 3),
            real(0, 3)), on(real(4, 1), real(4, 1)), once(at([[1.0, 2.0]]), at([[1.0, 2.0]]), eps=0.0)], [
        refused(lambda: mg.pairwise_distance(x, mg.ones(4)), ValueError, "pairwise_distance", "x (4, 3)", "differ")],
        away=_away, dispatches=False, tolerance={"float32": 1e-4, "float64": 1e-10},
        because="powers of sizes near 0"),
    Row("cdist", mg.cdist, _cdist, _torch_cdist, [
        *_p(real(4, 3), real(5, 3)), on(real(2, 4, 3), real(5, 3)), on(real(2, 1, 4, 3), real(3, 5, 3), p=1.0),
        on(real(30, 3), real(2, 3)), on(real(4, 3), real(5, 3), compute_mode="use_mm_for_euclid_dist"),
        on(real(4, 3), real(5, 3).still()), on(real(0, 3), real(5, 3)), on(real(4, 1), real(1, 1)),
        once(at([[1.0, 2.0], [0.0, 1.0]]), at([[1.0, 2.0]]))], [
        refused(lambda: mg.cdist(x, mg.ones((2, 4))), ValueError, "cdist", "x (4, 3)", "(2, 4)", "rows of one length"),
        refused(lambda: mg.cdist(x, mg.ones(3)), ValueError, "(…, P, M) and (…, R, M)"),
        refused(lambda: mg.cdist(x, x, compute_mode="mm"), ValueError, "'mm'", "use_mm_for_euclid_dist")],
        away=_away, dispatches=False, tolerance={"float32": 1e-3, "float64": 1e-9, "float16": 3e-2},
        because="powers of sizes near 0; squares that cancel where a matrix product gives them"),
    Row("cosine_similarity", mg.cosine_similarity, _cosine,
        lambda x, y, axis=1, eps=1e-8: torch.nn.functional.cosine_similarity(x, y, axis, eps), [
        on(real(4, 3), real(4, 3)), on(real(4, 3), real(4, 3), axis=0), on(real(2, 3, 4), real(2, 3, 4), axis=-1),
        on(real(4, 3), real(1, 3)), on(real(1, 2, 3), real(2, 1, 3), axis=-2), on(real(3), real(4, 3), axis=-1),
        on(real(3), real(3), axis=0), kink(real(), real(), axis=0), on(real(0, 3), real(0, 3)),
        on(real(4, 3), real(4, 3).still(), eps=0.1), once(at([[0.0, 0.0]]), at([[1.0, 2.0]]))], [
        refused(lambda: mg.cosine_similarity(x, mg.ones((4, 2))), ValueError, "cosine_similarity", "x (4, 3)"),
        refused(lambda: mg.cosine_similarity(x, x, axis=2), ValueError, "axis 2 is out of bounds")],
        dispatches=False),
    Row("normalize", normalize, _normalize,
        lambda x, p=2.0, axis=1, eps=1e-12: torch.nn.functional.normalize(x, p, axis, eps), [
        *_p(real(4, 3)), on(real(4, 3), axis=0), on(real(2, 3, 4), axis=-1), on(real(3), axis=0), on(real(0, 3)),
        on(real(4, 1)), on(real(4, 3), eps=10.0), once(at([[0.0, 0.0], [1.0, 0.0]]))], [
        refused(lambda: normalize(x, axis=2), ValueError, "normalize", "x (4, 3)", "axis 2 is out of bounds")],
        away=_away, dispatches=False, tolerance={"float32": 1e-4, "float64": 1e-10},
        because="powers of sizes near 0"),
]  # fmt: skip
