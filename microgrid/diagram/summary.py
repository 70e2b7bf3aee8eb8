"""An array in a few figures: what a card says of a value or a gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

WHOLE = 64  # arrays up to this many elements are kept whole, to be printed as grids
BINS = 16


@dataclass(frozen=True, slots=True)
class Summary:
    """Shape, dtype and statistics of an array. Statistics are over the finite elements, None where there are none.

    `Summary(shape, dtype)` alone stands for a value that was freed or never known.
    """

    shape: tuple[int, ...]
    dtype: str
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    std: float | None = None
    norm: float | None = None
    zeros: int = 0
    nans: int = 0
    infs: int = 0
    bins: tuple[int, ...] = ()
    values: npt.NDArray[Any] | None = field(default=None, compare=False, repr=False)
    known: bool = False

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def grid(self) -> npt.NDArray[Any] | None:
        """The values as rows and columns: the last axis across, the others down. None if unknown, empty or large."""
        if self.values is None or not self.size:
            return None
        return self.values.reshape(-1, self.shape[-1] if self.shape else 1)


def summarize(array: npt.ArrayLike, whole: int = WHOLE) -> Summary:
    """The summary of an array of numbers or booleans. Anything else gets its shape and dtype only."""
    a = np.asarray(array)
    if a.dtype.kind not in "biuf":
        return Summary(a.shape, str(a.dtype), known=True)
    # Not a view: the caller may write to its array after this.
    values = a.copy() if a.size <= whole else None
    wide = a.astype(np.float64) if a.dtype.kind != "f" or a.dtype.itemsize < 8 else a
    finite = np.isfinite(wide)
    clean = wide if finite.all() else wide[finite]
    nans = int(np.isnan(wide).sum())
    infs, zeros = a.size - clean.size - nans, a.size - int(np.count_nonzero(a))
    shape, dtype = a.shape, str(a.dtype)
    if not clean.size:
        norm = 0.0 if not a.size else math.nan if nans else math.inf
        return Summary(shape, dtype, norm=norm, zeros=zeros, nans=nans, infs=infs, values=values, known=True)
    with np.errstate(all="ignore"):
        low, high = float(clean.min()), float(clean.max())
        norm = float(np.linalg.norm(clean)) if clean.size == a.size else math.nan if nans else math.inf
        mean, std = float(clean.mean()), float(clean.std())
    bins = _histogram(clean, low, high)
    return Summary(shape, dtype, low, high, mean, std, norm, zeros, nans, infs, bins, values, known=True)


def _histogram(clean: npt.NDArray[Any], low: float, high: float) -> tuple[int, ...]:
    """Counts in equal bins from low to high; one bin if all is equal, none if the span overflows."""
    if not math.isfinite(high - low):
        return ()
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        return (clean.size,)
    return tuple(int(n) for n in np.histogram(clean, BINS, (low, high))[0])
