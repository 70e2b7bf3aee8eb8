"""Draws: what they must equal is in tests/ops/test_random.py; here, what each must refuse."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from microgrid.ops import random
from tests.ops.table import Row, refused

DRAWN = "a draw; tests/ops/test_random.py compares it with numpy.random.Generator's"

ROWS = [
    Row("normal", random.standard_normal, None, None, [], [
        refused(lambda: mg.random.normal(size=-1), ValueError, "negative"),
        refused(lambda: mg.random.normal(size=3, generator=0), TypeError, "int given", "numpy.random.Generator",
            "default_rng"),
        refused(lambda: mg.random.normal(size=3, dtype=int), TypeError, "int64", "floating-point"),
        refused(lambda: mg.random.normal(0.0, -1.0, 3), ValueError, "scale is -1.0", "at least 0"),
        refused(lambda: mg.random.normal(np.zeros(3), size=2), ValueError, "(2,)", "(3,)"),
    ], untorched=DRAWN),
    Row("uniform", random.standard_uniform, None, None, [], [
        refused(lambda: mg.random.uniform(size=3, generator=np.random), TypeError, "numpy.random.Generator"),
        refused(lambda: mg.random.uniform(size=3, dtype=bool), TypeError, "bool", "floating-point"),
        refused(lambda: mg.random.uniform(np.zeros(3), size=(1,)), ValueError, "(1,)", "(3,)"),
    ], untorched=DRAWN),
    Row("bernoulli", random.bernoulli, None, None, [], [
        refused(lambda: random.bernoulli(p=1.5, shape=(3,), dtype=float), ValueError, "p is 1.5", "0 to 1"),
        refused(lambda: random.bernoulli(p=0.5, shape=(3,)), TypeError, "dtype is missing"),
    ], untorched=DRAWN),
]  # fmt: skip
