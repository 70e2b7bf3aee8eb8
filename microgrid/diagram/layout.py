"""Cards and scopes as DOT text: a straight spine of operations, parameters beside it, layers around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from microgrid.diagram import colours
from microgrid.diagram.cards import Card, Header, Scope
from microgrid.diagram.colours import BACK, BACK_WRONG, BOX, BOX_FILL, LANE, LOOKS, PAPER
from microgrid.diagram.labels import header_label, label, legend_label, scope_label, text, title

Direction = Literal["TB", "LR"]
Theme = Literal["light", "dark"]
_OFTEN = 3  # uses of a leaf from which on each but the first has a stub, instead of an edge across the picture
_PORTS = {"TB": "tailport=s headport=n", "LR": "tailport=e headport=w"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a picture is laid out. `clusters`, `ranks` and `quick` are what the fallback ladder gives up."""

    direction: Direction = "TB"
    theme: Theme = "light"
    width: int = 266  # points: the least width of a card on the spine
    clusters: bool = True
    ranks: bool = True
    quick: bool = False


_NO_HEADER, _PLAIN = Header(), Style()


def dot_text(
    cards: Sequence[Card], scopes: Sequence[Scope], header: Header = _NO_HEADER, style: Style = _PLAIN, note: str = ""
) -> str:
    """DOT of cards whose scopes are unbroken runs (`fold.unbroken`). One statement a line; deterministic."""
    plan = _Plan(cards, scopes, style)
    lines = [*_opening(header, style, note), *plan.boxes(), *plan.edges(), *_closing(cards, plan), "}"]
    dot = "\n".join(lines) + "\n"
    return colours.darken(dot) if style.theme == "dark" else dot


def spine(cards: Sequence[Card]) -> list[str]:
    """The longest chain of cards that ends at the output: it becomes a straight line. The first input wins a tie."""
    if not cards:
        return []
    by_id = {c.id: c for c in cards}
    depth: dict[str, int] = {}
    used: set[str] = set()
    for c in cards:
        depth[c.id] = 1 + max((depth[i] for i in c.inputs), default=0)
        used.update(c.inputs)
    last = next((c.id for c in reversed(cards) if c.inputs and c.id not in used), cards[-1].id)
    chain = [last]
    while by_id[chain[-1]].inputs:
        chain.append(max(by_id[chain[-1]].inputs, key=depth.__getitem__))
    return chain[::-1]


def _opening(header: Header, style: Style, note: str) -> list[str]:
    title = header_label(header, note)
    quick = " splines=line nslimit=2 mclimit=0.1" if style.quick else ""
    return [
        "digraph microgrid {",
        f'graph [compound=true newrank=true rankdir={style.direction} nodesep=0.5 ranksep=0.36 pad=0.3 fontname="Arial"'
        f' bgcolor="{PAPER}" labelloc=t labeljust=l label={f"<{title}>" if title else chr(34) * 2}{quick}]',
        'node [shape=box fontname="Arial" margin="0.08,0.05" tooltip=" "]',
        f'edge [arrowsize=0.6 penwidth=1.3 color="{LANE}" tooltip=" "]',
    ]


def _closing(cards: Sequence[Card], plan: _Plan) -> list[str]:
    if not cards:
        return ['"(empty)" [shape=plain fontsize=12 label="Nothing to draw: the graph has no nodes."]']
    seen = [k for k in LOOKS if any(c.look == k for c in cards)]
    key = legend_label(seen, any(c.flows for c in cards), bool(plan.again))
    return [
        f'"(legend)" [id="legend" shape=plain group="spine" label=<{key}>]',
        f'"{plan.last}" -> "(legend)" [style=invis weight=100]',
    ]


class _Plan:
    """Where each card stands: on the spine, beside its user, or wherever Graphviz finds room; and in which cluster."""

    def __init__(self, cards: Sequence[Card], scopes: Sequence[Scope], style: Style) -> None:
        self.cards, self.scopes, self.style = cards, scopes, style
        self.by_id = {c.id: c for c in cards}
        chain = spine(cards)
        self.last = chain[-1] if chain else ""
        self.place = {id: k for k, id in enumerate(chain)}
        self.users = self._users()
        self.again = self._again()
        self.beside = self._beside() if style.ranks else set()

    def _users(self) -> dict[str, list[str]]:
        users: dict[str, list[str]] = {}
        for c in self.cards:
            for i in dict.fromkeys(c.inputs):
                users.setdefault(i, []).append(c.id)
        return users

    def _again(self) -> set[tuple[str, str]]:
        """(leaf, user) for the uses that are drawn as a stub beside the user: all but the one next to the leaf."""
        stubs: set[tuple[str, str]] = set()
        for c in self.cards:
            users = self.users.get(c.id, [])
            if c.leaf and len(users) >= _OFTEN:
                near = next((u for u in users if self._neighbours(c.id, u)), users[0])
                stubs.update((c.id, u) for u in users if u != near)
        return stubs

    def _neighbours(self, a: str, b: str) -> bool:
        return a in self.place and self.place.get(b) == self.place[a] + 1

    def _beside(self) -> set[tuple[str, str]]:
        """(leaf, user) that stand side by side: the user's last leaf, at home in the same cluster, or its stub. Of
        two on one rank, the farther one's edge would arch over the nearer one."""
        pairs: dict[str, str] = {}
        for c in self.cards:
            for i in c.inputs:
                leaf = self.by_id[i]
                alone = leaf.leaf and i not in self.place and leaf.scope == c.scope and self._uses(i) == [c.id]
                if alone or (i, c.id) in self.again:
                    pairs[c.id] = i
        return {(i, user) for user, i in pairs.items()}

    def _uses(self, leaf: str) -> list[str]:
        """The users that the leaf itself is drawn for."""
        return [u for u in self.users[leaf] if (leaf, u) not in self.again]

    def boxes(self) -> Iterator[str]:
        """Every card, inside its clusters; scopes may nest to any depth, so without recursion."""
        members: dict[str, list[Card]] = {}
        children: dict[str, list[Scope]] = {}
        for c in self.cards:
            members.setdefault(c.scope if self.style.clusters else "", []).append(c)
        for s in self.scopes if self.style.clusters else ():
            children.setdefault(s.parent, []).append(s)
        todo: list[Scope | None] = [*reversed(children.get("", []))]
        while todo:
            scope = todo.pop()
            if scope is None:
                yield "}"
                continue
            yield f'subgraph "cluster_{scope.id}" {{'
            yield (
                f'graph [id="scope_{scope.id}" style="rounded,filled" color="{BOX}" fillcolor="{BOX_FILL}" margin=14'
                f" labeljust=l label=<{scope_label(scope)}>]"
            )
            yield from self._inside(members.get(scope.id, []))
            todo += [None, *reversed(children.get(scope.id, []))]
        yield from self._inside(members.get("", []))

    def _inside(self, cards: Sequence[Card]) -> Iterator[str]:
        for c in cards:
            yield self._node(c)
        for c in cards:
            for i in dict.fromkeys(c.inputs):
                again = (i, c.id) in self.again
                if again:
                    yield self._stub(self.by_id[i], c)
                if (i, c.id) in self.beside:
                    yield f'{{rank=same; "{_again_id(i, c.id) if again else i}"; "{c.id}"}}'

    def _node(self, c: Card) -> str:
        look, on = LOOKS[c.look], c.id in self.place
        style = "rounded,filled" + (",dashed" if c.look == "tainted" else "")
        return (
            f'"{c.id}" [id="card_{c.id}" label=<{label(c, self.style.width if on else 10)}> color="{look.border}"'
            f' fillcolor="{look.fill}" style="{style}" penwidth={4 if c.look == "wrong" else 1.4}'
            f"{' group=spine' if on else ''}]"
        )

    def _stub(self, leaf: Card, user: Card) -> str:
        """A leaf's name, where it is used again."""
        look, id = LOOKS[leaf.look], _again_id(leaf.id, user.id)
        return (
            f'"{id}" [id="{id}" label=<{text(title(leaf), 12, bold=True, limit=24)}> color="{look.border}"'
            f' fillcolor="{look.fill}" style="rounded,filled,dotted" penwidth=1.4 margin="0.14,0.06" height=0.3]'
        )

    def edges(self) -> Iterator[str]:
        """Input by input; two lanes where a gradient flows back."""
        for b in self.cards:
            for a in dict.fromkeys(b.inputs):
                yield self._edge(self.by_id[a], b)

    def _edge(self, a: Card, b: Card) -> str:
        flows = a.flows and b.flows
        wrong = flows and a.look == "tainted"
        lanes = f"{LANE}:{BACK_WRONG if wrong else BACK}" if flows else LANE
        straight = self._neighbours(a.id, b.id)
        tail = _again_id(a.id, b.id) if (a.id, b.id) in self.again else a.id
        # Ports only between neighbours on the spine: on a flat edge they cost older Graphviz the back lane's arrowhead.
        ports = f" {_PORTS[self.style.direction]}" if straight else ""
        return (
            f'"{tail}" -> "{b.id}" [id="edge_{a.id}__{b.id}" color="{lanes}" dir={"both" if flows else "forward"}'
            f" weight={100 if straight else 1} penwidth={1.8 if wrong else 1.3}{ports}]"
        )


def _again_id(leaf: str, user: str) -> str:
    return f"again_{leaf}__{user}"
