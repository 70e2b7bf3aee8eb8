"""One forward and backward of a hand-written pair, from its state as it was given."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from ..core.tensor import Tensor
from .gradients import Held
from .pairs import Pair
from .trials import Trial, floats


class Run:
    """One forward and backward of the hand-written pair: what came out, and what was written to that should not be."""

    def __init__(self, pair: Pair, trial: Trial, g: Any = None, layer: Any = None) -> None:
        self.layer = pair.fresh() if layer is None else layer
        self.pair, self.trial, self.written = pair, trial, []
        self.xs = copies(trial.inputs)
        self.parameters = {p.name: np.array(p.get(self.layer)) for p in pair.places}
        prelude(pair, self.layer, trial, True)
        before = {p.name: self._kept(p) for p in pair.places}
        self.out, self.cache = pair.run(self.layer, self.xs, trial.mode)
        self._changed("forward")
        self.g = g if g is not None else cotangent(self.out)
        self.gradients: dict[str, list[Any]] = {}
        if pair.backward_of is None:
            return
        kept_out = np.array(self.out, copy=True)
        handed = np.array(self.g) if np.shape(self.g) else float(self.g)
        returned = pair.back(self.layer, handed, self.cache)
        if not np.array_equal(handed, self.g, equal_nan=True):
            self.written.append("the incoming gradient")
        self._changed("backward")
        if not np.array_equal(np.asarray(self.out), kept_out, equal_nan=True):
            self.written.append("its own output")
        names = self.names()
        inputs = {names[i]: x for i, x in enumerate(trial.inputs) if isinstance(x, np.ndarray)}
        for name, r in pair.assign(returned, inputs, self.parameters).items():
            self.gradients.setdefault(name, []).append(np.array(r))
        self.accumulated: dict[str, Any] = {}
        for p in pair.places:
            now = self._kept(p)
            if now is not None:
                self.gradients.setdefault(p.name, []).append(now)
                if before[p.name] is not None and np.shape(before[p.name]) == np.shape(now):
                    self.accumulated[p.name] = now - before[p.name]

    def _kept(self, p: Any) -> Any:
        place = self.pair.gradient_place(self.layer, p)
        held = None if place is None else place.get(self.layer)
        return np.array(held) if isinstance(held, np.ndarray | np.generic | float) else None

    def names(self) -> list[str]:
        return input_names(self.pair, len(self.trial.inputs))

    def _changed(self, by: str) -> None:
        for name, x, was in zip(self.names(), self.xs, self.trial.inputs):
            if (
                isinstance(x, np.ndarray)
                and not np.array_equal(x, was, equal_nan=True)
                and f"its input {name}" not in self.written
            ):
                self.written.append(f"its input {name}")
        if by == "backward":
            for p in self.pair.places:
                now = p.get(self.layer)
                if (
                    self._kept(p) is not None
                    and np.shape(now) == self.parameters[p.name].shape
                    and not np.array_equal(now, self.parameters[p.name])
                ):
                    self.written.append(f"its parameter {p.name}")


def copies(xs: list[Any]) -> list[Any]:
    """Arrays that may be written to."""
    return [np.array(x) if isinstance(x, np.ndarray) else x for x in xs]


def prelude(pair: Pair, layer: Any, trial: Trial, backward: bool = False) -> None:
    """The calls that a trial makes first; np.random then stands where it stood."""
    if trial.before is None:
        return
    kept = np.random.get_state()
    out, cache = pair.run(layer, copies(trial.before), trial.before_mode)
    if backward and pair.backward_of is not None:
        pair.back(layer, np.ones(np.shape(out)) if np.shape(out) else 1.0, cache)
    np.random.set_state(kept)


def input_names(pair: Pair, n: int) -> list[str]:
    """As forward's parameters are called."""
    try:
        names = [p.name for p in inspect.signature(pair.forward_of).parameters.values()]
    except (ValueError, TypeError):
        names = []
    return [names[i] if i < len(names) else f"input {i}" for i in range(n)]


def cotangent(out: Any, seed: int = 1) -> Any:
    """Random, never ones, and no multiple of another seed's."""
    rng = np.random.default_rng(seed)
    g = rng.uniform(0.5, 1.5, np.shape(out)) * rng.choice([-1.0, 1.0], np.shape(out))
    return g if np.shape(out) else float(abs(g) + seed)


def prepared(pair: Pair, inputs: tuple[Any, ...]) -> tuple[list[Any], list[int]]:
    """Inputs in float64, so that rules are judged and not rounding; whole numbers as floats where the layer takes
    them."""
    given: list[Any] = []
    for x in inputs:
        x = x.numpy() if isinstance(x, Tensor) else np.asarray(x, float) if isinstance(x, float) else x
        x = np.asarray(x) if isinstance(x, list) else x
        given.append(np.array(x, np.float64) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x)
    if given and isinstance(given[0], np.ndarray) and given[0].dtype.kind in "iu":
        as_float = [given[0].astype(np.float64), *given[1:]]
        held = Held(lambda f: f())
        try:
            with np.errstate(all="ignore"):
                whole_numbers = np.asarray(held(lambda: pair.run(pair.fresh(), list(given))[0]), float)
                fractions = np.asarray(held(lambda: pair.run(pair.fresh(), as_float)[0]), float)
            if np.allclose(whole_numbers, fractions, equal_nan=True):
                given = as_float
        except Exception:
            pass  # indices
    return given, [i for i, x in enumerate(given) if floats(x)]
