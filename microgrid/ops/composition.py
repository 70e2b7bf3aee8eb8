"""How a function that is composed of operations joins NumPy's dispatch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from ..core.dispatch import aliases, implements, respelt
from ..core.primitive import REQUIRED, parameters

F = TypeVar("F", bound=Callable[..., Any])


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
        other = aliases(names)

        @functools.wraps(f)
        def call(*args: Any, **kw: Any) -> Any:
            if kw:
                kw = respelt(f.__name__, other, kw)
                if unknown := kw.keys() - names:
                    raise TypeError(f"{f.__name__} has no argument {min(unknown)!r}; it takes {_takes(f)}")
                if args and (twice := kw.keys() & {*order[: len(args)]}):
                    raise TypeError(f"{f.__name__}: {min(twice)} given twice, by position and by name")
            return f(*args, **kw)

        return implements(*functions)(call)

    return register
