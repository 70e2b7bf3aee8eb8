"""Creation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import microgrid as mg

SPACED = "NumPy's evenly spaced numbers between arrays, which Torch has not, are allowed"
UNFILLED = "what is in memory that nobody has filled agrees with nothing"
CALLS: dict[str, Callable[..., Any]] = {
    "linspace.tensor_overload": mg.linspace,
    "logspace": lambda start, end, steps, base=10.0, **kw: mg.logspace(start, end, steps, base=base, **kw),
    "logspace.tensor_overload": lambda start, end, steps, base=10.0, **kw: mg.logspace(start, end, steps, base=base,
        **kw),
}  # fmt: skip
LEFT_OUT = {
    "arange: refuse": "an empty range where the step leads away, as in NumPy", "linspace: refuse (2,)": SPACED,
    "logspace: refuse (2,)": SPACED, "linspace.tensor_overload: refuse": SPACED,
    "logspace.tensor_overload: refuse": SPACED, "empty": UNFILLED, "empty_like": UNFILLED,
    "imag": "of real numbers it is 0 in NumPy, an error in Torch",
}  # fmt: skip
