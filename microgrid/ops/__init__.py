"""The operations, one family a file, each declared once. Whoever adds one touches one file here and one row of
tests/ops/cases/. A family lists in `__all__` what the public face shows; `linalg`, `special` and `random` are
namespaces of their own.

    elementwise   arithmetic, exponentials, angles, rounding, comparisons, choices, activations
    reductions    sums, scans, sorts, statistics        shapes      axes, joining, layout, windows
    selection     indices, gather, masks, writes        products    matrices, contractions
    creation      data, constants, dtypes               random      draws
    layers, linalg, numerics, special                   opened when something in them is first asked for
"""
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import sys as _sys
import typing as _t

import numpy as _np

from ..core import errors as _errors
from ..core import leaving as _leaving
from ..core import tensor as _tensor
from ..core.primitive import Primitive
from . import calls, composition, later, methods, random, ways, wording
from .elementwise import (
    activation, arithmetic, bits, choice, comparison, compound, exponential, gaussian, rectifier, rounding,
    trigonometry,
)  # fmt: skip
from .reductions import nanreduction, reduction, scan, sequences, sorting, statistics, truth
from .shapes import joining, layout, rearrangement, shape
from .selection import gathering, indexing, picking, replacement, writing
from .products import contraction, matrices, vectors
from .creation import constants, data, namespace
from .elementwise.activation import *
from .elementwise.arithmetic import *
from .elementwise.bits import *
from .elementwise.choice import *
from .elementwise.comparison import *
from .elementwise.compound import *
from .elementwise.exponential import *
from .elementwise.gaussian import *
from .elementwise.rectifier import *
from .elementwise.rounding import *
from .elementwise.trigonometry import *
from .reductions.nanreduction import *
from .reductions.reduction import *
from .reductions.scan import *
from .reductions.sequences import *
from .reductions.sorting import *
from .reductions.statistics import *
from .reductions.truth import *
from .shapes.joining import *
from .shapes.layout import *
from .shapes.rearrangement import *
from .shapes.shape import *
from .selection.gathering import *
from .selection.picking import *
from .selection.replacement import *
from .selection.writing import *
from .products.contraction import *
from .products.matrices import *
from .products.vectors import *
from .creation.constants import *
from .creation.data import *
from .creation.namespace import *

if _t.TYPE_CHECKING:
    from . import linalg, special
    from .layers import *
    from .numerics import *

__all__ = ["random"]
__all__ += activation.__all__
__all__ += arithmetic.__all__
__all__ += bits.__all__
__all__ += choice.__all__
__all__ += comparison.__all__
__all__ += compound.__all__
__all__ += exponential.__all__
__all__ += gaussian.__all__
__all__ += rectifier.__all__
__all__ += rounding.__all__
__all__ += trigonometry.__all__
__all__ += nanreduction.__all__
__all__ += reduction.__all__
__all__ += scan.__all__
__all__ += sequences.__all__
__all__ += sorting.__all__
__all__ += statistics.__all__
__all__ += truth.__all__
__all__ += joining.__all__
__all__ += layout.__all__
__all__ += rearrangement.__all__
__all__ += shape.__all__
__all__ += gathering.__all__
__all__ += picking.__all__
__all__ += replacement.__all__
__all__ += writing.__all__
__all__ += contraction.__all__
__all__ += matrices.__all__
__all__ += vectors.__all__
__all__ += constants.__all__
__all__ += data.__all__
__all__ += namespace.__all__


def __getattr__(name: str) -> _t.Any:
    if name not in later.NAMES:
        raise AttributeError(f"module 'microgrid.ops' has no attribute {name!r}")
    later.open_rooms()
    return globals()[name]


def primitives() -> list[Primitive]:
    """Every declaration, in the order of the files: what the table of operations and its tests are made from."""
    later.open_rooms()
    found: dict[str, Primitive] = {}
    for name, family in list(_sys.modules.items()):
        if name.startswith(f"{__name__}."):
            for value in vars(family).values():
                op = getattr(value, "op", None)
                if isinstance(op, Primitive) and op.body.__module__ == name:
                    found.setdefault(op.name, op)
    return list(found.values())


globals().update(composition.named(
    activation, choice, compound, rectifier, comparison, nanreduction, reduction, scan, sequences, sorting, statistics,
    truth, joining, layout, rearrangement, shape, gathering, picking, replacement, writing, contraction, matrices,
    vectors, constants, namespace,
))  # fmt: skip

_errors.words = wording

# What the methods of Tensor call.
vars(_tensor.ops).update({name: globals()[name] for name in __all__})
vars(_tensor.ops).update(
    getitem=indexing.getitem, plain_index=indexing.plain_index, put=indexing.put, array_of=data.array_of,
    shown=data.shown, rebuilt=data.rebuilt,
)  # fmt: skip
methods.bind()
_leaving.calibrate(_tensor.Tensor(_np.ones((1, 1)), requires_grad=True))
