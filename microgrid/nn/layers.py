"""Linear, Dropout, and what only passes on or reshapes."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from ..ops.creation.data import get_default_dtype
from . import functional, init
from .functional.noise import probability
from .module import Module
from .parameter import Parameter


class Linear(Module):
    """x Wᵀ + b over the last axis: (…, in_features) → (…, out_features).

    weight: (out_features, in_features), bias: (out_features,) or None; both begin uniform on ±1/√in_features.
    dtype: the default dtype (float32) unless given.
    """

    bias: Parameter | None

    def __init__(self, in_features: int, out_features: int, bias: bool = True, *, dtype: Any = None) -> None:
        super().__init__()
        for name, size in (("in_features", in_features), ("out_features", out_features)):
            if operator.index(size) < 0:  # TypeError for what is no integer
                raise ValueError(f"Linear: {name} is {size}, expected a size of at least 0")
        dtype = np.dtype(get_default_dtype() if dtype is None else dtype)
        self.in_features, self.out_features = int(in_features), int(out_features)
        self.weight = Parameter(np.empty((self.out_features, self.in_features), dtype))
        self.bias = Parameter(np.empty(self.out_features, dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # uniform on ±1/√in_features
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        return functional.linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Dropout(Module):
    """Zeroes elements with probability p in training and scales the others by 1 / (1 − p); passes in evaluation."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = probability(p)

    @property
    def _scope_detail(self) -> str:  # type: ignore[override]
        return f"p {self.p:g}"

    def forward(self, input: Tensor) -> Tensor:
        return functional.dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        return f"p={self.p}, training={self.training}"  # a forgotten eval() shows


class Flatten(Module):
    """Axes start_dim to end_dim as one; by default all but the first."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input: Tensor) -> Tensor:
        shape, n = input.shape, max(input.ndim, 1)
        for dim in (self.start_dim, self.end_dim):
            if not -n <= dim < n:
                raise IndexError(f"Flatten: dim {dim} is out of range for an input of shape {shape}: {-n} to {n - 1}")
        start, end = self.start_dim % n, self.end_dim % n
        if start > end:
            raise ValueError(f"Flatten: start_dim {self.start_dim} comes after end_dim {self.end_dim} in {shape}")
        return input.reshape((*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Identity(Module):
    """Its input, whatever arguments it was made with: a placeholder."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input
