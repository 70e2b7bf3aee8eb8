"""How weights begin: each function fills a Tensor in place, without a history, and returns it."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from ..core.recording import setting
from ..core.tensor import Tensor, wrap_constant
from ..core.views import become
from ..ops import random

T = TypeVar("T", bound=Tensor)
Generator = np.random.Generator | None

_GAIN = {
    "linear": 1.0, "identity": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0, "relu": math.sqrt(2.0), "selu": 0.75,
    "conv1d": 1.0, "conv2d": 1.0, "conv3d": 1.0, "conv_transpose1d": 1.0, "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
}  # fmt: skip


def uniform_(tensor: T, a: float = 0.0, b: float = 1.0, generator: Generator = None) -> T:
    """Uniform on [a, b)."""
    with setting(on=False, everything=False):  # a beginning is no part of any computation
        drawn = random.uniform(a, b, tensor.shape, generator=generator, dtype=tensor.dtype)
    become(tensor, drawn)
    return tensor


def normal_(tensor: T, mean: float = 0.0, std: float = 1.0, generator: Generator = None) -> T:
    """Normal with mean and standard deviation."""
    with setting(on=False, everything=False):
        drawn = random.normal(mean, std, tensor.shape, generator=generator, dtype=tensor.dtype)
    become(tensor, drawn)
    return tensor


def constant_(tensor: T, val: float) -> T:
    """One number everywhere."""
    become(tensor, wrap_constant(np.full(tensor.shape, val, tensor.dtype)))
    return tensor


def zeros_(tensor: T) -> T:
    """Zeros."""
    return constant_(tensor, 0.0)


def ones_(tensor: T) -> T:
    """Ones."""
    return constant_(tensor, 1.0)


def fans(tensor: Tensor) -> tuple[int, int]:
    """(fan in, fan out) of a weight (out, in, *kernel). Raises ValueError for fewer than two axes."""
    if tensor.ndim < 2:
        raise ValueError(f"init: a weight of shape {tensor.shape} has no fan; at least 2 axes (out, in) are needed")
    kernel = math.prod(tensor.shape[2:])
    return tensor.shape[1] * kernel, tensor.shape[0] * kernel


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor that keeps the variance through a nonlinearity. param: the slope of "leaky_relu" (0.01)."""
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1.0 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in _GAIN:
        raise ValueError(f"calculate_gain: {nonlinearity!r} is unknown; expected leaky_relu, {', '.join(_GAIN)}")
    return _GAIN[nonlinearity]


def xavier_uniform_(tensor: T, gain: float = 1.0, generator: Generator = None) -> T:
    """Uniform with variance 2 gain² / (fan in + fan out) (Glorot and Bengio, 2010)."""
    bound = gain * math.sqrt(6.0 / sum(fans(tensor)))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: T, gain: float = 1.0, generator: Generator = None) -> T:
    """Normal with variance 2 gain² / (fan in + fan out) (Glorot and Bengio, 2010)."""
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / sum(fans(tensor))), generator)


def kaiming_uniform_(
    tensor: T, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Generator = None
) -> T:
    """Uniform with variance gain² / fan (He et al., 2015).

    a: the slope of leaky_relu.  mode: "fan_in" keeps the variance forwards, "fan_out" backwards."""
    bound = math.sqrt(3.0) * _kaiming(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: T, a: float = 0.0, mode: str = "fan_in", nonlinearity: str = "leaky_relu", generator: Generator = None
) -> T:
    """Normal with variance gain² / fan (He et al., 2015).

    a: the slope of leaky_relu.  mode: "fan_in" keeps the variance forwards, "fan_out" backwards."""
    return normal_(tensor, 0.0, _kaiming(tensor, a, mode, nonlinearity), generator)


def _kaiming(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    """The standard deviation gain / √fan; 0 for a weight without inputs."""
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"init: mode is {mode!r}, expected 'fan_in' or 'fan_out'")
    fan = fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan) if fan else 0.0
