"""DLPack both ways: the very memory of NumPy's, Torch's and our arrays, and no gradient lost on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg

WRITES = pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.1.0",
                            reason="NumPy before 2.1 takes memory by DLPack read-only")  # fmt: skip
DTYPES = ["bool", "int8", "int32", "int64", "uint8", "uint64", "float16", "float32", "float64"]
SHAPES: list[tuple[int, ...]] = [(), (3,), (2, 3), (0, 2)]


def filled(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_numpy_takes_a_tensor_and_gives_it_back(dtype: str, shape: tuple[int, ...]) -> None:
    """Value, shape and dtype, of any layout."""
    for a in (filled(dtype, shape), filled(dtype, (4, *shape))[::2].T):
        x = mg.tensor(a)
        out = np.from_dlpack(x)
        np.testing.assert_array_equal(out, a)
        assert out.dtype == a.dtype
        back = mg.from_dlpack(out if out.flags.writeable else out.copy())  # older NumPys export no read-only memory
        assert (back.shape, back.dtype) == (a.shape, a.dtype)
        np.testing.assert_array_equal(back.numpy(), a)
    assert mg.zeros(1).__dlpack_device__() == np.zeros(1).__dlpack_device__() == (1, 0)


@WRITES
def test_nothing_is_copied() -> None:
    """A write on one side shows on the other; copy=True has memory of its own."""
    x = mg.zeros(3)
    np.from_dlpack(x)[1] = 5.0
    assert x.tolist() == [0.0, 5.0, 0.0]
    a = np.zeros(3)
    y, own = mg.from_dlpack(a), mg.from_dlpack(a, copy=True)
    a[2] = 7.0
    assert y.tolist() == [0.0, 0.0, 7.0]
    assert own.tolist() == [0.0, 0.0, 0.0]
    assert np.shares_memory(y.data, a)


def test_torch_both_ways() -> None:
    """torch.from_dlpack(Tensor) and mg.from_dlpack(torch.Tensor) share memory; asarray too."""
    torch = pytest.importorskip("torch")
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]])
    t = torch.from_dlpack(x)
    assert t.tolist() == x.tolist()
    t[0, 0] = 9.0
    assert x[0, 0].item() == 9.0
    s = torch.arange(6.0).reshape(2, 3).T
    for y in (mg.from_dlpack(s), mg.asarray(s)):
        assert y.tolist() == s.tolist()
        s[0, 0] += 1
        assert y[0, 0].item() == s[0, 0].item()
    with pytest.raises(Exception, match=r"requires? grad"):  # Torch's own refusal
        mg.from_dlpack(torch.ones(2, requires_grad=True))


def test_a_gradient_is_not_lost() -> None:
    """As in Torch, what carries a gradient is not exported; detached, or under no_grad, it is."""
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    for y in (x, x * 2):
        with pytest.raises((TypeError, BufferError), match=r"carries a gradient.*detach"):
            np.from_dlpack(y)
        assert np.from_dlpack(y.detach()).tolist() == y.tolist()
        with mg.no_grad():
            assert np.from_dlpack(y).tolist() == y.tolist()


@WRITES
def test_a_write_from_outside_is_found_out() -> None:
    """A backward that would read the overwritten value raises; before the write it does not."""
    x, c = mg.tensor([1.0, 2.0], requires_grad=True), mg.tensor([3.0, 4.0])
    outside = np.from_dlpack(c)
    loss = (x * c).sum()
    loss.backward()
    assert x.grad.tolist() == [3.0, 4.0]
    loss = (x * c).sum()
    outside[0] = 100.0
    with pytest.raises(mg.GraphError):
        loss.backward()


@pytest.mark.parametrize("make", [lambda a: mg.from_dlpack(a), lambda a: mg.asarray(a[:]), lambda a: mg.asarray(
    memoryview(a))], ids=["from_dlpack", "a slice", "a buffer"])  # fmt: skip
def test_a_write_by_the_owner_is_found_out(make: Any) -> None:
    """Though no Python object but the owner's shows that somebody else holds the memory."""
    x, a = mg.tensor([1.0, 2.0], requires_grad=True), np.array([3.0, 4.0])
    c = make(a)
    loss = (x * c).sum()
    a[0] = 100.0
    with pytest.raises(mg.GraphError):
        loss.backward()


@WRITES
def test_other_devices_and_copies_are_what_was_asked_for() -> None:
    """copy=True gives memory of its own; another device is a BufferError, a stream too."""
    x = mg.zeros(2)

    class Asked:
        """What asks for a copy."""

        def __init__(self, **how: Any) -> None:
            self.how = how

        def __dlpack__(self, **_: Any) -> Any:
            return x.__dlpack__(**self.how)

        def __dlpack_device__(self) -> tuple[int, int]:
            return x.__dlpack_device__()

    np.from_dlpack(Asked(copy=True, max_version=(1, 0)))[0] = 1.0
    assert x.tolist() == [0.0, 0.0]
    np.from_dlpack(Asked(copy=False, max_version=(1, 0), dl_device=(1, 0)))[0] = 1.0
    assert x.tolist() == [1.0, 0.0]
    for how in ({"dl_device": (2, 0)}, {"stream": 1}):
        with pytest.raises(BufferError, match=r"\(1, 0\)"):
            x.__dlpack__(**how)
    with pytest.raises(ValueError, match="'cpu'"):
        mg.from_dlpack(np.zeros(2), device="cuda")
    with pytest.raises(TypeError, match="complex"):
        mg.from_dlpack(np.zeros(2, complex))


def test_asarray_copies_when_it_must_and_only_then() -> None:
    """copy=None, True, False on arrays, Tensors, lists, numbers and buffers."""
    a = np.zeros(3, np.float32)
    assert np.shares_memory(mg.asarray(a).data, a)
    assert np.shares_memory(mg.asarray(a, copy=False, dtype=np.float32).data, a)
    assert not np.shares_memory(mg.asarray(a, copy=True).data, a)
    for bad in (lambda: mg.asarray(a, dtype=float, copy=False), lambda: mg.asarray([1.0], copy=False),
                lambda: mg.asarray(mg.zeros(2), dtype=float, copy=False)):  # fmt: skip
        with pytest.raises(ValueError, match="copy=False"):
            bad()
    x = mg.zeros(2, requires_grad=True)
    assert mg.asarray(x) is mg.asarray(x, copy=False) is x
    y = mg.asarray(x, copy=True)
    assert y is not x
    assert y.requires_grad
    buffer = bytearray(b"\x01\x02\x03")
    z = mg.asarray(memoryview(buffer))
    assert (z.dtype, z.tolist()) == (np.uint8, [1, 2, 3])
    buffer[0] = 9
    assert z.tolist() == [9, 2, 3]
    assert mg.frombuffer(np.ones(2).tobytes()).tolist() == [1.0, 1.0]
    with pytest.raises(OverflowError):
        mg.asarray(300, dtype=mg.uint8)
    with pytest.raises(OverflowError):
        mg.asarray([-1], dtype=mg.uint8)
