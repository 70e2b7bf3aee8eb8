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
    if isinstance(width, dict) and np.lib.NumpyVersion(np.__version__) < "2.2.0":
        pytest.skip("np.pad takes a dict since NumPy 2.2")
    as_numpy(lambda x: np.pad(x, width, mode), X)
    np.testing.assert_array_equal(mg.pad(mg.tensor(X), width, mode=mode).numpy(), np.pad(X, width, mode))


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
        (lambda: np.pad(x, 1, mode="mean"), ValueError, ("mode='mean'", "'reflect'", "mg.concatenate")),
        (lambda: np.pad(x, 1, mode="reflect", reflect_type="odd"), ValueError, ("reflect_type='odd'",)),
        (lambda: np.pad(x, 1, mode="mean", stat_length=2), TypeError, ("np.pad(stat_length=)",)),
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
