"""What a wrong gradient looks like, in plain words: a factor, a sign, a transposed array, a mask, the wrong axis."""

from __future__ import annotations

from typing import Any

import numpy as np


def pattern(
    mine: Any, right: Any, cotangent: Any = None, x: Any = None, close: float = 1e-5, name: str = "x",
) -> str:  # fmt: skip
    """One sentence on how `mine` differs from `right`; "" where nothing known fits.

    cotangent: what came in.  x: the input, of mine's shape."""
    mine, right = np.asarray(mine), np.asarray(right)
    if mine.dtype.kind not in "biuf" or right.dtype.kind != "f" or not right.size:
        return ""
    if mine.shape != right.shape:
        return _shapes(mine, right, close)
    size = float(np.max(np.abs(right), initial=0.0))
    if not np.isfinite(size) or not np.all(np.isfinite(mine)):
        return "yours is not finite" if np.isfinite(size) else ""

    def equal(a: Any, b: Any) -> bool:
        return a.shape == b.shape and bool(np.all(np.abs(a - b) <= close * max(size, 1e-300)))

    g = None if cotangent is None or isinstance(cotangent, tuple) else np.asarray(cotangent)  # of several values
    differ = np.abs(mine - right) > close * max(size, 1e-300)
    if not np.any(mine) and size:
        return "yours is zero everywhere: the gradient is lost"
    if (factor := _factor(mine, right, close)) is not None and abs(factor - 1) > 3 * close:
        times, why = _spelled(factor, right.shape, None if g is None else g.shape)
        return f"yours = {times} × the right gradient, everywhere{why}"
    if mine.ndim >= 2 and mine.shape[-1] == mine.shape[-2] and equal(mine, right.swapaxes(-1, -2)):
        return "yours is the right gradient, transposed"
    place = _where(differ, x, name)
    if g is not None and g.shape == mine.shape and np.any(differ):
        if np.allclose(mine[differ], g[differ], rtol=close, atol=0) and not np.any(right[differ]):
            return "yours = the incoming gradient there, so the mask lets it pass" + (
                f" where {place}" if place else ""
            )
        if np.allclose(mine, g, rtol=close, atol=0):
            return "yours is the incoming gradient, unchanged"
    if np.any(differ) and not np.all(differ):
        if not np.any(mine[differ]):
            return "yours is zero there: a mask stops what should pass" + (f" where {place}" if place else "")
        if place:
            return f"all of the wrong elements have {place}, every other agrees"
    for axis in range(mine.ndim):
        if mine.shape[axis] > 1 and equal(mine, np.broadcast_to(right.sum(axis, keepdims=True), right.shape)):
            return f"yours is summed over axis {axis}"
        if mine.shape[axis] > 1 and equal(mine, np.flip(right, axis)):
            return f"yours is in reverse along axis {axis}"
    rest = mine - right
    if size and np.max(np.abs(rest)) < 1e-3 * size:
        return "a small difference: an epsilon in one of forward and backward that the other lacks, or lower precision"
    return ""


def _factor(mine: Any, right: Any, close: float) -> float | None:
    """c where mine = c × right, all elements."""
    square = float(np.sum(np.square(right, dtype=np.float64)))
    if square == 0 or not np.isfinite(square):
        return None
    c = float(np.sum(np.multiply(mine, right, dtype=np.float64)) / square)
    if abs(c) < 1e-12:
        return None
    return c if np.max(np.abs(mine - c * right)) <= close * max(abs(c), 1) * np.max(np.abs(right)) else None


def _spelled(c: float, shape: tuple[int, ...], other: tuple[int, ...] | None) -> tuple[str, str]:
    """A factor as the one who made the mistake would know it, and what it may come from."""
    text = {-1.0: "−1", 2.0: "2", 0.5: "1/2"}.get(round(c, 6))
    if text:
        return text, ""
    sizes = {s for s in (*shape, *(other or ())) if s > 2} | {int(np.prod(other or shape))}
    for n in sorted(sizes - {0}):
        for text, value, why in (
            (f"{n}", n, f"{n} is a size: a division by it is missing, or a sum too many"),
            (f"1/{n}", 1 / n, f"{n} is a size: divided by it once too often"),
            (f"√{n}", n**0.5, f"{n} is a size: a scale by its root is missing, or there twice"),
            (f"1/√{n}", n**-0.5, f"{n} is a size: a scale by its root is missing, or there twice"),
        ):
            if abs(c - value) < 1e-5 * value:
                return text, f" ({why})"
    return f"{c:.6g}", ""


def _where(differ: Any, x: Any, name: str) -> str:
    """What the input has in common at the differing elements, and at no other."""
    if x is None or np.shape(x) != differ.shape or not np.any(differ):
        return ""
    x = np.asarray(x)
    for text, holds in (("<= 0", x <= 0), ("< 0", x < 0), (">= 0", x >= 0), ("> 0", x > 0)):
        if np.all(holds[differ]) and np.all(~holds[~differ] | (x[~differ] == 0)):
            return f"{name} {text}"
    return ""


def _shapes(mine: Any, right: Any, close: float) -> str:
    """What a wrong shape comes from."""
    if mine.ndim >= 2 and mine.swapaxes(-1, -2).shape == right.shape:
        same = np.allclose(mine.swapaxes(-1, -2), right, rtol=close, atol=close * np.max(np.abs(right), initial=0))
        return "yours is the right gradient, transposed" if same else "the shape is that of the transpose"
    lead = mine.ndim - right.ndim
    if lead >= 0 and all(s in (1, t) for s, t in zip(right.shape, mine.shape[lead:])):
        return "a sum over what was broadcast is missing"
    return ""
