"""Elementwise functions that are composed of operations, other names of the same, and what the table of cases is too
small for: many numbers, and points where only a limit is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.ops.elementwise.floats import select
from microgrid.ops.elementwise.trigonometry import sinc_derivative
from tests.ops.checks import listed

F = mg.nn.functional
A = np.array([[1.3, -2.2, 3.1], [0.4, 4.3, -1.7]])
B = np.array([[0.7, 1.9, -0.6], [2.5, -1.2, 0.3]])
N = np.array([2, -3, 4])
Call = Callable[[Any, Any], Any]
COMPOSED: dict[str, tuple[Call, Call]] = {  # microgrid's, NumPy's
    "add with alpha": (lambda x, y: mg.add(x, y, alpha=0.5), lambda x, y: x + 0.5 * y),
    "sub": (lambda x, y: mg.sub(x, y), lambda x, y: x - y),
    "sub with alpha": (lambda x, y: mg.sub(x, y, alpha=-3), lambda x, y: x + 3 * y),
    "rsub": (lambda x, y: mg.rsub(x, y, alpha=2.0), lambda x, y: y - 2 * x),
    "mul, neg": (lambda x, y: mg.neg(mg.mul(x, y)), lambda x, y: -(x * y)),
    "div": (lambda x, y: mg.div(x, y), lambda x, y: x / y),
    "div to the floor": (lambda x, y: mg.div(x, y, rounding_mode="floor"), lambda x, y: x // y),
    "div truncated": (lambda x, y: mg.div(x, y, rounding_mode="trunc"), lambda x, y: np.trunc(x / y)),
    "true_divide, mod": (lambda x, y: mg.true_divide(x, y) + mg.mod(x, y), lambda x, y: x / y + x % y),
    "float_power": (lambda x, y: mg.float_power(abs(x), y), lambda x, y: np.float_power(abs(x), y)),
    "fabs": (lambda x, y: mg.fabs(x) * y, lambda x, y: np.fabs(x) * y),
    "ldexp of integers": (lambda x, y: mg.ldexp(x, N) * y, lambda x, y: np.ldexp(x, N) * y),
    "ldexp of floats": (lambda x, y: mg.ldexp(x, y), lambda x, y: x * 2.0**y),
    "frexp": (lambda x, y: mg.frexp(x)[0] * y, lambda x, y: np.frexp(x)[0] * y),
    "fix": (lambda x, y: mg.fix(x) * y, lambda x, y: np.fix(x) * y),
    "around": (lambda x, y: mg.around(x, 1) * y, lambda x, y: np.around(x, 1) * y),
    "modf": (lambda x, y: mg.modf(x)[0] * y + mg.modf(y)[1], lambda x, y: np.modf(x)[0] * y + np.modf(y)[1]),
    "clamp": (lambda x, y: mg.clamp(x, y, 2.0), lambda x, y: np.clip(x, y, 2.0)),
    "clamp_min": (lambda x, y: mg.clamp_min(x, y), np.maximum),
    "clamp_max": (lambda x, y: mg.clamp_max(x, y), np.minimum),
    "nan_to_num": (lambda x, y: mg.nan_to_num(x * y, False, 1.0), lambda x, y: x * y),
    "relu6": (lambda x, y: mg.relu6(2 * x) * y, lambda x, y: np.clip(2 * x, 0, 6) * y),
    "celu": (lambda x, y: mg.celu(x, 0.7) * y, lambda x, y: np.where(x > 0, x, 0.7 * np.expm1(x / 0.7)) * y),
    "selu": (
        lambda x, y: mg.selu(x) * y,
        lambda x, y: 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x)) * y),
    "softmin": (
        lambda x, y: mg.softmin(x, axis=0) * y, lambda x, y: np.exp(-x) / np.exp(-x).sum(0, keepdims=True) * y),
}  # fmt: skip
composed = pytest.mark.parametrize(("ours", "numpys"), COMPOSED.values(), ids=COMPOSED)


@composed
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=lambda t: t.__name__)
def test_value_and_dtype_are_numpys(ours: Call, numpys: Call, dtype: type) -> None:
    """On Tensors and on arrays."""
    a, b = A.astype(dtype), B.astype(dtype)
    expected = numpys(a, b)
    for out in (ours(mg.tensor(a), mg.tensor(b)).numpy(), ours(a, b)):
        assert (out.shape, out.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(out, expected, rtol=1e-13 if dtype is np.float64 else 1e-6)


@composed
def test_derivatives_are_what_differences_say(ours: Call, numpys: Call) -> None:
    """First and second, along a random direction under random weights."""
    rng, h = np.random.default_rng(3), 1e-6
    w, s, t, u, v = (rng.normal(size=A.shape) for _ in range(5))

    def along(e: float) -> tuple[np.ndarray, np.ndarray]:
        return A + e * s, B + e * t

    def slope(x: Any, y: Any) -> Any:
        gx, gy = mg.grad(lambda x, y: (ours(x, y) * w).sum(), (0, 1))(x, y)
        return (gx * u).sum() + (gy * v).sum()

    gx, gy = mg.grad(lambda x, y: (ours(x, y) * w).sum(), (0, 1))(A, B)
    found = np.vdot(gx, s) + np.vdot(gy, t)
    expected = ((numpys(*along(h)) - numpys(*along(-h))) * w).sum() / (2 * h)
    assert abs(found - expected) < 1e-7 * max(1.0, abs(expected))
    gx, gy = mg.grad(slope, (0, 1))(A, B)
    found = np.vdot(gx, s) + np.vdot(gy, t)
    expected = (slope(*along(h)) - slope(*along(-h))) / (2 * h)
    assert abs(found - expected) < 1e-6 * max(1.0, abs(expected))


@pytest.mark.parametrize(
    ("names", "f"),
    [
        ("acos arccos", np.arccos), ("acosh arccosh", np.arccosh), ("asin arcsin", np.arcsin), ("pow power", np.power),
        ("asinh arcsinh", np.arcsinh), ("atan arctan", np.arctan), ("atan2 arctan2", np.arctan2), ("abs", np.abs),
        ("atanh arctanh", np.arctanh), ("bitwise_invert bitwise_not invert", np.invert), ("absolute", np.absolute),
        ("bitwise_left_shift left_shift", np.left_shift), ("bitwise_right_shift right_shift", np.right_shift),
        ("divide true_divide", np.divide), ("mod remainder", np.remainder), ("degrees rad2deg", np.rad2deg),
        ("radians deg2rad", np.deg2rad), ("eq equal", np.equal), ("ne not_equal", np.not_equal), ("gt", np.greater),
        ("ge", np.greater_equal), ("lt", np.less), ("le", np.less_equal), ("round around", np.round),
    ],
)  # fmt: skip
def test_every_name_of_an_operation_is_the_operation(names: str, f: Any) -> None:
    """What NumPy's own function gives, under each name that NumPy, the array API or Torch has for it."""
    inputs = [np.array([3, 1, 2]), np.array([1, 2, 2])][: getattr(f, "nin", 1)]
    inputs = [0.5 / a for a in inputs] if f in (np.arccos, np.arcsin, np.arctanh) else inputs
    for name in names.split():
        out = getattr(mg, name)(*map(mg.tensor, inputs))
        assert out.dtype == f(*inputs).dtype
        np.testing.assert_array_equal(out.numpy(), f(*inputs))


def test_truths_of_whole_arrays_are_plain() -> None:
    """allclose, array_equal, array_equiv give True or False of Tensors that carry a gradient, too."""
    x = mg.tensor(A, requires_grad=True)
    assert mg.allclose(x, A + 1e-9) is True
    assert mg.allclose(x, A + 1e-3) is False
    assert mg.allclose([np.nan], [np.nan], equal_nan=True) is True
    assert mg.array_equal(x, mg.tensor(A)) is True
    assert mg.array_equal(x, A[0]) is False
    assert mg.array_equiv(x[0], np.stack([A[0], A[0]])) is True


def test_where_of_a_condition_alone_gives_the_places() -> None:
    """One array of indices an axis, which index the Tensor."""
    x = mg.tensor(A, requires_grad=True)
    for places in (mg.where(x > 1), np.where(x > 1)):
        for got, expected in zip(places, np.where(A > 1), strict=True):
            assert isinstance(got, mg.Tensor)
            np.testing.assert_array_equal(got.numpy(), expected)
    np.testing.assert_array_equal(x[mg.where(x > 1)].numpy(), A[A > 1])
    assert all(isinstance(place, np.ndarray) for place in mg.where(A > 1))


def test_frexp_takes_numbers_apart_exactly() -> None:
    """Mantissa and exponent of every kind of number; put together again they are the number."""
    a = np.array([0.0, 1.0, -3.7, 1e300, 5e-324, np.inf, -np.inf])
    for out, expected in zip(mg.frexp(mg.tensor(a)), np.frexp(a), strict=True):
        np.testing.assert_array_equal(out.numpy(), expected)
        assert out.dtype == expected.dtype
    finite = mg.tensor(a[:5])
    np.testing.assert_array_equal(mg.ldexp(*mg.frexp(finite)).numpy(), a[:5])
    assert not mg.frexp(mg.tensor(a, requires_grad=True))[1].requires_grad


@pytest.mark.parametrize("order", range(1, 7))
def test_sinc_is_smooth_at_0(order: int) -> None:
    """Its derivatives there are 0, −π²/3, 0, π⁴/5, 0, −π⁶/7; through six sweeps, each of the one before."""
    f: Any = mg.sinc
    for _ in range(order):
        f = mg.grad(f)
    expected = [0.0, -(np.pi**2) / 3, 0.0, np.pi**4 / 5, 0.0, -(np.pi**6) / 7][order - 1]
    assert abs(f(np.array(0.0)) - expected) < 1e-12 * max(1.0, abs(expected))


def test_the_slope_of_sinc_is_exact_near_0_too() -> None:
    """dsinc/dx is −π j₁(πx), the spherical Bessel function, which SciPy has."""
    special = pytest.importorskip("scipy.special", reason="SciPy has the spherical Bessel functions")
    x = np.concatenate([[1e-9, 1e-4, 0.249, 0.2501], np.linspace(-5, 5, 101)])
    expected = -np.pi * special.spherical_jn(1, np.pi * np.abs(x)) * np.sign(x)
    np.testing.assert_allclose(sinc_derivative(x, order=1), expected, rtol=1e-12, atol=1e-14)


def test_limits_where_the_formula_is_0_by_0() -> None:
    """hypot and atan2 at the origin have gradient 0, xlogy(0, 0) in y; logaddexp with one infinity is one-sided."""
    zero, inf = np.array(0.0), np.array(np.inf)
    for f in (mg.hypot, mg.atan2):
        assert mg.grad(f, (0, 1))(zero, zero) == (0.0, 0.0)
    assert mg.grad(mg.xlogy, 1)(zero, zero) == 0.0
    assert mg.grad(mg.grad(mg.xlogy, 0), 1)(zero, np.array(2.0)) == 0.5
    with np.errstate(invalid="ignore"):
        assert mg.grad(mg.logaddexp, (0, 1))(-inf, np.array(1.0)) == (0.0, 1.0)
        assert mg.grad(mg.logaddexp, (0, 1))(inf, np.array(1.0)) == (1.0, 0.0)


MANY = 5000
MASK = np.arange(MANY) * 7 % 5 < 2
ODD = np.where(np.arange(MANY) % 11 == 0, np.nan, np.where(np.arange(MANY) % 13 == 0, -np.inf, 1.5 - np.arange(MANY)))
CHOICES: dict[str, tuple[Any, Any, Any]] = {
    "numbers and 0": (MASK, ODD, 0.0), "0 and numbers": (MASK, 0.0, ODD), "two arrays": (MASK, ODD, -2 * ODD),
    "an array and -0.0": (MASK, ODD, np.float64(-0.0)), "strides": (MASK[::-1], np.repeat(ODD, 2)[::2], ODD[::-1]),
    "broadcast": (MASK, ODD.reshape(-1, 1)[:3], 1.0), "a column": (MASK.reshape(50, 100), ODD[:50].reshape(50, 1), 2.0),
    "integers": (MASK, np.arange(MANY), 0), "a mask of numbers": (MASK * 2, ODD, 0.0),
    "two dtypes": (MASK, ODD.astype(np.float32), ODD), "two numbers": (MASK, 1.0, 2.0),
    "big-endian": (MASK, ODD.astype(">f8"), ODD),
}  # fmt: skip


@pytest.mark.parametrize(("mask", "x", "y"), CHOICES.values(), ids=CHOICES)
def test_a_choice_between_many_numbers_is_numpys(mask: Any, x: Any, y: Any) -> None:
    """By their bits or not: value, signs of zeros, shape and dtype of np.where."""
    for kind in (np.float64, np.float32, np.float16):
        a, b = (v.astype(kind) if isinstance(v, np.ndarray) and v.dtype == np.float64 else v for v in (x, y))
        got, expected = select(mask, a, b), np.where(mask, a, b)
        assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_array_equal(got, expected)
        if got.dtype.kind == "f":
            np.testing.assert_array_equal(np.signbit(got[got == 0]), np.signbit(expected[expected == 0]))


LARGE = {
    "relu": lambda m, f, x: f.relu(x), "leaky_relu": lambda m, f, x: f.leaky_relu(x), "elu": lambda m, f, x: f.elu(x),
    "gelu": lambda m, f, x: f.gelu(x), "softplus": lambda m, f, x: f.softplus(x),
    "hardtanh": lambda m, f, x: f.hardtanh(x), "hardswish": lambda m, f, x: f.hardswish(x),
    "softshrink": lambda m, f, x: f.softshrink(x), "sigmoid": lambda m, f, x: m.sigmoid(x),
    "maximum": lambda m, f, x: m.maximum(x, x * 0 + 0.5), "fmin": lambda m, f, x: m.fmin(x * 0 + 0.5, x),
    "clip": lambda m, f, x: m.clip(x, -1, 1), "where": lambda m, f, x: m.where(x > 0, x * x, -x),
    "nan_to_num": lambda m, f, x: m.nan_to_num(x), "remainder": lambda m, f, x: m.remainder(x, x * x + 1.0),
}  # fmt: skip


@pytest.mark.parametrize("f", LARGE.values(), ids=LARGE)
def test_many_numbers_have_torchs_value_and_gradient(f: Callable[..., Any]) -> None:
    """More than are chosen between one by one; kinks among them (at NaN Torch's two loops differ)."""
    torch = pytest.importorskip("torch", reason="what it compares with is Torch")
    rng = np.random.default_rng(5)
    a, g = rng.normal(size=6000) * 2, rng.normal(size=6000)
    a[::97], a[1::301], a[2::303] = 0.0, 1.0, 0.5
    x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
    ours, theirs = f(mg, F, x), f(torch, torch.nn.functional, t)
    ours.backward(g)
    theirs.backward(torch.from_numpy(g))
    np.testing.assert_allclose(ours.numpy(), theirs.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-12, atol=1e-12)


SOME = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1e30, -1e9, 3.5, 3.4, -1e-7, -7.0, 0.1, 2.0, -0.5, 1e-40, 33.3])
PAIRS = [np.resize(a.ravel(), 5000) for a in np.meshgrid(SOME, SOME)]


@pytest.mark.parametrize("f", [np.logaddexp, np.logaddexp2, np.remainder, np.fmod], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16], ids=lambda t: t.__name__)
@pytest.mark.parametrize("kind", ["infinities", "usual", "huge quotients"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_many_numbers_in_whole_passes_are_numpys(f: Any, dtype: type, kind: str) -> None:
    """Every pair of infinities, NaN, zeros of both signs, huge and small numbers; and random ones, exact quotients."""
    if kind != "infinities":
        rng = np.random.default_rng(9)
        x, y = rng.normal(size=5000) * 100, rng.choice([-1, 1], 5000) * rng.uniform(0.01, 3, 5000)
        x[::5], y[::7] = np.round(x[::5]), 0.25
        x *= 1e12 if kind == "huge quotients" else 1.0
    else:
        x, y = PAIRS
    x, y = x.astype(dtype), y.astype(dtype)
    got, expected = getattr(mg, f.__name__)(x, y), f(x, y)
    assert got.dtype == expected.dtype
    rtol = {np.float64: 1e-14, np.float32: 2e-7, np.float16: 1e-3}[dtype]
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=0 if f in (np.remainder, np.fmod) else rtol)
    zero = (expected == 0) & ((f is np.remainder) | (f is np.fmod))
    np.testing.assert_array_equal(np.signbit(got[zero]), np.signbit(expected[zero]))
    row = f(x[:4999], y[:1])
    np.testing.assert_allclose(getattr(mg, f.__name__)(x[:4999], y[:1]), row, rtol=rtol, atol=rtol)


def test_functional_rrelu_draws_its_slopes_when_training() -> None:
    """Between the bounds, one an element; the middle of them otherwise."""
    x = mg.tensor(-np.ones(1000), requires_grad=True)
    out = F.rrelu(x, 0.2, 0.4, training=True)
    slopes = -out.numpy()
    assert slopes.min() >= 0.2
    assert slopes.max() <= 0.4
    assert slopes.std() > 0.04
    out.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), slopes)
    np.testing.assert_allclose(F.rrelu(x, 0.2, 0.4).numpy(), -0.3)


@pytest.mark.parametrize("y", [3, 4, -1, -2, 3.0, np.float64(4), np.float32(3), 2, 5, 0.5, 0, np.array(-1.0)], ids=repr)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64], ids=lambda t: t.__name__)
def test_many_numbers_to_a_whole_power(y: Any, dtype: type) -> None:
    """The value and dtype of np.power; first and second derivative y xʸ⁻¹, y (y − 1) xʸ⁻²."""
    a = (np.arange(1, 201) / 50).astype(dtype) + (1 if dtype is np.int64 else 0)
    if dtype is np.int64:
        if isinstance(y, int) and y < 0:
            with pytest.raises(ValueError, match="power"):
                mg.tensor(a) ** y
            return
        np.testing.assert_array_equal((mg.tensor(a) ** y).numpy(), a**y)
        return
    x = mg.tensor(a, requires_grad=True)
    out = x**y
    assert out.dtype == (a**y).dtype
    rtol = 1e-13 if dtype is np.float64 else 2e-6
    np.testing.assert_allclose(out.numpy(), a**y, rtol=rtol)
    out.sum().backward(create_graph=True)
    first, x.grad = x.grad, None
    np.testing.assert_allclose(first.numpy(), float(y) * a.astype(np.float64) ** (float(y) - 1), rtol=rtol, atol=1e-300)
    if first.requires_grad:
        first.sum().backward()
        second = float(y) * (float(y) - 1) * a.astype(np.float64) ** (float(y) - 2)
        np.testing.assert_allclose(x.grad.numpy(), second, rtol=rtol, atol=1e-300)


def test_gelu_of_many_numbers_in_single_precision() -> None:
    """x Φ(x) and its derivative Φ(x) + x φ(x), as SciPy has them in double precision, rounded to single."""
    special = pytest.importorskip("scipy.special", reason="SciPy has the normal distribution function")
    a = np.concatenate([np.linspace(-9, 9, 20001), [0.0, 1e-30, -1e-30, 1e-7, -3e-6, 3e-5, 1e4, -1e4]])
    x = mg.tensor(a.astype(np.float32), requires_grad=True)
    out = mg.gelu(x)
    out.sum().backward()
    a = x.numpy().astype(np.float64)
    np.testing.assert_allclose(out.numpy(), a * special.ndtr(a), rtol=1e-6, atol=2e-6)
    slope = special.ndtr(a) + a * np.exp(-a * a / 2) / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(x.grad.numpy(), slope, rtol=1e-6, atol=1e-6)


def test_functional_softmax_in_another_dtype() -> None:
    """dtype= computes there; the gradient comes back in the input's."""
    for f, reference in ((F.softmax, mg.softmax), (F.log_softmax, mg.log_softmax), (F.softmin, mg.softmin)):
        x = mg.tensor(A.astype(np.float32), requires_grad=True)
        out = f(x, dim=1, dtype=np.float64)
        assert out.dtype == np.float64
        np.testing.assert_allclose(out.numpy(), reference(A.astype(np.float32).astype(np.float64), axis=1))
        out[0, 0].backward()
        assert x.grad.dtype == np.float32


def test_functional_prelu_weighs_channels() -> None:
    """One weight for all, or one a channel, whatever stands behind the channels."""
    x = np.array(A.reshape(1, 2, 3))
    for given, w in ((x, [0.25]), (x, [0.25, 0.5]), (A, [0.1, 0.2, 0.3]), (A[0], [0.25])):
        weight = np.array(w)
        shaped = weight.reshape(-1, *(1,) * (given.ndim - 2)) if weight.size > 1 else weight
        out = F.prelu(mg.tensor(given), mg.tensor(weight))
        np.testing.assert_array_equal(out.numpy(), np.where(given > 0, given, given * shaped))
    assert F.prelu(mg.tensor(-2.0), mg.tensor([0.5])).shape == ()


def test_functional_names_have_torchs_meaning() -> None:
    """equal is one truth, nan_to_num takes its numbers in Torch's order."""
    x = mg.tensor([np.nan, np.inf, -np.inf, 2.0])
    assert F.nan_to_num(x, 7.0, 8.0, 9.0).tolist() == [7.0, 8.0, 9.0, 2.0]
    assert F.nan_to_num(x)[0].item() == 0.0
    assert F.equal(mg.tensor(A), A) is True
    assert F.equal(mg.tensor(A), A[0]) is False
    assert F.add(mg.tensor([1.0]), 2.0, alpha=3.0).tolist() == [7.0]


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: mg.add(mg.tensor([1]), mg.tensor([2]), alpha=0.5), TypeError, "alpha is 0.5 for int64"),
        (lambda: mg.clamp(mg.tensor([1.0])), ValueError, "neither min nor max"),
        (lambda: mg.celu(mg.tensor([1.0]), 0.0), ValueError, "alpha is 0"),
        (lambda: mg.nan_to_num("a"), TypeError, "str is no number"),
        (lambda: mg.frexp("a"), TypeError, "str is no number"),
        (lambda: F.prelu(A, [0.1, 0.2]), ValueError, "2 weights for 3 channels"),
        (lambda: F.prelu(A, [[0.1, 0.2]]), ValueError, r"weight has shape \(1, 2\)"),
        (lambda: F.softshrink(A, -1.0), ValueError, "lambd is -1.0"),
        (lambda: F.hardtanh(A, 1.0, -1.0), ValueError, "min_val 1.0 is greater"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_and_said_why(call: Callable[[], Any], kind: type[Exception], says: str) -> None:
    """What was seen, in the caller's terms."""
    with pytest.raises(kind, match=says):
        call()


def test_integers_keep_to_numpys_rules() -> None:
    """floor, ceil, trunc and round of integers, square, sqrt, reciprocal, and what carries no gradient."""
    n = np.array([1, 2, 4])
    for f in (np.floor, np.ceil, np.trunc, np.round, np.square, np.sqrt, np.reciprocal, np.sign, np.exp2, np.deg2rad):
        for out, expected in zip(listed(f(mg.tensor(n))), listed(f(n)), strict=True):
            assert out.dtype == expected.dtype
            np.testing.assert_array_equal(out.numpy(), expected)
    assert mg.rsqrt(mg.tensor(n)).dtype == np.float64
    assert mg.fabs(mg.tensor(n.astype(np.int8))).dtype == np.fabs(n.astype(np.int8)).dtype
    with pytest.raises(TypeError, match="subtract"):
        mg.subtract(mg.tensor([True]), mg.tensor([False]))
