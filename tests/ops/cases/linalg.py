"""Products of matrices and vectors, of all of NumPy's ranks."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Row, on, real, refused

A, B = mg.tensor(np.ones((1, 3)), name="A"), mg.tensor(np.ones((4, 2)), name="B")
RANKS = [
    ((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (2, 3, 4)), ((2, 3, 4), (4,)),
    ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (2, 4, 5)), ((5, 1, 2, 3), (4, 3, 2)), ((2, 1, 3, 4), (5, 4,
        1)),
    ((1, 1), (1, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 3, 0), (0, 4)), ((0, 2, 3), (3, 2)), ((2, 3), (3, 0)),
    ((0,), (0,)),
]  # fmt: skip

ROWS = [
    Row("matmul", mg.matmul, np.matmul, lambda x, y: torch.matmul(x, y), [on(real(*a), real(*b)) for a, b in RANKS], [
        refused(lambda: A @ B, ValueError, "matmul: A (1, 3) @ B (4, 2)", "inner sizes 3 and 4 differ",
            "second to last"),
        refused(lambda: A @ mg.ones(4), ValueError, "inner sizes 3 and 4 differ"),
        refused(lambda: A @ 2.0, ValueError, "a scalar has no matrix product", "x * y"),
        refused(lambda: mg.matmul(mg.ones((2, 2, 3)), mg.ones((3, 3, 2))), ValueError, "leading axes (2,) and (3,)"),
        refused(lambda: np.ones((1, 3)) @ B, ValueError, "array (1, 3) @ B (4, 2)", "inner sizes 3 and 4 differ"),
    ]),
]  # fmt: skip
