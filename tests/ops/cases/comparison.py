"""Comparisons, logic, tests of each element."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Refusal, Row, at, booleans, kink, on, real, refused

x, y = mg.tensor([[1.0, 2.0, 3.0]], name="x"), mg.tensor([1.0, 2.0], name="y")
CLASH = ("(1, 3)", "(2,)", "sizes 2 and 3 differ at axis -1", "shapes broadcast when")
TIES = [on(real(3, 4), real(4)), kink(at([1.0, 2.0, 3.0, np.nan]), at([1.0, 3.0, 2.0, 1.0]))]
ODD = at([0.0, -0.0, np.nan, np.inf, -np.inf, 1.5])


def clash(name: str) -> Refusal:
    """Shapes that do not broadcast."""
    return refused(lambda: getattr(mg, name)(x, y), ValueError, name, *CLASH)


def text(f: Callable[..., object]) -> list[Refusal]:
    """No function of numbers takes text."""
    return [refused(lambda: f("a"), TypeError, "str is no number", "expected a Tensor, an array or a number")]


ROWS = [
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, y, t=twin: getattr(torch, t)(x, y), TIES,
            [clash(name)])
        for name, twin in (("greater", "gt"), ("greater_equal", "ge"), ("less", "lt"), ("less_equal", "le"),
                           ("equal", "eq"), ("not_equal", "ne"))
    ),
    *(
        Row(f"logical_{name}", getattr(mg, f"logical_{name}"), getattr(np, f"logical_{name}"),
            lambda x, y, t=f"logical_{name}": getattr(torch, t)(x, y),
            [on(booleans(3, 4), booleans(4)), on(real(3), at([0.0, 1.0, 0.0]))],
            [clash(f"logical_{name}")])
        for name in ("and", "or", "xor")
    ),
    Row("logical_not", mg.logical_not, np.logical_not, lambda x: torch.logical_not(x), [on(booleans(3)), on(at([0.0,
        2.0]))]),
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, name=name: getattr(torch, name)(x),
            [on(ODD), on(real(3, 4)), on(real()), on(real(0, 3))], text(getattr(mg, name)))
        for name in ("isnan", "isinf", "isfinite", "isposinf", "isneginf")
    ),
    Row("isclose", mg.isclose, np.isclose, lambda x, y, **how: torch.isclose(x, y, **how), [
        on(real(3, 4), real(4)), on(real(3, 4), real(3, 4), rtol=0.5), on(real(3), real(), atol=1.0), on(ODD, ODD),
        on(ODD, ODD, equal_nan=True), on(at([1.0, 1.0, np.inf]), at([1.0 + 1e-7, 1.1, -np.inf]))],
        [clash("isclose"), refused(lambda: mg.isclose(x, x, rtol=-1), ValueError, "isclose", "negative")]),
]  # fmt: skip
