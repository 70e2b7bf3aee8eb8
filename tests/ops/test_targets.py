"""Targets of the losses that are neither class indices nor probabilities: each message says what would be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg

X = mg.tensor(np.zeros((2, 3)), requires_grad=True)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (np.array([[0, 1, 0], [1, 0, 0]]), "one-hot ones too) are floats of shape (2, 3): t.astype(float)"),
        (np.array([0.5, 1.0]), "float64 (2,); expected class indices (integers) of shape (2,)"),
        (np.zeros((3, 3)), "class indices of shape (2,), or probabilities of shape (2, 3)"),
        (np.array([0, 1, 2]), "class indices of shape (2,), or probabilities of shape (2, 3)"),
    ],
    ids=["one-hot integers", "indices as floats", "too many rows", "too many indices"],
)
def test_a_target_that_fits_neither_way_is_refused(target: Any, said: str) -> None:
    """The exercises' one-hot np.array([[0, 1]]) is one: the message shows the spelling that works."""
    with pytest.raises(ValueError) as caught:
        mg.cross_entropy(X, target)
    assert said in str(caught.value), str(caught.value)


def test_the_spelling_that_the_message_shows_works() -> None:
    """One-hot floats give what the class indices give."""
    hot = np.array([[0, 1, 0], [1, 0, 0]])
    assert mg.cross_entropy(X, hot.astype(float)).item() == mg.cross_entropy(X, np.array([1, 0])).item() == np.log(3)
