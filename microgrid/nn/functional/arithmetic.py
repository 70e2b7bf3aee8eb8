"""Elementwise arithmetic, as Torch alone names it, or with Torch's meaning of a name that NumPy has too."""

from __future__ import annotations

from ... import ops
from ...core.tensor import Operand, Tensor
from ...ops.elementwise.choice import clamp as clamp
from ...ops.elementwise.choice import clamp_max as clamp_max
from ...ops.elementwise.choice import clamp_min as clamp_min
from ...ops.elementwise.compound import add as add
from ...ops.elementwise.compound import addcdiv as addcdiv
from ...ops.elementwise.compound import addcmul as addcmul
from ...ops.elementwise.compound import div as div
from ...ops.elementwise.compound import lerp as lerp
from ...ops.elementwise.compound import mul as mul
from ...ops.elementwise.compound import neg as neg
from ...ops.elementwise.compound import rsub as rsub
from ...ops.elementwise.compound import sub as sub
from ...ops.elementwise.exponential import rsqrt as rsqrt
from ...ops.elementwise.rounding import frac as frac
from ...ops.elementwise.rounding import sgn as sgn

__all__ = [
    "add", "addcdiv", "addcmul", "clamp", "clamp_max", "clamp_min", "div", "equal", "frac", "lerp", "mul", "nan_to_num",
    "neg", "rsqrt", "rsub", "sgn", "sub",
]  # fmt: skip


def equal(input: Operand, other: Operand) -> bool:
    """Whether shapes and all elements are equal, as True or False (`mg.equal` compares elementwise)."""
    return bool(ops.array_equal(input, other))


def nan_to_num(
    input: Operand, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Elements with numbers for NaN, +∞ and −∞: 0, and the largest and smallest of the dtype unless given."""
    return ops.nan_to_num(input, True, nan, posinf, neginf)  # type: ignore[no-any-return]
