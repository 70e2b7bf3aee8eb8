"""NumPy's calls on Tensors, in the terms of microgrid's operations: the keywords of ufuncs, their methods, targets of
`out=`, and the order and names of a function's arguments."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import numpy as np

from ..core.dispatch import FUNCTION, METHOD, PLAIN, UFUNC, leaves_of, namesake, no_rule, unsupported, values_of
from ..core.leaving import LOST, alone, carries
from ..core.recording import current, getframe
from ..core.tensor import Tensor, ops
from ..core.views import assign
from . import folding, later

USUAL: dict[str, Any] = {"where": True, "dtype": None, "casting": "same_kind", "order": "K", "subok": True,
                         "keepdims": False, "initial": np._NoValue}  # fmt: skip
USUAL_AXES = [(-2, -1)] * 3, [(-1,), (-2, -1), (-1,)]  # so `a @= x` comes here


# ------------------------------------------------------------------------------------------------------ ufuncs


def answer(asked: Any) -> Any:
    """Ours for a function that is not in the tables yet: in the rooms that wait, or by another library's name."""
    later.open_rooms()
    return namesake(asked) if isinstance(asked, np.ufunc) else FUNCTION.get(asked)


def ufunc(self: Tensor, uf: np.ufunc, method: str, *inputs: Any, **kw: Any) -> Any:
    """`__array_ufunc__`. Raises TypeError where a plain array would have to hold a history."""
    call = UFUNC.get(uf) or answer(uf)
    if call is not None and not kw and method == "__call__":
        return call(*inputs)
    targets = kw.pop("out", ())
    if kw.get("axes") in USUAL_AXES:
        del kw["axes"]
    kw = {k: values_of(v) for k, v in kw.items() if not (k in USUAL and v is USUAL[k]) or k == "casting"}
    casting = kw.pop("casting", "same_kind")
    if method == "reduce":
        kw.setdefault("axis", 0)
    own = METHOD.get((uf, method))
    if own is not None and (call is None or kw.keys() <= taken_by(own)):
        result = own(*inputs, **kw)
    elif call is None:
        if any(isinstance(x, Tensor) and carries(x) for x in inputs) or method == "at":
            home = "np." if getattr(np, uf.__name__, None) is uf else ""
            raise no_rule(f"{home}{uf.__name__}" + ("" if method == "__call__" else f".{method}"))
        plain = [x.numpy() if isinstance(x, Tensor) else x for x in inputs]
        result = getattr(uf, method)(*plain, **kw)
    elif method == "at":
        return folding.at(uf, call, *inputs)
    elif method == "__call__":
        result = called(uf, call, inputs, targets, casting, **kw)
    elif method == "outer":
        x, y = (x if isinstance(x, Tensor) else np.asarray(x) for x in inputs)
        result = called(uf, call, (ops.reshape(x, shape=x.shape + (1,) * y.ndim), y), targets, casting, **kw)
    elif not (isinstance(inputs[0], Tensor) and (carries(inputs[0]) or current().everything)):
        result = Tensor(getattr(uf, method)(*map(values_of, inputs), **kw))
    elif method == "reduceat":
        result = folding.reduceat(uf, *inputs, **kw)
    else:
        result = folding.folded(uf, call, method, inputs[0], **kw)
    return stored(uf, targets, result, inputs, casting, getframe(1)) if targets else result


@functools.cache
def taken_by(call: Any) -> frozenset[str]:
    """The arguments that our function takes, by name."""
    code = getattr(call, "__wrapped__", call).__code__
    return frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def called(
    uf: np.ufunc, call: Any, inputs: Sequence[Any], targets: Sequence[Any], casting: Any, *, dtype: Any = None,
    where: Any = True, **rest: Any,
) -> Any:  # fmt: skip
    """A ufunc with `dtype=` (its inputs are cast) and `where=` (elsewhere what the target held, or 0)."""
    unknown = rest.keys() - (call.op.statics.keys() if hasattr(call, "op") else ())  # np.vecdot has an axis
    if unknown or (where is not True and uf.signature):
        raise unsupported(uf, next(iter(unknown), "where"))
    call = functools.partial(call, **rest) if rest else call
    if dtype is not None:
        op = getattr(call, "op", None)
        if op is not None and not op.gradient:  # of comparisons it is the result's: nothing to differentiate
            call = functools.partial(_plainly, uf, dtype=dtype, casting=casting)
        else:
            inputs = [_cast(uf, x, np.dtype(dtype), casting) for x in inputs]
    if where is True:
        return call(*inputs)
    shape = np.broadcast_shapes(np.shape(where), *map(np.shape, inputs))
    mask = np.broadcast_to(np.asarray(where, bool), shape)
    found = call(*(x if np.ndim(x) == 0 else ops.broadcast_to(x, shape=shape)[mask] for x in inputs))
    outs = found if isinstance(found, tuple) else (found,)
    bases = targets or (None,) * len(outs)
    put = [
        ops.put(Tensor(np.zeros(shape, o.dtype)) if b is None else b if isinstance(b, Tensor) else
                Tensor(b), o if isinstance(o, Tensor) else Tensor(o), path=(), index=mask, order=None)
        for b, o in zip(bases, outs, strict=True)
    ]  # fmt: skip
    return tuple(put) if isinstance(found, tuple) else put[0]


def _cast(uf: np.ufunc, x: Any, dtype: np.dtype[Any], casting: Any) -> Any:
    if isinstance(x, bool | int | float):
        return x
    x = x if isinstance(x, Tensor) else np.asarray(x)
    if not np.can_cast(x.dtype, dtype, casting):
        raise TypeError(
            f"np.{uf.__name__}(dtype={dtype}): an input is {x.dtype}, which does not cast under {casting!r}; cast it "
            "with astype"
        )
    return x if x.dtype == dtype else ops.astype(x, dtype=dtype)


def _plainly(uf: np.ufunc, *inputs: Any, **kw: Any) -> Any:
    return Tensor(uf(*map(values_of, inputs), **kw))


def stored(
    uf: np.ufunc, targets: Sequence[Any], result: Any, inputs: Sequence[Any], casting: Any, frame: FrameType
) -> Any:
    """The targets of `out=`, the results in them. Raises TypeError where an array would have to hold a history."""
    results, outs = result if isinstance(result, tuple) else (result,), []
    for a, r in zip(targets, results, strict=True):
        if a is None:
            outs.append(r)
        elif isinstance(a, Tensor) or not (isinstance(r, Tensor) and carries(r)):
            outs.append(into(a, r, casting))
        elif alone(a, inputs[0], uf, frame):
            outs.append(assign(Tensor(a), r, "a += x"))  # the one who holds a is about to hold the result instead
        else:
            more = " that something else holds too (an alias, a list, a view)" if a is inputs[0] else ""
            raise TypeError(f"np.{uf.__name__} into a plain array{more}: {LOST}")
    return tuple(outs) if isinstance(result, tuple) else outs[0]


def into(a: Any, r: Any, casting: Any = "same_kind") -> Any:
    """`out=a` for a result. Raises TypeError where an array would have to hold a history."""
    if not isinstance(a, Tensor):
        if isinstance(r, Tensor) and carries(r):
            raise TypeError(f"out= a plain array: {LOST}")
        np.copyto(a, values_of(r), casting=casting)
        return a
    r = r if isinstance(r, Tensor) else Tensor(r)
    return assign(a, ops.astype(r, dtype=a.dtype) if casting == "unsafe" and r.dtype != a.dtype else r, "out=")


# --------------------------------------------------------------------------------------------------- functions


def function(self: Tensor, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
    """`__array_function__`. Raises TypeError for a function that has no counterpart, where a gradient would be lost."""
    call = FUNCTION.get(func) or answer(func)
    if call is not None:
        if not kwargs and len(args) == 1:
            return call(*args)
        args, kwargs, target = respelled(func, call, args, kwargs)
        result = call(*args, **kwargs)
        return result if target is None else into(target, result)
    if func not in PLAIN and any(isinstance(x, Tensor) and carries(x) for x in leaves_of((args, kwargs))):
        module = func.__module__.removeprefix("numpy.").replace("numpy", "")
        raise no_rule(f"np.{module}{'.' if module else ''}{func.__name__}")
    args, kwargs = values_of(args), values_of(kwargs)
    return func(*args, **kwargs)


NEEDED = object()  # the default of a parameter that has none
RENAMED = {"a_min": "min", "a_max": "max", "newshape": "shape", "correction": "ddof"}  # other names NumPy has for ours


@functools.cache
def spelling(func: Any, call: Any) -> dict[str, tuple[str | None, Any]]:
    """{NumPy's parameter: (ours, None where we have none; its default)}, in NumPy's order."""
    import inspect  # here: it takes a quarter of the time that importing microgrid may take

    ours = list(inspect.signature(call).parameters)
    try:
        theirs = list(inspect.signature(func).parameters.values())
    except ValueError:  # some of NumPy's are written in C and do not tell: by position as given, by name as we have it
        return {}
    if any(p.kind is p.VAR_POSITIONAL for p in theirs):  # np.einsum(*operands): likewise
        return {}
    table: dict[str, tuple[str | None, Any]] = {}
    for i, p in enumerate(theirs):
        if p.kind is p.VAR_KEYWORD:  # np.pad(…, **kwargs): what else we take, by name
            table.update({name: (name, NEEDED) for name in ours if name not in table})
            continue
        own = RENAMED.get(p.name, p.name)
        needed = p.default is p.empty
        name = own if own in ours else ours[i] if needed and i < len(ours) else None
        table[p.name] = name, NEEDED if needed else p.default
    return table


@functools.cache
def plan(func: Any, call: Any, given: int, names: tuple[str, ...]) -> list[tuple[str, str | None, Any, bool]] | None:
    """(NumPy's name, ours, its default, whether by position) of each argument of a call with so many by position and
    these by name; None for a function that does not tell."""
    table = spelling(func, call)
    if not table:
        return None
    rows = [(name, *table.get(name, (None, None))) for name in (*list(table)[:given], *names)]
    return [(*row, i < given and row[1] is not None and row[2] is NEEDED) for i, row in enumerate(rows)]


def respelled(
    func: Any, call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[list[Any], dict[str, Any], Any]:
    """A call of NumPy's function in our own function's terms: NumPy's order and names, its defaults left out; and the
    target of its `out=`.

    Raises TypeError for an argument that has no counterpart here."""
    steps, target = plan(func, call, len(args), tuple(kwargs)), None
    if steps is None:
        kwargs = dict(kwargs)
        target = kwargs.pop("out", None)
        if wrong := kwargs.keys() - taken_by(call):
            raise unsupported(func, sorted(wrong)[0])
        return list(args), kwargs, target
    required: list[Any] = []
    rest: dict[str, Any] = {}
    for (name, own, default, positional), value in zip(steps, (*args, *kwargs.values()), strict=False):
        if value is default:
            continue
        if positional:
            required.append(value)
        elif own is not None:
            rest[own] = value
        elif name == "out":
            target = value
        else:
            raise unsupported(func, name)
    return required, rest, target


for _name, _method in (("__array_ufunc__", ufunc), ("__array_function__", function)):
    setattr(Tensor, _name, _method)
ops.into = into  # what the methods' out= leads to
