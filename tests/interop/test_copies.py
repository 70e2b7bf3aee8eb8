"""pickle, copy.copy and copy.deepcopy of Tensors: what is kept, and that no history is lost unsaid."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import microgrid as mg

WAYS: dict[str, Any] = {
    **{f"pickle {p}": lambda x, p=p: pickle.loads(pickle.dumps(x, p)) for p in range(2, pickle.HIGHEST_PROTOCOL + 1)},
    "copy": copy.copy, "deepcopy": copy.deepcopy,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("value", [np.arange(6.0).reshape(2, 3).T, np.float32(2), np.zeros((0, 2)), np.array([1, 2]),
                                   np.array([True, False])], ids=lambda v: f"{v.dtype}{np.shape(v)}")  # fmt: skip
def test_a_constant_is_another_of_the_same_value(way: Any, value: Any) -> None:
    """Value, shape, dtype, name; a write to one does not show in the other."""
    x = mg.tensor(value, name="x")
    y = way(x)
    assert (type(y), y.shape, y.dtype, y.name, y.requires_grad) == (mg.Tensor, x.shape, x.dtype, "x", False)
    np.testing.assert_array_equal(y.numpy(), value)
    if y.size:
        y[...] = 1 - y
        np.testing.assert_array_equal(x.numpy(), value)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_leaf_stays_a_leaf(way: Any) -> None:
    """requires_grad, its gradient, its name; a backward from the copy leaves the first alone."""
    x = mg.tensor([1.0, 2.0], requires_grad=True, name="w")
    (x * x).sum().backward()
    y = way(x)
    assert (y.requires_grad, y.is_leaf, y.name) == (True, True, "w")
    assert y.grad.tolist() == [2.0, 4.0]
    (3 * y).sum().backward()
    assert y.grad.tolist() == [5.0, 7.0]
    assert way is copy.copy or x.grad.tolist() == [2.0, 4.0]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_parameter_and_a_view_keep_their_class_and_value(way: Any) -> None:
    """A Parameter comes back as one; a view as a Tensor of its own."""
    p = mg.nn.Parameter(mg.tensor([1.0, 2.0]))
    assert type(way(p)) is mg.nn.Parameter
    root = mg.tensor(np.arange(6.0).reshape(2, 3))
    row = way(root[1])
    root[1] = 0.0
    assert type(row) is mg.Tensor
    assert row.tolist() == [3.0, 4.0, 5.0]


def test_what_was_computed_is_copied_with_its_history_or_not_at_all() -> None:
    """copy.copy differentiates; pickle and deepcopy, which cannot carry the graph, say so and the way out."""
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    y = copy.copy(x * 3)
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    for name, way in WAYS.items():
        if name != "copy":
            with pytest.raises(TypeError, match=r"history cannot be copied.*x\.detach\(\)"):
                way(x * 3)
            assert way((x * 3).detach()).tolist() == [3.0, 6.0]


def test_deepcopy_keeps_what_is_shared() -> None:
    """One Tensor held twice is one in the copy."""
    x = mg.tensor([1.0], requires_grad=True)
    a, b = copy.deepcopy([x, x])
    assert a is b is not x
