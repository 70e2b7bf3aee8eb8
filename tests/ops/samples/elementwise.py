"""Elementwise operations: Torch's calls here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import microgrid as mg

F = mg.nn.functional
CALLS: dict[str, Callable[..., Any]] = {
    "__radd__": lambda x, y: y + x, "__rand__": lambda x, y: y & x, "__rdiv__": lambda x, y: y / x,
    "__rmod__": lambda x, y: y % x, "__rmul__": lambda x, y: y * x, "__ror__": lambda x, y: y | x,
    "__rpow__": lambda x, y: y**x, "__rsub__": lambda x, y: y - x, "__rxor__": lambda x, y: y ^ x,
    "div.no_rounding_mode": mg.div, "div.floor_rounding": mg.div, "div.trunc_rounding": mg.div,
    "round.decimals_0": mg.round, "round.decimals_3": mg.round, "round.decimals_neg_3": mg.round,
    "where": lambda x, condition, y: mg.where(condition, x, y), "equal": F.equal,
    "max.binary": mg.maximum, "min.binary": mg.minimum, "nan_to_num": F.nan_to_num,
}  # fmt: skip

BINARY = """
    __radd__ __rand__ __rdiv__ __rmod__ __rmul__ __ror__ __rpow__ __rsub__ __rxor__ atan2 bitwise_and bitwise_left_shift
    bitwise_or bitwise_right_shift bitwise_xor clamp_max clamp_min copysign eq float_power fmax fmin fmod gcd ge gt
    heaviside hypot isclose lcm ldexp le logaddexp logical_and logical_or logical_xor lt
    max.binary maximum min.binary minimum ne nextafter pow remainder rsub xlogy
"""
LEFT_OUT: dict[str, str] = {
    f"{name}: refuse {numbers}": "a number beside a Tensor, or two numbers, are taken, as in NumPy"
    for name in BINARY.split()
    for numbers in ("2, ", "(3,)i64, 2")
} | {
    "clamp: i32": "float32 beside an array of int32 is float64, as in NumPy",
}
