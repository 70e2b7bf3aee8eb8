"""Joining arrays, and cutting them apart again."""

from __future__ import annotations

import builtins
import itertools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.primitive import primitive
from ...core.tensor import Tensor
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..leading import of_input, of_value
from .shape import array_like, astype, atleast_1d, atleast_2d, atleast_3d, flat, shape_of, whole_axis

__all__ = [
    "append", "array_split", "block", "cat", "chunk", "column_stack", "concat", "concatenate", "dsplit", "dstack",
    "hsplit", "hstack", "row_stack", "split", "stack", "tensor_split", "unbind", "unstack", "vsplit", "vstack",
]  # fmt: skip


def _joined_clash(*shapes: tuple[int, ...], axis: int) -> str | None:
    if len({len(s) for s in shapes}) > 1:
        return f"{', '.join(map(str, shapes))}: all need the same number of axes"
    for s in shapes[1:]:
        for k, (a, b) in enumerate(zip(shapes[0], s, strict=True)):
            if a != b and k != axis % max(len(s), 1):
                return f"sizes {a} and {b} differ at axis {k}; only axis {axis}, along which they join, may differ"
    return None


@primitive(name="concatenate", symbol="⧺", formula="x₀ ⧺ x₁ ⧺ …", torch="cat", linear=True, batched=of_input,
           explain=_joined_clash)  # fmt: skip
def joined(*xs: Array, axis: int = 0) -> Array:
    """Arrays joined along an axis that they have."""
    return np.concatenate(xs, axis)


def _part(g: Array, i: int, xs: Sequence[Array], axis: int) -> Array:
    """g's stretch that came from xᵢ"""
    axis %= g.ndim
    start = builtins.sum(x.shape[axis] for x in xs[:i])
    return g[(slice(None),) * axis + (slice(start, start + xs[i].shape[axis]),)]


joined.gradients(each=_part)


@primitive(name="stack", symbol="stack", formula="[x₀, x₁, …]", torch="stack", linear=True, batched=of_value,
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


def _cast(arrays: tuple[Any, ...], dtype: Any, casting: Any, what: str) -> tuple[Any, ...]:
    """The arrays in the dtype asked for, if casting allows it."""
    if dtype is None:
        return arrays
    wanted, given = np.dtype(dtype), [array_like(a) for a in arrays]
    for a in given:
        if not np.can_cast(a.dtype, wanted, casting):
            raise TypeError(f"{what}: {a.dtype} is not cast to {wanted} under the rule {casting!r}; cast with astype")
    return tuple(a if a.dtype == wanted else astype(a, dtype=wanted) for a in given)


@composed(np.concatenate)
def concatenate(arrays: Any, axis: int | None = 0, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Arrays joined along an axis that they have; flat ones with axis=None.

    Raises ValueError for an empty sequence, or shapes that differ elsewhere; TypeError where casting forbids dtype."""
    several = _cast(_several(arrays, "concatenate"), dtype, casting, "concatenate")
    return joined(*(several if axis is not None else map(flat, several)), axis=axis or 0)


concat = concatenate


@composed()
def cat(tensors: Any, axis: int | None = 0) -> Any:
    """Torch's concatenation: empty vectors, (0,), join anything."""
    several = _several(tensors, "cat")
    filled = tuple(t for t in several if shape_of(t) != (0,))
    return joined(*(filled if len(filled) and axis is not None else several), axis=axis or 0)


@composed(np.stack)
def stack(arrays: Any, axis: int = 0, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Arrays of one shape joined along a new axis.

    Raises ValueError for an empty sequence, or shapes that differ; TypeError where casting forbids dtype."""
    return stacked(*_cast(_several(arrays, "stack"), dtype, casting, "stack"), axis=axis)


@implements(np.hstack)
def hstack(tup: Any, dtype: Any = None, casting: str = "same_kind") -> Any:
    """Side by side: along the second axis, vectors along their first."""
    arrays = [atleast_1d(a) for a in _several(tup, "hstack")]
    return concatenate(arrays, 0 if arrays[0].ndim == 1 else 1, dtype, casting)


@implements(np.vstack)
def vstack(tup: Any, dtype: Any = None, casting: str = "same_kind") -> Any:
    """On top of each other: along the first axis, vectors as rows."""
    return concatenate([atleast_2d(a) for a in _several(tup, "vstack")], 0, dtype, casting)


row_stack = vstack


@implements(np.dstack)
def dstack(tup: Any) -> Any:
    """Behind each other: along the third axis; a vector is (1, N, 1), a matrix (M, N, 1)."""
    return concatenate([atleast_3d(a) for a in _several(tup, "dstack")], 2)


@implements(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Vectors as columns, and matrices, side by side."""
    arrays = [array_like(a) for a in _several(tup, "column_stack")]
    return concatenate([a.reshape((a.size, 1)) if a.ndim < 2 else a for a in arrays], 1)


@implements(np.append)
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """Values joined to the end: of the flat array, or along an axis."""
    return concatenate((array_like(arr), array_like(values)), axis)


@implements(np.block)
def block(arrays: Any) -> Any:
    """A matrix put together from nested lists of blocks: the innermost are joined along the last axis.

    Raises ValueError for lists of different depths or an empty one, TypeError for tuples."""
    depth = _depth(arrays)
    parts = [array_like(a) for a in _blocks(arrays)]
    ndim = max(depth, *(p.ndim for p in parts))

    def joined_at(tree: Any, level: int) -> Any:
        if isinstance(tree, list):
            return concatenate([joined_at(t, level + 1) for t in tree], ndim - depth + level)
        tree = array_like(tree)
        return tree.reshape((1,) * (ndim - tree.ndim) + tree.shape)

    return joined_at(arrays, 0)


def _blocks(tree: Any) -> list[Any]:
    return [b for t in tree for b in _blocks(t)] if isinstance(tree, list) else [tree]


def _depth(tree: Any) -> int:
    if isinstance(tree, tuple):
        raise TypeError("block: a tuple; only lists nest blocks")
    if not isinstance(tree, list):
        return 0
    if not tree:
        raise ValueError("block: an empty list")
    depths = {_depth(t) for t in tree}
    if len(depths) > 1:
        raise ValueError(f"block: lists nested to different depths, {sorted(depths)}")
    return 1 + depths.pop()


# --------------------------------------------------------------------------------------------- apart


def _stretches(x: Any, cuts: Sequence[int], axis: int) -> list[Any]:
    """Views of x between the places to cut at."""
    before = (slice(None),) * axis
    return [x[(*before, slice(a, b))] for a, b in itertools.pairwise((0, *cuts, x.shape[axis]))]


def _cut(x: Any, sections: Any, axis: int, what: str, equal: bool = False) -> list[Any]:
    """x cut into so many parts, the first ones larger by one, or before the indices given."""
    x = array_like(x)
    a = whole_axis(axis, x.ndim, f"{what}: array {x.shape}")
    n = x.shape[a]
    if np.ndim(sections) == 0:
        parts = operator.index(sections)
        if parts < 1 or (equal and n % parts):
            raise ValueError(
                f"{what}: axis {axis} has {n} elements, which {parts} parts do not divide; give the indices to cut at"
            )
        size, larger = divmod(n, parts)
        return _stretches(x, [size * k + min(k, larger) for k in range(1, parts)], a)
    return _stretches(x, [operator.index(i) for i in sections], a)


@composed(np.split)
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Views of x cut along an axis: into so many equal parts, or before the indices given.

    Raises ValueError for parts that would not be equal (`array_split` cuts those too)."""
    return _cut(x, indices_or_sections, axis, "split", equal=True)


@composed(np.array_split)
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Views of x cut along an axis into so many parts, the first ones larger by one, or before the indices given."""
    return _cut(x, indices_or_sections, axis, "array_split")


@composed()
def tensor_split(input: Any, indices_or_sections: Any, axis: int = 0) -> tuple[Any, ...]:
    """Torch's `array_split`: a tuple."""
    return tuple(_cut(input, indices_or_sections, axis, "tensor_split"))


@composed()
def chunk(input: Any, chunks: int, axis: int = 0) -> tuple[Any, ...]:
    """Views of x cut along an axis into parts of one size, the last one smaller, at most `chunks` of them."""
    x = array_like(input)
    a = whole_axis(axis, x.ndim, "chunk")
    if chunks < 1:
        raise ValueError(f"chunk: chunks is {chunks}, expected at least 1")
    n = x.shape[a]
    if not n:
        return tuple(x[(slice(None),) * a + (slice(None),)] for _ in range(chunks))
    return tuple(_stretches(x, range(-(-n // chunks), n, -(-n // chunks)), a))


def _split_at(name: str, least: int, axis: int) -> Any:
    def cut(x: Any, indices_or_sections: Any) -> list[Any]:
        x = array_like(x)
        if x.ndim < least:
            raise ValueError(f"{name}: needs at least {least} ax{'is' if least == 1 else 'es'}, {x.shape} has {x.ndim}")
        return _cut(x, indices_or_sections, axis if x.ndim > 1 else 0, name, equal=True)

    cut.__name__ = cut.__qualname__ = name
    cut.__doc__ = f"`split` along the {('first', 'second', 'third')[axis]} axis" + ", a vector's only one" * (
        name == "hsplit") + "."  # fmt: skip
    return implements(getattr(np, name))(cut)


hsplit = _split_at("hsplit", 1, 1)
vsplit = _split_at("vsplit", 2, 0)
dsplit = _split_at("dsplit", 3, 2)


@composed(*([np.unstack] if hasattr(np, "unstack") else []))  # NumPy 2.1
def unstack(x: Any, axis: int = 0) -> tuple[Any, ...]:
    """Views of x at each place along an axis, without that axis."""
    x = array_like(x)
    before = (slice(None),) * whole_axis(axis, x.ndim, "unstack")
    return tuple(x[(*before, i)] for i in range(x.shape[len(before)]))


unbind = unstack
