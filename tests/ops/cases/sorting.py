"""Sorting, ranking, searching."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.reductions import sorting
from tests.ops.cases.reduction import TIES, x
from tests.ops.cases.scan import lines, out_of_range
from tests.ops.optional import torch
from tests.ops.table import Row, at, distinct, integers, kink, on, real, refused

NAN = at([3.0, np.nan, 1.0, -np.inf, np.nan, np.inf])
LINES = [*lines(distinct), kink(TIES, axis=0), kink(TIES, axis=1), kink(NAN, axis=0)]
DESCENDING = [on(distinct(3, 4), axis=-1, descending=True), kink(TIES, axis=-1, descending=True),
              kink(NAN, axis=0, descending=True), on(distinct(0, 3), axis=0, descending=True)]  # fmt: skip


def _sorted(x: np.ndarray, axis: int = -1, descending: bool = False) -> np.ndarray:
    return np.flip(np.sort(x, axis), axis) if descending else np.sort(x, axis)


def _order(x: np.ndarray, axis: int = -1, descending: bool = False) -> np.ndarray:
    """Stable by hand: of equal elements the earlier first, NaN the largest."""
    keys = np.unique(x, return_inverse=True)[1].reshape(x.shape)
    if x.dtype.kind == "f":
        keys = np.where(np.isnan(x), x.size, keys)
    return np.argsort(-keys if descending else keys, axis, kind="stable")


def _top(x: np.ndarray, k: int, axis: int = -1, largest: bool = True) -> np.ndarray:
    return np.take(_order(x, axis, largest), np.arange(k), axis)


def _torch_top(x: Any, k: int, axis: int = -1, largest: bool = True) -> Any:
    return torch.topk(x, k, axis, largest)[1]


VECTOR = at([-1.0, 0.0, 0.0, 2.5, np.inf])
ROWS = [
    Row("sort", mg.sort, _sorted,
        lambda x, axis=-1, descending=False: torch.sort(x, dim=axis, descending=descending, stable=True)[0],
        [*LINES, *DESCENDING],
        [*out_of_range("sort"), refused(lambda: mg.sort(x, kind="bubble"), ValueError, "sort", "'bubble'", "stable"),
         refused(lambda: mg.sort(mg.tensor(1.0)), np.exceptions.AxisError, "sort", "out of bounds")],
        dispatches=False),
    Row("argsort", mg.argsort, _order,
        lambda x, axis=-1, descending=False: torch.sort(x, dim=axis, descending=descending, stable=True)[1],
        [*LINES, *DESCENDING],
        [*out_of_range("argsort"), refused(lambda: mg.argsort(x, kind="bubble"), ValueError, "'bubble'")],
        dispatches=False),
    Row("argpartition", mg.argpartition, np.argpartition, None,
        [on(distinct(7), kth=3), on(distinct(3, 4), kth=1, axis=0), on(distinct(5), kth=(1, 3)), on(distinct(1),
            kth=0)],
        [refused(lambda: mg.argpartition(x, 3), ValueError, "argpartition", "out of bounds")],
        untorched="Torch has no partition"),
    Row("argtopk", sorting.places_of_top, _top, _torch_top,
        [on(distinct(7), k=3), on(distinct(3, 4), k=2, axis=0), on(distinct(3, 4), k=1, largest=False),
         on(distinct(40), k=2), on(distinct(3, 40), k=3, largest=False), on(distinct(40, 2), k=1, axis=0),
         on(distinct(3), k=0), on(distinct(3), k=3)],
        [refused(lambda: mg.topk(x, 4), ValueError, "k=4 of the 3 elements", "0 to 3"),
         refused(lambda: mg.topk(x, -1), ValueError, "k=-1"),
         refused(lambda: mg.topk(x, 1, 2), np.exceptions.AxisError, "axis 2 is out of bounds")],
        dispatches=False),
    Row("searchsorted", mg.searchsorted, np.searchsorted, lambda x, v, side="left": torch.searchsorted(x, v, side=side),
        [on(VECTOR, real(3, 4)), on(VECTOR, at([0.0, 2.5, 9.0]), side="right"), on(VECTOR, real()),
         on(at([1.0]), real(0, 2)), on(at(np.zeros(0)), real(3)), on(at([0, 1, 1, 2]), integers(5))],
        [refused(lambda: mg.searchsorted(x[0], 1.0, side="middle"), ValueError, "searchsorted", "'middle'", "'left'"),
         refused(lambda: mg.searchsorted(x, mg.ones((2, 2))), ValueError, "x (1, 3)", "(2, 2)", "one axis"),
         refused(lambda: mg.searchsorted(x[0], 1.0, sorter=[0]), ValueError, "sorter (1,)", "(3,)"),
         refused(lambda: mg.searchsorted(x[0], 1.0, sorter=[0.0, 1.0, 2.0]), TypeError, "sorter of float64")]),
]  # fmt: skip
