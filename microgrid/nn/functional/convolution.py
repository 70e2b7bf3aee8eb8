"""Convolutions, under Torch's names."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from ...core.tensor import Operand, Tensor
from ...ops.layers.convolution import conv, conv_transpose
from .inputs import as_tensor
from .sizes import Sizes, one_each

__all__ = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]

Amount: TypeAlias = int | Sequence[int]
AXES = ("L",), ("H", "W"), ("D", "H", "W")


class Shapes(NamedTuple):
    """What a convolution is given."""

    input: Sizes
    weight: Sizes
    bias: Sizes | None


def conv1d(
    input: Operand, weight: Operand, bias: Operand | None = None, stride: Amount = 1, padding: Amount | str = 0,
    dilation: Amount = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """Cross-correlation over one axis.  input: (N, C, L) or (C, L), weight: (out, C/groups, kL), bias: (out,).

    padding: zeros on both sides, "valid" (none) or "same" (the value has the input's size; stride 1).
    Gives (N, out, L') with L' = (L + 2 padding − dilation (kL − 1) − 1) // stride + 1.
    Raises ValueError for shapes that do not fit, TypeError for sizes that are no integers.
    """
    return _conv("conv1d", 1, input, weight, bias, stride, padding, dilation, groups)


def conv2d(
    input: Operand, weight: Operand, bias: Operand | None = None, stride: Amount = 1, padding: Amount | str = 0,
    dilation: Amount = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """Cross-correlation over two axes.  input: (N, C, H, W) or (C, H, W), weight: (out, C/groups, kH, kW), bias:
    (out,); each of stride, padding and dilation one number, or one an axis. Otherwise as `conv1d`."""
    return _conv("conv2d", 2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Operand, weight: Operand, bias: Operand | None = None, stride: Amount = 1, padding: Amount | str = 0,
    dilation: Amount = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """Cross-correlation over three axes.  input: (N, C, D, H, W) or (C, D, H, W), weight: (out, C/groups, kD, kH, kW),
    bias: (out,). Otherwise as `conv2d`."""
    return _conv("conv3d", 3, input, weight, bias, stride, padding, dilation, groups)


def conv_transpose1d(
    input: Operand, weight: Operand, bias: Operand | None = None, stride: Amount = 1, padding: Amount = 0,
    output_padding: Amount = 0, groups: int = 1, dilation: Amount = 1,
) -> Tensor:  # fmt: skip
    """The transpose of `conv1d`.  input: (N, C, L) or (C, L), weight: (C, out/groups, kL), bias: (out,).

    output_padding: how much longer the value is at its end, less than stride or dilation (several inputs of a
    convolution give one size; this says which is meant).
    Gives (N, out, L') with L' = (L − 1) stride − 2 padding + dilation (kL − 1) + output_padding + 1.
    Raises ValueError for shapes that do not fit, TypeError for sizes that are no integers.
    """
    return _transposed("conv_transpose1d", 1, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(
    input: Operand, weight: Operand, bias: Operand | None = None, stride: Amount = 1, padding: Amount = 0,
    output_padding: Amount = 0, groups: int = 1, dilation: Amount = 1,
) -> Tensor:  # fmt: skip
    """The transpose of `conv2d`.  input: (N, C, H, W) or (C, H, W), weight: (C, out/groups, kH, kW), bias: (out,).
    Otherwise as `conv_transpose1d`."""
    return _transposed("conv_transpose2d", 2, input, weight, bias, stride, padding, output_padding, groups, dilation)


def conv_transpose3d(
    input: Operand, weight: Operand, bias: Operand | None = None, stride: Amount = 1, padding: Amount = 0,
    output_padding: Amount = 0, groups: int = 1, dilation: Amount = 1,
) -> Tensor:  # fmt: skip
    """The transpose of `conv3d`.  input: (N, C, D, H, W) or (C, D, H, W), weight: (C, out/groups, kD, kH, kW), bias:
    (out,). Otherwise as `conv_transpose1d`."""
    return _transposed("conv_transpose3d", 3, input, weight, bias, stride, padding, output_padding, groups, dilation)


def _conv(
    name: str, d: int, input: Operand, weight: Operand, bias: Any, stride: Any, padding: Any, dilation: Any,
    groups: int,
) -> Tensor:  # fmt: skip
    x, w, b = as_tensor(input), as_tensor(weight), None if bias is None else as_tensor(bias)
    _one_kind(name, x, w, b)
    strides, spread = one_each(name, "stride", stride, d, 1), one_each(name, "dilation", dilation, d, 1)
    pads = padding if isinstance(padding, str) else one_each(name, "padding", padding, d, 0)
    both = _frame(name, d, Shapes(x.shape, w.shape, None if b is None else b.shape), strides, pads, spread, groups)
    out = conv(_batched(x, d), w, b, stride=strides, padding=both, dilation=spread, groups=groups)
    return _finished(out, None, x, d)


@functools.lru_cache(256, typed=True)
def _frame(
    name: str, d: int, shapes: Shapes, stride: Sizes, padding: Sizes | str, dilation: Sizes, groups: int
) -> tuple[tuple[int, int], ...]:
    """The padding (before, after) along each axis, of shapes that fit."""
    _expect(name, d, shapes, groups)
    x, w, _ = shapes
    if w[1] * groups != x[-d - 1]:
        raise _clash(name, d, shapes, f"the input has {x[-d - 1]} channels, the weight {w[1]} a group")
    spans = tuple(t * (k - 1) for k, t in zip(w[2:], dilation, strict=True))
    if isinstance(padding, tuple):
        both = tuple((p, p) for p in padding)
    elif padding not in ("same", "valid"):
        raise ValueError(f"{name}: padding is {padding!r}, expected a number, one an axis, 'same' or 'valid'")
    elif padding == "same" and stride != (1,) * d:
        raise ValueError(f"{name}: padding='same' needs stride 1, got {stride}; give the padding as numbers")
    else:
        both = tuple((s // 2, s - s // 2) if padding == "same" else (0, 0) for s in spans)
    for axis, size, (low, high), span in zip(AXES[d - 1], x[-d:], both, spans, strict=True):
        if size + low + high <= span:
            raise _clash(
                name, d, shapes,
                f"along {axis} a kernel of {span + 1} (dilation counted) does not fit in {size + low + high}, the "
                "input and its padding",
            )  # fmt: skip
    return both


def _transposed(
    name: str, d: int, input: Operand, weight: Operand, bias: Any, stride: Any, padding: Any, output_padding: Any,
    groups: int, dilation: Any,
) -> Tensor:  # fmt: skip
    x, w, b = as_tensor(input), as_tensor(weight), None if bias is None else as_tensor(bias)
    _one_kind(name, x, w, b)
    strides, spread = one_each(name, "stride", stride, d, 1), one_each(name, "dilation", dilation, d, 1)
    pads, extra = one_each(name, "padding", padding, d, 0), one_each(name, "output_padding", output_padding, d, 0)
    shape = _size(
        name, d, Shapes(x.shape, w.shape, None if b is None else b.shape), strides, pads, extra, spread, groups
    )
    both = tuple((p, p - e) for p, e in zip(pads, extra, strict=True))  # no window reaches what output_padding adds
    out = conv_transpose(_batched(x, d), w, shape=shape, stride=strides, padding=both, dilation=spread, groups=groups)
    return _finished(out, b, x, d)


@functools.lru_cache(256, typed=True)
def _size(
    name: str, d: int, shapes: Shapes, stride: Sizes, padding: Sizes, extra: Sizes, dilation: Sizes, groups: int
) -> Sizes:
    """The size of a transposed convolution's value, of shapes that fit."""
    _expect(name, d, shapes, groups, True)
    x, w, _ = shapes
    if w[0] != x[-d - 1]:
        raise _clash(name, d, shapes, f"the input has {x[-d - 1]} channels, the weight {w[0]}", True)
    if any(e >= max(s, t) for e, s, t in zip(extra, stride, dilation, strict=True)):
        raise ValueError(
            f"{name}: output_padding {extra} must be less than stride {stride} or dilation {dilation} along each axis"
        )
    size = tuple(
        (s - 1) * step - 2 * p + t * (k - 1) + e + 1
        for s, step, p, t, k, e in zip(x[-d:], stride, padding, dilation, w[2:], extra, strict=True)
    )
    if any(s < 1 for s in size):
        raise _clash(name, d, shapes, f"the value would have the size {size}; give less padding", True)
    return size


def _batched(x: Tensor, d: int) -> Tensor:
    return x if x.ndim == d + 2 else x.reshape((1, *x.shape))


def _finished(out: Tensor, b: Tensor | None, x: Tensor, d: int) -> Tensor:
    """The bias added; without a batch where the input had none."""
    if b is not None:
        out = out + b.reshape((-1, *(1,) * d))
    return out if x.ndim == d + 2 else out.reshape(out.shape[1:])


def _one_kind(name: str, x: Tensor, w: Tensor, b: Tensor | None) -> None:
    """Integers beside floating-point numbers are a mistake."""
    if x.dtype is w.dtype and b is None:
        return
    real = x.dtype.kind == "f"
    if (w.dtype.kind == "f") is not real or (b is not None and (b.dtype.kind == "f") is not real):
        raise TypeError(
            f"{name}: input {x.dtype}, weight {w.dtype}{'' if b is None else f', bias {b.dtype}'}: integers beside "
            "floating-point numbers; expected one kind (x.astype(float))"
        )


def _expect(name: str, d: int, shapes: Shapes, groups: int, back: bool = False) -> None:
    """Raise for shapes that cannot be, whatever the sizes."""
    x, w, b = shapes
    if len(w) != d + 2 or len(x) not in (d + 1, d + 2):
        raise _clash(name, d, shapes, "the number of axes is another", back)
    if type(groups) is not int or groups < 1:
        raise ValueError(f"{name}: groups is {groups!r}, expected an integer of at least 1")
    if w[0] % groups:
        raise _clash(name, d, shapes, f"the weight's {w[0]} channels are not divisible by {groups}", back)
    if 0 in w[2:]:
        raise _clash(name, d, shapes, "the kernel is empty", back)
    out = w[1] * groups if back else w[0]
    if b is not None and b != (out,):
        raise _clash(name, d, shapes, f"the bias has not the shape ({out},)", back)


def _clash(name: str, d: int, shapes: Shapes, why: str, back: bool = False) -> ValueError:
    axes = ", ".join(AXES[d - 1])
    kernel = ", ".join(f"k{a}" for a in AXES[d - 1])
    weight = f"(C, out/groups, {kernel})" if back else f"(out, C/groups, {kernel})"
    given = "" if shapes.bias is None else f", bias {shapes.bias}"
    return ValueError(
        f"{name}: input {shapes.input}, weight {shapes.weight}{given}: {why}; expected input (N, C, {axes}) or "
        f"(C, {axes}), weight {weight}, bias (out,)"
    )
