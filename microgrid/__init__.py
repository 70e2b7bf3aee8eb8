"""microgrid: automatic differentiation that can be seen and trusted.

A Tensor records operations into a DAG; reverse-mode autodiff derives the gradients; Graphviz draws the graph; Torch
runs beside it as the reference, node by node.
"""

from __future__ import annotations

import importlib as _importlib
import typing as _t

import numpy as _np

from .graphs import Graph, graph
from .core.node import GraphError
from .core.primitive import primitive
from .core.recording import enable_grad, no_grad, record, scope
from .core.tensor import Tensor, detach
from .derivatives import checkpoint, grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from .ops import (
    abs, absolute, add, all, any, arange, argmax, argmin, astype, bitwise_and, bitwise_or, bitwise_xor, broadcast_to,
    clip, concatenate, copy, cos, cross_entropy, divide, divmod, dot, empty_like, equal, erf, exp, expand_dims, eye,
    floor, floor_divide, full, full_like, gelu, greater, greater_equal, invert, isfinite, isinf, isnan, layer_norm,
    less, less_equal, linspace, log, log_softmax, logical_and, logical_not, logical_or, logical_xor, logsumexp, matmul,
    matrix_transpose, max, maximum, mean, min, minimum, moveaxis, mse, multiply, negative, nll, not_equal, ones,
    ones_like, positive, pow, power, random, ravel, relu, remainder, reshape, sigmoid, sign, sin, softmax, split, sqrt,
    square, squeeze, stack, std, subtract, sum, swapaxes, tanh, transpose, var, where, zeros, zeros_like,
)  # fmt: skip
from .ops.creation import asarray, get_default_dtype, set_default_dtype, tensor
from .ops.random import manual_seed

if _t.TYPE_CHECKING:
    from . import nn, optim, reference
    from .diagram.recorded import draw

__version__ = "0.1.0"

float16, float32, float64 = _np.float16, _np.float32, _np.float64
int8, int16, int32, int64 = _np.int8, _np.int16, _np.int32, _np.int64
uint8, uint16, uint32, uint64 = _np.uint8, _np.uint16, _np.uint32, _np.uint64
bool_ = _np.bool_
newaxis, pi, e, inf, nan = None, _np.pi, _np.e, _np.inf, _np.nan

# What is loaded when it is first used: module, and the name in it ("" for the module itself).
_LAZY = {
    "nn": (".nn", ""), "optim": (".optim", ""), "reference": (".reference", ""), "draw": (".diagram.recorded", "draw"),
}  # fmt: skip


def __getattr__(name: str) -> _t.Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'microgrid' has no attribute {name!r}")
    module, inner = _LAZY[name]
    found = _importlib.import_module(module, __name__)
    globals()[name] = found = getattr(found, inner) if inner else found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "Graph", "GraphError", "Tensor", "abs", "absolute", "add", "all", "any", "arange", "argmax", "argmin", "asarray",
    "astype", "bitwise_and", "bitwise_or", "bitwise_xor", "bool_", "broadcast_to", "checkpoint", "clip", "concatenate",
    "copy", "cos", "cross_entropy", "detach", "divide", "divmod", "dot", "draw", "e", "empty_like", "enable_grad",
    "equal", "erf", "exp", "expand_dims", "eye", "float16", "float32", "float64", "floor", "floor_divide", "full",
    "full_like", "gelu", "get_default_dtype", "grad", "graph", "greater", "greater_equal", "hessian", "hvp", "inf",
    "int16", "int32", "int64", "int8", "invert", "isfinite", "isinf", "isnan", "jacobian", "jvp", "layer_norm", "less",
    "less_equal", "linspace", "log", "log_softmax", "logical_and", "logical_not", "logical_or", "logical_xor",
    "logsumexp", "manual_seed", "matmul", "matrix_transpose", "max", "maximum", "mean", "min", "minimum", "moveaxis",
    "mse", "multiply", "nan", "negative", "newaxis", "nll", "nn", "no_grad", "not_equal", "ones", "ones_like", "optim",
    "pi", "positive", "pow", "power", "primitive", "random", "ravel", "record", "reference", "relu", "remainder",
    "reshape", "scope", "set_default_dtype", "sigmoid", "sign", "sin", "softmax", "split", "sqrt", "square", "squeeze",
    "stack", "std", "subtract", "sum", "swapaxes", "tanh", "tensor", "transpose", "uint16", "uint32", "uint64", "uint8",
    "value_and_grad", "var", "vjp", "where", "zeros", "zeros_like",
]  # fmt: skip
