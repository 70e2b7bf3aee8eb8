"""What a hand-written backward is held against: autodiff of its own forward, and finite differences of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.recording import enable_grad, setting
from ..core.sweep import sweep
from ..core.tensor import Tensor
from ..ops.recompute import alias
from .compare import difference
from .differences import Slope, slopes
from .runs import Run, copies, prelude
from .trials import Trial

if TYPE_CHECKING:
    from .layers import Study


def autodiff(study: Study, trial: Trial, run: Run) -> dict[str, Any]:
    """{name: gradient} by autodiff of the forward, run on Tensors; empty where it leaves the graph."""
    pair = study.pair

    def on_tensors() -> dict[str, Any]:
        layer = pair.fresh()
        prelude(pair, layer, trial)
        leaves: dict[str, Tensor] = {}
        xs = []
        for i, x in enumerate(trial.inputs):
            if i in study.moving:
                leaves[study.names[i]] = leaf = Tensor(x, requires_grad=True, name=study.names[i])
                x = alias(leaf)  # a forward may write to its argument
            xs.append(np.array(x) if isinstance(x, np.ndarray) else x)
        for p in pair.places:
            leaves[p.name] = leaf = Tensor(p.get(layer), requires_grad=True, name=p.name)
            p.set(layer, leaf)
        with enable_grad():
            out, _ = pair.run(layer, xs, trial.mode)
        if not isinstance(out, Tensor) or not out._node.need:
            raise TypeError(f"forward returned {type(out).__name__}, not a Tensor with a history")
        apart = difference(np.asarray(out._node.data), np.asarray(run.out), 1e-9)
        if not apart.ok:
            raise ValueError("forward on Tensors gave other numbers")
        with setting(on=False):
            got = sweep(out._node, np.asarray(run.g, out.dtype), [t._node for t in leaves.values()])
        return {k: np.asarray(got.get(t._node, np.zeros(t.shape))) for k, t in leaves.items()}

    try:
        found: dict[str, Any] = study.held(on_tensors)
    except Exception as error:
        study.left = study.left or f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return {}
    return found


def slopes_of(
    study: Study, trial: Trial, run: Run, name: str, at: list[tuple[int, ...]]
) -> dict[tuple[int, ...], Slope]:
    """{index: slope} of the forward along elements of an input or a parameter; each call from the layer's own state."""
    pair = study.pair
    places = {p.name: p for p in pair.places}
    number = None if name in places else study.names.index(name)

    def value(moved: Any) -> Any:
        def once() -> Any:
            layer = pair.fresh()
            prelude(pair, layer, trial)
            xs = copies(trial.inputs)
            if number is None:
                places[name].set(layer, np.array(moved))
            else:
                xs[number] = np.array(moved)
            return np.asarray(pair.run(layer, xs, trial.mode)[0], float)

        return study.held(once)

    start = run.parameters[name] if number is None else trial.inputs[number]
    return slopes(value, [np.asarray(start, float)], 0, run.g, at)
