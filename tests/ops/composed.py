"""Calls composed of operations, tried against NumPy and finite differences: what the table of cases does for a
declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.checks import close, listed

Call = Callable[..., Any]  # (np or mg, *arrays or Tensors) → value, or several


def as_numpy(call: Call, *arrays: Any, through: Any = None) -> None:
    """The value, shape and dtype that NumPy gives (or `through` in its place): by microgrid's names on Tensors and on
    arrays, and by NumPy's own on Tensors."""
    with np.errstate(all="ignore"):
        expected = [np.asarray(e) for e in listed(call(through or np, *arrays))]
        ways = {"mg on Tensors": (mg, list(map(mg.asarray, arrays))), "mg on arrays": (mg, list(arrays))}
        if through is None:
            ways["np on Tensors"] = np, [mg.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
        for way, (names, inputs) in ways.items():
            outs = listed(call(names, *inputs))
            assert len(outs) == len(expected), f"{way}: {len(outs)} values, expected {len(expected)}"
            for out, e in zip(outs, expected):
                assert isinstance(out, mg.Tensor) or way == "mg on arrays" or names is np, f"{way}: {type(out)}"
                found = np.asarray(out.numpy() if isinstance(out, mg.Tensor) else out)
                close(found, e, 2e-5 if np.float32 in [a.dtype for a in arrays] else 1e-11, way)


def as_differences(call: Call, *arrays: Any, h: float = 1e-6) -> None:
    """First and second derivatives by every array of floats, along a random direction, as differences have them."""
    moving = [k for k, a in enumerate(arrays) if np.asarray(a).dtype == np.float64]
    rng = np.random.default_rng(7)
    outs = [o for o in listed(call(mg, *map(mg.asarray, arrays))) if o.dtype.kind == "f"]
    us = [rng.normal(size=o.shape) for o in outs]
    ts, vs = ([rng.normal(size=np.shape(arrays[k])) for k in moving] for _ in range(2))

    def value(*xs: Any) -> Any:
        given = list(arrays)
        for k, x in zip(moving, xs):
            given[k] = x
        found = [o for o in listed(call(mg, *given)) if o.dtype.kind == "f"]
        return sum(((o * u).sum() for o, u in zip(found, us)), 0.0)

    def slope(*xs: Any) -> Any:
        gradients = mg.grad(value, argnums=tuple(range(len(moving))))(*xs)
        return sum(((g * v).sum() for g, v in zip(gradients, vs)), 0.0)

    at = [np.asarray(arrays[k]) for k in moving]
    for f in (value, slope):
        gradients = mg.grad(f, argnums=tuple(range(len(moving))))(*at)
        found = sum(np.vdot(g, t) for g, t in zip(gradients, ts))
        ends = [float(np.asarray(f(*(a + s * t for a, t in zip(at, ts))))) for s in (h, -h)]
        expected = (ends[0] - ends[1]) / (2 * h)
        assert abs(found - expected) < 1e-6 * max(1.0, abs(expected), abs(ends[0])), (
            f"{f.__name__} changes by {expected} along a direction, the rules say {found}"
        )
