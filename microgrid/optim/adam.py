"""Adam and AdamW."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from .optimizer import Array, Optimizer, blocks, laid


class Adam(Optimizer):
    """Running means m of g and v of g², corrected for their start at zero: p ← p − lr · m̂ / (√v̂ + eps) (Kingma and Ba,
    2015).

    weight_decay: added to g as weight_decay · p.  maximize: climb instead.
    """

    _buffers: ClassVar[tuple[str, ...]] = ("exp_avg", "exp_avg_sq")
    _decoupled: ClassVar[bool] = False

    def __init__(
        self, params: Any, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 0.0, *, maximize: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(params, {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "maximize": maximize,
            "decoupled_weight_decay": self._decoupled,
        })  # fmt: skip

    def _validate(self, group: dict[str, Any]) -> None:
        super()._validate(group)
        if len(group["betas"]) != 2 or not all(0 <= beta < 1 for beta in group["betas"]):
            raise ValueError(f"{self._called()}: betas are {group['betas']}, expected two numbers from 0 to below 1")

    def _update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> Array:
        if not state:
            state.update(step=0, exp_avg=np.zeros_like(g), exp_avg_sq=np.zeros_like(g))
        state["step"] += 1
        (beta1, beta2), lr, decay = group["betas"], group["lr"], group["weight_decay"]
        root = math.sqrt(1 - beta2 ** state["step"])  # √v̂ is √v / root: taken out of the passes over memory
        rate, eps = lr * root / (1 - beta1 ** state["step"]), group["eps"] * root
        out = np.empty_like(g)
        for buffer in self._buffers:
            state[buffer] = laid(state[buffer], out)
        for p_, g_, m, v, d in blocks(p, g, state["exp_avg"], state["exp_avg_sq"], out):
            if group["maximize"]:
                g_ = -g_
            if decay and group["decoupled_weight_decay"]:
                p_ = p_ * (1 - lr * decay)
            elif decay:
                g_ = g_ + decay * p_
            m *= beta1
            np.multiply(g_, 1 - beta1, out=d)
            m += d
            v *= beta2
            np.multiply(g_, g_, out=d)
            d *= 1 - beta2
            v += d
            np.sqrt(v, out=d)
            d += eps
            np.divide(m, d, out=d)
            d *= rate
            np.subtract(p_, d, out=d)
        return out


class AdamW(Adam):
    """Adam whose weight decay is decoupled: p shrinks by lr · weight_decay · p, and g stays as it is (Loshchilov and
    Hutter, 2019)."""

    _decoupled: ClassVar[bool] = True

    def __init__(
        self, params: Any, lr: float = 1e-3, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8,
        weight_decay: float = 1e-2, *, maximize: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, maximize=maximize)
