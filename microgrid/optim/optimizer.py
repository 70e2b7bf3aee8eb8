"""What all optimisers share: parameter groups, checks, state, and how a parameter gets its new value."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from ..core.node import Node
from ..core.recording import enable_grad
from ..core.tensor import Tensor, wrap_constant
from ..core.views import View

Array = np.ndarray
BLOCK = 1 << 15  # elements: what several arrays of float32 may hold and still lie in a core's own cache
IGNORED = {"capturable", "differentiable", "foreach", "fused"}  # how Torch computes a step, not what


class Optimizer:
    """The base of all optimisers: a subclass declares `defaults` and how one parameter moves (`_update`).

    params: Tensors that require grad (`model.parameters()`), pairs of a name and one, or groups: dicts with "params"
    and options of their own.
    Raises ValueError without parameters, for one given twice or that is no leaf, and for options out of range;
    TypeError for what is no Tensor and for unknown options.

    The parameter's array is never written: the update's temporary becomes the parameter, so a loss recorded before
    `step` still has the right gradient after it.
    """

    _buffers: ClassVar[tuple[str, ...]] = ()  # the names of a parameter's arrays in `state`

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: dict[Tensor, dict[str, Any]] = {}
        self.param_groups: list[dict[str, Any]] = []
        if isinstance(params, Tensor | Array) or not isinstance(params, Iterable):
            raise TypeError(
                f"{self._called()}: params is {_kind(params)}; expected model.parameters() or a list, [w, b]"
            )
        given = list(params)
        if not given:
            raise ValueError(
                f"{self._called()}: no parameters; model.parameters() is empty (assign Parameters and Modules to "
                "attributes), or an iterator that was used up already"
            )
        groups = given if isinstance(given[0], Mapping) else [{"params": given}]
        for group in groups:
            if not isinstance(group, Mapping):
                raise TypeError(f"{self._called()}: a group is {_kind(group)}, expected a dict with 'params'")
            self.add_param_group(group)

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """One more group: {"params": ..., option: value, ...}; options left out are the optimiser's."""
        if "params" not in group:
            raise TypeError(f"{self._called()}: a group is {group}, expected a dict with 'params'")
        if unknown := group.keys() - self.defaults.keys() - {"params", "param_names"}:
            raise TypeError(
                f"{self._called()}: no option {sorted(unknown)[0]!r} in a group; there are {', '.join(self.defaults)}"
            )
        params = group["params"]
        several = [params] if isinstance(params, Tensor) else list(params)
        names = [p[0] for p in several if isinstance(p, tuple)]
        several = [p[1] if isinstance(p, tuple) and len(p) == 2 else p for p in several]
        seen = {id(p) for g in self.param_groups for p in g["params"]}
        for i, p in enumerate(several):
            self._check(p, f"parameter {i}", seen)
            seen.add(id(p))
        ready = {**self.defaults, **group, "params": several, **({"param_names": names} if names else {})}
        self._validate(ready)
        self.param_groups.append(ready)

    def _check(self, p: Any, what: str, seen: set[int]) -> None:
        if not isinstance(p, Tensor):
            raise TypeError(f"{self._called()}: {what} is {_kind(p)}, expected a Tensor that requires grad")
        n = p._node
        if n.op is not None or isinstance(p, View):
            raise ValueError(
                f"{self._called()}: {what}, {n.called()}, was computed; only a leaf can be optimised: what it was "
                "computed from, or a new one, mg.tensor(x.numpy(), requires_grad=True)"
            )
        if id(p) in seen:
            raise ValueError(f"{self._called()}: {what}, {n.called()}, is given twice; it would be moved twice a step")

    def _validate(self, group: dict[str, Any]) -> None:
        """Raises ValueError for options out of range."""
        for option in ("lr", "weight_decay", "eps", "momentum"):
            if option in group and not group[option] >= 0:
                raise ValueError(f"{self._called()}: {option} is {group[option]}, expected at least 0")

    def _called(self) -> str:
        return type(self).__name__

    # ------------------------------------------------------------------------------------------------ a step
    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the parameters' gradients; set_to_none=False makes them zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad = None if set_to_none else wrap_constant(np.zeros_like(p._node.data))

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        closure: computes the loss again, with gradients; its result is returned. Warns where no parameter has one."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        moved = False
        for group in self.param_groups:
            for p in group["params"]:
                grad = p.grad
                if grad is not None:
                    moved = True
                    state = self.state.get(p)
                    if state is None:
                        state = self.state[p] = {}
                    n = p._node
                    data = np.asarray(n.data)
                    new = self._update(data, np.asarray(grad._node.data, data.dtype), state, group)
                    p._node = Node(new, n.need, p if n.need else None, n.name)
        if not moved:
            warnings.warn(
                f"{self._called()}.step: no parameter has a gradient, so none moves; loss.backward() comes before it",
                stacklevel=2,
            )
        return loss

    def _update(self, p: Array, g: Array, state: dict[str, Any], group: dict[str, Any]) -> Array:
        """The parameter's new value, in an array of its own. `state` is the parameter's, kept from step to step."""
        raise NotImplementedError(f"{self._called()} defines no _update(p, g, state, group)")

    # ------------------------------------------------------------------------------------------------ state
    def state_dict(self) -> dict[str, Any]:
        """Torch's layout: "state" by the parameter's number, "param_groups" with numbers for parameters; arrays are
        copies."""
        number = {p: i for i, p in enumerate(self._params())}
        return {
            "state": {
                number[p]: {k: np.array(v) if isinstance(v, Array) else v for k, v in s.items()}
                for p, s in self.state.items()
                if s
            },
            "param_groups": [{**g, "params": [number[p] for p in g["params"]]} for g in self.param_groups],
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take options and buffers of a state_dict, ours or Torch's, for the same parameters in the same order.

        Raises ValueError where groups, shapes or options do not fit; then nothing was changed.
        """
        try:
            groups, states = list(state_dict["param_groups"]), dict(state_dict["state"])
        except (TypeError, KeyError):
            raise ValueError(f"{self._called()}.load_state_dict: 'state' and 'param_groups' are missing") from None
        sizes, own = [len(g["params"]) for g in groups], [len(g["params"]) for g in self.param_groups]
        if sizes != own:
            raise ValueError(f"{self._called()}.load_state_dict: groups of {sizes} parameters given, expected {own}")
        options = [self._options(g) for g in groups]
        numbers = [i for g in groups for i in g["params"]]
        new: dict[Tensor, dict[str, Any]] = {}
        for number, p in zip(numbers, self._params(), strict=True):
            if number in states:
                new[p] = {k: self._loaded(k, v, number, p) for k, v in states[number].items() if v is not None}
        for group, taken in zip(self.param_groups, options, strict=True):
            group.update(taken)
        self.state = new

    def _params(self) -> Iterator[Tensor]:
        return (p for group in self.param_groups for p in group["params"])

    def _options(self, group: Mapping[str, Any]) -> dict[str, Any]:
        """A loaded group's options, those that are ours; a foreign one must be off."""
        known = {*self.defaults, *IGNORED, "params", "param_names"}
        foreign = {k: v for k, v in group.items() if k not in known}
        on = sorted(k for k, v in foreign.items() if v)
        if on:
            raise ValueError(f"{self._called()}.load_state_dict: {on[0]}={foreign[on[0]]!r} is not supported")
        taken = {k: v for k, v in group.items() if k in self.defaults}
        self._validate({**self.defaults, **taken})
        return taken

    def _loaded(self, key: str, value: Any, number: Any, p: Tensor) -> Any:
        if key not in self._buffers:
            return int(value) if key == "step" else value
        array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
        if array.shape != p.shape:
            what = f"{key} of parameter {number}"
            raise ValueError(f"{self._called()}.load_state_dict: {what} is {array.shape}, expected {p.shape}")
        return np.array(array, p.dtype)

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"  group {i}: {len(group['params'])} parameters")
            lines += [f"    {k}: {v}" for k, v in group.items() if not k.startswith("param")]
        return "\n".join([f"{self._called()}(", *lines, ")"])


def blocks(*arrays: Array) -> Iterable[tuple[Array, ...]]:
    """The same arrays piece by piece, flat, where they are large and lie alike: a step of many passes then runs in the
    cache, not in memory."""
    first = arrays[0]
    if first.size <= BLOCK:
        return (arrays,)
    if all(a.flags.c_contiguous for a in arrays):
        flat = [a.reshape(-1) for a in arrays]
    elif all(a.flags.f_contiguous for a in arrays):
        flat = [a.T.reshape(-1) for a in arrays]
    else:  # a parameter's first step: from then on it lies as its gradient does
        return (arrays,)
    return (tuple(a[i : i + BLOCK] for a in flat) for i in range(0, first.size, BLOCK))


def laid(a: Array, like: Array) -> Array:
    """a in the layout of another array: a loaded buffer may lie otherwise than the gradients that it meets."""
    if a.strides == like.strides:
        return a
    out = np.empty_like(like)
    out[...] = a
    return out


def _kind(x: Any) -> str:
    return "None" if x is None else "one Tensor" if isinstance(x, Tensor) else f"{type(x).__name__}"
