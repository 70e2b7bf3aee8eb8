"""Losses of two arrays, element by element."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.layers import loss
from tests.ops.optional import torch
from tests.ops.table import Input, Row, Variant, at, kink, on, once, positive, real, refused

x = mg.tensor(np.ones((4, 3)), name="logits")
REDUCTIONS = ("mean", "sum", "none")


def _reduced(values: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    def loss(x: np.ndarray, y: np.ndarray, *more: Any, reduction: str = "mean", **how: Any) -> np.ndarray:
        each = values(x, y, *more, **how)
        if reduction == "none":
            return each
        total = each.sum()
        return (total if reduction == "sum" else total / each.size if each.size else total * np.nan).astype(x.dtype)

    return loss


def _torch(name: str) -> Callable[..., Any]:
    def loss(x: Any, y: Any, **how: Any) -> Any:
        with warnings.catch_warnings():  # of shapes that differ, and what Torch thinks of a mean of divergences
            warnings.simplefilter("ignore", UserWarning)
            return getattr(torch.nn.functional, name)(x, y, **how)

    return loss


def _variants(first: Callable[..., Input], second: Callable[..., Input], *how: dict[str, Any]) -> list[Variant]:
    """Reductions, shapes, none, one without a gradient; the same with each other set of arguments."""
    return [v for more in ({}, *how) for v in (
        *(on(first(4, 3), second(4, 3), reduction=r, **more) for r in REDUCTIONS), on(first(), second(), **more),
        on(first(0, 3), second(0, 3), reduction="sum", **more), on(first(3, 1), second(3, 1).still(), **more),
        once(first(0, 3), second(0, 3), **more),
    )]  # fmt: skip


BROADCAST = [on(real(4, 3), real(3)), on(real(3, 1), real(1, 4), reduction="none"), on(real(), real(2, 3))]
SPECIAL = kink(at([np.inf, np.nan, 1.0, -np.inf]), at([0.0, 1.0, np.nan, 2.0]), reduction="none")


def _smooth(x: np.ndarray, y: np.ndarray, beta: float = 1.0) -> np.ndarray:
    d = np.abs(x - y)
    return np.where(d < beta, d * d / 2 / (beta or 1), d - beta / 2).astype(x.dtype)


def _huber(x: np.ndarray, y: np.ndarray, delta: float = 1.0) -> np.ndarray:
    d = np.abs(x - y)
    return np.where(d <= delta, d * d / 2, delta * (d - delta / 2)).astype(x.dtype)


def _bce(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return -(t * np.maximum(np.log(x), -100) + (1 - t) * np.maximum(np.log1p(-x), -100))


def _bce_logits(x: np.ndarray, t: np.ndarray, p: Any = 1.0) -> np.ndarray:
    return (p * t * np.logaddexp(0, -x) + (1 - t) * np.logaddexp(0, x)).astype(x.dtype)


def _kl(x: np.ndarray, t: np.ndarray, log_target: bool = False) -> np.ndarray:
    if log_target:
        return np.exp(t) * (t - x)
    return np.where(t > 0, t * np.log(np.where(t > 0, t, 1)), 0).astype(x.dtype) - t * x


def _shapes(f: Any, name: str) -> list[Any]:
    return [
        refused(lambda: f(x, mg.ones(2)), ValueError, name, "logits (4, 3)", "(2,)"),
        refused(lambda: f(x, x, reduction="avg"), ValueError, name, "'avg'", "'mean', 'sum' or 'none'"),
    ]


def _in_0_1(*shape: int) -> Input:
    return Input(shape, lambda rng, s: np.asarray(rng.uniform(0.1, 0.9, s)))


def _torch_logits(x: Any, t: Any, p: Any = None, reduction: str = "mean") -> Any:
    if p is None or not p.requires_grad:
        f = torch.nn.functional.binary_cross_entropy_with_logits
        return f(x, t, pos_weight=p, reduction=reduction)
    each = (1 - t) * x + (1 + (p - 1) * t) * torch.nn.functional.softplus(-x)  # Torch's own has no gradient for p
    return each if reduction == "none" else getattr(each, reduction)()


ROWS = [
    Row("mse", mg.mse, _reduced(lambda x, y: (x - y) ** 2), _torch("mse_loss"),
        [*_variants(real, real), SPECIAL, *BROADCAST], _shapes(mg.mse, "mse"), dispatches=False),
    Row("l1", loss.l1, _reduced(lambda x, y: np.abs(x - y)), _torch("l1_loss"),
        [*_variants(real, real), *BROADCAST, kink(at([np.inf, 1.0]), at([0.0, -np.inf])),
            kink(at([1.0, 2.0]), at([1.0, 3.0]))], _shapes(loss.l1, "l1"),
        away=lambda x, y, **how: x - y, dispatches=False),
    Row("smooth_l1", loss.smooth_l1, _reduced(_smooth), _torch("smooth_l1_loss"),
        [*_variants(real, real, {"beta": 0.3}, {"beta": 0.0}), *BROADCAST, kink(at([1.0, 2.0]), at([1.0, 3.0]))], [
        *_shapes(loss.smooth_l1, "smooth_l1"),
        refused(lambda: loss.smooth_l1(x, x, beta=-1.0), ValueError, "beta is -1.0", "at least 0")],
        away=lambda x, y, beta=1.0, **how: (np.abs(x - y) - beta) * (1.0 if beta else x - y), dispatches=False),
    Row("huber", loss.huber, _reduced(_huber), _torch("huber_loss"),
        [*_variants(real, real, {"delta": 0.3}), *BROADCAST, kink(at([1.0, 2.0, 0.0]), at([1.0, 3.0, 9.0]))], [
        *_shapes(loss.huber, "huber"),
        refused(lambda: loss.huber(x, x, delta=0.0), ValueError, "delta is 0.0", "positive")],
        away=lambda x, y, delta=1.0, **how: np.abs(x - y) - delta, dispatches=False),
    Row("binary_cross_entropy", loss.binary_cross_entropy, _reduced(_bce), _torch("binary_cross_entropy"),
        [*_variants(_in_0_1, _in_0_1), once(at([0.0, 1.0, 0.5, 1.0, 0.0]), at([0.0, 1.0, 0.5, 0.0, 1.0]).still())], [
        *_shapes(loss.binary_cross_entropy, "binary_cross_entropy"),
        refused(lambda: loss.binary_cross_entropy(x, mg.ones(3)), ValueError, "must have one shape"),
        refused(lambda: loss.binary_cross_entropy(2 * x, x), ValueError, "2.0", "expected probabilities")],
        dispatches=False, tolerance={"float64": 1e-10}, because="Torch adds 1e-12 to x (1 − x) in its second"),
    Row("binary_cross_entropy_with_logits", loss.binary_cross_entropy_with_logits, _reduced(_bce_logits),
        _torch_logits, [
        *_variants(real, _in_0_1), *(on(real(4, 3), _in_0_1(4, 3), positive(3), reduction=r) for r in REDUCTIONS),
        on(real(4, 3), _in_0_1(4, 3), positive(3).still()), on(real(4, 3), _in_0_1(4, 3), positive()),
        kink(at([800.0, -800.0, 0.0]), at([0.0, 1.0, 0.5]), reduction="none")], [
        *_shapes(loss.binary_cross_entropy_with_logits, "binary_cross_entropy_with_logits"),
        refused(lambda: loss.binary_cross_entropy_with_logits(x, mg.ones(3)), ValueError, "must have one shape")],
        dispatches=False),
    Row("kl", loss.kl, _reduced(_kl), _torch("kl_div"),
        [*_variants(real, positive), *_variants(real, real, {"log_target": True})[7:],
            on(real(4, 3), positive(3)), on(real(3, 1), positive(1, 4), reduction="none"),
            on(real(4, 3), real(3), log_target=True), kink(at([1.0, 2.0]), at([0.0, 1.0]).still())],
            _shapes(loss.kl, "kl"), dispatches=False),
]  # fmt: skip
