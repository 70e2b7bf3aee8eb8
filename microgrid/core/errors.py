"""What went wrong, in the operation's own terms: what was seen, what was expected, and the way out."""

from __future__ import annotations

from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

import numpy as np

from .node import Node
from .recording import user_frame

if TYPE_CHECKING:
    from .primitive import Primitive

words: Any = None  # microgrid/ops/wording.py: how it is put
TROUBLE = (ValueError, TypeError, IndexError, AttributeError)  # what a body raises on bad input, to be said again


def explained(op: Primitive, error: Exception, args: tuple[Any, ...], kw: dict[str, Any]) -> Exception:
    """The error that a body raised, said again with names and shapes. A user's own body keeps its own words."""
    if not op.builtin:
        return error
    if op.optional:  # None where the operation may go without is nothing to complain of
        args = tuple(a for a, name in zip(args, op.inputs, strict=True) if a is not None or name not in op.optional)
    shapes = [np.shape(value_of(a)) if known(a) else None for a in args]
    reason = None
    if op.explain is not None and None not in shapes:
        with suppress(TypeError):  # a static of the wrong type, of which more below
            reason = op.explain(*shapes, **kw)
    if reason is None and isinstance(error, np.exceptions.AxisError) and error.ndim is not None:
        reason = f"axis {error.axis} is out of bounds; expected {-error.ndim} to {error.ndim - 1}"
    if reason is None and op.elementwise and None not in shapes:
        reason = words.clash([s for s in shapes if s is not None])
    infix = len(args) == 2 and op.symbol and not op.symbol.isalpha()
    shown = [(f" {op.symbol} " if infix else ", ").join(map(described, args))] if args else []
    stated = [f"{k}={v!r}" for k, v in kw.items() if k not in op.statics or v is not op.statics[k]]
    reason = reason or words.reason(op, error, args, kw)
    text = f"{op.name}: {', '.join(shown + stated)}: {reason}"
    for i, (a, place) in enumerate(zip(args, ("the first", "the second"), strict=False)):  # {0}, {1} in op.explain
        text = text.replace(f"{{{i}}}", spelled(a, place) if hasattr(a, "_node") else place)
    again: Exception = words.kind(error)(text)
    return again


def known(a: Any) -> bool:
    """Whether NumPy sees a shape in it."""
    return isinstance(a, np.ndarray | np.generic | int | float) or hasattr(a, "_node")


def value_of(a: Any) -> Any:
    """An argument's value."""
    return a._node.stored if hasattr(a, "_node") else a


def number(op: Primitive, a: Any) -> Any:
    """An input as it is. Raises TypeError for what is no number, nor several: None, text, objects; and complex ones."""
    if isinstance(a, int | float) or (type(a) is np.ndarray and a.dtype.kind in "fibu"):
        return a
    if op.builtin and not (a is None and op.optional) and (odd := words.oddity(a)):
        raise TypeError(odd)
    return a


def described(a: Any) -> str:
    """`W1 (4, 2)`, `array (3,)`, `2.5`."""
    node = a if isinstance(a, Node) else getattr(a, "_node", None)
    if node is not None:
        return f"{spelled(a)} {node.shape}"
    if isinstance(a, np.ndarray):
        return f"array {a.shape}"
    text = repr(a)
    return text if len(text) < 40 else type(a).__name__


def spelled(tensor: Any, default: str = "") -> str:
    """What the user calls a Tensor (or the Node of one): its name, else the variable (or attribute) that holds it
    where microgrid was called, else what made it."""
    node = tensor if isinstance(tensor, Node) else tensor._node
    if node.name:
        return str(node.name)
    if tensor is node:
        tensor = node.owner() if node.owner is not None else None
    frame: FrameType | None = user_frame()
    for _ in range(3):
        if frame is None:
            break
        for name, value in list(frame.f_locals.items()):
            if value is not None and (value is tensor or shows(value, node)) and name.isidentifier():
                return name
            inner = getattr(value, "__dict__", None)
            if inner and type(value).__module__ not in ("builtins", "types") and not isinstance(value, type):
                for attribute, held in list(inner.items()):
                    if held is not None and held is tensor:
                        return f"{name}.{attribute}"
        frame = frame.f_back
    return default or (f"{node.op.name}(…)" if node.op is not None else "tensor")


def shows(value: Any, node: Node) -> bool:
    """Whether a variable holds a handle on the Node."""
    return hasattr(type(value), "_node") and getattr(value, "_own", value._node) is node
