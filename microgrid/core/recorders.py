"""Recorders: from a call to a value and its Node. Specialised by arity, since this is the hot path.

Each unwraps its inputs, runs the body, and makes one Node and one handle: no closure, no recursion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from .errors import TROUBLE, explained, number
from .node import Node, tick
from .recording import INTERNAL, caller, current, getframe
from .tensor import Tensor

if TYPE_CHECKING:
    from .primitive import Primitive

new, nd, asarray, generic = object.__new__, np.ndarray, np.asarray, np.generic


def specialised(op: Primitive) -> Callable[..., Any]:
    """The recorder that fits the operation's form."""
    simple = not (op.statics or op.saves or op.optional) and op.outputs == 1
    if op.view:
        from .views import viewer

        return viewer(op)
    if not op.gradient or op.random:
        if op.arity == 1 and op.outputs == 1 and not (op.random or op.saves or op.optional):
            return unary_with_statics(op)
        return compared(op) if simple and op.arity == 2 and op.gradient is False else unrecorded(op)
    if simple and op.arity == 1:
        return unary(op)
    if simple and op.arity == 2:
        return binary(op)
    if op.arity == 1 and op.outputs == 1 and not (op.saves or op.optional):
        return unary_with_statics(op)
    return general(op)


last: Any = None  # the last user's code object: most calls come from the same


def made(op: Primitive, data: Any, inputs: tuple[Any, ...], need: int, statics: Any) -> Tensor:
    """A handle on the Node of a new value. need: as the Node has it; True for a value that is known to readers, but
    carries no gradient."""
    global last
    if type(data) is not nd and not isinstance(data, generic) and op.outputs == 1:
        data = asarray(data)
    n = new(Node)
    n.data, n.owner = data, None
    context = current()
    if (need and context.on) or context.everything:
        frame = getframe(2)
        code = frame.f_code
        if code is last:
            n._code, n._lasti = code, frame.f_lasti
        elif code.co_filename in INTERNAL:
            n._code, n._lasti = caller(frame)
        else:
            n._code, n._lasti = last, _ = code, frame.f_lasti
        n.op, n.inputs, n.seq, n._context = op, inputs, tick(), context
        n.need = need if context.on and need is not True else 0
        if statics is not None:
            n._statics = statics
    else:
        n.op, n.inputs, n.need, n.seq = None, (), 0, 0
    t = new(Tensor)
    t._node = n
    return t


def unary(op: Primitive) -> Callable[..., Any]:
    """One input, nothing else."""
    body = op.body

    def call(x: Any) -> Any:
        if not isinstance(x, Tensor):
            return plain(op, (x,), {})
        a = x._node
        try:
            data = body(a.data)
        except TROUBLE as error:
            raise explained(op, error, (x,), {}) from error.__cause__
        return made(op, data, (a,), 1 if a.need else 0, None)

    return call


def unary_with_statics(op: Primitive) -> Callable[..., Any]:
    """One input and keyword arguments (reductions, and places, which carry no gradient: see `unrecorded`). They are
    bound only where the call leaves some out."""
    body, full, names, weak = op.body, len(op.statics), op.statics.keys(), not op.gradient

    def call(x: Any, *args: Any, **kw: Any) -> Any:
        if args or len(kw) != full:
            (x,), kw = op.bind((x, *args), kw)
        if not isinstance(x, Tensor):
            return plain(op, (x,), kw if kw.keys() == names else op.bind((x,), kw)[1])
        a = x._node
        try:
            data = body(a.data, **kw)
        except TROUBLE as error:
            if kw.keys() != names:  # in Torch's spelling, or wrong: as many as there are, but others
                return call(x, **op.bind((x,), kw)[1])
            raise explained(op, error, (x,), kw) from error.__cause__
        if weak:
            return made(op, data, (a if current().everything else ref(a),), a.need != 0 or a.op is not None, kw)
        return made(op, data, (a,), 1 if a.need else 0, kw)

    return call


def binary(op: Primitive) -> Callable[..., Any]:
    """Two inputs, nothing else."""
    body = op.body

    def call(x: Any, y: Any) -> Any:
        a: Any
        b: Any
        need = 0
        if isinstance(x, Tensor):
            a = x._node
            u = a.data
            if a.need:
                need = 1
            if isinstance(y, Tensor):
                b = y._node
                v = b.data
                if b.need:
                    need += 2
            elif type(y) is float and type(u) is nd and u.dtype.kind == "f":
                try:
                    b = v = CONSTANTS[u.dtype.char][y]
                except KeyError:
                    b = v = constant(y, u.dtype)
            else:
                b = v = operand(op, 1, y, u, need)
        elif isinstance(y, Tensor):
            b = y._node
            v = b.data
            if b.need:
                need = 2
            a = u = operand(op, 0, x, v, need)
        else:
            return plain(op, (x, y), {})
        try:
            data = body(u, v)
        except TROUBLE as error:
            raise explained(op, error, (x, y), {}) from error.__cause__
        return made(op, data, (a, b), need, None)

    return call


def general(op: Primitive) -> Callable[..., Any]:
    """Any number of inputs, statics, residuals, several outputs."""
    body, saves, arity, full = op.body, op.saves, op.arity, len(op.statics)
    other, names = op.aliases, op.statics.keys()

    def call(*args: Any, **kw: Any) -> Any:
        if len(args) != arity or len(kw) != full or (other and kw.keys() != names):
            args, kw = op.bind(args, kw)
        need, bit, tensors = 0, 1, False
        inputs: list[Any] = []
        values: list[Any] = []
        for x in args:
            if isinstance(x, Tensor):
                tensors = True
                p = x._node
                inputs.append(p)
                values.append(p.data)
                if p.need:
                    need |= bit
            else:
                inputs.append(x)
                values.append(x)
            bit <<= 1
        if not tensors:
            return plain(op, tuple(args), kw)
        for i, x in enumerate(inputs):
            if type(x) is not Node and not isinstance(x, Node):
                inputs[i] = values[i] = operand(op, i, x, None, need)
        try:
            data = body(*values, **kw)
        except TROUBLE as error:
            if kw.keys() != op.statics.keys():  # in Torch's spelling, or wrong: as many as there are, but others
                return call(*args, **op.bind(tuple(args), kw)[1])
            raise explained(op, error, tuple(args), kw) from error.__cause__
        if saves:
            data, *rest = data
            kw.update(zip(saves, rest, strict=True))
        if op.outputs == 1:
            return made(op, data, tuple(inputs), need, kw)
        whole = made(op, data, tuple(inputs), need, kw)._node
        return tuple([wrap(output(whole, i)) for i in range(op.outputs)])

    return call


def output(n: Node, i: int) -> Node:
    """The i-th value of an operation that has several: a Node of its own, which picks it."""
    m = new(Node)
    m.data, m.owner = n.data[i], None
    m.op, m.inputs, m.need, m.seq = None, (), 0, 0
    if n.op is not None:
        m.op, m.inputs, m.need, m.seq, m._context = Picked, (n,), 1 if n.need else 0, tick(), n.context
        m._code, m._lasti, m._statics = n.code, n.lasti, {"which": i}
    return m


Picked: Any = None  # the primitive that `output` records: declared in core/sweep.py, where its cotangents are gathered


def unrecorded(op: Primitive) -> Callable[..., Any]:
    """Operations declared without a gradient, and draws. The result knows its operation and, weakly, its inputs, so
    that readers draw and replay `where(x > 0, ...)` while x lives, and a loop that counts hits keeps nothing alive."""
    body, arity, weak, full = op.body, op.arity, not op.random, len(op.statics)

    def call(*args: Any, **kw: Any) -> Any:
        if len(args) != arity or len(kw) != full:
            args, kw = op.bind(args, kw)
        inputs, values, tensors, known = [], [], False, not weak
        weakly = weak and not current().everything
        for x in args:
            if isinstance(x, Tensor):
                x, tensors = x._node, True
                known = known or x.need != 0 or x.op is not None
                values.append(x.data)
                inputs.append(ref(x) if weakly else x)
            else:
                values.append(x)
                inputs.append(x)
        if weak and not tensors:
            return plain(op, tuple(args), kw)
        try:
            data = body(*values, **kw)
        except TROUBLE as error:
            if kw.keys() != op.statics.keys():  # in Torch's spelling, or wrong: as many as there are, but others
                return call(*args, **op.bind(tuple(args), kw)[1])
            raise explained(op, error, tuple(args), kw) from error.__cause__
        return made(op, data, tuple(inputs), known, kw)

    return call


def compared(op: Primitive) -> Callable[..., Any]:
    """`unrecorded` for two inputs and nothing else: comparisons, logic."""
    body, any_kind = op.body, op.symbol in ("=", "≠")  # NumPy's: nothing equals None

    def call(x: Any, y: Any) -> Any:
        one, two, known = isinstance(x, Tensor), isinstance(y, Tensor), False
        a, b = u, v = x, y
        if one:
            a = x._node
            u, known = a.data, a.need != 0 or a.op is not None
        if two:
            b = y._node
            v, known = b.data, known or b.need != 0 or b.op is not None
        elif not one:
            return plain(op, (x, y), {})
        try:
            if not (any_kind or (one and two)):
                number(op, v if one else u)
            data = body(u, v)
        except TROUBLE as error:
            raise explained(op, error, (x, y), {}) from error.__cause__
        if known and not current().everything:
            a, b = ref(a) if one else a, ref(b) if two else b
        return made(op, data, (a, b), known, None)

    return call


def plain(op: Primitive, args: tuple[Any, ...], kw: dict[str, Any]) -> Any:
    """No Tensor among the inputs: arrays in, arrays out (so run the bodies and rules of others)."""
    lone = (list, tuple, float, int, bool) if op.arity == 1 else (list, tuple)  # beside an array a number has no dtype
    try:
        values = tuple(
            c if type(c := asarray(a) if type(a) in lone else a) is nd and c.dtype.kind in "fibu" else number(op, c)
            for a in args
        )
        data = op.body(*values, **kw)
    except TROUBLE as error:
        if kw.keys() != op.statics.keys():
            return plain(op, *op.bind(args, kw))
        raise explained(op, error, args, kw) from error.__cause__
    return data[0] if op.saves else data


def operand(op: Primitive, i: int, c: Any, beside: Any, need: int) -> Any:
    """A plain input as the Node keeps it: what a rule will read is copied, so that a later write to the caller's array
    cannot spoil the gradient.

    Raises TypeError for what is no number: complex, text, objects.
    """
    kind = type(c)
    if kind is float:
        return constant(c, beside.dtype) if type(beside) is nd and beside.dtype.kind == "f" else c
    if kind is int or kind is bool or (c is None and op.optional):
        return c
    given = c
    if kind is not nd:
        if isinstance(c, generic):
            if c.dtype.kind in "biuf":
                return c
        elif isinstance(c, nd):
            pass
        else:
            try:
                c = asarray(c)
            except ValueError as error:  # ragged
                raise explained(op, error, (c,), {}) from None
    if c.dtype.kind not in "biuf":
        complex_ = c.dtype.kind == "c"
        what = "complex numbers are not supported yet" if complex_ else "expected a Tensor, an array or a number"
        shown = f"an array of {c.dtype}" if c.ndim else repr(given)
        raise TypeError(f"{op.name}: {op.inputs[min(i, len(op.inputs) - 1)]} is {shown}; {what}")
    if not c.ndim:
        return c[()]  # a NumPy scalar, which does not change
    if need and (op.arity is None or op.inputs[i] in op.reads) and current().on:
        return c.copy()
    return c


CONSTANTS: dict[str, dict[float, np.ndarray]] = {"e": {}, "f": {}, "d": {}, "g": {}}


def constant(c: float, dtype: np.dtype[Any]) -> np.ndarray:
    """A Python float beside an array of floats: as a 0-d array NumPy takes it twice as fast, with the same promotion.
    Shared, since loops use the same few; no other 0-d array stands among a Node's inputs."""
    made = asarray(c, dtype)
    made.flags.writeable = False
    if c and c == c and dtype.char in CONSTANTS:  # -0.0 equals 0.0, and NaN not itself
        shared = CONSTANTS[dtype.char]
        if len(shared) >= 1024:
            shared.clear()
        shared[c] = made
    return made


def wrap(n: Node) -> Tensor:
    """A handle on a Node."""
    t = new(Tensor)
    t._node = n
    return t
