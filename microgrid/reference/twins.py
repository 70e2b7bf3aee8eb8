"""How Torch's counterpart of each operation is called: the one table of the arguments' spelling.

A row is a function (torch, inputs, statics, node) → Torch tensor. An operation without a row is called by the name that
its declaration gives (`torch="mul"`), its inputs in order, its statics in Torch's spelling (`axis` is `dim`).

Inputs arrive with the dtype that NumPy computed in: arrays and NumPy scalars promote, Python numbers do not (NEP 50);
Torch promotes otherwise, so it is never asked to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.node import Node
from ..core.primitive import Primitive
from ..core.views import follow

Row = Callable[[Any, list[Any], dict[str, Any], Node], Any]
TWINS: dict[str, Row] = {}
SPELLED = {"axis": "dim", "keepdims": "keepdim"}


def row(*names: str) -> Callable[[Row], Row]:
    """Enter a function in the table."""

    def enter(f: Row) -> Row:
        TWINS.update(dict.fromkeys(names, f))
        return f

    return enter


def twin(op: Primitive) -> Row | None:
    """Torch's counterpart; None for an operation that has none."""
    if op.builtin or op.name == "output":
        found = TWINS.get(op.name)
        if found is not None or (op.builtin and op.random):
            return found
    return _called(op) if op.torch else None


def _called(op: Primitive) -> Row:
    """By name: torch's, torch.nn.functional's, torch.special's or a tensor's own."""

    def call(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
        for home in (t, t.nn.functional, t.special):
            if (f := getattr(home, op.torch, None)) is not None:
                return f(*xs, **{SPELLED.get(k, k): v for k, v in kw.items() if k not in op.saves})
        if hasattr(t.Tensor, op.torch):
            found = getattr(xs[0], op.torch)
            return found(*xs[1:]) if callable(found) else found
        raise AttributeError(f"torch has no {op.torch!r}")

    return call


# ------------------------------------------------------------------------------------------------------- reductions


def _dims(x: Any, axis: Any) -> tuple[int, ...]:
    return tuple(range(x.ndim)) if axis is None else tuple(axis) if isinstance(axis, tuple | list) else (int(axis),)


def _reduction(name: str, **more: str) -> None:
    """Over several axes at once; a 0-d input as one of one element."""

    @row(name)
    def reduce(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
        (x,) = xs
        f = getattr(t, {"max": "amax", "min": "amin"}.get(name, name))
        extra = {theirs: kw[ours] for ours, theirs in more.items()}
        if x.ndim == 0:
            return f(x.reshape(1), dim=(0,), **extra).reshape(())
        dims = _dims(x, kw["axis"])
        return f(x, dim=dims, keepdim=kw["keepdims"], **extra) if dims else x.clone()


for _name in ("sum", "mean", "max", "min", "logsumexp", "all", "any"):
    _reduction(_name)
_reduction("var", ddof="correction")


@row("argmax", "argmin")
def _arg(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    f = getattr(t, n.op.name)  # type: ignore[union-attr]
    if kw["axis"] is None:
        return f(xs[0]).reshape(n.shape)
    return f(xs[0], dim=kw["axis"], keepdim=kw["keepdims"])


# ------------------------------------------------------------------------------------------------------------ shape


@row("reshape", "ravel", "expand_dims")
def _reshape(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].reshape(n.shape)


@row("squeeze")
def _squeeze(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].squeeze() if kw["axis"] is None else xs[0].squeeze(_dims(xs[0], kw["axis"]))


@row("transpose")
def _transpose(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    axes = kw["axes"]
    return xs[0].permute(*(reversed(range(xs[0].ndim)) if axes is None else map(int, axes)))


@row("matrix_transpose")
def _mt(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].mT


@row("swapaxes")
def _swapaxes(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.swapaxes(xs[0], kw["axis1"], kw["axis2"])


@row("broadcast_to")
def _broadcast(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.broadcast_to(xs[0], n.shape)


@row("copy")
def _copy(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].clone()


@row("astype", "truncate")
def _astype(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0].to(dtype_of(t, kw["dtype"]))


@row("concatenate", "stack")
def _joined(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return (t.cat if n.op.name == "concatenate" else t.stack)(xs, dim=kw["axis"])  # type: ignore[union-attr]


# --------------------------------------------------------------------------------------------------------- indexing
# Which places an index names is NumPy's to say (Torch knows no negative step); what happens there is Torch's.


def _places(shape: tuple[int, ...], index: Any, path: Any = ()) -> Any:
    every = np.arange(math.prod(shape)).reshape(shape)
    return np.asarray((follow(every, path) if path else every)[index])


@row("getitem")
def _getitem(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    at = _places(tuple(xs[0].shape), kw["index"])
    return xs[0].reshape(-1)[t.from_numpy(at.ravel().copy())].reshape(at.shape)


@row("scatter")
def _scatter(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    at = _places(n.shape, kw["index"])
    zeros = t.zeros(math.prod(n.shape), dtype=xs[0].dtype)
    values = t.broadcast_to(xs[0], at.shape).reshape(-1)
    return zeros.index_put((t.from_numpy(at.ravel().copy()),), values, accumulate=True).reshape(n.shape)


@row("put")
def _put(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, v = xs
    at = _places(n.shape, kw["index"], kw["path"])
    if v.ndim > at.ndim:  # NumPy stores (1, 1, 3) in (3,)
        v = v.reshape(v.shape[v.ndim - at.ndim :])
    last = np.full(math.prod(n.shape), -1)
    last[at.ravel()] = np.arange(at.size)  # of several values for one place, the last one stays
    if not at.size:
        return x.clone()
    taken = t.broadcast_to(v, at.shape).reshape(-1)[t.from_numpy(np.maximum(last, 0))]
    return t.where(t.from_numpy(last >= 0), taken, x.reshape(-1)).reshape(n.shape)


@row("output")
def _output(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return xs[0][kw["which"]]


@row("divmod")
def _divmod(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.floor_divide(*(x.detach() for x in xs)), t.remainder(
        *xs
    )  # Torch has no derivative of the floor, not even 0


# ------------------------------------------------------------------------------------------ activations, norms, losses


@row("clip")
def _clip(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, low, high = xs
    return x.clone() if low is None and high is None else t.clamp(x, low, high)


@row("gelu")
def _gelu(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.gelu(xs[0], approximate=kw["approximate"])


@row("softmax", "log_softmax")
def _softmax(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return getattr(t.nn.functional, n.op.name)(xs[0], dim=kw["axis"])  # type: ignore[union-attr]


@row("layer_norm")
def _layer_norm(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, *affine = xs
    shape = x.shape[x.ndim - kw["axes"] :]
    weight, bias = (None if a is None else t.broadcast_to(a, shape) for a in affine)
    return t.nn.functional.layer_norm(x, shape, weight, bias, kw["eps"])


def _class_axis_second(x: Any, target: Any, axis: int) -> tuple[Any, Any]:
    """As Torch wants its classes: on axis 1, or the only one."""
    if x.ndim < 2:
        return x, target
    return x.movedim(axis, 1), target.movedim(axis, 1) if target.ndim == x.ndim else target


@row("cross_entropy")
def _cross_entropy(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, target = _class_axis_second(xs[0], xs[1], kw["axis"])
    if not target.is_floating_point():
        target = target.long()
    return t.nn.functional.cross_entropy(x, target, reduction=kw["reduction"])


@row("nll")
def _nll(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    x, target = _class_axis_second(xs[0], xs[1], kw["axis"])
    return t.nn.functional.nll_loss(x, target.long(), reduction=kw["reduction"])


@row("mse")
def _mse(t: Any, xs: list[Any], kw: dict[str, Any], n: Node) -> Any:
    return t.nn.functional.mse_loss(*t.broadcast_tensors(*xs), reduction=kw["reduction"])


# ----------------------------------------------------------------------------------------------------------- dtypes


def dtype_of(t: Any, dtype: Any) -> Any:
    """Torch's dtype of the same name."""
    found = _DTYPES.get(dtype)
    if found is None:
        found = _DTYPES[dtype] = getattr(t, np.dtype(dtype).name)
    return found


_DTYPES: dict[Any, Any] = {}
KEEP = {"where": (0,), "put": (0, 1), "cross_entropy": (1,), "nll": (1,), "getitem": (0,), "astype": (0,)}
COMPUTED = {  # whose value is a float though the inputs are integers
    "exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "gelu", "erf", "divide", "mean", "var", "logsumexp",
    "softmax", "log_softmax", "layer_norm",
}  # fmt: skip


def promotion(n: Node, dtypes: list[Any]) -> Any:
    """The dtype that NumPy computed a node in, from its inputs' (Python numbers, which are weak, as they are)."""
    op = n.op
    assert op is not None
    skip = KEEP.get(op.name, ()) if op.builtin else ()
    counted = [d for i, d in enumerate(dtypes) if d is not None and i not in skip]
    common = np.result_type(*counted) if counted else None
    if common is not None and common.kind != "f" and op.name in COMPUTED:
        common = n.dtype if n.dtype.kind == "f" else common
    return common, skip
