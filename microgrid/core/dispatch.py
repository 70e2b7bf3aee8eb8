"""What answers for NumPy's own ufuncs and functions when they are called on a Tensor (microgrid/ops/calls.py calls it),
and for Python's operators."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

from .tensor import Tensor
from .views import inplace

F = TypeVar("F", bound=Callable[..., Any])
UFUNC: dict[np.ufunc, Callable[..., Any]] = {}
FUNCTION: dict[Any, Callable[..., Any]] = {}
METHOD: dict[tuple[np.ufunc, str], Callable[..., Any]] = {}  # np.add.reduce → sum
NAMESAKES: dict[str, Any] = {}  # another library's module → our namespace of the same names
PLAIN = {  # what they return has no gradient to lose: shapes, places, truths, text
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.shares_memory,
    np.may_share_memory, np.array_equal, np.array_equiv, np.allclose, np.isclose, np.array_repr, np.array_str,
    np.array2string, np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.argsort, np.argpartition,
    np.searchsorted, np.digitize, np.lexsort, np.save, np.savetxt, np.savez, np.savez_compressed,
    np.common_type, np.min_scalar_type, np.ix_, np.diag_indices_from, np.tril_indices_from,
    np.triu_indices_from, np.unravel_index, np.ravel_multi_index, np.packbits, np.unpackbits, np.bincount,
    np.nanargmax, np.nanargmin, np.linalg.matrix_rank, np.busday_count, np.busday_offset, np.is_busday,
    np.datetime_as_string, *([np.in1d] if hasattr(np, "in1d") else []),  # gone with NumPy 2.4
}  # fmt: skip
SIGNS = {  # operators of two operands, which Python reflects and has in place
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>", "divmod": "",
}  # fmt: skip


def implements(*functions: Any) -> Callable[[F], F]:
    """Decorator: the function answers for these of NumPy's when one is called on a Tensor; (ufunc, "reduce") for a
    ufunc's method."""

    def register(f: F) -> F:
        for function in functions:
            if isinstance(function, tuple):
                METHOD[function] = f
            elif isinstance(function, np.ufunc):
                UFUNC[function] = f
            else:
                FUNCTION[function] = f
        return f

    return register


# Torch's names of arguments for NumPy's, taken wherever ours has no argument of that name.
SPELLED = {"dim": ("axis", "axes"), "dims": ("axis", "axes"), "keepdim": ("keepdims",), "end": ("stop",),
           "steps": ("num",)}


def aliases(names: Iterable[str]) -> dict[str, str]:
    """{another spelling: ours} of a function's arguments."""
    ours = list(names)
    return {
        theirs: name for theirs, some in SPELLED.items() if theirs not in ours for name in some[::-1] if name in ours
    }


def respelt(name: str, other: dict[str, str], kw: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments in our spelling. Raises TypeError for one that is given in two."""
    ours = {other.get(given, given): value for given, value in kw.items()}
    if len(ours) < len(kw):
        raise TypeError(f"{name}: one argument given in two spellings: {', '.join(kw)}")
    return ours


def operators(name: str, call: Callable[..., Any]) -> None:
    """Bind a recorder to Python's operator: "mul" gives `*`, its reflection and `*=`, "neg" only `-x`."""
    if name:
        setattr(Tensor, f"__{name}__", call)
    if name in SIGNS:
        setattr(Tensor, f"__r{name}__", lambda x, y: call(y, x))
        if SIGNS[name]:
            setattr(Tensor, f"__i{name}__", inplace(call, f"x {SIGNS[name]}= y"))


def no_rule(what: str) -> TypeError:
    """The way out where an operation of NumPy's has no counterpart here."""
    return TypeError(
        f"{what} is not differentiated here; call it on x.numpy() for the value alone (its gradient is lost), "
        "compose it from operations that are, or declare it with @mg.primitive"
    )


def unsupported(function: Any, argument: str) -> TypeError:
    """The way out where NumPy's function takes an argument that ours does not."""
    return TypeError(
        f"np.{function.__name__}({argument}=): not supported on Tensors; where= is mg.where, dtype= is astype"
    )


def namesake(uf: np.ufunc) -> Callable[..., Any] | None:
    """Ours for another library's ufunc, known by its name; entered in the table when it is first met, since nothing
    here imports that library. None where there is none."""
    if uf in UFUNC:
        return UFUNC[uf]
    name = uf.__name__
    for module, ours in NAMESAKES.items():
        if name in ours.__all__ and getattr(sys.modules.get(module), name, None) is uf:
            UFUNC[uf] = call = getattr(ours, name)
            return call  # type: ignore[no-any-return]
    return None


def leaves_of(tree: Any) -> list[Any]:
    """What nested tuples, lists and dicts hold."""
    tree = tuple(tree.values()) if isinstance(tree, dict) else tree
    return [x for t in tree for x in leaves_of(t)] if isinstance(tree, tuple | list) else [tree]


def values_of(tree: Any) -> Any:
    """The same nest of tuples, lists and dicts, with arrays for Tensors: without a history they are arrays like any."""
    if isinstance(tree, Tensor):
        return tree.numpy()
    if isinstance(tree, tuple | list):
        return type(tree)(map(values_of, tree)) if type(tree) in (tuple, list) else tree
    if isinstance(tree, dict):
        return {k: values_of(v) for k, v in tree.items()}
    return tree
