"""Scans along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.reductions import scan
from tests.ops.cases.reduction import TIES, ZEROS, x
from tests.ops.optional import torch
from tests.ops.table import Refusal, Row, Variant, at, distinct, kink, nonzero, on, real, refused


def lines(draw: Any) -> list[Variant]:
    """Vectors, matrices along each axis, one element, none."""
    return [on(draw(5), axis=0), on(draw(3, 4), axis=0), on(draw(3, 4), axis=-1), on(draw(2, 3, 2), axis=1),
            on(draw(1), axis=0), on(draw(0), axis=0), on(draw(0, 3), axis=1), on(draw(0, 3), axis=0)]  # fmt: skip


def out_of_range(name: str) -> list[Refusal]:
    """An axis that x has not, or in two spellings."""
    f = getattr(mg, name)
    return [
        refused(lambda: f(x, axis=2), np.exceptions.AxisError, name, "x (1, 3)", "axis 2 is out of bounds"),
        refused(lambda: f(x, axis=0, dim=0), TypeError, "two spellings"),
    ]


def recurrence(a: Any, b: Any, axis: int) -> Any:
    """sₖ = aₖ sₖ₋₁ + bₖ, a step after the other, in NumPy or Torch."""
    kind = torch if torch is not None and isinstance(a, torch.Tensor) else np
    a, b = kind.moveaxis(a, axis, 0), kind.moveaxis(b, axis, 0)
    s: list[Any] = []
    for k in range(len(b)):
        s.append(a[k] * s[-1] + b[k] if s else b[k])
    return kind.moveaxis(kind.stack(s), 0, axis) if s else b * 1.0


NAN = at([1.0, np.nan, 3.0, np.nan, 0.5])
FAR = at([[120.0, 120.0, -120.0], [-120.0, 0.0, 1.0]])
EXTREME = [*lines(distinct), kink(TIES, axis=1), kink(TIES, axis=0), kink(NAN, axis=0)]

ROWS = [
    Row("cumsum", mg.cumsum, np.cumsum, lambda x, axis: torch.cumsum(x, axis), lines(real), out_of_range("cumsum")),
    Row("cumprod", mg.cumprod, np.cumprod, lambda x, axis: torch.cumprod(x, axis),
        [*lines(nonzero), on(ZEROS, axis=0), on(ZEROS, axis=1), on(at([0.0]), axis=0), on(at([0.0, 0.0, 2.0]), axis=0)],
        out_of_range("cumprod")),
    Row("recurrence", scan.recurrence, recurrence, recurrence,
        [on(real(5), real(5), axis=0), on(real(2, 3), real(2, 3), axis=-1), on(real(2, 3, 2), real(2, 3, 2), axis=1),
         on(real(1), real(1), axis=0), on(real(0), real(0), axis=0)],
        dispatches=False, in_place="goes on step by step in an array"),
    Row("logcumsumexp", mg.logcumsumexp, lambda x, axis: np.logaddexp.accumulate(x, axis),
        lambda x, axis: torch.logcumsumexp(x, axis),
        [*(v for v in lines(real) if 0 not in v.inputs[0].shape), kink(FAR, axis=1), kink(FAR, axis=0)],
        out_of_range("logcumsumexp")),  # of no elements Torch's tangent raises
    Row("cummax", lambda x, axis: mg.cummax(x, axis)[0], np.maximum.accumulate,
        lambda x, axis: torch.cummax(x, axis)[0], EXTREME, out_of_range("cummax")),
    Row("cummin", lambda x, axis: mg.cummin(x, axis)[0], np.minimum.accumulate,
        lambda x, axis: torch.cummin(x, axis)[0], EXTREME, out_of_range("cummin")),
    Row("argcummax", lambda x, axis: mg.cummax(x, axis)[1], None, lambda x, axis: torch.cummax(x, axis)[1], EXTREME),
    Row("argcummin", lambda x, axis: mg.cummin(x, axis)[1], None, lambda x, axis: torch.cummin(x, axis)[1], EXTREME),
]  # fmt: skip
