"""Trigonometric and hyperbolic functions, their inverses, and angles."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.elementwise.trigonometry import sinc_derivative
from tests.ops.cases.comparison import clash, text
from tests.ops.optional import torch
from tests.ops.table import Input, Row, at, kink, nonzero, on, once, pairs, real, shapes

INF = np.inf


def inside(*shape: int) -> Input:
    """Between −0.9 and 0.9."""
    return Input(shape, lambda rng, s: rng.uniform(-0.9, 0.9, s))


def beyond(*shape: int) -> Input:
    """Between 1.2 and 3."""
    return Input(shape, lambda rng, s: rng.uniform(1.2, 3.0, s))


UNARY = {  # declaration: Torch's name, domain, further variants
    "sin": ("sin", real, []), "cos": ("cos", real, []), "tan": ("tan", inside, []),
    "arcsin": ("asin", inside, [kink(at([1.0, -1.0, 2.0]))]), "arccos": ("acos", inside, [kink(at([1.0, -1.0, 2.0]))]),
    "arctan": ("atan", real, [kink(at([INF, -INF, 0.0]))]),
    "sinh": ("sinh", real, []), "cosh": ("cosh", real, []),
    "tanh": ("tanh", real, [kink(at([0.0, 40.0, -40.0, INF]))]), "arcsinh": ("asinh", real, [kink(at([0.0, 1e-9]))]),
    "arccosh": ("acosh", beyond, [kink(at([1.0, 0.5]))]), "arctanh": ("atanh", inside, [kink(at([1.0, -1.0, 0.0]))]),
    "deg2rad": ("deg2rad", real, []), "rad2deg": ("rad2deg", real, []),
}  # fmt: skip


def _sinc_slope(x: Any, order: int) -> Any:
    """The first and second derivative of sinc, from a table of derivatives."""
    u = torch.pi * x
    s, c = torch.sin(u), torch.cos(u)
    if order == 1:
        return torch.pi * (u * c - s) / u**2
    return torch.pi**2 * ((2 - u**2) * s - 2 * u * c) / u**3


ROWS = [
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, t=twin: getattr(torch, t)(x),
            [*shapes(domain), *more], text(getattr(mg, name)))
        for name, (twin, domain, more) in UNARY.items()
    ),
    Row("arctan2", mg.arctan2, np.arctan2, lambda y, x: torch.atan2(y, x), [
        *pairs(nonzero, nonzero), once(at([0.0, 0.0, -0.0, 1.0]), at([0.0, 1.0, -1.0, 0.0]))], [clash("arctan2")]),
    Row("hypot", mg.hypot, np.hypot, lambda x, y: torch.hypot(x, y), [
        *pairs(nonzero, nonzero), kink(at([3.0, 0.0, 1e200]), at([0.0, 4.0, 1e200]))], [clash("hypot")]),
    Row("sinc", mg.sinc, np.sinc, lambda x: torch.sinc(x), [*shapes(real), once(at([0.0, 1.0, -2.0, 0.5]))],
        text(mg.sinc)),
    Row("sinc_derivative", sinc_derivative, None, lambda x, order: _sinc_slope(x, order),
        [on(nonzero(3, 4), order=1), on(nonzero(), order=1), on(nonzero(3), order=2), on(nonzero(0, 3), order=1)],
        in_place="its series is written where x is small"),
]  # fmt: skip
