"""A user's program, run as Python would run it, and what in it can be drawn and checked: its loss, or its layers."""

from __future__ import annotations

import builtins
import copy
import functools
import inspect
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from ..core.node import Node
from ..core.recording import INTERNAL, record, user_frame
from ..core.tensor import Tensor
from ..graphs import Graph, variables
from ..reference.pairs import MODES
from .misuse import Misuse

MOST = 12  # Tensors named in a message


@dataclass
class Script:
    """What a program left behind.

    names:   its global variables, and where backward() was called last, the Tensors there.
    last:    the Tensor that backward() was called on last.
    called:  what its Tensors were called then; the variables of today may be bound to later values.
    layers:  of each class with its own forward and backward, its first call: (the instance before it, its inputs).
    """

    file: str
    names: dict[str, Any]
    last: Tensor | None = None
    called: dict[Node, str] = field(default_factory=dict)
    there: dict[str, Tensor] = field(default_factory=dict)
    classes: dict[str, type] = field(default_factory=dict)
    layers: dict[str, tuple[Any, tuple[Any, ...]]] = field(default_factory=dict)

    def graph(self, target: str | None, scalar: bool = True) -> Graph:
        """The Graph behind the target, or behind the loss. Raises Misuse if there is none."""
        if target is not None:
            found = self._evaluated(target)
        else:
            found = self.loss(scalar)
            if found is None:
                raise Misuse(self._no_loss(scalar))
        names = {t._node: name for name, t in self.tensors().items()}
        outputs = [found] if isinstance(found, Tensor) else list(found)
        return Graph(outputs, {**names, **self.called})

    def tensors(self) -> dict[str, Tensor]:
        """Its variables that are Tensors."""
        every = {**self.there, **self.names}
        return {name: t for name, t in every.items() if isinstance(t, Tensor) and not name.startswith("_")}

    def loss(self, scalar: bool = True) -> Tensor | None:
        """The variable `loss`, else what backward() was called on last, else the last scalar with a graph; where any
        shape will do, else the last Tensor with a graph."""
        tensors = self.tensors()
        named = tensors.get("loss")
        if named is not None and named._node.op is not None:
            return named
        if self.last is not None:
            return self.last
        made = sorted((t for t in tensors.values() if t._node.op is not None), key=lambda t: t._node.seq)
        carrying = [t for t in made if t.size == 1 and t.requires_grad] or ([] if scalar else made)
        return carrying[-1] if carrying else None

    def _evaluated(self, target: str) -> Any:
        try:
            found = eval(target, self.names, {**self.there, **self.names})
        except Exception as e:
            raise Misuse(f"--target {target}: {type(e).__name__}: {e}\n{self._seen()}") from None
        several = isinstance(found, tuple | list) and found and all(isinstance(t, Tensor) for t in found)
        if not (isinstance(found, Tensor) or several):
            raise Misuse(f"--target {target} is a {_kind(found)}, expected a microgrid Tensor\n{self._seen()}")
        return found

    def _no_loss(self, scalar: bool) -> str:
        wanted = ["a variable `loss`", "a Tensor that .backward() was called on", "a scalar that carries a gradient"]
        if not scalar:
            wanted.append("any Tensor with a graph")
        lines = [f"{self.file} left no loss to look at", f"  looked for: {', '.join(wanted)}"]
        if "loss" in self.names:
            lines.append(f"  its `loss` is a {_kind(self.names['loss'])}; keep the Tensor, not its number")
        lines.append(f"  {self._seen()}")
        lines.append("  name one with --target NAME, give a leaf requires_grad=True, or run it with --record")
        return "\n".join(lines)

    def _seen(self) -> str:
        tensors = self.tensors()
        if not tensors:
            return "it has no Tensors among its variables"
        shown = [
            f"{name} {t.shape}{'' if t._node.op is not None else ' (leaf)' if t.requires_grad else ' (constant)'}"
            for name, t in list(tensors.items())[:MOST]
        ]
        more = f", and {len(tensors) - MOST} more" if len(tensors) > MOST else ""
        return f"its Tensors: {', '.join(shown)}{more}"

    def layer(self, name: str) -> tuple[Any, tuple[Any, ...]]:
        """A layer written by hand, as it was before its first call, and the inputs of that. Raises Misuse if none."""
        if name in self.layers:
            return self.layers[name]
        if name in self.classes:
            raise Misuse(
                f"--layer {name}: {self.file} defines it but never calls its forward, so there is nothing to feed it; "
                f"call it once, or use mg.reference.check_layer({name}(…), inputs…) in Python"
            )
        known = ", ".join(self.classes) or "none"
        what = "it is a " + _kind(self.names[name]) if name in self.names else "there is none"
        raise Misuse(
            f"--layer {name}: {what} in {self.file}; expected a class with forward and backward; it has: {known}"
        )


def _kind(value: Any) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__name__}"


@contextmanager
def run(path: str, arguments: Sequence[str] = (), everything: bool = False) -> Iterator[Script]:
    """Run a program; inside the block, it is still the main module.

    everything: record what carries no gradient, too.  Raises Misuse if it cannot be read, raises or gives up."""
    file = os.path.abspath(path)
    try:
        with open(file, "rb") as f:
            source = f.read()
    except IsADirectoryError:
        raise Misuse(f"{path} is a folder; expected a Python program") from None
    except FileNotFoundError:
        raise Misuse(f"there is no file {path}") from None
    except OSError as e:
        raise Misuse(f"{path} cannot be read: {e.strerror}") from None
    # Not runpy: it takes its module away again, and with it the source of the program's classes and functions.
    module = types.ModuleType("__main__")
    module.__file__ = file
    script = Script(path, vars(module))
    before = sys.argv, sys.path[:], sys.modules["__main__"]
    sys.argv, sys.modules["__main__"] = [path, *arguments], module
    sys.path.insert(0, os.path.dirname(file))
    try:
        with _noting(script), record() if everything else nullcontext():
            try:
                exec(compile(source, file, "exec", dont_inherit=True), vars(module))
            except SystemExit as e:
                if e.code not in (None, 0):
                    said = f"with exit code {e.code}" if isinstance(e.code, int) else f"saying: {e.code}"
                    raise Misuse(f"{path} gave up, {said}") from None
            except Exception as e:
                raise Misuse(f"{path} failed\n\n{_own_traceback(e)}") from None
        yield script
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = before


def _own_traceback(error: BaseException) -> str:
    """The traceback of a program's error, with the program's lines and without ours."""
    whole = traceback.TracebackException.from_exception(error)
    todo = [whole]
    while todo:
        one = todo.pop()
        one.stack[:] = [frame for frame in one.stack if frame.filename not in INTERNAL]
        todo += [e for e in (one.__cause__, one.__context__) if e is not None]
    return "".join(whole.format()).rstrip()


@contextmanager
def _noting(script: Script) -> Iterator[None]:
    """While it runs, note what backward() is called on, and the first call of each layer written by hand."""
    backward, build = Tensor.backward, builtins.__build_class__
    wrapped: list[tuple[type, Callable[..., Any]]] = []

    @functools.wraps(backward)
    def noted(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        frame = user_frame()
        if frame is not None:
            script.there = {k: v for k, v in {**frame.f_globals, **frame.f_locals}.items() if isinstance(v, Tensor)}
        script.last, script.called = self, variables()
        return backward(self, *args, **kwargs)

    def built(body: Any, name: str, *bases: Any, **kwargs: Any) -> Any:
        cls = build(body, name, *bases, **kwargs)
        own = body.__code__.co_filename.startswith(os.path.dirname(os.path.abspath(script.file)) + os.sep)
        if own and isinstance(cls, type) and inspect.isfunction(getattr(cls, "backward", None)):
            script.classes[name] = cls
            forward = vars(cls).get("forward")
            if inspect.isfunction(forward):
                wrapped.append((cls, forward))
                cls.forward = _first_call_noted(forward, script)  # type: ignore[attr-defined]
        return cls

    Tensor.backward = noted  # type: ignore[method-assign]
    builtins.__build_class__ = built  # type: ignore[assignment]
    try:
        yield
    finally:
        Tensor.backward = backward  # type: ignore[method-assign]
        builtins.__build_class__ = build
        for cls, forward in wrapped:
            cls.forward = forward  # type: ignore[attr-defined]


def _first_call_noted(forward: Any, script: Script) -> Any:
    signature = inspect.signature(forward)

    @functools.wraps(forward)
    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        name = type(self).__name__
        if name in script.classes and name not in script.layers:
            try:
                call = signature.bind(self, *args, **kwargs)
            except TypeError:  # the call itself will say what is wrong
                return forward(self, *args, **kwargs)
            if next(reversed(call.arguments)) in MODES:  # training or not: check_layer tries both
                call.arguments.popitem()
            script.layers[name] = copy.deepcopy((self, call.args[1:]))  # before anything is changed or remembered
        return forward(self, *args, **kwargs)

    return noted
