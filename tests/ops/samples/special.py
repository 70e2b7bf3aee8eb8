"""Special functions: where Torch's call is spelled otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import microgrid as mg

CALLS: dict[str, Callable[..., Any]] = {
    **{f"mvlgamma.mvlgamma_p_{p}": mg.special.mvlgamma for p in (1, 3, 5)},
    **{f"polygamma.polygamma_n_{n}": lambda x, n: mg.special.polygamma(n, x) for n in range(5)},
    "special.polygamma.special_polygamma_n_0": lambda x, n: mg.special.polygamma(n, x),
}
POLYNOMIALS = [
    *(f"{shifted}chebyshev_polynomial_{kind}" for shifted in ("", "shifted_") for kind in "tuvw"),
    "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p",
]  # fmt: skip
LEFT_OUT: dict[str, str] = {
    f"{name}: refuse {numbers}": "a number beside an array, or two numbers, are taken, as in SciPy"
    for name in ("igamma", "igammac", "special.xlog1py", "special.zeta", *(f"special.{p}" for p in POLYNOMIALS))
    for numbers in ("2, ", "(3,)i64, 2")
}
