"""NumPy's own functions called on Tensors, spelled as NumPy allows: positionally, by keyword, by older names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops.checks import listed

A = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
CALLS: dict[str, Callable[[Any], Any]] = {
    "sum by position": lambda x: np.sum(x, 0),
    "sum by position, with NumPy's third and fourth": lambda x: np.sum(x, 0, None, None, True),
    "sum by keyword": lambda x: np.sum(x, axis=(0, 1), keepdims=True),
    "sum of a=": lambda x: np.sum(a=x, axis=-1),
    "sum with NumPy's defaults spelled": lambda x: np.sum(x, axis=None, dtype=None, out=None),
    "sum in another dtype": lambda x: (np.sum(x, dtype=np.float32), np.sum(x, 0, np.float32), x.sum(dtype=np.float32)),
    "sum, prod, mean with where and initial": lambda x: (np.sum(x, where=A > 0), np.mean(x, 1, where=A > 0),
        np.prod(x, 1, initial=2.0, where=A > 0)),
    "var and std with where": lambda x: (np.var(x, 1, where=A > 0), np.std(x, where=A > 0, ddof=1)),
    "max and min with where and initial": lambda x: (np.max(x, initial=0.0), np.min(x, 1, initial=9.0, where=A > 0)),
    "accumulate": lambda x: (np.add.accumulate(x), np.multiply.accumulate(x, 1), np.maximum.accumulate(x, axis=1),
        np.minimum.accumulate(x), np.logaddexp.accumulate(x, 1)),
    "add.reduce sums the first axis": lambda x: np.add.reduce(x),
    "add.reduce over all": lambda x: np.add.reduce(x, axis=None),
    "add.reduce by position": lambda x: np.add.reduce(x, 1, None, None, True),
    "maximum.reduce": lambda x: np.maximum.reduce(x, axis=1),
    "minimum.reduce": lambda x: np.minimum.reduce(x),
    "mean": lambda x: np.mean(x, axis=(0, 1), keepdims=True),
    "mean by position": lambda x: np.mean(x, -1),
    "max, min, amax, amin": lambda x: (np.max(x, 1), np.min(x, 0), np.amax(x), np.amin(x, axis=1, keepdims=True)),
    "var": lambda x: np.var(x, ddof=1),
    "var by the array API's name": lambda x: np.var(x, axis=0, correction=1),
    "std": lambda x: np.std(x, axis=1, ddof=1, keepdims=True),
    "all and any": lambda x: (np.all(x > 0, axis=0), np.any(x > 0, 1, keepdims=True)),
    "argmax": lambda x: (np.argmax(x), np.argmax(x, 1), np.argmin(x, axis=0, keepdims=True)),
    "clip by position": lambda x: np.clip(x, -1, 2),
    "clip by older names": lambda x: np.clip(x, a_min=-1, a_max=2),
    "clip from one side": lambda x: (np.clip(x, None, 2), np.clip(x, 0.5, None), np.clip(x, a_min=None, a_max=1)),
    "reshape": lambda x: np.reshape(x, (3, 2)),
    "reshape by keyword": lambda x: np.reshape(x, shape=(-1,)) if np.__version__ >= "2.1" else np.reshape(x, -1),
    "reshape in C order": lambda x: np.reshape(x, -1, order="C"),
    "reshape methods": lambda x: (x.reshape(3, -1), x.reshape((3, 2)), x.reshape(6), x.reshape(-1)),
    "transpose": lambda x: (np.transpose(x), np.transpose(x, (1, 0)), np.transpose(x, axes=[1, 0]), np.permute_dims(x,
        (0, 1))),
    "transpose methods": lambda x: (x.transpose(), x.transpose(1, 0), x.transpose((1, 0)), x.T, x.mT, x.swapaxes(0, 1)),
    "matrix_transpose": lambda x: (np.matrix_transpose(x), np.linalg.matrix_transpose(x)),
    "swapaxes, moveaxis": lambda x: (np.swapaxes(x, 0, -1), np.moveaxis(x, 0, 1), np.moveaxis(x, [0, 1], [1, 0])),
    "expand_dims": lambda x: (np.expand_dims(x, 0), np.expand_dims(x, axis=(0, -1)), x[:, None]),
    "squeeze": lambda x: (np.squeeze(x[None]), np.squeeze(x[None], 0), np.squeeze(x[None], axis=0)),
    "ravel": lambda x: (np.ravel(x), x.ravel(), x.flatten()),
    "broadcast_to": lambda x: (np.broadcast_to(x, (4, 2, 3)), np.broadcast_to(x[0], shape=(2, 3))),
    "concatenate": lambda x: (np.concatenate([x, x]), np.concatenate((x, x), 1), np.concatenate([x, x[0]], axis=None)),
    "concatenate with arrays": lambda x: np.concatenate([np.zeros((1, 3)), x, [[1.0, 2.0, 3.0]]], axis=0),
    "concat of a Tensor's rows": lambda x: (np.concat(x), np.stack(x)),
    "stack": lambda x: (np.stack([x, x]), np.stack((x, x), 1), np.stack([x, x], axis=-1)),
    "split": lambda x: (*np.split(x, 3, 1), *np.split(x, [1], axis=0)),
    "where": lambda x: (np.where(x > 0, x, 0.0), np.where(A > 0, 1.0, x), np.where(x > 0, x, -x)),
    "dot": lambda x: (np.dot(x, x.T), np.dot(x, np.ones(3)), np.dot(2.0, x), x.dot(A.T), np.dot(x, np.ones((2, 3, 4)))),
    "matmul": lambda x: (np.matmul(x, x.T), A.T @ x, x @ A.T),
    "copy": lambda x: (np.copy(x), x.copy()),
    "methods with axes": lambda x: (x.sum(0), x.mean(axis=1), x.max(0), x.min(axis=(0, 1)), x.var(0), x.std(ddof=1)),
    "method clip": lambda x: (x.clip(0, 2), x.clip(min=0), x.clip(max=1)),
    "methods by position, as NumPy orders them": lambda x: (x.sum(0, None, None, True), x.mean(1, None, None, True),
        x.prod(0, np.float64), x.max(1, None, True), x.min(0, None), x.var(0, None, None, 1), x.std(1, None, None, 1,
        True), x.clip(0, 2, None), x.dot(A.T, None), x.argsort(0), x.argmax(1, None), x.ravel().searchsorted(0.0)),
    "methods with a target": lambda x: (x.sum(0, out=x[0] * 1), x.mean(axis=1, out=x[:, 0] * 1), x.clip(0, 1, x * 2),
        x.max(1, out=x[:, 0] * 1), x.dot(A.T, out=(x @ A.T) * 0), x.std(0, out=x[0] * 1)),
    "ufuncs": lambda x: (np.exp(x), np.tanh(x), np.abs(x), np.square(x), np.negative(x), np.sign(x), np.sin(x),
        np.cos(x)),
    "ufuncs of two": lambda x: (np.add(x, 1), np.multiply(2.0, x), np.maximum(x, A), np.power(x, 2), np.subtract(A, x)),
    "divmod": lambda x: np.divmod(x, 2.0),
    "zeros_like and kin": lambda x: (np.zeros_like(x), np.ones_like(x, dtype=np.float32), np.full_like(x, 3.0)),
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_numpys_spelling_works_on_tensors(call: Callable[[Any], Any]) -> None:
    """The value, shape and dtype that the same line gives on an array; every result is a Tensor."""
    x = mg.tensor(A, requires_grad=True)
    for out, expected in zip(listed(call(x)), listed(call(A)), strict=True):
        assert isinstance(out, mg.Tensor)
        assert (out.shape, out.dtype) == (np.shape(expected), np.asarray(expected).dtype)
        np.testing.assert_allclose(out.numpy(), expected, rtol=1e-14)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_its_gradient_is_what_differences_say(call: Callable[[Any], Any]) -> None:
    """Each line's gradient along a random direction, under a random cotangent."""

    def f(x: Any) -> Any:
        rng, total = np.random.default_rng(1), x.sum() * 0.0
        for out in listed(call(x)):
            if out.dtype == np.float64:
                total = total + (out * rng.normal(size=out.shape)).sum()
        return total

    a, t, h = A + 0.013, np.random.default_rng(2).normal(size=A.shape), 1e-6
    found = np.vdot(mg.grad(f)(a), t)
    expected = (f(a + h * t) - f(a - h * t)) / (2 * h)
    assert abs(found - expected) < 1e-7 * max(1.0, abs(expected))


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda x: np.zeros_like(x, order="F"), "order"), (lambda x: np.add(x, x, order="F"), "order"),
        (lambda x: np.matmul(x, x.T, axes=[(0, 1), (0, 1), (0, 1)]), "axes"),
        (lambda x: np.full_like(x, 1.0, subok=False), "subok"),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_refused_by_name(call: Callable[[Any], Any], argument: str) -> None:
    """Never dropped, never taken for another argument."""
    with pytest.raises(TypeError, match=rf"np\.\w+\({argument}=\): not supported on Tensors"):
        call(mg.tensor(A, requires_grad=True))


@pytest.mark.parametrize("f", [np.fft.fft, np.union1d, np.histogram2d, np.roots],
                         ids=["fft", "union1d", "histogram2d", "roots"])
def test_a_function_without_a_rule_says_so_and_the_way_out(f: Callable[..., Any]) -> None:
    """For a Tensor that carries a gradient; one that does not is an array like any."""
    args = (A[0], A[1]) if f in (np.union1d, np.histogram2d) else (A[0],)
    with pytest.raises(TypeError, match=r"not differentiated here.*numpy.*mg.primitive"):
        f(*(mg.tensor(a, requires_grad=True) for a in args))
    for got, expected in zip(listed(f(*map(mg.tensor, args))), listed(f(*args)), strict=True):
        np.testing.assert_array_equal(got, expected)


def test_shapes_and_comparisons_of_values_need_no_rule() -> None:
    """np.shape, np.ndim, np.size, np.allclose, np.array_equal answer for Tensors that carry a gradient too."""
    x = mg.tensor(A, requires_grad=True)
    assert (np.shape(x), np.ndim(x), np.size(x)) == ((2, 3), 2, 6)
    assert np.allclose(x, A)
    assert np.array_equal(x, A)
