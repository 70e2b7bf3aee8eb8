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
from . import interop
from . import ops as _ops
from .ops import *
from .ops.creation import namespace as _namespace
from .ops.random import manual_seed

if _t.TYPE_CHECKING:
    from . import nn, optim, reference
    from .ops import linalg, special
    from .ops.layers import *
    from .ops.numerics import *
    from .diagram.recorded import draw

__version__ = "0.1.0"

float16, float32, float64 = _np.float16, _np.float32, _np.float64
int8, int16, int32, int64 = _np.int8, _np.int16, _np.int32, _np.int64
uint8, uint16, uint32, uint64 = _np.uint8, _np.uint16, _np.uint32, _np.uint64
bool = bool_ = _np.bool_
newaxis, pi, e, inf, nan = None, _np.pi, _np.e, _np.inf, _np.nan
__array_api_version__ = _namespace.VERSION
__array_namespace_info__ = _namespace.Info

# What is loaded when it is first used: module, and the name in it ("" for the module itself).
_LAZY = {
    "nn": (".nn", ""), "optim": (".optim", ""), "reference": (".reference", ""), "draw": (".diagram.recorded", "draw"),
}  # fmt: skip


def __getattr__(name: str) -> _t.Any:
    if name in _ops.later.NAMES:
        globals()[name] = found = getattr(_ops, name)
        return found
    if name not in _LAZY:
        raise AttributeError(f"module 'microgrid' has no attribute {name!r}")
    module, inner = _LAZY[name]
    found = _importlib.import_module(module, __name__)
    globals()[name] = found = getattr(found, inner) if inner else found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "Graph", "GraphError", "Tensor", "bool", "bool_", "checkpoint", "detach", "draw", "e", "enable_grad", "float16",
    "float32", "float64", "grad", "graph", "hessian", "hvp", "inf", "int16", "int32", "int64", "int8", "interop",
    "jacobian", "jvp", "manual_seed", "nan", "newaxis", "nn", "no_grad", "optim", "pi", "primitive", "record",
    "reference", "scope", "uint16", "uint32", "uint64", "uint8", "value_and_grad", "vjp",
]  # fmt: skip
__all__ += _ops.__all__
__all__ += _ops.later.NAMES
