"""Python's operators: with a Tensor on either side, beside arrays, scalars and lists, they are NumPy's."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg

A = np.array([[1.5, -2.0, 3.0], [0.5, 4.0, -1.0]])
PARTNERS: dict[str, Any] = {
    "matrix": np.array([[2.0, 3.0, 1.0], [1.0, 2.0, 2.0]]), "row": np.array([2.0, 1.0, 3.0]), "0-d": np.array(2.0),
    "float64": np.float64(2.0), "float32": np.float32(2.0), "int64": np.int64(2), "float": 2.0, "int": 2, "bool": True,
    "list": [2.0, 1.0, 3.0], "integers": np.array([2, 1, 3]), "float32 row": np.array([2, 1, 3], np.float32),
}  # fmt: skip
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
BITS = [operator.and_, operator.or_, operator.xor]


def agree(out: Any, expected: Any) -> None:
    """A Tensor of NumPy's value, shape and dtype."""
    assert isinstance(out, mg.Tensor)
    assert (out.shape, out.dtype) == (np.shape(expected), np.asarray(expected).dtype)
    np.testing.assert_array_equal(out.numpy(), expected)


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64], ids=lambda t: t.__name__)
@pytest.mark.parametrize("partner", PARTNERS.values(), ids=PARTNERS)
@pytest.mark.parametrize("f", ARITHMETIC + COMPARISONS, ids=lambda f: f.__name__)
def test_either_side_gives_what_numpy_gives(f: Callable[[Any, Any], Any], partner: Any, dtype: type) -> None:
    """The value and the dtype (NEP 50) of array ∘ partner and partner ∘ array; the Tensor may carry a gradient."""
    a = (np.abs(A) + 1).astype(dtype)
    x = mg.tensor(a, requires_grad=dtype is not np.int64)
    agree(f(x, partner), f(a, partner))
    agree(f(partner, x), f(partner, a))
    agree(f(x, mg.tensor(a)), f(a, a))


@pytest.mark.parametrize("f", BITS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("partner", [np.array([True, False]), True, np.bool_(False), [True, True]], ids=str)
def test_logic_of_masks(f: Callable[[Any, Any], Any], partner: Any) -> None:
    """Masks combine with masks, arrays of them, and Python's booleans, on either side."""
    a = np.array([[True, False], [False, False]])
    agree(f(mg.tensor(a), partner), f(a, partner))
    agree(f(partner, mg.tensor(a)), f(partner, a))


def test_one_sided_operators() -> None:
    """−x, +x, |x|, ~mask, divmod on either side, and round trips of @."""
    x = mg.tensor(A, requires_grad=True)
    for f in (operator.neg, operator.pos, abs):
        agree(f(x), f(A))
    agree(~(x > 0), ~(A > 0))
    for got, expected in zip((*divmod(x, 2.0), *divmod(7.0, x)), (*divmod(A, 2.0), *divmod(7.0, A))):
        agree(got, expected)
    agree(x @ A.T, A @ A.T)
    agree(A.T @ x, A.T @ A)
    agree([1.0, 2.0] @ x, [1.0, 2.0] @ A)
    agree(x @ [1.0, 2.0, 0.0], A @ [1.0, 2.0, 0.0])


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: 3.0 - x, -1.0), (lambda x: 2.0 / x, -2 / 1.5**2), (lambda x: 2.0**x, np.log(2.0) * 2**1.5),
        (lambda x: 7.0 % x, -4.0), (lambda x: np.float64(3) * x, 3.0), (lambda x: np.array([1.0, 2.0]) * x, 3.0),
        (lambda x: [1.0, 2.0] - x, -2.0), (lambda x: np.array([1.0, 2.0]) @ (x * np.ones(2)), 3.0),
        (lambda x: sum([x, x, 1.0]), 2.0), (lambda x: np.float32(2) * x, 2.0),
    ],
)  # fmt: skip
def test_reflected_operators_carry_the_gradient(f: Callable[[Any], Any], slope: float) -> None:
    """The derivative at 1.5, worked out by hand, whatever stood on the left."""
    x = mg.tensor(1.5, dtype=float, requires_grad=True)
    out = f(x)
    assert isinstance(out, mg.Tensor)
    out.sum().backward()
    assert abs(x.grad.item() - slope) < 1e-12


@pytest.mark.parametrize("scalar", [2, 2.5, np.pi, True, np.int8(3)], ids=repr)
def test_a_float32_tensor_stays_float32_beside_numbers(scalar: Any) -> None:
    """NEP 50: value and gradient, through every arithmetic operator."""
    for f in ARITHMETIC:
        x = mg.tensor([1.0, 2.0], requires_grad=True)
        out = f(x, scalar)
        assert out.dtype == np.float32
        if out.requires_grad:
            out.sum().backward()
            assert x.grad.dtype == np.float32


def test_a_float32_leaf_in_a_float64_graph_gets_a_float32_gradient() -> None:
    """The cotangent is cast to its input's dtype, as in Torch."""
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = x * np.array([0.1, 0.2])
    assert y.dtype == np.float64
    y.sum().backward()
    assert x.grad.dtype == np.float32
    np.testing.assert_array_equal(x.grad.numpy(), np.array([0.1, 0.2], np.float32))


@pytest.mark.parametrize("cut", [lambda x: x.astype(int), lambda x: x // 1.0, lambda x: x > 0, lambda x: x.argmax()])
def test_integers_and_masks_carry_no_gradient(cut: Callable[[Any], Any]) -> None:
    """What is computed from them afterwards does not either."""
    x = mg.tensor([0.5, 1.5], requires_grad=True)
    assert not cut(x).requires_grad
    assert not (cut(x) * 2.0).requires_grad


def test_second_derivatives_of_a_power_of_zero_are_their_limits() -> None:
    """At x = 0, y = 2: ∂²/∂x² is 2, the mixed and ∂²/∂y² are 0 (Torch says NaN)."""
    x, y = np.array(0.0), np.array(2.0)
    by_x, by_y = (
        mg.grad(lambda x, y: mg.grad(mg.power, 0)(x, y), (0, 1)),
        mg.grad(lambda x, y: mg.grad(mg.power, 1)(x, y), (0, 1)),
    )
    assert by_x(x, y) == (2.0, 0.0)
    assert by_y(x, y) == (0.0, 0.0)
