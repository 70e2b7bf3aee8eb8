"""Tensors of constants, and their kin by shape."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.creation import get_default_dtype
from ..core.dispatch import implements
from ..core.tensor import Tensor, wrap_constant


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
