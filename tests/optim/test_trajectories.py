"""Every optimiser beside Torch's, by table: a hundred steps on the same problem, in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg

torch = pytest.importorskip("torch", reason="what it compares with is Torch")

STEPS = 100
ROWS = [
    ("SGD", {}),
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.05, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    ("SGD", {"lr": 0.05, "momentum": 0.5, "nesterov": True, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.002, "maximize": True}),
    ("SGD", {"lr": 0.002, "maximize": True, "momentum": 0.5, "weight_decay": 0.1}),
    ("Adam", {}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-3}),
    ("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.05, "maximize": True}),
    ("Adam", {"lr": 0.05, "betas": (0.0, 0.0)}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.3, "maximize": True}),
    ("AdamW", {"lr": 0.05, "weight_decay": 0.0}),
]
SHAPES = [(4, 3), (3,), ()]  # a matrix, a vector, a scalar


def problem(seed: int = 0) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Beginnings, and the data of a loss that is curved, coupled and never flat."""
    rng = np.random.default_rng(seed)
    return (
        [np.asarray(rng.standard_normal(s)) for s in SHAPES],
        list(rng.standard_normal((7, 5, 4))),
        rng.standard_normal(5),
    )


def loss_of(lib: Any, p: list[Any], x: Any, target: Any) -> Any:
    """Of either library: Σ d² / (1 + d²), d = tanh(x W) b + c − target. Bounded, so that no step, uphill either, runs
    into chaos, where the last bit of either library would decide."""
    d = lib.tanh(x @ p[0]) @ p[1] + p[2] - target
    return (d * d / (1 + d * d)).sum()


def run(lib: Any, make: Any, steps: int = STEPS, between: Any = lambda i, o: None) -> tuple[list[np.ndarray], Any]:
    """Every parameter after every step, and the optimiser."""
    begin, xs, target = problem()
    p = [lib.tensor(a, requires_grad=True) for a in begin]
    xs, target = [lib.tensor(x) for x in xs], lib.tensor(target)
    optimizer = make(p)
    path = []
    for i in range(steps):
        between(i, optimizer)
        optimizer.zero_grad()
        loss_of(lib, p, xs[i % len(xs)], target).backward()
        optimizer.step()
        path += [np.array(q.detach().numpy()) for q in p]
    return path, optimizer


@pytest.mark.parametrize(("name", "options"), ROWS, ids=lambda v: str(v))
def test_a_trajectory_is_torchs(name: str, options: dict[str, Any]) -> None:
    """Each parameter after each of a hundred steps, within 1e-10."""
    mine, _ = run(mg, lambda p: getattr(mg.optim, name)(p, **options))
    theirs, _ = run(torch, lambda p: getattr(torch.optim, name)(p, **options))
    assert np.abs(mine[-3] - mine[0]).max() > 1e-3  # it moved
    for a, b in zip(mine, theirs, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10)


def test_every_optimiser_has_a_row() -> None:
    """An optimiser that the table does not run would go untested."""
    assert {name for name, _ in ROWS} == {*mg.optim.__all__} - {"Optimizer"}


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_defaults_are_torchs(name: str) -> None:
    """Each option that both have begins the same."""
    mine = getattr(mg.optim, name)([mg.tensor([1.0], requires_grad=True)]).defaults
    theirs = getattr(torch.optim, name)([torch.tensor([1.0], requires_grad=True)]).defaults
    assert {k: theirs[k] for k in mine} == mine


@pytest.mark.parametrize("options", [{"momentum": 0.9, "nesterov": True}, {"momentum": 0.5}])
def test_groups_have_options_of_their_own(options: dict[str, Any]) -> None:
    """Two groups, one with its own rate, another parameter's rate changed on the way."""

    def groups(p: list[Any]) -> list[dict[str, Any]]:
        return [{"params": p[0], "lr": 0.01}, {"params": p[1:]}]

    def between(i: int, optimizer: Any) -> None:
        if i == 30:
            optimizer.param_groups[1]["lr"] *= 0.5

    mine, _ = run(mg, lambda p: mg.optim.SGD(groups(p), lr=0.05, **options), between=between)
    theirs, _ = run(torch, lambda p: torch.optim.SGD(groups(p), lr=0.05, **options), between=between)
    for a, b in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-10)


def translated(state: Any, to: Any) -> Any:
    """A state_dict with the other library's tensors for arrays."""
    if isinstance(state, dict):
        return {k: translated(v, to) for k, v in state.items()}
    if isinstance(state, list):
        return [translated(v, to) for v in state]
    return to(state) if isinstance(state, np.ndarray) else state


RESUMED = [
    ("SGD", {"lr": 0.05, "momentum": 0.9}),
    ("SGD", {"lr": 0.05}),
    ("Adam", {"lr": 0.05}),
    ("AdamW", {"lr": 0.05}),
]


@pytest.mark.parametrize(("name", "options"), RESUMED, ids=lambda v: str(v))
def test_torch_goes_on_from_our_state_and_we_from_torchs(name: str, options: dict[str, Any]) -> None:
    """Forty steps on one side, sixty on the other, both ways: the trajectory of a hundred on one."""
    make, torch_make = getattr(mg.optim, name), getattr(torch.optim, name)
    whole, _ = run(torch, lambda p: torch_make(p, **options))
    for first, second, begin, go_on, carry in (
        (mg, torch, make, torch_make, lambda state: translated(state, torch.tensor)),
        (torch, mg, torch_make, make, lambda state: state),
    ):
        path, one = run(first, lambda p, begin=begin: begin(p, **options), steps=40)
        p = [second.tensor(a, requires_grad=True) for a in path[-3:]]
        two = go_on(p, lr=1e9)  # the rate comes with the state
        two.load_state_dict(carry(one.state_dict()))
        assert [g["lr"] for g in two.param_groups] == [0.05]
        _, xs, target = problem()
        for i in range(40, STEPS):
            two.zero_grad()
            loss_of(second, p, second.tensor(xs[i % len(xs)]), second.tensor(target)).backward()
            two.step()
        for a, b in zip(p, whole[-3:], strict=True):
            np.testing.assert_allclose(a.detach().numpy(), b, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_a_large_parameter_follows_torch_block_by_block(name: str) -> None:
    """Larger than a block, not a multiple of one, in every layout that a gradient can have; single precision stays."""
    options: dict[str, Any] = {"lr": 0.1, "weight_decay": 0.01, **({"momentum": 0.9} if name == "SGD" else {})}
    rng = np.random.default_rng(0)
    a, g = rng.standard_normal((2, 301, 227)).astype(np.float32)
    for lay in (np.ascontiguousarray, np.asfortranarray, lambda g: np.repeat(g, 2, axis=1)[:, ::2]):
        p, q = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
        mine, theirs = getattr(mg.optim, name)([p], **options), getattr(torch.optim, name)([q], **options)
        for k in range(1, 6):
            p.grad, q.grad = mg.asarray(lay(g * k)), torch.tensor(g * k)
            mine.step()
            theirs.step()
        assert p.dtype == np.float32
        # five steps of size 0.1 in float32: some 1e-7 of it each; Adam divides by a root, whose error it magnifies
        np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=2e-5, atol=2e-6)
