"""The operations as text, from their declarations alone: a table of all, and a page about one."""

from __future__ import annotations

import difflib
import inspect
import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from ..core.primitive import REQUIRED, Primitive
from ..formula import gradient_rules
from ..ops import primitives
from .misuse import Misuse

GAP = 2
HEAD = ("operation", "symbol", "value", "gradients (g: the value's cotangent)", "Torch")
# Torch's name is looked up in torch itself, but for these.
HOMES = {
    "torch.Tensor": "to mT __getitem__",
    "torch.linalg": "eigh eigvalsh inv pinv svdvals vecdot vector_norm",
    "torch.nn.functional": """
        adaptive_max_pool2d adaptive_max_pool3d avg_pool2d avg_pool3d binary_cross_entropy cross_entropy elu fold gelu
        glu hardsigmoid hardswish hardtanh huber_loss l1_loss layer_norm leaky_relu logsigmoid max_unpool1d max_unpool2d
        max_unpool3d mish mse_loss nll_loss normalize one_hot pad scaled_dot_product_attention silu smooth_l1_loss
        softplus softshrink softsign tanhshrink unfold
    """,
    "torch.special": "entr erfcx gammainc gammaincc i0e i1 i1e log_ndtr ndtr ndtri xlog1py zeta",
}
PLACES = {name: home for home, names in HOMES.items() for name in names.split()}


def table(width: int | None = None) -> str:
    """All operations, a family at a time: name, symbol, value, each input's gradient, Torch's name.

    width: columns to keep to: symbols are left out first, then Torch's names, then the ends of long gradients and
    values."""
    families: dict[str, list[Primitive]] = {}
    for op in primitives():
        families.setdefault(op.body.__module__, []).append(op)
    rows = {family: [row for op in ops for row in _rows(op)] for family, ops in families.items()}
    every = [HEAD, *(row for family in rows.values() for row in family)]
    widths = _fitting([max(len(row[k]) for row in every) for k in range(len(HEAD))], width)
    lines = [_aligned(HEAD, widths)]
    for family, found in rows.items():
        lines += ["", title(family), *(_aligned(row, widths) for row in found)]
    lines += ["", f"{sum(map(len, families.values()))} operations; microgrid ops NAME tells all about one"]
    return "\n".join(lines)


def about(name: str) -> str:
    """Everything declared of one operation. Raises Misuse naming the nearest."""
    known = {op.name: op for op in primitives()}
    op = known.get(name)
    if op is None:
        near = difflib.get_close_matches(name, known, 3, 0.5)
        known_as = f"near to it: {', '.join(near)}" if near else "see microgrid ops"
        raise Misuse(f"no operation is called {name!r}; {known_as}")
    facts = {"value": op.formula or op.symbol}
    for x, text in gradients(op).items():
        facts[f"gradient of {x}" if x else "gradient"] = text or "its source cannot be read"
    facts["residuals"] = ", ".join(op.saves)
    facts["Torch"] = names_in_torch(op)
    facts["declared"] = ", ".join(properties(op))
    facts["source"] = where(op)
    width = max(len(key) for key, text in facts.items() if text)
    lines = [f"{op.name}{signature(op)}", *(f"    {line}".rstrip() for line in op.doc.splitlines()), ""]
    return "\n".join(lines + [f"{key:<{width}}   {text}" for key, text in facts.items() if text])


def gradients(op: Primitive) -> dict[str, str]:
    """What each input receives, in words where there is no formula."""
    found = gradient_rules(op)
    if found or op.random:
        return found
    return {"": "none flows"}


def properties(op: Primitive) -> list[str]:
    """What the declaration promises, in words."""
    words = {
        "linear in its inputs": op.linear, "elementwise": op.elementwise, "a view, as in NumPy": op.view,
        "random: the draw is recorded": op.random, "without gradient": not op.gradient,
        "gradients of all inputs at once, too": op.joint is not None, f"{op.outputs} outputs": op.outputs > 1,
    }  # fmt: skip
    return [text for text, holds in words.items() if holds]


def where(op: Primitive) -> str:
    """File and line of the declaration, from the package's folder."""
    code = inspect.unwrap(op.body).__code__
    root = os.path.dirname(os.path.dirname(sys.modules["microgrid"].__file__ or ""))
    file = os.path.relpath(code.co_filename, root) if code.co_filename.startswith(root) else code.co_filename
    return f"{file}:{code.co_firstlineno}"


def _rows(op: Primitive) -> Iterable[tuple[str, ...]]:
    first = (op.name, op.symbol, op.formula, names_in_torch(op))
    for x, text in (gradients(op) or {"": ""}).items():
        text = f"{x}: {text}" if x else text
        yield (*first[:3], text, first[3])
        first = ("",) * 4


def names_in_torch(op: Primitive) -> str:
    names = op.torch.split(", ") if op.torch else []
    return ", ".join(f"{PLACES.get(name, 'torch')}.{name}" for name in names)


def title(family: str) -> str:
    """`Arithmetic and comparison` of a module's docstring."""
    text = (sys.modules[family].__doc__ or family).strip().splitlines()[0]
    return re.split("[,.:;]", text)[0]


def signature(op: Primitive) -> str:
    """How it is called: inputs, then statics, which can be given by position too."""
    inputs = [f"*{op.inputs[0]}"] if op.arity is None else [_parameter(x, op.optional) for x in op.inputs]
    return f"({', '.join([*inputs, *(_parameter(x, op.statics) for x in op.statics)])})"


def _parameter(name: str, defaults: dict[str, Any]) -> str:
    default = defaults.get(name, REQUIRED)
    return name if default is REQUIRED else f"{name}={default!r}"


def _fitting(widths: list[int], width: int | None) -> list[int]:
    """The columns' widths in so many columns; 0 for one that is left out."""
    for drop in (1, 4):
        if width is not None and sum(widths) + GAP * (sum(w > 0 for w in widths) - 1) > width:
            widths = [0 if k == drop else w for k, w in enumerate(widths)]
    if width is not None:
        for k in (3, 2):  # the ends of gradients first, then those of values
            rest = sum(w for j, w in enumerate(widths) if j != k) + GAP * (sum(w > 0 for w in widths) - 1)
            widths[k] = max(min(widths[k], width - rest), 12)
    return widths


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    shown = [(cell if len(cell) <= w else cell[: w - 1] + "…").ljust(w) for cell, w in zip(row, widths) if w]
    return (" " * GAP).join(shown).rstrip()
