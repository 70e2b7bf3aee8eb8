"""How Torch's counterpart of each operation is called: the one table of the arguments' spelling.

A row is a function (torch, inputs, statics, node) → Torch tensor. An operation without a row is called by the name that
its declaration gives (`torch="mul"`), its inputs in order, its statics in Torch's spelling (`axis` is `dim`).

Inputs arrive with the dtype that NumPy computed in: arrays and NumPy scalars promote, Python numbers do not (NEP 50);
Torch promotes otherwise, so it is never asked to.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.node import Node
from ...core.primitive import Primitive

Row = Callable[[Any, list[Any], dict[str, Any], Node], Any]
TWINS: dict[str, Row] = {}
CONDITION: dict[str, Callable[[Node], float]] = {}  # operations that enlarge their inputs' rounding: how much
KEEP: dict[str, tuple[int, ...]] = {}
SPELLED = {"axis": "dim", "keepdims": "keepdim"}


def row(*names: str, keep: tuple[int, ...] = ()) -> Callable[[Row], Row]:
    """Enter a function in the table. keep: inputs that do not take part in the promotion of dtypes (masks, indices)."""

    def enter(f: Row) -> Row:
        TWINS.update(dict.fromkeys(names, f))
        KEEP.update(dict.fromkeys(names, keep))
        return f

    return enter


def condition(n: Node) -> float:
    """How much an operation enlarges the rounding of its inputs; at most so that a wrong factor still shows."""
    f = CONDITION.get(n.op.name) if n.op is not None and n.op.builtin else None
    return 1.0 if f is None else min(max(f(n), 1.0), 1e4)


def twin(op: Primitive) -> Row | None:
    """Torch's counterpart; None for an operation that has none."""
    if op.builtin or op.name == "output":
        found = TWINS.get(op.name)
        if found is not None or (op.builtin and op.random):
            return found
    return _called(op) if op.torch else None


def _called(op: Primitive) -> Row:
    """By name: torch's, torch.nn.functional's, torch.special's, torch.linalg's or a tensor's own."""

    def call(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
        for home in (t, t.nn.functional, t.special, t.linalg):
            if (f := getattr(home, op.torch, None)) is not None:
                return f(*xs, **{SPELLED.get(k, k): v for k, v in kw.items() if k not in op.saves})
        if hasattr(t.Tensor, op.torch):
            found = getattr(xs[0], op.torch)
            return found(*xs[1:]) if callable(found) else found
        raise AttributeError(f"torch has no {op.torch!r}")

    return call


@row("output")
def _output(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0][kw["which"]]


def dims(x: Any, axis: Any) -> tuple[int, ...]:
    """The axes that NumPy's `axis` names."""
    return tuple(range(x.ndim)) if axis is None else tuple(axis) if isinstance(axis, tuple | list) else (int(axis),)


def dtype_of(t: Any, dtype: Any) -> Any:
    """Torch's dtype of the same name."""
    found = _DTYPES.get(dtype)
    if found is None:
        found = _DTYPES[dtype] = getattr(t, np.dtype(dtype).name)
    return found


_DTYPES: dict[Any, Any] = {}


def promotion(n: Node, dtypes: list[Any]) -> Any:
    """The dtype that NumPy computed a node in, from its inputs' (Python numbers, which are weak, as they are)."""
    op = n.op
    assert op is not None
    skip = KEEP.get(op.name, ()) if op.builtin else ()
    counted = [d for i, d in enumerate(dtypes) if d is not None and i not in skip]
    common = np.result_type(*counted) if counted else None
    if common is not None and common.kind != "f" and op.outputs == 1 and n.dtype.kind == "f":
        common = n.dtype  # computed in floating point, though the inputs are integers
    return common, skip
