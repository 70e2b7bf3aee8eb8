"""What a check found: rows, causes and a verdict, as text, data, and annotations for a drawing."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ..core.node import Node

State = Literal["ok", "wrong", "tainted", "unjudged"]
SHOWN = 60  # rows of a table; of a longer one the middle is left out, but for what is wrong


@dataclass(slots=True)
class Row:
    """One node, or one array of a layer.

    value, gradient: how far from the reference, relative; None where it was not compared.
    verdict: in words.  state: "ok", "wrong" (a cause), "tainted" (wrong only because of one), "unjudged".
    """

    name: str
    operation: str = ""
    shape: tuple[int, ...] = ()
    dtype: str = ""
    value: float | None = None
    gradient: float | None = None
    value_text: str = ""
    gradient_text: str = ""
    verdict: str = ""
    state: State = "ok"
    line: str = ""
    code: str = ""
    scope: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Cause:
    """One mistake: what, where, in words. `element` is the worst one's index, with both values and the finite
    difference there."""

    name: str
    what: str
    line: str = ""
    facts: list[str] = field(default_factory=list)
    pattern: str = ""
    element: tuple[int, ...] | None = None
    yours: float | None = None
    expected: float | None = None
    finite_difference: float | None = None
    code: str = ""
    declared: str = ""

    def __str__(self) -> str:
        lines = [f"  {self.name} : {self.what}" + (f"   {self.line}" if self.line else "")]
        lines += [f"    {fact}" for fact in self.facts]
        lines += [f"    Pattern: {self.pattern}."] if self.pattern else []
        if self.code:
            lines.append(f"      {self.declared or self.line} | {self.code}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Annotation:
    """What a check says of a node on its card: `text` beside its gradient, `notes` below."""

    text: str
    state: State
    notes: tuple[str, ...] = ()


class Report:
    """What a check found. Falsy when anything disagrees; `print(report)` is a table with a verdict.

    nodes: a Row each.  causes: what is wrong, and not only because of something else.  notes: what else is worth
    knowing.  worst: the row that used most of its tolerance, as (error, tolerance).
    """

    def __init__(self, head: list[str], rows: list[Row], by_node: Mapping[Node, Row] | None = None) -> None:
        self.head, self.nodes = head, rows
        self.causes: list[Cause] = []
        self.notes: list[str] = []
        self.verdict = ""  # the part after PASS or FAIL
        self.worst: tuple[float, float] | None = None
        self.columns = ("value", "gradient")
        self._by_node = dict(by_node or {})

    @property
    def ok(self) -> bool:
        """Whether nothing disagrees."""
        return not self.causes and not any(r.state in ("wrong", "tainted") for r in self.nodes)

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"<Report {'PASS' if self.ok else 'FAIL'} {self.verdict}>"

    # ------------------------------------------------------------------------------------------------------- as text
    def __str__(self) -> str:
        lines = [*self.head, ""]
        if self.nodes:
            lines += [*self._table(), ""]
        lines.append(f"{'PASS' if self.ok else 'FAIL'}  {self._sentence()}")
        for cause in self.causes:
            lines += ["", str(cause)]
        tainted = [r for r in self.nodes if r.state == "tainted"]
        if tainted:
            shown = ", ".join(f"{r.name} {_percent(r)}".strip() for r in tainted[:12])
            more = f", and {len(tainted) - 12} more" if len(tainted) > 12 else ""
            lines += ["", "  Wrong only because of " + ("it" if len(self.causes) == 1 else "them")
                      + " (each agrees when fed right numbers):", f"    {shown}{more}"]  # fmt: skip
        if self.notes:
            lines += ["", *(f"  {note}" for note in self.notes)]
        return "\n".join(lines)

    def _sentence(self) -> str:
        text = self.verdict
        if self.ok and self.worst is not None and self.worst[1]:
            error, allowed = self.worst
            text += f" Worst {short(error)}, {100 * error / allowed:.0f}% of tolerance ({short(allowed)})."
        if self.causes:
            n = len(self.causes)
            text += " One cause:" if n == 1 else f" {n} causes:"
        return text

    def _table(self) -> list[str]:
        rows = [
            (self._indent(r) + r.name, str(r.shape) if r.dtype else "", r.value_text, r.gradient_text)
            for r in self.nodes
        ]
        shown = self._kept()
        head = ("", "shape", *self.columns)
        table = [head, *(rows[i] for i in shown)]
        width = [max(len(row[k]) for row in table) for k in range(4)]
        lines = []
        before = -1
        for i in [-1, *shown]:
            if i - before > 1:
                missing = self.nodes[before + 1 : i]
                lines.append(f"  ... {len(missing)} rows left out, all of them {_states(missing)}")
            row = head if i < 0 else rows[i]
            mark = " " if i < 0 else {"wrong": "x", "tainted": "~", "unjudged": "?"}.get(self.nodes[i].state, " ")
            where = "" if i < 0 else self.nodes[i].line
            lines.append(f"{mark} {'  '.join(f'{text:<{w}}' for text, w in zip(row, width))}  {where}".rstrip())
            before = i
        return lines

    def _indent(self, row: Row) -> str:
        return f"{row.scope}." if row.scope and not row.name.startswith(row.scope) else ""

    def _kept(self) -> list[int]:
        """The rows that are printed: all of a short table; else both ends, and the first that are wrong."""
        n = len(self.nodes)
        if n <= SHOWN:
            return list(range(n))
        ends = {*range(SHOWN // 3), *range(n - SHOWN // 3, n)}
        wrong = [i for i, r in enumerate(self.nodes) if r.state == "wrong"][: SHOWN // 3]
        return sorted(ends | set(wrong))

    # ------------------------------------------------------------------------------------------------------- as data
    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain lists, dicts, numbers and text."""
        return {
            "ok": self.ok, "verdict": self._sentence(), "about": self.head, "nodes": [asdict(r) for r in self.nodes],
            "causes": [asdict(c) for c in self.causes], "notes": self.notes,
            "worst": None if self.worst is None else {"error": self.worst[0], "tolerance": self.worst[1]},
        }  # fmt: skip

    def to_json(self) -> str:
        """`to_dict` as JSON; what JSON has no number for (NaN, infinity) is text."""
        return json.dumps(_jsonable(self.to_dict()), ensure_ascii=False, allow_nan=False)

    def annotations(self) -> Mapping[Node, Annotation]:
        """What a drawing puts on each node's card."""
        found = {}
        for n, r in self._by_node.items():
            text = r.verdict if r.state != "ok" or not r.gradient_text else _brief(r)
            found[n] = Annotation(text, r.state, tuple(r.notes))
        return found


def _brief(r: Row) -> str:
    errors = [e for e in (r.value, r.gradient) if e is not None]
    return f"= torch {short(max(errors))}" if errors and "torch" in r.verdict else r.verdict


def _percent(r: Row) -> str:
    """How far off a tainted row is, where that could be measured."""
    text = next((t for t in (r.gradient_text, r.value_text) if t.startswith("≠ by ")), "")
    return text.removeprefix("≠ by ")


def _states(rows: list[Row]) -> str:
    states = {r.state for r in rows}
    return "agreeing" if states == {"ok"} else ", ".join(sorted({"ok": "agreeing"}.get(s, s) for s in states))


def _jsonable(x: Any) -> Any:
    if isinstance(x, dict):
        return {str(k): _jsonable(v) for k, v in x.items()}
    if isinstance(x, list | tuple):
        return [_jsonable(v) for v in x]
    if isinstance(x, float) and not math.isfinite(x):
        return str(x)
    return x


def short(x: float) -> str:
    """Two digits: 6.6e-07 as 6.6e-7."""
    if x == 0 or not math.isfinite(x):
        return "0" if x == 0 else str(x)
    mantissa, power = f"{x:.1e}".split("e")
    return f"{mantissa}e{int(power)}" if not -3 < int(power) < 3 else f"{x:.2g}"


def percent(share: float) -> str:
    """How far off, as a share of the right numbers."""
    if math.isinf(share):
        return "everything" if share > 0 else ""
    return f"{100 * share:.0f}%" if share >= 0.01 else short(share)


def location(file: str, number: int) -> str:
    """`mlp.py:57`."""
    return f"{os.path.basename(file)}:{number}" if file else ""
