"""Dropout: a recorded draw, so that a replay uses the very same mask."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import math

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor, detach
from .inputs import as_tensor

__all__ = [
    "alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout",
    "gumbel_softmax",
]  # fmt: skip


def probability(p: float, name: str = "dropout") -> float:
    """p, if it is one. Raises ValueError naming it otherwise."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"{name}: p is {p}, expected the probability of zeroing an element, between 0 and 1")
    return p


def _floats(x: Tensor, name: str) -> None:
    if x.dtype.kind != "f":
        raise TypeError(f"{name}: the input is {x.dtype}, expected floating-point numbers: the others are scaled")


def _kept(x: Tensor, p: float, shape: tuple[int, ...], scaled: bool = True) -> Tensor:
    """Which elements are kept, and what they are multiplied by: 1 / (1 − p), or 1."""
    keep = 1.0 - p
    scale = 1.0 / keep if keep and scaled else 1.0
    return ops.random.bernoulli(p=keep, shape=shape, dtype=x.dtype, scale=scale, generator=None)


def dropout(input: Operand, p: float = 0.5, training: bool = True) -> Tensor:
    """Elements zeroed with probability p, the others scaled by 1 / (1 − p); in evaluation the input itself.

    The mask is drawn by a recorded operation, so that a replay uses the very same one.
    Raises ValueError for p outside [0, 1], TypeError for integers.
    """
    probability(p)
    x = as_tensor(input)
    if not training or p == 0:
        return x
    _floats(x, "dropout")
    return x * _kept(x, p, x.shape)


def _features(name: str, x: Tensor, axes: tuple[int, ...], batched: int) -> tuple[int, ...]:
    """The shape of a mask of whole channels. Raises ValueError unless x has one of so many axes."""
    if x.ndim not in axes:
        raise ValueError(f"{name}: input {x.shape}, expected {' or '.join(map(str, axes))} axes")
    lead = 2 if x.ndim >= batched else 1
    return (*x.shape[:lead], *(1,) * (x.ndim - lead))


def _channels(name: str, input: Operand, p: float, training: bool, axes: tuple[int, ...], batched: int) -> Tensor:
    probability(p, name)
    x = as_tensor(input)
    shape = _features(name, x, axes, batched)
    if not training or p == 0:
        return x
    _floats(x, name)
    return x * _kept(x, p, shape)


def dropout1d(input: Operand, p: float = 0.5, training: bool = True) -> Tensor:
    """Whole channels zeroed with probability p, the others scaled by 1 / (1 − p).  input: (N, C, L) or (C, L)."""
    return _channels("dropout1d", input, p, training, (2, 3), 3)


def dropout2d(input: Operand, p: float = 0.5, training: bool = True) -> Tensor:
    """Whole channels zeroed with probability p, the others scaled by 1 / (1 − p).  input: (N, C, H, W), or (N, C, L)
    as in Torch."""
    return _channels("dropout2d", input, p, training, (3, 4), 3)


def dropout3d(input: Operand, p: float = 0.5, training: bool = True) -> Tensor:
    """Whole channels zeroed with probability p, the others scaled by 1 / (1 − p).  input: (N, C, D, H, W) or
    (C, D, H, W)."""
    return _channels("dropout3d", input, p, training, (4, 5), 5)


LOWEST = -1.7580993408473766  # what selu tends to, far below 0


def _alpha(x: Tensor, p: float, shape: tuple[int, ...]) -> Tensor:
    if p == 1:
        return x * 0.0
    a = 1 / math.sqrt((1 - p) * (1 + p * LOWEST * LOWEST))
    kept = _kept(x, p, shape, scaled=False)
    return x * (kept * a) + (1 - kept) * (a * LOWEST) - a * LOWEST * p


def alpha_dropout(input: Operand, p: float = 0.5, training: bool = False) -> Tensor:
    """Elements set to selu's lowest value with probability p, all then scaled and shifted, so that mean 0 and variance
    1 remain (Klambauer et al., 2017); in evaluation the input itself."""
    probability(p, "alpha_dropout")
    x = as_tensor(input)
    if not training or p == 0:
        return x
    _floats(x, "alpha_dropout")
    return _alpha(x, p, x.shape)


def feature_alpha_dropout(input: Operand, p: float = 0.5, training: bool = False) -> Tensor:
    """`alpha_dropout` of whole channels.  input: (N, C, …)."""
    probability(p, "feature_alpha_dropout")
    x = as_tensor(input)
    if not training or p == 0:
        return x
    _floats(x, "feature_alpha_dropout")
    if x.ndim < 2:
        raise ValueError(f"feature_alpha_dropout: input {x.shape}, expected (N, C, …): channels to drop")
    return _alpha(x, p, (*x.shape[:2], *(1,) * (x.ndim - 2)))


def gumbel_softmax(logits: Operand, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """A draw of a class from the logits, as probabilities that are nearly 0 or 1 for a small tau (Jang et al., 2017).

    hard: exactly 0 or 1, with the gradient of the probabilities.  eps is not used, as in Torch."""
    x = as_tensor(logits)
    _floats(x, "gumbel_softmax")
    noise = -ops.log(ops.random.standard_exponential(x.shape, x.dtype))
    y = ops.softmax((x + noise) / tau, axis=dim)
    if not hard:
        return y
    chosen = ops.argmax(y, dim, True) if y.ndim else 0
    line = np.arange(y.shape[dim]).reshape((-1,) + (1,) * (y.ndim - dim % y.ndim - 1)) if y.ndim else 0
    return ops.where(line == chosen, 1.0, 0.0).astype(y.dtype) - detach(y) + y
