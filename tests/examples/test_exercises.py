"""The twelve programs run alone, print what the original prints, and agree with the published figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.examples.programs import FIGURES, FOLDER, PROGRAMS, loaded, output, printed

BOTH = pytest.mark.parametrize("letter", ["a", "b"])
WAYS = pytest.mark.parametrize("way", ["numpy", "torch"])


def numbers(x: Any) -> np.ndarray:
    return x.numpy() if isinstance(x, mg.Tensor) else np.asarray(x)


def test_there_are_twelve() -> None:
    """The files are the list: nothing runs untested."""
    assert sorted(p.stem for p in FOLDER.glob("exercise[0-9]*.py")) == sorted(PROGRAMS)
    assert len(PROGRAMS) == 12


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_the_original_prints(name: str) -> None:
    """Its header and its results, run by itself, without a warning."""
    exercise, way, letter = name.removeprefix("exercise").split("_")
    expected, text = FIGURES[letter], output(name)
    header = {"numpy": "NumPy", "torch": "microgrid"}[way]
    assert f"{header} : {expected.header}-----" in text
    for line in {"1": ["output : "], "2": ["loss : ", "w1 gradient :"], "3": ["w1 weight : ", "w2 weight : "]}[
        exercise
    ]:
        assert line in text
    if exercise == "1":
        assert all(f"{y:.8f}" in text for y in expected.softmax)
    if exercise == "2":
        assert f"{expected.loss:.14f}"[:-1] in text and f"{expected.loss_of_the_source:.14f}"[:-1] in text
        assert all(f"{g:.8f}".rstrip("0") in text for g in expected.dW1_rows)


@pytest.mark.parametrize("name", [p for p in PROGRAMS if "torch" in p])
def test_a_program_says_that_torch_is_missing(name: str) -> None:
    """And shows its own half."""
    text = output(name, torch=False)
    assert "Torch is not installed" in text and "microgrid : x=" in text and "Pytorch" not in text


@pytest.mark.parametrize("name", ["exercise2_numpy_a", "exercise3_numpy_b"])
def test_a_hand_written_program_needs_no_torch(name: str) -> None:
    """Its layers are checked all the same."""
    assert "PASS" in output(name, torch=False)


@WAYS
@BOTH
def test_exercise_1_gives_the_softmax(way: str, letter: str) -> None:
    """To the printed digits."""
    printed(numbers(loaded(f"exercise1_{way}_{letter}").y)[0], FIGURES[letter].softmax)


@WAYS
@BOTH
def test_exercise_2_gives_loss_and_gradients(way: str, letter: str) -> None:
    """The losses to the last digits, the gradients to the printed ones."""
    program, expected = loaded(f"exercise2_{way}_{letter}"), FIGURES[letter]
    # the loss is a difference of logits near 2, whose last bit is 4e-16
    np.testing.assert_allclose(numbers(program.loss), expected.loss, rtol=0, atol=2e-15)
    np.testing.assert_allclose(numbers(program.loss_of_the_source), expected.loss_of_the_source, rtol=1e-14)
    if way == "numpy":
        dW1, dW2, dx = program.dW1, program.dW2, program.dx
    else:
        dW1, dW2, dx = (v.grad.numpy() for v in (program.W1, program.W2, program.x))
    printed(dW1, np.repeat(expected.dW1_rows, 4).reshape(3, 4))
    printed(dW2, np.outer(expected.dW2_first, [1, -1]))
    printed(dx[0], expected.dx)


@BOTH
def test_exercise_3_by_hand_learns(letter: str) -> None:
    """Without dropout, 100 epochs of SGD end where the table says."""
    W1, W2, loss = loaded(f"exercise3_numpy_{letter}").train(p=0.0)
    expected = FIGURES[letter]
    np.testing.assert_allclose(loss, expected.loss_after, rtol=1e-12)  # 100 steps of rounding
    printed(W1[0], expected.W1_first_row_after)
    printed(W2[0], expected.W2_first_row_after)


@BOTH
def test_exercise_3_by_autodiff_learns(letter: str) -> None:
    """Without dropout, 100 epochs of SGD end where the table says."""
    program, expected = loaded(f"exercise3_torch_{letter}"), FIGURES[letter]
    F = mg.nn.functional
    if letter == "a":
        x, t = program.x, program.t
        W1, W2, steps = program.train(p=0.0)
    else:
        x, t = program.x2, program.t2
        W1, W2, steps = program.train(x, t, lambda h: h * np.ones((1, 4)))
    assert len(steps) == 100
    np.testing.assert_allclose(F.cross_entropy(F.relu(x @ W1) @ W2, t).item(), expected.loss_after, rtol=1e-12)
    printed(W1.numpy()[0], expected.W1_first_row_after)
    printed(W2.numpy()[0], expected.W2_first_row_after)


@pytest.mark.parametrize("name", [p for p in PROGRAMS if "numpy" in p])
def test_the_checker_passes_every_layer(name: str) -> None:
    """Each report is truthy."""
    reports = loaded(name).reports
    assert reports and not {layer: str(report) for layer, report in reports.items() if not report}


def test_the_last_program_says_what_differs() -> None:
    """As it stands it trained on [1,2,3]: it has learnt that, and not what it was meant to learn."""
    text, program = output("exercise3_torch_b"), loaded("exercise3_torch_b")
    assert "as its author meant it" in text and "as it stands" in text
    assert "trained on                        [4,5,6]    [1,2,3]" in text
    assert "share of units kept               0.60       0.54" in text
    (_, _, *meant, _), (_, _, *stands, _) = program.runs.values()
    # A network that knows its target has a loss near 0, one that has learnt the other's target one far above log 2.
    assert program.loss_on(program.x2, program.t2, *meant) < 0.1 < 1 < program.loss_on(program.x2, program.t2, *stands)
    assert program.loss_on(program.x1, program.t1, *stands) < 0.1 < 1 < program.loss_on(program.x1, program.t1, *meant)
