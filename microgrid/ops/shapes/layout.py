"""Layout: elements mirrored, rolled, repeated, put on diagonals or kept in triangles."""

from __future__ import annotations

import functools
import operator
from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..leading import as_it_is, of_input
from ..selection.indexing import along
from .shape import array_like, broadcast_to, copied, whole_axis

__all__ = [
    "diag", "diag_embed", "diagflat", "diagonal", "flip", "fliplr", "flipud", "meshgrid", "repeat",
    "repeat_interleave", "roll", "rot90", "tile", "tril", "tril_indices", "tril_indices_from", "triu", "triu_indices",
    "triu_indices_from",
]  # fmt: skip


def _axes(axis: Any, ndim: int, what: str) -> tuple[int, ...]:
    """Axes counted from 0; all of them for None. Raises AxisError, or ValueError for one given twice."""
    if axis is None:
        return tuple(range(ndim))
    axes = tuple(whole_axis(a, ndim, what) for a in (axis if isinstance(axis, tuple | list) else (axis,)))
    if len(set(axes)) < len(axes):
        raise ValueError(f"{what}: repeated axis in {axis}")
    return axes


@primitive(symbol="flip", formula="x mirrored", torch="flip", numpy=[np.flip], view=True, linear=True,
           batched=of_input)  # fmt: skip
def flip(x: Array, *, axis: Any = None) -> Array:
    """Mirrored along axes (all by default)."""
    if axis is None:
        return x[(slice(None, None, -1),) * x.ndim]
    axes = _axes(axis, x.ndim, "flip")
    return x[tuple(slice(None, None, -1) if k in axes else slice(None) for k in range(x.ndim))]


flip.gradients(lambda g, axis: flip(g, axis=axis))


@primitive(symbol="roll", formula="x rolled by {shift}", torch="roll", numpy=[np.roll], linear=True,
           batched=lambda kw, x, out: None if kw["axis"] is None else of_input(kw, x, out))  # fmt: skip
def roll(x: Array, *, shift: Any, axis: Any = None) -> Array:
    """Elements shifted along axes (the flat array by default); what leaves at one end comes in at the other."""
    if axis is None and isinstance(shift, int | np.integer):
        return _rolled(x.reshape(-1), int(shift), 0).reshape(x.shape)
    if axis is None:
        return _rolled(x.reshape(-1), sum(map(int, shift)), 0).reshape(x.shape)
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    shifts = tuple(shift) if isinstance(shift, tuple | list | np.ndarray) else (shift,)
    if len(axes) != len(shifts) and 1 not in (len(axes), len(shifts)):
        raise ValueError(f"{len(shifts)} shifts for {len(axes)} axes")
    n = max(len(axes), len(shifts)) if axes and shifts else 0
    for s, a in zip(shifts * (n if len(shifts) == 1 else 1), tuple(axes) * (n if len(axes) == 1 else 1), strict=False):
        x = _rolled(x, operator.index(s), whole_axis(a, x.ndim, "roll"))
    return x if n else x.copy()


def _rolled(x: Array, shift: int, axis: int) -> Array:
    """Along one axis: its two stretches exchanged."""
    n = x.shape[axis]
    k = shift % n if n else 0
    if not k:
        return x.copy()
    before = (slice(None),) * axis
    return np.concatenate((x[(*before, slice(n - k, None))], x[(*before, slice(None, n - k))]), axis)


def _back(shift: Any) -> Any:
    return tuple(-s for s in shift) if isinstance(shift, tuple | list | np.ndarray) else -shift


roll.gradients(lambda g, shift, axis: roll(g, shift=_back(shift), axis=axis))


@primitive(name="tile", symbol="tile", formula="x tiled {reps}", torch="tile", linear=True,
           batched=lambda kw, x, out: {"reps": (1, *kw["reps"])} if len(kw["reps"]) == len(x) else None)  # fmt: skip
def tiled(x: Array, *, reps: tuple[int, ...]) -> Array:
    """Copies of the whole side by side, `reps` of them along each axis."""
    shape = (1,) * (len(reps) - x.ndim) + x.shape
    pairs = tuple(n for r, s in zip(reps, shape, strict=True) for n in (r, s))
    spread = broadcast_to(x.reshape(tuple(n for s in shape for n in (1, s))), shape=pairs)
    return spread.reshape(tuple(r * s for r, s in zip(reps, shape, strict=True)))


def _tile_x(g: Array, x: Array, reps: tuple[int, ...]) -> Array:
    """The copies' cotangents, summed"""
    shape = (1,) * (len(reps) - x.ndim) + x.shape
    pairs = tuple(n for r, s in zip(reps, shape, strict=True) for n in (r, s))
    return g.reshape(pairs).sum(axis=tuple(range(0, 2 * len(reps), 2))).reshape(x.shape)


tiled.gradients(_tile_x)


@primitive(name="repeat", symbol="repeat", formula="x, each {times} times", torch="repeat_interleave", linear=True,
           batched=of_input)  # fmt: skip
def repeated(x: Array, *, times: int, axis: int) -> Array:
    """Each element so many times, one after the other, along an axis."""
    return x.repeat(times, axis)


def _repeat_x(g: Array, x: Array, times: int, axis: int) -> Array:
    """Each element's copies, summed"""
    a = axis % x.ndim
    return g.reshape((*x.shape[: a + 1], times, *x.shape[a + 1 :])).sum(axis=a + 1)


repeated.gradients(_repeat_x)


@primitive(symbol="diag", formula="the diagonal of x", latex=r"\operatorname{diag}({x})", torch="diagonal",
           numpy=[np.diagonal, np.linalg.diagonal], view=True, linear=True, batched=of_input,
           explain=lambda x, **_: f"needs at least 2 axes, {x} has {len(x)}" if len(x) < 2 else None)  # fmt: skip
def diagonal(x: Array, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """The diagonal of the planes of two axes, as the last axis: a view, which can be written to."""
    d = x.diagonal(offset, axis1, axis2)
    if isinstance(d, np.ndarray) and x.flags.writeable:
        d.flags.writeable = True  # NumPy's is not, for historical reasons
    return d


@primitive(name="diag_embed", symbol="diag", formula="0 with x on a diagonal", torch="diag_embed", linear=True,
           batched=lambda kw, x, out: of_input(kw, out, out))  # fmt: skip
def on_diagonal(x: Array, *, shape: Any, offset: int, axis1: int, axis2: int) -> Array:
    """Zeros of a shape with x's last axis on a diagonal of the planes of two axes."""
    out = np.zeros(shape, x.dtype)
    d = out.diagonal(offset, axis1, axis2)
    d.flags.writeable = True
    d[...] = x
    return out


diagonal.gradients(
    lambda g, x, offset, axis1, axis2: on_diagonal(g, shape=x.shape, offset=offset, axis1=axis1, axis2=axis2),
)
on_diagonal.gradients(
    lambda g, offset, axis1, axis2: diagonal(g, offset=offset, axis1=axis1, axis2=axis2),
)


@functools.cache
def _small_triangle(n: int, m: int, k: int) -> np.ndarray:
    mask = np.tri(n, m, k, dtype=bool)
    mask.flags.writeable = False
    return mask


def _triangle(x: Array, k: int) -> np.ndarray:
    """Where the last two axes lie on or below the k-th diagonal; a vector stands for as many rows."""
    if x.ndim == 0:
        raise ValueError("needs at least 1 axis, a scalar has none")
    n, m = x.shape[-2:] if x.ndim > 1 else x.shape * 2
    # the clipped k bounds the cache, as the sizes do
    return _small_triangle(n, m, max(-n, min(m, k))) if n * m <= 64 else np.tri(n, m, k, dtype=bool)


@primitive(symbol="◺", formula="x below its diagonal", torch="tril", numpy=[np.tril], linear=True, broadcasts=True,
           batched=as_it_is)  # fmt: skip
def tril(x: Array, *, k: int = 0) -> Array:
    """Lower triangle: of the last two axes, zero above the k-th diagonal."""
    return np.where(_triangle(x, k), x, x.dtype.type(0))


tril.gradients(lambda g, k: tril(g, k=k))


@primitive(symbol="◹", formula="x above its diagonal", torch="triu", numpy=[np.triu], linear=True, broadcasts=True,
           batched=as_it_is)  # fmt: skip
def triu(x: Array, *, k: int = 0) -> Array:
    """Upper triangle: of the last two axes, zero below the k-th diagonal."""
    return np.where(_triangle(x, k - 1), x.dtype.type(0), x)


triu.gradients(lambda g, k: triu(g, k=k))


# ------------------------------------------------------------------------------- composed of the above: no primitive


@implements(np.fliplr)
def fliplr(m: Any) -> Any:
    """Mirrored left to right: along the second axis."""
    return flip(_at_least(m, 2, "fliplr"), axis=1)


@implements(np.flipud)
def flipud(m: Any) -> Any:
    """Mirrored upside down: along the first axis."""
    return flip(_at_least(m, 1, "flipud"), axis=0)


def _at_least(x: Any, n: int, what: str) -> Any:
    x = array_like(x)
    if x.ndim < n:
        raise ValueError(f"{what}: needs at least {n} ax{'is' if n == 1 else 'es'}, {x.shape} has {x.ndim}")
    return x


@implements(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """Turned by 90° k times in the plane of two axes, from the first towards the second."""
    x = _at_least(m, 2, "rot90")
    if len(axes) != 2:
        raise ValueError(f"rot90: axes is {axes}, expected two of them")
    a, b = (whole_axis(d, x.ndim, "rot90") for d in axes)
    if a == b:
        raise ValueError(f"rot90: axes {axes} name the same axis twice")
    k %= 4
    if k in (0, 2):
        return flip(x, axis=(a, b)) if k else x[:]
    return x.swapaxes(a, b)[_mirror(a, x.ndim)] if k == 1 else x[_mirror(a, x.ndim)].swapaxes(a, b)


def _mirror(axis: int, ndim: int) -> tuple[slice, ...]:
    return tuple(slice(None, None, -1) if k == axis else slice(None) for k in range(ndim))


@implements(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """Copies of the whole side by side, `reps` of them along each axis (one number: along the last).

    Raises ValueError for a negative number of copies."""
    x, counts = array_like(A), (reps,) if np.ndim(reps) == 0 else tuple(reps)
    counts = tuple(map(operator.index, counts))
    if any(r < 0 for r in counts):
        raise ValueError(f"tile: reps {reps}: a negative number of copies")
    counts = (1,) * (x.ndim - len(counts)) + counts
    return tiled(x, reps=counts) if counts else copied(x)


@composed(np.repeat)
def repeat(a: Any, repeats: Any, axis: int | None = None) -> Any:
    """Each element so many times, one after the other: of the flat array, or along an axis.

    repeats: a number, or one for each element along the axis. Raises ValueError for as many as do not fit."""
    x = array_like(a)
    if axis is None or not x.ndim:
        x, axis = x.reshape(-1), whole_axis(axis or 0, 1, "repeat")
    axis = whole_axis(axis, x.ndim, "repeat")
    times = np.asarray(repeats.numpy() if isinstance(repeats, Tensor) else repeats)
    if times.dtype.kind not in "biu":
        raise TypeError(f"repeat: repeats are {times.dtype}, expected integers")
    if times.size and times.min() < 0:
        raise ValueError(f"repeat: repeats {repeats}: a negative number of copies")
    if times.size == 1:
        return repeated(x, times=int(times.reshape(())), axis=axis)
    if times.ndim != 1 or times.size != x.shape[axis]:
        raise ValueError(f"repeat: {times.shape} repeats for {x.shape[axis]} elements along axis {axis}")
    return along(x, np.repeat(np.arange(x.shape[axis]), times), axis=axis)


@composed()
def repeat_interleave(input: Any, repeats: Any = None, axis: int | None = None, output_size: int | None = None) -> Any:
    """Torch's `repeat`; of repeats alone, the number of each element so many times.

    Raises ValueError for repeats that do not fit, or where output_size is not what comes out."""
    if repeats is None:
        if axis is not None:
            raise TypeError(f"repeat_interleave: axis={axis!r} of repeats alone, which have none to go along")
        times = np.asarray(input.numpy() if isinstance(input, Tensor) else input)
        if times.ndim != 1 or times.dtype.kind not in "iu" or (times.size and times.min() < 0):
            raise ValueError(f"repeat_interleave: {times.dtype} {times.shape}; repeats alone are a vector of counts")
        return repeat(Tensor(np.arange(times.size)), times, axis=0)
    out = repeat(input, repeats, axis=axis)
    if output_size is not None and output_size != out.shape[0 if axis is None else axis]:
        raise ValueError(f"repeat_interleave: output_size is {output_size}, but {out.shape} comes out")
    return out


@composed()
def diag_embed(input: Any, offset: int = 0, axis1: int = -2, axis2: int = -1) -> Any:
    """Square matrices with the last axis on their diagonal: `axis1` and `axis2` are where its two axes go."""
    x = array_like(input)
    a, b = (whole_axis(d, x.ndim + 1, "diag_embed") for d in (axis1, axis2))
    if a == b:
        raise ValueError(f"diag_embed: axes {axis1} and {axis2} are the same")
    shape, n = list(x.shape[:-1]), x.shape[-1] + abs(offset)
    for d in sorted((a, b)):
        shape.insert(d, n)
    return on_diagonal(x, shape=tuple(shape), offset=offset, axis1=a, axis2=b)


@implements(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """A matrix's k-th diagonal; of a vector, the matrix that has it there.

    Raises ValueError for other numbers of axes."""
    x = array_like(v)
    if x.ndim == 1:
        return diag_embed(x, offset=k)
    if x.ndim == 2:
        return diagonal(x, offset=k)
    raise ValueError(f"diag: {x.shape} has {x.ndim} axes, expected a vector or a matrix")


@implements(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix with all elements of v on its k-th diagonal."""
    return diag_embed(array_like(v).reshape(-1), offset=k)


@implements(np.meshgrid)
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Each vector spread over the grid of all: one array a vector, of the grid's shape (sparse: to broadcast).

    indexing: "xy": the first varies along the second axis, as on paper; "ij": each along its own axis.
    Raises ValueError for another word."""
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing is {indexing!r}, expected 'xy' or 'ij'")
    vectors = [array_like(v) for v in xi]
    places = list(range(len(vectors)))
    if indexing == "xy" and len(vectors) > 1:
        places[:2] = 1, 0
    sizes = [v.size for v in vectors]
    shape = tuple(sizes[places.index(k)] for k in range(len(vectors)))
    alone = (tuple(n if k == p else 1 for k in range(len(vectors))) for n, p in zip(sizes, places, strict=True))
    rows = [v.reshape(s) for v, s in zip(vectors, alone, strict=True)]
    return tuple(rows if sparse else [broadcast_to(v, shape=shape) for v in rows])


def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the lower triangle of an n × m matrix."""
    return np.tril_indices(n, k, m)


def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the upper triangle of an n × m matrix."""
    return np.triu_indices(n, k, m)


def _matrix_shape(arr: Any) -> tuple[int, int]:
    shape = np.shape(arr)
    if len(shape) != 2:
        raise ValueError(f"{shape} has {len(shape)} axes, expected a matrix")
    return shape[0], shape[1]


@implements(np.tril_indices_from)
def tril_indices_from(arr: Any, k: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Indices of a matrix's lower triangle."""
    n, m = _matrix_shape(arr)
    return np.tril_indices(n, k, m)


@implements(np.triu_indices_from)
def triu_indices_from(arr: Any, k: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Indices of a matrix's upper triangle."""
    n, m = _matrix_shape(arr)
    return np.triu_indices(n, k, m)
