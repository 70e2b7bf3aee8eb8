"""What of a recorded graph has a card of its own: all but what another card says better; of a huge graph, its ends."""

from __future__ import annotations

from collections.abc import Collection

from microgrid.core.node import Node
from microgrid.diagram.words import flips, given_name, is_scalar
from microgrid.graphs import Graph

HUGE = 5_000  # nodes: of more, only the two ends become cards, unless scopes can be folded


class Selection:
    """nodes: those that are drawn, oldest first.  left: those between the two ends of a huge graph, drawn as one.

    Not drawn: an unnamed number (its user's card says it), a weight's transpose (its user reads the weight), and an
    operation of several values (each value has a card, on the operation's inputs).
    """

    def __init__(self, graph: Graph, ends: int, keep: Collection[Node] = ()) -> None:
        self._graph = graph
        outputs = set(graph.outputs)
        self.absorbed = {n for n in graph if n not in outputs and n not in keep and self._told_elsewhere(n)}
        self.nodes = [n for n in graph if n not in self.absorbed]
        self.left: set[Node] = set()
        if len(self.nodes) > HUGE and not any(graph.scope(n) for n in self.nodes):
            self._leave_out(ends)

    def _told_elsewhere(self, n: Node) -> bool:
        if n.op is None:
            return bool(self._graph.users(n)) and is_scalar(self._graph, n)
        return n.op.outputs > 1 or (flips(n) and len(self._graph.users(n)) == 1 and not given_name(self._graph, n))

    def inputs(self, n: Node) -> list[Node]:
        """The nodes whose cards a node's card hangs on, each once."""
        found: dict[Node, None] = {}
        todo = self._graph.operands(n)[::-1]
        while todo:
            p = todo.pop()
            if isinstance(p, Node) and p in self.absorbed:
                todo += self._graph.operands(p)[::-1]  # its own inputs take its place
            elif isinstance(p, Node):
                found.setdefault(p)
        return list(found)

    def absorbs(self, n: Node) -> int:
        """How many operations a node's card stands for beside its own."""
        inputs = {p for p in self._graph.operands(n) if isinstance(p, Node) and p in self.absorbed}
        return sum(p.op is not None and p.op.outputs == 1 for p in inputs)

    def _leave_out(self, ends: int) -> None:
        made = [n for n in self.nodes if n.op is not None]
        kept = {*made[:ends], *made[-ends:], *self._graph.outputs}
        for n in list(kept):
            kept.update(p for p in self.inputs(n) if p.op is None)
        self.left = {n for n in self.nodes if n not in kept}
