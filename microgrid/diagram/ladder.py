"""From the picture asked for down to the simplest that Graphviz can make; what was given up is said, never hidden."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace

from microgrid.diagram import svg
from microgrid.diagram.cards import Card, Header, Scope
from microgrid.diagram.labels import clean
from microgrid.diagram.layout import Style, dot_text
from microgrid.diagram.renderer import TIMEOUT, DiagramWarning, NoRenderer, RenderError, png_dpi, render

MOST = 2000  # cards that are laid out at all

_RUNGS: tuple[tuple[str, Callable[[Style], Style]], ...] = (
    ("", lambda s: s),
    ("layers not boxed, parameters not aligned", lambda s: replace(s, clusters=False, ranks=False)),
    ("coarse layout, straight lines", lambda s: replace(s, clusters=False, ranks=False, quick=True)),
)


def draw(
    cards: Sequence[Card], scopes: Sequence[Scope], header: Header, style: Style, format: str, *, note: str = "",
    timeout: float = TIMEOUT,
) -> bytes:  # fmt: skip
    """The picture in svg, png or pdf: the full one, or a simpler one that says so, in itself and as a warning.

    RenderError if there is no renderer, or if not even the simplest picture could be made.
    """
    if len(cards) > MOST:
        raise RenderError(
            f"{len(cards):,} cards are more than can be read in a picture ({MOST:,} at most): "
            "fold more of it (a smaller limit), or save .dot or .html, which lists them"
        )
    failures: list[str] = []
    for loss, simpler in _RUNGS:
        said = " · ".join(filter(None, (note, loss and f"Graphviz failed on the full picture: {loss}")))
        try:
            out = _verified(cards, scopes, header, simpler(style), format, said, timeout)
        except NoRenderer:
            raise
        except RenderError as e:
            failures.append(clean(str(e), 300))
            continue
        if loss:
            _warn(f"{loss}: the full picture failed ({failures[0]})")
        return out
    raise RenderError(
        f"Graphviz failed on this graph, on simpler layouts of it too: {failures[0]}. "
        "Save .dot, or .html, whose table of cards needs no Graphviz; or fold more of it (a smaller limit)"
    )


def _verified(
    cards: Sequence[Card], scopes: Sequence[Scope], header: Header, style: Style, format: str, note: str, timeout: float
) -> bytes:
    """A picture with every card in it. PNG and PDF cannot be counted, so their SVG is."""
    dot = dot_text(cards, scopes, header, style, note)
    picture = render(dot, "svg", timeout=timeout)
    drawn = picture.count(b'<g id="card_')
    if drawn != len(cards):
        raise RenderError(f"Graphviz drew {drawn} of {len(cards)} cards")
    if format == "svg":
        return svg.tidy(picture.decode(), clean(header.title, 200).strip() or "Computational graph", note).encode()
    dpi = png_dpi(picture) if format == "png" else None
    if dpi is not None and dpi < 72:
        shrunk = f"drawn at {dpi} dots per inch, a PNG holds no more: save .svg or .pdf to read it"
        note = " · ".join(filter(None, (note, shrunk)))
        _warn(note)
        dot = dot_text(cards, scopes, header, style, note)
    return render(dot, format, timeout=timeout, dpi=dpi)


def _warn(message: str) -> None:
    warnings.warn(f"diagram: {message}", DiagramWarning, stacklevel=2)
