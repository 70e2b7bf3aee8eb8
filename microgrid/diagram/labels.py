"""A card as a Graphviz HTML label: escaped text, short numbers, shaded grids."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from microgrid.diagram import colours
from microgrid.diagram.cards import Card, Header, Scope
from microgrid.diagram.colours import GREEN, INK, LOOKS, MUTED, ORANGE, RED
from microgrid.diagram.fold import parameters
from microgrid.diagram.summary import Summary

LIMIT = 16_000  # bytes: older Graphviz takes no longer string
_COLUMNS, _ROWS, _CELLS = 8, 8, 32
_NOTE = 58  # characters of a note's line
_CELL, _LINE = 32, 16  # points a grid's cell takes, its border included
# Control and bidirectional-override characters, lone surrogates and what XML forbids.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_DTYPES = {"float": "f", "int": "i", "uint": "u", "complex": "c"}


def clean(text: str, limit: int = 60) -> str:
    """One printable line of at most `limit` characters; what is too long loses its middle to an ellipsis."""
    text = text if len(text) <= 4 * limit else text[: 2 * limit] + text[-2 * limit :]
    text = _UNPRINTABLE.sub("�", re.sub(r"[\t\r\n\v\f]+", " ", text))
    tail = (limit - 1) // 3
    return text if len(text) <= limit else text[: limit - 1 - tail] + "…" + text[len(text) - tail :]


def number(v: float) -> str:
    """A number in at most eight characters or so, as a student would write it: .083, −1.25, 1.2e6, 3."""
    if not math.isfinite(v):
        return "NaN" if math.isnan(v) else "−∞" if v < 0 else "∞"
    if v == int(v) and abs(v) < 1e5:
        return str(int(v)).replace("-", "−")
    s = f"{v:.{2 if abs(v) < 0.1 else 3}g}"
    s = re.sub(r"(\.\d*?)0*e", r"\1e", re.sub(r"e([+-])0*(\d+)", lambda m: "e" + m[1].strip("+") + m[2], s))
    return re.sub(r"^(−?)0\.", r"\1.", s.replace("-", "−"))


def shape_text(value: Summary) -> str:
    """Shape and short dtype: "(3, 4) f64"."""
    name = re.sub(r"^(float|u?int|complex)(\d+)$", lambda m: _DTYPES[m[1]] + m[2], value.dtype)
    return f"{value.shape} {name}" if len(value.shape) <= 6 else f"({len(value.shape)} axes) {name}"


def range_text(value: Summary) -> str:
    """What the values look like as a whole: "−2.5 .. 2.7 · 40% zero", "all 1", "no elements"."""
    if not value.known:
        return ""
    if not value.size:
        return "no elements"
    if value.low is None or value.high is None:
        return "" if value.nans + value.infs == 0 else "nothing finite"
    low, high = number(value.low), number(value.high)
    if value.size == 1:
        return low
    text = f"all {low}" if value.low == value.high and not value.nans + value.infs else f"{low} .. {high}"
    share = value.zeros / value.size
    return text if not 0 < share < 1 else f"{text} · {'<1' if share < 0.005 else round(100 * share)}% zero"


def unfinite_text(value: Summary | None) -> str:
    """How many elements are NaN or infinite; nothing if none is."""
    if value is None or not value.nans + value.infs:
        return ""
    seen = " and ".join(f"{n:,} {what}" for n, what in ((value.nans, "NaN"), (value.infs, "infinite")) if n)
    return f"{seen} of {value.size:,}"


# --------------------------------------------------------------------------------------------------- pieces


def text(s: str, size: int = 11, colour: str = INK, bold: bool = False, limit: int = 60) -> str:
    """Escaped text in a font; nothing for nothing, because an empty FONT is a syntax error to Graphviz."""
    s = escape(clean(s, limit))
    return s and f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{f"<B>{s}</B>" if bold else s}</FONT>'


def table(rows: str, attributes: str = "") -> str:
    """A table without borders or gaps."""
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0"{attributes}>{rows}</TABLE>'


def _row(left: str, right: str = "") -> str:
    cells = f'<TD ALIGN="LEFT" CELLPADDING="1">{left}</TD>' if left else "<TD></TD>"
    cells += '<TD WIDTH="9"></TD>'  # a gap; at the right edge it is room for a browser's wider font
    cells += f'<TD ALIGN="RIGHT" CELLPADDING="1">{right}</TD>' if right else ""
    return f"<TR><TD>{table(f'<TR>{cells}</TR>')}</TD></TR>"


def _right(s: str, colour: str = MUTED, limit: int = 44) -> str:
    """Text that ends at the card's right edge: `svg.tidy` finds it by its odd colour."""
    return text(s, 10, colours.marked(colour), limit=limit)


def _grid(caption: str, array: npt.NDArray[Any], colour: str) -> str:
    rows, columns = array.shape
    wide = array.astype(float)
    finite = np.abs(wide[np.isfinite(wide)])
    top = float(finite.max()) if finite.size else 0.0
    body = "".join(f"<TR>{''.join(_cell(float(v), top, colour) for v in line)}</TR>" for line in wide)
    # A fixed size: else Graphviz stretches the columns, and no two cards' grids line up.
    width, height = max(columns, 2) * _CELL + 3, rows * _LINE + 13
    head = f'<TR><TD COLSPAN="{columns}" ALIGN="LEFT" CELLPADDING="0">{text(caption, 8, MUTED)}</TD></TR>'
    size = f'ALIGN="LEFT" FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}"'
    return f'<TABLE {size} BORDER="0" CELLBORDER="0" CELLSPACING="1">{head}{body}</TABLE>'


def _cell(v: float, top: float, colour: str) -> str:
    fill = colours.shade(abs(v) / top if top and math.isfinite(v) else 0.0, colour)
    short = number(v)
    short = number(float(f"{v:.1g}")) if len(short) > 7 else short
    shown = text(short, 8, INK if math.isfinite(v) else RED, not math.isfinite(v))
    return f'<TD BGCOLOR="{fill}" WIDTH="{_CELL - 1}" HEIGHT="{_LINE - 1}" CELLPADDING="1">{shown}</TD>'


def _small(value: Summary | None) -> npt.NDArray[Any] | None:
    array = value.grid if value is not None and value.shape else None
    fits = array is not None and array.size <= _CELLS and array.shape[0] <= _ROWS and array.shape[1] <= _COLUMNS
    return array if fits else None


def _grids(card: Card) -> list[str]:
    """The rows of a card that hold its numbers: value and gradient beside each other where there is room."""
    value, gradient = _small(card.value), _small(card.gradient)
    if value is None:
        return []
    shown = [_grid("value", value, colours.VALUE)]
    if gradient is not None:
        shown.append(_grid("∂ loss", gradient, colours.GRADIENT))
    halves = value.shape[1] <= _COLUMNS // 2
    if not halves:
        return [f'<TR><TD ALIGN="LEFT">{g}</TD></TR>' for g in shown]
    half = f'<TD ALIGN="LEFT" WIDTH="{max(value.shape[1], 2) * _CELL + 10}">'
    # On the spine all gradients start at the same place; beside it a card is as narrow as it can be.
    wide = half if card.kind in ("parameter", "input", "constant", "random") else '<TD ALIGN="LEFT" WIDTH="132">'
    cells = "".join(f"{wide}{g}</TD>" for g in shown)
    both = table(f"<TR>{cells}</TR>", ' CELLPADDING="0"')
    return [f'<TR><TD ALIGN="LEFT">{both}</TD></TR>']


# ----------------------------------------------------------------------------------------------------- cards


def title(card: Card) -> str:
    """Name and operation, as plain text: "h : matmul"."""
    return " : ".join(filter(None, (card.name, card.operation))) or card.id


def aside(card: Card) -> str:
    """What stands right of the title: role and source line, or a parameter's size."""
    size = parameters(card.parameters) if card.parameters and not card.role else ""
    return " · ".join(filter(None, (card.role or size, card.source)))


def remark(card: Card) -> str:
    """What stands right of the shape: the range, unless the card says something better."""
    size = parameters(card.parameters) if card.parameters and card.role and card.kind != "parameter" else ""
    value = card.value
    scalar = value is not None and _scalar(value)
    return card.remark or size or ("" if value is None or scalar else range_text(value))


def gradient_text(card: Card) -> str:
    """The norm of the gradient, or what stands for it; nothing for what was left out, which has many."""
    if card.kind == "left out":
        return ""
    if card.gradient_text or card.gradient is None:
        return card.gradient_text
    norm = card.gradient.norm
    return "" if norm is None else _three_digits(norm) if math.isfinite(norm) else number(norm)


def _three_digits(norm: float) -> str:
    """0.0263, 59.4, 1,010, 2.5e−7."""
    if 1000 <= norm < 1e5:
        return f"{norm:,.0f}"
    return re.sub(r"e([+-])0*(\d+)", lambda m: "e" + m[1].replace("-", "−").strip("+") + m[2], f"{norm:.3g}")


def _scalar(value: Summary) -> bool:
    return value.values is not None and value.size == 1 and not value.shape


def _second(card: Card) -> str:
    value = card.value
    if value is None:
        return _row("", _right(remark(card))) if remark(card) else ""
    if not _scalar(value) or value.values is None:
        return _row(text(shape_text(value)), _right(remark(card)))
    v = value.values.item()
    big = f"{v:,.6g}".replace("-", "−") if isinstance(v, float) and math.isfinite(v) else number(float(v))
    # Next to the result, its shape; on a card with a remark that one matters more.
    shape = text("  " + shape_text(value), 10, MUTED)
    return _row(text(big, 15, bold=True) + shape, _right(remark(card)))


def _notes(card: Card) -> list[str]:
    colour = LOOKS[card.look].text
    lines = [line for n in list(card.notes)[:4] for line in textwrap.wrap(clean(n, 2 * _NOTE), _NOTE)]
    notes = [_row(text(line, 10, colour, limit=_NOTE)) for line in lines[:6]]
    bad = [(unfinite_text(card.value), "value"), (unfinite_text(card.gradient), "gradient")]
    return notes + [_row(text(f"{what}: {seen}", 10, RED, True)) for seen, what in bad if seen]


def _foot(card: Card) -> list[str]:
    norm, verdict = gradient_text(card), card.verdict
    colour = {"ok": GREEN, "": MUTED, "wrong": RED, "tainted": ORANGE}[verdict.state]
    if verdict.text.startswith("="):
        colour = GREEN  # a culprit's incoming gradient may be right: its own rule is what is wrong
    if not norm and not verdict.text:
        return []
    return ["<HR/>", _row(text(norm and "∂ " + norm, 11, ORANGE), _right(verdict.text, colour))]


def _word(symbol: str) -> bool:
    """Whether a symbol only says the operation's name again."""
    return symbol.replace(" ", "").isalpha()


def label(card: Card, width: int = 10) -> str:
    """The card's HTML-like label, without its outer angle brackets, under `LIMIT` bytes."""
    symbol = card.symbol if card.symbol and card.symbol != card.operation and not _word(card.symbol) else ""
    head = text(title(card), 14, bold=True, limit=38) + (text("  " + symbol, 12, MUTED, limit=14) if symbol else "")
    rows = [_row(head, _right(aside(card))), _second(card), *_grids(card), *_notes(card), *_foot(card)]
    if card.verdict.state == "wrong" and card.verdict.headline:
        rows.insert(0, _row(text(card.verdict.headline, 10, RED, True)))
    full = _framed(rows, card, width)
    if len(full.encode()) < LIMIT:
        return full
    return _framed([_row(head), _second(card), *_foot(card)], card, width)


def _framed(rows: Sequence[str], card: Card, width: int) -> str:
    # A table's WIDTH does not stretch its columns; an empty first row of that width does.
    first = f'<TR><TD WIDTH="{width}" HEIGHT="1" CELLPADDING="0"></TD></TR>'
    return table(first + "".join(rows), f' CELLPADDING="1" COLOR="{LOOKS[card.look].border}"')


def scope_label(scope: Scope) -> str:
    """A cluster's title and what it is."""
    return text(scope.title, 12, bold=True, limit=48) + _after(scope.aside, 10) or " "


def _after(aside: str, size: int) -> str:
    return text("    " + aside, size, MUTED, limit=120) if aside else ""


def header_label(header: Header, note: str = "") -> str:
    """Title, facts and, where the picture is not what was asked for, a line that says so."""
    rows = [text(header.title, 18, bold=True) + _after(header.aside, 11)]
    tones = {"plain": (INK, True), "good": (GREEN, False), "bad": (RED, True)}
    rows.append("".join(text(s + "     ", 13, *tones[tone], limit=120) for s, tone in header.facts))
    rows.append(text(note, 11, ORANGE, True, limit=200))
    lines = "".join(f'<TR><TD ALIGN="LEFT">{r}</TD></TR>' for r in rows if r)
    return table(lines + '<TR><TD HEIGHT="10"></TD></TR>', ' CELLPADDING="2"') if lines else ""


def legend_label(seen: Sequence[str], back: bool, again: bool = False) -> str:
    """The kinds that occur, and what the lanes mean."""
    keys = "".join(
        f'<TD BORDER="1" COLOR="{look.border}" BGCOLOR="{look.fill}" CELLPADDING="4">{text(look.legend, 9)}</TD>'
        for look in (LOOKS[k] for k in seen)
    )
    lanes = text("grey: values forward.  ", 9, MUTED)
    lanes += text("orange: gradients back.  ", 9, ORANGE) if back else ""
    lanes += text("∂ is the norm of d loss / d output.", 9, MUTED) if back else ""
    lanes += text("  dotted: used again.", 9, MUTED) if again else ""
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4">'
        f'<TR>{keys}</TR><TR><TD COLSPAN="{len(seen)}" ALIGN="LEFT">{lanes}</TD></TR></TABLE>'
    )
