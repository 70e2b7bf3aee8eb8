"""nn.functional's reductions, orders and scans are Torch's: values, places and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops.optional import torch

F = mg.nn.functional
rng = np.random.default_rng(17)
A = rng.permutation(np.arange(24) * 0.3 - 2).reshape(4, 6)
GAPS = np.where(rng.random((4, 6)) < 0.3, np.nan, A)
TIES = rng.integers(0, 3, (5, 4)) / 2.0
CALLS: dict[str, tuple[Any, np.ndarray]] = {
    "var": (lambda f, x: (f.var(x), f.var(x, 1), f.var(x, False), f.var(x, 0, unbiased=False, keepdim=True)), A),
    "std": (lambda f, x: (f.std(x), f.std(x, dim=(0, 1)), f.std(x, 1, correction=2)), A),
    "std_mean": (lambda f, x: (*f.std_mean(x, 1), *f.var_mean(x, unbiased=False)), A),
    "max": (lambda f, x: (f.max(x), *f.max(x, 1), *f.max(x, 0, keepdim=True)), A),
    "min": (lambda f, x: (f.min(x), *f.min(x, -1), *f.min(x, 0, True)), A),
    "max of ties": (lambda f, x: (f.max(x), *f.max(x, 1), f.max(x, x * 1.0)), TIES),
    "aminmax": (lambda f, x: (*f.aminmax(x), *f.aminmax(x, dim=1, keepdim=True)), TIES),
    "median": (lambda f, x: (f.median(x), *f.median(x, 1), *f.median(x, 0, keepdim=True)), A),
    "median of a NaN": (lambda f, x: f.median(x, 1)[0], GAPS),
    "nanmedian": (lambda f, x: (f.nanmedian(x), *f.nanmedian(x, 1)), GAPS),
    "median of ties": (lambda f, x: f.median(x), TIES),
    "mode": (lambda f, x: (*f.mode(x), *f.mode(x, 0), *f.mode(x, 0, True), *f.mode(x[0, 0])), TIES),
    "renorm": (lambda f, x: (f.renorm(x, 2, 0, 1.5), f.renorm(x, 1, 1, 4), f.renorm(x, 3, -1, 0), f.renorm(
        x, np.inf, 0, 1.2)), A),
    "renorm of zeros": (lambda f, x: f.renorm(x, 2, 0, 0.1), np.where(np.arange(6) < 3, 0.0, A).T),
    "dist": (lambda f, x: (f.dist(x, x * x), f.dist(x, x[0] + 0.1, 3)), A),
    "sort": (lambda f, x: (*f.sort(x), *f.sort(x, 0, True), *f.sort(x[0, 0], 0)), A),
    "argsort": (lambda f, x: (f.argsort(x), f.argsort(x, dim=0, descending=True, stable=True)), TIES),
    "cumsum": (lambda f, x: (f.cumsum(x, 1), f.cumprod(x, 0), f.cumsum(x[0, 0], 0)), A),
    "searchsorted": (lambda f, x: (f.searchsorted(f.sort(x)[0], x * 0.5), f.searchsorted(f.sort(x)[0], x,
        right=True)), A),
    "unique": (lambda f, x: (f.unique(x.detach()), *f.unique(x.detach(), return_inverse=True, return_counts=True)),
        TIES),
    "unique_consecutive": (lambda f, x: f.unique_consecutive(x.detach(), return_inverse=True, return_counts=True),
        TIES),
    "gradient": (lambda f, x: (*f.gradient(x), *f.gradient(x, spacing=0.5, dim=1, edge_order=2)), A),
    "histc": (lambda f, x: (f.histc(x, 4), f.histc(x, 5, -1, 2)), A),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("call", "a"), CALLS.values(), ids=CALLS)
def test_it_is_torchs(call: Any, a: np.ndarray) -> None:
    """Values, places, shapes and gradients under random cotangents."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
    ours, theirs = call(F, x), call(torch, t)
    ours, theirs = (list(o) if isinstance(o, tuple) else [o] for o in (ours, theirs))
    assert len(ours) == len(theirs)
    total, their_total = mg.tensor(0.0, dtype=np.float64), torch.tensor(0.0, dtype=torch.float64)
    for o, e in zip(ours, theirs):
        np.testing.assert_allclose(o.numpy(), e.detach().numpy(), rtol=1e-12, atol=1e-12)
        assert o.shape == tuple(e.shape)
        if e.requires_grad:
            u = rng.normal(size=o.shape)
            total, their_total = total + (o * u).sum(), their_total + (e * torch.tensor(u)).sum()
    if their_total.requires_grad:
        total.backward()
        their_total.backward()
        np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda x: F.var(x, 0, unbiased=True, correction=2), "unbiased=True and correction=2"),
        (lambda x: F.median(x[:0], 0), "no elements"),
        (lambda x: F.mode(x[:0], 0), "no elements along axis 0"),
        (lambda x: F.renorm(x[0], 2, 0, 1.0), "at least 2 axes"),
        (lambda x: F.renorm(x, -1, 0, 1.0), "p=-1"),
        (lambda x: F.renorm(x, 2, 0, -1.0), "maxnorm=-1.0"),
        (lambda x: F.renorm(x, 2, 2, 1.0), "out of bounds"),
        (lambda x: F.searchsorted(x[0], x, right=True, side="left"), "contradict"),
        (lambda x: F.gradient(x, spacing=[1.0], dim=(0, 1)), "1 spacings for 2 axes"),
        (lambda x: F.gradient(x, dim=(1, 1)), "twice"),
        (lambda x: F.histc(x, 0), "bins=0"),
    ],
)
def test_bad_input_is_refused(call: Any, says: str) -> None:
    """Saying what was seen and what was expected."""
    with pytest.raises(ValueError, match=says):
        call(mg.tensor(A))
