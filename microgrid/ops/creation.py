"""Tensors from data and back to text, of constants, and their kin by shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.dispatch import implements
from ..core.memory import born_away
from ..core.node import GraphError, Node
from ..core.tensor import Tensor, wrap_constant
from .shape import astype, copy, stack

__all__ = [
    "arange", "asarray", "empty_like", "eye", "full", "full_like", "get_default_dtype", "linspace", "ones",
    "ones_like", "set_default_dtype", "tensor", "zeros", "zeros_like",
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
    out = held if dtype is None or held.dtype == np.dtype(dtype) else astype(held, dtype=dtype)
    out = copy(out) if out is data else out
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
    return stack(tuple(rows))  # type: ignore[no-any-return]


def _holds_tensor(data: Any) -> bool:
    return isinstance(data, Tensor) or (isinstance(data, list | tuple) and any(map(_holds_tensor, data)))


def asarray(data: Any, dtype: Any = None) -> Tensor:
    """A Tensor that shares memory with a NumPy array; Tensors pass, anything else is copied as `mg.tensor` does.

    A write to the array after an operation used it is found out by the backward that would need it."""
    if isinstance(data, Tensor):
        return data if dtype is None or data.dtype == np.dtype(dtype) else astype(data, dtype=dtype)
    if not isinstance(data, np.ndarray) or (dtype is not None and data.dtype != np.dtype(dtype)):
        return tensor(data, dtype)
    refuse(data, data)
    return born_away(Tensor, Node(data))  # type: ignore[no-any-return]


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
        return array.astype(wanted, copy=False)
    if array.dtype == np.float64 and _python_floats(data):
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


def _python_floats(data: Any) -> bool:
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


def rebuilt(kind: type[Tensor], data: np.ndarray, requires_grad: bool, name: str | None, grad: Tensor | None) -> Tensor:
    """What pickle and copy make a Tensor from."""
    t: Tensor = object.__new__(kind if kind.__name__ != "View" else Tensor)
    t._node = Node(np.array(data), -1 if requires_grad else 0, t if requires_grad else None, name)
    if grad is not None:
        t._grad = grad
    return t


# --------------------------------------------------------------------------------------------- of constants


def _made(array: np.ndarray, requires_grad: bool, name: str | None = None) -> Tensor:
    t = wrap_constant(array)
    if name is not None:
        t.name = name
    if requires_grad:
        t.requires_grad = True
    return t


def zeros(*shape: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of a shape, given as one tuple or as sizes; of the default dtype unless told."""
    return _made(np.zeros(_shape(shape), dtype or get_default_dtype()), requires_grad)


def ones(*shape: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of a shape, given as one tuple or as sizes; of the default dtype unless told."""
    return _made(np.ones(_shape(shape), dtype or get_default_dtype()), requires_grad)


def full(shape: Any, fill_value: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """A shape filled with one number; Python floats give the default dtype."""
    if dtype is None and isinstance(fill_value, float):
        dtype = get_default_dtype()
    return _made(np.full(shape, fill_value, dtype), requires_grad)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Evenly spaced numbers from start (0) to before stop; integers from integers, else the default dtype."""
    if stop is None:
        start, stop = 0, start
    if dtype is None and any(isinstance(v, float) for v in (start, stop, step)):
        dtype = get_default_dtype()
    array: np.ndarray = np.arange(start, stop, step, dtype)  # type: ignore[call-overload]
    return _made(array, requires_grad)


def linspace(start: Any, stop: Any, num: int, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """`num` evenly spaced numbers from start to stop, both included."""
    return _made(np.linspace(start, stop, num, dtype=dtype or get_default_dtype()), requires_grad)


def eye(n: int, m: int | None = None, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones on the diagonal, zeros elsewhere."""
    return _made(np.eye(n, m, dtype=dtype or get_default_dtype()), requires_grad)


def _like(x: Any, dtype: Any) -> tuple[tuple[int, ...], Any]:
    return np.shape(x) if not isinstance(x, Tensor) else x.shape, dtype or x.dtype


@implements(np.zeros_like)
def zeros_like(x: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of x's shape and dtype."""
    return _made(np.zeros(*_like(x, dtype)), requires_grad)


@implements(np.ones_like)
def ones_like(x: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of x's shape and dtype."""
    return _made(np.ones(*_like(x, dtype)), requires_grad)


@implements(np.full_like)
def full_like(x: Any, fill_value: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """x's shape and dtype filled with one number."""
    shape, dtype = _like(x, dtype)
    return _made(np.full(shape, fill_value, dtype), requires_grad)


@implements(np.empty_like)
def empty_like(x: Any, dtype: Any = None, requires_grad: bool = False) -> Tensor:
    """x's shape and dtype, to be filled; zeros here."""
    return _made(np.zeros(*_like(x, dtype)), requires_grad)


def _shape(shape: tuple[Any, ...]) -> Any:
    return shape[0] if len(shape) == 1 else shape
