"""Dropout: a recorded draw, so that a replay uses the very same mask."""

from __future__ import annotations

from ... import ops
from ...core.tensor import Tensor
from .inputs import as_tensor

__all__ = ["dropout"]


def dropout(input: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Elements zeroed with probability p, the others scaled by 1 / (1 − p); in evaluation the input itself.

    The mask is drawn by a recorded operation, so that a replay uses the very same one.
    Raises ValueError for p outside [0, 1], TypeError for integers.
    """
    probability(p)
    x = as_tensor(input)
    if not training or p == 0:
        return x
    if x.dtype.kind != "f":
        raise TypeError(f"dropout: the input is {x.dtype}, expected floating-point numbers: the others are scaled")
    keep = 1.0 - p
    scale = 1.0 / keep if keep else 1.0
    mask = ops.random.bernoulli(p=keep, shape=x.shape, dtype=x.dtype, scale=scale, generator=None)
    return x * mask  # type: ignore[no-any-return]


def probability(p: float) -> float:
    """p, if it is one. Raises ValueError naming it otherwise."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout: p is {p}, expected the probability of zeroing an element, between 0 and 1")
    return p
