"""Distinct values and counts: NumPy's, with the gradients of values and of weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops import composed

A = np.array([[2.0, 1.0, 2.0], [0.5, 1.0, 3.0], [2.0, 1.0, 2.0]])
N, W = np.array([3, 0, 3, 1, 5]), np.array([0.5, 2.0, -1.0, 3.0, 1.5])
LINE = np.array([0.1, 0.9, 2.5, 2.5, -1.0, 4.0])
V = np.array([1.0, 2.0, 0.5, -1.0, 3.0, 0.25])
CALLS: dict[str, tuple[Any, ...]] = {
    "unique": (lambda m, x: m.unique(x), A),
    "unique with all": (lambda m, x: m.unique(x, True, True, True), A),
    "unique along an axis": (lambda m, x: m.unique(x, return_index=True, return_counts=True, axis=0), A),
    "unique of the last axis": (lambda m, x: m.unique(x, axis=-1), A),
    "unique_all": (lambda m, x: tuple(m.unique_all(x)), A),
    "unique_counts": (lambda m, x: tuple(m.unique_counts(x)), A),
    "unique_inverse": (lambda m, x: tuple(m.unique_inverse(x)), A),
    "unique_values": (lambda m, x: m.unique_values(x), np.array([2.0, 1.0, 2.0])),
    "bincount": (lambda m, n: (m.bincount(n), m.bincount(n, minlength=9)), N),
    "bincount of weights": (lambda m, n, w: (m.bincount(n, w), m.bincount(n, weights=w, minlength=9)), N, W),
    "histogram": (lambda m, x: (*m.histogram(x), *m.histogram(x, 3, (0.0, 3.0))), LINE),
    "histogram between edges": (lambda m, x: (*m.histogram(x, bins=[0.0, 1.0, 2.5, 4.0]),
        *m.histogram(x, [-1.0, 0.0, 2.5], density=True)), LINE),
    "histogram of weights": (lambda m, x, w: (*m.histogram(x, 4, weights=w),
        *m.histogram(x, bins=[0.0, 1.0, 2.5, 4.0], weights=w, density=True)), LINE, V),
}  # fmt: skip
each = pytest.mark.parametrize("case", CALLS.values(), ids=CALLS)


@each
def test_value_is_numpys(case: tuple[Any, ...]) -> None:
    """On Tensors and arrays, and when NumPy's own function is called on Tensors."""
    composed.as_numpy(*case)


@pytest.mark.parametrize("name", ["unique", "unique_values"])
def test_a_value_gives_its_gradient_to_its_first_occurrence(name: str) -> None:
    """The others have none."""
    x = mg.tensor([3.0, 1.0, 3.0, 2.0, 1.0], requires_grad=True)
    getattr(mg, name)(x).backward([10.0, 20.0, 30.0])
    np.testing.assert_array_equal(x.grad.numpy(), [30.0, 10.0, 0.0, 20.0, 0.0])


@pytest.mark.parametrize("case", ["bincount of weights", "histogram of weights"])
def test_weights_carry_gradients(case: str) -> None:
    """First and second, as differences have them."""
    call, x, w = CALLS[case]
    composed.as_differences(lambda m, w: [o for o in call(m, m.asarray(x), w) if getattr(o, "requires_grad", True)], w)


def test_a_nan_equals_no_other_for_the_array_api() -> None:
    """And all of them for NumPy's unique."""
    x = np.array([np.nan, 1.0, np.nan])
    composed.as_numpy(lambda m, x: (m.unique(x), *m.unique_counts(x)), x)
    assert mg.unique(mg.asarray(x)).shape == (2,)
    assert mg.unique_values(mg.asarray(x)).shape == (3,)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: mg.bincount(mg.tensor([1.5])), TypeError, "float32.*integers"),
        (lambda: mg.bincount([-1, 2]), ValueError, "-1"),
        (lambda: mg.bincount([[1]]), ValueError, "one axis"),
        (lambda: mg.bincount([1, 2], [1.0]), ValueError, r"weights \(1,\) for x \(2,\)"),
        (lambda: mg.bincount([1], minlength=-1), ValueError, "minlength=-1"),
        (lambda: mg.histogram(LINE, weights=W), ValueError, r"weights \(5,\) for x \(6,\)"),
        (lambda: mg.histogram(LINE, [2.0, 1.0]), ValueError, "increase"),
    ],
)
def test_bad_input_is_refused(call: Any, kind: type[Exception], says: str) -> None:
    """Saying what was seen and what was expected."""
    with pytest.raises(kind, match=says):
        call()
