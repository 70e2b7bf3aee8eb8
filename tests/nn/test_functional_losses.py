"""Losses composed of operations, beside Torch: values, first and second derivatives, and what must be refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
import microgrid.nn.functional as F
from tests.nn.calls import beside_torch, positive, real, signs

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
REDUCTIONS = ("mean", "sum", "none")
CLASSES = np.array([0, 2, 1, 2])
LABELS = np.array([[2, 0, -1, 1], [3, -1, 1, 0], [-1, 1, 2, 3], [0, 1, 2, 3]])

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("mse_loss", (real(4, 3), real(4, 3, seed=1)), {"weight": positive(4, 3)}),
    ("l1_loss", (real(4, 3), real(4, 3, seed=1)), {"weight": positive(4, 3)}),
    ("huber_loss", (real(4, 3), real(4, 3, seed=1)), {"weight": positive(4, 3), "delta": 0.5}),
    ("binary_cross_entropy_with_logits", (real(4, 3), positive(4, 3)), {}),
    ("gaussian_nll_loss", (real(4, 3), real(4, 3, seed=1), positive(4, 3)), {}),
    ("gaussian_nll_loss", (real(4, 3), real(4, 3, seed=1), positive(4)), {"full": True}),
    ("gaussian_nll_loss", (real(4, 3), real(4, 3, seed=1), positive(4, 1)), {"eps": 0.5}),  # some are below it
    ("gaussian_nll_loss", (real(4, 3), real(4, 3, seed=1), 0.3), {}),
    ("poisson_nll_loss", (real(4, 3), 3 * positive(4, 3)), {}),
    ("poisson_nll_loss", (real(4, 3), 3 * positive(4, 3)), {"full": True}),
    ("poisson_nll_loss", (positive(4, 3), 3 * positive(4, 3, seed=1)), {"log_input": False, "eps": 0.1}),
    ("margin_ranking_loss", (real(5), real(5, seed=1), signs(5)), {"margin": 0.3}),
    ("margin_ranking_loss", (real(2, 3), real(2, 1, seed=1), signs(1, 3)), {}),
    ("hinge_embedding_loss", (real(4, 3), signs(4, 3)), {}),
    ("hinge_embedding_loss", (real(4, 3), signs(4, 3)), {"margin": 0.5}),
    ("soft_margin_loss", (real(4, 3), signs(4, 3)), {}),
    ("soft_margin_loss", (real(4, 3), 3 * signs(4, 1)), {}),
    ("multilabel_soft_margin_loss", (real(4, 3), positive(4, 3)), {}),
    ("multilabel_soft_margin_loss", (real(4, 3), positive(4, 3)), {"weight": positive(3)}),
    ("cosine_embedding_loss", (real(4, 3), real(4, 3, seed=1), signs(4)), {}),
    ("cosine_embedding_loss", (real(4, 3), real(4, 3, seed=1), signs(4)), {"margin": 0.2}),
    ("cosine_embedding_loss", (real(3), real(3, seed=1), np.array(-1)), {}),
    ("triplet_margin_loss", (real(4, 3), real(4, 3, seed=1), real(4, 3, seed=2)), {}),
    ("triplet_margin_loss", (real(4, 3), real(4, 3, seed=1), real(4, 3, seed=2)), {"swap": True, "margin": 2.0}),
    ("triplet_margin_loss", (real(4, 3), real(4, 3, seed=1), real(4, 3, seed=2)), {"p": 3.0}),
    ("triplet_margin_with_distance_loss", (real(4, 3), real(4, 3, seed=1), real(4, 3, seed=2)), {}),
]
ONCE: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [  # of these Torch has no second derivative
    ("multi_margin_loss", (real(4, 3), CLASSES), {}),
    ("multi_margin_loss", (real(4, 3), CLASSES), {"p": 2, "margin": 0.5}),
    ("multi_margin_loss", (real(3), np.array(1)), {}),
    ("multilabel_margin_loss", (real(4, 4), LABELS), {}),
    ("multilabel_margin_loss", (real(4), LABELS[0]), {}),
]


def _ids(calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]]) -> list[str]:
    return [f"{name}-{k}" for k, (name, _, _) in enumerate(calls)]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "args", "how"), CALLS, ids=_ids(CALLS))
def test_it_is_torchs(name: str, args: tuple[Any, ...], how: dict[str, Any], reduction: str) -> None:
    """Value, gradients, gradients of gradients."""
    beside_torch(name, *args, **how, reduction=reduction)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "args", "how"), ONCE, ids=_ids(ONCE))
def test_it_is_torchs_once(name: str, args: tuple[Any, ...], how: dict[str, Any], reduction: str) -> None:
    """Value and gradients."""
    beside_torch(name, *args, twice=False, **how, reduction=reduction)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_a_weight_that_torch_does_not_differentiate(reduction: str) -> None:
    """Of these losses Torch takes weights without a gradient alone."""
    x, t, w = real(4, 3), positive(4, 3), positive(3)
    for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits"):
        a = mg.tensor(positive(4, 3, seed=1) if name == "binary_cross_entropy" else x, requires_grad=True)
        b = torch.tensor(a.numpy(), requires_grad=True)
        out = getattr(F, name)(a, t, w, reduction=reduction)
        expected = getattr(torch.nn.functional, name)(b, torch.tensor(t), torch.tensor(w), reduction=reduction)
        np.testing.assert_allclose(out.numpy(), expected.detach().numpy(), 1e-12)
        out.sum().backward()
        expected.sum().backward()
        assert a.grad is not None and b.grad is not None
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), 1e-9)
    a = mg.tensor(x, requires_grad=True)
    b = torch.tensor(x, requires_grad=True)
    F.multi_margin_loss(a, CLASSES, weight=w, reduction=reduction).sum().backward()
    theirs = torch.nn.functional.multi_margin_loss(
        b, torch.tensor(CLASSES), weight=torch.tensor(w), reduction=reduction
    )
    theirs.sum().backward()
    assert a.grad is not None and b.grad is not None
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), 1e-12)


@pytest.mark.parametrize("log_target", [False, True])
@pytest.mark.parametrize("shape", [(4, 3), (3,), ()])
def test_batchmean_divides_by_the_first_axis(shape: tuple[int, ...], log_target: bool) -> None:
    """Of a scalar it is the sum."""
    beside_torch("kl_div", real(*shape), positive(*shape), reduction="batchmean", log_target=log_target)


def test_a_negative_label_ends_the_list_of_labels() -> None:
    """multilabel_margin_loss by hand: classes 2 and 0 count, 1 and 3 do not."""
    x = np.array([0.1, 0.2, 0.4, 0.8])
    expected = (sum(max(0, 1 - x[j] + x[i]) for j in (2, 0) for i in (1, 3))) / 4
    got = F.multilabel_margin_loss(mg.asarray(x), np.array([2, 0, -1, 1]))
    np.testing.assert_allclose(got.item(), expected, 1e-12)


def test_shapes_that_differ_are_warned_of() -> None:
    """They broadcast, which is rarely meant."""
    for f in (F.mse_loss, F.l1_loss, F.smooth_l1_loss, F.huber_loss):
        with pytest.warns(UserWarning, match=r"input \(3, 1\) and target \(3,\) differ in shape"):
            f(mg.ones((3, 1)), mg.ones(3))


X = mg.tensor(np.ones((4, 3)))
WRONG: list[tuple[Any, type[Exception], str]] = [
    (lambda: F.mse_loss(X, X, weight=mg.ones(3)), ValueError, r"weight has shape \(3,\), expected \(4, 3\)"),
    (lambda: F.gaussian_nll_loss(X, X, -1.0), ValueError, "negative"),
    (lambda: F.gaussian_nll_loss(X, X, mg.ones((2, 3))), ValueError, r"var has shape \(2, 3\)"),
    (lambda: F.gaussian_nll_loss(X, X, 1.0, reduction="avg"), ValueError, "'avg'"),
    (lambda: F.poisson_nll_loss(X, X, reduction="avg"), ValueError, "'avg'"),
    (lambda: F.margin_ranking_loss(X, X, mg.ones(3)), ValueError, "as many axes"),
    (lambda: F.soft_margin_loss(mg.ones(3), X), ValueError, r"does not broadcast to the input's shape \(3,\)"),
    (lambda: F.multi_margin_loss(X, CLASSES, p=3), ValueError, "p is 3, expected 1 or 2"),
    (lambda: F.multi_margin_loss(X, CLASSES + 1), IndexError, "run from 1 to 3, expected 0 to 2"),
    (lambda: F.multi_margin_loss(X, CLASSES[:2]), ValueError, r"target \(2,\)"),
    (lambda: F.multi_margin_loss(X, CLASSES, weight=mg.ones(2)), ValueError, r"weight has shape \(2,\)"),
    (lambda: F.multi_margin_loss(X, CLASSES / 1), TypeError, "expected class indices"),
    (lambda: F.multilabel_margin_loss(X, np.full((4, 3), 3)), IndexError, "expected 0 to 2"),
    (lambda: F.multilabel_margin_loss(X, CLASSES), ValueError, "of its shape"),
    (lambda: F.cosine_embedding_loss(X, X, X), ValueError, r"expected \(N, D\)"),
    (lambda: F.triplet_margin_loss(X, X, mg.ones(3)), ValueError, "as many axes"),
    (lambda: F.triplet_margin_loss(X, X, X, margin=0.0), ValueError, "margin is 0.0, expected a positive number"),
    (lambda: F.triplet_margin_loss(X, X, X, reduction="avg"), ValueError, "'avg'"),
]


@pytest.mark.parametrize(("call", "kind", "says"), WRONG)
def test_what_does_not_fit_is_refused(call: Any, kind: type[Exception], says: str) -> None:
    """With what was seen and what was expected."""
    with pytest.raises(kind, match=says):
        call()
