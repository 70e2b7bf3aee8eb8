"""How a function that is composed of operations joins NumPy's dispatch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from ..core.dispatch import aliases, implements, respelt
from ..core.errors import TROUBLE
from ..core.primitive import REQUIRED, parameters
from .wording import expected, restated

F = TypeVar("F", bound=Callable[..., Any])

DATA = {  # a first argument of these names holds numbers
    "A", "a", "a1", "arr", "arrays", "condition", "d", "delta", "element", "filt", "input", "keys", "m", "p", "start",
    "tensor", "tensors", "tup", "v", "x", "xs", "y",
}  # fmt: skip
SEVERAL = {  # and any number of these
    "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_arrays", "broadcast_tensors", "cartesian_prod",
    "meshgrid",
}  # fmt: skip
COMPLEX = {"angle", "conj", "imag", "iscomplex", "iscomplexobj", "isreal", "isrealobj", "real"}  # take them too
NO_DATA = {type(None), str, bytes, dict, set, object}
SUSPECT = {np.ndarray, *NO_DATA}


def _refuse(name: str, first: Any, several: bool) -> None:
    """TypeError for what is no array of real numbers, or (several) no sequence of them."""
    real = type(first) is not np.ndarray or first.dtype.kind in "fibu" or (first.dtype.kind == "c" and name in COMPLEX)
    if type(first) in NO_DATA or not real:
        got = f"expected a sequence of arrays, got {type(first).__name__}" if several else expected((first,))
        raise TypeError(f"{name}: {got}")


def _takes(f: Any) -> str:
    positional, _, named = parameters(f)
    return ", ".join(k if v is REQUIRED else f"{k}={v!r}" for k, v in {**positional, **named}.items())


def composed(*functions: Any) -> Callable[[F], F]:
    """Decorator of a function composed of operations: it answers for these of NumPy's, as `implements` says, and takes
    Torch's names of arguments (`dim`, `keepdim`) as a primitive does."""

    def register(f: Any) -> Any:
        code = f.__code__
        order = code.co_varnames[: code.co_argcount]
        names = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
        other, more = aliases(names), bool(code.co_flags & 8)  # 8: it has **kw

        data = order[0] in DATA and not f.__name__.startswith("array_equ") if order else f.__name__ in SEVERAL

        @functools.wraps(f)
        def call(*args: Any, **kw: Any) -> Any:
            if kw:
                kw = respelt(f.__name__, other, kw)
                if not more and (unknown := kw.keys() - names):
                    raise TypeError(f"{f.__name__} has no argument {min(unknown)!r}; it takes {_takes(f)}")
                if args and (twice := kw.keys() & {*order[: len(args)]}):
                    raise TypeError(f"{f.__name__}: {min(twice)} given twice, by position and by name")
            if data and args and type(args[0]) in SUSPECT:
                _refuse(f.__name__, args[0], bool(order) and order[0] in ("arrays", "tensors", "tup", "xs"))
            try:
                return f(*args, **kw)
            except TROUBLE as error:
                if (again := restated(f, error, args, kw)) is error:
                    raise
                raise again from error.__cause__

        return implements(*functions)(call)

    return register


def named(*families: Any) -> dict[str, Any]:
    """{name: function} of the plain functions in some families, composed each, so that what goes wrong in one is told
    in its name; put where they were, too."""
    found: dict[str, Any] = {}
    for family in families:
        for name in family.__all__:
            f = getattr(family, name, None)
            if type(f) is FunctionType and f.__module__ == family.__name__ and not hasattr(f, "__wrapped__"):
                found[name] = composed()(f)
                setattr(family, name, found[name])
    return found
