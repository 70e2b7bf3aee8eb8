"""The numbers that a layer is tried on: as given, a batch of several, other signs, large ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(slots=True)
class Trial:
    """Inputs to run a layer on, and how."""

    title: str
    inputs: list[Any]
    mode: bool | None = None
    before: list[Any] | None = None  # inputs that the same object is run on first
    before_mode: bool | None = None
    strict: bool = True  # what fails to run is a finding
    large: bool = False


def floats(x: Any) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind == "f"


def trials(inputs: list[Any], moving: list[int], mode: str) -> list[Trial]:
    """Every way that these inputs allow."""
    rng = np.random.default_rng(0)
    found = [Trial("as given", inputs)]
    first = inputs[moving[0]] if moving else None
    if first is None or first.ndim == 0 or not first.size:
        return found
    arrays = [x for x in inputs if isinstance(x, np.ndarray) and x.ndim]
    if first.ndim >= 2 and all(x.shape[0] == 1 for x in arrays):
        found.append(
            Trial("a batch of 3", [_batch(x, 3, i in moving, rng) for i, x in enumerate(inputs)], strict=False)
        )
    signs = first * rng.choice([-1.0, 1.0], first.shape)
    signs.flat[0] = 0.0
    if signs.size > 2:
        signs.flat[1] = -abs(signs.flat[1])
    found.append(Trial("other signs, and a zero", _with(inputs, moving[0], signs), strict=False))
    top = float(np.max(np.abs(first)))
    if top > 0:
        found.append(
            Trial(
                "large numbers (up to 1000)", _with(inputs, moving[0], first * (1000 / top)), strict=False, large=True
            )
        )
    other = _with(inputs, moving[0], first * rng.uniform(0.5, 1.5, first.shape))
    found.append(Trial("after another call of the same object", inputs, before=other))
    if mode:
        found.append(
            Trial(f"{mode.lstrip('.')}=False, after a call with True", inputs, False, before=other, before_mode=True)
        )
        found.append(Trial(f"{mode.lstrip('.')}=False", inputs, False))
    return found


def _with(inputs: list[Any], i: int, x: Any) -> list[Any]:
    return [x if k == i else v for k, v in enumerate(inputs)]


def _batch(x: Any, n: int, moving: bool, rng: np.random.Generator) -> Any:
    """A batch of several from a batch of one: numbers vary, targets (rows of probabilities, indices) are shifted."""
    if not isinstance(x, np.ndarray) or not x.ndim:
        return x
    rows = np.repeat(x, n, axis=0)
    if x.ndim >= 2 and (not moving or _probabilities(x)):
        return np.stack([np.roll(row, k, axis=-1) for k, row in enumerate(rows)])
    if x.dtype.kind != "f":
        return rows
    return rows * rng.uniform(0.5, 1.5, rows.shape)


def _probabilities(x: Any) -> bool:
    return bool(np.all(x >= 0) and np.allclose(x.sum(-1), 1) and x.shape[-1] > 1)
