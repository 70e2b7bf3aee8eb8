"""Draws: what they must equal is in tests/ops/test_random.py; here, what each must refuse."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from microgrid.ops import random
from tests.ops.table import Row, refused

DRAWN = "a draw; tests/ops/test_random.py compares it with numpy.random.Generator's"

ROWS = [
    Row("normal", random.normals, None, None, [], [
        refused(lambda: mg.random.normal(size=-1), ValueError, "negative"),
        refused(lambda: mg.random.normal(size=3, generator=0), TypeError, "int given", "numpy.random.Generator",
            "default_rng"),
        refused(lambda: mg.random.normal(size=3, dtype=int), TypeError, "int64", "floating-point"),
        refused(lambda: mg.random.normal(0.0, -1.0, 3), ValueError, "scale is -1.0", "at least 0"),
        refused(lambda: mg.random.normal(np.zeros(3), size=2), ValueError, "(2,)", "(3,)"),
    ], untorched=DRAWN),
    Row("uniform", random.uniforms, None, None, [], [
        refused(lambda: mg.random.uniform(size=3, generator=np.random), TypeError, "numpy.random.Generator"),
        refused(lambda: mg.random.uniform(size=3, dtype=bool), TypeError, "bool", "floating-point"),
        refused(lambda: mg.random.uniform(np.zeros(3), size=(1,)), ValueError, "(1,)", "(3,)"),
    ], untorched=DRAWN),
    Row("bernoulli", random.bernoulli, None, None, [], [
        refused(lambda: random.bernoulli(p=1.5, shape=(3,), dtype=float), ValueError, "p is 1.5", "0 to 1"),
        refused(lambda: random.bernoulli(p=0.5, shape=(3,)), TypeError, "dtype is missing"),
    ], untorched=DRAWN),
    Row("draw", random.drawn, None, None, [], [
        refused(lambda: mg.random.gamma(mg.tensor(1.0, requires_grad=True)), TypeError, "gamma: shape carries a",
            "shape.detach()"),
        refused(lambda: mg.random.poisson(mg.tensor(1.0, requires_grad=True)), TypeError, "poisson: lam carries"),
        refused(lambda: mg.random.laplace(0.0, -1.0), ValueError, "laplace: scale is -1.0", "at least 0"),
        refused(lambda: mg.random.exponential(size=3, dtype=int), TypeError, "int64", "floating-point"),
        refused(lambda: mg.random.beta(1.0, 2.0, 3, generator=0), TypeError, "numpy.random.Generator"),
        refused(lambda: mg.random.integers(3, dtype=float), TypeError, "float64", "expected integers"),
        refused(lambda: mg.random.integers(3, 3), ValueError, "low >= high"),
    ], untorched=DRAWN),
    Row("places", random.places, None, None, [], [
        refused(lambda: mg.random.choice(3, 4, replace=False), ValueError, "larger sample"),
        refused(lambda: mg.random.choice(2, p=[0.5, 0.6]), ValueError, "sum to 1"),
        refused(lambda: mg.random.choice(2, p=mg.tensor([0.5, 0.5], requires_grad=True)), TypeError,
            "choice: p carries"),
    ], untorched=DRAWN),
    Row("permuted", random.permuted, None, None, [], [
        refused(lambda: mg.random.permutation(3, generator=0), TypeError, "numpy.random.Generator"),
    ], untorched=DRAWN),
]  # fmt: skip
