"""NumPy's numerical routines: samples, polynomials, sets, quantiles."""

from __future__ import annotations

from . import polynomial, quantiles, sets, signals
from .polynomial import *
from .quantiles import *
from .sets import *
from .signals import *

__all__: list[str] = []
__all__ += polynomial.__all__
__all__ += quantiles.__all__
__all__ += sets.__all__
__all__ += signals.__all__
