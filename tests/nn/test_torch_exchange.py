"""Weights to Torch and from it, the text of a module, how weights begin, and dropout under a shared mask."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid import nn

torch = pytest.importorskip("torch", reason="what it compares with is Torch")


def network(nn: Any) -> Any:
    """The same class on either library's Module."""

    class Inner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x: Any) -> Any:
            return self.fc(x)

    class Net(nn.Module):
        def __init__(self, tensor: Any) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), Inner())
            self.register_buffer("mean", tensor([0.5, 0.25, 2.0]))
            self.register_buffer("scratch", tensor([0.0]), persistent=False)
            self.head = nn.Linear(4, 2, bias=False)
            self.scale = nn.Parameter(tensor([2.0]))

        def forward(self, x: Any) -> Any:
            return self.head(self.body(x - self.mean)) * self.scale

    return Net


def pair() -> tuple[Any, Any]:
    return network(nn)(mg.tensor), network(torch.nn)(torch.tensor)


X = np.random.default_rng(0).standard_normal((5, 3)).astype(np.float32)


def test_keys_stand_in_torchs_order() -> None:
    """Own parameters, then buffers, then submodules; names of parameters, buffers and modules too."""
    mine, theirs = pair()
    assert [*mine.state_dict()] == [*theirs.state_dict()]
    for listed in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        assert [name for name, _ in getattr(mine, listed)()] == [name for name, _ in getattr(theirs, listed)()]


def test_torchs_state_is_taken() -> None:
    """The state_dict as Torch gives it; then the same output."""
    mine, theirs = pair()
    assert mine.load_state_dict(theirs.state_dict()) == ([], [])
    expected = theirs(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(mine(mg.tensor(X)).numpy(), expected, rtol=1e-5, atol=1e-6)  # float32


def test_torch_takes_our_state() -> None:
    """Array by array, trained weights included (an optimiser may lay them out otherwise)."""
    mine, theirs = pair()
    optimizer = mg.optim.Adam(mine.parameters(), lr=0.1)
    mine(mg.tensor(X)).sum().backward()
    optimizer.step()
    theirs.load_state_dict({k: torch.tensor(v.numpy()) for k, v in mine.state_dict().items()})
    got = theirs(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(mine(mg.tensor(X)).numpy(), got, rtol=1e-5, atol=1e-6)  # float32


def test_a_torch_parameter_that_requires_grad_is_refused_by_name() -> None:
    """Torch gives no array of it; the message says which key it was."""
    mine, theirs = pair()
    with pytest.raises(TypeError, match="scale is Parameter"):
        mine.load_state_dict({**theirs.state_dict(), "scale": theirs.scale})


@pytest.mark.parametrize(
    "make",
    [
        lambda nn: nn.Linear(3, 4),
        lambda nn: nn.Linear(3, 4, bias=False),
        lambda nn: nn.ReLU(),
        lambda nn: nn.GELU("tanh"),
        lambda nn: nn.Softmax(dim=1),
        lambda nn: nn.Flatten(0, 1),
        lambda nn: nn.Identity(),
        lambda nn: nn.CrossEntropyLoss(),
        lambda nn: nn.Sequential(),
        lambda nn: nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(6, 4), nn.Tanh()), nn.Sigmoid()),
    ],
)
def test_repr_is_torchs(make: Any) -> None:
    """Character by character."""
    assert repr(make(nn)) == repr(make(torch.nn))


def test_repr_shows_the_mode_of_dropout() -> None:
    """Where Torch's is silent: a forgotten eval() (or train()) can be seen."""
    net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.4))
    assert "(1): Dropout(p=0.4, training=True)" in repr(net)
    assert "(1): Dropout(p=0.4, training=False)" in repr(net.eval())


# ------------------------------------------------------------------------------------------------ beginnings

SHAPE = (300, 200)
INITS = {
    "uniform_": ((-1.0, 3.0), {}),
    "normal_": ((1.0, 0.5), {}),
    "constant_": ((0.25,), {}),
    "zeros_": ((), {}),
    "ones_": ((), {}),
    "xavier_uniform_": ((), {"gain": 2.0}),
    "xavier_normal_": ((), {"gain": 2.0}),
    "kaiming_uniform_": ((), {"a": 0.1, "mode": "fan_out"}),
    "kaiming_normal_": ((), {"nonlinearity": "relu"}),
}


@pytest.mark.parametrize("name", INITS)
def test_an_initialisation_draws_from_torchs_distribution(name: str) -> None:
    """Mean, spread and ends of 60,000 numbers: five standard errors of a sample's (about 1 / √60000 each)."""
    args, kwargs = INITS[name]
    torch.manual_seed(0)
    theirs = getattr(torch.nn.init, name)(torch.empty(SHAPE), *args, **kwargs).numpy()
    p = nn.Parameter(np.zeros(SHAPE, np.float32))
    generator = {} if name in ("constant_", "zeros_", "ones_") else {"generator": np.random.default_rng(0)}
    assert getattr(nn.init, name)(p, *args, **kwargs, **generator) is p
    assert p.is_leaf and p.requires_grad and p.dtype == np.float32
    mine, width = p.numpy(), theirs.std() + 1e-9
    assert abs(mine.mean() - theirs.mean()) <= 5 * 1.5 * width / np.sqrt(mine.size)
    assert abs(mine.std() / width - theirs.std() / width) <= 5 * 1.5 / np.sqrt(mine.size)
    if "normal" not in name:  # the ends of a uniform sample of 60,000 lie within 1e-3 of its width from the true ones
        assert abs(mine.max() - theirs.max()) <= 1e-3 * 4 * width
        assert abs(mine.min() - theirs.min()) <= 1e-3 * 4 * width


@pytest.mark.parametrize("nonlinearity", ["linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"])
def test_a_gain_is_torchs(nonlinearity: str) -> None:
    """The same factor."""
    assert nn.init.calculate_gain(nonlinearity) == torch.nn.init.calculate_gain(nonlinearity)
    assert nn.init.calculate_gain("leaky_relu", 0.3) == torch.nn.init.calculate_gain("leaky_relu", 0.3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: nn.init.calculate_gain("swoosh"), "'swoosh' is unknown"),
        (lambda t: nn.init.kaiming_uniform_(t, mode="fan"), "'fan', expected 'fan_in' or 'fan_out'"),
        (lambda t: nn.init.xavier_normal_(mg.zeros(3)), r"shape \(3,\) has no fan"),
        (lambda t: nn.init.normal_(t, std=-1.0), "scale is -1.0"),
    ],
)
def test_an_impossible_initialisation_is_refused(call: Any, message: str) -> None:
    """And the tensor keeps its numbers."""
    t = mg.ones(2, 3)
    with pytest.raises(ValueError, match=message):
        call(t)
    assert t.tolist() == np.ones((2, 3)).tolist()


def test_linear_begins_as_torchs() -> None:
    """Weight and bias uniform on ±1/√in_features; bounded by it, and filling it (60,000 and 300 numbers)."""
    mg.manual_seed(0)
    layer, bound = nn.Linear(200, 300), 1 / np.sqrt(200)
    theirs = torch.nn.Linear(200, 300)
    for p, q in ((layer.weight, theirs.weight), (layer.bias, theirs.bias)):
        a, b = np.abs(p.numpy()), np.abs(q.detach().numpy())
        assert 0.97 * bound < a.max() <= bound * (1 + 1e-6) and 0.97 * bound < b.max() <= bound * (1 + 1e-6)
        assert abs(a.mean() / bound - 0.5) < 5 * 0.29 / np.sqrt(a.size)  # the standard error of a uniform's mean


def test_manual_seed_decides_the_weights() -> None:
    """The same seed, the same network; the next draw, another."""
    mg.manual_seed(3)
    one, next_one = nn.Linear(3, 4), nn.Linear(3, 4)
    mg.manual_seed(3)
    assert nn.Linear(3, 4).weight.tolist() == one.weight.tolist() != next_one.weight.tolist()


def test_making_a_layer_is_not_recorded() -> None:
    """Also where everything is: a network made inside a traced function begins with leaves."""
    with mg.record():
        layer = nn.Linear(3, 4)
    assert layer.weight.is_leaf and layer.weight.requires_grad


def test_linear_of_no_features_begins_with_zeros() -> None:
    """There is no 1/√0."""
    layer = nn.Linear(0, 2)
    assert layer.weight.shape == (2, 0) and layer.bias.tolist() == [0.0, 0.0]


# ------------------------------------------------------------------------------------------------ dropout


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_dropout_agrees_with_torch_under_its_mask(p: float) -> None:
    """The recorded mask, handed to Torch: the same value and gradient. Its numbers are 0 and 1 / (1 − p)."""
    mg.manual_seed(0)
    a = np.random.default_rng(0).standard_normal((40, 50))
    x, tx = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
    out = nn.Dropout(p)(x)
    mask = mg.graph(out).find("bernoulli").data
    assert np.allclose(np.unique(mask), [0, 1 / (1 - p)], rtol=1e-15)
    assert abs((mask > 0).mean() - (1 - p)) < 5 * np.sqrt(p * (1 - p) / mask.size)  # five standard errors
    reference = tx * torch.tensor(mask)
    np.testing.assert_array_equal(out.numpy(), reference.detach().numpy())
    out.backward(a)
    reference.backward(torch.tensor(a))
    np.testing.assert_array_equal(x.grad.numpy(), tx.grad.numpy())


def test_dropout_draws_anew_each_time() -> None:
    """Two calls, two masks; the same seed, the same mask; single precision stays."""
    x, drop = mg.ones(50), nn.Dropout(0.5)
    mg.manual_seed(1)
    one, two = drop(x), drop(x)
    mg.manual_seed(1)
    again = nn.functional.dropout(x, 0.5)
    assert one.tolist() == again.tolist() != two.tolist()
    assert one.dtype == np.float32


def test_dropout_in_evaluation_is_the_input_itself() -> None:
    """No operation, no draw."""
    x = mg.tensor([1.0, 2.0], requires_grad=True)
    assert nn.Dropout(0.5).eval()(x) is x
    assert nn.functional.dropout(x, 0.5, training=False) is x
    assert nn.functional.dropout(x, 0.0) is x


def test_dropout_under_a_checkpoint_uses_one_mask() -> None:
    """The recomputation of the backward pass drops what the forward dropped: d Σ out / dx = mask = out / x."""
    x, drop = mg.tensor(np.full(200, 2.0), requires_grad=True), nn.Dropout(0.5)
    out = mg.checkpoint(drop, x)
    out.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), out.numpy() / 2)
    assert 0 < (out.numpy() == 0).sum() < 200
