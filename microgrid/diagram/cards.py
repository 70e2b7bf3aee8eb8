"""Cards and scopes: plain data, the whole interface between a graph and its picture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from microgrid.diagram.colours import KINDS
from microgrid.diagram.summary import Summary

State = Literal["", "ok", "wrong", "tainted"]
Tone = Literal["plain", "good", "bad"]
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,63}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of a card. `text` stands on it, `headline` above a wrong one, `facts` on the page.

    State "ok" agrees, "wrong" is the culprit, "tainted" is wrong only because of one, "" was not judged.
    """

    state: State = ""
    text: str = ""
    headline: str = "FIRST WRONG GRADIENT"
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """One node: an operation, a leaf, or a folded layer. Only `id` and `kind` are required.

    `id` is a short ASCII name that no user chose; `name` and all other text may be anything. `inputs` are ids of
    earlier cards, `scope` the innermost scope's. A card without `gradient` has no lane back.
    """

    id: str
    kind: str
    name: str = ""
    operation: str = ""
    symbol: str = ""
    role: str = ""  # first line, right: the expression or what it is for ("x @ W1", "one-hot target")
    source: str = ""  # "step.py:3"
    code: str = ""  # that line's text
    value: Summary | None = None
    remark: str = ""  # second line, right; replaces the value's range
    parameters: int = 0
    gradient: Summary | None = None
    gradient_text: str = ""  # replaces the gradient's norm ("1  (seed)")
    verdict: Verdict = Verdict()
    notes: Sequence[str] = ()
    formula: str = ""
    gradient_formula: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)  # more for the page's panel
    inputs: Sequence[str] = ()
    scope: str = ""
    operations: int = 1  # how many this card stands for

    def __post_init__(self) -> None:
        _check_id("card", self.id)
        if self.kind not in KINDS:
            raise ValueError(f"card {self.id}: kind {self.kind!r} is none of {', '.join(KINDS)}")

    @property
    def leaf(self) -> bool:
        """Whether nothing flows into it."""
        return not self.inputs

    @property
    def look(self) -> str:
        """The kind, or the state where that is what must be seen."""
        return self.verdict.state if self.verdict.state in ("wrong", "tainted") else self.kind

    @property
    def flows(self) -> bool:
        """Whether a gradient flows through it."""
        return self.gradient is not None or bool(self.gradient_text)


@dataclass(frozen=True, slots=True)
class Scope:
    """A layer, a block, a function: drawn as a box around its cards, or folded into one card."""

    id: str
    title: str
    aside: str = ""
    kind: str = "op"
    parent: str = ""
    formula: str = ""
    gradient_formula: str = ""

    def __post_init__(self) -> None:
        _check_id("scope", self.id)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the picture: a title, and facts, each with its tone."""

    title: str = ""
    aside: str = ""
    facts: Sequence[tuple[str, Tone]] = ()


def _check_id(what: str, id: str) -> None:
    if not _ID.fullmatch(id):
        form = "a letter, then at most 63 of A-Z a-z 0-9 _ ."
        raise ValueError(f"{what} id {id!r}: expected {form} (the user's name goes into `name`)")


def check(cards: Sequence[Card], scopes: Sequence[Scope]) -> None:
    """ValueError unless ids are unique, inputs come before their users, and scopes are known and nest."""
    seen: set[str] = set()
    names = {s.id for s in scopes}
    if len(names) < len(scopes):
        raise ValueError("two scopes have the same id")
    for card in cards:
        if card.id in seen or card.id in names:
            raise ValueError(f"card id {card.id!r} is used twice")
        for i in card.inputs:
            if i not in seen:
                raise ValueError(f"card {card.id!r}: input {i!r} is no earlier card; cards come in order of creation")
        if card.scope and card.scope not in names:
            raise ValueError(f"card {card.id!r}: scope {card.scope!r} is unknown")
        seen.add(card.id)
    _check_nesting({s.id: s.parent for s in scopes})


def _check_nesting(parent: Mapping[str, str]) -> None:
    done: set[str] = {""}
    for scope in parent:
        path: list[str] = []
        while scope not in done:
            if scope in path or scope not in parent:
                raise ValueError(f"scope {scope!r} is {'in itself' if scope in parent else 'unknown'}")
            path.append(scope)
            scope = parent[scope]
        done.update(path)
