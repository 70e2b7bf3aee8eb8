"""mg.draw: from a recorded graph to its cards. What the graph knows is asked here, how it looks decided elsewhere."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from microgrid.core.node import GraphError, Node
from microgrid.core.recording import Scope as Entry
from microgrid.diagram import heading, words
from microgrid.diagram.cards import Card, Scope, State, Verdict
from microgrid.diagram.diagram import Diagram
from microgrid.diagram.fold import ENDS
from microgrid.diagram.labels import clean
from microgrid.diagram.layout import Direction, Theme
from microgrid.diagram.renderer import TIMEOUT
from microgrid.diagram.selection import HUGE, Selection
from microgrid.diagram.summary import WHOLE, Summary, summarize
from microgrid.graphs import Graph, graph, state
from microgrid.nn.parameter import Parameter

GRIDS = 80  # cards: of more, none shows its numbers
_REST = "left_out"


def draw(
    x: Any, *args: Any, check: Any = None, gradient: Any = None, title: str | None = None, direction: Direction = "TB",
    theme: Theme = "light", values: bool | Literal["auto"] = "auto", limit: int = 150, timeout: float = TIMEOUT,
) -> Diagram:  # fmt: skip
    """The picture of a computation: of a Tensor's, of several Tensors' together, of a Graph, or of the call f(*args).

    Each card shows what the operation is, the user's line, its value and, where one flows, the gradient of the output
    (of the first, if there are several).  f may be a function or a module; nothing need carry a gradient.

    check: a check's report (or a mapping from Node to text): its verdicts stand on the cards.
    gradient: the cotangent of an output that is no scalar; without it, such a graph is drawn without gradients.
    title: what stands above.  direction: "TB", downwards, or "LR".  theme: "light" or "dark".
    values: small arrays' numbers on the cards; "auto", unless there are many cards.
    limit: most cards that are drawn: layers are folded, then the middle is left out, until so many are left.
    Raises TypeError for what has no graph.  Save it with `.save("graph.svg")`: svg, png, pdf, html, dot.
    """
    if args and not callable(x):
        raise TypeError(f"draw: arguments given with a {type(x).__name__}; only a function or a module takes some")
    if values not in (True, False, "auto"):
        raise ValueError(f'values {values!r}: expected True, False or "auto"')
    called = getattr(x, "__name__", "") if callable(x) and not isinstance(x, Graph) else ""
    drawing = _Drawing(graph(x, *args), check, gradient, values, limit)
    cards = drawing.cards()
    said = (check, drawing.annotations, drawing.trouble, drawing.born)
    header = heading.header(drawing.graph, title or "", called, *said)
    return Diagram(cards, drawing.scopes(), header, direction=direction, theme=theme, limit=limit, timeout=timeout)


class _Drawing:
    """One graph on its way to cards."""

    def __init__(self, of: Graph, check: Any, gradient: Any, values: bool | str, limit: int) -> None:
        self.graph = of
        self.annotations: Mapping[Node, Any] = check.annotations() if hasattr(check, "annotations") else check or {}
        self.trouble: list[tuple[str, Any]] = []
        self.gradients = self._gradients(gradient)
        self.seeded = gradient is None
        judged = {n for n, a in self.annotations.items() if _field(a, "state") == "wrong"}
        self.selection = Selection(of, ENDS // 2 - 1, judged)
        self.drawn = [n for n in self.selection.nodes if n not in self.selection.left]
        self.ids = {n: f"n{k}" for k, n in enumerate(self.selection.nodes)}
        self.sources = words.Sources(of)
        grids = values is True or (values == "auto" and len(self.drawn) <= GRIDS and not self.selection.left)
        self.whole = WHOLE if grids else 1
        self.summed = self._worth_summing(limit)
        self.born = heading.first_nan(of)
        self.modular = any(isinstance(_owner(n), Parameter) for n in of.inputs)
        self.entries, self.size, self.dropped = self._entered()

    def _gradients(self, gradient: Any) -> dict[Node, Any]:
        out = self.graph.outputs[0]
        if gradient is None and out.need and out.op is not None and int(np.prod(out.shape)) != 1:
            self.trouble.append((f"no gradients: the output is {out.shape}, no scalar; pass gradient=", "plain"))
            return {}
        if out.op is None:
            return {}  # a leaf alone: nothing flows
        try:
            return self.graph.gradients(gradient)
        except Exception as e:  # a picture is wanted above all where something fails, a rule of the user's included
            said = str(e).removeprefix("gradients: ") or type(e).__name__
            self.trouble.append((f"no gradients: {clean(said, 110)}", "plain" if isinstance(e, GraphError) else "bad"))
            return {}

    def _worth_summing(self, limit: int) -> set[Node] | None:
        """The nodes whose arrays are looked at: all, but for a huge graph only what can be seen when it is folded."""
        if len(self.drawn) <= HUGE:
            return None
        last: dict[Any, Node] = {s: n for n in self.drawn for s in self.graph.scope(n)}
        ends = {*self.drawn[: 2 * limit], *self.drawn[-2 * limit :]}
        return ends | set(last.values()) | {n for n in self.drawn if n.op is None}

    def _looked_at(self, n: Node) -> bool:
        return self.summed is None or n in self.summed

    # ------------------------------------------------------------------------------------------------------- scopes
    def _entered(self) -> tuple[dict[Entry, str], dict[Entry, int], Entry | None]:
        """The scopes entered, each with an id and how many operations it holds; and a network that is all of it, whose
        box would say nothing."""
        size: dict[Entry, int] = {}
        for n in self.drawn:
            if n.op is not None:
                for s in self.graph.scope(n):
                    size[s] = size.get(s, 0) + 1
        made = sum(n.op is not None for n in self.drawn)
        outer = [s for s in size if s.parent is None and s.kind and size[s] >= made - 2 > 0]  # a loss is outside
        whole = outer[0] if outer and any(s.parent is outer[0] for s in size) else None
        return {s: f"s{k}" for k, s in enumerate(s for s in size if s is not whole)}, size, whole

    def scopes(self) -> list[Scope]:
        """Layers: each entry of a module, or of `mg.scope`, with the line that entered it."""
        times: dict[tuple[Entry | None, str], int] = {}
        out = []
        for s, id in self.entries.items():
            times[s.parent, s.name] = time = times.get((s.parent, s.name), 0) + 1
            called = s.name if s.kind in ("", s.name) else f"{s.name} : {s.kind}"
            here = self.sources.line(s)[:2]
            above = s.parent is not None and s.parent is not self.dropped and self.sources.line(s.parent)[:2] == here
            aside = " · ".join(filter(None, (s.detail, "" if above else self.sources.where(s))))
            parent = self.entries.get(s.parent, "") if s.parent is not None else ""
            out.append(Scope(id, f"{called} ({time})" if time > 1 else called, aside, parent=parent))
        return out

    def _home(self, n: Node) -> Entry | None:
        path = self.graph.scope(n)
        return path[-1] if path else None

    # -------------------------------------------------------------------------------------------------------- cards
    def cards(self) -> list[Card]:
        """In order of creation; what a huge graph leaves out is one card, after all that comes before it."""
        if not self.selection.left:
            return [self.card(n) for n in self.drawn]
        left = self.selection.left
        first = next(k for k, n in enumerate(self.selection.nodes) if n in left)
        before = [n for k, n in enumerate(self.selection.nodes) if n not in left and (k < first or n.op is None)]
        after = [n for n in self.drawn if n not in set(before)]
        return [*map(self.card, before), self._rest({*before}), *map(self.card, after)]

    def _rest(self, before: set[Node]) -> Card:
        left = self.selection.left
        made = [n for n in left if n.op is not None]
        inputs = {p: None for n in self.selection.nodes if n in left for p in self.selection.inputs(n) if p in before}
        flows = "∂" if any(n in self.gradients for n in made) else ""
        parameters = sum(np.size(n.data) for n in left if n.op is None and n.need and n.available)
        return Card(
            _REST, "left out", f"… {len(made):,} operations left out …", gradient_text=flows,
            parameters=int(parameters), inputs=[self.ids[p] for p in inputs], operations=len(made),
        )  # fmt: skip

    def card(self, n: Node) -> Card:
        """Everything there is to say of a node."""
        kind, name = self._kind(n), words.given_name(self.graph, n)
        home = self._home(n)
        role, remark, source = self._aside(n, home)
        inputs = dict.fromkeys(_REST if p in self.selection.left else self.ids[p] for p in self.selection.inputs(n))
        root = n in self.graph.outputs[:1] and n in self.gradients and self.seeded
        judged = self.annotations.get(n)
        annotated = self._verdict(judged)
        return Card(
            self.ids[n], kind, self._short(n, name), words.title(n), words.scalar_symbol(self.graph, n), role, source,
            self.sources.line(n)[2],
            self._summary(n), remark, int(np.prod(n.shape)) if kind == "parameter" else 0,
            self._gradient(n), "1  (seed)" if root else "", annotated, self._notes(n, judged, annotated),
            words.formula(self.graph, n), self._rules(n), self._detail(n, name, source), list(inputs),
            self.entries.get(home, "") if home is not None else "", 1 + self.selection.absorbs(n),
        )  # fmt: skip

    def _kind(self, n: Node) -> str:
        if n in self.graph.outputs:
            alone = n.op is None and n.need < 0
            return "parameter" if alone else "loss" if n.need and n.shape == () else "output"
        if n.op is not None:
            return "random" if n.op.random else "op"
        if n.need:
            return "parameter" if not self.modular or isinstance(_owner(n), Parameter) else "input"
        return "input" if words.given_name(self.graph, n) else "constant"

    def _short(self, n: Node, name: str) -> str:
        """Inside its layer a parameter is called by its own name; a mask by what it is."""
        users = self.graph.users(n)
        if n.op is None and n.name and len(users) == 1 and self._home(users[0]) is not None:
            return n.name
        if n.op is None:
            return name or ("leaf" if n.need else "constant")
        return name or ("mask" if n.op.symbol == "mask" else "")

    def _aside(self, n: Node, home: Entry | None) -> tuple[str, str, str]:
        """(role, remark, source line). The line of a layer stands at the layer, not on each of its cards."""
        op = n.op
        if op is None:
            kept = "" if n.need or not self.gradients else "no gradient"
            return kept, _state_remark(n), ""
        role, remark = words.REMARKS[op.name](n) if n.available and op.name in words.REMARKS else ("", "")
        same = home is not None and self.sources.line(home)[:2] == self.sources.line(n)[:2]
        own = "" if same else self.sources.expression(n)
        told = words.expression(self.graph, n)
        role = role or own or ("" if told == words.scalar_symbol(self.graph, n) else clean(told, words.LONGEST))
        said = (same and home is not None and self.size.get(home, 0) > 1) or op.random
        return role, _state_remark(n) or remark, "" if said else self.sources.where(n)

    def _summary(self, n: Node) -> Summary:
        if not n.available or not self._looked_at(n):
            return Summary(n.shape, str(n.dtype))
        return summarize(n.data, self.whole if n.shape else 1)

    def _gradient(self, n: Node) -> Summary | None:
        g = self.gradients.get(n)
        if g is None or isinstance(g, list | tuple):
            return None
        if not self._looked_at(n):
            return Summary(n.shape, str(n.dtype))
        return summarize(g, self.whole if n.shape else 1)

    def _notes(self, n: Node, judged: Any, verdict: Verdict) -> list[str]:
        notes = [] if verdict is judged else [clean(str(t), 200) for t in _field(judged, "notes") or ()]
        if n.op is not None and n.op.random and self.annotations and not notes:
            notes.append("random: replayed in torch")
        if n is self.born:
            notes.append("the first NaN: none of its inputs holds one")
        if any(p is None for p in self.graph.operands(n)) and not (n.op and n.op.optional):
            notes.append("an input was released: record() keeps all")
        if len(self.graph) == 1 and n.op is None:
            notes.append("no history: nothing was computed from it")
        return notes

    def _verdict(self, a: Any) -> Verdict:
        if a is None or isinstance(a, Verdict):
            return a or Verdict()
        if isinstance(a, str):
            return Verdict("", a)
        said = _field(a, "state")
        state: State = said if said in ("ok", "wrong", "tainted") else ""
        text = str(_field(a, "text") or "")
        # What agrees because it was given goes without saying; what agrees to the last bit does not.
        text = re.sub("torch 0$", "torch exactly", text) if state != "ok" or text[:1] == "=" else ""
        return Verdict(state, text, **_headline(a))

    def _rules(self, n: Node) -> str:
        return _rule_lines(words.maker(n).op) if n.op is not None and n in self.gradients else ""

    def _detail(self, n: Node, name: str, source: str) -> dict[str, str]:
        said = {"path": name if "." in name else "", "layer": ".".join(s.name for s in self.graph.scope(n))}
        op = words.maker(n).op
        if op is not None:
            for k, v in (words.maker(n).statics or {}).items():
                if k not in op.saves and not isinstance(v, np.ndarray):
                    said[k] = "" if v is None else words.index_text(v) if k == "index" else clean(str(v), 80)
            said["line"] = "" if source else self.sources.where(n)
            said["means"] = op.doc.partition("\n")[0]
        return {k: v for k, v in said.items() if v}


@functools.lru_cache(maxsize=512)
def _rule_lines(op: Any) -> str:
    """The rules of an operation, a line an input."""
    from microgrid.formula import NONE, gradient_rules

    rules = gradient_rules(op)
    lines = [f"∂{name} = {text}" for name, text in rules.items() if text and text != NONE]
    return "\n".join([*lines, "where g = ∂out"]) if lines else ""


def _state_remark(n: Node) -> str:
    return {"freed": "value freed", "stale": "overwritten since"}.get(state(n), "")


def _owner(n: Node) -> Any:
    return n.owner() if n.owner is not None else None


def _headline(a: Any) -> dict[str, Any]:
    given = _field(a, "headline")
    return {"headline": given} if given else {}


def _field(a: Any, name: str) -> Any:
    """A field of an annotation, which may be a record or a mapping."""
    return a.get(name) if isinstance(a, Mapping) else getattr(a, name, None)
