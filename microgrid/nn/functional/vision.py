"""Rearrangements of images, under Torch's names: windows as columns and back, channels as pixels and back."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TypeAlias

from ...core.tensor import Operand, Tensor
from ...ops.layers.padding import padding as padded
from ...ops.shapes.windows import overlap_add, places, windows
from .inputs import as_tensor
from .sizes import Sizes, one_each

__all__ = ["channel_shuffle", "fold", "pixel_shuffle", "pixel_unshuffle", "unfold"]

Amount: TypeAlias = int | Sequence[int]


def _geometry(
    name: str, kernel_size: Amount, dilation: Amount, padding: Amount, stride: Amount
) -> tuple[Sizes, Sizes, Sizes, Sizes]:
    return (
        one_each(name, "kernel_size", kernel_size, 2, 1),
        one_each(name, "dilation", dilation, 2, 1),
        one_each(name, "padding", padding, 2, 0),
        one_each(name, "stride", stride, 2, 1),
    )


@functools.lru_cache(256)
def _counts(name: str, size: Sizes, kernel: Sizes, dilation: Sizes, pads: Sizes, stride: Sizes) -> Sizes:
    whole = tuple(s + 2 * p for s, p in zip(size, pads, strict=True))
    counts = tuple(map(places, whole, kernel, stride, dilation))
    if any(n < 1 for n in counts):
        raise ValueError(
            f"{name}: windows of {kernel} with dilation {dilation} do not fit in {size} with padding {pads}"
        )
    return counts


def unfold(
    input: Operand, kernel_size: Amount, dilation: Amount = 1, padding: Amount = 0, stride: Amount = 1
) -> Tensor:
    """Every window of images as a column.  input: (N, C, H, W) or (C, H, W); gives (N, C kH kW, L), L the number of
    windows.  (Windows along one axis: x.unfold in Torch, np.lib.stride_tricks.sliding_window_view in NumPy.)

    Raises ValueError for what does not fit."""
    x = as_tensor(input)
    kernel, spread, pads, step = _geometry("unfold", kernel_size, dilation, padding, stride)
    if x.ndim not in (3, 4) or 0 in x.shape[-3:]:
        raise ValueError(f"unfold: input {x.shape}; expected (N, C, H, W) or (C, H, W), nothing but N 0")
    counts = _counts("unfold", x.shape[-2:], kernel, spread, pads, step)
    if any(pads):
        width = (*((0, 0),) * (x.ndim - 2), *((p, p) for p in pads))
        x = padded(x, width=width, mode="constant", value=0)
    out = windows(x, kernel=kernel, stride=step, dilation=spread)
    shape = (x.shape[-3] * kernel[0] * kernel[1], counts[0] * counts[1])
    return out.reshape((*x.shape[:-3], *shape))  # type: ignore[no-any-return]


def fold(
    input: Operand, output_size: Amount, kernel_size: Amount, dilation: Amount = 1, padding: Amount = 0,
    stride: Amount = 1,
) -> Tensor:  # fmt: skip
    """The transpose of `unfold`: columns added up where their windows lie.  input: (N, C kH kW, L) or (C kH kW, L);
    gives (N, C, *output_size).

    Raises ValueError for what does not fit."""
    x = as_tensor(input)
    kernel, spread, pads, step = _geometry("fold", kernel_size, dilation, padding, stride)
    size = one_each("fold", "output_size", output_size, 2, 1)
    counts = _counts("fold", size, kernel, spread, pads, step)
    per = kernel[0] * kernel[1]
    if x.ndim not in (2, 3) or 0 in x.shape[-2:] or x.shape[-2] % per or x.shape[-1] != counts[0] * counts[1]:
        raise ValueError(
            f"fold: input {x.shape}; expected (N, C × {per}, {counts[0] * counts[1]}), or without N: {per} is the "
            f"kernel's size, {counts[0]} × {counts[1]} the windows of {size}"
        )
    columns = x.reshape((*x.shape[:-2], x.shape[-2] // per, *kernel, *counts))
    whole = (size[0] + 2 * pads[0], size[1] + 2 * pads[1])
    out = overlap_add(columns, shape=whole, stride=step, dilation=spread)
    cut = (..., *(slice(p, p + s) for p, s in zip(pads, size, strict=True)))
    return out[cut] if any(pads) else out  # type: ignore[no-any-return]


def pixel_shuffle(input: Operand, upscale_factor: int) -> Tensor:
    """Channels as pixels: (…, C r², H, W) to (…, C, H r, W r), r the factor.

    Raises ValueError where r² does not divide the channels."""
    x = as_tensor(input)
    (r,) = one_each("pixel_shuffle", "upscale_factor", upscale_factor, 1, 1)
    if x.ndim < 3 or x.shape[-3] % (r * r):
        raise ValueError(f"pixel_shuffle: input {x.shape}; expected (…, C × {r * r}, H, W)")
    *lead, c, h, w = x.shape
    n = len(lead)
    x = x.reshape((*lead, c // (r * r), r, r, h, w)).transpose((*range(n + 1), n + 3, n + 1, n + 4, n + 2))
    return x.reshape((*lead, c // (r * r), h * r, w * r))


def pixel_unshuffle(input: Operand, downscale_factor: int) -> Tensor:
    """Pixels as channels: (…, C, H r, W r) to (…, C r², H, W), r the factor.

    Raises ValueError where r does not divide the sizes."""
    x = as_tensor(input)
    (r,) = one_each("pixel_unshuffle", "downscale_factor", downscale_factor, 1, 1)
    if x.ndim < 3 or x.shape[-2] % r or x.shape[-1] % r:
        raise ValueError(f"pixel_unshuffle: input {x.shape}; expected (…, C, H, W), H and W divisible by {r}")
    *lead, c, h, w = x.shape
    n = len(lead)
    x = x.reshape((*lead, c, h // r, r, w // r, r)).transpose((*range(n + 1), n + 2, n + 4, n + 1, n + 3))
    return x.reshape((*lead, c * r * r, h // r, w // r))


def channel_shuffle(input: Operand, groups: int) -> Tensor:
    """Channels dealt out anew: (N, C, …), its groups of channels interleaved.

    Raises ValueError where groups does not divide the channels."""
    x = as_tensor(input)
    (g,) = one_each("channel_shuffle", "groups", groups, 1, 1)
    if x.ndim < 3 or x.shape[1] % g:
        raise ValueError(f"channel_shuffle: input {x.shape}; expected (N, C, …), C divisible by {g}")
    n, c, *rest = x.shape
    return x.reshape((n, g, c // g, *rest)).swapaxes(1, 2).reshape(x.shape)
