"""Reductions with all of NumPy's arguments, weighted means, covariance, and what skips NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops import composed
from tests.ops.checks import close, listed
from tests.ops.optional import torch

rng = np.random.default_rng(5)
A, B, CUBE = rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.normal(size=(2, 3, 4))
W, COUNTS, MASK = rng.uniform(0.5, 2.0, 4), np.array([1, 3, 0, 2]), A > -0.3
GAPS = np.where(rng.random((3, 5)) < 0.3, np.nan, rng.normal(size=(3, 5)))
HERE = ~np.isnan(GAPS)
CALLS: dict[str, tuple[Any, ...]] = {
    "sum with where, initial, dtype": (lambda m, x: (m.sum(x, 0, where=MASK), m.sum(x, initial=2.5),
        m.sum(x, axis=1, dtype=np.float64, keepdims=True, initial=1.0, where=MASK)), A),
    "prod with where, initial": (lambda m, x: (m.prod(x, 0, where=MASK), m.prod(x, axis=(0, 1), initial=2.5)), A),
    "mean with where": (lambda m, x: (m.mean(x, where=MASK), m.mean(x, 0, keepdims=True, where=MASK)), A),
    "max with initial": (lambda m, x: (m.max(x, 0, initial=0.3), m.max(x, initial=-9.0, where=MASK)), A),
    "min with initial": (lambda m, x: (m.min(x, 0, initial=0.3), m.min(x, 1, initial=9.0, where=MASK, keepdims=True)),
        A),
    "amax, amin": (lambda m, x: (m.amax(x, 0), m.amin(x, axis=-1, keepdims=True)), A),
    "var with where, ddof": (lambda m, x: (m.var(x, where=MASK), m.var(x, 0, ddof=1, keepdims=True, where=MASK[:,
        :1])), A),
    "var of a mean given": (lambda m, x: m.var(x, 0, mean=m.mean(x, 0, keepdims=True)), A),
    "var, std with correction": (lambda m, x: (m.var(x, correction=1), m.std(x, 1, correction=0.5)), A),
    "std with where": (lambda m, x: (m.std(x, where=MASK), m.std(x, 1, ddof=1, where=HERE[:, 1:])), A),
    "ptp": (lambda m, x: (m.ptp(x), m.ptp(x, 0), m.ptp(x, axis=(0, 2), keepdims=True)), CUBE),
    "average": (lambda m, x: (m.average(x), m.average(x, 0), *m.average(x, axis=1, returned=True)), A),
    "average under weights": (lambda m, x, w: (m.average(x, 1, w), m.average(x, axis=-1, weights=w, keepdims=True)),
        A, W),
    "average under weights of all": (lambda m, x, w: m.average(x, 0, w, returned=True), A, np.abs(B)),
    "average under all weights": (lambda m, x, w: m.average(x, weights=w), A, np.abs(B)),
    "average over axes": (lambda m, x, w: m.average(x, (0, 2), w), CUBE, rng.uniform(1, 2, (2, 4))),
    "cov": (lambda m, x: (m.cov(x), m.cov(x, bias=True), m.cov(x, ddof=0), m.cov(x[0])), A),
    "cov of columns": (lambda m, x: m.cov(x, rowvar=False), A),
    "cov of two": (lambda m, x, y: (m.cov(x, y), m.cov(x[0], y[1])), A, B),
    "cov under weights": (lambda m, x, w: (m.cov(x, aweights=w), m.cov(x, aweights=w, ddof=0)), A, W),
    "cov of counts": (lambda m, x: m.cov(x, fweights=COUNTS), A),
    "cov of counts under weights": (lambda m, x, w: m.cov(x, fweights=COUNTS, aweights=w), A, W),
    "corrcoef": (lambda m, x: (m.corrcoef(x), m.corrcoef(x, rowvar=False)), A),
    "corrcoef of two": (lambda m, x, y: m.corrcoef(x, y), A, B),
    "nansum, nanmean": (lambda m, x: (m.nansum(x), m.nansum(x, 0), m.nanmean(x), m.nanmean(x, 1, keepdims=True)), GAPS),
    "nanprod": (lambda m, x: (m.nanprod(x), m.nanprod(x, axis=1)), GAPS),
    "nanmax, nanmin": (lambda m, x: (m.nanmax(x), m.nanmax(x, 1), m.nanmin(x, axis=0, keepdims=True)), GAPS),
    "nanvar, nanstd": (lambda m, x: (m.nanvar(x), m.nanvar(x, 1, ddof=1), m.nanstd(x, axis=1, keepdims=True)), GAPS),
    "nancumsum, nancumprod": (lambda m, x: (m.nancumsum(x), m.nancumsum(x, 1), m.nancumprod(x, axis=0)), GAPS),
    "nan functions with where": (lambda m, x: (m.nansum(x, where=HERE[:, ::-1]), m.nanmean(x, 1, where=HERE[::-1])),
        GAPS),
    "nansum of what has none": (lambda m, x: (m.nansum(x), m.nanmax(x, 0), m.nanmean(x), m.nanvar(x)), A),
}  # fmt: skip
each = pytest.mark.parametrize("case", CALLS.values(), ids=CALLS)
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@each
def test_value_is_numpys(case: tuple[Any, ...]) -> None:
    """On Tensors and arrays, and when NumPy's own function is called on Tensors; in float32 too."""
    call, *arrays = case
    composed.as_numpy(call, *arrays)


@each
def test_float32_is_as_in_numpy(case: tuple[Any, ...], request: Any) -> None:
    """Its dtype too; but for covariances, which stay float32 under microgrid's own names."""
    call, *arrays = case
    arrays = [a.astype(np.float32) for a in arrays]
    if "co" not in request.node.callspec.id.split()[0]:
        composed.as_numpy(call, *arrays)
        return
    for out, e in zip(listed(call(np, *map(mg.asarray, arrays))), listed(call(np, *arrays)), strict=True):
        close(out.numpy(), np.asarray(e), 2e-5, "np on Tensors")
    for out, e in zip(listed(call(mg, *map(mg.asarray, arrays))), listed(call(np, *arrays)), strict=True):
        close(out.numpy(), np.asarray(e, np.float32), 2e-5, "mg on Tensors")


@each
def test_derivatives_are_what_finite_differences_say(case: tuple[Any, ...]) -> None:
    """First and second, by every argument that is differentiated; NaN has no part in it."""
    call, x, *more = case
    here = ~np.isnan(x)

    def of_those_there(m: Any, v: Any, *others: Any) -> Any:
        whole = m.asarray(x) * 1.0
        whole[here] = v
        return call(m, whole, *others)

    composed.as_differences(of_those_there, x[here], *more)


@pytest.mark.parametrize("name", ["nansum", "nanmean", "nanmax", "nanmin", "nanvar", "nanstd", "nanprod"])
def test_a_nan_has_no_gradient(name: str) -> None:
    """Exactly 0, not NaN, of the first and the second order; where all are NaN too."""
    x = mg.tensor([[1.0, np.nan, 3.0], [np.nan] * 3], requires_grad=True)
    (getattr(mg, name)(x, axis=1)[0] * 2.0).backward(create_graph=True)
    g = x.grad
    assert np.isfinite(g.numpy()).all()
    np.testing.assert_array_equal(g.numpy()[np.isnan(x.numpy())], 0)
    if g.requires_grad:
        (g**2.0).sum().backward()
        assert np.isfinite(x.grad.numpy()).all()


def test_all_nan_is_nan_and_has_no_place() -> None:
    """As in NumPy, and its error."""
    x = mg.tensor([[1.0, np.nan], [np.nan, np.nan]])
    for name in ("nanmax", "nanmin", "nanmean", "nanvar", "nanmedian"):
        np.testing.assert_array_equal(np.isnan(getattr(mg, name)(x, axis=1).numpy()), [False, True])
    with pytest.raises(ValueError, match="nanargmax: all elements along the axis are NaN"):
        mg.nanargmax(x, axis=1)
    assert (mg.nanargmax(x).item(), np.nanargmin(x).item()) == (0, 0)
    np.testing.assert_array_equal(mg.nanargmin(x[:1] * 1.0, axis=1).numpy(), [0])


@pytest.mark.parametrize("f", ["sum", "prod", "mean", "max", "min", "var", "std", "all", "any", "ptp"])
@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.bool_, np.float16], ids=lambda t: t.__name__)
def test_every_dtype_reduces_as_in_numpy(f: str, dtype: type) -> None:
    """Sums of small integers are wide, means of integers floats."""
    if (f, dtype) == ("ptp", np.bool_):
        return  # NumPy cannot subtract booleans
    x = np.array([[3, 0, 1], [7, 2, 0]]).astype(dtype)
    composed.as_numpy(lambda m, x: (getattr(m, f)(x), getattr(m, f)(x, axis=0)), x) if dtype is not np.float16 else None
    out = getattr(mg, f)(mg.asarray(x), axis=1)
    expected = getattr(np, f)(x, axis=1)
    assert out.dtype == expected.dtype
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-3)


def test_max_of_none_with_an_initial_is_that() -> None:
    """NumPy's answer for empty axes; without an initial they are refused, and so is a mask."""
    x = mg.zeros((0, 3))
    np.testing.assert_array_equal(mg.max(x, axis=0, initial=2.0).numpy(), [2.0] * 3)
    with pytest.raises(ValueError, match="no elements"):
        mg.max(x, axis=0)
    with pytest.raises(ValueError, match="give initial="):
        mg.min(mg.ones(3), where=np.array([True, False, True]))


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda x: mg.average(x, weights=np.ones(3)), TypeError, r"weights \(3,\) for x \(3, 4\) need the axis"),
        (lambda x: mg.average(x, 1, np.ones(3)), ValueError, r"\(3,\) for x \(3, 4\); expected \(3, 4\), or \(4,\)"),
        (lambda x: mg.average(x, 1, np.zeros(4)), ZeroDivisionError, "sum to 0"),
        (lambda x: mg.var(x, ddof=1, correction=2), ValueError, "ddof=1 and correction=2"),
        (lambda x: mg.cov(x[None]), ValueError, "3 axes"),
        (lambda x: mg.cov(x, fweights=np.ones(3, int)), ValueError, r"fweights \(3,\) for 4 observations"),
        (lambda x: mg.cov(x, fweights=np.full(4, 0.5)), TypeError, "integers"),
        (lambda x: mg.cov(x, aweights=-np.ones(4)), ValueError, "negative"),
    ],
)
def test_bad_input_is_refused(call: Any, kind: type[Exception], says: str) -> None:
    """Saying what was seen and what was expected."""
    with pytest.raises(kind, match=says):
        call(mg.tensor(A))


@pytest.mark.parametrize("name", ["std_mean", "var_mean"])
def test_pairs_are_torchs(name: str) -> None:
    """Value and gradients, with Torch's divisor n − 1."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    x, t = mg.tensor(A, requires_grad=True), torch.tensor(A, requires_grad=True)
    for how in ({}, {"dim": 1}, {"dim": (0, 1), "keepdim": True, "correction": 0}):
        for ours, theirs in zip(getattr(mg, name)(x, **how), getattr(torch, name)(t, **how)):
            np.testing.assert_allclose(ours.numpy(), theirs.detach().numpy(), rtol=1e-12)
            u = rng.normal(size=ours.shape)
            x.grad = t.grad = None
            ours.backward(u)
            theirs.backward(torch.tensor(u), retain_graph=True)
            np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-10)


def test_in_keepdims_place_torch_has_keepdim() -> None:
    """mg.sum(x, 0, True): a boolean is no dtype."""
    x = mg.tensor(A)
    for name in ("sum", "mean", "prod", "max", "min"):
        assert getattr(mg, name)(x, 0, True).shape == (1, 4)
    for name in ("sum", "mean", "prod"):  # of max and min NumPy's second is out
        assert getattr(x, name)(0, True).shape == (1, 4)
