"""The operations, one family a file, each declared once. Whoever adds one touches one file here and one row of
tests/ops/cases/. A family lists in `__all__` what the public face shows; `linalg`, `special` and `random` are
namespaces of their own."""
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import sys as _sys

import numpy as _np

from ..core import leaving as _leaving
from ..core import tensor as _tensor
from ..core.primitive import Primitive
from . import (
    activation, arithmetic, attention, bits, calls, choice, comparison, compound, constants, contraction,
    convolution, creation, distance, elementwise, exponential, framing, gathering, indexing, joining, layout,
    likelihood, linalg, lookup, loss, matrices, methods, namespace, nanreduction, normalization, padding,
    polynomial, pooling, products, quantiles, random, rearrangement, rectifier, reduction, replacement, resampling,
    rounding, scan, selection, sequences, sets, shape, signals, sorting, special, statistics, trigonometry, truth,
    windows, writing,
)  # fmt: skip
from .activation import *
from .arithmetic import *
from .bits import *
from .choice import *
from .comparison import *
from .compound import *
from .constants import *
from .contraction import *
from .creation import *
from .distance import *
from .exponential import *
from .framing import *
from .gathering import *
from .joining import *
from .layout import *
from .likelihood import *
from .lookup import *
from .loss import *
from .matrices import *
from .namespace import *
from .nanreduction import *
from .normalization import *
from .polynomial import *
from .products import *
from .quantiles import *
from .rearrangement import *
from .rectifier import *
from .reduction import *
from .replacement import *
from .rounding import *
from .scan import *
from .selection import *
from .sequences import *
from .sets import *
from .shape import *
from .signals import *
from .sorting import *
from .statistics import *
from .special import (
    digamma, entr, erf, erfc, erfinv, expit, gammainc, gammaincc, i0, i0e, i1, i1e, igamma, igammac, lgamma, log_ndtr,
    logit, mvlgamma, ndtr, ndtri, polygamma, xlog1py,
)  # fmt: skip
from .trigonometry import *
from .truth import *
from .writing import *

__all__ = ["linalg", "random", "special"]
__all__ += ["digamma", "entr", "erf", "erfc", "erfinv", "expit", "gammainc", "gammaincc", "i0", "i0e", "i1", "i1e"]
__all__ += ["igamma", "igammac", "lgamma", "log_ndtr", "logit", "mvlgamma", "ndtr", "ndtri", "polygamma", "xlog1py"]
__all__ += activation.__all__
__all__ += arithmetic.__all__
__all__ += bits.__all__
__all__ += choice.__all__
__all__ += comparison.__all__
__all__ += compound.__all__
__all__ += constants.__all__
__all__ += contraction.__all__
__all__ += creation.__all__
__all__ += distance.__all__
__all__ += exponential.__all__
__all__ += framing.__all__
__all__ += gathering.__all__
__all__ += joining.__all__
__all__ += layout.__all__
__all__ += likelihood.__all__
__all__ += lookup.__all__
__all__ += loss.__all__
__all__ += matrices.__all__
__all__ += namespace.__all__
__all__ += nanreduction.__all__
__all__ += normalization.__all__
__all__ += polynomial.__all__
__all__ += products.__all__
__all__ += quantiles.__all__
__all__ += rearrangement.__all__
__all__ += rectifier.__all__
__all__ += reduction.__all__
__all__ += replacement.__all__
__all__ += rounding.__all__
__all__ += scan.__all__
__all__ += selection.__all__
__all__ += sequences.__all__
__all__ += sets.__all__
__all__ += shape.__all__
__all__ += signals.__all__
__all__ += sorting.__all__
__all__ += statistics.__all__
__all__ += trigonometry.__all__
__all__ += truth.__all__
__all__ += writing.__all__


def primitives() -> list[Primitive]:
    """Every declaration, in the order of the files: what the table of operations and its tests are made from."""
    found: dict[str, Primitive] = {}
    for name, family in list(_sys.modules.items()):
        if name.startswith(f"{__name__}."):
            for value in vars(family).values():
                op = getattr(value, "op", None)
                if isinstance(op, Primitive) and op.body.__module__ == name:
                    found.setdefault(op.name, op)
    return list(found.values())


# What the methods of Tensor call.
vars(_tensor.ops).update({name: globals()[name] for name in __all__})
vars(_tensor.ops).update(
    getitem=indexing.getitem, plain_index=indexing.plain_index, put=indexing.put, array_of=creation.array_of,
    shown=creation.shown, rebuilt=creation.rebuilt,
)  # fmt: skip
methods.bind()
_leaving.calibrate(_tensor.Tensor(_np.ones((1, 1)), requires_grad=True))
