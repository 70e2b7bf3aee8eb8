"""Modules under Torch's names, with Torch's layouts, defaults and arithmetic."""

from __future__ import annotations

from . import functional, init
from .activation import GELU, ReLU, Sigmoid, Softmax, Tanh
from .container import Sequential
from .layers import Dropout, Flatten, Identity, Linear
from .loss import CrossEntropyLoss, MSELoss, NLLLoss
from .module import Module
from .parameter import Parameter

__all__ = [
    "GELU", "CrossEntropyLoss", "Dropout", "Flatten", "Identity", "Linear", "MSELoss", "Module", "NLLLoss",
    "Parameter", "ReLU", "Sequential", "Sigmoid", "Softmax", "Tanh", "functional", "init",
]  # fmt: skip
