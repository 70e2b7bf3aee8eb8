"""Reductions as Torch has them: another divisor, places beside values, the lower of two medians."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor
from .inputs import as_tensor

__all__ = [
    "aminmax", "dist", "max", "median", "min", "nanmedian", "std", "std_mean", "var", "var_mean",
]  # fmt: skip

Dim = int | Sequence[int] | None


class Found(NamedTuple):
    """Values along an axis, and where they were."""

    values: Tensor
    indices: Tensor


aminmax = ops.aminmax


def _divided(dim: Any, unbiased: bool | None, correction: float | None, what: str) -> tuple[Any, float]:
    """(axes, what the divisor n is less by): 1 unless said otherwise; a boolean in dim's place is `unbiased`."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if unbiased is not None and correction is not None:
        raise ValueError(f"{what}: unbiased={unbiased} and correction={correction} are one argument; give one of them")
    if unbiased is not None:
        return dim, float(unbiased)
    return (tuple(dim) if isinstance(dim, Sequence) else dim), 1.0 if correction is None else correction


def var(
    input: Operand, dim: Dim | bool = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> Tensor:  # fmt: skip
    """Variance over axes; the divisor is n − 1 (n − correction; n with unbiased=False)."""
    axis, less = _divided(dim, unbiased, correction, "var")
    return ops.var(as_tensor(input), axis, ddof=less, keepdims=keepdim)  # type: ignore[no-any-return]


def std(
    input: Operand, dim: Dim | bool = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> Tensor:  # fmt: skip
    """Standard deviation over axes, √var; where it is 0 its derivative is 0."""
    axis, less = _divided(dim, unbiased, correction, "std")
    return ops.std(as_tensor(input), axis, ddof=less, keepdims=keepdim)  # type: ignore[no-any-return]


def var_mean(
    input: Operand, dim: Dim | bool = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """(variance, mean) over axes."""
    axis, less = _divided(dim, unbiased, correction, "var_mean")
    return ops.var_mean(as_tensor(input), axis, keepdim, correction=less)


def std_mean(
    input: Operand, dim: Dim | bool = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """(standard deviation, mean) over axes."""
    axis, less = _divided(dim, unbiased, correction, "std_mean")
    return ops.std_mean(as_tensor(input), axis, keepdim, correction=less)


def _along(x: Tensor, index: Tensor, dim: int, keepdim: bool) -> Found:
    """The elements at one index along an axis, and the index."""
    if not x.ndim:
        return Found(x * 1, index)
    values = ops.gather(x, dim, index)
    return Found(values, index) if keepdim else Found(values.squeeze(dim), index.squeeze(dim))


def max(input: Operand, dim: Any = None, keepdim: bool = False) -> Any:
    """The largest of all, a tie sharing the gradient; along `dim` (values, indices) of the first largest; beside
    another Tensor the elementwise larger."""
    x = as_tensor(input)
    if dim is None:
        return ops.max(x)
    return ops.maximum(x, dim) if isinstance(dim, Tensor) else _along(x, ops.argmax(x, dim, True), dim, keepdim)


def min(input: Operand, dim: Any = None, keepdim: bool = False) -> Any:
    """The smallest of all, a tie sharing the gradient; along `dim` (values, indices) of the first smallest; beside
    another Tensor the elementwise smaller."""
    x = as_tensor(input)
    if dim is None:
        return ops.min(x)
    return ops.minimum(x, dim) if isinstance(dim, Tensor) else _along(x, ops.argmin(x, dim, True), dim, keepdim)


def _middle(x: Tensor, dim: int | None, keepdim: bool, skipping: bool) -> Any:
    """The lower of the middle two, along an axis with its index."""
    line = x.reshape(-1) if dim is None or not x.ndim else x
    axis = 0 if dim is None or not x.ndim else dim
    order, missing = ops.argsort(line, axis), np.isnan(line.numpy())
    n, gaps = line.shape[axis], missing.sum(axis, keepdims=True)
    if n == 0:
        raise ValueError(f"median: input {x.shape} has no elements along the axis; none of none is in the middle")
    left = np.maximum(n - gaps - 1, 0) // 2
    rank = left if skipping else np.where(gaps > 0, n - gaps, left)  # the first NaN, if there is one
    index = ops.take_along_axis(order, rank, axis)
    if dim is not None:
        return _along(x, index if x.ndim else index.reshape(()), dim, keepdim)
    value = line[index.numpy()[0]]
    same = np.flatnonzero(missing if np.isnan(value.item()) else line.numpy() == value.item())
    return line[same].mean() if len(same) > 1 else value  # a tie shares the gradient evenly


def median(input: Operand, dim: int | None = None, keepdim: bool = False) -> Any:
    """The middle element, of an even number the lower of the two; along `dim` (values, indices). A NaN makes NaN."""
    return _middle(as_tensor(input), dim, keepdim, False)


def nanmedian(input: Operand, dim: int | None = None, keepdim: bool = False) -> Any:
    """`median` of the elements that are not NaN."""
    return _middle(as_tensor(input), dim, keepdim, True)


def dist(input: Operand, other: Operand, p: float = 2) -> Tensor:
    """The p-norm of the difference, which broadcasts."""
    return ops.linalg.vector_norm(as_tensor(input) - other, ord=p)  # type: ignore[no-any-return]
