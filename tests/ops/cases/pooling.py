"""Pooling."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.layers import pooling
from tests.ops.optional import torch
from tests.ops.table import Row, Variant, at, distinct, kink, on, real, refused

x = mg.tensor(np.ones((2, 3, 4)), name="image")
INF, NAN = np.inf, np.nan


def _count(s: int, k: int, step: int, p: int, d: int, ceil: bool) -> int:
    n = (s + 2 * p - d * (k - 1) - 1 + (step - 1) * ceil) // step + 1
    return n - 1 if ceil and (n - 1) * step >= s + p else n


def _windows(size: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool) -> Any:
    """(place of the window, the indices along each axis that lie within x), by the definition."""
    counts = [_count(*a, ceil) for a in zip(size, kernel, stride, padding, dilation)]
    for where in itertools.product(*map(range, counts)):
        yield where, [
            [i for i in range(w * s - p, w * s - p + d * k, d) if 0 <= i < n]
            for w, n, k, s, p, d in zip(where, size, kernel, stride, padding, dilation)
        ]  # fmt: skip


def _max_pool(x: np.ndarray, kernel: Any, **how: Any) -> np.ndarray:
    found = {w: x[(..., *np.ix_(*i))].max(tuple(range(-len(kernel), 0))) for w, i in _windows(
        x.shape[x.ndim - len(kernel):], kernel, **how)}  # fmt: skip
    counts = tuple(m + 1 for m in max(found))
    return np.stack(list(found.values()), -1).reshape(*x.shape[: x.ndim - len(kernel)], *counts)


def _places(x: np.ndarray, kernel: Any, **how: Any) -> np.ndarray:
    d = len(kernel)
    size = x.shape[x.ndim - d :]
    plane, out = np.arange(np.prod(size)).reshape(size), {}
    for w, i in _windows(size, kernel, **how):
        part = x[(..., *np.ix_(*i))]
        best = part.reshape(*x.shape[: x.ndim - d], np.prod(part.shape[part.ndim - d :], dtype=int)).argmax(-1)
        out[w] = plane[np.ix_(*i)].ravel()[best]
    return np.stack(list(out.values()), -1).reshape(*x.shape[: x.ndim - d], *(m + 1 for m in max(out)))


def _adaptive(size: Any, n: Any) -> Any:
    for where in itertools.product(*map(range, n)):
        yield where, tuple(
            slice(int(np.floor(w * s / m)), int(np.ceil((w + 1) * s / m))) for w, s, m in zip(where, size, n)
        )


def _adaptive_max(x: np.ndarray, size: Any) -> np.ndarray:
    d = len(size)
    parts = [x[(..., *i)].max(tuple(range(-d, 0))) for _, i in _adaptive(x.shape[x.ndim - d :], size)]
    return np.stack(parts, -1).reshape(*x.shape[: x.ndim - d], *size)


def _adaptive_places(x: np.ndarray, size: Any) -> np.ndarray:
    lead, own = x.shape[: x.ndim - len(size)], x.shape[x.ndim - len(size) :]
    plane = np.arange(np.prod(own)).reshape(own)
    parts = [plane[i].ravel()[x[(..., *i)].reshape(*lead, plane[i].size).argmax(-1)] for _, i in _adaptive(own, size)]
    return np.stack(parts, -1).reshape(*lead, *size)


def _unpool(x: np.ndarray, at: Any, shape: Any) -> np.ndarray:
    lead = x.shape[: x.ndim - len(shape)]
    out = np.zeros((*lead, int(np.prod(shape))), x.dtype)
    np.put_along_axis(out, at.reshape(*lead, -1), x.reshape(*lead, -1), -1)
    return out.reshape(*lead, *shape)


def _torch_unpool(x: Any, at: Any, shape: Any) -> Any:
    lead = x.shape[: x.ndim - len(shape)]
    zeros = torch.zeros((*lead, int(np.prod(shape))), dtype=x.dtype)
    return zeros.scatter(-1, torch.from_numpy(at).reshape(*lead, -1), x.reshape(*lead, -1)).reshape(*lead, *shape)


def _average(x: np.ndarray, kernel: Any, stride: Any, padding: Any, ceil: bool, include: bool, divisor: Any) -> Any:
    """The matrix product with the weights of each window, by the definition."""
    weights = _weights(x.shape[x.ndim - len(kernel) :], kernel, stride, padding, ceil, include, divisor)
    flat = x.reshape(*x.shape[: x.ndim - len(kernel)], weights.shape[-1])
    out = flat.astype(float) @ weights.reshape(-1, weights.shape[-1]).T
    return out.reshape(*flat.shape[:-1], *weights.shape[:-1]).astype(x.dtype)


def _weights(size: Any, kernel: Any, stride: Any, padding: Any, ceil: bool, include: bool, divisor: Any) -> np.ndarray:
    ones, plane = (1,) * len(kernel), np.arange(np.prod(size)).reshape(size)
    counts = [_count(*a, ceil) for a in zip(size, kernel, stride, padding, ones)]
    out = np.zeros((*counts, plane.size))
    for w, i in _windows(size, kernel, stride, padding, ones, ceil):
        ends = [min(a * s - p + k, n + p) - a * s + p for a, n, k, s, p in zip(w, size, kernel, stride, padding)]
        n = divisor or (np.prod(ends) if include else np.prod([len(j) for j in i]))
        out[(*w, plane[np.ix_(*i)].ravel())] = 1 / n
    return out


def _unaverage(x: np.ndarray, shape: Any, **how: Any) -> np.ndarray:
    weights = _weights(shape, **how)
    lead = x.shape[: x.ndim - len(shape)]
    out = x.reshape(*lead, weights[..., 0].size).astype(float) @ weights.reshape(-1, weights.shape[-1])
    return out.reshape(*lead, *shape).astype(x.dtype)


def _planes(x: Any, d: int) -> Any:
    return x.reshape(-1, 1, *x.shape[x.ndim - d :])


def _torch_max(x: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool, places: bool = False) -> Any:
    d = len(kernel)
    f = getattr(torch.nn.functional, f"max_pool{d}d")
    found = f(_planes(x, d), kernel, stride, padding, dilation, ceil, return_indices=places)
    found = found[1] if places else found
    return found.reshape(*x.shape[: x.ndim - d], *found.shape[2:])


def _torch_adaptive(x: Any, size: Any, places: bool = False) -> Any:
    found = getattr(torch.nn.functional, f"adaptive_max_pool{len(size)}d")(
        _planes(x, len(size)), size, return_indices=places
    )
    return (found[1] if places else found).reshape(*x.shape[: x.ndim - len(size)], *size)


def _torch_mean(x: Any, kernel: Any, stride: Any, padding: Any, ceil: bool, include: bool, divisor: Any) -> Any:
    d = len(kernel)
    more = () if d == 1 else (divisor,)
    found = getattr(torch.nn.functional, f"avg_pool{d}d")(_planes(x, d), kernel, stride, padding, ceil, include, *more)
    return found.reshape(*x.shape[: x.ndim - d], *found.shape[2:])


def _torch_unaverage(x: Any, shape: Any, **how: Any) -> Any:
    weights = torch.from_numpy(_weights(shape, **how)).to(x.dtype)
    lead = x.shape[: x.ndim - len(shape)]
    flat = x.reshape(*lead, weights[..., 0].numel()) @ weights.reshape(-1, weights.shape[-1])
    return flat.reshape(*lead, *shape)


def how(kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool = False) -> dict[str, Any]:
    """The windows of a maximum."""
    return {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation, "ceil": ceil}


def mean(
    kernel: Any, stride: Any, padding: Any, ceil: bool = False, include: bool = True, divisor: Any = None
) -> dict[str, Any]:
    """The windows of a mean."""
    return {"kernel": kernel, "stride": stride, "padding": padding, "ceil": ceil, "include": include,
            "divisor": divisor}  # fmt: skip


MAXIMA: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((2, 6), how((2,), (2,), (0,), (1,))), ((2, 1, 7), how((3,), (2,), (1,), (1,))),
    ((2, 5, 6), how((2, 2), (2, 2), (0, 0), (1, 1))), ((2, 5, 6), how((3, 2), (1, 2), (1, 1), (1, 1))),
    ((5, 6), how((2, 3), (2, 2), (0, 1), (2, 1), True)), ((1, 7, 7), how((3, 3), (2, 2), (1, 1), (2, 2), True)),
    ((3, 4), how((3, 4), (3, 4), (0, 0), (1, 1))), ((2, 4, 4, 5), how((2, 2, 2), (2, 1, 2), (0, 1, 0), (1, 1, 2))),
    ((3, 1), how((1, 1), (1, 1), (0, 0), (1, 1))),
]  # fmt: skip
EDGES = [
    kink(at([[1.0, 1.0, 1.0], [1.0, 2.0, 2.0], [0.0, 2.0, 2.0]]), **how((2, 2), (1, 1), (1, 1), (1, 1))),
    kink(at([[-INF, -INF, 0.0], [-INF, -INF, INF], [-INF, 1.0, INF]]), **how((3, 3), (1, 1), (1, 1), (1, 1))),
]
MEANS: list[tuple[tuple[int, ...], dict[str, Any]]] = [
    ((2, 6), mean((2,), (2,), (0,))), ((2, 1, 7), mean((3,), (2,), (1,), True, False)),
    ((2, 5, 6), mean((2, 3), (2, 3), (0, 0))), ((2, 5, 6), mean((3, 2), (1, 2), (1, 1))),
    ((2, 5, 6), mean((3, 2), (2, 2), (1, 1), True)), ((5, 6), mean((3, 2), (2, 3), (1, 0), True, False)),
    ((5, 6), mean((2, 2), (3, 3), (1, 1), divisor=-3)), ((3, 4), mean((3, 4), (3, 4), (0, 0))),
    ((2, 4, 4, 5), mean((2, 2, 2), (2, 1, 2), (0, 1, 1))), ((3, 1), mean((1, 1), (1, 1), (0, 0))),
]  # fmt: skip
ADAPTIVE = [((2, 7), (3,)), ((2, 5, 6), (2, 3)), ((5, 6), (1, 1)), ((3, 4), (5, 4)), ((2, 4, 3, 5), (2, 2, 2))]
WRONG = {"kernel": (5, 2), "stride": (1, 1), "padding": (0, 0), "ceil": False}


def _both(shape: Any, h: dict[str, Any]) -> Variant:
    lead = len(shape) - len(h["kernel"])
    return on(real(*shape[:lead], *_weights(shape[lead:], **h).shape[:-1]), shape=shape[lead:], **h)


HALF = {"float16": 2e-2}
WHY = "the reference sums in float64 and is rounded once, where each partial sum of ours is rounded to float16"
ROWS = [
    Row("max_pool", pooling.max_pool, _max_pool, _torch_max, [
        *(on(distinct(*s), **h) for s, h in MAXIMA), *EDGES],
        [refused(lambda: pooling.max_pool(x, dilation=(1, 1), **WRONG), ValueError, "max_pool", "image (2, 3, 4)",
            "windows of (5, 2) do not fit")],
        dispatches=False, in_place="writes the larger of two into its value"),
    Row("max_pool_places", pooling.max_pool_places, _places,
        lambda *xs, **how: _torch_max(*xs, **how, places=True), [*(on(distinct(*s), **h) for s, h in MAXIMA), *EDGES],
        [refused(lambda: pooling.max_pool_places(x, dilation=(1, 1), **WRONG), ValueError, "windows of (5, 2)")],
        dispatches=False),
    Row("max_unpool", pooling.max_unpool, _unpool, _torch_unpool, [
        on(real(2, 2), at=np.array([[0, 3], [2, 1]]), shape=(4,)),
        on(real(1, 2, 2), at=np.array([[[5, 0], [3, 8]]]), shape=(3, 3)), on(real(2), at=np.array([1, 0]), shape=(2,))],
        dispatches=False, in_place="writes into zeros"),
    Row("adaptive_max_pool", pooling.adaptive_max_pool, _adaptive_max, _torch_adaptive, [
        *(on(distinct(*s), size=n) for s, n in ADAPTIVE), kink(at([1.0, 1.0, 0.0, 1.0, INF]), size=(3,))],
        [refused(lambda: pooling.adaptive_max_pool(mg.ones((2, 0)), size=(1,)), ValueError, "no largest of none")],
        dispatches=False, in_place="chooses by argmax"),
    Row("adaptive_max_pool_places", pooling.adaptive_max_pool_places, _adaptive_places,
        lambda x, size: _torch_adaptive(x, size, places=True), [*(on(distinct(*s), size=n) for s, n in ADAPTIVE)],
        [refused(lambda: pooling.adaptive_max_pool_places(mg.ones((2, 0)), size=(1,)), ValueError, "no largest")],
        dispatches=False),
    Row("avg_pool", pooling.avg_pool, _average, _torch_mean, [on(real(*s), **h) for s, h in MEANS],
        [refused(lambda: pooling.avg_pool(x, include=True, divisor=None, **WRONG), ValueError, "windows of (5, 2)")],
        dispatches=False, tolerance=HALF, because=WHY, in_place="adds into its value"),
    Row("avg_unpool", pooling.avg_unpool, _unaverage, _torch_unaverage, [_both(s, h) for s, h in MEANS],
        [refused(lambda: pooling.avg_unpool(x, shape=(5, 6), include=True, divisor=None, **WRONG), ValueError,
            "avg_unpool", "image (2, 3, 4)", "windows over (5, 6)")],
        dispatches=False, tolerance=HALF, because=WHY, in_place="writes into an array of the shape"),
]  # fmt: skip
