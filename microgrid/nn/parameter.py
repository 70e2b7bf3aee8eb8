"""Parameter: a Tensor that a Module registers and an optimiser changes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.node import GraphError, Node
from ..core.tensor import Tensor


class Parameter(Tensor):
    """A leaf that requires grad, kept by the Module that it is assigned to.

    data: what `mg.tensor` takes, copied; or a Tensor without history, whose value it starts from.
    Raises TypeError for numbers that carry no gradient (integers), GraphError for a Tensor that was computed from one
    that requires grad, since a parameter begins a graph.
    """

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True, *, dtype: Any = None, name: str | None = None) -> None:
        if not isinstance(data, Tensor):
            super().__init__(data, dtype, requires_grad, name)
            return
        n = data._node
        if n.op is not None and n.need:
            raise GraphError(
                f"Parameter: {n.called()} was computed and carries a gradient, which would end here; pass "
                "x.detach() to start from its value"
            )
        self._node = Node(np.asarray(n.data, dtype), 0, None, name or n.name)
        if requires_grad:
            self.requires_grad = True
