"""Padding, under Torch's names: it counts axes from the last."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from ...core.tensor import Operand, Tensor
from ...ops.layers.padding import padding
from .inputs import as_tensor

__all__ = ["pad"]

MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(input: Operand, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """A frame around the input: pad is (before, after) of the last axis, then of the one before it, and so on; negative
    numbers cut. (np.pad, which counts from the first axis, is mg.pad.)

    mode: "constant" (of value, 0 by default), or "reflect", "replicate" and "circular" over the last one, two or three
    axes of an input with one or two axes more.
    Raises ValueError for what does not fit or another mode, TypeError for widths that are no integers.
    """
    x = as_tensor(input)
    try:
        widths = tuple(map(operator.index, pad))
    except TypeError:
        raise TypeError(f"pad: pad is {pad!r}, expected integers: (before, after) of the last axis, …") from None
    k = len(widths) // 2
    if len(widths) % 2 or k > x.ndim:
        raise ValueError(
            f"pad: pad {widths} for input {x.shape}; expected pairs (before, after), the last axis first, at most "
            f"{x.ndim}"
        )
    if mode not in MODES:
        raise ValueError(f"pad: mode={mode!r}, expected 'constant', 'reflect', 'replicate' or 'circular'")
    pairs = tuple((widths[2 * i], widths[2 * i + 1]) for i in reversed(range(k)))
    if mode != "constant":
        _fits(x, pairs, mode, value)
        if mode == "circular" and any(p < 0 for p in widths):  # what is cut does not come back on the other side
            x = _framed(x, tuple((min(a, 0), min(b, 0)) for a, b in pairs), "constant", 0)
            pairs = tuple((max(a, 0), max(b, 0)) for a, b in pairs)
    return _framed(x, pairs, MODES[mode], 0 if value is None else value)


def _framed(x: Tensor, pairs: tuple[tuple[int, int], ...], mode: str, value: float) -> Tensor:
    width = (*((0, 0),) * (x.ndim - len(pairs)), *pairs)
    return padding(x, width=width, mode=mode, value=value)  # type: ignore[no-any-return]


def _fits(x: Tensor, pairs: tuple[tuple[int, int], ...], mode: str, value: float | None) -> None:
    k = len(pairs)
    if value is not None and value != 0:
        raise ValueError(f"pad: mode={mode!r} takes no value, got {value}")
    if not 1 <= k <= 3 or x.ndim not in (k + 1, k + 2):
        raise ValueError(
            f"pad: mode={mode!r} of {k} axes for input {x.shape}; expected pairs for the last one, two or three axes, "
            "and one or two axes more (batch and channels)"
        )
    for (a, b), s in zip(pairs, x.shape[-k:], strict=True):
        most = {"reflect": s - 1, "circular": s}.get(mode, max(a, b) if s else 0)
        if max(a, b) > most or s + a + b < 1:
            raise ValueError(
                f"pad: mode={mode!r} with {(a, b)} along an axis of {s} elements; expected at most {most} on a side, "
                "and something left"
            )
