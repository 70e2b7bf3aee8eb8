"""Arithmetic with broadcasting."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from tests.ops.cases.comparison import CLASH, clash, text
from tests.ops.optional import torch
from tests.ops.table import Row, at, kink, nonzero, on, once, pairs, positive, real, refused, shapes

x, y = mg.tensor([[1.0, 2.0, 3.0]], name="x"), mg.tensor([1.0, 2.0], name="y")

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
    Row("fmod", mg.fmod, np.fmod, lambda x, y: torch.fmod(x, y), pairs(real, nonzero), [clash("fmod")],
        away=lambda x, y: np.abs(x / y - np.round(x / y))),
    Row("reciprocal", mg.reciprocal, np.reciprocal, lambda x: torch.reciprocal(x), [
        *shapes(nonzero), kink(at([0.0, -0.0, np.inf]))], text(mg.reciprocal)),
    Row("square", mg.square, np.square, lambda x: torch.square(x), shapes(real), text(mg.square)),
]  # fmt: skip
