"""Where the values come from: SciPy, imported when the first one is asked for; the standard library and NumPy for the
few that they know."""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arithmetic import Array


def _guarded(f: Callable[[float], float], pole: Callable[[float], float]) -> Callable[[float], float]:
    """The standard library's function with IEEE's values where it raises."""

    def guarded(x: float) -> float:
        try:
            return f(x)
        except OverflowError:
            return math.inf
        except ValueError:
            return pole(x)

    return guarded


def _each(f: Callable[[float], float]) -> Callable[..., Array]:
    """A function of one number, element by element."""
    loop: Any = np.frompyfunc(f, 1, 1)
    return lambda x: np.asarray(loop(x), np.result_type(x, np.float32))


# Without SciPy: what the standard library knows, by its name in SciPy. A pole of Γ at 0 has the zero's sign.
WITHOUT: dict[str, Callable[..., Array]] = {
    "erf": _each(math.erf),
    "erfc": _each(math.erfc),
    "gammaln": _each(_guarded(math.lgamma, lambda x: math.inf)),
    "gamma": _each(_guarded(math.gamma, lambda x: math.copysign(math.inf, x) if x == 0 else math.nan)),
    "logit": lambda x: np.log(x) - np.log1p(-x),
    "log_expit": lambda x: np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x))),
    "xlog1py": lambda x, y: np.where((x == 0) & ~np.isnan(y), 0.0, x * np.log1p(np.where(x == 0, 0.0, y))),
}


def _found(name: str) -> Callable[..., Any]:
    """SciPy's function of the name, or what stands for it. Raises ImportError naming the extra."""
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
