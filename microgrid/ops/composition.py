"""How a function that is composed of operations joins NumPy's dispatch."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from ..core.dispatch import aliases, implements, respelt

F = TypeVar("F", bound=Callable[..., Any])


def composed(*functions: Any) -> Callable[[F], F]:
    """Decorator of a function composed of operations: it answers for these of NumPy's, as `implements` says, and takes
    Torch's names of arguments (`dim`, `keepdim`) as a primitive does."""

    def register(f: Any) -> Any:
        code = f.__code__
        other = aliases(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])

        @functools.wraps(f)
        def call(*args: Any, **kw: Any) -> Any:
            return f(*args, **(respelt(f.__name__, other, kw) if kw else kw))

        return implements(*functions)(call)

    return register
