"""What networks are made of: convolution, pooling, normalisation, attention, losses, distances."""

from __future__ import annotations

from . import attention, distance, framing, likelihood, lookup, loss, normalization
from . import convolution as convolution
from . import padding as padding
from . import pooling as pooling
from . import resampling as resampling
from .attention import *
from .distance import *
from .framing import *
from .likelihood import *
from .lookup import *
from .loss import *
from .normalization import *

__all__: list[str] = []
__all__ += attention.__all__
__all__ += distance.__all__
__all__ += framing.__all__
__all__ += likelihood.__all__
__all__ += lookup.__all__
__all__ += loss.__all__
__all__ += normalization.__all__
