"""Special functions that ops/ has had from the beginning."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from tests.ops.cases.comparison import ODD, text
from tests.ops.optional import torch
from tests.ops.table import Row, kink, real, shapes


def _erf(x: np.ndarray) -> np.ndarray:
    """SciPy's, for a second opinion."""
    import scipy.special

    return scipy.special.erf(x).astype(x.dtype)


ROWS = [
    Row("erf", mg.erf, lambda x: _erf(x), lambda x: torch.erf(x), [*shapes(real), kink(ODD)], text(mg.erf),
        dispatches=False, in_place="the standard library's function, element by element"),
]  # fmt: skip
