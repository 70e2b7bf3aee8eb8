"""Exponentials, logarithms and roots."""

from __future__ import annotations

import numpy as np

import microgrid as mg
from tests.ops.cases.comparison import clash, text
from tests.ops.optional import torch
from tests.ops.table import Row, at, kink, nonzero, once, pairs, positive, real, refused, shapes

INF = np.inf
EVERYWHERE = {"exp": [], "exp2": [], "expm1": [kink(at([1e-12, -1e-12, 0.0]))]}
ABOVE_ZERO = {
    "log": [kink(at([0.0, INF]))], "log2": [kink(at([0.0, INF]))], "log10": [kink(at([0.0, INF]))],
    "log1p": [kink(at([1e-12, -1e-12, 0.0, -1.0, INF]))], "sqrt": [kink(at([0.0]))], "rsqrt": [],
}  # fmt: skip
NOTHING = [refused(lambda: mg.exp(), TypeError, "x"), refused(lambda: mg.exp(None), TypeError, "None is no number")]


def _xlogy(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    import scipy.special

    return np.asarray(scipy.special.xlogy(x, y)).astype(x.dtype)


ROWS = [
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, name=name: getattr(torch, name)(x),
            [*shapes(real), kink(at([0.0, -INF, np.nan])), *more],
            [*text(getattr(mg, name)), *(NOTHING if name == "exp" else [])])
        for name, more in EVERYWHERE.items()
    ),
    *(
        Row(name, getattr(mg, name), getattr(np, name, lambda x: 1 / np.sqrt(x)),
            lambda x, name=name: getattr(torch, name)(x), [*shapes(positive), *more], text(getattr(mg, name)),
            dispatches=name != "rsqrt")
        for name, more in ABOVE_ZERO.items()
    ),
    Row("cbrt", mg.cbrt, np.cbrt, lambda x: torch.sign(x) * torch.abs(x) ** (1 / 3), shapes(nonzero), text(mg.cbrt)),
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, y, name=name: getattr(torch, name)(x, y), [
            *pairs(real, real), once(at([800.0, -800.0, 0.0]), at([-800.0, 800.0, 0.0])),
            once(at([INF, 1.0, -INF, 2.0]), at([1.0, INF, 2.0, -INF]))],
            [clash(name)])
        for name in ("logaddexp", "logaddexp2")
    ),
    Row("xlogy", mg.xlogy, _xlogy, lambda x, y: torch.xlogy(x, y), [
        *pairs(real, positive), once(at([0.0, 0.0, 1.0, 2.0]), at([2.0, -1.0, np.nan, 3.0]))], [clash("xlogy")],
        dispatches=False),
]  # fmt: skip
