"""Convolution."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.layers.convolution import conv, conv_transpose, conv_weight
from tests.ops.optional import torch
from tests.ops.table import Row, on, real, refused

x, w = mg.tensor(np.ones((2, 4, 5, 5)), name="image"), mg.tensor(np.ones((6, 2, 3, 3)), name="kernel")
HOW: dict[str, Any] = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1}


def _terms(x: np.ndarray, w: np.ndarray, count: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """By the definition: (example, group, places in x and in w, place in y) of every product."""
    for n, o, c in itertools.product(range(x.shape[0]), range(w.shape[0]), range(w.shape[1])):
        channel = o // (w.shape[0] // groups) * w.shape[1] + c
        for at in itertools.product(*map(range, w.shape[2:])):
            for y in itertools.product(*map(range, count)):
                source = tuple(p * s + k * t - a for p, s, k, t, (a, _) in zip(y, stride, at, dilation, padding))
                if all(0 <= p < size for p, size in zip(source, x.shape[2:])):
                    yield (n, channel, *source), (o, c, *at), (n, o, *y)


def _count(size: Any, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[int, ...]:
    return tuple(
        (s + sum(p) - t * (k - 1) - 1) // step + 1
        for s, k, step, p, t in zip(size, kernel, stride, padding, dilation)
    )  # fmt: skip


def _conv(x: np.ndarray, w: np.ndarray, bias: Any = None, **how: Any) -> np.ndarray:
    count = _count(x.shape[2:], w.shape[2:], how["stride"], how["padding"], how["dilation"])
    y = np.zeros((len(x), len(w), *count))
    for a, b, c in _terms(x, w, count, **how):
        y[c] += float(x[a]) * float(w[b])
    y += 0 if bias is None else bias.reshape(-1, *(1,) * len(count))
    return y.astype(x.dtype)


def _conv_transpose(y: np.ndarray, w: np.ndarray, shape: Any, **how: Any) -> np.ndarray:
    x = np.zeros((len(y), w.shape[1] * how["groups"], *shape))
    for a, b, c in _terms(x, w, y.shape[2:], **how):
        x[a] += float(y[c]) * float(w[b])
    return x.astype(y.dtype)


def _conv_weight(x: np.ndarray, y: np.ndarray, kernel: Any, **how: Any) -> np.ndarray:
    w = np.zeros((y.shape[1], x.shape[1] // how["groups"], *kernel))
    for a, b, c in _terms(x, w, y.shape[2:], **how):
        w[b] += float(x[a]) * float(y[c])
    return w.astype(x.dtype)


def _pad(x: Any, pairs: Any, sign: int = 1) -> Any:
    return torch.nn.functional.pad(x, [sign * p for pair in reversed(pairs) for p in pair])


def _torch(x: Any, w: Any, b: Any = None, *, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    f = getattr(torch.nn.functional, f"conv{len(stride)}d")
    return f(_pad(x, padding), w, b, stride=stride, dilation=dilation, groups=groups)


def _torch_transpose(y: Any, w: Any, shape: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """Torch's gradient of its own convolution, which is linear in x."""
    size = [s + sum(p) for s, p in zip(shape, padding)]
    f = getattr(torch.nn.grad, f"conv{len(stride)}d_input")
    whole = f((len(y), w.shape[1] * groups, *size), w, y, stride=stride, dilation=dilation, groups=groups)
    return _pad(whole, padding, -1)


def _torch_weight(x: Any, y: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    f = getattr(torch.nn.grad, f"conv{len(stride)}d_weight")
    size = (y.shape[1], x.shape[1] // groups, *kernel)
    return f(_pad(x, padding), size, y, stride=stride, dilation=dilation, groups=groups)


GEOMETRIES: list[tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ((2, 3, 6), (4, 3, 3), {"stride": (1,), "padding": ((0, 0),), "dilation": (1,), "groups": 1}),
    ((2, 4, 8), (2, 2, 2), {"stride": (3,), "padding": ((1, 2),), "dilation": (2,), "groups": 2}),
    ((2, 2, 5, 4), (3, 2, 3, 2), HOW),
    ((2, 2, 5, 6), (3, 2, 3, 3), {**HOW, "padding": ((1, 1), (1, 1))}),
    ((1, 4, 6, 5), (4, 1, 2, 3), {"stride": (2, 1), "padding": ((0, 1), (2, 0)), "dilation": (1, 2), "groups": 4}),
    ((2, 3, 4, 4), (2, 3, 1, 1), HOW),  # a matrix product
    ((1, 2, 7, 7), (2, 2, 2, 2), {**HOW, "stride": (2, 2)}),  # a row and a column that no window reaches
    ((1, 2, 3, 4, 3), (2, 1, 2, 2, 2), {"stride": (1, 2, 1), "padding": ((1, 0), (0, 0), (0, 1)),
        "dilation": (1, 1, 2), "groups": 2}),
    ((0, 2, 4, 4), (3, 2, 2, 2), HOW), ((1, 1, 2, 2), (1, 1, 2, 2), HOW),
]  # fmt: skip


def _y(x: Any, w: Any, how: Any) -> tuple[int, ...]:
    return (x[0], w[0], *_count(x[2:], w[2:], how["stride"], how["padding"], how["dilation"]))


FLOAT16 = {"float16": 2e-2}
WHY = "the sums of the reference are kept in float64, and these in float32, before both are rounded to float16"
ROWS = [
    Row("conv", conv, _conv, _torch, [on(real(*x), real(*w), **how) for x, w, how in GEOMETRIES] + [
        on(real(2, 2, 5, 6), real(3, 2, 3, 3), real(3), **HOW), on(real(1, 2, 6), real(4, 1, 3), real(4).still(),
            stride=(2,), padding=((1, 0),), dilation=(1,), groups=2),
        on(real(1, 2, 4, 4).still(), real(2, 2, 3, 3), **HOW), on(real(1, 2, 4, 4), real(2, 2, 3, 3).still(), **HOW)],
        [refused(lambda: conv(x, w, **HOW), ValueError, "image (2, 4, 5, 5) ∗ kernel (6, 2, 3, 3)", "4 channels",
            "1 group"),
         refused(lambda: conv(x, mg.ones((2, 4, 7, 7)), **HOW), ValueError, "size (7, 7)", "does not fit in (5, 5)"),
         refused(lambda: conv(x, mg.ones((2, 4, 3, 3)), mg.ones(3), **HOW), ValueError, "bias", "(3,)", "(2,)"),
         refused(lambda: conv(x, mg.ones((2, 4, 3)), **HOW), ValueError, "expected (N, C, …)")],
        dispatches=False, tolerance=FLOAT16, because=WHY, in_place="writes products of matrices into its value"),
    Row("conv_transpose", conv_transpose, _conv_transpose, _torch_transpose, [
        on(real(*_y(x, w, how)), real(*w), shape=x[2:], **how) for x, w, how in GEOMETRIES],
        [refused(lambda: conv_transpose(x, w, shape=(7, 7), **HOW), ValueError, "4 channels", "(6, 2, 3, 3)"),
         refused(lambda: conv_transpose(x, mg.ones((4, 2, 3, 3)), shape=(9, 7), **HOW), ValueError,
            "size (5, 5) does not come from (9, 7)"),
         refused(lambda: conv_transpose(x, mg.ones((4, 2)), shape=(7, 7), **HOW), ValueError, "expected (N, C, …)")],
        dispatches=False, tolerance=FLOAT16, because=WHY, in_place="adds products of matrices into zeros"),
    Row("conv_weight", conv_weight, _conv_weight, _torch_weight, [
        on(real(*x), real(*_y(x, w, how)), kernel=w[2:], **how) for x, w, how in GEOMETRIES],
        dispatches=False, tolerance=FLOAT16, because=WHY, in_place="adds products of matrices into zeros"),
]  # fmt: skip
