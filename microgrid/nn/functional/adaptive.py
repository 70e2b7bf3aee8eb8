"""Adaptive pooling, under Torch's names: the value's size is given, and the windows follow. They cover the input and
are of nearly one size, from ⌊i size / n⌋ to ⌈(i + 1) size / n⌉.

input is (N, C, L), (N, C, H, W) or (N, C, D, H, W), or the same without N; output_size one number, or one an axis
(None: as the input has). ValueError for what does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from ...core.tensor import Operand, Tensor
from ...ops.layers import pooling
from ...ops.layers.resampling import resample
from .inputs import as_tensor
from .pooling import AXES
from .sizes import Sizes, one_each

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d",
    "adaptive_max_pool3d",
]  # fmt: skip

Amount: TypeAlias = int | Sequence[int | None] | None


def adaptive_avg_pool1d(input: Operand, output_size: Amount) -> Tensor:
    """The mean of each of so many windows that cover the last axis."""
    return _average("adaptive_avg_pool1d", 1, input, output_size)


def adaptive_avg_pool2d(input: Operand, output_size: Amount) -> Tensor:
    """The mean of each of so many windows that cover the last two axes."""
    return _average("adaptive_avg_pool2d", 2, input, output_size)


def adaptive_avg_pool3d(input: Operand, output_size: Amount) -> Tensor:
    """The mean of each of so many windows that cover the last three axes."""
    return _average("adaptive_avg_pool3d", 3, input, output_size)


def adaptive_max_pool1d(input: Operand, output_size: Amount, return_indices: bool = False) -> Any:
    """The largest element of each of so many windows that cover the last axis; the first of equals.

    return_indices: a pair, with the place of each in its plane (counted in C order)."""
    return _largest("adaptive_max_pool1d", 1, input, output_size, return_indices)


def adaptive_max_pool2d(input: Operand, output_size: Amount, return_indices: bool = False) -> Any:
    """The largest element of each of so many windows that cover the last two axes; the first of equals.

    return_indices: a pair, with the place of each in its plane (counted in C order)."""
    return _largest("adaptive_max_pool2d", 2, input, output_size, return_indices)


def adaptive_max_pool3d(input: Operand, output_size: Amount, return_indices: bool = False) -> Any:
    """The largest element of each of so many windows that cover the last three axes; the first of equals.

    return_indices: a pair, with the place of each in its plane (counted in C order)."""
    return _largest("adaptive_max_pool3d", 3, input, output_size, return_indices)


def _sizes(name: str, d: int, x: Tensor, given: Any) -> Sizes:
    if x.ndim not in (d + 1, d + 2) or 0 in x.shape[-d - 1 :]:
        raise ValueError(
            f"{name}: input {x.shape}; expected (N, C, {AXES[d - 1]}) or (C, {AXES[d - 1]}), nothing but N 0"
        )
    several = tuple(given) if isinstance(given, tuple | list) else (given,) * d
    if len(several) == d:
        several = tuple(x.shape[k - d] if s is None else s for k, s in enumerate(several))
    return one_each(name, "output_size", several, d, 0)


def _average(name: str, d: int, input: Operand, output_size: Any) -> Tensor:
    x: Any = as_tensor(input)
    size = _sizes(name, d, x, output_size)
    if all(n and s % n == 0 for s, n in zip(x.shape[-d:], size, strict=True)):
        kernel = tuple(s // n for s, n in zip(x.shape[-d:], size, strict=True))
        return pooling.avg_pool(  # type: ignore[no-any-return]
            x, kernel=kernel, stride=kernel, padding=(0,) * d, ceil=False, include=True, divisor=None
        )
    for axis, n in enumerate(size, x.ndim - d):
        spans = pooling.adaptive(x.shape[axis], n)
        lengths = np.array([b - a for a, b, _ in spans], int)
        columns = [np.arange(a, b) for a, b, _ in spans]
        x = resample(
            x, rows=np.repeat(np.arange(n), lengths), columns=np.concatenate(columns) if columns else lengths,
            weights=np.repeat(1 / lengths, lengths), size=n, axis=axis,
        )  # fmt: skip
    return x  # type: ignore[no-any-return]


def _largest(name: str, d: int, input: Operand, output_size: Any, places: bool) -> Any:
    x = as_tensor(input)
    size = _sizes(name, d, x, output_size)
    out = pooling.adaptive_max_pool(x, size=size)
    return (out, pooling.adaptive_max_pool_places(x, size=size)) if places else out
