"""Where the windows of pooling lie."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ..shapes.windows import FEW, Sizes, positions

Spans = list[list[tuple[int, int, int]]]  # of each axis and each window: where it starts, ends, and its step


@functools.lru_cache(256)
def geometry(size: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool) -> Any:
    """(how many windows along each axis, the frame (before, after) that they cover exactly).

    ceil: a last window that hangs over the end counts too, if it starts before it."""
    count, frame = [], []
    for s, k, step, p, d in zip(size, kernel, stride, padding, dilation, strict=True):
        n = (s + 2 * p - d * (k - 1) - 1 + (step - 1 if ceil else 0)) // step + 1
        n -= ceil and (n - 1) * step >= s + p
        count.append(n)
        frame.append((p, (n - 1) * step + d * (k - 1) + 1 - s - p))
    hollow = (
        a % d >= s for s, step, p, d in zip(size, stride, padding, dilation, strict=True) for a in range(-p, 0, step)
    )
    if any(n < 1 for n in count) or any(hollow):  # a window of nothing but padding has no largest element
        raise ValueError("windows")
    return tuple(count), tuple(frame)


def within(size: Sizes, count: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes) -> Spans:
    """The windows, without the padding."""
    return [
        [(a % d if a < 0 else a, min(a + d * (k - 1) + 1, s), d) for a in range(-p, n * step - p, step)]
        for s, k, step, p, d, n in zip(size, kernel, stride, padding, dilation, count, strict=True)
    ]


@functools.lru_cache(64)
def search(size: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool) -> Any:
    """(of each place in a window: how far from the window's start it stands, and the index of what stands there in
    all of them; where each window starts, and where what is no padding starts in it): in the plane, in C order."""
    count, _ = geometry(size, kernel, stride, padding, dilation, ceil)
    steps = [math.prod(size[k + 1 :]) for k in range(len(size))]
    places = [
        (sum(k * d * t for k, d, t in zip(place, dilation, steps, strict=True)), where)
        for place, where in positions(kernel, count, stride, dilation)
    ]
    begin: Any = 0
    first: Any = 0
    spans = within(size, count, kernel, stride, padding, dilation)
    for k, (n, s, p, t) in enumerate(zip(count, stride, padding, steps, strict=True)):
        along = (-1, *(1,) * (len(size) - k - 1))
        begin = begin + ((np.arange(n) * s - p) * t).reshape(along)
        first = first + (np.array([a for a, _, _ in spans[k]]) * t).reshape(along)
    return places, begin, first


@functools.lru_cache(64)
def table(
    x: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil: bool
) -> tuple[Any, Any, Sizes] | None:
    """(the places in the plane of each window's elements, where each window's stand in that list, the shape of the
    value); None where it would be large. Padding is not there: the window's first element stands there once more."""
    d = len(kernel)
    lead, size = x[: len(x) - d], x[len(x) - d :]
    count, _ = geometry(size, kernel, stride, padding, dilation, ceil)
    k = math.prod(kernel)
    if not 0 < math.prod(lead) * math.prod(count) * k <= FEW:
        return None
    where: Any = 0
    for i, (s, n, m, step, p, t) in enumerate(zip(size, count, kernel, stride, padding, dilation, strict=True)):
        at = (np.arange(n) * step - p)[:, None] + np.arange(m) * t
        first = np.where((at >= 0) & (at < s), at, s).min(1, keepdims=True)
        at = np.where((at >= 0) & (at < s), at, first)
        where = where * s + at.reshape(n, *(1,) * (d - 1), m, *(1,) * (d - 1 - i))
    return where.reshape(-1, k), np.arange(math.prod(count)) * k, (*lead, *count)
