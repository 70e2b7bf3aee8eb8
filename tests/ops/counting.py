"""Gradients by counting: numbering the elements, and doing to the numbers what is done to the elements, tells where
each went, which is all there is to the gradient of moving, repeating and choosing."""

from __future__ import annotations

import numpy as np


def numbers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Some numbers of a shape."""
    return np.asarray(np.random.default_rng((seed, len(shape))).normal(size=shape))


def counted(ids: np.ndarray, weights: np.ndarray, start: int, shape: tuple[int, ...]) -> np.ndarray:
    """The sum of the weights that belong to each of the elements numbered from start."""
    chosen = (ids >= start) & (ids < start + int(np.prod(shape)))
    return np.bincount(ids[chosen] - start, weights[chosen], int(np.prod(shape))).reshape(shape)


def numbered(shape: tuple[int, ...], start: int = 0) -> np.ndarray:
    """The elements' numbers."""
    return np.arange(start, start + int(np.prod(shape))).reshape(shape)
