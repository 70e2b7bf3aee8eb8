"""Elementwise functions, choices, tests of each element."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Refusal, Row, at, booleans, kink, nonzero, on, pairs, positive, real, refused, shapes

x, y = mg.tensor([[1.0, 2.0, 3.0]], name="x"), mg.tensor([1.0, 2.0], name="y")
CLASH = ("x (1, 3)", "y (2,)", "sizes 2 and 3 differ at axis -1", "shapes broadcast when")
ODD = at([0.0, -0.0, np.nan, np.inf, -np.inf, 1.5])


def text(f: Callable[..., object]) -> list[Refusal]:
    """No function of numbers takes text."""
    return [refused(lambda: f("a"), TypeError, "str is no number", "expected a Tensor, an array or a number")]


ROWS = [
    Row("exp", mg.exp, np.exp, lambda x: torch.exp(x), shapes(real), [
        *text(mg.exp), refused(lambda: mg.exp(), TypeError, "x"), refused(lambda: mg.exp(None), TypeError,
            "None is no number")]),
    Row("log", mg.log, np.log, lambda x: torch.log(x), shapes(positive), text(mg.log)),
    Row("sqrt", mg.sqrt, np.sqrt, lambda x: torch.sqrt(x), shapes(positive), text(mg.sqrt)),
    Row("square", mg.square, np.square, lambda x: torch.square(x), shapes(real), text(mg.square)),
    Row("sin", mg.sin, np.sin, lambda x: torch.sin(x), shapes(real), text(mg.sin)),
    Row("cos", mg.cos, np.cos, lambda x: torch.cos(x), shapes(real), text(mg.cos)),
    Row("tanh", mg.tanh, np.tanh, lambda x: torch.tanh(x), [*shapes(real), kink(at([0.0, 40.0, -40.0, np.inf]))],
        text(mg.tanh)),
    Row("sign", mg.sign, np.sign, lambda x: torch.sign(x), [*shapes(nonzero), kink(at([0.0, -0.0, 3.0]))],
        text(mg.sign)),
    Row("floor", mg.floor, np.floor, lambda x: torch.floor(x), [*shapes(real), kink(at([0.0, 2.0, -3.0]))],
        text(mg.floor), away=lambda x: np.abs(x - np.round(x))),
    Row("erf", mg.erf, lambda x: _erf(x), lambda x: torch.erf(x), [*shapes(real), kink(ODD)], text(mg.erf),
        dispatches=False, in_place="the standard library's function, element by element"),
    Row("maximum", mg.maximum, np.maximum, lambda x, y: torch.maximum(x, y), [
        *pairs(real, real), kink(at([1.0, 2.0, np.nan, 0.0]), at([1.0, 3.0, 0.0, -0.0]))],
        [refused(lambda: mg.maximum(x, y), ValueError, "maximum", *CLASH)], away=lambda x, y: x - y),
    Row("minimum", mg.minimum, np.minimum, lambda x, y: torch.minimum(x, y), [
        *pairs(real, real), kink(at([1.0, 2.0, np.nan, 0.0]), at([1.0, 3.0, 0.0, -0.0]))],
        [refused(lambda: mg.minimum(x, y), ValueError, "minimum", *CLASH)], away=lambda x, y: x - y),
    Row("where", mg.where, np.where, lambda c, x, y: torch.where(c, x, y), [
        on(booleans(3, 4), real(3, 4), real(3, 4)), on(booleans(4), real(3, 1), real()), on(booleans(3, 1), real(),
            real(2)),
        on(booleans(), real(2), real(2)), on(booleans(0, 3), real(3), real(1)),
        kink(booleans(4), at([np.nan, np.inf, 1.0, 2.0]), at([1.0, np.nan, 3.0, 4.0]))],
        [refused(lambda: mg.where(x > 0, x, y), ValueError, "where", "sizes 2 and 3 differ at axis -1"),
         refused(lambda: mg.where(x > 0), TypeError, "x is missing")]),
    Row("clip", mg.clip, lambda x, min=None, max=None: np.clip(x, min, max),
        lambda x, min=None, max=None: torch.clamp(x, min, max), [
        on(real(3, 4), at(-0.5).still(), at(0.8).still()), on(real(3), min=-0.2, max=None), on(real(3, 2), max=0.3),

        on(real(0, 3), at(-0.5).still(), at(0.8).still()), on(real(), at(0.0).still(), at(1.0).still()),
        on(real(3, 4), real(4), real(3, 1)), on(real(2, 3), real(1, 3), real(2, 3)),
        kink(at([-1.0, -0.5, 0.0, 0.8, 2.0]), at(-0.5).still(), at(0.8).still()),
        kink(at([0.0, 1.0, 2.0]), at([2.0, 2.0, 2.0]), at([1.0, 1.0, 1.0]))],
        [refused(lambda: mg.clip(x, y, 1.0), ValueError, "clip", "sizes 2 and 3 differ at axis -1"),
         refused(lambda: mg.clip(x, lo=1), TypeError, "clip", "lo", "min", "max")],
        away=lambda x, low=9.0, high=-9.0, min=None, max=None: _apart(
            x, low if min is None else min, high if max is None else max)),
    Row("isnan", mg.isnan, np.isnan, lambda x: torch.isnan(x), [on(ODD)], text(mg.isnan)),
    Row("isinf", mg.isinf, np.isinf, lambda x: torch.isinf(x), [on(ODD)], text(mg.isinf)),
    Row("isfinite", mg.isfinite, np.isfinite, lambda x: torch.isfinite(x), [on(ODD)], text(mg.isfinite)),
]  # fmt: skip


def _erf(x: np.ndarray) -> np.ndarray:
    """SciPy's, for a second opinion."""
    import scipy.special

    return scipy.special.erf(x).astype(x.dtype)


def _apart(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """How far from a bound, and bounds from each other."""
    gaps = np.broadcast_arrays(x - low, x - high, np.asarray(low) - high)
    return np.minimum.reduce([np.abs(g) for g in gaps])
