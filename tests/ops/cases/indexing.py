"""Indexing and indexed assignment; every kind of index is in tests/ops/test_indexing.py."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Row, on, real, refused

x = mg.tensor([[1.0, 2.0, 3.0]], name="x")
TWICE = np.array([0, 2, 0])


def _put(x: Any, v: Any, index: Any) -> Any:
    """x with v written at an index, in NumPy or Torch."""
    out = x.clone() if hasattr(x, "clone") else x.copy()
    out[index] = v
    return out


def _scatter(x: Any, index: Any, shape: Any) -> np.ndarray:
    out = np.zeros(shape, x.dtype)
    np.add.at(out, index, x)
    return out


def _torch_scatter(x: Any, index: Any, shape: Any) -> Any:
    index = index if isinstance(index, tuple) else (index,)
    return torch.zeros(shape, dtype=x.dtype).index_put(tuple(torch.as_tensor(i) for i in index), x, accumulate=True)


def _refused_write(index: Any, value: Any) -> None:
    mg.tensor([1.0, 2.0, 3.0], name="w")[index] = value


ROWS = [
    Row("getitem", lambda x, index: x[index], lambda x, index: x[index], lambda x, index: x[index],
        [on(real(3, 4), index=i) for i in (0, -1, slice(1, None), (slice(None), 2), (..., 1), None, TWICE, (TWICE, 1))]
        + [on(real(0, 3), index=slice(0, 2)), on(real(4), index=2), on(real(), index=()), on(real(), index=(...,
            None))],
        [refused(lambda: x[1], IndexError, "x (1, 3)", "index 1 is out of bounds for axis 0 with size 1"),
         refused(lambda: x[0, 0, 0], IndexError, "too many indices"),
         refused(lambda: x[1.5], IndexError, "only integers"),
         refused(lambda: x[mg.tensor([0.0])], IndexError, "float32", "integers or booleans"),
         refused(lambda: x[np.zeros((2, 3), bool)], IndexError, "boolean"),
         refused(lambda: x["a"], IndexError, "only integers")]),
    Row("scatter", mg.ops.selection.indexing.scatter, _scatter, _torch_scatter,
        [on(real(3, 4), index=TWICE, shape=(3, 4)), on(real(3), index=(TWICE, np.array([1, 1, 1])), shape=(3, 4)),
         on(real(0, 4), index=np.zeros(0, int), shape=(3, 4))], dispatches=False,
             in_place="adds into an array of zeros"),
    Row("setitem", lambda x, v, index: mg.ops.selection.indexing.put(x, v, index=index), _put, _put,
        [on(real(3, 4), real(4), index=1), on(real(3, 4), real(), index=(slice(None), 2)), on(real(3, 4), real(2, 1),
            index=slice(1, 3)),
         on(real(4), real(), index=-1), on(real(3, 4), real(1, 1, 4), index=0), on(real(3), real(0), index=slice(0,
             0))],
        [refused(lambda: _refused_write(5, 1.0), IndexError, "index 5 is out of bounds for axis 0 with size 3"),
         refused(lambda: _refused_write(slice(0, 2), np.ones(3)), ValueError, "(3,)", "does not broadcast to (2,)"),
         refused(lambda: mg.tensor([1, 2], name="n").__setitem__(0, mg.tensor(2.5, requires_grad=True)), TypeError,
                 "n (2,) holds int64", "carries a gradient", "x.astype(float)", "v.detach()"),
         refused(lambda: _refused_write(0, "a"), TypeError, "setitem: v is 'a'", "expected")],
        dispatches=False, in_place="writes into a copy"),
]  # fmt: skip
