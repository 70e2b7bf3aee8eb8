"""log Γ, ψ and ψ′ of many positive numbers by rational functions, in single and in double precision."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .blocks import Rational, split

# ψ's zero, as what float32 holds exactly and the rest. Its factor is taken out, and the pole at 0:
# x ψ(x) / (x − x₀) for 0 < x ≤ 4. Beyond, (log x − 1 / 2x − ψ(x)) x² of 1 / x².
_ZERO, _ZERO_REST = 1.4616321325302124, 1.2438149938918909e-08
_PSI = Rational(  # 2.0e-09
    (
        0.6841666731404622, 2.0994936143210086, 1.7021773828427382, 0.47722237948069146, 0.04317216205657428,
        0.0008164096804349455,
    ),
    (1.0, 1.807305141843885, 0.9901912633838171, 0.1946415868348149, 0.012140683569047525, 0.00014243695761131069),
)  # fmt: skip
_PSI_DOUBLE = Rational(  # 8.3e-18
    (
        0.6841666717870696, 2.47711256752615, 2.909774605303323, 1.5688225157114422, 0.43456117937875427,
        0.06314435053679571, 0.004594544861896658, 0.00014636911197124394, 1.4612860308982617e-06,
        7.996553260588518e-10,
    ),
    (
        1.0, 2.3592450187127327, 2.0590484149041024, 0.873497413700806, 0.1955250382694299, 0.02316275283780194,
        0.001365840113354131, 3.435676541189919e-05, 2.5017240752148506e-07,
    ),
)  # fmt: skip
_PSI_FAR = Rational(  # 8.0e-09
    (0.08333333266685727, -0.008332990442612445, 0.003940102003052192, -0.003397054066659133),
)  # fmt: skip
_PSI_FAR_DOUBLE = Rational(  # 1.7e-16
    (0.08333333333333331, 0.9233242093945452, 2.581844719397342, 1.8404397984687837, 0.16656486954069544),
    (1.0, 11.17989051273409, 32.05250663662274, 24.80815247120413, 3.421372551409218),
)  # fmt: skip

# ψ′(x) / (1/x + 1/x²) of v = 1 / (1 + x), which is 1 at either end of 0 < x < ∞.
_TRIGAMMA = Rational(  # 2.0e-09
    (
        0.9999999982023667, -1.0240221061011647, 1.2270319845860802, -0.7418917975609833, 0.5198806327065653,
        -0.01591713544429924,
    ),
    (1.0, -0.5240225409447987, 0.7983713996537554, -0.4223042755486961, 0.13177081665511392, -0.018733824135325094),
)  # fmt: skip
_TRIGAMMA_DOUBLE = Rational(  # 1.1e-16
    (
        1.0, 7.58937275978049, 28.503456534373097, 61.90017478750339, 81.61496998802043, 64.82990822400548,
        36.97628729581503, 33.43572091054196, 39.510153324165245, 29.294696309882337, 11.1236792728769,
    ),
    (
        1.0, 8.089372759780586, 32.3814762475818, 76.57601745228806, 113.02450384575022, 102.03732892496656,
        51.54755507208862, 11.121756555118411, 0.0004784678324792259, -7.56196587527554e-05, 5.701216380944052e-06,
    ),
)  # fmt: skip

# log Γ(x) / ((x − 1)(x − 2)) for 0.5 ≤ x ≤ 2.5. Beyond, x times what Stirling's formula lacks, of 1 / x².
_LOG_GAMMA = Rational(  # 1.3e-08
    (
        2.184544975926731, 21.87155976237217, 35.031927913822976, 10.54973503152642, 0.2490464248765494,
        -0.004772803079097199,
    ),
    (1.0, 19.86962412485672, 58.077162946672765, 37.277444553843786, 4.843240252529461),
)  # fmt: skip
_LOG_GAMMA_DOUBLE = Rational(  # 4.5e-17
    (
        2.835047885113603, 145.1027507784174, 1648.0383404579254, 6617.134845701921, 11136.647287996582,
        8331.147422979086, 2749.663921893387, 367.0021698624863, 15.412491645027881, 0.059044885454769123,
        -0.0003378302347634383,
    ),
    (
        1.0, 81.90950851150231, 1324.5636336142418, 7308.236771825258, 16812.5475915652, 17572.551960338373,
        8568.99859544879, 1887.270550605681, 167.27932275402134, 4.3346009868077084,
    ),
)  # fmt: skip
_STIRLING = Rational(  # 1.8e-09
    (0.08333333318250694, -0.002777730267917978, 0.0007911751677638835, -0.0005477085546540336, 0.0004225167871385413),
)  # fmt: skip
_STIRLING_DOUBLE = Rational(  # 1.0e-16
    (
        0.08333333333333333, 1.0662103790074469, 3.9363018268115275, 4.820336694018418, 1.6632385673347685,
        0.07885696210622822,
    ),
    (1.0, 12.827857881422537, 47.653693374971546, 59.31746955138462, 21.563793929274176, 1.3339567001651047),
)  # fmt: skip


def psi(x: Any) -> Any:
    """For x > 0, to 7 units in the last place, near its zero too."""
    return split(x <= 4, x, _psi_near, _psi_far)


def _psi_near(x: Any) -> Any:
    out = (_PSI if x.dtype == np.float32 else _PSI_DOUBLE)(x)
    from_zero = x - _ZERO
    from_zero -= _ZERO_REST
    out *= from_zero
    out /= x
    return out


def _psi_far(x: Any) -> Any:
    r = 1 / x
    u = r * r
    u *= (_PSI_FAR if x.dtype == np.float32 else _PSI_FAR_DOUBLE)(u)
    r *= 0.5
    u += r
    return np.subtract(np.log(x), u, out=u)


def trigamma(x: Any) -> Any:
    """ψ′, for x > 0, to 10 units in the last place."""
    v = x + 1
    np.divide(1, v, out=v)
    out = (_TRIGAMMA if x.dtype == np.float32 else _TRIGAMMA_DOUBLE)(v)
    r = np.divide(1, x, out=v)
    out *= r * r + r
    return out


def gammaln(x: Any) -> Any:
    """For x > 0, to 9 units in the last place, near its zeros too."""
    return split(x <= 2.5, x, _gammaln_near, _gammaln_far)


def _gammaln_near(x: Any) -> Any:
    """Below 0.5 by log Γ(x) = log Γ(x + 1) − log x, which is a sum of two positive numbers there."""
    low = x < 0.5
    y = x + low if low.any() else x
    out = (_LOG_GAMMA if x.dtype == np.float32 else _LOG_GAMMA_DOUBLE)(y)
    out *= y - 1
    out *= y - 2
    out += 0.0  # at 1 it was −0
    if y is not x:
        out -= np.log(np.where(low, x, 1))
    return out


def _gammaln_far(x: Any) -> Any:
    """(x − ½)(log x − 1) + log √(2π / e) + …, in which nothing cancels."""
    r = 1 / x
    rest = (_STIRLING if x.dtype == np.float32 else _STIRLING_DOUBLE)(r * r)
    rest *= r
    rest += 0.5 * math.log(2 * math.pi) - 0.5
    out = np.log(x)
    out -= 1
    out *= x - 0.5
    out += rest
    return out
