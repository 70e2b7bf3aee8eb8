"""Tensor: a name for a Node, with NumPy's methods and operators.

Operations link Nodes, which never change; `x[i] = v`, `x += y` and `out=x` point the handle at a new Node, so every
alias of the object sees the write and results made earlier keep what they read.
"""

# mypy: disable-error-code="no-any-return"
# Operations are declared once, in ops/, and not typed one by one.
from __future__ import annotations

import math
import operator
import types
import weakref
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np

from . import memory
from .node import GraphError, Node

ops: Any = types.SimpleNamespace()  # what the methods call: microgrid/ops fills it in, since core imports no operation

Operand: TypeAlias = Union["Tensor", np.ndarray, np.generic, float, Sequence[Any]]
Axis: TypeAlias = int | tuple[int, ...] | None


class Tensor:
    """A multi-dimensional array that records what is computed from it. Made by `mg.tensor`, `mg.asarray` and by every
    operation on Tensors."""

    __slots__ = ("__weakref__", "_grad", "_node", "_out")

    _node: Node
    _out: Node
    _grad: Tensor | None

    def __init__(
        self, data: Any, dtype: Any = None, requires_grad: bool = False, name: str | None = None
    ) -> None:
        self._node = Node(ops.array_of(data, dtype), 0, None, name)
        if requires_grad:
            self.requires_grad = True

    # ---------------------------------------------------------------------------------------------- the value
    @property
    def data(self) -> np.ndarray:
        """The array itself, the only door to a Tensor's memory. A backward over a use whose value was changed through
        it raises GraphError naming the tensor."""
        return memory.hand_out(self)

    @data.setter
    def data(self, value: Any) -> None:
        memory.replace(self, value)

    def numpy(self) -> np.ndarray:
        """A read-only snapshot of the value, without its history."""
        view = np.asarray(self._node.data).view()
        view.flags.writeable = False
        return view

    def item(self, *index: Any) -> Any:
        """The value of a one-element Tensor, or of the element at an index, as a Python number."""
        return np.asarray(self._node.data).item(*index)

    def tolist(self) -> Any:
        """The value as nested lists of Python numbers."""
        return np.asarray(self._node.data).tolist()

    def detach(self) -> Tensor:
        """The same value without the history; later writes to either do not show in the other."""
        return detach(self)

    # ---------------------------------------------------------------------------------------------- what it is
    @property
    def shape(self) -> tuple[int, ...]:
        return self._node.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._node.dtype

    @property
    def ndim(self) -> int:
        return len(self._node.shape)

    @property
    def size(self) -> int:
        return math.prod(self._node.shape)

    @property
    def itemsize(self) -> int:
        return self._node.dtype.itemsize

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    @property
    def name(self) -> str | None:
        """What cards and messages call it; it stays with the Node when the handle is gone."""
        return self._node.name

    @name.setter
    def name(self, name: str | None) -> None:
        self._node.name = name

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made it."""
        return self._node.op is None

    @property
    def requires_grad(self) -> bool:
        """Whether it carries a gradient. Assignable on leaves."""
        return self._node.need != 0

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        n = self._node
        if n.op is not None and n.need > 0:
            if not wanted:
                raise GraphError(f"requires_grad = False: {n.called()} was computed; detach() gives it without history")
            return
        if wanted and n.dtype.kind != "f":
            from .errors import spelled

            raise TypeError(
                f"requires_grad: {spelled(self)} is {n.dtype} {n.shape}; only floating-point numbers carry gradients. "
                "Write mg.tensor([[1., 2., 3.]], requires_grad=True), or "
                "mg.tensor(a, dtype=float, requires_grad=True) for an array of integers"
            )
        if bool(wanted) != (n.need != 0):
            if isinstance(self, views.View):
                raise GraphError(f"requires_grad: {n.called()} is a view of another Tensor; copy() it first")
            data, name = n.data, n.name
            self._node = Node(data, -1 if wanted else 0, self if wanted else None, name)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Sets `requires_grad`; returns the Tensor."""
        self.requires_grad = requires_grad
        return self

    # ---------------------------------------------------------------------------------------------- gradients
    @property
    def grad(self) -> Tensor | None:
        """What `backward` accumulated: a Tensor of the same shape, or None."""
        return getattr(self, "_grad", None)

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is not None:
            value = value if isinstance(value, Tensor) else wrap_constant(np.asarray(value, self.dtype))
            if value.shape != self.shape:
                raise ValueError(f"grad: {value.shape} given for {self._node.called()}, expected its own shape")
        self._grad = value

    def retain_grad(self) -> None:
        """Have `backward` fill in `.grad` here too, though it is not a leaf.

        Raises GraphError if it carries no gradient."""
        n = self._node
        if not n.need:
            raise GraphError(f"retain_grad: {n.called()} carries no gradient; nothing that made it requires one")
        n.owner = weakref.ref(self)

    def backward(
        self, gradient: Operand | None = None, create_graph: bool = False, retain_graph: bool = True
    ) -> None:
        """Accumulate the gradient of this Tensor in the `.grad` of every leaf it depends on.

        gradient: the cotangent, of this Tensor's shape; 1 for a scalar.  create_graph: record the sweep, so that the
        gradients can be differentiated.  retain_graph=False: give values back as the sweep passes.
        Raises GraphError without a graph, ValueError for a wrong shape or a missing `gradient`.
        """
        sweep.backward(self, gradient, create_graph, retain_graph)

    # ---------------------------------------------------------------------------------------------- leaving the graph
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return leaving.array(self, dtype, copy)

    def __float__(self) -> float:
        return leaving.scalar(self, float)

    def __int__(self) -> int:
        return leaving.scalar(self, int)

    def __bool__(self) -> bool:
        return leaving.scalar(self, bool)

    def __complex__(self) -> complex:
        return leaving.scalar(self, complex)

    def __index__(self) -> int:
        return operator.index(self._node.data)

    def __format__(self, spec: str) -> str:
        return format(self.item() if self.shape == () else str(self), spec)

    def __repr__(self) -> str:
        return ops.shown(self)

    def __str__(self) -> str:
        return str(self._node.data) if self._node.available else repr(self)

    def __reduce__(self) -> tuple[Any, ...]:
        n = self._node
        if n.op is not None and n.need:
            raise TypeError(f"{n.called()} was computed and its history cannot be copied: pickle or copy x.detach()")
        return ops.rebuilt, (memory.home(self), np.asarray(n.data), bool(n.need), n.name, self.grad)

    # ---------------------------------------------------------------------------------------------- items
    __hash__ = object.__hash__

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(self.shape[0]))

    def __contains__(self, value: Any) -> bool:
        return bool((self == value).any())

    def __getitem__(self, index: Any) -> Tensor:
        return ops.getitem(self, index=index)

    def __setitem__(self, index: Any, value: Any) -> None:
        views.setitem(self, index, value)

    # ------------------------------------------------------------------- operators: bound where ops/ declares them,
    # to the recorders themselves, which saves a call an operation (a twentieth of its cost)
    if TYPE_CHECKING:

        def _unary(self) -> Tensor: ...
        def _binary(self, other: Operand) -> Tensor: ...
        def _both(self, other: Operand) -> tuple[Tensor, Tensor]: ...
        def _equal(self, other: object) -> Tensor: ...

        __neg__ = __pos__ = __abs__ = __invert__ = _unary
        __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _binary
        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = _binary
        __iadd__ = __isub__ = __imul__ = __itruediv__ = __imod__ = __ipow__ = __imatmul__ = _binary
        __and__ = __or__ = __xor__ = __rand__ = __ror__ = __rxor__ = __lt__ = __le__ = __gt__ = __ge__ = _binary
        __eq__ = __ne__ = _equal  # type: ignore[assignment]
        __divmod__ = __rdivmod__ = _both

        # ops/namespace.py: the array API standard's
        device: str
        real: Tensor
        imag: Tensor

        def __array_namespace__(self, /, *, api_version: str | None = None) -> Any: ...
        def to_device(self, device: Any, /, stream: Any = None) -> Tensor: ...
        def _method(self, *args: Any, **how: Any) -> Any: ...

        amax = amin = argpartition = argsort = count_nonzero = cummax = cummin = diff = kthvalue = topk = _method
        logcumsumexp = logsumexp = nanmean = nansum = searchsorted = cumsum = cumprod = _method
        choose = compress = diagonal = expand = fill = masked_fill = nonzero = partition = permute = put = _method
        repeat = sort = take = trace = unsqueeze = view = _method
        flat: Any
        def __dlpack__(
            self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
        ) -> Any: ...
        def __dlpack_device__(self) -> tuple[int, int]: ...

    # ---------------------------------------------------------------------------------------------- NumPy's methods
    @property
    def T(self) -> Tensor:
        return ops.transpose(self)

    @property
    def mT(self) -> Tensor:
        return ops.matrix_transpose(self)

    # in NumPy's order: positions three or two are the target of out=
    def sum(self, axis: Axis = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **how: Any) -> Tensor:
        return stored(out, ops.sum(self, axis, dtype, keepdims, **how))

    def mean(self, axis: Axis = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **how: Any) -> Tensor:
        return stored(out, ops.mean(self, axis, dtype, keepdims, **how))

    def prod(self, axis: Axis = None, dtype: Any = None, out: Any = None, keepdims: bool = False, **how: Any) -> Tensor:
        return stored(out, ops.prod(self, axis, dtype, keepdims, **how))

    def max(self, axis: Axis = None, out: Any = None, keepdims: bool = False, **how: Any) -> Tensor:
        return stored(out, ops.max(self, axis, keepdims, **how))

    def min(self, axis: Axis = None, out: Any = None, keepdims: bool = False, **how: Any) -> Tensor:
        return stored(out, ops.min(self, axis, keepdims, **how))

    def var(
        self, axis: Axis = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: bool = False, **how: Any
    ) -> Tensor:  # fmt: skip
        return stored(out, ops.var(self, axis, dtype, ddof, keepdims, **how))

    def std(
        self, axis: Axis = None, dtype: Any = None, out: Any = None, ddof: float = 0, keepdims: bool = False, **how: Any
    ) -> Tensor:  # fmt: skip
        return stored(out, ops.std(self, axis, dtype, ddof, keepdims, **how))

    def argmax(self, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
        return stored(out, ops.argmax(self, axis=axis, keepdims=keepdims))

    def argmin(self, axis: int | None = None, out: Any = None, *, keepdims: bool = False) -> Tensor:
        return stored(out, ops.argmin(self, axis=axis, keepdims=keepdims))

    def all(self, axis: Axis = None, out: Any = None, keepdims: bool = False, **how: Any) -> Tensor:
        return stored(out, ops.all(self, axis, keepdims, **how))

    def any(self, axis: Axis = None, out: Any = None, keepdims: bool = False, **how: Any) -> Tensor:
        return stored(out, ops.any(self, axis, keepdims, **how))

    def reshape(self, *shape: Any, **how: Any) -> Tensor:
        return ops.reshape(self, shape=shape[0] if len(shape) == 1 else shape, **how)

    def transpose(self, *axes: Any) -> Tensor:
        return ops.transpose(self, axes=(axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes) or None)

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        return ops.swapaxes(self, axis1=axis1, axis2=axis2)

    def squeeze(self, axis: Axis = None) -> Tensor:
        return ops.squeeze(self, axis=axis)

    def ravel(self, order: str = "C") -> Tensor:
        return ops.ravel(self, order)

    def flatten(self, order: str = "C") -> Tensor:
        return ops.copy(ops.ravel(self, order))

    def clip(self, min: Operand | None = None, max: Operand | None = None, out: Any = None) -> Tensor:
        return stored(out, ops.clip(self, min, max))

    def dot(self, other: Operand, out: Any = None) -> Tensor:
        return stored(out, ops.dot(self, other))

    def astype(self, dtype: Any, *how: Any, **named: Any) -> Tensor:
        return ops.cast_to(self, dtype, *how, **named)

    def copy(self, order: str = "C") -> Tensor:
        return ops.copy(self)


def stored(out: Any, result: Tensor) -> Tensor:
    """The result, in the target of `out=` if there is one."""
    return result if out is None else ops.into(out, result)


def wrap_constant(data: Any) -> Tensor:
    """A handle on a constant that nobody else holds."""
    n: Node = object.__new__(Node)
    n.data, n.op, n.inputs, n.need, n.seq, n.owner = data, None, (), 0, 0, None
    t: Tensor = object.__new__(Tensor)
    t._node = n
    return t


def detach(x: Any) -> Any:
    """What must not be differentiated, inside bodies and rules: a Tensor's value as a constant; arrays pass."""
    return wrap_constant(x._node.data) if isinstance(x, Tensor) else x


memory.calibrate(wrap_constant(np.zeros(1)))

from . import leaving, sweep, views  # noqa: E402  the rooms that the methods lead to; they import this one
