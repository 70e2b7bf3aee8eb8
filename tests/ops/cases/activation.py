"""Activations."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.cases.comparison import text
from tests.ops.optional import torch
from tests.ops.table import Input, Row, Variant, at, kink, nonzero, on, once, real, refused, shapes

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


def _elu(x: Any, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Any:
    return np.asarray(scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) * input_scale)), x.dtype)


def _softplus(x: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    return np.where(x * beta > threshold, x, np.logaddexp(0, x * beta) / beta)


def _mish(x: Any) -> Any:
    wide = x.astype(np.float64)
    return (wide * np.tanh(np.logaddexp(0, wide))).astype(x.dtype)


def _inside(x: Any, low: float, high: float) -> Any:
    return np.minimum(np.maximum(x, low), high)


def _softshrink(x: Any, lambd: float = 0.5) -> Any:
    return np.where(x > lambd, x - lambd, np.where(x < -lambd, x + lambd, x * 0))


def _glu(x: Any, axis: int = -1) -> Any:
    a, b = np.split(x, 2, axis)
    return a * _sigmoid(b)


def wide(*shape: int) -> Input:
    """Any numbers, many beyond ±3."""
    return Input(shape, lambda rng, s: rng.normal(size=s) * 3)


def first(variants: list[Variant]) -> list[Variant]:
    """Where Torch has no second derivative."""
    return [dataclasses.replace(v, twice=False) for v in variants]


def _fn(name: str) -> Any:
    return lambda x, **how: getattr(torch.nn.functional, name)(x, **how)


BIG = [0.0, 800.0, -800.0, np.inf, -np.inf]
SMOOTH: dict[str, tuple[Any, list[Variant]]] = {  # in NumPy, and further variants
    "logsigmoid": (lambda x: -np.logaddexp(0, -x), [kink(at([0.0, 80.0, -80.0]))]),
    "softplus": (
        _softplus, [on(real(3, 4), beta=2.5), on(real(3, 2), beta=-0.5), on(nonzero(3), beta=1.0, threshold=0.3),
        kink(at([19.0, 21.0, -80.0]))]),
    "silu": (lambda x: x * _sigmoid(x), [kink(at([0.0, 800.0, -800.0]))]),
    "mish": (_mish, [kink(at([0.0, 30.0, -800.0]))]),
    "softsign": (lambda x: x / (1 + np.abs(x)), [kink(at([0.0, 800.0, -800.0]))]),
    "tanhshrink": (lambda x: x - np.tanh(x), [kink(at([0.0, 80.0, -80.0]))]),
}  # fmt: skip
PIECES: dict[str, tuple[Any, list[Variant], Any]] = {  # in NumPy, variants, distance from the kinks
    "leaky_relu": (
        lambda x, negative_slope=0.01: np.where(x > 0, x, x * negative_slope),
        [*shapes(nonzero), on(nonzero(3, 4), negative_slope=-0.3), kink(at([*BIG, np.nan]))], None),
    "hardtanh": (
        lambda x, min_val=-1.0, max_val=1.0: _inside(x, min_val, max_val),
        [*shapes(real), on(real(3, 4), min_val=-0.4, max_val=0.7), kink(at([-1.0, 1.0, 0.0, np.nan, np.inf]))],
        lambda x, min_val=-1.0, max_val=1.0: np.minimum(np.abs(x - min_val), np.abs(x - max_val))),
    "hardsigmoid": (
        lambda x: _inside(x / 6 + 0.5, 0, 1), first([*shapes(wide), kink(at([-3.0, 3.0, 0.0, np.nan]))]),
        lambda x: np.abs(np.abs(x) - 3)),
    "hardswish": (
        lambda x: x * _inside(x / 6 + 0.5, 0, 1), [*shapes(wide), kink(at([-3.0, 3.0, 0.0, 800.0]))],
        lambda x: np.abs(np.abs(x) - 3)),
    "hardshrink": (
        lambda x, lambd=0.5: np.where(np.abs(x) <= lambd, x * 0, x),
        [*shapes(real), on(real(3, 4), lambd=1.0), kink(at([0.5, -0.5, 0.0, np.nan, np.inf]))],
        lambda x, lambd=0.5: np.abs(np.abs(x) - lambd)),
    "softshrink": (
        _softshrink, [*shapes(real), on(real(3, 4), lambd=0.0), kink(at([0.5, -0.5, 0.0, 800.0]))],
        lambda x, lambd=0.5: np.abs(np.abs(x) - lambd)),
    "threshold": (
        lambda x, threshold, value: np.where(x > threshold, x, x.dtype.type(value)),
        [on(real(3, 4), threshold=0.1, value=7.0), on(real(), threshold=-1, value=0), on(real(0, 3), threshold=0.0,
            value=1.0), kink(at([0.5, -0.5, 1.0]), threshold=0.5, value=-2.0)],
        lambda x, threshold, value: x - threshold),
    "elu": (
        _elu, [*shapes(nonzero), on(nonzero(3, 4), alpha=0.5), kink(at([-800.0, 800.0])), once(at([0.0, np.inf]))],
        None),
}  # fmt: skip

ROUGH: dict[str, Any] = {
    "hardsigmoid": {"tolerance": {"float64": 1e-7}, "because": "Torch's gradient is a sixth in single precision"},
}


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
    *(
        Row(name, getattr(mg, name), numpy, _fn(name), [*shapes(real), *more], text(getattr(mg, name)),
            dispatches=False)
        for name, (numpy, more) in SMOOTH.items()
    ),
    *(
        Row(name, getattr(mg, name), numpy, _fn(name), variants,
            [] if name == "threshold" else text(getattr(mg, name)), away=away, dispatches=False, **ROUGH.get(name, {}))
        for name, (numpy, variants, away) in PIECES.items()
    ),
    Row("glu", mg.glu, _glu, lambda x, axis=-1: torch.nn.functional.glu(x, axis), [
        on(real(3, 4)), on(real(4, 3), axis=0), on(real(2, 6, 3), axis=1), on(real(2)), on(real(3, 0)), on(real(0, 4))],
        [refused(lambda: mg.glu(x), ValueError, "glu", "x (1, 3)", "3 elements at axis -1", "even"),
         refused(lambda: mg.glu(mg.tensor(1.0)), ValueError, "glu", "0-d"), *_axis("glu")], dispatches=False),
    Row("prelu", mg.prelu, lambda x, w: np.where(x > 0, x, x * w), lambda x, w: torch.where(x > 0, x, x * w), [
        on(nonzero(3, 4), real(4)), on(nonzero(2, 3, 4), real(3, 1)), on(nonzero(), real()), on(nonzero(0, 3), real(3)),
        kink(at([0.0, -1.0, 1.0]), at([0.25]))], dispatches=False),
    Row("softmax", mg.softmax, _softmax, lambda x, axis=-1: torch.softmax(x, axis), [*AXES, *LARGE], _axis("softmax"),
        dispatches=False),
    Row("log_softmax", mg.log_softmax, _log_softmax, lambda x, axis=-1: torch.log_softmax(x, axis),
        [*AXES, LARGE[0]], _axis("log_softmax"), dispatches=False),
]  # fmt: skip
