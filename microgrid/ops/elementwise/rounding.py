"""Rounding, signs, and the parts of a floating-point number."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ..composition import composed
from .arithmetic import Array, multiply
from .exponential import exp2
from .floats import array, floating, zeros

__all__ = [
    "around", "ceil", "copysign", "fix", "floor", "frac", "frexp", "heaviside", "ldexp", "modf", "nextafter", "rint",
    "round", "sgn", "sign", "signbit", "spacing", "trunc",
]  # fmt: skip


@primitive(symbol="sign", formula="sign x", torch="sign", numpy=[np.sign], elementwise=True)
def sign(x: Array) -> Array:
    """Elementwise −1, 0 or 1; its derivative is 0 everywhere, as in Torch."""
    return np.sign(x)


sign.gradients(zeros)


@primitive(symbol="⌊x⌋", formula="⌊x⌋", torch="floor", numpy=[np.floor], elementwise=True)
def floor(x: Array) -> Array:
    """Elementwise largest integer at most x; its derivative is 0 everywhere, as in Torch."""
    return np.floor(x)


floor.gradients(zeros)


@primitive(symbol="⌈x⌉", formula="⌈x⌉", torch="ceil", numpy=[np.ceil], elementwise=True)
def ceil(x: Array) -> Array:
    """Elementwise smallest integer at least x; its derivative is 0 everywhere, as in Torch."""
    return np.ceil(x)


ceil.gradients(zeros)


@primitive(symbol="trunc", formula="trunc x", torch="trunc", numpy=[np.trunc], elementwise=True)
def trunc(x: Array) -> Array:
    """Elementwise integer part, towards 0; its derivative is 0 everywhere, as in Torch."""
    return np.trunc(x)


trunc.gradients(zeros)


@primitive(symbol="rint", formula="round x", torch="round", numpy=[np.rint], elementwise=True)
def rint(x: Array) -> Array:
    """Elementwise nearest integer, halves to the even one; its derivative is 0 everywhere, as in Torch."""
    return np.rint(x)


rint.gradients(zeros)


@primitive(name="round", symbol="round", formula="round x", torch="round", numpy=[np.round, np.around],
           elementwise=True)  # fmt: skip
def rounded(x: Array, *, decimals: int = 0) -> Array:
    """Elementwise nearest number of so many decimals, halves to the even one; its derivative is 0 everywhere."""
    return np.round(x, decimals)


rounded.gradients(zeros)


@primitive(symbol="frac", formula="x − trunc x", torch="frac", elementwise=True)
def frac(x: Array) -> Array:
    """Elementwise fractional part, of the sign of x."""
    return x - np.trunc(x)


frac.gradients(lambda g: g)


@primitive(symbol="frac, trunc", formula="x − trunc x, trunc x", torch="frac, trunc", numpy=[np.modf], outputs=2)
def modf(x: Array) -> tuple[Array, Array]:
    """Elementwise fractional part and integer part, both of the sign of x."""
    return np.modf(x)


modf.gradients(lambda g: g[0])


@primitive(symbol="±", formula="|x| sign y", torch="copysign", numpy=[np.copysign], elementwise=True)
def copysign(x: Array, y: Array) -> Array:
    """Elementwise x with the sign of y; its derivative at x = 0 is 0, as in Torch."""
    return np.copysign(x, y)


copysign.gradients(
    lambda g, x, out: g * (np.sign(x) * np.sign(out)),
    zeros,
)


@primitive(symbol="H", formula="0, y or 1 as x < 0, = 0 or > 0", torch="heaviside", numpy=[np.heaviside],
           elementwise=True)  # fmt: skip
def heaviside(x: Array, y: Array) -> Array:
    """Elementwise step: 0 below 0, y at 0, 1 above; its derivative in x is 0 everywhere."""
    return np.heaviside(x, y)


heaviside.gradients(
    zeros,
    lambda g, x: np.where(x == 0, g, 0.0),
)


@primitive(name="ldexp", symbol="x 2ⁿ", formula="x 2ⁿ", latex="{x} 2^{n}", torch="ldexp", elementwise=True)
def scaled(x: Array, n: Array) -> Array:
    """Elementwise x times 2 to an integer power, exactly."""
    return np.ldexp(x, n)


scaled.gradients(lambda g, n: scaled(g, n), None)


@primitive(name="exponent", symbol="exponent", formula="e of x = m 2ᵉ", torch="frexp", elementwise=True, gradient=False)
def exponent(x: Array) -> Array:
    """Elementwise exponent of 2 that leaves a mantissa from 0.5 to 1."""
    return np.frexp(x)[1]


@primitive(symbol="signbit", formula="sign bit of x", torch="signbit", numpy=[np.signbit], elementwise=True,
           gradient=False)  # fmt: skip
def signbit(x: Array) -> Array:
    """Elementwise whether the sign bit is set: of −0 it is."""
    return np.signbit(x)


@primitive(symbol="next", formula="next after x towards y", torch="nextafter", numpy=[np.nextafter], elementwise=True)
def nextafter(x: Array, y: Array) -> Array:
    """Elementwise next floating-point number after x towards y; where they are equal its derivative is 0."""
    return np.nextafter(x, y)


nextafter.gradients(
    lambda g, x, y: np.where(x == y, 0.0, g),
    zeros,
)


@primitive(symbol="ulp", formula="next after x − x", torch="nextafter", numpy=[np.spacing], elementwise=True,
           gradient=False)  # fmt: skip
def spacing(x: Array) -> Array:
    """Elementwise distance to the next floating-point number away from 0; declared without a gradient."""
    return np.spacing(x)


round = around = rounded
sgn = sign


# --------------------------------------------------------------------------------------------- composed of the above


@composed(np.fix)
def fix(x: Any) -> Any:
    """Elementwise integer part, towards 0: `trunc`."""
    return trunc(x)


@composed(np.frexp)
def frexp(x: Any) -> tuple[Any, Any]:
    """Elementwise mantissa m, from 0.5 to 1, and integer exponent e of x = m 2ᵉ. The gradient is m's."""
    x = floating(x)
    e = exponent(x)
    return scaled(x, -e), e


@composed(np.ldexp)
def ldexp(x: Any, n: Any) -> Any:
    """Elementwise x 2ⁿ: exactly, of integers n; differentiable in n where it is floating-point, as in Torch."""
    n = array(n)
    return multiply(x, exp2(n)) if n.dtype.kind == "f" else scaled(floating(x), n)
