"""Variance and standard deviation; what is composed of them: tests/ops/test_statistics.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.cases.reduction import axes, out_of_range, torch_over
from tests.ops.table import Row, Variant, at, kink, on, once, real


def _torch(name: str) -> Callable[..., Any]:
    return lambda x, ddof=0, **s: torch_over(name)(x, correction=ddof, **s)


DIVISORS = [on(real(3, 4), axis=0, ddof=1), on(real(3, 4), axis=None, ddof=1.5, keepdims=True), on(real(5), ddof=2),
            on(real(3, 2), axis=0, ddof=-1)]  # fmt: skip


def _several(variants: list[Variant]) -> list[Variant]:
    """Those that reduce more than one element: of one, the deviation is 0 everywhere, and has no second derivative."""
    return [v for v in variants if (s := v.inputs[0].shape) == (3, 4) or (max(s, default=1) > 1
            and v.statics["axis"] not in ((), 1))]  # fmt: skip


ROWS = [
    Row("var", mg.var, np.var, _torch("var"), [*axes(real), *DIVISORS, kink(at([1.0, np.nan, 2.0]))],
        out_of_range("var")),
    Row("std", mg.std, np.std, _torch("std"),
        [*_several(axes(real)), *DIVISORS, once(at([2.0, 2.0, 2.0])), once(at([[1.0, 1.0], [1.0, 3.0]]), axis=1),
         once(at(3.0)), once(at([3.0]))],
        out_of_range("std")),
]  # fmt: skip
