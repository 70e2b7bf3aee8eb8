"""What is recorded and where: on and off, scopes, source lines. One context variable, so every thread has its own."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import CodeType, FrameType, TracebackType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
getframe = sys._getframe


class Scope:
    """A named stretch of a computation: a module's call, or `with mg.scope(...)`. Every entry is a Scope of its own."""

    __slots__ = ("code", "detail", "kind", "lasti", "name", "parent")

    def __init__(self, name: str, kind: str = "", parent: Scope | None = None, detail: str = "") -> None:
        self.name, self.kind, self.parent, self.detail = name, kind, parent, detail
        self.code, self.lasti = caller(getframe(1))

    @property
    def path(self) -> tuple[Scope, ...]:
        """Itself and what it lies in, outermost first."""
        chain, scope = [self], self.parent
        while scope is not None:
            chain.append(scope)
            scope = scope.parent
        return tuple(reversed(chain))

    def __repr__(self) -> str:
        return f"<Scope {'.'.join(s.name for s in self.path)}>"


class Context:
    """What holds while an operation runs. Never changes: `but` makes the next one.

    on:          operations on values that carry a gradient are recorded.
    everything:  all operations on Tensors are, gradient or not (`mg.record`).
    scope:       the innermost Scope.
    draws:       under a checkpoint, a Draws: random operations note or repeat their draws in it.
    strict:      a value that leaves the graph silently (float(x)) raises.
    """

    __slots__ = ("draws", "everything", "on", "scope", "strict")

    def __init__(
        self, on: bool = True, everything: bool = False, scope: Scope | None = None, draws: Any = None,
        strict: bool = False,
    ) -> None:  # fmt: skip
        self.on, self.everything, self.scope, self.draws, self.strict = on, everything, scope, draws, strict

    def but(self, **changes: Any) -> Context:
        """The same context with some fields changed."""
        return Context(**{**{k: getattr(self, k) for k in Context.__slots__}, **changes})


_context: ContextVar[Context] = ContextVar("microgrid", default=Context())  # noqa: B039  (it never changes)
current = _context.get


class setting:
    """Context manager and decorator: inside, the fields named hold; nested and reused as you like."""

    def __init__(self, **changes: Any) -> None:
        self._changes = changes
        self._tokens: list[Token[Context]] = []

    def __enter__(self) -> None:
        self._tokens.append(_context.set(self._next()))

    def _next(self) -> Context:
        return current().but(**self._changes)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _context.reset(self._tokens.pop())

    def __call__(self, f: F) -> F:
        @functools.wraps(f)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with setting(**self._changes):
                return f(*args, **kwargs)

        return inside  # type: ignore[return-value]


class no_grad(setting):
    """Nothing is recorded inside: `with mg.no_grad(): ...`, or as a decorator."""

    def __init__(self) -> None:
        super().__init__(on=False)


class enable_grad(setting):
    """Recording is on inside, also within `no_grad`."""

    def __init__(self) -> None:
        super().__init__(on=True)


class record(setting):
    """Every operation on a Tensor is recorded inside, whether or not it carries a gradient."""

    def __init__(self) -> None:
        super().__init__(everything=True)


class scope(setting):
    """Name a stretch of the computation: it becomes a cluster of the diagram and a path in reports.

    with mg.scope("encoder"): h = f(x)
    """

    def __init__(self, name: str, kind: str = "", detail: str = "") -> None:
        if not isinstance(name, str):
            raise TypeError(f"scope: the name is a string, got {type(name).__name__}")
        super().__init__(scope=(name, kind, detail))

    def _next(self) -> Context:
        name, kind, detail = self._changes["scope"]
        now = current()
        return now.but(scope=Scope(name, kind, now.scope, detail))

    def __call__(self, f: F) -> F:
        name, kind, detail = self._changes["scope"]

        @functools.wraps(f)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with scope(name, kind, detail):
                return f(*args, **kwargs)

        return inside  # type: ignore[return-value]


# ------------------------------------------------------------------------------------------------ source lines

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
INTERNAL = frozenset(
    os.path.join(folder, name)
    for folder, _, files in os.walk(_HERE)
    for name in files
    if name.endswith(".py") and name != "demo.py"  # the demo is a user's program that happens to be shipped
)


def caller(frame: FrameType | None) -> tuple[CodeType | None, int]:
    """The first frame outside of microgrid, as (code, offset): what a reader turns into file, line and text."""
    while frame is not None:
        if frame.f_code.co_filename not in INTERNAL:
            return frame.f_code, frame.f_lasti
        frame = frame.f_back
    return None, 0


def user_frame() -> FrameType | None:
    """The innermost frame outside of microgrid and NumPy."""
    frame: FrameType | None = getframe(1)
    while frame is not None and (
        frame.f_code.co_filename in INTERNAL or frame.f_globals.get("__name__", "").startswith("numpy.")
    ):
        frame = frame.f_back
    return frame


def line_of(code: CodeType | None, lasti: int) -> tuple[str, int, str]:
    """(file, line, text) of an instruction; ("", 0, "") where it is unknown."""
    if code is None:
        return "", 0, ""
    import linecache

    number = code.co_firstlineno
    for start, end, line in code.co_lines():
        if start <= lasti < end and line is not None:
            number = line
            break
    return code.co_filename, number, linecache.getline(code.co_filename, number).strip()
