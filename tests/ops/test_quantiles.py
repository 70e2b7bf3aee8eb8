"""Medians, quantiles and percentiles: NumPy's values by every method, gradients that finite differences confirm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops import composed
from tests.ops.optional import torch

rng = np.random.default_rng(3)
A, ROW = rng.permutation(12.0 * 0.3 + np.arange(12) * 0.4).reshape(3, 4), rng.permutation(np.arange(7) * 0.7 - 1)
CUBE = rng.permutation(np.arange(24) * 0.3).reshape(2, 3, 4)
GAPS = np.where(rng.random((3, 5)) < 0.3, np.nan, rng.permutation(np.arange(15) * 0.5).reshape(3, 5))
METHODS = [
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
]  # fmt: skip
CALLS: dict[str, tuple[composed.Call, Any]] = {
    "median": (lambda m, x: m.median(x), A),
    "median of an odd number": (lambda m, x: m.median(x), ROW),
    "median along an axis": (lambda m, x: (m.median(x, 0), m.median(x, axis=-1, keepdims=True)), A),
    "median over axes": (lambda m, x: (m.median(x, axis=(0, 2)), m.median(x, axis=(-1, 1), keepdims=True)), CUBE),
    "median of a scalar": (lambda m, x: m.median(x), np.array(2.5)),
    "quantile": (lambda m, x: m.quantile(x, 0.3), A),
    "quantiles along an axis": (lambda m, x: m.quantile(x, [0.1, 0.5, 0.9], axis=1), A),
    "a matrix of quantiles": (lambda m, x: m.quantile(x, np.array([[0.1, 0.5], [1.0, 0.0]]), 0, keepdims=True), A),
    "quantiles over axes": (lambda m, x: m.quantile(x, [0.25, 0.75], axis=(0, 1), keepdims=True), CUBE),
    "quantile along the middle axis": (lambda m, x: m.quantile(x, [0.2, 0.6], axis=1), CUBE),
    "percentile": (lambda m, x: (m.percentile(x, 30), m.percentile(x, [10, 90.0], axis=0)), A),
    "many quantiles": (lambda m, x: m.quantile(x, np.linspace(0.01, 0.99, 13)), A),
    "nanmedian": (lambda m, x: (m.nanmedian(x), m.nanmedian(x, axis=1)), GAPS),
    "nanquantile": (lambda m, x: m.nanquantile(x, [0.2, 0.7], axis=1, keepdims=True), GAPS),
    "nanquantile over all": (lambda m, x: m.nanquantile(x, 0.37), GAPS),
    "nanpercentile": (lambda m, x: m.nanpercentile(x, 45, axis=0), GAPS),
    "nanmedian without a NaN": (lambda m, x: m.nanmedian(x, axis=0), A),
    **{f"quantile by {m}": (lambda np, x, m=m: np.quantile(x, [0.0, 0.11, 0.5, 0.83, 1.0], method=m), ROW)
       for m in METHODS},
    **{f"nanquantile by {m}": (lambda np, x, m=m: np.nanquantile(x, [0.3, 0.62], axis=1, method=m), GAPS)
       for m in METHODS},
}  # fmt: skip
each = pytest.mark.parametrize(("call", "x"), CALLS.values(), ids=CALLS)


@each
def test_value_is_numpys(call: composed.Call, x: Any) -> None:
    """On Tensors and arrays, and when NumPy's own function is called on Tensors; in float32 too."""
    composed.as_numpy(call, x)
    composed.as_numpy(call, x.astype(np.float32))


@each
def test_derivatives_are_what_finite_differences_say(call: composed.Call, x: Any) -> None:
    """Of the elements between which a quantile lies."""
    here = ~np.isnan(x)

    def of_those_there(m: Any, v: Any) -> Any:
        whole = m.asarray(x) * 1.0
        whole[here] = v
        return call(m, whole)

    composed.as_differences(of_those_there, x[here])


SPECIAL = {
    "a NaN": [1.0, np.nan, 3.0], "all NaN": [np.nan, np.nan], "infinities": [-np.inf, 1.0, np.inf, 2.0],
    "equal infinities": [np.inf, np.inf, 1.0], "ties": [1.0, 2.0, 2.0, 2.0, 3.0], "one": [4.0],
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("values", SPECIAL.values(), ids=SPECIAL)
@pytest.mark.parametrize("name", ["median", "nanmedian"])
def test_what_is_no_number_is_as_in_numpy(name: str, values: list[float]) -> None:
    """A NaN makes NaN, or is skipped; infinities stay."""
    composed.as_numpy(lambda m, x: getattr(m, name)(x), np.array(values))
    if values.count(np.inf) < 2:  # between two of them NumPy's quantile is NaN, though its median is not
        composed.as_numpy(lambda m, x: getattr(m, name.replace("median", "quantile"))(x, 0.5), np.array(values))


@pytest.mark.parametrize("name", ["median", "nanmedian"])
def test_of_nothing_it_is_nan(name: str) -> None:
    """As in NumPy, without its warning."""
    assert np.isnan(getattr(mg, name)(mg.zeros(0)).item())
    assert getattr(mg, name)(mg.zeros((0, 3)), axis=0).shape == (3,)


@pytest.mark.parametrize("dtype", [np.int64, np.bool_, np.uint8], ids=str)
def test_integers_are_taken_as_numpy_takes_them(dtype: type) -> None:
    """To floats by the methods that draw lines; as they are by those that take an element."""
    x = np.array([3, 1, 2, 1], dtype)
    composed.as_numpy(lambda m, x: m.median(x), x)
    if dtype is not np.bool_:
        composed.as_numpy(lambda m, x: (m.quantile(x, 0.3), m.quantile(x, 0.3, method="lower")), x)


def test_the_quantile_itself_carries_a_gradient() -> None:
    """The slope between the two elements that it lies between, times their number less one: as in Torch."""
    x, q = np.array([1.0, 4.0, 2.0, 8.0]), np.array([0.2, 0.7])
    composed.as_differences(lambda m, x, q: m.quantile(x, q), x, q)
    composed.as_differences(lambda m, x, q: m.quantile(x, q, method="hazen"), x, q)


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda x: mg.quantile(x, 1.5), ValueError, "q=1.5 outside 0 … 1"),
        (lambda x: mg.percentile(x, -3), ValueError, "outside"),
        (lambda x: mg.quantile(x, np.nan), ValueError, "nan"),
        (lambda x: mg.quantile(x, 0.5, method="middle"), ValueError, "'middle'.*hazen"),
        (lambda x: mg.quantile(x, 0.5, weights=[1, 2]), TypeError, "weights=.*not supported"),
        (lambda x: mg.median(x, axis=3), np.exceptions.AxisError, "axis 3"),
        (lambda x: mg.median(x, axis=(0, -4)), np.exceptions.AxisError, "axis -4"),
    ],
)
def test_bad_input_is_refused(call: Any, kind: type[Exception], says: str) -> None:
    """Saying what was seen and what was expected."""
    with pytest.raises(kind, match=says):
        call(mg.tensor(A))


@pytest.mark.parametrize("interpolation", ["linear", "lower", "higher", "midpoint", "nearest"])
def test_quantile_is_torchs(interpolation: str) -> None:
    """Value and gradient, by every interpolation that Torch has."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    q = np.array([0.0, 0.3, 0.5, 0.9])
    x, t = mg.tensor(A, requires_grad=True), torch.tensor(A, requires_grad=True)
    ours = mg.quantile(x, q, dim=1, keepdim=True, interpolation=interpolation)
    theirs = torch.quantile(t, torch.tensor(q), dim=1, keepdim=True, interpolation=interpolation)
    np.testing.assert_allclose(ours.numpy(), theirs.detach().numpy(), rtol=1e-12)
    u = rng.normal(size=ours.shape)
    ours.backward(u)
    theirs.backward(torch.tensor(u))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-12)
