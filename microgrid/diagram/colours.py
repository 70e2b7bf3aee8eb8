"""What each kind of card looks like, in light colours; and the twin of each colour on a dark page.

Text colours are even (their last bit is 0): an odd one marks text that ends at its card's right edge, see `svg.tidy`.
"""

from __future__ import annotations

import colorsys
import re
from typing import NamedTuple

INK, MUTED, ORANGE, GREEN, RED = "#1f2936", "#5b6472", "#a34708", "#166534", "#b91c1c"
LANE, BACK, BACK_WRONG = "#475569", "#d97706", "#b91c1c"
BOX, BOX_FILL, PAPER, DARK_PAPER = "#c3cfe0", "#f8fafc", "#ffffff", "#12161d"  # the last is page.css's too
VALUE, GRADIENT = "#2b6cb0", "#d97706"


class Look(NamedTuple):
    """How cards of one kind or in one state are drawn, and what the legend calls them."""

    border: str
    fill: str
    legend: str
    text: str


LOOKS = {
    "input": Look("#5b6472", "#f1f3f6", "input", "#4b5462"),
    "constant": Look("#8a94a4", "#fafbfc", "constant", "#4b5462"),
    "parameter": Look("#2f855a", "#e6f4ea", "parameter", "#166534"),
    "op": Look("#2b6cb0", "#e8f1fb", "operation", "#1f5590"),
    "random": Look("#7c3aec", "#f3ebff", "random", "#6428c8"),
    "loss": Look("#b7791e", "#fff5dc", "loss", "#7a4e0c"),
    "output": Look("#b7791e", "#fff5dc", "output", "#7a4e0c"),
    "left out": Look("#8a94a4", "#ffffff", "left out", "#5b6472"),
    "tainted": Look("#b45308", "#fff4e4", "wrong only because of the red one", "#a34708"),
    "wrong": Look("#b91c1c", "#fdecec", "wrong here", "#b91c1c"),
}
KINDS = tuple(kind for kind in LOOKS if kind not in ("tainted", "wrong"))


def marked(colour: str) -> str:
    """The same colour to the eye, odd: text in it is anchored at its end."""
    return f"#{int(colour[1:], 16) | 1:06x}"


def shade(magnitude: float, colour: str) -> str:
    """A cell's fill: white for 0, towards `colour` for 1."""
    k = 0.15 + 0.5 * min(magnitude, 1.0) if magnitude > 0 else 0.0
    return "#" + "".join(f"{round(255 + (int(colour[i : i + 2], 16) - 255) * k):02x}" for i in (1, 3, 5))


def twin(colour: str) -> str:
    """The colour's twin on a dark page: hue kept, lightness turned over, oddness kept."""
    if colour == PAPER:
        return DARK_PAPER
    hue, light, saturation = colorsys.rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    line = light < 0.61  # or text; what is lighter is a fill
    turned, vivid = (0.97 - 0.6 * light, 0.85) if line else (0.10 + 0.5 * (1 - light), 0.55)
    channels = colorsys.hls_to_rgb(hue, turned, saturation * vivid)
    dark = int("".join(f"{round(255 * c):02x}" for c in channels), 16)
    return f"#{(dark & ~1) | (int(colour[1:], 16) & 1):06x}"


def darken(dot: str) -> str:
    """DOT in light colours, in dark ones. User text cannot match: its quotes are escaped."""
    return re.sub(r'(?<=")#[0-9a-f]{6}(?::#[0-9a-f]{6})*(?=")', lambda m: ":".join(map(twin, m[0].split(":"))), dot)


def dark_rules(svg: str) -> str:
    """CSS that gives each colour occurring in `svg` its twin, so that nothing is drawn twice."""
    root = ":root[data-theme=dark] #stage svg "
    rules = [f"{root}text:not([fill]){{fill:var(--ink)}}"]
    for colour in sorted(set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', svg))):
        rules += [f'{root}[{a}="{colour}"]{{{a}:{twin(colour)}}}' for a in ("fill", "stroke")]
    return "".join(rules)
