"""Distances composed of operations: by hand, and beside Torch."""

from __future__ import annotations

import numpy as np
import pytest

import microgrid as mg
from tests.ops.optional import torch

X = np.array([[0.0, 3.0], [4.0, 0.0], [1.0, 1.0]])


def test_pdist_takes_each_two_rows_once() -> None:
    """In the order 01, 02, 12; by hand."""
    np.testing.assert_allclose(mg.pdist(X), [5.0, 5**0.5, 10**0.5], 1e-12)
    np.testing.assert_allclose(mg.pdist(mg.asarray(X), 1.0).numpy(), [7.0, 3.0, 4.0], 1e-12)
    assert mg.pdist(X[:1]).shape == (0,)


@pytest.mark.skipif(torch is None, reason="what it compares with is Torch")
@pytest.mark.parametrize("p", [2.0, 1.0, 3.0, np.inf])
@pytest.mark.parametrize("other", [(3, 4), (4,), (1, 1)])
def test_dist_is_the_norm_of_all_differences(p: float, other: tuple[int, ...]) -> None:
    """Of what broadcasts; value and gradients."""
    rng = np.random.default_rng(0)
    arrays = rng.normal(size=(3, 4)), rng.normal(size=other)
    xs = [mg.tensor(a, requires_grad=True) for a in arrays]
    ts = [torch.tensor(a, requires_grad=True) for a in arrays]
    out, expected = mg.dist(*xs, p), torch.dist(*ts, p)
    np.testing.assert_allclose(out.item(), expected.item(), 1e-12)
    out.backward()
    expected.backward()
    for x, t in zip(xs, ts):
        assert x.grad is not None
        np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), 1e-11, 1e-12)
