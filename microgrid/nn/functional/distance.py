"""Distances, under Torch's names."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from ... import ops
from ...core.tensor import Operand, Tensor
from ...ops.layers import distance

__all__ = ["cosine_similarity", "normalize", "pairwise_distance", "pdist"]


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
