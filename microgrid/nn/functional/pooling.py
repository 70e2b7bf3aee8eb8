"""Pooling, under Torch's names.

input is (N, C, L), (N, C, H, W) or (N, C, D, H, W), or the same without N. Each of kernel_size, stride (by default the
kernel's size), padding and dilation is one number, or one an axis. A window counts if it fits into the padded input;
with ceil_mode also one that hangs over its end, if it starts before it. ValueError for what does not fit.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor
from ...ops.elementwise.arithmetic import power
from ...ops.layers import pooling
from ...ops.layers.spans import geometry
from .inputs import as_tensor
from .sizes import Sizes, one_each

__all__ = [
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "lp_pool1d", "lp_pool2d", "lp_pool3d", "max_pool1d", "max_pool2d",
    "max_pool3d", "max_unpool1d", "max_unpool2d", "max_unpool3d",
]  # fmt: skip

Amount: TypeAlias = int | Sequence[int]
AXES = "L", "H, W", "D, H, W"


def max_pool1d(
    input: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0, dilation: Amount = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest element of each window over one axis; the first of equals takes the gradient.

    return_indices: a pair, with the place of each in its plane (counted in C order), as max_unpool1d takes them."""
    return _max_pool("max_pool1d", 1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    input: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0, dilation: Amount = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest element of each window over two axes; the first of equals takes the gradient.

    return_indices: a pair, with the place of each in its plane (counted in C order), as max_unpool2d takes them."""
    return _max_pool("max_pool2d", 2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    input: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0, dilation: Amount = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest element of each window over three axes; the first of equals takes the gradient.

    return_indices: a pair, with the place of each in its plane (counted in C order), as max_unpool3d takes them."""
    return _max_pool("max_pool3d", 3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def avg_pool1d(
    input: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:  # fmt: skip
    """The mean of each window over one axis.

    count_include_pad: the padding's zeros count as elements."""
    return _avg_pool(
        "avg_pool1d", 1, input, kernel_size, stride, padding, ceil_mode, count_include_pad, None
    )  # fmt: skip


def avg_pool2d(
    input: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of each window over two axes.

    count_include_pad: the padding's zeros count as elements. divisor_override: divide the sum by this instead."""
    return _avg_pool(
        "avg_pool2d", 2, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )  # fmt: skip


def avg_pool3d(
    input: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of each window over three axes.

    count_include_pad: the padding's zeros count as elements. divisor_override: divide the sum by this instead."""
    return _avg_pool(
        "avg_pool3d", 3, input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )  # fmt: skip


def lp_pool1d(
    input: Operand, norm_type: float, kernel_size: Amount, stride: Amount | None = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm (Σ xᵖ)^(1/p) of each window over one axis; the signs are kept, as in Torch."""
    return _lp_pool("lp_pool1d", 1, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(
    input: Operand, norm_type: float, kernel_size: Amount, stride: Amount | None = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm (Σ xᵖ)^(1/p) of each window over two axes; the signs are kept, as in Torch."""
    return _lp_pool("lp_pool2d", 2, input, norm_type, kernel_size, stride, ceil_mode)


def lp_pool3d(
    input: Operand, norm_type: float, kernel_size: Amount, stride: Amount | None = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm (Σ xᵖ)^(1/p) of each window over three axes; the signs are kept, as in Torch."""
    return _lp_pool("lp_pool3d", 3, input, norm_type, kernel_size, stride, ceil_mode)


def max_unpool1d(
    input: Operand, indices: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:  # fmt: skip
    """Zeros, with the input at the places that max_pool1d(…, return_indices=True) took it from.

    output_size: which of the sizes that are pooled to the input's is meant. IndexError for a place outside."""
    return _max_unpool("max_unpool1d", 1, input, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(
    input: Operand, indices: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:  # fmt: skip
    """Zeros, with the input at the places that max_pool2d(…, return_indices=True) took it from.

    output_size: which of the sizes that are pooled to the input's is meant. IndexError for a place outside."""
    return _max_unpool("max_unpool2d", 2, input, indices, kernel_size, stride, padding, output_size)


def max_unpool3d(
    input: Operand, indices: Operand, kernel_size: Amount, stride: Amount | None = None, padding: Amount = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:  # fmt: skip
    """Zeros, with the input at the places that max_pool3d(…, return_indices=True) took it from.

    output_size: which of the sizes that are pooled to the input's is meant. IndexError for a place outside."""
    return _max_unpool("max_unpool3d", 3, input, indices, kernel_size, stride, padding, output_size)


def _geometry(
    name: str, d: int, x: Tensor, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil: bool
) -> dict[str, Any]:
    """The arguments of the operation, or why they do not fit."""
    kernel = one_each(name, "kernel_size", kernel_size, d, 1)
    steps = kernel if stride is None or stride in ((), []) else one_each(name, "stride", stride, d, 1)
    pads = one_each(name, "padding", padding, d, 0)
    spread = one_each(name, "dilation", dilation, d, 1)
    _expect(name, d, x.shape, kernel, steps, pads, spread, bool(ceil))
    return {"kernel": kernel, "stride": steps, "padding": pads, "dilation": spread, "ceil": bool(ceil)}


@functools.lru_cache(256)
def _expect(
    name: str, d: int, x: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool
) -> None:
    """Raise for windows that do not fit."""
    if len(x) not in (d + 1, d + 2) or 0 in x[-d - 1 :]:
        raise ValueError(f"{name}: input {x}; expected (N, C, {AXES[d - 1]}) or (C, {AXES[d - 1]}), nothing but N 0")
    spans = tuple(t * (k - 1) + 1 for k, t in zip(kernel, dilation, strict=True))
    if any(2 * p > s for p, s in zip(padding, spans, strict=True)):
        raise ValueError(f"{name}: padding {padding} is more than half of the windows' size {spans}")
    try:
        geometry(x[-d:], kernel, stride, padding, dilation, ceil)
    except ValueError:
        raise ValueError(f"{name}: windows of {spans} do not fit in the input {x} with padding {padding}") from None


def _max_pool(
    name: str, d: int, input: Operand, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil: bool,
    places: bool,
) -> Any:  # fmt: skip
    x = as_tensor(input)
    how = _geometry(name, d, x, kernel_size, stride, padding, dilation, ceil)
    out = pooling.max_pool(x, **how)
    return (out, pooling.max_pool_places(x, **how)) if places else out


def _avg_pool(
    name: str, d: int, input: Operand, kernel_size: Any, stride: Any, padding: Any, ceil: bool, include: bool,
    divisor: int | None,
) -> Tensor:  # fmt: skip
    x = as_tensor(input)
    how = _geometry(name, d, x, kernel_size, stride, padding, 1, ceil)
    del how["dilation"]
    if divisor == 0:
        raise ValueError(f"{name}: divisor_override is 0; give another number, or None for the window's size")
    return pooling.avg_pool(x, **how, include=bool(include), divisor=divisor)  # type: ignore[no-any-return]


def _lp_pool(name: str, d: int, input: Operand, p: float, kernel_size: Any, stride: Any, ceil: bool) -> Tensor:
    x = as_tensor(input)
    if p == 0:
        raise ValueError(f"{name}: norm_type is 0, expected the exponent p of the norm (Σ xᵖ)^(1/p)")
    how = _geometry(name, d, x, kernel_size, stride, 0, 1, ceil)
    n = int(np.prod(how["kernel"]))
    mean = _avg_pool(name, d, power(x, p), kernel_size, stride, 0, ceil, True, None)
    return power(ops.sign(mean) * ops.relu(abs(mean)) * n, 1.0 / p)  # type: ignore[no-any-return]


def _max_unpool(
    name: str, d: int, input: Operand, indices: Any, kernel_size: Any, stride: Any, padding: Any, output_size: Any
) -> Tensor:
    x, at = as_tensor(input), as_tensor(indices)
    kernel = one_each(name, "kernel_size", kernel_size, d, 1)
    steps = kernel if stride is None or stride in ((), []) else one_each(name, "stride", stride, d, 1)
    pads = one_each(name, "padding", padding, d, 0)
    if x.ndim not in (d + 1, d + 2) or 0 in x.shape[-d - 1 :] or at.shape != x.shape:
        raise ValueError(
            f"{name}: input {x.shape}, indices {at.shape}; expected one shape, (N, C, {AXES[d - 1]}) or "
            f"(C, {AXES[d - 1]}), nothing but N 0"
        )
    if at.dtype.kind not in "iu":
        raise TypeError(
            f"{name}: indices are {at.dtype}, expected integers, as max_pool{d}d(…, return_indices=True) gives"
        )
    shape = _unpooled(name, d, x.shape[-d:], kernel, steps, pads, output_size)
    n = int(np.prod(shape))
    if at.size and (at.numpy().min() < 0 or at.numpy().max() >= n):
        raise IndexError(f"{name}: indices run from {at.numpy().min()} to {at.numpy().max()}; {shape} has 0 to {n - 1}")
    return pooling.max_unpool(x, at=at, shape=shape)  # type: ignore[no-any-return]


def _unpooled(name: str, d: int, size: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, given: Any) -> Sizes:
    """The size that a value of max_unpool has."""
    usual = tuple((s - 1) * step - 2 * p + k for s, step, p, k in zip(size, stride, padding, kernel, strict=True))
    shape = usual if given is None else tuple(map(int, given))[-d:]
    far = [abs(s - u) >= step for s, u, step in zip(shape, usual, stride, strict=False)]
    if len(shape) != d or any(far) or any(s < 1 for s in shape):
        raise ValueError(
            f"{name}: output_size {given}; expected {d} sizes, each less than a stride {stride} from {usual}"
        )
    return shape
