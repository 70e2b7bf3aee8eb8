"""Draws from other distributions, of whole numbers, and of some of many: numpy.random.Generator's numbers, gradients
through the parameters that scale and move them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops.optional import torch

R = mg.random
A = np.array([0.5, 1.5, 3.0])
X = np.arange(12.0).reshape(4, 3)
SAME: dict[str, tuple[Any, ...]] = {
    "standard_normal": (), "random": (), "standard_exponential": (), "exponential": (A,), "laplace": (A, A + 1),
    "logistic": (A, A + 1), "gumbel": (A, A + 1), "lognormal": (A, A / 2), "standard_gamma": (A,), "gamma": (A, 2.0),
    "chisquare": (A,), "beta": (A, 2.0), "poisson": (A,), "binomial": (np.array([3, 4, 5]), 0.3), "geometric": (A / 4,),
    "integers": (np.array([-3, 0, 2]), 9),
}  # fmt: skip


def rng(seed: int = 7) -> np.random.Generator:
    """A generator of known state."""
    return np.random.default_rng(seed)


@pytest.mark.parametrize("size", [None, (2, 3), (0, 3)], ids=str)
@pytest.mark.parametrize("name", SAME)
def test_draws_are_the_generators(name: str, size: Any) -> None:
    """The same numbers from the same state, whether parameters are arrays or Tensors."""
    expected = np.asarray(getattr(rng(), name)(*SAME[name], size=size))
    for wrapped in (lambda a: a, lambda a: mg.tensor(a) if isinstance(a, np.ndarray) else a):
        how = {} if expected.dtype.kind == "i" else {"dtype": float}
        got = getattr(R, name)(*map(wrapped, SAME[name]), size=size, generator=rng(), **how)
        assert isinstance(got, mg.Tensor)
        assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(got.numpy(), expected, rtol=1e-13)


@pytest.mark.parametrize("name", ["standard_normal", "random", "standard_exponential", "standard_gamma"])
def test_single_precision_is_drawn_as_numpy_draws_it(name: str) -> None:
    """What the generator has in float32; float16 is that, rounded."""
    given = (1.5,) if name == "standard_gamma" else ()
    expected = getattr(rng(), name)(*given, size=5, dtype=np.float32)
    for dtype in (np.float32, np.float16):
        got = getattr(R, name)(*given, 5, dtype, generator=rng())
        np.testing.assert_array_equal(got.numpy(), expected.astype(dtype))


def test_integers_have_their_bounds_and_dtypes() -> None:
    """One bound, two, the upper one with it."""
    for args, how in (((5,), {}), ((2, 6), {"dtype": np.int8}), ((2, 6), {"endpoint": True})):
        expected = rng().integers(*args, size=20, **how)
        got = R.integers(*args, size=20, generator=rng(), **how)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got.numpy(), expected)


# how many standard draws z there are beside loc, and what f is of them: the same reparametrisation in Torch
MOVED = {
    "laplace": lambda loc, scale, z: loc + scale * z, "logistic": lambda loc, scale, z: loc + scale * z,
    "gumbel": lambda loc, scale, z: loc + scale * z, "lognormal": lambda loc, scale, z: (loc + scale * z).exp(),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVED)
def test_gradients_reach_loc_and_scale(name: str) -> None:
    """As Torch has them for the same standard draws; of both orders."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    z = getattr(rng(), "standard_normal" if name == "lognormal" else name)(size=(4, 3))
    xs = [mg.tensor(a, requires_grad=True) for a in (A, A + 1)]
    ts = [torch.tensor(a, requires_grad=True) for a in (A, A + 1)]
    y = getattr(R, name)(*xs, size=(4, 3), generator=rng())
    e = MOVED[name](*ts, torch.from_numpy(z))
    u = rng(1).normal(size=(4, 3))
    y.backward(u, create_graph=True)
    gs = torch.autograd.grad(e, ts, torch.from_numpy(u), create_graph=True)
    for x, g in zip(xs, gs, strict=True):
        np.testing.assert_allclose(x.grad.numpy(), g.detach().numpy(), rtol=1e-12)


@pytest.mark.parametrize("name", ["exponential", "gamma"])
def test_a_scale_has_a_gradient(name: str) -> None:
    """The draw over the scale."""
    given = (A,) if name == "gamma" else ()
    scale = mg.tensor(A + 1, requires_grad=True)
    y = getattr(R, name)(*given, scale, generator=rng())
    y.sum().backward()
    standard = rng().standard_gamma(A) if name == "gamma" else rng().standard_exponential(3)
    np.testing.assert_allclose(scale.grad.numpy(), standard, rtol=1e-14)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_what_is_chosen_carries_its_gradient(axis: int) -> None:
    """choice and permutation: NumPy's elements, one gradient for each time one was taken."""
    for draw, theirs in (
        (lambda x: R.permutation(x, axis, generator=rng()), lambda x: rng().permutation(x, axis)),
        (lambda x: R.choice(x, 5, axis=axis, generator=rng()), lambda x: rng().choice(x, 5, axis=axis)),
        (lambda x: R.choice(x, (2, 2), axis=axis, generator=rng()), lambda x: rng().choice(x, (2, 2), axis=axis)),
        (lambda x: R.choice(x, axis=axis, generator=rng()), lambda x: rng().choice(x, axis=axis)),
    ):
        x = mg.tensor(X, requires_grad=True)
        y, expected = draw(x), theirs(X)
        np.testing.assert_array_equal(y.numpy(), expected)
        np.testing.assert_array_equal(draw(X).numpy(), expected)
        y.sum().backward()
        counts = np.array([(expected == v).sum() for v in X.ravel()]).reshape(X.shape)
        np.testing.assert_array_equal(x.grad.numpy(), counts)


def test_choice_and_permutation_of_a_number() -> None:
    """Its range; with probabilities, without replacement."""
    np.testing.assert_array_equal(R.permutation(9, generator=rng()).numpy(), rng().permutation(9))
    how: dict[str, Any] = {"replace": False, "p": [0.1, 0.2, 0.3, 0.4]}
    np.testing.assert_array_equal(R.choice(4, 3, generator=rng(), **how).numpy(), rng().choice(4, 3, **how))
    assert R.choice(4, generator=rng()).shape == ()


def test_draws_are_recorded() -> None:
    """The graph holds the very numbers, and a checkpoint draws them again."""
    x = mg.tensor(X, requires_grad=True)
    y = R.permutation(x, generator=rng()) * R.gumbel(size=3, generator=rng(2), dtype=float)
    names = [n.op.name for n in mg.graph(y) if n.op is not None and n.op.random]
    assert "draw" in names
    generator = rng()
    mg.checkpoint(lambda x: (x * R.laplace(size=3, generator=generator, dtype=float)).sum(), x).backward()
    np.testing.assert_allclose(x.grad.numpy(), np.broadcast_to(rng().laplace(size=3), (4, 3)), rtol=1e-14)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("dim", [-1, 0])
def test_gumbel_softmax_is_torchs_formula(hard: bool, dim: int) -> None:
    """On the very draws: softmax((x + g) / tau), hard with the gradient of the soft one."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    x, t = mg.tensor(X / 4, requires_grad=True), torch.tensor(X / 4, requires_grad=True)
    mg.manual_seed(5)
    y = mg.nn.functional.gumbel_softmax(x, 0.7, hard, dim=dim)
    noise = -np.log(rng(5).standard_exponential((4, 3)))
    soft = torch.softmax((t + torch.from_numpy(noise)) / 0.7, dim)
    e = torch.nn.functional.one_hot(soft.argmax(dim), soft.shape[dim]).movedim(-1, dim) if hard else soft
    np.testing.assert_allclose(y.numpy(), e.detach().numpy(), rtol=1e-12, atol=1e-12)
    u = rng(1).normal(size=(4, 3))
    y.backward(u)
    soft.backward(torch.from_numpy(u))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-11)


def test_gumbel_softmax_refuses_integers() -> None:
    """Logits are numbers with a point."""
    with pytest.raises(TypeError, match="gumbel_softmax: the input is int64"):
        mg.nn.functional.gumbel_softmax(np.arange(3))
