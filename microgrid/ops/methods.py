"""NumPy's methods of arrays that are operations: bound to Tensor here, since core/ imports no operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import Tensor, ops
from .reductions import nanreduction, reduction, scan, sequences, sorting, truth
from .selection import indexing, replacement, writing
from .selection import picking as selection
from .shapes import layout, shape, windows


def _astype(x: Tensor, dtype: Any, order: str = "K", casting: Any = "unsafe", subok: bool = True, copy: bool = True
            ) -> Tensor:  # fmt: skip
    """The same value in another dtype. Raises TypeError where casting forbids it."""
    if casting != "unsafe" and not np.can_cast(x.dtype, dtype, casting):
        raise TypeError(f"astype: {x.dtype} is not cast to {np.dtype(dtype)} under the rule {casting!r}")
    return shape.astype(x, dtype, copy)  # type: ignore[no-any-return]


def _sort(x: Tensor, axis: int = -1, kind: Any = None, order: Any = None, *, stable: bool | None = None) -> None:
    """Sorted along an axis, in place."""
    x[...] = ops.sort(x, axis=axis)


def _partition(x: Tensor, kth: Any, axis: int = -1, kind: str = "introselect", order: Any = None) -> None:
    """Partitioned along an axis, in place."""
    x[...] = ops.partition(x, kth, axis=axis)


def _view(x: Tensor, *sizes: Any) -> Tensor:
    """In another shape (Torch's); without one, another view of the same (NumPy's).

    Raises TypeError for a dtype: the bytes are not read as another."""
    if not sizes:
        return x[...]
    if len(sizes) == 1 and not isinstance(sizes[0], int | np.integer | tuple | list):
        raise TypeError(f"view: {sizes[0]!r}; the bytes of one dtype are not read as another (astype casts)")
    return x.reshape(*sizes)


def _permute(x: Tensor, *axes: Any) -> Tensor:
    """Axes in a new order: all of them."""
    return shape.permute_dims(x, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes)  # type: ignore[no-any-return]


class Flat:
    """`x.flat`: the elements in C order, read and written by one index; writes show in x."""

    def __init__(self, x: Tensor) -> None:
        self.x = x

    def __getitem__(self, index: Any) -> Any:
        return shape.copied(shape.flat(self.x)[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        places = np.arange(self.x.size)[indexing.plain_index(index)]
        self.x[np.unravel_index(places, self.x.shape)] = value

    def __len__(self) -> int:
        return self.x.size

    def __iter__(self) -> Any:
        return iter(shape.flat(self.x))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return shape.flat(self.x).__array__(dtype, copy)  # type: ignore[no-any-return]


METHODS: dict[str, Any] = {  # name → function that takes the Tensor first
    "amax": reduction.amax,
    "amin": reduction.amin,
    "argpartition": sorting.argpartition,
    "argsort": sorting.argsort,
    "choose": selection.choose,
    "compress": lambda x, condition, axis=None: selection.compress(condition, x, axis),
    "count_nonzero": truth.count_nonzero,
    "cummax": scan.cummax,
    "cummin": scan.cummin,
    "cumprod": scan.cumprod,
    "cumsum": scan.cumsum,
    "diagonal": layout.diagonal,
    "diff": sequences.diff,
    "expand": shape.expand,
    "fill": writing.fill,
    "flat": property(Flat, lambda x, value: writing.put(x, np.arange(x.size), value)),
    "kthvalue": sorting.kthvalue,
    "logcumsumexp": scan.logcumsumexp,
    "logsumexp": reduction.logsumexp,
    "masked_fill": replacement.masked_fill,
    "nanmean": nanreduction.nanmean,
    "nansum": nanreduction.nansum,
    "nonzero": selection.nonzero,
    "partition": _partition,
    "permute": _permute,
    "put": writing.put,
    "repeat": layout.repeat,
    "searchsorted": sorting.searchsorted,
    "sort": _sort,
    "take": selection.take,
    "topk": sorting.topk,
    "unfold": windows.unfold,
    "unsqueeze": shape.unsqueeze,
    "view": _view,
}


def bind() -> None:
    """Give Tensor its methods."""
    for name, function in METHODS.items():
        setattr(Tensor, name, function)
    ops.cast_to = _astype
