"""Primitive: what an operation is. Declared once, in NumPy's names, with one gradient rule an input.

    @primitive(symbol="×", torch="mul", elementwise=True)
    def multiply(x, y):
        \"""Elementwise product.\"""
        return x * y

    multiply.gradients(
        lambda g, y: g * y,
        lambda g, x: g * x,
    )

A rule's parameter names say what it reads: `g` is the cotangent, `out` the value, the others are inputs, statics and
residuals. So a rule reads like the line in the textbook, and the engine knows what may be freed and which writes would
matter. On arrays the rule runs at NumPy's speed; on Tensors it records itself, and so serves every order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, overload

from . import recorders
from .dispatch import aliases, implements, operators, respelt
from .tensor import Tensor


class _Required:
    """The default of a parameter that has none."""

    def __repr__(self) -> str:
        return "…"


REQUIRED = _Required()


def parameters(f: Any) -> tuple[dict[str, Any], str | None, dict[str, Any]]:
    """A function's positional parameters with their defaults, the name of its `*args`, and its keyword-only ones.

    (`inspect.signature` knows this too, and takes a quarter of the time that importing microgrid may take.)"""
    if not hasattr(f, "__code__"):
        raise TypeError(f"{getattr(f, '__name__', f)!r} is not a Python function; wrap it: lambda x: f(x)")
    code = f.__code__
    n, k = code.co_argcount, code.co_kwonlyargcount
    defaults = f.__defaults__ or ()
    values = (REQUIRED,) * (n - len(defaults)) + defaults
    named = {name: (f.__kwdefaults__ or {}).get(name, REQUIRED) for name in code.co_varnames[n : n + k]}
    star = code.co_varnames[n + k] if code.co_flags & 0x04 else None
    return dict(zip(code.co_varnames[:n], values, strict=True)), star, named


def _shown(body: Any) -> Any:
    """What `inspect` and help() see: the body's signature, its statics positional too, since a call binds them so."""
    arrays, star, statics = parameters(body)
    defaults = [v for v in (*arrays.values(), *statics.values()) if v is not REQUIRED]
    required = [v is REQUIRED for v in (*arrays.values(), *statics.values())]
    if star or not statics or sorted(required, reverse=True) != required:
        return body
    code = body.__code__.replace(co_argcount=len(required), co_kwonlyargcount=0)
    shown = FunctionType(code, body.__globals__, body.__name__, tuple(defaults), body.__closure__)
    shown.__annotations__, shown.__doc__, shown.__module__ = body.__annotations__, body.__doc__, body.__module__
    return shown


class Rule:
    """One gradient rule. `call(g, out, *inputs, statics)` hands it what its parameter names ask for."""

    __slots__ = ("call", "fn", "reads")

    def __init__(self, op: Primitive, what: str, fn: Callable[..., Any], extra: Sequence[str] = ()) -> None:
        if not callable(fn):
            raise TypeError(f"{op.name}: {what} is {type(fn).__name__}, expected a function (or None: no gradient)")
        places = {"g": "g", "out": "out"}
        if op.arity is None:
            places[op.inputs[0]] = "xs"
        else:
            places.update({name: f"x{i}" for i, name in enumerate(op.inputs)})
        places.update({name: f"kw[{name!r}]" for name in (*op.statics, *op.saves, *extra)})
        positional, _, keywords = parameters(fn)
        names = tuple(name for name, default in {**positional, **keywords}.items() if default is REQUIRED)
        for name in names:
            if name not in places:
                raise TypeError(
                    f"{op.name}: {what} asks for {name!r}; a rule's parameters are g (the cotangent), out (the value), "
                    f"or one of: {', '.join(k for k in places if k not in ('g', 'out'))}"
                )
        if "g" not in names:
            raise TypeError(
                f"{op.name}: {what} does not take g, the cotangent; a gradient rule is linear in g, "
                f"as in `lambda g, {op.inputs[0]}: g * ...`"
            )
        self.fn, self.reads = fn, frozenset(names)
        asked = tuple(places[n] for n in names)

        def first(*args: Any) -> Any:  # most rules of an import are never called: made when they are
            self.call = made = _adapter(op.arity, asked)(fn)
            return made(*args)

        self.call = first


@functools.cache
def _adapter(arity: int | None, places: tuple[str, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """From the engine's one way of calling to the rule's own parameters: one line of source, shared by all rules of
    the same pattern, e.g. `lambda g, out, x0, x1, kw: f(g, x1)`."""
    inputs = "xs" if arity is None else ", ".join(f"x{i}" for i in range(arity))
    source = f"lambda f: lambda g, out, {inputs}, kw: f({', '.join(places)})"
    made: Callable[..., Any] = eval(compile(source, __file__, "eval"))  # by this file's name, it is no user's line
    return made


class Primitive:
    """An operation: its body in NumPy's names, its gradient rules, and what readers show of it.

    inputs:      the names of its array inputs; arity is their number, None for a variadic body (`*xs`).
    statics:     its keyword-only parameters and their defaults.
    saves:       names of the residuals that the body returns after its value.
    outputs:     how many values the body returns.
    symbol, formula, latex, torch: what a card shows, the value as mathematics, Torch's function of the same meaning.
    linear:      it is linear in its inputs together: tangents go through the body.
    elementwise: each element depends on one element of each (broadcast) input: tangents go through the rules.
    batched:     True: its rules take a cotangent with one more leading axis (elementwise ones do). A function (statics,
                 shape of the input, shape of the value) → the statics with which the whole operation, inputs and all,
                 takes one more leading axis; None where it does not.
    broadcasts:  the engine sums a cotangent back to its input's shape (elementwise operations do).
    view:        NumPy returns a view of the input.
    gradient:    False declares that no gradient flows (comparisons); the result knows its inputs weakly.
    random:      its value is a draw: readers replay the recorded one.
    """

    def __init__(
        self, body: Callable[..., Any], *, name: str | None = None, symbol: str = "", formula: str = "",
        latex: str = "", torch: str = "", operator: str = "", numpy: Sequence[Any] = (), saves: Sequence[str] = (),
        outputs: int = 1, linear: bool = False, elementwise: bool = False, batched: Any = False,
        broadcasts: bool = False, view: bool = False, gradient: bool = True, random: bool = False,
        explain: Callable[..., str | None] | None = None,
    ) -> None:  # fmt: skip
        self.body, self.name = body, name or body.__name__
        self.symbol, self.formula, self.latex, self.torch = symbol, formula, latex, torch
        self.batched = batched
        self.saves, self.outputs = tuple(saves), outputs
        self.linear, self.elementwise, self.broadcasts = linear, elementwise, broadcasts or elementwise
        self.view, self.gradient, self.random, self.explain = view, gradient, random, explain
        self.builtin = body.__module__.startswith("microgrid.")
        self.trusted = self.builtin and elementwise  # its rules give the shapes and dtypes that broadcasting explains
        arrays, star, self.statics = parameters(body)
        self.inputs = (star,) if star else tuple(arrays)
        self.arity: int | None = None if star else len(arrays)
        self.optional = {name: default for name, default in arrays.items() if default is not REQUIRED}
        for reserved in {"g", "out", "i", "need"} & {*self.inputs, *self.statics, *self.saves}:
            raise TypeError(
                f"{self.name}: {reserved!r} cannot name an input, a static or a residual, "
                "since rules use it (g: cotangent, out: value, i: which input, need: which inputs want a gradient)"
            )
        self.aliases = aliases(self.statics)
        self.ready = not [v for v in self.statics.values() if v is REQUIRED]
        self.rules: tuple[Rule | None, ...] = ()
        self.each: Rule | None = None
        self.joint: Rule | None = None
        self.through_body = False  # its gradient is its body's, run again on Tensors
        self.into: Callable[..., Any] | None = None  # adds a cotangent's gradient to an array of its input's shape
        self.kind = 0  # what the sweep takes fast: 1, 2: so many inputs and nothing else; 3: one input and statics
        self.reads: frozenset[str] = frozenset()  # everything that some rule reads
        call: Any = recorders.specialised(self)
        self.call = call
        call.op, call.gradients = self, self.gradients
        call.__name__ = call.__qualname__ = self.name
        call.__doc__, call.__module__, call.__wrapped__ = body.__doc__, body.__module__, _shown(body)
        implements(*numpy)(call)
        operators(operator, call)

    def gradients(
        self, *rules: Callable[..., Any] | None, each: Callable[..., Any] | None = None,
        joint: Callable[..., Any] | None = None,
    ) -> Any:  # fmt: skip
        """Declare the gradient: one rule an input, `None` where none flows; or `each=`, one rule for all inputs of a
        variadic operation, told which (`i`); or `joint=`, arrays only, which returns all inputs' cotangents at once
        (`need[i]`: wanted). Returns the operation.

        Raises TypeError at declaration for a wrong number of rules, or a parameter name that the operation has not.
        """
        if not self.gradient:
            raise TypeError(f"{self.name}: declared with gradient=False, so it takes no rules")
        if rules and each:
            raise TypeError(f"{self.name}: give one rule an input, or each=, not both")
        if rules and len(rules) != self.arity:
            raise TypeError(
                f"{self.name}: {len(rules)} rules for {self._inputs()}; give one an input, in order, None for an input "
                "that carries no gradient" + (" (a variadic operation takes each=)" if self.arity is None else "")
            )
        if not (rules or each or joint):
            raise TypeError(f"{self.name}: no rules given; declare the operation gradient=False if none flows")
        self.rules = tuple(
            None if f is None else Rule(self, f"the rule for {self.inputs[i]}", f) for i, f in enumerate(rules)
        )
        self.each = Rule(self, "each=", each, ("i",)) if each else None
        self.joint = Rule(self, "joint=", joint, ("need",)) if joint else None
        declared = [r for r in (*self.rules, self.each, self.joint) if r is not None]
        self.reads = frozenset().union(*(r.reads for r in declared))
        if self.joint and not (self.rules or self.each):
            self.through_body = True  # where the sweep is recorded
            self.reads |= {*self.inputs}
        if all(self.rules) and not (self.joint or self.each or self.optional) and self.outputs == 1:
            bare = not (self.statics or self.saves)
            self.kind = 3 if self.arity == 1 and not bare else self.arity if bare and self.arity in (1, 2) else 0
        return self.call

    @property
    def doc(self) -> str:
        """What it does, in words."""
        return (self.body.__doc__ or "").strip()

    def rule(self, i: int) -> Rule | None:
        """The rule of input i."""
        return self.each or (self.rules[i] if self.rules else None)

    def bind(self, args: tuple[Any, ...], kw: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """(inputs, statics) of a call, bound as NumPy's signature does, positionally too.

        Raises TypeError naming what is missing, given twice or unknown.
        """
        inputs: Any = args
        if self.ready and len(args) == self.arity and kw.keys() <= self.statics.keys():
            for value in kw.values():
                if isinstance(value, Tensor):
                    break
            else:
                return args, {**self.statics, **kw}
        if kw and self.aliases:
            kw = respelt(self.name, self.aliases, kw)
        if self.arity is not None and len(args) != self.arity:
            inputs = list(args[: self.arity])
            extra = dict(zip(self.statics, args[self.arity :], strict=False))
            if len(args) > self.arity + len(self.statics):
                raise TypeError(f"{self.name} takes {self._inputs()}{self._takes()}; got {len(args)} arguments")
            if twice := extra.keys() & kw.keys():
                raise TypeError(f"{self.name}: {twice.pop()} given twice, by position and by name")
            kw = {**extra, **kw}
            for name in self.inputs[len(args) :]:
                if name not in kw and name not in self.optional:
                    raise TypeError(f"{self.name} takes {self._inputs()}{self._takes()}; {name} is missing")
                inputs.append(kw.pop(name, self.optional.get(name)))
        if unknown := kw.keys() - self.statics.keys():
            name = sorted(unknown)[0]
            raise TypeError(f"{self.name} has no argument {name!r}; it takes {self._inputs()}{self._takes()}")
        bound = {**self.statics, **kw}
        for name, value in bound.items():
            if value is REQUIRED:
                raise TypeError(f"{self.name}: {name} is missing; it takes {self._inputs()}{self._takes()}")
            if isinstance(value, Tensor):
                bound[name] = value.__array__()  # raises where a gradient would be lost
        return inputs, bound

    def _inputs(self) -> str:
        return f"*{self.inputs[0]}" if self.arity is None else ", ".join(self.inputs) or "no input"

    def _takes(self) -> str:
        return "".join(f", {k}" if v is REQUIRED else f", {k}={v!r}" for k, v in self.statics.items())

    def __repr__(self) -> str:
        return f"<primitive {self.name}({self._inputs()}{self._takes()})>"


@overload
def primitive(body: Callable[..., Any]) -> Any: ...
@overload
def primitive(**how: Any) -> Callable[[Callable[..., Any]], Any]: ...
def primitive(body: Callable[..., Any] | None = None, **how: Any) -> Any:
    """Declare an operation: a decorator for its body, bare or with keywords (`Primitive` lists them).

    The result is called like the body, on arrays (giving arrays) or Tensors (giving recorded Tensors); its declaration
    is in `.op`, its rules are declared with `.gradients(...)`.
    """
    if body is not None:
        return Primitive(body, **how).call
    return lambda body: Primitive(body, **how).call
