"""Differences, derivatives and integrals along an axis: NumPy's and SciPy's values, gradients as finite differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops import composed

rng = np.random.default_rng(9)
A, LINE, CUBE = rng.normal(size=(4, 5)), rng.normal(size=7), rng.normal(size=(3, 4, 3))
X, RISING = np.cumsum(rng.uniform(0.3, 1.0, 5)), np.cumsum(rng.uniform(0.3, 1.0, (4, 5)), axis=1)
trapezoid = hasattr(np, "trapezoid")
CALLS: dict[str, tuple[Any, ...]] = {
    "diff": (lambda m, x: (m.diff(x), m.diff(x, axis=0), m.diff(x, 2), m.diff(x, n=0), m.diff(x, 9)), A),
    "diff with ends": (lambda m, x, e: (m.diff(x, prepend=e, append=e), m.diff(x, 2, 0, 1.0)), A, A[:, :1] + 1.0),
    "ediff1d": (lambda m, x: (m.ediff1d(x), m.ediff1d(x, to_end=[9.0, 8.0], to_begin=0.0)), A),
    "gradient": (lambda m, x: m.gradient(x), A),
    "gradient along an axis": (lambda m, x: (m.gradient(x, axis=0), m.gradient(x, 0.5, axis=-1)), A),
    "gradient of second order at the ends": (lambda m, x: m.gradient(x, 0.5, axis=(0, 2), edge_order=2), CUBE),
    "gradient at points": (lambda m, x, t: m.gradient(x, t, axis=1), A, X),
    "gradient at points, of second order": (lambda m, x, t: m.gradient(x, t, axis=1, edge_order=2), A, X),
    "gradient with a spacing each": (lambda m, x, t: m.gradient(x, 0.3, t, edge_order=2), A, X),
    "gradient at even points": (lambda m, x: m.gradient(x, np.arange(5) * 0.5, axis=1), A),
    **({"trapezoid": (lambda m, y: (m.trapezoid(y), m.trapezoid(y, dx=0.3, axis=0)), A),
        "trapezoid at points": (lambda m, y, x: (m.trapezoid(y, x), m.trapezoid(y[0], x)), A, X),
        "trapezoid at points each": (lambda m, y, x: m.trapezoid(y, x, axis=1), A, RISING)} if trapezoid else {}),
}  # fmt: skip
each = pytest.mark.parametrize("case", CALLS.values(), ids=CALLS)


@each
def test_value_is_numpys(case: tuple[Any, ...]) -> None:
    """On Tensors and arrays, and when NumPy's own function is called on Tensors; in float32 too."""
    call, *arrays = case
    composed.as_numpy(call, *arrays)
    composed.as_numpy(call, *(a.astype(np.float32) for a in arrays))


@each
def test_derivatives_are_what_finite_differences_say(case: tuple[Any, ...]) -> None:
    """First and second, by values and coordinates."""
    composed.as_differences(*case)


SCIPY = {
    "of values": (lambda m, y: m.cumulative_trapezoid(y, dx=0.5), A),
    "from 0": (lambda m, y: m.cumulative_trapezoid(y, axis=0, initial=0), A),
    "at points": (lambda m, y, x: m.cumulative_trapezoid(y, x), A, X),
    "at points each": (lambda m, y, x: m.cumulative_trapezoid(y, x, initial=0), A, RISING),
}  # fmt: skip


@pytest.mark.parametrize("case", SCIPY.values(), ids=SCIPY)
def test_cumulative_trapezoid_is_scipys(case: tuple[Any, ...]) -> None:
    """Values and derivatives."""
    integrate = pytest.importorskip("scipy.integrate", reason="what it compares with is SciPy")
    composed.as_numpy(*case, through=integrate)
    composed.as_differences(*case)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_], ids=str)
def test_integers_and_booleans_are_as_in_numpy(dtype: type) -> None:
    """Their differences wrap, or are their inequality; their derivatives are floats."""
    x = np.array([3, 1, 0, 1, 7]).astype(dtype)
    composed.as_numpy(lambda m, x: (m.diff(x), m.diff(x, 2)), x)
    if dtype is np.int64:
        composed.as_numpy(lambda m, x: m.gradient(x), x)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda x: mg.diff(x, -1), ValueError, "n=-1"),
        (lambda x: mg.diff(mg.tensor(1.0)), ValueError, "scalar"),
        (lambda x: mg.diff(x, axis=2), np.exceptions.AxisError, "axis 2"),
        (lambda x: mg.gradient(x, edge_order=3), ValueError, "edge_order=3"),
        (lambda x: mg.gradient(x, 1.0, 2.0, 3.0), TypeError, "3 spacings for 2 axes"),
        (lambda x: mg.gradient(x, X), TypeError, "1 spacings for 2 axes"),
        (lambda x: mg.gradient(x, X[:3], axis=0), ValueError, r"coordinates \(3,\) for axis 0 of \(4, 5\)"),
        (lambda x: mg.gradient(x[:1]), ValueError, "1 points along axis 0; expected at least 2"),
        (lambda x: mg.trapezoid(x, X[:3]), ValueError, r"x \(3,\) for axis 1 of y \(4, 5\)"),
        (lambda x: mg.cumulative_trapezoid(x, initial=2.0), ValueError, "initial=2.0"),
    ],
)
def test_bad_input_is_refused(call: Any, kind: type[Exception], says: str) -> None:
    """Saying what was seen and what was expected."""
    with pytest.raises(kind, match=says):
        call(mg.tensor(A))
