"""Draws: equal to numpy.random.Generator's, recorded, and differentiated through their parameters."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.ops import random


def rng(seed: int = 7) -> np.random.Generator:
    """A generator of known state."""
    return np.random.default_rng(seed)


# ------------------------------------------------------------------------------------------------ values


@pytest.mark.parametrize("size", [None, 4, (2, 3), (), (0, 2), [2, 2], np.int64(3)], ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=lambda t: t.__name__)
def test_standard_draws_are_the_generators(size: Any, dtype: type) -> None:
    """The same numbers that numpy.random.Generator gives from the same state."""
    for draw, method in ((mg.random.normal, "standard_normal"), (mg.random.uniform, "random")):
        expected = np.asarray(getattr(rng(), method)(() if size is None else size, dtype=dtype))
        got = draw(size=size, dtype=dtype, generator=rng())
        assert isinstance(got, mg.Tensor)
        assert (got.shape, got.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_array_equal(got.numpy(), expected)


@pytest.mark.parametrize("size", [None, (5, 3)], ids=str)
def test_draws_with_parameters_are_the_generators(size: Any) -> None:
    """loc, scale, low, high may be numbers, arrays or Tensors, and broadcast as in NumPy."""
    loc, scale = np.array([0.5, -1.0, 2.0]), np.array([[0.5], [1.0], [2.0], [0.1], [3.0]])
    for wrapped in (lambda a: a, mg.tensor):
        got = mg.random.normal(wrapped(loc), wrapped(scale), size, generator=rng())
        np.testing.assert_allclose(got.numpy(), rng().normal(loc, scale, size), rtol=1e-14)
        got = mg.random.uniform(wrapped(loc), wrapped(loc + scale), size, generator=rng())
        np.testing.assert_allclose(got.numpy(), rng().uniform(loc, loc + scale, size), rtol=1e-14)
    got = mg.random.normal(2.0, 3.0, 4, generator=rng(), dtype=float)
    np.testing.assert_allclose(got.numpy(), rng().normal(2.0, 3.0, 4), rtol=1e-14)


def test_float16_is_drawn_in_single_precision() -> None:
    """NumPy draws no half precision; the numbers are those of float32, rounded."""
    got = mg.random.normal(size=5, dtype=np.float16, generator=rng())
    np.testing.assert_array_equal(got.numpy(), rng().standard_normal(5, dtype=np.float32).astype(np.float16))


def test_the_default_dtype_is_the_tensors_own() -> None:
    """float32 unless told, or unless a parameter says otherwise."""
    assert mg.random.normal(size=2).dtype == mg.random.uniform(size=2).dtype == mg.get_default_dtype()
    assert mg.random.normal(np.zeros(2)).dtype == np.float64
    assert mg.random.uniform(mg.tensor([0.0])).dtype == np.float32
    assert mg.random.normal(np.float64(1.0), size=2).dtype == np.float64


def test_manual_seed_makes_draws_repeat() -> None:
    """The same seed, the same numbers as a generator of that seed; another seed, others."""
    mg.manual_seed(7)
    first = mg.random.normal(size=4, dtype=float), mg.random.uniform(size=4, dtype=float)
    generator = rng(7)
    np.testing.assert_array_equal(first[0].numpy(), generator.standard_normal(4))
    np.testing.assert_array_equal(first[1].numpy(), generator.random(4))
    mg.manual_seed(7)
    np.testing.assert_array_equal(mg.random.normal(size=4, dtype=float).numpy(), first[0].numpy())
    mg.manual_seed(8)
    assert not np.array_equal(mg.random.normal(size=4, dtype=float).numpy(), first[0].numpy())


def test_draws_follow_their_distribution() -> None:
    """Mean and variance of 200,000 draws, within five standard errors."""
    n = 200_000
    for drawn, mean, var in (
        (mg.random.normal(1.0, 2.0, n, generator=rng(), dtype=float), 1.0, 4.0),
        (mg.random.uniform(-1.0, 2.0, n, generator=rng(), dtype=float), 0.5, 0.75),
    ):
        a = drawn.numpy()
        assert abs(a.mean() - mean) < 5 * (var / n) ** 0.5
        assert abs(a.var() - var) < 5 * var * (2 / n) ** 0.5


# ------------------------------------------------------------------------------------------------ gradients


def test_gradients_reach_loc_and_scale() -> None:
    """Reparametrised: ∂(loc + scale z) is 1 and z, summed where they were broadcast."""
    loc, scale = mg.tensor(np.array([0.5, -1.0]), requires_grad=True), mg.tensor(np.array(2.0), requires_grad=True)
    u, z = rng(1).normal(size=(3, 2)), rng().standard_normal((3, 2))
    mg.random.normal(loc, scale, (3, 2), generator=rng()).backward(u)
    np.testing.assert_allclose(loc.grad.numpy(), u.sum(axis=0), rtol=1e-14)
    np.testing.assert_allclose(scale.grad.numpy(), (u * z).sum(), rtol=1e-14)


def test_gradients_reach_low_and_high() -> None:
    """Reparametrised: ∂(low + (high − low) r) is 1 − r and r."""
    low, high = mg.tensor(np.array([0.0, 1.0]), requires_grad=True), mg.tensor(np.array(3.0), requires_grad=True)
    u, r = rng(1).normal(size=(3, 2)), rng().random((3, 2))
    mg.random.uniform(low, high, (3, 2), generator=rng()).backward(u)
    np.testing.assert_allclose(low.grad.numpy(), (u * (1 - r)).sum(axis=0), rtol=1e-14)
    np.testing.assert_allclose(high.grad.numpy(), (u * r).sum(), rtol=1e-14)


def test_a_second_derivative_passes_a_draw() -> None:
    """E.g. of (loc + scale z)³: 6 (loc + scale z) z in loc and scale."""
    z = rng().standard_normal(())

    def f(loc: Any, scale: Any) -> Any:
        return mg.random.normal(loc, scale, generator=rng()) ** 3

    got = mg.grad(lambda loc: mg.grad(f, 1)(loc, np.array(2.0)))(np.array(0.5))
    np.testing.assert_allclose(got, 6 * (0.5 + 2 * z) * z, rtol=1e-12)


# ------------------------------------------------------------------------------------------------ the mask


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_the_mask_is_the_generators(p: float) -> None:
    """`scale` where a uniform draw falls below p."""
    mask = random.bernoulli(p=p, shape=(4, 5), dtype=np.float32, scale=2.5, generator=rng())
    assert mask.dtype == np.float32
    np.testing.assert_array_equal(mask.numpy(), np.where(rng().random((4, 5)) < p, np.float32(2.5), 0))
    assert random.bernoulli(p=p, shape=(), dtype=np.float64).shape == ()


def test_a_draw_is_recorded_where_a_gradient_passes_it() -> None:
    """The graph of dropout holds the node of its mask, with the very numbers that were drawn."""
    x = mg.tensor(np.ones((3, 4)), requires_grad=True)
    y = x * random.bernoulli(p=0.5, shape=x.shape, dtype=x.dtype, scale=2.0, generator=rng())
    y.sum().backward()
    masks = [n for n in mg.graph(y) if n.op is not None and n.op.name == "bernoulli"]
    assert len(masks) == 1
    np.testing.assert_array_equal(masks[0].data, x.grad.numpy())
    assert masks[0].op.random


def test_a_checkpoint_draws_the_same_mask_again() -> None:
    """And leaves the generator where a plain run leaves it."""

    def dropped(x: Any, generator: np.random.Generator) -> Any:
        return (x * x * random.bernoulli(p=0.5, shape=x.shape, dtype=x.dtype, generator=generator)).sum()

    grads, states = [], []
    for run in (lambda f, x: f(x), mg.checkpoint):
        x, generator = mg.tensor(np.arange(1.0, 21.0), requires_grad=True), rng()
        run(lambda x, generator=generator: dropped(x, generator), x).backward()
        grads.append(x.grad.numpy())
        states.append(generator.bit_generator.state["state"])
    np.testing.assert_array_equal(*grads)
    assert states[0] == states[1]


def test_draws_under_no_grad_hold_no_graph() -> None:
    """A constant is a constant."""
    with mg.no_grad():
        z = mg.random.normal(mg.tensor([0.0], requires_grad=True), 2.0, 3)
    assert not z.requires_grad
    assert z._node.op is None


# ------------------------------------------------------------------------------------------------ generators


@pytest.mark.parametrize(
    "wrong", [0, np.random, np.random.RandomState(0), "seed"], ids=["int", "module", "legacy", "str"]
)
def test_only_a_generator_is_a_generator(wrong: Any) -> None:
    """The message names the spelling that works."""
    for draw in (mg.random.normal, mg.random.uniform):
        with pytest.raises(TypeError, match=r"expected numpy.random.Generator: np.random.default_rng\(seed\)"):
            draw(size=3, generator=wrong)


def test_two_threads_draw_from_generators_of_their_own() -> None:
    """Each thread's stream is its generator's, however they interleave."""
    drawn: dict[int, np.ndarray] = {}

    def run(seed: int) -> None:
        generator = rng(seed)
        drawn[seed] = np.concatenate(
            [mg.random.normal(size=3, generator=generator, dtype=float).numpy() for _ in range(50)]
        )

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    for seed, got in drawn.items():
        np.testing.assert_array_equal(got, rng(seed).standard_normal(150))
