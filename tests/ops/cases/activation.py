"""Activations."""

from __future__ import annotations

import math

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Row, at, kink, nonzero, on, real, refused, shapes

x = mg.tensor([[1.0, 2.0, 3.0]], name="x")
AXES = [on(real(3, 4), axis=0), on(real(2, 3, 4), axis=1), on(real(2, 3, 4), axis=-1), on(real(0, 3)), on(real(3, 0)),
        on(real(1, 1)), on(real(4)), on(real())]  # fmt: skip
LARGE = [kink(at([[1e4, 1e4 + 1, -1e4], [-1e4, -1e4, -1e4]])), kink(at([0.0, -np.inf, 1.0]))]


def _softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    import scipy.special

    return scipy.special.softmax(x, axis=axis) if x.size else x


def _log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    import scipy.special

    return scipy.special.log_softmax(x, axis=axis if x.ndim else None) if x.size else x


def _sigmoid(x: np.ndarray) -> np.ndarray:
    import scipy.special

    return scipy.special.expit(x).astype(x.dtype)


def _gelu(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    import scipy.special

    if approximate == "none":
        return (x * scipy.special.ndtr(x)).astype(x.dtype)
    return x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def _axis(f: str) -> list[object]:
    call = getattr(mg, f)
    return [refused(lambda: call(x, axis=2), ValueError, f, "x (1, 3)", "axis 2 is out of bounds")]


ROWS = [
    Row("relu", mg.relu, lambda x: np.maximum(x, 0), lambda x: torch.relu(x), [
        *shapes(nonzero), kink(at([0.0, -0.0, np.nan, np.inf, -np.inf, 2.0]))],
        [refused(lambda: mg.relu("a"), TypeError, "str is no number")], dispatches=False),
    Row("sigmoid", mg.sigmoid, _sigmoid, lambda x: torch.sigmoid(x), [
        *shapes(real), kink(at([0.0, 800.0, -800.0, np.inf, -np.inf]))],
        [refused(lambda: mg.sigmoid("a"), TypeError, "str is no number")], dispatches=False),
    Row("gelu", mg.gelu, _gelu, lambda x, approximate="none": torch.nn.functional.gelu(x, approximate=approximate), [
        *shapes(real), *(on(v.inputs[0], approximate="tanh") for v in shapes(real)), kink(at([0.0, 30.0, -30.0]))],
        [refused(lambda: mg.gelu(x, approximate="tan"), ValueError, "gelu", "'tan'", "expected 'none' or 'tanh'")],
        dispatches=False, in_place="erf, element by element"),
    Row("softmax", mg.softmax, _softmax, lambda x, axis=-1: torch.softmax(x, axis), [*AXES, *LARGE], _axis("softmax"),
        dispatches=False),
    Row("log_softmax", mg.log_softmax, _log_softmax, lambda x, axis=-1: torch.log_softmax(x, axis),
        [*AXES, LARGE[0]], _axis("log_softmax"), dispatches=False),
]  # fmt: skip
