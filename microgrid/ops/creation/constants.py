"""Tensors of constants, by shape or of the shape of another; evenly spaced numbers."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ...core.tensor import Tensor, ops, wrap_constant
from ..composition import composed
from .data import get_default_dtype, on_cpu

__all__ = [
    "arange", "bartlett", "blackman", "diag_indices", "empty", "empty_like", "eye", "fromfunction", "full",
    "full_like", "geomspace", "hamming", "hanning", "identity", "indices", "kaiser", "linspace", "logspace", "ones",
    "ones_like", "tri", "zeros", "zeros_like",
]  # fmt: skip


def made(array: Any, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A Tensor on a fresh array."""
    on_cpu(device)
    t = wrap_constant(array)
    if requires_grad:
        t.requires_grad = True
    return t


def _sized(what: str, shape: Any, sizes: tuple[Any, ...], dtype: Any) -> tuple[Any, Any]:
    """(shape, dtype) of a call `zeros(2, 3)`, `zeros((2, 3))` or, as in NumPy, `zeros((2, 3), dtype)`."""
    if shape is None:  # older NumPys take it for ()
        raise TypeError(f"{what}: shape is None, expected a tuple of sizes")
    if not sizes:
        return shape, dtype or get_default_dtype()
    if hasattr(sizes[-1], "__index__") and not isinstance(sizes[-1], type):  # the class int has it too
        return (shape, *sizes), dtype or get_default_dtype()
    if len(sizes) > 1 or dtype is not None:
        raise TypeError(f"a shape as one tuple, then a dtype, or sizes; got {(shape, *sizes)} and dtype={dtype}")
    return shape, sizes[0] or get_default_dtype()


def zeros(shape: Any, *sizes: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Zeros of a shape, given as one tuple or as sizes; of the default dtype unless told."""
    return made(np.zeros(*_sized("zeros", shape, sizes, dtype)), device, requires_grad)


def ones(shape: Any, *sizes: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Ones of a shape, given as one tuple or as sizes; of the default dtype unless told."""
    return made(np.ones(*_sized("ones", shape, sizes, dtype)), device, requires_grad)


def empty(shape: Any, *sizes: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A shape to be filled; zeros here, so that no run differs from another."""
    return made(np.zeros(*_sized("empty", shape, sizes, dtype)), device, requires_grad)


def full(shape: Any, fill_value: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """A shape filled with one number; Python floats give the default dtype. A Tensor is broadcast, with its history."""
    shape = (shape,) if hasattr(shape, "__index__") else tuple(shape)
    if isinstance(fill_value, Tensor):
        on_cpu(device)
        cast = fill_value if dtype is None else ops.astype(fill_value, dtype=dtype)
        return ops.broadcast_to(cast, shape=shape)  # type: ignore[no-any-return]
    if dtype is None and isinstance(fill_value, float) and not isinstance(fill_value, np.generic):
        dtype = get_default_dtype()
    array = np.full(shape, fill_value, dtype)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"full: {fill_value!r} is {array.dtype}, expected a real number or a boolean")
    return made(array, device, requires_grad)


def eye(
    n: int, m: int | None = None, k: int = 0, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """n by m (n) zeros with ones on the diagonal, or on the k-th above it."""
    return made(np.eye(n, m, k, dtype or get_default_dtype()), device, requires_grad)


def identity(n: int, dtype: Any = None) -> Tensor:
    """The identity matrix."""
    return eye(n, dtype=dtype)


def tri(n: int, m: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """n by m (n) ones on and below the k-th diagonal, zeros above."""
    return made(np.tri(n, m, k, dtype or get_default_dtype()))


def indices(dimensions: Any, dtype: Any = int) -> Tensor:
    """The index along each axis, one after the other, of every place in a shape."""
    return made(np.indices(tuple(dimensions), dtype))


def diag_indices(n: int, ndim: int = 2) -> tuple[Tensor, ...]:
    """The places of the diagonal, for indexing: one Tensor an axis."""
    return tuple(made(i) for i in np.diag_indices(n, ndim))


def _window(name: str) -> Any:
    """NumPy's window of so many points, as a Tensor of the default dtype."""

    def window(m: int, *shape: float) -> Tensor:
        return made(getattr(np, name)(m, *shape).astype(get_default_dtype()))

    window.__name__ = window.__qualname__ = name
    window.__doc__ = f"The {name} window of m points, as NumPy has it, in the default dtype."
    return window


bartlett, blackman, hamming, hanning, kaiser = map(_window, ("bartlett", "blackman", "hamming", "hanning", "kaiser"))


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    """What a function gives of the indices, one Tensor an axis, of a shape."""
    return function(*map(made, np.indices(tuple(shape), dtype)), **kwargs)


# --------------------------------------------------------------------------------------------- like another


def _like(x: Any, dtype: Any, shape: Any) -> tuple[Any, Any]:
    x = x if isinstance(x, Tensor | np.ndarray) else np.asarray(x)
    return x.shape if shape is None else shape, dtype or x.dtype


@composed(np.zeros_like)
def zeros_like(
    x: Any, dtype: Any = None, *, shape: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Zeros of x's shape and dtype."""
    return made(np.zeros(*_like(x, dtype, shape)), device, requires_grad)


@composed(np.ones_like)
def ones_like(
    x: Any, dtype: Any = None, *, shape: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Ones of x's shape and dtype."""
    return made(np.ones(*_like(x, dtype, shape)), device, requires_grad)


@composed(np.full_like)
def full_like(
    x: Any, fill_value: Any, dtype: Any = None, *, shape: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """x's shape and dtype filled with one number."""
    shape, dtype = _like(x, dtype, shape)
    return full(shape, fill_value, dtype, device, requires_grad)


@composed(np.empty_like)
def empty_like(
    x: Any, dtype: Any = None, *, shape: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """x's shape and dtype, to be filled; zeros here."""
    return zeros_like(x, dtype, shape=shape, device=device, requires_grad=requires_grad)


# ------------------------------------------------------------------------------------------- evenly spaced numbers


@composed()
def arange(
    start: Any, stop: Any = None, step: Any = 1, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Evenly spaced numbers from start (0) to before stop; integers from integers, else the default dtype.

    Its length hangs on the numbers, so it carries no gradient: a Tensor that does is refused."""
    if stop is None:
        start, stop = 0, start
    if stop is None:
        raise TypeError("arange: start is None; expected a number")
    ends: Any = [v.__array__()[()] if isinstance(v, Tensor) else v for v in (start, stop, 1 if step is None else step)]
    python = all(isinstance(v, int | float) and not isinstance(v, np.generic) for v in ends)
    if dtype is None and python and any(isinstance(v, float) for v in ends):
        dtype = get_default_dtype()
    real = dtype is not None and np.dtype(dtype).kind == "f" and python
    array: np.ndarray = np.arange(*ends, dtype=np.float64 if real else dtype)  # rounded once, from float64
    return made(array.astype(dtype) if real else array, device, requires_grad)


def _spaced(start: Any, stop: Any, num: int, endpoint: bool, axis: int) -> tuple[Any, Any]:
    """(Tensor of evenly spaced numbers along a new axis, the step), with the ends' history."""
    start, stop = (v if isinstance(v, Tensor) else Tensor(np.asarray(v)) for v in (start, stop))
    start, stop = (v if v.dtype.kind == "f" else ops.astype(v, dtype=float) for v in (start, stop))
    steps = num - 1 if endpoint else num
    delta = stop - start
    k = np.arange(num, dtype=delta.dtype).reshape((num,) + (1,) * delta.ndim)
    step = delta / steps if steps > 0 else delta * np.nan
    out = start + (k * step if steps > 0 else k * delta)
    if endpoint and num > 1:
        out = ops.where(k == num - 1, stop, out)  # exactly
    return (ops.moveaxis(out, 0, axis) if axis else out), step


@composed(np.linspace)
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
    axis: int = 0, *, device: Any = None, requires_grad: bool = False,
) -> Any:  # fmt: skip
    """`num` evenly spaced numbers from start to stop, both included unless endpoint=False; ends that are Tensors keep
    their history.

    retstep: give (numbers, step).  axis: where the new axis goes, for ends that are arrays.
    Raises ValueError for a negative number of them."""
    num = operator.index(num)
    if num < 0:
        raise ValueError(f"linspace: num is {num}, expected at least 0")
    if isinstance(start, Tensor) or isinstance(stop, Tensor):
        on_cpu(device)
        out, step = _spaced(start, stop, num, endpoint, axis)
        out = out if dtype is None else ops.astype(out, dtype=dtype)
        return (out, step) if retstep else out
    if dtype is None and all(isinstance(v, int | float) and not isinstance(v, np.generic) for v in (start, stop)):
        dtype = get_default_dtype()
    array, step = np.linspace(start, stop, num, endpoint=endpoint, retstep=True, dtype=dtype, axis=axis)
    t = made(array, device, requires_grad)
    return (t, step) if retstep else t


@composed(np.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0,
    *, device: Any = None, requires_grad: bool = False,
) -> Any:  # fmt: skip
    """`num` numbers from baseˢᵗᵃʳᵗ to baseˢᵗᵒᵖ, evenly spaced on a logarithmic scale."""
    on_cpu(device)
    if not any(isinstance(v, Tensor) for v in (start, stop, base)):
        if dtype is None and all(isinstance(v, int | float) and not isinstance(v, np.generic) for v in (start, stop)):
            dtype = get_default_dtype()
        with np.errstate(divide="ignore"):  # 0 to a negative power
            return made(np.logspace(start, stop, num, endpoint, base, dtype, axis), device, requires_grad)
    plain = base.dtype if isinstance(base, Tensor) and base.dtype.kind == "f" else None
    plain = None if isinstance(start, Tensor) or isinstance(stop, Tensor) else plain
    exponents = linspace(start, stop, num, endpoint, dtype=plain, axis=axis)
    if np.ndim(base):
        base = ops.expand_dims(base, axis=axis)
    out = ops.power(base, exponents)
    return out if dtype is None else ops.astype(out, dtype=dtype)


@composed(np.geomspace)
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """`num` numbers from start to stop, each the same multiple of the one before.

    Raises ValueError where an end is 0 or the ends differ in sign."""
    first, last = (np.asarray(v._node.data if isinstance(v, Tensor) else v) for v in (start, stop))
    if np.any(first == 0) or np.any(last == 0) or np.any(np.sign(first) != np.sign(last)):
        raise ValueError(f"geomspace: from {first} to {last}; both ends must be other than 0 and of one sign")
    sign = np.sign(first).astype(np.result_type(first.dtype, np.float32) if first.dtype.kind == "f" else float)
    if not isinstance(start, Tensor) and not isinstance(stop, Tensor):
        array = np.geomspace(start, stop, num, endpoint, dtype, axis)
        python = dtype is None and not any(isinstance(v, np.ndarray | np.generic) for v in (start, stop))
        return made(array.astype(get_default_dtype()) if python else array)
    logs = linspace(ops.log(start * sign), ops.log(stop * sign), num, endpoint, axis=axis)
    out = ops.exp(logs) * (np.expand_dims(sign, axis) if sign.ndim else sign)
    return out if dtype is None else ops.astype(out, dtype=dtype)
