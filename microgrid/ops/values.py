"""Where the values come from: SciPy, imported when the first one is asked for; without it, what `fallback` knows. Of
many numbers from rational functions, where those are faster."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from .blocks import MANY, Kernel, but, mapped
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


# By the name in SciPy: the module here that has the kernel; the dtypes in which it is faster than SciPy (erf and erfc
# of float64 are level), and those that it knows, for where SciPy is not there; the numbers that it is not for.
_QUICK: dict[str, tuple[str, str, str, Callable[[Any], Any] | None]] = {
    "erf": ("errorfunction", "f", "fd", None),
    "erfc": ("errorfunction", "f", "fd", None),
    "ndtr": ("errorfunction", "f", "fd", None),
    "erfinv": ("errorfunction", "f", "f", lambda x: ~(np.abs(x) < 1)),
    "logit": ("errorfunction", "fd", "fd", lambda x: x < 1e-37),
    "gammaln": ("gammafunction", "fd", "fd", lambda x: x <= 0),
    "psi": ("gammafunction", "fd", "fd", lambda x: x <= 0),
    "trigamma": ("gammafunction", "fd", "fd", lambda x: x <= 0),
}


def _quickened(name: str, f: Callable[..., Any], alone: bool) -> Callable[..., Any]:
    """f; of many numbers the kernel of that name, and f for those among them that it is not for."""
    module, faster, known, outside = _QUICK[name]
    kernel: Kernel = getattr(importlib.import_module(f".{module}", __package__), name)
    kinds = known if alone else faster

    def block(x: Any) -> Any:
        return kernel(x) if outside is None else but(outside(x), kernel(x), x, f)

    @functools.wraps(f)
    def call(x: Any) -> Any:
        return mapped(block, x) if type(x) is np.ndarray and x.size >= MANY and x.dtype.char in kinds else f(x)

    return call


def _settled(f: Callable[..., Any], out: Any, given: tuple[Any, ...]) -> Any:
    """`out` in the dtype of the inputs; computed again for small integers, which SciPy takes for float32."""
    wanted = np.result_type(*given)
    if wanted.kind != "f":
        return f(*(np.asarray(x, np.float64) for x in given))
    return out if out.dtype == wanted else out.astype(wanted)


def _trigamma(x: Any) -> Any:
    """ψ′, which SciPy has under no name of its own."""
    return scipy.zeta(2.0, x)


class SciPy:
    """`scipy.erfcx(x)`: SciPy's special function on arrays, in the dtype of its inputs (float16 too), integers as
    float64."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        f = _trigamma if name == "trigamma" else _found(name)
        double = np.dtype(np.float64)

        @functools.wraps(f)
        def settled(*xs: Any) -> Any:
            out = f(*xs)
            last = xs[-1]
            if out.dtype is double and type(last) is np.ndarray and last.dtype is double:  # by far the usual case
                return out
            return _settled(f, out, xs)

        call = _quickened(name, settled, f is WITHOUT.get(name)) if name in _QUICK else settled
        setattr(self, name, call)
        return call


scipy = SciPy()
