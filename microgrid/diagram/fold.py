"""Scopes as unbroken runs of operations; folding a run into one card; keeping a picture readable at any size.

Graphviz fails on clusters that interleave, so a layer called twice is two runs. A run of a topological order can be
contracted into one card without making a cycle.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from microgrid.diagram.cards import Card, Scope, Verdict

_LEAVES = ("input", "parameter", "constant")
_GRAVE = ("wrong", "tainted", "", "ok")  # the verdict of a folded card is the gravest inside
_REST = "left_out"
ENDS = 32  # cards that are left of a graph whose middle is: a column of more is read by nobody

Graph = tuple[list[Card], list[Scope]]
Path = tuple[str, ...]


def unbroken(cards: Sequence[Card], scopes: Sequence[Scope]) -> Graph:
    """The same cards, each scope split into its unbroken runs, runs of a single operation dissolved into its card.

    Leaves do not break a run: each is at home in the innermost run that holds all its users.
    """
    paths, runs = _trace(cards, scopes)
    _settle_leaves(cards, paths)
    counts = dict.fromkeys(runs, 0)
    for card in cards:
        if not _is_leaf(card):
            for run in paths[card.id]:
                counts[run] += 1
    kept = [runs[r] for r in runs if counts[r] > 1]
    alive = {s.id for s in kept}
    out = []
    for card in cards:
        path = paths[card.id]
        gone = [runs[r] for r in path if r not in alive]
        out.append(_named_after(card, gone, next((r for r in reversed(path) if r in alive), "")))
    return out, kept


def _is_leaf(card: Card) -> bool:
    return card.leaf and card.kind in _LEAVES


def _trace(cards: Sequence[Card], scopes: Sequence[Scope]) -> tuple[dict[str, Path], dict[str, Scope]]:
    """The path of runs of each operation, outermost first, and the runs by id, in order of appearance."""
    by_id, chains = {s.id: s for s in scopes}, _chains(scopes)
    paths: dict[str, Path] = {}
    runs: dict[str, Scope] = {}
    times: dict[str, int] = {}
    taken = {c.id for c in cards} | set(by_id)
    current: list[tuple[str, str]] = []  # (scope, its run), outermost first
    for card in cards:
        if _is_leaf(card):
            continue
        chain = chains[card.scope]
        same = sum(1 for _ in _common(chain, [s for s, _ in current]))
        del current[same:]
        for scope in chain[same:]:
            times[scope] = times.get(scope, 0) + 1
            run = _fresh(scope, times[scope], taken)
            title = by_id[scope].title + (f" ({times[scope]})" if times[scope] > 1 else "")
            runs[run] = replace(by_id[scope], id=run, title=title, parent=current[-1][1] if current else "")
            current.append((scope, run))
        paths[card.id] = tuple(run for _, run in current)
    return paths, runs


def _fresh(scope: str, time: int, taken: set[str]) -> str:
    run = scope if time == 1 else f"{scope}.{time}"
    while time > 1 and run in taken:
        run += "_"
    taken.add(run)
    return run


def _chains(scopes: Sequence[Scope]) -> dict[str, Path]:
    """For each scope, its ancestors and itself, outermost first."""
    parent = {s.id: s.parent for s in scopes}
    chains: dict[str, Path] = {"": ()}
    for scope in parent:
        up: list[str] = []
        while scope not in chains:
            up.append(scope)
            scope = parent[scope]
        for s in reversed(up):
            chains[s] = (*chains[parent[s]], s)
    return chains


def _common(a: Sequence[str], b: Sequence[str]) -> Iterable[str]:
    for x, y in zip(a, b, strict=False):
        if x != y:
            return
        yield x


def _settle_leaves(cards: Sequence[Card], paths: dict[str, Path]) -> None:
    home: dict[str, Path] = {}
    entering: set[str] = set()
    for card in cards:
        if card.id in paths:
            # Beside what an operation made, leaves are side inputs, wherever they are written: t × log y.
            entering.update(() if any(i in paths for i in card.inputs) else card.inputs[:1])
            for i in card.inputs:
                path = paths[card.id]
                home[i] = tuple(_common(home[i], path)) if i in home else path
    for card in cards:
        if card.id not in paths:
            # What flows in from outside stands outside: only a side input, a target say, stands beside its user.
            first = card.kind == "input" and card.id in entering
            paths[card.id] = () if first else home.get(card.id, ())


def _named_after(card: Card, gone: Sequence[Scope], scope: str) -> Card:
    """The card in its new scope; a layer of one operation is one card, and bears the layer's name."""
    if not gone or _is_leaf(card):
        return replace(card, scope=scope)
    title = gone[-1].title
    formula = card.formula or gone[-1].formula
    if card.name and not title.startswith(card.name + " "):
        return replace(card, scope=scope, role=card.role or title, formula=formula)
    told = card.operation.replace("_", "").lower() in title.replace("_", "").lower()
    role = card.role or ("" if told else card.operation)
    return replace(card, scope=scope, name=title, operation="", symbol="", role=role, formula=formula)


# ------------------------------------------------------------------------------------------------------ folding


def fold(cards: Sequence[Card], scopes: Sequence[Scope], closed: Collection[str]) -> Graph:
    """Each outermost closed scope as one card that stands for its last operation. Scopes must be unbroken runs."""
    by_id, chains = {s.id: s for s in scopes}, _chains(scopes)
    outer = {s: next((a for a in chain if a in closed), "") for s, chain in chains.items()}
    members: dict[str, list[Card]] = {}
    for card in cards:
        if outer[card.scope] and not _given(card):
            members.setdefault(outer[card.scope], []).append(card)
    inside = {c.id: s for s, group in members.items() for c in group}
    out: list[Card] = []
    for card in cards:
        into = inside.get(card.id)
        if not into:
            scope = by_id[outer[card.scope]].parent if outer[card.scope] else card.scope
            out.append(replace(card, scope=scope, inputs=_renamed(card.inputs, inside)))
        elif card is members[into][-1]:
            out.append(_folded(by_id[into], members[into], inside))
    return out, [s for s in scopes if not outer[s.id]]


def _given(card: Card) -> bool:
    """Data stays to be seen when the layer that reads it is folded; its parameters are folded with it."""
    return card.leaf and card.kind == "input"


def _renamed(inputs: Iterable[str], inside: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(inside.get(i, i) for i in inputs))


def _folded(scope: Scope, group: Sequence[Card], inside: dict[str, str]) -> Card:
    last = group[-1]
    operations = sum(c.operations for c in group if not _is_leaf(c))
    verdict = min((c.verdict for c in group), key=lambda v: _GRAVE.index(v.state))
    outer = _renamed((i for c in group for i in c.inputs), inside)
    return replace(
        last,
        id=scope.id,
        kind="random" if scope.kind == "op" and any(c.kind == "random" for c in group) else scope.kind,
        name=scope.title,
        operation="",
        symbol="",
        role=" · ".join(filter(None, (scope.aside, f"{operations:,} ops"))),
        source="",
        remark=last.remark if last.kind == "loss" else "",
        parameters=sum(c.parameters for c in group),
        verdict=verdict if verdict.state in ("wrong", "tainted") else _agreed(last.verdict, verdict),
        notes=list(dict.fromkeys(n for c in group for n in c.notes))[:4],
        formula=scope.formula,
        gradient_formula=scope.gradient_formula,
        inputs=[i for i in outer if i != scope.id],
        scope=scope.parent,
        operations=operations,
    )


def _agreed(last: Verdict, gravest: Verdict) -> Verdict:
    """A folded card says "ok" only if everything inside was judged."""
    return last if last.state == gravest.state else Verdict("", last.text, facts=last.facts)


# --------------------------------------------------------------------------------------------------------- size


def starting_closed(cards: Sequence[Card], scopes: Sequence[Scope], limit: int) -> set[str]:
    """The scopes to fold so that at most `limit` cards are left, deepest first. All of them if that is not enough."""
    chains = _chains(scopes)
    deepest = max((len(c) for c in chains.values()), default=0)
    for depth in range(deepest, -1, -1):
        # A card is left for each card above that depth, and one for each scope at it.
        left = {chain[depth] if len(chain) > depth else c.id for c in cards for chain in (chains[c.scope],)}
        if len(left) <= limit:
            return {s for s, chain in chains.items() if len(chain) == depth + 1}
    return {s for s, chain in chains.items() if len(chain) == 1}


def shorten(cards: Sequence[Card], scopes: Sequence[Scope], limit: int) -> Graph:
    """If more than `limit` cards: the first and last few, and one card that says how many between are left out."""
    if len(cards) <= limit:
        return list(cards), list(scopes)
    half = max(1, min(limit, ENDS) // 2 - 1)
    ordered = _by_first_use(cards)
    rest = {c.id for c in ordered[half : len(cards) - half]}
    moved = [_unowned(c, _REST if c.id in rest else c.scope) for c in ordered]
    operations = sum(c.operations for c in ordered if c.id in rest and not _is_leaf(c))
    title = f"… {operations:,} operations left out …"
    together, runs = unbroken(moved, [*scopes, Scope(_REST, title, kind="left out")])
    folded, kept = fold(together, runs, {_REST})
    return [_blank(c) if c.id == _REST else c for c in folded], kept


def _by_first_use(cards: Sequence[Card]) -> list[Card]:
    """In order of creation, but each leaf just before its first user."""
    at = {c.id: (2 * k + 1, k) for k, c in enumerate(cards)}
    for k in range(len(cards) - 1, -1, -1):
        for i in cards[k].inputs:
            at[i] = (2 * k, at[i][1])
    return sorted(cards, key=lambda c: at[c.id] if _is_leaf(c) else (2 * at[c.id][1] + 1, at[c.id][1]))


def _unowned(card: Card, scope: str) -> Card:
    # A leaf in the part left out must go with it, wherever it is used.
    gone = scope == _REST and _is_leaf(card)
    return replace(card, scope=scope, kind="op" if gone else card.kind)


def _blank(card: Card) -> Card:
    return replace(
        card,
        value=None,
        gradient=None,
        gradient_text="∂" if card.flows else "",
        role="",
        formula="",
        code="",
        detail={},
    )


def parameters(count: int) -> str:
    """A number of parameters in words: "12 params", "39.0 M params"."""
    if count < 1e6:
        return f"{count:,} param{'' if count == 1 else 's'}"
    power = min(3, int(math.log10(count) / 3))
    return f"{count / 1000**power:.3g} {' kMG'[power]} params"
