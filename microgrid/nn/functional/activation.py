"""Activations, under Torch's names."""
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any

from ... import ops
from ...core.tensor import Operand, Tensor
from ...ops.composition import composed
from .inputs import as_tensor

__all__ = [
    "celu", "elu", "gelu", "glu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "log_softmax",
    "logsigmoid", "mish", "prelu", "relu", "relu6", "rrelu", "selu", "sigmoid", "silu", "softmax", "softmin",
    "softplus", "softshrink", "softsign", "tanh", "tanhshrink", "threshold",
]  # fmt: skip


def relu(input: Operand) -> Tensor:
    """Elementwise max(x, 0); its derivative at 0 is 0."""
    return ops.relu(input)


def relu6(input: Operand) -> Tensor:
    """Elementwise x within 0 and 6."""
    return ops.relu6(input)


def leaky_relu(input: Operand, negative_slope: float = 0.01) -> Tensor:
    """Elementwise x where it is positive, negative_slope · x elsewhere."""
    return ops.leaky_relu(input, negative_slope=negative_slope)


@composed()
def prelu(input: Operand, weight: Operand) -> Tensor:
    """Elementwise x where it is positive, weight · x elsewhere.

    weight: one number, or one a channel (the second axis; of an input with one axis, that one).
    Raises ValueError for another shape."""
    x, w = as_tensor(input), as_tensor(weight)
    if w.ndim > 1:
        raise ValueError(f"prelu: weight has shape {w.shape}; expected one number, or one axis of a number a channel")
    if w.size != 1:
        channels = x.shape[1] if x.ndim > 1 else 1
        if not x.ndim or w.size != channels:
            raise ValueError(f"prelu: {w.size} weights for {channels} channels of an input {x.shape}; one a channel")
        w = w.reshape(-1, *(1,) * (x.ndim - 2))
    elif w.ndim > x.ndim:
        w = w.reshape(())
    return ops.prelu(x, w)


@composed()
def rrelu(input: Operand, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False) -> Tensor:
    """Elementwise x where it is positive, elsewhere times a slope: drawn anew for each element from lower to upper when
    training, else the middle of the two.

    Raises ValueError for lower above upper."""
    if lower > upper:
        raise ValueError(f"rrelu: lower {lower} is greater than upper {upper}")
    if not training:
        return ops.leaky_relu(input, negative_slope=(lower + upper) / 2)
    x = as_tensor(input)
    return ops.prelu(x, ops.random.uniform(lower, upper, size=x.shape).astype(x.dtype))


def elu(input: Operand, alpha: float = 1.0) -> Tensor:
    """Elementwise x where it is positive, alpha · (eˣ − 1) elsewhere."""
    return ops.elu(input, alpha=alpha, scale=1.0, input_scale=1.0)


def celu(input: Operand, alpha: float = 1.0) -> Tensor:
    """Elementwise x where it is positive, alpha · (exp(x / alpha) − 1) elsewhere: its derivative has no step."""
    return ops.celu(input, alpha)


def selu(input: Operand) -> Tensor:
    """Elementwise scaled elu that keeps mean 0 and variance 1."""
    return ops.selu(input)


def sigmoid(input: Operand) -> Tensor:
    """Elementwise logistic function."""
    return ops.sigmoid(input)


def logsigmoid(input: Operand) -> Tensor:
    """Elementwise logarithm of the logistic function, without overflow."""
    return ops.logsigmoid(input)


def tanh(input: Operand) -> Tensor:
    """Elementwise hyperbolic tangent."""
    return ops.tanh(input)


def tanhshrink(input: Operand) -> Tensor:
    """Elementwise x − tanh x."""
    return ops.tanhshrink(input)


def gelu(input: Operand, approximate: str = "none") -> Tensor:
    """Elementwise x Φ(x), Φ the normal distribution function; approximate="tanh" for the formula without erf."""
    return ops.gelu(input, approximate=approximate)


def silu(input: Operand) -> Tensor:
    """Elementwise x σ(x), σ the logistic function."""
    return ops.silu(input)


def mish(input: Operand) -> Tensor:
    """Elementwise x tanh(softplus(x))."""
    return ops.mish(input)


def softplus(input: Operand, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Elementwise log(1 + exp(beta · x)) / beta; x itself where beta · x is above the threshold."""
    return ops.softplus(input, beta=beta, threshold=threshold)


def softsign(input: Operand) -> Tensor:
    """Elementwise x / (1 + |x|)."""
    return ops.softsign(input)


def hardtanh(input: Operand, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """Elementwise x within bounds; at a bound its derivative is 0."""
    return ops.hardtanh(input, min_val=min_val, max_val=max_val)


def hardsigmoid(input: Operand) -> Tensor:
    """Elementwise x / 6 + ½ within 0 and 1."""
    return ops.hardsigmoid(input)


def hardswish(input: Operand) -> Tensor:
    """Elementwise x · hardsigmoid(x)."""
    return ops.hardswish(input)


def hardshrink(input: Operand, lambd: float = 0.5) -> Tensor:
    """Elementwise x, and 0 within lambd of 0."""
    return ops.hardshrink(input, lambd=lambd)


def softshrink(input: Operand, lambd: float = 0.5) -> Tensor:
    """Elementwise x, drawn lambd nearer to 0."""
    return ops.softshrink(input, lambd=lambd)


def threshold(input: Operand, threshold: float, value: float) -> Tensor:
    """Elementwise x, and `value` where it is not above the threshold."""
    return ops.threshold(input, threshold=threshold, value=value)


def glu(input: Operand, dim: int = -1) -> Tensor:
    """Half of x along `dim`, times the logistic function of the other half."""
    return ops.glu(input, axis=dim)


def softmax(input: Operand, dim: int, dtype: Any = None) -> Tensor:
    """Exponentials normalised to sum 1 along `dim`; in another dtype if one is given."""
    return ops.softmax(_cast(input, dtype), axis=dim)


def log_softmax(input: Operand, dim: int, dtype: Any = None) -> Tensor:
    """Logarithm of the softmax along `dim`; in another dtype if one is given."""
    return ops.log_softmax(_cast(input, dtype), axis=dim)


def softmin(input: Operand, dim: int, dtype: Any = None) -> Tensor:
    """Softmax of −x along `dim`; in another dtype if one is given."""
    return ops.softmin(_cast(input, dtype), axis=dim)


def _cast(input: Operand, dtype: Any) -> Operand:
    return input if dtype is None else ops.astype(input, dtype)
