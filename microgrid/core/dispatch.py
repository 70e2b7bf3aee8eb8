"""NumPy's own ufuncs and functions, called on a Tensor, lead here and on to microgrid's operations."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

from .leaving import LOST, alone, carries
from .recording import getframe
from .tensor import Tensor
from .views import assign, inplace

F = TypeVar("F", bound=Callable[..., Any])
UFUNC: dict[np.ufunc, Callable[..., Any]] = {}
FUNCTION: dict[Any, Callable[..., Any]] = {}
METHOD: dict[tuple[np.ufunc, str], Callable[..., Any]] = {}  # np.add.reduce → sum
USUAL_AXES = [(-2, -1)] * 3, [(-1,), (-2, -1), (-1,)]
PLAIN = {  # what they return has no gradient to lose: shapes, places, truths, text
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj, np.shares_memory,
    np.may_share_memory, np.array_equal, np.array_equiv, np.allclose, np.isclose, np.array_repr, np.array_str,
    np.array2string, np.nonzero, np.flatnonzero, np.argwhere, np.count_nonzero, np.argsort, np.argpartition,
    np.searchsorted, np.digitize, np.lexsort, np.isin, np.save, np.savetxt, np.savez,
}  # fmt: skip
SIGNS = {  # operators of two operands, which Python reflects and has in place
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and": "&", "or": "|", "xor": "^", "divmod": "",
}  # fmt: skip


def implements(*functions: Any) -> Callable[[F], F]:
    """Decorator: the function answers for these of NumPy's when one is called on a Tensor; (ufunc, "reduce") for a
    ufunc's method."""

    def register(f: F) -> F:
        for function in functions:
            if isinstance(function, tuple):
                METHOD[function] = f
            elif isinstance(function, np.ufunc):
                UFUNC[function] = f
            else:
                FUNCTION[function] = f
        return f

    return register


# Torch's names of arguments for NumPy's, taken wherever ours has no argument of that name.
SPELLED = {"dim": ("axis", "axes"), "dims": ("axis", "axes"), "keepdim": ("keepdims",)}


def aliases(names: Iterable[str]) -> dict[str, str]:
    """{another spelling: ours} of a function's arguments."""
    ours = list(names)
    return {
        theirs: name for theirs, some in SPELLED.items() if theirs not in ours for name in some[::-1] if name in ours
    }


def respelt(name: str, other: dict[str, str], kw: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments in our spelling. Raises TypeError for one that is given in two."""
    ours = {other.get(given, given): value for given, value in kw.items()}
    if len(ours) < len(kw):
        raise TypeError(f"{name}: one argument given in two spellings: {', '.join(kw)}")
    return ours


def operators(name: str, call: Callable[..., Any]) -> None:
    """Bind a recorder to Python's operator: "mul" gives `*`, its reflection and `*=`, "neg" only `-x`."""
    if name:
        setattr(Tensor, f"__{name}__", call)
    if name in SIGNS:
        setattr(Tensor, f"__r{name}__", lambda x, y: call(y, x))
        if SIGNS[name]:
            setattr(Tensor, f"__i{name}__", inplace(call, f"x {SIGNS[name]}= y"))


def no_rule(what: str) -> TypeError:
    """The way out where an operation of NumPy's has no counterpart here."""
    return TypeError(
        f"{what} is not differentiated here; call it on x.numpy() for the value alone (its gradient is lost), "
        "compose it from operations that are, or declare it with @mg.primitive"
    )


def unsupported(function: Any, argument: str) -> TypeError:
    """The way out where NumPy's function takes an argument that ours does not."""
    return TypeError(
        f"np.{function.__name__}({argument}=): not supported on Tensors; where= is mg.where, dtype= is astype"
    )


def ufunc(self: Tensor, uf: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """`__array_ufunc__`. Raises TypeError where a plain array would have to hold a history."""
    target = kwargs.pop("out", None)
    if kwargs.get("where") is True:
        del kwargs["where"]
    if kwargs.get("axes") in USUAL_AXES:  # so `a @= x` comes here
        del kwargs["axes"]
    if method == "reduce":  # NumPy's defaults: the first axis, the usual dtype
        kwargs.setdefault("axis", 0)
        if kwargs.get("dtype", uf) is None:
            del kwargs["dtype"]
    call = UFUNC.get(uf) if method == "__call__" else METHOD.get((uf, method))
    if call is None:
        if any(isinstance(x, Tensor) and carries(x) for x in inputs):
            raise no_rule(f"np.{uf.__name__}" + ("" if method == "__call__" else f".{method}"))
        inputs = tuple(x.numpy() if isinstance(x, Tensor) else x for x in inputs)
        return getattr(uf, method)(*inputs, **kwargs, **({} if target is None else {"out": target}))
    if kwargs and method == "__call__":
        raise unsupported(uf, sorted(kwargs)[0])
    result = call(*inputs, **kwargs)
    if target is None:
        return result
    a = target[0]
    if isinstance(a, Tensor):
        return assign(a, result if isinstance(result, Tensor) else Tensor(result), "out=")
    if not isinstance(result, Tensor) or not carries(result):
        return uf(*(x.numpy() if isinstance(x, Tensor) else x for x in inputs), out=a)
    if not alone(a, inputs[0], uf, getframe(2)):
        more = " that something else holds too (an alias, a list, a view)" if a is inputs[0] else ""
        raise TypeError(f"np.{uf.__name__} into a plain array{more}: {LOST}")
    return assign(Tensor(a), result, "a += x")  # the one who holds a is about to hold the result instead


def function(func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """`__array_function__`. Raises TypeError for a function that has no counterpart, where a gradient would be lost."""
    call = FUNCTION.get(func)
    if call is not None:
        if kwargs or len(args) > 1:
            args, kwargs = respelled(func, call, args, kwargs)
        return call(*args, **kwargs)
    given = leaves_of((args, tuple(kwargs.values())))
    if func not in PLAIN and any(isinstance(x, Tensor) and carries(x) for x in given):
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
        theirs = inspect.signature(func).parameters.values()
    except ValueError:  # some of NumPy's are written in C and do not tell: by position as given, by name as we have it
        return {}
    table: dict[str, tuple[str | None, Any]] = {}
    for i, p in enumerate(theirs):
        own = RENAMED.get(p.name, p.name)
        needed = p.default is p.empty
        name = own if own in ours else ours[i] if needed and i < len(ours) else None
        table[p.name] = name, NEEDED if needed else p.default
    return table


def respelled(func: Any, call: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """A call of NumPy's function in our own function's terms: NumPy's order and names, its defaults left out.

    Raises TypeError for an argument that has no counterpart here."""
    table = spelling(func, call)
    if not table:
        code = call.__code__
        if wrong := kwargs.keys() - {*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]}:
            raise unsupported(func, sorted(wrong)[0])
        return list(args), kwargs
    required: list[Any] = []
    rest: dict[str, Any] = {}
    for name, value in (*zip(table, args, strict=False), *kwargs.items()):
        own, default = table.get(name, (None, None))
        if value is default:
            continue
        if own is None:
            raise unsupported(func, name)
        if default is NEEDED and name not in kwargs:
            required.append(value)
        else:
            rest[own] = value
    return required, rest


def leaves_of(tree: Any) -> list[Any]:
    """What nested tuples and lists hold."""
    return [x for t in tree for x in leaves_of(t)] if isinstance(tree, tuple | list) else [tree]


def values_of(tree: Any) -> Any:
    """The same nest of tuples, lists and dicts, with arrays for Tensors: without a history they are arrays like any."""
    if isinstance(tree, Tensor):
        return tree.numpy()
    if isinstance(tree, tuple | list):
        return type(tree)(map(values_of, tree)) if type(tree) in (tuple, list) else tree
    if isinstance(tree, dict):
        return {k: values_of(v) for k, v in tree.items()}
    return tree
