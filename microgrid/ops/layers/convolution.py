"""Convolution over any number of axes. It is one trilinear form, Σ y ⊙ conv(x, w): its derivatives with respect to
y, x and w are `conv`, `conv_transpose` and `conv_weight`, and theirs are one another again. So each gradient rule is a
convolution, to any order.

All three gather windows into columns and multiply matrices: a piece at a time, so that the columns stay in the cache;
where an example has few, some examples at once by a table of which element stands where.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..elementwise.arithmetic import Array
from ..shapes import windows
from ..shapes.windows import Sizes, Table, overlapped, places, table, windowed
from .normalization import by_channel
from .padding import Pairs, framed, negated

PIECE = 1 << 19  # elements of the columns at a time: 2 MB of float32, what a core's cache holds


def output_shape(size: Sizes, kernel: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes) -> Sizes:
    """The shape of a convolution's value, without batch and channels."""
    padded_ = (s + low + high for s, (low, high) in zip(size, padding, strict=True))
    return tuple(map(places, padded_, kernel, stride, dilation))


def _accurate(*xs: Array) -> tuple[np.dtype[Any], tuple[Array, ...]]:
    """Their common dtype, and the arrays as they are multiplied: float16, which BLAS has not, as float32."""
    dtype = xs[0].dtype
    if dtype is xs[1].dtype and dtype.itemsize > 2:
        return dtype, xs
    dtype = np.result_type(*xs)
    inner = np.dtype(np.float32) if dtype == np.float16 else dtype
    return dtype, tuple(x if x.dtype == inner else x.astype(inner) for x in xs)


def _pieces(x: np.ndarray, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Iterator[tuple[int, int, int, np.ndarray]]:
    """(example, its first row, one past its last, the columns of those rows: (channels, *kernel, rows, …)).

    The columns stand in one buffer, written anew for each piece."""
    columns = windowed(x, kernel, stride, dilation)
    d = len(kernel)
    n, rows = len(x), columns.shape[-d]
    step = max(PIECE // max(math.prod(columns.shape[1:]) // rows, 1), 1)
    buffer = None
    for i in range(n):
        for a in range(0, rows, step):
            b = min(a + step, rows)
            part = columns[(i, ..., slice(a, b), *(slice(None),) * (d - 1))]
            if not part.flags.c_contiguous:  # a kernel of one element needs no copy
                if buffer is None or buffer.shape != part.shape:
                    buffer = np.empty(part.shape, x.dtype)
                np.copyto(buffer, part)
                part = buffer
            yield i, a, b, part


def _clash(
    x: Sizes, w: Sizes, b: Sizes | None = None, *, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> str:
    d = len(w) - 2
    if len(x) != len(w) or d < 1:
        return f"expected (N, C, …) and (out, C/groups, …) with as many axes, got {x} and {w}"
    if groups < 1 or x[1] != w[1] * groups or w[0] % groups:
        return (
            f"{x[1]} channels and a weight of shape {w} do not fit {groups} group(s): the weight must be (out, "
            f"channels/groups, …), out divisible by groups"
        )
    if b is not None and b != w[:1]:
        return f"the bias has the shape {b}, expected {w[:1]}"
    size = tuple(s + sum(p) for s, p in zip(x[2:], padding, strict=True))
    spans = tuple(t * (k - 1) + 1 for k, t in zip(w[2:], dilation, strict=True))
    return f"a kernel of size {spans} (dilation counted) does not fit in {size}, the padded size of the input"


@primitive(name="conv", symbol="∗", formula="x ∗ w + b", torch="conv1d, conv2d, conv3d",
           explain=_clash)  # fmt: skip
def conv(x: Array, w: Array, b: Array = None, *, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Array:
    """Cross-correlation of x (N, C, *size) with w (out, C/groups, *kernel), called a convolution; b (out,) is added."""
    out = convolved(x, w, stride, padding, dilation, groups)
    if b is None:
        return out
    if b.shape != w.shape[:1]:
        raise ValueError("shapes")
    along = b.reshape((-1, *(1,) * (out.ndim - 2)))
    if b.dtype != out.dtype:
        return out + along
    out += along
    return out


def convolved(x: Array, w: Array, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int) -> Array:
    """x ∗ w, of arrays."""
    shape, (few, step) = _plan(x.shape, w.shape, stride, padding, dilation, groups)
    dtype, (x, w) = _accurate(x, w)
    kernel = w.shape[2:]
    if few is not None:
        out = np.matmul(w.reshape(groups, -1, few.where.shape[2]), few.taken(x)).reshape(shape)
        return out if out.dtype is dtype else out.astype(dtype)
    if step:
        how: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        parts = [convolved(x[i : i + step], w, **how) for i in range(0, len(x), step)]
        return np.concatenate(parts, dtype=dtype)
    shape = shape[2:]
    x, rest = framed(x, padding), math.prod(shape[1:])
    w = np.ascontiguousarray(w.reshape(groups, len(w) // groups, math.prod(w.shape[1:])))  # BLAS: no negative strides
    out = np.empty((len(x), groups, w.shape[1], math.prod(shape)), w.dtype)
    for i, a, b, columns in _pieces(x, kernel, stride, dilation):
        np.matmul(w, columns.reshape(groups, w.shape[2], (b - a) * rest), out=out[i, :, :, a * rest : b * rest])
    return out.reshape(len(x), w.shape[0] * w.shape[1], *shape).astype(dtype, copy=False)


def _few(
    x: Sizes, kernel: Sizes, count: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, g: int
) -> tuple[Table | None, int]:
    """(the table of the columns (N, groups, channels × kernel, places), of how many examples there is one if not of
    all; 0: of none)."""
    per = x[1] * math.prod(kernel) * math.prod(count)
    shape = x[0], g, x[1] // g * math.prod(kernel), math.prod(count)
    few = table(x, kernel, stride, dilation, count, padding, shape)
    return few, windows.FEW // per if few is None and x[0] > 1 and 0 < per <= windows.FEW else 0


@functools.lru_cache(64)
def _plan(
    x: Sizes, w: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> tuple[Sizes, tuple[Table | None, int]]:
    """(the shape of a convolution's value, what _few says). Raises ValueError for what does not fit."""
    if len(x) != len(w) or len(w) < 3 or groups < 1 or x[1] != w[1] * groups or w[0] % groups:
        raise ValueError("shapes")
    count = output_shape(x[2:], w[2:], stride, padding, dilation)
    if any(n < 1 for n in count):
        raise ValueError("sizes")
    return (x[0], w[0], *count), _few(x, w[2:], count, stride, padding, dilation, groups)


@functools.lru_cache(64)
def _plan_back(
    x: Sizes, w: Sizes, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> tuple[Sizes, tuple[Table | None, int]]:
    """The same of its transpose."""
    if len(x) != len(w) or len(w) < 3 or groups < 1 or x[1] != w[0] or w[0] % groups:
        raise ValueError("shapes")
    if x[2:] != output_shape(shape, w[2:], stride, padding, dilation):
        raise ValueError("shapes")
    whole = (x[0], groups * w[1], *shape)
    return whole, _few(whole, w[2:], x[2:], stride, padding, dilation, groups)


def _transposed_clash(x: Sizes, w: Sizes, *, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes,
                      groups: int) -> str:  # fmt: skip
    if len(x) != len(w) or len(w) < 3:
        return f"expected (N, C, …) and (C, out/groups, …) with as many axes, got {x} and {w}"
    if groups < 1 or x[1] != w[0] or w[0] % groups:
        return f"{x[1]} channels and a weight of shape {w} do not fit {groups} group(s): it must be (C, out/groups, …)"
    return f"an input of size {x[2:]} does not come from {shape}"


@primitive(name="conv_transpose", symbol="∗ᵀ", formula="x ∗ᵀ w", latex=r"{x} \ast^T {w}",
           torch="conv_transpose1d, conv_transpose2d, conv_transpose3d", explain=_transposed_clash)  # fmt: skip
def conv_transpose(
    x: Array, w: Array, *, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Array:
    """What the convolution with w (C, out/groups, *kernel) is the transpose of: x (N, C, …) to (N, out, *shape)."""
    full, (few, step) = _plan_back(x.shape, w.shape, shape, stride, padding, dilation, groups)
    dtype, (x, w) = _accurate(x, w)
    n, kernel = len(x), w.shape[2:]
    if few is not None:
        columns = np.matmul(w.reshape(groups, -1, few.where.shape[2]).mT, x.reshape(n, groups, -1, few.where.shape[3]))
        out = few.added(columns, full)
        return out if out.dtype is dtype else out.astype(dtype)
    if step:
        how: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        parts = [conv_transpose.op.body(x[i : i + step], w, shape=shape, **how) for i in range(0, n, step)]
        return np.concatenate(parts, dtype=dtype)
    channels, count = groups * w.shape[1], x.shape[2:]
    if all(s == 1 for s in stride):  # a convolution with the kernel reversed, which is faster
        back = tuple(
            (t * (k - 1) - low, t * (k - 1) - high) for k, t, (low, high) in zip(kernel, dilation, padding, strict=True)
        )
        w = np.flip(w.reshape(groups, len(w) // groups, *w.shape[1:]).swapaxes(1, 2), tuple(range(3, w.ndim + 1)))
        w = w.reshape(channels, w.shape[2], *kernel)
        return convolved(x, w, stride=stride, padding=back, dilation=dilation, groups=groups).astype(dtype, copy=False)
    rest = math.prod(count[1:])
    w = np.ascontiguousarray(w.reshape(groups, len(w) // groups, math.prod(w.shape[1:])).mT)
    x = x.reshape(n, groups, w.shape[2], math.prod(count))
    whole = tuple(s + low + high for s, (low, high) in zip(shape, padding, strict=True))
    out = np.zeros((n, channels, *whole), w.dtype)
    rows = max(PIECE // max(w.shape[0] * w.shape[1] * rest, 1), 1)
    for i in range(n):
        for a in range(0, count[0], rows):
            b = min(a + rows, count[0])
            part = x[i, :, :, a * rest : b * rest]
            columns = np.matmul(w, part) if w.shape[2] != 1 else w * part  # a third of the time, channel by channel
            columns = columns.reshape(channels, *kernel, b - a, *count[1:])
            overlapped(columns, out[i][:, a * stride[0] :], kernel, stride, dilation)
    return framed(out, negated(padding)).astype(dtype, copy=False)


@primitive(name="conv_weight", symbol="∗ʷ", formula="Σ windows of x ⊙ y", torch="conv1d, conv2d, conv3d")
def conv_weight(
    x: Array, y: Array, *, kernel: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Array:
    """How far each weight of a convolution of x (N, C, …) moves what has the cotangent y (N, out, …)."""
    dtype, (x, y) = _accurate(x, y)
    few, step = _few(x.shape, kernel, y.shape[2:], stride, padding, dilation, groups)
    channels, out = x.shape[1] // groups, y.shape[1]
    if few is not None:
        w = np.matmul(y.reshape(len(y), groups, -1, few.where.shape[3]), few.taken(x).mT)
        w = (w if len(w) == 1 else w.sum(0)).reshape(out, channels, *kernel)
        return w if w.dtype is dtype else w.astype(dtype)
    if step:
        how: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        some = [slice(i, i + step) for i in range(0, len(x), step)]
        sums: Array = sum(conv_weight.op.body(x[i], y[i], kernel=kernel, **how) for i in some)
        return sums.astype(dtype, copy=False)
    rest = math.prod(y.shape[3:])
    x = framed(x, padding)
    y = y.reshape(len(y), groups, out // groups, math.prod(y.shape[2:]))
    w = np.zeros((groups, out // groups, channels * math.prod(kernel)), y.dtype)
    for i, a, b, columns in _pieces(x, kernel, stride, dilation):
        w += np.matmul(y[i, :, :, a * rest : b * rest], columns.reshape(groups, w.shape[2], (b - a) * rest).mT)
    return w.reshape(out, channels, *kernel).astype(dtype, copy=False)


def _conv_joint(
    g: Array, x: Array, w: Array, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int, need: list[bool]
) -> Any:
    """All of them, without the calls between: half of what a small convolution costs."""
    how: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return (
        conv_transpose.op.body(g, w, shape=x.shape[2:], **how) if need[0] else None,
        conv_weight.op.body(x, g, kernel=w.shape[2:], **how) if need[1] else None,
        by_channel(g) if need[2] else None,
    )


def _conv_transpose_joint(
    g: Array, x: Array, w: Array, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int, need: list[bool]
) -> Any:
    how: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    return (
        convolved(g, w, **how) if need[0] else None,
        conv_weight.op.body(g, x, kernel=w.shape[2:], **how) if need[1] else None,
    )


conv.gradients(
    lambda g, x, w, stride, padding, dilation, groups: conv_transpose(
        g, w, shape=x.shape[2:], stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g, x, w, stride, padding, dilation, groups: conv_weight(
        x, g, kernel=w.shape[2:], stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g: by_channel(g),
    joint=_conv_joint,
)

conv_transpose.gradients(
    lambda g, w, stride, padding, dilation, groups: conv(
        g, w, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g, x, w, stride, padding, dilation, groups: conv_weight(
        g, x, kernel=w.shape[2:], stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    joint=_conv_transpose_joint,
)

conv_weight.gradients(
    lambda g, x, y, stride, padding, dilation, groups: conv_transpose(
        y, g, shape=x.shape[2:], stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
    lambda g, x, stride, padding, dilation, groups: conv(
        x, g, stride=stride, padding=padding, dilation=dilation, groups=groups
    ),
)
