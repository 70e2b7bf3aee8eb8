"""What Torch alone names, with its `dim`: composed of microgrid's operations; no operation is declared here."""

from __future__ import annotations

from ...ops.composition import named
from . import (
    activation, adaptive, affine, arithmetic, attention, convolution, distance, lookup, loss, margin, multihead,
    noise, normalization, ordering, padding, pooling, products, reduction, resampling, sampling, selection, shape,
    temporal, vision,
)  # fmt: skip
from .activation import *
from .adaptive import *
from .affine import *
from .arithmetic import *
from .attention import *
from .convolution import *
from .distance import *
from .lookup import *
from .loss import *
from .margin import *
from .multihead import *
from .noise import *
from .normalization import *
from .ordering import *
from .padding import *
from .pooling import *
from .products import *
from .reduction import *
from .resampling import *
from .sampling import *
from .selection import *
from .shape import *
from .temporal import *
from .vision import *

globals().update(named(
    adaptive, affine, attention, convolution, distance, lookup, loss, margin, multihead, noise, normalization, ordering,
    padding, pooling, products, reduction, resampling, sampling, selection, temporal, shape, vision,
))  # fmt: skip

__all__: list[str] = []
__all__ += activation.__all__
__all__ += adaptive.__all__
__all__ += affine.__all__
__all__ += arithmetic.__all__
__all__ += attention.__all__
__all__ += convolution.__all__
__all__ += distance.__all__
__all__ += lookup.__all__
__all__ += loss.__all__
__all__ += margin.__all__
__all__ += multihead.__all__
__all__ += noise.__all__
__all__ += normalization.__all__
__all__ += ordering.__all__
__all__ += padding.__all__
__all__ += pooling.__all__
__all__ += products.__all__
__all__ += reduction.__all__
__all__ += resampling.__all__
__all__ += sampling.__all__
__all__ += selection.__all__
__all__ += shape.__all__
__all__ += temporal.__all__
__all__ += vision.__all__
