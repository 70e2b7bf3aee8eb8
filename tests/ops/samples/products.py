"""Products."""

from __future__ import annotations

import microgrid as mg

CALLS = {
    "__rmatmul__": lambda x, y: y @ x,
    "addmm.decomposed": mg.addmm,
    "einsum": lambda operands, equation: mg.einsum(equation, operands),
}
LEFT_OUT = {
    "trace: refuse": "of more axes NumPy's trace sums over the diagonal of the first two",
}
