"""Shape, joining, layout: how Torch's calls are written here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg

F = mg.nn.functional
CALLS: dict[str, Callable[..., Any]] = {
    name: getattr(F, name) for name in (
        "broadcast_tensors", "cat", "chunk", "diag_embed", "diagonal", "dsplit", "expand", "expand_as", "flatten",
        "flip", "hsplit", "movedim", "permute", "repeat", "repeat_interleave", "reshape", "reshape_as", "roll",
        "split", "split_with_sizes", "squeeze", "stack", "sum_to_size", "t", "tensor_split", "tile", "transpose",
        "tril", "tril_indices", "triu", "triu_indices", "unbind", "unflatten", "unsqueeze", "view", "view_as",
        "vsplit",
    )
}  # fmt: skip
CALLS |= {
    "split.list_args": F.split, "squeeze.multiple": F.squeeze, "linalg.diagonal": lambda x, offset=0, dim1=-2, dim2=-1:
        mg.diagonal(x, offset, dim1, dim2),
    "meshgrid.variadic_tensors": F.meshgrid, "meshgrid.list_of_tensors": F.meshgrid, "unfold": F.unfold_dim,
    "atleast_1d": lambda *xs: mg.atleast_1d(*_flat(xs)), "atleast_2d": lambda *xs: mg.atleast_2d(*_flat(xs)),
    "atleast_3d": lambda *xs: mg.atleast_3d(*_flat(xs)), "mT": lambda x: x.mT, "T": lambda x: x.T,
    "diag": F.diag, "diagflat": F.diagflat, "rot90": F.rot90, "clone": lambda x, memory_format=None: mg.copy(x),
    "broadcast_shapes": mg.broadcast_shapes, "mH": F.adjoint, "H": F.t, "contiguous": lambda x, memory_format=None: x,
    "item": lambda x: x.item(), "swapaxes": F.transpose,
    "unsafe_chunk": F.chunk, "unsafe_split": F.split,
    "to": lambda x, *how, **named: mg.astype(x, _dtype(x, how, named)),
}  # fmt: skip
CALLS |= {
    f"{name}_copy": CALLS[name] for name in (
        "expand", "permute", "squeeze", "transpose", "t", "view", "unsqueeze", "unbind", "diagonal", "split_with_sizes",
        "unfold",
    )
}  # fmt: skip
CALLS |= {
    name: lambda x, memory_format=None, dtype=dtype: mg.astype(x, dtype) for name, dtype in {
        "bool": "bool", "byte": "uint8", "double": "float64", "float": "float32", "half": "float16", "int": "int32",
        "long": "int64", "short": "int16", "char": "int8",
    }.items()
}  # fmt: skip


def _dtype(x: Any, how: Any, named: Any) -> Any:
    """The dtype among the arguments of Torch's `to`: its own, or another's."""
    given = [*how, *named.values()]
    return next((g.dtype for g in given if isinstance(g, mg.Tensor)), None) or next(
        (g for g in given if isinstance(g, np.dtype)), x.dtype
    )


def _flat(xs: Any) -> Any:
    return xs[0] if len(xs) == 1 and isinstance(xs[0], tuple | list) else xs


LEFT_OUT: dict[str, str] = {}
