"""Every module beside Torch's: value, gradients of inputs and parameters, training and evaluation; and its errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid import nn
from tests.nn.cases import CASES, Case

torch = pytest.importorskip("torch", reason="what it compares with is Torch")

# Sums in another order: a few units in the last place of numbers near 1, with room for longer sums.
ROUNDING = 1e-12


def close(mine: Any, theirs: Any, what: str) -> None:
    """Equal to rounding, in shape and in dtype."""
    theirs = theirs.detach().numpy()
    assert mine.shape == theirs.shape, what
    assert mine.dtype == theirs.dtype, what
    np.testing.assert_allclose(mine.numpy(), theirs, rtol=ROUNDING, atol=ROUNDING, err_msg=what)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_module_is_torchs(case: Case, training: bool) -> None:
    """Value and gradients, of inputs and parameters, under a random cotangent, from Torch's own weights."""
    rng = np.random.default_rng(7)
    torch.manual_seed(7)
    theirs = case.make(torch.nn, {"dtype": torch.float64}).train(training)
    mine = case.make(nn, {"dtype": float}).train(training)
    assert mine.load_state_dict(theirs.state_dict()) == ([], [])
    arrays = case.inputs(rng)
    mine_in = [mg.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    theirs_in = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    out, reference = mine(*mine_in), theirs(*theirs_in)
    close(out, reference, "value")
    cotangent = rng.standard_normal(out.shape)
    out.backward(cotangent)
    reference.backward(torch.tensor(cotangent))
    for i, (a, b) in enumerate(zip(mine_in, theirs_in, strict=True)):
        if b.requires_grad:
            close(a.grad, b.grad, f"gradient of input {i}")
    names = [name for name, _ in theirs.named_parameters()]
    assert [name for name, _ in mine.named_parameters()] == names
    for (name, p), q in zip(mine.named_parameters(), theirs.parameters(), strict=True):
        close(p.grad, q.grad, f"gradient of {name}")


SMOOTH = [
    c
    for c in CASES
    if c.name.startswith(("Linear", "Tanh", "Sigmoid", "GELU", "Softmax", "Sequential in", "Cross", "MSE"))
]


@pytest.mark.filterwarnings("ignore:Using backward")  # Torch, of the cycle that it makes
@pytest.mark.parametrize("case", SMOOTH, ids=lambda c: c.name)
def test_a_gradient_of_gradients_is_torchs(case: Case) -> None:
    """The derivative of a gradient penalty, Σ (∂ out / ∂ first input)², in inputs and parameters."""
    rng = np.random.default_rng(7)
    torch.manual_seed(7)
    theirs = case.make(torch.nn, {"dtype": torch.float64})
    mine = case.make(nn, {"dtype": float})
    mine.load_state_dict(theirs.state_dict())
    arrays = case.inputs(rng)
    mine_in = [mg.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    theirs_in = [torch.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
    out, reference = mine(*mine_in), theirs(*theirs_in)
    cotangent = rng.standard_normal(out.shape)
    out.backward(cotangent, create_graph=True)
    reference.backward(torch.tensor(cotangent), create_graph=True)
    penalty, theirs_penalty = (mine_in[0].grad ** 2).sum(), (theirs_in[0].grad ** 2).sum()
    for p in [*mine_in, *mine.parameters(), *theirs_in, *theirs.parameters()]:
        p.grad = None
    penalty.backward()
    theirs_penalty.backward()
    pairs = [*zip(mine_in, theirs_in, strict=True), *zip(mine.parameters(), theirs.parameters(), strict=True)]
    for i, (a, b) in enumerate(pairs):
        if b.grad is not None and (
            a.grad is not None or b.grad.abs().sum() > 0
        ):  # Torch gives zeros where we give None
            close(a.grad, b.grad, f"second derivative {i}")


def test_every_module_has_a_row() -> None:
    """A module that the table of cases does not make would go untested."""
    made = {type(m).__name__ for case in CASES for m in case.make(nn, {"dtype": float}).modules()}
    modules = {
        name for name in nn.__all__ if isinstance(getattr(nn, name), type) and issubclass(getattr(nn, name), nn.Module)
    }
    assert made == modules - {"Module"}


@pytest.mark.parametrize(
    ("normalized_shape", "affine"), [((4,), "both"), (4, "both"), ((3, 4), "both"), ((4,), "weight"), ((4,), "none")]
)
def test_layer_norm_is_torchs(normalized_shape: Any, affine: str) -> None:
    """Over one axis or two, with and without weight and bias: value and every gradient."""
    rng = np.random.default_rng(1)
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else normalized_shape
    arrays = [rng.standard_normal((2, 3, 4)), rng.standard_normal(shape), rng.standard_normal(shape)]
    arrays = arrays[: {"both": 3, "weight": 2, "none": 1}[affine]]
    mine = [mg.tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    out = nn.functional.layer_norm(mine[0], normalized_shape, *mine[1:], eps=1e-3)
    reference = torch.nn.functional.layer_norm(theirs[0], shape, *theirs[1:], eps=1e-3)
    close(out, reference, "value")
    cotangent = rng.standard_normal(out.shape)
    out.backward(cotangent)
    reference.backward(torch.tensor(cotangent))
    for a, b in zip(mine, theirs, strict=True):
        close(a.grad, b.grad, "gradient")


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "gelu"])
def test_a_function_is_torchs(name: str) -> None:
    """The elementwise functions by their own names, in single precision too."""
    a = np.linspace(-4, 4, 33, dtype=np.float32)
    mine, theirs = getattr(nn.functional, name)(mg.tensor(a)), getattr(torch.nn.functional, name)(torch.tensor(a))
    assert mine.dtype == np.float32
    # float32 has 1.2e-7; in x (1 + erf) / 2 at x = −4 both sides lose all but that, times 4
    np.testing.assert_allclose(mine.numpy(), theirs.numpy(), rtol=2e-6, atol=6e-7)


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_log_softmax_is_torchs(dim: int) -> None:
    """Along any axis, and finite where the softmax is 0."""
    a = np.array([[1.0, 2.0, 1000.0], [-3.0, 0.5, 1.0]])
    expected = torch.log_softmax(torch.tensor(a), dim)
    close(nn.functional.log_softmax(mg.tensor(a), dim=dim), expected, "value")


def test_a_loss_of_different_shapes_warns_as_torchs_does() -> None:
    """(4, 1) beside (4,) broadcasts to (4, 4): the value is Torch's, and so is the warning."""
    a, b = np.arange(4.0).reshape(4, 1), np.arange(4.0)
    with pytest.warns(UserWarning, match=r"input \(4, 1\) and target \(4,\) differ"):
        mine = nn.MSELoss()(mg.tensor(a), mg.tensor(b))
    with pytest.warns(UserWarning):
        theirs = torch.nn.MSELoss()(torch.tensor(a), torch.tensor(b))
    close(mine, theirs, "value")


X = mg.tensor(np.ones((2, 3)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Linear(3, 4)(mg.tensor(np.ones((2, 5)))), ValueError, r"input \(2, 5\), weight \(4, 3\)"),
        (lambda: nn.Linear(-1, 4), ValueError, "in_features is -1"),
        (lambda: nn.Linear(3, -4), ValueError, "out_features is -4"),
        (lambda: nn.Linear(3.5, 4), TypeError, "integer"),
        (lambda: nn.Linear(3, 4, dtype=int), TypeError, "floating"),
        (lambda: nn.Dropout(1.5), ValueError, "p is 1.5.*between 0 and 1"),
        (lambda: nn.Dropout(-0.1), ValueError, "between 0 and 1"),
        (lambda: nn.functional.dropout(X, float("nan")), ValueError, "between 0 and 1"),
        (lambda: nn.functional.dropout(mg.tensor([1, 2]), 0.5), TypeError, "int64, expected floating"),
        (lambda: nn.Flatten(3)(X), IndexError, r"dim 3 is out of range for an input of shape \(2, 3\)"),
        (lambda: nn.Flatten(1, 0)(X), ValueError, "start_dim 1 comes after end_dim 0"),
        (lambda: nn.Softmax(dim=2)(X), np.exceptions.AxisError, "axis=2"),
        (lambda: nn.GELU("erf")(X), ValueError, "'erf', expected 'none' or 'tanh'"),
        (lambda: nn.MSELoss(reduction="average"), ValueError, "'average', expected 'mean', 'sum' or 'none'"),
        (lambda: nn.functional.mse_loss(X, X, reduction="max"), ValueError, "'max', expected 'mean', 'sum' or 'none'"),
        (lambda: nn.CrossEntropyLoss()(X, np.array([0, 3])), IndexError, "0 to 3, expected 0 to 2"),
        (lambda: nn.CrossEntropyLoss()(X, np.array([0, -1])), IndexError, "-1 to 0, expected 0 to 2"),
        (lambda: nn.CrossEntropyLoss()(X, np.array([0, 1, 2])), ValueError, r"target has shape \(3,\).*\(2,\)"),
        (lambda: nn.CrossEntropyLoss()(X, np.ones((2, 2))), ValueError, r"target has shape \(2, 2\).*\(2, 3\)"),
        (lambda: nn.NLLLoss()(X, np.ones((2, 3))), TypeError, "float64, expected class indices"),
        (lambda: nn.functional.layer_norm(X, (2,)), ValueError, r"\(2, 3\) does not end in normalized_shape \(2,\)"),
        (lambda: nn.functional.layer_norm(X, ()), ValueError, "does not end in normalized_shape"),
        (lambda: nn.Sequential([nn.ReLU()]), TypeError, r"Sequential\(\*layers\)"),
        (lambda: nn.Sequential(nn.ReLU), TypeError, r"nn.ReLU\(\)"),
        (lambda: nn.Sequential(nn.ReLU())[1], IndexError, "no module 1; it has 1"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(call: Any, error: type[Exception], message: str) -> None:
    """Each says what was seen and what was expected."""
    with pytest.raises(error, match=message):
        call()
