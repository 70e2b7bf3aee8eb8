"""Arithmetic of several steps in one call, as Torch names it."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from microgrid.ops.elementwise.compound import quotient
from tests.ops.optional import torch
from tests.ops.table import Row, at, kink, nonzero, on, pairs, real, refused

x, y = mg.tensor([[1.0, 2.0, 3.0]], name="x"), mg.tensor([1.0, 2.0], name="y")
CLASH = ("(1, 3)", "(2,)", "sizes 2 and 3 differ at axis -1")


def _quotient(x: np.ndarray, y: np.ndarray, rounding_mode: str) -> np.ndarray:
    return np.floor_divide(x, y) if rounding_mode == "floor" else np.trunc(x / y)


def _lerp(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    a, b, t = (v.astype(np.float64) for v in (x, y, w))
    return np.asarray((1 - t) * a + t * b).astype(x.dtype)


ROWS = [
    Row("quotient", quotient, _quotient,
        lambda x, y, rounding_mode: torch.div(x, y, rounding_mode=rounding_mode), [
        *(on(*v.inputs, rounding_mode="floor") for v in pairs(real, nonzero)),
        *(on(*v.inputs, rounding_mode="trunc") for v in pairs(real, nonzero)[:3]),
        kink(at([4.0, -7.0, 7.0]), at([2.0, 2.0, -2.0]), rounding_mode="trunc")],
        [refused(lambda: mg.div(x, x, rounding_mode="up"), ValueError, "'up'", "'floor' or 'trunc'"),
         refused(lambda: mg.div(x, y, rounding_mode="floor"), ValueError, *CLASH)],
        away=lambda x, y, **_: np.abs(x / y - np.round(x / y)), dispatches=False,
        in_place="a floor has no rule to be differentiated by"),
    Row("addcmul", mg.addcmul, lambda x, a, b, value=1: x + a * b * value,
        lambda x, a, b, value=1: torch.addcmul(x, a, b, value=value), [
        on(real(3, 4), real(3, 4), real(3, 4)), on(real(4), real(3, 1), real(), value=0.5),
        on(real(), real(2), real(1)), on(real(0, 3), real(3), real(1, 3), value=-2.0)],
        [refused(lambda: mg.addcmul(x, y, y), ValueError, "addcmul", *CLASH)], dispatches=False),
    Row("addcdiv", mg.addcdiv, lambda x, a, b, value=1: x + a / b * value,
        lambda x, a, b, value=1: torch.addcdiv(x, a, b, value=value), [
        on(real(3, 4), real(3, 4), nonzero(3, 4)), on(real(4), real(3, 1), nonzero(), value=0.5),
        on(real(), real(2), nonzero(1)), on(real(0, 3), real(3), nonzero(1, 3), value=-2.0)],
        [refused(lambda: mg.addcdiv(x, y, y), ValueError, "addcdiv", *CLASH)], dispatches=False),
    Row("lerp", mg.lerp, _lerp, lambda x, y, w: torch.lerp(x, y, w), [
        on(real(3, 4), real(3, 4), real(3, 4)), on(real(4), real(3, 1), real()), on(real(), real(2), real(1)),
        on(real(0, 3), real(3), real(1, 3)), kink(at([1.0, 1e8, 3.0]), at([5.0, 1.0, 2.0]), at([0.0, 1.0, 0.5]))],
        [refused(lambda: mg.lerp(x, y, 0.5), ValueError, "lerp", *CLASH)], dispatches=False),
]  # fmt: skip
