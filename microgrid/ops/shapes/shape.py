"""Shape: the same numbers under other axes. Where NumPy gives a view, so does microgrid."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..leading import as_it_is, of_input

__all__ = [
    "astype", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays", "broadcast_shapes", "broadcast_to", "copy",
    "expand", "expand_dims", "flatten", "matrix_transpose", "moveaxis", "movedim", "permute", "permute_dims", "ravel",
    "reshape", "rollaxis", "squeeze", "swapaxes", "transpose", "unflatten", "unsqueeze",
]  # fmt: skip


def _reshape_clash(x: tuple[int, ...], *, shape: Any) -> str:
    size = math.prod(x)
    return f"{size} elements cannot take the shape {shape}; sizes must multiply to {size} (one may be -1)"


@primitive(name="reshape", symbol="reshape", formula="x as {shape}", torch="reshape", view=True, linear=True,
           batched=as_it_is, explain=_reshape_clash)  # fmt: skip
def reshaped(x: Array, *, shape: Any) -> Array:
    """The same elements, in C order, in another shape; one size may be -1."""
    return x.reshape(shape)


reshaped.gradients(lambda g, x: g.reshape(x.shape))


def _axes_after_one(kw: dict[str, Any], x: tuple[int, ...], out: tuple[int, ...]) -> dict[str, Any]:
    """The permutation of one more leading axis, which stays."""
    axes = range(len(x))[::-1] if kw["axes"] is None else kw["axes"]
    return {"axes": (0, *(a % len(x) + 1 for a in axes))}


@primitive(symbol="ᵀ", formula="xᵀ", latex="{x}^T", torch="permute", numpy=[np.transpose], view=True,
           linear=True, batched=_axes_after_one)  # fmt: skip
def transpose(x: Array, *, axes: Sequence[int] | None = None) -> Array:
    """Axes permuted; reversed without `axes`."""
    return x.transpose(axes)


def _inverse(axes: Sequence[int] | None) -> tuple[int, ...] | None:
    """The permutation that undoes another."""
    return None if axes is None else tuple(np.argsort([a % len(axes) for a in axes]).tolist())


transpose.gradients(lambda g, axes: g.transpose(_inverse(axes)))


@primitive(symbol="ᵀ", formula="xᵀ", latex="{x}^T", torch="mT", view=True, linear=True,
           batched=as_it_is, numpy=[np.matrix_transpose, np.linalg.matrix_transpose],
           explain=lambda x: f"needs at least 2 axes, {x} has {len(x)}")  # fmt: skip
def matrix_transpose(x: Array) -> Array:
    """The last two axes exchanged."""
    return x.swapaxes(-1, -2)


matrix_transpose.gradients(lambda g: g.mT)


@primitive(symbol="swap", formula="x, axes swapped", torch="swapaxes", numpy=[np.swapaxes], view=True, linear=True,
           batched=of_input)  # fmt: skip
def swapaxes(x: Array, *, axis1: int, axis2: int) -> Array:
    """Two axes exchanged."""
    return x.swapaxes(axis1, axis2)


swapaxes.gradients(lambda g, axis1, axis2: g.swapaxes(axis1, axis2))


@primitive(name="ravel", symbol="flat", formula="x, flat", torch="ravel", view=True, linear=True,
           batched=as_it_is)  # fmt: skip
def flat(x: Array) -> Array:
    """One axis, in C order."""
    return x.ravel()


flat.gradients(lambda g, x: g.reshape(x.shape))


@primitive(symbol="squeeze", formula="x without axes of size 1", torch="squeeze", numpy=[np.squeeze], view=True,
           linear=True, batched=as_it_is)  # fmt: skip
def squeeze(x: Array, *, axis: Any = None) -> Array:
    """Without its axes of size 1 (all, or those named)."""
    return x.squeeze(axis)


squeeze.gradients(lambda g, x: g.reshape(x.shape))


@primitive(symbol="newaxis", formula="x with an axis of size 1", torch="unsqueeze", numpy=[np.expand_dims], view=True,
           linear=True, batched=as_it_is)  # fmt: skip
def expand_dims(x: Array, *, axis: Any = 0) -> Array:
    """With new axes of size 1 where `axis` says."""
    return np.expand_dims(x, axis)


expand_dims.gradients(lambda g, x: g.reshape(x.shape))


@primitive(symbol="broadcast", formula="x as {shape}", torch="broadcast_to", numpy=[np.broadcast_to], broadcasts=True,
           linear=True, batched=as_it_is, explain=lambda x, *, shape: f"{x} does not broadcast to {shape}: counted from"
           " the right, each size must be equal or 1")  # fmt: skip
def broadcast_to(x: Array, *, shape: Any) -> Array:
    """Repeated along axes of size 1 and new leading ones to the shape asked for."""
    return filled(x, shape)


def filled(x: Any, shape: Any) -> np.ndarray:
    """`broadcast_to` of an array, eight times as fast as NumPy's on small ones, and memory of its own."""
    out = np.empty(shape, x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype)
    if out.ndim < np.ndim(x):  # NumPy would store (1, 3) in (3,)
        raise ValueError("fewer axes")
    out[...] = x
    return out


broadcast_to.gradients(lambda g: g)  # the engine sums it back


@primitive(name="copy", symbol="copy", formula="x", torch="clone", linear=True, batched=True)
def copied(x: Array) -> Array:
    """The same value in memory of its own."""
    return np.array(x)


copied.gradients(lambda g: g)


def _castable(dtype: Any) -> np.dtype[Any]:
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind.kind not in "biuf":
        raise TypeError(f"dtype {kind} is not supported; bool, integers, float16, float32, float64 are")
    return kind


@primitive(name="astype", symbol="cast", formula="x as {dtype}", torch="to", linear=True, batched=True)
def cast(x: Array, *, dtype: Any) -> Array:
    """The same value in another floating-point dtype. The gradient comes back in x's."""
    return x.astype(_castable(dtype))


cast.gradients(lambda g: g)


@primitive(symbol="cast", formula="x as {dtype}", torch="to", gradient=False)
def truncate(x: Array, *, dtype: Any) -> Array:
    """The value as integers or booleans, which carry no gradient."""
    return x.astype(_castable(dtype))


# ------------------------------------------------------------------------------- composed of the above: no primitive


def array_like(x: Any) -> Any:
    """An array or a Tensor as it is, anything else as an array; nested lists of Tensors are refused by NumPy."""
    return x if isinstance(x, Tensor | np.ndarray) else np.asarray(x)


def shape_of(x: Any) -> tuple[int, ...]:
    """np.shape, without the way through NumPy's dispatch."""
    return x.shape if hasattr(x, "shape") else np.shape(x)


def whole_axis(axis: Any, ndim: int, what: str) -> int:
    """An axis counted from 0. Raises AxisError for one that is not there."""
    a = operator.index(axis)
    if not -ndim <= a < ndim:
        raise np.exceptions.AxisError(f"{what}: axis {a} is out of bounds for {ndim} axes; expected {-ndim} to "
                                      f"{ndim - 1}")  # fmt: skip
    return a % ndim


@implements(*([np.astype] if hasattr(np, "astype") else []))  # NumPy 2.1
def astype(x: Any, dtype: Any, copy: bool = True, device: Any = None) -> Any:
    """The same value in another dtype; floating-point ones carry the gradient, integers and booleans none.

    copy=False: x itself where it has the dtype. device: None or "cpu".
    Raises TypeError for a dtype that holds no real numbers, ValueError for another device."""
    if device not in (None, "cpu"):
        raise ValueError(f"astype: device is {device!r}; there is only 'cpu'")
    kind = _castable(dtype)
    x = x if hasattr(x, "dtype") else np.asarray(x)
    if not copy and x.dtype == kind:
        return x
    return (cast if kind.kind == "f" else truncate)(x, dtype=kind)


@implements(np.copy)
def copy(x: Any, order: str = "K") -> Any:
    """The same value in memory of its own (order: taken for NumPy's sake; it changes no number)."""
    return copied(x)


def _fortran(x: Any) -> bool:
    """Whether it lies in memory column by column."""
    flags = np.asarray(x.numpy() if isinstance(x, Tensor) else x).flags
    return flags.f_contiguous and not flags.c_contiguous


def _memory_order(x: Any) -> tuple[int, ...]:
    """Its axes from the longest stride to the shortest."""
    strides = np.asarray(x.numpy() if isinstance(x, Tensor) else x).strides
    return tuple(sorted(range(len(strides)), key=lambda k: -abs(strides[k])))


@implements(np.reshape)
def reshape(x: Any, shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    """The same elements in another shape; one size may be -1.

    order: "C", last index fastest; "F", first index fastest; "A": "F" where x lies in memory that way.
    copy: True for memory of its own, False for ValueError where NumPy would copy.
    Raises ValueError for a shape of another size."""
    if order == "C":
        out = reshaped(x, shape=shape)
    elif order not in ("F", "A"):
        raise ValueError(f"reshape: order is {order!r}, expected 'C', 'F' or 'A'")
    elif order == "A" and not _fortran(array_like(x)):
        out = reshaped(x, shape=shape)
    else:
        sizes = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
        out = transpose(reshaped(transpose(array_like(x)), shape=sizes[::-1]))
    if copy is None:
        return out
    if copy:
        return copied(out)
    before, after = (np.asarray(a.numpy() if isinstance(a, Tensor) else a) for a in (x, out))
    if not np.shares_memory(before, after) and out.size:
        raise ValueError("reshape: copy=False, but this shape cannot be had without copying the elements")
    return out


@implements(np.ravel)
def ravel(x: Any, order: str = "C") -> Any:
    """One axis; order: "C", last index fastest; "F", first index fastest; "A", "K": as it lies in memory."""
    if order == "C":
        return flat(x)
    if order not in ("F", "A", "K"):
        raise ValueError(f"ravel: order is {order!r}, expected 'C', 'F', 'A' or 'K'")
    x = array_like(x)
    if order == "K":
        return flat(transpose(x, axes=_memory_order(x)))
    return flat(transpose(x) if order == "F" or _fortran(x) else x)


@composed()
def flatten(input: Any, start_dim: int = 0, end_dim: int = -1) -> Any:
    """The axes from start_dim to end_dim, both included, as one; a scalar as one element.

    Raises AxisError for axes that are not there, ValueError where the first comes after the last."""
    x = array_like(input)
    first, last = (whole_axis(a, max(x.ndim, 1), "flatten") for a in (start_dim, end_dim))
    if first > last:
        raise ValueError(f"flatten: start_dim {start_dim} comes after end_dim {end_dim}")
    shape = x.shape
    return reshaped(x, shape=(*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


@composed()
def unflatten(input: Any, axis: int, sizes: Any) -> Any:
    """One axis as several, of these sizes; one may be -1.

    Raises ValueError where they do not multiply to the axis's size."""
    x, sizes = array_like(input), tuple(map(operator.index, sizes))
    a = whole_axis(axis, x.ndim, "unflatten")
    known = math.prod(s for s in sizes if s != -1)
    if not sizes or min(sizes) < -1 or sizes.count(-1) > 1 or (
        x.shape[a] != known if -1 not in sizes else not known or x.shape[a] % known
    ):  # fmt: skip
        raise ValueError(f"unflatten: sizes {sizes} do not multiply to {x.shape[a]}, the size of axis {axis}")
    return reshaped(x, shape=(*x.shape[:a], *(x.shape[a] // known if s == -1 else s for s in sizes), *x.shape[a + 1 :]))


@composed()
def unsqueeze(input: Any, axis: int) -> Any:
    """With a new axis of size 1 there."""
    return expand_dims(input, axis=operator.index(axis))


@composed()
def permute_dims(x: Any, axes: Any) -> Any:
    """Axes in a new order: all of them. Raises ValueError for fewer, or one twice."""
    return transpose(x, axes=tuple(map(operator.index, axes)))


permute = permute_dims


@implements(np.moveaxis)
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Axes moved to new places, the others in their order."""
    numbered = np.empty(tuple(range(len(shape_of(x)))))  # its sizes are the numbers of its axes
    return transpose(x, axes=np.moveaxis(numbered, source, destination).shape)


movedim = moveaxis


@implements(np.rollaxis)
def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    """One axis moved to before another. `moveaxis` says it more clearly."""
    numbered = np.empty(tuple(range(len(shape_of(x)))))
    return transpose(x, axes=np.rollaxis(numbered, axis, start).shape)


@composed()
def expand(input: Any, *shape: Any) -> Any:
    """Repeated along axes of size 1 and new leading ones to the shape asked for, where -1 keeps a size (Torch's).

    Raises ValueError for sizes that do not broadcast."""
    x, sizes = array_like(input), shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape
    new = len(sizes) - x.ndim
    if new < 0 or any(s < 0 for s in sizes[:new]) or any(s < -1 for s in sizes):
        raise ValueError(f"expand: {x.shape} does not expand to {tuple(sizes)}; -1 keeps the size of an axis there is")
    return broadcast_to(x, shape=tuple(x.shape[k - new] if s == -1 else s for k, s in enumerate(sizes)))


@implements(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """Arrays repeated to the shape that they share.

    Raises ValueError for shapes that do not broadcast."""
    arrays = [array_like(a) for a in args]
    shape = broadcast_shapes(*(a.shape for a in arrays))
    return tuple(a if a.shape == shape else broadcast_to(a, shape=shape) for a in arrays)


def broadcast_shapes(*shapes: Any) -> tuple[int, ...]:
    """The shape that shapes broadcast to. Raises ValueError where they do not, TypeError for what is no shape."""
    if None in shapes:  # older NumPys take it for ()
        raise TypeError("broadcast_shapes: None is no shape; expected tuples of sizes")
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        raise ValueError(
            f"shapes {', '.join(map(str, shapes))} do not broadcast: counted from the right, sizes must be equal or 1"
        ) from None


def _at_least(n: int, place: Any) -> Any:
    def each(*arrays: Any) -> Any:
        if len(arrays) == 1 and isinstance(arrays[0], tuple | list) and any(isinstance(a, Tensor) for a in arrays[0]):
            arrays = tuple(arrays[0])  # Torch takes them as one sequence
        done = tuple(a if a.ndim >= n else a[place(a.ndim)] for a in map(array_like, arrays))
        return done if len(arrays) != 1 else done[0]

    each.__name__ = each.__qualname__ = f"atleast_{n}d"
    each.__doc__ = f"Arrays with at least {n} ax{'is' if n == 1 else 'es'}; one array gives one, several a tuple."
    return implements(getattr(np, each.__name__))(each)


atleast_1d = _at_least(1, lambda n: (None,))
atleast_2d = _at_least(2, lambda n: (None,) * (2 - n))
atleast_3d = _at_least(3, lambda n: {0: (None, None, None), 1: (None, slice(None), None), 2: (..., None)}[n])
