"""Sequential."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, overload

from .module import Module


class Sequential(Module):
    """Modules called one after another, named "0", "1", … or as a mapping names them."""

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        super().__init__()
        named: dict[str, Any] = {str(i): module for i, module in enumerate(modules)}
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            named = dict(modules[0])
        for name, module in named.items():
            if not isinstance(module, Module):
                way_out = {list: "; unpack the list: Sequential(*layers)", type: "; call the class: nn.ReLU()"}
                raise TypeError(
                    f"Sequential: {name!r} is {type(module).__name__}, expected a Module{way_out.get(type(module), '')}"
                )
            self.add_module(name, module)

    def _all(self) -> list[tuple[str, Module]]:
        return [(name, value) for name, value in self.__dict__.items() if isinstance(value, Module)]

    def forward(self, input: Any) -> Any:
        for module in list(self.__dict__.values()):
            if isinstance(module, Module):
                input = module(input)
        return input

    def append(self, module: Module) -> Sequential:
        """Add one at the end, named by its place. Returns the Sequential."""
        self.add_module(str(len(self)), module)
        return self

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Module]:
        return (module for _, module in self._all())

    @overload
    def __getitem__(self, index: int) -> Module: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Module:
        """A module by its place, or a Sequential of several that share their parameters."""
        modules = self._all()
        if isinstance(index, slice):
            return type(self)(dict(modules[index]))
        if not -len(modules) <= index < len(modules):
            raise IndexError(f"Sequential: no module {index}; it has {len(modules)}")
        return modules[index][1]
