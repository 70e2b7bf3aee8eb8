"""Layout: mirrored, rolled, tiled, repeated; diagonals and triangles."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.shapes.layout import on_diagonal
from tests.ops.optional import torch
from tests.ops.table import Row, at, kink, on, real, refused, shapes

x = mg.tensor([[1.0, 2.0, 3.0]], name="x")
AxisError = np.exceptions.AxisError


def _flip(x: Any, axis: Any = None) -> Any:
    return torch.flip(x, tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,))


def _embedded(x: Any, shape: Any, offset: int, axis1: int, axis2: int) -> np.ndarray:
    """NumPy's other way to write on a diagonal: by the indices of its places."""
    out = np.moveaxis(np.zeros(shape, x.dtype), (axis1, axis2), (-2, -1))
    i = np.arange(x.shape[-1])
    out[..., i + max(-offset, 0), i + max(offset, 0)] = x
    return np.moveaxis(out, (-2, -1), (axis1, axis2))


def _torch_embedded(x: Any, shape: Any, offset: int, axis1: int, axis2: int) -> Any:
    return torch.diagonal_scatter(torch.zeros(shape, dtype=x.dtype), x, offset, axis1, axis2)


TRIANGLES = [on(real(3, 4)), on(real(3, 4), k=1), on(real(4, 3), k=-1), on(real(2, 3, 3)), on(real(3, 4), k=9),
             on(real(3, 4), k=-9), on(real(0, 3)), on(real(1, 1)), on(real(9, 9), k=2),
             kink(at([[np.nan, 1.0], [np.inf, 2.0]]), k=-1)]  # fmt: skip

ROWS = [
    Row("flip", mg.flip, np.flip, _flip,
        [*shapes(real), on(real(3, 4), axis=0), on(real(3, 4), axis=-1), on(real(2, 3, 4), axis=(0, -1)),
         on(real(2, 3), axis=())],
        [refused(lambda: mg.flip(x, 2), AxisError, "flip", "axis 2 is out of bounds"),
         refused(lambda: mg.flip(x, axis=(0, 0)), ValueError, "repeated axis")]),
    Row("roll", mg.roll, np.roll,
        lambda x, shift, axis=None: torch.roll(x, shift, axis) if x.ndim and axis != () else x.clone(),
        [on(real(3, 4), shift=1), on(real(3, 4), shift=-2, axis=1), on(real(3, 4), shift=(1, -5), axis=(0, 1)),
         on(real(5), shift=7, axis=0), on(real(5), shift=5), on(real(0, 3), shift=1, axis=0), on(real(), shift=2),
         on(real(2, 3), shift=0, axis=-1), on(real(1), shift=1)],
        [refused(lambda: mg.roll(x, 1, axis=2), AxisError, "roll", "axis 2 is out of bounds"),
         refused(lambda: mg.roll(x, (1, 2, 3), axis=(0, 1)), ValueError, "roll", "3 shifts for 2 axes")]),
    Row("tile", lambda x, reps: mg.tile(x, reps), lambda x, reps: np.tile(x, reps),
        lambda x, reps: x.repeat((1,) * (x.ndim - len(reps)) + reps),
        [on(real(3, 4), reps=(2, 3)), on(real(3), reps=(2, 1, 2)), on(real(2, 3), reps=(2,)), on(real(), reps=(3,)),
         on(real(2, 3), reps=(0, 1)), on(real(0, 3), reps=(2, 2)), on(real(2, 3), reps=(1, 1))],
        [refused(lambda: mg.tile(x, (2, -1)), ValueError, "tile", "negative")]),
    Row("repeat", lambda x, times, axis: mg.repeat(x, times, axis), lambda x, times, axis: np.repeat(x, times, axis),
        lambda x, times, axis: torch.repeat_interleave(x, times, axis),
        [on(real(3, 4), times=2, axis=0), on(real(3, 4), times=3, axis=-1), on(real(3), times=0, axis=0),
         on(real(0, 3), times=2, axis=0), on(real(2, 3, 2), times=2, axis=1)],
        [refused(lambda: mg.repeat(x, -1), ValueError, "repeat", "negative"),
         refused(lambda: mg.repeat(x, [1, 2], axis=1), ValueError, "(2,) repeats for 3 elements along axis 1"),
         refused(lambda: mg.repeat(x, 1.5), TypeError, "repeats are float64, expected integers"),
         refused(lambda: mg.repeat(x, 2, axis=2), AxisError, "repeat", "axis 2 is out of bounds")]),
    Row("diagonal", mg.diagonal, np.diagonal,
        lambda x, offset=0, axis1=0, axis2=1: torch.diagonal(x, offset, axis1, axis2),
        [on(real(3, 4)), on(real(3, 4), offset=1), on(real(3, 4), offset=-2), on(real(2, 3, 4), axis1=-1, axis2=0),
         on(real(2, 3, 4), offset=1, axis1=1, axis2=2), on(real(0, 3)), on(real(1, 1))],
        [refused(lambda: mg.diagonal(mg.ones(3)), ValueError, "diagonal", "needs at least 2 axes, (3,) has 1"),
         refused(lambda: mg.diagonal(x, 0, 0, 2), AxisError, "diagonal", "out of bounds"),
         refused(lambda: mg.diagonal(x, 0, 1, 1), ValueError, "diagonal")]),
    Row("diag_embed", on_diagonal, _embedded, _torch_embedded,
        [on(real(3), shape=(3, 3), offset=0, axis1=0, axis2=1), on(real(2, 3), shape=(2, 3, 4), offset=1, axis1=1,
            axis2=2), on(real(2, 3), shape=(3, 2, 5), offset=-2, axis1=2, axis2=0),
         on(real(0), shape=(0, 3), offset=0, axis1=0, axis2=1)],
        [refused(lambda: mg.diag_embed(x, 0, 1, 1), ValueError, "diag_embed", "the same"),
         refused(lambda: mg.diag_embed(x, 0, 0, 5), AxisError, "axis 5 is out of bounds"),
         refused(lambda: mg.diag(mg.ones((2, 2, 2))), ValueError, "diag", "expected a vector or a matrix")],
        dispatches=False, in_place="writes on a diagonal of zeros"),
    Row("tril", mg.tril, np.tril, lambda x, k=0: torch.tril(x, k), TRIANGLES,
        [refused(lambda: mg.tril(mg.tensor(1.0)), ValueError, "tril", "needs at least 1 axis")]),
    Row("triu", mg.triu, np.triu, lambda x, k=0: torch.triu(x, k), TRIANGLES,
        [refused(lambda: mg.triu(mg.tensor(1.0)), ValueError, "triu", "needs at least 1 axis")]),
]  # fmt: skip
