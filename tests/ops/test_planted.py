"""Planted errors: the checks that the table of cases goes through must catch each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.core.tensor import Tensor
from tests.ops import checks
from tests.ops.optional import torch
from tests.ops.table import Row, Variant, on, real

Check = Callable[[Row, Variant], None]


def declared(body: Callable[..., Any], *rules: Any, joint: Any = None, **how: Any) -> Callable[..., Any]:
    """A user's operation; `joint` beside the rules."""
    call = mg.primitive(**{"name": "planted", **how})(body)
    return call.gradients(*rules, joint=joint)  # type: ignore[no-any-return]


def sine(rule: Any, body: Callable[..., Any] = lambda x: np.sin(x), **how: Any) -> Row:
    """The sine, with a rule or a body of one's own."""
    call = declared(body, rule, **{"elementwise": True, **how})
    return Row("planted", call, np.sin, lambda x: torch.sin(x), [], dispatches=False)


def plus(rule: Any, **how: Any) -> Row:
    """x + y, with a rule for y of one's own."""
    call = declared(lambda x, y: x + y, lambda g: g, rule, **how)
    return Row("planted", call, np.add, lambda x, y: torch.add(x, y), [], dispatches=False)


def _in_place(x: Any) -> Any:
    np.sin(x, out=x)
    return x.copy()


def _scaled_cotangent(g: Any, x: Any) -> Any:
    g *= np.cos(x)
    return g


def _scaled_value(g: Any, out: Any, x: Any) -> Any:
    if not isinstance(out, Tensor):
        out *= 1.5
    return g * np.cos(x)


def _memory_order(x: Any) -> Any:
    return np.sin(x).ravel(order="K").reshape(x.shape)


def beside(what: str, dtype: Any = np.float64, **how: Any) -> Check:
    """A comparison with Torch."""

    def check(row: Row, variant: Variant) -> None:
        pytest.importorskip("torch", reason="what it compares with is Torch")
        getattr(checks.Beside(row, variant, dtype), what)(**how)

    return check


def value(dtype: Any = np.float64, layout: str = "C") -> Check:
    """A comparison with NumPy."""
    return lambda row, variant: checks.value_as_numpy(row, variant, dtype, layout)


RIGHT = lambda g, x: g * np.cos(x)
ONE, TWO = on(real(3, 4)), on(real(3, 3), real(3))
PLANTED: dict[str, tuple[Row, Variant, list[Check]]] = {
    "a factor 2.001": (
        sine(lambda g, x: 2.001 / 2 * g * np.cos(x)), ONE,
        [checks.as_differences, beside("first"), beside("second"), checks.rules_as_body, beside("jvp")]),
    "a factor that float32 sees": (
        sine(lambda g, x: 1.0001 * g * np.cos(x)), ONE, [beside("first", np.float32), beside("second", np.float32)]),
    "a sign": (sine(lambda g, x: -g * np.cos(x)), ONE, [checks.as_differences, beside("first")]),
    "a mistake that only the second derivative shows": (
        sine(lambda g, x: g * np.cos(mg.detach(x))), ONE, [checks.as_differences, beside("second")]),
    "a cotangent whose history is dropped": (
        sine(lambda g, x: mg.detach(g) * np.cos(x)), ONE, [beside("second")]),
    "a rule that differs on Tensors": (
        sine(lambda g, x: g * np.cos(x) * (2 if isinstance(x, Tensor) else 1)), ONE, [checks.recorded_as_arrays]),
    "a transposed cotangent": (
        sine(lambda g, x: g.T * np.cos(x)), on(real(3, 3)), [checks.as_differences, beside("first")]),
    "a rule summed over all": (
        sine(lambda g, x: g.mean() * np.cos(x)), ONE, [checks.as_differences, beside("first")]),
    "a mutated input": (sine(RIGHT, _in_place), ONE, [value(), checks.inputs_untouched]),
    "a mutated cotangent": (sine(_scaled_cotangent), ONE, [checks.inputs_untouched]),
    "a mutated value": (sine(_scaled_value), ONE, [checks.inputs_untouched]),
    "a wrong value": (sine(RIGHT, lambda x: np.sin(x) + 1e-9), ONE, [value(), beside("value")]),
    "a wrong dtype": (
        sine(RIGHT, lambda x: np.sin(x.astype(np.float64))), ONE,
        [value(np.float32), value(np.float16), beside("value", np.float32)]),
    "a wrong dtype of integers": (
        sine(RIGHT, lambda x: np.sin(x.astype(np.float32 if x.dtype.kind == "i" else x.dtype))), ONE,
        [lambda row, variant: checks.integers_as_numpy(row, variant, np.int64)]),
    "integers that NumPy refuses": (
        Row("planted", declared(lambda x: -x.astype(float), lambda g: -g), np.negative, lambda x: -x, [],
            dispatches=False), ONE, [lambda row, variant: checks.integers_as_numpy(row, variant, np.bool_)]),
    "precision lost in the rule": (
        sine(lambda g, x: (g * np.cos(x)).astype(np.float16)), ONE, [beside("first"), beside("first", np.float32)]),
    "a dropped broadcast": (plus(lambda g: g), TWO, [checks.as_differences, beside("first")]),
    "a broadcast summed over the wrong axis": (
        plus(lambda g: g.sum(axis=1)), TWO, [checks.as_differences, beside("first"), checks.rules_as_body]),
    "a missing rule": (plus(None, elementwise=True), TWO, [checks.as_differences, beside("first")]),
    "a layout ignored": (sine(RIGHT, _memory_order), ONE, [value(layout="Fortran")]),
    "a layout ignored in the rule": (
        sine(lambda g, x: g * np.cos(x.ravel(order="K").reshape(x.shape) if isinstance(x, np.ndarray) else x)), ONE,
        [beside("first", layout="Fortran")]),
    "linear though it is not": (sine(RIGHT, linear=True), ONE, [beside("jvp")]),
    "elementwise though it is not": (
        Row("planted", declared(lambda x: np.cumsum(x), lambda g: np.cumsum(g[::-1])[::-1], elementwise=True),
            np.cumsum, lambda x: torch.cumsum(x, 0), [], dispatches=False), on(real(4)), [beside("jvp")]),
    "a joint rule of its own mind": (
        sine(RIGHT, joint=lambda g, x, need: (g * np.cos(x) * 1.01,)), ONE,
        [checks.recorded_as_arrays, checks.as_differences, beside("first"), checks.rules_as_body]),
    "residuals without a history": (
        sine(lambda g, c: g * c, lambda x: (np.sin(x), np.cos(mg.detach(x))), saves=("c",)), ONE,
        [checks.as_differences, beside("second")]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "variant", "check"),
    [
        pytest.param(row, variant, check, id=f"{name}-{k}")
        for name, (row, variant, caught) in PLANTED.items()
        for k, check in enumerate(caught)
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_planted_error_is_caught(row: Row, variant: Variant, check: Check) -> None:
    """Each check that should see the error fails on it."""
    with pytest.raises((AssertionError, ValueError)):
        check(row, variant)


@pytest.mark.parametrize(
    "check",
    [
        checks.as_differences, checks.recorded_as_arrays, checks.rules_as_body, checks.inputs_untouched, value(),
        value(np.float32), value(layout="Fortran"), beside("value"), beside("first"), beside("first", np.float32),
        beside("first", layout="Fortran"), beside("second"), beside("jvp"),
        lambda row, variant: checks.integers_as_numpy(row, variant, np.int64),
    ],
)  # fmt: skip
@pytest.mark.parametrize("row", [sine(RIGHT), sine(RIGHT, joint=lambda g, x, need: (g * np.cos(x),)),
                                 sine(lambda g, c: g * c, lambda x: (np.sin(x), np.cos(x)), saves=("c",))],
                         ids=["plain", "joint", "residuals"])  # fmt: skip
def test_what_is_right_passes(row: Row, check: Check) -> None:
    """The checks fail on the errors, not on what surrounds them."""
    check(row, ONE)
