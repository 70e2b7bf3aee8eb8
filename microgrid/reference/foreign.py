"""A reference from outside: a Torch module or function, run on the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .pairs import Pair
from .replay import MISSING, to_numpy, to_torch, torch_or_none


class Foreign:
    """`reference` of check_layer. A module's parameters are matched to the layer's by name, else by shape, transposed
    where it must be, and set to the same numbers.

    Raises ImportError without Torch."""

    def __init__(self, reference: Any, pair: Pair) -> None:
        self.torch = torch_or_none()
        if self.torch is None:
            raise ImportError(f"check_layer: reference= needs Torch. {MISSING}")
        if not callable(reference):
            raise TypeError(
                f"check_layer: reference is {type(reference).__name__}, expected a Torch module or a function"
            )
        self.reference = reference.double() if isinstance(reference, self.torch.nn.Module) else reference

    def __call__(
        self, inputs: list[Any], parameters: dict[str, Any], g: Any, moving: list[int], names: list[str]
    ) -> tuple[Any, dict[str, Any]]:
        """(value, {name: gradient}) of the reference."""
        t = self.torch
        matched = self._match(parameters)
        xs = [to_torch(t, x) if isinstance(x, np.ndarray) else x for x in inputs]
        for i in moving:
            xs[i].requires_grad_()
        out = self.reference(*xs)
        leaves = {names[i]: xs[i] for i in moving}
        leaves.update({name: p for name, (p, _) in matched.items()})
        got: tuple[Any, ...] = (None,) * len(leaves)
        if out.requires_grad:
            cotangent = to_torch(t, np.broadcast_to(np.asarray(g, float), tuple(out.shape))).to(out.dtype)
            got = t.autograd.grad(out, list(leaves.values()), cotangent, allow_unused=True)
        found = {}
        for (name, _), r in zip(leaves.items(), got):
            if r is not None:
                r = to_numpy(r)
                found[name] = r.T if name in matched and matched[name][1] else r
        return to_numpy(out), found

    def _match(self, parameters: dict[str, Any]) -> dict[str, tuple[Any, bool]]:
        """{the layer's name: (the module's parameter, whether it is transposed)}, numbers copied over."""
        t = self.torch
        if not isinstance(self.reference, t.nn.Module):
            return {}
        found: dict[str, tuple[Any, bool]] = {}
        left = dict(parameters)
        for p in self.reference.parameters():
            shape = tuple(p.shape)
            name = next(
                (n for n, a in left.items() if a.ndim == 2 and a.T.shape == shape), None
            )  # Torch's Linear is (out, in)
            turned = name is not None
            if name is None:
                name = next((n for n, a in left.items() if a.shape == shape), None)
            if name is not None:
                a = left.pop(name)
                with t.no_grad():
                    p.copy_(to_torch(t, a.T if turned else a))
                found[name] = (p, turned)
        return found
