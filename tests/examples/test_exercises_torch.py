"""The twelve programs beside Torch: within 1e-10 in double precision, and with dropout step by step over 100 epochs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.examples.programs import FIGURES, W1, W2, loaded, output
from tests.examples.test_exercises import BOTH, WAYS, numbers

torch = pytest.importorskip("torch", reason="what it compares with is Torch")

WITHIN = 1e-10


def leaves(letter: str) -> Any:
    """The network in Torch: x, target, W1, W2."""
    expected = FIGURES[letter]
    make = lambda a, grad: torch.tensor(np.asarray(a, float), requires_grad=grad)
    return make([expected.x], True), make([expected.t], False), make(W1(), True), make(W2(), True)


def close(mine: Any, theirs: Any) -> None:
    np.testing.assert_allclose(numbers(mine), theirs.detach().numpy(), rtol=0, atol=WITHIN)


@WAYS
@BOTH
def test_forward_is_torchs(way: str, letter: str) -> None:
    """Exercise 1."""
    x, _, w1, w2 = leaves(letter)
    close(loaded(f"exercise1_{way}_{letter}").y, torch.softmax(torch.relu(x @ w1) @ w2, dim=1))


@WAYS
@BOTH
def test_loss_and_gradients_are_torchs(way: str, letter: str) -> None:
    """Exercise 2."""
    x, t, w1, w2 = leaves(letter)
    loss = torch.nn.functional.cross_entropy(torch.relu(x @ w1) @ w2, t)
    loss.backward()
    program = loaded(f"exercise2_{way}_{letter}")
    close(program.loss, loss)
    mine = (
        [program.dx, program.dW1, program.dW2] if way == "numpy" else [program.x.grad, program.W1.grad, program.W2.grad]
    )
    for a, b in zip(mine, (x, w1, w2), strict=True):
        close(a, b.grad)


def descend(letter: str, masks: Any) -> Any:
    """Exercise 3 in Torch, by its autograd and the textbook's update: after each step the loss and both weights."""
    x, t, w1, w2 = leaves(letter)
    for mask in masks:
        loss = torch.nn.functional.cross_entropy((torch.relu(x @ w1) * torch.tensor(mask)) @ w2, t)
        g1, g2 = torch.autograd.grad(loss, (w1, w2))
        w1, w2 = (w1 - 0.01 * g1).detach().requires_grad_(), (w2 - 0.01 * g2).detach().requires_grad_()
        yield loss, w1, w2


@pytest.mark.parametrize(
    ("name", "letter", "run", "kept"),
    [
        ("exercise3_torch_a", "a", None, 0.6),
        ("exercise3_torch_b", "b", "as its author meant it", 0.6),
        ("exercise3_torch_b", "a", "as it stands", 0.54),  # on the first input, with the mask that keeps Φ(0.1)
    ],
)
def test_dropout_agrees_step_by_step(name: str, letter: str, run: str | None, kept: float) -> None:
    """Loss and weights after every one of 100 epochs, with the masks that the recorded graph holds."""
    program = loaded(name)
    steps = program.steps if run is None else program.runs[run][-1]
    masks = [mask for _, mask, _, _ in steps]
    assert len(masks) == 100 and set(np.unique(masks)) == {0.0, 1 / 0.6}
    share = np.mean(np.asarray(masks) > 0)
    assert abs(share - kept) < 4 * np.sqrt(kept * (1 - kept) / 400)  # four standard errors of 400 draws
    for (loss, _, new1, new2), (tloss, w1, w2) in zip(steps, descend(letter, masks), strict=True):
        close(loss, tloss)
        close(new1, w1)
        close(new2, w2)


@BOTH
def test_the_hand_written_training_agrees_with_torch(letter: str) -> None:
    """With dropout, on the masks that the same seed gives."""
    program = loaded(f"exercise3_numpy_{letter}")
    np.random.seed(5)
    mine1, mine2, _ = program.train(p=0.4)
    np.random.seed(5)
    masks = [(np.random.rand(1, 4) > 0.4) / 0.6 for _ in range(100)]
    *_, (_, w1, w2) = descend(letter, masks)
    close(mine1, w1)
    close(mine2, w2)


@pytest.mark.parametrize("name", [f"exercise{n}_torch_{letter}" for n in (1, 2, 3) for letter in "ab"])
def test_a_program_reports_its_own_agreement(name: str) -> None:
    """The differences that it prints are below 1e-10."""
    text = output(name)
    differences = [float(line.split(":")[-1]) for line in text.splitlines() if line.startswith("largest difference")]
    assert len(differences) == (2 if name == "exercise3_torch_b" else 1)
    assert max(differences) < WITHIN
    assert f"Pytorch : {FIGURES[name[-1]].header}-----" in text
