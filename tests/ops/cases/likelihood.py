"""Losses of classes."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Row, at, integers, kink, on, once, positive, probabilities, real, refused

x = mg.tensor(np.ones((4, 3)), name="logits")


def _classes_second(f: str) -> Any:
    """Torch's loss, whose classes are along axis 1 (axis 0 for one example)."""

    def loss(x: Any, t: Any, weight: Any = None, axis: int = -1, **how: Any) -> Any:
        place = min(1, x.ndim - 1)
        if t.ndim == x.ndim:
            t = t.movedim(axis, place)
        return getattr(torch.nn.functional, f)(x.movedim(axis, place), t, weight=weight, **how)

    return loss


def _reduced(values: np.ndarray, n: Any, reduction: str) -> np.ndarray:
    if reduction == "none":
        return values
    total = values.sum()
    return total if reduction == "sum" else total / n if n else total * np.nan


def _cross_entropy(
    x: np.ndarray, t: np.ndarray, w: np.ndarray | None = None, axis: int = -1, reduction: str = "mean",
    ignore_index: int = -100, label_smoothing: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """The classes last, one example after another."""
    x = np.moveaxis(x, axis, -1)
    classes = x.shape[-1]
    logp = x - np.logaddexp.reduce(x, axis=-1, keepdims=True)
    w = np.ones(classes, x.dtype) if w is None else w
    if t.dtype.kind == "f":
        t = np.moveaxis(t, axis, -1) * (1 - label_smoothing) + label_smoothing / classes
        values = -(t * w * logp).sum(axis=-1)
        return _reduced(values, values.size, reduction).astype(x.dtype)
    values, weights = np.zeros(t.shape), np.zeros(t.shape)
    for place, k in np.ndenumerate(t):
        if k != ignore_index:
            weights[place] = w[k]
            values[place] = -w[k] * logp[place][k] * (1 - label_smoothing)
            if label_smoothing:
                values[place] -= label_smoothing / classes * (w * logp[place]).sum()
    return np.asarray(_reduced(values, weights.sum(), reduction)).astype(x.dtype)


def _nll(
    x: np.ndarray, t: np.ndarray, w: np.ndarray | None = None, axis: int = -1, reduction: str = "mean",
    ignore_index: int = -100,
) -> np.ndarray:  # fmt: skip
    x = np.moveaxis(x, axis, -1)
    w = np.ones(x.shape[-1], x.dtype) if w is None else w
    values, weights = np.zeros(t.shape), np.zeros(t.shape)
    for place, k in np.ndenumerate(t):
        if k != ignore_index:
            values[place], weights[place] = -w[k] * x[place][k], w[k]
    return np.asarray(_reduced(values, weights.sum(), reduction)).astype(x.dtype)


INDICES = [
    *(on(real(4, 3), integers(4), reduction=r) for r in ("mean", "sum", "none")),
    on(real(3), integers()), on(real(2, 3, 5), integers(2, 5), axis=1), on(real(2, 5, 3), integers(2, 5),
        reduction="none"),
    on(real(3, 4), integers(4), axis=0), on(real(1, 3), integers(1)), on(real(0, 3), integers(0), reduction="sum"),
    on(real(0, 3), integers(0), reduction="none"), once(real(0, 3), integers(0)),
    *(on(real(5, 3), at([0, 2, -100, 1, 2]), reduction=r) for r in ("mean", "sum", "none")),  # one that is ignored
    *(on(real(5, 3), integers(5), positive(3).still(), reduction=r) for r in ("mean", "sum", "none")),
    on(real(5, 3), at([0, 2, 1, 1, 2]), positive(3).still(), ignore_index=1), once(real(2, 3), at([-100, -100])),
    on(real(2, 3, 5), integers(2, 5), positive(3).still(), axis=1, ignore_index=0),
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
    refused(lambda: mg.cross_entropy(x, x, mg.ones(4)), ValueError, "weight has shape (4,), expected (3,)"),
    refused(lambda: mg.cross_entropy(x, x, label_smoothing=2.0), ValueError, "label_smoothing is 2.0", "from 0 to 1"),
    refused(lambda: mg.cross_entropy(x, x, ignore_index=1), ValueError, "ignore_index is 1", "probabilities"),
]

ROWS = [
    Row("cross_entropy", mg.cross_entropy, _cross_entropy, _classes_second("cross_entropy"), [
        *INDICES, on(real(4, 3), probabilities(4, 3)), on(real(4, 3), probabilities(4, 3), reduction="none"),
        on(real(2, 3, 5), probabilities(2, 3, 5, axis=1), axis=1, reduction="sum"), on(real(3), probabilities(3)),
        on(real(4, 3), real(4, 3)),  # probabilities that sum to anything
        *(on(real(5, 3), at([0, 2, -100, 1, 2]), positive(3).still(), reduction=r, label_smoothing=0.2)
            for r in ("mean", "sum", "none")),
        on(real(5, 3), integers(5), label_smoothing=1.0),
        on(real(2, 3, 5), integers(2, 5), axis=1, label_smoothing=0.1),
        on(real(4, 3), probabilities(4, 3), positive(3), label_smoothing=0.3),
        on(real(2, 3, 5), probabilities(2, 3, 5, axis=1), positive(3), axis=1, reduction="none"),
        kink(at([[0.0, -np.inf, 1.0], [1e4, 0.0, -1e4]]), at([2, 0])),  # a masked logit
    ], WRONG, dispatches=False),
    Row("nll", mg.nll, _nll, _classes_second("nll_loss"), [*INDICES, kink(at([[0.0, -np.inf], [1.0, 2.0]]), at([0,
        1]))], [
        refused(lambda: mg.nll(x, mg.tensor([0, 1])), ValueError, "nll", "target has shape (2,)", "(4,)"),
        refused(lambda: mg.nll(x, mg.tensor([0, 1, 2, 0]), mg.ones(2)), ValueError, "weight has shape (2,)"),
        refused(lambda: mg.nll(x, x), TypeError, "nll", "expected class indices (integers)"),
        refused(lambda: mg.nll(x, mg.tensor([0, 1, 2, 3])), IndexError,
            "class indices run from 0 to 3, expected 0 to 2"),
    ], dispatches=False),
]  # fmt: skip
