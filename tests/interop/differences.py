"""Whether a function of another library's, called on a Tensor, gives the library's own value and its gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg


def total(out: Any, weights: np.random.Generator) -> Any:
    """All floating-point results, weighted and summed."""
    outs = out if isinstance(out, tuple | list) else (out,)
    return sum((o * weights.uniform(0.5, 1.5, np.shape(o))).sum() for o in outs if o.dtype.kind == "f")


def differentiated(f: Callable[[Any], Any], a: np.ndarray, rtol: float = 1e-6, twice: bool = True) -> None:
    """f(Tensor) carries a gradient and has f(array)'s values; along a random direction its derivative is what central
    differences of f(array) say, and the derivative of its gradient what central differences of the gradient say."""
    x = mg.tensor(a, requires_grad=True)
    found, expected = f(x), f(a)
    several = isinstance(expected, tuple | list)
    for o, e in zip(found, expected, strict=True) if several else ((found, expected),):
        assert isinstance(o, mg.Tensor), type(o)
        assert o.shape == np.shape(e)
        assert o.dtype == np.asarray(e).dtype
        np.testing.assert_allclose(o.numpy(), e, rtol=1e-10, atol=1e-12)
        assert o.requires_grad == (o.dtype.kind == "f")
    total(found, np.random.default_rng(1)).backward()
    assert x.grad is not None
    t, h = np.random.default_rng(2).normal(size=a.shape), 1e-5
    plus, minus = (total(f(a + s * t), np.random.default_rng(1)) for s in (h, -h))
    difference = float(plus - minus) / (2 * h)
    np.testing.assert_allclose(float(np.vdot(x.grad.numpy(), t)), difference, rtol=rtol, atol=rtol)
    if twice:

        def scalar(x: Any) -> Any:
            return total(f(x), np.random.default_rng(1))

        slope = mg.grad(scalar)
        expected = (slope(a + h * t) - slope(a - h * t)) / (2 * h)
        np.testing.assert_allclose(mg.hvp(scalar)(a, t), expected, rtol=10 * rtol, atol=10 * rtol)
