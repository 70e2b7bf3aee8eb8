"""What is sampled along an axis: differences, derivatives, integrals."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ..composition import composed
from ..shapes.joining import concatenate
from ..shapes.shape import astype, broadcast_to, ravel
from .places import array_of
from .reduction import as_array, sum
from .scan import along, cumsum

__all__ = ["cumulative_trapezoid", "diff", "ediff1d", "gradient", "trapezoid"]

BEFORE, AFTER = slice(None, -1), slice(1, None)


def _axis(what: str, axis: int, ndim: int) -> int:
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim, what)
    return axis % ndim


@composed(np.diff)
def diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours along an axis, n times; after something is put before and after (scalars are repeated).

    Raises ValueError for n < 0 or a scalar x."""
    x = as_array(x)
    if n < 0:
        raise ValueError(f"diff: n={n}; expected at least 0")
    if x.ndim == 0:
        raise ValueError("diff: x is a scalar; expected at least one axis")
    axis = _axis("diff", axis, x.ndim)
    if n == 0:
        return x
    edge = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
    ends = [e if e is None or np.ndim(e) else broadcast_to(as_array(e), shape=edge) for e in (prepend, append)]
    if ends[0] is not None or ends[1] is not None:
        x = concatenate([p for p in (ends[0], x, ends[1]) if p is not None], axis)
    for _ in range(n):
        after, before = x[along(axis, x.ndim, AFTER)], x[along(axis, x.ndim, BEFORE)]
        x = after != before if x.dtype.kind == "b" else after - before
    return x


@composed(np.ediff1d)
def ediff1d(x: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours in the flat x, with something before and after them."""
    out = diff(ravel(as_array(x)))
    ends = [None if e is None else astype(ravel(as_array(e)), out.dtype) for e in (to_begin, to_end)]
    return out if ends == [None, None] else concatenate([p for p in (ends[0], out, ends[1]) if p is not None])


def _spacings(what: str, varargs: tuple[Any, ...], axes: tuple[int, ...], shape: tuple[int, ...]) -> list[Any]:
    """For every axis the distance of neighbours: a number, or an array of them where coordinates are given."""
    if len(varargs) not in (0, 1, len(axes)) or (len(varargs) == 1 and len(axes) > 1 and np.ndim(varargs[0])):
        raise TypeError(f"{what}: {len(varargs)} spacings for {len(axes)} axes; give a number, or one spacing an axis")
    given = list(varargs) * len(axes) if len(varargs) == 1 else list(varargs) or [1.0] * len(axes)
    found = []
    for s, a in zip(given, axes, strict=True):
        if np.ndim(s) > 1 or (np.ndim(s) == 1 and np.shape(s)[0] != shape[a]):
            raise ValueError(
                f"{what}: coordinates {np.shape(s)} for axis {a} of {shape}; expected a number or ({shape[a]},)"
            )
        if np.ndim(s) == 0:
            found.append(s)
            continue
        steps = diff(astype(as_array(s), float) if as_array(s).dtype.kind != "f" else as_array(s))
        values = array_of(steps)
        found.append(steps[0] if values.size and (values == values[0]).all() and not _moves(steps) else steps)
    return found


def _moves(x: Any) -> bool:
    return isinstance(x, Tensor) and x.requires_grad


@composed(np.gradient)
def gradient(x: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Derivatives along axes (all by default) from values at points: central differences within, one-sided ones of
    first or second order at the ends. An array for one axis, else a tuple of them.

    varargs: the distance between points, or one an axis, or their coordinates; these carry gradients too.
    Raises ValueError for too few points or another edge_order, TypeError for a wrong number of spacings."""
    x = as_array(x)
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order={edge_order}; expected 1 or 2")
    if x.dtype.kind != "f":
        x = astype(x, float)
    axes = range(x.ndim) if axis is None else axis if isinstance(axis, tuple | list) else (axis,)
    axes = tuple(_axis("gradient", a, x.ndim) for a in axes)
    if len(set(axes)) < len(axes):
        raise ValueError(f"gradient: axis={axis} names an axis of x {x.shape} twice")
    found = []
    for a, h in zip(axes, _spacings("gradient", varargs, axes, x.shape), strict=True):
        if x.shape[a] < edge_order + 1:
            raise ValueError(
                f"gradient: {x.shape[a]} points along axis {a}; expected at least {edge_order + 1} for edge_order="
                f"{edge_order}"
            )
        out = _derivative(x, h, a, edge_order)
        found.append(out if out.dtype == x.dtype else astype(out, x.dtype))
    return found[0] if len(found) == 1 else tuple(found)


def _derivative(x: Any, h: Any, axis: int, edge_order: int) -> Any:
    """Along one axis; h: the distance of neighbours, or all of them."""

    def at(item: Any) -> Any:
        return x[along(axis, x.ndim, item)]

    if np.ndim(h) == 0:
        inner = (at(slice(2, None)) - at(slice(None, -2))) / (2 * h)
        left, right = h, h
    else:
        column = h.reshape((-1,) + (1,) * (x.ndim - axis - 1))
        b, f = column[:-1], column[1:]  # to the point before, to the point after
        inner = (at(slice(None, -2)) * (-f / (b * (b + f))) + at(slice(1, -1)) * ((f - b) / (b * f))
                 + at(slice(2, None)) * (b / (f * (b + f))))  # fmt: skip
        left, right = h[:2], h[-2:]
    if edge_order == 1:
        first = (at(slice(1, 2)) - at(slice(0, 1))) / (left[0] if np.ndim(left) else left)
        last = (at(slice(-1, None)) - at(slice(-2, -1))) / (right[-1] if np.ndim(right) else right)
        return concatenate([first, inner, last], axis)
    p, q = (left[0], left[1]) if np.ndim(left) else (left, left)
    first = (at(slice(0, 1)) * (-(2 * p + q) / (p * (p + q))) + at(slice(1, 2)) * ((p + q) / (p * q))
             - at(slice(2, 3)) * (p / (q * (p + q))))  # fmt: skip
    p, q = (right[-2], right[-1]) if np.ndim(right) else (right, right)
    last = (at(slice(-3, -2)) * (q / (p * (p + q))) - at(slice(-2, -1)) * ((p + q) / (p * q))
            + at(slice(-1, None)) * ((2 * q + p) / (q * (p + q))))  # fmt: skip
    return concatenate([first, inner, last], axis)


def _strips(what: str, y: Any, x: Any, dx: Any, axis: int) -> tuple[Any, int]:
    """(the areas under the lines between neighbours; the axis)."""
    y = as_array(y)
    axis = _axis(what, axis, y.ndim)
    if x is None:
        width = dx
    else:
        x = as_array(x)
        if x.ndim == 1:
            if x.shape[0] not in (1, y.shape[axis]):
                raise ValueError(f"{what}: x {x.shape} for axis {axis} of y {y.shape}; expected ({y.shape[axis]},)")
            width = diff(x).reshape((-1,) + (1,) * (y.ndim - axis - 1))
        else:
            width = diff(x, axis=axis - y.ndim)
    return (y[along(axis, y.ndim, AFTER)] + y[along(axis, y.ndim, BEFORE)]) / 2.0 * width, axis


@composed(*(getattr(np, name) for name in ("trapezoid", "trapz") if hasattr(np, name)))  # older NumPys have the other
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral along an axis of the lines between points: of coordinates x, or dx apart; all carry gradients."""
    strips, axis = _strips("trapezoid", y, x, dx, axis)
    return sum(strips, axis - strips.ndim if strips.ndim == np.ndim(y) else axis)


@composed()
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """The running integral along an axis of the lines between points, as SciPy's: of coordinates x, or dx apart.

    initial: a first value, 0.  Raises ValueError for another."""
    strips, axis = _strips("cumulative_trapezoid", y, x, dx, axis)
    out = cumsum(strips, axis)
    if initial is None:
        return out
    if initial != 0:
        raise ValueError(f"cumulative_trapezoid: initial={initial}; expected None or 0")
    edge = (*out.shape[:axis], 1, *out.shape[axis + 1 :])
    return concatenate([np.zeros(edge, out.dtype), out], axis)
