"""Scans: the array API's, those along NumPy's first axis, zeros and −∞ to the third order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops import composed
from tests.ops.optional import torch

rng = np.random.default_rng(13)
A, LINE = rng.normal(size=(3, 4)), rng.normal(size=5)
CALLS: dict[str, tuple[Any, ...]] = {
    "cumsum": (lambda m, x: (m.cumsum(x), m.cumsum(x, 0), m.cumsum(x, axis=-1)), A),
    "cumprod": (lambda m, x: (m.cumprod(x), m.cumprod(x, 0), m.cumprod(x, axis=-1)), A),
    "of a scalar": (lambda m, x: (m.cumsum(x), m.cumprod(x, 0)), np.array(2.5)),
    "methods": (lambda m, x: (x.cumsum(), x.cumsum(1), x.cumprod(axis=0)), A),
    **({"cumulative_sum": (lambda m, x: (m.cumulative_sum(x), m.cumulative_sum(x, include_initial=True)), LINE),
        "cumulative_sum of an axis": (lambda m, x: m.cumulative_sum(x, axis=0, include_initial=True), A),
        "cumulative_prod": (lambda m, x: m.cumulative_prod(x, axis=-1, include_initial=True), A)}
       if hasattr(np, "cumulative_sum") else {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS.values(), ids=CALLS)
def test_value_and_derivatives_are_numpys(case: tuple[Any, ...]) -> None:
    """On Tensors and arrays, and when NumPy's own function is called on Tensors; as differences have them."""
    composed.as_numpy(*case)
    composed.as_differences(*case)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.bool_, np.float16, np.int64], ids=lambda t: t.__name__)
def test_dtypes_are_numpys(dtype: type) -> None:
    """Small integers widen; dtype= casts first."""
    x = np.array([[3, 0, 1], [2, 1, 1]]).astype(dtype)
    for f in ("cumsum", "cumprod"):
        for more in ({}, {"dtype": np.float32}, {"dtype": np.int64}):
            ours, expected = getattr(mg, f)(mg.asarray(x), 1, **more), getattr(np, f)(x, 1, **more)
            assert ours.dtype == expected.dtype
            np.testing.assert_array_equal(ours.numpy(), expected)


@pytest.mark.parametrize("zeros", [[], [1], [0], [1, 3], [0, 1, 2], [3]], ids=str)
@pytest.mark.parametrize("f", ["prod", "cumprod"])
def test_products_with_zeros_have_derivatives_to_the_third_order(f: str, zeros: list[int]) -> None:
    """With none, one, two and three zeros: as Torch has the first two, and differences of the second the third."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    a = np.array([1.5, -2.0, 0.5, 3.0])
    a[zeros] = 0.0
    u = rng.normal(size=4) if f == "cumprod" else np.array(1.3)

    def value(x: Any) -> Any:
        return ((x.prod() if f == "prod" else x.cumprod(0)) * u).sum()

    def theirs(x: Any) -> Any:
        return ((x.prod() if f == "prod" else x.cumprod(0)) * torch.tensor(u)).sum()

    t = torch.tensor(a)
    np.testing.assert_allclose(mg.grad(value)(a), torch.func.grad(theirs)(t).numpy(), atol=1e-12)
    np.testing.assert_allclose(mg.hessian(value)(a), torch.func.hessian(theirs)(t).numpy(), atol=1e-12)
    v, h = rng.normal(size=4), 0.1  # of a polynomial of this degree the central difference is exact
    third = mg.grad(lambda x: (mg.hvp(value)(x, v) * v).sum())(a)
    w = rng.normal(size=4)
    slope = [np.vdot(mg.hvp(value)(a + s * w, v), v) for s in (h, -h)]
    assert abs(third @ w - (slope[0] - slope[1]) / (2 * h)) < 1e-9


def test_beside_a_large_number_logcumsumexp_has_the_gradient_of_double_precision() -> None:
    """Within the spacing of float32 at 10,000, which is 1e-3; Torch's is further away, by logarithms of gradients."""
    x = np.random.default_rng(0).normal(size=(6, 5)) * 5
    x[0, :2] = 1e4
    u = np.random.default_rng(1).uniform(0.5, 1.5, x.shape)
    found = []
    for dtype in (np.float32, np.float64):
        t = mg.tensor(x.astype(dtype), requires_grad=True)
        mg.logcumsumexp(t, 0).backward(u.astype(dtype))
        found.append(t.grad.numpy())
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5, atol=1e-5)


def test_before_anything_is_there_logcumsumexp_has_no_gradient() -> None:
    """Of −∞ alone the sum is nothing: a gradient of 0, not NaN, in both sweeps."""
    x = mg.tensor([-np.inf, -np.inf, 0.5, -np.inf, 1.0], requires_grad=True)
    y = mg.logcumsumexp(x, 0)
    np.testing.assert_allclose(y.numpy(), np.logaddexp.accumulate(x.numpy()))
    for recorded in (False, True):
        x.grad = None
        y.backward(np.arange(1.0, 6.0), create_graph=recorded)
        p = np.exp(0.5 - np.logaddexp(0.5, 1.0))
        np.testing.assert_allclose(x.grad.numpy(), [0, 0, 3 + 4 + 5 * p, 0, 5 * (1 - p)], rtol=1e-6)


def test_long_lines_are_differentiated_as_short_ones() -> None:
    """In logarithms beyond 512 elements: of either sign, and as Torch."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    a, u = rng.normal(size=(2, 700)), rng.normal(size=(2, 700))
    x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
    mg.logcumsumexp(x, 1).backward(u)
    torch.logcumsumexp(t, 1).backward(torch.tensor(u))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda x: mg.cumulative_sum(x), ValueError, r"cumulative_sum: x \(3, 4\) has 2 axes"),
        (lambda x: mg.cumulative_prod(x), ValueError, "cumulative_prod"),
        (lambda x: mg.cumsum(x, 2), np.exceptions.AxisError, "axis 2 is out of bounds"),
        (lambda x: mg.cumsum(mg.tensor(1.0), 1), np.exceptions.AxisError, "axis 1"),
        (lambda x: np.add.reduceat(x, [0, 3]), IndexError, "index 3 is out of bounds; expected 0 to 2"),
        (lambda x: np.add.reduceat(x, [[0], [1]]), ValueError, r"indices \(2, 1\); expected one axis"),
        (lambda x: np.add.reduceat(x, [0], axis=2), np.exceptions.AxisError, "axis 2 is out of bounds"),
    ],
)
def test_bad_input_is_refused(call: Any, kind: type[Exception], says: str) -> None:
    """Saying what was seen and what was expected."""
    with pytest.raises(kind, match=says):
        call(mg.tensor(A, requires_grad=True))


@pytest.mark.parametrize("name", ["cumsum", "cumprod", "cummax", "cummin"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, np.int16], ids=lambda t: t.__name__)
@pytest.mark.parametrize(("shape", "axis"), [((70, 80), 0), ((70, 80), 1), ((9, 30, 90), 1), ((9, 30, 90), -3)])
def test_many_lines_beside_each_other_are_scanned_as_one_by_one(name: str, dtype: Any, shape: Any, axis: int) -> None:
    """To the last bit as NumPy scans them, NaN and infinities too; gradients and places are Torch's."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    r = np.random.default_rng(6)
    a = r.permutation(np.linspace(0.9, 1.1, math.prod(shape))).reshape(shape)
    a = (a if np.dtype(dtype).kind == "f" else 9 * a).astype(dtype)
    ufunc = {"cumsum": np.add, "cumprod": np.multiply, "cummax": np.maximum, "cummin": np.minimum}[name]
    plain = lambda x: getattr(np, name)(x, axis) if hasattr(np, name) else ufunc.accumulate(x, axis)
    first = lambda found: found[0] if isinstance(found, tuple) else found
    spoilt = a.copy()
    if np.dtype(dtype).kind == "f":
        for value in (np.inf, -np.inf, np.nan):
            spoilt[r.random(shape) < 0.002] = value
    with np.errstate(all="ignore"):
        for x in (a, spoilt):
            got = first(getattr(mg, name)(mg.asarray(x), axis)).numpy()
            np.testing.assert_array_equal(got, plain(x))
            assert got.dtype == plain(x).dtype
    if dtype is not np.float64:
        return
    x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
    ours, theirs = getattr(mg, name)(x, axis), getattr(torch, name)(t, axis)
    if isinstance(ours, tuple):
        np.testing.assert_array_equal(ours[1].numpy(), theirs[1].numpy())
    g = r.normal(size=shape)
    first(ours).backward(g)
    (theirs if name in ("cumsum", "cumprod") else theirs[0]).backward(torch.tensor(g))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-11, atol=1e-11)
