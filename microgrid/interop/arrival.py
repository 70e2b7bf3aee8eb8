"""What is to be done when a library that microgrid knows of, and does not import itself, is imported by somebody."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


class Arrival:
    """A finder that finds nothing: it lets the others find the module, and has it call back once it has run."""

    def __init__(self, name: str, then: Callable[[], None]) -> None:
        self.name, self.then, self.asking = name, then, False

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The others' spec of our module, its loader made to call back; None for any other module."""
        if name != self.name or self.asking:
            return None
        import importlib.util

        self.asking = True
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self.asking = False
        run = getattr(spec and spec.loader, "exec_module", None)
        if spec is None or run is None:
            return spec

        def exec_module(module: Any) -> None:
            run(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
                self.then()

        spec.loader.exec_module = exec_module  # type: ignore[union-attr,method-assign]
        return spec


def when_imported(name: str, then: Callable[[], None]) -> None:
    """Call `then` now if the module is there already, else as soon as somebody has imported it."""
    if name in sys.modules:
        then()
    else:
        sys.meta_path.insert(0, Arrival(name, then))
