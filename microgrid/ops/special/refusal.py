"""Rules that have no formula: the gradient of a special function in its order or shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def no_gradient(function: str, parameter: str) -> Callable[..., Any]:
    """A rule that refuses: never a silent 0 where there is a derivative that nobody has written down."""

    def refuse(g: Any) -> Any:
        """not implemented"""
        raise NotImplementedError(
            f"special.{function}: its gradient in {parameter} is not implemented; give {parameter} without a gradient "
            f"({parameter}.detach()), or declare the operation with a rule of your own (@mg.primitive)"
        )

    return refuse
