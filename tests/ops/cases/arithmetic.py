"""Arithmetic and comparison."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import (
    Refusal,
    Row,
    at,
    booleans,
    integers,
    kink,
    nonzero,
    on,
    once,
    pairs,
    positive,
    real,
    refused,
    shapes,
)

x, y = mg.tensor([[1.0, 2.0, 3.0]], name="x"), mg.tensor([1.0, 2.0], name="y")
CLASH = ("(1, 3)", "(2,)", "sizes 2 and 3 differ at axis -1", "shapes broadcast when")
TIES = [on(real(3, 4), real(4)), kink(at([1.0, 2.0, 3.0, np.nan]), at([1.0, 3.0, 2.0, 1.0]))]


def clash(name: str) -> Refusal:
    """Shapes that do not broadcast."""
    return refused(lambda: getattr(mg, name)(x, y), ValueError, name, *CLASH)


def floats(name: str) -> Refusal:
    """Floats have no bits to combine."""
    return refused(lambda: getattr(mg, name)(x, x), TypeError, name)


ROWS = [
    Row("add", mg.add, np.add, lambda x, y: torch.add(x, y), pairs(real, real), [
        refused(lambda: mg.add(x, y), ValueError, "add", *CLASH),
        refused(lambda: x + y, ValueError, "x (1, 3) + y (2,)", *CLASH),
        refused(lambda: x + "a", TypeError, "add: y is 'a'", "expected a Tensor, an array or a number"),
        refused(lambda: x + None, TypeError, "None", "expected a Tensor, an array or a number"),
        refused(lambda: x + 1j, TypeError, "complex numbers are not supported"),
        refused(lambda: mg.add([1, "b"], x), TypeError, "array of <U", "expected a Tensor"),
        refused(lambda: mg.add(x, [[1], [2, 3]]), ValueError, "add", "inhomogeneous"),
        refused(lambda: mg.add(x), TypeError, "y"),
    ]),
    Row("subtract", mg.subtract, np.subtract, lambda x, y: torch.sub(x, y), pairs(real, real), [
        refused(lambda: x - y, ValueError, "subtract", *CLASH)]),
    Row("multiply", mg.multiply, np.multiply, lambda x, y: torch.mul(x, y), pairs(real, real), [
        refused(lambda: x * y, ValueError, "multiply", *CLASH),
        refused(lambda: x * object(), TypeError, "object", "expected a Tensor"),
    ]),
    Row("divide", mg.divide, np.divide, lambda x, y: torch.div(x, y), pairs(real, nonzero), [
        refused(lambda: x / y, ValueError, "divide", *CLASH)]),
    Row("power", mg.power, np.power, lambda x, y: torch.pow(x, y), [
        *pairs(positive, real),
        kink(at([0.0, 0.0, -1.5]), at([1.0, 2.0, 2.0]).still()), once(at([0.0, 0.0, 2.0]), at([0.0, 2.0, 0.0])),
        *(on(nonzero(3, 2), at(p).still()) for p in (2.0, 3.0, 1.0, 0.0, -1.0)),
        *(on(positive(3), at(p).still()) for p in (0.5, -2.5)),
    ], [refused(lambda: x**y, ValueError, "power", *CLASH)]),
    Row("negative", mg.negative, np.negative, lambda x: torch.neg(x), shapes(real), [
        refused(lambda: -mg.asarray(np.array([True])), TypeError, "negative")]),
    Row("positive", mg.positive, np.positive, lambda x: torch.positive(x), shapes(real)),
    Row("abs", mg.abs, np.abs, lambda x: torch.abs(x), [*shapes(nonzero), kink(at([0.0, -0.0, -2.0, -np.inf]))]),
    Row("remainder", mg.remainder, np.remainder, lambda x, y: torch.remainder(x, y), pairs(real, nonzero), [
        refused(lambda: x % y, ValueError, "remainder", *CLASH)],
        away=lambda x, y: np.abs(x / y - np.round(x / y))),
    Row("divmod", mg.divmod, np.divmod,
        lambda x, y: (torch.div(x, y, rounding_mode="floor"), torch.remainder(x, y)), pairs(real, nonzero), [
        refused(lambda: divmod(x, y), ValueError, "divmod", "(1, 3)", "(2,)")],
        away=lambda x, y: np.abs(x / y - np.round(x / y))),
    Row("floor_divide", mg.floor_divide, np.floor_divide, lambda x, y: torch.floor_divide(x, y), pairs(real, nonzero), [
        refused(lambda: x // y, ValueError, "floor_divide", *CLASH)]),
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, y, t=twin: getattr(torch, t)(x, y), TIES,
            [clash(name)])
        for name, twin in (("greater", "gt"), ("greater_equal", "ge"), ("less", "lt"), ("less_equal", "le"),
                           ("equal", "eq"), ("not_equal", "ne"))
    ),
    *(
        Row(f"bitwise_{name}", getattr(mg, f"bitwise_{name}"), getattr(np, f"bitwise_{name}"),
            lambda x, y, t=f"bitwise_{name}": getattr(torch, t)(x, y),
            [on(booleans(3, 4), booleans(4)), on(integers(3, 4, high=8), integers(4, high=8))],
            [floats(f"bitwise_{name}")])
        for name in ("and", "or", "xor")
    ),
    Row("invert", mg.invert, np.invert, lambda x: torch.bitwise_not(x), [on(booleans(3, 4)), on(integers(3))], [
        refused(lambda: ~x, TypeError, "invert")]),
    *(
        Row(f"logical_{name}", getattr(mg, f"logical_{name}"), getattr(np, f"logical_{name}"),
            lambda x, y, t=f"logical_{name}": getattr(torch, t)(x, y),
            [on(booleans(3, 4), booleans(4)), on(real(3), at([0.0, 1.0, 0.0]))],
            [clash(f"logical_{name}")])
        for name in ("and", "or", "xor")
    ),
    Row("logical_not", mg.logical_not, np.logical_not, lambda x: torch.logical_not(x), [on(booleans(3)), on(at([0.0,
        2.0]))]),
]  # fmt: skip
