"""Distances, under Torch's names."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor
from ...ops.layers import distance
from .inputs import as_tensor

__all__ = ["cosine_similarity", "normalize", "pairwise_distance", "pdist", "renorm"]


def cosine_similarity(x1: Operand, x2: Operand, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between x1 and x2 along `dim`, which broadcast; lengths count as at least eps."""
    return ops.cosine_similarity(x1, x2, axis=dim, eps=eps)


def pairwise_distance(x1: Operand, x2: Operand, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """The p-norm of x1 − x2 + eps along the last axis: (N, D) → (N,)."""
    return ops.pairwise_distance(x1, x2, p=p, eps=eps, keepdims=keepdim)


def pdist(input: Tensor, p: float = 2.0) -> Tensor:
    """The p-norm of the difference of each two rows: (N, M) → (N (N − 1) / 2)."""
    return ops.pdist(input, p)


def normalize(input: Operand, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """The input divided by its p-norm along `dim`, or by eps where that is larger."""
    return distance.normalize(input, p=p, axis=dim, eps=eps)


def renorm(input: Operand, p: float, dim: int, maxnorm: float) -> Tensor:
    """The slices across an axis, those of a p-norm above `maxnorm` scaled down to it.

    Raises ValueError for fewer than 2 axes, p or maxnorm that are no norms."""
    x = as_tensor(input)
    if x.ndim < 2 or not p > 0 or not maxnorm >= 0:
        raise ValueError(
            f"renorm: input {x.shape}, p={p}, maxnorm={maxnorm}; expected at least 2 axes, p above 0, maxnorm of at "
            "least 0"
        )
    if not -x.ndim <= dim < x.ndim:
        raise np.exceptions.AxisError(dim, x.ndim, "renorm")
    norm = ops.linalg.vector_norm(x, p, tuple(k for k in range(x.ndim) if k != dim % x.ndim), True)
    over = norm.numpy() > maxnorm
    return x * ops.where(over, maxnorm / (ops.where(over, norm, 1.0) + 1e-7), 1.0)  # so much more, as in Torch
