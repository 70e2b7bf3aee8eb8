"""Sizes, strides and the like: one number for all axes, or one an axis."""

from __future__ import annotations

import operator
from typing import Any

Sizes = tuple[int, ...]


def one_each(name: str, what: str, given: Any, d: int, least: int) -> Sizes:
    """As d integers, none below the least.

    Raises TypeError for what is no integer, ValueError for another number of them or a smaller one."""
    if type(given) is int and given >= least:
        return (given,) * d
    try:
        sizes = (operator.index(given),) * d if not isinstance(given, tuple | list) else tuple(
            map(operator.index, given)
        )  # fmt: skip
    except TypeError:
        raise TypeError(f"{name}: {what} is {given!r}, expected an integer" + _or_several(d)) from None
    if len(sizes) == 1:
        sizes *= d
    if len(sizes) != d or any(s < least for s in sizes):
        raise ValueError(f"{name}: {what} is {given!r}, expected an integer of at least {least}" + _or_several(d))
    return sizes


def _or_several(d: int) -> str:
    return f", or {d} of them, one an axis" if d > 1 else ""
