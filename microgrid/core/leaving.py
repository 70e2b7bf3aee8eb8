"""How values leave the graph, and where that would lose a gradient.

For a Tensor that carries a gradient, while recording: NumPy's `asarray`, `full`, `array([s, t])`, `a[:] = x` reach
`__array__`, and `a[0] = s` reaches `__float__` or its like; both raise. `float(x)`, `x.item()`, formatting and
`if x > 0` give plain values, as in Torch.
"""

from __future__ import annotations

import opcode
import sys
from types import FrameType
from typing import TYPE_CHECKING, Any

import numpy as np

from .recording import current, getframe

if TYPE_CHECKING:
    from .tensor import Tensor

LOST = (
    "a plain array cannot hold a Tensor's history. Take x.numpy() or x.item() for the value alone; to keep the history "
    "collect with mg.stack([...]) or fill a Tensor (mg.asarray(a), mg.zeros(...)) instead of the array"
)
STORES = {opcode.opmap[k] for k in ("STORE_SUBSCR", "STORE_SLICE") if k in opcode.opmap}  # a[0] = s
INPLACE = {c for k, c in opcode.opmap.items() if k == "BINARY_OP" or k.startswith("INPLACE_")}  # a += x


def instruction(frame: FrameType) -> int:
    """The opcode that a frame is executing."""
    return frame.f_code.co_code[frame.f_lasti]


def carries(x: Tensor) -> bool:
    """Whether leaving the graph now would lose a gradient."""
    return x._node.need != 0 and current().on


def array(x: Tensor, dtype: Any, copy: bool | None) -> np.ndarray:
    """`__array__`: a read-only view of the value, or a copy of it. Raises TypeError where a gradient would be lost."""
    if carries(x) and not getframe(2).f_globals.get("__name__", "").startswith("numpy.testing"):
        from .errors import described
        from .tensor import ops

        raise TypeError(f"{described(x)} into an array: {LOST}{ops.way_out(getframe(2))}")
    value = np.asarray(x._node.data)
    if copy or (dtype is not None and np.dtype(dtype) != value.dtype):
        if copy is False:
            raise ValueError(f"a {value.dtype} Tensor cannot be viewed as {np.dtype(dtype)} without a copy")
        return np.array(value, dtype)
    view = value.view()
    view.flags.writeable = False
    return view


def scalar(x: Tensor, kind: Any) -> Any:
    """`__float__`, `__int__`, `__bool__`, `__complex__`: the value; a TypeError for `a[0] = x`, which asks one of them
    by the dtype of a (NumPy then wraps it in a ValueError)."""
    n = x._node
    if n.need and (context := current()).on and (context.strict or instruction(getframe(2)) in STORES):
        from .errors import described

        raise TypeError(f"{described(x)} into an array: {LOST}")
    return kind(n.data)


def alone(a: np.ndarray, x: Any, ufunc: np.ufunc, frame: FrameType) -> bool:
    """Whether `a += x` may become a Tensor: nobody but the name, attribute or container being assigned holds a."""
    if x is not a or instruction(frame) not in INPLACE:
        return False  # np.add(b, x, out=a)
    held = sys.getrefcount(a)
    return held <= _alone.setdefault(ufunc, held) and a.base is None  # set at import, by calibrate


_alone: dict[np.ufunc, int] = {}


def calibrate(x: Tensor) -> None:
    """Learn the reference count of an array that one name holds, on this Python: for every operator that can carry a
    gradient."""
    for sign in ("+", "-", "*", "/", "**", "@", "%"):
        exec(f"def f():\n a = np.ones((1, 1))\n a {sign}= x\nf()", {"np": np, "x": x})
