"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from .optimizer import Array, Optimizer, blocks, laid


class SGD(Optimizer):
    """p ← p − lr · d, with d = g + weight_decay · p; with momentum the running sum
    b ← momentum · b + (1 − dampening) · d instead of d; with Nesterov's, d + momentum · b (Sutskever et al., 2013).

    maximize: climb instead.
    """

    _buffers: ClassVar[tuple[str, ...]] = ("momentum_buffer",)

    def __init__(
        self, params: Any, lr: float = 1e-3, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
        nesterov: bool = False, *, maximize: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(params, {
            "lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov,
            "maximize": maximize,
        })  # fmt: skip

    def _validate(self, group: dict[str, Any]) -> None:
        super()._validate(group)
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError(
                f"SGD: nesterov=True with momentum={group['momentum']}, dampening={group['dampening']}; it needs a "
                "momentum above 0 and no dampening"
            )

    def _update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> Array:
        lr, momentum, decay = float(group["lr"]), group["momentum"], group["weight_decay"]  # NumPy's floats promote
        if not (momentum or decay or group["maximize"]) and g.ndim:
            out: Array = g * lr
            np.subtract(p, out, out)
            return out
        out = np.empty_like(g)
        buffer, begins = out, False
        if momentum:
            begins = "momentum_buffer" not in state
            buffer = state["momentum_buffer"] = np.empty_like(g) if begins else laid(state["momentum_buffer"], out)
        for p_, g_, b, d in blocks(p, g, buffer, out):
            if group["maximize"]:
                g_ = -g_
            if decay:
                g_ = g_ + decay * p_
            if momentum:
                if begins:
                    b[...] = g_
                else:
                    b *= momentum
                    b += (1 - group["dampening"]) * g_
                g_ = g_ + momentum * b if group["nesterov"] else b
            np.multiply(g_, lr, out=d)
            np.subtract(p_, d, out=d)
        return out
