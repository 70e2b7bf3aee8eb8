"""Where the values come from: SciPy, imported when the first one is asked for; without it, what `fallback` knows."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from .fallback import WITHOUT

PARTS = {  # ours: SciPy's function of several values, and which of them
    name: ("airy", k) for k, name in enumerate(("airy_ai", "airy_ai_slope", "airy_bi", "airy_bi_slope"))
}


def _found(name: str) -> Callable[..., Any]:
    """SciPy's function of the name, or what stands for it. Raises ImportError naming the extra."""
    if name in PARTS:
        whole, k = _found(PARTS[name][0]), PARTS[name][1]
        return lambda x: whole(x)[k]
    try:
        return getattr(importlib.import_module("scipy.special"), name)  # type: ignore[no-any-return]
    except ImportError:
        if name in WITHOUT:
            return WITHOUT[name]
        raise ImportError(
            f"special.{name} takes its values from SciPy, which is not installed: pip install 'microgrid[scipy]'"
        ) from None


def _settled(f: Callable[..., Any], out: Any, given: tuple[Any, ...]) -> Any:
    """`out` in the dtype of the inputs; computed again for small integers, which SciPy takes for float32."""
    wanted = np.result_type(*given)
    if wanted.kind != "f":
        return f(*(np.asarray(x, np.float64) for x in given))
    return out if out.dtype == wanted else out.astype(wanted)


class SciPy:
    """`scipy.erfcx(x)`: SciPy's special function on arrays, in the dtype of its inputs (float16 too), integers as
    float64."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        f = _found(name)
        double = np.dtype(np.float64)

        @functools.wraps(f)
        def call(*xs: Any) -> Any:
            out = f(*xs)
            last = xs[-1]
            if out.dtype is double and type(last) is np.ndarray and last.dtype is double:  # by far the usual case
                return out
            return _settled(f, out, xs)

        setattr(self, name, call)
        return call


scipy = SciPy()
