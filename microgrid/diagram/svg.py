"""Graphviz's SVG made to stand alone: text that fits, lanes that end at their cards, words for a screen reader."""

from __future__ import annotations

import re
from html import escape

FONTS = "Arial, 'Liberation Sans', Helvetica, 'Nimbus Sans', sans-serif"
_GROUP = re.compile(r'<g id="(?:card|edge)_[^"]*".*?\n</g>(?=\n)', re.DOTALL)
_RIGHT = re.compile(
    r'<text ((?:xml:space="preserve" )?)text-anchor="start" x="[-\d.]+"([^>]*fill="#[\da-f]{5}[13579bdf]")'
)
_POINT = re.compile(r"(-?[\d.]+),(-?[\d.]+)")
_MARGIN = 8  # points from a card's edge to where its text ends
_SPREAD = 1.9  # how much further apart the lanes are than Graphviz puts them

Points = list[tuple[float, float]]


def tidy(svg: str, title: str, description: str = "") -> str:
    """Self-standing SVG: attributes only, no style element, no script, no reference to anything outside."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = svg.replace('font-family="Arial"', f'font-family="{FONTS}"')
    svg = svg.replace('stroke="transparent"', 'stroke="none"').replace(' xlink:title=" "', "")
    svg = re.sub(r'<g id="a_[^"]*"><a>\n|</a>\n</g>\n', "", svg)
    svg = re.sub(r"<title>.*?</title>\n?", "", svg, flags=re.DOTALL)
    svg = _GROUP.sub(lambda m: _lanes(m[0]) if m[0].startswith('<g id="edge_') else _anchored(m[0]), svg)
    words = f"<title>{escape(title)}</title>" + (f"<desc>{escape(description)}</desc>" if description else "")
    start, rest = svg[4 : svg.index(">")], svg[svg.index(">") + 1 :]
    return f'<svg role="img" aria-label="{escape(title)}"{start}>{words}{rest}'


def size(svg: str) -> tuple[float, float]:
    """Width and height in points."""
    found = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def _anchored(card: str) -> str:
    """Graphviz writes right-aligned text as left-aligned at its own font's width: anchor it where it ends instead."""
    outline = re.search(r'<path [^>]*\bd="([^"]+)"', card)
    if not outline:
        return card
    edge = max(float(x) for x, _ in _POINT.findall(outline[1])) - _MARGIN
    return _RIGHT.sub(lambda m: f'<text {m[1]}text-anchor="end" x="{edge:.2f}"{m[2]}', card)


def _lanes(edge: str) -> str:
    """Each lane with its own arrowhead, both lanes reaching both cards.

    Graphviz ends both lanes where the arrowheads begin, and puts the arrowheads between them.
    """
    paths = re.findall(r'(?<= d=")M[^"]+', edge)
    heads = re.findall(r'(?<=points=")[^"]+', edge)
    if len(paths) != 2 or len(heads) != 2:
        return edge
    there, back = _points(paths[0]), _points(paths[1])
    arrows = [_points(h) for h in heads]
    if len(there) != len(back) or min(map(len, [there, *arrows])) < 3:
        return edge
    middle = [((x + u) / 2, (y + v) / 2) for (x, y), (u, v) in zip(there, back, strict=True)]
    there, back = _away(there, middle), _away(back, middle)
    for end, owner, other in ((-1, there, back), (0, back, there)):
        # By where it is: which arrowhead is written first differs from version to version.
        k = min((0, 1), key=lambda k: _distance(arrows[k][0], middle[end]))
        tip = max(arrows[k], key=lambda p: _distance(p, middle[end]))
        shift = (owner[end][0] - middle[end][0], owner[end][1] - middle[end][1])
        other[end] = (other[end][0] + tip[0] - middle[end][0], other[end][1] + tip[1] - middle[end][1])
        arrows[k] = [(x + shift[0], y + shift[1]) for x, y in arrows[k]]
    new = [_path(there), _path(back), *(" ".join(map(_pair, a)) for a in arrows)]
    for old, now in zip([*paths, *heads], new, strict=True):
        edge = edge.replace(f'"{old}"', f'"{now}"', 1)
    return edge


def _points(s: str) -> Points:
    return [(float(x), float(y)) for x, y in _POINT.findall(s)]


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _away(lane: Points, middle: Points) -> Points:
    return [(u + (x - u) * _SPREAD, v + (y - v) * _SPREAD) for (x, y), (u, v) in zip(lane, middle, strict=True)]


def _path(p: Points) -> str:
    return f"M{_pair(p[0])}C{' '.join(map(_pair, p[1:]))}"


def _pair(p: tuple[float, float]) -> str:
    return f"{p[0]:.2f},{p[1]:.2f}"
