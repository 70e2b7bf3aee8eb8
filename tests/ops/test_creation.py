"""Tensors of constants and evenly spaced numbers: NumPy's values in the dtype asked for, Torch's and NumPy's ways to
call, and the history of ends that are Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.interop.differences import differentiated

DTYPES = ["bool", "int8", "uint64", "int64", "float16", "float32", "float64"]
SHAPES: list[Any] = [(), 3, (3,), (2, 0), (2, 3), [2, 3], np.int64(2)]


@pytest.mark.parametrize("dtype", [None, *DTYPES])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_constants_by_shape(shape: Any, dtype: Any) -> None:
    """zeros, ones, full, empty: value, shape, dtype; the default dtype where none is named."""
    for name, fill in (("zeros", 0), ("ones", 1), ("empty", 0), ("full", 7.0)):
        more = (fill,) if name == "full" else ()
        out = getattr(mg, name)(shape, *more, dtype=dtype, device="cpu")
        expected = np.full(shape, fill, dtype or np.float32)
        assert isinstance(out, mg.Tensor)
        assert (out.shape, out.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_array_equal(out.numpy(), expected)


def test_the_ways_to_call() -> None:
    """Sizes one by one as in Torch, a dtype by position as in NumPy; never one for the other."""
    assert mg.zeros(2, 3).shape == mg.zeros((2, 3)).shape == mg.zeros([2, 3]).shape == mg.zeros(shape=(2, 3)).shape
    assert mg.ones(2, 3, dtype=int).dtype == mg.ones((2, 3), int).dtype == mg.ones(2, "int64").dtype == np.int64
    assert mg.empty(0).shape == (0,)
    assert mg.zeros(2, requires_grad=True).requires_grad
    for bad in (lambda: mg.zeros(2, 3.5), lambda: mg.zeros((2,), int, dtype=float), lambda: mg.zeros(2, "x", int),
                lambda: mg.zeros((2, 3), 4), lambda: mg.full(2, 1j), lambda: mg.full(2, "a"),
                lambda: mg.zeros(2, dtype=int, requires_grad=True)):  # fmt: skip
        with pytest.raises(TypeError):
            bad()
    with pytest.raises(ValueError, match="negative"):
        mg.zeros(-1)


def test_full_takes_its_dtype_from_the_number() -> None:
    """Python's numbers give the default dtypes, NumPy's keep theirs; a Tensor is broadcast with its history."""
    kinds = [(True, bool), (3, np.int64), (2.5, np.float32), (np.float64(2), np.float64), (np.int8(1), np.int8)]
    for value, dtype in kinds:
        assert mg.full((2,), value).dtype == dtype
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = mg.full((3, 2), x) + mg.full_like(mg.zeros((3, 2)), x[0])
    assert y.tolist() == [[2.0, 3.0]] * 3
    y.sum().backward()
    assert x.grad.tolist() == [9.0, 3.0]
    with pytest.raises(TypeError, match="history"):
        np.full(3, x[0])


@pytest.mark.parametrize("dtype", [None, "int16", "float64"])
def test_like_another(dtype: Any) -> None:
    """Of a Tensor, an array, a list: its shape and dtype, or those given."""
    for a in (np.ones((2, 3), np.float16), np.ones((), int), np.zeros((0, 2)), [1, 2]):
        for x in (mg.tensor(a, requires_grad=np.asarray(a).dtype.kind == "f"), a):
            for name, more in (("zeros_like", ()), ("ones_like", ()), ("full_like", (3,)), ("empty_like", ())):
                kept = np.asarray(a) if not isinstance(x, mg.Tensor) else x.numpy()
                out = getattr(mg, name)(x, *more, dtype=dtype)
                assert not out.requires_grad
                assert (out.shape, out.dtype) == (kept.shape, np.dtype(dtype or kept.dtype))
                if name != "empty_like":
                    np.testing.assert_array_equal(out.numpy(), getattr(np, name)(kept, *more, dtype=dtype))
    x = mg.zeros((2, 3))
    assert np.ones_like(x, shape=(4,)).shape == mg.zeros_like(x, shape=(4,)).shape == (4,)
    assert np.full_like(x, 2.0, dtype=int).dtype == int


@pytest.mark.parametrize("args", [(3,), (3, 4), (4, 2, 1), (3, None, -1), (0,), (2, 2, 5), (3, 4, 10**20)], ids=str)
def test_eye(args: tuple[Any, ...]) -> None:
    """NumPy's, in the default dtype."""
    out = mg.eye(*args)
    np.testing.assert_array_equal(out.numpy(), np.eye(*args))
    assert out.dtype == np.float32
    assert mg.eye(*args, dtype=bool).dtype == bool
    assert mg.identity(2, dtype=float).tolist() == np.identity(2).tolist()


@pytest.mark.parametrize("args", [(5,), (2, 7), (7, 2, -2), (0, 1, 0.1), (1.5,), (3, 3), (0,), (5, 1), (-2.5, 2.5, 0.5),
                                  (2, 7, None), (1, None, 1)], ids=str)  # fmt: skip
def test_arange(args: tuple[Any, ...]) -> None:
    """NumPy's numbers, as many of them; integers of integers, else the default dtype, rounded once."""
    exact = np.arange(*[1 if a is None and i == 2 else a for i, a in enumerate(args)])
    out = mg.arange(*args)
    assert out.dtype == (np.int64 if exact.dtype.kind == "i" else np.float32)
    np.testing.assert_array_equal(out.numpy(), exact.astype(out.dtype))
    for dtype in (np.float16, np.float64, np.int32):
        if exact.dtype.kind == "i" or dtype is not np.int32:
            np.testing.assert_array_equal(mg.arange(*args, dtype=dtype).numpy(), exact.astype(dtype))


def test_arange_of_tensors_and_torchs_names() -> None:
    """Integers in Tensors count; what carries a gradient is refused, since the length hangs on it."""
    n = mg.tensor(4)
    assert mg.arange(n).tolist() == mg.arange(0, end=n).tolist() == list(range(4))
    assert mg.arange(np.float64(2)).dtype == np.float64
    with pytest.raises(TypeError, match="history"):
        mg.arange(mg.tensor(4.0, requires_grad=True))
    with pytest.raises(ZeroDivisionError):
        mg.arange(0, 1, 0)


@pytest.mark.parametrize(
    "how",
    [{}, {"endpoint": False}, {"num": 1}, {"num": 0}, {"num": 2}, {"num": 1, "endpoint": False},
     {"num": 7, "dtype": np.float64}, {"num": 5, "dtype": int}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("name", ["linspace", "logspace", "geomspace"])
def test_spaced_numbers(name: str, how: dict[str, Any]) -> None:
    """NumPy's values; Python's numbers give the default dtype, arrays NumPy's."""
    for ends in ((1, 3), (0.5, 0.25), (2.0, 2.0)):
        out, exact = getattr(mg, name)(*ends, **how), getattr(np, name)(*ends, **how)
        assert out.dtype == np.dtype(how.get("dtype", np.float32))
        np.testing.assert_allclose(out.numpy(), exact.astype(out.dtype), rtol=2e-7)
    ends = (np.array([1.0, 2.0]), np.array([3.0, 5.0]))
    out, exact = getattr(mg, name)(*ends, **how, axis=-1), getattr(np, name)(*ends, **how, axis=-1)
    assert (out.shape, out.dtype) == (exact.shape, exact.dtype)
    np.testing.assert_array_equal(out.numpy(), exact)


SPACED: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "linspace from": (lambda x: np.linspace(x, 5.0, 7), 2.0), "linspace to": (lambda x: np.linspace(0, x, 4), 2.0),
    "linspace without its end": (lambda x: np.linspace(x, 2 * x, 4, endpoint=False), 2.0),
    "linspace of vectors": (lambda x: np.linspace(x, x * x, 4, axis=1), [1.0, 2.0, 3.0]),
    "linspace to a vector": (lambda x: np.linspace(0.5, x, 3), [1.0, 2.0, 3.0]),
    "linspace and its step": (lambda x: np.linspace(x, 3 * x, 5, retstep=True), 2.0),
    "linspace of one": (lambda x: np.linspace(x, 2 * x, 1), 2.0),
    "logspace": (lambda x: np.logspace(x, 2 * x, 4), 0.7), "logspace of a base": (lambda x: np.logspace(0, 1, 4,
        base=x), 2.0), "logspace of vectors": (lambda x: np.logspace(x, x + 1, 3, base=2.0, axis=-1), [0.5, 1.0]),
    "geomspace": (lambda x: np.geomspace(x, 9.0, 5), 2.0),
    "geomspace below 0": (lambda x: np.geomspace(-x, -8, 4), 2.0),
    "geomspace of vectors": (lambda x: np.geomspace(x, x * x + 1, 3, axis=1), [1.0, 2.0]),
}  # fmt: skip


@pytest.mark.parametrize(("call", "a"), SPACED.values(), ids=SPACED)
def test_ends_that_are_tensors_keep_their_history(call: Callable[[Any], Any], a: Any) -> None:
    """NumPy's values, the derivatives that differences say."""
    differentiated(call, np.array(a), 1e-5)


def test_what_spaced_numbers_refuse() -> None:
    """A negative number of them; zeros and two signs where the logarithm is even."""
    x = mg.tensor(1.0, requires_grad=True)
    for f in (mg.linspace, mg.logspace, mg.geomspace):
        for start in (x, 1.0):
            with pytest.raises(ValueError, match=r"-1|negative"):
                f(start, 2.0, -1)
    for ends in ((0.0, x), (-1.0, x), (x, mg.tensor([1.0, 0.0]))):
        with pytest.raises(ValueError, match="both ends"):
            np.geomspace(*ends)
    assert mg.linspace(0.0, end=1.0, steps=3).tolist() == [0.0, 0.5, 1.0]
    assert mg.linspace(0, 1, 3, requires_grad=True).requires_grad


def test_fromfunction() -> None:
    """The function is handed the indices."""
    out = mg.fromfunction(lambda i, j, k: i + 10 * j + k, (2, 3), k=1.0)
    assert out.tolist() == np.fromfunction(lambda i, j: i + 10 * j + 1.0, (2, 3)).tolist()
    assert mg.fromfunction(lambda i: i, (2,), dtype=int).dtype == int


def test_other_constants() -> None:
    """Triangles, indices, windows: NumPy's."""
    for ours, theirs in (
        (mg.tri(3, 4, 1), np.tri(3, 4, 1)), (mg.tri(2, dtype=int), np.tri(2, dtype=int)),
        (mg.indices((2, 3)), np.indices((2, 3))), (mg.bartlett(5), np.bartlett(5)), (mg.hanning(6), np.hanning(6)),
        (mg.hamming(4), np.hamming(4)), (mg.blackman(7), np.blackman(7)), (mg.kaiser(5, 8.6), np.kaiser(5, 8.6)),
        *zip(mg.diag_indices(3), np.diag_indices(3)),
    ):  # fmt: skip
        expected = theirs if theirs.dtype.kind == "i" else theirs.astype(np.float32)
        assert ours.dtype == expected.dtype
        np.testing.assert_array_equal(ours.numpy(), expected)
    x = mg.ones((3, 3))
    x[mg.diag_indices(3)] = 0.0
    assert x.sum().item() == 6.0
