"""Sliding windows: what convolution, pooling and unfolding share. Two operations, each the other's transpose."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ...core.dispatch import implements
from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..elementwise.arithmetic import Array
from ..leading import as_it_is
from .shape import moveaxis

Sizes = tuple[int, ...]


def places(size: int, kernel: int, stride: int, dilation: int) -> int:
    """How many windows fit along an axis."""
    return (size - dilation * (kernel - 1) - 1) // stride + 1


def windowed(x: Array, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Any:
    """Every window over the last axes, as NumPy's view: shape (…, *kernel, *places).

    Raises ValueError for a window that is larger than x."""
    lead = x.ndim - len(kernel)
    count = tuple(map(places, x.shape[lead:], kernel, stride, dilation))
    if lead < 0 or any(n < 1 for n in count):
        raise ValueError(_too_large(x.shape, kernel=kernel, stride=stride, dilation=dilation))
    own = x.strides[lead:]
    steps = (
        tuple(s * d for s, d in zip(own, dilation, strict=True)),
        tuple(s * d for s, d in zip(own, stride, strict=True)),
    )
    return as_strided(x, (*x.shape[:lead], *kernel, *count), (*x.strides[:lead], *steps[0], *steps[1]), writeable=False)


def positions(kernel: Sizes, count: Sizes, stride: Sizes, dilation: Sizes) -> Iterator[tuple[Sizes, tuple[Any, ...]]]:
    """(position within the window, the index of the elements that the windows have there), in C order."""
    for at in itertools.product(*map(range, kernel)):
        starts = (k * d for k, d in zip(at, dilation, strict=True))
        yield at, (..., *(slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(starts, count, stride, strict=True)))


def overlapped(columns: Array, out: Array, kernel: Sizes, stride: Sizes, dilation: Sizes) -> None:
    """Add windows (…, *kernel, *places) to where they were taken from."""
    d = len(kernel)
    for at, where in positions(kernel, columns.shape[columns.ndim - d :], stride, dilation):
        out[where] += columns[(..., *at, *(slice(None),) * d)]


FEW = 8192  # elements of the windows up to which a table is the faster: what counts then is how many calls there are


class Table:
    """Which element of a small array stands at each place of its windows, zeros around it."""

    def __init__(self, where: np.ndarray, outside: np.ndarray | None) -> None:
        self.where, self.outside = where, outside

    def taken(self, x: np.ndarray) -> Any:
        """The windows of x."""
        found = x.take(self.where)
        if self.outside is not None:
            np.putmask(found, self.outside, 0)
        return found

    def added(self, found: np.ndarray, shape: Sizes) -> np.ndarray:
        """Windows added up where they come from; they are written to if there are zeros around."""
        if self.outside is not None:
            np.putmask(found, self.outside, 0)
        out = np.zeros(math.prod(shape), found.dtype)
        np.add.at(out, self.where.reshape(-1), found.reshape(-1))
        return out.reshape(shape)


@functools.lru_cache(64)
def table(
    x: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes, count: Sizes | None = None,
    padding: tuple[tuple[int, int], ...] | None = None, shape: Sizes | None = None,
) -> Table | None:  # fmt: skip
    """The table of the windows over the last axes, (…, *kernel, *count) or of a shape; None where it would be large."""
    d = len(kernel)
    if len(x) < d:
        return None
    lead, size = math.prod(x[: len(x) - d]), x[len(x) - d :]
    count = tuple(map(places, size, kernel, stride, dilation)) if count is None else count
    if 0 in x or any(n < 1 for n in count) or lead * math.prod(kernel) * math.prod(count) not in range(1, FEW + 1):
        return None
    axes = [np.arange(lead)]
    for s, k, n, step, t, (low, _) in zip(size, kernel, count, stride, dilation, padding or ((0, 0),) * d, strict=True):
        at = np.arange(k)[:, None] * t + np.arange(n) * step - low
        after = (1,) * (d - len(axes))
        axes.append(np.where(at < s, at, -1).reshape(k, *(1,) * (d - 1), n, *after))
    where, inside = axes[0].reshape(-1, *(1,) * (2 * d)), np.ones((1,) * (2 * d), bool)
    for s, at in zip(size, axes[1:], strict=True):
        where, inside = where * s + np.maximum(at, 0), inside & (at >= 0)
    shape = (*x[: len(x) - d], *kernel, *count) if shape is None else shape
    outside = None if inside.all() else np.broadcast_to(~inside, where.shape).reshape(shape)
    return Table(where.reshape(shape), outside)


def _too_large(x: Sizes, *, kernel: Sizes, stride: Sizes, dilation: Sizes) -> str:
    spans = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    return f"a window of size {spans} does not fit in the last axes {x[max(len(x) - len(kernel), 0) :]}"


@primitive(symbol="windows", formula="windows of x", torch="unfold", linear=True, batched=as_it_is,
           explain=_too_large)  # fmt: skip
def windows(x: Array, *, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """Every window over the last axes: (…, *kernel, *places), a copy."""
    few = table(x.shape, kernel, stride, dilation)
    return windowed(x, kernel, stride, dilation).copy() if few is None else few.taken(x)


def _unequal(x: Sizes, *, shape: Sizes, stride: Sizes, dilation: Sizes) -> str:
    return f"windows {x} are not those of the shape {shape} with stride {stride} and dilation {dilation}"


@primitive(symbol="overlap-add", formula="windows x, summed where they overlap", torch="fold", linear=True,
           batched=as_it_is, explain=_unequal)  # fmt: skip
def overlap_add(x: Array, *, shape: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """Windows (…, *kernel, *places) added up in an array whose last axes have the shape given."""
    d = len(shape)
    lead, kernel, count = x.shape[: x.ndim - 2 * d], x.shape[x.ndim - 2 * d : x.ndim - d], x.shape[x.ndim - d :]
    if count != tuple(map(places, shape, kernel, stride, dilation)):
        raise ValueError("shapes")
    few = table((*lead, *shape), kernel, stride, dilation)
    if few is not None:
        return few.added(x, (*lead, *shape))
    out = np.zeros((*lead, *shape), x.dtype)
    overlapped(x, out, kernel, stride, dilation)
    return out


windows.gradients(
    lambda g, x, kernel, stride, dilation: overlap_add(
        g, shape=x.shape[x.ndim - len(kernel) :], stride=stride, dilation=dilation
    )
)

overlap_add.gradients(
    lambda g, x, shape, stride, dilation: windows(
        g, kernel=x.shape[x.ndim - 2 * len(shape) : x.ndim - len(shape)], stride=stride, dilation=dilation
    )
)


# ------------------------------------------------------------------------------- composed of the above: no primitive


@implements(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    """Every window of a shape over x's axes (all, or those named), the windows' axes last; a copy, not a view.

    Raises ValueError for a window larger than x, or sizes that are not one an axis; AxisError (both a ValueError and an
    IndexError) for an axis that x has not."""
    x = x if isinstance(x, Tensor) else np.asarray(x)
    sizes = (window_shape,) if isinstance(window_shape, int | np.integer) else tuple(window_shape)
    axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    if len(sizes) != len(axes) or any(size < 0 for size in sizes):
        raise ValueError(
            f"sliding_window_view: window_shape {sizes}; expected a size (0 or more) for each of the axes {axes}"
        )
    n = x.ndim
    for size, a in zip(sizes, map(int, axes), strict=True):
        if not -n <= a < n:
            raise np.exceptions.AxisError(a, n, "sliding_window_view")
        found = windows(moveaxis(x, a % n, -1), kernel=(int(size),), stride=(1,), dilation=(1,))
        x = moveaxis(found, -1, a % n)  # which leaves the window's axis last
    return x


def unfold(x: Any, dimension: int, size: int, step: int) -> Any:
    """Windows of a size along one dimension, each a step after the last; the window's axis last (Torch's
    Tensor.unfold). A copy, not a view.

    Raises ValueError for a window larger than the dimension, or a step below 1."""
    x = x if isinstance(x, Tensor) else np.asarray(x)
    if step < 1 or size < 0:
        raise ValueError(f"unfold: size {size}, step {step}; expected at least 0 and at least 1")
    if not x.ndim:
        x, dimension = x.reshape((1,)), _within(dimension, 1)
        return unfold(x, 0, size, step)[0]
    a = _within(dimension, x.ndim)
    return moveaxis(windows(moveaxis(x, a, -1), kernel=(size,), stride=(step,), dilation=(1,)), -1, a)


def _within(axis: int, n: int) -> int:
    if not -n <= axis < n:
        raise np.exceptions.AxisError(axis, n, "unfold")
    return axis % n
