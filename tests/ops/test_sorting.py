"""What is composed of sorting: rankings, partitions, buckets; orders of every dtype beside NumPy's stable one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.ops.reductions.sorting import order_of
from tests.ops import composed
from tests.ops.optional import torch

rng = np.random.default_rng(11)
A, TIES = rng.permutation(np.arange(20) * 0.3).reshape(4, 5), rng.integers(0, 4, (6, 5)) / 2.0
EDGES = np.array([-1.0, 0.0, 0.5, 0.5, 2.0])
CALLS: dict[str, tuple[Any, ...]] = {
    "sort": (lambda m, x: (m.sort(x), m.sort(x, 0), m.sort(x, axis=None), m.sort(x, kind="stable")), A),
    "argsort": (lambda m, x: (m.argsort(x), m.argsort(x, axis=0), m.argsort(x, axis=None)), A),
    "partition about a place": (lambda m, x: (m.partition(x, 2)[:, 2], m.partition(x, (1, 3), axis=0)[1]), A),
    "searchsorted": (lambda m, v: (m.searchsorted(EDGES, v), m.searchsorted(EDGES, v, "right")), TIES),
    "searchsorted through an order": (lambda m, v: m.searchsorted(EDGES[::-1], v, sorter=np.arange(4, -1, -1)), TIES),
    "digitize": (lambda m, x: (m.digitize(x, EDGES), m.digitize(x, EDGES, right=True)), TIES),
    "digitize between falling edges": (lambda m, x: (m.digitize(x, EDGES[::-1]), m.digitize(x, EDGES[::-1], True)),
        TIES),
    "lexsort": (lambda m, x: (m.lexsort((x[0], x[1])), m.lexsort(x, axis=0)), TIES),
    "msort": (lambda m, x: m.sort(x, 0) if m is np else m.msort(x), TIES),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS.values(), ids=CALLS)
def test_value_is_numpys(case: tuple[Any, ...]) -> None:
    """On Tensors and arrays, and when NumPy's own function is called on Tensors."""
    composed.as_numpy(*case)


@pytest.mark.parametrize("case", ["sort", "partition about a place", "msort"])
def test_derivatives_are_what_finite_differences_say(case: str) -> None:
    """First and second."""
    call = CALLS[case][0]
    composed.as_differences(call, A)


DTYPES = [np.float16, np.float32, np.float64, np.int8, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.bool_]


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda t: t.__name__)
@pytest.mark.parametrize(("shape", "axis"), [((9000,), 0), ((90, 80), 0), ((30, 20, 10), 1)], ids=str)
def test_the_fast_order_is_the_stable_one(dtype: type, shape: tuple[int, ...], axis: int) -> None:
    """Of large arrays of every dtype with ties, their ends, NaN of either sign, infinities, −0."""
    floats = np.dtype(dtype).kind == "f"
    x = rng.integers(0 if np.dtype(dtype).kind in "ub" else -50, 50, shape).astype(dtype)
    for value in (np.nan, -np.nan, -np.inf, np.inf, -0.0) if floats else ():
        x[rng.random(shape) < 0.05] = value
    if np.dtype(dtype).kind in "iu":
        x[rng.random(shape) < 0.05] = np.iinfo(dtype).max
        x[rng.random(shape) < 0.05] = np.iinfo(dtype).min
    expected = np.argsort(x, axis, kind="stable")
    np.testing.assert_array_equal(order_of(x, axis), expected)
    backwards = order_of(x, axis, descending=True)
    ranked = np.take_along_axis(x, backwards, axis)
    np.testing.assert_array_equal(ranked, np.flip(np.sort(x, axis), axis))
    equal = np.diff(ranked.astype(float), axis=axis) == 0
    assert (np.diff(backwards, axis=axis)[equal] > 0).all()


RANKINGS: dict[str, Any] = {
    "topk": lambda m, x: m.topk(x, 3), "topk of an axis": lambda m, x: m.topk(x, 2, 0),
    "smallest": lambda m, x: m.topk(x, 2, -1, False), "none": lambda m, x: m.topk(x, 0),
    "kthvalue": lambda m, x: m.kthvalue(x, 2), "kthvalue kept": lambda m, x: m.kthvalue(x, 4, dim=0, keepdim=True),
    "cummax": lambda m, x: m.cummax(x, 1), "cummin": lambda m, x: m.cummin(x, dim=0),
}  # fmt: skip


@pytest.mark.parametrize("call", RANKINGS.values(), ids=RANKINGS)
def test_rankings_are_torchs(call: Any) -> None:
    """Values, places, first and second derivatives; of scalars too."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    x, t = mg.tensor(A, requires_grad=True), torch.tensor(A, requires_grad=True)
    (values, places), (theirs, at) = call(mg, x), call(torch, t)
    np.testing.assert_array_equal(values.numpy(), theirs.detach().numpy())
    np.testing.assert_array_equal(places.numpy(), at.numpy())
    assert not places.requires_grad
    u = rng.normal(size=values.shape)
    values.backward(u)
    theirs.backward(torch.tensor(u))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-12)
    composed.as_differences(lambda m, x: call(m, x)[0], A)


ENDS = {"numbers": (), "ties": (0.0, -0.0, 1.0), "infinities": (np.inf, -np.inf), "NaN": (np.nan,)}


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize(("shape", "axis"), [((2, 90, 3), 1), ((4, 100), -1), ((100,), 0), ((0, 90), 1)], ids=str)
def test_a_few_of_many_are_found_as_by_sorting(shape: tuple[int, ...], axis: int, largest: bool, ends: str) -> None:
    """The values are those of the sorted array, and the places have them, each place once; x stays as it was."""
    x = rng.normal(size=shape).astype(np.float32)
    for value in ENDS[ends]:
        x[rng.random(shape) < 0.3] = value
    before = x.copy()
    values, places = (a.numpy() for a in mg.topk(mg.asarray(x), 5, axis, largest))
    np.testing.assert_array_equal(x, before)
    order = np.sort(x, axis)
    np.testing.assert_array_equal(values, np.take(np.flip(order, axis) if largest else order, range(5), axis))
    np.testing.assert_array_equal(np.take_along_axis(x, places, axis), values)
    assert (np.diff(np.sort(places, axis), axis=axis) > 0).all()


@pytest.mark.parametrize("call", [lambda m, x: m.topk(x, 1), lambda m, x: m.kthvalue(x, 1), lambda m, x: m.cummax(x,
    0)],
                         ids=["topk", "kthvalue", "cummax"])  # fmt: skip
def test_a_scalar_is_a_line_of_one(call: Any) -> None:
    """As in Torch: without axes, at place 0, with its gradient."""
    x = mg.tensor(2.5, requires_grad=True)
    value, place = call(mg, x)
    assert (value.shape, value.item(), place.shape, place.item()) == ((), 2.5, (), 0)
    value.backward()
    assert x.grad.item() == 1


def test_bucketize_is_torchs() -> None:
    """At a boundary the lower bucket, or the higher."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    for right in (False, True):
        theirs = torch.bucketize(torch.tensor(TIES), torch.tensor(EDGES), right=right, out_int32=True)
        ours = mg.bucketize(mg.tensor(TIES), EDGES, right=right, out_int32=True)
        assert ours.dtype == np.int32
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_a_tensor_is_sorted_in_place_as_an_array_is() -> None:
    """x.sort() writes to x, with its history."""
    x = mg.tensor([3.0, 1.0, 2.0], requires_grad=True)
    y = x * 1.0
    assert y.sort() is None
    np.testing.assert_array_equal(y.numpy(), [1.0, 2.0, 3.0])
    y.backward([10.0, 20.0, 30.0])
    np.testing.assert_array_equal(x.grad.numpy(), [30.0, 10.0, 20.0])


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda x: mg.kthvalue(x, 6), ValueError, "k=6 of the 5 elements along axis -1; expected 1 to 5"),
        (lambda x: mg.kthvalue(x, 1, 2), np.exceptions.AxisError, "axis 2"),
        (lambda x: mg.digitize(x, [0.0, 2.0, 1.0]), ValueError, "neither rise nor fall"),
        (lambda x: mg.digitize(x, EDGES[None]), ValueError, r"bins \(1, 5\)"),
        (lambda x: mg.bucketize(x, EDGES[None]), ValueError, r"boundaries \(1, 5\)"),
        (lambda x: mg.partition(x, 7), ValueError, "out of bounds"),
    ],
)
def test_bad_input_is_refused(call: Any, kind: type[Exception], says: str) -> None:
    """Saying what was seen and what was expected."""
    with pytest.raises(kind, match=says):
        call(mg.tensor(A))
