"""The operations, one family a file, each declared once. Whoever adds one touches one file here and one row of
tests/ops/cases/."""
# ruff: noqa: I001  (many names to a line)

from __future__ import annotations

import numpy as _np

from ..core import leaving as _leaving
from ..core import tensor as _tensor
from ..core.primitive import Primitive
from . import random as random
from .activation import gelu, log_softmax, relu, sigmoid, softmax
from .arithmetic import (
    absolute, add, bitwise_and, bitwise_or, bitwise_xor, divide, equal, floor_divide, greater, greater_equal, invert,
    less, less_equal, logical_and, logical_not, logical_or, logical_xor, multiply, negative, not_equal, positive, power,
    remainder, subtract,
)  # fmt: skip
from .arithmetic import absolute as abs
from .arithmetic import divmod_ as divmod
from .arithmetic import power as pow
from .creation import (
    arange, array_of, empty_like, eye, full, full_like, linspace, ones, ones_like, rebuilt, shown, zeros, zeros_like,
)  # fmt: skip
from .elementwise import (
    clip, cos, exp, floor, isfinite, isinf, isnan, log, maximum, minimum, sign, sin, sqrt, square, tanh, where,
)  # fmt: skip
from .indexing import getitem, plain_index, put, scatter
from .linalg import dot, matmul
from .loss import cross_entropy, mse, nll
from .normalization import layer_norm
from .reduction import all, any, argmax, argmin, logsumexp, max, mean, min, std, sum, var
from .shape import (
    astype, broadcast_to, concatenate, copy, expand_dims, matrix_transpose, moveaxis, ravel, reshape, split, squeeze,
    stack, swapaxes, transpose,
)  # fmt: skip
from .special import erf

__all__ = [
    "abs", "absolute", "add", "all", "any", "arange", "argmax", "argmin", "array_of", "astype", "bitwise_and",
    "bitwise_or", "bitwise_xor", "broadcast_to", "clip", "concatenate", "copy", "cos", "cross_entropy", "divide",
    "divmod", "dot", "empty_like", "equal", "erf", "exp", "expand_dims", "eye", "floor", "floor_divide", "full",
    "full_like", "gelu", "getitem", "greater", "greater_equal", "invert", "isfinite", "isinf", "isnan",
    "layer_norm", "less", "less_equal", "linspace", "log", "log_softmax", "logical_and", "logical_not",
    "logical_or", "logical_xor", "logsumexp", "matmul", "matrix_transpose", "max", "maximum", "mean", "min",
    "minimum", "moveaxis", "mse", "multiply", "negative", "nll", "not_equal", "ones", "ones_like", "plain_index",
    "positive", "pow", "power", "put", "random", "ravel", "rebuilt", "relu", "remainder", "reshape", "scatter",
    "shown", "sigmoid", "sign", "sin", "softmax", "split", "sqrt", "square", "squeeze", "stack", "std", "subtract",
    "sum", "swapaxes", "tanh", "transpose", "var", "where", "zeros", "zeros_like",
]  # fmt: skip


def primitives() -> list[Primitive]:
    """Every declaration, in the order of the files: what the table of operations and its tests are made from."""
    from . import activation, arithmetic, elementwise, indexing, linalg, loss, normalization, reduction, shape, special

    found: dict[str, Primitive] = {}
    families = (arithmetic, elementwise, special, activation, reduction, linalg, shape, indexing, normalization, loss)
    for family in (*families, random):
        for value in vars(family).values():
            op = getattr(value, "op", None)
            if isinstance(op, Primitive) and op.body.__module__ == family.__name__:
                found.setdefault(op.name, op)
    return list(found.values())


vars(_tensor.ops).update({name: globals()[name] for name in __all__})
_leaving.calibrate(_tensor.Tensor(_np.ones((1, 1)), requires_grad=True))
