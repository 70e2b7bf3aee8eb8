"""Losses and normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Row, at, integers, kink, on, probabilities, real, refused

x = mg.tensor(np.ones((4, 3)), name="logits")


def _classes_second(f: str) -> Any:
    """Torch's loss, whose classes are along axis 1 (axis 0 for one example)."""

    def loss(x: Any, t: Any, axis: int = -1, reduction: str = "mean") -> Any:
        place = min(1, x.ndim - 1)
        if t.ndim == x.ndim:
            t = t.movedim(axis, place)
        return getattr(torch.nn.functional, f)(x.movedim(axis, place), t, reduction=reduction)

    return loss


def _reduced(values: np.ndarray, reduction: str) -> np.ndarray:
    return (
        values if reduction == "none" else values.sum() / max(values.size, 1) if reduction == "mean" else values.sum()
    )


def _cross_entropy(x: np.ndarray, t: np.ndarray, axis: int = -1, reduction: str = "mean") -> np.ndarray:
    return _nll(x - np.logaddexp.reduce(x, axis=axis, keepdims=True), t, axis, reduction)


def _nll(x: np.ndarray, t: np.ndarray, axis: int = -1, reduction: str = "mean") -> np.ndarray:
    if t.dtype.kind == "f":
        return _reduced(-(x * t).sum(axis=axis), reduction).astype(x.dtype)
    taken = np.take_along_axis(x, np.expand_dims(t, axis), axis)
    return _reduced(-taken.squeeze(axis), reduction).astype(x.dtype)


def _mse(x: np.ndarray, y: np.ndarray, reduction: str = "mean") -> np.ndarray:
    return _reduced((x - y) ** 2, reduction).astype(x.dtype)


def _layer_norm(x: np.ndarray, *affine: np.ndarray, axes: int = 1, eps: float = 1e-5) -> np.ndarray:
    over = tuple(range(-axes, 0))
    out = (x - x.mean(axis=over, keepdims=True)) / np.sqrt(x.var(axis=over, keepdims=True) + eps)
    for p, f in zip(affine, (np.multiply, np.add)):
        out = f(out, p)
    return out.astype(x.dtype)


def _torch_layer_norm(x: Any, *affine: Any, axes: int = 1, eps: float = 1e-5) -> Any:
    return torch.nn.functional.layer_norm(x, x.shape[-axes:], *affine, eps=eps)


INDICES = [
    *(on(real(4, 3), integers(4), reduction=r) for r in ("mean", "sum", "none")),
    on(real(3), integers()), on(real(2, 3, 5), integers(2, 5), axis=1), on(real(2, 5, 3), integers(2, 5),
        reduction="none"),
    on(real(3, 4), integers(4), axis=0), on(real(1, 3), integers(1)), on(real(0, 3), integers(0), reduction="sum"),
    on(real(0, 3), integers(0), reduction="none"),
]  # fmt: skip
WRONG = [
    refused(
        lambda: mg.cross_entropy(x, mg.tensor([0, 1])),
        ValueError,
        "logits (4, 3)",
        "target has shape (2,)",
        "(4,)",
        "(4, 3)",
    ),
    refused(
        lambda: mg.cross_entropy(x, mg.tensor([0, 1, 2, 3])),
        IndexError,
        "class indices run from 0 to 3, expected 0 to 2",
    ),
    refused(lambda: mg.cross_entropy(x, mg.tensor([0, -1, 2, 1])), IndexError, "class indices run from -1 to 2"),
    refused(lambda: mg.cross_entropy(x, x, reduction="avg"), ValueError, "'avg'", "'mean', 'sum' or 'none'"),
    refused(lambda: mg.cross_entropy(x, x, axis=2), ValueError, "axis 2 is out of bounds"),
]

ROWS = [
    Row("cross_entropy", mg.cross_entropy, _cross_entropy, _classes_second("cross_entropy"), [
        *INDICES, on(real(4, 3), probabilities(4, 3)), on(real(4, 3), probabilities(4, 3), reduction="none"),
        on(real(2, 3, 5), probabilities(2, 3, 5, axis=1), axis=1, reduction="sum"), on(real(3), probabilities(3)),
        on(real(4, 3), real(4, 3)),  # probabilities that sum to anything
        kink(at([[0.0, -np.inf, 1.0], [1e4, 0.0, -1e4]]), at([2, 0])),  # a masked logit
    ], WRONG, dispatches=False),
    Row("nll", mg.nll, _nll, _classes_second("nll_loss"), [*INDICES, kink(at([[0.0, -np.inf], [1.0, 2.0]]), at([0,
        1]))], [
        refused(lambda: mg.nll(x, mg.tensor([0, 1])), ValueError, "nll", "target has shape (2,)", "(4,)"),
        refused(lambda: mg.nll(x, x), TypeError, "nll", "expected class indices (integers)"),
        refused(lambda: mg.nll(x, mg.tensor([0, 1, 2, 3])), IndexError,
            "class indices run from 0 to 3, expected 0 to 2"),
    ], dispatches=False),
    Row("mse", mg.mse, _mse, lambda x, y, reduction="mean": torch.nn.functional.mse_loss(x, y, reduction=reduction), [
        *(on(real(4, 3), real(4, 3), reduction=r) for r in ("mean", "sum", "none")), on(real(), real()),
        on(real(0, 3), real(0, 3), reduction="sum"), on(real(3, 1), real(3, 1).still())],
        [refused(lambda: mg.mse(x, mg.ones(2)), ValueError, "mse", "logits (4, 3)", "(2,)"),
         refused(lambda: mg.mse(x, x, reduction=None), ValueError, "mse", "'mean', 'sum' or 'none'")],
             dispatches=False),
    Row("layer_norm", mg.layer_norm, _layer_norm, _torch_layer_norm, [
        on(real(4, 3), real(3), real(3)), on(real(2, 4, 3), real(4, 3), real(4, 3), axes=2), on(real(4, 3)),
        on(real(5), real(5)), on(real(2, 4, 3), real(3), real(3), eps=0.1), on(real(0, 3), real(3), real(3)),
        on(real(4, 3).still(), real(3), real(3)), on(real(4, 3), real(3).still(), real(3))],
        [refused(lambda: mg.layer_norm(x, mg.ones(4)), ValueError, "layer_norm", "logits (4, 3)",
            "shape (3,) of the last 1 axes"),
         refused(lambda: mg.layer_norm(x, mg.ones((1,))), ValueError, "must have the shape (3,)")],
        dispatches=False),
]  # fmt: skip
