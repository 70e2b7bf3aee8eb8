"""From findings to words: what is to blame, what is wrong only because of it, where the first NaN was born."""

from __future__ import annotations

import linecache
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.node import Node
from ..graphs import state
from .compare import Difference, whole
from .local import Alone, worst_slope
from .patterns import pattern
from .replay import MISSING, parts
from .report import Cause, Report, Row, location, percent, short

if TYPE_CHECKING:
    from .checking import Check


class Blame:
    """Puts a Check into words."""

    def __init__(self, found: Check) -> None:
        self.c, self.graph = found, found.graph
        self.against = "torch" if found.replay is not None else "finite differences"
        values = [n for n, a in found.alone.items() if a.value is not None and not a.value.ok]
        rules = [n for n, a in found.alone.items() if a.wrong]
        self.culprits: dict[Node, list[Cause]] = {n: [] for n in self.graph if n in {*values, *rules, *found.arrives}}
        for n in list(self.culprits):
            self.culprits[n] = list(self._causes(n))
            if not self.culprits[n]:
                del self.culprits[n]
        below = self._ancestors(n for n in self.culprits if n in rules or n in found.arrives)
        after = self._descendants(values)
        self.values_touched = after
        self.touched = below | after | self._ancestors(after)
        # a chain that could not be followed step by step proves nothing by itself
        blind = [n for n, a in found.alone.items() if not a.by and n.need]
        self.unknown = self._ancestors(blind) | self._descendants(blind) | set(blind)

    def _ancestors(self, of: Iterable[Node]) -> set[Node]:
        seen: set[Node] = set()
        stack = list(of)
        while stack:
            for p in self.graph.operands(stack.pop()):
                if isinstance(p, Node) and p not in seen:
                    seen.add(p)
                    stack.append(p)
        return seen

    def _descendants(self, of: Iterable[Node]) -> set[Node]:
        seen: set[Node] = set()
        stack = list(of)
        while stack:
            for u in self.graph.users(stack.pop()):
                if u not in seen:
                    seen.add(u)
                    stack.append(u)
        return seen

    # ------------------------------------------------------------------------------------------------------- causes
    def _causes(self, n: Node) -> Iterable[Cause]:
        a = self.c.alone.get(n, Alone())
        assert n.op is not None or n in self.c.arrives
        name = self.graph.name(n)
        file, number, text = self.graph.line(n)
        line = location(file, number)
        if a.value is not None and not a.value.ok:
            by = "torch's" if a.by == "torch" else "what its body gives again"
            yield Cause(
                name, f"the value of {n.op.name} is not {by}", line,  # type: ignore[union-attr]
                [_elements(a.value, "Given the same inputs", "the value"), self._worst(a.value, a.by, None, None)],
                "", a.value.index, a.value.mine, a.value.theirs, None, text,
            )  # fmt: skip
        for i in a.wrong:
            yield self._rule(n, a, i, name, line)
        if n in self.c.arrives and not any(self.c.alone.get(u, Alone()).wrong for u in self.graph.users(n)):
            d = self.c.arrives[n]
            yield Cause(
                name, "the cotangents that its users send do not add up to its gradient", line,
                [f"Users: {', '.join(self.graph.name(u) for u in self.graph.users(n)[:6])}. Each one's rule agrees "
                 "under its own cotangent, so it is microgrid's sweep that is wrong.",
                 self._worst(d, "their sum", None, None)], "", d.index, d.mine, d.theirs,
                None, text,
            )  # fmt: skip

    def _rule(self, n: Node, a: Alone, i: int, name: str, line: str) -> Cause:
        op, d = n.op, a.rules[i]
        assert op is not None
        called = op.inputs[min(i, len(op.inputs) - 1)] + (f"[{i}]" if op.arity is None else "")
        operand = self.graph.operands(n)[i]
        x = operand.stored if isinstance(operand, Node) else operand
        cotangent = a.cotangents.get(i)
        at, code = _declared(op.rule(i).fn) if op.rule(i) else ("", "")  # type: ignore[union-attr]
        slope = a.slopes[i][1] if i in a.slopes else None
        said, fact = "", [_elements(d, f"Fed {a.fed[i]}", f"its d{called}", a.by != "torch")]
        if not d.reason and a.by == "torch":
            slope = worst_slope(n, i, cotangent, d.index)
            said = pattern(
                a.mine.get(i), a.right[i], cotangent, x if np.shape(x) == np.shape(a.right[i]) else None, name=called
            )
        elif d.reason:
            said = pattern(a.mine.get(i), a.right[i], cotangent) if i in a.right else ""
        elif i in a.mine:
            said = pattern(a.mine[i], a.right[i])
        if not d.reason:
            value = np.asarray(x)[d.index] if np.shape(x) == np.shape(a.right[i]) or i in a.slopes else None
            fact.append(self._worst(d, a.by, (called, value), slope if a.by == "torch" else None))
        return Cause(
            name, f"{op.name}'s rule for {called} is wrong", line, fact, said, d.index, d.mine, d.theirs,
            slope.value if slope is not None and slope.finite else None, code, at,
        )  # fmt: skip

    def _worst(self, d: Difference, by: str, at: tuple[str, Any] | None, slope: Any) -> str:
        if d.reason:
            return d.reason
        where = f"worst {list(d.index)}: " if d.index else ""
        given = f"{at[0]} {whole(at[1])}   " if at is not None and at[1] is not None else ""
        third = f"   finite difference {whole(slope.value)}" if slope is not None and slope.finite else ""
        return f"{where}{given}yours {whole(d.mine)}   {by} {whole(d.theirs)}{third}"

    # --------------------------------------------------------------------------------------------------------- rows
    def report(self) -> Report:
        rows = {n: self._row(n) for n in self.graph}
        shown = [n for n in self.graph if n.op is not None or n.shape != () or n.need or n.name]
        causes = [cause for n in self.culprits for cause in self.culprits[n]]
        report = Report(self._head(), [rows[n] for n in shown], rows)
        report.causes = causes
        self._unexplained(report, rows)
        report.notes += self._notes(rows)
        report.verdict = self._verdict(rows)
        used = [d for d in (*self.c.values.values(), *self.c.gradients.values()) if d.ok and d.tolerance]
        if self.c.replay is None:
            used = [d for a in self.c.alone.values() for d in a.rules.values() if d.ok]
        if used:
            worst = max(used, key=lambda d: d.headroom)
            report.worst = worst.error, worst.tolerance
        return report

    def _row(self, n: Node) -> Row:
        g, op = self.graph, n.op
        file, number, text = g.line(n)
        row = Row(
            g.name(n), op.name if op is not None else "leaf" if n.need else "given", tuple(n.shape), str(n.dtype),
            line=location(file, number), code=text, scope=".".join(s.name for s in g.scope(n)),
        )  # fmt: skip
        v, d, a = self.c.values.get(n), self.c.gradients.get(n), self.c.alone.get(n, Alone())
        row.value = None if v is None else v.error
        row.gradient = None if d is None else d.error
        row.value_text = (
            f"= {short(v.error)}" if v is not None and v.ok else f"≠ by {percent(v.share)}" if v is not None
            else "given" if op is None else "replayed" if op.random else ""
        )  # fmt: skip
        row.gradient_text = "" if d is None else f"= {short(d.error)}" if d.ok else f"≠ by {percent(d.share)}"
        if op is None and state(n) == "freed":
            row.value_text = "freed"
        if state(n) == "stale":
            row.notes.append("its value was written since it was recorded; the recorded one is compared")
        if a.kinks:
            row.notes.append(f"{a.kinks} elements at a kink: any subgradient is accepted")
        if op is not None and op.random:
            row.notes.append("random: drawn once, replayed in torch" if self.c.replay else "random: drawn once")
        bad_value, bad_gradient = v is not None and not v.ok, d is not None and not d.ok
        errors = [x.error for x in (v, d) if x is not None]
        if n in self.culprits:
            row.state = "wrong"
            cause = self.culprits[n][0]
            row.verdict = cause.what
            row.notes += [*cause.facts, *([cause.pattern] if cause.pattern else [])]
        elif (bad_value and n in self.values_touched) or (bad_gradient and n in self.touched):
            row.state = "tainted"
            share = max(x.share for x in (v, d) if x is not None and not x.ok)
            row.verdict = f"≠ torch by {percent(share)}"
        elif n.need and n in self.touched and not self._comparable(n):
            row.state, row.verdict, row.gradient_text = "tainted", "rests on a wrong rule", "rests on it"
        elif bad_value or bad_gradient:
            row.verdict = f"≠ torch by {percent(max(x.share for x in (v, d) if x is not None and not x.ok))}"
            if n in self.unknown:
                row.state = "wrong"
            else:
                row.verdict += ", by rounding"
                row.notes.append("each step agrees alone: rounding, enlarged by the computation itself")
                row.value_text, row.gradient_text = (
                    row.value_text.replace("≠", "≈"),
                    row.gradient_text.replace("≠", "≈"),
                )
        elif errors:
            row.verdict = f"= torch {short(max(errors))}"
        elif a.by == "finite differences":
            row.verdict = "= finite differences" if a.rules else "no gradient to judge"
            if a.rules:
                row.gradient_text = f"= {short(max(x.error for x in a.rules.values()))}"
        elif op is not None and (a.why or state(n)):
            row.state, row.verdict = "unjudged", f"not judged: {a.why or state(n)}"
        elif op is not None and op.random:
            row.verdict = "replayed"
        else:
            row.verdict = "given"
        if a.by == "finite differences" and self.c.replay is not None:
            row.notes.append("no Torch twin: judged by finite differences")
            if row.state == "ok":
                row.verdict = "= finite differences"
        return row

    def _comparable(self, n: Node) -> bool:
        """Whether the chain says something of a node's gradient: not below a wrong rule that has no twin."""
        lone = [m for m in self.culprits if self.c.alone.get(m, Alone()).by == "finite differences"]
        return n not in self._ancestors(lone)

    def _unexplained(self, report: Report, rows: dict[Node, Row]) -> None:
        """What differs where a step could not be judged alone: the one nearest to the loss stands for all."""
        left = [n for n, r in rows.items() if r.state == "wrong" and n not in self.culprits]
        for n in left[-1:]:
            d = self.c.gradients.get(n) or self.c.values[n]
            report.causes.append(
                Cause(self.graph.name(n), f"differs from torch by {percent(d.share)}", rows[n].line,
                      ["Steps between it and the loss could not be judged alone, so this may not be where it began.",
                       self._worst(d, "torch", None, None)], "", d.index, d.mine, d.theirs, None, rows[n].code)
            )  # fmt: skip

    # --------------------------------------------------------------------------------------------------- all around it
    def _head(self) -> list[str]:
        g, c = self.graph, self.c
        made = sum(n.op is not None for n in g)
        kinds = sorted({str(n.dtype) for n in g.nodes if n.dtype.kind == "f"})
        names = ", ".join(g.name(n) for n in dict.fromkeys(g.outputs))
        by = f"torch {c.torch_version} (cpu)" if c.replay is not None else "finite differences"
        draws = sum(n.op is not None and n.op.random for n in g)
        same = f"same leaves ({sum(n.op is None for n in g)})"
        same += f", same draws ({draws} recorded, replayed in torch)" if draws else ""
        head = [f"{names}   {', '.join(kinds)}   {made} operation{'s' * (made != 1)}    reference: {by}"]
        return [*head, same] if c.replay is not None else [*head, MISSING]

    def _verdict(self, rows: dict[Node, Row]) -> str:
        c = self.c
        if c.replay is None:
            judged = [a for a in c.alone.values() if a.by and a.rules]
            good = sum(not a.wrong for a in judged)
            said = f"rules {good} of {len(judged)} agree with finite differences"
            return f"{said}; values and the whole chain were not compared."
        values = [n for n in self.graph if n in c.values]
        gradients = [n for n in self.graph if n in c.gradients]
        fine = {n for n, r in rows.items() if r.state == "ok"}
        vs = sum(c.values[n].ok or n in fine for n in values)
        gs = sum(c.gradients[n].ok or n in fine for n in gradients)
        text = f"values {vs} of {len(values)}, gradients {gs} of {len(gradients)}."
        lone = [a for a in c.alone.values() if a.by == "finite differences"]
        if lone:
            text += f" {sum(a.ok for a in lone)} of {len(lone)} without a Torch twin by finite differences."
        return text

    def _notes(self, rows: dict[Node, Row]) -> list[str]:
        notes = list(self._born())
        c = self.c
        if c.unread:
            notes.append(f"Gradients were not judged: {c.unread}")
        unjudged = [r for r in rows.values() if r.state == "unjudged"]
        if unjudged:
            reasons = sorted({r.verdict.removeprefix("not judged: ") for r in unjudged})
            notes.append(f"Not judged: {len(unjudged)} ({'; '.join(reasons)}).")
        kinks = sum(a.kinks for a in c.alone.values())
        if kinks:
            notes.append(f"{kinks} elements lie at a kink; any subgradient is accepted there.")
        rounded = [r.name for r in rows.values() if r.verdict.endswith("by rounding")]
        if rounded:
            notes.append(
                f"{len(rounded)} differ from torch by more than their steps' tolerances, yet every step agrees "
                f"alone: rounding that the computation enlarges ({', '.join(rounded[:5])})."
            )
        if c.replay is not None:
            for name, why in c.replay.failed.items():
                notes.append(f"{name}: torch could not run its twin ({why}); judged by finite differences.")
            if not c.seeds and not c.unread:
                notes.append("Nothing here carries a gradient: values alone were compared.")
        return notes

    def _born(self) -> Iterable[str]:
        """Where the first NaN or infinity of the values, and of the gradients, came into being."""
        for n in self.graph:
            if state(n) != "freed" and (what := _unusual(n.stored)):
                file, number, text = self.graph.line(n)
                at = f" at {location(file, number)}: {text}" if file else ""
                before = [p for p in self.graph.operands(n) if isinstance(p, Node)] if n.op is not None else []
                given = "; ".join(f"{self.graph.name(p)} {_range(p.stored)}" for p in before if state(p) != "freed")
                yield f"First {what} among the values: {self.graph.name(n)}{at}" + (
                    f" (from {given})" if given else " (a leaf)"
                )
                break
        for n in reversed(self.graph.nodes):
            g = self.c.grads.get(n)
            if g is not None and not isinstance(g, list) and (what := _unusual(g)):
                users = [u for u in self.graph.users(n) if u in self.c.grads]
                through = f", through {', '.join(self.graph.name(u) for u in users)}" if users else ""
                where = f" ({self.graph.name(n)} {_range(n.stored)})" if state(n) != "freed" else ""
                yield f"First {what} among the gradients: that of {self.graph.name(n)}{through}{where}"
                break


def _elements(d: Difference, given: str, what: str, probed: bool = False) -> str:
    if d.reason:
        return f"{given}, {what} has {d.reason}."
    of = f"{d.wrong:,} of {d.size:,} elements" + (" tried" if probed else "")
    return f"{given}, {what} differs in {of} (by {percent(d.share)} of the largest)."


def _declared(fn: Any) -> tuple[str, str]:
    """(place, text) of the line that a rule was written in."""
    code = getattr(fn, "__code__", None)
    if code is None:
        return "", ""
    text = linecache.getline(code.co_filename, code.co_firstlineno).strip()
    return location(code.co_filename, code.co_firstlineno), text


def _unusual(value: Any) -> str:
    for v in parts(value):
        v = np.asarray(v)
        if v.dtype.kind == "f" and not np.all(np.isfinite(v)):
            nan, inf = int(np.isnan(v).sum()), int(np.isinf(v).sum())
            return f"NaN ({nan} of {v.size})" if nan else f"infinity ({inf} of {v.size})"
    return ""


def _range(value: Any) -> str:
    v = np.asarray(value) if not isinstance(value, tuple) else np.zeros(0)
    if not v.size or v.dtype.kind != "f":
        return ""
    zeros = int(np.count_nonzero(v == 0))
    text = f"{whole(v.min())} .. {whole(v.max())}" if v.size > 1 else whole(float(v.reshape(-1)[0]))
    return text + (f", {zeros} of {v.size} are 0" if zeros and v.size > 1 else "")
