"""Module: what it registers, its modes, its state, its place in the graph, and what it refuses."""

from __future__ import annotations

import copy
import pickle
import sys
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid import nn


class Block(nn.Module):
    """One linear layer and a buffer."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.fc = nn.Linear(n, n)
        self.register_buffer("count", mg.tensor(0))
        self.register_buffer("cache", mg.tensor([0.0]), persistent=False)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return nn.functional.tanh(self.fc(x))


class Net(nn.Module):
    """Nested, with a parameter of its own, made after a submodule."""

    def __init__(self) -> None:
        super().__init__()
        self.block = Block(3)
        self.scale = nn.Parameter([1.0, 1.0, 1.0])
        self.drop = nn.Dropout(0.4)
        self.out = nn.Linear(3, 2, bias=False)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.out(self.drop(self.block(x) * self.scale))


KEYS = ["scale", "block.fc.weight", "block.fc.bias", "out.weight"]


# ------------------------------------------------------------------------------------------------ registration


def test_parameters_have_torchs_names_and_order() -> None:
    """A module's own come before those of its submodules, whatever was assigned first."""
    net = Net()
    assert [name for name, _ in net.named_parameters()] == KEYS
    assert [name for name, _ in net.named_parameters(prefix="net")] == [f"net.{key}" for key in KEYS]
    assert [name for name, _ in net.named_parameters(recurse=False)] == ["scale"]
    assert [p.shape for p in net.parameters()] == [(3,), (3, 3), (3,), (2, 3)]
    assert all(type(p) is nn.Parameter and p.requires_grad and p.is_leaf for p in net.parameters())


def test_modules_and_buffers_are_found() -> None:
    """Paths of all modules, itself under "", and of all buffers."""
    net = Net()
    assert [name for name, _ in net.named_modules()] == ["", "block", "block.fc", "drop", "out"]
    assert [type(m) for m in net.modules()] == [Net, Block, nn.Linear, nn.Dropout, nn.Linear]
    assert [name for name, _ in net.named_children()] == ["block", "drop", "out"]
    assert list(net.children()) == [net.block, net.drop, net.out]
    assert [name for name, _ in net.named_buffers()] == ["block.count", "block.cache"]
    assert [b.shape for b in net.buffers()] == [(), (1,)]


def test_a_shared_part_is_given_once() -> None:
    """Tied weights and a module held twice: one parameter for the optimiser, a key for each in the state."""
    net = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    net[1].weight = net[0].weight
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert [*net.state_dict()] == ["0.weight", "0.bias", "1.weight", "1.bias"]
    twice = nn.Sequential(net[0], net[0])
    assert len(list(twice.parameters())) == 2
    assert [name for name, _ in twice.named_modules()] == ["", "0"]
    assert [*twice.state_dict()] == ["0.weight", "0.bias", "1.weight", "1.bias"]


def test_a_module_that_holds_its_parent_is_walked_once() -> None:
    """A cycle ends."""
    net = Net()
    net.block.parent = net
    assert len(list(net.named_modules())) == 5
    assert set(net.state_dict()) == {*KEYS, "block.count"}


def test_a_subclass_may_forget_super_init() -> None:
    """The attributes are the registry, so there is nothing that must exist before them."""

    class Bare(nn.Module):
        def __init__(self) -> None:
            self.w = nn.Parameter([1.0])

    assert [name for name, _ in Bare().named_parameters()] == ["w"]


def test_none_takes_a_part_away() -> None:
    """A bias set to None is no parameter, and can come back."""
    layer = nn.Linear(3, 2)
    layer.bias = None
    assert [*layer.state_dict()] == ["weight"]
    assert layer(mg.tensor([1.0, 2.0, 3.0])).shape == (2,)
    layer.bias = nn.Parameter([0.0, 0.0])
    assert [*layer.state_dict()] == ["weight", "bias"]


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda m: setattr(m, "scale", m.scale * 2), TypeError, "scale is a Parameter.*would not be trained"),
        (lambda m: setattr(m, "scale", np.ones(3)), TypeError, "Net.scale = ndarray"),
        (lambda m: setattr(m, "out", lambda x: x), TypeError, "out is a Module"),
        (lambda m: setattr(m.block, "count", 3), TypeError, "count is a buffer; assign a Tensor"),
        (lambda m: m.register_buffer("b", np.ones(3)), TypeError, r"register_buffer\('b'\): ndarray given"),
        (lambda m: m.register_buffer("scale", mg.tensor(1.0)), KeyError, "attribute 'scale' already"),
        (lambda m: m.register_buffer("forward", mg.tensor(1.0)), KeyError, "attribute 'forward' already"),
        (lambda m: m.register_parameter("a.b", None), KeyError, "'a.b' cannot name"),
        (lambda m: m.register_parameter("p", mg.tensor([1.0])), TypeError, "Tensor given, expected a Parameter"),
        (lambda m: m.add_module("", nn.ReLU()), KeyError, "cannot name"),
        (lambda m: m.add_module("act", "relu"), TypeError, r"add_module\('act'\): str given"),
        (lambda m: m.train("yes"), TypeError, "mode is str"),
        (lambda m: m.missing, AttributeError, "missing"),
        (lambda m: nn.Module()(1), NotImplementedError, "Module defines no forward"),
    ],
)
def test_misuse_is_refused(act: Any, error: type[Exception], message: str) -> None:
    """Each names the attribute and what it takes; and the module stays as it was."""
    net = Net()
    before = {k: v.tolist() for k, v in net.state_dict().items()}
    with pytest.raises(error, match=message):
        act(net)
    assert {k: v.tolist() for k, v in net.state_dict().items()} == before


@pytest.mark.parametrize("make", [nn.Module, Net])
def test_register_parameter_is_assignment(make: Any) -> None:
    """Both ways of registering give the same state."""
    net = make()
    net.register_parameter("extra", nn.Parameter([1.0]))
    net.register_parameter("later", None)
    assert "extra" in net.state_dict() and "later" not in net.state_dict()
    net.later = nn.Parameter([2.0])
    assert "later" in net.state_dict()


# ------------------------------------------------------------------------------------------------ Parameter


def test_a_parameter_copies_its_data() -> None:
    """Lists in the default dtype, arrays in theirs; a later write to the array does not show."""
    a = np.array([1.0, 2.0])
    p = nn.Parameter(a)
    a[0] = 5.0
    assert p.tolist() == [1.0, 2.0] and p.dtype == np.float64
    assert nn.Parameter([1.0]).dtype == np.float32
    assert nn.Parameter([1.0], dtype=float).dtype == np.float64
    assert not nn.Parameter([1.0], requires_grad=False).requires_grad


def test_a_parameter_of_a_tensor_starts_from_its_value() -> None:
    """A Tensor without history passes on its value and name; later writes to either do not show in the other."""
    t = mg.zeros(2, dtype=float)
    p = nn.Parameter(t)
    with mg.no_grad():
        p += 1
    t[0] = 7.0
    assert t.tolist() == [7.0, 0.0] and p.tolist() == [1.0, 1.0]
    assert nn.Parameter(mg.tensor([1.0], name="w")).name == "w"


def test_a_parameter_refuses_a_history() -> None:
    """A gradient that would end in a Parameter would be lost."""
    x = mg.tensor([1.0], requires_grad=True)
    with pytest.raises(mg.GraphError, match=r"carries a gradient.*x.detach\(\)"):
        nn.Parameter(x * 2)
    assert nn.Parameter((x * 2).detach()).tolist() == [2.0]


def test_a_parameter_of_integers_is_refused() -> None:
    """Integers carry no gradient."""
    with pytest.raises(TypeError, match="only floating-point numbers carry gradients"):
        nn.Parameter([1, 2])


# ------------------------------------------------------------------------------------------------ modes


def test_train_and_eval_reach_every_module() -> None:
    """And give the module back."""
    net = Net()
    assert net.training and net.drop.training
    assert net.eval() is net
    assert not any(m.training for m in net.modules())
    assert net.train() is net
    assert all(m.training for m in net.modules())


def test_requires_grad_freezes() -> None:
    """A frozen parameter gets no gradient; the others do."""
    net = Net().eval()
    net.block.requires_grad_(False)
    net(mg.tensor([[1.0, 2.0, 3.0]])).sum().backward()
    assert [p.grad is None for _, p in net.named_parameters()] == [False, True, True, False]
    assert all(p.requires_grad for p in net.requires_grad_().parameters())


@pytest.mark.parametrize("set_to_none", [True, False])
def test_zero_grad_forgets(set_to_none: bool) -> None:
    """None by default, zeros on demand."""
    net = nn.Linear(3, 2)
    net(mg.tensor([1.0, 2.0, 3.0])).sum().backward()
    net.zero_grad(set_to_none=set_to_none)
    for p in net.parameters():
        assert p.grad is None if set_to_none else p.grad.tolist() == np.zeros(p.shape).tolist()


def test_apply_goes_from_the_inside_out() -> None:
    """Children first, itself last, as Torch's."""
    seen: list[str] = []
    net = Net()
    assert net.apply(lambda m: seen.append(type(m).__name__)) is net
    assert seen == ["Linear", "Block", "Dropout", "Linear", "Net"]


# ------------------------------------------------------------------------------------------------ state


def test_state_dict_is_a_snapshot() -> None:
    """Training goes on without changing it."""
    net = nn.Linear(2, 1)
    state = net.state_dict()
    before = {k: v.tolist() for k, v in state.items()}
    net(mg.tensor([1.0, 2.0])).sum().backward()
    mg.optim.SGD(net.parameters(), lr=0.1).step()
    net.weight.data[...] = 9.0
    assert {k: v.tolist() for k, v in state.items()} == before
    assert not any(v.requires_grad for v in state.values())


def test_state_goes_round() -> None:
    """What one network gives another takes; buffers that persist too."""
    one, two = Net(), Net()
    one.block.count = mg.tensor(5)
    assert [*one.state_dict()] == ["scale", "block.count", "block.fc.weight", "block.fc.bias", "out.weight"]
    two.load_state_dict(one.state_dict())
    assert {k: v.tolist() for k, v in two.state_dict().items()} == {k: v.tolist() for k, v in one.state_dict().items()}
    assert two.block.count.item() == 5
    x = mg.tensor([[1.0, 2.0, 3.0]])
    assert two.eval()(x).tolist() == one.eval()(x).tolist()


def test_loading_keeps_dtype_name_and_gradient() -> None:
    """float64 numbers come into float32 parameters; what requires grad still does, and frozen stays frozen."""
    net = nn.Linear(2, 1)
    net.bias.requires_grad = False
    net.weight.grad = np.ones((1, 2))
    net.load_state_dict({"weight": np.array([[1.0, 2.0]]), "bias": [3.0]})
    assert net.weight.tolist() == [[1.0, 2.0]] and net.bias.tolist() == [3.0]
    assert net.weight.dtype == np.float32 and net.weight.name == "weight"
    assert net.weight.requires_grad and net.weight.is_leaf and not net.bias.requires_grad
    assert net.weight.grad.tolist() == [[1.0, 1.0]]
    (net(mg.tensor([1.0, 1.0])) * 2).sum().backward()
    assert net.weight.grad.tolist() == [[3.0, 3.0]]


def test_loading_leaves_a_living_graph_alone() -> None:
    """A loss recorded before the load differentiates with the numbers it was computed from."""
    net = nn.Linear(2, 1, bias=False, dtype=float)
    x = mg.tensor([3.0, 4.0], dtype=float, requires_grad=True)
    old = net.weight.tolist()
    loss = net(x).sum()
    net.load_state_dict({"weight": [[10.0, 20.0]]})
    loss.backward()
    assert x.grad.tolist() == old[0]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s: s.pop("scale"), ValueError, "Net.load_state_dict: missing: scale.*Nothing was loaded"),
        (lambda s: s.update({"head.weight": s["scale"]}), ValueError, "unexpected: head.weight"),
        (lambda s: s.update(scale=np.ones(4)), ValueError, r"scale has shape \(4,\), expected \(3,\)"),
        (lambda s: s.update(scale="abc"), TypeError, "scale is str"),
        (lambda s: s.update(scale=None), TypeError, "scale is NoneType"),
        (lambda s: s.update({"block.count": 2.5}), ValueError, "block.count is float64, expected int64"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change: Any, error: type[Exception], message: str) -> None:
    """The first keys would have fitted; the network is as it was nevertheless."""
    net, other = Net(), Net()
    before = {k: v.tolist() for k, v in net.state_dict().items()}
    state: dict[str, Any] = other.state_dict()
    change(state)
    with pytest.raises(error, match=message):
        net.load_state_dict(state)
    assert {k: v.tolist() for k, v in net.state_dict().items()} == before


def test_every_misfit_is_named_at_once() -> None:
    """One error lists them all."""
    state: dict[str, Any] = Net().state_dict()
    del state["scale"]
    state["extra"] = np.ones(1)
    state["out.weight"] = np.ones((3, 2))
    with pytest.raises(ValueError, match=r"missing: scale; unexpected: extra; out.weight has shape \(3, 2\)"):
        Net().load_state_dict(state)


def test_strict_false_takes_what_fits() -> None:
    """And says what it left; a wrong shape is refused even so."""
    net = Net()
    keys = net.load_state_dict({"scale": [2.0, 2.0, 2.0], "extra": [1.0]}, strict=False)
    assert net.scale.tolist() == [2.0, 2.0, 2.0]
    assert keys.unexpected_keys == ["extra"]
    assert keys.missing_keys == ["block.count", "block.fc.weight", "block.fc.bias", "out.weight"]
    with pytest.raises(ValueError, match="scale has shape"):
        net.load_state_dict({"scale": [2.0]}, strict=False)


def test_a_list_is_no_state() -> None:
    """The error says what is."""
    with pytest.raises(TypeError, match="list given, expected a mapping"):
        Net().load_state_dict([1, 2])


@pytest.mark.parametrize("how", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"])
def test_a_copy_is_on_its_own(how: Any) -> None:
    """Same numbers, names, modes and ties; training one leaves the other."""
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)).eval()
    net[1].weight = net[0].weight
    twin = how(net)
    assert {k: v.tolist() for k, v in twin.state_dict().items()} == {k: v.tolist() for k, v in net.state_dict().items()}
    assert type(twin[0].weight) is nn.Parameter and twin[0].weight.requires_grad and twin[0].weight.name == "weight"
    assert twin[1].weight is twin[0].weight and twin[0].weight is not net[0].weight
    assert not twin.training
    before = net[0].weight.tolist()
    twin(mg.tensor([1.0, 2.0])).sum().backward()
    mg.optim.SGD(twin.parameters(), lr=0.1).step()
    assert net[0].weight.tolist() == before != twin[0].weight.tolist()


# ------------------------------------------------------------------------------------------------ in the graph


def test_a_call_is_a_scope_of_the_graph() -> None:
    """Named as the parent's attribute, with its class and what matters of it; parameters are found by their path."""
    net = Net()
    graph = mg.graph(net(mg.tensor([[1.0, 2.0, 3.0]])).sum())
    scopes = {
        " ".join(f"{s.name}:{s.kind}{' ' + s.detail if s.detail else ''}" for s in graph.scope(n))
        for n in graph
        if n.op is not None
    }
    assert scopes == {
        "Net:Net block:Block fc:Linear", "Net:Net block:Block", "Net:Net", "Net:Net drop:Dropout p 0.4",
        "Net:Net out:Linear", "",
    }  # fmt: skip
    assert graph.find("block.fc.weight").data is net.block.fc.weight._node.data
    assert {graph.name(n) for n in graph.inputs} == {"Net.scale", *KEYS[1:], "constant"}


def test_a_scope_points_to_the_line_of_the_call() -> None:
    """The user's line, not microgrid's."""
    graph = mg.graph(Net()(mg.tensor([[1.0, 2.0, 3.0]])))
    inner = next(graph.scope(n)[-1] for n in graph if n.op is not None and n.op.name == "bernoulli")
    assert inner.code is Net.forward.__code__


def test_a_scope_ends_with_its_call() -> None:
    """Also with a call that raises."""
    layer = nn.Linear(3, 2)
    with pytest.raises(ValueError, match="linear"):
        layer(mg.tensor([1.0, 2.0]))
    x = mg.tensor([1.0], requires_grad=True)
    graph = mg.graph(x * 2)
    assert graph.scope(graph.outputs[0]) == ()


def test_a_forward_without_gradients_has_scopes_where_it_is_recorded() -> None:
    """A frozen network drawn by `mg.graph(f, x)` is in its clusters; under no_grad alone nothing is recorded."""
    net = Net().eval().requires_grad_(False)
    x = mg.tensor([[1.0, 2.0, 3.0]])
    graph = mg.graph(net, x)
    assert {graph.scope(n)[-1].name for n in graph if n.op is not None} == {"fc", "block", "Net", "out"}
    with mg.no_grad():
        assert len(mg.graph(Net()(x))) == 1


def test_a_parameter_takes_the_attributes_name_once() -> None:
    """A name of its own stays; the first module that holds it gives it."""
    named = nn.Module()
    named.w = nn.Parameter([1.0], name="mine")
    assert named.w.name == "mine"
    other = nn.Module()
    other.v = named.w
    assert other.v.name == "mine"


def test_a_module_keeps_the_name_of_its_first_place() -> None:
    """Held a second time, it is still found under the path where it was made."""
    net = Net()
    again = nn.Sequential(net.out)
    assert mg.graph(again(mg.tensor([1.0, 2.0, 3.0]))).find("out.weight").shape == (2, 3)


# ------------------------------------------------------------------------------------------------ Sequential


def test_sequential_is_a_list_of_modules() -> None:
    """Length, places, slices that share their modules, append."""
    net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    assert len(net) == 3 and [type(m) for m in net] == [nn.Linear, nn.ReLU, nn.Linear]
    assert net[-1] is net[2]
    assert isinstance(net[:2], nn.Sequential) and net[:2][0] is net[0]
    assert [*net.append(nn.Linear(2, 1)).state_dict()][-2:] == ["3.weight", "3.bias"]
    graph = mg.graph(net(mg.tensor([1.0, 2.0, 3.0])))
    assert graph.find("0.weight").shape == (4, 3)
    assert net[2:](net[:2](mg.tensor([1.0, 2.0, 3.0]))).tolist() == net(mg.tensor([1.0, 2.0, 3.0])).tolist()


def test_sequential_takes_names() -> None:
    """A mapping names its modules."""
    net = nn.Sequential({"first": nn.Linear(3, 4), "act": nn.ReLU()})
    assert [*net.state_dict()] == ["first.weight", "first.bias"]
    assert net.first.weight.shape == (4, 3)


def test_functional_declares_no_operation() -> None:
    """nn composes what ops/ declares."""
    from microgrid.core.primitive import Primitive

    for name, module in list(sys.modules.items()):
        if name.startswith("microgrid.nn"):
            ops = [op for value in vars(module).values() if isinstance(op := getattr(value, "op", value), Primitive)]
            assert not [op.name for op in ops if not op.body.__module__.startswith("microgrid.ops")], name
