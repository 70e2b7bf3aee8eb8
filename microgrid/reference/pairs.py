"""A hand-written layer in any of the usual shapes, seen as one: forward, backward, parameters and gradients by name.

an object with forward and backward     parameters are array attributes (W, its gradient in dW), or live in params/grads
(forward, backward)                     two functions; a cache that forward returns is handed to backward
forward                                 a function alone: it has no gradients to judge
"""

from __future__ import annotations

import copy
import inspect
import os
import traceback
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from .report import location

GRADIENTS = ("d{}", "d_{}", "grad_{}", "{}_grad", "g{}", "grad{}", "D{}")  # what the gradient of `W` may be called
MODES = ("is_training", "training", "train", "train_flg", "is_train", "train_mode")


Path = tuple[tuple[str, Any], ...]


class Place:
    """Where an array is kept: an attribute, or an item of a dict or list, of the layer or of one in it (`owner`)."""

    def __init__(self, name: str, path: Path, owner: Path = ()) -> None:
        self.name, self.path, self.owner = name, path, owner
        self.local = name  # as its owner calls it

    def get(self, layer: Any) -> Any:
        holder, (kind, key) = _followed(layer, (*self.owner, *self.path[:-1])), self.path[-1]
        return getattr(holder, key, None) if kind == "attribute" else holder[key]

    def set(self, layer: Any, value: Any) -> None:
        holder, (kind, key) = _followed(layer, (*self.owner, *self.path[:-1])), self.path[-1]
        if kind == "attribute":
            setattr(holder, key, value)
        else:
            holder[key] = value


def _followed(layer: Any, path: Path) -> Any:
    for kind, key in path:
        layer = getattr(layer, key) if kind == "attribute" else layer[key]
    return layer


class Pair:
    """A layer. `fresh()` is a copy of it as it was given."""

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.functions = callable(layer) and not hasattr(layer, "forward")
        if isinstance(layer, type):
            raise TypeError(f"check_layer: the class {layer.__name__} given, expected a layer: {layer.__name__}(...)")
        if isinstance(layer, tuple | list):
            if len(layer) != 2 or not all(map(callable, layer)):
                raise TypeError("check_layer: a pair is (forward, backward), two functions")
            self.forward_of, self.backward_of = layer
            self.functions, self.name = True, getattr(layer[0], "__name__", "forward")
        elif self.functions:
            self.forward_of, self.backward_of, self.name = layer, None, getattr(layer, "__name__", type(layer).__name__)
        elif callable(getattr(layer, "forward", None)):
            self.forward_of, self.backward_of = layer.forward, getattr(layer, "backward", None)
            self.name = type(layer).__name__
        else:
            raise TypeError(
                f"check_layer: {type(layer).__name__} given, expected an object with forward and backward, "
                "a pair of functions (forward, backward), or a function"
            )
        self.mode = self._mode()
        self.places: list[Place] = [] if self.functions else list(self._places())

    def fresh(self) -> Any:
        return None if self.functions else copy.deepcopy(self.layer)

    def forget(self, xs: list[Any]) -> None:
        """Leave out what forward binds anew: a layer that was used remembers its input, which is no parameter."""
        if not self.places:
            return
        layer, drawn = self.fresh(), np.random.get_state()
        held = [p.get(layer) for p in self.places]
        try:
            self.run(layer, copy.deepcopy(xs))
            self.places = [p for p, before in zip(self.places, held, strict=True) if p.get(layer) is before]
        except Exception:  # said where it is run in earnest
            return
        finally:
            np.random.set_state(drawn)

    def where(self, what: str) -> str:
        """`file:line` of forward or backward."""
        code = getattr(self.forward_of if what == "forward" else self.backward_of, "__code__", None)
        return location(code.co_filename, code.co_firstlineno) if code is not None else ""

    def _mode(self) -> str:
        """The argument that switches between training and evaluation, or the attribute, as `.training`."""
        try:
            for p in inspect.signature(self.forward_of).parameters.values():
                if p.name in MODES and isinstance(p.default, bool):
                    return p.name
        except (ValueError, TypeError):
            pass
        found = next((m for m in MODES if isinstance(getattr(self.layer, m, None), bool)), None)
        return f".{found}" if found else ""

    def _places(self) -> list[Place]:
        """The parameters of the layer and of the layers within it."""
        found: list[Place] = []
        seen: set[int] = set()
        stack: list[tuple[Any, str, Path]] = [(self.layer, "", ())]
        while stack:
            layer, prefix, owner = stack.pop()
            if id(layer) in seen or not hasattr(layer, "__dict__"):
                continue
            seen.add(id(layer))
            own = []
            for name, value in vars(layer).items():
                if _floats(value):
                    own.append(Place(name, (("attribute", name),), owner))
                elif _is_layer(value):
                    stack.append((value, f"{prefix}{name}.", (*owner, ("attribute", name))))
                elif isinstance(value, dict | list | tuple):
                    parameters = "param" in name or "weight" in name
                    for key, v in value.items() if isinstance(value, dict) else enumerate(value):
                        path = ("attribute", name), ("item", key)
                        if _is_layer(v):
                            stack.append((v, f"{prefix}{name}[{key!r}].", (*owner, *path)))
                        elif parameters and _floats(v):
                            own.append(Place(str(key) if isinstance(value, dict) else f"{name}[{key}]", path, owner))
            gradients = {g.format(p.name) for p in own for g in GRADIENTS}
            for p in own:
                if p.name not in gradients:
                    p.local, p.name = p.name, prefix + p.name
                    found.append(p)
        return found

    def gradient_place(self, layer: Any, p: Place) -> Place | None:
        """Where the gradient of a parameter is kept, as far as it is there now."""
        holder = _followed(layer, p.owner)

        def has(held: Any, k: Any) -> bool:
            return (k in held) if isinstance(held, dict) else isinstance(k, int) and k < len(held)

        keys = [p.local, *(g.format(p.local) for g in GRADIENTS)]
        containers = ["grads", "gradients", "grad"]
        if len(p.path) == 2:
            container, (_, key) = p.path[0][1], p.path[1]
            keys = [key, *(g.format(key) for g in GRADIENTS)]
            containers.insert(0, container.replace("params", "grads").replace("param", "grad"))
            containers = [c for c in containers if c != container]
        attributes = [g.format(s) for s in (p.local, p.local.lower()) for g in GRADIENTS]
        for name in attributes if len(p.path) == 1 else ():
            if (held := getattr(holder, name, None)) is not None and not callable(held):
                return Place(name, (("attribute", name),), p.owner)
        for name in containers:
            held = getattr(holder, name, None)
            for k in keys if isinstance(held, dict | list) else ():
                if has(held, k):
                    return Place(f"d{p.name}", (("attribute", name), ("item", k)), p.owner)
        return None

    # -------------------------------------------------------------------------------------------------------- running
    def run(self, layer: Any, xs: list[Any], mode: bool | None = None) -> tuple[Any, Any]:
        """(out, cache) of the forward."""
        kw = {}
        if mode is not None and self.mode:
            if self.mode.startswith("."):
                setattr(layer, self.mode[1:], mode)
            else:
                kw = {self.mode: mode}
        got = self.forward_of(*xs, **kw) if layer is None else layer.forward(*xs, **kw)
        if isinstance(got, tuple) and len(got) == 2 and self._wants_cache():
            return got
        if isinstance(got, tuple) and got and not _floats(got[1] if len(got) > 1 else None) and _number(got[0]):
            return got[0], got[1:]
        return got, None

    def _wants_cache(self) -> bool:
        return len(self._required()) > 1

    def _required(self) -> list[str]:
        try:
            parameters = inspect.signature(self.backward_of).parameters.values()
        except (ValueError, TypeError):
            return ["dout"]
        return [
            p.name
            for p in parameters
            if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]

    @property
    def takes_gradient(self) -> bool:
        """Whether backward has a place for the incoming gradient."""
        try:
            return len(inspect.signature(self.backward_of).parameters) > 0
        except (ValueError, TypeError):
            return True

    def back(self, layer: Any, g: Any, cache: Any) -> Any:
        """What backward returns."""
        call = self.backward_of if layer is None else layer.backward
        assert call is not None
        if not self.takes_gradient:
            return call()
        names = self._required()
        if cache is not None and len(names) > 1:
            return call(cache, g) if names[0] in ("cache", "ctx", "saved", "state") else call(g, cache)
        return call(g)

    def assign(self, returned: Any, inputs: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
        """{name of an input or parameter: the gradient returned for it}."""
        if isinstance(returned, dict):
            known = {**inputs, **parameters}
            return {n: returned[k] for n in known for k in (n, *(f.format(n) for f in GRADIENTS)) if k in returned}
        if returned is None:
            return {}
        items = (
            list(returned)
            if isinstance(returned, tuple)
            or (isinstance(returned, list) and _floats(returned[0] if returned else None))
            else [returned]
        )
        found: dict[str, Any] = {}
        waiting, rest = list(inputs), list(parameters)
        for item in items:
            shape = np.shape(item)
            if item is None:
                waiting = waiting[1:]
                continue
            if waiting and (shape == np.shape(inputs[waiting[0]]) or not rest or len(items) == 1):
                found[waiting.pop(0)] = item
            elif match := next((n for n in rest if np.shape(parameters[n]) == shape), None):
                rest.remove(match)
                found[match] = item
            elif waiting:
                found[waiting.pop(0)] = item
            elif rest:
                found[rest.pop(0)] = item
        return found


def _is_layer(x: Any) -> bool:
    return callable(getattr(x, "forward", None)) and not isinstance(x, type)


def _number(x: Any) -> bool:
    return isinstance(x, np.ndarray | np.generic | float | Tensor)


def _floats(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def raised(error: Exception) -> str:
    """An error, with the user's own line."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    frames = [
        f
        for f in traceback.extract_tb(error.__traceback__)
        if not f.filename.startswith(here) and "numpy" not in f.filename
    ]
    at = f" at {location(frames[-1].filename, frames[-1].lineno or 0)}: {frames[-1].line}" if frames else ""
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}{at}"
