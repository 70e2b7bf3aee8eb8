"""Convolutions, under Torch's names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from ...core.tensor import Operand, Tensor
from ...ops.convolution import conv, conv_transpose
from .inputs import as_tensor
from .sizes import one_each

__all__ = ["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]

Amount: TypeAlias = int | Sequence[int]
AXES = ("L",), ("H", "W"), ("D", "H", "W")


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
    x, w = as_tensor(input), as_tensor(weight)
    _expect(name, d, x, w, bias, groups, w.shape[0] if w.ndim else 0)
    if w.shape[1] * groups != x.shape[-d - 1]:
        raise _clash(name, d, x, w, bias, f"the input has {x.shape[-d - 1]} channels, the weight {w.shape[1]} a group")
    strides = one_each(name, "stride", stride, d, 1)
    spread = one_each(name, "dilation", dilation, d, 1)
    spans = tuple(t * (k - 1) for k, t in zip(w.shape[2:], spread, strict=True))
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"{name}: padding is {padding!r}, expected a number, one an axis, 'same' or 'valid'")
        if padding == "same" and strides != (1,) * d:
            raise ValueError(f"{name}: padding='same' needs stride 1, got {stride}; give the padding as numbers")
        both = tuple((s // 2, s - s // 2) if padding == "same" else (0, 0) for s in spans)
    else:
        both = tuple((p, p) for p in one_each(name, "padding", padding, d, 0))
    for k, (low, high) in enumerate(both):
        if x.shape[k - d] + low + high <= spans[k]:
            raise _clash(
                name, d, x, w, bias,
                f"along {AXES[d - 1][k]} a kernel of {spans[k] + 1} (dilation counted) does not fit in "
                f"{x.shape[k - d] + low + high}, the input and its padding",
            )  # fmt: skip
    out = conv(_batched(x, d), w, stride=strides, padding=both, dilation=spread, groups=groups)
    return _finished(out, bias, x, d)


def _transposed(
    name: str, d: int, input: Operand, weight: Operand, bias: Any, stride: Any, padding: Any, output_padding: Any,
    groups: int, dilation: Any,
) -> Tensor:  # fmt: skip
    x, w = as_tensor(input), as_tensor(weight)
    _expect(name, d, x, w, bias, groups, w.shape[1] * groups if w.ndim > 1 else 0, True)
    if w.shape[0] != x.shape[-d - 1]:
        raise _clash(name, d, x, w, bias, f"the input has {x.shape[-d - 1]} channels, the weight {w.shape[0]}", True)
    strides = one_each(name, "stride", stride, d, 1)
    spread = one_each(name, "dilation", dilation, d, 1)
    pads = one_each(name, "padding", padding, d, 0)
    extra = one_each(name, "output_padding", output_padding, d, 0)
    if any(e >= max(s, t) for e, s, t in zip(extra, strides, spread, strict=True)):
        raise ValueError(
            f"{name}: output_padding {extra} must be less than stride {strides} or dilation {spread} along each axis"
        )
    shape = tuple(
        (s - 1) * step - 2 * p + t * (k - 1) + e + 1
        for s, step, p, t, k, e in zip(x.shape[-d:], strides, pads, spread, w.shape[2:], extra, strict=True)
    )
    if any(s < 1 for s in shape):
        raise _clash(name, d, x, w, bias, f"the value would have the size {shape}; give less padding", True)
    both = tuple((p, p - e) for p, e in zip(pads, extra, strict=True))  # no window reaches what output_padding adds
    out = conv_transpose(_batched(x, d), w, shape=shape, stride=strides, padding=both, dilation=spread, groups=groups)
    return _finished(out, bias, x, d)


def _batched(x: Tensor, d: int) -> Tensor:
    return x if x.ndim == d + 2 else x.reshape((1, *x.shape))


def _finished(out: Tensor, bias: Any, x: Tensor, d: int) -> Tensor:
    """The bias added; without a batch where the input had none."""
    if bias is not None:
        out = out + as_tensor(bias).reshape((-1, *(1,) * d))
    return out if x.ndim == d + 2 else out.reshape(out.shape[1:])


def _expect(name: str, d: int, x: Tensor, w: Tensor, bias: Any, groups: int, out: int, back: bool = False) -> None:
    """Raise for shapes that cannot be, whatever the sizes; and for integers beside floating-point numbers, since one of
    them is a mistake."""
    b = None if bias is None else as_tensor(bias)
    if len({a.dtype.kind == "f" for a in (x, w, b) if a is not None}) > 1:
        raise TypeError(
            f"{name}: input {x.dtype}, weight {w.dtype}{'' if b is None else f', bias {b.dtype}'}: integers beside "
            "floating-point numbers; expected one kind (x.astype(float))"
        )
    if w.ndim != d + 2 or x.ndim not in (d + 1, d + 2):
        raise _clash(name, d, x, w, bias, "the number of axes is another", back)
    if type(groups) is not int or groups < 1:
        raise ValueError(f"{name}: groups is {groups!r}, expected an integer of at least 1")
    if w.shape[0] % groups:
        raise _clash(name, d, x, w, bias, f"the weight's {w.shape[0]} channels are not divisible by {groups}", back)
    if 0 in w.shape[2:]:
        raise _clash(name, d, x, w, bias, "the kernel is empty", back)
    if b is not None and b.shape != (out,):
        raise _clash(name, d, x, w, bias, f"the bias has not the shape ({out},)", back)


def _clash(name: str, d: int, x: Tensor, w: Tensor, bias: Any, why: str, back: bool = False) -> ValueError:
    axes = ", ".join(AXES[d - 1])
    kernel = ", ".join(f"k{a}" for a in AXES[d - 1])
    weight = f"(C, out/groups, {kernel})" if back else f"(out, C/groups, {kernel})"
    given = "" if bias is None else f", bias {as_tensor(bias).shape}"
    return ValueError(
        f"{name}: input {x.shape}, weight {w.shape}{given}: {why}; expected input (N, C, {axes}) or (C, {axes}), "
        f"weight {weight}, bias (out,)"
    )
