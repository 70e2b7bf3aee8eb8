"""erf, erfc, erf⁻¹ and Φ of many numbers by rational functions: in single precision for speed, in double for where
SciPy is not there. And logit, without a function of its own."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .blocks import Rational, split
from .elementwise.floats import select

# erf(x) / x of x²: up to x² = 15.4, where erf is 1 in single precision; and up to 1.
_END = math.sqrt(15.4)
_ERF = Rational(  # 1.9e-08
    (
        1.1283791884092635, 0.1837001028133441, 0.05442452813563396, 0.003827811849594393, 0.0003917436708075984,
        5.044238313905409e-06, -1.4949606777307907e-08,
    ),
    (1.0, 0.496133694088656, 0.11360870932576614, 0.0154613533444224, 0.0013194019070621598, 6.651209725769268e-05),
)  # fmt: skip
_ERF_DOUBLE = Rational(  # 9.5e-19
    (
        1.1283791670955126, 0.14365581715028763, 0.0455033341653278, 0.0018829155471563983, 0.00019709588069752516,
        8.625602445726376e-08,
    ),
    (1.0, 0.46064498648983654, 0.0938746087651241, 0.010705251871973175, 0.0006937362332349159, 2.0866484101019162e-05),
)  # fmt: skip

# exp(x²) erfc(x) / v of v = 2 / (2 + x): for 0 ≤ x ≤ 10.2, beyond which erfc is 0 in single precision; and for
# 0.5 ≤ x ≤ 27.5, beyond which it is in double.
_ERFC = Rational(  # 1.2e-09
    (
        0.28209328726346194, 0.08040082751903542, 0.37604926584046616, 0.24173225192610656, 0.19613908429902283,
        0.13785328032307367,
    ),
    (1.0, -0.7151257778185479, 1.1747436826162012, -0.3268395393752353, 0.18148963132674614),
)  # fmt: skip
_ERFC_DOUBLE = Rational(  # 4.2e-16
    (
        0.2820947917763535, -0.06489290793523336, 1.0112589291483565, 0.14416537302597995, 1.1761018251337862,
        0.5230059548067525, 0.6474042235660379, 0.34228116584341334, 0.16479052389027865, 0.036033587925708245,
    ),
    (
        1.0, -1.2300393684728503, 3.93985891289711, -2.977521090591697, 4.171210948701302, -1.7934404641534862,
        1.3115511282508425, -0.24691747637313807, 0.08754087626514918,
    ),
)  # fmt: skip

# erf⁻¹(x) / x of w = −log(1 − x²), up to w = 16: the last number of single precision below 1 has 15.9.
_ERFINV = Rational(  # 2.0e-08
    (
        0.8862269076135921, 0.2963200608803748, 0.056997112648748294, 0.007378396630941259, 0.0006066335979751072,
        2.4740604070269432e-05, -3.4778702670908567e-07,
    ),
    (
        1.0, 0.07256157196735918, 0.032287198628732985, 0.0015601851553942766, 0.00019225550302510004,
        -2.847552406802733e-07, -2.3328228423803656e-08,
    ),
)  # fmt: skip


def erf(x: Any) -> Any:
    """Of float32 to 6 units in the last place, of float64 to 4."""
    if x.dtype == np.float32:
        y = np.clip(x, -_END, _END)
        out = _ERF(y * y)
        out *= y
        np.clip(out, -1, 1, out=out)
        far = np.abs(x) >= _END
        return np.copysign(1, x, out=out, where=far) if far.any() else out
    return split(np.abs(x) < 1, x, _erf_near, lambda x: np.copysign(1 - _tail(np.abs(x)), x))


def _erf_near(x: Any) -> Any:
    out = _ERF_DOUBLE(x * x)
    out *= x
    return out


def erfc(x: Any) -> Any:
    """Of float32 and of float64 to 9 units in the last place."""
    if x.dtype == np.float32:
        return _both(x, _tail(np.abs(x)))
    return split(np.abs(x) < 0.5, x, lambda x: 1 - _erf_near(x), lambda x: _both(x, _tail(np.abs(x))))


def _both(x: Any, tail: Any) -> Any:
    """erfc(x) from erfc(|x|)."""
    low = x < 0
    return select(low, 2 - tail, tail) if low.any() else tail


def ndtr(x: Any) -> Any:
    """Of float32 and of float64 to 9 units in the last place: erfc(−x / √2) / 2."""
    if x.dtype == np.float32:
        return _halved(x)
    return split(np.abs(x) < 0.75, x, lambda x: 0.5 + 0.5 * _erf_near(x * _ROOT_HALF), _halved)


def _halved(x: Any) -> Any:
    tail = _tail(np.abs(x), _ROOT_HALF)
    tail *= 0.5
    return select(x > 0, 1 - tail, tail)


_ROOT_HALF = math.sqrt(0.5)


def _tail(x: Any, scale: float = 1.0) -> Any:
    """erfc(scale x) for scale 1 or √½, and scale x ≥ 0; in double precision ≥ 0.5.

    exp(−x²) would lose what x² was rounded by. With h a multiple of 1/64, whose square is exact, it is
    exp(−h²) exp(−(x − h)(x + h)). Adding and taking off what has 1/64 for its last place gives that h."""
    wide = x.dtype != np.float32
    x = np.clip(x, None, (27.5 if wide else 10.2) / scale)
    h = x + (1.5 * 2.0**46 if wide else 1.5 * 2.0**17)
    h -= 1.5 * 2.0**46 if wide else 1.5 * 2.0**17
    low = h - x
    low *= h + x
    h *= h
    if scale != 1:
        h *= 0.5
        low *= 0.5
        x *= scale
    np.exp(low, out=low)
    v = x + 2
    np.divide(2, v, out=v)
    low *= (_ERFC_DOUBLE if wide else _ERFC)(v)
    low *= v
    np.negative(h, out=h)
    low *= np.exp(h, out=h)
    return low


def erfinv(x: Any) -> Any:
    """Of float32 to 5 units in the last place, for |x| < 1."""
    w = 1 - x
    w *= x + 1
    np.log(w, out=w)
    np.negative(w, out=w)
    out = _ERFINV(w)
    out *= x
    return out


def logit(x: Any) -> Any:
    """±log(1 + |2x − 1| / m), m the smaller of x and 1 − x: as exact near ½ as near 0 and 1. For x ≥ 1e-37, or NaN."""
    m = 1 - x
    np.minimum(m, x, out=m)
    s = x + x
    s -= 1
    np.divide(np.abs(s), m, out=m)
    np.log1p(m, out=m)
    return np.copysign(m, s, out=m)
