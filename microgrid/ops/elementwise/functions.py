"""Elementwise functions of every family, for those that compose them."""

from __future__ import annotations

from .arithmetic import square as square
from .choice import clip as clip
from .choice import maximum as maximum
from .choice import minimum as minimum
from .choice import where as where
from .comparison import isfinite as isfinite
from .comparison import isinf as isinf
from .comparison import isnan as isnan
from .exponential import exp as exp
from .exponential import log as log
from .exponential import sqrt as sqrt
from .rounding import floor as floor
from .rounding import sign as sign
from .trigonometry import cos as cos
from .trigonometry import sin as sin
from .trigonometry import tanh as tanh
