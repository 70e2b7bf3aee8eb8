"""Gather and scatter: elements named one by one along an axis, and rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.selection import gathering, indexing
from tests.ops.optional import torch
from tests.ops.table import Input, Row, Variant, at, distinct, integers, kink, nonzero, on, real, refused

x, none = mg.tensor([[1.0, 2.0, 3.0]], name="x"), np.zeros((0, 3), int)
AxisError = np.exceptions.AxisError
ONCE = at([[1, 0, 3], [2, 3, 0], [0, 1, 2]])  # no place of an axis twice, nor all of them


def _placed(x: Any, index: Any, axis: int) -> tuple[Any, ...]:
    """The index of x[…, index[…, i, …], …]."""
    places = list(np.indices(index.shape, sparse=True))
    places[axis] = index
    return tuple(places)


def _reduced(ufunc: Any, neutral: float, mean: bool = False) -> Any:
    """By a loop, one element after the other."""

    def reduce(x: Any, index: Any, y: Any, axis: int, reduce: str, include_self: bool) -> np.ndarray:
        out, n = x.copy(), np.full(x.shape, int(include_self))
        for at_ in np.ndindex(index.shape):
            to = list(at_)
            to[axis] = index[at_]
            if n[tuple(to)] == 0:
                out[tuple(to)] = y[at_]
            else:
                out[tuple(to)] = ufunc(out[tuple(to)], y[at_])
            n[tuple(to)] += 1
        return (out / np.maximum(n, 1)).astype(x.dtype) if mean else out

    return reduce


LOOPS = {"sum": _reduced(np.add, 0), "prod": _reduced(np.multiply, 1), "amax": _reduced(np.maximum, 0),
         "amin": _reduced(np.minimum, 0), "mean": _reduced(np.add, 0, mean=True)}  # fmt: skip


def _with(ufunc: Any) -> Any:
    def do(x: Any, index: Any, y: Any, axis: int) -> np.ndarray:
        out = x.copy()
        place = _placed(x, index, axis)
        part = y[tuple(map(slice, index.shape))] if np.ndim(y) else y
        if ufunc is None:
            out[place] = part
        else:
            ufunc.at(out, place, part)
        return out

    return do


def _index_add(x: Any, index: Any, y: Any, axis: int) -> np.ndarray:
    out = x.copy()
    np.add.at(out, (slice(None),) * (axis % x.ndim) + (index,), y)
    return out


def _torch_index_add(x: Any, index: Any, y: Any, axis: int) -> Any:
    n, axis = x.shape[axis], axis % x.ndim
    flat = y.reshape((*x.shape[:axis], -1, *x.shape[axis + 1 :]))
    return torch.index_add(x, axis, index.ravel() % n, flat)


def _torch_take(x: Any, index: Any, axis: int) -> Any:
    n, axis = x.shape[axis], axis % x.ndim
    return torch.index_select(x, axis, index.ravel() % n).reshape((*x.shape[:axis], *index.shape, *x.shape[axis + 1 :]))


def _torch_reduce(x: Any, index: Any, y: Any, axis: int, reduce: str, include_self: bool) -> Any:
    """Torch's; a product spelled out, since the forward mode of Torch's own gives zeros."""
    index = index % x.shape[axis]
    if reduce != "prod":
        return torch.scatter_reduce(x, axis, index, y, reduce, include_self=include_self)
    x, index, y = (torch.movedim(a, axis, -1) for a in (x, index, y))
    here = index[..., None] == torch.arange(x.shape[-1])
    ours = x if include_self else torch.where(here.any(-2), 1.0, x)
    return torch.movedim(ours * torch.where(here, y[..., None], 1.0).prod(-2), -1, axis)


def _cases(first: Any, second: Any) -> list[Variant]:
    return [
        on(first(3, 4), integers(3, 5, low=-4, high=4), second(3, 5), axis=1, reduce=r, include_self=s)
        for r in LOOPS for s in (True, False)
    ] + [
        Variant((first(4), integers(6), second(6)), {"axis": 0, "reduce": r, "include_self": True}) for r in LOOPS
    ]  # fmt: skip


def _zeros(*shape: int) -> Input:
    """Numbers of which some are 0."""
    return Input(shape, lambda rng, s: rng.choice([0.0, 1.5, -2.0, 0.7], s))


ROWS = [
    Row("gather", lambda x, index, axis: mg.gather(x, axis, index), lambda x, index, axis: x[_placed(x, index, axis)],
        lambda x, index, axis: torch.gather(x, axis, index % x.shape[axis]),
        [on(real(3, 4), integers(3, 5, low=-4, high=4), axis=1), on(real(3, 4), integers(2, 4), axis=0),
         on(real(5), integers(7, low=-5, high=5), axis=-1), on(real(2, 3, 4), integers(2, 5, 3), axis=1),
         on(real(3, 4), at(none[:, :2]), axis=1), on(real(1), integers(3, high=1), axis=0)],
        [refused(lambda: mg.gather(x, 1, np.array([[3]])), IndexError, "gather", "index 3 is out of bounds"),
         refused(lambda: mg.gather(x, 1, np.array([[-4]])), IndexError, "index -4 is out of bounds"),
         refused(lambda: mg.gather(x, 1, np.array([0])), ValueError, "(1,) for (1, 3)", "as many axes"),
         refused(lambda: mg.gather(x, 1, np.zeros((2, 1), int)), ValueError, "none larger but axis 1"),
         refused(lambda: mg.gather(x, 2, np.array([[0]])), IndexError, "axis 2 is out of bounds"),
         refused(lambda: mg.gather(x, 1, np.array([[0.0]])), IndexError, "float64", "integers"),
         refused(lambda: mg.gather(x, 1, np.array([[True]])), IndexError, "bool", "x[mask]")],
        dispatches=False, in_place="reads flat places"),
    Row("scatter_add", lambda x, index, y, axis: mg.scatter_add(x, axis, index, y), _with(np.add),
        lambda x, index, y, axis: torch.scatter_add(x, axis, index % x.shape[axis], y),
        [on(real(3, 4), integers(3, 5, low=-4, high=4), real(3, 5), axis=1), on(real(5), integers(7), real(7), axis=-1),
         on(real(3, 4), integers(2, 3), real(2, 3), axis=0), on(real(3, 4), at(none), real(0, 3), axis=0)],
        [refused(lambda: mg.scatter_add(x, 1, np.array([[3]]), np.ones((1, 1), np.float32)), IndexError, "index 3"),
         refused(lambda: mg.scatter_add(x, 1, np.array([[0, 1]]), mg.ones((1, 1))), ValueError, "source (1, 1)"),
         refused(lambda: mg.scatter_add(x, 1, np.array([[0]]), np.ones((1, 1))), TypeError, "float32", "float64")],
        dispatches=False, in_place="adds in place to a copy"),
    Row("put_along_axis", lambda x, index, y, axis: mg.scatter(x, axis, index, y), _with(None),
        lambda x, index, y, axis: torch.scatter(x, axis, index % x.shape[axis], y),
        [on(real(3, 4), ONCE, real(3, 3), axis=1), on(real(4, 3), ONCE, real(3, 3), axis=0),
         on(real(3, 4), at(none), real(0, 3), axis=0), on(real(4), at([2, -4]), real(2), axis=-1)],
        [refused(lambda: mg.scatter(x, 1, np.array([[3]]), 1.0), IndexError, "index 3 is out of bounds"),
         refused(lambda: mg.scatter(x, 1, np.array([[0]]), 1.0, reduce="max"), ValueError, "'add' or 'multiply'"),
         refused(lambda: mg.scatter(x, 1, np.array([[0]])), TypeError, "neither src nor value")],
        dispatches=False, in_place="writes into a copy"),
    Row("scatter_reduce",
        lambda x, index, y, axis, reduce, include_self: gathering.scattered_reduction(x, index, y, axis=axis,
            reduce=reduce, include_self=include_self),
        lambda x, index, y, axis, reduce, include_self: LOOPS[reduce](x, index, y, axis, reduce, include_self),
        _torch_reduce,
        [v for v in _cases(nonzero, nonzero) if v.statics["reduce"] not in ("amax", "amin")]
        + [v for v in _cases(lambda *s: at(np.arange(np.prod(s)).reshape(s) * 0.7 + 0.3), distinct)
           if v.statics["reduce"] in ("amax", "amin")]
        + [kink(at([2.0, 2.0, 1.0]), at([0, 0, 1]), at([2.0, 2.0, 0.0]), axis=0, reduce=r, include_self=True)
           for r in ("amax", "amin")]
        + [Variant((_zeros(3), at([0, 1, 1, 2]), at([0.0, 0.0, 3.0, 2.0])), {"axis": 0, "reduce": "prod", "include_self"
            : s}) for s in (True, False)],
        [refused(lambda: mg.scatter_reduce(x, 1, np.array([[0]]), x, "max"), ValueError, "reduce is 'max'", "amax"),
         refused(lambda: mg.scatter_reduce(x, 1, np.array([[9]]), x, "prod"), IndexError, "index 9 is out of bounds")],
        dispatches=False, in_place="reduces into a copy"),
    Row("take", lambda x, index, axis: mg.take(x, index, axis), lambda x, index, axis: np.take(x, index, axis),
        _torch_take,
        [on(real(3, 4), integers(5, low=-3, high=3), axis=0), on(real(3, 4), integers(2, 3), axis=-1),
         on(real(3, 4), at(2), axis=1), on(real(5), integers(4), axis=0), on(real(2, 3, 4), integers(2, 2), axis=1),
         on(real(3, 4), at(np.zeros(0, int)), axis=0)],
        [refused(lambda: mg.take(x, [3], axis=1), IndexError, "take", "index 3 is out of bounds for axis 1"),
         refused(lambda: mg.take(x, [0], axis=2), AxisError, "take", "axis 2 is out of bounds"),
         refused(lambda: mg.take(x, [0.5]), TypeError, "float64", "integers"),
         refused(lambda: mg.take(x, [0], mode="no"), ValueError, "'raise', 'wrap' or 'clip'"),
         refused(lambda: mg.index_select(x, 1, [[0]]), IndexError, "(1, 1)", "expected a vector")]),
    Row("index_add", lambda x, index, y, axis: indexing.added(x, index, y, axis=axis), _index_add, _torch_index_add,
        [on(real(3, 4), integers(5, low=-3, high=3), real(5, 4), axis=0),
         on(real(3, 4), integers(2, 3), real(3, 2, 3), axis=1), on(real(5), integers(4), real(4), axis=-1),
         on(real(2, 3, 4), integers(4), real(2, 4, 4), axis=1)],
        [refused(lambda: mg.index_add(x, 1, [3], mg.ones((1, 1))), IndexError, "index 3 is out of bounds"),
         refused(lambda: mg.index_add(x, 1, [0], mg.ones((1, 2))), ValueError, "source (1, 2)", "expected (1, 1)"),
         refused(lambda: mg.index_add(x, 1, [0], np.ones((1, 1))), TypeError, "float64", "float32")],
        dispatches=False, in_place="adds in place to a copy"),
]  # fmt: skip
