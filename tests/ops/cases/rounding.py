"""Rounding, signs, and the parts of a floating-point number."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.elementwise.rounding import exponent
from tests.ops.cases.comparison import clash, text
from tests.ops.optional import torch
from tests.ops.table import Row, at, integers, kink, nonzero, on, pairs, real, refused, shapes

x = mg.tensor([[1.0, 2.0, 3.0]], name="x")
INF = np.inf
STEPS = {"floor": "floor", "ceil": "ceil", "trunc": "trunc", "rint": "round"}


def _halves(x: Any, *_: Any, **__: Any) -> Any:
    """How far from an integer or half of one."""
    return np.abs(2 * x - np.round(2 * x))


ROWS = [
    Row("sign", mg.sign, np.sign, lambda x: torch.sign(x), [*shapes(nonzero), kink(at([0.0, -0.0, 3.0]))],
        text(mg.sign)),
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, t=twin: getattr(torch, t)(x),
            [*shapes(real), kink(at([0.0, 2.0, -3.0, 0.5, 1.5, -0.5, INF, np.nan]))],
            text(getattr(mg, name)), away=_halves)
        for name, twin in STEPS.items()
    ),
    Row("round", mg.round, np.round, lambda x, decimals=0: torch.round(x, decimals=decimals), [
        *shapes(real), on(real(3, 4), decimals=0), kink(real(3), decimals=2), kink(at([0.5, 1.5, 2.5, -0.5])),
        kink(at([15.0, 25.0, -37.5]), decimals=-1)],
        [*text(mg.round), refused(lambda: mg.round(x, digits=1), TypeError, "digits")], away=_halves),
    Row("frac", mg.frac, lambda x: x - np.trunc(x), lambda x: torch.frac(x), [
        *shapes(real), kink(at([2.0, -3.0, 0.0, 1.5]))], text(mg.frac), away=_halves, dispatches=False),
    Row("modf", mg.modf, np.modf, lambda x: (torch.frac(x), torch.trunc(x)), [*shapes(real), kink(at([2.0, -1.5]))],
        text(mg.modf), away=_halves, in_place="a ufunc of two values, which is its own declaration"),
    Row("copysign", mg.copysign, np.copysign, lambda x, y: torch.copysign(x, y), [
        *pairs(nonzero, nonzero), kink(at([-1.0, 2.0, 3.0]), at([0.0, -0.0, -INF]))], [clash("copysign")]),
    Row("heaviside", mg.heaviside, np.heaviside,
        lambda x, y: torch.where(x == 0, y, (x > 0).to(y.dtype)) + 0 * x, [
        *pairs(nonzero, real), kink(at([0.0, -1.0, 2.0]), at([0.5, 0.25, 0.125]))], [clash("heaviside")]),
    Row("ldexp", mg.ldexp, np.ldexp, lambda x, n: x * torch.exp2(n.to(x.dtype)), [  # its own gradient is 0 where n < 0
        on(real(3, 4), integers(3, 4, low=-3)), on(real(3), integers(2, 1)), on(real(), integers()),
        on(real(0, 3), integers(3))], [refused(lambda: mg.ldexp(x, np.ones(2, int)), ValueError, "ldexp", "differ")]),
    Row("exponent", exponent, lambda x: np.frexp(x)[1], lambda x: torch.frexp(x).exponent, [
        on(at([1.0, 0.5, -3.0, 1e-300, 0.0])), on(real(3, 4)), on(real()), on(real(0, 3))], text(exponent),
        dispatches=False),
    Row("signbit", mg.signbit, np.signbit, lambda x: torch.signbit(x), [on(at([0.0, -0.0, INF, -INF, -1.5]))],
        text(mg.signbit)),
    Row("nextafter", mg.nextafter, np.nextafter, lambda x, y: torch.nextafter(x, y), [
        kink(at([1.0, 2.0, 3.0, 0.0]), at([2.0, 2.0, -INF, 1.0]))], [clash("nextafter")]),
    Row("spacing", mg.spacing, np.spacing, lambda x: torch.nextafter(x, x * INF) - x, [on(at([1.0, -2.0, 3e5]))],
        text(mg.spacing)),
]  # fmt: skip
