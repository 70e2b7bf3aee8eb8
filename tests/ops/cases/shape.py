"""Shape: the same numbers laid out otherwise."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Row, integers, on, real, refused, shapes

x = mg.tensor([[1.0, 2.0, 3.0]], name="x")


def _squeeze(x: object, axis: object = None) -> object:
    return torch.squeeze(x) if axis is None else torch.squeeze(x, axis)


def _expand(x: object, axis: object) -> object:
    n = x.ndim + (len(axis) if isinstance(axis, tuple) else 1)  # type: ignore[attr-defined]
    for a in sorted(a % n for a in (axis if isinstance(axis, tuple) else (axis,))):  # type: ignore[operator]
        x = torch.unsqueeze(x, a)
    return x


def _dtype(dtype: object) -> object:
    return getattr(torch, np.dtype(dtype).name)  # type: ignore[call-overload]


ROWS = [
    Row("reshape", mg.reshape, lambda x, shape: np.reshape(x, shape),
        lambda x, shape: torch.reshape(x, shape if isinstance(shape, tuple) else (shape,)),
        [on(real(3, 4), shape=(2, 6)), on(real(3, 4), shape=(2, -1, 3)), on(real(3, 4), shape=-1), on(real(),
            shape=(1, 1)),
         on(real(1, 1), shape=()), on(real(0, 3), shape=(3, 0)), on(real(4), shape=4)],
        [refused(lambda: mg.reshape(x, (2, 2)), ValueError, "reshape", "x (1, 3)", "3 elements", "(2, 2)",
            "one may be -1"),
         refused(lambda: x.reshape(2, -1), ValueError, "reshape", "x (1, 3)"),
         refused(lambda: mg.reshape(x), TypeError, "reshape", "shape"),
         refused(lambda: mg.reshape(x, (3, 1), order="B"), ValueError, "order is 'B'", "'C', 'F' or 'A'"),
         refused(lambda: mg.reshape(x.T[:, [0, 0]], (6,), copy=False), ValueError, "copy=False")]),
    Row("transpose", mg.transpose, np.transpose,
        lambda x, axes=None: torch.permute(x, tuple(reversed(range(x.ndim))) if axes is None else tuple(axes)),
        [*shapes(real), on(real(2, 3, 4)), on(real(2, 3, 4), axes=(2, 0, 1)), on(real(2, 3, 4), axes=(-1, 0, 1)),
         on(real(2, 3), axes=(-1, -2)), on(real(2, 3, 4, 5), axes=[1, -1, 0, 2])],
        [refused(lambda: mg.transpose(x, (0, 1, 2)), ValueError, "transpose", "x (1, 3)"),
         refused(lambda: mg.transpose(x, (0, 0)), ValueError, "transpose", "repeated axis"),
         refused(lambda: x.transpose(0, 2), np.exceptions.AxisError, "transpose", "axis 2 is out of bounds")]),
    Row("matrix_transpose", mg.matrix_transpose, np.matrix_transpose, lambda x: x.mT,
        [on(real(3, 4)), on(real(2, 3, 4)), on(real(1, 1)), on(real(0, 3))],
        [refused(lambda: mg.ones(3).mT, ValueError, "matrix_transpose", "needs at least 2 axes, (3,) has 1")]),
    Row("swapaxes", mg.swapaxes, np.swapaxes, lambda x, axis1, axis2: torch.swapaxes(x, axis1, axis2),
        [on(real(3, 4), axis1=0, axis2=1), on(real(2, 3, 4), axis1=-1, axis2=0), on(real(2, 3), axis1=1, axis2=1)],
        [refused(lambda: x.swapaxes(0, 2), np.exceptions.AxisError, "swapaxes", "axis2", "out of bounds")]),
    Row("ravel", mg.ravel, np.ravel, lambda x: torch.ravel(x), [*shapes(real), on(real(2, 3, 4))]),
    Row("squeeze", mg.squeeze, np.squeeze, _squeeze,
        [*shapes(real), on(real(1, 3, 1)), on(real(1, 3, 1), axis=0), on(real(1, 3, 1), axis=-1), on(real(1, 3, 1),
            axis=(0, 2))],
        [refused(lambda: mg.squeeze(x, 1), ValueError, "squeeze", "x (1, 3)", "size not equal to one"),
         refused(lambda: mg.squeeze(x, 5), np.exceptions.AxisError, "axis 5 is out of bounds")]),
    Row("expand_dims", mg.expand_dims, np.expand_dims, _expand,
        [on(real(3, 4), axis=0), on(real(3, 4), axis=-1), on(real(3, 4), axis=(0, 2)), on(real(), axis=0),
         on(real(0, 3), axis=1), on(real(3), axis=(-1, 0))],
        [refused(lambda: mg.expand_dims(x, 5), np.exceptions.AxisError, "expand_dims", "axis 5 is out of bounds")]),
    Row("broadcast_to", mg.broadcast_to, np.broadcast_to,
        lambda x, shape: torch.broadcast_to(x, shape if isinstance(shape, tuple) else (shape,)),
        [on(real(3, 1), shape=(3, 4)), on(real(), shape=(2, 3)), on(real(3), shape=(2, 1, 3)), on(real(1), shape=3),
         on(real(1), shape=(0,)), on(real(0, 3), shape=(2, 0, 3)), on(real(3), shape=(3,)), on(real(), shape=())],
        [refused(lambda: mg.broadcast_to(x, (2, 4)), ValueError, "broadcast_to", "x (1, 3)",
            "does not broadcast to (2, 4)"),
         refused(lambda: mg.broadcast_to(x, (3,)), ValueError, "does not broadcast to (3,)")],
        in_place="fills an array of the shape"),
    Row("copy", mg.copy, np.copy, lambda x: torch.clone(x), shapes(real), in_place="NumPy's own copy"),
    Row("astype", mg.astype, lambda x, dtype: x.astype(dtype), lambda x, dtype: x.to(_dtype(dtype)),
        [on(real(3, 4), dtype=np.float64), on(real(), dtype="float64"), on(real(0, 3), dtype=np.float64)],
        [refused(lambda: mg.astype(x, complex), TypeError, "complex128 is not supported", "float64"),
         refused(lambda: x.astype("text"), TypeError, "text")]),
    Row("truncate", mg.astype, lambda x, dtype: x.astype(dtype), lambda x, dtype: x.to(_dtype(dtype)),
        [on(real(3, 4), dtype=np.int64), on(real(3), dtype=bool), on(integers(2), dtype=np.int32)]),
]  # fmt: skip
