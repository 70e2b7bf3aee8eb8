"""Truths, counts, and places of the largest and smallest: declared without a gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.cases.reduction import TIES, none, out_of_range, x
from tests.ops.optional import torch
from tests.ops.table import Row, at, booleans, distinct, on, refused

ARG = [on(distinct(3, 4)), on(distinct(3, 4), axis=0), on(distinct(3, 4), axis=-1, keepdims=True), on(TIES, axis=1),
       on(distinct(0, 3), axis=1), on(distinct()), on(at([1.0, np.nan, 2.0, np.nan]))]  # fmt: skip
TRUTH = [on(booleans(3, 4)), on(booleans(3, 4), axis=0), on(booleans(2, 3, 4), axis=(0, -1), keepdims=True),
         on(booleans(0, 3), axis=0), on(booleans())]  # fmt: skip


def _over(name: str) -> Callable[..., Any]:
    """Torch's reduction over a tuple of axes."""

    def reduce(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        over = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        return getattr(torch, name)(x, over, keepdim=keepdims) if x.ndim else getattr(torch, name)(x)

    return reduce


def _counted(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return torch.sum(x != 0, axis, keepdim=keepdims) if axis is not None else torch.count_nonzero(x)


ROWS = [
    Row("argmax", mg.argmax, np.argmax, lambda x, axis=None, keepdims=False: torch.argmax(x, axis, keepdims), ARG, [
        refused(lambda: mg.argmax(x, axis=2), np.exceptions.AxisError, "argmax", "axis 2 is out of bounds"),
        refused(lambda: mg.argmax(none), ValueError, "argmax", "no elements")]),
    Row("argmin", mg.argmin, np.argmin, lambda x, axis=None, keepdims=False: torch.argmin(x, axis, keepdims), ARG, [
        refused(lambda: mg.argmin(x, axis=2), np.exceptions.AxisError, "argmin", "axis 2 is out of bounds")]),
    Row("all", mg.all, np.all, _over("all"), TRUTH, out_of_range("all")),
    Row("any", mg.any, np.any, _over("any"), TRUTH, out_of_range("any")),
    Row("count_nonzero", mg.count_nonzero, np.count_nonzero, _counted,
        [on(booleans(3, 4)), on(TIES, axis=0), on(TIES, axis=(0, -1), keepdims=True), on(booleans(0, 3), axis=0),
         on(booleans()), on(at([0.0, np.nan, -0.0, np.inf]))],
        [refused(lambda: mg.count_nonzero(x, axis=2), np.exceptions.AxisError, "axis 2 is out of bounds")]),
]  # fmt: skip
