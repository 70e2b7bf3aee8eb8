"""Tensors from data: lists, arrays, buffers, DLPack; and back to text."""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from ...core.leaving import LOST, carries
from ...core.memory import born_away, hand_out
from ...core.node import GraphError, Node
from ...core.tensor import Tensor, ops

__all__ = [
    "array", "asarray", "from_dlpack", "frombuffer", "get_default_dtype", "set_default_dtype", "tensor",
]  # fmt: skip

_default = np.dtype(np.float32)


def set_default_dtype(dtype: Any) -> None:
    """The dtype that Python floats become in `mg.tensor`: float32 at first, as in Torch.

    Raises TypeError unless it is a floating-point dtype."""
    global _default
    if np.dtype(dtype).kind != "f":
        raise TypeError(f"set_default_dtype: {np.dtype(dtype)} is no floating-point dtype; float16, float32 or float64")
    _default = np.dtype(dtype)


def get_default_dtype() -> np.dtype[Any]:
    """The dtype that Python floats become in `mg.tensor`."""
    return _default


def tensor(data: Any, dtype: Any = None, requires_grad: bool = False, name: str | None = None) -> Tensor:
    """A Tensor with a copy of `data`: nested lists, a number, an array, or (nested lists of) Tensors, which are stacked
    with their history.

    dtype: NumPy arrays keep theirs, Python floats become the default dtype (float32).
    Raises ValueError for ragged lists; TypeError for text, None, objects and complex numbers, and for
    `requires_grad=True` on integers.
    """
    held = gathered(data) if isinstance(data, list | tuple | Tensor) else None
    if held is None:
        return Tensor(data, dtype, requires_grad, name)
    out = held if dtype is None or held.dtype == np.dtype(dtype) else ops.astype(held, dtype=dtype)
    out = ops.copy(out) if out is data else out
    if requires_grad:
        if out._node.need:
            raise GraphError("tensor(requires_grad=True): the data carries a history already; detach() it first")
        out.requires_grad = True
    if name is not None:
        out.name = name
    return out


def gathered(data: Any) -> Tensor | None:
    """Nested lists of Tensors, stacked; None where there is no Tensor in them."""
    if isinstance(data, Tensor):
        return data
    if not isinstance(data, list | tuple) or not any(map(_holds_tensor, data)):
        return None
    rows = (held if (held := gathered(d)) is not None else array_of(d, None) for d in data)
    return ops.stack(tuple(rows))  # type: ignore[no-any-return]


def _holds_tensor(data: Any) -> bool:
    return isinstance(data, Tensor) or (isinstance(data, list | tuple) and any(map(_holds_tensor, data)))


array = tensor  # NumPy's name


def asarray(data: Any, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Tensor:
    """A Tensor that shares memory with a NumPy array, or with another library's by DLPack; Tensors pass, anything else
    is copied as `mg.tensor` does.

    dtype: of the result; another one than the data's needs a copy.  copy: True always copies, False never: ValueError
    where it would have to.
    A write to the array after an operation used it is found out by the backward that would need it."""
    on_cpu(device)
    if isinstance(data, Tensor):
        if dtype is None or data.dtype == np.dtype(dtype):
            return ops.copy(data) if copy else data
        _needs_copy(copy, f"a {data.dtype} Tensor as {np.dtype(dtype)}")
        return ops.astype(data, dtype=dtype)  # type: ignore[no-any-return]
    if not isinstance(data, np.ndarray | np.generic | list | tuple) and copy is not True:
        if hasattr(data, "__dlpack__"):
            data = np.from_dlpack(data)
        elif isinstance(data, memoryview | bytearray) or hasattr(data, "__array__"):
            data = np.asarray(data)
    if copy or not isinstance(data, np.ndarray) or (dtype is not None and data.dtype != np.dtype(dtype)):
        _needs_copy(copy, f"{type(data).__name__}" + ("" if dtype is None else f" as {np.dtype(dtype)}"))
        return tensor(data, dtype)
    return _on_memory(data)


def _on_memory(array: np.ndarray) -> Tensor:
    """A Tensor on an array that its owner may write to."""
    refuse(array, array)
    t: Tensor = born_away(Tensor, Node(array))
    if array.base is not None:  # the owner may hold the base, or what no reference count shows: always watch it
        weakref.finalize(t, id, array).atexit = False
    return t


def _needs_copy(copy: bool | None, what: str) -> None:
    if copy is False:
        raise ValueError(f"asarray(copy=False): {what} needs a copy; copy=None copies where it must")


def on_cpu(device: Any) -> None:
    """ValueError for any device but the one there is."""
    if device is not None and str(device) != "cpu":
        raise ValueError(f"device {device!r}: arrays are NumPy's, on 'cpu'; Graph.to_torch() runs elsewhere")


def frombuffer(buffer: Any, dtype: Any = float, count: int = -1, offset: int = 0) -> Tensor:
    """A Tensor on the memory of a buffer, read as numbers of a dtype."""
    return asarray(np.frombuffer(buffer, dtype, count, offset))


# ------------------------------------------------------------------------------------------------------- DLPack


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A Tensor on the memory of another library's array (Torch, JAX, CuPy on the CPU, …); copy=True has its own.

    Raises BufferError for an array on another device; what carries a gradient in Torch is refused by Torch."""
    on_cpu(device)
    array = np.from_dlpack(x)
    return tensor(array) if copy else _on_memory(array)


def to_dlpack(
    x: Tensor, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
) -> Any:
    """`__dlpack__`: the Tensor's own memory for another library, as `x.data` hands it out; writes there are found out
    by the backward that they would make wrong.

    Raises TypeError for a Tensor that carries a gradient, as Torch refuses it: detach() first; BufferError for a
    device that is not the CPU."""
    if carries(x):
        raise TypeError(f"__dlpack__ of {x._node.called()}, which carries a gradient: {LOST}, or x.detach()")
    if stream is not None or (dl_device is not None and tuple(dl_device) != (1, 0)):
        raise BufferError(f"__dlpack__(stream={stream}, dl_device={dl_device}): the memory is the CPU's, device (1, 0)")
    held = hand_out(x)
    held = held.copy() if copy or not held.flags.writeable else held  # what is read-only older consumers refuse
    if max_version is None or np.lib.NumpyVersion(np.__version__) < "2.1.0":
        return held.__dlpack__()
    return held.__dlpack__(max_version=max_version)


def array_of(data: Any, dtype: Any) -> np.ndarray:
    """A private array of numbers."""
    if isinstance(data, Tensor):
        raise TypeError("Tensor(...) of a Tensor: mg.tensor(x) copies it with its history, x.detach() without")
    try:
        array = np.array(data)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"tensor: a ragged list: {_rows(data)}; all rows need the same length (pad them, or keep one Tensor a row)"
        ) from error
    refuse(array, data)
    if dtype is not None:
        wanted = np.dtype(dtype)
        if wanted.kind not in "biuf":
            raise TypeError(f"tensor: dtype {wanted} is not supported; bool, integers, float16, float32, float64 are")
        if wanted.kind in "iu" and array.dtype.kind in "iu" and _from_python(data):
            return np.array(data, wanted)  # OverflowError for a Python integer that does not fit
        return array.astype(wanted, copy=False)
    if array.dtype == np.float64 and _from_python(data):
        return array.astype(_default)
    return array


def refuse(array: np.ndarray, data: Any) -> None:
    """TypeError for what holds no numbers."""
    kind = array.dtype.kind
    if kind in "biuf":
        return
    if kind == "c":
        raise TypeError("tensor: complex numbers are not supported yet; keep real and imaginary part in two Tensors")
    if kind in "US":
        what = "text"
    else:
        objects = "None" if data is None else f"{type(data).__name__} of {array.dtype}"
        what = objects if kind == "O" else str(array.dtype)
    raise TypeError(f"tensor: {what} given, expected numbers: a number, nested lists of numbers, or a NumPy array")


def _from_python(data: Any) -> bool:
    """Whether the numbers come from Python, and so have no dtype of their own."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return not isinstance(data, np.ndarray | np.generic)


def _rows(data: Any) -> str:
    """The lengths of a ragged list's rows."""
    rows = data if isinstance(data, list | tuple) else ()
    lengths = [str(len(row)) if hasattr(row, "__len__") else "a number" for row in rows]
    return f"rows of {', '.join(lengths[:5])}{', …' if len(lengths) > 5 else ''}" if lengths else "not numbers"


def shown(t: Tensor) -> str:
    """repr: the numbers, then what is not plain about them."""
    n = t._node
    head = type(t).__name__.lower() if type(t).__name__ != "View" else "tensor"
    if not n.available:
        return f"{head}({n.called()}, value freed or overwritten)"
    text = np.array2string(np.asarray(n.data), separator=", ", prefix=f"{head}(", threshold=100)
    notes = [] if n.dtype in (_default, np.dtype(bool), np.dtype(int)) else [f"dtype={n.dtype}"]
    notes += [f"name={n.name!r}"] if n.name else []
    notes += [f"op={n.op.name}"] if n.op is not None and n.need else ["requires_grad=True"] if n.need else []
    return ", ".join([f"{head}({text}", *notes]) + ")"


def shallow(x: Tensor) -> Tensor:
    """`copy.copy`: of what was computed a copy with its history, of a leaf or a constant another one."""
    n = x._node
    if n.op is not None and n.need:
        return ops.copy(x)  # type: ignore[no-any-return]
    return rebuilt(*x.__reduce__()[1])


def rebuilt(kind: type[Tensor], data: np.ndarray, requires_grad: bool, name: str | None, grad: Tensor | None) -> Tensor:
    """What pickle and copy make a Tensor from."""
    t: Tensor = object.__new__(kind if kind.__name__ != "View" else Tensor)
    t._node = Node(np.array(data), -1 if requires_grad else 0, t if requires_grad else None, name)
    if grad is not None:
        t._grad = grad
    return t
