"""np.pad and sliding_window_view on Tensors: every spelling of widths, every mode, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg

view = np.lib.stride_tricks.sliding_window_view
X = np.random.default_rng(0).normal(size=(3, 4))


def as_numpy(f: Any, x: np.ndarray) -> None:
    """The value is NumPy's; the gradient and its gradient what differences say (f is linear, but for a constant)."""
    expected = f(x)
    t = mg.tensor(x, requires_grad=True)
    y = f(t)
    assert isinstance(y, mg.Tensor)
    assert y.dtype == expected.dtype
    np.testing.assert_array_equal(y.numpy(), expected)
    rng = np.random.default_rng(1)
    u, v = rng.normal(size=expected.shape), rng.normal(size=x.shape)
    c = mg.tensor(u, requires_grad=True)
    y.backward(c, create_graph=True)
    np.testing.assert_allclose((t.grad.numpy() * v).sum(), (u * (f(x + v) - f(x))).sum(), rtol=1e-9, atol=1e-9)
    (t.grad * v).sum().backward()
    np.testing.assert_allclose(c.grad.numpy(), f(x + v) - f(x), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("width", [
    0, 2, (1, 2), [(1, 2)], ((1, 0), (0, 3)), ((2,), (1,)), np.array([[0, 1], [2, 0]]), {1: (1, 2)}, {-1: 2, 0: (0, 1)},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric", "wrap"])
def test_every_spelling_of_widths_and_every_mode_is_numpys(width: Any, mode: str) -> None:
    """One number, a pair, a pair an axis, an array, a dict."""
    said: Any = width
    if isinstance(width, dict):  # which older NumPys do not take
        said = [(0, 0), (0, 0)]
        for axis, pair in width.items():
            said[axis] = pair if isinstance(pair, tuple) else (pair, pair)
    as_numpy(lambda x: np.pad(x, width if isinstance(x, mg.Tensor) else said, mode), X)
    np.testing.assert_array_equal(mg.pad(mg.tensor(X), width, mode=mode).numpy(), np.pad(X, said, mode))


@pytest.mark.parametrize("values", [3.5, (1.0, 2.0), ((1.0, 2.0), (3.0, 4.0)), ((1.0,), (2.0,))])
def test_constants_are_numpys(values: Any) -> None:
    """One, a pair, a pair an axis."""
    as_numpy(lambda x: np.pad(x, ((1, 2), (0, 1)), constant_values=values), X)


@pytest.mark.parametrize("width", [(4, 9), (0, 1)])
@pytest.mark.parametrize("mode", ["edge", "reflect", "symmetric", "wrap"])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_frame_wider_than_the_array_is_reflected_again(n: int, mode: str, width: Any) -> None:
    """As NumPy does, back and forth."""
    as_numpy(lambda x: np.pad(x, width, mode=mode), X[0, :n])


@pytest.mark.parametrize("how", [
    {"mode": "linear_ramp"}, {"mode": "linear_ramp", "end_values": ((1.0, -2.0), (3.0, 0.5))}, {"mode": "mean"},
    {"mode": "mean", "stat_length": 2}, {"mode": "mean", "stat_length": ((1, 2), (3, 9))},
    {"mode": "reflect", "reflect_type": "odd"}, {"mode": "symmetric", "reflect_type": "odd"},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("width", [((1, 2), (2, 0)), 2, ((0, 0), (1, 1))])
def test_straight_lines_means_and_odd_reflections_are_numpys(how: dict[str, Any], width: Any) -> None:
    """Composed of operations; affine in the array, so that differences are exact."""
    x, v = X, np.random.default_rng(2).normal(size=X.shape)
    t = mg.tensor(x, requires_grad=True)
    y, expected = np.pad(t, width, **how), np.pad(x, width, **how)
    np.testing.assert_allclose(y.numpy(), expected, 1e-14, 1e-14)
    u = np.random.default_rng(1).normal(size=expected.shape)
    y.backward(u)
    change = np.pad(x + v, width, **how) - expected
    np.testing.assert_allclose((t.grad.numpy() * v).sum(), (u * change).sum(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("mode", ["maximum", "minimum", "median"])
@pytest.mark.parametrize("length", [None, 2, ((1, 3), (2, 2))])
def test_extremes_and_medians_are_numpys(mode: str, length: Any) -> None:
    """And their gradients what small differences say."""
    how = {"mode": mode, "stat_length": length}
    t = mg.tensor(X, requires_grad=True)
    y, expected = np.pad(t, ((2, 1), (1, 2)), **how), np.pad(X, ((2, 1), (1, 2)), **how)
    np.testing.assert_array_equal(y.numpy(), expected)
    u, v = np.random.default_rng(1).normal(size=expected.shape), np.random.default_rng(2).normal(size=X.shape)
    y.backward(u)
    h = 1e-7
    change = (np.pad(X + h * v, ((2, 1), (1, 2)), **how) - np.pad(X - h * v, ((2, 1), (1, 2)), **how)) / (2 * h)
    np.testing.assert_allclose((t.grad.numpy() * v).sum(), (u * change).sum(), rtol=1e-6)


@pytest.mark.parametrize("mode", ["linear_ramp", "mean", "maximum", "median"])
def test_integers_are_rounded_as_numpy_rounds_them(mode: str) -> None:
    """Ramps down, means to the nearest."""
    x = np.array([[1, 7, 3, 4], [2, 2, 9, 8]])
    got, expected = np.pad(mg.asarray(x), 2, mode), np.pad(x, 2, mode)
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got.numpy(), expected)


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.float16, np.float32])
def test_the_dtype_is_the_arrays(dtype: Any) -> None:
    """The constant is cast to it, as NumPy casts it."""
    x = (X * 3).astype(dtype)
    for how in ({"constant_values": 1}, {"mode": "reflect"}):
        got, expected = np.pad(mg.asarray(x), 1, **how), np.pad(x, 1, **how)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got.numpy(), expected)


def test_what_is_not_done_is_refused_with_the_way_out() -> None:
    """Other modes, widths that do not fit, a constant that carries a gradient."""
    x = mg.tensor(X, requires_grad=True)
    for call, kind, says in (
        (lambda: np.pad(x, 1, mode="empty"), ValueError, ("mode='empty'", "mg.concatenate")),
        (lambda: np.pad(x, 4, mode="reflect", reflect_type="odd"), ValueError, ("(4, 4)", "at most 2", "pad twice")),
        (lambda: np.pad(x, 1, mode="mean", stat_length=0), ValueError, ("stat_length is 0", "at least 1")),
        (lambda: np.pad(x[:0], 1, mode="mean"), ValueError, ("axis 0 is empty",)),
        (lambda: mg.pad(x, -1), ValueError, ("negative", "x[1:-1]", "nn.functional.pad")),
        (lambda: mg.pad(x, 1.5), TypeError, ("pad_width is 1.5", "expected integers")),
        (lambda: mg.pad(x, (1, 2, 3)), ValueError, ("shape (3,)", "each of the 2 axes")),
        (lambda: mg.pad(x, {2: 1}), np.exceptions.AxisError, ("axis 2 is out of bounds",)),
        (lambda: mg.pad(mg.ones((0, 2)), 1, mode="edge"), ValueError, ("axis 0 is empty", "mode='constant' can")),
        (lambda: mg.pad(x, 1, constant_values=x[0, 0]), TypeError, ("history",)),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert not [text for text in says if text not in str(caught.value)], str(caught.value)


# ------------------------------------------------------------------------------------------------ windows


@pytest.mark.parametrize(("shape", "axis"), [
    (2, 0), (4, -1), ((2, 3), None), ((3, 2), (1, 0)), ((1,), (0,)), ((2, 2), (0, 0)), ((2,), 1), ((0, 1), None),
])  # fmt: skip
def test_sliding_windows_are_numpys(shape: Any, axis: Any) -> None:
    """Over some axes or all, the same one twice, windows of nothing."""
    as_numpy(lambda x: view(x, shape, axis), X)


def test_windows_that_do_not_fit_are_refused() -> None:
    """What NumPy refuses."""
    x = mg.tensor(X, requires_grad=True)
    for call, kind, says in (
        (lambda: view(x, 5, 0), ValueError, ("window of size (5,)", "(3,)")),
        (lambda: view(x, 2), ValueError, ("window_shape (2,)", "(0, 1)")),
        (lambda: view(x, -1, 0), ValueError, ("window_shape (-1,)",)),
        (lambda: view(x, 2, 2), np.exceptions.AxisError, ("axis 2 is out of bounds",)),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert not [text for text in says if text not in str(caught.value)], str(caught.value)
