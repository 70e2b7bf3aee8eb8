"""Connectionist temporal classification, under Torch's name."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor, detach
from ...ops.layers.loss import reduced
from .inputs import as_tensor

__all__ = ["ctc_loss"]


def ctc_loss(
    log_probs: Tensor, targets: Operand, input_lengths: Any, target_lengths: Any, blank: int = 0,
    reduction: str = "mean", zero_infinity: bool = False,
) -> Tensor:  # fmt: skip
    """Minus the log-probability of the target sequences, summed over all their alignments with the inputs, of which
    blanks and repetitions are dropped (Graves et al., 2006).

    log_probs: (T, N, C) or (T, C), as log_softmax has them.  targets: (N, S), or all in one, (Σ target_lengths,).
    reduction: "mean" divides each loss by its target's length first; "sum", "none".  A target too long for its input
    costs infinity, or 0 with zero_infinity; its gradient is 0.
    The gradient is that of the formula; Torch's, of log_probs taken alone, adds exp(log_probs), which log_softmax takes
    away again.  Raises ValueError for lengths and shapes that do not fit."""
    x = as_tensor(log_probs)
    labels = np.asarray(detach(as_tensor(targets)).numpy())
    alone = x.ndim == 2
    if x.ndim not in (2, 3):
        raise ValueError(f"ctc_loss: log_probs {x.shape}, expected (T, N, C) or (T, C)")
    if alone:
        x, labels = x.reshape((x.shape[0], 1, x.shape[1])), labels.reshape(1, -1)
    frames, n, classes = x.shape
    heard, told = (np.asarray(detach(as_tensor(k)).numpy()).reshape(-1) for k in (input_lengths, target_lengths))
    extended = _extended(labels, heard, told, (frames, n, classes), blank)
    size = np.abs(x.numpy())
    most = float(np.where(np.isfinite(size), size, 0).max(axis=-1, initial=0).sum(0).max(initial=0)) + frames
    low = -2 * most - 100  # for log 0: out of reach of any alignment, and finite, so that no slope is NaN
    total = _paths(x, extended, heard, blank, low)
    each = np.arange(n)
    ends = total[each, 2 * told], ops.where(told > 0, total[each, np.maximum(2 * told - 1, 0)], low)
    loss = -ops.logaddexp(*ends)
    none = heard == 0
    loss = ops.where(none, 0.0, loss)
    possible = np.where(none, told == 0, ~(loss.numpy() > most + 50))
    loss = ops.where(possible, loss, 0.0 if zero_infinity else np.inf).astype(x.dtype)
    if reduction == "mean":
        loss = loss / np.maximum(told, 1).astype(x.dtype)
    return reduced(loss.reshape(()) if alone else loss, reduction)  # type: ignore[no-any-return]


def _extended(
    labels: np.ndarray, heard: np.ndarray, told: np.ndarray, shape: tuple[int, ...], blank: int
) -> np.ndarray:
    """(N, 2 S + 1): the targets with a blank before, between and after. Raises ValueError for what does not fit."""
    frames, n, classes = shape
    if heard.shape != (n,) or told.shape != (n,):
        raise ValueError(
            f"ctc_loss: {heard.size} input_lengths and {told.size} target_lengths, expected {n}, one an example"
        )
    if not 0 <= blank < classes:
        raise ValueError(f"ctc_loss: blank is {blank}, expected one of {classes} classes")
    if n and not (heard.min() >= 0 and heard.max() <= frames and told.min() >= 0):
        raise ValueError(
            f"ctc_loss: input_lengths {heard}, target_lengths {told}; expected 0 to {frames}, and 0 or more"
        )
    longest = int(told.max(initial=0))
    given = np.full((n, longest), blank)
    kept = np.arange(longest) < told[:, None]
    if labels.ndim == 1:
        if labels.size != told.sum():
            raise ValueError(f"ctc_loss: {labels.size} targets, expected {told.sum()}, the sum of target_lengths")
        given[kept] = labels
    elif labels.ndim != 2 or len(labels) != n or labels.shape[1] < longest:
        raise ValueError(f"ctc_loss: targets {labels.shape}, expected ({n}, {longest} or more) or one axis of all")
    else:
        given = np.where(kept, labels[:, :longest], blank)
    if given.size and not (given.min() >= 0 and given.max() < classes):
        raise ValueError(f"ctc_loss: targets from {given.min()} to {given.max()}, expected classes below {classes}")
    out = np.full((n, 2 * longest + 1), blank)
    out[:, 1::2] = given
    return out


def _paths(x: Tensor, extended: np.ndarray, heard: np.ndarray, blank: int, low: float) -> Tensor:
    """(N, 2 S + 1): the log-probability of all ways to each place of the extended targets, after the last frame."""
    n, places = extended.shape
    emitted = x[:, np.arange(n)[:, None], extended]
    leap = np.zeros(extended.shape, bool)  # from a label to the next, unlike one, past the blank
    leap[:, 2:] = (extended[:, 2:] != blank) & (extended[:, 2:] != extended[:, :-2])
    edges = [np.full((n, k), low, x.dtype) for k in (1, 2)]
    total: Tensor = ops.where(np.arange(places) < 2, emitted[0], low).astype(x.dtype) if len(x) else Tensor(
        np.full(extended.shape, low, x.dtype)
    )  # fmt: skip
    for t in range(1, len(x)):
        ways = total
        if places > 1:
            ways = ops.logaddexp(ways, ops.concatenate([edges[0], total[:, :-1]], 1))
            ways = ops.logaddexp(
                ways, ops.where(leap, ops.concatenate([edges[1], total[:, :-2]], 1), low).astype(x.dtype)
            )  # fmt: skip
        after = ways + emitted[t]
        total = after if heard.min() > t else ops.where((t < heard)[:, None], after, total)
    return total
