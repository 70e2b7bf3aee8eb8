"""Pooling: the largest or the mean of each window over the last axes, one axis after the other where that gives the
same. The largest takes its gradient alone, the first of several, as in Torch."""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..elementwise.arithmetic import Array
from ..leading import as_it_is
from ..selection.indexing import scatter, taken
from ..shapes.windows import FEW, Sizes
from .padding import framed, negated
from .spans import Spans, geometry, search, table, within


def _no_windows(x: Sizes, *, kernel: Sizes, **how: Any) -> str:
    return f"windows of {kernel} do not fit in the last {len(kernel)} axes of {x}"


def _folded(f: Any, x: np.ndarray, axis: int, kernel: int, count: int, stride: int, dilation: int) -> np.ndarray:
    """f of each window's elements along one axis."""
    before = (slice(None),) * axis
    if count == 1 and dilation == 1:
        return f.reduce(x[(*before, slice(0, kernel))], axis, None, None, True)  # type: ignore[no-any-return]
    parts = [
        x[(*before, slice(k * dilation, k * dilation + (count - 1) * stride + 1, stride))] for k in range(kernel)
    ]  # fmt: skip
    if kernel == 1:
        return parts[0].copy()
    out: np.ndarray = f(parts[0], parts[1])
    for part in parts[2:]:
        f(out, part, out=out)
    return out


# ------------------------------------------------------------------------------------------------ the largest


@primitive(name="max_pool", symbol="max", formula="max of each window of x", explain=_no_windows, batched=as_it_is,
           torch="max_pool1d, max_pool2d, max_pool3d")  # fmt: skip
def max_pool(x: Array, *, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool) -> Array:
    """The largest element of each window over the last axes; the first of several takes the gradient."""
    few = table(x.shape, kernel, stride, padding, dilation, ceil)
    lead = x.ndim - len(kernel)
    if few is not None:
        where, _, shape = few
        found: Array = x.reshape(math.prod(shape[:lead]), -1).take(where, 1).max(-1).reshape(shape)
        return found
    count, frame = geometry(x.shape[lead:], kernel, stride, padding, dilation, ceil)
    x = framed(x, frame, _lowest(x.dtype))
    for k in range(len(kernel)):
        x = _folded(np.maximum, x, lead + k, kernel[k], count[k], stride[k], dilation[k])
    return x


def _lowest(dtype: np.dtype[Any]) -> Any:
    return -np.inf if dtype.kind == "f" else False if dtype.kind == "b" else np.iinfo(dtype).min


def winners(x: Any, out: Any, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool) -> Any:
    """Where each window's largest element stands: its place in the plane of the last axes, counted in C order. The
    first of equals; the last NaN, as in Torch."""
    size = x.shape[x.ndim - len(kernel) :]
    few = table(x.shape, kernel, stride, padding, dilation, ceil)
    if few is not None and (x.dtype.kind != "f" or not np.isnan(out).any()):
        where, start, shape = few
        best = x.reshape(-1, math.prod(size)).take(where, 1).argmax(-1)
        return where.take(best + start).reshape(shape)
    count, frame = geometry(size, kernel, stride, padding, dilation, ceil)
    if math.prod(kernel) > math.prod(count):
        return by_window(x, within(size, count, kernel, stride, padding, dilation))[1]
    places, begin, first = search(size, kernel, stride, padding, dilation, ceil)
    low = _lowest(x.dtype)
    x = framed(x, frame, low)
    at = np.zeros(out.shape, int)
    for offset, where in reversed(places):
        np.copyto(at, offset, where=x[where] == out)
    if x.dtype.kind == "f" and np.isnan(out).any():
        for offset, where in places:
            np.copyto(at, offset, where=np.isnan(x[where]))
    at += begin
    if any(padding) and (nothing := out == low).any():  # the padding equals what is there
        at = np.where(nothing, first, at)
    return at


def by_window(x: Any, spans: Spans) -> tuple[np.ndarray, np.ndarray]:
    """(the largest of each window, its place in the plane), a window at a time."""
    d = len(spans)
    lead, size = x.shape[: x.ndim - d], x.shape[x.ndim - d :]
    shape = (*lead, *map(len, spans))
    values: Any = np.empty(shape, x.dtype)
    at: Any = np.empty(shape, int)
    plane = np.arange(math.prod(size)).reshape(size)
    for where in itertools.product(*(range(len(s)) for s in spans)):
        window = tuple(slice(*spans[k][i]) for k, i in enumerate(where))
        places = plane[window].ravel()
        part = x[(..., *window)].reshape(*lead, places.size)
        best = part.argmax(-1)
        if x.dtype.kind == "f" and np.isnan(part).any():
            last = places.size - 1 - part[..., ::-1].argmax(-1)
            best = np.where(np.isnan(part).any(-1), last, best)
        at[(..., *where)] = places[best]
        values[(..., *where)] = np.take_along_axis(part, best[..., None], -1)[..., 0]
    return values, at


def flat(at: np.ndarray, plane: int, d: int) -> np.ndarray:
    """Places in each plane as places in the whole array, counted in C order."""
    lead = at.shape[: at.ndim - d]
    if math.prod(lead) == 1:
        return at
    return at + (np.arange(math.prod(lead)) * plane).reshape(*lead, *(1,) * d)


def _returned(g: Array, x: Array, at: np.ndarray, d: int, apart: bool) -> Array:
    """g where the winners came from, zeros elsewhere. apart: no two windows share an element."""
    index = flat(at, math.prod(x.shape[x.ndim - d :]), d)
    if isinstance(g, Tensor):
        return scatter(g, index=index, shape=(math.prod(x.shape),)).reshape(x.shape)
    out = np.zeros(math.prod(x.shape), g.dtype)
    if apart:
        out[index] = g
    else:
        np.add.at(out, index.ravel(), g.ravel())
    return out.reshape(x.shape)


def _max_pool_x(
    g: Array, x: Array, out: Array, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool
) -> Array:
    """g where each window's largest element stands"""
    at = winners(np.asarray(detach(x)), np.asarray(detach(out)), kernel, stride, padding, dilation, ceil)
    apart = all(s >= d * (k - 1) + 1 for s, k, d in zip(stride, kernel, dilation, strict=True))
    return _returned(g, x, at, len(kernel), apart)


max_pool.gradients(_max_pool_x)


@primitive(name="max_pool_places", symbol="argmax", formula="places of the max of each window of x", gradient=False,
           torch="max_pool1d, max_pool2d, max_pool3d", explain=_no_windows)  # fmt: skip
def max_pool_places(x: Array, *, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool) -> Array:
    """Where each window's largest element stands in the plane of the last axes, counted in C order."""
    how: dict[str, Any] = {
        "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation, "ceil": ceil
    }  # fmt: skip
    return winners(x, max_pool(x, **how), **how)


@primitive(symbol="unpool", formula="0 with x at its places", linear=True,
           torch="max_unpool1d, max_unpool2d, max_unpool3d")  # fmt: skip
def max_unpool(x: Array, *, at: Any, shape: Sizes) -> Array:
    """Zeros, with x at the places in the plane of the last axes that max_pool took it from.

    Of several x for one place one is written, and all have the gradient there, as in Torch."""
    out = np.zeros((*x.shape[: x.ndim - len(shape)], *shape), x.dtype)
    out.reshape(-1)[flat(at, math.prod(shape), len(shape))] = x
    return out


max_unpool.gradients(
    lambda g, at, shape: taken(g.reshape(-1), index=flat(at, math.prod(shape), len(shape))),
)


def adaptive(size: int, n: int) -> list[tuple[int, int, int]]:
    """n windows of nearly one size that cover an axis: from ⌊i size / n⌋ to ⌈(i + 1) size / n⌉."""
    return [(i * size // n, -(-(i + 1) * size // n), 1) for i in range(n)]


def _spans(x: Any, size: Sizes) -> Spans:
    if any(s == 0 and n for s, n in zip(x.shape[x.ndim - len(size) :], size, strict=True)):
        raise ValueError("empty")
    return [adaptive(s, n) for s, n in zip(x.shape[x.ndim - len(size) :], size, strict=True)]


def _nothing(x: Sizes, *, size: Sizes) -> str:
    return f"there is no largest of none: the last {len(size)} axes of {x} must not be empty"


@primitive(name="adaptive_max_pool", symbol="max", formula="max of each of {size} windows of x", saves=("at",),
           batched=as_it_is,
           torch="adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d", explain=_nothing)  # fmt: skip
def adaptive_max_pool(x: Array, *, size: Sizes) -> Any:
    """The largest element of each of so many windows that cover the last axes."""
    return by_window(x, _spans(x, size))


adaptive_max_pool.gradients(lambda g, x, at, size: _returned(g, x, at, len(size), apart=False))


@primitive(name="adaptive_max_pool_places", symbol="argmax", formula="places of the max of {size} windows of x",
           torch="adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d", gradient=False,
           explain=_nothing)  # fmt: skip
def adaptive_max_pool_places(x: Array, *, size: Sizes) -> Array:
    """Where the largest element of each of so many windows stands in the plane of the last axes, in C order."""
    return by_window(x, _spans(x, size))[1]


# ------------------------------------------------------------------------------------------------ the mean


@functools.lru_cache(64)
def _divisors(
    size: Sizes, count: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, include: bool, divisor: int | None
) -> Any:
    """What each window's sum is divided by: a number where it is the same for all."""
    if divisor is not None:
        return divisor
    along = []
    for s, n, k, step, p in zip(size, count, kernel, stride, padding, strict=True):
        starts = np.arange(n) * step - p
        ends = np.minimum(starts + k, s + p)
        along.append(ends - starts if include else np.minimum(ends, s) - np.maximum(starts, 0))
    if all(a.size and (a == a[0]).all() for a in along):
        return int(math.prod(int(a[0]) for a in along))
    total: Any = 1
    for k, a in enumerate(along):
        total = total * a.reshape(-1, *(1,) * (len(along) - k - 1))
    return total


@functools.lru_cache(64)
def _means(
    x: Sizes, dtype: Any, kernel: Sizes, stride: Sizes, padding: Sizes, ceil: bool, include: bool, divisor: int | None
) -> Any:
    """(places in the plane, windows): the product with it has the mean of each window; None where it would be large."""
    d = len(kernel)
    lead, size = x[: len(x) - d], x[len(x) - d :]
    count, _ = geometry(size, kernel, stride, padding, (1,) * d, ceil)
    plane, n = math.prod(size), math.prod(count)
    if dtype.kind != "f" or dtype.itemsize < 4 or not 0 < max(math.prod(lead), plane) * plane * n <= FEW:
        return None
    ones = np.eye(plane, dtype=dtype).reshape(plane, *size)
    return _averaged(ones, kernel, stride, padding, ceil, include, divisor).reshape(plane, n), (*lead, *count)


def _product(x: np.ndarray, matrix: np.ndarray, shape: Sizes) -> np.ndarray | None:
    """None where zeros met an infinity or a NaN, which must stay in its windows."""
    found = x.reshape(-1, len(matrix)).dot(matrix)
    flat = found.reshape(-1)
    square = flat.dot(flat)
    return found.reshape(shape) if square == square else None


def _scaled(x: Array, divisors: Any) -> Array:
    return x / (
        divisors if isinstance(divisors, int) else divisors.astype(x.dtype) if x.dtype.kind == "f" else divisors
    )


@primitive(name="avg_pool", symbol="mean", formula="mean of each window of x", linear=True, explain=_no_windows,
           batched=as_it_is,
           torch="avg_pool1d, avg_pool2d, avg_pool3d")  # fmt: skip
def avg_pool(
    x: Array, *, kernel: Sizes, stride: Sizes, padding: Sizes, ceil: bool, include: bool, divisor: int | None
) -> Array:
    """Mean of each window over the last axes. include: the padding's zeros count; divisor: the sum by this instead."""
    few = _means(x.shape, x.dtype, kernel, stride, padding, ceil, include, divisor)
    found = None if few is None else _product(x, *few)
    return _averaged(x, kernel, stride, padding, ceil, include, divisor) if found is None else found


def _averaged(
    x: Array, kernel: Sizes, stride: Sizes, padding: Sizes, ceil: bool, include: bool, divisor: int | None
) -> Array:
    lead, ones = x.ndim - len(kernel), (1,) * len(kernel)
    size = x.shape[lead:]
    count, frame = geometry(size, kernel, stride, padding, ones, ceil)
    x = framed(x, frame)
    for k in range(len(kernel)):
        x = _folded(np.add, x, lead + k, kernel[k], count[k], stride[k], 1)
    return _scaled(x, _divisors(size, count, kernel, stride, padding, include, divisor))


def _mismatched(x: Sizes, *, shape: Sizes, **how: Any) -> str:
    return f"windows over {shape} do not have the places of {x}"


@primitive(name="avg_unpool", symbol="meanᵀ", formula="x over its window, divided by the window's size", linear=True,
           batched=as_it_is,
           torch="avg_pool1d, avg_pool2d, avg_pool3d", explain=_mismatched)  # fmt: skip
def avg_unpool(
    x: Array, *, shape: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, ceil: bool, include: bool,
    divisor: int | None,
) -> Array:  # fmt: skip
    """The transpose of the mean of windows: each x spread over the window that it belongs to."""
    lead, ones = x.ndim - len(kernel), (1,) * len(kernel)
    count, frame = geometry(shape, kernel, stride, padding, ones, ceil)
    if x.shape[lead:] != count:
        raise ValueError("shapes")
    whole = (*x.shape[:lead], *shape)
    few = _means(whole, x.dtype, kernel, stride, padding, ceil, include, divisor)
    found = None if few is None else _product(x, few[0].T, whole)
    if found is not None:
        return found
    x = _scaled(x, _divisors(shape, count, kernel, stride, padding, include, divisor))
    for k in reversed(range(len(kernel))):
        before, rest = x.shape[: lead + k], x.shape[lead + k + 1 :]
        if stride[k] == kernel[k]:  # side by side
            spread = np.empty((*before, count[k], kernel[k], *rest), x.dtype)
            spread[...] = x.reshape(*before, count[k], 1, *rest)
            x = spread.reshape(*before, count[k] * kernel[k], *rest)
            continue
        out = np.zeros((*before, shape[k] + sum(frame[k]), *rest), x.dtype)
        for j in range(kernel[k]):
            out[(*(slice(None),) * (lead + k), slice(j, j + (count[k] - 1) * stride[k] + 1, stride[k]))] += x
        x = out
    return framed(x, negated(frame))


avg_pool.gradients(
    lambda g, x, kernel, stride, padding, ceil, include, divisor: avg_unpool(
        g, shape=x.shape[x.ndim - len(kernel) :], kernel=kernel, stride=stride, padding=padding, ceil=ceil,
        include=include, divisor=divisor,
    ),
)  # fmt: skip

avg_unpool.gradients(
    lambda g, kernel, stride, padding, ceil, include, divisor: avg_pool(
        g, kernel=kernel, stride=stride, padding=padding, ceil=ceil, include=include, divisor=divisor
    ),
)
