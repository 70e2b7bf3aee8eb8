"""What `x.data` hands out, and how a write through it is found out; nothing of it is on the hot path.

A handle whose array was handed out is of another class, whose `_node` is a property: the next use takes the array back
if nobody holds it any more, else watches it. If an operation, a view or a twin needs the array, the caller gets a copy
and the graph keeps the original; a backward that would read it compares the two.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from .node import GraphError, Node, Watched, put_raw, raw, same

if TYPE_CHECKING:
    from .tensor import Tensor

_AWAY: dict[Any, Any] = {}
_ALONE: list[int] = []  # reference counts on this Python of what nobody else holds: Node, array, array taken back


def away(kind: Any) -> Any:
    """The class of a handle of this kind whose array was handed out."""
    if kind not in _AWAY:
        place = {"__slots__": (), "_node": property(_reclaim, _settle), "__module__": kind.__module__, "_home": kind}
        _AWAY[kind] = type(kind.__name__, (kind,), place)
    return _AWAY[kind]


def home(t: Tensor) -> type[Any]:
    """A handle's own class, wherever its array is."""
    kind: type[Any] = getattr(type(t), "_home", type(t))
    return kind


def _settle(t: Tensor, n: Node) -> None:
    """The handle shows a node that nobody holds from outside."""
    t.__class__ = home(t)
    t._node = n


def born_away(kind: type, n: Node) -> Any:
    """A handle on an array that its owner may write to."""
    t: Any = object.__new__(away(kind))
    t._out = n
    return t


def hand_out(t: Tensor) -> np.ndarray:
    """The array of `t.data`."""
    if home(t) is not type(t):  # handed out already
        stored = raw(t._out)
        return stored[0] if type(t._out) is Watched else stored  # type: ignore[no-any-return]
    n = t._node
    if type(n) is not Node:
        copied = np.array(n.data)  # raises where it is stale or freed
        copied.flags.writeable = False
        return copied
    del t._node
    t.__class__ = away(home(t))
    t._out = n
    d = np.asarray(raw(n))
    put_raw(n, d)
    counts = sys.getrefcount(n), sys.getrefcount(d)
    if not _ALONE:
        _ALONE.extend(counts)
    if n.op is not None or counts[0] > _ALONE[0] or counts[1] > _ALONE[1] or d.base is not None:
        handed = d.copy()
        n.__class__ = Watched
        put_raw(n, (handed, d))
        return handed
    return d


def replace(t: Tensor, value: Any) -> None:
    """`t.data = value`: a fresh node, so that the graph so far stays valid and right."""
    old = t._node if home(t) is type(t) else t._out
    value = np.asarray(value)
    if value.dtype.kind not in ("f" if old.need else "biuf"):
        raise TypeError(f"data = array of {value.dtype}: {old.called()} holds {old.dtype} numbers")
    if old.need > 0:
        raise GraphError(f"data = array: {old.called()} was computed and carries a gradient; detach() it first")
    if home(t) is type(t):
        del t._node
        t.__class__ = away(home(t))
    t._out = Node(value, old.need, t if old.need else None, old.name)  # whoever gave the array may write to it


def _reclaim(t: Tensor) -> Node:
    """The node to use now: see what became of the array that was handed out."""
    n = t._out
    handed, private = raw(n) if type(n) is Watched else (raw(n), None)
    written = private is not None and not same(handed, private)
    if written and n.op is None:  # a leaf or a constant has a new value; for its uses so far the old node is stale
        n, private = Node(handed, n.need, t if n.need else None, n.name), None
        t._out = n
    put_raw(n, (None, None) if type(n) is Watched else None)
    held = sys.getrefcount(handed) > _ALONE[2]
    if held or (written and n.op is not None):  # what an operation made is no longer what it made: stale for good
        put_raw(n, (handed, handed.copy() if private is None else private))
        n.__class__ = Watched
    else:
        put_raw(n, handed if private is None else private)
        n.__class__ = Node
        _settle(t, n)
    return n


def calibrate(t: Tensor) -> None:
    """Learn the counts on a Tensor that is surely alone."""
    hand_out(t).fill(0.0)
    handed = raw(t._out)
    put_raw(t._out, None)
    _ALONE.append(sys.getrefcount(handed))
