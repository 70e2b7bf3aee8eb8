"""Functions of many numbers, block by block: what lies between stays in the cache, and rational approximations cost a
few passes each. A function by SciPy takes the numbers one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MANY = 4096
BLOCK = 65536
Kernel = Callable[..., Any]  # of arrays of one axis, which it must not write to; gives one of its own


class Rational:
    """P(t) / Q(t), by Horner's rule in place; P alone without Q. The coefficients from t⁰ on.

    Where nothing else is said, P and Q of degrees n and m solve P(t) − f(t) Q(t) = 0 with Q(0) = 1 at the n + m + 1
    Chebyshev nodes of the interval, in 60 digits. The error given beside each is the largest relative one at 300 other
    places of the interval, in the same arithmetic: rounding comes on top."""

    def __init__(self, above: tuple[float, ...], below: tuple[float, ...] = ()) -> None:
        self.above, self.below = above, below

    def __call__(self, t: Any) -> Any:
        out = _polynomial(self.above, t)
        if self.below:
            out /= _polynomial(self.below, t)
        return out


def _polynomial(coefficients: tuple[float, ...], t: Any) -> Any:
    *rest, before, last = coefficients
    out = t * last
    out += before
    for c in reversed(rest):
        out *= t
        out += c
    return out


def many(*xs: Any) -> bool:
    """Whether these are arrays of one shape, one dtype, float32 or float64, and large."""
    x = xs[0]
    if type(x) is not np.ndarray or x.size < MANY or x.dtype.char not in "fd":
        return False
    return all(type(a) is np.ndarray and a.shape == x.shape and a.dtype == x.dtype for a in xs[1:])


def mapped(kernel: Kernel, *xs: Any) -> Any:
    """kernel(*xs) of large arrays of one shape, block by block."""
    out = np.empty(xs[0].shape, xs[0].dtype)
    flat, given = out.reshape(-1), [np.ascontiguousarray(x).reshape(-1) for x in xs]
    with np.errstate(all="ignore"):
        for start in range(0, flat.size, BLOCK):
            block = slice(start, start + BLOCK)
            flat[block] = kernel(*(x[block] for x in given))
    return out


def split(mask: Any, x: Any, yes: Kernel, no: Kernel) -> Any:
    """yes(x) where the mask holds and no(x) elsewhere, each of its own numbers alone."""
    count = np.count_nonzero(mask)
    if count == x.size:
        return yes(x)
    if count == 0:
        return no(x)
    out = np.empty_like(x)
    for chosen, f in ((np.flatnonzero(mask), yes), (np.flatnonzero(~mask), no)):
        out[chosen] = f(x.take(chosen))
    return out


def but(mask: Any, out: Any, x: Any, exact: Kernel) -> Any:
    """out, but exact(x) where the mask holds: for the few numbers where an approximation does not."""
    if mask.any():
        out[mask] = exact(x[mask])
    return out
