"""Normalisation, attention, tables, dropout and affine maps of nn.functional, beside Torch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
import microgrid.nn.functional as F
from tests.nn.calls import beside_torch, positive, real

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
MASK = np.array([[True, False, True, True, False], [False, True, True, False, True]])

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("layer_norm", (real(2, 3, 4), (3, 4), positive(3, 4), real(3, 4)), {}),
    ("layer_norm", (real(1400, 100), (100,), positive(100), real(100)), {}),  # enough to be worked on in blocks
    ("layer_norm", (real(70, 20, 100), (20, 100), positive(20, 100), real(20, 100)), {}),
    ("layer_norm", (real(4, 40000), (40000,), positive(40000)), {}),
    ("group_norm", (real(140, 4, 250), 2), {}),
    ("rms_norm", (real(2, 3, 4), (3, 4), positive(3, 4)), {"eps": 0.1}),
    ("group_norm", (real(2, 6, 3), 3, positive(6), real(6)), {"eps": 0.1}),
    ("batch_norm", (real(4, 3, 2), None, None, positive(3), real(3)), {"training": True}),
    ("instance_norm", (real(2, 3, 4),), {"weight": positive(3), "bias": real(3)}),
    ("instance_norm", (real(2, 3, 2, 2),), {"eps": 0.1}),
    ("local_response_norm", (real(2, 7, 3), 3), {"alpha": 0.5}),
    ("local_response_norm", (real(2, 7, 3), 4), {"alpha": 0.5, "beta": 0.5, "k": 2.0}),
    ("local_response_norm", (real(2, 3, 2, 2), 9), {"alpha": 0.5}),
    ("linear", (real(2, 3, 4), real(5, 4), real(5)), {}),
    ("linear", (real(3, 4), real(4)), {}),
    ("bilinear", (real(2, 3, 4), real(2, 3, 5), real(6, 4, 5), real(6)), {}),
    ("bilinear", (real(3, 4), real(3, 5), real(1, 4, 5)), {}),
    ("normalize", (real(3, 4),), {"p": 3.0, "dim": -1}),
    ("cosine_similarity", (real(3, 4), real(3, 4, seed=1)), {"dim": 0}),
    ("pairwise_distance", (real(3, 4), real(3, 4, seed=1)), {"p": 1.0, "keepdim": True}),
]
ONCE: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("pdist", (real(5, 3),), {}),
    ("pdist", (real(5, 3),), {"p": 1.0}),
    ("pdist", (real(1, 3),), {}),
]


@pytest.mark.parametrize(("name", "args", "how"), CALLS, ids=[f"{n}-{k}" for k, (n, _, _) in enumerate(CALLS)])
def test_it_is_torchs(name: str, args: tuple[Any, ...], how: dict[str, Any]) -> None:
    """Value, gradients, gradients of gradients."""
    beside_torch(name, *args, **how)


@pytest.mark.parametrize(("name", "args", "how"), ONCE, ids=[f"{n}-{k}" for k, (n, _, _) in enumerate(ONCE)])
def test_it_is_torchs_once(name: str, args: tuple[Any, ...], how: dict[str, Any]) -> None:
    """Value and gradients: Torch has no second derivative."""
    beside_torch(name, *args, twice=False, **how)


# ------------------------------------------------------------------------------------------------ running statistics


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("kind", ["Tensor", "array"])
@pytest.mark.parametrize(("name", "shape"), [("batch_norm", (4, 3)), ("batch_norm", (4, 3, 2)),
                                             ("instance_norm", (4, 3, 2))])  # fmt: skip
def test_running_statistics_move_in_place(name: str, shape: tuple[int, ...], kind: str, recorded: bool) -> None:
    """Towards the batch's mean and unbiased variance, whether a gradient is wanted or not; then they are used."""
    x, mean, var = real(*shape), real(3), positive(3)
    held = (mg.tensor(mean), mg.tensor(var)) if kind == "Tensor" else (mean.copy(), var.copy())
    theirs = torch.tensor(mean), torch.tensor(var)
    a = mg.tensor(x, requires_grad=recorded)
    training = {"batch_norm": "training", "instance_norm": "use_input_stats"}[name]
    for momentum in (0.1, 0.5):
        how = {training: True, "momentum": momentum}
        out = getattr(F, name)(a, *held, **how)
        expected = getattr(torch.nn.functional, name)(torch.tensor(x), *theirs, **how)
        np.testing.assert_allclose(out.numpy(), expected.numpy(), 1e-9)
        for ours, their in zip(held, theirs):
            np.testing.assert_allclose(np.asarray(ours), their.numpy(), 1e-9)
    how = {training: False}
    out = getattr(F, name)(a, *held, **how)
    np.testing.assert_allclose(out.numpy(), getattr(torch.nn.functional, name)(torch.tensor(x), *theirs, **how), 1e-9)


# ------------------------------------------------------------------------------------------------ attention


def attended(heads: int, shared: int, **how: Any) -> None:
    """Attention beside Torch's plain kernel, which is twice differentiable."""
    q, k, v = real(2, heads, 3, 4), real(2, shared, 5, 4, seed=1), real(2, shared, 5, 2, seed=2)
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        beside_torch("scaled_dot_product_attention", q, k, v, enable_gqa=heads != shared, **how)


@pytest.mark.parametrize(("heads", "shared"), [(4, 4), (4, 2), (4, 1)])
@pytest.mark.parametrize("how", [
    {}, {"is_causal": True}, {"scale": 0.3}, {"attn_mask": real(3, 5, seed=3)}, {"attn_mask": real(1, 1, 3, 5, seed=3)},
    {"attn_mask": np.arange(15).reshape(3, 5) % 4 > 0},
    {"attn_mask": np.arange(120).reshape(2, 4, 3, 5) % 7 > 0},
], ids=["plain", "causal", "scale", "added", "added, 4-D", "masked", "masked by head"])  # fmt: skip
def test_attention_is_torchs(heads: int, shared: int, how: dict[str, Any]) -> None:
    """Value, gradients, gradients of gradients; heads that share keys and values too."""
    attended(heads, shared, **how)


def test_attention_drops_weights_by_a_recorded_draw() -> None:
    """Each weight is kept with probability 1 − p and divided by it; the gradient is that of the very same draw."""
    mg.manual_seed(0)
    q, k = (mg.tensor(real(50, 4, seed=s), requires_grad=True) for s in (0, 1))
    v = mg.tensor(np.eye(50), requires_grad=True)  # so that the value shows the weights
    out = F.scaled_dot_product_attention(q, k, v, dropout_p=0.25)
    full = F.scaled_dot_product_attention(q, k, v).numpy()
    ratio = out.numpy() / full
    assert set(np.round(np.unique(ratio), 6)) == {0.0, round(1 / 0.75, 6)}
    assert abs((ratio == 0).mean() - 0.25) < 0.03  # 2500 draws: 3.5 standard deviations
    out.backward(np.ones((50, 50)))
    assert v.grad is not None
    np.testing.assert_allclose(v.grad.numpy(), out.numpy().T @ np.ones((50, 50)), 1e-9)


# ------------------------------------------------------------------------------------------------ tables


@pytest.mark.parametrize("how", [{}, {"padding_idx": -1}, {"scale_grad_by_freq": True}, {"max_norm": 0.8},
                                 {"max_norm": 0.8, "norm_type": 1.0}], ids=str)  # fmt: skip
@pytest.mark.parametrize("size", [7, 300])
def test_embedding_is_torchs(how: dict[str, Any], size: int) -> None:
    """Value, the table's gradient, and the table itself, whose long rows are shortened."""
    at = np.random.default_rng(0).integers(0, 5, (2, size))
    w, t = mg.tensor(real(6, 3), requires_grad=True), torch.tensor(real(6, 3), requires_grad=True)
    out = F.embedding(at, w, **how)
    expected = torch.nn.functional.embedding(torch.tensor(at), t, **how)
    np.testing.assert_allclose(out.numpy(), expected.detach().numpy(), 1e-6)  # Torch adds 1e-7 to a norm in float32
    out.backward(u := real(2, size, 3))
    expected.backward(torch.tensor(u))
    assert w.grad is not None and t.grad is not None
    np.testing.assert_allclose(w.grad.numpy(), t.grad.numpy(), 1e-9, 1e-12)
    np.testing.assert_allclose(w.numpy(), t.detach().numpy(), 1e-6)


BAGS: list[dict[str, Any]] = [
    {}, {"mode": "sum"}, {"mode": "max"}, {"padding_idx": 2}, {"mode": "max", "padding_idx": 2},
]  # fmt: skip


@pytest.mark.parametrize("how", BAGS, ids=str)
@pytest.mark.parametrize("offsets", [None, [0, 0, 2, 5], [0, 3, 6, 6]], ids=str)
def test_embedding_bag_is_torchs(how: dict[str, Any], offsets: list[int] | None) -> None:
    """Rows of indices as bags, or bags that begin at offsets, empty ones among them."""
    at = np.array([0, 2, 1, 1, 4, 2])
    if offsets is None:
        at = at.reshape(2, 3)
    else:
        how = {**how, "offsets": np.array(offsets)}
    w, t = mg.tensor(real(5, 3), requires_grad=True), torch.tensor(real(5, 3), requires_grad=True)
    out = F.embedding_bag(at, w, **how)
    given = {k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in how.items()}
    expected = torch.nn.functional.embedding_bag(torch.tensor(at), t, **given)
    np.testing.assert_allclose(out.numpy(), expected.detach().numpy(), 1e-12)
    out.backward(u := real(*out.shape))
    expected.backward(torch.tensor(u))
    assert w.grad is not None and t.grad is not None
    np.testing.assert_allclose(w.grad.numpy(), t.grad.numpy(), 1e-12, 1e-12)


@pytest.mark.parametrize("mode", ["sum", "mean"])
def test_bags_divide_a_rows_gradient_by_how_often_it_is_taken(mode: str) -> None:
    """By hand: Torch 2.13 divides by another row's number where one between them is not taken."""
    at, u = np.array([[0, 2, 1], [1, 4, 2]]), real(2, 3)
    w = mg.tensor(real(5, 3), requires_grad=True)
    F.embedding_bag(at, w, mode=mode, scale_grad_by_freq=True).backward(u)
    share = u if mode == "sum" else u / 3
    assert w.grad is not None
    both = share.sum(axis=0) / 2
    np.testing.assert_allclose(w.grad.numpy(), [share[0], both, both, np.zeros(3), share[1]], 1e-12, 1e-12)


def test_weighed_bags_have_a_gradient_for_the_weights_too() -> None:
    """With mode="sum", and the last offset given."""
    at, starts, weights = np.array([0, 2, 1, 1, 4]), np.array([0, 2, 5]), positive(5)
    w, p = mg.tensor(real(5, 3), requires_grad=True), mg.tensor(weights, requires_grad=True)
    t, q = torch.tensor(real(5, 3), requires_grad=True), torch.tensor(weights, requires_grad=True)
    how: dict[str, Any] = {"mode": "sum", "include_last_offset": True}
    out = F.embedding_bag(at, w, starts, per_sample_weights=p, **how)
    expected = torch.nn.functional.embedding_bag(torch.tensor(at), t, torch.tensor(starts), per_sample_weights=q, **how)
    np.testing.assert_allclose(out.numpy(), expected.detach().numpy(), 1e-12)
    out.backward(u := real(2, 3))
    expected.backward(torch.tensor(u))
    for ours, theirs in ((w, t), (p, q)):
        assert ours.grad is not None and theirs.grad is not None
        np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), 1e-12)


# ------------------------------------------------------------------------------------------------ dropout

CHANNELS = [(F.dropout1d, (40, 50, 3)), (F.dropout1d, (2000, 3)), (F.dropout2d, (40, 50, 2, 3)),
            (F.dropout2d, (40, 50, 3)), (F.dropout3d, (40, 50, 2, 1, 3)), (F.dropout3d, (2000, 2, 1, 3))]  # fmt: skip


@pytest.mark.parametrize(("f", "shape"), CHANNELS, ids=[f"{f.__name__}-{s}" for f, s in CHANNELS])
def test_channels_are_dropped_whole(f: Any, shape: tuple[int, ...]) -> None:
    """With probability p; the others are divided by 1 − p, and so is the gradient."""
    mg.manual_seed(0)
    x = mg.tensor(np.ones(shape), requires_grad=True)
    out = f(x, 0.25)
    kept = out.numpy().reshape(2000, -1)
    assert np.all(kept == kept[:, :1]) and set(np.unique(kept)) == {0.0, 1 / 0.75}
    assert abs((kept[:, 0] == 0).mean() - 0.25) < 0.04  # 2000 draws: 4 standard deviations
    out.sum().backward()
    assert x.grad is not None
    np.testing.assert_array_equal(x.grad.numpy(), out.numpy())


@pytest.mark.parametrize("f", [F.alpha_dropout, F.feature_alpha_dropout])
def test_alpha_dropout_keeps_mean_and_variance(f: Any) -> None:
    """Of numbers of mean 0 and variance 1."""
    mg.manual_seed(0)
    x = mg.tensor(real(500, 400, 2), requires_grad=True)
    out = f(x, 0.3, True)
    assert abs(out.numpy().mean()) < 0.02 and abs(out.numpy().var() - 1) < 0.03
    low = out.numpy().min(axis=2) if f is F.feature_alpha_dropout else out.numpy()
    assert abs((low == np.sort(low, axis=None)[low.size // 10]).mean() - 0.3) < 0.01  # what is dropped is one number
    out.sum().backward()
    assert x.grad is not None and len(np.unique(x.grad.numpy())) == 2


@pytest.mark.parametrize("f", [F.dropout, F.dropout1d, F.dropout2d, F.dropout3d, F.alpha_dropout,
                               F.feature_alpha_dropout])  # fmt: skip
def test_dropout_passes_in_evaluation_and_drops_everything_at_1(f: Any) -> None:
    """Nothing at p = 0 either."""
    x = mg.tensor(real(2, 3, 4, 5) if f is not F.dropout1d else real(2, 3, 4))
    assert f(x, 0.5, False) is x and f(x, 0.0, True) is x
    np.testing.assert_array_equal(f(x, 1.0, True).numpy(), 0)
    with pytest.raises(ValueError, match=r"p is 1\.5"):
        f(x, 1.5)
    with pytest.raises(TypeError, match="int64"):
        f(mg.ones(x.shape, dtype=np.int64), 0.5, True)


# ------------------------------------------------------------------------------------------------ errors

X = mg.tensor(np.ones((4, 3)))
Q = mg.tensor(np.ones((2, 4, 3, 5)))
WRONG: list[tuple[Any, type[Exception], str]] = [
    (lambda: F.layer_norm(X, 4), ValueError, r"input \(4, 3\) does not end in normalized_shape \(4,\)"),
    (lambda: F.rms_norm(X, (3, 4)), ValueError, r"does not end in normalized_shape \(3, 4\)"),
    (lambda: F.group_norm(X, 2), ValueError, "3 channels do not divide into 2 groups"),
    (lambda: F.batch_norm(X, None, None), ValueError, "needs running_mean and running_var"),
    (lambda: F.batch_norm(X[:1], None, None, training=True), ValueError, "one value a channel"),
    (lambda: F.instance_norm(mg.ones((2, 3, 1))), ValueError, "one value a channel"),
    (lambda: F.local_response_norm(X, 2), ValueError, "three axes or more"),
    (lambda: F.linear(X, mg.ones((2, 4))), ValueError, r"input \(4, 3\), weight \(2, 4\)"),
    (lambda: F.bilinear(X, X, mg.ones((2, 3, 4))), ValueError, r"weight \(2, 3, 4\)"),
    (lambda: F.scaled_dot_product_attention(X, X, X, mg.ones((4, 4)), is_causal=True), ValueError, "not both"),
    (lambda: F.scaled_dot_product_attention(Q, Q[:, :3], Q[:, :3], enable_gqa=True), ValueError, "must be a multiple"),
    (lambda: F.scaled_dot_product_attention(X, X, X, dropout_p=2.0), ValueError, "p is 2.0"),
    (lambda: F.embedding([1], X, sparse=True), ValueError, "sparse gradients are not supported"),
    (lambda: F.embedding([1], X, padding_idx=4), ValueError, "padding_idx is 4"),
    (lambda: F.embedding_bag([1, 2], X), ValueError, r"with offsets \(B,\)"),
    (lambda: F.embedding_bag([[1, 2]], X, [0]), ValueError, "whose rows are the bags already"),
    (lambda: F.embedding_bag([1, 2], X, [1]), ValueError, "to rise from 0"),
    (lambda: F.embedding_bag([[1, 2]], X, mode="min"), ValueError, "'min'"),
    (lambda: F.embedding_bag([[1, 2]], X, per_sample_weights=mg.ones((1, 2))), ValueError, "mode='sum'"),
    (lambda: F.dropout1d(mg.ones(3)), ValueError, "expected 2 or 3 axes"),
    (lambda: F.pdist(mg.ones(3)), ValueError, r"expected \(N, M\)"),
]


@pytest.mark.parametrize(("call", "kind", "says"), WRONG)
def test_what_does_not_fit_is_refused(call: Any, kind: type[Exception], says: str) -> None:
    """With what was seen and what was expected."""
    with pytest.raises(kind, match=says):
        call()
