"""Losses as modules."""

from __future__ import annotations

from typing import Any

from ..core.tensor import Tensor
from ..ops.layers.loss import REDUCTIONS
from . import functional
from .module import Module


class Loss(Module):
    """What all losses share: how examples are reduced to one number ("mean", "sum") or not ("none")."""

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__()
        if reduction not in REDUCTIONS:
            raise ValueError(f"{type(self).__name__}: reduction is {reduction!r}, expected 'mean', 'sum' or 'none'")
        self.reduction = reduction


class CrossEntropyLoss(Loss):
    """Cross-entropy of softmax(input) with class indices or probabilities; the classes are on axis 1."""

    def forward(self, input: Tensor, target: Any) -> Tensor:
        return functional.cross_entropy(input, target, reduction=self.reduction)


class NLLLoss(Loss):
    """Minus the log-probability of each example's class; the classes are on axis 1."""

    def forward(self, input: Tensor, target: Any) -> Tensor:
        return functional.nll_loss(input, target, reduction=self.reduction)


class MSELoss(Loss):
    """Squared error between input and target."""

    def forward(self, input: Tensor, target: Any) -> Tensor:
        return functional.mse_loss(input, target, reduction=self.reduction)
