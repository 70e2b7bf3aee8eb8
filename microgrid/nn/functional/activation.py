"""Activations, under Torch's names."""

from __future__ import annotations

from ... import ops
from ...core.tensor import Operand, Tensor

__all__ = ["gelu", "log_softmax", "relu", "sigmoid", "softmax", "tanh"]


def relu(input: Operand) -> Tensor:
    """Elementwise max(x, 0); its derivative at 0 is 0."""
    return ops.relu(input)  # type: ignore[no-any-return]


def sigmoid(input: Operand) -> Tensor:
    """Elementwise logistic function."""
    return ops.sigmoid(input)  # type: ignore[no-any-return]


def tanh(input: Operand) -> Tensor:
    """Elementwise hyperbolic tangent."""
    return ops.tanh(input)  # type: ignore[no-any-return]


def gelu(input: Operand, approximate: str = "none") -> Tensor:
    """Elementwise x Φ(x), Φ the normal distribution function; approximate="tanh" for the formula without erf."""
    return ops.gelu(input, approximate=approximate)  # type: ignore[no-any-return]


def softmax(input: Operand, dim: int) -> Tensor:
    """Exponentials normalised to sum 1 along `dim`."""
    return ops.softmax(input, axis=dim)  # type: ignore[no-any-return]


def log_softmax(input: Operand, dim: int) -> Tensor:
    """Logarithm of the softmax along `dim`."""
    return ops.log_softmax(input, axis=dim)  # type: ignore[no-any-return]
