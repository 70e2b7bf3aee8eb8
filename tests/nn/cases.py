"""The table of modules: how each is made here and in Torch, and what it is called with. A new module adds a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """make: given the library's `nn` (and whether it is ours), the module.  inputs: drawn anew for each test, from a
    generator; floating-point ones are differentiated, unless fixed says which are not."""

    name: str
    make: Callable[[Any, dict[str, Any]], Any]
    inputs: Callable[[np.random.Generator], tuple[np.ndarray, ...]]
    fixed: tuple[int, ...] = ()


def normal(*shape: int) -> Callable[[np.random.Generator], tuple[np.ndarray, ...]]:
    return lambda rng: (rng.standard_normal(shape),)


def with_classes(*shape: int) -> Callable[[np.random.Generator], tuple[np.ndarray, ...]]:
    """Scores, and the class of each example: the classes are on axis 1, or on the only one."""
    axis = 1 if len(shape) > 1 else 0
    return lambda rng: (
        rng.standard_normal(shape),
        rng.integers(0, shape[axis], shape[:axis] + shape[axis + 1 :]),
    )


def with_probabilities(*shape: int) -> Callable[[np.random.Generator], tuple[np.ndarray, ...]]:
    def draw(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        weights = rng.uniform(0.1, 1.0, shape)
        return rng.standard_normal(shape), weights / weights.sum(1 if len(shape) > 1 else 0, keepdims=True)

    return draw


def two(*shape: int) -> Callable[[np.random.Generator], tuple[np.ndarray, ...]]:
    return lambda rng: (rng.standard_normal(shape), rng.standard_normal(shape))


CASES = [
    Case("Linear", lambda nn, f64: nn.Linear(3, 4, **f64), normal(5, 3)),
    Case("Linear without bias", lambda nn, f64: nn.Linear(3, 4, bias=False, **f64), normal(5, 3)),
    Case("Linear on a vector", lambda nn, f64: nn.Linear(3, 4, **f64), normal(3)),
    Case("Linear on a batch of matrices", lambda nn, f64: nn.Linear(3, 4, **f64), normal(2, 5, 3)),
    Case("Linear on no examples", lambda nn, f64: nn.Linear(3, 4, **f64), normal(0, 3)),
    Case("Linear to one feature", lambda nn, f64: nn.Linear(3, 1, **f64), normal(5, 3)),
    Case("ReLU", lambda nn, f64: nn.ReLU(), normal(4, 5)),
    Case("Tanh", lambda nn, f64: nn.Tanh(), normal(4, 5)),
    Case("Sigmoid", lambda nn, f64: nn.Sigmoid(), normal(4, 5)),
    Case("GELU", lambda nn, f64: nn.GELU(), normal(4, 5)),
    Case("GELU by tanh", lambda nn, f64: nn.GELU(approximate="tanh"), normal(4, 5)),
    Case("Softmax over rows", lambda nn, f64: nn.Softmax(dim=1), normal(4, 5)),
    Case("Softmax over columns", lambda nn, f64: nn.Softmax(dim=0), normal(4, 5)),
    Case("Softmax over the last of three", lambda nn, f64: nn.Softmax(dim=-1), normal(2, 3, 4)),
    Case("Softmax of a vector", lambda nn, f64: nn.Softmax(dim=0), normal(4)),
    Case("Flatten", lambda nn, f64: nn.Flatten(), normal(2, 3, 4)),
    Case("Flatten all", lambda nn, f64: nn.Flatten(0), normal(2, 3, 4)),
    Case("Flatten the middle", lambda nn, f64: nn.Flatten(1, 2), normal(2, 3, 4, 5)),
    Case("Flatten the last", lambda nn, f64: nn.Flatten(-2), normal(2, 3, 4, 5)),
    Case("Flatten a scalar", lambda nn, f64: nn.Flatten(0), normal()),
    Case("Identity", lambda nn, f64: nn.Identity(54, unused=1), normal(2, 3)),
    Case("Dropout of nothing", lambda nn, f64: nn.Dropout(0.0), normal(2, 3)),
    Case("Dropout of everything", lambda nn, f64: nn.Dropout(1.0), normal(2, 3)),
    Case("Sequential of nothing", lambda nn, f64: nn.Sequential(), normal(2, 3)),
    Case(
        "Sequential in Sequential",
        lambda nn, f64: nn.Sequential(
            nn.Flatten(), nn.Sequential(nn.Linear(6, 4, **f64), nn.Tanh()), nn.Linear(4, 2, **f64), nn.Softmax(dim=1)
        ),
        normal(5, 2, 3),
    ),
    *(
        Case(
            f"CrossEntropyLoss, {kind} {shape}, {how}",
            lambda nn, f64, how=how: nn.CrossEntropyLoss(reduction=how),
            draw(*shape),
        )
        for how in ("mean", "sum", "none")
        for kind, draw in (("classes", with_classes), ("probabilities", with_probabilities))
        for shape in ((5, 3), (3,), (2, 3, 4), (2, 3, 4, 5))
    ),
    *(
        Case(f"NLLLoss, {shape}, {how}", lambda nn, f64, how=how: nn.NLLLoss(reduction=how), with_classes(*shape))
        for how in ("mean", "sum", "none")
        for shape in ((5, 3), (3,), (2, 3, 4), (2, 3, 4, 5))
    ),
    *(
        Case(f"MSELoss, {shape}, {how}", lambda nn, f64, how=how: nn.MSELoss(reduction=how), two(*shape))
        for how in ("mean", "sum", "none")
        for shape in ((5, 3), (4,), ())
    ),
]
