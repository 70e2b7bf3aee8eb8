"""Scans: running sums, products, and largest and smallest so far."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..leading import of_input
from ..shapes.joining import concatenate
from ..shapes.shape import ravel, transpose
from .places import added_at, array_of, numbers
from .reduction import as_array, masked

__all__ = [
    "cummax", "cummin", "cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "logcumsumexp",
]  # fmt: skip


def along(axis: int, ndim: int, item: Any) -> tuple[Any, ...]:
    """The index that has `item` at an axis and everything elsewhere."""
    return (slice(None),) * (axis % ndim) + (item,)


def reverse(x: Array, axis: int) -> Array:
    """Backwards along an axis."""
    return x[along(axis, x.ndim, slice(None, None, -1))]


def preceded(x: Array, axis: int, first: float) -> Array:
    """x with `first` before it."""
    edge = list(x.shape)
    edge[axis] = 1
    return concatenate([np.full(edge, first, x.dtype), x], axis)


def shifted(x: Array, axis: int, first: float) -> Array:
    """Each element at its successor's place, `first` at the first."""
    return preceded(x[along(axis, x.ndim, slice(None, -1))], axis, first) if x.shape[axis] else x


def accumulated(ufunc: Any, x: np.ndarray, axis: int) -> np.ndarray:
    """ufunc.accumulate along an axis. NumPy goes line by line, waiting for each result; many lines that lie beside each
    other take one step all together, with the same results ten times as fast."""
    if x.size <= 4096 or not -x.ndim <= axis < x.ndim:
        return ufunc.accumulate(x, axis)  # type: ignore[no-any-return]
    n, after = x.shape[axis], math.prod(x.shape[axis % x.ndim + 1 :])
    wide = x.dtype.kind == "f" and x.dtype.itemsize >= 4  # else sums are of another dtype
    if after < 64 or n < 2 or not (wide or ufunc in (np.maximum, np.minimum)):
        return ufunc.accumulate(x, axis)  # type: ignore[no-any-return]
    out = np.array(x, order="C")
    lines = out.reshape(-1, n, after)
    for k in range(1, n):
        ufunc(lines[:, k - 1], lines[:, k], out=lines[:, k])
    return out


@primitive(name="cumsum", symbol="Σ…", formula="Σ x so far", torch="cumsum", linear=True, batched=of_input)
def summed(x: Array, *, axis: int) -> Array:
    """Running sum along an axis."""
    return accumulated(np.add, x, axis) if x.size > 4096 else x.cumsum(axis)


summed.gradients(lambda g, axis: reverse(summed(reverse(g, axis), axis=axis), axis))


@primitive(name="cumprod", symbol="Π…", formula="Π x so far", torch="cumprod", batched=of_input)
def multiplied(x: Array, *, axis: int) -> Array:
    """Running product along an axis."""
    return accumulated(np.multiply, x, axis) if x.size > 4096 else x.cumprod(axis)


def _multiplied_x(g: Array, x: Array, out: Array, axis: int) -> Array:
    """Σ over what comes at or after x, of g out / x; where x has zeros, by a recurrence that divides by nothing"""
    if detach(x).all():
        return reverse(summed(reverse(g * out, axis), axis=axis), axis) / x
    after = shifted(reverse(x, axis), axis, 0.0)  # backwards, the factor that the next element brings
    return shifted(out, axis, 1.0) * reverse(recurrence(after, reverse(g, axis), axis=axis), axis)


multiplied.gradients(_multiplied_x)


@primitive(symbol="sₖ", formula="sₖ = aₖ sₖ₋₁ + bₖ", torch="addcmul", batched=of_input)
def recurrence(a: Array, b: Array, *, axis: int) -> Array:
    """Each element a times the one before plus b.

    What products with zeros are differentiated with; its own gradient is made of it."""
    if b.ndim == 1:  # numbers one by one, at which Python is faster
        found, last = [], 0.0
        for factor, step in zip(a.tolist(), b.tolist(), strict=True):
            last = factor * last + step
            found.append(last)
        return np.array(found, b.dtype)
    s = np.array(b)
    factors, steps = a.swapaxes(axis, 0), s.swapaxes(axis, 0)
    for k in range(1, len(steps)):
        steps[k] += factors[k] * steps[k - 1]
    return s


def _pulled_back(g: Array, a: Array, axis: int) -> Array:
    """tₖ = gₖ + aₖ₊₁ tₖ₊₁"""
    return reverse(recurrence(shifted(reverse(a, axis), axis, 0.0), reverse(g, axis), axis=axis), axis)


recurrence.gradients(
    lambda g, a, out, axis: _pulled_back(g, a, axis) * shifted(out, axis, 0.0),
    lambda g, a, axis: _pulled_back(g, a, axis),
)


def others(x: Array, axes: tuple[int, ...]) -> Array:
    """For each element the product of the others along the axes: of those before and those after."""
    if not axes:
        return np.ones(x.shape, x.dtype)
    left = tuple(k for k in range(x.ndim) if k not in axes)
    order = left + axes
    line = transpose(x, axes=order)
    shape = line.shape
    line = line.reshape((*shape[: len(left)], math.prod(shape[len(left) :])))
    before = shifted(line.cumprod(-1), -1, 1.0)
    after = reverse(shifted(reverse(line, -1).cumprod(-1), -1, 1.0), -1)
    return transpose((before * after).reshape(shape), axes=tuple(np.argsort(order).tolist()))


def _scanned(f: Any, x: Any, axis: Any, dtype: Any) -> Any:
    """A scan along an axis, or of all elements in one row."""
    x = as_array(x)
    if dtype is not None:
        x = masked(x, dtype, True, 0)
    if axis is None or x.ndim == 0:
        if axis not in (None, 0, -1):
            raise np.exceptions.AxisError(axis, x.ndim, f.op.name)
        x, axis = ravel(x), 0
    return f(x, axis=axis)


@composed(np.cumsum)
def cumsum(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running sum along an axis; of all elements in one row by default."""
    return _scanned(summed, x, axis, dtype)


@composed(np.cumprod)
def cumprod(x: Any, axis: Any = None, dtype: Any = None) -> Any:
    """Running product along an axis; of all elements in one row by default. Zeros have their right derivatives, of
    every order."""
    return _scanned(multiplied, x, axis, dtype)


def _cumulative(f: Any, first: float, x: Any, axis: Any, dtype: Any, include_initial: bool) -> Any:
    """The array API's scans: an axis may be left out of vectors only; an initial element on request."""
    x = as_array(x)
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"cumulative_{f.op.name[3:]}: x {x.shape} has {x.ndim} axes; say along which, axis=")
        axis = 0
    out = _scanned(f, x, axis, dtype)
    if not include_initial:
        return out
    return preceded(out, axis, first)


@composed(*([np.cumulative_sum] if hasattr(np, "cumulative_sum") else []))  # NumPy 2.1
def cumulative_sum(x: Any, *, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """Running sum along an axis, which only vectors may leave out; include_initial: a 0 first.

    Raises ValueError where the axis is missing."""
    return _cumulative(summed, 0, x, axis, dtype, include_initial)


@composed(*([np.cumulative_prod] if hasattr(np, "cumulative_prod") else []))  # NumPy 2.1
def cumulative_prod(x: Any, *, axis: Any = None, dtype: Any = None, include_initial: bool = False) -> Any:
    """Running product along an axis, which only vectors may leave out; include_initial: a 1 first.

    Raises ValueError where the axis is missing."""
    return _cumulative(multiplied, 1, x, axis, dtype, include_initial)


@primitive(name="logcumsumexp", symbol="log Σ… exp", formula="log Σ eˣ so far", torch="logcumsumexp", batched=of_input)
def log_summed(x: Array, *, axis: int) -> Array:
    """log of the running sum of exponentials along an axis, without overflow."""
    return np.logaddexp.accumulate(x, axis)


def _log_summed_x(g: Array, x: Array, out: Array, axis: int) -> Array:
    """Σ over what comes at or after x, of g eˣ⁻ᵒᵘᵗ"""
    void = np.isneginf(array_of(out))  # nothing but −∞ so far: no gradient
    if void.any():
        out = np.where(void, 0.0, out)
    if not isinstance(g, Tensor) and x.shape[axis] > 512:
        return _in_logarithms(g, x, out, void, axis)
    back = reverse(out, axis)
    before, after = (back[along(axis, x.ndim, i)] for i in (slice(None, -1), slice(1, None)))
    step = np.where(reverse(void, axis)[along(axis, x.ndim, slice(1, None))], 0.0, np.exp(after - before))  # at most 1
    later = recurrence(preceded(step, axis, 0.0), reverse(g, axis), axis=axis)
    return np.exp(x - out) * reverse(later, axis)


def _in_logarithms(g: np.ndarray, x: np.ndarray, out: np.ndarray, void: np.ndarray, axis: int) -> np.ndarray:
    """The same of long arrays, faster: in logarithms, of what is positive and what is negative in g."""
    total = np.zeros_like(x)
    for sign in (1.0, -1.0):
        some = (g * sign > 0) & ~void
        if some.any():
            logs = np.log(g * sign, out=np.full_like(g, -np.inf), where=some) - out
            total += sign * np.exp(reverse(np.logaddexp.accumulate(reverse(logs, axis), axis), axis) + x)
    return total


log_summed.gradients(_log_summed_x)


@composed()
def logcumsumexp(x: Any, axis: int) -> Any:
    """log of the running sum of exponentials along an axis, without overflow."""
    return _of_scalars(log_summed, x, axis)


def _of_scalars(f: Any, x: Any, axis: int) -> Any:
    """Torch's scans take scalars as well, which have an axis to it."""
    x = as_array(x)
    return f(x, axis=axis) if x.ndim or axis not in (0, -1) else f(x.reshape(1), axis=0).reshape(())


# ---------------------------------------------------------------------------------------- largest and smallest so far


def reached(x: Array, out: Array, axis: int) -> np.ndarray:
    """Where along the axis each running extreme was reached last, a NaN too."""
    hit = (x == out) | (x != x)
    places = numbers(x.shape[axis], axis, x.ndim)
    if x.size <= 4096 or x.shape[axis] >= 1 << 31:
        return np.asarray(np.maximum.accumulate(np.where(hit, places, 0), axis))
    return accumulated(np.maximum, hit * places.astype(np.int32), axis).astype(np.intp)  # half as much to move


def _reached_x(g: Array, x: Array, out: Array, axis: int) -> Array:
    """g, to where the extreme was reached last"""
    if isinstance(g, Tensor):
        return added_at(g, reached(array_of(x), array_of(out), axis), axis, x.shape[axis])
    if not x.size:
        return g
    lines = [a.swapaxes(axis, -1) for a in (g, x, out)]
    found = np.zeros(lines[0].shape, g.dtype)
    starts = np.flatnonzero((lines[1] == lines[2]) | (lines[1] != lines[1]))  # every line's first is one
    found.reshape(-1)[starts] = np.add.reduceat(lines[0].reshape(-1), starts)
    return found.swapaxes(axis, -1)


@primitive(name="cummax", symbol="max…", formula="max x so far", torch="cummax", batched=of_input)
def highest(x: Array, *, axis: int) -> Array:
    """Largest so far along an axis; of a tie the last has the gradient, as in Torch."""
    return accumulated(np.maximum, x, axis)


highest.gradients(_reached_x)


@primitive(name="cummin", symbol="min…", formula="min x so far", torch="cummin", batched=of_input)
def lowest(x: Array, *, axis: int) -> Array:
    """Smallest so far along an axis; of a tie the last has the gradient, as in Torch."""
    return accumulated(np.minimum, x, axis)


lowest.gradients(_reached_x)


@primitive(name="argcummax", symbol="argmax…", formula="argmax x so far", torch="cummax", gradient=False)
def where_highest(x: Array, *, axis: int) -> Array:
    """Index of the (last) largest so far along an axis."""
    return reached(x, accumulated(np.maximum, x, axis), axis)


@primitive(name="argcummin", symbol="argmin…", formula="argmin x so far", torch="cummin", gradient=False)
def where_lowest(x: Array, *, axis: int) -> Array:
    """Index of the (last) smallest so far along an axis."""
    return reached(x, accumulated(np.minimum, x, axis), axis)


@composed()
def cummax(x: Any, axis: int) -> tuple[Any, Any]:
    """(largest so far along an axis, where it was reached last)."""
    return _of_scalars(highest, x, axis), _of_scalars(where_highest, x, axis)


@composed()
def cummin(x: Any, axis: int) -> tuple[Any, Any]:
    """(smallest so far along an axis, where it was reached last)."""
    return _of_scalars(lowest, x, axis), _of_scalars(where_lowest, x, axis)


def _first_axis(f: Any) -> Any:
    """NumPy's own scans go along the first axis unless told otherwise."""
    return lambda x, axis=0, dtype=None: f(x, axis=axis, **({} if dtype is None else {"dtype": dtype}))


implements((np.add, "accumulate"))(_first_axis(cumsum))
implements((np.multiply, "accumulate"))(_first_axis(cumprod))
implements((np.logaddexp, "accumulate"))(_first_axis(log_summed))
implements((np.maximum, "accumulate"))(_first_axis(highest))
implements((np.minimum, "accumulate"))(_first_axis(lowest))
