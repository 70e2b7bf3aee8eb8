"""NumPy's polynomials and functions of samples on Tensors: NumPy's values, and the gradients that differences say."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.interop.differences import differentiated

P = np.array([0.5, -2.0, 1.5, 3.0])
T = np.array([-1.3, -0.4, 0.2, 0.9, 1.7, 2.4])
CALLS: dict[str, tuple[Callable[[Any], Any], np.ndarray]] = {
    "polyval in x": (lambda x: np.polyval(P, x), T), "polyval in p": (lambda p: np.polyval(p, T), P),
    "polyval of both": (lambda p: np.polyval(p, p.reshape(2, 2)), P), "polyder": (np.polyder, P),
    "polyder twice": (lambda p: np.polyder(p, 2), P), "polyder not at all": (lambda p: np.polyder(p * 2, 0), P),
    "polyint": (np.polyint, P), "polyint twice": (lambda p: np.polyint(p, 2, [1.0, 2.0]), P),
    "polyint from a constant": (lambda p: np.polyint(p, 2, k=3.0), P),
    "polyadd": (lambda p: (np.polyadd(p, [1.0, 2.0]), np.polyadd([1.0, 2.0], p), np.polyadd(T, p)), P),
    "polysub": (lambda p: (np.polysub(p, [1.0]), np.polysub([1, 2, 3, 4, 5], p)), P),
    "polymul": (lambda p: (np.polymul(p, p[:2]), np.polymul([0.0, 1.0, 2.0], p)), P),
    "polydiv": (lambda p: np.polydiv(p, [2.0, 1.0]), P), "polydiv by it": (lambda p: np.polydiv(T, p), P),
    "polydiv by a longer one": (lambda p: np.polydiv(p[:2], p), P),
    "poly of zeros": (np.poly, P), "vander": (lambda p: np.vander(p, 3, increasing=True), P),
    "polyfit in y": (lambda y: np.polyfit(T, y, 2), np.cos(T)),
    "polyfit in x": (lambda x: np.polyfit(x, np.cos(T), 2), T),
    "polyfit of columns": (lambda y: np.polyfit(T, y.reshape(6, 1) * [1.0, 2.0], 1), np.cos(T)),
    "polyfit with weights": (lambda w: np.polyfit(T, np.cos(T), 2, w=w), T * T + 0.5),
    "unwrap": (lambda x: np.unwrap(x * 4), np.array([0.1, 1.9, 3.3, 0.2, 2.0])),
    "unwrap a matrix": (lambda x: np.unwrap(x.reshape(3, 2), axis=0, period=2.0), np.array([0.1, 1.9, 3.3, 0.2, 2, 5])),
    "interp in x": (lambda x: np.interp(x, [-1.0, 0.0, 2.0], [3.0, -1.0, 5.0]), T),
    "interp in xp": (lambda p: np.interp(T, p, [3.0, -1.0, 5.0]), np.array([-1.0, 0.0, 2.0])),
    "interp in fp": (lambda p: np.interp(T, [-1.0, 0.0, 2.0], p), np.array([3.0, -1.0, 5.0])),
    "interp with ends": (lambda x: np.interp(x, [-1.0, 0.0, 2.0], [3.0, -1.0, 5.0], left=7.0, right=-7.0), T),
    "interp with a period": (lambda x: np.interp(x, [0.3, 0.1, 0.8], [3.0, -1.0, 5.0], period=1.0), T),
    "interp of one sample": (lambda p: np.interp(T, [0.0], p), np.array([3.0])),
    "fftshift": (lambda x: (np.fft.fftshift(x), np.fft.ifftshift(x.reshape(3, 2), axes=0)), T),
}  # fmt: skip


@pytest.mark.parametrize(("call", "a"), CALLS.values(), ids=CALLS)
def test_values_and_gradients(call: Callable[[Any], Any], a: np.ndarray) -> None:
    """NumPy's value; first and second derivatives by differences."""
    differentiated(call, a, 1e-5)


SIZES = list(itertools.product(("full", "same", "valid"), ((4, 4), (5, 2), (2, 5), (6, 4), (4, 6), (1, 3), (3, 1))))


@pytest.mark.parametrize("f", [np.convolve, np.correlate], ids=lambda f: f.__name__)
@pytest.mark.parametrize(("mode", "sizes"), SIZES, ids=str)
def test_convolution_and_correlation(f: Any, mode: str, sizes: tuple[int, int]) -> None:
    """In either argument, in every mode, whichever is longer."""
    a, v = (np.random.default_rng(k).normal(size=n) for k, n in enumerate(sizes))
    differentiated(lambda x: f(x, v, mode), a)
    differentiated(lambda y: f(a, y, mode=mode), v)


def test_integers_stay_integers() -> None:
    """Dtypes as NumPy's, for Tensors without a gradient."""
    n = np.array([1, 2, 3])
    for call in (lambda x: np.convolve(x, x), lambda x: np.polyadd(x, x), lambda x: np.polymul(x, x),
                 lambda x: np.polyder(x), lambda x: np.polyval(x, x), lambda x: np.polyint(x), lambda x: np.poly(x),
                 lambda x: np.correlate(x, x, "full"), lambda x: np.interp(x, [0, 2], [1, 4])):  # fmt: skip
        out, expected = call(mg.tensor(n)), call(n)
        assert out.dtype == expected.dtype
        np.testing.assert_allclose(out.numpy(), expected, rtol=1e-15)
    assert mg.convolve(n, n).dtype == n.dtype  # arrays give arrays


def test_angles_have_derivative_0() -> None:
    """Of real numbers: 0 or π, in degrees 0 or 180, whatever their size; NaN of NaN."""
    x = mg.tensor([-1.0, 0.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(np.angle(x).numpy(), np.angle(x.numpy()))
    np.testing.assert_array_equal(np.angle(x, deg=True).numpy(), [180.0, 0.0, 0.0])
    np.angle(x).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]
    a = np.array([np.inf, -np.inf, np.nan, -0.0])
    np.testing.assert_array_equal(np.angle(mg.tensor(a)).numpy(), np.angle(a))


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda x: np.polyval(mg.ones((2, 2)), x), ValueError, r"\(2, 2\).*vector"),
        (lambda x: np.polyder(x, -1), ValueError, "at least 0"), (lambda x: np.polyint(x, -1), ValueError, "m is -1"),
        (lambda x: np.polyint(x, 3, [1.0, 2.0]), ValueError, "2 constants"),
        (lambda x: np.polydiv(x, [0.0, 1.0]), ZeroDivisionError, "leads with"),
        (lambda x: np.poly(mg.ones((2, 2))), ValueError, "vector of zeros"),
        (lambda x: np.polyfit(x, x, 4), ValueError, "points"),
        (lambda x: np.polyfit(x, x[:2], 1), ValueError, "length"),
        (lambda x: np.polyfit(x, x, 1, full=True), TypeError, "full"),
        (lambda x: np.convolve(x, mg.ones((2, 2))), ValueError, r"\(2, 2\)"),
        (lambda x: np.convolve(x, x[:0]), ValueError, "at least one"),
        (lambda x: np.convolve(x, x, "some"), ValueError, "'some'.*'valid'"),
        (lambda x: np.interp(x, [0.0, 1.0], [1.0]), ValueError, "one length"),
        (lambda x: np.interp(x, [0.0, 1.0], [1.0, 2.0], period=0), ValueError, "period is 0"),
    ],
)  # fmt: skip
def test_errors(call: Callable[[Any], Any], kind: type[Exception], says: str) -> None:
    """What was seen, what was expected."""
    with pytest.raises(kind, match=says):
        call(mg.tensor(P[:3], requires_grad=True))
