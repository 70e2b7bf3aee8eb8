"""What all optimisers share: what they refuse, that they never write in place, their state, closures, and text."""

from __future__ import annotations

import copy
import gc
import warnings
import weakref
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid import nn, optim

OPTIMISERS = [optim.SGD, optim.Adam, optim.AdamW]


def leaf(*numbers: float, name: str | None = None) -> mg.Tensor:
    return mg.tensor(np.array(numbers), requires_grad=True, name=name)


W = leaf(1.0, 2.0, name="w")


@pytest.mark.parametrize(
    ("params", "options", "error", "message"),
    [
        ([], {}, ValueError, "SGD: no parameters; model.parameters.. is empty"),
        (iter([]), {}, ValueError, "no parameters"),
        (nn.ReLU().parameters(), {}, ValueError, "no parameters"),
        (W, {}, TypeError, r"params is one Tensor; expected model.parameters\(\) or a list"),
        (np.ones(2), {}, TypeError, "params is ndarray"),
        (3, {}, TypeError, "params is int"),
        ([np.ones(2)], {}, TypeError, "parameter 0 is ndarray, expected a Tensor that requires grad"),
        ([W, None], {}, TypeError, "parameter 1 is None"),
        ([W * 2], {}, ValueError, r"parameter 0, .*\(2,\), was computed; only a leaf"),
        ([W[:1]], {}, ValueError, "was computed"),
        ([W, W], {}, ValueError, r"parameter 1, w \(2,\), is given twice"),
        ([{"params": [W]}, {"params": W}], {}, ValueError, "given twice"),
        ([{"params": [W]}, [W]], {}, TypeError, "a group is list"),
        ([{"lr": 0.1}], {}, TypeError, "expected a dict with 'params'"),
        ([{"params": [W], "learning_rate": 0.1}], {}, TypeError, "no option 'learning_rate'.*lr, momentum"),
        ([{"params": [W], "lr": -1.0}], {}, ValueError, "lr is -1.0, expected at least 0"),
        ([W], {"lr": -0.1}, ValueError, "SGD: lr is -0.1, expected at least 0"),
        ([W], {"lr": float("nan")}, ValueError, "lr is nan"),
        ([W], {"momentum": -0.9}, ValueError, "momentum is -0.9"),
        ([W], {"weight_decay": -0.9}, ValueError, "weight_decay is -0.9"),
        ([W], {"nesterov": True}, ValueError, "needs a momentum above 0 and no dampening"),
        ([W], {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, ValueError, "no dampening"),
    ],
)
def test_bad_parameters_and_options_are_refused(
    params: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Each says which one, what it was and what is expected."""
    with pytest.raises(error, match=message):
        optim.SGD(params, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"betas": (1.0, 0.9)}, r"Adam: betas are \(1.0, 0.9\)"),
        ({"betas": (0.9, -0.1)}, "from 0 to below 1"),
        ({"betas": (0.9,)}, "expected two numbers"),
        ({"eps": -1e-8}, "eps is -1e-08"),
        ({"lr": -1}, "lr is -1"),
    ],
)
def test_adam_refuses_options_out_of_range(options: dict[str, Any], message: str) -> None:
    """Each says what was seen and what is expected."""
    with pytest.raises(ValueError, match=message):
        optim.Adam([W], **options)


def quadratic(p: mg.Tensor) -> mg.Tensor:
    return (p * p * p).sum()


@pytest.mark.parametrize("make", OPTIMISERS)
def test_a_loss_recorded_before_a_step_differentiates_after_it(make: Any) -> None:
    """With the numbers that it was computed from: 3 p² of the old p."""
    p = leaf(1.0, 2.0)
    loss = quadratic(p)
    loss.backward()
    optimizer = make([p], lr=0.5)
    optimizer.step()
    assert p.tolist() != [1.0, 2.0]
    optimizer.zero_grad()
    loss.backward()
    assert p.grad.tolist() == [3.0, 12.0]


@pytest.mark.parametrize("make", OPTIMISERS)
def test_a_step_writes_no_array_that_anyone_holds(make: Any) -> None:
    """Neither the parameter's old numbers, as an array, a snapshot or a detached Tensor, nor its gradient's."""
    p = leaf(1.0, 2.0)
    optimizer = make([p], lr=0.5, weight_decay=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        quadratic(p).backward()
        held = [p.numpy(), p.detach(), p.grad.numpy(), p.copy()]
        before = [h.tolist() for h in held]
        optimizer.step()
        assert [h.tolist() for h in held] == before


@pytest.mark.parametrize("make", OPTIMISERS)
def test_a_stepped_parameter_is_the_same_leaf(make: Any) -> None:
    """The handle, its name, dtype, class and requires_grad stay; a view of it shows the step."""
    layer = nn.Linear(2, 2)
    p = layer.weight
    row = p[0]
    layer(mg.tensor([1.0, 2.0])).sum().backward()
    make(layer.parameters(), lr=0.5).step()
    assert layer.weight is p and type(p) is nn.Parameter and p.name == "weight"
    assert p.is_leaf and p.requires_grad and p.dtype == np.float32
    assert row.tolist() == p.tolist()[0]


@pytest.mark.parametrize("make", OPTIMISERS)
def test_a_step_after_a_look_through_data_moves_the_parameter(make: Any) -> None:
    """An array handed out before does not follow, and does not stand in the way."""
    p = leaf(1.0, 2.0)
    held = p.data
    quadratic(p).backward()
    make([p], lr=0.5).step()
    assert held.tolist() == [1.0, 2.0] != p.tolist()
    p.data -= 1.0
    quadratic(p).backward()


@pytest.mark.parametrize("options", [{}, {"weight_decay": np.float64(0.1)}])
@pytest.mark.parametrize("make", OPTIMISERS)
def test_a_rate_computed_by_numpy_changes_no_dtype(make: Any, options: dict[str, Any]) -> None:
    """np.float64 promotes float32 arrays; a rate does not. A scalar parameter stays a scalar."""
    p, q = mg.tensor([1.0, 2.0], requires_grad=True), mg.tensor(3.0, requires_grad=True)
    (p.sum() * q).backward()
    make([p, q], lr=np.float64(0.5), **options).step()
    assert p.dtype == q.dtype == np.float32 and q.shape == ()
    p.grad = mg.tensor(np.ones(2))  # float64, by hand
    make([p], lr=0.5, **options).step()
    assert p.dtype == np.float32


def test_a_parameter_without_a_gradient_stays() -> None:
    """It is skipped, and so is its weight decay, as in Torch."""
    p, unused, frozen = leaf(1.0), leaf(2.0), mg.tensor([3.0])
    optimizer = optim.AdamW([p, unused, frozen], lr=0.5, weight_decay=0.5)
    quadratic(p).backward()
    optimizer.step()
    assert p.tolist() != [1.0] and unused.tolist() == [2.0] and frozen.tolist() == [3.0]
    assert [*optimizer.state_dict()["state"]] == [0]


def test_a_step_without_any_gradient_warns() -> None:
    """A forgotten backward does not pass unseen."""
    with pytest.warns(UserWarning, match=r"no parameter has a gradient.*loss.backward\(\)"):
        optim.SGD([leaf(1.0)]).step()


@pytest.mark.parametrize("set_to_none", [True, False])
def test_zero_grad_forgets(set_to_none: bool) -> None:
    """None by default, zeros on demand."""
    p = leaf(1.0)
    quadratic(p).backward()
    optim.SGD([p]).zero_grad(set_to_none=set_to_none)
    assert p.grad is None if set_to_none else p.grad.tolist() == [0.0]


def test_a_closure_computes_the_loss_with_gradients() -> None:
    """Also under no_grad; its loss is returned."""
    p = leaf(2.0)
    optimizer = optim.SGD([p], lr=0.125)

    def closure() -> mg.Tensor:
        optimizer.zero_grad()
        loss = quadratic(p)
        loss.backward()
        return loss

    with mg.no_grad():
        assert optimizer.step(closure).item() == 8.0
    assert p.tolist() == [0.5]  # 2 − 12 / 8


def test_named_parameters_are_taken() -> None:
    """Pairs of a name and a parameter, as `named_parameters()` gives them."""
    layer = nn.Linear(2, 1)
    optimizer = optim.SGD(layer.named_parameters(), lr=0.5)
    assert optimizer.param_groups[0]["params"][0] is layer.weight
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]


def test_a_group_can_be_added_later() -> None:
    """With options of its own."""
    p, q = leaf(1.0), leaf(1.0)
    optimizer = optim.SGD([p], lr=0.5)
    optimizer.add_param_group({"params": q, "lr": 0.25})
    (p * 1.0 + q).sum().backward()
    optimizer.step()
    assert p.tolist() == [0.5] and q.tolist() == [0.75]


# ------------------------------------------------------------------------------------------------ state


def stepped(make: Any, n: int = 3) -> tuple[mg.Tensor, Any]:
    p = leaf(1.0, 2.0)
    optimizer = make([p], lr=0.1)
    for _ in range(n):
        optimizer.zero_grad()
        quadratic(p).backward()
        optimizer.step()
    return p, optimizer


def test_state_dict_is_a_copy() -> None:
    """Later steps do not change it."""
    p, optimizer = stepped(optim.Adam)
    state = optimizer.state_dict()
    before = copy.deepcopy(state)
    quadratic(p).backward()
    optimizer.step()
    assert state["state"][0]["step"] == before["state"][0]["step"] == 3
    np.testing.assert_array_equal(state["state"][0]["exp_avg"], before["state"][0]["exp_avg"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("state"), "'state' and 'param_groups'"),
        (lambda s: s["param_groups"].append({"params": []}), r"groups of \[1, 0\] parameters given, expected \[1\]"),
        (lambda s: s["param_groups"][0].update(params=[0, 1]), r"groups of \[2\] parameters given"),
        (lambda s: s["state"][0].update(exp_avg=np.ones(3)), r"exp_avg of parameter 0 is \(3,\), expected \(2,\)"),
        (lambda s: s["param_groups"][0].update(lr=-1.0), "lr is -1.0"),
        (lambda s: s["param_groups"][0].update(amsgrad=True), "amsgrad=True is not supported"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change: Any, message: str) -> None:
    """Options and buffers are as they were."""
    _, optimizer = stepped(optim.Adam)
    before, state = optimizer.state_dict(), optimizer.state_dict()
    state["param_groups"][0]["lr"] = 0.7
    change(state)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(state)
    after = optimizer.state_dict()
    assert after["param_groups"] == before["param_groups"]
    assert after["state"][0]["exp_avg"].tolist() == before["state"][0]["exp_avg"].tolist()


@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, momentum=0.9), optim.Adam])
def test_loaded_buffers_come_to_lie_as_the_gradient_does(make: Any) -> None:
    """Else every later step would run across memory: a Linear's gradient is the transpose of what NumPy lays out."""
    one, two = nn.Linear(3, 4), nn.Linear(3, 4)
    two.load_state_dict(one.state_dict())
    first, second = make(one.parameters()), make(two.parameters())
    for net, optimizer in ((one, first), (two, second)):
        net(mg.tensor([[1.0, 2.0, 3.0]])).sum().backward()
        optimizer.step()
    assert one.weight.grad.numpy().strides == (4, 16)
    state = first.state_dict()
    buffer = "exp_avg" if "exp_avg" in state["state"][0] else "momentum_buffer"
    state["state"][0][buffer] = np.ascontiguousarray(state["state"][0][buffer])
    second.load_state_dict(state)
    first.step()
    second.step()
    assert second.state[two.weight][buffer].strides == (4, 16)
    np.testing.assert_array_equal(two.weight.numpy(), one.weight.numpy())


def test_repr_lists_groups_and_options() -> None:
    """Which optimiser, how many parameters, and each option."""
    text = repr(optim.SGD([W], lr=0.25))
    assert text.startswith("SGD(") and "1 parameters" in text and "lr: 0.25" in text


def test_training_leaks_no_graph() -> None:
    """A step's graph is freed with its loss, by counting alone: neither parameter, gradient nor buffers hold it."""
    p, optimizer = stepped(optim.Adam)
    gc.disable()
    try:
        optimizer.zero_grad()
        loss = quadratic(p)
        alive = weakref.ref(loss._node)
        loss.backward()
        optimizer.step()
        del loss
        assert alive() is None
    finally:
        gc.enable()


def test_a_nan_gradient_is_not_hidden() -> None:
    """It makes the parameter NaN, as in Torch; no warning of NumPy's beside it."""
    p = leaf(1.0)
    p.grad = np.array([np.nan])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optim.Adam([p]).step()
    assert np.isnan(p.numpy()).all()


def test_an_optimiser_of_ones_own_declares_its_update() -> None:
    """The base does the rest."""

    class SignDescent(optim.Optimizer):
        def __init__(self, params: Any, lr: float = 0.5) -> None:
            super().__init__(params, {"lr": lr})

        def _update(self, p: np.ndarray, g: np.ndarray, state: dict[str, Any], group: dict[str, Any]) -> np.ndarray:
            return p - group["lr"] * np.sign(g)

    p = leaf(1.0, -2.0)
    quadratic(p).backward()
    SignDescent([p]).step()
    assert p.tolist() == [0.5, -2.5]
