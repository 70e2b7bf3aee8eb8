"""Views and writes, as in NumPy: a view shows what its root shows, and a write to a view is a write to its root.

Every write is one primitive, `put`: NumPy's own view of a copy, so that no view declares an inverse.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import TROUBLE, described, explained, number, spelled
from .node import GraphError, Node, tick
from .recording import INTERNAL, caller, current, getframe
from .tensor import Tensor, ops

if TYPE_CHECKING:
    from .primitive import Primitive

Path = tuple[tuple["Primitive", dict[str, Any]], ...]
new, nd = object.__new__, np.ndarray
writing = threading.RLock()  # two threads that write two rows of one Tensor both succeed, as in NumPy


class View(Tensor):
    """A Tensor whose memory NumPy would share with its root's. As in NumPy, a view of a view has the same root.

    _path: how it is taken from the root.  _live: taken while recording; a view taken under `no_grad` stays detached.
    _seen, _own: the root's Node that it was last taken from, and its own Node then.
    """

    __slots__ = ("_live", "_own", "_path", "_root", "_seen")
    _root: Tensor
    _path: Path
    _live: bool
    _seen: Node
    _own: Node

    @property
    def _node(self) -> Node:  # type: ignore[override]
        root = self._root._node
        if root is not self._seen:  # written since: take it again (_own before _seen: another thread may be looking)
            n = root
            for op, statics in self._path:
                n = take(op, n, op.body(n.data, **statics), statics, self._live)
            n.name, n.code, n.lasti = self._own.name, self._own.code, self._own.lasti
            self._own, self._seen = n, root
        return self._own

    @property
    def data(self) -> np.ndarray:
        """The view of the root's own array."""
        return follow(self._root.data, self._path)  # type: ignore[no-any-return]

    @data.setter
    def data(self, value: Any) -> None:
        if not np.shares_memory(value, self.data):  # x.data -= d has written already
            raise GraphError(f"data = array: {spelled(self)} is a view, its memory is its root's; write x[...] = value")


def follow(x: Any, path: Path) -> Any:
    """The view of x that a path leads to."""
    return functools.reduce(lambda x, step: step[0].call(x, **step[1]), path, x)


def take(op: Primitive, base: Node, data: Any, statics: dict[str, Any], live: bool) -> Node:
    """The Node of one view of another Node."""
    n: Node = new(Node)
    n.data, n.owner = data, None
    context = current()
    if (live and base.need) or context.everything:
        n.op, n.inputs, n.need, n.seq = op, (base,), 1 if base.need and live else 0, tick()
        n._statics, n._context = statics, context
    else:
        n.op, n.inputs, n.need, n.seq = None, (), 0, 0
    return n


def viewer(op: Primitive) -> Callable[..., Any]:
    """The recorder of an operation declared view=True."""
    body = op.body

    def call(x: Any, *args: Any, **kw: Any) -> Any:
        if args or op.statics.keys() - kw.keys() or kw.keys() - op.statics.keys():
            _, kw = op.bind((x, *args), kw)
        if not isinstance(x, Tensor):
            try:
                return body(x if type(x) is nd and x.dtype.kind in "fibu" else np.asarray(number(op, x)), **kw)
            except TROUBLE as error:
                raise explained(op, error, (x,), kw) from error.__cause__
        seen = x._seen if type(x) is View else None  # before _node: another thread may write between
        base = x._node
        live = current().on
        a = base.data
        try:
            data = body(a, **kw)
        except TROUBLE as error:
            raise explained(op, error, (x,), kw) from error.__cause__
        n = take(op, base, data, kw, live)
        if n.op is not None:
            frame = getframe(1)
            code = frame.f_code
            n._code, n._lasti = caller(frame) if code.co_filename in INTERNAL else (code, frame.f_lasti)
        owner = data.base
        if data is not a and (owner is None or (owner is not a and owner is not a.base)):  # NumPy copied
            t: Tensor = new(Tensor)
            t._node = n
            return t
        v: View = new(View)
        v._own, v._live = n, live
        if seen is None:
            v._root, v._path, v._seen = x, ((op, kw),), base
        else:
            assert isinstance(x, View)
            v._root, v._path, v._seen = x._root, (*x._path, (op, kw)), seen
        return v

    return call


# ---------------------------------------------------------------------------------------------------------- writes


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """`x[index] = value`: the root's handle points to a new Node.

    Raises GraphError for a leaf that requires grad while recording, or where a history would be cut."""
    root, path = (x._root, x._path) if isinstance(x, View) else (x, ())
    if (
        isinstance(value, View) and value._root is root and value._live and value._path[:-1] == path
        and value._path[-1][1].get("index") is index
    ):  # fmt: skip
        return  # x[i] += v: += has written already
    with writing:
        refuse_write(root, "x[i] = v")
        base = root._node
        order = None
        if path:
            strides = base.data.strides
            order = tuple(sorted(range(len(strides)), key=lambda k: -abs(strides[k])))
        written = ops.put(root, value, path=path, index=ops.plain_index(index), order=order)
        if path and written._node.need and isinstance(x, View) and not x._live:
            raise GraphError(
                f"x[i] = v: {described(x)} is a view taken under no_grad, so this write would lose the gradient of "
                "the value; take the view again while recording"
            )
        become(root, written)


def refuse_write(x: Tensor, what: str) -> None:
    """GraphError for the writes that would make a gradient wrong."""
    n, on = x._node, current().on
    if n.need < 0 and on:
        raise GraphError(
            f"{what}: {described(x)} is a leaf that requires grad; write to it under mg.no_grad() (an update), "
            "or to a copy of it (x.copy()) that can carry the history"
        )
    if n.need > 0 and not on:
        raise GraphError(
            f"{what}: under no_grad this would cut the history of {described(x)}; detach() it first, "
            "or write while recording"
        )


def become(x: Tensor, t: Tensor) -> None:
    """Point the handle x at what t shows; a leaf stays a leaf."""
    n, m = x._node, t._node
    if n.need < 0:
        m = Node(m.data, -1, x)
    if n.name and m.name is None:
        m.name = n.name
    x._node = m


def fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    """Whether a shape broadcasts to another."""
    return len(shape) <= len(into) and all(a in (1, b) for a, b in zip(shape[::-1], into[::-1], strict=False))


def assign(x: Tensor, t: Tensor, what: str) -> Tensor:
    """`x += y`, `out=x`: x keeps its shape, dtype and layout.

    Raises ValueError, TypeError where the result does not fit."""
    n, m = x._node.data, t._node.data
    if m.shape != n.shape and not fits(m.shape, n.shape):
        raise ValueError(
            f"{what}: the result {m.shape} does not fit into {described(x)}; write x = x + y for a new Tensor"
        )
    if not np.can_cast(m.dtype, n.dtype, "same_kind"):
        raise TypeError(f"{what}: the result is {m.dtype}, {described(x)} holds {n.dtype}; cast with astype")
    same = type(m) is nd and m.dtype is n.dtype and m.shape == n.shape and m.strides == n.strides
    with writing:
        if same and not isinstance(x, View):
            refuse_write(x, what)
            become(x, t)
            return x
        setitem(x, ..., t)  # through a view; or 0-d, float32 += float64, another layout: put keeps x's
        if same and isinstance(x, View):
            x._own, x._seen = t._node, x._root._node  # a view shows what was written: no put in its own graph
    return x


def inplace(call: Callable[..., Any], what: str) -> Callable[[Tensor, Any], Tensor]:
    """The method behind `x += y`. A scalar taken from a vector does not change: the name is bound anew, as in NumPy."""

    def method(x: Tensor, other: Any) -> Tensor:
        result: Tensor = call(x, other)
        return assign(x, result, what) if type(x._node.data) is nd else result

    return method
