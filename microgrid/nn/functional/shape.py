"""Shape, joining and layout, under Torch's names where its arguments differ from NumPy's."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Operand, Tensor
from .inputs import as_tensor

__all__ = [
    "adjoint", "broadcast_tensors", "cat", "chunk", "diag", "diag_embed", "diagflat", "diagonal", "dsplit",
    "expand", "expand_as", "flatten", "flip", "hsplit", "meshgrid", "movedim", "permute", "repeat",
    "repeat_interleave", "reshape", "reshape_as", "roll", "rot90", "split", "split_with_sizes", "squeeze", "stack",
    "sum_to_size", "swapdims", "t", "tensor_split", "tile", "transpose", "tril", "tril_indices", "triu",
    "triu_indices", "unbind", "unflatten", "unfold_dim", "unsqueeze", "view", "view_as", "vsplit",
]  # fmt: skip


def _one(sizes: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes given one by one, or as one sequence."""
    given = sizes[0] if len(sizes) == 1 and not isinstance(sizes[0], int | np.integer | Tensor) else sizes
    return tuple(map(operator.index, given))


def reshape(input: Operand, shape: Any) -> Tensor:
    """The same elements in another shape; one size may be -1."""
    return ops.reshape(as_tensor(input), shape=_one((shape,)))  # type: ignore[no-any-return]


def view(input: Tensor, *shape: Any) -> Tensor:
    """`reshape`; a dtype is refused: astype casts."""
    if len(shape) == 1 and isinstance(shape[0], type | np.dtype):
        raise TypeError("view: a dtype; the bytes of one are not read as another here (astype casts the numbers)")
    return ops.reshape(as_tensor(input), shape=_one(shape))  # type: ignore[no-any-return]


def view_as(input: Tensor, other: Tensor) -> Tensor:
    """In the shape of another."""
    return ops.reshape(input, shape=other.shape)  # type: ignore[no-any-return]


reshape_as = view_as


def expand(input: Tensor, *sizes: Any) -> Tensor:
    """Repeated along axes of size 1 and new leading ones; -1 keeps a size."""
    return ops.expand(input, _one(sizes))  # type: ignore[no-any-return]


def expand_as(input: Tensor, other: Tensor) -> Tensor:
    """Repeated to the shape of another."""
    return ops.expand(input, other.shape)  # type: ignore[no-any-return]


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """Repeated to the shape that they share."""
    return ops.broadcast_arrays(*tensors)


def sum_to_size(input: Tensor, *size: Any) -> Tensor:
    """Summed to a shape that broadcasts to the input's. Raises ValueError for one that does not."""
    shape = _one(size)
    lead = input.ndim - len(shape)
    if lead < 0 or any(s not in (1, n) for s, n in zip(shape, input.shape[lead:], strict=True)):
        raise ValueError(f"sum_to_size: {shape} does not broadcast to {input.shape}")
    axes = (*range(lead), *(lead + k for k, s in enumerate(shape) if s != input.shape[lead + k]))
    return input.sum(axis=axes).reshape(shape) if axes else input


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two axes exchanged (NumPy's transpose is `permute`)."""
    x = as_tensor(input)
    if not x.ndim:  # a scalar has one, for Torch
        _axis(dim0, 0, "transpose"), _axis(dim1, 0, "transpose")
        return x
    return ops.swapaxes(x, axis1=dim0, axis2=dim1)  # type: ignore[no-any-return]


swapdims = transpose


def t(input: Tensor) -> Tensor:
    """A matrix transposed; vectors and scalars pass. Raises ValueError for more axes."""
    if input.ndim > 2:
        raise ValueError(f"t: {input.shape} has {input.ndim} axes, expected at most 2")
    return ops.transpose(input) if input.ndim == 2 else input


def adjoint(input: Tensor) -> Tensor:
    """The last two axes exchanged: of real numbers."""
    return ops.matrix_transpose(input)  # type: ignore[no-any-return]


def permute(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Axes in a new order: all of them."""
    return ops.permute_dims(input, dims)  # type: ignore[no-any-return]


def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """Axes moved to new places, the others in their order."""
    return ops.moveaxis(input, source, destination)  # type: ignore[no-any-return]


def squeeze(input: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """Without its axes of size 1: all, or those named that are; others stay (NumPy refuses them)."""
    x = as_tensor(input)
    if dim is None:
        return ops.squeeze(x)  # type: ignore[no-any-return]
    dims = tuple(dim) if isinstance(dim, tuple | list) else (dim,)
    axes = {_axis(d, x.ndim, "squeeze") for d in dims}
    if len(axes) < len(dims):
        raise ValueError(f"squeeze: an axis twice in {dim}")
    return ops.squeeze(x, axis=tuple(a for a in axes if x.ndim and x.shape[a] == 1))  # type: ignore[no-any-return]


def _axis(dim: Any, ndim: int, what: str) -> int:
    """An axis counted from 0; a scalar has one, for Torch."""
    from ...ops.shapes.shape import whole_axis

    return whole_axis(dim, max(ndim, 1), what)


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """With a new axis of size 1 there."""
    return ops.unsqueeze(input, dim)  # type: ignore[no-any-return]


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The axes from start_dim to end_dim, both included, as one."""
    return ops.flatten(input, start_dim, end_dim)  # type: ignore[no-any-return]


def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """One axis as several, of these sizes; one may be -1."""
    return ops.unflatten(input, dim, sizes)  # type: ignore[no-any-return]


def unfold_dim(input: Tensor, dim: int, size: int, step: int) -> Tensor:
    """All windows of a size along an axis, in steps, as a new last axis (a tensor's own unfold, in Torch).

    Raises ValueError for a window larger than the axis."""
    x = as_tensor(input)
    a = _axis(dim, x.ndim, "unfold_dim")
    x = x if x.ndim else x.reshape(1)
    if not 0 <= size <= x.shape[a] or step < 1:
        raise ValueError(f"unfold_dim: windows of {size} in steps of {step} along axis {dim} of size {x.shape[a]}")
    starts = np.arange(0, x.shape[a] - size + 1, step)
    out = ops.take(x, starts[:, None] + np.arange(size), axis=a)
    out = ops.moveaxis(out, a + 1, -1)
    return out if as_tensor(input).ndim else out.reshape((size,))  # type: ignore[no-any-return]


# --------------------------------------------------------------------------------------------- joining


def cat(tensors: Sequence[Operand], dim: int = 0) -> Tensor:
    """Joined along an axis that they have; empty vectors, (0,), join anything."""
    return ops.cat(tensors, dim)  # type: ignore[no-any-return]


def stack(tensors: Sequence[Operand], dim: int = 0) -> Tensor:
    """Joined along a new axis."""
    return ops.stack(tensors, dim)  # type: ignore[no-any-return]


def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of one size along an axis, the last one smaller; or of the sizes given (NumPy's split takes how many, or
    where to cut).

    Raises ValueError for sizes that do not add up."""
    x = as_tensor(tensor)
    a = _axis(dim, x.ndim, "split")
    if not x.ndim:
        raise ValueError("split: a scalar has no axis to cut")
    n = x.shape[a]
    if isinstance(split_size_or_sections, int | np.integer):
        size = int(split_size_or_sections)
        if size < 0 or (size == 0 and n):
            raise ValueError(f"split: parts of size {size} of an axis of size {n}")
        sizes = [min(size, n - k) for k in range(0, n, size)] if n else [0]
    else:
        sizes = list(map(operator.index, split_size_or_sections))
        if sum(sizes) != n or min(sizes, default=0) < 0:
            raise ValueError(f"split: sizes {sizes} do not add up to {n}, the size of axis {dim}")
    cuts = np.cumsum([0, *sizes]).tolist()
    return tuple(x[(*(slice(None),) * a, slice(i, j))] for i, j in itertools.pairwise(cuts))


split_with_sizes = split


def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most so many parts of one size along an axis, the last one smaller."""
    return ops.chunk(input, chunks, dim)


def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """So many parts along an axis, the first ones larger by one, or parts before the indices given."""
    return ops.tensor_split(input, indices_or_sections, dim)


def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Parts along the second axis, a vector's only one."""
    return tuple(ops.hsplit(input, indices_or_sections))


def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Parts along the first axis."""
    return tuple(ops.vsplit(input, indices_or_sections))


def dsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Parts along the third axis."""
    return tuple(ops.dsplit(input, indices_or_sections))


def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Views at each place along an axis, without that axis."""
    return ops.unbind(input, axis=dim)


# --------------------------------------------------------------------------------------------- layout


def flip(input: Tensor, dims: int | Sequence[int]) -> Tensor:
    """Mirrored along axes."""
    x = as_tensor(input)
    axes = tuple(dims) if isinstance(dims, tuple | list) else (dims,)
    if not x.ndim:
        return ops.flip(x.reshape(1), axis=axes).reshape(())  # type: ignore[no-any-return]
    return ops.flip(x, axis=axes)  # type: ignore[no-any-return]


def roll(input: Tensor, shifts: Any, dims: Any = None) -> Tensor:
    """Shifted along axes (the flat one without them); what leaves at one end comes in at the other."""
    axes = dims if dims is None or isinstance(dims, int) else tuple(dims) or None
    counts = shifts if isinstance(shifts, int) else tuple(shifts)
    if isinstance(counts, tuple) and len(counts) != (1 if axes is None or isinstance(axes, int) else len(axes)):
        raise ValueError(f"roll: shifts {shifts} for axes {dims}; expected as many")
    if isinstance(axes, tuple) and isinstance(counts, int) and len(axes) != 1:
        raise ValueError(f"roll: shifts {shifts} for axes {dims}; expected as many")
    x = as_tensor(input)
    return ops.roll(x, shift=counts, axis=axes)  # type: ignore[no-any-return]


def rot90(input: Tensor, k: int = 1, dims: Sequence[int] = (0, 1)) -> Tensor:
    """Turned by 90° k times in the plane of two axes, from the first towards the second."""
    return ops.rot90(as_tensor(input), k, dims)  # type: ignore[no-any-return]


def tile(input: Tensor, *dims: Any) -> Tensor:
    """Copies of the whole side by side, so many along each of the last axes."""
    return ops.tile(input, _one(dims))  # type: ignore[no-any-return]


def repeat(input: Tensor, *repeats: Any) -> Tensor:
    """Copies of the whole side by side, so many along each axis: `tile`, all axes named (NumPy's repeat is
    `repeat_interleave`)."""
    counts = _one(repeats)
    if len(counts) < input.ndim:
        raise ValueError(f"repeat: {counts} for {input.shape}; expected a number for each axis")
    return ops.tile(input, counts)  # type: ignore[no-any-return]


def repeat_interleave(input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
                      ) -> Tensor:  # fmt: skip
    """Each element so many times, one after the other."""
    return ops.repeat_interleave(input, repeats, dim, output_size=output_size)  # type: ignore[no-any-return]


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Vectors spread over the grid of all, each along its own axis (NumPy's first two change places, indexing="xy").

    Raises ValueError for more axes, TypeError for different dtypes."""
    several = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], tuple | list) else tensors
    vectors = [as_tensor(v) for v in several]
    if not vectors:
        raise ValueError("meshgrid: no vectors; at least one is needed")
    for v in vectors:
        if v.ndim > 1:
            raise ValueError(f"meshgrid: {v.shape}; expected vectors")
        if v.dtype != vectors[0].dtype:
            raise TypeError(f"meshgrid: dtypes {vectors[0].dtype} and {v.dtype}; cast with astype")
    return ops.meshgrid(*vectors, indexing=indexing)


def diagonal(input: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of the planes of two axes, as the last axis."""
    return ops.diagonal(input, offset=offset, axis1=dim1, axis2=dim2)  # type: ignore[no-any-return]


def diag(input: Tensor, diagonal: int = 0) -> Tensor:
    """A matrix's diagonal; of a vector, the matrix that has it there."""
    return ops.diag(as_tensor(input), diagonal)  # type: ignore[no-any-return]


def diagflat(input: Tensor, offset: int = 0) -> Tensor:
    """The matrix with all elements on a diagonal."""
    return ops.diagflat(as_tensor(input), offset)  # type: ignore[no-any-return]


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Square matrices with the last axis on their diagonal."""
    return ops.diag_embed(input, offset, dim1, dim2)  # type: ignore[no-any-return]


def tril(input: Tensor, diagonal: int = 0) -> Tensor:
    """Lower triangle of the last two axes. Raises ValueError for fewer axes."""
    return _triangle(ops.tril, input, diagonal)


def triu(input: Tensor, diagonal: int = 0) -> Tensor:
    """Upper triangle of the last two axes. Raises ValueError for fewer axes."""
    return _triangle(ops.triu, input, diagonal)


def _triangle(f: Any, input: Tensor, diagonal: int) -> Tensor:
    if np.ndim(input) < 2:
        raise ValueError(f"{f.__name__}: {np.shape(input)}; expected at least 2 axes")
    return f(input, k=diagonal)  # type: ignore[no-any-return]


def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Any = np.int64, device: Any = "cpu") -> Tensor:
    """Indices of the lower triangle of a matrix: a row of rows, a row of columns."""
    return Tensor(np.stack(np.tril_indices(row, offset, col)), np.dtype(dtype))


def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Any = np.int64, device: Any = "cpu") -> Tensor:
    """Indices of the upper triangle of a matrix: a row of rows, a row of columns."""
    return Tensor(np.stack(np.triu_indices(row, offset, col)), np.dtype(dtype))
