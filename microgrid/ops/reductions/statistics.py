"""Spread and dependence: variance, standard deviation, weighted means, covariance."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from ...core.dispatch import implements
from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..elementwise.functions import sqrt
from ..leading import of_input
from ..shapes.joining import concatenate
from ..shapes.shape import astype
from .reduction import added, as_array, averaged, count, counted, kept, masked, mean, over, sum

__all__ = ["average", "corrcoef", "cov", "std", "std_mean", "var", "var_mean"]


@primitive(name="var", symbol="var", formula="Σ (x − mean x)² / (n − ddof)", torch="var", batched=of_input)
def variance(x: Array, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Array:
    """Variance over axes; the divisor is n − ddof (Torch's default is ddof=1, NumPy's 0)."""
    return _variance(x, axis, ddof, keepdims)


def _variance(x: Array, axis: Any, ddof: float, keepdims: bool) -> Array:
    n = count(x.shape, axis)
    if x.dtype.itemsize < 4 or x.dtype.kind != "f" or n - ddof <= 0:  # NumPy's cares for small dtypes, and its warnings
        return np.var(x, axis=axis, ddof=ddof, keepdims=keepdims)
    number = x.dtype.type
    apart = x - added(x, axis, None, None, True) / number(n)
    return added(apart * apart, axis, None, None, keepdims) / number(n - ddof)


def _variance_x(g: Array, x: Array, axis: Any, ddof: float, keepdims: bool) -> Array:
    """2 g (x − mean x) / (n − ddof)"""
    number, n = x.dtype.type, count(x.shape, axis)
    g = kept(g, x.shape, axis, keepdims) * (number(2) / number(builtins.max(n - ddof, 0)))
    return g * (x - averaged(x, axis=axis, keepdims=True))


variance.gradients(_variance_x)


@primitive(name="std", symbol="std", formula="√(Σ (x − mean x)² / (n − ddof))", torch="std", batched=of_input)
def deviation(x: Array, *, axis: Any = None, ddof: float = 0, keepdims: bool = False) -> Array:
    """Standard deviation over axes: √var. Where it is 0 its derivative is 0, as in Torch."""
    return np.sqrt(_variance(x, axis, ddof, keepdims))


def _deviation_x(g: Array, x: Array, out: Array, axis: Any, ddof: float, keepdims: bool) -> Array:
    """g (x − mean x) / ((n − ddof) out)"""
    flat = detach(out) == 0
    if flat.any():
        g, out = np.where(flat, 0, g), np.where(flat, 1, out)
    return _variance_x(g / (2 * out), x, axis, ddof, keepdims)


deviation.gradients(_deviation_x)


def _spread(
    f: Any, x: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool, correction: Any, given: Any, where: Any
) -> Any:  # fmt: skip
    """var or std of what is left of x under a mask, in another dtype, about a mean known before, by another divisor."""
    if correction is not None:
        if ddof:
            raise ValueError(f"{f.op.name}: ddof={ddof} and correction={correction} are one argument; give one of them")
        ddof = correction
    x, axis = as_array(x), over(axis)
    if dtype is not None:
        x = masked(x, dtype, True, 0)
    if given is None and where is True:
        return f(x, axis=axis, ddof=ddof, keepdims=keepdims)
    floats = x.dtype if x.dtype.kind == "f" else np.dtype(float)
    x = masked(x, None, where, 0)
    apart = x - (mean(x, axis, None, True, where=where) if given is None else given)
    n = counted(where, x.shape, axis, keepdims, floats) - floats.type(ddof)
    out = sum(apart * apart, axis, None, keepdims, where=where) / np.maximum(n, 0)
    return out if f is variance else root(out)


def root(x: Any) -> Any:
    """√x whose derivative at 0 is 0."""
    flat = detach(x) == 0
    return np.where(flat, 0, np.sqrt(np.where(flat, 1, x))) if np.any(flat) else np.sqrt(x)


@composed(np.var)
def var(
    x: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False, *, correction: Any = None,
    mean: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """Variance over axes, of the elements where `where` holds; the divisor is n − ddof, also named `correction`
    (Torch's default is 1, NumPy's 0).

    mean: the mean, with its axes kept, if it is known already; it carries its gradient.
    Raises ValueError for both ddof and correction."""
    return _spread(variance, x, axis, dtype, ddof, keepdims, correction, mean, where)


@composed(np.std)
def std(
    x: Any, axis: Any = None, dtype: Any = None, ddof: float = 0, keepdims: bool = False, *, correction: Any = None,
    mean: Any = None, where: Any = True,
) -> Any:  # fmt: skip
    """Standard deviation over axes, √var, with var's arguments. Where it is 0 its derivative is 0, as in Torch."""
    return _spread(deviation, x, axis, dtype, ddof, keepdims, correction, mean, where)


@composed()
def var_mean(x: Any, axis: Any = None, keepdims: bool = False, *, correction: float = 1) -> tuple[Any, Any]:
    """(variance, mean) over axes, as Torch's: the divisor is n − correction."""
    return var(x, axis, None, correction, keepdims), mean(x, axis, None, keepdims)


@composed()
def std_mean(x: Any, axis: Any = None, keepdims: bool = False, *, correction: float = 1) -> tuple[Any, Any]:
    """(standard deviation, mean) over axes, as Torch's: the divisor is n − correction."""
    return std(x, axis, None, correction, keepdims), mean(x, axis, None, keepdims)


@composed(np.average)
def average(x: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False) -> Any:
    """Mean over axes under weights, of x's shape or of the axis' size; returned=True: (mean, sum of the weights).

    Raises ValueError for weights of another shape, TypeError for those that need an axis, ZeroDivisionError where they
    sum to 0."""
    x, axis = as_array(x), over(axis)
    if weights is None:
        out = mean(x, axis, None, keepdims)
        total = np.full(out.shape, count(x.shape, axis), out.dtype)
        return (out, Tensor(total) if isinstance(out, Tensor) else total) if returned else out
    weights = as_array(weights)
    if weights.shape != x.shape:
        axes = axis if isinstance(axis, tuple) else (axis,)
        if axis is None:
            raise TypeError(f"average: weights {weights.shape} for x {x.shape} need the axis along which they lie")
        axes = tuple(a % x.ndim for a in axes)
        if weights.shape != tuple(x.shape[a] for a in axes):
            sizes = tuple(x.shape[a] for a in axes)
            raise ValueError(f"average: weights {weights.shape} for x {x.shape}; expected {x.shape}, or {sizes}")
        weights = weights.transpose(tuple(np.argsort(axes).tolist())).reshape(
            tuple(s if k in axes else 1 for k, s in enumerate(x.shape))
        )
    kind = np.result_type(x.dtype, weights.dtype, *([] if "f" in x.dtype.kind + weights.dtype.kind else [float]))
    total = sum(weights * np.ones(x.shape, weights.dtype), axis, kind, keepdims)
    if not np.all(detach(total)):
        raise ZeroDivisionError("average: the weights sum to 0; a mean under them is not defined")
    out = sum(x * weights, axis, kind, keepdims) / total
    return (out, total) if returned else out


@composed()
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """Covariance matrix of variables, one a row (a column with rowvar=False), of which columns are observations.

    fweights: how often each observation counts, integers.  aweights: how much.  ddof (also `correction`): 1, or 0 with
    bias=True.  0-d for one variable.  float32 stays float32 (called as np.cov it becomes float64, as in NumPy).
    Raises ValueError for more than 2 axes, for weights of a wrong shape or negative ones."""
    x = _variables(m, rowvar, dtype)
    if y is not None:
        x = concatenate([x, _variables(y, rowvar, dtype)])
    ddof = ddof if correction is None else correction
    ddof = (0 if bias else 1) if ddof is None else ddof
    w = _weights(fweights, aweights, x)
    if w is None:
        n = x.shape[1]
        if n == 0:
            return np.full((x.shape[0],) * 2, np.nan, x.dtype).squeeze() + 0 * sum(x)
        apart, divisor = x - mean(x, 1, None, True), n - ddof
        weighted = apart
    else:
        n = sum(w)
        apart = x - sum(x * w, 1, None, True) / n
        divisor = n - ddof if aweights is None or not ddof else n - ddof * sum(w * as_array(aweights)) / n
        weighted = apart * w
    divisor = np.maximum(divisor, 0)
    if not isinstance(divisor, Tensor):
        divisor = x.dtype.type(divisor)
    return (apart @ weighted.mT / divisor).squeeze()


def _variables(x: Any, rowvar: bool, dtype: Any) -> Any:
    """A matrix with one variable a row, of floating-point numbers."""
    x = as_array(x)
    if x.ndim > 2:
        raise ValueError(f"cov: {x.ndim} axes, of shape {x.shape}; expected at most 2, variables and observations")
    if dtype is not None or x.dtype.kind != "f":
        x = astype(x, dtype or float)
    if x.ndim < 2:
        return x.reshape(1, -1)
    return x if rowvar or x.shape[0] == 1 else x.mT


def _weights(fweights: Any, aweights: Any, x: Any) -> Any:
    """How much each observation counts in all; None where all count the same."""
    w, n = None, x.shape[1]
    for name, given in (("fweights", fweights), ("aweights", aweights)):
        if given is None:
            continue
        given = as_array(given)
        if name == "fweights" and np.any(np.round(detach(given)) != detach(given)):
            raise TypeError("cov: fweights are counts; expected integers (aweights= takes any weights)")
        if given.shape != (n,):
            raise ValueError(f"cov: {name} {given.shape} for {n} observations; expected ({n},)")
        if np.any(detach(given) < 0):
            raise ValueError(f"cov: {name} has negative elements; weights are at least 0")
        given = given if given.dtype == x.dtype else astype(given, x.dtype)
        w = given if w is None else w * given
    return w


@composed()
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """Matrix of the correlation coefficients of variables, one a row (a column with rowvar=False); in −1 … 1."""
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    each = np.arange(c.shape[0])
    deviations = sqrt(c[each, each])
    return np.clip(c / deviations[:, None] / deviations[None, :], -1, 1)


@implements(np.cov)
def _numpys_cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, fweights: Any = None,
    aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    return cov(m, y, rowvar, bias, ddof, fweights, aweights, dtype=dtype or _double(m, y))


@implements(np.corrcoef)
def _numpys_corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    return corrcoef(x, y, rowvar, dtype=dtype or _double(x, y))


def _double(*xs: Any) -> Any:
    return np.result_type(np.float64, *(as_array(x).dtype for x in xs if x is not None))
