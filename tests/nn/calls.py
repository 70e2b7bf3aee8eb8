"""A call of nn.functional beside Torch's of the same name: value, gradients, gradients of gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
import microgrid.nn.functional as F


def real(*shape: int, seed: int = 0) -> np.ndarray:
    """Numbers to both sides of 0."""
    return np.random.default_rng((seed, *shape)).normal(size=shape)


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    """Between 0.1 and 0.9."""
    return np.random.default_rng((seed, *shape)).uniform(0.1, 0.9, shape)


def signs(*shape: int, seed: int = 0) -> np.ndarray:
    """−1 and 1, as integers."""
    return np.random.default_rng((seed, *shape)).choice([-1, 1], shape)


def _each(tree: Any, f: Any) -> Any:
    if isinstance(tree, np.ndarray):
        return f(tree)
    return {k: _each(v, f) for k, v in tree.items()} if isinstance(tree, dict) else tree


def beside_torch(name: str, *args: Any, twice: bool = True, rtol: float = 1e-9, **how: Any) -> None:
    """F.name(*args, **how) here and in Torch; arrays of floats carry gradients, the others do not.

    twice=False: Torch has no second derivative."""
    import torch

    xs: list[mg.Tensor] = []
    ts: list[torch.Tensor] = []

    def ours(a: np.ndarray) -> mg.Tensor:
        x = mg.tensor(a, requires_grad=a.dtype.kind == "f")
        xs.extend([x] * x.requires_grad)
        return x

    def theirs(a: np.ndarray) -> torch.Tensor:
        t = torch.from_numpy(a.copy()).requires_grad_(a.dtype.kind == "f")
        ts.extend([t] * t.requires_grad)
        return t

    out = getattr(F, name)(*[_each(a, ours) for a in args], **_each(how, ours))
    expected = getattr(torch.nn.functional, name)(*[_each(a, theirs) for a in args], **_each(how, theirs))
    assert out.shape == tuple(expected.shape)
    np.testing.assert_allclose(out.numpy(), expected.detach().numpy(), rtol, rtol, err_msg=f"{name}: value")
    u = np.random.default_rng(1).normal(size=out.shape)
    out.backward(u, create_graph=twice)
    grads = torch.autograd.grad(
        expected, ts, torch.from_numpy(np.asarray(u)), create_graph=twice, allow_unused=True, materialize_grads=True
    )
    for k, (x, g) in enumerate(zip(xs, grads, strict=True)):
        assert x.grad is not None
        np.testing.assert_allclose(x.grad.numpy(), g.numpy(force=True), rtol, rtol, err_msg=f"{name}: gradient {k}")
    if not twice:
        return
    vs = [np.random.default_rng((2, k)).normal(size=x.shape) for k, x in enumerate(xs)]
    total = sum(((x.grad * v).sum() for x, v in zip(xs, vs) if x.grad is not None), mg.tensor(0.0, dtype=float))
    for x in xs:
        x.grad = None
    if total.requires_grad:
        total.backward()
    torch_total = sum((g * torch.from_numpy(v)).sum() for g, v in zip(grads, vs))
    if not torch_total.requires_grad:
        return
    second = torch.autograd.grad(torch_total, ts, allow_unused=True, materialize_grads=True)
    for k, (x, g) in enumerate(zip(xs, second, strict=True)):
        got = np.zeros(x.shape) if x.grad is None else x.grad.numpy()
        np.testing.assert_allclose(
            got, g.numpy(force=True), 10 * rtol, 10 * rtol, err_msg=f"{name}: second derivative {k}"
        )
