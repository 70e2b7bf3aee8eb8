"""One more leading axis: what `Primitive.batched` is given for operations that are told their axes."""

from __future__ import annotations

from typing import Any

Shape = tuple[int, ...]


def _from_end(axis: Any, ndim: int) -> Any:
    """An axis, or several, counted from the end; None, which means all, said."""
    if axis is None:
        return tuple(range(-ndim, 0))
    if isinstance(axis, tuple | list):
        return tuple(_from_end(a, ndim) for a in axis)
    return axis - ndim if axis >= 0 else axis


def of_input(kw: dict[str, Any], x: Shape, out: Shape) -> dict[str, Any]:
    """For operations whose `axis`, `axis1`, `axis2` count the input's axes (reductions, scans, sorts)."""
    return {k: _from_end(v, len(x)) if k in ("axis", "axis1", "axis2") else v for k, v in kw.items()}


def of_value(kw: dict[str, Any], x: Shape, out: Shape) -> dict[str, Any]:
    """For operations whose `axis` counts the value's axes (stack, expand_dims)."""
    return {k: _from_end(v, len(out)) if k == "axis" else v for k, v in kw.items()}


def as_it_is(kw: dict[str, Any], x: Shape, out: Shape) -> dict[str, Any]:
    """For operations whose rules read nothing but shapes, or which count axes from the end."""
    return kw
