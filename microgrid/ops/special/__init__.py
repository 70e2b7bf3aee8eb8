"""Special functions under SciPy's names, and under those that Torch has for them; `scipy.special.expit(t)` of a Tensor
leads here.

SciPy gives the values where NumPy and the standard library cannot: pip install "microgrid[scipy]"."""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

from ...core.dispatch import NAMESAKES
from . import (
    airys, bessel, elementary, entropy, gammas, hypergeometric, incomplete, integrals, orthogonal, probability, sums,
)  # fmt: skip
from ..composition import named
from ..elementwise import gaussian
from .airys import *
from .bessel import *
from .elementary import *
from .entropy import *
from .gammas import *
from ..elementwise.gaussian import *
from .hypergeometric import *
from .incomplete import *
from .integrals import *
from .orthogonal import *
from .probability import *
from .sums import *

# Declared in families that build on this one: our name in microgrid.ops.
_ELSEWHERE = {
    "cbrt": "cbrt", "exp2": "exp2", "expit": "sigmoid", "expm1": "expm1", "log1p": "log1p", "round": "round",
    "sinc": "sinc", "xlogy": "xlogy",
}  # fmt: skip

globals().update(named(
    airys, bessel, elementary, entropy, gammas, hypergeometric, incomplete, integrals, orthogonal, probability, sums,
))  # fmt: skip

# Torch's names for them.
bessel_j0, bessel_j1, bessel_y0, bessel_y1 = j0, j1, y0, y1
modified_bessel_i0, modified_bessel_i1, modified_bessel_k0, modified_bessel_k1 = i0, i1, k0, k1
scaled_modified_bessel_k0, scaled_modified_bessel_k1 = k0e, k1e
lgamma, mvlgamma, igamma, igammac = gammaln, multigammaln, gammainc, gammaincc

__all__ = [
    "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "igamma", "igammac", "lgamma", "modified_bessel_i0",
    "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "mvlgamma", "scaled_modified_bessel_k0",
    "scaled_modified_bessel_k1",
]  # fmt: skip
__all__ += [*_ELSEWHERE]
__all__ += airys.__all__
__all__ += bessel.__all__
__all__ += elementary.__all__
__all__ += entropy.__all__
__all__ += gammas.__all__
__all__ += gaussian.__all__
__all__ += hypergeometric.__all__
__all__ += incomplete.__all__
__all__ += integrals.__all__
__all__ += orthogonal.__all__
__all__ += probability.__all__
__all__ += sums.__all__

def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module 'microgrid.special' has no attribute {name!r}")
    globals()[name] = found = getattr(importlib.import_module("microgrid.ops"), _ELSEWHERE[name])
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


NAMESAKES["scipy.special"] = sys.modules[__name__]
# What scipy.special.zeta, a function there, calls in its turn.
NAMESAKES["scipy.special._ufuncs"] = types.SimpleNamespace(
    __all__=["_riemann_zeta", "_zeta"], _riemann_zeta=zeta, _zeta=zeta
)
