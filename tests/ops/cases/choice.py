"""Choices between several."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from tests.ops.cases.comparison import CLASH, ODD, clash, text
from tests.ops.optional import torch
from tests.ops.table import Row, at, booleans, kink, on, pairs, real, refused, shapes

x, y = mg.tensor([[1.0, 2.0, 3.0]], name="x"), mg.tensor([1.0, 2.0], name="y")
NAN = np.nan
TIED = kink(at([1.0, 2.0, NAN, 0.0, 1.0, NAN, np.inf]), at([1.0, 3.0, 0.0, -0.0, NAN, NAN, np.inf]))


def _apart(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How far from a bound, and bounds from each other."""
    gaps = np.broadcast_arrays(x - low, x - high, np.asarray(low) - high)
    return np.minimum.reduce([np.abs(g) for g in gaps])


ROWS = [
    Row("maximum", mg.maximum, np.maximum, lambda x, y: torch.maximum(x, y), [
        *pairs(real, real), TIED],
        [refused(lambda: mg.maximum(x, y), ValueError, "maximum", *CLASH)], away=lambda x, y: x - y),
    Row("minimum", mg.minimum, np.minimum, lambda x, y: torch.minimum(x, y), [
        *pairs(real, real), TIED],
        [refused(lambda: mg.minimum(x, y), ValueError, "minimum", *CLASH)], away=lambda x, y: x - y),
    Row("where", mg.where, np.where, lambda c, x, y: torch.where(c, x, y), [
        on(booleans(3, 4), real(3, 4), real(3, 4)), on(booleans(4), real(3, 1), real()), on(booleans(3, 1), real(),
            real(2)),
        on(booleans(), real(2), real(2)), on(booleans(0, 3), real(3), real(1)),
        kink(booleans(4), at([np.nan, np.inf, 1.0, 2.0]), at([1.0, np.nan, 3.0, 4.0]))],
        [refused(lambda: mg.where(x > 0, x, y), ValueError, "where", "sizes 2 and 3 differ at axis -1"),
         refused(lambda: mg.where(x > 0, x), TypeError, "where takes condition, x, y", "y is missing")]),
    Row("clip", mg.clip, lambda x, min=None, max=None: np.clip(x, min, max),
        lambda x, min=None, max=None: torch.clamp(x, min, max), [
        on(real(3, 4), at(-0.5).still(), at(0.8).still()), on(real(3), min=-0.2, max=None), on(real(3, 2), max=0.3),

        on(real(0, 3), at(-0.5).still(), at(0.8).still()), on(real(), at(0.0).still(), at(1.0).still()),
        on(real(3, 4), real(4), real(3, 1)), on(real(2, 3), real(1, 3), real(2, 3)),
        kink(at([-1.0, -0.5, 0.0, 0.8, 2.0]), at(-0.5).still(), at(0.8).still()),
        kink(at([0.0, 1.0, 2.0]), at([2.0, 2.0, 2.0]), at([1.0, 1.0, 1.0]))],
        [refused(lambda: mg.clip(x, y, 1.0), ValueError, "clip", "sizes 2 and 3 differ at axis -1"),
         refused(lambda: mg.clip(x, lo=1), TypeError, "clip", "lo", "min", "max")],
        away=lambda x, low=9.0, high=-9.0, min=None, max=None: _apart(
            x, low if min is None else min, high if max is None else max)),
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, y, name=name: getattr(torch, name)(x, y),
            [*pairs(real, real), TIED], [clash(name)], away=lambda x, y: x - y)
        for name in ("fmax", "fmin")
    ),
    Row("nan_to_num", mg.nan_to_num, np.nan_to_num, lambda x, **how: torch.nan_to_num(x, **how), [
        *shapes(real), kink(ODD), kink(ODD, nan=2.0, posinf=1e3, neginf=-5.0)], text(mg.nan_to_num)),
]  # fmt: skip
