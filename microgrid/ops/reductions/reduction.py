"""Reductions: many elements to one, along axes.

Each is a declaration that takes axes, and a function in front of it with all that NumPy's takes: `dtype` casts first,
`where` puts in what changes nothing, `initial` takes part at the end. A boolean in dtype's place is keepdims: there
Torch has it."""

from __future__ import annotations

import builtins
import math
from typing import Any, NamedTuple

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..elementwise.functions import maximum, minimum
from ..elementwise.functions import where as chosen
from ..leading import of_input
from ..shapes.shape import astype, broadcast_to, filled

__all__ = [
    "amax", "amin", "aminmax", "logsumexp", "max", "mean", "min", "prod", "ptp", "sum",
]  # fmt: skip

# what np.sum, np.prod, np.max and np.min call in the end, at a third of their cost (axis, dtype, out, keepdims)
added: Any = np.add.reduce
multiplied: Any = np.multiply.reduce
largest: Any = np.maximum.reduce
smallest: Any = np.minimum.reduce


def kept(a: Array, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Array:
    """What was reduced over the axes, of size 1 along them: it broadcasts to the shape before."""
    if keepdims or not shape or axis is None:
        return a
    axes = {i % len(shape) for i in (axis if isinstance(axis, tuple) else (axis,))}
    return a.reshape(tuple(1 if k in axes else s for k, s in enumerate(shape)))


def spread(g: Array, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Array:
    """What was reduced over the axes, repeated along them: back to the shape before."""
    g = kept(g, shape, axis, keepdims)
    return broadcast_to(g, shape=shape) if isinstance(g, Tensor) else filled(g, shape)


def count(shape: tuple[int, ...], axis: Any) -> int:
    """How many elements are reduced to one."""
    if axis is None or not shape:
        return math.prod(shape)
    axes = axis if isinstance(axis, tuple) else (axis,)
    try:
        return math.prod(shape[a] for a in axes)
    except IndexError:
        wrong = next(a for a in axes if not -len(shape) <= a < len(shape))
        raise np.exceptions.AxisError(wrong, len(shape)) from None


def peak(x: Array, axis: Any) -> Array:
    """The largest along axes, kept, as a constant: what exponentials are shifted by, so that they do not overflow."""
    return largest(detach(x), axis, None, None, True) if x.size else x.dtype.type(0)


def as_array(x: Any) -> Any:
    """A Tensor or an array as it is, numbers and lists of them as an array."""
    return x if hasattr(x, "dtype") else np.asarray(x)


def over(axis: Any) -> Any:
    """`axis` as the declarations take it: None, an integer, or a tuple."""
    if type(axis) is tuple or type(axis) is list:
        return axis[0] if len(axis) == 1 else tuple(axis)
    return axis


def masked(x: Any, dtype: Any, where: Any, neutral: Any) -> Any:
    """x in the dtype asked for, with `neutral` where it does not count."""
    x = as_array(x)
    if dtype is not None:
        x = astype(x, dtype)
    return x if where is True else chosen(where, x, x.dtype.type(neutral))


@primitive(name="sum", symbol="Σ", formula="Σ x", latex=r"\sum {x}", torch="sum", linear=True,
           batched=of_input)  # fmt: skip
def total(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Sum over axes (all by default)."""
    return added(x, axis, None, None, keepdims)


total.gradients(lambda g, x, axis, keepdims: spread(g, x.shape, axis, keepdims))


@composed(np.sum, (np.add, "reduce"))
def sum(
    x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = True
) -> Any:  # fmt: skip
    """Sum over axes (all by default), of the elements where `where` holds, and `initial`."""
    if type(dtype) is bool:
        dtype, keepdims = None, dtype
    if dtype is not None or where is not True:
        x = masked(x, dtype, where, 0)
    out = total(x, axis=over(axis), keepdims=keepdims)
    return out if initial is None else out + initial


@primitive(name="mean", symbol="mean", formula="Σ x / n", latex=r"\frac{1}{n} \sum {x}", torch="mean", linear=True,
           batched=of_input)  # fmt: skip
def averaged(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Arithmetic mean over axes (all by default)."""
    if x.dtype.itemsize < 4 or x.dtype.kind != "f" or x.size == 0:  # NumPy's cares for small dtypes, and warns of none
        return np.mean(x, axis, keepdims=keepdims)
    return added(x, axis, None, None, keepdims) / x.dtype.type(count(x.shape, axis))


averaged.gradients(lambda g, x, axis, keepdims: spread(g / count(x.shape, axis), x.shape, axis, keepdims))


@composed(np.mean)
def mean(x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, where: Any = True) -> Any:
    """Arithmetic mean over axes (all by default), of the elements where `where` holds."""
    if type(dtype) is bool:
        dtype, keepdims = None, dtype
    axis = over(axis)
    if where is not True:
        x = as_array(x)
        floats = dtype or (x.dtype if x.dtype.kind == "f" else float)
        return sum(x, axis, floats, keepdims, where=where) / counted(where, x.shape, axis, keepdims, floats)
    return averaged(x if dtype is None else masked(x, dtype, True, 0), axis=axis, keepdims=keepdims)


def counted(where: Any, shape: tuple[int, ...], axis: Any, keepdims: bool, dtype: Any) -> Any:
    """In how many places a mask holds, along axes."""
    return np.sum(np.broadcast_to(as_array(detach(where)), shape), axis=axis, dtype=dtype, keepdims=keepdims)


@primitive(name="prod", symbol="Π", formula="Π x", latex=r"\prod {x}", torch="prod", batched=of_input)
def product(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Product over axes (all by default)."""
    return multiplied(x, axis, None, None, keepdims)


def _product_x(g: Array, x: Array, out: Array, axis: Any, keepdims: bool) -> Array:
    """g out / x; where x has zeros, g times the product of the others"""
    if detach(x).all():
        return kept(g * out, x.shape, axis, keepdims) / x
    from .scan import others  # here, since scan builds on this file

    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return kept(g, x.shape, axis, keepdims) * others(x, tuple(a % x.ndim for a in axes) if x.ndim else ())


product.gradients(_product_x)


@composed(np.prod, (np.multiply, "reduce"))
def prod(
    x: Any, axis: Any = None, dtype: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = True
) -> Any:  # fmt: skip
    """Product over axes (all by default), of the elements where `where` holds, and `initial`. Zeros have their right
    derivatives, of every order."""
    if type(dtype) is bool:
        dtype, keepdims = None, dtype
    if dtype is not None or where is not True:
        x = masked(x, dtype, where, 1)
    out = product(x, axis=over(axis), keepdims=keepdims)
    return out if initial is None else out * initial


def _shared(g: Array, x: Array, out: Array, axis: Any, keepdims: bool) -> Array:
    """g to the winner; a tie shares it evenly, as Torch's amax and amin do"""
    won = detach(x) == kept(detach(out), x.shape, axis, keepdims)
    winners = added(won, axis, x.dtype, None, True) if x.shape else 1
    return kept(g, x.shape, axis, keepdims) / winners * won


def empty(x: tuple[int, ...], *, axis: Any, **_: Any) -> str | None:
    """What to say of no elements, in which there is no largest."""
    along = range(len(x)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if builtins.any(-len(x) <= a < len(x) and x[a] == 0 for a in along):
        return "no elements along the axis, and no largest or smallest of none"
    return None


@primitive(name="max", symbol="max", formula="max x", latex=r"\max {x}", torch="amax", explain=empty, batched=of_input)
def highest(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Largest over axes; a tie shares the gradient evenly, as Torch's amax."""
    return largest(x, axis, None, None, keepdims)


highest.gradients(_shared)


@primitive(name="min", symbol="min", formula="min x", latex=r"\min {x}", torch="amin", explain=empty, batched=of_input)
def lowest(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """Smallest over axes; a tie shares the gradient evenly, as Torch's amin."""
    return smallest(x, axis, None, None, keepdims)


lowest.gradients(_shared)


def _with_initial(f: Any, beside: Any, x: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> Any:
    """The largest (smallest) of `initial` and of the elements where `where` holds: none at all may be left."""
    x = as_array(x)
    if initial is None:
        raise ValueError(
            f"{beside.__name__}(where=): a mask may leave no element, and no {f.op.name} of none; give initial= as well"
        )
    if count(x.shape, axis) == 0:
        if isinstance(x, Tensor) and not isinstance(initial, Tensor):
            initial = Tensor(np.asarray(initial, x.dtype))
        return broadcast_to(as_array(initial), shape=added(np.empty(x.shape), axis, None, None, keepdims).shape)
    return beside(f(x if where is True else chosen(where, x, initial), axis=axis, keepdims=keepdims), initial)


@composed(np.max, np.amax, (np.maximum, "reduce"))
def max(x: Any, axis: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Any:
    """Largest over axes (all by default), of the elements where `where` holds, and `initial`; a tie shares the gradient
    evenly, as Torch's amax.

    Raises ValueError for no elements without `initial`."""
    axis = over(axis)
    if initial is None and where is True:
        return highest(x, axis=axis, keepdims=keepdims)
    return _with_initial(highest, maximum, x, axis, keepdims, initial, where)


@composed(np.min, np.amin, (np.minimum, "reduce"))
def min(x: Any, axis: Any = None, keepdims: bool = False, *, initial: Any = None, where: Any = True) -> Any:
    """Smallest over axes (all by default), of the elements where `where` holds, and `initial`; a tie shares the
    gradient evenly, as Torch's amin.

    Raises ValueError for no elements without `initial`."""
    axis = over(axis)
    if initial is None and where is True:
        return lowest(x, axis=axis, keepdims=keepdims)
    return _with_initial(lowest, minimum, x, axis, keepdims, initial, where)


amax, amin = max, min


class Extremes(NamedTuple):
    """What `aminmax` gives."""

    min: Any
    max: Any


@composed()
def aminmax(x: Any, *, axis: Any = None, keepdims: bool = False) -> Extremes:
    """(smallest, largest) over axes (all by default), as Torch's; a tie shares the gradient evenly."""
    return Extremes(min(x, axis, keepdims), max(x, axis, keepdims))


@composed(np.ptp)
def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Peak to peak over axes (all by default): largest − smallest."""
    return max(x, axis, keepdims) - min(x, axis, keepdims)


@primitive(name="logsumexp", symbol="log Σ exp", formula="log Σ eˣ", latex=r"\log \sum e^{x}", torch="logsumexp",
           batched=of_input)  # fmt: skip
def log_total(x: Array, *, axis: Any = None, keepdims: bool = False) -> Array:
    """log of the sum of exponentials over axes, without overflow."""
    top = peak(x, axis)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore", over="ignore"):  # the log of 0 is −∞ here
        out = np.log(np.exp(x - top).sum(axis=axis, keepdims=True)) + top
    return out if keepdims else out.squeeze(axis)


def _log_total_x(g: Array, x: Array, out: Array, axis: Any, keepdims: bool) -> Array:
    """g eˣ⁻ᵒᵘᵗ, the softmax of x"""
    return kept(g, x.shape, axis, keepdims) * np.exp(x - kept(out, x.shape, axis, keepdims))


log_total.gradients(_log_total_x)


@composed((np.logaddexp, "reduce"))
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log of the sum of exponentials over axes (all by default), without overflow."""
    return log_total(x, axis=over(axis), keepdims=keepdims)
