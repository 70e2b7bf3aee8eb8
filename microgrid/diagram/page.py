"""One self-contained HTML page: every state of its layers laid out beforehand, and a table that needs no Graphviz."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from microgrid.diagram import colours
from microgrid.diagram.cards import Card, Header, Scope
from microgrid.diagram.fold import fold
from microgrid.diagram.labels import (
    aside,
    clean,
    gradient_text,
    number,
    range_text,
    remark,
    shape_text,
    title,
    unfinite_text,
)
from microgrid.diagram.renderer import RenderError
from microgrid.diagram.summary import Summary

_FEW, _VIEWS, _BUDGET = 3, 40, 4000  # scopes that get all combinations; views; cards laid out in all views together
_LONG = 2000  # characters of a text that the page keeps

Draw = Callable[[Sequence[Card], Sequence[Scope]], str]


@dataclass(frozen=True, slots=True)
class Content:
    """What a page is made from: cards in unbroken scopes, those closed at the start, and how to draw a view as SVG."""

    cards: Sequence[Card]
    scopes: Sequence[Scope]
    closed: frozenset[str]
    header: Header
    draw: Draw
    theme: str = "light"
    note: str = ""


def html(content: Content) -> str:
    """The page. Where no picture can be made, the table of cards and the reason."""
    opened = _canonical(content.scopes, {s.id for s in content.scopes} - content.closed)
    start, note = "", content.note
    views: dict[str, str] = {}
    try:
        start = _view(content, opened)
        views = _views(content, opened, start)
    except RenderError as e:
        note = "\n".join(filter(None, (note, f"No picture: {e}.")))
    data = {
        "cards": _records(content),
        "scopes": {s.id: {"parent": s.parent} for s in content.scopes},
        "start": opened,
        "views": {k: "" if v == start else _packed(v) for k, v in views.items()},
    }
    # Every "<" in the data is escaped, so that no name can end the script element or open a comment.
    blob = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
    parts = {
        "title": escape(clean(content.header.title or "Computational graph", 200)),
        "theme": ' data-theme="dark"' if content.theme == "dark" else "",
        "style": _file("page.css"),
        "dark": colours.dark_rules(start + "".join(views.values())),
        "note": escape(note),
        "note_hidden": "" if note else " hidden",
        "picture": start,
        "list_hidden": " hidden" if start else "",
        "table": table(content.cards),
        "data": blob,
        "script": _file("page.js"),
    }
    return _filled(_file("page.html"), parts)


def _file(name: str) -> str:
    return files("microgrid.diagram").joinpath(name).read_text(encoding="utf-8")


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """Each {{name}} replaced once; what is put in is not looked at again."""
    out = []
    for piece in template.split("{{"):
        name, closing, rest = piece.partition("}}")
        out.append(parts[name] + rest if closing and name in parts else piece)
    return "".join(out)


# -------------------------------------------------------------------------------------------------------- views


def _canonical(scopes: Iterable[Scope], opened: set[str]) -> list[str]:
    """The open scopes that can be seen: those all of whose ancestors are open. Scopes come parents first."""
    seen: list[str] = []
    for s in scopes:
        if s.id in opened and (not s.parent or s.parent in seen):
            seen.append(s.id)
    return seen


def _wanted(scopes: Sequence[Scope], start: Sequence[str]) -> list[list[str]]:
    """The states of the layers worth laying out: all if there are few, else those one step from the start."""
    names = [s.id for s in scopes]
    if len(names) <= _FEW:
        states = [set(c) for n in range(len(names), -1, -1) for c in itertools.combinations(names, n)]
    else:
        states = [set(start), set(), set(names), *({*start} ^ {n} for n in names)]
    unique = {tuple(_canonical(scopes, s)): None for s in states}
    return [list(u) for u in unique][:_VIEWS]


def _view(content: Content, opened: Sequence[str]) -> str:
    cards, scopes = fold(content.cards, content.scopes, {s.id for s in content.scopes} - set(opened))
    return content.draw(cards, scopes)


def _views(content: Content, start: list[str], first: str) -> dict[str, str]:
    views = {",".join(start): first}
    left = _BUDGET
    for opened in _wanted(content.scopes, start):
        left -= len(fold(content.cards, content.scopes, {s.id for s in content.scopes} - set(opened))[0])
        if left < 0:
            continue
        try:
            views.setdefault(",".join(opened), "") or views.update({",".join(opened): _view(content, opened)})
        except RenderError:
            del views[",".join(opened)]  # this state cannot be had; the others can
    return views


def _packed(svg: str) -> str:
    return base64.b64encode(gzip.compress(svg.encode(), mtime=0)).decode()


# ------------------------------------------------------------------------------------------------------ records


def _records(content: Content) -> dict[str, dict[str, Any]]:
    """Every card and every closed layer, as the panel shows it."""
    out = {c.id: _record(c) for c in content.cards}
    for level in _levels(content.scopes):
        folded, _ = fold(content.cards, content.scopes, level)
        out.update((c.id, _record(c)) for c in folded if c.id in level)
    return out


def _levels(scopes: Sequence[Scope]) -> list[set[str]]:
    """Scopes by how deep they lie: those of one level fold together. Parents come first."""
    depth: dict[str, int] = {"": 0}
    levels: list[set[str]] = []
    for s in scopes:
        depth[s.id] = depth[s.parent] + 1
        if depth[s.id] > len(levels):
            levels.append(set())
        levels[depth[s.id] - 1].add(s.id)
    return levels


def _record(c: Card) -> dict[str, Any]:
    value = c.value
    return {
        "title": clean(title(c), 200),
        "kind": colours.LOOKS[c.kind].legend,
        "symbol": clean(c.symbol, 20),
        "aside": clean(aside(c), 200),
        "left": shape_text(value) if value else "",
        "right": clean(remark(c), 200),
        "shape": str(value.shape) if value else "",
        "dtype": value.dtype if value else "",
        "parameters": f"{c.parameters:,}" if c.parameters else "",
        "grad": clean(gradient_text(c), 60),
        "state": c.verdict.state,
        "verdict": clean(c.verdict.text, 200),
        "headline": clean(c.verdict.headline, 200),
        "facts": _texts(c.verdict.facts),
        "detail": _texts(c.detail),
        "notes": [clean(n, 500) for n in c.notes],
        "source": clean(c.source, 200),
        "code": _lines(c.code),
        "formula": _lines(c.formula),
        "gradient_formula": _lines(c.gradient_formula),
        "inputs": list(dict.fromkeys(c.inputs)),
        "scope": c.scope,
        "value": _figures(value),
        "gradient": _figures(c.gradient),
    }


def _lines(text: str) -> str:
    return "\n".join(clean(line, 300) for line in text[:_LONG].split("\n"))


def _texts(facts: Mapping[str, str]) -> dict[str, str]:
    return {clean(k, 60): clean(v, 500) for k, v in facts.items()}


def _figures(v: Summary | None) -> dict[str, Any] | None:
    if v is None:
        return None
    rows = v.grid
    return {
        "known": v.known, "size": v.size, "zeros": v.zeros, "nans": v.nans, "infs": v.infs, "bins": v.bins,
        "low": _figure(v.low), "high": _figure(v.high), "mean": _figure(v.mean), "std": _figure(v.std),
        "values": None if rows is None else [[_figure(float(x)) for x in line] for line in rows],
    }  # fmt: skip


def _figure(x: float | None) -> float | str | None:
    """JSON knows no NaN and no infinity."""
    if x is None:
        return None
    return float(f"{x:.6g}") if math.isfinite(x) else number(x)


# -------------------------------------------------------------------------------------------------------- table

_COLUMNS = ("card", "kind", "shape", "values", "gradient", "verdict", "line", "from")


def table(cards: Sequence[Card]) -> str:
    """The cards as an HTML table, in order of creation."""
    names = {c.id: clean(title(c), 40) for c in cards}
    head = "".join(f'<th scope="col">{c}</th>' for c in _COLUMNS)
    empty = f'<tr><td colspan="{len(_COLUMNS)}">The graph has no nodes.</td></tr>'
    rows = "".join(_table_row(c, names) for c in cards) or empty
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _table_row(c: Card, names: Mapping[str, str]) -> str:
    value = c.value
    seen = (unfinite_text(value) or range_text(value)) if value else ""
    gradient = gradient_text(c) and "∂ " + gradient_text(c)
    state = {"wrong": "✗ wrong here ", "tainted": "✗ ", "ok": "✓ ", "": ""}[c.verdict.state]
    cells = [
        colours.LOOKS[c.kind].legend, shape_text(value) if value else "", c.remark or seen, gradient,
        state + c.verdict.text, c.source, ", ".join(names[i] for i in dict.fromkeys(c.inputs)),
    ]  # fmt: skip
    first = f'<td><button type="button">{escape(clean(title(c), 80))}</button></td>'
    return f'<tr data-id="{c.id}">{first}{"".join(f"<td>{escape(clean(t, 120))}</td>" for t in cells)}</tr>'
