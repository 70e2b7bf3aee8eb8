"""Shape: the same numbers laid out otherwise. Where NumPy gives a view, so does microgrid."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.dispatch import implements
from ..core.primitive import primitive
from ..core.tensor import Tensor
from .arithmetic import Array

__all__ = [
    "astype", "broadcast_to", "concatenate", "copy", "expand_dims", "matrix_transpose", "moveaxis", "ravel",
    "reshape", "split", "squeeze", "stack", "swapaxes", "transpose",
]  # fmt: skip


def _reshape_clash(x: tuple[int, ...], *, shape: Any) -> str:
    size = int(np.prod(x))
    return f"{size} elements cannot take the shape {shape}; sizes must multiply to {size} (one may be -1)"


@primitive(symbol="reshape", formula="x as {shape}", torch="reshape", numpy=[np.reshape], view=True, linear=True,
           explain=_reshape_clash)  # fmt: skip
def reshape(x: Array, *, shape: Any) -> Array:
    """The same elements, in C order, in another shape; one size may be -1."""
    return x.reshape(shape)


reshape.gradients(lambda g, x: g.reshape(x.shape))


@primitive(symbol="ᵀ", formula="xᵀ", latex="{x}^T", torch="permute", numpy=[np.transpose], view=True,
           linear=True)  # fmt: skip
def transpose(x: Array, *, axes: Sequence[int] | None = None) -> Array:
    """Axes permuted; reversed without `axes`."""
    return x.transpose(axes)


def _inverse(axes: Sequence[int] | None) -> tuple[int, ...] | None:
    """The permutation that undoes another."""
    return None if axes is None else tuple(np.argsort([a % len(axes) for a in axes]).tolist())


transpose.gradients(lambda g, axes: g.transpose(_inverse(axes)))


@primitive(symbol="ᵀ", formula="xᵀ", latex="{x}^T", torch="mT", view=True, linear=True,
           numpy=[np.matrix_transpose, np.linalg.matrix_transpose],
           explain=lambda x: f"needs at least 2 axes, {x} has {len(x)}")  # fmt: skip
def matrix_transpose(x: Array) -> Array:
    """The last two axes exchanged."""
    return x.swapaxes(-1, -2)


matrix_transpose.gradients(lambda g: g.mT)


@primitive(symbol="swap", formula="x, axes swapped", torch="swapaxes", numpy=[np.swapaxes], view=True, linear=True)
def swapaxes(x: Array, *, axis1: int, axis2: int) -> Array:
    """Two axes exchanged."""
    return x.swapaxes(axis1, axis2)


swapaxes.gradients(lambda g, axis1, axis2: g.swapaxes(axis1, axis2))


@primitive(symbol="flat", formula="x, flat", torch="ravel", numpy=[np.ravel], view=True, linear=True)
def ravel(x: Array) -> Array:
    """One axis, in C order."""
    return x.ravel()


ravel.gradients(lambda g, x: g.reshape(x.shape))


@primitive(symbol="squeeze", formula="x without axes of size 1", torch="squeeze", numpy=[np.squeeze], view=True,
           linear=True)  # fmt: skip
def squeeze(x: Array, *, axis: Any = None) -> Array:
    """Without its axes of size 1 (all, or those named)."""
    return x.squeeze(axis)


squeeze.gradients(lambda g, x: g.reshape(x.shape))


@primitive(symbol="newaxis", formula="x with an axis of size 1", torch="unsqueeze", numpy=[np.expand_dims], view=True,
           linear=True)  # fmt: skip
def expand_dims(x: Array, *, axis: Any) -> Array:
    """With new axes of size 1 where `axis` says."""
    return np.expand_dims(x, axis)


expand_dims.gradients(lambda g, x: g.reshape(x.shape))


@primitive(symbol="broadcast", formula="x as {shape}", torch="broadcast_to", numpy=[np.broadcast_to], broadcasts=True,
           linear=True, explain=lambda x, *, shape: f"{x} does not broadcast to {shape}: counted from the right, each "
           "size must be equal or 1")  # fmt: skip
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


@primitive(symbol="copy", formula="x", torch="clone", numpy=[np.copy], linear=True)
def copy(x: Array) -> Array:
    """The same value in memory of its own."""
    return np.array(x)


copy.gradients(lambda g: g)


def _castable(dtype: Any) -> np.dtype[Any]:
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind.kind not in "biuf":
        raise TypeError(f"dtype {kind} is not supported; bool, integers, float16, float32, float64 are")
    return kind


@primitive(name="astype", symbol="cast", formula="x as {dtype}", torch="to", linear=True)
def cast(x: Array, *, dtype: Any) -> Array:
    """The same value in another floating-point dtype. The gradient comes back in x's."""
    return x.astype(_castable(dtype))


cast.gradients(lambda g: g)


@primitive(symbol="cast", formula="x as {dtype}", torch="to", gradient=False)
def truncate(x: Array, *, dtype: Any) -> Array:
    """The value as integers or booleans, which carry no gradient."""
    return x.astype(_castable(dtype))


def _joined_clash(*shapes: tuple[int, ...], axis: int) -> str | None:
    if len({len(s) for s in shapes}) > 1:
        return f"{', '.join(map(str, shapes))}: all need the same number of axes"
    for s in shapes[1:]:
        for k, (a, b) in enumerate(zip(shapes[0], s, strict=True)):
            if a != b and k != axis % max(len(s), 1):
                return f"sizes {a} and {b} differ at axis {k}; only axis {axis}, along which they join, may differ"
    return None


@primitive(name="concatenate", symbol="⧺", formula="x₀ ⧺ x₁ ⧺ …", torch="cat", linear=True, explain=_joined_clash)
def joined(*xs: Array, axis: int = 0) -> Array:
    """Arrays joined along an axis that they have."""
    return np.concatenate(xs, axis)


def _part(g: Array, i: int, xs: Sequence[Array], axis: int) -> Array:
    """g's stretch that came from xᵢ"""
    axis %= g.ndim
    start = builtins.sum(x.shape[axis] for x in xs[:i])
    return g[(slice(None),) * axis + (slice(start, start + xs[i].shape[axis]),)]


joined.gradients(each=_part)


@primitive(name="stack", symbol="stack", formula="[x₀, x₁, …]", torch="stack", linear=True,
           explain=lambda *shapes, axis: f"shapes {', '.join(map(str, shapes))} differ; all must be equal"
           if len(set(shapes)) > 1 else None)  # fmt: skip
def stacked(*xs: Array, axis: int = 0) -> Array:
    """Arrays of one shape joined along a new axis."""
    return np.stack(xs, axis)


def _slice(g: Array, i: int, axis: int) -> Array:
    """g[i] along the new axis"""
    return g[(slice(None),) * (axis % g.ndim) + (i,)]


stacked.gradients(each=_slice)


# ------------------------------------------------------------------------------- composed of the above: no primitive


@implements(*([np.astype] if hasattr(np, "astype") else []))  # NumPy 2.1
def astype(x: Any, dtype: Any) -> Any:
    """The same value in another dtype; floating-point ones carry the gradient, integers and booleans none.

    Raises TypeError for a dtype that holds no real numbers."""
    kind = _castable(dtype)
    return (cast if kind.kind == "f" else truncate)(x if hasattr(x, "dtype") else np.asarray(x), dtype=kind)


def _several(arrays: Any, what: str) -> tuple[Any, ...]:
    if isinstance(arrays, Tensor):
        return tuple(arrays)
    try:
        several = tuple(arrays)
    except TypeError:
        raise TypeError(f"{what}: expected a sequence of arrays, got {type(arrays).__name__}") from None
    if not several:
        raise ValueError(f"{what}: an empty sequence; at least one array is needed")
    return several


@implements(np.concatenate)
def concatenate(arrays: Any, axis: int | None = 0) -> Any:
    """Arrays joined along an axis that they have; flat ones with axis=None.

    Raises ValueError for an empty sequence, or shapes that differ elsewhere."""
    several = _several(arrays, "concatenate")
    return joined(*(several if axis is not None else map(ravel, several)), axis=axis or 0)


@implements(np.stack)
def stack(arrays: Any, axis: int = 0) -> Any:
    """Arrays of one shape joined along a new axis.

    Raises ValueError for an empty sequence, or shapes that differ."""
    return stacked(*_several(arrays, "stack"), axis=axis)


@implements(np.split)
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Views of x cut along an axis: into so many equal parts, or before the indices given.

    Raises ValueError for parts that would not be equal."""
    x = x if isinstance(x, Tensor) else np.asarray(x)
    if not -x.ndim <= axis < x.ndim:
        raise np.exceptions.AxisError(axis, x.ndim, f"split: array {x.shape}")
    n = x.shape[axis]
    if isinstance(indices_or_sections, int | np.integer):
        parts = int(indices_or_sections)
        if parts < 1 or n % parts:
            raise ValueError(
                f"split: axis {axis} has {n} elements, which {parts} parts do not divide; give the indices to cut at"
            )
        cuts = [n // parts * k for k in range(1, parts)]
    else:
        cuts = [int(i) for i in indices_or_sections]
    before = (slice(None),) * (axis % x.ndim)
    return [x[(*before, slice(a, b))] for a, b in zip([0, *cuts], [*cuts, n], strict=True)]


@implements(np.moveaxis)
def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """Axes moved to new places, the others in their order."""
    numbered = np.empty(tuple(range(np.ndim(x))))  # its sizes are the numbers of its axes
    return transpose(x, axes=np.moveaxis(numbered, source, destination).shape)
