"""Module: parameters, buffers and submodules under one roof, and a scope in the graph for every call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import numpy as np

from ..core.recording import INTERNAL, Context, Scope, _context, caller, current, getframe
from ..core.tensor import Tensor, wrap_constant
from ..core.views import become
from .parameter import Parameter

M = TypeVar("M", bound="Module")
T = TypeVar("T")
new = object.__new__


class Keys(NamedTuple):
    """What `load_state_dict(strict=False)` found no partner for."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module:
    """The base of all layers and networks, as Torch's: assign Parameters and Modules to attributes, define `forward`.

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc1 = nn.Linear(784, 128)

            def forward(self, x):
                return nn.functional.relu(self.fc1(x))

    The attributes themselves are the registry, in the order of their first assignment. A call opens a scope, named as
    the parent's attribute that holds the module: a cluster of the diagram, a path ("fc1.weight") in reports.
    """

    training: bool = True
    _scope_name: str | None = None  # the attribute that first held it
    _buffers: Mapping[str, bool] = MappingProxyType({})  # name: kept in state_dict
    _scope_detail: str = ""  # what its cluster says beside its kind

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What a call computes; every subclass defines its own."""
        raise NotImplementedError(f"{type(self).__name__} defines no forward(self, ...): what a call of it computes")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        now = current()
        if not (now.on or now.everything):  # nothing is recorded, so nothing has a place
            return self.forward(*args, **kwargs)
        scope, inside = new(Scope), new(Context)  # filled in here: a call of their __init__ costs as much as the rest
        scope.kind = kind = type(self).__name__
        scope.name, scope.parent, scope.detail = self._scope_name or kind, now.scope, self._scope_detail
        frame = getframe(1)
        code = frame.f_code
        scope.code, scope.lasti = caller(frame) if code.co_filename in INTERNAL else (code, frame.f_lasti)
        inside.on, inside.everything, inside.scope = now.on, now.everything, scope
        inside.draws, inside.strict = now.draws, now.strict
        token = _context.set(inside)
        try:
            return self.forward(*args, **kwargs)
        finally:
            _context.reset(token)

    # ------------------------------------------------------------------------------------------------ registration
    def __setattr__(self, name: str, value: Any) -> None:
        """Registers Parameters and Modules; neither is replaced by something else unnoticed (None takes it away)."""
        if isinstance(value, Parameter):
            if value.name is None:
                value.name = name
        elif isinstance(value, Module):
            if value._scope_name is None:
                value.__dict__["_scope_name"] = name
        elif value is not None and isinstance(held := self.__dict__.get(name), Parameter | Module):
            kind = "Parameter" if isinstance(held, Parameter) else "Module"
            raise TypeError(
                f"{type(self).__name__}.{name} = {type(value).__name__}: {name} is a {kind}, and what replaced it "
                f"would not be trained. Assign a {kind}, or None to take it away; a Parameter's numbers change by "
                f"`with mg.no_grad(): module.{name}[...] = value`"
            )
        elif value is not None and name in self._buffers and not isinstance(value, Tensor):
            kind = type(self).__name__
            raise TypeError(f"{kind}.{name} = {type(value).__name__}: {name} is a buffer; assign a Tensor")
        object.__setattr__(self, name, value)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """The same as assigning it; None keeps the name for later."""
        self._free(name)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(f"register_parameter({name!r}): {type(param).__name__} given, expected a Parameter or None")
        setattr(self, name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """A Tensor that belongs to the module's state but is not trained (running statistics).

        persistent=False keeps it out of `state_dict`.
        Raises TypeError for what is no Tensor, KeyError for a name in use.
        """
        self._free(name)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"register_buffer({name!r}): {type(tensor).__name__} given, expected a Tensor or None")
        self.__dict__["_buffers"] = {**self._buffers, name: persistent}
        setattr(self, name, tensor)

    def add_module(self, name: str, module: Module | None) -> None:
        """The same as assigning it, under a name that need not be an identifier ("0")."""
        self._free(name)
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"add_module({name!r}): {type(module).__name__} given, expected a Module or None")
        setattr(self, name, module)

    register_module = add_module

    def _free(self, name: str) -> None:
        if not name or "." in name:
            raise KeyError(f"{name!r} cannot name a part of {type(self).__name__}: a non-empty string without '.' can")
        if self.__dict__.get(name) is not None or hasattr(type(self), name):
            raise KeyError(f"{type(self).__name__} has an attribute {name!r} already; choose another name")

    # ------------------------------------------------------------------------------------------------ what it holds
    def named_children(self) -> Iterator[tuple[str, Module]]:
        """(name, module) of its own submodules, each once."""
        seen: set[int] = set()
        for name, value in self.__dict__.items():
            if isinstance(value, Module) and id(value) not in seen:
                seen.add(id(value))
                yield name, value

    def children(self) -> Iterator[Module]:
        """Its own submodules."""
        return (module for _, module in self.named_children())

    def named_modules(self, prefix: str = "", remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """(path, module) of itself and all below, each once; outer before inner."""
        return self._walk(prefix, set() if remove_duplicate else None, ())

    def _walk(self, path: str, seen: set[int] | None, above: tuple[Module, ...]) -> Iterator[tuple[str, Module]]:
        if self in above or (seen is not None and id(self) in seen):
            return
        if seen is not None:
            seen.add(id(self))
        yield path, self
        for name, value in list(self.__dict__.items()):
            if isinstance(value, Module):
                yield from value._walk(f"{path}.{name}" if path else name, seen, (*above, self))

    def modules(self) -> Iterator[Module]:
        """Itself and all modules below, each once."""
        return (module for _, module in self.named_modules())

    def _own_parameters(self) -> Iterator[tuple[str, Tensor]]:
        return ((name, value) for name, value in self.__dict__.items() if isinstance(value, Parameter))

    def _own_buffers(self) -> Iterator[tuple[str, Tensor]]:
        return ((name, self.__dict__[name]) for name in self._buffers if self.__dict__.get(name) is not None)

    def _named(
        self, own: Callable[[Module], Iterator[tuple[str, T]]], prefix: str, recurse: bool, once: bool
    ) -> Iterator[tuple[str, T]]:
        """What each module below holds, under its path; a shared one under its first unless once=False."""
        seen: set[int] = set()
        for path, module in self.named_modules(prefix, once) if recurse else [(prefix, self)]:
            for name, value in own(module):
                if not once or id(value) not in seen:
                    seen.add(id(value))
                    yield f"{path}.{name}" if path else name, value

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """(path, Parameter) of its own and all below, each once."""
        return self._named(Module._own_parameters, prefix, recurse, remove_duplicate)  # type: ignore[arg-type]

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Its Parameters and those of all modules below, each once."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """(path, Tensor) of its own buffers and all below, each once."""
        return self._named(Module._own_buffers, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Its buffers and those of all modules below, each once."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    # ------------------------------------------------------------------------------------------------ modes
    def train(self: M, mode: bool = True) -> M:
        """Training mode, for itself and all below: dropout drops. Returns the module."""
        if not isinstance(mode, bool):
            raise TypeError(f"train: mode is {type(mode).__name__}, expected True (training) or False (evaluation)")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self: M) -> M:
        """Evaluation mode, for itself and all below: dropout passes. Returns the module."""
        return self.train(False)

    def requires_grad_(self: M, requires_grad: bool = True) -> M:
        """Whether its parameters are to be trained (False freezes them). Returns the module."""
        for p in self.parameters():
            p.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the parameters' gradients; set_to_none=False makes them zeros."""
        for p in self.parameters():
            if p.grad is not None:
                p.grad = None if set_to_none else wrap_constant(np.zeros_like(p._node.data))

    def apply(self: M, fn: Callable[[Module], object]) -> M:
        """Call fn on all modules below and then on itself (to initialise weights). Returns the module."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    # ------------------------------------------------------------------------------------------------ state
    def _state(self, prefix: str = "") -> Iterator[tuple[str, Tensor]]:
        """Parameters and persistent buffers under Torch's keys, shared ones under each of theirs."""

        def own(module: Module) -> Iterator[tuple[str, Tensor]]:
            yield from module._own_parameters()
            yield from ((name, b) for name, b in module._own_buffers() if module._buffers[name])

        return self._named(own, prefix, True, once=False)

    def state_dict(self, prefix: str = "") -> dict[str, Tensor]:
        """{key: Tensor} of parameters and persistent buffers, with Torch's keys: a snapshot, which training does not
        change. `{k: torch.tensor(v.numpy()) for k, v in ...}` is Torch's."""
        return {key: value.detach() for key, value in self._state(prefix)}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Keys:
        """Take the numbers of a state_dict: ours, Torch's, or arrays by key; cast to each parameter's dtype.

        strict=False ignores missing and unexpected keys, and returns them. A graph that is still alive keeps the old
        numbers.  Raises ValueError naming every missing or unexpected key and wrong shape, TypeError for what is no
        mapping or no number; then nothing was changed.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"load_state_dict: {type(state_dict).__name__} given, expected a mapping, key to Tensor")
        own = dict(self._state())
        keys = Keys([k for k in own if k not in state_dict], [k for k in state_dict if k not in own])
        wrong = [f"missing: {', '.join(keys.missing_keys)}"] if strict and keys.missing_keys else []
        wrong += [f"unexpected: {', '.join(map(str, keys.unexpected_keys))}"] if strict and keys.unexpected_keys else []
        new: dict[str, np.ndarray] = {}
        for key, tensor in own.items():
            if key in state_dict:
                new[key] = array = _numbers(key, state_dict[key])
                if array.shape != tensor.shape:
                    wrong.append(f"{key} has shape {array.shape}, expected {tensor.shape}")
                elif not np.can_cast(array.dtype, tensor.dtype, "same_kind"):
                    wrong.append(f"{key} is {array.dtype}, expected {tensor.dtype}")
        if wrong:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: {'; '.join(wrong)}. Nothing was loaded"
                + ("; strict=False ignores missing and unexpected keys" if keys != ([], []) and strict else "")
            )
        for key, array in new.items():
            become(own[key], wrap_constant(np.array(array, own[key].dtype)))
        return keys

    # ------------------------------------------------------------------------------------------------ text
    def extra_repr(self) -> str:
        """What stands between its parentheses: the arguments it was made with."""
        return ""

    def __repr__(self) -> str:
        kind, extra = type(self).__name__, self.extra_repr()
        inner = [(name, value) for name, value in self.__dict__.items() if isinstance(value, Module)]
        if not inner:
            return f"{kind}({extra})"
        lines = [*extra.splitlines(), *(f"({name}): {module!r}" for name, module in inner)]
        return "\n".join([f"{kind}(", *("  " + line.replace("\n", "\n  ") for line in lines), ")"])


def _numbers(key: str, value: Any) -> np.ndarray:
    """A value of a state_dict as an array. Raises TypeError naming the key for what holds no numbers."""
    try:
        array = value.numpy() if isinstance(value, Tensor) else np.asarray(value)
    except Exception as error:  # another library's tensor that will not leave its device or its graph
        raise TypeError(f"load_state_dict: {key} is {type(value).__name__}, which gives no array: {error}") from error
    if array.dtype.kind not in "biuf":
        raise TypeError(f"load_state_dict: {key} is {type(value).__name__} of {array.dtype}, expected numbers")
    return array
