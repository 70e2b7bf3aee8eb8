"""Node: a value and the operation that made it. Nothing here knows what an operation means."""

from __future__ import annotations

import itertools
import weakref
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from types import CodeType

    from .primitive import Primitive
    from .recording import Context

T = TypeVar("T")
tick = itertools.count(1).__next__  # atomic in CPython: creation order is a topological order in every thread


class GraphError(RuntimeError):
    """Misuse of the graph: a stale or freed value, a write that would cut a history, a backward without a graph."""


class _Optional(Generic[T]):
    """A slot that may be empty, read with a default. (`__getattr__` would do, and slow every other slot down.)"""

    def __init__(self, default: T) -> None:
        self.default = default

    def __set_name__(self, owner: type, name: str) -> None:
        self.slot = "_" + name

    def __get__(self, node: Any, owner: type) -> T:
        return getattr(node, self.slot, self.default)

    def __set__(self, node: Any, value: T) -> None:
        setattr(node, self.slot, value)


class Node:
    """A value and the operation that made it; it never changes.

    data:     what NumPy returned: an array or a NumPy scalar (a tuple of them for several outputs).
    op:       the Primitive that made it; None for a leaf or a constant.
    inputs:   Nodes and plain constants, in the order of the operation's inputs. A result that carries no gradient
              (a comparison) holds its inputs weakly: `parents` resolves them.
    need:     bit i is set when input i wants a gradient; -1 for a leaf that wants one, 0 for a constant.
    seq:      its place in the order of creation.
    statics:  the operation's keyword arguments, and its residuals.
    context:  the Context it was recorded in, whence its scope.  code, lasti: the user's instruction.
    owner:    weakly, the handle whose `.grad` collects its gradient (leaves, and `retain_grad`).
    """

    # Slots with an underscore are empty where a node has no use for them; its readers ask the property.
    __slots__ = (
        "__weakref__", "_code", "_context", "_lasti", "_name", "_statics",
        "data", "inputs", "need", "op", "owner", "seq",
    )  # fmt: skip

    data: Any
    op: Primitive | None
    inputs: tuple[Any, ...]
    need: int
    seq: int
    owner: weakref.ref[Any] | None
    _statics: dict[str, Any] | None
    _context: Context | None
    _code: CodeType | None
    _lasti: int
    _name: str | None
    statics: _Optional[dict[str, Any] | None] = _Optional(None)
    context: _Optional[Context | None] = _Optional(None)
    code: _Optional[CodeType | None] = _Optional(None)
    lasti: _Optional[int] = _Optional(0)
    name: _Optional[str | None] = _Optional(None)

    def __init__(self, data: Any, need: int = 0, owner: Any = None, name: str | None = None) -> None:
        self.data = data
        self.op = None
        self.inputs = ()
        self.need = need
        self.seq = tick()
        self.owner = None if owner is None else weakref.ref(owner)
        if name is not None:
            self.name = name

    def __repr__(self) -> str:
        made = self.op.name if self.op is not None else "leaf" if self.need else "constant"
        return f"<Node {self.seq} {self.name or made} {self.shape} {self.dtype}>"

    @property
    def shape(self) -> tuple[int, ...]:
        """Its value's shape, also when the value itself is stale or freed; () for several outputs."""
        value = self.data if type(self) is Node else self.stored
        return value.shape if type(value) is not tuple else ()

    @property
    def dtype(self) -> np.dtype[Any]:
        """Its value's dtype, also when the value itself is stale or freed."""
        value = self.data if type(self) is Node else self.stored
        return value.dtype if type(value) is not tuple else np.dtype(object)

    @property
    def stored(self) -> Any:
        """The value as it was recorded, whatever became of it since; for a freed one, its shape and dtype."""
        return self.data

    @property
    def available(self) -> bool:
        """Whether `data` can be read: neither written since it was recorded, nor freed."""
        return True

    def parents(self) -> list[Any]:
        """Its inputs, weak links resolved (None: released since)."""
        return [p() if type(p) is weakref.ref else p for p in self.inputs]

    def called(self) -> str:
        """What a message calls it: its name, the variable that holds it or what made it, and its shape."""
        from .errors import described

        return described(self)


slot: Any = vars(Node)["data"]
raw, put_raw = slot.__get__, slot.__set__  # the slot itself, past any property


class Watched(Node):
    """Its array was handed out through `.data`: its slot holds (array outside, private one), which reading compares."""

    __slots__ = ()

    @property
    def data(self) -> Any:
        handed, private = raw(self)
        if not same(handed, private):
            raise GraphError(
                f"{self.called()}: written through .data after an operation used it; a gradient would be computed from "
                "overwritten numbers. Call backward() before the write, or compute the result again after it"
            )
        return private

    @property
    def stored(self) -> Any:
        return raw(self)[1]

    @property
    def available(self) -> bool:
        return same(*raw(self))


class Freed(Node):
    """backward(retain_graph=False) gave its value back; the slot holds a stand-in with its shape and dtype."""

    __slots__ = ()

    @property
    def data(self) -> Any:
        raise GraphError(
            f"{self.called()}: its value was freed by backward(retain_graph=False); "
            "leave retain_graph=True (the default) to use the graph again, or compute the result anew"
        )

    @property
    def stored(self) -> Any:
        return raw(self)

    @property
    def available(self) -> bool:
        return False


class Outline:
    """What is left of a freed value."""

    __slots__ = ("dtype", "shape")

    def __init__(self, value: Any) -> None:
        self.shape, self.dtype = getattr(value, "shape", ()), getattr(value, "dtype", np.dtype(object))


def same(a: Any, b: Any) -> bool:
    """Whether two arrays hold the same numbers; a NaN that stayed is no change."""
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))


def free(node: Node) -> None:
    """Give a recorded value back; its place in the graph stays, so that it can still be drawn."""
    outline = Outline(node.stored)
    node.__class__ = Freed
    put_raw(node, outline)
    if node.statics and node.op is not None and node.op.saves:  # residuals are values too
        node.statics = {k: v for k, v in node.statics.items() if k not in node.op.saves}
