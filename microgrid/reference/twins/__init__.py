"""Torch's counterpart of every operation: `table` says how it is found and called; the families' files hold the rows of
those that Torch spells otherwise than by name, inputs and axis."""

from __future__ import annotations

from . import activation as activation
from . import attention as attention
from . import convolution as convolution
from . import distance as distance
from . import elementwise as elementwise
from . import indexing as indexing
from . import linalg as linalg
from . import lookup as lookup
from . import loss as loss
from . import normalization as normalization
from . import padding as padding
from . import pooling as pooling
from . import products as products
from . import reduction as reduction
from . import scan as scan
from . import shape as shape
from . import sorting as sorting
from . import special as special
from . import windows as windows
from .table import TWINS as TWINS
from .table import condition as condition
from .table import dtype_of as dtype_of
from .table import promotion as promotion
from .table import twin as twin
