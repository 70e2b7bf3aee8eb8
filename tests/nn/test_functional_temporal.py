"""nn.functional.ctc_loss beside Torch's and beside the sum over all alignments, one by one."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops.optional import torch

F = mg.nn.functional
rng = np.random.default_rng(5)
X = rng.normal(size=(6, 4, 5))
TARGETS = np.array([[1, 1, 2], [3, 2, 4], [4, 1, 1], [2, 3, 1]])
TOLD, HEARD = np.array([2, 3, 0, 1]), np.array([6, 4, 5, 6])
FLAT = np.concatenate([t[:k] for t, k in zip(TARGETS, TOLD)])


def logs(x: np.ndarray) -> Any:
    """Log-probabilities."""
    return x - np.logaddexp.reduce(x, axis=-1, keepdims=True)


def all_alignments(p: np.ndarray, target: list[int]) -> float:
    """Minus the log of the sum over every sequence of classes that collapses to the target."""
    total = 0.0
    for path in itertools.product(range(p.shape[1]), repeat=len(p)):
        if [k for k, _ in itertools.groupby(path) if k] == target:
            total += np.exp(sum(p[t, k] for t, k in enumerate(path)))
    return -float(np.log(total))


@pytest.mark.parametrize("target", [[1, 1], [2, 1], [2], []], ids=str)
def test_it_sums_over_all_alignments(target: list[int]) -> None:
    """Of a small example, written out."""
    p = logs(X[:5, 0, :3])
    got = F.ctc_loss(mg.tensor(p), np.array(target, int), 5, len(target), reduction="none")
    np.testing.assert_allclose(got.numpy(), all_alignments(p, target), rtol=1e-12)
    assert got.shape == ()


CASES: dict[str, dict[str, Any]] = {
    "mean": {}, "sum": {"reduction": "sum"}, "none": {"reduction": "none"},
    "targets one after another": {"targets": FLAT},
    "another blank": {"blank": 4, "targets": np.minimum(TARGETS, 3)},
    "too long": {"input_lengths": np.array([2, 4, 5, 6]), "reduction": "none", "zero_infinity": True},
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_torchs(name: str) -> None:
    """The value; the gradient through log_softmax, where Torch's convention and the formula's agree."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    how = {"targets": TARGETS, "input_lengths": HEARD, "target_lengths": TOLD} | CASES[name]
    x, t = mg.tensor(X, requires_grad=True), torch.tensor(X, requires_grad=True)
    y = F.ctc_loss(F.log_softmax(x, -1), **how)
    e = torch.nn.functional.ctc_loss(
        torch.log_softmax(t, -1), **{k: torch.from_numpy(v) if isinstance(v, np.ndarray) else v for k, v in how.items()}
    )
    np.testing.assert_allclose(y.numpy(), e.detach().numpy(), rtol=1e-12)
    u = rng.normal(size=y.shape)
    y.backward(u)
    e.backward(torch.tensor(u))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_every_value_of_torchs_samples() -> None:
    """Torch's own samples, in float32; it has no second derivative, and its first is of log_softmax and this."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    pytest.importorskip("expecttest", reason="Torch's table of samples imports it")
    from tests.ops import samples

    op, count = samples.operations()["nn.functional.ctc_loss"], 0
    for sample in op.sample_inputs("cpu", torch.float32):
        x, args, how = samples.ours((sample.input, tuple(sample.args), sample.kwargs))
        samples.same(F.ctc_loss(x, *args, **how).numpy(), op(sample.input, *sample.args, **sample.kwargs), "value")
        count += 1
    assert count == 12


def test_its_derivatives_are_what_differences_say() -> None:
    """Of both orders, in the log-probabilities alone, where Torch's would not be."""
    p, v, h = logs(X), rng.normal(size=X.shape), 1e-6

    def f(p: Any) -> Any:
        return F.ctc_loss(mg.asarray(p) if isinstance(p, np.ndarray) else p, TARGETS, HEARD, TOLD)

    slope = mg.grad(f)
    expected = float((f(p + h * v) - f(p - h * v)).numpy()) / (2 * h)
    np.testing.assert_allclose((slope(p) * v).sum(), expected, rtol=1e-7)
    curved = mg.grad(lambda p: (slope(p) * v).sum())(p)
    expected = ((slope(p + h * v) - slope(p - h * v)) * v).sum() / (2 * h)
    np.testing.assert_allclose((curved * v).sum(), expected, rtol=1e-6)


def test_what_has_no_alignment_costs_infinity() -> None:
    """Its gradient is 0, not NaN; nothing heard and nothing told costs nothing."""
    x = mg.tensor(logs(X), requires_grad=True)
    y = F.ctc_loss(x, TARGETS, [2, 6, 0, 0], [2, 3, 0, 1], reduction="none")
    assert y.numpy()[0] == y.numpy()[3] == np.inf and y.numpy()[2] == 0
    y.sum().backward()
    assert np.isfinite(x.grad.numpy()).all() and not x.grad.numpy()[:, [0, 2, 3]].any()


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"target_lengths": [2, 3, 0]}, "3 target_lengths, expected 4"),
        ({"input_lengths": [7, 4, 5, 6]}, "expected 0 to 6"),
        ({"blank": 5}, "blank is 5, expected one of 5 classes"),
        ({"targets": FLAT[1:]}, "5 targets, expected 6"),
        ({"targets": TARGETS[:, :2]}, r"targets \(4, 2\), expected \(4, 3 or more\)"),
        ({"targets": TARGETS + 2}, "targets from 0 to 6, expected classes below 5"),
        ({"log_probs": X[0, 0]}, r"log_probs \(5,\), expected \(T, N, C\)"),
        ({"reduction": "max"}, "reduction"),
    ],
)
def test_what_does_not_fit_is_said(how: dict[str, Any], says: str) -> None:
    """Which argument, and what it should be."""
    given = {"log_probs": X, "targets": TARGETS, "input_lengths": HEARD, "target_lengths": TOLD} | how
    with pytest.raises(ValueError, match=says):
        F.ctc_loss(mg.tensor(given.pop("log_probs")), **given)


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_nan_is_not_an_impossible_target() -> None:
    """It stays NaN, zero_infinity or not."""
    p = logs(X)
    p[1, 0] = np.nan
    for zero in (False, True):
        y = F.ctc_loss(mg.tensor(p), TARGETS, HEARD, TOLD, reduction="none", zero_infinity=zero).numpy()
        assert np.isnan(y[0]) and np.isfinite(y[1:]).all()
