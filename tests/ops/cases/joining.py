"""Joining: several arrays to one."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Row, on, real, refused

x = mg.tensor([[1.0, 2.0, 3.0]], name="x")

ROWS = [
    Row("concatenate", lambda *xs, axis=0: mg.concatenate(xs, axis), lambda *xs, axis=0: np.concatenate(xs, axis),
        lambda *xs, axis=0: torch.cat([torch.ravel(x) for x in xs] if axis is None else xs, axis or 0),
        [on(real(3, 2), real(1, 2)), on(real(3, 2), real(3, 1), real(3, 4), axis=-1), on(real(2, 2), real(3),
            axis=None),
         on(real(3)), on(real(0, 3), real(2, 3)), on(real(2, 1, 3), real(2, 2, 3), axis=1), on(real(), real(),
             axis=None)],
        [refused(lambda: mg.concatenate([x, mg.ones((1, 2))]), ValueError, "sizes 3 and 2 differ at axis 1", "axis 0"),
         refused(lambda: mg.concatenate([x, mg.ones(3)]), ValueError, "(1, 3), (3,)", "same number of axes"),
         refused(lambda: mg.concatenate([x, x], axis=2), np.exceptions.AxisError, "axis 2 is out of bounds"),
         refused(lambda: mg.concatenate([]), ValueError, "empty sequence"),
         refused(lambda: mg.concatenate(3.0), TypeError, "expected a sequence of arrays, got float")]),
    Row("stack", lambda *xs, axis=0: mg.stack(xs, axis), lambda *xs, axis=0: np.stack(xs, axis),
        lambda *xs, axis=0: torch.stack(xs, axis),
        [on(real(3, 2), real(3, 2)), on(real(3), real(3), real(3), axis=-1), on(real(), real()), on(real(0, 3), axis=1),
         on(real(2, 3), real(2, 3), axis=-2)],
        [refused(lambda: mg.stack([x, mg.ones(3)]), ValueError, "stack", "(1, 3), (3,)", "all must be equal"),
         refused(lambda: mg.stack([x, x], axis=4), np.exceptions.AxisError, "axis 4 is out of bounds"),
         refused(lambda: mg.stack([]), ValueError, "empty sequence"),
         refused(lambda: mg.stack(None), TypeError, "expected a sequence of arrays, got NoneType")]),
]  # fmt: skip
