"""Normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.layers.normalization import batch_norm, group_norm, rms_norm
from tests.ops.optional import torch
from tests.ops.table import Row, on, positive, real, refused

x = mg.tensor(np.ones((4, 3)), name="x")


def _normal(x: np.ndarray, over: Any, eps: float) -> np.ndarray:
    x = x.astype(np.float64)
    return (x - x.mean(axis=over, keepdims=True)) / np.sqrt(x.var(axis=over, keepdims=True) + eps)


def _affine(x: np.ndarray, shape: Any, dtype: Any, *affine: Any) -> np.ndarray:
    for p, f in zip(affine, (np.multiply, np.add)):
        x = x if p is None else f(x, p.reshape(shape))
    return x.astype(dtype)


def _layer_norm(x: np.ndarray, *affine: np.ndarray, axes: int = 1, eps: float = 1e-5) -> np.ndarray:
    return _affine(_normal(x, tuple(range(-axes, 0)), eps), x.shape[-axes:], x.dtype, *affine)


def _rms_norm(x: np.ndarray, *weight: np.ndarray, axes: int = 1, eps: float | None = None) -> np.ndarray:
    eps = np.finfo(x.dtype).eps if eps is None else eps
    size = np.sqrt((x.astype(np.float64) ** 2).mean(axis=tuple(range(-axes, 0)), keepdims=True) + eps)
    return _affine(x / size, x.shape[-axes:], x.dtype, *weight)


def _channels(x: np.ndarray) -> tuple[int, ...]:
    return (-1, *(1,) * (x.ndim - 2))


def _group_norm(x: np.ndarray, *affine: np.ndarray, groups: int, eps: float = 1e-5) -> np.ndarray:
    parts = np.split(x, groups, axis=1)
    over = tuple(range(1, x.ndim))
    return _affine(np.concatenate([_normal(p, over, eps) for p in parts], axis=1), _channels(x), x.dtype, *affine)


def _batch_norm(
    x: np.ndarray, weight: Any = None, bias: Any = None, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> np.ndarray:
    shape = _channels(x)
    if mean is None:
        out = _normal(x, (0, *range(2, x.ndim)), eps)
    else:
        out = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    return _affine(out, shape, x.dtype, weight, bias)


def _torch_batch_norm(
    x: Any, weight: Any = None, bias: Any = None, mean: Any = None, var: Any = None, eps: float = 1e-5
) -> Any:
    """By hand where the mean and variance are given: Torch's own has no gradient for these."""
    if mean is None:
        return torch.nn.functional.batch_norm(x, None, None, weight, bias, True, eps=eps)
    shape = _channels(x)
    out = (x - mean.reshape(shape)) / (var.reshape(shape) + eps).sqrt()
    return out * weight.reshape(shape) + bias.reshape(shape)


ROWS = [
    Row("layer_norm", mg.layer_norm, _layer_norm,
        lambda x, *affine, axes=1, eps=1e-5: torch.nn.functional.layer_norm(x, x.shape[-axes:], *affine, eps=eps), [
        on(real(4, 3), real(3), real(3)), on(real(2, 4, 3), real(4, 3), real(4, 3), axes=2), on(real(4, 3)),
        on(real(5), real(5)), on(real(2, 4, 3), real(3), real(3), eps=0.1), on(real(0, 3), real(3), real(3)),
        on(real(4, 3).still(), real(3), real(3)), on(real(4, 3), real(3).still(), real(3)), on(real(2, 0), real(0))], [
        refused(lambda: mg.layer_norm(x, mg.ones(4)), ValueError, "layer_norm", "x (4, 3)",
            "shape (3,) of the last 1 axes"),
        refused(lambda: mg.layer_norm(x, mg.ones((1,))), ValueError, "must have the shape (3,)")],
        dispatches=False),
    Row("rms_norm", rms_norm, _rms_norm,
        lambda x, *weight, axes=1, eps=None: torch.nn.functional.rms_norm(x, x.shape[-axes:], *weight, eps=eps), [
        on(real(4, 3), real(3)), on(real(2, 4, 3), real(4, 3), axes=2), on(real(4, 3)), on(real(5), real(5)),
        on(real(2, 4, 3), real(3), eps=0.1), on(real(0, 3), real(3)), on(real(4, 3).still(), real(3))],
        [refused(lambda: rms_norm(x, mg.ones(4)), ValueError, "rms_norm", "x (4, 3)", "shape (3,) of the last 1 axes")],
        dispatches=False),
    Row("group_norm", group_norm, _group_norm,
        lambda x, *affine, groups, eps=1e-5: torch.nn.functional.group_norm(x, groups, *affine, eps=eps), [
        *(on(real(2, 6, 3), real(6), real(6), groups=n) for n in (1, 2, 6)), on(real(2, 4, 2, 3), groups=2),
        on(real(3, 4), real(4), real(4), groups=2), on(real(2, 4, 3), real(4), real(4), groups=2, eps=0.1),
        on(real(0, 4, 3), real(4), real(4), groups=2), on(real(2, 4, 3).still(), real(4), real(4), groups=2)], [
        refused(lambda: group_norm(x, groups=2), ValueError, "group_norm: x (4, 3)", "3 channels", "2 groups"),
        refused(lambda: group_norm(x, mg.ones(4), groups=3), ValueError, "must have the shape (3,)"),
        refused(lambda: group_norm(mg.ones(3), groups=1), ValueError, "expected (N, C, …)")],
        dispatches=False),
    Row("batch_norm", batch_norm, _batch_norm, _torch_batch_norm, [
        on(real(4, 3), real(3), real(3)), on(real(4, 3, 2), real(3), real(3)), on(real(2, 3, 2, 4), real(3), real(3)),
        on(real(4, 3)), on(real(4, 3), real(3).still(), real(3), eps=0.1), on(real(4, 3).still(), real(3), real(3)),
        on(real(4, 3), real(3), real(3), real(3), positive(3)),
        on(real(4, 3, 2), real(3), real(3), real(3).still(), positive(3).still()),
        on(real(0, 3, 2), real(3), real(3), real(3), positive(3))], [
        refused(lambda: batch_norm(x, mg.ones(4)), ValueError, "batch_norm", "x (4, 3)", "must have the shape (3,)"),
        refused(lambda: batch_norm(mg.ones(3)), ValueError, "expected (N, C, …)")],
        dispatches=False),
]  # fmt: skip
