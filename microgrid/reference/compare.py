"""Two arrays beside each other: how far apart, where the worst element is, and how far apart they may be.

A tolerance is relative to a magnitude, and follows from three things:

    dtype              one rounding is eps (1.2e-7 in float32, 2.2e-16 in float64); a function may take a few: 8 eps
    reduction length   a sum of L terms rounds L times: independent errors grow as √L, and where all terms round the
                       same way (NumPy adds rows one after another) as L: up to L/12 eps was measured
    magnitude          the largest element of the reference; where terms cancel, the sum of their absolute values

so that  tolerance = (8 + √L + L/8) eps.  Along a chain the tolerances of the steps add up. Integers and booleans must
be equal; NaN equals NaN, and an infinity the same infinity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


def eps(dtype: Any) -> float:
    """One rounding in a dtype; 0 for integers and booleans."""
    dtype = np.dtype(dtype)
    return float(np.finfo(dtype).eps) if dtype.kind == "f" else 0.0


def tolerance(dtype: Any, length: int = 1) -> float:
    """How far apart two results of one operation may be, relative to their magnitude."""
    return (8 + math.sqrt(length) + length / 8) * eps(dtype)


@dataclass(frozen=True, slots=True)
class Difference:
    """How far `mine` lies from `theirs`.

    error:  the largest distance, relative to the magnitude.  tolerance: what is allowed.
    share:  the largest distance, relative to the largest element of theirs (inf where that is zero).
    index, mine, theirs: the worst element.  wrong: how many of `size` elements are beyond the tolerance.
    """

    error: float
    tolerance: float
    share: float
    index: tuple[int, ...] = ()
    mine: float = 0.0
    theirs: float = 0.0
    wrong: int = 0
    size: int = 1
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.wrong == 0 and not self.reason

    @property
    def headroom(self) -> float:
        """How much of the tolerance is used."""
        return self.error / self.tolerance if self.tolerance else 0.0 if self.ok else math.inf


def difference(mine: Any, theirs: Any, allowed: float, magnitude: float | None = None) -> Difference:
    """Compare two arrays of one shape.

    magnitude: what errors are relative to, where it is larger than the largest element of theirs."""
    mine, theirs = np.asarray(mine), np.asarray(theirs)
    if mine.shape != theirs.shape:
        return Difference(
            math.inf, allowed, math.inf, size=theirs.size, reason=f"shape {mine.shape}, expected {theirs.shape}"
        )
    if theirs.size == 0:
        return Difference(0.0, allowed, 0.0, size=0)
    if np.array_equal(mine, theirs) and mine.dtype.kind == theirs.dtype.kind:
        return Difference(0.0, allowed, 0.0, size=theirs.size)
    exact = mine.dtype.kind != "f" or theirs.dtype.kind != "f"
    a, b = (mine.astype(np.float64), theirs.astype(np.float64)) if not exact else (mine, theirs)
    if exact:
        apart = (a != b).astype(np.float64)
    else:
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(a - b)
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        apart = np.where(same, 0.0, np.where(np.isfinite(apart), apart, np.inf))
    finite = np.abs(b[np.isfinite(b)]) if not exact else np.ones(1)
    largest = float(finite.max()) if finite.size else 0.0
    size = max(largest, magnitude or 0.0) if not exact else 1.0
    worst = np.unravel_index(int(np.argmax(apart)), apart.shape)
    distance = float(apart[worst])
    beyond = int(np.count_nonzero(apart > allowed * size))
    return Difference(
        error=distance / size if size else (0.0 if distance == 0 else math.inf), tolerance=allowed,
        share=distance / largest if largest else (0.0 if distance == 0 else math.inf),
        index=tuple(map(int, worst)), mine=float(a[worst]), theirs=float(b[worst]), wrong=beyond, size=apart.size,
    )  # fmt: skip


def length(in_shapes: list[tuple[int, ...]], out_shape: tuple[int, ...], elementwise: bool) -> int:
    """The longest sum that can hide in a value: one for elementwise operations."""
    if elementwise:
        return 1
    out = max(math.prod(out_shape), 1)
    return max([1, *(max(math.prod(s) // out, *s, 1) if s else 1 for s in in_shapes)])


def back_length(in_shape: tuple[int, ...], out_shape: tuple[int, ...], elementwise: bool) -> int:
    """The longest sum that can hide in a cotangent: over what was broadcast, or contracted."""
    summed = max(math.prod(out_shape) // max(math.prod(in_shape), 1), 1)
    return summed if elementwise else max(summed, *in_shape, *out_shape, 1)


def whole(x: Any) -> Any:
    """A number as messages show it: with its sign and four digits."""
    return f"{x:+.4g}" if np.isfinite(x) and x != 0 else "0" if x == 0 else str(x)
