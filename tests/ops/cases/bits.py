"""Bits and integers."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Refusal, Row, booleans, integers, on, refused

x = mg.tensor([[1.0, 2.0, 3.0]], name="x")


def floats(name: str) -> Refusal:
    """Floats have no bits to combine."""
    return refused(lambda: getattr(mg, name)(x, x), TypeError, name)


def _count(x: Any) -> Any:
    """The bits set, one after the other."""
    bits = [(abs(x) >> k) & 1 for k in range(63)]
    return sum(bits[1:], bits[0]).to(torch.uint8)


SIGNED = {"low": -40, "high": 40}
ROWS = [
    *(
        Row(f"bitwise_{name}", getattr(mg, f"bitwise_{name}"), getattr(np, f"bitwise_{name}"),
            lambda x, y, t=f"bitwise_{name}": getattr(torch, t)(x, y),
            [on(booleans(3, 4), booleans(4)), on(integers(3, 4, high=8), integers(4, high=8))],
            [floats(f"bitwise_{name}")])
        for name in ("and", "or", "xor")
    ),
    Row("invert", mg.invert, np.invert, lambda x: torch.bitwise_not(x), [on(booleans(3, 4)), on(integers(3))], [
        refused(lambda: ~x, TypeError, "invert")]),
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, y, t=f"bitwise_{name}": getattr(torch, t)(x, y),
            [on(integers(3, 4, **SIGNED), integers(4)), on(integers(), integers(2)), on(integers(0, 3), integers(3))],
            [floats(name)])
        for name in ("left_shift", "right_shift")
    ),
    Row("bitwise_count", mg.bitwise_count, np.bitwise_count, lambda x: _count(x), [
        on(integers(3, 4, **SIGNED)), on(integers()), on(integers(0, 3))],
        [refused(lambda: mg.bitwise_count(x), TypeError, "bitwise_count")]),
    *(
        Row(name, getattr(mg, name), getattr(np, name), lambda x, y, name=name: getattr(torch, name)(x, y),
            [on(integers(3, 4, **SIGNED), integers(4, **SIGNED)), on(integers(), integers(2)),
             on(integers(0, 3), integers(3))],
            [floats(name)])
        for name in ("gcd", "lcm")
    ),
]  # fmt: skip
