"""Ties and kinks follow Torch."""

from __future__ import annotations

import numpy as np
import pytest

import microgrid as mg

torch = pytest.importorskip("torch", reason="what it compares with is Torch")

T = np.array([[0.0, -1.0, 2.0, 2.0], [0.0, 0.0, 2.0, -3.0], [1.0, 1.0, 1.0, 1.0]])
U = np.array([[0.0, -1.0, 1.0, 2.0], [0.0, 1.0, 2.0, -3.0], [1.0, 0.0, 1.0, 2.0]])
ONE = {
    "relu at 0": (mg.relu, torch.relu),
    "abs at 0": (mg.abs, torch.abs),
    "sign": (mg.sign, torch.sign),
    "floor": (mg.floor, torch.floor),
    "max of all": (mg.max, torch.amax),
    "min of all": (mg.min, torch.amin),
    "max along rows": (lambda x: x.max(axis=1), lambda x: torch.amax(x, 1)),
    "min along columns": (lambda x: x.min(axis=0), lambda x: torch.amin(x, 0)),
    "clip at its bounds": (lambda x: mg.clip(x, 0.0, 2.0), lambda x: torch.clamp(x, 0.0, 2.0)),
    "clip above": (lambda x: mg.clip(x, None, 1.0), lambda x: torch.clamp(x, max=1.0)),
    "power 0": (lambda x: x**0, lambda x: x**0),
    "power 1": (lambda x: x**1, lambda x: x**1),
    "square of 0": (lambda x: x**2, lambda x: x**2),
    "where on its own comparison": (lambda x: mg.where(x > 0, x, 0.1 * x), lambda x: torch.where(x > 0, x, 0.1 * x)),
}
TWO = {
    "maximum": (mg.maximum, torch.maximum),
    "minimum": (mg.minimum, torch.minimum),
    "remainder": (lambda x, y: x % (y + 4), lambda x, y: x % (y + 4)),
    "power": (lambda x, y: mg.abs(x) ** mg.abs(y), lambda x, y: torch.abs(x) ** torch.abs(y)),
}


def weights(shape):
    return np.random.default_rng(0).normal(size=shape)


@pytest.mark.parametrize("name", ONE)
def test_the_derivative_at_a_kink_or_tie_is_torchs(name):
    """relu'(0) = 0, abs'(0) = 0, a tie is shared evenly (amax), a bound passes the gradient."""
    ours, theirs = ONE[name]
    x = mg.tensor(T, requires_grad=True)
    t = torch.tensor(T, requires_grad=True)
    y, z = ours(x), theirs(t)
    c = weights(y.shape)
    (y * c).sum().backward()
    (z * torch.tensor(c)).sum().backward()
    assert np.array_equal(y.detach().numpy(), z.detach().numpy())
    np.testing.assert_allclose(x.grad, t.grad.numpy(), rtol=1e-15)


@pytest.mark.parametrize("name", TWO)
def test_the_derivatives_of_two_at_a_tie_are_torchs(name):
    """maximum and minimum share a tie; 0⁰ has no infinite slope."""
    ours, theirs = TWO[name]
    xs = [mg.tensor(a, requires_grad=True) for a in (T, U)]
    ts = [torch.tensor(a, requires_grad=True) for a in (T, U)]
    c = weights(T.shape)
    (ours(*xs) * c).sum().backward()
    (theirs(*ts) * torch.tensor(c)).sum().backward()
    for x, t in zip(xs, ts, strict=True):
        np.testing.assert_allclose(x.grad, t.grad.numpy(), rtol=1e-14)


@pytest.mark.parametrize("name", ["relu at 0", "abs at 0", "max along rows", "clip at its bounds", "square of 0"])
def test_the_second_derivative_at_a_kink_is_torchs(name):
    """... of the function squared, so that it is not simply zero."""
    ours, theirs = ONE[name]
    x, t = mg.tensor(T, requires_grad=True), torch.tensor(T, requires_grad=True)
    (ours(x) ** 3 + ours(x) ** 2).sum().backward(create_graph=True)
    (g,) = torch.autograd.grad((theirs(t) ** 3 + theirs(t) ** 2).sum(), t, create_graph=True)
    inner = x.grad
    x.grad = None
    (inner * inner).sum().backward()
    (g * g).sum().backward()
    np.testing.assert_allclose(x.grad, t.grad.numpy(), rtol=1e-13)


def test_backward_of_nan_and_inf_is_torchs():
    """log(0), 0 · inf and sqrt(0): the same infinities and NaNs."""
    for ours, theirs in ((mg.log, torch.log), (mg.sqrt, torch.sqrt), (lambda x: 1.0 / x, lambda x: 1.0 / x)):
        x, t = (
            mg.tensor(np.array([0.0, -1.0, 4.0]), requires_grad=True),
            torch.tensor([0.0, -1.0, 4.0], dtype=torch.float64, requires_grad=True),
        )
        with np.errstate(all="ignore"):
            ours(x).sum().backward()
        theirs(t).sum().backward()
        np.testing.assert_array_equal(x.grad, t.grad.numpy())
